"""Who commutes where, modelled: a doubly constrained spatial interaction model.

Terms
-----
margins: what is published for every municipality and year: out-commuters O[i], in-commuters E[j]
and those who live and work in the same one. Both sums are hard constraints of the model, so only
the distribution over pairs is modelled; the diagonal is observed.
abroad: a further workplace, code `ABROAD`. It receives what the out-commuters of the nation exceed
its in-commuters by.
deterrence: how willingness to commute falls with distance, f[i, j].
opportunities s[i, j]: workplaces that are nearer to i than j is, those in i included.
county prior: published flows between counties in one year, without those who stay in their
municipality, scaled to the margins of the modelled year. It yields where it contradicts them.

evidence: what observed cells of any year and sex say about a pair, as a factor on f; see
`flow_evidence`.

Formula: T[i, j] = A[i] B[j] K[county of i, county of j] f[i, j], i not j, with
f[i, j] = (d[i, j] + offset) ** -p[i, j] * s[i, j] ** -opportunity * exp(-decay * d[i, j] ** BEND),
p[i, j] = power * (N[i] / mean N) ** -size * (D[j] / mean D) ** -pull,
where A, B and K are found by iterative proportional fitting (IPF; Furness 1965; Wilson 1971).
f is the geometric mean of a power function with intervening opportunities and of the stretched
exponential exp(-1.79 d ** 0.33): each alone fits one kind of area, dense or sparse, better.
Its error is measured in `benchmarks/flow_error.py`; the results stand in `docs/flow-model.md`.

The fitting is our own dozen lines of numpy and not `spint`: spint estimates the parameters of a
doubly constrained model by regression on a fully observed matrix, which is the thing we lack, and
has neither a county prior nor a destination outside the system.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay

from analysis.errors import DataError, raise_faults
from analysis.metrics.commuting import ABROAD
from analysis.metrics.flow_evidence import Sample, evidence_of

_TILE = 50_000.0  # metres
_FINE = 200.0  # metres: corners of a shore that stand out less make no way longer


@dataclass(frozen=True)
class Deterrence:
    """Parameters of f: see the module. `offset` in km, the others are pure numbers."""

    power: float
    offset: float
    opportunity: float
    size: float
    pull: float
    decay: float = 1.79 / 2


BEND = 0.33  # of the stretched exponential
# Found by `calibrate` of benchmarks/flow_error.py on all observed cells and the flows between
# counties (2018), with the distances of `route_distances`. See docs/flow-model.md.
CALIBRATED = Deterrence(power=1.532, offset=13.345, opportunity=0.147, size=0.267, pull=0.051)


# --- distances, once ------------------------------------------------------------------------


def route_distances(
    localities: pd.DataFrame,
    boundaries: gpd.GeoDataFrame,
    *,
    population: pd.Series | None = None,
    water_factor: float = 2.0,
) -> pd.DataFrame:
    """Mean distance in km between the people of two municipalities, along a net of localities.

    Localities are joined by a Delaunay net, so that a way goes from town to town, and water on an
    edge counts `water_factor` times. The distance between two municipalities is the mean over all
    pairs of their localities, weighted by the inhabitants of both; the diagonal is the same within
    one municipality.

    Parameters
    ----------
    localities: `code, population, easting, northing` (SWEREF 99 TM, metres).
    boundaries: `code, geometry` in EPSG:3006; land only where it is to count as land.
    population: inhabitants by code. Where the localities hold less than a fifth of them or more
        than 105 %, a locality crosses the border and the middle of the polygon is used instead.
    water_factor: 1 ignores water. Bridges make 2 enough: ways round a bay or a lake are found.

    Returns
    -------
    Square table, codes sorted. Raises DataError when boundaries are not in EPSG:3006.
    """
    if boundaries.crs is None or boundaries.crs.to_epsg() != 3006:
        raise DataError(f"Boundaries are in {boundaries.crs}; convert them to EPSG:3006.")
    places = _places(localities, boundaries, population)
    points = places[["easting", "northing"]].to_numpy("float64")
    size = len(points)
    ways = ways_between(points, boundaries, water_factor=water_factor)
    codes = sorted(boundaries["code"])
    weights = np.zeros((len(codes), size))
    rows = pd.Index(codes).get_indexer(pd.Index(places["code"]))
    weights[rows, np.arange(size)] = places["weight"]
    weights /= weights.sum(axis=1, keepdims=True)
    return pd.DataFrame(weights @ ways @ weights.T, index=codes, columns=codes)


def ways_between(
    points: np.ndarray,
    boundaries: gpd.GeoDataFrame,
    *,
    water_factor: float = 2.0,
    origins: Sequence[int] | None = None,
) -> np.ndarray:
    """Kilometres along the net from each of `origins` (all when None) to every point.

    `points` are easting and northing in metres, at least three and not all on a line; `origins`
    are their places in it. Water counts `water_factor` times.
    """
    edges = _delaunay_edges(points)
    costs = _edge_costs(points, edges, boundaries, water_factor)
    net = coo_matrix((costs, (edges[:, 0], edges[:, 1])), shape=(len(points),) * 2).tocsr()
    return np.asarray(dijkstra(net, directed=False, indices=origins) / 1000.0)


def _places(
    localities: pd.DataFrame, boundaries: gpd.GeoDataFrame, population: pd.Series | None
) -> pd.DataFrame:
    """Nodes of the net `code, easting, northing, weight`; weight 0 only lets ways pass."""
    middle = boundaries.set_index("code").geometry.centroid
    counted = localities.groupby("code")["population"].sum().reindex(middle.index, fill_value=0)
    use_middle = counted == 0
    if population is not None:
        share = counted / population.reindex(middle.index)
        use_middle |= (share < 0.2) | (share > 1.05)
    nodes = localities[["code", "easting", "northing"]].assign(
        weight=localities["population"].astype("float64")
    )
    nodes = nodes[nodes["code"].isin(middle.index)]
    replaced = middle[use_middle]
    nodes.loc[nodes["code"].isin(replaced.index), "weight"] = 0.0
    extra = pd.DataFrame(
        {"code": replaced.index, "easting": replaced.x, "northing": replaced.y, "weight": 1.0}
    )
    nodes = pd.concat([nodes, extra], ignore_index=True)
    return nodes.drop_duplicates(["code", "easting", "northing"], ignore_index=True)


def _delaunay_edges(points: np.ndarray) -> np.ndarray:
    corners = Delaunay(points).simplices
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    return np.unique(np.sort(sides, axis=1), axis=0)


def _edge_costs(
    points: np.ndarray, edges: np.ndarray, boundaries: gpd.GeoDataFrame, water_factor: float
) -> np.ndarray:
    """Length of each edge in metres, with water counted `water_factor` times."""
    land = shapely.simplify(boundaries.geometry.union_all(method="coverage"), _FINE)
    shapely.prepare(land)
    lines = shapely.linestrings(points[edges])
    length = np.asarray(shapely.length(lines))
    wet = ~shapely.covers(land, lines)
    tiles = _tiles(land)
    line, tile = shapely.STRtree(tiles).query(lines[wet], predicate="intersects")
    parts = shapely.length(shapely.intersection(lines[wet][line], tiles[tile]))
    water = np.zeros(len(lines))
    water[wet] = length[wet] - np.bincount(line, weights=parts, minlength=int(wet.sum()))
    return np.asarray(length + (water_factor - 1) * water)


def _tiles(land: shapely.Geometry) -> np.ndarray:
    """The land in pieces, because a line is cut by a small shape in no time at all."""
    west, south, east, north = land.bounds
    columns = [
        shapely.clip_by_rect(land, left, south, left + _TILE, north)
        for left in np.arange(west, east, _TILE)
    ]
    return np.array(
        [
            shapely.clip_by_rect(column, west, low, east, low + _TILE)
            for column in columns
            for low in np.arange(south, north, _TILE)
        ]
    )


# --- the model ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Year:
    """Margins of one year in the order of `codes`; persons."""

    year: int
    codes: tuple[str, ...]
    out: np.ndarray
    come: np.ndarray
    stay: np.ndarray

    @property
    def night(self) -> np.ndarray:
        """Employed residents."""
        return np.asarray(self.out + self.stay)

    @property
    def day(self) -> np.ndarray:
        """Employed with their workplace there."""
        return np.asarray(self.come + self.stay)

    @property
    def abroad(self) -> float:
        """What the nation's out-commuters exceed its in-commuters by."""
        return max(0.0, float(self.out.sum() - self.come.sum()))


