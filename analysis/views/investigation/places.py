"""Where an office can lie: candidate places, how far people have to each, and what is unknown.

Terms
-----
candidate: a locality that the question names, or the largest one of each member; and the largest
    one of each host.
straight, around: the two measures of distance, in straight lines and around water.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import shapely

from analysis import hints
from analysis.errors import InputError, raise_faults
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.commuting import load_margins
from analysis.loaders.population import load_localities, load_population
from analysis.metrics import capacity, location
from analysis.metrics.services import population_centres
from analysis.views.investigation.dossier import View

_MARGIN = 60_000  # metres around the members within which ways may lead
STAFF_LIMIT = 30  # kilometres to a back office within which employed residents are counted


@dataclass(frozen=True)
class Places:
    """Localities of the members (by locality code), and distances to the candidates (km).

    `outside` are inhabitants outside localities by municipality, of `year`; unknown where a
    locality crosses the border.
    """

    localities: pd.DataFrame
    candidates: pd.DataFrame
    straight: pd.DataFrame
    around: pd.DataFrame
    outside: pd.Series
    year: int
    staff: pd.Series
    staff_year: int

    @property
    def people(self) -> pd.Series:
        """Inhabitants of each locality."""
        return self.localities["population"]

    @cached_property
    def table(self) -> pd.DataFrame:
        """Each candidate: place, code, mean_km, within10, within20, within30, around_km,
        around20, low20, high20 (bounds of the share of all inhabitants), staff (employed
        residents within reach); the shortest mean first."""
        one = location.best(self.straight, self.people, count=1)
        rows = one.assign(code=one["places"].map(self.candidates["code"]))
        chosen = list(rows["places"])
        rows["around_km"] = location.mean_distance(self.around, self.people)[chosen].to_numpy()
        rows["around20"] = location.reach(self.around, self.people, limit=20)[chosen].to_numpy()
        inside, left = float(self.people.sum()), float(self.outside.sum(skipna=False))
        limits = [location.bounds(share, inside, left) for share in rows["within20"]]
        rows["low20"] = [low for low, _ in limits]
        rows["high20"] = [high for _, high in limits]
        rows["staff"] = self.staff[chosen].to_numpy()
        return rows.rename(columns={"places": "place"})

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Every choice of two candidates, the shortest mean first: see `location.best`."""
        return location.best(self.straight, self.people, count=2)

    def name(self, place: str) -> str:
        """Name of a candidate, or of several ("; ")."""
        return " och ".join(str(self.candidates.at[part, "name"]) for part in place.split("; "))


def places(view: View) -> Places:
    """The candidates of the investigation; raises InputError for a place that is no locality."""
    every = load_localities().set_index("locality")
    own = every[every["code"].isin(list(view.members))]
    hosts = [other.host for other in view.question.alternatives if other.host]
    candidates = _candidates(every, own, view.question.places, hosts)
    reached = pd.concat([own, candidates[~candidates.index.isin(own.index)]])
    near, land = _surroundings(every, reached)
    chosen = list(candidates.index)
    around = location.around_water(near, chosen, land).loc[own.index]
    straight = location.straight(reached, chosen).loc[own.index]
    year = int(own["year"].max())
    people = load_population()
    then = people[people["year"] == year].set_index("code")["population"]
    outside = location.outside_localities(own, then.reindex(list(view.members)))
    staff, staff_year = _staff(candidates, every)
    return Places(own, candidates, straight, around, outside, year, staff, staff_year)


def _candidates(
    every: pd.DataFrame, own: pd.DataFrame, named: Sequence[str], hosts: Sequence[str]
) -> pd.DataFrame:
    """The localities that are named, or the largest of each member; and the hosts' largest."""
    names = sorted(set(own["name"]))
    raise_faults(
        InputError,
        [
            f"investigation.toml, places: {hints.unknown('locality', place, names)}"
            for place in named
            if place not in names
        ],
    )
    by_size = every.sort_values("population", ascending=False)
    inside = by_size[by_size.index.isin(own.index)]
    found = (
        inside[inside["name"].isin(list(named))].drop_duplicates("name")
        if named
        else (inside.groupby("code").head(1))
    )
    theirs = by_size[by_size["code"].isin(list(hosts))].groupby("code").head(1)
    return pd.concat([found, theirs[~theirs.index.isin(found.index)]])


def _surroundings(every: pd.DataFrame, own: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Localities and land that a way between the members may lead through."""
    box = shapely.box(
        own["easting"].min() - _MARGIN,
        own["northing"].min() - _MARGIN,
        own["easting"].max() + _MARGIN,
        own["northing"].max() + _MARGIN,
    )
    west, south, east, north = box.bounds
    near = every[every["easting"].between(west, east) & every["northing"].between(south, north)]
    borders = load_boundaries().reset_index()
    return near, borders[borders.intersects(box)]


def _staff(candidates: pd.DataFrame, every: pd.DataFrame) -> tuple[pd.Series, int]:
    """Employed residents of municipalities whose centre is within reach of each candidate."""
    centres = population_centres(every.reset_index())
    points = pd.concat(
        [centres.set_index("code")[["easting", "northing"]], candidates[["easting", "northing"]]]
    )
    km = location.straight(points, list(candidates.index)).iloc[: len(centres)]
    margins = load_margins().set_index(["code", "year"])
    residents = capacity.latest(margins["out_commuters"] + margins["live_and_work"])
    return (location.staff_in_reach(km, residents, limit=STAFF_LIMIT), int(residents.attrs["year"]))
