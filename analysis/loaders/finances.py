"""Costs of municipalities.

Terms
-----
cost: what the municipality spends per inhabitant (or per unit of a service), SEK.
"""

from __future__ import annotations

import pandas as pd

from analysis.loaders import tables
from analysis.loaders.population import only
from analysis.regions import Region


def load_finances(region: Region | None = None) -> pd.DataFrame:
    """Costs (SEK per inhabitant) and shares by age and education, every fourth year.

    >>> sorted(load_finances()["year"].unique().tolist())
    [2002, 2006, 2010, 2014, 2018, 2022]
    """
    return only(tables.load("finances"), region)


def load_service_costs(region: Region | None = None) -> pd.DataFrame:
    """Costs of broad service areas in parts of five counties; gaps are real gaps.

    >>> load_service_costs()["code"].nunique() < 290
    True
    """
    return only(tables.load("service_costs"), region)
