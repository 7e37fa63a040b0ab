"""What is sent to a worker process: execute a chapter, or finish a region.

The slow libraries are imported inside the functions: the parent process never needs them.
"""

from __future__ import annotations

import time
from pathlib import Path

from analysis.regions import Region
from analysis.report import execute, manifest
from analysis.report.execute import Outcome
from analysis.report.plan import Job, Plan

# imported once by the process that workers are forked from; kernels have a warm one of their own
PRELOAD = ("papermill", "nbconvert.exporters", "weasyprint", "traitlets.config",
           "analysis.report.export")


def run_chapter(job: Job, folder: Path) -> Outcome:
    """Execute one chapter into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    return execute.run(job, folder)


def finish(plan: Plan, region: Region, folder: Path, steps: dict[str, float]) -> dict[str, float]:
    """Compose and export a region whose chapters all stand in `folder`/notebooks.

    Returns the seconds each step took. Raises what the composer or an exporter raises.
    """
    from analysis.report import compose, export

    start = time.perf_counter()
    jobs = plan.chapters_of(region)
    document = compose.read(region, jobs, folder / "notebooks", plan.as_of.isoformat())
    export.write_figures(document, folder)
    export.write_key_figures(document, folder)
    steps = {**steps, "compose": time.perf_counter() - start}
    for name in plan.formats:
        start = time.perf_counter()
        export.WRITERS[name](document, folder)
        steps[name] = time.perf_counter() - start
    cited = [(item.entry.key, item.vintage.source, item.vintage.years) for item in document.sources]
    manifest.write(plan, region, folder, steps, cited)
    return steps
