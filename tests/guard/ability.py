"""Recomputed: what members can carry, what services cost, and the municipal staff."""

import re

import pandas as pd

from tests.guard import files
from tests.guard.files import Area, names, read, series
from tests.guard.model import Figure, Place, Table, recomputes, says
from tests.guard.people import by_size, in_order
from tests.guard.swedish import count, listed, number

# label, unit, file, decimals, what it is called in a sentence; in the order of the tables
MEASURES = {
    "share_65plus": ("Andel 65 år eller äldre", "procent", 1, ""),
    "dependency_ratio": ("Demografisk försörjningskvot", "per 100 personer 20–64 år", 1, ""),
    "mean_age": ("Medelålder", "år", 1, ""),
    "employment_rate": (
        "Sysselsättningsgrad 20–64 år",
        "procent",
        1,
        "Sysselsättningsgraden (20–64 år)",
    ),
    "post_secondary_share": ("Eftergymnasial utbildning", "procent", 1, "Andelen"),
    "taxable_income_real": ("Skattekraft i 2025 års priser", "kr per invånare", 0, "Skattekraften"),
    "tax_rate_total": (
        "Total skattesats, kommun och region",
        "procent",
        2,
        "Den totala skattesatsen",
    ),
    "median_income_real": ("Medianinkomst", "kr per år", 0, ""),
    "tax_rate": ("Kommunal skattesats", "procent", 2, ""),
}
MAIN = ("employment_rate", "post_secondary_share", "taxable_income_real", "tax_rate_total")
GOTLAND = "0980"  # its municipal tax pays for the tasks of a region too


def newest(key: str) -> tuple[int, pd.Series]:
    """The newest year of a measure, and its values by code."""
    table = series(f"indicators/{key}.parquet")
    values = table[table.columns.max()].dropna()
    assert len(values) == 290, f"{key}: {len(values)} municipalities"
    return int(table.columns.max()), values


def compared(key: str) -> pd.Series:
    """The values that may be compared."""
    return newest(key)[1].drop([GOTLAND] if key == "tax_rate" else [])


def _side(key: str, part: Area) -> str:
    """över landets median i Nora, under i Lindesberg: names where few, highest first."""
    values, middle = newest(key)[1], compared(key).median()
    ranked = values[list(part.members)].sort_values(ascending=False)
    above, below = list(ranked.index[ranked > middle]), list(ranked.index[ranked < middle])

    def who(codes: list[str]) -> str:
        if len(codes) > 3:
            return f"{count(len(codes))} av {count(len(ranked))}"
        return listed(names()[code] for code in codes)

    if not below or not above:
        return f"{'över' if above else 'under'} landets median i alla {count(len(ranked))}"
    return f"över landets median i {who(above)}, under i {who(below)}"


def title(whole: Area) -> str:
    """Whose taxable income is above the median."""
    if len(whole.parts) == 1:
        return f"Skattekraften är {_side('taxable_income_real', whole)}"
    told = (f"i {part.name} {_side('taxable_income_real', part)}" for part in whole.parts)
    return f"Skattekraften är {'; '.join(told)}"


@says("population")
def sides(whole: Area):
    """Each main measure above or below the nation's median, where there is one cooperation."""
    if len(whole.parts) == 1:
        for key in MAIN:
            yield f"{MEASURES[key][3]} {newest(key)[0]} är {_side(key, whole)}."


@recomputes("population", "kapacitet")
def capacity(at: Place) -> Figure:
    """Dots of the four main measures, and the nation's median."""
    codes, said, heads, columns = in_order(at.whole), [], ["Område"], []
    for key in MAIN:
        label, unit, places, _ = MEASURES[key]
        year, values = newest(key)
        own = values[codes].sort_values()
        said.append(
            f"{label} ({unit}, {year}) {number(own.iloc[0], places)} i {names()[own.index[0]]} till "
            f"{number(own.iloc[-1], places)} i {names()[own.index[-1]]}, landets median "
            f"{number(values.median(), places)}"
        )
        heads.append(f"{label} {year} ({unit})")
        columns.append([number(v, places) for v in (*values[codes], values.median())])
    years = [newest(key)[0] for key in MAIN]
    rows = zip([*(names()[code] for code in codes), "Median, alla kommuner"], *columns, strict=True)
    return Figure(
        title(at.whole),
        f"{title(at.whole)}. {'; '.join(said)}.",
        f"Fyra mått med landets median {min(years)}–{max(years)}",
        Table("Kommunernas värden och landets median", heads, [list(row) for row in rows]),
    )


