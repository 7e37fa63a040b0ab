"""Kolada, the database of municipal key figures (RKA), over its API version 3.

Terms
-----
key figure (KPI): one figure a municipality and year; `T` is the total of both sexes.
peers: seven municipalities that RKA finds alike, overall or for one service.
unit: the last word of a key figure's title, such as `kr/inv`; Kolada has no other place for it.
deleted: a value that Kolada has taken back; it still comes, marked, and is no figure.

A thin client of our own, not `koladapy`: that one goes on when a part of a fetch has failed, and
its retries hide which figure it was; here a figure that is not there stops the update.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from math import isfinite
from typing import Any

import pandas as pd

from analysis import regions
from analysis.errors import SourceError, raise_faults
from analysis.live import GROUPS, NOTED, SIGNS, Groups, Indicator
from analysis.sources import own
from analysis.sources.http import Client, one_line
from analysis.sources.kept import Store

PAGE = 5000  # rows a page, the most the API gives
PACE = (5, 1.0)  # at most so many calls in so many seconds: a courtesy, Kolada states no limit
FIRST = 1998
_YEARS = 10  # years a request
_MOST_PAGES = 1000
FEW = 5  # municipalities that a key figure may lack: they may have merged, or not reported
Row = tuple[str, int, str, float | None, str]  # code, year, name of the figure, value, status
_GROUP = re.compile(GROUPS + r",? (?P<word>[^,]+), (?P<name>.+), (?P<year>\d{4})")


def pages(
    client: Client, path: str, what: str, keep: Store | None = None, **params: Any
) -> Iterator[dict[str, Any]]:
    """The rows of all pages; raises SourceError when a page has another form.

    A page in `keep` that was fetched today is not asked for again: Kolada does not tell when a
    figure was last changed.
    """
    keep = Store() if keep is None else keep
    for page in range(1, _MOST_PAGES):
        name = [client.base_url, path, page, params, date.today().isoformat()]
        reply = keep.get(name)
        fresh = reply is None
        if fresh:
            reply = client.get(path, what, page=page, per_page=PAGE, **params)
        rows = reply.get("values") if isinstance(reply, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise SourceError(
                f"{what}: the reply of Kolada has no list 'values' of objects; "
                "nothing was changed, the API may have a new version"
            )
        yield from rows
        if fresh:  # only a page that was read to its end is kept
            keep.put(name, reply)
        if not reply.get("next_url"):
            return


def look(client: Client, indicators: tuple[Indicator, ...]) -> dict[str, str]:
    """The title of each key figure today, by its id; raises SourceError with every drift."""
    wanted = ",".join(part.kpi for part in indicators)
    found = {
        str(row.get("id")): one_line(row.get("title", ""))
        for row in pages(client, f"/kpi/{wanted}", f"Kolada {wanted}")
    }
    faults = [fault for part in indicators for fault in _drift(part, found.get(part.kpi))]
    raise_faults(SourceError, faults)
    return {part.kpi: found[part.kpi] for part in indicators}


def _drift(part: Indicator, title: str | None) -> list[str]:
    """What is no longer as the catalogue has it; a comma in a title is no drift, a word is."""
    if title is None:
        return [
            f"Kolada no longer has {part.kpi} ({part.title}); nothing was fetched, look up its "
            f"successor and {own.hint(part.kpi, 'kpi')}"
        ]
    if _plain(title) != _plain(part.title):
        return [
            f"Kolada's {part.kpi} is now {title!r}, the catalogue says {part.title!r}; nothing "
            f"was fetched, if it still is the same, {own.hint(part.kpi, 'title', new=title)}"
        ]
    return []


def _plain(title: str) -> list[str]:
    return re.findall(r"[\w%]+", title.casefold())


def batches(last: int) -> list[str]:
    """The years to ask for, so many a request, as the address has them."""
    years = range(FIRST, last + 1)
    return [
        ",".join(str(year) for year in years[start : start + _YEARS])
        for start in range(0, len(years), _YEARS)
    ]


def years(
    client: Client, indicators: tuple[Indicator, ...], last: int, known: Collection[int]
) -> set[int]:
    """The years after those that are `known`, ten at most, for which Kolada has figures."""
    first = max([*known, last - _YEARS]) + 1
    asked = ",".join(str(year) for year in range(first, last + 1))
    return {
        row[1]
        for part in indicators
        if asked
        for row in _totals(
            pages(client, f"/data/kpi/{part.kpi}/year/{asked}", f"Kolada {part.kpi}"), part
        )
    }


def fetch(
    client: Client,
    indicators: tuple[Indicator, ...],
    last: int,
    keep: Store,
    step: Callable[[], object],
) -> list[Row]:
    """The totals of all municipalities; raises SourceError for a row of another form."""
    rows: list[Row] = []
    for part in indicators:
        for years in batches(last):
            path = f"/data/kpi/{part.kpi}/year/{years}"
            rows += _totals(pages(client, path, f"Kolada {part.kpi}", keep), part)
            step()
    return rows


def table(rows: list[Row], indicators: tuple[Indicator, ...]) -> pd.DataFrame:
    """The rows as a table: code, year, name, value, symbol, status.

    Raises SourceError for an unknown status in the place of a number, and when more than a few
    municipalities have no row.
    """
    table = pd.DataFrame(rows, columns=["code", "year", "name", "value", "symbol"])
    table["value"] = table["value"].astype("float64")
    _all_there(table, indicators)
    empty = table["value"].isna()
    unknown = sorted(set(table.loc[empty, "symbol"]) - set(SIGNS) - {""})
    if unknown:
        what = ", ".join(part.kpi for part in indicators)
        raise SourceError(
            f"Kolada {what}: the status {unknown[0]!r} stands in the place of a "
            "number, and SIGNS of analysis/live.py does not explain it; nothing was "
            "changed, look up what it means"
        )
    status = table["symbol"].map({**SIGNS, "": "unavailable"})
    table["status"] = status.where(empty, "published").where(empty | (table["symbol"] == ""), NOTED)
    return table.sort_values(["name", "code", "year"], ignore_index=True)


def _totals(found: Iterator[dict[str, Any]], part: Indicator) -> list[Row]:
    """The totals of the municipalities among the rows of Kolada."""
    known, rows = regions.municipalities(), []
    for row in found:
        try:
            code, year, values = row["municipality"], int(row["period"]), row["values"]
            totals = [
                value
                for value in values
                if value["gender"] == "T" and not (value.get("isdeleted") or row.get("isdeleted"))
            ]
            if code in known and totals:
                value, status = totals[0]["value"], totals[0].get("status")
                if value is not None and not (type(value) in (int, float) and isfinite(value)):
                    raise TypeError(f"{value!r} stands where a number belongs")
                rows.append((code, year, part.name, value, str(status or "")))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise SourceError(
                f"Kolada {part.kpi}: a row has another form ({error!r}); nothing "
                "was changed, the API may have a new version"
            ) from error
    return rows


def absent(table: pd.DataFrame, indicators: tuple[Indicator, ...]) -> dict[str, list[str]]:
    """Municipalities of today that no row is about, by the key figure that lacks them."""
    known = regions.current()
    found = {part.kpi: set(table.loc[table["name"] == part.name, "code"]) for part in indicators}
    return {
        kpi: [f"{code} {known[code].name}" for code in known if code not in there]
        for kpi, there in found.items()
    }


def _all_there(table: pd.DataFrame, indicators: tuple[Indicator, ...]) -> None:
    raise_faults(
        SourceError,
        [
            f"Kolada {kpi}: {len(gone)} municipalities are missing: {', '.join(gone[:8])}; nothing was "
            "changed, try again later"
            for kpi, gone in absent(table, indicators).items()
            if len(gone) > FEW
        ],
    )


def fetch_groups(client: Client, keep: Store) -> list[dict[str, Any]]:
    """All groups of similar municipalities, of every kind and year."""
    return list(
        pages(client, "/municipality_groups", f"Kolada's groups {GROUPS!r}", keep, title=GROUPS)
    )


def peers(found: list[dict[str, Any]], groups: Groups) -> pd.DataFrame:
    """RKA's similar municipalities: kind, code, peer_code, year; the latest year of each group.

    Raises SourceError when more than a few municipalities have no group of a kind.
    """
    names = {known.name: code for code, known in regions.municipalities().items()}
    kinds, rows = dict(groups.words), []
    for group in found:
        parsed = _GROUP.fullmatch(str(group.get("title", "")))
        if parsed is None or parsed["word"] not in kinds or parsed["name"] not in names:
            continue
        members = group.get("members")
        if not isinstance(members, list):
            raise SourceError(
                f"Kolada's group {parsed[0]!r} has no list 'members'; nothing was "
                "changed, the API may have a new version"
            )
        rows += [
            (kinds[parsed["word"]], names[parsed["name"]], _member(member), int(parsed["year"]))
            for member in members
        ]
    table = pd.DataFrame(rows, columns=["kind", "code", "peer_code", "year"])
    latest = table.groupby(["kind", "code"])["year"].transform("max")
    table = table[
        (table["year"] == latest)
        & (table["peer_code"] != table["code"])
        & table["peer_code"].isin(set(names.values()))
    ]
    faults = [
        f"Kolada has groups {GROUPS!r} of kind {word!r} for {count} municipalities, not "
        f"{len(names)}; nothing was changed, try again later: the titles may have changed"
        for word, kind in groups.words
        if (count := table.loc[table["kind"] == kind, "code"].nunique()) < len(names) - FEW
    ]
    raise_faults(SourceError, faults)
    return table.sort_values(["kind", "code", "peer_code"], ignore_index=True)


def _member(member: Any) -> str:
    """Code of a member, which Kolada gives as an object."""
    code = member.get("member_id") or member.get("id") if isinstance(member, dict) else member
    return str(code)
