"""What happens when a chapter fails, is malformed, or shows what nobody can trace."""

import json
from datetime import date
from pathlib import Path

import nbformat
import pytest

from analysis import cli, regions
from analysis.errors import BuildError, InputError, SamverkanError
from analysis.report import build, compose, execute, scenario
from analysis.report.build import swap
from analysis.report.plan import Job, make_plan


def job(path):
    return Job(regions.get("karlstad"), path.stem, path, date(2026, 6, 30))


@pytest.mark.slow
def test_a_good_chapter_gets_its_parameters(notebook, tmp_path):
    path = notebook(tmp_path / "good.ipynb", "print(region, as_of)")
    out = tmp_path / "out"
    out.mkdir()
    outcome = execute.run(job(path), out)
    assert outcome.error == ""
    text = (out / "good.ipynb").read_text(encoding="utf-8")
    assert "karlstad 2026-06-30" in text
    assert "start_time" not in text, "times would make every build differ"


@pytest.mark.slow
def test_a_failing_cell_is_named_and_leaves_nothing(notebook, tmp_path):
    path = notebook(tmp_path / "bad.ipynb", "x = 1", "1 / 0")
    out = tmp_path / "out"
    out.mkdir()
    outcome = execute.run(job(path), out)
    assert outcome.path is None
    assert "1 / 0" in outcome.error
    assert "ZeroDivisionError" in outcome.error
    assert "Traceback" in outcome.details or "ZeroDivisionError" in outcome.details
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [(None, "no cell tagged 'parameters'"), ('region = "karlstad"', "lacks name, as_of")],
)
def test_a_chapter_without_the_parameters_is_refused(notebook, tmp_path, parameters, message):
    path = notebook(tmp_path / "x.ipynb", "y = 1", parameters=parameters)
    outcome = execute.run(job(path), tmp_path)
    assert outcome.path is None
    assert message in outcome.error


