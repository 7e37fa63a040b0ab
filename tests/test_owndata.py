"""Own figures, from real Excel files and CSV as Swedish offices save them."""

import openpyxl
import pandas as pd
import pytest

import analysis
from analysis import explore, regions
from analysis.citable import Source
from analysis.errors import InputError
from analysis.exhibits import figure_exhibit, table_exhibit
from analysis.figures import charts, measures, style
from analysis.views.comparators import comparators

KAK = regions.get("kak")
SOURCE = Source("Exempelverket", "Nya företag", "2024-06", "CC BY 4.0")
WANTED = {"1960": 1234.5, "1983": 2345.0, "0381": 5.0}
MADE = {"source": SOURCE, "unit": "företag"}


def workbook(path, *rows, sheets=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name in sheets:
        book.create_sheet(name)
    book.save(path)
    return path


def known(own, year=2024):
    return own.values.xs(year, level="year").dropna().to_dict()


def test_an_excel_file_with_titles_names_and_whole_codes(tmp_path):
    path = workbook(
        tmp_path / "foretag.xlsx",
        ["Nya företag per kommun"],
        ["Uttag 2024-06-30"],
        [],
        ["Kommunkod", "Namn", "Antal företag"],
        [1960, "Kungsör", "1 234,5"],
        ["1983", "Köping", "2\u00a0345"],
        [381, "Enköping", 5],
        [1984, "Arboga", ".."],
        [1980, "Västerås", "–"],
        [1, "Stockholms län", 77],
        ["00", "Riket", 99],
        [],
        ["Källa: Exempelverket"],
        sheets=["Om tabellen"],
    )
    own = analysis.own(path, code="Kommunkod", value="Antal företag", **MADE)
    assert known(own) == WANTED
    assert own.intake.missing == 2
    assert [line.split(":")[0] for line in own.intake.left_out] == ["row 10", "row 11", "row 13"]
    assert own.years == (2024, 2024)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Kommun;Antal\nKungsör;1 234,5\nKöping;2345\nEnköping;5\nArboga;-\n", "cp1252"),
        ("Kommun\tAntal\n1960 Kungsör\t1234,5\n1983 Köping\t2345\nEnköpings kommun\t5\n", "utf-16"),
        ('Titel\n\nKommun,Antal\n1960,"1 234,5"\n1983,2345\n0381,5\nSumma,99\n', "utf-8-sig"),
    ],
)
def test_a_csv_as_it_is_saved(tmp_path, text, encoding):
    path = tmp_path / "antal.csv"
    path.write_text(text, encoding=encoding)
    assert known(analysis.own(path, value="Antal", **MADE)) == WANTED


def test_a_column_for_each_year_and_a_column_of_years(tmp_path):
    wide = workbook(
        tmp_path / "w.xlsx", ["Kommun", 2022, 2023], ["Köping", 1, 2], ["Arboga", 3, None]
    )
    long = pd.DataFrame({"Kommun": ["Köping", "Köping"], "År": [2022, "2023"], "n": [1, 2]})
    first, second = analysis.own(wide, **MADE), analysis.own(long, value="n", **MADE)
    assert first.values.xs("1983").tolist() == second.values.xs("1983").tolist() == [1, 2]
    assert first.years == (2022, 2023)
    assert first.values.isna().sum() == 1


def test_a_frame_by_code_and_rows_that_are_chosen():
    frame = pd.DataFrame(
        {"kön": ["män", "totalt", "totalt"], "n": [1, 2, 3.5]},
        index=pd.Index(["1983", "1983", "1984"], name="kod"),
    )
    own = analysis.own(frame, value="n", where={"kön": "Totalt"}, year=2020, **MADE)
    assert known(own, 2020) == {"1983": 2.0, "1984": 3.5}


def test_all_faults_come_together_with_their_rows():
    frame = pd.DataFrame(
        {"Kommun": ["Kopping", "Köping", "1983", "Arboga"], "n": [1, 2, 3, "många"]}
    )
    with pytest.raises(InputError) as caught:
        analysis.own(frame, value="n", **MADE)
    first, second, third = caught.value.faults
    assert "row 1: 'Kopping' is no municipality: did you mean 1983 (Köping)?" in first
    assert "skip=['Kopping']" in first
    assert "row 4: column 'n': 'många' is no number" in second
    assert "Köping 2024 stands in rows 2, 3" in third


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": "antl"}, "unknown column 'antl': did you mean 'antal'"),
        ({"source": "Exempelverket, 2024"}, "is no source; write source=analysis.Source"),
        ({"source": Source("Exempelverket", "t")}, "of which year are the figures"),
        ({"unit": " "}, "unit is empty"),
        ({"year": "När"}, "unknown column 'När'"),
    ],
)
def test_what_is_not_told_is_asked_for(change, words):
    frame = pd.DataFrame({"Kommun": ["Köping"], "antal": [1]})
    with pytest.raises(InputError, match=words):
        analysis.own(frame, **{"value": "antal", **MADE, **change})


