"""Candidates to share a service with: what is known of each, and no more."""

import pandas as pd
import pytest

from analysis import cli
from analysis.errors import InputError
from analysis.loaders.population import load_population
from analysis.report import partners_list
from analysis.views import partners as view


@pytest.fixture(scope="module")
def payroll():
    return view.partners("1984", "loner", within=45, as_of="2026-08-31")


def people(*codes):
    table = load_population()
    return int(table[(table["year"] == 2025) & table["code"].isin(codes)]["population"].sum())


def row(found, code):
    return found.table.set_index("code").loc[code]


def test_the_nearest_come_first_and_those_far_away_not_at_all(payroll):
    assert payroll.table["distance"].is_monotonic_increasing
    assert payroll.table["distance"].max() <= 45
    assert "1984" not in set(payroll.table["code"])


def test_the_base_is_that_of_the_group_that_would_result(payroll):
    kak = people("1960", "1983", "1984")
    assert row(payroll, "1983")["base"] == kak  # already in the same body: nothing is added
    assert row(payroll, "1983")["same"]
    assert row(payroll, "1880")["base"] == kak + people("1880")


def test_a_candidate_in_a_body_brings_its_body(payroll):
    building = view.partners("1984", "bygglov", within=45, as_of="2026-08-31")
    lindesberg = row(building, "1885")
    assert lindesberg["base"] == people("1960", "1984", "1863", "1864", "1884", "1885")
    assert not lindesberg["same"]


def test_a_service_known_for_all_of_sweden_is_held_against_its_bodies():
    food = view.partners("1984", "miljotillsyn", within=20, as_of="2026-08-31")
    assert food.completeness == {"alone": 225, "shared": 65, "unknown": 0}
    assert set(food.table["bodies"]) == {249}
    text = "\n".join(partners_list.lines(food))
    assert "inte är all miljötillsyn" in text
    assert "livsmedelskontroll ensam" in text


def test_a_service_without_a_national_layer_says_nothing_of_the_nation(payroll):
    assert payroll.nation is None
    assert payroll.table["smaller"].isna().all()
    assert "landet" not in "\n".join(partners_list.lines(payroll))


def test_modelled_commuters_are_intervals_and_never_a_column_to_sort_by(payroll):
    small = [flow for flow in payroll.table["out"] if flow is not None and flow.high < 1000]
    assert small
    assert all(flow.modelled and flow.low < flow.high for flow in small)
    assert not {"out", "back", "commuting"} & set(view.SORTS)
    assert "modellskattning och rangordnas inte" in "\n".join(partners_list.lines(payroll))


def test_fit_is_not_willingness_and_circular_columns_can_go(payroll):
    whole = "\n".join(partners_list.lines(payroll))
    assert "Passform är inte vilja" in whole
    assert "delar annat" in whole
    assert "delar annat" not in "\n".join(partners_list.lines(payroll, circular=False))


@pytest.mark.parametrize("sort", list(view.SORTS))
def test_every_column_sorts(sort):
    found = view.partners("1984", "loner", within=45, sort=sort, as_of="2026-08-31").table
    assert found[sort].is_monotonic_increasing == view.SORTS[sort] or (
        found[sort].is_monotonic_decreasing
    )


def test_wrong_input_has_a_line_for_each_fault(capsys):
    with pytest.raises(InputError) as error:
        view.partners("1985", "loener", within=-1, sort="fit")
    assert len(error.value.faults) == 4
    with pytest.raises(SystemExit) as stop:
        cli.main(["partners", "1984", "--service", "löner"])
    assert stop.value.code == 2
    assert "did you mean 'loner'?" in capsys.readouterr().err


def test_the_table_as_csv(payroll, tmp_path):
    out = partners_list.write(payroll, tmp_path / "partners.csv", circular=False)
    table = pd.read_csv(out, dtype={"code": "str"})
    assert "shared" not in table
    assert (table["out_low"] <= table["out_high"]).all()
    assert list(table["code"]) == list(payroll.table["code"])
    with pytest.raises(InputError, match=r"does not end in \.csv"):
        partners_list.write(payroll, tmp_path / "partners.xlsx")
