"""Who pays what, and what the municipalities' own figures say of cost, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.text import swedish
from analysis.text.investigation.words import bounds, kronor, listed, name, numbered, service, who
from analysis.views.investigation import money
from analysis.views.investigation.dossier import View
from analysis.views.investigation.money import Allocation
from analysis.views.services import rows_of

POLITICAL = (
    "Fördelningsnyckeln är en politisk fråga. Den slås fast i förbundsordningen, "
    "överenskommelsen eller avtalet; tabellen visar vad olika nycklar leder till."
)

NO_DOUBTS = (
    "Kontrollen fann inget att stämma av. Den ser bara det som är orimligt; uppgifterna är inte "
    "granskade."
)


def _row(table: pd.DataFrame, code: str) -> dict[str, float]:
    """One row of a table of numbers by column."""
    return {str(column): float(table[column][code]) for column in table}


def widest(found: Allocation) -> str | None:
    """The member whose share differs most between inhabitants and another published key."""
    spans = _spans(found)
    return None if spans.empty else str(spans.idxmax())


def _spans(found: Allocation) -> pd.Series:
    known = found.shares[["inhabitants", "staff"]].dropna()
    return (known["inhabitants"] - known["staff"]).abs()


def _dated(found: Allocation, key: str) -> str:
    """A published key with the year of its figures: `kommunens anställda 2017`."""
    entry = next(entry for entry in found.keys if entry.id == key)
    return f"{entry.label.lower()} {entry.year}"


def key_message(found: Allocation) -> str:
    """Title of the table and the figure of shares: what the choice of key means for one member."""
    code = widest(found)
    if code is None:
        return "Kommunernas andelar skiljer sig mellan nycklarna"
    row = _row(found.shares, code)
    return (
        f"För {name(code)} blir andelen {swedish.percent(row['inhabitants'])} efter "
        f"{_dated(found, 'inhabitants')} och {swedish.percent(row['staff'])} efter {_dated(found, 'staff')}"
    )


def shares_title(view: View, found: Allocation) -> str:
    """Title of a table or figure of shares: with the service or the alternative it is about."""
    if not found.service:
        return f"Andelar i {numbered(view, found.numbers)}: {listed(found.members)}"
    if len(view.question.services) == 1:
        return key_message(found)
    message = key_message(found)
    return f"{view.service_name(found.service)}: {message[0].lower()}{message[1:]}"


def circles_text(view: View, found: Sequence[Allocation]) -> list[str]:
    """That the shares are others where others take part, for the largest of them."""
    said = []
    for entry in found:
        large = str(entry.population.idxmax())
        said.append(
            f"I {numbered(view, entry.numbers)} delar {listed(entry.members)} kostnaden. "
            f"{name(large)} skulle då betala {swedish.percent(entry.share(large, 'inhabitants'))} "
            f"efter {_dated(entry, 'inhabitants')}."
        )
    return said


def shares_text(view: View, found: Allocation) -> list[str]:
    """What the keys mean for the smallest member, and that the key is political."""
    small = str(found.population.idxmin())
    row = _row(found.shares, small)
    if found.service != view.question.services[0]:
        return _without_cost(view, found)  # the published keys give the same shares
    years = [
        f"{key.label.lower()} {key.year}"
        for key in found.keys
        if key.year is not None and key.kind != "stated" and not key.id.startswith("fixed")
    ]
    sentences = [
        f"{name(small)}, som har minst folkmängd, skulle betala {swedish.percent(row['inhabitants'])} "
        f"av kostnaden efter invånare och {swedish.percent(row['equal'])} om alla betalar lika. "
        f"Underlag: {swedish.listed(years)}.",
        POLITICAL,
    ]
    return [*sentences, *_without_cost(view, found)]


def _without_cost(view: View, found: Allocation) -> list[str]:
    if found.cost is not None:
        return []
    return [
        f"Vad {service(view, found.service)} kostar i dag är inte känt för alla kommuner. "
        "Tabellen visar därför hur mycket var och en skulle betala av 100 kronor."
    ]


def gaps_text(view: View, found: Allocation) -> list[str]:
    """Who would gain and who would lose by each key; none when today's cost is unknown."""
    if found.cost is None:
        return []
    spread = found.spread.drop(index="cost", errors="ignore")  # today's cost moves nothing
    if spread.empty:
        return []
    small = str(spread["span"].idxmin())
    large = str(spread["span"].idxmax())
    most = next(row for row in rows_of(spread.reset_index(names="key")) if row.key == large)
    said = [
        f"Räknat på dagens sammanlagda kostnad, {kronor(found.cost)} om året, flyttar varje "
        "nyckel kostnader mellan kommunerna. Minst flyttas med nyckeln "
        f"”{found.label(small).lower()}”, mest med ”{found.label(large).lower()}”: där "
        f"skulle {name(most.loses)} betala {kronor(most.loss)} mer än i dag och {name(most.gains)} "
        f"{kronor(-most.gain)} mindre."
    ]
    if found.years > 1:
        said.append(
            f"En övergång i lika steg under {swedish.in_words(found.years)} år gör "
            "skillnaden mindre i början; sista året betalar alla enligt nyckeln."
        )
    return said


