"""Carry out a plan: run the jobs on worker processes, then put each whole report in its place.

Terms
-----
staging: a hidden folder beside the reports where a region is built; it is moved in one step, so
a report is the old one or the new one, never a mixture.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import BuildError
from analysis.regions import Region
from analysis.report import index, manifest, worker
from analysis.report.plan import Plan

Report = Callable[[str, str], None]  # told (region key, what happened)


@dataclass
class Result:
    """What became of a region: `built`, `fresh` (nothing had changed) or `failed`."""

    region: Region
    status: str
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


def build(plan: Plan, *, force: bool = False, tell: Report = lambda region, text: None,
          ) -> list[Result]:
    """Build every region of `plan`; one that fails leaves its previous report untouched.

    `tell` hears of each finished step. Returns a result a region, in the order of the plan.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    with _alone(plan.out):
        return _build(plan, force, tell)


def _build(plan: Plan, force: bool, tell: Report) -> list[Result]:
    _clear_leftovers(plan.out)
    fresh = [] if force else [r for r in plan.regions if manifest.is_fresh(plan, r)]
    results = {region.key: Result(region, "fresh") for region in fresh}
    for region in fresh:
        tell(region.key, "up to date")
    todo = [region for region in plan.regions if region.key not in results]
    try:
        if todo:
            with _staging(plan.out) as staging, _workers(plan.jobs) as pool:
                for result in _run(plan, todo, staging, pool, tell):
                    results[result.region.key] = result
    finally:
        _write_record(plan, list(results.values()))
        index.write(plan.out)
    return [results[region.key] for region in plan.regions]


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the folder's lock: two builds at once would take each other's files away."""
    from filelock import FileLock, Timeout

    lock = FileLock(out / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BuildError(f"another build is writing to {out}; wait for it, or choose another "
                         "--out") from None
    try:
        yield
    finally:
        lock.release()
        (out / ".lock").unlink(missing_ok=True)


def _clear_leftovers(out: Path) -> None:
    """What a build that was killed left: put a report back that was moved aside, drop the rest."""
    for aside in out.glob(".replaced-*"):
        record = manifest.read(aside / "report")
        if record and not (out / record["region"]).exists():
            (aside / "report").rename(out / record["region"])
        shutil.rmtree(aside, ignore_errors=True)
    for staging in out.glob(".building-*"):
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".building-", dir=out))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _workers(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes, because Papermill is not thread-safe; forked from one that has imported all."""
    os.environ.setdefault("PYTHONHASHSEED", "0")  # sets in the same order give the same bytes
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(list(worker.PRELOAD))
    pool = ProcessPoolExecutor(jobs, mp_context=context)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()  # a stopped build must not go on in the background
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass
class _Progress:
    """A region on its way: which chapters are still out and how long the others took."""

    region: Region
    started: float
    waiting: int
    steps: dict[str, float] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


def _run(plan: Plan, todo: list[Region], staging: Path, pool: ProcessPoolExecutor, tell: Report,
         ) -> Iterator[Result]:
    running: dict[Future[Any], _Progress] = {}
    for region in todo:
        jobs = plan.chapters_of(region)
        state = _Progress(region, time.perf_counter(), len(jobs))
        for job in jobs:
            folder = staging / region.key / "notebooks"
            running[pool.submit(worker.run_chapter, job, folder)] = state
    while running:
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            state = running.pop(future)
            if state.waiting:
                _take_chapter(state, future, tell)
                if state.waiting == 0 and not state.errors:
                    folder = staging / state.region.key
                    running[pool.submit(worker.finish, plan, state.region, folder,
                                        state.steps)] = state
                    continue
            else:
                _take_report(plan, state, future, staging, tell)
            if state.waiting == 0:
                yield _result(state, tell)


def _take_chapter(state: _Progress, future: Future[Any], tell: Report) -> None:
    state.waiting -= 1
    try:
        outcome = future.result()
    except Exception as error:  # the worker itself died: its region fails, the others go on
        _fail(state, "worker", error)
        return
    state.steps[outcome.chapter] = outcome.seconds
    if outcome.error:
        state.errors.append(f"chapter {outcome.chapter}: {outcome.error}")
        state.details.append(outcome.details)
        tell(state.region.key, f"{outcome.chapter} FAILED")
    else:
        tell(state.region.key, f"{outcome.chapter} done in {outcome.seconds:.1f} s")


def _take_report(plan: Plan, state: _Progress, future: Future[Any], staging: Path,
                 tell: Report) -> None:
    try:
        steps = future.result()
        swap(staging / state.region.key, plan.out / state.region.key)
    except Exception as error:  # whatever a chapter's content makes of the exporters
        _fail(state, "report", error)
        return
    for name in ("compose", *plan.formats):
        tell(state.region.key, f"{name} done in {steps[name]:.1f} s")


def _fail(state: _Progress, where: str, error: Exception) -> None:
    known = isinstance(error, BuildError)
    text = str(error) if known else f"{type(error).__name__}: {error}"
    state.errors.append(f"{where}: {' '.join(text.split())}")
    state.details.append("".join(traceback.format_exception(error)))


def _result(state: _Progress, tell: Report) -> Result:
    seconds = time.perf_counter() - state.started
    status = "failed" if state.errors else "built"
    tell(state.region.key, f"{status} in {seconds:.1f} s")
    return Result(state.region, status, seconds, state.errors, state.details)


def swap(new: Path, target: Path) -> None:
    """Put the folder `new` in the place of `target`; on any error the old one stays there."""
    if not target.exists():
        new.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=".replaced-", dir=target.parent))
    try:
        target.rename(old / "report")
        new.rename(target)
    except BaseException:
        if not target.exists() and (old / "report").exists():
            (old / "report").rename(target)
        if not (old / "report").exists():
            old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_record(plan: Plan, results: list[Result]) -> None:
    """`build.json` of the whole run: what each region came to, and why one failed."""
    manifest.write_json(plan.out / "build.json", {
        "product": "samverkan", "version": manifest.VERSION, "as_of": plan.as_of.isoformat(),
        "regions": [{"region": r.region.key, "status": r.status, "seconds": round(r.seconds, 2),
                     "failed": r.errors} for r in results],
    })
