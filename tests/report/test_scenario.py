"""The scenario report: built once with a real kernel and read back; whole or not at all."""

import json
import re

import openpyxl
import pikepdf
import pytest

from analysis.errors import BuildError, InputError
from analysis.report import scenario, single, worker
from analysis.report.execute import Outcome
from tests.guard import capture, compare, prints
from tests.guard.scenarios import Case

pytestmark = pytest.mark.xdist_group("scenario")  # built once
MEMBERS = ["1960", "1983", "1984", "1961"]
FOLDER = "scenario-raddningstjanst-1960-1983-1984-1961-vard-1983"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("scenario")
    return scenario.build_scenario("raddningstjanst", MEMBERS, host="1983", out=out)


@pytest.fixture(scope="module")
def page(folder):
    html = (folder / "report.html").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("</style>")[2]))


def test_all_files_are_there(folder):
    assert folder.name == FOLDER
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {
        "report.html",
        "report.pdf",
        "report.xlsx",
        "build.json",
        "key_figures.json",
        "notebooks/scenario.ipynb",
        "figures/scenario-karta.svg",
    } <= names
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".building")]


def test_the_page_says_who_stays_and_both_halves(page):
    assert "kvar blir Surahammar och Västerås" in page
    assert "sänker sällan kostnaderna" in page
    assert "demokratiska risker" in page
    assert "Kostnaden per invånare är okänd" in page
    assert "lovar ingen besparing" in page
    assert "9 kap. 37–38 §§" in page
    assert "Antagen ändring av kostnaden" in page


def test_page_and_workbook_show_what_was_recomputed(folder):
    (members, host), given = (tuple(MEMBERS), "1983"), capture.built(folder, ["scenario"])
    case = Case("scenario", "scenario", members, (), "raddningstjanst", host)
    assert compare.faults_of(case, given) == []
    assert prints.lacking(folder, given["scenario"]) == []


def test_the_page_asks_for_nothing_outside(folder):
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="https?:[^"]*\.(?:js|css|png|svg|woff)', html)
    assert "<script" not in html


def test_pdf_is_tagged_and_xlsx_has_the_tables(folder):
    with pikepdf.open(folder / "report.pdf") as document:
        assert document.Root.MarkInfo.Marked
    book = openpyxl.load_workbook(folder / "report.xlsx")
    assert any("scenario-antaganden" in name for name in book.sheetnames)
    assert book.sheetnames[-1] == "Källor"
    book.close()


def test_manifest_names_members_and_date(folder):
    record = json.loads((folder / "build.json").read_text(encoding="utf-8"))
    assert record["members"] == MEMBERS
    assert record["failed"] == []


def test_a_failure_leaves_the_former_report_untouched(folder, monkeypatch):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    def fail(pool, given):
        job, *_ = given
        return worker.Chapter(
            Outcome(job.region.key, job.chapter, None, 0.1, error="cell 3 (x): ValueError: no")
        )

    monkeypatch.setattr(single, "_executed", fail)
    with pytest.raises(BuildError, match="cell 3"):
        scenario.build_scenario("raddningstjanst", MEMBERS, host="1983", out=folder.parent)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert not [path for path in folder.parent.iterdir() if path.name.startswith(".building")]


@pytest.mark.parametrize(
    ("service", "members", "host", "said"),
    [
        ("vaxl", ["1863", "1864"], "", "did you mean 'vaxel'"),
        ("vaxel", ["1863", "9999"], "", "9999"),
        ("vaxel", ["1863"], "", "takes two"),
        ("vaxel", ["1863", "1864"], "1885", "not among the members"),
    ],
)
def test_wrong_input_writes_nothing(tmp_path, service, members, host, said):
    out = tmp_path / "out"
    with pytest.raises(InputError, match=said):
        scenario.build_scenario(service, members, host=host, out=out)
    assert not out.exists()


def test_another_folder_is_never_replaced(tmp_path):
    mine = tmp_path / scenario.folder_name("vaxel", ["1863", "1864"], "")
    mine.mkdir()
    (mine / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="not made by samverkan"):
        scenario.build_scenario("vaxel", ["1863", "1864"], out=tmp_path)
    assert (mine / "letter.txt").read_text(encoding="utf-8") == "mine"


def test_folder_names_differ_by_host_and_stay_short():
    many = [f"{code:04d}" for code in range(100, 160)]
    plain = scenario.folder_name("vaxel", ["1863", "1864"], "")
    assert plain != scenario.folder_name("vaxel", ["1863", "1864"], "1863")
    assert len(scenario.folder_name("vaxel", many, "0100")) < 120
