"""What is previewed: a region or an investigation, and the folders that its author edits.

Terms
-----
subject: says again at each change what there is to do, for the change may be to its members.
stamp: of a chapter, a digest of the files that it reads past the doors; None: it may read anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from analysis import paths, regions
from analysis.errors import InputError
from analysis.investigation import forms, question, texts
from analysis.loaders.services import inventory_path
from analysis.report.plan import Job, Plan, make_plan

FORMATS = ("html",)


@dataclass(frozen=True)
class Task:
    """A chapter to look after: its job, and the stamp of what else it reads."""

    job: Job
    stamp: str | None = ""


Todo = tuple[Plan, list[Task]]


class Subject(Protocol):
    """What a preview is of."""

    def look(self, pool: Executor) -> Todo:
        """What there is to do now; raises InputError with what is wrong."""

    def guess(self) -> Todo | None:
        """What there is to do if the last look holds but for the files; None: looking is quick."""

    def folders(self) -> list[Path]:
        """Where its inputs lie; subfolders are named, too."""


@dataclass(frozen=True)
class RegionSubject:
    """A region with its chapters; `out` is where nothing is written."""

    name: str
    out: Path
    as_of: date | None = None
    chapters: tuple[Path, ...] = ()

    def plan(self) -> Plan:
        """The region as it is registered now; raises InputError with every fault."""
        return make_plan(
            [regions.resolve(self.name)],
            formats=FORMATS,
            as_of=self.as_of,
            out=self.out,
            chapters=self.chapters,
        )

    def guess(self) -> Todo | None:
        """None: a look needs no worker."""
        return None

    def look(self, pool: Executor) -> Todo:
        """Its chapters."""
        plan = self.plan()
        jobs = plan.chapters_of(plan.regions[0])
        return plan, [Task(job, None if job.own else "") for job in jobs]

    def folders(self) -> list[Path]:
        """Inventory, registry, chapters and updated data."""
        return [*_shared(), *{path.resolve().parent for path in self.chapters}]


@dataclass
class InvestigationSubject:
    """The folder of an investigation; `last` is what the last look gave."""

    path: Path
    out: Path
    last: Todo | None = None

    def guess(self) -> Todo | None:
        """The notebook of the last look, with the folder's files as they are now."""
        if self.last is None:
            return None
        plan, (task,) = self.last
        return plan, [replace(task, stamp=digest_of(self.own_folders()))]

    def look(self, pool: Executor) -> Todo:
        """The one notebook, and all that the folder holds but the prose, which cells read."""
        from analysis.report import investigation

        stamp = digest_of(self.own_folders())
        prepared = pool.submit(investigation.prepare, self.path, self.out, formats=FORMATS).result()
        self.last = prepared.plan, [Task(prepared.job, stamp)]
        return self.last

    def own_folders(self) -> list[Path]:
        """The folder with those of prose and own figures."""
        return [self.path, self.path / texts.FOLDER, self.path / forms.FOLDER]

    def folders(self) -> list[Path]:
        """Inventory, registry, the notebook, and the investigation's own."""
        return [*_shared(), *self.own_folders()]


def subject_of(
    name: str, out: Path, *, as_of: date | None = None, chapters: Sequence[Path] = ()
) -> Subject:
    """The folder of an investigation that `name` is, else the region that it names.

    Raises InputError for a folder that is no investigation, and for what only a region can have.
    """
    path = Path(name)
    if len(path.parts) > 1 and not path.exists():
        raise InputError(f"there is no folder {name!r}; name that of an investigation, or a region")
    if not (path / question.FILE).is_file():
        if path.is_dir() and name not in regions.registry():
            raise InputError(
                f"{name!r} has no {question.FILE}; name the folder of an investigation, or a region"
            )
        found = RegionSubject(name, out, as_of, tuple(chapters))
        found.plan()  # what is wrong from the start is no preview
        return found
    if as_of or chapters:
        raise InputError(
            f"{name!r} is an investigation; --as-of stands in its {question.FILE}, and it has "
            "no --chapters"
        )
    return InvestigationSubject(path.resolve(), out)


def digest_of(folders: Sequence[Path]) -> str:
    """SHA-256 of the names and contents of the visible files in `folders`, the prose left out."""
    total = hashlib.sha256()
    for path in _files(folders):
        if path.parent.name == texts.FOLDER and path.suffix == ".md":
            continue
        total.update(f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_dir():
            yield from sorted(p for p in folder.iterdir() if p.is_file() and p.name[0] not in ".~")


def _shared() -> list[Path]:
    return [
        paths.DATA,
        inventory_path(),
        regions.registry_path().parent,
        paths.NOTEBOOKS,
        paths.user_data(),
    ]
