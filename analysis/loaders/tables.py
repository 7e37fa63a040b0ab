"""Read one dataset, updated or shipped, validate it, and remember where it came from.

Terms
-----
contract: the columns, types, bounds and key that the catalogue gives for a dataset.
snapshot: the tables shipped under `data/`; never written to.
updated dataset: one that `samverkan data update` put into the user's data folder. Its record,
    `<key>.json`, names the files, their checksums and everything about the fetch; it is written
    last and in one step, so that a reader sees the old dataset or the new one.
provenance: which dataset, file and checksum a table was read from.
vintage: which edition of a dataset is used, in words for a reader.

pandas is imported where a table is read: a build that finds nothing changed needs no table.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import catalog, hints, paths, reads, regions
from analysis.catalog import Column, Dataset
from analysis.citable import Citable, Source
from analysis.errors import DataError, InputError, NotFetchedError, raise_faults

if TYPE_CHECKING:
    import pandas as pd

CHECKSUMS = "SHA256SUMS"
_MOST_FAULTS = 50  # a broken file can have one fault a cell; more lines help nobody


@dataclass(frozen=True)
class Vintage:
    """Which edition of a dataset is used.

    `updated` is when the publisher last changed the table (of several, the latest), `retrieved`
    when it was fetched; both are ISO dates. For the snapshot, `retrieved` is its date and
    `tables` is empty. `years` are those of the table, as a reader writes them.
    """

    dataset: str
    live: bool
    retrieved: str
    years: str
    updated: str = ""
    tables: tuple[str, ...] = ()
    carried: bool = False  # some years are still those of the snapshot

    @property
    def publisher(self) -> str:
        """Who published this edition."""
        entry = catalog.dataset(self.dataset)
        return entry.live.publisher if self.live and entry.live else entry.source.publisher

    @property
    def source(self) -> str:
        """Publisher and table in Swedish, for a source line; exact for an updated dataset."""
        entry = catalog.dataset(self.dataset)
        if not self.live:
            return str(entry.source)
        changed = f"uppdaterad {self.updated}, " if self.updated else ""
        named = ", ".join(in_words(table) for table in self.tables)
        own = f"{named} ({changed}hämtad {self.retrieved})"
        kept = f"; övriga år: {entry.source.table}" if self.carried else ""
        return f"{self.publisher}, {own}{kept}"

    @property
    def licence(self) -> str:
        """On which terms the publisher of this edition lets it be used, in Swedish."""
        entry = catalog.dataset(self.dataset)
        return entry.live.licence if self.live and entry.live else entry.source.licence


def in_words(table: str) -> str:
    """The name of a table or layer as a reader meets it.

    >>> in_words("stat:RegSO_2025"), in_words("TAB0")
    ('RegSO 2025', 'TAB0')
    """
    return table.rpartition(":")[2].replace("_", " ").replace("Tatorter", "Tätorter")


@dataclass(frozen=True)
class Provenance:
    """Where a table came from; `retrieved` is the date the figures stand for."""

    dataset: str
    file: str
    sha256: str
    retrieved: str
    vintage: Vintage

    @property
    def citation(self) -> str:
        """Swedish source line of the dataset."""
        return f"Källa: {self.vintage.source}"

    def __deepcopy__(self, memo: dict[int, Any]) -> Provenance:
        """Itself: pandas copies what is attached to a table at every step, and this is frozen."""
        return self


@dataclass(frozen=True)
class Record:
    """The record of an updated dataset as `<key>.json` has it; `path` is the table's file."""

    key: str
    folder: Path
    facts: dict[str, Any] = field(hash=False)

    @property
    def path(self) -> Path:
        """The file with the table."""
        return self.folder / self.facts["files"]["table"]["name"]

    @property
    def files(self) -> list[Path]:
        """The record itself and every file it names."""
        named = [self.folder / file["name"] for file in self.facts["files"].values()]
        return [record_path(self.key, self.folder), *named]


