"""Sentences on shared services: what they say, and what they never say."""

import inspect
import re

import pandas as pd
import pytest

from analysis import regions
from analysis.arrangements import COLUMNS
from analysis.catalog import SNAPSHOT_DATE
from analysis.errors import InputError
from analysis.loaders.population import load_localities, load_population
from analysis.loaders.services import inventory_from, load_inventory
from analysis.metrics.services import population_centres
from analysis.text import service_questions, service_titles
from analysis.text import services as text
from analysis.views.services import Sharing, nearest_gaps, parse_day, population_on, sharing

DATES = ("2012-06-30", "2018-06-30", "2026-08-31", "2027-06-30")
KEYS = ("karlstad", "malardalen", "bergslagen", "kak", "fyra-malarstader")
CENTRES = population_centres(load_localities())


@pytest.fixture(scope="module")
def inventory():
    return load_inventory()


def view(inventory, key, date="2026-08-31"):
    return sharing(regions.resolve(key), inventory, date)


def generators():
    """Every public function of the modules that makes sentences of a view."""
    found = {}
    for module in (text, service_titles, service_questions):
        for name, function in inspect.getmembers(module, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if (
                function.__module__ == module.__name__
                and not name.startswith("_")
                and first is not None
                and first.name == "view"
            ):
                found[name] = function
    return found


# parts of sentences
WORDS = {
    "areas_listed",
    "citation",
    "publisher",
    "source_list",
    "members_of",
    "since",
    "start_of",
    "count_of",
    "examples",
    "contradiction_lines",
    "source_numbers",
}
GIVEN = {
    "points": lambda seen: CENTRES,
    "gaps": lambda seen: nearest_gaps(seen, CENTRES),
    "shown": lambda seen: 8,
    "costs": lambda seen: False,
}


def said_by(seen):
    """What each generator says of a view, by its name."""
    found = {}
    for name, function in generators().items():
        if name in WORDS or (name == "circles_title" and not seen.circles):
            continue
        rest = list(inspect.signature(function).parameters)[1:]
        unknown = [one for one in rest if one not in GIVEN]
        assert not unknown, f"{name} needs {unknown}: tell this walk what to give"
        out = function(seen, **{one: GIVEN[one](seen) for one in rest})
        parts = out.items() if isinstance(out, dict) else [out] if isinstance(out, str) else out
        found[name] = "\n".join(
            " ".join(part) if isinstance(part, tuple) else part for part in parts
        )
    return found


# --- a small inventory in which each arrangement stands for its kind -----------------------------


def small():
    """Four municipalities: one old, one new, one undated, one ended and one intended task."""
    codes = ("1863", "1864", "1884", "1885")
    areas = {
        "gammal": "loner",
        "ny": "bygglov",
        "odaterad": "overformyndare",
        "slutad": "avfall",
        "tankt": "vaxel",
    }
    forms = {"gammal": "kommunalforbund", "slutad": "kommunalforbund"}
    names = {
        "gammal": "Löneförbundet",
        "ny": "Byggnämnden",
        "odaterad": "Överförmyndarnämnden",
        "slutad": "Avfallsförbundet",
        "tankt": "Växelsamarbetet",
    }
    events = [
        ("gammal", "running", "loner", "", "2012", "evidence"),
        ("ny", "running", "bygglov", "", "2025-03-01", "evidence"),
        ("odaterad", "running", "overformyndare", "", "", "undated"),
        ("slutad", "running", "avfall", "", "2010", "stated"),
        ("slutad", "ended", "avfall", "", "2020-12-31", "stated"),
        ("tankt", "intention", "vaxel", "", "2016", "stated"),
    ]
    shipped = load_inventory()
    rows = {
        "sources": [("s", "Utgivaren", "Titeln", "", "2025", "", "")],
        "arrangements": [
            (key, names[key], forms.get(key, "gemensam-namnd"), "service", "") for key in areas
        ],
        "names": [(key, names[key], "", "", "s") for key in areas],
        "coverage": [(key, area, "", "", "s", "high", "") for key, area in areas.items()],
        "memberships": [
            (key, code, "", "", "", "s", "high", "") for key in areas for code in codes
        ],
        "events": [(*event, "s", "high", "") for event in events],
    }
    tables = {
        name: pd.DataFrame(values, columns=list(COLUMNS[name]), dtype="str")
        for name, values in rows.items()
    }
    return inventory_from(tables | {"forms": shipped.forms, "areas": shipped.areas})


@pytest.fixture(scope="module")
def five():
    return sharing(regions.get("bergslagen"), small(), "2026-08-31")


COUNTING = ("matrix_title", "overview_text", "counts_text", "pairs_text", "circles_text")


def test_the_old_and_the_new_are_counted_and_nothing_else(five):
    assert five.counts["services"].tolist() == [2, 2, 2, 2]
    assert five.counts["dated"].tolist() == [1, 1, 1, 1]
    said = said_by(five)
    assert said["matrix_title"] == "Två gemensamma tjänster, en med nya belägg"
    assert said["circles_title"] == "Två organ omfattar fyra kommuner"
    assert "två tjänster" in said["overview_text"]
    assert "Kommunerna i Bergslagen delar två tjänster var" in said["counts_text"]


@pytest.mark.parametrize("word", ["överförmynd", "avfall", "växel"])
def test_what_is_not_counted_is_in_no_sentence_that_counts(five, word):
    said = said_by(five)
    for name in COUNTING:
        assert word not in said[name].casefold(), name


def test_old_evidence_is_told_with_its_year_wherever_its_body_is_named(five):
    for name, said in said_by(five).items():
        for sentence in re.split(r"(?<=[.;])\s|\n", said):
            if "Löneförbundet" in sentence and name not in (
                "overview_text",
                "distance_text",
                "sources_text",
            ):
                assert "2012" in sentence, name
    assert "från 2012 eller tidigare" in said_by(five)["overview_text"]


def test_the_undated_and_the_intended_are_told_as_such(five):
    said = said_by(five)
    assert "odaterade" in said["undated_text"]
    assert "Växelsamarbetet" in said["plans_text"]
    assert "avsikt 2016, utfall okänt" in said["plans_text"]
    for sentence in said.values():
        for part in re.findall(r"[^.;\n]*Växelsamarbetet[^;\n]*", sentence):
            assert "2016" in part
    assert "vid årsskiftet 2020/21" in said["history_text"]
    assert "Finns det kvar?" in said["questions"]
    assert "Löneförbundet (löner, källor 2012)" in said["questions"]
    assert "Om ett annat organ är det oklart" in said["questions"]


@pytest.mark.slow
def test_no_sentence_says_that_something_is_in_operation_or_not_shared(five, inventory):
    seen = [
        five,
        *(
            view(inventory, key, date)
            for key in (*KEYS, "1863", "2580", "2580,2583")
            for date in DATES
        ),
    ]
    for one in seen:
        for name, said in said_by(one).items():
            assert not re.search(
                r"\bi drift\b|under utredning|delar inte(?! )|\bnan\b|None|<NA>", said
            ), (one.region.key, name)
            assert not re.search(r"\b0 (tjänst|gemensam)", said), (one.region.key, name)


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((7, 3, 2020), "7 gemensamma tjänster, varav 3 utan belägg efter 2020"),
        ((3, 3, 2016), "3 gemensamma tjänster, ingen med belägg efter 2016"),
        ((1, 1, 2008), "1 gemensam tjänst, utan belägg efter 2008"),
        ((1, 0, None), "1 gemensam tjänst"),
        ((None, None, None), "ingen uppgift"),
    ],
)
def test_count_phrase(counts, expected):
    assert text.count_phrase(*counts) == expected


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (["1863"], ""),
        (["2580"], ""),
        (["1863", "2580"], "Hällefors delar 16 tjänster med andra. Om Luleå finns ingen uppgift."),
    ],
)
def test_who_lacks_information_is_told_beside_what_is_known_and_not_else(inventory, members, said):
    seen = sharing(regions.from_members(members), inventory, "2026-08-31")
    assert text.counts_text(seen) == said


