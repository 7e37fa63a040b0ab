"""What a chapter read: recorded while it runs, so that a later build can tell whether to run it.

Terms
-----
door: a function through which data is read; its arguments are texts, numbers or lists of them
    and its result depends on nothing but them and the data files.
read: a door, its arguments and the digest of what came out. A chapter whose reads all give the
    same digests again would come out the same.
leaf: a door whose result nobody keeps beyond the cell that asked for it, so that another result
    changes that cell alone.
trace: the file to which this process writes its reads; none outside a build.

Only the chapters of the product are kept by their reads: an own chapter may read past the doors, so
it is run in every build.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import partial, wraps
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar, overload

TRACE = "SAMVERKAN_TRACE"
"""The environment variable that names the trace; a build sets it for each chapter."""

Given = ParamSpec("Given")
Result = TypeVar("Result")

_doors: dict[str, Callable[..., Any]] = {}  # what a recorded read may call
_leaves: set[str] = set()


class Read(NamedTuple):
    """One read; `door` is `module:function`, `arguments` are JSON values by name."""

    door: str
    arguments: dict[str, Any]
    digest: str


@overload
def door(function: Callable[Given, Result], /) -> Callable[Given, Result]: ...
@overload
def door(*, leaf: bool) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]: ...
def door(function: Any = None, /, *, leaf: bool = False) -> Any:
    """Record each call of `function` in the trace; `leaf` says that it is a leaf.

    What it reads inside is not recorded: the result of the outermost door decides.
    """
    if function is None:
        return partial(_recording, leaf=leaf)
    return _recording(function, leaf=leaf)


def _recording(function: Callable[Given, Result], *, leaf: bool) -> Callable[Given, Result]:
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
    if leaf:
        _leaves.add(name)
    return recorded


def note(read: Read) -> None:
    """Write `read` to the trace of this process, when there is one."""
    trace = os.environ.get(TRACE)
    if trace:
        with Path(trace).open("a", encoding="utf-8") as file:
            file.write(f"{_line(read)}\n")


def of_trace(path: Path) -> list[Read]:
    """The reads in a trace, each once, in a fixed order."""
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return united([[of_json(json.loads(line)) for line in lines]])


def united(parts: Iterable[Iterable[Read]]) -> list[Read]:
    """The reads of several traces, each once, in a fixed order."""
    found = {_line(read): read for part in parts for read in part}
    return [found[line] for line in sorted(found)]


def _line(read: Read) -> str:
    return json.dumps(read, ensure_ascii=False, default=str)


def of_cells(path: Path, ends: Mapping[int, int], count: int) -> list[list[Read]]:
    """The reads in a trace by cell, of `count` cells; `ends` has its bytes after each that ran."""
    content = path.read_bytes() if path.is_file() else b""
    found: list[list[Read]] = []
    start = 0
    for cell in range(count):
        end = ends.get(cell, start)
        found.append([of_json(json.loads(line)) for line in content[start:end].splitlines()])
        start = end
    return found


def stale(cells: Sequence[Sequence[Read]]) -> set[int] | None:
    """The cells that would read something else now; None when others may be changed by that, too."""
    known: dict[str, bool] = {}
    found = set()
    for number, seen in enumerate(cells):
        for read in seen:
            key = json.dumps(read, default=str)
            if key not in known:
                known[key] = holds(read)
            if not known[key]:
                found.add(number)
                if read.door not in _leaves:
                    return None
    return found


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
    """Names, types and a hash a row of a table or series: text of it would take ten times as long."""
    from pandas.util import hash_pandas_object

    table = table.to_frame() if hasattr(table, "to_frame") else table
    types = [(str(name), str(kind)) for name, kind in table.dtypes.items()]
    yield repr([list(table.index.names), types]).encode()
    yield hash_pandas_object(table).to_numpy().tobytes()
