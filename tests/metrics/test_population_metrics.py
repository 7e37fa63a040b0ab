"""Population and capacity metrics against published figures, identities and index alignment."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_series_equal

from analysis.catalog import CATALOG
from analysis.errors import DataError, InputError
from analysis.loaders import boundaries, population
from analysis.metrics import capacity
from analysis.metrics import population as metrics
from analysis.metrics.measure import MEASURES
from analysis.regions import municipalities


@pytest.fixture(scope="module")
def values() -> pd.Series:
    return metrics.population(population.load_population().set_index(["code", "year"]))


@pytest.fixture(scope="module")
def ages() -> pd.DataFrame:
    return population.load_age_sex()


@pytest.fixture(scope="module")
def localities() -> pd.DataFrame:
    return population.load_localities()


# --- published totals ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "year", "total"),
    [
        (["0381", "0484", "0486", "1980"], 2019, 342_739),
        (["1960", "1984", "1983"], 2005, 46_329),
        (None, 2024, 10_587_710),
        (None, 2016, 9_995_153),
    ],
)
def test_sums_equal_published_totals(
    values: pd.Series, codes: list[str] | None, year: int, total: int
) -> None:
    chosen = codes or list(municipalities())
    assert metrics.by_area(values, {"x": chosen})["x", year] == total


def test_derived_2022_is_2023_minus_the_published_increase(values: pd.Series) -> None:
    changes = population.load_population_change()
    total = changes[(changes["sex"] == "total") & (changes["year"] == 2023)].set_index("code")
    expected = total["population"] - total["increase"]
    found = values.xs(2022, level="year").reindex(expected.index)
    assert (found == expected).all()


# --- sums and change ----------------------------------------------------------------------------


def test_a_year_with_an_unknown_member_is_missing() -> None:
    values = pd.Series(
        [10.0, 20.0, 5.0],
        index=pd.MultiIndex.from_tuples(
            [("a", 2000), ("a", 2001), ("b", 2001)], names=["code", "year"]
        ),
    )
    both = metrics.by_area(values, {"ab": ["a", "b"]})
    assert np.isnan(both["ab", 2000])
    assert both["ab", 2001] == 25


def test_an_area_without_members_is_refused(values: pd.Series) -> None:
    with pytest.raises(InputError, match="'tom' has no members"):
        metrics.by_area(values, {"tom": []})


def test_change_keeps_the_index_in_any_order(values: pd.Series) -> None:
    shuffled = values.sample(frac=1, random_state=3)
    change = metrics.population_change_10y(shuffled)
    assert change.index.equals(shuffled.index)
    assert_series_equal(change.sort_index(), metrics.population_change_10y(values).sort_index())
    assert change["1780", 2025] == pytest.approx(values["1780", 2025] / values["1780", 2015] - 1)
    assert np.isnan(change["1780", 1955])


def test_density_divides_by_land_of_the_same_code(values: pd.Series) -> None:
    land = metrics.latest_land(population.load_land_area())["km2"]
    density = metrics.density(values, land.sample(frac=1, random_state=1))
    assert density["1863", 2025] == values["1863", 2025] / land["1863"]
    assert metrics.density(values, land.drop("1863"))["1863"].isna().all()


def test_the_latest_land_is_that_of_each_municipality() -> None:
    table = pd.DataFrame(
        {"code": ["a", "b", "a"], "year": [2025, 2024, 2015], "value": [9.0, 5.0, 8.0]}
    )
    assert metrics.latest_land(table).to_dict("index") == {
        "a": {"year": 2025, "km2": 9.0},
        "b": {"year": 2024, "km2": 5.0},
    }


def test_index_of_an_unknown_base_is_missing() -> None:
    series = pd.Series([50.0, 75.0], index=[2000, 2001])
    assert metrics.index_of(series, base=2000).tolist() == [100, 150]
    assert metrics.index_of(series, base=1990).isna().all()


@given(
    st.lists(st.sampled_from(sorted(municipalities())), min_size=1, max_size=8, unique=True),
    st.sampled_from(sorted(municipalities())),
)
def test_adding_a_municipality_never_lowers_the_population(codes: list[str], more: str) -> None:
    values = metrics.population(population.load_population().set_index(["code", "year"]))
    values = values[values.index.get_level_values(1) == 2024]
    sums = metrics.by_area(values, {"few": codes, "more": list({*codes, more})})
    assert sums["more", 2024] >= sums["few", 2024]


# --- turning points -----------------------------------------------------------------------------


def test_turning_points_ignore_small_movements() -> None:
    series = pd.Series([100, 110, 120, 119, 121, 100, 90, 91, 89, 100.0], index=range(2000, 2010))
    turns = metrics.turning_points(series, least=0.05)
    assert [(turn.year, turn.kind, turn.population) for turn in turns] == [
        (2004, "peak", 121.0),
        (2008, "trough", 89.0),
    ]


@pytest.mark.parametrize("numbers", [[1, 2, 3, 4], [4, 3, 2, 1], [5, 5, 5], [1, 2]])
def test_a_one_way_series_has_no_turning_point(numbers: list[int]) -> None:
    assert metrics.turning_points(pd.Series(numbers, index=range(len(numbers)))) == []


@given(st.lists(st.integers(1, 1000), min_size=3, max_size=40))
def test_turning_points_alternate(numbers: list[int]) -> None:
    turns = metrics.turning_points(pd.Series(numbers, index=range(1950, 1950 + len(numbers))))
    kinds = [turn.kind for turn in turns]
    assert all(first != second for first, second in pairwise(kinds))
    assert [turn.year for turn in turns] == sorted(turn.year for turn in turns)


# --- boundaries ---------------------------------------------------------------------------------


def test_knivsta_is_part_of_uppsala_before_2003(values: pd.Series) -> None:
    yearly = metrics.on_yearly_boundaries(values)
    assert yearly["0380", 2002] == values["0380", 2002] + values["0330", 2002]
    assert np.isnan(yearly["0330", 2002])
    assert yearly["0380", 2003] == values["0380", 2003]
    assert yearly.groupby(level=1).sum().equals(values.groupby(level=1).sum().astype("float64"))


def test_reforms_touch_only_the_regions_they_concern() -> None:
    assert metrics.reforms_touching(["1780"]) == []
    assert [reform.code for reform in metrics.reforms_touching(["1980"])] == ["0331"]
    assert {reform.code for reform in metrics.reforms_touching(["0380"])} == {"0330", "0331"}


# --- balance ------------------------------------------------------------------------------------


def test_components_add_up_to_the_increase_of_every_municipality() -> None:
    changes = population.load_population_change()
    for code in municipalities():
        parts = metrics.balance(changes, [code])
        assert list(parts.index) == [2020, 2023, 2024]
        assert (parts["births"] - parts["deaths"] == parts["natural_increase"]).all()


def test_gotland_has_no_moves_within_its_county() -> None:
    parts = metrics.balance(population.load_population_change(), ["0980"])
    assert parts["net_county"].isna().all()
    assert parts.loc[2024, "increase"] == -58


def test_moves_between_members_of_a_county_cancel() -> None:
    changes = population.load_population_change()
    county = [code for code in municipalities() if code[:2] == "17"]
    assert (metrics.balance(changes, county)["net_county"] == 0).all()


def test_a_balance_that_does_not_add_up_is_refused() -> None:
    changes = population.load_population_change()
    broken = changes.copy()
    broken.loc[(broken["code"] == "1780") & (broken["year"] == 2023), "natural_increase"] += 1
    with pytest.raises(DataError, match="population change 2023"):
        metrics.balance(broken, ["1780", "1715"])


# --- age ----------------------------------------------------------------------------------------


def test_age_table_sums_to_the_nation(ages: pd.DataFrame) -> None:
    assert metrics.by_age(ages, 0).sum() == 9_995_153


def test_shares_of_2016_equal_those_recomputed_from_the_age_table(ages: pd.DataFrame) -> None:
    indicator = population.load_indicator("share_65plus").set_index(["code", "year"])
    share = metrics.share_65plus(indicator).xs(2016, level="year")
    old, young = metrics.by_age(ages, 65), metrics.by_age(ages, 0, 19)
    recomputed = (old / metrics.by_age(ages, 0)).xs(2016, level="year").reindex(share.index)
    assert len(share) == 19
    assert (share - recomputed).abs().max() < 0.0001  # the table has two decimals of per cent
    ratio = metrics.dependency_ratio(
        population.load_indicator("dependency_ratio").set_index(["code", "year"])
    )
    ratio = ratio.xs(2016, level="year")
    recomputed = 100 * (young + old) / metrics.by_age(ages, 20, 64)
    recomputed = recomputed.xs(2016, level="year").reindex(ratio.index)
    assert (ratio - recomputed).abs().max() < 0.051  # one decimal


def test_age_limits_that_cut_a_group_are_refused(ages: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="five-year groups"):
        metrics.by_age(ages, 18, 64)


def test_pyramid_sums_to_one(ages: pd.DataFrame) -> None:
    table = metrics.pyramid(ages, ["1780", "1715"])
    assert table.to_numpy().sum() == pytest.approx(1)
    assert list(table.columns) == ["women", "men"]
    assert len(table) == 21


def test_joint_share_is_weighted_by_population() -> None:
    shares, people = pd.Series({"a": 0.1, "b": 0.4}), pd.Series({"b": 100, "a": 300, "c": 9})
    assert metrics.joint_share(shares, people) == pytest.approx(0.175)
    assert np.isnan(metrics.joint_share(shares, people.drop("b")))


# --- localities ---------------------------------------------------------------------------------


def test_no_share_where_a_locality_crosses_the_boundary(
    values: pd.Series, localities: pd.DataFrame
) -> None:
    crossing = metrics.crossing_localities(localities, boundaries.load_boundaries())
    shares = metrics.locality_shares(localities, values.xs(2020, level="year"), crossing)
    assert shares["share"].dropna().between(0, 1).all()
    # Kvicksund lies in both; Stockholm, Göteborg and the suburbs without a locality of their own
    unknown = ["1980", "0484", "0180", "0163", "1480", "0123", "0128", "0138", "0183", "0184"]
    assert shares.loc[unknown, "share"].isna().all()
    assert shares.at["1980", "largest_share"] == pytest.approx(128_660 / values["1980", 2020])
    assert np.isnan(shares.at["0180", "largest_share"])
    assert shares.at["1761", "name"] == "Skoghall"
    assert shares.at["1761", "share"] == pytest.approx(0.948, abs=0.001)


# --- capacity -----------------------------------------------------------------------------------


def test_ranks_need_all_290_municipalities() -> None:
    table = population.load_indicator("tax_rate").set_index(["code", "year"])
    rate = capacity.latest(capacity.tax_rate(table))
    ranks = capacity.rank(rate, without=capacity.REGIONAL_TASKS)
    assert ranks.drop("0980").between(1, 289).all()
    assert pd.isna(ranks["0980"])
    assert ranks.min() == 1
    assert rate[ranks == 1].eq(rate.drop("0980").max()).all()
    assert capacity.rank(rate.drop("1780")).isna().all()


def test_latest_is_the_last_year_with_values() -> None:
    index = pd.MultiIndex.from_product([["a", "b"], [2018, 2022]], names=["code", "year"])
    found = capacity.latest(pd.Series([1.0, 2.0, 3.0, np.nan], index=index))
    assert found.to_dict() == {"a": 2.0}


def test_spread_of_peers_is_of_the_peers_alone() -> None:
    values = pd.Series({"a": 100.0, "b": 1.0, "c": 3.0, "d": 8.0})
    peers = pd.DataFrame({"code": ["a"] * 4, "peer_code": ["b", "c", "d", "x"]})
    spread = capacity.spread_of_peers(values, peers).loc["a"]
    assert spread.to_list() == [1, 3, 8, 3]


def test_staff_per_thousand_uses_the_population_of_the_same_year(values: pd.Series) -> None:
    staff = population.load_staff().set_index(["code", "year"])["staff"]
    rates = capacity.staff_per_1000(staff, values)
    assert rates.index.equals(staff.index)
    assert rates["1780", 2017] == 1000 * staff["1780", 2017] / values["1780", 2017]


def test_a_measure_of_derived_figures_is_not_called_observed() -> None:
    """One truth: a column of a dataset that the catalogue calls derived is derived as a measure."""
    columns = [
        measure
        for measure in MEASURES.values()
        if measure.column and str(measure.sources[0]) in CATALOG
    ]
    assert len(columns) > 5
    assert [
        measure.id
        for measure in columns
        if measure.kind == "observed" and CATALOG[str(measure.sources[0])].kind != "observed"
    ] == []


def test_costs_of_an_unsettled_kind_are_never_better_or_worse() -> None:
    costs = [m for m in MEASURES.values() if "finances" in m.sources and m.column == "expenditures"]
    assert [measure.direction for measure in costs] == ["neither"]
    assert any("inte fastställt" in note for note in CATALOG["finances"].notes)


def test_federations_are_those_of_the_period() -> None:
    arrangements = pd.DataFrame(
        {
            "key": ["f", "g", "n"],
            "legal_form": ["kommunalforbund", "kommunalforbund", "gemensam-namnd"],
        }
    )
    memberships = pd.DataFrame(
        {
            "arrangement": ["f", "f", "g", "n"],
            "code": ["1", "2", "1", "1"],
            "from": ["2005", "2020-01-01", "", ""],
            "to": ["", "", "2007-12-31", ""],
        }
    )
    names = pd.DataFrame(
        {
            "arrangement": ["f", "f", "g"],
            "name": ["Gamla F", "F", "G"],
            "to": ["2016-12-31", "", ""],
        }
    )
    assert capacity.federations(arrangements, memberships, names, first=2008, last=2017) == {
        "1": ["F"]
    }