def test_blank_date_is_the_date_of_the_data(inventory):
    assert view(inventory, "karlstad", "").day == SNAPSHOT_DATE
    with pytest.raises(InputError, match="2026-06-30"):
        parse_day("i fjol")


def test_lists_of_areas_can_be_read(inventory):
    seen = view(inventory, "karlstad")
    assert text.areas_listed(seen, ["vaxel", "it-drift"]) == (
        "telefoni och växel samt IT-drift och helpdesk"
    )
    assert text.areas_listed(seen, ["malaren"]) == "vattenvård i Mälaren"
    assert text.areas_listed(seen, ["bygglov", "raddningstjanst"]) == "räddningstjänst och bygglov"


@pytest.mark.parametrize(
    ("total", "ended", "old", "expected"),
    [
        (8, 1, 4, "Åtta organ har verkat; ett har upphört och fyra saknar nya belägg"),
        (14, 0, 0, "14 organ har verkat"),
        (1, 1, 0, "Ett organ har verkat; ett har upphört"),
    ],
)
def test_titles_of_the_timeline(total, ended, old, expected):
    assert service_titles.timeline_title(total, ended=ended, old=old) == expected


# --- regions -------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["2580", "2580,2583"])
def test_a_region_without_rows_says_no_information(inventory, key):
    seen = view(inventory, key)
    assert "ingen uppgift" in text.overview_text(seen)[0]
    assert service_titles.matrix_title(seen) == "Ingen gemensam tjänst är känd"
    assert list(service_questions.questions(seen, costs=False)) == ["Vad delas i dag?"]


