"""An investigation seen on a date: who does its services today, and what each alternative changes.

Terms
-----
everyone: the investigation's members and whoever an alternative takes in.
course: one service in one alternative: the change against today, and the population bases of it.
rule: a line of `data/law.csv`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis import flows, paths
from analysis.arrangements import State
from analysis.investigation import folder
from analysis.investigation.folder import Investigation
from analysis.investigation.question import Alternative, Question
from analysis.loaders.law import load_law, rules_for
from analysis.loaders.national import AREAS as NATIONAL
from analysis.loaders.national import load_national
from analysis.loaders.population import load_population
from analysis.loaders.services import load_inventory
from analysis.metrics import alternatives, national, scenario
from analysis.metrics.alternatives import Change
from analysis.regions import Region, municipalities
from analysis.views import services as services_view
from analysis.views.commuting import Link, strongest
from analysis.views.national import Nation, nations
from analysis.views.services import Sharing

_FOOD_IN = "miljotillsyn"  # food control is a part of it, the only one known for all of Sweden


@dataclass(frozen=True)
class Course:
    """One service in one alternative; `bases` are inhabitants of each circle, NaN when unknown."""

    alternative: Alternative
    service: str
    change: Change
    bases: tuple[float, ...]

    @property
    def base(self) -> float:
        """The base of the smallest circle: what each member can at least lean on."""
        return min(self.bases, default=float("nan"))


@dataclass(frozen=True)
class View:
    """An investigation, the inventory on its date, and inhabitants of the last year by then."""

    dossier: Investigation
    region: Region
    sharing: Sharing
    population: pd.Series
    population_year: int

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.dossier.question

    @property
    def members(self) -> tuple[str, ...]:
        """The municipalities that the investigation is about."""
        return self.question.members

    def service_name(self, service: str) -> str:
        """Swedish name of a service."""
        return self.sharing.area_names[service]

    @cached_property
    def _areas(self) -> pd.DataFrame:
        return self.sharing.inventory.areas.set_index("key")

    def nature(self, service: str) -> str:
        """`visited`, `field` or `back-office`."""
        return str(self._areas.at[service, "nature"])

    def volume(self, service: str) -> str:
        """What is counted of a service in a year (Swedish, plural), "" where nothing fits."""
        return str(self._areas.at[service, "volume"])

    def indicator(self, service: str) -> str:
        """Kolada's cost indicator of a service, "" where none is mapped."""
        return str(self._areas.at[service, "kolada_cost"])

    def present(self, service: str) -> pd.DataFrame:
        """Bodies that have the service for anyone in the investigation today."""
        return scenario.present_bodies(self.sharing.state, service, self.question.everyone)

    def unknown(self, service: str) -> list[str]:
        """Members of whom nothing is known for the service: neither shared nor alone."""
        return [
            code
            for code in self.members
            if self.sharing.cell(service, code).state in (State.UNKNOWN, State.PLANNED, State.ENDED)
        ]

    def unsure(self, service: str) -> list[str]:
        """Members of whom it is not known how the service is done today: unknown or unclear."""
        unclear = [
            code for code in self.members if self.sharing.cell(service, code).state == State.UNCLEAR
        ]
        return [code for code in self.members if code in {*self.unknown(service), *unclear}]

    def alone(self, service: str) -> list[str]:
        """Members that are known to do the service by themselves today."""
        return [
            code for code in self.members if self.sharing.cell(service, code).state == State.ALONE
        ]

    def course(self, alternative: Alternative, service: str) -> Course:
        """One service in one alternative."""
        bodies = [self._members_of(body, service) for body in alternative.bodies]
        circles = alternatives.circles_of(alternative.way, alternative.members, bodies)
        found = alternatives.change(self._touched(service, circles), circles, form=alternative.form)
        return Course(
            alternative, service, found, tuple(alternatives.base_of(circles, self.population))
        )

    def _touched(self, service: str, circles: Sequence[Sequence[str]]) -> pd.DataFrame:
        codes = [code for circle in circles for code in circle]
        return scenario.present_bodies(self.sharing.state, service, codes)

    def _members_of(self, body: str, service: str) -> list[str]:
        state = self.sharing.state
        rows = state[(state["arrangement"] == body) & state["counted"]]
        own = rows[rows["area"] == service]
        return sorted(set((rows if own.empty else own)["code"]))

    @cached_property
    def courses(self) -> list[Course]:
        """Every service in every alternative, service by service."""
        return [
            self.course(alternative, service)
            for service in self.question.services
            for alternative in self.question.alternatives
        ]

    def today_base(self, service: str) -> float:
        """The smallest base today among the members: a body's, or the municipality's own.

        Unknown when it is not known of one member whether it shares the service.
        """
        if self.unsure(service):
            return float("nan")
        present = self.present(service)
        counted = present[present["counted"]]
        circles: list[list[str]] = []
        for code in self.members:
            own = [
                [*row.inside.split("; "), *filter(None, row.outside.split("; "))]
                for row in services_view.rows_of(counted)
                if code in row.inside.split("; ")
            ]
            circles.append(own[0] if own else [code])
        return min(alternatives.base_of(circles, self.population))

    @cached_property
    def _flows(self) -> flows.Flows:
        return flows.commuting_of(services_view.year_on(self.sharing, flows.years()))

    @property
    def commuting_year(self) -> int:
        """The year of the commuting links."""
        return self._flows.year

    @cached_property
    def links(self) -> dict[str, Link]:
        """The strongest commuting link of each municipality of which it may be named."""
        found = {code: strongest(self._flows, [code]) for code in self.question.everyone}
        return {code: link for code, link in found.items() if link is not None}

    @cached_property
    def law(self) -> dict[str, pd.DataFrame]:
        """The rules for each service."""
        law = load_law()
        return {service: rules_for(law, service) for service in self.question.services}

    def rules(self, service: str, form: str, *topics: str) -> pd.DataFrame:
        """The rules of some topics for a service and a form; those for any form come last."""
        table = self.law[service]
        chosen = table[table["topic"].isin(list(topics))]
        return pd.concat(
            [chosen[chosen["form"] == form], chosen[chosen["form"] == ""]]
            if form
            else [chosen[chosen["form"] == ""]]
        )

    def possible(self, service: str, form: str) -> str:
        """Whether a form is possible for a service: yes, limited, no, or "" where no rule was
        read."""
        rules = self.rules(service, form, "possible")
        held = list(dict.fromkeys(rules["holds"]))
        for answer in ("no", "limited", "yes"):
            if answer in held:
                return answer
        return ""

    def nation(self, service: str) -> pd.DataFrame | None:
        """Population bases of all known bodies in Sweden (`metrics.national.bases`), or None."""
        area = _national_area(service)
        return national.bases(load_national(area), self.population) if area else None

    @property
    def nations(self) -> list[Nation]:
        """The services that are known for all of Sweden, seen from the members."""
        areas = {_national_area(service) for service in self.question.services}
        seen = Region(self.dossier.key, "utredningens kommuner", self.members)
        return [
            nation
            for nation in nations(seen, self.population, year=self.population_year)
            if nation.area in areas
        ]


EXAMPLE = "lonecenter"  # what a notebook shows when it is not told a folder


def _national_area(service: str) -> str:
    """The area of the national layer that a service is held against; "" where there is none."""
    area = "livsmedelskontroll" if service == _FOOD_IN else service
    return area if area in NATIONAL else ""


def look(path: str | Path, as_of: str = "") -> View:
    """The view of the investigation in the folder `path` ("": the first example).

    `as_of` is used where the folder gives no date. Raises InputError with every fault.
    """
    return of(folder.read(Path(path) if path else paths.EXAMPLES / EXAMPLE), as_of)


def of(dossier: Investigation, as_of: str = "") -> View:
    """The view of an investigation that has been read; see `look`."""
    asked = dossier.question
    region = Region(dossier.key, asked.title, asked.everyone)
    view = services_view.sharing(region, load_inventory(), asked.as_of or as_of)
    people, year = services_view.population_on(view, load_population())
    return View(dossier, region, view, people, year)


def name(code: str) -> str:
    """Name of a municipality."""
    return municipalities()[code].name
