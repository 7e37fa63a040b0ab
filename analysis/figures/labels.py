"""Place names on a map so that they do not cover each other or the symbols.

Terms
-----
anchor: the point a label names, in map units.
candidate: one of the positions around an anchor that are tried in order of preference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.patheffects as effects
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from analysis.figures import style

HALO = 2.2  # width in points of the white outline around a name
_AWAY = 11.0  # points that a label moves further off where every near position is taken

# (dx, dy, horizontal, vertical): right of the symbol first, as cartographers do
_CANDIDATES = (
    (1, 0, "left", "center"), (0, -1, "center", "top"), (0, 1, "center", "bottom"),
    (-1, 0, "right", "center"), (0.75, 0.75, "left", "bottom"), (0.75, -0.75, "left", "top"),
    (-0.75, 0.75, "right", "bottom"), (-0.75, -0.75, "right", "top"),
)
_ON_TOP = ((0, 0, "center", "center"), *_CANDIDATES)


@dataclass(frozen=True)
class Label:
    """A text to place at `x`, `y` (map units), `radius` points away from the anchor."""

    text: str
    x: float
    y: float
    radius: float = 0.0
    size: float = 8.5
    weight: str = "normal"
    colour: str = style.INK
    must: bool = True  # drawn even where every position collides; others are left out
    away: bool = False  # may stand further off where every near position is taken


def place(axes: Axes, labels: Sequence[Label], *, taken: Iterable[Bbox] = (),
          ) -> list[Annotation]:
    """Draw `labels` in order of importance; returns the texts that were drawn.

    `taken` are boxes in pixels that no label may cover. A label without room is left out unless
    it is a `must`, which then takes the position with the least overlap.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    frame = axes.get_window_extent(renderer)
    used, drawn = list(taken), []
    with style.beside_the_layout(axes):
        for label in labels:
            text, box = _best(axes, label, used, frame, renderer)
            if text is not None:
                used.append(box)
                drawn.append(text)
    return drawn


def _best(axes: Axes, label: Label, used: list[Bbox], frame: Bbox, renderer: object,
          ) -> tuple[Annotation | None, Bbox]:
    text = axes.annotate(
        label.text, (label.x, label.y), xytext=(0, 0), textcoords="offset points",
        fontsize=label.size, fontweight=label.weight, color=label.colour, zorder=9,
        annotation_clip=False, linespacing=1.05, in_layout=False,
    )
    least, choice, box = float("inf"), None, Bbox.null()
    for candidate, radius in _positions(label):
        _move(text, candidate, radius)
        trial = text.get_window_extent(renderer)  # type: ignore[arg-type]
        cost = _overlap(trial, used) + 2 * _outside(trial, frame)
        if cost < least:
            least, choice, box = cost, (candidate, radius), trial
        if cost == 0:
            break
    if choice is None or (least > 0 and not label.must):
        text.remove()
        return None, box
    _move(text, *choice)
    halo(text)
    return text, box


def _positions(label: Label) -> Iterator[tuple[tuple[float, float, str, str], float]]:
    """Candidates with their distance: near ones first, further off where the label may."""
    near = _CANDIDATES if label.radius else _ON_TOP
    yield from ((candidate, label.radius) for candidate in near)
    if label.away:
        yield from ((candidate, label.radius + _AWAY) for candidate in _CANDIDATES)


def halo(text: Text) -> Text:
    """A white outline under `text`, as an artist of its own; call it when the text is in place.

    Matplotlib's own effect would write every letter's outline into the SVG twice.
    """
    axes: Any = text.axes
    looks: dict[str, Any] = {
        "fontsize": text.get_fontsize(), "fontweight": text.get_fontweight(), "color": "white",
        "zorder": text.get_zorder() - 0.1, "clip_on": text.get_clip_on(),
        "ha": text.get_horizontalalignment(), "va": text.get_verticalalignment(),
    }
    if isinstance(text, Annotation):
        under: Text = axes.annotate(text.get_text(), text.xy, xytext=text.get_position(),
                                    textcoords="offset points", annotation_clip=False,
                                    linespacing=1.05, **looks)
    else:
        under = axes.text(*text.get_position(), text.get_text(), **looks)
    under.set_in_layout(text.get_in_layout())
    under.set_path_effects([effects.Stroke(linewidth=HALO, foreground="white")])
    number = len(axes.texts)
    text.set_gid(f"place-{number}-{text.get_fontsize():g}")  # svg.compact joins the two again
    under.set_gid(f"halo-{number}-{text.get_fontsize():g}")
    return under


def _move(text: Annotation, candidate: tuple[float, float, str, str], radius: float) -> None:
    dx, dy, horizontal, vertical = candidate
    gap = radius + 2.0 if dx or dy else 0.0
    text.set_position((dx * gap, dy * gap))
    text.set_horizontalalignment(horizontal)  # type: ignore[arg-type]
    text.set_verticalalignment(vertical)  # type: ignore[arg-type]


def _overlap(box: Bbox, used: list[Bbox]) -> float:
    area = 0.0
    for other in used:
        width = min(box.x1, other.x1) - max(box.x0, other.x0)
        height = min(box.y1, other.y1) - max(box.y0, other.y0)
        if width > 0 and height > 0:
            area += width * height
    return area


def _outside(box: Bbox, frame: Bbox) -> float:
    width = max(0.0, min(box.x1, frame.x1) - max(box.x0, frame.x0))
    height = max(0.0, min(box.y1, frame.y1) - max(box.y0, frame.y0))
    return box.width * box.height - width * height
