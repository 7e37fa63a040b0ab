"""What observed pairs say about who commutes where: factors on the model's deterrence.

Terms
-----
sample: observed commuters between municipalities, homes of one county, one year. A pair is known
for both sexes together where that was published, else for one of them.
share of a sex: the part of a pair's commuters that are women falls with distance. It is fitted on
the pairs that are known by sex (logistic regression on log km), so that an observed count of one
sex tells of the total. The level of such cells is set to the model's: only their pattern counts.
residual: log of observed by expected, where the model of the sample's own year expects.
evidence: factors homes x workplaces that multiply f of `flow_model`, the starting values of its
fit. They come from the residuals by kriging (a Gaussian process): a cell that is observed keeps
most of its own residual, the pair in the other direction and pairs between neighbours of both
ends take a part. So cells of one year and sex shape how another year's margins are spread.

Method: Cressie, Statistics for Spatial Data (1993), simple kriging with noise; the constants were
set by hiding halves of the observed cells (`benchmarks/flow_error.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

_SPREAD = 0.3  # variance of the residuals of a model that has seen nothing
_REACH = 20.0  # km at which a residual tells a third as much
_BACK = 0.7  # how much the other direction of a pair tells
_NOISE = 0.02  # variance of what belongs to one year and sex alone, beside that of a small count
_ROUNDS = 2  # the fit moves what is expected a little; more rounds change nothing that matters
_SEXES = ("total", "women", "men")  # the first that is known for a pair is used


@dataclass(frozen=True)
class Sample:
    """Observed cells: positions of home and work among the codes, persons, and their part.

    `part` is the expected share (0 to 1) of the pair's commuters who are counted in `persons`: 1
    for both sexes. `sexes` are those that the sample holds.
    """

    county: str
    year: int
    home: np.ndarray
    work: np.ndarray
    persons: np.ndarray
    part: np.ndarray
    sexes: tuple[str, ...]

    def only(self, kept: np.ndarray) -> Sample:
        """The sample with the cells that `kept` (a mask) points at."""
        return Sample(
            self.county,
            self.year,
            self.home[kept],
            self.work[kept],
            self.persons[kept],
            self.part[kept],
            self.sexes,
        )


def between(flows: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Known, not modelled cells between two of `codes`; those who stay are left out."""
    rows = flows[(flows["home"] != flows["work"]) & (flows["kind"] != "modelled")]
    rows = rows[rows["home"].isin(list(codes)) & rows["work"].isin(list(codes))]
    return rows.dropna(subset="persons")


def share_of_women(flows: pd.DataFrame, distances: pd.DataFrame) -> tuple[float, float]:
    """Intercept and slope of logit(women / all) on log km, over the pairs known by sex.

    Without such pairs women are half. Fitted by iteratively reweighted least squares.
    """
    cells = between(flows, distances.index).pivot_table(
        index=["year", "home", "work"], columns="sex", values="persons"
    )
    cells = cells.reindex(columns=["women", "total"]).dropna()
    cells = cells[cells["total"] > 0]
    if len(cells) < 3:
        return 0.0, 0.0
    pairs = cells.reset_index()
    x = np.column_stack([np.ones(len(cells)), np.log(_km(pairs, distances))])
    women, total = (cells[name].to_numpy("float64") for name in ("women", "total"))
    found = np.zeros(2)
    for _ in range(25):
        share = _logistic(x @ found)
        weight = total * share * (1 - share)
        found = found + np.linalg.solve(x.T @ (x * weight[:, None]), x.T @ (women - total * share))
    return float(found[0]), float(found[1])


def _km(pairs: pd.DataFrame, distances: pd.DataFrame) -> np.ndarray:
    home, work = (distances.index.get_indexer(pd.Index(pairs[side])) for side in ("home", "work"))
    return np.asarray(distances.to_numpy("float64")[home, work])


def _logistic(values: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-values)))


