"""What was built, from which inputs: the record beside each report, and the test for freshness.

Terms
-----
inputs: what a build is made from, taken once before its first job: an edit during a build is for
    the next one.
digest: one hash of everything a report depends on: code, notebooks, data, parameters, versions.
fresh: a report whose recorded digest is today's, whose files are all there, and which has no own
    chapter.
key of a chapter: a hash of what it depends on beside its reads: library, notebook, parameters,
    region, fonts, versions. A chapter whose key is today's and whose reads hold need not be run.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import catalog, paths, sealed
from analysis.reads import Read
from analysis.regions import Region, registry_path
from analysis.report import record
from analysis.report.plan import Job, Plan, reference
from analysis.report.record import Record
from analysis.report.ways import Way, beside

if TYPE_CHECKING:
    from analysis.report.worker import Finished

REGISTRY = "regions.toml"
Stamp = frozenset[tuple[str, int, int, int]]
VERSION = metadata.version("samverkan")
_FONTS = {
    "font_source_sans_pro": "files/SourceSansPro-*.ttf",
    "matplotlib": "mpl-data/fonts/ttf/DejaVuSans*.ttf",
}


@dataclass(frozen=True)
class Known:
    """A chapter that an earlier build executed: its notebook, its reads and how long it took."""

    notebook: bytes
    reads: tuple[Read, ...]
    seconds: float


@dataclass(frozen=True)
class Inputs:
    """Digests of all that the results of `plan` depend on, and the content of its notebooks."""

    plan: Plan
    library: str
    templates: str
    fonts: str
    versions: str
    base: str
    data: str
    notebooks: Mapping[str, bytes]  # by chapter
    ways: Mapping[str, tuple[Way, ...]]  # by region
    references: Mapping[str, str]  # by region: what the notebooks are told
    stamp: Stamp  # of the files that `data` is the digest of

    @classmethod
    def of(cls, plan: Plan) -> Inputs:
        """The inputs as they are now."""
        first, found = stamp(), list(record.records(plan.out))
        return cls(
            plan,
            library_digest(),
            template_digest(),
            font_digest(),
            installed_versions(),
            base_digest(),
            data_digest(),
            {name: path.read_bytes() for name, path in plan.chapters},
            {region.key: beside(found, region) for region in plan.regions},
            {region.key: reference(region) for region in plan.regions},
            first,
        )

    def of_what_was_read(self, now: Stamp) -> Inputs:
        """These inputs; those of no known data when it was edited since, so that a later build looks."""
        return self if now == self.stamp else replace(self, data="")

    def moved(self, region: Region) -> str:
        """What was edited since then that no chapter can be run again for, in words; "" if nothing."""
        if base_digest() != self.base:
            return "a file in data/ that every chapter reads was edited meanwhile; build again"
        if reference(region) != self.references[region.key]:
            return "the region was edited in the registry meanwhile; build again"
        return ""

    @property
    def drawing(self) -> str:
        """SHA-256 over what a figure depends on beside its chapter, its data and its arguments."""
        return _drawing(self.library, self.fonts, self.versions, self.base)

    def digest(self, region: Region) -> str:
        """SHA-256 over everything the report of `region` depends on."""
        return _hash({"data": self.data, "finish": self.finish_key(region)})

    def finish_key(self, region: Region) -> str:
        """SHA-256 over what the report depends on beside the reads of its chapters."""
        return _hash(
            {
                "library": self.library,
                "templates": self.templates,
                "fonts": self.fonts,
                "versions": self.versions,
                "chapters": [[name, self._notebook(name)] for name, _ in self.plan.chapters],
                "region": _region(region),
                "formats": self.plan.formats,
                "appendix": self.plan.appendix,
                "as_of": self.plan.as_of.isoformat(),
                "against": [_against(job) for job in self.plan.chapters_of(region)],
                "ways": [asdict(way) for way in self.ways.get(region.key, ())],
            }
        )

    def chapter_key(self, job: Job) -> str:
        """SHA-256 over what a chapter depends on beside its reads."""
        return _hash(
            {
                "library": self.library,
                "fonts": self.fonts,
                "versions": self.versions,
                "base": self.base,
                "notebook": self._notebook(job.chapter),
                "parameters": job.parameters,
                "region": _region(job.region),
                "against": _against(job),
            }
        )

    def _notebook(self, chapter: str) -> str:
        return hashlib.sha256(self.notebooks[chapter]).hexdigest()


def _region(region: Region) -> list[object]:
    return [
        region.key,
        region.name,
        region.members,
        [(group.key, group.name, group.members) for group in region.groups],
    ]


def _against(job: Job) -> list[object]:
    """What a chapter compares with, as it is registered now: label and municipalities of each."""
    if not job.compare:
        return []
    from analysis.views.comparators import comparators  # late: it needs pandas

    return [(one.label, one.codes) for one in comparators(job.region, job.compare, day=job.as_of)]


def _hash(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def code_digest() -> str:
    """Hash of the library and the templates."""
    return _hash([library_digest(), template_digest()])


def library_digest() -> str:
    """Hash of every module of the package."""
    package = Path(__file__).resolve().parents[1]
    return _hash_files(_package_files(package, ".py"), package)


def drawing_digest() -> str:
    """`Inputs.drawing` as it is now."""
    return _drawing(library_digest(), font_digest(), installed_versions(), base_digest())


def _drawing(library: str, fonts: str, versions: str, base: str) -> str:
    """The one list of what is drawn with, whoever has it."""
    return _hash([library, fonts, versions, base])


def template_digest() -> str:
    """Hash of what the exporters put around the chapters: templates and styles."""
    package = Path(__file__).resolve().parents[1]
    return _hash_files(_package_files(package, ".j2", ".css", ".json", ".typ"), package)


def font_digest() -> str:
    """Hash of the files that the report's font is made from, and of the one that lends signs."""
    parts = []
    for package, pattern in _FONTS.items():
        spec = find_spec(package)
        assert spec is not None, f"{package} is a dependency"
        assert spec.origin is not None, f"{package} is a package with files"
        folder = Path(spec.origin).parent
        parts.append(_hash_files(folder.glob(pattern), folder))
    return _hash(parts)


