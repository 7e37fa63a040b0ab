"""How the derived and modelled numbers are computed, and which exhibit uses which formula.

Terms
-----
formula: one line in Swedish, from the measure's own metadata where a measure has it.
words: what an exhibit calls the number, in its title, unit, columns or notes; a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from analysis.metrics import capacity, commuting, population, services
from analysis.metrics.measure import measure_of


@dataclass(frozen=True)
class Formula:
    """A formula with the name that a report calls it by; `words` is matched without case."""

    key: str
    label: str
    text: str
    words: str


def _measured(metric: Callable[..., Any], words: str, label: str = "") -> Formula:
    """The formula of a measure, as its own metadata has it, with Swedish signs."""
    entry = measure_of(metric)
    return Formula(entry.id.replace("_", "-"), label or entry.label, _signs(entry.formula), words)


def _signs(text: str) -> str:
    return text.replace(" x ", " × ").replace(" - ", " − ")


FORMULAS = (
    _measured(population.population_change_10y, r"förändring på tio år|förändring \d{4}[–-]\d{4}"),
    _measured(population.density, r"invånare per km²|befolkningstäthet"),
    Formula("tatortsandel", "Andel i tätort",
            "invånare i kommunens tätorter / kommunens folkmängd samma år",
            r"bor i tätort|bor i den största"),
    Formula("index", "Index", "värdet / värdet det första året × 100", r"\bindex\b|= 100"),
    Formula("folkokning", "Folkökningens delar",
            "födda − döda + inflyttade − utflyttade + justering = folkökning", r"folkökning"),
    Formula("framskrivning", "SCB:s framskrivning",
            "folkmängden året före + födda − döda + inflyttade − utflyttade enligt SCB:s "
            "antaganden; ändring = det sista året / det första − 1", r"framskrivning"),
    _measured(population.share_65plus, r"65 år eller äldre"),
    Formula("aldersandel", "Andel av befolkningen",
            "kvinnor eller män i åldersgruppen / hela folkmängden",
            r"ålder och kön"),
    _measured(capacity.median_income, r"medianinkomst"),
    _measured(capacity.staff_per_1000, r"månadsavlönad"),
    Formula("plats", "Plats bland kommunerna",
            "antal kommuner med högre värde + 1, när alla 290 är kända", r"\bplats\b"),
    Formula("liknande", "Median bland liknande kommuner",
            "det mittersta värdet bland kommunens sju liknande kommuner", r"liknande kommuner:"),
    _measured(commuting.night_population, r"nattbefolkning"),
    _measured(commuting.day_population, r"dagbefolkning"),
    _measured(commuting.net_commuting, r"pendlingsnetto|\bnetto\b"),
    _measured(commuting.commuting_ratio, r"pendlingskvot"),
    _measured(commuting.in_commuting_share, r"inpendlingsandel"),
    _measured(commuting.out_commuting_share, r"utpendlingsandel"),
    _measured(commuting.containment_residence_min,
              r"bor och arbetar i samma kommun|egen kommun|därav minst",
              "Bor och arbetar i samma kommun"),
    _measured(commuting.group_in, r"in till området", "In till området"),
    _measured(commuting.group_out, r"ut ur området", "Ut ur området"),
    _measured(commuting.group_internal, r"mellan kommunerna\b.*boende som", "Mellan kommunerna"),
    _measured(commuting.containment_residence, r"boende som arbetar inom området",
              "Boende som arbetar inom området"),
    _measured(commuting.containment_workplace, r"fylls av boende",
              "Arbetsplatser som fylls av boende"),
    Formula("modell", "Modellskattad pendling",
            "kommunernas in- och utpendling, fördelad på par av kommuner efter avstånd, antal "
            "arbetsplatser och pendlingen mellan län, så att varje kommuns summor stämmer",
            r"modellskatt|pendlar mycket"),
    Formula("lank", "Andel till en kommun", "pendlare till kommunen / nattbefolkning",
            r"andel av de förvärvsarbetande som bor där|andel dit|bor i och arbetar i"),
    Formula("marknad", "Egen beräkning av arbetsmarknader",
            "en kommun är centrum om högst 20 procent pendlar ut och högst 7,5 procent till en "
            "enda kommun; andra hör till den kommun dit flest pendlar", r"egen beräkning"),
    _measured(services.shared_services,
              r"gemensamma tjänster|tjänster som|kommunerna delar|tjänster i inventeringen|"
              r"tjänster, status"),
    _measured(services.fragmentation, r"\bkrets"),
    Formula("i-drift", "I drift",
            "verksamheten har börjat, inget slut är känt och belägget är inte för gammalt "
            "(se Senast belagd)",
            r"\bstatus\b|senaste belägg|senast belagd|vilket organ|\borgan\b"),
    Formula("underlag", "Befolkningsunderlag",
            "summan av folkmängden i de kommuner som källorna namnger", r"befolkningsunderlag"),
    Formula("fagelvag", "Fågelväg",
            "rak linje mellan befolkningscentrum: tätorternas medelpunkt, vägd med invånarna",
            r"fågelväg"),
    Formula("medelavstand", "Vägt medelavstånd",
            "summan av avstånd × folkmängd / summan av folkmängd", r"medelavstånd"),
    Formula("omsesidighet", "Ömsesidighet", "det mindre flödet / det större", r"ömsesidig"),
    Formula("scenario", "Scenario",
            "vad som följer av valda kommuner, tjänst och antaganden; ingen prognos", r"scenario"),
)


def used_in(words: Iterable[str]) -> list[Formula]:
    """The formulas of the numbers that an exhibit names, in the order of the methods.

    >>> [formula.label for formula in used_in(["Pendlings\\u00adkvot 2021"])]
    ['Pendlingskvot']
    """
    text = "\n".join(words).replace("\u00ad", "").replace("\u202f", " ")
    return [formula for formula in FORMULAS
            if re.search(formula.words, text, re.IGNORECASE | re.DOTALL)]
