"""The one rule of how sure it is that something runs, day by day and on the shipped inventory.

`python tests/test_arrangements.py` writes the table of every arrangement anew after rows of the
inventory have changed: its difference in git is what the change does to the reports.
"""

from __future__ import annotations

import csv
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from analysis import arrangements as rule
from analysis.arrangements import Book, Course, State, alone_standing, counted, standing
from analysis.loaders.services import load_inventory

TABLE = Path(__file__).parent / "arrangements_by_date.csv"
DAYS = (date(2018, 6, 30), date(2026, 8, 31), date(2027, 6, 30))


def row(
    event: str, when: str, *, area: str = "a", code: str = "", basis: str = ""
) -> SimpleNamespace:
    said = basis or ("evidence" if when else "undated")
    return SimpleNamespace(
        event=event,
        area=area,
        code=code,
        date=when,
        basis=said,
        first=rule.earliest(when),
        last=rule.latest(when),
    )


def course(
    *events: SimpleNamespace, lasts: str = "until-ended", cover: Any = (), kind: str = "service"
) -> Course:
    shows = tuple(e for e in events if e.event in rule.RUNS and e.first)
    return Course("x", "a", kind, lasts, tuple(e for e in events if e.area), shows, tuple(cover))


def on(task: Course, day: str, code: str = "1980", alone: Any = ()) -> tuple[str, str] | None:
    found = standing(task, date.fromisoformat(day), code=code, alone=alone)
    return found and (found.state.value, found.words)


# --- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "start"),
    [
        ("2014-12-31", "2011-01-01"),
        ("2015-01-01", "2015-01-01"),
        ("2018-12-31", "2015-01-01"),
        ("2023-01-01", "2023-01-01"),
        ("2026-12-31", "2023-01-01"),
        ("2027-01-01", "2027-01-01"),
        ("1994-12-31", "1992-01-01"),
        ("1995-01-01", "1995-01-01"),
        ("1991-06-01", "1989-01-01"),
    ],
)
def test_terms_of_office(day, start):
    assert rule.term_start(date.fromisoformat(day)) == date.fromisoformat(start)


