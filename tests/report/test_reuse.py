"""Reuse: the same bytes whatever the number of jobs, and nothing stale is ever served."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import nbformat
import pytest

from analysis import regions
from analysis.loaders import tables

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.xdist_group("reuse")  # the reports are built once


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


@pytest.mark.parametrize("name", ["library_digest", "base_digest", "installed_versions"])
def test_no_chapter_is_kept_from_another_library_or_version(name, single, monkeypatch):
    from analysis.report import manifest
    from analysis.report.plan import CHAPTERS, make_plan

    region = regions.from_members(["1863"])
    plan = make_plan([region], out=single)
    assert set(manifest.known_chapters(plan, region)) == set(CHAPTERS)
    monkeypatch.setattr(manifest, name, lambda: "changed")
    assert manifest.known_chapters(plan, region) == {}


def test_every_cited_dataset_was_read_through_a_door(single):
    """A dataset that a report cites but no chapter recorded would go stale unseen."""
    record = json.loads((single / "hallefors" / "build.json").read_text(encoding="utf-8"))
    seen = {arguments["key"] for chapter in record["reads"].values()
            for door, arguments, _ in chapter["reads"] if door.endswith(":edition")}
    cited = {entry["dataset"] for entry in record["data"]}
    assert len(cited) > 10
    assert cited <= seen | {"services"}


class House:
    """A copy of the product in which a test may change anything; `build` tells what was run."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("analysis", "notebooks", "data"):
            shutil.copytree(ROOT / name, folder / name,
                            ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))

    def build(self, *options):
        environment = {**os.environ, "PYTHONPATH": str(self.folder)}
        done = subprocess.run(
            [sys.executable, "-m", "analysis.cli", "build", "kak", "--members", "1863",
             "--format", "html", "--out", "out", *options], cwd=self.folder, env=environment,
            capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        ran = set(re.findall(r"^(\w+): (\w+) done in", done.stderr, re.MULTILINE))
        return ran, dict(re.findall(r"^(\w+): (\w+),", done.stdout, re.MULTILINE))

    def change(self, name, old, new):
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("house"))
    made.build()
    return made


BOTH = ("kak", "hallefors")
REPORT = {(key, step) for key in BOTH for step in ("compose", "html")}


def note_of(table, key):
    """A row of a CSV of the inventory on the arrangement `key`, and the same with another note."""
    lines = (ROOT / "data" / "services" / table).read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith(f"{key},"))
    return row, f'{row.rstrip(chr(34))} (omprövad){chr(34) if row.endswith(chr(34)) else ""}'


def bodies(*members, gaps_on=""):
    from analysis.inventory import inventory_of

    return set(inventory_of(list(members), gaps_on).arrangements["key"])


def test_each_input_in_turn_runs_only_what_reads_it(house):
    """One test, because each step starts from the reports of the one before."""
    from analysis import catalog
    from analysis.loaders.services import load_inventory

    kak, day = regions.get("kak").members, catalog.SNAPSHOT_DATE.isoformat()
    read = {"kak": bodies(*kak, gaps_on=day), "hallefors": bodies("1863", gaps_on=day)}

    assert house.build() == (set(), dict.fromkeys(BOTH, "fresh")), "nothing changed"

    unread = set(load_inventory().memberships["arrangement"]) - read["kak"] - read["hallefors"]
    house.change("data/services/memberships.csv", *note_of("memberships.csv", min(unread)))
    assert house.build() == (set(), dict.fromkeys(BOTH, "fresh")), "a row that none reads"
    assert house.build() == (set(), dict.fromkeys(BOTH, "fresh"))

    only = min(bodies("1863") - read["kak"])
    house.change("data/services/memberships.csv", *note_of("memberships.csv", only))
    ran, status = house.build()
    assert status == {"kak": "fresh", "hallefors": "built"}, "a row that one region reads"
    assert ran == {("hallefors", step) for step in ("summary", "services", "compose", "html")}

    path = catalog.dataset("mean_age").path.relative_to(ROOT)
    table = tables.read(house.folder / path)
    table.assign(value=table["value"] + 0.1).to_parquet(house.folder / path, index=False)
    ran, _ = house.build()
    assert ran == REPORT | {(key, "population") for key in BOTH}, "a table"

    house.change("notebooks/commuting.ipynb", "## ", "## Om ")
    ran, _ = house.build()
    assert ran == REPORT | {(key, "commuting") for key in BOTH}, "a notebook"

    with (house.folder / "analysis/report/templates/samverkan/report.css").open("a") as style:
        style.write("p.ny{margin:0}\n")
    ran, _ = house.build()
    assert ran == REPORT, "a style"

    ran, _ = house.build("--as-of", "2018-06-30")
    assert len(ran) == len(REPORT) + 8, "another date"


def test_what_an_own_chapter_opens_is_recorded(tmp_path):
    from analysis import reads
    from analysis.report import build
    from analysis.report import worker as work
    from analysis.report.plan import Job

    table, path = tmp_path / "egna.csv", tmp_path / "eget.ipynb"
    table.write_text("a\n1\n", encoding="utf-8")
    made = nbformat.v4.new_notebook(metadata={"kernelspec": {
        "name": "python3", "display_name": "Python 3", "language": "python"}}, cells=[
        nbformat.v4.new_code_cell('region = "kak"\nname = ""\nas_of = ""',
                                  metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(f"import pandas as pd\nrows = pd.read_csv({str(table)!r})")])
    nbformat.write(made, path)
    job = Job(regions.get("kak"), "eget", path, date(2026, 6, 30))
    with build.local_pool(1) as pool:
        chapter = pool.submit(work.run_chapter, job).result()
    assert chapter.outcome.error == ""
    (seen,) = [read for read in chapter.outcome.reads if read.door.endswith(":file_digest")]
    assert seen.arguments == {"path": str(table)}
    assert reads.holds(seen)
    table.write_text("a\n2\n", encoding="utf-8")
    assert not reads.holds(seen)
    assert not reads.holds(reads.unknown("the answer of a host"))
