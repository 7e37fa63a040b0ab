"""The investigator's own prose as a report shows it: text, tables and pictures in their order."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from matplotlib.axes import Axes

from analysis.figures.investigation.charts import plot_picture
from analysis.investigation import texts
from analysis.investigation.texts import CHAPTERS, Picture, Prose, TextTable
from analysis.tables import Table, word
from analysis.text.investigation.words import to_write
from analysis.views.investigation.dossier import View


def parts(view: View, chapter: str) -> Iterator[str | Table | Axes]:
    """Markdown, tables and figures of a chapter's own text; the mark "att skriva" where none is."""
    blocks = texts.chapter(view.dossier.path / texts.FOLDER, chapter)
    if not blocks:
        yield to_write(chapter)
    for number, block in enumerate(blocks, 1):
        if isinstance(block, Prose):
            yield block.markdown
        elif isinstance(block, TextTable):
            yield _table(chapter, number, block)
        elif isinstance(block, Picture):
            yield plot_picture(block, f"{chapter}-{number}")


def _table(chapter: str, number: int, block: TextTable) -> Table:
    """A table of the prose; its numbers stay words, as they were written."""
    names = [f"c{place}" for place in range(len(block.headings))]
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in block.rows], columns=names)
    return Table(
        f"egen-{chapter}-{number}",
        f"Utredarens tabell: {CHAPTERS[chapter]}",
        frame,
        dict(zip(names, map(word, block.headings), strict=True)),
        ("own_text",),
        kind="observed",
    )
