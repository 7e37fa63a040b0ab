"""Run one chapter with Papermill in a real kernel; what failed never looks like a success.

Terms
-----
outcome: the executed notebook of a job, or the cell and the error that stopped it.
"""

from __future__ import annotations

import os
import re
import socket
import time
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis import reads
from analysis.errors import BuildError, in_words
from analysis.reads import Read
from analysis.report import scratch
from analysis.report.plan import Job

KERNEL = "python3"
_CELL_TIMEOUT = 600  # seconds; a cell that hangs must not hang the build
_CLIENT = "analysis.report.kernels.PromptClient"
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """What became of a job: `path` of the executed notebook, or a one-line `error`.

    `reads` are what the result depends on beside notebook, parameters and library; `cells` has
    those of each cell, and `took` the seconds of each that was run.
    """

    region: str
    chapter: str
    path: Path | None
    seconds: float
    error: str = ""
    details: str = ""
    reads: tuple[Read, ...] = ()
    cells: tuple[tuple[Read, ...], ...] = ()
    took: Mapping[int, float] = field(default_factory=dict)


def run(job: Job, folder: Path, *, beside: Path | None = None) -> Outcome:
    """Execute `job` and write `<folder>/<chapter>.ipynb` if, and only if, every cell succeeded.

    `beside` is the folder that the chapter finds its files and modules in, as in JupyterLab.

    Raises BrokenExecutor when the kernel was killed: that may be no fault of the chapter.
    """
    from analysis.report import kernels

    start, parameters = time.perf_counter(), 0
    target = folder / f"{job.chapter}.ipynb"
    try:
        parameters = _check(job)
        notebook, seen, cells, took = _execute(job, beside)
        _write(notebook, target)
    except kernels.NurseryLostError:
        raise
    except Exception as failure:  # a chapter is anybody's code: whatever it raises is its outcome
        # of nbclient, which is slow to import, and of the client of ours
        if type(failure).__name__ in ("DeadKernelError", "KernelLostError"):
            raise BrokenExecutor("the kernel was killed") from failure
        error, details = _explain(failure, parameters)
        return Outcome(
            job.region.key, job.chapter, None, time.perf_counter() - start, error, details
        )
    seconds = time.perf_counter() - start
    return Outcome(job.region.key, job.chapter, target, seconds, reads=seen, cells=cells, took=took)


def _check(job: Job) -> int:
    """The place of the parameters cell; raises BuildError for what no build can run.

    Papermill only warns about a missing parameters cell or an unknown parameter: both are refused.
    """
    import nbformat

    notebook, name = nbformat.read(job.notebook, as_version=4), job.notebook.name
    spec = notebook.metadata.get("kernelspec", {})
    language = spec.get("language") or notebook.metadata.get("language_info", {}).get("name")
    if language and language.casefold() not in ("python", "ipython"):
        raise BuildError(
            f"{name} is written in {language}, and a chapter is written in Python; choose a Python "
            "kernel in JupyterLab (Kernel, Change Kernel) and save it"
        )
    tagged = [
        (place, cell)
        for place, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", ())
    ]
    if not tagged:
        raise BuildError(
            f"{name} has no cell tagged 'parameters'; add one with {', '.join(job.parameters)}"
        )
    place, cell = tagged[0]
    known = re.findall(r"^(\w+)\s*(?::[^=\n]*)?=", cell.source, re.MULTILINE)
    missing = [name for name in job.parameters if name not in known]
    if missing:
        raise BuildError(
            f"{name}: its parameters cell lacks {', '.join(missing)}; "
            f"it must set {', '.join(job.parameters)}"
        )
    return place


