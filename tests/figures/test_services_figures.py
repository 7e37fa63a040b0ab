"""The pictures and tables of shared services: artists, legends, pages, and any set of members."""

import re

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import PathPatch, Rectangle

from analysis import regions
from analysis.arrangements import DATED, State
from analysis.figures import services as figures
from analysis.figures import style
from analysis.figures.service_marks import paged
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_localities, load_population
from analysis.loaders.services import load_inventory
from analysis.metrics.services import population_centres
from analysis.text import services as text
from analysis.text.service_titles import matrix_title
from analysis.views.services import nearest_gaps, population_on, sharing

CODES = sorted(regions.municipalities())


@pytest.fixture(scope="module")
def inventory():
    return load_inventory()


@pytest.fixture(scope="module")
def boundaries():
    return load_boundaries()


@pytest.fixture(scope="module")
def centres():
    return population_centres(load_localities())


@pytest.fixture(scope="module")
def people():
    return load_population()


def view(inventory, key, date="2026-08-31"):
    return sharing(regions.resolve(key), inventory, date)


def described(axes):
    return style.description_of(axes.get_figure(root=True))


def words(axes):
    return [item.get_text() for item in axes.texts]


def legend_of(axes):
    return [item.get_text().replace("\n", " ") for item in axes.get_legend().get_texts()]


def tables(seen, centres, people):
    population, year = population_on(seen, people)
    return [
        *figures.body_tables_of(seen, population, year=year),
        *figures.gap_tables_of(seen, centres),
        figures.counts_table(seen),
        *figures.pair_tables_of(seen),
        *figures.circles_tables_of(seen),
        *figures.distance_tables_of(seen, centres),
        *figures.tables_of(seen),
        figures.matrix_table(seen),
    ]


# --- the compact matrix --------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["kak", "bergslagen", "karlstad", "malardalen", "1863"])
def test_the_compact_matrix_draws_each_state_in_its_look(inventory, key):
    seen = view(inventory, key)
    (axes,) = figures.compact_of(seen)
    table = described(axes).table.frame
    codes = [column for column in table.columns if column != "area"]
    names = dict(zip(seen.area_names.values(), seen.area_names, strict=True))
    cells = [seen.cell(names[name], code) for name in table["area"] for code in codes]
    boxes = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    full = [
        patch for patch in boxes if patch.get_facecolor()[:3] == pytest.approx(_rgb(style.ACCENT))
    ]
    assert len(full) == sum(cell.state in DATED for cell in cells)
    light = [cell for cell in cells if cell.state == State.UNENDED]
    unclear = [cell for cell in cells if cell.state == State.UNCLEAR]
    assert len(boxes) == len(full) + len(light) + len(unclear)
    assert not any(patch.get_hatch() for patch in boxes)  # hatching is for maps of old evidence


def _rgb(colour):
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))


def test_every_year_of_the_compact_matrix_stands_in_its_table(inventory):
    (axes,) = figures.compact_of(view(inventory, "bergslagen"))
    said = " ".join(described(axes).table.frame.to_numpy().ravel())
    years = {word for word in words(axes) if re.fullmatch(r"\d{4}", word)}
    assert years
    assert all(year in said for year in years)


@pytest.mark.parametrize("key", ["kak", "bergslagen", "malardalen"])
def test_a_name_of_the_compact_matrix_that_is_whole_is_not_cut(inventory, key):
    seen = view(inventory, key)
    for axes in figures.compact_of(seen):
        whole = {*seen.area_names.values(), *map(text.short, seen.names.values())}
        written = [word.replace("\n", " ") for word in words(axes)]
        assert {word for word in written if word.removesuffix(" …") in whole} <= whole


def test_two_cooperations_stand_apart_under_their_names(inventory):
    (axes,) = figures.compact_of(view(inventory, "malardalen"))
    assert {"KAK", "Fyra Mälarstäder"} <= set(words(axes))
    (table,) = figures.body_tables_of(
        view(inventory, "malardalen"), pd.Series(1, index=CODES), year=2024
    )
    heads = [table.formats[column].label for column in table.frame.columns]
    assert heads[2:4] == ["KAK", "Fyra Mälarstäder"]
    assert not set(table.frame["part0"].dropna().iloc[0].split(", ")) & {"Västerås", "Enköping"}


