"""The lines of a municipality's sheet, in words: what, the answer, and how sure or of when.

Terms
-----
line: three texts; a line of which nothing is known says so and is never zero.
"""

from __future__ import annotations

from analysis.regions import names_of
from analysis.text import population as people_text
from analysis.text import services as service_text
from analysis.text import swedish
from analysis.views.population import MAIN
from analysis.views.services import Body
from analysis.views.sheets import MOST, Sheet

Line = tuple[str, str, str]
UNKNOWN = "ingen uppgift"
_NAMED = 6  # partners that are named; more are counted


def lines_of(sheet: Sheet) -> list[Line]:
    """All lines of a sheet, the question to ask last."""
    return [
        *_shared(sheet),
        *_work(sheet),
        *_people(sheet),
        *_capacity(sheet),
        ("Nästa fråga", question(sheet), ""),
    ]


def none_text(members: int) -> str:
    """That there are no sheets, and why; empty where there are."""
    return (
        ""
        if members <= MOST
        else (
            f"Kommunblad görs för högst {MOST} kommuner; den här rapporten har "
            f"{swedish.number(members)}."
        )
    )


def _shared(sheet: Sheet) -> list[Line]:
    view = sheet.sharing
    found = [
        (
            f"Delar i {body.name}",
            f"{service_text.areas_listed(view, areas)}, med {_partners(sheet, body)}",
            words,
        )
        for body in sheet.bodies
        for words, areas in sheet.certain(body).items()
    ]
    found += [
        ("I egen regi", service_text.areas_listed(view, list(part["area"])), str(words))
        for words, part in view.alone.groupby("words", sort=False)
    ]
    if not found:
        found.append(("Delar med andra", UNKNOWN, "inventeringen har ingen rad"))
    return [
        *found,
        (
            "Tjänster utan uppgift",
            f"{swedish.in_words(len(view.unknown_areas))} av "
            f"{swedish.number(len(view.area_names))}",
            "okänt, inte ”delar inte”",
        ),
    ]


def _partners(sheet: Sheet, body: Body) -> str:
    others = [code for code in body.members if code != sheet.code]
    whole = sheet.sharing.published.get(body.key)
    if whole is not None and not swedish.is_missing(whole.municipalities):
        return f"{swedish.number(whole.municipalities)} kommuner i allt, enligt källan"
    if len(others) > _NAMED:
        return f"{swedish.number(len(others))} andra kommuner"
    return swedish.listed(service_text.alphabetical(others)) or "andra"


def _work(sheet: Sheet) -> list[Line]:
    if sheet.year is None or swedish.is_missing(sheet.at_home):
        return [("Arbetar i den egna kommunen", UNKNOWN, "")]
    lines = [
        (
            "Arbetar i den egna kommunen",
            f"{swedish.percent(sheet.at_home, 0)} av de förvärvsarbetande som bor där",
            f"observerat {sheet.year}",
        )
    ]
    link = sheet.towards
    if link is None:
        return [*lines, ("Flest pendlar till", "går inte att säga", f"{sheet.year}")]
    name = names_of([link.work])[0]
    return [
        *lines,
        (
            "Flest pendlar till",
            name,
            f"observerat {sheet.year}"
            if link.basis == "observed"
            else f"troligen, modellskattning {sheet.year}",
        ),
    ]


def _people(sheet: Sheet) -> list[Line]:
    view = sheet.people
    change = float(view.change.get(sheet.code, float("nan")))
    share = view.indicators["share_65plus"]
    lines = [("Invånare", swedish.number(view.latest.get(sheet.code)), f"31 december {view.year}")]
    if not swedish.is_missing(change):
        lines.append(
            (
                "Förändring på tio år",
                f"{swedish.signed(100 * change, 1)} procent",
                f"{view.year - 10}–{view.year}",
            )
        )
    known = share.known([sheet.code])
    if len(known):
        lines.append(("65 år eller äldre", swedish.percent(float(known.iloc[0])), f"{share.year}"))
    return lines


def _capacity(sheet: Sheet) -> list[Line]:
    view, found = sheet.people, []
    for measured in view.pick(MAIN):
        value = float(measured.known([sheet.code]).iloc[0])
        unit = "procent" if measured.unit == "procent" else measured.unit
        median = (
            f"; landets median {people_text.write(measured, measured.median)}"
            if measured.whole
            else ""
        )
        found.append(
            (
                measured.measure.label,
                f"{people_text.write(measured, value)} {unit}",
                f"{measured.year}{median}",
            )
        )
    return found


def question(sheet: Sheet) -> str:
    """What to ask first: whether the oldest still runs, else how what nobody knows is done."""
    body, view = sheet.oldest, sheet.sharing
    if body is not None:
        return (
            f"Har {body.name} fortfarande {service_text.areas_listed(view, body.areas[:3])}? "
            f"Senaste belägget är från {body.year}."
        )
    if view.unknown_areas:
        area = service_text.areas_listed(view, view.unknown_areas[:1])
        return f"Hur ordnas {area}? Inventeringen har ingen uppgift."
    return "Stämmer uppgifterna fortfarande?"
