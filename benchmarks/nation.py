"""Many reports on a municipality each: is the last as fast as the fifth, and are all cores busy?"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import mean

import measure
import psutil
from measure import Cost, Row, at_least, at_most

from analysis import regions
from analysis.report.build import build
from analysis.report.plan import make_plan

_WARM_UP = 4  # reports before throughput is looked at


class Watch(threading.Thread):
    """Takes the memory of a process and of all its descendants every second, in MB.

    Shared pages count once (PSS): forks share most of theirs.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(daemon=True)
        self.process, self.seen = process, list[tuple[float, float]]()

    def run(self) -> None:
        top = psutil.Process(self.process.pid)
        while self.process.poll() is None:
            try:
                family = [top, *top.children(recursive=True)]
                self.seen.append((time.perf_counter(), sum(map(_memory, family)) / 2**20))
            except psutil.NoSuchProcess:
                return
            time.sleep(1)


def _memory(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0


def rows(count: int) -> list[Row]:
    """Throughput, memory and use of the cores for `count` reports in all formats."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, measure.__file__, sys.executable, __file__, str(count), folder],
            stdout=subprocess.PIPE,
            text=True,
        )
        watch = Watch(process)
        watch.start()
        lines = process.communicate()[0].splitlines()
        watch.join()
    if process.returncode:
        raise SystemExit(f"the build of {count} reports failed")
    done = [float(line) for line in lines[:-1]]
    return _rows(count, done, watch.seen, Cost(*json.loads(lines[-1])))


def _rows(
    count: int, done: list[float], memory: list[tuple[float, float]], used: Cost
) -> list[Row]:
    steady = done[_WARM_UP:]
    half = len(steady) // 2
    middle, cores = steady[half], os.cpu_count() or 1
    early = [amount for when, amount in memory if steady[0] <= when < middle]
    late = [amount for when, amount in memory if middle <= when <= steady[-1]]
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
