"""What the large computations cost, and how that grows with the number of areas.

The grown areas are synthetic: towns of drawn size at drawn places, each with commuters to its 40
nearest others, so that the table of flows is sparse as a real one.
"""

import flow_error
import numpy as np
import pandas as pd
from measure import Row, smallest
from scipy.spatial import cKDTree

from analysis import flows, regions
from analysis.loaders import commuting as loader
from analysis.metrics import commuting, flow_model, labour_markets

MEMBERS = regions.get("malardalen").members
SIZES = (290, 1000, 6000)
YEAR = 2021
_NEIGHBOURS, _COUNTIES = 40, 21


def ten_years() -> pd.DataFrame:
    """A full matrix of 290 x 290 municipalities for ten years (the modelled 2021, repeated)."""
    one = flows.flows_of(YEAR)
    return pd.concat([one.assign(year=year) for year in range(2012, 2022)], ignore_index=True)


def plain_group(table: pd.DataFrame) -> dict[int, tuple[float, float, float]]:
    """In, out and internal of a group the plain way: a mask for each year and direction."""
    found = {}
    for year, part in table.groupby("year"):
        home, work = part["home"].isin(MEMBERS), part["work"].isin(MEMBERS)
        persons, moves = part["persons"], part["home"] != part["work"]
        found[year] = (
            persons[~home & work].sum(),
            persons[home & ~work].sum(),
            persons[home & work & moves].sum(),
        )
    return found


def synthetic(size: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A sparse table of flows between `size` areas, and the distances between them in km."""
    draw = np.random.default_rng(size)
    points = draw.uniform(0, 40 * np.sqrt(size), (size, 2))
    codes = np.array(
        [f"{number * _COUNTIES // size + 1:02d}{number:04d}" for number in range(size)]
    )
    workers = np.round(draw.lognormal(9, 1, size))
    away, near = cKDTree(points).query(points, _NEIGHBOURS + 1)
    pull = workers[near] / (away + 10) ** 2
    persons = np.round(0.4 * workers[:, None] * pull / pull.sum(axis=1, keepdims=True))
    persons[:, 0] = workers - persons[:, 1:].sum(axis=1)  # the nearest of all is the area itself
    table = pd.DataFrame(
        {
            "year": YEAR,
            "home": np.repeat(codes, _NEIGHBOURS + 1),
            "work": codes[near.ravel()],
            "sex": "total",
            "persons": persons.ravel(),
            "kind": "observed",
        }
    )
    steps = points[:, None, :] - points[None, :, :]
    distances = pd.DataFrame(np.hypot(steps[..., 0], steps[..., 1]), index=codes, columns=codes)
    return table[table["persons"] > 0], distances


def times(size: int) -> tuple[float, float, float]:
    """Seconds of group figures, labour markets and flow model for `size` synthetic areas."""
    table, distances = synthetic(size)
    margins = commuting.margins_from_flows(table).reset_index()
    night = commuting.night_population(margins.set_index("code"))
    county = (
        table.assign(home_county=table["home"].str[:2], work_county=table["work"].str[:2])
        .groupby(["year", "home_county", "work_county"], as_index=False)["persons"]
        .sum()
    )
    members, runs = list(distances.index[:8]), 5 if size < 1000 else 1
    return (
        smallest(lambda: commuting.group_figures(table, members, margins=margins), runs=runs),
        smallest(
            lambda: labour_markets.local_labour_markets(
                labour_markets.flow_matrix(table, year=YEAR), night
            ),
            runs=runs,
        ),
        smallest(
            lambda: flow_model.model_matrix(margins, distances, year=YEAR, county_flows=county),
            runs=runs,
        ),
    )


def rows() -> list[Row]:
    """The computations on the real 290 municipalities against a plain peer, then their growth."""
    table, chosen = ten_years(), flows.commuting_of()
    sums = commuting.margins_from_flows(table)
    matrix, night, out = flows.matrix_of(chosen)
    margins, distances = loader.load_margins(), flows.distances()
    county, world = loader.load_county_flows(), flow_error.world()
    return [
        Row(
            "group figures, 290 x 290 x 10 years",
            smallest(lambda: commuting.group_figures(table, MEMBERS, margins=sums)),
            "a mask a year and direction (in, out, internal)",
            smallest(lambda: plain_group(table)),
        ),
        Row(
            "labour markets, 290 municipalities",
            smallest(lambda: labour_markets.local_labour_markets(matrix, night, out_commuters=out)),
            "one pandas idxmax over the matrix",
            smallest(lambda: matrix.idxmax(axis=1)),
        ),
        Row(
            "flow model, one year",
            smallest(
                lambda: flow_model.model_matrix(margins, distances, year=YEAR, county_flows=county)
            ),
            "plain gravity model of the same year",
            smallest(lambda: flow_error.gravity(world, YEAR, 2.0)),
        ),
        *growth(),
    ]


def growth() -> list[Row]:
    """Each computation on ever more areas, against the same on 290."""
    found = {size: times(size) for size in SIZES}
    return [
        Row(
            f"{name}, {size} synthetic areas",
            found[size][which],
            f"the same on {SIZES[0]}",
            found[SIZES[0]][which],
        )
        for which, name in enumerate(("group figures", "labour markets", "flow model"))
        for size in SIZES[1:]
    ]
