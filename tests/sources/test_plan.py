"""Planning: no cell twice, none forgotten, never more than the limit, as few requests as can be."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import catalog, paths
from analysis.errors import SourceError
from analysis.live import LIVE
from analysis.sources import scb
from analysis.textfiles import read_rows


def selection(**sizes):
    return {name: [f"{name}{code}" for code in range(size)] for name, size in sizes.items()}


def cells(part):
    return set(itertools.product(*part.values()))


@given(sizes=st.lists(st.integers(1, 7), min_size=2, max_size=4), most=st.integers(7, 60))
def test_the_parts_are_the_whole_and_keep_the_limit(sizes, most):
    whole = selection(**{f"v{place}": size for place, size in enumerate(sizes)})
    try:
        parts = list(scb.split(whole, most))
    except SourceError:
        assert math.prod(sorted(sizes)[:-2]) > most, "two variables cut to one value are too many"
        return
    found = [cells(part) for part in parts]
    assert all(len(part) <= most for part in found)
    assert sum(len(part) for part in found) == math.prod(sizes)
    assert set().union(*found) == cells(whole)
    assert all(list(part) == list(whole) for part in parts)


@pytest.mark.parametrize(("years", "requests"), [(1, 1), (3, 2), (5, 3), (11, 7), (15, 9)])
def test_the_commuting_matrix_takes_the_fewest_requests(years, requests):
    whole = selection(home=290, work=290, sex=1, contents=1, year=years)
    parts = list(scb.split(whole, 150_000))
    assert len(parts) == requests == math.ceil(290 * 290 * years / 150_000)


def test_ages_that_are_summed_stay_together():
    whole = selection(region=290, age=101, sex=2, year=47)
    parts = list(scb.split(whole, 150_000, whole={"age"}))
    assert all(len(part["age"]) == 101 for part in parts)
    assert len(parts) == math.ceil(290 * 101 * 2 * 47 / 150_000) + 1


def test_what_cannot_be_cut_small_enough_is_refused():
    with pytest.raises(SourceError, match="more than 10 cells"):
        list(scb.split(selection(age=101, year=2), 10, whole={"age"}))


def test_the_costs_are_those_that_the_inventory_names():
    rows = read_rows(paths.data_path("services") / "areas.csv")
    area, kpi = rows.header.index("key"), rows.header.index("kolada_cost")
    named = {cells[area]: cells[kpi] for _, cells in rows.records if cells[kpi]}
    live = catalog.dataset("area_costs").live
    assert {part.name: part.kpi for part in live.indicators}.items() <= named.items()


def test_no_table_id_stands_outside_the_list_of_sources():
    package = paths.ROOT / "analysis"
    ids = {query.table for live in LIVE.values() for query in live.queries}
    ids |= {part.kpi for live in LIVE.values() for part in live.indicators}
    for path in package.rglob("*.py"):
        if path.name not in ("live.py", "catalog.py", "own.py"):
            text = path.read_text(encoding="utf-8")
            assert not [found for found in ids if f'"{found}"' in text], path
