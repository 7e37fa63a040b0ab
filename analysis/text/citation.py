"""Source lines: who published a figure, which table, and whether Samverkan computed it."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.loaders import tables


def source_line(sources: Iterable[str], kind: str) -> str:
    """`Källa: SCB, …` for dataset keys; adds `bearbetning: Samverkan` unless `kind` is observed.

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
    cited = list(dict.fromkeys(tables.vintage(key).source for key in sources))
    if kind == "observed":
        return _cited(cited)
    theirs = [source.split("Kolada, ", 1)[1] for source in cited if "Kolada, " in source]
    others = [source for source in cited if "Kolada, " not in source]
    lines = [f"{_cited(others)}; bearbetning: Samverkan"] if others else []
    lines += [f"Egen bearbetning av data från Kolada: {'; '.join(theirs)}"] if theirs else []
    return ". ".join(lines)


def _cited(sources: list[str]) -> str:
    return f"{'Källa' if len(sources) == 1 else 'Källor'}: {'; '.join(sources)}"
