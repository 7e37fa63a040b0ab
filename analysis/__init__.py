"""Samverkan: maps and honest numbers on how Swedish municipalities share services.

A short tour: `region` names a set of municipalities, `load` gives a validated table that knows its
source, `explore` draws any theme, and `show` hands a figure or table to a report.

    import analysis

    karlstad = analysis.region("karlstad")            # its name, members and a small map
    people = analysis.load("population")
    analysis.source_of(people).citation               # Källa: SCB, BE0101 Folkmängd
    analysis.show(analysis.explore.plot_map(karlstad, "commuting_ratio", year=2021))

Behind it, `analysis.loaders` read, `analysis.metrics` compute, `analysis.figures` draw, and
`analysis.report` builds the whole. Nothing is imported before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import lazy

if TYPE_CHECKING:
    from analysis import (
        catalog,
        errors,
        explore,
        figures,
        flows,
        loaders,
        metrics,
        regions,
        report,
        tables,
        text,
        views,
    )
    from analysis.citable import Source
    from analysis.exhibits import say, show
    from analysis.loaders.boundaries import load_boundaries
    from analysis.loaders.services import load_inventory
    from analysis.loaders.tables import load, source_of
    from analysis.owndata import own
    from analysis.owndata.streams import own_flows
    from analysis.regions import Region
    from analysis.regions import resolve as region

__all__ = [
    "Region",
    "Source",
    "__version__",
    "catalog",
    "errors",
    "explore",
    "figures",
    "flows",
    "load",
    "load_boundaries",
    "load_inventory",
    "loaders",
    "metrics",
    "own",
    "own_flows",
    "region",
    "regions",
    "report",
    "say",
    "show",
    "source_of",
    "tables",
    "text",
    "views",
]

__version__ = "0.1.0"

__getattr__, __dir__ = lazy.attach(
    __name__,
    {
        **lazy.submodules(
            "analysis",
            "catalog",
            "errors",
            "explore",
            "figures",
            "flows",
            "loaders",
            "metrics",
            "regions",
            "report",
            "tables",
            "text",
            "views",
        ),
        "Region": "analysis.regions:Region",
        "Source": "analysis.citable:Source",
        "load": "analysis.loaders.tables:load",
        "load_boundaries": "analysis.loaders.boundaries:load_boundaries",
        "load_inventory": "analysis.loaders.services:load_inventory",
        "own": "analysis.owndata:own",
        "own_flows": "analysis.owndata.streams:own_flows",
        "region": "analysis.regions:resolve",
        "say": "analysis.exhibits:say",
        "show": "analysis.exhibits:show",
        "source_of": "analysis.loaders.tables:source_of",
    },
)

lazy.lead("land borders", "analysis.loaders.commuting:load_neighbours")
lazy.lead("html of a region", "analysis.figures.thumbnail:region_html")
