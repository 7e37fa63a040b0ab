"""What is sent to a worker process: execute a chapter, look whether it is needed, finish a region.

What goes in and comes back is plain data and bytes, never a path, so that a worker may be another
machine. The slow libraries are imported inside the functions: the parent never needs them.
"""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from analysis import reads, shelf
from analysis.reads import Read
from analysis.regions import Region
from analysis.report import execute, lifeline, scratch
from analysis.report.execute import Outcome
from analysis.report.plan import Job, Plan

if TYPE_CHECKING:
    from analysis.report.ways import Way

WARM = "analysis.report.start"  # imported once by the process that workers are forked from


@dataclass(frozen=True)
class Chapter:
    """The executed notebook of a chapter and what it depends on; `outcome` says how it went."""

    outcome: Outcome
    notebook: bytes = b""


@dataclass(frozen=True)
class Finished:
    """The files of a report by relative name, seconds a step, (dataset, source, years) cited."""

    files: Mapping[str, bytes]
    steps: Mapping[str, float]
    cited: Sequence[tuple[str, str, str]]
    finding: Mapping[str, str]  # title, first finding and its evidence, for the index


def steady() -> None:
    """Let the processes that are started from here on give the same bytes on every machine.

    Sets keep one order, and sums of floats do not depend on how many cores share them out.
    """
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    os.environ.update({"PYTHONHASHSEED": "0"} | dict.fromkeys(threads, "1"))


def begin() -> None:
    """Prepare a worker process: a nursery for its kernels, and an end when the build ends."""
    from analysis.report import kernels

    lifeline.end_with_parent(os.getppid())
    kernels.open_nursery()  # while there are no threads
    threading.Thread(target=_end_with_build, daemon=True).start()


def _end_with_build() -> None:
    """A build that was killed leaves no worker; the warm process lives as long as one of them."""
    build = multiprocessing.parent_process()
    if build is not None:
        build.join()
        os._exit(1)


def fault_at_start() -> str:
    """What went wrong in the process that this one was forked from; "" when nothing did."""
    begun = sys.modules.get(WARM)
    return str(begun.fault) if begun else ""


def run_chapter(
    given: tuple[Job, bytes] | tuple[Job, bytes, str], *, part: bytes | None = None
) -> Chapter:
    """Execute one chapter, from the notebook as it was when the build began, or a `part` of it.

    With `Inputs.drawing` as third part, figures that were drawn of the same before are used again.
    """
    from analysis.report import kernels

    job, content, *drawing = given
    try:
        with scratch.folder() as folder, _shelf(job, content, "".join(drawing)):
            source = folder / "source" / job.notebook.name
            source.parent.mkdir()
            source.write_bytes(content if part is None else part)
            beside = job.notebook.parent if job.own else None
            outcome = execute.run(replace(job, notebook=source), folder, beside=beside)
            notebook = outcome.path.read_bytes() if outcome.path else b""
    except kernels.NurseryLostError:
        os._exit(1)  # no kernel can be forked here any more; another worker does the job again
    return Chapter(replace(outcome, path=None), notebook)


@dataclass(frozen=True)
class Share:
    """Some of the cells of a chapter, executed with what they need."""

    cells: frozenset[int]
    chapter: Chapter


def run_share(
    given: tuple[Job, bytes, str], place: int, count: int, took: Mapping[int, float]
) -> Share | None:
    """Execute one of `count` shares of a chapter of the product; None when there are not so many.

    `took` has the seconds of its cells, where they are known.
    """
    import nbformat

    from analysis.report import cells

    try:
        whole = _with_parameters(given[0], given[1])
    except Exception:  # no notebook: what is wrong with it is told once, as where nobody shares
        return None if place else Share(frozenset(), run_chapter(given))
    shares = cells.shares(whole, count, took)
    if place >= len(shares):
        return None
    part = nbformat.writes(cells.alone(whole, shares[place])).encode()
    return Share(frozenset(shares[place]), run_chapter(given, part=part))


def _with_parameters(job: Job, content: bytes) -> Any:
    """The notebook as it will be executed."""
    import nbformat
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    plain = load_notebook_node(nbformat.reads(content.decode(), as_version=4))
    return parameterize_notebook(
        plain, job.parameters, kernel_name=execute.KERNEL, language="python"
    )


def joined(shares: Sequence[Share]) -> Chapter:
    """A chapter from all its shares, as if one process had executed it; or the first fault."""
    import nbformat

    from analysis.report import cells

    for share in shares:
        if share.chapter.outcome.error:
            return share.chapter
    parts = [nbformat.reads(share.chapter.notebook.decode(), as_version=4) for share in shares]
    whole = cells.joined(parts, [share.cells for share in shares])
    outcomes = [share.chapter.outcome for share in shares]
    seen = list(outcomes[0].cells)
    took: dict[int, float] = {}
    for share, outcome in zip(shares, outcomes, strict=True):
        for number in share.cells:
            seen[number] = _both(seen[number], outcome.cells[number])
        took |= outcome.took
    outcome = replace(
        outcomes[0],
        seconds=max(outcome.seconds for outcome in outcomes),
        reads=tuple(reads.united(outcome.reads for outcome in outcomes)),
        cells=tuple(seen),
        took=took,
    )
    return Chapter(outcome, f"{nbformat.writes(whole)}\n".encode())


