"""The inventory of shared services seen from one region on one date.

Terms
-----
sharing: what every figure and sentence on shared services looks at.
own rows: the state of the region's members; a member can share with others outside the region.
shared: a counted service in which at least two of the members take part in the same body.
cell: a service and a municipality; it holds the surest that the inventory says of the two.
part: a cooperation inside the region, or the region itself when it is one cooperation. Two
    cooperations are shown side by side and never blended.
no information ("ingen uppgift"): nothing is known; never zero, never "is not shared".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from analysis.arrangements import NO_INFORMATION, Inventory, State
from analysis.errors import InputError
from analysis.loaders import tables
from analysis.metrics import services as metrics
from analysis.regions import Region

_ORDER = (State.CONFIRMED, State.EVIDENCED, State.UNENDED, State.ALONE, State.UNCLEAR,
          State.PLANNED, State.ENDED, State.UNKNOWN)
_RANK = {state.value: place for place, state in enumerate(_ORDER)}
MARKS = tuple(state for state in _ORDER if state not in (State.ENDED, State.UNKNOWN))


@dataclass(frozen=True)
class Cell:
    """The surest that the inventory says of a service and a municipality.

    `year` is that of the evidence, None when undated. `row` is the row of the state, None for what
    a municipality does alone and where nothing is known. `searched` is the day on which it was
    last looked for, "" when it was not.
    """

    state: State
    words: str = NO_INFORMATION
    year: int | None = None
    event: str = ""
    row: Any = None
    searched: str = ""


@dataclass(frozen=True)
class Sharing:
    """The inventory on `day` seen from `region`; `state` holds all municipalities."""

    region: Region
    day: date
    inventory: Inventory
    state: pd.DataFrame

    @cached_property
    def own(self) -> pd.DataFrame:
        """Rows of `state` for the members of the region."""
        return self.state[self.state["code"].isin(self.region.members)]

    @cached_property
    def counted(self) -> pd.DataFrame:
        """Members' rows that count as shared services."""
        return metrics.counted_services(self.own)

    @cached_property
    def shared(self) -> pd.DataFrame:
        """`metrics.group_services`: counted services that at least two of the members share."""
        return metrics.group_services(self.state, self.region.members)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """`metrics.service_counts` of the members, in the order of the region."""
        return metrics.service_counts(self.state, codes=self.region.members)

    @cached_property
    def alone(self) -> pd.DataFrame:
        """What members do by themselves, unless newer evidence counts them as sharing it."""
        rows = metrics.alone_on(self.inventory, self.day)
        rows = rows[rows["code"].isin(self.region.members)]
        sharing_ = set(zip(self.counted["code"], self.counted["area"], strict=True))
        keep = [pair not in sharing_ for pair in zip(rows["code"], rows["area"], strict=True)]
        return rows[pd.Series(keep, index=rows.index, dtype="bool")]

    @cached_property
    def area_names(self) -> dict[str, str]:
        """Swedish names of the service areas by key, in the order of the inventory."""
        areas = self.inventory.areas
        return dict(zip(areas["key"], areas["name"], strict=True))

    @cached_property
    def form_names(self) -> dict[str, str]:
        """Swedish names of the legal forms by key."""
        forms = self.inventory.forms
        return dict(zip(forms["key"], forms["name"], strict=True))

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """Keys of all service areas by area group."""
        return {str(group): list(part["key"])
                for group, part in self.inventory.areas.groupby("group", sort=False)}

    @cached_property
    def known_areas(self) -> list[str]:
        """Areas with any information for the region, in the order of the inventory."""
        found = set(self.own["area"]) | set(self.alone["area"])
        return [key for key in self.area_names if key in found]

    @cached_property
    def unknown_areas(self) -> list[str]:
        """Areas that can concern the region and of which nothing is known for it."""
        return [key for key in self.area_names
                if key not in self.known_areas and self.concerns(key)]

    def concerns(self, area: str) -> bool:
        """False for an area that is bound to counties in which no member lies."""
        return bool(self._counties.get(area, set(self.region.counties))
                    & set(self.region.counties))

    @cached_property
    def _counties(self) -> dict[str, set[str]]:
        areas = self.inventory.areas
        return {key: set(text.split()) for key, text in
                zip(areas["key"], areas["counties"], strict=True) if text}

    @cached_property
    def names(self) -> dict[str, str]:
        """Name of each body on the date by its key."""
        return metrics.names_on(self.inventory, self.day)

    @cached_property
    def sources(self) -> dict[str, Any]:
        """Rows of the sources by id."""
        return {row.id: row for row in rows_of(self.inventory.sources)}

    @cached_property
    def evidence(self) -> dict[str, list[Any]]:
        """Rows of the events that show a body running, by body."""
        events = self.inventory.events
        found: dict[str, list[Any]] = {}
        for row in rows_of(events[events["event"].isin(["running", "confirmed"])]):
            found.setdefault(row.arrangement, []).append(row)
        return found

    @cached_property
    def bodies(self) -> list[str]:
        """Bodies with a counted service for a member, those with most of them first."""
        sizes = self.counted.groupby("arrangement").agg(codes=("code", "nunique"),
                                                        n=("code", "size"))
        return list(sizes.sort_values(["codes", "n"], ascending=False, kind="stable").index)

    def members_of(self, body: str) -> list[str]:
        """Codes that share a counted service in a body, also those outside the region."""
        rows = metrics.counted_services(self.state)
        return sorted(rows.loc[rows["arrangement"] == body, "code"].unique())

    @cached_property
    def published(self) -> dict[str, Any]:
        """Rows of `metrics.published_figures` by body."""
        return {row.arrangement: row
                for row in rows_of(metrics.published_figures(self.inventory, self.day))}

    @cached_property
    def parts(self) -> list[Sharing]:
        """The cooperations inside the region, each by itself; the region when it has no two."""
        if len(self.region.groups) < 2:
            return [self]
        return [Sharing(group, self.day, self.inventory, self.state)
                for group in self.region.groups]

    @cached_property
    def cells(self) -> dict[tuple[str, str], Cell]:
        """The surest of each (area, code) of which anything is known, or was looked for."""
        found = {key: Cell(State.UNKNOWN, searched=day) for key, day in self._searched.items()}
        said = [(row, Cell(State(row.state), row.words, _year(row.last_evidence), row.event, row))
                for row in rows_of(self.own)]
        said += [(row, Cell(State.ALONE, row.words, _year(row.last_evidence)))
                 for row in rows_of(self.alone)]
        for row, cell in said:
            best = found.get((row.area, row.code))
            if best is None or _sureness(cell) > _sureness(best):
                found[row.area, row.code] = cell
        return found

    def cell(self, area: str, code: str) -> Cell:
        """The cell of a service and a municipality; without information where none is known."""
        return self.cells.get((area, code), Cell(State.UNKNOWN))

    @cached_property
    def _searched(self) -> dict[tuple[str, str], str]:
        """The day on which each (area, code) was last looked for; never after the date."""
        table = self.inventory.searched
        table = table[table["code"].isin(self.region.members)
                      & ~(table["first"] > pd.Timestamp(self.day))].sort_values("date")
        found: dict[tuple[str, str], str] = {}
        for row in rows_of(table):
            for area in self.area_names if row.area == "all" else [row.area]:
                found[area, row.code] = row.date
        return found


