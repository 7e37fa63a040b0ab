"""Who pays what, where it lies, what is needed: recomputed by hand, or checked against figures
that were checked by hand."""

import math

import pandas as pd
import pytest

from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_localities, load_population, load_staff
from analysis.metrics import allocation, location, need, stated_costs

BERGSLAGEN = ["1863", "1864", "1884", "1885"]
MALARSTADER = ["0381", "0484", "0486", "1980"]


def inhabitants(codes, year=2025):
    table = load_population()
    return table[table["year"] == year].set_index("code")["population"].reindex(codes)


def staff(codes):
    table = load_staff()
    return table[table["year"] == 2017].set_index("code")["staff"].reindex(codes)


def towns(codes):
    table = load_localities().set_index("locality")
    return table[table["code"].isin(codes)]


def main_places(codes):
    table = towns(codes).sort_values("population", ascending=False)
    return table.groupby("code").head(1)


# --- who pays what -------------------------------------------------------------------------------


def test_payroll_of_fyra_malarstader_as_checked_by_hand():
    by_people = allocation.cost_share(inhabitants(MALARSTADER))
    by_staff = allocation.cost_share(staff(MALARSTADER))
    assert round(by_people["0484"], 3) == 0.300
    assert round(by_staff["0484"], 3) == 0.381
    assert round(by_people["1980"], 3) == 0.453
    assert round(by_staff["1980"], 3) == 0.370


def test_ljusnarsberg_pays_a_tenth_or_a_quarter():
    table = allocation.key_shares({"inhabitants": inhabitants(BERGSLAGEN)}, pd.Index(BERGSLAGEN))
    assert round(table.at["1864", "inhabitants"], 3) == 0.097
    assert table.at["1864", "equal"] == 0.25
    # 20 % in equal parts, 80 % by inhabitants
    assert table.at["1864", "fixed20"] == pytest.approx(0.2 * 0.25 + 0.8 * 0.0971, abs=1e-4)
    assert table.sum().round(12).eq(1).all()


def test_one_unknown_basis_makes_the_whole_key_unknown():
    table = allocation.key_shares(
        {"inhabitants": pd.Series({"a": 10, "b": 30}), "volume": pd.Series({"a": 5.0})},
        pd.Index(["a", "b"]),
    )
    assert table["volume"].isna().all()
    assert table["inhabitants"].tolist() == [0.25, 0.75]
    assert allocation.cost_share(pd.Series({"a": 0, "b": 0})).isna().all()


def test_gaps_and_the_way_there():
    shares = pd.DataFrame({"equal": [0.5, 0.5], "volume": [float("nan")] * 2}, index=["a", "b"])
    paid = allocation.amounts(shares, 1000.0)
    gaps = allocation.cost_gap(paid, pd.Series({"a": 700.0, "b": 200.0}))
    assert gaps["equal"].to_dict() == {"a": -200.0, "b": 300.0}
    spread = allocation.spread_of_gaps(gaps)
    assert list(spread.index) == ["equal"]
    assert spread.loc["equal", ["gains", "loses", "span"]].tolist() == ["a", "b", 500.0]
    way = allocation.transition(pd.Series({"a": 700.0, "b": 200.0}), paid["equal"], years=2)
    assert way.to_numpy().tolist() == [[600.0, 500.0], [350.0, 500.0]]
    assert allocation.spread_of_gaps(gaps[["volume"]]).empty
    unknown = allocation.cost_gap(paid, pd.Series({"a": 700.0}))
    assert unknown["equal"].isna().tolist() == [False, True]


# --- where it lies -------------------------------------------------------------------------------


def test_reach_and_distance_in_norra_orebro_lan_as_checked_by_hand():
    own, places = towns(BERGSLAGEN), main_places(BERGSLAGEN)
    km = location.straight(own, list(places.index))
    within = location.reach(km, own["population"], limit=20).rename(places["name"].to_dict())
    mean = location.mean_distance(km, own["population"]).rename(places["name"].to_dict())
    assert within[["Lindesberg", "Nora", "Hällefors"]].round(2).to_list() == [0.70, 0.63, 0.15]
    assert round(mean["Lindesberg"], 1) == 16.9  # with the host at 0 km it would be 13.7
    order = location.best(km, own["population"], count=1)
    assert order["places"].map(places["name"])[0] == "Lindesberg"


