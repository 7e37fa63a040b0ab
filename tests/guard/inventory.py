"""Recomputed: how sure it is that a service is shared on the date of the data, from the tables.

Written anew after the table of states in domain.md: what is known of a task is put on one time
line, and the newest that is known decides.
"""

import calendar
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from tests.guard import files
from tests.guard.files import Area, names, read

DAY = date.fromisoformat(files.DAY)
_TRUST = ("high", "medium", "low")
_PLANS = {"intention": "avsikt", "inquiry": "utredning", "decided": "beslut"}
_ENDS = {"ended": "avslutad", "taken-back": "återtagen av medlemmarna"}
_OUTCOMES = {"realised": "genomförd", "dropped": "nedlagd", "closed": "avslutad"}
_RUNS = ("running", "confirmed")
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
    trust: str = ""
    sources: tuple[str, ...] = ()

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


@dataclass(frozen=True)
class Standing:
    """What holds of a task on the day, and the rows that say so; `known` those of before the day."""

    state: str
    words: str
    year: int | None
    day: date
    event: str
    rows: list[dict]
    known: list[dict]


def _ends(key: str, area: str, code: str) -> list[tuple[date, str, dict]]:
    """Recorded last days of a task, how it ended and where that stands."""
    about = _about(key, area)
    found = [(r["last"], r["event"], r) for r in about if r["event"] in _ENDS and r["last"]]
    cover = covers(key, area)
    if cover and all(row["last"] for row in cover):
        last = max(cover, key=lambda row: row["last"])
        found.insert(0, (last["last"], "ended", last))
    over = [end[0] for end in found]
    theme = any(body["key"] == key and body["kind"] == "theme" for body in rows("arrangements"))
    for row in [] if theme else alone(code, area):
        before = max((day for day in over if row["first"] and day <= row["first"]), default=None)
        began = [run["first"] for run in running_of(key, area)]
        if row["first"] and (before is None or any(before < d <= row["first"] for d in began)):
            found.append((row["first"], "alone", row))
    return sorted(found, key=lambda end: end[0])


def covers(key: str, area: str) -> list[dict]:
    """The rows that a body has a task."""
    return [row for row in of_body("coverage", key) if row["area"] == area]


def begun(key: str, area: str, running: list[dict]) -> date | None:
    """The first day that a task can have run: of the first evidence, not before the coverage."""
    first = min((row["first"] for row in running), default=None)
    cover = [row["first"] for row in covers(key, area)]
    return max(first, min(cover)) if first and cover and None not in cover else first


def running_of(key: str, area: str) -> list[dict]:
    """Dated evidence that a task runs."""
    return [row for row in _about(key, area) if row["event"] in _RUNS and row["first"]]


def standing(key: str, area: str, form: str, code: str) -> Standing | None:
    """What holds on the day; None where nothing is known yet."""
    running, ends = running_of(key, area), _ends(key, area, code)
    over = [end for end in ends if end[0] < DAY]
    if over:
        running = [row for row in running if row["last"] > over[-1][0]]
    start = begun(key, area, running)
    if start and start <= DAY:
        ahead = [end[0] for end in ends if end[0] >= DAY and end[1] != "alone"]
        return _runs(key, form, code, running, ahead)
    about = _about(key, area)
    if over:
        day, event, row = over[-1]
        later = [r for r in about if _is_new_plan(r, day, event)]
        if later:
            return _planned(later + [r for r in about if r["event"] in _OUTCOMES], start or DAY)
        words = f"{dict(_ENDS, alone='egen regi')[event]} {day.year}"
        return Standing("ended", words, day.year, day, event, [row], [row])
    return _planned(about, start or DAY) or _undated(about)


def _is_new_plan(row: dict, day: date, event: str) -> bool:
    """Whether a plan was made after an end; an undated one may be, after what is done alone."""
    if row["event"] not in _PLANS or (row["first"] or date.min) > DAY:
        return False
    return row["last"] > day if row["last"] else event == "alone"


