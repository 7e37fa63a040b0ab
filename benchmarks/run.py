"""What things cost, each against a stated peer in the same run: `make bench`.

Every line is a ratio, so that it means the same on a slow and on a fast machine; below 1 ours is
smaller than the peer. Seconds are processor time, but for whole commands, which are by the clock.
With `--full` 290 municipalities are built instead of 30, and their course is told in a section of
its own; with `--record` the table becomes `docs/performance.md`, which keeps the section of the last
full run. Run it on a machine that does nothing else.
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
from measure import Row, run

RECORD = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
INTRODUCTION = """# Performance

Measured on {date} on {machine}, with {count} of the 290 single-municipality reports.

Each line is a ratio to a peer in the same run, so it means about the same on another machine.
Below 1 ours is smaller than the peer. Seconds are processor time; those of whole commands and of
reports are by the clock. `benchmarks/` says line by line how it is done.
"""
NATION = """## The nation

Measured on {date} on {machine}, commit {commit}: {count} reports in all formats, one a municipality.

{rows}

Its course, in steps of as many reports each. Memory is that of all processes, shared pages once, as
it was on average and at most in the step; cores are those of the machine.

{course}
"""
_HEADING, _ = NATION.split("\n", 1)


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
    full = "--full" in sys.argv[1:]
    print(machine(), file=sys.stderr)
    before, many = [*builds.rows(), *preview.rows()], nation.measured(290 if full else 30)
    rows = [*before, *nation.rows(many), *metrics.rows(), *explorer.rows(), *update.rows()]
    print(table(rows))
    if full:
        print(nation.told(many))
    if "--record" in sys.argv[1:]:
        RECORD.write_text(recorded(rows, many, full=full), encoding="utf-8")
    sys.exit(verdict(rows))


def recorded(rows: list[Row], many: nation.Run, *, full: bool) -> str:
    """`docs/performance.md`; the section of an earlier full run stays when this is none."""
    about = {"date": date.today().isoformat(), "machine": machine(), "count": many.count}
    before = RECORD.read_text(encoding="utf-8") if RECORD.is_file() else ""
    section = before[before.index(_HEADING) :] if _HEADING in before else ""
    if full:
        section = NATION.format(
            **about, commit=_commit(), rows=table(nation.rows(many)), course=nation.told(many)
        )
    text = f"{INTRODUCTION.format(**about)}\n{table(rows)}\n"
    return f"{text}\n{section}" if section else text


def _commit() -> str:
    return run("git", "rev-parse", "--short", "HEAD", cwd=str(RECORD.parent)).strip()


def verdict(rows: list[Row]) -> str | int:
    """What the process ends with: the targets that were missed, or 0."""
    missed = [row.what for row in rows if row.missed]
    return f"missed: {'; '.join(missed)}" if missed else 0


if __name__ == "__main__":
    main()