# --- maps ----------------------------------------------------------------------------------------


def test_a_map_for_each_circle_and_hatching_for_old_evidence_only(inventory, boundaries):
    seen = view(inventory, "bergslagen")
    drawn = [
        ax
        for axes in figures.maps_of(seen, boundaries=boundaries)
        for ax in axes.get_figure(root=True).axes
        if ax.get_title("left")
    ]
    assert len(drawn) == len(seen.circles)
    for ax, circle in zip(drawn, seen.circles, strict=True):
        hatched = any(patch.get_hatch() for patch in ax.patches if isinstance(patch, PathPatch))
        assert hatched is not any(body.dated for body in circle)
        assert circle[0].words in ax.get_title("left").replace("\n", " ")


def test_maps_name_members_outside_the_region(inventory, boundaries):
    pages = figures.maps_of(view(inventory, "bergslagen"), boundaries=boundaries)
    grids = [axes.get_figure(root=True).axes for axes in pages]
    named = {word for grid in grids for ax in grid for word in words(ax)}
    outside = {
        name
        for circle in view(inventory, "bergslagen").circles
        for body in circle
        for name in text.alphabetical(body.outside)
    }
    assert "Nora" in named
    assert len(named & outside) >= 4
    assert any("Örebro" in described(axes).alt for axes in pages)
    codes = {entry.name: code for code, entry in regions.municipalities().items()}
    for ax in (ax for grid in grids for ax in grid if ax.texts):
        for name in (one for one in ax.texts if one.get_text() in codes):
            box = shapely.box(*name.get_window_extent().extents)
            land = ax._samverkan_sheet.land[codes[name.get_text()]]
            own = shapely.transform(land, ax.transData.transform)
            assert own.intersection(box).area > 0.45 * box.area, "it would be read as another's"


@pytest.mark.slow
def test_maps_name_members_of_the_region_that_the_body_has_not_and_fill_their_rows(
    inventory, boundaries
):
    seen = view(inventory, "malardalen")
    for page in figures.maps_of(seen, boundaries=boundaries):
        grid = page.get_figure(root=True).axes
        heads = [ax.get_title("left") for ax in grid]
        assert heads.count("") < 2  # the last place at most is empty
        for ax in (ax for ax in grid if ax.get_title("left").startswith(("VMMF", "ESEM"))):
            assert {"Arboga", "Strängnäs"} <= set(words(ax))


# --- the full matrix and the timeline ------------------------------------------------------------


@pytest.mark.parametrize("date", ["2012-06-30", "2018-06-30", "2026-08-31"])
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


@pytest.mark.parametrize("key", ["kak", "bergslagen", "malardalen", "karlstad"])
def test_one_row_a_body_with_its_words(inventory, key):
    seen = view(inventory, key)
    rows = [row for page in figures.timeline_pages(seen) for row in page]
    assert len({row.key for row in rows}) == len(rows)
    assert {body.key for body in seen.bodies} <= {row.key for row in rows}
    for row in rows:
        assert row.start <= row.last <= row.to
        assert row.seen is None or str(row.seen) in row.words
        assert row.end is None or row.words.startswith(("avslutad", "återtagen", "utträdd"))


def test_the_timeline_goes_cooperation_by_cooperation_each_from_its_first_start(inventory):
    order = ("KAK", "Fyra Mälarstäder", "I flera av samarbetena")
    (first, *_) = pages = figures.timeline_pages(view(inventory, "malardalen"))
    assert {row.part for row in first} == set(order)
    for rows in pages:
        assert list(rows) == sorted(rows, key=lambda row: (order.index(row.part), row.start))


