"""The artists of a map: symbols for counts, classes for rates, names, halos and small files."""

import re
from contextlib import nullcontext
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.colors import to_rgba

from analysis import regions
from analysis.errors import InputError
from analysis.exhibits import figure_exhibit
from analysis.figures import commuting, ground, labels, maps, overview, population, style, svg
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.commuting import load_margins
from analysis.loaders.population import load_localities, load_population
from analysis.text import swedish


@pytest.fixture(scope="module")
def boundaries():
    return load_boundaries()


@pytest.mark.parametrize("key", ["karlstad", "malardalen", "bergslagen", "kak"])
def test_every_member_is_named_once_and_names_do_not_overlap(boundaries, key):
    region = regions.get(key)
    axes = overview.plot_region(region, boundaries)
    figure = axes.get_figure(root=True)
    figure.canvas.draw()
    names = [
        text
        for text in axes.texts
        if not str(text.get_gid()).startswith("halo") and text.get_text() in region.member_names
    ]
    assert sorted(text.get_text() for text in names) == sorted(region.member_names)
    boxes = [text.get_window_extent() for text in names]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 40, 290])
def test_any_number_of_members_can_be_drawn(boundaries, count):
    codes = list(regions.municipalities())[:count]
    region = regions.from_members(codes, name=f"Prov {count}")
    axes = overview.plot_region(region, boundaries)
    assert style.description_of(axes.get_figure(root=True)).table.frame.shape[0] == count


def test_a_map_is_north_up_with_a_scale_bar(boundaries):
    axes = overview.plot_region(regions.get("karlstad"), boundaries)
    texts = [text.get_text() for text in axes.texts]
    assert "N" in texts
    assert any(text.endswith("\u202fkm") for text in texts)
    assert axes.get_aspect() == 1.0


def test_the_area_of_a_circle_is_the_count():
    values = pd.Series({"a": 100.0, "b": 25.0, "c": np.nan})
    areas = maps.circle_sizes(values)
    assert maps.radius_of(areas["a"]) == pytest.approx(maps.LARGEST)
    assert maps.radius_of(areas["b"]) == pytest.approx(maps.LARGEST / 2)
    assert np.isnan(areas["c"]), "unknown is not a small circle"


def test_circles_on_the_map_have_that_area(boundaries):
    with style.look():
        axes, _ = maps.map_canvas()
        points = pd.DataFrame({"x": [0.0, 1.0], "y": [0.0, 1.0]}, index=["a", "b"])
        drawn = maps.draw_circles(axes, points, maps.circle_sizes(pd.Series({"a": 4.0, "b": 1.0})))
    diameters = np.sqrt(drawn.get_sizes())
    assert diameters[0] == pytest.approx(2 * maps.LARGEST)
    assert diameters[0] == pytest.approx(2 * diameters[1])


def test_classes_hold_their_values_and_missing_gets_no_colour():
    values = pd.Series({"a": 0.8, "b": 1.0, "c": 1.3, "d": np.nan})
    picked, limits, colours = maps.shade_classes(values, centre=1.0)
    assert "d" not in picked
    assert len(colours) == len(limits) - 1
    for code, value in values.dropna().items():
        at = colours.index(picked[code])
        assert limits[at] - 1e-9 <= value <= limits[at + 1] + 1e-9
    assert any(np.isclose(limits, 1.0)), "the middle is a class limit"


def test_a_legend_has_the_classes_that_the_map_has():
    fill, limits, colours = maps.shade_classes(pd.Series({"a": 0.17, "b": 0.255}))
    with style.look():
        _, side = maps.map_canvas()
        maps.class_legend(side, fill, limits, colours, title="Andel", decimals=0, percent=True)
    said = [text.get_text() for text in side.get_legend().get_texts()]
    assert said == ["24 till 26", "16 till 18"], "three classes between them have no member"


def test_of_many_members_those_farthest_from_the_middle_have_their_value(boundaries):
    codes = [code for code in regions.municipalities() if code.startswith("14")]
    region = regions.from_members(codes, name="Västra Götalands län")
    margins = load_margins().set_index(["code", "year"])
    axes = commuting.plot_rate(region, margins, boundaries=boundaries)
    said = {text.get_text().split("\n")[-1] for text in axes.texts}
    table = style.description_of(axes.figure).table.frame
    far = table["value"].loc[(table["value"] - 1).abs().sort_values(ascending=False).index]
    found = [swedish.number(value, 2) in said for value in far]
    assert sum(found[:5]) >= 4, "one is too small for four digits"
    assert sum(found) > 0.7 * len(found)


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("key", ["kak", "malardalen"])
def test_circles_of_a_legend_keep_clear_of_each_other_and_of_its_words(boundaries, key, narrow):
    with style.narrow() if narrow else nullcontext():
        axes = population.plot_localities(
            regions.get(key), load_localities(), boundaries=boundaries
        )
    with style.look():
        axes.figure.draw_without_rendering()
    legend = next(found for part in axes.figure.axes if (found := part.get_legend()))
    boxes = [
        part.get_window_extent()
        for part in (legend.get_title(), *legend.legend_handles, *legend.get_texts())
    ]
    assert len(boxes) > 4
    assert not any(one.overlaps(two) for one, two in combinations(boxes, 2))


