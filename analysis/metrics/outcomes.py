"""What a shared service gave: the members before and after its start, beside those who do it alone.

Terms
-----
before, after: the years up to and from the start, at most `WINDOW` of each; the start's own year
    is neither.
spread: the lowest and highest municipal mean of a group.

Figures before and after a start differ for many reasons. Nothing here says that one caused the
other.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

WINDOW = 5


def before_and_after(
    values: pd.DataFrame, groups: Mapping[str, Collection[str]], *, start: int
) -> pd.DataFrame:
    """Means before and after `start` for each group of municipalities.

    `values` has code, year and value (NaN unknown). Returns group, period (before, after), years
    (how many of the window have any figure), first and last year, mean (of the municipal means),
    low, high (the spread), members with a figure, and missing (municipality-years without one).
    A group without a figure in a period has NaN.

    >>> table = pd.DataFrame({"code": ["a", "a"], "year": [2010, 2013], "value": [10.0, 12.0]})
    >>> before_and_after(table, {"members": ["a"]}, start=2011)["mean"].tolist()
    [10.0, 12.0]
    """
    rows = []
    for group, codes in groups.items():
        own = values[values["code"].isin(list(codes))].dropna(subset=["value"])
        for period, low, high in (
            ("before", start - WINDOW, start - 1),
            ("after", start + 1, start + WINDOW),
        ):
            part = own[own["year"].between(low, high)]
            means = part.groupby("code")["value"].mean()
            rows.append(
                {
                    "group": group,
                    "period": period,
                    "years": part["year"].nunique(),
                    "first": part["year"].min(),
                    "last": part["year"].max(),
                    "mean": means.mean(),
                    "low": means.min(),
                    "high": means.max(),
                    "members": len(means),
                    "missing": len(codes) * WINDOW - len(part),
                }
            )
    types = {
        "first": "Int64",
        "last": "Int64",
        "years": "int64",
        "members": "int64",
        "missing": "int64",
    }
    return pd.DataFrame(rows).astype(types)
