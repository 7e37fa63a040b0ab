"""The flow map: the largest commuter flows of the members, each direction a band of its own.

Terms
-----
band: a tapered arrow from home to work whose width is the class of the count; it keeps to the
    right, so that the two directions of a pair lie apart.
pair: two municipalities, at least one a member, with the band of each direction.
end: where a band ends: a municipality's largest locality, moved a little where two ends would
    meet; beyond the frame the place where the way to it leaves the map, with the distance.
part: a map of its own. Few members share one; of many, bands that hang together or lie near each
    other have a map of their surroundings, for on a map of all they would lie on a heap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from shapely.geometry import Polygon

from analysis.errors import InputError
from analysis.figures import charts, labels, maps, style
from analysis.figures.ground import Frame
from analysis.flows import COMMUTING, Flows
from analysis.metrics.commuting import ABROAD
from analysis.regions import Region, municipalities
from analysis.tables import Format, Table
from analysis.text import commuting as text
from analysis.text import swedish
from analysis.views import commuting as view

MOST = 6  # pairs on the map
LEAST = view.EXACT  # persons in the larger direction of a modelled pair that is drawn
Classes = tuple[tuple[int, float], ...]
_CLASSES: Classes = ((0, 2.2), (1_000, 5.0), (3_000, 8.0), (10_000, 12.0))  # from so many: points
_NODE = 3.2  # points: radius of an end
_NAMES = 36.0  # points around an end where its name may stand
_NEAR = 30.0  # points between ends of a pair at least
_REACH = 0.45  # of the members' extent: so far outside them a place is still inside the frame
_BENDS = (0.10, 0.04, 0.17, 0.24, 0.31, 0.40)  # of a band's length, the first if nothing is there
_STOPS = (1.5, 3.0, 4.5)  # radii before its end where a head stops
_LATE = 0.35  # of a band's length at most
_EDGE = 0.11  # of the frame, kept free at its edge for the names of places beyond
_TOGETHER = 40_000  # metres: ends that lie nearer to each other share a part
_AROUND, _LEAST_WIDE = 0.22, 24_000  # a part shows so much of its extent around its ends; metres
_PART_HIGH = 2.6  # inches, of several
_KEY = 0.24  # of the width, beside the maps
Point = tuple[float, float]


@dataclass(frozen=True)
class Band:
    """Commuters in one direction; `inside`: both ends are members."""

    home: str
    work: str
    persons: float
    inside: bool
    classes: Classes = _CLASSES

    @property
    def width(self) -> float:
        """Points at the head: one width for each class of counts."""
        return [points for least, points in self.classes if self.persons >= least][-1]

    @property
    def colour(self) -> str:
        """Between members, or across the border of the region."""
        return style.ACCENT if self.inside else style.HIGHLIGHT


def bands(region: Region, flows: Flows) -> list[Band]:
    """Both directions of the largest pairs, the largest first.

    Of modelled commuters only pairs that reach `LEAST`, so that there may be none.

    >>> from analysis import flows, regions
    >>> first = bands(regions.get("karlstad"), flows.commuting_of(2021))[0]
    >>> first.home, first.work
    ('1761', '1780')
    """
    table = flows.table[flows.table["home"] != flows.table["work"]].dropna(subset="persons")
    member = set(region.members)
    table = table[
        (table["home"].isin(member) | table["work"].isin(member))
        & (table["home"] != ABROAD)
        & (table["work"] != ABROAD)
    ]
    pairs = [frozenset(pair) for pair in zip(table["home"], table["work"], strict=True)]
    table = table.assign(pair=pd.Series(pairs, index=table.index, dtype="object"))
    table = table.sort_values(["persons", "home", "work"], ascending=[False, True, True])
    least, classes = (LEAST, _CLASSES)
    if not _rough(flows):
        least, classes = 1, _classes(float(table["persons"].max()) if len(table) else 0)
    large = table.loc[table["persons"] >= least, "pair"].drop_duplicates().head(MOST)
    return [
        Band(
            str(row["home"]),
            str(row["work"]),
            float(row["persons"]),
            row["pair"] <= member,
            classes,
        )
        for row in table[table["pair"].isin(set(large))].to_dict("records")
    ]


def _rough(flows: Flows) -> bool:
    """Are these modelled commuters, of which small flows may not be told apart?"""
    return flows.modelled and flows.words == COMMUTING


def _classes(top: float) -> Classes:
    """Classes for observed or own flows of any size: from three limits in steps of about three.

    >>> _classes(1_400.0)
    ((0, 2.2), (100, 5.0), (300, 8.0), (1000, 12.0))
    """
    limits = [step * 10**power for power in range(9) for step in (1, 3)]
    last = max(sum(limit <= top for limit in limits), 3)
    points = [points for _, points in _CLASSES]
    return tuple(zip((0, *limits[last - 3 : last]), points, strict=True))


@style.drawn
def plot_flows(
    region: Region, flows: Flows, *, boundaries: gpd.GeoDataFrame, localities: pd.DataFrame
) -> Axes:
    """Map of the largest commuter flows: at most six pairs, both directions, sizes as classes.

    Raises InputError where no modelled flow reaches `LEAST` persons (no other flow 1).

    >>> from analysis import flows, regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.population import load_localities
    >>> axes = plot_flows(regions.get("karlstad"), flows.commuting_of(2021),
    ...                   boundaries=load_boundaries(), localities=load_localities())
    >>> style.description_of(axes.figure).subtitle
    'Personer som bor i en kommun och arbetar i en annan, 2021, modellskattning'
    """
    shown = bands(region, flows)
    if not shown:
        least = LEAST if _rough(flows) else 1
        raise InputError(f"no flow of {region.name} reaches {least} {flows.words.unit}")
    points = places_of(boundaries, localities)
    parts = _parts(region, shown, points)
    charts, side = _canvas(region, boundaries, len(parts))
    with style.look():
        style.settle(side)
        for chart, part in zip(charts, parts, strict=True):
            _draw_part(chart, region, part, boundaries, points)
        _draw_key(side, shown, swedish.capitalised(flows.words.unit))
    return style.describe(
        charts[0],
        style.Description(
            id=f"{flows.words.key}-{region.key}",
            title=_title(shown, flows),
            subtitle=_subtitle(flows),
            alt=_alt(region, shown, flows),
            sources=flows.sources,
            unit=flows.words.unit,
            table=flow_table(region, shown, flows),
            kind=flows.derived_kind,
            note=_note(region, flows, len(parts)),
        ),
    )


def _parts(region: Region, shown: Sequence[Band], points: Mapping[str, Point]) -> list[list[Band]]:
    """The bands of each map, those with the largest first."""
    if len(region.members) <= maps.MANY:
        return [list(shown)]
    groups: list[set[str]] = []
    for band in shown:
        pair = {band.home, band.work}
        near = [group for group in groups if _distance(group, pair, points) < _TOGETHER]
        groups = [group for group in groups if group not in near] + [pair.union(*near)]
    parts = [[band for band in shown if band.home in group] for group in groups]
    return sorted(parts, key=lambda part: -part[0].persons)


def _distance(some: Iterable[str], others: Iterable[str], points: Mapping[str, Point]) -> float:
    """Metres between the nearest two places."""
    return min(
        float(np.hypot(*np.subtract(points[one], points[other])))
        for one, other in product(some, others)
    )


def _canvas(region: Region, boundaries: gpd.GeoDataFrame, count: int) -> tuple[list[Axes], Axes]:
    """Axes of the maps and of the key: right of them, or in a narrow drawing below."""
    narrow = style.width() < style.WIDTH
    if count == 1:
        tall = maps.natural_height(region, boundaries, lowest=3.0, highest=3.4)
        chart, side = maps.map_canvas(tall, legend=_KEY)
        return [chart], side
    columns = 1 if narrow or count == 2 else 2
    rows, each = -(-count // columns), _PART_HIGH if count == 2 else 0.8 * _PART_HIGH
    if narrow:
        high = [each] * rows + [maps.LEGEND]
        grid = style.canvas(sum(high), rows=rows + 1, height_ratios=high, squeeze=False)
    else:
        wide = [(1 - _KEY) / columns] * columns + [_KEY]
        grid = style.canvas(
            each * rows, rows=rows, columns=columns + 1, width_ratios=wide, squeeze=False
        )
    for axes in grid.flat:
        axes.set_axis_off()
    charts = grid[:rows, :columns].ravel()[:count]
    return list(charts), grid[-1, 0] if narrow else grid[0, -1]


def _draw_part(
    chart: Axes,
    region: Region,
    shown: Sequence[Band],
    boundaries: gpd.GeoDataFrame,
    points: Mapping[str, Point],
) -> None:
    """One map with its bands, scale bar and names."""
    extent = chart.get_window_extent()
    frame = _frame(region, boundaries, shown, points, extent.width / extent.height)
    sheet = maps.draw_ground(chart, region, boundaries, frame, bar=False)
    ends, beyond = _ends(region, shown, points, frame, boundaries, maps.points_to_map(chart))
    shapes = _draw_bands(chart, shown, ends)
    members = sheet.land[sheet.land.index.isin(region.members)].to_numpy()
    spots = shapely.buffer(shapely.points(list(ends.values())), _NAMES * maps.points_to_map(chart))
    maps.scale_bar(chart, frame, [*shapely.make_valid(shapes), *spots], members)
    _draw_names(chart, region, shown, ends, beyond, shapes)


def places_of(boundaries: gpd.GeoDataFrame, localities: pd.DataFrame) -> Mapping[str, Point]:
    """The place of every municipality, by code; see `maps.centres`."""
    points = maps.centres(boundaries, localities)
    return {
        str(code): (float(x), float(y))
        for code, x, y in zip(points.index, points["x"], points["y"], strict=True)
    }


# --- where bands begin and end --------------------------------------------------------------------


def _frame(
    region: Region,
    boundaries: gpd.GeoDataFrame,
    shown: Sequence[Band],
    points: Mapping[str, Point],
    aspect: float,
) -> Frame:
    """The members and the places outside that lie near enough; of many members the ends alone."""
    if len(region.members) > maps.MANY:
        return _frame_of_ends([points[code] for code in _codes(shown)], aspect)
    west, south, east, north = boundaries.loc[list(region.members)].total_bounds
    reach = _REACH * max(east - west, north - south)
    near = [points[code] for code in _codes(shown) if code not in region.members]
    near = [
        (x, y)
        for x, y in near
        if west - reach < x < east + reach and south - reach < y < north + reach
    ]
    x, y = (
        [*pair, *(point[axis] for point in near)]
        for axis, pair in ((0, (west, east)), (1, (south, north)))
    )
    margin = 0.09 * max(max(x) - min(x), max(y) - min(y))
    return maps.fitted(
        Frame(min(x) - margin, min(y) - margin, max(x) + margin, max(y) + margin), aspect
    )


def _frame_of_ends(ends: Sequence[Point], aspect: float) -> Frame:
    low, high = np.min(ends, axis=0), np.max(ends, axis=0)
    margin = max(_AROUND * float(max(high - low)), (_LEAST_WIDE - float(max(high - low))) / 2)
    return maps.fitted(Frame(*(low - margin), *(high + margin)), aspect)


def _codes(shown: Sequence[Band]) -> list[str]:
    """Municipalities with a band, those of the largest first."""
    return list(dict.fromkeys(code for band in shown for code in (band.home, band.work)))


def _ends(
    region: Region,
    shown: Sequence[Band],
    points: Mapping[str, Point],
    frame: Frame,
    boundaries: gpd.GeoDataFrame,
    unit: float,
) -> tuple[dict[str, Point], dict[str, float]]:
    """The end of each municipality, and the way in km to those beyond the frame."""
    ends = {code: points[code] for code in _codes(shown)}
    beyond: dict[str, float] = {}
    for code in ends:
        partners = [
            points[one]
            for band in shown
            if code in (band.home, band.work)
            for one in (band.home, band.work)
            if one != code
        ]
        start = (float(np.mean([x for x, _ in partners])), float(np.mean([y for _, y in partners])))
        if code not in region.members and not frame.wider(-0.05).contains(
            shapely.Point(points[code])
        ):
            beyond[code] = float(np.hypot(*np.subtract(points[code], partners[0])) / 1000)
            ends[code] = leave(start, points[code], frame)
    ends |= _apart({code: ends[code] for code in beyond}, frame)
    moved = _spread({code: end for code, end in ends.items() if code not in beyond}, shown, unit)
    inside = list(moved)
    spots = maps.on_land(
        shapely.points([moved[code] for code in inside]), boundaries.geometry[inside].to_numpy()
    )
    return ends | {
        code: (float(x), float(y))
        for code, (x, y) in zip(inside, shapely.get_coordinates(spots), strict=True)
    }, beyond


def leave(start: Point, end: Point, frame: Frame) -> Point:
    """Where the way from `start` to `end` meets the frame, a little inside of it."""
    low = np.array([frame.west + _EDGE * frame.width, frame.south + _EDGE * frame.height])
    top = np.array([frame.east - _EDGE * frame.width, frame.north - _EDGE * frame.height])
    a, step = np.array(start), np.subtract(end, start)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(step > 0, (top - a) / step, np.where(step < 0, (low - a) / step, np.inf))
    place = a + max(float(np.clip(shares, 0.05, 1.0).min()), 0.05) * step
    return float(place[0]), float(place[1])


def _apart(ends: dict[str, Point], frame: Frame) -> dict[str, Point]:
    """Ends at the frame that lie close together moved apart along its nearer side."""
    middle = np.array([frame.west + frame.width / 2, frame.south + frame.height / 2])
    half = np.array([frame.width, frame.height]) / 2
    sides: dict[tuple[int, int], list[str]] = {}
    for code, end in ends.items():
        away = (np.array(end) - middle) / half
        axis = int(np.abs(away).argmax())  # 0: on the left or right side, 1: below or above
        sides.setdefault((axis, int(np.sign(away[axis]))), []).append(code)
    moved: dict[str, Point] = {}
    for (axis, _), codes in sides.items():
        along = 1 - axis
        placed = charts.spread(
            [ends[code][along] for code in codes],
            0.4 * float(half[along]),
            float(middle[along] - 0.85 * half[along]),
            float(middle[along] + 0.85 * half[along]),
        )
        for code, value in zip(codes, placed, strict=True):
            other = ends[code][axis]
            moved[code] = (other, value) if axis == 0 else (value, other)
    return moved


def _spread(ends: dict[str, Point], shown: Sequence[Band], unit: float) -> dict[str, Point]:
    """Ends of a pair that are too near for a band moved away from each other, each by half."""
    moved = {code: np.array(end) for code, end in ends.items()}
    for _ in range(20):
        for band in shown:
            if band.home in moved and band.work in moved:
                way = moved[band.work] - moved[band.home]
                length = float(np.hypot(*way))
                short = max(_NEAR * unit - length, 0.0) / 2
                moved[band.work] = moved[band.work] + way / length * short
                moved[band.home] = moved[band.home] - way / length * short
    return {code: (float(end[0]), float(end[1])) for code, end in moved.items()}


# --- bands ----------------------------------------------------------------------------------------


def ribbon(
    start: Point,
    end: Point,
    *,
    width: float,
    unit: float,
    bend: float = _BENDS[0],
    stop: float = _STOPS[0],
) -> Polygon:
    """The outline of a band in map units; `width` in points at the neck, `unit` a point's length.

    It grows from a third of its width, keeps to the right of the straight way, `bend` of its
    length away, and ends in a head `stop` radii of an end before it.
    """
    a, b = np.array(start), np.array(end)
    length = float(np.hypot(*(b - a)))
    right = np.array([b[1] - a[1], a[0] - b[0]]) / length
    shift = right * (width / 2 + 0.6) * unit
    control = (a + b) / 2 + shift + 2 * bend * length * right
    t = np.linspace(0, 1, 40)[:, None]
    line = (1 - t) ** 2 * (a + shift) + 2 * t * (1 - t) * control + t**2 * (b + 0.5 * shift)
    free = (np.hypot(*(line - a).T) > _NODE * unit) & (
        np.hypot(*(line - b).T) > stop * _NODE * unit
    )
    if free.sum() > 2:  # else the ends lie so near that the band would have no room between them
        line = line[free]
    step = np.gradient(line, axis=0)
    across = np.column_stack([-step[:, 1], step[:, 0]]) / np.hypot(*step.T)[:, None]
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))]) / unit
    neck = along[-1] - min(4.0 + 0.7 * width, 0.45 * along[-1])
    body = along <= neck
    half = (width * (0.33 + 0.67 * along / max(neck, 1e-9)) / 2 * unit)[body, None]
    left, other = line[body] + half * across[body], line[body] - half * across[body]
    wing = (width / 2 + 1.8) * unit * across[body][-1]
    head = np.array([line[body][-1] + wing, line[-1], line[body][-1] - wing])
    return Polygon(np.vstack([left, head, other[::-1]]))


def _draw_bands(axes: Axes, shown: Sequence[Band], ends: Mapping[str, Point]) -> list[Polygon]:
    """Draw the bands, the widest first; returns their outlines."""
    unit = maps.points_to_map(axes)
    shapes: list[Polygon] = []
    ranked = sorted(shown, key=lambda one: -one.persons)
    for band in ranked:
        shapes.append(_clear(band, ends, shapes, unit))
    for place, band in 2 * list(enumerate(ranked)):  # again, now that all others lie there
        shapes[place] = _clear(band, ends, shapes[:place] + shapes[place + 1 :], unit)
    for band, shape in zip(ranked, shapes, strict=True):
        axes.add_artist(_patch(shape, band.colour))
    spots = np.array(list(ends.values()))
    axes.scatter(
        spots[:, 0],
        spots[:, 1],
        s=(2 * _NODE) ** 2,
        facecolor="white",
        edgecolor=style.INK,
        linewidth=0.9,
        zorder=6,
    )
    return shapes


def _clear(band: Band, ends: Mapping[str, Point], drawn: Sequence[Polygon], unit: float) -> Polygon:
    """The outline that covers least of the ends of other bands, of their heads and of the bands."""
    start, end = ends[band.home], ends[band.work]
    others = [place for code, place in ends.items() if code not in (band.home, band.work)]
    late = _LATE * float(np.hypot(*np.subtract(end, start))) / (_NODE * unit)
    trials = [
        ribbon(start, end, width=band.width, unit=unit, bend=bend, stop=stop)
        for stop in _STOPS
        if stop in (_STOPS[0], min(stop, late))
        for bend in _BENDS
    ]
    discs = shapely.buffer(shapely.points(others), 1.6 * _NODE * unit) if len(others) else []
    heads = [head_of(shape) for shape in drawn]
    cost = [
        _covered(trial, discs)
        + 2 * _covered(head_of(trial).buffer(unit), heads)
        + 0.5 * (_covered(head_of(trial), drawn) + _covered(trial, heads))
        for trial in trials
    ]
    return trials[int(np.argmin(np.round(cost, 2)))]


def _covered(shape: Polygon, others: Any) -> float:
    """How much of each of `others` lies below `shape`, all together."""
    whole = shapely.make_valid(others)  # a short, wide band crosses itself on a map of all Sweden
    parts = shapely.area(shapely.intersection(shapely.make_valid(shape), whole))
    parts = parts / shapely.area(whole)
    return float(np.sum(parts))


def head_of(band: Polygon) -> Polygon:
    """The head of an outline made by `ribbon`: the three corners in the middle of it.

    >>> round(head_of(ribbon((0, 0), (60, 0), width=8, unit=1)).area)
    57
    """
    corners = shapely.get_coordinates(band)
    first = (len(corners) - 4) // 2
    return Polygon(corners[first : first + 3])


def _patch(shape: Polygon, colour: str) -> PathPatch:
    """A band as an artist; a thin white edge parts bands where they cross."""
    return PathPatch(
        Path(shapely.get_coordinates(shape), closed=True),
        facecolor=colour,
        edgecolor="white",
        linewidth=0.6,
        zorder=5,
    )


# --- words on the map -----------------------------------------------------------------------------


def _draw_names(
    axes: Axes,
    region: Region,
    shown: Sequence[Band],
    ends: Mapping[str, Point],
    beyond: Mapping[str, float],
    shapes: Sequence[Polygon],
) -> None:
    """Names at the ends, then of the members without a band."""
    sheet = axes._samverkan_sheet  # type: ignore[attr-defined]
    names = municipalities()
    wanted = []
    for code, end in ends.items():
        member = code in region.members
        way = f"\n{swedish.number(beyond[code])}{swedish.NARROW}km" if code in beyond else ""
        wanted.append(
            labels.Label(
                names[code].name + way,
                *end,
                radius=_NODE + 1,
                size=8.5 if member else 7.5,
                weight="bold" if member else "normal",
                away=True,
                colour=style.INK if member else style.HIGHLIGHT,
                area=sheet.land.get(code) if code not in beyond else None,
            )
        )
    rest = [code for code in region.members if code not in ends and code in sheet.land.index]
    wanted += [
        labels.Label(
            names[code].name,
            *maps.heart(sheet.land[code]),
            size=7.5,
            must=False,
            area=sheet.land[code],
        )
        for code in rest
    ]
    discs = shapely.buffer(
        shapely.points(axes.transData.transform(list(ends.values()))), _NODE * _pixels(axes)
    )
    bands = shapely.make_valid(shapely.transform(list(shapes), axes.transData.transform))
    maps.place(axes, wanted, taken=[*discs, *bands])


def _pixels(axes: Axes) -> float:
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure.dpi / 72


def class_words(width: float, classes: Classes = _CLASSES) -> str:
    r"""The class of counts that a width stands for.

    >>> class_words(5.0), class_words(12.0)
    ('1\u202f000–3\u202f000', '10\u202f000 eller fler')
    """
    place = [points for _, points in classes].index(width)
    low = classes[place][0]
    if place == 0:
        return f"under {swedish.number(classes[1][0])}"
    if place == len(classes) - 1:
        return f"{swedish.number(low)} eller fler"
    return f"{swedish.number(low)}–{swedish.number(classes[place + 1][0])}"


def _draw_key(axes: Axes, shown: Sequence[Band], unit: str) -> None:
    """Bands of the classes that the map has, and what the colours mean."""
    style.settle(axes)
    extent = axes.get_window_extent()
    scale = 1 / _pixels(axes)
    axes.set_xlim(0, extent.width * scale)
    axes.set_ylim(0, extent.height * scale)
    axes.set_aspect("auto")
    y = extent.height * scale - 10
    _key_text(axes, 4, y, unit, size=8.5)
    for width in sorted({band.width for band in shown}, reverse=True):
        y -= 17
        axes.add_artist(_patch(_straight((4.0, y), 34.0, width), style.MUTED))
        _key_text(axes, 44, y, class_words(width, shown[0].classes), size=8)
    x = 4.0
    if style.width() < style.WIDTH:  # below the map there is room beside
        x, y = extent.width * scale / 2, extent.height * scale - 12
    for inside, words in ((True, "mellan\nmedlemmar"), (False, "till och från\nandra kommuner")):
        colours = {band.colour for band in shown if band.inside == inside}
        for colour in colours:
            y -= 22
            axes.add_artist(_patch(_straight((x, y), 20.0, 5.0), colour))
            _key_text(axes, x + 26, y, words, size=8)


def _straight(start: Point, length: float, width: float) -> Polygon:
    """A band of the key (points)."""
    x, y = start
    neck, half = x + length - 4 - 0.7 * width, width / 2
    return Polygon(
        [
            (x, y + half / 3),
            (neck, y + half),
            (neck, y + half + 1.8),
            (x + length, y),
            (neck, y - half - 1.8),
            (neck, y - half),
            (x, y - half / 3),
        ]
    )


def _key_text(axes: Axes, x: float, y: float, words: str, *, size: float) -> None:
    """Words in the key; they take no part in the layout, which has given the map its room."""
    axes.text(x, y, words, fontsize=size, va="center", linespacing=1.0).set_in_layout(False)


# --- what the map says ---------------------------------------------------------------------------


def _title(shown: Sequence[Band], flows: Flows) -> str:
    """The pairs that may be called the largest: those behind are told apart from them."""
    pairs: dict[frozenset[str], Band] = {}
    for band in shown:
        pairs.setdefault(frozenset((band.home, band.work)), band)
    ranked = list(pairs.values())
    top = [
        band
        for band in ranked
        if band is ranked[0] or (flows.modelled and not view.apart(ranked[0].persons, band.persons))
    ]
    names = municipalities()
    listed = [f"{names[band.home].name} och {names[band.work].name}" for band in top[:2]]
    if len(top) > 2:
        ends = pd.Series([code for pair in pairs for code in sorted(pair)]).value_counts()
        return (
            f"{names[str(ends.index[0])].name} är ena änden i {swedish.in_words(ends.iloc[0])} "
            f"av {swedish.in_words(len(pairs))} starka {flows.words.streams}"
        )
    return f"Starkast är {flows.words.noun} mellan " + " samt mellan ".join(listed)


def _subtitle(flows: Flows) -> str:
    model = ", modellskattning" if flows.modelled else ""
    return f"{flows.words.what}, {flows.year}{model}"


def _note(region: Region, flows: Flows, count: int) -> str:
    """That not all of the region is shown."""
    if len(region.members) <= maps.MANY:
        return ""
    if count == 1:
        return f"Kartan visar trakten kring de största {flows.words.the_streams}."
    return (
        f"Kartorna visar trakterna kring de största {flows.words.the_streams}, "
        "var och en i sin egen skala."
    )


def _size(band: Band, flows: Flows) -> str:
    """A count as it may be shown: an interval for a modelled one that is small."""
    if not flows.modelled:
        return swedish.number(band.persons)
    if band.persons >= view.EXACT:
        return f"omkring {swedish.number(view.rounded(band.persons))}"
    return (
        f"{swedish.number(view.interval(band.persons)[0])}–"
        f"{swedish.number(view.interval(band.persons)[1])}"
    )


def _alt(region: Region, shown: Sequence[Band], flows: Flows) -> str:
    names = municipalities()
    said = [
        f"{names[band.home].name} till {names[band.work].name} {_size(band, flows)}"
        for band in shown
    ]
    kind = "Modellskattning: karta" if flows.modelled else "Karta"
    return (
        f"{kind} med ett band för varje riktning av de största {flows.words.the_streams} för "
        f"{region.name} {flows.year}. {swedish.capitalised(swedish.listed(said))}."
    )


def flow_table(region: Region, shown: Sequence[Band], flows: Flows) -> Table:
    """The bands of the map as rows: from, to, persons."""
    names = municipalities()
    frame = pd.DataFrame(
        {
            "home": [names[band.home].name for band in shown],
            "work": [names[band.work].name for band in shown],
            "persons": [_size(band, flows) for band in shown],
        }
    )
    formats: dict[str, Any] = {
        "home": Format(flows.words.home, text=True),
        "work": Format(flows.words.work, text=True),
        "persons": Format(swedish.capitalised(flows.words.unit), text=True),
    }
    title = text.titled(f"De största {flows.words.the_streams} {flows.year}", flows)
    return Table(
        f"{flows.words.key}-{region.key}",
        title,
        frame,
        formats,
        flows.sources,
        kind=flows.derived_kind,
        notes=text.short_note(flows),
    )
