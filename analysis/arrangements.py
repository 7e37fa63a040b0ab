"""Shared services: the words of the inventory, and the one rule of how sure it is that one runs.

Terms
-----
arrangement: a body, contract, network or declaration through which municipalities cooperate.
task: an area that an arrangement deals with. That the body exists, that it has the task, and who
    its members are have evidence of their own and are not mixed up.
course: everything dated that the inventory says of one task.
term of office (mandatperiod): four years from 1 January of 1995, 1999, … 2023, 2027; before that
    three. Municipal reorganisations cluster where one begins.
age of evidence: from the latest day it can be of to the date that is asked for. An undated page
    proves nothing of a day; one that a source dates "at the earliest" proves that day.
partial date: YYYY, YYYY-MM or YYYY-MM-DD; it spans from its first to its last possible day.
counted: what the reports count as a shared service on the date, see `counted`.

Loader, checks, metrics, matrix, timeline, maps, key figures and sentences all ask `standing`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

# --- vocabulary ----------------------------------------------------------------------------------

COLUMNS: dict[str, tuple[str, ...]] = {
    "sources": ("id", "publisher", "title", "url", "date", "checked", "note"),
    "forms": ("key", "name", "name_en", "lasts", "paragraph", "meaning"),
    "areas": ("key", "group", "name", "name_en", "kolada_cost", "nature", "volume", "counties"),
    "arrangements": ("key", "description", "legal_form", "kind", "host"),
    "names": ("arrangement", "name", "from", "to", "source"),
    "coverage": ("arrangement", "area", "from", "to", "source", "trust", "note"),
    "memberships": ("arrangement", "code", "area", "from", "to", "source", "trust", "note"),
    "events": ("arrangement", "event", "area", "code", "date", "basis", "source", "trust", "note"),
    "alone": ("code", "area", "date", "basis", "source", "trust", "note"),
    "figures": ("arrangement", "figure", "value", "date", "basis", "source", "trust", "note"),
    "searched": ("code", "area", "date", "where", "note"),
    "claims": ("arrangement", "field", "value", "source", "trust", "note"),
    "context": ("arrangement", "date", "text", "source"),
}
PLANS = ("intention", "inquiry", "decided")
OUTCOMES = ("realised", "dropped", "closed")  # what became of a plan, where a source tells it
RUNS = ("running", "confirmed")  # evidence that it runs; the second is a member's own answer
ENDS = ("ended", "taken-back")
EVENTS = (*PLANS, *OUTCOMES, *RUNS, *ENDS)
BASES = ("stated", "evidence", "not-before", "approximate", "undated")
TRUSTS = ("high", "medium", "low")
KINDS = ("service", "theme")  # it performs tasks; it only declares areas of cooperation
NATURES = ("visited", "field", "back-office")  # where residents meet the service
FIGURES = ("municipalities", "inhabitants")  # what a source prints of a whole body
CLAIM_FIELDS = ("legal-form", "host", "members", "name", "areas")
UNTIL_ENDED, NEXT_TERM, TERM = LASTS = ("until-ended", "next-term", "term")
ALL_AREAS = "all"  # an event of every area that the arrangement covers; blank: of the body alone
UNKNOWN_AREA = "unknown"  # a member of which the source does not say in what it takes part

EVIDENCE_YEARS = 3  # evidence is new this long, and always in the term it is of
TRACE_YEARS = 5  # a plan without a trace this long has an unknown outcome
NO_INDICATOR = "inget"  # Kolada's list was looked through; blank: nobody has looked
NO_INFORMATION = "ingen uppgift"

REGIONS = {  # that can be hosts, by the code of their county
    "01": "Region Stockholm",
    "03": "Region Uppsala",
    "04": "Region Sörmland",
    "05": "Region Östergötland",
    "06": "Region Jönköpings län",
    "07": "Region Kronoberg",
    "08": "Region Kalmar län",
    "10": "Region Blekinge",
    "12": "Region Skåne",
    "13": "Region Halland",
    "14": "Västra Götalandsregionen",
    "17": "Region Värmland",
    "18": "Region Örebro län",
    "19": "Region Västmanland",
    "20": "Region Dalarna",
    "21": "Region Gävleborg",
    "22": "Region Västernorrland",
    "23": "Region Jämtland Härjedalen",
    "24": "Region Västerbotten",
    "25": "Region Norrbotten",
}


class State(StrEnum):
    """How sure it is that a municipality shares a service, or does it alone, on a date."""

    CONFIRMED = "confirmed"
    EVIDENCED = "evidenced"
    UNENDED = "unended"
    UNCLEAR = "unclear"
    PLANNED = "planned"
    ALONE = "alone"
    ENDED = "ended"
    UNKNOWN = "unknown"


LABELS = {
    State.CONFIRMED: "bekräftad av kommunen",
    State.EVIDENCED: "belagd",
    State.UNENDED: "fanns, inget slut känt",
    State.UNCLEAR: "oklart i dag, räknas inte",
    State.PLANNED: "avsikt, utredning eller beslut",
    State.ALONE: "egen regi",
    State.ENDED: "avslutad",
    State.UNKNOWN: NO_INFORMATION,
}
EVENT_LABELS = {
    "intention": "avsikt",
    "inquiry": "utredning",
    "decided": "beslut",
    "realised": "genomförd",
    "dropped": "nedlagd",
    "closed": "avslutad",
    "running": "belagd",
    "confirmed": "bekräftad",
    "ended": "avslutad",
    "taken-back": "återtagen av medlemmarna",
    "left": "utträdd",
    "alone": "egen regi",
}
TRUST_LABELS = {"high": "hög", "medium": "medel", "low": "låg"}
COUNTED = (State.CONFIRMED, State.EVIDENCED, State.UNENDED)
DATED = (State.CONFIRMED, State.EVIDENCED)


def counted(state: State | str) -> bool:
    """True for what the reports count as a shared service.

    >>> counted(State.UNENDED), counted(State.UNCLEAR), counted("planned")
    (True, False, False)
    """
    return state in COUNTED


# --- dates ---------------------------------------------------------------------------------------

YEARS = range(1700, 2201)
"""The years in which something can be dated: tables of days reach no further than some more."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def earliest(text: str) -> date | None:
    """First possible day of a partial date, None when blank; raises ValueError when no date.

    >>> earliest("2020-02"), earliest("")
    (datetime.date(2020, 2, 1), None)
    """
    return _day(text, last=False)


