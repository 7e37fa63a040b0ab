"""Missing is missing: a figure with an unknown part is unknown, or a lower bound that is said.

Each property hides one cell at random and compares every figure with the one before.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.loaders import population as loader
from analysis.loaders import tables
from analysis.metrics import commuting, labour_markets, population, scenario

CODES = ["1863", "1864", "1884", "1885"]
OTHERS = ["1880", "1883"]
ALL = [*CODES, *OTHERS]
CELLS = [(home, work) for home in ALL for work in ALL]
GOTLAND = "0980"
few = settings(max_examples=20)  # the tables are small, the figures many


def flows_with(hidden: set[tuple[str, str]] = frozenset()) -> pd.DataFrame:  # type: ignore[assignment]
    """Flows of one year with distinct counts; the cells of `hidden` are suppressed."""
    return pd.DataFrame(
        [
            (
                2024,
                home,
                work,
                "total",
                np.nan if (home, work) in hidden else float(50 + 13 * place + place % 7),
                "observed",
                "suppressed" if (home, work) in hidden else "published",
            )
            for place, (home, work) in enumerate(CELLS)
        ],
        columns=["year", "home", "work", "sex", "persons", "kind", "status"],
    )


MARGINS = commuting.margins_from_flows(flows_with())


def never_another_number(before: pd.DataFrame, after: pd.DataFrame) -> None:
    """Every number of `after` is the one of `before`, or missing."""
    first, second = (
        table.select_dtypes("number").astype("float64").reset_index(drop=True)
        for table in (before, after)
    )
    same = (second - first).abs() < 1e-9
    assert (same | second.isna()).all(axis=None), (first, second)


off_diagonal = st.sampled_from([cell for cell in CELLS if cell[0] != cell[1]])


def figures_of(flows: pd.DataFrame) -> list[pd.DataFrame]:
    """What is told of a group, from flows of which a cell may be hidden."""
    return [
        commuting.group_figures(flows, CODES, margins=MARGINS).drop(columns="unknown_cells"),
        commuting.dependence(flows, CODES, year=2024, margins=MARGINS),
        commuting.margins_from_flows(flows),
        scenario.commuting_links(CODES, flows),
    ]


@cache
def figures_of_all() -> list[pd.DataFrame]:
    return figures_of(flows_with())


@given(off_diagonal)
@few
def test_a_hidden_cell_makes_no_figure_of_a_group_another_number(cell: tuple[str, str]) -> None:
    part = flows_with({cell})
    for before, after in zip(figures_of_all(), figures_of(part), strict=True):
        never_another_number(before, after)
    lacking = part[part["persons"].notna()]
    never_another_number(figures_of_all()[-1], scenario.commuting_links(CODES, lacking))


@given(off_diagonal)
@few
def test_lower_bounds_are_those_with_unknown_cells(cell: tuple[str, str]) -> None:
    before, after = (
        commuting.missing_members(flows_with(hidden), CODES, margins=MARGINS, top=9).set_index(
            "code"
        )
        for hidden in (set(), {cell})
    )
    after = after.loc[before.index]
    for way in ("out", "in"):
        known = after[f"{way}_unknown"] == 0
        assert (after.loc[known, f"{way}_persons"] == before.loc[known, f"{way}_persons"]).all()
        assert (after[f"{way}_persons"] <= before[f"{way}_persons"]).all()
    unknown = after[["out_unknown", "in_unknown"]].sum(axis=1)
    assert unknown.sum() == (cell[0] in CODES) ^ (cell[1] in CODES)
    assert after["certain"].eq(unknown.sum() == 0).all()


def test_why_a_cell_is_unknown() -> None:
    flows = flows_with({("1863", "1864"), ("1863", "1880")})
    assert commuting.unknown_between(flows, CODES).to_dict() == {("1863", "1864"): "suppressed"}
    rows = flows[~((flows["home"] == "1885") & (flows["work"] == "1884"))]
    found = commuting.unknown_between(rows.drop(columns="status"), CODES)
    assert found.to_dict() == {("1863", "1864"): "unavailable", ("1885", "1884"): "unavailable"}
    assert commuting.unknown_between(flows, ["1863"]).empty


# --- labour markets ------------------------------------------------------------------------------


def square(hidden: set[tuple[str, str]] = frozenset()) -> pd.DataFrame:  # type: ignore[assignment]
    """Two markets: 1880 with all but 1863, which is a centre of its own."""
    matrix = pd.DataFrame(5.0, index=ALL, columns=ALL)
    matrix["1880"] = [40.0, 300, 310, 320, 5, 330]
    for home, work in hidden:
        matrix.loc[home, work] = np.nan
    return matrix


NIGHT = pd.Series(1000.0, index=ALL)
OUT = square().sum(axis=1) - 5


def test_a_share_of_an_unknown_population_or_row_is_unknown() -> None:
    found = labour_markets.local_labour_markets(
        square(), NIGHT.mask(NIGHT.index == "1864"), out_commuters=OUT
    )
    assert np.isnan(found.at["1864", "share"])
    hidden = square({("1863", work) for work in ALL})
    found = labour_markets.local_labour_markets(hidden, NIGHT, out_commuters=OUT)
    assert np.isnan(found.at["1863", "share"])


# --- people --------------------------------------------------------------------------------------


def ages_of(codes: list[str]) -> pd.DataFrame:
    return loader.load_age_sex().query("code in @codes").astype({"persons": "Int64"})


AGES = ages_of(CODES)


@cache
def of_age(low: int, high: int | None) -> pd.DataFrame:
    """Those of some ages, when all ages are known."""
    return population.by_age(AGES.reset_index(drop=True), low, high).to_frame()


@pytest.mark.parametrize("absent", [False, True])
@given(place=st.integers(0, len(AGES) - 1))
@few
def test_an_age_group_that_is_hidden_or_absent(absent: bool, place: int) -> None:
    ages = AGES.reset_index(drop=True)
    part = (
        ages.drop(index=place)
        if absent
        else ages.assign(persons=ages["persons"].mask(ages.index == place))
    )
    for low, high in ((0, 19), (20, 64), (65, None), (0, None)):
        before, after = of_age(low, high), population.by_age(part, low, high)
        never_another_number(before, after.reindex(before.index).to_frame())
        assert np.isnan(population.joint_age_share(part, CODES, low, high))
    assert population.pyramid(part, CODES).isna().all(axis=None)


def test_a_municipality_without_ages_is_not_left_out_of_the_sum() -> None:
    assert np.isnan(population.joint_age_share(AGES, [*CODES, "1880"], 65))
    assert population.pyramid(AGES, [*CODES, "1880"]).isna().all(axis=None)


COMPONENTS = ["births", "deaths", *population.COMPONENTS, "increase"]
CHANGES = (
    loader.load_population_change()
    .query("code in @CODES and sex == 'total'")
    .reset_index(drop=True)
)


@given(st.integers(0, len(CHANGES) - 1), st.sampled_from([*COMPONENTS, "row"]))
@few
def test_an_unknown_change_of_a_member_is_unknown_for_the_set(place: int, column: str) -> None:
    before = population.balance(CHANGES, CODES)
    changed = (
        CHANGES.drop(index=place)
        if column == "row"
        else CHANGES.assign(
            **{column: CHANGES[column].astype("Int64").mask(CHANGES.index == place)}
        )
    )
    after = population.balance(changed, CODES)
    never_another_number(before, after)
    year = CHANGES.at[place, "year"]
    assert after.loc[year, COMPONENTS if column == "row" else [column]].isna().all()
    assert after.drop(index=year).notna().all(axis=None)


def test_gotland_among_others_has_no_moves_in_its_county() -> None:
    """A move that cannot occur is no unknown one."""
    changes = loader.load_population_change()
    alone, both = (population.balance(changes, codes) for codes in (["1780"], ["1780", GOTLAND]))
    assert both["net_county"].tolist() == alone["net_county"].tolist()


def test_sums_on_the_boundaries_of_each_year_need_every_part() -> None:
    values = population.population(loader.load_population().set_index(["code", "year"]))
    gap = values.astype("float64").drop(("0330", 2000))
    yearly = population.on_yearly_boundaries(gap)
    assert np.isnan(yearly["0380", 2000])
    assert yearly["0380", 2001] == values["0380", 2001] + values["0330", 2001]


def test_a_projection_with_a_hidden_or_absent_group_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = pd.concat([AGES.assign(year=year) for year in (2030, 2031, 2032)], ignore_index=True)
    rows["persons"] = rows["persons"].astype("float64")
    rows.loc[
        (rows["code"] == "1863")
        & (rows["year"] == 2031)
        & (rows["age_from"] == 65)
        & (rows["sex"] == "men"),
        "persons",
    ] = np.nan
    rows = rows[~((rows["code"] == "1863") & (rows["year"] == 2032) & (rows["age_from"] == 0))]
    monkeypatch.setattr(tables, "record", lambda key: "fetched")
    monkeypatch.setattr(tables, "load", lambda key: rows)
    found = loader.load_projection().set_index(["code", "year"])["population"]
    assert found.isna().sum() == 2
    assert found[["1863"]].isna().tolist() == [False, True, True]


# --- shared services -----------------------------------------------------------------------------


def state_of(*bodies: tuple[str, tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "arrangement": key,
                "name": key,
                "area": "vaxel",
                "kind": "service",
                "state": "evidenced",
                "words": "belagd 2024",
                "counted": True,
                "dated": True,
                "event": "",
                "code": code,
                "legal_form": "natverk",
                "host": "",
                "last_evidence": 2024,
                "trust": "high",
                "sources": "s",
            }
            for key, codes in bodies
            for code in codes
        ]
    )


@given(st.sampled_from(CODES))
@few
def test_sums_of_inhabitants_need_every_member(code: str) -> None:
    people = pd.Series(range(1000, 1004), index=CODES, dtype="float64")
    part = people.mask(people.index == code)
    known = pd.DataFrame({"code": CODES, "cost": 100.0})
    assert scenario.cost_range(known, part, low=0, high=0.1) is None
    state = state_of(("a", tuple(CODES)))
    assert scenario.body_sizes(state, "vaxel", part)["population"].isna().all()


def test_costs_keep_why_they_are_unknown() -> None:
    costs = pd.DataFrame(
        {
            "code": CODES[:3],
            "year": 2024,
            "cost": [1.0, 2.0, np.nan],
            "status": ["published", "published", "suppressed"],
        }
    )
    assert scenario.known_costs(CODES, costs)["status"].tolist() == [
        "published",
        "published",
        "suppressed",
        "unavailable",
    ]


def test_links_of_the_scenario_keep_why_they_are_unknown() -> None:
    links = scenario.commuting_links(CODES, flows_with({("1863", "1864")})).iloc[0]
    assert np.isnan(links["there"])
    assert links["there_status"] == "suppressed"
    assert links["back_status"] == "published"
