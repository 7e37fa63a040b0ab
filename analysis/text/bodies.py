"""The page of a body: what it is, what it does, who its members were when, and what happened.

Terms
-----
page: Markdown about one body, complete by itself: each fact stands with its publisher and year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import pandas as pd

from analysis.arrangements import ALL_AREAS, EVENT_LABELS, NO_INFORMATION, REGIONS, UNKNOWN_AREA
from analysis.regions import municipalities
from analysis.text import services as text
from analysis.text import swedish
from analysis.views.services import Sharing

_WHEN = {"stated": "{}", "evidence": "{}", "not-before": "tidigast {}", "approximate": "omkring {}"}
_STARTED = "i drift"  # a source states the day; otherwise it only shows that it ran then


def bodies_of(view: Sharing) -> list[str]:
    """Keys of the bodies of which something is known for the region's members, by name."""
    found = view.own["arrangement"].unique()
    return sorted(found, key=lambda key: swedish.sort_key(view.names[key]))


def body_text(view: Sharing, key: str) -> str:
    """The page of a body as Markdown without a heading; its name stands in bold first.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
    >>> page = body_text(sharing(regions.get("kak"), load_inventory()), "vmkf")
    >>> page.startswith("**Västra Mälardalens Kommunalförbund (VMKF)**, kommunalförbund")
    True
    """
    parts = [_head(view, key), _areas(view, key), _members(view, key)]
    events = "\n".join(f"- {line}" for line in _events(view, key))
    context = "\n".join(f"- {line}" for line in _context(view, key))
    if events:
        parts.append(f"Historia:\n\n{events}")
    if context:
        parts.append(f"Sammanhang:\n\n{context}")
    parts += text.contradiction_lines(view, _contradictions(view, key))
    return "\n\n".join(part for part in parts if part)


def _head(view: Sharing, key: str) -> str:
    book = view.inventory.book
    body = next(row for row in book.bodies if row.key == key)
    named = book.names.get(key, [])
    earlier = [f"{row.name}{_span(row)}" for row in named if row.name != view.names[key]]
    also = f" Andra namn: {swedish.listed(earlier)}." if earlier else ""
    host = REGIONS.get(body.host) or (municipalities()[body.host].name if body.host else "")
    at = f" Värd: {host}." if host else ""
    return (
        f"**{view.names[key]}**, {view.form_names[body.legal_form]}. {body.description}.{at}{also}"
    )


def _span(row: Any) -> str:
    """From when to when, in words, with a blank before it; "" where nothing is known."""
    start = f" från {text.date_text(row.since)}" if row.since else ""
    end = f" till {text.date_text(row.to)}" if row.to else ""
    return f"{start}{end}"


def _areas(view: Sharing, key: str) -> str:
    """The services of the body, each with how sure it is on the date."""
    covered = dict.fromkeys(row.area for row in view.inventory.book.coverage.get(key, []))
    state = view.state[view.state["arrangement"] == key]
    said = dict(zip(state["area"], state["words"], strict=True))
    groups: dict[str, list[str]] = {}
    for area in covered:
        groups.setdefault(said.get(area, NO_INFORMATION), []).append(area)
    told = [
        f"{swedish.capitalised(text.areas_listed(view, areas))}: {words}."
        for words, areas in groups.items()
    ]
    return f"Tjänster den {swedish.day(view.day)}. {' '.join(told)}" if told else ""


def _members(view: Sharing, key: str) -> str:
    """Who was a member of what and when; those with the same days and services together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in view.inventory.book.members.get(key, []):
        name = municipalities()[row.code].name
        groups.setdefault((row.area, _span(row)), []).append(name)
    said = []
    for (area, span), names in groups.items():
        what = {"": "", UNKNOWN_AREA: " (i vilka tjänster framgår inte)"}.get(area)
        what = f" ({text.lower(view.area_names[area])})" if what is None else what
        said.append(f"{swedish.listed(sorted(set(names), key=swedish.sort_key))}{span}{what}")
    return f"Medlemmar: {'; '.join(said)}." if said else "Medlemmarna är inte kända."


def _events(view: Sharing, key: str) -> Iterator[str]:
    """One line for what one source says of one day, the undated last."""
    rows = sorted(
        view.inventory.book.events.get(key, []),
        key=lambda row: (row.date == "", row.date, row.source, row.event, row.note),
    )
    same = groupby(rows, key=lambda row: (row.date, row.basis, row.event, row.source, row.note))
    for (day, basis, event, source, note), found in same:
        when = _WHEN[basis].format(text.date_text(day)) if day else "odaterat"
        what = _STARTED if event == "running" and basis == "stated" else EVENT_LABELS[event]
        told = f" {swedish.capitalised(note)}." if note else ""
        yield (
            f"{swedish.capitalised(when)}: {what}{_which(view, found)} "
            f"({_cited(view, source)}).{told}"
        )


def _which(view: Sharing, rows: Iterable[Any]) -> str:
    """Of which services a line tells: named, all, or none of them (the body alone)."""
    areas = [row.area for row in rows]
    if ALL_AREAS in areas:
        return " för alla tjänster"
    known = [area for area in areas if area]
    return f" för {text.areas_listed(view, known)}" if known else ""


def _context(view: Sharing, key: str) -> Iterator[str]:
    told = view.inventory.book.context.get(key, [])
    for row in sorted(told, key=lambda row: (not row.date, row.date)):
        when = f"{swedish.capitalised(text.date_text(row.date))}: " if row.date else ""
        yield f"{when}{row.text} ({_cited(view, row.source)})"


def _contradictions(view: Sharing, key: str) -> pd.DataFrame:
    table = view.contradictions
    return table[table["arrangement"] == key]


def _cited(view: Sharing, source: str) -> str:
    row = view.sources[source]
    return f"{row.publisher}{f', {row.date[:4]}' if row.date else ', odaterad'}"


def sources_of_body(view: Sharing, key: str) -> list[str]:
    """The sources of a body, each once, as full citations."""
    book = view.inventory.book
    kinds = (
        book.names,
        book.coverage,
        book.members,
        book.events,
        book.figures,
        book.claims,
        book.context,
    )
    cited = dict.fromkeys(row.source for kind in kinds for row in kind.get(key, []))
    return [text.citation(view, source) for source in cited]
