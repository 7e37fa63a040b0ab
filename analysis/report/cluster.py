"""The same jobs on a Dask cluster: as many machines as it has, the same bytes.

Terms
-----
scheduler: the process that hands jobs to workers; `local` starts one here, with workers.
facts: what must be the same on every worker for its results to be the same as here.
"""

from __future__ import annotations

import multiprocessing
import platform
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from importlib import metadata
from typing import Any

from analysis.errors import BuildError, InputError
from analysis.report import manifest
from analysis.report.plan import LOCAL

_PATIENCE = 20  # seconds to wait for a scheduler
_RETRIES = 3  # of a job whose worker died
_REMEDY = "install the same version, packages and data there and start the worker again"


def warning(address: str) -> str:
    """What to know of a scheduler at `address`; "" when nothing."""
    if not address.startswith("tcp://"):
        return ""
    return (
        f"{address} runs the code of all who reach it, and nothing is encrypted; use tls:// "
        "outside a network of your own"
    )


@contextmanager
def executor(address: str, jobs: int) -> Iterator[tuple[Executor, int]]:
    """An executor on the cluster at `address`, and how many jobs it can do at a time.

    Raises InputError without Dask, BuildError when no scheduler answers, when it has no worker, or
    when a worker has another version, package or data.
    """
    try:
        import dask
        from distributed import Client, LocalCluster, Security
    except ImportError:
        raise InputError(
            "--scheduler needs Dask; install it with `pip install 'samverkan[dask]'`"
        ) from None
    with ExitStack() as stack:
        cluster = security = None
        if address == LOCAL:
            # a worker that is a daemon may not start the processes of its jobs
            stack.enter_context(dask.config.set({"distributed.worker.daemon": False}))
            # keys of its own: nobody else on the machine may hand it code to run
            security = Security.temporary()
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    processes=True,
                    # no dashboard; its server takes a port that no other build has
                    dashboard_address="127.0.0.1:0",
                    scheduler_kwargs={"dashboard": False},
                    security=security,
                    protocol="tls",
                )
            )
            address = cluster.scheduler_address
        try:
            client = stack.enter_context(Client(address, timeout=_PATIENCE, security=security))
        except (OSError, TimeoutError) as error:
            raise BuildError(
                f"no scheduler answers at {address} ({error}); start one with "
                "`dask scheduler`, or build without --scheduler"
            ) from None
        if cluster is not None:  # our own workers end at once when their processes have ended
            stack.callback(client.run, close_pool)
        _check(client.run(difference, facts(), on_error="return"), address)
        width = sum(client.nthreads().values())
        yield _Checked(client.get_executor(pure=False, retries=_RETRIES)), width


class _Checked(Executor):
    """Hands calls on, each with the facts of this machine: workers may join later."""

    def __init__(self, inner: Executor) -> None:
        self._inner, self._expected = inner, facts()

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        return self._inner.submit(run, self._expected, partial(function, *arguments, **named))


def _check(found: dict[str, str | Exception], address: str) -> None:
    """Raise BuildError unless each worker at `address` answered that it differs in nothing."""
    if not found:
        raise BuildError(
            f"the scheduler at {address} has no worker; start one with "
            f"`dask worker {address} --nthreads 1`"
        )
    wrong = [
        f"worker {name}: "
        + (answer if isinstance(answer, str) else f"it cannot run samverkan ({answer})")
        for name, answer in sorted(found.items())
        if answer
    ]
    if wrong:
        raise BuildError(f"{'; '.join(wrong)}; {_REMEDY}")


def facts() -> dict[str, str]:
    """What results depend on: Python, packages, library, fonts and data, in short; as of now."""
    return {
        "Python": platform.python_version(),
        "Dask": metadata.version("distributed"),
        "version of samverkan": f"{manifest.VERSION} {manifest.code_digest()[:8]}",
        "set of packages": manifest.installed_versions()[:8],
        "font": manifest.font_digest()[:8],
        "data": manifest.data_digest()[:8],
    }


_facts_at_first = cache(facts)  # when this process began to work: it has imported those


def difference(expected: dict[str, str]) -> str:
    """In what this process differs from `expected`, now or since it began; "" when in nothing."""
    return _compare(expected, _facts_at_first()) or _compare(expected, facts())


def _compare(expected: dict[str, str], found: dict[str, str]) -> str:
    return ", ".join(
        f"another {name} ({found.get(name, 'none')} instead of {value})"
        for name, value in expected.items()
        if found.get(name) != value
    )


def run(expected: dict[str, str], call: Callable[[], Any]) -> Any:
    """Carry out `call` in a process beside the Dask worker; refuses on a machine that differs.

    What counts is how the worker began: an edit during a build is for the next one. A job needs a
    process to itself: Papermill is not thread-safe, and a kernel must be forked from a process
    without threads.
    """
    wrong = _compare(expected, _facts_at_first())
    if wrong:
        raise BuildError(f"worker: {wrong}; {_REMEDY}")
    return _pool().submit(call).result()


@cache
def _pool() -> Executor:
    from analysis.report.processes import LocalExecutor

    # a worker under Dask's nanny is a daemon, which may not have children; its own end with it
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    return LocalExecutor(1)


def close_pool() -> None:
    """End the processes beside this Dask worker."""
    if _pool.cache_info().currsize:
        _pool().shutdown(cancel_futures=True)
        _pool.cache_clear()
