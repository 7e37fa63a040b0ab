"""Local labour markets: a synthetic nation with known markets, rings, chains, comparisons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.metrics import labour_markets as lm

DATA = Path(__file__).parents[2] / "data"


def nation(links, *, people=1000.0):
    """A matrix from `{(home, work): persons}` and the night population, `people` in every place."""
    codes = sorted({code for pair in links for code in pair})
    matrix = pd.DataFrame(0.0, index=codes, columns=codes)
    for (home, work), persons in links.items():
        matrix.loc[home, work] = persons
    return matrix, pd.Series(people, index=codes)


def markets(links, **options):
    matrix, night = nation(links)
    return lm.local_labour_markets(matrix, night, **options)


# Three towns with suburbs; town A has two links in a row behind it.
NATION = {
    ("A", "B"): 50, ("B", "A"): 60, ("C", "A"): 75, ("C", "B"): 75, ("C", "A1"): 50,
    ("A1", "A"): 400, ("A2", "A1"): 300, ("A2", "A"): 250, ("B1", "B"): 500,
    ("B2", "B"): 250, ("B2", "A"): 249, ("C1", "C"): 80,
}  # fmt: skip
KNOWN = {"A": "A", "A1": "A", "A2": "A", "B": "B", "B1": "B", "B2": "B", "C": "C", "C1": "C"}


class TestSyntheticNation:
    def test_markets_are_found(self):
        found = markets(NATION)
        assert found["market"].to_dict() == KNOWN
        assert found["links"].to_dict() == {
            "A": 0, "A1": 1, "A2": 2, "B": 0, "B1": 1, "B2": 1, "C": 0, "C1": 1
        }  # fmt: skip

    def test_exactly_at_the_thresholds_is_a_centre(self):
        assert markets(NATION).at["C", "role"] == "centre"  # 20.0 % and 7.5 %

    def test_just_above_a_threshold_is_not(self):
        more = {**NATION, ("C", "A1"): 51}
        assert markets(more).at["C", "role"] != "centre"
        single = {**NATION, ("C", "A"): 76, ("C", "A1"): 49}
        assert markets(single).at["C", "role"] != "centre"

    def test_order_of_the_codes_does_not_matter(self):
        matrix, night = nation(NATION)
        order = list(reversed(matrix.index))
        found = lm.local_labour_markets(matrix.loc[order, order], night)
        assert found["market"].to_dict() == KNOWN

    def test_out_commuters_abroad_count(self):
        matrix, night = nation(NATION)
        out = pd.Series(matrix.sum(axis=1))
        assert lm.local_labour_markets(matrix, night).at["C", "role"] == "centre"
        out["C"] += 1  # one abroad: no longer at most 20 %
        found = lm.local_labour_markets(matrix, night, out_commuters=out)
        assert found.at["C", "role"] == "linked"
        assert found.at["C", "market"] == "A"


class TestRingsAndChains:
    def test_mutual_pair_is_a_joint_centre(self):
        found = markets({("A", "B"): 300, ("B", "A"): 400, ("C", "B"): 300, ("D", "C"): 300})
        assert found["market"].unique().tolist() == ["A"]  # A depends less on B than B on A
        assert found["role"].to_dict() == {"A": "pair", "B": "pair", "C": "linked", "D": "linked"}
        assert found["links"].to_dict() == {"A": 0, "B": 0, "C": 1, "D": 2}

    def test_ring_is_cut_at_its_weakest_link(self):
        found = markets({("A", "B"): 300, ("B", "C"): 400, ("C", "A"): 250})
        assert found.at["C", "role"] == "cut_ring"
        assert found["market"].unique().tolist() == ["C"]

    @pytest.mark.parametrize(
        ("chain", "expected"),
        [
            ((500, 400, 300), {"A": "A", "B": "B", "C": "B", "D": "B"}),
            ((300, 400, 500), {"D": "D", "C": "A", "B": "A", "A": "A"}),
            ((400, 300, 500), {"D": "C", "C": "C", "B": "A", "A": "A"}),
        ],
    )
    def test_long_chain_is_cut_at_its_weakest_link(self, chain, expected):
        last, middle, first = chain
        found = markets({("D", "C"): last, ("C", "B"): middle, ("B", "A"): first})
        assert found["market"].to_dict() == expected
        assert found["links"].max() <= 2

    def test_a_longer_chain_is_allowed_when_asked_for(self):
        links = {("D", "C"): 500, ("C", "B"): 400, ("B", "A"): 300}
        found = markets(links, thresholds=lm.Thresholds(max_links=3))
        assert found["market"].unique().tolist() == ["A"]

    def test_tie_goes_to_the_place_with_more_jobs(self):
        links = {("X", "A"): 200, ("X", "B"): 200, ("Y", "B"): 300}
        assert markets(links).at["X", "strongest"] == "B"
        assert markets({("X", "A"): 200, ("X", "B"): 200}).at["X", "strongest"] == "A"

    def test_no_commuters_and_nobody_employed_are_centres(self):
        matrix, night = nation({("A", "B"): 300})
        night["C"] = 0.0
        matrix = matrix.reindex(index=["A", "B", "C"], columns=["A", "B", "C"], fill_value=0.0)
        found = lm.local_labour_markets(matrix, night)
        assert found["role"].tolist() == ["linked", "centre", "centre"]
        assert found["strongest"].isna().tolist() == [False, True, True]

    def test_unknown_cell_is_never_the_strongest(self):
        matrix, night = nation({("A", "B"): 300, ("A", "C"): 250})
        matrix.loc["A", "B"] = np.nan
        assert lm.local_labour_markets(matrix, night).at["A", "strongest"] == "C"

    def test_bad_matrices_are_refused(self):
        matrix, night = nation({("A", "B"): 300})
        with pytest.raises(DataError, match="same codes"):
            lm.local_labour_markets(matrix[["B", "A"]], night)
        with pytest.raises(DataError, match="'B'"):
            lm.local_labour_markets(matrix, night.drop("B"))


@settings(max_examples=60)
@given(st.integers(2, 9).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 400), min_size=n, max_size=n),
                       min_size=n, max_size=n)))  # fmt: skip
def test_every_nation_falls_into_whole_markets(cells):
    codes = [f"{k:04d}" for k in range(len(cells))]
    matrix = pd.DataFrame(cells, index=codes, columns=codes, dtype=float)
    found = lm.local_labour_markets(matrix, pd.Series(1000.0, index=codes))
    centres = set(found["market"])
    assert (found.loc[list(centres), "links"] == 0).all()
    assert (found.loc[list(centres), "market"] == list(centres)).all()
    assert found["links"].between(0, 2).all()
    linked = found[found["role"] == "linked"]
    assert (found.loc[linked["strongest"], "market"].to_numpy() == linked["market"]).all()


class TestFlowMatrix:
    def test_missing_pairs_are_unknown(self):
        rows = [(2016, "A", "B", "total", 5), (2016, "B", "A", "total", 0)]
        flows = pd.DataFrame(rows, columns=["year", "home", "work", "sex", "persons"])
        matrix = lm.flow_matrix(flows, year=2016)
        assert matrix.loc["A", "B"] == 5
        assert matrix.loc["B", "A"] == 0
        assert np.isnan(matrix.loc["A", "A"])
        with pytest.raises(DataError, match="2016"):
            lm.flow_matrix(flows, year=2017)


OFFICIAL = pd.Series({"A": 1, "B": 1, "C": 2, "D": 2})


class TestComparison:
    def test_equal_delineations(self):
        same = pd.Series({"D": "x", "C": "x", "B": "y", "A": "y"})
        found = lm.compare_markets(same, OFFICIAL)
        assert found["precision"] == found["recall"] == found["adjusted_rand"] == 1

    def test_by_hand(self):
        ours = pd.Series({"A": 1, "B": 1, "C": 1, "D": 2})
        found = lm.compare_markets(ours, OFFICIAL)
        assert found["precision"] == pytest.approx(1 / 3)  # AB of AB, AC, BC
        assert found["recall"] == pytest.approx(1 / 2)  # AB of AB, CD
        # (1 - 3 * 2 / 6) / ((3 + 2) / 2 - 3 * 2 / 6)
        assert found["adjusted_rand"] == pytest.approx(0.0)

    def test_different_places_are_refused(self):
        with pytest.raises(DataError):
            lm.compare_markets(pd.Series({"A": 1}), OFFICIAL)

    def test_official_names_count_67_markets(self):
        official = pd.read_csv(DATA / "municipalities.csv", dtype=str).set_index("code")
        found = lm.compare_markets(official["labour_market_name"], official["labour_market"])
        assert found["official_markets"] == 67
        assert found["adjusted_rand"] == 1


SMALL = {("A1", "A"): 400, ("B", "A"): 60, ("B1", "B"): 300, ("B1", "A"): 280}
