"""Figures of the chapter on shared services: who shares what with whom, in which form, since when.

Terms
-----
cell: a service and a municipality in the matrix; it shows the strongest that the inventory says.
letter: legal form (F kommunalförbund, N gemensam nämnd, B bolag, A avtal); it reads without colour.
light: the last evidence is more than three years older than the date.

Membership is a class, not a count, so areas of the map may be filled with it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox
from shapely.geometry import box

from analysis.figures import labels, maps, style
from analysis.figures.charts import number_axis
from analysis.figures.labels import Label
from analysis.metrics import services as metrics
from analysis.regions import Region, municipalities
from analysis.tables import Format, Table
from analysis.text import services as text
from analysis.text import swedish
from analysis.text.services import Sharing

SOURCES = ("services",)
FORM_MARKS = {  # letter and colour of each legal form
    "kommunalforbund": ("F", "#0b5c6b"), "gemensam-namnd": ("N", "#b3471b"),
    "bolag": ("B", "#5b4a9e"), "avtal": ("A", "#3f7d20"), "forening": ("Ö", "#8a6d00"),
    "stiftelse": ("S", "#a0306d"), "natverk": ("K", "#2f6db3"),
    "avsiktsforklaring": ("I", "#55636b"), "okand": ("O", "#55636b"),
}
PLAN_MARKS = {"decided": "^", "inquiry": "s", "intention": "D", "ended": "x", "taken-back": "<"}
_NO_BODY = ("avsiktsforklaring", "natverk", "okand")  # forms that take over no task
_BODY_COLOURS = ("#9cc9c6", "#e9b995", "#c3b8e6", "#bcd79b", "#e6d27a", "#e3aecb", "#a9c5ea",
                 "#c8c8c8")
_BODY_HATCHES = style.HATCHES
_COLUMNS = 24  # most municipalities in the matrix; the table has them all
_MAPS = 9  # most small maps; the tables have every body
_NUMBERED = 8  # most municipalities whose lines carry their figure; the table has them all
_DPI = 150  # of the printed pictures
_NODES = 40  # most municipalities in the network
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
    """Draw polygons as one patch: `GeoDataFrame.plot` would draw the whole figure each time."""
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
        axes.add_patch(PathPatch(path, **look))


def sharp(axes: Axes) -> None:
    """Measure text as finely as it is printed: at 100 dpi hinting makes it a tenth too narrow, and
    the layout would leave too little room for the names beside the axes.
    """
    axes.get_figure(root=True).set_dpi(_DPI)  # type: ignore[union-attr]


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples; typed loosely because the columns differ by table."""
    yield from table.itertuples(index=False)


# --- what stands in a cell -----------------------------------------------------------------------


def cells(view: Sharing) -> dict[tuple[str, str], Any]:
    """The strongest row of the state by (area, code): running first, then the latest."""
    found: dict[tuple[str, str], Any] = {}
    for row in rows_of(view.own):
        best = found.get((row.area, row.code))
        if best is None or _strength(row) > _strength(best):
            found[row.area, row.code] = row
    return found


def _strength(row: Any) -> tuple[int, int]:
    rank = {"running": 3, "last-evidenced": 2, "undated": 1}.get(row.status, 0)
    return rank, 0 if swedish.is_missing(row.last_evidence) else int(row.last_evidence)


# --- the figures that the region has, for the notebook -------------------------------------------


def maps_of(view: Sharing, *, boundaries: gpd.GeoDataFrame) -> list[Axes]:
    """The map of the most telling service and the small maps of bodies; none without services."""
    area = telling_area(view)
    if not area:
        return []
    return [plot_service(view, area, boundaries=boundaries),
            plot_bodies(view, boundaries=boundaries)]


def matrices_of(view: Sharing) -> list[Axes]:
    """The matrix, in as many figures as it needs; none without any row for the region."""
    return [plot_matrix(view, lines, part=part)
            for part, lines in enumerate(matrix_pages(view), start=1)]


def timelines_of(view: Sharing) -> list[Axes]:
    """The timeline; none without any row for the region."""
    return [plot_timeline(view, lines, part=part)
            for part, lines in enumerate(timeline_pages(view), start=1)]


def networks_of(view: Sharing, *, boundaries: gpd.GeoDataFrame) -> list[Axes]:
    """The network of the members; none unless two of them share a running service."""
    shared = metrics.group_services(view.state, view.region.members)
    return [] if shared.empty else [plot_network(view, boundaries=boundaries)]


def tables_of(view: Sharing) -> list[Table]:
    """Bodies, and what they do with status, trust and sources; none without any row."""
    return [] if view.own.empty else [bodies_table(view), arrangements_table(view)]


# --- map of one service --------------------------------------------------------------------------


def telling_area(view: Sharing) -> str:
    """The service whose map says most: most bodies, then most members; "" when nothing runs."""
    if view.running.empty:
        return ""
    current = view.own[(view.own["kind"] == "service") & view.own["status"].isin(text.CURRENT)]
    sizes = current.groupby("area").agg(bodies=("arrangement", "nunique"),
                                        codes=("code", "nunique"))
    place = {key: -rank for rank, key in enumerate(view.area_names)}
    sizes["place"] = sizes.index.map(place)
    return str(sizes.sort_values(["bodies", "codes", "place"]).index[-1])


def plot_service(view: Sharing, area: str, *, boundaries: gpd.GeoDataFrame) -> Axes:
    """Map of one service: each body with its members, also those outside the region, and host.

    `boundaries` is indexed by code, in SWEREF 99 TM. Only bodies with a member in the region are
    drawn; a member without a row is marked "ingen uppgift".
    """
    bodies = _bodies_for(view, area)
    outside = sorted({row.code for rows in bodies.values() for row in rows}
                     - set(view.region.members))
    known = sorted({row.code for rows in bodies.values() for row in rows})
    height = float(np.clip(3.2 + 0.5 * len(bodies), 3.6, 6.0))
    axes, side = maps.map_canvas(height, legend=0.36)
    with style.look():
        maps.draw_base(axes, _framed(view, known), boundaries, also=outside)
        handles = [_draw_body(axes, view, key, rows, place, boundaries)
                   for place, (key, rows) in enumerate(bodies.items())]
        unknown = [code for code in view.region.members
                   if not any(row.code == code for rows in bodies.values() for row in rows)]
        if unknown:
            handles.append(_draw_unknown(axes, boundaries, unknown))
        hosts = _draw_hosts(axes, bodies, boundaries)
        _name_places(axes, view, outside, boundaries)
        side.legend(handles=[*handles, *hosts], loc="upper left", alignment="left", fontsize=8,
                    labelspacing=0.9, handlelength=1.6, handleheight=1.2)
    return style.describe(axes, _service_description(view, area, bodies, unknown))


def _framed(view: Sharing, known: Sequence[str]) -> Region:
    """The region as a map frames it: of very many members only those with information."""
    members = view.region.members
    inside = tuple(code for code in members if code in known)
    return replace(view.region, members=inside) if inside and len(members) > _NODES else view.region


def _bodies_for(view: Sharing, area: str) -> dict[str, list[Any]]:
    """Rows of each body that has the service and a member in the region; past ones left out."""
    state = view.state[(view.state["area"] == area) & ~view.state["status"].isin(text.PAST)]
    mine = state[state["arrangement"].isin(view.own["arrangement"])]
    found: dict[str, list[Any]] = {}
    for row in rows_of(mine):
        found.setdefault(row.arrangement, []).append(row)
    order = {"running": 0, "last-evidenced": 1, "undated": 2}
    return dict(sorted(found.items(), key=lambda item: order.get(item[1][0].status, 3)))