def samples_of(
    flows: pd.DataFrame, distances: pd.DataFrame, without: Collection[str] = ()
) -> list[Sample]:
    """The observed cells by county of the home and year; `without` leaves counties wholly out.

    >>> from analysis import flows
    >>> from analysis.loaders.commuting import load_observed_flows
    >>> found = samples_of(load_observed_flows(), flows.distances())
    >>> [(one.county, one.year, len(one.persons)) for one in found]
    [('01', 2015, 50), ('03', 2016, 56), ('18', 2017, 132), ('17', 2020, 198)]
    """
    rows = between(flows, distances.index)
    rows = rows.assign(county=rows["home"].str[:2])
    rows = rows[~rows["county"].isin(list(without))]
    order = rows["sex"].map({sex: place for place, sex in enumerate(_SEXES)})
    rows = rows.assign(order=order).sort_values("order", kind="stable")
    rows = rows.drop_duplicates(["year", "home", "work"])
    level, slope = share_of_women(flows[~flows["home"].str[:2].isin(list(without))], distances)
    index = distances.index
    found = []
    for (year, county), part in rows.groupby(["year", "county"]):
        home, work = (index.get_indexer(pd.Index(part[side])) for side in ("home", "work"))
        women = _logistic(level + slope * np.log(_km(part, distances)))
        sex = part["sex"].to_numpy()
        share = np.select([sex == "women", sex == "men"], [women, 1 - women], 1.0)
        found.append(
            Sample(
                str(county),
                int(str(year)),
                home,
                work,
                part["persons"].to_numpy("float64"),
                share,
                tuple(name for name in _SEXES if name in set(sex)),
            )
        )
    return found


def evidence_of(
    samples: Sequence[Sample], distances: np.ndarray, model: Callable[[int, np.ndarray], np.ndarray]
) -> np.ndarray:
    """Factors of every pair (1 where nothing is known), homes x workplaces.

    `model` gives the modelled cells of a year under given factors; it is asked for the years of
    the samples only.
    """
    factors = np.ones_like(distances)
    if not samples:
        return factors
    near = _nearness(distances)
    home, work = (
        np.concatenate([getattr(one, side) for one in samples]) for side in ("home", "work")
    )
    seen = np.unique(np.concatenate([home, work]))
    rows, columns = (side.ravel() for side in np.meshgrid(seen, seen, indexing="ij"))
    known = _covariance(near, (home, work), (home, work))
    wanted = _covariance(near, (rows, columns), (home, work))
    persons = np.concatenate([one.persons for one in samples])
    known[np.diag_indices(len(home))] += _NOISE + 1 / (persons + 1)
    for _ in range(_ROUNDS):
        residuals = [_residuals(one, model(one.year, factors), factors) for one in samples]
        field = wanted @ np.linalg.solve(known, np.concatenate(residuals))
        factors = np.ones_like(distances)
        factors[rows, columns] = np.exp(field)
    return factors


def _nearness(distances: np.ndarray) -> np.ndarray:
    apart = distances.copy()
    np.fill_diagonal(apart, 0.0)
    return np.asarray(np.exp(-apart / _REACH))


def _covariance(
    near: np.ndarray, some: tuple[np.ndarray, np.ndarray], others: tuple[np.ndarray, np.ndarray]
) -> np.ndarray:
    """Of the residuals of two lists of pairs: alike where both ends are near, either way round."""
    (a, b), (c, d) = some, others
    same = near[np.ix_(a, c)] * near[np.ix_(b, d)]
    back = near[np.ix_(a, d)] * near[np.ix_(b, c)]
    return np.asarray(_SPREAD * (same + _BACK * back))


def _residuals(sample: Sample, cells: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Log of observed by expected without any evidence; half a person keeps zeros finite."""
    fitted = sample.part * cells[sample.home, sample.work]
    one_sex = sample.part < 1
    level = np.ones(len(fitted))
    if fitted[one_sex].sum() > 0:
        level[one_sex] = sample.persons[one_sex].sum() / fitted[one_sex].sum()
    expected = level * fitted / factors[sample.home, sample.work]
    return np.asarray(np.log((sample.persons + 0.5) / (expected + 0.5)))
