"""Sentences of the commuting chapter: numbers equal the data, models are called models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import flows, paths, regions
from analysis.flows import Flows
from analysis.loaders import commuting
from analysis.metrics import commuting as metrics
from analysis.regions import Region
from analysis.text import commuting as text
from analysis.text import swedish

N, MINUS = swedish.NARROW, swedish.MINUS
HALLEFORS = regions.from_members(["1863"])
NATION = regions.from_members(sorted(regions.municipalities()), name="Hela riket")


@pytest.fixture(autouse=True, scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flows]:
    """The flows of the snapshot, whatever the person who runs the tests has fetched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path_factory.mktemp("none")))
        yield flows.commuting_of(2021)


@pytest.fixture(scope="module")
def observed(modelled: Flows) -> Flows:
    cells = modelled.table[modelled.table["work"] != metrics.ABROAD].copy()
    cells["persons"] = cells["persons"].round()
    cells["kind"] = "observed"
    return replace(modelled, kind="observed", table=cells,
                   sources=("commuting_matrix", "commuting_margins"))


@pytest.fixture(scope="module")
def margins() -> pd.DataFrame:
    return commuting.load_margins().set_index(["code", "year"])


def made(day: int, night: int) -> pd.DataFrame:
    """Margins of Kil in one year with the given day and night population."""
    stay = min(day, night)
    row = {"code": "1715", "year": 2021, "in_commuters": day - stay,
           "out_commuters": night - stay, "live_and_work": stay, "series": "rams-2019"}
    return pd.DataFrame([row]).set_index(["code", "year"])


# --- exact figures --------------------------------------------------------------------------------


def test_overview_has_the_exact_sums_of_region_and_groups(margins: pd.DataFrame) -> None:
    first, ends = text.overview_sentences(regions.get("malardalen"), margins)
    assert f"arbetade 177{N}850 personer 2021" in first
    assert f"187{N}633 förvärvsarbetande bodde" in first
    assert f"{MINUS}9{N}783 (utpendling)" in first
    assert "I KAK" in first
    assert "I Fyra Mälarstäder" in first
    assert "Två kommuner av sju" in ends
    assert "från 0,69 i Strängnäs till 1,03 i Västerås" in ends


@pytest.mark.parametrize(("day", "night", "expected"), [
    (120, 100, "+20 (inpendling)"), (100, 120, f"{MINUS}20 (utpendling)"),
    (100, 100, "varken netto in- eller utpendling")])
def test_the_sign_of_net_commuting(day: int, night: int, expected: str) -> None:
    region = Region("kil", "Kil", ("1715",))
    assert expected in text.overview_sentences(region, made(day, night))[0]


def test_one_municipality_gets_shares_instead_of_ranks(margins: pd.DataFrame) -> None:
    sentences = text.overview_sentences(HALLEFORS, margins)
    assert "arbetade 18,8 procent i en annan kommun" in sentences[1]
    assert "störst" not in " ".join(sentences)


def test_change_is_only_within_a_series(margins: pd.DataFrame) -> None:
    (sentence,) = text.series_sentences(regions.get("karlstad"), margins)
    assert "2004–2010 dagbefolkningen ökade med 3,2 procent" in sentence
    assert "2011–2018" in sentence
    assert "2019–2021" in sentence
    assert "2004–2021" not in sentence


def test_breaks_outside_the_data_are_not_mentioned(margins: pd.DataFrame) -> None:
    late = margins[margins.index.get_level_values("year") >= 2019]
    assert text.break_note(late) == ""
    assert text.break_note(margins).count("/20") == 2


def test_abroad_explains_the_difference(margins: pd.DataFrame) -> None:
    assert f"5{N}205 fler" in text.abroad_sentence(margins)


# --- labour markets -------------------------------------------------------------------------------


def test_official_markets_of_region_and_groups() -> None:
    (sentence,) = text.market_sentences(regions.get("malardalen"))
    assert "Mälardalen ligger i tre lokala arbetsmarknader (2022)" in sentence
    assert "Hela KAK ligger i en lokal arbetsmarknad: Västerås" in sentence


def test_own_delineation_names_the_agreement_and_what_lacks(modelled: Flows) -> None:
    region, markets = regions.get("malardalen"), flows.markets_of(modelled)
    agreement, changes = text.delineation_sentences(
        region, modelled, markets, flows.changes_of(modelled, region.members))
    assert "modellskattad matris" in agreement
    assert "högst två led" in agreement
    assert "upp till tre steg" in agreement
    assert f"Rand-index {swedish.number(markets.agreement['adjusted_rand'], 2)}" in agreement
    assert changes.startswith("Enligt modellskattningen delas Mälardalen på tre")
    assert "fler till Västerås" in changes


