"""Reads the forms that municipalities have filled in, in Word or Excel, and takes in what they say.

Terms
-----
answer: one filled-in form: who answered (a municipality, never a person) and on which day.
reply: one line of the form with something in its answer columns.
source: each answer becomes a source, `svar-CODE-DAY`; "confirmed" in the inventory means that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis import regions, workbooks
from analysis.errors import InputError, raise_faults
from analysis.inventory_desk import form as words

_YES, _NO = ("ja", "j", "x"), ("nej", "n")
_CONTACT = re.compile(r"@|\b0\d{1,3}[- ]\d{2,3} ?\d{2}")


@dataclass(frozen=True)
class Reply:
    """One answered line: `cells` are texts by heading, `place` tells where a cell stands."""

    part: str
    cells: Mapping[str, str]
    place: Callable[[str], str] = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """The task or service that is answered; "" where a person added a line."""
        return self.cells.get(words.ID, "")

    def says(self, column: str) -> bool | None:
        """True for yes, False for no, None for nothing; ValueError for another word."""
        value = self.cells[column].casefold().rstrip(".")
        if value in _YES or value in _NO:
            return value in _YES
        if value:
            raise ValueError(
                f"{self.place(column)}: {self.cells[column]!r} is neither ja nor nej; "
                "write one of them"
            )
        return None

    def day(self, column: str) -> str:
        """The date in a column; ValueError where it is none."""
        try:
            return workbooks.day(self.cells[column] or None)
        except ValueError as error:
            raise ValueError(f"{self.place(column)}: {error}") from None


@dataclass(frozen=True)
class Answer:
    """A filled-in form."""

    file: str
    code: str
    day: str
    function: str
    replies: tuple[Reply, ...]

    @property
    def municipality(self) -> str:
        """Name of the municipality that answered."""
        return regions.municipalities()[self.code].name

    @property
    def source(self) -> str:
        """Id of the source that the answer becomes."""
        return f"svar-{self.code}-{self.day}"


def is_form(path: Path) -> bool:
    """True for a Word file, and for a workbook with the first sheet of a form."""
    if path.suffix.lower() == ".docx":
        return True
    if path.suffix.lower() != ".xlsx":
        return False
    names = [sheet.name.strip().casefold() for sheet in workbooks.read_workbook(path).sheets]
    return words.SHEET_ABOUT.casefold() in names


def read(path: Path, *, today: str) -> Answer:
    """The answer in a form; raises InputError with each fault by file, table, row and column.

    `today` is the day on which it is read: an answer of a later day is a fault.
    """
    tables = _word_tables(path) if path.suffix.lower() == ".docx" else _excel_tables(path)
    about = tables.pop(words.SHEET_ABOUT)
    faults = [fault for part in tables.values() for fault in part[1]]
    given = {reply.cells["Uppgift"]: reply for reply in about[0]}
    code, day = _about(given, path.name, today, faults)
    replies = [reply for rows, _ in tables.values() for reply in rows if _filled(reply)]
    faults += [
        f"{reply.place(column)}: holds an address or a telephone number; name the office only"
        for reply in replies
        for column, cell in reply.cells.items()
        if _CONTACT.search(cell)
    ]
    if not replies:
        faults.append(f"{path.name}: nothing is filled in; write ja or nej under {words.TRUE}")
    raise_faults(InputError, faults)
    function = given[words.FUNCTION].cells["Svar"] if words.FUNCTION in given else ""
    return Answer(path.name, code, day, function, tuple(replies))


def _filled(reply: Reply) -> bool:
    part = next(part for part in words.PARTS if part.title == reply.part)
    return any(reply.cells.get(column) for column in part.asked)


def _about(given: Mapping[str, Reply], file: str, today: str, faults: list[str]) -> tuple[str, str]:
    """Code and day of the answer; what is wrong with them joins `faults`."""
    found = []
    known = {code: entry.name for code, entry in regions.municipalities().items()}
    readings: dict[str, Callable[[Any], str]] = {
        words.CODE: lambda text: workbooks.code(text, known),
        words.DAY: workbooks.day,
    }
    for label, reading in readings.items():
        text = given[label].cells["Svar"] if label in given else ""
        place = given[label].place("Svar") if label in given else file
        try:
            found.append(reading(text))
        except ValueError as error:
            found.append("")
            faults.append(f"{place}: {error}")
        if not text:
            faults.append(f"{place}: {label} is missing; fill it in")
    if found[1] > today:
        faults.append(f"{given[words.DAY].place('Svar')}: {found[1]} has not been yet; correct it")
    return found[0], found[1]


Parts = dict[str, tuple[list[Reply], list[str]]]


def _excel_tables(path: Path) -> Parts:
    book = workbooks.read_workbook(path)
    about = book.sheet(words.SHEET_ABOUT)
    replies = [
        Reply(
            words.SHEET_ABOUT,
            {"Uppgift": workbooks.text(cells[0]), "Svar": workbooks.text(cells[1])},
            _at(f"{about.place} row {number}"),
        )
        for number, cells in about.rows
        if len(cells) > 1
    ]
    found: Parts = {words.SHEET_ABOUT: (replies, [])}
    for part in words.PARTS:
        records, faults = workbooks.records(book.sheet(part.title), part.columns)
        found[part.title] = (
            [
                Reply(
                    part.title,
                    {name: workbooks.text(value) for name, value in record.cells.items()},
                    record.place,
                )
                for record in records
            ],
            faults,
        )
    return found


def _word_tables(path: Path) -> Parts:
    """The tables of the Word form; headings tell which is which."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError, OSError) as error:
        raise InputError(
            f"{path.name}: cannot be read as a Word file ({error}); save it as .docx"
        ) from error
    wanted = {
        ("Uppgift", "Svar"): words.SHEET_ABOUT,
        **{part.columns: part.title for part in words.PARTS},
    }
    found: Parts = {}
    for table in document.tables:
        rows = [[" ".join(cell.text.split()) for cell in row.cells] for row in table.rows]
        name = wanted.get(tuple(rows[0])) if rows else None
        if name:
            place = f"{path.name} table {name!r}"
            found[name] = (
                [
                    Reply(name, dict(zip(rows[0], row, strict=True)), _at(f"{place} row {number}"))
                    for number, row in enumerate(rows[1:], 2)
                    if any(row)
                ],
                [],
            )
    missing = [name for name in wanted.values() if name not in found]
    raise_faults(
        InputError,
        [
            f"{path.name}: the table {name!r} is missing or has other headings; "
            "copy the answers to a new form"
            for name in missing
        ],
    )
    return found


def _at(place: str) -> Callable[[str], str]:
    return lambda column: f"{place}, column {column!r}"


def answers(path: Path, *, today: str) -> Iterator[Answer]:
    """The answer in a file, or those in each form of a folder, in the order of their names."""
    if path.is_dir():
        files = sorted(
            file
            for file in path.iterdir()
            if file.suffix.lower() in (".docx", ".xlsx") and file.name[0] not in "~."
        )
        if not files:
            raise InputError(f"{path}: no form (.docx, .xlsx) lies there; name another folder")
    else:
        files = [path]
    for file in files:
        yield read(file, today=today)
