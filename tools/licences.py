"""Write docs/licences.md: the licence of each package that Samverkan runs on, as it states it.

Terms
-----
runs on: what `requirements/run.txt` locks; tools of development are not listed.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
_PIN = re.compile(r"^([\w.-]+)==\S+ \\$", re.MULTILINE)  # without a condition of the platform
_HEAD = """# Licences

Samverkan itself: MIT. The packages that it runs on, with the licence that each one states. Made by
`make lock`; a test keeps it whole and refuses a licence that has not been looked at.

| package | licence |
|---|---|
"""


def packages() -> list[str]:
    """The packages that every platform and Python needs."""
    return _PIN.findall((ROOT / "requirements" / "run.txt").read_text(encoding="utf-8"))


def licence(package: str) -> str:
    """What the installed package states: an SPDX expression, a classifier, or a short text."""
    found = metadata.metadata(package)
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in found.get_all("Classifier") or []
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    stated = (found.get("License") or "").strip()
    short = stated if 0 < len(stated) < 60 and "\n" not in stated else ""
    return found.get("License-Expression") or ", ".join(classifiers) or short or "not stated"


def page() -> str:
    """The text of docs/licences.md."""
    return _HEAD + "".join(f"| {name} | {licence(name)} |\n" for name in packages())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
