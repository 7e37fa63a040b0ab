"""A report made of one notebook, whole in its folder or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from analysis import shelf
from analysis.errors import BuildError
from analysis.report import build, index, worker
from analysis.report.manifest import Inputs, Stamp, stamp
from analysis.report.plan import Job, Plan

Tell = Callable[[str], object]
More = Callable[[Mapping[str, bytes]], Mapping[str, bytes]]


def run(
    job: Job, plan: Plan, *, since: Stamp, tell: Tell, more: More = lambda notebooks: {}
) -> Path:
    """Execute the notebook of `job`, export it as `plan` says and put it in its place.

    `since` is the stamp of the job's data before it was first looked at; `more` makes further files
    from the executed notebook. Returns the folder of the report. Raises BuildError when the
    notebook fails or the data was edited since; then nothing is written and a former report stays.
    """
    region = job.region
    plan.out.mkdir(parents=True, exist_ok=True)
    with build.staging(plan.out) as staging:
        worker.steady()
        inputs = Inputs.of(plan)
        folder = staging / region.key
        chapter = worker.run_chapter((job, inputs.notebooks[job.chapter], inputs.drawing))
        outcome = chapter.outcome
        if outcome.error:
            raise BuildError(f"{job.chapter}: {outcome.error}")
        tell(f"{job.chapter} done in {outcome.seconds:.1f} s")
        notebooks = {job.chapter: chapter.notebook}
        finished = worker.finish(plan, region, notebooks)
        finished = replace(finished, files={**finished.files, **more(notebooks)})
        if stamp(*job.folders) != since:
            raise BuildError(
                "what the report is made from was edited meanwhile; run again when that is done"
            )
        build.put(inputs, region, finished, {job.chapter: (outcome.reads, outcome.seconds)}, folder)
        build.swap(folder, plan.out / region.key)
        for name in ("compose", *plan.formats):
            tell(f"{name} done in {finished.steps[name]:.1f} s")
        index.write(plan.out)
    shelf.prune()
    return plan.out / region.key
