"""A chapter run as JupyterLab runs it gives the same exhibits as `samverkan build`."""

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
MIME = "application/vnd.samverkan.exhibit+json"
# the built report is made once, for the tests that read it
pytestmark = pytest.mark.xdist_group("report")


def exhibits(notebook):
    return [output["data"][MIME] for cell in notebook["cells"] for output in cell.get("outputs", [])
            if MIME in output.get("data", {})]


@pytest.mark.parametrize("chapter", ["summary", "population"])
def test_run_all_gives_what_a_build_gives(chapter, report):
    notebook = nbformat.read(ROOT / "notebooks" / f"{chapter}.ipynb", as_version=4)
    NotebookClient(notebook, kernel_name="python3", timeout=300,
                   resources={"metadata": {"path": str(ROOT / "notebooks")}}).execute()
    built = json.loads((report / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    assert exhibits(notebook) == exhibits(built)
    assert len(exhibits(built)) >= 4


def test_the_notebooks_for_a_person_run(tmp_path):
    for name in ("welcome", "explore"):
        notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        NotebookClient(notebook, kernel_name="python3", timeout=300,
                       resources={"metadata": {"path": str(tmp_path)}}).execute()
        kinds = {kind for cell in notebook.cells for output in cell.get("outputs", [])
                 for kind in output.get("data", {})}
        assert "application/vnd.jupyter.widget-view+json" in kinds
        if name == "welcome":
            assert "image/svg+xml" in kinds