def _draw_body(axes: Axes, view: Sharing, key: str, rows: list[Any], place: int,
               boundaries: gpd.GeoDataFrame) -> Patch:
    """Fill the members of a body, lighter when the evidence is old; returns its legend entry."""
    head = rows[0]
    sure = head.status == "running"
    colour = tint(_BODY_COLOURS[place % len(_BODY_COLOURS)], 0.5 if head.stale or not sure else 1)
    look: dict[str, Any] = {
        "facecolor": colour if sure else "none", "edgecolor": style.INK, "linewidth": 0.6,
        "linestyle": "-" if sure else ":",
        "hatch": _BODY_HATCHES[place % len(_BODY_HATCHES)] if sure else "..",
    }
    fill(axes, boundaries.loc[[row.code for row in rows]], zorder=1.5 if sure else 1.4, **look)
    return Patch(label=wrap(f"{view.names[key]} ({view.form_names[head.legal_form]}; "
                            f"{text.status_text(head)})", 33), **look)


def _draw_unknown(axes: Axes, boundaries: gpd.GeoDataFrame, codes: Sequence[str]) -> Patch:
    look: dict[str, Any] = {"facecolor": style.NO_DATA, "edgecolor": style.MUTED, "linewidth": 0.6}
    fill(axes, boundaries.loc[list(codes)], zorder=1.5, **look)
    return Patch(label="ingen uppgift", **look)


def _draw_hosts(axes: Axes, bodies: dict[str, list[Any]], boundaries: gpd.GeoDataFrame,
                ) -> list[Line2D]:
    hosts = sorted({row.host for rows in bodies.values() for row in rows if row.host})
    if not hosts:
        return []
    points = boundaries.loc[hosts].representative_point()
    look: dict[str, Any] = {"marker": "*", "markersize": 11, "markerfacecolor": style.HIGHLIGHT,
                            "markeredgecolor": "white", "linestyle": "none"}
    axes.plot(points.x, points.y, zorder=6, **look)
    return [Line2D([], [], label="värdkommun", **look)]


def _name_places(axes: Axes, view: Sharing, outside: Sequence[str],
                 boundaries: gpd.GeoDataFrame) -> None:
    """Names of the members in bold, then those of partners outside where they find room."""
    points = boundaries.representative_point()
    few = len(view.region.members) <= maps.MANY
    many = len(view.region.members) > _NODES
    wanted = [(code, True) for code in view.region.members if not many]
    wanted += [(code, False) for code in outside]
    places = [
        Label(municipalities()[code].name, points[code].x, points[code].y, radius=5.0,
              size=8 if inside and few else 7, weight="bold" if inside and few else "normal",
              must=inside and few)
        for code, inside in wanted
    ]
    axes.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
    labels.place(axes, places)


def _service_description(view: Sharing, area: str, bodies: dict[str, list[Any]],
                         unknown: Sequence[str]) -> style.Description:
    name = view.area_names[area]
    frame = pd.DataFrame([
        {"name": municipalities()[row.code].name, "body": view.names[key],
         "form": view.form_names[row.legal_form], "status": text.status_text(row),
         "place": "i regionen" if row.code in view.region.members else "utanför"}
        for key, rows in bodies.items() for row in rows
    ] + [{"name": municipalities()[code].name, "body": None, "form": None,
          "status": text.NO_INFORMATION, "place": "i regionen"} for code in unknown])
    table = Table("tjanst-karta", f"{name}: vem ingår i vilket organ", frame,
                  {"name": NAME, "body": word("Organ"), "form": word("Form"),
                   "status": word("Status"), "place": word("Läge")}, SOURCES)
    said = [f"{view.names[key]} ({text.status_text(rows[0])}): "
            f"{swedish.listed(text.names_of(row.code for row in rows))}"
            for key, rows in bodies.items()]
    if unknown:
        said.append(f"ingen uppgift: {swedish.listed(text.names_of(unknown)[:20])}")
    return style.Description(
        id="tjanst-karta", title=f"{name}: vem ingår i vilket organ {swedish.day(view.day)}",
        alt=f"Karta över tjänsten {text.lower(name)}. {'. '.join(said)}.", sources=SOURCES,
        table=table, note="Kraftig linje: kommunerna i rapporten. Ljusare yta: senaste belägget "
        "är äldre än tre år. Prickad yta med streckad linje: inte i drift enligt belägg. "
        "”Ingen uppgift” betyder inte att tjänsten saknar samverkan.")


# --- small maps, one a body ----------------------------------------------------------------------


