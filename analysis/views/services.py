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
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.arrangements import NO_INFORMATION, Inventory, State, counted
from analysis.errors import InputError
from analysis.loaders import tables
from analysis.metrics import services as metrics
from analysis.regions import Region

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ORDER = (
    State.CONFIRMED,
    State.EVIDENCED,
    State.UNENDED,
    State.ALONE,
    State.UNCLEAR,
    State.PLANNED,
    State.ENDED,
    State.UNKNOWN,
)
_RANK = {state.value: place for place, state in enumerate(_ORDER)}


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
class Body:
    """A body with a counted service for a member of the region, on the date.

    `areas` are its counted services for the members, `inside` and `outside` the codes that share
    one of its counted services, in and outside the region. `words` and `year` are those of the
    newest evidence among the services, `dated` is True when any of it is new; `source` is the id
    of where that evidence stands.
    """

    key: str
    name: str
    form: str
    host: str
    areas: tuple[str, ...]
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    words: str
    year: int
    dated: bool
    source: str

    @property
    def members(self) -> tuple[str, ...]:
        """Codes of all known members."""
        return tuple(sorted((*self.inside, *self.outside)))


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
    def pooled(self) -> pd.DataFrame:
        """Rows of `counted` in bodies that serve at least two members, of one member all of them.

        How old the evidence of a shared service is, is that of these: another body of a single
        member says nothing of it.
        """
        if len(self.region.members) == 1:
            return self.counted
        keys = ["arrangement", "area"]
        return self.counted.merge(self.shared[keys], on=keys)

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
        return {
            str(group): list(part["key"])
            for group, part in self.inventory.areas.groupby("group", sort=False)
        }

    @cached_property
    def known_areas(self) -> list[str]:
        """Areas with any information for the region, in the order of the inventory."""
        found = set(self.own["area"]) | set(self.alone["area"])
        return [key for key in self.area_names if key in found]

    @cached_property
    def unknown_areas(self) -> list[str]:
        """Areas that can concern the region and of which nothing is known for it."""
        return [
            key for key in self.area_names if key not in self.known_areas and self.concerns(key)
        ]

    def concerns(self, area: str) -> bool:
        """False for an area that is bound to counties in which no member lies."""
        return bool(self._counties.get(area, set(self.region.counties)) & set(self.region.counties))

    @cached_property
    def _counties(self) -> dict[str, set[str]]:
        areas = self.inventory.areas
        return {
            key: set(text.split())
            for key, text in zip(areas["key"], areas["counties"], strict=True)
            if text
        }

    @cached_property
    def periods(self) -> pd.DataFrame:
        """`metrics.periods` of the inventory."""
        return metrics.periods(self.inventory)

    @cached_property
    def contradictions(self) -> pd.DataFrame:
        """`metrics.contradictions` of the inventory."""
        return metrics.contradictions(self.inventory)

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
    def bodies(self) -> list[Body]:
        """Bodies with a counted service for a member: those of most members, then services, first."""
        found = [
            self._body(str(key), rows)
            for key, rows in self.counted.groupby("arrangement", sort=False)
        ]
        return sorted(found, key=lambda body: (-len(body.inside), -len(body.areas)))

    def _body(self, key: str, rows: pd.DataFrame) -> Body:
        best = next(
            rows_of(
                rows.assign(new=metrics.is_dated(rows)).sort_values(
                    ["new", "last_evidence"], ascending=False, kind="stable"
                )
            )
        )
        codes = {code for area in rows["area"] for code in self._partners[key, area]}
        own = [code for code in self.region.members if code in codes]
        return Body(
            key,
            self.names[key],
            best.legal_form,
            best.host,
            tuple(area for area in self.area_names if area in set(rows["area"])),
            tuple(own),
            tuple(sorted(codes - set(own))),
            best.words,
            int(best.last_evidence),
            bool(best.new),
            self._newest_source(key, best.area) or best.sources.split("; ")[0],
        )

    @cached_property
    def _partners(self) -> dict[tuple[str, str], list[str]]:
        """The codes of all municipalities that a body does a counted service for."""
        found: dict[tuple[str, str], list[str]] = {}
        rows = metrics.counted_services(self.state)
        for key, area, code in zip(rows["arrangement"], rows["area"], rows["code"], strict=True):
            found.setdefault((key, area), []).append(code)
        return found

    def _newest_source(self, key: str, area: str) -> str:
        """Where the newest evidence of a task by the date stands."""
        rows = [
            row
            for row in self.evidence.get(key, [])
            if row.area in (area, "all") and row.first <= pd.Timestamp(self.day)
        ]
        return str(max(rows, key=lambda row: row.last).source) if rows else ""

    @cached_property
    def circles(self) -> list[list[Body]]:
        """The bodies by their members: those with the same members stand together."""
        found: dict[tuple[str, ...], list[Body]] = {}
        for body in self.bodies:
            found.setdefault(body.members, []).append(body)
        return list(found.values())

    @cached_property
    def published(self) -> dict[str, Any]:
        """Rows of `metrics.published_figures` by body."""
        return {
            row.arrangement: row
            for row in rows_of(metrics.published_figures(self.inventory, self.day))
        }

    @cached_property
    def parts(self) -> list[Sharing]:
        """The cooperations inside the region, each by itself; the region when it has no two."""
        if len(self.region.groups) < 2:
            return [self]
        return [
            Sharing(group, self.day, self.inventory, self.state) for group in self.region.groups
        ]

    @cached_property
    def cells(self) -> dict[tuple[str, str], Cell]:
        """The surest of each (area, code) of which anything is known, or was looked for."""
        found = {key: Cell(State.UNKNOWN, searched=day) for key, day in self._searched.items()}
        said = [(row, _cell(row)) for row in rows_of(self.own)]
        said += [
            (row, Cell(State.ALONE, row.words, _year(row.last_evidence)))
            for row in rows_of(self.alone)
        ]
        for row, cell in said:
            best = found.get((row.area, row.code))
            if best is None or _sureness(cell) > _sureness(best):
                found[row.area, row.code] = cell
        return found

    def cell(self, area: str, code: str) -> Cell:
        """The cell of a service and a municipality; without information where none is known."""
        return self.cells.get((area, code), Cell(State.UNKNOWN))

    @cached_property
    def unanswered(self) -> list[Cell]:
        """The cells without information, of the services that can concern the region."""
        cells = (
            self.cell(area, code)
            for area in self.area_names
            if self.concerns(area)
            for code in self.region.members
        )
        return [cell for cell in cells if cell.state == State.UNKNOWN]

    @cached_property
    def _searched(self) -> dict[tuple[str, str], str]:
        """The day on which each (area, code) was last looked for.

        A search after the date counts: whoever looked then would have found what held before.
        """
        table = self.inventory.searched
        table = table[table["code"].isin(self.region.members)].sort_values("date")
        found: dict[tuple[str, str], str] = {}
        for row in rows_of(table):
            for area in self.area_names if row.area == "all" else [row.area]:
                found[area, row.code] = row.date
        return found


