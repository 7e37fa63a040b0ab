"""Takes a municipality's answer into the tables: confirmed, denied, done alone, or new.

Terms
-----
denied: the municipality says that it is no member. Its membership ends on the day it gives, else on
    the day of the answer with a note that the day is not known; the contradiction is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from analysis import hints, placenames, regions
from analysis.arrangements import COLUMNS
from analysis.errors import InputError, raise_faults
from analysis.inventory_desk import form as words
from analysis.inventory_desk.answers import Answer, Reply
from analysis.inventory_desk.changes import Row, Tables

_FINE = "confirmed"


class Intake:
    """The tables while one answer is taken in; each reply adds rows or a fault."""

    def __init__(self, tables: Tables, answer: Answer) -> None:
        self.answer = answer
        self.tables: dict[str, list[Row]] = {name: list(tables.get(name, ())) for name in COLUMNS}
        self.faults: list[str] = []
        self.areas = {row[0]: row[2] for row in self.tables["areas"]}

    def add(self, table: str, **cells: str) -> None:
        """A row, unless it stands there already."""
        row = tuple(cells.get(column, "") for column in COLUMNS[table])
        if row not in self.tables[table]:
            self.tables[table].append(row)

    def evidence(self, reply: Reply, day: str = "", basis: str = "evidence") -> dict[str, str]:
        """The cells that each row from this answer has."""
        return {
            "date": day or self.answer.day,
            "basis": basis,
            "source": self.answer.source,
            "trust": "high",
            "note": _note(reply),
        }


def take_in(tables: Tables, answer: Answer) -> dict[str, tuple[Row, ...]]:
    """The tables with the answer taken in; raises InputError with every fault of it.

    Taking in the same answer twice changes nothing the second time.
    """
    intake = Intake(tables, answer)
    intake.add(
        "sources",
        id=answer.source,
        publisher=f"{answer.municipality} (svar från kommunen)",
        title=f"Svar på formulär om samverkan, {answer.municipality}",
        date=answer.day,
        checked=answer.day,
        note=answer.function,
    )
    readers: dict[str, Callable[[Intake, Reply], None]] = {
        words.SHARED.title: _shared,
        words.OWN.title: _own,
        words.MISSING.title: _missing,
    }
    for reply in answer.replies:
        try:
            readers[reply.part](intake, reply)
        except ValueError as error:
            intake.faults.append(str(error))
    raise_faults(InputError, intake.faults)
    return {name: tuple(rows) for name, rows in intake.tables.items()}


def _note(reply: Reply) -> str:
    source = reply.cells.get(words.SOURCE, "")
    return f"kommunens egen källa: {source}" if source else ""


def _shared(intake: Intake, reply: Reply) -> None:
    body, _, area = reply.id.partition(":")
    if not any(row[:2] == (body, area) for row in intake.tables["coverage"]):
        raise ValueError(
            f"{reply.place(words.ID)}: {reply.id!r} is no task of the inventory; "
            f"leave the column as it was, or write under {words.MISSING.title}"
        )
    true, since, until = reply.says(words.TRUE), reply.day(words.SINCE), reply.day(words.UNTIL)
    if true is None:
        raise ValueError(f"{reply.place(words.TRUE)}: is empty; write ja or nej")
    if true and until:
        raise ValueError(
            f"{reply.place(words.UNTIL)}: ja and an end contradict each other; write "
            "nej if it has ended"
        )
    if not true:
        _leave(intake, reply, body, area, until)
        return
    _confirm(intake, reply, body, area, since)


def _leave(intake: Intake, reply: Reply, body: str, area: str, until: str) -> None:
    """End the municipality's part in one task; its parts in the others go on."""
    code, day = intake.answer.code, until or intake.answer.day
    place = {name: number for number, name in enumerate(COLUMNS["memberships"])}
    known = "" if until else "; dagen är inte känd"
    note = f"ingår inte enligt kommunens svar{known}"
    kept: list[Row] = []
    for row in intake.tables["memberships"]:
        mine = row[place["arrangement"]] == body and row[place["code"]] == code
        if not mine or row[place["area"]] not in ("", area) or row[place["to"]]:
            kept.append(row)
            continue
        others = [
            cover[1] for cover in intake.tables["coverage"] if cover[0] == body and cover[1] != area
        ]
        if row[place["area"]] == "":
            kept += [_with(row, area=other) for other in others]
        kept.append(
            _with(
                row,
                area=area if others else row[place["area"]],
                to=day,
                source=intake.answer.source,
                trust="high",
                note=note,
            )
        )
    intake.tables["memberships"] = kept
    name = intake.areas[area]
    intake.add(
        "claims",
        arrangement=body,
        field="members",
        source=intake.answer.source,
        value=f"{intake.answer.municipality} ingår inte ({name})",
        trust="high",
        note=_note(reply),
    )


def _with(row: Row, **cells: str) -> Row:
    named = dict(zip(COLUMNS["memberships"], row, strict=True)) | cells
    return tuple(named[column] for column in COLUMNS["memberships"])


def _own(intake: Intake, reply: Reply) -> None:
    true, since = reply.says(words.TRUE), reply.day(words.SINCE)
    if true is None or (not true and not reply.day(words.UNTIL)):
        raise ValueError(
            f"{reply.place(words.TRUE)}: write ja; where another does it now, leave "
            f"this row empty and tell it under {words.MISSING.title}"
        )
    if reply.id not in intake.areas:
        raise ValueError(
            f"{reply.place(words.ID)}: {hints.unknown('service', reply.id, intake.areas)}"
        )
    if true:
        _alone(intake, reply, reply.id, since)


