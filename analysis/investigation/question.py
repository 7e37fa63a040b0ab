"""What an investigation asks: `investigation.toml`, read with every fault at once.

Terms
-----
alternative: a way to do the services from a start on. Today is always the 0-alternative; it comes
    from the inventory and is not written down.
way: `share` (one body or contract for its members), `alone` (each member by itself), `purchase`
    (bought from a purchasing centre or company), `merge` (bodies that become one).
bounds: low, base and high of an amount in kronor that the investigator assumes.
criterion: one of `CRITERIA`; the product shows evidence beside it, the investigator judges.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from analysis import hints, textfiles
from analysis.arrangements import Inventory
from analysis.errors import InputError, raise_faults
from analysis.regions import code_faults, municipalities

FILE = "investigation.toml"
WAYS = ("share", "alone", "purchase", "merge")
CRITERIA = {
    "capacity": "Kapacitet och kompetens",
    "vulnerability": "Sårbarhet",
    "cost": "Kostnad",
    "steering": "Styrning och demokrati",
    "closeness": "Närhet",
    "law": "Juridik",
    "reversibility": "Möjlighet att gå tillbaka",
}
_ROOT = {
    "title": str,
    "question": str,
    "members": tuple,
    "services": tuple,
    "as_of": date,
    "invented": bool,
    "places": tuple,
    "transition_years": int,
    "alternatives": list,
}
_ALTERNATIVE = {
    "title": str,
    "way": str,
    "members": tuple,
    "host": str,
    "form": str,
    "start": date,
    "bodies": tuple,
    "seller": str,
    "one_off": dict,
    "yearly": dict,
    "assessment": dict,
}
_BOUNDS = {"low": float, "base": float, "high": float, "source": str, "date": date}
_NAMES = {
    str: "text in quotes",
    tuple: 'texts in quotes within brackets, such as ["0381", "1984"]',
    list: "a list; begin each entry with [[alternatives]]",
    date: "a date such as 2028-01-01",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "a table",
}
_MOST_ALTERNATIVES = 6
_MOST_YEARS = 15
_LONGEST = 80  # letters of a title, which stands over a column
_HOSTLESS = ("kommunalforbund", "bolag")  # legal persons of their own: no municipality is host


@dataclass(frozen=True)
class Bounds:
    """An assumed amount, kronor, with where it is from; `base` between `low` and `high`."""

    low: float
    base: float
    high: float
    source: str
    date: str

    def as_tuple(self) -> tuple[float, float, float]:
        """Low, base, high."""
        return self.low, self.base, self.high


@dataclass(frozen=True)
class Alternative:
    """One alternative to today; what was not written is empty or None."""

    number: int
    title: str
    way: str
    members: tuple[str, ...]
    host: str = ""
    form: str = ""
    start: str = ""
    bodies: tuple[str, ...] = ()
    seller: str = ""
    one_off: Bounds | None = None
    yearly: Bounds | None = None
    assessment: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Number and title, as tables name it."""
        return f"{self.number}. {self.title}"


@dataclass(frozen=True)
class Question:
    """What `investigation.toml` says, checked."""

    title: str
    question: str
    members: tuple[str, ...]
    services: tuple[str, ...]
    as_of: str = ""
    invented: bool = False
    places: tuple[str, ...] = ()
    transition_years: int = 3
    alternatives: tuple[Alternative, ...] = ()

    @property
    def everyone(self) -> tuple[str, ...]:
        """The members, and whoever else an alternative takes in."""
        more = (code for other in self.alternatives for code in other.members)
        return tuple(dict.fromkeys([*self.members, *more]))


def read_question(path: Path, inventory: Inventory) -> Question:
    """The question in the file `path`; raises InputError with every fault and where it stands."""
    try:
        raw = tomllib.loads(textfiles.read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            f"{FILE}: cannot be read ({error}); compare with a file that "
            "`samverkan investigation new` makes"
        ) from error
    faults = [*_faults(raw, inventory)]
    raise_faults(InputError, faults)
    alternatives = tuple(
        _alternative(number, entry, raw["members"])
        for number, entry in enumerate(raw.get("alternatives", ()), 1)
    )
    return Question(
        title=raw["title"].strip(),
        question=raw["question"].strip(),
        members=tuple(raw["members"]),
        services=tuple(raw["services"]),
        as_of=_iso(raw.get("as_of")),
        invented=raw.get("invented", False),
        places=tuple(raw.get("places", ())),
        transition_years=raw.get("transition_years", 3),
        alternatives=alternatives,
    )


