"""The files in `data/`, as plain tables, and the regions; nothing of the library reads them here."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[2] / "data"
LAST = 2025  # the newest 31 December before the date of the data
DAY = "2026-08-31"  # the date of the data


@dataclass(frozen=True)
class Area:
    """A region or a cooperation inside it: key, name, codes of the members, cooperations."""

    key: str
    name: str
    members: tuple[str, ...]
    groups: tuple["Area", ...] = ()

    @property
    def parts(self) -> tuple["Area", ...]:
        """Its cooperations; itself where it has no two."""
        return self.groups if len(self.groups) > 1 else (self,)

    @property
    def counties(self) -> list[str]:
        """Codes of the counties in which its members lie."""
        return sorted({code[:2] for code in self.members})


@cache
def read(name: str) -> pd.DataFrame:
    """A file by its path in `data/`; texts stay texts, blanks are empty."""
    path = DATA / name
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@cache
def names() -> dict[str, str]:
    """Municipality names by code."""
    return dict(read("municipalities.csv")[["code", "name"]].itertuples(index=False))


@cache
def counties() -> dict[str, str]:
    """County names by code."""
    table = read("municipalities.csv")
    return dict(table[["county_code", "county"]].itertuples(index=False))


@cache
def series(name: str, column: str = "value") -> pd.DataFrame:
    """A file by code (rows) and year (columns); a column `sex` is read as both together."""
    table = read(name)
    if "sex" in table:
        table = table[table["sex"] == "total"]
    return table.pivot(index="code", columns="year", values=column)


def people(year: int = LAST) -> pd.Series:
    """Inhabitants by code on 31 December."""
    return series("population.parquet", "population")[year]


@cache
def region(key: str) -> Area:
    """A region of `regions.toml`, with its cooperations."""
    entries = tomllib.loads((DATA / "regions.toml").read_text(encoding="utf-8"))
    return _area(entries, key)


def _area(entries: dict, key: str) -> Area:
    entry = entries[key]
    groups = tuple(_area(entries, group) for group in entry.get("groups", ()))
    members = entry.get("members") or [code for group in groups for code in group.members]
    return Area(key, entry["name"], tuple(members), groups)


def regions() -> list[str]:
    """Keys of all regions and cooperations."""
    return list(tomllib.loads((DATA / "regions.toml").read_text(encoding="utf-8")))
