"""Recomputed: what is said of modelled flows, from the fitted matrix on.

The fitted matrix is taken as given (`given.matrix`, which `test_guard.py` holds against the
observed margins): its fit has tests of its own. What becomes of it is not: intervals, names,
shares and group totals are made here once more, by the file of measured errors.
"""

from itertools import pairwise, permutations
from math import ceil, floor, log10

import pandas as pd

from tests.guard import listed as kept
from tests.guard.commuters import YEAR, alphabetical, by_night, county_of, margins, sums
from tests.guard.files import Area, counties, names, read
from tests.guard.given import matrix
from tests.guard.model import Figure, Place, Table, recomputes, says
from tests.guard.swedish import count, listed, number, percent

STEP = 0.05
ABROAD = "0000"  # the workplace column of those who work abroad


def errors_of(by: str) -> pd.DataFrame:
    """What tests found by `size`, `group` or `area`."""
    table = read("flow_model_error.csv")
    table = table[(table["by"] == by) & (table["test"] == "left out")]
    return table.assign(
        least=pd.to_numeric(table["key"], errors="coerce"),
        low=pd.to_numeric(table["low"]),
        high=pd.to_numeric(table["high"]),
        median_error=pd.to_numeric(table["median_error"]),
    )


def interval(persons: float, by: str = "size") -> tuple[int, int]:
    """The middle four fifths of what tests found at this size, outwards to tens or hundreds."""
    table = errors_of(by)
    size = table[table["least"] <= persons].sort_values("least").iloc[-1]
    step = 10 if persons < 1000 else 100
    return floor(persons * size["low"] / step) * step, ceil(persons * size["high"] / step) * step


def two(persons: float) -> int:
    """Two figures that count."""
    step = 10 ** max(floor(log10(persons)) - 1, 0) if persons > 0 else 1
    return int(round(persons / step) * step)


def size(persons: float) -> str:
    """A rounded number, below 1,000 an interval."""
    if persons >= 1000:
        return number(two(persons))
    low, high = interval(persons)
    return f"{number(low)}–{number(high)}"


def seen() -> pd.DataFrame:
    """The observed pairs."""
    table = read("commuting_flows.parquet")
    return table[table["home"] != table["work"]]


def between(members) -> float:
    """Commuters between the members."""
    own = matrix().loc[list(members), list(members)].to_numpy()
    return float(own.sum() - own.trace())


def _informed(members) -> bool:
    pairs = set(zip(seen()["home"], seen()["work"], strict=True))
    return all(pair in pairs for pair in permutations(members, 2))


def _within(members) -> tuple[int, int]:
    persons = between(members)
    return (two(persons), two(persons)) if _informed(members) else interval(persons, "group")


# --- names of links ------------------------------------------------------------------------------


def link(homes, among=None) -> str | None:
    """Where most commuters of `homes` go: one and a half times the second, or observed to be so."""
    flows = matrix().loc[list(homes)].sum().drop([*homes, ABROAD], errors="ignore")
    flows = flows[list(among)] if among is not None else flows
    flows = flows.sort_values(ascending=False)
    rivals = flows[flows > flows.iloc[0] / 1.5]
    if len(rivals) == 1:
        return str(flows.index[0])
    rows = seen()[seen()["home"].isin(list(homes)) & seen()["work"].isin(rivals.index)]
    for _, part in rows.groupby(["year", "sex"]):
        grouped = part.groupby("work")["persons"]
        known = grouped.sum()[grouped.count() == len(homes)]
        alone = len(known) == len(rivals) and (known == known.max()).sum() == 1
        if alone and known.idxmax() == flows.index[0]:
            return str(flows.index[0])
    return None


def beyond(area: Area) -> tuple[str | None, float]:
    """Where most who leave a cooperation go, and their share of all who leave it, in steps."""
    to = link(area.members)
    out = sums(area.members)["out_commuters"] - between(area.members)
    share = matrix().loc[list(area.members), to].sum() / out if to else 0
    return to, round(share / STEP) * STEP


def bar(code: str, part: Area) -> tuple[float, float | None, float, str | None]:
    """Shares of the out-commuters: the group, the strongest outside, the rest; and its code."""
    out, row = margins()["out_commuters"][code], matrix().loc[code]
    away = [c for c in row.index if c not in part.members and c != ABROAD]
    to = link([code], away)
    group = row[[c for c in part.members if c != code]].sum() / out
    outside = row[to] / out if to else 0.0
    units = [share / STEP for share in (group, outside, 1 - group - outside)]
    whole = [floor(unit + 1e-9) for unit in units]
    order = sorted(range(3), key=lambda place: -(units[place] - whole[place]))
    for place in order[: round(1 / STEP) - sum(whole)]:
        whole[place] += 1
    if not whole[1]:
        to = None
    return whole[0] * STEP, whole[1] * STEP if to else None, whole[2] * STEP, to


