"""Every fault and doubt in the inventory of shared services, by file and row.

Terms
-----
finding: a fault (`error`: nothing is built) or a doubt (`warning`) at a line and column.
run: the days on which a municipality is sure to have been in a running task: from the latest
    possible start to the end, or to the last evidence. What is only supposed is no overlap.

When something runs is decided by `arrangements.standing` and its `Course`, nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from analysis import arrangements as words
from analysis import hints, textfiles
from analysis.arrangements import COLUMNS, Course, Inventory

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_INDICATOR = re.compile(rf"[NU]\d{{5}}|{words.NO_INDICATOR}")
_COUNTIES = re.compile(r"\d{2}( \d{2})*")
_NUMBER = re.compile(r"\d+")
_FEW = 12  # choices that a message lists


@dataclass(frozen=True)
class Finding:
    """A fault (`error`) or a doubt (`warning`) at a line and column of a CSV file."""

    level: Literal["error", "warning"]
    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        """Sentence for a log or an error."""
        return f"{self.file} row {self.row}, column {self.column}: {self.message}"


def check_inventory(
    inventory: Inventory, *, codes: Mapping[str, str] | None = None
) -> list[Finding]:
    """Every fault and doubt in the inventory, by file and row.

    Errors: unknown code, area, arrangement, source, form, event, basis, kind or trust; missing
    cell; bad date; end before start; events out of order; host that is no member; repeated key or
    row; two arrangements that both have evidence of running the same area for the same
    municipality at the same time, at equal trust. Warnings: such an overlap at different trust,
    evidence after an end or outside the days of the coverage, an arrangement without area, event
    or member.

    >>> from analysis.loaders.services import load_inventory
    >>> [found for found in check_inventory(load_inventory()) if found.level == "error"]
    []
    """
    found = [
        *_check_keys(inventory),
        *_check_cells(inventory, codes),
        *_check_forms_of_cells(inventory, codes),
        *_check_words(inventory),
        *_check_dates(inventory),
        *_check_duplicates(inventory),
        *_check_covered(inventory),
        *_check_bodies(inventory),
        *_check_order(inventory),
        *_check_overlaps(inventory),
    ]
    order = {name: place for place, name in enumerate(COLUMNS)}
    return sorted(found, key=lambda f: (order[f.file.removesuffix(".csv")], f.row, f.column))


def _error(table: str, row: int, column: str, message: str) -> Finding:
    return Finding("error", f"{table}.csv", int(row), column, message)


def _warning(table: str, row: int, column: str, message: str) -> Finding:
    return Finding("warning", f"{table}.csv", int(row), column, message)


def _cells(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The cells of some columns, row by row."""
    return zip(*(table[column].tolist() for column in columns), strict=True)


# --- keys and cells ------------------------------------------------------------------------------


def _check_keys(inventory: Inventory) -> Iterator[Finding]:
    """Keys are present, of lower-case letters a-z, digits and hyphens, and never repeated."""
    for name in ("sources", "forms", "areas", "arrangements"):
        table = getattr(inventory, name)
        column = COLUMNS[name][0]
        for key, line, again in _cells(
            table.assign(again=table[column].duplicated()), column, "line", "again"
        ):
            if not _KEY.fullmatch(key):
                message = f"{key!r} is no key; use a-z, 0-9 and hyphens, such as 'raddningstjanst'"
                yield _error(name, line, column, message)
            elif again:
                yield _error(name, line, column, f"{key!r} is already used; choose another key")


Rule = tuple[Collection[str] | None, bool]  # valid values (None: any text); may it be blank?


def _allowed(inventory: Inventory, codes: Mapping[str, str] | None) -> dict[tuple[str, str], Rule]:
    """What may stand in a cell, by table and column."""
    sources, areas = set(inventory.sources["id"]), set(inventory.areas["key"])
    filled = (
        ("sources", "publisher"),
        ("sources", "title"),
        ("forms", "name"),
        ("areas", "group"),
        ("areas", "name"),
        ("areas", "name_en"),
        ("names", "name"),
        ("arrangements", "description"),
        ("claims", "value"),
        ("figures", "value"),
        ("searched", "date"),
        ("searched", "where"),
        ("context", "text"),
    )
    rules: dict[tuple[str, str], Rule] = dict.fromkeys(filled, (None, False))
    rules |= {
        ("forms", "lasts"): (words.LASTS, False),
        ("areas", "nature"): (words.NATURES, False),
        ("arrangements", "legal_form"): (set(inventory.forms["key"]), False),
        ("arrangements", "kind"): (words.KINDS, False),
        ("coverage", "area"): (areas, False),
        ("memberships", "area"): (areas | {words.UNKNOWN_AREA}, True),
        ("events", "area"): (areas | {words.ALL_AREAS}, True),
        ("events", "event"): (words.EVENTS, False),
        ("alone", "area"): (areas, False),
        ("searched", "area"): (areas | {words.ALL_AREAS}, False),
        ("figures", "figure"): (words.FIGURES, False),
        ("claims", "field"): (words.CLAIM_FIELDS, False),
    }
    if codes is not None:
        for table in ("memberships", "alone", "searched"):
            rules[table, "code"] = (codes, False)
        rules["events", "code"] = (codes, True)
        rules["arrangements", "host"] = ({**codes, **words.REGIONS}, True)
    return rules | _repeated_rules(set(inventory.arrangements["key"]), sources)


