"""Recomputed: the chapter on shared services: bodies, members, evidence, pairs, groups and hosts."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from math import hypot

from tests.guard import inventory
from tests.guard.commuters import alphabetical
from tests.guard.files import LAST, Area, names, people, read
from tests.guard.inventory import DAY, Row, Shared, area_names, name_of, of_body, rows, shared
from tests.guard.inventory import states as all_rows
from tests.guard.model import Figure, Place, Table, recomputes, says
from tests.guard.pageone import bodies_of, examples, in_full, lower, short, spelt_out
from tests.guard.swedish import count, listed, number

TODAY = "31 augusti 2026"
_MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september"),
    *("oktober", "november", "december"),
)
_REGIONS = {
    "03": "Region Uppsala",
    "04": "Region Sörmland",
    "17": "Region Värmland",
    "18": "Region Örebro län",
    "19": "Region Västmanland",
}
_TRUST = {"high": "hög", "medium": "medel", "low": "låg"}


def named(codes) -> list[str]:
    """Names of municipalities in alphabetical order."""
    return sorted((names()[code] for code in codes), key=alphabetical)


def few(codes, most: int = 8) -> str:
    """Names, or how many where they are more."""
    found = named(codes)
    return listed(found) if len(found) <= most else f"{len(found)} kommuner"


def several(words: list[str], more: str = "kommuner") -> str:
    """All where they are few, else the first eight and how many more."""
    return (
        listed(words)
        if len(words) <= 9
        else f"{', '.join(words[:8])} och {len(words) - 8} {more} till"
    )


def services(areas) -> str:
    """Names of services in a sentence, in the order of the inventory."""
    chosen = set(areas)
    words = [
        name if name.startswith("Mälaren") else lower(name)
        for key, name in area_names().items()
        if key in chosen
    ]
    if len(words) > 1 and any(" och " in word or "," in word for word in words):
        return f"{'; '.join(words[:-1])} samt {words[-1]}"
    return listed(words)


def words_of(text: str) -> str:
    """A partial date in words."""
    parts = text.split("-")
    if len(parts) == 1:
        return text
    month = _MONTHS[int(parts[1]) - 1]
    return f"{int(parts[2])} {month} {parts[0]}" if parts[2:] else f"{month} {parts[0]}"


def forms() -> dict[str, str]:
    """Names of the legal forms."""
    return {row["key"]: row["name"] for row in rows("forms")}


def host(key: str) -> str:
    """Name of a host; regions stand by their county."""
    return _REGIONS.get(key) or names()[key]


# --- since when ----------------------------------------------------------------------------------


def since(key: str, area: str) -> str:
    """Since when a body runs a service, in words that show how that is known."""
    runs = [row for row in of_body("events", key) if row["event"] in ("running", "confirmed")]
    own = [row for row in runs if row["area"] in (area, "all")]
    tasks = [row["last"] for row in own if row["basis"] == "stated"]
    own += [
        row
        for row in runs
        if not row["area"] and row["basis"] == "stated" and tasks and row["first"] > min(tasks)
    ]
    stated = sorted({words_of(row["date"]) for row in own if row["basis"] == "stated"})
    years = sorted({text[-4:] for text in stated})
    if len(years) > 1:
        return f"{listed(years).replace(' och ', ' eller ')} (källorna skiljer sig)"
    if stated:
        return stated[0] if len(stated) == 1 else years[0]
    dated = [row for row in own if row["first"]]
    if not dated:
        return "okänt"
    first = min(dated, key=lambda row: row["first"])
    how = "omkring" if first["basis"] == "approximate" else "belagd från"
    return f"{how} {first['first'].year}"


@dataclass(frozen=True)
class Period:
    """First and last evidence of a task, and its recorded end."""

    area: str
    start: date
    last: date
    end: date | None
    event: str = ""


def periods(key: str) -> list[Period]:
    """When a body ran each of its tasks."""
    found = []
    for area in dict.fromkeys(row["area"] for row in of_body("coverage", key)):
        running = inventory.running_of(key, area)
        start = inventory.begun(key, area, running)
        if start is None:
            continue
        last = max(row["last"] for row in running)
        ends = [end for end in inventory._ends(key, area, "") if end[0] >= last]
        found.append(Period(area, start, last, ends[-1][0] if ends else None))
    return found


# --- a body seen from the members ----------------------------------------------------------------


@dataclass(frozen=True)
class Body:
    """A body with a counted service for a member."""

    key: str
    areas: tuple[str, ...]
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    best: Row

    @property
    def members(self) -> list[str]:
        """All known members."""
        return sorted((*self.inside, *self.outside))

    def start(self) -> str:
        """Since when it works for the members."""
        mine = sorted((p for p in periods(self.key) if p.area in self.areas), key=lambda p: p.start)
        said = since(self.key, mine[0].area if mine else self.areas[0])
        plain = not said.startswith(("belagd", "omkring")) and "(" not in said
        return said[-4:] if plain and said[-4:].isdigit() else said

    def source(self) -> str:
        """The publisher of the newest evidence."""
        found = [
            row
            for row in of_body("events", self.key)
            if row["event"] in ("running", "confirmed")
            and row["area"] in (self.best.area, "all")
            and row["first"]
            and row["first"] <= DAY
        ]
        key = max(found, key=lambda row: row["last"])["source"] if found else self.best.sources[0]
        return publisher(key)

    def printed(self) -> dict[str, dict]:
        """What a source prints of the whole body: its municipalities and inhabitants."""
        known = [
            row for row in of_body("figures", self.key) if not row["first"] or row["first"] <= DAY
        ]
        return {
            row["figure"]: row for row in sorted(known, key=lambda row: row["first"] or date.min)
        }


def publisher(source: str) -> str:
    """Who published a source, up to the first comma."""
    by_id = {row["id"]: row["publisher"] for row in rows("sources")}
    return by_id[source].split(",")[0]


def body_of(of: Shared, key: str) -> Body:
    """A body as the members meet it."""
    own = [row for row in of.counted if row.body == key]
    areas = tuple(area for area in area_names() if area in {row.area for row in own})
    codes = {
        row.code for row in all_rows() if row.body == key and row.counted and row.area in areas
    }
    best = max(own, key=lambda row: (row.new, row.year))
    inside = tuple(code for code in of.area.members if code in codes)
    return Body(key, areas, inside, tuple(sorted(codes - set(inside))), best)


def bodies(of: Shared) -> list[Body]:
    """The bodies with a counted service: most members, then most services, first."""
    return [body_of(of, key) for key in bodies_of(of)]


def circles(of: Shared) -> list[list[Body]]:
    """The bodies by their members."""
    found: dict[tuple[str, ...], list[Body]] = {}
    for body in bodies(of):
        found.setdefault(tuple(body.members), []).append(body)
    return list(found.values())


# --- sentences -----------------------------------------------------------------------------------


@says("services")
def overview(whole: Area):
    """What the members share, in how many bodies, and how old the evidence is."""
    for part in whole.parts:
        of = shared(part)
        keys = dict.fromkeys(key for key, _, _ in of.together)
        told = several([name_of(key) for key in keys], "organ")
        yield (
            f"Den {TODAY} delar minst två av kommunerna i {part.name} {count(len(of.areas))} tjänster "
            f"med varandra, i {count(len(keys))} organ: {told}."
        )
        complete, size = of.complete, count(len(part.members))
        if not complete:
            yield f"Ingen av dem är känd för alla {size} kommunerna."
        elif len(complete) > 8:
            yield f"Alla {size} delar {count(len(complete))}, bland dem {listed(examples(complete))}."
        else:
            yield f"Alla {size} kommunerna delar {services(complete)}."
        yield from _stale(of)
        counts = _counts(of)
        known = [number_ for number_, *_ in counts.values()]
        span = (
            f"mellan {min(known)} och {max(known)}" if min(known) < max(known) else count(known[0])
        )
        yield f"Kommunerna i {part.name} delar {span} tjänster var, med varandra eller med andra."


def _stale(of: Shared):
    pooled = {(body, area) for body, area, _ in of.together}
    mine = [row for row in of.counted if (row.body, row.area) in pooled]
    areas, new = {row.area for row in mine}, {row.area for row in mine if row.new}
    if areas - new:
        until = max(row.year for row in mine if not row.new)
        which = "Alla" if not new else f"{count(len(areas - new))} av {count(len(areas))}"
        yield f"Uppgifterna om {which} tjänster är från {until} eller tidigare."
        yield "Inget slut är känt."


def _counts(of: Shared) -> dict[str, tuple[int, int, int | None]]:
    """By member: services, how many without new evidence, and the newest year of those."""
    found = {}
    for code in of.area.members:
        best: dict[str, Row] = {}
        for row in of.counted:
            old = best.get(row.area)
            if row.code == code and (old is None or (row.new, row.year) > (old.new, old.year)):
                best[row.area] = row
        older = [row.year for row in best.values() if not row.new]
        if best:
            found[code] = (len(best), len(older), max(older, default=None))
    return found


@says("services")
def gaps(whole: Area):
    """Services of others that the table has no room for, and what is unknown or undated here."""
    of = shared(whole)
    found = nearest(of)
    if not found:
        yield (
            "Inventeringen visar ingen tjänst hos andra kommuner som det helt saknas uppgift om för "
            f"{whole.name}."
        )
    if len(found) > 8:
        rest = [area for area, *_ in found[8:]]
        yield "Tabellen visar de åtta närmaste."
        yield f"Ytterligare {count(len(rest))} tjänster delas av andra: {services(rest)}."
    yield f"För {whole.name} finns ingen uppgift om {services(of.unknown)}."
    yield from _searched(of)
    undated = dict.fromkeys(
        row.body for row in of.own if row.state == "unclear" and row.year is None
    )
    if undated:
        yield f"Om {listed(map(name_of, undated))} finns bara odaterade uppgifter."
    by_code: dict[str, list[str]] = {}
    for code, area, words, _ in of.alone:
        by_code.setdefault(code, []).append(f"{lower(area_names()[area])} ({words})")
    for code, said in by_code.items():
        yield f"{names()[code]} sköter själv {listed(said)}."


def _searched(of: Shared):
    """Services and members of which nothing is known, and how many of them were looked for."""
    concern = {row["key"] for row in rows("areas") if row["key"] in [*of.known, *of.unknown]}
    missing = {(a, c) for a in concern for c in of.area.members if (a, c) not in of.cells}
    found = sorted(rows("searched"), key=lambda row: row["date"])
    days = {(row["area"], row["code"]): row["date"] for row in found}
    looked = [days[key] for key in missing if key in days]
    if looked:
        year, month, day = max(looked).split("-")
        yield (
            f"Räknat för varje tjänst i varje kommun saknas {len(missing)} uppgifter; "
            f"{'alla' if len(looked) == len(missing) else len(looked)} har eftersökts, senast "
            f"{int(day)} {_MONTHS[int(month) - 1]} {year}."
        )


@says("services")
def pairs_text(whole: Area):
    """Which members share most, in how many groups, and which of them are members in part."""
    of = shared(whole)
    found = pairs(of)
    sizes = {len(areas) for areas in found.values()}
    if len(sizes) > 1:
        most = [pair for pair, areas in found.items() if len(areas) == max(sizes)]
        codes = {code for pair in most for code in pair}
        if len(most) == len(codes) * (len(codes) - 1) // 2:
            yield f"{several(named(codes))} delar {count(max(sizes))} tjänster, flest av alla par."
        else:
            yield f"{count(len(most))} par delar flest, {count(max(sizes))} tjänster."
    groups = [len(own) for own in _circles_by_code(of).values()]
    between = "eller" if max(groups) == min(groups) + 1 else "till"
    span = (
        count(max(groups))
        if len(set(groups)) == 1
        else f"{count(min(groups))} {between} {count(max(groups))}"
    )
    yield f"Varje kommun med uppgift delar tjänster i {span} olika grupper av kommuner."
    yield "Fler grupper betyder fler parter."
    counted = {row.body for row in all_rows() if row.counted}
    mine = {row.body for row in of.own} & counted
    in_part = {
        (row["code"], row["arrangement"])
        for row in rows("memberships")
        if row["arrangement"] in mine and row["area"] == "unknown"
        if (row["first"] or date.min) <= DAY <= (row["last"] or date.max)
    }
    for code, body in in_part:
        yield f"{names()[code]} är medlem i {name_of(body)}."


@says("services")
def plans(whole: Area):
    """Intentions, inquiries and decisions with their year."""
    own = shared(whole).own
    made = [row for row in own if row.state == "planned"]
    made += [r for r in own if r.state == "ended" and r.event in ("realised", "dropped", "closed")]
    found: dict[tuple[str, str], list[Row]] = {}
    for row in made:
        found.setdefault((row.body, row.words), []).append(row)
    for (key, words), part in found.items():
        yield f"{name_of(key)}, {several(named({row.code for row in part}))}: {words}."
        yield f"{services(row.area for row in part)}."


@says("services")
def history(whole: Area):
    """What has ended or been taken back, and bodies that changed their name."""
    of = shared(whole)
    over = [
        r for r in of.own if r.state == "ended" and r.event not in ("realised", "dropped", "closed")
    ]
    found: dict[tuple[str, str], list[Row]] = {}
    for row in over:
        found.setdefault((row.body, row.event), []).append(row)
    for (key, event), part in found.items():
        areas, verb = {row.area for row in part}, "upphörde"
        heirs = _heirs(of, key, areas)
        if event == "taken-back":
            verb = "gick tillbaka till varje kommun"
        elif event in ("left", "alone"):
            verb = f"lämnades av {several(named({row.code for row in part}))}"
        elif heirs:
            verb = f"gick över till {listed(map(name_of, heirs))}"
        year = max(row.year for row in part)
        last = max((p.end for p in periods(key) if p.area in areas and p.end), default=None)
        turn = last is not None and (last.month, last.day, last.year) == (12, 31, year)
        when = f"{year}/{(year + 1) % 100:02d}" if turn else f"{year}"
        yield f"{services(areas)} i {name_of(key)} {verb} {when}."
    mine = {row.body for row in of.own}
    for row in rows("names"):
        if row["arrangement"] in mine and row["first"] and row["first"] <= DAY:
            before = name_of(row["arrangement"], row["first"] - timedelta(days=1))
            if before != row["name"]:
                yield f"{before} bytte namn till {row['name']} {words_of(row['from'])}."


def _heirs(of: Shared, key: str, areas: set[str]) -> list[str]:
    ends = [p.end for p in periods(key) if p.area in areas and p.end]
    if not ends:
        return []
    counted = {row.body for row in of.counted}
    found = []
    for other in (row["key"] for row in rows("arrangements")):
        waits = [p.start - max(ends) for p in periods(other) if p.area in areas]
        if other in counted and any(timedelta(0) < wait <= timedelta(days=31) for wait in waits):
            found.append(other)
    return found


# --- tables --------------------------------------------------------------------------------------


@recomputes("services", "tjanst-organ")
def body_table(at: Place) -> Table:
    """Bodies with form, members, base, start, last evidence and source."""
    whole, of = at.whole, shared(at.whole)
    several_, cells, notes = len(whole.parts) > 1, [], []
    for body in bodies(of):
        printed, parts = body.printed(), []
        for part in whole.parts:
            own = [code for code in part.members if code in body.inside]
            all_ = len(own) == len(part.members) > 2
            parts.append(f"alla {count(len(own))}" if all_ else few(own) if own else "–")
        size, base = len(body.members), int(people()[body.members].sum())
        if "inhabitants" in printed:
            size, base = (int(printed[name]["value"]) for name in ("municipalities", "inhabitants"))
            year = max(row["last"] for row in printed.values()).year
            notes.append(f"{short(name_of(body.key))}: källans egen uppgift ({year}).")
        form = forms()[body.best.form]
        shown = [number(size), number(base), body.start(), str(body.best.year), body.source()]
        cells.append([name_of(body.key), form, *parts, *shown])
    heads = [
        "Organ",
        "Form",
        *([part.name for part in whole.parts] if several_ else ["I rapporten"]),
    ]
    heads += ["Medlemmar", "Invånare", "Startår", "Senaste belägg", "Källa"]
    title = f"Organen och deras medlemmar {TODAY}"
    return Table(title, heads, cells, notes, f"Medlemmarnas invånare {LAST}")


@cache
def centres() -> dict[str, tuple[float, float]]:
    """The middle of each municipality's localities, weighted with their inhabitants; metres."""
    table = read("localities.parquet")
    weight = table["population"].astype(float)
    moved = table[["easting", "northing"]].mul(weight, axis=0).groupby(table["code"]).sum()
    middle = moved.div(weight.groupby(table["code"]).sum(), axis=0)
    return {code: (x, y) for code, x, y in middle.itertuples()}


