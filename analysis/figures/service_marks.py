"""What the figures of shared services have in common: letters, looks, signs, pages.

Terms
-----
letter: legal form (F kommunalförbund, N gemensam nämnd, B bolag, A avtal); colour says nothing of
    the form, because a colour stands for a municipality in the rest of the report.
look: how sure it is. Full: confirmed or evidenced; light: no end is known; outline: unclear; a
    ring: done alone; a small sign: a plan. Hatching on maps means old evidence and nothing else.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.arrangements import DATED, EVENT_LABELS, LABELS, PLANS, State
from analysis.figures import style
from analysis.views.services import Sharing

ALL_PARTS, MAIN, REST = slice(None), slice(1), slice(1, None)
"""Of figures in several parts: all, the one of the main report, those of the appendix."""

SOURCES = ("services",)
FORM_LETTERS = {
    "kommunalforbund": "F",
    "samordningsforbund": "R",
    "gemensam-namnd": "N",
    "bolag": "B",
    "avtal": "A",
    "forening": "Ö",
    "stiftelse": "S",
    "natverk": "K",
    "avsiktsforklaring": "I",
    "okand": "O",
}
PLAN_MARKS = {"intention": "D", "inquiry": "s", "decided": "^"}
DPI = 150  # of the printed pictures
MOST_DRAWN = 40  # most municipalities in a map or a list
_LIGHT = 0.24  # share of the colour where no end is known


def tint(colour: str, share: float) -> tuple[float, float, float]:
    """`colour` mixed with white: `share` 1 is the colour itself."""
    red, green, blue = (1 - share * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def wrap(words: str, width: int) -> str:
    """`words` broken into lines of at most `width` characters, long words whole."""
    return textwrap.fill(words, width, break_long_words=False, break_on_hyphens=True)


def fill(axes: Axes, shapes: gpd.GeoDataFrame, **look: Any) -> None:
    """Draw polygons as one patch inside the frame that is set."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    rings = [
        np.asarray(ring.coords)[:, :2]
        for part in shapes.geometry.explode(index_parts=False)
        if part.geom_type == "Polygon" and not part.is_empty
        for ring in (part.exterior, *part.interiors)
    ]
    if rings:
        path = Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))
        axes.add_artist(PathPatch(path, **look))  # the frame is set: no limits to find


def sharp(axes: Axes) -> None:
    """Measure text as finely as it is printed: at 100 dpi hinting makes it a tenth too narrow, and
    the layout would leave too little room for the names beside the axes.
    """
    axes.get_figure(root=True).set_dpi(DPI)  # type: ignore[union-attr]


def letters_text(view: Sharing, forms: Iterable[str] = ()) -> str:
    """What the letters of `forms`, or of all forms that occur, stand for."""
    found = set(forms) or set(view.own["legal_form"])
    return (
        "; ".join(
            f"{letter} {view.form_names[key]}"
            for key, letter in FORM_LETTERS.items()
            if key in found
        )
        + "."
    )


def box_look(state: State) -> dict[str, Any]:
    """How the box of a state is drawn: full, light, or only its outline."""
    if state in DATED:
        return {"facecolor": style.ACCENT, "edgecolor": style.ACCENT, "linewidth": 0.6}
    if state == State.UNENDED:
        return {
            "facecolor": tint(style.ACCENT, _LIGHT),
            "edgecolor": style.ACCENT,
            "linewidth": 0.6,
        }
    return {
        "facecolor": "white",
        "edgecolor": style.MUTED,
        "linewidth": 0.7,
        "linestyle": (0, (3, 2)),
    }


def plan_look(event: str) -> dict[str, Any]:
    """How the sign of a plan is drawn."""
    filled = event == "decided"
    return {
        "marker": PLAN_MARKS[event],
        "markersize": 3.8,
        "linestyle": "none",
        "markerfacecolor": style.INK if filled else "white",
        "markeredgecolor": style.INK,
        "markeredgewidth": 0.8,
    }


ALONE_LOOK: dict[str, Any] = {
    "marker": "o",
    "markersize": 4.6,
    "linestyle": "none",
    "markerfacecolor": "white",
    "markeredgecolor": style.INK,
    "markeredgewidth": 1.0,
}


class Sign(NamedTuple):
    """What is drawn of a cell; `letter` is "" where no body has a form."""

    state: State
    year: int | None
    event: str
    letter: str


def handles(cells: Iterable[Sign]) -> list[Any]:
    """Legend entries of the states that occur among `cells`, the surest first."""
    found = list(cells)
    states = {cell.state for cell in found}
    boxes = {
        State.EVIDENCED: bool(states & set(DATED)),
        State.UNENDED: State.UNENDED in states,
        State.UNCLEAR: State.UNCLEAR in states,
    }
    entries: list[Any] = [
        Patch(
            label="bekräftad eller belagd"
            if State.CONFIRMED in states and state == State.EVIDENCED
            else LABELS[state],
            **box_look(state),
        )
        for state, occurs in boxes.items()
        if occurs
    ]
    if State.ALONE in states:
        entries.append(Line2D([], [], label=LABELS[State.ALONE], **ALONE_LOOK))
    entries += [
        Line2D([], [], label=EVENT_LABELS[event], **plan_look(event))
        for event in PLANS
        if any(cell.state == State.PLANNED and cell.event == event for cell in found)
    ]
    if states & {State.UNKNOWN, State.ENDED}:
        entries.append(
            Line2D(
                [],
                [],
                marker=".",
                markersize=3,
                color=style.MUTED,
                linestyle="none",
                label=LABELS[State.UNKNOWN],
            )
        )
    return entries


Item = TypeVar("Item")
PAGE = 7.4  # inches of lines that a printed page has room for


def paged(blocks: Sequence[Item], heights: Sequence[float]) -> list[list[Item]]:
    """`blocks` in as few pages as they fit in, about equally full, in their order."""
    total = sum(heights)
    count = max(1, int(np.ceil(total / PAGE)))
    pages: list[list[Item]] = [[] for _ in range(count)]
    above = 0.0
    for block, height in zip(blocks, heights, strict=True):
        # a block belongs to the page in which its middle falls
        pages[min(int((above + height / 2) / total * count), count - 1)].append(block)
        above += height
    return [page for page in pages if page]
