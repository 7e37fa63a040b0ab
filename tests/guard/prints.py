"""The printed forms of one table: the page and the workbook show what the exhibits carry."""

import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from lxml import html

from tests.guard.swedish import number, plain

Printed = tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]  # title, headings, rows


def carried(table) -> Printed:
    """A table as an exhibit carries it."""
    rows = [
        tuple(plain(column.show(value)) for column, value in zip(table.columns, row, strict=True))
        for row in table.rows
    ]
    heads = tuple(plain(column.heading) for column in table.columns)
    return plain(table.title), heads, tuple(rows)


def without_blanks(table: Printed) -> Printed:
    """A table as a workbook has it: a blank and what is unknown are both an empty cell."""
    title, heads, rows = table
    return title, heads, tuple(tuple(cell or "–" for cell in row) for row in rows)


def on_pages(folder: Path) -> tuple[list[Printed], str]:
    """The tables of report and appendix, and all their words."""
    tables, words = [], []
    for path in (folder / "report.html", folder / "appendix.html"):
        if not path.exists():  # a scenario and an investigation have no appendix
            continue
        page = html.fromstring(path.read_bytes())
        for hidden in page.xpath(".//*[@class='hidden'] | .//caption/*[@class='subtitle']"):
            hidden.drop_tree()
        words += [plain(page.text_content()), *map(plain, page.xpath("//@aria-label | //@alt"))]
        tables += [_table(table) for table in page.iterfind(".//table")]
    return tables, " ".join(words)


def lacking(folder: Path, exhibits: list) -> list[object]:
    """What the exhibits carry and page or workbook do not show, and the reverse of the workbook."""
    tables = [one if one.type == "table" else getattr(one, "table", None) for one in exhibits]
    every = {carried(table) for table in tables if table is not None}
    pages, words = on_pages(folder)
    filled = {without_blanks(table) for table in every}
    said_ = [part for one in exhibits for text in said(one) for part in text]
    return [
        *(every - set(pages)),
        *(filled ^ set(in_workbook(folder / "report.xlsx"))),
        *(part for part in said_ if part not in words),
        *text_numbers(folder / "report.xlsx"),
    ]


def _table(table) -> Printed:
    caption = re.sub(
        r"^Tabell \w+\. ", "", plain(table.findtext("caption") or _words(table, "caption"))
    )
    rows = [tuple(plain(cell.text_content()) for cell in row) for row in table.iterfind(".//tr")]
    return caption, rows[0], tuple(rows[1:])


def _words(table, tag: str) -> str:
    found = table.find(tag)
    return "" if found is None else found.text_content()


def in_workbook(path: Path) -> list[Printed]:
    """The tables of the workbook, its numbers written as their formats say."""
    found = []
    for sheet in openpyxl.load_workbook(path).worksheets:
        for table in sheet.tables.values():
            heads, *rows = [[_cell(cell) for cell in row] for row in sheet[table.ref]]
            found.append((plain(sheet["A1"].value), tuple(heads), tuple(map(tuple, rows))))
    return found


def _cell(cell) -> str:
    value, pattern = cell.value, cell.number_format
    if value is None or isinstance(value, str):
        return plain(value or "–")
    decimals = len(re.split(r"[%;]", pattern)[0].partition(".")[2])
    share = 100 if "%" in pattern else 1
    text = number(value * share, decimals)
    text = text if "," in pattern.replace("\\,", "") else text.replace("\u202f", "")
    return f"+{text}" if pattern.startswith("+") and value > 0 and text.strip("0,") else text


def text_numbers(path: Path) -> Iterator[str]:
    """Cells of the tables that hold a number as text; codes and numbers of sources are names."""
    alone = re.compile(r"[+−]?\d{1,3}(?:\u202f?\d{3})*(?:,\d+)?(?:\u202f?%)?")
    for sheet in openpyxl.load_workbook(path).worksheets:
        for table in sheet.tables.values():
            heads, *rows = sheet[table.ref]
            for row in rows:
                for head, cell in zip(heads, row, strict=True):
                    named = head.value in ("Kod", "Källa nr")
                    if isinstance(cell.value, str) and alone.fullmatch(cell.value) and not named:
                        yield f"{sheet.title} {cell.coordinate}: {cell.value!r}"


def said(exhibit) -> Iterator[list[str]]:
    """The words of an exhibit as a page must have them; a list's items without their signs."""
    if exhibit.type == "text":
        yield [_item(line) for line in exhibit.markdown.splitlines() if line]
    elif exhibit.type == "findings":
        yield [plain(part) for part in (exhibit.title, exhibit.evidence, *exhibit.items)]
    elif exhibit.type == "tiles":
        yield [plain(part) for tile in exhibit.items for part in (tile.value, tile.comparison)]
    elif exhibit.type == "figure":
        yield [plain(part) for part in (exhibit.title, exhibit.subtitle, exhibit.alt) if part]


def _item(part: str) -> str:
    text = re.sub(r"^(?:#+|-|\d+\.) ", "", part.strip())
    return plain(re.sub(r"\[([^\]]*)\]\(<[^>]*>\)", r"\1", text))