def year_of(margins: pd.DataFrame, year: int, codes: tuple[str, ...]) -> Year:
    """The margins of `year` in the order of `codes`; raises DataError when one is missing."""
    table = margins.reset_index() if "code" in margins.index.names else margins
    rows = table[table["year"] == year].set_index("code")
    faults = []
    if rows.index.has_duplicates:
        faults.append(f"Two series of margins in {year}; keep one.")
        raise_faults(DataError, faults)
    columns = ["in_commuters", "out_commuters", "live_and_work"]
    found = rows.reindex(list(codes))[columns].astype("Float64").astype("float64")
    missing = list(found.index[found.isna().any(axis=1)])
    if missing:
        named = ", ".join(missing[:5])
        faults.append(f"No margins in {year} for {len(missing)} municipalities, first {named}.")
    raise_faults(DataError, faults)
    come, out, stay = (found[name].to_numpy() for name in columns)
    return Year(year, codes, out, come, stay)


def counties_of(codes: tuple[str, ...]) -> tuple[np.ndarray, list[str]]:
    """Position of each municipality's county, and the counties; codes must be sorted."""
    if list(codes) != sorted(codes):
        raise DataError("The distances are not sorted by code; sort both axes first.")
    names = sorted({code[:2] for code in codes})
    return np.array([names.index(code[:2]) for code in codes]), names


