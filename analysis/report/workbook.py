"""Every table of a report in a workbook: a sheet each, with contents and sources."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis import catalog
from analysis.errors import BuildError
from analysis.exhibits.model import TableExhibit, Value
from analysis.report.compose import Document
from analysis.report.markdown import plain
from analysis.tables import Format
from analysis.text import swedish
from analysis.text.citation import source_line
from analysis.text.formulas import Formula

# the same input must give the same bytes: no file carries the time it was made
_FIXED = datetime(
    catalog.SNAPSHOT_DATE.year, catalog.SNAPSHOT_DATE.month, catalog.SNAPSHOT_DATE.day, tzinfo=UTC
)
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_MOST = 32_767  # characters that a cell holds
# a number that is a whole cell of words: 26,8 and 7 869, but no 0381
_ALONE = re.compile(
    rf"{swedish.MINUS}?(?:0|[1-9]\d*|[1-9]\d{{0,2}}(?:{swedish.NARROW}\d{{3}})+)(?:,(\d+))?"
)
_PLAIN = str.maketrans({swedish.NARROW: None, ",": ".", swedish.MINUS: "-"})


def write_xlsx(document: Document, folder: Path) -> None:
    """`report.xlsx`: every table of the report, a sheet each, with contents and sources."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(folder / "report.xlsx"), _OPTIONS) as book:
        formats = _begun(book, f"{document.region.name}: tabeller")
        first = book.add_worksheet("Innehåll")
        sheets = [
            (_table_sheet(book, table, named, formats, position), table)
            for position, (table, named) in enumerate(document.tables(), start=1)
        ]
        _contents_sheet(first, document, sheets, formats)
        _sources_sheet(book.add_worksheet("Källor"), document, formats)


