"""What a notebook shows: figures, tables, sentences and key figures that a report can collect.

Terms
-----
exhibit: one output of a chapter with everything a report needs to print it by itself (`model`).
    It travels in the notebook's own outputs, so a chapter run in JupyterLab, by Papermill or by
    `samverkan build` shows and carries the same.
"""

from __future__ import annotations

import base64
import math
import os
from collections.abc import Iterable, Mapping
from typing import Any, cast

import pandas as pd
from IPython.core.getipython import get_ipython
from IPython.display import display
from markdown_it import MarkdownIt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis import shelf, tables
from analysis.citable import Citable
from analysis.errors import InputError
from analysis.exhibits import pictures
from analysis.exhibits.model import (
    MIME,
    Drawing,
    Exhibit,
    FigureExhibit,
    FindingsExhibit,
    KeyFigure,
    KeyFiguresExhibit,
    TableExhibit,
    TextExhibit,
    Tile,
    TilesExhibit,
    dumps,
    loads,
)
from analysis.figures import style
from analysis.figures.svg import compact
from analysis.metrics.measure import Kind
from analysis.tables import Table, day_of
from analysis.text import citation, formulas, swedish

__all__ = ["MIME", "lead", "record", "say", "show", "tiles", "write"]

Shown = Axes | Figure | Table


def show(
    item: Shown | Iterable[Shown] | pd.DataFrame, *, title: str = "", source: Citable | None = None
) -> None:
    """Display a described figure or a table, or several, and hand them to the report.

    `title` and `source` are for a plain DataFrame, whose columns become those of a table. Raises
    InputError for a figure without description, and for anything else, with what is missing.

    >>> import analysis
    >>> show(analysis.explore.table(analysis.region("kak"), "tax_rate", year=2022))
    Kommunal skattesats 2022
     Kommun Kommunal skattesats (procent)
     Arboga                         22,41
     Köping                         22,16
    Kungsör                         22,03
    """
    if isinstance(item, pd.DataFrame) and title and source:
        item = tables.of_frame(item, title, source)
    if isinstance(item, Table):
        exhibit = table_exhibit(item)
        _display(exhibit, str(item), {"text/html": item.to_html()})
    elif isinstance(item, style.Kept):
        _show_kept(item)
    elif isinstance(item, Axes | Figure):
        _show_figure(item)
    elif isinstance(item, Iterable) and not isinstance(item, str | pd.DataFrame | pd.Series):
        for one in item:
            show(one)
    else:
        raise InputError(_missing(item))


def _missing(item: Any) -> str:
    """What a report needs to print `item`, which has no description."""
    if isinstance(item, pd.DataFrame | pd.Series):
        return (
            f"a {type(item).__name__} has no title and no source; write show(frame, title=…, "
            "source=analysis.Source(publisher, title, date)), analysis.tables.Table(…) for units "
            "and decimals, or tag the cell remove-output to look at it yourself"
        )
    return (
        f"a {type(item).__name__} cannot be shown in a report; show a figure that ends in "
        "figures.style.describe or an analysis.tables.Table, and say for sentences"
    )


def _show_figure(item: Axes | Figure) -> None:
    figure = item.get_figure(root=True) if isinstance(item, Axes) else item
    if not isinstance(figure, Figure):
        raise InputError("these axes belong to no figure; make them with figures.style.canvas")
    key = style.key_of(figure)
    exhibit = figure_exhibit(figure)
    text = dumps(exhibit)
    _display(exhibit, exhibit.alt, _seen(text, exhibit))
    shelf.put(key, text.encode())


def _show_kept(item: style.Kept) -> None:
    """Display what an earlier build displayed, unless somebody has touched the figure since."""
    if item.touched:
        _show_figure(item.drawn())
        return
    text = item.entry.decode()
    display({**_seen(text), MIME: text}, raw=True)


def _seen(text: str, exhibit: Exhibit | None = None) -> dict[str, str]:
    """A figure's exhibit as a picture, for who looks at the notebook; none in a preview."""
    if os.environ.get(pictures.UNSEEN) or not hasattr(get_ipython(), "kernel"):
        return {}
    key = shelf.key("picture", text)
    picture = shelf.get(key)
    if picture is None:
        exhibit = exhibit or loads(text, "a figure that was kept")
        assert isinstance(exhibit, FigureExhibit)
        picture = pictures.png(exhibit.wide, exhibit.title)
        shelf.put(key, picture)
    return {"image/png": base64.b64encode(picture).decode("ascii")}


def _display(exhibit: Exhibit, text: str, seen: Mapping[str, str]) -> None:
    """Display an exhibit in a notebook; print its text where it cannot be seen.

    The exhibit travels as one text: a notebook has a line for each value of anything else, and
    writing and reading those takes longer than all the pictures.
    """
    if hasattr(get_ipython(), "kernel"):
        display({**seen, MIME: dumps(exhibit)}, raw=True)
    else:
        print(text)


