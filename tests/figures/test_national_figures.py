"""The nation's bases: one dot a whole body, the region's own named, and no partial sum."""

import pytest

from analysis import regions
from analysis.figures import national as figures
from analysis.figures import style
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_population
from analysis.text import national as text
from analysis.views.national import nations


@pytest.fixture(scope="module")
def people():
    return load_population().query("year == 2024").set_index("code")["population"]


def views(key, people):
    return {view.area: view for view in nations(regions.resolve(key), people, year=2024)}


def test_one_dot_for_each_whole_body_and_the_regions_named(people):
    view = views("bergslagen", people)["raddningstjanst"]
    axes = figures.plot_bases(view)
    dots = sum(len(group.get_offsets()) for group in axes.collections)
    assert dots == len(view.whole) + len(view.own)
    named = {label.get_text() for label in axes.texts}
    assert {"Nerikes Brandkår", "Bergslagens Räddningstjänst"} <= named
    own = style.description_of(axes.figure).alt
    assert "Nerikes Brandkår" in own


def test_dots_do_not_hide_each_other(people):
    for width in (style.WIDTH, style.NARROW):
        token = style._width.set(width)
        try:
            piled = figures._piled(views("karlstad", people)["livsmedelskontroll"])
        finally:
            style._width.reset(token)
        assert not piled.duplicated(["x", "y"]).any()


def test_a_base_of_which_members_are_unknown_is_not_printed(people):
    view = views("bergslagen", people)["raddningsledning"]
    assert figures.bases_of([view]) == []
    (table,) = figures.base_tables_of([view])
    assert table.frame["population"].isna().all()
    said = text.place_text(view)
    assert "34 av 42 kommuner kända" in said
    assert "invånare" not in said


def test_the_title_counts_the_smaller_ones(people):
    view = views("bergslagen", people)["livsmedelskontroll"]
    smaller = (view.whole["population"] < view.own["population"].iloc[0]).sum()
    assert f"större än {smaller} av 249 organ" in text.title(view)
    assert "21\u202f" in text.place_text(view) or "20\u202f" in text.place_text(view)


def test_how_complete_the_layer_is_is_said(people):
    found = views("karlstad", people)
    assert "225 kommuner hade den i egen regi och 65 delade den på 24" in (
        text.completeness_text(found["livsmedelskontroll"])
    )
    assert "inte all miljötillsyn" in text.completeness_text(found["livsmedelskontroll"])
    assert "för 100 av landets 290 kommuner saknas uppgift" in (
        text.completeness_text(found["raddningstjanst"])
    )


def test_a_region_of_which_nothing_is_known_has_no_figure(people):
    assert "raddningstjanst" not in views("0560", people)


def test_the_map_says_how_many_share_of_those_known(people):
    found = views("bergslagen", people)
    assert text.map_title(found["livsmedelskontroll"]).startswith("65 av de 290 kommunerna delar")
    assert "178 kommuner är kända" in text.map_title(found["raddningsledning"])
    (axes,) = figures.nation_maps_of([found["raddningsledning"]], load_boundaries())
    told = style.description_of(axes.figure)
    assert told.id == "nationell-karta-raddningsledning"
    assert "om 112 finns ingen uppgift" in told.alt