def away(codes, others) -> float:
    """Kilometres between the nearest of some municipalities and of others."""
    points = centres()
    return min(
        hypot(points[a][0] - points[b][0], points[a][1] - points[b][1]) / 1000
        for a in codes
        for b in others
        if a in points and b in points
    )


def nearest(of: Shared) -> list[tuple[str, Row, list[str], float]]:
    """What others share and nothing is known of here: the body nearest by, the nearest first."""
    found = []
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in all_rows():
        if row.counted and row.area in of.unknown:
            groups.setdefault((row.area, row.body), []).append(row)
    for (area, _), part in sorted(groups.items()):
        codes = sorted(row.code for row in part)
        found.append((area, part[0], codes, away(codes, of.area.members)))
    found.sort(key=lambda one: (one[3], -one[1].year))
    first: dict[str, tuple[str, Row, list[str], float]] = {}
    for one in found:
        first.setdefault(one[0], one)
    return list(first.values())


@recomputes("services", "tjanst-luckor")
def gap_table(at: Place) -> Table:
    """The eight nearest services of others of which nothing is known here."""
    cells = [
        [
            area_names()[area],
            spelt_out(name_of(row.body)),
            few(codes, 2),
            number(far),
            row.words.partition(" (")[0],
            publisher(row.sources[0]),
        ]
        for area, row, codes, far in nearest(shared(at.whole))[:8]
    ]
    heads = ["Tjänst", "Närmaste organ", "Kommuner", "Avstånd (km)", "Hur säkert", "Källa"]
    title = f"Tjänster som det saknas uppgift om för {at.whole.name}"
    return Table(title, heads, cells, subtitle=f"Läget {TODAY}; avstånd i kilometer")


