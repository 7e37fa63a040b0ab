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

from analysis.metrics.measure import measure

ALL_MUNICIPALITIES = 290
REGIONAL_TASKS = ("0980",)  # Gotland: its tax rate also pays a region's tasks, so it has no rank


@measure(label="Kommunal skattesats", unit="procent", decimals=2, direction="lower",
         kind="observed", sources=("tax_rate",))
def tax_rate(indicator: pd.DataFrame) -> pd.Series:
    """The municipality's own tax rate, without the region's; per cent. SCB and SKR, or Kolada.

    >>> from analysis.loaders.population import load_indicator
    >>> table = load_indicator("tax_rate").set_index(["code", "year"])
    >>> float(tax_rate(table)["1780", 2022])
    21.27
    """
    return indicator["value"].rename("tax_rate")


@measure(label="Skatteunderlag", unit="kr per invånare", direction="higher", kind="observed",
         sources=("tax_base",))
def tax_base(indicator: pd.DataFrame) -> pd.Series:
    """Taxable income per inhabitant; SEK. SCB and SKR, or Kolada.

    >>> from analysis.loaders.population import load_indicator
    >>> table = load_indicator("tax_base").set_index(["code", "year"])
    >>> float(tax_base(table)["1780", 2022])
    229172.0
    """
    return indicator["value"].rename("tax_base")


@measure(label="Kommunens kostnader", unit="kr per invånare", direction="neither",
         kind="observed", sources=("finances",))
def cost_per_inhabitant(finances: pd.DataFrame) -> pd.Series:
    """The municipality's costs per inhabitant; SEK. Which of SCB's cost measures is not settled.

    >>> from analysis.loaders.finances import load_finances
    >>> table = load_finances().set_index(["code", "year"])
    >>> float(cost_per_inhabitant(table)["1780", 2022])
    72354.0
    """
    return finances["expenditures"].rename("cost_per_inhabitant")


@measure(label="Sysselsättningsgrad 20–64 år", unit="procent", decimals=1, direction="higher",
         kind="observed", sources=("employment_rate",))
def employment_rate(indicator: pd.DataFrame) -> pd.Series:
    """Share of residents aged 20-64 who are employed; per cent. SCB TAB3200.

    >>> from analysis.loaders.population import load_indicator
    >>> table = load_indicator("employment_rate").set_index(["code", "year"])
    >>> float(employment_rate(table)["1780", 2024])
    80.5
    """
    return indicator["value"].rename("employment_rate")


@measure(label="Medianinkomst", unit="kr per år", direction="higher", kind="derived",
         formula="förvärvsinkomst omräknad med KPI till 2025 års priser",
         sources=("median_income_real",))
def median_income(indicator: pd.DataFrame) -> pd.Series:
    """Median earned income, SEK a year in prices of 2025. SCB TAB3554, deflated with CPI.

    >>> from analysis.loaders.population import load_indicator
    >>> table = load_indicator("median_income_real").set_index(["code", "year"])
    >>> float(median_income(table)["1780", 2024])
    338995.0
    """
    return indicator["value"].rename("median_income")


@measure(label="Eftergymnasial utbildning", unit="procent", decimals=1, direction="higher",
         kind="observed", sources=("post_secondary_share",))
def post_secondary_share(indicator: pd.DataFrame) -> pd.Series:
    """Share of those aged 16-74 with post-secondary education; per cent. SCB TAB3981.

    >>> from analysis.loaders.population import load_indicator
    >>> table = load_indicator("post_secondary_share").set_index(["code", "year"])
    >>> float(post_secondary_share(table)["1780", 2024])
    47.08
    """
    return indicator["value"].rename("post_secondary_share")


@measure(label="Månadsavlönad personal", unit="per 1 000 invånare", decimals=1,
         formula="månadsavlönade i november / folkmängd 31 december samma år x 1 000",
         sources=("staff", "population"))
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
    pairs = peers.assign(value=peers["peer_code"].map(values))
    grouped = pairs.groupby("code")["value"]
    return pd.DataFrame({"low": grouped.min(), "median": grouped.median(), "high": grouped.max(),
                         "known": grouped.count()})


def federations(arrangements: pd.DataFrame, memberships: pd.DataFrame, names: pd.DataFrame, *,
                first: int, last: int) -> dict[str, list[str]]:
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
