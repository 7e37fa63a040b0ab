"""A preview runs again what a change touches, never less: its page is that of a whole build."""

import json
import shutil
from concurrent.futures import BrokenExecutor, Future
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import nbformat
import pytest

from analysis import reads, regions
from analysis.errors import BuildError, InputError
from analysis.investigation import texts
from analysis.reads import Read
from analysis.report import cells, preview, worker
from analysis.report.execute import Outcome
from analysis.report.plan import Job
from analysis.report.preview import Maker
from analysis.report.preview.site import Site
from analysis.report.preview.subject import InvestigationSubject, Task
from analysis.report.processes import LocalExecutor
from analysis.report.worker import Chapter

ROOT = Path(__file__).resolve().parents[2]


def notebook(*sources):
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    made.cells[0].metadata["tags"] = ["parameters"]
    return made


@pytest.mark.parametrize(
    ("stale", "needed"),
    [
        ({3}, {0, 1, 3}),
        ({5}, {0, 1, 2, 5}),
        ({6}, {0, 1, 6}),  # nobody else uses what it binds
        ({3, 6}, {0, 1, 3, 6}),
        ({1}, None),
        ({2}, None),
    ],
)
def test_what_a_cell_uses_is_run_with_it(stale, needed):
    asked = notebook(
        'path = ""',
        "from analysis.exhibits import say\nview = look(path)",
        "for part in view.parts:\n    say(part)",
        "say(view.one)",
        "say(part)",
        "import numpy as np\nsay(part, np.pi)",
        "for row in view.rows:\n    say(row)",
    )
    assert cells.needed(asked, stale) == needed


@pytest.mark.parametrize(
    ("giver", "user"),
    [
        ("x = 1", "x += 1\nx"),
        ("x = 1", "if view:\n    x = 2\nsay(x)"),
        ("x = 1", "for x in view.rows:\n    say(1)\nsay(x)"),
        ("x = 1", "rows = [x for x in view.rows]\nsay(x)"),
        ("found['x'] = 1", "say(found)"),
        ("found.x = 1", "say(found)"),
        ("del found['x']", "say(found)"),
    ],
)
def test_what_may_be_of_an_earlier_cell_is_run_with_that(giver, user):
    asked = notebook('path = ""', giver, "say(1)", user)
    assert cells.needed(asked, {3}) == {0, 1, 3}
    assert {1, 3} <= next(share for share in cells.shares(asked, 2, {}) if 3 in share)


@pytest.mark.parametrize(
    "cell", ["%time say(1)", "from math import *", "exec('x = 1')", "say(_)", "say(("]
)
def test_a_notebook_whose_cells_cannot_be_told_apart_is_run_as_a_whole(cell):
    asked = notebook('path = ""', cell, "say(x)", "say(y)")
    assert cells.needed(asked, {2}) is None
    assert cells.shares(asked, 2, {}) == [{0, 1, 2, 3}]


def test_a_change_between_two_shares_leaves_a_read_that_does_not_hold():
    made = notebook('region = ""', "look()", "say(1)", "say(2)")

    def share(ran, digest):
        seen = tuple((Read("a:look", {}, digest),) if number == 1 else () for number in range(4))
        outcome = Outcome("kak", "a", None, 0.0, reads=seen[1], cells=seen)
        return worker.Share(frozenset(ran), Chapter(outcome, nbformat.writes(made).encode()))

    def found(*digests):
        return [
            one.digest
            for one in worker.joined(
                [
                    share(ran, digest)
                    for ran, digest in zip(({0, 1, 2}, {0, 1, 3}), digests, strict=True)
                ]
            ).outcome.cells[1]
        ]

    assert found("old", "old") == ["old"]
    assert found("new", "old") == ["new", "old"]


def test_what_is_no_notebook_is_told_once_as_where_nobody_shares(tmp_path):
    path = tmp_path / "parts.ipynb"
    job = Job(regions.get("kak"), "parts", path, date(2026, 6, 30))
    for content in (b"", b"{", b"\xff", b"[]"):
        given = job, content, ""
        whole = worker.run_chapter(given).outcome.error
        shares = [worker.run_share(given, place, 2, {}) for place in range(2)]
        assert shares[1] is None
        assert worker.joined(shares[:1]).outcome.error == whole != ""


