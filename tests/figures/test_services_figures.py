"""The pictures of shared services: artists, legends, pages, and regions without information."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import PathPatch, Rectangle

from analysis import regions
from analysis.figures import services as figures
from analysis.figures import style
from analysis.figures.service_marks import paged
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_localities, load_peers, load_population
from analysis.loaders.services import load_inventory
from analysis.metrics.services import population_centres
from analysis.text import services as text


@pytest.fixture(scope="module")
def inventory():
    return load_inventory()


@pytest.fixture(scope="module")
def boundaries():
    return load_boundaries()


def view(inventory, key, date="2026-06-30"):
    return text.sharing(regions.resolve(key), inventory, date)


def described(axes):
    return style.description_of(axes.get_figure(root=True))


def words(axes):
    return [item.get_text() for item in axes.texts]


def legend_of(axes):
    return [item.get_text().replace("\n", " ") for item in axes.get_legend().get_texts()]


def test_map_shows_partners_outside_and_the_unknown(inventory, boundaries):
    seen = view(inventory, "malardalen")
    assert figures.telling_area(seen) == "raddningstjanst"
    axes = figures.plot_service(seen, "raddningstjanst", boundaries=boundaries)
    side = axes.get_figure(root=True).axes[1]
    entries = legend_of(side)
    assert any("Räddningstjänsten Mälardalen" in entry and "2022" in entry for entry in entries)
    assert entries[-1] == "ingen uppgift"
    assert {"Håbo", "Surahammar"} <= set(words(axes))
    hatches = {patch.get_hatch() for patch in axes.patches if isinstance(patch, PathPatch)}
    assert len(hatches) >= 2  # bodies differ without colour
    assert "ingen uppgift: Eskilstuna och Strängnäs" in described(axes).alt


def test_map_tells_the_three_with_a_switchboard_from_the_fourth(inventory, boundaries):
    axes = figures.plot_service(view(inventory, "bergslagen"), "vaxel", boundaries=boundaries)
    body, plan = axes.get_figure(root=True).axes[1].get_legend().get_patches()
    assert body.get_hatch() != plan.get_hatch()
    assert body.get_facecolor()[3] == plan.get_facecolor()[3] == 0  # neither runs by evidence

    def drawn(hatch, code):
        point = boundaries.geometry[code].representative_point()
        return any(patch.get_path().contains_point((point.x, point.y)) for patch in axes.patches
                   if isinstance(patch, PathPatch) and patch.get_hatch() == hatch)

    assert [drawn(body.get_hatch(), code) for code in ("1863", "1864", "1884", "1885")] == [
        True, True, True, False]
    assert drawn(plan.get_hatch(), "1885")


def test_map_draws_no_plan_in_the_colour_of_a_body(inventory, boundaries):
    axes = figures.plot_service(view(inventory, "malardalen"), "loner", boundaries=boundaries)
    runs, plan = axes.get_figure(root=True).axes[1].get_legend().get_patches()
    assert runs.get_facecolor()[3] == 1
    assert plan.get_facecolor()[3] == 0


def test_map_marks_the_host(inventory, boundaries):
    axes = figures.plot_service(view(inventory, "bergslagen"), "vintervag", boundaries=boundaries)
    assert any(line.get_marker() == "*" for line in axes.lines)
    assert "värdkommun" in legend_of(axes.get_figure(root=True).axes[1])


def test_small_maps_one_a_body(inventory, boundaries):
    seen = view(inventory, "bergslagen")
    axes = figures.plot_bodies(seen, boundaries=boundaries)
    figure = axes.get_figure(root=True)
    titles = [ax.get_title("left") for ax in figure.axes if ax.get_title("left")]
    assert len(titles) == len(seen.bodies) == 5
    assert "Hällefors" in described(axes).alt
    assert "nan" not in described(axes).alt


def test_matrix_cells_carry_form_and_year(inventory):
    axes = figures.plot_matrix(view(inventory, "karlstad"))
    found = words(axes)
    assert found.count("F 2023") == 5  # rescue, last evidenced 2023
    assert found.count("O") == 5  # recent evidence, but only the title of a contract is known
    assert found.count("N 2008") == 2
    assert "N ?" in found  # undated
    entries = legend_of(axes)
    assert "i drift, belägg äldre än tre år" in entries
    assert "ingen uppgift" in entries
    assert any(patch.get_hatch() for patch in axes.patches if isinstance(patch, Rectangle))


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


def test_strongest_row_of_a_cell(inventory):
    found = figures.cells(view(inventory, "malardalen"))
    assert found["raddningstjanst", "1983"].arrangement == "raddningstjansten-malardalen"
    ended = figures.cells(view(inventory, "malardalen", "2020-12-31"))
    assert ended["raddningstjanst", "1983"].arrangement == "vmkf"


@pytest.mark.parametrize("date", ["2012-06-30", "2018-06-30"])
def test_timeline_ends_at_the_date(inventory, date):
    axes = figures.plot_timeline(view(inventory, "bergslagen", date))
    now = pd.Timestamp(date).year + (pd.Timestamp(date).day_of_year - 1) / 365.25
    ends = [bar.get_x() + bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)]
    assert max(ends) <= now + 0.13  # a bar is at least wide enough to be seen


@pytest.mark.parametrize(("date", "expected"), [("2020-12-30", False), ("2020-12-31", True)])
def test_the_legend_explains_an_end_only_where_one_is_drawn(inventory, date, expected):
    axes = figures.plot_timeline(view(inventory, "kak", date))
    foot = axes.get_figure(root=True).axes[1]
    assert ("slut" in legend_of(foot)) is expected


def test_a_recorded_end_closes_the_bar(inventory):
    axes = figures.plot_timeline(view(inventory, "bergslagen"))
    assert sum(line.get_marker() == "|" for line in axes.lines) == 2  # the federation, two groups


def test_network_numbers_the_pairs(inventory, boundaries):
    axes = figures.plot_network(view(inventory, "karlstad"), boundaries=boundaries)
    assert words(axes).count("3") == 9
    assert words(axes).count("4") == 1
    assert "Hammarö och Karlstad 4" in described(axes).alt


def test_population_bases(inventory):
    seen = view(inventory, "bergslagen")
    population, year = text.population_on(seen, load_population())
    frame = figures.base_frame(seen, population)
    own = population[list(seen.region.members)].sum()
    technical = frame[frame["arrangement"] == "gemensam-teknisk-namnd"]["population"]
    assert technical.tolist() == [own]
    axes = figures.plot_bases(seen, population, year=year)
    assert described(axes).unit == "invånare"


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


def test_commuting_without_flows_is_left_out(inventory):
    seen = view(inventory, "karlstad")
    none = pd.DataFrame({"year": [2021], "home": ["0114"], "work": ["0115"], "persons": [1.0],
                         "kind": ["observed"]})
    assert figures.fit_of(seen, none, sources=("commuting_flows",)) == []
    assert "inte kända" in text.fit_text(seen, text.fit_pairs(seen, none))[0]


def test_modelled_commuting_is_marked(inventory):
    seen = view(inventory, "bergslagen")
    pairs = [(a, b) for a in seen.region.members for b in seen.region.members if a != b]
    flows = pd.DataFrame([(2021, a, b, 10.0 * k, "modelled") for k, (a, b) in enumerate(pairs)],
                         columns=["year", "home", "work", "persons", "kind"])
    (axes,) = figures.fit_of(seen, flows, sources=("commuting_margins",))
    assert described(axes).kind == "modelled"
    assert "Modellskattade" in axes.get_xlabel()
    assert any("modellskattning" in line for line in text.fit_text(seen, text.fit_pairs(seen,
                                                                                       flows)))


@pytest.mark.parametrize(("key", "date"), [("2580", "2026-06-30"), ("karlstad", "1990-01-01")])
def test_without_rows_there_are_no_pictures(inventory, boundaries, key, date):
    seen = view(inventory, key, date)
    population, year = text.population_on(seen, load_population())
    assert figures.maps_of(seen, boundaries=boundaries) == []
    assert figures.matrices_of(seen) == []
    assert figures.timelines_of(seen) == []
    assert figures.networks_of(seen, boundaries=boundaries) == []
    assert figures.tables_of(seen) == []
    assert figures.bases_of(seen, population, year=year) == []
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