@pytest.mark.parametrize(("codes", "parts"), [(["1980", "1984"], 1), (["1286", "2584"], 2)])
def test_a_frame_is_drawn_around_each_part_of_a_region(boundaries, codes, parts):
    """Not around all that lies between Ystad and Kiruna."""
    framed = maps.framed(boundaries.geometry[codes], 10_000)
    assert len(framed) == parts
    assert framed.union_all().contains(boundaries.geometry[codes].union_all())


@pytest.mark.parametrize(
    ("codes", "cut"), [("25", True), ("17", True), ("01", False), ("1984", False), ("", True)]
)
def test_where_land_abroad_would_end_without_a_coast_the_country_stands_alone(
    boundaries, codes, cut
):
    """Norway is known 70 km from the border: a map of Norrbotten showed sea beyond it."""
    inside = [code for code in boundaries.index if code.startswith(codes)]
    frame = maps.frame_of(regions.from_members(inside, name="Prov"), boundaries, aspect=1.3)
    sheet = ground.sheet(boundaries, frame, millimetres=110)
    assert ground.beyond_what_is_known(sheet) is cut


def test_of_many_members_the_largest_circles_are_named_and_none_hides_all_others(boundaries):
    codes = [code for code in boundaries.index if code.startswith("12")]
    region = regions.from_members(codes, name="Skåne län")
    axes = overview.plot_first(region, load_population(), load_localities(), boundaries=boundaries)
    assert {"Malmö", "Helsingborg", "Lund"} <= {text.get_text() for text in axes.texts}
    counts = pd.Series(1.0, index=range(40))
    assert maps.circle_sizes(counts).sum() == pytest.approx(4 * np.pi * maps.LARGEST**2)
    legend = maps.circle_sizes(pd.Series([1.0]), among=counts)
    assert legend[0] == pytest.approx(maps.circle_sizes(counts)[0])


def test_a_map_of_many_members_is_as_slim_as_they_are(boundaries):
    whole = regions.resolve("riket")
    slim, side = maps.canvas_of(whole, boundaries, highest=5.0)
    style.settle(slim)
    wide, _ = maps.map_canvas(5.0)
    style.settle(wide)
    assert slim.get_window_extent().width < 0.7 * wide.get_window_extent().width
    assert side.get_window_extent().x0 < wide.get_window_extent().x1


def test_the_country_alone_stands_on_white_without_a_coast_abroad(boundaries):
    near_norway = regions.from_members(["1765"], name="Årjäng")
    frame = maps.frame_of(near_norway, boundaries, aspect=1.0)
    sheet = ground.sheet(boundaries, frame, millimetres=100)
    drawn = {}
    for alone in (False, True):
        axes = style.canvas()
        ground.draw(axes, sheet, pd.Series(style.LAND, sheet.land.index), (), alone=alone)
        drawn[alone] = {patch.get_facecolor() for patch in (*axes.patches, *axes.artists)}
    assert to_rgba(style.ABROAD) in drawn[False] - drawn[True]
    assert to_rgba(style.WATER) in drawn[True], "its lakes are still water"


def test_no_known_value_is_refused():
    with pytest.raises(ValueError, match="no known value"):
        maps.shade_classes(pd.Series({"a": np.nan}))


@pytest.mark.parametrize(
    ("largest", "counts"), [(161_240, [100_000, 20_000, 5_000]), (9, [5, 1]), (0, [])]
)
def test_legend_counts_are_round_and_below_the_largest(largest, counts):
    assert maps.nice_counts(largest) == counts


def test_a_figure_without_alt_text_or_source_is_refused():
    axes = style.canvas()
    with pytest.raises(InputError, match="needs an alt text"):
        style.describe(axes, style.Description("x", "Titel", " ", ("population",)))
    with pytest.raises(InputError, match="needs an alt text"):
        style.describe(axes, style.Description("x", "Titel", "Alt", ()))
    with pytest.raises(InputError, match="no description"):
        style.description_of(axes.get_figure(root=True))


def test_a_figure_is_small_and_the_same_twice(boundaries):
    region = regions.get("kak")
    first, second = (
        figure_exhibit(overview.plot_region(region, boundaries).get_figure(root=True))
        for _ in range(2)
    )
    assert first == second
    assert len(first.wide.svg) < 30_000


def test_the_small_map_of_the_country_shows_where_the_region_lies(boundaries):
    region = regions.get("kak")
    figure = overview.plot_region(region, boundaries).get_figure(root=True)
    figure.canvas.draw()
    (inset,) = [part for axes in figure.axes for part in axes.child_axes]
    west, south, east, north = boundaries.total_bounds
    left, right, low, high = *inset.get_xlim(), *inset.get_ylim()
    assert left < west + 5_000
    assert right > east - 5_000
    assert low < south + 5_000
    assert high > north - 5_000


