"""Population: size, change, components of change, age structure and where people live.

Terms
-----
population: registered inhabitants on 31 December (folkmängd, SCB BE0101); by area and year.
area: a municipality code, or the key of any set of municipalities (region, group, county, nation).
natural increase: births minus deaths; net moves: in-migrants minus out-migrants.
adjustment: SCB's item that makes births, deaths and moves add up to the increase.
demographic dependency ratio: (aged 0-19 + aged 65 and over) / (aged 20-64) x 100.
locality: SCB's tätort; it has one municipality code in the table even where it crosses a boundary.
turning point: a year after which growth turned into decline, or the other way round, by more than
a stated share of the population.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from analysis.errors import DataError, InputError, raise_faults
from analysis.metrics.measure import measure, observed

if TYPE_CHECKING:
    import geopandas as gpd

COMPONENTS = ("natural_increase", "net_county", "net_rest_of_sweden", "net_abroad", "adjustment")
"""The parts of a population increase that add up to it, in the order reports show them."""

COUNTIES_OF_ONE = frozenset({"0980"})  # Gotland: moves within the county cannot occur
DERIVED_YEARS = (2022,)  # population of 2023 minus the published increase of that year
PERTURBED_FROM = 2025  # SCB adds noise to its counts from this reference year (cell key method)

AGE_GROUPS = range(0, 101, 5)  # lowest ages of the five-year groups; the last one is open
SEXES = ["women", "men"]

_POPULATION = ("population",)
_AGES = ("population_age_sex",)


# --- size and change --------------------------------------------------------------------------


population = observed(
    "population", "Folkmängd", "invånare", sources=_POPULATION, column="population"
)
"""Registered inhabitants on 31 December; persons. SCB BE0101."""


def by_area(values: pd.Series, areas: Mapping[str, Collection[str]]) -> pd.Series:
    """Sums of municipal counts for sets of municipalities.

    `values` is indexed by (code, year), `areas` gives the members of each key. Returns a Series
    indexed by (area, year); a year in which any member is unknown is missing, never a part sum.
    Raises InputError for an area without members.
    """
    raise_faults(
        InputError,
        (
            f"area {key!r} has no members; give at least one code"
            for key, codes in areas.items()
            if not codes
        ),
    )
    wide = values.unstack(level=0)
    sums = {
        key: wide.reindex(columns=list(dict.fromkeys(codes))).sum(axis=1, skipna=False)
        for key, codes in areas.items()
    }
    stacked = pd.concat(sums, names=["area", "year"])
    whole = pd.api.types.is_integer_dtype(values.dtype) and stacked.notna().all()
    return stacked.astype("int64") if whole else stacked


def share_of_change(values: pd.Series, *, years: int) -> pd.Series:
    """Change over `years` as a share of the value then; missing where that year is unknown.

    `values` is indexed by (area, year); the result has the same index.
    """
    area, year = values.index.get_level_values(0), values.index.get_level_values(1)
    earlier = pd.MultiIndex.from_arrays([area, year - years])
    before = values.reindex(earlier).to_numpy(dtype="float64", na_value=np.nan)
    before = np.where(before > 0, before, np.nan)
    return pd.Series(values.to_numpy(dtype="float64", na_value=np.nan) / before - 1, values.index)


@measure(
    label="Folkmängdens förändring på tio år",
    unit="andel",
    decimals=1,
    as_percent=True,
    formula="folkmängd / folkmängd tio år tidigare - 1",
    sources=_POPULATION,
)
def population_change_10y(values: pd.Series) -> pd.Series:
    """Change in ten years as a share of the population then; on the index (area, year).

    >>> from analysis.loaders.population import load_population
    >>> people = load_population().set_index(["code", "year"])
    >>> change = population_change_10y(population(people))
    >>> round(float(change["1863", 2024]), 3)
    -0.089
    """
    return share_of_change(values, years=10).rename("population_change_10y")


def latest_land(table: pd.DataFrame) -> pd.DataFrame:
    """The latest known land area of each municipality: `year` and `km2` by code.

    `table` has columns code, year and value (km²).
    """
    last = table.sort_values("year").drop_duplicates("code", keep="last")
    return last.set_index("code").rename(columns={"value": "km2"})


@measure(
    label="Befolkningstäthet",
    unit="invånare per km²",
    decimals=1,
    formula="folkmängd / landareal",
    sources=("population", "land_area"),
)
def density(values: pd.Series, land_km2: pd.Series) -> pd.Series:
    """Inhabitants per km² of land area.

    `values` is indexed by (area, year), `land_km2` by area; the result is on the index of `values`.

    >>> from analysis.loaders.population import load_land_area, load_population
    >>> land = latest_land(load_land_area())["km2"]
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> round(float(density(people, land)["1780", 2024]), 1)
    83.9
    """
    land = land_km2.reindex(values.index.get_level_values(0)).to_numpy(dtype="float64")
    return (values / np.where(land > 0, land, np.nan)).rename("density")


def index_of(series: pd.Series, *, base: int) -> pd.Series:
    """`series` by year as an index where the year `base` is 100; missing when that is unknown."""
    start = series.get(base, np.nan)
    return 100 * series / (start if start and start > 0 else np.nan)


@dataclass(frozen=True)
class Turn:
    """A turning point: the population was highest (`peak`) or lowest (`trough`) in `year`."""

    year: int
    kind: Literal["peak", "trough"]
    population: float


def turning_points(series: pd.Series, *, least: float = 0.01) -> list[Turn]:
    """Years in which a long growth turned into decline or the other way round.

    `series` is indexed by year. A turn counts when the population then moved by at least the share
    `least` from it, so that the noise of single years makes none. The last turn is confirmed by
    the movement after it; the first and last years of the series are never turns.
    """
    known = series.dropna().sort_index()
    points = [
        (int(year), float(value)) for year, value in zip(known.index, known.to_numpy(), strict=True)
    ]
    if len(points) < 3:
        return []
    low = high = points[0]
    direction, turns = 0, []
    for point in points:
        high = point if point[1] > high[1] else high
        low = point if point[1] < low[1] else low
        if direction >= 0 and point[1] <= high[1] * (1 - least):
            turns.append(Turn(high[0], "peak", high[1]))
            direction, low = -1, point
        elif direction <= 0 and point[1] >= low[1] * (1 + least):
            turns.append(Turn(low[0], "trough", low[1]))
            direction, high = 1, point
        # the extreme that cannot turn next follows the series
        low = point if direction > 0 else low
        high = point if direction < 0 else high
    return [turn for turn in turns if turn.year != points[0][0]]


# --- boundaries of each year ------------------------------------------------------------------


@dataclass(frozen=True)
class Reform:
    """A change of boundaries: from `year`, `code` is no longer part of `former`."""

    code: str
    year: int
    former: str
    kind: Literal["municipality", "county"]


REFORMS = (
    Reform("0330", 2003, "0380", "municipality"),  # Knivsta left Uppsala
    Reform("0331", 2007, "19", "county"),  # Heby moved from Västmanland to Uppsala county
)


def reforms_touching(codes: Iterable[str]) -> list[Reform]:
    """Reforms that make a series of these municipalities, or their counties, differ."""
    chosen = set(codes)
    counties = {code[:2] for code in chosen}
    return [
        entry
        for entry in REFORMS
        if entry.code in chosen
        or entry.former in chosen
        or (entry.kind == "county" and counties & {entry.former, entry.code[:2]})
    ]


def on_yearly_boundaries(values: pd.Series) -> pd.Series:
    """Municipal series on the boundaries of each year instead of today's.

    `values` (code, year) are on today's boundaries: a municipality that was then part of another
    is added to it and is missing itself. Where its own number is unknown, the sum is.
    """
    result = values.astype("float64")
    years = values.index.get_level_values(1)
    codes = values.index.get_level_values(0)
    for entry in (entry for entry in REFORMS if entry.kind == "municipality"):
        before = years < entry.year
        joined = (codes == entry.former) & before
        part = result.reindex([(entry.code, year) for year in years[joined]])
        result[joined] += part.to_numpy()
        result = result.mask((codes == entry.code) & before)
    return result


# --- births, deaths and moves -----------------------------------------------------------------


def balance(changes: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Components of the population increase of a set of municipalities; persons.

    `changes` is the table `population_change` (total, women and men); returns one row for each
    year with births, deaths, `COMPONENTS` and increase. Net moves within the county are the sum
    of what each member gained from its own county; moves between members of one county cancel.
    `COUNTIES_OF_ONE` have no such moves. A figure that is unknown for any member is missing for
    the set. Raises DataError when known components do not add up; from `PERTURBED_FROM` they need
    not: each figure, the published increase too, has noise of its own and is shown as published.
    """
    chosen = changes[(changes["sex"] == "total") & changes["code"].isin(list(codes))]
    none = chosen["code"].isin(COUNTIES_OF_ONE)
    chosen = chosen.assign(net_county=chosen["net_county"].mask(none, 0))
    columns = ["births", "deaths", *COMPONENTS, "increase"]
    members = chosen.groupby("year")
    result = members[columns].sum(skipna=False)
    result = result.where(members["code"].nunique() == len(set(codes)))
    parts = result[list(COMPONENTS)].sum(axis=1, skipna=False)
    raise_faults(
        DataError,
        (
            f"population change {int(year)}: components sum to {int(found)}, the increase is "
            f"{int(total)}; `samverkan data reset population_change` goes back to the shipped figures"
            for year, found, total in zip(result.index, parts, result["increase"], strict=True)
            if pd.notna(found) and pd.notna(total) and found != total and year < PERTURBED_FROM
        ),
    )
    return result.assign(net_county=result["net_county"].mask(np.full(len(result), none.all())))