# --- sentences -----------------------------------------------------------------------------------


@says("commuting")
def workplaces(whole: Area):
    """Who works at home, what leaves a cooperation, and where most of that goes."""
    for part in whole.parts:
        own = margins().loc[list(part.members), "stay"].sort_values()
        yield (
            f"Av de förvärvsarbetande som bor i {part.name} arbetade "
            f"{percent(sums(part.members)['stay'], 0)} procent i sin egen kommun {YEAR}; andelen "
            f"varierar mellan {percent(own.iloc[0], 0)} i {names()[own.index[0]]} och "
            f"{percent(own.iloc[-1], 0)} i {names()[own.index[-1]]}."
        )
        low, high = _within(part.members)
        if low < high:
            yield f"Enligt modellskattningen pendlade mellan {number(low)} och {number(high)} personer."
        else:
            inside, row = between(part.members), sums(part.members)
            out, come = row["out_commuters"] - inside, row["in_commuters"] - inside
            yield f"pendlade {size(inside)} mellan kommunerna, {size(out)} ut och {size(come)} in."
        to, share = beyond(part)
        if to:
            yield (
                f"Av de förvärvsarbetande i {part.name} som arbetar utanför arbetar flest troligen i "
                f"{names()[to]}, omkring {percent(share, 0)} procent."
            )
        yield from _observed(part)


def _observed(part: Area):
    rows, wanted = seen(), len(part.members) * (len(part.members) - 1)
    rows = rows[rows["home"].isin(part.members)]
    found = []
    for (year, sex), own in rows.groupby(["year", "sex"]):
        inside = own[own["work"].isin(part.members)]
        if len(inside) == wanted:
            away = own[~own["work"].isin(part.members)].groupby("work")["persons"]
            known = away.sum()[away.count() == len(part.members)]
            found.append((-year, sex, int(inside["persons"].sum()), known))
    if not found:
        return
    year, sex, inside, known = min(found, key=lambda one: one[:2])
    word = {"women": "kvinnor", "men": "män", "total": "personer"}[sex]
    text = (
        f"{-year} pendlade {number(inside)} {word} mellan de {count(len(part.members))} kommunerna"
    )
    if len(known) and known.max() >= inside / 2:
        text += f" och {number(known.max())} till {names()[known.idxmax()]}"
    yield f"{text} (observerat)."


@says("commuting")
def errors(whole: Area):
    """What is modelled, and how far off it was."""
    informed = seen()["year"]
    yield f"Kommunernas in- och utpendling {YEAR} är observerad, men inte mellan vilka den går."
    yield f"pendlingen mellan län 2018, och ur par som observerats {informed.min()}–{informed.max()}, bara."
    table = errors_of("size").sort_values("least").iloc[1:]
    steps = [number(least) for least in table["least"]]
    ranges = [f"{a}–{b}" for a, b in pairwise(steps)]
    yield (
        f"I prov mot observerade tal var medianfelet "
        f"{', '.join(number(round(100 * e)) for e in table['median_error'])} procent för flöden på "
        f"{', '.join(ranges)} och fler pendlare."
    )
    tried = [key.split("-") for key in errors_of("area")["key"]]
    mine = [f"{counties()[c]} ({year})" for c, year in tried if c in whole.counties]
    yield f"Prov finns för {listed(mine)}." if mine else "För den här regionen finns inget prov."


@says("commuting")
def method(whole: Area):
    """Which observed pairs inform the model, and where it was tried."""
    parts = []
    rows = seen().assign(county=seen()["home"].str[:2])
    for (year, county), _ in rows.groupby(["year", "county"]):
        sexes = set(rows.loc[(rows["year"] == year) & (rows["county"] == county), "sex"])
        both = "båda könen" if "total" in sexes else ""
        parts.append(f"{counties()[county]} {year} ({both})")
    yield f"Observerade par av kommuner är startvärden för modellen: {listed(parts)}."
    table = errors_of("area")
    cpc = pd.to_numeric(table["cpc"])
    tried = [
        f"{counties()[key[:2]]} {key[3:]} ({percent(share, 0)} procent)"
        for key, share in zip(table["key"], cpc, strict=True)
    ]
    yield f"Modellen är prövad på {count(len(tried))} områden."
    yield f"Andelen pendlare som då hamnade på rätt par av kommuner: {listed(tried)}."


# --- exhibits ------------------------------------------------------------------------------------

