"""A caption says what was drawn: years, thresholds and words are held against lines and arguments."""

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest

import analysis
from analysis import explore, flows, regions
from analysis.citable import Source
from analysis.errors import InputError
from analysis.figures import flows as flow_figures
from analysis.figures import markets, matrix, population, style
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_localities, load_population
from analysis.loaders.services import load_inventory
from analysis.metrics.labour_markets import Thresholds
from analysis.metrics.services import state_on
from analysis.text import commuting as text

KAK = regions.get("kak")
PEOPLE = load_population().set_index(["code", "year"])["population"]
LATE = PEOPLE[PEOPLE.index.get_level_values("year") >= 1990]
SOURCE = Source("Exempelverket", "Flyttningar", "2024")


def drawn_years(axes):
    """The first and the last year of all lines that have years."""
    xs = [x for line in axes.lines for x in np.asarray(line.get_xdata(), dtype=float) if x > 1800]
    for part in axes.collections:
        xs += [x for path in part.get_paths() for x, _ in path.vertices if x > 1800]
    return int(min(xs)), int(max(xs))


SERIES = {
    "history from 2000": lambda: population.plot_history(KAK, PEOPLE, base=2000),
    "history of late years": lambda: population.plot_history(KAK, LATE, base=2000),
    "members from 2000": lambda: population.plot_members(KAK, PEOPLE, base=2000),
    "theme of some years": lambda: explore.plot_series(KAK, "population", years=(1990, 2004)),
    "indexed theme": lambda: explore.plot_series(KAK, "population", index=2000, years=(1995, 2020)),
    "index in a series": lambda: explore.plot_series(KAK, "commuting_ratio", index=2012),
    "compared": lambda: explore.plot_series(KAK, "commuting_ratio", compare=["peers", "nation"]),
}


@pytest.mark.parametrize("name", SERIES)
def test_the_years_of_a_title_are_those_of_the_lines(name):
    axes = SERIES[name]()
    about = style.description_of(axes.figure)
    first, last = map(int, re.search(r"(\d{4})–(\d{4})", about.title).groups())
    assert (first, last) == drawn_years(axes)
    base = re.search(r"(\d{4}) = 100", about.title)
    if base:
        values = [
            y
            for line in axes.lines
            for x, y in zip(*line.get_data(), strict=False)
            if x == int(base[1])
        ]
        assert values
        assert all(y == pytest.approx(100) for y in values)
    assert str(last) in about.alt
    if "year" in about.table.frame:
        assert set(about.table.frame["year"].astype(int)) >= {first, last}


@pytest.mark.parametrize(
    "draw",
    [
        lambda: population.plot_history(KAK, PEOPLE, base=1900),
        lambda: population.plot_members(KAK, PEOPLE, base=1900),
        lambda: explore.plot_series(KAK, "population", index=1900),
        lambda: explore.plot_series(KAK, "population", years=(1900, 1910)),
        lambda: explore.plot_map(KAK, "population", year=1900),
        lambda: explore.plot_ranking(KAK, "population", year=1900),
    ],
)
def test_a_year_that_is_not_known_is_an_error_with_the_known_ones(draw):
    with pytest.raises(InputError, match="1950–2025"):
        draw()


def test_a_ranking_of_all_of_sweden_fits_on_a_page_and_says_what_it_leaves_out():
    axes = explore.plot_ranking(regions.resolve("riket"), "population", year=2024)
    assert axes.figure.get_size_inches()[1] < 10.5
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert len(names) == 44
    assert names[0].startswith("Stockholm ")
    assert names[-1].startswith("Dorotea ")
    assert [gap.get_text() for gap in axes.get_yticklabels(minor=True)] == ["… 246 till"]
    about = style.description_of(axes.figure)
    assert "De 22 högsta och de 22 lägsta visas; tabellen har alla." in about.note
    assert len(about.table.frame) == 290


@pytest.mark.parametrize("day", [2020, 2020.0, np.int64(2020)])
def test_a_year_as_a_number_is_no_date(day):
    with pytest.raises(ValueError, match="write it as '2020-12-31'"):
        state_on(load_inventory(), day)
    assert len(state_on(load_inventory(), date(2020, 12, 31)))


def test_an_index_does_not_cross_a_break():
    axes = explore.plot_series(KAK, "commuting_ratio", index=2012)
    assert drawn_years(axes) == (2011, 2018)


@pytest.fixture(scope="module")
def commuters():
    return flows.commuting_of(2021)


def test_own_thresholds_are_told_and_never_called_those_of_scb(commuters):
    own = flows.markets_of(commuters, thresholds=Thresholds(0.3, 0.15, 1))
    axes = markets.plot_delineation(KAK, commuters, own, boundaries=load_boundaries())
    about = style.description_of(axes.figure)
    assert "SCB" not in f"{about.title}{about.subtitle}{about.alt}{about.note}"
    assert about.subtitle.startswith("Högst 30 procent ut, högst 15 procent")
    table = matrix.delineation_table(KAK, commuters, own)
    assert "högst 30 procent pendlar ut och högst 15 procent" in table.notes[0]
    assert "högst ett led" in table.notes[0]
    assert "20 procent" not in " ".join(table.notes)
    view = analysis.views.commuting.commuting(KAK)
    (said,) = text.delineation_sentences(view, own)
    assert "SCB:s regler" not in said


def test_own_flows_say_what_they_are(tmp_path):
    path = tmp_path / "flytt.csv"
    path.write_text(
        "Från;Till;Antal\nKöping;Arboga;41\nArboga;Köping;38\nKungsör;Köping;..\nKöping;Västerås;97\n",
        encoding="cp1252",
    )
    moves = analysis.own_flows(
        path,
        home="Från",
        work="Till",
        value="Antal",
        noun="flyttningen",
        what="Flyttningar mellan kommuner",
        unit="flyttningar",
        source=SOURCE,
    )
    axes = flow_figures.plot_flows(
        KAK, moves, boundaries=load_boundaries(), localities=load_localities()
    )
    about = style.description_of(axes.figure)
    words = f"{about.title} {about.subtitle} {about.alt} {about.table.title} {about.id}".casefold()
    assert "pendl" not in words
    assert about.title == "Starkast är flyttningen mellan Köping och Västerås"
    assert about.subtitle == "Flyttningar mellan kommuner, 2024"
    assert about.unit == "flyttningar"
    assert about.sources == (SOURCE,)
    assert len(about.table.frame) == 3
    assert list(about.table.frame["persons"]) == ["97", "41", "38"]
    key = [part.get_text() for other in axes.figure.axes for part in other.texts]
    assert "Flyttningar" in key
    assert len(repr(moves)) < 200


def test_a_set_without_flows_is_an_error_in_words(commuters):
    rows = pd.DataFrame({"a": ["Kiruna"], "b": ["Malå"], "n": [5]})
    moves = analysis.own_flows(
        rows, home="a", work="b", value="n", noun="flytten", what="Flyttar", source=SOURCE
    )
    with pytest.raises(InputError, match="no flow of KAK reaches 1 personer"):
        flow_figures.plot_flows(
            KAK, moves, boundaries=load_boundaries(), localities=load_localities()
        )