@pytest.mark.parametrize("members", ["bergslagen", "1864", "1864,0980"])
def test_where_ours_is_not_the_official_market_it_is_said(members: str, modelled: Flows) -> None:
    region, markets = regions.resolve(members), flows.markets_of(modelled)
    *_, last = text.delineation_sentences(
        region, modelled, markets, flows.changes_of(modelled, region.members))
    assert "Ljusnarsberg hör hos SCB till Ludvika, här till Örebro" in last
    assert "den officiella indelningen gäller" in last
    assert "Lindesberg hör" not in last


def test_hardly_anyone_between_places_far_apart(modelled: Flows) -> None:
    region = regions.resolve("1864,0980")
    assert "pendlade färre än 5 personer mellan" in text.flow_sentences(region, modelled)[0]
    assert text.link_sentences(region, modelled)[0].startswith("I båda kommunerna går")


def test_the_nation_is_not_asked_to_become_one_market(modelled: Flows) -> None:
    markets = flows.markets_of(modelled)
    changes = flows.changes_of(modelled, regions.get("karlstad").members)
    assert len(text.delineation_sentences(NATION, modelled, markets, changes)) == 1
    assert text.link_sentences(NATION, modelled) == []


# --- modelled and observed ------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["karlstad", "bergslagen", "malardalen", "kak"])
def test_every_modelled_number_is_called_an_estimate(key: str, modelled: Flows) -> None:
    region = regions.get(key)
    sentences = [*text.flow_sentences(region, modelled), *text.link_sentences(region, modelled),
                 *text.dependence_sentences(region, modelled)]
    for sentence in sentences:
        assert "odellskattning" in sentence
    assert "medianfelet" in " ".join(sentences)
    assert "eller fler på rätt par" not in " ".join(sentences)


def test_observed_flows_are_stated_plainly(observed: Flows) -> None:
    region = regions.get("karlstad")
    sentences = " ".join([*text.flow_sentences(region, observed),
                          *text.link_sentences(region, observed),
                          *text.dependence_sentences(region, observed)])
    assert "odell" not in sentences
    assert "cirka" not in sentences
    figures = metrics.group_figures(observed.table, region.members,
                                    margins=observed.margins).iloc[0]
    assert swedish.persons(figures["group_internal"]) in sentences


