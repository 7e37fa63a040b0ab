"""What lies beside a report: scenarios and investigations on its municipalities.

Terms
-----
way: such a report, with its result in one sentence, as it stands in its `build.json`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from analysis.regions import Region

KINDS = ("scenario", "investigation")  # chapters that such a report begins with


@dataclass(frozen=True)
class Way:
    """A scenario or an investigation; `address` leads there from a report beside it."""

    title: str
    result: str
    address: str


def beside(records: Iterable[tuple[str, dict[str, Any]]], region: Region) -> tuple[Way, ...]:
    """The ways among the reports of a folder (name, record) that are about the region.

    At least two of their municipalities are in it.
    """
    return tuple(_way(name, record) for name, record in records if _is_about(record, region))


def _is_about(record: dict[str, Any], region: Region) -> bool:
    chapters, members = record.get("chapters"), record.get("members")
    if not isinstance(chapters, list) or not isinstance(members, list) or not chapters:
        return False
    common = [code for code in members if code in region.members]
    return chapters[0] in KINDS and len(common) >= 2


def _way(folder: str, record: dict[str, Any]) -> Way:
    finding = record.get("finding")
    result = finding.get("first", "") if isinstance(finding, dict) else ""
    return Way(str(record.get("name", folder)), str(result), f"../{quote(folder)}/report.html")