@recomputes("population", "kapacitet-alla")
def all_measures(at: Place) -> Table:
    """Every measure: value, place among 290, peers, group and nation."""
    peers = read("peers.parquet")
    peers = peers[peers["kind"] == "overall"].groupby("code")["peer_code"].apply(list)
    group = read("municipalities.csv").set_index("code")["skr_group"]
    rows = []
    for key, (label, unit, places, _) in MEASURES.items():
        (year, values), fair = newest(key), compared(key)
        for code in by_size(at.whole):
            theirs = fair.reindex(peers[code]).dropna()
            same = fair[[other for other in fair.index if group[other] == group[code]]]
            spread = (theirs.min(), theirs.median(), theirs.max())
            rows.append(
                [
                    f"{label}, {unit}",
                    names()[code],
                    str(year),
                    number(values[code], places),
                    number(1 + int((fair > values[code]).sum())),
                    *(number(value, places) for value in spread),
                    number(same.median(), places),
                    number(fair.median(), places),
                ]
            )
    costs = series("finances.parquet", "expenditures")
    year = int(costs.columns.max())
    rows += [
        [
            "Kommunens kostnader, kr per invånare",
            names()[code],
            str(year),
            number(costs[year][code]),
            *["–"] * 6,
        ]
        for code in by_size(at.whole)
    ]
    heads = ["Mått", "Kommun", "År", "Värde", "Plats bland 290 (1 = högst)"]
    heads += [f"Liknande kommuner: {part}" for part in ("lägst", "median", "högst")]
    heads += ["Median i kommunens SKR-grupp"]
    return Table(
        "Alla mått, med plats bland landets kommuner", [*heads, "Median, alla kommuner"], rows
    )


@recomputes("population", "kostnader")
def costs(at: Place) -> Table:
    """The newest published cost of each service and member."""
    table = read("service_costs.parquet")
    table = table[table["code"].isin(at.whole.members)]
    newest_ = table.groupby(["code", "service"])["year"].transform("max")
    table = table[table["year"] == newest_].sort_values(
        ["service", "unit", "cost"], ascending=[True, True, False]
    )
    rows = [
        [r.service, names()[r.code], str(r.year), number(r.cost), r.unit.replace("kr/", "kr per ")]
        for r in table.itertuples(index=False)
    ]
    return Table(
        "Kostnad för breda verksamhetsområden, senaste året för varje",
        ["Verksamhet", "Kommun", "År", "Kostnad", "Enhet"],
        rows,
    )


# --- staff ---------------------------------------------------------------------------------------


def _rates() -> pd.DataFrame:
    staff = series("staff.parquet", "staff")
    return 1000 * staff / series("population.parquet", "population")[staff.columns]


def _aged(year: int) -> str:
    age = int(files.DAY[:4]) - year
    return f"({count(age)} år gamla uppgifter)"


@recomputes("population", "personal")
def staff(at: Place) -> Figure:
    """Staff per 1,000 inhabitants, first and last year."""
    rates, codes = _rates(), by_size(at.whole)
    first, last = int(rates.columns.min()), int(rates.columns.max())
    said = listed(f"{names()[code]} {number(rates[last][code], 1)}" for code in codes)
    rows = [[names()[code], *(number(rates[y][code], 1) for y in (first, last))] for code in codes]
    return Figure(
        f"Personal per {number(1000)} invånare {first}–{last} {_aged(last)}",
        f"Personal per {number(1000)} invånare. {last}: {said}.",
        "",
        Table("Personal per {number(1000)} invånare", ["Kommun", str(first), str(last)], rows),
    )