def record_path(key: str, folder: Path | None = None) -> Path:
    """Where the record of an updated dataset lies; it need not be there."""
    return (folder or paths.user_data()) / f"{key}.json"


def record(key: str) -> Record | None:
    """The record of the updated dataset `key`, or None when the snapshot is used.

    Raises DataError for a record that cannot be read: it is never passed over in silence.
    """
    catalog.dataset(key)
    _note(key)
    path = record_path(key)
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        found = Record(key, path.parent, facts)
        present = all(file.is_file() for file in found.files)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(_broken(key, f"its record {path} cannot be read: {error}")) from error
    if not present:
        raise DataError(_broken(key, f"a file that {path} names is missing"))
    return found


def damage(key: str) -> list[str]:
    """What is wrong with the files of the updated dataset `key`; empty when all is as written.

    Reads every byte of them, unlike `record`.
    """
    try:
        found = record(key)
    except DataError as error:
        return list(error.faults)
    files = found.facts["files"].values() if found else ()
    return [
        _broken(key, f"{file['name']} differs from its checksum")
        for file in files
        if found and checksum(found.folder / file["name"]) != file["sha256"]
    ]


_noted: set[tuple[str, str]] = set()  # (trace, dataset): hashed once a process


def _note(key: str) -> None:
    """Tell the trace of a chapter that it depends on the dataset: all questions pass `record`."""
    trace = os.environ.get(reads.TRACE, "")
    if trace and (trace, key) not in _noted:
        _noted.add((trace, key))
        edition(key)


@reads.door
def edition(key: str) -> str:
    """A digest that tells one edition of a dataset from another: of its record, or its file.

    An update during a session is another edition at once, as `load` has it. The inventory has
    doors of its own, which know what a region reads of it.
    """
    path = record_path(key)
    return checksum(path) if path.is_file() else _shipped_edition(key)


@cache
def _shipped_edition(key: str) -> str:
    """Asked for once a process, like the table: the file may change while its old content is used."""
    path = catalog.dataset(key).path
    return checksum(path) if path.is_file() else ""


def _broken(key: str, what: str) -> str:
    return (
        f"the updated dataset {key!r} is broken: {what}; run `samverkan data update {key}`, "
        f"or `samverkan data reset {key}` to go back to the snapshot"
    )


def is_available(key: str) -> bool:
    """True when the table of `key` can be loaded: it is shipped, or has been fetched. Cheap."""
    return catalog.dataset(key).shipped or record(key) is not None


def vintage(key: str) -> Vintage:
    """Which edition of `key` is used; `.source` is what a report prints.

    Raises NotFetchedError for a dataset that is neither shipped nor fetched.

    >>> vintage("population").years
    '1950–2025'
    """
    found = record(key)
    if found is None:
        _refuse_unfetched(catalog.dataset(key))
        return _snapshot(key)
    facts = found.facts
    return Vintage(
        key,
        live=True,
        retrieved=facts["retrieved"][:10],
        years=spans(facts["years"]),
        updated=max((table["updated"] or "" for table in facts["tables"]), default="")[:10],
        tables=tuple(table["id"] for table in facts["tables"]),
        carried=bool(facts.get("carried_years")),
    )


def data_date() -> date:
    """The date of the data: the newest of the snapshot's and the last update's, never today's.

    It decides, when no other date is given, which shared services a report shows; a row that is
    added does not move it.

    >>> data_date() >= catalog.SNAPSHOT_DATE
    True
    """
    days = [
        date.fromisoformat(found.facts["retrieved"][:10])
        for key in catalog.CATALOG
        if (found := _sound(key)) is not None
    ]
    return max([catalog.SNAPSHOT_DATE, *days])


def _sound(key: str) -> Record | None:
    """The record of an updated dataset; one that cannot be read has no date."""
    with suppress(DataError):
        return record(key)
    return None