@recomputes("services", "tjanst-antal")
def count_table(at: Place) -> Table:
    """Members with their services and groups of partners."""
    of, cells = shared(at.whole), []
    groups, counts = _circles_by_code(of), _counts(of)
    for code in at.whole.members:
        if code not in counts:
            cells.append([names()[code], "ingen uppgift", "–"])
            continue
        many, older, until = counts[code]
        text = f"{many} gemensam{'' if many == 1 else 'ma'} tjänst{'' if many == 1 else 'er'}"
        if older:
            some = f"varav {older} utan belägg" if older < many else "ingen med belägg"
            text += f", {some if many > 1 else 'utan belägg'} efter {until}"
        cells.append([names()[code], text, number(len(groups[code]))])
    heads = ["Kommun", "Gemensamma tjänster", "Grupper av partner"]
    return Table(f"Gemensamma tjänster per kommun {TODAY}", heads, cells)


def pairs(of: Shared) -> dict[tuple[str, str], dict[str, bool]]:
    """Services of each pair of members, and whether any body has new evidence of it."""
    found: dict[tuple[str, str], dict[str, bool]] = {}
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in all_rows():
        if row.counted:
            groups.setdefault((row.body, row.area), []).append(row)
    for (_, area), part in groups.items():
        new = any(row.new for row in part)
        for pair in combinations(sorted(row.code for row in part), 2):
            if set(pair) <= set(of.area.members):
                own = found.setdefault(pair, {})
                own[area] = own.get(area, False) or new
    return found


