"""Replies kept on disk while an update runs, and what a full disk is in words.

Terms
-----
kept reply: one that was fetched and checked in a run that did not end; the next run uses it.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis import paths, whole
from analysis.errors import SourceError

FOLDER = ".kept"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def room(folder: Path) -> Iterator[None]:
    """A full disk or a folder that may not be written to, in words."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise SourceError(
                f"the disk of {folder} is full; the data you have is untouched, "
                "make room or choose another folder with --data-dir"
            ) from error
        raise SourceError(
            f"{folder} cannot be written to ({error.strerror}); whoever keeps it can "
            "update it, or choose another folder with --data-dir"
        ) from error


class Store:
    """Keeps nothing: for a fetch that is not to leave anything behind."""

    def get(self, name: Any) -> Any:
        """The reply kept under `name`, or None."""
        return None

    def put(self, name: Any, document: Any) -> None:
        """Keep a reply."""


class KeptReplies(Store):
    """Replies on disk by a name that says what was asked of whom, and of which edition."""

    def __init__(self, key: str) -> None:
        self.folder = paths.user_data() / FOLDER / key

    def __len__(self) -> int:
        return len(list(self.folder.glob("*.json.gz")))

    def _path(self, name: Any) -> Path:
        text = json.dumps(name, sort_keys=True, ensure_ascii=False)
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json.gz"

    def get(self, name: Any) -> Any:
        """The reply kept under `name`, or None; one that cannot be read counts as not there."""
        try:
            return json.loads(gzip.decompress(self._path(name).read_bytes()))
        except (OSError, EOFError, ValueError):
            return None

    def put(self, name: Any, document: Any) -> None:
        """Keep a reply, whole or not at all."""
        with room(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            whole.write(self._path(name), gzip.compress(json.dumps(document).encode(), 1))

    def clear(self) -> None:
        """Forget all replies: the dataset is in use."""
        shutil.rmtree(self.folder, ignore_errors=True)