def latest(text: str) -> date | None:
    """Last possible day of a partial date, None when blank; raises ValueError when no date.

    >>> latest("2020-02"), latest("2020")
    (datetime.date(2020, 2, 29), datetime.date(2020, 12, 31))
    """
    return _day(text, last=True)


def _day(text: str, *, last: bool) -> date | None:
    if not text:
        return None
    match = _DATE.fullmatch(text)
    year, month, day = match.groups() if match else ("", "", "")
    try:
        start = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise ValueError(f"{text!r} is no date; write YYYY, YYYY-MM or YYYY-MM-DD") from None
    if start.year not in YEARS:
        raise ValueError(f"{text!r} is not between {YEARS[0]} and {YEARS[-1]}; correct the year")
    if day or not last:
        return start
    end_month = start.month if month else 12
    return date(start.year, end_month, calendar.monthrange(start.year, end_month)[1])


def term_start(day: date) -> date:
    """First day of the term of office in which `day` lies.

    >>> term_start(date(2026, 12, 31)), term_start(date(2027, 1, 1)), term_start(date(1994, 5, 1))
    (datetime.date(2023, 1, 1), datetime.date(2027, 1, 1), datetime.date(1992, 1, 1))
    """
    length = 4 if day.year >= 1995 else 3
    return date(day.year - (day.year - 1995) % length, 1, 1)


def years_after(day: date, years: int) -> date:
    """The same day some years later; 29 February becomes the 28th.

    >>> years_after(date(2020, 2, 29), 3)
    datetime.date(2023, 2, 28)
    """
    leap = (day.month, day.day) == (2, 29) and not calendar.isleap(day.year + years)
    return day.replace(year=day.year + years, day=28 if leap else day.day)


def is_new(last: date, day: date) -> bool:
    """True when evidence of `last` is from the term of `day`, or at most three years older.

    >>> is_new(date(2023, 1, 1), date(2026, 12, 31)), is_new(date(2023, 1, 1), date(2027, 1, 1))
    (True, False)
    >>> is_new(date(2024, 6, 30), date(2027, 6, 30))
    True
    """
    return last >= term_start(day) or years_after(last, EVIDENCE_YEARS) >= day


