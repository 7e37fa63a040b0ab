"""How far off the model of commuting is, and the parameters it has: `python flow_error.py`.

Terms
-----
area: the observed cells of one county and year; for a sex, the model's cells times its share of
the pair, scaled to the observed sum.
left out: no cell of the area, nor its county's row and column of the county flows, had a part in
finding the parameters. The county prior is then used as in the product: it holds county totals.
half hidden: the area's cells are split at random; one half is predicted with the other as
evidence, then the other way round; the mean of `_DRAWS` splits.
half known: the same, but counted over all cells of the area, the seen half too.
CPC: common part of commuters, 2 sum min(observed, modelled) / (sum observed + sum modelled)
(Lenormand et al. 2012).
size: modelled commuters, both sexes. Errors by size are those of the areas left out.
gravity: O[i] shared in proportion to D[j] / d ** power, the power fitted to the other areas.
radiation: Simini et al., Nature 484 (2012), no parameter.

With `--record` the results become `data/flow_model_error.csv`, which the reports read, and the
tables of `docs/flow-model.md`; with `--calibrate` the parameters of the product are found anew.
About five minutes on one core.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from analysis import flows, paths
from analysis.loaders import commuting as loader
from analysis.loaders import population
from analysis.metrics import flow_model as model
from analysis.metrics.flow_evidence import Sample, evidence_of, samples_of
from analysis.metrics.flow_model import Deterrence

DOCS = Path(__file__).resolve().parents[1] / "docs" / "flow-model.md"
GROUPS = (0, 3000, 1_000_000)
SIZES = (0, 30, 100, 300, 1000, 1_000_000)
NEUTRAL = Deterrence(power=1.335, offset=13.6, opportunity=0.14, size=0.25, pull=0.05)
_FREE = ("power", "offset", "opportunity", "size", "pull")
_PULL_BACK = 0.04  # price of leaving `NEUTRAL`: a few areas must not bend five parameters freely
_DRAWS = 4
_CLEAR = 1.5  # the first link must be this many times the second to be called the strongest
COLUMNS = [
    "test",
    "by",
    "key",
    "cells",
    "persons",
    "cpc",
    "median_error",
    "over_half",
    "low",
    "high",
]


@dataclass(frozen=True)
class World:
    """The published figures that the model rests on."""

    margins: pd.DataFrame
    county_flows: pd.DataFrame
    observed: pd.DataFrame
    distances: pd.DataFrame

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.distances.index)

    @property
    def km(self) -> np.ndarray:
        return self.distances.to_numpy("float64")

    def cells(
        self,
        year: int,
        deterrence: Deterrence,
        *,
        prior: bool = True,
        evidence: np.ndarray | None = None,
    ) -> np.ndarray:
        """Modelled cells of a year under a deterrence."""
        targets = (
            model.county_targets(self.margins, self.county_flows, year=year, codes=self.codes)
            if prior
            else None
        )
        now = model.year_of(self.margins, year, self.codes)
        return model.fit(now, self.km, targets, deterrence, evidence)


def world() -> World:
    """The figures in use."""
    return World(
        loader.load_margins(),
        loader.load_county_flows(),
        loader.load_observed_flows(),
        flows.distances(),
    )


# --- scores ---------------------------------------------------------------------------------------


def common_part(observed: np.ndarray, modelled: np.ndarray) -> float:
    """CPC between 0 (nothing alike) and 1 (equal), over cells in the same order; nan if empty."""
    total = float(observed.sum() + modelled.sum())
    return float(2 * np.minimum(observed, modelled).sum() / total) if total > 0 else float("nan")


def as_observed(sample: Sample, cells: np.ndarray) -> np.ndarray:
    """Modelled counts of the sample's own sex; scaled to the observed sum but for both sexes."""
    found = sample.part * cells[sample.home, sample.work]
    one_sex = sample.part < 1
    if found[one_sex].sum() > 0:
        found[one_sex] *= sample.persons[one_sex].sum() / found[one_sex].sum()
    return np.asarray(found)


def score(sample: Sample, cells: np.ndarray) -> float:
    """CPC of an area."""
    return common_part(sample.persons, as_observed(sample, cells))


# --- calibration ----------------------------------------------------------------------------------


