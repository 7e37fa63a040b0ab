"""Maps of shared services: one service with its bodies, and a small map for each body.

Terms
-----
light: the last evidence is more than three years older than the date.

Membership is a class, not a count, so areas of the map may be filled with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import labels, maps, style
from analysis.figures.labels import Label
from analysis.figures.service_marks import (
    FORM_MARKS,
    MOST_DRAWN,
    NAME,
    SOURCES,
    fill,
    letters_text,
    rows_of,
    tint,
    word,
    wrap,
)
from analysis.metrics import services as metrics
from analysis.regions import Region, municipalities
from analysis.tables import Format, Table
from analysis.text import services as text
from analysis.text import swedish
from analysis.text.services import Sharing

_BODY_COLOURS = ("#9cc9c6", "#e9b995", "#c3b8e6", "#bcd79b", "#e6d27a", "#e3aecb", "#a9c5ea",
                 "#c8c8c8")
_BODY_HATCHES = style.HATCHES
_LAST_HATCH = "\\\\\\\\"  # a contract or network that was last evidenced long ago
_PLAN_HATCHES = ("..", "oo", "++")  # plans and undated bodies, by place in the legend
_MAPS = 9  # most small maps; the tables have every body


def maps_of(view: Sharing, *, boundaries: gpd.GeoDataFrame) -> list[Axes]:
    """The map of the most telling service and the small maps of bodies; none without services."""
    area = telling_area(view)
    if not area:
        return []
    return [plot_service(view, area, boundaries=boundaries),
            plot_bodies(view, boundaries=boundaries)]


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

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.text.services import sharing
    >>> view = sharing(regions.get("bergslagen"), load_inventory(), "2026-06-30")
    >>> axes = plot_service(view, "raddningstjanst", boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'Räddningstjänst: vem ingår i vilket organ 30 juni 2026'
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
        side.legend(handles=[*handles, *hosts], loc="upper left", alignment="left", fontsize=8,
                    labelspacing=0.9, handlelength=1.6, handleheight=1.2)
        _name_places(axes, view, outside, boundaries)
    return style.describe(axes, _service_description(view, area, bodies, unknown))


def _framed(view: Sharing, known: Sequence[str]) -> Region:
    """The region as a map frames it: of very many members only those with information."""
    members = view.region.members
    inside = tuple(code for code in members if code in known)
    few = not inside or len(members) <= MOST_DRAWN
    return view.region if few else replace(view.region, members=inside)


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
    look = _sure_look(place, stale=head.stale) if sure else _unsure_look(head.status, place)
    shapes = boundaries.loc[[row.code for row in rows]]
    if not sure:  # white below: not the colour of the members, nor of a body in operation
        fill(axes, shapes, facecolor="white", linewidth=0, zorder=1.3)
    fill(axes, shapes, zorder=1.5 if sure else 1.4, **look)
    return Patch(label=wrap(f"{view.names[key]} ({view.form_names[head.legal_form]}; "
                            f"{text.status_text(head)})", 33), **look)


def _sure_look(place: int, *, stale: bool) -> dict[str, Any]:
    """A body in operation: a colour and a hatch of its own, lighter when the evidence is old."""
    colour = _BODY_COLOURS[place % len(_BODY_COLOURS)]
    return {"facecolor": tint(colour, 0.65 if stale else 1), "edgecolor": style.INK,
            "linewidth": 0.6, "linestyle": "-",
            "hatch": _BODY_HATCHES[place % len(_BODY_HATCHES)]}


def _unsure_look(status: str, place: int) -> dict[str, Any]:
    """What is not in operation by evidence: signs on no fill, so that two bodies can be told
    apart where they share a municipality.
    """
    hatch = _LAST_HATCH if status == "last-evidenced" else _PLAN_HATCHES[place % len(_PLAN_HATCHES)]
    return {"facecolor": "none", "edgecolor": style.MUTED, "linewidth": 0.6, "linestyle": "--",
            "hatch": hatch}


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
    many = len(view.region.members) > MOST_DRAWN
    wanted = [(code, True) for code in view.region.members if not many]
    wanted += [(code, False) for code in outside]
    places = [
        Label(municipalities()[code].name, points[code].x, points[code].y, radius=5.0,
              size=8 if inside and few else 7, weight="bold" if inside and few else "normal",
              must=inside and few)
        for code, inside in wanted
    ]
    style.settle(axes)
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
        "är äldre än tre år. Vit yta med tecken och streckad linje: inte i drift enligt belägg. "
        "”Ingen uppgift” betyder inte att tjänsten saknar samverkan.")


def plot_bodies(view: Sharing, *, boundaries: gpd.GeoDataFrame) -> Axes:
    """A small map for each body that runs a service for a member: its members on the date.

    Raises ValueError when no service runs.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.text.services import sharing
    >>> view = sharing(regions.get("bergslagen"), load_inventory(), "2026-06-30")
    >>> axes = plot_bodies(view, boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'Kretsarna: vilka kommuner varje organ omfattar 30 juni 2026'
    """
    bodies = view.bodies[:_MAPS]
    if not bodies:
        raise ValueError("no running service to draw; leave the figure out")
    lines = -(-len(bodies) // 3)
    grid = np.atleast_1d(style.canvas(2.25 * lines, columns=3, rows=lines)).ravel()
    members = {key: _members(view, key) for key in bodies}
    outside = {code for codes in members.values() for code in codes} - set(view.region.members)
    for axes in grid:
        axes.set_axis_off()
    style.settle(grid[0])
    extent = grid[0].get_window_extent()
    framed = _framed(view, sorted(set().union(*members.values())))
    frame = maps.frame_of(framed, boundaries, also=sorted(outside),
                          aspect=extent.width / (0.78 * extent.height))
    visible = maps.in_frame(boundaries, frame, pixels=extent.width)
    own = visible[visible.index.isin(view.region.members)].dissolve()
    with style.look():
        for axes, key in zip(grid, bodies, strict=False):
            _small_map(axes, view, key, members[key], visible, frame)
            maps.draw_lakes(axes, frame)
            fill(axes, own, facecolor="none", edgecolor=style.INK, linewidth=0.9, zorder=3)
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
         edgecolor="white", hatch="////" if stale else "", zorder=1.5)
    axes.set_xlim(frame.west, frame.east)
    axes.set_ylim(frame.south, frame.north)
    axes.set_aspect("equal")
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
        f"år. {letters_text(view)}" + (f" {more} organ till finns i tabellen." if more > 0 else ""))
