"""Recomputed: the population chapter's size, change, ages and places, from the files."""

import numpy as np
import pandas as pd

from tests.guard import files
from tests.guard.files import LAST, Area, names, people, read, series
from tests.guard.model import Figure, Place, Table, recomputes, says
from tests.guard.swedish import count, listed, number, percent, signed

TEN = LAST - 10
BROAD = (("0–19 år", 0, 19), ("20–64 år", 20, 64), ("65 år eller äldre", 65, None))


def by_size(area: Area) -> list[str]:
    """Members, largest first."""
    return list(people()[list(area.members)].sort_values(ascending=False).index)


def in_order(whole: Area) -> list[str]:
    """Members cooperation by cooperation, each by size."""
    return [code for part in whole.parts for code in by_size(part)]


def beside(whole: Area) -> dict[str, list[str]]:
    """The counties and the nation: codes by name."""
    codes = sorted(names())
    return {
        **{files.counties()[c]: [x for x in codes if x[:2] == c] for c in whole.counties},
        "Riket": codes,
    }


def total(codes, year: int = LAST) -> int:
    """Inhabitants of several municipalities."""
    return int(people(year)[list(codes)].sum())


def rows_of_sets(whole: Area) -> dict[str, list[str]]:
    """Members, cooperations, counties and nation in the order of the tables."""
    return {
        **{names()[code]: [code] for code in in_order(whole)},
        **{part.name: list(part.members) for part in whole.parts},
        **beside(whole),
    }


def inside(name: str) -> str:
    """i riket, i Örebro län."""
    return "i riket" if name == "Riket" else f"i {name}"


def called(place: Place | None, part: Area, whole: Area) -> str:
    """A cooperation by name where there are several, else the municipalities."""
    return part.name if len(whole.parts) > 1 else f"de {count(len(part.members))} kommunerna"


def _grown(codes) -> float:
    return total(codes) / total(codes, TEN) - 1


# --- growth --------------------------------------------------------------------------------------


@says("population")
def growth(whole: Area):
    """Change over ten years of each cooperation, then counties and nation."""
    for part in whole.parts:
        now, then = total(part.members), total(part.members, TEN)
        verb = "ökade" if now > then else "minskade"
        yield (
            f"Mellan {TEN} och {LAST} {verb} folkmängden i {called(None, part, whole)} med "
            f"{percent(abs(now / then - 1))} procent ({number(abs(now - then))} personer)."
        )
    said, last = [], ""
    for name, codes in beside(whole).items():
        share = _grown(codes)
        verb = "ökade" if share > 0 else "minskade"
        said.append(f"{inside(name)} {'' if verb == last else verb} {percent(abs(share))}")
        last = verb
    yield " ".join(said).replace("i ", "I ", 1)


def _growth_of(part: Area, whole: Area) -> str:
    change = pd.Series({code: round(100 * _grown([code]), 1) for code in part.members})
    ranked = change.sort_values(ascending=False)
    grew, shrank, size = int((ranked > 0).sum()), int((ranked < 0).sum()), len(ranked)
    first, last = names()[ranked.index[0]], names()[ranked.index[-1]]
    if grew == size or shrank == size:
        verb, name = ("växte", first) if grew == size else ("krympte", last)
        return f"alla {count(size)} {verb}, mest {name}"
    who = f"bara {first}" if grew == 1 else f"{count(grew)} av {count(size)}"
    tail = f", mest {first}" if grew > 1 else ""
    return f"{who} växte{tail}; " + (f"mest krympte {last}" if shrank > 1 else f"{last} krympte")


def growth_title(whole: Area) -> str:
    """Who grew and who shrank, cooperation by cooperation."""
    if len(whole.parts) == 1:
        return _growth_of(whole, whole)
    told = []
    for part in whole.parts:
        words = _growth_of(part, whole)
        subject, verb, tail = _apart(words)
        told.append(f"i {part.name} {verb} {subject}{tail}")
    return "; ".join(told)


def _apart(words: str) -> tuple[str, str, str]:
    """alla tre växte, mest Kungsör -> alla tre | växte | , mest Kungsör."""
    for verb in ("växte", "krympte"):
        subject, found, tail = words.partition(f" {verb}")
        if found:
            return subject, verb, tail
    return words, "", ""


