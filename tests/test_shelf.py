"""What is kept by its content: found again by the same, by nothing else, and never a stranger's."""

import ast
import os
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from analysis import exhibits, regions, shelf
from analysis.figures import ground, maps, style
from analysis.figures.overview import plot_region
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.services import load_inventory
from analysis.views.services import sharing


@dataclass(frozen=True)
class View:
    table: pd.DataFrame
    words: tuple[str, ...] = ("ett",)


TABLE = pd.DataFrame({"code": ["1780", "1781"], "share": [0.1, np.nan]})
AREAS = gpd.GeoDataFrame({"code": ["1"]}, geometry=[Point(1, 2)], crs=3006)


def of_year(year):
    """A series that tells its year beside its values."""
    values = TABLE["share"].copy()
    values.attrs["year"] = year
    return values


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setenv(shelf.FOLDER, str(tmp_path / "figures"))
    monkeypatch.setenv(shelf.CONTEXT, "context")
    return tmp_path / "figures"


CHANGED = {
    "a cell": (TABLE, TABLE.assign(share=[0.1, 0.2])),
    "a type": (TABLE, TABLE.assign(code=[1780, 1781])),
    "a heading": (TABLE, TABLE.rename(columns={"share": "sum"})),
    "an index": (TABLE, TABLE.set_axis([1, 2])),
    "the order": (TABLE, TABLE[::-1]),
    "a shape": (AREAS, AREAS.set_geometry([Point(1, 3)], crs=3006)),
    "what lies beside a shape": (AREAS, AREAS.assign(code=["2"])),
    "the coordinates of a shape": (AREAS, AREAS.set_crs(3857, allow_override=True)),
    "what a table says of itself": (of_year(2023), of_year(2024)),
    "the heading of the headings": (TABLE, TABLE.rename_axis(columns="year")),
    "a table in a view": (View(TABLE), View(TABLE.assign(share=[0.1, 0.3]))),
    "a word in a view": (View(TABLE), replace(View(TABLE), words=("två",))),
    "where a list ends": ((["a"], ["b"]), (["a", "b"], [])),
    "a number and its text": (1, "1"),
    "true and one": (True, 1),
    "bytes": (b"ab", b"ac"),
    "an array": (np.array([1.0, 2.0]), np.array([1.0, 2.5])),
    "the name of a series": (TABLE["share"], TABLE["share"].rename("sum")),
    "a key": ({"a": 1}, {"b": 1}),
}


@pytest.mark.parametrize("change", CHANGED)
def test_another_content_has_another_key(change):
    before, after = CHANGED[change]
    assert shelf.key("f", before) != shelf.key("f", after)


@pytest.mark.parametrize("value", [TABLE, AREAS, View(TABLE), {"a": [1, None]}, frozenset("ab")])
def test_the_same_content_has_the_same_key(value):
    again = value.copy() if hasattr(value, "copy") else value
    assert shelf.key("f", value) == shelf.key("f", again) != ""
    assert shelf.key("f", value) != shelf.key("g", value)


def test_another_context_has_another_key_and_none_closes_the_shelf(monkeypatch):
    before = shelf.key("f", 1)
    monkeypatch.setenv(shelf.CONTEXT, "another")
    assert shelf.key("f", 1) not in ("", before)
    monkeypatch.delenv(shelf.CONTEXT)
    assert shelf.key("f", 1) == ""
    monkeypatch.setenv(shelf.CONTEXT, "context")
    monkeypatch.setenv(shelf.FOLDER, "")
    assert shelf.key("f", 1) == ""
    shelf.put(before, b"body")
    assert shelf.get(before) is None


@pytest.mark.parametrize(
    "value",
    [
        object(),
        [object()],
        {1, 2},
        TABLE.assign(share=[(1, 2), (3,)]),
        TABLE.astype({"code": "category"}),
        lambda: 1,
    ],
)
def test_what_has_no_known_content_is_not_kept(value):
    assert shelf.key("f", value) == ""


def another(inventory, table, column):
    """The inventory with one text of a table changed."""
    rows = getattr(inventory, table).copy()
    rows.loc[rows.index[0], column] = "något annat"
    return replace(inventory, **{table: rows})


@pytest.mark.parametrize(
    "change",
    [
        lambda view: replace(view, region=replace(view.region, name="Egen region")),
        lambda view: replace(view, region=replace(view.region, groups=(regions.get("kak"),))),
        lambda view: sharing(view.region, view.inventory, "2026-08-30"),
        lambda view: replace(view, inventory=another(view.inventory, "sources", "title")),
        lambda view: replace(view, inventory=another(view.inventory, "coverage", "note")),
        lambda view: replace(view, inventory=another(view.inventory, "names", "name")),
    ],
    ids=["name of a region", "its groups", "date", "source", "note", "name of a body"],
)
def test_whatever_a_view_of_the_inventory_knows_is_in_the_key(change):
    view = sharing(regions.get("malardalen"), load_inventory(), "2026-08-31")
    assert shelf.key("f", view) != shelf.key("f", change(view))


