"""The calls behind the explorer, and its widgets without a browser."""

import base64
import io
import re
import subprocess
import sys

import openpyxl
import pandas as pd
import pytest

import analysis
from analysis import explore, regions
from analysis.errors import InputError
from analysis.explore import app, themes
from analysis.figures import measures, style
from analysis.figures.thumbnail import region_html
from analysis.metrics.measure import measure_of
from analysis.metrics.population import population as population_measure

KARLSTAD = regions.get("karlstad")


def test_import_analysis_loads_no_library():
    code = (
        "import sys, analysis; dir(analysis); "
        "print(sorted({'pandas', 'numpy', 'matplotlib', 'IPython'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_tour_has_few_names_and_each_works():
    assert set(dir(analysis)) == set(analysis.__all__) - {"__version__"}
    assert len(analysis.__all__) <= 24
    assert all(getattr(analysis, name) is not None for name in analysis.__all__)
    assert analysis.region("karlstad") == KARLSTAD
    with pytest.raises(AttributeError, match=r"no attribute 'lod'.*source_of"):
        _ = analysis.lod


def test_a_prompt_without_html_shows_words(capsys):
    table = analysis.explore.table(KARLSTAD, "tax_rate", year=2022)
    assert repr(regions.get("kak")) == (
        "<Region 'kak' KAK: Kungsör 1960, Arboga 1984, Köping 1983>"
    )
    assert repr(table).startswith("Kommunal skattesats 2022\n")
    assert repr(explore.THEMES["density"]) == (
        "<Theme 'density' Befolkningstäthet, invånare per km²>"
    )
    analysis.show(table)
    analysis.show(explore.plot_map(KARLSTAD, "tax_rate", year=2022))
    shown = capsys.readouterr().out
    assert shown.startswith(f"{table}\nKarta: Kommunal skattesats 2022. Högst i ")


def test_a_region_is_a_key_or_codes_in_a_list_or_with_commas():
    assert analysis.region(["1780", "1761"]) == analysis.region("1780,1761")
    assert analysis.region(1780).member_names == ("Karlstad",)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: analysis.region("karlstd"), "did you mean 'karlstad'"),
        (lambda: analysis.region("Örebro"), r"write 1880 \(municipality\) or Örebro län"),
        (lambda: analysis.region("1780,381"), r"did you mean 0381 \(Enköping\)"),
        (lambda: analysis.region(["Hamarö"]), r"did you mean 1761 \(Hammarö\)"),
        (lambda: analysis.load("poplation"), "did you mean 'population'"),
        (lambda: analysis.source_of(KARLSTAD), "load it with"),
        (lambda: explore.plot_map("kak", "density", year=2024), r"write analysis.region\('kak'\)"),
    ],
)
def test_a_slip_at_the_prompt_is_answered(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_table_knows_its_source():
    assert analysis.source_of(analysis.load("population")).citation == (
        "Källa: SCB, BE0101 Folkmängd"
    )


@pytest.mark.parametrize("key", ["karlstad", "malardalen"])
def test_a_region_shows_name_members_and_a_map(key):
    region = regions.get(key)
    html = region._repr_html_()
    assert html == region_html(region)
    assert all(name in html for name in (region.name, *region.member_names))
    assert f'aria-label="Karta: {region.name}"' in html
    assert html.count("<path") == 2


@pytest.mark.parametrize("theme", list(explore.THEMES))
def test_every_theme_has_a_described_map_a_series_and_a_table(theme):
    year = explore.years(KARLSTAD, theme)[-1]
    described = style.description_of(explore.plot_map(KARLSTAD, theme, year=year).figure)
    lines = style.description_of(explore.plot_series(KARLSTAD, theme).figure)
    table = explore.table(KARLSTAD, theme, year=year)
    measure = explore.theme_of(theme).measure
    assert described.sources == lines.sources == table.sources == measure.sources
    assert described.title == f"{measure.label} {year}"
    assert set(table.frame["name"]) == set(KARLSTAD.member_names)


def test_counts_are_circles_and_shares_are_shaded():
    for theme, circles in (("population", 5), ("commuting_ratio", 0)):
        shown = explore.interactive_map(KARLSTAD, theme, year=2021)
        assert len(shown.circles.data["features"]) == circles
        fills = {
            feature["properties"]["style"]["fillColor"]
            for feature in shown.areas.data["features"]
            if feature["id"] in KARLSTAD.members
        }
        assert (fills == {style.MEMBER}) == bool(circles)
        assert len(shown.areas.data["features"]) == 290


def test_the_interactive_map_asks_for_no_tiles():
    shown = explore.interactive_map(KARLSTAD, "population", year=2021)
    assert {type(layer).__name__ for layer in shown.layers} == {"GeoJSON"}


def test_circles_are_proportional_to_the_count():
    shown = explore.interactive_map(KARLSTAD, "population", year=2024)
    people = explore.values("population").xs(2024, level="year")
    ratios = {
        feature["properties"]["style"]["radius"] ** 2 / people[feature["id"]]
        for feature in shown.circles.data["features"]
    }
    assert max(ratios) == pytest.approx(min(ratios))


def test_the_map_says_what_the_pointer_is_over():
    shown = explore.interactive_map(KARLSTAD, "commuting_ratio", year=2021)
    stockholm = next(f for f in shown.areas.data["features"] if f["id"] == "0180")
    shown._point_at(feature=stockholm)
    assert shown.hint.value.startswith("<b>Stockholm</b> 0180<br>1,")


def test_missing_is_said_and_never_zero():
    values = explore.values("population").astype("float64").copy()
    values["1780", 2024] = float("nan")
    measure = measure_of(population_measure)
    table = measures.measure_table(KARLSTAD, measure, values, year=2024)
    assert table.frame["name"].iloc[-1] == "Karlstad"
    assert pd.isna(table.frame["value"].iloc[-1])
    assert "uppgift saknas" in table.to_html()


def test_a_derived_year_says_so():
    kinds = {
        year: style.description_of(explore.plot_map(KARLSTAD, "population", year=year).figure).kind
        for year in (2021, 2022)
    }
    assert kinds == {2021: "observed", 2022: "derived"}
    assert explore.table(KARLSTAD, "population", year=2022).kind == "derived"
    assert style.description_of(explore.plot_series(KARLSTAD, "population").figure).kind == (
        "derived"
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: explore.values("tax_rat"), "did you mean 'tax_rate'"),
        (lambda: explore.plot_map(KARLSTAD, "tax_rate", year=2021), "2014, 2018, 2022$"),
        (lambda: explore.table(KARLSTAD, "population", year=1900), "known years: 1950–2025"),
    ],
)
def test_errors_name_the_choices(call, message):
    with pytest.raises(InputError, match=message):
        call()


