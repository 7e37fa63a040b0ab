"""The pictures of shared services: artists, legends, pages, and regions without information."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Rectangle

from analysis import regions
from analysis.figures import services as figures
from analysis.figures import style
from analysis.figures.service_marks import paged
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_localities, load_peers
from analysis.loaders.services import load_inventory
from analysis.metrics.services import population_centres
from analysis.views.services import sharing


@pytest.fixture(scope="module")
def inventory():
    return load_inventory()


@pytest.fixture(scope="module")
def boundaries():
    return load_boundaries()


def view(inventory, key, date="2026-06-30"):
    return sharing(regions.resolve(key), inventory, date)


def described(axes):
    return style.description_of(axes.get_figure(root=True))


def words(axes):
    return [item.get_text() for item in axes.texts]


def legend_of(axes):
    return [item.get_text().replace("\n", " ") for item in axes.get_legend().get_texts()]


def test_small_maps_one_a_body(inventory, boundaries):
    seen = view(inventory, "bergslagen")
    axes = figures.plot_bodies(seen, boundaries=boundaries)
    figure = axes.get_figure(root=True)
    titles = [ax.get_title("left") for ax in figure.axes if ax.get_title("left")]
    assert len(titles) == len(seen.bodies) >= 5
    assert "Hällefors" in described(axes).alt
    assert "nan" not in described(axes).alt


@pytest.mark.parametrize("date", ["2012-06-30", "2018-06-30", "2026-06-30"])
@pytest.mark.parametrize("key", ["karlstad", "malardalen", "bergslagen"])
def test_matrix_has_every_area_once(inventory, key, date):
    seen = view(inventory, key, date)
    pages = figures.matrix_pages(seen)
    areas = [name for page in pages for kind, name, _ in page if kind == "area"]
    assert sorted(areas) == sorted(seen.known_areas)
    assert all(sum(line[2] for line in page) < 9.0 for page in pages)  # a printed page


@given(st.lists(st.floats(min_value=0.2, max_value=2.0), max_size=60))
def test_pages_keep_every_block_in_order(heights):
    pages = paged(list(range(len(heights))), heights)
    assert [block for page in pages for block in page] == list(range(len(heights)))
    assert all(pages)


@pytest.mark.parametrize("date", ["2012-06-30", "2018-06-30"])
def test_timeline_ends_at_the_date(inventory, date):
    axes = figures.plot_timeline(view(inventory, "bergslagen", date))
    now = pd.Timestamp(date).year + (pd.Timestamp(date).day_of_year - 1) / 365.25
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)]
    assert max(ends) <= now + 0.13  # a bar is at least wide enough to be seen


@pytest.mark.parametrize(("date", "expected"), [("2014-06-30", False), ("2020-12-31", True)])
def test_the_legend_explains_an_end_only_where_one_is_drawn(inventory, date, expected):
    axes = figures.plot_timeline(view(inventory, "kak", date))
    foot = axes.get_figure(root=True).axes[1]
    assert ("slut" in legend_of(foot)) is expected


def test_a_recorded_end_closes_the_bar(inventory):
    axes = figures.plot_timeline(view(inventory, "bergslagen"))
    assert sum(line.get_marker() == "|" for line in axes.lines) == 3
    # the federation in two groups, and the rescue board that one member left


def test_distances_only_where_a_source_names_the_host(inventory):
    centres = population_centres(load_localities())
    assert figures.distance_tables_of(view(inventory, "karlstad"), centres) == []
    (table,) = figures.distance_tables_of(view(inventory, "bergslagen"), centres)
    assert set(table.frame["host"]) == {"Lindesberg"}
    assert table.frame["distance"].between(5, 80).all()


def test_gaps_carry_their_evidence(inventory):
    (table,) = figures.gap_tables_of(view(inventory, "karlstad"), load_peers())
    assert (table.frame["sources"] != "").all()
    row = table.frame[table.frame["area"] == "Upphandling och inköp"].iloc[0]
    assert row["here"] == "avsikt 2021 (Karlstadsregionen)"


@pytest.mark.parametrize(("key", "date"), [("2580", "2026-06-30"), ("karlstad", "1980-01-01")])
def test_without_rows_there_are_no_pictures(inventory, boundaries, key, date):
    seen = view(inventory, key, date)
    assert figures.maps_of(seen, boundaries=boundaries) == []
    assert figures.matrices_of(seen) == []
    assert figures.timelines_of(seen) == []
    assert figures.tables_of(seen) == []
    assert figures.circles_tables_of(seen) == []
    assert set(figures.counts_table(seen).frame["said"]) == {"ingen uppgift"}


def test_tables_show_form_host_status_since_trust_and_source(inventory):
    bodies, facts = figures.tables_of(view(inventory, "bergslagen"))
    board = bodies.frame[bodies.frame["body"] == "Gemensam teknisk nämnd"].iloc[0]
    assert (board["form"], board["host"]) == ("gemensam nämnd", "Lindesberg")
    assert {"status", "since", "trust", "sources"} <= set(facts.frame.columns)
    assert facts.frame["sources"].str.fullmatch(r"\d+(, \d+)*").all()
    full = figures.matrix_table(view(inventory, "bergslagen")).frame
    assert full["sources"].str.len().min() > 20
