"""What an alternative changes: bodies left, grown and the same; who stays behind."""

import math

import pandas as pd

from analysis.metrics import alternatives


def present(*bodies):
    columns = ["arrangement", "counted", "legal_form", "host", "inside", "outside"]
    return pd.DataFrame(bodies, columns=columns)


def test_a_body_left_with_one_member_and_without_its_host_is_told():
    found = alternatives.change(
        present(("f", True, "kommunalforbund", "a", "a; b", "c")), [["a", "b"]]
    )
    assert found.left == ("f",)
    assert found.stay == {"f": ("c",)}
    assert found.lone == ("f",)
    assert found.hostless == ("f",)
    assert found.same == ""


def test_a_body_that_grows_is_not_left():
    found = alternatives.change(
        present(("f", True, "kommunalforbund", "", "a; b", "")), [["a", "b", "c"]]
    )
    assert (found.left, found.grown, found.same) == ((), ("f",), "")


def test_another_form_for_the_same_members_is_a_change():
    bodies = present(("f", True, "kommunalforbund", "", "a; b", ""))
    assert alternatives.change(bodies, [["a", "b"]]).same == "f"
    assert alternatives.change(bodies, [["b", "a"]], form="kommunalforbund").same == "f"
    other = alternatives.change(bodies, [["a", "b"]], form="avtal")
    assert (other.same, other.left, other.stay) == ("", ("f",), {"f": ()})
    assert other.lone == ()


def test_what_is_unclear_today_is_neither_left_nor_the_same():
    found = alternatives.change(present(("n", False, "avtal", "", "a; b", "c")), [["a", "b"]])
    assert (found.left, found.grown, found.same, found.unclear) == ((), (), "", ("n",))


def test_alone_leaves_every_body():
    circles = alternatives.circles_of("alone", ["a", "b"])
    found = alternatives.change(present(("f", True, "avtal", "", "a; b", "c; d")), circles)
    assert found.left == ("f",)
    assert found.stay == {"f": ("c", "d")}
    assert found.lone == ()


def test_a_base_with_an_unknown_member_is_unknown():
    people = pd.Series({"a": 10, "b": 20})
    assert alternatives.base_of([["a", "b"]], people) == [30.0]
    assert math.isnan(alternatives.base_of([["a", "c"]], people)[0])
