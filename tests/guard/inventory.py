"""Recomputed: how sure it is that a service is shared on the date of the data, from the tables.

Written anew after the table of states in domain.md: what is known of a task is put on one time
line, and the newest that is known decides.
"""

import calendar
from dataclasses import dataclass
from datetime import date
from functools import cache

from tests.guard import files
from tests.guard.files import Area, names, read

DAY = date.fromisoformat(files.DAY)
_TRUST = ("high", "medium", "low")
_PLANS = {"intention": "avsikt", "inquiry": "utredning", "decided": "beslut"}
_ENDS = {"ended": "avslutad", "taken-back": "återtagen av medlemmarna"}
_OUTCOMES = {"realised": "genomförd", "dropped": "nedlagd", "closed": "avslutad"}
COUNTED = ("confirmed", "evidenced", "unended")
NEW = ("confirmed", "evidenced")


@dataclass(frozen=True)
class Row:
    """What the inventory says of one service, body and municipality."""

    body: str
    area: str
    code: str
    kind: str
    form: str
    host: str
    state: str
    words: str
    year: int | None
    event: str = ""
    body_year: int | None = None

    @property
    def counted(self) -> bool:
        """Whether the reports count it as a shared service."""
        return self.kind == "service" and self.state in COUNTED

    @property
    def new(self) -> bool:
        """Whether it has evidence of the term, or of the last three years."""
        return self.state in NEW


def day_of(text: str, *, last: bool) -> date | None:
    """The first or last day of a partial date; None where there is none."""
    parts = [int(part) for part in text.split("-")] if text else []
    if not parts:
        return None
    if not last:
        return date(*([*parts, 1, 1])[:3])
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


def _later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def term(day: date) -> date:
    """The first day of the term of office, that began in 1995, 1999 … 2023."""
    year = max((y for y in range(1995, 2100, 4) if y <= day.year), default=None)
    return (
        date(year, 1, 1)
        if year
        else date(max(y for y in range(1974, 1995, 3) if y <= day.year), 1, 1)
    )


def fresh(last: date) -> bool:
    """Evidence of the term, or at most three years old."""
    return last >= term(DAY) or _later(last, 3) >= DAY


@cache
def rows(name: str) -> list[dict]:
    """A table of the inventory: dictionaries with `first` and `last` days."""
    table = read(f"services/{name}.csv").to_dict("records")
    for row in table:
        start, end = (row.get("from"), row.get("to")) if "from" in row else (row.get("date"),) * 2
        row["first"], row["last"] = day_of(start or "", last=False), day_of(end or "", last=True)
    return table


def of_body(name: str, key: str) -> list[dict]:
    """The rows of a table on one body."""
    return [row for row in rows(name) if row["arrangement"] == key]


def name_of(key: str, day: date = DAY) -> str:
    """The name that a body had on a day."""
    known = sorted(of_body("names", key), key=lambda row: row["first"] or date.min)
    begun = [row for row in known if (row["first"] or date.min) <= day]
    return (begun or known[:1])[-1]["name"]


def _about(key: str, area: str) -> list[dict]:
    """The events of a task: of its own area, of all areas, and ends of the whole body."""
    return [
        row
        for row in of_body("events", key)
        if row["area"] in (area, "all") or (not row["area"] and row["event"] in _ENDS)
    ]


def alone(code: str, area: str) -> list[dict]:
    """What is known by the day of a municipality that does a task by itself."""
    return [
        row
        for row in rows("alone")
        if (row["code"], row["area"]) == (code, area) and (row["first"] or date.min) <= DAY
    ]


def _ends(key: str, area: str, code: str) -> list[tuple[date, str]]:
    """Recorded last days of a task, with how it ended."""
    found = [
        (r["last"], r["event"]) for r in _about(key, area) if r["event"] in _ENDS and r["last"]
    ]
    cover = [row for row in of_body("coverage", key) if row["area"] == area]
    if cover and all(row["last"] for row in cover):
        found.append((max(row["last"] for row in cover), "ended"))
    found += [(row["first"], "alone") for row in alone(code, area) if row["first"]]
    return sorted(found, key=lambda end: end[0])


