"""Reads JSON-stat 2.0 datasets whole: values, the signs beside them, units, notes.

Terms
-----
cube: values by several variables, in row order (the last variable changes fastest).
sign: what stands in a cell instead of a number, such as `..`, or beside one; json-stat keeps it in
    `status`.
discontinued: a table that the publisher adds no more years to, in its own words.

Format: json-stat.org/full. Nothing is guessed: what does not fit together is a fault.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import SourceError, raise_faults
from analysis.sources.http import one_line

_ENDED = re.compile(
    r"uppdateras inte längre|upphör att uppdateras|har upphört|avslutad tabell"
    r"|no longer updated|discontinued",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Unit:
    """Unit and decimals of one figure, as the table states them."""

    base: str
    decimals: int | None


@dataclass(frozen=True)
class Variable:
    """A variable: its codes in order, their texts, and whether it may be left out of a query."""

    name: str
    label: str
    texts: dict[str, str]
    eliminable: bool = False
    units: dict[str, Unit] = field(default_factory=dict)

    @property
    def codes(self) -> list[str]:
        """The codes in the order of the cube."""
        return list(self.texts)


@dataclass(frozen=True)
class Cube:
    """A dataset; `values` has one number a cell, NaN where there is none, `signs` by cell."""

    label: str
    updated: str
    variables: dict[str, Variable]
    time: str
    notes: tuple[str, ...]
    values: np.ndarray
    signs: dict[int, str]
    discontinued: str = ""

    def frame(self) -> pd.DataFrame:
        """One row a cell: the code of each variable (categorical), `value` and `sign`."""
        sizes = [len(variable.texts) for variable in self.variables.values()]
        columns: dict[str, Any] = {}
        for place, (name, variable) in enumerate(self.variables.items()):
            inner, outer = math.prod(sizes[place + 1 :]), math.prod(sizes[:place])
            codes: Any = np.tile(np.repeat(np.arange(sizes[place]), inner), outer)
            columns[name] = pd.Categorical.from_codes(codes, categories=pd.Index(variable.codes))
        signs = np.full(len(self.values), "", dtype=object)
        for cell, sign in self.signs.items():
            signs[cell] = sign
        return pd.DataFrame({**columns, "value": self.values, "sign": pd.Categorical(signs)})


def metadata(document: Any, what: str) -> Cube:
    """A cube without values: what a table has. Raises SourceError with all faults."""
    with _readable(what):
        return _cube(document, [], {})


def read(document: Any, what: str) -> Cube:
    """A cube with its values; raises SourceError with all faults of the document."""
    with _readable(what):
        faults = _shape_faults(document)
        raise_faults(
            SourceError,
            [f"{what}: {fault}; nothing was changed, try again later" for fault in faults],
        )
        values, size = document["value"], math.prod(document["size"])
        if isinstance(values, dict):  # the sparse form
            values = [values.get(str(cell)) for cell in range(size)]
        return _cube(document, values, {int(cell): sign for cell, sign in _signs(document).items()})


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """Whatever else does not have the form of JSON-stat, in words."""
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise SourceError(
            f"{what}: the reply is no JSON-stat dataset ({error!r}); nothing was "
            "changed, try again later"
        ) from error


def _shape_faults(document: Any) -> list[str]:
    """What is wrong with the frame of a document: kind, sizes, lengths, types."""
    if not isinstance(document, dict) or document.get("class") != "dataset":
        return ["the reply is no JSON-stat dataset"]
    missing = [
        key for key in ("version", "id", "size", "dimension", "value") if key not in document
    ]
    if missing:
        return [f"the reply has no {', '.join(missing)}"]
    names, sizes = document["id"], document["size"]
    if not isinstance(names, list) or not isinstance(sizes, list):
        return ["the reply has no list of variables and sizes"]
    if len(names) != len(sizes) or set(names) != set(document["dimension"]):
        return [
            f"the variables {names} do not fit the sizes {sizes} and the dimensions "
            f"{list(document['dimension'])}"
        ]
    faults = [
        f"variable {name!r} has {len(_texts(document, name))} values, its size says {size}"
        for name, size in zip(names, sizes, strict=True)
        if len(_texts(document, name)) != size
    ]
    faults += [
        f"the values of {name!r} have no clear order"
        for name in names
        if isinstance(places := document["dimension"][name]["category"].get("index"), dict)
        and sorted(places.values()) != list(range(len(places)))
    ]
    return faults + _value_faults(document, math.prod(sizes))


def _value_faults(document: dict[str, Any], cells: int) -> list[str]:
    values, signs = document["value"], document.get("status") or {}
    faults = []
    for what, found in (("figure", values), ("sign", signs)):
        if isinstance(found, list) and len(found) != cells:
            faults.append(f"{len(found)} {what}s for {cells} cells")
        elif isinstance(found, dict):
            outside = [cell for cell in found if not (cell.isdecimal() and int(cell) < cells)]
            faults += [f"a {what} stands at cell {outside[0]!r} of {cells}"] if outside else []
    for value in values if isinstance(values, list) else values.values():
        if not (
            value is None or type(value) is int or (type(value) is float and math.isfinite(value))
        ):
            return [*faults, f"{value!r} stands where a number belongs"]
    strange = [sign for sign in _signs(document).values() if not isinstance(sign, str)]
    return [*faults, *(f"{sign!r} stands where a sign belongs" for sign in strange[:1])]


def _signs(document: dict[str, Any]) -> dict[str, Any]:
    """The signs by cell, as text; in a list, cells without one are None or empty."""
    signs = document.get("status") or {}
    if isinstance(signs, list):
        return {str(cell): sign for cell, sign in enumerate(signs) if sign}
    return dict(signs.items())


def _texts(document: dict[str, Any], name: str) -> dict[str, str]:
    """Codes and texts of a variable in the order of its index, whatever the order of the keys."""
    category = document["dimension"][name].get("category", {})
    index, labels = category.get("index"), category.get("label") or {}
    if isinstance(index, dict):
        codes = sorted(index, key=lambda code: int(index[code]))
    else:
        codes = list(index if index is not None else labels)
    return {str(code): one_line(labels.get(code, code)) for code in codes}


def _cube(document: Any, values: list[Any], signs: dict[int, str]) -> Cube:
    variables = {str(name): _variable(document, name) for name in document["id"]}
    times = (document.get("role") or {}).get("time") or ["Tid"]
    label = one_line(document.get("label", ""))
    notes = tuple(str(note) for note in document.get("note") or ())
    updated = document.get("updated")
    updated = "" if updated is None else updated
    if not isinstance(updated, str):
        raise TypeError(f"{updated!r} stands where the time of update belongs")
    return Cube(
        label,
        updated,
        variables,
        str(times[0]),
        notes,
        np.array([np.nan if value is None else value for value in values], dtype="float64"),
        signs,
        _discontinued(document, [label, *notes]),
    )


def _discontinued(document: Any, texts: list[str]) -> str:
    """How the publisher says that the table gets no more years; empty when it does not."""
    if (document.get("extension") or {}).get("discontinued"):
        return "discontinued"
    return next((one_line(text) for text in texts if _ENDED.search(text)), "")


def _variable(document: dict[str, Any], name: str) -> Variable:
    dimension = document["dimension"][name]
    units = {
        str(code): Unit(str(unit.get("base", "")), unit.get("decimals"))
        for code, unit in (dimension.get("category", {}).get("unit") or {}).items()
    }
    extension = dimension.get("extension") or {}
    return Variable(
        name,
        str(dimension.get("label", name)),
        _texts(document, name),
        bool(extension.get("elimination")),
        units,
    )