def calibrate(data: World, *, without: str = "", evaluations: int = 150) -> Deterrence:
    """The deterrence with the highest mean CPC over areas and county pairs.

    Each area counts as much as the commuters between counties, which are modelled without their
    prior. `without` leaves a county out of everything. The squared logarithm of what a parameter
    is multiplied with costs `_PULL_BACK`. Nelder-Mead, about 0.2 s a step.
    """
    samples = samples_of(data.observed, data.distances, {without})
    year = int(data.county_flows["year"].max())
    truth = model.county_targets(data.margins, data.county_flows, year=year, codes=data.codes)[
        :, :-1
    ]
    groups, names = model.counties_of(data.codes)
    kept = ~np.eye(len(names), dtype=bool)
    if without in names:
        kept[names.index(without), :] = kept[:, names.index(without)] = False

    def loss(values: np.ndarray) -> float:
        tried = replace(NEUTRAL, **dict(zip(_FREE, map(float, np.abs(values)), strict=True)))
        blocks = model.block_sums(data.cells(year, tried, prior=False)[:, :-1], groups)
        scores = [common_part(truth[kept], blocks[kept])]
        cells = {one.year: data.cells(one.year, tried) for one in samples}
        scores += [score(one, cells[one.year]) for one in samples]
        return _PULL_BACK * float((np.log(np.abs(values) / start) ** 2).sum()) - np.mean(scores)

    start = np.array(astuple(NEUTRAL)[: len(_FREE)])
    options = {"maxfev": evaluations, "xatol": 0.01, "fatol": 1e-4}
    found = np.abs(minimize(loss, start, method="Nelder-Mead", options=options).x)
    return replace(NEUTRAL, **dict(zip(_FREE, (round(float(x), 3) for x in found), strict=True)))


# --- simpler models to compare with ---------------------------------------------------------------


def gravity(data: World, year: int, power: float) -> np.ndarray:
    """Plain gravity; only rows are exact."""
    now = model.year_of(data.margins, year, data.codes)
    return _share_out(now, now.day[None, :] * np.maximum(data.km, 1.0) ** -power)


def gravity_power(data: World, samples: Sequence[Sample]) -> float:
    """The power, to a quarter, with the highest mean CPC on `samples`; 2 without any."""
    powers = [float(power) for power in np.arange(1.0, 4.01, 0.25)]
    if not samples:
        return 2.0
    return max(
        powers,
        key=lambda power: float(
            np.mean([score(one, gravity(data, one.year, power)) for one in samples])
        ),
    )


def radiation(data: World, year: int) -> np.ndarray:
    """Radiation: m n / ((m + s) (m + n + s)), m = D[i], n = D[j], s the workplaces between."""
    now = model.year_of(data.margins, year, data.codes)
    d = data.km.copy()
    np.fill_diagonal(d, -1.0)
    order = np.argsort(d, axis=1, kind="stable")
    nearer = np.empty_like(d)
    np.put_along_axis(nearer, order, np.cumsum(now.day[order], axis=1) - now.day[order], axis=1)
    m, n = now.day[:, None], now.day[None, :]
    s = np.maximum(nearer - m, 0.0)
    return _share_out(now, m * n / np.maximum((m + s) * (m + n + s), 1.0))


def _share_out(now: model.Year, weights: np.ndarray) -> np.ndarray:
    """Spread O over `weights`; those who work abroad are taken from every row alike."""
    weights = weights.copy()
    np.fill_diagonal(weights, 0.0)
    inland = now.out * (1 - now.abroad / max(float(now.out.sum()), 1.0))
    rows = weights.sum(axis=1)
    return np.asarray(
        weights * np.divide(inland, rows, out=np.zeros_like(rows), where=rows > 0)[:, None]
    )


# --- the tests ------------------------------------------------------------------------------------


def leave_out(data: World, parameters: Callable[[str], Deterrence]) -> tuple[list[dict], list]:
    """Every area predicted without it, beside simpler models; and its cells for errors by size.

    `parameters` gives the deterrence found without a county.
    """
    rows, cells = [], []
    for one in samples_of(data.observed, data.distances):
        others = samples_of(data.observed, data.distances, {one.county})
        found = parameters(one.county)
        ours = data.cells(
            one.year, found, evidence=evidence_of(others, data.km, _asked(data, found))
        )
        contestants = {
            "left out": ours,
            "left out, no county prior": data.cells(one.year, found, prior=False),
            "gravity": gravity(data, one.year, gravity_power(data, others)),
            "radiation": radiation(data, one.year),
        }
        rows += [
            _area_row(name, one, as_observed(one, tried), one.persons)
            for name, tried in contestants.items()
        ]
        cells.append((one, ours))
    return rows, cells


def _asked(data: World, found: Deterrence) -> Callable[[int, np.ndarray], np.ndarray]:
    return lambda year, factors: data.cells(year, found, evidence=factors)


