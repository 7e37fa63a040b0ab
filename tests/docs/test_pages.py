"""`make docs`: no warning, every page there, nothing asked of the network."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.xdist_group("docs")  # the pages are built once
LOADS = re.compile(r"<(?:script|img|iframe|source|link)\b[^>]*?\b(?:src|href)=\"([^\"]+)\"")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    out = tmp_path_factory.mktemp("pages")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-W",
            "--keep-going",
            "-q",
            "-b",
            "html",
            "-d",
            str(out / "doctrees"),
            str(ROOT / "docs"),
            str(out / "html"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    return out / "html"


def test_every_document_has_a_page(pages):
    for path in (ROOT / "docs").rglob("*.md"):
        name = path.relative_to(ROOT / "docs").with_suffix(".html")
        assert (pages / name).is_file(), name


def test_no_page_loads_anything_from_elsewhere(pages):
    loaded = {
        target
        for page in pages.rglob("*.html")
        for target in LOADS.findall(page.read_text(encoding="utf-8"))
    }
    assert len(loaded) > 10
    assert not [target for target in loaded if re.match(r"(https?:)?//", target)]
    styles = "".join(path.read_text(encoding="utf-8") for path in pages.rglob("*.css"))
    assert not re.findall(r"url\(['\"]?(?:https?:)?//[^)]*", styles)


def test_the_gallery_shows_each_figure_with_its_message(pages):
    text = (pages / "generated" / "gallery.html").read_text(encoding="utf-8")
    alts = re.findall(r"<img[^>]*alt=\"([^\"]+)\"", text)
    assert len(alts) > 35
    assert all(len(alt) > 30 for alt in alts)


def test_the_reference_has_every_public_function_of_the_metrics(pages):
    import ast

    text = (pages / "generated" / "api" / "metrics.html").read_text(encoding="utf-8")
    for path in (ROOT / "analysis" / "metrics").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                assert f'id="analysis.metrics.{path.stem}.{node.name}"' in text
