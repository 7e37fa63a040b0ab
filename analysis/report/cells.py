"""Which cells of a notebook can be run without the others: after a change, or side by side.

Terms
-----
binds: said of a cell that gives a name a value; whoever uses the name needs that cell.
end: a cell that no later one needs.
share: some ends of a notebook with the cells that they need; all shares together are the notebook.
opaque: said of a notebook in which a cell is no plain Python, or binds names that it does not say:
    its cells cannot be told apart, and all are run.

Cells of the product bind views, which are frozen, and show what is in them: a cell can be run alone
after those that bind what it uses, and gives what it gives in a whole run.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from typing import Any

_LEAST = 0.01  # seconds of a cell of which nothing is known
_PARAMETERS = {"parameters", "injected-parameters"}
_OPAQUE = {"*", "eval", "exec", "globals", "locals", "get_ipython", "In", "Out", "_", "__"}


def needed(notebook: Any, stale: Collection[int]) -> set[int] | None:
    """The cells to run so that those in `stale` are made anew; None when that takes all of them.

    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> sources = ["import math", "def half(x):\\n    return x / 2", "1 + 1", "half(math.pi)"]
    >>> sorted(needed(new_notebook(cells=list(map(new_code_cell, sources))), {3}))
    [0, 1, 3]
    """
    if _opaque(notebook):
        return None
    used, bound = _names_by_cell(notebook)
    if any(bound[number] & used[other] for number in stale for other in used if other > number):
        return None
    chosen = _parameters(notebook)
    waiting = set(stale)
    while waiting:
        number = waiting.pop()
        chosen.add(number)
        givers = {other for other in bound if other < number and bound[other] & used[number]}
        waiting |= givers - chosen
    return chosen


def shares(notebook: Any, count: int, took: Mapping[int, float]) -> list[set[int]]:
    """The cells of at most `count` shares; `took` has the seconds of each cell, where known.

    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> sources = ["import math", "half = math.pi / 2", "math.e", "half", "-half"]
    >>> asked = new_notebook(cells=list(map(new_code_cell, sources)))
    >>> [sorted(share) for share in shares(asked, 2, {3: 0.5})]
    [[0, 1, 3], [0, 1, 2, 4]]
    """
    if _opaque(notebook):
        return [set(range(len(notebook.cells)))]
    used, bound = _names_by_cell(notebook)
    given = _parameters(notebook)
    ends = [
        number
        for number, cell in enumerate(notebook.cells)
        if number in used.keys() - given
        and cell.source.strip()
        and not any(bound[number] & used[other] for other in used if other > number)
    ]
    groups: list[set[int]] = [set() for _ in range(count)]
    loads = [0.0] * count
    for number in sorted(ends, key=lambda number: -took.get(number, 0.0)):
        least = loads.index(min(loads))
        groups[least].add(number)
        loads[least] += took.get(number, 0.0) + _LEAST
    filled = [group for group in groups if group] or [set()]
    return [needed(notebook, group) or given for group in filled]


def _parameters(notebook: Any) -> set[int]:
    return {
        number
        for number, cell in enumerate(notebook.cells)
        if _PARAMETERS & set(cell.metadata.get("tags", ()))
    }


def _opaque(notebook: Any) -> bool:
    try:
        used, bound = _names_by_cell(notebook)
    except SyntaxError:
        return True
    return any(names & _OPAQUE for names in (*used.values(), *bound.values()))


def _names_by_cell(notebook: Any) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """By number of each code cell, the names that it uses and those that it binds."""
    found = {
        number: _names(cell.source)
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    }
    return (
        {number: used for number, (used, _) in found.items()},
        {number: bound for number, (_, bound) in found.items()},
    )


def _names(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell uses before it has bound them itself, and those that it binds."""
    used: set[str] = set()
    bound: set[str] = set()
    sure: set[str] = set()  # what may not be bound, as in the body of an `if`, may be another's
    for statement in ast.parse(source).body:
        for part, own in _steps(statement):
            used |= _used(part) - sure - own
        bound |= _bound(statement)
        sure |= _surely_bound(statement)
    return used, bound


def _steps(statement: ast.stmt) -> list[tuple[ast.AST, set[str]]]:
    """The parts of a statement, and what it has bound itself before each: a loop its names."""
    if not isinstance(statement, ast.For):
        return [(statement, set())]
    own = _bound(statement.target)
    return [(statement.iter, set()), *((part, own) for part in statement.body + statement.orelse)]


def _surely_bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.Assign):
        return set().union(*map(_bound, statement.targets))
    return _bound(statement) if isinstance(statement, ast.Import | ast.ImportFrom) else set()


def _used(tree: ast.AST) -> set[str]:
    """The names that something uses, if only to change what they name."""
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            used.add(node.id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            used.add(node.target.id)
    return used


def _bound(tree: ast.AST) -> set[str]:
    """The names that something binds, or whose parts it does."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            root: ast.expr = node
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name) and not isinstance(node.ctx, ast.Load):
                bound.add(root.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add((node.asname or node.name).partition(".")[0])
    return bound


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


def joined(parts: Sequence[Any], chosen: Sequence[Collection[int]]) -> Any:
    """One notebook from executed shares: each cell as it came out of the first that ran it.

    The cells are counted as in a run of all.
    """
    from copy import deepcopy

    whole = deepcopy(parts[0])
    count = 0
    for number, cell in enumerate(whole.cells):
        if cell.cell_type != "code":
            continue
        for part, ran in zip(parts, chosen, strict=True):
            if number in ran:
                whole.cells[number] = cell = deepcopy(part.cells[number])
                break
        if cell.source.strip():
            count += 1
            for counted in (cell, *cell.outputs):
                if "execution_count" in counted:
                    counted.execution_count = count
    return whole
