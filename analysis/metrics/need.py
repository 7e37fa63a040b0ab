"""The need ahead and how vulnerable a small organisation is: indicators, never an index.

Terms
-----
cohort: those aged 70-79 today over those 80 and over today: how many enter the ages of most care
    for each who is in them. Deaths and moves are not in it: it is arithmetic, not a forecast.
small function: a service done by fewer than two full-time posts in a municipality.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from analysis.metrics.measure import measure

_OLDER = ("share_55_59", "share_60plus")


def people_aged(ages: pd.DataFrame, low: int, high: int = 200) -> pd.Series:
    """Inhabitants aged `low` to `high`, by code; limits are those of five-year groups.

    `ages` has code, age_from and persons, five-year groups of one year, both sexes together.
    Unknown where a group is.

    >>> ages = pd.DataFrame({"code": ["0001"] * 2, "age_from": [65, 70], "persons": [30, 20]})
    >>> people_aged(ages, 65)["0001"].item()
    50
    """
    part = ages[(ages["age_from"] >= low) & (ages["age_from"] <= high)]
    return part.groupby("code")["persons"].agg(lambda persons: persons.sum(skipna=False))


@measure(
    label="70–79 år per person 80 år eller äldre",
    unit="kvot",
    decimals=2,
    formula="invånare 70–79 år / invånare 80 år eller äldre, samma dag",
)
def cohort_70_79(ages: pd.DataFrame) -> pd.Series:
    """Inhabitants aged 70-79 for each aged 80 and over, by code.

    `ages` has code, age_from and persons, five-year groups of one year. Unknown where a group is.

    >>> ages = pd.DataFrame({"code": ["0001"] * 3, "age_from": [70, 75, 80],
    ...                      "persons": [30, 30, 40]})
    >>> cohort_70_79(ages)["0001"].item()
    1.5
    """
    return (people_aged(ages, 70, 79) / people_aged(ages, 80)).rename("cohort_70_79")


@measure(
    label="Anställda 55 år eller äldre",
    unit="procent",
    decimals=1,
    formula="andel 55–59 år + andel 60 år eller äldre",
    sources=("staff",),
)
def staff_55plus(staff: pd.DataFrame) -> pd.Series:
    """Share of the monthly-paid staff aged 55 and over, per cent, on (code, year).

    >>> staff_55plus(pd.DataFrame({"code": ["0001"], "year": [2017], "share_55_59": [14.0],
    ...                            "share_60plus": [12.5]})).iloc[0].item()
    26.5
    """
    table = staff.set_index(["code", "year"])
    return table[list(_OLDER)].sum(axis=1, skipna=False).rename("staff_55plus")


@measure(
    label="Anställda 60 år eller äldre",
    unit="procent",
    decimals=1,
    kind="observed",
    formula="andel 60 år eller äldre",
    sources=("staff",),
)
def staff_60plus(staff: pd.DataFrame) -> pd.Series:
    """Share of the monthly-paid staff aged 60 and over, per cent, on (code, year).

    >>> staff = pd.DataFrame({"code": ["1780"], "year": [2017], "share_60plus": [12.5]})
    >>> staff_60plus(staff)["1780", 2017].item()
    12.5
    """
    return staff.set_index(["code", "year"])["share_60plus"].rename("staff_60plus")


@measure(
    label="Fritidshus per 1 000 invånare",
    unit="per 1 000 invånare",
    decimals=0,
    formula="fritidshus i områden med minst 50 / folkmängd × 1 000",
    sources=("holiday_homes", "population"),
)
def holiday_homes_per_1000(homes: pd.Series, population: pd.Series) -> pd.Series:
    """Holiday homes for every 1,000 inhabitants, by code; blank stays unknown.

    >>> holiday_homes_per_1000(pd.Series({"a": 50.0}), pd.Series({"a": 2000})).item()
    25.0
    """
    return (1000 * homes / population.reindex(homes.index)).rename("holiday_homes_per_1000")


def beside(
    values: pd.Series, members: Collection[str], *, county: Mapping[str, str], peers: pd.DataFrame
) -> pd.DataFrame:
    """Each member's value beside the medians of its county and of its similar municipalities.

    `values` is by code, `county` gives the county of every code, `peers` has code and peer_code.
    Returns code, value, county (median of its municipalities), peers (median), and counties and
    peers_known (how many figures each median has). A median is unknown without a figure.

    >>> table = beside(pd.Series({"a": 1.0, "b": 3.0}), ["a"], county={"a": "X", "b": "X"},
    ...                peers=pd.DataFrame({"code": ["a"], "peer_code": ["b"]}))
    >>> table.loc[0, ["value", "county", "peers"]].tolist()
    [1.0, 2.0, 3.0]
    """
    rows = []
    for code in members:
        near = [other for other, name in county.items() if name == county[code]]
        alike = list(peers.loc[peers["code"] == code, "peer_code"])
        around, similar = values.reindex(near).dropna(), values.reindex(alike).dropna()
        rows.append(
            {
                "code": code,
                "value": values.get(code, float("nan")),
                "county": around.median(),
                "county_known": len(around),
                "peers": similar.median(),
                "peers_known": len(similar),
            }
        )
    return pd.DataFrame(rows)


def small_functions(posts: pd.DataFrame, *, least: float = 2.0) -> pd.DataFrame:
    """Own figures: services with fewer than `least` full-time posts, by member.

    `posts` has code, service and base. Returns code, small, known (services with a figure).

    >>> small_functions(pd.DataFrame({"code": ["a", "a"], "service": ["x", "y"],
    ...                               "base": [0.5, 3.0]})).to_dict("records")
    [{'code': 'a', 'small': 1, 'known': 2}]
    """
    groups = posts.assign(small=posts["base"] < least).groupby("code")["small"]
    return (
        pd.DataFrame({"small": groups.sum(), "known": groups.size()}).astype("int64").reset_index()
    )