def halves(data: World, found: Deterrence) -> list[dict]:
    """Halves of each area hidden in turn, the parameters found on all (they hardly move)."""
    rows = []
    for one in samples_of(data.observed, data.distances):
        others = samples_of(data.observed, data.distances, {one.county})
        hidden, known = [], []
        for draw in range(_DRAWS):
            first = np.random.default_rng(draw).random(len(one.persons)) < 0.5
            predicted = np.zeros(len(one.persons))
            for seen in (first, ~first):
                samples = [*others, one.only(seen)]
                cells = data.cells(
                    one.year, found, evidence=evidence_of(samples, data.km, _asked(data, found))
                )
                whole = as_observed(one, cells)
                predicted[~seen] = whole[~seen]
                known.append(common_part(one.persons, whole))
            hidden.append(common_part(one.persons, predicted))
        rows += [
            _row("half hidden", one, cpc=float(np.mean(hidden))),
            _row("half known", one, cpc=float(np.mean(known))),
        ]
    return rows


def by_size(cells: Sequence[tuple[Sample, np.ndarray]]) -> list[dict]:
    """Errors of the areas left out by modelled size: how far off, and the middle 80 per cent.

    `low` and `high` are observed by modelled, so an interval is modelled times these. Counts of
    one sex are made totals with the share that the sex has of the pair.
    """
    size = np.concatenate([tried[one.home, one.work] for one, tried in cells])
    modelled = np.concatenate([as_observed(one, tried) for one, tried in cells])
    observed = np.concatenate([one.persons for one, _ in cells])
    rows = []
    for low, high in pairwise(SIZES):
        inside = (size >= low) & (size < high)
        ratio = observed[inside] / modelled[inside]
        off = np.abs(modelled[inside] / np.maximum(observed[inside], 0.5) - 1)
        ends = np.quantile(ratio, [0.1, 0.9])
        rows.append(
            {
                "test": "left out",
                "by": "size",
                "key": str(low),
                "cells": int(inside.sum()),
                "persons": float(observed[inside].sum()),
                "median_error": float(np.median(off)),
                "over_half": float((off > 0.5).mean()),
                "low": float(ends[0]),
                "high": float(ends[1]),
            }
        )
    return rows


def by_group(cells: Sequence[tuple[Sample, np.ndarray]]) -> list[dict]:
    """Errors of what commutes inside a group: each home with its 2, 3 and 4 nearest of the area.

    Only groups of which every pair was observed; sizes are of the modelled internal total.
    """
    found = []
    for one, tried in cells:
        modelled, near = as_observed(one, tried), flows.distances().to_numpy()
        pairs = {pair: place for place, pair in enumerate(zip(one.home, one.work, strict=True))}
        homes = np.unique(one.home)
        groups = {
            frozenset([home, *homes[np.argsort(near[home, homes])][1 : size + 1]])
            for home in homes
            for size in (2, 3, 4)
        }
        for group in groups:
            wanted = list(permutations(group, 2))
            if all(pair in pairs for pair in wanted):
                places = [pairs[pair] for pair in wanted]
                found.append(
                    (
                        tried[one.home, one.work][places].sum(),
                        one.persons[places].sum() / modelled[places].sum(),
                    )
                )
    table = pd.DataFrame(found, columns=["size", "ratio"])
    rows = []
    for low, high in pairwise(GROUPS):
        ratio = table.loc[(table["size"] >= low) & (table["size"] < high), "ratio"]
        rows.append(
            {
                "test": "left out",
                "by": "group",
                "key": str(low),
                "cells": len(ratio),
                "median_error": float((1 / ratio - 1).abs().median()),
                "over_half": float(((1 / ratio - 1).abs() > 0.5).mean()),
                "low": float(ratio.quantile(0.1)),
                "high": float(ratio.quantile(0.9)),
            }
        )
    return rows


def strongest(cells: Sequence[tuple[Sample, np.ndarray]]) -> list[dict]:
    """Of homes whose row was observed: how often the model's largest link was the observed one.

    `cells` counts the homes, `cpc` is the share that was right; only homes whose first link the
    model holds for `_CLEAR` times the second, and all homes.
    """
    found = []
    for one, tried in cells:
        guess = as_observed(one, tried)
        for home in np.unique(one.home):
            row = one.home == home
            ranked = np.sort(guess[row])[::-1]
            if len(ranked) >= 5:
                found.append(
                    (
                        guess[row].argmax() == one.persons[row].argmax(),
                        ranked[0] >= _CLEAR * ranked[1],
                    )
                )
    table = pd.DataFrame(found, columns=["right", "clear"])
    parts = {"all": table, "clear": table[table["clear"]]}
    return [
        {
            "test": "left out",
            "by": "strongest",
            "key": key,
            "cells": len(part),
            "cpc": float(part["right"].mean()),
        }
        for key, part in parts.items()
    ]


