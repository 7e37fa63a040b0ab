"""SCB's statistical database over PxWebApi 2: read what a table has, plan, fetch.

Terms
-----
drift: a table that no longer is what the catalogue says: a variable, value or unit changed.
selection: the values of each variable that one request asks for.
cell: one figure; a request may ask for so many of them (`maxDataCells` of `/config`).

API: the OpenAPI document PxAPI-2.yml of PxTools/PxApiSpecs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from analysis import regions
from analysis.errors import SourceError, raise_faults
from analysis.live import ANY, SIGNS, Choice, Query
from analysis.sources import jsonstat, own
from analysis.sources.http import Client
from analysis.sources.jsonstat import Cube, Variable
from analysis.sources.kept import Store

Selection = dict[str, list[str]]
_AGE = re.compile(r"(\d+)(\+?)")
_MUNICIPALITY = re.compile(r"\d{4}")
_CHANGED = "; nothing was fetched, compare the table with data/README.md"
_FIGURES = "ContentsCode"  # the variable of PxWebApi that has the figures, with their units
FEW = 5  # municipalities that may be gone from a table: they may have merged; more is a drift


@dataclass(frozen=True)
class Limits:
    """What the server allows: cells a request, calls in so many seconds."""

    cells: int
    calls: int
    seconds: float


@dataclass(frozen=True)
class Plan:
    """The requests for one table, and the table as it was when they were planned."""

    query: Query
    table: Cube
    parts: tuple[Selection, ...]

    @property
    def cells(self) -> int:
        """Number of figures that all requests ask for."""
        return sum(_product(part) for part in self.parts)

    @property
    def years(self) -> list[int]:
        """The years asked for."""
        return sorted({int(year) for part in self.parts for year in part[self.table.time]})


def limits(client: Client, what: str) -> Limits:
    """Read the limits of the server and keep them from now on; `what` is named in an error."""
    config = client.get("/config", f"{what} (settings of the API)")
    try:
        found = Limits(
            int(config["maxDataCells"]),
            int(config["maxCallsPerTimeWindow"]),
            float(config["timeWindow"]),
        )
        if min(found.cells, found.calls, found.seconds) <= 0:
            raise ValueError(f"a limit is not above zero: {found}")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise SourceError(
            f"{what}: {client.base_url}/config does not state its limits "
            f"({error!r}); look up whether this is the address of a PxWebApi 2, and "
            "give the right one with --base-url"
        ) from error
    client.limit(found.calls, found.seconds)
    return found


def look(client: Client, query: Query) -> Cube:
    """What the table of `query` has today: variables, values, units, when it was updated."""
    path = f"/tables/{query.table}/metadata"
    return jsonstat.metadata(client.get(path, query.table, lang="sv"), query.table)


def plan(query: Query, table: Cube, most_cells: int) -> Plan:
    """The fewest requests of at most `most_cells` cells; raises SourceError on any drift."""
    selection = select(query, table)
    whole = {choice.variable for choice in query.choices if choice.summed}
    return Plan(query, table, tuple(split(selection, most_cells, whole=whole)))


def select(query: Query, table: Cube) -> Selection:
    """The codes of every variable to ask for; raises SourceError with every drift found."""
    known = {choice.variable for choice in query.choices} | {table.time}
    has = ", ".join(table.variables)
    faults = [
        f"the variable {name!r} is gone; the table has {has}; nothing was fetched, "
        f"{own.hint(query.table, 'variables', name)}"
        for name in sorted(known - set(table.variables))
    ]
    faults += [
        f"the variable {name!r} is new ({', '.join(list(variable.texts.values())[:8])}); "
        f"nothing was fetched, {own.hint(query.table, 'ask', name)}"
        for name, variable in table.variables.items()
        if name not in known
    ]
    selection: Selection = {}
    for choice in query.choices:
        if choice.variable in table.variables and choice.kind != "omitted":
            codes, wrong = _codes(choice, table.variables[choice.variable], query)
            faults += wrong or _unit_faults(query, table.variables[choice.variable], codes)
            selection[choice.variable] = codes
        elif choice.variable in table.variables and not table.variables[choice.variable].eliminable:
            faults.append(f"the variable {choice.variable!r} can no longer be left out{_CHANGED}")
    if table.time in table.variables:
        years, wrong = _years(query, table.variables[table.time])
        faults += wrong
        selection[table.time] = years
    raise_faults(SourceError, [f"{query.table} has changed: {fault}" for fault in faults])
    return {name: selection[name] for name in table.variables if name in selection}


def _codes(choice: Choice, variable: Variable, query: Query) -> tuple[list[str], list[str]]:
    """The codes that a choice asks for, and what is wrong with the variable."""
    if choice.kind == "municipalities":
        return _municipalities(variable, query)
    if choice.kind == "ages":
        return _ages(variable)
    if choice.kind == "only":
        if len(variable.codes) == 1:
            return variable.codes, []
        return [], [
            f"{variable.name!r} should have one value, it has "
            f"{', '.join(variable.texts.values())}{_CHANGED}"
        ]
    found = code_of(choice, variable)
    missing = [source for source, _ in choice.values if _code(source, variable) is None]
    shown = ", ".join(f"{code} ({text})" for code, text in list(variable.texts.items())[:30])
    return list(found), [
        f"{variable.name!r} has no {source!r}; it has {shown}; nothing was fetched, "
        f"{own.hint(query.table, 'codes', choice.variable, source.split('|')[0])}"
        for source in missing
    ]


def code_of(choice: Choice, variable: Variable) -> dict[str, str]:
    """Our word for each of the source's codes that `choice` names, in the order of the table."""
    if choice.kind == "only":
        return dict.fromkeys(variable.codes, choice.values[0][1] if choice.values else "")
    ours = {_code(source, variable): word for source, word in choice.values}
    return {code: ours[code] for code in variable.codes if code in ours}


