"""What should be checked again, and the evidence that somebody found.

Terms
-----
task: an area of a body, written `body:area`, such as `vmkf:loner`. A body by itself means all of
    its areas.
stale: a task whose evidence is older than the rule takes for new, or undated; or a plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from analysis import hints, regions, workbooks
from analysis.arrangements import ALL_AREAS, COLUMNS, DATED, State
from analysis.errors import InputError, raise_faults
from analysis.inventory_desk.changes import Row, Tables
from analysis.loaders import services as loader
from analysis.text import swedish
from analysis.views.services import Sharing, rows_of

_PUBLIC = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Stale:
    """A task to check again: what is known, for whom, and where it was read last."""

    task: str
    area: str
    body: str
    words: str
    year: int | None
    members: tuple[str, ...]
    source: str
    address: str

    def lines(self) -> list[str]:
        """What the command prints."""
        where = f"{self.source}, {self.address}" if self.address else f"{self.source}, utan adress"
        return [
            f"{self.task}: {self.area}, {self.body}: {self.words} ({swedish.listed(self.members)})",
            f"  {where}",
        ]


def stale(view: Sharing) -> list[Stale]:
    """Tasks of the region's members without new evidence, the undated and then the oldest first.

    >>> from analysis import regions
    >>> from analysis.views.services import sharing
    >>> old = stale(sharing(regions.get("kak"), loader.load_inventory(), "2026-08-31"))
    >>> [task.year or 0 for task in old] == sorted(task.year or 0 for task in old)
    True
    """
    fresh = {*(state.value for state in DATED), State.ENDED.value}
    old = view.own[~view.own["state"].isin(fresh)]
    tasks = [
        _stale(view, list(rows_of(rows)))
        for _, rows in old.groupby(["arrangement", "area"], sort=False)
    ]
    return sorted(tasks, key=lambda task: (task.year or 0, task.task))


def _stale(view: Sharing, rows: list[Any]) -> Stale:
    first = rows[0]
    source = view.sources[last_source(view, first)]
    names = tuple(regions.municipalities()[row.code].name for row in rows)
    year = None if pd.isna(first.last_evidence) else int(first.last_evidence)
    return Stale(
        f"{first.arrangement}:{first.area}",
        view.area_names[first.area],
        first.name,
        first.words,
        year,
        names,
        f"{source.publisher}, {source.title}",
        source.url,
    )


def last_source(view: Sharing, row: Any) -> str:
    """The source of the newest event of the task of a row of `view.state`, else of its body."""
    events = view.inventory.events
    body = events[events["arrangement"] == row.arrangement].sort_values("date", kind="stable")
    task = body[body["area"].isin([row.area, ALL_AREAS])]
    newest = task if len(task) else body
    return str(newest["source"].iloc[-1])


@dataclass(frozen=True)
class Evidence:
    """What somebody found: when the task was seen, and where. `source` is an id or an address;
    `answered` the code of the municipality that answered itself, "" for other evidence.
    """

    task: str
    date: str
    source: str
    publisher: str = ""
    title: str = ""
    answered: str = ""
    note: str = ""


def confirm(tables: Tables, found: Evidence, *, today: str) -> dict[str, tuple[Row, ...]]:
    """The tables with the evidence added; raises InputError with every fault of it.

    A new address becomes a source of its own, which needs a publisher and a title.
    """
    faults = [
        *_task_faults(tables, found.task),
        *_day_faults(found.date, today),
        *_source_faults(tables, found),
    ]
    if found.answered and found.answered not in loader.known_codes():
        faults.append(f"--answered {found.answered!r} is no municipality code; write four digits")
    raise_faults(InputError, faults)
    body, _, area = found.task.partition(":")
    source, sources = _source_of(tables, found, today)
    event = "confirmed" if found.answered else "running"
    row = (
        body,
        event,
        area or ALL_AREAS,
        found.answered,
        found.date,
        "evidence",
        source,
        "high",
        found.note,
    )
    if row in tables["events"]:
        raise InputError(f"{found.task} has this evidence already; nothing to add")
    return {**tables, "sources": sources, "events": (*tables["events"], row)}


def _task_faults(tables: Tables, task: str) -> Iterator[str]:
    body, _, area = task.partition(":")
    bodies = {row[0]: row[1] for row in tables["arrangements"]}
    covered = [row[1] for row in tables["coverage"] if row[0] == body]
    if body not in bodies:
        yield (
            f"no body {body!r}: {hints.did_you_mean(body, bodies)}"
            "`samverkan services stale --region KEY` and `list` name them"
        )
    elif area and area not in covered:
        yield hints.unknown(f"service of {body}", area, covered)


def _day_faults(text: str, today: str) -> Iterator[str]:
    try:
        plain = workbooks.day(text)
    except ValueError as error:
        yield f"--date: {error}"
        return
    if not plain or plain > today:
        yield f"--date {text!r} must be a day that has been; write it as {today}"


def _source_faults(tables: Tables, found: Evidence) -> Iterator[str]:
    ids = [row[0] for row in tables["sources"]]
    if found.source in ids or _known_address(tables, found.source):
        return
    if not _PUBLIC.fullmatch(found.source):
        yield (
            f"--source {found.source!r} is neither a source of the inventory nor an address: "
            f"{hints.did_you_mean(found.source, ids)}write an id, or https://…"
        )
    elif not (found.publisher and found.title):
        yield (
            'a new address needs --publisher and --title, such as --publisher "Nora kommun" '
            '--title "Så fungerar Nora kommun"'
        )


def _known_address(tables: Tables, address: str) -> str:
    place = COLUMNS["sources"].index("url")
    return next((row[0] for row in tables["sources"] if row[place] and row[place] == address), "")


def _source_of(tables: Tables, found: Evidence, today: str) -> tuple[str, tuple[Row, ...]]:
    known = _known_address(tables, found.source)
    if known or found.source in {row[0] for row in tables["sources"]}:
        return known or found.source, tables["sources"]
    stem = re.sub(r"[^a-z0-9]+", "-", urlsplit(found.source).netloc.removeprefix("www.")).strip("-")
    taken = {row[0] for row in tables["sources"]}
    wanted = f"{stem}-{found.date[:4]}"
    key = next(
        name for name in (wanted, *(f"{wanted}-{n}" for n in range(2, 1_000))) if name not in taken
    )
    row = (key, found.publisher, found.title, found.source, found.date, today, "")
    return key, (*tables["sources"], row)