def _iso(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else ""


def _alternative(number: int, entry: Mapping[str, Any], members: Sequence[str]) -> Alternative:
    return Alternative(
        number,
        entry["title"].strip(),
        entry["way"],
        tuple(entry.get("members", members)),
        entry.get("host", ""),
        entry.get("form", ""),
        _iso(entry.get("start")),
        tuple(entry.get("bodies", ())),
        entry.get("seller", "").strip(),
        _bounds(entry.get("one_off")),
        _bounds(entry.get("yearly")),
        {name: text.strip() for name, text in entry.get("assessment", {}).items() if text.strip()},
    )


def _bounds(entry: Mapping[str, Any] | None) -> Bounds | None:
    if not entry:
        return None
    return Bounds(
        float(entry["low"]),
        float(entry["base"]),
        float(entry["high"]),
        entry["source"].strip(),
        _iso(entry["date"]),
    )


# --- faults --------------------------------------------------------------------------------------


def _faults(raw: Mapping[str, Any], inventory: Inventory) -> Iterator[str]:
    yield from _shape(raw, _ROOT, FILE, needed=("title", "question", "members", "services"))
    yield from _title_faults(raw.get("title"), f"{FILE}, title")
    yield from _codes(raw.get("members", ()), f"{FILE}, members")
    yield from _service_faults(raw.get("services", ()), inventory)
    years = raw.get("transition_years", 3)
    if isinstance(years, int) and not 1 <= years <= _MOST_YEARS:
        yield f"{FILE}, transition_years: {years} is not possible; write 1 to {_MOST_YEARS}"
    entries = raw.get("alternatives", ())
    if isinstance(entries, list):
        if len(entries) > _MOST_ALTERNATIVES:
            yield (
                f"{FILE}, alternatives: {len(entries)} are too many to compare; keep at most "
                f"{_MOST_ALTERNATIVES}"
            )
        for number, entry in enumerate(entries, 1):
            yield from _alternative_faults(number, entry, raw.get("members", ()), inventory)
        yield from _repeated([entry.get("title") for entry in entries if isinstance(entry, dict)])


def _shape(
    entry: Mapping[str, Any], known: Mapping[str, type], place: str, needed: Sequence[str]
) -> Iterator[str]:
    """Unknown keys, values of another kind, keys that are missing."""
    for key, value in entry.items():
        if key not in known:
            yield f"{place}: {hints.unknown('key', key, known)}"
        elif not _is(value, known[key]):
            yield f"{place}, {key}: {value!r} is not {_NAMES[known[key]]}"
    for key in needed:
        if key not in entry:
            yield f"{place}: {key} is missing; write {key} = {_NAMES[known[key]]}"


def _is(value: Any, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind is tuple:
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, kind)


def title_faults(title: str, place: str) -> Iterator[str]:
    """Why a text cannot be a title: empty, too long, or of several lines."""
    if not title.strip():
        yield f"{place}: is empty; say in a few words what it is"
    elif not title.isprintable():
        yield f"{place}: has a line break or a control character; write it on one line"
    elif sign := textfiles.acting(title.strip()):
        yield f"{place}: {sign!r} would not be printed as it stands; write it otherwise"
    elif len(title) > _LONGEST:
        yield f"{place}: has {len(title)} letters; {_LONGEST} are the most"


def _title_faults(title: Any, place: str) -> Iterator[str]:
    if isinstance(title, str):
        yield from title_faults(title, place)


def _codes(codes: Any, place: str) -> Iterator[str]:
    if isinstance(codes, list) and all(isinstance(code, str) for code in codes):
        yield from (f"{place}: {fault}" for fault in code_faults(codes))


def _service_faults(services: Any, inventory: Inventory) -> Iterator[str]:
    known = dict(zip(inventory.areas["key"], inventory.areas["name"], strict=True))
    if services == []:
        yield f"{FILE}, services: name at least one; valid are {', '.join(known)}"
    for service in services if isinstance(services, list) else ():
        if service not in known:
            yield f"{FILE}, services: {hints.unknown('service', str(service), known)}"
    if isinstance(services, list):
        yield from (
            f"{FILE}, services: {service!r} is given twice; give it once"
            for service in dict.fromkeys(map(str, services))
            if services.count(service) > 1
        )


def _repeated(titles: Sequence[Any]) -> Iterator[str]:
    for title in dict.fromkeys(titles):
        if isinstance(title, str) and titles.count(title) > 1:
            yield f"{FILE}, alternatives: two have the title {title!r}; rename one"


def _alternative_faults(
    number: int, entry: Any, members: Any, inventory: Inventory
) -> Iterator[str]:
    place = f"{FILE}, alternative {number}"
    if not isinstance(entry, dict):
        yield f"{place}: is no table; begin it with [[alternatives]]"
        return
    yield from _shape(entry, _ALTERNATIVE, place, needed=("title", "way"))
    yield from _title_faults(entry.get("title"), f"{place}, title")
    way, own = entry.get("way"), entry.get("members", members)
    if isinstance(way, str) and way not in WAYS:
        yield f"{place}, way: {hints.unknown('way', way, WAYS)}"
    yield from _codes(own, f"{place}, members")
    yield from _host_faults(place, entry, own)
    yield from _circle_faults(place, way, own, members)
    yield from _named(entry.get("form", ""), inventory.forms["key"], f"{place}, form", "form")
    bodies = entry.get("bodies", ())
    for body in bodies if isinstance(bodies, list) else ():
        yield from _named(body, inventory.arrangements["key"], f"{place}, bodies", "body")
    yield from _way_faults(place, way, entry)
    for key in ("one_off", "yearly"):
        yield from _bounds_faults(entry.get(key), f"{place}, {key}")
    yield from _assessment_faults(entry.get("assessment"), f"{place}, assessment")


def _host_faults(place: str, entry: Mapping[str, Any], own: Any) -> Iterator[str]:
    """The host is a member, and the form one that has a host."""
    host = entry.get("host", "")
    if isinstance(own, list) and isinstance(host, str) and host and host not in own:
        names = ", ".join(
            f"{code} ({municipalities()[code].name})" for code in own if code in municipalities()
        )
        yield (
            f"{place}, host: {host!r} is not among the members of the alternative; choose one "
            f"of {names}, or add it to members"
        )
    if host and entry.get("form") in _HOSTLESS:
        yield (
            f"{place}, host: a {entry['form']} is a legal person of its own and has no host; "
            "remove it, or write its seat among places"
        )


def _circle_faults(place: str, way: Any, own: Any, members: Any) -> Iterator[str]:
    """Sharing takes two, and an alternative is about the municipalities of the investigation."""
    if not isinstance(own, list) or not isinstance(members, list):
        return
    if way == "share" and len(set(map(str, own))) == 1:
        yield (
            f"{place}, members: only one municipality, {own[0]}: sharing takes two; add one, or "
            'write way = "alone"'
        )
    if own and not set(map(str, own)) & set(map(str, members)):
        yield (
            f"{place}, members: none of them is a member of the investigation; take in one of "
            f"{', '.join(map(str, members))}"
        )


def _named(value: Any, valid: Any, place: str, what: str) -> Iterator[str]:
    if isinstance(value, str) and value and value not in set(valid):
        yield f"{place}: {hints.unknown(what, value, list(valid))}"


def _way_faults(place: str, way: Any, entry: Mapping[str, Any]) -> Iterator[str]:
    """What a way needs, and what does not belong to it."""
    bodies = entry.get("bodies", ())
    if way == "merge" and isinstance(bodies, list | tuple) and len(set(map(str, bodies))) < 2:
        yield (
            f"{place}, bodies: name two or more that become one, such as "
            'bodies = ["vmmf", "mbr"]; where one body grows, write way = "share"'
        )
    if way == "purchase" and not str(entry.get("seller", "")).strip():
        yield f"{place}, seller: name who sells the service"
    if way in ("alone", "purchase"):
        yield from (
            f'{place}, {key}: does not belong to way = "{way}"; remove it'
            for key in ("host", "form")
            if entry.get(key)
        )
    if way in ("share", "alone", "purchase") and entry.get("bodies"):
        yield f'{place}, bodies: belongs to way = "merge" only; remove it'


def _bounds_faults(entry: Any, place: str) -> Iterator[str]:
    if entry is None or not isinstance(entry, dict):
        return
    faults = [*_shape(entry, _BOUNDS, place, needed=tuple(_BOUNDS))]
    yield from faults
    if not faults and not 0 <= entry["low"] <= entry["base"] <= entry["high"]:
        yield (
            f"{place}: low {entry['low']}, base {entry['base']}, high {entry['high']} are not "
            "in order; write kronor with 0 <= low <= base <= high"
        )
    if not faults and not entry["source"].strip():
        yield f"{place}, source: is empty; say where the amounts are from"


def _assessment_faults(entry: Any, place: str) -> Iterator[str]:
    for key, value in entry.items() if isinstance(entry, dict) else ():
        if key not in CRITERIA:
            yield f"{place}: {hints.unknown('criterion', key, CRITERIA)}"
        elif not isinstance(value, str):
            yield f"{place}, {key}: {value!r} is not text in quotes; a judgement is words, no score"
