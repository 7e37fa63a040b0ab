"""A kernel of a build begins as a fresh one does: the states of both are compared, name by name."""

import json
import multiprocessing.forkserver
import subprocess
import sys
from pathlib import Path

import papermill
import pytest

from analysis.report.build import build

pytestmark = [pytest.mark.slow]

# what the warm process has imported is imported here, too: only what it leaves behind is compared
STATE = """
import gc, json, os, signal, sys, warnings
from pathlib import Path
import matplotlib, nbconvert.exporters, numpy, pandas, papermill
import requests, scipy.sparse, scipy.special, typst
import matplotlib.pyplot
from pandas._config.config import _global_config
import analysis.report.typeset, analysis.report.exporters
import helper

def leaves(part, name=""):
    for key, value in part.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{name}{key}.")
        else:
            yield name + key, str(value)

shell = get_ipython()
state = {
    "backend": matplotlib.get_backend(),
    "drawing": {name: str(value) for name, value in matplotlib.rcParams.items()},
    "pandas": dict(leaves(_global_config)),
    "numpy": {**numpy.get_printoptions(), **numpy.geterr()},
    "display": {
        name: sorted(map(str, [*each.type_printers, *each.deferred_printers]))
        for name, each in shell.display_formatter.formatters.items()
    },
    "types": shell.display_formatter.active_types,
    "hooks": [type(part).__name__ for part in (sys.displayhook, sys.stdout, sys.stderr, sys.stdin)],
    "before and after a cell": {
        name: sorted(each.__qualname__ for each in called)
        for name, called in shell.events.callbacks.items()
    },
    "folder": os.getcwd(),
    "paths": [path for path in sys.path if path != os.environ["STARTED_IN"]],
    "names": sorted(name for name in shell.user_ns if not name.startswith("_")),
    "arguments": Path(sys.argv[0]).stem,
    "process": __import__("multiprocessing").current_process().name,
    "kept from import": sorted(name for name, module in sys.modules.items() if module is None),
    "warnings": sorted({str(each[:4]) for each in warnings.filters}),
    "signals": {str(each): str(signal.getsignal(each)) for each in (signal.SIGINT, signal.SIGTERM)},
    "limit": sys.getrecursionlimit(),
    "garbage": [gc.isenabled(), *gc.get_threshold()],
    "environment": dict(os.environ),
}
Path(f"{os.environ['STATE']}.json").write_text(json.dumps(state, default=str))
from analysis import say
say("Klart.")
"""
# what a build sets for its own ends: one order of sets and sums, its trace and its shelf
OWN = {
    "COLUMNS",  # readline of the tests' own process
    "LINES",
    "JPY_PARENT_PID",
    "JUPYTER_DEFAULT_PROVISIONER_NAME",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PYTHONHASHSEED",
    "PYDEVD_USE_FRAME_EVAL",
    "SAMVERKAN_SHELF_CONTEXT",
    "SAMVERKAN_TRACE",
    "STATE",
}


@pytest.fixture
def chapter(notebook, tmp_path, monkeypatch):
    """An own chapter that writes down what state it is in, with a module beside it."""
    folder = tmp_path / "eget"
    folder.mkdir()
    (folder / "helper.py").touch()
    monkeypatch.setenv("STARTED_IN", str(Path.cwd()))
    return notebook(folder / "eget.ipynb", STATE)


@pytest.fixture
def warm_process(monkeypatch):
    """A warm process of this test alone, as a command has: it hands down its environment and path."""
    command = [sys.executable, "-c", "import json, sys; print(json.dumps(sys.path))"]
    own = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    # other tests and their plugins put folders on the path of this process, a command has none of them
    monkeypatch.setattr("sys.path", [path for path in sys.path if path in {*own, str(Path.cwd())}])
    server = multiprocessing.forkserver._forkserver
    server._stop()
    yield
    server._stop()


def state_of(path):
    state = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    state["environment"] = {
        name: value for name, value in state["environment"].items() if name not in OWN
    }
    return state


@pytest.mark.usefixtures("warm_process")
def test_a_kernel_of_a_build_begins_as_a_fresh_one(chapter, own_plan, tmp_path, monkeypatch):
    monkeypatch.setenv("STATE", str(tmp_path / "fresh"))
    papermill.execute_notebook(
        str(chapter), None, kernel_name="python3", progress_bar=False, cwd=str(chapter.parent)
    )
    monkeypatch.setenv("STATE", str(tmp_path / "built"))
    (result,) = build(own_plan(chapter))
    assert result.status == "built", result.errors
    fresh, built = state_of(tmp_path / "fresh"), state_of(tmp_path / "built")
    assert set(fresh) == set(built)
    for name, value in fresh.items():
        assert built[name] == value, name


def test_a_warm_process_whose_import_fails_ends():
    broken = "import sys; sys.modules['papermill'] = None; import analysis.report.warm"
    done = subprocess.run(
        [sys.executable, "-c", broken], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 1
    assert "papermill" in done.stderr
