"""Key figures of the chapter on shared services: how many each member shares on the date."""

from __future__ import annotations

import pandas as pd

from analysis.arrangements import Inventory
from analysis.key_figures import rows, together
from analysis.metrics import services as metrics
from analysis.metrics.measure import measure_of
from analysis.regions import Region
from analysis.views.services import sharing


def services_key_figures(region: Region, *, inventory: Inventory, as_of: str = "") -> pd.DataFrame:
    """`shared_services` and `shared_services_dated` of each member; the year is that of the date.

    A member of which nothing counted is known is left out, never zero.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> table = services_key_figures(regions.get("kak"), inventory=load_inventory())
    >>> sorted(table["id"].unique())
    ['shared_services', 'shared_services_dated']
    """
    view = sharing(region, inventory, as_of)
    found = []
    for function in (metrics.shared_services, metrics.shared_services_dated):
        counts = function(view.state, codes=region.members)
        years = [view.day.year] * len(counts)
        index = pd.MultiIndex.from_arrays([counts.index, years], names=["code", "year"])
        found.append(rows(measure_of(function), counts.set_axis(index)))
    return together(found)