def _package_files(package: Path, *suffixes: str) -> Iterable[Path]:
    return (
        path
        for path in package.rglob("*")
        if path.is_file()
        and path.suffix in suffixes
        and "_bundled" not in path.relative_to(package).parts
    )


def base_digest() -> str:
    """Hash of the shipped files that have no door: every chapter depends on them."""
    own = {
        entry.path
        for entry in catalog.CATALOG.values()
        if entry.file and entry.key != "municipalities"
    }
    named = ("README.md", "SHA256SUMS")  # made from the other files
    files = [
        path
        for path in _plain_files(paths.DATA)
        if path.name not in named and not own & {path, *path.parents}
    ]
    return _hash_files(files, paths.DATA)


def stamp(*more: Path) -> Stamp:
    """Path, number, size and time of each data file, of the registry and of the files in `more`.

    It costs a thousandth of a second; as long as it is the same, nothing has been edited.
    """
    folders = [paths.DATA, paths.user_data(), *(path.resolve() for path in more)]
    files = [path for folder in folders if folder.is_dir() for path in _plain_files(folder)]
    return frozenset(map(_mark, [*files, paths.data_path(REGISTRY), registry_path()]))


def _mark(path: Path) -> tuple[str, int, int, int]:
    try:
        at = path.stat()
    except OSError:  # not there, or gone by now
        return str(path), 0, 0, 0
    return str(path), at.st_ino, at.st_size, at.st_mtime_ns


