"""The scenario's figures: circles by hand, identities, and what is unknown stays unknown."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.loaders.population import load_localities
from analysis.metrics import scenario

A, B, C, D, E = "0001", "0002", "0003", "0004", "0005"
POPULATION = pd.Series({A: 1000, B: 2000, C: 3000, D: 4000, E: 5000})
CENTRES = pd.DataFrame(
    {
        "code": [A, B, C, D],
        "easting": [0.0, 3000.0, 0.0, 30000.0],
        "northing": [0.0, 4000.0, 10000.0, 40000.0],
    }
)


def state(*rows):
    """Rows of (body, area, code, kind, state)."""
    table = pd.DataFrame(rows, columns=["arrangement", "area", "code", "kind", "state"])
    return table.assign(
        name=table["arrangement"].str.upper(),
        legal_form="bolag",
        host="",
        words=table["state"],
        last_evidence=2020,
        counted=table["state"].isin(["evidenced", "unended"]),
    )


TODAY = state(
    *[("x", "r", code, "service", "evidenced") for code in (A, B, C)],
    *[("y", "r", code, "service", "unclear") for code in (D, E)],
    ("z", "r", A, "theme", "evidenced"),
    ("x", "q", E, "service", "evidenced"),
    ("w", "r", A, "service", "ended"),
)


def test_present_bodies_name_who_leaves_and_who_stays():
    found = scenario.present_bodies(TODAY, "r", [A, B, D])
    assert found["arrangement"].tolist() == ["x", "y"]  # the surest first, no themes
    assert found["inside"].tolist() == ["0001; 0002", "0004"]
    assert found["outside"].tolist() == ["0003", "0005"]
    assert found["complete"].tolist() == [False, False]


def test_a_body_that_comes_along_whole_is_complete():
    found = scenario.present_bodies(TODAY, "r", [A, B, C, D])
    assert found.set_index("arrangement")["complete"].to_dict() == {"x": True, "y": False}


def test_population_before_after_and_staying():
    members = [A, B, D]
    present = scenario.present_bodies(TODAY, "r", members)
    bases = scenario.population_bases(present, members, POPULATION)
    assert bases[["part", "arrangement", "population"]].to_numpy().tolist() == [
        ["before", "x", 6000],
        ["before", "y", 9000],
        ["after", "", 7000],
        ["stay", "x", 3000],
        ["stay", "y", 5000],
    ]


def test_a_member_of_which_nothing_is_known_stands_alone():
    present = scenario.present_bodies(TODAY, "unheard-of", [A, B])
    assert present.empty
    bases = scenario.population_bases(present, [A, B], POPULATION)
    assert bases["part"].tolist() == ["unknown", "unknown", "after"]


def test_unknown_population_is_not_a_smaller_sum():
    present = scenario.present_bodies(TODAY, "r", [D, E])
    bases = scenario.population_bases(present, [D, E], POPULATION.drop(E))
    assert bases["population"].isna().all()


@given(st.sets(st.sampled_from([A, B, C, D, E]), min_size=1))
def test_leaving_and_staying_add_up(members):
    present = scenario.present_bodies(TODAY, "r", members)
    bases = scenario.population_bases(present, sorted(members), POPULATION)
    after = bases.loc[bases["part"] == "after", "population"].iloc[0]
    assert after == POPULATION[sorted(members)].sum()
    for body in present.itertuples():
        part = bases[bases["arrangement"] == body.arrangement].set_index("part")["population"]
        inside = POPULATION[body.inside.split("; ")].sum()
        assert part["before"] == inside + part.get("stay", 0)


def test_sizes_of_existing_bodies():
    sizes = scenario.body_sizes(TODAY, "r", POPULATION)
    assert sizes["arrangement"].tolist() == ["y", "x"]
    assert sizes["population"].tolist() == [9000, 6000]
    assert scenario.body_sizes(TODAY, "library", POPULATION).empty


def test_distances_are_straight_lines_in_km():
    pairs = scenario.pair_distances([B, A, C], CENTRES)
    assert pairs["distance_km"].round(3).tolist() == [5.0, 10.0, round(math.hypot(3, 6), 3)]
    assert scenario.pair_distances([A, E], CENTRES)["distance_km"].isna().all()


def towns(*rows):
    return pd.DataFrame(
        rows, columns=["locality", "name", "code", "population", "easting", "northing"]
    )


TOWNS = towns(
    ("a1", "Ort A", A, 1500, 0, 0),
    ("a2", "By A", A, 500, 10_000, 0),
    ("b1", "Ort B", B, 1000, 3_000, 4_000),
    ("c1", "Ort C", C, 900, 0, 30_000),
    ("d1", "Ort D", D, 800, 40_000, 0),
)


def test_the_residents_of_the_host_are_not_at_no_distance():
    choices = scenario.host_choices([A, B], TOWNS).set_index("host")
    assert choices.at[A, "place"] == "Ort A"
    assert choices.at[A, "own_km"] == pytest.approx(500 * 10 / 2000)
    assert choices.at[A, "mean_km"] == pytest.approx((500 * 10 + 1000 * 5) / 3000)
    assert choices.at[B, "own_km"] == 0, "one locality alone is where the office lies"
    assert choices.at[A, "farthest"] == B
    assert choices.at[A, "largest_km"] == pytest.approx(5)


def test_a_member_without_a_locality_makes_all_distances_unknown():
    unknown = scenario.host_choices([A, B, E], TOWNS)
    assert unknown["mean_km"].isna().all()
    assert unknown[["own_km", "largest_km"]].isna().all(axis=None)


def test_lindesberg_is_as_far_as_its_localities_are():
    choices = scenario.host_choices(["1863", "1864", "1884", "1885"], load_localities())
    assert choices.at[0, "host"] == "1885"
    assert choices.at[0, "mean_km"] == pytest.approx(16.9, abs=0.05)


@given(st.sets(st.sampled_from([A, B, C, D]), min_size=2))
def test_mean_distance_never_exceeds_the_longest(members):
    choices = scenario.host_choices(sorted(members), TOWNS)
    longest = choices[["own_km", "largest_km"]].max(axis=1)
    assert (choices["mean_km"] <= longest + 1e-9).all()
    assert set(choices["host"]) == members


def test_land_borders_and_parts():
    neighbours = pd.DataFrame({"code": [A, B], "neighbour_code": [B, A]})
    borders = scenario.land_borders([A, B, C], neighbours)
    assert borders["border"].tolist() == [True, False, False]
    assert scenario.land_parts([A, B, C], borders) == [[A, B], [C]]


def test_land_parts_of_a_chain():
    chain = pd.DataFrame({"code": [A, B, C], "neighbour_code": [B, C, D]})
    borders = scenario.land_borders([D, C, B, A], chain)
    assert scenario.land_parts([D, C, B, A], borders) == [[A, B, C, D]]


def test_commuting_links_both_ways_and_unknown():
    flows = pd.DataFrame(
        [
            (A, B, 10.0, "observed"),
            (B, A, 4.0, "modelled"),
            (A, A, 99.0, "observed"),
            (A, E, 7.0, "observed"),
        ],
        columns=["home", "work", "persons", "kind"],
    )
    links = scenario.commuting_links([A, B, C], flows)
    first = links.iloc[0]
    assert (first["there"], first["back"], first["kind"]) == (10.0, 4.0, "modelled")
    assert links.iloc[1:][["there", "back"]].isna().all(axis=None)


def test_costs_are_of_the_year_that_most_have():
    costs = pd.DataFrame(
        [(A, 2023, 900.0), (B, 2023, 1100.0), (A, 2024, 950.0), (C, 2022, 1.0)],
        columns=["code", "year", "cost"],
    )
    known = scenario.known_costs([A, B], costs)
    assert known["year"].tolist() == [2023, 2023]
    assert scenario.cost_range(known, POPULATION, low=-0.1, high=0.1) == pytest.approx(
        (3_100_000, 2_790_000, 3_410_000)
    )


def test_no_range_while_a_cost_is_unknown():
    costs = pd.DataFrame([(A, 2023, 900.0)], columns=["code", "year", "cost"])
    known = scenario.known_costs([A, B], costs)
    assert scenario.cost_range(known, POPULATION, low=-0.1, high=0.1) is None
    none = scenario.known_costs([A, B], costs.iloc[:0])
    assert none["cost"].isna().all()
    assert scenario.cost_range(none, POPULATION, low=-0.1, high=0.1) is None
