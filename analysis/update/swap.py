"""Put a dataset in use, in one step, and take it back: the only code that writes updated data.

Terms
-----
record: `<key>.json` in the folder of updated data; see `analysis.loaders.tables`. Writing it is
    the swap: until then the old dataset is the one in use.
old edition: the files of the record before. They stay until the next swap, because thirty may be
    reading the folder while one updates it.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis import catalog, paths, whole
from analysis.catalog import Dataset
from analysis.errors import DataError, SourceError
from analysis.loaders import tables
from analysis.sources import own
from analysis.sources.kept import FOLDER, room
from analysis.update.plan import Fetched, Plan, digest

_LOCK = ".update.lock"


@contextmanager
def locked() -> Iterator[Path]:
    """The folder of updated data, held by this process alone; raises SourceError when taken."""
    from filelock import FileLock, Timeout

    folder = paths.user_data()
    lock = FileLock(folder / _LOCK, timeout=0)
    with room(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise SourceError(
                f"another update is at work in {folder}; wait until it has ended, then try again"
            ) from None
    try:
        yield folder
    finally:
        lock.release()


def swap(plan: Plan, fetched: Fetched) -> None:
    """Write the files under new names, then the record; nothing is in use before the record."""
    entry, folder = plan.entry, paths.user_data()
    own_folder = folder / entry.key
    before = _named(entry)
    with room(folder):
        own_folder.mkdir(parents=True, exist_ok=True)
        files = {"table": _written(fetched.table, own_folder)}
        if len(fetched.signs):
            files["statuses"] = _written(fetched.signs, own_folder)
        facts = json.dumps(_facts(plan, fetched, files), ensure_ascii=False, indent=1)
        whole.write(tables.record_path(entry.key, folder), facts)
    named = before | {Path(file["name"]).name for file in files.values()}
    for path in own_folder.iterdir():
        if path.name not in named:
            path.unlink()


def _named(entry: Dataset) -> set[str]:
    """The files that the record in use names; none when it cannot be read."""
    with suppress(DataError):
        found = tables.record(entry.key)
        return {path.name for path in found.files} if found else set()
    return set()


def _written(table: Any, own_folder: Path) -> dict[str, str]:
    """Write a Parquet file under a name made of its content; returns name and checksum."""
    made = io.BytesIO()  # a GeoDataFrame gives no bytes of its own
    table.to_parquet(made, index=False)
    content = made.getvalue()
    digested = hashlib.sha256(content).hexdigest()
    path = own_folder / f"{digested[:16]}.parquet"
    whole.write(path, content)
    return {"name": f"{own_folder.name}/{path.name}", "sha256": digested}


def _facts(plan: Plan, fetched: Fetched, files: dict[str, dict[str, str]]) -> dict[str, Any]:
    entry, live = plan.entry, plan.live
    years = sorted({int(year) for year in fetched.table["year"]}) if "year" in fetched.table else []
    return {
        "dataset": entry.key,
        "title": entry.title,
        "publisher": live.publisher,
        "retrieved": datetime.now(UTC).isoformat(timespec="seconds"),
        "tables": fetched.sources,
        "rows": len(fetched.table),
        "years": years,
        "carried_years": fetched.carried,
        "perturbed_years": fetched.perturbed,
        "files": files,
        "warnings": list(plan.warnings),
        "discontinued": list(plan.ended),
        "own_sources": own.said(entry.live),
        "contract": tables.contract(entry),
        "live": digest(live),
    }


def reset(keys: Sequence[str] = ()) -> list[str]:
    """Go back to the snapshot for `keys`, or for all datasets; returns the keys that were updated.

    A dataset that is not shipped is gone afterwards. Raises InputError for an unknown key.
    """
    entries = [catalog.dataset(key) for key in keys] or list(catalog.CATALOG.values())
    if not paths.user_data().is_dir():
        return []
    done = []
    with locked() as folder, room(folder):
        for entry in entries:
            path = tables.record_path(entry.key, folder)
            if path.exists() or (folder / entry.key).exists():
                path.unlink(missing_ok=True)
                shutil.rmtree(folder / entry.key, ignore_errors=True)
                done.append(entry.key)
            with suppress(FileNotFoundError):  # any other fault: an update would go on from them
                shutil.rmtree(folder / FOLDER / entry.key)
    return done