# --- the widgets ---------------------------------------------------------------------------------


@pytest.fixture
def page(tmp_path):
    return app.Explorer("karlstad", out=tmp_path)


def run(code):
    """Run the shown code but for the build; returns what it handed to `show`."""
    shown = []
    lines = [
        line
        for line in code.splitlines()
        if "import show" not in line and "build_report" not in line
    ]
    exec("\n".join(lines), {"show": shown.append})
    return shown


def test_the_code_makes_what_is_shown(page):
    page.region.value = "bergslagen"
    page.theme.value = "commuting_ratio"
    page.year.value = 2015
    chart, lines, table = run(page.code)
    assert table.to_html() == page.table.value
    assert app.picture(lines) == page.series.value
    assert style.description_of(chart.figure).title == "Pendlingskvot 2015"
    assert "Pendlingskvot 2015" in page.map.key.value


def test_another_year_leaves_the_series_as_it_is(page):
    lines, chart, table = page.series.value, page.map.areas.data, page.table.value
    page.year.value = 2014
    assert page.series.value is lines
    assert page.map.areas.data != chart
    assert page.table.value != table


def test_ticking_and_clicking_change_the_selection(page):
    page.county.value = "17"
    munkfors = next(box for box in page.boxes.children if box.code == "1762")
    munkfors.value = True
    assert page.selection.members == (*KARLSTAD.members, "1762")
    assert page.region.value == app.OWN
    assert "Munkfors" in page.table.value
    page.toggle("1762")  # what a click on the map does
    assert page.selection == KARLSTAD
    assert page.region.value == "karlstad"
    assert munkfors.value is False


def test_the_last_municipality_stays(page):
    for code in KARLSTAD.members:
        page.toggle(code)
    assert len(page.selection.members) == 1
    assert "minst en kommun" in page.message.value