def plot_bodies(view: Sharing, *, boundaries: gpd.GeoDataFrame) -> Axes:
    """A small map for each body that runs a service for a member: its members on the date.

    Raises ValueError when no service runs.
    """
    bodies = view.bodies[:_MAPS]
    if not bodies:
        raise ValueError("no running service to draw; leave the figure out")
    lines = -(-len(bodies) // 3)
    grid = np.atleast_1d(style.canvas(2.25 * lines, columns=3, rows=lines)).ravel()
    members = {key: _members(view, key) for key in bodies}
    outside = {code for codes in members.values() for code in codes} - set(view.region.members)
    grid[0].get_figure(root=True).draw_without_rendering()
    extent = grid[0].get_window_extent()
    framed = _framed(view, sorted(set().union(*members.values())))
    frame = maps.frame_of(framed, boundaries, also=sorted(outside),
                          aspect=extent.width / (0.78 * extent.height))
    visible = boundaries.clip(box(frame.west, frame.south, frame.east, frame.north))
    own = boundaries.loc[list(view.region.members)].dissolve()
    with style.look():
        for axes, key in zip(grid, bodies, strict=False):
            _small_map(axes, view, key, members[key], visible, frame)
            fill(axes, own, facecolor="none", edgecolor=style.INK, linewidth=0.9, zorder=3)
        for axes in grid[len(bodies):]:
            axes.set_axis_off()
        maps.scale_bar(grid[0], frame)
    return style.describe(grid[0], _bodies_description(view, members))


def _members(view: Sharing, key: str) -> list[str]:
    state = metrics.running_services(view.state)
    return sorted(state.loc[state["arrangement"] == key, "code"].unique())


def _small_map(axes: Axes, view: Sharing, key: str, codes: list[str],
               visible: gpd.GeoDataFrame, frame: maps.Frame) -> None:
    rows = view.running[view.running["arrangement"] == key]
    letter, colour = FORM_MARKS[rows["legal_form"].iloc[0]]
    stale = bool(rows["stale"].all())
    inside = visible.index.isin(codes)
    fill(axes, visible[~inside], facecolor=style.LAND, edgecolor="white", linewidth=0.4)
    fill(axes, visible[inside], facecolor=tint(colour, 0.35 if stale else 0.85), linewidth=0.5,
         edgecolor="white", hatch="////" if stale else "", zorder=2)
    axes.set_xlim(frame.west, frame.east)
    axes.set_ylim(frame.south, frame.north)
    axes.set_aspect("equal")
    axes.set_axis_off()
    count = rows["area"].nunique()
    late = f", senast belagd {rows['last_evidence'].max()}" if stale else ""
    axes.set_title(wrap(view.names[key], 32), fontsize=8, pad=14)
    axes.text(0, 1.01, f"{letter} · {swedish.counted(count, 'tjänst', 'tjänster')}{late}",
              transform=axes.transAxes, fontsize=7, va="bottom", color=style.INK)


def _bodies_description(view: Sharing, members: dict[str, list[str]]) -> style.Description:
    frame = pd.DataFrame([
        {"body": view.names[key],
         "services": view.running[view.running["arrangement"] == key]["area"].nunique(),
         "inside": swedish.listed(text.names_of(c for c in codes if c in view.region.members)),
         "outside": swedish.listed(text.names_of(
             c for c in codes if c not in view.region.members)) or None}
        for key, codes in members.items()
    ])
    table = Table("organ-kartor", f"Organ i drift {swedish.day(view.day)}", frame,
                  {"body": word("Organ"), "services": Format("Tjänster för regionens kommuner"),
                   "inside": word("Medlemmar i regionen"), "outside": word("Medlemmar utanför")},
                  SOURCES)
    said = ". ".join(f"{row.body}: {row.inside}"
                     + ("" if swedish.is_missing(row.outside) else f"; utanför {row.outside}")
                     for row in rows_of(frame))
    more = len(view.bodies) - len(members)
    return style.Description(
        id="organ-kartor", title=f"Kretsarna: vilka kommuner varje organ omfattar "
        f"{swedish.day(view.day)}", alt=f"En liten karta för varje organ. {said}.",
        sources=SOURCES, table=table,
        note="Svart linje: kommunerna i rapporten. Streckad ljus yta: alla belägg är äldre än tre "
        f"år. {_letters(view)}" + (f" {more} organ till finns i tabellen." if more > 0 else ""))


def _letters(view: Sharing) -> str:
    """What the letters of the forms that occur stand for."""
    keys = [key for key in FORM_MARKS if key in set(view.own["legal_form"])]
    return "; ".join(f"{FORM_MARKS[key][0]} {view.form_names[key]}" for key in keys) + "."


# --- matrix --------------------------------------------------------------------------------------


def matrix_columns(view: Sharing) -> list[str]:
    """Members that the matrix draws: all when few, else those with most services."""
    members = list(view.region.members)
    if len(members) <= _COLUMNS:
        return members
    known = view.counts["services"].dropna().sort_values(ascending=False, kind="stable")
    return [str(code) for code in known.index[:_COLUMNS]]


def plot_matrix(view: Sharing, lines: Sequence[Line] | None = None, *, part: int = 1) -> Axes:
    """Matrix of services and municipalities: legal form as letter and colour, status as look.

    `lines` are some of `matrix_lines` (default: the first page of them), `part` their page. Only
    services with any information for the region have a line.
    """
    codes = matrix_columns(view)
    lines = matrix_pages(view)[part - 1] if lines is None else lines
    found = cells(view)
    shown = [row for (area, code), row in found.items()
             if code in codes and any(area == key for _, key, _ in lines)]
    handles = _matrix_handles(view, shown)
    head, foot = 0.72, 0.16 * -(-len(handles) // 3) + 0.12
    height = head + sum(line[2] for line in lines) + foot
    axes = style.canvas(height)
    with style.look():
        axes.set_axis_off()
        axes.set_xlim(0, style.WIDTH)
        axes.set_ylim(height, 0)
        _column_names(axes, codes, head)
        top = head
        for kind, key, tall in lines:
            if kind == "group":
                _group_line(axes, key, top + tall)
            else:
                _matrix_line(axes, view, codes, key, (top, tall), found)
            top += tall
        axes.legend(handles=handles, loc="lower left", ncols=3, fontsize=7.5, columnspacing=1.2,
                    handlelength=1.5, borderaxespad=0, labelspacing=0.35)
    return style.describe(axes, _matrix_description(view, codes, lines, part))


Item = TypeVar("Item")
Line = tuple[str, str, float]  # group or area, its key, height in inches
_PAGE = 7.4  # inches of lines that a printed page has room for
_LEFT = 2.05  # inches for the names of services
_WIDE = 0.36  # inches: a cell of this width has room for a year


def _cell_width(columns: int) -> float:
    return min(0.46, (style.WIDTH - _LEFT - (1.5 if columns <= 8 else 0.05)) / columns)


def matrix_pages(view: Sharing) -> list[list[Line]]:
    """Lines of the matrix by area group, in as many pages as they need; none without rows."""
    codes = matrix_columns(view)
    shown = set(view.own.loc[view.own["code"].isin(codes), "area"])
    blocks: list[list[Line]] = []
    for group, keys in view.groups.items():
        block: list[Line] = [("area", key, _line_height(view, codes, key))
                             for key in keys if key in shown]
        if block:
            blocks.append([("group", group, 0.22), *block])
    heights = [sum(line[2] for line in block) for block in blocks]
    return [[line for block in page for line in block] for page in paged(blocks, heights)]


def paged(blocks: Sequence[Item], heights: Sequence[float]) -> list[list[Item]]:
    """`blocks` in as few pages as they fit in, about equally full, in their order."""
    total = sum(heights)
    count = max(1, int(np.ceil(total / _PAGE)))
    pages: list[list[Item]] = [[] for _ in range(count)]
    above = 0.0
    for block, height in zip(blocks, heights, strict=True):
        # a block belongs to the page in which its middle falls
        pages[min(int((above + height / 2) / total * count), count - 1)].append(block)
        above += height
    return [page for page in pages if page]


def _column_names(axes: Axes, codes: Sequence[str], head: float) -> None:
    width = _cell_width(len(codes))
    steep = width < _WIDE
    for place, code in enumerate(codes):
        axes.text(_LEFT + (place + (0.5 if steep else 0.4)) * width, head - 0.05,
                  municipalities()[code].name, rotation=90 if steep else 50, va="bottom",
                  fontsize=7 if steep else 7.5, ha="center" if steep else "left",
                  rotation_mode="default" if steep else "anchor")


def _line_height(view: Sharing, codes: Sequence[str], area: str) -> float:
    name = wrap(view.area_names[area], 32).count("\n")
    bodies = _right_text(view, codes, area).count("\n")
    return 0.178 + 0.105 * max(name, bodies)


def _right_text(view: Sharing, codes: Sequence[str], area: str) -> str:
    """Names of the bodies that run the service for the members drawn, where there is room."""
    if len(codes) > 8:
        return ""
    room = style.WIDTH - _LEFT - _cell_width(len(codes)) * len(codes) - 0.1
    running = view.running[(view.running["area"] == area) & view.running["code"].isin(codes)]
    names = [short(view.names[key]) for key in running["arrangement"].unique()]
    return wrap(", ".join(names), int(room * 18.5))


def short(name: str) -> str:
    """The abbreviation of a body's name when it has one in brackets."""
    before, bracket, after = name.partition(" (")
    return after.rstrip(")") if bracket and after.rstrip(")").isupper() else before


def _group_line(axes: Axes, group: str, bottom: float) -> None:
    axes.text(0, bottom - 0.05, group, fontsize=8, fontweight="bold", va="bottom")
    axes.plot([0, style.WIDTH], [bottom - 0.03] * 2, color=style.MUTED, linewidth=0.6)


def _matrix_line(axes: Axes, view: Sharing, codes: Sequence[str], area: str,
                 place: tuple[float, float], found: dict[tuple[str, str], Any]) -> None:
    top, tall = place
    middle = top + tall / 2
    axes.plot([0, style.WIDTH], [top + tall] * 2, color=style.RULE, linewidth=0.3)
    axes.text(0.06, middle, wrap(view.area_names[area], 32), fontsize=7.5, va="center",
              linespacing=1.0)
    width = _cell_width(len(codes))
    for column, code in enumerate(codes):
        _draw_cell(axes, found.get((area, code)), _LEFT + column * width, middle, width)
    axes.text(_LEFT + width * len(codes) + 0.08, middle, _right_text(view, codes, area),
              fontsize=6.5, va="center", color=style.MUTED, linespacing=1.0)


def _draw_cell(axes: Axes, row: Any, left: float, middle: float, width: float) -> None:
    """One cell: filled when running, light and hatched when old, a sign when only planned."""
    centre = left + width / 2
    if row is None:
        axes.text(centre, middle, "·", fontsize=7, ha="center", va="center", color=style.MUTED)
        return
    if row.status in PLAN_MARKS:
        axes.plot([centre], [middle], **_plan_look(row.status))
        return
    letter, colour = FORM_MARKS[row.legal_form]
    old = row.stale or row.status == "last-evidenced"
    year = f" {row.last_evidence}" if old and width >= _WIDE else ""
    fresh = row.status == "running" and not row.stale
    words = f"{letter} ?" if row.status == "undated" else f"{letter}{year}"
    axes.add_patch(Rectangle((left + 0.02, middle - 0.075), width - 0.04, 0.15,
                             **_box_look(row, colour)))
    plain = {"boxstyle": "square,pad=0.08", "facecolor": "white", "linewidth": 0}
    axes.text(centre, middle, words, fontsize=6.5, ha="center", va="center", fontweight="bold",
              color="white" if fresh else style.INK, bbox=None if fresh else plain)


def _box_look(row: Any, colour: str) -> dict[str, Any]:
    if row.status == "running" and not row.stale:
        return {"facecolor": colour, "edgecolor": colour, "linewidth": 0.6}
    if row.status == "running":
        return {"facecolor": tint(colour, 0.22), "edgecolor": colour, "linewidth": 0.6,
                "hatch": "/////"}
    return {"facecolor": "white", "edgecolor": colour, "linewidth": 0.8,
            "linestyle": (0, (1, 1.5)) if row.status == "undated" else (0, (4, 2))}


def _plan_look(status: str) -> dict[str, Any]:
    filled = status == "decided"
    return {"marker": PLAN_MARKS[status], "markersize": 4.2, "linestyle": "none",
            "markerfacecolor": style.INK if filled else "white", "markeredgecolor": style.INK,
            "markeredgewidth": 0.8}


def _matrix_handles(view: Sharing, rows: Sequence[Any]) -> list[Any]:
    """Legend entries of what occurs among `rows`, the forms first."""
    boxes = [row for row in rows if row.status not in PLAN_MARKS]
    forms = [key for key in FORM_MARKS if any(row.legal_form == key for row in boxes)]
    handles: list[Any] = [
        Patch(facecolor=FORM_MARKS[key][1], label=f"{FORM_MARKS[key][0]} {view.form_names[key]}"
              + (", räknas inte" if key in _NO_BODY else ""))
        for key in forms
    ]
    if any(row.status == "running" and row.stale for row in boxes):
        handles.append(Patch(facecolor=tint(style.MUTED, 0.22), edgecolor=style.MUTED,
                             hatch="/////", label="i drift, belägg äldre än tre år"))
    if any(row.status == "last-evidenced" for row in boxes):
        handles.append(Patch(facecolor="white", edgecolor=style.INK, linestyle=(0, (4, 2)),
                             label="senast belagd, räknas inte"))
    if any(row.status == "undated" for row in boxes):
        handles.append(Patch(facecolor="white", edgecolor=style.INK, linestyle=(0, (1, 1.5)),
                             label="? odaterad, räknas inte"))
    handles += [Line2D([], [], label=metrics.STATUS_LABELS[key], **_plan_look(key))
                for key in PLAN_MARKS if any(row.status == key for row in rows)]
    handles.append(Line2D([], [], marker=".", markersize=2, color=style.MUTED, linestyle="none",
                          label="ingen uppgift"))
    return handles


def _matrix_description(view: Sharing, codes: Sequence[str], lines: Sequence[Line], part: int,
                        ) -> style.Description:
    keys = {key for _, key, _ in lines}
    running = view.running[view.running["area"].isin(keys)]
    parts = []
    for key in dict.fromkeys(running["arrangement"]):
        rows = running[running["arrangement"] == key]
        parts.append(f"{view.names[key]} ({view.form_names[rows['legal_form'].iloc[0]]}): "
                     f"{text.areas_listed(view, rows['area'])} för "
                     f"{swedish.listed(text.names_of(set(rows['code'])))}")
    said = ". ".join(parts) or "Ingen tjänst är i drift enligt inventeringen"
    fewer = (f" Figuren visar de {len(codes)} kommuner som har flest tjänster; tabellen har alla."
             if len(codes) < len(view.region.members) else "")
    return style.Description(
        id="tjanst-matris" if part == 1 else f"tjanst-matris-{part}",
        title=f"Tjänster och kommuner {swedish.day(view.day)}: form och status"
        + (f", del {part}" if part > 1 else ""),
        alt=f"Matris med tjänster som rader och kommuner som kolumner. {said}.", sources=SOURCES,
        table=matrix_table(view) if part == 1 else None,
        note="Bokstaven är den juridiska formen. Årtalet är det senaste belägget när det är äldre "
        "än tre år. Punkt betyder att inventeringen saknar uppgift, inte att tjänsten inte delas."
        + fewer)


def matrix_table(view: Sharing) -> Table:
    """Every row of the state for the members, with full sources; one row a body and service."""
    frame = pd.DataFrame([
        {"area": view.area_names[row.area], "name": municipalities()[row.code].name,
         "body": view.names[row.arrangement], "form": view.form_names[row.legal_form],
         "host": municipalities()[row.host].name if row.host else None,
         "status": metrics.STATUS_LABELS[row.status], "last": row.last_evidence,
         "since": text.since(view, row.arrangement, row.area), "trust":
         metrics.TRUST_LABELS[row.trust],
         "sources": " | ".join(text.citation(view, key) for key in row.sources.split("; "))}
        for row in rows_of(view.own)
    ])
    formats = {"area": word("Tjänst"), "name": NAME, "body": word("Organ"), "form": word("Form"),
               "host": word("Värdkommun"), "status": word("Status"),
               "last": Format("Senaste belägg", year=True), "since": word("Sedan"),
               "trust": word("Tilltro"), "sources": word("Källor")}
    return Table("tjanst-matris", f"Tjänster, organ och kommuner {swedish.day(view.day)}", frame,
                 formats, SOURCES)


# --- timeline ------------------------------------------------------------------------------------


def timeline_pages(view: Sharing) -> list[list[dict[str, Any]]]:
    """Lines of the timeline in as many pages as they need; none without rows."""
    lines = _timeline_lines(view)
    return paged(lines, [line["height"] for line in lines])


def plot_timeline(view: Sharing, lines: list[dict[str, Any]] | None = None, *, part: int = 1,
                  ) -> Axes:
    """When each body ran which services, up to the date; lighter after the last evidence.

    Bars from the first evidence; a bar with a closed end has ended. Signs: intention, inquiry and
    decision. `lines` is a page of `timeline_pages`, by default page `part`.
    """
    lines = timeline_pages(view)[part - 1] if lines is None else lines
    heights = [line["height"] for line in lines]
    grid = style.canvas(sum(heights) + 0.85, rows=2, height_ratios=[sum(heights) + 0.25, 0.6])
    axes, foot = grid[0], grid[1]
    sharp(axes)
    with style.look():
        foot.set_axis_off()
        first = min(line["first"] for line in lines)
        now = view.day.year + (view.day.timetuple().tm_yday - 1) / 365.25
        span = max(now - first, 3.0)
        axes.set_xlim(first - 0.04 * span, now + 0.02 * span)
        axes.set_ylim(sum(heights), -0.1)
        top = 0.0
        for line, tall in zip(lines, heights, strict=True):
            _timeline_line(axes, line, top + tall / 2, now)
            top += tall
        axes.axvline(now, color=style.INK, linewidth=0.8)
        _timeline_axis(axes, lines, heights)
        foot.legend(handles=_timeline_handles(lines), loc="upper left", ncols=3, fontsize=7.5,
                    handlelength=1.4, columnspacing=1.2, labelspacing=0.35, borderaxespad=0)
    return style.describe(axes, _timeline_description(view, lines, part))


def _year(day: Any) -> float:
    return float(day.year + (day.day_of_year - 1) / 365.25)


def _timeline_lines(view: Sharing) -> list[dict[str, Any]]:
    """One line a body and set of services with the same dates, in the order of the inventory."""
    limit = pd.Timestamp(view.day)
    spans = metrics.periods(view.inventory)
    begun = spans[spans["start"] <= limit].set_index(["arrangement", "area"])
    events = view.inventory.events
    plans = events[events["event"].isin(text.PLANNED) & (events["first"] <= limit)]
    lines: list[dict[str, Any]] = []
    for key in dict.fromkeys(view.own["arrangement"]):
        alike: dict[tuple[Any, ...], list[str]] = {}
        for area in dict.fromkeys(view.own.loc[view.own["arrangement"] == key, "area"]):
            marks = tuple(sorted({(row.event, _year(row.first)) for row in rows_of(plans)
                                  if row.arrangement == key and row.area in (area, "")}))
            found: Any = begun.loc[(key, area)] if (key, area) in begun.index else None
            dates = () if found is None else (found["start"], found["last_evidence"],
                                              found["end"], found["end_event"])
            alike.setdefault((dates if found is None else tuple(map(str, dates)), marks),
                             []).append(area)
        lines += [_timeline_entry(view, key, areas, begun, marks)
                  for (_, marks), areas in alike.items()]
    return lines


def _timeline_entry(view: Sharing, key: str, areas: list[str], spans: Any,
                    marks: tuple[tuple[str, float], ...]) -> dict[str, Any]:
    head = view.own[view.own["arrangement"] == key].iloc[0]
    names = [text.lower(view.area_names[area]) for area in areas]
    shown = names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} till"]
    letter = FORM_MARKS[head["legal_form"]][0]
    label = wrap(f"{short(view.names[key])} [{letter}]: {', '.join(shown)}", 48)
    entry: dict[str, Any] = {"key": key, "areas": areas, "label": label, "marks": marks,
                             "height": 0.12 + 0.125 * (label.count("\n") + 1),
                             "form": head["legal_form"], "kind": head["kind"], "start": None,
                             "last": None, "end": None}
    if (key, areas[0]) in spans.index:
        span = spans.loc[(key, areas[0])]
        limit = pd.Timestamp(view.day)
        entry["start"] = _year(span["start"])
        # a recorded end shows that it ran until then
        known = span["last_evidence"] if pd.isna(span["end"]) else span["end"]
        entry["last"] = _year(min(known, limit))
        if pd.notna(span["end"]) and span["end"] <= limit:
            entry["end"] = _year(span["end"])
        supposed = span["shown_to"]
        entry["to"] = _year(limit if pd.isna(supposed) else min(supposed, limit))
        entry["stated"] = text.since(view, key, areas[0])[:1].isdigit()
    years = [entry["start"], *(year for _, year in marks)]
    entry["first"] = min([year for year in years if year is not None],
                         default=float(view.day.year))
    return entry


def _timeline_line(axes: Axes, line: dict[str, Any], y: float, now: float) -> None:
    colour = FORM_MARKS[line["form"]][1]
    axes.axhline(y, color=style.RULE, linewidth=0.3, zorder=0)
    if line["start"] is not None:
        stop = line["end"] if line["end"] is not None else line["last"]
        stop = max(stop, line["start"] + 0.12)
        axes.barh(y, stop - line["start"], left=line["start"], height=0.11, color=colour, zorder=2)
        if line["end"] is None and line["to"] > stop:
            axes.barh(y, line["to"] - stop, left=stop, height=0.11, facecolor=tint(colour, 0.2),
                      edgecolor=colour, linewidth=0.5, hatch="/////", zorder=2)
        if line["end"] is not None:
            axes.plot([stop], [y], marker="|", markersize=9, markeredgewidth=1.8,
                      color=style.INK, zorder=3)
        axes.plot([line["start"]], [y], marker="o", markersize=4, zorder=3, color=style.INK,
                  markerfacecolor=style.INK if line["stated"] else "white")
    elif not line["marks"]:
        axes.text(now, y, "odaterad uppgift ", fontsize=7, ha="right", va="center",
                  color=style.MUTED)
    for event, year in line["marks"]:
        axes.plot([year], [y], zorder=4, **_plan_look(event))


def _timeline_axis(axes: Axes, lines: list[dict[str, Any]], heights: list[float]) -> None:
    middles = np.cumsum(heights) - np.array(heights) / 2
    axes.set_yticks(middles, [line["label"] for line in lines], fontsize=6.8, linespacing=1.0)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8)
    axes.spines["left"].set_visible(False)
    low, high = axes.get_xlim()
    step = next(step for step in (1, 2, 5, 10) if (high - low) / step <= 8)
    axes.set_xticks([year for year in range(int(low) + 1, int(high) + 1) if year % step == 0])
    axes.xaxis.set_major_formatter(lambda value, _: str(int(value)))


