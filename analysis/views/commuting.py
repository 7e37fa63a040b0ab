"""What the commuting chapter of a region looks at, and what may be said of a modelled flow.

Terms
-----
modelled flow: commuters between two municipalities as the model spreads the published margins.
interval: where the middle 80 per cent of the benchmark's tests at that size lie; a modelled count
below `EXACT` is shown as its interval, never as a number. Larger ones are rounded.
likely: the strongest link of a municipality may be named when the model holds it for at least
`CLEAR` times the second, or when an observed row says the same.
bar: the employed residents of a member by workplace: their own municipality (observed), the other
members, the strongest municipality outside, the rest. Modelled parts of the out-commuters are
rounded to 5 per cent; out-commuters themselves are observed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import permutations
from math import ceil, floor, log10
from typing import Literal

import numpy as np
import pandas as pd

from analysis.flows import Flows, commuting_on
from analysis.loaders import commuting as loader
from analysis.loaders import tables
from analysis.metrics import commuting as metrics
from analysis.metrics.commuting import ABROAD
from analysis.regions import Region, current, municipalities
from analysis.views.population import last_year
from analysis.views.services import parse_day

EXACT = 1000  # modelled commuters from which a rounded number may be shown
CLEAR = 1.5  # so many times the second a strongest link must be to be named
STEP = 0.05  # to which modelled shares are rounded
Basis = Literal["observed", "evidence", "likely"]


MARKETS_YEAR = 2022  # of the official labour markets in the data


@dataclass(frozen=True)
class Commuting:
    """Commuting seen from `region`; nothing is newer than `day`.

    `margins` are indexed by (code, year), with `series`; `flows` are those of their last year, None
    where the series begins after `day`.
    """

    region: Region
    day: date
    margins: pd.DataFrame
    flows: Flows | None

    @property
    def parts(self) -> tuple[Region, ...]:
        """The cooperations that stand side by side, or the region itself when it is one."""
        return self.region.groups or (self.region,)

    @property
    def markets_known(self) -> bool:
        """Whether the official labour markets in the data are no newer than `day`."""
        return self.day >= date(MARKETS_YEAR, 12, 31)


def commuting(region: Region, as_of: str = "") -> Commuting:
    """Commuting of a region on a date ("" for the date of the data).

    >>> from analysis import regions
    >>> view = commuting(regions.get("kak"), "2012-06-30")
    >>> view.flows.year, view.markets_known, commuting(regions.get("kak"), "1999-01-01").flows
    (2011, False, None)
    """
    day = parse_day(as_of)
    now = commuting_on(day)
    margins = loader.load_margins().set_index(["code", "year"])
    last = now.year if now else 0
    return Commuting(region, day, margins[margins.index.get_level_values("year") <= last], now)


def of_year(margins: pd.DataFrame, year: int | None = None) -> pd.DataFrame:
    """The margins of one year (the latest without `year`), indexed by code."""
    chosen = last_year(margins) if year is None else year
    return margins[margins.index.get_level_values("year") == chosen].droplevel("year")


def by_night(region: Region, margins: pd.DataFrame) -> list[str]:
    """Members by night population of the latest year, largest first; ties by code."""
    night = metrics.night_population(of_year(margins)).reindex(sorted(region.members))
    return [str(code) for code in night.sort_values(ascending=False, kind="stable").index]


def exact(margins: pd.DataFrame, members: Sequence[str], year: int | None = None) -> pd.Series:
    """The exact sums of a group for one year; see `metrics.group_margins`."""
    chosen = last_year(margins) if year is None else year
    return metrics.group_margins(margins, members).xs(chosen, level="year").iloc[-1]


def is_nation(region: Region) -> bool:
    """True for a region of all municipalities: it has no outside but abroad."""
    return set(region.members) == set(current())


def official_markets(members: Sequence[str]) -> dict[str, list[str]]:
    """Members by the name of their official labour market, the largest set first."""
    known = municipalities()
    found: dict[str, list[str]] = {}
    for code in members:
        found.setdefault(known[code].labour_market_name, []).append(code)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def pairs(shares: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Known cells off the diagonal of a table home x work: home, work, value; largest first."""
    cells = [
        (str(home), str(work), float(value))
        for home, row in zip(shares.index, shares.to_numpy("float64"), strict=True)
        for work, value in zip(shares.columns, row, strict=True)
        if home != work and not np.isnan(value)
    ]
    return sorted(cells, key=lambda cell: (-cell[2], cell[0], cell[1]))


