"""The public names: what others may build on, and nothing else."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import analysis

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("loaders", "metrics", "figures", "report", "text", "views")
STABLE = {  # written a second time on purpose: a name that comes or goes is agreed on here
    "Region",
    "Source",
    "__version__",
    "catalog",
    "errors",
    "explore",
    "figures",
    "flows",
    "load",
    "load_boundaries",
    "load_inventory",
    "loaders",
    "metrics",
    "own",
    "own_flows",
    "region",
    "regions",
    "report",
    "say",
    "show",
    "source_of",
    "tables",
    "text",
    "views",
}


def test_the_public_names_are_these():
    """A name that goes away breaks somebody's notebook: see "Deprecations" in CONTRIBUTING.md."""
    assert set(analysis.__all__) == STABLE
    assert set(dir(analysis)) == STABLE - {"__version__"}
    assert all(getattr(analysis, name) is not None for name in analysis.__all__)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_shows_its_modules_and_nothing_else(room):
    module = importlib.import_module(f"analysis.{room}")
    names = dir(module)
    assert names
    assert all(getattr(module, name).__name__ == f"analysis.{room}.{name}" for name in names)
    with pytest.raises(AttributeError, match="it has"):
        module.nothing_of_the_kind  # noqa: B018


def test_the_version_is_that_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert analysis.__version__ == project["version"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (ROOT / "analysis" / "py.typed").is_file()


def test_importing_the_package_imports_nothing_slow():
    code = (
        "import sys, analysis; print(sorted({'pandas', 'matplotlib', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
