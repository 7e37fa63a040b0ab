"""The examples in docstrings are run, and whatever is met at a prompt has one."""

import ast
import doctest
import importlib
import inspect
import os
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import analysis
from analysis.metrics.measure import MEASURES

ROOT = Path(__file__).resolve().parents[2]
# modules whose every public function an analyst may call
WHOLE = (
    "analysis.figures.measures",
    "analysis.figures.thumbnail",
    "analysis.flows",
    "analysis.metrics.measure",
    "analysis.text.citation",
    "analysis.text.swedish",
)

NEED_A_CASE = "analysis.figures.investigation."  # drawn of a folder with an investigation alone


def named(folder):
    """The modules below a folder of the package, by name."""
    paths = (ROOT / "analysis" / folder).rglob("*.py")
    names = (
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in paths
        if "_bundled" not in path.parts
    )
    return sorted(name.removesuffix(".__init__") for name in names)


def source(module):
    path = ROOT.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return path.read_text(encoding="utf-8")


def functions(module):
    """The public functions that a module defines, by name."""
    return {
        node.name: node
        for node in ast.parse(source(module)).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }


def decorators(node):
    return {
        getattr(each.func, "id", "") for each in node.decorator_list if isinstance(each, ast.Call)
    }


def exported(package):
    """The functions and classes of `__all__`, those of its modules included."""
    for name in package.__all__:
        found = getattr(package, name)
        if inspect.ismodule(found) and hasattr(found, "__all__"):
            yield from exported(found)
        elif inspect.ismodule(found):
            yield from (f"{found.__name__}.{each}" for each in functions(found.__name__))
        elif inspect.isfunction(found) or inspect.isclass(found):
            yield f"{found.__module__}.{found.__qualname__}"


def met_at_the_prompt():
    """What is exported, every loader, every measure, every plot, and all of `WHOLE`."""
    met = set(exported(analysis))
    for module in WHOLE:
        met |= {f"{module}.{name}" for name in functions(module)}
    for folder, wanted in (
        ("loaders", lambda node: node.name.startswith("load_")),
        ("metrics", lambda node: "measure" in decorators(node)),
        ("figures", lambda node: node.name.startswith("plot_")),
    ):
        met |= {
            f"{module}.{name}"
            for module in named(folder)
            for name, node in functions(module).items()
            if wanted(node)
        }
    return met


@pytest.fixture
def left_as_before():
    """What an example registers is no measure of the reports; what it draws is closed.

    What it sets in the environment would close the shelf to whatever is tested after it.
    """
    before, environment = dict(MEASURES), dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(environment)
    for key in [key for key in MEASURES if key not in before and key.startswith("example")]:
        del MEASURES[key]  # what an example registers; a module that it imports stays
    plt.close("all")


@pytest.mark.usefixtures("left_as_before")
@pytest.mark.parametrize("module", [name for name in named("") if ">>> " in source(name)])
def test_the_examples_of_a_module_are_true(module, monkeypatch):
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testmod(
        importlib.import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    )
    assert tried > 0
    assert failed == 0


def test_whatever_is_met_at_the_prompt_has_an_example():
    met = met_at_the_prompt()
    assert len(met) > 100
    without = [
        name
        for name in sorted(met)
        for found in [
            getattr(importlib.import_module(name.rpartition(".")[0]), name.rpartition(".")[2])
        ]
        if ">>> " not in (inspect.getdoc(found) or "") and not name.startswith(NEED_A_CASE)
    ]
    assert not without
