"""What people try at the prompt gets an answer in words: never a bare assertion or index error."""

import pandas as pd
import pytest

import analysis
from analysis import explore, flows, regions
from analysis.errors import InputError, NotFetchedError
from analysis.figures import measures
from analysis.metrics.services import state_on
from analysis.report.plan import make_plan

KAK = regions.get("kak")
MEASURE = explore.theme_of("commuting_ratio").measure
VALUES = explore.values("commuting_ratio")


def reindexed(code=str, year=int):
    codes, years = (VALUES.index.get_level_values(level) for level in (0, 1))
    return VALUES.set_axis(pd.MultiIndex.from_arrays([codes.map(code), years.map(year)]))


@pytest.mark.parametrize(
    "values",
    [reindexed(code=int), reindexed(year=str), VALUES.to_frame()],
    ids=["int", "str", "frame"],
)
def test_codes_and_years_are_understood_however_they_are_written(values):
    table = measures.measure_table(KAK, MEASURE, values, year="2021")
    pd.testing.assert_frame_equal(
        table.frame, measures.measure_table(KAK, MEASURE, VALUES, year=2021).frame
    )
    assert measures.plot_measure_series(KAK, MEASURE, values).lines


ANSWERS = {
    "values of one year": (
        lambda: measures.plot_measure_series(KAK, MEASURE, VALUES.xs(2021, level=1)),
        "no Series by",
    ),
    "a year in words": (
        lambda: explore.table(KAK, "population", year="i fjol"),
        "write it as 2021",
    ),
    "one year for two": (
        lambda: explore.plot_series(KAK, "population", years=2000),
        "write the first and the last",
    ),
    "a region in text": (
        lambda: explore.plot_map("kak", "population", year=2021),
        "analysis.region",
    ),
    "an unknown comparator": (
        lambda: explore.plot_ranking(KAK, "population", year=2024, compare="contry"),
        "compare takes peers, county",
    ),
    "a number for a comparator": (
        lambda: explore.table(KAK, "population", year=2024, compare=5),
        "compare=5 is no comparator; compare takes peers",
    ),
    "a list of years": (
        lambda: explore.plot_map(KAK, "population", year=[2020]),
        "write it as 2021",
    ),
    "a theme by its Swedish name": (
        lambda: explore.plot_map(KAK, "Folkmängd", year=2020),
        "did you mean 'population'",
    ),
    "a number for a theme": (lambda: explore.values(3), "unknown theme 3: valid are"),
    "a list for a theme": (lambda: explore.values([]), "unknown theme"),
    "nothing for a region": (
        lambda: explore.plot_map(None, "population", year=2020),
        r"None is no region; write analysis\.region\('kak'\)",
    ),
    "a market by another municipality": (
        lambda: analysis.region("Sala arbetsmarknad"),
        "Sala lies in Västerås arbetsmarknad",
    ),
    "say a number": (lambda: analysis.say(3), "needs a sentence"),
    "a code without zero": (lambda: analysis.region([381]), "did you mean 0381"),
    "no region": (lambda: analysis.region([]), "name at least one"),
    "a chapter in text": (lambda: make_plan([KAK], chapters=["nix.ipynb"]), "is no notebook file"),
    "a reserved name": (lambda: regions.from_members(["1960"], name="CON"), "Windows"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_misuse_is_answered_with_the_next_step(case):
    call, words = ANSWERS[case]
    with pytest.raises(InputError, match=words):
        call()


@pytest.mark.parametrize("word", ["riket", "Hela riket", "Sverige", "nation", "00"])
def test_all_of_sweden_is_a_region_and_a_comparator_however_it_is_written(word):
    assert len(analysis.region(word).members) == 290
    table = explore.table(KAK, "tax_rate_total", year=2026, compare=word)
    assert table.frame["name"].tolist()[-1] == "Riket (median)"


def test_a_year_in_text_is_as_derived_as_the_year():
    population = explore.theme_of("population")
    assert [population.kind(when) for when in (2022, "2022", 2024)] == [
        "derived",
        "derived",
        "observed",
    ]


def test_no_comparator_is_none():
    assert explore.table(KAK, "population", year=2024, compare=None).frame["name"].tolist() == [
        "Köping",
        "Arboga",
        "Kungsör",
    ]


def test_a_date_in_words_shows_how_to_write_it():
    with pytest.raises(ValueError, match="write it as '2020-12-31'"):
        state_on(analysis.load_inventory(), "i fjol")


def test_the_matrix_that_is_not_there_names_the_modelled_flows():
    with pytest.raises(NotFetchedError, match=r"analysis\.flows\.commuting_of\(year\)"):
        analysis.load("commuting_matrix")


def test_flows_have_a_short_name_at_the_prompt():
    assert len(repr(flows.commuting_of(2021))) < 200


@pytest.mark.parametrize(
    "call",
    [
        lambda: make_plan([KAK], jobs=0),
        lambda: make_plan([KAK], out="pyproject.toml"),
        lambda: regions.from_members(["1960"], name="KAK"),
    ],
)
def test_the_library_does_not_speak_of_options_of_the_command(call):
    with pytest.raises(InputError) as caught:
        call()
    assert "--" not in str(caught.value)


def test_a_plain_frame_is_shown_with_a_title_and_a_source_and_asks_for_them(capsys):
    frame = pd.DataFrame({"Kommun": ["Köping", "Arboga"], "Bibliotek": [3, None]})
    with pytest.raises(InputError, match=r"write show\(frame, title=…"):
        analysis.show(frame)
    source = analysis.Source("Exempelverket", "Bibliotek", "2024")
    analysis.show(frame, title="Bibliotek 2024", source=source)
    told = capsys.readouterr().out
    assert "Bibliotek 2024" in told
    assert "–" in told


@pytest.mark.parametrize("room", ["loaders", "metrics", "figures", "report", "flows", "explore"])
def test_a_room_lists_what_is_public_and_nothing_else(room):
    names = dir(getattr(analysis, room))
    assert names
    assert not {"Path", "InputError", "annotations", "Any", "pd"} & set(names)
    assert not [name for name in names if name.startswith("_")]


def test_a_region_in_text_is_answered_by_every_figure():
    with pytest.raises(InputError, match=r"write analysis.region\('kak'\)"):
        analysis.figures.overview.plot_region("kak", None)


def test_a_table_is_no_sentence():
    with pytest.raises(InputError, match="needs a sentence"):
        analysis.say(pd.DataFrame({"a": [1]}))


def test_a_city_is_its_municipality():
    assert analysis.region("Malmö stad").members == ("1280",)
