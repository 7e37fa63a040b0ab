"""Recomputed: pages one and two: headline, evidence, findings, tiles, questions and overview."""

import re
from itertools import zip_longest

from tests.guard.ability import newest
from tests.guard.commuters import YEAR, alphabetical, markets, sums
from tests.guard.files import LAST, Area, counties, names, people, read
from tests.guard.inventory import Row, Shared, area_names, name_of, shared, states
from tests.guard.model import Figure, Place, Table, recomputes, says
from tests.guard.modelled import link
from tests.guard.people import by_size, locality_year, total
from tests.guard.swedish import count, listed, number, percent

ROWS = 24  # that page two has room for in a column
NAMED = 3  # services that a headline names


def lower(name: str) -> str:
    """A service inside a sentence."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def short(name: str) -> str:
    """The abbreviation of a body's name, where it has one."""
    before, _, letters = name.partition(" (")
    letters = letters.rstrip(")")
    return letters if letters.isupper() and letters[0] == before[0] else before


def spelt_out(name: str) -> str:
    """A body's name without what stands in brackets."""
    return name.partition(" (")[0]


def in_full(bodies) -> list[str]:
    """What the abbreviations of some bodies stand for."""
    called = map(name_of, bodies)
    return [f"{short(name)}: {spelt_out(name)}." for name in called if short(name).isupper()]


def in_order(areas) -> list[str]:
    """Names of services in the order of the inventory, as a sentence has them."""
    chosen = set(areas)
    return [
        lower(name).removeprefix("gemensam ") for key, name in area_names().items() if key in chosen
    ]


def foremost(of: Shared, areas: set[str], most: int) -> list[str]:
    """Services of the largest bodies in turn: first of each, then second of each."""
    bodies: dict[str, list[str]] = {}
    for body, area, _ in of.together:
        if area in areas:
            bodies.setdefault(body, []).append(area)
    turns = zip_longest(*sorted(bodies.values(), key=len, reverse=True))
    found = dict.fromkeys(area for turn in turns for area in turn if area)
    return list(found)[:most]


def _span(of: Shared) -> str:
    first, last = of.years
    return f"{first}–{last}" if last > first else f"{first}"


def _old(of: Shared) -> list[Row]:
    return [row for row in of.best.values() if not row.new]


def _new(of: Shared) -> str:
    new = len(of.areas) - len(_old(of))
    some = count(new) if new else "ingen"
    return f", {some} av {count(len(of.areas))} tjänster med nya belägg" if _old(of) else ""


def headline(whole: Area) -> str:
    """What is shared, in substance."""
    if len(whole.parts) == 1:
        of, size = shared(whole), count(len(whole.members))
        together, divided = of.complete, of.divided
        if len(together) <= NAMED:
            text = f"{listed(in_order(together))} sköts gemensamt av alla {size}"
        else:
            some = foremost(of, together, NAMED - bool(divided))
            text = f"{count(len(together))} tjänster av alla {size}, bland dem {listed(in_order(some))}"
        if divided:
            text += (
                f"; {lower(area_names()[divided[0]])} i {count(len(of.by_area(divided[0])))} organ"
            )
        return text
    told = []
    for part in whole.parts:
        of = shared(part)
        together = of.complete
        if len(together) <= NAMED:
            told.append(f"{part.name} delar {listed(in_order(together))}")
        else:
            some = listed(in_order(foremost(of, together, NAMED)))
            told.append(f"{part.name} delar {count(len(together))}, bland dem {some}")
    return "; ".join(told)


@says("summary")
def findings(whole: Area):
    """Headline, evidence and the findings."""
    yield headline(whole)
    if len(whole.parts) == 1:
        of = shared(whole)
        yield f"Källor {_span(of)}."
        if _old(of):
            yield (
                f"För {count(len(_old(of)))} av {count(len(of.areas))} tjänster som "
                f"{'' if of.complete == of.areas else 'minst två kommuner '}delar saknas belägg från "
                "den här mandatperioden och de tre senaste åren."
            )
    else:
        known = [(part, shared(part)) for part in whole.parts]
        yield "; ".join(f"{part.name}: källor {_span(of)}{_new(of)}" for part, of in known)
    for part in whole.parts:
        yield from _shared_by(part)
        yield _carried(part, len(whole.parts) > 1)
    for part in whole.parts:
        of = shared(part)
        for area in of.divided[:1]:
            own = {
                spelt_out(name_of(body)): sorted((names()[c] for c in codes), key=alphabetical)
                for body, codes in of.by_area(area).items()
            }
            told = (f"{name} ({listed(members)})" for name, members in own.items())
            yield f"{area_names()[area]} sköts av {listed(told)}."
    yield _markets(whole)
    yield _linked(whole)
    yield _sharing_outside(whole)
    yield from _unknown(whole)


