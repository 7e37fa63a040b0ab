"""What page one of a report rests on: what is shared in substance, how old the evidence is.

Terms
-----
together: services that one body performs for all members of a part.
divided: services that every member has in a body, some of them together, but not in the same one.
partly: services that some of the members share with each other, and not all.
part: a cooperation inside the region, or the region itself when it is one (`views.services`).
beyond: municipalities outside a part that share a counted service with one of its members.
prominent: of several services those that are named first, one of each body in turn, so that a
    headline tells of the bodies and not of one alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain, zip_longest

import pandas as pd

from analysis.arrangements import State
from analysis.flows import Flows, commuting_of
from analysis.flows import years as flows_of_years
from analysis.metrics import services as metrics
from analysis.views.commuting import Link, strongest
from analysis.views.services import Sharing, population_on, rows_of, year_on

GAP = 3  # services: a smaller difference is no finding


@dataclass(frozen=True)
class Range:
    """The lowest and the highest of a measure among the members, in one year."""

    year: int
    low: tuple[str, float]
    high: tuple[str, float]
    known: int


@dataclass(frozen=True)
class Substance:
    """What the members of one part share, by how many of them take part."""

    view: Sharing
    people: int  # inhabitants of the members together
    inhabitants: Range
    older: Range | None  # per cent aged 65 and over
    outside: Link | None = None  # where most commuters out of the part go, where it may be named

    @property
    def unknown(self) -> tuple[int, int]:
        """Of how many areas nothing is known for any member, and how many can concern them."""
        missing = len(self.view.unknown_areas)
        return missing, missing + len(self.view.known_areas)

    @property
    def size(self) -> int:
        """Number of members."""
        return len(self.view.region.members)

    @cached_property
    def together(self) -> list[str]:
        """Areas that one body performs for all members, the most prominent first."""
        shared = self.view.shared
        return self._prominent(shared[shared["complete"]])

    @cached_property
    def divided(self) -> dict[str, list[str]]:
        """Bodies by area, where every member has one, and no body has them all."""
        found = {}
        for area, rows in self.view.counted.groupby("area", sort=False):
            shared = area in self.areas and area not in self.together
            if shared and rows["code"].nunique() == self.size > 1:
                found[str(area)] = list(dict.fromkeys(rows["arrangement"]))
        return found

    @cached_property
    def partly(self) -> list[str]:
        """Areas that at least two members share in one body, and not all share."""
        shared = self.view.shared
        rest = shared[~shared["area"].isin([*self.together, *self.divided])]
        return self._prominent(rest)

    @cached_property
    def areas(self) -> list[str]:
        """Areas that count as shared: of one municipality with anybody, else of at least two."""
        return self._prominent(self.view.pooled)

    def _prominent(self, rows: pd.DataFrame) -> list[str]:
        bodies = rows.groupby("arrangement", sort=False)["area"].unique()
        ordered = sorted(bodies, key=len, reverse=True)
        turns = chain.from_iterable(zip_longest(*ordered))
        return list(dict.fromkeys(area for area in turns if area is not None))

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """One row an area of `areas`: that with the newest evidence."""
        order = self.view.pooled.sort_values("last_evidence", ascending=False, kind="stable")
        return order.drop_duplicates("area")

    @cached_property
    def years(self) -> tuple[int, int] | None:
        """First and last year of the newest evidence of what is shared; None without any."""
        years = self.evidence["last_evidence"].dropna()
        return (int(years.min()), int(years.max())) if len(years) else None

    @property
    def old(self) -> int:
        """How many of `areas` have no evidence of the term or of the last three years."""
        return int((~metrics.is_dated(self.evidence)).sum())

    @property
    def until(self) -> int:
        """Year of the newest evidence among the `old` ones; there must be one."""
        return int(self.evidence.loc[~metrics.is_dated(self.evidence), "last_evidence"].max())

    @cached_property
    def _outside_rows(self) -> pd.DataFrame:
        """Counted services that somebody outside shares with a member."""
        tasks = self.view.counted[["arrangement", "area"]].drop_duplicates()
        rows = metrics.counted_services(self.view.state).merge(tasks)
        return rows[~rows["code"].isin(self.view.region.members)]

    @cached_property
    def beyond(self) -> pd.Series:
        """By code of who is outside: how many counted services are shared with a member."""
        return self._outside_rows.groupby("code")["area"].nunique()

    @property
    def nearest(self) -> pd.Series:
        """Those of `beyond` that share most: fewer by less than `GAP` is no difference."""
        return self.beyond[self.beyond > self.beyond.max() - GAP]

    @property
    def nearest_years(self) -> tuple[int, int] | None:
        """First and last year of the evidence of what `nearest` share; None without any."""
        rows = self._outside_rows
        years = rows.loc[rows["code"].isin(self.nearest.index), "last_evidence"].dropna()
        return (int(years.min()), int(years.max())) if len(years) else None

    @property
    def confirmed(self) -> int:
        """How many of `areas` a member has confirmed in the term."""
        return int((self.evidence["state"] == State.CONFIRMED.value).sum())

    @cached_property
    def lost_plans(self) -> int:
        """Areas with nothing surer than a plan whose outcome is unknown."""
        cells = self.view.cells
        return len(
            {
                area
                for (area, code), cell in cells.items()
                if cell.state == State.PLANNED
                and "utfall okänt" in cell.words
                and code in self.view.region.members
            }
        )


@dataclass(frozen=True)
class Summary:
    """What the first two pages of a report look at."""

    sharing: Sharing
    parts: tuple[Substance, ...]  # the cooperations of the region, or the region
    people: int  # inhabitants of the region
    year: int | None = None  # of the flows; None where all years are later than the date

    @property
    def people_year(self) -> int:
        """Of the inhabitants."""
        return self.parts[0].inhabitants.year


def span_of(values: pd.Series, codes: Iterable[str], year: int) -> Range | None:
    """Lowest and highest of `values` (by code) among `codes`; None where none is known."""
    known = values.reindex(list(codes)).dropna().sort_values(kind="stable")
    if known.empty:
        return None
    return Range(
        year,
        (str(known.index[0]), float(known.iloc[0])),
        (str(known.index[-1]), float(known.iloc[-1])),
        len(known),
    )


def summary(
    view: Sharing,
    *,
    population: pd.DataFrame,
    share_65plus: pd.DataFrame,
    flows: Flows | None = None,
) -> Summary:
    """The summary of a region on the date of `view`; no figure is newer than that.

    `flows` are those of a year by the date (`flows_by`); None where there are none.
    `population` has code, year, population; `share_65plus` code, year, value (per cent).
    """
    people, year = population_on(view, population)
    older_year = year_on(view, share_65plus["year"].unique(), closed=True)
    older = share_65plus[share_65plus["year"] == older_year].set_index("code")["value"]
    parts = []
    for part in view.parts:
        inhabitants = span_of(people, part.region.members, year)
        assert inhabitants is not None, "each municipality has inhabitants in each year"
        total = int(people.reindex(list(part.region.members)).sum(skipna=False))
        outside = strongest(flows, part.region.members) if flows else None
        parts.append(
            Substance(
                part, total, inhabitants, span_of(older, part.region.members, older_year), outside
            )
        )
    everyone = int(people.reindex(list(view.region.members)).sum(skipna=False))
    return Summary(view, tuple(parts), everyone, flows.year if flows else None)


def flows_by(day: date) -> Flows | None:
    """Flows of the newest year that had ended by `day`; None where all are later.

    >>> flows_by(date(2012, 6, 30)).year, flows_by(date(2001, 1, 1))
    (2011, None)
    """
    known = [year for year in flows_of_years() if date(year, 12, 31) <= day]
    return commuting_of(max(known)) if known else None


def bodies_named(view: Sharing, keys: Iterable[str]) -> list[str]:
    """Names of bodies on the date, in the order of `keys`."""
    return [view.names[key] for key in keys]


def members_in(view: Sharing, area: str, body: str) -> list[str]:
    """Codes of the region's members that share `area` in `body`."""
    rows = view.counted
    chosen = rows[(rows["area"] == area) & (rows["arrangement"] == body)]
    return [row.code for row in rows_of(chosen)]
