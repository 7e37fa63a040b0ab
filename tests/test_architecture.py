"""The shape of the house: imports go one way, notebooks stay thin, outputs stay out of git."""

import ast
import json
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "analysis"

# what a layer may import: itself and everything before it
LAYERS = (
    ("errors", "paths", "whole", "sealed", "progress"),
    ("hints", "lazy", "citable"),
    ("textfiles", "workbooks", "placenames", "outlines"),
    ("arrangements",),
    ("reads", "shelf"),
    ("regions",),
    ("live",),
    ("inventory_check",),
    ("catalog",),
    ("sources",),
    ("loaders", "datasets"),
    ("update",),
    ("metrics",),
    ("flows", "inventory"),
    ("investigation",),
    ("views",),
    ("text",),
    ("tables",),
    ("figures",),
    ("exhibits", "key_figures"),
    ("report", "inventory_desk"),
    ("explore", "owndata"),
    ("cli",),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
METRICS_MAY_IMPORT = {"lazy", "citable", "arrangements", "errors", "metrics"}
INTERACTIVE = {"welcome", "explore"}  # notebooks for a person: no chapters, so no parameters


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py") if "_bundled" not in path.parts)


def layer(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_layers(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "analysis":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (
                alias.name.split(".")[1]
                for alias in node.names
                if alias.name.startswith("analysis.")
            )


def test_every_module_belongs_to_a_layer():
    assert {layer(path) for path in modules()} - {"__init__"} <= set(RANK)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path):
    own = layer(path)
    if own == "__init__":
        return
    wrong = {name for name in imported_layers(path) if RANK[name] > RANK[own]}
    if own == "metrics":
        wrong |= set(imported_layers(path)) - METRICS_MAY_IMPORT
    assert not wrong, f"{path.name} imports {wrong} from its right"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_have_no_star_imports_and_short_functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    stars = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    long = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and statements(node) > 26
    ]
    assert not stars
    assert not long


def statements(node):
    """A function's length by its statements: the formatter gives a call as many lines as it likes."""
    return sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path, names):
    """The modules of the package that one imports, in its functions too; not for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in set(ast.walk(tree)) - for_types:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in names else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_no_imports_go_in_a_circle():
    """Neither at import nor in a function: a room can be read, and tested, without its readers."""
    names = {module_name(path) for path in modules()}
    graph = {
        module_name(path): set(imported_modules(path, names)) & names - {module_name(path)}
        for path in modules()
    }
    assert len(graph) > 100
    assert "analysis.report.record" in graph["analysis.report.plan"], "a late import counts"
    TopologicalSorter(graph).prepare()  # raises CycleError with the circle


def notebooks():
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_the_four_chapters_are_there():
    assert {"summary", "population", "commuting", "services"} <= {n.stem for n in notebooks()}


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_notebooks_are_thin(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    tagged = [cell for cell in code if "parameters" in cell["metadata"].get("tags", [])]
    if path.stem in INTERACTIVE:
        assert not tagged
    else:
        assert len(tagged) == 1
        assert 'region = "karlstad"' in "".join(tagged[0]["source"])
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    for cell in code:
        tree = ast.parse("".join(cell["source"]))
        logic = (ast.FunctionDef, ast.ClassDef, ast.While, ast.Lambda, ast.Try)
        assert not [node for node in ast.walk(tree) if isinstance(node, logic)]


def test_no_built_report_is_in_git():
    listed = subprocess.run(
        ["git", "ls-files", "reports"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert listed.stdout.split() == ["reports/README.md"]
