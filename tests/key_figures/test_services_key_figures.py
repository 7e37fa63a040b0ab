"""Key figures of shared services: counts of members on a date; the unknown is left out."""

from analysis import regions
from analysis.key_figures import COLUMNS
from analysis.key_figures.services import services_key_figures
from analysis.loaders.services import load_inventory


def values(key, date):
    table = services_key_figures(regions.resolve(key), inventory=load_inventory(), as_of=date)
    assert list(table.columns) == list(COLUMNS)
    return table


def test_members_of_karlstad():
    table = values("karlstad", "2026-06-30")
    assert dict(zip(table["area"], table["value"], strict=True)) == {
        "1763": 3, "1764": 3, "1761": 4, "1780": 4, "1715": 3}
    assert set(table["unit"]) == {"count"}
    assert set(table["year"]) == {2026}
    assert set(table["id"]) == {"shared_services"}


def test_year_is_that_of_the_date():
    assert set(values("bergslagen", "2012-06-30")["year"]) == {2012}


def test_unknown_is_left_out_never_zero():
    assert values("2580", "2026-06-30").empty
    assert values("karlstad", "1990-01-01").empty
    assert list(values("1863,2580", "2026-06-30")["area"]) == ["1863"]