def _shared_by(part: Area):
    of = shared(part)
    areas, together = of.areas, of.complete
    bodies = {body for body, _, _ in of.together}
    place = f"kommunerna i {part.name}, i {count(len(bodies))} organ"
    text = f"{count(len(areas))} tjänster delas av minst två av {place}"
    if together != areas:
        text += f"; {count(len(together))} av dem delas av alla"
    yield f"{text}."
    old = _old(of)
    if old:
        some = f"{count(len(old))} av de {count(len(areas))}"
        many = some if len(old) < len(areas) else "Alla"
        yield f"{many} fanns enligt källor {max(row.year for row in old)} eller tidigare; ingen källa."


def _carried(part: Area, several: bool) -> str:
    order = by_size(part)
    least, most = ((names()[code], number(people()[code])) for code in (order[-1], order[0]))
    year, share = newest("share_65plus")
    own = share[list(part.members)].sort_values(kind="stable")
    low, high = (f"{number(round(own.iloc[place]))} procent" for place in (0, -1))
    if several:
        text = (
            f"I {part.name} är {least[0]} minst med {least[1]} och {most[0]} störst med {most[1]}"
        )
    else:
        text = f"Minst är {least[0]} med {least[1]} invånare, störst {most[0]} med {most[1]}"
        low, high = f"{low} i {names()[own.index[0]]}", f"{high} i {names()[own.index[-1]]}"
    dated = "" if year == LAST else f" ({LAST})"
    if several:
        return f"{text}{dated}; {low.removesuffix(' procent')} till {high} är 65 år eller äldre ({year})."
    return f"{text}{dated}; andelen 65 år eller äldre varierar mellan {low} och {high} ({year})."


def _markets(whole: Area) -> str:
    own = markets(whole.members)
    if len(own) == 1:
        who = f"Alla {count(len(whole.members))} kommunerna"
        return f"{who} hör till samma, {next(iter(own))} (SCB:s indelning 2022)."
    official = read("municipalities.csv").set_index("code")["labour_market_name"]
    met = dict.fromkeys(official[code] for code in whole.members)
    inside = {market: listed(sorted(own[market], key=alphabetical)) for market in met}
    told = listed(m if m == inside[m] else f"{m} ({inside[m]})" for m in met)
    return f"Kommunerna hör till {count(len(own))} arbetsmarknader (SCB:s indelning 2022): {told}."


def _linked(whole: Area) -> str:
    """Where most commute outside a cooperation."""
    told = []
    for part in whole.parts:
        to = link(part.members)
        name = f"{part.name} " if len(whole.parts) > 1 else ""
        most = "den som flest pendlar till" if not told else ""  # once is enough
        text = f"utanför {name}är {names()[to]} troligen {most}" if to else ""
        told += [text if most else f"utanför {name}troligen {names()[to]}"] if to else []
    return f"Bland kommunerna {'; '.join(told)} (modellskattning {YEAR})." if told else ""