def read(folder, name):
    found = texts.chapter(folder, name)
    given = {"folder": str(folder), "name": name}
    return Read("analysis.investigation.texts:chapter", given, reads.digest(found))


def test_another_text_changes_the_cell_that_read_it_and_any_other_read_may_change_more(tmp_path):
    seen = [[], [read(tmp_path, "nulage")], [read(tmp_path, "behov")]]
    assert reads.stale(seen) == set()
    (tmp_path / "behov.md").write_text("Nora växer.\n", encoding="utf-8")
    assert reads.stale(seen) == {2}
    other = Read("analysis.loaders.services:read_inventory", {"path": str(tmp_path)}, "0" * 64)
    assert reads.stale([[other], *seen]) is None
    (tmp_path / "nulage.md").write_text("<b>Fel</b>\n", encoding="utf-8")
    assert reads.stale(seen) == {1, 2}


def test_the_reads_of_a_trace_are_told_by_cell(tmp_path):
    lines = [json.dumps(["a:b", {"n": number}, str(number)]) + "\n" for number in range(3)]
    trace = tmp_path / "trace"
    trace.write_text("".join(lines), encoding="utf-8")
    ends = {1: len(lines[0]), 2: len(lines[0]), 4: sum(map(len, lines))}
    found = reads.of_cells(trace, ends, 5)
    assert [[one.arguments["n"] for one in cell] for cell in found] == [[], [0], [], [], [1, 2]]
    assert reads.of_cells(tmp_path / "none", ends, 2) == [[], []]


class Answers:
    """A pool whose workers answer what the test says."""

    def __init__(self):
        self.faulty, self.stale, self.asked = set(), {}, []

    def submit(self, function, *given):
        done = Future()
        self.asked.append(function)
        if function is worker.stale:
            done.set_result({name: self.stale.get(name, set()) for name in given[0]})
        elif function is worker.pages:
            done.set_result({"report.html": str(len(self.asked))})
        else:
            name = given[0][0].chapter
            fault = "no" if name in self.faulty else ""
            done.set_result(Chapter(Outcome("kak", name, None, 0.0, fault)))
        return done


def test_what_succeeded_beside_a_fault_is_on_the_next_page(tmp_path):
    path = tmp_path / "one.ipynb"
    path.write_text("{}", encoding="utf-8")
    tasks = [Task(Job(regions.get("kak"), name, path, date(2026, 6, 30))) for name in ("a", "b")]
    plan, pool = SimpleNamespace(chapters=[("a", path), ("b", path)]), Answers()
    maker = Maker(pool)
    first = maker.pages(plan, tasks)
    assert maker.pages(plan, tasks) is first
    pool.stale, pool.faulty = {"a": None, "b": None}, {"b"}
    with pytest.raises(BuildError, match="chapter b: no"):
        maker.pages(plan, tasks)
    pool.stale = {}  # what was wrong with b is as it was; a is newer than the page
    assert maker.pages(plan, tasks) != first


