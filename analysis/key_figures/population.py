"""Key figures of the population chapter: size, change, density, age and what a member can carry.

Terms
-----
area: municipality code, region or group key, two-digit county code, or "00" for the nation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from analysis.key_figures import NATION, rows, together
from analysis.metrics import capacity, population
from analysis.metrics.measure import Measure, measure_of
from analysis.regions import Region
from analysis.views.population import Residents

CHANGE = population.population_change_10y


def sets_of(region: Region, codes: pd.Index) -> dict[str, list[str]]:
    """Members of every set the report compares: region, groups, counties and nation, by area key.

    `codes` are the codes of all municipalities.
    """
    known = [str(code) for code in codes]
    sets = {part.key: list(part.members) for part in (region, *region.groups)}
    for county in region.counties:
        sets[county] = [code for code in known if code[:2] == county]
    return {**sets, NATION: known}


def residents_key_figures(view: Residents) -> pd.DataFrame:
    """All key figures of the chapter of one region, none newer than the view's day."""
    return population_key_figures(
        view.region,
        population_table=view.people,
        land_area=view.land_area,
        share_65plus=view.tables["share_65plus"],
        dependency_ratio=view.tables["dependency_ratio"],
        tax_rate=view.tables["tax_rate"],
        tax_rate_total=view.tables["tax_rate_total"],
        tax_base=view.tables["tax_base"],
        taxable_income=view.tables["taxable_income_real"],
        finances=view.tables["finances"],
    )


def population_key_figures(
    region: Region,
    *,
    population_table: pd.DataFrame,
    land_area: pd.DataFrame,
    share_65plus: pd.DataFrame,
    dependency_ratio: pd.DataFrame,
    tax_rate: pd.DataFrame,
    tax_rate_total: pd.DataFrame,
    tax_base: pd.DataFrame,
    taxable_income: pd.DataFrame,
    finances: pd.DataFrame,
) -> pd.DataFrame:
    """All key figures of the chapter for the members, the region, its groups and comparators.

    The tables are those of the loaders, for all municipalities. Sums over municipalities are
    `derived`; a member's own figures keep the kind that the source table gives them. The tax base
    is that of the latest year in either table: `taxable_income` is deflated, but printed as it is
    for its latest year.
    """
    return together(
        [
            _population(region, population_table),
            _change(region, population_table),
            _density(region, population_table, land_area),
            _indicator(region, population.share_65plus, share_65plus),
            _indicator(region, population.dependency_ratio, dependency_ratio),
            *(
                _indicator(region, metric, table[table["year"] == table["year"].max()])
                for metric, table in (
                    (capacity.tax_rate, tax_rate),
                    (capacity.tax_rate_total, tax_rate_total),
                    _newest_tax_base(tax_base, taxable_income),
                    (capacity.cost_per_inhabitant, finances),
                )
            ),
        ]
    )


def _newest_tax_base(nominal: pd.DataFrame, real: pd.DataFrame) -> tuple[Measure, pd.DataFrame]:
    if real.empty or nominal["year"].max() >= real["year"].max():
        return capacity.tax_base, nominal
    return replace(capacity.tax_base, sources=capacity.taxable_income.sources), real


def _municipal(table: pd.DataFrame) -> pd.Series:
    return population.population(table.set_index(["code", "year"]))


def _sums(region: Region, table: pd.DataFrame, *, counties: bool = True) -> pd.Series:
    values = _municipal(table)
    sets: Mapping[str, list[str]] = sets_of(region, values.index.get_level_values(0).unique())
    return population.by_area(
        values,
        {
            key: codes
            for key, codes in sets.items()
            if counties or not key.isdigit() or key == NATION
        },
    )


def _members(region: Region, values: pd.Series) -> pd.Series:
    return values[values.index.get_level_values(0).isin(region.members)]


def _population(region: Region, table: pd.DataFrame) -> pd.DataFrame:
    measure = measure_of(population.population)
    kinds = table.set_index(["code", "year"])["kind"]
    return together(
        [
            rows(measure, _members(region, _municipal(table)), kind=kinds),
            rows(measure, _sums(region, table, counties=False), kind="derived"),
        ]
    )


def _change(region: Region, table: pd.DataFrame) -> pd.DataFrame:
    groups = {group.key for group in region.groups}
    sums = _sums(region, table)
    sums = sums[~sums.index.get_level_values(0).isin(groups)]
    measure = measure_of(CHANGE)
    return together(
        [
            rows(measure, _latest(CHANGE(_members(region, _municipal(table))))),
            rows(measure, _latest(CHANGE(sums))),
        ]
    )


def _density(region: Region, table: pd.DataFrame, land_area: pd.DataFrame) -> pd.DataFrame:
    land = population.latest_land(land_area)["km2"]
    both = pd.concat(
        [
            _members(region, _municipal(table)),
            population.by_area(_municipal(table), {region.key: region.members}),
        ]
    )
    land = pd.concat(
        [land, pd.Series({region.key: land.reindex(list(region.members)).sum(skipna=False)})]
    )
    return rows(measure_of(population.density), _latest(population.density(both, land)))


def _indicator(region: Region, metric: object, table: pd.DataFrame) -> pd.DataFrame:
    values = metric(table.set_index(["code", "year"]))  # type: ignore[operator]
    return rows(measure_of(metric), _members(region, values))  # type: ignore[arg-type]


def _latest(values: pd.Series) -> pd.Series:
    years = values.index.get_level_values(1)
    return values[years == years.max()]
