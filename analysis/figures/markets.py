"""Map of SCB's local labour markets: the members' ones as areas.

Terms
-----
official market: SCB's local labour market of a municipality.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Patch

from analysis.figures import maps, style
from analysis.flows import Flows, Markets
from analysis.metrics.labour_markets import SCB
from analysis.regions import Region, municipalities, names_of
from analysis.tables import Format, Table, columns, word
from analysis.text import commuting as text
from analysis.text import swedish
from analysis.views.commuting import MARKETS_YEAR, Commuting, official_markets

_NAMED = 8  # markets in the legend: as many as there are colours
_SOURCES = ("municipalities",)


def market_figures(view: Commuting, *, boundaries: gpd.GeoDataFrame) -> list[Axes]:
    """The map, or nothing where the official markets are newer than the date of the report."""
    return [plot_markets(view, boundaries=boundaries)] if view.markets_known else []


@style.drawn
def plot_markets(
    view: Commuting, *, boundaries: gpd.GeoDataFrame, axes: tuple[Axes, Axes] | None = None
) -> Axes:
    """Map of the official markets that the members belong to, with all their municipalities.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.views.commuting import commuting
    >>> axes = plot_markets(commuting(regions.get("kak")), boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'De tre kommunerna hör till en lokal arbetsmarknad (Västerås)'
    """
    region = view.region
    chart, side = (
        axes if axes is not None else maps.canvas_of(region, boundaries, lowest=2.8, highest=3.2)
    )
    markets = official_markets(region.members)
    looks = _looks(markets)
    fill = pd.Series(
        {
            code: looks[entry.labour_market_name]
            for code, entry in municipalities().items()
            if entry.labour_market_name in looks
        }
    )
    with style.look():
        maps.draw_base(chart, region, boundaries, fill=fill)
        _legend(side, looks)
        maps.draw_names(
            chart,
            region,
            maps.centres(boundaries),
            surroundings=boundaries,
            values=_printed(region) if len(markets) > 1 else None,
        )
    return style.describe(
        chart,
        style.Description(
            id="arbetsmarknad-karta",
            title=text.market_title(view),
            alt=_alt(region, markets),
            subtitle=f"Lokala arbetsmarknader enligt SCB, {MARKETS_YEAR}",
            sources=_SOURCES,
            kind="observed",
            table=markets_table(region),
            unit="arbetsmarknad",
            measures=("labour_markets",),
            note="En kommun med liten utpendling är centrum; andra hör till den kommun som flest av "
            "deras invånare pendlar till.",
        ),
    )


@style.drawn
def plot_delineation(
    region: Region, flows: Flows, markets: Markets, *, boundaries: gpd.GeoDataFrame
) -> Axes:
    """Map of the markets that `markets` found on `flows`, with the thresholds that it used.

    >>> from analysis import flows, regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.metrics.labour_markets import Thresholds
    >>> now = flows.commuting_of(2021)
    >>> found = flows.markets_of(now, thresholds=Thresholds(0.25, 0.1))
    >>> axes = plot_delineation(regions.get("kak"), now, found, boundaries=load_boundaries())
    >>> style.description_of(axes.figure).subtitle
    'Högst 25 procent ut, högst 10 procent till en enda kommun, högst två led; 2021'
    """
    centre = markets.found["market"].map(lambda code: municipalities()[code].name)
    parts: dict[str, list[str]] = {}
    for code in region.members:
        parts.setdefault(centre[code], []).append(code)
    parts = dict(sorted(parts.items(), key=lambda part: -len(part[1])))
    looks = _looks(parts)
    chart, side = maps.canvas_of(region, boundaries, lowest=2.8, highest=3.2)
    with style.look():
        maps.draw_base(chart, region, boundaries, fill=centre[centre.isin(list(looks))].map(looks))
        _legend(side, looks)
        maps.draw_names(
            chart,
            region,
            maps.centres(boundaries),
            surroundings=boundaries,
            values=centre.loc[list(region.members)].map("({})".format) if len(parts) > 1 else None,
        )
    listed = [f"{name} ({swedish.listed(names_of(codes))})" for name, codes in parts.items()]
    noun = "arbetsmarknad" if len(parts) == 1 else "arbetsmarknader"
    rules = "SCB:s regler" if markets.thresholds == SCB else "egna gränser"
    count = "en" if len(parts) == 1 else swedish.in_words(len(parts))
    title = text.titled(f"{region.name}: {count} {noun} med {rules}", flows)
    return style.describe(
        chart,
        style.Description(
            id="arbetsmarknad-egen",
            title=title,
            subtitle=f"{text.limits_of(markets.thresholds)}; {flows.year}",
            alt=f"Karta: {title}. {swedish.listed(listed)}.",
            sources=flows.sources,
            kind=flows.derived_kind,
            unit="arbetsmarknad",
            note="Den officiella indelningen gäller.",
        ),
    )


def _looks(markets: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """A pale colour of each market, the one with most members first."""
    pale = [to_hex(0.35 * np.array(to_rgb(colour)) + 0.65) for colour in style.SERIES_COLOURS]
    return {name: pale[place % len(pale)] for place, name in enumerate(markets)}


def _printed(region: Region) -> pd.Series:
    """The market below the name of each member: the second mark beside its colour."""
    return pd.Series(
        {code: f"({municipalities()[code].labour_market_name})" for code in region.members}
    )


def _legend(axes: Axes, looks: Mapping[str, str]) -> None:
    handles = [
        Patch(facecolor=colour, edgecolor="white", linewidth=0.4, label=name)
        for name, colour in list(looks.items())[:_NAMED]
    ]
    more = len(looks) - _NAMED
    maps.add_legend(
        axes, handles, "Arbetsmarknad" + (f", {_NAMED} av {len(looks)}" if more > 0 else "")
    )


def _alt(region: Region, markets: Mapping[str, Sequence[str]]) -> str:
    official = [
        f"{name} ({swedish.listed(names_of(codes))})"
        if len(codes) <= maps.MANY
        else f"{name} ({len(codes)} kommuner)"
        for name, codes in list(markets.items())[:_NAMED]
    ]
    more = " med flera" if len(markets) > _NAMED else ""
    return (
        f"Karta över SCB:s lokala arbetsmarknader {MARKETS_YEAR} i {region.name}: "
        f"{swedish.listed(official)}{more}."
    )


def markets_table(region: Region) -> Table:
    """Members by official labour market, with the other municipalities of each market."""
    known = municipalities()
    markets = official_markets(region.members)
    others = [
        [
            entry.name
            for code, entry in known.items()
            if entry.labour_market_name == market and code not in region.members
        ]
        for market in markets
    ]
    return Table(
        "arbetsmarknader",
        f"Lokala arbetsmarknader {MARKETS_YEAR}",
        *columns(
            market=(
                Format("Lokal arbetsmarknad", text=True, measure="labour_markets"),
                list(markets),
            ),
            members=(
                word("Kommuner i regionen"),
                [swedish.listed(names_of(codes)) for codes in markets.values()],
            ),
            others=(word("Kommuner utanför regionen"), [_others(names) for names in others]),
        ),
        _SOURCES,
        kind="observed",
    )


def _others(names: Sequence[str]) -> str:
    if not names:
        return "inga"
    ranked = sorted(names, key=swedish.sort_key)
    if len(ranked) <= 12:
        return swedish.listed(ranked)
    return f"{', '.join(ranked[:10])} och {len(ranked) - 10} till"
