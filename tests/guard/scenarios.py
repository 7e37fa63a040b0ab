"""Recomputed: a scenario: who has the service today, bases, distances, links, forms, assumptions."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd

from tests.guard import nation
from tests.guard.bodies import TODAY, forms, named, since
from tests.guard.cards import TRUSTS, differing, source_line, sources
from tests.guard.files import LAST, Area, names, people, read
from tests.guard.given import matrix
from tests.guard.inventory import COUNTED, NEW, Row, area_names, name_of, rows, shared, states
from tests.guard.model import Figure, Place, Table, recomputes, says
from tests.guard.modelled import errors_of, interval, size
from tests.guard.pageone import lower
from tests.guard.swedish import count, listed, number

COMMUTING = 2021
LETTERS = {"kommunalforbund": "F", "gemensam-namnd": "N", "bolag": "B", "avtal": "A"}
LETTERS |= {"samordningsforbund": "S"}
AUTHORITY = ("raddningstjanst", "raddningsledning", "bygglov", "miljotillsyn", "overformyndare")
AUTHORITY += ("bostadsanpassning", "parkeringstillstand")
_ORDER = (*COUNTED, "unclear")
_NOT_AGE = "Väg- och restider; bara fågelvägen är räknad."


@dataclass(frozen=True)
class Case(Area):
    """A scenario: `members` share `service`, with `host` ("": none)."""

    service: str = ""
    host: str = ""

    @property
    def what(self) -> str:
        """The service inside a sentence."""
        return lower(area_names()[self.service])


@dataclass(frozen=True)
class Held:
    """A body that has the service for a member today, or had it: its first row, and who is in it."""

    row: Row
    inside: list[str]
    outside: list[str]

    @property
    def name(self) -> str:
        return name_of(self.row.body)


def _service(service: str) -> dict[str, list[Row]]:
    """The rows of each body that has a service today, or of which it is unclear."""
    found: dict[str, list[Row]] = {}
    for row in states():
        if (row.area, row.kind) == (service, "service") and row.state in _ORDER:
            found.setdefault(row.body, []).append(row)
    return found


@cache
def present(case: Case) -> list[Held]:
    """Bodies with the service for a member, the surest first."""
    found = []
    for own in _service(case.service).values():
        codes = sorted({row.code for row in own})
        inside = [code for code in codes if code in case.members]
        if inside:
            found.append(Held(own[0], inside, [code for code in codes if code not in inside]))
    return sorted(found, key=lambda held: _ORDER.index(held.row.state))


def outside(case: Case) -> list[str]:
    """Those in the present bodies that are not in the scenario."""
    return sorted({code for held in present(case) for code in held.outside})


def alone(case: Case) -> dict[str, str]:
    """Members that do the service by themselves, with the words for it."""
    return {code: words for code, area, words, _ in shared(case).alone if area == case.service}


def apart(case: Case) -> list[str]:
    """Members in no present body."""
    served = {code for held in present(case) for code in held.inside}
    return [code for code in case.members if code not in served]


def same(case: Case) -> Held | None:
    """The body that has the very members of the scenario."""
    alike = [h for h in present(case) if h.row.counted and set(h.inside) == set(case.members)]
    return next((held for held in alike if not held.outside), None)


def total(codes) -> int:
    """Inhabitants of some municipalities together."""
    return int(people()[list(codes)].sum())


# --- the question and today ----------------------------------------------------------------------


@says("scenario")
def question(case: Case) -> Iterator[str]:
    """What is tried, and what research found."""
    host = f" med {names()[case.host]} som värd" if case.host else ""
    yield f"Tänk om {listed(named(case.members))} delade tjänsten {case.what}{host}."
    yield f"Scenariot jämför med läget den {TODAY} enligt inventeringen."
    yield "Det är ingen prognos, och det lovar ingen besparing."
    yield from RESEARCH


RESEARCH = ("Statskontoret fann 2023 att samverkan.", "Källa: Statskontoret (2023)")
"""The numbers of the sentences on research; `tests/text` holds their words."""


@recomputes("scenario", "scenario-karta")
def circle(at: Place) -> Figure:
    """The circle of the scenario, and who stays in today's bodies."""
    case, away = at.whole, outside(at.whole)
    inside = listed(named(case.members))
    host = f" Värd: {names()[case.host]}." if case.host else ""
    staying = f" Inte med, men med i dag: {listed(named(away))}." if away else ""
    roles = [
        [names()[code], "i scenariot" + (", värd" if code == case.host else "")]
        for code in case.members
    ]
    roles += [[names()[code], "med i dag, inte i scenariot"] for code in away]
    return Figure(
        f"Scenariot: {case.what}",
        f"Karta. I scenariot: {inside}.{host}{staying}",
        table=Table("Kommunerna i scenariot", ["Kommun", "Roll"], roles),
    )


