"""Carry out a plan: run the jobs on worker processes, then put each whole report in its place.

Terms
-----
staging: a hidden folder beside the reports where a region is built; it is moved in one step, so
    a report is the old one or the new one, never a mixture. One build at a time has one there.
suspect: a task that was out when a worker died; it is done again alone, so that it is known whose
    fault a second death is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis import paths, shelf, whole
from analysis.errors import BuildError, in_words
from analysis.reads import Read
from analysis.regions import Region
from analysis.report import exchange, index, manifest, record, scratch, worker
from analysis.report.manifest import Inputs, Known, Stamp
from analysis.report.plan import Plan
from analysis.report.processes import LOST_AGAIN, LocalExecutor
from analysis.report.ways import Way
from analysis.report.worker import Chapter, Finished

_EDITED = (
    "the data was edited again while the report was made, so that its chapters would not fit each "
    "other; build again when the editing is done"
)
Report = Callable[[str, str], None]  # told (region key, what happened)


@dataclass
class Result:
    """What became of a region: `built`, `fresh` (nothing had changed) or `failed`."""

    region: Region
    status: str
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


def build(
    plan: Plan, *, force: bool = False, tell: Report = lambda region, text: None
) -> list[Result]:
    """Build every region of `plan`; one that fails leaves its previous report untouched.

    `tell` hears of each finished step. Returns a result a region, in the order of the plan.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    with staging(plan.out) as folder:
        return _build(Inputs.of(plan), force, folder, tell)


def _build(inputs: Inputs, force: bool, folder: Path, tell: Report) -> list[Result]:
    plan = inputs.plan
    fresh = [] if force else [r for r in plan.regions if manifest.is_fresh(inputs, r)]
    results = {region.key: Result(region, "fresh") for region in fresh}
    for region in fresh:
        tell(region.key, "up to date")
    todo = [region for region in plan.regions if region.key not in results]
    try:
        if todo:
            with _workers(plan) as (pool, width):
                run = _Run(inputs, force, folder, tell)
                # one more than there are workers: the next is there when one has ended
                for result in run.results(todo, pool, width + 1):
                    results[result.region.key] = result
    finally:
        _write_record(plan, list(results.values()))
        index.write(plan.out)
        shelf.prune()
    return [results[region.key] for region in plan.regions]


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A hidden folder in `out`, for the only build there: two would take each other's files away.

    The lock's file stays: who removed it could remove one that another build has just locked.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(out / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BuildError(
            f"another build is writing to {out}; wait for it, or choose another folder"
        ) from None
    try:
        _clear_leftovers(out)
        scratch.clear_abandoned()
        folder = Path(tempfile.mkdtemp(prefix=".building-", dir=out))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.release()


def _clear_leftovers(out: Path) -> None:
    """What a build that was killed left: put a report back that was moved aside, drop the rest.

    Where it goes back to is the name of its own folder; no record has a say in it.
    """
    for aside in _folders(out, ".replaced-*"):
        for report in _folders(aside, "*"):
            if record.read(report) and not os.path.lexists(out / report.name):
                report.rename(out / report.name)
        shutil.rmtree(aside, ignore_errors=True)
    for unfinished in _folders(out, ".building-*"):
        shutil.rmtree(unfinished, ignore_errors=True)


def _folders(parent: Path, pattern: str) -> list[Path]:
    """The folders themselves: a link may lead anywhere."""
    return [path for path in parent.glob(pattern) if path.is_dir() and not path.is_symlink()]


@contextmanager
def _workers(plan: Plan) -> Iterator[tuple[Executor, int]]:
    """Whoever carries out the jobs, and how many at a time."""
    if plan.scheduler:
        from analysis.report import cluster

        with cluster.executor(plan.scheduler, plan.jobs) as found:
            yield found
        return
    with local_workers(plan.jobs) as pool:
        pool.check_start()
        yield pool, plan.jobs


@contextmanager
def local_workers(jobs: int) -> Iterator[LocalExecutor]:
    """Processes of this machine, on their way; an error ends them at once."""
    pool = LocalExecutor(jobs)
    try:
        yield pool
    except BaseException:
        pool.kill()
        raise
    pool.shutdown(cancel_futures=True)


