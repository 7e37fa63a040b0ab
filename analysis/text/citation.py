"""Source lines: who published a figure, which table, and whether Samverkan computed it."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.citable import Citable, Source
from analysis.errors import InputError
from analysis.loaders import tables


def source_line(sources: Iterable[Citable], kind: str) -> str:
    """`Källa: SCB, …` for what is cited; adds `bearbetning: Samverkan` unless `kind` is observed.

    An updated dataset is cited with the table, and the dates of its change and retrieval. What is
    computed of Kolada's figures may not have Kolada as its source: that is said in Kolada's words.
    Raises InputError for a key that the catalogue does not have.

    >>> source_line(["population"], "observed")
    'Källa: SCB, BE0101 Folkmängd'
    >>> source_line(["population"], "derived")
    'Källa: SCB, BE0101 Folkmängd; bearbetning: Samverkan'
    >>> source_line(["peers"], "derived")
    'Egen bearbetning av data från Kolada: liknande kommuner'
    """
    cited = list(dict.fromkeys(tables.in_citation(source) for source in sources))
    if kind == "observed":
        return _cited(cited)
    theirs = [source.split("Kolada, ", 1)[1] for source in cited if "Kolada, " in source]
    others = [source for source in cited if "Kolada, " not in source]
    lines = [f"{_cited(others)}; bearbetning: Samverkan"] if others else []
    lines += [f"Egen bearbetning av data från Kolada: {'; '.join(theirs)}"] if theirs else []
    return ". ".join(lines)


def listed(sources: Citable | Iterable[Citable]) -> tuple[Citable, ...]:
    """What somebody gives as `sources`, as a tuple: one key or source stands for itself.

    Raises InputError where something can be no source.

    >>> listed("population"), listed([Source("Bolagsverket", "Nystartade företag")])
    (('population',), (Source(publisher='Bolagsverket', title='Nystartade företag', date='', ...),))
    >>> listed(2024)
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: 2024 names no source; give keys of datasets, or analysis.Source(...)
    """
    if isinstance(sources, str | Source):
        return (sources,)
    if not isinstance(sources, Iterable):
        raise InputError(
            f"{sources!r} names no source; give keys of datasets, or analysis.Source(publisher, "
            "title, date, licence)"
        )
    return tuple(sources)


def _cited(sources: list[str]) -> str:
    return f"{'Källa' if len(sources) == 1 else 'Källor'}: {'; '.join(sources)}"
