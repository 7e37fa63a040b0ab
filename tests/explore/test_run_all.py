"""A chapter opened in JupyterLab and run by Run All gives what `samverkan build` gives."""

from pathlib import Path

import nbformat
import pytest
from lab_page import exhibits, keep, run_all, saved_when_run
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.xdist_group("jupyter")


@pytest.mark.parametrize("chapter", ["summary", "population"])
def test_run_all_gives_what_a_build_gives(chapter, page, lab, house, own_region, built):
    path = house / "notebooks" / f"my-{chapter}.ipynb"
    notebook = nbformat.read(ROOT / "notebooks" / f"{chapter}.ipynb", as_version=4)
    parameters = next(cell for cell in notebook.cells if cell.metadata.get("tags"))
    given = [f"{name} = {value!r}" for name, value in own_region.items()]
    parameters.source = "\n".join([parameters.source, *given])
    nbformat.write(notebook, path)

    page.goto(f"{lab}/lab/workspaces/{chapter}/tree/notebooks/{path.name}")  # no other tab
    run_all(page)
    mine = exhibits(saved_when_run(page, path))
    keep(page, f"run-all-{chapter}")
    assert mine == exhibits(nbformat.read(built / "notebooks" / f"{chapter}.ipynb", as_version=4))
    kinds = {exhibit["type"] for exhibit in mine}
    assert (
        kinds
        == {
            "summary": {"tiles", "findings", "text", "figure"},
            "population": {"text", "figure", "table", "key_figures"},
        }[chapter]
    )


def test_the_welcome_runs(tmp_path):
    notebook = nbformat.read(ROOT / "notebooks" / "welcome.ipynb", as_version=4)
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=300,
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    kinds = {
        kind
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
    }
    assert kinds >= {"application/vnd.jupyter.widget-view+json", "image/png"}