def _sharing_outside(whole: Area) -> str:
    """Who outside a cooperation shares most services with a member of it; told of one alone."""
    told = []
    for part in whole.parts if len(whole.parts) == 1 else ():
        tasks = {(row.body, row.area) for row in shared(part).counted}
        found: dict[str, set[str]] = {}
        years: dict[str, set[int]] = {}
        for row in states():
            if row.counted and row.code not in part.members and (row.body, row.area) in tasks:
                found.setdefault(row.code, set()).add(row.area)
                years.setdefault(row.code, set()).update([row.year] if row.year else [])
        most, to = max(map(len, found.values()), default=0), link(part.members)
        least = min((len(areas) for areas in found.values() if len(areas) > most - 3), default=0)
        first = sorted((names()[c] for c in found if len(found[c]) >= least), key=alphabetical)
        few = len(first) <= 3
        lower = "" if len(first) < len(found) else "minst "
        who = listed(first) if few else f"{lower}{count(len(first))} kommuner"
        many = count(most) if least == most else f"{count(least)} till {count(most)}"
        when = sorted(set().union(*(years[c] for c in found if len(found[c]) >= least)))
        many += f", källor {when[0]}{f'–{when[-1]}' if when[-1] > when[0] else ''}" if when else ""
        flest = " flest" if len(first) < len(found) and not told else ""
        text = f"{who}{flest} med någon i gruppen ({many})"
        if to and not (few and names()[to] in first):
            has = len(found.get(to, ()))
            text += f", {names()[to]} {count(has) if has else 'ingen'}"
        told += [text] if found else []
    return f"Av dem delar {'; '.join(told)}." if told else ""


def _unknown(whole: Area):
    told, plans = [], []
    for part in whole.parts:
        of = shared(part)
        missing, known = len(of.unknown), len(of.known)
        lost = {
            area
            for (area, _), (state, words) in of.cells.items()
            if state == "planned" and "utfall okänt" in words
        }
        told.append((missing, missing + known, part.name))
        plans += [(_services(len(lost)), part.name)] if lost else []
    if len(told) == 1:
        text = f"Uppgift saknas om {count(told[0][0])} av de {told[0][1]} tjänster"
        lost_ = "".join(many for many, _ in plans)
    else:
        text = f"Uppgift saknas om {listed(f'{a} av {b} för {name}' for a, b, name in told)}"
        lost_ = listed(f"{many} i {name}" for many, name in plans)
    yield f"{text}; vad som blev av {lost_}." if plans else f"{text}."


def _services(many: int) -> str:
    return "en tjänst" if many == 1 else f"{count(many)} tjänster"


@says("summary")
def tiles(whole: Area):
    """The numbers beside the findings: label, value and comparison."""
    several = len(whole.parts) > 1
    each = "; ".join(f"{part.name} {number(total(part.members))}" for part in whole.parts)
    where = each if several else f"i {count(len(whole.members))} kommuner"
    yield f"Invånare {LAST}: {number(total(whole.members))} {where}"
    for part in whole.parts:
        of, place = shared(part), f" i {part.name}" if several else ""
        label = f"Tjänster som delas av minst två kommuner{place}"
        yield f"{label}: {len(of.areas)} källor {_span(of)}"
    if not several:
        yield f"Arbetar i sin egen kommun {YEAR}: {percent(sums(whole.members)['stay'], 0)} %"


# --- what to ask ---------------------------------------------------------------------------------


def bodies_of(of: Shared) -> list[str]:
    """Bodies with a counted service: those of most members, then of most services, first."""
    rows: dict[str, list[Row]] = {}
    for row in of.counted:
        rows.setdefault(row.body, []).append(row)
    return sorted(
        rows, key=lambda b: (-len({r.code for r in rows[b]}), -len({r.area for r in rows[b]}))
    )


