"""Maps: north-up in SWEREF 99 TM, with scale bar, named municipalities and a legend with units.

Terms
-----
member: a municipality of the region; drawn with a strong outline.
surroundings: other municipalities inside the frame, drawn lightly for orientation.
symbol: a circle whose area is a count. Areas are shaded only for rates and shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import BoundaryNorm, to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from shapely.geometry import Polygon, box

from analysis.figures import labels, style
from analysis.figures.labels import Label
from analysis.loaders.boundaries import load_lakes
from analysis.regions import Region, municipalities
from analysis.text import swedish

MANY = 12  # with more members than this only those that fit are named
_FINE = 0.45  # of a pixel (a hundredth of an inch): corners that stand out less are left out
_LEGEND = 1.5  # inches below the map of a narrow drawing
LARGEST = 26.0  # radius in points of the largest circle


@dataclass(frozen=True)
class Frame:
    """The part of the country a map shows, in metres: `west, south, east, north`."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """East-west extent in metres."""
        return self.east - self.west


def map_canvas(height: float = 4.3, *, legend: float = 0.30) -> tuple[Axes, Axes]:
    """Axes for a map and for its legend: right of it (`legend` is its share of the width), or
    below it in a narrow drawing.
    """
    if style.width() < style.WIDTH:
        axes = style.canvas(height + _LEGEND, rows=2, height_ratios=[height, _LEGEND])
    else:
        axes = style.canvas(height, columns=2, width_ratios=[1 - legend, legend])
    for ax in axes:
        ax.set_axis_off()
    return axes[0], axes[1]


def natural_height(region: Region, boundaries: gpd.GeoDataFrame, *, legend: float = 0.30,
                   lowest: float = 3.0, highest: float = 6.6) -> float:
    """The height (inches) that lets a map of the region fill its width: tall regions get more."""
    west, south, east, north = boundaries.loc[list(region.members)].total_bounds
    width = style.width() * (1 if style.width() < style.WIDTH else 1 - legend)
    return float(np.clip(1.05 * width * (north - south) / (east - west), lowest, highest))


def frame_of(region: Region, boundaries: gpd.GeoDataFrame, *, aspect: float, pad: float = 0.06,
             also: Sequence[str] = ()) -> Frame:
    """The frame around the members (and `also`), padded and widened to `aspect` (width/height)."""
    inside = boundaries.loc[[*region.members, *also]]
    west, south, east, north = inside.total_bounds
    margin = pad * max(east - west, north - south)
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    width, height = east - west, north - south
    if width < aspect * height:
        west, east = _widen(west, east, aspect * height)
    else:
        south, north = _widen(south, north, width / aspect)
    return Frame(west, south, east, north)


def _widen(low: float, high: float, length: float) -> tuple[float, float]:
    middle = (low + high) / 2
    return middle - length / 2, middle + length / 2


def draw_base(axes: Axes, region: Region, boundaries: gpd.GeoDataFrame, *,
              fill: pd.Series | None = None, also: Sequence[str] = (), bar: bool = True) -> Frame:
    """Draw surroundings and members, set the frame, add scale bar and north arrow (`bar`).

    `fill` gives a colour by code; members without one are drawn plain. Returns the frame.
    """
    style.settle(axes)  # the layout decides how wide the map may be
    extent = axes.get_window_extent()
    frame = frame_of(region, boundaries, aspect=extent.width / extent.height, also=also)
    visible = in_frame(boundaries, frame, pixels=extent.width)
    members = visible.index.isin(region.members)
    colours = np.where(members, style.MEMBER, style.LAND)
    if fill is not None:
        found = fill.reindex(visible.index)
        colours = np.where(found.notna(), found.astype("object"), colours)
    visible.plot(ax=axes, color=colours, edgecolor="white", linewidth=0.7, zorder=1)
    hatch_below(axes, visible, colours)
    draw_lakes(axes, frame)
    visible[members].boundary.plot(
        ax=axes, color=style.INK, zorder=3,
        linewidth=1.0 if len(region.members) <= MANY else 0.5 if len(region.members) < 100 else 0.2)
    axes.set_xlim(frame.west, frame.east)
    axes.set_ylim(frame.south, frame.north)
    axes.set_aspect("equal")
    axes.set_axis_off()
    if bar:
        scale_bar(axes, frame)
    return frame


def in_frame(boundaries: gpd.GeoDataFrame, frame: Frame, *, pixels: float) -> gpd.GeoDataFrame:
    """The municipalities of a frame that is `pixels` wide, cut off a little outside it.

    A third of a point is finer than anyone sees, and small maps need far fewer corners. Common
    borders are simplified once, so that neighbours still meet.
    """
    window = _window(frame)
    near = boundaries[boundaries.intersects(window)]
    simple = shapely.coverage_simplify(near.geometry.to_numpy(), frame.width / pixels * _FINE)
    return near.set_geometry(shapely.clip_by_rect(simple, *window.bounds), crs=near.crs)


def _window(frame: Frame) -> Polygon:
    """The frame and a rim, so that no outline follows its edge."""
    rim = 0.02 * frame.width
    return box(frame.west - rim, frame.south - rim, frame.east + rim, frame.north + rim)


def draw_lakes(axes: Axes, frame: Frame) -> None:
    """The great lakes as a quiet ground above the municipalities, which may hold their waters.

    The figure cites the boundaries, which the lakes are found from.
    """
    style.cite_ground(axes, "boundaries")
    extent = axes.get_window_extent()
    visible = in_frame(load_lakes(), frame, pixels=extent.width)
    if len(visible):
        visible.plot(ax=axes, color=style.WATER, edgecolor=style.SHORE, linewidth=0.4, zorder=2.2,
                     aspect=None)


def hatch_below(axes: Axes, areas: gpd.GeoDataFrame, colours: Iterable[object]) -> None:
    """Hatch the areas whose class lies below the middle of a diverging scale."""
    below = areas[[style.is_below(colour) for colour in colours]]
    if len(below):
        below.plot(ax=axes, facecolor="none", edgecolor=style.BELOW_LINES, linewidth=0,
                   hatch=style.BELOW_HATCH, zorder=1.5)


def scale_bar(axes: Axes, frame: Frame) -> None:
    """A scale bar of a round length and a north arrow, in the lower left corner."""
    length = _round_length(frame.width * 0.22)
    height = frame.north - frame.south
    x, y = frame.west + 0.03 * frame.width, frame.south + 0.035 * height
    tick = 0.008 * height
    axes.plot([x, x, x + length, x + length], [y + tick, y, y, y + tick], color=style.INK,
              linewidth=1.1, solid_capstyle="butt", zorder=10)
    axes.text(x + length / 2, y + 1.5 * tick, f"{swedish.number(length / 1000)}{swedish.NARROW}km",
              ha="center", va="bottom", fontsize=7.5, zorder=10)
    foot, top = y + 0.055 * height, y + 0.105 * height
    axes.annotate("", (x, top), (x, foot), zorder=10, annotation_clip=False,
                  arrowprops={"arrowstyle": "-|>", "color": style.INK, "linewidth": 0.9,
                              "shrinkA": 0, "shrinkB": 0})
    axes.text(x, top + 0.004 * height, "N", ha="center", va="bottom", fontsize=7.5, zorder=10)


def _round_length(metres: float) -> float:
    power = 10 ** np.floor(np.log10(metres))
    return float(max(step * power for step in (1, 2, 5) if step * power <= metres))


def centres(boundaries: gpd.GeoDataFrame, localities: pd.DataFrame | None = None) -> pd.DataFrame:
    """A point to stand for each municipality: its largest locality, or a point in the polygon.

    Localities are dropped where they lie outside the municipality they are booked on. Returns
    columns x and y (metres) indexed by code.
    """
    inside = boundaries.geometry.representative_point()
    points = pd.DataFrame({"x": inside.x, "y": inside.y}, index=boundaries.index)
    if localities is not None:
        largest = localities.sort_values("population").groupby("code").last()
        points.loc[largest.index, ["x", "y"]] = largest[["easting", "northing"]].to_numpy()
    return points


def circle_sizes(values: pd.Series, *, largest: float | None = None) -> pd.Series:
    """Areas in square points, proportional to the count (missing stays missing)."""
    top = float(largest if largest is not None else values.max())
    return np.pi * LARGEST**2 * values / top if top > 0 else values * np.nan


def radius_of(area: float) -> float:
    """Radius in points of a circle with an area in square points."""
    return float(np.sqrt(max(area, 0) / np.pi)) if area == area else 0.0


def draw_circles(axes: Axes, points: pd.DataFrame, areas: pd.Series, **options: object,
                 ) -> PathCollection:
    """Circles at `points` (x, y), area by area; larger ones are drawn first."""
    order = areas.dropna().sort_values(ascending=False).index
    # matplotlib's `s` is the square of the diameter, not the area of the circle
    sizes = 4 * areas.loc[order] / np.pi
    return axes.scatter(points.loc[order, "x"], points.loc[order, "y"], s=sizes,
                        **options)  # type: ignore[arg-type]


def draw_names(axes: Axes, region: Region, points: pd.DataFrame, *,
               values: pd.Series | None = None, areas: pd.Series | None = None,
               order: Sequence[str] | None = None, surroundings: gpd.GeoDataFrame | None = None,
               ) -> None:
    """Name the members (with a second line from `values`), then the surroundings where they fit.

    `order` is the order of importance: with many members those that find no room are left out,
    because the table names them all.
    """
    known = municipalities()
    few = len(region.members) <= MANY
    codes = list(order) if order is not None else list(region.members)
    wanted = [
        Label(
            known[code].name + (f"\n{values[code]}" if values is not None and few
                                and code in values.index else ""),
            *_point(points, code),
            radius=radius_of(areas.get(code, 0)) if areas is not None else 0.0,
            size=8.5 if few else 6.5, weight="bold" if few else "normal", must=few,
        )
        for code in codes
    ]
    style.settle(axes)
    with style.beside_the_layout(axes):
        taken = [_scale_bar_box(axes)]
        taken += [] if areas is None else _symbol_boxes(axes, points, areas)
        drawn = labels.place(axes, wanted, taken=taken)
        if surroundings is not None and few:
            taken += [text.get_window_extent() for text in drawn]
            _name_surroundings(axes, region, surroundings, taken)


def _name_surroundings(axes: Axes, region: Region, boundaries: gpd.GeoDataFrame,
                       taken: list[mpl.transforms.Bbox]) -> None:
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    frame = Frame(west, south, east, north)
    visible = in_frame(boundaries, frame, pixels=axes.get_window_extent().width)
    visible = visible.set_geometry(
        shapely.clip_by_rect(visible.geometry.to_numpy(), west, south, east, north),
        crs=visible.crs)
    outside = visible[~visible.index.isin(region.members)]
    outside = outside[outside.area > 0.012 * (east - west) * (north - south)]
    points = outside.geometry.representative_point()
    places = [Label(boundaries.at[code, "name"], point.x, point.y, size=7, colour=style.MUTED,
                    must=False) for code, point in points.items()]
    named = labels.place(axes, places, taken=taken)
    labels.place(axes, _lake_names(frame),
                 taken=[*taken, *(text.get_window_extent() for text in named)])


def _lake_names(frame: Frame) -> list[Label]:
    """Names of the lakes that are wide enough to be seen, each at a point in its visible part."""
    lakes = load_lakes()
    part = shapely.clip_by_rect(lakes.geometry.to_numpy(), frame.west, frame.south, frame.east,
                                frame.north)
    least = 0.008 * frame.width * (frame.north - frame.south)
    return [Label(name, point.x, point.y, size=7, colour=style.LAKE_NAME, must=False)
            for name, shape in zip(lakes["name"], part, strict=True)
            if name and shape.area > least for point in [shape.representative_point()]]


def _point(points: pd.DataFrame, code: object) -> tuple[float, float]:
    x, y = points.loc[[code], ["x", "y"]].to_numpy(dtype="float64")[0]
    return float(x), float(y)


def _scale_bar_box(axes: Axes) -> mpl.transforms.Bbox:
    """The corner of the map where scale bar and north arrow stand, in pixels."""
    corners = axes.transAxes.transform([(0.0, 0.0), (0.26, 0.19)])
    return mpl.transforms.Bbox(corners)


def _symbol_boxes(axes: Axes, points: pd.DataFrame, areas: pd.Series,
                  ) -> list[mpl.transforms.Bbox]:
    figure = axes.get_figure(root=True)
    assert figure is not None
    pixels = figure.dpi / 72
    boxes = []
    for code, area in areas.dropna().items():
        x, y = axes.transData.transform(_point(points, code))
        reach = 0.8 * radius_of(area) * pixels  # a circle fills its box to about that width
        boxes.append(mpl.transforms.Bbox([[x - reach, y - reach], [x + reach, y + reach]]))
    return boxes


def size_legend(axes: Axes, values: Sequence[float], areas: Sequence[float], *, title: str,
                colour: str = style.ACCENT) -> None:
    """A legend of circles, largest first, each with its count."""
    handles = [
        Line2D([], [], linestyle="none", marker="o", markersize=2 * radius_of(area),
               markerfacecolor="none", markeredgecolor=colour, label=swedish.number(value))
        for value, area in zip(values, areas, strict=True)
    ]
    tallest = max((radius_of(area) for area in areas), default=4)
    spacing = max(0.6, tallest / 8.5 * 0.9)
    add_legend(axes, handles, title, labelspacing=spacing, handletextpad=max(1.0, tallest / 7),
                handlelength=max(2.0, tallest / 5))


def add_legend(axes: Axes, handles: Sequence[Any], title: str, **options: float) -> None:
    """A further legend: matplotlib has one, and draws an earlier one only as an artist."""
    earlier = axes.get_legend()
    if earlier is not None:
        axes.add_artist(earlier)
    legend = axes.legend(handles=handles, title=title, loc="upper left", alignment="left",
                         borderpad=0.8, **options)
    legend.get_title().set_fontsize(8.5)


def nice_counts(largest: float, *, how_many: int = 3) -> list[float]:
    """Round counts for a size legend, largest first: 150 000, 50 000, 15 000."""
    if not largest > 0:
        return []
    steps = [step * 10.0**power for power in range(9) for step in (1, 2, 5)]
    below = [step for step in steps if step <= largest]
    return below[::-1][: 2 * how_many : 2] or [largest]


def shade_classes(values: pd.Series, *, centre: float | None = None, classes: int = 5,
                  ) -> tuple[pd.Series, list[float], list[str]]:
    """Colours by code for a rate, the class limits and one colour a class.

    With `centre` the classes are symmetrical around it and the palette diverges; missing values
    get no colour. Raises ValueError when no value is known.
    """
    known = values.dropna()
    if known.empty:
        raise ValueError("no known value to shade")
    low, high = float(known.min()), float(known.max())
    if centre is not None:
        reach = max(high - centre, centre - low, 1e-9)
        low, high = centre - reach, centre + reach
    elif low == high:
        low, high = low - 0.5 * abs(low or 1), high + 0.5 * abs(high or 1)
    limits = list(MaxNLocator(nbins=classes + (centre is not None)).tick_values(low, high))
    if centre is not None and not any(np.isclose(limits, centre)):
        limits = list(centre + np.linspace(-1, 1, 7) * (high - centre))
    norm = BoundaryNorm(limits, len(limits) - 1)
    colours = style.sequential(len(limits) - 1) if centre is None else _sides(limits, centre)
    picked = known.map(lambda value: colours[int(np.clip(norm(value), 0, len(colours) - 1))])
    return picked, [float(limit) for limit in limits], colours


def _sides(limits: Sequence[float], centre: float) -> list[str]:
    """Diverging colours without the palest: just below the centre differs from just above.

    Labels must stay readable on the darkest.
    """
    below = sum(limit < centre - 1e-9 for limit in limits[:-1])
    above = len(limits) - 1 - below
    palette = mpl.colormaps[style.DIVERGING]
    return [to_hex(palette(share)) for share in (*np.linspace(0.2, 0.42, below),
                                                 *np.linspace(0.58, 0.8, above))]


def class_legend(axes: Axes, limits: Sequence[float], colours: Sequence[str], *, title: str,
                 decimals: int, percent: bool = False, missing: bool = False) -> None:
    """A legend of shaded classes, highest first, with the unit in its title."""
    scale = 100 if percent else 1
    handles = [
        Patch(facecolor=colour, linewidth=0.4,
              edgecolor=style.BELOW_LINES if style.is_below(colour) else style.MUTED,
              hatch=2 * style.BELOW_HATCH if style.is_below(colour) else "",
              label=f"{swedish.number(low * scale, decimals)} till "
                    f"{swedish.number(high * scale, decimals)}")
        for low, high, colour in zip(limits[:-1], limits[1:], colours, strict=True)
    ][::-1]
    if missing:
        handles.append(Patch(facecolor=style.NO_DATA, edgecolor=style.MUTED, hatch="////",
                             linewidth=0.4, label="uppgift saknas"))
    add_legend(axes, handles, title)
