"""What was built, from which inputs: the record beside each report, and the test for freshness.

Terms
-----
digest: one hash of everything a report depends on: code, notebooks, data, parameters, versions.
fresh: a report whose recorded digest is today's and whose files are all there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis import catalog, paths
from analysis.regions import Region
from analysis.report.plan import MANIFEST, Plan

VERSION = metadata.version("samverkan")


def digest(plan: Plan, region: Region) -> str:
    """SHA-256 over everything the report of `region` depends on."""
    parts = {
        "code": code_digest(), "data": data_digest(), "versions": installed_versions(),
        "chapters": [[name, _file_hash(path)] for name, path in plan.chapters],
        "region": [region.key, region.name, region.members,
                   [(group.key, group.name, group.members) for group in region.groups]],
        "formats": plan.formats, "as_of": plan.as_of.isoformat(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def code_digest() -> str:
    """Hash of the library: every module and template of the package."""
    package = Path(__file__).resolve().parents[1]
    files = (path for path in package.rglob("*")
             if path.is_file() and path.suffix in (".py", ".j2", ".css", ".json")
             and "_bundled" not in path.relative_to(package).parts)
    return _hash_files(files, package)


@cache
def data_digest() -> str:
    """Hash of every shipped data file and of every updated one."""
    updated = paths.user_data()
    parts = [_hash_files(_plain_files(folder), folder)
             for folder in (paths.DATA, updated) if folder.is_dir()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _plain_files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*")
            if path.is_file() and not path.name.startswith(".") and path.name != "regions.toml")


@cache
def installed_versions() -> str:
    """Hash of the names and versions of all installed packages: they draw the figures."""
    found = sorted(f"{dist.name}=={dist.version}" for dist in metadata.distributions())
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _hash_files(files: Iterable[Path], base: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path.relative_to(base).as_posix()}\0{_file_hash(path)}\n".encode())
    return total.hexdigest()


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read(folder: Path) -> dict[str, Any] | None:
    """The manifest of a built report, or None when there is none that can be read."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def is_fresh(plan: Plan, region: Region) -> bool:
    """True when the report is there, whole, and made from the very inputs of today."""
    folder = plan.out / region.key
    record = read(folder)
    return (record is not None and record.get("digest") == digest(plan, region)
            and all((folder / name).is_file() and _file_hash(folder / name) == known
                    for name, known in record["files"].items()))


def write(plan: Plan, region: Region, folder: Path, steps: dict[str, float],
          sources: list[tuple[str, str, str]]) -> None:
    """Write `build.json` into `folder`; call it last, it lists the files that are there.

    `sources` are (dataset, source, years) of what the report cites.
    """
    record = {
        "product": "samverkan", "version": VERSION, "region": region.key, "name": region.name,
        "members": list(region.members), "groups": [group.key for group in region.groups],
        "as_of": plan.as_of.isoformat(), "formats": list(plan.formats),
        "chapters": [name for name, _ in plan.chapters],
        "snapshot": catalog.SNAPSHOT_DATE.isoformat(),
        "data": [{"dataset": key, "source": source, "years": years}
                 for key, source, years in sources],
        "code_sha256": code_digest(), "data_sha256": data_digest(),
        "digest": digest(plan, region), "failed": [],
        "seconds": {name: round(value, 2) for name, value in steps.items()},
        "files": {path.relative_to(folder).as_posix(): _file_hash(path)
                  for path in sorted(folder.rglob("*")) if path.is_file()},
    }
    write_json(folder / MANIFEST, record)


def write_json(path: Path, record: dict[str, Any]) -> None:
    """Write `record` so that a reader sees the old file or the new one, never a half."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