# --- the inventory -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Inventory:
    """The tables of the inventory, text as edited plus `line` (its line in the CSV file).

    Dated tables carry `first` and `last` (datetime64): for events, alone and figures the first and
    last possible day of `date`; for the others the first day of `from` and the last day of `to`.
    NaT where the cell is blank or no date.
    """

    sources: pd.DataFrame
    forms: pd.DataFrame
    areas: pd.DataFrame
    arrangements: pd.DataFrame
    names: pd.DataFrame
    coverage: pd.DataFrame
    memberships: pd.DataFrame
    events: pd.DataFrame
    alone: pd.DataFrame
    figures: pd.DataFrame
    searched: pd.DataFrame
    claims: pd.DataFrame
    context: pd.DataFrame
    begins: pd.Timestamp
    """First possible day of the first dated fact; NaT without one. Nothing is known before it."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {name: getattr(self, name) for name in COLUMNS}

    @cached_property
    def book(self) -> Book:
        """The tables as plain rows, made once."""
        return Book(self)


@dataclass(frozen=True)
class Course:
    """The dated rows on one task, and those on its body. `events` are of the task (those of all
    areas included), `body` all that show the body, `cover` the rows of the coverage.
    """

    arrangement: str
    area: str
    kind: str
    lasts: str
    events: tuple[Any, ...]
    body: tuple[Any, ...]
    cover: tuple[Any, ...]

    @property
    def running(self) -> list[Any]:
        """Rows with a date that show the task running."""
        return [row for row in self.events if row.event in RUNS and row.first is not None]

    def ends(self, alone: Iterable[Any] = ()) -> list[End]:
        """Recorded last days in order; of the coverage where every row of it ends.

        `alone`: rows that a municipality does it by itself; they end what it shared before. What
        had ended already is not ended again by who does it since, and what is only declared (a
        theme, such as a common waste plan) goes on beside it.
        """
        found = [
            End(row.last, row.event, row) for row in self.events if row.event in ENDS and row.last
        ]
        if self.cover and all(row.last is not None for row in self.cover):
            last = max(self.cover, key=lambda row: row.last)
            found.insert(0, End(last.last, "ended", last))
        recorded = list(found)
        found += [
            End(row.first, "alone", row)
            for row in (() if self.kind == "theme" else alone)
            if row.first and self._runs_after(recorded, row.first)
        ]
        return sorted(found, key=lambda end: end.day)

    def _runs_after(self, ends: Iterable[End], day: date) -> bool:
        """Whether it may still have run on a day: no end before it, or it began anew."""
        last = max((end.day for end in ends if end.day <= day), default=None)
        return last is None or any(last < row.first <= day for row in self.running)

    def begun(self, running: Sequence[Any]) -> date | None:
        """First possible day of running: of the first evidence, not before the coverage."""
        if not running:
            return None
        first: date = min(row.first for row in running)
        covered = [row.first for row in self.cover]
        return first if None in covered or not covered else max(first, min(covered))


@dataclass(frozen=True)
class End:
    """The last day of a task, how it ended, and the row that says so."""

    day: date
    event: str
    row: Any


class Book:
    """The inventory as plain rows by arrangement: many small look-ups are slow in tables.

    Rows are named tuples of the tables' columns; `first` and `last` are dates, None where unknown,
    and `from`, a word of Python, is called `since`.
    """

    def __init__(self, inventory: Inventory) -> None:
        self.bodies: list[Any] = list(_rows(inventory.arrangements))
        self.coverage = _by(inventory.coverage, "arrangement")
        self.events = _by(inventory.events, "arrangement")
        self.members = _by(inventory.memberships, "arrangement")
        self.names = _by(inventory.names, "arrangement")
        self.claims = _by(inventory.claims, "arrangement")
        self.figures = _by(inventory.figures, "arrangement")
        self.context = _by(inventory.context, "arrangement")
        self.alone = _by(inventory.alone, "code", "area")
        self.lasts = {row.key: row.lasts for row in _rows(inventory.forms)}
        self.start: date | None = _date_of(inventory.begins)

    def begun_by(self, day: date) -> bool:
        """Whether anything is known on a day: not before the first dated fact."""
        return self.start is not None and self.start <= day

    def courses(self, key: str = "") -> Iterator[Course]:
        """The courses of all arrangements, or of one, in the order of the inventory."""
        for body in self.bodies:
            if key in ("", body.key):
                yield from self._courses_of(body)

    def _courses_of(self, body: Any) -> Iterator[Course]:
        events = self.events.get(body.key, [])
        shows = tuple(row for row in events if row.event in RUNS and row.first)
        areas: dict[str, list[Any]] = {}
        for row in self.coverage.get(body.key, []):
            areas.setdefault(row.area, []).append(row)
        for area, cover in areas.items():
            own = tuple(
                row
                for row in events
                if row.area in (area, ALL_AREAS) or (row.area == "" and row.event in ENDS)
            )
            yield Course(
                body.key,
                area,
                body.kind,
                self.lasts.get(body.legal_form, TERM),
                own,
                shows,
                tuple(cover),
            )

    def name_on(self, key: str, day: date) -> str:
        """Name whose time has begun last; before the first name that one."""
        names = sorted(self.names[key], key=lambda row: row.first or date.min)
        begun = [row.name for row in names if row.first is None or row.first <= day]
        return str(begun[-1] if begun else names[0].name)


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples, days as dates; typed loosely because the columns differ by table."""
    dated = "first" in table
    for row in table.rename(columns={"from": "since"}).itertuples(index=False):
        plain: Any = row
        yield (
            plain._replace(first=_date_of(plain.first), last=_date_of(plain.last))
            if dated
            else plain
        )