@recomputes("population", "folkmangd-forandring-karta")
def change(at: Place) -> Figure:
    """Map and bars of the change over ten years."""
    whole, title = at.whole, growth_title(at.whole)
    ranked = [
        code
        for part in whole.parts
        for code in sorted(part.members, key=lambda code: -_grown([code]))
    ]
    said = [f"{names()[code]} {signed(100 * _grown([code]), 1)}" for code in ranked]
    said += [f"{name} {signed(100 * _grown(codes), 1)}" for name, codes in beside(whole).items()]
    rows = [
        [
            name,
            number(total(codes, TEN)),
            number(total(codes)),
            signed(total(codes) - total(codes, TEN)),
            signed(100 * _grown(codes), 1),
        ]
        for name, codes in rows_of_sets(whole).items()
    ]
    heads = ["Område", f"Folkmängd {TEN}", f"Folkmängd {LAST}", "Förändring", "Förändring (%)"]
    return Figure(
        title,
        f"{title}. {', '.join(said)}",
        f"Folkmängdens förändring {TEN}–{LAST}, procent",
        Table(f"Folkmängdens förändring {TEN}–{LAST}", heads, rows),
    )


@recomputes("population", "folkmangd-karta")
def size_map(at: Place) -> Figure:
    """Circles of the members; the table under it is by size."""
    area = at.area
    order = by_size(area)
    rows = [[names()[code], number(people()[code])] for code in order]
    return Figure(
        f"Folkmängd i kommunerna {LAST}",
        f"De {count(len(order))} kommunerna hade {number(total(order))} invånare {LAST}. Störst är "
        f"{names()[order[0]]} med {rows[0][1]} och minst {names()[order[-1]]} med {rows[-1][1]}.",
        "",
        Table(f"Folkmängd den 31 december {LAST}", ["Kommun", "Folkmängd (invånare)"], rows),
        [f"Svarta punkter är tätorter {locality_year()}."],
    )


@says("population")
def size(whole: Area):
    """How many live here, how densely, the largest and the smallest, and who lives in localities."""
    land = series("indicators/land_area.parquet").ffill(axis=1).iloc[:, -1]
    for part in whole.parts:
        order = by_size(part)
        sum_, name = total(order), called(None, part, whole)
        yield (
            (
                f"{name} hade {number(sum_)} invånare den 31 december {LAST}, "
                f"{number(sum_ / land[order].sum(), 1)} invånare per km² landareal."
            ).capitalize()
            if name.startswith("de ")
            else (
                f"{name} hade {number(sum_)} invånare den 31 december {LAST}, "
                f"{number(sum_ / land[order].sum(), 1)} invånare per km² landareal."
            )
        )
        yield (
            f"Största kommun är {names()[order[0]]} med {number(people()[order[0]])} invånare, "
            f"{percent(people()[order[0]] / sum_, 0)} procent av alla; minst är "
            f"{names()[order[-1]]} med {number(people()[order[-1]])} invånare."
        )
    known = lived(whole)["share"].dropna().sort_values()
    low, high = known.index[0], known.index[-1]
    yield (
        f"Andelen som bor i en tätort ({locality_year()}) varierar mellan {percent(known[low], 0)} "
        f"procent i {names()[low]} och {percent(known[high], 0)} procent i {names()[high]}."
    )
    missing = [names()[code] for code in whole.members if code not in known.index]
    if missing:
        who = listed(missing) if len(missing) <= 4 else f"{count(len(missing))} kommuner"
        yield f"För {who} beräknas andelen inte: en tätort går, eller kan gå, över kommungränsen."


# --- history -------------------------------------------------------------------------------------


def _sums(codes) -> pd.Series:
    return series("population.parquet", "population").loc[list(codes)].sum()


def _years() -> list[int]:
    return [*range(1950, LAST, 10), TEN, LAST] if TEN % 10 else [*range(1950, LAST, 10), LAST]


def _history(sets: dict[str, list[str]]) -> Table:
    years = sorted(_years())
    rows = [[name, *(number(_sums(codes)[year]) for year in years)] for name, codes in sets.items()]
    return Table(
        f"Folkmängd vissa år 1950–{LAST}", ["Område", *map(str, years)], rows, _BEFORE_REFORMS
    )


_BEFORE_REFORMS = ["Alla år avser dagens kommungränser; 1950–1967 är omräknade av SCB."]


def _index(sets: dict[str, list[str]]) -> str:
    ends = {name: _sums(codes) for name, codes in sets.items()}
    return listed(f"{name} {number(100 * x[LAST] / x[1950])}" for name, x in ends.items())


