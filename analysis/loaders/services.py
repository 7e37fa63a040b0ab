"""Reads and checks the inventory of shared municipal services, CSV tables that a person edits.

Terms
-----
arrangement: a body, contract, network or declaration through which municipalities cooperate.
    `kind` service: it performs tasks; theme: it only declares areas of cooperation.
coverage: which service areas an arrangement deals with; `from` and `to` are the first and last day.
membership: a municipality in an arrangement. A blank `area` means every area of the arrangement,
    `unknown` that the source does not say which areas: such a member is listed, never counted.
event: intention, inquiry, decided, running, ended or taken-back. `running` is also evidence that
    the arrangement ran on that date; `ended` and `taken-back` carry the last day it ran. A blank
    area means every area that the arrangement covers.
basis: what the date of an event is: `stated` (the source says that it happened then), `evidence`
    (the source shows it on that date), `not-before` (an undated page, at the earliest then),
    `approximate` (the source says "about"), `undated` (no date).
partial date: YYYY, YYYY-MM or YYYY-MM-DD. It spans from its first to its last possible day, and
    something holds from the first possible day of its start to the last possible day of its end.
nature: a service is `visited` by residents, done in the `field`, or in a `back-office`. `volume` is
    what is counted of it in a year (Swedish, plural), blank where nothing fits.
claim: what one source says of a property that another source contradicts; all are kept.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis import paths, reads, regions
from analysis.errors import DataError, NotFetchedError, raise_faults
from analysis.loaders import tables

COLUMNS: dict[str, tuple[str, ...]] = {
    "sources": ("id", "publisher", "title", "url", "date", "checked", "note"),
    "forms": ("key", "name", "name_en", "legal_standing", "paragraph", "meaning"),
    "areas": ("key", "group", "name", "name_en", "kolada_cost", "nature", "volume"),
    "arrangements": ("key", "description", "legal_form", "kind", "host"),
    "names": ("arrangement", "name", "from", "to", "source"),
    "coverage": ("arrangement", "area", "from", "to", "source", "trust", "note"),
    "memberships": ("arrangement", "code", "area", "from", "to", "source", "trust", "note"),
    "events": ("arrangement", "event", "area", "date", "basis", "source", "trust", "note"),
    "claims": ("arrangement", "field", "value", "source", "trust", "note"),
}
EVENTS = ("intention", "inquiry", "decided", "running", "ended", "taken-back")
BASES = ("stated", "evidence", "not-before", "approximate", "undated")
TRUSTS = ("high", "medium", "low")
KINDS = ("service", "theme")
NATURES = ("visited", "field", "back-office")  # where the service is met; see the terms
CLAIM_FIELDS = ("legal-form", "host", "members", "name")
UNKNOWN_AREA = "unknown"
EVIDENCE_YEARS = 3  # a contract counts this long after its last evidence

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_INDICATOR = re.compile(r"[NU]\d{5}")


@dataclass(frozen=True)
class Inventory:
    """The tables of the inventory, text as edited plus `line` (its line in the CSV file).

    Dated tables carry `first` and `last` (datetime64): for events the first and last possible
    day of `date`; for the others the first day of `from` and the last day of `to`. NaT where the
    cell is blank or no date.
    """

    sources: pd.DataFrame
    forms: pd.DataFrame
    areas: pd.DataFrame
    arrangements: pd.DataFrame
    names: pd.DataFrame
    coverage: pd.DataFrame
    memberships: pd.DataFrame
    events: pd.DataFrame
    claims: pd.DataFrame
    begins: pd.Timestamp
    """First possible day of the first dated event; NaT without one. Nothing is known before it."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {name: getattr(self, name) for name in COLUMNS}


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


def earliest(text: str) -> pd.Timestamp | None:
    """First possible day of a partial date, None when blank; raises ValueError when no date."""
    return _day(text, last=False)


def latest(text: str) -> pd.Timestamp | None:
    """Last possible day of a partial date, None when blank; raises ValueError when no date."""
    return _day(text, last=True)


