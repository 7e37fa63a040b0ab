"""What differs between two versions of the inventory's tables, row by row.

Terms
-----
tables: for each table of `arrangements.COLUMNS` its rows, in order, each a tuple of texts.
identity: the columns by which a person knows a row again. Rows of the same identity, or all but
    two cells of which are the same, are one changed row, not one removed and one added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.arrangements import COLUMNS

Row = tuple[str, ...]
Tables = Mapping[str, tuple[Row, ...]]

IDENTITY = {
    "sources": ("id",),
    "forms": ("key",),
    "areas": ("key",),
    "arrangements": ("key",),
    "names": ("arrangement", "name"),
    "coverage": ("arrangement", "area"),
    "memberships": ("arrangement", "code", "area"),
    "events": ("arrangement", "event", "area", "code", "date", "source"),
    "alone": ("code", "area", "date", "source"),
    "figures": ("arrangement", "figure", "date"),
    "searched": ("code", "area", "date"),
    "claims": ("arrangement", "field", "source"),
    "context": ("arrangement", "date", "text"),
}


_FEW = 2  # cells in which a row may differ and still be the same row


@dataclass(frozen=True)
class Change:
    """A row that is new (`before` is empty), gone (`after` is empty) or has other cells."""

    table: str
    before: Row
    after: Row

    def __str__(self) -> str:
        """One line for a person: what happens to which row of which table."""
        columns = COLUMNS[self.table]
        if not self.before:
            return f"+ {self.table}: {_told(columns, self.after)}"
        if not self.after:
            return f"- {self.table}: {_told(columns, self.before)}"
        named = dict(zip(columns, self.before, strict=True))
        where = ", ".join(named[column] for column in IDENTITY[self.table] if named[column])
        cells = "; ".join(
            f"{column} {old or 'blank'!r} becomes {new or 'blank'!r}"
            for column, old, new in zip(columns, self.before, self.after, strict=True)
            if old != new
        )
        return f"~ {self.table} {where}: {cells}"


def _told(columns: tuple[str, ...], row: Row) -> str:
    return ", ".join(
        f"{column} {cell!r}" for column, cell in zip(columns, row, strict=True) if cell
    )


def differences(before: Tables, after: Tables) -> list[Change]:
    """Every row that is new, gone or changed, table by table; the order of rows does not matter.

    >>> old = {"areas": (("jour", "Teknik", "Jour", "Standby", "", "field", "", ""),)}
    >>> new = {"areas": (("jour", "Teknik", "Jour", "Standby", "inget", "field", "", ""),)}
    >>> print(*differences(old, new))
    ~ areas jour: kolada_cost 'blank' becomes 'inget'
    """
    return [
        change
        for table in COLUMNS
        for change in _of_table(table, before.get(table, ()), after.get(table, ()))
    ]


def _of_table(table: str, before: tuple[Row, ...], after: tuple[Row, ...]) -> Iterator[Change]:
    old, new = Counter(before), Counter(after)
    gone, come = list((old - new).elements()), list((new - old).elements())
    for row in come:
        same = _same(table, row, gone)
        if same is not None:
            gone.remove(same)
        yield Change(table, same or (), row)
    for row in gone:
        yield Change(table, row, ())


def _same(table: str, row: Row, others: list[Row]) -> Row | None:
    """The row of `others` that has become `row`; None when it is a new one."""
    for other in others:
        if _identity(table, other) == _identity(table, row):
            return other
    alike = {
        other: sum(one != two for one, two in zip(row, other, strict=True))
        for other in others
        if other[0] == row[0]
    }
    nearest = min(alike, key=lambda other: alike[other], default=None)
    return nearest if nearest is not None and alike[nearest] <= _FEW else None


def _identity(table: str, row: Row) -> Row:
    named = dict(zip(COLUMNS[table], row, strict=True))
    return tuple(named[column] for column in IDENTITY[table])


def merged(before: Tables, after: Tables) -> dict[str, tuple[Row, ...]]:
    """`after` in the order of `before`, with new rows last: what a person sees change is small."""
    found = {}
    for table in COLUMNS:
        rows = list(before.get(table, ()))
        for change in _of_table(table, before.get(table, ()), after.get(table, ())):
            if change.before and change.after:
                rows[rows.index(change.before)] = change.after
            elif change.before:
                rows.remove(change.before)
            else:
                rows.append(change.after)
        found[table] = tuple(rows)
    return found
