"""Maps: north-up in SWEREF 99 TM, with scale bar, named municipalities and a legend with units.

Terms
-----
member: a municipality of the region; drawn with a strong outline.
surroundings: other municipalities inside the frame, drawn lightly for orientation.
symbol: a circle whose area is a count. Areas are shaded only for rates and shares.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import BoundaryNorm, to_hex
from matplotlib.legend import Legend
from matplotlib.legend_handler import HandlerLine2D
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation
from matplotlib.ticker import MaxNLocator
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from analysis.figures import ground, labels, style
from analysis.figures.ground import Frame, Sheet
from analysis.figures.labels import Label
from analysis.regions import Region, municipalities
from analysis.text import swedish

MANY = 12  # with more members than this only those that fit are named
LEGEND = 1.5  # inches below the map of a narrow drawing
_INLAND = 400.0  # metres: how far inside the land a spot is moved that lay outside
LARGEST = 26.0  # radius in points of the largest circle
SURE = 5  # of many members the largest circles, which a title may speak of, have their names
_FULL = 4.0  # so many circles of that size may all circles of a map be together
MOST_DOTS = 100  # localities on a map: more hide each other, and its file is large
_SLIM = 0.6  # of its room at least has the map of a slim country


def map_canvas(height: float = 4.3, *, legend: float = 0.30) -> tuple[Axes, Axes]:
    """Axes for a map and for its legend: right of it (`legend` is its share of the width), or
    below it in a narrow drawing.
    """
    if style.width() < style.WIDTH:
        axes = style.canvas(height + LEGEND, rows=2, height_ratios=[height, LEGEND])
    else:
        axes = style.canvas(height, columns=2, width_ratios=[1 - legend, legend])
    for ax in axes:
        ax.set_axis_off()
    return axes[0], axes[1]


def canvas_of(
    region: Region,
    boundaries: gpd.GeoDataFrame,
    *,
    legend: float = 0.30,
    lowest: float = 3.0,
    highest: float = 6.6,
) -> tuple[Axes, Axes]:
    """Axes as `map_canvas` has them, of the region's natural height (inches).

    Where that is more than the `highest`, a map of many members is narrower: it would be filled
    with sea and other municipalities.
    """
    height = natural_height(region, boundaries, legend=legend, lowest=lowest, highest=highest)
    west, south, east, north = boundaries.loc[list(region.members)].total_bounds
    room = 1 - legend
    if len(region.members) > MANY:
        needed = height / 1.05 * (east - west) / (north - south) / style.WIDTH
        room = float(np.clip(needed, _SLIM * room, room))
    return map_canvas(height, legend=1 - room)


def natural_height(
    region: Region,
    boundaries: gpd.GeoDataFrame,
    *,
    legend: float = 0.30,
    lowest: float = 3.0,
    highest: float = 6.6,
) -> float:
    """The height (inches) that lets a map of the region fill its width: tall regions get more."""
    west, south, east, north = boundaries.loc[list(region.members)].total_bounds
    width = style.width() * (1 if style.width() < style.WIDTH else 1 - legend)
    return float(np.clip(1.05 * width * (north - south) / (east - west), lowest, highest))


def frame_of(
    region: Region,
    boundaries: gpd.GeoDataFrame,
    *,
    aspect: float,
    pad: float = 0.06,
    also: Sequence[str] = (),
) -> Frame:
    """The frame around the members (and `also`), padded and widened to `aspect` (width/height)."""
    inside = boundaries.loc[[*region.members, *also]]
    west, south, east, north = inside.total_bounds
    margin = pad * max(east - west, north - south)
    return fitted(Frame(west - margin, south - margin, east + margin, north + margin), aspect)


def fitted(frame: Frame, aspect: float) -> Frame:
    """The frame widened to `aspect` (width by height)."""
    if frame.width < aspect * frame.height:
        west, east = _widen(frame.west, frame.east, aspect * frame.height)
        return Frame(west, frame.south, east, frame.north)
    south, north = _widen(frame.south, frame.north, frame.width / aspect)
    return Frame(frame.west, south, frame.east, north)


def framed(areas: gpd.GeoSeries, pad: float) -> gpd.GeoSeries:
    """A rectangle around `areas`, `pad` metres off; around each part where they lie apart."""
    west, south, east, north = areas.bounds.to_numpy().T
    boxes, count = shapely.box(west - pad, south - pad, east + pad, north + pad), 0
    while count != len(boxes):  # two rectangles that meet become one, which may meet a third
        count = len(boxes)
        boxes = shapely.envelope(shapely.get_parts(shapely.union_all(boxes)))
    return gpd.GeoSeries(boxes, crs=areas.crs)


def _widen(low: float, high: float, length: float) -> tuple[float, float]:
    middle = (low + high) / 2
    return middle - length / 2, middle + length / 2


def draw_base(
    axes: Axes,
    region: Region,
    boundaries: gpd.GeoDataFrame,
    *,
    fill: pd.Series | None = None,
    also: Sequence[str] = (),
    bar: bool = True,
    pad: float = 0.06,
) -> Sheet:
    """Draw surroundings and members, set the frame, add scale bar and north arrow (`bar`).

    `fill` gives a colour by code; members without one are drawn plain. Returns what was drawn.
    """
    style.settle(axes)  # the layout decides how wide the map may be
    extent = axes.get_window_extent()
    frame = frame_of(region, boundaries, aspect=extent.width / extent.height, also=also, pad=pad)
    return draw_ground(axes, region, boundaries, frame, fill=fill, bar=bar)


def draw_ground(
    axes: Axes,
    region: Region,
    boundaries: gpd.GeoDataFrame,
    frame: Frame,
    *,
    fill: pd.Series | None = None,
    bar: bool = True,
) -> Sheet:
    """Draw a map of `frame` with the region's borders; see `draw_base`."""
    found = ground.sheet(boundaries, frame, millimetres=millimetres(axes))
    visible = found.land.index
    colours = pd.Series(
        np.where(visible.isin(region.members), style.MEMBER, style.LAND),
        index=visible,
        dtype="object",
    )
    if fill is not None:
        colours.update(fill.dropna())
    alone = ground.beyond_what_is_known(found)
    ground.draw(axes, found, colours, region.members, strong=_strength(region), alone=alone)
    show_frame(axes, frame)
    axes._samverkan_sheet = found  # type: ignore[attr-defined]
    if bar:
        scale_bar(axes, frame, found.land[visible.isin(region.members)].to_numpy())
    return found


