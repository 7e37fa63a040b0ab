"""What things cost, each against a stated peer in the same run: `make bench`.

Every line is a ratio, so that it means the same on a slow and on a fast machine; below 1 ours is
smaller than the peer. Seconds are processor time, but for whole commands, which are by the clock.
With `--full` 290 municipalities are built instead of 30; with `--record` the table becomes
`docs/performance.md`. Run it on a machine that does nothing else.
"""

import os
import platform
import re
import sys
from datetime import date
from pathlib import Path

import builds
import explorer
import metrics
import nation
import preview
import psutil
import update
from measure import Row

RECORD = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
INTRODUCTION = """# Performance

Measured on {date} on {machine}, with {count} of the 290 single-municipality reports.

Each line is a ratio to a peer in the same run, so it means about the same on another machine.
Below 1 ours is smaller than the peer. Seconds are processor time; those of whole commands and of
reports are by the clock. `benchmarks/` says line by line how it is done.
"""


def machine() -> str:
    """The machine in words."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    found = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def table(rows: list[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | ours | peer | peer's | ratio | target |", "|---|---|---|---|---|---|"]
    for row in rows:
        lines.append(
            f"| {row.what} | {_amount(row.ours)} {row.unit} | {row.peer} | "
            f"{_amount(row.theirs)} {row.unit} | {row.ours / row.theirs:.2f} | "
            f"{row.verdict} |"
        )
    return "\n".join(lines)


def _amount(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def main() -> None:
    """Print one table; `--record` also keeps it."""
    count = 290 if "--full" in sys.argv[1:] else 30
    print(machine(), file=sys.stderr)
    rows = [
        *builds.rows(),
        *preview.rows(),
        *nation.rows(count),
        *metrics.rows(),
        *explorer.rows(),
        *update.rows(),
    ]
    print(table(rows))
    if "--record" in sys.argv[1:]:
        text = INTRODUCTION.format(date=date.today().isoformat(), machine=machine(), count=count)
        RECORD.write_text(f"{text}\n{table(rows)}\n", encoding="utf-8")
    sys.exit(verdict(rows))


def verdict(rows: list[Row]) -> str | int:
    """What the process ends with: the targets that were missed, or 0."""
    missed = [row.what for row in rows if row.missed]
    return f"missed: {'; '.join(missed)}" if missed else 0


if __name__ == "__main__":
    main()