# --- how sure a modelled count is -----------------------------------------------------------------


@dataclass(frozen=True)
class Size:
    """What tests say of modelled counts from `least` commuters and up to the next size.

    `low` and `high` are observed by modelled, the middle 80 per cent; `median_error` is a share.
    """

    least: int
    cells: int
    median_error: float
    low: float
    high: float


@cache
def _sizes(edition: str, by: str) -> tuple[Size, ...]:
    table = loader.load_model_error()
    rows = table[table["by"] == by]
    return tuple(
        Size(
            int(row["key"]),
            int(row["cells"]),
            *(float(row[name]) for name in ("median_error", "low", "high")),
        )
        for row in rows.to_dict("records")
    )


def sizes() -> tuple[Size, ...]:
    """The sizes of the benchmark, smallest first.

    >>> [size.least for size in sizes()]
    [0, 30, 100, 300, 1000]
    """
    return _sizes(tables.edition("flow_model_error"), "size")


def group_sizes() -> tuple[Size, ...]:
    """The same for what commutes inside a group of municipalities.

    >>> group_sizes()[0].least
    0
    """
    return _sizes(tables.edition("flow_model_error"), "group")


def size_of(persons: float) -> Size:
    """The size that a modelled count belongs to.

    >>> size_of(156).least
    100
    """
    return max(
        (size for size in sizes() if size.least <= persons),
        key=lambda one: one.least,
        default=sizes()[0],
    )


def interval(persons: float) -> tuple[int, int]:
    """The interval of a modelled count, outwards to tens (from 1,000 to hundreds).

    >>> low, high = interval(156)
    >>> low < 156 < high, low % 10, high % 10
    (True, 0, 0)
    """
    size = size_of(persons)
    step = 10 if persons < EXACT else 100
    return (floor(persons * size.low / step) * step, ceil(persons * size.high / step) * step)


def internal(part: Region, flows: Flows) -> tuple[int, int]:
    """Lowest and highest number that commute between members; equal where one number may be told.

    One number: observed, or modelled with every pair of members informed by observation.
    """
    figures = metrics.group_figures(flows.table, part.members, margins=flows.margins).iloc[0]
    persons = float(figures["group_internal"])
    if not flows.modelled:
        return round(persons), round(persons)
    if is_informed(flows, part.members):
        return rounded(persons), rounded(persons)
    size = max((one for one in group_sizes() if one.least <= persons), key=lambda one: one.least)
    step = 10 if persons < EXACT else 100
    return floor(persons * size.low / step) * step, ceil(persons * size.high / step) * step


def is_informed(flows: Flows, members: Collection[str]) -> bool:
    """Whether every pair of members has been observed in some year."""
    pairs = set(zip(flows.informed["home"], flows.informed["work"], strict=True))
    return all(pair in pairs for pair in permutations(members, 2))


def rounded(persons: float) -> int:
    """A modelled count from `EXACT` on, with two figures that count.

    >>> rounded(5405), rounded(16740)
    (5400, 17000)
    """
    if persons <= 0:
        return 0
    step = 10 ** max(floor(log10(persons)) - 1, 0)
    return int(round(persons / step) * step)


def apart(first: float, second: float) -> bool:
    """Whether two modelled counts may be ranked: their intervals do not overlap.

    >>> apart(5000, 900), apart(300, 250)
    (True, False)
    """
    (low, _), (_, high) = interval(max(first, second)), interval(min(first, second))
    return low >= high


@dataclass(frozen=True)
class Trial:
    """One area in which the model was tried without its own cells."""

    county: str
    year: int
    cells: int
    cpc: float


def trials() -> tuple[Trial, ...]:
    """The areas in which the model was tried.

    >>> sorted(test.county for test in trials())
    ['01', '03', '17', '18']
    """
    table = loader.load_model_error()
    rows = table[(table["by"] == "area") & (table["test"] == "left out")]
    found = [
        (*str(row["key"]).split("-"), row["cells"], row["cpc"]) for row in rows.to_dict("records")
    ]
    return tuple(
        Trial(county, int(year), int(cells), float(cpc)) for county, year, cells, cpc in found
    )


def trials_of(members: Iterable[str]) -> tuple[Trial, ...]:
    """The tests in the members' own counties; none is said to be none.

    >>> [test.year for test in trials_of(["1885", "1884"])], trials_of(["0484"])
    ([2017], ())
    """
    counties = {code[:2] for code in members}
    return tuple(test for test in trials() if test.county in counties)


