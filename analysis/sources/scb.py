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
from typing import Any

from analysis import regions
from analysis.catalog import SIGNS, Choice, Query
from analysis.errors import SourceError, raise_faults
from analysis.sources import jsonstat
from analysis.sources.http import Client
from analysis.sources.jsonstat import Cube, Variable
from analysis.sources.kept import Store

Selection = dict[str, list[str]]
_AGE = re.compile(r"(\d+)(\+?)")
_MUNICIPALITY = re.compile(r"\d{4}")
_FIGURES = "ContentsCode"  # the variable of PxWebApi that has the figures, with their units


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
        found = Limits(int(config["maxDataCells"]), int(config["maxCallsPerTimeWindow"]),
                       float(config["timeWindow"]))
        if min(found.cells, found.calls, found.seconds) <= 0:
            raise ValueError(f"a limit is not above zero: {found}")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise SourceError(f"{what}: {client.base_url}/config does not state its limits "
                          f"({error!r}); look up whether this is the address of a PxWebApi 2, and "
                          "give the right one with --base-url") from error
    client.limit(found.calls, found.seconds)
    return found


def look(client: Client, query: Query) -> Cube:
    """What the table of `query` has today: variables, values, units, when it was updated."""
    path = f"/tables/{query.table}/metadata"
    return jsonstat.metadata(client.get(path, query.table, lang="sv"), query.table)


def plan(query: Query, table: Cube, most_cells: int) -> Plan:
    """The fewest requests of at most `most_cells` cells; raises SourceError on any drift."""
    selection = select(query, table)
    ages = {choice.variable for choice in query.choices if choice.kind == "ages"}
    return Plan(query, table, tuple(split(selection, most_cells, whole=ages)))


def select(query: Query, table: Cube) -> Selection:
    """The codes of every variable to ask for; raises SourceError with every drift found."""
    known = {choice.variable for choice in query.choices} | {table.time}
    has = ", ".join(table.variables)
    faults = [f"the variable {name!r} is gone; the table has {has}"
              for name in sorted(known - set(table.variables))]
    faults += [f"the variable {name!r} is new" for name in table.variables if name not in known]
    selection: Selection = {}
    for choice in query.choices:
        if choice.variable in table.variables and choice.kind != "omitted":
            codes, wrong = _codes(choice, table.variables[choice.variable], query)
            faults += wrong or _unit_faults(query, table.variables[choice.variable], codes)
            selection[choice.variable] = codes
        elif choice.variable in table.variables and not table.variables[choice.variable].eliminable:
            faults.append(f"the variable {choice.variable!r} can no longer be left out")
    if table.time in table.variables:
        years, wrong = _years(query, table.variables[table.time])
        faults += wrong
        selection[table.time] = years
    raise_faults(SourceError, [f"{query.table} has changed: {fault}; nothing was fetched, correct "
                               "the entry in analysis/catalog.py" for fault in faults])
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
        return [], [f"{variable.name!r} should have one value, it has "
                    f"{', '.join(variable.texts.values())}"]
    wanted = list(code_of(choice, variable))
    missing = [source for source, _ in choice.values
               if source not in (wanted_text(choice, variable, code) for code in wanted)]
    return wanted, [f"{variable.name!r} has no {source!r}; it has "
                    f"{', '.join(_shown(choice, variable))}" for source in missing]


def code_of(choice: Choice, variable: Variable) -> dict[str, str]:
    """Our word for each of the source's codes that `choice` names."""
    ours = dict(choice.values)
    if choice.kind == "only":
        return dict.fromkeys(variable.codes, choice.values[0][1] if choice.values else "")
    return {code: ours[wanted_text(choice, variable, code)] for code in variable.codes
            if wanted_text(choice, variable, code) in ours}


def wanted_text(choice: Choice, variable: Variable, code: str) -> str:
    """What a choice compares: the code, or the text in lower case."""
    return variable.texts[code].strip().lower() if choice.kind == "labels" else code


def _shown(choice: Choice, variable: Variable) -> list[str]:
    shown = [wanted_text(choice, variable, code) for code in variable.codes]
    return shown if len(shown) <= 30 else [*shown[:30], "…"]


def _municipalities(variable: Variable, query: Query) -> tuple[list[str], list[str]]:
    known = regions.municipalities()
    found = [code for code in variable.codes if code in known]
    gone = [f"{code} {known[code].name}" for code in known if code not in variable.texts]
    if gone and query.complete:
        return found, [f"{len(gone)} municipalities are missing in {variable.name!r}: "
                       f"{', '.join(gone[:8])}{' …' if len(gone) > 8 else ''}"]
    return found, [] if found else [f"{variable.name!r} has no municipality"]


def strangers(query: Query, table: Cube) -> list[str]:
    """Codes and names of municipalities that the table has and the registry has not."""
    found = {f"{code} {text}" for choice in query.choices if choice.kind == "municipalities"
             for code, text in table.variables[choice.variable].texts.items()
             if _MUNICIPALITY.fullmatch(code) and code not in regions.municipalities()}
    return sorted(found)