# --- age ---------------------------------------------------------------------------------------


@measure(
    label="Andel 65 år eller äldre",
    unit="andel",
    decimals=1,
    as_percent=True,
    kind="derived",
    formula="personer 65 år eller äldre / folkmängd",
    sources=("share_65plus",),
)
def share_65plus(indicator: pd.DataFrame) -> pd.Series:
    """Share aged 65 and over, 0-1, on the index of `indicator` (column `value`, per cent).

    >>> from analysis.loaders.population import load_indicator
    >>> table = load_indicator("share_65plus").set_index(["code", "year"])
    >>> round(float(share_65plus(table)["1863", 2024]), 3)
    0.309
    """
    return (indicator["value"] / 100).round(6).rename("share_65plus")


dependency_ratio = observed(
    "dependency_ratio",
    "Demografisk försörjningskvot",
    "per 100 personer 20–64 år",
    decimals=1,
    formula="(0–19 år + 65 år eller äldre) / 20–64 år x 100",
    sources=("dependency_ratio",),
)
"""Aged 0-19 and 65 or over per 100 aged 20-64. SCB TAB4642."""

mean_age = observed("mean_age", "Medelålder", "år", decimals=1, sources=("mean_age",))
"""Mean age in years. SCB TAB637."""


def joint_share(shares: pd.Series, weights: pd.Series) -> float:
    """Share of several municipalities together: sum(share x population) / sum(population).

    Both are indexed by code. Missing when a share or a population is unknown or none is given.
    """
    weights = weights.reindex(shares.index).astype("float64")
    total = weights.sum(skipna=False)
    return float((shares * weights).sum(skipna=False) / total) if total > 0 else float("nan")


