"""What things cost, each against a stated peer in the same run: `make bench`.

Every line is a ratio of processor times (smallest of several runs), so that it means the same on
a slow and on a fast machine. A ratio below 1 is faster than the peer.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable

import pandas as pd

from analysis import flows, regions
from analysis.loaders import commuting as loader
from analysis.metrics import commuting, flow_model, labour_markets

MEMBERS = regions.get("malardalen").members


def processor_time(call: Callable[[], object], *, runs: int = 5) -> float:
    """Seconds of processor time, the smallest of `runs`."""
    found = []
    for _ in range(runs):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return min(found)


def wall_time(*command: str, runs: int = 5) -> float:
    """Seconds by the clock of a whole process, the smallest of `runs`."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        found.append(time.perf_counter() - start)
    return min(found)


def ten_years() -> pd.DataFrame:
    """A full matrix of 290 x 290 municipalities for ten years (the modelled 2021, repeated)."""
    one = flows.flows_of(2021)
    return pd.concat([one.assign(year=year) for year in range(2012, 2022)], ignore_index=True)


def plain_group(table: pd.DataFrame) -> dict[int, tuple[float, float, float]]:
    """In, out and internal of a group the plain way: a mask for each year and direction."""
    found = {}
    for year, part in table.groupby("year"):
        home, work = part["home"].isin(MEMBERS), part["work"].isin(MEMBERS)
        persons, moves = part["persons"], part["home"] != part["work"]
        found[year] = (persons[~home & work].sum(), persons[home & ~work].sum(),
                       persons[home & work & moves].sum())
    return found


def rows() -> list[tuple[str, str, float, float]]:
    """Name, peer, seconds of ours and of the peer."""
    table, chosen = ten_years(), flows.commuting_of()
    matrix, night, out = flows.matrix_of(chosen)
    margins, distances = loader.load_margins(), flows.distances()
    county = loader.load_county_flows()
    python = sys.executable
    return [
        ("group figures, 290 x 290 x 10 years", "a mask a year and direction (in, out, internal)",
         processor_time(lambda: commuting.group_figures(table, MEMBERS, absent="zero")),
         processor_time(lambda: plain_group(table))),
        ("labour markets, 290 municipalities", "one pandas idxmax over the matrix",
         processor_time(lambda: labour_markets.local_labour_markets(
             matrix, night, out_commuters=out, thresholds=labour_markets.THREE_STEPS)),
         processor_time(lambda: matrix.idxmax(axis=1))),
        ("flow model, one year", "plain gravity model of the same year",
         processor_time(lambda: flow_model.model_matrix(
             margins, distances, year=2021, county_flows=county)),
         processor_time(lambda: flow_model.gravity_matrix(margins, distances, year=2021))),
        ("samverkan --help", "python -c pass",
         wall_time(python, "-m", "analysis.cli", "--help"), wall_time(python, "-c", "pass")),
        ("samverkan regions", "python -c pass",
         wall_time(python, "-m", "analysis.cli", "regions"), wall_time(python, "-c", "pass")),
    ]


def main() -> None:
    """Print one table."""
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print("| what | ours, s | peer | peer, s | ratio |\n|---|---|---|---|---|")
    for name, peer, ours, theirs in rows():
        print(f"| {name} | {ours:.3f} | {peer} | {theirs:.3f} | {ours / theirs:.1f} |")


if __name__ == "__main__":
    main()
