"""What a build will do: one job for each chapter of each region.

Terms
-----
chapter: a parameterised notebook; the four of the product, and any that a user adds.
job: one chapter for one region on one date.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from analysis import hints, paths, whole
from analysis.errors import InputError, raise_faults
from analysis.paths import MANIFEST
from analysis.regions import Region, is_new, slug

CHAPTERS = ("summary", "services", "commuting", "population")
FORMATS = ("html", "pdf", "xlsx")
ALL_FORMATS = (*FORMATS, "pptx")  # slides are made when they are asked for
RESERVED = ("vagar", "metod", "definitioner", "kallor", "tillganglighet", "bilaga")
LOCAL = "local"  # the scheduler that a build starts itself
_MOST_JOBS = 256


@dataclass(frozen=True)
class Job:
    """One chapter to execute; `parameters` are what Papermill hands to the notebook.

    `compare` is what it holds its region against, when that was asked for and it can.
    """

    region: Region
    chapter: str
    notebook: Path
    as_of: date
    compare: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def own(self) -> bool:
        """True for a chapter that a user added: it may read anything, so it is always run."""
        return self.notebook.parent != paths.NOTEBOOKS

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders beside the data that the notebook reads."""
        return ()

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters of the notebook: registered regions by key, others by their codes."""
        asked = {"compare": list(self.compare)} if self.compare else {}
        return {
            "region": reference(self.region),
            "name": self.region.name,
            "as_of": self.as_of.isoformat(),
            **asked,
        }


@dataclass(frozen=True)
class Plan:
    """Everything a build needs to know; printable, so that `--dry-run` shows the truth."""

    regions: tuple[Region, ...]
    chapters: tuple[tuple[str, Path], ...]
    formats: tuple[str, ...]
    as_of: date
    out: Path
    jobs: int
    scheduler: str = ""  # address of a Dask scheduler; none: processes of this machine
    appendix: bool = True
    kicker: str = ""  # what kind of report it is; "" is that of a region
    compare: tuple[str, ...] = ()  # what its comparing chapters hold each region against
    comparing: tuple[str, ...] = ()  # the chapters with a parameter for that

    def chapters_of(self, region: Region) -> list[Job]:
        """The jobs of one region, in the order of the report."""
        return [
            Job(
                region,
                name,
                path,
                self.as_of,
                compare=self.compare if name in self.comparing else (),
            )
            for name, path in self.chapters
        ]


def reference(region: Region) -> str:
    """How a notebook names `region`: its key when registered, else its codes with commas."""
    from analysis.regions import registry

    known = registry().get(region.key)
    return region.key if known == region else ",".join(region.members)


def make_plan(
    regions: Sequence[Region],
    *,
    formats: Sequence[str] = FORMATS,
    as_of: date | None = None,
    out: Path | str | None = None,
    jobs: int | None = None,
    chapters: Sequence[Path | str] = (),
    only: Sequence[str] = (),
    compare: Sequence[str] = (),
    scheduler: str = "",
    appendix: bool = True,
) -> Plan:
    """Check everything that can be checked before any work is done.

    `only` leaves out all chapters but those that it names, own ones by the name of their file;
    `compare` is for those whose parameters have it (`views.comparators` says what it may name).
    Raises InputError with all faults: unknown format, chapter file that is no notebook, output
    folder that belongs to another set of members, number of jobs below one, unknown comparator.
    """
    target = Path(out or paths.default_reports()).resolve()
    given = [Path(path) for path in chapters]
    faults = [*_format_faults(formats), *_chapter_faults(given)]
    own = [(slug(path.stem), path.resolve()) for path in given]
    known = [*((name, paths.NOTEBOOKS / f"{name}.ipynb") for name in CHAPTERS), *own]
    names = [name for name, _ in known]
    faults += [hints.unknown("chapter", name, names) for name in only if name not in names]
    if jobs is not None and not 1 <= jobs <= _MOST_JOBS:
        faults.append(f"jobs {jobs} is not possible; give 1 to {_MOST_JOBS}")
    faults += _scheduler_faults(scheduler)
    faults += out_faults(target)
    faults += [fault for region in regions for fault in folder_faults(target, region)]
    faults += [fault for region in regions for fault in _new_faults(region)]
    chosen = [part for part in known if not only or part[0] in only]
    comparing = [name for name, path in chosen if compare and path.is_file() and _compares(path)]
    faults += _compare_faults(compare, regions, comparing) if compare else []
    raise_faults(InputError, faults)
    return Plan(
        tuple(dict.fromkeys(regions)),
        tuple(chosen),
        tuple(name for name in ALL_FORMATS if name in formats),
        as_of or _data_date(),
        target,
        jobs or os.cpu_count() or 1,
        scheduler,
        appendix,
        compare=tuple(compare),
        comparing=tuple(comparing),
    )


def _compares(path: Path) -> bool:
    """True when the parameters cell of a notebook sets `compare`."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", ())]
        return any(re.search(r"^compare\b", "".join(c["source"]), re.MULTILINE) for c in tagged)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ):  # what it lacks is told when it is run
        return False


