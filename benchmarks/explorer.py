"""What an analyst waits for: `import analysis`, and the explorer after a choice.

`rows` has the form of `run.rows`. A choice is timed from setting the widget to the last message
that its kernel would send, in a warm process; the browser adds a tenth of a second.
"""

import itertools
import subprocess
import sys
import time
from collections.abc import Callable

from analysis import explore, regions
from analysis.explore.app import Explorer, picture


def smallest(call: Callable[[], object], clock: Callable[[], float], *, runs: int = 5) -> float:
    """Seconds by `clock` that a call takes, the smallest of `runs`."""
    found = []
    for _ in range(runs):
        start = clock()
        call()
        found.append(clock() - start)
    return min(found)


def fresh(code: str) -> float:
    """Seconds by the clock of a new Python that runs `code`."""
    return smallest(lambda: subprocess.run([sys.executable, "-c", code], check=True),
                    time.perf_counter)


def rows() -> list[tuple[str, str, float, float]]:
    """Name, peer, seconds of ours and of the peer."""
    page, area = Explorer("karlstad"), regions.get("karlstad")
    chosen, years = itertools.cycle(("bergslagen", "karlstad")), itertools.cycle((2023, 2024))

    def choose_region() -> None:
        page.region.value = next(chosen)

    def choose_year() -> None:
        page.year.value = next(years)

    plain = smallest(lambda: picture(explore.plot_map(area, "population", year=2024)),
                     time.process_time)
    peer = "one map by plot_map, as PNG"
    return [
        ("import analysis", "import pandas", fresh("import analysis"), fresh("import pandas")),
        ("explorer, another region: new map, table and series", peer,
         smallest(choose_region, time.process_time), plain),
        ("explorer, another year: new map and table", peer,
         smallest(choose_year, time.process_time), plain),
    ]