_FRACTIONS = {
    0.1: "var tionde",
    0.2: "var femte",
    0.25: "var fjärde",
    1 / 3: "var tredje",
    0.4: "två av fem",
    0.5: "hälften",
    0.6: "tre av fem",
    2 / 3: "två av tre",
    0.75: "tre av fyra",
    0.8: "fyra av fem",
    0.9: "nio av tio",
}


def _largest_part(whole: Area) -> str:
    found = []
    for part in whole.parts:
        for code in by_night(part):
            group, outside, _, to = bar(code, part)
            away = 1 - margins()["stay"][code]
            found.append((group * away, f"{names()[code]} i {part.name}"))
            if to:
                found.append((outside * away, f"{names()[code]} {names()[to]}"))
    share, words = max(found, key=lambda one: one[0])
    if share < 0.15:
        return ""
    nearest = min(_FRACTIONS, key=lambda one: abs(one - share))
    return f"Ungefär {_FRACTIONS[nearest]} {words}"


@recomputes("commuting", "arbetsplatser")
def bars(at: Place) -> Figure | Table:
    """Where the employed residents of each member work; shown as a figure and as a table."""
    several = len(at.whole.parts) > 1
    rows, said = [], []
    for part in at.whole.parts:
        for code in by_night(part):
            group, outside, rest, to = bar(code, part)
            own = margins().loc[code]
            words = [f"{percent(group, 0)} procent till de andra"] if group else []
            words += [f"{percent(outside, 0)} procent till {names()[to]}"] if to else []
            said.append(f"{names()[code]}: {percent(own['stay'], 0)} procent, {listed(words)}")
            rows.append(
                [
                    names()[code],
                    *([part.name] if several else []),
                    number(own["night"]),
                    percent(own["stay"], 0),
                    number(own["out_commuters"]),
                    percent(group, 0),
                    names()[to] if to else "–",
                    percent(outside, 0),
                    percent(rest, 0),
                ]
            )
    heads = ["Kommun", *(["Samarbete"] if several else []), "Förvärvsarbetande"]
    heads += ["I egen kommun (%)", "Utpendlare", "Till de andra (%)", "Troligen störst utanför"]
    notes = ["Andelarna av utpendlarna är modellskattningar, avrundade till 5 procent."]
    notes += ["Utan namn: modellen skiljer inte de största utanför åt."]
    table = Table(
        f"Var de förvärvsarbetande arbetar {YEAR}",
        [*heads, "Dit (%)", "Till övriga (%)"],
        rows,
        notes,
        f"Antal personer och andel i procent, {YEAR}",
    )
    return Figure(
        _largest_part(at.whole),
        f"{'; '.join(said)}.",
        f"Förvärvsarbetande efter var de arbetar, andel i procent, {YEAR}.",
        table,
        ["Namnet till höger är den kommun utanför dit troligen flest pendlar."],
    )


@recomputes("commuting", "pendling-floden")
def largest(at: Place) -> Figure:
    """At most six pairs with a flow of 1,000 or more, both directions, the largest first."""
    own, flows = set(at.area.members), matrix().drop(columns=ABROAD)
    cells = [
        (float(flows.at[home, work]), home, work)
        for home in flows.index
        for work in flows.columns
        if home != work and (home in own or work in own)
    ]
    cells.sort(key=lambda cell: (-cell[0], cell[1], cell[2]))
    pairs: dict[frozenset, float] = {}
    for persons, home, work in cells:
        if persons >= 1000 and len(pairs) < 6:
            pairs.setdefault(frozenset((home, work)), persons)
    shown = [cell for cell in cells if frozenset(cell[1:]) in pairs]
    rows = [
        [names()[h], names()[w], f"{'omkring ' if p >= 1000 else ''}{size(p)}"] for p, h, w in shown
    ]
    said = listed(f"{home} till {work} {persons}" for home, work, persons in rows)
    return Figure(
        _strongest(shown, pairs),
        f"de största pendlingsströmmarna för {at.area.name} {YEAR}. {said}.",
        f"Personer som bor i en kommun och arbetar i en annan, {YEAR}, modellskattning",
        Table(
            f"De största pendlingsströmmarna {YEAR}",
            ["Bor i", "Arbetar i", "Personer"],
            rows,
            [_SPAN],
        ),
    )


def _strongest(shown, pairs) -> str:
    """Pairs whose intervals overlap with that of the largest are not told apart from it."""
    firsts = {}
    for persons, home, work in shown:
        firsts.setdefault(frozenset((home, work)), (persons, home, work))
    ranked = list(firsts.values())
    top = [
        one for one in ranked if one is ranked[0] or interval(ranked[0][0])[0] < interval(one[0])[1]
    ]
    if len(top) > 2:
        ends = pd.Series([code for pair in pairs for code in sorted(pair)]).value_counts()
        return (
            f"{names()[ends.index[0]]} är ena änden i {count(ends.iloc[0])} av {count(len(pairs))}"
        )
    return " samt ".join(f"{names()[home]} och {names()[work]}" for _, home, work in top)


