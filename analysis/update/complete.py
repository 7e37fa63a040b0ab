"""From what was fetched to a dataset that keeps its contract, or the reason why it does not.

Terms
-----
gap: a municipality or year that the dataset in use has, and the fetched one has not.
identity: columns that must add up, because metrics rely on it; see `analysis.live.Live`.
gate: a check that a person can open with `--accept`, when the publisher's page says the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis import regions
from analysis.catalog import Dataset
from analysis.errors import DataError, SourceError, raise_faults
from analysis.live import Live
from analysis.loaders import tables
from analysis.sources.scb import FEW
from analysis.update.plan import Fetched

_SILENT = 0.1  # share of municipalities that may have a sign for a figure in the last year
_SHOWN = 3  # largest changes, or first faults, that are shown for a dataset
_SAME = 0.01  # an area that differs by less is the same
_GREAT = 0.2  # a value that differs by more of itself has changed greatly
_SMALL = 3  # a change of no more than that is none: persons, or points
_MOST = 0.5  # share of values: when more of them change greatly it is another measure


def checked(entry: Dataset, live: Live, fetched: Fetched, *, accept: bool = False) -> Fetched:
    """A fetched dataset that keeps the contract; raises DataError or SourceError when it does not.

    `accept` opens the gates: identities that do not hold, and most values changed greatly.
    """
    if entry.columns:
        fetched.table = tables.validate(complete(entry, live, fetched), entry, snapshot=False)
        faults = [*_broken_identities(live, fetched), *_implausible(entry, live, fetched.table)]
        if accept:
            fetched.lines += [f"accepted: {fault}" for fault in faults]
        else:
            raise_faults(
                SourceError,
                [
                    f"{', '.join(live.ids)}: {fault}; nothing was changed, compare with the "
                    "publisher's own page; if it is right there, run the update again with --accept "
                    f"(`samverkan data reset {entry.key}` goes back to the snapshot)"
                    for fault in faults
                ],
            )
    return fetched


def in_use(entry: Dataset) -> pd.DataFrame | None:
    """The table that is in use now; None when there is none, or when it is damaged."""
    try:
        return tables.load(entry.key) if tables.is_available(entry.key) else None
    except DataError:
        return None


def complete(entry: Dataset, live: Live, fetched: Fetched) -> pd.DataFrame:
    """The fetched table with all columns of the contract, in its order, sorted by its key.

    Columns that may be missing are so in every row when the source does not have them. A row
    without any figure stays where the contract lets its figures be missing, so that sums see it,
    but a year without any is left out. Rows of the snapshot are kept only where the source has no
    cell at all: one that it answered with a sign is missing.
    """
    table = _our_columns(entry, fetched.table.assign(**dict(live.constants)))
    answered = table
    known = table[_figures(entry, fetched.table)].notna().any(axis=1)
    if entry.required:
        table = table[known]
    elif not known.all():
        table = table[known.groupby(table["year"]).transform("any")]
    _refuse_gaps(entry, live, table, answered)  # before anything could fill them
    table = _with_history(entry, table, answered, fetched)
    if live.keep:
        shipped, keys = tables.read(entry.path), list(entry.index)
        there = pd.MultiIndex.from_frame(pd.concat([answered, table])[keys].astype({"code": "str"}))
        kept = shipped[~pd.MultiIndex.from_frame(shipped[keys]).isin(there)]
        fetched.carried = sorted({int(year) for year in kept["year"]})
        table = pd.concat([kept, table], ignore_index=True)
    names = [column.name for column in entry.columns]
    table = table[names].sort_values(list(entry.index), ignore_index=True)
    return table.astype(
        {column.name: "str" for column in entry.columns if column.dtype in ("code", "text")}
    )


def _our_columns(entry: Dataset, table: pd.DataFrame) -> pd.DataFrame:
    names = [column.name for column in entry.columns]
    if "age_from" in names:
        ages = table.pop("age").astype("str").str.split("-", expand=True)
        table["age_from"] = ages[0].astype("int64")
        table["age_to"] = pd.to_numeric(ages[1], errors="coerce").astype("Int64")
    if "series" in names:
        table["series"] = _series(entry, table)
    for column in entry.columns:
        if column.nullable and column.name not in table:
            table[column.name] = pd.NA
    return table


def _figures(entry: Dataset, table: pd.DataFrame) -> list[str]:
    """The columns with numbers that the source delivers."""
    return [
        column.name
        for column in entry.columns
        if column.name in table
        and column.dtype in ("integer", "number")
        and column.name not in entry.index
    ]


def _series(entry: Dataset, table: pd.DataFrame) -> pd.Series:
    """The series of the catalogue that each row belongs to, by its source table and year."""
    found = pd.Series(pd.NA, index=table.index, dtype="str")
    for part in entry.series:
        rows = (table["source"] == part.source) & table["year"].between(part.first, part.last)
        found = found.mask(rows, part.key)
    return found


def _with_history(
    entry: Dataset, table: pd.DataFrame, answered: pd.DataFrame, fetched: Fetched
) -> pd.DataFrame:
    """A municipality that the source has nothing on keeps the rows that are in use."""
    old = in_use(entry) if {"code", "year"} <= set(entry.index) else None
    if old is None:
        return table
    lost = sorted(set(old["code"]) - set(answered["code"]))
    if not lost or len(lost) > FEW:
        return table
    kept = old[old["code"].isin(lost)]
    fetched.lines += [
        f"{code}: {count} rows in use are kept, the source has none"
        for code, count in kept["code"].value_counts().items()
    ]
    return pd.concat([table.astype({"code": "str"}), kept], ignore_index=True)


def _refuse_gaps(entry: Dataset, live: Live, table: pd.DataFrame, answered: pd.DataFrame) -> None:
    """Raise when nothing came, or the last year lacks municipalities that the one before had.

    `answered` has the cells with a sign, too: a few such are missing figures, as many as make the
    year look half published are a fault. A few municipalities may be gone: they may have merged.
    """
    what = ", ".join(live.ids)
    if table.empty:
        raise SourceError(f"{what}: no figure came; nothing was changed, try again later")
    if not {"code", "year"} <= set(entry.index):
        return
    years = sorted(table["year"].unique())
    if len(years) < 2:
        return
    before, last = (set(table.loc[table["year"] == year, "code"]) for year in years[-2:])
    asked = set(answered.loc[answered["year"] == years[-1], "code"])
    known = regions.municipalities()
    lost = [f"{code} {known[code].name}" for code in sorted(before - asked)]
    faults = [f"{', '.join(lost)} are missing in {years[-1]}"] if len(lost) > FEW else []
    silent = before & asked - last
    if len(silent) > _SILENT * len(before):
        faults.append(
            f"{len(silent)} of {len(before)} municipalities have no figure in "
            f"{years[-1]}: the year may be half published"
        )
    raise_faults(
        SourceError, [f"{what}: {fault}; nothing was changed, try again later" for fault in faults]
    )


def _broken_identities(live: Live, fetched: Fetched) -> Iterator[str]:
    """Sums of the source that do not add up, in years without noise."""
    for identity in live.identities:
        table = fetched.table[~fetched.table["year"].isin(fetched.perturbed)]
        off = table.eval(identity)
        wrong = table[off.notna() & (off.abs() > 1e-6)]
        if len(wrong):
            row = wrong.iloc[0]
            yield (
                f"{len(wrong)} rows do not add up ({identity} is not 0), first {row['code']} "
                f"{row['year']}"
            )


def _implausible(entry: Dataset, live: Live, new: pd.DataFrame) -> Iterator[str]:
    """Columns of which most values differ greatly from those in use of the same publisher."""
    used = tables.record(entry.key) if not tables.damage(entry.key) else None
    old = in_use(entry)
    if (
        old is None
        or "year" not in entry.index
        or not (used is not None or entry.source.publisher == live.publisher)
    ):
        return
    both = old.merge(new, on=list(entry.index), suffixes=("_old", "_new"))
    found = {
        name: _greatly(both[f"{name}_old"], both[f"{name}_new"]) for name in _figures(entry, new)
    }
    wrong = {name: great for name, great in found.items() if great.mean() > _MOST}
    if wrong:
        name, great = max(wrong.items(), key=lambda item: item[1].mean())
        shown = _largest(
            both, great[great].index, both[f"{name}_old"], both[f"{name}_new"], list(entry.index)
        )
        yield (
            f"{great.mean():.0%} of the values of {name!r} have changed by more than a fifth, "
            f"most {shown} ({len(wrong)} of {len(found)} columns): this may be another measure"
        )


def _greatly(before: pd.Series, after: pd.Series) -> pd.Series:
    """Whether each value that is known before and after has changed by much of itself."""
    known = before.notna() & after.notna()
    change = (after - before).abs()[known]
    return (change > _GREAT * before.abs()[known]) & (change > _SMALL)


def difference(old: pd.DataFrame | None, new: pd.DataFrame, entry: Dataset) -> list[str]:
    """What an update changes, in lines: years, rows, codes, revised values, largest changes."""
    if old is None:
        return [f"new: {len(new)} rows"]
    lines = []
    for column in ("year", "code"):
        if column in new:
            lines += _sets(column, set(old[column]), set(new[column]))
    keys = list(entry.index)
    both = old.merge(new, on=keys, suffixes=("_old", "_new"))
    lines.append(f"{len(new)} rows (+{len(new) - len(both)}, -{len(old) - len(both)})")
    numbers = [
        part.name
        for part in entry.columns
        if part.dtype in ("integer", "number") and part.name not in (*keys, "year")
    ]
    lost = [name for name in numbers if new[name].isna().all() and old[name].notna().any()]
    if lost:
        lines.append(f"no longer delivered: {', '.join(lost)}")
    for name in numbers:
        if name not in lost:
            lines += _revisions(both, name, keys)
    return lines


def _sets(name: str, old: set[Any], new: set[Any]) -> list[str]:
    lines = []
    for word, found in (("added", new - old), ("gone", old - new)):
        if found:
            shown = tables.spans(found) if name == "year" else ", ".join(sorted(found))
            lines.append(f"{name}s {word}: {shown}")
    return lines


def _revisions(both: pd.DataFrame, name: str, keys: list[str]) -> list[str]:
    old = both[f"{name}_old"].astype("Float64")
    new = both[f"{name}_new"].astype("Float64")
    changed = ((old != new).fillna(False) | (old.isna() != new.isna())).astype("bool")
    if not changed.any():
        return []
    return [
        f"{name}: {int(changed.sum())} values revised, most "
        f"{_largest(both, changed[changed].index, old, new, keys)}"
    ]


def _largest(
    both: pd.DataFrame, rows: pd.Index, old: pd.Series, new: pd.Series, keys: list[str]
) -> str:
    """The largest changes among `rows`, each with its key."""
    largest = (new - old).abs().loc[rows].sort_values(ascending=False).head(_SHOWN).index
    return "; ".join(
        f"{' '.join(str(both.at[row, key]) for key in keys)} {_plain(old[row])} -> "
        f"{_plain(new[row])}"
        for row in largest
    )


def moved(entry: Dataset, new: Any) -> list[str]:
    """Which areas are larger or smaller than those fetched before; the snapshot is too coarse."""
    import geopandas

    file = None if tables.damage(entry.key) else tables.updated_file(entry.key)
    if file is None:
        return [f"new: {len(new)} areas"]
    old = geopandas.read_parquet(file).set_index("code").area
    change = new.set_index("code").area / old - 1
    found = change[change.abs() > _SAME].sort_values(key=abs, ascending=False)
    shown = "; ".join(f"{code} {part:+.1%}" for code, part in found.head(_SHOWN).items())
    return [
        f"{len(new)} areas",
        *_sets("code", set(old.index), set(new["code"])),
        *([f"area: {len(found)} changed, most {shown}"] if shown else []),
    ]


def _plain(value: Any) -> str:
    return "missing" if pd.isna(value) else f"{float(value):g}" if value % 1 else str(int(value))


def against_contract(live: Live, faults: tuple[str, ...]) -> str:
    """The first faults of fetched data that break the contract, and how many more there are."""
    rest = len(faults) - _SHOWN
    more = f" and {rest} more" if rest > 0 else ""
    return (
        f"{', '.join(live.ids)}: what came breaks the contract: {'; '.join(faults[:_SHOWN])}"
        f"{more}; nothing was changed, compare the table with data/README.md"
    )
