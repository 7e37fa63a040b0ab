"""The examples in docstrings are run, and the functions an analyst meets first have one."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest

from analysis.metrics.measure import MEASURES

ROOT = Path(__file__).resolve().parents[2]
# every public function of these modules has an example
COMPLETE = ("analysis.explore.themes", "analysis.explore.leaflet", "analysis.figures.measures",
            "analysis.figures.thumbnail", "analysis.loaders.boundaries",
            "analysis.loaders.commuting", "analysis.loaders.finances",
            "analysis.loaders.population", "analysis.metrics.measure", "analysis.regions",
            "analysis.text.citation", "analysis.text.swedish")


def with_examples():
    found = {path for path in (ROOT / "analysis").rglob("*.py")
             if "_bundled" not in path.parts and ">>> " in path.read_text(encoding="utf-8")}
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in found)
    return sorted(name.removesuffix(".__init__") for name in names)


@pytest.fixture
def measures_as_before():
    """What an example registers is no measure of the reports."""
    before = dict(MEASURES)
    yield
    MEASURES.clear()
    MEASURES.update(before)


@pytest.mark.usefixtures("measures_as_before")
@pytest.mark.parametrize("module", with_examples())
def test_the_examples_of_a_module_are_true(module):
    failed, tried = doctest.testmod(importlib.import_module(module),
                                    optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 0
    assert failed == 0


@pytest.mark.parametrize("module", COMPLETE)
def test_every_public_function_has_an_example(module):
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    without = [node.name for node in ast.parse(path.read_text(encoding="utf-8")).body
               if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
               and ">>> " not in (ast.get_docstring(node) or "")]
    assert not without