@says("scenario")
def today(case: Case) -> Iterator[str]:
    """Who has the service, who leaves it, and who stays."""
    if (held := same(case)) is not None:
        yield (
            f"Scenariot är detsamma som i dag: {listed(named(case.members))} har redan tjänsten "
            f"tillsammans i {held.name}, och ingen annan är med."
        )
    for held in present(case):
        yield from _body(case, held)
    for code, words in alone(case).items():
        yield f"{names()[code]} sköter tjänsten själv ({words})."
    unknown = [code for code in apart(case) if code not in alone(case)]
    if unknown:
        yield f"För {listed(named(unknown))} finns ingen uppgift om att tjänsten delas i drift."
    yield from _plans(case)
    for held in present(case):
        yield from differing(held.row.body, [case.service])


def _body(case: Case, held: Held) -> Iterator[str]:
    form = forms()[held.row.form]
    yield f"{listed(named(held.inside))} har tjänsten i {held.name} ({form}; {held.row.words})."
    joining = [code for code in case.members if code not in held.inside]
    if not held.row.counted:
        yield f"Uppgiften räcker inte för att räkna tjänsten som i drift den {TODAY}."
    elif not held.outside:
        yield "Alla dess medlemmar ingår i scenariot."
    else:
        one = listed(named(held.inside)) if len(held.inside) == 1 else ""
        yield f"I scenariot lämnar {one} det; kvar blir {listed(named(held.outside))}."
    if joining:
        yield f"I scenariot tillkommer {listed(named(joining))}."


def _plans(case: Case) -> Iterator[str]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in shared(case).own:
        if (row.area, row.state) == (case.service, "planned"):
            found.setdefault((row.body, row.event), []).append(row)
    for (key, _), part in found.items():
        yield f"Det finns en plan ({part[0].words}): {name_of(key)}, för {_listed(part)}."
    if found:
        yield "Det är ingen tjänst i drift."


def _listed(part: list[Row]) -> str:
    return listed(named({row.code for row in part}))


@recomputes("scenario", "scenario-idag")
def today_table(at: Place) -> Table:
    """The bodies of today with members inside and outside."""
    lines = [
        [
            held.name,
            forms()[held.row.form],
            held.row.words,
            since(held.row.body, at.whole.service),
            listed(named(held.inside)),
            listed(named(held.outside)) or "ingen",
        ]
        for held in present(at.whole)
    ]
    heads = ["Organ", "Form", "Status", "Sedan", "I scenariot", "Blir kvar"]
    return Table(f"Vilka som har tjänsten tillsammans i dag: {at.whole.what}", heads, lines)


# --- bases ---------------------------------------------------------------------------------------


def _sizes(case: Case) -> list[tuple[Row, int, int]]:
    """Every body of the inventory with the service: first row, members, inhabitants."""
    found = []
    for own in _service(case.service).values():
        codes = {row.code for row in own}
        found.append((own[0], len(codes), total(codes)))
    return sorted(found, key=lambda one: -one[2])


