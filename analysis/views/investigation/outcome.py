"""What did it give: figures of services that are shared already, before and after they began.

Terms
-----
alone: municipalities like the members (RKA) that are in no body for the service that we know of.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.loaders.population import load_peers
from analysis.loaders.services import load_area_costs
from analysis.metrics import outcomes
from analysis.views.investigation.dossier import View
from analysis.views.services import rows_of


@dataclass(frozen=True)
class Outcome:
    """One body and service: its start, and `metrics.outcomes.before_and_after` (None: no figures).

    `words` say how sure it is that it runs; `start` is None where no source says when it began.
    """

    service: str
    body: str
    members: tuple[str, ...]
    words: str
    start: int | None
    table: pd.DataFrame | None


def outcomes_of(view: View) -> list[Outcome]:
    """Each counted body of the investigation's services that a member is in."""
    costs = load_area_costs()
    starts = {
        (row.arrangement, row.area): int(row.start.year) for row in rows_of(view.sharing.periods)
    }
    found = []
    for service in view.question.services:
        present = view.present(service)
        for row in rows_of(present[present["counted"]]):
            codes = tuple(c for part in (row.inside, row.outside) for c in part.split("; ") if c)
            start = starts.get((row.arrangement, service))
            found.append(
                Outcome(
                    service,
                    row.arrangement,
                    codes,
                    row.words,
                    start,
                    _table(view, costs, service, codes, start),
                )
            )
    return found


def _table(
    view: View, costs: pd.DataFrame | None, service: str, codes: tuple[str, ...], start: int | None
) -> pd.DataFrame | None:
    """Cost per inhabitant (Kolada) before and after; None without figures or start."""
    if costs is None or start is None:
        return None
    own = costs[costs["area"] == service].rename(columns={"cost": "value"})
    if own.empty:
        return None
    peers = load_peers()
    state = view.sharing.state
    sharing = set(state.loc[(state["area"] == service) & state["counted"], "code"])
    alike = set(peers.loc[peers["code"].isin(codes), "peer_code"]) - sharing - set(codes)
    return outcomes.before_and_after(own, {"members": codes, "alone": sorted(alike)}, start=start)
