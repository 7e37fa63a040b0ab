"""The page of a body: every row of the inventory on it is told, with who said it and when."""

import pytest

from analysis import regions
from analysis.loaders.services import load_inventory
from analysis.regions import Region
from analysis.text import bodies
from analysis.views.services import sharing


@pytest.fixture(scope="module")
def view():
    nation = Region("riket", "Riket", tuple(regions.municipalities()))
    return sharing(nation, load_inventory(), "2026-08-31")


@pytest.mark.slow
def test_every_body_has_a_page_with_all_its_members_services_and_notes(view):
    inventory = view.inventory
    for key in inventory.arrangements["key"]:
        page = bodies.body_text(view, key)
        assert "nan" not in page.split()
        assert "None" not in page
        rows = inventory.memberships[inventory.memberships["arrangement"] == key]
        for code in rows["code"]:
            assert regions.municipalities()[code].name in page
        covered = inventory.coverage.loc[inventory.coverage["arrangement"] == key, "area"]
        assert all(view.area_names[area][1:] in page for area in covered)
        events = inventory.events[inventory.events["arrangement"] == key]
        assert all(note[1:] in page for note in events["note"])
        context = inventory.context[inventory.context["arrangement"] == key]
        assert all(text in page for text in context["text"])


def test_members_stand_with_the_days_on_which_they_came(view):
    page = bodies.body_text(view, "vafabmiljo")
    assert "Arboga, Kungsör och Köping från oktober 2018" in page
    assert "Surahammar från 1 januari 2017" in page
    assert "källorna skiljer sig om vilka som är medlemmar" in page


def test_what_sources_say_of_the_start_is_kept_apart(view):
    page = bodies.body_text(view, "fyra-malarstader")
    for said in ("2011: i drift", "Augusti 2012: i drift", "2013: i drift"):
        assert said in page
    assert "342 739" in page
    assert "Ordförandeskapet växlar" in page


def test_the_population_that_is_held_against_a_source_is_that_of_scb(view):
    from analysis.loaders.population import load_population
    from analysis.text import swedish

    people = load_population(regions.get("fyra-malarstader")).groupby("year")["population"].sum()
    (text,) = [text for text in view.inventory.context["text"] if "drygt 340 000" in text]
    plain = text.replace("\u202f", " ")
    for year in (2019, 2020):
        assert swedish.number(people[year]).replace("\u202f", " ") in plain


def test_a_region_as_host_is_named(view):
    assert "Värd: Region Värmland." in bodies.body_text(view, "hjalpmedelsnamnden-varmland")


def test_the_sources_of_a_body_stand_once_each(view):
    cited = bodies.sources_of_body(view, "vmkf")
    assert len(cited) == len(set(cited)) > 4
