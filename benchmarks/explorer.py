"""What an analyst waits for: `import analysis`, and the explorer after a choice.

A choice is timed from setting the widget to the last message
that its kernel would send, in a warm process; the browser adds a tenth of a second.
"""

import itertools
import sys

from measure import Row, at_most, smallest, wall_time

from analysis import explore, regions
from analysis.explore.app import Explorer, picture


def fresh(code: str) -> float:
    """Seconds by the clock of a new Python that runs `code`."""
    return wall_time(sys.executable, "-c", code)


def rows() -> list[Row]:
    """The import, and the explorer after another region and another year."""
    page, area = Explorer("karlstad"), regions.get("karlstad")
    chosen, years = itertools.cycle(("bergslagen", "karlstad")), itertools.cycle((2023, 2024))

    def choose_region() -> None:
        page.region.value = next(chosen)

    def choose_year() -> None:
        page.year.value = next(years)

    plain = smallest(lambda: picture(explore.plot_map(area, "population", year=2024)))
    peer = "one map by plot_map, as PNG"
    return [
        Row("import analysis", fresh("import analysis"), "import pandas", fresh("import pandas")),
        Row(
            "explorer, another region: new map, table and series",
            smallest(choose_region),
            peer,
            plain,
            at_most(1),
        ),
        Row(
            "explorer, another year: new map and table",
            smallest(choose_year),
            peer,
            plain,
            at_most(1),
        ),
    ]