@recomputes("services", "tjanst-par")
def pair_table(at: Place) -> Table:
    """Services of each pair of members, most first."""
    found = sorted(pairs(shared(at.whole)).items(), key=lambda one: (-len(one[1]), one[0]))
    cells = [
        [names()[a], names()[b], number(len(areas)), number(sum(areas.values())), services(areas)]
        for (a, b), areas in found
    ]
    heads = ["Kommun", "delar med", "Tjänster", "därav med nya belägg", "Vilka"]
    return Table(f"Gemensamma tjänster par för par {TODAY}", heads, cells)


def _circles_by_code(of: Shared) -> dict[str, dict[tuple[str, ...], set[str]]]:
    """By member: the groups of municipalities that share a service with it, and which."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in all_rows():
        if row.counted:
            groups.setdefault((row.body, row.area), []).append(row.code)
    found: dict[str, dict[tuple[str, ...], set[str]]] = {}
    for (_, area), codes in groups.items():
        for code in set(codes) & set(of.area.members):
            found.setdefault(code, {}).setdefault(tuple(sorted(codes)), set()).add(area)
    return found


@recomputes("services", "tjanst-grupper")
def group_table(at: Place) -> Table:
    """The groups of partners: those with most services, then of fewest municipalities, first."""
    own, found = _circles_by_code(shared(at.whole)), {}
    for code in sorted(own):
        ranked = sorted(own[code].items(), key=lambda one: (-len(one[1]), "; ".join(one[0])))
        for circle, areas in ranked:
            found.setdefault(circle, areas)
    cells = []
    for circle, areas in sorted(found.items(), key=lambda one: (-len(one[1]), len(one[0]))):
        inside = [code for code in circle if code in at.whole.members]
        outside = [code for code in circle if code not in at.whole.members]
        beyond = few(outside) if len(outside) <= 8 else f"{len(outside)} kommuner utanför"
        text = listed(named(inside)) + (f"; dessutom {beyond}" if outside else "")
        cells.append([text, number(len(circle)), services(areas)])
    return Table(f"Grupper av partner {TODAY}", ["Grupp", "Kommuner", "Delar"], cells)


def hosts(of: Shared) -> list[tuple[Row, float]]:
    """Counted services with a host, and how far it is; each body and member once."""
    points = centres()
    known = [row for row in of.counted if row.host and row.host in points and row.code in points]
    return [(row, away([row.code], [row.host])) for row in known]


@recomputes("services", "tjanst-avstand")
def distances(at: Place) -> Table:
    """The way to the host of each body and member."""
    once = {(row.body, row.code): (row, far) for row, far in reversed(hosts(shared(at.whole)))}
    order = dict.fromkeys((row.body, row.code) for row, _ in hosts(shared(at.whole)))
    cells = [
        [name_of(row.body), names()[row.code], host(row.host), number(far)]
        for row, far in (once[key] for key in order)
        if row.code != row.host
    ]
    heads = ["Organ", "Kommun", "Värd", "Avstånd (km)"]
    return Table("Fågelvägen till värdkommunens", heads, cells)


@says("services")
def farthest(whole: Area):
    """The longest way to a host, and how many bodies name none."""
    of = shared(whole)
    ways = sorted(hosts(of), key=lambda one: one[1])
    if not ways:
        yield "Ingen källa namnger en värdkommun."
        return
    row, far = ways[-1]
    yield (
        f"Längst till värdkommunen är det för {names()[row.code]}: {number(far)} km till "
        f"{host(row.host)} ({name_of(row.body)})."
    )
    without = {body.key for body in bodies(of)} - {row.body for row, _ in ways}
    if without:
        yield f"För {'ett' if len(without) == 1 else count(len(without))} organ namnger ingen källa."


@recomputes("services", "tjanst-register")
def register(at: Place) -> Table:
    """Every body with a row for a member."""
    cells = []
    about = {row["key"]: row for row in rows("arrangements")}
    for key in dict.fromkeys(row.body for row in shared(at.whole).own):
        own = [row for row in all_rows() if row.body == key]
        codes = {row.code for row in own if row.words == own[0].words}
        inside = named(codes & set(at.whole.members))
        members = listed(named(codes))
        if len(codes) > 12:
            members = f"{len(codes)} kommuner, varav i regionen {listed(inside)}"
        at_host = host(about[key]["host"]) if about[key]["host"] else "–"
        form = forms()[about[key]["legal_form"]]
        cells.append([name_of(key), about[key]["description"], form, at_host, members])
    heads = ["Organ", "Vad det är", "Juridisk form", "Värd", "Kommuner"]
    return Table(f"Organ, avtal och avsikter {TODAY}", heads, cells)


def source_numbers(of: Shared) -> dict[str, int]:
    """The sources of the members' rows, numbered as they are met."""
    keys = dict.fromkeys(key for row in of.own for key in row.sources)
    return {key: place for place, key in enumerate(keys, start=1)}


