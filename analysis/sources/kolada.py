"""Kolada, the database of municipal key figures (RKA), over its API version 3.

Terms
-----
key figure (KPI): one figure a municipality and year; `T` is the total of both sexes.
peers: seven municipalities that RKA finds alike, overall or for one service.

A thin client of our own, not `koladapy`: that one goes on when a part of a fetch has failed, and
its retries hide which figure it was; here a figure that is not there stops the update.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from analysis import regions
from analysis.catalog import SIGNS, Indicator
from analysis.errors import SourceError, raise_faults
from analysis.sources.http import Client

PAGE = 5000  # rows a page, the most the API gives
FIRST = 1998
_YEARS = 10  # years a request
_MOST_PAGES = 1000
_GROUP = re.compile(r"Liknande kommuner,? (?P<word>[^,]+), (?P<name>.+), (?P<year>\d{4})")


def pages(client: Client, path: str, what: str, **params: Any) -> Iterator[dict[str, Any]]:
    """The rows of all pages; raises SourceError when a page has another form."""
    for page in range(1, _MOST_PAGES):
        reply = client.get(path, what, page=page, per_page=PAGE, **params)
        rows = reply.get("values") if isinstance(reply, dict) else None
        if not isinstance(rows, list):
            raise SourceError(f"{what}: the reply of Kolada has no list 'values'; nothing was "
                              "changed, the API may have a new version")
        yield from rows
        if not reply.get("next_url"):
            return


def look(client: Client, indicators: tuple[Indicator, ...]) -> dict[str, dict[str, Any]]:
    """Title and description of each key figure; raises SourceError with every drift."""
    wanted = ",".join(part.kpi for part in indicators)
    found = {row.get("id"): row for row in pages(client, f"/kpi/{wanted}", "Kolada")}
    faults = [f"Kolada no longer has {part.kpi} ({part.title})" for part in indicators
              if part.kpi not in found]
    faults += [
        f"Kolada's {part.kpi} is now {found[part.kpi].get('title')!r}, the catalogue says "
        f"{part.title!r}"
        for part in indicators if part.kpi in found
        and part.title not in str(found[part.kpi].get("title", "")).lower()
    ]
    raise_faults(SourceError, [f"{fault}; nothing was fetched, correct the entry in "
                               "analysis/catalog.py" for fault in faults])
    return {part.kpi: found[part.kpi] for part in indicators}


def batches(last: int) -> list[str]:
    """The years to ask for, so many a request, as the address has them."""
    years = range(FIRST, last + 1)
    return [",".join(str(year) for year in years[start:start + _YEARS])
            for start in range(0, len(years), _YEARS)]


def fetch(client: Client, indicators: tuple[Indicator, ...], last: int,
          step: Callable[[], object]) -> pd.DataFrame:
    """All values of all municipalities: code, year, name, value, symbol, status.

    Raises SourceError for an unknown status, a figure without a total, or a municipality that no
    reply names.
    """
    rows: list[tuple[str, int, str, float | None, str]] = []
    for part in indicators:
        for years in batches(last):
            path = f"/data/kpi/{part.kpi}/year/{years}"
            rows += _totals(pages(client, path, f"Kolada {part.kpi}"), part)
            step()
    table = pd.DataFrame(rows, columns=["code", "year", "name", "value", "symbol"])
    table["value"] = table["value"].astype("float64")
    _all_there(table, indicators)
    unknown = sorted(set(table["symbol"]) - set(SIGNS) - {""})
    if unknown:
        raise SourceError(f"Kolada: the status {unknown[0]!r} is not explained in SIGNS of "
                          "analysis/catalog.py; nothing was changed, look up what it means")
    status = table["symbol"].map({**SIGNS, "": "published"})
    table["status"] = status.mask((status == "published") & table["value"].isna(), "unavailable")
    return table.sort_values(["name", "code", "year"], ignore_index=True)


def _totals(found: Iterator[dict[str, Any]], part: Indicator,
            ) -> list[tuple[str, int, str, float | None, str]]:
    """The totals of the municipalities among the rows of Kolada."""
    known, rows = regions.municipalities(), []
    for row in found:
        try:
            code, year, values = row["municipality"], int(row["period"]), row["values"]
            totals = [value for value in values if value["gender"] == "T"]
            if code in known and totals:
                rows.append((code, year, part.name, totals[0]["value"],
                             str(totals[0].get("status") or "")))
        except (KeyError, TypeError, ValueError) as error:
            raise SourceError(f"Kolada {part.kpi}: a row has another form ({error!r}); nothing "
                              "was changed, the API may have a new version") from error
    return rows


def _all_there(table: pd.DataFrame, indicators: tuple[Indicator, ...]) -> None:
    known = regions.municipalities()
    faults = []
    for part in indicators:
        there = set(table.loc[table["name"] == part.name, "code"])
        gone = [f"{code} {known[code].name}" for code in known if code not in there]
        if gone:
            faults.append(f"Kolada {part.kpi}: {len(gone)} municipalities are missing: "
                          f"{', '.join(gone[:8])}; nothing was changed, try again later")
    raise_faults(SourceError, faults)


def fetch_peers(client: Client, words: tuple[tuple[str, str], ...]) -> pd.DataFrame:
    """RKA's similar municipalities: kind, code, peer_code, year; the latest year of each group.

    Raises SourceError unless every municipality has a group of each kind.
    """
    names = {found.name: code for code, found in regions.municipalities().items()}
    kinds, rows = dict(words), []
    for group in pages(client, "/municipality_groups", "Kolada's groups",
                       title="Liknande kommuner"):
        parsed = _GROUP.fullmatch(str(group.get("title", "")))
        if parsed is None or parsed["word"] not in kinds or parsed["name"] not in names:
            continue
        rows += [(kinds[parsed["word"]], names[parsed["name"]], _member(member),
                  int(parsed["year"])) for member in group.get("members", ())]
    table = pd.DataFrame(rows, columns=["kind", "code", "peer_code", "year"])
    latest = table.groupby(["kind", "code"])["year"].transform("max")
    table = table[(table["year"] == latest) & (table["peer_code"] != table["code"])]
    faults = [f"Kolada has groups of kind {word!r} for {count} municipalities, not 290; nothing "
              "was changed, the titles of its groups may have changed"
              for word, kind in words
              if (count := table.loc[table["kind"] == kind, "code"].nunique()) != len(names)]
    raise_faults(SourceError, faults)
    return table.sort_values(["kind", "code", "peer_code"], ignore_index=True)


def _member(member: Any) -> str:
    """Code of a member, which Kolada gives as an object."""
    code = member.get("member_id") or member.get("id") if isinstance(member, dict) else member
    return str(code)
