"""What was costly to make, kept by what it was made from, across builds and regions.

Terms
-----
shelf: a folder of this user's, of bounded size; what was not asked for longest goes first. It is
    open in the chapters of a build alone, never to own chapters, which may change what they drew.
context: a digest of all that a figure depends on beside its arguments: library, notebook, fonts,
    versions, data.
key: a digest of the context, a function's name and the content of its arguments. Whatever has no
    content that is known here makes no key, and is made anew each time.

An entry carries its seal (`analysis.sealed`) over key and content: a file that was cut, changed,
moved or laid there by somebody else is no entry. Nothing depends on the shelf but time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from analysis import reads, sealed, whole

CONTEXT = "SAMVERKAN_SHELF_CONTEXT"
"""The environment variable with the context; a build sets it, none: the shelf is closed."""
FOLDER = "SAMVERKAN_CACHE_DIR"
"""The environment variable that names another folder for the shelf; empty: none is used."""
MOST_BYTES = 300_000_000
_LARGEST = 20_000_000  # bytes of an entry
_SEAL = 64  # characters

_CELLS = {"string", "empty", "boolean", "integer", "floating", "mixed-integer-float", "date"}

_known: dict[int, tuple[Any, bytes]] = {}  # frozen views, which many figures share


class NoContentError(TypeError):
    """A value whose content is not known here."""


def folder() -> Path | None:
    """Where the shelf stands; None when the user wants none.

    >>> import os
    >>> os.environ[FOLDER] = ""
    >>> folder() is None
    True
    """
    chosen = os.environ.get(FOLDER)
    if chosen is not None:
        return Path(chosen).expanduser().absolute() if chosen else None
    from platformdirs import user_cache_path

    return user_cache_path("samverkan", appauthor=False) / "figures"


def key(name: str, arguments: Any) -> str:
    """The key of a call; "" when the shelf is closed or an argument has no known content."""
    context = os.environ.get(CONTEXT)
    if not context or folder() is None:
        return ""
    total = hashlib.sha256(f"{context}\0{name}\0".encode())
    try:
        for part in _parts(arguments):
            total.update(b"%d:" % len(part) + part)
    except TypeError:
        return ""
    return total.hexdigest()


def get(wanted: str) -> bytes | None:
    """The entry of a key, None when there is none that was sealed by this user."""
    place = folder()
    if place is None or not wanted:
        return None
    path = place / wanted
    data = sealed.content(path, _LARGEST) or b""
    found, body = data[:_SEAL], data[_SEAL:]
    if not sealed.same(found.decode("ascii", "replace"), sealed.seal(wanted.encode() + body)):
        return None
    with suppress(OSError):
        os.utime(path)  # asked for today
    return body


def put(wanted: str, body: bytes) -> None:
    """Keep an entry; whatever keeps it from being written is no fault of the figure's."""
    place, seal = folder(), sealed.seal(wanted.encode() + body)
    if place is None or not wanted or not seal:
        return
    with suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        # what a power cut tears has no seal
        whole.write(place / wanted, seal.encode() + body, lasting=False)


def prune(most: int = MOST_BYTES) -> None:
    """Let go what was not asked for longest, until the rest is within `most` bytes."""
    place = folder()
    if place is None or not place.is_dir():
        return
    seen = []
    for path in place.iterdir():
        with suppress(OSError):  # another build prunes, too
            about = path.lstat()
            seen.append((about.st_mtime, about.st_size, path))
    total = sum(size for _, size, _ in seen)
    for _, size, path in sorted(seen):
        if total <= most:
            return
        with suppress(OSError):
            path.unlink()
        total -= size


def _parts(value: Any) -> Iterator[bytes]:
    """The content of a value, type by type; raises NoContentError for a type that is not known."""
    yield type(value).__name__.encode()
    if value is None or isinstance(value, str | bool | int | float | date | Path):
        yield repr(value).encode()
    elif isinstance(value, bytes):
        yield value
    elif isinstance(value, Enum):
        yield value.name.encode()
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _parts(name)
            yield from _parts(part)
        yield b"end"
    elif isinstance(value, Sequence | frozenset):
        for part in sorted(value) if isinstance(value, frozenset) else value:
            yield from _parts(part)
        yield b"end"
    elif is_dataclass(value) and not isinstance(value, type):
        yield _of_dataclass(value)
    elif hasattr(value, "to_csv"):
        yield _of_table(value)
    elif hasattr(value, "wkb"):
        yield value.wkb
    elif hasattr(value, "dtype") and value.dtype != object:  # an array, or one number of it
        yield f"{value.dtype} {getattr(value, 'shape', ())}".encode() + value.tobytes()
    else:
        raise NoContentError(type(value).__name__)


def _of_dataclass(value: Any) -> bytes:
    """A digest of the fields; of a frozen one it is taken once."""
    if id(value) in _known:
        return _known[id(value)][1]
    total = hashlib.sha256(f"{type(value).__module__}.{type(value).__qualname__}".encode())
    for field in fields(value):
        total.update(field.name.encode())
        for part in _parts(getattr(value, field.name)):
            total.update(b"%d:" % len(part) + part)
    if type(value).__dataclass_params__.frozen:
        _known[id(value)] = (value, total.digest())  # held, so that no other gets its id
    return total.digest()


def _of_table(table: Any) -> bytes:
    """A digest of a table or series; shapes by their bytes."""
    import pandas as pd

    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame({str(table.name): table})
    shapes = [name for name in frame.columns if str(frame[name].dtype) == "geometry"]
    names = [list(map(str, frame.columns)), frame.columns.names, frame.index.names]
    total = hashlib.sha256(repr(names).encode())
    for part in _parts(table.attrs):
        total.update(b"%d:" % len(part) + part)
    for name in shapes:
        import shapely

        total.update(str(frame[name].crs).encode())
        for wkb in shapely.to_wkb(frame[name].to_numpy()):
            total.update(b"%d:" % len(wkb or b"") + (wkb or b""))
    plain = pd.DataFrame(frame.drop(columns=shapes))
    for _, column in plain.items():
        kind = pd.api.types.infer_dtype(column, skipna=True)
        known = not pd.api.types.is_object_dtype(column) or kind in _CELLS
        if kind == "categorical" or not known:  # the order of categories is no part of a digest
            raise NoContentError(f"a column of {kind}")
    total.update(reads.digest(plain).encode())
    return total.digest()
