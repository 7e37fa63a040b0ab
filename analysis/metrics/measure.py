"""What a measure is called, counted in and built from, kept beside the function that computes it.

Terms
-----
measure: a named quantity with unit, decimals and direction (is more of it better or worse?).
kind: `observed` is printed in a source table, `derived` follows from observed figures by a
formula, `modelled` depends on a model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Direction = Literal["higher", "lower", "neither"]
Kind = Literal["observed", "derived", "modelled"]
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
    sources: tuple[str, ...] = ()
    as_percent: bool = False  # a share between 0 and 1 that reports print in per cent


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


def measure(
    *,
    label: str,
    unit: str,
    decimals: int = 0,
    direction: Direction = "neither",
    kind: Kind = "derived",
    formula: str = "",
    sources: tuple[str, ...] = (),
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
    """Metadata of a function decorated with `measure`; raises AttributeError for any other.

    >>> from analysis.metrics.commuting import commuting_ratio
    >>> measure_of(commuting_ratio).unit
    'kvot'
    """
    return function.measure  # type: ignore[attr-defined]
