"""What a notebook may show, and what an exhibit must be to reach a report."""

import json

import pandas as pd
import pytest

from analysis import exhibits
from analysis.errors import BuildError, InputError
from analysis.exhibits import model
from analysis.exhibits.model import TextExhibit
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
