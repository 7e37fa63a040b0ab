"""Need and vulnerability in sentences, indicator by indicator, without an index."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.text import swedish
from analysis.text.investigation.words import listed, name
from analysis.views.investigation import needs
from analysis.views.investigation.dossier import View
from analysis.views.investigation.needs import Indicator
from analysis.views.services import rows_of

ARITHMETIC = (
    "Kvoten mellan 70–79 år och 80 år eller äldre visar hur många som är på väg in i "
    "de åldrar där behovet av omsorg är störst. Den räknar inte med dödsfall och "
    "flyttningar och är ingen prognos."
)
_GAPS = {"share_65plus": (1.0, "en procentenhet"), "cohort_70_79": (0.05, "0,05")}
"""What an indicator must lie above a median to be said: a smaller difference is no finding."""
OLD_STAFF = (
    "Personalens ålder är känd senast för {year} och gäller hela kommunen, inte "
    "tjänsten. Anställda i kommunalförbund och bolag ingår inte."
)


def needs_message(found: Sequence[Indicator]) -> str:
    """Title of the figure: the member that stands out most on the age of its inhabitants."""
    table = next(entry for entry in found if entry.id == "share_65plus").table
    rows = sorted(rows_of(table.dropna(subset=["value"])), key=lambda row: row.value)
    if not rows:
        return "Behov och sårbarhet, kommun för kommun"
    low, high = rows[0], rows[-1]
    if len(rows) == 1:
        return (
            f"{swedish.number(high.value)} procent av invånarna i {name(high.code)} är 65 år "
            "eller äldre"
        )
    return (
        f"{swedish.number(high.value)} procent av invånarna i {name(high.code)} är 65 år eller "
        f"äldre, {swedish.number(low.value)} procent i {name(low.code)}"
    )


def needs_text(view: View, found: Sequence[Indicator]) -> list[str]:
    """Who lies above the median of similar municipalities, and what the figures are not."""
    staff = next(entry for entry in found if entry.id == "staff_60plus")
    sentences = [_above(entry) for entry in found if entry.id in _GAPS]
    return [
        *filter(None, sentences),
        ARITHMETIC,
        OLD_STAFF.format(year=staff.year),
        small_text(view),
    ]


def _above(entry: Indicator) -> str:
    """Members above the median of their similar municipalities."""
    known = [
        row for row in rows_of(entry.table) if row.value == row.value and row.peers == row.peers
    ]
    least, words = _GAPS[entry.id]
    above = [row.code for row in known if row.value - row.peers >= least]
    if not known:
        return ""
    who = listed(above) if above else "Ingen av kommunerna"
    return (
        f"{entry.label} ({entry.year}): {who} ligger minst {words} över medianen för sina "
        f"liknande kommuner. Ett högre värde betyder {entry.reading}."
    )


def small_text(view: View) -> str:
    """From own figures: services done by fewer than two full-time posts."""
    table = needs.small_functions(view)
    if table.empty:
        return (
            "Hur många helårstjänster som arbetar med tjänsten är inte uppgivet, så hur "
            "sårbar bemanningen är vet vi inte."
        )
    said = [f"{name(row.code)} {row.small} av {row.known}" for row in rows_of(table)]
    rest = "" if len(view.members) == len(table) else "Övriga har inte lämnat uppgift. "
    return (
        "Tjänster med färre än två helårstjänster, av dem som kommunerna har uppgett: "
        f"{swedish.listed(said)}. {rest}Med få personer blir tjänsten känslig för frånvaro."
    )
