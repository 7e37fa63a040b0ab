"""Shared: the real command as a process, and one real report that many tests read."""

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import sync_playwright

from analysis import cli, paths, regions

ROOT = Path(__file__).resolve().parents[1]

# a busy machine is slow, not wrong: no example fails for the time that it takes
settings.register_profile(
    "untimed", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")

# a shell that starts the tests in the background has them ignore Ctrl-C, and so their children
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items):
    """A group shares what takes long to make, and a browser takes long to start: both are slow."""
    for item in items:
        if item.get_closest_marker("xdist_group") or "browser" in item.fixturenames:
            item.add_marker("slow")


def pytest_collection_finish():
    """What was imported stays: looking through it for garbage took a seventh of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_addoption(parser):
    """An option for those who mean a change of the words."""
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden anew: read what changed"
    )


@pytest.fixture(scope="session", autouse=True)
def _only_the_snapshot(tmp_path_factory):
    """Tests read the shipped data, not what the developer has updated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAMVERKAN_DATA_DIR", str(tmp_path_factory.mktemp("no-updates")))
        patch.setenv("SAMVERKAN_CACHE_DIR", str(tmp_path_factory.mktemp("figures")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def samverkan():
    """Run the command in a process of its own; returns the finished process."""

    def run(*arguments, cwd=None, check=False):
        command = [sys.executable, "-m", "analysis.cli", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command,
            cwd=cwd or ROOT,
            capture_output=True,
            text=True,
            check=check,
            env=environment,
            timeout=500,
        )

    return run


def forget():
    """What is read once from the folder of updated data is read again."""
    regions.changes.cache_clear()
    regions.municipalities.cache_clear()


@pytest.fixture
def call(capsys):
    """Run the command in this process: the same, without the second that a new one needs to import."""

    def run(*arguments, cwd=ROOT):
        with pytest.MonkeyPatch.context() as here:
            here.setenv(paths.DATA_DIR_VARIABLE, os.environ[paths.DATA_DIR_VARIABLE])
            here.setattr(signal, "signal", lambda number, handler: None)  # those of pytest stay
            here.setattr(sys, "argv", ["samverkan", *map(str, arguments)])
            here.chdir(cwd)
            capsys.readouterr()
            forget()  # as a new process, it knows nothing of another folder of updated data
            try:
                code = cli.main()
            except SystemExit as stop:
                code = stop.code
            forget()
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code or 0, out, err)

    return run


@pytest.fixture(scope="session")
def copied():
    """Copy parts of the house, which a test may then change; returns the folder of the copy."""

    def copy(folder, *names):
        for name in names:
            # with what Python has compiled: it goes by the time and size of each file, kept here
            skip = shutil.ignore_patterns("*.pyc.*", ".ipynb_checkpoints")  # half-written ones
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        return folder

    return copy


@pytest.fixture(scope="module")  # no longer: its event loop is in the way of other tests
def browser():
    """A headless Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is missing; run tools/system-setup.sh"
    # Chromium refuses its sandbox to root, and must not look for updates
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=options)
        yield started
        started.close()


@pytest.fixture(scope="session")
def reports(samverkan, tmp_path_factory):
    """The folder in which the reports on two regions were built, once, with real kernels."""
    out = tmp_path_factory.mktemp("reports")
    done = samverkan("build", "karlstad", "malardalen", "--out", out, "--jobs", 2)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def report(reports):
    """The folder of the built report on Karlstadsregionen."""
    return reports / "karlstad"


@pytest.fixture(scope="session")
def key_figures(report):
    """The key figures of the built report."""
    return json.loads((report / "key_figures.json").read_text(encoding="utf-8"))
