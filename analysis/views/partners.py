"""Whom a municipality could share a service with: what is known of each candidate.

Terms
-----
seeker: the municipality that looks for partners. candidate: another one within a distance.
base: the inhabitants of the group that would result: the seeker's group and the candidate's, each
    with the members of the counted body it is in for the service.
circular: a column that repeats what is shared already; it can be left out.

Fit is not willingness: nothing here says that a candidate wants to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analysis import flows, hints, placenames
from analysis.errors import InputError, raise_faults
from analysis.flows import Flows
from analysis.loaders.national import AREAS as NATIONAL
from analysis.loaders.national import load_national
from analysis.loaders.population import load_localities, load_peers, load_population
from analysis.loaders.services import load_inventory
from analysis.metrics import location, national
from analysis.metrics import services as metrics
from analysis.regions import Region, code_faults, current, municipalities
from analysis.views import services as view
from analysis.views.commuting import EXACT, interval, rounded
from analysis.views.services import Sharing

WITHIN = 60.0  # kilometres between centres, unless another distance is asked for
SORTS = {
    "distance": True,
    "base": False,
    "shared": False,
    "market": False,
    "county": False,
    "peer": False,
    "name": True,
}
"""Columns to sort by, and whether the smallest comes first."""
_FOOD_IN = "miljotillsyn"


@dataclass(frozen=True)
class Partners:
    """Candidates of `seeker` for `service`, and the bases of existing bodies to hold them against.

    `table` has code, name, distance (km), out and back (commuters from the seeker and to it, Flow
    or None where unknown), market, county, peer (bool), today (words), body (key of
    the counted body for the service, ""), same (already in the seeker's body), shared (services
    that the two share in some body, this one left out), base (Int64), smaller and bodies (how many
    of the known bodies have a smaller base; <NA> without a national layer). `standings` are those
    of the national layer by code: alone, shared or unknown.
    """

    seeker: str
    service: str
    day: date
    sharing: Sharing
    population_year: int
    table: pd.DataFrame
    nation: pd.DataFrame | None
    completeness: dict[str, int]
    standings: dict[str, str]
    commuting_year: int


@dataclass(frozen=True)
class Flow:
    """Commuters in one direction: `low` to `high`, the same number where it is observed.

    A modelled flow is an interval, or from `EXACT` on a rounded number; it is never ranked.
    """

    low: int
    high: int
    modelled: bool


def _flow(
    cells: dict[tuple[str, str], float], home: str, work: str, *, modelled: bool
) -> Flow | None:
    persons = cells.get((home, work))
    if persons is None or pd.isna(persons):
        return None
    if not modelled:
        return Flow(int(persons), int(persons), False)
    if persons >= EXACT:
        return Flow(rounded(persons), rounded(persons), True)
    return Flow(*interval(persons), True)


def partners(
    code: str, service: str, *, within: float = WITHIN, sort: str = "distance", as_of: str = ""
) -> Partners:
    """The candidates within `within` km of a municipality, sorted by a column of `SORTS`.

    `code` may be its name as well.

    Raises InputError with all faults: unknown code, service or column, no distance.

    >>> found = partners("1984", "loner", within=40)
    >>> found.table["name"].tolist()[:2]
    ['Kungsör', 'Köping']
    """
    inventory = load_inventory()
    areas = dict(zip(inventory.areas["key"], inventory.areas["name"], strict=True))
    code = placenames.code_of(code, current()) or code
    faults = code_faults([code])
    faults += [] if service in areas else [hints.unknown("service", service, areas)]
    faults += [] if sort in SORTS else [hints.unknown("column", sort, list(SORTS))]
    faults += [] if within > 0 else [f"{within:g} km is no distance; give a positive number"]
    raise_faults(InputError, faults)
    centres = metrics.population_centres(load_localities()).set_index("code")
    if code not in centres.index:
        raise InputError(
            f"{municipalities()[code].name} has no locality, so its distances are "
            "unknown; choose a neighbour"
        )
    away = location.straight(centres, [code])[code].drop(code)
    near = away[away <= within].sort_values()
    region = Region("partners", municipalities()[code].name, (code, *near.index))
    sharing = view.sharing(region, inventory, as_of)
    people, year = view.population_on(sharing, load_population())
    nation, complete, standings = _nation(service, people)
    commuting = flows.commuting_of(view.year_on(sharing, flows.years()))
    cells = _cells(commuting, code)
    rows = [
        _row(sharing, people, code, str(other), float(km), service, nation)
        | {
            "out": _flow(cells, code, str(other), modelled=commuting.modelled),
            "back": _flow(cells, str(other), code, modelled=commuting.modelled),
        }
        for other, km in near.items()
    ]
    table = pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)
    table = table.sort_values([sort, "distance"], ascending=[SORTS[sort], True], kind="stable")
    return Partners(
        code,
        service,
        sharing.day,
        sharing,
        year,
        table.reset_index(drop=True),
        nation,
        complete,
        standings,
        commuting.year,
    )


def _cells(commuting: Flows, code: str) -> dict[tuple[str, str], float]:
    """Commuters from and to one municipality, by home and work."""
    table = commuting.table
    rows = table[(table["home"] == code) | (table["work"] == code)]
    return {(str(row.home), str(row.work)): row.persons for row in view.rows_of(rows)}


_TYPES = {
    "code": "str",
    "name": "str",
    "distance": "float64",
    "out": "object",
    "back": "object",
    "market": "bool",
    "county": "bool",
    "peer": "bool",
    "today": "str",
    "body": "str",
    "same": "bool",
    "shared": "int64",
    "base": "Int64",
    "smaller": "Int64",
    "bodies": "Int64",
}


def _nation(
    service: str, people: pd.Series
) -> tuple[pd.DataFrame | None, dict[str, int], dict[str, str]]:
    """Bases of all known bodies for the service in Sweden, how complete they are, standings."""
    area = "livsmedelskontroll" if service == _FOOD_IN else service
    if area not in NATIONAL:
        return None, {}, {}
    table = load_national(area)
    standings = dict(zip(table["code"], table["standing"], strict=True))
    return national.bases(table, people), national.completeness(table), standings


def _row(
    sharing: Sharing,
    people: pd.Series,
    seeker: str,
    other: str,
    km: float,
    service: str,
    nation: pd.DataFrame | None,
) -> dict[str, Any]:
    known = municipalities()
    cell = sharing.cell(service, other)
    mine, theirs = _group(sharing, service, seeker), _group(sharing, service, other)
    base = people.reindex(sorted({*mine, *theirs})).sum(skipna=False)
    smaller, bodies = (
        (pd.NA, pd.NA) if nation is None or pd.isna(base) else national.rank(nation, float(base))
    )
    return {
        "code": other,
        "name": known[other].name,
        "distance": km,
        "market": known[other].labour_market_name == known[seeker].labour_market_name,
        "county": known[other].county == known[seeker].county,
        "peer": _is_peer(seeker, other, service),
        "today": cell.words,
        "body": _body(sharing, service, other),
        "same": other in mine,
        "shared": _shared(sharing, seeker, other, service),
        "base": pd.NA if pd.isna(base) else int(base),
        "smaller": smaller,
        "bodies": bodies,
    }


def _is_peer(seeker: str, other: str, service: str) -> bool:
    peers = load_peers("rescue" if service == "raddningstjanst" else "overall")
    return other in set(peers.loc[peers["code"] == seeker, "peer_code"])


def _body(sharing: Sharing, service: str, code: str) -> str:
    """The counted body that a municipality is in for a service; "" without one."""
    rows = sharing.counted
    found = rows.loc[(rows["area"] == service) & (rows["code"] == code), "arrangement"]
    return str(found.iloc[0]) if len(found) else ""


def _group(sharing: Sharing, service: str, code: str) -> list[str]:
    """Whom a municipality shares the service with, itself among them; itself alone without."""
    body = _body(sharing, service, code)
    if not body:
        return [code]
    state = metrics.counted_services(sharing.state)
    rows = state[(state["arrangement"] == body) & (state["area"] == service)]
    return sorted(set(rows["code"]))


def _shared(sharing: Sharing, seeker: str, other: str, service: str) -> int:
    """Counted services other than this one that the two are in the same body for."""
    rows = sharing.counted[sharing.counted["area"] != service]
    keys = [
        set(zip(part["arrangement"], part["area"], strict=True))
        for part in (rows[rows["code"] == seeker], rows[rows["code"] == other])
    ]
    return len({area for _, area in keys[0] & keys[1]})