def _ages(variable: Variable) -> tuple[list[str], list[str]]:
    """Every one-year class; they must follow each other from 0 without a gap."""
    found = [code for code in variable.codes if _AGE.fullmatch(code)]
    years = [int(code.rstrip("+")) for code in found]
    if years != list(range(len(years))) or len(years) < 100:
        return [], [f"the ages of {variable.name!r} are no longer 0, 1, 2 … without a gap"]
    return found, []


def _years(query: Query, variable: Variable) -> tuple[list[str], list[str]]:
    strange = [code for code in variable.codes if not re.fullmatch(r"\d{4}", code)]
    if strange:
        return [], [f"{strange[0]!r} is no year"]
    found = [code for code in variable.codes if query.first <= int(code) <= query.last]
    return found, [] if found else [f"it has no year from {query.first}; it has "
                                    f"{variable.codes[0]}-{variable.codes[-1]}"]


def _unit_faults(query: Query, variable: Variable, codes: list[str]) -> list[str]:
    faults = []
    for code in codes:
        unit, text = variable.units.get(code), variable.texts[code]
        if unit is None:
            if variable.name == _FIGURES:
                faults.append(f"{text!r} has no unit any more, the catalogue says "
                              f"{' or '.join(query.units)}")
            continue
        if unit.base.lower() not in query.units:
            faults.append(f"the unit of {text!r} is {unit.base!r}, the catalogue says "
                          f"{' or '.join(query.units)}")
        if unit.decimals is not None and unit.decimals != query.decimals:
            faults.append(f"{text!r} has {unit.decimals} decimals, the catalogue says "
                          f"{query.decimals}")
    return faults


def split(selection: Selection, most_cells: int, *, whole: Collection[str] = (),
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
        parts = [{**part, name: part[name][start:start + step]} for part in parts
                 for start in range(0, len(selection[name]), step)]
    yield from parts


def _cuts(selection: Selection, most_cells: int, whole: Collection[str],
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


def fetch(client: Client, planned: Plan, keep: Store, step: Callable[[], object],
          ) -> Iterator[Cube]:
    """The cubes of all parts in order; parts that `keep` already has are not asked for again.

    Raises SourceError for a reply that is not whole, or has a sign the catalogue does not explain;
    only a reply that passed is kept.
    """
    table = planned.query.table
    for part in planned.parts:
        body = request_body(part)
        name = [client.base_url, table, planned.table.updated, body]
        document = keep.get(name)
        fresh = document is None
        if fresh:
            document = client.post(f"/tables/{table}/data", table, body, lang="sv",
                                   outputFormat="json-stat2")
        cube = jsonstat.read(document, table)
        _same(part, cube, planned)
        _explained(cube, table)
        if fresh:
            keep.put(name, document)
        step()
        yield cube


def request_body(part: Selection) -> dict[str, Any]:
    """The body of a request in the words of the API."""
    return {"selection": [{"variableCode": name, "valueCodes": codes}
                          for name, codes in part.items()]}


def _same(part: Selection, cube: Cube, planned: Plan) -> None:
    """Raise unless the reply has exactly what was asked for, of the table that was planned."""
    table, faults = planned.query.table, []
    for name, codes in part.items():
        got = cube.variables[name].codes if name in cube.variables else []
        for word, some, others in (("lacks", codes, got), ("has, unasked,", got, codes)):
            if odd := sorted(set(some) - set(others)):
                faults.append(f"the reply {word} {', '.join(odd[:8])} of {name!r}")
    extra = [name for name, variable in cube.variables.items()
             if name not in part and len(variable.codes) > 1]
    faults += [f"the reply has {name!r}, which was not asked for" for name in extra]
    if cube.updated != planned.table.updated:
        faults.append(f"the table was updated ({cube.updated}) while it was being fetched")
    raise_faults(SourceError, [f"{table}: {fault}; nothing was changed, run the update again"
                               for fault in faults])


def _explained(cube: Cube, table: str) -> None:
    """Raise for a sign that the catalogue does not explain, or that stands beside a number.

    Signs mean that there is no number; beside a zero, one may say that it is a zero.
    """
    for cell, sign in cube.signs.items():
        value = cube.values[cell]
        if sign not in SIGNS:
            raise SourceError(
                f"{table}: the sign {sign!r} is not explained in SIGNS of analysis/catalog.py; "
                "nothing was changed, look up what it means there")
        if not (math.isnan(value) or (value == 0 and SIGNS[sign] == "zero")):
            raise SourceError(
                f"{table}: the sign {sign!r}, in SIGNS of analysis/catalog.py "
                f"{SIGNS[sign]!r}, stands beside the number {value:g}; nothing was changed, look "
                "up what it means there")
