"""Population bases of the bodies that do one service in all of Sweden.

Terms
-----
base: the inhabitants of a body's municipalities together, on 31 December of one year.
whole: all members of the body are known and have a figure; otherwise the base is a lower bound.
national table: one row a municipality with code, standing, body, name and complete, as
    `analysis.loaders.national.load_national` gives it.
"""

from __future__ import annotations

import pandas as pd


def bases(national: pd.DataFrame, population: pd.Series) -> pd.DataFrame:
    """The base of each body: body, name, standing, members, population (persons), whole (bool).

    `population` is inhabitants by municipality code. Municipalities without a known body are no
    body and have no row. Rows come from the smallest base to the largest.

    >>> table = pd.DataFrame({"code": ["1960", "1984", "1983"], "body": ["v", "v", None],
    ...     "standing": ["shared", "shared", "unknown"], "name": ["VMMF", "VMMF", None],
    ...     "complete": ["yes", "yes", None]})
    >>> people = pd.Series({"1960": 8_000, "1984": 14_000, "1983": 26_000})
    >>> bases(table, people).to_dict("records")[0]["population"]
    22000
    """
    known = national[national["body"].notna()]
    known = known.assign(population=known["code"].map(population))
    groups = known.groupby("body", sort=False)
    table = groups.agg(
        name=("name", "first"),
        standing=("standing", "first"),
        members=("code", "size"),
        counted=("population", "count"),
        population=("population", "sum"),
        complete=("complete", "first"),
    )
    table["whole"] = table["complete"].eq("yes") & table["counted"].eq(table["members"])
    table = table[table["counted"] > 0].astype({"population": "int64"})
    columns = ["body", "name", "standing", "members", "population", "whole"]
    return table.reset_index()[columns].sort_values(["population", "body"], ignore_index=True)


def spread(table: pd.DataFrame) -> pd.DataFrame:
    """How large the bases of whole bodies are, alone and shared: count, tenth, median, ninetieth.

    `table` is that of `bases`. A standing without a whole body has no row. Persons, one row a
    standing.

    >>> spread(pd.DataFrame({"standing": ["alone"] * 3, "population": [1, 2, 9],
    ...     "whole": [True, True, True]})).loc["alone", "median"].item()
    2.0
    """
    groups = table[table["whole"]].groupby("standing")["population"]
    return pd.DataFrame(
        {
            "bodies": groups.size(),
            "tenth": groups.quantile(0.1),
            "median": groups.median(),
            "ninetieth": groups.quantile(0.9),
        }
    )


def rank(table: pd.DataFrame, population: float) -> tuple[int, int]:
    """How many of the whole bodies have a smaller base than `population`, and how many there are.

    `table` is that of `bases`.

    >>> rank(pd.DataFrame({"population": [10, 20, 30], "whole": [True, True, False]}), 15)
    (1, 2)
    """
    whole = table.loc[table["whole"], "population"]
    return int((whole < population).sum()), len(whole)


def completeness(national: pd.DataFrame) -> dict[str, int]:
    """Municipalities by standing: alone, shared, unknown; each is there, with 0 where none is.

    >>> completeness(pd.DataFrame({"standing": ["alone", "unknown", "alone"]}))
    {'alone': 2, 'shared': 0, 'unknown': 1}
    """
    counted = national["standing"].value_counts()
    return {name: int(counted.get(name, 0)) for name in ("alone", "shared", "unknown")}
