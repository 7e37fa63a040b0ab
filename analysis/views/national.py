"""Three services in all of Sweden, and where a region's bodies stand among those of the nation.

Terms
-----
nation: one service for all 290 municipalities: who does it alone, who with whom, and where nothing
    is known. Unknown is never alone.
own bodies: those in which a member of the region takes part, or the member itself when alone.
proposed base: inhabitants of a circle that is looked at beside the bodies that there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.loaders.national import AREAS, load_national
from analysis.metrics import national as metrics
from analysis.regions import Region

NAMES = dict(zip(AREAS, ("livsmedelskontroll", "räddningstjänst", "räddningsledning"), strict=True))
"""What the services are called in running text."""


@dataclass(frozen=True)
class Nation:
    """One service in the nation seen from `region`; `bases` are inhabitants of `year`.

    `table` is `load_national`, `bases` is `metrics.national.bases` of it; `proposed` is the base
    of a circle that is looked at (inhabitants), None where none is.
    """

    region: Region
    area: str
    table: pd.DataFrame
    bases: pd.DataFrame
    year: int
    proposed: int | None = None

    @property
    def name(self) -> str:
        """The service in running text."""
        return NAMES[self.area]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Municipalities of the nation by standing: alone, shared, unknown."""
        return metrics.completeness(self.table)

    @cached_property
    def whole(self) -> pd.DataFrame:
        """Bodies all of whose members are known."""
        return self.bases[self.bases["whole"]]

    @cached_property
    def own(self) -> pd.DataFrame:
        """Own bodies with `smaller`, the number of whole bodies with a smaller base; by base."""
        mine = self.table.loc[self.table["code"].isin(self.region.members), "body"].dropna()
        found = self.bases[self.bases["body"].isin(mine)]
        return found.assign(
            smaller=[metrics.rank(self.bases, size)[0] for size in found["population"]]
        )

    @cached_property
    def unknown(self) -> list[str]:
        """Members of the region of which nothing is known, in the region's order."""
        table = self.table.set_index("code")
        return [code for code in self.region.members if table.at[code, "standing"] == "unknown"]


def latest_year(table: pd.DataFrame) -> int:
    """The newest year that a source of the national `table` speaks of.

    >>> latest_year(load_national("livsmedelskontroll"))
    2024
    """
    return int(table["as_of"].dropna().str[:4].astype("int64").max())


def nations(region: Region, population: pd.Series, *, year: int) -> list[Nation]:
    """The services of the national layer of which something is known for the region.

    `population` is inhabitants by municipality code on 31 December of `year`.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population
    >>> people = load_population().query("year == 2024").set_index("code")["population"]
    >>> [nation.area for nation in nations(regions.get("bergslagen"), people, year=2024)]
    ['livsmedelskontroll', 'raddningstjanst', 'raddningsledning']
    """
    made = [nation_of(region, area, population, year=year) for area in AREAS]
    return [nation for nation in made if len(nation.own)]


def nation_of(region: Region, area: str, population: pd.Series, *, year: int) -> Nation:
    """One service of the national layer seen from a region, as `nations` makes them.

    Raises InputError for a service without a national layer.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population
    >>> people = load_population().query("year == 2024").set_index("code")["population"]
    >>> nation_of(regions.get("kak"), "raddningstjanst", people, year=2024).counts["alone"]
    12
    """
    table = load_national(area)
    return Nation(region, area, table, metrics.bases(table, population), year)
