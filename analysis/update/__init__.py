"""Update datasets from their sources: plan all, then fetch, complete and swap in one by one.

Terms
-----
outcome: what became of one dataset in one run.
cause: why several datasets failed alike, such as no network: it is told once.

The shipped snapshot is never written to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from analysis import catalog, progress
from analysis.catalog import Dataset
from analysis.errors import DataError, InputError, SourceError, raise_faults
from analysis.live import GEODATA_URL, KOLADA_URL, SCB_URL, Live
from analysis.loaders import tables
from analysis.sources import own
from analysis.sources.http import Client, UnreachableError, one_line
from analysis.sources.kept import KeptReplies
from analysis.update import plan as planning
from analysis.update.complete import against_contract, checked, difference, in_use, moved
from analysis.update.plan import Plan, Sources
from analysis.update.swap import locked, reset, swap

__all__ = ["SOURCES", "Outcome", "bar", "difference", "moved", "reset", "update"]
SOURCES = {"scb": SCB_URL, "kolada": KOLADA_URL, "geodata": GEODATA_URL}

_LONGEST = 4_000  # characters of a line that is told

Tell = Callable[[str], object]
Step = Callable[[str, int, int], object]


@dataclass
class Outcome:
    """What became of one dataset: its state, lines for a reader, requests and seconds."""

    key: str
    state: Literal["planned", "unchanged", "skipped", "updated", "failed"]
    lines: list[str] = field(default_factory=list)
    requests: int = 0
    seconds: float = 0.0
    cause: UnreachableError | None = None


@dataclass(frozen=True)
class Run:
    """The settings of one run of `update`."""

    sources: Sources
    dry: bool
    only_new: bool
    accept: bool
    step: Step

    def counter(self, plan: Plan) -> Callable[..., None]:
        """Call it for each reply of a plan; a source that knows better gives the number of all."""
        done = 0

        def count(known: int = plan.calls) -> None:
            nonlocal done
            done += 1
            self.step(plan.entry.key, done, known)

        return count


def update(
    keys: Sequence[str] = (),
    *,
    base_urls: Mapping[str, str] | None = None,
    dry_run: bool = False,
    only_new: bool = False,
    accept: bool = False,
    timeout: float = 60,
    backoff: float = 0.5,
    tell: Tell = lambda line: None,
    step: Step = lambda key, done, total: None,
) -> list[Outcome]:
    """Update the datasets `keys`, or all that have a live source; returns one outcome for each.

    A dataset that fails keeps its old data, and the others go on. `only_new` leaves out those
    whose source has no year that is not in use yet; `accept` takes in figures that look wrong.
    `base_urls` replaces the address of a source by its name in `SOURCES`; `timeout` and `backoff`,
    in seconds, are those of `analysis.sources.http.Client`. Raises InputError for a key that
    cannot be updated or a fault of `sources.toml`, and SourceError when another update runs or a
    dataset failed (after the others).
    """
    entries = chosen(keys)
    lives = {entry.key: own.live_of(entry) for entry in entries}
    urls = {**SOURCES, **(base_urls or {})}
    clients = {name: Client(url, timeout=timeout, backoff=backoff) for name, url in urls.items()}
    run = Run(Sources(clients, probe=dry_run or only_new), dry_run, only_new, accept, step)

    def say(line: str) -> None:
        tell(line[: len(line) - len(line.lstrip())] + one_line(line, _LONGEST))

    if dry_run:
        outcomes = _run(entries, lives, run, say)
    else:
        with locked():
            outcomes = _run(entries, lives, run, say)
    raise_faults(
        SourceError,
        [
            *_causes(outcomes),
            *(
                one_line(line, _LONGEST)
                for outcome in outcomes
                if outcome.state == "failed" and not outcome.cause
                for line in outcome.lines
            ),
        ],
    )
    return outcomes


def chosen(keys: Sequence[str]) -> list[Dataset]:
    """The entries to update; raises InputError with every key that has no live source."""
    live = [entry for entry in catalog.CATALOG.values() if entry.live]
    faults = []
    for key in keys:
        try:
            if catalog.dataset(key).live is None:
                faults.append(
                    f"dataset {key!r} has no live source; those that have are "
                    f"{', '.join(entry.key for entry in live)}"
                )
        except InputError as error:
            faults += error.faults
    raise_faults(InputError, faults)
    return [entry for entry in live if not keys or entry.key in keys]


def _run(
    entries: Sequence[Dataset], lives: Mapping[str, Live | None], run: Run, say: Tell
) -> list[Outcome]:
    """Plan all first, so that the estimate is known before the first figure is fetched."""
    planned = [
        _attempt(
            entry.key,
            run,
            lambda entry=entry: _planned(  # type: ignore[misc]
                entry, lives[entry.key], run
            ),
        )
        for entry in entries
    ]
    todo = [plan for _, plan in planned if plan is not None]
    if todo:
        say(
            f"{len(todo)} of {len(entries)} datasets to fetch: {sum(p.calls for p in todo)} calls, "
            f"about {max(1, round(run.sources.minutes(todo)))} min"
        )
    outcomes = []
    for outcome, plan in planned:
        if plan is not None and not run.dry:
            done, _ = _attempt(
                outcome.key,
                run,
                lambda plan=plan: (  # type: ignore[misc]
                    _bring_in(plan, run),
                    None,
                ),
            )
            done.requests += outcome.requests
            done.seconds += outcome.seconds
            outcome = done
        outcomes.append(outcome)
        _report(outcome, say)
    return outcomes


def _attempt(
    key: str, run: Run, work: Callable[[], tuple[Outcome, Plan | None]]
) -> tuple[Outcome, Plan | None]:
    """One step of one dataset; its failure is its own."""
    before, start, plan = run.sources.sent, time.monotonic(), None
    try:
        outcome, plan = work()
    except (SourceError, DataError) as error:
        outcome = Outcome(
            key,
            "failed",
            [f"{key}: {fault}" for fault in error.faults],
            cause=error if isinstance(error, UnreachableError) else None,
        )
    outcome.requests = run.sources.sent - before
    outcome.seconds = time.monotonic() - start
    return outcome, plan


def _planned(entry: Dataset, live: Live | None, run: Run) -> tuple[Outcome, Plan | None]:
    assert live is not None, "chosen() leaves out datasets without a live source"
    plan = planning.make(entry, live, run.sources)
    told = [f"warning: {line}" for line in plan.warnings]
    if plan.current:
        return Outcome(entry.key, "unchanged", [plan.current, *told]), None
    if run.only_new and not plan.new:
        return Outcome(entry.key, "skipped", ["no year is new", *told]), None
    new = (
        []
        if plan.new is None or live.layer
        else [f"years that are new: {tables.spans(plan.new) or 'none'}"]
    )
    return Outcome(entry.key, "planned", [*doubt(live), *plan.lines, *new, *told]), plan


def doubt(live: Live) -> list[str]:
    """A warning of the ids that nobody has verified, for a dataset that has such."""
    return (
        [
            f"known only from third-party code: {', '.join(live.unproven)}; compare some figures "
            "with the publisher's own page before you rely on them"
        ]
        if live.unproven
        else []
    )


def _bring_in(plan: Plan, run: Run) -> Outcome:
    """Fetch what an earlier run has not kept, shape it, check, compare and swap in.

    Replies are kept until the dataset is in use, or until they are found to be at fault: what is
    wrong with all of them together would be wrong again with the same ones.
    """
    entry, live, keep = plan.entry, plan.live, KeptReplies(plan.entry.key)
    replies = plan.fetch(keep, run.counter(plan))
    try:
        fetched = checked(entry, live, plan.shape(replies), accept=run.accept)
        change = (
            difference(in_use(entry), fetched.table, entry)
            if entry.columns
            else moved(entry, fetched.table)
        )
    except SourceError:
        keep.clear()
        raise
    except DataError as error:
        keep.clear()
        raise SourceError(against_contract(live, error.faults)) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        keep.clear()
        raise SourceError(
            f"{', '.join(live.ids)}: the replies have another form than before "
            f"({type(error).__name__}: {error}); nothing was changed, compare them with the "
            "publisher's page, and look up whether there is a newer version"
        ) from error
    swap(plan, fetched)
    keep.clear()
    return Outcome(
        entry.key,
        "updated",
        [*doubt(live), *change, *fetched.lines, *(f"warning: {line}" for line in plan.warnings)],
    )


def _report(outcome: Outcome, say: Tell) -> None:
    if outcome.cause:  # told once for all that have it, at the end
        return
    plural = "" if outcome.requests == 1 else "s"
    say(
        f"{outcome.key}: {outcome.state} ({outcome.requests} request{plural}, "
        f"{outcome.seconds:.1f} s)"
    )
    for line in outcome.lines if outcome.state != "failed" else ():
        say(f"  {line}")


def _causes(outcomes: list[Outcome]) -> Iterator[str]:
    """What several datasets failed of alike, once: servers that cannot be reached."""
    lost = [outcome for outcome in outcomes if outcome.cause]
    if lost:
        servers = dict.fromkeys(
            f"{outcome.cause.address} ({outcome.cause.reason})" for outcome in lost if outcome.cause
        )
        yield (
            f"no answer from {', '.join(servers)}; the data you have is untouched, check the "
            f"network and try again; not updated: {', '.join(part.key for part in lost)}"
        )


@contextmanager
def bar() -> Iterator[Step]:
    """A progress bar a dataset on a terminal, nothing in a log."""
    columns = ("{task.description}", "", "{task.completed}/{task.total}")
    with progress.bars(*columns, transient=True) as bars:
        if bars is None:
            yield lambda key, done, total: None
            return
        tasks: dict[str, Any] = {}

        def step(key: str, done: int, total: int) -> None:
            if key not in tasks:
                tasks[key] = bars.add_task(key, total=total)
            bars.update(tasks[key], completed=done, total=total)

        yield step
