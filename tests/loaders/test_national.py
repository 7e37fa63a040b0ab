"""The national layer: its sums are those that the sources state, and unknown is never alone."""

import pandas as pd
import pytest

from analysis import regions
from analysis.errors import DataError, InputError
from analysis.loaders import national, population, tables
from analysis.loaders import services as inventory
from analysis.metrics import national as metrics


def test_food_control_has_each_municipality_once_in_249_authorities():
    table = national.load_national("livsmedelskontroll")
    assert sorted(table["code"]) == sorted(regions.municipalities())
    assert table["body"].nunique() == 249
    joint = table[table["standing"] == "shared"]
    assert (joint["body"].nunique(), len(joint)) == (24, 65)
    assert metrics.completeness(table) == {"alone": 225, "shared": 65, "unknown": 0}


@pytest.mark.parametrize(("area", "known"), [("raddningstjanst", 190), ("raddningsledning", 178)])
def test_rescue_is_known_in_part_and_the_rest_is_unknown(area, known):
    table = national.load_national(area)
    counted = metrics.completeness(table)
    assert counted["alone"] + counted["shared"] == known
    assert counted["unknown"] == 290 - known
    assert table.loc[table["standing"] == "unknown", "body"].isna().all()


def test_a_region_has_a_row_for_each_member_also_the_unknown():
    far = regions.from_members(["0560", "2584", "1765"], name="långt isär")
    table = national.load_national("raddningstjanst", far)
    assert set(table["code"]) == {"0560", "2584", "1765"}
    assert table["standing"].eq("unknown").any()


def test_a_base_of_a_body_with_unknown_members_is_no_whole_base():
    people = population.load_population().query("year == 2024").set_index("code")["population"]
    table = metrics.bases(national.load_national("raddningsledning"), people)
    row = table.set_index("name").loc["Räddningsregion Bergslagen"]
    assert not row["whole"]
    assert row["members"] == 34
    assert row["population"] < 740_000  # what the source states for all 42
    assert metrics.rank(table, 1e9)[1] == table["whole"].sum() < len(table)


def test_the_layer_and_the_inventory_name_the_same_members_of_a_rescue_body():
    mine = national.load_national("raddningstjanst")
    shared = inventory.load_inventory()
    for key in (
        "nerikes-brandkar",
        "bergslagens-raddningstjanst",
        "raddning-karlstadsregionen",
        "raddningstjansten-malardalen",
    ):
        own = shared.memberships["arrangement"] == key
        members = set(shared.memberships.loc[own, "code"])
        bodies = set(mine.loc[mine["code"].isin(members), "body"])
        assert len(bodies) == 1
        assert set(mine.loc[mine["body"].isin(bodies), "code"]) == members


def test_an_area_without_a_layer_is_refused_with_a_hint():
    with pytest.raises(InputError, match="did you mean 'raddningstjanst'"):
        national.load_national("raddningstjänst")


def broken(monkeypatch, change):
    """The tables of the layer with one change, as a person could make it."""
    kept = {key: tables.load(key).copy() for key in ("national_members", "national_bodies")}
    change(kept["national_members"], kept["national_bodies"].set_index("key", drop=False))
    monkeypatch.setattr(tables, "load", lambda key: kept[key])
    with pytest.raises(DataError) as caught:
        national.load_national("raddningstjanst")
    return str(caught.value)


def test_a_member_of_no_body_is_told_with_its_row(monkeypatch):
    def change(members, bodies):
        members.loc[3, "body"] = "finns-inte"

    text = broken(monkeypatch, change)
    assert "members.csv row 5, column 'body': 'finns-inte' is no body" in text


def test_a_body_that_should_have_another_number_of_members_is_told(monkeypatch):
    def change(members, bodies):
        of_nerikes = members["body"] == "raddningstjanst-nerikes-brandkar"
        members.loc[members.index[of_nerikes][0], "body"] = "raddningstjanst-brandkaren-attunda"

    text = broken(monkeypatch, change)
    assert "should have 9 members and 8 are known" in text


def test_who_is_alone_has_one_member(monkeypatch):
    def change(members, bodies):
        members.loc[
            members["code"].eq("0484") & members["service"].eq("raddningstjanst"), "body"
        ] = "raddningstjanst-raddningstjansten-flen"

    text = broken(monkeypatch, change)
    assert "'raddningstjanst-raddningstjansten-flen' is egen but has 2 members" in text


def test_holiday_homes_that_are_unknown_are_missing_and_never_zero():
    homes = national.load_holiday_homes()
    assert len(homes) == 580
    assert homes["homes"].min() >= 50
    assert isinstance(homes, pd.DataFrame)
    assert homes["homes"].isna().sum() == 211
