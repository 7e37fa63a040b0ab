"""What the explorer shows as files to take along: CSV and XLSX of the table, SVG of the figures.

Terms
-----
link: an address that holds the whole file, so that a browser saves it without asking a server.
"""

from __future__ import annotations

import base64
import io
from html import escape

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import exhibits
from analysis.exhibits import pictures
from analysis.tables import Table
from analysis.text.citation import source_line

_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
}


def csv_of(table: Table) -> bytes:
    """A table as a Swedish Excel opens it: semicolons, decimal commas, a mark of UTF-8.

    >>> from analysis import explore, regions
    >>> csv_of(explore.table(regions.get("kak"), "tax_rate", year=2022)).decode("utf-8-sig")[:30]
    'Kommun;Kommunal skattesats (pr'
    """
    named = table.frame.rename(columns={name: form.heading for name, form in table.formats.items()})
    text = named.to_csv(index=False, sep=";", decimal=",", lineterminator="\r\n")
    return f"{text}{source_line(table.sources, table.kind)}\r\n".encode("utf-8-sig")


def xlsx_of(table: Table) -> bytes:
    """A table as a workbook with title and source; an unknown value is an empty cell."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Tabell")
        sheet.write_string(0, 0, table.title, book.add_format({"bold": True}))
        sheet.write_string(1, 0, source_line(table.sources, table.kind))
        for column, name in enumerate(table.frame):
            sheet.write_string(3, column, table.formats[str(name)].heading)
            for row, value in enumerate(table.frame[name], start=4):
                given = exhibits.plain(value)
                if given is not None:
                    sheet.write(row, column, given)
        sheet.set_column(0, len(table.frame.columns) - 1, 24)
    return target.getvalue()


def svg_of(axes: Axes) -> bytes:
    """A figure with title, source and its own type, as an SVG file."""
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure)
    return pictures.standalone(exhibits.figure_exhibit(figure).wide).encode()


def link(content: bytes, name: str, words: str) -> str:
    """A link (HTML) that saves `content` as the file `name`.

    >>> link(b"a", "a.csv", "CSV")
    '<a download="a.csv" href="data:text/csv;base64,YQ==">CSV</a>'
    """
    code = base64.b64encode(content).decode("ascii")
    kind = _TYPES[name.rpartition(".")[2]]
    return f'<a download="{escape(name)}" href="data:{kind};base64,{code}">{escape(words)}</a>'
