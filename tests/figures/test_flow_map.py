"""The flow map: few bands, two directions apart, ends at real places, words that are read."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
from matplotlib.patches import PathPatch
from matplotlib.text import Annotation

from analysis import flows, regions
from analysis.figures import flows as figures
from analysis.figures import maps, style
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_localities
from analysis.views import commuting as view

REGIONS = [regions.get(key) for key in ("kak", "karlstad", "malardalen", "bergslagen")]
REGIONS += [
    regions.from_members(
        [code for code in regions.municipalities() if code.startswith("01")], name="Stockholms län"
    ),
    regions.from_members(
        [code for code in regions.municipalities() if code.startswith("12")], name="Skåne län"
    ),
    regions.resolve("riket"),
]


@pytest.fixture(scope="module")
def modelled():
    return flows.commuting_of(2021)


def plot(region, table, narrow=False):
    axes = figures.plot_flows(
        region, table, boundaries=load_boundaries(), localities=load_localities()
    )
    return style.narrow_of(axes.figure).axes[0] if narrow else axes


def maps_in(axes):
    """The maps of a figure: of many members there may be several."""
    return [part for part in axes.figure.axes if hasattr(part, "_samverkan_sheet")]


def key_of(axes):
    return next(part for part in axes.figure.axes if part not in maps_in(axes) and part.texts)


def drawn_bands(axes):
    return [
        shapely.Polygon(axes.transData.transform(patch.get_path().vertices))
        for patch in axes.artists + axes.patches
        if isinstance(patch, PathPatch) and patch.get_zorder() == 5
    ]


def ends_in(axes):
    """The ends of the bands of a map as discs, in pixels."""
    spots = shapely.points(axes.transData.transform(axes.collections[-1].get_offsets()))
    return shapely.buffer(spots, figures._NODE * axes.figure.dpi / 72)


def names(axes):
    return [
        text
        for text in axes.texts
        if isinstance(text, Annotation)
        and text.get_text()
        and not str(text.get_gid()).startswith("halo")
    ]


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.name)
def test_names_cover_no_band_and_no_name_and_are_large_enough(region, modelled, narrow):
    figure = plot(region, modelled, narrow)
    said = {text.get_text().split("\n")[0] for axes in maps_in(figure) for text in names(axes)}
    found = figures.bands(region, modelled)
    ends = {code for band in found for code in (band.home, band.work)}
    assert set(regions.names_of(sorted(ends))) <= said
    for axes in maps_in(figure):
        with style.look():
            boxes = [(text, text.get_window_extent()) for text in names(axes)]
        assert boxes
        assert all(text.get_fontsize() >= 7 for text, _ in boxes)
        shapes = [shapely.box(*box.extents) for _, box in boxes]
        for one, other in combinations(shapes, 2):
            assert one.intersection(other).area <= 0.02 * one.area
        for band in drawn_bands(axes):
            for shape in shapes:
                assert shape.intersection(band).area <= 0.12 * shape.area
        for bar in maps.bar_box(axes):
            assert not any(bar.intersects(band) for band in drawn_bands(axes))


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.name)
def test_at_most_six_pairs_and_their_opposite(region, modelled):
    found = figures.bands(region, modelled)
    pairs = {frozenset((band.home, band.work)) for band in found}
    assert 1 <= len(pairs) <= figures.MOST
    assert len(found) <= 2 * len(pairs)
    assert max(band.persons for band in found) >= figures.LEAST
    axes = plot(region, modelled)
    assert sum(len(drawn_bands(part)) for part in maps_in(axes)) == len(found)
    about = style.description_of(axes.figure)
    assert about.subtitle.count("modellskattning") == 1
    assert "modellskattning" not in about.title
    assert len(about.table.frame) == len(found)


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.name)
def test_a_band_is_inside_when_both_its_ends_are_members_and_the_legend_says_so(region, modelled):
    found = figures.bands(region, modelled)
    inside = [{band.home, band.work} <= set(region.members) for band in found]
    assert [band.inside for band in found] == inside
    words = {text.get_text() for text in key_of(plot(region, modelled)).texts}
    assert ("mellan\nmedlemmar" in words, "till och från\nandra kommuner" in words) == (
        any(inside),
        not all(inside),
    )


def test_small_modelled_flows_are_told_as_intervals(modelled):
    shown = figures.bands(REGIONS[1], modelled)
    rows = figures.flow_table(REGIONS[1], shown, modelled).frame["persons"]
    small = [band for band in shown if band.persons < view.EXACT]
    assert small
    assert sum("–" in row for row in rows) == len(small)
    assert all("–" in row or row.startswith("omkring") for row in rows)


@pytest.fixture(scope="module")
def observed(modelled):
    table = modelled.table.assign(persons=modelled.table["persons"].round())
    return replace(modelled, kind="observed", table=table)


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.name)
def test_ends_that_lie_close_are_legible_at_12_cm(region, observed):
    """Kungsör, Köping and Arboga lie within 20 km; Stockholm's neighbours nearer still."""
    with style.narrow(12 / 2.54):
        figure = plot(region, observed)
    texts = [text for part in figure.figure.axes for text in part.texts]
    assert min(text.get_fontsize() for text in texts if text.get_text()) >= 7
    assert sum(len(drawn_bands(axes)) for axes in maps_in(figure)) == 2 * figures.MOST
    for axes in maps_in(figure):
        with style.look():
            boxes = [shapely.box(*text.get_window_extent().extents) for text in names(axes)]
        assert all(one.intersection(two).area < 1 for one, two in combinations(boxes, 2))
        drawn, discs = drawn_bands(axes), ends_in(axes)
        heads = [figures.head_of(band) for band in drawn]
        for one, two in combinations(heads, 2):
            assert one.intersection(two).area < 0.05 * min(one.area, two.area)
        for band in drawn:
            covered = shapely.area(shapely.intersection(band, discs)) / shapely.area(discs)
            assert max(covered) < 0.1, "a band runs over an end"


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.name)
def test_of_many_members_the_map_is_of_the_places_with_bands(region, observed):
    figure = plot(region, observed)
    parts, note = maps_in(figure), style.description_of(figure.figure).note
    many = len(region.members) > maps.MANY
    assert ("trakt" in note) == many
    assert ("var och en i sin egen skala" in note) == (len(parts) > 1)
    for axes in parts:
        x, y = axes.collections[-1].get_offsets().T
        wide = abs(np.subtract(*axes.get_xlim()))
        assert not many or max(np.ptp(x), np.ptp(y)) > 0.2 * wide