def _strength(region: Region) -> float:
    """Width in points of the members' borders: the more members, the thinner."""
    count = len(region.members)
    return 1.0 if count <= MANY else 0.5 if count < 100 else 0.25


def millimetres(axes: Axes) -> float:
    """The width of `axes` on paper."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return float(axes.get_window_extent().width / figure.dpi * 25.4)


def show_frame(axes: Axes, frame: Frame) -> None:
    """Let `axes` show the frame, with the same scale in both directions."""
    axes.set_xlim(frame.west, frame.east)
    axes.set_ylim(frame.south, frame.north)
    axes.set_aspect("equal")
    axes.set_axis_off()


def scale_bar(axes: Axes, frame: Frame, *keep_off: Any) -> None:
    """A north arrow and, beside it, a scale bar of a round length, in the corner of the map that
    covers least of the first of `keep_off` (shapes in map units), and among those of the next.
    """
    point = points_to_map(axes)
    length = _round_length(min(frame.width * 0.22, 90 * point))
    wide, high = length + 24 * point, 26 * point
    corners = [
        (x, y) for y in (frame.south, frame.north - high) for x in (frame.west, frame.east - wide)
    ]
    wholes = [shapely.union_all(shapes) for shapes in keep_off]

    def covered(corner: tuple[float, float]) -> list[float]:
        x, y = corner
        cut = shapely.clip_by_rect(wholes, x, y, x + wide, y + high)
        return [round(share, 2) for share in shapely.area(cut) / (wide * high)]

    west, south = min(corners, key=covered)
    axes._samverkan_bar = box(west, south, west + wide, south + high)  # type: ignore[attr-defined]
    x, y = west + 7 * point, south + 5 * point
    axes.annotate(
        "",
        (x, y + 12 * point),
        (x, y),
        zorder=10,
        annotation_clip=False,
        arrowprops={
            "arrowstyle": "-|>",
            "color": style.INK,
            "linewidth": 0.9,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    ).set_in_layout(False)
    low, tick = x + 9 * point, 3 * point
    axes.plot(
        [low, low, low + length, low + length],
        [y + tick, y, y, y + tick],
        color=style.INK,
        linewidth=1.1,
        solid_capstyle="butt",
        zorder=10,
    )
    for place, top, words in (
        (x, y + 12.5 * point, "N"),
        (low + length / 2, y + 2.5 * point, f"{swedish.number(length / 1000)}{swedish.NARROW}km"),
    ):
        axes.text(
            place, top, words, ha="center", va="bottom", fontsize=7.5, zorder=10
        ).set_in_layout(False)


def points_to_map(axes: Axes) -> float:
    """The length of a point (1/72 inch) in map units."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    west, east = axes.get_xlim()
    return float((east - west) / axes.get_window_extent().width * figure.dpi / 72)