def _both(some: tuple[Read, ...], others: tuple[Read, ...]) -> tuple[Read, ...]:
    """The reads of a cell that ran twice: if a change came between, one of them no longer holds."""
    return (*some, *(read for read in others if read not in some))


def stale(known: Mapping[str, Sequence[Sequence[Read]]]) -> dict[str, set[int] | None]:
    """By chapter the cells that would read something else now; None: all of its cells may."""
    return {name: reads.stale(cells) for name, cells in known.items()}


def preview_again(given: tuple[Job, bytes, str, Chapter, set[int]]) -> Chapter:
    """A chapter of a preview of which only the given cells have read something else since."""
    import nbformat

    from analysis.report import cells

    job, content, drawing, before, changed = given
    whole = nbformat.reads(before.notebook.decode(), as_version=4)
    chosen = cells.needed(whole, changed)
    if chosen is None:
        return preview_chapter((job, content, drawing))
    part = nbformat.writes(cells.alone(whole, chosen)).encode()
    done = preview_chapter((job, content, drawing), part=part)
    if done.outcome.error:
        return done
    cells.merged(whole, nbformat.reads(done.notebook.decode(), as_version=4), chosen)
    seen = list(before.outcome.cells)
    for number in chosen:
        new = done.outcome.cells[number]
        seen[number] = new if number in changed else _both(seen[number], new)
    outcome = replace(before.outcome, cells=tuple(seen))
    return Chapter(outcome, nbformat.writes(whole).encode())


def preview_chapter(given: tuple[Job, bytes, str], *, part: bytes | None = None) -> Chapter:
    """`run_chapter` for a page alone."""
    with _unseen():
        return run_chapter(given, part=part)


def preview_share(
    given: tuple[Job, bytes, str], place: int, count: int, took: Mapping[int, float]
) -> Share | None:
    """`run_share` for a page alone."""
    with _unseen():
        return run_share(given, place, count, took)


@contextmanager
def _unseen() -> Iterator[None]:
    """The notebook, which nobody looks at, shows no pictures."""
    from analysis.exhibits import pictures

    os.environ[pictures.UNSEEN] = "yes"
    try:
        yield
    finally:
        del os.environ[pictures.UNSEEN]


@contextmanager
def _shelf(job: Job, content: bytes, drawing: str) -> Iterator[None]:
    """Open the shelf to the kernels of a chapter of the product."""
    from analysis import catalog
    from analysis.loaders import tables

    context = ""
    if drawing and not job.own:
        editions = [tables.edition(key) for key in catalog.CATALOG]
        parts = [drawing, hashlib.sha256(content).hexdigest(), *editions]
        context = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    os.environ[shelf.CONTEXT] = context
    try:
        yield
    finally:
        del os.environ[shelf.CONTEXT]


def unchanged(known: Mapping[str, Sequence[Read]]) -> set[str]:
    """The chapters of which every read would give the same again."""
    return {name for name, seen in known.items() if reads.all_hold(seen)}


@contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """Nothing that a layout makes goes before its end: looking for it takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def pages(plan: Plan, notebooks: Mapping[str, bytes]) -> dict[str, str]:
    """The pages of the one region of `plan` by file name, for somebody who looks at them now.

    Raises what the composer or the exporter raises.
    """
    from analysis.report import compose, export

    with _no_search_for_garbage():
        (region,) = plan.regions
        jobs = plan.chapters_of(region)
        document = compose.read(region, jobs, notebooks, plan.as_of.isoformat(), kicker=plan.kicker)
        return export.pages(document, document.parts(appendix=plan.appendix))


def finish(
    plan: Plan, region: Region, notebooks: Mapping[str, bytes], ways: Sequence[Way] = ()
) -> Finished:
    """Compose and export a region from the executed notebooks of all its chapters.

    `ways` are the scenarios and investigations that lie beside it.

    Raises what the composer or an exporter raises.
    """
    from analysis.report import compose, export

    steps: dict[str, float] = {}
    with _no_search_for_garbage(), scratch.folder() as folder:
        (folder / "notebooks").mkdir()
        for chapter, content in notebooks.items():
            (folder / "notebooks" / f"{chapter}.ipynb").write_bytes(content)
        start = time.perf_counter()
        jobs = plan.chapters_of(region)
        document = compose.read(
            region, jobs, notebooks, plan.as_of.isoformat(), kicker=plan.kicker, ways=tuple(ways)
        )
        parts = document.parts(appendix=plan.appendix)
        export.write_figures(document, folder)
        export.write_key_figures(document, folder)
        steps["compose"] = time.perf_counter() - start
        for form in plan.formats:
            start = time.perf_counter()
            export.WRITERS[form](document, parts, folder)
            steps[form] = time.perf_counter() - start
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
    cited = [(item.key, item.source, item.years) for item in document.sources]
    return Finished(files, steps, cited, document.in_short)