@pytest.mark.parametrize("text", ["2020-13", "2021-02-29", "20200101", "ca 2010", "2020-1", "0"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r"date|month|day"):
        rule.earliest(text)


# --- every row of the table of states ------------------------------------------------------------


@pytest.mark.parametrize(
    ("lasts", "day", "expected"),
    [
        ("until-ended", "2009-12-31", None),
        ("until-ended", "2010-01-01", ("evidenced", "belagd 2010")),
        ("until-ended", "2013-12-31", ("evidenced", "belagd 2010")),  # three years old
        ("until-ended", "2014-01-01", ("unended", "fanns 2010, inget slut känt")),
        ("until-ended", "2050-01-01", ("unended", "fanns 2010, inget slut känt")),
        ("next-term", "2014-12-31", ("unended", "fanns 2010, inget slut känt")),  # the term before
        ("next-term", "2015-01-01", ("unclear", "oklart i dag, senast belagd 2010")),
        ("term", "2013-12-31", ("evidenced", "belagd 2010")),
        ("term", "2014-01-01", ("unclear", "oklart i dag, senast belagd 2010")),
    ],
)
def test_age_decides_by_form(lasts, day, expected):
    assert on(course(row("running", "2010"), lasts=lasts), day) == expected


def test_evidence_of_the_term_is_new_for_its_whole_length():
    task = course(row("running", "2023-01-01"), lasts="term")
    assert on(task, "2026-12-31") == ("evidenced", "belagd 2023")
    assert on(task, "2027-01-01") == ("unclear", "oklart i dag, senast belagd 2023")


def test_a_new_term_changes_the_states():
    board = course(row("running", "2022-06-01"), lasts="next-term")
    assert on(board, "2022-12-31")[0] == "evidenced"
    assert on(board, "2025-06-01")[0] == "evidenced"  # three years
    assert on(board, "2026-12-31")[0] == "unended"  # of the term before
    assert on(board, "2027-01-01")[0] == "unclear"


def test_the_newest_day_that_evidence_can_be_of_counts():
    assert on(course(row("running", "2010-05"), lasts="term"), "2013-05-31")[0] == "evidenced"
    assert on(course(row("running", "2010-05"), lasts="term"), "2013-06-01")[0] == "unclear"
    leap = course(row("running", "2020-02-29"), lasts="term")
    assert on(leap, "2023-02-28")[0] == "evidenced"
    assert on(leap, "2023-03-01")[0] == "unclear"


@pytest.mark.parametrize("lasts", rule.LASTS)
def test_an_undated_page_alone_is_never_counted(lasts):
    found = on(course(row("running", ""), lasts=lasts), "2026-08-31")
    assert found == ("unclear", "oklart i dag, odaterad uppgift")
    assert not counted(found[0])


def test_an_answer_confirms_for_the_one_who_gave_it_in_the_term():
    task = course(row("running", "2012"), row("confirmed", "2025-10-01", code="1984"))
    assert on(task, "2026-08-31", "1984") == ("confirmed", "bekräftad 2025")
    assert on(task, "2026-08-31", "1983") == ("evidenced", "belagd 2025")
    assert on(task, "2025-09-30", "1984") == ("evidenced", "belagd 2012–2025")
    assert on(task, "2027-01-01", "1984") == ("evidenced", "belagd 2025")
    body = course(row("confirmed", "2025-10-01"))
    assert on(body, "2026-08-31", "1983") == ("confirmed", "bekräftad 2025")


def test_the_body_and_the_task_have_evidence_of_their_own():
    task = course(row("running", "2016-09-01"), row("running", "2022", area=""))
    said = "fanns 2016, inget slut känt (organet belagt 2022)"
    assert on(task, "2026-08-31") == ("unended", said)
    assert on(task, "2021-12-31") == ("unended", "fanns 2016, inget slut känt")  # not yet known
    assert on(course(row("running", "2022", area="")), "2026-08-31") is None


def test_evidence_on_both_sides_shows_that_it_ran_between():
    task = course(row("running", "2006"), row("running", "2016"), lasts="term")
    assert on(task, "2008-06-30") == ("evidenced", "belagd 2006")  # nothing later is needed
    assert on(task, "2011-06-30") == ("evidenced", "belagd 2006–2016")
    assert standing(task, date(2011, 6, 30)).year == 2006  # no year after the one asked for
    assert on(task, "2020-01-01")[0] == "unclear"


@pytest.mark.parametrize(
    ("end", "words"), [("ended", "avslutad 2020"), ("taken-back", "återtagen av medlemmarna 2020")]
)
def test_an_end_is_the_last_day_and_evidence_until_then(end, words):
    task = course(row("running", "2001"), row(end, "2020-12-31"), lasts="term")
    assert on(task, "2020-12-31") == ("evidenced", "belagd 2001–2020")
    assert on(task, "2021-01-01") == ("ended", words)


def test_what_runs_after_an_end_began_anew():
    events = (row("running", "2001"), row("ended", "2005"), row("running", "2010"))
    assert on(course(*events), "2004-01-01")[0] == "evidenced"
    assert on(course(*events), "2007-01-01") == ("ended", "avslutad 2005")
    assert on(course(*events), "2010-01-01")[0] == "evidenced"


def test_the_coverage_bounds_the_task():
    cover = [SimpleNamespace(first=date(2003, 1, 1), last=date(2009, 12, 31))]
    task = course(row("running", "2001"), cover=cover)
    assert on(task, "2002-12-31") is None
    assert on(task, "2003-01-01")[0] == "evidenced"
    assert on(task, "2010-01-01") == ("ended", "avslutad 2009")


def test_later_evidence_of_doing_it_alone_ends_what_was_shared():
    task, alone = course(row("running", "2016")), [row("alone", "2024-03-01")]
    assert on(task, "2024-02-29", alone=alone)[0] == "unended"
    assert on(task, "2026-08-31", alone=alone) == ("ended", "egen regi 2024")
    newer = course(row("running", "2016"), row("running", "2025"))
    assert on(newer, "2026-08-31", alone=alone) == ("evidenced", "belagd 2025")


def test_doing_it_alone_ends_no_plan_that_is_newer_and_nothing_that_is_only_declared():
    alone = [row("alone", "2023-03-08")]
    assert on(course(row("intention", "2016")), "2026-08-31", alone=alone) == (
        "ended",
        "egen regi 2023",
    )
    newer = course(row("intention", "2016"), row("decided", "2025"))
    assert on(newer, "2026-08-31", alone=alone) == ("planned", "beslut 2025")
    undated = course(row("intention", ""))
    assert on(undated, "2026-08-31", alone=alone) == ("planned", "avsikt, odaterad")
    ended = course(row("running", "2010"), row("ended", "2015"), row("intention", ""))
    assert on(ended, "2026-08-31") == ("ended", "avslutad 2015")
    again = course(row("running", "2010"), row("ended", "2015"), row("inquiry", "2025"))
    assert on(again, "2026-08-31") == ("planned", "utredning 2025")
    theme = course(row("running", "2017"), kind="theme")
    assert on(theme, "2026-08-31", alone=alone)[0] == "unended"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("alone", "2024")], "egen regi 2024"),
        ([row("alone", "2016"), row("alone", "2018")], "egen regi 2018, oklart i dag"),
        ([row("alone", "")], "egen regi, odaterad uppgift"),
        ([row("alone", "2027")], None),
    ],
)
def test_alone_ages_as_sharing_does(rows, expected):
    found = alone_standing(rows, date(2026, 8, 31))
    assert (found and found.words) == expected


