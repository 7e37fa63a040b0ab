"""Shared: a report on one municipality, and builds of nothing but an own chapter, which are quick."""

import hashlib
from datetime import date

import nbformat
import pytest

from analysis import regions
from analysis.report.build import build
from analysis.report.plan import Plan, make_plan

PARAMETERS = 'region = "karlstad"\nname = ""\nas_of = ""'


@pytest.fixture(scope="session")
def single(tmp_path_factory):
    """The folder with the report `hallefors` on one municipality, built by one worker of this process."""
    out = tmp_path_factory.mktemp("single")
    (result,) = build(make_plan([regions.from_members(["1863"])], out=out, jobs=1))
    assert result.errors == []
    return out


@pytest.fixture(scope="session")
def content():
    """Digests of the files of a report by name; only `build.json` may differ between builds."""

    def digests(folder):
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "build.json"
        }

    return digests


@pytest.fixture(scope="session")
def notebook():
    """Write an own chapter with code `cells`; returns its path."""

    def write(path, *cells, parameters=PARAMETERS):
        made = nbformat.v4.new_notebook(
            metadata={
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
            }
        )
        if parameters is not None:
            made.cells.append(
                nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
            )
        made.cells.append(nbformat.v4.new_markdown_cell("# Ett eget kapitel"))
        made.cells += [nbformat.v4.new_code_cell(source) for source in cells]
        nbformat.write(made, path)
        return path

    return write


@pytest.fixture
def own_plan(tmp_path):
    """Plan a build of own chapters alone, on single municipalities, as HTML."""

    def plan(*chapters, codes=("1863",), jobs=1, scheduler="", out=tmp_path / "out"):
        return Plan(
            tuple(regions.from_members([code]) for code in codes),
            tuple((path.stem, path) for path in chapters),
            ("html",),
            date(2026, 6, 30),
            out,
            jobs,
            scheduler,
        )

    return plan
