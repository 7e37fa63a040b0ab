"""The record beside a report, `build.json`: one schema at the only door, and whose word counts.

Terms
-----
record: what a build wrote of the report beside it. A reports' folder may come from anybody: what
    does not fit the schema is no record, and what fits is words to print, never a path to follow.
seal: a digest of a record with a key that lies in the user's own folder. Only of a report whose
    record was sealed with it is anything used again; one of a stranger, or of another user, is
    made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import from_json

from analysis import sealed, whole
from analysis.paths import MANIFEST
from analysis.sealed import content

_LARGEST = 20_000_000  # bytes of a record; a build's have some 100,000

Line = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Finding(_Part):
    """Title, first finding and how sure it is, for the index."""

    title: Line = ""
    first: Line = ""
    evidence: Line = ""


class ChapterReads(_Part):
    """The key of a chapter, and each read as door, arguments and digest."""

    key: Digest
    reads: tuple[tuple[Line, dict[str, Any], Digest], ...]


class Record(_Part):
    """What a report's `build.json` says; `ours` when it was sealed with the key of this user."""

    product: Literal["samverkan"]
    name: Annotated[Line, Field(min_length=1)]
    members: Annotated[tuple[Code, ...], Field(min_length=1, max_length=1000)]
    as_of: Day
    snapshot: Day
    chapters: Annotated[tuple[Line, ...], Field(min_length=1)]
    digest: Digest
    finish: Digest
    finding: Finding = Finding()
    seconds: dict[Line, Seconds] = {}
    reads: dict[Line, ChapterReads] = {}
    files: dict[Line, Digest]
    ours: bool


def read(folder: Path) -> Record | None:
    """The record of a built report, or None when there is none that can be read."""
    try:
        facts = _facts(folder)
        return Record.model_validate(facts | {"ours": _is_sealed(facts)})
    except ValueError:  # of JSON, or of the schema
        return None


def records(out: Path) -> Iterator[tuple[str, Record]]:
    """Folder and record of every report under `out`, in the order of the folders' names."""
    folders = sorted(out.iterdir()) if out.is_dir() else []
    for folder in folders:
        found = None if folder.name.startswith(".") or not folder.is_dir() else read(folder)
        if found is not None:
            yield folder.name, found


def write(folder: Path, facts: dict[str, Any]) -> None:
    """Write the record of the report in `folder`, sealed."""
    whole.write(folder / MANIFEST, as_json(facts | {"seal": _seal(facts)}))


def change(folder: Path, facts: dict[str, Any]) -> None:
    """Write the record in `folder` anew, with `facts` instead of those of the same names."""
    write(folder, _facts(folder) | facts)


def as_json(facts: dict[str, Any]) -> str:
    """`facts` as a person reads them."""
    return json.dumps(facts, ensure_ascii=False, indent=1) + "\n"


def _facts(folder: Path) -> dict[str, Any]:
    """The object in a record's file; raises ValueError when there is none."""
    facts = from_json(content(folder / MANIFEST, _LARGEST) or b"", allow_inf_nan=False)
    if not isinstance(facts, dict):
        raise ValueError("a record is an object")
    return facts


def _seal(facts: dict[str, Any]) -> str:
    """The seal of a record; "" when there is no key."""
    told = json.dumps({name: facts[name] for name in facts if name != "seal"}, sort_keys=True)
    return sealed.seal(told.encode())


def _is_sealed(facts: dict[str, Any]) -> bool:
    return sealed.same(str(facts.get("seal")), _seal(facts))
