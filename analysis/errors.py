"""The errors a user can meet, each also a standard Python type.

Terms
-----
fault: one sentence that names the value that was wrong, the valid choices and the next step.
"""

from __future__ import annotations

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


def raise_faults(kind: type[SamverkanError], faults: Iterable[str]) -> None:
    """Raise `kind` with all `faults`, or return when there are none."""
    found = tuple(faults)
    if found:
        raise kind(*found)
