"""Own figures as offices save them: an Excel file, a CSV or a frame becomes values by code and year.

Terms
-----
grid: rows of cells with the numbers that the file itself has; titles may stand above the headings.
heading: the row that names the columns asked for; what stands above it is no data.
missing: a blank cell, `-`, `–`, `..`, `…` and the like: not known, never zero.
left out: rows that are no municipality's: the nation, a county, a footnote. They are reported.

Whatever else is no municipality, stands twice or is no number is a fault; all faults come together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import hints, placenames, regions, textfiles, workbooks
from analysis.citable import Source
from analysis.errors import InputError, raise_faults

CODE_HEADINGS = ("kod", "kommunkod", "code", "lkod", "kommun", "kommunnamn", "region")
YEAR_HEADINGS = ("år", "year")
_MISSING = {"", "-", "–", "—", "−", ".", "..", "...", "…", "x", "na", "n/a", "nan", "saknas"}
_NATION = {*placenames.NATION, "0", "00 riket", "samtliga kommuner", "totalt", "total", "summa"}
_PERCENT = re.compile(r"[-−–]?[\d\s.,]+%")
MOST = 20  # faults of a kind that are told one by one


@dataclass(frozen=True)
class Grid:
    """Rows of cells; `place` is what faults call the file or sheet."""

    place: str
    rows: tuple[tuple[int, tuple[Any, ...]], ...]

    def at(self, row: int) -> str:
        """Where a row stands."""
        return f"{self.place} row {row}"


@dataclass(frozen=True)
class Intake:
    """What was read, and what was not: `left_out` tells each row that is no municipality's."""

    place: str
    rows: int
    missing: int
    left_out: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.place}: {self.rows} rows read, {self.missing} values missing"]
        return "\n".join([*lines, *(f"left out: {line}" for line in self.left_out)])


@dataclass(frozen=True)
class Asked:
    """Which columns and rows are asked for; `value` is empty where each year has a column."""

    columns: tuple[str, ...]  # of places: one, or home and work
    value: str
    year: str | int | None
    where: Mapping[str, str]
    skip: tuple[str, ...]


def read(
    given: Path | str | pd.DataFrame | pd.Series, asked: Asked, *, source: Source, unit: str
) -> tuple[pd.Series, Intake]:
    """Values by municipality (or by home and work) and year, and what was left out.

    Rows that name no year are of that of `asked`, else of the year of the date of the source.
    Raises InputError with every fault.
    """
    raise_faults(InputError, _unnamed(source, unit))
    year = asked.year if isinstance(asked.year, int) else None
    if year is None and source.date:
        year = int(source.date[:4])
    found = grids(given)
    if unit.strip().startswith(("procent", "%")):
        found = [_without_percent(grid) for grid in found]
    table = _table_of(found, asked)
    if year is None and table.year is None and any(named is None for _, named in table.values):
        raise InputError(
            "of which year are the figures? give year=2024, year='…' for the column that tells, "
            "or the date of the source"
        )
    return _values_of(table, asked, year=year)


def _unnamed(source: object, unit: str) -> list[str]:
    faults = []
    if not isinstance(source, Source):
        faults.append(
            f"{source!r} is no source; write source=analysis.Source(publisher, title, date, "
            "licence)"
        )
    if not unit.strip():
        faults.append("unit is empty; write what is counted, such as 'företag' or 'procent'")
    return faults


def _without_percent(grid: Grid) -> Grid:
    """The grid with `12,5 %` as 12,5: the unit says per cent already."""
    rows = (
        (row, tuple(cell.rstrip("% \xa0") if _is_percent(cell) else cell for cell in cells))
        for row, cells in grid.rows
    )
    return Grid(grid.place, tuple(rows))


def _is_percent(cell: Any) -> bool:
    return isinstance(cell, str) and bool(_PERCENT.fullmatch(cell.strip()))


# --- from a file to grids -------------------------------------------------------------------------


def grids(given: Path | str | pd.DataFrame | pd.Series) -> list[Grid]:
    """The grids that `given` may be read as: its sheets, or its text by each separator."""
    if isinstance(given, pd.Series):
        given = given.to_frame(given.name or "value")
    if isinstance(given, pd.DataFrame):
        return [_of_frame(given)]
    path = Path(given)
    if not path.is_file():
        raise InputError(f"{str(given)!r} is no file; name a CSV or an Excel file (.xlsx)")
    if path.suffix.casefold() in (".xlsx", ".xlsm"):
        return [Grid(sheet.place, sheet.rows) for sheet in workbooks.read_workbook(path).sheets]
    if path.suffix.casefold() == ".xls":
        raise InputError(f"{path.name}: is an old Excel file; save it as .xlsx")
    return list(_of_text(textfiles.read_text(path), path.name))


def _of_frame(frame: pd.DataFrame) -> Grid:
    plain = isinstance(frame.index, pd.RangeIndex) and frame.index.name is None
    whole = frame if plain else frame.reset_index()
    rows = [tuple(map(str, whole.columns)), *whole.itertuples(index=False, name=None)]
    return Grid("the frame", tuple(enumerate(rows)))


