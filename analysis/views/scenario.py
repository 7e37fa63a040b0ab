"""What a scenario looks at: a service, who would share it, and the bodies that have it today.

Terms
-----
scenario: a service, the municipalities that would share it, perhaps a host, on a date.
circle: the municipalities that share a service in one body; the scenario's circle is its members.
same as today: a body that counts has the very members of the scenario, so nothing would change.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from analysis import hints
from analysis.arrangements import Inventory
from analysis.errors import InputError, raise_faults
from analysis.loaders.national import AREAS as NATIONAL
from analysis.loaders.national import load_national
from analysis.metrics import national
from analysis.metrics import scenario as metrics
from analysis.regions import Region, code_faults
from analysis.views.national import Nation, latest_year
from analysis.views.services import Sharing, population_on, rows_of, sharing


@dataclass(frozen=True)
class Scenario:
    """A checked scenario; `low` and `high` are the assumed change of cost (shares)."""

    view: Sharing
    service: str
    members: tuple[str, ...]
    host: str
    low: float
    high: float

    @property
    def name(self) -> str:
        """Swedish name of the service."""
        return self.view.area_names[self.service]

    @cached_property
    def present(self) -> pd.DataFrame:
        """Bodies that have the service for a member, see `metrics.present_bodies`."""
        return metrics.present_bodies(self.view.state, self.service, self.members)

    @cached_property
    def leaves(self) -> bool:
        """True when members would leave a body in which others stay."""
        present = self.present[self.present["counted"]]
        return bool((~present["complete"]).any())

    @cached_property
    def same(self) -> Any:
        """The row of `present` with the scenario's very circle; None when no counted one has it."""
        return next(
            (
                row
                for row in rows_of(self.present)
                if row.counted and row.complete and set(row.inside.split("; ")) == set(self.members)
            ),
            None,
        )

    @cached_property
    def served(self) -> set[str]:
        """Members that are in a present body."""
        return {code for inside in self.present["inside"] for code in inside.split("; ")}

    @cached_property
    def alone(self) -> dict[str, str]:
        """Members known to do the service by themselves, with the words for it ("egen regi 2024")."""
        rows = self.view.alone[self.view.alone["area"] == self.service]
        words = dict(zip(rows["code"], rows["words"], strict=True))
        return {code: words[code] for code in self.members if code in words}

    @property
    def unknown(self) -> list[str]:
        """Members of which neither a body nor own hands are known."""
        return [code for code in self.members if code not in self.served | set(self.alone)]

    @cached_property
    def outside(self) -> list[str]:
        """Municipalities in the present bodies that are not in the scenario."""
        return sorted(
            {code for codes in self.present["outside"] for code in codes.split("; ") if code}
        )


def scenario_faults(
    service: str, members: Sequence[str], host: str, inventory: Inventory
) -> list[str]:
    """Every fault of the input: unknown service or code, fewer than two members, strange host."""
    faults = []
    known = dict(zip(inventory.areas["key"], inventory.areas["name"], strict=True))
    if service not in known:
        by_name = {name.casefold(): key for key, name in known.items()}
        meant = by_name.get(service.casefold())
        faults.append(
            f"unknown service {service!r}: did you mean {meant!r}? valid are {', '.join(known)}"
            if meant
            else hints.unknown("service", service, known)
        )
    faults += code_faults(members)
    if len(set(members)) == 1 and not code_faults(members):
        faults.append(f"only one municipality, {members[0]}: sharing takes two; give another code")
    if host and host not in members:
        faults.append(
            f"the host {host!r} is not among the members; add it to them, or choose one "
            f"of {', '.join(members)}"
        )
    return faults


def make_scenario(
    region: Region,
    service: str,
    *,
    inventory: Inventory,
    host: str = "",
    as_of: str = "",
    low: float = -0.05,
    high: float = 0.05,
) -> Scenario:
    """The scenario that the municipalities of `region` share `service`.

    Raises InputError with all faults of the input together.
    """
    faults = scenario_faults(service, region.members, host, inventory)
    if not -1 < low <= high:
        faults.append(
            f"the assumed change of cost {low} to {high} is no range; give two shares "
            "such as -0.05 and 0.05"
        )
    try:
        view = sharing(region, inventory, as_of)
    except InputError as error:
        raise_faults(InputError, [*faults, *error.faults])
        raise
    raise_faults(InputError, faults)
    return Scenario(view, service, region.members, host, low, high)


def nations_of(case: Scenario, population: pd.DataFrame) -> list[Nation]:
    """The nation's bodies for the scenario's service, with the scenario's base beside them.

    `population` has code, year and population of all years: the scenario's day chooses the year.
    Empty for a service without a national layer, on a date before what the layer tells of (nothing
    newer is shown), and where the inhabitants of a member are not known.
    """
    if case.service not in NATIONAL:
        return []
    table = load_national(case.service)
    if case.view.day.year < latest_year(table):
        return []
    people, year = population_on(case.view, population)
    base = people.reindex(list(case.members))
    if base.isna().any():
        return []
    region = dataclasses.replace(case.view.region, members=case.members)
    bases = national.bases(table, people)
    return [Nation(region, case.service, table, bases, year, int(base.sum()))]
