"""Put what was built in the place of what was there, so that a power cut finds one of the two."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from analysis import whole

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2)


def swapped(one: Path, other: Path) -> bool:
    """Let two paths change places in one step; False where the platform or disk cannot."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None or not (one.exists() and other.exists()):
        return False
    done = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0
    if done:
        for folder in {one.parent, other.parent}:
            whole.sync(folder)
    return done


def make_durable(folder: Path) -> None:
    """Have every file and folder in `folder` written to the disk before it takes its place."""
    for path in [*folder.rglob("*"), folder]:
        whole.sync(path)