def _of_text(text: str, file: str) -> Iterator[Grid]:
    """The text by each separator; one that breaks its quotes is passed over, unless it is usual."""
    usual = max(textfiles.SEPARATORS, key=text.count)
    for sign in textfiles.SEPARATORS:
        try:
            rows = textfiles.records(text, file, sign)
        except InputError:
            if sign == usual:
                raise
            continue
        yield Grid(file, tuple((row, tuple(cells)) for row, cells in rows))


# --- the heading ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """The rows below the heading of a grid, with the places of the columns."""

    grid: Grid
    columns: tuple[int, ...]  # of the municipalities
    values: tuple[tuple[int, int | None], ...]  # column, and its year where the heading is one
    year: int | None  # column
    where: tuple[tuple[int, str], ...]
    heading: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Any, ...]], ...]


def _table_of(found: Sequence[Grid], asked: Asked) -> Table:
    """The one table among `found` that has the columns asked for.

    Raises InputError where none has, with the headings there are, or several have.
    """
    tables = [table for grid in found for table in _tables(grid, asked)][:2]
    if not tables:
        raise InputError(_no_heading(found, asked))
    if len(tables) > 1 and tables[0].grid.place != tables[1].grid.place:
        both = " and ".join(table.grid.place for table in tables)
        raise InputError(f"the columns stand in {both}; keep the sheet that is meant in a file")
    return tables[0]


def _tables(grid: Grid, asked: Asked) -> Iterator[Table]:
    for position, (_, cells) in enumerate(grid.rows):
        heading = tuple(_plain(cell) for cell in cells)
        named = {name.casefold(): place for place, name in reversed(list(enumerate(heading)))}
        columns = [_column(named, name) for name in asked.columns]
        values = _value_columns(heading, named, asked)
        where = [(named.get(name.casefold()), text) for name, text in asked.where.items()]
        if None in columns or not values or any(place is None for place, _ in where):
            continue
        year = _year_column(named, asked, values)
        if isinstance(asked.year, str) and year is None:
            continue
        yield Table(
            grid,
            tuple(place for place in columns if place is not None),
            tuple(values),
            year,
            tuple((place, text) for place, text in where if place is not None),
            heading,
            grid.rows[position + 1 :],
        )
        return


def _plain(cell: Any) -> str:
    return "" if _is_missing(cell) else " ".join(workbooks.text(cell).split())


def _column(named: Mapping[str, int], name: str) -> int | None:
    """The column `name`; with no name, the first that is called as such columns are."""
    wanted = [" ".join(name.casefold().split())] if name else CODE_HEADINGS
    return next((named[each] for each in wanted if each in named), None)


def _value_columns(
    heading: Sequence[str], named: Mapping[str, int], asked: Asked
) -> list[tuple[int, int | None]]:
    if asked.value:
        place = named.get(" ".join(asked.value.casefold().split()))
        return [] if place is None else [(place, _as_year(heading[place]))]
    found = ((place, _as_year(name)) for place, name in enumerate(heading))
    return [(place, year) for place, year in found if year is not None]


def _as_year(text: Any) -> int | None:
    plain = str(text).removesuffix(".0")
    return int(plain) if re.fullmatch(r"(19|20)\d\d", plain) else None


def _year_column(
    named: Mapping[str, int], asked: Asked, values: Sequence[tuple[int, int | None]]
) -> int | None:
    if isinstance(asked.year, str):
        return named.get(" ".join(asked.year.casefold().split()))
    if isinstance(asked.year, int) or values[0][1] is not None:
        return None
    return next((named[name] for name in YEAR_HEADINGS if name in named), None)


def _no_heading(found: Sequence[Grid], asked: Asked) -> str:
    wanted = [name for name in (*asked.columns, asked.value, *asked.where) if name]
    wanted += [asked.year] if isinstance(asked.year, str) else []
    likely = max(
        ([_plain(cell) for cell in cells] for grid in found for _, cells in grid.rows[:40]),
        key=lambda cells: (sum(name in cells for name in wanted), sum(map(bool, cells))),
        default=[],
    )
    there = [name for name in likely if name]
    missing = [hints.unknown("column", name, there) for name in wanted if name not in there]
    asks = [] if asked.columns[0] else ["name the column of the municipalities with code='…'"]
    asks += [] if asked.value else ["name the column of the figures with value='…'"]
    place = found[0].place if found else "the file"
    listed = [f"the columns are {', '.join(there)}"] if there and not missing else []
    return f"{place}: {'; '.join([*missing, *asks, *listed]) or 'has no rows'}"


# --- the rows -------------------------------------------------------------------------------------


