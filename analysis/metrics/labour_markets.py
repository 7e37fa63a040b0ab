"""Local labour markets after SCB's rules, as a function of a commuting matrix and thresholds.

Terms
-----
matrix: square table of employed persons, homes as rows and workplaces as columns, same codes in
the same order. The diagonal is not used: what stays at home follows from the margins.
out share: all out-commuters of a municipality / its night population (abroad included).
strongest link: the municipality that most of its commuters go to.
local centre: out share at most 20 % and strongest link at most 7.5 % of the night population.
market: a local centre (or a pair, rule 2) and all whose chain of strongest links ends there.

SCB, "Lokala arbetsmarknader": every other municipality joins the one it sends most commuters to,
there are at most two links to the centre, and a longer chain is cut at its weakest link. What SCB
leaves open is settled here:

1. Ties for the strongest link: the larger day population (column sum of commuters), then the
   lower code.
2. A mutual pair (neither is a centre, each is the other's strongest link) is a joint centre, and
   links are counted from the pair; so we read SCB's double names (Malmö-Lund, Falun-Borlänge,
   Stockholm-Solna). The market has the code of the one that depends less on the other. A longer
   ring is cut at its weakest link, whose municipality becomes the centre.
3. Chains that are too long: of all links on any such chain the weakest is cut first, then the
   chains are looked up anew, until none is too long. Equal links: the larger night population
   becomes the centre, then the lower code.
4. A municipality without commuters, or without employed residents, is a centre.
5. An unknown cell is never the strongest link.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError, InputError, raise_faults

_NO_LINK = -1
_MOST_LINKS = 10  # more is no market any more


@dataclass(frozen=True)
class Thresholds:
    """Highest shares (0 to 1) of a local centre, and the most links between it and a member."""

    out_share: float = 0.20
    single_share: float = 0.075
    max_links: int = 2

    def __post_init__(self) -> None:
        """Refuse what is no share, such as 20 for 20 per cent, and no number of links."""
        faults = [
            f"{name}={value!r} is no share; give 0 to 1, such as 0.2 for 20 per cent"
            for name, value in (("out_share", self.out_share), ("single_share", self.single_share))
            if not 0 <= value <= 1
        ]
        if self.max_links not in range(1, _MOST_LINKS + 1):
            faults.append(f"max_links={self.max_links!r} is not possible; give 1 to {_MOST_LINKS}")
        raise_faults(InputError, faults)


SCB = Thresholds()


def flow_matrix(
    flows: pd.DataFrame, *, year: int, codes: Collection[str] | None = None
) -> pd.DataFrame:
    """Square matrix of one year from a table of flows; pairs without a row are missing.

    `codes` defaults to every home in that year, in order. Raises DataError when the year has none.
    """
    rows = flows[(flows["year"] == year) & (flows["sex"] == "total")]
    if rows.empty:
        years = ", ".join(str(known) for known in sorted(flows["year"].unique()))
        raise DataError(f"No flows for {year}; the table has {years}.")
    order = sorted(rows["home"].unique()) if codes is None else list(codes)
    rows = rows[rows["home"].isin(order) & rows["work"].isin(order)]
    cells = rows.pivot(index="home", columns="work", values="persons")
    return cells.reindex(index=order, columns=order).astype("float64")


def local_labour_markets(
    matrix: pd.DataFrame,
    night: pd.Series,
    *,
    out_commuters: pd.Series | None = None,
    thresholds: Thresholds = SCB,
) -> pd.DataFrame:
    """Delineate local labour markets.

    Parameters
    ----------
    matrix: see the module. night: night population by code, persons.
    out_commuters: all out-commuters by code; without it the row sums of the matrix are used, which
        miss workplaces abroad and unknown cells.

    Returns
    -------
    Table indexed by code: `market` (code of its centre), `role` ("centre" by the thresholds,
    "pair", "linked", "cut_ring", "cut_chain"), `strongest` (its strongest link, missing without
    commuters), `share` (of the night population, to `strongest`), `out_share`, `links` (steps to
    the centre). Raises DataError when the matrix is not square or `night` lacks a code.
    """
    _check(matrix, night)
    codes = list(matrix.index)
    cells = matrix.to_numpy("float64", copy=True)
    np.fill_diagonal(cells, np.nan)
    people = night.reindex(codes).to_numpy("float64")
    out = np.nansum(cells, axis=1)
    if out_commuters is not None:
        out = out_commuters.reindex(codes).to_numpy("float64")
    strongest = _strongest(cells)
    flow = np.where(strongest == _NO_LINK, _none_or_unknown(cells), _take(cells, strongest))
    share = _shares(flow, people)
    out_share = _shares(out, people)
    # Shares are compared with a hair of slack, so that exactly 20 % is still a centre.
    calm = (out_share <= thresholds.out_share + 1e-12) & (share <= thresholds.single_share + 1e-12)
    centre = calm | (strongest == _NO_LINK) | (people <= 0)
    parent = np.where(centre, _NO_LINK, strongest)
    role = np.where(centre, "centre", "linked").astype(object)
    order = _weakest_first(share, people)
    _cut_rings(parent, role, order)
    _cut_chains(parent, role, order, thresholds.max_links)
    root, steps = _roots(parent, role)
    names = np.array(codes, dtype=object)
    return pd.DataFrame(
        {
            "market": names[root],
            "role": role,
            "strongest": [None if k == _NO_LINK else codes[k] for k in strongest],
            "share": share,
            "out_share": out_share,
            "links": steps,
        },
        index=pd.Index(codes, name="code"),
    )


def _check(matrix: pd.DataFrame, night: pd.Series) -> None:
    faults = []
    if list(matrix.index) != list(matrix.columns):
        faults.append("The matrix needs the same codes, in the same order, as rows and columns.")
    missing = [code for code in matrix.index if code not in night.index]
    faults += [f"No night population for {code!r}." for code in missing]
    raise_faults(DataError, faults)


def _strongest(cells: np.ndarray) -> np.ndarray:
    """Position of the largest known positive cell of each row; ties by rule 1."""
    known = np.where(cells > 0, cells, 0.0)
    best = known.max(axis=1, initial=0.0)
    candidates = (known == best[:, None]) & (known > 0)
    jobs = np.nansum(cells, axis=0)
    rank = np.empty(len(jobs))
    rank[np.lexsort((np.arange(len(jobs)), -jobs))] = np.arange(len(jobs), 0, -1)
    choice = np.where(candidates, rank, 0.0).argmax(axis=1)
    return np.where(best > 0, choice, _NO_LINK)


def _none_or_unknown(cells: np.ndarray) -> np.ndarray:
    """The flow of a row without a link: zero, or missing when a cell off the diagonal is."""
    unknown = np.isnan(cells) & ~np.eye(len(cells), dtype=bool)
    return np.where(unknown.any(axis=1), np.nan, 0.0)


def _take(cells: np.ndarray, column: np.ndarray) -> np.ndarray:
    return cells[np.arange(len(cells)), np.maximum(column, 0)]


def _shares(persons: np.ndarray, people: np.ndarray) -> np.ndarray:
    none = np.where(np.isnan(people), np.nan, 0.0)
    return np.divide(persons, people, out=none, where=people > 0)


def _weakest_first(share: np.ndarray, people: np.ndarray) -> np.ndarray:
    """Rank of each municipality's own link: 0 is cut first (rules 2 and 3)."""
    rank = np.empty(len(share), dtype=int)
    rank[np.lexsort((np.arange(len(share)), -people, share))] = np.arange(len(share))
    return rank


