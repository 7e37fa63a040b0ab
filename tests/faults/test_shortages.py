"""A machine that has too little of something: one line that says what, and nothing half-written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ["build", "1863", "--only", "commuting", "--format", "html", "--jobs", "1", "--out", "out"]
PATIENCE = 300
pytestmark = [
    pytest.mark.faults,
    pytest.mark.xdist_group("shortages"),
    pytest.mark.skipif(sys.platform != "linux", reason="sets limits by a shell"),
]


@pytest.fixture
def command(tmp_path):
    """Run the command in `tmp_path` under a limit of the shell."""

    def run(*words, limit="true", streams="", **environment):
        call = " ".join([sys.executable, "-m", "analysis.cli", *words])
        return subprocess.run(
            ["bash", "-c", f"{limit} && exec {call} {streams}"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "XDG_STATE_HOME": str(tmp_path / "state"),
                **environment,
            },
        )

    return run


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 300 kB in `tmp_path/disk`, where this process may make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("may not mount a disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_is_said_and_nothing_is_left(command, small_disk):
    done = command(*BUILD[:-1], str(small_disk / "out"))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("the disk is full; free some space")
    assert "Traceback" not in done.stderr
    assert not (small_disk / "out" / "hallefors").exists()
    assert not [path for path in (small_disk / "out").glob(".*") if path.name != ".lock"]


@pytest.mark.parametrize(
    "words",
    [
        ("regions", "add", "prov", "--name", "Prov", "--members", "1780"),
        tuple(BUILD[:-1]),
        ("data", "export", "margins", "--year", "2021", "--out"),
        (
            "investigation",
            "new",
            "prov",
            "--members",
            "1983,1984",
            "--service",
            "vaxel",
            "--parent",
        ),
    ],
)
def test_a_disk_that_can_only_be_read_is_said(command, small_disk, words):
    place = small_disk / ("x.csv" if words[0] == "data" else "out")
    if words[0] == "investigation":
        place = small_disk
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    given = (*words, str(place)) if words[-1].startswith("--") else words
    done = command(*given, SAMVERKAN_USER_DIR=str(small_disk / "own"))
    assert done.returncode in (1, 2)
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert "--debug" not in line


def test_few_open_files_are_said(command):
    done = command(*BUILD, limit="ulimit -n 24")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "only 24 files may be open at a time" in line


def test_a_soft_limit_of_open_files_is_raised(command):
    assert command(*BUILD, limit="ulimit -S -n 24").returncode == 0


def test_no_memory_is_said(command, tmp_path):
    done = command(*BUILD, limit="ulimit -v 700000")
    assert done.returncode == 1
    assert "memory" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "hallefors").exists()


def test_a_limit_on_the_size_of_files_is_said(command, tmp_path):
    done = command(*BUILD, limit="ulimit -f 100")
    assert done.returncode == 1
    assert "larger than may be written here" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "out" / "hallefors").exists()


@pytest.mark.parametrize("streams", ["2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_stop_nobody(command, tmp_path, streams):
    done = command(*BUILD, streams=streams)
    assert done.returncode == 0
    assert (tmp_path / "out" / "hallefors" / "report.html").is_file()


def test_a_home_where_nothing_can_be_written_makes_no_noise(command):
    done = command(
        *BUILD, HOME="/proc/none", XDG_STATE_HOME="", XDG_CONFIG_HOME="", XDG_CACHE_HOME=""
    )
    assert done.returncode == 0, done.stderr
    assert all(line.startswith("hallefors: ") for line in done.stderr.splitlines()), done.stderr


def test_too_long_a_path_is_said(command):
    done = command(*BUILD[:-1], "a" * 300)
    assert done.returncode == 2
    assert "too long a path" in done.stderr