def _round_length(metres: float) -> float:
    power = 10 ** np.floor(np.log10(metres))
    return float(max(step * power for step in (1, 2, 5) if step * power <= metres))


def centres(boundaries: gpd.GeoDataFrame, localities: pd.DataFrame | None = None) -> pd.DataFrame:
    """A point to stand for each municipality: its largest locality, or a point on its land.

    It always lies on the land of the municipality. Returns columns x and y (metres) by code.
    """
    inside = boundaries.geometry.representative_point()
    points = pd.DataFrame({"x": inside.x, "y": inside.y}, index=boundaries.index)
    if localities is not None:
        largest = localities.sort_values("population").groupby("code").last()
        largest = largest[largest.index.isin(points.index)]
        spots = on_land(
            shapely.points(largest[["easting", "northing"]].to_numpy()),
            boundaries.geometry[largest.index].to_numpy(),
        )
        points.loc[largest.index, ["x", "y"]] = shapely.get_coordinates(spots)
    return points


def largest(localities: pd.DataFrame, region: Region) -> pd.DataFrame:
    """The localities of the members, of more than `MOST_DOTS` the largest: as many as a map shows."""
    inside = localities[localities["code"].isin(region.members)]
    return inside if len(inside) <= MOST_DOTS else inside.nlargest(MOST_DOTS, "population")


def dots_said(shown: pd.DataFrame) -> str:
    """What the dots of `largest` are, with their year; "" where there are none."""
    if shown.empty:
        return ""
    year = int(shown["year"].max())
    if len(shown) < MOST_DOTS:
        return f"tätorter {year}"
    return f"de {MOST_DOTS} största tätorterna {year}"


def on_land(spots: Any, land: Any) -> Any:
    """Each spot, or where it lies outside its land the nearest point a little inside of it.

    Shores and borders are coarser than the places of localities.
    """
    moved = np.array(spots)
    out = ~shapely.contains(land, spots)
    nearest = shapely.get_point(shapely.shortest_line(land[out], spots[out]), 0)
    inner = shapely.get_point(
        shapely.shortest_line(shapely.buffer(land[out], -_INLAND), spots[out]), 0
    )
    moved[out] = np.where(shapely.is_missing(inner), nearest, inner)
    return moved


def circle_sizes(values: pd.Series, *, among: pd.Series | None = None) -> pd.Series:
    """Areas in square points, proportional to the count (missing stays missing).

    `among` are all counts of the map, when `values` are others: of many all are smaller, so that
    they do not hide each other.
    """
    counts = values if among is None else among
    top, total = float(counts.max()), float(counts.sum())
    if not top > 0:
        return values * np.nan
    whole = np.pi * LARGEST**2 * style.width() / style.WIDTH  # a narrow map is as full as a wide
    return whole * min(1.0, _FULL * top / total) * values / top