def _repeated_rules(
    arrangements: Collection[str], sources: Collection[str]
) -> dict[tuple[str, str], Rule]:
    """The columns that many tables have."""
    valid = {
        "arrangement": arrangements,
        "source": sources,
        "trust": words.TRUSTS,
        "basis": words.BASES,
    }
    return {
        (table, column): (valid[column], False)
        for table, columns in COLUMNS.items()
        for column in columns
        if column in valid
    }


def _check_cells(inventory: Inventory, codes: Mapping[str, str] | None) -> Iterator[Finding]:
    for (name, column), (valid, blank) in _allowed(inventory, codes).items():
        for value, line in _cells(getattr(inventory, name), column, "line"):
            if not value and not blank:
                yield _error(name, line, column, _missing(column))
            elif value and valid is not None and value not in valid:
                yield _error(name, line, column, _unknown(value, column, valid))


def _check_forms_of_cells(
    inventory: Inventory, codes: Mapping[str, str] | None
) -> Iterator[Finding]:
    """Cells that have a form of their own: codes, addresses, indicators, numbers, claims."""
    if codes is None:
        yield from _misformed(
            inventory.memberships,
            "memberships",
            "code",
            re.compile(r"\d{4}"),
            "is no municipality code; write four digits such as 0381",
        )
    yield from _misformed(
        inventory.areas,
        "areas",
        "kolada_cost",
        _INDICATOR,
        "is no indicator of Kolada; write one such as N07009, "
        f"{words.NO_INDICATOR} after a look at its list, or nothing",
    )
    yield from _misformed(
        inventory.areas,
        "areas",
        "counties",
        _COUNTIES,
        "are no county codes; write such as 03 04 19, or nothing for all",
    )
    yield from _misformed(
        inventory.figures,
        "figures",
        "value",
        _NUMBER,
        "is no whole number; write digits only, such as 740000",
    )
    yield from _misformed(
        inventory.sources,
        "sources",
        "url",
        re.compile(r"https?://.*"),
        "is no web address; write https://… or leave it blank",
    )
    forms = set(inventory.forms["key"])
    for field, value, line in _cells(inventory.claims, "field", "value", "line"):
        if value and field == "legal-form" and value not in forms:
            yield _error("claims", line, "value", _unknown(value, "legal form", forms))
        elif value and field == "host" and codes is not None and value not in codes:
            yield _error("claims", line, "value", _unknown(value, "host", codes))
    for event, code, line in _cells(inventory.events, "event", "code", "line"):
        if code and event != "confirmed":
            yield _error(
                "events",
                line,
                "code",
                f"{code!r} stands beside {event!r}; only an "
                "answer ('confirmed') names who gave it: clear the code",
            )


def _misformed(
    table: pd.DataFrame, name: str, column: str, form: re.Pattern[str], said: str
) -> Iterator[Finding]:
    for value, line in _cells(table, column, "line"):
        if value and not form.fullmatch(value):
            yield _error(name, line, column, f"{value!r} {said}")


def _missing(column: str) -> str:
    remedy = {
        "source": "name a source of sources.csv, or add one there",
        "trust": f"write one of {', '.join(words.TRUSTS)}",
    }
    return f"is missing; {remedy.get(column, 'fill it in')}"


def _unknown(value: str, column: str, valid: Collection[str]) -> str:
    if len(valid) <= _FEW and column not in ("source", "area", "arrangement", "code", "host"):
        return f"unknown {column} {value!r}; write one of {', '.join(valid)}"
    where = {
        "source": "add it to sources.csv",
        "area": "add it to areas.csv",
        "arrangement": "add it to arrangements.csv",
        "code": "write a four-digit municipality code such as 0381",
        "host": "write a municipality code such as 0381, or a county code such as 17 for a region",
    }
    return (
        f"unknown {column} {value!r}; {hints.did_you_mean(value, valid)}"
        f"{where.get(column, 'add it to forms.csv')}"
    )