def in_citation(source: Citable) -> str:
    """A citable as a source line names it: the edition in use of a dataset, or an own source.

    Raises InputError for what is neither.

    >>> in_citation("population"), in_citation(Source("Bolagsverket", "Nystartade företag", "2024"))
    ('SCB, BE0101 Folkmängd', 'Bolagsverket, Nystartade företag (2024)')
    """
    if isinstance(source, Source):
        return str(source)
    if source not in catalog.CATALOG:
        raise InputError(
            f"unknown dataset {source!r}: {hints.did_you_mean(str(source), catalog.CATALOG.keys())}"
            "`analysis.catalog.CATALOG` has them; what others published is named as "
            "analysis.Source(publisher, title, date, licence)"
        )
    return vintage(source).source


def notes(key: Citable) -> tuple[str, ...]:
    """What a reader must know of the edition of `key` that is used, in Swedish.

    Of an own source nothing is known.

    >>> notes("population_age_sex")
    ('Det enda året med ålder och kön i underlaget.',)
    """
    if isinstance(key, Source):
        return ()
    found = record(key)
    ended = found.facts.get("discontinued", ()) if found else ()
    return (
        *catalog.dataset(key).notes_for(live=found is not None),
        *(
            f"Källan uppdaterar inte längre {table}: nyare år saknas här tills en efterföljare har "
            "kopplats in."
            for table in ended
        ),
    )


def _snapshot(key: str) -> Vintage:
    retrieved = catalog.SNAPSHOT_DATE.isoformat()
    return Vintage(key, live=False, retrieved=retrieved, years=catalog.dataset(key).years)


def spans(years: Iterable[int]) -> str:
    """Years with commas, those in a row as `1968–2024`."""
    runs: list[list[int]] = []
    for year in sorted(years):
        if runs and year == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], year]
        else:
            runs.append([year])
    return ", ".join("–".join(str(year) for year in run) for run in runs)


def updated_file(key: str) -> Path | None:
    """The file of the updated dataset, for loaders that read another form; None: the snapshot."""
    found = record(key)
    return None if found is None else found.path


def perturbed_years(key: str) -> tuple[int, ...]:
    """Years of `key` whose figures carry noise or protection (CKM): parts need not sum to totals.

    Prefer published totals of these years, and take no small mismatch for an error.
    """
    found, live = record(key), catalog.dataset(key).live
    if found is not None:
        return tuple(found.facts["perturbed_years"])
    queries = [query for query in (live.queries if live else ()) if query.perturbed]
    if not queries or not is_available(key):
        return ()
    years = sorted({int(year) for year in load(key)["year"]})
    return tuple(
        year for year in years if any(query.first <= year <= query.last for query in queries)
    )


def newer_years(key: str) -> tuple[int, ...]:
    """Years that the publisher has, by the catalogue, after the last one of the edition in use.

    >>> newer_years("commuting_margins"), newer_years("population")
    ((2022, 2023, 2024), ())
    """
    entry = catalog.dataset(key)
    if entry.newest is None or not is_available(key):
        return ()
    return tuple(range(entry.newest, int(load(key)["year"].max()), -entry.step))[::-1]


def load(key: str, *, years: Collection[int] | None = None) -> pd.DataFrame:
    """The table of dataset `key`, shape (rows, columns of the catalogue), validated.

    The updated dataset is used when there is one, otherwise the snapshot. `years` reads only
    those years, much faster for the commuting matrix. Raises InputError for an unknown key,
    NotFetchedError when the dataset is not shipped and was not fetched, and DataError with every
    fault of a broken table. The result carries its provenance; see `source_of`.

    >>> table = load("population")
    >>> int(table.set_index(["code", "year"]).at[("1780", 2024), "population"])
    98084
    >>> load("populatin")
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: unknown dataset 'populatin': did you mean 'population'? ...
    """
    entry = catalog.dataset(key)
    if not entry.columns:
        raise InputError(f"dataset {key!r} is no single table; use its own loader")
    if years is not None and "year" not in {column.name for column in entry.columns}:
        raise InputError(f"dataset {key!r} has no years; leave `years` out")
    chosen = None if years is None else tuple(sorted(set(years)))
    updated = record(key)
    if updated is None:
        _refuse_unfetched(entry)
        table = _load_shipped(key)
        table = table if chosen is None else table[table["year"].isin(chosen)]
        return table.copy(deep=False)
    digest = updated.facts["files"]["table"]["sha256"]
    return _load_updated(key, updated.path, digest, chosen).copy(deep=False)


