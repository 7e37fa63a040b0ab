"""Place names on a map: on their own land, clear of borders, symbols and each other.

Terms
-----
anchor: the point a label names, in map units.
trial: a box (pixels) where the label could stand: inside its area, or around its anchor.
obstacle: what a label may not cover, in pixels: symbols, arrows, the scale bar, other labels.

adjustText and textalloc were measured on the same maps (docs/decisions.md): they push names off
points and lines, but neither knows the area that a name must stay inside, and both move names off
their land. So every label tries its places and takes the cheapest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib.patheffects as effects
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from analysis.figures import renderers, style

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

HALO = 2.2  # width in points of the white outline around a name
_AWAY, _RINGS = 11.0, 5  # points that a label may move further off, where every near place is
_LED = 2  # taken, and how often; from this ring on a line leads to its symbol
_GAP = 2.0  # points between a symbol and its name
_GRID = 9  # trials inside an area: so many across and along
_SMALLER = 0.85  # of its size: a label that finds no free place tries once more, not below 7 points
LEAST = 7.0  # points: smaller type is not read on paper
# what a trial costs, as shares of its box: covering others, leaving its area, the frame, borders
_COVER, _LEAVE, _OUT, _CROSS, _FAR = 60.0, 1.2, 20.0, 1.0, 0.25
_RING = 0.55  # a name that stands off its symbol may be taken for another's
_FREE = 0.35  # a label that costs more is drawn only where it must be
_WORST = 3.0  # nor then where it would hide another: the table beside the map names it

# (dx, dy): right of the symbol first, as cartographers do
_AROUND = np.array(
    [(1, 0), (0, -1), (0, 1), (-1, 0), (0.75, 0.75), (0.75, -0.75), (-0.75, 0.75), (-0.75, -0.75)]
)


@dataclass(frozen=True)
class Label:
    """A text to place at `x`, `y` (map units), `radius` points away from the anchor.

    With an `area` (map units) the label stands inside it if it can; without a radius, anywhere
    inside it.
    """

    text: str
    x: float
    y: float
    radius: float = 0.0
    size: float = 8.5
    weight: str = "normal"
    colour: str = style.INK
    must: bool = True  # drawn even where it touches something; others are left out
    away: bool = False  # may stand further off where every near position is taken
    area: BaseGeometry | None = None
    home: float = 0.0  # less of it in its area, and it would be read as another's: left out


@dataclass
class _Room:
    """What is taken on the map so far, in pixels."""

    frame: Bbox
    obstacles: list[BaseGeometry]
    borders: _Pieces

    def cost(
        self, trials: NDArray[Any], area: BaseGeometry | None, home: float
    ) -> NDArray[np.float64]:
        """What each trial (boxes) covers, crosses and leaves, as shares of its size."""
        size = shapely.area(trials)
        seen = shapely.clip_by_rect(trials, *self.frame.extents)
        found = _OUT * (1 - shapely.area(seen) / size)
        found += _COVER * _covered(trials, np.array(self.obstacles)) / size
        found += _CROSS * self.borders.crossed(trials) / np.sqrt(size)
        if area is not None:
            inside = _inside(trials, area) / size
            found += _LEAVE * (1 - inside) + _OUT * (inside < home)
        return np.asarray(found)


@dataclass(frozen=True)
class _Pieces:
    """Borders as straight pieces: where each begins (n x 2, pixels), and its step to the end."""

    starts: NDArray[np.float64]
    steps: NDArray[np.float64]
    tree: shapely.STRtree

    @classmethod
    def of(cls, lines: NDArray[Any]) -> _Pieces:
        points, line = shapely.get_coordinates(lines, return_index=True)
        within = line[1:] == line[:-1]
        starts, ends = points[:-1][within], points[1:][within]
        return cls(
            starts,
            ends - starts,
            shapely.STRtree(shapely.linestrings(np.stack([starts, ends], axis=1))),
        )

    def crossed(self, trials: NDArray[Any]) -> NDArray[np.float64]:
        """How long the pieces inside each trial are."""
        trial, piece = self.tree.query(trials)
        corners, starts, steps = (
            shapely.bounds(trials)[trial],
            self.starts[piece],
            self.steps[piece],
        )
        slope = np.where(steps == 0, 1e-9, steps)
        one, other = (corners[:, :2] - starts) / slope, (corners[:, 2:] - starts) / slope
        enter = np.minimum(one, other).max(axis=1).clip(0, 1)
        leave = np.maximum(one, other).min(axis=1).clip(0, 1)
        lengths = np.hypot(*steps.T) * (leave - enter).clip(0)
        return np.bincount(trial, lengths, len(trials)).astype(np.float64)


def _covered(trials: NDArray[Any], others: NDArray[Any]) -> NDArray[np.float64]:
    """How much of all `others` lies inside each trial."""
    if not len(others):
        return np.zeros(len(trials))
    trial, other = shapely.STRtree(others).query(trials, predicate="intersects")
    parts = shapely.area(shapely.intersection(trials[trial], others[other]))
    return np.bincount(trial, parts, len(trials)).astype(np.float64)


def _inside(trials: NDArray[Any], area: BaseGeometry) -> NDArray[np.float64]:
    """How much of each trial lies in the area; only those at its edge are cut, which takes long."""
    shapely.prepare(area)
    found = shapely.area(trials) * shapely.contains(area, trials)
    edge = shapely.intersects(area, trials) & (found == 0)
    found[edge] = shapely.area(shapely.intersection(trials[edge], area))
    return np.asarray(found)


def place(
    axes: Axes,
    labels: Sequence[Label],
    *,
    taken: Iterable[Bbox | BaseGeometry] = (),
    borders: Sequence[BaseGeometry] = (),
) -> list[Annotation]:
    """Draw `labels` in order of importance; returns the texts that were drawn.

    `taken` (pixels) may be covered by no label and `borders` (map units) crossed by none. A label
    without room is left out; one that is a `must` only where it would hide another.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    frame = axes.get_window_extent(renderer).frozen()
    lines = shapely.get_parts(_pixels(axes, list(borders)))
    room = _Room(frame, [_shape(one) for one in taken], _Pieces.of(lines))
    drawn = []
    with style.beside_the_layout(axes):
        for label in labels:
            found = _find(axes, label, room, renderer)
            if found is not None:
                text, box = found
                room.obstacles.append(box)
                halo(text)
                drawn.append(text)
    return drawn


