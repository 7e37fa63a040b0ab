"""Key figures of the commuting chapter: margins of members, sums of groups, and the matrix.

Terms
-----
area: municipality code, or the key of the region or a group.
kind: sums from margins are `derived`; what needs the matrix is `modelled` until it is fetched.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.flows import Flows
from analysis.key_figures import rows, together
from analysis.metrics import commuting as metrics
from analysis.metrics.measure import Measure, measure_of
from analysis.metrics.official_markets import labour_markets
from analysis.regions import Region
from analysis.views.commuting import MARKETS_YEAR, Commuting

_PUBLISHED = (metrics.commuters_in, metrics.commuters_out, metrics.live_and_work)
_SUMMED = (
    metrics.day_population,
    metrics.night_population,
    metrics.net_commuting,
    metrics.commuting_ratio,
)


def commuting_key_figures(view: Commuting, *, municipalities: pd.DataFrame) -> pd.DataFrame:
    """All key figures of the chapter for the members, the region and its groups.

    `municipalities` is the loader's table. Unknown values are left out, and what is newer than
    the date of the view.
    """
    region, table = view.region, view.margins
    areas = (region, *region.groups)
    parts = [_markets(areas, municipalities)] if view.markets_known else []
    if view.flows is None:
        return together(parts)
    inside = table[table.index.get_level_values("code").isin(region.members)]
    parts += [rows(measure_of(metric), metric(inside)) for metric in (*_PUBLISHED, *_SUMMED)]
    for area in areas:
        sums = _of_area(metrics.group_margins(table, area.members), area.key)
        parts += [
            rows(entry, _whole(sums[entry.id], entry))
            for entry in (*map(measure_of, _SUMMED), metrics.containment_residence_min)
        ]
    return together([*parts, *(part for area in areas for part in _matrix(area, view.flows))])


def _of_area(sums: pd.DataFrame, key: str) -> pd.DataFrame:
    """Sums indexed by (area, year); the margins have one series a year."""
    flat = sums.droplevel("series").sort_index()
    return pd.concat({key: flat}, names=["area"])


def _whole(values: pd.Series, measure: Measure) -> pd.Series:
    """Persons as whole numbers, shares as they are."""
    return values.dropna().round().astype("int64") if measure.unit == "personer" else values


def _markets(areas: tuple[Region, ...], municipalities: pd.DataFrame) -> pd.DataFrame:
    official = municipalities.set_index("code")["labour_market"]
    counts = {(area.key, MARKETS_YEAR): labour_markets(official, area.members) for area in areas}
    index = pd.MultiIndex.from_tuples(list(counts), names=["area", "year"])
    return rows(
        measure_of(labour_markets), pd.Series(list(counts.values()), index=index, dtype="int64")
    )


def _matrix(area: Region, flows: Flows) -> list[pd.DataFrame]:
    figures = metrics.group_figures(flows.table, area.members, margins=flows.margins)
    kind = str(figures["kind"].iloc[0])
    found = pd.concat({area.key: figures}, names=["area"])
    # one municipality has no cells between members: its figures follow from the margins alone
    sources = flows.sources if kind == flows.derived_kind else ("commuting_margins",)
    parts = []
    for entry in metrics.GROUP:
        measure = replace(entry, sources=sources)
        values = _whole(found[entry.id].astype("float64"), measure)
        parts.append(rows(measure, values, kind=kind))  # type: ignore[arg-type]
    return parts
