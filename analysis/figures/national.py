"""One service in all of Sweden: who is with whom on a map, and how large the bodies are.

Terms
-----
dot: one body, at its population base on a logarithmic scale; equal bases are piled up.
"""

from __future__ import annotations

from math import log10
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.figures import nation, style
from analysis.tables import Format, Table
from analysis.text import national as text
from analysis.text import swedish
from analysis.views.national import Nation
from analysis.views.services import rows_of

_PILES = {style.WIDTH: 58, style.NARROW: 34}  # piles between the smallest and the largest base
_MOST_NAMED = 6
_LOWEST = 12  # dots: a pile is never drawn higher than this many would be
_FEWEST = 20  # bodies that make a distribution
_SOURCES = ("national_bodies", "population")
_TICKS = (3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000)
_FAR = 400_000  # persons: beyond it a name stands to the left of its line
_STANDING = {"alone": "i egen regi", "shared": "delas"}


def nation_maps_of(views: list[Nation], boundaries: gpd.GeoDataFrame) -> list[Axes]:
    """A map of Sweden for each service of which something is known for the region."""
    sources = ("national_members", "boundaries")
    return [
        nation.plot_nation(
            view.table,
            style.Description(f"nationell-karta-{view.area}", text.map_title(view), "", sources),
            boundaries=boundaries,
            region=view.region,
        )
        for view in views
    ]


def bases_of(views: list[Nation]) -> list[Axes]:
    """A figure for each service that has a whole body in the region and enough in the nation."""
    return [
        plot_bases(view) for view in views if view.own["whole"].any() and len(view.whole) >= _FEWEST
    ]


def base_tables_of(views: list[Nation]) -> list[Table]:
    """The region's bodies beside the nation's, for all services in one table; none without any."""
    rows = [
        {
            "service": swedish.capitalised(view.name),
            "body": row.name,
            "standing": _STANDING[row.standing],
            "members": row.members,
            "population": row.population if row.whole else None,
            "smaller": f"{row.smaller} av {len(view.whole)}" if row.whole else "okänt",
        }
        for view in views
        for row in rows_of(view.own)
    ]
    if not rows:
        return []
    formats = {
        "service": Format("Tjänst", text=True),
        "body": Format("Organ", text=True),
        "standing": Format("Hur", text=True),
        "members": Format("Kända kommuner"),
        "population": Format("Underlag", "invånare"),
        "smaller": Format("Större än", text=True),
    }
    notes = (
        "Större än: så många av landets organ, vars alla medlemmar är kända, har ett mindre "
        "underlag. Okänt: inte alla medlemmar är kända, så underlaget räknas inte.",
    )
    return [
        Table(
            "nationella-underlag",
            f"Underlag i landet, folkmängd {views[0].year}",
            pd.DataFrame(rows),
            formats,
            _SOURCES,
            notes=notes,
        )
    ]


@style.drawn
def plot_bases(view: Nation) -> Axes:
    """One dot a body of the nation at its population base; the region's are named.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population
    >>> from analysis.views.national import nations
    >>> people = load_population().query("year == 2024").set_index("code")["population"]
    >>> axes = plot_bases(nations(regions.get("bergslagen"), people, year=2024)[0])
    >>> style.description_of(axes.figure).id
    'nationella-underlag-livsmedelskontroll'
    """
    piled = _piled(view)
    axes = style.canvas(2.6)
    with style.look():
        for standing, face in (("alone", "white"), ("shared", style.OTHERS)):
            dots = piled[piled["standing"] == standing]
            axes.scatter(
                dots["x"],
                dots["y"],
                s=15,
                facecolor=face,
                edgecolor=style.OTHERS,
                linewidth=0.6,
                label=_STANDING[standing],
            )
        own = piled[piled["body"].isin(view.own["body"])]
        axes.scatter(
            own["x"], own["y"], s=26, color=style.HIGHLIGHT, zorder=3, label=view.region.name
        )
        top = max(float(piled["y"].max()), _LOWEST)
        _name(axes, own, top)
        _propose(axes, view, top)
        _dress(axes)
    return style.describe(axes, _description(view))


def _piled(view: Nation) -> pd.DataFrame:
    """x (persons) and y (place in its pile) of the whole bodies."""
    table = view.whole.copy()
    low, high = (
        log10(float(edge)) for edge in (table["population"].min(), table["population"].max())
    )
    count = _PILES.get(style.width(), 58)
    step = max((high - low) / count, 1e-9)
    pile = ((np.log10(table["population"].astype("float64")) - low) / step).round()
    table["x"] = 10 ** (low + pile * step)
    table["y"] = table.groupby(pile).cumcount() + 1
    return table


def _name(axes: Axes, own: pd.DataFrame, top: float) -> None:
    """The names of the region's bodies above the piles, each on a height of its own."""
    if len(own) > _MOST_NAMED:
        return
    for place, row in enumerate(rows_of(own.sort_values("population", ascending=False))):
        height = top * (1.08 + 0.13 * place)  # the smallest highest: no name crosses a line
        beyond = row.x > _FAR
        axes.plot([row.x, row.x], [row.y, height], color=style.HIGHLIGHT, linewidth=0.7)
        axes.annotate(
            row.name,
            (row.x, height),
            xytext=(-3 if beyond else 3, 0),
            textcoords="offset points",
            ha="right" if beyond else "left",
            va="center",
            fontsize=8,
            color=style.INK,
        )


def _propose(axes: Axes, view: Nation, top: float) -> None:
    """The base of the circle that is looked at, as a dashed line through all piles."""
    if view.proposed is not None:
        axes.plot(
            [view.proposed] * 2,
            [0, top],
            color=style.INK,
            linewidth=1.2,
            linestyle="--",
            label="scenariot",
        )


def _dress(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(_TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: swedish.number(value)))
    axes.set_ylim(0, max(1.1 * _LOWEST, axes.get_ylim()[1]))
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("invånare i underlaget", fontsize=8.5)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(0, -0.24),
        ncols=4 if style.width() == style.WIDTH else 2,
        borderaxespad=0,
        handletextpad=0.5,
        columnspacing=1.2,
    )


def _description(view: Nation) -> style.Description:
    own = [
        f"{row.name} {swedish.number(row.population)}"
        for row in rows_of(view.own[view.own["whole"]])
    ]
    spread = view.whole["population"]
    frame = view.whole[["name", "standing", "members", "population"]].assign(
        standing=view.whole["standing"].map(_STANDING)
    )
    formats: dict[str, Any] = {
        "name": Format("Organ", text=True),
        "standing": Format("Hur", text=True),
        "members": Format("Kommuner"),
        "population": Format("Underlag", "invånare"),
    }
    key = f"nationella-underlag-{view.area}"
    caption = f"Underlag för {view.name} i landet, folkmängd {view.year}"
    return style.Description(
        id=key,
        title=text.title(view),
        subtitle=f"Ett organ är en prick; invånare 31 december {view.year}, logaritmisk skala",
        alt=f"{caption}: {len(spread)} organ från {swedish.number(spread.min())} till "
        f"{swedish.number(spread.max())} invånare, medianen {swedish.number(spread.median())}. "
        f"Här: {swedish.listed(own) if own else 'inget organ med kända medlemmar'}."
        + (f" Scenariot: {swedish.number(view.proposed)}." if view.proposed is not None else ""),
        sources=_SOURCES,
        unit="invånare",
        table=Table(key, caption, frame, formats, _SOURCES),
        note=text.completeness_text(view),
    )