@pytest.mark.slow
def test_a_chapter_of_another_language_is_told_so_and_one_without_a_kernel_is_python(
    notebook, tmp_path
):
    path = notebook(tmp_path / "x.ipynb", "from analysis.exhibits import say\nsay('Hej.')")
    made = nbformat.read(path, 4)
    del made.metadata["kernelspec"]
    nbformat.write(made, path)
    outcome = execute.run(job(path), tmp_path)
    assert (outcome.error, outcome.path) == ("", tmp_path / "x.ipynb")
    made.metadata["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}
    nbformat.write(made, path)
    assert "x.ipynb is written in R" in execute.run(job(path), tmp_path).error


@pytest.mark.slow
def test_a_cell_is_counted_as_its_author_counts(notebook, tmp_path):
    path = notebook(tmp_path / "bad.ipynb", "x = 1", "1 / 0")  # after parameters and a heading
    assert execute.run(job(path), tmp_path).error.startswith("cell 4 (1 / 0)")
    cells = nbformat.read(path, 4).cells
    cells.insert(1, nbformat.v4.new_code_cell("", metadata={"tags": ["injected-parameters"]}))
    cells[-1]["outputs"] = [nbformat.v4.new_output("stream", name="stdout", text="hej")]
    with pytest.raises(BuildError, match="cell 4: the output 'hej'"):
        compose.compose(
            regions.get("karlstad"), "2026-06-30", {"own": nbformat.v4.new_notebook(cells=cells)}
        )


@pytest.mark.slow
def test_a_region_that_fails_leaves_its_old_report_and_the_other_builds(
    notebook, own_plan, tmp_path
):
    good = notebook(
        tmp_path / "own.ipynb",
        "from analysis.exhibits import say",
        'say("Regionen heter " + region + ".")',
    )
    plan = own_plan(good, codes=("1863", "1864"))
    folder, other = (plan.out / region.key for region in plan.regions)
    assert [result.status for result in build.build(plan)] == ["built", "built"]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert "Regionen heter 1863." in (folder / "report.html").read_text(encoding="utf-8")

    notebook(good, 'assert region != "1863", "1863 går inte"')
    failed, built = build.build(plan)
    assert (failed.status, built.status) == ("failed", "built")
    (error,) = failed.errors
    assert error.startswith("chapter own: cell")
    assert "1863 går inte" in error
    with pytest.raises(SamverkanError, match=r"^hallefors failed: chapter own: cell"):
        cli._fail_on([failed, built])
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert (other / "report.html").is_file()
    record = json.loads((plan.out / "build.json").read_text(encoding="utf-8"))
    assert [entry["status"] for entry in record["regions"]] == ["failed", "built"]
    assert [path.name for path in plan.out.iterdir() if path.name.startswith(".")] == [".lock"]


@pytest.mark.slow
def test_a_chapter_that_ends_early_is_not_done(notebook, own_plan, tmp_path):
    own = notebook(
        tmp_path / "own.ipynb",
        "from analysis.exhibits import say\nsay('Ett.')",
        "import sys\nsys.exit(0)",
        "say('Två.')",
    )
    (result,) = build.build(own_plan(own))
    assert result.status == "failed"
    assert "say('Två.')" in result.errors[0]
    assert "ended the chapter (exit or quit)" in result.errors[0]


@pytest.mark.slow
def test_an_own_chapter_finds_files_and_modules_beside_it(notebook, own_plan, tmp_path):
    folder = tmp_path / "mitt arbete"
    folder.mkdir()
    (folder / "hjalp.py").write_text("ORD = 'Hjälp'\n", encoding="utf-8")
    (folder / "tal.csv").write_text("42", encoding="utf-8")
    own = notebook(
        folder / "own.ipynb",
        "from pathlib import Path\nfrom analysis.exhibits import say\nimport hjalp",
        "say(f'{hjalp.ORD} {Path(\"tal.csv\").read_text()}.')",
    )
    plan = own_plan(own)
    page = plan.out / plan.regions[0].key / "report.html"
    assert [result.status for result in build.build(plan)] == ["built"]
    assert "Hjälp 42." in page.read_text(encoding="utf-8")
    (folder / "tal.csv").write_text("43", encoding="utf-8")
    build.build(plan)
    assert "Hjälp 43." in page.read_text(encoding="utf-8")


KILL = """
import os
from pathlib import Path
nursery = os.getppid()
worker = int(Path(f"/proc/{nursery}/stat").read_text().rpartition(")")[2].split()[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="finds the worker in /proc")
def test_a_killed_worker_costs_a_retry_and_a_second_time_its_own_region_alone(
    notebook, own_plan, tmp_path
):
    own = notebook(
        tmp_path / "own.ipynb",
        "from analysis.exhibits import say",
        KILL,
        f"mark = Path({str(tmp_path)!r}, region)\n"
        "if region == '1864' or region == '1863' and not mark.exists():\n"
        "    mark.touch()\n"
        "    os.kill(worker, 9)\n"
        "    raise SystemExit('the worker is gone')",
        "say('Klart.')",
    )
    # one process, so that what is out beside the first has not begun and kills nothing
    once, innocent, twice = build.build(own_plan(own, codes=("1863", "1885", "1864")))
    assert (tmp_path / "1863").exists()
    assert (once.status, innocent.status) == ("built", "built")
    assert twice.status == "failed"
    (error,) = twice.errors
    assert error.startswith("chapter own: its process was killed again when it ran alone")
    assert "build again" in error


def test_one_build_or_scenario_at_a_time_in_a_folder(notebook, own_plan, tmp_path):
    plan = own_plan(notebook(tmp_path / "own.ipynb", "x = 1"))
    plan.out.mkdir()
    with build.staging(plan.out) as folder:
        lock = (plan.out / ".lock").stat().st_ino
        with pytest.raises(BuildError, match="another build is writing"):
            build.build(plan)
        with pytest.raises(BuildError, match="another build is writing"):
            scenario.build_scenario("raddningstjanst", ["1960", "1983"], out=plan.out)
        assert folder.is_dir(), "the other build's files stay"
    assert not folder.exists()
    with build.staging(plan.out):
        assert (plan.out / ".lock").stat().st_ino == lock, "who waits for a lock holds this one"


def test_a_picture_without_description_is_refused_where_the_reader_would_see_it():
    made = nbformat.v4.new_notebook()
    made.cells.append(
        nbformat.v4.new_code_cell(
            "plot()", outputs=[nbformat.v4.new_output("display_data", data={"image/png": "aGVq"})]
        )
    )
    with pytest.raises(BuildError, match="cell 1: a picture has no title, alt text and source"):
        compose.compose(regions.get("karlstad"), "2026-06-30", {"own": made})
    made.cells[0].metadata["tags"] = ["remove-output"]
    made.cells.append(nbformat.v4.new_markdown_cell("# Eget"))
    assert compose.compose(regions.get("karlstad"), "2026-06-30", {"own": made}).shown == ()


def test_swap_replaces_whole_folders(tmp_path):
    old, new = tmp_path / "kak", tmp_path / "new"
    old.mkdir()
    (old / "gammal").touch()
    new.mkdir()
    (new / "ny").touch()
    swap(new, old)
    assert [path.name for path in old.iterdir()] == ["ny"]
    assert [path.name for path in tmp_path.iterdir()] == ["kak"]


def test_swap_keeps_the_old_folder_when_the_new_one_is_gone(tmp_path):
    old = tmp_path / "kak"
    old.mkdir()
    (old / "gammal").touch()
    with pytest.raises(FileNotFoundError):
        swap(tmp_path / "finns-inte", old)
    assert [path.name for path in old.iterdir()] == ["gammal"]
    assert [path.name for path in tmp_path.iterdir()] == ["kak"]


def test_a_plan_lists_all_its_faults(tmp_path):
    with pytest.raises(InputError) as caught:
        make_plan(
            [regions.get("kak")],
            formats=["pfd", "html"],
            out=tmp_path,
            jobs=0,
            chapters=[tmp_path / "summary.ipynb"],
        )
    assert len(caught.value.faults) == 3


def test_a_nice_plan_has_four_chapters_and_then_ones_own(notebook, tmp_path):
    own = notebook(tmp_path / "eget.ipynb")
    plan = make_plan([regions.get("kak")], out=tmp_path / "out", chapters=[own])
    assert [name for name, _ in plan.chapters] == [
        "summary",
        "services",
        "commuting",
        "population",
        "eget",
    ]
    assert not (tmp_path / "out").exists()
