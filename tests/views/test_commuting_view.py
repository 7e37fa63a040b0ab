"""What may be said of modelled flows: intervals, names, shares, dates; for any set of members."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import flows, paths, regions
from analysis.figures import workplaces
from analysis.flows import Flows
from analysis.key_figures.commuting import commuting_key_figures
from analysis.loaders import population
from analysis.text import commuting as text
from analysis.views import commuting as view

ALL = sorted(regions.municipalities())


@pytest.fixture(autouse=True, scope="module")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flows]:
    """The flows of the snapshot, whatever the person who runs the tests has fetched."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path_factory.mktemp("none")))
        yield flows.commuting_of(2021)


@pytest.mark.slow
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    members=st.lists(st.sampled_from(ALL), min_size=1, max_size=290, unique=True),
    as_of=st.sampled_from(["", "2019-06-30", "2008-01-01", "1999-12-31"]),
)
def test_any_set_of_municipalities_on_any_date(members: list[str], as_of: str) -> None:
    seen = view.commuting(regions.from_members(members, name="Vilka som helst"), as_of)
    sentences = [
        *text.workplace_sentences(seen),
        *text.market_sentences(seen),
        *text.overview_sentences(seen),
        *text.series_sentences(seen),
        *text.error_sentences(seen),
    ]
    assert all(sentence.endswith(".") for sentence in sentences)
    assert not re.search(r"\bnan\b|None", " ".join(sentences))
    assert text.workplaces_title(seen)
    assert text.market_title(seen)
    for part, bar in workplaces.rows_of(seen):
        assert bar.code in part.members
        parts = [share or 0.0 for share in (bar.group, bar.outside, bar.rest)]
        assert sum(parts) == pytest.approx(1) or bar.out == 0
        assert bar.link is None or bar.link.work not in part.members
    assert all(len(table.frame) == len(members) for table in workplaces.workplace_tables(seen))
    figures = commuting_key_figures(seen, municipalities=population.load_municipalities())
    assert figures["value"].notna().all()


@given(persons=st.floats(min_value=0.5, max_value=99_999))
def test_the_interval_holds_the_modelled_count(persons: float) -> None:
    low, high = view.interval(persons)
    assert 0 <= low <= persons <= high
    assert view.size_of(persons).least <= persons


def test_all_290_have_no_outside(modelled: Flows) -> None:
    nation = regions.from_members(ALL, name="Hela riket")
    assert view.strongest(modelled, nation.members) is None
    assert all(bar.link is None for bar in view.bars(nation, modelled))


@given(
    shares=st.lists(st.floats(min_value=0, max_value=1), min_size=3, max_size=3).filter(
        lambda values: sum(values) > 0
    )
)
def test_steps_add_up_and_are_near(shares: list[float]) -> None:
    exact = np.array(shares) / sum(shares)
    found = view.in_steps(list(exact))
    assert sum(found) == pytest.approx(1)
    assert np.abs(np.array(found) - exact).max() <= view.STEP + 1e-9


def test_a_name_needs_a_clear_lead_or_an_observed_row(modelled: Flows) -> None:
    """Every named link of the nation, and every one that is not, by the rule itself."""
    cells = modelled.table[
        (modelled.table["home"] != modelled.table["work"]) & (modelled.table["work"] != view.ABROAD)
    ]
    for home in ALL[::7]:
        ranked = cells[cells["home"] == home].nlargest(2, "persons")
        first, second = ranked["persons"]
        link = view.strongest(modelled, [home])
        if first >= view.CLEAR * second:
            assert link is not None
            assert link.basis == "likely"
        else:
            assert link is None or link.basis == "evidence"
        if link is not None:
            assert link.work == ranked["work"].iloc[0]


def test_an_observed_row_that_lacks_a_rival_says_nothing(modelled: Flows) -> None:
    """Men of Enköping in 2016: most to Uppsala, but Stockholm was not counted."""
    assert view.strongest(modelled, ["0381"]) is None


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(home=st.sampled_from(ALL), place=st.integers(0, 3))
def test_of_an_observed_matrix_a_link_is_named_only_while_it_must_be_the_strongest(
    modelled: Flows, home: str, place: int
) -> None:
    table = modelled.table
    rows = table[(table["home"] == home) & ~table["work"].isin([home, view.ABROAD])]
    ranked = rows.sort_values("persons", ascending=False)
    persons = table["persons"].mask(table.index == ranked.index[place])
    hidden = Flows(
        2021, "observed", table.assign(persons=persons), modelled.margins, ("commuting_margins",)
    )
    link = view.strongest(hidden, [home])
    assert link is None or (place > 0 and link.work == ranked["work"].iloc[0])
    if place > 1 and ranked["persons"].iloc[0] > 3 * ranked["persons"].iloc[1]:
        assert link is not None


def test_observed_cells_of_the_model_are_no_finding_of_an_observed_matrix(modelled: Flows) -> None:
    plain = Flows(2021, "observed", modelled.table, modelled.margins, ("commuting_margins",))
    assert view.seen_between(plain, ["1863", "1864"]) == []


def test_groups_are_informed_only_when_every_pair_is(modelled: Flows) -> None:
    assert view.is_informed(modelled, ["1863", "1864", "1884", "1885"])
    assert not view.is_informed(modelled, ["1863", "1864", "1884", "1885", "1983"])
    low, high = view.internal(regions.get("kak"), modelled)
    assert low < high
    low, high = view.internal(regions.get("bergslagen"), modelled)
    assert low == high


def test_nothing_is_newer_than_the_date() -> None:
    seen = view.commuting(regions.get("kak"), "2018-11-29")
    assert seen.flows is not None
    assert seen.flows.year == 2017
    assert seen.margins.index.get_level_values("year").max() == 2017
    assert not seen.markets_known
    assert view.commuting(regions.get("kak"), "2018-11-30").flows.year in (2017, 2018)


def test_intervals_decide_what_may_be_ranked() -> None:
    assert view.apart(5000, 900)
    assert not view.apart(900, 700)
    assert not view.apart(100, 100)


def test_error_table_has_a_size_for_every_count() -> None:
    sizes = pd.Series([size.least for size in view.sizes()])
    assert sizes.is_monotonic_increasing
    assert sizes.iloc[0] == 0
    for smaller, larger in zip(view.sizes(), view.sizes()[1:], strict=False):
        assert larger.median_error < smaller.median_error