def _sum_by(values: np.ndarray, groups: np.ndarray, size: int) -> np.ndarray:
    return np.asarray(np.bincount(groups, weights=values, minlength=size))


def _fit_margins(
    cells: np.ndarray, rows: np.ndarray, columns: np.ndarray, *, tolerance: float, rounds: int
) -> np.ndarray:
    """IPF: scale `cells` to row and column sums until no row is off by `tolerance` persons."""
    fitted = cells.copy()
    for done in range(rounds):
        sums = fitted.sum(axis=1)
        if done and np.abs(sums - rows).max() <= tolerance:
            break
        fitted *= _factor(rows, sums)[:, None]
        fitted *= _factor(columns, fitted.sum(axis=0))
    return fitted


def block_sums(cells: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Sums by county of the home and of the workplace; a column beyond `groups` (abroad) stays.

    Counties are runs of rows, so that running sums do: small matrix products would start the
    threads of the linear algebra library dozens of times for nothing.
    """
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    columns = np.append(starts, len(groups)) if cells.shape[1] > len(groups) else starts
    return np.asarray(np.add.reduceat(np.add.reduceat(cells, columns, axis=1), starts, axis=0))


def _factor(target: np.ndarray, now: np.ndarray) -> np.ndarray:
    return np.divide(target, now, out=np.zeros_like(target, dtype=float), where=now > 0)


def county_targets(
    margins: pd.DataFrame,
    county_flows: pd.DataFrame,
    *,
    year: int,
    codes: tuple[str, ...],
    without: str | None = None,
) -> np.ndarray:
    """Commuters between counties in `year`: the published matrix scaled to the margins.

    From the diagonal those who stay in their municipality are taken away, and the last column is
    abroad: what the residents of a county in the margins exceed its published row by. `without`
    leaves one county's row and column unknown (nan), to test the model on it.

    Returns an array counties x (counties + 1); persons. Raises DataError when the county table
    and the margins of its year do not belong together (a diagonal below those who stay).
    """
    groups, names = counties_of(codes)
    size = len(names)
    base_year = int(county_flows["year"].max())
    rows = county_flows[county_flows["year"] == base_year]
    table = rows.pivot(index="home_county", columns="work_county", values="persons")
    cells = table.reindex(index=names, columns=names).to_numpy("float64", copy=True)
    base, now = year_of(margins, base_year, codes), year_of(margins, year, codes)
    stay = _sum_by(base.stay, groups, size)
    abroad = np.maximum(_sum_by(base.night, groups, size) - cells.sum(axis=1), 0.0)
    cells[np.diag_indices(size)] -= stay
    if not (cells.diagonal() >= 0).all():
        raise DataError(f"County flows of {base_year} do not fit the margins of that year.")
    targets = np.column_stack([cells, abroad])
    fitted = _fit_margins(
        targets,
        _sum_by(now.out, groups, size),
        np.append(_sum_by(now.come, groups, size), now.abroad),
        tolerance=0.01,
        rounds=500,
    )
    if without is not None:
        fitted[names.index(without), :] = np.nan
        fitted[:, names.index(without)] = np.nan
    return fitted


def deterrence_matrix(
    distances: np.ndarray, night: np.ndarray, day: np.ndarray, deterrence: Deterrence
) -> np.ndarray:
    """f[i, j] of the module, scaled to at most 1 in every row; zero on the diagonal."""
    order = np.argsort(distances, axis=1, kind="stable")
    before = np.cumsum(day[order], axis=1) - day[order]
    nearer = np.empty_like(distances)
    np.put_along_axis(nearer, order, before, axis=1)
    # Workplaces at home always count, also where another centre is nearer than one's own people.
    nearer = np.maximum(np.maximum(nearer, day[:, None]), 1.0)
    power = deterrence.power * np.outer(
        _relative(night) ** -deterrence.size, _relative(day) ** -deterrence.pull
    )
    log_f = -power * np.log(distances + deterrence.offset)
    log_f -= deterrence.opportunity * np.log(nearer) + deterrence.decay * distances**BEND
    np.fill_diagonal(log_f, -np.inf)
    log_f -= log_f.max(axis=1, keepdims=True)
    # Below e**-300 a cell would vanish and could not be scaled up again where it is needed.
    return np.where(np.isfinite(log_f), np.exp(np.maximum(log_f, -300.0)), 0.0)


def _relative(people: np.ndarray) -> np.ndarray:
    """People of each municipality as a multiple of the mean; at least one person."""
    return np.asarray(np.maximum(people, 1.0) / max(float(people.mean()), 1.0))


def fit(
    now: Year,
    distances: np.ndarray,
    targets: np.ndarray | None,
    deterrence: Deterrence,
    evidence: np.ndarray | None = None,
) -> np.ndarray:
    """Modelled cells, municipalities x (municipalities + abroad); persons.

    `evidence` multiplies f; without `targets` counties have no prior.
    """
    f = deterrence_matrix(distances, now.night, now.day, deterrence)
    if evidence is not None:
        f *= evidence
    # Abroad has no distance: every resident is as likely, until the county prior says more.
    cells = np.column_stack([f, np.full(len(f), 1e-3)]) * now.out[:, None]
    columns = np.append(now.come, now.abroad)
    cells = _fit_margins(cells, now.out, columns, tolerance=0.01, rounds=5)
    if targets is not None:
        cells = _pull_to_counties(cells, now, targets)
    return _fit_margins(cells, now.out, columns, tolerance=0.01, rounds=300)


def _pull_to_counties(
    cells: np.ndarray, now: Year, targets: np.ndarray, *, rounds: int = 40
) -> np.ndarray:
    """Scale blocks of counties to the prior, rows and columns to the margins, in turns."""
    groups, names = counties_of(now.codes)
    to = np.append(groups, len(names))
    columns = np.append(now.come, now.abroad)
    known = np.isfinite(targets)
    for _ in range(rounds):
        blocks = block_sums(cells, groups)
        scale = np.where(known, _factor(np.where(known, targets, 0.0), blocks), 1.0)
        cells = cells * scale[np.ix_(groups, to)]
        cells = _fit_margins(cells, now.out, columns, tolerance=0.01, rounds=1)
    return cells


def model_matrix(
    margins: pd.DataFrame,
    distances: pd.DataFrame,
    *,
    year: int,
    county_flows: pd.DataFrame | None = None,
    deterrence: Deterrence = CALIBRATED,
    without_county: str | None = None,
    samples: Sequence[Sample] = (),
) -> pd.DataFrame:
    """Modelled commuters of one year, homes x workplaces with `ABROAD` last; diagonal zero.

    Row sums equal the published out-commuters and column sums the in-commuters within 0.01
    persons. `county_flows` adds the county prior, `without_county` leaves one county out of it.
    Observed `samples` of any year and sex shape the starting values of the fit.
    Raises DataError when a municipality of `distances` has no margins in `year`.
    """
    codes, apart = tuple(distances.index), distances.to_numpy("float64")

    def cells_of(then: int, evidence: np.ndarray | None) -> np.ndarray:
        targets = None
        if county_flows is not None:
            targets = county_targets(
                margins, county_flows, year=then, codes=codes, without=without_county
            )
        return fit(year_of(margins, then, codes), apart, targets, deterrence, evidence)

    evidence = evidence_of(samples, apart, cells_of) if samples else None
    return pd.DataFrame(cells_of(year, evidence), index=list(codes), columns=[*codes, ABROAD])


def model_flows(
    margins: pd.DataFrame,
    distances: pd.DataFrame,
    *,
    year: int,
    county_flows: pd.DataFrame | None = None,
    samples: Sequence[Sample] = (),
) -> pd.DataFrame:
    """A full table of flows of one year: `year, home, work, sex, persons, kind`.

    Cells between municipalities and to `ABROAD` are `modelled`; those who live and work in the
    same municipality are `observed`. Persons are fractions: rounded cells would break the margins.
    """
    matrix = model_matrix(margins, distances, year=year, county_flows=county_flows, samples=samples)
    codes = tuple(distances.index)
    cells = matrix.to_numpy(copy=True)
    own = np.arange(len(codes))
    cells[own, own] = year_of(margins, year, codes).stay
    kind = np.full(cells.shape, "modelled", dtype=object)
    kind[own, own] = "observed"
    return pd.DataFrame(
        {
            "year": year,
            "home": np.repeat(np.array(codes), cells.shape[1]),
            "work": np.tile(np.array([*codes, ABROAD]), len(codes)),
            "sex": "total",
            "persons": cells.ravel(),
            "kind": kind.ravel(),
        }
    )
