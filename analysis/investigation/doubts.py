"""What a reader should know of an investigation's own figures before believing them.

Terms
-----
doubt: nothing is wrong for certain, so the investigation is built; the command says it in English,
    the report in Swedish.
usual cost: kronor per inhabitant and service between `LEAST` and `MOST`; beyond it kronor and
    thousands of kronor have most often been mixed up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analysis.investigation import forms, question, texts
from analysis.investigation.forms import ITEMS, OwnFigures
from analysis.investigation.question import Question
from analysis.investigation.texts import Block
from analysis.loaders.population import load_population
from analysis.metrics import capacity
from analysis.regions import municipalities

LEAST, MOST = 3.0, 5000.0
_FACTOR = 20  # between the members' costs per inhabitant
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Doubt:
    """One doubt: for the command, and for the report ("" where it concerns the writer alone)."""

    said: str
    swedish: str = ""


def doubts(
    asked: Question,
    own: OwnFigures,
    prose: Mapping[str, Sequence[Block]],
    names: Mapping[str, str],
    *,
    data_date: date,
) -> Iterator[Doubt]:
    """Every doubt about what the folder holds; `names` are the services' names by key.

    `data_date` is the day up to which the inventory can know anything.
    """
    rows = own.stated.to_dict("records")
    yield from _missing(asked, own)
    yield from _units(rows, names)
    yield from _persons(rows, names)
    yield from _overhead(rows)
    yield from _years(rows, names)
    yield from _forecasts(rows, names)
    yield from _contracts(own.contracts.to_dict("records"))
    empty = [f"{name}.md" for name, blocks in prose.items() if not blocks]
    if empty:
        yield Doubt(f"{texts.FOLDER}/: still to write are {', '.join(empty)}")
    yield from _dates(asked, data_date)
    yield from _amounts(asked)
    yield from _alternatives(asked)


def _name(code: str) -> str:
    return municipalities()[code].name


def _named(codes: Sequence[str]) -> str:
    return ", ".join(map(_name, codes))


def _listed(codes: Sequence[str]) -> str:
    """Names in a Swedish sentence."""
    *most, last = map(_name, codes)
    return f"{', '.join(most)} och {last}" if most else last


def _missing(asked: Question, own: OwnFigures) -> Iterator[Doubt]:
    if len(own.missing) == len(asked.everyone):
        yield Doubt(
            "no own figures yet: costs and posts are unknown, shares are shown per 100",
            "Kommunerna har inte lämnat några egna uppgifter ännu. Kostnader, tjänster "
            "och volymer är därför okända, och fördelningen visas per 100 kronor.",
        )
    elif own.missing:
        yield Doubt(
            f"{forms.FOLDER}/: nothing is filled in yet for {_named(own.missing)}",
            f"Egna uppgifter saknas från {_listed(own.missing)}.",
        )


def _units(rows: Sequence[Row], names: Mapping[str, str]) -> Iterator[Doubt]:
    people = capacity.latest(load_population().set_index(["code", "year"])["population"])
    each = {
        (row["service"], row["code"]): (row["base"] / float(people[row["code"]]), row)
        for row in rows
        if row["item"] == "cost"
    }
    for amount, row in each.values():
        if not LEAST <= amount <= MOST:
            yield Doubt(
                f"{row['place']}: {row['base']:,.0f} kr is {amount:.2f} kr per inhabitant; between "
                f"{LEAST:g} and {MOST:g} is usual. Are they kr, tkr or mkr?",
                f"{_name(row['code'])}s kostnad för {names[row['service']].lower()} är ovanlig "
                "räknad per invånare; kontrollera om den är angiven i kronor eller tusental "
                "kronor.",
            )
    for service in names:
        found = sorted(
            (pair for (key, _), pair in each.items() if key == service), key=lambda pair: pair[0]
        )
        if found and found[-1][0] > _FACTOR * found[0][0]:
            (low, a), (high, b) = found[0], found[-1]
            yield Doubt(
                f"{b['place']}: {service} costs {high:.0f} kr per inhabitant in {_name(b['code'])} "
                f"and {low:.0f} in {_name(a['code'])} ({a['place']}). Do both count the same, in "
                "the same unit?",
                f"Kostnaden per invånare för {names[service].lower()} skiljer sig mer än tjugo "
                f"gånger mellan {_name(a['code'])} och {_name(b['code'])}. Kommunerna räknar "
                "sannolikt olika saker.",
            )


def _persons(rows: Sequence[Row], names: Mapping[str, str]) -> Iterator[Doubt]:
    known = {(row["code"], row["service"], row["item"]): row["base"] for row in rows}
    yield from _alone(rows, names)
    for row in rows:
        code, service = row["code"], row["service"]
        persons = known.get((code, service, "persons"))
        if row["item"] == "posts" and persons is not None and row["base"] > persons:
            yield Doubt(
                f"{row['place']}: more full-time posts than persons; is one wrong?",
                f"{_name(code)} anger fler helårstjänster än personer för "
                f"{names[service].lower()}.",
            )
        cost = known.get((code, service, "cost"))
        if row["item"] == "overhead" and cost is not None and row["base"] > cost:
            yield Doubt(
                f"{row['place']}: the overhead is larger than the cost it is a part of",
                f"{_name(code)} anger större overhead än kostnad för {names[service].lower()}.",
            )


def _alone(rows: Sequence[Row], names: Mapping[str, str]) -> Iterator[Doubt]:
    alone = one_person(pd.DataFrame(rows, columns=["code", "service", "item", "base"]))
    for code, service in sorted(alone):
        places = [row["place"] for row in rows if (row["code"], row["service"]) == (code, service)]
        yield Doubt(
            f"{places[0]}: a single person may do {service} in {_name(code)}; cost and posts may "
            "be personal data and are not shown, ask the data protection officer before publishing",
            f"I {_name(code)} sköts {names[service].lower()} av en enda person, eller av så få att "
            "det kan vara en enda. Uppgifter om kostnad och tjänster kan då vara personuppgifter "
            "och visas inte.",
        )


def _forecasts(rows: Sequence[Row], names: Mapping[str, str]) -> Iterator[Doubt]:
    """A figure for a year after the day on which it was taken out."""
    for row in rows:
        if row["year"] > int(row["date"][:4]):
            yield Doubt(
                f"{row['place']}: is for {row['year']} but dated {row['date']}; a budget or a "
                "forecast? Say so under Källa",
                f"{_name(row['code'])}s uppgift om {names[row['service']].lower()}, "
                f"{ITEMS[row['item']].lower()}, gäller {row['year']} men är daterad {row['date']}; "
                "den kan vara en budget eller prognos.",
            )


def _dates(asked: Question, data_date: date) -> Iterator[Doubt]:
    """A day that the inventory knows nothing of, and a start that has been."""
    day = data_date.isoformat()
    if asked.as_of > day:
        yield Doubt(
            f"{question.FILE}, as_of: {asked.as_of} is after the data ({day}); what begins or ends "
            "between is not known",
            f"Dagens läge gäller {asked.as_of}, men inventeringen känner inget efter {day}.",
        )
    for other in asked.alternatives:
        if other.start and other.start <= (asked.as_of or day):
            yield Doubt(
                f"alternative {other.number} starts {other.start}, before the day that it is "
                "compared with; is the date right?",
                f"Alternativ {other.number} har en start som redan har varit ({other.start}).",
            )


def _amounts(asked: Question) -> Iterator[Doubt]:
    """Assumed amounts a year that are unusual for so many inhabitants."""
    people = capacity.latest(load_population().set_index(["code", "year"])["population"])
    for other in asked.alternatives:
        if other.yearly is None:
            continue
        each = other.yearly.base / float(people[list(other.members)].sum()) / len(asked.services)
        if not LEAST <= each <= MOST:
            yield Doubt(
                f"alternative {other.number}, yearly: {other.yearly.base:,.0f} kr is {each:.2f} kr "
                f"per inhabitant and service; between {LEAST:g} and {MOST:g} is usual. Are the "
                "amounts kronor?",
                f"Årskostnaden i alternativ {other.number} är ovanlig räknad per invånare; "
                "kontrollera om den är angiven i kronor.",
            )


def _overhead(rows: Sequence[Row]) -> Iterator[Doubt]:
    with_cost = {row["code"] for row in rows if row["item"] == "cost"}
    silent = sorted(with_cost - {row["code"] for row in rows if row["item"] == "overhead"})
    if silent and len(with_cost) > 1:
        yield Doubt(
            f"overhead is not told for {_named(silent)}: costs may not be comparable",
            f"Hur mycket av kostnaden som är overhead har inte angetts för "
            f"{_listed(silent)}. Overhead fördelas olika i olika kommuner, så kostnaderna "
            "är inte säkert jämförbara.",
        )


def _years(rows: Sequence[Row], names: Mapping[str, str]) -> Iterator[Doubt]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row["service"], row["item"]), []).append(row)
    for (service, item), found in groups.items():
        years = ", ".join(map(str, sorted({row["year"] for row in found})))
        units = ", ".join(sorted({row["unit"] for row in found}))
        what = f"{names[service]}, {ITEMS[item].lower()}"
        if "," in years:
            yield Doubt(
                f"{service}, {ITEMS[item]}: the municipalities give different years "
                f"({years}); they are shown with their years",
                f"{what}: kommunernas uppgifter gäller olika år ({years}).",
            )
        if "," in units:
            yield Doubt(
                f"{service}, {ITEMS[item]}: counted in different units ({units}); they are "
                "not added up",
                f"{what}: kommunerna räknar i olika enheter ({units}), så talen läggs inte ihop.",
            )


def _contracts(rows: Sequence[Row]) -> Iterator[Doubt]:
    """The same system with different ends in two forms: perhaps one contract, perhaps two."""
    groups: dict[tuple[str, str], dict[str, Row]] = {}
    for row in rows:
        groups.setdefault((row["service"], row["name"].casefold()), {}).setdefault(row["ends"], row)
    for ends in groups.values():
        found = list(ends.values())
        if len({row["code"] for row in found}) > 1:
            said = "; ".join(f"{row['ends'] or 'no end'} in {row['place']}" for row in found)
            told = ", ".join(
                f"{row['ends'] or 'inget slut'} enligt {_name(row['code'])}" for row in found
            )
            yield Doubt(
                f"{found[0]['name']}: the forms differ about its end: {said}. One contract "
                "or several?",
                f"Uppgifterna om när {found[0]['name']} slutar går isär: {told}. Det kan "
                "vara ett avtal eller flera.",
            )


def _alternatives(asked: Question) -> Iterator[Doubt]:
    if not asked.alternatives:
        yield Doubt(
            f"{question.FILE}: no alternative yet; only today is shown",
            "Inget alternativ är beskrivet ännu; bara dagens läge visas.",
        )
    for other in asked.alternatives:
        outside = [code for code in other.members if code not in asked.members]
        if outside:
            yield Doubt(
                f"alternative {other.number} takes in {_named(outside)}, outside the "
                "investigation's members",
                f"Alternativ {other.number} tar med {_listed(outside)}, som inte hör till "
                "de kommuner som utredningen gäller.",
            )
    yield from _counties(asked)


def _counties(asked: Question) -> Iterator[Doubt]:
    """Alternatives across county borders, those with the same counties together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for other in asked.alternatives:
        counties = tuple(sorted({municipalities()[code].county for code in other.members}))
        groups.setdefault(counties, []).append(str(other.number))
    for counties, numbers in groups.items():
        if len(counties) > 1:
            yield Doubt(
                f"alternative {', '.join(numbers)}: members lie in {len(counties)} "
                f"counties: {', '.join(counties)}",
                f"Alternativ {', '.join(numbers)} ligger i flera län: {', '.join(counties)}.",
            )


def one_person(stated: pd.DataFrame) -> set[tuple[str, str]]:
    """Municipality and service that a single person does: a report shows no cost of theirs.

    Where the persons are not told, at most one full-time post may be one person.

    >>> one_person(pd.DataFrame({"code": ["1864"], "service": ["loner"], "item": ["persons"],
    ...                          "base": [1.0]}))
    {('1864', 'loner')}
    """
    counted = stated[stated["item"] == "persons"]
    posts = stated[stated["item"] == "posts"]
    few = pd.concat([counted[counted["base"] == 1], posts[posts["base"] <= 1]])
    several = counted[counted["base"] != 1]
    alone, safe = (set(zip(rows["code"], rows["service"], strict=True)) for rows in (few, several))
    return alone - safe
