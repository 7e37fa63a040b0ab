"""Write a document as HTML, PDF and XLSX; one function an export format."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from analysis.errors import BuildError
from analysis.exhibits import pictures
from analysis.exhibits.model import FigureExhibit
from analysis.key_figures import COLUMNS
from analysis.report.compose import Document, Part
from analysis.report.workbook import write_xlsx

Parts = tuple[Part, ...]


def pages(document: Document, parts: Parts) -> dict[str, str]:
    """`report.html` and `appendix.html`: each one file, no outside request."""
    from analysis.report import exporters

    return {
        f"{part.name}.html": exporters.html(document, part)
        for part in parts
        if part.name != "brief"  # it goes with a notice, on paper
    }


def write_html(document: Document, parts: Parts, folder: Path) -> None:
    """Write the pages."""
    for name, text in pages(document, parts).items():
        (folder / name).write_text(text, encoding="utf-8")


def write_pdf(document: Document, parts: Parts, folder: Path) -> None:
    """`report.pdf`, `brief.pdf` and `appendix.pdf`: tagged PDF/UA-1."""
    from analysis.report import typeset

    for part in parts:
        (folder / f"{part.name}.pdf").write_bytes(typeset.pdf(document, part))


def write_tables(document: Document, parts: Parts, folder: Path) -> None:
    """`report.xlsx`: every table of report and appendix."""
    write_xlsx(document, folder)


def write_slides(document: Document, parts: Parts, folder: Path) -> None:
    """`report.pptx`: slides for a council."""
    from analysis.report import slides

    slides.write(document, folder / "report.pptx")


def write_figures(document: Document, folder: Path) -> None:
    """`figures/<id>.svg` and `.png`, with title and source inside, ready to be pasted."""
    figures = folder / "figures"
    figures.mkdir()
    for shown in document.shown:
        if isinstance(exhibit := shown.exhibit, FigureExhibit):
            svg = pictures.standalone(exhibit.wide)
            (figures / f"{exhibit.id}.svg").write_text(svg, encoding="utf-8")
            # the notebook's: making one takes a tenth of a second
            png = base64.b64decode(shown.picture) or pictures.png(exhibit.wide, exhibit.title)
            (figures / f"{exhibit.id}.png").write_bytes(png)


def write_key_figures(document: Document, folder: Path) -> None:
    """`key_figures.json`; raises BuildError for a value that is unknown or given twice."""
    figures = [
        {column: row[column] for column in COLUMNS} for row in map(asdict, document.key_figures)
    ]
    keys = [(row["id"], row["area"], row["year"]) for row in figures]
    repeated = [key for key, count in Counter(keys).items() if count > 1]
    unknown = [key for key, row in zip(keys, figures, strict=True) if row["value"] is None]
    if repeated or unknown:
        raise BuildError(f"key figures given twice: {repeated[:5]}; without value: {unknown[:5]}")
    text = json.dumps(figures, ensure_ascii=False, indent=1)
    (folder / "key_figures.json").write_text(text + "\n", encoding="utf-8")


WRITERS: dict[str, Callable[[Document, Parts, Path], None]] = {
    "html": write_html,
    "pdf": write_pdf,
    "xlsx": write_tables,
    "pptx": write_slides,
}
