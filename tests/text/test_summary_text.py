"""Page one: title and findings for any set of municipalities, none of them more than is known."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import regions
from analysis.arrangements import counted
from analysis.loaders import population
from analysis.loaders.services import load_inventory
from analysis.text import summary as text
from analysis.views.commuting import Link
from analysis.views.services import sharing
from analysis.views.summary import flows_by, summary

INVENTORY = load_inventory()
PEOPLE, OLDER = population.load_population(), population.load_indicator("share_65plus")
CODES = sorted(regions.municipalities())


def seen(region, as_of="2026-08-31", inventory=INVENTORY):
    view = sharing(region, inventory, as_of)
    return summary(view, population=PEOPLE, share_65plus=OLDER, flows=flows_by(view.day))


def first_page(view):
    return "\n".join([text.headline(view), text.evidence(view), *text.findings(view)])


def test_two_cooperations_stand_beside_each_other_and_are_never_added_up():
    view = seen(regions.get("malardalen"))
    for part in view.parts:
        alone = seen(part.view.region)
        assert part.areas == alone.parts[0].areas, "what the other one shares changes nothing"
        assert part.view.region.name in text.headline(view)
    whole = view.sharing.shared["area"].nunique()
    assert whole not in [len(part.areas) for part in view.parts], "the sum is another number here"
    assert f"{whole} tjänster" not in first_page(view)


def test_the_substance_names_each_body_before_it_names_one_twice():
    title = text.headline(seen(regions.get("kak")))
    assert "räddningstjänst, löner och pensioner samt avfall och återvinning" in title


def test_a_service_in_two_bodies_is_told_with_its_members():
    page = first_page(seen(regions.get("bergslagen")))
    assert "räddningstjänst sköts i två skilda organ" in page
    assert (
        "Nerikes Brandkår (Lindesberg, Ljusnarsberg och Nora) och Bergslagens Räddningstjänst "
        "(Hällefors)"
    ) in page


def test_old_evidence_is_said_under_the_title():
    part = seen(regions.get("kak")).parts[0]
    assert 0 < part.old < len(part.areas)
    said = text.evidence(seen(regions.get("kak")))
    assert f"För {part.old} av de {len(part.areas)} tjänster som minst två kommuner delar" in said
    assert "saknas belägg från den här mandatperioden och de tre senaste åren" in said
    both = text.evidence(seen(regions.get("malardalen")))
    assert "KAK: källor 2010–2024, fem av 20 tjänster med nya belägg; Fyra Mälarstäder:" in both


def test_a_labour_market_of_one_member_with_its_name_is_named_once():
    said = text.belonging(seen(regions.get("bergslagen")))
    assert said.endswith(
        "2022): Hällefors, Ludvika (Ljusnarsberg) och Örebro (Lindesberg och Nora)."
    )


def test_no_inventory_row_is_no_information_and_not_zero():
    known = INVENTORY.tables()
    rows = ("events", "memberships", "coverage", "alone", "searched", "claims", "figures")
    empty = replace(INVENTORY, **{name: known[name].head(0) for name in rows})
    page = first_page(seen(regions.resolve("Gotland"), inventory=empty))
    assert page.startswith("Ingen gemensam tjänst är känd för Gotland")
    assert "det betyder inte att de saknas" in page
    assert "noll" not in page


def test_the_date_governs_statistics_too():
    page = first_page(seen(regions.get("bergslagen"), "2012-06-30"))
    assert "(2011)" in page
    assert "2022)" not in page, "labour markets of 2022 were not known then"


@pytest.mark.parametrize("basis", ["likely", "evidence"])
def test_a_modelled_link_is_likely_and_says_that_it_is_modelled(basis):
    view = seen(regions.get("bergslagen"))
    part = replace(view.parts[0], outside=Link("1880", basis, 2017, "women"))
    page = first_page(replace(view, parts=(part,)))
    assert "är Örebro troligen den som flest pendlar till från gruppen (modellskattning" in page
    part = replace(part, outside=Link("1880", "observed"))
    page = first_page(replace(view, parts=(part,)))
    assert "är Örebro den som flest pendlar till från gruppen (2021)." in page


def test_whom_the_members_lack_is_answered_by_name_and_not_judged():
    view = seen(regions.get("kak"))
    (said,) = [text_ for text_ in text.findings(view) if "Bland kommunerna utanför" in text_]
    (part,) = view.parts
    assert part.beyond.index.isin(part.view.region.members).sum() == 0
    assert 0 < len(part.nearest) < len(part.beyond)
    for code in part.nearest.index:
        assert regions.municipalities()[code].name in said
    assert "saknas" not in said, "who ought to be in it is for a council to say"


def test_who_shares_most_outside_is_counted_when_many_are_alike():
    view = seen(regions.get("karlstad"))
    part = replace(view.parts[0], outside=None)
    vars(part)["beyond"] = pd.Series(dict(zip(CODES, (2, 4, 3, 2, 1, 2), strict=False)))
    page = first_page(replace(view, parts=(part,)))
    said = "utanför delar fem kommuner flest kända tjänster med någon i gruppen (två till fyra)."
    assert said in page, "two fewer is no difference, three are"


def test_who_shares_outside_is_no_rank_when_all_are_alike_and_no_total_of_a_body():
    view = seen(regions.get("karlstad"))
    part = replace(view.parts[0], outside=None)
    vars(part)["beyond"] = pd.Series(dict.fromkeys(CODES[:4], 1))
    said = "utanför delar minst fyra kommuner kända tjänster med någon i gruppen (en"
    assert said in first_page(replace(view, parts=(part,)))
    vars(part)["beyond"] = pd.Series({"1781": 1})
    said = "utanför delar Kristinehamn kända tjänster med någon i gruppen (en"
    assert said in first_page(replace(view, parts=(part,)))


def test_two_cooperations_leave_the_map_of_page_one_its_room():
    page = first_page(seen(regions.get("malardalen")))
    assert "Bland kommunerna utanför KAK är Västerås troligen" in page
    assert "Av dem delar" not in page


def test_no_term_of_art_stands_unexplained_on_page_one():
    page = first_page(seen(regions.get("kak")))
    assert "2021: antalet utpendlare är räknat, vart de pendlar är uppskattat" in page
    assert "ingen källa säger att de upphört" in page
    assert "SCB:s indelning efter pendling 2022" in page
    assert "inget slut" not in page


@pytest.mark.parametrize("as_of", ["1990-01-01", "2012-06-30", "2026-08-31", "2027-06-30"])
@settings(max_examples=25)
@given(st.lists(st.sampled_from(CODES), min_size=1, max_size=45, unique=True))
def test_every_set_gets_a_page(as_of, codes):
    view = seen(regions.from_members(codes), as_of)
    page = first_page(view)
    assert len(text.findings(view)) <= 5 + 2
    assert not any(word in page for word in ("nan", "None", "<NA>", "  ", "..", " 0 "))
    assert all(line[0].isupper() or line[0].isdigit() for line in page.splitlines())
    for part in view.parts:
        states = set(part.view.counted["state"])
        assert all(map(counted, states)), "what is not counted is no finding"
        if not part.areas:
            assert "ingen gemensam tjänst" in page.casefold()


def test_all_of_sweden_has_a_page():
    page = first_page(seen(regions.from_members(CODES, name="Sverige")))
    assert "67 lokala arbetsmarknader" in page


def test_an_undated_or_planned_service_alone_is_no_title():
    events = INVENTORY.events
    plans = events[events["event"].isin(["intention", "inquiry", "decided"])]
    only = replace(INVENTORY, events=plans)
    page = first_page(seen(regions.get("bergslagen"), inventory=only))
    assert page.startswith("Ingen gemensam tjänst är känd")


def test_all_three_parts_of_the_study_are_told():
    said = text.research()
    for part in ("nödvändig", "kapaciteten", "sänker sällan kostnaderna", "styra", "demokratiska"):
        assert part in said
    assert said.count("Statskontoret") == 2, "named, and cited"
