"""What the population chapter of one region looks at: its people and figures up to a day.

Terms
-----
day: the date that a report stands for; a figure whose own date lies after it is not seen.
cooperation: a set of municipalities that is told by itself; a region that is a union of several
    is shown as them, side by side, never as one.
indicator: one measure of all municipalities over the years, with the comparators of each.
values: Series of inhabitants indexed by (code, year) for all municipalities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import catalog
from analysis.errors import InputError
from analysis.loaders import finances as finance_loader
from analysis.loaders import population as loader
from analysis.metrics import capacity, need
from analysis.metrics import population as metrics
from analysis.metrics.measure import Measure, measure_of
from analysis.regions import Region, counties, country
from analysis.views.comparators import Comparator, Given, comparators

if TYPE_CHECKING:
    import geopandas as gpd

FEW_COUNTIES = 3  # with more counties than this only the nation stands beside the region
NATION = "Riket"
BROAD_AGES = (("0–19 år", 0, 19), ("20–64 år", 20, 64), ("65 år eller äldre", 65, None))


# --- areas ----------------------------------------------------------------------------------------


def cooperations(region: Region) -> tuple[Region, ...]:
    """The groups of a region that is the union of several, else the region itself.

    >>> from analysis import regions
    >>> [part.key for part in cooperations(regions.get("malardalen"))]
    ['kak', 'fyra-malarstader']
    >>> [part.key for part in cooperations(regions.get("karlstad"))]
    ['karlstad']
    """
    members = [code for group in region.groups for code in group.members]
    whole = len(region.groups) > 1 and sorted(members) == sorted(region.members)
    return region.groups if whole else (region,)


def last_year(values: pd.Series | pd.DataFrame) -> int:
    """The latest year of what is indexed by (code, year)."""
    return int(values.index.get_level_values(1).max())


def by_size(region: Region, values: pd.Series) -> list[str]:
    """Members by population of the latest year, largest first; those that are unknown last."""
    latest = values.xs(last_year(values), level=1)
    return [
        str(code)
        for code in latest.reindex(list(region.members)).sort_values(ascending=False).index
    ]


def in_order(region: Region, values: pd.Series) -> list[str]:
    """Members cooperation by cooperation, each by size."""
    return [code for part in cooperations(region) for code in by_size(part, values)]


def beside(region: Region, values: pd.Series, compare: Given = ()) -> dict[str, list[str]]:
    """Those that were asked for, else the counties, when few, and the nation: codes by name.

    A set that is the region itself is no comparator.
    """
    if against := usable(region, comparators(region, compare)):
        return {one.title: list(one.codes) for one in against}
    codes = sorted(map(str, values.index.unique(0)))
    sets: dict[str, list[str]] = {}
    if len(region.counties) <= FEW_COUNTIES:
        sets = {
            counties()[county]: [code for code in codes if code[:2] == county]
            for county in region.counties
        }
    sets[NATION] = codes
    return {name: inside for name, inside in sets.items() if set(inside) != set(region.members)}


def usable(region: Region, asked: Sequence[Comparator]) -> tuple[Comparator, ...]:
    """Those of some comparators that have municipalities and are not the region itself."""
    return tuple(one for one in asked if one.codes and set(one.codes) != set(region.members))


def compared_sets(region: Region, values: pd.Series, compare: Given = ()) -> dict[str, list[str]]:
    """Members by display name: the region's cooperations, then what stands `beside`."""
    return {
        **{part.name: list(part.members) for part in cooperations(region)},
        **beside(region, values, compare),
    }


def broad_ages(region: Region, ages: pd.DataFrame) -> list[tuple[str, float, float]]:
    """Label and shares of the region and the nation of three broad ages, latest year of `ages`.

    The nation's is missing when the region is the nation, or when it is not known.
    """
    nation = country(set(ages.loc[ages["year"] == ages["year"].max(), "code"]))
    other = set(region.members) != set(nation)
    return [
        (
            label,
            metrics.joint_age_share(ages, region.members, low, high),
            metrics.joint_age_share(ages, nation, low, high) if other else float("nan"),
        )
        for label, low, high in BROAD_AGES
    ]