@recomputes("services", "tjanst-uppgifter")
def facts(at: Place) -> Table:
    """What each body does: services, how sure, since when, trust and sources."""
    of = shared(at.whole)
    numbers, seen = source_numbers(of), set()
    groups: dict[tuple, list[str]] = {}
    for row in of.own:
        once = (row.body, row.area, row.words, row.sources)
        if once in seen:
            continue
        seen.add(once)
        cited = ", ".join(str(n) for n in sorted(numbers[key] for key in row.sources))
        start = "–" if row.state == "planned" else since(row.body, row.area)
        groups.setdefault((row.body, row.words, start, _TRUST[row.trust], cited), []).append(
            row.area
        )
    cells = [
        [name_of(key), services(areas), words, start, trust, cited]
        for (key, words, start, trust, cited), areas in groups.items()
    ]
    heads = ["Organ", "Tjänster", "Hur säkert", "Startår", "Säkerhet", "Källa nr"]
    return Table(f"Tjänster, hur säkert och källor {TODAY}", heads, cells)


# --- figures -------------------------------------------------------------------------------------


@recomputes("services", "organ-kartor")
def body_maps(at: Place) -> Figure:
    """A map for each circle: four in the first figure, six in the others."""
    of = shared(at.whole)
    found = circles(of)
    first = 0 if at.page == 1 else 4 + 6 * (at.page - 2)
    shown = found[first : 4 if at.page == 1 else first + 6]
    cells, said = [], []
    for body in (body for circle in shown for body in circle):
        inside, outside = listed(named(body.inside)), named(body.outside)
        name, words = name_of(body.key), body.best.words
        cells.append([name, number(len(body.areas)), inside, listed(outside) or "–", words])
        beyond = listed(outside) if len(outside) <= 8 else f"{len(outside)} kommuner"
        said.append(f"{name} ({words}): {inside}{f'; utanför {beyond}' if outside else ''}.")
    heads = ["Organ", "Tjänster för regionens kommuner", "Medlemmar i regionen"]
    left = len(found) - 4 if at.page == 1 else 0
    return Figure(
        _circles_title(at.whole)
        if at.page == 1
        else f"Fler organ och deras kommuner, del {at.page}",
        f"En karta för varje grupp av kommuner. {' '.join(said)}",
        f"Kommunerna i varje organ {TODAY}",
        Table(
            f"Organ och medlemmar {TODAY}",
            [*heads, "Medlemmar utanför", "Hur säkert"],
            cells,
            whole=tuple(name_of(body.key) for circle in found for body in circle),
        ),
        [f"{count(left)} grupper till står i bilagan." if left > 1 else "En grupp till."],
    )