def _day(text: str, *, last: bool) -> pd.Timestamp | None:
    if not text:
        return None
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = match.groups()
    start = pd.Timestamp(year=int(year), month=int(month or 1), day=int(day or 1))
    if day or not last:
        return start
    return start + (pd.offsets.MonthEnd(0) if month else pd.offsets.YearEnd(0))


def _days(column: pd.Series, reading: Callable[[str], pd.Timestamp | None]) -> pd.Series:
    """Column of days, NaT for blank and for what is no date (`check_inventory` reports those)."""

    def read(text: str) -> Any:
        try:
            return reading(text) or pd.NaT
        except ValueError:
            return pd.NaT

    return pd.Series([read(text) for text in column], index=column.index, dtype="datetime64[ns]")


def _table_of(file: str, content: bytes | None, columns: tuple[str, ...],
              ) -> tuple[pd.DataFrame, list[str]]:
    """Table of text with `line`, and the faults of its shape: columns, field counts, encoding."""
    rows: list[list[str]] = []
    faults: list[str] = []
    if content is None:
        return _empty(columns), [f"{file} is missing; restore it in the inventory's folder"]
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = [cell.strip() for cell in next(reader, [])]
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) == len(header):
                    rows.append([cell.strip() for cell in cells] + [str(line)])
                else:
                    faults.append(
                        f"{file} row {line}, column {header[0] if header else '1'}: "
                        f"{len(cells)} cells where the header has {len(header)}; put text "
                        "that contains a comma in quotes"
                    )
            line = reader.line_num + 1
    except (UnicodeDecodeError, csv.Error) as error:
        return _empty(columns), [f"{file} is no CSV in UTF-8 ({error}); save it as such"]
    if header != list(columns):
        message = f"{file} row 1, column {_first_difference(header, columns)}: the header is "
        return _empty(columns), [f"{message}{','.join(header)}; it must be {','.join(columns)}"]
    table = pd.DataFrame(rows, columns=[*columns, "line"], dtype="str")
    return table.astype({"line": "int64"}), faults


def _first_difference(header: list[str], columns: tuple[str, ...]) -> str:
    wrong = [name for name in columns if name not in header]
    return (wrong or [name for name in header if name not in columns] or list(columns))[0]


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=[*columns, "line"], dtype="str").astype({"line": "int64"})


def inventory_from(tables: Mapping[str, pd.DataFrame]) -> Inventory:
    """Inventory from tables of text by name (see `COLUMNS`); absent tables are empty.

    Adds `line` where it is missing (as if the table were a CSV with a header) and the days.
    """
    ready = {}
    for name, columns in COLUMNS.items():
        table = tables.get(name, _empty(columns)).copy()
        if "line" not in table:
            table["line"] = range(2, len(table) + 2)
        if "from" in columns:
            table["first"] = _days(table["from"], earliest)
            table["last"] = _days(table["to"], latest)
        elif name == "events":
            table["first"] = _days(table["date"], earliest)
            table["last"] = _days(table["date"], latest)
        ready[name] = table
    return Inventory(**ready, begins=ready["events"]["first"].min())


@reads.door
def read_inventory(path: Path) -> Inventory:
    """Inventory in the folder `path`, with its shape but not its content checked.

    Raises
    ------
    DataError
        Lists every missing file, wrong header and row with a wrong number of cells.
    """
    return _copy(_inventory_of(_contents(path)))


def _contents(path: Path) -> tuple[bytes | None, ...]:
    """What the files of `COLUMNS` hold; None for one that is not there."""
    files = [Path(path) / f"{name}.csv" for name in COLUMNS]
    return tuple(file.read_bytes() if file.is_file() else None for file in files)


@lru_cache(maxsize=2)
def _inventory_of(contents: tuple[bytes | None, ...]) -> Inventory:
    """Made once for the same files: the chapters of a report ask for it several times."""
    tables: dict[str, pd.DataFrame] = {}
    faults: list[str] = []
    for (name, columns), content in zip(COLUMNS.items(), contents, strict=True):
        tables[name], found = _table_of(f"{name}.csv", content, columns)
        faults += found
    raise_faults(DataError, faults)
    return inventory_from(tables)


