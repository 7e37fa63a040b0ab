"""Progress of a build: a bar a region on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from analysis.report.plan import Plan


@contextmanager
def display(plan: Plan) -> Iterator[Callable[[str, str], None]]:
    """Yield a function that is told (region key, what happened) and shows it."""
    if not sys.stderr.isatty():
        yield lambda region, text: print(f"{region}: {text}", file=sys.stderr, flush=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    steps = len(plan.chapters) + len(plan.formats) + 2
    columns = (
        TextColumn("{task.fields[region]}"),
        BarColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
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