def _timeline_handles(lines: list[dict[str, Any]]) -> list[Any]:
    marks = {event for line in lines for event, _ in line["marks"]}
    dot: dict[str, Any] = {"marker": "o", "linestyle": "none", "color": style.INK, "markersize": 4}
    return [
        Line2D([], [], label="start enligt källa", **dot),
        Line2D([], [], label="första belägg", markerfacecolor="white", **dot),
        Patch(facecolor=style.MUTED, label="belagd i drift"),
        Patch(facecolor=tint(style.MUTED, 0.2), edgecolor=style.MUTED, hatch="/////",
              label="efter senaste belägg"),
        Line2D([], [], marker="|", markersize=9, markeredgewidth=1.8, color=style.INK,
               linestyle="none", label="slut"),
        *(Line2D([], [], label=metrics.STATUS_LABELS[key], **_plan_look(key))
          for key in PLAN_MARKS if key in marks),
    ]


def _timeline_description(view: Sharing, lines: list[dict[str, Any]], part: int,
                          ) -> style.Description:
    frame = pd.DataFrame([
        {"body": view.names[line["key"]],
         "areas": text.areas_listed(view, line["areas"]),
         "since": text.since(view, line["key"], line["areas"][0]) if line["start"] else None,
         "last": int(line["last"]) if line["last"] else None,
         "end": int(line["end"]) if line["end"] else None,
         "plans": "; ".join(f"{text.EVENT_LABELS[event]} {int(year)}"
                            for event, year in line["marks"]) or None}
        for line in lines
    ]).astype({"last": "Int64", "end": "Int64"})
    key = "tjanst-tidslinje" if part == 1 else f"tjanst-tidslinje-{part}"
    table = Table(key, f"När organen verkade, till {swedish.day(view.day)}", frame,
                  {"body": word("Organ"), "areas": word("Tjänster"), "since": word("Sedan"),
                   "last": Format("Senaste belägg", year=True), "end": Format("Slut", year=True),
                   "plans": word("Avsikter, utredningar, beslut")}, SOURCES)
    ran = [f"{row.body} ({row.areas}): {row.since or 'inte i drift'}"
           + ("" if swedish.is_missing(row.end) else f", slut {row.end}")
           for row in rows_of(frame[frame["since"].notna()])]
    return style.Description(
        id=key, title=f"När samverkan började och slutade, till {swedish.day(view.day)}"
        + (f", del {part}" if part > 1 else ""),
        alt="Tidslinje med en rad för varje organ och grupp av "
        f"tjänster. {'. '.join(ran) or 'Ingen tjänst har varit i drift'}.", sources=SOURCES,
        table=table, note=f"Streckad fortsättning: organet räknas som i drift men belägg saknas "
        f"efter det senaste. {_letters(view)}")