def _shape(one: Bbox | BaseGeometry) -> BaseGeometry:
    return shapely.box(one.x0, one.y0, one.x1, one.y1) if isinstance(one, Bbox) else one


def _pixels(axes: Axes, shapes: Any) -> Any:
    """Shapes in map units as shapes in pixels."""
    return shapely.transform(shapes, axes.transData.transform)


def _find(
    axes: Axes, label: Label, room: _Room, renderer: Any
) -> tuple[Annotation, BaseGeometry] | None:
    """The text at its cheapest place and the box it takes; nothing when there is no room."""
    text = axes.annotate(
        label.text,
        (label.x, label.y),
        xytext=(0, 0),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=label.size,
        fontweight=label.weight,
        color=label.colour,
        zorder=9,
        annotation_clip=False,
        linespacing=1.05,
        in_layout=False,
    )
    best = _cheapest(axes, label, room, text, renderer)
    if best.cost > (_WORST if label.must else _FREE):
        text.remove()
        return None
    text.set_fontsize(best.size)
    text.xy = tuple(axes.transData.inverted().transform(best.middle))
    if label.radius and best.trial >= _LED * len(_AROUND):
        _lead(axes, label, best.box)
    return text, best.box


@dataclass(frozen=True)
class _Place:
    """A trial: what it costs, the size of its text, its middle and box (pixels), its number."""

    cost: float
    size: float
    middle: NDArray[np.float64]
    box: BaseGeometry
    trial: int


