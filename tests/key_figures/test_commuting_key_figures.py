"""Key figures of the commuting chapter: all ids, areas, years, kinds and known values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import flows, paths, regions
from analysis.flows import Flows
from analysis.key_figures import COLUMNS
from analysis.key_figures.commuting import commuting_key_figures
from analysis.loaders import population
from analysis.metrics import commuting as metrics
from analysis.regions import Region
from analysis.views.commuting import commuting

MEMBERS_ONLY = {"commuters_in", "commuters_out", "live_and_work"}
SUMS = {"day_population", "night_population", "net_commuting", "commuting_ratio"}
MATRIX = {
    "group_in",
    "group_out",
    "group_internal",
    "containment_residence",
    "containment_workplace",
}
IDS = {*MEMBERS_ONLY, *SUMS, *MATRIX, "containment_residence_min", "labour_markets"}


@pytest.fixture(autouse=True, scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flows]:
    """The flows of the snapshot, whatever the person who runs the tests has fetched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path_factory.mktemp("none")))
        yield flows.commuting_of(2021)


def figures_of(region: Region, chosen: Flows | None = None, as_of: str = "") -> pd.DataFrame:
    view = commuting(region, as_of)
    if chosen is not None:
        view = replace(view, flows=chosen)
    return commuting_key_figures(view, municipalities=population.load_municipalities())


@pytest.fixture(scope="module")
def table(now: Flows) -> pd.DataFrame:
    return figures_of(regions.get("malardalen"), now)


def one(table: pd.DataFrame, key: str, area: str, year: int = 2021) -> pd.Series:
    found = table[(table["id"] == key) & (table["area"] == area) & (table["year"] == year)]
    assert len(found) == 1
    return found.iloc[0]


def test_every_id_is_there_with_its_unit(table: pd.DataFrame) -> None:
    assert tuple(table.columns) == COLUMNS
    assert set(table["id"]) == IDS
    assert table["value"].notna().all()
    units = table.groupby("id")["unit"].unique().map(list).to_dict()
    assert units["day_population"] == units["group_in"] == ["persons"]
    assert units["commuting_ratio"] == ["ratio"]
    assert units["containment_residence"] == units["containment_residence_min"] == ["share"]
    assert units["labour_markets"] == ["count"]
    json.dumps(table.to_dict("records"))  # plain numbers only


def test_every_year_of_members_region_and_groups(table: pd.DataFrame) -> None:
    members = set(regions.get("malardalen").members)
    for key in MEMBERS_ONLY | SUMS:
        rows = table[table["id"] == key]
        areas = (
            members if key in MEMBERS_ONLY else members | {"malardalen", "kak", "fyra-malarstader"}
        )
        assert set(rows["area"]) == areas
        assert (rows.groupby("area")["year"].count() == 18).all()


@pytest.mark.parametrize(
    ("key", "night", "day"),
    [
        ("karlstad", 70_592, 71_551),
        ("bergslagen", 20_468, 18_313),
        ("malardalen", 187_633, 177_850),
    ],
)
def test_known_sums(key: str, night: int, day: int, now: Flows) -> None:
    table = figures_of(regions.get(key), now)
    assert one(table, "night_population", key)["value"] == night
    assert one(table, "day_population", key)["value"] == day
    assert one(table, "net_commuting", key)["value"] == day - night
    assert one(table, "commuting_ratio", key)["value"] == pytest.approx(day / night)
    inside, outside = (one(table, name, key)["value"] for name in ("group_in", "group_out"))
    assert inside - outside == day - night


@pytest.mark.parametrize(
    ("key", "least", "markets"),
    [
        ("kak", 0.61, 1),
        ("fyra-malarstader", 0.75, 3),
        ("bergslagen", 0.68, 3),
        ("karlstad", 0.67, 1),
    ],
)
def test_known_bounds_and_labour_markets(key: str, least: float, markets: int, now: Flows) -> None:
    table = figures_of(regions.get(key), now)
    bound = one(table, "containment_residence_min", key)
    assert round(bound["value"], 2) == least
    assert bound["kind"] == "derived"
    assert one(table, "containment_residence", key)["value"] >= bound["value"]
    assert one(table, "labour_markets", key, 2022)["value"] == markets


def test_known_observed_values(table: pd.DataFrame) -> None:
    row = one(table, "commuters_in", "1980", 2014)
    assert row["value"] == 14_165
    assert row["kind"] == "observed"
    assert one(table, "commuters_out", "1980", 2014)["value"] == 11_136


def test_only_what_needs_the_matrix_is_modelled(table: pd.DataFrame) -> None:
    modelled = table[table["kind"] == "modelled"]
    assert set(modelled["id"]) == MATRIX
    assert set(modelled["area"]) == {"malardalen", "kak", "fyra-malarstader"}
    assert modelled["source"].str.contains("AM0207AC").all()
    assert set(table.loc[table["id"].isin(SUMS), "kind"]) == {"derived"}


def test_one_municipality_needs_no_model(now: Flows) -> None:
    table = figures_of(regions.from_members(["1863"]), now)
    assert set(table["kind"]) == {"observed", "derived"}
    assert one(table, "group_internal", "hallefors")["value"] == 0
    assert one(table, "group_out", "hallefors")["value"] == 526


def test_suppressed_cells_leave_the_figure_out(now: Flows) -> None:
    cells = now.table[now.table["work"] != metrics.ABROAD].copy()
    cells["kind"] = "observed"
    cells.loc[(cells["home"] == "1763") & (cells["work"] == "1715"), "persons"] = np.nan
    hidden = replace(now, kind="observed", table=cells, sources=("commuting_margins",))
    table = figures_of(regions.get("karlstad"), hidden)
    assert not set(table["id"]) & MATRIX
    assert "modelled" not in set(table["kind"])


def test_no_figure_is_newer_than_the_date() -> None:
    table = figures_of(regions.get("kak"), as_of="2012-06-30")
    assert table["year"].max() == 2011
    assert "labour_markets" not in set(table["id"])
    assert set(table["id"]) >= MATRIX
    assert figures_of(regions.get("kak"), as_of="2001-01-01").empty
