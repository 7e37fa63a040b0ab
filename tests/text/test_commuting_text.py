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
from analysis.views import commuting as commuting_view

N, MINUS = swedish.NARROW, swedish.MINUS
HALLEFORS = regions.from_members(["1863"])


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
    return replace(
        modelled,
        kind="observed",
        table=cells,
        informed=modelled.informed.head(0),
        sources=("commuting_matrix", "commuting_margins"),
    )


@pytest.fixture(scope="module")
def margins() -> pd.DataFrame:
    return commuting.load_margins().set_index(["code", "year"])


def made(day: int, night: int) -> pd.DataFrame:
    """Margins of Kil in one year with the given day and night population."""
    stay = min(day, night)
    row = {
        "code": "1715",
        "year": 2021,
        "in_commuters": day - stay,
        "out_commuters": night - stay,
        "live_and_work": stay,
        "series": "rams-2019",
    }
    return pd.DataFrame([row]).set_index(["code", "year"])


# --- exact figures --------------------------------------------------------------------------------


def test_overview_has_the_exact_sums_of_each_cooperation() -> None:
    first, ends = text.overview_sentences(commuting_view.commuting(regions.get("malardalen")))
    assert f"I KAK hade 20{N}296 personer sin arbetsplats 2021" in first
    assert f"22{N}343 förvärvsarbetande bodde" in first
    assert f"2{N}047 fler bor där och arbetar än har sin arbetsplats där" in first
    assert "I Fyra Mälarstäder" in first
    assert "I Mälardalen" not in first
    assert "Bara i Västerås och Köping finns fler jobb än förvärvsarbetande invånare" in ends
    assert "varierar mellan 0,69 i Strängnäs och 1,03 i Västerås" in ends


@pytest.mark.parametrize(
    ("day", "night", "expected"),
    [
        (120, 100, "20 fler har sin arbetsplats där än bor där och arbetar"),
        (100, 120, "20 fler bor där och arbetar än har sin arbetsplats där"),
        (100, 100, "lika många"),
    ],
)
def test_the_sign_of_net_commuting(day: int, night: int, expected: str, modelled: Flows) -> None:
    view = replace(
        commuting_view.commuting(Region("kil", "Kil", ("1715",))),
        margins=made(day, night),
        flows=modelled,
    )
    assert expected in text.overview_sentences(view)[0]


def test_one_municipality_gets_shares_instead_of_ranks() -> None:
    sentences = text.overview_sentences(commuting_view.commuting(HALLEFORS))
    assert "arbetade 18,8 procent i en annan kommun" in sentences[1]
    assert "störst" not in " ".join(sentences)


def test_change_is_only_within_a_series() -> None:
    (sentence,) = text.series_sentences(commuting_view.commuting(regions.get("karlstad")))
    assert "2004–2010 ökade dagbefolkningen med 3,2 procent" in sentence
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


def test_official_markets_of_each_cooperation() -> None:
    view = commuting_view.commuting(regions.get("malardalen"))
    (sentence,) = text.market_sentences(view)
    assert "Fyra Mälarstäder ligger i tre lokala arbetsmarknader (2022)" in sentence
    assert "Hela KAK ligger i en lokal arbetsmarknad: Västerås" in sentence
    assert "Mälardalen ligger" not in sentence
    assert text.market_title(view) == (
        "KAK hör till en lokal arbetsmarknad (Västerås), Fyra Mälarstäder till tre lokala "
        "arbetsmarknader"
    )


def test_own_delineation_is_a_check_and_the_official_one_counts(modelled: Flows) -> None:
    view, markets = commuting_view.commuting(regions.get("malardalen")), flows.markets_of(modelled)
    (agreement,) = text.delineation_sentences(view, markets)
    assert "modellskattad matris" in agreement
    assert "högst två led" in agreement
    assert "Den officiella indelningen gäller" in agreement
    assert f"Rand-index {swedish.number(markets.agreement['adjusted_rand'], 2)}" in agreement
    assert "fler till" not in agreement


# --- where people work ----------------------------------------------------------------------------


def said(region: Region, chosen: Flows | None = None) -> str:
    view = commuting_view.commuting(region)
    return " ".join(text.workplace_sentences(replace(view, flows=chosen) if chosen else view))


@pytest.mark.parametrize("key", ["karlstad", "bergslagen", "malardalen", "kak"])
def test_the_false_statements_are_gone(key: str) -> None:
    """Thresholds, second links, a bound that was not true, shares of the wrong whole."""
    view = commuting_view.commuting(regions.get(key))
    words = " ".join(
        [
            *text.workplace_sentences(view),
            *text.error_sentences(view),
            *text.market_sentences(view),
            *text.overview_sentences(view),
        ]
    )
    for false in (
        "eller fler på rätt par",
        "83 procent",
        "fler till",
        "skulle det behövas",
        "mest beroende",
        "av dem som bor där",
        "sysselsatt",
        " går från ",
    ):
        assert false not in words


def test_what_was_observed_is_said_as_it_is() -> None:
    words = said(regions.get("bergslagen"))
    assert f"2017 pendlade 713 kvinnor mellan de fyra kommunerna och 1{N}131 till Örebro" in words
    five = said(regions.get("karlstad"))
    assert f"2020 pendlade 7{N}399 kvinnor mellan de fem kommunerna" in five
    assert "observerat" not in said(regions.get("kak"))


def test_the_strongest_outside_is_likely_where_the_model_is_clear() -> None:
    assert "arbetar flest troligen i Örebro, omkring" in said(regions.get("bergslagen"))
    unsure = said(regions.from_members(["0381"]))  # Enköping: Stockholm or Uppsala
    assert "går inte att säga: modellen skiljer inte de största åt" in unsure
    assert "troligen" not in unsure


