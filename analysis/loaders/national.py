"""Three services in all of Sweden: who does them alone, who with whom, and where nobody told.

Terms
-----
standing: `alone` (dated evidence that the municipality does it in own hands), `shared` (it is a
    member of a body with others), `unknown` (no source was found). Unknown is never alone.
body: an authority, federation or command system; one that is alone is a body of one.
complete: whether all members of a body are known; the base of one that is not is a lower bound.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis import hints, regions
from analysis.errors import DataError, InputError, raise_faults
from analysis.loaders import tables
from analysis.loaders.population import only
from analysis.regions import Region

AREAS = ("livsmedelskontroll", "raddningstjanst", "raddningsledning")
ALONE_FORM = "egen"


def load_national(area: str, region: Region | None = None) -> pd.DataFrame:
    """Who does one service with whom: one row for each of the 290 municipalities, or a region's.

    Columns: code, standing (`alone`, `shared` or `unknown`), body (key), name, form, from, as_of,
    stated_members, complete (`yes` or `no`), publisher, url, trust, note. All but code and
    standing are missing where nothing is known. Food control is that of 2024 according to
    Livsmedelsverket; rescue services and their command are what the bodies' own pages tell.

    Raises InputError for an area outside `AREAS`, DataError with every fault of the tables.

    >>> food = load_national("livsmedelskontroll")
    >>> len(food), food["body"].nunique(), int(food["standing"].eq("shared").sum())
    (290, 249, 65)
    >>> load_national("raddningstjanst")["standing"].value_counts()["unknown"].item()
    100
    """
    if area not in AREAS:
        raise InputError(hints.unknown("service with a national layer", area, AREAS))
    members, bodies = tables.load("national_members"), tables.load("national_bodies")
    raise_faults(DataError, _faults(members, bodies))
    own = members[members["service"] == area].drop(columns="service")
    every = pd.DataFrame({"code": sorted(regions.country(own["code"]))})
    table = (
        every.merge(own, how="left", on="code", validate="one_to_one")
        .merge(
            bodies.drop(columns="service"),
            how="left",
            left_on="body",
            right_on="key",
            validate="many_to_one",
        )
        .drop(columns="key")
    )
    table.insert(1, "standing", _standing(table["form"]))
    table.attrs = dict(bodies.attrs)
    return only(table, region)


def _standing(form: pd.Series) -> pd.Series:
    known = form.eq(ALONE_FORM).map({True: "alone", False: "shared"})
    return known.where(form.notna(), "unknown")


def load_holiday_homes(region: Region | None = None) -> pd.DataFrame:
    """Holiday homes in areas of at least 50, 2015 and 2020: code, year, homes; blank is unknown.

    >>> load_holiday_homes()["homes"].notna().sum().item()
    369
    """
    return only(tables.load("holiday_homes"), region)


def _faults(members: pd.DataFrame, bodies: pd.DataFrame) -> Iterator[str]:
    """What the contracts of the two tables cannot see: how they fit together."""
    service = bodies.set_index("key")["service"].to_dict()
    for row, (area, code, body) in enumerate(members[["service", "code", "body"]].to_numpy(), 2):
        if service.get(body) != area:
            yield (
                f"national/members.csv row {row}, column 'body': {body!r} is no body for {area} "
                f"(municipality {code}); add it to national/bodies.csv or correct the key"
            )
    counted = members["body"].value_counts()
    columns = ["key", "form", "stated_members", "complete"]
    for row, (key, form, stated, complete) in enumerate(bodies[columns].to_numpy(), 2):
        yield from (
            f"national/bodies.csv row {row}, {fault}"
            for fault in _body_faults(
                key, form, stated, complete == "yes", int(counted.get(key, 0))
            )
        )


def _body_faults(key: str, form: str, stated: float, complete: bool, known: int) -> Iterator[str]:
    if form == ALONE_FORM and known != 1:
        yield (
            f"column 'form': {key!r} is {ALONE_FORM} but has {known} members; give it one, or "
            "another form"
        )
    if complete and known == 0:
        yield f"column 'complete': {key!r} has no known member; write no, or add its members"
    if complete and pd.notna(stated) and int(stated) != known:
        yield (
            f"column 'stated_members': {key!r} should have {int(stated)} members and "
            f"{known} are known; write no under complete, or add its members"
        )