def test_a_body_that_the_members_left_has_neither_ended_nor_old_evidence(inventory):
    (first, *_) = figures.timeline_pages(view(inventory, "bergslagen"))
    (left,) = [row for row in first if row.gone]
    assert left.words == "utträdd 2017"
    title = described(figures.plot_timeline(view(inventory, "bergslagen"))).title
    assert title.endswith("ett har upphört, ett har lämnats och tre saknar nya belägg")


def test_old_evidence_of_a_shared_service_is_that_of_the_body_that_shares_it(inventory):
    seen = view(inventory, "bergslagen")  # Hällefors' federation has newer evidence, of itself
    rescue = seen.pooled[seen.pooled["area"] == "raddningstjanst"]
    assert set(rescue["arrangement"]) == {"nerikes-brandkar"}
    assert "1863" not in set(rescue["code"])


def test_a_task_that_ended_says_nothing_of_the_others(inventory):
    (row,) = [
        row
        for page in figures.timeline_pages(view(inventory, "kak", "2022-06-30"))
        for row in page
        if row.key == "vmkf"
    ]
    assert row.end is None  # rescue left in 2020, the rest goes on
    assert row.last < 2021


@pytest.mark.parametrize(("date", "expected"), [("2022-12-30", False), ("2023-01-01", True)])
def test_the_legend_explains_an_end_only_where_one_is_drawn(inventory, date, expected):
    axes = figures.plot_timeline(view(inventory, "bergslagen", date))
    foot = axes.get_figure(root=True).axes[1]
    assert ("slut" in legend_of(foot)) is expected


# --- tables --------------------------------------------------------------------------------------


def test_what_a_source_prints_goes_before_the_sum_of_known_members(inventory, people):
    seen = view(inventory, "bergslagen")
    population, year = population_on(seen, people)
    (table,) = figures.body_tables_of(seen, population, year=year)
    own = table.frame.set_index("body")
    whole = own.loc["Räddningsregion Bergslagen (RRB)"]
    assert (whole["count"], whole["population"]) == (42, 740_000)
    assert any("källans egen uppgift" in note and "cirka" in note for note in table.notes)
    board = own.loc["Gemensam teknisk nämnd"]
    assert board["population"] == population[list(seen.region.members)].sum()


def test_the_eight_nearest_and_the_rest_counted(inventory, centres):
    seen = view(inventory, "2580")  # nothing is known of Luleå
    gaps = nearest_gaps(seen, centres)
    (table,) = figures.gap_tables_of(seen, centres)
    assert len(gaps) > figures.NEAREST == len(table.frame)
    assert table.frame["distance"].is_monotonic_increasing
    said = text.gaps_text(seen, gaps, shown=figures.NEAREST)
    assert text.services(len(gaps) - figures.NEAREST) in said
    assert set(gaps["area"]) <= set(seen.unknown_areas)


def test_what_cannot_concern_a_region_is_no_gap(inventory):
    assert "malaren" not in view(inventory, "karlstad").unknown_areas
    assert not view(inventory, "karlstad").concerns("malaren")
    assert view(inventory, "malardalen").concerns("malaren")


@pytest.mark.parametrize("key", ["kak", "bergslagen", "karlstad"])
def test_distances_only_where_a_source_names_the_host(inventory, centres, key):
    seen = view(inventory, key)
    hosted = {body.name for body in seen.bodies if body.host}
    shown = [table.frame for table in figures.distance_tables_of(seen, centres)]
    for frame in shown:
        assert set(frame["body"]) <= hosted
        assert frame["distance"].between(1, 400).all()
    assert hosted or not shown


def test_tables_show_form_host_since_trust_and_source(inventory):
    bodies, facts = figures.tables_of(view(inventory, "bergslagen"))
    board = bodies.frame[bodies.frame["body"] == "Gemensam teknisk nämnd"].iloc[0]
    assert (board["form"], board["host"]) == ("gemensam nämnd", "Lindesberg")
    assert facts.frame["sources"].str.fullmatch(r"\d+(, \d+)*").all()
    assert figures.matrix_table(view(inventory, "bergslagen")).frame["sources"].str.len().min() > 20