# --- network -------------------------------------------------------------------------------------


def plot_network(view: Sharing, *, boundaries: gpd.GeoDataFrame) -> Axes:
    """Network of the members: a line's width and figure are the shared running services.

    Members stand on a circle in the order of their direction from the region's middle. Dashed:
    all evidence is older than three years.
    """
    pairs = metrics.pair_services(view.state)
    members = set(view.region.members)
    pairs = pairs[pairs["code_a"].isin(members) & pairs["code_b"].isin(members)]
    codes = _network_codes(view, pairs)
    places = _on_circle(codes, boundaries)
    few = len(codes) <= maps.MANY
    axes = style.canvas(3.9 if few else 5.6)
    with style.look():
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.set_xlim(-1.75, 1.75)
        axes.set_ylim(-1.25, 1.25)
        drawn = pairs[pairs["code_a"].isin(codes) & pairs["code_b"].isin(codes)]
        top = max(int(drawn["services"].max()), 1) if len(drawn) else 1
        for row in rows_of(drawn):
            _draw_edge(axes, places, row, top, len(codes) <= _NUMBERED)
        for code in codes:
            _draw_node(axes, view, places, code, few)
        axes.legend(handles=[
            Line2D([], [], color=style.ACCENT, linewidth=2.5, label="delar tjänster i drift"),
            Line2D([], [], color=style.ACCENT, linewidth=2.5, linestyle=(0, (2, 1.2)),
                   label="alla belägg äldre än tre år"),
        ], loc="lower left", fontsize=7.5, borderaxespad=0)
    return style.describe(axes, _network_description(view, pairs, codes))