def _cell(row: Any) -> Cell:
    """The cell of a row; an area that is only declared is an intention, whatever runs."""
    state, words, event = State(row.state), row.words, row.event
    if row.kind == "theme" and counted(state):
        state, words, event = State.PLANNED, f"samarbetsområde, {words}", "intention"
    return Cell(state, words, _year(row.last_evidence), event, row)


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
        return date.fromisoformat(str(as_of))
    except ValueError:
        raise InputError(f"as_of {as_of!r} is no date; write it as 2026-06-30") from None


def sharing(region: Region, inventory: Inventory, as_of: str = "") -> Sharing:
    """The inventory on a date ("" for the date of the data) seen from `region`.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> view = sharing(regions.get("kak"), load_inventory(), "2026-08-31")
    >>> view.cell("avfall", "1984").row.name
    'VafabMiljö Kommunalförbund'
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


def base_of(
    view: Sharing, body: Body, population: pd.Series
) -> tuple[int | None, int | None, bool]:
    """Members and inhabitants behind a body, and whether a source prints them for the whole.

    What a source prints goes before the sum over the members that we know; None when unknown.
    """
    printed = view.published.get(body.key)
    if printed is not None and not pd.isna(printed.inhabitants):
        return _year(printed.municipalities), _year(printed.inhabitants), True
    persons = population.reindex(list(body.members))
    total = None if persons.isna().any() else int(persons.sum())
    return len(body.members), total, False


def nearest_gaps(view: Sharing, points: pd.DataFrame) -> pd.DataFrame:
    """What others share and nothing is known of here: for each area the body nearest by.

    `points` has code, easting and northing (metres). Returns area, arrangement, name, legal_form,
    codes (joined by "; "), words, last_evidence, distance_km (between the nearest of its members
    and of ours; NaN without points), bodies (how many share it), nearest first.
    """
    table = metrics.gaps(view.state, view.region.members)
    table = table[table["area"].isin(view.unknown_areas)]
    places = points.drop_duplicates("code").set_index("code")[["easting", "northing"]]
    own = places.reindex(list(view.region.members)).dropna().to_numpy()
    away = [
        _kilometres(places.reindex(codes.split("; ")).dropna().to_numpy(), own)
        for codes in table["codes"]
    ]
    table = table.assign(distance_km=pd.Series(away, index=table.index, dtype="float64"))
    table["bodies"] = table.groupby("area")["arrangement"].transform("size")
    table = table.sort_values(
        ["distance_km", "last_evidence"], ascending=[True, False], kind="stable"
    )
    columns = [
        "area",
        "arrangement",
        "name",
        "legal_form",
        "codes",
        "words",
        "last_evidence",
        "sources",
        "distance_km",
        "bodies",
    ]
    return table.drop_duplicates("area")[columns].reset_index(drop=True)


def _kilometres(theirs: NDArray[np.float64], ours: NDArray[np.float64]) -> float:
    if not len(theirs) or not len(ours):
        return float("nan")
    apart = theirs[:, None, :] - ours[None, :, :]
    return float(np.sqrt((apart**2).sum(axis=2)).min() / 1000)
