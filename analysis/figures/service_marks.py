"""What the figures of shared services have in common: letters, colours, signs, pages.

Terms
-----
letter: legal form (F kommunalförbund, N gemensam nämnd, B bolag, A avtal); it reads without colour.
sign: an intention, inquiry, decision or end; it has no colour of its own.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from analysis.figures import style
from analysis.tables import Format
from analysis.views.services import Sharing

SOURCES = ("services",)
FORM_MARKS = {  # letter and colour of each legal form
    "kommunalforbund": ("F", "#0b5c6b"), "gemensam-namnd": ("N", "#b3471b"),
    "bolag": ("B", "#5b4a9e"), "avtal": ("A", "#3f7d20"), "forening": ("Ö", "#8a6d00"),
    "stiftelse": ("S", "#a0306d"), "natverk": ("K", "#2f6db3"),
    "avsiktsforklaring": ("I", "#55636b"), "okand": ("O", "#55636b"),
    "samordningsforbund": ("R", "#7a4b12"),
}
PLAN_MARKS = {"decided": "^", "inquiry": "s", "intention": "D"}
DPI = 150  # of the printed pictures
MOST_DRAWN = 40  # most municipalities in the network
NAME = Format("Kommun", text=True)


def word(label: str) -> Format:
    """The format of a column of words."""
    return Format(label, text=True)


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


def letters_text(view: Sharing) -> str:
    """What the letters of the forms that occur stand for."""
    keys = [key for key in FORM_MARKS if key in set(view.own["legal_form"])]
    return "; ".join(f"{FORM_MARKS[key][0]} {view.form_names[key]}" for key in keys) + "."
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


def short(name: str) -> str:
    """The abbreviation of a body's name when it has one in brackets."""
    before, bracket, after = name.partition(" (")
    return after.rstrip(")") if bracket and after.rstrip(")").isupper() else before


def plan_look(event: str) -> dict[str, Any]:
    """How the sign of a plan is drawn."""
    filled = event == "decided"
    return {"marker": PLAN_MARKS[event], "markersize": 4.2, "linestyle": "none",
            "markerfacecolor": style.INK if filled else "white", "markeredgecolor": style.INK,
            "markeredgewidth": 0.8}
