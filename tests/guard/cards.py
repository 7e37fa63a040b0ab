"""Recomputed: the page of each body, what sources say differently, and the list of sources."""

from itertools import groupby

from tests.guard.bodies import TODAY, forms, host, services, source_numbers, words_of
from tests.guard.commuters import alphabetical
from tests.guard.files import Area, names
from tests.guard.inventory import area_names, name_of, of_body, rows, shared, states
from tests.guard.model import says
from tests.guard.pageone import lower
from tests.guard.swedish import listed

_EVENTS = {
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
}
_WHEN = {"not-before": "tidigast ", "approximate": "omkring "}
TRUSTS = {"high": "hög", "medium": "medel", "low": "låg"}


def sources() -> dict[str, dict]:
    """The sources by id."""
    return {row["id"]: row for row in rows("sources")}


def cited(key: str) -> str:
    """A source inside a sentence."""
    row = sources()[key]
    return f"{row['publisher']}, {row['date'][:4] or 'odaterad'}"


@says("services")
def cards(whole: Area):
    """The page of each body of which something is known for a member."""
    for key in dict.fromkeys(row.body for row in shared(whole).own):
        yield from _head(key)
        yield from _areas(key)
        yield f"Medlemmar: {'; '.join(_members(key))}."
        yield from _events(key)
        for row in of_body("context", key):
            when = f"{words_of(row['date'])}: " if row["date"] else ""
            yield f"- {when}{row['text']} ({cited(row['source'])})"
        yield from differing(key)


def _head(key: str):
    body = next(row for row in rows("arrangements") if row["key"] == key)
    yield f"{name_of(key)}, {forms()[body['legal_form']]}."
    yield f"{body['description']}."
    if body["host"]:
        yield f"Värd: {host(body['host'])}."
    told = [
        f"{row['name']}{_span(row)}" for row in of_body("names", key) if row["name"] != name_of(key)
    ]
    if told:
        yield f"Andra namn: {listed(told)}."


def _span(row: dict) -> str:
    start = f" från {words_of(row['from'])}" if row["from"] else ""
    return start + (f" till {words_of(row['to'])}" if row["to"] else "")


def _areas(key: str):
    """What is said of each service; of the last member where they differ."""
    said = {row.area: row.words for row in states() if row.body == key}
    groups: dict[str, list[str]] = {}
    for area in dict.fromkeys(row["area"] for row in of_body("coverage", key)):
        groups.setdefault(said.get(area, "ingen uppgift"), []).append(area)
    yield f"Tjänster den {TODAY}."
    for words, areas in groups.items():
        text = services(areas)
        yield f"{text[:1].upper()}{text[1:]}: {words}."


def _members(key: str) -> list[str]:
    groups: dict[tuple[str, str], set[str]] = {}
    for row in of_body("memberships", key):
        groups.setdefault((row["area"], _span(row)), set()).add(names()[row["code"]])
    told = []
    for (area, span), who in groups.items():
        what = f" ({lower(area_names()[area])})" if area in area_names() else ""
        told.append(f"{listed(sorted(who, key=alphabetical))}{span}{what}")
    return told


def _events(key: str):
    same = ("date", "basis", "event", "source", "note")
    table = sorted(
        of_body("events", key),
        key=lambda r: (not r["date"], r["date"], r["source"], r["event"], r["note"]),
    )
    for (day, basis, event, source, note), part in groupby(
        table, key=lambda row: tuple(row[name] for name in same)
    ):
        areas = [row["area"] for row in part]
        when = f"{_WHEN.get(basis, '')}{words_of(day)}" if day else "odaterat"
        what = "i drift" if (event, basis) == ("running", "stated") else _EVENTS[event]
        known = [area for area in areas if area]
        of = "alla tjänster" if "all" in areas else services(known)
        told = f" {note[:1].upper()}{note[1:]}." if note else ""
        yield f"- {when}: {what} för {of} ({cited(source)}).{told}"


# --- what sources say differently ----------------------------------------------------------------

_FIELDS = ("start", "legal-form", "host", "members", "name", "areas")


def differing(key: str, only=()):
    """Each fact on which the sources of a body differ, once for all its services (or `only` some)."""
    found: dict[tuple[str, str], list[str]] = {}
    covered = dict.fromkeys(row["area"] for row in of_body("coverage", key))
    for area in [area for area in covered if not only or area in only]:
        starts = _starts(key, area)
        if starts:
            said = dict.fromkeys(_claim(words, row) for words, row in starts)
            found.setdefault(("start", "; ".join(said)), []).append(area)
    claims = sorted(of_body("claims", key), key=lambda row: list(TRUSTS).index(row["trust"]))
    for field in dict.fromkeys(row["field"] for row in claims):
        own = [row for row in claims if row["field"] == field]
        if len({row["value"] for row in own}) > 1:
            said = dict.fromkeys(
                _claim(forms()[row["value"]] if field == "legal-form" else row["value"], row)
                for row in own
            )
            found.setdefault((field, "; ".join(said)), [])
    for (_, said), areas in found.items():
        about = f" ({services(areas)})" if areas else ""
        yield f"{name_of(key)}{about}: källorna skiljer sig."
        yield f"{said[:1].upper()}{said[1:]}."


def _claim(words: str, row: dict) -> str:
    source = sources()[row["source"]]
    day = source["date"] or "odaterad"
    return f"{words} enligt {source['publisher']} ({day}), {TRUSTS[row['trust']]} säkerhet"


def _starts(key: str, area: str) -> list[tuple[str, dict]]:
    """Stated starts of a task that have no day in common."""
    runs = [
        row
        for row in of_body("events", key)
        if row["event"] in ("running", "confirmed") and row["basis"] == "stated" and row["first"]
    ]
    tasks = [row for row in runs if row["area"] in (area, "all")]
    whole = [row for row in runs if not row["area"]]
    apart = bool(tasks) and max(r["first"] for r in tasks) > min(r["last"] for r in tasks)
    before = bool(tasks and whole) and min(r["last"] for r in tasks) < max(
        r["first"] for r in whole
    )
    if not (apart or before):
        return []
    both = sorted([*tasks, *whole], key=lambda r: (list(TRUSTS).index(r["trust"]), r["date"]))
    return [(row["date"], row) for row in both]


@says("services")
def contradictions(whole: Area):
    """The same, gathered at the end of the chapter."""
    for key in dict.fromkeys(row.body for row in shared(whole).own):
        yield from differing(key)


@says("services")
def source_list(whole: Area):
    """The numbered sources."""
    for key, number in source_numbers(shared(whole)).items():
        yield source_line(key, number)


def source_line(key: str, number: int) -> str:
    """A source with its number, address, day and note."""
    row = sources()[key]
    title = row["title"].replace("[", "(").replace("]", ")")
    linked = f"[{title}](<{row['url']}>)" if row["url"] else title
    note = row["note"]
    when = row["date"] or ("" if note.startswith("odaterad") else "odaterad")
    checked = f"kontrollerad {row['checked']}" if row["checked"] else ""
    words = ", ".join(part for part in (linked, when, checked) if part)
    told = f" {note[:1].upper()}{note[1:]}." if note else ""
    return f"{number}. {row['publisher']}: {words}.{told}"