def joint_need(need: pd.DataFrame) -> float:
    """Aged 70-79 for each aged 80 or over of several municipalities together (`Residents.need`)."""
    coming, old = need[["coming", "old"]].sum(skipna=False)
    return float(coming / old) if old > 0 else float("nan")


# --- indicators ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Indicator:
    """A measure of all municipalities; `values` is indexed by (code, year), none newer than told.

    `peers` has columns code and peer_code, `groups` the SKR group of each code. Codes in
    `unranked` mean something else by the figure: they have no rank and are nobody's comparator.
    A measure whose definition is not settled is not `compared` at all.
    """

    measure: Measure
    values: pd.Series
    peers: pd.DataFrame
    groups: pd.Series
    unranked: tuple[str, ...] = ()
    compared: bool = True

    @cached_property
    def latest(self) -> pd.Series:
        """Values of the latest year with any, by code; empty when none is known."""
        return capacity.latest(self.values)

    @property
    def year(self) -> int | None:
        """The latest year with a value."""
        return self.latest.attrs.get("year")

    @cached_property
    def comparable(self) -> pd.Series:
        """Values of the municipalities for which the figure means the same."""
        return self.latest.drop(list(self.unranked), errors="ignore").astype("float64")

    @property
    def whole(self) -> bool:
        """True when all 290 municipalities are known, so that there is a median of the country."""
        return self.compared and self.latest.notna().sum() >= capacity.ALL_MUNICIPALITIES

    @property
    def median(self) -> float:
        """Median of all comparable municipalities; missing unless all are known."""
        return float(self.comparable.median()) if self.whole else float("nan")

    @cached_property
    def ranks(self) -> pd.Series:
        """Place by code, 1 for the highest value; missing unless all are known."""
        ranks = capacity.rank(self.latest, without=self.unranked)
        return ranks if self.compared else ranks.mask(ranks.notna())

    @cached_property
    def spread(self) -> pd.DataFrame:
        """Lowest, median and highest value among the peers of each municipality."""
        found = capacity.spread_of_peers(self.comparable, self.peers)
        return found if self.whole else found.iloc[:0]

    @cached_property
    def group_medians(self) -> pd.Series:
        """Median of each municipality's SKR group, by code."""
        medians = self.comparable.groupby(self.groups.reindex(self.comparable.index)).median()
        return self.groups.map(medians if self.whole else medians.iloc[:0])

    @property
    def scale(self) -> int:
        """What a value is multiplied by when it is printed."""
        return 100 if self.measure.as_percent else 1

    @property
    def unit(self) -> str:
        """Unit as printed beside a number."""
        return "procent" if self.measure.as_percent else self.measure.unit

    def known(self, codes: Sequence[str]) -> pd.Series:
        """The latest values of those of `codes` that are known, highest first."""
        return self.latest.reindex(list(codes)).dropna().sort_values(ascending=False)

    def with_series(self, codes: Sequence[str]) -> list[str]:
        """Those of `codes` with more than one year."""
        counts = self.values.dropna().groupby(level=0).count()
        return [code for code in codes if counts.get(code, 0) > 1]


# measure, dataset, and what sets it apart; the order is that of the tables
_INDICATORS: tuple[tuple[Callable[..., pd.Series], str, Mapping[str, Any]], ...] = (
    (metrics.share_65plus, "share_65plus", {}),
    (metrics.dependency_ratio, "dependency_ratio", {}),
    (metrics.mean_age, "mean_age", {}),
    (capacity.employment_rate, "employment_rate", {}),
    (capacity.post_secondary_share, "post_secondary_share", {}),
    (capacity.taxable_income, "taxable_income_real", {}),
    (capacity.tax_rate_total, "tax_rate_total", {}),
    (capacity.median_income, "median_income_real", {}),
    (capacity.tax_rate, "tax_rate", {"unranked": capacity.REGIONAL_TASKS}),
    (capacity.cost_per_inhabitant, "finances", {"compared": False}),
)
MAIN = ("employment_rate", "post_secondary_share", "taxable_income", "tax_rate_total")
"""The four capacity measures of the main report; the others stand in the appendix."""


