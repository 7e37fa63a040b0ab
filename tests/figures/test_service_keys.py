"""What figures of shared services are kept by: all that they show, and nothing else of a view."""

from collections.abc import Mapping
from copy import copy
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from enum import Enum

import pandas as pd
import pytest

from analysis import regions, shelf
from analysis.arrangements import State
from analysis.figures import service_maps, service_matrix, service_timeline, style
from analysis.inventory import inventory_of
from analysis.loaders.boundaries import load_boundaries
from analysis.views.services import Sharing, sharing

DRAWN = {
    "timeline": (service_timeline, "_drawn", lambda view: service_timeline.timelines_of(view)),
    "compact matrix": (
        service_matrix,
        "_drawn_compact",
        lambda view: service_matrix.compact_of(view),
    ),
    "matrix": (service_matrix, "_drawn_matrix", lambda view: service_matrix.matrices_of(view)),
    "maps": (
        service_maps,
        "_drawn",
        lambda view: service_maps.maps_of(view, boundaries=load_boundaries()),
    ),
}
BODY = "bygg-och-miljonamnden"


@pytest.fixture(autouse=True)
def _open_shelf(tmp_path, monkeypatch):
    monkeypatch.setenv(shelf.FOLDER, str(tmp_path))
    monkeypatch.setenv(shelf.CONTEXT, "context")


@pytest.fixture(scope="module")
def view():
    region = regions.get("bergslagen")
    return sharing(region, inventory_of(region.members), "2026-06-30")


def given(view, name, monkeypatch):
    """What each figure of a kind is drawn from; nothing is drawn."""
    module, function, figures_of = DRAWN[name]
    found = []
    with monkeypatch.context() as patch:
        patch.setattr(module, function, lambda *args, **named: found.append([args, named]))
        figures_of(view)
    assert found
    return found


def keys(view, name, monkeypatch):
    return [shelf.key(name, each) for each in given(view, name, monkeypatch)]


def others(value):
    """Values that differ from `value` in one place; of many alike, in their number or the first."""
    if is_dataclass(value):
        for field in fields(value):
            for other in others(getattr(value, field.name)):
                whole = copy(value)  # a table would refuse words for numbers
                object.__setattr__(whole, field.name, other)
                yield whole
    elif hasattr(value, "_replace"):
        for name in value._fields:
            yield from (value._replace(**{name: other}) for other in others(getattr(value, name)))
    elif isinstance(value, Mapping):
        for name in value:
            yield from ({**value, name: other} for other in others(value[name]))
    elif isinstance(value, list | tuple):
        yield [*value, *(value[:1] or ("mer",))]
        kinds = {type(each): place for place, each in reversed(list(enumerate(value)))}
        for place in kinds.values():
            before, after = value[:place], value[place + 1 :]
            yield from ([*before, other, *after] for other in others(value[place]))
    elif isinstance(value, pd.DataFrame):
        yield value[1:]
        for name in value.columns[value.dtypes != "geometry"]:
            said = pd.api.types.is_string_dtype(value[name]) or value[name].dtype == object
            yield value.assign(**{name: "annat" if said else value[name].fillna(0) + 1})
    elif isinstance(value, Enum):
        yield next(each for each in type(value) if each is not value)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, date):
        yield value + timedelta(days=1)
    elif isinstance(value, int | float):
        yield value + 1
    else:
        assert value is None or isinstance(value, str), value
        yield f"{value} annat"


@pytest.mark.parametrize("name", DRAWN)
def test_one_other_value_of_whatever_is_drawn_is_another_key(view, name, monkeypatch):
    """Were one left out, a figure would be shown as it was before that changed."""
    drawn = given(view, name, monkeypatch)[0]
    seen = [shelf.key(name, drawn), *(shelf.key(name, other) for other in others(drawn))]
    assert "" not in seen
    assert len(seen) == len(set(seen)) > 15


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_takes_what_it_draws_and_no_view_that_knows_more(view, name, monkeypatch):
    def views(value):
        if is_dataclass(value):
            yield value
            for field in fields(value):
                yield from views(getattr(value, field.name))
        elif isinstance(value, list | tuple):
            for each in value:
                yield from views(each)

    module, function, _ = DRAWN[name]
    assert hasattr(getattr(module, function), "__wrapped__"), "style.drawn makes its key"
    held = list(views([[*args, *named.values()] for args, named in given(view, name, monkeypatch)]))
    assert held
    assert not any(isinstance(each, Sharing) for each in held)


def changed(view, table, column, value, **where):
    """The view of an inventory in which the first row that is so has another value."""
    rows = getattr(view.inventory, table).copy()
    mine = rows
    for name, wanted in where.items():
        mine = mine[mine[name] == wanted]
    rows.loc[mine.index[0], column] = value
    inventory = replace(view.inventory, **{table: rows})
    return sharing(view.region, inventory, view.day.isoformat())


ROWS = {
    "a note": ("memberships", "note", "omprövad", {"arrangement": BODY}, ()),
    "how sure a source is": ("events", "trust", "low", {"arrangement": BODY}, ()),
    "the end of a membership": (
        "memberships",
        "last",
        pd.Timestamp("2024-12-31"),
        {"arrangement": BODY},
        ("compact matrix", "matrix", "maps"),
    ),
    "the name of a body": (
        "names",
        "name",
        "Byggnämnden",
        {"arrangement": BODY, "to": ""},
        tuple(DRAWN),
    ),
    "the form of a body": (
        "arrangements",
        "legal_form",
        "avtal",
        {"key": BODY},
        ("timeline", "compact matrix", "matrix"),
    ),
    "the name of a service": (
        "areas",
        "name",
        "Prövning av bygglov",
        {"key": "bygglov"},
        ("timeline", "compact matrix", "matrix"),
    ),
}


@pytest.mark.parametrize("change", ROWS)
def test_a_changed_row_redraws_the_figures_that_show_it_and_no_others(view, change, monkeypatch):
    table, column, value, where, redrawn = ROWS[change]
    after = changed(view, table, column, value, **where)
    for name in DRAWN:
        same = keys(view, name, monkeypatch) == keys(after, name, monkeypatch)
        assert same is (name not in redrawn), name


def test_another_day_redraws_all(view, monkeypatch):
    later = sharing(view.region, view.inventory, "2026-07-01")
    for name in DRAWN:
        assert not set(keys(view, name, monkeypatch)) & set(keys(later, name, monkeypatch))


def test_a_matrix_explains_the_signs_that_it_has(view, monkeypatch):
    for (_, rows, _), _ in given(view, "matrix", monkeypatch):
        signs = [sign for row, _ in rows if not isinstance(row, str) for sign in row.signs.values()]
        dots = any(sign.state in (State.UNKNOWN, State.ENDED) for sign in signs)
        labels = [handle.get_label() for handle in service_matrix.handles(signs)]
        assert ("ingen uppgift" in labels) is dots


def test_a_timeline_for_a_telephone_has_the_rows_of_the_page(view):
    """Its names take more lines, but what is drawn narrow is what is drawn."""
    page = service_timeline.timeline_pages(view)[0]
    wide = sum(row.height for row in page)
    with style.narrow():
        assert sum(row.height for row in page) > wide
