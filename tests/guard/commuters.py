"""Recomputed: what the commuting chapter says of observed margins and official labour markets."""

import pandas as pd

from tests.guard import files
from tests.guard.files import Area, names, read
from tests.guard.model import Figure, Place, Table, recomputes, says
from tests.guard.swedish import count, listed, number, percent, signed

YEAR = 2021  # the newest year of the margins
SERIES = {
    "RAMS 2004–2010, 16 år och äldre": (2004, 2010),
    "RAMS 2011–2018, 16 år och äldre": (2011, 2018),
    "RAMS 2019–2021, 16–74 år": (2019, 2021),
}


def margins(year: int = YEAR) -> pd.DataFrame:
    """By code: in, out, stay, night, day, net, ratio and shares."""
    table = read("commuting_margins.parquet")
    table = table[table["year"] == year].set_index("code")
    return _with(table[["in_commuters", "out_commuters", "live_and_work"]])


def _with(table: pd.DataFrame) -> pd.DataFrame:
    come, out, stay = (table[name] for name in ("in_commuters", "out_commuters", "live_and_work"))
    night, day = stay + out, stay + come
    return table.assign(
        night=night,
        day=day,
        net=day - night,
        ratio=day / night,
        come=come / day,
        out=out / night,
        stay=stay / night,
    )


def sums(codes, year: int = YEAR) -> pd.Series:
    """The same for several municipalities; their in and out are sums, never the group's own."""
    table = margins(year).loc[list(codes), ["in_commuters", "out_commuters", "live_and_work"]]
    return _with(table.sum().to_frame().T).iloc[0]


def by_night(area: Area) -> list[str]:
    """Members with most employed residents first."""
    return list(margins().loc[list(area.members), "night"].sort_values(ascending=False).index)


def in_order(whole: Area) -> list[str]:
    """Cooperation by cooperation, each with most employed residents first."""
    return [code for part in whole.parts for code in by_night(part)]


def _more_jobs(codes) -> str:
    ratio = margins().loc[list(codes), "ratio"].sort_values(ascending=False)
    above = list(ratio.index[ratio > 1])
    if not above or len(above) == len(ratio):
        return f"I alla kommunerna är jobben {'fler' if above else 'färre'}"
    who = (
        listed(names()[code] for code in above)
        if len(above) <= 4
        else f"{count(len(above))} av {count(len(ratio))}"
    )
    return f"Bara i {who} finns fler jobb än förvärvsarbetande invånare"


@says("commuting")
def overview(whole: Area):
    """Day and night population of each cooperation, and the members at the ends."""
    for part in whole.parts:
        row = sums(part.members)
        more = (
            f"{number(-row['net'])} fler bor där och arbetar"
            if row["net"] < 0
            else f"{number(row['net'])} fler har sin arbetsplats där"
        )
        yield (
            f"I {part.name} hade {number(row['day'])} personer sin arbetsplats {YEAR}, och "
            f"{number(row['night'])} förvärvsarbetande bodde där: {more}."
        )
    own = margins().loc[list(whole.members)]
    yield f"{_more_jobs(whole.members)}."
    ratio, out, come = (own[name].sort_values() for name in ("ratio", "out", "come"))
    yield (
        f"Pendlingskvoten varierar mellan {number(ratio.iloc[0], 2)} i {names()[ratio.index[0]]} och "
        f"{number(ratio.iloc[-1], 2)} i {names()[ratio.index[-1]]}."
    )
    yield (
        f"Störst andel utpendlare har {names()[out.index[-1]]} ({percent(out.iloc[-1])}), minst "
        f"{names()[out.index[0]]} ({percent(out.iloc[0])}); störst andel inpendlare har "
        f"{names()[come.index[-1]]} ({percent(come.iloc[-1])})."
    )


@says("commuting")
def abroad(whole: Area):
    """How many more out- than in-commuters the nation has."""
    row = sums(names())
    difference = row["out_commuters"] - row["in_commuters"]
    yield f"I hela riket är utpendlarna {number(difference)} fler än inpendlarna {YEAR}."


@recomputes("commuting", "dag-natt")
def day_night(at: Place) -> Figure:
    """Bars of day against night."""
    table = margins()
    ranked = table.loc[list(at.area.members), "ratio"].sort_values(ascending=False)
    said = listed(
        f"{names()[c]} {signed(100 * ratio - 100)} procent" for c, ratio in ranked.items()
    )
    rows = [
        [
            names()[code],
            number(table["day"][code]),
            number(table["night"][code]),
            signed(table["net"][code]),
            signed(100 * table["ratio"][code] - 100, 1),
        ]
        for code in by_night(at.area)
    ]
    heads = ["Kommun", "Dagbefolkning", "Nattbefolkning", "Pendlingsnetto", "Skillnad (%)"]
    words = "procent fler eller färre som arbetar i kommunen än som bor där och arbetar"
    return Figure(
        _more_jobs(at.area.members),
        f"Staplar. Så många fler eller färre {YEAR}: {said}.",
        f"Så många {words}, {YEAR}",
        Table(f"Dag- och nattbefolkning {YEAR}", heads, rows),
    )


