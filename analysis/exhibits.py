"""What a notebook shows: figures, tables, sentences and key figures that a report can collect.

Terms
-----
exhibit: one output of a chapter with everything a report needs to print it by itself: content,
title, alt text, sources and the data behind it. It travels in the notebook's own outputs, so a
chapter run in JupyterLab, by Papermill or by `samverkan build` shows and carries the same.
"""

from __future__ import annotations

import base64
import io
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pypdfium2
from IPython.core.getipython import get_ipython
from IPython.display import display
from markdown_it import MarkdownIt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL.PngImagePlugin import PngInfo

from analysis.errors import InputError
from analysis.figures import drawing, style
from analysis.figures.svg import compact
from analysis.tables import Table
from analysis.text import swedish

MIME = "application/vnd.samverkan.exhibit+json"
PNG_DPI = 150
_PNG_LEVEL = 3  # 2 % larger than the usual 6, in two thirds of the time


def show(item: Axes | Figure | Table) -> None:
    """Display a described figure or a table and hand it to the report.

    Raises InputError for a figure without description.

    >>> import analysis
    >>> show(analysis.explore.table(analysis.region("kak"), "tax_rate", year=2022))
    Kommunal skattesats 2022
     Kommun Kommunal skattesats (procent)
     Arboga                         22,41
     Köping                         22,16
    Kungsör                         22,03
    """
    if isinstance(item, Table):
        _display(table_bundle(item), str(item))
        return
    figure = item.get_figure(root=True) if isinstance(item, Axes) else item
    assert isinstance(figure, Figure)
    _display(figure_bundle(figure), style.description_of(figure).alt)


def _display(bundle: dict[str, Any], text: str) -> None:
    """Display a bundle in a notebook; print its text where a bundle cannot be seen.

    The exhibit travels as one text: a notebook has a line for each value of anything else, and
    writing and reading those takes longer than all the pictures.
    """
    if hasattr(get_ipython(), "kernel"):
        display({**bundle, MIME: json.dumps(bundle[MIME], ensure_ascii=False)}, raw=True)
    else:
        print(text)


def say(text: str | Iterable[str]) -> None:
    """Display sentences (Markdown) that the code derived from the data: one text, or paragraphs.

    >>> say("Folkmängden är **98 084** invånare.")
    Folkmängden är **98 084** invånare.
    """
    paragraphs = [text] if isinstance(text, str) else list(text)
    source = "\n\n".join(part for part in paragraphs if part)
    if source:
        html = MarkdownIt().render(source)
        _display({MIME: {"type": "text", "markdown": source}, "text/html": html}, source)


def lead(findings: Iterable[str]) -> None:
    """Display the most important findings of a report, one sentence each, as a list."""
    sentences = [sentence for sentence in findings if sentence]
    if not sentences:
        raise InputError("a report needs at least one finding")
    html = "<ul>" + "".join(f"<li>{sentence}</li>" for sentence in sentences) + "</ul>"
    _display({MIME: {"type": "findings", "items": sentences}, "text/html": html},
             "\n".join(sentences))


def tiles(items: Iterable[Mapping[str, str]]) -> None:
    """Display key figures as tiles; each has `label`, `value`, `comparison` and `source`."""
    entries = [dict(item) for item in items]
    rows = "".join(f"<dt>{e['label']}</dt><dd><b>{e['value']}</b><br>{e['comparison']}</dd>"
                   for e in entries)
    _display({MIME: {"type": "tiles", "items": entries}, "text/html": f"<dl>{rows}</dl>"},
             "\n".join(f"{e['label']}: {e['value']} ({e['comparison']})" for e in entries))


def record(key_figures: pd.DataFrame) -> None:
    """Hand key figures (columns of `key_figures.json`) to the report; shows only how many."""
    rows = [{name: plain(value) for name, value in row.items()}
            for row in key_figures.to_dict("records")]
    text = f"{swedish.number(len(rows))} nyckeltal till key_figures.json"
    _display({MIME: {"type": "key_figures", "items": rows},
              "text/html": f"<p><small>{text}</small></p>"}, text)


def plain(value: Any) -> Any:
    """A JSON value: numpy scalars become Python's, missing becomes None."""
    if swedish.is_missing(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def table_data(table: Table) -> dict[str, Any]:
    """A table as JSON: caption, columns with their formats, raw rows, source line and notes."""
    columns = [
        {"label": form.label, "unit": form.unit, "decimals": form.decimals,
         "percent": form.percent, "signed": form.signed, "text": form.text, "year": form.year}
        for form in (table.formats[name] for name in table.frame.columns)
    ]
    rows = [[plain(value) for value in row]
            for row in table.frame.itertuples(index=False, name=None)]
    return {"id": table.id, "title": table.title, "columns": columns, "rows": rows,
            "sources": list(table.sources), "kind": table.kind, "notes": list(table.notes),
            "html": table.to_html()}


def table_bundle(table: Table) -> dict[str, Any]:
    """The output bundle of a table exhibit."""
    return {MIME: {"type": "table", **table_data(table)}, "text/html": table.to_html()}


def figure_bundle(figure: Figure) -> dict[str, Any]:
    """The output bundle of a figure exhibit: SVG, PDF and PNG of one figure, and what it says."""
    about = style.description_of(figure)
    with style.look():
        style.settle(figure.axes[0])
        figure.set_layout_engine(None)  # the layout is found: search no more
        svg, pdf = drawing.draw(figure, about.title)
    width, height = figure.get_size_inches()
    exhibit = {
        "type": "figure", "id": about.id, "title": about.title, "alt": about.alt,
        "unit": about.unit, "sources": list(style.cited(figure)), "kind": about.kind,
        "note": about.note,
        # in points: the report crops title and source away, because it prints them as text
        "size": [width * 72, height * 72],
        "crop": [72 * margin for margin in style.margins(figure)],
        "table": table_data(about.table) if about.table else None,
    }
    return {MIME: exhibit, "image/svg+xml": compact(svg),
            "application/pdf": base64.b64encode(pdf).decode("ascii"),
            "image/png": base64.b64encode(_png(pdf, about.title)).decode("ascii")}


def _png(pdf: bytes, title: str) -> bytes:
    """The first page of `pdf` as PNG: a third of the time of drawing the figure once more."""
    about = PngInfo()
    about.add_text("Title", title)
    target = io.BytesIO()
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[0].render(scale=PNG_DPI / 72, rev_byteorder=True).to_pil()
    picture.save(target, "PNG", compress_level=_PNG_LEVEL, dpi=(PNG_DPI, PNG_DPI), pnginfo=about)
    return target.getvalue()
