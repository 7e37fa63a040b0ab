"""Reads the inventory of shared services, CSV tables that a person edits.

What the tables hold is told in `analysis.arrangements`, what is a fault in them in
`analysis.inventory_check`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import arrangements, inventory_check, paths, reads, regions, textfiles
from analysis.arrangements import COLUMNS, Inventory
from analysis.errors import DataError, InputError, NotFetchedError, raise_faults
from analysis.loaders import tables

_SPANS = ("names", "coverage", "memberships")  # with `from` and `to`
_DATES = ("events", "alone", "figures", "searched", "context")  # with `date`
_FACTS = ("events", "alone", "figures")  # that tell of a day on which something was so


def _table_of(
    file: str, content: bytes | None, columns: tuple[str, ...]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Table of text with `line`, and the faults of its shape: columns, cells, encoding."""
    if content is None:
        return _empty(columns), (f"{file} is missing; restore it in the inventory's folder",)
    try:
        rows = textfiles.rows_of(textfiles.decode(content, file), file, columns)
    except InputError as error:
        return _empty(columns), error.faults
    cells = [[*cells, str(line)] for line, cells in rows.records]
    table = pd.DataFrame(cells, columns=[*columns, "line"], dtype="str")
    return table.astype({"line": "int64"}), ()


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=[*columns, "line"], dtype="str").astype({"line": "int64"})


def inventory_from(tables: Mapping[str, pd.DataFrame]) -> Inventory:
    """Inventory from tables of text by name (see `COLUMNS`); absent tables are empty.

    Adds `line` where it is missing (as if the table were a CSV with a header) and the days.

    >>> inventory_from({}).events.empty
    True
    """
    ready = {}
    for name, columns in COLUMNS.items():
        table = tables.get(name, _empty(columns)).copy()
        if "line" not in table:
            table["line"] = range(2, len(table) + 2)
        if name in (*_SPANS, *_DATES):
            start, end = ("from", "to") if name in _SPANS else ("date", "date")
            table["first"] = _days(table[start], arrangements.earliest)
            table["last"] = _days(table[end], arrangements.latest)
        ready[name] = table
    begins = pd.concat([ready[name]["first"] for name in _FACTS]).min()
    return Inventory(**ready, begins=begins)


def _days(column: pd.Series, reading: Callable[[str], date | None]) -> pd.Series:
    """Column of days, NaT for blank and for what is no date (`inventory_check` reports those)."""

    def read(text: str) -> Any:
        try:
            return reading(text) or pd.NaT
        except ValueError:
            return pd.NaT

    return pd.Series([read(text) for text in column], index=column.index, dtype="datetime64[ns]")


@reads.door
def read_inventory(path: Path) -> Inventory:
    """Inventory in the folder `path`, with its shape but not its content checked.

    Raises DataError that lists every missing file, wrong header and row of another width.

    >>> read_inventory(inventory_path()).areas.empty
    False
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
def _errors_of(
    contents: tuple[bytes | None, ...], codes: tuple[tuple[str, str], ...]
) -> tuple[str, ...]:
    found = inventory_check.check_inventory(_inventory_of(contents), codes=dict(codes))
    return tuple(str(finding) for finding in found if finding.level == "error")


def _copy(inventory: Inventory) -> Inventory:
    """Whoever changes a table changes his own."""
    own: dict[str, Any] = {
        name: table.copy(deep=False) for name, table in inventory.tables().items()
    }
    return replace(inventory, **own)


def inventory_path() -> Path:
    """The folder of the shipped inventory."""
    return paths.data_path("services")


def known_codes() -> dict[str, str]:
    """Names of all municipalities by code."""
    return {code: entry.name for code, entry in regions.municipalities().items()}


@reads.door
def load_inventory(
    path: Path | None = None, *, codes: Mapping[str, str] | None = None
) -> Inventory:
    """Checked inventory in the folder `path` (one CSV per table of `COLUMNS`), or the shipped one.

    `codes` maps the valid municipality codes to names; by default all municipalities.

    Raises
    ------
    DataError
        Lists every error as "file row N, column X: ..." with its remedy.

    >>> inventory = load_inventory()
    >>> inventory.forms["key"].iloc[0]
    'kommunalforbund'
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