def _date_of(day: Any) -> date | None:
    return None if day is None or day != day else day.date()  # NaT is not equal to itself


def _by(table: pd.DataFrame, *columns: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in _rows(table):
        key = tuple(getattr(row, column) for column in columns)
        found.setdefault(key if len(columns) > 1 else key[0], []).append(row)
    return found


# --- the rule ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What holds on a date, in words, and the rows that say so.

    `year` is that of the evidence that decides, None when undated; `body_year` that of newer
    evidence of the body; `event` the plan or end. `rows` are all rows it rests on, `known` those
    known by the date. `reference` is the day whose members and name count.
    """

    state: State
    words: str
    year: int | None
    rows: tuple[Any, ...]
    known: tuple[Any, ...]
    reference: date
    event: str = ""
    body_year: int | None = None


def standing(
    course: Course, day: date, *, code: str = "", alone: Sequence[Any] = ()
) -> Standing | None:
    """How sure it is that a task runs on `day`: THE rule. None when nothing is known yet.

    `code` is the municipality that is asked about: its own answer confirms; `alone` are the rows
    that it does the task by itself, by which earlier evidence does not count any more.

    - confirmed: the municipality or the body has itself answered in the term of the day;
    - evidenced: evidence of the task in the term of the day, or at most three years old. Evidence
      on both sides of the day, or a recorded end after it, shows that it ran between;
    - unended: older, no end is known, and the form lasts (`until-ended`), or the evidence is of
      the term before (`next-term`);
    - unclear: older than that, or only undated;
    - planned: intended, inquired into or decided, see `_planned`;
    - ended: a recorded end has passed; what ran or was planned after it began anew.
    """
    running = course.running
    ends = course.ends(row for row in alone if row.first and row.first <= day)
    passed = [end for end in ends if end.day < day]
    if passed:
        running = [row for row in running if row.last > passed[-1].day]
    begun = course.begun(running)
    if begun is not None and begun <= day:
        ahead = [end for end in ends if end.day >= day and end.event != "alone"]
        return _running(course, running, ahead, day, code)
    anew = _planned(course, day, begun or day, after=passed[-1]) if passed else None
    if passed and anew is None:
        end = passed[-1]
        words = f"{EVENT_LABELS[end.event]} {end.day.year}"
        return Standing(
            State.ENDED, words, end.day.year, (end.row,), (end.row,), end.day, end.event
        )
    return anew or _planned(course, day, begun or day) or _undated(course, day)


def _running(
    course: Course, running: Sequence[Any], ahead: Sequence[End], day: date, code: str
) -> Standing:
    """A task that has begun and not ended: by the age of its evidence.

    Where what was known by the day is new enough, nothing later is asked.
    """
    known = tuple(row for row in running if row.first <= day) or tuple(running)
    seen: date = max(row.last for row in known)
    last: date = ahead[0].day if ahead else max(row.last for row in running)
    last = seen if is_new(seen, day) else last
    state = _by_age(course.lasts, last, day)
    answers = [
        row.last
        for row in running
        if row.event == "confirmed"
        and row.first <= day
        and row.code in ("", code)
        and row.last >= term_start(day)
    ]
    if answers:
        state, last = State.CONFIRMED, max(answers)
    body = max((row.last.year for row in course.body if row.first <= day), default=last.year)
    newer = body if body > last.year else None
    words = _running_words(state, last, seen, newer)
    year = last.year if last <= day else seen.year  # no year after the one that is asked for
    return Standing(state, words, year, tuple(running), known, day, body_year=newer)


def _by_age(lasts: str, last: date, day: date) -> State:
    if is_new(last, day):
        return State.EVIDENCED
    term_before = term_start(term_start(day) - timedelta(days=1))
    if lasts == UNTIL_ENDED or (lasts == NEXT_TERM and last >= term_before):
        return State.UNENDED
    return State.UNCLEAR


def _running_words(state: State, last: date, seen: date, newer: int | None) -> str:
    if state == State.CONFIRMED:
        return f"bekräftad {last.year}"
    if state == State.EVIDENCED:
        return f"belagd {f'{seen.year}–' if seen.year < last.year else ''}{last.year}"
    body = f" (organet belagt {newer})" if newer else ""
    if state == State.UNENDED:
        return f"fanns {last.year}, inget slut känt{body}"
    return f"oklart i dag, senast belagd {last.year}{body}"


def _planned(
    course: Course, day: date, start: date, *, after: End | None = None
) -> Standing | None:
    """The latest intention, inquiry or decision; at the same time the one that went furthest.

    Of those made `after` an end, where one is given; what a municipality does alone is no end of
    an undated plan, that may be newer.

    With an outcome that a source tells it has ended; five years after its last trace the outcome
    is unknown. Its members are those of `start`, the day on which it was to run if that is known.
    """
    made = [
        row
        for row in course.events
        if row.event in PLANS
        and (row.first is None or row.first <= day)
        and (after is None or _made_after(row, after))
    ]
    if not made:
        return None
    plan = max(made, key=lambda row: (row.first or date.min, PLANS.index(row.event)))
    label = EVENT_LABELS[plan.event]
    if plan.first is None:
        return Standing(
            State.PLANNED, f"{label}, odaterad", None, (plan,), (plan,), start, plan.event
        )
    same = tuple(row for row in made if row.event == plan.event)
    said = f"{label} {plan.last.year}"
    outcomes = [
        row
        for row in course.events
        if row.event in OUTCOMES
        and row.first is not None
        and plan.first <= row.last
        and row.first <= day
    ]
    if outcomes:
        end = max(outcomes, key=lambda row: row.last)
        words = f"{said}, {EVENT_LABELS[end.event]} {end.last.year}"
        return Standing(
            State.ENDED, words, end.last.year, (*same, end), (*same, end), start, end.event
        )
    lost = years_after(plan.last, TRACE_YEARS) < day
    return Standing(
        State.PLANNED,
        f"{said}{', utfall okänt' if lost else ''}",
        plan.last.year,
        same,
        same,
        start,
        plan.event,
    )


def _made_after(plan: Any, end: End) -> bool:
    return plan.last > end.day if plan.last is not None else end.event == "alone"


def _undated(course: Course, day: date) -> Standing | None:
    """Undated evidence of running, unless a source states when it began (after the day then)."""
    running = [row for row in course.events if row.event in RUNS]
    undated = tuple(row for row in running if row.first is None)
    if not undated or any(row.basis == "stated" for row in running):
        return None
    return Standing(State.UNCLEAR, "oklart i dag, odaterad uppgift", None, undated, undated, day)


def alone_standing(rows: Sequence[Any], day: date) -> Standing | None:
    """Whether a municipality does a task by itself on `day`, by the ages of the rule.

    `rows` are those of the table `alone` for it and the area. None when nothing is known yet.
    """
    known = tuple(row for row in rows if row.first is None or row.first <= day)
    if not known:
        return None
    last = max((row.last for row in known if row.last), default=None)
    if last is None:
        return Standing(State.ALONE, "egen regi, odaterad uppgift", None, known, known, day)
    late = "" if is_new(last, day) else ", oklart i dag"
    return Standing(State.ALONE, f"egen regi {last.year}{late}", last.year, known, known, day)
