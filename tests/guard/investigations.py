"""Recomputed: an investigation: who pays what, own figures as they were given, and where it can lie."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

from tests.guard.bodies import named
from tests.guard.files import LAST, Area, names, people, read, series
from tests.guard.inventory import area_names
from tests.guard.model import Figure, Place, Table, recomputes, says
from tests.guard.pageone import lower
from tests.guard.swedish import listed, number, percent, signed

INVENTED = "Exempel: kommunernas egna uppgifter och utredarens belopp är påhittade."
LIMITS = (10, 20, 30)
ITEMS = {
    "bemanning": (("Helårstjänster", "Personer som arbetar med tjänsten"), 1),
    "kostnader": (("Kostnad per år", "varav overhead", "Volym per år"), 0),
}
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def asked(name: str) -> Area:
    """The investigation in an example's folder: its members, and its services as groups."""
    question = _question(name)
    members = tuple(question["members"])
    groups = tuple(Area(key, lower(area_names()[key]), members) for key in question["services"])
    return Area(f"utredning {name}", name, members, groups)


@cache
def _question(name: str) -> dict:
    return tomllib.loads((EXAMPLES / name / "investigation.toml").read_text(encoding="utf-8"))


@cache
def stated(name: str) -> pd.DataFrame:
    """What the forms say, without figures other than volumes where one person does a service."""
    found = []
    for path in sorted((EXAMPLES / name / "own_figures").glob("*.xlsx")):
        heads, *lines = openpyxl.load_workbook(path)["Uppgifter"].iter_rows(values_only=True)
        found.append(pd.DataFrame(lines, columns=heads).assign(code=path.stem))
    table = pd.concat(found).dropna(subset="Bas")
    for bound in ("Lägst", "Högst"):
        table[bound] = table[bound].fillna(table["Bas"]).astype("float64")
    thousands = table["Enhet"].map({"tkr": 1e3, "mkr": 1e6}).fillna(1.0)
    for bound in ("Lägst", "Bas", "Högst"):
        table[bound] = table[bound].astype("float64") * thousands
    table["Enhet"] = table["Enhet"].replace({"tkr": "kr", "mkr": "kr"})
    hidden = {
        pair
        for pair, own in table.groupby(["code", "Tjänst"])
        if _one(own.set_index("Uppgift")["Bas"])
    }
    pairs = zip(table["code"], table["Tjänst"], table["Uppgift"], strict=True)
    shown = [(code, what) not in hidden or item == "Volym per år" for code, what, item in pairs]
    return table[shown]


def _one(said: pd.Series) -> bool:
    """Whether a single person does it, or may."""
    persons = said.get("Personer som arbetar med tjänsten")
    return persons == 1 if persons is not None else said.get("Helårstjänster", 2) <= 1


def _own(name: str, service: str, item: str) -> pd.DataFrame:
    table = stated(name)
    what = table["Tjänst"] == area_names()[service]
    return table[what & (table["Uppgift"] == item)].set_index("code")


# --- who pays what -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Keys:
    """Shares by key: heading and, in a figure, label; kronor where every cost is known."""

    shares: pd.DataFrame
    labels: dict[str, str]
    today: pd.Series


@cache
def keys(name: str, service: str, members: tuple[str, ...]) -> Keys:
    """Shares of the members by inhabitants, staff, tax base, the old, own figures, and equal parts."""
    staff, income = (
        series("staff.parquet", "staff"),
        series("indicators/taxable_income_real.parquet"),
    )
    ages = read("population_age.parquet")
    ages = ages[(ages["year"] == ages["year"].max()) & (ages["age_from"] >= 65)]
    bases = {
        f"Invånare {LAST}": people(),
        f"Kommunens anställda {staff.columns.max()}": staff.iloc[:, -1],
        f"Skatteunderlag {income.columns.max()}": income.iloc[:, -1] * people(),
        f"Invånare 65 år eller äldre {ages['year'].max()}": ages.groupby("code")["persons"].sum(),
    }
    labels = {head: head for head in bases}
    for item, label in {"Volym per år": "Volym", "Kostnad per år": "Dagens kostnad"}.items():
        own = _own(name, service, item) if service else pd.DataFrame()
        if len(own) and own["Enhet"].nunique() == 1:
            year = f" {int(own['År'].iloc[0])}" if own["År"].nunique() == 1 else ""
            bases[f"{label} (uppgivet){year}"] = own["Bas"]
            labels[f"{label} (uppgivet){year}"] = f"{label}, uppgivet{year}"
    columns = {head: values.reindex(list(members)) for head, values in bases.items()}
    found = pd.DataFrame({head: own / own.sum(skipna=False) for head, own in columns.items()})
    found["Lika delar"] = 1 / len(members)
    for part in (20, 50):
        head = f"{part} % lika, {100 - part} % invånare {LAST}"
        found[head] = part / 100 / len(members) + (1 - part / 100) * found.iloc[:, 0]
    labels |= {head: head for head in found if head not in labels}
    today = _own(name, service, "Kostnad per år")["Bas"] if service else pd.Series(dtype="float64")
    return Keys(found, labels, today.reindex(list(members)).astype("float64"))


