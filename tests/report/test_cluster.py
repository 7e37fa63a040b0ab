"""The same bytes from a Dask cluster, even when a worker is killed on the way."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def content(folder):
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "build.json"}


def start(*arguments, **environment):
    return subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_" + arguments[0],
                             *arguments[1:]], stderr=subprocess.PIPE, text=True,
                            env={**os.environ, "PYTHONPATH": str(ROOT), **environment})


@pytest.fixture
def scheduler():
    """A real scheduler in a process of its own; yields its address."""
    process = start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    lines = iter(process.stderr.readline, "")
    address = next(found[0] for line in lines if (found := re.search(r"tcp://[\d.:]+\d", line)))
    yield address
    process.terminate()
    process.stderr.close()
    process.wait(20)


def worker(address):
    return start("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")


@pytest.mark.xdist_group("build")
def test_a_killed_worker_costs_a_retry_and_no_byte(samverkan, scheduler, tmp_path):
    here = samverkan("build", "--members", "1863", "--out", tmp_path / "here", "--jobs", 1)
    assert here.returncode == 0, here.stderr
    first, second = worker(scheduler), worker(scheduler)
    command = [sys.executable, "-m", "analysis.cli", "build", "--members", "1863", "--scheduler",
               scheduler, "--out", str(tmp_path / "there")]
    build = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        said = build.stderr.readline()
        assert "done in" in said, said
        assert build.poll() is None
        first.send_signal(signal.SIGKILL)
        rest = build.stderr.read()
        assert build.wait(200) == 0, rest
    finally:
        for process in (build, first, second):
            process.kill()
            process.wait(20)
            process.stderr.close()
    assert content(tmp_path / "there" / "hallefors") == content(tmp_path / "here" / "hallefors")


@pytest.mark.parametrize(("address", "code", "said"), [
    ("nowhere", 2, "write local or tcp://"), ("tcp://127.0.0.1:9", 1, "no scheduler answers"),
])
def test_an_address_without_scheduler_is_one_error(samverkan, tmp_path, address, code, said):
    done = samverkan("build", "kak", "--scheduler", address, "--out", tmp_path / "out")
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_scheduler_without_workers_is_one_error(samverkan, scheduler, tmp_path):
    done = samverkan("build", "kak", "--scheduler", scheduler, "--out", tmp_path)
    assert done.returncode == 1
    assert "has no worker; start one with" in done.stderr
    assert not (tmp_path / "kak").exists()


def test_a_worker_with_other_data_is_named(samverkan, scheduler, tmp_path):
    (tmp_path / "updated").mkdir()
    (tmp_path / "updated" / "x.json").write_text("{}", encoding="utf-8")
    other = start("worker", scheduler, "--nthreads", "1", "--no-nanny", "--no-dashboard",
                  SAMVERKAN_DATA_DIR=str(tmp_path / "updated"))
    try:
        next(line for line in iter(other.stderr.readline, "") if "Registered" in line)
        time.sleep(0.5)
        done = samverkan("build", "kak", "--scheduler", scheduler, "--out", tmp_path / "out")
    finally:
        other.kill()
        other.wait(20)
        other.stderr.close()
    assert done.returncode == 1
    assert "another data" in done.stderr
    assert "another set of packages" not in done.stderr
