"""What lies beside a report: scenarios and investigations on its municipalities.

Terms
-----
way: such a report, with its result in one sentence, as it stands in its `build.json`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from analysis.regions import Region
from analysis.report.record import Record

KINDS = ("scenario", "investigation")  # chapters that such a report begins with


@dataclass(frozen=True)
class Way:
    """A scenario or an investigation; `address` leads there from a report beside it."""

    title: str
    result: str
    address: str


def beside(records: Iterable[tuple[str, Record]], region: Region) -> tuple[Way, ...]:
    """The ways among the reports of a folder (name, record) that are about the region.

    At least two of their municipalities are in it.
    """
    return tuple(
        Way(record.name, _result(record), f"../{quote(folder)}/report.html")
        for folder, record in records
        if record.chapters[0] in KINDS and len(set(record.members) & set(region.members)) >= 2
    )


def _result(record: Record) -> str:
    """Its first finding; of an investigation what it compares, too."""
    found = record.finding
    compares = f"{found.title}. " if record.chapters[0] == "investigation" and found.title else ""
    return f"{compares}{found.first}"