# --- what may be named ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """The strongest link of `home` (a code, or several as one): where most of them commute.

    `basis`: observed in the matrix; evidence: an observed row of `year` and `sex` says the same;
    likely: the model is clear.
    """

    work: str
    basis: Basis
    year: int | None = None
    sex: str = ""


def strongest(
    flows: Flows, homes: Collection[str], *, among: Collection[str] | None = None
) -> Link | None:
    """Where most commuters of `homes` (taken together) go, when that may be said; else None.

    `among` limits the workplaces; those of `homes` never count, nor does abroad.

    >>> from analysis import flows
    >>> strongest(flows.commuting_of(2021), ["1761"]).work
    '1780'
    """
    cells = flows.table
    rows = cells[cells["home"].isin(list(homes)) & ~cells["work"].isin([*homes, ABROAD])]
    if among is not None:
        rows = rows[rows["work"].isin(list(among))]
    sums = (
        rows.groupby("work")["persons"]
        .agg(["sum", "count"])
        .sort_values("sum", ascending=False, kind="stable")
    )
    if sums.empty or not sums["sum"].iloc[0] > 0:
        return None
    first = str(sums.index[0])
    if not flows.modelled:
        return Link(first, "observed") if _is_certain(flows, homes, sums) else None
    rivals = sums[sums["sum"] > sums["sum"].iloc[0] / CLEAR]
    if len(rivals) == 1:
        return Link(first, "likely")
    return _evidence(flows, homes, first, list(rivals.index))


def _is_certain(flows: Flows, homes: Collection[str], sums: pd.DataFrame) -> bool:
    """Whether no unknown cell could make another workplace larger than the first of `sums`."""
    lacking = sums["count"] < len(set(homes))
    if not lacking.any():
        return True
    rows = flows.table[flows.table["home"].isin(list(homes))]
    known = rows.loc[rows["home"] != rows["work"], "persons"].sum()
    unseen = float(flows.by_code["out_commuters"].reindex(list(homes)).sum()) - known
    largest = sums.loc[lacking, "sum"].max() + unseen
    return bool(not lacking.iloc[0] and largest < sums["sum"].iloc[0])


def _evidence(
    flows: Flows, homes: Collection[str], first: str, rivals: Sequence[str]
) -> Link | None:
    """The same link in observed rows that hold every rival and have most to `first`."""
    seen = observed_rows(flows, homes)
    for (year, sex), part in seen[seen["work"].isin(rivals)].groupby(["year", "sex"]):
        sums = _complete(part, len(set(homes)))
        if len(sums) == len(rivals) and (sums == sums.max()).sum() == 1 and sums.idxmax() == first:
            return Link(first, "evidence", int(str(year)), str(sex))
    return None


def _complete(rows: pd.DataFrame, homes: int) -> pd.Series:
    """Persons by workplace, of those that are known from all `homes`."""
    grouped = rows.groupby("work")["persons"]
    return grouped.sum()[grouped.count() == homes]


def outside(part: Region, flows: Flows) -> tuple[Link | None, float | None]:
    """Where most who leave a cooperation go, and their share of all who leave it (0 to 1).

    The share is rounded to `STEP` when modelled; both are None when they may not be said.
    """
    link = strongest(flows, part.members)
    if link is None:
        return None, None
    rows = flows.table[flows.table["home"].isin(part.members)]
    to_link = rows.loc[rows["work"] == link.work, "persons"].sum()
    figures = metrics.group_figures(flows.table, part.members, margins=flows.margins).iloc[0]
    out = float(figures["group_out"])
    if not out > 0:
        return None, None
    share = float(to_link) / out
    return link, round(share / STEP) * STEP if flows.modelled else share


def observed_rows(flows: Flows, homes: Collection[str]) -> pd.DataFrame:
    """Observed pairs from `homes` that inform the model: `home, work, year, sex, persons`."""
    if flows.informed.empty:
        return flows.informed.assign(persons=pd.Series(dtype="float64"))
    known = loader.load_observed_flows()
    return flows.informed.merge(known, on=list(flows.informed.columns))[
        [*flows.informed.columns, "persons"]
    ].pipe(lambda rows: rows[rows["home"].isin(list(homes))])


# --- the bar of each member -----------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """Where the employed residents of one municipality work; shares 0 to 1.

    `own` is of all employed residents; `group`, `outside` and `rest` are parts of the
    out-commuters and add up to 1 (None when unknown). `outside` belongs to `link`; without a link
    that may be named it is None and counted in `rest`.
    """

    code: str
    night: int
    out: int
    own: float
    group: float | None
    outside: float | None
    rest: float | None
    link: Link | None
    modelled: bool

    def of_all(self, part: float | None) -> float | None:
        """A part of the out-commuters as a share of all employed residents."""
        return None if part is None else part * (1 - self.own)


def bars(region: Region, flows: Flows) -> list[Bar]:
    """A bar for each member whose margins are known, most employed residents first.

    >>> from analysis import flows, regions
    >>> first = bars(regions.get("kak"), flows.commuting_of(2021))[0]
    >>> first.code, round(first.own, 2), first.group + (first.outside or 0) + first.rest
    ('1983', 0.71, 1.0)
    """
    margins = flows.by_code.reindex(list(region.members))
    night = metrics.night_population(margins).astype("Float64").astype("float64")
    order = night[night > 0].sort_values(ascending=False, kind="stable").index
    return [_bar(str(code), region, flows, margins.loc[code]) for code in order]


def _bar(code: str, region: Region, flows: Flows, row: pd.Series) -> Bar:
    out, stay = float(row["out_commuters"]), float(row["live_and_work"])
    others = [member for member in region.members if member != code]
    cells = flows.table[flows.table["home"] == code].set_index("work")["persons"]
    link = strongest(flows, [code], among=set(cells.index) - set(region.members))
    group = float(cells.reindex(others).sum(skipna=False)) if others else 0.0
    outside = float(cells[link.work]) if link else 0.0
    shares = _parts(group, outside, out, modelled=flows.modelled)
    if link and shares[1] == 0:  # too few to be told from none
        link = None
    return Bar(
        code,
        round(out + stay),
        round(out),
        stay / (out + stay),
        shares[0],
        shares[1] if link else None,
        shares[2],
        link,
        flows.modelled,
    )


def _parts(
    group: float, outside: float, out: float, *, modelled: bool
) -> tuple[float | None, float | None, float | None]:
    """Shares of the out-commuters: to the group, the strongest outside, and the rest."""
    if np.isnan([group, outside, out]).any():
        return None, None, None
    if out <= 0:
        return 0.0, 0.0, 0.0
    exact = [group / out, outside / out, max(1 - (group + outside) / out, 0.0)]
    found = in_steps(exact) if modelled else exact
    return found[0], found[1], found[2]


def in_steps(shares: Sequence[float], step: float = STEP) -> list[float]:
    """Shares that add up to 1, rounded to `step` so that they still do (largest remainders).

    >>> in_steps([0.62, 0.23, 0.15])
    [0.6, 0.25, 0.15]
    """
    units = np.array(shares, dtype="float64") / step
    whole = np.floor(units + 1e-9)
    lacking = round(1 / step) - int(whole.sum())
    for place in np.argsort(-(units - whole), kind="stable")[: max(lacking, 0)]:
        whole[place] += 1
    return [round(float(unit) * step, 10) for unit in whole]


# --- what has been observed -----------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """Observed commuters of one year and sex: between members, and to one place outside.

    `outside` is the place with most of them among those known for every member ("" for none).
    """

    year: int
    sex: str
    members: tuple[str, ...]
    internal: int
    outside: str
    to_outside: int


def seen_between(flows: Flows, members: Collection[str]) -> list[Seen]:
    """Years and sexes in which every pair of members was observed; the latest first.

    >>> from analysis import flows
    >>> four = seen_between(flows.commuting_of(2021), ["1863", "1864", "1884", "1885"])[0]
    >>> four.year, four.sex, four.internal, four.outside, four.to_outside
    (2017, 'women', 713, '1880', 1131)
    """
    inside = sorted(set(members))
    rows = observed_rows(flows, inside)
    found = []
    for (year, sex), part in rows.groupby(["year", "sex"]):
        within = part[part["work"].isin(inside)]
        if len(within) != len(inside) * (len(inside) - 1):
            continue
        beyond = _complete(part[~part["work"].isin(inside)], len(inside))
        place = str(beyond.idxmax()) if len(beyond) else ""
        found.append(
            Seen(
                int(str(year)),
                str(sex),
                tuple(inside),
                int(within["persons"].sum()),
                place,
                int(beyond.max()) if place else 0,
            )
        )
    return sorted(found, key=lambda one: (-one.year, one.sex))