def test_no_town_of_fyra_malarstader_reaches_half():
    own, places = towns(MALARSTADER), main_places(MALARSTADER)
    for km in (
        location.straight(own, list(places.index)),
        location.around_water(own, list(places.index), load_boundaries().reset_index()),
    ):
        assert location.reach(km, own["population"], limit=20).max() < 0.48


def test_the_way_round_malaren_is_longer_than_the_line_across():
    own, places = towns(MALARSTADER), main_places(MALARSTADER)
    towns_of = dict(zip(places["name"], places.index, strict=True))
    chosen = [towns_of["Västerås"], towns_of["Eskilstuna"]]
    line = location.straight(own, chosen)
    way = location.around_water(own, chosen, load_boundaries().reset_index())
    assert (way.to_numpy() >= line.to_numpy() - 1e-9).all()
    across = line.at[towns_of["Eskilstuna"], towns_of["Västerås"]]
    assert way.at[towns_of["Eskilstuna"], towns_of["Västerås"]] > 1.1 * across


def test_two_places_are_at_least_as_near_as_one():
    own, places = towns(BERGSLAGEN), main_places(BERGSLAGEN)
    km = location.straight(own, list(places.index))
    one = location.best(km, own["population"], count=1)["mean_km"].min()
    assert location.best(km, own["population"], count=2)["mean_km"].min() < one


def test_people_outside_localities_widen_the_bounds():
    low, high = location.bounds(0.7, 800.0, 200.0)
    assert (low, high) == pytest.approx((0.56, 0.76))
    people = inhabitants(BERGSLAGEN, year=2020).astype("float64")
    left = location.outside_localities(towns(BERGSLAGEN), people)
    assert (left > 0).all()
    inside = towns(BERGSLAGEN)["population"].sum()
    assert left.sum() + inside == people.sum()


def test_staff_in_reach_is_unknown_when_one_is():
    km = pd.DataFrame({"x": [5.0, 20.0, 50.0]}, index=["a", "b", "c"])
    residents = pd.Series({"a": 10.0, "b": 20.0, "c": 40.0})
    assert location.staff_in_reach(km, residents, limit=30).to_dict() == {"x": 30.0}
    assert location.staff_in_reach(km, residents.drop("b"), limit=30).isna().all()


# --- need and cost -------------------------------------------------------------------------------


def test_the_cohort_is_unknown_with_an_unknown_group():
    ages = pd.DataFrame(
        {"code": ["a"] * 4, "age_from": [70, 75, 80, 85], "persons": [60.0, 40.0, 30.0, 20.0]}
    )
    assert need.cohort_70_79(ages)["a"] == 2.0
    ages.loc[1, "persons"] = float("nan")
    assert math.isnan(need.cohort_70_79(ages)["a"])


def test_a_member_stands_beside_county_and_peers_and_nothing_is_zero():
    values = pd.Series({"a": 10.0, "b": 20.0, "c": 60.0})
    peers = pd.DataFrame({"code": ["a", "a"], "peer_code": ["c", "d"]})
    county = {"a": "X", "b": "X", "c": "Y", "d": "Y"}
    table = need.beside(values, ["a", "d"], county=county, peers=peers).set_index("code")
    assert table.loc["a", ["county", "peers", "peers_known"]].tolist() == [15.0, 60.0, 1]
    assert pd.isna(table.at["d", "value"])
    assert pd.isna(table.at["d", "peers"])


def test_payback_is_never_when_nothing_is_saved():
    today = {"low": 900.0, "base": 1000.0, "high": 1100.0}
    found = stated_costs.payback_bounds((100.0, 200.0, 300.0), (800.0, 900.0, 1000.0), today)
    assert found == {"best": pytest.approx(1 / 3), "base": 2.0, "worst": math.inf}
