"""The reader of JSON-stat 2: order by index, signs, and every way a document can be broken."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import SourceError
from analysis.sources import jsonstat


def document(**changes):
    """Two regions by three years, one cell suppressed, keys in the order JavaScript gives them."""
    found = {
        "version": "2.0",
        "class": "dataset",
        "label": "Folkmängd",
        "source": "SCB",
        "updated": "2025-02-21T07:00:00Z",
        "note": ["En not."],
        "role": {"time": ["Tid"], "metric": ["ContentsCode"]},
        "id": ["Region", "ContentsCode", "Tid"],
        "size": [2, 1, 3],
        "dimension": {
            "Region": {
                "label": "region",
                "extension": {"elimination": True},
                "category": {
                    "index": {"1780": 1, "0381": 0},
                    "label": {"1780": "Karlstad", "0381": "Enköping"},
                },
            },
            "ContentsCode": {
                "label": "tabellinnehåll",
                "category": {
                    "index": {"X1": 0},
                    "label": {"X1": "Folkmängd"},
                    "unit": {"X1": {"base": "antal personer", "decimals": 0}},
                },
            },
            "Tid": {
                "label": "år",
                "category": {
                    "index": {"2022": 0, "2023": 1, "2024": 2},
                    "label": {"2022": "2022", "2023": "2023", "2024": "2024"},
                },
            },
        },
        "value": [1, 2, None, 4, 0, 6],
        "status": {"2": ".."},
    }
    return {**found, **changes}


def test_values_signs_and_units_are_kept():
    cube = jsonstat.read(document(), "TABX")
    frame = cube.frame()
    assert list(frame["Region"]) == ["0381"] * 3 + ["1780"] * 3, "by index, not by key"
    assert list(frame["Tid"]) == ["2022", "2023", "2024"] * 2
    assert frame["value"].isna().tolist() == [False, False, True, False, False, False]
    assert list(frame["sign"]) == ["", "", "..", "", "", ""]
    assert cube.variables["ContentsCode"].units["X1"] == jsonstat.Unit("antal personer", 0)
    assert cube.variables["Region"].eliminable
    assert not cube.variables["Tid"].eliminable
    assert (cube.updated, cube.time, cube.notes) == ("2025-02-21T07:00:00Z", "Tid", ("En not.",))


def test_sparse_values_and_listed_signs_read_alike():
    plain = jsonstat.read(document(), "TABX").frame()
    sparse = {"0": 1, "1": 2, "3": 4, "4": 0, "5": 6}
    listed = [None, None, "..", None, None, None]
    other = jsonstat.read(document(value=sparse, status=listed), "TABX").frame()
    assert plain.equals(other)


def test_a_zero_is_a_zero_and_a_gap_is_a_gap():
    frame = jsonstat.read(document(), "TABX").frame()
    assert frame["value"][4] == 0
    assert frame["value"].isna()[2]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"value": [1, 2, 3]}, "3 figures for 6 cells"),
        ({"value": [1, 2, 3, 4, 5, "sex"]}, "'sex' stands where a number belongs"),
        ({"value": [1, 2, 3, 4, 5, True]}, "True stands where a number belongs"),
        ({"size": [2, 1, 4]}, "variable 'Tid' has 3 values, its size says 4"),
        ({"size": [2, 3]}, "do not fit the sizes"),
        ({"id": ["Region", "ContentsCode", "Year"]}, "do not fit the sizes"),
        ({"status": {"6": ".."}}, "a sign stands at cell '6' of 6"),
        ({"status": [".."]}, "1 signs for 6 cells"),
        ({"status": {"2": 5}}, "5 stands where a sign belongs"),
        ({"status": "x"}, "is no JSON-stat dataset"),
        ({"value": None}, "is no JSON-stat dataset"),
        ({"value": [1, 2, 3, 4, 5, float("inf")]}, "inf stands where a number belongs"),
        ({"value": {"6": 1}}, "a figure stands at cell '6' of 6"),
        ({"size": None}, "has no list of variables and sizes"),
        ({"id": "Region"}, "has no list of variables and sizes"),
        ({"dimension": None}, "is no JSON-stat dataset"),
        (
            {"dimension": {"Region": None, "ContentsCode": None, "Tid": None}},
            "is no JSON-stat dataset",
        ),
        ({"role": "x"}, "is no JSON-stat dataset"),
        ({"note": 5}, "is no JSON-stat dataset"),
        ({"class": "collection"}, "is no JSON-stat dataset"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, said):
    with pytest.raises(SourceError, match="TABX: ") as caught:
        jsonstat.read(document(**changes), "TABX")
    assert said in str(caught.value)


def test_two_values_in_one_place_are_refused():
    broken = document()
    broken["dimension"]["Tid"]["category"]["index"]["2024"] = 1
    with pytest.raises(SourceError, match="the values of 'Tid' have no clear order"):
        jsonstat.read(broken, "TABX")


def test_missing_parts_are_named():
    broken = document()
    del broken["dimension"], broken["value"]
    with pytest.raises(SourceError, match="has no dimension, value"):
        jsonstat.read(broken, "TABX")


@pytest.mark.parametrize("text", ["[]", "null", '"x"', "3", "{}"])
def test_json_of_another_kind_is_refused(text):
    with pytest.raises(SourceError, match="is no JSON-stat dataset"):
        jsonstat.read(json.loads(text), "TABX")
    with pytest.raises(SourceError, match="is no JSON-stat dataset"):
        jsonstat.metadata(json.loads(text), "TABX")


@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4), data=st.data())
def test_each_cell_comes_back_where_it_was(sizes, data):
    names = [f"V{place}" for place in range(len(sizes))]
    cells = list(itertools.product(*(range(size) for size in sizes)))
    values = data.draw(
        st.lists(st.none() | st.integers(-(10**6), 10**6), min_size=len(cells), max_size=len(cells))
    )
    dimension = {
        name: {"category": {"index": {f"c{code}": code for code in range(size)}}}
        for name, size in zip(names, sizes, strict=True)
    }
    cube = jsonstat.read(
        {
            "version": "2.0",
            "class": "dataset",
            "id": names,
            "size": sizes,
            "dimension": dimension,
            "value": values,
        },
        "TABX",
    )
    frame = cube.frame()
    for row, cell in enumerate(cells):
        assert [frame[name][row] for name in names] == [f"c{code}" for code in cell]
        assert (frame["value"][row] == values[row]) or values[row] is None


def places(part, way=()):
    """The way to every part of a document."""
    yield way
    for key, inner in (
        part.items()
        if isinstance(part, dict)
        else enumerate(part if isinstance(part, list) else ())
    ):
        yield from places(inner, (*way, key))


PLACES = list(places(document()))[1:]
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.lists(st.none() | st.integers() | st.text(max_size=2), max_size=3)
    | st.dictionaries(
        st.text(max_size=2), st.none() | st.integers() | st.text(max_size=2), max_size=2
    )
)


@settings(max_examples=400)
@given(
    way=st.sampled_from(PLACES),
    value=VALUES,
    reader=st.sampled_from([jsonstat.read, jsonstat.metadata]),
)
def test_a_document_with_anything_anywhere_is_a_cube_or_is_refused(way, value, reader):
    broken = document()
    part = broken
    for step in way[:-1]:
        part = part[step]
    part[way[-1]] = value
    try:
        cube = reader(broken, "TABX")
    except SourceError as error:
        faults = error.faults
    else:
        faults = ()
        assert reader is jsonstat.metadata or len(cube.frame()) == 6
    assert all(fault.startswith("TABX: ") for fault in faults)
