"""The public names: what others may build on, and nothing else."""

import ast
import importlib
import json
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


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_a_notebook_takes_from_a_room_what_it_offers(path):
    """Whatever was imported before: a kernel of a build knows more than one of JupyterLab."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    nodes = list(ast.walk(ast.parse(code)))
    rooms = {
        alias.name: importlib.import_module(f"analysis.{alias.name}")
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "analysis"
        for alias in node.names
    }
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            room = rooms.get(node.value.id)
            if hasattr(room, "__path__"):
                assert "__getattr__" in vars(room), f"{room.__name__} offers no modules"
                assert node.attr in dir(room)


def test_the_version_is_that_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert analysis.__version__ == project["version"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (ROOT / "analysis" / "py.typed").is_file()


@pytest.mark.parametrize(
    "begun",
    [
        "import analysis",
        # what a build does before it finds that nothing has changed
        "from analysis import regions; from analysis.report import build, plan\n"
        "plan.make_plan([regions.get('kak')], out='none')",
    ],
)
def test_what_only_begins_imports_nothing_slow(begun):
    code = f"{begun}\nimport sys; print(sorted({{'pandas', 'matplotlib', 'numpy'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
