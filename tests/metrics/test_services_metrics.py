"""What runs on a date: the rule at every boundary, the history of the sources, the measures."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from analysis.loaders.services import COLUMNS, Inventory, inventory_from, load_inventory
from analysis.metrics.measure import measure_of
from analysis.metrics.services import (
    STATE_COLUMNS,
    STATUS_LABELS,
    STATUSES,
    TRUST_LABELS,
    TRUSTS,
    body_members,
    circles,
    commuting_fit,
    contradictions,
    fragmentation,
    gaps,
    group_services,
    host_distances,
    name_on,
    pair_services,
    periods,
    population_base,
    running_services,
    service_counts,
    shared_services,
    state_on,
)
from analysis.paths import data_path

Row = tuple[str, ...]


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    return load_inventory(data_path("services"))


def build(
    events: list[Row],
    *,
    form: str = "bolag",
    kind: str = "service",
    coverage: list[Row] | None = None,
    members: list[Row] | None = None,
    claims: list[Row] | None = None,
    host: str = "",
) -> Inventory:
    """One body `a`; events are (event, date, trust, area), members (code, from, to, area)."""
    covered = coverage or [("r", "", "")]
    joined = members or [("0001", "", "", ""), ("0002", "", "", "")]
    rows: dict[str, list[Row]] = {
        "sources": [("s", "Utgivare", "Titel", "", "", "", "")],
        "forms": [("bolag", "bolag", "", "yes", "", ""), ("avtal", "avtal", "", "no", "", "")],
        "areas": [("r", "G", "R", "R", "", "field", ""), ("q", "G", "Q", "Q", "", "visited", "")],
        "arrangements": [("a", "A", form, kind, host)],
        "names": [("a", "Namnet", "", "", "s")],
        "coverage": [("a", area, start, end, "s", "high", "") for area, start, end in covered],
        "memberships": [("a", c, area, f, t, "s", "high", "") for c, f, t, area in joined],
        "events": [
            ("a", event, area, date, "stated" if date else "undated", f"s-{trust}", trust, "")
            for event, date, trust, area in events
        ],
        "claims": claims or [],
    }
    tables = {
        name: pd.DataFrame(values, columns=list(COLUMNS[name]), dtype="str")
        for name, values in rows.items()
    }
    return inventory_from(tables)


def status(inventory: Inventory, date: str, *, code: str = "0001") -> tuple[str, bool] | None:
    """(status, stale) of the municipality on the date, None without a row."""
    state = state_on(inventory, date)
    own = state[state["code"] == code]
    if own.empty:
        return None
    (row,) = own.itertuples()
    return row.status, row.stale


def on(inventory: Inventory, date: str, arrangement: str, area: str) -> pd.DataFrame:
    state = state_on(inventory, date)
    return state[(state["arrangement"] == arrangement) & (state["area"] == area)]


def only(values: pd.Series) -> object:
    (value,) = set(values)
    return value


# The rule, day by day


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2009-12-31", None),
        ("2010-01-01", ("running", False)),
        ("2013-12-31", ("running", False)),
        ("2014-01-01", ("running", True)),
        ("2050-01-01", ("running", True)),
    ],
)
def test_a_body_with_standing_runs_until_an_end(
    date: str, expected: tuple[str, bool] | None
) -> None:
    assert status(build([("running", "2010", "high", "r")]), date) == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2010-04-30", None),
        ("2010-05-01", ("running", False)),
        ("2013-05-31", ("running", False)),
        ("2013-06-01", ("last-evidenced", True)),
    ],
)
def test_a_contract_counts_three_years_after_its_last_evidence(
    date: str, expected: tuple[str, bool] | None
) -> None:
    contract = build([("running", "2010-05", "high", "r")], form="avtal")
    assert status(contract, date) == expected


def test_three_years_from_a_leap_day_end_on_28_february() -> None:
    contract = build([("running", "2020-02-29", "high", "r")], form="avtal")
    assert status(contract, "2023-02-28") == ("running", False)
    assert status(contract, "2023-03-01") == ("last-evidenced", True)


def test_evidence_on_both_sides_shows_that_it_ran_between() -> None:
    contract = build(
        [("running", "2006", "high", "r"), ("running", "2016", "high", "r")], form="avtal"
    )
    assert status(contract, "2011-06-30") == ("running", False)
    assert status(contract, "2019-12-31") == ("running", False)
    assert status(contract, "2020-01-01") == ("last-evidenced", True)


@pytest.mark.parametrize("end", ["ended", "taken-back"])
@pytest.mark.parametrize("form", ["bolag", "avtal"])
def test_an_end_is_the_last_day_and_evidence_until_then(end: str, form: str) -> None:
    body = build([("running", "2001", "high", "r"), (end, "2020-12-31", "high", "r")], form=form)
    assert status(body, "2020-12-31") == ("running", False)
    assert status(body, "2021-01-01") == (end, False)
    assert on(body, "2021-01-01", "a", "r")["last_evidence"].tolist() == [2020, 2020]


def test_a_year_as_end_lasts_to_its_last_day() -> None:
    body = build([("running", "2001", "high", "r"), ("ended", "2020", "high", "r")])
    assert status(body, "2020-12-31") == ("running", False)
    assert status(body, "2021-01-01") == ("ended", False)


def test_evidence_of_the_year_of_the_end_does_not_outlive_it() -> None:
    events = [("running", "2001"), ("running", "2020"), ("ended", "2020-12-31")]
    body = build([(event, date, "high", "r") for event, date in events])
    assert status(body, "2021-01-01") == ("ended", False)


def test_a_body_that_begins_anew_after_its_end() -> None:
    events = [("running", "2001"), ("ended", "2005"), ("running", "2010")]
    body = build([(event, date, "high", "r") for event, date in events])
    assert status(body, "2004-01-01") == ("running", False)
    assert status(body, "2007-01-01") == ("ended", False)
    assert status(body, "2010-01-01") == ("running", False)


def test_the_end_of_the_coverage_ends_the_area() -> None:
    body = build([("running", "2001", "high", "")], coverage=[("r", "2003", "2009"), ("q", "", "")])
    for date, expected in [
        ("2002-12-31", None),
        ("2003-01-01", "running"),
        ("2009-12-31", "running"),
        ("2010-01-01", "ended"),
    ]:
        rows = on(body, date, "a", "r")
        assert (only(rows["status"]) if len(rows) else None) == expected
    assert only(on(body, "2010-01-01", "a", "q")["status"]) == "running"


def test_plans_before_running_the_latest_first() -> None:
    events = [
        ("intention", "2010"),
        ("inquiry", "2012-03"),
        ("decided", "2013-10-01"),
        ("running", "2014-01-01"),
    ]
    body = build([(event, date, "high", "r") for event, date in events])
    assert status(body, "2009-12-31") is None
    assert status(body, "2010-01-01") == ("intention", False)
    assert status(body, "2012-02-29") == ("intention", False)
    assert status(body, "2012-03-01") == ("inquiry", False)
    assert status(body, "2013-10-01") == ("decided", False)
    assert status(body, "2014-01-01") == ("running", False)


def test_on_the_same_day_the_plan_that_went_furthest() -> None:
    body = build([("decided", "2013", "high", "r"), ("intention", "2013", "high", "r")])
    assert status(body, "2013-06-30") == ("decided", False)


def test_a_plan_goes_stale_after_three_years() -> None:
    body = build([("inquiry", "2014", "high", "r")])
    assert status(body, "2017-12-31") == ("inquiry", False)
    assert status(body, "2018-01-01") == ("inquiry", True)
    assert running_services(state_on(body, "2015-01-01")).empty


def test_undated_evidence_is_shown_but_never_counted() -> None:
    events = [("running", "", "low", "r"), ("intention", "2000", "high", "q")]
    body = build(events, coverage=[("r", "", ""), ("q", "", "")])
    rows = on(body, "2020-01-01", "a", "r")
    assert only(rows["status"]) == "undated"
    assert rows["last_evidence"].isna().all()
    assert only(rows["trust"]) == "low"
    assert running_services(state_on(body, "2020-01-01")).empty
    assert state_on(body, "1999-12-31").empty  # before everything


def test_undated_evidence_does_not_precede_a_stated_start() -> None:
    body = build([("running", "", "low", "r"), ("running", "2008", "high", "r")])
    before = build([("running", "", "low", "r"), ("intention", "2000", "high", "r")])
    assert status(body, "2007-12-31") is None
    assert status(body, "2008-01-01") == ("running", False)
    assert status(before, "2007-12-31") == ("intention", True)


def test_only_undated_evidence_in_the_whole_inventory_gives_no_state() -> None:
    assert state_on(build([("running", "", "low", "r")]), "2020-01-01").empty


@pytest.mark.parametrize(
    ("end", "last", "after"),
    [
        ("2020-02", "2020-02-29", "2020-03-01"),
        ("2021-02", "2021-02-28", "2021-03-01"),
        ("2020-06-30", "2020-06-30", "2020-07-01"),
        ("2020", "2020-12-31", "2021-01-01"),
    ],
)
def test_a_partial_end_lasts_to_its_last_possible_day(end: str, last: str, after: str) -> None:
    body = build([("running", "2001-02", "high", "r"), ("ended", end, "high", "r")])
    assert status(body, "2001-01-31") is None
    assert status(body, "2001-02-01") == ("running", False)
    assert status(body, last) == ("running", False)
    assert status(body, after) == ("ended", False)
    left = build([("running", "2001", "high", "r")],
                 members=[("0001", "", end, ""), ("0002", "", "", "")])
    assert status(left, last) == ("running", True)
    assert status(left, after) == ("ended", False)


def test_federations_boards_and_companies_run_on_and_no_other_form(inventory: Inventory) -> None:
    forms = inventory.forms
    standing = set(forms.loc[forms["legal_standing"] == "yes", "key"])
    assert standing == {"kommunalforbund", "gemensam-namnd", "bolag"}


def _day_after(day: pd.Timestamp) -> pd.Timestamp:
    return day + pd.Timedelta(days=1)


def test_every_shipped_period_holds_on_its_first_and_last_day_and_not_outside(
    inventory: Inventory,
) -> None:
    """Each boundary of the shipped inventory: the day before, the day itself, the day after."""
    states: dict[pd.Timestamp, dict[tuple[str, str], set[str]]] = {}

    def statuses(row: object, day: pd.Timestamp) -> set[str]:
        if day not in states:
            state = state_on(inventory, day)
            states[day] = state.groupby(["arrangement", "area"])["status"].agg(set).to_dict()
        return states[day].get((row.arrangement, row.area), set())  # type: ignore[attr-defined]

    table = periods(inventory)
    joined = inventory.memberships[inventory.memberships["area"] != "unknown"]
    joined = joined.groupby("arrangement")["first"].min()  # NaT: from the start of the body
    table = table[table["arrangement"].isin(joined.index)]
    ends = 0
    for row in table.itertuples():
        start = max(row.start, joined[row.arrangement])  # Nerikes: no member known before 2010
        start = row.start if pd.isna(joined[row.arrangement]) else start
        assert "running" not in statuses(row, start - pd.Timedelta(days=1)), row
        assert "running" in statuses(row, start), row
        if pd.isna(row.shown_to):  # a body with legal standing and no recorded end
            assert "running" in statuses(row, pd.Timestamp("2099-12-31")), row
            continue
        ends += 1
        assert "running" in statuses(row, row.shown_to), row
        after = "last-evidenced" if pd.isna(row.end) else row.end_event
        assert statuses(row, _day_after(row.shown_to)) == {after}, row
    assert ends >= 10


# Members


def test_members_join_and_leave() -> None:
    members = [("0001", "", "", ""), ("0002", "2005-06-01", "2010", "")]
    body = build([("running", "2000", "high", "r")], members=members)
    assert status(body, "2005-05-31", code="0002") is None
    assert status(body, "2005-06-01", code="0002") == ("running", True)
    assert status(body, "2010-12-31", code="0002") == ("running", True)
    assert status(body, "2011-01-01", code="0002") == ("ended", False)
    assert status(body, "2011-01-01") == ("running", True)


def test_an_ended_body_keeps_the_members_of_its_last_day() -> None:
    members = [("0001", "", "", ""), ("0002", "", "2005", ""), ("0003", "2015", "", "")]
    events = [("running", "2000", "high", "r"), ("ended", "2010", "high", "r")]
    state = state_on(build(events, members=members), "2020-01-01")
    assert state["code"].tolist() == ["0001", "0002"]
    assert state["last_evidence"].tolist() == [2010, 2005]


def test_a_member_of_some_areas_and_one_of_unknown_areas() -> None:
    members = [("0001", "", "", ""), ("0002", "", "", "q"), ("0003", "", "", "unknown")]
    covered = [("r", "", ""), ("q", "", "")]
    body = build([("running", "2000", "high", "")], members=members, coverage=covered)
    assert on(body, "2001-01-01", "a", "r")["code"].tolist() == ["0001"]
    assert on(body, "2001-01-01", "a", "q")["code"].tolist() == ["0001", "0002"]
    listed = body_members(body, "2001-01-01").set_index("code")["areas_known"]
    assert listed.to_dict() == {"0001": True, "0002": True, "0003": False}


def test_trust_is_the_weakest_of_the_best() -> None:
    events = [("running", "2000", "low", "r"), ("running", "2005", "medium", "r")]
    body = build(events)
    assert only(state_on(body, "2001-01-01")["trust"]) == "low"  # 2005 is not yet known
    assert only(state_on(body, "2006-01-01")["trust"]) == "medium"
    assert only(state_on(body, "2006-01-01")["sources"]) == "s; s-medium; s-low"


def test_the_table_is_tidy_and_typed_also_when_empty() -> None:
    for date in ("1900-01-01", "2020-01-01"):
        state = state_on(build([("running", "2000", "high", "r")]), date)
        assert list(state.columns) == list(STATE_COLUMNS)
        assert {name: str(kind) for name, kind in state.dtypes.items()} == STATE_COLUMNS
        assert not state.duplicated(["arrangement", "area", "code"]).any()


def test_a_plan_lists_the_members_of_its_first_day() -> None:
    members = [("0001", "2014", "", ""), ("0002", "2018", "", "")]
    body = build(
        [("decided", "2013", "high", "r"), ("running", "2014", "high", "r")], members=members
    )
    assert state_on(body, "2013-06-30")["code"].tolist() == ["0001"]
    assert state_on(body, "2018-06-30")["code"].tolist() == ["0001", "0002"]


# Contradictions


def test_starts_that_share_a_day_agree() -> None:
    agree = build([("running", "2006", "high", "r"), ("running", "2006-01-01", "low", "r")])
    assert contradictions(agree).empty
    differ = build([("running", "2004", "low", "r"), ("running", "2006", "high", "r")])
    assert contradictions(differ)["value"].tolist() == ["2006", "2004"]  # by trust
    assert only(state_on(differ, "2010-01-01")["contested"]) is True
    assert only(state_on(agree, "2010-01-01")["contested"]) is False


def test_differing_claims_are_kept_by_trust() -> None:
    claims = [
        ("a", "legal-form", "avtal", "s", "low", ""),
        ("a", "legal-form", "bolag", "s", "high", ""),
    ]
    found = contradictions(build([("running", "2006", "high", "r")], claims=claims))
    assert found[["fact", "value", "trust"]].to_numpy().tolist() == [
        ["legal-form", "bolag", "high"],
        ["legal-form", "avtal", "low"],
    ]


# History that the sources give


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2003-12-31", {}),
        ("2004-01-01", {"vmkf": "running"}),
        ("2020-12-10", {"vmkf": "running"}),
        ("2020-12-31", {"vmkf": "running", "raddningstjansten-malardalen": "decided"}),
        ("2021-01-01", {"vmkf": "ended", "raddningstjansten-malardalen": "running"}),
        ("2026-06-30", {"vmkf": "ended", "raddningstjansten-malardalen": "running"}),
    ],
)
def test_rescue_of_kak(inventory: Inventory, date: str, expected: dict[str, str]) -> None:
    state = state_on(inventory, date)
    rescue = state[(state["area"] == "raddningstjanst") & (state["code"] == "1960")]
    found = rescue.set_index("arrangement")["status"].to_dict()
    assert found == expected


def test_both_founding_years_of_vmkf_are_kept(inventory: Inventory) -> None:
    table = contradictions(inventory)
    own = table[(table["arrangement"] == "vmkf") & (table["fact"] == "start")]
    assert own[["value", "trust"]].to_numpy().tolist() == [
        ["2006-01-01", "high"],
        ["2004", "medium"],
    ]
    early = on(inventory, "2005-06-30", "vmkf", "raddningstjanst")
    assert only(early["trust"]) == "medium"
    assert only(early["contested"]) is True
    assert on(inventory, "2005-12-31", "vmkf", "loner").empty
    assert only(on(inventory, "2006-01-01", "vmkf", "loner")["status"]) == "running"


def test_surahammar_joined_vmkf_in_2012_for_unknown_services(inventory: Inventory) -> None:
    def member(date: str) -> list[bool]:
        table = body_members(inventory, date)
        own = table[(table["arrangement"] == "vmkf") & (table["code"] == "1907")]
        return own["areas_known"].tolist()

    assert member("2011-12-31") == []
    assert member("2012-01-01") == [False]
    assert "1907" not in set(on(inventory, "2018-06-30", "vmkf", "loner")["code"])


def test_six_municipalities_share_rescue_from_2021(inventory: Inventory) -> None:
    rows = on(inventory, "2021-01-01", "raddningstjansten-malardalen", "raddningstjanst")
    assert set(rows["code"]) == {"1907", "1960", "1961", "1980", "1983", "1984"}
    assert only(rows["name"]) == "Räddningstjänsten Mälardalen"


@pytest.mark.parametrize(
    ("arrangement", "area", "date", "name"),
    [
        ("sbb", "gata", "2016-12-31", "Bergslagens Kommunalteknik (BKT)"),
        ("sbb", "gata", "2017-01-01", "Samhällsbyggnadsförbundet Bergslagen"),
        ("sbb", "gata", "2026-06-30", "Samhällsbyggnadsförbundet Bergslagen"),
        (
            "bygg-och-miljonamnden",
            "bygglov",
            "2016-12-31",
            "Bergslagens Miljö- och Byggnämnd (BMB)",
        ),
        ("bygg-och-miljonamnden", "bygglov", "2017-01-01", "Samhällsbyggnadsnämnd Bergslagen"),
        ("bygg-och-miljonamnden", "bygglov", "2022-12-31", "Samhällsbyggnadsnämnd Bergslagen"),
        ("bygg-och-miljonamnden", "bygglov", "2023-01-01", "Bygg- och miljönämnden"),
    ],
)
def test_names_change_but_the_body_stays(
    inventory: Inventory, arrangement: str, area: str, date: str, name: str
) -> None:
    rows = on(inventory, date, arrangement, area)
    assert only(rows["name"]) == name
    assert set(rows["code"]) == {"1863", "1864", "1884", "1885"}


def test_a_name_before_the_first_is_the_first(inventory: Inventory) -> None:
    assert name_on(inventory, "sbb", "1950-01-01") == "Bergslagens Kommunalteknik (BKT)"
    with pytest.raises(KeyError):
        name_on(inventory, "nobody", "1950-01-01")


def test_the_federation_is_wound_up_at_the_turn_of_2022(inventory: Inventory) -> None:
    for area in ("avfall", "vatten-avlopp", "gata"):
        assert only(on(inventory, "2022-12-31", "sbb", area)["status"]) == "running"
        assert only(on(inventory, "2023-01-01", "sbb", area)["status"]) == "ended"
    for area in ("park-skog", "idrottsanlaggningar", "lokalvard"):
        assert only(on(inventory, "2022-12-31", "sbb", area)["status"]) == "running"
        assert only(on(inventory, "2023-01-01", "sbb", area)["status"]) == "taken-back"
    for area in ("avfall", "vatten-avlopp", "gata", "vintervag"):
        decided = on(inventory, "2022-12-31", "gemensam-teknisk-namnd", area)
        assert only(decided["status"]) == "decided"
        board = on(inventory, "2023-01-01", "gemensam-teknisk-namnd", area)
        assert only(board["status"]) == "running"
        assert only(board["host"]) == "1885"
        assert only(board["legal_form"]) == "gemensam-namnd"


def test_bmb_is_a_joint_board_though_one_source_says_federation(inventory: Inventory) -> None:
    rows = on(inventory, "2014-06-30", "bygg-och-miljonamnden", "bygglov")
    assert only(rows["legal_form"]) == "gemensam-namnd"
    assert only(rows["contested"]) is True
    table = contradictions(inventory)
    own = table[table["arrangement"] == "bygg-och-miljonamnden"]
    assert own["value"].tolist()[0] == "gemensam-namnd"
    assert own.iloc[-1][["value", "trust"]].tolist() == ["kommunalforbund", "low"]


@pytest.mark.parametrize(
    ("date", "inside", "outside"),
    [
        ("2009-12-31", set(), {"1863", "1864", "1884", "1885"}),
        ("2010-01-01", {"1884", "1885"}, {"1863", "1864"}),
        ("2017-12-31", {"1884", "1885"}, {"1863", "1864"}),
        ("2018-01-01", {"1864", "1884", "1885"}, {"1863"}),
    ],
)
def test_nerikes_brandkar_grows(
    inventory: Inventory, date: str, inside: set[str], outside: set[str]
) -> None:
    members = set(on(inventory, date, "nerikes-brandkar", "raddningstjanst")["code"])
    assert inside <= members
    assert not outside & members


def test_hallefors_belongs_to_bergslagens_raddningstjanst(inventory: Inventory) -> None:
    state = state_on(inventory, "2022-06-30")
    rescue = state[(state["area"] == "raddningstjanst") & (state["code"] == "1863")]
    assert rescue["arrangement"].tolist() == ["bergslagens-raddningstjanst"]
    before = on(inventory, "2018-06-30", "bergslagens-raddningstjanst", "raddningstjanst")
    assert only(before["status"]) == "undated"


def test_raddningsregion_bergslagen_from_may_2020(inventory: Inventory) -> None:
    area = ("raddningsregion-bergslagen", "raddningsledning")
    assert on(inventory, "2020-05-11", *area).empty
    assert {"1863", "1864", "1884", "1885"} <= set(on(inventory, "2020-05-12", *area)["code"])


@pytest.mark.parametrize(
    ("date", "members"),
    [
        ("1999-12-31", set()),
        ("2000-01-01", {"1715", "1763", "1764", "1780"}),
        ("2005-05-31", {"1715", "1763", "1764", "1780"}),
        ("2005-06-01", {"1715", "1761", "1763", "1764", "1780"}),
        ("2010-12-31", {"1715", "1761", "1763", "1764", "1780"}),
        ("2011-01-01", {"1715", "1761", "1762", "1763", "1764", "1780"}),
    ],
)
def test_rescue_of_karlstad_grows(inventory: Inventory, date: str, members: set[str]) -> None:
    rows = on(inventory, date, "raddning-karlstadsregionen", "raddningstjanst")
    assert set(rows["code"]) == members


def test_letter_of_intent_of_karlstad(inventory: Inventory) -> None:
    def found(date: str) -> set[str]:
        return set(on(inventory, date, "karlstadsregionen", "utveckling")["status"])

    assert found("2021-04-30") == set()
    assert found("2021-05-01") == {"decided"}
    assert found("2021-09-23") == {"running"}
    assert found("2024-09-23") == {"running"}
    assert found("2024-09-24") == {"last-evidenced"}
    assert set(on(inventory, "2022-01-01", "karlstadsregionen", "upphandling")["status"]) == {
        "intention"
    }


def test_declared_areas_are_never_counted(inventory: Inventory) -> None:
    for date in ("2014-06-30", "2020-06-30", "2021-12-31"):
        running = running_services(state_on(inventory, date))
        themes = {"fyra-malarstader", "kak", "karlstadsregionen", "utvecklingsplan-2050"}
        assert not themes & set(running["arrangement"])
    loner = on(inventory, "2020-06-30", "fyra-malarstader", "loner")
    assert set(loner["status"]) == {"intention"}


@pytest.mark.parametrize("area", ["kundtjanst", "rakningar", "juridik", "it-strategi", "ekonomi"])
def test_the_inquiry_in_norra_orebro_never_ran(inventory: Inventory, area: str) -> None:
    for date, stale in [("2014-06-30", False), ("2018-06-30", True), ("2026-06-30", True)]:
        rows = on(inventory, date, "utredning-norra-lansdelen", area)
        assert only(rows["status"]) == "inquiry"
        assert only(rows["stale"]) is stale


def test_the_shared_switchboard_is_only_last_evidenced_in_2026(inventory: Inventory) -> None:
    assert only(on(inventory, "2023-12-31", "gemensam-vaxel", "vaxel")["status"]) == "running"
    rows = on(inventory, "2026-06-30", "gemensam-vaxel", "vaxel")
    assert rows[["status", "last_evidence", "stale"]].drop_duplicates().to_numpy().tolist() == [
        ["last-evidenced", 2020, True]
    ]


def test_before_everything_there_is_nothing(inventory: Inventory) -> None:
    assert state_on(inventory, "1997-12-31").empty
    assert not state_on(inventory, "1998-01-01").empty


@pytest.mark.parametrize("date", ["1990-01-01", "2012-06-30", "2018-06-30", "2026-06-30"])
def test_the_shipped_state_is_tidy(inventory: Inventory, date: str) -> None:
    state = state_on(inventory, date)
    assert not state.duplicated(["arrangement", "area", "code"]).any()
    assert set(state["status"]) <= set(STATUSES)
    assert set(state["trust"]) <= set(TRUSTS)
    late = state["last_evidence"] + 4 <= pd.Timestamp(date).year
    assert state.loc[
        late.fillna(False) & ~state["status"].isin(["ended", "taken-back"]), "stale"
    ].all()


def test_every_status_and_trust_has_a_swedish_label() -> None:
    assert set(STATUS_LABELS) == set(STATUSES)
    assert set(TRUST_LABELS) == set(TRUSTS)


def test_a_state_takes_little_time(inventory: Inventory) -> None:
    began = time.perf_counter()
    state_on(inventory, "2026-06-30")
    assert time.perf_counter() - began < 2


# Measures


@pytest.fixture
def state() -> pd.DataFrame:
    """x and y share r and q, z joins them in q; w has only a plan; v a contract gone stale."""
    columns = ["arrangement", "area", "code", "status", "last_evidence", "stale", "host"]
    rows = [
        ("one", "r", "x", "running", 2020, True, "y"),
        ("one", "r", "y", "running", 2020, True, "y"),
        ("two", "q", "x", "running", 2025, False, ""),
        ("two", "q", "y", "running", 2025, False, ""),
        ("two", "q", "z", "running", 2025, False, ""),
        ("three", "p", "w", "intention", 2024, False, ""),
        ("four", "o", "v", "last-evidenced", 2019, True, ""),
    ]
    table = pd.DataFrame(rows, columns=columns)
    extra = {
        "name": table["arrangement"].str.title(),
        "kind": "service",
        "legal_form": "bolag",
        "trust": "high",
        "contested": False,
        "sources": "s",
    }
    return table.assign(**extra)[list(STATE_COLUMNS)].astype(STATE_COLUMNS)


def test_services_per_municipality(state: pd.DataFrame) -> None:
    counts = shared_services(state, codes=["x", "w", "u"])
    assert counts["x"] == 2
    assert counts["w"] == 0
    assert pd.isna(counts["u"])  # no row: nothing is known
    assert measure_of(shared_services).sources == ("services",)


def test_counts_tell_how_many_are_last_evidenced_long_ago(state: pd.DataFrame) -> None:
    assert service_counts(state).loc["x"].tolist() == [2, 1, 2020]
    assert service_counts(state).loc["z", ["services", "stale"]].tolist() == [1, 0]
    assert pd.isna(service_counts(state).loc["z", "stale_until"])


def test_a_theme_counts_for_nothing(state: pd.DataFrame) -> None:
    assert shared_services(state.assign(kind="theme")).sum() == 0


def test_an_area_in_two_bodies_counts_once(state: pd.DataFrame) -> None:
    both = pd.concat([state, state[state["arrangement"] == "two"].assign(arrangement="five")])
    assert shared_services(both)["z"] == 1
    pair = pair_services(both).set_index(["code_a", "code_b"])
    assert pair.loc[("x", "z"), "services"] == 1


def test_services_per_pair(state: pd.DataFrame) -> None:
    assert pair_services(state).to_numpy().tolist() == [
        ["x", "y", 2, 1, "q; r"],
        ["x", "z", 1, 0, "q"],
        ["y", "z", 1, 0, "q"],
    ]


def test_services_of_a_group(state: pd.DataFrame) -> None:
    found = group_services(state, ["x", "z"])
    assert found[["area", "inside", "outside", "complete"]].to_numpy().tolist() == [
        ["q", "x; z", "y", True]
    ]
    larger = group_services(state, ["x", "y", "z"])
    assert larger.set_index("area")["complete"].to_dict() == {"r": False, "q": True}


def test_circles_and_fragmentation(state: pd.DataFrame) -> None:
    found = circles(state)
    own = found[found["code"] == "x"]
    assert own[["circle", "size", "services"]].to_numpy().tolist() == [
        ["x; y", 2, 1],
        ["x; y; z", 3, 1],
    ]
    assert fragmentation(state).to_dict() == {"v": 0, "w": 0, "x": 2, "y": 2, "z": 1}


def test_population_base_is_unknown_without_a_member(state: pd.DataFrame) -> None:
    found = population_base(state, pd.Series({"x": 10, "y": 20})).set_index("area")
    assert found.at["r", "population"] == 30
    assert found.at["r", "members"] == 2
    assert pd.isna(found.at["q", "population"])


def test_gaps_name_what_others_share_with_their_evidence(state: pd.DataFrame) -> None:
    found = gaps(state, ["z"])
    assert found[
        ["area", "arrangement", "codes", "last_evidence", "sources"]
    ].to_numpy().tolist() == [["r", "one", "x; y", 2020, "s"]]
    assert gaps(state, ["x"]).empty


def test_distance_to_the_host_in_km(state: pd.DataFrame) -> None:
    points = pd.DataFrame({"code": ["x", "y"], "easting": [0, 3000], "northing": [0, 4000]})
    found = host_distances(state, points).set_index("code")["distance_km"]
    assert found.to_dict() == {"x": 5.0, "y": 0.0}
    unknown = host_distances(state, points[points["code"] == "y"]).set_index("code")
    assert pd.isna(unknown.at["x", "distance_km"])


def test_commuting_fit_finds_pairs_that_commute_and_do_not_share(state: pd.DataFrame) -> None:
    flows = pd.DataFrame(
        [
            ("x", "y", 5, "observed"),
            ("y", "x", 5, "observed"),
            ("x", "x", 900, "observed"),
            ("z", "w", 300, "modelled"),
            ("w", "z", 100, "observed"),
            ("x", "z", 50, "observed"),
            ("z", "x", 0, "observed"),
        ],
        columns=["home", "work", "persons", "kind"],
    )
    found = commuting_fit(state, flows)
    assert found[["code_a", "code_b", "persons", "kind", "services"]].to_numpy().tolist() == [
        ["w", "z", 400, "modelled", 0],
        ["x", "z", 50, "observed", 1],
        ["x", "y", 10, "observed", 2],
    ]
    assert found["fit"].tolist() == [-1.0, 0.0, 1.0]
    assert set(commuting_fit(state, flows.drop(columns="kind"))["kind"]) == {"observed"}


def test_measures_of_an_empty_state_are_empty(state: pd.DataFrame) -> None:
    empty = state.iloc[:0]
    assert shared_services(empty).empty
    assert fragmentation(empty).empty
    for table in (
        pair_services(empty),
        circles(empty),
        group_services(empty, ["x", "y"]),
        gaps(empty, ["x"]),
        population_base(empty, pd.Series({"x": 1})),
        host_distances(empty, pd.DataFrame(columns=["code", "easting", "northing"])),
    ):
        assert table.empty


def test_periods_for_a_timeline(inventory: Inventory) -> None:
    table = periods(inventory).set_index(["arrangement", "area"])
    rescue = table.loc[("vmkf", "raddningstjanst")]
    assert rescue["start"] == pd.Timestamp("2004-01-01")
    assert rescue["end"] == rescue["shown_to"] == pd.Timestamp("2020-12-31")
    assert pd.isna(table.loc[("vmkf", "loner"), "shown_to"])
    assert table.loc[("gemensam-vaxel", "vaxel"), "shown_to"] == pd.Timestamp("2023-12-31")
    assert table.loc[("sbb", "lokalvard"), "end_event"] == "taken-back"
    assert ("overformyndare-vastra-malardalen", "overformyndare") not in table.index
