"""Processes of a build are killed, stopped or starved: no hang, no orphan, no half report."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.faults,
    pytest.mark.xdist_group("kills"),
    pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="looks into /proc"),
]
PATIENCE = 60  # seconds after which a build hangs


def command_of(tmp_path):
    """The words of a build of one municipality."""
    words = (sys.executable, "-m", "analysis.cli", "build", "1863", "--format", "html")
    return [*words, "--out", str(tmp_path / "out")]


@pytest.fixture
def short():
    """A temporary folder for the build: pytest's own have too long names for sockets."""
    with tempfile.TemporaryDirectory(prefix="sv-") as name:
        yield Path(name)


@pytest.fixture
def started(tmp_path, short):
    """A build of one municipality in a session of its own; its standard output is a pipe."""
    process = subprocess.Popen(
        [*command_of(tmp_path), "--force"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(short)},
    )
    yield process
    for pid in family(process.pid):
        os.kill(pid, signal.SIGKILL)


def stat(pid):
    """State, parent and session of a process; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1]), int(fields[3])


def family(session):
    """The living processes of a session, and of the kernels that left it."""
    known = {int(path.name): stat(path.name) for path in Path("/proc").glob("[0-9]*")}
    alive = {pid: found for pid, found in known.items() if found and found[0] not in "ZX"}
    members = {pid for pid, found in alive.items() if found[2] == session}
    while grown := {pid for pid, found in alive.items() if found[1] in members} - members:
        members |= grown
    return members


def role(pid):
    """What a process of a build is: the build, the warm process, a worker, a nursery, a kernel."""
    depth, name = 0, ""
    while (found := stat(pid)) and not name:
        line = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        if "analysis.cli" in line:
            return ("build", "warm", "worker", "nursery", "kernel")[depth]
        if "resource_tracker" in line:
            return "tracker"
        pid, depth = found[1], depth + 1
    return name


def wait_for(process, wanted):
    """The number of the first process with a role."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for pid in sorted(family(process.pid)):
            if role(pid) == wanted:
                return pid
        time.sleep(0.02)
    raise AssertionError(f"there was no {wanted}")


def ended(process):
    """What the build said; fails when it, or who holds its output, does not end."""
    output, _ = process.communicate(timeout=PATIENCE)
    end = time.monotonic() + 10  # those that end with their parent do so a moment later
    while family(process.pid):
        assert time.monotonic() < end, "a process is left behind"
        time.sleep(0.02)
    return output


def whole(tmp_path):
    """What lies in the reports' folder besides the lock and the finished files."""
    out = tmp_path / "out"
    assert not [path for path in out.glob(".*") if path.name != ".lock"]
    return (out / "hallefors" / "build.json").is_file()


@pytest.mark.parametrize("victim", ["warm", "worker", "nursery", "kernel"])
@pytest.mark.parametrize("delay", [0.0, 0.7])
def test_a_killed_process_costs_a_retry(started, tmp_path, victim, delay):
    pid = wait_for(started, victim)
    time.sleep(delay)
    if stat(pid):
        os.kill(pid, signal.SIGKILL)
    said = ended(started)
    assert started.returncode == 0, said
    assert "Traceback" not in said
    assert whole(tmp_path)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("delay", [0.4, 1.5, 3.0])
def test_a_stopped_build_says_so_in_one_line(started, tmp_path, name, delay):
    time.sleep(delay)
    number = getattr(signal, name)
    if name == "SIGINT":  # a terminal sends it to all
        os.killpg(started.pid, number)
    else:
        os.kill(started.pid, number)
    said = ended(started)
    assert started.returncode == 1
    assert said.splitlines()[-1] == "error: stopped; nothing half-written is left"
    assert "Traceback" not in said
    assert not whole(tmp_path)


@pytest.mark.parametrize("delay", [0.5, 2.0, 4.0])
def test_a_killed_build_leaves_no_process_and_the_next_clears_up(started, tmp_path, short, delay):
    time.sleep(delay)
    os.kill(started.pid, signal.SIGKILL)
    ended(started)
    again = subprocess.run(
        command_of(tmp_path),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(short)},
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert whole(tmp_path)
    assert [
        path.name for path in short.glob("samverkan-*-*") if re.match(r"samverkan-\d+-", path.name)
    ] == []


def run(tmp_path, *arguments, code="", **environment):
    """A build in which `code` runs when the warm process begins."""
    site = tmp_path / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(code, encoding="utf-8")
    return subprocess.run(
        [*command_of(tmp_path), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}", **environment},
    )


BROKEN = """
import sys
if any("forkserver" in word for word in sys.orig_argv):
    import analysis.catalog
    def broken(*given):
        raise {raised}
    import analysis.loaders.tables
    analysis.loaders.tables.edition = broken
"""


@pytest.mark.parametrize(
    "raised",
    [
        "OverflowError('value out of range')",
        "OSError('no library')",
        "RuntimeError('broken\\nfont')",
    ],
)
def test_whatever_is_raised_at_the_start_is_one_line(tmp_path, raised):
    done = run(tmp_path, code=BROKEN.format(raised=raised))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: no worker could start: ")


def test_a_temporary_folder_with_a_long_name_is_said(tmp_path):
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    done = run(tmp_path, TMPDIR=str(deep))
    assert done.returncode == 1
    assert "too long a name for sockets" in done.stderr
    assert "Traceback" not in done.stderr
