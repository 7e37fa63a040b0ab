"""Artists of the commuting figures: gaps, arrows, modelled marks, maps and tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

from analysis import flows, paths, regions
from analysis.figures import commuting as figures
from analysis.figures import markets as market_figures
from analysis.figures import matrix, style, workplaces
from analysis.flows import Flows
from analysis.loaders import boundaries, commuting, population
from analysis.metrics import commuting as metrics
from analysis.regions import Region
from analysis.text import commuting as text
from analysis.text import swedish
from analysis.views import commuting as commuting_view
from analysis.views.commuting import of_year, official_markets

ALL = sorted(regions.municipalities())
REGIONS = {
    "karlstad": regions.get("karlstad"),
    "malardalen": regions.get("malardalen"),
    "one": regions.from_members(["1863"]),
    "apart": regions.from_members(["2584", "0980", "1287"], name="Långt isär"),
    "forty": regions.from_members(ALL[60:100], name="Fyrtio kommuner"),
    "all": regions.from_members(ALL, name="Hela riket"),
}


@pytest.fixture(autouse=True, scope="module")
def _only_the_snapshot(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Whatever the person who runs the tests has fetched stays out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path_factory.mktemp("none")))
        yield


@pytest.fixture(scope="module")
def margins() -> pd.DataFrame:
    return commuting.load_margins().set_index(["code", "year"])


@pytest.fixture(scope="module")
def modelled(_only_the_snapshot: object) -> Flows:
    return flows.commuting_of(2021)


@pytest.fixture(scope="module")
def observed(modelled: Flows) -> Flows:
    """An observed matrix of whole persons with one suppressed pair, without workplaces abroad."""
    cells = modelled.table[modelled.table["work"] != metrics.ABROAD].copy()
    cells["persons"] = cells["persons"].round()
    cells["kind"] = "observed"
    cells.loc[(cells["home"] == "1763") & (cells["work"] == "1715"), "persons"] = np.nan
    return replace(
        modelled, kind="observed", table=cells, sources=("commuting_margins",)
    )  # a source line needs a fetched dataset


def described(axes: Axes) -> style.Description:
    return style.description_of(axes.get_figure(root=True))


def arrows(axes: Axes) -> list[PathPatch]:
    return [patch for patch in axes.patches if isinstance(patch, PathPatch)]


# --- maps and series -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("key", ["malardalen", "one", "apart", "all"])
def test_every_figure_of_the_margins_is_described(key: str, margins: pd.DataFrame) -> None:
    region, borders = REGIONS[key], boundaries.load_boundaries()
    drawn = [figures.plot_rate(region, margins, rate, boundaries=borders) for rate in figures.RATES]
    drawn += [
        plot(region, margins)
        for plot in (figures.plot_day_night, figures.plot_series, figures.plot_ratio_series)
    ]
    found = [described(axes) for axes in drawn]
    assert len({about.id for about in found}) == len(found)
    for about in found:
        assert about.kind == "derived"
        assert about.table is not None
        assert about.sources == ("commuting_margins",)
        assert any(character.isdigit() for character in about.alt)


def test_rates_are_shaded_by_their_own_class(margins: pd.DataFrame) -> None:
    values = metrics.commuting_ratio(of_year(margins)).loc[list(REGIONS["karlstad"].members)]
    fill, limits, colours = figures.centred_classes(values, centre=1.0)
    for code, value in values.items():
        place = colours.index(fill[code])
        assert limits[place] <= value <= limits[place + 1]
    assert 1.0 in limits
    assert len(colours) == len(limits) - 1


def test_extremes_do_not_hide_the_middle_and_limits_never_go_below_zero(
    margins: pd.DataFrame,
) -> None:
    ratio = metrics.commuting_ratio(of_year(margins))
    fill, limits, _ = figures.centred_classes(ratio, centre=1.0)
    assert limits[0] >= 0
    assert limits[0] <= ratio.min()
    assert limits[-1] >= ratio.max()
    assert fill.value_counts(normalize=True).max() < 0.5


def test_no_line_crosses_a_break_and_the_caption_says_why(margins: pd.DataFrame) -> None:
    axes = figures.plot_series(REGIONS["karlstad"], margins)
    drawn = [line.get_xdata() for line in axes.lines if line.get_label() == "Dagbefolkning"]
    assert [(min(xs), max(xs)) for xs in drawn] == [(2004, 2010), (2011, 2018), (2019, 2021)]
    note = described(axes).note
    assert "2010/2011 (åldersgränser" in note
    assert "2018/2019 (månadsuppgifter" in note


def test_bas_is_a_line_of_its_own(margins: pd.DataFrame) -> None:
    bas = of_year(margins, 2021).assign(series="bas-2020", year=[2020] * 290)
    bas = bas.set_index("year", append=True)
    axes = figures.plot_series(REGIONS["karlstad"], margins, bas=bas)
    lines = [line for line in axes.lines if line.get_label() == "Dagbefolkning, BAS"]
    assert [list(line.get_xdata()) for line in lines] == [[2020]]
    rams = [line.get_xdata() for line in axes.lines if line.get_label() == "Dagbefolkning"]
    assert max(max(xs) for xs in rams) == 2021


def test_day_and_night_are_drawn_as_a_difference_in_per_cent(margins: pd.DataFrame) -> None:
    axes = figures.plot_day_night(REGIONS["karlstad"], margins)
    longest = max(axes.patches, key=lambda bar: bar.get_width())
    assert longest.get_width() == pytest.approx(56_523 / 47_361 - 1)
    assert f"{swedish.signed(19, 0)} %" in {label.get_text() for label in axes.texts}
    assert described(axes).title == "Bara i Karlstad finns fler jobb än förvärvsarbetande invånare"


# --- where people work ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("key", ["malardalen", "one", "apart", "forty", "all"])
def test_bars_of_any_region_reach_from_none_to_all(key: str) -> None:
    view = commuting_view.commuting(REGIONS[key])
    for axes in (workplaces.plot_workplaces(view), narrow(view)):
        about = described(axes)
        assert about.title
        assert "andel i procent, 2021" in about.subtitle
        rows: dict[float, float] = {}
        for bar in axes.patches:
            rows[bar.get_y()] = rows.get(bar.get_y(), 0.0) + bar.get_width()
        assert rows
        assert all(total == pytest.approx(1) for total in rows.values())
        assert about.table is not None
        assert len(about.table.frame) == len(view.region.members)


def narrow(view: commuting_view.Commuting) -> Axes:
    with style.narrow():
        return workplaces.plot_workplaces(view)


def test_modelled_parts_stand_in_steps_and_without_numbers() -> None:
    view = commuting_view.commuting(regions.get("bergslagen"))
    frame = workplaces.workplaces_table(view).frame
    for name in ("group", "outside", "rest"):
        steps = frame[name].dropna() / 0.05
        assert np.allclose(steps, steps.round())
    assert frame["own"].iloc[0] == pytest.approx(7869 / 10852)
    axes = workplaces.plot_workplaces(view)
    printed = {part.get_text() for part in axes.texts if "%" in part.get_text()}
    assert printed == {swedish.percent_sign(share, 0) for share in frame["own"]}
    assert "dit troligen flest pendlar" in style.description_of(axes.figure).note


def test_two_cooperations_stand_side_by_side_each_with_its_own_others() -> None:
    view = commuting_view.commuting(regions.get("malardalen"))
    table = workplaces.workplaces_table(view).frame
    alone = workplaces.workplaces_table(commuting_view.commuting(regions.get("kak"))).frame
    joint = table[table["part"] == "KAK"].drop(columns="part").reset_index(drop=True)
    pd.testing.assert_frame_equal(joint, alone)
    labels = [tick.get_text() for tick in workplaces.plot_workplaces(view).get_yticklabels()]
    assert {"KAK", "Fyra Mälarstäder"} <= set(labels)


# --- the flow map ---------------------------------------------------------------------------------


# --- the matrix and its tables --------------------------------------------------------------------


def test_rows_of_the_matrix_add_up_to_the_night_population(modelled: Flows) -> None:
    region = REGIONS["malardalen"]
    _, persons = matrix.cells_of(region, modelled, list(region.members))
    night = metrics.night_population(modelled.by_code).loc[list(region.members)]
    assert np.allclose(persons.sum(axis=1), night, atol=0.05)


def test_unknown_cells_have_a_dash_and_are_never_zero(observed: Flows) -> None:
    region = REGIONS["karlstad"]
    axes = matrix.plot_matrix(region, observed)
    assert [cell.get_text() for cell in axes.texts].count("–") == 2  # the cell and its outside
    table = matrix.matrix_table(region, observed)
    forshaga = table.frame.set_index("home").loc["Forshaga"]
    assert pd.isna(forshaga["1715"])
    assert forshaga["1763"] == 2_015


def test_one_municipality_has_no_matrix_and_its_figures_are_exact(modelled: Flows) -> None:
    region = REGIONS["one"]
    assert matrix.matrix_figures(commuting_view.commuting(region)) == []
    table = matrix.groups_table(region, modelled)
    assert table.kind == "derived"
    assert "modellskattning" not in table.title
    assert table.frame["group_out"].iloc[0] == "526"
    assert table.frame["group_in"].iloc[0] == "474"


@pytest.mark.parametrize("key", REGIONS)
def test_tables_of_the_flows_carry_their_kind(key: str) -> None:
    view = commuting_view.commuting(REGIONS[key])
    found = [
        *matrix.matrix_tables(view),
        *matrix.delineation_tables(view),
        *(described(axes).table for axes in matrix.matrix_figures(view)),
    ]
    for table in found:
        assert table is not None
        assert len(table.frame)
        assert table.kind == "modelled" or len(view.region.members) == 1
        assert "<table>" in table.to_html()


@pytest.mark.parametrize("key", ["karlstad", "malardalen", "forty"])
def test_no_modelled_count_below_a_thousand_is_a_bare_number(key: str) -> None:
    """Matrix and tables: an observed diagonal, intervals, or at least a thousand."""
    view = commuting_view.commuting(REGIONS[key])
    assert view.flows is not None
    stay = {swedish.number(value) for value in view.flows.by_code["live_and_work"]}
    tables = [
        *matrix.matrix_tables(view),
        *(described(axes).table for axes in matrix.matrix_figures(view)),
    ]
    for table in tables:
        assert table is not None
        columns = [
            name
            for name, form in table.formats.items()
            if not form.percent and name not in ("name", "home", "county")
        ]
        words = [word for name in columns for word in table.frame[name]]
        bare = [word for word in words if "–" not in word and word not in stay]
        assert all(int(word.replace(swedish.NARROW, "")) >= 1000 for word in bare)


def test_modelled_exchanges_are_not_ranked(modelled: Flows) -> None:
    table = matrix.outside_table(REGIONS["karlstad"], modelled)
    names = list(table.frame["name"])
    assert names == sorted(names, key=swedish.sort_key)
    assert any("bokstavsordning" in note for note in table.notes)


@pytest.mark.parametrize("key", ["karlstad", "malardalen", "one", "forty"])
def test_map_of_official_labour_markets(key: str) -> None:
    view = commuting_view.commuting(REGIONS[key])
    axes = market_figures.plot_markets(view, boundaries=boundaries.load_boundaries())
    about = described(axes)
    assert about.kind == "observed"
    assert "hör till" in about.title
    assert "2022" in about.subtitle
    names = official_markets(view.region.members)
    legend = axes.get_figure(root=True).axes[1].get_legend()
    assert {label.get_text() for label in legend.get_texts()} == set(list(names)[:8])
    assert not any(patch.get_hatch() for patch in legend.get_patches())


def test_markets_newer_than_the_report_are_not_shown() -> None:
    view = commuting_view.commuting(REGIONS["karlstad"], "2020-12-31")
    assert market_figures.market_figures(view, boundaries=boundaries.load_boundaries()) == []
    assert matrix.delineation_tables(view) == []
    assert "nyare än rapportens datum" in text.market_sentences(view)[0]


def test_before_the_series_begins_nothing_is_drawn() -> None:
    view = commuting_view.commuting(REGIONS["karlstad"], "2001-01-01")
    borders, places = boundaries.load_boundaries(), population.load_localities()
    shown = [
        workplaces.workplace_figures(view),
        workplaces.workplace_tables(view),
        workplaces.flow_maps(view, boundaries=borders, localities=places),
        figures.rate_figures(view, boundaries=borders),
        figures.series_figures(view),
        figures.margin_tables(view),
        matrix.matrix_figures(view),
        matrix.matrix_tables(view),
    ]
    assert shown == [[]] * len(shown)


def test_the_flow_map_is_drawn_where_a_flow_is_large_enough() -> None:
    borders, places = boundaries.load_boundaries(), population.load_localities()
    small = commuting_view.commuting(regions.from_members(["2403"]))  # Bjurholm
    assert workplaces.flow_maps(small, boundaries=borders, localities=places) == []
    two = commuting_view.commuting(regions.get("malardalen"))
    assert len(workplaces.flow_maps(two, boundaries=borders, localities=places)) == 2


def test_files_can_be_saved(tmp_path: Path, modelled: Flows) -> None:
    axes = matrix.plot_matrix(REGIONS["karlstad"], modelled)
    with style.look():
        axes.get_figure(root=True).savefig(tmp_path / "matrix.svg")
    assert (tmp_path / "matrix.svg").stat().st_size > 1_000


def test_the_official_markets_table_has_every_member() -> None:
    region: Region = REGIONS["malardalen"]
    frame = market_figures.markets_table(region).frame
    assert len(frame) == 3
    listed = ", ".join(frame["members"]).replace(" och ", ", ").split(", ")
    assert sorted(listed) == sorted(region.member_names)


# --- lower bounds and reasons ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def protected(observed: Flows) -> Flows:
    """Two hidden cells: between members of Karlstadsregionen, and from one to a place outside."""
    table = observed.table.assign(status="published")
    outside = metrics.missing_members(
        table, REGIONS["karlstad"].members, margins=observed.margins
    ).at[0, "code"]
    for home, work in (("1763", "1715"), ("1780", outside)):
        hidden = (table["home"] == home) & (table["work"] == work)
        table.loc[hidden, "persons"] = np.nan
        table.loc[hidden, "status"] = "suppressed"
    return replace(observed, table=table)


def test_protected_cells_are_counted_under_figures_and_tables(protected: Flows) -> None:
    region = REGIONS["karlstad"]
    said = "1 uppgift mellan kommunerna är skyddad av sekretess."
    assert said in described(matrix.plot_matrix(region, protected)).note
    for table in (matrix.matrix_table(region, protected), matrix.groups_table(region, protected)):
        assert said in table.notes


def test_without_unknown_cells_nothing_is_said_of_them(modelled: Flows) -> None:
    region = REGIONS["karlstad"]
    tables = [*matrix.flow_tables(region, modelled), matrix.matrix_table(region, modelled)]
    words = " ".join(note for table in tables for note in table.notes)
    assert "sekretess" not in words
    assert "minst så stora" not in words
    assert "känd" not in words


def test_sums_of_protected_years_are_not_called_exact(
    margins: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "exakta summor" in figures.exact_table(REGIONS["karlstad"], margins).notes[0]
    monkeypatch.setattr(figures.tables, "perturbed_years", lambda key: (2021,))
    note = figures.exact_table(REGIONS["karlstad"], margins).notes[0]
    assert "exakta" not in note
    assert "röjandeskydd" in note
