"""The state of the inventory on a date, the history of the sources, the measures."""

from __future__ import annotations

import time

import pandas as pd
import pytest

from analysis.arrangements import COLUMNS, TRUSTS, Inventory, State
from analysis.loaders.services import inventory_from, load_inventory
from analysis.metrics.measure import measure_of
from analysis.metrics.services import (
    STATE_COLUMNS,
    alone_on,
    body_members,
    circles,
    contradictions,
    counted_services,
    fragmentation,
    gaps,
    group_services,
    host_distances,
    name_on,
    pair_services,
    periods,
    published_figures,
    service_counts,
    shared_services,
    shared_services_dated,
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
    alone: list[Row] | None = None,
    host: str = "",
) -> Inventory:
    """One body `a`; events are (event, date, trust, area), members (code, from, to, area)."""
    covered = coverage or [("r", "", "")]
    joined = members or [("0001", "", "", ""), ("0002", "", "", "")]
    rows: dict[str, list[Row]] = {
        "sources": [("s", "Utgivare", "Titel", "", "", "", "")],
        "forms": [
            ("bolag", "bolag", "", "until-ended", "", ""),
            ("avtal", "avtal", "", "term", "", ""),
        ],
        "areas": [
            ("r", "G", "R", "R", "", "field", "", ""),
            ("q", "G", "Q", "Q", "", "field", "", ""),
        ],
        "arrangements": [("a", "A", form, kind, host)],
        "names": [("a", "Namnet", "", "", "s")],
        "coverage": [("a", area, start, end, "s", "high", "") for area, start, end in covered],
        "memberships": [("a", c, area, f, t, "s", "high", "") for c, f, t, area in joined],
        "events": [
            ("a", event, area, "", date, "stated" if date else "undated", f"s-{trust}", trust, "")
            for event, date, trust, area in events
        ],
        "alone": [(*row, "stated", "s", "high", "") for row in alone or []],
        "claims": claims or [],
    }
    tables = {
        name: pd.DataFrame(values, columns=list(COLUMNS[name]), dtype="str")
        for name, values in rows.items()
    }
    return inventory_from(tables)


def status(inventory: Inventory, date: str, *, code: str = "0001") -> str | None:
    """State of the municipality on the date, None without a row."""
    state = state_on(inventory, date)
    own = state[state["code"] == code]
    if own.empty:
        return None
    (row,) = own.itertuples()
    return str(row.state)


def on(inventory: Inventory, date: str, arrangement: str, area: str) -> pd.DataFrame:
    state = state_on(inventory, date)
    return state[(state["arrangement"] == arrangement) & (state["area"] == area)]


def only(values: pd.Series) -> object:
    (value,) = set(values)
    return value


def test_only_undated_evidence_in_the_whole_inventory_gives_no_state() -> None:
    assert state_on(build([("running", "", "low", "r")]), "2020-01-01").empty


def test_undated_evidence_is_shown_but_never_counted() -> None:
    events = [("running", "", "low", "r"), ("intention", "2000", "high", "q")]
    body = build(events, coverage=[("r", "", ""), ("q", "", "")])
    rows = on(body, "2020-01-01", "a", "r")
    assert only(rows["state"]) == "unclear"
    assert rows["last_evidence"].isna().all()
    assert only(rows["trust"]) == "low"
    assert counted_services(state_on(body, "2020-01-01")).empty
    assert state_on(body, "1999-12-31").empty  # before everything


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
    assert status(body, "2001-02-01") == "evidenced"
    assert status(body, last) == "evidenced"
    assert status(body, after) == "ended"
    left = build(
        [("running", "2001", "high", "r")], members=[("0001", "", end, ""), ("0002", "", "", "")]
    )
    assert status(left, last) == "unended"
    assert status(left, after) == "ended"
    assert only(on(left, after, "a", "r").query("code == '0001'")["words"]) == f"utträdd {end[:4]}"


@pytest.mark.parametrize("number", [2020, 20201231, 2020.0])
def test_a_number_is_no_date(number: float) -> None:
    with pytest.raises(ValueError, match="write it as"):
        state_on(build([("running", "2001", "high", "r")]), number)  # type: ignore[arg-type]