def indicators(
    tables: Mapping[str, pd.DataFrame], *, peers: pd.DataFrame, groups: pd.Series
) -> dict[str, Indicator]:
    """The indicators by id, from the tables (code, year, …) of their datasets; no table, none."""
    return {
        measure_of(metric).id: Indicator(
            measure_of(metric),
            metric(tables[key].set_index(["code", "year"])).sort_index(),
            peers,
            groups,
            **kind,
        )
        for metric, key, kind in _INDICATORS
        if key in tables
    }


# --- the view ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class People:
    """One region's people and some indicators, with nothing newer than `day` (None: all).

    `people` is the table of the loader.
    """

    region: Region
    day: date | None
    people: pd.DataFrame
    indicators: Mapping[str, Indicator]

    @cached_property
    def values(self) -> pd.Series:
        """Inhabitants by (code, year) of all municipalities."""
        return metrics.population(self.people.set_index(["code", "year"]))

    @cached_property
    def latest(self) -> pd.Series:
        """Inhabitants by code of the latest year."""
        return self.values.xs(last_year(self.values), level=1)

    @property
    def year(self) -> int:
        """The latest year of the population."""
        return last_year(self.values)

    @cached_property
    def change(self) -> pd.Series:
        """Change over ten years to the latest one by code, as a share."""
        return metrics.population_change_10y(self.values).xs(self.year, level=1)

    def pick(self, keys: Sequence[str]) -> list[Indicator]:
        """The indicators `keys` of which any member is known."""
        return [
            self.indicators[key]
            for key in keys
            if len(self.indicators[key].known(self.region.members))
        ]


@dataclass(frozen=True)
class Residents(People):
    """One region's people and all that they can carry.

    The tables are those of the loaders; `ages` are both sexes of the latest year, `ages_by_sex`
    by sex; `later` are the keys of the datasets whose figures all lie after the day; `asked` is
    what the reader wants to compare with, and none when that was left to the report.
    """

    land_area: pd.DataFrame
    localities: pd.DataFrame
    changes: pd.DataFrame
    ages: pd.DataFrame
    ages_by_sex: pd.DataFrame
    projection: pd.DataFrame
    staff_table: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    later: tuple[str, ...]
    asked: tuple[Comparator, ...] = ()

    @property
    def against(self) -> tuple[Comparator, ...]:
        """What was asked for and can be compared with."""
        return usable(self.region, self.asked)

    @property
    def beside_country(self) -> tuple[Comparator, ...]:
        """Those whose medians stand beside the country's, which is always there."""
        return tuple(one for one in self.against if not one.whole)

    @cached_property
    def staff(self) -> pd.Series:
        """Monthly-paid staff by (code, year) of all municipalities."""
        return self.staff_table.set_index(["code", "year"])["staff"]

    @property
    def staff_years(self) -> tuple[int, int]:
        """First and last year with staff; 0 and 0 where there is none."""
        years = self.staff_table["year"]
        return (int(years.min()), int(years.max())) if len(years) else (0, 0)

    @cached_property
    def need(self) -> pd.DataFrame:
        """Inhabitants aged 70-79 (`coming`) and 80 or over (`old`) and their `ratio`, by code."""
        latest = self.ages[self.ages["year"] == self.ages["year"].max()]
        groups = [
            metrics.by_age(latest, *limits).droplevel("year") for limits in ((70, 79), (80, None))
        ]
        return pd.DataFrame(
            {"coming": groups[0], "old": groups[1], "ratio": need.cohort_70_79(latest)}
        )

    @cached_property
    def land(self) -> pd.DataFrame:
        """Latest known land area by code: year and km2."""
        return metrics.latest_land(self.land_area)