def test_plans_carry_their_year_and_their_outcome():
    plans = (
        row("intention", "2010"),
        row("inquiry", "2012-03"),
        row("decided", "2013-10-01"),
        row("running", "2014-01-01"),
    )
    task = course(*plans)
    assert on(task, "2009-12-31") is None
    assert on(task, "2010-01-01") == ("planned", "avsikt 2010")
    assert on(task, "2012-03-01") == ("planned", "utredning 2012")
    assert on(task, "2013-10-01") == ("planned", "beslut 2013")
    assert on(task, "2014-01-01")[0] == "evidenced"
    assert on(course(row("inquiry", "2014")), "2019-12-31") == ("planned", "utredning 2014")
    assert on(course(row("inquiry", "2014")), "2020-01-01") == (
        "planned",
        "utredning 2014, utfall okänt",
    )
    assert on(course(row("inquiry", "")), "2020-01-01") == ("planned", "utredning, odaterad")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("closed", "utredning 2014, avslutad 2015"),
        ("dropped", "utredning 2014, nedlagd 2015"),
        ("realised", "utredning 2014, genomförd 2015"),
    ],
)
def test_a_plan_ends_where_a_source_says_so(outcome, words):
    task = course(row("inquiry", "2014"), row(outcome, "2015-03-20"))
    assert on(task, "2015-03-19") == ("planned", "utredning 2014")
    assert on(task, "2026-08-31") == ("ended", words)
    again = course(row("inquiry", "2014"), row(outcome, "2015-03-20"), row("inquiry", "2024"))
    assert on(again, "2026-08-31") == ("planned", "utredning 2024")


def test_on_the_same_day_the_plan_that_went_furthest():
    task = course(row("decided", "2013"), row("intention", "2013"))
    assert on(task, "2013-06-30") == ("planned", "beslut 2013")


def test_undated_evidence_does_not_precede_a_stated_start():
    task = course(row("running", ""), row("running", "2008", basis="stated"))
    assert on(task, "2007-12-31") is None
    assert on(task, "2008-01-01")[0] == "evidenced"


def test_every_state_and_event_has_words():
    assert set(rule.LABELS) == set(State)
    assert set(rule.EVENTS) <= set(rule.EVENT_LABELS)
    assert {state for state in State if counted(state)} == {
        State.CONFIRMED,
        State.EVIDENCED,
        State.UNENDED,
    }


# --- every arrangement of the shipped inventory --------------------------------------------------


def found_now() -> list[list[str]]:
    rows = [["arrangement", "area", *map(str, DAYS)]]
    for task in Book(load_inventory()).courses():
        said = (standing(task, day) for day in DAYS)
        rows.append([task.arrangement, task.area, *(s.words if s else "" for s in said)])
    return rows


def test_every_arrangement_by_date():
    with TABLE.open(encoding="utf-8", newline="") as file:
        kept = list(csv.reader(file))
    changed = [pair for pair in zip(found_now(), kept, strict=False) if pair[0] != pair[1]]
    assert not changed, f"first {changed[0]}; run `python tests/{Path(__file__).name}`"
    assert len(kept) == len(found_now())


@pytest.mark.parametrize("area", ["loner", "vaxel", "krisberedskap"])
def test_what_everybody_knows_of_vmkf(area):
    (task,) = [task for task in Book(load_inventory()).courses("vmkf") if task.area == area]
    found = standing(task, DAYS[1], code="1984")
    assert found.state == State.UNENDED
    assert found.words.startswith("fanns 2016, inget slut känt")
    assert counted(found.state)


def test_the_end_of_the_project_in_bergslagen_is_told():
    for task in Book(load_inventory()).courses("samverkan-i-bergslagen"):
        assert standing(task, DAYS[1]).state == State.ENDED
        assert "avslutad 2015" in standing(task, DAYS[1]).words


if __name__ == "__main__":
    with TABLE.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, lineterminator="\n").writerows(found_now())
    sys.stdout.write(f"{TABLE.name}: {len(found_now()) - 1} rows\n")