def _circles_title(whole: Area) -> str:
    if len(whole.parts) > 1:
        return "; ".join(
            f"i {part.name} i {count(len(circles(shared(part))))} grupper" for part in whole.parts
        )
    found = circles(shared(whole))
    sizes = []
    for circle in found:
        printed = [body.printed().get("municipalities") for body in circle]
        sizes.append(max([len(circle[0].members), *(int(row["value"]) for row in printed if row)]))
    return (
        f"De {count(len(whole.members))} kommunerna delar tjänster i {count(len(sizes))} olika grupper, "
        f"från {min(sizes)} till {max(sizes)} kommuner"
    )


@recomputes("services", "tjanst-matris")
def matrix(at: Place) -> Figure:
    """Every row of the members; the alt text tells who shares what of the services on its page."""
    of = shared(at.whole)
    members: dict[tuple[str, ...], list[str]] = {}
    for row in of.own:
        told = (
            area_names()[row.area],
            name_of(row.body),
            forms()[row.form],
            host(row.host) if row.host else "–",
            row.words,
            str(row.year) if row.year else "–",
            since(row.body, row.area),
            _TRUST[row.trust],
            " | ".join(citation(key) for key in row.sources),
        )
        members.setdefault(told, []).append(row.code)
    cells = [[told[0], listed(named(codes)), *told[1:]] for told, codes in members.items()]
    heads = [
        "Tjänst",
        "Kommuner",
        "Organ",
        "Form",
        "Värd",
        "Hur säkert",
        "Senaste belägg",
        "Startår",
    ]
    table = Table(f"Tjänster, organ och kommuner {TODAY}", [*heads, "Säkerhet", "Källor"], cells)
    more = f", del {at.page}" if at.page > 1 else ""
    return Figure(
        f"Alla tjänster: form, organ och hur säkert det är, {TODAY}{more}",
        _alt_of_matrix(of),
        "Bokstaven anger den juridiska formen, årtalet det senaste belägget",
        table if at.page == 1 else None,
        ["R samordningsförbund; S stiftelse; Punkt: ingen uppgift."],
    )


