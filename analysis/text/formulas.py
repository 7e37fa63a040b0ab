"""How the derived and modelled numbers are computed: one line in Swedish for each measure.

Terms
-----
formula: of a measure, from its own metadata; of a few numbers that no metric computes alone, from
    the list here. A column's `Format` and a figure's `Description` name the measure by its id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from analysis import hints, metrics
from analysis.errors import InputError
from analysis.metrics.measure import MEASURES
from analysis.text import swedish


@dataclass(frozen=True)
class Formula:
    """A formula with the name that a report calls it by."""

    key: str
    label: str
    text: str


OTHERS = (
    Formula(
        "locality_share",
        "Andel i tätort",
        "invånare i kommunens tätorter / kommunens folkmängd samma år",
    ),
    Formula("index", "Index", "värdet / värdet det första året × 100"),
    Formula(
        "population_change_parts",
        "Folkökningens delar",
        "födda − döda + inflyttade − utflyttade + justering = folkökning",
    ),
    Formula(
        "projection",
        "SCB:s framskrivning",
        "folkmängden året före + födda − döda + inflyttade − utflyttade enligt SCB:s "
        "antaganden; ändring = det sista året / det första − 1",
    ),
    Formula(
        "age_share", "Andel av befolkningen", "kvinnor eller män i åldersgruppen / hela folkmängden"
    ),
    Formula(
        "rank",
        "Plats bland kommunerna",
        "antal kommuner med högre värde + 1, när alla 290 är kända",
    ),
    Formula(
        "peer_median",
        "Median bland liknande kommuner",
        "det mittersta värdet bland kommunens sju liknande kommuner",
    ),
    Formula(
        "modelled_flows",
        "Modellskattad pendling",
        "kommunernas in- och utpendling, fördelad på par av kommuner efter avstånd, antal "
        "arbetsplatser och pendlingen mellan län, så att varje kommuns summor stämmer",
    ),
    Formula(
        "link_share",
        "Andel till en kommun",
        "pendlare till kommunen / förvärvsarbetande som bor i den egna",
    ),
    Formula(
        "own_markets",
        "Egen beräkning av arbetsmarknader",
        "en kommun är centrum om högst 20 procent pendlar ut och högst 7,5 procent till en "
        "enda kommun; andra hör till den kommun dit flest pendlar",
    ),
    Formula(
        "running",
        "I drift",
        "verksamheten har börjat, inget slut är känt och belägget är inte för gammalt",
    ),
    Formula(
        "population_base",
        "Befolkningsunderlag",
        "summan av folkmängden i de kommuner som källorna namnger",
    ),
    Formula(
        "straight_distance",
        "Fågelväg",
        "rak linje mellan befolkningscentrum: tätorternas medelpunkt, vägd med invånarna",
    ),
    Formula(
        "host_distance",
        "Medelavstånd till värden",
        "summan av avstånd × folkmängd / summan av folkmängd",
    ),
    Formula("mutuality", "Ömsesidighet", "det mindre flödet / det större"),
    Formula(
        "scenario",
        "Scenario",
        "vad som följer av valda kommuner, tjänst och antaganden; ingen prognos",
    ),
)


def all_formulas() -> tuple[Formula, ...]:
    """Every formula that a report may name, by label: whatever module was imported first.

    >>> [entry.label for entry in all_formulas() if entry.key == "commuting_ratio"]
    ['Pendlingskvot']
    """
    for module in iter_modules(metrics.__path__, "analysis.metrics."):
        import_module(module.name)  # each registers its measures
    measured = [
        Formula(entry.id, entry.label, _signs(entry.formula))
        for entry in MEASURES.values()
        if entry.formula
    ]
    return tuple(sorted((*measured, *OTHERS), key=lambda entry: swedish.sort_key(entry.label)))


def _signs(text: str) -> str:
    return text.replace(" x ", " × ").replace(" - ", " − ")


def named(measures: Iterable[str]) -> tuple[Formula, ...]:
    """The formulas of measures by id, each once; observed ones have none.

    Raises InputError for an id that no measure has.

    >>> [entry.label for entry in named(["commuting_ratio", "", "index", "index"])]
    ['Pendlingskvot', 'Index']
    """
    known = {entry.key: entry for entry in all_formulas()}
    wanted = [key for key in dict.fromkeys(measures) if key]
    for key in wanted:
        if key not in known and key not in MEASURES:
            valid = [*known, *MEASURES]
            raise InputError(hints.unknown("measure", key, valid))
    return tuple(known[key] for key in wanted if key in known)
