"""What a chapter read: recorded while it runs, so that a later build can tell whether to run it.

Terms
-----
door: a function through which data is read; its arguments are texts, numbers or lists of them
    and its result depends on nothing but them and the data files.
read: a door, its arguments and the digest of what came out. A chapter whose reads all give the
    same digests again would come out the same.
trace: the file to which this process writes its reads; none outside a build.
"""

from __future__ import annotations

import hashlib
import json
import os
import site
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import wraps
from importlib import import_module
from importlib.util import source_from_cache
from inspect import signature
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple, ParamSpec, TypeVar

TRACE = "SAMVERKAN_TRACE"
"""The environment variable that names the trace; a build sets it for each chapter."""

Given = ParamSpec("Given")
Result = TypeVar("Result")

_doors: dict[str, Callable[..., Any]] = {}  # what a recorded read may call


class Read(NamedTuple):
    """One read; `door` is `module:function`, `arguments` are JSON values by name."""

    door: str
    arguments: dict[str, Any]
    digest: str


def door(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Record each call of `function` in the trace.

    What it reads inside is not recorded: the result of the outermost door decides.
    """
    form, name = signature(function), f"{function.__module__}:{function.__qualname__}"

    @wraps(function)
    def recorded(*arguments: Given.args, **named: Given.kwargs) -> Result:
        trace = os.environ.get(TRACE)
        if not trace:
            return function(*arguments, **named)
        os.environ[TRACE] = ""
        try:
            result = function(*arguments, **named)
        finally:
            os.environ[TRACE] = trace
        given = form.bind(*arguments, **named).arguments
        note(Read(name, given, digest(result)))
        return result

    _doors[name] = recorded
    return recorded


def note(read: Read) -> None:
    """Write `read` to the trace of this process, when there is one."""
    trace = os.environ.get(TRACE)
    if trace:
        with Path(trace).open("a", encoding="utf-8") as file:
            file.write(json.dumps(read, ensure_ascii=False, default=str) + "\n")


def of_trace(path: Path) -> list[Read]:
    """The reads in a trace, each once, in a fixed order."""
    if not path.is_file():
        return []
    lines = set(path.read_text(encoding="utf-8").splitlines())
    return [of_json(json.loads(line)) for line in sorted(lines)]


def of_json(value: list[Any]) -> Read:
    """A read from the JSON list that it was written as."""
    name, arguments, found = value
    return Read(name, arguments, found)


def holds(read: Read) -> bool:
    """True when the door of `read` would give the same again; an error is a change.

    A report's folder may come from anybody: nothing but a door of this package is called.
    """
    module = read.door.partition(":")[0]
    try:
        if module.partition(".")[0] == __package__:
            import_module(module)
        return digest(_doors[read.door](**read.arguments)) == read.digest
    except Exception:  # what is wrong is for the chapter to say, which will be run
        return False


def all_hold(reads: Iterable[Read]) -> bool:
    """True when every read would give the same again."""
    return all(holds(read) for read in reads)


def digest(value: Any) -> str:
    """SHA-256 of a table, a text, or a dataclass, mapping or list of such."""
    total = hashlib.sha256()
    for part in _parts(value):
        total.update(part)
        total.update(b"\0")
    return total.hexdigest()


def _parts(value: Any) -> Iterable[bytes]:
    if hasattr(value, "to_csv"):
        yield from _table_parts(value)
    elif is_dataclass(value):
        for field in fields(value):
            yield field.name.encode()
            yield from _parts(getattr(value, field.name))
    else:
        yield json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()


def _table_parts(table: Any) -> Iterable[bytes]:
    """Names, types and a hash a row of a table or series: text of it would take ten times as long.
    """
    from pandas.util import hash_pandas_object

    table = table.to_frame() if hasattr(table, "to_frame") else table
    types = [(str(name), str(kind)) for name, kind in table.dtypes.items()]
    yield repr([list(table.index.names), types]).encode()
    yield hash_pandas_object(table).to_numpy().tobytes()


@door
def file_digest(path: str) -> str:
    """SHA-256 of a file that a chapter opened by itself; "" when it cannot be read."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


@door
def names_in(folder: str) -> list[str]:
    """Sorted names in a folder that a chapter listed by itself; none when it cannot be listed."""
    try:
        return sorted(path.name for path in Path(folder).iterdir())
    except OSError:
        return []


@door
def refuse(what: str) -> str:
    """What cannot be known beforehand, such as the answer of a host: never holds."""
    raise LookupError(f"{what}: to be read again")


def is_past_the_library(read: Read) -> bool:
    """True for what a chapter read by itself: no digest of the product and its data covers it."""
    return read.door.partition(":")[0] == __name__


def unknown(what: str) -> Read:
    """A read that never holds, so that a chapter is always run."""
    return Read(f"{__name__}:refuse", {"what": what}, "")


def watch() -> None:
    """Record, too, what the code of a chapter reads past the library: files, folders and hosts.

    Only what Python itself opens is seen. Files of Python, of the package and of the system are
    left out, because their versions are known; so are the regions, which are in each key, and the
    updated data, which has doors of its own.
    """
    # resolving a path would open more: paths are compared as they are
    tempfile.gettempdir()  # found at the first call by opening a file, which nobody reads
    heard = {"open", "os.listdir", "os.scandir", "socket.connect"}
    left_out = tuple(os.path.join(place, "") for place in _known_places())  # noqa: PTH118

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in heard or not os.environ.get(TRACE):  # most events are others
            return
        if event == "open" and "r" in (arguments[1] or "r"):
            note_path(arguments[0], _note_file)
        elif event in ("os.listdir", "os.scandir") and not _is_import(sys._getframe(1)):
            note_path(arguments[0] or ".", names_in)
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            note(unknown(str(arguments[1][0])))

    def note_path(given: Any, read: Callable[[str], object]) -> None:
        if isinstance(given, (str, bytes)):  # a number is a file that is open already
            path = os.path.abspath(os.fsdecode(given))  # noqa: PTH100
            if not os.path.join(path, "").startswith(left_out):  # noqa: PTH118
                read(path)

    sys.addaudithook(hear)


def _note_file(path: str) -> None:
    """Record a file; of a module that was compiled before, its source."""
    with suppress(ValueError):
        path = source_from_cache(path) if path.endswith(".pyc") else path
    file_digest(path)


def _is_import(frame: FrameType) -> bool:
    """True in the search for a module, which lists every folder on the way."""
    return frame.f_code.co_filename.startswith("<frozen importlib")


def _known_places() -> Iterable[str | Path]:
    from analysis import paths

    yield from {sys.prefix, sys.base_prefix, *site.getsitepackages(), "/proc", "/sys", "/dev"}
    yield from (Path(__file__).parent, paths.data_path("regions.toml"), paths.user_data())
    yield from (Path.home() / name for name in (".cache", ".ipython", ".jupyter", ".local"))