def where_people_live(view: Residents, boundaries: gpd.GeoDataFrame) -> pd.DataFrame:
    """Share in localities and in the largest one of every municipality (`locality_shares`).

    `boundaries` are indexed by code. Empty where no localities, or no inhabitants of their year,
    are known on the day.
    """
    years = view.localities["year"]
    if years.empty or int(years.max()) not in view.values.index.unique(1):
        return pd.DataFrame(columns=["year", "share", "name", "largest", "largest_share"])
    crossing = metrics.crossing_localities(view.localities, boundaries)
    inhabitants = view.values.xs(int(years.max()), level=1)
    return metrics.locality_shares(view.localities, inhabitants, crossing)


def day_of(as_of: str) -> date | None:
    """The day of an ISO date, None for no limit; raises InputError for anything else.

    >>> day_of("2012-06-30"), day_of("")
    (datetime.date(2012, 6, 30), None)
    """
    try:
        return date.fromisoformat(str(as_of)) if as_of else None
    except ValueError:
        raise InputError(f"as_of {as_of!r} is no date; write it as 2026-06-30") from None


def until(table: pd.DataFrame, key: str, day: date | None) -> pd.DataFrame:
    """The rows of dataset `key` whose figures do not lie after `day` (None: all of them)."""
    return table if day is None else table[table["year"] <= catalog.dataset(key).last_year(day)]


def residents(region: Region, as_of: str = "", compare: Given = ()) -> Residents:
    """The view of a region; `as_of` is an ISO date, or empty for all there is.

    `compare` is what `views.comparators` understands; without it the counties, when few, and the
    nation stand beside the members.

    >>> from analysis import regions
    >>> view = residents(regions.get("kak"), "2012-06-30")
    >>> last_year(view.values), view.indicators["tax_rate_total"].year
    (2011, 2012)
    >>> "employment_rate" in view.later
    True
    """
    day, later = day_of(as_of), []

    def seen(key: str, table: pd.DataFrame) -> pd.DataFrame:
        found = until(table, key, day)
        if len(table) and found.empty:
            later.append(key)
        return found

    tables = {key: seen(key, loader.load_indicator(key)) for key in loader.INDICATORS}
    tables["finances"] = seen("finances", finance_loader.load_finances())
    base = _people(region, as_of, seen("population", loader.load_population()), tables)
    # what SCB projects is made from the year before its first one, and is no figure of later years
    projection = loader.load_projection(region)
    if day is not None and len(projection) and int(projection["year"].min()) > day.year + 1:
        projection = projection.iloc[:0]
    return Residents(
        region,
        day,
        base.people,
        base.indicators,
        seen("land_area", loader.load_land_area()),
        seen("localities", loader.load_localities()),
        seen("population_change", loader.load_population_change()),
        seen("population_age", loader.load_ages()),
        seen("population_age_sex", loader.load_age_sex()),
        projection,
        seen("staff", loader.load_staff()),
        tables,
        tuple(later),
        tuple(comparators(region, compare, day=day)) if compare else (),
    )


def people_of(region: Region, as_of: str, keys: Sequence[str]) -> People:
    """As `residents`, with the indicators that the datasets `keys` give and nothing else.

    >>> from analysis import regions
    >>> view = people_of(regions.get("kak"), "2012-06-30", ["tax_rate_total"])
    >>> view.year, list(view.indicators)
    (2011, ['tax_rate_total'])
    """
    day = day_of(as_of)
    tables = {key: until(loader.load_indicator(key), key, day) for key in keys}
    return _people(region, as_of, until(loader.load_population(), "population", day), tables)


def _people(
    region: Region, as_of: str, people: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> People:
    """The view from tables of the day; InputError where nobody is counted yet."""
    if people.empty:
        first = int(loader.load_population()["year"].min())
        raise InputError(
            f"as_of {as_of!r} lies before the first figures; give {first + 1}-01-01 or a later date"
        )
    day = day_of(as_of)
    peers = until(loader.load_peers(), "peers", day)
    groups = loader.load_municipalities().set_index("code")["skr_group"]
    return People(region, day, people, indicators(tables, peers=peers, groups=groups))