@recomputes("population", "folkmangd-historia")
def history(at: Place) -> Figure:
    """Cooperations, counties and nation since 1950."""
    sets = {**{part.name: list(part.members) for part in at.whole.parts}, **beside(at.whole)}
    title = f"Folkmängd 1950–{LAST}, 1950 = 100"
    return Figure(
        title,
        f"{title.replace(',', ' som index med')}. Index {LAST}: {_index(sets)}.",
        "",
        _history(sets),
        _BEFORE_REFORMS,
    )


@recomputes("population", "folkmangd-medlemmar")
def members(at: Place) -> Figure:
    """The members of a cooperation since 1950."""
    sets = {names()[code]: [code] for code in by_size(at.area)}
    size_ = count(len(at.area.members))
    return Figure(
        f"Folkmängd i de {size_} kommunerna 1950–{LAST}, 1950 = 100",
        f"1950–{LAST} som index med 1950 = 100. Index {LAST}: {_index(sets)}.",
        "",
        _history(sets),
    )


@says("population")
def turning(whole: Area):
    """When the population was largest, the latest turning point, and who is far below a peak."""
    for part in whole.parts:
        sums = _sums(part.members)
        top, name = int(sums.idxmax()), called(None, part, whole)
        if top == LAST:
            yield f"Folkmängden {LAST} i {name} är den högsta i serien, som börjar 1950."
        else:
            yield (
                f"Folkmängden i {name} var som störst {top} med {number(sums[top])} invånare; {LAST} "
                f"var den {percent(1 - sums[LAST] / sums[top])} procent lägre."
            )
        kind, year = _last_turn(sums)
        if kind and year != top:
            change_ = sums[LAST] / sums[year] - 1
            yield (
                f"Den senaste vändpunkten var en {kind} {year} med {number(sums[year])} invånare; "
                f"{LAST} var folkmängden {percent(abs(change_))} procent "
                f"{'högre' if change_ > 0 else 'lägre'}."
            )
        yield from _below(part)


def _below(part: Area):
    table = series("population.parquet", "population").loc[list(part.members)]
    share = (table[LAST] / table.max(axis=1) - 1).sort_values()
    tops = table.idxmax(axis=1)
    highest = [names()[code] for code in share.index if tops[code] == LAST]
    if highest:
        yield f"{listed(highest)} har aldrig haft fler invånare än {LAST} i serien."
    code = share.index[0]
    if share.iloc[0] < 0:
        yield (
            f"Längst under sin högsta folkmängd ligger {names()[code]}: {number(table[LAST][code])} "
            f"invånare {LAST} mot {number(table.loc[code].max())} år {tops[code]}."
        )


def _last_turn(sums: pd.Series, least: float = 0.02) -> tuple[str, int]:
    """The last top or bottom from which the population then moved by two per cent."""
    best: tuple[str, int] = ("", 0)
    years = list(sums.index)
    anchor, mode = years[0], ""
    low = high = years[0]
    for year in years:
        high = year if sums[year] > sums[high] else high
        low = year if sums[year] < sums[low] else low
        if mode != "down" and sums[year] <= sums[high] * (1 - least):
            best, mode, low = ("topp", high), "down", year
            best = best if high != anchor else ("", 0)
            high = year
        elif mode != "up" and sums[year] >= sums[low] * (1 + least):
            best, mode, high = ("botten", low), "up", year
            best = best if low != anchor else ("", 0)
            low = year
        if mode == "down":
            high = year
        if mode == "up":
            low = year
    return best


@says("population")
def reforms(whole: Area):
    """What today's boundaries mean where a reform touches the counties or members."""
    if {"03", "19"} & set(whole.counties):
        yield (
            "Heby hörde till Västmanlands län till och med 2006. Länens tal följer dagens indelning "
            "alla år, så Heby räknas till Uppsala län även före 2007."
        )


# --- births, deaths and moves --------------------------------------------------------------------

_PARTS = ("births", "deaths", "natural_increase", "net_county", "net_rest_of_sweden", "net_abroad")


def balance(area: Area) -> pd.DataFrame:
    """Births, deaths, moves, adjustment and increase by year, summed over the members."""
    table = read("population_change.parquet")
    table = table[(table["sex"] == "total") & table["code"].isin(area.members)]
    return table.groupby("year")[[*_PARTS, "adjustment", "increase"]].sum()


