"""What this user's processes wrote themselves, and know again: a key, seals, and careful reading.

Terms
-----
seal: a digest with a key that lies in the user's own folder; nobody else can make it.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path

from analysis import paths, whole

_KEY_BYTES = 32
_FLAGS = ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY")  # those that the platform has


def seal(data: bytes) -> str:
    """The seal of `data`; "" when there is no key and none can be made."""
    return hmac.digest(_key(), data, "sha256").hex() if _key() else ""


def same(found: str, ours: str) -> bool:
    """True when `found` is the seal that was made now; never where there is no key."""
    return ours != "" and hmac.compare_digest(found.encode(), ours.encode())


def content(path: Path, most: int | None = None) -> bytes | None:
    """What a file holds; None when there is a folder, link, pipe, socket or device, or over `most` bytes.

    Nobody waits for the other end of a pipe here.
    """
    flags = sum(getattr(os, name, 0) for name in _FLAGS)
    try:
        handle = os.open(path, os.O_RDONLY | flags)
    except OSError:
        return None
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or (most is not None and found.st_size > most):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read()


@cache
def _key() -> bytes:
    """The user's own key, made when it is first needed; b"" where nothing can be written."""
    path = paths.own_key()
    with suppress(OSError):
        if len(content(path) or b"") != _KEY_BYTES:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole.beside(path) as new:
                new.chmod(0o600)
                new.write_bytes(secrets.token_bytes(_KEY_BYTES))
    return content(path) or b""
