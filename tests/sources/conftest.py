"""Servers as real processes, and a data folder of one's own for each test."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from analysis import paths
from analysis.update import update

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """A running server: its addresses, the faults it is to play, the calls it got."""

    def __init__(self, *options):
        command = [sys.executable, str(Path(__file__).parent / "server.py"), *map(str, options)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.root = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"
        self.urls = {
            "scb": f"{self.root}/api/v2",
            "kolada": f"{self.root}/v3",
            "geodata": f"{self.root}/geoserver/stat/wfs",
        }
        self._wait()

    def _wait(self):
        """Until it answers: the port is known a moment before."""
        for _ in range(100):
            try:
                requests.get(f"{self.root}/_calls", timeout=10)
                return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    @property
    def options(self):
        """The addresses as options of the command."""
        return [
            part
            for name, url in self.urls.items()
            for part in ("--base-url", url if name == "scb" else f"{name}={url}")
        ]

    def fault(self, kind, table=None, **more):
        requests.post(
            f"{self.root}/_fault", json={"kind": kind, "table": table, **more}, timeout=10
        )

    def clear(self):
        requests.post(f"{self.root}/_reset", timeout=10)

    def calls(self, kind="data"):
        found = requests.get(f"{self.root}/_calls", timeout=10).json()
        return [call for call in found if call["kind"] == kind]

    def stop(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="session")
def _shared_server():
    server = Server("--calls", 1000)
    yield server
    server.stop()


@pytest.fixture
def server(_shared_server):
    """A server with SCB's limit on cells; without faults at the start."""
    _shared_server.clear()
    return _shared_server


@pytest.fixture(scope="session")
def _small_server():
    server = Server("--calls", 1000, "--cells", 1000, "--page", 500)
    yield server
    server.stop()


@pytest.fixture
def small_server(_small_server):
    """A server that gives little at a time, so that a dataset takes several requests."""
    _small_server.clear()
    return _small_server


@pytest.fixture(scope="session")
def _everything(_shared_server, tmp_path_factory):
    """A folder into which the command has updated every dataset, once, and what it said."""
    _shared_server.clear()
    target = tmp_path_factory.mktemp("everything")
    line = [
        sys.executable,
        "-m",
        "analysis.cli",
        "--data-dir",
        target,
        "data",
        "update",
        *_shared_server.options,
    ]
    done = subprocess.run(
        line,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=500,
    )
    return target, done


@pytest.fixture
def everything(_everything, monkeypatch):
    """What `data update` said; its folder is in use for this test, which must not change it."""
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(_everything[0]))
    return _everything[1]


@pytest.fixture
def start_server():
    """Start a server with limits of its own: `start_server("--cells", 2000)`."""
    started = []

    def start(*options):
        started.append(Server(*options))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The user's data folder of this test; not there yet."""
    target = tmp_path / "user data"
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(target))
    return target


@pytest.fixture
def command(folder, call):
    """Run the command with the data folder of this test; in a process of its own where asked."""

    def run(*arguments, before=(), wait=True, alone=False, **more):
        if wait and not (before or alone or more):
            return call(*arguments)
        line = [*before, sys.executable, "-m", "analysis.cli", *map(str, arguments)]
        process = subprocess.Popen(
            line,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            **more,
        )
        if not wait:
            return process
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(line, process.returncode, out, err)

    return run


def bytes_of(folder):
    """What lies in a data folder: bytes by name, the lock and kept replies apart."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".")
    }


@pytest.fixture
def contents(folder):
    """What lies in the data folder of this test, or in another; see `bytes_of`."""
    return lambda target=folder: bytes_of(target)


@pytest.fixture(scope="session")
def _one_of_each(_shared_server, tmp_path_factory):
    """A folder with a dataset of each source, updated once."""
    _shared_server.clear()
    target = tmp_path_factory.mktemp("one of each")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.DATA_DIR_VARIABLE, str(target))
        update(["tax_rate_total", "land_area", "localities"], base_urls=_shared_server.urls)
    return target


@pytest.fixture
def updated(_one_of_each, server, folder):
    """The data folder of this test, with a dataset of each source; SCB's table is newer now."""
    shutil.copytree(_one_of_each, folder)
    server.fault("newer", "TAB2017")
    return folder
