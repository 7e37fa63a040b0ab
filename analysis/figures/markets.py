"""Map of labour markets: the official ones as areas, our own delineation as an outline.

Terms
-----
official market: SCB's local labour market of a municipality.
own market: the one that SCB's rules give on the flows in use; modelled until they are observed.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import maps, style
from analysis.flows import Flows, Markets
from analysis.regions import Region, names_of
from analysis.tables import Format, Table
from analysis.text import commuting as text
from analysis.text import swedish

_NAMED = 8  # markets in the legend: as many as there are colours
_HATCHES = style.HATCHES  # colours repeat after eight, patterns shift by one


def plot_markets(region: Region, flows: Flows, markets: Markets, *, boundaries: gpd.GeoDataFrame,
                 axes: tuple[Axes, Axes] | None = None) -> Axes:
    """Map of the official markets of the members, with the outline of our own markets.

    >>> from analysis import flows, regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> now = flows.commuting_of(2021)
    >>> axes = plot_markets(regions.get("kak"), now, flows.markets_of(now),
    ...                     boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'Lokala arbetsmarknader: SCB 2022 och egen beräkning 2021 – modellskattning'
    """
    chart, side = axes if axes is not None else maps.map_canvas(
        maps.natural_height(region, boundaries, lowest=3.9, highest=5.2))
    looks = _looks(region, markets)
    order = text.by_night(region, flows.margins.set_index(["code", "year"]))
    with style.look():
        visible = maps.draw_base(chart, region, boundaries, pad=0.13).areas
        _fill_official(chart, visible, markets, looks)
        _outline_own(chart, region, visible, markets, dashed=flows.modelled)
        _legend(side, markets, looks, flows)
        maps.draw_names(chart, region, maps.centres(boundaries), order=order[:60],
                        surroundings=boundaries)
    about = f"SCB {text.MARKETS_YEAR} och egen beräkning {flows.year}"
    return style.describe(chart, style.Description(
        id="arbetsmarknad-karta", title=text.titled(f"Lokala arbetsmarknader: {about}", flows),
        alt=_alt(region, flows, markets), sources=("municipalities", *flows.sources[:2]),
        kind=flows.derived_kind, table=_table(region, flows, markets, order),
        note=" ".join(["Ytor: SCB:s indelning. Grova linjer: egen beräkning efter "
                       "SCB:s regler, men med upp till tre steg till centrum.",
                       *text.short_note(flows)])))


def _looks(region: Region, markets: Markets) -> dict[str, tuple[str, str]]:
    """Colour and hatch of each official market with a member, the one with most members first."""
    counts = markets.official.loc[list(region.members)].value_counts(sort=False)
    ranked = sorted(counts.index, key=lambda key: (-counts[key], key))
    pale = [to_hex(0.35 * np.array(to_rgb(colour)) + 0.65) for colour in style.SERIES_COLOURS]
    return {str(key): (pale[place % len(pale)], _HATCHES[(place + place // 8) % len(_HATCHES)])
            for place, key in enumerate(ranked)}


def _fill_official(axes: Axes, visible: gpd.GeoDataFrame, markets: Markets,
                   looks: Mapping[str, tuple[str, str]]) -> None:
    official = markets.official.reindex(visible.index)
    shown = visible[official.isin(set(looks)).to_numpy()]
    colours, hatches = (official.reindex(shown.index).map(lambda key, k=k: looks[key][k])
                        for k in (0, 1))
    for hatch in dict.fromkeys(hatches):  # one artist a pattern: each call draws the figure
        part = shown[(hatches == hatch).to_numpy()]
        part.plot(ax=axes, color=list(colours.reindex(part.index)), edgecolor="white",
                  linewidth=0.7, hatch=hatch, zorder=1.5, aspect=None)


def _outline_own(axes: Axes, region: Region, visible: gpd.GeoDataFrame, markets: Markets, *,
                 dashed: bool) -> None:
    own = markets.found["market"].reindex(visible.index)
    kept = visible[own.isin(set(markets.found.loc[list(region.members), "market"])).to_numpy()]
    shapes = kept.dissolve(by=own.reindex(kept.index).to_numpy())
    shapes.boundary.plot(ax=axes, color=style.HIGHLIGHT, zorder=4, aspect=None,
                         linewidth=2.0 if len(region.members) <= maps.MANY else 0.9,
                         linestyle=(0, (3, 1.5)) if dashed else "-")


def _legend(axes: Axes, markets: Markets, looks: Mapping[str, tuple[str, str]], flows: Flows,
            ) -> None:
    names = dict(zip(markets.official, markets.names.reindex(markets.official.index), strict=True))
    handles: list[Patch | Line2D] = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", linewidth=0.4,
              label=names[key]) for key, (colour, hatch) in list(looks.items())[:_NAMED]]
    own = "Egen beräkning,\nmodellskattning" if flows.modelled else "Egen beräkning"
    handles.append(Line2D([], [], color=style.HIGHLIGHT, linewidth=2.0, label=own,
                          linestyle=(0, (3, 1.5)) if flows.modelled else "-"))
    more = len(looks) - _NAMED
    title = f"SCB {text.MARKETS_YEAR}" + (f", {_NAMED} av {len(looks)}" if more > 0 else "")
    maps.add_legend(axes, handles, title)


def _alt(region: Region, flows: Flows, markets: Markets) -> str:
    official = [f"{name} ({swedish.listed(names_of(codes))})" if len(codes) <= maps.MANY
                else f"{name} ({len(codes)} kommuner)"
                for name, codes in list(text.official_markets(region.members).items())[:_NAMED]]
    own = markets.found.loc[list(region.members), "market"]
    centres = [str(code) for code in own.value_counts().index[:_NAMED]]
    how = "modellskattad egen beräkning" if flows.modelled else "egen beräkning"
    return (f"Karta över lokala arbetsmarknader. SCB {text.MARKETS_YEAR}: "
            f"{swedish.listed(official)}. Enligt {how} {flows.year} finns "
            f"{swedish.in_words(own.nunique())} med centrum i "
            f"{swedish.listed(names_of(centres))}{' med flera' if own.nunique() > _NAMED else ''}.")


def _table(region: Region, flows: Flows, markets: Markets, order: list[str]) -> Table:
    frame = pd.DataFrame({
        "name": names_of(order), "official": markets.names.loc[order].to_numpy(),
        "own": names_of(list(markets.found.loc[order, "market"]))})
    return Table("arbetsmarknad-karta", text.titled(
        f"Lokal arbetsmarknad för {region.name}", flows), frame, {
        "name": Format("Kommun", text=True), "official": Format("SCB", text=True),
        "own": Format("Egen beräkning, centrum", text=True)},
        ("municipalities", *flows.sources), kind=flows.derived_kind,
        notes=text.short_note(flows))