def test_every_shipped_period_holds_on_its_first_and_last_day_and_not_outside(
    inventory: Inventory,
) -> None:
    """Each boundary of the shipped inventory: the day before, the day itself, the day after."""
    states: dict[pd.Timestamp, dict[tuple[str, str], set[str]]] = {}
    runs = {"confirmed", "evidenced", "unended", "unclear"}

    def found(row: object, day: pd.Timestamp) -> set[str]:
        if day not in states:
            state = state_on(inventory, day)
            states[day] = state.groupby(["arrangement", "area"])["state"].agg(set).to_dict()
        return states[day].get((row.arrangement, row.area), set())  # type: ignore[attr-defined]

    table = periods(inventory)
    joined = inventory.memberships[inventory.memberships["area"] != "unknown"]
    joined = joined.groupby("arrangement")["first"].agg(lambda days: days.min(skipna=False))
    # NaT: from the start of the body
    table = table[table["arrangement"].isin(joined.index)]
    ends = 0
    for row in table.itertuples():
        start = max(row.start, joined[row.arrangement])  # Nerikes: no member known before 2010
        start = row.start if pd.isna(joined[row.arrangement]) else start
        before = start - pd.Timedelta(days=1)
        assert not {"confirmed", "evidenced", "unended"} & found(row, before), row
        assert "evidenced" in found(row, start), row
        if not pd.isna(row.end):
            ends += 1
            assert found(row, row.end) & runs, row
            assert found(row, row.end + pd.Timedelta(days=1)) == {"ended"}, row
    assert ends >= 8


# Members


def test_members_join_and_leave() -> None:
    members = [("0001", "", "", ""), ("0002", "2005-06-01", "2010", "")]
    body = build([("running", "2000", "high", "r")], members=members)
    assert status(body, "2005-05-31", code="0002") is None
    assert status(body, "2005-06-01", code="0002") == "unended"
    assert status(body, "2010-12-31", code="0002") == "unended"
    assert status(body, "2011-01-01", code="0002") == "ended"
    assert status(body, "2011-01-01") == "unended"


def test_an_ended_body_keeps_the_members_of_its_last_day() -> None:
    members = [("0001", "", "", ""), ("0002", "", "2005", ""), ("0003", "2015", "", "")]
    events = [("running", "2000", "high", "r"), ("ended", "2010", "high", "r")]
    state = state_on(build(events, members=members), "2020-01-01")
    assert state["code"].tolist() == ["0001", "0002"]
    assert state["last_evidence"].tolist() == [2010, 2005]


def test_a_member_of_some_areas_and_one_of_unknown_areas() -> None:
    members = [("0001", "", "", ""), ("0002", "", "", "q"), ("0003", "", "", "unknown")]
    covered = [("r", "", ""), ("q", "", "")]
    body = build([("running", "2000", "high", "all")], members=members, coverage=covered)
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
        ("2004-01-01", {"vmkf": "evidenced"}),
        ("2020-12-10", {"vmkf": "evidenced"}),
        ("2020-12-31", {"vmkf": "evidenced", "raddningstjansten-malardalen": "planned"}),
        ("2021-01-01", {"vmkf": "ended", "raddningstjansten-malardalen": "evidenced"}),
        ("2026-06-30", {"vmkf": "ended", "raddningstjansten-malardalen": "unended"}),
    ],
)
def test_rescue_of_kak(inventory: Inventory, date: str, expected: dict[str, str]) -> None:
    state = state_on(inventory, date)
    rescue = state[(state["area"] == "raddningstjanst") & (state["code"] == "1960")]
    found = rescue.set_index("arrangement")["state"].to_dict()
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
    assert only(on(inventory, "2006-01-01", "vmkf", "loner")["state"]) == "evidenced"


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
        assert only(on(inventory, "2022-12-31", "sbb", area)["state"]) == "evidenced"
        assert only(on(inventory, "2023-01-01", "sbb", area)["state"]) == "ended"
    for area in ("park-skog", "idrottsanlaggningar", "lokalvard"):
        assert only(on(inventory, "2022-12-31", "sbb", area)["state"]) == "evidenced"
        assert only(on(inventory, "2023-01-01", "sbb", area)["event"]) == "taken-back"
    for area in ("avfall", "vatten-avlopp", "gata", "vintervag"):
        decided = on(inventory, "2022-12-31", "gemensam-teknisk-namnd", area)
        assert only(decided["words"]) == "beslut 2022"
        board = on(inventory, "2023-01-01", "gemensam-teknisk-namnd", area)
        assert only(board["state"]) == "evidenced"
        assert only(board["host"]) == "1885"
        assert only(board["legal_form"]) == "gemensam-namnd"


