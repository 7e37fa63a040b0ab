"""Recomputed: the sheet of each municipality: shares, work, people, what it can carry, what to ask."""

from collections.abc import Iterator

from tests.guard.ability import MAIN, MEASURES, newest
from tests.guard.bodies import Body, bodies, named, services
from tests.guard.commuters import YEAR, margins
from tests.guard.files import LAST, Area, names, people
from tests.guard.inventory import Shared, area_names, name_of, shared
from tests.guard.model import Place, Table, recomputes
from tests.guard.modelled import link
from tests.guard.people import TEN
from tests.guard.swedish import count, listed, number, percent, signed

Line = list[str]


@recomputes("services", "kommunblad")
def sheet(at: Place) -> Table:
    """The lines of one municipality: the number at the end of the id is its code."""
    code = f"{at.page:04d}"
    of = shared(Area(code, names()[code], (code,)))
    lines = [*_shared(of), *_work(code), *_people(code), *_carried(code), _asked(of)]
    return Table(f"Kommunblad för {names()[code]}", ["Vad", "Svar", "Hur säkert, eller när"], lines)


def _ranked(of: Shared) -> list[Body]:
    return sorted(bodies(of), key=lambda body: -len(body.areas))


def _shared(of: Shared) -> Iterator[Line]:
    for body in _ranked(of):
        found: dict[str, list[str]] = {}
        for row in of.counted:
            if row.body == body.key:
                found.setdefault(row.words, []).append(row.area)
        for words, areas in found.items():
            yield [f"Delar i {name_of(body.key)}", f"{services(areas)}, med {_with(body)}", words]
    alone: dict[str, list[str]] = {}
    for _, area, words, _ in of.alone:
        alone.setdefault(words, []).append(area)
    for words, areas in alone.items():
        yield ["I egen regi", services(areas), words]
    if not of.counted and not alone:
        yield ["Delar med andra", "ingen uppgift", "inventeringen har ingen rad"]
    unknown = f"{count(len(of.unknown))} av {number(len(area_names()))}"
    yield ["Tjänster utan uppgift", unknown, "okänt, inte ”delar inte”"]


def _with(body: Body) -> str:
    whole = body.printed().get("municipalities")
    if whole is not None:
        return f"{whole['value']} kommuner i allt, enligt källan"
    if len(body.outside) > 6:
        return f"{len(body.outside)} andra kommuner"
    return listed(named(body.outside)) or "andra"


def _work(code: str) -> Iterator[Line]:
    row = margins().loc[code]
    share = percent(row["live_and_work"] / row["night"], 0)
    words = f"{share} procent av de förvärvsarbetande som bor där"
    yield ["Arbetar i den egna kommunen", words, f"observerat {YEAR}"]
    to = link([code])
    if to is None:
        yield ["Flest pendlar till", "går inte att säga", str(YEAR)]
    else:
        yield ["Flest pendlar till", names()[to], f"troligen, modellskattning {YEAR}"]


def _people(code: str) -> Iterator[Line]:
    now, then = people()[code], people(TEN)[code]
    yield ["Invånare", number(now), f"31 december {LAST}"]
    grown = f"{signed(100 * (now / then - 1), 1)} procent"
    yield ["Förändring på tio år", grown, f"{TEN}–{LAST}"]
    year, values = newest("share_65plus")
    yield ["65 år eller äldre", f"{number(values[code], 1)} procent", str(year)]


def _carried(code: str) -> Iterator[Line]:
    for key in MAIN:
        label, unit, places, _ = MEASURES[key]
        year, values = newest(key)
        middle = f"{year}; landets median {number(values.median(), places)}"
        yield [label, f"{number(values[code], places)} {unit}", middle]


def _asked(of: Shared) -> Line:
    old = [body for body in _ranked(of) if not any(r.new for r in of.counted if r.body == body.key)]
    if old:
        body = min(old, key=lambda body: body.best.year)
        asked = f"Har {name_of(body.key)} fortfarande {services(body.areas[:3])}?"
        return ["Nästa fråga", f"{asked} Senaste belägget är från {body.best.year}.", ""]
    asked = f"Hur ordnas {services(of.unknown[:1])}? Inventeringen har ingen uppgift."
    return ["Nästa fråga", asked, ""]