def _rate(key: str, label: str, column: str, scale: int, places: int, meaning: str = ""):
    @recomputes("commuting", f"{key}-karta")
    def rate(at: Place) -> Figure:
        values = margins().loc[list(at.whole.members), column].sort_values(kind="stable")
        said = [(names()[code], number(scale * value, places)) for code, value in values.items()]
        between = listed(f"{name} {value}" for name, value in said[1:-1])
        head = f"{label} (%)" if scale == 100 else label
        return Figure(
            f"{label} {YEAR}",
            f"Karta: {YEAR} i {len(said)} kommuner: lägst i {said[0][0]} ({said[0][1]}), högst i "
            f"{said[-1][0]} ({said[-1][1]}); däremellan {between}.",
            "",
            Table(f"{label} {YEAR}", ["Kommun", head], [list(pair) for pair in said[::-1]]),
            [meaning],
        )

    return rate


_rate("pendlingskvot", "Pendlingskvot", "ratio", 1, 2, "över 1 är fler arbetande än boende.")
_rate("inpendling", "Inpendlingsandel", "come", 100, 1)
_rate("utpendling", "Utpendlingsandel", "out", 100, 1)


@recomputes("commuting", "pendling-omraden")
def areas(at: Place) -> Table:
    """Exact sums of the cooperations and the nation."""
    sets = [*((part.name, part.members) for part in at.whole.parts), ("Riket", names())]
    rows = [
        [
            name,
            number(row["night"]),
            number(row["day"]),
            signed(row["net"]),
            number(row["ratio"], 2),
            percent(row["stay"]),
        ]
        for name, row in ((name, sums(codes)) for name, codes in sets)
    ]
    heads = ["Område", "Nattbefolkning", "Dagbefolkning", "Pendlingsnetto", "Pendlingskvot"]
    return Table(
        f"Pendling för regionen som helhet {YEAR}",
        [*heads, "Bor och arbetar i samma kommun (%)"],
        rows,
        ["Alla tal är exakta summor av kommunernas tal."],
    )


@recomputes("commuting", "pendling-kommuner")
def members(at: Place) -> Table:
    """Every margin of every member."""
    table = margins()
    rows = [
        [
            names()[code],
            *(
                number(row[name])
                for name in ("night", "day", "in_commuters", "out_commuters", "live_and_work")
            ),
            signed(row["net"]),
            number(row["ratio"], 2),
            percent(row["come"]),
            percent(row["out"]),
        ]
        for code, row in ((code, table.loc[code]) for code in by_night(at.whole))
    ]
    heads = ["Kommun", "Nattbefolkning", "Dagbefolkning", "Inpendlare", "Utpendlare"]
    heads += ["Bor och arbetar där", "Netto", "Pendlingskvot", "Inpendlingsandel (%)"]
    return Table(f"Pendling i kommunerna {YEAR}", [*heads, "Utpendlingsandel (%)"], rows)


# --- series --------------------------------------------------------------------------------------

_BREAKS = (
    "Linjerna är brutna 2010/2011 (åldersgränser och metod ändrades mellan 2010 och 2011) och "
    "2018/2019 (månadsuppgifter ersatte årliga kontrolluppgifter 2019)."
)


def _moved(first: float, last: float) -> str:
    change = last / first - 1
    if round(100 * change, 1) == 0:
        return "oförändrad"
    return f"{'ökade' if change > 0 else 'minskade'} {percent(abs(change))}"


@says("commuting")
def series(whole: Area):
    """What happened within each series."""
    for part in whole.parts:
        told = []
        for first, last in SERIES.values():
            before, after = sums(part.members, first), sums(part.members, last)
            ratios = [number(row["ratio"], 2) for row in (before, after)]
            gone = (
                f"pendlingskvoten var {ratios[0]} båda åren"
                if ratios[0] == ratios[1]
                else f"pendlingskvoten gick från {ratios[0]} till {ratios[1]}"
            )
            day, night = (_moved(before[name], after[name]) for name in ("day", "night"))
            told.append(f"{first}–{last} {day}, {night} och {gone}")
        yield f"{part.name}: {'; '.join(told)}."