_LONGEST = 32_767  # characters that a cell of a spreadsheet holds


def _check_words(inventory: Inventory) -> Iterator[Finding]:
    """No cell acts in a sentence or a spreadsheet, and none is longer than a spreadsheet holds."""
    for name, table in inventory.tables().items():
        for column in COLUMNS[name]:
            for value, line in _cells(table, column, "line"):
                if sign := textfiles.acting(value):
                    message = f"{sign!r} would not be printed as it stands; write it otherwise"
                    yield _error(name, line, column, message)
                elif len(value) > _LONGEST:
                    message = f"has {len(value)} characters; {_LONGEST} are the most"
                    yield _error(name, line, column, message)


# --- dates and rows ------------------------------------------------------------------------------


def _check_dates(inventory: Inventory) -> Iterator[Finding]:
    """Dates that can be read, ends after starts, and a date exactly where the basis says so."""
    for name, table in inventory.tables().items():
        for column in ("date", "checked", "from", "to"):
            if column in table:
                for value, line in _cells(table, column, "line"):
                    yield from _check_date(name, line, column, value)
        if "from" in table:
            wrong = table[table["first"] > table["last"]]
            for start, end, line in _cells(wrong, "from", "to", "line"):
                message = f"the end {end} is before the start {start}; swap or correct them"
                yield _error(name, line, "to", message)
        if "basis" in table:
            yield from _check_basis(name, table)


def _check_date(name: str, line: int, column: str, value: str) -> Iterator[Finding]:
    try:
        words.earliest(value)
    except ValueError as error:
        yield _error(name, line, column, str(error))


def _check_basis(name: str, table: pd.DataFrame) -> Iterator[Finding]:
    for when, basis, line in _cells(table, "date", "basis", "line"):
        if when and basis == "undated":
            yield _error(name, line, "basis", f"undated, but the date is {when}; clear one")
        elif not when and basis in words.BASES and basis != "undated":
            message = f"blank, but the basis is {basis}; give the date or write undated"
            yield _error(name, line, "date", message)


def _check_duplicates(inventory: Inventory) -> Iterator[Finding]:
    """Rows that say the same thing twice, whatever their notes and trust."""
    said = ("to", "trust", "note", "basis", "checked")
    for name in (
        "names",
        "coverage",
        "memberships",
        "events",
        "alone",
        "figures",
        "searched",
        "claims",
        "context",
    ):
        table = getattr(inventory, name)
        columns = [column for column in COLUMNS[name] if column not in said]
        for place in table.index[table.duplicated(columns)]:
            same = (table[columns] == table.loc[place, columns]).all(axis=1)
            message = f"repeats row {table.loc[same, 'line'].iloc[0]}; delete one of them"
            yield _error(name, table.loc[place, "line"], columns[1], message)


# --- bodies and their course ---------------------------------------------------------------------


def _check_covered(inventory: Inventory) -> Iterator[Finding]:
    """Events and memberships name only areas that their arrangement covers."""
    covered = set(_cells(inventory.coverage, "arrangement", "area"))
    known = set(inventory.areas["key"])
    for name in ("events", "memberships"):
        table = getattr(inventory, name)
        for key, area, line in _cells(table, "arrangement", "area", "line"):
            if area in known and (key, area) not in covered:
                message = f"{key!r} does not cover {area!r}; add the area to coverage.csv"
                yield _error(name, line, "area", message)


def _check_bodies(inventory: Inventory) -> Iterator[Finding]:
    """Hosts are members; an arrangement has a name, and usually areas, events and members."""
    members = set(_cells(inventory.memberships, "arrangement", "code"))
    tables = ("coverage", "events", "memberships", "names")
    present = {name: set(getattr(inventory, name)["arrangement"]) for name in tables}
    for key, host, line in _cells(inventory.arrangements, "key", "host", "line"):
        if host and host not in words.REGIONS and (key, host) not in members:
            message = f"the host {host} is no member of {key!r}; add it to memberships.csv"
            yield _error("arrangements", line, "host", message)
        if key not in present["names"]:
            message = f"{key!r} has no name; add one to names.csv"
            yield _error("arrangements", line, "key", message)
        for name in ("coverage", "events", "memberships"):
            if key not in present[name]:
                message = f"{key!r} has no row in {name}.csv; it appears in no report until it has"
                yield _warning("arrangements", line, "key", message)


def _check_order(inventory: Inventory) -> Iterator[Finding]:
    """Nothing ends before it ran, and nothing is decided after it began (unless it ended)."""
    found = (
        finding
        for course in inventory.book.courses()
        for finding in [
            *_order_of_ends(course),
            *_order_of_decisions(course),
            *_outside_coverage(course),
        ]
    )
    yield from dict.fromkeys(found)  # an event for all areas is met once for each