@says("population")
def staff_text(whole: Area):
    """The spread of staff per 1,000 inhabitants, and the federations whose staff is not in it."""
    rates = _rates()
    first, last = int(rates.columns.min()), int(rates.columns.max())
    own = rates[last][list(whole.members)].sort_values()
    yield (
        f"År {last} varierade antalet månadsavlönade per {number(1000)} invånare mellan "
        f"{number(own.iloc[0], 1)} i {names()[own.index[0]]} och {number(own.iloc[-1], 1)} i "
        f"{names()[own.index[-1]]}."
    )
    told = (
        f"{name} ({listed(names()[c] for c in codes)})"
        for name, codes in _federations(whole, first, last).items()
    )
    yield f"I den här regionen gäller det {'; '.join(told)}, enligt inventeringen."


def _federations(whole: Area, first: int, last: int) -> dict[str, list[str]]:
    """Federations with a member in those years, by the name that they had last."""
    forms = read("services/arrangements.csv").set_index("key")["legal_form"]
    rows = read("services/memberships.csv")
    labels = read("services/names.csv")
    events = read("services/events.csv")
    dated = events[events["event"].isin(["running", "confirmed"]) & (events["date"] != "")]
    found: dict[str, list[str]] = {}
    for code in whole.members:
        for row in rows[rows["code"] == code].itertuples(index=False):
            since, until = row[3], row.to
            if forms[row.arrangement] != "kommunalforbund" or row.arrangement not in set(
                dated["arrangement"]
            ):
                continue
            if (since[:4] or "0") <= str(last) and (until[:4] or "9999") >= str(first):
                own = labels[labels["arrangement"] == row.arrangement]
                name = own.loc[own["to"].replace("", "9999").sort_values().index[-1], "name"]
                codes = found.setdefault(name, [])
                codes += [code] if code not in codes else []
    return found


@recomputes("population", "personal-alder")
def staff_ages(at: Place) -> Table:
    """Staff aged 55 and 60 or over of the newest year."""
    table = read("staff.parquet")
    year = int(table["year"].max())
    now = table[table["year"] == year].set_index("code")
    rows = [
        [
            names()[code],
            number(round(now["share_55_59"][code] + now["share_60plus"][code], 6), 1),
            number(now["share_60plus"][code], 1),
        ]
        for code in by_size(at.whole)
    ]
    heads = ["Kommun", "55 år eller äldre (%)", "60 år eller äldre (%)"]
    return Table(f"Äldre bland kommunens månadsavlönade {year} {_aged(year)}", heads, rows)


# --- what is newer elsewhere ---------------------------------------------------------------------

_SHOWN = (
    *("population", "population_change", "population_age", "share_65plus", "tax_rate_total"),
    *("taxable_income_real", "employment_rate", "post_secondary_share", "localities", "tax_rate"),
    "finances",
)


@says("population")
def newer(whole: Area):
    """What its publisher has newer, by the data's own README."""
    readme = (files.DATA / "README.md").read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    for key in _SHOWN:
        section = re.search(rf"^## {key}\n(.*?)(?=^## |\Z)", readme, re.DOTALL | re.MULTILINE)[1]
        path = re.search(r"File: `([^`]+)`", section)[1]
        ours = int(read(path)["year"].max())
        theirs = re.search(r"newest year: (\d{4})", section)
        if theirs and int(theirs[1]) > ours:
            publisher = re.search(r"^\S[^.]*\. ([^,]+),", section.strip())[1]
            yearly = key != "localities"  # SCB draws them every third year
            several = yearly and int(theirs[1]) > ours + 1
            years = f"{ours + 1}–{theirs[1]}" if several else theirs[1]
            found.setdefault(publisher, []).append(years)
    if found:
        yield f"Nyare uppgifter finns {' '.join(year for years in found.values() for year in years)}."
