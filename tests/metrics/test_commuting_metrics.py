"""Commuting of municipalities and groups: a matrix by hand, Uppsala county 2016, identities."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError, InputError
from analysis.metrics import commuting
from analysis.metrics.measure import measure_of

CODES = ["0001", "0002", "0003", "0004", "0005"]
# Homes as rows, workplaces as columns; worked out by hand in the tests below.
MATRIX = [
    [100, 10, 5, 0, 5],
    [20, 50, 0, 10, 0],
    [30, 0, 40, 0, 0],
    [0, 4, 6, 80, 10],
    [0, 0, 0, 0, 30],
]
# Uppsala county 2016, both sexes (SCB RAMS): homes as rows.
DATA = Path(__file__).parents[2] / "data"
UPPSALA_CODES = ["0305", "0319", "0330", "0331", "0360", "0380", "0381", "0382"]


def flows_of(matrix, codes=CODES, *, year=2016, kind="observed", sex="total"):
    rows = [
        (year, home, work, sex, float(value), kind)
        for home, line in zip(codes, matrix, strict=True)
        for work, value in zip(codes, line, strict=True)
    ]
    return pd.DataFrame(rows, columns=["year", "home", "work", "sex", "persons", "kind"])


def with_cell(flows, home, work, value):
    cell = (flows["home"] == home) & (flows["work"] == work)
    return flows.assign(persons=flows["persons"].mask(cell, value))


@pytest.fixture
def flows():
    return flows_of(MATRIX)


@pytest.fixture
def margins(flows):
    return commuting.margins_from_flows(flows)


class TestMunicipality:
    def test_margins_by_hand(self, margins):
        assert margins["in_commuters"].tolist() == [50, 14, 11, 10, 15]
        assert margins["out_commuters"].tolist() == [20, 30, 30, 20, 0]
        assert margins["live_and_work"].tolist() == [100, 50, 40, 80, 30]

    def test_populations_and_shares_by_hand(self, margins):
        first = ("0001", 2016)
        assert commuting.night_population(margins)[first] == 120
        assert commuting.day_population(margins)[first] == 150
        assert commuting.net_commuting(margins)[first] == 30
        assert commuting.commuting_ratio(margins)[first] == pytest.approx(1.25)
        assert commuting.out_commuting_share(margins)[first] == pytest.approx(1 / 6)
        assert commuting.in_commuting_share(margins)[first] == pytest.approx(1 / 3)

    def test_keeps_the_index_in_its_order(self, margins):
        shuffled = margins.iloc[[3, 0, 4, 1, 2]]
        for function in (commuting.commuters_in, commuting.commuting_ratio):
            result = function(shuffled)
            assert result.index.equals(shuffled.index)
            assert result.name == measure_of(function).id
            pd.testing.assert_series_equal(result.sort_index(), function(margins))

    def test_nobody_employed_gives_unknown_shares(self):
        empty = commuting.margins_from_flows(flows_of([[0.0]], ["0001"]))
        assert commuting.commuting_ratio(empty).isna().all()
        assert commuting.out_commuting_share(empty).isna().all()
        assert commuting.net_commuting(empty).tolist() == [0]

    def test_missing_stays_missing(self, margins):
        holes = margins.astype("Int64")
        holes.loc[("0002", 2016), "out_commuters"] = pd.NA
        assert commuting.night_population(holes).isna().tolist() == [False, True] + [False] * 3
        assert np.isnan(commuting.commuting_ratio(holes)[("0002", 2016)])


class TestGroup:
    def test_by_hand(self, flows, margins):
        figures = commuting.group_figures(flows, ["0001", "0002"], margins=margins).loc[2016]
        assert figures["group_in"] == 30 + 4  # 0003 to 0001, 0004 to 0002
        assert figures["group_out"] == 5 + 5 + 10
        assert figures["group_internal"] == 10 + 20
        assert figures["containment_residence"] == pytest.approx(180 / 200)
        assert figures["containment_workplace"] == pytest.approx(180 / 214)
        assert figures["kind"] == "derived"

    def test_in_and_out_are_not_the_sums_of_the_members(self, flows, margins):
        group = ["0001", "0002"]
        assert commuting.group_figures(flows, group, margins=margins).at[2016, "group_in"] == 34
        assert margins["in_commuters"].iloc[:2].sum() == 64

    def test_one_member_has_no_internal_commuting(self, flows, margins):
        figures = commuting.group_figures(flows, ["0001"], margins=margins).loc[2016]
        assert figures["group_internal"] == 0
        assert (figures["group_in"], figures["group_out"]) == (50, 20)

    def test_all_members_of_a_closed_system(self, flows, margins):
        figures = commuting.group_figures(flows, CODES, margins=margins).loc[2016]
        assert (figures["group_in"], figures["group_out"]) == (0, 0)
        assert figures["containment_residence"] == 1

    def test_abroad_is_outside_every_group(self, flows):
        abroad = pd.DataFrame(
            [(2016, "0001", commuting.ABROAD, "total", 7.0, "observed")], columns=flows.columns
        )
        everyone = pd.concat([flows, abroad])
        margins = commuting.margins_from_flows(everyone)
        nation = commuting.group_figures(everyone, CODES, margins=margins).loc[2016]
        assert (nation["group_in"], nation["group_out"]) == (0, 7)

    def test_suppressed_cell_makes_the_group_unknown_but_not_others(self, flows, margins):
        holes = with_cell(flows, "0001", "0002", np.nan)
        inside = commuting.group_figures(holes, ["0001", "0002"], margins=margins).loc[2016]
        assert inside["unknown_cells"] == 1
        assert inside[["group_internal", "group_out", "containment_residence"]].isna().all()
        other = commuting.group_figures(holes, ["0001", "0003"], margins=margins).loc[2016]
        assert other["group_out"] == 20 + 30 - 35
        known = commuting.group_internal_range(holes, ["0001", "0002"], margins=margins).loc[2016]
        assert known["low"] == 20
        assert known["high"] == 30  # the cell can hold what row 0001 leaves: 20 - 10 = 10

    def test_pair_without_a_row_is_unknown(self, flows, margins):
        sparse = flows[flows["persons"] > 0]
        group = ["0001", "0002", "0003"]
        unknown = commuting.group_figures(sparse, group, margins=margins).loc[2016]
        assert unknown["unknown_cells"] == 2
        assert np.isnan(unknown["group_internal"])

    def test_year_without_margins_is_unknown(self, flows, margins):
        later = pd.concat([flows, flows.assign(year=2017)])
        figures = commuting.group_figures(later, ["0001", "0002"], margins=margins)
        assert figures["group_in"].isna().tolist() == [False, True]
        assert figures["group_internal"].tolist() == [30, 30]

    def test_modelled_cells_mark_the_year(self, flows, margins):
        mixed = flows.assign(kind=flows["kind"].mask(flows["home"] == "0001", "modelled"))
        kinds = commuting.group_figures(mixed, ["0001", "0002"], margins=margins)["kind"]
        assert kinds[2016] == "modelled"
        others = commuting.group_figures(mixed, ["0003", "0004"], margins=margins)
        assert others["kind"][2016] == "derived"

    def test_flows_of_another_series_are_refused(self, flows, margins):
        with pytest.raises(DataError, match="2016"):
            commuting.group_figures(flows, CODES, margins=margins * 0.5)

    def test_double_rows_are_refused(self, flows, margins):
        double = pd.concat([flows, flows])
        with pytest.raises(DataError, match="Two rows"):
            commuting.group_figures(double, ["0001", "0002"], margins=margins)

    @pytest.mark.parametrize("members", [[], "0001"])
    def test_bad_members_are_refused(self, flows, margins, members):
        with pytest.raises(InputError):
            commuting.group_figures(flows, members, margins=margins)

    def test_unknown_member_is_named(self, flows, margins):
        with pytest.raises(InputError, match="9999"):
            commuting.group_figures(flows, ["0001", "9999"], margins=margins)


class TestGroupMargins:
    def test_series_are_kept_apart_and_holes_stay_holes(self):
        margins = pd.DataFrame(
            {
                "code": ["0001", "0002", "0001", "0002", "0001"],
                "year": [2010, 2010, 2011, 2011, 2012],
                "in_commuters": [1, 2, 3, 4, 5],
                "out_commuters": [5, 4, 3, 2, 1],
                "live_and_work": [10, 10, 10, 10, 10],
                "series": ["a", "a", "b", "b", "b"],
            }
        )
        sums = commuting.group_margins(margins.set_index(["code", "year"]), ["0001", "0002"])
        assert sums.index.tolist() == [("a", 2010), ("b", 2011), ("b", 2012)]
        assert sums.loc[("a", 2010), "night_population"] == 29
        assert sums.loc[("a", 2010), "containment_residence_min"] == pytest.approx(20 / 29)
        assert sums.loc[("b", 2012)].isna().all()


class TestLinks:
    def test_missing_member_by_hand(self, flows, margins):
        found = commuting.missing_members(flows, ["0001", "0002"], margins=margins, top=3)
        assert found["code"].tolist() == ["0003", "0004", "0005"]
        assert found["out_persons"].tolist() == [5, 10, 5]
        assert found["in_persons"].tolist() == [30, 4, 0]
        assert found["share"].iloc[0] == pytest.approx(35 / (50 + 64))
        assert not found[["out_unknown", "in_unknown"]].any(axis=None)
        assert found["certain"].all()

    def test_missing_member_counts_unknown_cells(self, flows, margins):
        holes = with_cell(flows, "0003", "0002", np.nan)
        found = commuting.missing_members(holes, ["0001", "0002"], margins=margins, top=3)
        found = found.set_index("code")
        assert found["in_unknown"].to_dict() == {"0003": 1, "0004": 0, "0005": 0}
        assert not found["out_unknown"].any()
        assert not found["certain"].any()

    def test_dependence_by_hand(self, flows, margins):
        shares = commuting.dependence(flows, ["0002", "0001"], year=2016, margins=margins)
        assert shares.loc["0002"].tolist() == pytest.approx([50 / 80, 20 / 80])
        assert shares.loc["0001", "0002"] == pytest.approx(10 / 120)


class TestUppsala:
    """Observed matrix of Uppsala county 2016 and the published margins of the same year."""

    @pytest.fixture
    def county(self):
        table = pd.read_parquet(DATA / "commuting_flows.parquet")
        inside = table["home"].isin(UPPSALA_CODES) & table["work"].isin(UPPSALA_CODES)
        return table[inside & (table["year"] == 2016)]

    @pytest.fixture
    def published(self):
        table = pd.read_parquet(DATA / "commuting_margins.parquet")
        return table[table["year"] == 2016].set_index(["code", "year"])

    def test_row_and_column_sums(self, county):
        closed = commuting.margins_from_flows(county)
        rows = [4253, 2287, 5280, 5471, 8414, 85693, 15986, 9931]
        columns = [4343, 1884, 3634, 3793, 6362, 93539, 14634, 9126]
        assert commuting.night_population(closed).tolist() == rows
        assert commuting.day_population(closed).tolist() == columns
        assert commuting.net_commuting(closed).sum() == 0

    def test_women_and_men_add_up(self, county):
        by_sex = county.groupby("sex")["persons"].sum()
        assert by_sex["women"] + by_sex["men"] == by_sex["total"] == 137315

    def test_county_with_the_published_margins(self, county, published):
        figures = commuting.group_figures(county, UPPSALA_CODES, margins=published).loc[2016]
        total_out = 6839 + 2453 + 6606 + 3197 + 4226 + 24752 + 8258 + 3261
        internal = 137315 - (3539 + 1666 + 2466 + 3374 + 5405 + 81937 + 13218 + 7455)
        assert figures["group_internal"] == internal
        assert figures["group_out"] == total_out - internal
        assert figures["unknown_cells"] == 0


SQUARES = st.integers(2, 6).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, 5000), min_size=n, max_size=n), min_size=n, max_size=n
    )
)


@settings(max_examples=40)
@given(SQUARES, st.data())
def test_identities(matrix, data):
    codes = [f"{i:04d}" for i in range(1, len(matrix) + 1)]
    flows = flows_of(matrix, codes)
    margins = commuting.margins_from_flows(flows)
    night, day = commuting.night_population(margins), commuting.day_population(margins)
    net = commuting.net_commuting(margins)
    assert (net == commuting.commuters_in(margins) - commuting.commuters_out(margins)).all()
    assert (net == day - night).all()
    assert net.sum() == 0
    for share in (commuting.out_commuting_share(margins), commuting.in_commuting_share(margins)):
        assert share.dropna().between(0, 1).all()

    group = data.draw(st.lists(st.sampled_from(codes), min_size=1, unique=True))
    figures = commuting.group_figures(flows, group, margins=margins).loc[2016]
    sums = commuting.group_margins(margins, group).loc[("", 2016)]
    assert figures["group_in"] - figures["group_out"] == sums["net_commuting"]
    if sums["night_population"] > 0:
        assert sums["containment_residence_min"] <= figures["containment_residence"] <= 1
    more = data.draw(st.sampled_from(codes))
    wider = commuting.group_margins(margins, {*group, more}).loc[("", 2016)]
    assert wider["night_population"] >= sums["night_population"]
    assert wider["day_population"] >= sums["day_population"]


def test_290_municipalities_and_ten_years_take_well_under_a_second():
    codes = np.array([f"{i:04d}" for i in range(1, 291)])
    grid = np.meshgrid(np.arange(2010, 2020), codes, codes, indexing="ij")
    year, home, work = (axis.ravel() for axis in grid)
    persons = np.random.default_rng(1).integers(0, 50, len(year)).astype(float)
    flows = pd.DataFrame(
        {"year": year, "home": home, "work": work, "sex": "total", "persons": persons}
    ).assign(kind="observed")
    margins = commuting.margins_from_flows(flows[flows["year"] == 2010])
    start = time.process_time()
    commuting.group_figures(flows, codes[:16], margins=margins)
    assert time.process_time() - start < 1.0  # measured: about a tenth of it


class TestOrebro:
    """Observed cells of Örebro county 2017: women complete, men and totals in part."""

    @pytest.fixture
    def county(self):
        table = pd.read_parquet(DATA / "commuting_flows.parquet")
        return table[table["home"].str.startswith("18") & (table["year"] == 2017)]

    def test_women_of_norra_orebro_lan(self, county):
        four = ["1863", "1864", "1884", "1885"]
        women = county[(county["sex"] == "women") & (county["home"] != county["work"])]
        home, work = women["home"].isin(four), women["work"].isin(four)
        assert women.loc[home & work, "persons"].sum() == 713
        assert women.loc[home & (women["work"] == "1880"), "persons"].sum() == 1131

    def test_women_and_men_are_the_total(self, county):
        by_sex = county.pivot(index=["home", "work"], columns="sex", values="persons").dropna()
        assert len(by_sex) == 41
        assert (by_sex["women"] + by_sex["men"] == by_sex["total"]).all()

    def test_women_are_complete(self, county):
        assert (county["sex"] == "women").sum() == 12 * 12
