"""The worker processes of this machine: forked from one that has imported everything.

Terms
-----
warm process: imports the slow libraries once (`report.warm`); workers are forked from it.
lost: said of a process, or of a kernel, that was killed; what it did is done once more, alone.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from analysis.errors import BuildError
from analysis.report import scratch, worker

Made = TypeVar("Made")
LOST_AGAIN = (
    "its process was killed again when it ran alone, most often for lack of memory; close other "
    "programs and build again"
)
_SETTLE = 0.2  # seconds until the system knows that a killed process is gone


def local_pool(jobs: int) -> ProcessPoolExecutor:
    """Processes, because Papermill is not thread-safe; forked from the warm one where possible."""
    scratch.check_sockets()
    scratch.check_handles()
    worker.steady()
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([worker.WARM])
        with _deaf():
            multiprocessing.forkserver.ensure_running()
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=worker.begin)


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started inside hears no Ctrl-C: this process decides what becomes of a build."""
    before = signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not in the main thread, where no Ctrl-C arrives either
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def regained(make: Callable[[], Made]) -> Made:
    """What `make` gives, made once more if a process of it is lost; then raises BuildError."""
    with suppress(BrokenExecutor):
        return make()
    try:
        return make()
    except BrokenExecutor as error:
        raise BuildError(LOST_AGAIN) from error


class LocalExecutor(Executor):
    """`local_pool`, and a new one in its place when it has lost a process: it takes no more jobs."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool = local_pool(jobs)

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """Hand a call to the pool; raises BuildError when a new pool is lost at once, too."""
        try:
            return self._submit(function, *arguments, **named)
        except BrokenExecutor:
            self._pool.shutdown()
            time.sleep(_SETTLE)
            self._pool = local_pool(self._jobs)
        try:
            return self._submit(function, *arguments, **named)
        except BrokenExecutor as error:
            raise BuildError(
                "the process that all others are forked from was killed, most often "
                "for lack of memory; close other programs and build again"
            ) from error

    def check_start(self) -> None:
        """Raise BuildError when the warm process could not be made."""
        try:
            fault = self.submit(worker.fault_at_start).result()
        except BrokenExecutor:  # killed meanwhile: once more, from a new one
            fault = self.submit(worker.fault_at_start).result()
        if fault:
            raise BuildError(f"no worker could start: {fault}; mend that and build again")

    def _submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        try:
            return self._pool.submit(function, *arguments, **named)
        except (EOFError, ConnectionError) as error:  # the warm process is gone
            raise BrokenExecutor("the process that workers are forked from was killed") from error

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the pool."""
        self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def kill(self) -> None:
        """End the pool now: a stopped build must not go on in the background."""
        server = getattr(multiprocessing.forkserver, "_forkserver", None)
        pid = getattr(server, "_forkserver_pid", None)
        if pid is not None:  # first: it may be about to fork a worker that would find nothing
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for process in multiprocessing.active_children():
            process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)