@pytest.mark.parametrize("key", ["malardalen", "karlstad"])
def test_small_maps_of_one_scale_share_one_scale_bar(inventory, boundaries, key):
    for axes in figures.maps_of(view(inventory, key), boundaries=boundaries):
        maps = [part for part in axes.figure.axes if hasattr(part, "_samverkan_sheet")]
        barred = [part for part in maps if hasattr(part, "_samverkan_bar")]
        assert maps[0] in barred or len(barred) < len(maps)
        for part in maps:
            assert part in barred or any(
                part.get_xlim() == other.get_xlim()
                and part.get_window_extent().width
                == pytest.approx(other.get_window_extent().width, abs=1)
                for other in barred
            )
        told = "utan skalstreck har samma skala" in described(axes).note
        assert told == (len(barred) < len(maps))


# --- any set of municipalities -------------------------------------------------------------------


def check_set(codes, date, inventory, boundaries, centres, people, *, draw=True):
    seen = sharing(regions.from_members(codes), inventory, date)
    for table in tables(seen, centres, people):
        assert list(table.frame.columns)
        assert not re.search(r">(nan|None|<NA>)<", table.to_html())
    assert matrix_title(seen)
    if draw:
        drawn = [
            *figures.compact_of(seen),
            *figures.matrices_of(seen),
            *figures.timelines_of(seen),
            *figures.maps_of(seen, boundaries=boundaries),
        ]
        for axes in drawn:
            said = described(axes)
            assert said.title
            assert said.subtitle
            assert not re.search(r"\bnan\b|None|<NA>", said.alt + said.title)


@pytest.mark.slow
@settings(max_examples=8)
@given(
    codes=st.lists(st.sampled_from(CODES), min_size=1, max_size=60, unique=True),
    date=st.sampled_from(["1980-01-01", "2012-06-30", "2026-08-31", "2027-06-30"]),
)
def test_any_set_has_tables(codes, date, inventory, boundaries, centres, people):
    check_set(codes, date, inventory, boundaries, centres, people, draw=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "codes",
    [
        ["2580"],
        ["1863"],
        ["0114", "2580"],
        [code for code in CODES if code[:2] == "14"],
        [code for code in CODES if code[:2] in ("17", "18", "19")],
        [code for code in CODES if code[:2] in ("22", "23", "24", "25")][:41],
    ],
    ids=["none", "one", "two", "vastra-gotaland", "three-counties", "forty-one"],
)
def test_sets_can_be_drawn(codes, inventory, boundaries, centres, people):
    check_set(codes, "2026-08-31", inventory, boundaries, centres, people)


@pytest.mark.slow
def test_the_nation_can_be_drawn(inventory, boundaries, centres, people):
    check_set(CODES, "2026-08-31", inventory, boundaries, centres, people)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["malardalen", "kak"])
def test_every_main_figure_has_a_narrow_drawing(inventory, boundaries, key):
    seen = view(inventory, key)
    for axes in (
        *figures.compact_of(seen),
        *figures.timelines_of(seen)[:1],
        *figures.maps_of(seen, boundaries=boundaries)[:1],
    ):
        narrow = style.narrow_of(axes.get_figure(root=True))
        assert narrow.get_size_inches()[0] == style.NARROW
        style.settle(narrow.axes[0])
        box = narrow.get_tightbbox(narrow.canvas.get_renderer())
        assert np.all([box.x0 >= -0.05, box.x1 <= style.NARROW + 0.05])


@pytest.mark.parametrize(("key", "date"), [("2580", "2026-08-31"), ("karlstad", "1980-01-01")])
def test_without_rows_there_are_no_pictures(inventory, boundaries, centres, people, key, date):
    seen = view(inventory, key, date)
    assert figures.maps_of(seen, boundaries=boundaries) == []
    assert figures.compact_of(seen) == figures.matrices_of(seen) == []
    assert figures.timelines_of(seen) == []
    assert figures.tables_of(seen) == []
    assert figures.circles_tables_of(seen) == []
    assert set(figures.counts_table(seen).frame["said"]) == {"ingen uppgift"}
