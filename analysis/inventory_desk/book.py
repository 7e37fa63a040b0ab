"""The whole inventory as one workbook, for those who live in Excel; and back.

Terms
-----
sheet: one for each table of the inventory, named like it, with its columns as headings.
reading back: the habits of Swedish Excel are understood (codes without their zero, days as dates,
    years as numbers, blanks, sorted or filtered rows, columns of one's own at the right). What has
    two meanings is a fault with sheet, row and column. A CSV of one table is read likewise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from analysis import arrangements as words
from analysis import hints, textfiles, whole, workbooks
from analysis.arrangements import COLUMNS
from analysis.errors import InputError, raise_faults
from analysis.inventory_desk.changes import Row, Tables
from analysis.loaders import services as loader

_WIDE = {
    "title": 50,
    "url": 40,
    "note": 60,
    "meaning": 60,
    "description": 60,
    "text": 80,
    "where": 60,
}
_CODES, _DAYS = ("code",), ("date", "from", "to", "checked")
_SPARE = 500  # rows below the last one that offer the same choices
_README = (
    "Inventeringen av kommunal samverkan, en flik för varje tabell.",
    "Ändra i fliken, lägg till rader sist och spara.",
    "Läs in med: samverkan services import FIL.xlsx",
    "Först visas vad som ändras; inget skrivs förrän du säger --yes.",
    "Datum: 2026-03-31, 2026-03 eller 2026. Koder: fyra siffror. Tom cell: okänt.",
    "En rad som tas bort i boken tas bort ur inventeringen bara med --remove.",
    "Inga namn på personer.",
)


def export(tables: Tables, out: Path) -> Path:
    """Write the tables as one workbook at `out`; raises InputError for a wrong place."""
    import xlsxwriter

    refuse_place(out, ".xlsx")
    settings = {"strings_to_numbers": False}
    with whole.beside(out) as new, xlsxwriter.Workbook(new, settings) as book:
        formats = {
            "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
            "head": book.add_format({"bold": True, "bottom": 1}),
        }
        about = book.add_worksheet("Läs mig")
        about.set_column(0, 0, 100)
        about.write_column(0, 0, _README)
        for name in COLUMNS:
            _sheet(book.add_worksheet(name), name, tables, formats)
    return out


def _sheet(sheet: Any, name: str, tables: Tables, formats: dict[str, Any]) -> None:
    columns, rows = COLUMNS[name], tables[name]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDE.get(column, 18), formats["text"])
        sheet.write_string(0, place, column, formats["head"])
        choices = _choices(name, column)
        if choices and sum(map(len, choices)) < 250:  # Excel takes no longer list
            sheet.data_validation(
                1,
                place,
                len(rows) + _SPARE,
                place,
                {"validate": "list", "source": choices, "ignore_blank": True},
            )
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, cell)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)


def _choices(name: str, column: str) -> list[str]:
    """The words that a column may hold, where they are few."""
    return list(
        {
            ("events", "event"): words.EVENTS,
            ("arrangements", "kind"): words.KINDS,
            ("areas", "nature"): words.NATURES,
            ("forms", "lasts"): words.LASTS,
            ("claims", "field"): words.CLAIM_FIELDS,
            ("figures", "figure"): words.FIGURES,
        }.get((name, column), {"trust": words.TRUSTS, "basis": words.BASES}.get(column, ()))
    )


def read(path: Path, before: Tables) -> dict[str, tuple[Row, ...]]:
    """The tables that the workbook or CSV `path` makes of `before`; raises InputError with all
    faults by file, sheet, row and column.

    A CSV holds one table, which its name tells (`events.csv`); the others stay as they are.
    """
    return _read_csv(path, before) if path.suffix.lower() == ".csv" else _read_book(path)


def _read_book(path: Path) -> dict[str, tuple[Row, ...]]:
    book = workbooks.read_workbook(path)
    tables: dict[str, tuple[Row, ...]] = {}
    faults: list[str] = []
    for name, columns in COLUMNS.items():
        try:
            records, found = workbooks.records(book.sheet(name), columns)
        except InputError as error:
            faults += error.faults
            continue
        faults += found
        rows, found = _rows(columns, ((record.cells, record.place) for record in records))
        tables[name], faults = rows, faults + found
    raise_faults(InputError, faults)
    return tables


def _read_csv(path: Path, before: Tables) -> dict[str, tuple[Row, ...]]:
    name = path.stem.lower()
    if name not in COLUMNS:
        raise InputError(
            f"{path.name}: {hints.unknown('table', name, COLUMNS)}; "
            "name the file after the table that it holds"
        )
    found = textfiles.read_rows(path, COLUMNS[name])
    cells = (
        (dict(zip(COLUMNS[name], values, strict=True)), _place_in(path.name, row))
        for row, values in found.records
    )
    rows, faults = _rows(COLUMNS[name], cells)
    raise_faults(InputError, faults)
    return {**before, name: rows}


def _place_in(file: str, row: int) -> Callable[[str], str]:
    return lambda column: f"{file} row {row}, column {column!r}"


def _rows(
    columns: tuple[str, ...], records: Iterator[tuple[Any, Callable[[str], str]]]
) -> tuple[tuple[Row, ...], list[str]]:
    """Each record as texts in the order of `columns`, and what could not be read."""
    rows, faults = [], []
    for cells, place in records:
        row = []
        for column in columns:
            try:
                row.append(_cell(column, cells[column]))
            except ValueError as error:
                row.append("")
                faults.append(f"{place(column)}: {error}")
        rows.append(tuple(row))
    return tuple(rows), faults


def _cell(column: str, value: Any) -> str:
    if column in _DAYS:
        return workbooks.day(value)
    plain = workbooks.text(value)
    if column in _CODES and plain:
        return workbooks.code(value, loader.known_codes())
    if column == "host" and re.fullmatch(r"\d{3}|\d", plain):  # Excel dropped a zero
        return plain.zfill(4 if len(plain) == 3 else 2)
    return plain


def refuse_place(out: Path, suffix: str) -> None:
    """Raise InputError where a file cannot be written at `out`."""
    if fault := whole.file_fault(out, suffix):
        raise InputError(f"{str(out)!r}: {fault}")
