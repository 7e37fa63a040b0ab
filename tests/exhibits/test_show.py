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
        (pd.DataFrame({"a": [1]}), "no title, no source and no Swedish headings"),
        (pd.Series([1]), "wrap it in analysis.tables.Table"),
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
