"""What happens when a chapter fails, is malformed, or shows what nobody can trace."""

import json
from datetime import date

import nbformat
import pytest

from analysis import regions
from analysis.errors import BuildError, InputError
from analysis.report import compose, execute
from analysis.report.build import swap
from analysis.report.plan import Job, make_plan

PARAMETERS = 'region = "karlstad"\nname = ""\nas_of = ""'


def notebook(path, *cells, parameters=PARAMETERS):
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3",
                                   "language": "python"}
    if parameters is not None:
        cell = nbformat.v4.new_code_cell(parameters)
        cell.metadata["tags"] = ["parameters"]
        made.cells.append(cell)
    made.cells.append(nbformat.v4.new_markdown_cell("# Ett eget kapitel"))
    made.cells += [nbformat.v4.new_code_cell(source) for source in cells]
    nbformat.write(made, path)
    return path


def job(path):
    return Job(regions.get("karlstad"), path.stem, path, date(2026, 6, 30))


def test_a_good_chapter_gets_its_parameters(tmp_path):
    path = notebook(tmp_path / "good.ipynb", "print(region, as_of)")
    out = tmp_path / "out"
    out.mkdir()
    outcome = execute.run(job(path), out)
    assert outcome.error == ""
    text = (out / "good.ipynb").read_text(encoding="utf-8")
    assert "karlstad 2026-06-30" in text
    assert "start_time" not in text, "times would make every build differ"


def test_a_failing_cell_is_named_and_leaves_nothing(tmp_path):
    path = notebook(tmp_path / "bad.ipynb", "x = 1", "1 / 0")
    out = tmp_path / "out"
    out.mkdir()
    outcome = execute.run(job(path), out)
    assert outcome.path is None
    assert "1 / 0" in outcome.error
    assert "ZeroDivisionError" in outcome.error
    assert "Traceback" in outcome.details or "ZeroDivisionError" in outcome.details
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(("parameters", "message"), [
    (None, "no cell tagged 'parameters'"), ('region = "karlstad"', "lacks name, as_of"),
])
def test_a_chapter_without_the_parameters_is_refused(tmp_path, parameters, message):
    path = notebook(tmp_path / "x.ipynb", "y = 1", parameters=parameters)
    outcome = execute.run(job(path), tmp_path)
    assert outcome.path is None
    assert message in outcome.error


@pytest.mark.xdist_group("report")
def test_a_region_that_fails_leaves_its_old_report_and_the_other_builds(samverkan, tmp_path):
    out = tmp_path / "reports"
    good = notebook(tmp_path / "own.ipynb", "from analysis.exhibits import say",
                    'say("Regionen heter " + region + ".")')
    first = samverkan("build", "kak", "--out", out, "--chapters", good, "--format", "html")
    assert first.returncode == 0, first.stderr
    before = {path.name: path.read_bytes() for path in (out / "kak").iterdir() if path.is_file()}
    assert "Regionen heter kak." in (out / "kak" / "report.html").read_text(encoding="utf-8")

    notebook(good, 'assert region != "kak", "KAK går inte"')
    second = samverkan("build", "kak", "bergslagen", "--out", out, "--chapters", good,
                       "--format", "html")
    assert second.returncode == 1
    assert any(line.startswith("error: kak failed: chapter own: cell") and "KAK går inte" in line
               for line in second.stderr.splitlines())
    after = {path.name: path.read_bytes() for path in (out / "kak").iterdir() if path.is_file()}
    assert after == before
    assert (out / "bergslagen" / "report.html").is_file()
    record = json.loads((out / "build.json").read_text(encoding="utf-8"))
    assert [entry["status"] for entry in record["regions"]] == ["failed", "built"]
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_a_picture_without_description_is_refused(tmp_path):
    made = nbformat.v4.new_notebook()
    made.cells.append(nbformat.v4.new_code_cell("plot()", outputs=[nbformat.v4.new_output(
        "display_data", data={"image/png": "aGVq"})]))
    nbformat.write(made, tmp_path / "own.ipynb")
    with pytest.raises(BuildError, match="no title, alt text and source"):
        compose.read(regions.get("karlstad"), [job(tmp_path / "own.ipynb")], tmp_path,
                     "2026-06-30")


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
        make_plan([regions.get("kak")], formats=["pfd", "html"], out=tmp_path, jobs=0,
                  chapters=[tmp_path / "summary.ipynb"])
    assert len(caught.value.faults) == 3


def test_a_nice_plan_has_four_chapters_and_then_ones_own(tmp_path):
    own = notebook(tmp_path / "eget.ipynb")
    plan = make_plan([regions.get("kak")], out=tmp_path / "out", chapters=[own])
    assert [name for name, _ in plan.chapters] == [
        "summary", "population", "commuting", "services", "eget"]
    assert not (tmp_path / "out").exists()