def _told(at: Place) -> tuple[str, Keys]:
    """The title of the shares of a service, and the shares."""
    name, service = at.whole.name, at.area.key
    found = keys(name, service, at.whole.members)
    own, staff = found.shares.iloc[:, 0], found.shares.iloc[:, 1]
    code = (own - staff).abs().idxmax()
    heads = [head[0].lower() + head[1:] for head in found.shares.columns[:2]]
    title = (
        f"För {names()[code]} blir andelen {percent(own[code])} efter {heads[0]} och "
        f"{percent(staff[code])} efter {heads[1]}"
    )
    several = f"{area_names()[service]}: " if len(at.whole.groups) > 1 else ""
    return several + title, found


def _units(head: str) -> str:
    return head if "%" in head else f"{head} (%)"


def _rows(table: pd.DataFrame, write) -> list[list[str]]:
    return [
        [names()[code], *(write(value) for value in row)]
        for code, row in zip(table.index, table.to_numpy("float64"), strict=True)
    ]


def _table(title: str, found: Keys) -> Table:
    heads = ["Kommun", *map(_units, found.shares.columns)]
    notes = ["Andelen i procent är också vad kommunen betalar av 100 kronor.", INVENTED]
    return Table(title, heads, _rows(found.shares, percent), notes)


@recomputes("investigation", "andelar")
def shares(at: Place) -> Table:
    """The shares of a service, or of the alternatives that others take part in."""
    if at.area is not at.whole:
        return _table(*_told(at))
    other = _question(at.whole.name)["alternatives"][at.page - 1]["members"]
    found = keys(at.whole.name, "", tuple(sorted(other)))
    return _table(f"Andelar i alternativ {at.page}: {listed(named(other))}", found)


@recomputes("investigation", "figur-andelar")
def bars(at: Place) -> Figure:
    """The same as bars, the keys that are known of all."""
    title, found = _told(at)
    said = [
        f"{found.labels[head]}: "
        + listed(f"{names()[code]} {percent(share)} procent" for code, share in own.items())
        for head, own in found.shares.items()
        if own.notna().all()
    ]
    return Figure(
        title,
        f"Staplar, en för varje nyckel. {'. '.join(said)}.",
        "Andel av en gemensam kostnad",
        _table(title, found),
        [INVENTED],
    )


def _kronor(at: Place) -> tuple[pd.DataFrame, pd.Series]:
    """What each pays by each key, and pays today; the common cost is the sum of today's."""
    found = keys(at.whole.name, at.area.key, at.whole.members)
    return found.shares * found.today.sum(skipna=False), found.today


@recomputes("investigation", "per-invanare")
def per_head(at: Place) -> Table:
    """Kronor per inhabitant."""
    paid, _ = _kronor(at)
    table = paid.div(people()[list(paid.index)], axis=0)
    heads = ["Kommun", *table.columns]
    return Table(
        f"Kronor per invånare och år: {at.area.name}", heads, _rows(table, number), [INVENTED]
    )


@recomputes("investigation", "skillnad")
def gaps(at: Place) -> Table:
    """More or less than today."""
    paid, today = _kronor(at)
    table = paid.sub(today, axis=0)
    table = table[[head for head in table if not head.startswith("Dagens kostnad")]]
    rows = _rows(table, signed)
    return Table(
        f"Mer eller mindre än i dag: {at.area.name}", ["Kommun", *table.columns], rows, [INVENTED]
    )