def _network_codes(view: Sharing, pairs: pd.DataFrame) -> list[str]:
    members = list(view.region.members)
    if len(members) <= _NODES:
        return members
    sums = pd.concat([pairs.set_index("code_a")["services"], pairs.set_index("code_b")["services"]])
    order = sums.groupby(level=0).sum().sort_values(ascending=False, kind="stable")
    return [str(code) for code in order.index[:_NODES]]


def _on_circle(codes: Sequence[str], boundaries: gpd.GeoDataFrame,
               ) -> dict[str, tuple[float, float]]:
    """Points on the unit circle, evenly spaced, in the order of the directions on the map."""
    points = boundaries.loc[list(codes)].representative_point()
    angles = np.arctan2(points.y - points.y.mean(), points.x - points.x.mean())
    order = [codes[place] for place in np.argsort(angles.to_numpy(), kind="stable")]
    turns = np.linspace(0, 2 * np.pi, len(order), endpoint=False)
    start = float(angles.min()) if len(order) else 0.0
    return {code: (1.2 * float(np.cos(start + turn)), float(np.sin(start + turn)))
            for code, turn in zip(order, turns, strict=True)}


def _draw_edge(axes: Axes, places: dict[str, tuple[float, float]], row: Any, top: int,
               numbered: bool) -> None:
    (ax, ay), (bx, by) = places[row.code_a], places[row.code_b]
    width = (0.8 + 5.2 * row.services / top) * (1 if numbered else 0.4)
    old = row.stale == row.services
    axes.plot([ax, bx], [ay, by], color=style.ACCENT, linewidth=width, zorder=1,
              linestyle=(0, (2, 1.2)) if old else "-", alpha=0.75)
    if numbered:
        through = np.hypot(ax + bx, ay + by) < 0.05
        share = 0.36 if through else 0.5  # lines through the middle meet there: stand aside
        axes.text(ax + share * (bx - ax), ay + share * (by - ay), swedish.number(row.services),
                  fontsize=8, fontweight="bold", ha="center", va="center", zorder=3,
                  bbox={"boxstyle": "round,pad=0.18", "facecolor": "white", "linewidth": 0})


def _draw_node(axes: Axes, view: Sharing, places: dict[str, tuple[float, float]], code: str,
               few: bool) -> None:
    x, y = places[code]
    axes.plot([x], [y], marker="o", markersize=9 if few else 4, color=style.INK, zorder=4)
    name = municipalities()[code].name
    if few:
        side = "left" if x > 0.25 else "right" if x < -0.25 else "center"
        axes.text(x + 0.09 * np.sign(x) * (side != "center"), y + (0.12 if y >= 0 else -0.12)
                  * (side == "center"), name, fontsize=8.5, fontweight="bold", ha=side,
                  va="center" if side != "center" else "bottom" if y >= 0 else "top", zorder=5)
        return
    turn = float(np.degrees(np.arctan2(y, x / 1.2)))
    flip = abs(turn) > 90
    axes.text(1.04 * x, 1.04 * y, name, fontsize=6.5, rotation=turn + 180 if flip else turn,
              rotation_mode="anchor", ha="right" if flip else "left", va="center")


def _network_description(view: Sharing, pairs: pd.DataFrame, codes: Sequence[str],
                         ) -> style.Description:
    known = municipalities()
    table_frame = pd.DataFrame({
        "a": [known[code].name for code in pairs["code_a"]],
        "b": [known[code].name for code in pairs["code_b"]],
        "services": pairs["services"].astype("int64").to_numpy(),
        "stale": pairs["stale"].astype("int64").to_numpy(),
        "areas": [text.areas_listed(view, keys.split("; ")) for keys in pairs["areas"]],
    }).sort_values("services", ascending=False, kind="stable")
    table = Table("tjanst-natverk", f"Gemensamma tjänster par för par {swedish.day(view.day)}",
                  table_frame, {"a": NAME, "b": word("delar med"), "services": Format("Tjänster"),
                                "stale": Format("därav belägg äldre än tre år"),
                                "areas": word("Vilka")}, SOURCES)
    said = [f"{row.a} och {row.b} {row.services}" for row in rows_of(table_frame.head(12))]
    lonely = [code for code in codes if code not in set(pairs["code_a"]) | set(pairs["code_b"])]
    rest = (f" Ingen uppgift om gemensamma tjänster i drift inom regionen finns för "
            f"{swedish.listed(text.names_of(lonely)[:12])}." if lonely else "")
    return style.Description(
        id="tjanst-natverk", title=f"Antal gemensamma tjänster mellan kommunerna "
        f"{swedish.day(view.day)}", alt="Nätverk där linjens bredd är antalet gemensamma tjänster "
        f"i drift. {swedish.listed(said) or 'Inga par'}.{rest}", sources=SOURCES, table=table,
        note="Kommunerna står i ordning efter väderstreck, inte på sina platser. Par utan linje: "
        "ingen uppgift om gemensam tjänst i drift.")


# --- population base, circles, distances, gaps, commuting ----------------------------------------


def bases_of(view: Sharing, population: pd.Series, *, year: int) -> list[Axes]:
    """The chart of population bases; none when no service runs for a member."""
    return [] if view.running.empty else [plot_bases(view, population, year=year)]


