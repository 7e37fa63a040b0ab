"""Read one dataset of the catalogue, validate it against its contract, and remember its source.

Terms
-----
contract: the columns, types, bounds and key that the catalogue gives for a dataset.
provenance: which dataset, file and checksum a table was read from.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import catalog, paths, regions
from analysis.catalog import Column, Dataset
from analysis.errors import DataError, InputError, raise_faults

CHECKSUMS = "SHA256SUMS"
_MOST_FAULTS = 50  # a broken file can have one fault a cell; more lines help nobody


@dataclass(frozen=True)
class Provenance:
    """Where a table came from; `retrieved` is the date the figures stand for."""

    dataset: str
    file: str
    sha256: str
    retrieved: str

    @property
    def citation(self) -> str:
        """Swedish source line of the dataset."""
        return catalog.dataset(self.dataset).citation()


def load(key: str) -> pd.DataFrame:
    """The table of dataset `key`, shape (rows, columns of the catalogue), validated.

    Raises InputError for an unknown key and DataError with every fault of a broken table.
    The result carries its provenance; see `source_of`.
    """
    return _load(key).copy(deep=False)


@cache
def _load(key: str) -> pd.DataFrame:
    entry = catalog.dataset(key)
    if not entry.columns:
        raise InputError(f"dataset {key!r} is no single table; use its own loader")
    table = validate(read(entry.path), entry)
    table.attrs["provenance"] = Provenance(
        key, entry.file, checksum(entry.path), catalog.SNAPSHOT_DATE.isoformat()
    )
    return table


def source_of(table: pd.DataFrame) -> Provenance:
    """The provenance of a loaded table; raises InputError for a table that no loader made."""
    found = table.attrs.get("provenance")
    if not isinstance(found, Provenance):
        raise InputError("this table has no provenance; load it with analysis.loaders")
    return found


def read(path: Path) -> pd.DataFrame:
    """A table file as it is: CSV with every column as text, or Parquet."""
    if not path.is_file():
        raise DataError(f"{path.name} is missing; restore data/ with `git checkout -- data`")
    try:
        if path.suffix == ".csv":
            return pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path.name} cannot be read ({error}); restore it with "
                        "`git checkout -- data`") from error


def validate(table: pd.DataFrame, entry: Dataset) -> pd.DataFrame:
    """`table` with the types of the contract; raises DataError with every fault found."""
    wanted = [column.name for column in entry.columns]
    faults = [f"{entry.file}: column {name!r} is missing" for name in wanted if name not in table]
    faults += [f"{entry.file}: unknown column {name!r}; valid are {', '.join(wanted)}"
               for name in table if name not in wanted]
    raise_faults(DataError, faults)
    typed, faults = _typed(table, entry)
    faults += _schema_faults(typed, entry)
    if entry.rows is not None and len(typed) != entry.rows:
        faults.append(f"{entry.file}: {len(typed)} rows, the catalogue says {entry.rows}")
    raise_faults(DataError, faults[:_MOST_FAULTS])
    return typed


def _typed(table: pd.DataFrame, entry: Dataset) -> tuple[pd.DataFrame, list[str]]:
    """Numbers read as text become numbers; what cannot be one is a fault and becomes missing."""
    typed, faults = table.copy(deep=False), []
    for column in entry.columns:
        if column.dtype not in ("integer", "number"):
            continue
        before = table[column.name]
        after = pd.to_numeric(before, errors="coerce")
        for row in table.index[after.isna() & before.notna()]:
            faults.append(f"{entry.file} row {row + 2}, column {column.name!r}: "
                          f"{before[row]!r} is no number")
        whole = column.dtype == "integer"
        for row in table.index[after.notna() & (after % 1 != 0)] if whole else ():
            faults.append(f"{entry.file} row {row + 2}, column {column.name!r}: "
                          f"{before[row]!r} is no whole number")
        keep_float = not whole or bool((after.dropna() % 1 != 0).any())
        kind = "float64" if keep_float else "Int64" if column.nullable else "int64"
        typed[column.name] = after if after.isna().any() and kind == "int64" else after.astype(kind)
    return typed, faults


def _schema_faults(table: pd.DataFrame, entry: Dataset) -> list[str]:
    """All faults that pandera finds: bounds, allowed values, codes, missing, repeated keys."""
    import pandera.pandas as pandera
    from pandera.errors import SchemaErrors

    schema = pandera.DataFrameSchema(
        {column.name: pandera.Column(nullable=column.nullable, checks=_checks(column))
         for column in entry.columns},
        unique=list(entry.index),
    )
    try:
        schema.validate(table, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases.astype("object").to_dict("records")
        return list(dict.fromkeys(_fault(entry, case) for case in cases))
    return []


def _fault(entry: Dataset, case: dict[str, Any]) -> str:
    """One failure of pandera in the words of a person who has the file open."""
    where = "" if pd.isna(case["index"]) else f" row {int(case['index']) + 2}"
    if case["check"] == "multiple_fields_uniqueness":
        return f"{entry.file}{where}: the key ({', '.join(entry.index)}) stands there twice"
    if case["check"] == "not_nullable":
        return f"{entry.file}{where}, column {case['column']!r}: the value is missing"
    return (f"{entry.file}{where}, column {case['column']!r}: {case['failure_case']!r} "
            f"is not {case['check']}")


def _checks(column: Column) -> list[object]:
    import pandera.pandas as pandera

    checks: list[object] = []
    if column.low is not None:
        checks.append(pandera.Check.ge(column.low))
    if column.high is not None:
        checks.append(pandera.Check.le(column.high))
    valid = list(regions.municipalities()) if column.dtype == "code" else list(column.valid)
    if valid:
        name = "a municipality code" if column.dtype == "code" else f"one of {', '.join(valid)}"
        checks.append(pandera.Check.isin(valid, error=name))
    return checks


def checksum(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder in the order of their names."""
    digest = hashlib.sha256()
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def recorded_checksums() -> dict[str, str]:
    """The checksum of each shipped file, by its path under `data/`."""
    lines = paths.data_path(CHECKSUMS).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