def _cheapest(axes: Axes, label: Label, room: _Room, text: Text, renderer: Any) -> _Place:
    """The cheapest trial; where none is free a smaller text is tried, too."""
    area = None if label.area is None else _pixels(axes, label.area)
    best: _Place | None = None
    for size in dict.fromkeys((label.size, max(min(label.size, LEAST), _SMALLER * label.size))):
        text.set_fontsize(size)
        extent = text.get_window_extent(renderer)
        middles = _middles(axes, label, area, room.frame, extent.width, extent.height, size)
        half = np.array([extent.width, extent.height]) / 2
        trials = shapely.box(*(middles - half).T, *(middles + half).T)
        cost = room.cost(trials, area, label.home) + np.linspace(0, 0.02, len(trials))
        cost += _far(axes, label, middles, room.frame)
        least = int(cost.argmin())
        if best is None or cost[least] < best.cost - 0.1:
            best = _Place(float(cost[least]), size, middles[least], trials[least], least)
        if cost[least] < _FREE:
            break
    assert best is not None
    return best


def _lead(axes: Axes, label: Label, box: BaseGeometry) -> None:
    """A thin line from the edge of a symbol to a name that stands off."""
    anchor = axes.transData.transform((label.x, label.y))
    radius = label.radius * axes.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
    way = shapely.shortest_line(shapely.Point(anchor).buffer(radius), box)
    x, y = axes.transData.inverted().transform(shapely.get_coordinates(way)).T
    axes.plot(x, y, color=label.colour, linewidth=0.6, zorder=8)


def _middles(
    axes: Axes,
    label: Label,
    area: BaseGeometry | None,
    frame: Bbox,
    width: float,
    height: float,
    size: float,
) -> NDArray[np.float64]:
    """Middles of the trials of a label (pixels), the best first."""
    anchor = axes.transData.transform((label.x, label.y))
    points = axes.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
    rings = [label.radius + step * _AWAY for step in range(_RINGS if label.away else 1)]
    reach = np.array([width / 2, 0.42 * height])
    around = np.vstack([anchor + _AROUND * ((ring + _GAP) * points + reach) for ring in rings])
    if label.radius:  # beside a symbol near the frame a name moves along it
        half = np.array([width, height]) / 2
        return np.clip(around, frame.min + half, np.maximum(frame.max - half, frame.min + half))
    if area is None:
        return np.vstack([anchor, around])
    west, south, east, north = shapely.intersection(
        area, shapely.box(frame.x0, frame.y0, frame.x1, frame.y1)
    ).bounds
    if not west < east:
        return np.vstack([anchor, around])
    x, y = np.meshgrid(
        np.linspace(west, east, 2 + _GRID)[1:-1], np.linspace(south, north, 2 + _GRID)[1:-1]
    )
    return np.vstack([anchor, np.column_stack([x.ravel(), y.ravel()]), around])


def _far(
    axes: Axes, label: Label, middles: NDArray[np.float64], frame: Bbox
) -> NDArray[np.float64]:
    """A little for each step away from the anchor; more for each ring around a symbol."""
    anchor = axes.transData.transform((label.x, label.y))
    far = _FAR * np.hypot(*(middles - anchor).T) / frame.width
    ring = np.arange(len(middles)) // len(_AROUND) if label.radius else 0
    return np.asarray(far + _RING * ring)


def halo(text: Text) -> Text:
    """A white outline under `text`, as an artist of its own; call it when the text is in place.

    Matplotlib's own effect would write every letter's outline into the SVG twice.
    """
    axes: Any = text.axes
    looks: dict[str, Any] = {
        "fontsize": text.get_fontsize(),
        "fontweight": text.get_fontweight(),
        "color": "white",
        "zorder": text.get_zorder() - 0.1,
        "clip_on": text.get_clip_on(),
        "ha": text.get_horizontalalignment(),
        "va": text.get_verticalalignment(),
    }
    if isinstance(text, Annotation):
        under: Text = axes.annotate(
            text.get_text(),
            text.xy,
            xytext=text.get_position(),
            textcoords="offset points",
            annotation_clip=False,
            linespacing=1.05,
            **looks,
        )
    else:
        under = axes.text(*text.get_position(), text.get_text(), **looks)
    under.set_in_layout(text.get_in_layout())
    under.set_path_effects([effects.Stroke(linewidth=HALO, foreground="white")])
    number = len(axes.texts)
    text.set_gid(f"place-{number}-{text.get_fontsize():g}")  # svg.compact joins the two again
    under.set_gid(f"{renderers.UNDER}{number}-{text.get_fontsize():g}")
    return under