def radius_of(area: float) -> float:
    """Radius in points of a circle with an area in square points."""
    return float(np.sqrt(max(area, 0) / np.pi)) if area == area else 0.0


def draw_circles(
    axes: Axes, points: pd.DataFrame, areas: pd.Series, **options: object
) -> PathCollection:
    """Circles at `points` (x, y), area by area; larger ones are drawn first."""
    order = areas.dropna().sort_values(ascending=False).index
    # matplotlib's `s` is the square of the diameter, not the area of the circle
    sizes = 4 * areas.loc[order] / np.pi
    return axes.scatter(points.loc[order, "x"], points.loc[order, "y"], s=sizes, **options)  # type: ignore[arg-type]


def draw_members(
    axes: Axes,
    region: Region,
    points: pd.DataFrame,
    counts: pd.Series,
    *,
    surroundings: gpd.GeoDataFrame,
    write: Callable[[Any], str] = swedish.number,
    named: int | None = None,
    alpha: float = 0.75,
    linewidth: float = 0.7,
) -> None:
    """A circle for each of `counts`, with its name and count: of the first `named`, or of all."""
    areas = circle_sizes(counts.abs())
    draw_circles(
        axes,
        points,
        areas,
        facecolor=style.ACCENT,
        edgecolor="white",
        alpha=alpha,
        linewidth=linewidth,
        zorder=5,
    )
    draw_names(
        axes,
        region,
        points,
        areas=areas,
        order=list(counts.index)[:named],
        values=counts.map(write),
        surroundings=surroundings,
    )


def draw_names(
    axes: Axes,
    region: Region,
    points: pd.DataFrame,
    *,
    values: pd.Series | None = None,
    areas: pd.Series | None = None,
    order: Sequence[str] | None = None,
    surroundings: gpd.GeoDataFrame | None = None,
) -> None:
    """Name the members (with a second line from `values`), then the surroundings where they fit.

    `order` is the order of importance: with many members those that find no room are left out,
    because the table names them all. There the size of a circle tells its value, and on a shaded
    map a member without room for its name has its value alone where that fits.
    """
    few = len(region.members) <= MANY
    codes = list(order) if order is not None else list(region.members)
    said = {} if values is None or not (few or areas is None) else values.astype("str").to_dict()
    style.settle(axes)
    sheet = axes._samverkan_sheet  # type: ignore[attr-defined]
    wanted = {
        code: _member_name(
            code,
            sheet,
            _point(points, code),
            few,
            few or (areas is not None and rank < SURE),
            said.get(code, ""),
            0.0 if areas is None else radius_of(areas.get(code, 0)),
        )
        for rank, code in enumerate(codes)
        if few or areas is not None or code in sheet.land.index  # else it is too small to be seen
    }
    with style.beside_the_layout(axes):
        taken = [] if areas is None else symbol_discs(axes, points, areas)
        drawn = place(axes, list(wanted.values()), taken=taken)
        if said and not few:
            found = {text.get_text() for text in drawn}
            rest = [
                replace(label, text=said[code])
                for code, label in wanted.items()
                if label.text not in found and code in said
            ]
            taken += [text.get_window_extent() for text in drawn]
            place(axes, rest, taken=taken)
        if surroundings is not None and few:
            taken += [text.get_window_extent() for text in drawn]
            place(
                axes,
                [*_lake_names(sheet), *_neighbour_names(region, surroundings, sheet)],
                taken=taken,
            )


