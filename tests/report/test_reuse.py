"""Same input, same bytes for any number of jobs; a report that is fresh is not rebuilt."""

import hashlib
import json

import pytest

pytestmark = pytest.mark.xdist_group("reuse")


def content(folder):
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "build.json"}


@pytest.fixture(scope="module")
def single(samverkan, tmp_path_factory):
    """A report on one municipality, built with one process."""
    out = tmp_path_factory.mktemp("single")
    done = samverkan("build", "--members", "1863", "--out", out, "--jobs", 1)
    assert done.returncode == 0, done.stderr
    return out


def test_the_number_of_jobs_changes_no_byte(samverkan, single, tmp_path):
    done = samverkan("build", "--members", "1863", "--out", tmp_path, "--jobs", 2)
    assert done.returncode == 0, done.stderr
    assert content(tmp_path / "hallefors") == content(single / "hallefors")


def test_a_fresh_report_is_left_alone(samverkan, single):
    before = (single / "hallefors" / "build.json").read_bytes()
    done = samverkan("build", "--members", "1863", "--out", single)
    assert done.returncode == 0
    assert "hallefors: fresh" in done.stdout
    assert (single / "hallefors" / "build.json").read_bytes() == before


@pytest.mark.parametrize("change", ["as_of", "formats", "chapter"])
def test_another_parameter_makes_it_stale(change, single):
    from datetime import date
    from pathlib import Path

    from analysis import regions
    from analysis.report import manifest
    from analysis.report.plan import make_plan

    options = {
        "as_of": {"as_of": date(2018, 6, 30)}, "formats": {"formats": ["html"]},
        "chapter": {"chapters": [Path(__file__).parents[2] / "notebooks" / "explore.ipynb"]},
    }[change]
    region = regions.from_members(["1863"])
    assert manifest.is_fresh(make_plan([region], out=single), region)
    assert not manifest.is_fresh(make_plan([region], out=single, **options), region)


def test_changed_data_code_or_files_make_it_stale(single, monkeypatch):
    from analysis import regions
    from analysis.report import manifest
    from analysis.report.plan import make_plan

    region = regions.from_members(["1863"])
    plan = make_plan([region], out=single)
    for name in ("library_digest", "template_digest", "data_digest", "installed_versions"):
        with monkeypatch.context() as patch:
            patch.setattr(manifest, name, lambda: "changed")
            assert not manifest.is_fresh(plan, region), name
    record = json.loads((single / "hallefors" / "build.json").read_text(encoding="utf-8"))
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "read", lambda folder: {**record, "files": {"finns-inte": ""}})
        assert not manifest.is_fresh(plan, region)


def test_the_report_on_one_municipality_says_ingen_uppgift_never_delar_inte(single):
    text = (single / "hallefors" / "report.html").read_text(encoding="utf-8")
    assert "delar inte" not in text
