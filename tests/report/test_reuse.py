"""Reuse: the same bytes whatever the number of jobs, and nothing stale is ever served."""

import json
import multiprocessing
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis import paths, reads, regions
from analysis.report import build, kernels, manifest, processes
from analysis.report import worker as work
from analysis.report.manifest import Inputs
from analysis.report.plan import CHAPTERS, make_plan

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.xdist_group("reuse")  # the reports are built once


def test_the_number_of_jobs_changes_no_byte(samverkan, single, content, tmp_path):
    done = samverkan("build", "--members", "1863", "--out", tmp_path, "--jobs", 2)
    assert done.returncode == 0, done.stderr
    assert content(tmp_path / "hallefors") == content(single / "hallefors")


def test_a_fresh_report_is_left_alone(samverkan, single):
    before = (single / "hallefors" / "build.json").read_bytes()
    done = samverkan("build", "--members", "1863", "--out", single)
    assert done.returncode == 0
    assert "hallefors: fresh" in done.stdout
    assert (single / "hallefors" / "build.json").read_bytes() == before


def inputs_of(out, region=None, **options):
    """The inputs of the report `single`, or of one with other options."""
    return Inputs.of(make_plan([region or regions.from_members(["1863"])], out=out, **options))


def fresh_and_known(inputs):
    """Whether the report could stay as it is, and which of its chapters could."""
    (region,) = inputs.plan.regions
    return manifest.is_fresh(inputs, region), set(manifest.known_chapters(inputs, region))


@pytest.mark.parametrize(
    ("options", "known"),
    [
        ({}, True),
        ({"as_of": date(2018, 6, 30)}, False),
        ({"formats": ["html"]}, True),
        ({"chapters": [ROOT / "notebooks" / "explore.ipynb"]}, True),
        ({"region": replace(regions.from_members(["1863"]), name="HÄLLEFORS")}, False),
    ],
    ids=str,
)
def test_another_parameter_makes_it_stale(options, known, single):
    expected = (not options, set(CHAPTERS) if known else set())
    assert fresh_and_known(inputs_of(single, **options)) == expected


def test_a_report_without_one_of_its_files_is_stale(single, tmp_path):
    shutil.copytree(single / "hallefors", tmp_path / "hallefors")
    assert fresh_and_known(inputs_of(tmp_path)) == (True, set(CHAPTERS))
    (tmp_path / "hallefors" / "report.pdf").unlink()
    assert fresh_and_known(inputs_of(tmp_path)) == (False, set(CHAPTERS))
    (tmp_path / "hallefors" / "notebooks" / "services.ipynb").write_text("{}", encoding="utf-8")
    assert fresh_and_known(inputs_of(tmp_path))[1] == set(CHAPTERS) - {"services"}


def test_what_an_update_keeps_hidden_is_no_data(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path))
    before = manifest.data_digest()
    (tmp_path / ".kept").mkdir()
    (tmp_path / ".kept" / "reply.json.gz").touch()
    assert manifest.data_digest() == before
    (tmp_path / "population.json").touch()
    assert manifest.data_digest() != before


def test_the_report_on_one_municipality_says_ingen_uppgift_never_delar_inte(single):
    text = (single / "hallefors" / "report.html").read_text(encoding="utf-8")
    assert "delar inte" not in text


def test_every_cited_dataset_was_read_through_a_door(single):
    """A dataset that a report cites but no chapter recorded would go stale unseen."""
    record = json.loads((single / "hallefors" / "build.json").read_text(encoding="utf-8"))
    seen = {
        arguments["key"]
        for chapter in record["reads"].values()
        for door, arguments, _ in chapter["reads"]
        if door.endswith(":edition")
    }
    cited = {entry["dataset"] for entry in record["data"]}
    assert len(cited) > 10
    assert cited <= seen | {"services"}


