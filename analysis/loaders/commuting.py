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
    """In-, out-commuters and live-and-work by municipality and year, 2004-2021 (persons).

    >>> from analysis import regions
    >>> row = load_margins(regions.from_members(["1980"])).set_index("year").loc[2014]
    >>> int(row["in_commuters"]), int(row["out_commuters"])
    (14165, 11136)
    """
    return only(tables.load("commuting_margins"), region)


def load_observed_flows() -> pd.DataFrame:
    """The observed parts of the commuting matrix: year, home, work, sex, persons, kind.

    >>> flows = load_observed_flows().set_index(["year", "home", "work", "sex"])
    >>> int(flows.at[(2016, "0305", "0380", "total"), "persons"])
    316
    """
    return tables.load("commuting_flows")


def load_county_flows() -> pd.DataFrame:
    """Commuting between the 21 counties 2018, diagonal included (persons).

    >>> len(load_county_flows())
    441
    """
    return tables.load("commuting_county_flows")


def load_model_error() -> pd.DataFrame:
    """How far off the model of commuting was where it was tested; see benchmarks/flow_error.py.

    >>> table = load_model_error()
    >>> sorted(table["by"].unique())
    ['area', 'group', 'size', 'strongest']
    """
    return tables.load("flow_model_error")


def load_neighbours() -> pd.DataFrame:
    """Pairs of municipalities with a common land border; water borders are not in it.

    >>> len(load_neighbours())
    1456
    """
    return tables.load("neighbours")
