"""Key figures of the population chapter: all ids, the areas of each and known values."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import regions
from analysis.key_figures import COLUMNS
from analysis.key_figures.population import population_key_figures
from analysis.loaders import finances, population
from analysis.regions import Region

IDS = {
    "population",
    "population_change_10y",
    "density",
    "share_65plus",
    "dependency_ratio",
    "tax_rate",
    "tax_rate_total",
    "tax_base",
    "cost_per_inhabitant",
}


def figures_of(region: Region, land: pd.DataFrame | None = None) -> pd.DataFrame:
    return population_key_figures(
        region,
        population_table=population.load_population(),
        land_area=population.load_land_area() if land is None else land,
        share_65plus=population.load_indicator("share_65plus"),
        dependency_ratio=population.load_indicator("dependency_ratio"),
        tax_rate=population.load_indicator("tax_rate"),
        tax_rate_total=population.load_indicator("tax_rate_total"),
        tax_base=population.load_indicator("tax_base"),
        taxable_income=population.load_indicator("taxable_income_real"),
        finances=finances.load_finances(),
    )


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return figures_of(regions.get("malardalen"))


def one(table: pd.DataFrame, key: str, area: str, year: int) -> pd.Series:
    found = table[(table["id"] == key) & (table["area"] == area) & (table["year"] == year)]
    assert len(found) == 1
    return found.iloc[0]


def test_every_id_is_there_with_its_unit_and_no_gap(table: pd.DataFrame) -> None:
    assert tuple(table.columns) == COLUMNS
    assert set(table["id"]) == IDS
    assert table["value"].notna().all()
    units = table.groupby("id")["unit"].unique().map(list).to_dict()
    assert units["population"] == ["persons"]
    assert units["density"] == ["persons per km² land"]
    assert units["share_65plus"] == units["population_change_10y"] == ["share"]
    assert units["dependency_ratio"] == ["per 100"]
    assert units["tax_rate"] == ["per cent"]
    assert units["tax_base"] == units["cost_per_inhabitant"] == ["SEK"]


def test_population_has_every_year_of_members_region_groups_and_nation(table: pd.DataFrame) -> None:
    rows = table[table["id"] == "population"]
    assert set(rows["area"]) == {
        *regions.get("malardalen").members,
        "malardalen",
        "kak",
        "fyra-malarstader",
        "00",
    }
    assert (rows.groupby("area")["year"].count() == 76).all()
    assert one(table, "population", "fyra-malarstader", 2019)["value"] == 342_739
    assert one(table, "population", "kak", 2005)["value"] == 46_329
    assert one(table, "population", "00", 2024)["value"] == 10_587_710


def test_kinds_follow_the_source(table: pd.DataFrame) -> None:
    assert one(table, "population", "1980", 2024)["kind"] == "observed"
    assert one(table, "population", "1980", 2022)["kind"] == "derived"
    nation = one(table, "population", "00", 2024)
    assert nation["kind"] == "derived"
    assert nation["source"].endswith("bearbetning: Samverkan")
    assert one(table, "share_65plus", "1980", 2025)["kind"] == "derived"
    assert one(table, "dependency_ratio", "1980", 2025)["kind"] == "observed"


def test_change_covers_members_region_counties_and_nation(table: pd.DataFrame) -> None:
    rows = table[table["id"] == "population_change_10y"]
    assert set(rows["area"]) == {
        *regions.get("malardalen").members,
        "malardalen",
        "03",
        "04",
        "19",
        "00",
    }
    assert set(rows["year"]) == {2025}


def test_shares_lie_between_zero_and_one(table: pd.DataFrame) -> None:
    rows = table[table["id"] == "share_65plus"]
    assert rows["value"].astype(float).between(0, 1).all()
    assert one(table, "share_65plus", "1984", 2025)["value"] == 0.2722
    assert rows["year"].min() == 1968


def test_finances_are_the_latest_year_of_members(table: pd.DataFrame) -> None:
    rows = table[
        table["id"].isin(["tax_rate", "tax_rate_total", "tax_base", "cost_per_inhabitant"])
    ]
    assert rows.groupby("id")["year"].unique().map(list).to_dict() == {
        "tax_rate": [2022],
        "tax_rate_total": [2026],
        "tax_base": [2025],
        "cost_per_inhabitant": [2022],
    }
    assert len(rows) == 28
    base = one(table, "tax_base", "1980", 2025)
    assert "TAB3600" in base["source"]
    assert base["kind"] == "observed"
    assert (
        base["value"]
        == population.load_indicator("taxable_income_real").set_index(["code", "year"])["value"][
            "1980", 2025
        ]
    )


def test_density_uses_land_of_all_members(table: pd.DataFrame) -> None:
    region = regions.get("malardalen")
    land = population.load_land_area(region)["value"].sum()
    total = one(table, "population", "malardalen", 2025)["value"]
    density = one(table, "density", "malardalen", 2025)
    assert density["value"] == pytest.approx(total / land)
    assert "MI0802 landareal 2015" in density["source"]


def test_no_density_of_a_part_of_the_land() -> None:
    region, land = regions.get("kak"), population.load_land_area()
    table = figures_of(region, land[land["code"] != "1960"])
    assert set(table.loc[table["id"] == "density", "area"]) == {"1983", "1984"}


def test_a_member_without_a_series_has_the_latest_year_only() -> None:
    table = figures_of(regions.from_members(["2584"]))
    rows = table[table["id"].isin(["share_65plus", "dependency_ratio"])]
    assert list(rows["year"]) == [2025, 2025]
    assert set(table["id"]) == IDS
