"""Where an office should lie: how far people in localities have to candidate places.

Terms
-----
locality: tätort, with inhabitants and a point; who lives outside localities has no known point.
place: a candidate, one of the localities.
reach: the share of inhabitants in localities within a distance of the place.
bounds: with those outside localities counted as out of reach, and as within it.

Distances are straight lines between points, or ways from locality to locality in which water
counts double (`flow_model.ways_between`). Neither is travel time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.metrics import flow_model
from analysis.metrics.measure import measure

if TYPE_CHECKING:
    import geopandas as gpd

LIMITS = (10, 20, 30)
"""Kilometres within which inhabitants are counted."""


def straight(localities: pd.DataFrame, places: Sequence[str]) -> pd.DataFrame:
    """Kilometres from each locality (rows) to each of `places` (columns), in straight lines.

    `localities` is indexed by locality code, with easting and northing in metres.

    >>> towns = pd.DataFrame({"easting": [0.0, 3000.0], "northing": [0.0, 4000.0]},
    ...                      index=["x", "y"])
    >>> straight(towns, ["x"])["x"].tolist()
    [0.0, 5.0]
    """
    points = localities[["easting", "northing"]].to_numpy("float64")
    chosen = localities.loc[list(places), ["easting", "northing"]].to_numpy("float64")
    away = np.hypot(*(points[:, None, :] - chosen[None, :, :]).transpose(2, 0, 1)) / 1000
    return pd.DataFrame(away, index=localities.index, columns=list(places))


def around_water(
    localities: pd.DataFrame, places: Sequence[str], boundaries: gpd.GeoDataFrame
) -> pd.DataFrame:
    """As `straight`, but along ways from locality to locality in which water counts double.

    `boundaries` has geometry in EPSG:3006, land only; all that lies between the localities.
    """
    points = localities[["easting", "northing"]].to_numpy("float64")
    origins = localities.index.get_indexer(pd.Index(places))
    ways = flow_model.ways_between(points, boundaries, origins=list(map(int, origins)))
    return pd.DataFrame(ways.T, index=localities.index, columns=list(places))


@measure(
    label="Vägt medelavstånd",
    unit="km",
    decimals=1,
    formula="summa(invånare i tätorten × km till platsen) / summa(invånare i tätorter)",
    sources=("localities",),
)
def mean_distance(km: pd.DataFrame, people: pd.Series) -> pd.Series:
    """Mean distance to each place, weighted by the inhabitants of the localities; km.

    >>> away = pd.DataFrame({"x": [0.0, 5.0]}, index=["x", "y"])
    >>> mean_distance(away, pd.Series({"x": 300, "y": 100})).tolist()
    [1.25]
    """
    weights = people.reindex(km.index).astype("float64")
    return km.mul(weights, axis=0).sum(skipna=False) / weights.sum(skipna=False)


@measure(
    label="Andel inom räckhåll",
    unit="andel",
    decimals=0,
    as_percent=True,
    formula="invånare i tätorter inom avståndet / invånare i tätorter",
    sources=("localities",),
)
def reach(km: pd.DataFrame, people: pd.Series, *, limit: float) -> pd.Series:
    """Share of the inhabitants of the localities within `limit` km of each place.

    >>> away = pd.DataFrame({"x": [0.0, 5.0]}, index=["x", "y"])
    >>> reach(away, pd.Series({"x": 300, "y": 100}), limit=4).tolist()
    [0.75]
    """
    weights = people.reindex(km.index).astype("float64")
    within = km.le(limit).mul(weights, axis=0).sum()
    return within / weights.sum(skipna=False)


def nearest_of(km: pd.DataFrame, places: Sequence[str]) -> pd.Series:
    """Kilometres from each locality to the nearest of several places."""
    return km[list(places)].min(axis=1, skipna=False)


def best(km: pd.DataFrame, people: pd.Series, *, count: int) -> pd.DataFrame:
    """Every choice of `count` places, the shortest mean distance first: places ("; "), mean_km,
    and within10, within20, within30 (shares).

    >>> away = pd.DataFrame({"x": [0.0, 5.0], "y": [5.0, 0.0]}, index=["x", "y"])
    >>> best(away, pd.Series({"x": 300, "y": 100}), count=1)["places"].tolist()
    ['x', 'y']
    """
    rows = []
    for chosen in combinations(km.columns, count):
        away = nearest_of(km, chosen).to_frame("away")
        rows.append(
            {
                "places": "; ".join(map(str, chosen)),
                "mean_km": mean_distance(away, people).iloc[0],
                **{f"within{limit}": reach(away, people, limit=limit).iloc[0] for limit in LIMITS},
            }
        )
    table = pd.DataFrame(
        rows, columns=["places", "mean_km", *(f"within{limit}" for limit in LIMITS)]
    )
    return table.sort_values("mean_km", kind="stable").reset_index(drop=True)


def outside_localities(localities: pd.DataFrame, population: pd.Series) -> pd.Series:
    """Inhabitants of each municipality who live outside localities, persons.

    `population` is of the localities' year. Unknown (NaN) where localities hold more than live in
    the municipality: one of them crosses the border.

    >>> towns = pd.DataFrame({"code": ["0001", "0002"], "population": [80, 30]})
    >>> outside_localities(towns, pd.Series({"0001": 100, "0002": 20})).tolist()
    [20.0, nan]
    """
    inside = localities.groupby("code")["population"].sum().reindex(population.index, fill_value=0)
    left = (population - inside).astype("float64")
    return left.where(left >= 0)


def bounds(share: float, inside: float, outside: float) -> tuple[float, float]:
    """The share of all inhabitants that can be in reach, when those `outside` may or may not be.

    >>> bounds(0.5, 80.0, 20.0)
    (0.4, 0.6)
    """
    total = inside + outside
    return share * inside / total, (share * inside + outside) / total


def staff_in_reach(km: pd.DataFrame, residents: pd.Series, *, limit: float) -> pd.Series:
    """Employed residents of municipalities whose middle lies within `limit` km of each place.

    `km` has municipality codes as rows; a municipality without a figure makes the sum unknown.

    >>> away = pd.DataFrame({"x": [0.0, 50.0]}, index=["0001", "0002"])
    >>> staff_in_reach(away, pd.Series({"0001": 10, "0002": 5}), limit=30).tolist()
    [10.0]
    """
    weights = residents.reindex(km.index).astype("float64")
    return pd.Series({place: weights[km[place] <= limit].sum(skipna=False) for place in km})