def place(
    axes: Axes, wanted: Sequence[Label], *, taken: Sequence[Any] = (), lines: Sequence[Any] = ()
) -> list[Annotation]:
    """Place labels on a map: clear of its borders, its scale bar, what is `taken` (pixels) and
    `lines` (map units). Returns those that were drawn.
    """
    borders = axes._samverkan_sheet.borders.geometry  # type: ignore[attr-defined]
    return labels.place(axes, wanted, taken=[*bar_box(axes), *taken], borders=[*borders, *lines])


def named_first(values: pd.Series, order: Sequence[str], centre: float | None) -> list[str]:
    """Members in the order in which they are named: `order`, but of many on a map around a
    `centre` those farthest from it first.

    >>> named_first(pd.Series({"a": 1.0, "b": -3.0}), ["a", "b"], 0.0)
    ['a', 'b']
    """
    if centre is None or len(order) <= MANY:
        return list(order)
    away = (values.reindex(list(order)).astype("float64") - centre).abs()
    return [str(code) for code in away.sort_values(ascending=False, kind="stable").index]


def _member_name(
    code: str,
    sheet: Sheet,
    point: tuple[float, float],
    few: bool,
    must: bool,
    value: str,
    radius: float,
) -> Label:
    """The name of a member, beside its circle or anywhere on its land."""
    land = sheet.land.get(code)
    if not radius and land is not None:
        point = heart(land)
    name = municipalities()[code].name + (f"\n{value}" if value else "")
    return Label(
        name,
        *point,
        radius=radius,
        size=8.5 if few else labels.LEAST,
        must=must,
        weight="bold" if few else "normal",
        area=land,
        away=bool(radius),
    )


def heart(land: BaseGeometry) -> tuple[float, float]:
    """The middle of the largest circle that has room on the land: where a name stands well."""
    largest = max(shapely.get_parts(land), key=shapely.area)
    radius = np.sqrt(largest.area)
    x, y = shapely.maximum_inscribed_circle(largest, radius / 20).coords[0]
    return float(x), float(y)


def _neighbour_names(region: Region, boundaries: gpd.GeoDataFrame, sheet: Sheet) -> list[Label]:
    """Names of the surroundings that show more than a corner, the largest first."""
    part = shapely.intersection(sheet.land.to_numpy(), sheet.frame.area)
    shown = {
        code: land
        for code, land in zip(sheet.land.index, part, strict=True)
        if code not in region.members and land.area > 0.012 * sheet.frame.area.area
    }
    return [
        Label(
            str(boundaries.at[code, "name"]),
            *heart(land),
            size=7,
            colour=style.MUTED,
            must=False,
            area=land,
        )
        for code, land in sorted(shown.items(), key=lambda item: -item[1].area)
    ]


def _lake_names(sheet: Sheet) -> list[Label]:
    """Names of the lakes that are wide enough to be seen, each in its visible part."""
    part = shapely.intersection(sheet.lakes.geometry.to_numpy(), sheet.frame.area)
    least = 0.008 * sheet.frame.area.area
    return [
        Label(name, *heart(shape), size=7, colour=style.LAKE_NAME, must=False, area=shape)
        for name, shape in zip(sheet.lakes["name"], part, strict=True)
        if name and shape.area > least
    ]


def _point(points: pd.DataFrame, code: object) -> tuple[float, float]:
    x, y = points.loc[[code], ["x", "y"]].to_numpy(dtype="float64")[0]
    return float(x), float(y)


def bar_box(axes: Axes) -> list[BaseGeometry]:
    """Where scale bar and north arrow stand, in pixels; empty on a map without them."""
    found = getattr(axes, "_samverkan_bar", None)
    return [] if found is None else [shapely.transform(found, axes.transData.transform)]