def _alt_of_matrix(of: Shared) -> Callable[[str], str]:
    """Which services a page has is taken from the page; who shares them is not."""

    def wanted(shown: str) -> str:
        told = []
        for body in bodies(of):
            name = f"{name_of(body.key)} ({forms()[body.best.form]}): "
            start = shown.find(name)
            said = re.split(r"\. (?=[A-ZÅÄÖ])", shown[start:])[0] if start >= 0 else ""
            areas = [a for a in body.areas if area_names()[a].casefold() in said.casefold()]
            if areas:
                told.append(f"{name}{services(areas)} för {listed(named(body.inside))}.")
        return f"Matris. {' '.join(told)}"

    return wanted


def citation(key: str) -> str:
    """A source in full."""
    source = next(row for row in rows("sources") if row["id"] == key)
    title, note, day = source["title"], source["note"], source["date"]
    quoted = title if title.startswith("”") else f"”{title}”"
    when = day or ("" if note.startswith("odaterad") else "odaterad")
    checked = f"kontrollerad {source['checked']}" if source["checked"] else ""
    text = ", ".join(part for part in (f"{source['publisher']}: {quoted}", when, checked) if part)
    text += f". {note[:1].upper()}{note[1:]}" if note else ""
    return f"{text}. {source['url']}" if source["url"] else f"{text}."


