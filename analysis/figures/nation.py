"""Maps of all of Sweden: who does a service alone, who with whom, and where nobody told.

Terms
-----
standing: alone, shared or unknown, as the national tables have it; unknown is never alone.
body: what shared municipalities belong to; neighbours of different bodies get different colours.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Patch

from analysis.figures import ground, maps, style
from analysis.figures.ground import Frame, Sheet
from analysis.figures.style import Description
from analysis.regions import Region, municipalities
from analysis.tables import Format, Table
from analysis.text import swedish

_TALL = 6.4  # inches
_ALONE = "#c9ccc6"
_UNKNOWN, _BETWEEN = "#ffffff", "#a9b1b4"
_SHADES = tuple(
    to_hex(0.45 * np.array(to_rgb(colour)) + 0.55) for colour in style.SERIES_COLOURS[:6]
)
_WORDS = {
    "shared": "delar med andra: kommuner i samma\norgan har samma färg",
    "alone": "i egen regi",
    "unknown": "ingen uppgift",
}


@style.drawn
def plot_nation(
    table: pd.DataFrame,
    description: Description,
    *,
    boundaries: gpd.GeoDataFrame,
    region: Region | None = None,
) -> Axes:
    """Map of Sweden with the standing of each municipality; `region` gets a frame.

    `table` has the columns code, standing (`alone`, `shared`, `unknown`), body and name, as
    `analysis.loaders.national.load_national` gives them; `description` says what the map shows
    (without alt text and table the map's own are used).

    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.national import load_national
    >>> axes = plot_nation(load_national("livsmedelskontroll"), Description(
    ...     "livsmedel-riket", "Var fjärde kommun delar livsmedelskontrollen", "",
    ...     ("national_bodies",)), boundaries=load_boundaries())
    >>> style.description_of(axes.figure).alt[:18]
    'Karta över Sverige'
    """
    axes, side = maps.map_canvas(_TALL, legend=0.44)
    rows = table.set_index("code")
    with style.look():
        style.settle(axes)
        extent = axes.get_window_extent()
        west, south, east, north = boundaries.total_bounds
        frame = maps.fitted(
            Frame(west - 2e4, south - 2e4, east + 2e4, north + 2e4), extent.width / extent.height
        )
        sheet = ground.sheet(boundaries, frame, millimetres=maps.millimetres(axes))
        colours = _colours(rows, sheet)
        ground.draw(axes, sheet, colours, (), weak=0.35, between=_BETWEEN, alone=True)
        maps.show_frame(axes, frame)
        maps.scale_bar(axes, frame)
        if region is not None and len(region.members) < len(boundaries):
            _mark(axes, region, boundaries)
        _legend(side, rows, colours)
    return style.describe(axes, _described(rows, description))


def _colours(rows: pd.DataFrame, sheet: Sheet) -> pd.Series:
    """A colour by code: neighbours in different bodies differ."""
    bodies = rows.loc[rows["standing"] == "shared", "body"]
    shade = _shades(bodies, sheet)
    plain = rows["standing"].map({"alone": _ALONE, "unknown": _UNKNOWN})
    return plain.where(plain.notna(), rows["body"].map(shade))


def _shades(bodies: pd.Series, sheet: Sheet) -> Mapping[str, str]:
    """The first colour for each body that no neighbouring body has, the largest body first."""
    one, other = (sheet.borders[end].map(bodies) for end in ("one", "other"))
    near: dict[str, set[str]] = {}
    for a, b in zip(one, other, strict=True):
        if isinstance(a, str) and isinstance(b, str) and a != b:
            near.setdefault(a, set()).add(b)
            near.setdefault(b, set()).add(a)
    found: dict[str, str] = {}
    for place, body in enumerate(bodies.value_counts(sort=True).index):
        taken = {found[name] for name in near.get(body, ()) if name in found}
        turned = [_SHADES[(place + step) % len(_SHADES)] for step in range(len(_SHADES))]
        found[body] = next((shade for shade in turned if shade not in taken), turned[0])
    return found


def _mark(axes: Axes, region: Region, boundaries: gpd.GeoDataFrame) -> None:
    """A frame around the region, or around each part of it."""
    around = maps.framed(boundaries.geometry[list(region.members)], 12_000)
    ground.lines(axes, around.boundary, style.HIGHLIGHT, 1.2, zorder=5)


def _legend(axes: Axes, rows: pd.DataFrame, colours: pd.Series) -> None:
    counts = rows["standing"].value_counts()
    handles = []
    for standing, words in _WORDS.items():
        if counts.get(standing, 0):
            colour = colours[rows["standing"] == standing].iloc[0]
            handles.append(
                Patch(
                    facecolor=colour,
                    edgecolor=style.MUTED,
                    linewidth=0.5,
                    label=f"{words} ({swedish.number(counts[standing])})",
                )
            )
    maps.add_legend(axes, handles, "Kommuner (antal)", fontsize=8)


def _described(rows: pd.DataFrame, given: Description) -> Description:
    alt = given.alt or _alt(rows)
    table = given.table or nation_table(rows, given)
    return Description(
        given.id,
        given.title,
        alt,
        given.sources,
        table,
        given.kind,
        given.note,
        given.unit,
        given.subtitle,
        given.measures,
    )


def _alt(rows: pd.DataFrame) -> str:
    counts = rows["standing"].value_counts()
    bodies = rows.loc[rows["standing"] == "shared", "body"].nunique()
    return (
        f"Karta över Sverige: {swedish.number(counts.get('shared', 0))} kommuner delar med "
        f"andra i {swedish.number(bodies)} organ, {swedish.number(counts.get('alone', 0))} har "
        f"egen regi, och om {swedish.number(counts.get('unknown', 0))} finns ingen uppgift."
    )


def nation_table(rows: pd.DataFrame, given: Description) -> Table:
    """The bodies with more than one member and their municipalities, the largest first."""
    shared = rows[rows["standing"] == "shared"]
    names = municipalities()
    frame = pd.DataFrame(
        [
            {
                "body": part["name"].iloc[0],
                "count": len(part),
                "members": swedish.listed([names[str(code)].name for code in part.index]),
            }
            for _, part in shared.groupby("body")
        ],
        columns=["body", "count", "members"],
    )
    frame = frame.sort_values(["count", "body"], ascending=[False, True], ignore_index=True)
    return Table(
        given.id,
        given.title,
        frame,
        {
            "body": Format("Organ", text=True),
            "count": Format("Kommuner"),
            "members": Format("Vilka", text=True),
        },
        given.sources,
        given.kind,
    )