def _refuse_unfetched(entry: Dataset) -> None:
    if not entry.shipped:
        instead = (
            "; until then analysis.flows.commuting_of(year) has modelled flows between all pairs"
            if entry.key == "commuting_matrix"
            else ""
        )
        raise NotFetchedError(
            f"dataset {entry.key!r} is not in the snapshot and has not been fetched; "
            f"run `samverkan data update {entry.key}` with a network{instead}"
        )


_shipped: dict[str, pd.DataFrame] = {}  # read and checked once a process


def _load_shipped(key: str) -> pd.DataFrame:
    if key not in _shipped:
        entry = catalog.dataset(key)
        table = validate(read(entry.path), entry)
        edition = _snapshot(key)
        table.attrs["provenance"] = Provenance(
            key, entry.file, checksum(entry.path), edition.retrieved, edition
        )
        _shipped[key] = table
    return _shipped[key]


def whole_shipped() -> dict[str, pd.DataFrame]:
    """Every shipped table without a fault by its key, read and checked.

    >>> len(whole_shipped()["municipalities"])
    290
    """
    for entry in catalog.tabular():
        if entry.shipped:
            with suppress(DataError):
                _load_shipped(entry.key)
    return dict(_shipped)


def keep_shipped(found: Mapping[str, pd.DataFrame]) -> None:
    """Let this process use shipped tables that another one has read and checked just now.

    >>> keep_shipped(whole_shipped())
    """
    _shipped.update(found)


@cache
def _load_updated(key: str, path: Path, digest: str, years: tuple[int, ...] | None) -> pd.DataFrame:
    """An updated table; it was validated when it was written, so its checksum is enough."""
    import pandas as pd

    entry, updated = catalog.dataset(key), record(key)
    if updated is None or checksum(path) != digest:
        raise DataError(_broken(key, f"{path} differs from its checksum"))
    keep = None if years is None else [("year", "in", list(years))]
    table = pd.read_parquet(path, filters=keep)
    if updated.facts.get("contract") != contract(entry):  # written by another version
        table = validate(table, entry, snapshot=False)
    edition = vintage(key)
    table.attrs["provenance"] = Provenance(key, path.name, digest, edition.retrieved, edition)
    return table


def contract(entry: Dataset) -> str:
    """A digest of the columns and key of a dataset: changes when the contract does."""
    return hashlib.sha256(repr((entry.columns, entry.index)).encode()).hexdigest()


def statuses(key: str) -> pd.DataFrame:
    """The cells of `key` that the source printed as a sign: key columns, column, symbol, status.

    Empty for the snapshot. A suppressed cell and one that cannot occur are both missing in the
    table; here they are told apart.
    """
    import pandas as pd

    entry, updated = catalog.dataset(key), record(key)
    if updated is not None and "statuses" in updated.facts["files"]:
        return pd.read_parquet(updated.folder / updated.facts["files"]["statuses"]["name"])
    return pd.DataFrame(columns=[*entry.index, "column", "symbol", "status"], dtype="str")


def source_of(table: pd.DataFrame) -> Provenance:
    """The provenance of a loaded table; raises InputError for a table that no loader made.

    >>> source_of(load("population")).citation
    'Källa: SCB, BE0101 Folkmängd'
    """
    found = getattr(table, "attrs", {}).get("provenance")
    if not isinstance(found, Provenance):
        raise InputError(
            "this table has no provenance; load it with analysis.load(key) "
            "or analysis.loaders, and ask before tables are joined"
        )
    return found


