"""Kernels that start at once: forked from a process that has already imported the libraries.

Terms
-----
provisioner: what Jupyter asks to start, watch and stop a kernel's process.
fork server: a process of the standard library that imports once and then forks; each kernel is a
process of its own, as isolated as any other kernel.

Where the platform cannot fork, Jupyter's own provisioner is used, with the same results.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from typing import TYPE_CHECKING, Any

from jupyter_client.provisioning import LocalProvisioner

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

NAME = "samverkan-fork"
WARM = "analysis.report.warm"  # what is imported once, before any worker or kernel is forked
_VARIABLE = "JUPYTER_DEFAULT_PROVISIONER_NAME"


def use_forked_kernels() -> None:
    """Let kernels of this process be forked, where the platform can."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        os.environ.setdefault(_VARIABLE, NAME)


class ForkProvisioner(LocalProvisioner):
    """Starts the kernel as a fork instead of a new interpreter; all else is as for a local one."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict[str, Any]:
        """Fork a kernel for the connection file that `cmd` names; returns its connection info."""
        file = cmd[cmd.index("-f") + 1]
        context = multiprocessing.get_context("forkserver")
        # a worker does not inherit the fork server it came from: it starts one for its kernels
        context.set_forkserver_preload([WARM])
        arguments = (file, kwargs.get("cwd"), dict(kwargs.get("env") or {}))
        process = context.Process(target=_serve, args=arguments, name="kernel")
        # starting waits for the fork server, which may still be importing
        await asyncio.get_running_loop().run_in_executor(None, process.start)
        self.process = _Forked(process)
        self.pid, self.pgid = process.pid, None
        return self.connection_info


class _Forked:
    """A forked process with the methods of `subprocess.Popen` that Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.poll() is None and self.pid is not None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _serve(file: str, folder: str | None, environment: dict[str, str]) -> None:
    """Run a kernel in this process until it is told to stop."""
    os.setsid()  # an interrupt of the build must not reach the kernel before Jupyter does
    os.environ.update(environment)
    if folder:
        os.chdir(folder)
    from ipykernel.kernelapp import IPKernelApp

    parent = os.getppid()  # the kernel ends when the fork server does
    quiet = "--IPKernelApp.log_level=50"  # it would report Jupyter's own interrupt at the end
    IPKernelApp.launch_instance(
        argv=["-f", file, f"--IPKernelApp.parent_handle={parent}", quiet])
