"""Artists of the population figures: lines with honest gaps, circles, alt texts and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from analysis import regions
from analysis.figures import capacity as capacity_figures
from analysis.figures import charts, style
from analysis.figures import population as figures
from analysis.loaders import boundaries, finances, population
from analysis.metrics import capacity
from analysis.metrics import population as metrics
from analysis.regions import Region
from analysis.text import swedish

FORTY = regions.from_members(sorted(regions.municipalities())[60:100], name="Fyrtio kommuner")
REGIONS = {"karlstad": regions.get("karlstad"), "malardalen": regions.get("malardalen"),
           "one": regions.from_members(["2584"]), "forty": FORTY}


@pytest.fixture(scope="module")
def values() -> pd.Series:
    return metrics.population(population.load_population().set_index(["code", "year"]))


@pytest.fixture(scope="module")
def indicators() -> list[capacity_figures.Indicator]:
    tables = {key: population.load_indicator(key) for key in population.INDICATORS}
    return capacity_figures.capacity_indicators(
        {**tables, "finances": finances.load_finances()}, peers=population.load_peers(),
        municipalities=population.load_municipalities())


def described(axes: Axes) -> style.Description:
    return style.description_of(axes.get_figure(root=True))


# --- charts -------------------------------------------------------------------------------------


def test_pieces_end_at_breaks_and_gaps() -> None:
    line = pd.Series([1, 2, 3, 4, np.nan, 6], index=[2009, 2010, 2011, 2012, 2013, 2014])
    runs = charts.pieces(line, [2011])
    assert [list(run.index) for run in runs] == [[2009, 2010], [2011, 2012], [2014]]
    assert [list(run.index) for run in charts.pieces(line, gap=2)] == [[
        2009, 2010, 2011, 2012, 2014]]


def test_overlapping_series_are_never_joined() -> None:
    early = pd.Series([1, 2], index=[2019, 2020])
    late = pd.Series([5, 6], index=[2020, 2021])
    assert [list(run) for run in charts.pieces([early, late])] == [[1, 2], [5, 6]]


def test_no_line_crosses_a_break() -> None:
    years = range(2004, 2022)
    axes = charts.plot_lines({"A": pd.Series(range(18), index=years)}, unit="personer",
                             breaks=charts.breaks_of("commuting_margins"))
    drawn = [line.get_xdata() for line in axes.lines if line.get_label() == "A"]
    assert [(min(xs), max(xs)) for xs in drawn] == [(2004, 2010), (2011, 2018), (2019, 2021)]


def test_lines_differ_without_colour_and_are_named_apart() -> None:
    lines = {f"Linje {number}": pd.Series([100, 101 + number / 50], index=[2000, 2001])
             for number in range(12)}
    axes = charts.plot_lines(lines, unit="index", strong="Linje 3")
    drawn = [line for line in axes.lines if str(line.get_label()).startswith("Linje")]
    looks = {(line.get_marker(), str(line.get_linestyle()), line.get_linewidth())
             for line in drawn}
    assert len(drawn) == len({look[0] for look in looks}) == charts.MOST_NAMED
    figure = axes.get_figure(root=True)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in axes.texts
             if text.get_text() in lines and not str(text.get_gid()).startswith("halo")]
    assert len(boxes) == charts.MOST_NAMED
    boxes.sort(key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 + 2 for below, above in pairwise(boxes))
    assert all(box.x1 <= figure.bbox.x1 for box in boxes)


def test_spread_keeps_order_and_distance() -> None:
    placed = charts.spread([5.0, 5.5, 100.0, 4.0], 10, 0, 200)
    assert placed[3] < placed[0] < placed[1] < placed[2] == 100.0
    assert np.diff(sorted(placed)).min() >= 10 - 1e-9


# --- every figure in every size of region -------------------------------------------------------


def all_figures(region: Region, values: pd.Series,
                indicators: list[capacity_figures.Indicator]) -> Iterator[Axes]:
    borders, places = boundaries.load_boundaries(), population.load_localities()
    yield figures.plot_population(region, values, boundaries=borders, localities=places)
    yield figures.plot_localities(region, places, boundaries=borders)
    yield figures.plot_change(region, values, boundaries=borders)
    yield from figures.history_figures(region, values)
    yield figures.plot_balance(region, population.load_population_change())
    yield from figures.age_figures(region, figures.age_measures(
        *(population.load_indicator(key) for key in ("share_65plus", "mean_age",
                                                     "dependency_ratio"))))
    yield figures.plot_pyramid(region, population.load_age_sex())
    latest = values.xs(2025, level="year")
    yield capacity_figures.plot_indicators(region, indicators, population=latest,
                                           key="kapacitet", title="Kapacitet")
    staff = population.load_staff().set_index(["code", "year"])["staff"]
    yield from capacity_figures.staff_figures(region, capacity.staff_per_1000(staff, values),
                                              population=latest)


@pytest.mark.parametrize("key", list(REGIONS))
def test_every_figure_says_what_it_shows(key: str, values: pd.Series,
                                         indicators: list[capacity_figures.Indicator]) -> None:
    drawn = [described(axes) for axes in all_figures(REGIONS[key], values, indicators)]
    assert len({about.id for about in drawn}) == len(drawn)
    for about in drawn:
        assert re.search(r"\d", about.alt), about.id
        assert not re.search(r"\bnan\b", about.alt), about.id
        assert about.table is not None
        assert len(about.table.frame), about.id
        assert not re.search(r"\bnan\b", about.table.to_html()), about.id


def test_unknown_series_give_no_line_chart() -> None:
    share = population.load_indicator("share_65plus")
    aged = figures.Aged.of(metrics.share_65plus, share)
    assert figures.age_figures(REGIONS["one"], [aged]) == []
    assert len(figures.age_figures(REGIONS["karlstad"], [aged])) == 1


# --- single figures -----------------------------------------------------------------------------


def test_circle_areas_are_proportional_to_inhabitants(values: pd.Series) -> None:
    region = regions.get("karlstad")
    axes = figures.plot_population(region, values, boundaries=boundaries.load_boundaries(),
                                   localities=population.load_localities())
    circles = max((item for item in axes.collections if len(item.get_offsets()) == 5
                   and len(item.get_sizes()) == 5), key=lambda item: item.get_sizes().max())
    counts = values.xs(2025, level="year").loc[list(region.members)].sort_values(ascending=False)
    sizes = np.sort(circles.get_sizes())[::-1]
    assert np.allclose(sizes / sizes[0], counts / counts.iloc[0])


def test_history_starts_at_100_and_ends_as_the_alt_text_says(values: pd.Series) -> None:
    axes = figures.plot_history(regions.get("bergslagen"), values)
    lines = {line.get_label(): line for line in axes.lines}
    assert set(lines) >= {"Bergslagen", "Örebro län", "Riket"}
    assert lines["Bergslagen"].get_ydata()[0] == 100
    last = swedish.number(lines["Bergslagen"].get_ydata()[-1])
    assert f"Bergslagen {last}" in described(axes).alt


def test_balance_bars_add_up_to_the_increase() -> None:
    axes = figures.plot_balance(regions.get("malardalen"), population.load_population_change())
    heights = [[bar.get_height() for bar in container] for container in axes.containers]
    assert np.allclose(np.sum(heights[:-1], axis=0), heights[-1])
    assert len({(bar[0].get_facecolor(), bar[0].get_hatch()) for bar in axes.containers}) == 6


def test_many_members_are_named_by_size_and_the_rest_are_in_the_table(values: pd.Series) -> None:
    axes = figures.plot_members(FORTY, values)
    named = {text.get_text() for text in axes.texts}
    assert len(named) == charts.MOST_NAMED
    assert "Jönköping" in named
    assert len(described(axes).table.frame) == 40
    assert "grå linjer är de övriga" in described(axes).note


def test_capacity_panels_say_year_and_direction(
        values: pd.Series, indicators: list[capacity_figures.Indicator]) -> None:
    region = regions.get("karlstad")
    axes = capacity_figures.plot_indicators(
        region, indicators, population=values.xs(2025, level="year"), key="k", title="K")
    panels = axes.get_figure(root=True).axes[: len(indicators)]
    words = [panel.texts[0].get_text() for panel in panels]
    assert words[2] == "2024, högre är bättre"
    assert words[6] == "2022, varken bättre eller sämre"
    assert words[7] == "2022, varken bättre eller sämre"
    table = described(axes).table.frame
    assert len(table) == 5 * len(indicators)
    assert table["rank"].between(1, 290).all()


def test_gotland_is_nobodys_peer_in_tax_rate(
        values: pd.Series, indicators: list[capacity_figures.Indicator]) -> None:
    rate = next(entry for entry in indicators if entry.measure.id == "tax_rate")
    assert rate.peers["high"].max() < 30
    assert pd.isna(rate.ranks["0980"])


def test_places_table_leaves_unknown_shares_empty(values: pd.Series) -> None:
    places = population.load_localities()
    crossing = metrics.crossing_localities(places, boundaries.load_boundaries())
    where = metrics.locality_shares(places, values.xs(2020, level="year"), crossing)
    land = metrics.latest_land(population.load_land_area())
    table = figures.places_table(regions.get("malardalen"), values, land, where)
    frame = table.frame.set_index("name")
    assert pd.isna(frame.at["Eskilstuna", "share"])
    assert frame.at["Köping", "share"] == pytest.approx(0.832, abs=0.001)
    assert frame["density"].gt(0).all()
    assert "Landareal 2015. Andelar" in table.notes[-1]


def test_places_table_tells_the_years_of_the_land_area(values: pd.Series) -> None:
    region, places = regions.get("kak"), population.load_localities()
    where = metrics.locality_shares(places, values.xs(2020, level="year"),
                                    metrics.crossing_localities(places,
                                                                boundaries.load_boundaries()))
    land = metrics.latest_land(population.load_land_area())
    land.loc[["1983", "1984"], "year"] = 2025
    table = figures.places_table(region, values, land.drop("1984"), where)
    assert table.notes[-1].startswith("Landareal 2015 och 2025. ")
    frame = table.frame.set_index("name")
    assert frame.loc["Arboga", ["land", "density"]].isna().all()
    assert frame.loc[["Köping", "Kungsör"], "density"].gt(0).all()


def test_staff_over_many_years_is_a_line_a_member_with_names_apart(values: pd.Series) -> None:
    region, years = regions.get("malardalen"), range(1998, 2026)
    rates = pd.Series({(code, year): 60 + place / 10 + (year - 1998) / 4
                       for place, code in enumerate(region.members) for year in years})
    axes = capacity_figures.plot_staff(
        region, rates.drop([("1980", 2025), ("1960", 2010)]), population=values.xs(2025, level=1))
    figure = axes.get_figure(root=True)
    figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in axes.texts
                    if not str(text.get_gid()).startswith("halo")),
                   key=lambda box: box.y0)
    assert len(boxes) == len(region.members)
    assert all(below.y1 <= above.y0 + 2 for below, above in pairwise(boxes))
    runs = [line.get_xdata() for line in axes.lines if line.get_label() == "Kungsör"]
    assert [(run[0], run[-1]) for run in runs] == [(1998, 2009), (2011, 2025)]
    about = described(axes)
    assert about.title.endswith("1998–2025")
    assert "Västerås –" in about.alt, "its last year is unknown"
    assert pd.isna(about.table.frame.set_index("name").at["Västerås", "2025"])


def test_staff_that_is_unknown_for_every_member_gives_no_chart(values: pd.Series) -> None:
    rates = pd.Series({("1780", 2025): 60.0, ("1960", 2025): np.nan})
    latest = values.xs(2025, level="year")
    assert capacity_figures.staff_figures(regions.get("kak"), rates, population=latest) == []
    assert len(capacity_figures.staff_figures(regions.get("karlstad"), rates,
                                              population=latest)) == 1


# --- what is unknown ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ages() -> pd.DataFrame:
    return population.load_age_sex().astype({"persons": "Int64"})


def hidden_age(ages: pd.DataFrame, code: str) -> pd.DataFrame:
    """`ages` without the persons of one group of one municipality."""
    cell = (ages["code"] == code) & (ages["age_from"] == 70) & (ages["sex"] == "men")
    return ages.assign(persons=ages["persons"].mask(cell))


def test_a_pyramid_beside_an_unknown_nation(ages: pd.DataFrame) -> None:
    region = REGIONS["karlstad"]
    about = described(figures.plot_pyramid(region, hidden_age(ages, "0180")))
    assert "i riket" not in about.alt
    assert "Riket är okänt: uppgift saknas" in about.note
    assert about.table is not None
    assert about.table.frame[["nation_women", "nation_men"]].isna().all(axis=None)
    whole = described(figures.plot_pyramid(region, ages))
    assert about.table.frame["women"].equals(whole.table.frame["women"])  # type: ignore[union-attr]
    assert "i riket" in whole.alt
    assert "okän" not in whole.note


def test_an_unknown_pyramid_is_said_to_be_unknown(ages: pd.DataFrame) -> None:
    axes = figures.plot_pyramid(REGIONS["karlstad"], hidden_age(ages, "1780"))
    assert not axes.patches
    assert "Åldersfördelningen är okänd" in axes.texts[0].get_text()
    assert "okänd" in described(axes).alt


def test_every_year_with_noise_is_named(values: pd.Series, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures.tables, "perturbed_years", lambda key: (2025, 2026))
    later = values[values.index.get_level_values(1) == 2025].rename(index={2025: 2026}, level=1)
    table = figures.change_table(REGIONS["karlstad"], pd.concat([values, later]))
    assert "2026 bygger på tal med slumpmässigt brus (CKM)." in table.notes
    shipped = figures.change_table(REGIONS["karlstad"], values)
    assert "2025 bygger på tal med slumpmässigt brus (CKM)." in shipped.notes
    assert figures._noise([2024, 2025, 2026]) == (
        "2025–2026 bygger på tal med slumpmässigt brus (CKM).",)
    assert figures._noise([2024]) == ()


def test_an_unknown_component_is_a_gap_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    region, changes = REGIONS["karlstad"], population.load_population_change()
    whole = described(figures.plot_balance(region, changes))
    assert whole.note == ("Åren däremellan saknas i datauttaget. "
                          "Delarna summerar till hela folkökningen.")
    cell = (changes["code"] == "1780") & (changes["year"] == 2024)
    hidden = changes.assign(net_county=changes["net_county"].astype("Int64").mask(cell))
    about = described(figures.plot_balance(region, hidden))
    assert "Där en uppgift saknas för någon kommun är delen okänd." in about.note
    gone = described(figures.plot_balance(region, changes[~cell]))
    assert "2024: uppgift saknas" in gone.alt
    gotland = regions.from_members(["0980"])
    assert "okänd" not in described(figures.plot_balance(gotland, changes)).note
    monkeypatch.setattr(figures.tables, "perturbed_years", lambda key: (2024,))
    assert "summerar till hela folkökningen, utom år med brus" in described(
        figures.plot_balance(region, changes)).note


def test_a_long_balance_draws_the_last_years_and_keeps_all_in_the_table() -> None:
    changes = population.load_population_change()
    one = changes[changes["year"] == 2024]
    long = pd.concat([one.assign(year=year) for year in range(2010, 2025)])
    axes = figures.plot_balance(REGIONS["karlstad"], long)
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        str(year) for year in range(2019, 2025)]
    about = described(axes)
    assert about.note.startswith("De sex senaste åren; tabellen har alla.")
    assert about.table is not None
    assert len(about.table.frame) == 15