def test_what_nobody_found_is_told_from_what_nobody_looked_for(inventory):
    seen = view(inventory, "karlstad")
    assert "; alla har eftersökts utan att hittas" in text.searched_text(seen)
    lacking = [cell.searched for cell in seen.unanswered]
    assert f"saknas {len(lacking)} uppgifter" in text.searched_text(seen)
    assert text.searched_text(view(inventory, "2580")) == ""  # nobody has looked in Luleå


def test_a_date_before_everything(inventory):
    seen = view(inventory, "bergslagen", "1980-01-01")
    assert seen.state.empty
    assert "ingen uppgift" in text.overview_text(seen)[0]
    assert text.count_of(seen, "1863") == "ingen uppgift"


@pytest.mark.parametrize("key", ["kak", "bergslagen", "karlstad", "fyra-malarstader"])
def test_one_count_for_one_thing(inventory, key):
    """Overview, title, matrix and counts agree; the number is that of `shared`."""
    seen = view(inventory, key)
    areas = seen.shared["area"].nunique()
    assert text.services(areas) in text.overview_text(seen)[0]
    title = service_titles.matrix_title(seen)
    assert title.casefold().startswith(text.services(areas, shared=True).casefold())
    for code in seen.region.members:
        own = seen.counts.loc[code, "services"]
        cells = [
            area
            for area in seen.area_names
            if seen.cell(area, code).state in ("confirmed", "evidenced", "unended")
        ]
        assert len(cells) == (0 if pd.isna(own) else own)


def test_two_cooperations_are_never_blended(inventory):
    seen = view(inventory, "malardalen")
    kak, towns = seen.parts
    assert [part.region.key for part in seen.parts] == ["kak", "fyra-malarstader"]
    assert text.overview_text(seen) == text.overview_text(kak) + text.overview_text(towns)
    both = seen.shared["area"].nunique()
    said = "\n".join(
        said_by(seen)[name] for name in ("matrix_title", "overview_text", "counts_text")
    )
    if both not in {part.shared["area"].nunique() for part in seen.parts}:
        assert text.services(both) not in said
    asked = service_questions.questions(seen, costs=False)
    assert asked["Finns det kvar?"].startswith("KAK: ")
    assert "Fyra Mälarstäder: " in asked["Finns det kvar?"]
    assert "KAK" not in asked["Hur lämnar man?"]  # the same of both is said once
    for title in (service_titles.matrix_title(seen), service_titles.circles_title(seen)):
        assert "KAK" in title
        assert "Fyra Mälarstäder" in title


def test_both_starts_of_vmkf_are_shown_by_trust(inventory):
    seen = view(inventory, "kak")
    said = "\n".join(text.contradictions_text(seen))
    assert said.index("2006-01-01") < said.index("2004")
    assert "hög säkerhet" in said
    assert text.since(seen, "vmkf", "raddningstjanst") == "2004 eller 2006 (källorna skiljer sig)"


def test_both_forms_of_bmb_are_shown(inventory):
    said = "\n".join(text.contradictions_text(view(inventory, "bergslagen")))
    assert "Gemensam nämnd" in said
    assert "kommunalförbund" in said


def test_history_tells_who_took_over(inventory):
    said = "\n".join(text.history_text(view(inventory, "bergslagen")))
    assert "gick över till Gemensam teknisk nämnd vid årsskiftet 2022/23" in said
    assert "i Samhällsbyggnadsförbundet Bergslagen gick tillbaka till varje kommun" in said
    assert "bytte namn till Samhällsbyggnadsförbundet Bergslagen 1 januari 2017" in said
    early = "\n".join(text.history_text(view(inventory, "bergslagen", "2016-12-31")))
    assert "bytte namn" not in early


def test_surahammar_is_a_member_of_which_no_service_is_known(inventory):
    said = text.partial_members_text(view(inventory, "kak", "2018-06-30"))
    assert "Surahammar är medlem i Västra Mälardalens Kommunalförbund" in said


def test_population_is_that_of_the_last_31_december(inventory):
    table = load_population()
    assert population_on(view(inventory, "karlstad", "2018-06-30"), table)[1] == 2017
    assert population_on(view(inventory, "karlstad", "2018-12-31"), table)[1] == 2018


def test_every_cited_source_is_a_page_or_says_that_it_is_none(inventory):
    table = inventory.sources
    without = table[table["url"] == ""]
    assert (without["note"] != "").all()
    assert "Samverkan" not in set(table["publisher"])


def test_sources_tell_when_they_were_last_checked(inventory):
    seen = view(inventory, "bergslagen")
    said = text.sources_text(seen)
    assert said.startswith("”Kontrollerad” är den dag då")
    for key in text.source_numbers(seen):
        row = seen.sources[key]
        assert (f"kontrollerad {row.checked}" in said) is True or not row.checked


def test_a_view_is_frozen(inventory):
    seen = view(inventory, "kak")
    assert isinstance(seen, Sharing)
    with pytest.raises(AttributeError):
        seen.day = None
