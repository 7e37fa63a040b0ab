"""Reads a workbook that a person filled in, with the habits of Excel and of those who use it.

Terms
-----
place: file, sheet, row and column of a cell, in the words of somebody who has the file open.
record: one row under the headings of a table, with the row's number.
reading: what a cell is taken for: text, number, municipality code or day. Decimal comma, spaces
    between thousands, a code without its zero and a date as ISO text have one meaning and are
    read. Whatever has two is a fault that says how to write it: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from analysis import hints
from analysis.errors import InputError

_MOST_BYTES = 20_000_000
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_BLANKS = str.maketrans("", "", " \u00a0\u202f\u2009\t")
_NUMBER = re.compile(r"[-+\u2212]?\d+(,\d+)?")
_FIRST_DAY = date(1899, 12, 30)  # day 0 of Excel, as it counts from March 1900 on
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True)
class Record:
    """Cells of one row by heading; a blank cell, or one of blanks only, is None."""

    sheet: Sheet
    row: int
    cells: Mapping[str, Any]

    def place(self, column: str) -> str:
        """Where a cell stands: `0381.xlsx sheet 'Uppgifter' row 5, column 'Bas'`."""
        return f"{self.sheet.place} row {self.row}, column {column!r}"


@dataclass(frozen=True)
class Sheet:
    """One sheet: rows of values with their numbers, and its merged ranges such as `B4:C4`."""

    file: str
    name: str
    rows: tuple[tuple[int, tuple[Any, ...]], ...] = field(repr=False)
    merged: tuple[tuple[int, int, str], ...] = ()  # first row, last row, range

    @property
    def place(self) -> str:
        """File and sheet, as a fault names them."""
        return f"{self.file} sheet {self.name!r}"


@dataclass(frozen=True)
class Workbook:
    """The sheets of a file, in its order."""

    file: str
    sheets: tuple[Sheet, ...]

    def sheet(self, name: str) -> Sheet:
        """The sheet `name`, whatever its case and blanks; InputError that lists those there are."""
        for sheet in self.sheets:
            if sheet.name.strip().casefold() == name.casefold():
                return sheet
        there = [sheet.name for sheet in self.sheets]
        near = hints.nearest(name, there)
        was = f"has {near!r} been renamed? " if near else ""
        raise InputError(
            f"{self.file}: the sheet {name!r} is missing; {was}"
            f"name it {name!r} again (there are {', '.join(map(repr, there))})"
        )


def read_workbook(path: Path, *, name: str = "") -> Workbook:
    """The values of an .xlsx file; formulas as the numbers that Excel computed last.

    `name` is what faults call the file. Raises InputError for a file that is no workbook (a CSV,
    an old or protected Excel file), and for cells whose formula has no number.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    file = name or path.name
    _refuse_other_files(path, file)
    try:
        values = openpyxl.load_workbook(path, data_only=True)
        formulas = openpyxl.load_workbook(path)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise InputError(
            f"{file}: cannot be read as a workbook ({error}); open it in Excel and save it as .xlsx"
        ) from error
    sheets, faults = [], []
    for sheet in values.worksheets:
        faults += _formula_faults(file, sheet, formulas[sheet.title])
        rows = tuple(
            (number, tuple(map(_plain, cells)))
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1)
        )
        merged = tuple(
            (area.min_row, area.max_row, area.coord) for area in sheet.merged_cells.ranges
        )
        sheets.append(Sheet(file, sheet.title, rows, merged))
    if faults:
        raise InputError(*faults)
    return Workbook(file, tuple(sheets))


def _refuse_other_files(path: Path, file: str) -> None:
    try:
        with path.open("rb") as content:
            start = content.read(4)
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); restore it") from error
    if path.stat().st_size > _MOST_BYTES:
        raise InputError(
            f"{file}: is larger than {_MOST_BYTES // 1_000_000} MB; take pictures out of it"
        )
    if start == _OLD_EXCEL:
        raise InputError(
            f"{file}: is an old Excel file, or protected by a password; save it as "
            ".xlsx without a password"
        )
    if start[:2] != b"PK":
        raise InputError(
            f"{file}: is a text file, not a workbook; open it in Excel, choose Save "
            "as and the type Excel workbook (.xlsx)"
        )


def _formula_faults(file: str, values: Any, formulas: Any) -> list[str]:
    """Formulas that nobody has computed, and those that came to an error."""
    faults = []
    for row in formulas.iter_rows():
        for cell in row:
            computed = values.cell(cell.row, cell.column).value
            broken = isinstance(computed, str) and re.fullmatch(r"#[A-ZÅÄÖ0-9/?!]+", computed)
            if broken or (cell.data_type == "f" and computed is None):
                what = (
                    f"the formula gives {computed}"
                    if broken
                    else ("the formula has not been computed")
                )
                faults.append(
                    f"{file} sheet {values.title!r} row {cell.row}, column "
                    f"{cell.column_letter}: {what}; write the number instead"
                )
    return faults


def _plain(value: Any) -> Any:
    """A value without blanks around it; nothing but blanks is None, a whole float an int."""
    if isinstance(value, str):
        return value.replace("\u00a0", " ").strip() or None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.date() if isinstance(value, datetime) else value