_SPAN = "Modellskattning: under 1 000 pendlare visas det spann som fyra av fem prov låg inom."


@recomputes("commuting", "pendling-matris")
def crosses(at: Place) -> Figure:
    """Homes by workplaces of a cooperation, and all outside; the diagonal is observed."""
    order, table = by_night(at.area), margins()
    rows = []
    for home in order:
        away = (
            table["out_commuters"][home] - matrix().loc[home, [c for c in order if c != home]].sum()
        )
        cells = [
            number(table["live_and_work"][home]) if home == work else size(matrix().at[home, work])
            for work in order
        ]
        rows.append([names()[home], *cells, size(away)])
    heads = ["Bor i", *(names()[code] for code in order), "Utanför"]
    return Figure(
        f"{at.area.name}: bor i och arbetar i {YEAR}",
        f"de som bor i {at.area.name} arbetade {YEAR}, kommun för kommun.",
        "",
        Table(f"Bor i (rad) och arbetar i (kolumn) {YEAR}", heads, rows, [_SPAN]),
        ["Grått: bor och arbetar i samma kommun (observerat)."],
    )


@recomputes("commuting", "pendling-grupper")
def groups(at: Place) -> Table:
    """In, out and between of each cooperation."""
    several, rows = [], []
    for part in at.whole.parts:
        (low, high), inside, row = _within(part.members), between(part.members), sums(part.members)
        come, out = row["in_commuters"], row["out_commuters"]
        if low == high:
            shown = [size(come - inside), size(out - inside), size(inside)]
        else:
            spans = [
                (two(come - high), two(come - low)),
                (two(out - high), two(out - low)),
                (low, high),
            ]
            shown = [f"{number(a)}–{number(b)}" for a, b in spans]
        stay = row["live_and_work"] + inside
        shares = [percent(round(stay / row[name] / STEP) * STEP, 0) for name in ("night", "day")]
        several.append(low < high)
        rows.append([part.name, *shown, *shares, percent(row["stay"])])
    heads = ["Område", "In till området", "Ut ur området", "Mellan kommunerna"]
    if several[0]:  # the columns stand in the order in which the first row gives them
        heads = [heads[0], heads[3], *heads[1:3]]
        rows = [[r[0], r[3], *r[1:3], *r[4:]] for r in rows]
    heads += ["Boende som arbetar inom området (%)", "Arbetsplatser som fylls av boende (%)"]
    return Table(
        f"Pendling över och inom områdets gräns {YEAR}",
        [*heads, "Bor och arbetar i samma kommun (%)"],
        rows,
        [
            "Andelen som bor och arbetar i samma kommun är observerad.",
            "Spann: fyra av fem prov låg inom dem.",
            "Andelar är avrundade till 5 procent.",
        ],
    )


@recomputes("commuting", "pendling-utanfor")
def outside(at: Place) -> Table:
    """The eight municipalities outside with most exchange, in alphabetical order."""
    own = list(at.area.members)
    out = matrix().loc[own].sum().drop([*own, ABROAD])
    come = matrix()[own].sum(axis=1).drop(own)
    exchange = (
        (out + come.reindex(out.index)).sort_index().sort_values(ascending=False, kind="stable")
    )
    codes = sorted(exchange.index[:8], key=lambda code: alphabetical(names()[code]))
    rows = [[names()[c], county_of(c), size(out[c]), size(come[c])] for c in codes]
    return Table(
        f"Pendling mellan {at.area.name} och kommuner utanför {YEAR}",
        ["Kommun", "Län", "Pendlar dit", "Pendlar därifrån"],
        rows,
        ["De 8 kommuner utanför som enligt modellen har mest utbyte.", _SPAN],
    )


@recomputes("commuting", "arbetsmarknad-jamforelse")
def delineation(at: Place) -> Table:
    """Official market and out-commuting share; the own centre is what SCB's rules give."""
    official = read("municipalities.csv").set_index("code")["labour_market_name"]
    rows = [
        [names()[code], official[code], kept.UNKNOWN, percent(margins()["out"][code])]
        for code in by_night(at.whole)
    ]
    return Table(
        f"SCB 2022 och egen beräkning {YEAR}",
        ["Kommun", "SCB", "Egen beräkning, centrum", "Utpendlingsandel (%)"],
        rows,
        [
            "En kommun är centrum om högst 20 procent pendlar ut och högst 7,5 procent till en enda.",
            "Andra hör till kommunen dit flest pendlar, högst två led från centrum.",
        ],
    )
