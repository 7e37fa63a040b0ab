"""Sentences of the population chapter: numbers equal the data, signs and plurals are right."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import catalog, regions
from analysis.loaders import population
from analysis.metrics import population as metrics
from analysis.metrics.measure import Measure
from analysis.regions import Region
from analysis.text import population as text
from analysis.text import swedish

N, MINUS = swedish.NARROW, swedish.MINUS


@pytest.fixture(scope="module")
def values() -> pd.Series:
    return metrics.population(population.load_population().set_index(["code", "year"]))


def made(**members: tuple[int, int]) -> pd.Series:
    """Inhabitants 2015 and 2025 of Kil, Grums and others, by code."""
    rows = {(code.removeprefix("c"), year): count for code, pair in members.items()
            for year, count in zip((2015, 2025), pair, strict=True)}
    index = pd.MultiIndex.from_tuples(rows, names=["code", "year"])
    return pd.Series(list(rows.values()), index=index)


def pair_region() -> Region:
    return Region("par", "Paret", ("1715", "1764"))


def indicator(key: str) -> pd.Series:
    return population.load_indicator(key).set_index(["code", "year"])["value"]


# --- size and change ----------------------------------------------------------------------------


def test_size_names_total_largest_and_smallest(values: pd.Series) -> None:
    land = metrics.latest_land(population.load_land_area())["km2"]
    (sentence,) = text.size_sentences(regions.get("karlstad"), values, land)
    total = values.xs(2025, level="year").loc[list(regions.get("karlstad").members)].sum()
    assert f"hade {swedish.number(total)} invånare den 31 december 2025" in sentence
    assert f"Karlstad med 99{N}007 invånare" in sentence
    assert f"minst är Grums med 8{N}854 invånare" in sentence
    area = land[list(regions.get("karlstad").members)].sum()
    assert f"2025, {swedish.number(total / area, 1)} invånare per km² landareal." in sentence
    (sentence,) = text.size_sentences(regions.get("karlstad"), values, land.drop("1764"))
    assert "den 31 december 2025. Största" in sentence, "no density of a part of the land"


@pytest.mark.parametrize(("pairs", "expected"), [
    ({"c1715": (1000, 1100), "c1764": (1000, 1050)},
     ["ökade folkmängden i Paret med 7,5 procent (150 personer).",
      "Två kommuner växte: Kil +10,0 procent och Grums +5,0 procent."]),
    ({"c1715": (1000, 1001), "c1764": (1000, 900)},
     ["minskade folkmängden i Paret med 5,0 procent (99 personer).",
      f"En kommun växte: Kil +0,1 procent; en kommun krympte: Grums {MINUS}10,0 procent."]),
    ({"c1715": (1000, 1000), "c1764": (1000, 1000)},
     ["var folkmängden i Paret oförändrad.", "Två kommuner var i stort sett oförändrade."]),
    ({"c1715": (10000, 10001), "c1764": (10000, 11000)},
     ["ökade folkmängden i Paret med 5,0 procent (1 001 personer).".replace("1 001", f"1{N}001"),
      "En kommun växte: Grums +10,0 procent; en kommun var i stort sett oförändrad."]),
])
def test_growth_words(pairs: dict[str, tuple[int, int]], expected: list[str]) -> None:
    sentences = text.growth_sentences(pair_region(), made(**pairs))
    assert len(sentences) == 2
    for sentence, part in zip(sentences, expected, strict=True):
        assert part in sentence


def test_growth_compares_with_county_and_nation_by_name(values: pd.Series) -> None:
    first = text.growth_sentences(regions.get("karlstad"), values)[0]
    sums = metrics.by_area(values, {"00": list(regions.municipalities())})["00"]
    nation = swedish.signed(100 * (sums[2025] / sums[2015] - 1), 1)
    assert "i Värmlands län" in first
    assert f"{nation} procent i riket" in first


def test_a_single_municipality_has_no_sentence_about_who_grew(values: pd.Series) -> None:
    assert len(text.growth_sentences(regions.from_members(["1863"]), values)) == 1


def test_turning_point_of_bergslagen(values: pd.Series) -> None:
    first, second = text.turning_sentences(regions.get("bergslagen"), values)
    assert f"som störst 1961 med 57{N}473 invånare; 2025 var den 23,1 procent lägre" in first
    assert f"topp 2016 med 46{N}553 invånare; 2025 var folkmängden 5,1 procent lägre" in first
    assert f"Ljusnarsberg: 4{N}290 invånare 2025 mot 10{N}207 år 1957" in second


def test_a_growing_region_has_its_peak_last(values: pd.Series) -> None:
    first = text.turning_sentences(regions.get("karlstad"), values)[0]
    assert first == ("Folkmängden 2025 i Karlstadsregionen är den högsta i serien, "
                     "som börjar 1950.")


def test_boundary_notes_only_where_a_reform_matters(values: pd.Series) -> None:
    assert text.boundary_notes(regions.get("karlstad"), values) == []
    uppsala = text.boundary_notes(regions.from_members(["0380"]), values)
    assert any(f"179{N}673 invånare 2002, men hade 192{N}259" in note for note in uppsala)
    assert any("Heby hörde till Västmanlands län till och med 2006" in note for note in uppsala)


# --- balance ------------------------------------------------------------------------------------


def test_balance_numbers_add_up_in_the_sentence() -> None:
    changes = population.load_population_change()
    sentences = text.balance_sentences(regions.get("karlstad"), changes)
    assert [sentence[2:6] for sentence in sentences] == ["2020", "2023", "2024"]
    assert sentences[2] == (
        f"**2024.** Folkmängden ökade med 808 personer: {MINUS}70 i födda minus döda "
        f"(1{N}268 födda, 1{N}338 döda), +893 i flyttnetto (+390 mot eget län, +230 mot övriga "
        f"Sverige och +273 mot utlandet) och {MINUS}15 i justering.")


def test_of_many_years_of_births_deaths_and_moves_the_latest_are_told() -> None:
    changes = population.load_population_change()
    one = changes[changes["year"] == 2024]
    long = pd.concat([one.assign(year=year) for year in range(2000, 2026)])
    sentences = text.balance_sentences(regions.get("karlstad"), long)
    assert [sentence[2:6] for sentence in sentences] == ["2023", "2024", "2025"]


def test_gotland_has_no_words_about_its_own_county() -> None:
    sentences = text.balance_sentences(regions.from_members(["0980"]),
                                       population.load_population_change())
    assert not any("eget län" in sentence for sentence in sentences)
    assert "Folkmängden minskade med 58 personer" in sentences[2]


# --- age ----------------------------------------------------------------------------------------


def test_age_sentences_equal_the_indicators(values: pd.Series) -> None:
    share = indicator("share_65plus") / 100
    sentences = text.age_sentences(regions.get("karlstad"), values, share,
                                   indicator("dependency_ratio"), indicator("mean_age"))
    assert "Karlstad med 21,0 procent" in sentences[0]
    assert "Grums med 27,4 procent" in sentences[0]
    assert "alla fem kommuner, mest i Kil (+9,9 procentenheter)" in sentences[1]
    assert "0–19 år och 65 år eller äldre per 100 personer 20–64 år" in sentences[2]
    assert "från 71,2 i Karlstad till 96,5 i Hammarö" in sentences[2]
    assert "till 46,3 år i Grums" in sentences[3]


def test_no_claim_about_change_where_the_series_is_unknown(values: pd.Series) -> None:
    share = indicator("share_65plus") / 100
    sentences = text.age_sentences(regions.from_members(["2584", "2583"]), values, share,
                                   indicator("dependency_ratio"), indicator("mean_age"))
    assert sentences[1].startswith("Hur andelen har förändrats i kommunerna framgår inte")
    assert not any("ökade" in sentence for sentence in sentences)


def test_pyramid_sentence_is_recomputed_from_the_ages() -> None:
    ages = population.load_age_sex()
    (sentence,) = text.pyramid_sentences(regions.get("karlstad"), ages)
    old = ages[ages["code"].isin(regions.get("karlstad").members)]
    share = old.loc[old["age_from"] >= 65, "persons"].sum() / old["persons"].sum()
    assert f"{swedish.percent(share)} 65 år eller äldre (19,8 procent i riket)" in sentence


def test_no_projection_is_invented() -> None:
    (sentence,) = text.projection_sentences(region=regions.get("karlstad"))
    assert "ingår inte i datauttaget" in sentence


def test_a_fetched_projection_is_told() -> None:
    table = pd.DataFrame({"code": ["1715", "1764"] * 2, "year": [2026, 2026, 2040, 2040],
                          "population": [1000, 1000, 900, 1000]})
    (sentence,) = text.projection_sentences(table, region=pair_region())
    assert sentence.startswith(
        "Enligt SCB:s framskrivning minskar folkmängden i Paret med 5,0 procent mellan 2026 och "
        f"2040, till 1{N}900 invånare. Det är en modellberäkning")


# --- capacity -----------------------------------------------------------------------------------


def test_capacity_counts_directed_indicators_only() -> None:
    codes = ["1715", "1764", "1780"]
    measured = [
        (Measure("a", "Mått A", "antal", direction="higher"), 2024,
         pd.Series([1.0, 2.0, 3.0], codes)),
        (Measure("b", "Mått B", "antal", direction="lower"), 2022,
         pd.Series([1.0, 2.0, 3.0], codes)),
        (Measure("c", "Mått C", "antal"), 2022, pd.Series([9.0, 2.0, 3.0], codes)),
    ]
    first, second = text.capacity_sentences(Region("t", "Tre", tuple(codes)), measured)
    assert first == ("Två av måtten har en given riktning. Bättre än landets mediankommun är "
                     "Karlstad och Kil i ett; Grums i inget.")
    assert "mått a 2024, mått b 2022 och mått c 2022" in second


def test_staff_is_never_ranked_and_names_federations() -> None:
    index = pd.MultiIndex.from_tuples([("1715", 2017), ("1764", 2017)], names=["code", "year"])
    sentences = text.staff_sentences(pair_region(), pd.Series([80.0, 70.5], index=index),
                                     {"1715": ["Förbundet"]})
    assert "rangordnas inte" in sentences[0]
    assert "från 70,5 månadsavlönade per" in sentences[0]
    assert sentences[1] == "Det gäller här: Förbundet (Kil), enligt inventeringen."
    assert "plats" not in " ".join(sentences)


# --- what is unknown ----------------------------------------------------------------------------


def test_an_unknown_age_group_makes_the_shares_unknown() -> None:
    region, ages = pair_region(), population.load_age_sex()
    group = (ages["age_from"] == 70) & (ages["sex"] == "men")
    for absent in (ages[~(group & (ages["code"] == "1715"))], ages.assign(
            persons=ages["persons"].astype("Int64").mask(group & (ages["code"] == "1715")))):
        assert text.pyramid_sentences(region, absent) == [
            "Åldersfördelningen i Paret 2016 är okänd: uppgift saknas för minst en åldersgrupp."]
    (beside,) = text.pyramid_sentences(region, ages[~(group & (ages["code"] == "0180"))])
    assert "i riket" not in beside
    (whole,) = text.pyramid_sentences(region, ages)
    assert whole.count("i riket") == 3
    assert whole.split(" (")[0] in beside


def test_unknown_changes_are_said() -> None:
    region, changes = pair_region(), population.load_population_change()
    cell = (changes["code"] == "1715") & (changes["year"] == 2024)
    hidden = changes.assign(net_county=changes["net_county"].astype("Int64").mask(cell))
    assert text.balance_sentences(region, hidden)[-1].endswith(
        "Inte alla delar är kända: uppgift saknas för minst en kommun.")
    assert text.balance_sentences(region, changes[~cell])[-1] == (
        "**2024.** Folkökningen är okänd: uppgift saknas för minst en kommun.")
    assert text.balance_sentences(region, hidden)[:-1] == text.balance_sentences(
        region, changes)[:-1]
    gotland = text.balance_sentences(regions.from_members(["0980"]), changes)
    assert not any("eget län" in sentence or "kända" in sentence for sentence in gotland)


def test_an_unknown_share_or_population_is_no_part_of_a_whole(values: pd.Series) -> None:
    share = metrics.share_65plus(population.load_indicator("share_65plus").set_index(
        ["code", "year"]))
    mean, ratio = indicator("mean_age"), indicator("dependency_ratio")
    region = pair_region()
    gone = text.age_sentences(region, values, share.drop(("1715", 2025)), ratio, mean)[0]
    assert gone == "Andelen 65 år eller äldre i Paret 2025 är okänd: uppgift saknas."
    nation = text.age_sentences(region, values, share.drop(("0180", 2025)), ratio, mean)[0]
    assert "i riket" not in nation
    land = metrics.latest_land(population.load_land_area())["km2"]
    unknown = values.astype("float64").mask(values.index == ("1715", 2025))
    assert text.size_sentences(region, unknown, land) == []


# --- summary ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["karlstad", "bergslagen", "malardalen"])
def test_summary_parts_have_sources_and_words(key: str) -> None:
    tables = {"population": population.load_population(),
              "share_65plus": population.load_indicator("share_65plus")}
    findings = text.population_findings(regions.get(key), **tables)
    assert 1 <= len(findings) <= 2
    assert all(sentence.endswith(".") for sentence in findings)
    tiles = text.population_tiles(regions.get(key), **tables)
    assert [set(tile) for tile in tiles] == [{"label", "value", "comparison", "source"}] * 3
    assert all(catalog.dataset(tile["source"]) for tile in tiles)
    assert all(tile["comparison"] for tile in tiles)


def test_tiles_of_bergslagen() -> None:
    tiles = text.population_tiles(
        regions.get("bergslagen"), population=population.load_population(),
        share_65plus=population.load_indicator("share_65plus"))
    assert [tile["value"] for tile in tiles] == [
        f"44{N}176", f"{MINUS}4,0{N}%", f"26,8–34,6{N}%"]
    assert tiles[1]["comparison"] == "+6,0 procent i Örebro län och +7,7 procent i riket"