@recomputes("commuting", "dag-natt-serie")
def day_night_series(at: Place) -> Figure:
    """Day and night population, broken between the series."""
    members_, rows, said = at.area.members, [], []
    for label, (first, last) in SERIES.items():
        ends = [
            [number(sums(members_, year)[name]) for year in (first, last)]
            for name in ("day", "night")
        ]
        said.append(
            f"{first}–{last} {ends[0][0]} till {ends[0][1]}, {ends[1][0]} till {ends[1][1]}"
        )
        for year in range(first, last + 1):
            row = sums(members_, year)
            shown = [number(row["day"]), number(row["night"]), signed(row["net"])]
            rows.append([str(year), *shown, number(row["ratio"], 2), label])
    heads = ["År", "Dagbefolkning", "Nattbefolkning", "Pendlingsnetto", "Pendlingskvot", "Serie"]
    name, years = at.area.name, f"2004–{YEAR}"
    return Figure(
        f"Dag- och nattbefolkning i {name} {years}",
        f"Linjediagram {years}, {name}. {'; '.join(said)}. Axeln börjar inte på noll.",
        "",
        Table(f"Dag- och nattbefolkning i {name}", heads, rows),
        [_BREAKS],
    )


@recomputes("commuting", "pendlingskvot-serie")
def ratio_series(at: Place) -> Figure:
    """The ratio of a cooperation and its members, first and last year of each series."""
    area, years = at.area, [year for ends in SERIES.values() for year in ends]
    now = [f"{area.name} {number(sums(area.members)['ratio'], 2)}"]
    now += [f"{names()[code]} {number(margins()['ratio'][code], 2)}" for code in by_night(area)]
    rows = [
        [names()[code], *(number(margins(year)["ratio"][code], 2) for year in years)]
        for code in by_night(area)
    ]
    return Figure(
        f"Pendlingskvot i {area.name} 2004–{YEAR}",
        f"Linjediagram, pendlingskvot 2004–{YEAR}. Senaste år: {listed(now)}.",
        "",
        Table(
            f"Pendlingskvot i {area.name}, första och sista året i varje serie",
            ["Kommun", *map(str, years)],
            rows,
        ),
        [_BREAKS],
    )


# --- official labour markets ---------------------------------------------------------------------


def markets(codes) -> dict[str, list[str]]:
    """Members by official labour market, the market with most of them first."""
    official = read("municipalities.csv").set_index("code")["labour_market_name"]
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(official[code], []).append(names()[code])
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def _markets_of(codes) -> str:
    own = markets(codes)
    only = f" ({next(iter(own))})" if len(own) == 1 else ""
    return f"till {'en' if only else count(len(own))} lokal arbetsmarknad{only}"


def _named(codes) -> str:
    return listed(f"{market} ({listed(who)})" for market, who in markets(codes).items())


@says("commuting")
def market_text(whole: Area):
    """Whether each cooperation lies in one official market."""
    for part in whole.parts:
        own = markets(part.members)
        if len(own) == 1:
            yield f"Hela {part.name} ligger i en lokal arbetsmarknad: {next(iter(own))} (2022)."
        else:
            yield f"{part.name} ligger i {count(len(own))} (2022): {_named(part.members)}."


@recomputes("commuting", "arbetsmarknad-karta")
def market_map(at: Place) -> Figure:
    """The official markets of the members, with those outside."""
    whole = at.whole
    if len(whole.parts) == 1:
        title = f"De {count(len(whole.members))} kommunerna hör {_markets_of(whole.members)}"
    else:
        title = ", ".join(f"{part.name} hör {_markets_of(part.members)}" for part in whole.parts)
    rows = []
    for market, who in markets(whole.members).items():
        table = read("municipalities.csv")
        others = table[(table["labour_market_name"] == market) & ~table["code"].isin(whole.members)]
        ranked = sorted(others["name"], key=alphabetical)
        beyond = (
            listed(ranked)
            if len(ranked) <= 12
            else f"{', '.join(ranked[:10])} och {len(ranked) - 10} till"
        )
        rows.append([market, listed(who), beyond or "inga"])
    heads = ["Lokal arbetsmarknad", "Kommuner i regionen", "Kommuner utanför regionen"]
    return Figure(
        title,
        f"Karta över SCB:s lokala arbetsmarknader 2022 i {whole.name}: {_named(whole.members)}.",
        "Lokala arbetsmarknader enligt SCB, 2022",
        Table("Lokala arbetsmarknader 2022", heads, rows),
        ["andra hör till den kommun som flest av deras invånare pendlar till."],
    )


def alphabetical(name: str) -> str:
    """å, ä, ö come last."""
    return name.casefold().translate(str.maketrans("åäö", "{|}"))


def county_of(code: str) -> str:
    """The name of the county of a municipality."""
    return files.counties()[code[:2]]
