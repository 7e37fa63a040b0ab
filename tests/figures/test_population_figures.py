"""Artists of the population figures: lines with honest gaps, circles, alt texts and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes

from analysis import regions
from analysis.figures import capacity as capacity_figures
from analysis.figures import charts, maps, overview, residents, style
from analysis.figures import population as figures
from analysis.loaders import boundaries, finances, population
from analysis.metrics import capacity
from analysis.metrics import population as metrics
from analysis.tables import Table
from analysis.text import population as text
from analysis.text import swedish
from analysis.views import population as views
from analysis.views.population import Residents

FORTY = regions.from_members(sorted(regions.municipalities())[60:100], name="Fyrtio kommuner")
REGIONS = {
    "karlstad": regions.get("karlstad"),
    "malardalen": regions.get("malardalen"),
    "one": regions.from_members(["2584"]),
    "forty": FORTY,
}


@pytest.fixture(scope="module")
def values() -> pd.Series:
    return metrics.population(population.load_population().set_index(["code", "year"]))


@cache
def view(key: str, as_of: str = "") -> Residents:
    return views.residents(REGIONS[key], as_of)


def described(axes: Axes) -> style.Description:
    return style.description_of(axes.get_figure(root=True))


# --- charts -------------------------------------------------------------------------------------


def test_pieces_end_at_breaks_and_gaps() -> None:
    line = pd.Series([1, 2, 3, 4, np.nan, 6], index=[2009, 2010, 2011, 2012, 2013, 2014])
    runs = charts.pieces(line, [2011])
    assert [list(run.index) for run in runs] == [[2009, 2010], [2011, 2012], [2014]]
    assert [list(run.index) for run in charts.pieces(line, gap=2)] == [
        [2009, 2010, 2011, 2012, 2014]
    ]


def test_overlapping_series_are_never_joined() -> None:
    early = pd.Series([1, 2], index=[2019, 2020])
    late = pd.Series([5, 6], index=[2020, 2021])
    assert [list(run) for run in charts.pieces([early, late])] == [[1, 2], [5, 6]]


def test_no_line_crosses_a_break() -> None:
    years = range(2004, 2022)
    axes = charts.plot_lines(
        {"A": pd.Series(range(18), index=years)},
        unit="personer",
        breaks=charts.breaks_of("commuting_margins"),
    )
    drawn = [line.get_xdata() for line in axes.lines if line.get_label() == "A"]
    assert [(min(xs), max(xs)) for xs in drawn] == [(2004, 2010), (2011, 2018), (2019, 2021)]


def test_lines_differ_without_colour_and_are_named_apart() -> None:
    lines = {
        f"Linje {number}": pd.Series([100, 101 + number / 50], index=[2000, 2001])
        for number in range(12)
    }
    axes = charts.plot_lines(lines, unit="index", strong="Linje 3")
    drawn = [line for line in axes.lines if str(line.get_label()).startswith("Linje")]
    looks = {(line.get_marker(), str(line.get_linestyle()), line.get_linewidth()) for line in drawn}
    assert len(drawn) == len({look[0] for look in looks}) == charts.MOST_NAMED
    figure = axes.get_figure(root=True)
    figure.canvas.draw()
    boxes = [
        text.get_window_extent()
        for text in axes.texts
        if text.get_text() in lines and not str(text.get_gid()).startswith("halo")
    ]
    assert len(boxes) == charts.MOST_NAMED
    boxes.sort(key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 + 2 for below, above in pairwise(boxes))
    assert all(box.x1 <= figure.bbox.x1 for box in boxes)


def test_spread_keeps_order_and_distance() -> None:
    placed = charts.spread([5.0, 5.5, 100.0, 4.0], 10, 0, 200)
    assert placed[3] < placed[0] < placed[1] < placed[2] == 100.0
    assert np.diff(sorted(placed)).min() >= 10 - 1e-9


# --- every figure in every size of region -------------------------------------------------------


def main_figures(seen: Residents) -> Iterator[Axes]:
    yield from residents.change_figures(seen, boundaries=boundaries.load_boundaries())
    yield residents.plot_people(seen)
    yield from capacity_figures.capacity_figures(seen)


def all_figures(seen: Residents) -> Iterator[Axes]:
    borders, region = boundaries.load_boundaries(), seen.region
    yield from main_figures(seen)
    yield figures.plot_population(
        region, seen.values, boundaries=borders, localities=seen.localities
    )
    yield from figures.locality_figures(region, seen.localities, boundaries=borders)
    yield from figures.history_figures(region, seen.values)
    yield from figures.balance_figures(region, seen.changes)
    yield from figures.age_figures(
        region, seen.pick(("share_65plus", "mean_age", "dependency_ratio"))
    )
    yield from figures.pyramid_figures(region, seen.ages_by_sex)
    yield from capacity_figures.staff_figures(
        region, capacity.staff_per_1000(seen.staff, seen.values), population=seen.latest
    )


def all_tables(seen: Residents) -> Iterator[Table]:
    lived = views.where_people_live(seen, boundaries.load_boundaries())
    yield from residents.need_tables(seen)
    yield from figures.places_tables(seen.region, seen.values, seen.land, lived)
    yield from figures.ages_tables(seen.region, seen.ages, seen.values)
    yield from figures.projection_tables(seen.region, seen.projection)
    yield from capacity_figures.indicator_tables(seen)
    yield from capacity_figures.cost_tables(
        seen.region, views.until(finances.load_service_costs(), "service_costs", seen.day)
    )
    yield from capacity_figures.staff_age_tables(seen)


def all_sentences(seen: Residents) -> list[str]:
    lived = views.where_people_live(seen, boundaries.load_boundaries())
    region = seen.region
    return [
        *text.later_sentences(seen),
        *text.growth_sentences(seen),
        *text.age_sentences(seen),
        *text.capacity_sentences(seen, seen.pick(views.MAIN)),
        *text.need_sentences(seen),
        *text.newer_sentences(text.DATASETS, seen),
        *text.size_sentences(seen, lived),
        *text.turning_sentences(seen),
        *text.boundary_notes(region, seen.values),
        *text.balance_sentences(region, seen.changes),
        *text.spread_sentences(seen),
        *text.pyramid_sentences(region, seen.ages_by_sex),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("key", list(REGIONS))
def test_every_figure_says_what_it_shows(key: str) -> None:
    drawn = [described(axes) for axes in all_figures(view(key))]
    assert len({about.id for about in drawn}) == len(drawn)
    for about in drawn:
        assert re.search(r"\d", about.alt), about.id
        assert not re.search(r"\bnan\b", about.alt), about.id
        assert about.table is not None
        assert len(about.table.frame), about.id
        assert not re.search(r"\bnan\b", about.table.to_html()), about.id


@pytest.mark.slow
def test_beside_many_bars_the_map_keeps_the_shape_of_its_region() -> None:
    """It was as high as the bars, and two thirds of it were sea and other municipalities."""
    land = boundaries.load_boundaries()
    axes = residents.plot_change(view("forty"), boundaries=land)
    west, south, east, north = land.loc[list(FORTY.members)].total_bounds
    shown = (north - south) / abs(np.subtract(*axes.get_ylim()))
    assert shown > 0.8
    assert (east - west) / abs(np.subtract(*axes.get_xlim())) > 0.8


@pytest.mark.parametrize("key", ["malardalen", "one", "forty"])
def test_main_figures_have_a_message_and_a_subtitle_and_draw_narrow(key: str) -> None:
    for axes in main_figures(view(key)):
        about = described(axes)
        assert about.title
        assert re.search(r"\d{4}", about.subtitle)
        assert not re.search(r"\d{4}–\d{4}", about.title)
        narrow = style.narrow_of(axes.get_figure(root=True))  # type: ignore[arg-type]
        assert narrow is not None
        assert narrow.get_size_inches()[0] == style.NARROW
        assert style.description_of(narrow).title == about.title


# --- any set, any day ---------------------------------------------------------------------------

CODES = sorted(regions.municipalities())
some = st.one_of(
    st.sets(st.sampled_from(CODES), min_size=1, max_size=12),
    st.integers(13, 290).map(lambda count: set(CODES[:count])),
)


@pytest.mark.slow
@given(
    some,
    st.sampled_from(
        ["", "1951-06-30", "1976-01-01", "2001-01-01", "2012-06-30", "2020-12-31", "2025-12-30"]
    ),
)
@settings(max_examples=8)
def test_any_set_on_any_day_has_a_chapter_without_a_gap(codes: set[str], as_of: str) -> None:
    seen = views.residents(regions.from_members(sorted(codes), name="Prov"), as_of)
    for sentence in all_sentences(seen):
        assert sentence.strip()
        assert not re.search(r"\b(nan|None|NaT)\b|  |–\s*procent|\bi \.", sentence), sentence
        newest = re.search(r"\b(2026|2025)\b(?! års priser)", sentence)
        assert not newest or as_of in ("", "2025-12-30")
    for table in all_tables(seen):
        assert len(table.frame)
        assert not re.search(r"\bnan\b", table.to_html())


@pytest.mark.slow
@given(
    st.sets(st.sampled_from(CODES), min_size=1, max_size=6),
    st.sampled_from(["", "1951-06-30", "2012-06-30", "2021-01-01"]),
)
@settings(max_examples=3)
def test_any_set_on_any_day_can_be_drawn(codes: set[str], as_of: str) -> None:
    seen = views.residents(regions.from_members(sorted(codes), name="Prov"), as_of)
    for axes in all_figures(seen):
        about = described(axes)
        assert not re.search(r"\bnan\b", about.alt + about.title), about.id
        said = f"{about.title} {about.subtitle} {about.alt}"
        assert not re.search(r"\b(2025|2026)\b(?! års priser)", said) or not as_of


@pytest.mark.slow
def test_the_whole_country_can_be_drawn() -> None:
    seen = views.residents(regions.from_members(CODES, name="Hela landet"))
    axes = residents.plot_change(seen, boundaries=boundaries.load_boundaries())
    assert "De" not in described(axes).title.split()[0]
    assert "tabellen har alla" in described(axes).note
    table = described(axes).table
    assert table is not None
    assert len(table.frame) == 291
    assert described(capacity_figures.plot_capacity(seen)).note.startswith("De 14 största")


def test_unknown_series_give_no_line_chart() -> None:
    for key, count in (("one", 0), ("karlstad", 1), ("malardalen", 2)):
        assert len(figures.age_figures(REGIONS[key], view(key).pick(("share_65plus",)))) == count


# --- the main figures ---------------------------------------------------------------------------


def test_bars_beside_the_map_have_its_values_and_colours() -> None:
    axes = residents.plot_change(view("malardalen"), boundaries=boundaries.load_boundaries())
    side = next(part for part in axes.get_figure(root=True).axes[1].child_axes)  # type: ignore[union-attr]
    names = [label.get_text() for label in side.get_yticklabels()]
    assert names[:4] == ["KAK", "Kungsör", "Arboga", "Köping"]
    assert names[4] == "Fyra Mälarstäder"
    change = view("malardalen").change
    widths = {round(bar.get_width(), 6) for bar in side.patches}
    assert {round(100 * float(change[code]), 6) for code in REGIONS["malardalen"].members} <= widths
    written = {note.get_text() for note in side.texts}
    assert {
        swedish.signed(100 * float(change[code]), 1) for code in REGIONS["malardalen"].members
    } <= written
    assert not any(part.get_hatch() for part in axes.collections), "hatching means old evidence"


def test_a_municipality_has_one_colour_in_all_figures() -> None:
    seen = view("malardalen")
    colours = style.colours_of(seen.region.members)
    people = residents.plot_people(seen)
    for panel in people.get_figure(root=True).axes:  # type: ignore[union-attr]
        name = panel.get_title(loc="left").strip().rpartition(" ")[0]
        code = next(
            (code for code in seen.region.members if regions.municipalities()[code].name == name),
            None,
        )
        if code:
            assert panel.lines[-1].get_color() == colours[code]
    for axes in figures.history_figures(seen.region, seen.values)[1:]:
        for line in axes.lines:
            if line.get_label() in charts.named_colours(seen.region.members):
                assert (
                    line.get_color()
                    == charts.named_colours(seen.region.members)[str(line.get_label())]
                )


def test_small_multiples_never_blend_two_cooperations() -> None:
    axes = residents.plot_people(view("malardalen"))
    first = axes.get_figure(root=True).axes[0]  # type: ignore[union-attr]
    assert len(first.lines) == 4, "the three of KAK and the three together, none of the others"
    for panel in axes.get_figure(root=True).axes:  # type: ignore[union-attr]
        for line in panel.lines:
            assert np.all(np.diff(np.asarray(line.get_xdata(), dtype=float)) > 0), "no way back"


def test_capacity_panels_print_every_value() -> None:
    seen = view("karlstad")
    axes = capacity_figures.plot_capacity(seen)
    panels = axes.get_figure(root=True).axes[:4]  # type: ignore[union-attr]
    for panel, key in zip(panels, views.MAIN, strict=True):
        measured = seen.indicators[key]
        written = {note.get_text() for note in panel.texts}
        for code in seen.region.members:
            assert text.write(measured, measured.latest[code]) in written
        assert any(
            f"{measured.year}; median {text.write(measured, measured.median)}" in note
            for note in written
        )
    words = " ".join(note.get_text() for panel in panels for note in panel.texts)
    assert "bättre" not in words


def test_the_total_tax_rate_of_2026_and_the_taxable_income_of_2025_are_shown() -> None:
    table = described(capacity_figures.plot_capacity(view("karlstad"))).table
    assert table is not None
    assert "Total skattesats, kommun och region 2026" in table.frame
    assert "Skattekraft i 2025 års priser 2025" in table.frame
    rates = population.load_indicator("tax_rate_total").query("year == 2026").set_index("code")
    assert list(table.frame["Total skattesats, kommun och region 2026"][:-1]) == list(
        rates.loc[["1780", "1761", "1715", "1763", "1764"], "value"]
    )
    (every,) = capacity_figures.indicator_tables(view("karlstad"))
    older = every.frame[every.frame["indicator"].str.startswith("Kommunal skattesats")]
    assert set(older["year"]) == {2022}
    costs = every.frame[every.frame["indicator"].str.startswith("Kommunens kostnader")]
    assert costs["rank"].isna().all()
    assert (costs["median"] == swedish.MISSING).all()


def test_the_need_ahead_stands_beside_the_nation() -> None:
    (table,) = residents.need_tables(view("karlstad"))
    ages = population.load_ages()
    for name, codes in (("Karlstad", ["1780"]), ("Riket", CODES)):
        row = table.frame.set_index("name").loc[name]
        inside = ages[ages["code"].isin(codes)]
        assert row["coming"] == inside.loc[inside["age_from"].isin([70, 75]), "persons"].sum()
        assert row["old"] == inside.loc[inside["age_from"] >= 80, "persons"].sum()
        assert row["ratio"] == pytest.approx(row["coming"] / row["old"])
    assert any("ingen prognos" in note for note in table.notes)


def test_a_projection_stands_in_the_table_once_it_is_fetched() -> None:
    seen = view("karlstad")
    years = pd.DataFrame(
        {"code": code, "year": year, "population": 1000.0 + 5 * (year - 2026)}
        for code in seen.region.members
        for year in (2026, 2030, 2036, 2070)
    )
    (table,) = residents.need_tables(replace(seen, projection=years))
    row = table.frame.set_index("name").loc["Karlstad"]
    assert row["projected"] == pytest.approx(0.05)
    assert table.formats["projected"].label == "SCB:s framskrivning 2026–2036"


# --- tables -------------------------------------------------------------------------------------


def test_costs_are_those_of_the_source_with_their_unit() -> None:
    region = regions.get("kak")
    (table,) = capacity_figures.cost_tables(region, finances.load_service_costs())
    costs = finances.load_service_costs(region)
    for row in table.frame.itertuples():
        code = next(
            code for code in region.members if regions.municipalities()[code].name == row.name
        )
        same = costs[(costs["code"] == code) & (costs["service"] == row.service)]
        assert row.year == same["year"].max()
        assert row.cost in set(same.loc[same["year"] == row.year, "cost"])
    assert (
        capacity_figures.cost_tables(regions.from_members(["2584"]), finances.load_service_costs())
        == []
    )


def test_older_staff_is_the_cohort_of_the_last_year_with_ages() -> None:
    (table,) = capacity_figures.staff_age_tables(view("karlstad"))
    staff = population.load_staff().query("year == 2017").set_index("code")
    row = table.frame.set_index("name").loc["Kil"]
    assert row["over60"] == staff.at["1715", "share_60plus"]
    assert row["over55"] == pytest.approx(staff.loc["1715", ["share_55_59", "share_60plus"]].sum())
    assert "2017 (nio år gamla uppgifter)" in table.title


def test_ages_of_2025_are_shares_of_the_published_population() -> None:
    seen = view("karlstad")
    (table,) = figures.ages_tables(seen.region, seen.ages, seen.values)
    row = table.frame.set_index("name").loc["Kil"]
    ages = population.load_ages().query("code == '1715'")
    young = ages.loc[ages["age_from"] < 20, "persons"].sum()
    assert row["0–19 år"] == pytest.approx(young / seen.latest["1715"])
    assert table.title.endswith("2025")


# --- single figures -----------------------------------------------------------------------------


def test_circle_areas_are_proportional_to_inhabitants(values: pd.Series) -> None:
    region = regions.get("karlstad")
    axes = figures.plot_population(
        region,
        values,
        boundaries=boundaries.load_boundaries(),
        localities=population.load_localities(),
    )
    circles = max(
        (
            item
            for item in axes.collections
            if len(item.get_offsets()) == 5 and len(item.get_sizes()) == 5
        ),
        key=lambda item: item.get_sizes().max(),
    )
    counts = values.xs(2025, level="year").loc[list(region.members)]
    points = maps.centres(boundaries.load_boundaries(), population.load_localities())
    at = {
        tuple(spot): size
        for spot, size in zip(circles.get_offsets(), circles.get_sizes(), strict=True)
    }
    sizes = np.array([at[tuple(points.loc[code, ["x", "y"]])] for code in counts.index])
    assert np.allclose(sizes / sizes.max(), counts / counts.max())


def test_history_starts_at_100_and_ends_as_the_alt_text_says(values: pd.Series) -> None:
    axes = figures.plot_history(regions.get("bergslagen"), values)
    lines = {line.get_label(): line for line in axes.lines}
    assert set(lines) >= {"Bergslagen", "Örebro län", "Riket"}
    assert lines["Bergslagen"].get_ydata()[0] == 100
    last = swedish.number(lines["Bergslagen"].get_ydata()[-1])
    assert f"Bergslagen {last}" in described(axes).alt


def test_balance_bars_add_up_to_the_increase() -> None:
    changes = population.load_population_change()
    axes = figures.plot_balance(regions.get("malardalen"), changes)
    rates = figures._moved(regions.get("malardalen"), changes)
    ends = pd.Series(0.0, range(7))
    for container in axes.containers:
        ends += [bar.get_width() for bar in container]
    assert np.allclose(ends, rates["increase"])
    one = changes[
        (changes["code"] == "1980") & (changes["year"] == 2024) & (changes["sex"] == "total")
    ].iloc[0]
    assert rates.at["1980", "increase"] == pytest.approx(1000 * one["increase"] / one["population"])
    colours = {container[0].get_facecolor() for container in axes.containers}
    grey = sorted(np.dot(colour[:3], (0.2126, 0.7152, 0.0722)) for colour in colours)
    assert min(np.diff(grey)) > 0.03, "the parts differ in grey"


def test_many_members_are_named_by_size_and_the_rest_are_in_the_table(values: pd.Series) -> None:
    axes = figures.plot_members(FORTY, values)
    named = {text.get_text() for text in axes.texts}
    assert len(named) == charts.MOST_NAMED
    assert "Jönköping" in named
    assert len(described(axes).table.frame) == 40
    assert "grå linjer är de övriga" in described(axes).note


def test_gotland_is_nobodys_peer_in_tax_rate() -> None:
    rate = view("karlstad").indicators["tax_rate"]
    assert rate.spread["high"].max() < 30
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
    where = metrics.locality_shares(
        places,
        values.xs(2020, level="year"),
        metrics.crossing_localities(places, boundaries.load_boundaries()),
    )
    land = metrics.latest_land(population.load_land_area())
    land.loc[["1983", "1984"], "year"] = 2025
    table = figures.places_table(region, values, land.drop("1984"), where)
    assert table.notes[-1].startswith("Landareal 2015 och 2025. ")
    frame = table.frame.set_index("name")
    assert frame.loc["Arboga", ["land", "density"]].isna().all()
    assert frame.loc[["Köping", "Kungsör"], "density"].gt(0).all()


def test_staff_over_many_years_is_a_line_a_member_with_names_apart(values: pd.Series) -> None:
    region, years = regions.get("malardalen"), range(1998, 2026)
    rates = pd.Series(
        {
            (code, year): 60 + place / 10 + (year - 1998) / 4
            for place, code in enumerate(region.members)
            for year in years
        }
    )
    axes = capacity_figures.plot_staff(
        region, rates.drop([("1980", 2025), ("1960", 2010)]), population=values.xs(2025, level=1)
    )
    figure = axes.get_figure(root=True)
    figure.canvas.draw()
    boxes = sorted(
        (
            text.get_window_extent()
            for text in axes.texts
            if not str(text.get_gid()).startswith("halo")
        ),
        key=lambda box: box.y0,
    )
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
    assert (
        len(capacity_figures.staff_figures(regions.get("karlstad"), rates, population=latest)) == 1
    )


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


def test_every_year_that_scb_changes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    (note,) = residents.noise([2015, 2025])
    assert note.startswith("SCB ändrar talen för 2025 slumpmässigt för att skydda enskilda")
    assert note in residents.change_table(view("karlstad")).notes
    monkeypatch.setattr(residents.tables, "perturbed_years", lambda key: (2025, 2026))
    assert "2025–2026" in residents.noise([2024, 2025, 2026])[0]
    assert residents.noise([2024]) == ()


def test_a_member_with_an_unknown_part_has_no_bar_and_that_is_said() -> None:
    region, changes = REGIONS["karlstad"], population.load_population_change()
    whole = described(figures.plot_balance(region, changes))
    assert whole.note == "Delarna blir tillsammans hela folkökningen."
    cell = (changes["code"] == "1780") & (changes["year"] == 2024)
    hidden = changes.assign(net_county=changes["net_county"].astype("Int64").mask(cell))
    about = described(figures.plot_balance(region, hidden))
    assert about.note.endswith("För 1 kommun visas inga delar; tabellen har det som är känt.")
    assert "Karlstad" not in about.alt
    gotland = regions.from_members(["0980"])
    assert "visas inga" not in described(figures.plot_balance(gotland, changes)).note
    assert figures.balance_figures(region, changes.iloc[:0]) == []


def test_the_parts_of_every_year_stand_in_the_table() -> None:
    changes = population.load_population_change()
    table = figures.balance_table(REGIONS["malardalen"], changes)
    assert len(table.frame) == 2 * 3
    assert list(table.frame["part"].unique()) == ["KAK", "Fyra Mälarstäder"]
    row = table.frame.set_index(["part", "year"]).loc[("KAK", 2024)]
    chosen = changes[
        changes["code"].isin(regions.get("kak").members)
        & (changes["year"] == 2024)
        & (changes["sex"] == "total")
    ]
    assert row["increase"] == chosen["increase"].sum()


def test_a_municipality_without_a_locality_of_its_own_is_drawn() -> None:
    """Solna lies in the locality of Stockholm, as four more do; a report on it has its maps."""
    localities = population.load_localities()
    without = sorted(set(regions.municipalities()) - set(localities["code"]))
    assert [regions.municipalities()[code].name for code in without] == [
        "Järfälla", "Salem", "Tyresö", "Sundbyberg", "Solna"
    ]  # fmt: skip
    people = population.load_population()
    for code in without:
        alone = regions.from_members([code])
        land = boundaries.load_boundaries()
        first = overview.plot_first(alone, people, localities, boundaries=land)
        assert alone.name in style.description_of(first.figure).title
        view = views.residents(alone)
        assert figures.plot_population(alone, view.values, boundaries=land, localities=localities)
        assert figures.locality_figures(alone, localities, boundaries=land) == []
