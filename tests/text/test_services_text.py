"""Sentences on shared services: what they say, and what they never say."""

import re

import pytest

from analysis import regions
from analysis.catalog import SNAPSHOT_DATE
from analysis.errors import InputError
from analysis.loaders.population import load_population
from analysis.loaders.services import load_inventory
from analysis.text import services as text
from analysis.views.services import parse_day, population_on, sharing

DATES = ("2012-06-30", "2018-06-30", "2026-06-30")
KEYS = ("karlstad", "malardalen", "bergslagen", "kak", "fyra-malarstader")


@pytest.fixture(scope="module")
def inventory():
    return load_inventory()


def view(inventory, key, date="2026-06-30"):
    return sharing(regions.resolve(key), inventory, date)


def everything(seen):
    parts = [text.overview_text(seen), text.counts_text(seen), text.unknown_areas_text(seen),
             text.plans_text(seen), text.history_text(seen), text.undated_text(seen),
             text.contradictions_text(seen), text.network_text(seen), text.fragmentation_text(seen),
             text.gaps_text(seen), text.partial_members_text(seen), text.sources_text(seen),
             text.services_findings(seen.region, inventory=seen.inventory,
                                    as_of=seen.day.isoformat())]
    return "\n".join(part if isinstance(part, str) else "\n".join(part) for part in parts)


@pytest.mark.parametrize(("counts", "expected"), [
    ((7, 3, 2020), "7 gemensamma tjänster, varav 3 utan belägg efter 2020"),
    ((3, 3, 2016), "3 gemensamma tjänster, ingen med belägg efter 2016"),
    ((1, 1, 2008), "1 gemensam tjänst, utan belägg efter 2008"),
    ((1, 0, None), "1 gemensam tjänst"),
    ((None, None, None), "ingen uppgift"),
])
def test_count_phrase(counts, expected):
    assert text.count_phrase(*counts) == expected


def test_blank_date_is_the_date_of_the_data(inventory):
    assert view(inventory, "karlstad", "").day == SNAPSHOT_DATE
    with pytest.raises(InputError, match="2026-06-30"):
        parse_day("i fjol")


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("key", [*KEYS, "1863", "2580", "0114,2580"])
def test_no_sentence_says_that_nothing_is_shared(inventory, key, date):
    said = everything(view(inventory, key, date))
    assert not re.search(r"delar inte(?! |\w)|delas inte\b(?!\.)|saknar samverkan den", said)
    assert not re.search(r"\bnan\b|None|NaT|<NA>", said)
    assert "underlag" not in said.casefold()


@pytest.mark.parametrize("key", ["2580", "0114,2580"])
def test_a_region_without_rows_says_no_information(inventory, key):
    seen = view(inventory, key)
    assert "ingen uppgift" in text.overview_text(seen)[0]
    (tile,) = text.services_tiles(seen.region, inventory=inventory, as_of="2026-06-30")
    assert tile["value"] == "ingen uppgift"
    assert "ingen uppgift" in text.services_findings(seen.region, inventory=inventory)[0]


def test_a_date_before_everything(inventory):
    seen = view(inventory, "bergslagen", "1980-01-01")
    assert seen.state.empty
    assert "ingen uppgift" in text.overview_text(seen)[0]
    assert text.count_of(seen, "1863") == "ingen uppgift"


def test_both_starts_of_vmkf_are_shown_by_trust(inventory):
    seen = view(inventory, "kak")
    said = next(line for line in text.contradictions_text(seen) if "började" in line)
    assert said.index("2006-01-01") < said.index("2004")
    assert "hög tilltro" in said
    assert "medel tilltro" in said
    assert text.since(seen, "vmkf", "raddningstjanst") == "2004 eller 2006 (källorna skiljer sig)"


def test_both_forms_of_bmb_are_shown(inventory):
    form, name = text.contradictions_text(view(inventory, "bergslagen"))
    said = form if "form" in form else name
    assert "Gemensam nämnd" in said
    assert "kommunalförbund" in said


@pytest.mark.parametrize(("key", "arrangement", "area", "expected"), [
    ("kak", "raddningstjansten-malardalen", "raddningstjanst", "1 januari 2021"),
    ("kak", "vmmf", "bygglov", "belagd från 2011"),
    ("bergslagen", "bygg-och-miljonamnden", "bygglov", "omkring 2004"),
    ("bergslagen", "overformyndare-norra-orebro", "overformyndare", "okänt"),
])
def test_since_says_how_the_start_is_known(inventory, key, arrangement, area, expected):
    assert text.since(view(inventory, key), arrangement, area) == expected


