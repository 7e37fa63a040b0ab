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
    "mean_age", "dependency_ratio", "share_65plus", "tax_rate_total", "taxable_income_real",
    "employment_rate", "median_income_real", "post_secondary_share", "net_migration_rate",
)


def only(table: pd.DataFrame, region: Region | None) -> pd.DataFrame:
    """Rows of `table` whose `code` is a member of `region`; all rows when it is None."""
    return table if region is None else table[table["code"].isin(region.members)]


def load_population(region: Region | None = None) -> pd.DataFrame:
    """Inhabitants by municipality and year, 1950-2025: code, year, population, kind."""
    return only(tables.load("population"), region)


def load_population_change(region: Region | None = None) -> pd.DataFrame:
    """Births, deaths and moves by municipality, year and sex, for 2020, 2023 and 2024 (persons)."""
    return only(tables.load("population_change"), region)


def load_age_sex(region: Region | None = None) -> pd.DataFrame:
    """Inhabitants by five-year age group and sex, 2016: code, year, age_from, age_to, sex, ..."""
    return only(tables.load("population_age_sex"), region)


def load_localities(region: Region | None = None) -> pd.DataFrame:
    """Localities (tätorter) 2020 with inhabitants and a point in SWEREF 99 TM."""
    return only(tables.load("localities"), region)


def load_indicator(key: str, region: Region | None = None) -> pd.DataFrame:
    """One indicator: code, year, value. Raises InputError unless `key` is in `INDICATORS`."""
    if key not in INDICATORS:
        raise InputError(f"unknown indicator {key!r}: valid are {', '.join(INDICATORS)}")
    return only(tables.load(key), region)


def load_staff(region: Region | None = None) -> pd.DataFrame:
    """Municipal monthly-paid staff 2008-2017; federations and companies are not in it."""
    return only(tables.load("staff"), region)


def load_peers(kind: str = "overall") -> pd.DataFrame:
    """RKA's seven similar municipalities of each: code, peer_code, year."""
    table = tables.load("peers")
    return table[table["kind"] == kind].drop(columns="kind")


def load_municipalities(region: Region | None = None) -> pd.DataFrame:
    """All 290 municipalities with county, divisions and land area (km²)."""
    return only(tables.load("municipalities"), region)