def stated_text(view: View) -> list[str]:
    """What the municipalities have stated of cost together, and what must be checked."""
    found = []
    for key in view.question.services:
        total = money.total(view, key, "cost")
        if total is not None:
            found.append(
                f"Tillsammans uppger kommunerna att {service(view, key)} kostar "
                f"{bounds(total['low'], total['base'], total['high'])} om året."
            )
        else:
            found.append(_no_total(view, key))
    return found


def units_text(view: View) -> list[str]:
    """What each service costs for each unit, lowest and highest."""
    return [text for key in view.question.services if (text := unit_text(view, key))]


def _no_total(view: View, key: str) -> str:
    """Why the members' cost together is not told."""
    given = set(view.dossier.own.values(key, "cost").index)
    missing = [code for code in view.members if code not in given]
    alone = money.hidden(view, key, "cost")
    said = [f"är inte uppgiven av {who(view, missing)}"] if missing else []
    said += (
        [f"visas inte för {who(view, alone)}, där en ensam person sköter tjänsten"] if alone else []
    )
    return f"Kostnaden för {service(view, key)} {swedish.listed(said)}; en summa räknas inte."


def unit_text(view: View, key: str) -> str:
    """The lowest and highest stated cost for each unit; "" with fewer than two."""
    table = money.unit_costs(view, key)
    if len(table) < 2:
        return ""
    units = sorted(set(table["unit"]))
    if len(units) > 1 or table["year"].nunique() > 1:
        return (
            f"Kostnaden per enhet för {service(view, key)} kan inte jämföras: kommunerna "
            "räknar i olika enheter eller för olika år."
        )
    rows = sorted(rows_of(table), key=lambda row: row.base)
    low, high = rows[0], rows[-1]
    return (
        f"Kostnaden per enhet ({units[0]}) är lägst i {name(low.code)}, "
        f"{swedish.number(low.base)} kr, och högst i {name(high.code)}, "
        f"{swedish.number(high.base)} kr. Skillnaden kan bero på vad som räknas in, till "
        "exempel overhead."
    )


def doubts_text(view: View) -> str:
    """What must be checked in the own figures before they are used, as a list."""
    said = [f"- {doubt.swedish}" for doubt in view.dossier.doubts if doubt.swedish]
    return "\n".join(said) or NO_DOUBTS


def contracts_text(view: View) -> str:
    """The first contract to end; "" when none is stated."""
    table = money.contracts(view)
    dated = table[table["ends"] != ""]
    if dated.empty:
        return "Inga system eller avtal är uppgivna med slutdatum." if len(table) else ""
    first, last = dated.iloc[0], dated.iloc[-1]
    if len(dated) == 1:
        return f"{first['name']} i {name(first['code'])} slutar {first['ends']}."
    return (
        f"Först slutar {first['name']} i {name(first['code'])} ({first['ends']}), sist "
        f"{last['name']} i {name(last['code'])} ({last['ends']}). Avtalens slut avgör när ett "
        "gemensamt system kan tas i bruk utan dubbla kostnader."
    )
