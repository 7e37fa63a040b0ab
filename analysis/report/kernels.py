"""Kernels that start at once: forked from a process that has already imported the libraries.

Terms
-----
provisioner: what Jupyter asks to start, watch and stop a kernel's process.
nursery: a process without threads beside each worker, forked like the worker from the one that
imported everything; it forks a kernel when asked. Each kernel is a process of its own, as isolated
as any other kernel.

Where the platform cannot fork, Jupyter's own provisioner is used, with the same results.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import time
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import ORIGINAL_DIR  # type: ignore[attr-defined]
from multiprocessing.util import Finalize
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.provisioning import LocalProvisioner

from analysis import shelf
from analysis.report import lifeline

NAME = "samverkan-fork"
_SELDOM = (20_000, 10, 10)  # objects until garbage is looked for: drawings fill it with what stays
QUIET = "--IPKernelApp.log_level=50"  # a kernel would report Jupyter's own interrupt at the end
_PATIENCE = 0.1  # seconds; Jupyter would sleep as long and then ask again
_VARIABLE = "JUPYTER_DEFAULT_PROVISIONER_NAME"

Order = tuple[list[str], str | None, dict[str, str]]  # arguments, folder, environment


class NurseryLostError(RuntimeError):
    """The nursery of this worker was killed: no kernel can be forked here any more."""


class KernelLostError(RuntimeError):
    """The kernel ended before it answered, most often because it was killed."""


class Nursery:
    """Forks kernels and knows how each ended; open it before the process has threads."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, far = context.Pipe()
        self._ended: dict[int, int | None] = {}
        process = context.Process(target=_tend, args=(far, self._pipe), name="nursery")
        process.start()
        far.close()
        # before multiprocessing waits for its children at the end: the nursery ends with its pipe
        Finalize(None, self._pipe.close, exitpriority=10)

    def fork(self, order: Order) -> int:
        """Fork a kernel; returns the number of its process.

        Raises NurseryLostError when the nursery was killed.
        """
        try:
            self._pipe.send(order)
            while True:
                news, pid, code = self._pipe.recv()
                if news == "started":
                    self._ended.pop(pid, None)  # of an older process with the same number
                    return int(pid)
                self._ended[pid] = code
        except (EOFError, OSError) as error:
            raise NurseryLostError("the process that forks kernels was killed") from error

    def ended(self, pid: int, patience: float = 0) -> int | None:
        """Exit code of a kernel, None while it runs; waits `patience` seconds for news."""
        try:
            while pid not in self._ended and self._pipe.poll(patience):
                _, done, code = self._pipe.recv()
                self._ended[done] = code
        except (EOFError, OSError):
            return -signal.SIGKILL  # kernels end with their nursery
        return self._ended.get(pid)


_nursery: Nursery | None = None


def open_nursery() -> None:
    """Let the kernels of this process be forked, where the platform can."""
    global _nursery
    if _nursery is None and "forkserver" in multiprocessing.get_all_start_methods():
        _nursery = Nursery()
        os.environ[_VARIABLE] = NAME


def are_forked() -> bool:
    """True when the kernels of this process come from a nursery."""
    return _nursery is not None


def _tend(orders: Connection, other: Connection) -> None:
    """Fork a kernel for each order and tell how each ended, until the worker is gone."""
    lifeline.end_with_parent(os.getppid())
    other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker decides when a build is stopped
    context = multiprocessing.get_context("fork")
    kernels: dict[int, Any] = {}
    while True:
        for ready in wait([orders, *kernels]):
            if ready is not orders:
                process = kernels.pop(ready)  # type: ignore[arg-type]
                process.join()
                news = ("ended", process.pid, process.exitcode)
            else:
                try:
                    order = orders.recv()
                except (EOFError, OSError):
                    return  # kernels are daemons: they end with this process
                process = context.Process(target=_serve, args=order, name="kernel", daemon=True)
                process.start()
                kernels[process.sentinel] = process
                news = ("started", process.pid, None)
            try:
                orders.send(news)
            except OSError:
                return


