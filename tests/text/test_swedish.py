"""Numbers and words as a careful Swede writes them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.text import swedish as sv
from analysis.text.citation import source_line


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (10_587_710, 0, "10\u202f587\u202f710"),
        (0, 0, "0"),
        (-35, 0, "−35"),
        (-0.04, 1, "0,0"),
        (1234.56, 1, "1\u202f234,6"),
        (0.5, 2, "0,50"),
        (999, 0, "999"),
        (None, 0, "–"),
        (float("nan"), 1, "–"),
    ],
)
def test_number(value, decimals, text):
    assert sv.number(value, decimals) == text


@pytest.mark.parametrize(("value", "text"), [(5, "+5"), (0, "0"), (-5, "−5"), (0.2, "0")])
def test_signed(value, text):
    assert sv.signed(value) == text


def test_shares_and_points():
    assert sv.percent(0.0932) == "9,3 procent"
    assert sv.percent_sign(0.0932) == "9,3\u202f%"
    assert sv.percentage_points(0.012) == "1,2 procentenheter"
    assert sv.percentage_points(0.01, 0) == "1 procentenhet"
    assert sv.percentage_points(-0.01, 0) == "−1 procentenhet"
    assert sv.percent(None) == sv.percentage_points(None) == "–"


@pytest.mark.parametrize(
    ("name", "genitive"),
    [
        ("Kungsör", "Kungsörs"),
        ("Västerås", "Västerås"),
        ("Grums", "Grums"),
        ("Kil", "Kils"),
        ("Bergslagen", "Bergslagens"),
        ("Borås", "Borås"),
        ("Hällefors", "Hällefors"),
    ],
)
def test_genitive(name, genitive):
    assert sv.genitive(name) == genitive


def test_lists_and_counts():
    assert sv.listed([]) == ""
    assert sv.listed(["Kil"]) == "Kil"
    assert sv.listed(["Kil", "Grums"]) == "Kil och Grums"
    assert sv.listed(["Kil", "Grums", "Forshaga"]) == "Kil, Grums och Forshaga"
    assert sv.counted(1, "kommun", "kommuner") == "1 kommun"
    assert sv.counted(0, "kommun", "kommuner") == "0 kommuner"
    assert sv.in_words(1, neuter=True) == "ett"
    assert sv.in_words(12) == "tolv"
    assert sv.in_words(13) == "13"


def test_dates_and_years():
    assert sv.day(date(2026, 6, 30)) == "30 juni 2026"
    assert sv.years([2004, 2005, 2006, 2015, 2019, 2020]) == "2004–2006, 2015 och 2019–2020"
    assert sv.span(2016, 2016) == "2016"


@pytest.mark.parametrize(
    ("value", "of", "words"),
    [
        (31, 1000, "ökade med 3,1 procent"),
        (-31, 1000, "minskade med 3,1 procent"),
        (0, 1000, "var oförändrad"),
        (0.2, 1000, "var i stort sett oförändrad"),
    ],
)
def test_change_names_its_direction(value, of, words):
    assert sv.change(value, of=of) == words


def test_change_needs_a_base():
    with pytest.raises(ValueError, match="positive base"):
        sv.change(1, of=0)


def test_swedish_order():
    assert sorted(["Örebro", "Åmål", "Ärla", "Zinkgruvan", "arboga"], key=sv.sort_key) == [
        "arboga",
        "Zinkgruvan",
        "Åmål",
        "Ärla",
        "Örebro",
    ]


@given(st.integers(-(10**9), 10**9))
def test_a_number_reads_back(value):
    plain = sv.number(value).replace("\u202f", "").replace("−", "-")
    assert int(plain) == value


def test_source_lines():
    assert source_line(("population",), "observed") == "Källa: SCB, BE0101 Folkmängd"
    line = source_line(("population", "localities", "population"), "derived")
    assert line == ("Källor: SCB, BE0101 Folkmängd; SCB, Tätorter 2020; bearbetning: Samverkan")