def test_a_theme_keeps_the_year_where_it_can(page):
    page.year.value = 2014
    page.theme.value = "tax_rate"
    assert page.year.value == 2014
    page.theme.value = "employment_rate"
    assert page.year.value == 2024
    assert page.year.options[0] == 2020


@pytest.mark.parametrize(
    ("name", "message"), [("", "empty"), ("Karlstad", "is taken"), ("a/b", "no safe folder name")]
)
def test_a_wrong_name_is_told_and_nothing_is_saved(page, name, message):
    before = regions.registry_path().read_bytes()
    page.toggle("1762")
    page.name.value = name
    page.save.click()
    assert message in page.message.value
    assert regions.registry_path().read_bytes() == before


def test_a_folder_of_others_stops_the_build_with_a_message(page):
    (page.out / "karlstad").mkdir()
    (page.out / "karlstad" / "mine.txt").write_text("mine", encoding="utf-8")
    page.build.click()
    assert "was not made by samverkan" in page.message.value
    assert page.progress.bar_style == "danger"
    assert page.build.disabled is False


def test_a_municipality_is_found_by_name_and_added(page):
    page.search.value = "Kungs"  # half written: nothing happens
    assert page.selection.key == "karlstad"
    page.search.value = "Kungsör"
    assert page.selection.members[-1] == "1960"
    assert page.search.value == ""
    assert page.county.value == "19"


def test_a_comparator_goes_into_table_series_and_code(page):
    page.theme.value = "commuting_ratio"
    page.compare.value = "nation"
    assert "Riket (median)" in page.table.value
    assert "riket" in page.series.value
    assert 'compare="nation"' in page.code
    assert len(run(page.code)) == 3


def test_a_service_is_shown_for_all_of_sweden_with_who_is_alone_and_unknown(page):
    page.nation.value = "livsmedelskontroll"
    assert (
        "65 kommuner delar med andra i 24 organ, 225 har egen regi, och om 0" in page.sweden.value
    )
    assert 'show(explore.plot_nation(area, "livsmedelskontroll"))' in page.code
    food = page.sweden.value
    page.nation.value = "raddningstjanst"
    assert page.sweden.value != food
    page.nation.value = ""
    assert page.sweden.value == ""
    assert "plot_nation" not in page.code
    with pytest.raises(InputError, match="bibliotek"):
        explore.plot_nation(page.selection, "bibliotek")


def test_what_is_shown_can_be_taken_along_as_files(page):
    page.theme.value = "share_65plus"
    page._on_files(page.files)
    links = dict(
        re.findall(r'download="([^"]+)" href="data:[^;]+;base64,([^"]+)"', page.message.value)
    )
    assert [name.rpartition(".")[2] for name in links] == ["csv", "xlsx", "svg", "svg"]
    csv, xlsx, *drawings = (base64.b64decode(code) for code in links.values())
    head, first, *_ = csv.decode("utf-8-sig").split("\r\n")
    assert head == "Kommun;Andel 65 år eller äldre (%)"
    name, share = first.split(";")
    assert "Källa" in csv.decode("utf-8-sig")
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx)).active
    cells = {row[0].value: row[1] for row in sheet.iter_rows(max_col=2) if row[1].value is not None}
    assert cells[name].number_format == "0.0%"
    assert float(share.replace(",", ".")) == pytest.approx(100 * cells[name].value)
    assert float(share.replace(",", ".")) > 1, "in per cent, as the heading says"
    assert all(drawing.startswith(b"<") and b"</svg>" in drawing for drawing in drawings)


def test_a_theme_says_what_it_is(page):
    page.theme.value = "commuting_ratio"
    assert "dagbefolkning / nattbefolkning" in page.about.value
    assert "2004–2021" in page.about.value
    assert "SCB" in page.about.value


def test_own_figures_are_a_theme_of_the_explorer(tmp_path, monkeypatch):
    monkeypatch.setattr(themes, "THEMES", dict(themes.THEMES))
    frame = pd.DataFrame({"Kommun": ["Karlstad", "Kil"], "Bibliotek": [5, 2]})
    source = analysis.Source("Exempelverket", "Bibliotek", "2024")
    analysis.own(frame, value="Bibliotek", unit="bibliotek", source=source).explore()
    page = app.Explorer("karlstad", out=tmp_path)
    page.theme.value = "egen_bibliotek"
    assert "Exempelverket, Bibliotek (2024)" in page.about.value
    assert "uppgift saknas" in page.table.value
