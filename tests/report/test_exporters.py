"""`jupyter nbconvert --to samverkan_html` and JupyterLab's export give the look of the report."""

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from lxml import html as lxml_html
from nbconvert.exporters.base import get_export_names, get_exporter

from analysis.report import compose, safe

pytestmark = pytest.mark.xdist_group("report")

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"\b([Ff]igur|[Tt]abell) B?\d+")


def nbconvert(*arguments, cwd):
    """The real command; warnings of other packages are theirs."""
    command = [sys.executable, "-m", "jupyter", "nbconvert", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def exported(report, tmp_path_factory):
    """A chapter of the built report, exported as a page by itself."""
    folder = tmp_path_factory.mktemp("exported")
    shutil.copy(report / "notebooks" / "population.ipynb", folder)
    done = nbconvert("--to", "samverkan_html", "population.ipynb", cwd=folder)
    assert done.returncode == 0, done.stderr
    return (folder / "population.html").read_text(encoding="utf-8")


def section(page, chapter):
    """The chapter's part of a page as text; figures and tables count from one in each document."""
    (found,) = lxml_html.fromstring(page).cssselect(f"#kapitel-{chapter}")
    return NUMBER.sub(r"\1", lxml_html.tostring(found, encoding="unicode").strip())


def test_nbconvert_knows_the_exporters():
    assert {"samverkan_html", "samverkan_pdf"} <= set(get_export_names())
    assert get_exporter("samverkan_html").output_mimetype == "text/html"
    assert get_exporter("samverkan_pdf").output_mimetype == "application/pdf"


def shown(page):
    """Titles of all figures and tables in a page's chapters, without their numbers."""
    found = lxml_html.fromstring(page).cssselect("section figcaption, section .table caption")
    return {NUMBER.sub(r"\1", element.text_content()) for element in found}


def test_a_chapter_by_itself_shows_what_report_and_appendix_show_of_it(exported, report):
    pages = [
        (report / name).read_text(encoding="utf-8") for name in ("report.html", "appendix.html")
    ]
    alone = shown(exported)
    assert len(alone) > 8
    assert alone <= shown(pages[0]) | shown(pages[1])
    assert "kapitel-commuting" not in exported


def test_a_chapter_by_itself_is_whole(exported):
    safe.check_page(exported)
    page = lxml_html.fromstring(exported)
    assert [title.text for title in page.iter("h1")] == ["Karlstadsregionen"]
    assert "@font-face" in exported
    ids = {element.get("id") for element in page.iter() if element.get("id")}
    links = {a.get("href")[1:] for a in page.iter("a") if a.get("href").startswith("#")}
    assert links <= ids
    assert not [a for a in page.iter("a") if a.get("href").startswith("appendix")]
    assert page.cssselect("figure p.source a")
    assert not page.cssselect("pre"), "no code"


def test_a_chapter_run_without_papermill_looks_the_same(report, tmp_path):
    shutil.copy(ROOT / "notebooks" / "summary.ipynb", tmp_path)
    done = nbconvert("--execute", "--to", "samverkan_html", "summary.ipynb", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    alone = (tmp_path / "summary.html").read_text(encoding="utf-8")
    whole = (report / "report.html").read_text(encoding="utf-8")
    assert shown(section(whole, "summary")) <= shown(alone)


def test_a_chapter_as_pdf_is_accessible(report, tmp_path):
    shutil.copy(report / "notebooks" / "summary.ipynb", tmp_path)
    done = nbconvert("--to", "samverkan_pdf", "summary.ipynb", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    checked = subprocess.run(
        [sys.executable, "-m", "pdfua", "check", tmp_path / "summary.pdf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "errors=0 warnings=0" in checked.stdout


@pytest.fixture
def server(report, tmp_path):
    """The address of a real Jupyter server, as JupyterLab has it, with one chapter in it."""
    shutil.copy(report / "notebooks" / "summary.ipynb", tmp_path)
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "server",
        "--no-browser",
        "--allow-root",
        "--port=0",
        "--IdentityProvider.token=test",
        f"--ServerApp.root_dir={tmp_path}",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        addresses = (
            re.search(r"(http://(?:localhost|127\.0\.0\.1):[1-9]\d*)/", line)
            for line in process.stderr
        )
        yield next(found[1] for found in addresses if found)
        process.terminate()


def answer(address, seconds=30):
    """What the server answers; it prints its address a moment before it listens."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60) as reply:
                return reply.read()
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > end:
                raise
            time.sleep(0.2)


def test_export_as_in_jupyterlab_gives_the_same(server, report):
    listed = json.loads(answer(f"{server}/api/nbconvert?token=test"))
    assert {"samverkan_html", "samverkan_pdf"} <= set(listed)
    page = answer(f"{server}/nbconvert/samverkan_html/summary.ipynb?token=test")
    whole = (report / "report.html").read_text(encoding="utf-8")
    assert shown(section(whole, "summary")) <= shown(page.decode("utf-8"))


def test_a_chapter_about_named_members_is_titled_by_them(report):
    notebook = nbformat.read(report / "notebooks" / "summary.ipynb", as_version=4)
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell.source = 'members = "1763,1780"'
    document = compose.of_notebook(notebook, "summary")
    assert document.region.members == ("1763", "1780")
    assert document.region.name == "Forshaga och Karlstad"


def test_a_chapter_that_was_not_run_is_refused_with_the_next_step(tmp_path):
    shutil.copy(ROOT / "notebooks" / "population.ipynb", tmp_path)
    done = nbconvert("--to", "samverkan_html", "population.ipynb", cwd=tmp_path)
    assert done.returncode == 1
    assert "population shows nothing yet; run all its cells" in done.stderr
    assert not (tmp_path / "population.html").exists()


def test_exporting_leaves_the_notebook_as_it_is(report):
    notebook = nbformat.read(report / "notebooks" / "summary.ipynb", as_version=4)
    before = nbformat.writes(notebook)
    get_exporter("samverkan_html")().from_notebook_node(
        notebook, resources={"metadata": {"name": "summary"}}
    )
    assert nbformat.writes(notebook) == before


def test_parameters_are_read_from_the_cells_and_papermills_win():
    cells = [
        nbformat.v4.new_code_cell(
            'region = "karlstad"\nas_of = ""', metadata={"tags": ["parameters"]}
        ),
        nbformat.v4.new_code_cell(
            '# Parameters\nregion = "1960,1984"', metadata={"tags": ["injected-parameters"]}
        ),
        nbformat.v4.new_code_cell('region = "other"'),
    ]
    found = compose.parameters_of(nbformat.v4.new_notebook(cells=cells))
    assert found == {"region": "1960,1984", "as_of": ""}
