"""What own figures say of cost: by unit, in sum with bounds, and when an investment has come back.

Terms
-----
bounds: low, base and high; a sum of bounds is the bounds of a sum when every part has them.
payback: years until what is saved in a year has covered the one-off cost; none without a saving.
"""

from __future__ import annotations

from collections.abc import Collection
from math import inf

import pandas as pd

from analysis.metrics.measure import measure

BOUNDS = ("low", "base", "high")


@measure(
    label="Kostnad per enhet",
    unit="kr",
    decimals=0,
    formula="uppgiven kostnad per år / uppgiven volym per år",
)
def unit_cost(cost: pd.Series, volume: pd.Series) -> pd.Series:
    """Kronor for each unit of volume, by code; unknown without both, or with no volume.

    >>> unit_cost(pd.Series({"a": 100.0, "b": 50.0}), pd.Series({"a": 4.0})).to_dict()
    {'a': 25.0, 'b': nan}
    """
    counted = volume.reindex(cost.index).astype("float64")
    return (cost / counted.where(counted > 0)).rename("unit_cost")


def total(stated: pd.DataFrame, members: Collection[str]) -> dict[str, float] | None:
    """Low, base and high of the sum over `members`; None when one has not stated it.

    `stated` has code and the bounds, one row a member.

    >>> rows = pd.DataFrame({"code": ["a", "b"], "low": [1.0, 2.0], "base": [2.0, 2.0],
    ...                      "high": [3.0, 2.0]})
    >>> total(rows, ["a", "b"]), total(rows, ["a", "c"])
    ({'low': 3.0, 'base': 4.0, 'high': 5.0}, None)
    """
    own = stated[stated["code"].isin(list(members))]
    if set(own["code"]) != set(members):
        return None
    return {bound: float(own[bound].sum()) for bound in BOUNDS}


def payback(one_off: float, today: float, after: float) -> float:
    """Years until the yearly saving has covered `one_off`; infinite when nothing is saved.

    >>> payback(300.0, 1000.0, 900.0), payback(300.0, 1000.0, 1100.0), payback(0.0, 10.0, 5.0)
    (3.0, inf, 0.0)
    """
    saved = today - after
    return one_off / saved if saved > 0 else inf


def payback_bounds(
    one_off: tuple[float, float, float], after: tuple[float, float, float], today: dict[str, float]
) -> dict[str, float]:
    """Payback in years at best (low cost, high cost today), at base, and at worst.

    >>> payback_bounds((1.0, 2.0, 3.0), (8.0, 9.0, 12.0), {"low": 9.0, "base": 10.0, "high": 11.0})
    {'best': 0.3333333333333333, 'base': 2.0, 'worst': inf}
    """
    return {
        "best": payback(one_off[0], today["high"], after[0]),
        "base": payback(one_off[1], today["base"], after[1]),
        "worst": payback(one_off[2], today["low"], after[2]),
    }