def one_table(table: TableExhibit) -> bytes:
    """A workbook with one table, as `report.xlsx` has it: for those who want no report."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {**_OPTIONS, "in_memory": True}) as book:
        _table_sheet(book, table, table.formulas, _begun(book, table.title), 1)
    return target.getvalue()


def _begun(book: Any, title: str) -> dict[str, Any]:
    """The formats of a new workbook, which gets its title and a date that stays."""
    book.set_properties(
        {"title": title, "author": "Samverkan", "created": _FIXED.replace(tzinfo=None)}
    )
    return {
        "bold": book.add_format({"bold": True}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def about(table: TableExhibit, named: tuple[Formula, ...]) -> list[str]:
    """What stands above a table: title, how its figures are known, source, notes and formulas."""
    known = {
        "modelled": ["Modellskattning: inte observerade uppgifter."],
        "stated": ["Uppgivet av kommunerna eller utredaren, inte granskat."],
    }
    return [
        plain(line)
        for line in (
            table.title,
            *known.get(table.kind, ()),
            source_line(table.sources, table.kind),
            *table.notes,
            *(f"{formula.label}: {formula.text}" for formula in named),
        )
    ]


def _contents_sheet(
    sheet: Any, document: Document, sheets: list[tuple[Any, TableExhibit]], formats: dict[str, Any]
) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, f"{document.region.name}: tabeller ur rapporten", formats["title"])
    sheet.write_string(1, 0, ", ".join(document.region.member_names))
    for row, (made, table) in enumerate(sheets, start=3):
        sheet.write_url(row, 0, f"internal:'{made.get_name()}'!A1", string=made.get_name())
        sheet.write_string(row, 1, table.title)


def _sources_sheet(sheet: Any, document: Document, formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 4, 50)
    for column, name in enumerate(("Tabell", "Källa", "Avser", "Licens", "Att tänka på")):
        sheet.write_string(0, column, name, formats["bold"])
    for row, cited in enumerate(document.sources, start=1):
        texts = (cited.title, cited.source, cited.years, cited.licence, " ".join(cited.notes))
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, formats["wrap"])


def _table_sheet(
    book: Any,
    table: TableExhibit,
    named: tuple[Formula, ...],
    formats: dict[str, Any],
    position: int,
) -> Any:
    sheet = book.add_worksheet(sheet_name(table.id, position))
    lines = about(table, named)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, formats["title"] if row == 0 else None)
    _excel_table(book, sheet, table, len(lines) + 1)
    return sheet


def _excel_table(book: Any, sheet: Any, table: TableExhibit, top: int) -> None:
    """A real Excel table with numbers as numbers; an unknown value is an empty cell."""
    headings = unique_headings([form.heading or "Namn" for form in table.columns])
    styles = {pattern: book.add_format({"num_format": pattern}) for pattern in _patterns(table)}
    sheet.add_table(
        top,
        0,
        top + max(len(table.rows), 1),
        len(table.columns) - 1,
        {
            "name": "T_" + re.sub(r"\W", "_", f"{table.id}_{sheet.index}"),
            "columns": [{"header": heading} for heading in headings],
            "style": "Table Style Light 1",
        },
    )
    for column, (heading, form) in enumerate(zip(headings, table.columns, strict=True)):
        widest = max([len(heading), *(len(str(row[column])) for row in table.rows)], default=8)
        sheet.set_column(column, column, min(max(widest + 2, 9), 60))
        for row, values in enumerate(table.rows, start=top + 1):
            value, pattern = as_number(form, values[column])
            _write_cell(sheet, row, column, value, styles.get(pattern))


def _patterns(table: TableExhibit) -> dict[str, None]:
    """The number formats that the cells of a table need, each once."""
    cells = (
        as_number(*pair) for row in table.rows for pair in zip(table.columns, row, strict=True)
    )
    return dict.fromkeys(pattern for _, pattern in cells if pattern)


def as_number(form: Format, value: Value) -> tuple[Value, str]:
    """A value of a column and its number format; a number that stands among words is one too.

    >>> as_number(Format("Värde", text=True), "26,8"), as_number(Format("Namn", text=True), "Nora")
    ((26.8, '0.0'), ('Nora', ''))
    """
    if not isinstance(value, str):
        return value, _pattern(form)
    if value == swedish.MISSING:
        return None, ""
    if form.code or (match := _ALONE.fullmatch(value)) is None:
        return value, ""
    whole = "#,##0" if swedish.NARROW in value else "0"
    decimals = f".{'0' * len(match[1])}" if match[1] else ""
    return float(value.translate(_PLAIN)), f"{whole}{decimals}"


def _write_cell(sheet: Any, row: int, column: int, value: Value, style: Any) -> None:
    """One value; raises BuildError for a text that Excel would cut."""
    if isinstance(value, bool | str):
        text = plain(str(value))
        if len(text) > _MOST:
            raise BuildError(
                f"sheet {sheet.get_name()!r}: a cell has {len(text)} characters and "
                f"Excel holds {_MOST}; shorten {text[:40]!r}…"
            )
        sheet.write_string(row, column, text)
    elif value is not None:
        sheet.write_number(row, column, value, style)


def unique_headings(headings: list[str]) -> list[str]:
    """Excel tables need distinct headings, regardless of case: a repeated one gets a number."""
    seen: dict[str, int] = {}
    found = []
    for heading in headings:
        seen[heading.casefold()] = count = seen.get(heading.casefold(), 0) + 1
        found.append(heading if count == 1 else f"{heading} {count}")
    return found


def _pattern(form: Format) -> str:
    if form.year or form.text:
        return ""
    places = "." + "0" * form.decimals if form.decimals else ""
    pattern = f"0{places}%" if form.percent else f"#,##0{places}"
    return f"+{pattern};{swedish.MINUS}{pattern};0" if form.signed else pattern


def sheet_name(table_id: str, position: int) -> str:
    """A name Excel accepts: at most 31 characters, none of []:*?/\\, distinct by its number."""
    name = re.sub(r"[\[\]:*?/\\']", "", table_id)
    return f"{position:02d} {name}"[:31]