@recomputes("scenario", "scenario-underlag")
def bases(at: Place) -> Figure:
    """The base of the scenario, of today's bodies, of those who stay, and of other bodies."""
    case, held = at.whole, present(at.whole)
    bars = [["Scenariots krets", "scenariot", len(case.members), total(case.members)]]
    for one in held:
        codes = one.inside + one.outside
        label = f"{one.name}: {one.row.words}"
        bars.append([label, "krets i inventeringen", len(codes), total(codes)])
    for one in held:
        if one.outside:
            label = f"Kvar i {one.name}: {listed(named(one.outside))}"
            bars.append([label, "blir kvar", len(one.outside), total(one.outside)])
    for code in apart(case):
        label = f"{names()[code]}, {alone(case).get(code, 'ingen uppgift i dag')}"
        bars.append([label, "en kommun för sig", 1, total([code])])
    mine = {one.row.body for one in held}
    for row, members, size_ in _sizes(case):
        if row.body not in mine:
            unsure = "" if row.counted else f": {row.words}"
            label = f"{name_of(row.body)} [{LETTERS[row.form]}]{unsure}"
            bars.append([label, row.words, members, size_])
    said = listed(f"{label} {number(size_)}" for label, _, _, size_ in bars)
    lines = [[label, what, number(many), number(size_)] for label, what, many, size_ in bars]
    heads = ["Krets", "Vad", "Kommuner", "Folkmängd (invånare)"]
    title = f"Befolkningsunderlaget före och efter, folkmängd {LAST}"
    return Figure(
        title, f"Liggande staplar: {said}.", table=Table(f"Folkmängd {LAST}", heads, lines)
    )


@says("scenario")
def base(case: Case) -> Iterator[str]:
    """The base against today's and against the bodies that count."""
    after = total(case.members)
    if same(case) is not None:
        yield f"Scenariots krets är densamma som i dag: {number(after)} invånare ({LAST})."
    else:
        yield f"Scenariots krets har {number(after)} invånare ({LAST})."
        for held in present(case):
            codes = held.inside + held.outside
            size_ = number(total(codes))
            yield f"{held.name} har {size_} invånare i {count(len(codes))} kommuner."
        for held in present(case):
            if held.outside:
                yield (
                    f"Kvar i {held.name} blir {listed(named(held.outside))} med "
                    f"{number(total(held.outside))} invånare."
                )
    yield from _among(case, after)


def _among(case: Case, after: int) -> Iterator[str]:
    held = same(case)
    others = [
        size_
        for row, _, size_ in _sizes(case)
        if row.counted and (held is None or row.body != held.row.body)
    ]
    if not others:
        yield f"Inventeringen har inget organ för {case.what} som räknas som i drift."
        return
    which = "enda " if len(others) == 1 and held is None else f"{count(len(others))} "
    span = dict.fromkeys((number(min(others)), number(max(others))))
    several = which if len(others) > 1 or held is None else ""
    yield f"Inventeringens {several}organ för tjänsten har mellan {listed(span)} invånare."
    smaller = sum(size_ < after for size_ in others)
    if 0 < smaller < len(others):
        yield f"Scenariots krets är större än {_one(smaller)} av dem."


def _one(many: int) -> str:
    return "ett" if many == 1 else count(many)


def _nation(area: str):
    @recomputes("scenario", f"nationella-underlag-{area}")
    def nation_bases(at: Place) -> Figure:
        full, mine = nation.whole(area), nation.own(area, at.whole)
        mine, after = mine[mine["whole"]], total(at.whole.members)
        smaller, sizes = int((full["people"] < after).sum()), full["people"]
        here = listed(f"{n} {number(p)}" for n, p in zip(mine["name"], mine["people"], strict=True))
        caption = f"Underlag för {nation.SERVICES[area]} i landet, folkmängd {LAST}"
        return Figure(
            f"Scenariots underlag vore större än {smaller} av {len(full)} kända organ i landet",
            f"{caption}: {len(full)} organ från {number(sizes.min())} till {number(sizes.max())} "
            f"invånare, medianen {number(sizes.median())}. Här: {here or 'inget'}. Scenariot: "
            f"{number(after)}.",
            f"Ett organ är en prick; invånare 31 december {LAST}",
            nation.all_bases(area, caption),
            [nation.complete(area)],
        )

    @says("scenario")
    def nation_text(case: Case) -> Iterator[str]:
        if case.service == area:
            sizes, after = nation.whole(area)["people"], total(case.members)
            yield (
                f"Med {number(after)} invånare ({LAST}) vore scenariots underlag för "
                f"{nation.SERVICES[area]} större än {int((sizes < after).sum())} av de {len(sizes)} "
                f"organ i landet vars medlemmar är kända. Medianen för dem är "
                f"{number(sizes.median())} invånare."
            )
            yield nation.complete(area)

    return nation_bases, nation_text


