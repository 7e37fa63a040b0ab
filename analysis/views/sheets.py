"""One sheet for each municipality: what it shares, where its residents work, what it can carry.

Terms
-----
sheet: the lines of one municipality, each with how sure it is or of when; for at most `MOST`.
next question: what to ask the municipality first: its oldest evidence, else what nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from analysis import catalog, flows
from analysis.metrics import commuting
from analysis.regions import Region, municipalities
from analysis.views import commuting as flow_view
from analysis.views.population import People, people_of
from analysis.views.services import Body, Sharing

MOST = 40  # members of a region that has sheets
_CAPACITY = ("employment_rate", "post_secondary_share", "taxable_income_real", "tax_rate_total")
SOURCES = ("services", "population", "share_65plus", "commuting_margins", *_CAPACITY)


@dataclass(frozen=True)
class Sheet:
    """What one municipality's sheet is made from; `year` is that of the commuting, None: unknown."""

    code: str
    people: People
    sharing: Sharing
    year: int | None

    @property
    def name(self) -> str:
        """The municipality's name."""
        return municipalities()[self.code].name

    @cached_property
    def bodies(self) -> list[Body]:
        """Bodies with a counted service for the municipality, those of most services first."""
        return sorted(self.sharing.bodies, key=lambda body: -len(body.areas))

    def certain(self, body: Body) -> dict[str, list[str]]:
        """The services that a body does for the municipality, by the words of how sure each is."""
        rows = self.sharing.counted
        own = rows[rows["arrangement"] == body.key]
        found: dict[str, list[str]] = {}
        for area, words in zip(own["area"], own["words"], strict=True):
            found.setdefault(str(words), []).append(str(area))
        return found

    @cached_property
    def oldest(self) -> Body | None:
        """The body whose evidence is oldest, of those without any new one."""
        old = [body for body in self.bodies if not body.dated]
        return min(old, key=lambda body: body.year, default=None)

    @cached_property
    def at_home(self) -> float:
        """Share of its employed residents who work in the municipality; NaN when unknown."""
        if self.year is None:
            return float("nan")
        rows = flows.commuting_of(self.year).margins.set_index("code")
        residents = commuting.night_population(rows).get(self.code, float("nan"))
        own = commuting.live_and_work(rows).get(self.code, float("nan"))
        return float(own / residents) if residents else float("nan")

    @cached_property
    def towards(self) -> flow_view.Link | None:
        """Where most of its commuters go, where that may be said."""
        return (
            None
            if self.year is None
            else flow_view.strongest(flows.commuting_of(self.year), [self.code])
        )


def sheets(sharing: Sharing, as_of: str = "") -> list[Sheet]:
    """A sheet for each member in the order of the region; none above `MOST` members.

    `as_of` is that of `views.population.residents`: empty for the newest figures there are.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
    >>> area = regions.get("kak")
    >>> [sheet.name for sheet in sheets(sharing(area, load_inventory()))]
    ['Kungsör', 'Arboga', 'Köping']
    """
    region = sharing.region
    if len(region.members) > MOST:
        return []
    last = catalog.dataset("commuting_margins").last_year(sharing.day)
    year = max((year for year in flows.years() if year <= last), default=None)
    people = people_of(region, as_of, ("share_65plus", *_CAPACITY))
    return [
        Sheet(code, replace(people, region=one), replace(sharing, region=one), year)
        for code, one in _alone(region.members)
    ]


def _alone(codes: Sequence[str]) -> list[tuple[str, Region]]:
    """Each municipality as a region of its own."""
    return [(code, Region(code, municipalities()[code].name, (code,))) for code in codes]


def line_up(rows: Sequence[tuple[str, str, str]]) -> pd.DataFrame:
    """Lines as a table: what, value, sure."""
    return pd.DataFrame(rows, columns=["what", "value", "sure"])