def test_what_is_executed_while_the_subject_looks_is_used_if_that_is_what_it_finds(tmp_path):
    path = tmp_path / "one.ipynb"
    path.write_text("{}", encoding="utf-8")
    first, other = (
        [Task(Job(regions.get("kak"), "a", path, day))]
        for day in (date(2026, 6, 30), date(2026, 7, 1))
    )
    plan, pool = SimpleNamespace(chapters=[("a", path)]), Answers()

    def asked(found):
        pool.asked.clear()
        subject = SimpleNamespace(guess=lambda: (plan, first), look=lambda pool: found())
        preview._pages(maker, subject)
        return pool.asked.count(worker.preview_chapter)

    def refuse():
        raise InputError("no such member")

    maker = preview.Maker(pool)
    assert asked(lambda: (plan, first)) == 1
    assert asked(lambda: (plan, first)) == 0
    assert asked(lambda: (plan, other)) == 1
    pool.faulty = {"a"}
    with pytest.raises(InputError, match="no such member"):  # not what it made of the chapter
        asked(refuse)
    with pytest.raises(BuildError, match="chapter a: no"):
        asked(lambda: (plan, first))
    pool.faulty = set()
    assert asked(lambda: (plan, first)) == 1


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_what_a_lost_process_did_is_done_once_more(monkeypatch, lost):
    told, site = [], Site()
    answers = [BrokenExecutor("the kernel was killed")] * lost + [{"report.html": "new"}]
    made = Mock(side_effect=answers)
    monkeypatch.setattr(preview, "_pages", made)
    preview._renew(site, None, None, told.append)
    assert made.call_count == min(lost + 1, 2)
    assert ("killed again" in site.fault) == (lost == 2)
    assert ("report.html" in site.pages and "new" in site.pages["report.html"]) == (lost < 2)


PARTS = notebook(
    'region = ""\nname = ""\nas_of = ""',
    "from analysis.exhibits import say\nnames = ['Kil', 'Nora']",
    "for one in names:\n    say(one)",
    "len(names)",
    "",
    "last = names[0]\nfor one in names[:1]:\n    say(one)",
    "say(last)",
)


def test_cells_that_bind_the_same_name_for_themselves_are_in_no_other_share():
    took = {2: 2.0, 3: 0.1, 6: 1.0}
    assert cells.shares(PARTS, 2, took) == [{0, 1, 2}, {0, 1, 3, 5, 6}]
    assert cells.shares(PARTS, 1, took) == [{0, 1, 2, 3, 5, 6}]
    assert len(cells.shares(PARTS, 9, took)) == 3


@pytest.mark.slow
def test_shares_give_what_one_process_gives(pool, tmp_path):
    job = Job(regions.get("kak"), "parts", tmp_path / "parts.ipynb", date(2026, 6, 30))
    given = job, nbformat.writes(PARTS).encode(), ""
    whole = pool.submit(worker.run_chapter, given).result()
    assert whole.outcome.error == ""
    for count in (1, 2, 9):
        running = [pool.submit(worker.run_share, given, place, count, {}) for place in range(count)]
        shares = [share for future in running if (share := future.result())]
        assert len(shares) == min(count, 3)
        found = pool.submit(worker.joined, shares).result()
        assert found.notebook == whole.notebook
        assert found.outcome.reads == whole.outcome.reads
        assert found.outcome.cells == whole.outcome.cells
        assert found.outcome.took.keys() == whole.outcome.took.keys()
    faulty = nbformat.writes(notebook(*[c.source for c in PARTS.cells], "1 / 0")).encode()
    given = job, faulty, ""
    shares = [pool.submit(worker.run_share, given, place, 2, {}).result() for place in range(2)]
    assert "ZeroDivisionError" in worker.joined(shares).outcome.error


@pytest.fixture
def pool():
    found = LocalExecutor(1)
    yield found
    found.kill()


@pytest.mark.slow
def test_own_prose_alone_gives_the_page_of_a_whole_run(pool, tmp_path):
    folder = shutil.copytree(ROOT / "examples" / "lonecenter", tmp_path / "lonecenter")
    subject, maker = InvestigationSubject(folder, tmp_path / "out"), Maker(pool)
    first = maker.pages(*subject.look(pool))
    for chapter, words in (
        ("fordelning", "Ny text om delning."),
        ("nulage", "| A | B |\n|--|--|\n| 1 | 2 |"),
    ):
        with (folder / "text" / f"{chapter}.md").open("a", encoding="utf-8") as file:
            file.write(f"\n{words}\n")
        maker.pages(*subject.look(pool))
    new = maker.pages(*subject.look(pool))
    assert "Ny text om delning." in new["report.html"]
    assert new != first
    assert new == Maker(pool, 3).pages(*subject.look(pool))  # the one chapter in three shares