def test_bmb_is_a_joint_board_though_one_source_says_federation(inventory: Inventory) -> None:
    rows = on(inventory, "2014-06-30", "bygg-och-miljonamnden", "bygglov")
    assert only(rows["legal_form"]) == "gemensam-namnd"
    assert only(rows["contested"]) is True
    table = contradictions(inventory)
    own = table[table["arrangement"] == "bygg-och-miljonamnden"]
    own = own[own["fact"] == "legal-form"]
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
    assert only(before["words"]) == "oklart i dag, odaterad uppgift"


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
        return set(on(inventory, date, "karlstadsregionen", "utveckling")["state"])

    assert found("2021-04-30") == set()
    assert found("2021-05-01") == {"planned"}
    assert found("2021-09-23") == {"evidenced"}
    assert found("2024-09-23") == {"evidenced"}
    assert found("2024-09-24") == {"unclear"}
    assert set(on(inventory, "2022-01-01", "karlstadsregionen", "upphandling")["words"]) == {
        "avsikt 2021"
    }


def test_declared_areas_are_never_counted(inventory: Inventory) -> None:
    for date in ("2014-06-30", "2020-06-30", "2021-12-31"):
        running = counted_services(state_on(inventory, date))
        themes = {"fyra-malarstader", "kak", "karlstadsregionen", "utvecklingsplan-2050"}
        assert not themes & set(running["arrangement"])
    loner = on(inventory, "2020-06-30", "fyra-malarstader", "loner")
    by_code = loner.set_index("code")["words"]
    assert by_code.to_dict() == {
        "0381": "avsikt 2020",
        "0484": "avsikt 2020",
        "0486": "avsikt 2020",
        "1980": "avsikt 2020",
    }


@pytest.mark.parametrize("area", ["kundtjanst", "rakningar", "juridik", "it-strategi", "ekonomi"])
def test_the_inquiry_in_norra_orebro_never_ran(inventory: Inventory, area: str) -> None:
    for date in ("2014-06-30", "2018-06-30", "2026-06-30"):
        rows = on(inventory, date, "utredning-norra-lansdelen", area)
        assert not {"confirmed", "evidenced", "unended"} & set(rows["state"])
        assert not rows["counted"].any()


def test_before_everything_there_is_nothing(inventory: Inventory) -> None:
    assert state_on(inventory, "1982-12-31").empty
    assert not state_on(inventory, "1983-01-01").empty  # the waste company of Västmanland


@pytest.mark.parametrize("date", ["1990-01-01", "2012-06-30", "2018-06-30", "2026-06-30"])
def test_the_shipped_state_is_tidy(inventory: Inventory, date: str) -> None:
    state = state_on(inventory, date)
    assert not state.duplicated(["arrangement", "area", "code"]).any()
    assert set(state["state"]) <= set(State)
    assert set(state["trust"]) <= set(TRUSTS)
    assert (state["words"].str.len() > 4).all()
    assert not state.loc[state["kind"] == "theme", "counted"].any()


def test_a_state_takes_little_time(inventory: Inventory) -> None:
    began = time.perf_counter()
    state_on(inventory, "2026-06-30")
    assert time.perf_counter() - began < 2


# Measures


@pytest.fixture
def state() -> pd.DataFrame:
    """x and y share r and q, z joins them in q; w has only a plan; v a contract gone stale."""
    columns = ["arrangement", "area", "code", "state", "last_evidence", "counted", "host"]
    rows = [
        ("one", "r", "x", "unended", 2020, True, "y"),
        ("one", "r", "y", "unended", 2020, True, "y"),
        ("two", "q", "x", "evidenced", 2025, True, ""),
        ("two", "q", "y", "evidenced", 2025, True, ""),
        ("two", "q", "z", "evidenced", 2025, True, ""),
        ("three", "p", "w", "planned", 2024, False, ""),
        ("four", "o", "v", "unclear", 2019, False, ""),
    ]
    table = pd.DataFrame(rows, columns=columns)
    extra = {
        "name": table["arrangement"].str.title(),
        "kind": "service",
        "legal_form": "bolag",
        "trust": "high",
        "contested": False,
        "sources": "s",
        "event": "",
        "words": table["state"],
        "body_evidence": None,
    }
    return table.assign(**extra)[list(STATE_COLUMNS)].astype(STATE_COLUMNS)


def test_services_per_municipality(state: pd.DataFrame) -> None:
    counts = shared_services(state, codes=["x", "w", "u"])
    assert counts["x"] == 2
    assert pd.isna(counts["w"])  # only a plan: what it shares is not known
    assert pd.isna(counts["u"])  # no row: nothing is known
    assert shared_services_dated(state).dropna().to_dict() == {"x": 1, "y": 1, "z": 1}
    assert measure_of(shared_services).sources == ("services",)