@dataclass
class _Progress:
    """A region on its way: what of each chapter is there, and how many are still out."""

    region: Region
    started: float
    stamp: Stamp
    again: bool = False  # the data was edited meanwhile, and what changed was run again
    waiting: int = 0
    notebooks: dict[str, bytes] = field(default_factory=dict)
    chapters: dict[str, tuple[Sequence[Read], float]] = field(default_factory=dict)
    status: str = "built"
    errors: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Task:
    """A call for a worker, and what to do here with its result: further tasks, or None."""

    state: _Progress
    where: str
    function: Callable[[Any], Any]
    argument: Any
    take: Callable[[Any], list[_Task]]
    suspect: bool = False

    def may_join(self, others: Collection[_Task], width: int) -> bool:
        """True when the task may be out together with `others`."""
        alone = self.suspect or any(task.suspect for task in others)
        return not others if alone else len(others) < width


class _Run:
    """The tasks of a build; few are out at a time, so that memory does not grow with regions."""

    def __init__(self, inputs: Inputs, force: bool, folder: Path, tell: Report) -> None:
        self.inputs, self.force, self.folder, self.tell = inputs, force, folder, tell
        self.plan = inputs.plan

    def results(self, todo: list[Region], pool: Executor, width: int) -> Iterator[Result]:
        """Carry out all tasks with at most `width` of them out; yields regions as they end."""
        queue = deque(todo)
        ready: deque[_Task] = deque()
        running: dict[Future[Any], _Task] = {}
        while queue or ready or running:
            while queue or ready:
                if not ready:
                    ready.extend(self.begin(queue.popleft()))
                if not ready[0].may_join(running.values(), width):
                    break
                task = ready.popleft()
                running[pool.submit(task.function, task.argument)] = task
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task = running.pop(future)
                more = self._take(task, future)
                if queue:  # what brings a region to its end goes before what begins another
                    ready.extendleft(reversed(more))
                else:  # the longest ways first, so that all workers are busy to the end
                    ready.extend(more)
                if task.state.waiting == 0:
                    yield self._result(task.state)

    def _take(self, task: _Task, future: Future[Any]) -> list[_Task]:
        state = task.state
        state.waiting -= 1
        try:
            more = task.take(future.result())
        except BrokenExecutor:
            more = [] if task.suspect else [replace(task, suspect=True)]
            if task.suspect:
                _fail(state, task.where, BuildError(LOST_AGAIN))
        except Exception as error:  # what a chapter makes of the exporters
            _fail(state, task.where, error)
            more = []
        state.waiting += len(more)
        return more

    def begin(self, region: Region) -> list[_Task]:
        """The first tasks of a region: its chapters, or a look at those of an earlier build."""
        state = _Progress(region, time.perf_counter(), manifest.stamp())
        known = {} if self.force else manifest.known_chapters(self.inputs, region)
        if not known:
            tasks = self.chapters(state, {}, set())
        else:
            seen = {name: chapter.reads for name, chapter in known.items()}
            tasks = [
                _Task(
                    state,
                    "reads",
                    worker.unchanged,
                    seen,
                    lambda same: self.chapters(state, known, same),
                )
            ]
        state.waiting = len(tasks)
        return tasks

    def chapters(self, state: _Progress, known: dict[str, Known], same: set[str]) -> list[_Task]:
        """Run the chapters that have changed, and keep the others."""
        for name in same:
            state.notebooks[name] = known[name].notebook
            state.chapters[name] = (known[name].reads, known[name].seconds)
            self.tell(state.region.key, f"{name} unchanged")
        if tasks := self.execute(state, same):
            return tasks
        if manifest.can_stay(self.inputs, state.region):
            manifest.renew(self.inputs, state.region)
            state.status = "fresh"
            return []
        return self.finish(state)

    def execute(self, state: _Progress, same: set[str]) -> list[_Task]:
        """Run the chapters that are not in `same`."""
        return [
            _Task(
                state,
                f"chapter {job.chapter}",
                worker.run_chapter,
                (
                    job,
                    self.inputs.notebooks[job.chapter],
                    "" if self.force else self.inputs.drawing,
                ),
                lambda chapter: self.take_chapter(state, chapter),
            )
            # the summary last, which is short: then the others wait little for each other
            for job in reversed(self.plan.chapters_of(state.region))
            if job.chapter not in same
        ]

    def take_chapter(self, state: _Progress, chapter: Chapter) -> list[_Task]:
        """Keep what came of a chapter; after the last one, finish the region."""
        outcome = chapter.outcome
        if outcome.error:
            state.errors.append(f"chapter {outcome.chapter}: {outcome.error}")
            state.details.append(outcome.details)
            self.tell(state.region.key, f"{outcome.chapter} FAILED")
        else:
            state.notebooks[outcome.chapter] = chapter.notebook
            state.chapters[outcome.chapter] = (outcome.reads, outcome.seconds)
            self.tell(state.region.key, f"{outcome.chapter} done in {outcome.seconds:.1f} s")
        return [] if state.waiting or state.errors else self.finish(state)

    def finish(self, state: _Progress) -> list[_Task]:
        """Put the chapters together, in the order of the report."""
        notebooks = {name: state.notebooks[name] for name, _ in self.plan.chapters}
        return [
            _Task(
                state,
                "report",
                _finish,
                (self.plan, state.region, notebooks, self.inputs.ways[state.region.key]),
                lambda finished: self.take_report(state, finished),
            )
        ]

    def take_report(self, state: _Progress, finished: Finished) -> list[_Task]:
        """Move the whole report into its place, unless the data was edited while it was made."""
        now = manifest.stamp()
        if now != state.stamp:
            return self.look_again(state, now)
        folder = self.folder / state.region.key
        put(self.inputs.of_what_was_read(now), state.region, finished, state.chapters, folder)
        swap(folder, self.plan.out / state.region.key)
        for name in ("compose", *self.plan.formats):
            self.tell(state.region.key, f"{name} done in {finished.steps[name]:.1f} s")
        return []

    def look_again(self, state: _Progress, now: Stamp) -> list[_Task]:
        """Ask which chapters would read something else by now; an own one may have, unseen.

        Raises BuildError when that has been asked before: somebody goes on editing.
        """
        if state.again:
            raise BuildError(_EDITED)
        state.again, state.stamp = True, now
        own = {job.chapter for job in self.plan.chapters_of(state.region) if job.own}
        seen = {name: found for name, (found, _) in state.chapters.items() if name not in own}
        self.tell(state.region.key, "the data was edited: what has changed is run again")
        return [
            _Task(state, "reads", worker.unchanged, seen, lambda same: self.run_again(state, same))
        ]

    def run_again(self, state: _Progress, same: set[str]) -> list[_Task]:
        """Run the chapters that have changed; all read what they did when none has."""
        if moved := self.inputs.moved(state.region):
            raise BuildError(moved)
        return self.execute(state, same) or self.finish(state)

    def _result(self, state: _Progress) -> Result:
        seconds = time.perf_counter() - state.started
        status = "failed" if state.errors else state.status
        said = "up to date" if status == "fresh" else f"{status} in {seconds:.1f} s"
        self.tell(state.region.key, said)
        return Result(state.region, status, seconds, state.errors, state.details)


