"""What a notebook may show, and what an exhibit must be to reach a report."""

import dataclasses
import json

import pandas as pd
import pytest

from analysis import exhibits
from analysis.citable import Source
from analysis.errors import BuildError, InputError
from analysis.exhibits import model
from analysis.exhibits.model import TextExhibit
from analysis.figures import style
from analysis.figures.style import Description
from analysis.tables import Format, Table

TABLE = Table(
    "prov",
    "Prov",
    pd.DataFrame({"a": ["Kil"], "b": [None], "c": [1.5]}),
    {"a": Format("Kommun", text=True), "b": Format("Okänt"), "c": Format("Andel", percent=True)},
    ("population",),
)


@pytest.fixture
def shown(monkeypatch):
    """What was handed to the report."""
    found = []
    monkeypatch.setattr(exhibits, "_display", lambda exhibit, text, seen: found.append(exhibit))
    return found


def test_one_and_many_are_shown(shown):
    exhibits.show(TABLE)
    exhibits.show([TABLE, TABLE])
    exhibits.show(table for table in (TABLE,))
    assert [exhibit.id for exhibit in shown] == ["prov"] * 4


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (pd.DataFrame({"a": [1]}), "no title and no source"),
        (pd.Series([1]), r"write show\(frame, title=…"),
        (3, "cannot be shown in a report"),
        ("text", "say for sentences"),
    ],
)
def test_what_has_no_title_and_source_is_told_what_it_lacks(item, words, shown):
    with pytest.raises(InputError, match=words):
        exhibits.show(item)
    assert not shown


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ("Bolagsverket, 2024", r"unknown dataset 'Bolagsverket, 2024'.*analysis\.Source"),
        (["populaton"], "did you mean 'population'"),
        ((), "needs at least one source"),
    ],
)
def test_what_is_no_source_is_refused_when_it_is_shown(sources, words, shown):
    with pytest.raises(InputError, match=words):
        exhibits.show(dataclasses.replace(TABLE, sources=sources))
    about, axes = Description("f", "Figur", "Alt.", sources), style.canvas(1)
    with pytest.raises(InputError, match=words.replace("needs at least", "at least")):
        exhibits.show(style.describe(axes, about))
    assert not shown


def test_an_own_source_stands_on_figure_and_table(shown):
    own = Source("Bolagsverket", "Nystartade företag", "2024")
    axes = style.canvas(1)
    exhibits.show(style.describe(axes, Description("f", "Figur", "Alt.", own)))
    exhibits.show(dataclasses.replace(TABLE, sources=own))
    assert [exhibit.sources for exhibit in shown] == [(own,), (own,)]
    assert "Bolagsverket, Nystartade företag (2024)" in axes.figure.texts[-1].get_text()
    assert [model.loads(model.dumps(exhibit), "cell 1") for exhibit in shown] == shown


def test_an_exhibit_comes_back_as_it_went_in():
    exhibit = exhibits.table_exhibit(TABLE)
    assert model.loads(model.dumps(exhibit), "cell 1") == exhibit
    assert exhibit.rows == (("Kil", None, 1.5),)


@pytest.mark.parametrize(
    "change",
    [
        {"type": "script"},
        {"kind": "certain"},
        {"rows": [[{"a": 1}]]},
        {"title": 3},
        {"sources": "population"},
    ],
)
def test_what_does_not_fit_the_schema_is_no_exhibit(change):
    good = json.loads(model.dumps(exhibits.table_exhibit(TABLE)))
    with pytest.raises(BuildError, match="cell 1: its output is no exhibit"):
        model.loads(json.dumps(good | change), "cell 1")


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"type":"text"}', 7])
def test_a_doctored_output_is_refused(text):
    with pytest.raises(BuildError, match="run the notebook again"):
        model.loads(text, "cell 1")


def test_exhibits_cannot_be_changed_on_their_way():
    with pytest.raises(AttributeError):
        TextExhibit("a").markdown = "b"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (
            pd.to_datetime(["2024-01-01", "2024-02-01"]),
            r"'2024-01-01', which is no number; write F",
        ),
        ([1.0, float("inf")], "'Antal' holds infinity; write None"),
        (["41", "elva"], "'41', which is no number"),
    ],
    ids=["dates", "infinity", "words"],
)
def test_what_is_no_number_is_refused_in_a_column_of_numbers(cells, words):
    frame = pd.DataFrame({"Kommun": ["Köping", "Arboga"], "Antal": cells})
    forms = {"Kommun": Format("Kommun", text=True), "Antal": Format("Antal")}
    with pytest.raises(InputError, match=words):
        Table("t", "Tabell", frame, forms, ("population",))


def test_a_date_in_a_column_of_words_is_a_date():
    frame = pd.DataFrame({"Dag": pd.to_datetime(["2024-01-01"])})
    table = Table("t", "Tabell", frame, {"Dag": Format("Dag", text=True)}, ("population",))
    assert ">2024-01-01<" in table.to_html()
    assert exhibits.table_exhibit(table).rows == (("2024-01-01",),)
