"""What a region is held against: peers, county, labour market, nation, or any set.

Terms
-----
comparator: a named set of municipalities. Its value is the median of those that are known, and of
    an index of a count the sum; never an average of shares, and nothing where nothing is known.
peers: RKA's municipalities that are alike, of all members together, without the members.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analysis import catalog, placenames, regions
from analysis.citable import Citable
from analysis.errors import InputError
from analysis.loaders import population
from analysis.regions import Region

KINDS = ("peers", "county", "labour market", "nation")
PEERS = "liknande kommuner"
_TAKES = f"compare takes {', '.join(KINDS)}, a region, or municipalities"


@dataclass(frozen=True)
class Comparator:
    """A set with a Swedish name; `sources` are what the set itself is taken from."""

    label: str
    codes: tuple[str, ...]
    sources: tuple[Citable, ...] = ()

    @property
    def title(self) -> str:
        """The label with its first letter upper-case, as it begins a row."""
        return self.label[:1].upper() + self.label[1:]

    @property
    def whole(self) -> bool:
        """Whether it is all municipalities of the country."""
        return set(self.codes) == set(regions.current())

    def median(self, values: pd.Series) -> float:
        """The median of the known values (by code) of its municipalities; NaN when none is."""
        return float(values.reindex(list(self.codes)).median())

    def known(self, values: pd.Series) -> int:
        """How many of its municipalities have a value (by code): those that the median is of."""
        return int(values.reindex(list(self.codes)).notna().sum())

    def total(self, values: pd.Series) -> pd.Series:
        """The sum of a count by year (values by code and year); unknown where a part is unknown."""
        wide = values.unstack(level=0).reindex(columns=list(self.codes))
        return wide.sum(axis=1, skipna=False)

    def medians(self, values: pd.Series) -> pd.Series:
        """The median by year of values by code and year."""
        return values.unstack(level=0).reindex(columns=list(self.codes)).median(axis=1).dropna()


Compared = str | Region | Comparator
Given = Compared | Iterable[Compared] | None


def comparators(region: Region, given: Given = (), *, day: date | None = None) -> list[Comparator]:
    """What `given` names, in its order, each once: kinds, regions, or what `region()` understands.

    Kinds may be written together, with commas. Peers that were named after `day` are none.
    Raises InputError for anything else.

    >>> [one.label for one in comparators(regions.get("karlstad"), "county, nation")]
    ['Värmlands län', 'riket']
    >>> comparators(regions.get("kak"), "Örebro län")[0].codes[:2]
    ('1814', '1860')
    """
    if given is None or (isinstance(given, str) and not given.strip()):
        return []
    if not isinstance(given, Iterable | Region | Comparator):
        raise InputError(f"compare={given!r} is no comparator; {_TAKES}")
    listed = [given] if isinstance(given, str | Region | Comparator) else list(given)
    found = [one for each in listed for part in _parts(each) for one in _of(region, part, day)]
    return list({one.label: one for one in found}.values())


def _parts(given: Compared) -> list[Compared]:
    """The kinds of a list such as `peers, nation`; anything else as it stands."""
    parts = [_kind(part) for part in given.split(",")] if isinstance(given, str) else []
    return list(parts) if set(parts) <= set(KINDS) and parts else [given]


def _kind(text: str) -> str:
    kind = text.strip().casefold().replace("-", " ")
    return "nation" if placenames.is_nation(kind) else kind


def _of(region: Region, given: Compared, day: date | None) -> list[Comparator]:
    kind = _kind(given) if isinstance(given, str) else ""
    if kind == "nation":
        return [Comparator("riket", tuple(regions.current()))]
    if kind == "peers":
        return [_peers(region, day)]
    if kind == "county":
        return [_named(regions.resolve(name)) for name in _counties(region)]
    if kind == "labour market":
        return [_named(regions.resolve(name)) for name in _markets(region)]
    if isinstance(given, Comparator):
        return [given]
    if isinstance(given, Region):
        return [_named(given)]
    try:
        return [_named(regions.resolve(given))]
    except InputError as error:
        raise InputError(*error.faults, _TAKES) from None


def _named(region: Region) -> Comparator:
    return Comparator(region.name, region.members, ("municipalities",))


def _counties(region: Region) -> list[str]:
    names = regions.counties()
    return [names[code] for code in region.counties]


def _markets(region: Region) -> list[str]:
    known = regions.municipalities()
    found = dict.fromkeys(known[code].labour_market_name for code in region.members)
    return [f"{name} arbetsmarknad" for name in found if name]


def _peers(region: Region, day: date | None) -> Comparator:
    table = population.load_peers()
    if day is not None:
        table = table[table["year"] <= catalog.dataset("peers").last_year(day)]
    near = table.loc[table["code"].isin(region.members), "peer_code"]
    codes = tuple(str(code) for code in dict.fromkeys(near) if code not in region.members)
    return Comparator(PEERS, codes, ("peers",))