@says("summary")
def asked(whole: Area):
    """The questions whose answers have numbers or names."""
    several = len(whole.parts) > 1
    room = len(whole.parts)
    answers = [(part, _answers(shared(part), -(-6 // room), -(-4 // room))) for part in whole.parts]
    for place in range(4):
        told = {said[place] for _, said in answers}
        if not several or len(told) == 1:
            yield from answers[0][1][place].split("\n")
            continue
        for part, said in answers:
            if said[place]:
                own = said[place].startswith(part.name)
                yield f"{'' if own else f'{part.name}: '}{said[place]}".replace("\n", " ")


def _answers(of: Shared, bodies: int, plans: int) -> list[str]:
    return [_still(of, bodies), _hosts(of), _forms(of), _outcomes(of, plans)]


def _still(of: Shared, most: int) -> str:
    rows = [row for row in of.own if row.state == "unended" and row.kind == "service"]
    years: dict[str, list[int]] = {}
    areas: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: row.body):
        years.setdefault(row.body, []).append(row.year)
        areas.setdefault(row.body, []).append(row.area)
    told = []
    for body in sorted(years, key=lambda body: min(years[body])):
        own = list(dict.fromkeys(areas[body]))
        what = f"{count(len(own))} tjänster" if len(own) > 2 else listed(examples(own))
        low, high = min(years[body]), max(years[body])
        told.append(
            f"{spelt_out(name_of(body))} ({what}, källor {low}{f'–{high}' if high > low else ''})"
        )
    more = len(told) - most
    text = f"{', '.join(told[:most])} och {_ones(more)} organ till" if more > 0 else listed(told)
    vague = {row.body for row in of.own if row.state == "unclear" and row.kind == "service"}
    vague -= set(years)
    unclear = f"Om {_ones(len(vague))} andra organ är det oklart." if vague else ""
    return "\n".join(part for part in (f"{text}." if told else "", unclear) if part)


def _ones(many: int) -> str:
    return "ett" if many == 1 else count(many)


def _hosts(of: Shared) -> str:
    form, host = _column("legal_form"), _column("host")
    lacking = [
        spelt_out(name_of(body))
        for body in bodies_of(of)
        if form[body] in ("gemensam-namnd", "avtal") and not host[body]
    ]
    return f"Källorna namnger ingen värd för {listed(lacking)}." if lacking else ""


def _forms(of: Shared) -> str:
    form = _column("legal_form")
    lacking = [spelt_out(name_of(body)) for body in bodies_of(of) if form[body] == "okand"]
    return f"Den juridiska formen framgår inte för {listed(lacking)}." if lacking else ""


def _column(name: str) -> dict[str, str]:
    table = read("services/arrangements.csv")
    return dict(zip(table["key"], table[name], strict=True))


def _outcomes(of: Shared, most: int) -> str:
    found: dict[str, tuple[dict, set]] = {}
    for row in of.own:
        if row.state == "planned" and "utfall okänt" in row.words:
            plans, areas = found.setdefault(row.body, ({}, set()))
            plans[row.words.removesuffix(", utfall okänt")] = True
            areas.add(row.area)
    told = [
        f"{spelt_out(name_of(body))} "
        f"({listed(sorted(plans, key=lambda w: w[-4:]))}, {_services(len(areas))})"
        for body, (plans, areas) in found.items()
    ]
    if len(told) > most:
        told = [*told[:most], f"{count(len(told) - most)} till"]
    return f"{listed(told)}." if told else ""


# the services that are named first; an editor's choice, agreed on here a second time
FIRST = (
    *("avfall", "vatten-avlopp", "bygglov", "miljotillsyn", "gata", "loner", "it-drift", "vaxel"),
    *("krisberedskap", "overformyndare", "gymnasieskola", "raddningstjanst", "raddningsledning"),
    "hjalpmedel",
)
SHORT = {"gata": "gator", "vaxel": "växel", "raddningsledning": "räddningsledning"}


def examples(areas) -> list[str]:
    """The best known of some services, in short words."""
    chosen = set(areas)
    names_ = {**dict.fromkeys(FIRST), **area_names()}
    return [
        SHORT.get(key) or re.split(r" och |,", lower(name))[0].rstrip("-")
        for key, name in names_.items()
        if key in chosen
    ][:NAMED]


# --- overview and map ----------------------------------------------------------------------------

_STATES = {
    "confirmed": "bekräftade",
    "evidenced": "belagda",
    "unended": "som fanns och vars slut inte är känt",
    "unclear": "oklara i dag",
    "alone": "i egen regi",
    "planned": "bara avsikter eller utredningar",
}


def sure(of: Shared) -> str:
    """How many services are shared, and how many of them have new evidence."""
    areas = of.areas
    pooled = {(body, area) for body, area, _ in of.together}
    new = {row.area for row in of.counted if row.new and (row.body, row.area) in pooled}
    many = "alla" if new == areas else count(len(new)) if new else "ingen"
    return f"{count(len(areas))} gemensamma tjänster, {many} med nya belägg"


@recomputes("summary", "tjanst-oversikt")
def overview(at: Place) -> Figure:
    """Every known service by municipality, with how sure it is."""
    whole, of = at.whole, shared(at.whole)
    cells, parts = of.cells, whole.parts
    if len(parts) > 1:
        cells = {key: cell for part in parts for key, cell in shared(part).cells.items()}
    order = [code for part in parts for code in part.members]
    surer = [area for area in of.known if any(_live(cells.get((area, c))) for c in order)]
    kept = _kept(surer, cells, order, ROWS - 4 * (len(parts) > 1))
    rows = [
        [area_names()[area], *(cells.get((area, code), ("", "ingen uppgift"))[1] for code in order)]
        for area in kept
    ]
    told = []
    for code in order:
        has = [cells.get((area, code), ("", ""))[0] for area in kept]
        some = (f"{has.count(s)} {word}" for s, word in _STATES.items() if has.count(s))
        told.append(f"{names()[code]}: {', '.join(some)}.")
    title = (
        "; ".join(f"{part.name}: {sure(shared(part))}" for part in parts)
        if len(parts) > 1
        else sure(of)
    )
    return Figure(
        title,
        f"Matris med {len(kept)} tjänster. {' '.join(told)}",
        "Tjänster och kommuner 31 augusti 2026",
        Table(
            "Tjänster och kommuner 31 augusti 2026", ["Tjänst", *(names()[c] for c in order)], rows
        ),
        [
            *_beside_them(whole, surer, kept),
            *in_full(body for part in parts for body in bodies_of(shared(part))),
        ],
    )


def _beside_them(whole: Area, surer: list[str], kept: list[str]) -> list[str]:
    """How many services have no row, and how many of them the title counts."""
    left = set(surer) - set(kept)
    counted = len(left & {area for part in whole.parts for area in shared(part).areas})
    some = f", {count(counted)} av dem gemensamma," if 0 < counted < len(left) else ""
    return [f"{len(left)} tjänster till{some} står i bilagan."] if left else []


def _live(cell) -> bool:
    return bool(cell) and cell[0] not in ("ended", "")


def _kept(areas: list[str], cells: dict, order: list[str], rows: int) -> list[str]:
    """What the page has room for: what is shared before what is not, plans alone last."""
    most = rows * (2 if len(order) <= 5 else 1)
    counted = {"confirmed", "evidenced", "unended"}

    def rank(area: str) -> int:
        has = {cells.get((area, code), ("", ""))[0] for code in order}
        return 0 if has & counted else 2 if has <= {"planned", "ended", ""} else 1

    kept = sorted(areas, key=rank)[:most]
    return [area for area in areas if area in kept]


@recomputes("summary", "region-map")
def region_map(at: Place) -> Figure:
    """The members with county, group and labour market."""
    whole = at.whole
    table = read("municipalities.csv").set_index("code")
    rows = [
        [r["name"], code, r["county"], r["skr_group"], r["labour_market_name"]]
        for code, r in ((code, table.loc[code]) for code in whole.members)
    ]
    lands = listed(counties()[county] for county in whole.counties)
    groups = [
        f"I {part.name} ingår {listed(names()[c] for c in part.members)}."
        for part in whole.parts
        if len(whole.parts) > 1
    ]
    return Figure(
        f"Kommunerna i {whole.name}",
        f"Karta över {whole.name}: {len(whole.members)} kommuner i {lands}, nämligen "
        f"{listed(names()[c] for c in whole.members)}. {' '.join(groups)}",
        "",
        Table(
            f"Kommunerna i {whole.name}",
            ["Kommun", "Kod", "Län", "Kommungrupp", "Lokal arbetsmarknad 2022"],
            rows,
        ),
    )


@recomputes("summary", "folkmangd-orter")
def first_map(at: Place) -> Figure:
    """Circles of the members beside the title, and in which of them most people live."""
    whole, order = at.whole, by_size(at.whole)
    rows = [[names()[code], number(people()[code])] for code in order]
    tenths = round(10 * people()[order[0]] / total(order))
    part = "Hälften av invånarna" if tenths == 5 else f"{count(min(tenths, 9))} av tio"
    groups = [f"I {g.name} ingår {listed(names()[c] for c in g.members)}." for g in whole.groups]
    alone = f"{number(total(order))} invånare i {len(order)} kommuner"
    return Figure(
        alone if tenths < 2 else f"{part} bor i {names()[order[0]]}",
        f"Karta. {listed(f'{name} {size}' for name, size in rows)}. {' '.join(groups)}",
        f"Invånare 31 december {LAST}, tätorter {locality_year()}",
        Table(f"Folkmängd {LAST}", ["Kommun", "Invånare"], rows),
    )