def compacted(inner):
    return svg.compact(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"{inner}</svg>"
    )


def test_compact_svg_keeps_halos_and_scales():
    short = compacted(
        '<!-- note --><defs><style type="text/css">*{stroke-linejoin: round}</style>'
        '</defs><g id="place-3-8.5"><text transform="translate(1.23456 2)">Kil</text></g>'
        '<g transform="scale(0.0854 -0.0854)"><use xlink:href="#F-41"/></g>'
        '<path id="F-41" d="M 1.98765 2"/><g id="patch_1"></g>'
        '<g id="words-1"><text style="fill: red" transform="rotate(-0 1 2)">Titel</text></g>'
    )
    assert "note" not in short
    assert "scale(0.0854 -0.0854)" in short
    assert "patch_1" not in short
    assert f'stroke="#fff" stroke-width="{labels.HALO}"' in short
    assert "M1.99 2" in short
    assert "rotate" not in short
    assert "<style" not in short, "it would style the whole page"
    assert 'stroke-linejoin="round" stroke-linecap="butt"' in short[:60]
    assert short.count('id="') == 2, "only what is referred to keeps an id, and the title"


def test_an_outline_that_comes_again_is_written_once():
    angles = np.linspace(0, 2 * np.pi, 60)
    shape = [
        " L ".join(f"{x + 40 * np.cos(angle):.6f} {y + 40 * np.sin(angle):.6f}" for angle in angles)
        for x, y in ((50, 50), (151.37, 90.01))
    ]
    short = compacted(
        "".join(
            f'<path d="M {path} z" clip-path="url(#c{place})" style="fill: red"/>'
            for place, path in enumerate(shape)
        )
    )
    assert short.count("<path") == 1
    assert re.findall(r'<use href="#a1" x="([^"]*)" y="([^"]*)" />', short) == [
        ("90", "50"),
        ("191.37", "90.01"),
    ]
    assert short.count('style="fill:red"') == 2


def test_a_name_in_two_lines_keeps_its_size():
    short = compacted(
        '<g id="place-1-7"><text style="font-size: 7px">Kil</text>'
        '<text style="font-size: 7px">12 000</text></g>'
    )
    assert 'style="font-size:7px"' in short


def test_dots_of_one_look_say_so_together():
    short = compacted(
        '<g clip-path="url(#c)"><use xlink:href="#d" x="1" style="fill: red"/>'
        '<use xlink:href="#d" x="2" style="fill: red"/></g>'
        '<g clip-path="url(#c)"><use xlink:href="#d" x="1" style="fill: red; opacity: 0.5"/>'
        '<use xlink:href="#d" x="2" style="fill: red; opacity: 0.5"/></g>'
    )
    assert short.count('style="fill:red"') == 1
    assert short.count("opacity:0.5") == 2, "of a group, it would not be that of each"


def test_a_figure_is_the_same_bytes_whatever_was_drawn_before(boundaries):
    def drawn(key):
        return figure_exhibit(overview.plot_region(regions.get(key), boundaries).figure)

    first = drawn("karlstad")
    for key in ("malardalen", "kak"):
        drawn(key)
    assert drawn("karlstad") == first


def test_neighbours_still_meet_when_they_are_simplified_for_a_frame(boundaries):
    frame = maps.frame_of(regions.get("malardalen"), boundaries, aspect=1.3)
    fine, coarse = (ground.sheet(boundaries, frame, millimetres=wide) for wide in (400, 50))
    for sheet in (fine, coarse):
        shapes = sheet.land.to_numpy()
        assert shapely.area(shapes).sum() == pytest.approx(shapely.union_all(shapes).area)
    corners = shapely.get_num_coordinates
    assert corners(coarse.land.to_numpy()).sum() < 0.6 * corners(fine.land.to_numpy()).sum()


def test_a_border_is_drawn_on_land_alone(boundaries):
    frame = maps.frame_of(regions.get("malardalen"), boundaries, aspect=1.0)
    sheet = ground.sheet(boundaries, frame, millimetres=110)
    land = shapely.union_all(sheet.land.to_numpy())
    for line in sheet.borders.geometry:
        assert land.buffer(1).contains(line)
    pairs = {
        frozenset(pair) for pair in zip(sheet.borders["one"], sheet.borders["other"], strict=True)
    }
    assert {frozenset(("1983", "1984")), frozenset(("0484", "0486"))} <= pairs
    assert frozenset(("1980", "0484")) not in pairs, "Mälaren lies between them"


def test_the_great_lakes_are_drawn_named_and_cited(boundaries):
    margins = load_margins().set_index(["code", "year"])
    figure = commuting.plot_rate(regions.get("karlstad"), margins, boundaries=boundaries).figure
    assert "Vänern" in [text.get_text() for axes in figure.axes for text in axes.texts]
    assert style.cited(figure) == ("commuting_margins", "boundaries", "shores")
    assert any("digitala gränser" in text.get_text() for text in figure.texts)
    assert figure_exhibit(figure).sources == ("commuting_margins", "boundaries", "shores")