def _runs(key: str, form: str, code: str, running: list[dict], ahead: list[date]) -> Standing:
    known = [row for row in running if row["first"] <= DAY] or running
    seen = max(row["last"] for row in known)
    last = seen if fresh(seen) else (ahead or [max(row["last"] for row in running)])[0]
    answers = [
        row["last"]
        for row in running
        if row["event"] == "confirmed"
        and row["first"] <= DAY
        and row["code"] in ("", code)
        and row["last"] >= term(DAY)
    ]
    state = "confirmed" if answers else _by_age(form, last)
    last = max(answers, default=last)
    words = _running_words(key, state, last, seen)
    year = last.year if last <= DAY else seen.year
    return Standing(state, words, year, DAY, "", running, known)


def _by_age(form: str, last: date) -> str:
    lasts = {row["key"]: row["lasts"] for row in rows("forms")}
    before = term(date(term(DAY).year - 1, 12, 31))
    kept = lasts.get(form) == "until-ended" or (lasts.get(form) == "next-term" and last >= before)
    return "evidenced" if fresh(last) else "unended" if kept else "unclear"


def _running_words(key: str, state: str, last: date, seen: date) -> str:
    shows = [
        row["last"].year
        for row in of_body("events", key)
        if row["event"] in _RUNS and row["first"] and row["first"] <= DAY
    ]
    newer = max(shows, default=0)
    body = f" (organet belagt {newer})" if newer > last.year else ""
    return {
        "confirmed": f"bekräftad {last.year}",
        "evidenced": f"belagd {f'{seen.year}–' if seen.year < last.year else ''}{last.year}",
        "unended": f"fanns {last.year}, inget slut känt{body}",
        "unclear": f"oklart i dag, senast belagd {last.year}{body}",
    }[state]


def _planned(about: list[dict], start: date) -> Standing | None:
    made = [r for r in about if r["event"] in _PLANS and (r["first"] or date.min) <= DAY]
    if not made:
        return None
    plan = max(made, key=lambda r: (r["first"] or date.min, list(_PLANS).index(r["event"])))
    label, event = _PLANS[plan["event"]], plan["event"]
    if plan["first"] is None:
        return Standing("planned", f"{label}, odaterad", None, start, event, [plan], [plan])
    same = [row for row in made if row["event"] == event]
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
        words = f"{said}, {_OUTCOMES[end['event']]} {end['last'].year}"
        both = [*same, end]
        return Standing("ended", words, end["last"].year, start, end["event"], both, both)
    lost = ", utfall okänt" if _later(plan["last"], 5) < DAY else ""
    return Standing("planned", said + lost, plan["last"].year, start, event, same, same)


def _undated(about: list[dict]) -> Standing | None:
    runs = [row for row in about if row["event"] in _RUNS]
    undated = [row for row in runs if row["first"] is None]
    if not undated or any(row["basis"] == "stated" for row in runs):
        return None
    words = "oklart i dag, odaterad uppgift"
    return Standing("unclear", words, None, DAY, "", undated, undated)


@cache
def states() -> tuple[Row, ...]:
    """Every body, area and municipality, in the order of the inventory."""
    found = []
    for body in rows("arrangements"):
        covered = dict.fromkeys(row["area"] for row in of_body("coverage", body["key"]))
        found += [row for area in covered for row in _members(body, area)]
    return tuple(found)


def _members(body: dict, area: str) -> list[Row]:
    key, found = body["key"], []
    members = [row for row in of_body("memberships", key) if row["area"] in (area, "")]
    for code in dict.fromkeys(row["code"] for row in members):
        held = standing(key, area, body["legal_form"], code)
        if held is None:
            continue
        own = [r for r in members if r["code"] == code and (r["first"] or date.min) <= held.day]
        still = [row for row in own if (row["last"] or date.max) >= held.day]
        if own:
            found.append(_row(body, area, code, held, own, still))
    return found


