"""The benchmarks measure what they say: every process counts, and the table has every row."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
BUSY = "import time\nwhile time.process_time() < 0.3: pass"
ORPHAN = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {BUSY!r}])"


@pytest.fixture
def nation(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import nation

    return nation


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import measure
    import metrics
    import run

    return measure, metrics, run


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are counted on Linux alone")
def test_the_work_of_an_orphan_is_counted(benchmarks):
    measure, _, _ = benchmarks
    used = measure.cost(sys.executable, "-c", ORPHAN)
    assert used.processor >= 0.3
    assert used.wall >= 0.3


def test_a_command_that_fails_is_no_measurement(benchmarks):
    measure, _, _ = benchmarks
    with pytest.raises(SystemExit, match="failed"):
        measure.cost(sys.executable, "-c", "raise SystemExit(3)")


def test_the_table_has_peer_ratio_and_unit(benchmarks):
    measure, _, run = benchmarks
    text = run.table([measure.Row("ours", 3.0, "theirs", 2.0, measure.at_most(1.5), "MB")])
    assert "| ours | 3.00 MB | theirs | 2.00 MB | 1.50 | at most 1.5: met |" in text


@pytest.mark.parametrize(
    ("target", "ours", "verdict"),
    [
        (("at_most", 1.5), 3.1, "at most 1.5: MISSED"),
        (("at_least", 0.9), 1.8, "at least 0.9: met"),
        (("at_least", 0.9), 1.7, "at least 0.9: MISSED"),
        (("under", 0.5), 0.4, "under 0.5 s: met"),
        (("under", 0.5), 0.5, "under 0.5 s: MISSED"),
    ],
)
def test_the_table_says_whether_a_target_was_met(benchmarks, target, ours, verdict):
    measure, _, _ = benchmarks
    name, limit = target
    assert measure.Row("", ours, "", 2.0, getattr(measure, name)(limit)).verdict == verdict


def test_a_missed_target_is_seen_by_the_exit_code(benchmarks):
    measure, _, run = benchmarks
    met = measure.Row("good", 1.0, "", 2.0, measure.at_most(0.5))
    late = measure.Row("late", 1.1, "", 2.0, measure.at_most(0.5))
    assert run.verdict([met, measure.Row("no target", 9.0, "", 1.0)]) == 0
    assert run.verdict([met, late]) == "missed: late"


def a_run(nation, *, minutes=20):
    """A report a second after a start of ten, memory that grows by a MB a second, a busy core."""
    begun = 1000.0
    looks = [nation.Look(begun + s, 500.0 + s, 50.0) for s in range(60 * minutes)]
    return nation.Run(100, [begun + 10 + i for i in range(1, 101)], looks, nation.Cost(110, 100))


def test_the_course_of_a_run_is_told_in_steps_of_as_many_reports(nation):
    first, *_, last = steps = nation.course(a_run(nation))
    assert [step.reports for step in steps] == list(range(10, 101, 10))
    assert (first.seconds_each, last.seconds_each) == (2.0, 1.0)
    assert (first.minutes, last.minutes) == pytest.approx((20 / 60, 110 / 60))
    assert (last.memory, last.most_memory) == (605.0, 610.0)
    assert {step.cores for step in steps} == {50.0}
    assert "| 100 | 1.8 | 60.0 | 1.00 | 605 MB | 610 MB | 50 % |" in nation.told(a_run(nation))


def test_a_record_keeps_the_section_of_the_last_full_run(nation, benchmarks, tmp_path, monkeypatch):
    _, _, run = benchmarks
    monkeypatch.setattr(run, "RECORD", tmp_path / "performance.md")
    monkeypatch.setattr(run, "_commit", lambda: "abc1234")
    rows = nation.rows(a_run(nation))
    run.RECORD.write_text(run.recorded(rows, a_run(nation), full=True), encoding="utf-8")
    later = run.recorded([], a_run(nation), full=False)
    assert "commit abc1234: 100 reports in all formats" in later
    assert nation.told(a_run(nation)) in later
    assert later.count(run.table(rows)) == 1  # in the section, no more in the table above it


def test_synthetic_areas_are_sparse_and_closed(benchmarks):
    _, metrics, _ = benchmarks
    table, distances = metrics.synthetic(500)
    assert len(table) <= 41 * 500
    assert distances.shape == (500, 500)
    assert set(table["work"]) <= set(distances.index)
    assert (table["persons"] > 0).all()
    assert not table.duplicated(["home", "work"]).any()


@pytest.mark.slow
def test_every_benchmark_file_can_be_loaded():
    code = (
        "import sys; sys.modules['analysis.report.warm'] = sys\n"  # loads and works: builds need it
        "import bare, builds, explorer, flow_error, metrics, nation, preview, run, update"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
