"""The errors a user can meet, each also a standard Python type.

Terms
-----
fault: one sentence that names the value that was wrong, the valid choices and the next step.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable


class SamverkanError(Exception):
    """Base of every error this package raises on purpose; the command exits with `exit_code`."""

    exit_code = 1

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults: tuple[str, ...] = faults


class InputError(SamverkanError, ValueError):
    """Wrong input from the user: all faults of one input together, exit code 2."""

    exit_code = 2


class DataError(SamverkanError, ValueError):
    """A table does not keep the contract of the catalogue; every fault is listed."""


class NotFetchedError(DataError):
    """A dataset is not in the snapshot and has not been fetched."""


class SourceError(SamverkanError, RuntimeError):
    """A source could not be read, or is no longer what the catalogue says; exit code 1."""


class BuildError(SamverkanError, RuntimeError):
    """A report could not be built; says which chapter, which cell and why."""


_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "your share of the disk is used up; free some space",
    errno.EFBIG: "the file would be larger than may be written here (ulimit -f)",
    errno.EROFS: "the disk can only be read; name another folder",
    errno.EACCES: "you may not write or read there; name another folder or ask for the right",
    errno.EPERM: "you may not do that there; name another folder or ask for the right",
    errno.ENAMETOOLONG: "the path is too long; name a shorter one",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n) or use one process",
    errno.ENFILE: "too many files are open on this machine; close other programs",
    errno.ENOMEM: "there is no memory left; close other programs or use one process",
    errno.EAGAIN: "no further process can be started; close other programs or use one process",
}


def in_words(error: BaseException) -> str:
    """One line on any error: what an error of the system means, and the next step.

    >>> in_words(OSError(errno.ENOSPC, "No space left on device", "reports/kak"))
    "'reports/kak': the disk is full; free some space"
    >>> in_words(KeyError("x"))
    "KeyError: 'x'"
    """
    remedy = _remedy(error)
    if not remedy:
        plain = isinstance(error, SamverkanError)
        return " ".join((str(error) if plain else f"{type(error).__name__}: {error}").split())
    place = f"{error.filename!r}: " if isinstance(error, OSError) and error.filename else ""
    return place + remedy


def has_remedy(error: BaseException) -> bool:
    """True when `in_words` says what to do about an error of the system.

    >>> has_remedy(MemoryError()), has_remedy(KeyError("x"))
    (True, False)
    """
    return bool(_remedy(error))


def _remedy(error: BaseException) -> str:
    number = errno.ENOMEM if isinstance(error, MemoryError) else getattr(error, "errno", None)
    return _REMEDIES.get(number or 0, "")


def raise_faults(kind: type[SamverkanError], faults: Iterable[str]) -> None:
    """Raise `kind` with all `faults`, or return when there are none.

    >>> raise_faults(InputError, [])
    >>> raise_faults(InputError, ["no members; name one", "no name; give one"])
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: no members; name one
    no name; give one
    """
    found = tuple(faults)
    if found:
        raise kind(*found)
