"""The form that each municipality fills in with its own figures: `own_figures/CODE.xlsx`.

Terms
-----
stated: a figure that the municipality itself gives, with source and date. It is a fourth kind
    beside observed, derived and modelled, is never added to published figures, and never leaves
    the investigation.
item: what is asked of each service, one of `ITEMS`; a row left without a number is unknown.
bounds: low, base and high; a row with a base alone states no range, so all three are the base.
contract: a system or an agreement with the day on which it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import hints, workbooks
from analysis.errors import InputError
from analysis.investigation import texts
from analysis.regions import municipalities
from analysis.workbooks import Record

FOLDER = "own_figures"
ABOUT, FIGURES, CONTRACTS = "Läs först", "Uppgifter", "System och avtal"
SERVICE, ITEM, UNIT, LOW, BASE, HIGH = "Tjänst", "Uppgift", "Enhet", "Lägst", "Bas", "Högst"
YEAR, SOURCE, DATE, NOTE = "År", "Källa", "Datum", "Kommentar"
NAME, ENDS, NOTICE = "System eller avtal", "Slutar", "Uppsägning, månader"
FIGURE_COLUMNS = (SERVICE, ITEM, UNIT, LOW, BASE, HIGH, YEAR, SOURCE, DATE, NOTE)
CONTRACT_COLUMNS = (SERVICE, NAME, ENDS, NOTICE, SOURCE, NOTE)
ITEMS = {
    "posts": "Helårstjänster",
    "persons": "Personer som arbetar med tjänsten",
    "cost": "Kostnad per år",
    "overhead": "varav overhead",
    "volume": "Volym per år",
}
UNITS = {"posts": "årsarbetare", "persons": "personer", "cost": "kr", "overhead": "kr"}
_KRONOR = {"kr": 1.0, "tkr": 1e3, "mkr": 1e6}
_TYPES = {
    "code": "str",
    "service": "str",
    "item": "str",
    "low": "float64",
    "base": "float64",
    "high": "float64",
    "unit": "str",
    "year": "Int64",
    "source": "str",
    "date": "str",
    "note": "str",
    "place": "str",
}
_CONTRACT_TYPES = {
    "code": "str",
    "service": "str",
    "name": "str",
    "ends": "str",
    "notice": "Int64",
    "source": "str",
    "note": "str",
    "place": "str",
}
_EMPTY_ROWS = 12  # for contracts


@dataclass(frozen=True)
class OwnFigures:
    """What the forms say: `stated` (columns of `_TYPES`) and `contracts` (`_CONTRACT_TYPES`).

    `missing` are the municipalities whose form is not there or has no number yet.
    """

    stated: pd.DataFrame
    contracts: pd.DataFrame
    missing: tuple[str, ...]

    def values(self, service: str, item: str, bound: str = "base") -> pd.Series:
        """One item of one service by municipality code; who did not state it is not in it."""
        rows = self.stated[(self.stated["service"] == service) & (self.stated["item"] == item)]
        return rows.set_index("code")[bound]


def write_form(
    path: Path, code: str, services: Mapping[str, str], volumes: Mapping[str, str], *, title: str
) -> None:
    """A new form for municipality `code`; `services` are names, `volumes` what is counted, by key.

    Raises FileExistsError when the file is there: nobody's figures are overwritten.
    """
    import xlsxwriter

    if path.exists():
        raise FileExistsError(path)
    with xlsxwriter.Workbook(str(path)) as book:
        looks = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format(
                {
                    "bold": True,
                    "bg_color": "#d8e4e2",
                    "border": 1,
                    "text_wrap": True,
                    "valign": "top",
                }
            ),
            "fixed": book.add_format({"bg_color": "#eef0ec", "border": 1}),
            "open": book.add_format({"border": 1, "num_format": "#,##0.##"}),
            "words": book.add_format({"border": 1, "num_format": "@"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "text": book.add_format({"num_format": "@", "bold": True}),
        }
        _about_sheet(book.add_worksheet(ABOUT), code, title, looks)
        _figure_sheet(book.add_worksheet(FIGURES), services, volumes, looks)
        _contract_sheet(book.add_worksheet(CONTRACTS), services, looks)


_GUIDE = (
    "Fyll i det ni vet och lämna resten tomt. En tom cell betyder att uppgiften inte är känd; "
    "skriv aldrig 0 för det som är okänt.",
    "Skriv ett tal i Bas. Fyll också i Lägst och Högst om talet är osäkert. Kostnader skrivs i "
    "kronor; skriv tkr eller mkr i kolumnen Enhet om ni räknar så.",
    "Varje tal behöver år, källa (till exempel bokslut, personalsystem eller bedömning) och datum "
    "för när uppgiften togs fram, skrivet som 2026-03-31.",
    "Overhead (lokaler, ledning, IT) fördelas olika i olika kommuner. Ange i raden ”varav "
    "overhead” hur mycket av kostnaden det är, så att kommunerna kan jämföras.",
    "Skriv inga namn på personer. Där en enda person har en uppgift kan också lön eller kostnad "
    "vara en personuppgift; stäm då av med kommunens dataskyddsombud innan filen lämnas vidare.",
    "Ändra inte bladens namn eller rubrikerna, och slå inte ihop celler.",
)


def _about_sheet(sheet: Any, code: str, title: str, looks: Mapping[str, Any]) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, f"Uppgifter till utredningen {title}", looks["title"])
    sheet.write_string(2, 0, "Kommunkod")
    sheet.write_string(2, 1, code, looks["text"])
    sheet.write_string(3, 0, "Kommun")
    sheet.write_string(3, 1, municipalities()[code].name, looks["text"])
    for row, line in enumerate(_GUIDE, 5):
        sheet.write_number(row, 0, row - 4)
        sheet.write_string(row, 1, line, looks["wrap"])


def _figure_sheet(
    sheet: Any, services: Mapping[str, str], volumes: Mapping[str, str], looks: Mapping[str, Any]
) -> None:
    _headings(sheet, FIGURE_COLUMNS, (30, 34, 22, 12, 12, 12, 8, 34, 12, 40), looks["head"])
    row = 1
    for key, name in services.items():
        for item, label in ITEMS.items():
            unit = UNITS.get(item, volumes.get(key, ""))
            for column, words in enumerate((name, label, unit)):
                sheet.write_string(row, column, words, looks["fixed" if column < 2 else "words"])
            for column in (3, 4, 5, 6):
                sheet.write_blank(row, column, None, looks["open" if column < 6 else "fixed"])
            sheet.write_blank(row, 6, None, looks["words"])
            for column in (7, 8, 9):
                sheet.write_blank(row, column, None, looks["words"])
            if item in ("cost", "overhead"):
                sheet.data_validation(row, 2, row, 2, {"validate": "list", "source": list(_KRONOR)})
            row += 1
    sheet.freeze_panes(1, 2)


def _contract_sheet(sheet: Any, services: Mapping[str, str], looks: Mapping[str, Any]) -> None:
    _headings(sheet, CONTRACT_COLUMNS, (30, 40, 14, 14, 34, 40), looks["head"])
    for row in range(1, _EMPTY_ROWS + 1):
        for column in range(len(CONTRACT_COLUMNS)):
            sheet.write_blank(row, column, None, looks["words"])
    sheet.data_validation(
        1, 0, _EMPTY_ROWS, 0, {"validate": "list", "source": list(services.values())[:8]}
    )
    sheet.freeze_panes(1, 1)


def _headings(sheet: Any, names: Sequence[str], widths: Sequence[int], look: Any) -> None:
    for column, (name, width) in enumerate(zip(names, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, look)


# --- reading -------------------------------------------------------------------------------------


def read_forms(
    folder: Path, codes: Sequence[str], services: Mapping[str, str]
) -> tuple[OwnFigures, list[str]]:
    """What the forms in `folder` say of `services` (names by key), and every fault in them.

    A form that is not there is no fault: its municipality is among the missing.
    """
    faults: list[str] = []
    stated: list[dict[str, Any]] = []
    contracts: list[dict[str, Any]] = []
    for path in _form_files(folder, codes, faults):
        reader = _Form(path, services)
        stated += reader.stated
        contracts += reader.contracts
        faults += reader.faults
    faults += _contradictions(stated)
    table = pd.DataFrame(stated, columns=list(_TYPES)).astype(_TYPES)
    ends = pd.DataFrame(contracts, columns=list(_CONTRACT_TYPES)).astype(_CONTRACT_TYPES)
    given = set(table["code"])
    return OwnFigures(table, ends, tuple(code for code in codes if code not in given)), faults


def _form_files(folder: Path, codes: Sequence[str], faults: list[str]) -> Iterator[Path]:
    """The forms, in the order of their names; any other file in the folder is a fault."""
    for path in texts.files(folder, faults):
        name = f"{FOLDER}/{path.name}"
        if path.suffix.casefold() == ".csv":
            faults.append(
                f"{name}: is a CSV file in the place of a workbook; open it in Excel and "
                f"save it as {path.stem}.xlsx"
            )
        elif path.suffix.casefold() != ".xlsx" or not path.is_file():
            faults.append(f"{name}: is no .xlsx workbook; save it as one, or move it away")
        elif path.stem[:4] not in codes or path.stem[4:5].isalnum():
            faults.append(
                f"{name}: its name does not begin with the code of a municipality in the "
                f"investigation ({', '.join(codes)}); rename it"
            )
        else:
            yield path


class _Form:
    """One form: its rows and its faults, each with sheet, row and column."""

    def __init__(self, path: Path, services: Mapping[str, str]) -> None:
        self.faults: list[str] = []
        self.stated: list[dict[str, Any]] = []
        self.contracts: list[dict[str, Any]] = []
        self.services = services
        self.code = path.stem[:4]
        try:
            self.book = workbooks.read_workbook(path, name=f"{FOLDER}/{path.name}")
        except InputError as error:
            self.faults += error.faults
            return
        self._check_owner()
        for record in self._records(FIGURES, FIGURE_COLUMNS):
            self._take_figure(record)
        for record in self._records(CONTRACTS, CONTRACT_COLUMNS):
            self._take_contract(record)

    def _records(self, sheet: str, columns: Sequence[str]) -> list[Record]:
        try:
            found, faults = workbooks.records(self.book.sheet(sheet), columns)
        except InputError as error:
            found, faults = [], list(error.faults)
        self.faults += faults
        return [] if faults else found  # a table out of shape would give faults that are none

    def _check_owner(self) -> None:
        """The code inside a form is that of its file: forms are sent around and copied."""
        try:
            sheet = self.book.sheet(ABOUT)
        except InputError as error:
            self.faults += error.faults
            return
        for row, cells in sheet.rows:
            if workbooks.text(cells[0] if cells else None).casefold() == "kommunkod":
                found = self._read(
                    lambda cells=cells: workbooks.code(  # type: ignore[misc]
                        cells[1], _NAMES
                    ),
                    f"{sheet.place} row {row}, column B",
                )
                if found and found != self.code:
                    self.faults.append(
                        f"{sheet.place} row {row}, column B: is the form of {found} "
                        f"({_NAMES[found]}), the file is named {self.code}; rename "
                        "the file or correct the code"
                    )
                return
        self.faults.append(f"{sheet.place}: the row Kommunkod is missing; copy it from a new form")

    def _read(self, reading: Callable[[], Any], place: str) -> Any:
        try:
            return reading()
        except ValueError as error:
            self.faults.append(f"{place}: {error}")
            return None

    def _cell(self, record: Record, column: str, reading: Callable[[Any], Any]) -> Any:
        return self._read(lambda: reading(record.cells[column]), record.place(column))

    def _service(self, record: Record) -> str | None:
        """The key of the service that the row is about."""
        words = workbooks.text(record.cells[SERVICE])
        for key, name in self.services.items():
            if words.casefold() in (key, name.casefold()):
                return key
        names = list(self.services.values())
        self.faults.append(
            f"{record.place(SERVICE)}: {hints.unknown('service', words, names)}"
            if words
            else f"{record.place(SERVICE)}: is empty; write one of {', '.join(names)}"
        )
        return None

    def _take_figure(self, record: Record) -> None:
        bounds = {
            name: self._cell(record, column, _amount)
            for name, column in (("low", LOW), ("base", BASE), ("high", HIGH))
        }
        if all(record.cells[column] is None for column in (LOW, BASE, HIGH)):
            return  # unknown: the form's own rows are waiting for a number
        before = len(self.faults)
        service, item = self._service(record), self._item(record)
        scale, unit = self._unit(record, item or "")
        if item == "persons" and any(value and value % 1 for value in bounds.values()):
            self.faults.append(
                f"{record.place(BASE)}: persons are counted whole; write parts of full-time posts "
                f"in the row {ITEMS['posts']}"
            )
        row = {
            "code": self.code,
            "service": service,
            "item": item,
            "unit": unit,
            "year": self._needed(record, YEAR, _year),
            "note": workbooks.text(record.cells[NOTE]),
            "source": self._needed(record, SOURCE, workbooks.text),
            "date": self._needed(record, DATE, workbooks.day),
            "place": f"{record.sheet.place} row {record.row}",
            **{name: None if value is None else value * scale for name, value in bounds.items()},
        }
        self._check_bounds(record, row)
        if len(self.faults) == before and service and item and row["base"] is not None:
            self.stated.append(row)

    def _item(self, record: Record) -> str | None:
        words = workbooks.text(record.cells[ITEM])
        for key, label in ITEMS.items():
            if words.casefold() == label.casefold():
                return key
        self.faults.append(
            f"{record.place(ITEM)}: {hints.unknown('figure', words, ITEMS.values())}"
        )
        return None

    def _unit(self, record: Record, item: str) -> tuple[float, str]:
        """What a number is multiplied by, and its unit then."""
        words = workbooks.text(record.cells[UNIT])
        if item in ("cost", "overhead"):
            if words.casefold() not in _KRONOR:
                self.faults.append(
                    f"{record.place(UNIT)}: {words!r} is no unit of money; write kr, tkr or mkr"
                )
            return _KRONOR.get(words.casefold(), 1.0), "kr"
        if item in UNITS and words and words.casefold() != UNITS[item]:
            self.faults.append(
                f"{record.place(UNIT)}: {words!r} is not {UNITS[item]!r}; write "
                f"{UNITS[item]}, and count in it"
            )
        if item == "volume" and not words:
            self.faults.append(f"{record.place(UNIT)}: is empty; say what is counted")
        return 1.0, UNITS.get(item, words)

    def _needed(self, record: Record, column: str, reading: Callable[[Any], Any]) -> Any:
        if record.cells[column] is None:
            self.faults.append(
                f"{record.place(column)}: is empty where a number is given; fill it in"
            )
            return None
        return self._cell(record, column, reading)

    def _check_bounds(self, record: Record, row: dict[str, Any]) -> None:
        """Base is needed; low and high come together and lie around it."""
        if record.cells[BASE] is None:
            self.faults.append(
                f"{record.place(BASE)}: is empty; a range needs a number between its ends"
            )
            return
        if (record.cells[LOW] is None) != (record.cells[HIGH] is None):
            column = LOW if record.cells[LOW] is None else HIGH
            self.faults.append(
                f"{record.place(column)}: is empty; give both {LOW} and {HIGH}, or neither"
            )
            return
        if record.cells[LOW] is None:
            row["low"] = row["high"] = row["base"]
        low, base, high = row["low"], row["base"], row["high"]
        if None not in (low, base, high) and not low <= base <= high:
            self.faults.append(
                f"{record.place(BASE)}: {base:g} does not lie between {low:g} and "
                f"{high:g}; correct the three"
            )

    def _take_contract(self, record: Record) -> None:
        before = len(self.faults)
        row = {
            "code": self.code,
            "service": self._service(record),
            "name": self._needed_words(record, NAME),
            "ends": self._cell(record, ENDS, workbooks.day),
            "notice": self._cell(record, NOTICE, _amount),
            "source": workbooks.text(record.cells[SOURCE]),
            "note": workbooks.text(record.cells[NOTE]),
            "place": f"{record.sheet.place} row {record.row}",
        }
        if len(self.faults) == before:
            self.contracts.append(row)

    def _needed_words(self, record: Record, column: str) -> str:
        words = workbooks.text(record.cells[column])
        if not words:
            self.faults.append(f"{record.place(column)}: is empty; name the system or contract")
        return words


_NAMES = {code: entry.name for code, entry in municipalities().items()}


def _amount(value: Any) -> float | None:
    found = workbooks.number(value)
    if found is not None and found < 0:
        raise ValueError(f"{found:g} is below zero; write a positive number")
    return found


def _year(value: Any) -> int:
    words = workbooks.day(value)[:4]
    return int(words)


def _contradictions(stated: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The same figure of the same municipality twice: in one form, or in two."""
    first: dict[tuple[str, str, str], Mapping[str, Any]] = {}
    for row in stated:
        other = first.setdefault((row["code"], row["service"], row["item"]), row)
        if other is row:
            continue
        same = all(row[name] == other[name] for name in ("low", "base", "high", "year"))
        said = "repeats" if same else "contradicts"
        yield (
            f"{row['place']}: {ITEMS[row['item']]} {row['base']:g} {said} {other['base']:g} of "
            f"{other['place']}; keep one of them"
        )
