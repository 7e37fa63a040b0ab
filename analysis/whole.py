"""Files that appear whole or not at all: the one way in which a file takes its place.

Terms
-----
beside: a new file in the folder of the one to write, which only this process can have made: its
    name says its owner and is nobody's guess, and a link that somebody laid there is not followed.
whole: written, on the disk, and then moved into place in one step, so that a reader, a second
    process or a power cut finds the old file or the new one.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path


def place_fault(folder: Path) -> str:
    """Why nothing can be written in `folder`, or where it would be made; "" when something can.

    It is tried: a right to write says nothing of /proc, or of a disk that can only be read.

    >>> place_fault(Path("/dev/null/reports"))
    "'/dev/null' is a file; name a folder"
    """
    place = folder.absolute()
    nearest = next(path for path in (place, *place.parents) if os.path.lexists(path))
    if not nearest.is_dir():
        return f"{str(nearest)!r} is a file; name a folder"
    try:
        with tempfile.TemporaryDirectory(prefix=".samverkan-", dir=nearest):
            return ""
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return ""  # no wrong input: whoever writes tells that the disk is full
        return f"{str(nearest)!r} cannot be written to; name another folder"


def file_fault(path: Path, suffix: str) -> str:
    """Why a file that ends in `suffix` cannot be written at `path`; "" when it can.

    >>> file_fault(Path("kak.txt"), ".csv"), file_fault(Path("no/such/kak.csv"), ".csv")
    ('it does not end in .csv; name such a file', 'the folder does not exist; make it first')
    """
    if path.suffix.lower() != suffix:
        return f"it does not end in {suffix}; name such a file"
    if path.is_dir():
        return "it is a folder; name a file in it"
    folder = path.absolute().parent
    return place_fault(folder) if folder.is_dir() else "the folder does not exist; make it first"


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
