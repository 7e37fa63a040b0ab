"""How an area is called in a sentence: the cooperation or its municipalities, not the landscape.

Terms
-----
part: a cooperation that is told by itself inside a larger region.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.regions import Region, municipalities, names_of
from analysis.text import swedish
from analysis.views.comparators import PEERS
from analysis.views.population import NATION, cooperations


def together(region: Region) -> str:
    """The municipalities of a region as one: de fem kommunerna, Kil, landets kommuner.

    >>> from analysis import regions
    >>> together(regions.get("bergslagen")), together(regions.from_members(["1715"]))
    ('de fyra kommunerna', 'Kil')
    """
    count = len(region.members)
    if count == 1:
        return names_of(region.members)[0]
    if count == len(municipalities()):
        return "landets kommuner"
    return f"de {swedish.in_words(count)} kommunerna"


def called(part: Region, region: Region) -> str:
    """A cooperation by its name where there are several, else its municipalities together.

    >>> from analysis import regions
    >>> whole = regions.get("malardalen")
    >>> [called(part, whole) for part in cooperations(whole)]
    ['KAK', 'Fyra Mälarstäder']
    """
    return together(part) if len(cooperations(region)) == 1 else part.name


def inside(area: str) -> str:
    """`i riket`, `i Värmlands län`, `i liknande kommuner`, `i de fem kommunerna`."""
    common = {NATION, PEERS.capitalize()}
    return f"i {area.lower() if area in common else area}"


def all_of(count: int, *, short: bool = False) -> str:
    """Every one of some municipalities: alla fem kommuner, båda kommunerna; `short`: alla fem.

    >>> all_of(5), all_of(2), all_of(4, short=True)
    ('alla fem kommuner', 'båda kommunerna', 'alla fyra')
    """
    if count == 2:
        return "båda" if short else "båda kommunerna"
    return f"alla {swedish.in_words(count)}" + ("" if short else " kommuner")


def some_of(count: int, whole: int, *, short: bool = False) -> str:
    """How many of some municipalities: två av fem kommuner, ingen; `short`: två av fem.

    >>> some_of(2, 5), some_of(0, 5), some_of(1, 2, short=True)
    ('två av fem kommuner', 'ingen av kommunerna', 'en av två')
    """
    if count == 0:
        return "ingen" if short else "ingen av kommunerna"
    return f"{swedish.in_words(count)} av {swedish.in_words(whole)}" + (
        "" if short else " kommuner"
    )


def which(codes: Sequence[str], whole: int, *, most: int = 3) -> str:
    """The municipalities by name when few, else counted: Kil och Grums, tolv av 40 kommuner.

    >>> which(["1715", "1764"], 5), which(["1715"] * 5, 9)
    ('Kil och Grums', 'fem av nio kommuner')
    """
    if len(codes) == whole and whole > 1:
        return all_of(whole)
    return swedish.listed(names_of(codes)) if 0 < len(codes) <= most else some_of(len(codes), whole)
