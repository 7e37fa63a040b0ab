"""The sheets of the municipalities as tables, one each, for the appendix."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.tables import Table, word
from analysis.text import sheets as text
from analysis.views.sheets import SOURCES, Sheet, line_up


def sheet_tables(sheets: Sequence[Sheet]) -> list[Table]:
    """A table for each sheet: what, the answer, and how sure or of when.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
    >>> from analysis.views.sheets import sheets
    >>> area = regions.get("kak")
    >>> found = sheets(sharing(area, load_inventory()))
    >>> [table.title for table in sheet_tables(found)]
    ['Kommunblad för Kungsör', 'Kommunblad för Arboga', 'Kommunblad för Köping']
    """
    formats = {"what": word("Vad"), "value": word("Svar"), "sure": word("Hur säkert, eller när")}
    return [
        Table(
            f"kommunblad-{sheet.code}",
            f"Kommunblad för {sheet.name}",
            line_up(text.lines_of(sheet)),
            formats,
            SOURCES,
            subtitle="Vad kommunen delar, var invånarna arbetar, vad den kan bära och vad som är okänt",
            page=True,
        )
        for sheet in sheets
    ]
