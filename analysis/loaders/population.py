"""Population, age structure, localities and capacity indicators, as published.

Terms
-----
population: registered inhabitants on 31 December (folkmängd, SCB BE0101).
indicator: one figure a municipality and year, each with a source table of its own.
"""

from __future__ import annotations

import pandas as pd

from analysis.errors import InputError
from analysis.loaders import tables
from analysis.regions import Region

INDICATORS = (
    "mean_age",
    "dependency_ratio",
    "share_65plus",
    "tax_rate_total",
    "tax_rate",
    "tax_base",
    "taxable_income_real",
    "employment_rate",
    "median_income_real",
    "post_secondary_share",
    "net_migration_rate",
)


def only(table: pd.DataFrame, region: Region | None) -> pd.DataFrame:
    """Rows of `table` whose `code` is a member of `region`; all rows when it is None.

    >>> from analysis import regions
    >>> table = load_population()
    >>> len(only(table, regions.get("kak"))), len(only(table, None))
    (228, 22040)
    """
    return table if region is None else table[table["code"].isin(region.members)]


def load_population(region: Region | None = None) -> pd.DataFrame:
    """Inhabitants by municipality and year, 1950-2025: code, year, population, kind.

    >>> from analysis import regions
    >>> table = load_population(regions.get("kak")).set_index(["code", "year"])
    >>> int(table.at[("1960", 2005), "population"])
    8303
    """
    return only(tables.load("population"), region)


def load_population_change(region: Region | None = None) -> pd.DataFrame:
    """Births, deaths and moves by municipality, year and sex, for 2020, 2023 and 2024 (persons).

    >>> sorted(load_population_change()["year"].unique().tolist())
    [2020, 2023, 2024]
    """
    return only(tables.load("population_change"), region)


def load_age_sex(region: Region | None = None) -> pd.DataFrame:
    """Inhabitants by five-year age group and sex, 2016: code, year, age_from, age_to, sex, ...

    >>> load_age_sex()["persons"].sum().item()
    9995153
    """
    return only(tables.load("population_age_sex"), region)


def load_ages(region: Region | None = None) -> pd.DataFrame:
    """Inhabitants by five-year age group, both sexes, of the newest year that there is.

    Columns code, year, age_from, age_to, persons; 2025 until a newer year is fetched. Each cell is
    perturbed by itself (CKM): sums differ from published totals by some persons.

    >>> len(load_ages().query("code == '1780'"))
    21
    """
    table = tables.load("population_age")
    return only(table[table["year"] == table["year"].max()], region)


def load_projection(region: Region | None = None) -> pd.DataFrame:
    """SCB's projection of inhabitants, modelled: code, year, population; empty until fetched.

    Ages and sexes are summed; the numbers have decimals. A sum with an age group that is unknown
    or has no row is missing.

    >>> list(load_projection().columns)
    ['code', 'year', 'population']
    """
    if tables.record("population_projection") is None:
        return pd.DataFrame(columns=["code", "year", "population"])
    table = tables.load("population_projection")
    groups = only(table, region).groupby(["code", "year"])["persons"]
    parts = len(table[["age_from", "sex"]].drop_duplicates())
    total = groups.sum().where(groups.count() == parts)
    return total.rename("population").reset_index()


def load_localities(region: Region | None = None) -> pd.DataFrame:
    """Localities (tätorter) 2020 with inhabitants and a point in SWEREF 99 TM.

    >>> load_localities().set_index("name").at["Kungsör", "population"].item()
    6197
    """
    return only(tables.load("localities"), region)


def load_indicator(key: str, region: Region | None = None) -> pd.DataFrame:
    """One indicator: code, year, value. Raises InputError unless `key` is in `INDICATORS`.

    >>> load_indicator("share_65plus").query("year == 2024")["code"].nunique() > 0
    True
    """
    if key not in INDICATORS:
        raise InputError(f"unknown indicator {key!r}: valid are {', '.join(INDICATORS)}")
    return only(tables.load(key), region)


def load_staff(region: Region | None = None) -> pd.DataFrame:
    """Municipal monthly-paid staff in November; federations and companies are not in it.

    >>> list(load_staff().columns)[:3]
    ['code', 'year', 'staff']
    """
    return only(tables.load("staff"), region)


def load_land_area(region: Region | None = None) -> pd.DataFrame:
    """Land area (km²): code, year, value; 2015 alone until it is fetched.

    >>> load_land_area().set_index("code").at["1780", "value"].item()
    1168.66
    """
    return only(tables.load("land_area"), region)


def load_peers(kind: str = "overall") -> pd.DataFrame:
    """RKA's seven similar municipalities of each: code, peer_code, year.

    >>> load_peers()["code"].value_counts().unique().tolist()
    [7]
    """
    table = tables.load("peers")
    return table[table["kind"] == kind].drop(columns="kind")


def load_municipalities(region: Region | None = None) -> pd.DataFrame:
    """All 290 municipalities with county and divisions.

    >>> len(load_municipalities())
    290
    """
    return only(tables.load("municipalities"), region)