def test_infinity_and_dates_are_no_numbers():
    for cell in (float("inf"), pd.Timestamp("2024-01-01")):
        with pytest.raises(InputError, match="column 'n'"):
            analysis.own(pd.DataFrame({"Kommun": ["Köping"], "n": [cell]}), value="n", **MADE)


@pytest.mark.parametrize("word", ["00", 0, "00 Riket", "Hela landet", "Totalt"])
def test_the_nation_is_left_out_however_it_is_written(word):
    frame = pd.DataFrame({"Kommun": [word, "Köping"], "n": [9, 1]})
    own = analysis.own(frame, value="n", **MADE)
    assert known(own) == {"1983": 1.0}
    assert len(own.intake.left_out) == 1


def test_a_year_that_nobody_told_is_one_fault():
    frame = pd.DataFrame({"Kommun": ["Köping", "Arboga"], "n": [1, 2]})
    with pytest.raises(InputError) as caught:
        analysis.own(frame, value="n", unit="företag", source=Source("Exempelverket", "t"))
    assert len(caught.value.faults) == 1


def test_a_quote_that_is_not_closed_swallows_no_row(tmp_path):
    path = tmp_path / "antal.csv"
    path.write_text('Kommun;Antal;Not\nKöping;5;"ny\nArboga;6;\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"antal\.csv row 2: is no CSV"):
        analysis.own(path, value="Antal", **MADE)


def test_a_cell_that_shows_per_cent_is_a_share(tmp_path):
    book = openpyxl.Workbook()
    for row in (("Kommun", "Andel"), ("Köping", 0.3), ("Arboga", 0.25)):
        book.active.append(row)
    book.active["B2"].number_format = "0%"
    book.save(tmp_path / "andel.xlsx")
    given = {"value": "Andel", "source": SOURCE}
    with pytest.raises(InputError, match=r"holds 0\.3, which is unit='andel'"):
        analysis.own(tmp_path / "andel.xlsx", unit="%", **given)
    told = analysis.own(tmp_path / "andel.xlsx", unit="andel", **given).table(KAK, year=2024)
    assert "30,0" in told.to_html()
    small = analysis.own(tmp_path / "andel.xlsx", unit="procent av invånarna", **given)
    assert not measures.is_count(small.measure)


@pytest.mark.parametrize("sign", ["%", " %", "\u00a0%"])
def test_per_cent_that_is_written_in_the_cell_is_read(tmp_path, sign):
    path = tmp_path / "andel.csv"
    path.write_bytes(f"Kommun;Andel\nKöping;12,5{sign}\nArboga;9{sign}\n".encode("cp1252"))
    own = analysis.own(path, value="Andel", unit="procent", source=SOURCE)
    assert known(own) == {"1983": 12.5, "1984": 9.0}
    with pytest.raises(InputError, match="is no number"):
        analysis.own(path, value="Andel", unit="företag", source=SOURCE)


def test_thousands_as_a_swedish_excel_saves_them_in_cp1252(tmp_path):
    path = tmp_path / "foretag.csv"
    path.write_bytes("Kommun;Företag\r\nKöping;1\u00a0130\r\nArboga;97\r\n".encode("cp1252"))
    assert known(analysis.own(path, value="Företag", **MADE)) == {"1983": 1130.0, "1984": 97.0}


def test_half_a_post_is_shown_as_half_a_post():
    rows = pd.DataFrame({"Kommun": ["Köping", "Arboga"], "Tjänster": [4.5, 2]})
    own = analysis.own(rows, value="Tjänster", unit="årsarbetare", source=SOURCE)
    assert "4,5" in style.description_of(own.map(KAK).figure).alt
    assert own.measure is analysis.metrics.measure.MEASURES[own.measure.id]


def test_per_cent_is_no_share():
    frame = pd.DataFrame({"Kommun": ["Köping", "Arboga"], "Andel": [0.4, 31.0]})
    with pytest.raises(InputError, match="Arboga 2024 is 31, and unit='andel' is a share"):
        analysis.own(frame, value="Andel", unit="andel", source=SOURCE)
    ratio = analysis.own(
        pd.DataFrame({"Kommun": ["Köping"], "Kvot": [0.83]}),
        value="Kvot",
        unit="kvot",
        source=SOURCE,
    )
    assert "0,83" in ratio.table(KAK).to_html()


STREAM = {"home": "Från", "work": "Till", "value": "n", "noun": "flyttningen", "what": "Flyttar"}


def test_own_flows_tell_what_was_left_out_and_refuse_what_no_map_shows():
    frame = pd.DataFrame(
        {"Från": ["Köping", "Riket"], "Till": ["Arboga", "Arboga"], "n": ["..", 9]}
    )
    moves = analysis.own_flows(frame, source=SOURCE, **STREAM)
    assert moves.intake.missing == 1
    assert "left out: row 2: 'Riket' is the nation or a sum" in repr(moves)
    net = pd.DataFrame({"Från": ["Köping"], "Till": ["Arboga"], "n": [-3]})
    for given, source, words in (
        (net, SOURCE, "Köping to Arboga 2024 is below zero"),
        (frame, "Exempelverket", "is no source"),
        (frame.assign(n=1), Source("Exempelverket", "t"), "of which year"),
    ):
        with pytest.raises(InputError, match=words):
            analysis.own_flows(given, source=source, **STREAM)


def test_a_file_that_is_not_there_or_cannot_be_read(tmp_path):
    (tmp_path / "gammal.xls").write_bytes(b"x")
    for name, words in (("ingen.csv", "is no file"), ("gammal.xls", "old Excel file")):
        with pytest.raises(InputError, match=words):
            analysis.own(tmp_path / name, value="n", **MADE)


@pytest.fixture(scope="module")
def companies():
    codes = [*KAK.members, "1980", "1961"]
    years = range(2020, 2025)
    frame = pd.DataFrame(
        [
            (code, year, 10 * place + year - 2019)
            for place, code in enumerate(codes, 1)
            for year in years
        ],
        columns=["kod", "år", "Nya företag"],
    )
    return analysis.own(frame, value="Nya företag", **MADE)


def test_counts_are_circles_and_rates_are_shaded(companies):
    assert measures.is_count(companies.measure)
    frame = pd.DataFrame({"kod": KAK.members, "Andel": [0.1, 0.2, None]})
    for unit in ("andel", "procent av företagen", "företag per 1 000 invånare"):
        share = analysis.own(frame, value="Andel", source=SOURCE, unit=unit)
        assert not measures.is_count(share.measure)
    assert (
        "10,0"
        in style.description_of(
            analysis.own(frame, value="Andel", source=SOURCE, unit="andel").map(KAK).figure
        ).alt
    )


def test_every_figure_names_the_true_source_and_year(companies):
    drawn = [
        companies.map(KAK),
        companies.series(KAK, index=2021, years=(2020, 2023), compare=["1980"]),
        companies.ranking(KAK, year=2022, compare="nation"),
    ]
    about = [figure_exhibit(axes.figure) for axes in drawn]
    assert all(SOURCE in exhibit.sources for exhibit in about)
    assert [exhibit.title for exhibit in about] == [
        "Nya företag 2024",
        "Nya företag 2020–2023, index (2021 = 100)",
        "Nya företag 2022",
    ]
    assert all("Exempelverket" in axes.figure.texts[-1].get_text() for axes in drawn)
    table = table_exhibit(companies.table(KAK))
    assert table.sources == (SOURCE,)
    assert [row[0] for row in table.rows] == ["Köping", "Arboga", "Kungsör"]


def test_who_has_no_figure_is_told_and_not_drawn():
    frame = pd.DataFrame(
        {
            "kod": ["1983", "1983", "1984", "1984"],
            "år": [2023, 2024, 2023, 2024],
            "n": [4, 5, None, 3],
        }
    )
    own = analysis.own(frame, value="n", **MADE)
    ranked = own.ranking(KAK, compare=(word for word in ("nation", "Sala")))
    note = style.description_of(ranked.figure).note
    assert note == (
        "Uppgift saknas för Kungsör och Sala. Riket visas som medianen av de kommuner som har "
        "uppgift."
    )
    assert len(ranked.lines) == 2
    series = own.series(KAK, compare=["nation", "Sala"])
    assert style.description_of(series.figure).note == note
    indexed = style.description_of(own.series(KAK, index=2023).figure)
    assert indexed.note == "Kungsör och Arboga har ingen uppgift 2023 som kan vara 100."
    assert indexed.table.notes == (indexed.note,)


def test_what_a_large_region_is_compared_with_keeps_its_name_and_line():
    large = regions.get("malardalen")
    everywhere = [str(code) for code in regions.municipalities()]
    frame = pd.DataFrame(
        [(code, year, place) for place, code in enumerate(everywhere) for year in (2023, 2024)],
        columns=["kod", "år", "n"],
    )
    own = analysis.own(frame, value="n", unit="procent", source=SOURCE)
    compare = ["peers", "nation", "county", "labour market"]
    ranked = own.ranking(large, compare=compare)
    sets = len(comparators(large, compare))
    assert len(ranked.get_legend().get_texts()) == sets > len(charts.DASHES)
    series = own.series(large, compare=["peers", "nation"])
    named = {text.get_text() for text in series.texts}
    assert {"liknande kommuner", "riket"} <= named
    assert "Grå linjer är övriga kommuner." in style.description_of(series.figure).note
    alone = style.description_of(own.series(analysis.region("Arboga"), compare=compare).figure).alt
    assert "lägst" not in alone


def test_it_becomes_a_theme_of_the_explorer(companies, monkeypatch):
    monkeypatch.setattr(explore.themes, "THEMES", dict(explore.THEMES))
    companies.explore()
    axes = explore.plot_map(KAK, "egen_nya_foretag", year=2024)
    assert style.description_of(axes.figure).sources == (SOURCE,)