@says("population")
def balances(whole: Area):
    """The increase of each year and its parts."""
    for part in whole.parts:
        name = f"{part.name} " if len(whole.parts) > 1 else ""
        for year, row in balance(part).iterrows():
            verb = "ökade" if row["increase"] > 0 else "minskade"
            yield f"{name}{year}. Folkmängden {verb} med {number(abs(row['increase']))} personer."
            yield (
                f"{number(abs(row['natural_increase']))} fler "
                f"({number(row['births'])} födda, {number(row['deaths'])} döda)."
            )
            moves = row[["net_county", "net_rest_of_sweden", "net_abroad"]]
            first, second = ("in", "ut") if moves.sum() > 0 else ("ut", "in")
            yield (
                f"{number(abs(moves.sum()))} fler flyttade {first} än {second} (netto "
                f"{listed(signed(value) for value in moves)})."
            )
            if row["adjustment"]:
                yield f"Justeringen är {signed(row['adjustment'])}."


@recomputes("population", "befolkning-balans")
def balance_figure(at: Place) -> Figure:
    """Parts of the increase: bars by member of the latest year, a table by year."""
    changes = read("population_change.parquet")
    last = int(changes["year"].max())
    now = changes[(changes["sex"] == "total") & (changes["year"] == last)].set_index("code")
    rate = 1000 * now["increase"] / now["population"]
    said = [f"{names()[code]} {signed(rate[code], 1)}" for code in in_order(at.whole)]
    several = len(at.whole.parts) > 1
    rows = [
        [str(year), *([part.name] if several else []), *map(number, row[:2]), *map(signed, row[2:])]
        for part in at.whole.parts
        for year, row in ((year, list(row)) for year, row in balance(part).iterrows())
    ]
    heads = ["År", *(["Samarbete"] if several else []), "Födda", "Döda", "Födda minus döda"]
    heads += ["Flyttnetto mot eget län", "Flyttnetto mot övriga Sverige", "Flyttnetto mot utlandet"]
    return Figure(
        f"Folkökningens delar {last}",
        f"Hela folkökningen per {number(1000)} invånare {last}: {listed(said)}.",
        f"Personer per {number(1000)} invånare {last}",
        Table("Folkökningens delar, personer", [*heads, "Justering", "Folkökning"], rows),
    )


# --- ages ----------------------------------------------------------------------------------------


def joint_65(codes) -> float:
    """Share aged 65 or over of several municipalities, weighted by their inhabitants."""
    share = series("indicators/share_65plus.parquet")[LAST][list(codes)] / 100
    weight = people()[list(codes)]
    return float((share * weight).sum() / weight.sum())


@says("population")
def old(whole: Area):
    """How old the members are beside the nation, and the change since 2000."""
    table = series("indicators/share_65plus.parquet")
    for part in whole.parts:
        own = table[LAST][list(part.members)].sort_values() / 100
        low, high = own.index[0], own.index[-1]
        yield (
            f"{percent(joint_65(part.members))} procent av invånarna i {called(None, part, whole)} var "
            f"65 år eller äldre {LAST}, mot {percent(joint_65(names()))} procent i riket."
        )
        yield (
            f"Lägst är andelen i {names()[low]} med {percent(own[low])} procent och högst i "
            f"{names()[high]} med {percent(own[high])} procent."
        )
        rise = (table[LAST] - table[2000])[list(part.members)].sort_values()
        rose, size_ = int((rise > 0).sum()), len(rise)
        scope = f"alla {count(size_)}" if rose == size_ else f"{count(rose)} av {count(size_)}"
        where = f" i {part.name}" if len(whole.parts) > 1 else ""
        yield (
            f"Mellan 2000 och {LAST} ökade andelen i {scope} kommuner{where}, mest i "
            f"{names()[rise.index[-1]]} ({signed(rise.iloc[-1], 1)} procentenheter)."
        )


def age_title(whole: Area) -> str:
    """Where the share aged 65 and over is highest."""
    share = series("indicators/share_65plus.parquet")[LAST]
    tops = [(part, share[list(part.members)].idxmax()) for part in whole.parts]
    nation = f"i riket {percent(joint_65(names()))}"
    if len(tops) == 1:
        code = tops[0][1]
        return (
            f"{names()[code]} har högst andel äldre: {number(share[code], 1)} procent är 65 år "
            f"eller äldre, {nation}"
        )
    said = listed(
        f"{names()[code]} ({number(share[code], 1)}) i {part.name}" for part, code in tops
    )
    return f"Högst andel äldre har {said}, {nation}"


