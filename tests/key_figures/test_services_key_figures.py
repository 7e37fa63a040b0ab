"""Key figures of shared services: counts of members on a date; the unknown is left out."""

from analysis import regions
from analysis.key_figures import COLUMNS
from analysis.key_figures.services import services_key_figures
from analysis.loaders.services import load_inventory
from analysis.views.services import sharing


def values(key, date):
    table = services_key_figures(regions.resolve(key), inventory=load_inventory(), as_of=date)
    assert list(table.columns) == list(COLUMNS)
    return table


def test_members_of_kak():
    table = values("kak", "2026-06-30")
    assert set(table["unit"]) == {"count"}
    assert set(table["year"]) == {2026}
    view = sharing(regions.get("kak"), load_inventory(), "2026-06-30")
    for key, column in (("shared_services", "services"), ("shared_services_dated", "dated")):
        own = table[table["id"] == key].set_index("area")["value"].to_dict()
        assert own == view.counts[column].to_dict()


def test_year_is_that_of_the_date():
    assert set(values("bergslagen", "2012-06-30")["year"]) == {2012}


def test_unknown_is_left_out_never_zero():
    assert values("2580", "2026-06-30").empty
    assert values("karlstad", "1990-01-01").empty
    assert set(values("1863,2580", "2026-06-30")["area"]) == {"1863"}
