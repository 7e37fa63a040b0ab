"""The gallery has every public figure, drawn by its own example."""

import sys

import guides
import pytest

from analysis.figures import style

sys.path.append(str(guides.ROOT / "docs" / "_ext"))
import gallery_pages

ENTRIES = gallery_pages.entries()


def test_flow_map_labour_markets_comparison_and_own_figures_are_there():
    names = {entry.name.removeprefix("analysis.") for entry in ENTRIES}
    assert {
        "explore.themes.plot_ranking",
        "figures.flows.plot_flows",
        "figures.markets.plot_delineation",
        "figures.measures.plot_measure_series",
        "owndata.own",
        "owndata.streams.own_flows",
    } <= names
    assert len(names) > 35


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_figure_has_an_example_that_draws_it(entry):
    assert entry.code, f"{entry.name}: its docstring has no example `axes = …`"
    assert entry.title


def test_a_figure_is_drawn_with_its_words():
    axes = gallery_pages.axes_of(next(e for e in ENTRIES if e.name == "analysis.owndata.own"))
    assert "Exempelverket" in style.description_of(axes.figure).sources[0].publisher
