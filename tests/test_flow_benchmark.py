"""The benchmark of the flow model: its scores, its simpler models, and the file it writes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.loaders import commuting as loader
from analysis.metrics.commuting import ABROAD

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
DOCS = FOLDER.parent / "docs" / "flow-model.md"


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(FOLDER))
    try:
        import flow_error
    finally:
        sys.path.remove(str(FOLDER))
    return flow_error


@pytest.fixture(scope="module")
def data(bench):
    return bench.world()


@pytest.fixture(scope="module")
def recorded():
    return loader.load_model_error().set_index(["test", "by", "key"]).sort_index()


def test_cpc_by_hand(bench):
    observed, modelled = np.array([10.0, 0, 5]), np.array([5.0, 5, 5])
    assert bench.common_part(observed, modelled) == pytest.approx(20 / 30)
    assert bench.common_part(observed, observed) == 1
    assert np.isnan(bench.common_part(np.zeros(2), np.zeros(2)))


@pytest.mark.parametrize("name", ["gravity", "radiation"])
def test_rows_of_the_simpler_models_are_exact(bench, data, name):
    cells = bench.gravity(data, 2016, 2.0) if name == "gravity" else bench.radiation(data, 2016)
    now = data.margins[data.margins["year"] == 2016].set_index("code").loc[list(data.codes)]
    abroad = now["out_commuters"].sum() - now["in_commuters"].sum()
    assert cells.sum() + abroad == pytest.approx(now["out_commuters"].sum())
    assert (np.diagonal(cells) == 0).all()
    assert ABROAD not in data.codes


def test_radiation_by_hand(bench):
    codes = ["0101", "0102", "0103"]
    margins = pd.DataFrame(
        {
            "code": codes,
            "year": 2016,
            "in_commuters": [10.0, 20.0, 30.0],
            "out_commuters": [30.0, 20.0, 10.0],
            "live_and_work": [90.0, 180.0, 70.0],
        }
    )  # D = 100, 200, 100
    line = np.abs(np.subtract.outer([0.0, 1, 3], [0.0, 1, 3])) * 10
    small = bench.World(margins, pd.DataFrame(), pd.DataFrame(), pd.DataFrame(line, codes, codes))
    row = bench.radiation(small, 2016)[0]
    near, far = 100 * 200 / (100 * 300), 100 * 100 / (300 * 400)
    assert row[1] == pytest.approx(30 * near / (near + far))
    assert row[2] == pytest.approx(30 * far / (near + far))


@pytest.mark.slow
def test_an_area_that_is_left_out_has_no_part_in_the_parameters(bench, data):
    """Other cells of the county, and other flows of it, give the very same parameters."""
    changed = bench.World(
        data.margins,
        data.county_flows,
        data.observed.assign(
            persons=data.observed["persons"].where(~data.observed["home"].str.startswith("18"), 1)
        ),
        data.distances,
    )
    first = bench.calibrate(data, without="18", evaluations=20)
    assert bench.calibrate(changed, without="18", evaluations=20) == first
    assert bench.calibrate(changed, evaluations=20) != bench.calibrate(data, evaluations=20)


def test_the_search_improves_on_where_it_starts(bench, data):
    one = bench.samples_of(data.observed, data.distances)[1]

    def cpc(found):
        return bench.score(one, data.cells(one.year, found))

    assert cpc(bench.model.CALIBRATED) > cpc(bench.NEUTRAL)
    assert cpc(bench.model.CALIBRATED) > bench.score(one, bench.gravity(data, one.year, 2.0))


def test_the_model_is_as_good_as_was_asked(recorded):
    left = recorded.loc[("left out", "area"), "cpc"]
    assert left.mean() >= 0.89
    assert left.min() >= 0.84
    assert recorded.loc[("half known", "area"), "cpc"].mean() >= 0.93
    hidden = recorded.loc[("half hidden", "area"), "cpc"]
    assert (hidden > left.reindex(hidden.index) - 0.005).all()
    assert hidden.mean() > left.mean() + 0.01
    for rival in ("gravity", "radiation", "left out, no county prior"):
        assert recorded.loc[(rival, "area"), "cpc"].mean() < left.mean()


@pytest.mark.faults  # recalibrates for each area: six minutes
def test_the_recorded_results_are_those_of_the_benchmark(bench, data, recorded):
    """Every area is left out anew, with parameters found without it."""
    table = bench.results(data, lambda county: bench.calibrate(data, without=county))
    again = table.set_index(["test", "by", "key"])
    assert set(again.index) == set(recorded.index)
    numbers = ["cells", "cpc", "median_error", "over_half", "low", "high"]
    pd.testing.assert_frame_equal(
        again[numbers].astype("float64"),
        recorded.loc[again.index, numbers].astype("float64"),
        atol=0.002,
        rtol=0,
        check_dtype=False,
    )
    text = DOCS.read_text(encoding="utf-8")
    assert bench.size_markdown(table) in text


def test_the_tables_of_the_document_are_the_recorded_ones(bench):
    table = loader.load_model_error()
    text = DOCS.read_text(encoding="utf-8")
    assert bench.size_markdown(table) in text
    assert bench.strongest_markdown(table) in text