def test_history_tells_who_took_over(inventory):
    said = "\n".join(text.history_text(view(inventory, "bergslagen")))
    assert "vatten och avlopp i Samhällsbyggnadsförbundet Bergslagen gick över till" in said
    assert "idrottsanläggningar i Samhällsbyggnadsförbundet Bergslagen gick tillbaka" in said
    assert "bytte namn till Samhällsbyggnadsförbundet Bergslagen 1 januari 2017" in said
    early = "\n".join(text.history_text(view(inventory, "bergslagen", "2016-12-31")))
    assert "bytte namn" not in early


def test_surahammar_is_a_member_of_which_no_service_is_known(inventory):
    said = text.partial_members_text(view(inventory, "kak", "2018-06-30"))
    assert said.startswith("Surahammar är medlem i Västra Mälardalens Kommunalförbund")


def test_intentions_are_said_not_to_count(inventory):
    first, *rest = text.plans_text(view(inventory, "karlstad"))
    assert "räknas inte" in first
    assert any("upphandling" in sentence and "2021" in sentence for sentence in rest)


def test_gaps_keep_apart_what_is_unknown_and_what_is_only_not_running(inventory):
    seen = view(inventory, "karlstad")
    assert text.known_here(seen, "vaxel") == "ingen uppgift"
    assert text.known_here(seen, "upphandling") == "avsikt 2021 (Karlstadsregionen)"
    said = text.gaps_text(seen)
    assert said.index("telefoni och växel") < said.index("Dessutom")
    assert "upphandling" in said.partition("Dessutom")[2]


@pytest.mark.parametrize(("persons", "kind", "expected"), [
    (2319.4, "modelled", 2300), (93.2, "modelled", 90), (9.4, "modelled", 10), (4.9, "modelled", 0),
    (0.3, "modelled", 0), (0.0, "modelled", 0), (14165, "modelled", 14000),
    (2319, "observed", 2319), (93, "observed", 93),
])
def test_modelled_persons_keep_two_digits_but_no_single_persons(persons, kind, expected):
    assert text.careful(persons, kind) == expected


def test_population_is_that_of_the_last_31_december(inventory):
    table = load_population()
    assert population_on(view(inventory, "karlstad", "2018-06-30"), table)[1] == 2017
    assert population_on(view(inventory, "karlstad", "2018-12-31"), table)[1] == 2018


def test_lists_of_areas_can_be_read(inventory):
    seen = view(inventory, "karlstad")
    assert text.areas_listed(seen, ["vaxel", "it-drift"]) == (
        "telefoni och växel samt IT-drift och helpdesk")
    assert text.areas_listed(seen, ["malaren"]) == "Mälaren som gemensam resurs"
    assert text.areas_listed(seen, ["bygglov", "raddningstjanst"]) == "räddningstjänst och bygglov"


def test_every_cited_source_is_a_page_or_says_that_it_is_none(inventory):
    table = inventory.sources
    without = table[table["url"] == ""]
    assert set(without["id"]) == {"norra-lansdelen-2013", "eskilstuna-malarstader",
                                  "vafab-press-2017"}
    assert (without["note"] != "").all()
    assert "Samverkan" not in set(table["publisher"])


@pytest.mark.parametrize(("persons", "kind", "expected"), [
    (1080.0, "modelled", "omkring 1\u202f100 pendlare"), (3.0, "modelled", "färre än 5 pendlare"),
    (3.0, "observed", "3 pendlare"),
])
def test_commuters_in_words(persons, kind, expected):
    assert text.commuters(persons, kind) == expected


def test_sources_tell_when_they_were_last_checked(inventory):
    seen = view(inventory, "bergslagen")
    said = text.sources_text(seen)
    assert said.startswith("”Kontrollerad” är den dag då")
    row = seen.sources["ljusnarsberg-2014"]
    (line,) = [line for line in said.splitlines() if "Ljusnarsbergs kommun: [Samverkan" in line]
    assert f"kontrollerad {row.checked}" in line
    unchecked = [row.url for row in seen.sources.values() if row.url and not row.checked]
    lines = [line for line in said.splitlines() if any(f"<{url}>" in line for url in unchecked)]
    assert lines
    assert not [line for line in lines if "kontrollerad" in line]  # not noted is not said