def by_age(ages: pd.DataFrame, low: int, high: int | None = None) -> pd.Series:
    """Persons of both sexes aged `low` to `high` (None: and over), by (code, year).

    `ages` has a row for each sex, or (without a column `sex`) for both together. Missing where
    any group of either sex is unknown or has no row. Raises InputError where the limits cut
    through a five-year group of `ages`.
    """
    upper = ages["age_to"].astype("Float64").fillna(np.inf)
    top = np.inf if high is None else high
    inside = (ages["age_from"] >= low) & (upper <= top)
    touched = (upper >= low) & (ages["age_from"] <= top)
    if (touched & ~inside).any():
        raise InputError(
            f"ages {low} to {high}: the table has five-year groups; "
            "use limits such as 0, 20 and 65, and 19 and 64"
        )
    keys = ["code", "year"]
    groups = ages[inside].groupby(keys)["persons"]
    wanted = (len(SEXES) if "sex" in ages else 1) * sum(low <= group <= top for group in AGE_GROUPS)
    sums = groups.sum().where(groups.count() == wanted).astype("float64")
    return sums.reindex(pd.MultiIndex.from_frame(ages[keys].drop_duplicates()).sort_values())


def joint_age_share(
    ages: pd.DataFrame, codes: Collection[str], low: int, high: int | None = None
) -> float:
    """Share (0-1) aged `low` to `high` of a set of municipalities, latest year of `ages`.

    Missing when any age group of any of them is unknown.
    """
    latest = ages[(ages["year"] == ages["year"].max()) & ages["code"].isin(list(codes))]
    part, whole = (
        by_age(latest, *limits).droplevel("year").reindex(list(codes)).sum(skipna=False)
        for limits in ((low, high), (0, None))
    )
    return float(part / whole)


