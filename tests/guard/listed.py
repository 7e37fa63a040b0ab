"""What the guard does not recompute, each with the reason; and what is printed as it stands.

Add here, with the reason, what no file in `data/` can give.
"""

import re

from tests.guard import files

UNKNOWN = "the guard does not recompute this"

_WORDS = "words for each alternative; tests/investigation/test_view.py works an example by hand"
_MEDIANS = "medians of peers, held to the files by tests/investigation/test_view.py"
_TO_FILL = "a form for the investigator to fill in"
_PRINTED = "printed as it stands: a file of the investigator's, or data/law.csv"

EXHIBITS: dict[tuple[str, str], str] = {
    ("investigation", "alternativ"): _WORDS,
    ("investigation", "bedomning"): _WORDS,
    ("investigation", "uppfoljning"): _WORDS,
    ("investigation", "idag"): _WORDS,
    ("investigation", "figur-underlag"): _WORDS,
    ("investigation", "aterbetalning"): _WORDS,
    ("investigation", "lokalisering-vagar"): "ways around water, which no file holds",
    ("investigation", "figur-behov"): _MEDIANS,
    ("investigation", "behov"): _MEDIANS,
    ("investigation", "process"): _TO_FILL,
    ("investigation", "risker"): _TO_FILL,
    ("investigation", "avtal"): _PRINTED,
    ("investigation", "lag"): _PRINTED,
    ("investigation", "lag-allmant"): _PRINTED,
    ("investigation", "egen-lokalisering"): _PRINTED,
    ("investigation", "bild-lokalisering"): _PRINTED,
    ("investigation", "nationella-underlag-livsmedelskontroll"): "recomputed in the region reports",
}
"""Figures and tables by (chapter, id) that are not recomputed, and why."""

ABSENT = {
    ("services", "tjanst-luckor", "malardalen"): "something is known there of all that others share"
}
"""Figures and tables by (chapter, id, region) that other reports have and this one has not, and why."""

FIXED = (
    # definitions and method, the same in every report; domain.md has the numbers
    "Plats och median anges bara när alla 290 kommuner är kända.",
    "Gotland har ingen plats för kommunal skattesats.",
    "Streckad yta: bara äldre belägg, och inget slut är känt.",
    "Belagd: en källa från mandatperioden eller de tre senaste åren.",
    "Fanns: bara äldre källor; ingen säger att det har upphört.",
    "En grupp är en uppsättning kommuner som delar minst en tjänst.",
    "Säkerhet är den lägsta av uppgifterna om tjänst, medlemskap och belägg.",
    "Alla år avser dagens kommungränser.",
    "Kommunernas in- och utpendlare kan inte summeras: de som pendlar mellan två av kommunerna.",
    "Jämför bara år inom samma serie; skälen till brotten står vid figuren.",
    "Att skattekraft eller skattesats ligger över eller under medianen är varken bättre eller sämre.",
    "Liknande kommuner är RKA:s sju liknande kommuner, övergripande.",
)
"""Sentences with numbers that are no figures of a region."""


FREE = {"investigation": "its sentences tell of alternatives; those of shares must be said"}
"""Chapters whose sentences are not all recomputed, and why; what is recomputed must be said."""

SENTENCES = {
    ("commuting", "Med SCB:s regler"): "what SCB's rules give on the fitted matrix",
    ("commuting", "Av de par av kommuner som vi lägger ihop"): "how that agrees with SCB's markets",
}
"""Sentences by (chapter, how they begin) that are not recomputed, and why."""


def _findings(exhibit) -> list[str]:
    return [exhibit.title, exhibit.evidence, *exhibit.items]


def _tiles(exhibit) -> list[str]:
    return [f"{tile.label}: {tile.value} {tile.comparison}" for tile in exhibit.items]


KINDS = {
    "text": lambda exhibit: [] if exhibit.own else [exhibit.markdown],
    "findings": _findings,
    "tiles": _tiles,
}
"""How the words of an exhibit that is no figure and no table are read."""


def proper_names() -> list[str]:
    """The names that a text must not mix up: places, counties, markets, cooperations, bodies."""
    table = files.read("municipalities.csv")
    found = [*table["name"], *table["county"], *table["labour_market_name"].unique(), "riket"]
    found += [files.region(key).name for key in files.regions()]
    bodies = list(files.read("services/names.csv")["name"])
    found += [*bodies, *(short for name in bodies for short in re.findall(r"\((\w+)\)", name))]
    services = files.read("services/areas.csv")["name"]
    words = [word for name in services for word in _words_of(name)]
    return found + [word for word in words if word.casefold() not in _COMMON]


_COMMON = ("arbetsmarknad", "karta")  # words of other things too


def _words_of(name: str) -> list[str]:
    """The first words of a service, with a large and with a small letter."""
    first = re.split(r" och |,| \(", name)[0].rstrip("-")
    plain = first.removeprefix("Gemensam ")
    return [first, *(word[:1].lower() + word[1:] for word in (first, plain))]
