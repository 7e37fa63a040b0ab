"""Capacity indicators of municipalities: what they can carry alone, compared with others.

Terms
-----
capacity indicator: one figure a municipality that says something about its ability to run services
by itself; it has its own year and its own direction.
rank: place among all 290 municipalities, 1 for the highest value; none unless all are known.
peers: RKA's seven "liknande kommuner" of a municipality; their spread is lowest, median, highest.
staff: monthly-paid employees of the municipality in November; those of federations and companies
are not in it, so it is shown but never ranked.
"""

from __future__ import annotations

import pandas as pd

from analysis.metrics.measure import Measure, measure, observed, register

ALL_MUNICIPALITIES = 290
REGIONAL_TASKS = ("0980",)  # Gotland: its tax rate also pays a region's tasks, so it has no rank


tax_rate_total = observed(
    "tax_rate_total",
    "Total skattesats, kommun och region",
    "procent",
    decimals=2,
    sources=("tax_rate_total",),
)
"""Tax rate of the municipality and the region together; per cent. SCB TAB2017."""

tax_rate = observed("tax_rate", "Kommunal skattesats", "procent", decimals=2, sources=("tax_rate",))
"""The municipality's own tax rate, without the region's; per cent. SCB and SKR, or Kolada."""

tax_base = observed("tax_base", "Skattekraft", "kr per invånare", sources=("tax_base",))
"""Taxable income per inhabitant in the prices of each year; SEK. SCB's skattekraft."""

cost_per_inhabitant = observed(
    "cost_per_inhabitant",
    "Kommunens kostnader",
    "kr per invånare",
    sources=("finances",),
    column="expenditures",
)
"""The municipality's costs per inhabitant; SEK. Which of SCB's cost measures is not settled."""

employment_rate = observed(
    "employment_rate",
    "Sysselsättningsgrad 20–64 år",
    "procent",
    decimals=1,
    direction="higher",
    sources=("employment_rate",),
)
"""Share of residents aged 20-64 who are employed; per cent. SCB TAB3200."""

post_secondary_share = register(
    Measure(
        "post_secondary_share",
        "Eftergymnasial utbildning",
        "procent",
        1,
        "higher",
        kind="derived",
        formula="invånare 16–74 år med eftergymnasial utbildning / alla invånare 16–74 år, också de "
        "vars utbildning är okänd × 100",
        sources=("post_secondary_share",),
        column="value",
    )
)
"""Share of those aged 16-74 with post-secondary education; per cent. From counts of TAB3981."""

taxable_income = register(
    Measure(
        "taxable_income",
        "Skattekraft i 2025 års priser",
        "kr per invånare",
        kind="derived",
        formula="beskattningsbar inkomst per invånare, omräknad med KPI till 2025 års priser",
        sources=("taxable_income_real",),
        column="value",
    )
)
"""Taxable income per inhabitant, SEK in prices of 2025 (2025 as printed). SCB TAB3600, and CPI."""

median_income = register(
    Measure(
        "median_income",
        "Medianinkomst",
        "kr per år",
        kind="derived",
        formula="förvärvsinkomst omräknad med KPI till 2025 års priser",
        sources=("median_income_real",),
        column="value",
    )
)
"""Median earned income, SEK a year in prices of 2025. SCB TAB3554, deflated with CPI."""


@measure(
    label="Månadsavlönad personal",
    unit="per 1 000 invånare",
    decimals=1,
    formula="månadsavlönade i november / folkmängd 31 december samma år x 1 000",
    sources=("staff", "population"),
)
def staff_per_1000(staff: pd.Series, population: pd.Series) -> pd.Series:
    """Monthly-paid municipal staff per 1,000 inhabitants of the same year, on the index of `staff`.

    Both are indexed by (code, year). Staff of federations and companies is not in it.

    >>> from analysis.loaders.population import load_population, load_staff
    >>> staff = load_staff().set_index(["code", "year"])["staff"]
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> round(float(staff_per_1000(staff, people)["1780", 2017]), 1)
    74.1
    """
    inhabitants = population.reindex(staff.index).astype("float64")
    return (1000 * staff / inhabitants.where(inhabitants > 0)).rename("staff_per_1000")


def latest(values: pd.Series) -> pd.Series:
    """The values of the latest year that has any, by code, from a Series on (code, year)."""
    known = values.dropna()
    if known.empty:
        return pd.Series(dtype="float64")
    year = int(known.index.get_level_values(1).max())
    chosen = known.xs(year, level=1)
    chosen.attrs["year"] = year
    return chosen


def rank(values: pd.Series, *, without: tuple[str, ...] = ()) -> pd.Series:
    """Place by code, 1 for the highest value, equal values share the better place (Int64).

    All are missing unless all 290 municipalities are known. Codes in `without` get no rank and
    are not counted.
    """
    if values.notna().sum() < ALL_MUNICIPALITIES:
        return pd.Series(pd.NA, index=values.index, dtype="Int64")
    ranked = values[~values.index.isin(without)].rank(ascending=False, method="min")
    return ranked.reindex(values.index).astype("Int64")


def spread_of_peers(values: pd.Series, peers: pd.DataFrame) -> pd.DataFrame:
    """Lowest, median and highest value among each municipality's peers, and how many are known.

    `values` by code, `peers` with columns code and peer_code. Returns `low`, `median`, `high`,
    `known` by code; missing when no peer is known.
    """
    pairs = peers.assign(value=peers["peer_code"].map(values).astype("float64"))
    grouped = pairs.groupby("code")["value"]
    return pd.DataFrame(
        {
            "low": grouped.min(),
            "median": grouped.median(),
            "high": grouped.max(),
            "known": grouped.count(),
        }
    )


def federations(
    arrangements: pd.DataFrame,
    memberships: pd.DataFrame,
    names: pd.DataFrame,
    *,
    first: int,
    last: int,
) -> dict[str, list[str]]:
    """Names of the municipal federations each code was a member of in the years `first` to `last`.

    The tables are those of the inventory: arrangements (key, legal_form), memberships
    (arrangement, code, from, to) and names (arrangement, name, to), with dates as text that begin
    with the year and blanks for open ends. Staff of these bodies is missing in the staff table.
    """
    bodies = set(arrangements.loc[arrangements["legal_form"] == "kommunalforbund", "key"])
    chosen = memberships[memberships["arrangement"].isin(list(bodies))]
    began = pd.to_numeric(chosen["from"].fillna("").str[:4], errors="coerce").fillna(0)
    ended = pd.to_numeric(chosen["to"].fillna("").str[:4], errors="coerce").fillna(9999)
    chosen = chosen[(began <= last) & (ended >= first)]
    # the present name has no last day; a body that is gone keeps its last name
    current = names.assign(end=names["to"].fillna("").replace("", "9999")).sort_values("end")
    title = current.groupby("arrangement")["name"].last()
    found: dict[str, list[str]] = {}
    for code, body in chosen[["code", "arrangement"]].itertuples(index=False):
        name = str(title.get(body, body))
        if name not in found.setdefault(str(code), []):
            found[str(code)].append(name)
    return found
