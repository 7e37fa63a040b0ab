"""What would change if a set of municipalities shared a service: bases, distances, links, costs.

Terms
-----
circle: the municipalities that share a service in one body; the scenario's circle is its members.
present body: one that has the service for a member: counted, or unclear today (see
    `analysis.arrangements`).
those who stay: members of a present body that are not in the scenario's circle.
distance to the host: from each locality to the host's largest, weighted by the inhabitants of the
localities; straight lines.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from math import hypot
from typing import Any

import pandas as pd

from analysis.arrangements import COUNTED, State
from analysis.metrics import location

CURRENT = tuple(state.value for state in (*COUNTED, State.UNCLEAR))
AFTER, BEFORE, STAY, ALONE = "after", "before", "stay", "unknown"


def present_bodies(state: pd.DataFrame, area: str, members: Collection[str]) -> pd.DataFrame:
    """Bodies that have the service for at least one of `members`.

    `state` is that of `metrics.services.state_on`. Returns arrangement, name, legal_form, host,
    state, words, counted, last_evidence, inside, outside (codes joined by "; ") and complete (all
    its members are in the scenario), the surest first.
    """
    rows = _service_rows(state, area)
    wanted, found = set(members), []
    for key, body in rows.groupby("arrangement", sort=False):
        codes = set(body["code"])
        if not codes & wanted:
            continue
        head = body.iloc[0]
        found.append(
            {
                "arrangement": key,
                "name": head["name"],
                "legal_form": head["legal_form"],
                "host": head["host"],
                "state": head["state"],
                "words": head["words"],
                "counted": bool(head["counted"]),
                "last_evidence": head["last_evidence"],
                "inside": "; ".join(sorted(codes & wanted)),
                "outside": "; ".join(sorted(codes - wanted)),
                "complete": codes <= wanted,
            }
        )
    columns = [
        "arrangement",
        "name",
        "legal_form",
        "host",
        "state",
        "words",
        "counted",
        "last_evidence",
        "inside",
        "outside",
        "complete",
    ]
    types = {"last_evidence": "Int64", "counted": "bool", "complete": "bool"}
    table = pd.DataFrame(found, columns=columns).astype(types)
    order = table["state"].map({state: rank for rank, state in enumerate(CURRENT)})
    return table.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def _service_rows(state: pd.DataFrame, area: str) -> pd.DataFrame:
    known = (state["area"] == area) & (state["kind"] == "service") & state["state"].isin(CURRENT)
    return state[known]


def population_bases(
    present: pd.DataFrame, members: Sequence[str], population: pd.Series
) -> pd.DataFrame:
    """Inhabitants behind each circle before and after, and behind those who stay.

    `present` is that of `present_bodies`, `population` persons by code. Returns part (before:
    a present body; unknown: a member without any; after: the scenario; stay: what is left of a
    body that loses members), arrangement, codes (joined by "; "), members, population (Int64,
    <NA> when that of a member is unknown).
    """
    rows: list[tuple[str, str, list[str]]] = []
    served: set[str] = set()
    for body in present.itertuples(index=False):
        inside, outside = _codes(body.inside), _codes(body.outside)
        rows.append((BEFORE, str(body.arrangement), sorted([*inside, *outside])))
        served |= set(inside)
    rows += [(ALONE, "", [code]) for code in members if code not in served]
    rows.append((AFTER, "", list(members)))
    rows += [
        (STAY, str(body.arrangement), _codes(body.outside))
        for body in present.itertuples(index=False)
        if body.outside
    ]
    return pd.DataFrame(
        [
            {
                "part": part,
                "arrangement": key,
                "codes": "; ".join(codes),
                "members": len(codes),
                "population": _sum(population, codes),
            }
            for part, key, codes in rows
        ]
    ).astype({"population": "Int64"})


def _codes(joined: Any) -> list[str]:
    return [code for code in str(joined).split("; ") if code]


def _sum(population: pd.Series, codes: Sequence[str]) -> Any:
    values = population.reindex(list(codes))
    return pd.NA if values.isna().any() else int(values.sum())


def body_sizes(state: pd.DataFrame, area: str, population: pd.Series) -> pd.DataFrame:
    """Every body of the inventory with the service: arrangement, name, legal_form, words, counted,
    last_evidence, codes, members, population (Int64), the largest first.
    """
    found = []
    for key, body in _service_rows(state, area).groupby("arrangement", sort=False):
        head, codes = body.iloc[0], sorted(set(body["code"]))
        found.append(
            {
                "arrangement": key,
                "name": head["name"],
                "legal_form": head["legal_form"],
                "words": head["words"],
                "counted": bool(head["counted"]),
                "last_evidence": head["last_evidence"],
                "codes": "; ".join(codes),
                "members": len(codes),
                "population": _sum(population, codes),
            }
        )
    columns = [
        "arrangement",
        "name",
        "legal_form",
        "words",
        "counted",
        "last_evidence",
        "codes",
        "members",
        "population",
    ]
    table = pd.DataFrame(found, columns=columns).astype(
        {"counted": "bool", "last_evidence": "Int64", "population": "Int64"}
    )
    return table.sort_values("population", ascending=False, kind="stable").reset_index(drop=True)


def pair_distances(members: Sequence[str], centres: pd.DataFrame) -> pd.DataFrame:
    """Straight lines between the centres of each pair: code_a < code_b, distance_km.

    `centres` has code, easting and northing (metres); NaN where one is unknown.
    """
    points = centres.set_index("code")[["easting", "northing"]].reindex(list(members))
    places = {
        code: (float(x), float(y))
        for code, x, y in zip(points.index, points["easting"], points["northing"], strict=True)
    }
    rows = [
        (a, b, hypot(places[a][0] - places[b][0], places[a][1] - places[b][1]) / 1000)
        for a, b in combinations(sorted(members), 2)
    ]
    return pd.DataFrame(rows, columns=["code_a", "code_b", "distance_km"])


def host_choices(members: Sequence[str], localities: pd.DataFrame) -> pd.DataFrame:
    """For each member as host: how far those who live in localities have to its largest one.

    `localities` has locality, name, code, population, easting and northing (metres). Returns host,
    place (name), mean_km (over all inhabitants of the members' localities), own_km (over those of
    the host: never taken for 0), largest_km and farthest (the member with the longest mean),
    nearest first. All kilometres are unknown when a member has no locality in the table.
    """
    inside = localities[localities["code"].isin(list(members))].set_index("locality")
    largest = inside.sort_values("population").groupby("code").tail(1)
    hosts = dict(zip(largest["code"], largest.index, strict=True))
    whole = set(hosts) == set(members)
    km = location.straight(inside, list(hosts.values()))
    people = inside["population"]
    means = {
        code: location.mean_distance(km.loc[part.index], part["population"])
        for code, part in inside.groupby("code")
    }  # to each place, of each member
    rows = []
    for host, place in hosts.items():
        each = {
            str(code): float(mean[place]) if whole else float("nan") for code, mean in means.items()
        }
        others = {code: mean for code, mean in each.items() if code != host}
        farthest = max(others, key=lambda code: others[code], default="")
        overall = float(location.mean_distance(km, people)[place]) if whole else float("nan")
        rows.append(
            (
                host,
                inside.at[place, "name"],
                overall,
                each[host],
                others.get(farthest, float("nan")),
                farthest,
            )
        )
    table = pd.DataFrame(
        rows, columns=["host", "place", "mean_km", "own_km", "largest_km", "farthest"]
    )
    return table.sort_values("mean_km", kind="stable").reset_index(drop=True)


def land_borders(members: Sequence[str], neighbours: pd.DataFrame) -> pd.DataFrame:
    """Pairs of members and whether they have a common land border: code_a < code_b, border.

    `neighbours` has code and neighbour_code; water borders are not in it.
    """
    known = set(zip(neighbours["code"], neighbours["neighbour_code"], strict=True))
    rows = [(a, b, (a, b) in known or (b, a) in known) for a, b in combinations(sorted(members), 2)]
    return pd.DataFrame(rows, columns=["code_a", "code_b", "border"]).astype({"border": "bool"})


def land_parts(members: Sequence[str], borders: pd.DataFrame) -> list[list[str]]:
    """The members as groups that hang together by land borders, the largest group first."""
    joined = borders[borders["border"]]
    pairs = list(zip(joined["code_a"], joined["code_b"], strict=True))
    left, parts = set(members), []
    while left:
        part, edge = set[str](), [min(left)]
        while edge:
            code = edge.pop()
            part.add(code)
            edge += [
                b if a == code else a for a, b in pairs if code in (a, b) and not {a, b} <= part
            ]
        left -= part
        parts.append(sorted(part))
    return sorted(parts, key=len, reverse=True)


def commuting_links(members: Sequence[str], flows: pd.DataFrame) -> pd.DataFrame:
    """Commuters between each pair of members: code_a < code_b, there (a to b), back (b to a), kind.

    `flows` has home, work, persons, kind and perhaps status, of one year. An unknown cell, or one
    without a row, is NaN; there_status and back_status tell why, "unavailable" unless said.
    """
    inside = flows[flows["home"].isin(members) & flows["work"].isin(members)]
    persons = inside.groupby(["home", "work"])["persons"].sum(skipna=False)
    kinds = inside.groupby(["home", "work"])["kind"].first()
    status = (
        inside.groupby(["home", "work"])["status"].first()
        if "status" in inside
        else pd.Series(dtype="str")
    )
    rows = []
    for a, b in combinations(sorted(members), 2):
        kind = {str(kinds[pair]) for pair in ((a, b), (b, a)) if pair in kinds.index}
        rows.append(
            (
                a,
                b,
                persons.get((a, b), float("nan")),
                persons.get((b, a), float("nan")),
                "modelled" if "modelled" in kind else min(kind, default=""),
                status.get((a, b), "unavailable"),
                status.get((b, a), "unavailable"),
            )
        )
    return pd.DataFrame(
        rows, columns=["code_a", "code_b", "there", "back", "kind", "there_status", "back_status"]
    )


def known_costs(members: Sequence[str], costs: pd.DataFrame) -> pd.DataFrame:
    """Latest cost per inhabitant of each member: code, year, cost (NaN when unknown), status.

    `costs` has code, year, cost (SEK per inhabitant) and perhaps status; the year is the latest in
    which most members have a figure, so that they can be compared. The status of one without a
    row is "unavailable".
    """
    types = {"code": "str", "year": "Int64", "cost": "float64"}
    own = costs[costs["code"].isin(members)]
    counts = own.dropna(subset=["cost"]).groupby("year").size()
    if counts.empty:
        return pd.DataFrame(
            {"code": list(members), "year": pd.NA, "cost": float("nan"), "status": "unavailable"}
        ).astype(types)
    year = int(counts[counts == counts.max()].index.max())
    found = own[own["year"] == year].set_index("code").reindex(list(members))
    status = found["status"].fillna("unavailable") if "status" in found else "unavailable"
    return (
        found[["cost"]]
        .assign(year=year, status=status)
        .rename_axis("code")
        .reset_index()[["code", "year", "cost", "status"]]
        .astype(types)
    )


def cost_range(
    known: pd.DataFrame, population: pd.Series, *, low: float, high: float
) -> tuple[float, float, float] | None:
    """Today's cost of all members and the range when it changes by `low` to `high` (shares), SEK.

    None when the cost or population of any member is unknown: a part of the sum would mislead.
    """
    costs = known.set_index("code")["cost"] * population.reindex(known["code"]).astype("float64")
    if costs.isna().any():
        return None
    today = float(costs.sum())
    return today, today * (1 + low), today * (1 + high)
