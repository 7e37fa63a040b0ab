"""A copy of the house that may be written to, and a real JupyterLab that serves it."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import MappingProxyType
from urllib.request import urlopen

import matplotlib
import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(Path(__file__).resolve().parent))
expect.set_options(timeout=60_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def house(copied, tmp_path_factory):
    """A copy of package, data and notebooks: saving a region must not touch the checkout."""
    folder = copied(tmp_path_factory.mktemp("house"), "analysis", "data", "notebooks")
    (folder / "reports").mkdir()
    return folder


def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


@pytest.fixture(scope="session")
def lab(house, tmp_path_factory):
    """The address of a running JupyterLab whose kernels import the copy."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    environment = {
        **os.environ,
        "HOME": str(home),
        "PYTHONPATH": str(house),
        "MPLCONFIGDIR": matplotlib.get_cachedir(),  # the fonts need not be made again
        "JUPYTER_CONFIG_PATH": str(ROOT / "tools" / "jupyter"),  # as `make lab` does
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "run"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--IdentityProvider.token=",
    ]
    with (
        (home / "lab.log").open("w") as log,
        subprocess.Popen(
            command, cwd=house, env=environment, stdout=log, stderr=subprocess.STDOUT
        ) as server,
    ):
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(address, server):
    for _ in range(150):
        assert server.poll() is None, "JupyterLab did not start; see lab.log"
        try:
            with urlopen(f"{address}/api", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("JupyterLab did not answer within 30 seconds")


@pytest.fixture(scope="session")
def own_region():
    """The parameters of a chapter for the region that the explorer's test saves and builds."""
    return MappingProxyType(
        {"region": "1863,1864,1885,1884,1880", "name": "Bergslagen och Örebro", "as_of": ""}
    )


@pytest.fixture(scope="session")
def built(house, own_region):
    """The folder that `samverkan build` leaves; it finds a report of the explorer fresh."""
    command = [
        sys.executable,
        "-m",
        "analysis.cli",
        "build",
        "--out",
        house / "reports",
        "--members",
        own_region["region"],
        "--name",
        own_region["name"],
    ]
    subprocess.run(
        command,
        cwd=house,
        check=True,
        capture_output=True,
        timeout=500,
        env={**os.environ, "PYTHONPATH": str(house)},
    )
    return house / "reports" / "bergslagen-och-orebro"


@pytest.fixture
def page(browser):
    """A page; `asked` are the addresses it asked for."""
    opened = browser.new_page(viewport={"width": 1500, "height": 1100})
    opened.asked = []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.set_default_timeout(60_000)
    yield opened
    opened.close()