def records(sheet: Sheet, columns: Sequence[str]) -> tuple[list[Record], list[str]]:
    """The rows below the headings `columns`, and the faults of the table's shape.

    Titles may stand above the headings and columns of one's own to the right; headings may stand
    in any order. Faults: a missing or repeated heading, and merged cells from the headings on.
    """
    top = next(
        (
            place
            for place, (_, cells) in enumerate(sheet.rows)
            if len(_same(cells, columns)) * 2 > len(columns)
        ),
        None,
    )
    if top is None:
        return [], [
            f"{sheet.place}: the headings {', '.join(columns)} are missing; copy them "
            "from a new form"
        ]
    row, cells = sheet.rows[top]
    headings = [str(cell or "") for cell in cells]
    found = _same(cells, columns)
    faults = [
        f"{sheet.place} row {row}: the heading {name!r} is missing; "
        f"{_renamed(name, headings, columns)}"
        for name in columns
        if name not in found
    ]
    faults += [
        f"{sheet.place} row {row}: the heading {name!r} stands there twice; remove one"
        for name in columns
        if [h.casefold() for h in headings].count(name.casefold()) > 1
    ]
    faults += [
        f"{sheet.place}: the cells {area} are merged; split them and fill in each"
        for first, last, area in sheet.merged
        if last >= row
    ]
    kept = []
    for number, values in sheet.rows[top + 1 :]:
        chosen = {name: values[place] for name, place in found.items()}
        if any(value is not None for value in chosen.values()):
            kept.append(Record(sheet, number, chosen))
    return kept, faults


def _same(cells: Sequence[Any], columns: Sequence[str]) -> dict[str, int]:
    """Place of each of `columns` among the cells of a row, whatever the case."""
    texts = [str(cell or "").casefold() for cell in cells]
    return {name: texts.index(name.casefold()) for name in columns if name.casefold() in texts}


def _renamed(name: str, headings: Sequence[str], columns: Sequence[str]) -> str:
    known = {column.casefold() for column in columns}
    near = hints.nearest(name, [h for h in headings if h and h.casefold() not in known])
    return f"has {near!r} been renamed? write {name!r}" if near else "write it again"


def text(value: Any) -> str:
    """A cell as text; "" when blank. A whole number stays whole: 2026, not 2026.0.

    >>> text("Eget system "), text(2026), text(None)
    ('Eget system', '2026', '')
    """
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def number(value: Any) -> float | None:
    """A cell as a number, None when blank; raises ValueError that says how to write it.

    >>> number("1 234,5"), number("12 345"), number(None), number(4)
    (1234.5, 12345.0, None, 4.0)
    >>> number("1.234")
    Traceback (most recent call last):
        ...
    ValueError: '1.234' may be 1234 or 1,234; write 1234, or 1,2 with a decimal comma
    """
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, date):
        raise ValueError(
            f"{value.isoformat()} is a date; set the cell's format to number and "
            "write the number anew"
        )
    plain = str(value).translate(_BLANKS)
    two = re.fullmatch(r"(\d{1,3})[.,](\d{3})", plain)
    if two and plain[0] != "0":
        raise ValueError(
            f"{value!r} may be {two[1]}{two[2]} or {two[1]},{two[2]}; write "
            f"{two[1]}{two[2]}, or {two[1]},{two[2][0]} with a decimal comma"
        )
    if re.fullmatch(r"-?\d+\.\d+", plain):
        return float(plain)
    if not _NUMBER.fullmatch(plain):
        raise ValueError(
            f"{value!r} is no number; write digits only, and leave the cell empty "
            "where nothing is known"
        )
    return float(plain.replace(",", ".").replace("\u2212", "-"))


def code(value: Any, valid: Collection[str]) -> str:
    """A cell as a municipality code of four digits; Excel drops the zero of 0381.

    >>> code(381, ["0381", "1980"]), code(" 1980 ", ["0381", "1980"])
    ('0381', '1980')
    >>> code("Enköping", {"0381": "Enköping"})
    Traceback (most recent call last):
        ...
    ValueError: 'Enköping' is no municipality code; write 0381
    """
    plain = text(value)
    found = plain.zfill(4) if plain.isdigit() else plain
    if found in valid:
        return found
    names = valid if isinstance(valid, Mapping) else {}
    meant = [key for key, name in names.items() if name.casefold() == plain.casefold()]
    raise ValueError(
        f"{plain!r} is no municipality code; write "
        f"{meant[0] if meant else 'four digits such as 0381'}"
    )


def day(value: Any) -> str:
    """A cell as a date YYYY, YYYY-MM or YYYY-MM-DD, "" when blank; ValueError for other texts.

    >>> from datetime import date
    >>> day(date(2026, 3, 1)), day("2026-03"), day(2026), day(None)
    ('2026-03-01', '2026-03', '2026', '')
    >>> day(date(1905, 7, 18))
    Traceback (most recent call last):
        ...
    ValueError: '1905-07-18' is what Excel makes of 2026 in a cell for dates; set the cell's ...
    >>> day("1/3 2026")
    Traceback (most recent call last):
        ...
    ValueError: '1/3 2026' is no date; write it as 2026-03-31, 2026-03 or 2026
    """
    plain = text(value)
    if not plain:
        return ""
    year = _year_as_day(plain)
    if year:
        raise ValueError(
            f"{plain!r} is what Excel makes of {year} in a cell for dates; set the "
            f"cell's format to text and write {year} anew"
        )
    try:
        if not _DAY.fullmatch(plain) or not 1900 <= int(plain[:4]) <= 2100:
            raise ValueError
        date.fromisoformat(f"{plain}-01-01"[:10] if len(plain) < 7 else f"{plain}-01"[:10])
    except ValueError:
        raise ValueError(f"{plain!r} is no date; write it as 2026-03-31, 2026-03 or 2026") from None
    return plain


def _year_as_day(plain: str) -> int:
    """The year that Excel shows as the day `plain`, because it counts days from 1900; else 0."""
    if not re.fullmatch(r"190[45]-\d{2}-\d{2}", plain):
        return 0
    counted = (date.fromisoformat(plain) - _FIRST_DAY).days
    return counted if 1900 <= counted <= 2100 else 0