def _order_of_ends(course: Course) -> Iterator[Finding]:
    key, running = course.arrangement, course.running
    first = min(running, key=lambda row: row.first, default=None)
    for end in (row for row in course.events if row.event in words.ENDS and row.last):
        if first is None:
            message = f"{key!r} ended {course.area!r} but never ran; add the evidence of running"
            yield _warning("events", end.line, "event", message)
        elif end.last < first.first:
            began = f"({first.date}); correct one of the dates"
            yield _error(
                "events", end.line, "date", f"{key!r} ended {end.date} before it ran {began}"
            )
        else:
            for later in (row for row in running if row.first > end.last):
                message = f"runs {later.date} after the end {end.date}: read as begun anew"
                yield _warning("events", later.line, "date", message)


def _order_of_decisions(course: Course) -> Iterator[Finding]:
    if not course.running:
        return
    first = min(course.running, key=lambda row: row.last)
    ends = course.ends()
    for row in (row for row in course.events if row.event == "decided" and row.first):
        if row.first > first.last and not any(row.first > end.day for end in ends):
            message = f"decided {row.date} after {course.area!r} ran ({first.date})"
            yield _error("events", row.line, "date", f"{message}; correct one of the dates")


def _outside_coverage(course: Course) -> Iterator[Finding]:
    """Evidence of the area itself on days on which the arrangement is said not to cover it."""
    starts, ends = [row.first for row in course.cover], [row.last for row in course.cover]
    start = None if None in starts else min(starts)
    end = None if None in ends else max(ends)
    for row in (row for row in course.running if row.area == course.area):
        early, late = start is not None and row.last < start, end is not None and row.first > end
        if early or late:
            day = f"{'before' if early else 'after'} the days of its row in coverage.csv"
            message = f"{course.arrangement!r} runs {course.area!r} {row.date}, {day}; correct one"
            yield _warning("events", row.line, "date", message)


# --- overlaps ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Run:
    """A municipality in a running task, surely from `start` to `end`, by evidence of `trust`."""

    arrangement: str
    area: str
    code: str
    start: date
    end: date
    trust: str
    line: int


def _check_overlaps(inventory: Inventory) -> Iterator[Finding]:
    """Two bodies that surely run the same area for the same municipality at the same time."""
    groups: dict[tuple[str, str], list[_Run]] = {}
    for run in _runs(inventory):
        for other in groups.setdefault((run.area, run.code), []):
            if other.arrangement == run.arrangement or not _overlap(run, other):
                continue
            message = (
                f"{run.code} has {run.area!r} in both {other.arrangement!r} (row {other.line}) "
                f"and {run.arrangement!r}; end one membership, or lower the trust of the weaker"
            )
            report = _error if other.trust == run.trust else _warning
            yield report("memberships", run.line, "code", message)
        groups[run.area, run.code].append(run)


def _overlap(one: _Run, other: _Run) -> bool:
    """More than the day on which the one hands over to the other."""
    return max(one.start, other.start) < min(one.end, other.end)


def _runs(inventory: Inventory) -> Iterator[_Run]:
    book = inventory.book
    for course in book.courses():
        if course.kind != "service":
            continue
        for start, end, rows in _sure_times(course):
            best = _best(rows)
            for row in book.members.get(course.arrangement, []):
                if row.area not in (course.area, ""):
                    continue
                first, last = max(start, row.first or start), min(end, row.last or end)
                if first <= last:
                    trust = max(best, row.trust, key=_rank)
                    yield _Run(
                        course.arrangement, course.area, row.code, first, last, trust, row.line
                    )


def _sure_times(course: Course) -> Iterator[tuple[date, date, list[Any]]]:
    """Spans from the latest day of the first evidence to the earliest day of the end or of the
    last evidence, anew after each end.
    """
    since = date.min
    ends = course.ends()
    for end in [*(end.day for end in ends), date.max]:
        rows = [row for row in course.running if since < row.last and row.first <= end]
        since = end
        if not rows:
            continue
        covered = [row.first for row in course.cover]
        start = min(row.last for row in rows)
        if covered and None not in covered:
            start = max(start, min(covered))
        last = (
            max(row.first for row in rows)
            if end == date.max
            else min(row.row.first or row.day for row in ends if row.day == end)
        )
        yield start, last, rows


def _best(rows: list[Any]) -> str:
    return min((row.trust for row in rows), key=_rank)


def _rank(trust: str) -> int:
    return words.TRUSTS.index(trust) if trust in words.TRUSTS else len(words.TRUSTS)
