"""The inventory of shared services as one region needs it: no row more than its report reads.

Terms
-----
own body: an arrangement that any of the municipalities is, or was, a member of.
gap: a service that others share, and none of the municipalities does.

A report that reads only these rows need not be made anew when another row changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from analysis import reads
from analysis.arrangements import RUNS, Inventory
from analysis.loaders.services import inventory_path, load_inventory, read_inventory
from analysis.metrics import capacity
from analysis.metrics import services as metrics


@reads.door
def inventory_of(members: Sequence[str], gaps_on: str = "") -> Inventory:
    """All rows on the own bodies of `members` (codes), checked; with `gaps_on`, on gaps too.

    `gaps_on` is an ISO date: the bodies are added that on that day run a service which none of
    `members` shares. Forms, areas and the cited sources come along. The tables have no `line`.
    Raises DataError when any row of the whole inventory is wrong.

    >>> own = inventory_of(["1715", "1761", "1763", "1780"])
    >>> len(own.arrangements) < len(load_inventory().arrangements)
    True
    """
    whole = load_inventory()
    rows = whole.memberships
    bodies = set(rows.loc[rows["code"].isin(list(members)), "arrangement"])
    if gaps_on:
        state = metrics.state_on(whole, pd.Timestamp(gaps_on))
        bodies |= set(metrics.gaps(state, members)["arrangement"])
    return _only(whole, bodies, members)


def _only(whole: Inventory, bodies: Collection[str], members: Sequence[str]) -> Inventory:
    """The rows of `whole` on `bodies` and what their members, or `members`, do alone.

    Nothing is known before the whole inventory begins.
    """
    chosen = list(bodies)
    joined = whole.memberships
    codes = {*members, *joined.loc[joined["arrangement"].isin(chosen), "code"]}
    kept = {name: table.drop(columns="line") for name, table in whole.tables().items()}
    for name, table in kept.items():
        if name in ("sources", "forms", "areas"):
            continue
        column = {"arrangements": "key", "alone": "code", "searched": "code"}.get(
            name, "arrangement"
        )
        wanted = codes if column == "code" else chosen
        kept[name] = table[table[column].isin(list(wanted))].reset_index(drop=True)
    cited = {source for table in kept.values() if "source" in table for source in table["source"]}
    sources = kept["sources"]
    kept["sources"] = sources[sources["id"].isin(list(cited))].reset_index(drop=True)
    return Inventory(**kept, begins=whole.begins)


@reads.door
def federations_of(members: Sequence[str], first: int, last: int) -> dict[str, list[str]]:
    """Names of the municipal federations each of `members` was in, in the years `first` to `last`.

    A body that is known from undated pages alone is of no year and is left out.

    >>> federations_of(["1780"], 2008, 2017)
    {'1780': ['Räddningstjänsten Karlstadsregionen']}
    """
    whole = read_inventory(inventory_path())
    dated = whole.events.loc[whole.events["event"].isin(RUNS) & whole.events["first"].notna()]
    bodies = whole.arrangements[whole.arrangements["key"].isin(dated["arrangement"])]
    found = capacity.federations(bodies, whole.memberships, whole.names, first=first, last=last)
    return {code: names for code, names in found.items() if code in set(members)}
