"""Write a document as HTML, PDF and XLSX; one function an export format.

Terms
-----
PDF/UA: the accessible PDF standard; WeasyPrint tags the page, the header scope is added after.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis import catalog
from analysis.errors import BuildError
from analysis.key_figures import COLUMNS
from analysis.report.compose import Document
from analysis.text.citation import source_line

# the same input must give the same bytes: no file carries the time it was made
_FIXED = datetime(catalog.SNAPSHOT_DATE.year, catalog.SNAPSHOT_DATE.month,
                  catalog.SNAPSHOT_DATE.day, tzinfo=UTC)


def write_html(document: Document, folder: Path) -> Path:
    """`report.html`: one file, no outside request."""
    from analysis.report.exporters import SamverkanHTML, render

    target = folder / "report.html"
    target.write_text(render(document, SamverkanHTML), encoding="utf-8")
    return target


def write_pdf(document: Document, folder: Path) -> Path:
    """`report.pdf`: tagged PDF/UA-1 of the same page, with bookmarks and header scopes."""
    from analysis.report.exporters import SamverkanPDF, render

    target = folder / "report.pdf"
    target.write_bytes(render(document, SamverkanPDF))
    return target


def write_xlsx(document: Document, folder: Path) -> Path:
    """`report.xlsx`: every table of the report, a sheet each, with contents and sources."""
    import xlsxwriter

    target = folder / "report.xlsx"
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(target), options) as book:
        book.set_properties({"title": f"{document.region.name}: tabeller", "author": "Samverkan",
                             "created": _FIXED.replace(tzinfo=None)})
        formats = {"bold": book.add_format({"bold": True}),
                   "title": book.add_format({"bold": True, "font_size": 14}),
                   "wrap": book.add_format({"text_wrap": True, "valign": "top"})}
        first = book.add_worksheet("Innehåll")
        sheets = [(_table_sheet(book, table, formats, position), table)
                  for position, table in enumerate(document.tables(), start=1)]
        _contents_sheet(first, document, sheets, formats)
        _sources_sheet(book.add_worksheet("Källor"), document, formats)
    return target


def _contents_sheet(sheet: Any, document: Document, sheets: list[tuple[Any, dict[str, Any]]],
                    formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, f"{document.region.name}: tabeller ur rapporten", formats["title"])
    sheet.write_string(1, 0, ", ".join(document.region.member_names))
    for row, (made, table) in enumerate(sheets, start=3):
        sheet.write_url(row, 0, f"internal:'{made.get_name()}'!A1", string=made.get_name())
        sheet.write_string(row, 1, table["title"])


def _sources_sheet(sheet: Any, document: Document, formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 4, 50)
    for column, name in enumerate(("Tabell", "Källa", "Avser", "Licens", "Att tänka på")):
        sheet.write_string(0, column, name, formats["bold"])
    for row, cited in enumerate(document.sources, start=1):
        entry = cited.entry
        texts = (entry.title, cited.vintage.source, cited.vintage.years, cited.vintage.licence,
                 " ".join(cited.notes))
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, formats["wrap"])


def _table_sheet(book: Any, table: dict[str, Any], formats: dict[str, Any], position: int) -> Any:
    sheet = book.add_worksheet(sheet_name(table["id"], position))
    lines = [table["title"], source_line(table["sources"], table["kind"]), *table["notes"]]
    if table["kind"] == "modelled":
        lines.insert(1, "Modellskattning: inte observerade uppgifter.")
    lines += [f"{formula.label}: {formula.text}" for formula in table.get("formulas", ())]
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line, formats["title"] if row == 0 else None)
    _excel_table(book, sheet, table, len(lines) + 1)
    return sheet


def _excel_table(book: Any, sheet: Any, table: dict[str, Any], top: int) -> None:
    """A real Excel table with numbers as numbers; an unknown value is an empty cell."""
    columns, rows = table["columns"], table["rows"]
    headings = unique_headings([_heading(column) for column in columns])
    styles = [_number_format(book, column) for column in columns]
    height = max(len(rows), 1)
    sheet.add_table(top, 0, top + height, len(columns) - 1, {
        "name": "T_" + re.sub(r"\W", "_", f"{table['id']}_{sheet.index}"),
        "columns": [{"header": heading} for heading in headings],
        "style": "Table Style Light 1",
    })
    for column, (heading, style) in enumerate(zip(headings, styles, strict=True)):
        widest = max([len(heading), *(len(str(row[column])) for row in rows)], default=8)
        sheet.set_column(column, column, min(max(widest + 2, 9), 60))
        for row, values in enumerate(rows, start=top + 1):
            value = values[column]
            if isinstance(value, bool | str):
                sheet.write_string(row, column, str(value))
            elif value is not None:
                sheet.write_number(row, column, value, style)


def _heading(column: dict[str, Any]) -> str:
    unit = "%" if column["percent"] else column["unit"]
    label = column["label"] or "Namn"
    return f"{label} ({unit})" if unit and unit not in label else label


def unique_headings(headings: list[str]) -> list[str]:
    """Excel tables need distinct headings, regardless of case: a repeated one gets a number."""
    seen: dict[str, int] = {}
    found = []
    for heading in headings:
        seen[heading.casefold()] = count = seen.get(heading.casefold(), 0) + 1
        found.append(heading if count == 1 else f"{heading} {count}")
    return found


def _number_format(book: Any, column: dict[str, Any]) -> Any:
    if column["year"] or column["text"]:
        return None
    places = "." + "0" * column["decimals"] if column["decimals"] else ""
    plain = f"0{places}%" if column["percent"] else f"#,##0{places}"
    return book.add_format({"num_format": f"+{plain};\u2212{plain};0" if column["signed"]
                            else plain})


def sheet_name(table_id: str, position: int) -> str:
    """A name Excel accepts: at most 31 characters, none of []:*?/\\, distinct by its number."""
    plain = re.sub(r"[\[\]:*?/\\']", "", table_id)
    return f"{position:02d} {plain}"[:31]


def write_figures(document: Document, folder: Path) -> None:
    """`figures/<id>.svg` and `.png`, with title and source inside, ready to be pasted."""
    figures = folder / "figures"
    figures.mkdir()
    for exhibit in document.of_type("figure"):
        (figures / f"{exhibit['id']}.svg").write_text(exhibit["svg"], encoding="utf-8")
        (figures / f"{exhibit['id']}.png").write_bytes(base64.b64decode(exhibit["png"]))


def write_key_figures(document: Document, folder: Path) -> Path:
    """`key_figures.json`; raises BuildError for a value that is unknown or given twice."""
    figures = [{column: row[column] for column in COLUMNS}
               for exhibit in document.of_type("key_figures") for row in exhibit["items"]]
    keys = [(row["id"], row["area"], row["year"]) for row in figures]
    repeated = [key for key, count in Counter(keys).items() if count > 1]
    unknown = [key for key, row in zip(keys, figures, strict=True) if row["value"] is None]
    if repeated or unknown:
        raise BuildError(f"key figures given twice: {repeated[:5]}; without value: {unknown[:5]}")
    target = folder / "key_figures.json"
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    target.write_text(text + "\n", encoding="utf-8")
    return target


WRITERS: dict[str, Callable[[Document, Path], Path]] = {
    "html": write_html, "pdf": write_pdf, "xlsx": write_xlsx,
}