@dataclass(frozen=True)
class Line:
    """A row of the timeline."""

    key: str
    areas: list[str]
    start: date
    last: date
    end: date | None
    seen: int | None
    words: str
    new: bool
    vague: bool
    gone: bool  # left by the members


def lines(of: Shared) -> dict[str, Line]:
    """The bodies that ran a service for a member, by name."""
    found = {}
    own = [row for row in of.own if row.event not in ("intention", "inquiry", "decided")]
    kinds = {row["key"]: row["kind"] for row in rows("arrangements")}
    for key in dict.fromkeys(row.body for row in own):
        part = [row for row in own if row.body == key]
        areas = list(dict.fromkeys(row.area for row in part))
        spans = [p for p in periods(key) if p.area in areas and p.start <= DAY]
        if spans and kinds[key] == "service":
            found[name_of(key)] = _line(key, areas, part, spans)
    return found


def _line(key: str, areas: list[str], part: list[Row], spans: list[Period]) -> Line:
    alive = [row for row in part if row.state != "ended"]
    ends = [p.end if p.end and p.end <= DAY else None for p in spans]
    over = all(ends) or not alive
    living = spans if over else [p for p in spans if p.area in {row.area for row in alive}]
    new = not over and any(row.new for row in alive)
    known = max((p.end or p.last for p in living), default=DAY)
    past = [end for end in ends if end]
    last = max(past) if over and past else DAY if new else min(known, DAY)
    best = part if over else alive
    head = max(best, key=lambda row: row.year or 0)
    vague = all(row.state == "unclear" for row in best)
    start = min(p.start for p in spans)
    end, gone = last if over and past else None, not alive and not past
    return Line(key, areas, start, last, end, head.year, head.words, new, vague, gone)


@recomputes("services", "tjanst-tidslinje")
def timeline(at: Place) -> Figure:
    """A row for each body; how they are spread over pages is taken from the pages."""
    every = lines(shared(at.whole))
    shown = [every[name] for name in at.rows if name in every]
    cells, said = [], []
    for line in shown:
        start = since(line.key, line.areas[0])
        end = str(line.end.year) if line.end else "–"
        name = name_of(line.key)
        cells.append(
            [
                name,
                services(line.areas),
                start,
                number(line.seen).replace("\u202f", ""),
                end,
                line.words,
            ]
        )
        said.append(f"{name}: {start}, {line.words}.")
    heads = ["Organ", "Tjänster", "Startår", "Senaste belägg", "Slut", "Hur säkert"]
    more = f", del {at.page}" if at.page > 1 else ""
    return Figure(
        _timeline_title(at.whole, shown, every) + more,
        f"Tidslinje med en rad för varje organ. {' '.join(said)}",
        f"Organ som har skött tjänster för kommunerna, till {TODAY}",
        Table(f"När organen verkade, till {TODAY}", heads, cells, whole=tuple(every)),
        in_full(line.key for line in shown),
    )


def _timeline_title(whole: Area, shown: list[Line], every: dict[str, Line]) -> str:
    if all(line.vague for line in shown):
        return f"Om {_ones(len(shown))} organ är det oklart i dag"
    some = any(line.vague for line in shown)
    kept = {line.key for line in every.values() if some or not line.vague}
    told = []
    for part in whole.parts:
        own = [line for line in lines(shared(part)).values() if line.key in kept]
        ended, gone = sum(line.end is not None for line in own), sum(line.gone for line in own)
        old = sum(not (line.end or line.new or line.gone) for line in own)
        where = f" i {part.name}" if len(whole.parts) > 1 else ""
        text = f"{_ones(len(own))} organ har verkat{where}; "
        parts = [f"{_ones(ended)} har upphört"] if ended else []
        parts += [f"{_ones(gone)} har lämnats"] if gone else []
        parts += [f"{_ones(old)} saknar nya belägg"] if old else []
        told.append(text + listed(parts))
    return ". ".join(told)


def _ones(many: int) -> str:
    return "ett" if many == 1 else count(many)
