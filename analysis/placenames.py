"""What people write for municipalities: codes, names, counties, labour markets, and lists of them.

Terms
-----
word: what somebody writes for one place: `1880`, `Örebro`, `1880 Örebro`, `Örebro kommun`,
    `Örebro län`, `18` (a county's code), `Örebro arbetsmarknad` or `riket`.
meaning: one thing that a word can stand for, with its municipalities. A bare name is that of a
    municipality or of a county; a labour market is named as one.

A word with several meanings is never guessed: the error lists them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from analysis import hints

_BETWEEN = re.compile(r"[,;\n]")
NATION = {"riket", "hela riket", "sverige", "hela landet", "nationen", "nation", "00"}
_MARKET = re.compile(r"(.+?)s? (?:lokala )?arbetsmarknad", re.IGNORECASE)


class Municipality(Protocol):
    """What is needed of a municipality; `regions.Municipality` has it."""

    @property
    def code(self) -> str:
        """Four digits."""

    @property
    def name(self) -> str:
        """Swedish name."""

    @property
    def county_code(self) -> str:
        """Two digits."""

    @property
    def county(self) -> str:
        """Swedish name, such as "Örebro län"."""

    @property
    def labour_market_name(self) -> str:
        """Name of SCB's local labour market."""


@dataclass(frozen=True)
class Meaning:
    """What a word can stand for: its kind, how to write it without doubt, its municipalities."""

    kind: str  # municipality, county, labour market or nation
    written: str
    codes: tuple[str, ...]


def parts(text: str) -> list[str]:
    """The words of a list with commas or semicolons, in order, without blanks around them.

    >>> parts("1960; 1983,0381 Enköping")
    ['1960', '1983', '0381 Enköping']
    """
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


def meanings(word: str, known: Mapping[str, Municipality]) -> list[Meaning]:
    """All that `word` can stand for among the `known` municipalities (by code)."""
    folded = " ".join(word.casefold().split())
    found = [
        *_by_code(folded, known),
        *_by_name(folded, known),
        *_by_county(folded, known),
        *_by_market(folded, known),
        *([Meaning("nation", "Sverige", tuple(known))] if is_nation(folded) else []),
    ]
    return list({meaning.codes: meaning for meaning in reversed(found)}.values())[::-1]


def is_nation(word: str) -> bool:
    """True when `word` means all of Sweden.

    >>> is_nation(" Hela riket"), is_nation("Riksdagen")
    (True, False)
    """
    return " ".join(word.casefold().split()) in NATION


def _by_code(word: str, known: Mapping[str, Municipality]) -> list[Meaning]:
    match = re.fullmatch(r"(\d{4})\b\s*(.*)", word)
    if match is None or match[1] not in known:
        return []
    place, named = known[match[1]], match[2]
    right = not named or named in _names_of(place)
    return [Meaning("municipality", place.code, (place.code,))] if right else []


def _names_of(place: Municipality) -> set[str]:
    name = place.name.casefold()
    owning = name if name[-1] in "sxz" else f"{name}s"
    return {name, *(f"{part} {kind}" for part in (name, owning) for kind in ("kommun", "stad"))}


def _by_name(word: str, known: Mapping[str, Municipality]) -> list[Meaning]:
    return [
        Meaning("municipality", place.code, (place.code,))
        for place in known.values()
        if word in _names_of(place)
    ]


def _by_county(word: str, known: Mapping[str, Municipality]) -> list[Meaning]:
    found: dict[str, list[str]] = {}
    for place in known.values():
        bare = place.county.casefold().removesuffix(" län")
        names = {
            place.county.casefold(),
            bare,
            bare.removesuffix("s"),
            place.county_code,
            f"län {place.county_code}",
        }
        if word in names:
            found.setdefault(place.county, []).append(place.code)
    return [Meaning("county", county, tuple(codes)) for county, codes in found.items()]


def _by_market(word: str, known: Mapping[str, Municipality]) -> list[Meaning]:
    match = _MARKET.fullmatch(word)
    if match is None:
        return []
    wanted = {match[1], f"{match[1]}s"}
    found: dict[str, list[str]] = {}
    for place in known.values():
        if place.labour_market_name.casefold() in wanted:
            found.setdefault(place.labour_market_name, []).append(place.code)
    return [
        Meaning("labour market", f"{name} arbetsmarknad", tuple(codes))
        for name, codes in found.items()
    ]


def code_of(word: str, known: Mapping[str, Municipality]) -> str | None:
    """The code of the one municipality that `word` names, or None; a county is no municipality.

    >>> from analysis.regions import municipalities
    >>> code_of("Örebro", municipalities()), code_of("0381 enköping", municipalities())
    ('1880', '0381')
    """
    found = [meaning for meaning in meanings(word, known) if meaning.kind == "municipality"]
    return found[0].codes[0] if len(found) == 1 else None


def hint(word: str, known: Mapping[str, Municipality]) -> str:
    """What may have been meant by a word that names no municipality; a clause, or nothing.

    >>> from analysis.regions import municipalities
    >>> hint("381", municipalities()), hint("Kopping", municipalities())
    (': did you mean 0381 (Enköping)?', ': did you mean 1983 (Köping)?')
    """
    digits = re.match(r"\d+", word)
    market = _MARKET.fullmatch(word)
    if market and (code := code_of(market[1], known)):
        place = known[code]
        return f": {place.name} lies in {place.labour_market_name} arbetsmarknad"
    if word.isdigit() and len(word) == 3 and word.zfill(4) in known:
        return f": did you mean {word.zfill(4)} ({known[word.zfill(4)].name})?"
    if digits and digits[0] in known and not word.isdigit():
        return f": {digits[0]} is {known[digits[0]].name}; write the code alone"
    by_name = {place.name: place for place in known.values()}
    near = hints.nearest(word, by_name, cutoff=0.75)
    return f": did you mean {by_name[near].code} ({near})?" if near else ""