for _area in ("livsmedelskontroll", "raddningstjanst"):  # of the others no body is whole
    _nation(_area)


# --- distances and links -------------------------------------------------------------------------


@cache
def hosts(case: Case) -> pd.DataFrame:
    """By host: place, mean_km of all, own_km, largest_km and the member that has the longest way."""
    table = read("localities.parquet")
    table = table[table["code"].isin(case.members)]
    found = []
    for code, own in table.groupby("code"):
        largest = own.sort_values("population").iloc[-1]
        away = np.hypot(
            table["easting"] - largest["easting"], table["northing"] - largest["northing"]
        )
        km = table.assign(km=away / 1000 * table["population"]).groupby("code")
        mean = km["km"].sum() / km["population"].sum()
        others = mean.drop(code)
        found.append(
            {
                "code": code,
                "place": largest["name"],
                "mean": float((away * table["population"]).sum() / table["population"].sum())
                / 1000,
                "own": mean[code],
                "largest": others.max(),
                "farthest": others.idxmax(),
            }
        )
    return pd.DataFrame(found).sort_values("mean", kind="stable").set_index("code")


def _year() -> int:
    return int(read("localities.parquet")["year"].max())


@recomputes("scenario", "scenario-avstand")
def distances(at: Place) -> Table:
    """Each member as host."""
    lines = [
        [
            names()[code] + (" (vald)" if code == at.whole.host else ""),
            row.place,
            number(row.mean, 1),
            number(row.own, 1),
            number(row.largest, 1),
            names()[row.farthest],
        ]
        for code, row in ((row.Index, row) for row in hosts(at.whole).itertuples())
    ]
    km = ["Medelavstånd, alla (km)", "Värdens egna invånare (km)", "Längsta medelavstånd (km)"]
    heads = ["Värdkommun", "Till", *km, "Längst bort"]
    note = f"Från varje tätort, vägt med dess invånare {_year()}."
    return Table("Avstånd om kommunen vore värd, fågelvägen", heads, lines, [note])


@says("scenario")
def way(case: Case) -> Iterator[str]:
    """The distance to the host, or to the member that is nearest to all."""
    table = hosts(case)
    best = table.iloc[0]
    if not case.host:
        yield (
            f"Kortast vägt avstånd ger {names()[table.index[0]]}: i genomsnitt "
            f"{number(best['mean'], 1)} km per invånare i tätort ({_year()})."
        )
    else:
        row = table.loc[case.host]
        where = names()[case.host]
        place = row["place"] + ("" if row["place"] == where else f" i {where}")
        yield (
            f"För dem som bor i kommunernas tätorter ({_year()}) är det i genomsnitt "
            f"{number(row['mean'], 1)} km fågelvägen till {place}; värdkommunens egna invånare har i "
            f"genomsnitt {number(row['own'], 1)} km."
        )
        yield f"Längst är det för {names()[row['farthest']]}: {number(row['largest'])} km."
        if table.index[0] != case.host:
            yield (
                f"Kortast skulle det vara med {names()[table.index[0]]} som värd: "
                f"{number(best['mean'], 1)} km."
            )
    hosted = [held for held in present(case) if held.row.host]
    for held in hosted:
        yield f"I dag är {names()[held.row.host]} värd för {held.name}."
    if present(case) and not hosted:
        yield "Källorna namnger ingen värdkommun för de nuvarande organen."
    if not present(case):
        yield "Inventeringen har inget organ för tjänsten bland kommunerna."
        yield "Det finns därför inget avstånd i dag att jämföra med."


def _pairs(case: Case) -> list[tuple[str, str]]:
    return list(combinations(sorted(case.members), 2))


@cache
def _borders() -> set[tuple[str, str]]:
    table = read("neighbours.parquet")
    pairs = set(zip(table["code"], table["neighbour_code"], strict=True))
    return pairs | {(b, a) for a, b in pairs}