def read(path: Path) -> pd.DataFrame:
    """A table file as it is: CSV with every column as text, or Parquet."""
    import pandas as pd

    if not path.is_file():
        raise DataError(f"{path.name} is missing; restore data/ with `git checkout -- data`")
    try:
        if path.suffix == ".csv":
            return pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path.name} cannot be read ({error}); restore it with `git checkout -- data`"
        ) from error


def validate(table: pd.DataFrame, entry: Dataset, *, snapshot: bool = True) -> pd.DataFrame:
    """`table` with the types of the contract; raises DataError with every fault found.

    `snapshot=False` leaves the number of rows free: an updated dataset may have more years.
    """
    wanted = [column.name for column in entry.columns]
    faults = [f"{entry.file}: column {name!r} is missing" for name in wanted if name not in table]
    faults += [
        f"{entry.file}: unknown column {name!r}; valid are {', '.join(wanted)}"
        for name in table
        if name not in wanted
    ]
    raise_faults(DataError, faults)
    typed, faults = _typed(table, entry)
    faults += _schema_faults(typed, entry)
    if snapshot and entry.rows is not None and len(typed) != entry.rows:
        faults.append(f"{entry.file}: {len(typed)} rows, the catalogue says {entry.rows}")
    raise_faults(DataError, faults[:_MOST_FAULTS])
    return typed


def _typed(table: pd.DataFrame, entry: Dataset) -> tuple[pd.DataFrame, list[str]]:
    """Numbers read as text become numbers; what cannot be one is a fault and becomes missing.

    Whole numbers are int64, or float64 where one is missing: NaN stays NaN in what is computed.
    """
    import pandas as pd

    typed, faults = table.copy(deep=False), []
    for column in entry.columns:
        if column.dtype not in ("integer", "number"):
            continue
        before = table[column.name]
        after = pd.to_numeric(before, errors="coerce")
        for row in table.index[after.isna() & before.notna()]:
            faults.append(
                f"{entry.file} row {row + 2}, column {column.name!r}: {before[row]!r} is no number"
            )
        whole = column.dtype == "integer"
        for row in table.index[after.notna() & (after % 1 != 0)] if whole else ():
            faults.append(
                f"{entry.file} row {row + 2}, column {column.name!r}: "
                f"{before[row]!r} is no whole number"
            )
        counts = whole and not (after.isna() | (after % 1 != 0)).any()
        typed[column.name] = after.astype("int64" if counts else "float64")
    return typed, faults


def _schema_faults(table: pd.DataFrame, entry: Dataset) -> list[str]:
    """All faults that pandera finds: bounds, allowed values, codes, missing, repeated keys."""
    import pandera.pandas as pandera
    from pandera.errors import SchemaErrors

    schema = pandera.DataFrameSchema(
        {
            column.name: pandera.Column(nullable=column.nullable, checks=_checks(column))
            for column in entry.columns
        },
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
    import pandas as pd

    where = "" if pd.isna(case["index"]) else f" row {int(case['index']) + 2}"
    if case["check"] == "multiple_fields_uniqueness":
        return f"{entry.file}{where}: the key ({', '.join(entry.index)}) stands there twice"
    if case["check"] == "not_nullable":
        return f"{entry.file}{where}, column {case['column']!r}: the value is missing"
    return (
        f"{entry.file}{where}, column {case['column']!r}: {case['failure_case']!r} "
        f"is not {case['check']}"
    )


def _checks(column: Column) -> list[object]:
    import pandera.pandas as pandera

    checks: list[object] = []
    if column.low is not None:
        checks.append(pandera.Check.ge(column.low, error=f"{column.low:g} or more"))
    if column.high is not None:
        checks.append(pandera.Check.le(column.high, error=f"{column.high:g} or less"))
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