def plot_bases(view: Sharing, population: pd.Series, *, year: int) -> Axes:
    """Inhabitants behind each body that runs a service for a member, with the region's own.

    `population` is persons by code of all municipalities in `year`.
    """
    frame = base_frame(view, population)
    own = float(population.reindex(list(view.region.members)).sum())
    axes = style.canvas(0.34 * (len(frame) + 1) + 0.5)
    sharp(axes)
    with style.look():
        _base_bar(axes, len(frame), own, {"facecolor": "white", "edgecolor": style.INK})
        for y, row in zip(range(len(frame) - 1, -1, -1), rows_of(frame), strict=True):
            colour = FORM_MARKS[row.legal_form][1]
            _base_bar(axes, y, row.population, {
                "edgecolor": colour, "facecolor": tint(colour, 0.22) if row.stale else colour,
                "hatch": "/////" if row.stale else ""})
        names = [wrap(f"{row.name} [{FORM_MARKS[row.legal_form][0]}]", 38)
                 for row in rows_of(frame)]
        axes.set_yticks(range(len(frame), -1, -1),
                        [wrap(f"{view.region.name} (kommunerna i rapporten)", 38), *names],
                        fontsize=7.5, linespacing=1.0)
        axes.set_ylim(-0.6, len(frame) + 0.6)
        axes.set_xlim(0, 1.2 * max(frame["population"].max(), own))
        axes.tick_params(axis="y", length=0)
        number_axis(axes.xaxis, ticks=4)
    return style.describe(axes, _base_description(view, frame, own, year))


def _base_bar(axes: Axes, y: float, persons: float, look: dict[str, Any]) -> None:
    axes.barh(y, persons, height=0.5, linewidth=0.7, **look)
    axes.annotate(swedish.number(persons), (persons, y), xytext=(4, 0),
                  textcoords="offset points", va="center", fontsize=8)


def base_frame(view: Sharing, population: pd.Series) -> pd.DataFrame:
    """One row a body with a running service for a member: largest circle of its services."""
    base = metrics.population_base(view.state, population)
    base = base[base["arrangement"].isin(view.bodies) & base["population"].notna()]
    base = base.sort_values("population", ascending=False, kind="stable")
    frame = base.drop_duplicates("arrangement").reset_index(drop=True)
    return frame.astype({"population": "int64"})


def _base_description(view: Sharing, frame: pd.DataFrame, own: float, year: int,
                      ) -> style.Description:
    shown = frame[["name", "legal_form", "members", "population", "last_evidence"]].assign(
        legal_form=frame["legal_form"].map(view.form_names))
    table = Table("tjanst-underlag", f"Befolkningsunderlag {year} för organ i drift "
                  f"{swedish.day(view.day)}", shown,
                  {"name": word("Organ"), "legal_form": word("Form"),
                   "members": Format("Kommuner"), "population": Format("Folkmängd", "invånare"),
                   "last_evidence": Format("Senaste belägg", year=True)},
                  ("services", "population"),
                  notes=("Bara medlemmar som källorna namnger räknas.",))
    said = [f"{row.name} {swedish.number(row.population)}" for row in rows_of(frame)]
    return style.Description(
        id="tjanst-underlag", title=f"Befolkningsunderlaget bakom varje organ, folkmängd {year}",
        alt=f"Liggande staplar: {swedish.listed(said)}. {view.region.name} har "
        f"{swedish.number(own)} invånare.", sources=("services", "population"), table=table,
        unit="invånare", note="Vit stapel: kommunerna i rapporten tillsammans. Streckad ljus "
        f"stapel: belägg äldre än tre år. {_letters(view)}")


def circles_tables_of(view: Sharing) -> list[Table]:
    """The circles of partners the members sit in; none when no service runs for a member."""
    if view.running.empty:
        return []
    found = metrics.circles(view.state)
    mine = found[found["code"].isin(view.region.members)].drop_duplicates("circle")
    mine = mine.sort_values(["services", "size"], ascending=[False, True], kind="stable")
    frame = pd.DataFrame([
        {"circle": _circle_text(view, row.circle.split("; ")), "size": row.size,
         "areas": text.areas_listed(view, row.areas.split("; "))}
        for row in rows_of(mine)
    ])
    return [Table("tjanst-kretsar", f"Kretsar av partner {swedish.day(view.day)}", frame,
                  {"circle": word("Krets"), "size": Format("Kommuner"), "areas": word("Delar")},
                  SOURCES)]


def _circle_text(view: Sharing, codes: Sequence[str]) -> str:
    inside = text.names_of(code for code in codes if code in view.region.members)
    outside = text.names_of(code for code in codes if code not in view.region.members)
    if len(inside) > 12:
        return f"{len(codes)} kommuner, varav {len(inside)} i rapporten"
    if not outside:
        return swedish.listed(inside)
    others = swedish.listed(outside) if len(outside) <= 8 else f"{len(outside)} kommuner utanför"
    return f"{swedish.listed(inside)}; dessutom {others}"


def distance_tables_of(view: Sharing, points: pd.DataFrame) -> list[Table]:
    """Distances from members' population centres to the host; none without a named host.

    `points` has code, easting and northing (metres).
    """
    found = metrics.host_distances(view.state, points)
    mine = found[found["code"].isin(view.region.members) & (found["code"] != found["host"])]
    mine = mine.drop_duplicates(["arrangement", "code"])
    if mine.empty:
        return []
    known = municipalities()
    frame = pd.DataFrame({
        "body": [view.names[key] for key in mine["arrangement"]],
        "name": [known[code].name for code in mine["code"]],
        "host": [known[code].name for code in mine["host"]],
        "distance": mine["distance_km"].to_numpy(),
    })
    return [Table("tjanst-avstand", "Fågelvägen från kommunens befolkningscentrum till "
                  "värdkommunens", frame,
                  {"body": word("Organ"), "name": NAME, "host": word("Värdkommun"),
                   "distance": Format("Avstånd", "km")}, ("services", "localities"),
                  notes=("Befolkningscentrum är tätorternas medelpunkt, vägd med folkmängden "
                         "2020. Vägavståndet är längre.",))]


def gap_tables_of(view: Sharing, peers: pd.DataFrame) -> list[Table]:
    """Services that others in the inventory share and no member does; none without such.

    `peers` has code and peer_code: municipalities alike are named among the others.
    """
    table = metrics.gaps(view.state, view.region.members)
    if table.empty:
        return []
    alike = set(peers.loc[peers["code"].isin(view.region.members), "peer_code"])
    frame = pd.DataFrame([
        {"area": view.area_names[row.area], "body": view.names[row.arrangement],
         "form": view.form_names[row.legal_form],
         "codes": _others(row.codes.split("; ")), "here": text.known_here(view, row.area),
         "alike": swedish.listed(text.names_of(alike & set(row.codes.split("; ")))) or None,
         "last": row.last_evidence,
         "sources": "; ".join(dict.fromkeys(text.publisher(view, key)
                                            for key in row.sources.split("; ")[:2]))}
        for row in rows_of(table)
    ])
    return [Table("tjanst-luckor", "Tjänster som andra i inventeringen delar men inte "
                  f"är belagda i drift för {view.region.name}", frame,
                  {"area": word("Tjänst"), "body": word("Organ"), "form": word("Form"),
                   "codes": word("Kommuner"), "here": word("Uppgift här"),
                   "alike": word("Liknande kommuner bland dem"),
                   "last": Format("Senaste belägg", year=True), "sources": word("Källa")},
                  ("services", "peers"),
                  notes=("Liknande kommuner enligt RKA (övergripande). Ett streck betyder att "
                         "ingen av kommunerna hör dit.",))]


def _others(codes: Sequence[str]) -> str:
    names = text.names_of(codes)
    return swedish.listed(names) if len(names) <= 8 else f"{len(names)} kommuner"


def fit_of(view: Sharing, flows: pd.DataFrame, *, sources: tuple[str, ...]) -> list[Axes]:
    """The chart of commuting and sharing; none unless flows between three pairs are known.

    `flows` has year, home, work, persons and kind; `sources` are the datasets behind it.
    """
    fit = text.fit_pairs(view, flows)
    if len(fit) < 3 or view.own.empty:
        return []
    return [plot_fit(view, fit, year=int(flows["year"].max()), sources=sources)]