def _code(source: str, variable: Variable) -> str | None:
    """The code that a value of the catalogue means: itself, or that of the one text it is."""
    for name in source.split("|"):
        if name in variable.texts:
            return name
        found = [
            code
            for code, text in variable.texts.items()
            if text.strip().casefold() == name.casefold()
        ]
        if len(found) == 1:
            return found[0]
    return None


def _municipalities(variable: Variable, query: Query) -> tuple[list[str], list[str]]:
    known = regions.municipalities()
    found = [code for code in variable.codes if code in known]
    gone = absent(query, variable)
    if len(gone) > FEW:
        return found, [
            f"{len(gone)} municipalities are missing in {variable.name!r}: "
            f"{', '.join(gone[:8])}{' …' if len(gone) > 8 else ''}{_CHANGED}"
        ]
    return found, [] if found else [f"{variable.name!r} has no municipality{_CHANGED}"]


def absent(query: Query, variable: Variable) -> list[str]:
    """Municipalities of today that the table lacks; none where it need not have them all."""
    return [
        f"{code} {entry.name}"
        for code, entry in regions.current().items()
        if query.complete and code not in variable.texts
    ]


def _of_municipalities(query: Query, table: Cube) -> Iterator[Variable]:
    for choice in query.choices:
        if choice.kind == "municipalities":
            yield table.variables[choice.variable]


def warnings(query: Query, table: Cube) -> list[str]:
    """What a reader must know of the table as it is today: municipalities, and its end."""
    found = []
    for variable in _of_municipalities(query, table):
        found += [
            f"{query.table} no longer has {name}: its rows in use are kept; if it has "
            f"merged, say so in {regions.changes_path()}"
            for name in absent(query, variable)
        ]
        found += [
            f"{query.table} has {code} {text}, which is not known here: if it is new, say so "
            f"in {regions.changes_path()}"
            for code, text in variable.texts.items()
            if _MUNICIPALITY.fullmatch(code)
            and not code.startswith("00")
            and code not in regions.municipalities()
        ]
    if query.last == ANY and table.discontinued:
        line = own.line("TABnnnn", "like", new=query.series or query.table)
        found.append(
            f"{query.table} gets no more years ({table.discontinued}): look up its "
            f"successor, and write the lines `{line}` and `TABnnnn.first = YEAR` at the "
            f"top of {own.path()}"
        )
    return list(dict.fromkeys(found))


def _ages(variable: Variable) -> tuple[list[str], list[str]]:
    """Every one-year class; they must follow each other from 0 without a gap."""
    found = [code for code in variable.codes if _AGE.fullmatch(code)]
    years = [int(code.rstrip("+")) for code in found]
    if years != list(range(len(years))) or len(years) < 100:
        return [], [
            f"the ages of {variable.name!r} are no longer 0, 1, 2 … without a gap{_CHANGED}"
        ]
    return found, []


def _years(query: Query, variable: Variable) -> tuple[list[str], list[str]]:
    strange = [code for code in variable.codes if not re.fullmatch(r"\d{4}", code)]
    if strange:
        return [], [f"{strange[0]!r} is no year{_CHANGED}"]
    found = [code for code in variable.codes if query.first <= int(code) <= query.last]
    return found, [] if found else [
        f"it has no year from {query.first}; it has "
        f"{variable.codes[0]}-{variable.codes[-1]}{_CHANGED}"
    ]


def _unit_faults(query: Query, variable: Variable, codes: list[str]) -> list[str]:
    says = f"the catalogue says {' or '.join(query.units)}"
    faults = []
    for code in codes:
        unit, text = variable.units.get(code), variable.texts[code]
        if unit is None:
            if variable.name == _FIGURES:
                faults.append(f"{text!r} has no unit any more, {says}{_CHANGED}")
            continue
        if unit.base.lower() not in query.units:
            faults.append(f"the unit of {text!r} is {unit.base!r}, {says}{_CHANGED}")
        if unit.decimals is not None and unit.decimals != query.decimals:
            faults.append(
                f"{text!r} has {unit.decimals} decimals, the catalogue says "
                f"{query.decimals}{_CHANGED}"
            )
    return faults


