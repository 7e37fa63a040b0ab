"""Progress of a build: a bar a region on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from analysis import progress
from analysis.report.plan import Plan


@contextmanager
def display(plan: Plan) -> Iterator[Callable[[str, str], None]]:
    """Yield a function that is told (region key, what happened) and shows it."""
    steps = len(plan.chapters) + len(plan.formats) + 2
    columns = ("{task.fields[region]}", "", "{task.description}", "{task.elapsed:.0f} s")
    with progress.bars(*columns) as bars:
        if bars is None:
            yield lambda region, text: print(f"{region}: {text}", file=sys.stderr, flush=True)
            return
        tasks = {
            region.key: bars.add_task("waiting", total=steps, region=region.key)
            for region in plan.regions
        }

        def tell(region: str, text: str) -> None:
            done = steps if text.startswith(("built", "up to date")) else None
            bars.update(
                tasks[region], description=text, advance=None if done else 1, completed=done
            )

        yield tell