def _cut_rings(parent: np.ndarray, role: np.ndarray, order: np.ndarray) -> None:
    """Make pairs of mutual links and cut longer rings at their weakest one, in place (rule 2)."""
    settled = parent == _NO_LINK
    for start in range(len(parent)):
        path: list[int] = []
        here = start
        while not settled[here] and here not in path:
            path.append(here)
            here = int(parent[here])
        if not settled[here]:
            ring = path[path.index(here) :]
            weakest = min(ring, key=lambda k: order[k])
            parent[weakest], role[weakest] = _NO_LINK, "cut_ring"
            if len(ring) == 2:
                role[ring] = "pair"
        settled[path] = True


def _roots(parent: np.ndarray, role: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre of each municipality and the number of links to it; `parent` has no rings.

    The link between the two of a pair does not count: both are the centre.
    """
    counts = (role != "pair").astype(int)
    root = np.arange(len(parent))
    steps = np.zeros(len(parent), dtype=int)
    moving = parent[root] != _NO_LINK
    while moving.any():
        steps[moving] += counts[root[moving]]
        root[moving] = parent[root[moving]]
        moving = parent[root] != _NO_LINK
    return root, steps


def _cut_chains(parent: np.ndarray, role: np.ndarray, order: np.ndarray, max_links: int) -> None:
    """Cut chains longer than `max_links` at their weakest link, in place (rule 3)."""
    while True:
        _, steps = _roots(parent, role)
        links: set[int] = set()
        for start in np.flatnonzero(steps > max_links):
            here = int(start)
            while parent[here] != _NO_LINK and role[here] != "pair":
                links.add(here)
                here = int(parent[here])
        if not links:
            return
        weakest = min(links, key=lambda k: order[k])
        parent[weakest], role[weakest] = _NO_LINK, "cut_chain"


# --- comparing two delineations --------------------------------------------------------------


def _contingency(ours: pd.Series, official: pd.Series) -> tuple[np.ndarray, float]:
    """Counts of municipalities by market in both delineations, and all pairs there are."""
    if set(ours.index) != set(official.index):
        raise DataError("The two delineations do not cover the same municipalities.")
    a, _ = pd.factorize(ours)
    b, _ = pd.factorize(official.reindex(ours.index))
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    return table, len(ours) * (len(ours) - 1) / 2


def _pairs(counts: np.ndarray) -> float:
    return float((counts * (counts - 1) / 2).sum())


def compare_markets(ours: pd.Series, official: pd.Series) -> dict[str, float]:
    """How two delineations agree over all pairs of municipalities.

    Returns `precision` (of our pairs in one market, the share that the official one has too),
    `recall` (the other way round), `adjusted_rand` (Hubert and Arabie 1985: 1 equal, 0 as by
    chance), `markets` and `official_markets`. A ratio without pairs is nan.
    Raises DataError when the municipalities differ.
    """
    table, total = _contingency(ours, official)
    both = _pairs(table)
    mine, theirs = _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    expected = mine * theirs / total if total else 0.0
    spread = (mine + theirs) / 2 - expected
    return {
        "precision": both / mine if mine else float("nan"),
        "recall": both / theirs if theirs else float("nan"),
        "adjusted_rand": (both - expected) / spread if spread else 1.0,
        "markets": float(table.shape[0]),
        "official_markets": float(table.shape[1]),
    }
