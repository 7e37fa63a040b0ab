"""Reads and writes the inventory's CSV files: all of a change is written, or nothing.

Terms
-----
folder: where the CSV files lie, one for each table of `arrangements.COLUMNS`.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from analysis import inventory_check, whole
from analysis.arrangements import COLUMNS, Inventory
from analysis.errors import DataError, InputError, raise_faults
from analysis.inventory_desk.changes import Change, Tables, differences, merged
from analysis.loaders import services as loader


def read(folder: Path) -> Tables:
    """The tables in `folder`; raises DataError with every fault of their shape."""
    return tables_of(loader.read_inventory(folder))


def tables_of(inventory: Inventory) -> Tables:
    """The rows of a loaded inventory, as a person edits them.

    >>> tables_of(loader.load_inventory())["forms"][0][0]
    'kommunalforbund'
    """
    found = inventory.tables()
    return {
        name: tuple(found[name][list(columns)].itertuples(index=False, name=None))
        for name, columns in COLUMNS.items()
    }


def inventory_of(tables: Tables) -> Inventory:
    """The inventory that the tables make; raises DataError with each error in them.

    >>> inventory_of(tables_of(loader.load_inventory())).areas.empty
    False
    """
    frames = {
        name: pd.DataFrame(list(tables.get(name, ())), columns=list(columns), dtype="str")
        for name, columns in COLUMNS.items()
    }
    inventory = loader.inventory_from(frames)
    found = inventory_check.check_inventory(inventory, codes=loader.known_codes())
    raise_faults(DataError, [str(finding) for finding in found if finding.level == "error"])
    return inventory


def write(folder: Path, after: Tables) -> list[Change]:
    """Make the tables in `folder` those of `after`, checked; returns what changed.

    Rows keep their places and new ones come last. Raises DataError when the new tables have
    errors, InputError when the folder cannot be written to: nothing is changed then.
    """
    before = read(folder)
    changes = differences(before, after)
    ordered = merged(before, after)
    inventory_of(ordered)
    changed = {change.table for change in changes}
    try:
        whole.write_all(
            {folder / f"{name}.csv": _csv(name, ordered) for name in COLUMNS if name in changed}
        )
    except OSError as error:
        raise InputError(
            f"the inventory cannot be written ({error}); make its folder writable, "
            "or work in a copy of it with --inventory DIR"
        ) from error
    return changes


def _csv(name: str, tables: Tables) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS[name])
    writer.writerows(tables[name])
    return text.getvalue()


def checked_folder(folder: Path | None) -> Path:
    """The folder of the inventory that is kept: the shipped one unless another is named."""
    if folder is None:
        return loader.inventory_path()
    if not folder.is_dir():
        raise InputError(
            f"--inventory {str(folder)!r} is no folder; name one that holds "
            f"{', '.join(f'{name}.csv' for name in COLUMNS)}"
        )
    return folder