def _execute(
    job: Job, beside: Path | None
) -> tuple[Any, tuple[Read, ...], tuple[tuple[Read, ...], ...], dict[int, float]]:
    """The executed notebook, what was read for it, in all and by cell, and the seconds a cell."""
    import papermill
    from traitlets.config import Config

    from analysis.report import kernels

    ends: dict[int, int] = {}
    starts: dict[int, float] = {}
    took: dict[int, float] = {}
    with _private_sockets() as transport, _trace() as trace:

        def note_start(cell_index: int, **told: Any) -> None:
            starts[cell_index] = time.perf_counter()

        def note_end(cell_index: int, **told: Any) -> None:
            took[cell_index] = time.perf_counter() - starts[cell_index]
            ends[cell_index] = trace.stat().st_size if trace.is_file() else 0

        notebook = papermill.execute_notebook(
            str(job.notebook),
            None,
            parameters=job.parameters,
            kernel_name=KERNEL,
            language="python",  # also where the notebook does not say it
            progress_bar=False,
            log_output=False,
            execution_timeout=_CELL_TIMEOUT,
            cwd=str(beside) if beside is not None and beside.is_dir() else None,
            config=Config(
                {
                    "KernelManager": {"client_class": _CLIENT, **transport},
                    "NotebookClient": {
                        "extra_arguments": [kernels.QUIET],
                        "on_cell_execute": note_start,
                        "on_cell_executed": note_end,
                    },
                }
            ),
        )
        _check_executed(notebook)
        seen = reads.of_trace(trace)
        cells = reads.of_cells(trace, ends, len(notebook.cells))
    return notebook, tuple(seen), tuple(map(tuple, cells)), took


def _check_executed(notebook: Any) -> None:
    """A chapter that ended early is not done; raises BuildError that names the first cell left."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            raise BuildError(
                f"the cell {cell.source.strip().splitlines()[0][:60]!r} and what follows was not "
                "executed; an earlier cell ended the chapter (exit or quit): take it out"
            )


@contextmanager
def _trace() -> Iterator[Path]:
    """A file to which the kernel writes what it reads."""
    with scratch.folder() as folder:
        trace = folder / "trace"
        os.environ[reads.TRACE] = str(trace)
        try:
            yield trace
        finally:
            del os.environ[reads.TRACE]


@contextmanager
def _private_sockets() -> Iterator[dict[str, str]]:
    """Settings for a kernel's sockets: files of our own where the platform has them.

    Over TCP the kernel's messages could be read by others on the machine. Each kernel gets a
    folder, because Jupyter's default file names collide when two start at once, and because its
    connection file would else stay in the temporary folder when this process is killed.
    """
    with scratch.folder() as folder:
        place = {"connection_file": str(folder / "connection.json")}
        if hasattr(socket, "AF_UNIX"):
            yield {"transport": "ipc", "ip": str(folder / "kernel"), **place}
        else:
            yield {"transport": "tcp", **place}


def _write(notebook: Any, target: Path) -> None:
    """Write the executed notebook without times and random ids: same input, same bytes."""
    import nbformat

    notebook.metadata.pop("papermill", None)
    for position, cell in enumerate(notebook.cells):
        cell.id = f"cell-{position}"
        for name in ("papermill", "execution"):
            cell.metadata.pop(name, None)
    nbformat.write(notebook, target)


def _explain(failure: Exception, parameters: int) -> tuple[str, str]:
    """One line for the log and the whole traceback for `--debug`.

    A cell is counted in the author's notebook: Papermill puts one in after that of `parameters`.
    """
    trace = "".join(traceback.format_exception(failure))
    if type(failure).__name__ == "PapermillExecutionError":
        index, source = failure.cell_index, failure.source.strip()  # type: ignore[attr-defined]
        cell = index if index > parameters else index + 1
        line = source.splitlines()[-1] if source else ""
        message = f"cell {cell} ({line[:80]}): {failure.ename}: {failure.evalue}"  # type: ignore[attr-defined]
        trace = "\n".join(failure.traceback)  # type: ignore[attr-defined]
    else:
        message = in_words(failure)
    plain = _COLOURS.sub("", message).replace("\n", "; ")
    return plain, _COLOURS.sub("", trace)