def say(text: str | Iterable[str]) -> None:
    """Display sentences (Markdown) that the code derived from the data: one text, or paragraphs.

    >>> say("Folkmängden är **98 084** invånare.")
    Folkmängden är **98 084** invånare.
    """
    if not isinstance(text, Iterable) or isinstance(text, Mapping) or hasattr(text, "iloc"):
        raise InputError(f"{text!r} is no text; say needs a sentence, or a list of sentences")
    paragraphs = [text] if isinstance(text, str) else list(text)
    source = "\n\n".join(part for part in paragraphs if part)
    if source:
        _display(TextExhibit(source), source, {"text/html": MarkdownIt().render(source)})


def write(parts: Iterable[str | Shown]) -> None:
    """Display what a person wrote, in its order: Markdown in full, and tables and figures.

    >>> write(["### Bakgrund", "Nora *växer*."])
    ### Bakgrund
    Nora *växer*.
    """
    for part in parts:
        if isinstance(part, str):
            _display(TextExhibit(part, own=True), part, {"text/html": MarkdownIt().render(part)})
        else:
            show(part)


def lead(findings: Iterable[str], *, title: str = "", evidence: str = "") -> None:
    """Display the most important findings of a report, one sentence each, as a list.

    `title` is the headline of the report, `evidence` tells how old what it builds on is.
    """
    sentences = tuple(sentence for sentence in findings if sentence)
    if not sentences:
        raise InputError("a report needs at least one finding")
    html = "<ul>" + "".join(f"<li>{sentence}</li>" for sentence in sentences) + "</ul>"
    head = f"<p><b>{title}</b><br>{evidence}</p>" if title else ""
    _display(
        FindingsExhibit(sentences, title, evidence),
        "\n".join(part for part in (title, evidence, *sentences) if part),
        {"text/html": head + html},
    )


def tiles(items: Iterable[Mapping[str, str]]) -> None:
    """Display key figures as tiles; each has `label`, `value`, `comparison` and `source`."""
    entries = tuple(Tile(**item) for item in items)
    rows = "".join(
        f"<dt>{e.label}</dt><dd><b>{e.value}</b><br>{e.comparison}</dd>" for e in entries
    )
    _display(
        TilesExhibit(entries),
        "\n".join(f"{e.label}: {e.value} ({e.comparison})" for e in entries),
        {"text/html": f"<dl>{rows}</dl>"},
    )


def record(key_figures: pd.DataFrame) -> None:
    """Hand key figures (columns of `key_figures.json`) to the report; shows only how many."""
    rows = tuple(
        KeyFigure(**{str(name): plain(value) for name, value in row.items()})
        for row in key_figures.to_dict("records")
    )
    text = f"{swedish.number(len(rows))} nyckeltal till key_figures.json"
    _display(KeyFiguresExhibit(rows), text, {"text/html": f"<p><small>{text}</small></p>"})


def plain(value: Any) -> Any:
    """A JSON value: numpy scalars become Python's, missing becomes None."""
    if swedish.is_missing(value):
        return None
    value = day_of(value.item() if hasattr(value, "item") else value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def table_exhibit(table: Table) -> TableExhibit:
    """A table as an exhibit: columns with their formats, raw rows, sources and notes."""
    citation.source_line(table.sources, table.kind)  # refuses what is no source
    if not table.sources:
        raise InputError(f"table {table.id!r} needs at least one source")
    rows = tuple(tuple(map(plain, row)) for row in table.frame.itertuples(index=False, name=None))
    return TableExhibit(
        table.id,
        table.title,
        tuple(table.formats[name] for name in table.frame.columns),
        rows,
        tuple(table.sources),
        cast("Kind", table.kind),
        subtitle=table.subtitle,
        notes=tuple(table.notes),
        formulas=formulas.named(form.measure for form in table.formats.values()),
        page=table.page,
    )


def figure_exhibit(figure: Figure) -> FigureExhibit:
    """A figure as an exhibit: drawn once, and once more for a telephone where it can be."""
    about = style.description_of(figure)
    narrow = style.narrow_of(figure)
    return FigureExhibit(
        about.id,
        about.title,
        about.alt,
        _drawing(figure),
        style.cited(figure),
        cast("Kind", about.kind),
        about.subtitle,
        about.unit,
        about.note,
        formulas.named(about.measures),
        _drawing(narrow) if narrow else None,
        table_exhibit(about.table) if about.table else None,
    )


def _drawing(figure: Figure) -> Drawing:
    with style.look():
        style.settle(figure.axes[0])
        figure.set_layout_engine(None)  # the layout is found: search no more
        svg = compact(style.svg_of(figure.axes[0]))
    width, height = figure.get_size_inches()
    head, foot = style.margins(figure)
    return Drawing(svg, width * 72, height * 72, head * 72, foot * 72)