def test_counts_tell_how_many_have_only_old_evidence(state: pd.DataFrame) -> None:
    assert service_counts(state).loc["x"].tolist() == [2, 1, 1, 2020]
    assert service_counts(state).loc["z", ["services", "dated", "older"]].tolist() == [1, 1, 0]
    assert pd.isna(service_counts(state).loc["z", "until"])
    assert service_counts(state).loc["v"].isna().all()


def test_a_theme_counts_for_nothing(state: pd.DataFrame) -> None:
    assert shared_services(state.assign(counted=False)).sum() == 0


def test_an_area_in_two_bodies_counts_once(state: pd.DataFrame) -> None:
    both = pd.concat([state, state[state["arrangement"] == "two"].assign(arrangement="five")])
    assert shared_services(both)["z"] == 1
    pair = pair_services(both).set_index(["code_a", "code_b"])
    assert pair.loc[("x", "z"), "services"] == 1


def test_services_per_pair(state: pd.DataFrame) -> None:
    assert pair_services(state).to_numpy().tolist() == [
        ["x", "y", 2, 1, "q; r"],
        ["x", "z", 1, 1, "q"],
        ["y", "z", 1, 1, "q"],
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
    assert fragmentation(state).dropna().to_dict() == {"x": 2, "y": 2, "z": 1}


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


def test_measures_of_an_empty_state_are_empty(state: pd.DataFrame) -> None:
    empty = state.iloc[:0]
    assert shared_services(empty).empty
    assert fragmentation(empty).empty
    for table in (
        pair_services(empty),
        circles(empty),
        group_services(empty, ["x", "y"]),
        gaps(empty, ["x"]),
        host_distances(empty, pd.DataFrame(columns=["code", "easting", "northing"])),
    ):
        assert table.empty


def test_periods_for_a_timeline(inventory: Inventory) -> None:
    table = periods(inventory).set_index(["arrangement", "area"])
    rescue = table.loc[("vmkf", "raddningstjanst")]
    assert rescue["start"] == pd.Timestamp("2004-01-01")
    assert rescue["end"] == pd.Timestamp("2020-12-31")
    assert pd.isna(table.loc[("vmkf", "loner"), "end"])
    assert table.loc[("sbb", "lokalvard"), "end_event"] == "taken-back"
    assert ("overformyndare-grums", "overformyndare") not in table.index  # undated


def test_doing_it_alone_since_is_told_and_ends_what_was_shared() -> None:
    events = [("running", "2016", "high", "r")]
    body = build(events, alone=[("0001", "r", "2024")])
    assert status(body, "2026-08-31") == "ended"
    assert status(body, "2026-08-31", code="0002") == "unended"
    assert alone_on(body, "2026-08-31")[["code", "area", "words"]].to_numpy().tolist() == [
        ["0001", "r", "egen regi 2024"]
    ]
    assert alone_on(body, "2023-12-31").empty


def test_what_had_ended_is_not_ended_again_by_who_does_it_since() -> None:
    events = [("running", "2016", "high", "r"), ("taken-back", "2022-12-31", "high", "r")]
    body = build(events, alone=[("0001", "r", "2023")])
    found = state_on(body, "2026-08-31").set_index("code")["words"]
    assert found["0001"] == found["0002"] == "återtagen av medlemmarna 2022"
    again = build([*events, ("running", "2023-02", "high", "r")], alone=[("0001", "r", "2024")])
    assert state_on(again, "2026-08-31").set_index("code")["words"]["0001"] == "egen regi 2024"


def test_nothing_is_done_alone_before_the_inventory_begins() -> None:
    body = build([("running", "2016", "high", "r")], alone=[("0001", "r", "")])
    assert alone_on(body, "2015-12-31").empty
    assert alone_on(body, "2016-06-30")["words"].tolist() == ["egen regi, odaterad uppgift"]


def test_what_a_source_prints_of_a_whole_body(inventory: Inventory) -> None:
    found = published_figures(inventory, "2026-08-31").set_index("arrangement")
    whole = found.loc["raddningsregion-bergslagen"]
    assert (whole["municipalities"], whole["inhabitants"], whole["year"]) == (42, 740_000, 2023)
    assert bool(whole["about"])
    assert published_figures(inventory, "2023-01-01").empty  # not yet printed
