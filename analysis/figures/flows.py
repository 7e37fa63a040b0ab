"""The flow map: who commutes between the members, and to and from the outside.

Terms
-----
link: commuters from one municipality (home) to another (work).
arrow: a curved ribbon from home to work whose width at the head is the number of persons; it bends
to the right, so that the two directions of a pair lie apart. Modelled links are dashed.
anchor: the place of an arrow's end: the largest locality, or for the outside a point on the frame.
exchange: commuters out to and in from one municipality outside the region.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from analysis.figures import charts, labels, maps, style
from analysis.figures.commuting import centred_classes, decimals_of
from analysis.figures.ground import Frame
from analysis.flows import Flows
from analysis.metrics import commuting as metrics
from analysis.regions import Region, municipalities
from analysis.tables import Format, Table
from analysis.text import commuting as text
from analysis.text import swedish

MOST_LINKS = 30  # arrows between members; the table of links has more
MOST_OUTSIDE = 5  # municipalities outside that get arrows of their own
_WIDEST = 14.0  # points at the head of the widest arrow
_LABELLED = 6  # links between members that get their count written
_PAD = 0.13  # room around the region for arrows to the outside, a share of its longer side
_DASH, _SPACE = 6.0, 2.6  # points
_NODE = 4.5  # points kept free around the middle of an anchor
Point = tuple[float, float]
Places = Mapping[str, Point]
Anchors = Mapping[str, tuple[Point, Point]]
INSIDE, OUTSIDE = style.INK, style.HIGHLIGHT


@dataclass(frozen=True)
class Selection:
    """What the map shows: links between members, exchanges with the outside, and the rest.

    `inside`: home, work, persons. `outside`: code, out_persons, in_persons, out_unknown and
    in_unknown (cells: with any, the persons are a lower bound). `rest_out` and `rest_in` are all
    others outside the region, workplaces abroad included (nan when unknown). Links below
    `threshold` persons are left out.
    """

    inside: pd.DataFrame
    outside: pd.DataFrame
    rest_out: float
    rest_in: float
    threshold: float
    largest: float


def select_links(region: Region, flows: Flows) -> Selection:
    """The links of the map: the largest between members and the strongest outside exchanges."""
    table = flows.table.dropna(subset="persons")
    member = set(region.members)
    home, work = table["home"].isin(member), table["work"].isin(member)
    inside = table[home & work & (table["home"] != table["work"])]
    inside = inside.sort_values(["persons", "home", "work"], ascending=[False, True, True])
    outside = metrics.missing_members(flows.table, region.members, margins=flows.margins,
                                      top=MOST_OUTSIDE)
    sizes = [*inside["persons"].head(1), *outside["out_persons"], *outside["in_persons"]]
    largest = float(max(sizes, default=0.0))
    threshold = _threshold(inside["persons"], largest)
    kept = inside.loc[inside["persons"] >= threshold, ["home", "work", "persons"]]
    group = metrics.group_figures(flows.table, region.members, margins=flows.margins).iloc[0]
    return Selection(
        kept.head(MOST_LINKS).reset_index(drop=True),
        outside[["code", "out_persons", "in_persons", "out_unknown", "in_unknown"]],
        float(group["group_out"] - _known_sum(outside, "out")),
        float(group["group_in"] - _known_sum(outside, "in")), threshold, largest)


def _known_sum(outside: pd.DataFrame, way: str) -> float:
    """Commuters in one direction, or nan when they are a lower bound for any of the places."""
    persons = outside[f"{way}_persons"].where(outside[f"{way}_unknown"] == 0)
    return float(persons.sum(skipna=False))


def _threshold(persons: pd.Series, largest: float) -> float:
    """A round number that leaves out what would be too thin to see, and all after `MOST_LINKS`."""
    beyond = persons.iloc[MOST_LINKS] if len(persons) > MOST_LINKS else 0.0
    least = max(10.0, largest / 40, float(beyond))
    steps = [step * 10.0**power for power in range(1, 7) for step in (1, 1.5, 2, 2.5, 3, 4, 5, 7.5)]
    return next((step for step in steps if step >= least), least)


# --- the map -------------------------------------------------------------------------------------


def plot_flows(region: Region, flows: Flows, *, boundaries: gpd.GeoDataFrame,
               localities: pd.DataFrame, axes: tuple[Axes, Axes] | None = None) -> Axes:
    """Map of commuters: arrows whose width is the count, on net commuting as shaded rates.

    >>> from analysis import flows, regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.population import load_localities
    >>> axes = plot_flows(regions.get("kak"), flows.commuting_of(2021),
    ...                   boundaries=load_boundaries(), localities=load_localities())
    >>> style.description_of(axes.figure).title
    'Pendling 2021 – modellskattning'
    """
    chart, side = axes if axes is not None else maps.map_canvas(
        maps.natural_height(region, boundaries, lowest=4.7, highest=5.8))
    chosen = select_links(region, flows)
    net = net_share(flows).reindex(list(region.members))
    with style.look():
        fill, limits, colours = centred_classes(net, centre=0.0)
        frame = maps.draw_base(chart, region, boundaries, fill=fill, pad=_PAD).frame
        points = places_of(boundaries, localities)
        unit = frame.width / (chart.get_window_extent().width * 72 / _dpi(chart))
        anchors = outside_anchors(chosen, region, flows, points, frame)
        arrows = [*_inside_arrows(chosen, points), *_outside_arrows(chosen, anchors)]
        _draw_arrows(chart, arrows, chosen.largest, unit, dashed=flows.modelled)
        _draw_texts(chart, region, flows, points, arrows, chosen.largest, unit,
                    outside=_outside_labels(flows, chosen, anchors, unit))
        maps.class_legend(side, limits, colours, percent=True, decimals=decimals_of(limits, 100),
                          title="Pendlingsnetto, procent\nav nattbefolkningen")
        _draw_key(side, region, flows, chosen)
    title = f"Pendling {flows.year}" + (" – modellskattning" if flows.modelled else "")
    return style.describe(chart, style.Description(
        id="pendling-floden", title=title, alt=_alt(region, flows, chosen),
        sources=flows.sources, table=selection_table(region, flows, chosen), unit="personer",
        kind=flows.derived_kind, note=_note(region, flows, chosen, _too_short(arrows, unit))))


def net_share(flows: Flows) -> pd.Series:
    """Net commuting as a share of the night population, by code; from the margins alone."""
    margins = flows.by_code
    night = metrics.night_population(margins).astype("float64")
    return metrics.net_commuting(margins) / night.where(night > 0)


def _dpi(axes: Axes) -> float:
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure.dpi


# --- arrows --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arrow:
    """One arrow in map units; `persons` decides its width."""

    start: Point
    end: Point
    persons: float
    colour: str


def places_of(boundaries: gpd.GeoDataFrame, localities: pd.DataFrame) -> Places:
    """The anchor of every municipality, by code; see `maps.centres`."""
    points = maps.centres(boundaries, localities)
    return {str(code): (float(x), float(y)) for code, x, y in
            zip(points.index, points["x"], points["y"], strict=True)}


def _inside_arrows(chosen: Selection, points: Places) -> list[Arrow]:
    return [Arrow(points[row["home"]], points[row["work"]], row["persons"], INSIDE)
            for row in chosen.inside.to_dict("records")]


def _outside_arrows(chosen: Selection, anchors: Anchors) -> list[Arrow]:
    """Two arrows for each municipality outside, from the middle of its exchange."""
    arrows = []
    for row in chosen.outside.to_dict("records"):
        middle, end = anchors[row["code"]]
        for start, stop, persons in ((middle, end, row["out_persons"]),
                                     (end, middle, row["in_persons"])):
            if persons >= chosen.threshold:
                arrows.append(Arrow(start, stop, persons, OUTSIDE))
    return arrows


def outside_anchors(chosen: Selection, region: Region, flows: Flows, points: Places,
                    frame: Frame) -> Anchors:
    """For each municipality outside: the middle of its exchange in the region, and its own place.

    The place is its largest locality when the map shows it, otherwise where the way to it leaves
    the frame; such places are moved apart along the frame.
    """
    cells, member = flows.table, flows.table["home"].isin(region.members)
    out, come = cells[member], cells[cells["work"].isin(region.members) & ~member]
    middles, ends = {}, {}
    for code in chosen.outside["code"]:
        there = out[out["work"] == code].set_index("home")["persons"]
        back = come[come["home"] == code].set_index("work")["persons"]
        weights = there.add(back, fill_value=0).fillna(0)
        # the heaviest members decide: a plain mean could lie where nobody commutes from
        heavy = weights[weights >= 0.25 * weights.max()]
        places = np.array([points[str(home)] for home in heavy.index])
        x, y = np.average(places, axis=0, weights=heavy.to_numpy())
        middles[code] = (float(x), float(y))
        ends[code] = _leave(middles[code], points[code], frame)
    # only places on the frame may move: one that the map shows stays where it is
    beyond = {code: end for code, end in ends.items() if end != points[code]}
    ends |= _apart(beyond, frame)
    return {code: (middles[code], end) for code, end in ends.items()}


def _leave(start: Point, end: Point, frame: Frame,
           ) -> Point:
    """`end`, or the point where the way from `start` to it meets the inset frame."""
    inset = 0.09
    wide, high = frame.width, frame.north - frame.south
    low = np.array([frame.west + inset * wide, frame.south + inset * high])
    top = np.array([frame.east - inset * wide, frame.north - inset * high])
    a, b = np.array(start), np.array(end)
    if ((low <= b) & (b <= top)).all():
        return end
    step = b - a
    shares = [1.0]
    for axis in (0, 1):
        if b[axis] > top[axis] and step[axis] > 0:
            shares.append((top[axis] - a[axis]) / step[axis])
        elif b[axis] < low[axis] and step[axis] < 0:
            shares.append((low[axis] - a[axis]) / step[axis])
    place = a + max(min(shares), 0.05) * step
    return float(place[0]), float(place[1])


def _apart(ends: dict[str, Point], frame: Frame,
           ) -> dict[str, Point]:
    """Move ends that lie close together apart along the nearer side of the frame."""
    least = np.array([0.17 * frame.width, 0.11 * (frame.north - frame.south)])
    middle = np.array([(frame.west + frame.east) / 2, (frame.south + frame.north) / 2])
    moved: dict[str, Point] = {}
    half = np.array([frame.width / 2, (frame.north - frame.south) / 2])
    sides: dict[tuple[int, int], list[str]] = {}
    for code, end in ends.items():
        away = (np.array(end) - middle) / half
        axis = int(np.abs(away).argmax())  # 0: on the left or right side, 1: below or above
        sides.setdefault((axis, int(np.sign(away[axis]))), []).append(code)
    for (axis, _), codes in sides.items():
        along = 1 - axis
        low, high = middle[along] - 0.9 * half[along], middle[along] + 0.9 * half[along]
        wanted = [ends[code][along] for code in codes]
        placed = charts.spread(wanted, float(least[along]), float(low), float(high))
        for code, value in zip(codes, placed, strict=True):
            other = ends[code][axis]
            moved[code] = (other, value) if axis == 0 else (value, other)
    return moved


def width_of(persons: float, largest: float) -> float:
    """Width in points at the head of an arrow, proportional to the count."""
    return _WIDEST * persons / largest if largest > 0 else 0.0


def _draw_arrows(axes: Axes, arrows: Sequence[Arrow], largest: float, unit: float, *,
                 dashed: bool) -> None:
    for arrow in sorted(arrows, key=lambda one: -one.persons):
        path = ribbon(arrow.start, arrow.end, width=width_of(arrow.persons, largest), unit=unit,
                      dashed=dashed)
        axes.add_artist(_patch(path, arrow.colour, width_of(arrow.persons, largest), zorder=5))


def _patch(path: Path, colour: str, width: float, *, zorder: float) -> PathPatch:
    """An arrow as an artist: wide ones have a thin white edge that parts them where they cross."""
    return PathPatch(path, facecolor=colour, edgecolor="white" if width > 2 else colour,
                     linewidth=0.35, zorder=zorder)


def curve(start: Point, end: Point, *, unit: float, bend: float = 0.17,
          ) -> np.ndarray:
    """Points (n, 2) of the way from `start` to `end`, bent to the right, both ends kept free.

    `unit` is the length of a point (1/72 inch) in map units. Empty when the ends are too near.
    """
    a, b = np.array(start), np.array(end)
    length = float(np.hypot(*(b - a)))
    if length < 3 * _NODE * unit:
        return np.empty((0, 2))
    right = np.array([b[1] - a[1], a[0] - b[0]]) / length
    control = (a + b) / 2 + 2 * bend * length * right / 2
    t = np.linspace(0, 1, 60)[:, None]
    line = (1 - t) ** 2 * a + 2 * t * (1 - t) * control + t**2 * b
    free = (np.hypot(*(line - a).T) > _NODE * unit) & (np.hypot(*(line - b).T) > _NODE * unit)
    return np.asarray(line[free])


def ribbon(start: Point, end: Point, *, width: float, unit: float,
           dashed: bool = False, bend: float = 0.17) -> Path:
    """The outline of an arrow: a ribbon that grows to `width` points at the neck, and a head."""
    line = curve(start, end, unit=unit, bend=bend)
    if len(line) < 4:
        return Path(np.empty((0, 2)))
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))]) / unit
    head = min(4.0 + 0.75 * width, 0.45 * along[-1])
    neck = along[-1] - head
    cuts = [(0.0, neck)]
    if dashed:
        starts = np.arange(0, neck, _DASH + _SPACE)
        cuts = [(float(at), float(min(at + _DASH, neck))) for at in starts]
    shapes = [_strip(line, along, low, high, neck, width, unit) for low, high in cuts]
    half = (width / 2 + 2.0) * unit
    (place, across), tip = _frame_at(line, along, neck), line[-1]
    shapes.append(np.array([place + half * across, tip, place - half * across]))
    return Path.make_compound_path(*(_closed(shape) for shape in shapes))


def _strip(line: np.ndarray, along: np.ndarray, low: float, high: float, neck: float,
           width: float, unit: float) -> np.ndarray:
    """The piece of a ribbon between two lengths; it tapers from half the width at its tail."""
    stops = np.linspace(low, high, max(2, int((high - low) / 4) + 1))
    left, right = [], []
    for stop in stops:
        place, across = _frame_at(line, along, float(stop))
        half = max(width * (0.45 + 0.55 * stop / max(neck, 1e-9)), 0.5) / 2 * unit
        left.append(place + half * across)
        right.append(place - half * across)
    return np.array([*left, *right[::-1]])


def _frame_at(line: np.ndarray, along: np.ndarray, stop: float) -> tuple[np.ndarray, np.ndarray]:
    """The point at a length along the line, and the unit vector across it."""
    place = np.array([np.interp(stop, along, line[:, 0]), np.interp(stop, along, line[:, 1])])
    k = int(np.clip(np.searchsorted(along, stop), 1, len(line) - 1))
    step = line[k] - line[k - 1]
    return place, np.array([-step[1], step[0]]) / max(float(np.hypot(*step)), 1e-9)


def _closed(shape: np.ndarray) -> Path:
    codes = [Path.MOVETO, *[Path.LINETO] * (len(shape) - 1), Path.CLOSEPOLY]
    return Path(np.vstack([shape, shape[:1]]), codes)


# --- words on the map -----------------------------------------------------------------------------


def _draw_texts(axes: Axes, region: Region, flows: Flows, points: Places, arrows: Sequence[Arrow],
                largest: float, unit: float, *, outside: Sequence[labels.Label]) -> None:
    """Names of members, names and counts of the outside, counts on the largest links."""
    order = text.by_night(region, flows.margins.set_index(["code", "year"]))
    few = len(order) <= maps.MANY
    shown = np.array([points[code] for code in order])
    axes.scatter(shown[:, 0], shown[:, 1], s=16 if few else 3, facecolor="white",
                 edgecolor=style.INK, linewidth=0.9 if few else 0.3, zorder=6)
    taken = [_corner(axes)]
    named = [labels.Label(municipalities()[code].name, *points[code], radius=4,
                          size=8.5 if few else 6.5, weight="bold" if few else "normal", must=few)
             for code in order[:60]]
    taken += _arrow_boxes(axes, arrows, largest, unit)
    drawn = labels.place(axes, outside, taken=taken)
    taken += [one.get_window_extent() for one in drawn]
    drawn = labels.place(axes, named, taken=taken)
    taken += [one.get_window_extent() for one in drawn]
    if few:
        counts = [labels.Label(text.count(arrow.persons, flows), *middle, size=7, must=False)
                  for arrow in arrows[:_LABELLED] if arrow.colour == INSIDE
                  for middle in _middle_of(arrow, unit)]
        free = [_corner(axes), *(one.get_window_extent() for one in axes.texts)]
        labels.place(axes, counts, taken=free)


def _middle_of(arrow: Arrow, unit: float) -> list[Point]:
    """The middle of an arrow's way, or nothing when it is too short to be drawn."""
    line = curve(arrow.start, arrow.end, unit=unit)
    return [(float(line[len(line) // 2, 0]), float(line[len(line) // 2, 1]))] if len(line) else []


def _outside_labels(flows: Flows, chosen: Selection, anchors: Anchors, unit: float,
                    ) -> list[labels.Label]:
    """Name and counts of each place outside; where no arrow has room, only if the words have."""
    return [
        labels.Label(f"{municipalities()[row['code']].name}\n"
                     f"ut {_counted(row, 'out', text.count, flows)}, "
                     f"in {_counted(row, 'in', text.count, flows)}",
                     *anchors[row["code"]][1], size=7, colour=OUTSIDE,
                     radius=3 + _reach(row, chosen), away=True,
                     must=len(curve(*anchors[row["code"]], unit=unit)) > 0)
        for row in chosen.outside.to_dict("records")]


def _counted(row: Mapping[Any, Any], way: str, write: Callable[[float, Flows], str],
             flows: Flows) -> str:
    """Commuters of one direction of an exchange in words, `minst` where cells are unknown."""
    persons = row[f"{way}_persons"]
    return text.at_least(write(persons, flows), persons, row[f"{way}_unknown"])


def _reach(row: Mapping[Any, Any], chosen: Selection) -> float:
    """Half the width in points of the wider arrow head at a place outside."""
    persons = max([row[name] for name in ("out_persons", "in_persons")
                   if row[name] >= chosen.threshold], default=0.0)
    return width_of(persons, chosen.largest) / 2


def _corner(axes: Axes) -> Bbox:
    """The corner with scale bar and north arrow, in pixels."""
    return Bbox(axes.transAxes.transform([(0.0, 0.0), (0.26, 0.19)]))


def _arrow_boxes(axes: Axes, arrows: Sequence[Arrow], largest: float, unit: float) -> list[Bbox]:
    """Small boxes along the arrows, in pixels, so that names keep off the wide ones."""
    boxes = []
    pixels = _dpi(axes) / 72
    for arrow in arrows:
        line = curve(arrow.start, arrow.end, unit=unit)
        half = max(width_of(arrow.persons, largest) / 2, 1.0) * pixels
        for place, reach in [*((place, half) for place in line[::6]),
                             *((place, half + 2.0 * pixels) for place in line[-4::3])]:  # the head
            x, y = axes.transData.transform(place)
            boxes.append(Bbox([[x - reach, y - reach], [x + reach, y + reach]]))
    return boxes


def _draw_key(axes: Axes, region: Region, flows: Flows, chosen: Selection) -> None:
    """Below the shades: arrows of round counts, what is left out, and how good the model is."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    style.settle(axes)
    extent = axes.get_window_extent()
    scale = 72 / figure.dpi
    axes.set_xlim(0, extent.width * scale)
    axes.set_ylim(0, extent.height * scale)
    axes.set_aspect("auto")
    legends = [child for child in axes.get_children() if type(child).__name__ == "Legend"]
    top = min((child.get_window_extent().y0 for child in legends), default=extent.y1)
    y = (top - extent.y0) * scale - 8
    _key_text(axes, 7, y, "Personer (pilens bredd\nvid spetsen)", size=8.5, va="top")
    y -= 32
    marks = [mark for mark in maps.nice_counts(chosen.largest) if mark >= chosen.threshold]
    for mark in marks:
        path = ribbon((2.0, y), (52.0, y), width=width_of(mark, chosen.largest), unit=1.0,
                      dashed=flows.modelled, bend=0.0)
        axes.add_artist(_patch(path, INSIDE, width_of(mark, chosen.largest), zorder=5))
        _key_text(axes, 56, y, swedish.number(mark), size=8.5, va="center")
        y -= 9 + width_of(mark, chosen.largest) * 0.6
    lines = [textwrap.fill(line, 31) for line in _key_lines(region, flows, chosen)]
    _key_text(axes, 7, y + 1, "\n".join(lines), size=7, va="top")


def _key_text(axes: Axes, x: float, y: float, words: str, *, size: float, va: str) -> None:
    """Words in the key; they take no part in the layout, which has given the map its room."""
    axes.text(x, y, words, fontsize=size, va=va, linespacing=1.15).set_in_layout(False)


def _key_lines(region: Region, flows: Flows, chosen: Selection) -> list[str]:
    lines = []
    if len(region.members) > 1:
        lines.append("Mörka pilar: mellan regionens kommuner.")
    if len(chosen.outside):
        lines.append("Röda pilar: hela regionen, till och från kommuner utanför.")
    rest = rest_text(flows, chosen)
    if rest:
        lines.append(rest)
    lines.append(f"Pilar under {swedish.number(chosen.threshold)} personer ritas inte.")
    if flows.modelled:
        lines.append(f"Streckat: modellskattning. {text.error_short()}")
    return lines


def rest_text(flows: Flows, chosen: Selection) -> str:
    """All other out- and in-commuters across the region's border, workplaces abroad included."""
    if swedish.is_missing(chosen.rest_out) or swedish.is_missing(chosen.rest_in):
        return ""
    rest = text.count(max(chosen.rest_out, 0), flows), text.count(max(chosen.rest_in, 0), flows)
    where = "Övriga utanför" if len(chosen.outside) else "Utomlands"
    return f"{where}: ut {rest[0]}, in {rest[1]}."


# --- what the map says ---------------------------------------------------------------------------


def _too_short(arrows: Sequence[Arrow], unit: float) -> int:
    """How many arrows have no room at the scale of the map."""
    return sum(len(curve(arrow.start, arrow.end, unit=unit)) < 4 for arrow in arrows)


def _note(region: Region, flows: Flows, chosen: Selection, short: int) -> str:
    parts = [f"Pilar visas från {swedish.number(chosen.threshold)} personer.",
             "Pendlingsnettot kommer ur kommunernas egna tal."]
    if short:
        noun = "ström är för kort" if short == 1 else "strömmar är för korta"
        parts.append(f"{swedish.capitalised(swedish.in_words(short))} {noun} för kartans skala "
                     "och står bara i tabellen.")
    return " ".join([*parts, *_notes(region, flows, chosen)])


def _notes(region: Region, flows: Flows, chosen: Selection) -> tuple[str, ...]:
    """What is estimated, unknown or a lower bound."""
    return (*text.short_note(flows), *text.unknown_note(flows, region.members),
            *text.least_note(chosen.outside))


def _alt(region: Region, flows: Flows, chosen: Selection) -> str:
    known = municipalities()
    inside = [f"{known[row['home']].name} till {known[row['work']].name} "
              f"{text.about(row['persons'], flows)}"
              for row in chosen.inside.head(_LABELLED).to_dict("records")]
    outside = [f"{known[row['code']].name} ut {_counted(row, 'out', text.about, flows)} "
               f"och in {_counted(row, 'in', text.about, flows)}"
               for row in chosen.outside.to_dict("records")]
    kind = "Modellskattning: karta" if flows.modelled else "Karta"
    parts = [f"{kind} med pilar för pendlare {flows.year}."]
    if inside:
        parts.append(f"Störst mellan kommunerna: {swedish.listed(inside)}.")
    elif len(region.members) > 1:
        parts.append("Inga länkar mellan kommunerna når gränsen för att ritas.")
    if outside:
        parts.append(f"Utanför {region.name}: {swedish.listed(outside)}.")
    if flows.modelled:
        parts.append(text.error_text())
    return " ".join(parts)


def selection_table(region: Region, flows: Flows, chosen: Selection) -> Table:
    """The arrows of the map as rows: from, to, persons."""
    known = municipalities()
    rows = [{"home": known[row["home"]].name, "work": known[row["work"]].name,
             "persons": row["persons"]} for row in chosen.inside.to_dict("records")]
    for row in chosen.outside.to_dict("records"):
        name = known[row["code"]].name
        rows += [{"home": region.name, "work": name, "persons": row["out_persons"]},
                 {"home": name, "work": region.name, "persons": row["in_persons"]}]
    frame = pd.DataFrame(rows, columns=["home", "work", "persons"])
    frame["persons"] = text.rounded(frame["persons"], flows)
    return Table("pendling-floden", text.titled(f"De största pendlingsströmmarna {flows.year}",
                                                flows), frame, {
        "home": Format("Bor i", text=True), "work": Format("Arbetar i", text=True),
        "persons": Format("Personer")}, flows.sources, kind=flows.derived_kind,
        notes=tuple(part for part in (rest_text(flows, chosen), *_notes(region, flows, chosen))
                    if part))


