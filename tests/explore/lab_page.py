"""What a person does on a page of JupyterLab, and what a notebook hands to a report."""

import json
import os
from pathlib import Path

import nbformat
from nbformat.reader import NotJSONError
from playwright.sync_api import expect

EXHIBIT = "application/vnd.samverkan.exhibit+json"
_IDLE = "Python 3 (ipykernel) | Idle"


def keep(page, name):
    """A screenshot for a person to look at, where SAMVERKAN_SCREENSHOTS names a folder."""
    folder = os.environ.get("SAMVERKAN_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")


def run_all(page):
    """Choose Run All Cells from the menu, as soon as the kernel is there."""
    page.get_by_text(_IDLE).first.wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def saved_when_run(page, path):
    """Wait until no cell is waiting or running, save, and return the notebook in the file."""
    running = page.locator(".jp-InputPrompt", has_text="[*]")
    running.first.wait_for(state="attached")
    for _ in range(30):
        expect(running).to_have_count(0)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(500)  # the server writes the file
        try:
            notebook = nbformat.read(path, as_version=4)
        except NotJSONError:  # it is being written just now
            continue
        if all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code"):
            return notebook
    raise AssertionError(f"{path.name} was not run to its end")


def exhibits(notebook):
    """What the cells of a notebook show and hand to a report, in their order."""
    return [
        json.loads(output["data"][EXHIBIT])
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if EXHIBIT in output.get("data", {})
    ]