def test_observed_flows_are_printed_as_they_are(observed):
    axes = plot(REGIONS[0], observed)
    about = style.description_of(axes.figure)
    assert "modell" not in about.subtitle + about.title + about.alt
    assert not about.table.frame["persons"].str.contains("–|omkring").any()


def test_without_a_large_flow_there_is_no_map(modelled):
    alone = regions.from_members(["2584"])
    small = replace(modelled, table=modelled.table.assign(persons=modelled.table["persons"] / 50))
    assert figures.bands(alone, small) == []
    with pytest.raises(ValueError, match="no flow of Kiruna reaches 1000 personer"):
        figures.plot_flows(alone, small, boundaries=load_boundaries(), localities=load_localities())


def test_the_two_directions_lie_apart():
    there = figures.ribbon((0, 0), (60, 0), width=8, unit=1)
    back = figures.ribbon((60, 0), (0, 0), width=8, unit=1)
    assert there.is_valid
    assert there.intersection(back).area < 0.02 * there.area
    widths = [
        there.intersection(shapely.LineString([(x, -60), (x, 60)])).length for x in (8, 20, 35)
    ]
    assert widths == sorted(widths), "it grows on its way to work"


def test_a_place_beyond_the_frame_stands_at_its_edge_with_the_distance(modelled):
    far = regions.from_members(["1882", "1860"], name="Två")
    table = modelled.table.copy()
    table.loc[(table["home"] == "1882") & (table["work"] == "0180"), "persons"] = 1500.0
    axes = plot(far, replace(modelled, table=table))
    texts = [text.get_text() for text in names(axes)]
    stockholm = next(text for text in texts if text.startswith("Stockholm"))
    assert stockholm.endswith("\u202fkm")
    assert 120 < int(stockholm.split("\n")[1].split("\u202f")[0]) < 220


def test_ends_lie_on_the_land_of_their_municipality(modelled):
    region = REGIONS[1]
    boundaries = load_boundaries()
    frame = maps.frame_of(region, boundaries, aspect=1)
    points = figures.places_of(boundaries, load_localities())
    ends, beyond = figures._ends(
        region, figures.bands(region, modelled), points, frame, boundaries, frame.width / 300
    )
    for code, end in ends.items():
        if code not in beyond:
            assert boundaries.geometry[code].buffer(1).contains(shapely.Point(end))
    pair = np.subtract(ends["1761"], ends["1780"])
    assert np.hypot(*pair) > 15 * frame.width / 300, "Hammarö and Karlstad are drawn apart"
