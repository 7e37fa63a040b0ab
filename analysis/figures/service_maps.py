"""Small maps of shared services: one for each body.

Terms
-----
light: all evidence is older than the term of office and three years.

Membership is a class, not a count, so areas of the map may be filled with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import maps, style
from analysis.figures.service_marks import (
    FORM_MARKS,
    MOST_DRAWN,
    SOURCES,
    fill,
    letters_text,
    tint,
    word,
    wrap,
)
from analysis.metrics import services as metrics
from analysis.regions import Region
from analysis.tables import Format, Table
from analysis.text import services as text
from analysis.text import swedish
from analysis.views.services import Sharing, rows_of

_MAPS = 9  # most small maps; the tables have every body


def maps_of(view: Sharing, *, boundaries: gpd.GeoDataFrame) -> list[Axes]:
    """The small maps of bodies; none without services."""
    return [plot_bodies(view, boundaries=boundaries)] if view.bodies else []


def _framed(view: Sharing, known: Sequence[str]) -> Region:
    """The region as a map frames it: of very many members only those with information."""
    members = view.region.members
    inside = tuple(code for code in members if code in known)
    few = not inside or len(members) <= MOST_DRAWN
    return view.region if few else replace(view.region, members=inside)


def plot_bodies(view: Sharing, *, boundaries: gpd.GeoDataFrame) -> Axes:
    """A small map for each body that runs a service for a member: its members on the date.

    Raises ValueError when no service runs.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
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
    state = metrics.counted_services(view.state)
    return sorted(state.loc[state["arrangement"] == key, "code"].unique())


def _small_map(axes: Axes, view: Sharing, key: str, codes: list[str],
               visible: gpd.GeoDataFrame, frame: maps.Frame) -> None:
    rows = view.counted[view.counted["arrangement"] == key]
    letter, colour = FORM_MARKS[rows["legal_form"].iloc[0]]
    stale = not metrics.is_dated(rows).any()
    inside = visible.index.isin(codes)
    fill(axes, visible[~inside], facecolor=style.LAND, edgecolor="white", linewidth=0.4)
    fill(axes, visible[inside], facecolor=tint(colour, 0.35 if stale else 0.85), linewidth=0.5,
         edgecolor="white", hatch="////" if stale else "", zorder=1.5)
    axes.set_xlim(frame.west, frame.east)
    axes.set_ylim(frame.south, frame.north)
    axes.set_aspect("equal")
    count = rows["area"].nunique()
    late = f", {rows['words'].iloc[0]}" if stale else ""
    axes.set_title(wrap(view.names[key], 32), fontsize=8, pad=14)
    axes.text(0, 1.01, f"{letter} · {swedish.counted(count, 'tjänst', 'tjänster')}{late}",
              transform=axes.transAxes, fontsize=7, va="bottom", color=style.INK)


def _bodies_description(view: Sharing, members: dict[str, list[str]]) -> style.Description:
    frame = pd.DataFrame([
        {"body": view.names[key],
         "services": view.counted[view.counted["arrangement"] == key]["area"].nunique(),
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