def _row(
    body: dict, area: str, code: str, held: Standing, own: list[dict], still: list[dict]
) -> Row:
    state, words, year, event = held.state, held.words, held.year, held.event
    if not still:
        year = max(row["last"] for row in own).year
        state, words, event = "ended", f"utträdd {year}", "left"
    cover = covers(body["key"], area)
    groups = (held.known, cover, still or own)
    trust = max(min(_TRUST.index(row["trust"]) for row in group) for group in groups)
    cited = sorted(
        [*held.rows, *cover, *(still or own)], key=lambda row: _TRUST.index(row["trust"])
    )
    sources = tuple(dict.fromkeys(row["source"] for row in cited))
    kind, form, host = body["kind"], body["legal_form"], body["host"]
    return Row(
        body["key"], area, code, kind, form, host, state, words, year, event, _TRUST[trust], sources
    )


# --- seen from some municipalities ---------------------------------------------------------------


class Shared:
    """What is known of the services of `area`, on the date of the data."""

    def __init__(self, area: Area) -> None:
        self.area = area
        self.own = [row for row in states() if row.code in area.members]
        self.counted = [row for row in self.own if row.counted]

    @cached_property
    def together(self) -> list[tuple[str, str, list[str]]]:
        """Body, area and members of what at least two members share in one body."""
        found: dict[tuple[str, str], list[str]] = {}
        for row in self.counted:
            found.setdefault((row.body, row.area), []).append(row.code)
        return [(*key, codes) for key, codes in found.items() if len(set(codes)) > 1]

    @cached_property
    def areas(self) -> set[str]:
        """Services that at least two members share."""
        return {area for _, area, _ in self.together}

    @cached_property
    def complete(self) -> set[str]:
        """Services that one body performs for all members."""
        return {a for _, a, codes in self.together if set(codes) == set(self.area.members)}

    @cached_property
    def best(self) -> dict[str, Row]:
        """The newest evidence of each shared service, in a body that serves two members."""
        found: dict[str, Row] = {}
        pooled = {(body, area) for body, area, _ in self.together}
        for row in self.counted:
            if (row.body, row.area) in pooled:
                best = found.get(row.area)
                if best is None or row.year > best.year:
                    found[row.area] = row
        return found

    @cached_property
    def years(self) -> tuple[int, int]:
        """First and last year of that evidence."""
        years = [row.year for row in self.best.values()]
        return min(years), max(years)

    def by_area(self, area: str) -> dict[str, list[str]]:
        """The members that share a service, by body."""
        found: dict[str, list[str]] = {}
        for row in self.counted:
            if row.area == area:
                found.setdefault(row.body, []).append(row.code)
        return found

    @cached_property
    def divided(self) -> list[str]:
        """Services that every member shares, and no one body performs for all."""
        everyone = set(self.area.members)
        return [
            area
            for area in dict.fromkeys(row.area for row in self.counted)
            if area in self.areas - self.complete
            and {row.code for row in self.counted if row.area == area} == everyone
        ]

    @cached_property
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

    @cached_property
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
        for code, area, words, year in self.alone:
            add(area, code, "alone", words, year)
        return {key: (state, words) for key, (_, state, words) in found.items()}

    @cached_property
    def known(self) -> list[str]:
        """Services of which anything is known."""
        found = {row.area for row in self.own} | {area for _, area, *_ in self.alone}
        return [row["key"] for row in rows("areas") if row["key"] in found]

    @cached_property
    def unknown(self) -> list[str]:
        """Services that can concern the counties of the members, and of which nothing is known."""
        return [
            row["key"]
            for row in rows("areas")
            if row["key"] not in self.known
            and (not row["counties"] or set(row["counties"].split()) & set(self.area.counties))
        ]


@cache
def shared(area: Area) -> Shared:
    """`Shared` of an area, once."""
    return Shared(area)


@cache
def area_names() -> dict[str, str]:
    """Names of the services, in the order of the inventory."""
    return {row["key"]: row["name"] for row in rows("areas")}


def member_names(codes) -> list[str]:
    """Names of municipalities, in the order given."""
    return [names()[code] for code in codes]