def _year(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _sureness(cell: Cell) -> tuple[int, int]:
    return -_RANK[cell.state], cell.year or 0


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples; typed loosely because the columns differ by table."""
    yield from table.itertuples(index=False)


def parse_day(as_of: str) -> date:
    """The date that a notebook parameter names; "" is the date of the data.

    Raises InputError that shows the form of a date.

    >>> parse_day("2026-06-30")
    datetime.date(2026, 6, 30)
    """
    if not as_of:
        return tables.data_date()
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        raise InputError(f"as_of {as_of!r} is no date; write it as 2026-06-30") from None


def sharing(region: Region, inventory: Inventory, as_of: str = "") -> Sharing:
    """The inventory on a date ("" for the date of the data) seen from `region`.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> view = sharing(regions.get("kak"), load_inventory(), "2026-08-31")
    >>> view.cell("loner", "1984").words
    'fanns 2016, inget slut känt'
    """
    day = parse_day(as_of)
    return Sharing(region, day, inventory, metrics.state_on(inventory, day))


def year_on(view: Sharing, years: Iterable[int], *, closed: bool = False) -> int:
    """The latest of `years` by the date, else the first of them.

    `closed`: the figures are those of 31 December, so the date's own year is too late.
    """
    known = sorted(int(year) for year in years)
    limit = view.day.year - (closed and (view.day.month, view.day.day) != (12, 31))
    return max((year for year in known if year <= limit), default=known[0])


def population_on(view: Sharing, table: pd.DataFrame) -> tuple[pd.Series, int]:
    """Inhabitants by code on the last 31 December by the date, and its year."""
    year = year_on(view, table["year"].unique(), closed=True)
    return table[table["year"] == year].set_index("code")["population"], year