@recomputes("population", "folkmangd-alder")
def small_lines(at: Place) -> Figure:
    """Small lines: an index of the population, and the share aged 65 and over, since 1975."""
    whole, title = at.whole, age_title(at.whole)
    share = series("indicators/share_65plus.parquet")
    size_ = series("population.parquet", "population")
    said = []
    for part in whole.parts:
        name, order = f"{part.name}: " if len(whole.parts) > 1 else "", by_size(part)
        grown = (f"{names()[c]} {number(100 * size_[LAST][c] / size_[1975][c])}" for c in order)
        aged = (f"{names()[c]} {number(share[LAST][c], 1)}" for c in order)
        said.append(f"{name}folkmängd, 1975 = 100, {LAST}: {listed(grown)}.")
        said.append(f"{name}andel 65 år eller äldre, procent, {LAST}: {listed(aged)}.")
    years = list(range(1975, LAST + 1, 10))
    rows = [
        [
            names()[code],
            *(number(size_[year][code]) for year in years),
            number(share[1975][code], 1),
            number(share[LAST][code], 1),
        ]
        for code in in_order(whole)
    ]
    heads = ["Kommun", *(f"Folkmängd {year}" for year in years)]
    heads += [f"65 år eller äldre {year} (%)" for year in (1975, LAST)]
    return Figure(
        title,
        f"{title}. {' '.join(said)}",
        f"Folkmängd (index) och andel 65 år eller äldre (procent) 1975–{LAST}",
        Table("Folkmängd och andel 65 år eller äldre", heads, rows),
    )


def _lines_of(key: str, label: str, unit: str, percent_: bool):
    @recomputes("population", f"alder-{key.replace('_', '-')}")
    def lines(at: Place) -> Figure:
        table = series(f"indicators/{key}.parquet").loc[list(at.area.members)].dropna(axis=1)
        first = int(table.columns[0])
        order = list(table[LAST].sort_values(ascending=False, kind="stable").index)
        years = [first, *(year for year in range(1970, LAST, 10) if year > first), LAST]
        title = f"{label} i de {count(len(order))} kommunerna {first}–{LAST}"
        ends = listed(
            f"{names()[c]} {number(table[first][c], 1)} till {number(table[LAST][c], 1)}"
            for c in order
        )
        rows = [[names()[c], *(number(table[year][c], 1) for year in years)] for c in order]
        heads = ["Kommun", *(f"{year} (%)" if percent_ else str(year) for year in years)]
        alt = f"Linjediagram, {title}, {unit}. {ends}."
        return Figure(title, alt, "", Table(f"{title}, {unit}", heads, rows))

    return lines


_lines_of("share_65plus", "Andel 65 år eller äldre", "procent", True)
_lines_of("mean_age", "Medelålder", "år", False)
_lines_of("dependency_ratio", "Demografisk försörjningskvot", "per 100 personer 20–64 år", False)


@says("population")
def spread(whole: Area):
    """The spread of dependency ratio and mean age, beside the nation's median."""
    for key, subject in (
        ("dependency_ratio", "kvoten, 0–19 år och 65 år eller äldre, personer 20–64 år,"),
        ("mean_age", "Medelåldern"),
    ):
        values = series(f"indicators/{key}.parquet")[LAST]
        own = values[list(whole.members)].sort_values()
        yield (
            f"{subject} varierade {LAST} mellan {number(own.iloc[0], 1)} i {names()[own.index[0]]} "
            f"och {number(own.iloc[-1], 1)} i {names()[own.index[-1]]}; landets median är "
            f"{number(values.median(), 1)}."
        )


def _aged(codes, low: int, high: int | None = None) -> int:
    table = read("population_age.parquet")
    top = 200 if high is None else high
    inside_ = (table["age_from"] >= low) & (table["age_to"].fillna(200) <= top)
    return int(table.loc[inside_ & table["code"].isin(list(codes)), "persons"].sum())


