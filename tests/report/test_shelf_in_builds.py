"""A report has the same bytes whether its figures were on the shelf, not there, or some of them."""

from dataclasses import replace
from datetime import date

import pytest

from analysis import paths, regions, shelf
from analysis.report.build import build
from analysis.report.plan import Plan

CHAPTERS = (("summary", paths.NOTEBOOKS / "summary.ipynb"),)


@pytest.mark.slow
@pytest.mark.xdist_group("report")
def test_the_same_bytes_with_the_shelf_empty_full_and_partly_deleted(
    tmp_path, monkeypatch, content
):
    pytest.importorskip("distributed")
    place = tmp_path / "figures"
    monkeypatch.setenv(shelf.FOLDER, str(place))
    plan = Plan((regions.get("kak"),), CHAPTERS, ("html",), date(2026, 6, 30), tmp_path / "out", 1)
    made = {}

    def made_by(name, *, force=False, **changes):
        done = build(replace(plan, out=tmp_path / name, **changes), force=force)
        assert not any(result.errors for result in done), done
        made[name] = content(tmp_path / name / "kak")

    made_by("without", force=True)
    assert not place.exists()
    made_by("empty")
    entries = sorted(place.iterdir())
    assert len(entries) >= 2
    stamps = {path: path.stat().st_mtime_ns for path in entries}
    made_by("full", jobs=2)
    assert sorted(place.iterdir()) == entries
    assert all(path.stat().st_mtime_ns > stamps[path] for path in entries), "they were used"
    entries[0].unlink()
    entries[1].write_bytes(b"of a stranger")
    made_by("partly")
    assert sorted(place.iterdir()) == entries
    made_by("dask", scheduler="local")
    assert made["without"] == made["empty"] == made["full"] == made["partly"] == made["dask"]
