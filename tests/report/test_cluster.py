"""The same bytes from a Dask cluster, even when a worker is killed on the way."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from analysis import paths, regions
from analysis.errors import BuildError
from analysis.report import build, cluster
from analysis.report.plan import make_plan

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.xdist_group("reuse")  # the single report is built once


def start(*arguments, **environment):
    """A process of Dask; its PYTHONPATH alone says where the package is."""
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT.anchor,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


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


@contextmanager
def workers(address, number, **environment):
    """Workers of that scheduler, which knows them; all are gone at the end."""
    started = [
        start("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", **environment)
        for _ in range(number)
    ]
    # what a worker says is read on, or it would wait for a reader
    readers = [threading.Thread(target=process.stderr.read) for process in started]
    try:
        for process, reader in zip(started, readers, strict=True):
            next(line for line in iter(process.stderr.readline, "") if "Registered" in line)
            reader.start()
        yield started
    finally:
        for process, reader in zip(started, readers, strict=True):
            process.kill()
            process.wait(20)
            if reader.ident:
                reader.join(20)
            process.stderr.close()


KILL = """
import time
import psutil
if not mark.exists():
    mark.touch()
    worker = next(process for process in psutil.Process().parents()
                  if "distributed.cli.dask_worker" in process.cmdline())
    worker.kill()
    time.sleep(60)  # busy until it is killed itself
"""


def test_a_killed_worker_costs_a_retry_and_no_byte(
    scheduler, notebook, own_plan, content, tmp_path
):
    """The chapter kills the Dask worker that it runs on, the first time that it is run at all."""
    mark = tmp_path / "mark"
    own = notebook(
        tmp_path / "own.ipynb",
        "from pathlib import Path\nfrom analysis.exhibits import say",
        f"mark = Path({str(mark)!r})",
        KILL,
        "say(f'Kapitlet om {region} är klart.')",
    )
    codes = ("1863", "1864")
    with workers(scheduler, 2) as started:
        there = own_plan(own, codes=codes, scheduler=scheduler, out=tmp_path / "there")
        done = build.build(there)
        assert [result.errors for result in done] == [[], []]
        assert mark.exists()
        (killed,) = [process for process in started if process.poll() is not None]
        assert killed.returncode == -signal.SIGKILL
    here = own_plan(own, codes=codes, out=tmp_path / "here")
    build.build(here)
    for region in here.regions:
        assert content(there.out / region.key) == content(here.out / region.key)


def test_a_cluster_on_this_machine_gives_the_same_bytes(single, content, tmp_path):
    """Of the chapter with the most computed figures, by the workers of `--scheduler local`.

    The shelf is full, and the port of Dask's own choice is taken, as by another build.
    """
    whole = make_plan([regions.from_members(["1863"])], jobs=2, scheduler="local", out=tmp_path)
    plan = replace(
        whole,
        formats=("html",),
        chapters=tuple(part for part in whole.chapters if part[0] == "commuting"),
    )
    with socket.socket() as taken:
        with suppress(OSError):
            taken.bind(("", 8787))
            taken.listen()
        assert [result.errors for result in build.build(plan)] == [[]]
    mine, theirs = content(tmp_path / "hallefors"), content(single / "hallefors")
    same = [name for name in mine if name.startswith(("figures/", "notebooks/"))]
    assert len(same) > 10
    assert {name: mine[name] for name in same} == {name: theirs[name] for name in same}


def test_an_address_without_scheduler_is_one_error(samverkan, monkeypatch, tmp_path):
    done = samverkan("build", "kak", "--scheduler", "nowhere", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "write local or tcp://" in done.stderr
    assert "Traceback" not in done.stderr
    monkeypatch.setattr(cluster, "_PATIENCE", 0.5)
    with (
        pytest.raises(BuildError, match=r"no scheduler answers at .* start one with"),
        cluster.executor("tcp://127.0.0.1:9", 1),
    ):
        pass


def test_a_scheduler_without_workers_is_one_error(samverkan, scheduler, tmp_path):
    done = samverkan("build", "kak", "--scheduler", scheduler, "--out", tmp_path)
    assert done.returncode == 1
    assert "has no worker; start one with" in done.stderr
    assert not (tmp_path / "kak").exists()


def test_a_worker_with_other_data_or_without_the_package_is_named(samverkan, scheduler, tmp_path):
    (tmp_path / "updated").mkdir()
    (tmp_path / "updated" / "x.json").write_text("{}", encoding="utf-8")
    (tmp_path / "empty" / "analysis").mkdir(parents=True)
    (tmp_path / "empty" / "analysis" / "__init__.py").touch()
    with (
        workers(scheduler, 1, SAMVERKAN_DATA_DIR=str(tmp_path / "updated")),
        workers(scheduler, 1, PYTHONPATH=str(tmp_path / "empty")),
    ):
        done = samverkan("build", "kak", "--scheduler", scheduler, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "another data" in done.stderr
    assert "another set of packages" not in done.stderr
    assert "it cannot run samverkan (ModuleNotFoundError" in done.stderr
    assert "start the worker again" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("fact", cluster.facts())
def test_a_worker_is_refused_for_each_fact_that_differs(fact):
    expected = {**cluster.facts(), fact: "another"}
    assert cluster.difference(cluster.facts()) == ""
    assert re.fullmatch(rf"another {fact} \(.* instead of another\)", cluster.difference(expected))
    with pytest.raises(BuildError, match=f"another {fact} .* start the worker again"):
        cluster.run(expected, list)


def test_a_worker_whose_files_were_edited_since_it_began_is_refused(monkeypatch, tmp_path):
    """It has the old library and data in memory: the new files say nothing about it."""
    assert cluster.difference(cluster.facts()) == ""
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path))
    (tmp_path / "x.json").touch()
    assert cluster.difference(cluster.facts()).startswith("another data (")
