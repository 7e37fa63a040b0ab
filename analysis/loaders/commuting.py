"""Commuting: margins of all municipalities, and the flows that are known.

Terms
-----
margins: in-commuters, out-commuters and those who live and work in the municipality.
flow: persons employed who live in one municipality and work in another.
"""

from __future__ import annotations

import pandas as pd

from analysis.loaders import tables
from analysis.loaders.population import only
from analysis.regions import Region


def load_margins(region: Region | None = None) -> pd.DataFrame:
    """In-, out-commuters and live-and-work by municipality and year, 2004-2021 (persons)."""
    return only(tables.load("commuting_margins"), region)


def load_observed_flows() -> pd.DataFrame:
    """The observed parts of the commuting matrix: year, home, work, sex, persons, kind."""
    return tables.load("commuting_flows")


def load_county_flows() -> pd.DataFrame:
    """Commuting between the 21 counties 2018, diagonal included (persons)."""
    return tables.load("commuting_county_flows")


def load_neighbours() -> pd.DataFrame:
    """Pairs of municipalities with a common land border; water borders are not in it."""
    return tables.load("neighbours")