class ForkProvisioner(LocalProvisioner):
    """Starts the kernel as a fork instead of a new interpreter; all else is as for a local one."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Fork a kernel with the arguments that `cmd` ends with; returns its connection info."""
        assert _nursery is not None, "open_nursery chooses this provisioner"
        arguments = cmd[cmd.index("-f") :]  # what stands before names Python and its module
        # a new interpreter would begin in the folder of whoever starts it
        folder = kwargs.get("cwd") or str(Path.cwd())
        pid = _nursery.fork((arguments, folder, dict(kwargs.get("env") or {})))
        self.process = _Forked(_nursery, pid)
        self.pid, self.pgid = pid, None
        return self.connection_info

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Have whoever asks from now on whether the kernel runs wait for the news of its end."""
        self.process.patience = _PATIENCE


class PromptClient(AsyncKernelClient):
    """Talks to a kernel as soon as it answers.

    Jupyter's own waits a fifth of a second more, idly, for messages of the start to pass by; who
    executes a notebook takes only those that answer a cell.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and its outputs arrive.

        Raises KernelLostError when the kernel ends, RuntimeError when it does not answer in time.
        """
        begun = time.monotonic()
        while True:
            self.kernel_info()
            with suppress(Empty):
                reply = await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.2)
                if reply["msg_type"] == "kernel_info_reply":
                    self._handle_kernel_info_reply(reply)
                    return
            if not await self.is_alive():
                raise KernelLostError("the kernel died before it answered")
            if timeout is not None and time.monotonic() - begun > timeout:
                raise RuntimeError(f"the kernel did not answer in {timeout:g} seconds")


class _Forked:
    """A forked process with the methods of `subprocess.Popen` that Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self.pid = pid
        self.patience = 0.0

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        return self._nursery.ended(self.pid, self.patience)

    def wait(self, timeout: float | None = None) -> int | None:
        return self._nursery.ended(self.pid, 10 if timeout is None else timeout)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _serve(arguments: list[str], folder: str | None, environment: dict[str, str]) -> None:
    """Run a kernel in this process until it is told to stop."""
    lifeline.end_with_parent(os.getppid())
    # a kernel may start processes of its own, as any kernel may: a daemon may not
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    os.setsid()  # an interrupt of the build must not reach the kernel before Jupyter does
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.update(environment)
    _forget_the_build(arguments)
    if folder:
        os.chdir(folder)
    from ipykernel.kernelapp import IPKernelApp

    parent = os.getppid()  # the kernel ends when the nursery does
    kernel = IPKernelApp.instance()
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # no cell stops here for a debugger
    kernel.initialize([*arguments, f"--IPKernelApp.parent_handle={parent}"])
    del sys.modules["debugpy"]
    _begin_as_fresh()
    kernel.start()


def _forget_the_build(arguments: list[str]) -> None:
    """Leave what a new interpreter would not have: the command's folder, arguments and name."""
    script = Path(sys.argv[0]).resolve().parent if sys.argv and sys.argv[0] else None
    if sys.path and sys.path[0] in (str(script), ORIGINAL_DIR):
        del sys.path[0]  # the command's script, or where `python -m` was called
    sys.argv = ["ipykernel_launcher", *arguments]
    multiprocessing.current_process().name = "MainProcess"


def _begin_as_fresh() -> None:
    """Set again what libraries look up when they are imported, which was before the kernel was."""
    import matplotlib
    import pandas

    for name in [name for name, module in sys.modules.items() if module is None]:
        del sys.modules[name]  # kept from being imported by the warm process, not by a cell
    matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]  # ipykernel has set it
    pandas.set_option("display.max_columns", 20)  # 0 in a terminal
    pandas.set_option("display.encoding", "UTF-8")
    if os.environ.get(shelf.CONTEXT):  # a chapter of the product: it is done in seconds
        gc.set_threshold(*_SELDOM)
    else:  # an own chapter; those of the product need no Arrow
        pandas.set_option("mode.string_storage", "auto")
