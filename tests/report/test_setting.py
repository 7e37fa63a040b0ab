"""A PDF is set in a process of its own: what it refuses, and that it was killed, are told."""

import signal
import subprocess

import pytest

from analysis.errors import BuildError
from analysis.figures import fonts
from analysis.report import setting


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