def standing(key: str, area: str, form: str, code: str):
    """state, words, year, reference day, event, year of the body: what holds on the day; or None."""
    about = _about(key, area)
    running = [row for row in about if row["event"] in ("running", "confirmed") and row["first"]]
    ends = _ends(key, area, code)
    over = [end for end in ends if end[0] < DAY]
    if over:
        running = [row for row in running if row["last"] > over[-1][0]]
    cover = [row["first"] for row in of_body("coverage", key) if row["area"] == area]
    begun = min((row["first"] for row in running), default=None)
    if begun and cover and None not in cover:
        begun = max(begun, min(cover))
    if begun and begun <= DAY:
        ahead = [end[0] for end in ends if end[0] >= DAY and end[1] != "alone"]
        return _runs(key, form, code, running, ahead)
    if over:
        day, event = over[-1]
        label = {**_ENDS, "alone": "egen regi"}[event]
        return "ended", f"{label} {day.year}", day.year, day, event, None
    return _planned(about, begun or DAY) or _undated(about)


def _runs(key: str, form: str, code: str, running: list[dict], ahead: list[date]):
    known = [row for row in running if row["first"] <= DAY] or running
    seen = max(row["last"] for row in known)
    last = seen if fresh(seen) else (ahead or [max(row["last"] for row in running)])[0]
    lasts = {row["key"]: row["lasts"] for row in read("services/forms.csv").to_dict("records")}
    before = term(date(term(DAY).year - 1, 12, 31))
    kept = lasts.get(form) == "until-ended" or (lasts.get(form) == "next-term" and last >= before)
    state = "evidenced" if fresh(last) else "unended" if kept else "unclear"
    answers = [
        row["last"]
        for row in running
        if row["event"] == "confirmed"
        and row["first"] <= DAY
        and row["code"] in ("", code)
        and row["last"] >= term(DAY)
    ]
    if answers:
        state, last = "confirmed", max(answers)
    shows = [
        row["last"].year
        for row in of_body("events", key)
        if row["event"] in ("running", "confirmed") and row["first"] and row["first"] <= DAY
    ]
    newer = max(shows, default=0)
    newer = newer if newer > last.year else None
    body = f" (organet belagt {newer})" if newer else ""
    words = {
        "confirmed": f"bekräftad {last.year}",
        "evidenced": f"belagd {f'{seen.year}–' if seen.year < last.year else ''}{last.year}",
        "unended": f"fanns {last.year}, inget slut känt{body}",
        "unclear": f"oklart i dag, senast belagd {last.year}{body}",
    }[state]
    return state, words, last.year if last <= DAY else seen.year, DAY, "", newer


def _planned(about: list[dict], start: date):
    made = [r for r in about if r["event"] in _PLANS and (r["first"] is None or r["first"] <= DAY)]
    if not made:
        return None
    plan = max(made, key=lambda r: (r["first"] or date.min, list(_PLANS).index(r["event"])))
    label = _PLANS[plan["event"]]
    if plan["first"] is None:
        return "planned", f"{label}, odaterad", None, start, plan["event"], None
    said = f"{label} {plan['last'].year}"
    outcomes = [
        row
        for row in about
        if row["event"] in _OUTCOMES
        and row["first"]
        and plan["first"] <= row["last"]
        and row["first"] <= DAY
    ]
    if outcomes:
        end = max(outcomes, key=lambda row: row["last"])
        year = end["last"].year
        return "ended", f"{said}, {_OUTCOMES[end['event']]} {year}", year, start, end["event"], None
    lost = ", utfall okänt" if _later(plan["last"], 5) < DAY else ""
    return "planned", said + lost, plan["last"].year, start, plan["event"], None


def _undated(about: list[dict]):
    runs = [row for row in about if row["event"] in ("running", "confirmed")]
    if not any(row["first"] is None for row in runs) or any(
        row["basis"] == "stated" for row in runs
    ):
        return None
    return "unclear", "oklart i dag, odaterad uppgift", None, DAY, "", None


@cache
def states() -> tuple[Row, ...]:
    """Every body, area and municipality, in the order of the inventory."""
    found = []
    for body in read("services/arrangements.csv").to_dict("records"):
        key, form = body["key"], body["legal_form"]
        covered = dict.fromkeys(row["area"] for row in of_body("coverage", key))
        for area in covered:
            members = [row for row in of_body("memberships", key) if row["area"] in (area, "")]
            for code in dict.fromkeys(row["code"] for row in members):
                held = standing(key, area, form, code)
                if held is None:
                    continue
                state, words, year, reference, event, newer = held
                own = [
                    row
                    for row in members
                    if row["code"] == code and (row["first"] or date.min) <= reference
                ]
                if not own:
                    continue
                if not any((row["last"] or date.max) >= reference for row in own):
                    year = max(row["last"] for row in own).year
                    state, words, event, newer = "ended", f"utträdd {year}", "left", None
                found.append(
                    Row(
                        key,
                        area,
                        code,
                        body["kind"],
                        form,
                        body["host"],
                        state,
                        words,
                        year,
                        event,
                        newer,
                    )
                )
    return tuple(found)