def data_digest() -> str:
    """Hash of every shipped data file and of every updated one."""
    updated = paths.user_data()
    parts = [
        _hash_files(_plain_files(folder), folder)
        for folder in (paths.DATA, updated)
        if folder.is_dir()
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plain_files(folder: Path) -> Iterable[Path]:
    """The data files in `folder`; what is hidden, such as an update's kept replies, is no data.

    Nor is the mark with which Word and Excel say that a file is open.
    """
    return (
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.name != REGISTRY
        and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    )


def installed_versions() -> str:
    """Hash of the names and versions of all installed packages: they draw the figures."""
    found = sorted(_distributions())
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _distributions() -> Iterable[str]:
    """Names and versions by the names of their folders: opening 250 files takes half a second."""
    yield f"python {sys.version} {platform.platform()}"
    for place in sys.path:
        for pattern in ("*.dist-info", "*.egg-info"):
            yield from (path.name for path in Path(place or ".").glob(pattern))


def _hash_files(files: Iterable[Path], base: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path.relative_to(base).as_posix()}\0{_file_hash(path)}\n".encode())
    return total.hexdigest()


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_fresh(inputs: Inputs, region: Region) -> bool:
    """True when the report is there, whole, ours, and made from the very inputs of today."""
    folder = inputs.plan.out / region.key
    found = _own(folder)
    if found is None or found.digest != inputs.digest(region):
        return False
    return _is_whole(folder, found) and not any(job.own for job in inputs.plan.chapters_of(region))


def known_chapters(inputs: Inputs, region: Region) -> dict[str, Known]:
    """The chapters of the report that stands, of which only the reads may have changed."""
    folder = inputs.plan.out / region.key
    found = _own(folder)
    known: dict[str, Known] = {}
    if found is None:
        return known
    for job in inputs.plan.chapters_of(region):
        entry, name = found.reads.get(job.chapter), f"notebooks/{job.chapter}.ipynb"
        if job.own or entry is None or entry.key != inputs.chapter_key(job):
            continue
        notebook = sealed.content(folder / name) or b""
        if hashlib.sha256(notebook).hexdigest() == found.files.get(name):
            seen = tuple(Read(*read) for read in entry.reads)
            known[job.chapter] = Known(notebook, seen, found.seconds.get(job.chapter, 0.0))
    return known


def can_stay(inputs: Inputs, region: Region) -> bool:
    """True when the report that stands is whole and today's, if its chapters are."""
    folder = inputs.plan.out / region.key
    found = _own(folder)
    return (
        found is not None and found.finish == inputs.finish_key(region) and _is_whole(folder, found)
    )


def _own(folder: Path) -> Record | None:
    """The record of a report that this user's builds made: nothing of any other is used again."""
    found = record.read(folder)
    return found if found is not None and found.ours else None


def _is_whole(folder: Path, found: Record) -> bool:
    """True when the files that were built are there as they were; its own walk names them."""
    there = {
        name: hashlib.sha256(sealed.content(path) or b"").hexdigest()
        for path in folder.rglob("*")
        if (name := path.relative_to(folder).as_posix()) in found.files
    }
    return there == dict(found.files)


def renew(inputs: Inputs, region: Region) -> None:
    """Record that the report that stands was found to be today's, with other data files."""
    if stamp() == inputs.stamp:  # else it is so for data that nobody has hashed
        facts = {"data_sha256": inputs.data, "digest": inputs.digest(region)}
        record.change(inputs.plan.out / region.key, facts)


def write(
    inputs: Inputs,
    region: Region,
    folder: Path,
    finished: Finished,
    chapters: Mapping[str, tuple[Sequence[Read], float]],
) -> None:
    """Write the record into `folder`; call it last, it lists the files that are there.

    `chapters` has the reads of each chapter and the seconds that it took when it was executed.
    """
    plan = inputs.plan
    seconds = {name: took for name, (_, took) in chapters.items()} | dict(finished.steps)
    facts = {
        "product": "samverkan",
        "version": VERSION,
        "region": region.key,
        "name": region.name,
        "members": list(region.members),
        "groups": [group.key for group in region.groups],
        "as_of": plan.as_of.isoformat(),
        "formats": list(plan.formats),
        "compare": list(plan.compare),
        "chapters": [name for name, _ in plan.chapters],
        "snapshot": catalog.SNAPSHOT_DATE.isoformat(),
        "data": [
            {"dataset": key, "source": source, "years": years}
            for key, source, years in finished.cited
        ],
        "code_sha256": _hash([inputs.library, inputs.templates]),
        "data_sha256": inputs.data,
        "digest": inputs.digest(region),
        "finish": inputs.finish_key(region),
        "failed": [],
        "finding": dict(finished.finding),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "reads": {
            job.chapter: {"key": inputs.chapter_key(job), "reads": chapters[job.chapter][0]}
            for job in plan.chapters_of(region)
        },
        "files": {
            path.relative_to(folder).as_posix(): _file_hash(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    record.write(folder, facts)