def _finish(given: tuple[Plan, Region, dict[str, bytes], tuple[Way, ...]]) -> Finished:
    return worker.finish(*given)


def put(
    inputs: Inputs,
    region: Region,
    finished: Finished,
    chapters: Mapping[str, tuple[Sequence[Read], float]],
    folder: Path,
) -> None:
    """Write the files of a report into `folder`, with its `build.json` last."""
    for name, content in finished.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    exchange.make_durable(folder)
    manifest.write(inputs, region, folder, finished, chapters)


def _fail(state: _Progress, where: str, error: Exception) -> None:
    state.errors.append(f"{where}: {in_words(error)}")
    state.details.append("".join(traceback.format_exception(error)))


def swap(new: Path, target: Path) -> None:
    """Put the folder `new` in the place of `target`; on any error the old one stays there."""
    if not target.exists():
        new.rename(target)
        return
    if exchange.swapped(new, target):  # in one step: what was there is in the staging folder now
        shutil.rmtree(new, ignore_errors=True)
        return
    old = Path(tempfile.mkdtemp(prefix=".replaced-", dir=target.parent))
    try:
        target.rename(old / target.name)
        new.rename(target)
    except BaseException:
        if not target.exists() and (old / target.name).exists():
            (old / target.name).rename(target)
        if not (old / target.name).exists():
            old.rmdir()
        raise
    shutil.rmtree(old, ignore_errors=True)


def _write_record(plan: Plan, results: list[Result]) -> None:
    """`build.json` of the whole run: what each region came to, and why one failed."""
    facts = {
        "product": "samverkan",
        "version": manifest.VERSION,
        "as_of": plan.as_of.isoformat(),
        "regions": [
            {
                "region": r.region.key,
                "status": r.status,
                "seconds": round(r.seconds, 2),
                "failed": r.errors,
            }
            for r in results
        ],
    }
    whole.write(plan.out / paths.MANIFEST, record.as_json(facts))