@recomputes("population", "aldrar")
def ages(at: Place) -> Table:
    """Shares of four ages, members, counties and nation."""
    sets = rows_of_sets(at.whole)
    sets = {
        name: codes for name, codes in sets.items() if name not in {p.name for p in at.whole.parts}
    }
    limits = (*BROAD, ("80 år eller äldre", 80, None))
    rows = [
        [name, *(percent(_aged(c, low, high) / total(c)) for _, low, high in limits)]
        for name, c in sets.items()
    ]
    heads = ["Område", *(f"{label} (%)" for label, *_ in limits)]
    return Table(f"Andel av befolkningen efter ålder {LAST}", heads, rows)


@recomputes("population", "behov")
def need(at: Place) -> Table:
    """Those aged 70-79 for each aged 80 or over."""
    several = len(at.whole.parts) > 1
    sets = [(names()[code], part.name, [code]) for part in at.whole.parts for code in by_size(part)]
    rows = [
        [
            name,
            *([part] if several else []),
            number(total(codes)),
            number(_aged(codes, 70, 79)),
            number(_aged(codes, 80)),
            number(_aged(codes, 70, 79) / _aged(codes, 80), 2),
            percent(joint_65(codes)),
        ]
        for name, part, codes in [*sets, ("Riket", "", list(names()))]
    ]
    heads = ["Område", *(["Samarbete"] if several else []), f"Folkmängd {LAST}", "70–79 år"]
    heads += ["80 år eller äldre", "Kvot, 70–79 mot 80+", "65 år eller äldre (%)"]
    return Table(
        f"De äldre i dag och de som kommer efter, {LAST}",
        heads,
        rows,
        subtitle="Antal personer 31 december och andel i procent",
    )


@says("population")
def needs(whole: Area):
    """The ratio of those aged 70-79 to those aged 80 or over."""

    def ratio(codes) -> float:
        return _aged(codes, 70, 79) / _aged(codes, 80)

    for part in whole.parts:
        own = pd.Series({code: ratio([code]) for code in part.members}).sort_values()
        yield (
            f"För varje invånare som är 80 år eller äldre i {called(None, part, whole)} finns "
            f"{number(ratio(part.members), 2)} som är 70–79 år ({LAST}); i riket "
            f"{number(ratio(names()), 2)}."
        )
        yield (
            f"Högst är kvoten i {names()[own.index[-1]]} ({number(own.iloc[-1], 2)}) och lägst i "
            f"{names()[own.index[0]]} ({number(own.iloc[0], 2)})."
        )


def _sexes(codes) -> pd.DataFrame:
    table = read("population_age_sex.parquet")
    table = table[table["code"].isin(list(codes))]
    wide = table.groupby(["age_from", "sex"])["persons"].sum().unstack()[["women", "men"]]
    return wide / wide.to_numpy().sum()


def _broad(area: Area) -> list[str]:
    own, nation = _sexes(area.members).sum(axis=1), _sexes(names()).sum(axis=1)
    found = []
    for label, low, high in BROAD:
        here, there = (
            percent(x[(x.index >= low) & (x.index <= (high or 200))].sum()) for x in (own, nation)
        )
        found.append((label, here, there))
    return found


@says("population")
def pyramid_text(whole: Area):
    """Three broad ages of 2016 against the nation."""
    for part in whole.parts:
        said = listed(
            f"{here} procent {label} ({there} i riket)" for label, here, there in _broad(part)
        )
        yield f"Av invånarna i {called(None, part, whole)} var år 2016 {said}."


@recomputes("population", "alderspyramid")
def pyramid(at: Place) -> Figure:
    """Ages by sex of 2016 against the nation."""
    own, nation = _sexes(at.area.members), _sexes(names())
    said = listed(f"{label} {here} mot {there} i riket" for label, here, there in _broad(at.area))
    rows = [
        [
            f"{low}–{low + 4} år" if low < 100 else "100 år och äldre",
            *(percent(table.loc[low, sex]) for table in (own, nation) for sex in ("women", "men")),
        ]
        for low in own.index
    ]
    heads = ["Ålder", "Kvinnor (%)", "Män (%)", "Kvinnor, riket (%)", "Män, riket (%)"]
    return Figure(
        "Ålder och kön 2016 (tio år gamla uppgifter), andel av befolkningen",
        f"De {count(len(at.area.members))} kommunerna 2016: {said}.",
        "",
        Table("Andel av befolkningen efter ålder och kön 2016", heads, rows),
        ["Ålder och kön finns bara för 2016 i underlaget."],
    )


