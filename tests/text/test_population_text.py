"""Sentences and titles of the population chapter: numbers equal the data, words are right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from analysis import regions
from analysis.loaders import population
from analysis.metrics import population as metrics
from analysis.regions import Region
from analysis.text import population as text
from analysis.text import swedish
from analysis.views.population import MAIN, Indicator, Residents, residents

N, MINUS = swedish.NARROW, swedish.MINUS


@cache
def view(key: str) -> Residents:
    return residents(regions.get(key))


def pair_region() -> Region:
    return Region("par", "Paret", ("1715", "1764"))


def with_people(region: Region, pairs: Mapping[str, tuple[int, int]]) -> Residents:
    """A view in which municipalities had these inhabitants 2015 and 2025."""
    people = pd.DataFrame(
        [
            (code, year, count, "observed")
            for code, pair in pairs.items()
            for year, count in zip((2015, 2025), pair, strict=True)
        ],
        columns=["code", "year", "population", "kind"],
    )
    return replace(residents(region), people=people)


def with_values(measured: Indicator, values: Mapping[str, float]) -> Indicator:
    """The indicator with other values of its latest year for some municipalities."""
    changed = measured.values.copy()
    for code, value in values.items():
        changed[code, measured.year] = value
    return replace(measured, values=changed)


# --- growth -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "title", "sentence"),
    [
        (
            {"1715": (1000, 1100), "1764": (1000, 1050)},
            "Båda kommunerna växte, mest Kil",
            "ökade folkmängden i de två kommunerna med 7,5 procent (150 personer).",
        ),
        (
            {"1715": (1000, 1001), "1764": (1000, 900)},
            "Bara Kil växte; Grums krympte",
            "minskade folkmängden i de två kommunerna med 5,0 procent (99 personer).",
        ),
        (
            {"1715": (1000, 950), "1764": (1000, 900)},
            "Båda kommunerna krympte, mest Grums",
            "minskade folkmängden i de två kommunerna med 7,5 procent (150 personer).",
        ),
        (
            {"1715": (1000, 1000), "1764": (1000, 1000)},
            "Ingen av kommunerna växte",
            "var folkmängden i de två kommunerna oförändrad.",
        ),
        (
            {"1715": (10000, 10001), "1764": (10000, 11000)},
            "Bara Grums växte",
            f"ökade folkmängden i de två kommunerna med 5,0 procent (1{N}001 personer).",
        ),
    ],
)
def test_growth_in_words(pairs: dict[str, tuple[int, int]], title: str, sentence: str) -> None:
    seen = with_people(pair_region(), pairs)
    assert text.growth_title(seen) == title
    assert sentence in text.growth_sentences(seen)[0]


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("karlstad", "Fyra av fem kommuner växte, mest Karlstad; Grums krympte"),
        ("bergslagen", "Bara Nora växte; mest krympte Ljusnarsberg"),
        ("kak", "Alla tre kommuner växte, mest Kungsör"),
        (
            "malardalen",
            "I KAK växte alla tre, mest Kungsör; i Fyra Mälarstäder växte alla fyra, mest Enköping",
        ),
    ],
)
def test_titles_on_growth_are_the_data(key: str, title: str) -> None:
    assert text.growth_title(view(key)) == title
    people = population.load_population().set_index(["year", "code"])["population"]
    for part in regions.get(key).groups or (regions.get(key),):
        change = (people[2025] / people[2015] - 1).loc[list(part.members)]
        best = regions.municipalities()[str(change.idxmax())].name
        assert best in title


def test_a_single_municipality_is_told_by_itself() -> None:
    seen = residents(regions.from_members(["2584"]))
    assert text.growth_title(seen) == "Kiruna krympte med 3,3 procent"
    assert "folkmängden i Kiruna med 3,3 procent" in text.growth_sentences(seen)[0]


def test_comparators_are_told_with_one_verb() -> None:
    (sentence,) = text.growth_sentences(view("karlstad"))
    assert sentence.endswith("I Värmlands län ökade den med 2,6 procent, i riket med 7,7.")
    assert text._beside([("Länet", -0.02), ("Riket", 0.05)]) == (
        "I Länet minskade den med 2,0 procent, i riket ökade den med 5,0 procent."
    )


def test_cooperations_are_told_side_by_side_never_as_one() -> None:
    seen = view("malardalen")
    sentences = [
        *text.growth_sentences(seen),
        *text.age_sentences(seen),
        *text.need_sentences(seen),
        *text.size_sentences(seen),
        *text.turning_sentences(seen),
        *text.balance_sentences(seen.region, seen.changes),
    ]
    told = " ".join(sentences)
    assert "KAK" in told
    assert "Fyra Mälarstäder" in told
    assert "Mälardalen" not in told
    whole = seen.latest[list(seen.region.members)].sum()
    assert swedish.number(whole) not in told


def test_turning_point_of_bergslagen() -> None:
    first, second = text.turning_sentences(view("bergslagen"))
    assert f"som störst 1961 med 57{N}473 invånare; 2025 var den 23,1 procent lägre" in first
    assert f"topp 2016 med 46{N}553 invånare; 2025 var folkmängden 5,1 procent lägre" in first
    assert f"Ljusnarsberg: 4{N}290 invånare 2025 mot 10{N}207 år 1957" in second


def test_a_growing_region_has_its_peak_last() -> None:
    assert text.turning_sentences(view("karlstad"))[0] == (
        "Folkmängden 2025 i de fem kommunerna är den högsta i serien, som börjar 1950."
    )


def test_boundary_notes_only_where_a_reform_matters() -> None:
    values = view("karlstad").values
    assert text.boundary_notes(regions.get("karlstad"), values) == []
    uppsala = text.boundary_notes(regions.from_members(["0380"]), values)
    assert any(f"179{N}673 invånare 2002, men hade 192{N}259" in note for note in uppsala)
    assert any("Heby hörde till Västmanlands län till och med 2006" in note for note in uppsala)


def test_size_names_total_largest_and_smallest() -> None:
    seen = view("karlstad")
    (sentence,) = text.size_sentences(seen)
    total = seen.latest[list(seen.region.members)].sum()
    land = seen.land["km2"][list(seen.region.members)].sum()
    assert sentence.startswith(
        f"De fem kommunerna hade {swedish.number(total)} invånare den 31 "
        f"december 2025, {swedish.number(total / land, 1)} invånare per km²"
    )
    assert f"Karlstad med 99{N}007 invånare" in sentence
    assert f"minst är Grums med 8{N}854 invånare" in sentence
    area = seen.land_area
    (sentence,) = text.size_sentences(replace(seen, land_area=area[area["code"] != "1764"]))
    assert "den 31 december 2025. Största" in sentence, "no density of a part of the land"


def test_the_message_of_a_long_index_is_of_those_that_are_drawn() -> None:
    index = pd.DataFrame({"1715": [100.0, 130.0], "1764": [100.0, 80.0]}, index=[1975, 2025])
    part = pair_region()
    assert text.long_title([(part, index)]) == (
        "Kil har vuxit mest sedan 1975; mest har Grums krympt"
    )
    more = replace(part, members=(*part.members, "1780"))
    assert text.long_title([(more, index)]).endswith("(av de största)")
    assert text.long_title([(part, index[["1764"]])]).startswith(
        "Grums har 20 procent färre invånare än 1975"
    )
    shrank = index.assign(**{"1715": [100.0, 90.0]})
    assert text.long_title([(part, shrank)]) == "Alla har krympt sedan 1975, mest Grums"


# --- balance ------------------------------------------------------------------------------------


def test_moves_are_told_as_persons_not_as_signs() -> None:
    changes = population.load_population_change()
    sentences = text.balance_sentences(regions.get("karlstad"), changes)
    assert [sentence[2:6] for sentence in sentences] == ["2020", "2023", "2024"]
    assert sentences[2] == (
        f"**2024.** Folkmängden ökade med 808 personer. 70 fler dog än föddes (1{N}268 födda, "
        f"1{N}338 döda). 893 fler flyttade in än ut (netto +390 mot det egna länet, +230 mot "
        f"övriga Sverige och +273 mot utlandet). Justeringen är {MINUS}15."
    )


def test_of_many_years_of_births_deaths_and_moves_the_latest_are_told() -> None:
    changes = population.load_population_change()
    one = changes[changes["year"] == 2024]
    long = pd.concat([one.assign(year=year) for year in range(2000, 2026)])
    sentences = text.balance_sentences(regions.get("karlstad"), long)
    assert [sentence[2:6] for sentence in sentences] == ["2023", "2024", "2025"]


def test_gotland_has_no_words_about_its_own_county() -> None:
    sentences = text.balance_sentences(
        regions.from_members(["0980"]), population.load_population_change()
    )
    assert not any("egna länet" in sentence for sentence in sentences)
    assert "Folkmängden minskade med 58 personer" in sentences[2]


def test_unknown_changes_are_said() -> None:
    region, changes = pair_region(), population.load_population_change()
    cell = (changes["code"] == "1715") & (changes["year"] == 2024)
    hidden = changes.assign(net_county=changes["net_county"].astype("Int64").mask(cell))
    assert text.balance_sentences(region, hidden)[-1].endswith(
        "Inte alla delar är kända: uppgift saknas för minst en kommun."
    )
    assert text.balance_sentences(region, changes[~cell])[-1] == (
        "**2024.** Folkökningen är okänd: uppgift saknas för minst en kommun."
    )
    assert (
        text.balance_sentences(region, hidden)[:-1] == text.balance_sentences(region, changes)[:-1]
    )


# --- age ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "title"),
    [
        (
            "karlstad",
            "Grums har högst andel äldre: 27,4 procent är 65 år eller äldre, i riket 21,1",
        ),
        (
            "malardalen",
            "Högst andel äldre har Arboga (27,2 procent) i KAK och Strängnäs (23,6 procent) "
            "i Fyra Mälarstäder, i riket 21,1",
        ),
    ],
)
def test_titles_on_age_are_the_data(key: str, title: str) -> None:
    assert text.age_title(view(key)) == title


def test_age_sentences_equal_the_indicators() -> None:
    sentences = text.age_sentences(view("karlstad"))
    assert "Karlstad med 21,0 procent" in sentences[0]
    assert "Grums med 27,4 procent" in sentences[0]
    assert "alla fem kommuner, mest i Kil (+9,9 procentenheter)" in sentences[1]
    assert "plats" not in " ".join(sentences)
    spread = text.spread_sentences(view("karlstad"))
    assert "mellan 71,2 i Karlstad och 96,5 i Hammarö" in spread[0]
    assert "och 46,3 år i Grums" in spread[1]


def test_no_claim_about_change_where_the_series_is_unknown() -> None:
    sentences = text.age_sentences(residents(regions.from_members(["2584", "2583"])))
    assert sentences[1].startswith("Hur andelen har förändrats i de två kommunerna framgår inte")
    assert not any("ökade" in sentence for sentence in sentences)


def test_pyramid_sentence_is_recomputed_from_the_ages() -> None:
    ages = population.load_age_sex()
    (sentence,) = text.pyramid_sentences(regions.get("karlstad"), ages)
    old = ages[ages["code"].isin(regions.get("karlstad").members)]
    share = old.loc[old["age_from"] >= 65, "persons"].sum() / old["persons"].sum()
    assert f"{swedish.percent(share)} 65 år eller äldre (19,8 procent i riket)" in sentence


def test_an_unknown_age_group_makes_the_shares_unknown() -> None:
    region, ages = pair_region(), population.load_age_sex()
    group = (ages["age_from"] == 70) & (ages["sex"] == "men")
    for absent in (
        ages[~(group & (ages["code"] == "1715"))],
        ages.assign(persons=ages["persons"].astype("Int64").mask(group & (ages["code"] == "1715"))),
    ):
        assert text.pyramid_sentences(region, absent) == [
            "Åldersfördelningen i de två kommunerna 2016 är okänd: uppgift saknas för minst en "
            "åldersgrupp."
        ]
    (beside,) = text.pyramid_sentences(region, ages[~(group & (ages["code"] == "0180"))])
    assert "i riket" not in beside
    (whole,) = text.pyramid_sentences(region, ages)
    assert whole.count("i riket") == 3
    assert whole.split(" (")[0] in beside


def test_an_unknown_share_is_no_part_of_a_whole() -> None:
    seen = residents(pair_region())
    share = seen.indicators["share_65plus"]
    for gone, expected in (
        ("1715", "Andelen 65 år eller äldre i de två kommunerna 2025 är okänd"),
        ("0180", "av invånarna i de två kommunerna"),
    ):
        part = replace(share, values=share.values.drop((gone, 2025)))
        said = text.age_sentences(
            replace(seen, indicators={**seen.indicators, "share_65plus": part})
        )[0]
        assert expected in said
        assert "i riket" not in said


# --- need ---------------------------------------------------------------------------------------


def test_the_need_ahead_is_arithmetic_and_says_so() -> None:
    seen = view("karlstad")
    first, second = text.need_sentences(seen)
    ages = population.load_ages()
    inside = ages[ages["code"].isin(seen.region.members)]
    coming = inside.loc[inside["age_from"].isin([70, 75]), "persons"].sum()
    old = inside.loc[inside["age_from"] >= 80, "persons"].sum()
    assert f"finns {swedish.number(coming / old, 2)} som är 70–79 år (2025); i riket 1,46" in first
    assert "utan dödsfall och flyttningar, och ingen prognos" in first
    assert second == (
        "SCB:s befolkningsframskrivning ingår inte i underlaget, och ingen egen "
        "framskrivning har gjorts."
    )


def test_a_fetched_projection_is_told() -> None:
    table = pd.DataFrame(
        {
            "code": ["1715", "1764"] * 2,
            "year": [2026, 2026, 2040, 2040],
            "population": [1000, 1000, 900, 1000],
        }
    )
    (sentence,) = text.projection_sentences(table, region=pair_region())
    assert sentence.startswith(
        "Enligt SCB:s framskrivning minskar folkmängden i de två kommunerna med 5,0 procent "
        f"mellan 2026 och 2040, till 1{N}900 invånare. Det är en modellberäkning"
    )


# --- capacity -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"1715": 1e6, "1764": 1e6}, "över landets median i båda kommunerna"),
        ({"1715": 1e5, "1764": 1e5}, "under landets median i båda kommunerna"),
        ({"1715": 1e5, "1764": 1e6}, "över landets median i Grums, under i Kil"),
    ],
)
def test_above_or_below_the_median_never_better(values: dict[str, float], said: str) -> None:
    seen = residents(pair_region())
    measured = with_values(seen.indicators["taxable_income"], values)
    seen = replace(seen, indicators={**seen.indicators, "taxable_income": measured})
    assert text.capacity_title(seen) == f"Skattekraften är {said}"


def test_no_rank_no_score_and_no_better_in_what_is_said() -> None:
    for key in ("karlstad", "malardalen", "bergslagen"):
        said = " ".join(text.capacity_sentences(view(key), view(key).pick(MAIN)))
        assert not any(word in said for word in (" bättre i ", "sämre i ", "plats", " av sex"))
        assert said.endswith(text.GOALS)
        assert said.count("landets median") == (0 if key == "malardalen" else 4)


def test_costs_are_shown_but_not_compared() -> None:
    cost = view("kak").indicators["cost_per_inhabitant"]
    assert cost.latest["1960"] > 0
    assert cost.ranks.isna().all()
    assert pd.isna(cost.median)
    assert not cost.whole


def test_nothing_is_compared_where_not_all_are_known() -> None:
    seen = residents(regions.get("karlstad"), "2012-06-30")
    assert seen.indicators["tax_rate_total"].year == 2012
    assert not seen.indicators["tax_rate_total"].whole
    assert text.capacity_sentences(seen, seen.pick(MAIN)) == []
    assert text.capacity_title(seen) == "Vad kommunerna har att bära med, så långt det är känt"


def test_staff_is_never_ranked_and_names_federations() -> None:
    index = pd.MultiIndex.from_tuples([("1715", 2017), ("1764", 2017)], names=["code", "year"])
    sentences = text.staff_sentences(
        pair_region(), pd.Series([80.0, 70.5], index=index), {"1715": ["Förbundet"]}
    )
    assert "rangordnas inte" in sentences[0]
    assert "mellan 70,5 i Grums och 80,0 i Kil" in sentences[0]
    assert sentences[1] == ("I den här regionen gäller det Förbundet (Kil), enligt inventeringen.")
    assert "plats" not in " ".join(sentences)


# --- the day of the report ----------------------------------------------------------------------


def test_no_figure_is_newer_than_the_day_and_the_report_says_what_begins_later() -> None:
    seen = residents(regions.get("karlstad"), "2012-06-30")
    assert seen.year == 2011
    assert seen.ages.empty
    assert seen.changes.empty
    assert all(
        measured.year is None or measured.year <= 2012 for measured in seen.indicators.values()
    )
    (later,) = text.later_sentences(seen)
    assert later.startswith("Rapporten avser den 30 juni 2012. ")
    assert "befolkningsförändringar" in later
    assert "sysselsättningsgrad 20–64 år" in later
    assert text.later_sentences(view("karlstad")) == []
    assert text.need_sentences(seen) == []
    assert "Mellan 2001 och 2011 ökade" in text.growth_sentences(seen)[0]


def test_what_the_publisher_has_since_is_told_once_and_not_of_an_earlier_day() -> None:
    (said,) = text.newer_sentences(["population_change", "population", "commuting_margins"])
    assert said == (
        "Nyare uppgifter finns hos SCB: befolkningsförändringar 2025 och in- och "
        "utpendling 2022–2024."
    )
    (costs,) = text.newer_sentences(["finances"])  # its ages are not what the chapter shows
    assert "kommunens kostnader 2023–2025" in costs
    early = residents(regions.get("karlstad"), "2020-01-01")
    assert text.newer_sentences(["commuting_margins"], early) == []


def test_the_nation_is_the_joint_share_of_all() -> None:
    seen = view("karlstad")
    share = seen.indicators["share_65plus"]
    people = population.load_population().query("year == 2025").set_index("code")["population"]
    table = population.load_indicator("share_65plus").query("year == 2025").set_index("code")
    expected = (table["value"] * people).sum() / people.sum()
    assert text._nation(seen, share) == pytest.approx(expected / 100)
    assert metrics.joint_share(share.latest, people) == pytest.approx(expected / 100)