def test_suppressed_cells_give_a_range(observed: Flows, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = observed.table.copy()
    hidden = (cells["home"] == "1763") & (cells["work"] == "1715")
    cells.loc[hidden, "persons"] = np.nan
    cells["status"] = np.where(hidden, "suppressed", "published")
    (sentence,) = text.flow_sentences(regions.get("karlstad"), replace(observed, table=cells))
    assert sentence.startswith(
        "1 uppgift mellan kommunerna i Karlstadsregionen är skyddad av sekretess.")
    assert "okänt räknas aldrig som noll" in sentence
    assert "röjandeskydd" not in sentence
    monkeypatch.setattr(text.tables, "perturbed_years", lambda key: (observed.year,))
    (sentence,) = text.flow_sentences(regions.get("karlstad"), replace(observed, table=cells))
    assert "personer, räknat ur tal som själva har röjandeskydd; okänt" in sentence


def test_strongest_link_out_of_the_county_is_said(modelled: Flows) -> None:
    (sentence,) = text.link_sentences(regions.get("bergslagen"), modelled)
    assert "Nora till Örebro" in sentence
    assert "det Örebro som har mest pendling" in sentence


@pytest.mark.parametrize("persons", [3.2, 26.0, 156.0, 990.0])
def test_a_modelled_count_below_a_thousand_is_an_interval(persons: float, modelled: Flows,
                                                          observed: Flows) -> None:
    low, high = (int(end.replace(N, "")) for end in text.count(persons, modelled).split("–"))
    assert low <= persons <= high
    assert high - low >= 10
    assert text.about(persons, modelled) == text.count(persons, modelled)
    assert text.count(persons, observed) == str(round(persons))


def test_a_large_modelled_count_has_no_false_digits(modelled: Flows) -> None:
    assert text.count(1234.0, modelled) == f"1{N}200"
    assert text.about(16740.0, modelled) == f"cirka 17{N}000"
    assert text.count(float("nan"), modelled) == "–"


def hide(observed: Flows, *cells: tuple[str, str], status: str = "suppressed") -> Flows:
    """`observed` without the persons of some cells; `*` stands for any other municipality."""
    table = observed.table.assign(status="published")
    for home, work in cells:
        hidden = ((table["home"] == home) & (table["work"] != home)
                  & ((table["work"] == work) | (work == "*")))
        table.loc[hidden, "persons"] = np.nan
        table.loc[hidden, "status"] = status
    return replace(observed, table=table)


def test_all_strongest_links_inside_are_said_only_when_all_are_certain(observed: Flows) -> None:
    region = regions.from_members(["1763", "1780", "1761"], name="Tre kommuner")
    (whole,) = text.link_sentences(regions.from_members(["1763", "1780"], name="Två"), hide(
        observed))
    assert "går den största utpendlingen" in whole
    (none,) = text.link_sentences(region, hide(observed, *((code, "*") for code in
                                                           region.members)))
    assert "I varje kommun" not in none
    assert none.startswith("För Forshaga, Karlstad och Hammarö framgår inte")
    (some,) = text.link_sentences(region, hide(observed, ("1763", "*")))
    assert "I varje kommun" not in some
    assert "av tre kommuner går den största utpendlingen" in some
    assert "För Forshaga framgår inte vart den största utpendlingen går" in some


def test_members_whose_strongest_link_leaves_uncertainly_are_not_said_to_stay(
        observed: Flows) -> None:
    """Nora's strongest link goes to Örebro; an unknown one could be larger."""
    region = regions.get("bergslagen")
    (sentence,) = text.link_sentences(region, hide(observed, ("1884", "1880"), ("1885", "1880"),
                                                   ("1863", "1880"), ("1864", "1880")))
    assert "I varje kommun" not in sentence
    assert "framgår inte vart den största utpendlingen går" in sentence


def test_a_lower_bound_is_said_with_minst(observed: Flows) -> None:
    region = regions.get("bergslagen")
    (sentence,) = text.link_sentences(region, hide(observed, ("1863", "1880")))
    assert "är det, av vad som är känt, Örebro som har mest pendling" in sentence
    row = metrics.missing_members(hide(observed, ("1863", "1880")).table, region.members).iloc[0]
    assert (f"minst {swedish.persons(row['out_persons'])} ut och "
            f"{swedish.persons(row['in_persons'])} in") in sentence
    assert "minst" not in text.link_sentences(region, observed)[0]


def test_nothing_known_is_no_lower_bound() -> None:
    assert text.at_least("0 personer", 0.0, 3) == "okänt antal"
    assert text.at_least("0 personer", 0.0, 0) == "0 personer"
    assert text.at_least("7 personer", 7.0, 3) == "minst 7 personer"


def test_dependence_is_hedged_where_a_larger_share_may_be_hidden(observed: Flows) -> None:
    region = regions.get("karlstad")
    (sentence,) = text.dependence_sentences(region, hide(observed, ("1763", "1715")))
    assert sentence.startswith("År 2021 var, av vad som är känt,")
    (whole,) = text.dependence_sentences(region, observed)
    assert "känt" not in whole


def test_the_reason_is_the_one_of_the_source(observed: Flows) -> None:
    members = regions.get("karlstad").members
    assert text.unknown_note(observed, members) == ()
    assert text.unknown_note(hide(observed, ("1763", "1715")), members) == (
        "1 uppgift mellan kommunerna är skyddad av sekretess.",)
    missing = hide(observed, ("1763", "1715"), ("1715", "1763"), status="unavailable")
    assert text.unknown_note(missing, members) == (
        "2 uppgifter mellan kommunerna saknas i källan.",)


def test_unknown_commuters_of_the_nation_are_not_summed(margins: pd.DataFrame) -> None:
    gap = margins.copy()
    gap["in_commuters"] = gap["in_commuters"].astype("Int64")
    gap.loc[("1780", 2021), "in_commuters"] = pd.NA
    assert text.abroad_sentence(gap) == ""


# --- summary --------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", [regions.get("karlstad"), HALLEFORS, NATION],
                         ids=lambda region: region.key)
def test_summary_states_no_modelled_number(region: Region) -> None:
    published = commuting.load_margins()
    tiles = text.commuting_tiles(region, margins=published)
    assert all(set(tile) == {"label", "value", "comparison", "source"} for tile in tiles)
    assert all(tile["source"] in ("commuting_margins", "municipalities") for tile in tiles)
    words = " ".join([*text.commuting_findings(region, margins=published),
                      *(value for tile in tiles for value in tile.values())])
    assert "odell" not in words
    assert "cirka" not in words


def test_tiles_of_karlstad() -> None:
    tiles = text.commuting_tiles(regions.get("karlstad"), margins=commuting.load_margins())
    assert [tile["value"] for tile in tiles] == ["+959", "1,01", f"67{N}%", "1"]


def test_findings_give_the_lower_bound_as_such() -> None:
    first, second = text.commuting_findings(regions.get("karlstad"),
                                            margins=commuting.load_margins())
    assert f"71{N}551 personer arbetade i Karlstadsregionen 2021" in first
    assert "minst så många arbetar inom regionen" in first
    assert second == "Hela Karlstadsregionen ligger i en lokal arbetsmarknad: Karlstad (2022)."


def test_members_far_apart_are_not_said_to_depend_on_each_other(modelled: Flows) -> None:
    region = regions.from_members(["2584", "0980", "1287"], name="Långt isär")
    assert text.dependence_sentences(region, modelled) == []
    _, changes = text.delineation_sentences(region, modelled, flows.markets_of(modelled),
                                            flows.changes_of(modelled, region.members))
    assert changes.startswith("Enligt modellskattningen delas Långt isär på tre")
    assert "fler till" not in changes