@lru_cache(maxsize=2)
def _errors_of(contents: tuple[bytes | None, ...], codes: tuple[tuple[str, str], ...],
               ) -> tuple[str, ...]:
    found = check_inventory(_inventory_of(contents), codes=dict(codes))
    return tuple(str(finding) for finding in found if finding.level == "error")


def _copy(inventory: Inventory) -> Inventory:
    """Whoever changes a table changes his own."""
    own: dict[str, Any] = {name: table.copy(deep=False)
                           for name, table in inventory.tables().items()}
    return replace(inventory, **own)


def inventory_path() -> Path:
    """The folder of the shipped inventory."""
    return paths.data_path("services")


def known_codes() -> dict[str, str]:
    """Names of all municipalities by code."""
    return {code: entry.name for code, entry in regions.municipalities().items()}


@reads.door
def load_inventory(path: Path | None = None, *, codes: Mapping[str, str] | None = None,
                   ) -> Inventory:
    """Checked inventory in the folder `path` (one CSV per table of `COLUMNS`), or the shipped one.

    `codes` maps the valid municipality codes to names; by default all municipalities.

    Raises
    ------
    DataError
        Lists every error as "file row N, column X: ..." with its remedy.

    >>> inventory = load_inventory()
    >>> list(inventory.forms["key"])[:2]
    ['kommunalforbund', 'gemensam-namnd']
    >>> len(inventory.areas) > 20
    True
    """
    contents = _contents(path or inventory_path())
    known = known_codes() if codes is None else codes
    raise_faults(DataError, list(_errors_of(contents, tuple(known.items()))))
    return _copy(_inventory_of(contents))


def load_area_costs() -> pd.DataFrame | None:
    """Cost per inhabitant of service areas (Kolada): code, year, area, cost (SEK), status.

    None when they have not been fetched (`samverkan data update area_costs`): unknown, never 0.

    >>> costs = load_area_costs()
    >>> costs is None or list(costs.columns[:3]) == ["code", "year", "area"]
    True
    """
    try:
        return tables.load("area_costs")
    except NotFetchedError:
        return None


