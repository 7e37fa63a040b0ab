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
CPC: common part of commuters, 2 sum min(observed, modelled) / (sum observed + sum modelled).

Formula: T[i, j] = A[i] B[j] K[county of i, county of j] f[i, j], i not j, with
f[i, j] = (d[i, j] + offset) ** -(power * (N[i] / mean N) ** -size) * s[i, j] ** -opportunity,
where A, B and K are found by iterative proportional fitting (IPF; Furness 1965; Wilson 1971).
Radiation model for comparison: Simini et al., Nature 484 (2012). CPC: Lenormand et al. 2012.

The fitting is our own dozen lines of numpy and not `spint`: spint estimates the parameters of a
doubly constrained model by regression on a fully observed matrix, which is the thing we lack, and
has neither a county prior nor a destination outside the system.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.optimize import minimize
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay

from analysis.errors import DataError, raise_faults
from analysis.metrics.commuting import ABROAD

# Rough outline of lake Vättern (SWEREF 99 TM, metres): the boundaries leave out the sea, Vänern
# and Mälaren, but run through the middle of Vättern.
VATTERN = shapely.Polygon(
    [
        (452447, 6406690), (464547, 6426596), (473523, 6445412), (478338, 6462075),
        (488335, 6475377), (497101, 6486482), (495957, 6500961), (491331, 6515450),
        (483801, 6512145), (477938, 6495486), (467777, 6478868), (461739, 6459999),
        (453939, 6440051), (448436, 6417873),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Deterrence:
    """Parameters of f: see the module. `offset` in km, the others are pure numbers."""

    power: float
    offset: float
    opportunity: float
    size: float


# Found by `calibrate` on the observed cells (Uppsala county 2016, Stockholm 2015) and the flows
# between counties (2018), with the distances of `route_distances`. See docs/flow-model.md.
CALIBRATED = Deterrence(power=2.67, offset=13.6, opportunity=0.28, size=0.25)
NEUTRAL = Deterrence(power=2.0, offset=10.0, opportunity=0.3, size=0.1)  # where a search starts


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


def ways_between(points: np.ndarray, boundaries: gpd.GeoDataFrame, *, water_factor: float = 2.0,
                 origins: Sequence[int] | None = None) -> np.ndarray:
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
    land = shapely.simplify(boundaries.geometry.union_all(), 50).difference(VATTERN)
    shapely.prepare(land)
    lines = shapely.linestrings(points[edges])
    length = np.asarray(shapely.length(lines))
    wet = ~shapely.covers(land, lines)
    water = np.zeros(len(lines))
    water[wet] = length[wet] - shapely.length(shapely.intersection(lines[wet], land))
    return np.asarray(length + (water_factor - 1) * water)


# --- the model ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Year:
    """Margins of one year in the order of `codes`; persons."""

    year: int
    codes: tuple[str, ...]
    out: np.ndarray
    come: np.ndarray
    stay: np.ndarray

    @property
    def night(self) -> np.ndarray:
        return np.asarray(self.out + self.stay)

    @property
    def day(self) -> np.ndarray:
        return np.asarray(self.come + self.stay)

    @property
    def abroad(self) -> float:
        return max(0.0, float(self.out.sum() - self.come.sum()))


def _year_of(margins: pd.DataFrame, year: int, codes: tuple[str, ...]) -> _Year:
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
    return _Year(year, codes, out, come, stay)


def _counties(codes: tuple[str, ...]) -> tuple[np.ndarray, list[str]]:
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


def _blocks(cells: np.ndarray, groups: np.ndarray) -> np.ndarray:
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
    groups, names = _counties(codes)
    size = len(names)
    base_year = int(county_flows["year"].max())
    rows = county_flows[county_flows["year"] == base_year]
    table = rows.pivot(index="home_county", columns="work_county", values="persons")
    cells = table.reindex(index=names, columns=names).to_numpy("float64", copy=True)
    base, now = _year_of(margins, base_year, codes), _year_of(margins, year, codes)
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
    relative = np.maximum(night, 1.0) / max(float(night.mean()), 1.0)
    power = deterrence.power * relative**-deterrence.size
    log_f = -power[:, None] * np.log(distances + deterrence.offset)
    log_f -= deterrence.opportunity * np.log(nearer)
    np.fill_diagonal(log_f, -np.inf)
    log_f -= log_f.max(axis=1, keepdims=True)
    # Below e**-300 a cell would vanish and could not be scaled up again where it is needed.
    return np.where(np.isfinite(log_f), np.exp(np.maximum(log_f, -300.0)), 0.0)


def _fit(
    now: _Year, distances: np.ndarray, targets: np.ndarray | None, deterrence: Deterrence
) -> np.ndarray:
    """Modelled cells, municipalities x (municipalities + abroad); persons."""
    f = deterrence_matrix(distances, now.night, now.day, deterrence)
    # Abroad has no distance: every resident is as likely, until the county prior says more.
    cells = np.column_stack([f, np.full(len(f), 1e-3)]) * now.out[:, None]
    columns = np.append(now.come, now.abroad)
    cells = _fit_margins(cells, now.out, columns, tolerance=0.01, rounds=5)
    if targets is not None:
        cells = _pull_to_counties(cells, now, targets)
    return _fit_margins(cells, now.out, columns, tolerance=0.01, rounds=300)


def _pull_to_counties(
    cells: np.ndarray, now: _Year, targets: np.ndarray, *, rounds: int = 40
) -> np.ndarray:
    """Scale blocks of counties to the prior, rows and columns to the margins, in turns."""
    groups, names = _counties(now.codes)
    to = np.append(groups, len(names))
    columns = np.append(now.come, now.abroad)
    known = np.isfinite(targets)
    for _ in range(rounds):
        blocks = _blocks(cells, groups)
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
) -> pd.DataFrame:
    """Modelled commuters of one year, homes x workplaces with `ABROAD` last; diagonal zero.

    Row sums equal the published out-commuters and column sums the in-commuters within 0.01
    persons. `county_flows` adds the county prior, `without_county` leaves one county out of it.
    Raises DataError when a municipality of `distances` has no margins in `year`.
    """
    codes = tuple(distances.index)
    now = _year_of(margins, year, codes)
    targets = None
    if county_flows is not None:
        targets = county_targets(
            margins, county_flows, year=year, codes=codes, without=without_county
        )
    cells = _fit(now, distances.to_numpy("float64"), targets, deterrence)
    return pd.DataFrame(cells, index=list(codes), columns=[*codes, ABROAD])


def model_flows(
    margins: pd.DataFrame,
    distances: pd.DataFrame,
    *,
    year: int,
    county_flows: pd.DataFrame | None = None,
    deterrence: Deterrence = CALIBRATED,
) -> pd.DataFrame:
    """A full table of flows of one year: `year, home, work, sex, persons, kind`.

    Cells between municipalities and to `ABROAD` are `modelled`; those who live and work in the
    same municipality are `observed`. Persons are fractions: rounded cells would break the margins.
    """
    matrix = model_matrix(
        margins, distances, year=year, county_flows=county_flows, deterrence=deterrence
    )
    codes = tuple(distances.index)
    cells = matrix.to_numpy(copy=True)
    own = np.arange(len(codes))
    cells[own, own] = _year_of(margins, year, codes).stay
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


# --- simpler models to compare with ---------------------------------------------------------


def gravity_matrix(
    margins: pd.DataFrame, distances: pd.DataFrame, *, year: int, power: float = 2.0
) -> pd.DataFrame:
    """Plain gravity: O[i] shared in proportion to D[j] / d[i, j] ** power; only rows are exact."""
    now = _year_of(margins, year, tuple(distances.index))
    d = np.maximum(distances.to_numpy("float64"), 1.0)
    return _share_out(now, now.day[None, :] * d**-power)


def radiation_matrix(margins: pd.DataFrame, distances: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Radiation model (Simini et al. 2012), no parameter; only rows are exact.

    O[i] is shared in proportion to m n / ((m + s) (m + n + s)) with m = D[i], n = D[j] and s the
    workplaces nearer to i than j, both ends left out.
    """
    now = _year_of(margins, year, tuple(distances.index))
    d = distances.to_numpy("float64", copy=True)
    np.fill_diagonal(d, -1.0)
    order = np.argsort(d, axis=1, kind="stable")
    before = np.cumsum(now.day[order], axis=1) - now.day[order]
    nearer = np.empty_like(d)
    np.put_along_axis(nearer, order, before, axis=1)
    m, n = now.day[:, None], now.day[None, :]
    s = np.maximum(nearer - m, 0.0)
    return _share_out(now, m * n / np.maximum((m + s) * (m + n + s), 1.0))


def _share_out(now: _Year, weights: np.ndarray) -> pd.DataFrame:
    """Spread O over `weights`; those who work abroad are taken from every row alike."""
    weights = weights.copy()
    np.fill_diagonal(weights, 0.0)
    total = max(float(now.out.sum()), 1.0)
    inland = now.out * (1 - now.abroad / total)
    cells = weights * _factor(inland, weights.sum(axis=1))[:, None]
    cells = np.column_stack([cells, now.out - inland])
    return pd.DataFrame(cells, index=list(now.codes), columns=[*now.codes, ABROAD])


# --- calibration and measured error ---------------------------------------------------------


def common_part_of_commuters(observed: np.ndarray, modelled: np.ndarray) -> float:
    """CPC between 0 (nothing alike) and 1 (equal), over cells in the same order; nan if empty."""
    total = float(observed.sum() + modelled.sum())
    if total <= 0:
        return float("nan")
    return float(2 * np.minimum(observed, modelled).sum() / total)


@dataclass(frozen=True)
class Sample:
    """Observed cells of one area and year: positions of home and work, and persons."""

    county: str
    year: int
    home: np.ndarray
    work: np.ndarray
    persons: np.ndarray


def observed_samples(flows: pd.DataFrame, codes: tuple[str, ...]) -> list[Sample]:
    """Observed cells between municipalities by county of the home and year.

    Unknown cells, modelled cells and those who stay in their municipality are left out.
    """
    rows = flows[(flows["sex"] == "total") & (flows["home"] != flows["work"])]
    rows = rows[rows["home"].isin(codes) & rows["work"].isin(codes)].dropna(subset="persons")
    rows = rows[rows["kind"] != "modelled"]
    rows = rows.assign(county=rows["home"].str[:2])
    index = pd.Index(codes)
    samples = []
    for county, year in sorted(set(zip(rows["county"], rows["year"], strict=True))):
        part = rows[(rows["county"] == county) & (rows["year"] == year)]
        home = index.get_indexer(pd.Index(part["home"]))
        work = index.get_indexer(pd.Index(part["work"]))
        persons = part["persons"].to_numpy("float64")
        samples.append(Sample(county, int(year), home, work, persons))
    return samples


def calibrate(
    margins: pd.DataFrame,
    distances: pd.DataFrame,
    county_flows: pd.DataFrame,
    samples: Sequence[Sample],
    *,
    without_county: str | None = None,
    start: Deterrence = NEUTRAL,
    evaluations: int = 160,
) -> Deterrence:
    """Find the deterrence that makes the observed distribution most likely.

    Minimises the sum of Kullback-Leibler divergences (so every source weighs the same, however
    many commuters it holds) of each sample, modelled with the county prior, and of the commuters
    between counties, modelled without it. `without_county` keeps one county out of the samples,
    the county flows and the prior. Nelder-Mead on the logarithms, about 0.1 s a step.
    """
    codes = tuple(distances.index)
    d = distances.to_numpy("float64")
    base = _year_of(margins, int(county_flows["year"].max()), codes)
    between = county_targets(margins, county_flows, year=base.year, codes=codes)[:, :-1]
    groups, names = _counties(codes)
    others = [k for k, name in enumerate(names) if name != without_county]
    kept = np.ix_(others, others)
    cases = []
    for sample in samples:
        if sample.county != without_county:
            prior = county_targets(
                margins, county_flows, year=sample.year, codes=codes, without=without_county
            )
            cases.append((sample, _year_of(margins, sample.year, codes), prior))

    def loss(logs: np.ndarray) -> float:
        tried = Deterrence(*(float(value) for value in np.exp(logs)))
        blocks = _blocks(_fit(base, d, None, tried)[:, :-1], groups)
        total = _divergence(between[kept], blocks[kept])
        for sample, now, prior in cases:
            cells = _fit(now, d, prior, tried)
            total += _divergence(sample.persons, cells[sample.home, sample.work])
        return total

    options = {"maxfev": evaluations, "xatol": 0.01, "fatol": 1e-4}
    found = minimize(loss, np.log(astuple(start)), method="Nelder-Mead", options=options)
    return Deterrence(*(float(value) for value in np.exp(found.x)))


def _divergence(observed: np.ndarray, modelled: np.ndarray) -> float:
    """Kullback-Leibler divergence of the modelled distribution from the observed one."""
    p = observed.ravel() / observed.sum()
    q = (modelled.ravel() + 1e-9) / (modelled.ravel() + 1e-9).sum()
    positive = p > 0
    return float((p[positive] * np.log(p[positive] / q[positive])).sum())


def leave_one_out(
    margins: pd.DataFrame,
    distances: pd.DataFrame,
    county_flows: pd.DataFrame,
    flows: pd.DataFrame,
    *,
    counties: Sequence[str] = (),
    evaluations: int = 100,
) -> pd.DataFrame:
    """Measured error: CPC of each area when nothing from its county was used to calibrate.

    Areas are the counties with observed cells (`cells`: CPC over pairs of municipalities) and
    `counties` (`blocks`: CPC over the commuters between that county and each other one, in the
    year of the county flows). Columns: `model` (the county prior as shipped), `model_no_prior_row`
    (the county's row and column also left out of the prior), `doubly_constrained` (no county
    prior at all), `gravity` (its power fitted to the other areas) and `radiation`. For blocks
    `model` is missing: the prior is what it would be compared with.
    One search per area, about ten seconds each.
    """
    samples = observed_samples(flows, tuple(distances.index))
    base_year = int(county_flows["year"].max())
    areas: list[tuple[str, int, Sample | None]] = [(one.county, one.year, one) for one in samples]
    areas += [(county, base_year, None) for county in counties]
    rows = []
    for county, year, sample in areas:
        others = [one for one in samples if one.county != county]
        found = calibrate(
            margins,
            distances,
            county_flows,
            others,
            without_county=county,
            evaluations=evaluations,
        )
        power = _gravity_power(margins, distances, others)
        models = _contestants(margins, distances, county_flows, year, county, found, power)
        if sample is None:
            truth = county_targets(margins, county_flows, year=year, codes=tuple(distances.index))[
                :, :-1
            ]
            scores = {name: _rim_score(truth, cells, county) for name, cells in models.items()}
            scores["model"] = float("nan")
        else:
            scores = {
                name: common_part_of_commuters(
                    sample.persons, cells.to_numpy()[sample.home, sample.work]
                )
                for name, cells in models.items()
            }
        what = "blocks" if sample is None else "cells"
        rows.append({"what": what, "county": county, "year": year, **scores})
    return pd.DataFrame(rows)


def _contestants(
    margins: pd.DataFrame,
    distances: pd.DataFrame,
    county_flows: pd.DataFrame,
    year: int,
    county: str,
    found: Deterrence,
    power: float,
) -> dict[str, pd.DataFrame]:
    """Cells of every model that `leave_one_out` compares, for one year."""
    return {
        "model": model_matrix(
            margins, distances, year=year, county_flows=county_flows, deterrence=found
        ),
        "model_no_prior_row": model_matrix(
            margins,
            distances,
            year=year,
            county_flows=county_flows,
            deterrence=found,
            without_county=county,
        ),
        "doubly_constrained": model_matrix(margins, distances, year=year, deterrence=found),
        "gravity": gravity_matrix(margins, distances, year=year, power=power),
        "radiation": radiation_matrix(margins, distances, year=year),
    }


def _gravity_power(
    margins: pd.DataFrame, distances: pd.DataFrame, samples: Sequence[Sample]
) -> float:
    """The power, to a quarter, with the highest mean CPC on `samples`; 2 without any."""
    if not samples:
        return 2.0
    scores = {}
    for power in np.arange(1.0, 4.01, 0.25):
        cells = {
            year: gravity_matrix(margins, distances, year=year, power=float(power)).to_numpy()
            for year in {one.year for one in samples}
        }
        scores[float(power)] = np.mean(
            [
                common_part_of_commuters(one.persons, cells[one.year][one.home, one.work])
                for one in samples
            ]
        )
    return max(scores, key=lambda power: (scores[power], -power))


def _rim_score(truth: np.ndarray, cells: pd.DataFrame, county: str) -> float:
    """CPC over the commuters between `county` and every other county."""
    groups, names = _counties(tuple(cells.index))
    blocks = _blocks(cells.to_numpy()[:, :-1], groups)
    k = names.index(county)
    rim = np.zeros(truth.shape, dtype=bool)
    rim[k, :] = rim[:, k] = True
    rim[k, k] = False
    return common_part_of_commuters(truth[rim], blocks[rim])


def evaluation_markdown(table: pd.DataFrame, names: Mapping[str, str]) -> str:
    """The table of `leave_one_out` for docs/flow-model.md; `names` are county names by code."""
    columns = ["model", "model_no_prior_row", "doubly_constrained", "gravity", "radiation"]
    lines = [
        "| area left out | CPC over | year | " + " | ".join(columns) + " |",
        "|---|---|---|" + "---|" * len(columns),
    ]
    for row in table.to_dict("records"):
        over = "municipal pairs" if row["what"] == "cells" else "county pairs"
        cells = ["–" if pd.isna(row[name]) else f"{row[name]:.2f}" for name in columns]
        name = names[str(row["county"])]
        lines.append(f"| {name} | {over} | {row['year']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