def test_an_unobserved_group_total_is_an_interval_and_an_informed_one_is_not() -> None:
    assert "pendlade mellan " in said(regions.get("kak"))
    assert "som här utgår från observerade par, pendlade cirka" in said(regions.get("karlstad"))


def test_where_no_test_exists_it_is_said() -> None:
    (here,) = text.error_sentences(commuting_view.commuting(regions.get("bergslagen")))
    assert "Prov finns för Örebro län (2017)." in here
    (there,) = text.error_sentences(commuting_view.commuting(regions.get("kak")))
    assert "För den här regionen finns inget prov." in there
    (partly,) = text.error_sentences(commuting_view.commuting(regions.get("malardalen")))
    assert "Prov finns för Uppsala län (2016), inte för de andra länen." in partly
    errors = [f"{100 * size.median_error:.0f}" for size in commuting_view.sizes()[1:]]
    assert f"medianfelet {swedish.listed(errors)} procent" in there


def test_the_appendix_names_every_area_that_informs_the_model() -> None:
    informed, tried = text.method_sentences(commuting_view.commuting(regions.get("kak")))
    assert "Örebro län 2017 (båda könen, kvinnor och män)" in informed
    assert "Värmlands län 2020 (kvinnor)" in informed
    for trial in commuting_view.trials():
        assert f"{trial.year} ({swedish.percent(trial.cpc, 0)})" in tried


def test_the_message_of_the_bars_follows_the_largest_part() -> None:
    view = commuting_view.commuting(regions.get("karlstad"))
    assert text.workplaces_title(view) == (
        "Ungefär två av tre förvärvsarbetande som bor i Hammarö arbetar troligen i de andra "
        "kommunerna i Karlstadsregionen"
    )
    assert text.workplaces_title(commuting_view.commuting(regions.from_members(["2584"]))) == (
        "De flesta förvärvsarbetande arbetar i den kommun där de bor"
    )


def test_barely_more_than_half_is_no_most() -> None:
    halves = {share: text.home_title(share) for share in (0.451, 0.501, 0.549)}
    assert all(title.startswith("Ungefär hälften av de ") for title in halves.values())
    assert text.home_title(0.56).startswith("De flesta")
    assert text.home_title(0.44).endswith("i en annan kommun än där de bor")


def test_before_the_series_begins_that_is_said() -> None:
    view = commuting_view.commuting(regions.get("kak"), "2001-01-01")
    assert text.workplace_sentences(view) == [
        "SCB:s uppgifter om pendling i underlaget börjar 2004, efter rapportens datum."
    ]
    assert text.overview_sentences(view) == text.error_sentences(view) == []


def test_observed_flows_are_stated_plainly(observed: Flows) -> None:
    region = regions.get("karlstad")
    words = said(region, observed)
    assert "odell" not in words
    assert "cirka" not in words
    assert "troligen" not in words
    assert text.error_sentences(replace(commuting_view.commuting(region), flows=observed)) == []
    figures = metrics.group_figures(observed.table, region.members, margins=observed.margins).iloc[
        0
    ]
    assert swedish.persons(figures["group_internal"]) in words


def test_suppressed_cells_give_a_range(observed: Flows, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = hide(observed, ("1763", "1715"))
    sentence = said(regions.get("karlstad"), chosen)
    assert "1 uppgift mellan kommunerna i Karlstadsregionen är skyddad av sekretess." in sentence
    assert "okänt räknas aldrig som noll" in sentence
    assert "röjandeskydd" not in sentence
    monkeypatch.setattr(text.tables, "perturbed_years", lambda key: (observed.year,))
    assert "personer, räknat ur tal som själva har röjandeskydd; okänt" in said(
        regions.get("karlstad"), chosen
    )


def test_an_observed_place_outside_is_not_named_where_a_larger_may_be_hidden(
    observed: Flows,
) -> None:
    region = regions.get("bergslagen")
    assert "arbetar flest i Örebro" in said(region, observed)
    hidden = hide(observed, ("1863", "1880"))
    assert "inte alla uppgifter är kända" in said(region, hidden)
    other = hide(observed, ("1863", "0180"))
    assert "inte alla uppgifter är kända" not in said(region, other)


@pytest.mark.parametrize("persons", [3.2, 26.0, 156.0, 990.0])
def test_a_modelled_count_below_a_thousand_is_an_interval(
    persons: float, modelled: Flows, observed: Flows
) -> None:
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
        hidden = (
            (table["home"] == home)
            & (table["work"] != home)
            & ((table["work"] == work) | (work == "*"))
        )
        table.loc[hidden, "persons"] = np.nan
        table.loc[hidden, "status"] = status
    return replace(observed, table=table)


def test_the_reason_is_the_one_of_the_source(observed: Flows) -> None:
    members = regions.get("karlstad").members
    assert text.unknown_note(observed, members) == ()
    assert text.unknown_note(hide(observed, ("1763", "1715")), members) == (
        "1 uppgift mellan kommunerna är skyddad av sekretess.",
    )
    missing = hide(observed, ("1763", "1715"), ("1715", "1763"), status="unavailable")
    assert text.unknown_note(missing, members) == (
        "2 uppgifter mellan kommunerna saknas i källan.",
    )


def test_unknown_commuters_of_the_nation_are_not_summed(margins: pd.DataFrame) -> None:
    gap = margins.copy()
    gap["in_commuters"] = gap["in_commuters"].astype("Int64")
    gap.loc[("1780", 2021), "in_commuters"] = pd.NA
    assert text.abroad_sentence(gap) == ""