def _centre(code: str) -> np.ndarray:
    own = read("localities.parquet")
    own = own[own["code"] == code]
    return np.average(own[["easting", "northing"]], axis=0, weights=own["population"])


@recomputes("scenario", "scenario-par")
def pairs(at: Place) -> Table:
    """Each pair: distance, border and commuters."""
    flows = matrix(COMMUTING)
    lines = [
        [
            names()[a],
            names()[b],
            number(float(np.linalg.norm(_centre(a) - _centre(b))) / 1000, 1),
            "ja" if (a, b) in _borders() else "ingen i underlaget",
            size(flows.at[a, b]),
            size(flows.at[b, a]),
        ]
        for a, b in _pairs(at.whole)
    ]
    way_ = ["Pendlare A till B", "Pendlare B till A"]
    heads = ["Kommun A", "Kommun B", "Fågelväg (km)", "Landgräns", *way_]
    title = f"Paren: avstånd, landgräns och pendlare {COMMUTING} (modellskattade)"
    notes = ["Modellskattade tal under 1\u202f000 är intervall.", _error()]
    return Table(title, heads, lines, notes)


def _error() -> str:
    """How far off small and large modelled flows were in tests."""
    table = errors_of("size").sort_values("least")
    small, large = table.iloc[1], table.iloc[-1]
    return (
        f"I prov var medianfelet {number(100 * small['median_error'])} procent för flöden på "
        f"{number(small['least'])}–{number(table.iloc[2]['least'])} pendlare och "
        f"{number(100 * large['median_error'])} procent för flöden över {number(large['least'])}."
    )


@says("scenario")
def links(case: Case) -> Iterator[str]:
    """Borders, and which pair is the strongest."""
    every = _pairs(case)
    land = [pair for pair in every if pair in _borders()]
    yield f"{_one(len(land)).capitalize()} av {_one(len(every))} par har landgräns med varandra."
    yield "Gränser i vatten finns inte i underlaget: vägar, broar och restider är inte medräknade."
    parts = _parts(case, land)
    if len(parts) > 1:
        yield f"Kommunerna hänger inte ihop: {'; '.join(listed(named(part)) for part in parts)}."
    flows = matrix(COMMUTING)
    both = sorted(((flows.at[a, b] + flows.at[b, a], a, b) for a, b in every), reverse=True)
    first, a, b = both[0]
    if len(both) == 1 or interval(first)[0] >= interval(both[1][0])[1]:
        yield f"Starkast är troligen länken mellan {names()[a]} och {names()[b]}."
    yield f"Pendlingen {COMMUTING} är modellskattad och inte observerad."
    yield _error()


def _parts(case: Case, land: list[tuple[str, str]]) -> list[list[str]]:
    """The members as groups that hang together by land, the largest first."""
    part = {code: {code} for code in case.members}
    for a, b in land:
        joined = part[a] | part[b]
        for code in joined:
            part[code] = joined
    groups = {tuple(sorted(group)) for group in part.values()}
    return sorted(map(list, sorted(groups)), key=len, reverse=True)


# --- costs, forms, the unknown, assumptions ------------------------------------------------------


@says("scenario")
def costs(case: Case) -> Iterator[str]:
    """That no cost is known, and the indicator that would tell it."""
    (indicator,) = (row["kolada_cost"] for row in rows("areas") if row["key"] == case.service)
    if indicator.strip("inget"):
        yield f"Den finns som nyckeltal {indicator} i Kolada, och ingen annan kostnad används."
    else:
        why = "I Kolada finns inget nyckeltal" if indicator else "Tjänsten är inte kopplad"
        yield f"Kostnaden per invånare för {case.what} är okänd."
        yield f"{why}, och ingen annan kostnad används i stället."
    yield "Inget intervall räknas."


