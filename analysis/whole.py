"""Files that appear whole or not at all: the one way in which a file takes its place.

Terms
-----
beside: a new file in the folder of the one to write, which only this process can have made: its
    name says its owner and is nobody's guess, and a link that somebody laid there is not followed.
whole: written, on the disk, and then moved into place in one step, so that a reader, a second
    process or a power cut finds the old file or the new one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def beside(path: Path, *, lasting: bool = True) -> Iterator[Path]:
    """An empty file to write to, for a library that wants a path; after the block it is `path`.

    Nothing is left of it when the block raises. A file that was there keeps its permissions.
    Raises OSError when the folder cannot be written to.
    """
    new = path.with_name(f".samverkan-{os.getpid()}-{os.urandom(4).hex()}.tmp")
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        if path.exists():
            new.chmod(path.stat().st_mode)
        yield new
        if lasting:
            sync(new)
        new.replace(path)
        if lasting:
            sync(path.parent)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def write(path: Path, content: str | bytes, *, lasting: bool = True) -> None:
    """Put `content` (text as UTF-8) in the place of `path`; raises OSError when it cannot."""
    with beside(path, lasting=lasting) as new:
        new.write_bytes(_bytes(content))


def write_all(contents: Mapping[Path, str | bytes]) -> None:
    """All files are on the disk beside the old ones before the first takes its place."""
    with ExitStack() as stack:
        for path, content in contents.items():
            new = stack.enter_context(beside(path))
            new.write_bytes(_bytes(content))
            sync(new)  # a full disk may say so only here


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def sync(path: Path) -> None:
    """Have a file or folder written to the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:  # where folders cannot be opened (Windows)
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