def symbol_discs(axes: Axes, points: pd.DataFrame, areas: pd.Series) -> list[BaseGeometry]:
    """The circles drawn at `points`, in pixels."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    known = areas.dropna()
    middles = shapely.points(
        axes.transData.transform(points.loc[known.index, ["x", "y"]].to_numpy(dtype="float64"))
    )
    radii = [radius_of(area) * figure.dpi / 72 for area in known]
    return list(shapely.buffer(middles, radii, quad_segs=6))


def size_legend(
    axes: Axes,
    counts: pd.Series,
    *,
    title: str,
    colour: str = style.ACCENT,
    most: int = 3,
    row: bool = False,
) -> None:
    """What the circles of `circle_sizes` stand for on a map of `counts`.

    At most `most` circles, largest first, each with its count: one below the other, or in a row.
    """
    values = nice_counts(float(counts.max()), how_many=most)
    areas = list(circle_sizes(pd.Series(values, dtype="float64"), among=counts))
    handles = [
        Line2D(
            [],
            [],
            linestyle="none",
            marker="o",
            markersize=2 * radius_of(area),
            markerfacecolor="none",
            markeredgecolor=colour,
            label=swedish.number(value),
        )
        for value, area in zip(values, areas, strict=True)
    ]
    widest = max((2 * radius_of(area) for area in areas), default=8)
    add_legend(
        axes,
        handles,
        title,
        handler_map={Line2D: _Circle()},
        handlelength=widest / mpl.rcParams["legend.fontsize"],
        ncols=len(values) if row else 1,
    )


class _Circle(HandlerLine2D):
    """A circle of a legend in a row as tall as it is: neighbours and the title keep clear of it."""

    def legend_artist(
        self, legend: Legend, orig_handle: Any, fontsize: float, handlebox: Any
    ) -> Line2D:
        """Draw the circle at the height of its words."""
        across, middle = orig_handle.get_markersize() + 2, 0.35 * fontsize
        handlebox.height = max(across, handlebox.height)
        handlebox.ydescent = max(across / 2 - middle, handlebox.ydescent)
        mark = Line2D([handlebox.width / 2], [middle])
        self.update_prop(mark, orig_handle, legend)
        mark.set_transform(handlebox.get_transform())
        handlebox.add_artist(mark)
        return mark


def add_legend(axes: Axes, handles: Sequence[Any], title: str, **options: Any) -> None:
    """A further legend: matplotlib has one, and draws an earlier one only as an artist."""
    earlier = axes.get_legend()
    if earlier is not None:
        axes.add_artist(earlier)
    legend = axes.legend(
        handles=handles, title=title, loc="upper left", alignment="left", borderpad=0.8, **options
    )
    legend.get_title().set_fontsize(8.5)


def nice_counts(largest: float, *, how_many: int = 3) -> list[float]:
    """Round counts for a size legend, largest first: 150 000, 50 000, 15 000."""
    if not largest > 0:
        return []
    steps = [step * 10.0**power for power in range(9) for step in (1, 2, 5)]
    below = [step for step in steps if step <= largest]
    return below[::-1][: 2 * how_many : 2] or [largest]


def shade_classes(
    values: pd.Series, *, centre: float | None = None, classes: int = 5
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
    return [
        to_hex(palette(share))
        for share in (*np.linspace(0.2, 0.42, below), *np.linspace(0.58, 0.8, above))
    ]


def class_legend(
    axes: Axes,
    fill: pd.Series,
    limits: Sequence[float],
    colours: Sequence[str],
    *,
    title: str,
    decimals: int,
    percent: bool = False,
    missing: bool = False,
) -> None:
    """A legend of the shaded classes that `fill` (colours by code) has, highest first, with the
    unit in its title: a class without members explains nothing on the map.
    """
    scale = 100 if percent else 1
    handles = [
        Patch(
            facecolor=colour,
            linewidth=0.4,
            edgecolor=style.MUTED,
            label=f"{swedish.number(low * scale, decimals)} till "
            f"{swedish.number(high * scale, decimals)}",
        )
        for low, high, colour in zip(limits[:-1], limits[1:], colours, strict=True)
        if colour in set(fill)
    ][::-1]
    if missing:
        handles.append(
            Patch(
                facecolor=style.NO_DATA,
                edgecolor=style.MUTED,
                linewidth=0.4,
                label="uppgift saknas",
            )
        )
    add_legend(axes, handles, title)
