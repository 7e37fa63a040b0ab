"""Writes the form of a municipality as Word and as Excel, each to print on A4 across."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analysis import whole
from analysis.errors import InputError
from analysis.inventory_desk import form as words
from analysis.inventory_desk.form import Form, Part
from analysis.text.services import lower

_SPARE = 8  # empty rows for what nobody asked about
_WIDTHS = {
    words.ID: 16,
    "Tjänst": 22,
    words.BODY: 34,
    "Tillsammans med": 28,
    "Vi tror sedan": 12,
    "Läge": 34,
    words.PARTNERS: 28,
    words.SOURCE: 30,
    words.FORM: 16,
    "Uppgift": 30,
    "Svar": 60,
}
_SPARE_IN_WORD = 4
_WIDTH = 10  # of other columns: yes, no and dates
_YES_NO = ["ja", "nej"]


def write_forms(forms: list[Form], out: Path) -> list[Path]:
    """Two files a form in the folder `out`, which must exist; returns them."""
    if not out.is_dir():
        raise InputError(f"--out {str(out)!r} is no folder; make it first")
    if fault := whole.place_fault(out):
        raise InputError(f"--out {str(out)!r}: {fault}")
    written = []
    for form in forms:
        for suffix, write in ((".docx", _word), (".xlsx", _excel)):
            path = out / f"{form.file_stem}{suffix}"
            with whole.beside(path) as new:
                write(form, new)
            written.append(path)
    return written


def _about(form: Form) -> tuple[tuple[str, str], ...]:
    return ((words.CODE, form.code), (words.DAY, ""), (words.FUNCTION, ""))


def _excel(form: Form, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        styles = {
            "told": book.add_format({"text_wrap": True, "valign": "top"}),
            "asked": book.add_format(
                {"num_format": "@", "text_wrap": True, "border": 1, "valign": "top"}
            ),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
            "title": book.add_format({"bold": True, "font_size": 14}),
        }
        first = book.add_worksheet(words.SHEET_ABOUT)
        first.set_column(0, 0, 24)
        first.set_column(1, 1, 60)
        first.write_string(0, 0, form.title, styles["title"])
        for row, (label, value) in enumerate(_about(form), 1):
            first.write_string(row, 0, label, styles["head"])
            first.write_string(row, 1, value, styles["asked"])
        first.write_string(5, 0, words.EXPLANATION)
        for part in form.parts:
            _sheet(book.add_worksheet(part.title), part, styles)


def _sheet(sheet: Any, part: Part, styles: dict[str, Any]) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(1, 2)
    last = len(part.rows) + _SPARE
    for place, column in enumerate(part.columns):
        sheet.set_column(place, place, _WIDTHS.get(column, _WIDTH))
        sheet.write_string(0, place, column, styles["head"])
        if column in (words.TRUE, words.ALONE):
            sheet.data_validation(
                1, place, last, place, {"validate": "list", "source": _YES_NO, "ignore_blank": True}
            )
    for number, row in enumerate(part.rows, 1):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, cell, styles["told"])
    for number in range(1, last + 1):
        for place in range(len(part.told), len(part.columns)):
            sheet.write_blank(number, place, None, styles["asked"])


def _word(form: Form, path: Path) -> None:
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(1.2))
    document.styles["Normal"].font.size = Pt(7.5)
    document.styles["Normal"].font.name = "Arial"
    document.styles["Normal"].paragraph_format.space_after = Pt(1)
    document.core_properties.language = "sv-SE"
    document.core_properties.title = form.title
    document.add_heading(form.title, level=1)
    document.add_paragraph(words.EXPLANATION)
    _rows(document, ("Uppgift", "Svar"), _about(form))
    for part in form.parts:
        document.add_heading(part.title, level=2)
        if part.title == words.MISSING.title:
            document.add_paragraph(
                f"Vi har ingen uppgift om {_unknown(part)}. Skriv det ni vet i "
                "tabellen, med tjänstens namn härifrån."
            )
            _rows(document, part.columns, [()] * _SPARE_IN_WORD)
        else:
            _rows(document, part.columns, [*part.rows, ()])
    document.save(str(path))


def _unknown(part: Part) -> str:
    return ", ".join(lower(row[1]) for row in part.rows) or "några andra tjänster"


def _rows(document: Any, columns: tuple[str, ...], rows: Any) -> None:
    """A table whose first row is repeated on each page, as a screen reader needs it."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement
    from docx.shared import Cm, Pt

    table = document.add_table(rows=1, cols=len(columns), style="Table Grid")
    for row in rows:
        cells = table.add_row().cells
        for place, value in enumerate(row):
            cells[place].text = value
    for cell, column in zip(table.rows[0].cells, columns, strict=True):
        cell.paragraphs[0].add_run(column).bold = True
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(head)
    table.autofit = False
    wide = [_WIDTHS.get(column, _WIDTH) for column in columns]
    for place, column in enumerate(table.columns):
        column.width = Cm(27.3 * wide[place] / sum(wide))
        for cell in column.cells:
            cell.width = column.width
    for row in table.rows[1:]:
        for run in row.cells[0].paragraphs[0].runs if columns[0] == words.ID else ():
            run.font.size = Pt(5)
