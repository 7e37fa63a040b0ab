"""A report made of one notebook, whole in its folder or not at all.

Terms
-----
share: some cells of the notebook with what they need (`report.cells`): each process executes one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from analysis import shelf
from analysis.errors import BuildError
from analysis.report import build, index, worker
from analysis.report.manifest import Inputs, Stamp, stamp
from analysis.report.plan import Job, Plan
from analysis.report.processes import LocalExecutor, regained
from analysis.report.worker import Chapter, Finished

Tell = Callable[[str], object]
More = Callable[[Job, Plan, Mapping[str, bytes]], Mapping[str, bytes]]
PROCESSES = 2  # each begins with what all cells need: with more, each would do less for it


def run(
    pool: LocalExecutor, job: Job, plan: Plan, *, since: Stamp, tell: Tell, more: More | None = None
) -> Path:
    """Execute the notebook of `job`, export it as `plan` says and put it in its place.

    `since` is the stamp of the job's data before it was first looked at; `more` makes further files
    from the executed notebook. Returns the folder of the report. Raises BuildError when the
    notebook fails or the data was edited since; then nothing is written and a former report stays.
    """
    region = job.region
    plan.out.mkdir(parents=True, exist_ok=True)
    with build.staging(plan.out) as staging:
        inputs = Inputs.of(plan)
        folder = staging / region.key
        pool.check_start()
        given = (job, inputs.notebooks[job.chapter], inputs.drawing)
        chapter = regained(lambda: _executed(pool, given))
        outcome = chapter.outcome
        if outcome.error:
            raise BuildError(f"{job.chapter}: {outcome.error}")
        tell(f"{job.chapter} done in {outcome.seconds:.1f} s")
        notebooks = {job.chapter: chapter.notebook}
        finished = regained(lambda: _finished(pool, job, plan, notebooks, more))
        if stamp(*job.folders) != since:
            raise BuildError(
                "what the report is made from was edited meanwhile; run again when that is done"
            )
        build.put(inputs, region, finished, {job.chapter: (outcome.reads, outcome.seconds)}, folder)
        build.swap(folder, plan.out / region.key)
        for name in ("compose", *plan.formats):
            tell(f"{name} done in {finished.steps[name]:.1f} s")
        pool.submit(index.write, plan.out).result()
    shelf.prune()
    return plan.out / region.key


def _executed(pool: LocalExecutor, given: tuple[Job, bytes, str]) -> Chapter:
    """The chapter, each process a share of it."""
    running = [
        pool.submit(worker.run_share, given, place, PROCESSES, {}) for place in range(PROCESSES)
    ]
    shares = [share for future in running if (share := future.result())]
    return pool.submit(worker.joined, shares).result()


def _finished(
    pool: LocalExecutor, job: Job, plan: Plan, notebooks: Mapping[str, bytes], more: More | None
) -> Finished:
    """The files of the report: `more` beside all others."""
    beside = pool.submit(more, job, plan, notebooks) if more else None
    finished = pool.submit(worker.finish, plan, job.region, notebooks).result()
    added = beside.result() if beside else {}
    return replace(finished, files={**finished.files, **added})