def _compare_faults(
    compare: Sequence[str], regions: Sequence[Region], comparing: Sequence[str]
) -> list[str]:
    """Words that name no comparator, and a comparison that no chapter would show."""
    from analysis.views.comparators import comparators  # late: it needs pandas

    if not comparing:
        return ["none of the chapters compares; add population, or leave compare out"]
    faults: list[str] = []
    for region in regions:
        try:
            comparators(region, compare)
        except InputError as error:
            faults += error.faults
    return list(dict.fromkeys(faults))


def _scheduler_faults(address: str) -> list[str]:
    if not address or address == LOCAL or re.fullmatch(r"(tcp|tls)://.+:\d{1,5}", address):
        return []
    return [f"--scheduler {address!r} is no address; write local or tcp://host:8786"]


def _new_faults(region: Region) -> list[str]:
    """Members of the user's own list of which no figure has been fetched."""
    new = [code for code in region.members if is_new(code)]
    if not new:
        return []
    from analysis.loaders import tables

    there = set(tables.load("population")["code"])
    return [
        f"region {region.key!r}: {code} has no figures here yet; run `samverkan data update`"
        for code in new
        if code not in there
    ]


def _data_date() -> date:
    from analysis.loaders import tables  # late: a date that is given needs no slow library

    return tables.data_date()


def out_faults(out: Path) -> list[str]:
    """Why reports cannot be put into `out`: no folder, not writable, or files of somebody else."""
    if fault := whole.place_fault(out):
        return [f"out {str(out)!r}: {fault}"]
    ours = {"index.html": 'content="samverkan"', MANIFEST: '"product": "samverkan"'}
    return [
        f"out {str(out)!r}: its {name} was not made by samverkan; name another folder"
        for name, mark in ours.items()
        if (out / name).is_file() and mark not in (out / name).read_text("utf-8", "replace")
    ]


def _format_faults(formats: Sequence[str]) -> list[str]:
    faults = [] if formats else [f"no format given; valid are {', '.join(ALL_FORMATS)}"]
    for name in formats:
        if name not in ALL_FORMATS:
            faults.append(hints.unknown("format", name, ALL_FORMATS))
    return faults


def _chapter_faults(chapters: Sequence[Path]) -> list[str]:
    faults, seen = [], set(CHAPTERS)
    for path in chapters:
        if path.suffix != ".ipynb" or not path.is_file():
            faults.append(f"chapter {str(path)!r} is no notebook file; name an existing .ipynb")
        elif not slug(path.stem) or slug(path.stem) in RESERVED:
            faults.append(
                f"chapter {path.name!r}: the name {path.stem!r} cannot be used; rename the file"
            )
        elif slug(path.stem) in seen:
            faults.append(
                f"chapter {path.stem!r} is given twice or is one of {', '.join(CHAPTERS)}"
                "; rename the file"
            )
        seen.add(slug(path.stem))
    return faults


def folder_faults(out: Path, region: Region) -> list[str]:
    """Why `out/<key>` cannot take the report of `region`: it is somebody else's folder."""
    folder = out / region.key
    if not folder.exists():
        return []
    if not folder.is_dir():
        return [f"{folder.name!r} in {out.name!r} is a file; move it away"]
    if not (folder / MANIFEST).exists():
        if any(folder.iterdir()):
            return [
                f"the folder {folder.name!r} in {out.name!r} was not made by samverkan; "
                "move it away or choose another name or out folder"
            ]
        return []
    from analysis.report import record  # late: it needs pydantic

    found = record.read(folder)
    if found is None:
        return [f"{folder.name}/{MANIFEST} cannot be read; remove the folder and build again"]
    if set(found.members) != set(region.members):
        return [
            f"the folder {folder.name!r} holds a report on other members "
            f"({', '.join(sorted(found.members))}); choose another name or out folder"
        ]
    return []
