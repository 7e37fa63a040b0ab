"""Temporary folders that name their owner, so that those of a killed one can be cleared away."""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from analysis.errors import BuildError

_LONGEST_SOCKET = 107  # bytes of the path of a Unix socket
_HANDLES = 256  # open files that a worker with its kernel may need
_OWN_PART = 40  # of them for "/samverkan-4194304-xxxxxxxx/kernel-5"
_NAME = re.compile(r"samverkan-(\d+)-.+")


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder for this process, gone after the block."""
    with tempfile.TemporaryDirectory(prefix=f"samverkan-{os.getpid()}-") as name:
        yield Path(name)


def check_sockets() -> None:
    """Raise BuildError when the temporary folder has too long a name for the sockets in it."""
    place = tempfile.gettempdir()
    if hasattr(socket, "AF_UNIX") and len(os.fsencode(place)) > _LONGEST_SOCKET - _OWN_PART:
        raise BuildError(
            f"the temporary folder {place!r} has too long a name for sockets; "
            "name a shorter one by the variable TMPDIR"
        )


def check_handles() -> None:
    """Let this process and its children open files enough; raises BuildError when they may not."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _HANDLES:
        if hard != resource.RLIM_INFINITY and hard < _HANDLES:
            raise BuildError(
                f"only {hard} files may be open at a time; allow {_HANDLES} (ulimit -n {_HANDLES})"
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (_HANDLES, hard))


def clear_abandoned() -> None:
    """Remove the folders of processes of ours that are no more."""
    for path in Path(tempfile.gettempdir()).glob("samverkan-*"):
        owner = _NAME.fullmatch(path.name)
        with suppress(OSError):  # another user's, or gone by now
            if owner and not _runs(int(owner[1])) and not path.is_symlink() and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it runs and belongs to somebody else
        return True
    return not _has_ended(pid)


def _has_ended(pid: int) -> bool:
    """True of what was killed just now and still has its number, where the system tells that."""
    try:
        found = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return found.rpartition(")")[2].split()[:1] in (["Z"], ["X"])
