"""Candidates to share a service with, as lines for the command line and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.datasets import out_faults, write_csv
from analysis.errors import InputError, raise_faults
from analysis.metrics import national
from analysis.regions import municipalities
from analysis.text import swedish
from analysis.text.services import lower
from analysis.views.partners import Flow, Partners
from analysis.views.services import rows_of

CIRCULAR = ("same", "shared")
"""Columns that repeat what is shared already."""
_HEADS = {
    "name": "Kommun",
    "distance": "km",
    "out": "pendlar dit",
    "back": "pendlar hit",
    "market": "arb.marknad",
    "county": "län",
    "peer": "liknande",
    "shared": "delar annat",
    "base": "underlag",
    "rank": "större än",
    "today": "tjänsten i dag",
}
NOT_WILLING = (
    "Passform är inte vilja: ingenting här säger att en kommun vill samverka. Avstånden "
    "är fågelvägen mellan befolkningscentrum."
)


def lines(found: Partners, *, circular: bool = True) -> list[str]:
    """The head, a row for each candidate, and what the reader must know."""
    seeker = municipalities()[found.seeker].name
    service = lower(found.sharing.area_names[found.service])
    head = f"{seeker}, {service}, {swedish.day(found.day)}"
    if found.table.empty:
        return [head, "ingen kommun har sitt befolkningscentrum så nära; ange ett större --within"]
    columns = [
        key
        for key in _HEADS
        if (circular or key not in CIRCULAR) and (key != "rank" or found.nation is not None)
    ]
    cells = [[_cell(found, row, key) for key in columns] for row in rows_of(found.table)]
    return [head, *_aligned([[_HEADS[key] for key in columns], *cells]), *_notes(found)]


def _cell(found: Partners, row: Any, key: str) -> str:
    if key == "name":
        return f"{row.name} ({row.code})"
    if key == "distance":
        return swedish.number(row.distance)
    if key in ("out", "back"):
        return _commuters(getattr(row, key))
    if key in ("market", "county", "peer"):
        return (
            "samma" if key != "peer" and getattr(row, key) else ("ja" if getattr(row, key) else "–")
        )
    if key == "shared":
        return swedish.number(row.shared)
    if key == "base":
        return "okänt" if pd.isna(row.base) else swedish.number(row.base)
    if key == "rank":
        return "okänt" if pd.isna(row.smaller) else f"{row.smaller} av {row.bodies}"
    return _today(found, row)


def _commuters(flow: Flow | None) -> str:
    """A flow as a number, or as its interval where it is modelled."""
    if flow is None:
        return "okänt"
    if flow.low == flow.high:
        return ("ca " if flow.modelled else "") + swedish.number(flow.low)
    return f"{swedish.number(flow.low)}–{swedish.number(flow.high)}"


def _today(found: Partners, row: Any) -> str:
    """How the candidate does the service: in which body, by itself, or unknown."""
    if row.same:
        return f"redan tillsammans i {found.sharing.names[row.body]}, {row.today}"
    body = f"{found.sharing.names[row.body]}, " if row.body else ""
    if not body and found.standings.get(row.code) == "alone":
        what = "livsmedelskontroll " if found.service == "miljotillsyn" else ""
        return f"{row.today}; i landets förteckning: {what}ensam"
    return f"{body}{row.today}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells in columns as wide as their widest, the last as it is."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]


def _notes(found: Partners) -> list[str]:
    notes = [
        f"underlag: invånare {found.population_year} i den grupp som skulle bli följden",
        f"pendlare {found.commuting_year}; ett spann eller ”ca” är en modellskattning och "
        "rangordnas inte",
        NOT_WILLING,
    ]
    if found.nation is not None:
        food = (
            " (livsmedelskontroll, som inte är all miljötillsyn)"
            if found.service == "miljotillsyn"
            else ""
        )
        counts = found.completeness
        spread = national.spread(found.nation)["median"]
        medians = [
            f"{words} {swedish.number(spread[standing])}"
            for standing, words in (("alone", "ensamma"), ("shared", "gemensamma"))
            if standing in spread.index
        ]
        notes.append(
            f"landet{food}: {counts['alone']} kommuner ensamma, {counts['shared']} "
            f"tillsammans med andra, {counts['unknown']} utan uppgift; medianunderlag "
            f"{swedish.listed(medians)} invånare"
        )
    return notes


def write(found: Partners, out: Path, *, circular: bool = True) -> Path:
    """The table as CSV; raises InputError for a file that cannot be written."""
    raise_faults(InputError, out_faults(out))
    flows: dict[str, Any] = {
        f"{key}_{end}": [None if flow is None else getattr(flow, end) for flow in found.table[key]]
        for key in ("out", "back")
        for end in ("low", "high")
    }
    table = found.table.drop(columns=["out", "back"]).assign(
        seeker=found.seeker, service=found.service, **flows
    )
    return write_csv(table if circular else table.drop(columns=list(CIRCULAR)), out)