def _values_of(table: Table, asked: Asked, *, year: int | None) -> tuple[pd.Series, Intake]:
    """Values and what was left out; `year` is that of rows which name none.

    Raises InputError with every fault.
    """
    found: dict[tuple[Any, ...], tuple[float, int]] = {}
    faults: list[str] = []
    doubled: dict[tuple[Any, ...], list[int]] = {}
    left_out: list[str] = []
    for row, cells in table.rows:
        if not any(_plain(cell) for cell in cells) or not _wanted(table, cells):
            continue
        try:
            codes = _codes(table, cells, asked)
            for key, value in _of_row(table, cells, codes, year):
                if key in found:
                    doubled.setdefault(key, [found[key][1]]).append(row)
                found[key] = (value, row)
        except _LeftOutError as reason:
            left_out.append(f"row {row}: {reason}")
        except ValueError as error:
            faults.append(f"{table.grid.at(row)}: {error}")
    faults += [_twice(table.grid, key, rows) for key, rows in doubled.items()]
    _refuse(faults, table.grid, found)
    levels = ["code"] if len(table.columns) == 1 else ["home", "work"]
    index = pd.MultiIndex.from_tuples(list(found), names=[*levels, "year"])
    series = pd.Series([value for value, _ in found.values()], index, dtype="float64").sort_index()
    return series, Intake(table.grid.place, len(found), int(series.isna().sum()), tuple(left_out))


def _refuse(faults: Sequence[str], grid: Grid, found: Mapping[Any, Any]) -> None:
    more = len(faults) - MOST
    raise_faults(
        InputError, [*faults[:MOST], *([f"and {more} more rows like these"] if more > 0 else [])]
    )
    if not found:
        raise InputError(f"{grid.place}: has no row of a municipality below its headings")


class _LeftOutError(Exception):
    """A row that is no municipality's."""


def _wanted(table: Table, cells: Sequence[Any]) -> bool:
    return all(
        _plain(_cell(cells, place)).casefold() == text.casefold() for place, text in table.where
    )


def _cell(cells: Sequence[Any], place: int) -> Any:
    return cells[place] if place < len(cells) else None


def _codes(table: Table, cells: Sequence[Any], asked: Asked) -> tuple[str, ...]:
    """The municipalities that a row is about."""
    empty = all(_is_missing(_cell(cells, place)) for place, _ in table.values)
    return tuple(_code(_plain(_cell(cells, place)), empty, asked.skip) for place in table.columns)


def _code(word: str, empty: bool, skip: Sequence[str]) -> str:
    known = regions.municipalities()
    plain = word.removesuffix(".0")
    if word.casefold() in {each.casefold() for each in skip}:
        raise _LeftOutError(f"{word!r}, as asked")
    if word.casefold() in _NATION:
        raise _LeftOutError(f"{word!r} is the nation or a sum")
    padded = plain.zfill(4) if plain.isdigit() and len(plain) == 3 else plain
    code = placenames.code_of(padded, known)
    if code is not None:
        return code
    if _is_county(plain):
        raise _LeftOutError(f"{word!r} is a county")
    if empty:
        raise _LeftOutError(f"{word[:40]!r} has no figure")
    hint = placenames.hint(padded, known)
    raise ValueError(
        f"{word!r} is no municipality{hint or '; write its code or name'}; "
        f"or leave it out with skip=[{word!r}]"
    )


def _is_county(word: str) -> bool:
    plain = word.zfill(2) if word.isdigit() and len(word) < 3 else word
    plain = re.sub(r"^\d\d (?=.* län$)", "", plain)
    found = placenames.meanings(plain, regions.municipalities())
    return any(meaning.kind == "county" for meaning in found)


def _of_row(
    table: Table, cells: Sequence[Any], codes: tuple[str, ...], year: int | None
) -> Iterator[tuple[tuple[Any, ...], float]]:
    """Key (codes and year) and value of each figure of a row."""
    for place, named in table.values:
        when = named
        if table.year is not None:
            when = _as_year(_plain(_cell(cells, table.year)))
            if when is None:
                said = _plain(_cell(cells, table.year))
                raise ValueError(f"{said!r} is no year; write four digits, such as 2024")
        yield (*codes, when or year), _number(_cell(cells, place), table.heading[place])


def _is_missing(cell: Any) -> bool:
    if cell is None or (not isinstance(cell, str) and pd.isna(cell)):
        return True
    return isinstance(cell, str) and " ".join(cell.split()).casefold() in _MISSING


def _number(cell: Any, heading: str) -> float:
    if _is_missing(cell):
        return float("nan")
    try:
        value = workbooks.number(cell.item() if hasattr(cell, "item") else cell)
    except ValueError as error:
        raise ValueError(f"column {heading!r}: {error}") from None
    if value is None or value in (float("inf"), float("-inf")):
        raise ValueError(f"column {heading!r}: {cell!r} is no number")
    return value


def _twice(grid: Grid, key: tuple[Any, ...], rows: Sequence[int]) -> str:
    names = " to ".join(regions.names_of(key[:-1]))
    listed = ", ".join(map(str, rows))
    return (
        f"{grid.place}: {names} {key[-1]} stands in rows {listed}; keep one, or choose rows with "
        "where={'column': 'word'}"
    )
