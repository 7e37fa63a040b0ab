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

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis import catalog, explore, regions
    from analysis.exhibits import say, show
    from analysis.loaders.boundaries import load_boundaries
    from analysis.loaders.services import load_inventory
    from analysis.loaders.tables import load, source_of
    from analysis.regions import Region
    from analysis.regions import resolve as region

__all__ = ["Region", "catalog", "explore", "load", "load_boundaries", "load_inventory", "region",
           "regions", "say", "show", "source_of"]

_PLACES = {
    "Region": "analysis.regions:Region",
    "catalog": "analysis.catalog",
    "explore": "analysis.explore",
    "load": "analysis.loaders.tables:load",
    "load_boundaries": "analysis.loaders.boundaries:load_boundaries",
    "load_inventory": "analysis.loaders.services:load_inventory",
    "region": "analysis.regions:resolve",
    "regions": "analysis.regions",
    "say": "analysis.exhibits:say",
    "show": "analysis.exhibits:show",
    "source_of": "analysis.loaders.tables:source_of",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that `import analysis` costs nothing."""
    if name not in _PLACES:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}; "
                             f"it has {', '.join(__all__)}", name=name, obj=sys.modules[__name__])
    from importlib import import_module

    module, _, attribute = _PLACES[name].partition(":")
    found = import_module(module)
    return getattr(found, attribute) if attribute else found


def __dir__() -> list[str]:
    return __all__