def plot_fit(view: Sharing, fit: pd.DataFrame, *, year: int, sources: tuple[str, ...]) -> Axes:
    """Pairs of members by commuters in both directions and shared running services.

    `fit` is that of `text.fit_pairs`; modelled pairs are open and said to be so.
    """
    axes = style.canvas(3.6)
    with style.look():
        modelled = fit["kind"] == "modelled"
        for part, face, label in ((fit[~modelled], style.ACCENT, "observerad pendling"),
                                  (fit[modelled], "white", "modellskattad pendling")):
            if len(part):
                axes.scatter(part["persons"].clip(lower=1), part["services"], s=34, label=label,
                             facecolor=face, edgecolor=style.ACCENT, linewidth=1.2, zorder=3)
        axes.set_xscale("log")
        axes.grid(axis="both")
        which = "Modellskattade pendlare" if modelled.all() else "Pendlare"
        axes.set_xlabel(f"{which} i båda riktningarna {year}, logaritmisk skala", fontsize=8.5)
        axes.set_ylabel("Gemensamma tjänster i inventeringen", fontsize=8.5)
        axes.xaxis.set_major_formatter(lambda value, _: swedish.number(value))
        axes.xaxis.set_minor_formatter(lambda value, _: "")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        top = max(float(fit["services"].max()), 1.0)
        axes.set_ylim(-0.12 * top, 1.2 * top)
        if modelled.any() and not modelled.all():
            axes.legend(loc="upper left", fontsize=8)
        _name_pairs(axes, fit)
    return style.describe(axes, _fit_description(view, fit, year, (*SOURCES, *sources)))


def _name_pairs(axes: Axes, fit: pd.DataFrame) -> None:
    """Names of the pairs that fit least at both ends, and of those that share or commute most."""
    wanted = [*fit.index[:4], *fit.index[::-1][:3], *fit["persons"].nlargest(3).index]
    known = municipalities()
    axes.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
    spots = axes.transData.transform(fit[["persons", "services"]].clip(lower=[1, 0]).to_numpy())
    symbols = [Bbox([[x - 5, y - 5], [x + 5, y + 5]]) for x, y in spots]
    labels.place(axes, [
        Label(f"{known[row.code_a].name}\u2013{known[row.code_b].name}", max(row.persons, 1.0),
              row.services, radius=4.0, size=7.5, must=False)
        for row in rows_of(fit.loc[list(dict.fromkeys(wanted))])], taken=symbols)


def _fit_description(view: Sharing, fit: pd.DataFrame, year: int, sources: tuple[str, ...],
                     ) -> style.Description:
    known = municipalities()
    frame = pd.DataFrame({
        "a": [known[code].name for code in fit["code_a"]],
        "b": [known[code].name for code in fit["code_b"]],
        "persons": [text.careful(row.persons, row.kind) for row in rows_of(fit)],
        "services": fit["services"],
        "kind": ["modellskattad" if kind == "modelled" else "observerad" for kind in fit["kind"]],
    })
    modelled = bool((fit["kind"] == "modelled").any())
    table = Table("tjanst-pendling", f"Pendling {year} och gemensamma tjänster, par för par", frame,
                  {"a": NAME, "b": word("och"), "persons": Format("Pendlare", "personer"),
                   "services": Format("Tjänster i inventeringen"), "kind": word("Pendlingen är")},
                  sources, kind="modelled" if modelled else "derived")
    return style.Description(
        id="tjanst-pendling", title="Pendlar mycket, delar lite? Paren i rapporten",
        alt=f"Punktdiagram med {len(fit)} par. {' '.join(text.fit_text(view, fit))}",
        sources=sources, table=table,
        kind="modelled" if modelled else "derived",
        note="Till höger nedanför: par som pendlar mycket och delar få tjänster enligt "
        "inventeringen.")


# --- tables --------------------------------------------------------------------------------------


def counts_table(view: Sharing) -> Table:
    """Members with their shared services and circles of partners; unknown is said to be so."""
    circles = metrics.fragmentation(view.state)
    codes = list(view.region.members)
    if len(codes) > _NODES:
        known = view.counts["services"].notna()
        codes = [code for code in codes if known[code]]
    frame = pd.DataFrame([
        {"name": municipalities()[code].name, "said": text.count_of(view, code),
         "circles": circles.get(code, pd.NA)} for code in codes
    ]).astype({"circles": "Int64"})
    left = len(view.region.members) - len(codes)
    notes = ["En krets är en uppsättning kommuner som delar minst en tjänst.",
             "Ett streck betyder ingen uppgift."]
    if left:
        notes.append( f"Ingen uppgift finns om {left} av kommunerna.")
    return Table("tjanst-antal", f"Gemensamma tjänster per kommun {swedish.day(view.day)}", frame,
                 {"name": NAME, "said": word("Gemensamma tjänster"),
                  "circles": Format("Kretsar av partner")}, SOURCES, notes=tuple(notes))


def bodies_table(view: Sharing) -> Table:
    """Every body with a row for a member: form, host and members on the date."""
    rows = []
    bodies = view.inventory.arrangements
    about = dict(zip(bodies["key"], bodies["description"], strict=True))
    for key in dict.fromkeys(view.own["arrangement"]):
        state = view.state[view.state["arrangement"] == key]
        head = state.iloc[0]
        codes = set(state.loc[state["status"] == head["status"], "code"])
        named = text.names_of(codes)
        rows.append({
            "body": view.names[key], "what": about[key],
            "form": view.form_names[head["legal_form"]],
            "host": municipalities()[head["host"]].name if head["host"] else None,
            "members": swedish.listed(named) if len(named) <= 12
            else f"{len(named)} kommuner, varav i regionen "
                 f"{swedish.listed(text.names_of(codes & set(view.region.members)))}"})
    return Table("tjanst-organ", f"Organ, avtal och avsikter {swedish.day(view.day)}",
                 pd.DataFrame(rows),
                 {"body": word("Organ"), "what": word("Vad det är"), "form": word("Juridisk form"),
                  "host": word("Värdkommun"), "members": word("Kommuner")}, SOURCES,
                 notes=("Värdkommun anges där en källa namnger den.",))


def arrangements_table(view: Sharing) -> Table:
    """What each body does for the members: services, status, since, trust and source numbers."""
    numbers = text.source_numbers(view)
    groups: dict[tuple[str | None, ...], list[Any]] = {}
    for row in rows_of(view.own.drop_duplicates(["arrangement", "area", "status", "sources"])):
        cited = sorted({numbers[key] for key in row.sources.split("; ")})
        key = (row.arrangement, text.status_text(row),
               None if row.status in text.PLANNED
               else text.since(view, row.arrangement, row.area), metrics.TRUST_LABELS[row.trust],
               ", ".join(map(str, cited)))
        groups.setdefault(key, []).append(row.area)
    frame = pd.DataFrame([
        {"body": view.names[str(key)], "areas": text.areas_listed(view, areas), "status": status,
         "since": since, "trust": trust, "sources": cited}
        for (key, status, since, trust, cited), areas in groups.items()
    ])
    return Table("tjanst-uppgifter", f"Tjänster, status och källor {swedish.day(view.day)}", frame,
                 {"body": word("Organ"), "areas": word("Tjänster"), "status": word("Status"),
                  "since": word("Sedan"), "trust": word("Tilltro"), "sources": word("Källa nr")},
                 SOURCES, notes=(
                     "Tilltro är den svagaste av uppgifterna om tjänst, medlemskap och drift.",
                     "Sedan är driftens början enligt källorna, eller det första belägget."))