# --- seen from some municipalities ---------------------------------------------------------------


class Shared:
    """What is known of the services of `area`, on the date of the data."""

    def __init__(self, area: Area) -> None:
        self.area = area
        self.own = [row for row in states() if row.code in area.members]
        self.counted = [row for row in self.own if row.counted]

    def together(self) -> list[tuple[str, str, list[str]]]:
        """Body, area and members of what at least two members share in one body."""
        found: dict[tuple[str, str], list[str]] = {}
        for row in self.counted:
            found.setdefault((row.body, row.area), []).append(row.code)
        return [(*key, codes) for key, codes in found.items() if len(set(codes)) > 1]

    def areas(self) -> set[str]:
        """Services that at least two members share."""
        return {area for _, area, _ in self.together()}

    def complete(self) -> set[str]:
        """Services that one body performs for all members."""
        return {a for _, a, codes in self.together() if set(codes) == set(self.area.members)}

    def best(self) -> dict[str, Row]:
        """The newest evidence of each shared service."""
        found: dict[str, Row] = {}
        for row in self.counted:
            if row.area in self.areas():
                best = found.get(row.area)
                if best is None or row.year > best.year:
                    found[row.area] = row
        return found

    def years(self) -> tuple[int, int]:
        """First and last year of that evidence."""
        years = [row.year for row in self.best().values()]
        return min(years), max(years)

    def by_area(self, area: str) -> dict[str, list[str]]:
        """The members that share a service, by body."""
        found: dict[str, list[str]] = {}
        for row in self.counted:
            if row.area == area:
                found.setdefault(row.body, []).append(row.code)
        return found

    def divided(self) -> list[str]:
        """Services that every member shares, and no one body performs for all."""
        everyone = set(self.area.members)
        return [
            area
            for area in dict.fromkeys(row.area for row in self.counted)
            if area in self.areas() - self.complete()
            and {row.code for row in self.counted if row.area == area} == everyone
        ]

    def alone(self) -> list[tuple[str, str, str, int | None]]:
        """code, area, words and year of what members do by themselves and do not share."""
        shared = {(row.code, row.area) for row in self.counted}
        found = []
        for code, area in dict.fromkeys((row["code"], row["area"]) for row in rows("alone")):
            known = alone(code, area)
            if code not in self.area.members or (code, area) in shared or not known:
                continue
            last = max((row["last"] for row in known if row["last"]), default=None)
            if last is None:
                words = "egen regi, odaterad uppgift"
            else:
                words = f"egen regi {last.year}{'' if fresh(last) else ', oklart i dag'}"
            found.append((code, area, words, last.year if last else None))
        return found

    def cells(self) -> dict[tuple[str, str], tuple[str, str]]:
        """state and words of the surest that is known of each (area, code)."""
        order = ["confirmed", "evidenced", "unended", "alone", "unclear", "planned", "ended"]
        found: dict[tuple[str, str], tuple[tuple[int, int], str, str]] = {}

        def add(area: str, code: str, state: str, words: str, year: int | None) -> None:
            sure = (-order.index(state), year or 0)
            if (area, code) not in found or sure > found[area, code][0]:
                found[area, code] = (sure, state, words)

        for row in self.own:
            theme = row.kind == "theme" and row.state in COUNTED
            state = "planned" if theme else row.state
            add(
                row.area,
                row.code,
                state,
                f"samarbetsområde, {row.words}" if theme else row.words,
                row.year,
            )
        for code, area, words, year in self.alone():
            add(area, code, "alone", words, year)
        return {key: (state, words) for key, (_, state, words) in found.items()}

    def known(self) -> list[str]:
        """Services of which anything is known."""
        found = {row.area for row in self.own} | {area for _, area, *_ in self.alone()}
        return [
            row["key"]
            for row in read("services/areas.csv").to_dict("records")
            if row["key"] in found
        ]

    def unknown(self) -> list[str]:
        """Services that can concern the counties of the members, and of which nothing is known."""
        return [
            row["key"]
            for row in read("services/areas.csv").to_dict("records")
            if row["key"] not in self.known()
            and (not row["counties"] or set(row["counties"].split()) & set(self.area.counties))
        ]


@cache
def shared(area: Area) -> Shared:
    """`Shared` of an area, once."""
    return Shared(area)


@cache
def area_names() -> dict[str, str]:
    """Names of the services, in the order of the inventory."""
    return {row["key"]: row["name"] for row in read("services/areas.csv").to_dict("records")}


def member_names(codes) -> list[str]:
    """Names of municipalities, in the order given."""
    return [names()[code] for code in codes]
