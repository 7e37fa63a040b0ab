"""What a measure is called, counted in and built from, kept beside the function that computes it.

Terms
-----
measure: a named quantity with unit, decimals and direction (does a national goal say that more,
or less, of it is better? for taxes, costs and age none does).
observed measure: a column of a source table as it stands; it is data, and is applied to a table.
kind: `observed` is printed in a source table, `derived` follows from observed figures by a
formula, `modelled` depends on a model, `stated` is what a municipality itself gives in an
investigation (never in a region's report).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import pandas as pd

from analysis.citable import Citable

Direction = Literal["higher", "lower", "neither"]
Kind = Literal["observed", "derived", "modelled", "stated"]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Measure:
    """Metadata of a measure; `label`, `unit` and `formula` are Swedish, as printed in reports."""

    id: str
    label: str
    unit: str
    decimals: int = 0
    direction: Direction = "neither"
    kind: Kind = "derived"
    formula: str = ""
    sources: tuple[Citable, ...] = ()
    as_percent: bool = False  # a share between 0 and 1 that reports print in per cent
    counts: bool = False  # it counts something, whatever its unit is called
    column: str = ""  # of an observed measure: where its values stand

    def __call__(self, table: pd.DataFrame) -> pd.Series:
        """The values of an observed measure, on the index of `table`."""
        return table[self.column].rename(self.id)


MEASURES: dict[str, Measure] = {}


def register(entry: Measure) -> Measure:
    """Add `entry` to `MEASURES`; raises ValueError when another measure has the same id.

    >>> entry = Measure("example_count", "Exempel", "antal")
    >>> register(entry) is register(entry)
    True
    """
    if MEASURES.setdefault(entry.id, entry) != entry:
        raise ValueError(f"measure {entry.id!r} is already defined; choose another name")
    return entry


def observed(
    key: str,
    label: str,
    unit: str,
    *,
    sources: tuple[Citable, ...],
    column: str = "value",
    decimals: int = 0,
    direction: Direction = "neither",
    formula: str = "",
) -> Measure:
    """Register a column that a source table prints as a measure; apply it to a table to get it.

    >>> rate = observed("example_rate", "Exempel", "procent", sources=("tax_rate",))
    >>> rate(pd.DataFrame({"value": [21.27]}, index=["1780"]))["1780"].item()
    21.27
    """
    return register(
        Measure(key, label, unit, decimals, direction, "observed", formula, sources, column=column)
    )


def measure(
    *,
    label: str,
    unit: str,
    decimals: int = 0,
    direction: Direction = "neither",
    kind: Kind = "derived",
    formula: str = "",
    sources: tuple[Citable, ...] = (),
    as_percent: bool = False,
) -> Callable[[Function], Function]:
    """Register the decorated function as a measure whose id is the function's name.

    >>> @measure(label="Exempel", unit="kvot", decimals=2, sources=("population",))
    ... def example_ratio(table):
    ...     return table["a"] / table["b"]
    >>> example_ratio.measure.label
    'Exempel'
    """

    def decorate(function: Function) -> Function:
        entry = Measure(
            id=function.__name__,
            label=label,
            unit=unit,
            decimals=decimals,
            direction=direction,
            kind=kind,
            formula=formula,
            sources=sources,
            as_percent=as_percent,
        )
        function.measure = register(entry)  # type: ignore[attr-defined]
        return function

    return decorate


def measure_of(function: Callable[..., Any]) -> Measure:
    """Metadata of an observed measure, or of a function decorated with `measure`.

    Raises AttributeError for any other function.

    >>> from analysis.metrics.commuting import commuting_ratio
    >>> measure_of(commuting_ratio).unit
    'kvot'
    """
    if isinstance(function, Measure):
        return function
    return function.measure  # type: ignore[attr-defined]
