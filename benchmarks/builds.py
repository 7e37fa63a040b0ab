"""What a build costs: against a bare script, against the plain loop, and when little changed.

Everything runs in a copy of the product, in which a row of the inventory can be changed.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from measure import Cost, Row, at_most, cost, run, under, wall_time

from analysis import catalog, regions
from analysis.inventory import inventory_of
from analysis.report.plan import CHAPTERS

ROOT = Path(__file__).resolve().parents[1]
KEYS = ("malardalen", "bergslagen", "karlstad")
COMMAND = (sys.executable, "-m", "analysis.cli")
BUILD = (*COMMAND, "build", *KEYS, "--out", "out")
HTML = (*COMMAND, "build", "karlstad", "--format", "html", "--out", "html")
SCENARIO = (*COMMAND, "scenario", "--service", "vaxel", "--members", "1880,1861", "--out", "ways")
INVESTIGATION = (*COMMAND, "investigation", "build", "examples/upphandling", "--out", "ways")


def copy_of_the_product(folder: str) -> dict[str, str]:
    """Copy what a build needs; returns how to run it there."""
    for name in ("analysis", "notebooks", "data", "examples", "benchmarks"):
        shutil.copytree(
            ROOT / name,
            Path(folder, name),
            ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"),
        )
    return {
        "cwd": folder,
        "PYTHONPATH": folder,
        "PYTHONHASHSEED": "0",
        "SAMVERKAN_CACHE_DIR": str(Path(folder, "figures")),  # empty: nothing of an earlier run
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }  # as in a build's processes


def plain_loop(folder: str, where: dict[str, str]) -> float:
    """Seconds by the clock of one Papermill and one nbconvert a chapter and region: HTML only."""
    tools = Path(sys.executable).parent
    start = time.perf_counter()
    for key in KEYS:
        for chapter in CHAPTERS:
            made = f"{folder}/plain-{key}-{chapter}.ipynb"
            run(
                str(tools / "papermill"),
                f"notebooks/{chapter}.ipynb",
                made,
                "-p",
                "region",
                key,
                "-r",
                "as_of",
                catalog.SNAPSHOT_DATE.isoformat(),
                "-k",
                "python3",
                "--no-progress-bar",
                **where,
            )
            run(str(tools / "jupyter"), "nbconvert", "--to", "html", made, **where)
    return time.perf_counter() - start


def mean(one: Cost, other: Cost) -> Cost:
    """What a command costs on average: once before the peer and once after it."""
    return Cost((one.wall + other.wall) / 2, (one.processor + other.processor) / 2)


def content(folder: Path) -> dict[str, str]:
    """Digests of what a reader gets: every file but the record and the executed notebooks."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for key in KEYS
        for path in sorted((folder / key).rglob("*"))
        if path.is_file() and path.name != "build.json" and path.suffix != ".ipynb"
    }


def change_a_row(folder: str) -> None:
    """Another note in a row of the inventory that only Karlstadsregionen reads."""
    day = catalog.SNAPSHOT_DATE.isoformat()
    read = {
        key: set(inventory_of(regions.get(key).members, day).arrangements["key"]) for key in KEYS
    }
    only = min(read["karlstad"] - read["malardalen"] - read["bergslagen"])
    table = Path(folder, "data/services/memberships.csv")
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith(f"{only},"))
    line = lines[at].rstrip("\n")
    closing = '"' if line.endswith('"') else ""
    lines[at] = f"{line.removesuffix(closing)} (omprövad){closing}\n"
    table.write_text("".join(lines), encoding="utf-8")


def rows() -> list[Row]:
    """The three regions in all formats, nothing changed, one row changed, and the command."""
    with tempfile.TemporaryDirectory() as folder:
        where = copy_of_the_product(folder)
        run(*BUILD, "--force", **where)  # compiles and reads everything once, like the others
        build = cost(*BUILD, "--force", **where)
        bare = float(run(sys.executable, "benchmarks/bare.py", "bare", *KEYS, **where))
        if content(Path(folder, "bare")) != content(Path(folder, "out")):
            raise SystemExit("the bare script and the build do not make the same files")
        nothing = wall_time(*BUILD, **where)
        loop = plain_loop(folder, where)
        build = mean(build, cost(*BUILD, "--force", **where))  # a machine is not always as fast
        scenario, investigation = cost(*SCENARIO, **where), cost(*INVESTIGATION, **where)
        run(*HTML, **where)  # what a later change finds: its chapters and figures
        change_a_row(folder)
        changed = cost(*HTML, **where)
        return [
            *_builds(build, bare, loop, nothing, changed, scenario, investigation),
            *_commands(where),
        ]


def _builds(
    build: Cost,
    bare: float,
    loop: float,
    nothing: float,
    changed: Cost,
    scenario: Cost,
    investigation: Cost,
) -> list[Row]:
    cores = os.cpu_count()
    return [
        Row(
            "build of three regions, all formats: processor time",
            build.processor,
            "bare script in one warm process, same files",
            bare,
            at_most(1.25),
        ),
        Row(
            f"build of three regions, all formats, {cores} cores",
            build.wall,
            "papermill and nbconvert a chapter and region, HTML only",
            loop,
            at_most(0.125),
        ),
        Row(
            "build when nothing has changed", nothing, "the whole build", build.wall, at_most(0.015)
        ),
        Row(
            "HTML of its region when one row of the inventory has changed",
            changed.wall,
            "the whole build",
            build.wall,
            at_most(0.1),
        ),
        Row("a scenario", scenario.wall, "the whole build", build.wall, at_most(0.2)),
        Row(
            "an investigation of three alternatives",
            investigation.wall,
            "the whole build",
            build.wall,
            at_most(0.4),
        ),
    ]


def _commands(where: dict[str, str]) -> list[Row]:
    command = (sys.executable, "-m", "analysis.cli")
    empty = wall_time(sys.executable, "-c", "pass", **where)
    return [
        Row(
            "samverkan --help",
            wall_time(*command, "--help", **where),
            "python -c pass",
            empty,
            under(0.3),
        ),
        Row(
            "samverkan regions",
            wall_time(*command, "regions", **where),
            "python -c pass",
            empty,
            under(0.5),
        ),
    ]
