"""Reads a guide as a person does: which files to write, which commands to type, what to expect."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WRITE = re.compile(r"[Ww]rite `([^`]+)`")


@dataclass(frozen=True)
class Step:
    """One fenced block of a guide: its language, text, and the words before it."""

    language: str
    text: str
    before: str

    @property
    def file(self):
        """The file that the words before the block say to write, if they do."""
        named = _WRITE.findall(self.before)
        return named[-1] if named else None


def steps(guide):
    """The fenced blocks of a guide in their order, each with the words since the one before."""
    text, found, end = (ROOT / guide).read_text(encoding="utf-8"), [], 0
    for match in _BLOCK.finditer(text):
        found.append(Step(match[1], match[2], text[end : match.start()]))
        end = match.end()
    return found


def environment(house):
    """The house's own code first, and its commands on the path."""
    return {
        **os.environ,
        "PYTHONPATH": str(house),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def shell(text, house):
    """Run a block of commands; stops at the first that fails."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=house,
        text=True,
        capture_output=True,
        env=environment(house),
        timeout=400,
    )


def write(step, house):
    """Write the file of a step as the guide says."""
    path = house / step.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(step.text, encoding="utf-8")