@recomputes("investigation", "overgang")
def transition(at: Place) -> Table:
    """From today's cost to that by inhabitants in equal steps."""
    paid, today = _kronor(at)
    years = int(_question(at.whole.name)["transition_years"])
    steps = pd.DataFrame({"I dag (kr)": today})
    for year in range(1, years + 1):
        steps[f"År {year} (kr)"] = today + (paid.iloc[:, 0] - today) * year / years
    heads = ["Kommun", *steps.columns]
    return Table(f"Övergång i lika steg: {at.area.name}", heads, _rows(steps, number), [INVENTED])


# --- own figures ---------------------------------------------------------------------------------


def _stated(part: str) -> None:
    items, places = ITEMS[part]

    @recomputes("investigation", part)
    def own(at: Place) -> Table:
        table, members = stated(at.whole.name), at.whole.members
        what = table["Tjänst"] == area_names()[at.area.key]
        chosen = table[what & table["Uppgift"].isin(items) & table["code"].isin(members)]
        lines = [
            [
                names()[row["code"]],
                row["Uppgift"],
                *(number(row[bound], places) for bound in ("Lägst", "Bas", "Högst")),
                row["Enhet"],
                str(int(row["År"])),
                row["Källa"],
                str(row["Datum"])[:10],
            ]
            for _, row in chosen.iterrows()
        ]
        heads = ["Kommun", "Uppgift", "Lägst", "Bas", "Högst", "Enhet", "År", "Källa", "Datum"]
        return Table(
            f"Enligt kommunerna: {at.area.name}",
            heads,
            lines,
            [INVENTED, "Uppgifter om en enda person visas inte."],
        )


for _part in ITEMS:
    _stated(_part)


@recomputes("investigation", "styckkostnad")
def units(at: Place) -> Table:
    """Cost for each unit: the lowest over the highest volume, and the reverse."""
    name, service = at.whole.name, at.area.key
    cost, volume = (_own(name, service, item) for item in ("Kostnad per år", "Volym per år"))
    lines = [
        [
            names()[code],
            volume.at[code, "Enhet"],
            str(int(cost.at[code, "År"])),
            *(
                number(cost.at[code, low] / volume.at[code, high])
                for low, high in (("Lägst", "Högst"), ("Bas", "Bas"), ("Högst", "Lägst"))
            ),
        ]
        for code in cost.index
        if code in volume.index and cost.at[code, "År"] == volume.at[code, "År"]
    ]
    heads = ["Kommun", "Enhet", "År", "Lägst (kr)", "Bas (kr)", "Högst (kr)"]
    return Table(f"Kostnad per enhet: {at.area.name}", heads, lines, [INVENTED])


# --- where it can lie ----------------------------------------------------------------------------


