"""What the explorer shows as files to take along: CSV and XLSX of the table, SVG of the figures.

Terms
-----
link: an address that holds the whole file, so that a browser saves it without asking a server.
"""

from __future__ import annotations

import base64
from html import escape

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import exhibits
from analysis.exhibits import pictures
from analysis.report import workbook
from analysis.tables import Table

_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
}


def csv_of(table: Table) -> bytes:
    """A table as a Swedish Excel opens it: semicolons, decimal commas, a mark of UTF-8.

    A share stands in per cent, as its heading says. What the table is stands below it.

    >>> from analysis import explore, regions
    >>> csv_of(explore.table(regions.get("kak"), "tax_rate", year=2022)).decode("utf-8-sig")[:30]
    'Kommun;Kommunal skattesats (pr'
    """
    shown = exhibits.table_exhibit(table)
    frame = pd.DataFrame(
        {
            form.heading: [
                100 * cell if form.percent and cell is not None else cell for cell in cells
            ]
            for form, cells in zip(shown.columns, zip(*shown.rows, strict=True), strict=True)
        }
    )
    text = frame.to_csv(
        index=False, sep=";", decimal=",", float_format="%.15g", lineterminator="\r\n"
    )
    said = "\r\n".join(workbook.about(shown, shown.formulas))
    return f"{text}\r\n{said}\r\n".encode("utf-8-sig")


def xlsx_of(table: Table) -> bytes:
    """A table as a workbook, as a report has it; an unknown value is an empty cell."""
    return workbook.one_table(exhibits.table_exhibit(table))


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