def test_a_chapter_records_what_it_reads_and_no_more(single):
    """So a changed row or table runs the chapters that show it (see `test_changes.py`)."""
    record = json.loads((single / "hallefors" / "build.json").read_text(encoding="utf-8"))

    def readers(door, **given):
        return {
            chapter
            for chapter, entry in record["reads"].items()
            for name, arguments, _ in entry["reads"]
            if name.endswith(f":{door}") and given.items() <= arguments.items()
        }

    assert readers("edition", key="mean_age") == {"population"}
    assert readers("edition", key="commuting_margins") == {"summary", "services", "commuting"}
    assert readers("inventory_of") == readers("inventory_of", members=["1863"])
    assert readers("inventory_of") == {"summary", "services"}


def test_a_report_that_is_found_to_be_todays_is_so_for_what_was_looked_at(
    single, tmp_path, monkeypatch
):
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(tmp_path / "updated"))
    shutil.copytree(single / "hallefors", tmp_path / "hallefors")
    inputs = inputs_of(tmp_path)
    (tmp_path / "updated").mkdir()
    (tmp_path / "updated" / "edited-meanwhile.json").touch()
    manifest.renew(inputs, inputs.plan.regions[0])
    assert not fresh_and_known(inputs)[0], "nobody has looked at what was edited meanwhile"
    inputs = inputs_of(tmp_path)
    manifest.renew(inputs, inputs.plan.regions[0])
    assert fresh_and_known(inputs)[0]


def test_an_own_chapter_runs_in_every_build(notebook, own_plan, tmp_path):
    """It may read what no door records: a table that a library opens in C."""
    table = tmp_path / "egna.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(table)
    path = notebook(
        tmp_path / "eget.ipynb",
        "import pandas as pd\nfrom analysis.exhibits import say",
        f"rows = pd.read_parquet({str(table)!r})['a'].sum()",
        "say(str(rows) + ' stycken')",
    )
    plan = own_plan(path)
    page = plan.out / "hallefors" / "report.html"
    assert [result.status for result in build.build(plan)] == ["built"]
    assert "1 stycken" in page.read_text(encoding="utf-8")
    pd.DataFrame({"a": [2]}).to_parquet(table)
    assert [result.status for result in build.build(plan)] == ["built"]
    assert "2 stycken" in page.read_text(encoding="utf-8")


def test_a_forked_kernel_and_a_new_one_give_the_same_bytes(tmp_path):
    plan = make_plan([regions.from_members(["1863"])], out=tmp_path)
    job = plan.chapters_of(plan.regions[0])[CHAPTERS.index("summary")]
    given = job, job.notebook.read_bytes()
    assert not kernels.are_forked()
    work.steady()
    plain = work.run_chapter(given)
    with processes.local_pool(1) as pool:
        assert pool.submit(kernels.are_forked).result()
        forked = pool.submit(work.run_chapter, given).result()
    assert (plain.outcome.error, forked.outcome.error) == ("", "")
    assert plain.notebook == forked.notebook
    assert plain.outcome.reads == forked.outcome.reads


def test_a_kernel_with_the_number_of_an_older_one_is_alive():
    ours, far = multiprocessing.Pipe()
    nursery = kernels.Nursery.__new__(kernels.Nursery)
    nursery._pipe, nursery._ended = ours, {}
    far.send(("started", 7, None))
    assert nursery.fork(("connection", None, {})) == 7
    far.send(("ended", 7, 0))
    assert nursery.ended(7) == 0
    far.send(("started", 7, None))
    nursery.fork(("connection", None, {}))
    assert nursery.ended(7) is None


def test_a_record_calls_nothing_but_doors(tmp_path, monkeypatch):
    (tmp_path / "foreign.py").write_text("raise SystemExit('imported')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    mark = tmp_path / "mark"
    for name, given in (
        ("foreign:run", {}),
        ("os:mkdir", {"path": str(mark)}),
        ("analysis.paths:user_data", {}),
    ):
        assert not reads.holds(reads.Read(name, given, reads.digest(None)))
    assert not mark.exists()
