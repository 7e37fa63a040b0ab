"""The inventory of one region says of it what the whole inventory says, and nothing of others."""

import dataclasses

import pytest

from analysis import regions
from analysis.inventory import federations_of, inventory_of
from analysis.key_figures.services import services_key_figures
from analysis.loaders.services import load_inventory
from analysis.reads import digest
from analysis.text import services as text
from analysis.text.service_questions import questions
from analysis.text.service_titles import matrix_title
from analysis.views.services import sharing

DAYS = ("1995-06-30", "2012-01-01", "2018-06-30", "2026-08-31")
SAYS = (
    matrix_title,
    text.overview_text,
    text.counts_text,
    text.partial_members_text,
    text.unknown_areas_text,
    text.undated_text,
    text.pairs_text,
    text.history_text,
    text.circles_text,
    text.plans_text,
    text.contradictions_text,
    text.sources_text,
)


def chosen():
    return [
        *regions.registry().values(),
        regions.from_members(["0980"]),
        regions.from_members(["1863"]),
    ]


@pytest.mark.parametrize(
    ("region", "day"),
    [
        pytest.param(region, day, id=f"{region.key}-{day}")
        for place, region in enumerate(chosen())
        for day in (DAYS if region.key == "malardalen" else DAYS[place % 2 :: 2])
    ],
)
def test_every_sentence_is_the_same_from_the_rows_of_the_region(region, day):
    whole = sharing(region, load_inventory(), day)
    own = sharing(region, inventory_of(region.members, day), day)
    for say in SAYS:
        assert say(own) == say(whole), say.__name__
    assert services_key_figures(region, inventory=own.inventory, as_of=day).equals(
        services_key_figures(region, inventory=whole.inventory, as_of=day)
    )


@pytest.mark.parametrize("region", chosen(), ids=lambda region: region.key)
def test_page_two_needs_no_row_of_others(region):
    own, whole = (
        sharing(region, rows) for rows in (inventory_of(region.members), load_inventory())
    )
    assert matrix_title(own) == matrix_title(whole)
    assert questions(own, costs=False) == questions(whole, costs=False)


def test_a_row_of_another_region_is_not_read():
    whole, members = load_inventory(), regions.get("karlstad").members
    own = inventory_of(members)
    assert 0 < len(own.events) < len(whole.events)
    assert set(own.memberships["arrangement"]) <= set(
        whole.memberships.loc[whole.memberships["code"].isin(members), "arrangement"]
    )
    assert all("line" not in table for table in own.tables().values())


def test_the_digest_tells_rows_apart():
    own = inventory_of(["1780"])
    other = dataclasses.replace(own, claims=own.claims, names=own.names.assign(name="Annat"))
    assert digest(own) == digest(inventory_of(["1780"])) != digest(other)


def test_federations_of_a_member():
    assert federations_of(["1780"], 2008, 2017).keys() == {"1780"}
    assert federations_of(["1780"], 1900, 1950) == {}
