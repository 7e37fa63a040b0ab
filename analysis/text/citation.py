"""Source lines: who published a figure, which table, and whether Samverkan computed it."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.loaders import tables


def source_line(sources: Iterable[str], kind: str) -> str:
    """`Källa: SCB, …` for dataset keys; adds `bearbetning: Samverkan` unless `kind` is observed.

    An updated dataset is cited with the table, and the dates of its change and retrieval.
    Raises InputError for a key that the catalogue does not have.

    >>> source_line(["population"], "observed")
    'Källa: SCB, BE0101 Folkmängd'
    >>> source_line(["population"], "derived")
    'Källa: SCB, BE0101 Folkmängd; bearbetning: Samverkan'
    """
    cited = list(dict.fromkeys(tables.vintage(key).source for key in sources))
    line = f"{'Källa' if len(cited) == 1 else 'Källor'}: {'; '.join(cited)}"
    return line if kind == "observed" else f"{line}; bearbetning: Samverkan"