def test_a_figure_reads_nothing_that_neither_its_arguments_nor_the_context_hold():
    """The registry and the inventory of the user have no edition: a view brings what is of them."""
    past = {"load_inventory", "read_inventory", "registry", "user_data", "kept_by_user", "environ"}
    folder = Path(style.__file__).parent
    for path in folder.rglob("*.py"):
        names = {
            getattr(node, "id", getattr(node, "attr", ""))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        }
        assert not names & past, path.name


def drawn(title=""):
    """The figure of one and the same region, with another title when one is given."""
    axes = plot_region(regions.get("kak"), load_boundaries())
    if title:
        axes.set_title(title)
    return axes


def figures(place):
    """The keys of the figures on the shelf; the ground of maps stands there, too."""
    return [path.name for path in place.glob("*") if b"<svg" in path.read_bytes()]


def test_a_figure_that_was_changed_before_it_was_shown_is_not_kept(place, capsys):
    exhibits.show(drawn("ändrad"))
    assert figures(place) == []
    axes = drawn()
    wanted = style.key_of(axes.figure)
    exhibits.show(axes)
    assert figures(place) == [wanted]
    kept = drawn()
    assert isinstance(kept, style.Kept)
    assert "ändrad" not in kept.entry.decode()


def test_a_figure_that_was_described_anew_is_not_kept(place, capsys):
    axes = drawn()
    about = style.description_of(axes.figure)
    exhibits.show(style.describe(axes, replace(about, title="Annan rubrik")))
    assert figures(place) == []


def test_the_ground_of_a_map_is_the_same_whether_it_was_kept_or_not(place):
    borders = load_boundaries()
    frame = maps.frame_of(regions.get("kak"), borders, aspect=1.2)
    made = []
    for _ in range(2):
        ground._sheet.cache_clear()
        found = ground.sheet(borders, frame, millimetres=160)
        made.append([found.land.to_wkb().to_dict(), found.borders.to_wkb().to_csv()])
    assert len(list(place.iterdir())) == 1
    assert made[0] == made[1]
    for path in place.iterdir():
        path.write_bytes(b"of a stranger")
    ground._sheet.cache_clear()
    assert ground.sheet(borders, frame, millimetres=160).land.to_wkb().to_dict() == made[0][0]


def test_a_narrow_drawing_has_a_key_of_its_own():
    wide = style.key_of(drawn().figure)
    with style.narrow():
        assert style.key_of(drawn().figure) not in ("", wide)


def test_an_entry_is_found_again_and_only_by_its_user(place):
    wanted = shelf.key("f", 1)
    assert shelf.get(wanted) is None
    shelf.put(wanted, b"<svg/>")
    assert shelf.get(wanted) == b"<svg/>"
    assert place.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes() + b" "),
        lambda path: path.write_bytes(b"0" * 64 + b"<svg/>"),
        lambda path: path.write_bytes(b"\xff" * 80),
        lambda path: path.write_bytes(b""),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: (path.unlink(), os.mkfifo(path)),
        lambda path: (path.rename(path.with_name("x")), path.symlink_to(path.with_name("x"))),
        lambda path: path.unlink(),
    ],
    ids=["cut", "longer", "foreign", "binary", "empty", "folder", "pipe", "link", "gone"],
)
def test_a_harmed_entry_is_none(place, harm):
    wanted, other = shelf.key("f", 1), shelf.key("f", 2)
    shelf.put(wanted, b"<svg/>")
    shelf.put(other, b"<b/>")
    harm(place / wanted)
    assert shelf.get(wanted) is None
    assert shelf.get(other) == b"<b/>"


def test_an_entry_under_another_key_is_none(place):
    one, other = shelf.key("f", 1), shelf.key("f", 2)
    shelf.put(one, b"<svg/>")
    (place / one).rename(place / other)
    assert shelf.get(other) is None


def test_what_was_not_asked_for_longest_goes_first(place):
    keys = [shelf.key("f", number) for number in range(4)]
    for age, wanted in enumerate(keys):
        shelf.put(wanted, b"x" * 1000)
        os.utime(place / wanted, (age, age))
    shelf.get(keys[0])
    shelf.prune(most=2200)
    assert [shelf.get(wanted) is None for wanted in keys] == [False, True, True, False]
    shelf.prune(most=0)
    assert not list(place.iterdir())


def test_a_folder_that_cannot_be_written_to_costs_only_time(place):
    place.write_text("a file", encoding="utf-8")
    wanted = shelf.key("f", 1)
    shelf.put(wanted, b"<svg/>")
    shelf.prune()
    assert shelf.get(wanted) is None
