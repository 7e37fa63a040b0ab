"""The bare script that a build is held against: the same cells in one warm process.

`python benchmarks/bare.py OUT REGION ...` runs the code of every chapter with neither kernel nor
Papermill, exports the reports into OUT, and prints the seconds of processor time that this took
after all imports. `builds.py` checks that the files are the same as those of `samverkan build`.
"""

import os
import sys
from pathlib import Path

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from analysis import regions
from analysis.report import warm, worker  # noqa: F401  (imports everything else)
from analysis.report.plan import Job, make_plan


class Shell(InteractiveShell):
    """A shell of this process; what is displayed is kept whole, as by one with a kernel."""

    kernel = None


def executed(job: Job) -> bytes:
    """The notebook of a chapter with the outputs of its cells."""
    notebook = parameterize_notebook(load_notebook_node(str(job.notebook)), job.parameters)
    shell = Shell.instance()
    shell.reset(new_session=True)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        with capture_output() as shown:
            shell.run_cell(cell.source).raise_error()
        cell.outputs = [
            nbformat.v4.new_output("display_data", data=found.data, metadata=found.metadata or {})
            for found in shown.outputs
        ]
    return nbformat.writes(notebook).encode()


def processor() -> float:
    """Seconds of processor time so far, those of children that have ended too: they set the PDFs."""
    return sum(os.times()[:4])


def main() -> None:
    """Make the reports on the regions that were given."""
    out, keys = Path(sys.argv[1]), sys.argv[2:]
    start = processor()
    plan = make_plan([regions.get(key) for key in keys], out=out)
    for region in plan.regions:
        notebooks = {job.chapter: executed(job) for job in plan.chapters_of(region)}
        for name, content in worker.finish(plan, region, notebooks).files.items():
            target = out / region.key / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    print(processor() - start)


if __name__ == "__main__":
    main()