def split(
    selection: Selection, most_cells: int, *, whole: Collection[str] = ()
) -> Iterator[Selection]:
    """`selection` in the fewest parts of at most `most_cells` cells, in the order of the table.

    One or two variables are cut up, never one in `whole` (ages that are to be summed).
    """
    names = list(selection)
    if _product(selection) <= most_cells:
        yield selection
        return
    counts, sizes = min(_cuts(selection, most_cells, whole), key=lambda cut: cut[0])
    if counts == math.inf:
        raise SourceError(f"one value of each variable is more than {most_cells} cells")
    parts = [selection]
    for name in names:
        step = sizes.get(name, len(selection[name]))
        parts = [
            {**part, name: part[name][start : start + step]}
            for part in parts
            for start in range(0, len(selection[name]), step)
        ]
    yield from parts


def _cuts(
    selection: Selection, most_cells: int, whole: Collection[str]
) -> Iterator[tuple[float, dict[str, int]]]:
    """Number of requests and step lengths for every way to cut one or two variables."""
    total = _product(selection)
    free = {name: codes for name, codes in selection.items() if name not in whole}
    yield math.inf, {}
    for first, codes in free.items():
        for pieces in range(1, len(codes) + 1):
            step = math.ceil(len(codes) / pieces)
            for second in free:
                if second == first:
                    continue
                count = len(selection[second])
                rest = total // len(codes) // count * step
                width = min(count, most_cells // rest)
                if width:
                    number = math.ceil(len(codes) / step) * math.ceil(count / width)
                    yield number, {first: step, second: width}


def _product(selection: Selection) -> int:
    return math.prod(len(codes) for codes in selection.values())


def fetch(client: Client, planned: Plan, keep: Store, step: Callable[[], object]) -> Iterator[Cube]:
    """The cubes of all parts in order; parts that `keep` already has are not asked for again.

    Raises SourceError for a reply that is not whole, or has a sign in the place of a number that
    nobody has explained, and when the table was updated on the way; only a reply that passed is
    kept. The server gives a reply the time of the contents in it: all replies must have the same,
    not later than that of the table when it was looked at. Where one is not told the table is
    looked at again.
    """
    table, times = planned.query.table, set()
    looked = _time(planned.table.updated)
    for part in planned.parts:
        body = request_body(part)
        name = [client.base_url, table, planned.table.updated, body]
        document = keep.get(name)
        fresh = document is None
        if fresh:
            document = client.post(
                f"/tables/{table}/data", table, body, lang="sv", outputFormat="json-stat2"
            )
        cube = jsonstat.read(document, table)
        _same(part, cube, planned)
        _explained(cube, table)
        times.add(cube.updated)
        told = _time(cube.updated)
        if len(times) > 1 or (told and looked and told > looked):
            raise SourceError(_moved(table, max(times)))
        if fresh:
            keep.put(name, document)
        step()
        yield cube
    if looked and all(_time(one) for one in times):
        return
    now = look(client, planned.query).updated
    if now != planned.table.updated:
        raise SourceError(_moved(table, now))


def _time(updated: str) -> datetime | None:
    """A time of update, None where none is told; tables and replies may write the same one apart.

    >>> _time("2025-02-20T07:00:00Z") == _time("2025-02-20T08:00:00.000+01:00")
    True
    >>> _time("") is None, _time("i går") is None
    (True, True)
    """
    try:
        found = datetime.fromisoformat(updated)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _moved(table: str, when: str) -> str:
    return (
        f"{table}: the table was updated ({when}) while it was being fetched; nothing was "
        "changed, run the update again"
    )


def request_body(part: Selection) -> dict[str, Any]:
    """The body of a request in the words of the API."""
    return {
        "selection": [{"variableCode": name, "valueCodes": codes} for name, codes in part.items()]
    }


def _same(part: Selection, cube: Cube, planned: Plan) -> None:
    """Raise unless the reply has exactly what was asked for."""
    table, faults = planned.query.table, []
    for name, codes in part.items():
        got = cube.variables[name].codes if name in cube.variables else []
        for word, some, others in (("lacks", codes, got), ("has, unasked,", got, codes)):
            if odd := sorted(set(some) - set(others)):
                faults.append(f"the reply {word} {', '.join(odd[:8])} of {name!r}")
    extra = [
        name
        for name, variable in cube.variables.items()
        if name not in part and len(variable.codes) > 1
    ]
    faults += [f"the reply has {name!r}, which was not asked for" for name in extra]
    raise_faults(
        SourceError,
        [f"{table}: {fault}; nothing was changed, run the update again" for fault in faults],
    )


def _explained(cube: Cube, table: str) -> None:
    """Raise for a sign that nobody has explained, where it stands in the place of a number."""
    for cell, sign in cube.signs.items():
        if sign not in SIGNS and math.isnan(cube.values[cell]):
            raise SourceError(
                f"{table}: the sign {sign!r} stands in the place of a number, and SIGNS of "
                "analysis/live.py does not explain it; nothing was changed, look up what it means"
            )
