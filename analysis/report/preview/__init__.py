"""Try an idea and see it: a page on this machine that follows every change of what it is made of.

Terms
-----
kept: a chapter that was executed for the page that stands; it is kept while its notebook, its
    parameters and its reads are the same, as in a build. Of one that has changed only in a leaf's
    read, such as a file of own prose, the cells that read it are run, and what they need.
shared: said of a chapter whose cells all processes execute, a share each (`report.cells`): when
    few chapters have changed, no process is idle.

The processes stay warm between two changes, only HTML is made, and nothing is written: the pages
live in the memory of this process, and end with it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from queue import Queue

from analysis import shelf
from analysis.errors import BuildError, in_words, raise_faults
from analysis.report import manifest, scratch, worker
from analysis.report.plan import Job, Plan
from analysis.report.preview import site as sites
from analysis.report.preview.subject import Subject, Task, subject_of
from analysis.report.processes import LocalExecutor, regained
from analysis.report.worker import Chapter, Share

_INPUTS = frozenset(
    ("", ".csv", ".toml", ".md", ".xlsx", ".ipynb", ".png", ".jpg", ".jpeg", ".json")
)
_STEP, _SETTLED = 10, 50  # milliseconds: between two looks, and until a row of changes is told
_STOP = 200  # milliseconds until a watcher that shall stop has stopped

Tell = Callable[[str], object]
Source = tuple[Job, bytes, str | None]  # a chapter's job, its notebook, the stamp of its task


def preview(
    name: str,
    *,
    as_of: date | None = None,
    chapters: Sequence[Path] = (),
    port: int = 0,
    jobs: int | None = None,
    browser: bool = True,
    tell: Tell = lambda text: None,
) -> None:
    """Serve the page of a region or an investigation until Ctrl-C, and follow its inputs.

    Raises InputError, before anything is started, for what is no region and no investigation, for
    a folder with faults and for a port that is taken.
    """
    with scratch.folder() as out, sites.served(port) as site:
        subject = subject_of(name, out, as_of=as_of, chapters=chapters)
        with _pool(jobs) as pool, _changes(subject) as changes:
            maker = Maker(pool, _width(jobs))
            subject.look(pool)  # what is wrong from the start is no preview
            tell(f"preview at {site.address} (Ctrl-C ends it)")
            if browser:
                _open(site.address)
            while True:
                _renew(site, maker, subject, tell)
                changes.get()
                while not changes.empty():  # what came meanwhile is one change
                    changes.get()


def _renew(site: sites.Site, maker: Maker, subject: Subject, tell: Tell) -> None:
    """Make the pages that the inputs give now, or tell what is wrong with them."""
    start = time.perf_counter()
    try:
        pages = regained(lambda: _pages(maker, subject))
    except Exception as error:  # an own chapter may raise anything; the preview goes on
        fault = in_words(error)
        site.fail(fault)
        tell(f"not built: {fault}")
        return
    changed = pages != site.pages
    site.show(pages)
    tell(f"{'built' if changed else 'unchanged'} in {time.perf_counter() - start:.1f} s")


def _pages(maker: Maker, subject: Subject) -> Mapping[str, str]:
    """The pages; what the subject most likely asks for is executed while it looks.

    Raises what is wrong with the inputs before what that made of a chapter.
    """
    guess = subject.guess()
    if guess is None:
        return maker.pages(*subject.look(maker.pool))
    with ThreadPoolExecutor(1) as beside:
        looking = beside.submit(subject.look, maker.pool)
        with suppress(BuildError):  # told below, if it is still so then
            maker.execute(guess[1])
        return maker.pages(*looking.result())


@dataclass(frozen=True)
class _Kept:
    """An executed chapter and what it was executed from."""

    source: Source
    chapter: Chapter


@dataclass(frozen=True)
class _Running:
    """A chapter on its way, whole or in shares."""

    source: Source
    whole: Future[Chapter] | None = None
    shares: Sequence[Future[Share | None]] = ()

    def chapter(self, pool: Executor) -> Chapter:
        """Wait for it."""
        if self.whole is not None:
            return self.whole.result()
        shares = [share for future in self.shares if (share := future.result())]
        return pool.submit(worker.joined, shares).result()


class Maker:
    """Makes pages with warm processes, and keeps what a change does not touch."""

    def __init__(self, pool: Executor, width: int = 1) -> None:
        self.pool, self.width = pool, width
        self._drawing = manifest.drawing_digest()  # of what the processes have imported
        self._kept: dict[str, _Kept] = {}
        self._last: tuple[Plan, dict[str, str]] | None = None
        self._done: Sequence[Task] | None = None

    def pages(self, plan: Plan, tasks: Sequence[Task]) -> dict[str, str]:
        """The pages by file name; raises BuildError with what a chapter or the composer says."""
        if tasks != self._done:
            self.execute(tasks)
        self._done = None
        if self._last and self._last[0] == plan:
            return self._last[1]
        notebooks = {name: self._kept[name].chapter.notebook for name, _ in plan.chapters}
        made = self.pool.submit(worker.pages, plan, notebooks).result()
        self._last = (plan, made)
        return made

    def execute(self, tasks: Sequence[Task]) -> None:
        """Execute of the tasks what has changed; the next pages of the same tasks are of these."""
        self._done = None
        running = self._begun(tasks)
        if running:
            self._last = None  # even if one of them fails: the others will be newer than it
        self._end(running)
        self._done = tasks

    def _begun(self, tasks: Sequence[Task]) -> list[_Running]:
        """What of the tasks is to be executed, on its way: several chapters at a time."""
        sources = [(task.job, task.job.notebook.read_bytes(), task.stamp) for task in tasks]
        known = {
            job.chapter: self._kept[job.chapter].chapter
            for job, content, stamp in sources
            if stamp is not None
            and job.chapter in self._kept
            and self._kept[job.chapter].source == (job, content, stamp)
        }
        cells = {name: chapter.outcome.cells for name, chapter in known.items()}
        stale = self.pool.submit(worker.stale, cells).result() if cells else {}
        whole = [source for source in sources if stale.get(source[0].chapter) is None]
        # the summary last, which is short: then the others wait little for each other
        running = [self._run(source, few=len(whole) <= self.width) for source in reversed(whole)]
        for source in sources:
            job, content, _ = source
            if changed := stale.get(job.chapter):
                again = (job, content, self._drawing, known[job.chapter], changed)
                running.append(_Running(source, self.pool.submit(worker.preview_again, again)))
        return running

    def _run(self, source: Source, *, few: bool) -> _Running:
        """Execute a chapter; one of `few` is shared, unless it may do anything."""
        job, content, _ = source
        given = (job, content, self._drawing)
        if job.own or not few or self.width < 2:
            return _Running(source, self.pool.submit(worker.preview_chapter, given))
        before = self._kept.get(job.chapter)
        took = before.chapter.outcome.took if before else {}
        shares = [
            self.pool.submit(worker.preview_share, given, place, self.width, took)
            for place in range(self.width)
        ]
        return _Running(source, shares=shares)

    def _end(self, running: Sequence[_Running]) -> None:
        """Wait for chapters; keeps those that succeed."""
        faults = []
        for one in running:
            chapter, name = one.chapter(self.pool), one.source[0].chapter
            if chapter.outcome.error:
                faults.append(f"chapter {name}: {chapter.outcome.error}")
            else:
                self._kept[name] = _Kept(one.source, chapter)
        raise_faults(BuildError, faults)


def _width(jobs: int | None) -> int:
    return jobs or os.cpu_count() or 1


@contextmanager
def _pool(jobs: int | None) -> Iterator[LocalExecutor]:
    """Warm processes; when the block ends nothing of them is left."""
    pool = LocalExecutor(_width(jobs))
    try:
        pool.check_start()
        yield pool
    finally:
        pool.kill()
        scratch.clear_abandoned()
        shelf.prune()


@contextmanager
def _changes(subject: Subject) -> Iterator[Queue[None]]:
    """A queue that gets an entry at each change of an input."""
    news: Queue[None] = Queue()
    stop = threading.Event()
    thread = threading.Thread(target=_watch, args=(subject, news, stop), daemon=True)
    thread.start()
    try:
        yield news
    finally:
        stop.set()
        thread.join()


def _watch(subject: Subject, news: Queue[None], stop: threading.Event) -> None:
    """Tell of changes in the folders of `subject`; begins again when one comes or goes."""
    from watchfiles import watch

    while not stop.is_set():
        folders = _there(subject)
        for _ in watch(
            *folders,
            watch_filter=_is_input,
            step=_STEP,
            debounce=_SETTLED,
            rust_timeout=_STOP,
            stop_event=stop,
            recursive=False,
        ):
            news.put(None)
            if _there(subject) != folders:
                break


def _there(subject: Subject) -> list[Path]:
    return sorted({path for path in subject.folders() if path.is_dir()})


def _is_input(change: object, path: str) -> bool:
    """Files of a kind that is read, and folders; not what an editor keeps beside them."""
    name = Path(path).name
    return name[0] not in ".~" and Path(name).suffix.casefold() in _INPUTS


def _open(address: str) -> None:
    import webbrowser

    webbrowser.open(address)
