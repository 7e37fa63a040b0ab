"""How things are measured: the smallest of several calls, and a command with all it starts.

`python benchmarks/measure.py COMMAND ...` runs a command and prints what it cost as JSON on its
last line.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

_CHILD_SUBREAPER = 36  # of prctl: orphans come to this process, so that their time is counted


class Target(NamedTuple):
    """What is aimed at, in words, and whether ours and the peer's are there."""

    text: str
    holds: Callable[[float, float], bool]


def at_most(ratio: float) -> Target:
    """Ours is at most so many times the peer's."""
    return Target(f"at most {ratio:g}", lambda ours, theirs: ours <= ratio * theirs)


def at_least(ratio: float) -> Target:
    """Ours is at least so many times the peer's."""
    return Target(f"at least {ratio:g}", lambda ours, theirs: ours >= ratio * theirs)


def under(seconds: float) -> Target:
    """Ours is shorter than so many seconds, whatever the peer's."""
    return Target(f"under {seconds:g} s", lambda ours, theirs: ours < seconds)


class Row(NamedTuple):
    """One line of the table: ours against a peer, both in `unit`."""

    what: str
    ours: float
    peer: str
    theirs: float
    target: Target | None = None
    unit: str = "s"

    @property
    def verdict(self) -> str:
        """The target and whether it was met; nothing without a target."""
        if self.target is None:
            return ""
        return f"{self.target.text}: {'MISSED' if self.missed else 'met'}"

    @property
    def missed(self) -> bool:
        """True when there is a target that was not met."""
        return self.target is not None and not self.target.holds(self.ours, self.theirs)


class Cost(NamedTuple):
    """Seconds by the clock and of processor time of a command and of all that it started."""

    wall: float
    processor: float


def smallest(
    call: Callable[[], object], clock: Callable[[], float] = time.process_time, *, runs: int = 5
) -> float:
    """Seconds by `clock` that a call takes, the smallest of `runs`."""
    found = []
    for _ in range(runs):
        start = clock()
        call()
        found.append(clock() - start)
    return min(found)


def wall_time(*command: str, runs: int = 5, **where: str) -> float:
    """Seconds by the clock of a whole process, the smallest of `runs`."""
    return smallest(lambda: run(*command, **where), time.perf_counter, runs=runs)


def run(*command: str, cwd: str | None = None, **environment: str) -> str:
    """What a command prints; its error output is shown when it fails."""
    usual = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }  # modules are compiled once, as they usually are
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env={**usual, **environment}
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def cost(*command: str, cwd: str | None = None, **environment: str) -> Cost:
    """What a command costs, with every process that it starts."""
    said = run(sys.executable, __file__, *command, cwd=cwd, **environment)
    return Cost(*json.loads(said.splitlines()[-1]))


def main() -> None:
    """Run the command that was given and wait for all that it leaves behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
    start = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:])
    code = None
    while True:
        try:
            pid, status = os.wait()
        except ChildProcessError:
            break
        if pid == process.pid:
            code = os.waitstatus_to_exitcode(status)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps([time.perf_counter() - start, used.ru_utime + used.ru_stime]))
    sys.exit(code)


if __name__ == "__main__":
    main()