# --- places --------------------------------------------------------------------------------------

# SCB's localities that have inhabitants in two municipalities; those of the three regions
CROSSING = {"1980TB101": ("1980", "0484")}


def locality_year() -> int:
    return int(read("localities.parquet")["year"].max())


def lived(area: Area) -> pd.DataFrame:
    """By member: share in localities, the largest one and its share; empty where one may cross.

    A locality may cross where a circle of its area reaches another municipality by two per cent;
    it matters from one per cent of the inhabitants of either side.
    """
    import geopandas

    table = read("localities.parquet")
    borders = geopandas.read_parquet(files.DATA / "boundaries.parquet")
    borders = borders.set_index("code").set_geometry("territory").geometry
    inhabitants = people(locality_year())
    own = list(area.members)
    near = table[table["code"].isin(own) | _close(table, borders, own)]
    unsure: set[str] = set()
    doubted: set[str] = set()
    circles = geopandas.GeoSeries(
        geopandas.points_from_xy(near["easting"], near["northing"]), crs=borders.crs
    ).buffer(np.sqrt(near["area_ha"].to_numpy() * 1e4 / np.pi))
    for circle, row in zip(circles, near.itertuples(), strict=True):
        others = borders[borders.intersects(circle)].drop(row.code, errors="ignore")
        for other, shape in others.items():
            if shape.intersection(circle).area / circle.area >= 0.02:
                doubted.add(row.locality)
                unsure |= {c for c in (row.code, other) if row.population / inhabitants[c] >= 0.01}
    for locality, codes in CROSSING.items():
        doubted.add(locality)
        unsure |= set(codes)
    mine = table[table["code"].isin(own)]
    share = mine.groupby("code")["population"].sum() / inhabitants
    largest = mine.sort_values("population").groupby("code").last()
    return pd.DataFrame(
        {
            "share": share.reindex(own).where([code not in unsure for code in own]),
            "name": largest["name"].reindex(own),
            "largest": (largest["population"] / inhabitants)
            .reindex(own)
            .where([largest["locality"].get(code) not in doubted for code in own]),
        }
    )


def _close(table: pd.DataFrame, borders, own: list[str]) -> np.ndarray:
    """Localities within 20 kilometres of the members' bounds."""
    west, south, east, north = borders[own].total_bounds
    x, y = table["easting"], table["northing"]
    return x.between(west - 2e4, east + 2e4) & y.between(south - 2e4, north + 2e4)


@recomputes("population", "boende")
def living(at: Place) -> Table:
    """Density, share in localities and the largest locality of each member."""
    land = series("indicators/land_area.parquet").ffill(axis=1).iloc[:, -1]
    year = int(read("indicators/land_area.parquet")["year"].max())
    where = lived(at.whole)
    rows = [
        [
            names()[code],
            number(people()[code]),
            number(land[code]),
            number(people()[code] / land[code], 1),
            percent(where["share"][code], 0),
            where["name"][code],
            percent(where["largest"][code], 0),
        ]
        for code in in_order(at.whole)
    ]
    heads = ["Kommun", "Folkmängd", "Landareal (km²)", "Invånare per km²", "Bor i tätort (%)"]
    then = locality_year()
    return Table(
        f"Folkmängd {LAST}, täthet och tätorter {then}",
        [*heads, "Största tätort", "Bor i den största (%)"],
        rows,
        [f"Landareal {year}.", f"Andelar i tätort avser {then} och beräknas inte."],
    )


@recomputes("population", "tatorter-karta")
def localities(at: Place) -> Figure:
    """Circles of the localities; a table of the largest."""
    table = read("localities.parquet")
    own = table[table["code"].isin(at.area.members)].sort_values("population", ascending=False)
    size_, year = len(own), locality_year()
    rows = [
        [r.name, names()[r.code], number(r.population)]
        for r in own.head(25).itertuples(index=False)
    ]
    tops = listed(f"{name} ({size__} invånare)" for name, _, size__ in rows[:3])
    return Figure(
        f"Tätorter {year}",
        f"Karta över {count(size_)} tätorter i de {count(len(at.area.members))} kommunerna. "
        f"De största är {tops}.",
        "",
        Table(
            "Tätorter efter antal invånare",
            ["Tätort", "Kommun", "Invånare (invånare)"],
            rows,
            [f"De 25 största av {size_} tätorter."] if size_ > 25 else [],
        ),
    )
