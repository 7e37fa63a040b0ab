"""Key figures of the chapter on shared services: how many each member shares on the date."""

from __future__ import annotations

import pandas as pd

from analysis.key_figures import rows
from analysis.loaders.services import Inventory
from analysis.metrics import services as metrics
from analysis.metrics.measure import measure_of
from analysis.regions import Region
from analysis.text.services import sharing


def services_key_figures(region: Region, *, inventory: Inventory, as_of: str = "") -> pd.DataFrame:
    """`shared_services` of each member, running on the date; its year is that of the date.

    A member of which the inventory knows nothing is left out, never zero.
    """
    view = sharing(region, inventory, as_of)
    counts = metrics.shared_services(view.state, codes=region.members)
    years = [view.day.year] * len(counts)
    index = pd.MultiIndex.from_arrays([counts.index, years], names=["code", "year"])
    return rows(measure_of(metrics.shared_services), counts.set_axis(index))
