"""Which cells of an executed notebook need another run when what one of them read has changed.

Terms
-----
binds: said of a cell that gives a name a value; whoever uses the name needs that cell.

Cells of the product bind views, which are frozen, and show what is in them: a cell can be run alone
after those that bind what it uses, and gives what it gives in a whole run.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any

_PARAMETERS = {"parameters", "injected-parameters"}


def needed(notebook: Any, stale: Collection[int]) -> set[int] | None:
    """The cells to run so that those in `stale` are made anew; None when that takes all of them.

    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> sources = ["import math", "def half(x):\\n    return x / 2", "1 + 1", "half(math.pi)"]
    >>> sorted(needed(new_notebook(cells=list(map(new_code_cell, sources))), {3}))
    [0, 1, 3]
    """
    used: dict[int, set[str]] = {}
    bound: dict[int, set[str]] = {}
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            used[number], bound[number] = _names(cell.source)
    if any(bound[number] & used[other] for number in stale for other in used if other > number):
        return None
    chosen = {
        number
        for number in bound
        if _PARAMETERS & set(notebook.cells[number].metadata.get("tags", ()))
    }
    waiting = set(stale)
    while waiting:
        number = waiting.pop()
        chosen.add(number)
        givers = {other for other in bound if other < number and bound[other] & used[number]}
        waiting |= givers - chosen
    return chosen


def _names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell uses, and those that it binds."""
    used: set[str] = set()
    bound: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
    return used, bound


def alone(notebook: Any, chosen: Collection[int]) -> Any:
    """A copy in which only the cells in `chosen` have code."""
    from copy import deepcopy

    part = deepcopy(notebook)
    for number, cell in enumerate(part.cells):
        if cell.cell_type == "code" and number not in chosen:
            cell.source = ""
    return part


def merged(notebook: Any, part: Any, chosen: Collection[int]) -> None:
    """Give the cells in `chosen` the outputs that they have in `part`."""
    for number in chosen:
        notebook.cells[number].outputs = part.cells[number].outputs