@says("scenario")
def unknown(case: Case) -> Iterator[str]:
    """What is not known."""
    yield "Kostnaden per invånare i dag är okänd i alla kommunerna."
    nobody = [code for code in apart(case) if code not in alone(case)]
    if nobody:
        yield f"- Hur {listed(named(nobody))} ordnar tjänsten i dag är inte känt."
    for held in present(case):
        if held.row.state not in NEW:
            age = f"från {held.row.year}" if held.row.year else "odaterat"
            yield f"- Om {held.name} fortfarande har tjänsten: det senaste belägget är {age}."
        if held.row.counted and held.outside:
            yield f"- Villkoren för att lämna {held.name}."
        if since(held.row.body, case.service) == "okänt":
            yield f"- När {held.name} började är inte känt."
    yield f"- {_NOT_AGE}"
    yield "- Om kommunerna vill: inget beslut av något fullmäktige ligger till grund för scenariot."


@recomputes("scenario", "scenario-former")
def possible(at: Place) -> Table:
    """The legal forms, and whether each is open."""
    case = at.whole
    private = (
        "bara för delar utan myndighetsutövning, eller där lag medger det"
        if case.service in AUTHORITY
        else "ja, för uppgifter utan myndighetsutövning"
    )
    answers = {
        "gemensam-namnd": f"ja, med {names()[case.host]} som värd"
        if case.host
        else "ja, en medlem blir värd",
        **dict.fromkeys(("bolag", "forening", "stiftelse"), private),
        **dict.fromkeys(("natverk", "avsiktsforklaring"), "ja, men inga uppgifter förs över"),
    }
    lines = [
        [row["name"], answers.get(row["key"], "ja"), row["meaning"], row["paragraph"] or "inget"]
        for row in rows("forms")
        if row["key"] != "okand"
    ]
    return Table("Juridiska former", ["Form", "Möjlig här", "Innebär", "Lagrum"], lines)


@recomputes("scenario", "scenario-antaganden")
def assumptions(at: Place) -> Table:
    """Every choice; what is the same in every scenario is not recomputed."""
    case = at.whole
    unused = "används inte, eftersom kostnaden inte är känd"
    lines = [
        ["Tjänst", area_names()[case.service]],
        ["Kommuner", listed(named(case.members))],
        ["Värdkommun", names()[case.host] if case.host else "ingen vald"],
        ["Datum för vem som delar vad", TODAY],
        ["Folkmängd", f"31 december {LAST}"],
        ["Pendling", f"{COMMUTING}, modellskattning"],
        ["Antagen ändring av kostnaden", f"−5 procent till +5 procent; {unused}"],
        ["Kommunens centrum", "tätorternas medelpunkt, vägd med deras folkmängd"],
        [
            "Avstånd till värden",
            "fågelvägen från varje tätort till värdens största tätort, vägd med tätorternas "
            "invånare; de som bor utanför tätort är inte med",
        ],
        ["Landgränser", "SCB:s karta för tematiskt bruk; vattengränser saknas"],
        [
            "Vad som räknas som delat i dag",
            "det som är bekräftat eller belagt, och det som fanns utan att något slut är känt",
        ],
    ]
    return Table("Scenariots antaganden och val", ["Antagande", "Värde"], lines)


@recomputes("scenario", "scenario-organ")
def bodies(at: Place) -> Table:
    """All that the inventory says of the service."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in states():
        if row.area == at.whole.service:
            found.setdefault((row.body, row.words), []).append(row)
    lines = [
        [
            name_of(key),
            forms()[part[0].form],
            words,
            listed(named({row.code for row in part})),
            TRUSTS[part[0].trust],
            "; ".join(dict.fromkeys(map(_published, part[0].sources))),
        ]
        for (key, words), part in found.items()
    ]
    heads = ["Organ", "Form", "Status", "Kommuner", "Tilltro", "Källor"]
    return Table(f"Alla uppgifter om {at.whole.what} i inventeringen", heads, lines)


def _published(key: str) -> str:
    row = sources()[key]
    return f"{row['publisher']} ({row['date'] or 'odaterad'})"


@says("scenario")
def source_list(case: Case) -> Iterator[str]:
    """The numbered sources of the service."""
    cited = [key for row in states() if row.area == case.service for key in row.sources]
    for place, key in enumerate(dict.fromkeys(cited), start=1):
        yield source_line(key, place)