def check_inventory(
    inventory: Inventory, *, codes: Mapping[str, str] | None = None
) -> list[Finding]:
    """Every fault and doubt in the inventory, by file and row.

    Errors: unknown code, area, arrangement, source, form, event, basis, kind or trust; missing
    cell; bad date; end before start; events out of order; host that is no member; repeated key or
    row; two arrangements that run the same area for the same municipality at equal trust.
    Warnings: overlap at different trust, evidence after an end or outside the days of the
    coverage, an arrangement without area, event or member.
    """
    found = [
        *_check_keys(inventory),
        *_check_cells(inventory, codes),
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


def _tables(inventory: Inventory) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from inventory.tables().items()


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples; typed loosely because the columns differ by table."""
    yield from table.itertuples(index=False)


def _cells(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The cells of some columns, row by row."""
    return zip(*(table[column].tolist() for column in columns), strict=True)


def _check_keys(inventory: Inventory) -> Iterator[Finding]:
    """Keys are present, of lower-case letters a-z, digits and hyphens, and never repeated."""
    for name, column in [("sources", "id"), *((n, "key") for n in ("forms", "areas"))]:
        yield from _check_key_column(name, column, getattr(inventory, name))
    yield from _check_key_column("arrangements", "key", inventory.arrangements)


def _check_key_column(name: str, column: str, table: pd.DataFrame) -> Iterator[Finding]:
    table = table.assign(again=table[column].duplicated())
    for key, line, again in _cells(table, column, "line", "again"):
        if not _KEY.fullmatch(key):
            message = f"{key!r} is no key; use a-z, 0-9 and hyphens, such as 'raddningstjanst'"
            yield _error(name, line, column, message)
        elif again:
            yield _error(name, line, column, f"{key!r} is already used; choose another key")


def _allowed(
    inventory: Inventory, codes: Mapping[str, str] | None
) -> dict[tuple[str, str], tuple[Collection[str] | None, bool]]:
    """For (table, column): the valid values (None: any text) and whether a blank is allowed."""
    sources, areas = set(inventory.sources["id"]), set(inventory.areas["key"])
    arrangements = set(inventory.arrangements["key"])
    rules: dict[tuple[str, str], tuple[Collection[str] | None, bool]] = {
        ("sources", "publisher"): (None, False),
        ("sources", "title"): (None, False),
        ("forms", "name"): (None, False),
        ("forms", "legal_standing"): (("yes", "no"), False),
        ("areas", "group"): (None, False),
        ("areas", "name"): (None, False),
        ("areas", "name_en"): (None, False),
        ("areas", "nature"): (NATURES, False),
        ("arrangements", "description"): (None, False),
        ("arrangements", "legal_form"): (set(inventory.forms["key"]), False),
        ("arrangements", "kind"): (KINDS, False),
        ("names", "name"): (None, False),
        ("coverage", "area"): (areas, False),
        ("memberships", "area"): (areas | {UNKNOWN_AREA}, True),
        ("events", "area"): (areas, True),
        ("events", "event"): (EVENTS, False),
        ("events", "basis"): (BASES, False),
        ("claims", "field"): (CLAIM_FIELDS, False),
        ("claims", "value"): (None, False),
    }
    if codes is not None:
        rules["memberships", "code"] = (codes, False)
        rules["arrangements", "host"] = (codes, True)
    for table in ("names", "coverage", "memberships", "events", "claims"):
        rules[table, "arrangement"] = (arrangements, False)
        rules[table, "source"] = (sources, False)
        if table != "names":
            rules[table, "trust"] = (TRUSTS, False)
    return rules


def _check_cells(inventory: Inventory, codes: Mapping[str, str] | None) -> Iterator[Finding]:
    for (name, column), (valid, blank) in _allowed(inventory, codes).items():
        table = getattr(inventory, name)
        for value, line in _cells(table, column, "line"):
            if not value and not blank:
                yield _error(name, line, column, _missing(column))
            elif value and valid is not None and value not in valid:
                yield _error(name, line, column, _unknown(value, column, valid))
    if codes is None:
        table = inventory.memberships
        for value, line in _cells(table, "code", "line"):
            if not re.fullmatch(r"\d{4}", value):
                message = f"{value!r} is no municipality code; write four digits such as 0381"
                yield _error("memberships", line, "code", message)
    forms = set(inventory.forms["key"])
    for value, line in _where(inventory.claims, "field", "legal-form", "value"):
        if value and value not in forms:
            yield _error("claims", line, "value", _unknown(value, "legal form", forms))
    for value, line in _where(inventory.claims, "field", "host", "value"):
        if value and codes is not None and value not in codes:
            yield _error("claims", line, "value", _unknown(value, "host", codes))
    for value, line in _cells(inventory.areas, "kolada_cost", "line"):
        if value and not _INDICATOR.fullmatch(value):
            message = f"{value!r} is no indicator of Kolada; write one such as N07009, or nothing"
            yield _error("areas", line, "kolada_cost", message)
    for value, line in _cells(inventory.sources, "url", "line"):
        if value and not value.startswith(("http://", "https://")):
            message = f"{value!r} is no web address; write https://… or leave it blank"
            yield _error("sources", line, "url", message)


def _where(table: pd.DataFrame, column: str, value: str, wanted: str) -> Iterator[tuple[str, int]]:
    part = table[table[column] == value]
    yield from _cells(part, wanted, "line")


def _missing(column: str) -> str:
    remedy = {
        "source": "name a source of sources.csv, or add one there",
        "trust": f"write one of {', '.join(TRUSTS)}",
    }
    return f"is missing; {remedy.get(column, 'fill it in')}"


def _unknown(value: str, column: str, valid: Collection[str]) -> str:
    if len(valid) <= len(BASES) + 1:
        return f"unknown {column} {value!r}; write one of {', '.join(valid)}"
    close = difflib.get_close_matches(value, list(valid), n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    where = {
        "source": "add it to sources.csv",
        "area": "add it to areas.csv",
        "arrangement": "add it to arrangements.csv",
        "code": "write a four-digit municipality code such as 0381",
        "host": "write a four-digit municipality code such as 0381",
    }
    return f"unknown {column} {value!r}; {hint}{where.get(column, 'add it to forms.csv')}"


def _check_dates(inventory: Inventory) -> Iterator[Finding]:
    """Dates that can be read, ends after starts, and a date exactly where the basis says so."""
    columns = {"sources": ("date", "checked"), "events": ("date",)}
    for name, table in _tables(inventory):
        dated = columns.get(name, ("from", "to") if "from" in table else ())
        for column in dated:
            for value, line in _cells(table, column, "line"):
                yield from _check_date(name, line, column, value)
        if "from" in table:
            wrong = table[table["first"] > table["last"]]
            for start, end, line in _cells(wrong, "from", "to", "line"):
                message = f"the end {end} is before the start {start}; swap or correct them"
                yield _error(name, line, "to", message)
    events = inventory.events
    for date, basis, line in _cells(events, "date", "basis", "line"):
        if date and basis == "undated":
            yield _error("events", line, "basis", f"undated, but the date is {date}; clear one")
        elif not date and basis in BASES and basis != "undated":
            message = f"blank, but the basis is {basis}; give the date or write undated"
            yield _error("events", line, "date", message)


def _check_date(name: str, line: int, column: str, value: str) -> Iterator[Finding]:
    try:
        earliest(value)
    except ValueError:
        message = f"{value!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD"
        yield _error(name, line, column, message)


def _check_duplicates(inventory: Inventory) -> Iterator[Finding]:
    """Rows that say the same thing twice, whatever their notes and trust."""
    keys = {
        "names": ["arrangement", "name", "from", "source"],
        "coverage": ["arrangement", "area", "from", "source"],
        "memberships": ["arrangement", "code", "area", "from", "source"],
        "events": ["arrangement", "event", "area", "date", "source"],
        "claims": ["arrangement", "field", "value", "source"],
    }
    for name, columns in keys.items():
        table = getattr(inventory, name)
        for place in table.index[table.duplicated(columns)]:
            same = (table[columns] == table.loc[place, columns]).all(axis=1)
            message = f"repeats row {table.loc[same, 'line'].iloc[0]}; delete one of them"
            yield _error(name, table.loc[place, "line"], columns[1], message)


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
    bodies = inventory.arrangements
    tables = ("coverage", "events", "memberships", "names")
    present = {name: set(getattr(inventory, name)["arrangement"]) for name in tables}
    for key, host, line in _cells(bodies, "key", "host", "line"):
        if host and (key, host) not in members:
            message = f"the host {host} is no member of {key!r}; add it to memberships.csv"
            yield _error("arrangements", line, "host", message)
        if key not in present["names"]:
            message = f"{key!r} has no name; add one to names.csv"
            yield _error("arrangements", line, "key", message)
        for name in ("coverage", "events", "memberships"):
            if key not in present[name]:
                message = f"{key!r} has no row in {name}.csv; it appears in no report until it has"
                yield _warning("arrangements", line, "key", message)


@dataclass(frozen=True)
class _Course:
    """The dated events of an arrangement for an area, those for all its areas included."""

    arrangement: str
    area: str
    cover: list[Any]  # rows of the coverage
    running: list[Any]
    ends: list[Any]
    decided: list[Any]


def _courses(inventory: Inventory) -> Iterator[_Course]:
    covers: dict[tuple[str, str], list[Any]] = {}
    for row in _rows(inventory.coverage):
        covers.setdefault((row.arrangement, row.area), []).append(row)
    events: dict[str, list[Any]] = {}
    for row in _rows(inventory.events.dropna(subset=["first", "last"])):
        events.setdefault(row.arrangement, []).append(row)
    for (key, area), cover in covers.items():
        own = [row for row in events.get(key, []) if row.area in (area, "")]
        running = [row for row in own if row.event == "running"]
        ends = [row for row in own if row.event in ("ended", "taken-back")]
        decided = [row for row in own if row.event == "decided"]
        yield _Course(key, area, cover, running, ends, decided)


def _check_order(inventory: Inventory) -> Iterator[Finding]:
    """Nothing ends before it ran, and nothing is decided after it began (unless it ended)."""
    found = (
        finding
        for course in _courses(inventory)
        for finding in [*_order_of_ends(course), *_order_of_decisions(course),
                        *_outside_coverage(course)]
    )
    yield from dict.fromkeys(found)  # an event for all areas is met once for each


def _order_of_ends(course: _Course) -> Iterator[Finding]:
    key, running = course.arrangement, course.running
    first = min(running, key=lambda row: row.first, default=None)
    for end in course.ends:
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


def _order_of_decisions(course: _Course) -> Iterator[Finding]:
    if not course.running:
        return
    first = min(course.running, key=lambda row: row.last)
    for row in course.decided:
        if row.first > first.last and not any(row.first > end.last for end in course.ends):
            message = f"decided {row.date} after {course.area!r} ran ({first.date})"
            yield _error("events", row.line, "date", f"{message}; correct one of the dates")


def _outside_coverage(course: _Course) -> Iterator[Finding]:
    """Evidence of the area itself on days on which the arrangement is said not to cover it."""
    starts, ends = [row.first for row in course.cover], [row.last for row in course.cover]
    start = None if any(map(pd.isna, starts)) else min(starts)
    end = None if any(map(pd.isna, ends)) else max(ends)
    for row in (row for row in course.running if row.area == course.area):
        early, late = start is not None and row.last < start, end is not None and row.first > end
        if early or late:
            day = f"{'before' if early else 'after'} the days of its row in coverage.csv"
            message = f"{course.arrangement!r} runs {course.area!r} {row.date}, {day}; correct one"
            yield _warning("events", row.line, "date", message)


@dataclass(frozen=True)
class _Run:
    """A municipality in a running service, from `start` to `end`, by evidence of `trust`."""

    arrangement: str
    area: str
    code: str
    start: pd.Timestamp
    end: pd.Timestamp
    trust: str
    line: int


def _check_overlaps(inventory: Inventory) -> Iterator[Finding]:
    """Two bodies that run the same area for the same municipality at the same time."""
    groups: dict[tuple[str, str], list[_Run]] = {}
    for run in _runs(inventory):
        for other in groups.setdefault((run.area, run.code), []):
            apart = other.end < run.start or run.end < other.start
            if other.arrangement == run.arrangement or apart:
                continue
            message = (
                f"{run.code} has {run.area!r} in both {other.arrangement!r} (row {other.line}) "
                f"and {run.arrangement!r}; end one membership, or lower the trust of the weaker"
            )
            report = _error if other.trust == run.trust else _warning
            yield report("memberships", run.line, "code", message)
        groups[run.area, run.code].append(run)


def _runs(inventory: Inventory) -> Iterator[_Run]:
    bodies = {row.key: row for row in _rows(inventory.arrangements)}
    legal = {row.key for row in _rows(inventory.forms) if row.legal_standing == "yes"}
    members: dict[str, list[Any]] = {}
    for row in _rows(inventory.memberships):
        members.setdefault(row.arrangement, []).append(row)
    for course in _courses(inventory):
        body = bodies.get(course.arrangement)
        if body is None or body.kind != "service" or not course.running:
            continue
        start, end = _period(course, legal=body.legal_form in legal)
        best = min((row.trust for row in course.running), key=_rank)
        for row in members.get(body.key, []):
            if row.area in (course.area, ""):
                first = start if pd.isna(row.first) else max(start, row.first)
                last = end if pd.isna(row.last) else min(end, row.last)
                trust = max(best, row.trust, key=_rank)
                if first <= last:
                    yield _Run(body.key, course.area, row.code, first, last, trust, row.line)


def _period(course: _Course, *, legal: bool) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First day, and last day known or supposed, on which the arrangement runs the area."""
    start = min(row.first for row in course.running)
    last = max(row.last for row in course.running)
    supposed = pd.Timestamp.max if legal else last + pd.DateOffset(years=EVIDENCE_YEARS)
    ends = [row.last for row in [*course.ends, *course.cover] if not pd.isna(row.last)]
    return start, min([*ends, supposed])


def _rank(trust: str) -> int:
    return TRUSTS.index(trust) if trust in TRUSTS else len(TRUSTS)
