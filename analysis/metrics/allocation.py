"""Who pays what: a common cost shared out by one key or another.

Terms
-----
key: what a cost is shared by: inhabitants, staff, tax base, equal parts, volumes, today's cost.
share: a member's part of the whole, between 0 and 1; the shares of all members sum to 1. Where the
    basis of one member is unknown no member's share is known.
gap: what a member would pay minus what it pays today, kronor; below zero it gains.
transition: the way from today's cost to the new one in equal steps, so that the last year is new.

The key is political and is fixed in the agreement; these are the consequences of each.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.metrics.measure import measure


@measure(
    label="Andel av kostnaden",
    unit="andel",
    decimals=1,
    as_percent=True,
    formula="kommunens värde av nyckeln / summan för alla deltagande kommuner",
)
def cost_share(basis: pd.Series) -> pd.Series:
    """Each member's share of the sum of `basis`; all unknown when one is, or when the sum is 0.

    >>> cost_share(pd.Series({"a": 30.0, "b": 10.0})).tolist()
    [0.75, 0.25]
    >>> cost_share(pd.Series({"a": 30.0, "b": None})).isna().all().item()
    True
    """
    values = basis.astype("float64")
    total = values.sum(skipna=False)
    return (values / (total if total > 0 else float("nan"))).rename("cost_share")


def equal_shares(members: pd.Index) -> pd.Series:
    """The same share for each member.

    >>> equal_shares(pd.Index(["a", "b"])).tolist()
    [0.5, 0.5]
    """
    return pd.Series(1.0 / len(members), index=members)


def fixed_and_variable(variable: pd.Series, *, fixed: float) -> pd.Series:
    """A part `fixed` (0 to 1) in equal parts, the rest by the shares `variable`.

    >>> fixed_and_variable(pd.Series({"a": 0.75, "b": 0.25}), fixed=0.5).tolist()
    [0.625, 0.375]
    """
    return fixed * equal_shares(variable.index) + (1 - fixed) * variable


def key_shares(bases: Mapping[str, pd.Series], members: pd.Index) -> pd.DataFrame:
    """Shares by each key of `bases` (values by code), and in equal and mixed parts.

    Columns: the keys of `bases`, `equal`, and `fixed20` and `fixed50` (so much in equal parts, the
    rest by `inhabitants`, which must be among the bases).
    """
    table = pd.DataFrame(
        {key: cost_share(values.reindex(members)) for key, values in bases.items()}, index=members
    )
    table["equal"] = equal_shares(members)
    for percent in (20, 50):
        table[f"fixed{percent}"] = fixed_and_variable(table["inhabitants"], fixed=percent / 100)
    return table


def amounts(shares: pd.DataFrame, cost: float) -> pd.DataFrame:
    """Kronor of each member by each key, of a common `cost`.

    >>> amounts(pd.DataFrame({"equal": [0.5, 0.5]}, index=["a", "b"]), 100.0)["equal"].tolist()
    [50.0, 50.0]
    """
    return shares * cost


@measure(
    label="Kronor per invånare",
    unit="kr per invånare",
    formula="kommunens del av kostnaden / folkmängd",
)
def cost_per_head(paid: pd.DataFrame, population: pd.Series) -> pd.DataFrame:
    """Kronor per inhabitant of each member by each key.

    >>> table = pd.DataFrame({"equal": [50.0, 50.0]}, index=["a", "b"])
    >>> cost_per_head(table, pd.Series({"a": 100.0, "b": 10.0}))["equal"].tolist()
    [0.5, 5.0]
    """
    return paid.div(population.reindex(paid.index), axis=0)


@measure(
    label="Skillnad mot i dag",
    unit="kr",
    formula="kommunens del av den gemensamma kostnaden − kommunens kostnad i dag",
)
def cost_gap(paid: pd.DataFrame, today: pd.Series) -> pd.DataFrame:
    """What each member would pay more (or less, below zero) than today by each key, kronor.

    >>> table = pd.DataFrame({"equal": [50.0, 50.0]}, index=["a", "b"])
    >>> cost_gap(table, pd.Series({"a": 70.0, "b": 30.0}))["equal"].tolist()
    [-20.0, 20.0]
    """
    return paid.sub(today.reindex(paid.index).astype("float64"), axis=0)


def spread_of_gaps(gaps: pd.DataFrame) -> pd.DataFrame:
    """By key: who gains and who loses most (gains, gain, loses, loss) and the span between them.

    A key with an unknown gap has no row: nobody can be said to gain most.

    >>> spread_of_gaps(pd.DataFrame({"equal": {"a": -20.0, "b": 20.0}}))["span"].item()
    40.0
    """
    known = gaps.dropna(axis="columns")
    return (
        pd.DataFrame(
            {
                "gains": known.idxmin(),
                "gain": known.min(),
                "loses": known.idxmax(),
                "loss": known.max(),
                "span": known.max() - known.min(),
            }
        )
        if not known.empty
        else pd.DataFrame(columns=["gains", "gain", "loses", "loss", "span"])
    )


def transition(today: pd.Series, new: pd.Series, *, years: int) -> pd.DataFrame:
    """Kronor of each member in year 1 to `years`, in equal steps from today's cost to the new one.

    >>> transition(pd.Series({"a": 100.0}), pd.Series({"a": 40.0}), years=3).loc["a"].tolist()
    [80.0, 60.0, 40.0]
    """
    old = today.reindex(new.index).astype("float64")
    return pd.DataFrame(
        {year: old + (new - old) * year / years for year in range(1, years + 1)}, index=new.index
    )
