"""A report has the same bytes whether its figures were on the shelf, not there, or some of them."""

import json
import os
from dataclasses import replace
from datetime import date

import pytest

from analysis import paths, regions, shelf
from analysis.loaders import tables
from analysis.report import manifest, worker
from analysis.report.build import build
from analysis.report.manifest import Inputs
from analysis.report.plan import Plan, make_plan

CHAPTERS = (("summary", paths.NOTEBOOKS / "summary.ipynb"),)


@pytest.mark.slow
@pytest.mark.xdist_group("report")
def test_the_same_bytes_with_the_shelf_empty_full_and_partly_deleted(
    tmp_path, monkeypatch, content
):
    place = tmp_path / "figures"
    monkeypatch.setenv(shelf.FOLDER, str(place))
    plan = Plan((regions.get("kak"),), CHAPTERS, ("html",), date(2026, 6, 30), tmp_path / "out", 1)
    made = {}

    def made_by(name, *, force=False, **changes):
        done = build(replace(plan, out=tmp_path / name, **changes), force=force)
        assert not any(result.errors for result in done), done
        made[name] = content(tmp_path / name / "kak")

    def drawn():
        return [path for path in sorted(place.iterdir()) if b"<svg" in path.read_bytes()]

    made_by("without", force=True)
    assert not drawn(), "only the flows, which all regions share"
    made_by("empty")
    entries, figures = sorted(place.iterdir()), drawn()
    assert len(figures) >= 2
    stamps = {path: path.stat().st_mtime_ns for path in figures}
    made_by("full", jobs=2)
    assert sorted(place.iterdir()) == entries
    assert all(path.stat().st_mtime_ns > stamps[path] for path in figures), "they were used"
    figures[0].unlink()
    figures[1].write_bytes(b"of a stranger")
    made_by("partly")
    assert sorted(place.iterdir()) == entries
    assert made["without"] == made["empty"] == made["full"] == made["partly"]


def context(out, content=b"{}", **changes):
    """The context that a chapter of a build that begins now would have."""
    plan = make_plan([regions.get("kak")], out=out)
    job = replace(plan.chapters_of(plan.regions[0])[0], **changes)
    with worker._shelf(job, content, Inputs.of(plan).drawing):
        return os.environ[shelf.CONTEXT]


@pytest.mark.parametrize(
    "name",
    ["maps.py", "swedish.py", "SourceSansPro-Bold.ttf", "DejaVuSans.ttf", "municipalities.csv"],
)
def test_another_file_that_figures_are_drawn_with_is_another_context(tmp_path, monkeypatch, name):
    before, digest = context(tmp_path), manifest._file_hash
    seen = []

    def edited(path):
        seen.extend([path] * (path.name == name))
        return "0" * 64 if path.name == name else digest(path)

    monkeypatch.setattr(manifest, "_file_hash", edited)
    assert context(tmp_path) not in ("", before)
    assert seen


@pytest.mark.parametrize("package", ["python", "matplotlib", "typst", "geopandas"])
def test_another_version_is_another_context(tmp_path, monkeypatch, package):
    before, names = context(tmp_path), list(manifest._distributions())
    others = [f"{name} x" if name.startswith(package) else name for name in names]
    assert others != names
    monkeypatch.setattr(manifest, "_distributions", lambda: others)
    assert context(tmp_path) not in ("", before)


def test_another_notebook_or_edition_is_another_context_and_own_chapters_have_none(
    tmp_path, monkeypatch
):
    before = context(tmp_path)
    assert before == context(tmp_path) != ""
    assert context(tmp_path, b"{} ") not in ("", before)
    assert context(tmp_path, chapter="egen", notebook=tmp_path / "egen.ipynb") == ""
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path / "updated"))
    path = tables.record_path("population")
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"retrieved": "2026-06-30"}), encoding="utf-8")
    assert context(tmp_path) not in ("", before)
