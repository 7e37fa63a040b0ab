"""What an update costs: requests and seconds for the commuting matrix, one year and all years.

All 290 municipalities, from the test server of `tests/sources/server.py` in a process of its own
(it needs the `dev` extra), with SCB's limits: 150 000 cells a request, 30 calls in 10 seconds. The
peer sends the very same queries with plain `requests` and reads each reply as JSON, without check,
table or file; so what the server itself needs is in both.
"""

import dataclasses
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

import requests
from measure import Row, at_most, smallest, wall_time

from analysis import catalog
from analysis.live import Query
from analysis.sources import scb, tidy
from analysis.sources.http import Client
from analysis.sources.kept import Store

SERVER = Path(__file__).resolve().parents[1] / "tests" / "sources" / "server.py"
CELLS = 150_000
DATASET = "commuting_matrix"
YEAR = 2024


@contextmanager
def server() -> Iterator[str]:
    """The address of a running test server that speaks PxWebApi 2."""
    process = subprocess.Popen(
        [sys.executable, str(SERVER), "--cells", str(CELLS), "--calls", "30", "--window", "10"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port:
            raise SystemExit("the test server does not start: pip install -e '.[dev]'")
        root = f"http://127.0.0.1:{port}"
        wait_for(f"{root}/_calls")
        yield root
    finally:
        process.kill()
        process.communicate()


def wait_for(url: str) -> None:
    """Return when the server answers: its port is known a moment before."""
    for _ in range(100):
        try:
            requests.get(url, timeout=10)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise SystemExit(f"no answer from {url}")


def asked(root: str) -> int:
    """Number of requests since the last reset, those for settings and metadata included."""
    found = requests.get(f"{root}/_calls", timeout=10).json()
    tables = {query.table for query in queries()}
    return 1 + sum(call["table"] in tables for call in found)  # the settings are not listed


def reset(root: str) -> None:
    """Forget the calls: they are counted, and count against the limit."""
    requests.post(f"{root}/_reset", timeout=10)


def queries() -> tuple[Query, ...]:
    """What the catalogue asks for the commuting matrix."""
    live = catalog.dataset(DATASET).live
    assert live is not None
    return live.queries


def plans(root: str, chosen: tuple[Query, ...]) -> list[scb.Plan]:
    """The requests that an update would send for the queries."""
    client = Client(f"{root}/api/v2")
    return [scb.plan(query, scb.look(client, query), CELLS) for query in chosen]


def one_year(root: str) -> None:
    """The matrix of one year as a tidy table: settings, metadata, plan, fetch, check."""
    reset(root)
    client = Client(f"{root}/api/v2")
    query = dataclasses.replace(queries()[-1], first=YEAR, last=YEAR)
    limits = scb.limits(client, query.table)
    plan = scb.plan(query, scb.look(client, query), limits.cells)
    tidy.tidy(scb.fetch(client, plan, Store(), lambda: None), query)


def all_years(root: str) -> float:
    """Seconds by the clock of the whole command, which also compares, writes and swaps in."""
    reset(root)
    with tempfile.TemporaryDirectory() as folder:
        return wall_time(
            sys.executable,
            "-m",
            "analysis.cli",
            "--data-dir",
            folder,
            "data",
            "update",
            DATASET,
            "--base-url",
            f"{root}/api/v2",
            runs=1,
        )


def plain(root: str, planned: list[scb.Plan]) -> None:
    """The same queries with nothing around them."""
    reset(root)
    for plan in planned:
        for part in plan.parts:
            requests.post(
                f"{root}/api/v2/tables/{plan.query.table}/data",
                timeout=60,
                params={"lang": "sv", "outputFormat": "json-stat2"},
                json=scb.request_body(part),
            ).json()


def fewest(planned: list[scb.Plan]) -> int:
    """Requests that cannot be fewer: settings, metadata of each table, full requests for cells."""
    return 1 + sum(1 + ceil(plan.cells / CELLS) for plan in planned)


def rows() -> list[Row]:
    """Requests and seconds by the clock for one year and for all years."""
    peer = "the same queries by plain requests, read as JSON"
    least = "the fewest under the cell limit"
    with server() as root:
        latest = plans(root, (dataclasses.replace(queries()[-1], first=YEAR, last=YEAR),))
        every = plans(root, queries())
        one = smallest(lambda: one_year(root), time.perf_counter, runs=3)
        one_asked = asked(root)
        one_plain = smallest(lambda: plain(root, latest), time.perf_counter, runs=3)
        seconds = all_years(root)
        all_asked = asked(root)
        all_plain = smallest(lambda: plain(root, every), time.perf_counter, runs=1)
    years = len({year for plan in every for year in plan.years})
    return [
        Row(
            "commuting matrix of one year, 290 x 290",
            one_asked,
            least,
            fewest(latest),
            at_most(1),
            "requests",
        ),
        Row("commuting matrix of one year, 290 x 290", one, peer, one_plain),
        Row(
            f"commuting matrix of {years} years in 4 series",
            all_asked,
            least,
            fewest(every),
            at_most(1),
            "requests",
        ),
        Row(
            f"commuting matrix of {years} years in 4 series, `data update`",
            seconds,
            peer,
            all_plain,
        ),
    ]