def _area_row(test: str, one: Sample, modelled: np.ndarray, observed: np.ndarray) -> dict:
    return _row(test, one, cpc=common_part(observed, modelled))


def _row(test: str, one: Sample, *, cpc: float) -> dict:
    return {
        "test": test,
        "by": "area",
        "key": f"{one.county}-{one.year}",
        "cells": len(one.persons),
        "persons": float(one.persons.sum()),
        "cpc": cpc,
    }


def results(data: World, parameters: Callable[[str], Deterrence]) -> pd.DataFrame:
    """The whole table of results; `parameters` as in `leave_out`."""
    areas, cells = leave_out(data, parameters)
    rows = [
        *areas,
        *halves(data, model.CALIBRATED),
        *by_size(cells),
        *by_group(cells),
        *strongest(cells),
    ]
    table = pd.DataFrame(rows).reindex(columns=COLUMNS)
    table["persons"] = table["persons"].round().astype("Int64")
    return table.round(3)


# --- the documents --------------------------------------------------------------------------------


def area_markdown(table: pd.DataFrame, names: dict[str, str]) -> str:
    """CPC by area, a column for each test."""
    areas = table[table["by"] == "area"]
    tests = list(dict.fromkeys(areas["test"]))
    lines = [
        "| area | year | cells | " + " | ".join(tests) + " |",
        "|---|---|---|" + "---|" * len(tests),
    ]
    for key, part in areas.groupby("key", sort=False):
        county, year = str(key).split("-")
        scores = part.set_index("test")["cpc"]
        lines.append(
            f"| {names[county]} | {year} | {part['cells'].iloc[0]} | "
            + " | ".join(f"{scores[test]:.2f}" for test in tests)
            + " |"
        )
    means = areas.groupby("test")["cpc"].mean()
    lines.append("| mean | | | " + " | ".join(f"{means[test]:.2f}" for test in tests) + " |")
    return "\n".join(lines)


def size_markdown(table: pd.DataFrame, by: str = "size") -> str:
    """Errors by modelled size, of pairs or of groups."""
    what = "pairs" if by == "size" else "groups"
    lines = [
        f"| modelled commuters | {what} | median error | off by more than half | "
        "middle 80 % of observed / modelled |",
        "|---|---|---|---|---|",
    ]
    rows = table[table["by"] == by].to_dict("records")
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        label = f"{row['key']}-{after['key']}" if after else f"{row['key']} and more"
        lines.append(
            f"| {label} | {row['cells']} | {row['median_error']:.0%} | "
            f"{row['over_half']:.0%} | {row['low']:.2f}-{row['high']:.2f} |"
        )
    return "\n".join(lines)


def strongest_markdown(table: pd.DataFrame) -> str:
    """How often the strongest link was right."""
    rows = table[table["by"] == "strongest"].set_index("key")
    parts = [f"{round(row['cpc'] * row['cells'])} of {row['cells']}" for _, row in rows.iterrows()]
    return (
        f"The largest link was the observed one for {parts[0]} municipalities; where the "
        f"model's first link is at least {_CLEAR} times its second, for {parts[1]}."
    )


def written(text: str, mark: str, table: str) -> str:
    """`text` with `table` between the marks `<!-- mark -->` and `<!-- /mark -->`."""
    pattern = rf"(<!-- {mark} -->\n).*?(\n<!-- /{mark} -->)"
    return re.sub(pattern, lambda found: found[1] + table + found[2], text, flags=re.DOTALL)


def main() -> None:
    """Print the tables; `--record` keeps them."""
    data = world()
    if "--calibrate" in sys.argv[1:]:
        print(calibrate(data))
        return
    table = results(data, lambda county: calibrate(data, without=county))
    counties = population.load_municipalities().assign(key=lambda rows: rows["code"].str[:2])
    names = counties.drop_duplicates("key").set_index("key")["county"].to_dict()
    parts = {
        "areas": area_markdown(table, names),
        "sizes": size_markdown(table),
        "groups": size_markdown(table, "group"),
        "strongest": strongest_markdown(table),
    }
    print(*parts.values(), sep="\n\n")
    if "--record" in sys.argv[1:]:
        table.to_csv(paths.data_path("flow_model_error.csv"), index=False)
        text = DOCS.read_text(encoding="utf-8")
        for mark, part in parts.items():
            text = written(text, mark, part)
        DOCS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
