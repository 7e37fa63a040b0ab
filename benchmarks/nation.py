"""Many reports on a municipality each: is the last as fast as the fifth, and are all cores busy?

Terms
-----
look: what was used at a moment: memory of all processes, and the cores of the machine since the
    look before.
course: how a run went on, in steps of as many reports each.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import measure
import psutil
from measure import Cost, Row, at_least, at_most

from analysis import regions, shelf
from analysis.report.build import build
from analysis.report.plan import make_plan

_WARM_UP = 4  # reports before throughput is looked at
_PAUSE = 4  # seconds between two looks at memory: each takes a twentieth of a second of a core


class Look(NamedTuple):
    """When, MB of all processes of the build, and per cent of all cores of the machine."""

    when: float
    memory: float
    cores: float


class Run(NamedTuple):
    """A build of `count` reports: when each was done, what was seen meanwhile, what it cost."""

    count: int
    done: list[float]
    seen: list[Look]
    used: Cost


class Step(NamedTuple):
    """A part of a run; `minutes` are those since the start at its end."""

    reports: int
    minutes: float
    seconds_each: float
    memory: float
    most_memory: float
    cores: float


class Watch(threading.Thread):
    """Looks at a process and all its descendants every few seconds.

    Shared pages count once (PSS): forks share most of theirs.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(daemon=True)
        self.process, self.seen = process, list[Look]()

    def run(self) -> None:
        top = psutil.Process(self.process.pid)
        psutil.cpu_percent()  # from now on
        while self.process.poll() is None:
            try:
                family = [top, *top.children(recursive=True)]
                memory = sum(map(_memory, family)) / 2**20
            except psutil.NoSuchProcess:
                return
            self.seen.append(Look(time.perf_counter(), memory, psutil.cpu_percent()))
            time.sleep(_PAUSE)


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0


def measured(count: int) -> Run:
    """Build `count` reports in all formats, with a store that holds nothing of an earlier run."""
    with tempfile.TemporaryDirectory() as folder:
        out, store = Path(folder, "reports"), Path(folder, "figures")
        process = subprocess.Popen(
            [sys.executable, measure.__file__, sys.executable, __file__, str(count), str(out)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, shelf.FOLDER: str(store)},
        )
        watch = Watch(process)
        watch.start()
        lines = process.communicate()[0].splitlines()
        watch.join()
    if process.returncode:
        raise SystemExit(f"the build of {count} reports failed")
    done = [float(line) for line in lines[:-1]]
    return Run(count, done, watch.seen, Cost(*json.loads(lines[-1])))


def course(run: Run, steps: int = 10) -> list[Step]:
    """The run in steps of as many reports each; the first has the start in it."""
    begun = before = run.seen[0].when
    found, made = [], 0
    for step in range(1, steps + 1):
        reports = round(step * len(run.done) / steps)
        end = run.done[reports - 1]
        looks = [look for look in run.seen if before <= look.when <= end]
        found.append(
            Step(
                reports,
                (end - begun) / 60,
                (end - before) / (reports - made),
                mean(look.memory for look in looks),
                max(look.memory for look in looks),
                mean(look.cores for look in looks),
            )
        )
        before, made = end, reports
    return found


def told(run: Run) -> str:
    """The course as a Markdown table."""
    lines = [
        "| reports | minutes | reports a minute | seconds a report | memory | most memory | cores busy |",
        "|---|---|---|---|---|---|---|",
    ]
    for step in course(run):
        lines.append(
            f"| {step.reports} | {step.minutes:.1f} | {60 / step.seconds_each:.1f} | "
            f"{step.seconds_each:.2f} | {step.memory:.0f} MB | {step.most_memory:.0f} MB | "
            f"{step.cores:.0f} % |"
        )
    return "\n".join(lines)


def rows(run: Run) -> list[Row]:
    """Throughput, memory and use of the cores."""
    count, done, seen, used = run
    steady = done[_WARM_UP:]
    half = len(steady) // 2
    middle, cores = steady[half], os.cpu_count() or 1
    early = [look.memory for look in seen if steady[0] <= look.when < middle]
    late = [look.memory for look in seen if middle <= look.when <= steady[-1]]
    return [
        Row(
            f"{count} reports: seconds a report, second half",
            (steady[-1] - middle) / (len(steady) - 1 - half),
            "first half, from the 5th",
            (middle - steady[0]) / half,
            at_most(1.1),
        ),
        Row(
            f"{count} reports: memory of all processes, second half",
            mean(late),
            "first half, from the 5th",
            mean(early),
            at_most(1.1),
            "MB",
        ),
        Row(
            f"{count} reports: processor time, start and end included",
            used.processor,
            f"the clock of {cores} cores",
            used.wall * cores,
            at_least(0.9),
        ),
    ]


def main() -> None:
    """Build reports on single municipalities and print the time when each was done."""
    count, out = int(sys.argv[1]), Path(sys.argv[2])
    codes = sorted(regions.municipalities())
    chosen = codes[:: len(codes) // count][:count]

    def tell(region: str, text: str) -> None:
        if text.startswith("built"):
            print(time.perf_counter(), flush=True)

    plan = make_plan([regions.from_members([code]) for code in chosen], out=out)
    if any(result.errors for result in build(plan, tell=tell)):
        sys.exit(1)


if __name__ == "__main__":
    main()
