"""Commuting of municipalities and of groups of municipalities.

Terms
-----
commuters: employed persons who work in another municipality than they live in; persons, not trips.
C[i, j]: employed persons who live in municipality i and work in j.
night population N[i]: employed residents, sum over j of C[i, j] (nattbefolkning).
day population D[j]: employed with their workplace there, sum over i of C[i, j] (dagbefolkning).
margins: a table with one row per municipality, year and series, indexed by `[code, year]`, with
the columns `in_commuters` (D - C[i, i]), `out_commuters` (N - C[i, i]), `live_and_work` (C[i, i])
and, where series differ, `series`.
flows: a table `year, home, work, sex, persons, kind` with one row per cell of C.
group R: a set of municipalities. Its in- and out-commuting count only those who cross the border
of the group, so they are never the sums of the members' in- and out-commuting.
unknown cell: `persons` is missing (suppressed), or the pair has no row at all. Unknown is never
zero: a sum over an unknown cell is unknown, and the totals come from the margins.
abroad: workplaces outside Sweden, a destination with the code `ABROAD`.

Source of the definitions: SCB, RAMS and BAS (registerbaserad arbetsmarknadsstatistik).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from analysis.errors import DataError, InputError, raise_faults
from analysis.metrics.measure import Measure, measure, observed, register

ABROAD = "0000"  # four characters like every code, and no municipality has it

_MARGINS = ("commuting_margins",)
_FLOWS = ("commuting_flows", "commuting_margins")
_MARGIN_COLUMNS = ["in_commuters", "out_commuters", "live_and_work"]


# --- a municipality, from the margins --------------------------------------------------------


commuters_in = observed(
    "commuters_in", "Inpendlare", "personer", sources=_MARGINS, column="in_commuters"
)
"""Employed in the municipality who live elsewhere; persons."""

commuters_out = observed(
    "commuters_out", "Utpendlare", "personer", sources=_MARGINS, column="out_commuters"
)
"""Employed residents who work elsewhere, abroad included; persons."""

live_and_work = observed(
    "live_and_work",
    "Bor och arbetar i kommunen",
    "personer",
    sources=_MARGINS,
    column="live_and_work",
)
"""Employed residents who work in their own municipality, C[i, i]; persons."""


@measure(
    label="Nattbefolkning",
    unit="personer",
    formula="utpendlare + bor och arbetar i kommunen",
    sources=_MARGINS,
)
def night_population(margins: pd.DataFrame) -> pd.Series:
    """Employed residents N = out-commuters + live and work; persons.

    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> int(night_population(margins)["1780", 2021])
    47361
    """
    return (margins["out_commuters"] + margins["live_and_work"]).rename("night_population")


@measure(
    label="Dagbefolkning",
    unit="personer",
    formula="inpendlare + bor och arbetar i kommunen",
    sources=_MARGINS,
)
def day_population(margins: pd.DataFrame) -> pd.Series:
    """Employed with their workplace there D = in-commuters + live and work; persons.

    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> int(day_population(margins)["1780", 2021])
    56523
    """
    return (margins["in_commuters"] + margins["live_and_work"]).rename("day_population")


@measure(
    label="Pendlingsnetto", unit="personer", formula="inpendlare − utpendlare", sources=_MARGINS
)
def net_commuting(margins: pd.DataFrame) -> pd.Series:
    """In-commuters minus out-commuters, equal to D - N; persons, negative where N is larger.

    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> int(net_commuting(margins)["1980", 2014])
    3029
    """
    return (margins["in_commuters"] - margins["out_commuters"]).rename("net_commuting")


@measure(
    label="Pendlingskvot",
    unit="kvot",
    decimals=2,
    formula="dagbefolkning / nattbefolkning",
    sources=_MARGINS,
)
def commuting_ratio(margins: pd.DataFrame) -> pd.Series:
    """D / N; above 1 means net in-commuting; missing where nobody employed lives.

    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> round(float(commuting_ratio(margins)["1780", 2021]), 2)
    1.19
    """
    return _ratio(day_population(margins), night_population(margins)).rename("commuting_ratio")


@measure(
    label="Utpendlingsandel",
    unit="andel",
    decimals=3,
    formula="utpendlare / nattbefolkning",
    sources=_MARGINS,
    as_percent=True,
)
def out_commuting_share(margins: pd.DataFrame) -> pd.Series:
    """Out-commuters as a share (0 to 1) of the night population.

    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> round(float(out_commuting_share(margins)["1761", 2021]), 3)
    0.722
    """
    return _ratio(margins["out_commuters"], night_population(margins)).rename("out_commuting_share")


@measure(
    label="Inpendlingsandel",
    unit="andel",
    decimals=3,
    formula="inpendlare / dagbefolkning",
    sources=_MARGINS,
    as_percent=True,
)
def in_commuting_share(margins: pd.DataFrame) -> pd.Series:
    """In-commuters as a share (0 to 1) of the day population.

    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> round(float(in_commuting_share(margins)["1761", 2021]), 3)
    0.5
    """
    return _ratio(margins["in_commuters"], day_population(margins)).rename("in_commuting_share")


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    """`part / whole` as floats, missing where `whole` is zero or missing."""
    numbers = whole.astype("Float64").astype("float64")
    return part.astype("Float64").astype("float64") / numbers.where(numbers > 0)


# --- a group, from the margins alone (exact) -------------------------------------------------


def group_margins(margins: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """Sums of a group that need no matrix: exact, and one line per series.

    Returns a table indexed by `[series, year]` with `night_population`, `day_population`,
    `net_commuting`, `live_and_work` (persons), `commuting_ratio` and
    `containment_residence_min` (sum of C[i, i] / sum of N). A year in which any member is missing
    is missing. Without a column `series` the index level is an empty string.
    Raises InputError when a member has no row at all.

    >>> from analysis import regions
    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> sums = group_margins(margins, regions.get("karlstad").members).xs(2021, level="year")
    >>> sums[["night_population", "day_population"]].astype("int64").iloc[0].tolist()
    [70592, 71551]
    """
    rows = _member_margins(margins, members)
    keys = [rows["series"], rows["year"]]
    sums = rows[_MARGIN_COLUMNS].groupby(keys).sum(skipna=False)
    complete = rows.groupby(keys)["code"].nunique() == len(set(members))
    sums = sums.where(complete.reindex(sums.index))
    return pd.DataFrame(
        {
            "night_population": night_population(sums),
            "day_population": day_population(sums),
            "net_commuting": net_commuting(sums),
            "live_and_work": sums["live_and_work"],
            "commuting_ratio": commuting_ratio(sums),
            "containment_residence_min": _ratio(sums["live_and_work"], night_population(sums)),
        }
    )


containment_residence_min = register(
    Measure(
        "containment_residence_min",
        "Lägsta möjliga andel av de boende som arbetar inom gruppen",
        "andel",
        3,
        formula="summa av dem som bor och arbetar i samma kommun / summa nattbefolkning",
        sources=_MARGINS,
        as_percent=True,
        column="containment_residence_min",
    )
)
"""Observed lower bound (0 to 1) of `containment_residence`: a column of `group_margins`."""


def _member_margins(margins: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """Rows of the members with `code`, `year` and `series` as columns and numbers as floats."""
    _check_members(members)
    table = margins.reset_index() if "code" in margins.index.names else margins
    missing = sorted(set(members) - set(table["code"]))
    raise_faults(
        InputError,
        [f"No commuting margins for municipality {code!r}; check the code." for code in missing],
    )
    rows = table[table["code"].isin(list(members))].copy()
    if "series" not in rows:
        rows["series"] = ""
    rows[_MARGIN_COLUMNS] = rows[_MARGIN_COLUMNS].astype("Float64").astype("float64")
    return rows


def _check_members(members: Collection[str]) -> None:
    faults = []
    if isinstance(members, str):
        faults.append(f"Members {members!r} is one string; pass a collection of codes.")
    elif len(members) == 0:
        faults.append("A group needs at least one municipality; none was given.")
    raise_faults(InputError, faults)


# --- a group, from the matrix ----------------------------------------------------------------


def group_figures(
    flows: pd.DataFrame, members: Collection[str], *, margins: pd.DataFrame
) -> pd.DataFrame:
    """Everything about a group that needs the matrix, one row per year in `flows`.

    Only the cells between members are read from the matrix; the totals are the published ones:
    in = sum of the members' in-commuters - internal, and the same for out. A partial matrix is
    enough as long as it holds all cells between the members.

    Parameters
    ----------
    flows, margins: see the module; margins must hold one series per year, the one of the flows.

    Returns
    -------
    Table indexed by `year`: `group_in`, `group_out`, `group_internal` (persons),
    `containment_residence`, `containment_workplace` (0 to 1), `unknown_cells` (cells between
    members that are unknown; the figures are then missing), and `kind`: "modelled" when any cell
    between members is modelled, else "derived". Years without margins are missing.
    Raises InputError for bad members, DataError for double rows and for flows beyond the margins.

    >>> from analysis import flows, regions
    >>> now, members = flows.commuting_of(2021), regions.get("kak").members
    >>> group_figures(now.table, members, margins=now.margins)["kind"].to_dict()
    {2021: 'modelled'}
    """
    cells = _internal_cells(flows, members)
    totals = _margin_totals(margins, members).reindex(cells.index)
    internal = cells["group_internal"]
    stay = totals["live_and_work"] + internal
    return pd.DataFrame(
        {
            "group_in": _crossing(totals["in_commuters"], internal),
            "group_out": _crossing(totals["out_commuters"], internal),
            "group_internal": internal,
            "containment_residence": _ratio(stay, night_population(totals)),
            "containment_workplace": _ratio(stay, day_population(totals)),
            "unknown_cells": cells["unknown_cells"],
            "kind": cells["kind"],
        }
    )


def _of_group(key: str, label: str, unit: str, formula: str) -> Measure:
    """A column of `group_figures` as a measure."""
    share = unit == "andel"
    return register(
        Measure(
            key,
            label,
            unit,
            3 if share else 0,
            formula=formula,
            sources=_FLOWS,
            as_percent=share,
            column=key,
        )
    )


GROUP = (
    _of_group(
        "group_in",
        "Inpendlare till gruppen",
        "personer",
        "förvärvsarbetande i gruppen som bor utanför den",
    ),
    _of_group(
        "group_out",
        "Utpendlare från gruppen",
        "personer",
        "förvärvsarbetande som bor i gruppen och arbetar utanför den",
    ),
    _of_group(
        "group_internal",
        "Pendlare mellan gruppens kommuner",
        "personer",
        "bor i en av gruppens kommuner och arbetar i en annan av dem",
    ),
    _of_group(
        "containment_residence",
        "Andel av de boende som arbetar inom gruppen",
        "andel",
        "bor och arbetar inom gruppen / gruppens nattbefolkning",
    ),
    _of_group(
        "containment_workplace",
        "Andel av arbetsplatserna som fylls av boende inom gruppen",
        "andel",
        "bor och arbetar inom gruppen / gruppens dagbefolkning",
    ),
)
"""What `group_figures` tells of a group, as measures of its columns."""


def group_internal_range(
    flows: pd.DataFrame, members: Collection[str], *, margins: pd.DataFrame
) -> pd.DataFrame:
    """Bounds of `group_internal` when some cells are unknown: columns `low`, `high` by year.

    Low counts unknown cells as none. High gives the unknown cells of a home (or of a workplace)
    all commuters that its known cells leave over, whichever side allows fewer.
    """
    table = _both_sexes(flows)
    inside = list(members)
    known = table[table["home"] != table["work"]]
    cells = known[known["home"].isin(inside) & known["work"].isin(inside)]
    years = pd.Index(sorted(table["year"].unique()), name="year")
    low = cells.groupby("year")["persons"].sum().reindex(years, fill_value=0.0)
    rows = _member_margins(margins, members).set_index(["year", "code"])
    left = []
    for side, total in (("home", "out_commuters"), ("work", "in_commuters")):
        found = known.groupby(["year", side])["persons"].sum()
        found.index = found.index.set_names(["year", "code"])
        rest = (rows[total] - found.reindex(rows.index, fill_value=0.0)).clip(lower=0)
        open_side = _sides_with_unknown(cells, rows.index, len(set(members)), side)
        left.append(rest.where(open_side, 0.0).groupby("year").sum(skipna=False).reindex(years))
    return pd.DataFrame({"low": low, "high": low + np.minimum(left[0], left[1])})


def _sides_with_unknown(cells: pd.DataFrame, index: pd.Index, size: int, side: str) -> pd.Series:
    """Whether a member (in a year) has an unknown cell to or from another member."""
    found = cells.dropna(subset="persons").groupby(["year", side])["persons"].size()
    found.index = found.index.set_names(["year", "code"])
    return found.reindex(index, fill_value=0) < size - 1


def unknown_between(flows: pd.DataFrame, members: Collection[str]) -> pd.Series:
    """Status of each unknown cell between members, indexed by `[home, work]`; for one year.

    "unavailable" for a pair without a row and where `flows` have no `status`.
    """
    inside = sorted(set(members))
    between = flows[flows["home"].isin(inside) & flows["work"].isin(inside)]
    cells = between.set_index(["home", "work"]).reindex(
        pd.MultiIndex.from_tuples(permutations(inside, 2), names=["home", "work"])
    )
    unknown = cells[cells["persons"].isna()]
    status = unknown.get("status", pd.Series(index=unknown.index, dtype="str"))
    return status.fillna("unavailable").rename("status")


def margins_from_flows(flows: pd.DataFrame) -> pd.DataFrame:
    """Margins of a closed system, indexed by `[code, year]`, from its flows.

    `ABROAD` counts as a workplace and gets no row. A code with an unknown cell gets unknown sums.
    """
    table = _both_sexes(flows)
    own = table["home"] == table["work"]
    parts = {
        "in_commuters": table[~own].groupby(["work", "year"]),
        "out_commuters": table[~own].groupby(["home", "year"]),
        "live_and_work": table[own].groupby(["home", "year"]),
    }
    sums = {}
    for name, grouped in parts.items():
        column = grouped["persons"].sum(skipna=False)
        column.index = column.index.set_names(["code", "year"])
        sums[name] = column
    result = pd.DataFrame(sums)
    result = result[result.index.get_level_values("code") != ABROAD]
    commuting = ["in_commuters", "out_commuters"]
    seen = pd.DataFrame({name: result.index.isin(sums[name].index) for name in commuting})
    return result.assign(
        **{name: result[name].where(seen[name].to_numpy(), 0.0) for name in commuting}
    ).sort_index()


def _both_sexes(flows: pd.DataFrame) -> pd.DataFrame:
    table = flows[flows["sex"] == "total"] if "sex" in flows else flows
    if table.empty:
        raise DataError("The table of flows has no rows for both sexes together.")
    return table


def _internal_cells(flows: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """`group_internal`, `unknown_cells` and `kind` by year, from the cells between members."""
    _check_members(members)
    table = _both_sexes(flows)
    inside = list(set(members))
    rows = table[table["home"].isin(inside) & table["work"].isin(inside)]
    rows = rows[rows["home"] != rows["work"]]
    if rows.duplicated(["year", "home", "work"]).any():
        raise DataError("Two rows for one pair and year; choose one series.")
    years = pd.Index(sorted(table["year"].unique()), name="year")
    persons = rows["persons"].astype("Float64").astype("float64")
    total = persons.groupby(rows["year"]).sum().reindex(years, fill_value=0.0)
    known = persons.groupby(rows["year"]).count().reindex(years, fill_value=0)
    unknown = len(inside) * (len(inside) - 1) - known
    kind = np.where(years.isin(_modelled_years(rows)), "modelled", "derived")
    return pd.DataFrame(
        {"group_internal": total.where(unknown == 0), "unknown_cells": unknown, "kind": kind}
    )


def _margin_totals(margins: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """Sums over members of the margins, by year; missing when one member is missing."""
    rows = _member_margins(margins, members)
    if rows.duplicated(["code", "year"]).any():
        raise DataError("Two series in one year of the margins; keep the series of the flows.")
    sums = rows.groupby("year")[_MARGIN_COLUMNS].sum(skipna=False)
    complete = rows.groupby("year")["code"].nunique() == len(set(members))
    return sums.where(complete.reindex(sums.index))


def _crossing(total: pd.Series, internal: pd.Series) -> pd.Series:
    """Members' commuters minus those who stay in the group; never below zero.

    Rounding and perturbed cells may leave a trifle below zero. More than that means that flows
    and margins belong to different series.
    """
    crossing = total - internal
    limit = 0.5 + 0.002 * total.abs()
    bad = crossing.index[crossing < -limit]
    raise_faults(
        DataError,
        [f"Flows of {year} exceed the margins; are they of the same series?" for year in bad],
    )
    return crossing.clip(lower=0)


# --- links -----------------------------------------------------------------------------------


def missing_members(
    flows: pd.DataFrame, members: Collection[str], *, margins: pd.DataFrame, top: int = 1
) -> pd.DataFrame:
    """The municipalities outside the group that exchange most commuters with it.

    The first one is "the member that is missing". Returns rows `year, rank, code, out_persons`
    (from the group), `in_persons` (to it), `persons` (both), `share` (of the members' out- and
    in-commuters together, internal ones counted twice), `out_unknown` and `in_unknown` (cells),
    `certain`, `kind`. Counts hold the known cells only: with unknown cells they are lower bounds.
    `certain` is False when the year has an unknown cell to or from anyone outside, which could
    change the order. Ties go to the lower code.
    """
    _check_members(members)
    table = _both_sexes(flows)
    inside = list(members)
    home, work = table["home"].isin(inside), table["work"].isin(inside)
    other = ~table["home"].eq(ABROAD) & ~table["work"].eq(ABROAD)
    out, come = table[home & ~work & other], table[work & ~home & other]
    sums = _exchange(out, come, size=len(set(inside)))
    totals = _margin_totals(margins, members)
    unknown = sums["out_unknown"] + sums["in_unknown"]
    sums["certain"] = unknown.groupby("year").transform("sum") == 0
    rows = sums.reset_index().sort_values(
        ["year", "persons", "code"], ascending=[True, False, True]
    )
    rows = rows[rows["persons"] > 0].groupby("year").head(top)
    rows["rank"] = rows.groupby("year").cumcount() + 1
    contacts = (totals["in_commuters"] + totals["out_commuters"]).reindex(rows["year"])
    rows["share"] = rows["persons"].to_numpy() / contacts.to_numpy()
    modelled = _modelled_years(pd.concat([out, come]))
    rows["kind"] = np.where(rows["year"].isin(modelled), "modelled", "derived")
    columns = ["year", "rank", "code", "out_persons", "in_persons", "persons", "share"]
    return rows[[*columns, "out_unknown", "in_unknown", "certain", "kind"]].reset_index(drop=True)


def _exchange(out: pd.DataFrame, come: pd.DataFrame, *, size: int) -> pd.DataFrame:
    """Known commuters to and from each outside code by `[year, code]`, and unknown cells."""
    columns = {}
    for name, table, side in (("out", out, "work"), ("in", come, "home")):
        grouped = table.groupby(["year", side])["persons"]
        for what, values in (("persons", grouped.sum()), ("known", grouped.count())):
            values.index = values.index.set_names(["year", "code"])
            columns[f"{name}_{what}"] = values
    sums = pd.DataFrame(columns).astype("float64").fillna(0.0)
    for name in ("out", "in"):
        sums[f"{name}_unknown"] = (size - sums[f"{name}_known"]).astype(int)
    sums["persons"] = sums["out_persons"] + sums["in_persons"]
    return sums


def _modelled_years(table: pd.DataFrame) -> list[int]:
    """Years in which any row of `table` is modelled."""
    if "kind" not in table:
        return []
    return list(table.loc[table["kind"] == "modelled", "year"].unique())


def dependence(
    flows: pd.DataFrame, members: Sequence[str], *, year: int, margins: pd.DataFrame
) -> pd.DataFrame:
    """Share of each member's employed residents who work in each member, C[i, j] / N[i].

    A square table, homes as rows and workplaces as columns in the order of `members`; shares 0
    to 1, missing where unknown. The diagonal is the share that stays at home.
    """
    _check_members(members)
    table = _both_sexes(flows)
    table = table[(table["year"] == year) & table["home"].isin(list(members))]
    cells = table[table["work"].isin(list(members))].pivot(
        index="home", columns="work", values="persons"
    )
    square = cells.reindex(index=list(members), columns=list(members)).astype("float64")
    rows = _member_margins(margins, members)
    rows = rows[rows["year"] == year].set_index("code")
    for code in rows.index:  # those who stay are published, also where cells are not
        square.loc[code, code] = rows.loc[code, "live_and_work"]
    night = night_population(rows).reindex(list(members)).astype("float64")
    shares = square.div(night.where(night > 0), axis=0)
    return shares.rename_axis(index="home", columns="work")
