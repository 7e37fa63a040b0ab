"""Rules of law: each has its paragraph, where it was read and when."""

import pytest

from analysis.arrangements import earliest
from analysis.errors import DataError
from analysis.loaders import law, tables


def test_every_rule_says_where_and_when_it_was_read():
    rules = law.load_law()
    assert (rules[["statement", "law", "paragraph", "url", "edition", "checked"]] != "").all(
        axis=None
    )
    assert rules["url"].str.startswith("https://").all()
    assert rules["paragraph"].str.contains("§").all()
    for column in ("edition", "checked"):
        assert all(earliest(value) is not None for value in rules[column])
    assert (rules["edition"].map(earliest) <= rules["checked"].map(earliest)).all()
    assert rules["statement"].str.endswith(".").all()
    assert ((rules["topic"] == "possible") == (rules["holds"] != "")).all()


def test_each_form_says_whether_it_is_possible_and_how_a_member_leaves():
    rules = law.load_law()
    general = rules[rules["area"] == ""]
    for form in law.FORMS:
        topics = set(general.loc[general["form"] == form, "topic"])
        assert {"possible", "decides"} <= topics
    for form in law.FORMS[:3]:
        assert "leaves" in set(general.loc[general["form"] == form, "topic"])


@pytest.mark.parametrize(
    ("area", "barred"),
    [
        ("bygglov", {"bolag"}),
        ("overformyndare", {"bolag"}),
        ("raddningstjanst", {"bolag"}),
        ("loner", set()),
        ("vatten-avlopp", set()),
    ],
)
def test_special_law_goes_before_the_general_rule(area, barred):
    rules = law.rules_for(law.load_law(), area)
    possible = rules[rules["topic"] == "possible"]
    assert set(possible.loc[possible["holds"] == "no", "form"]) == barred
    for form in barred:
        assert possible.loc[possible["form"] == form, "holds"].tolist() == ["no"]


def test_a_rule_on_an_unknown_area_is_refused(monkeypatch):
    table = tables.load("law")
    table.loc[0, "area"] = "lonner"
    monkeypatch.setattr(law.tables, "load", lambda key: table)
    with pytest.raises(DataError, match=r"law\.csv row 2, column 'area': unknown area 'lonner'"):
        law.load_law()