@cache
def places(name: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Localities of the members, the candidates, and kilometres between them."""
    question, every = _question(name), read("localities.parquet")
    every = every.sort_values("population", ascending=False, kind="stable")
    own = every[every["code"].isin(question["members"])]
    wanted = question.get("places")
    inside = own[own["name"].isin(wanted)].drop_duplicates("name") if wanted else None
    inside = own.groupby("code").head(1) if inside is None else inside
    hosts = [one["host"] for one in question["alternatives"] if one.get("host")]
    theirs = every[every["code"].isin(hosts)].groupby("code").head(1)
    tried = pd.concat([inside, theirs[~theirs["locality"].isin(inside["locality"])]])
    away = [
        np.hypot(own["easting"] - one.easting, own["northing"] - one.northing) / 1000
        for one in tried.itertuples()
    ]
    km = pd.DataFrame(np.array(away).T, index=own["locality"], columns=tried["locality"])
    return own.set_index("locality"), tried.set_index("locality"), km


def _reach(name: str, chosen: list[str]) -> list[float]:
    """Mean distance to the nearest of some places, and shares within each limit."""
    own, _, km = places(name)
    near, weights = km[chosen].min(axis=1), own["population"]
    shares_ = [weights[near <= limit].sum() / weights.sum() for limit in LIMITS]
    return [float((near * weights).sum() / weights.sum()), *shares_]


def _best(name: str, many: int) -> list[tuple[list[str], list[float]]]:
    _, tried, _ = places(name)
    found = [(list(one), _reach(name, list(one))) for one in combinations(tried.index, many)]
    return sorted(found, key=lambda one: one[1][0])


def _share(value: float) -> str:
    return percent(value, 0)


@recomputes("investigation", "lokalisering", "figur-rackvidd")
def reach(at: Place) -> Figure:
    """Each candidate: mean distance, shares within reach, and the bounds of all inhabitants."""
    own, tried, _ = places(at.whole.name)
    year = int(own["year"].max())
    everybody = people(year)[list(at.whole.members)]
    left = everybody - own.groupby("code")["population"].sum().reindex(everybody.index).fillna(0)
    unsure = (left < 0).any()
    inside, ranked, lines, said = own["population"].sum(), _best(at.whole.name, 1), [], []
    for (place,), (mean, *within) in ranked:
        town, code = tried.at[place, "name"], tried.at[place, "code"]
        near = within[1] * inside
        bounds = [near / everybody.sum(), (near + left.sum()) / everybody.sum()]
        lines.append(
            [
                town if town == names()[code] else f"{town} ({names()[code]})",
                number(mean, 1),
                *map(_share, within),
                *("–" if unsure else _share(bound) for bound in bounds),
            ]
        )
        parts = zip(within, LIMITS, strict=True)
        said.append(
            f"{town} " + listed(f"{_share(w)} procent inom {limit} km" for w, limit in parts)
        )
    title = _message(at.whole)
    km = [f"Inom {limit} km (%)" for limit in LIMITS]
    heads = ["Ort", "Medel, fågelvägen (km)", *km, "Av alla inom 20 km, minst (%)", "högst (%)"]
    note = f"Invånare i tätorter {year}. ”Av alla” räknar de som bor utanför tätorter."
    subtitle = f"Andel av invånarna i tätorter {year} inom 10, 20 och 30 km fågelvägen"
    alt = f"Staplar: {'; '.join(said[:8])}."
    return Figure(
        title,
        alt,
        subtitle,
        Table(title, heads, lines, [note]),
        ["Avstånden är fågelvägen, och som jämförelse runt vatten.", "Ingen av dem är restid."],
    )


def _message(whole: Area) -> str:
    own, tried, _ = places(whole.name)
    (place,), (_, _, share, _) = max(_best(whole.name, 1), key=lambda one: one[1][2])
    town, year = tried.at[place, "name"], int(own["year"].max())
    return f"Inom 20 km från {town} bor {_share(share)} procent av invånarna i tätorter {year}"


@recomputes("investigation", "lokalisering-tva")
def two(at: Place) -> Table:
    """The three best choices of two places."""
    _, tried, _ = places(at.whole.name)
    lines = [
        [
            " och ".join(tried.at[place, "name"] for place in chosen),
            number(mean, 1),
            *map(_share, within),
        ]
        for chosen, (mean, *within) in _best(at.whole.name, 2)[:3]
    ]
    km = [f"Inom {limit} km (%)" for limit in LIMITS]
    title = "Två orter tillsammans, de tre kortaste"
    return Table(title, ["Orter", "Medel till den närmaste (km)", *km], lines)


@recomputes("investigation", "karta-orter")
def localities(at: Place) -> Figure:
    """The localities, and the candidates by name."""
    own, tried, _ = places(at.whole.name)
    lines = [[one.name, names()[one.code], number(one.population)] for one in own.itertuples()]
    called = listed(tried["name"])
    return Figure(
        f"Kandidaterna är {called}",
        f"Karta över tätorterna. Prövade orter: {called}.",
        f"Tätorter efter antal invånare {int(own['year'].max())}; stjärna: prövad ort",
        Table("Tätorterna", ["Tätort", "Kommun", "Invånare (personer)"], lines),
    )


@says("investigation")
def said(whole: Area) -> Iterator[str]:
    """What the shares and the places say; the other sentences are listed."""
    title, _ = _told(Place(whole, whole.groups[0]))
    yield f"{title.partition(': ')[2] or title}."
    own = keys(whole.name, whole.groups[0].key, whole.members).shares
    small = people()[list(whole.members)].idxmin()
    yield (
        f"{names()[small]}, som har minst folkmängd, skulle betala {percent(own.iloc[:, 0][small])} "
        f"procent efter invånare och {percent(own['Lika delar'][small])} om alla betalar lika."
    )
