"""A PDF is set in a process of its own: what it refuses, and that it was killed, are told."""

import signal
import subprocess

import pytest

from analysis.errors import BuildError
from analysis.exhibits.model import TableExhibit
from analysis.figures import fonts
from analysis.report import setting, typeset
from analysis.tables import Format


def job(tmp_path, text):
    template = tmp_path / "page.typ"
    template.write_text(f'#set document(title: "x")\n{text}', encoding="utf-8")
    return {
        "template": str(template),
        "given": "{}",
        "fonts": fonts.folders(),
        "drawings": {},
        "rounds": 0,
        "timestamp": "2026-08-31T00:00:00+00:00",
    }


def marked(text):
    """The spots that the template of the report tells of, here of one chapter of words."""
    spot = '#metadata((what: "{}", place: {}))<spot>\n'
    return spot.format("chapter", 0) + text + "\n" + spot.format("text", -1)


def test_the_pages_come_back(tmp_path):
    assert setting.pdf(job(tmp_path, marked("Hej")), "report").startswith(b"%PDF")


def test_what_typst_refuses_is_told(tmp_path):
    with pytest.raises(BuildError, match=r"report\.pdf: .*unknown variable: hej"):
        setting.pdf(job(tmp_path, marked("#hej")), "report")


def test_a_killed_process_is_told(tmp_path, monkeypatch):
    run = subprocess.run
    monkeypatch.setattr(
        setting.subprocess, "run", lambda line, **more: run(["sh", "-c", "kill -9 $$"], **more)
    )
    with pytest.raises(BuildError, match=rf"ended with -{signal.SIGKILL:d}: it was killed"):
        setting.pdf(job(tmp_path, marked("Hej")), "report")


def test_a_long_heading_takes_the_room_that_its_table_leaves():
    heads = ("Område", "Nattbefolkning", "Dagbefolkning", "Bor och arbetar i samma kommun (%)")
    rows = (("Riket", 5_109_384, 5_104_179, 64.9),)
    columns = tuple(Format(head, text=not place) for place, head in enumerate(heads))
    table = TableExhibit("t", "Pendling", columns, rows, (), "observed")
    narrow, wide = (
        typeset._widths(table, typeset.shown_rows(table), 8.8, room) for room in (330, 700)
    )
    assert wide == [0, 0, 0, 0], "every heading has the line it likes"
    assert sum(narrow) == pytest.approx(330, abs=1)
    assert narrow[3] > 1.5 * narrow[2] > 0, "the long heading has the fewest lines"


def test_a_long_heading_has_its_part_of_a_full_table():
    heads = ("Område", *("Nattbefolkning",) * 4, "Bor och arbetar i samma kommun (%)")
    columns = tuple(Format(head, text=not place) for place, head in enumerate(heads))
    rows = (("Karlstadsregionen", *(70_592,) * 4, 66.6),)
    table = TableExhibit("t", "Pendling", columns, rows, (), "observed")
    found = typeset._widths(table, typeset.shown_rows(table), 8.8, 462)
    assert sum(found) == pytest.approx(462, abs=1)
    letters = len(heads[-1]) * typeset._BOLD * 8.8 * typeset._LETTER
    assert letters / (found[-1] - typeset._BESIDE) < 4, "no column of a word a line"
