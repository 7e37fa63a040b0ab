"""A process dies, or the disk fails it, at the n-th call that changes a file: strace sees them all.

What Python, Arrow and libc do is counted once, then each n is tried: the file or report is the old
one or the new one, whole, and the next call works and clears up.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRITING = "rename,renameat2,fsync,mkdir,rmdir,unlink,unlinkat,write"  # none is made by an import
CALLS = f"{WRITING},openat"
MOST = 24  # points that are tried of each kind, evenly spread
PATIENCE = 120


def traced(*options):
    return subprocess.run(
        ["strace", "-f", "-qq", "-o", os.devnull, *options, sys.executable, "-c", "pass"],
        capture_output=True,
        check=False,
    )


def can_trace():
    return shutil.which("strace") is not None and traced("-e", "trace=write").returncode == 0


pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not can_trace(), reason="strace is not there, or may not trace"),
]

# puts a small report in its place as a build does, and writes the index of the folder
PUT = """
import sys
from datetime import date
from pathlib import Path
from analysis import cli, regions
from analysis.report import build, index
from analysis.report.manifest import Inputs
from analysis.report.plan import Plan
from analysis.report.worker import Finished

def put():
    region = regions.from_members(["1863"])
    out = Path(sys.argv[1])
    plan = Plan((region,), (), ("html",), date(2026, 6, 30), out, 1)
    files = {f"figures/{n}.svg": sys.argv[2].encode() * 5000 for n in range(3)}
    files["report.html"] = sys.argv[2].encode()
    inputs = Inputs.of(plan)
    with build.staging(out) as folder:
        new = folder / region.key
        build.put(inputs, region, Finished(files, {}, [], {}), {}, new)
        build.swap(new, out / region.key)
        build._write_record(plan, [build.Result(region, "built")])
        index.write(out)

cli.cli.main = lambda **options: put()  # with what the command says of errors
cli.main([])
"""


def environment(tmp_path):
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "SAMVERKAN_USER_DIR": str(tmp_path / "user"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }


class Trial:
    """A command that changes files in a folder, run again and again with a fault at the n-th call."""

    def __init__(self, tmp_path, command):
        self.folder, self.command = tmp_path, command

    def run(self, *strace):
        line = [*(("strace", "-qq", *strace) if strace else ()), *self.command()]
        return subprocess.run(
            line,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=environment(self.folder),
        )

    def points(self, calls=CALLS):
        """Calls that concern the folder, as (name, how many of that name it is), at most MOST."""
        log = self.folder / "calls"
        assert self.run("-y", "-o", str(log), "-e", f"trace={calls}").returncode == 0
        counts, wanted = Counter(), []
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            name = line.partition("(")[0]
            counts[name] += 1
            if str(self.folder) in line:
                wanted.append((name, counts[name]))
        return wanted[:: -(-len(wanted) // MOST)]

    def fault(self, point, effect):
        name, n = point
        return self.run("-o", os.devnull, "-e", f"inject={name}:{effect}:when={n}")


def report_of(out):
    """What the report in `out` says, after a look at each of its files; None when there is none."""
    folder = out / "hallefors"
    if not folder.exists():
        return None
    facts = json.loads((folder / "build.json").read_text(encoding="utf-8"))
    said = (folder / "report.html").read_text(encoding="utf-8")
    assert all((folder / name).is_file() for name in facts["files"])
    assert {(folder / f"figures/{n}.svg").read_text(encoding="utf-8") for n in range(3)} == {
        said * 5000
    }
    return said


@pytest.fixture
def placing(tmp_path):
    said = iter(f"<p>{number}</p>" for number in range(10**6))
    return Trial(tmp_path, lambda: (sys.executable, "-c", PUT, str(tmp_path / "out"), next(said)))


def test_a_kill_at_each_call_that_puts_a_report_in_place(placing, record_property):
    out = placing.folder / "out"
    assert placing.run().returncode == 0
    points = placing.points()
    assert len(points) > 20
    record_property("cases", len(points))
    for n in points:
        before = report_of(out)
        assert placing.fault(n, "signal=SIGKILL").returncode != 0
        assert report_of(out) is not None, f"no report after call {n}"
        done = placing.run()
        assert done.returncode == 0, done.stderr
        assert report_of(out) != before
        assert {path.name for path in out.iterdir()} == {
            ".lock",
            "hallefors",
            "index.html",
            "build.json",
        }


@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_an_error_of_the_disk_at_each_call_that_puts_a_report_in_place(
    placing, error, record_property
):
    out = placing.folder / "out"
    assert placing.run().returncode == 0
    points = placing.points(WRITING)
    record_property("cases", len(points))
    for n in points:
        done = placing.fault(n, f"error={error}")
        assert done.returncode in (0, 1, 2)
        assert "Traceback" not in done.stderr, (n, done.stderr)
        assert report_of(out) is not None, f"no report after call {n}"
        assert placing.run().returncode == 0
        assert {path.name for path in out.iterdir()} == {
            ".lock",
            "hallefors",
            "index.html",
            "build.json",
        }


@pytest.mark.parametrize("effect", ["signal=SIGKILL", "error=ENOSPC"])
def test_a_fault_at_each_call_that_adds_a_region(tmp_path, effect, record_property):
    keys = iter(f"prov-{number}" for number in range(10**6))
    words = ("--name", "Prov", "--members", "1780")
    trial = Trial(
        tmp_path,
        lambda: (sys.executable, "-m", "analysis.cli", "regions", "add", next(keys), *words),
    )
    registry = tmp_path / "user" / "regions.toml"
    assert trial.run().returncode == 0
    points = trial.points(WRITING)
    assert points
    record_property("cases", len(points))
    for n in points:
        before = set(re.findall(r"^\[(.*)\]$", registry.read_text("utf-8"), re.M))
        trial.fault(n, effect)
        after = set(re.findall(r"^\[(.*)\]$", registry.read_text("utf-8"), re.M))
        assert before <= after, f"lost after call {n}"
        done = trial.run()
        assert done.returncode == 0, done.stderr