def _alone(intake: Intake, reply: Reply, area: str, since: str) -> None:
    intake.add("alone", code=intake.answer.code, area=area, **intake.evidence(reply))
    if since and since[:4] != intake.answer.day[:4]:
        intake.add(
            "alone", code=intake.answer.code, area=area, **intake.evidence(reply, since, "stated")
        )


def _missing(intake: Intake, reply: Reply) -> None:
    area, since = _area(intake, reply), reply.day(words.SINCE)
    alone, body = reply.says(words.ALONE), reply.cells[words.BODY]
    if alone and body:
        raise ValueError(
            f"{reply.place(words.BODY)}: a body and in own hands contradict each "
            "other; leave one empty"
        )
    if alone:
        _alone(intake, reply, area, since)
    elif body:
        _new_task(intake, reply, area, since)
    else:
        raise ValueError(
            f"{reply.place(words.BODY)}: is empty; write who does it, or ja under {words.ALONE}"
        )


def _area(intake: Intake, reply: Reply) -> str:
    """The service of a row: its id, or the words of a row that a person added."""
    said = reply.id or reply.cells["Tjänst"]
    names = {name.casefold(): key for key, name in intake.areas.items()}
    found = said if said in intake.areas else names.get(said.casefold())
    if found is None:
        column = words.ID if reply.id else "Tjänst"
        raise ValueError(f"{reply.place(column)}: {hints.unknown('service', said, intake.areas)}")
    return found


def _new_task(intake: Intake, reply: Reply, area: str, since: str) -> None:
    """A body that does the service for the municipality: a known one, or a new one."""
    partners = _partners(reply)
    body = _known_body(intake, reply.cells[words.BODY]) or _new_body(intake, reply, partners)
    source = {"source": intake.answer.source, "trust": "high"}
    if not any(row[:2] == (body, area) for row in intake.tables["coverage"]):
        intake.add("coverage", arrangement=body, area=area, **source)
    members = {
        row[1] for row in intake.tables["memberships"] if row[0] == body and row[2] in ("", area)
    }
    for code in (intake.answer.code, *partners):
        if code not in members:
            intake.add("memberships", arrangement=body, code=code, area=area, **source)
    _confirm(intake, reply, body, area, since)


def _confirm(intake: Intake, reply: Reply, body: str, area: str, since: str) -> None:
    """That the body runs the service, and since when where that was answered."""
    code = intake.answer.code
    intake.add(
        "events", arrangement=body, event=_FINE, area=area, code=code, **intake.evidence(reply)
    )
    if since:
        running = intake.evidence(reply, since, "stated")
        intake.add("events", arrangement=body, event="running", area=area, **running)


def _partners(reply: Reply) -> list[str]:
    """Codes of the municipalities that a cell names, by name or code."""
    known = regions.municipalities()
    said = reply.cells[words.PARTNERS].replace(" och ", ", ")
    found = {word: placenames.code_of(word, known) for word in placenames.parts(said)}
    names = [entry.name for entry in known.values()]
    for word in (word for word, code in found.items() if code is None):
        raise ValueError(
            f"{reply.place(words.PARTNERS)}: no municipality {word!r}: "
            f"{hints.did_you_mean(word, names)}write names with commas between"
        )
    return [code for code in found.values() if code]


def _known_body(intake: Intake, name: str) -> str:
    """The body of that name or key, whatever its case and what stands in brackets."""
    plain = _plain(name)
    named = [(row[1], row[0]) for row in intake.tables["names"]]
    keys = [(row[0], row[0]) for row in intake.tables["arrangements"]]
    return next((key for said, key in [*named, *keys] if _plain(said) == plain), "")


def _plain(name: str) -> str:
    return re.sub(r"\s*\(.*?\)", "", name).casefold().strip()


def _new_body(intake: Intake, reply: Reply, partners: list[str]) -> str:
    said = reply.cells[words.FORM] or "okand"
    forms = {row[0]: row[1] for row in intake.tables["forms"]}
    form = next(
        (key for key, name in forms.items() if said.casefold() in (key, name.casefold())), None
    )
    if form is None:
        raise ValueError(
            f"{reply.place(words.FORM)}: {hints.unknown('legal form', said, forms.values())}"
        )
    if not partners:
        raise ValueError(
            f"{reply.place(words.PARTNERS)}: is empty; name those who take part in "
            f"{reply.cells[words.BODY]!r}"
        )
    key = slug(reply.cells[words.BODY])
    taken = {row[0] for row in intake.tables["arrangements"]}
    key = key if key not in taken else f"{key}-{intake.answer.code}"
    name = reply.cells[words.BODY]
    intake.add(
        "arrangements",
        key=key,
        kind="service",
        legal_form=form,
        description=f"{name}, enligt svar från {intake.answer.municipality}",
    )
    intake.add("names", arrangement=key, name=name, source=intake.answer.source)
    return key


def slug(text: str) -> str:
    """A key of a-z, digits and hyphens.

    >>> slug("Gemensam lönenämnd (Köping)")
    'gemensam-lonenamnd'
    """
    plain = unicodedata.normalize("NFKD", _plain(text)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "organ"