def pyramid(ages: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Each age group's share of all persons of a set of municipalities, latest year of `ages`.

    Rows are the lowest ages of the groups, columns `women` and `men`; all cells sum to 1, or are
    missing when any age group of any municipality is unknown.
    """
    chosen = ages[ages["code"].isin(list(codes)) & (ages["year"] == ages["year"].max())]
    groups = chosen.groupby(["age_from", "sex"])["persons"]
    known = groups.sum().where(groups.count() == len(set(codes)))
    wide = known.astype("float64").unstack("sex").reindex(index=list(AGE_GROUPS), columns=SEXES)
    return (wide / wide.to_numpy().sum()).rename_axis(index="age_from", columns="sex")


# --- localities --------------------------------------------------------------------------------

# Known to have inhabitants in these municipalities besides the one the table books them on.
KNOWN_TO_CROSS: Mapping[str, tuple[str, ...]] = {
    # Stockholm
    "0180TC101": ("0123", "0126", "0127", "0136", "0138", "0162", "0163", "0182", "0183", "0184"),
    "0163TC103": ("0114", "0123"),  # Upplands Väsby och Sollentuna
    "0115TC108": ("0160",),  # Vallentuna
    "0127TC103": ("0128",),  # Tumba
    "1480TC108": ("1402", "1481"),  # Göteborg
    "1280TC106": ("1231",),  # Malmö
    "1980TB101": ("0484",),  # Kvicksund
}
_OVERLAP = 0.02  # share of a locality's circle in another municipality that raises suspicion
_MATTERS = 0.01  # a suspected locality counts from this share of a municipality's population


def crossing_localities(localities: pd.DataFrame, boundaries: gpd.GeoDataFrame) -> pd.DataFrame:
    """Localities that cross a municipal boundary, or may: locality, code, other, known.

    The table has one point and one area each. Known crossings are listed; besides them a locality
    is suspected where a circle of its area around its point has 2 per cent or more of its area in
    another municipality. `boundaries` (by code: territory in metres) are coarse, so suspicion is no
    proof.
    """
    import geopandas

    points = geopandas.points_from_xy(localities["easting"], localities["northing"])
    circles = geopandas.GeoDataFrame(
        localities[["locality", "code"]].reset_index(drop=True),
        geometry=points.buffer(np.sqrt(localities["area_ha"].to_numpy() * 1e4 / np.pi)),
        crs=boundaries.crs,
    )
    areas = boundaries["territory" if "territory" in boundaries else boundaries.geometry.name]
    others = areas.rename("geometry").rename_axis("other").reset_index()
    pairs = circles.sjoin(others, predicate="intersects")
    pairs = pairs[pairs["code"] != pairs["other"]]
    reach = pairs.geometry.intersection(areas.loc[pairs["other"]], align=False).area
    suspected = pairs[(reach / pairs.geometry.area).to_numpy() >= _OVERLAP]
    suspected = suspected[["locality", "code", "other"]].assign(known=False)
    known = pd.DataFrame(
        [
            (locality, code, other, True)
            for locality, code in localities[["locality", "code"]].itertuples(False)
            for other in KNOWN_TO_CROSS.get(locality, ())
        ],
        columns=["locality", "code", "other", "known"],
    )
    both = pd.concat([known, suspected], ignore_index=True)
    return both.drop_duplicates(["locality", "other"]).reset_index(drop=True)


def locality_shares(
    localities: pd.DataFrame, inhabitants: pd.Series, crossing: pd.DataFrame
) -> pd.DataFrame:
    """Where people live: localities and the largest one, as shares (0-1) of the population.

    `inhabitants` by code, of the year of `localities`; `crossing` from `crossing_localities`.
    Returns by code: `year` of the localities, `share` living in localities (missing where one
    crosses the boundary), `name`, `largest` (inhabitants) and `largest_share` of the largest
    locality (the share is missing where that one crosses). Codes without any locality in the
    table have only missing values.
    """
    listed = localities[localities["code"].isin(inhabitants.index)]
    total = listed.groupby("code")["population"].sum(skipna=False).reindex(inhabitants.index)
    largest = (
        listed.sort_values("population")
        .groupby("code")
        .last()
        .reindex(inhabitants.index)[["locality", "name", "population"]]
        .where(total.notna())
    )
    unsure = _unsure(localities, inhabitants, crossing)
    share = (total / inhabitants).where(lambda found: found <= 1)
    known = set(crossing.loc[crossing["known"], "locality"])
    suspected = set(crossing.loc[~crossing["known"], "locality"])
    alone = ~largest["locality"].isin(known | suspected)
    return pd.DataFrame(
        {
            "year": localities["year"].max(),
            "share": share.where(~share.index.isin(list(unsure))),
            "name": largest["name"],
            "largest": largest["population"],
            "largest_share": (largest["population"] / inhabitants).where(alone),
        }
    )


def _unsure(localities: pd.DataFrame, inhabitants: pd.Series, crossing: pd.DataFrame) -> set[str]:
    """Municipalities whose share a crossing locality, on either side, makes unknowable."""
    size = crossing["locality"].map(localities.set_index("locality")["population"])
    found: set[str] = set()
    for side in ("code", "other"):
        weight = size / crossing[side].map(inhabitants)
        found |= set(crossing.loc[crossing["known"] | (weight >= _MATTERS), side])
    return found
