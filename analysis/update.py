"""Update datasets from their sources: plan, fetch, validate, compare, and only then swap in.

Terms
-----
record: `<key>.json` in the user's data folder; see `analysis.loaders.tables`. Writing it is the
    swap: until then the old dataset is the one in use.
outcome: what became of one dataset in one run.
source: what the record says of one table, key figure or layer that a dataset was made from.

The shipped snapshot is never written to.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from analysis import catalog, paths, regions
from analysis.catalog import Dataset, Evidence, Groups, Layer, Live
from analysis.errors import DataError, InputError, SourceError, raise_faults
from analysis.loaders import tables
from analysis.sources import geodata, kolada, scb, tidy
from analysis.sources.http import Client
from analysis.sources.jsonstat import Cube
from analysis.sources.kept import FOLDER, KeptReplies, Store, room

SOURCES = {"scb": catalog.SCB_URL, "kolada": catalog.KOLADA_URL, "geodata": catalog.GEODATA_URL}
_LOCK = ".update.lock"
_SILENT = 0.1  # share of municipalities that may have a sign for a figure in the last year
_SHOWN = 3  # largest changes, or first faults, that are shown for a dataset
_SAME = 0.01  # an area that differs by less is the same

Tell = Callable[[str], object]
Step = Callable[[str, int, int], object]


@dataclass
class Outcome:
    """What became of one dataset: its state, lines for a reader, requests and seconds."""

    key: str
    state: Literal["planned", "unchanged", "updated", "failed"]
    lines: list[str] = field(default_factory=list)
    requests: int = 0
    seconds: float = 0.0


@dataclass
class Fetched:
    """A dataset on its way in: its table, the signs, and what the record says of the sources."""

    table: Any
    signs: pd.DataFrame
    sources: list[dict[str, Any]]
    carried: list[int] = field(default_factory=list)
    perturbed: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # what else to tell a reader


@dataclass(frozen=True)
class Run:
    """The settings of one run of `update`."""

    clients: Mapping[str, Client]
    dry: bool
    step: Step

    def counter(self, key: str, total: int) -> Callable[..., None]:
        """Call it for each reply of `key`; a source that knows better gives the number of all."""
        done = 0

        def count(known: int = total) -> None:
            nonlocal done
            done += 1
            self.step(key, done, known)

        return count


def update(keys: Sequence[str] = (), *, base_urls: Mapping[str, str] | None = None,
           dry_run: bool = False, timeout: float = 60, backoff: float = 0.5,
           tell: Tell = lambda line: None, step: Step = lambda key, done, total: None,
           ) -> list[Outcome]:
    """Update the datasets `keys`, or all that have a live source; returns one outcome for each.

    A dataset that fails keeps its old data, and the others go on. `base_urls` replaces the
    address of a source by its name in `SOURCES`; `timeout` and `backoff`, in seconds, are those of
    `analysis.sources.http.Client`. Raises InputError for a key that cannot be
    updated and SourceError when another update runs or a dataset failed (after the others).
    """
    entries = chosen(keys)
    urls = {**SOURCES, **(base_urls or {})}
    clients = {name: Client(url, timeout=timeout, backoff=backoff) for name, url in urls.items()}
    run = Run(clients, dry_run, step)
    if dry_run:
        outcomes = [_attempt(entry, run, tell) for entry in entries]
    else:
        with locked():
            outcomes = [_attempt(entry, run, tell) for entry in entries]
    raise_faults(SourceError, [line for outcome in outcomes if outcome.state == "failed"
                               for line in outcome.lines])
    return outcomes


def chosen(keys: Sequence[str]) -> list[Dataset]:
    """The entries to update; raises InputError with every key that has no live source."""
    live = [entry for entry in catalog.CATALOG.values() if entry.live]
    faults = []
    for key in keys:
        try:
            if catalog.dataset(key).live is None:
                faults.append(f"dataset {key!r} has no live source; those that have are "
                              f"{', '.join(entry.key for entry in live)}")
        except InputError as error:
            faults += error.faults
    raise_faults(InputError, faults)
    return [entry for entry in live if not keys or entry.key in keys]


@contextmanager
def locked() -> Iterator[Path]:
    """The user's data folder, held by this process alone; raises SourceError when it is taken."""
    from filelock import FileLock, Timeout

    folder = paths.user_data()
    with room(folder):
        folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise SourceError(f"another update is at work in {folder}; wait until it has ended, then "
                          "try again") from None
    try:
        yield folder
    finally:
        lock.release()


def _attempt(entry: Dataset, run: Run, tell: Tell) -> Outcome:
    """One dataset; its failure is its own."""
    before = sum(client.sent for client in run.clients.values())
    start = time.monotonic()
    try:
        outcome = _one(entry, run)
    except (SourceError, DataError) as error:
        outcome = Outcome(entry.key, "failed", [f"{entry.key}: {fault}" for fault in error.faults])
    outcome.requests = sum(client.sent for client in run.clients.values()) - before
    outcome.seconds = time.monotonic() - start
    plural = "" if outcome.requests == 1 else "s"
    cost = f"{outcome.requests} request{plural}, {outcome.seconds:.1f} s"
    tell(f"{entry.key}: {outcome.state} ({cost})")
    if outcome.state != "failed":
        for line in outcome.lines:
            tell(f"  {line}")
    return outcome


def _one(entry: Dataset, run: Run) -> Outcome:
    live = entry.live
    assert live is not None, "chosen() leaves out datasets without a live source"
    if live.queries:
        outcome = _from_scb(entry, live, run)
    elif live.layer:
        outcome = _from_geodata(entry, live, live.layer, run)
    elif live.peers:
        outcome = _from_groups(entry, live, live.peers, run)
    else:
        outcome = _from_kolada(entry, live, run)
    if live.unproven and outcome.state != "unchanged":
        outcome.lines.insert(0, doubt(live))
    return outcome


def doubt(live: Live) -> str:
    """A warning of the ids that nobody has verified, for a dataset that has such."""
    return (f"known only from third-party code: {', '.join(live.unproven)}; compare some figures "
            "with the publisher's own page before you rely on them")


def _from_scb(entry: Dataset, live: Live, run: Run) -> Outcome:
    """Plan all tables first: a drift in the last is met before the first is fetched."""
    client = run.clients["scb"]
    limits = scb.limits(client, ", ".join(live.ids))
    looks = [scb.look(client, query) for query in live.queries]
    updated = [table.updated for table in looks]
    plans = [scb.plan(query, table, limits.cells)
             for query, table in zip(live.queries, looks, strict=True)]
    if _is_current(entry, live, updated):
        return Outcome(entry.key, "unchanged", [f"SCB has not changed it since {max(updated)}"])
    odd = {stranger for plan in plans for stranger in scb.strangers(plan.query, plan.table)}
    if run.dry:
        years = {year for plan in plans for year in plan.years}
        return Outcome(entry.key, "planned", [
            *(f"{plan.query.table} {plan.table.label}: {plan.years[0]}-{plan.years[-1]}, "
              f"{plan.cells} cells in {len(plan.parts)} requests, updated {plan.table.updated}"
              for plan in plans), _new_years(entry, years), *_unknown(odd)])
    count = run.counter(entry.key, sum(len(plan.parts) for plan in plans))

    def shape(cubes: list[list[Cube]]) -> Fetched:
        found, sources = [], []
        for plan, parts in zip(plans, cubes, strict=True):
            table, signs = tidy.tidy(parts, plan.query)
            table["source"] = plan.query.table
            found.append((table, signs))
            sources.append(_scb_source(client, plan, signs))
        return Fetched(
            pd.concat([table for table, _ in found], ignore_index=True),
            pd.concat([signs for _, signs in found], ignore_index=True), sources,
            perturbed=sorted({year for plan in plans if plan.query.perturbed
                              for year in plan.years}), lines=_unknown(odd))

    return _bring_in(entry, live, shape, lambda keep: [
        list(scb.fetch(client, plan, keep, count)) for plan in plans])


def _new_years(entry: Dataset, years: set[int]) -> str:
    """Which of the years that a source has are not in use yet."""
    new = tables.spans(years - _years_in_use(entry))
    return f"years that are new: {new or 'none'}"


def _years_in_use(entry: Dataset) -> set[int]:
    try:
        found = tables.record(entry.key)
        if found is not None:
            return set(found.facts["years"])
    except DataError:
        return set()
    return {int(year) for year in tables.load(entry.key)["year"]} if entry.shipped else set()


def _unknown(codes: Collection[str]) -> list[str]:
    """A line on municipalities that a source has and the registry has not."""
    return [f"codes not known here: {', '.join(sorted(codes))}"] if codes else []


def _scb_source(client: Client, plan: scb.Plan, signs: pd.DataFrame) -> dict[str, Any]:
    query, table = plan.query, plan.table
    return _source(
        query.table, table.label, f"{client.base_url}/tables/{query.table}/data",
        [scb.request_body(part) for part in plan.parts], query.evidence, signs,
        updated=table.updated, years=[plan.years[0], plan.years[-1]], unit=list(query.units),
        perturbed=query.perturbed, notes=list(table.notes))


def _source(key: str, title: str, url: str, query: list[Any], evidence: Evidence,
            signs: pd.DataFrame, **more: Any) -> dict[str, Any]:
    """What the record says of one source of a dataset; `signs` are its cells without a number."""
    counts = signs["symbol"].value_counts()
    return {"id": key, "title": title, "updated": "", "url": url, "query": query,
            "verified": {"basis": evidence.basis, "where": evidence.where},
            "signs": {str(sign): int(count) for sign, count in counts.items()},
            "perturbed": False, "notes": [], **more}


def _is_current(entry: Dataset, live: Live, updated: list[str]) -> bool:
    """True when the dataset in use is whole, and made from the very tables the source has now.

    A table that does not say when it was updated may have changed.
    """
    if tables.damage(entry.key) or not all(updated):
        return False
    found = tables.record(entry.key)
    return (found is not None and found.facts.get("live") == _live_digest(live)
            and found.facts.get("contract") == tables.contract(entry)
            and [table["updated"] for table in found.facts["tables"]] == updated)


def _live_digest(live: Live) -> str:
    return hashlib.sha256(repr(live).encode()).hexdigest()


def _kolada(run: Run) -> Client:
    client = run.clients["kolada"]
    client.limit(*kolada.PACE)
    return client


def _from_kolada(entry: Dataset, live: Live, run: Run) -> Outcome:
    """All key figures of a dataset; their titles are looked at before the first is fetched."""
    client = _kolada(run)
    titles = kolada.look(client, live.indicators)
    last = datetime.now(UTC).year + 1
    requests = len(live.indicators) * len(kolada.batches(last))
    if run.dry:
        return Outcome(entry.key, "planned", [
            *(f"{kpi} {title}" for kpi, title in titles.items()), f"{requests} requests",
            _new_years(entry, kolada.years(client, live.indicators, last, _years_in_use(entry)))])
    count = run.counter(entry.key, requests)

    def shape(rows: list[kolada.Row]) -> Fetched:
        table = kolada.table(rows, live.indicators)
        found = table[table["status"] != "published"]
        sources = [_source(part.kpi, titles[part.kpi], f"{client.base_url}/data/kpi/{part.kpi}",
                           kolada.batches(last), part.evidence, found[found["name"] == part.name],
                           unit=[part.unit])
                   for part in live.indicators]
        ours = _kolada_columns(entry)
        signs = found.assign(column=ours["value"]).rename(columns=ours)
        return Fetched(table.rename(columns=ours), signs[list(_no_signs(entry))], sources)

    return _bring_in(entry, live, shape, lambda keep: kolada.fetch(
        client, live.indicators, last, keep, count))


def _kolada_columns(entry: Dataset) -> dict[str, str]:
    """Our names for Kolada's columns: of the value and, where figures are several, of their name.

    A single figure is required in every row, so its cells without a number are rows of the signs
    alone; where figures are several such cells are missing, and `status` says why.
    """
    if required := _required(entry):
        return {"value": required[0]}
    name, value = entry.columns[2:4]
    return {"name": name.name, "value": value.name}


def _from_groups(entry: Dataset, live: Live, groups: Groups, run: Run) -> Outcome:
    client, none = _kolada(run), _no_signs(entry)
    if run.dry:
        found = kolada.peers(kolada.fetch_groups(client, Store()), groups)
        return Outcome(entry.key, "planned", [
            f"the groups {catalog.GROUPS!r} of Kolada, {tables.spans(set(found['year']))}: "
            f"{len(found)} rows"])
    url = f"{client.base_url}/municipality_groups"

    def shape(found: list[dict[str, Any]]) -> Fetched:
        return Fetched(kolada.peers(found, groups), none, [_source(
            catalog.GROUPS, entry.title, url, [dict(groups.words)], groups.evidence, none)])

    return _bring_in(entry, live, shape, lambda keep: kolada.fetch_groups(client, keep))


def _from_geodata(entry: Dataset, live: Live, layer: Layer, run: Run) -> Outcome:
    client, none = run.clients["geodata"], _no_signs(entry)
    if run.dry:
        return Outcome(entry.key, "planned", [
            f"the layer {layer.name} of {client.base_url}: {geodata.look(client, layer)} areas"])
    count = run.counter(entry.key, 0)

    def shape(areas: Any) -> Fetched:
        made = geodata.localities if entry.columns else geodata.municipalities
        query = [{"typeNames": layer.name, "srsName": geodata.CRS}]
        return Fetched(made(areas, layer), none, [_source(
            layer.name, entry.title, client.base_url, query, layer.evidence, none)],
            lines=_unknown([] if entry.columns else geodata.strangers(areas, layer)))

    return _bring_in(entry, live, shape, lambda keep: geodata.fetch(client, layer, keep, count))


def _bring_in(entry: Dataset, live: Live, shape: Callable[[Any], Fetched],
              fetch: Callable[[Store], Any]) -> Outcome:
    """Fetch what an earlier run has not kept, shape it, check, compare and swap in.

    Replies are kept until the dataset is in use, or until they are found to be at fault: what is
    wrong with all of them together would be wrong again with the same ones.
    """
    keep = KeptReplies(entry.key)
    replies = fetch(keep)
    try:
        fetched = _checked(entry, live, shape(replies))
        change = difference(_old(entry), fetched.table, entry) if entry.columns else moved(
            entry, fetched.table)
    except SourceError:
        keep.clear()
        raise
    except DataError as error:
        keep.clear()
        raise SourceError(_against_contract(live, error.faults)) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        keep.clear()
        raise SourceError(
            f"{', '.join(live.ids)}: the replies have another form than before "
            f"({type(error).__name__}: {error}); nothing was changed, compare them with the "
            "entry in analysis/catalog.py") from error
    _swap(entry, live, fetched)
    keep.clear()
    return Outcome(entry.key, "updated", [*change, *fetched.lines])


def _against_contract(live: Live, faults: Sequence[str]) -> str:
    """The first faults of fetched data that break the contract, and how many more there are."""
    rest = len(faults) - _SHOWN
    more = f" and {rest} more" if rest > 0 else ""
    return (f"{', '.join(live.ids)}: what came breaks the contract: {'; '.join(faults[:_SHOWN])}"
            f"{more}; nothing was changed, compare the table with the entry in "
            "analysis/catalog.py")


def _no_signs(entry: Dataset) -> pd.DataFrame:
    return pd.DataFrame(columns=[*entry.index, "column", "symbol", "status"], dtype="str")


def _checked(entry: Dataset, live: Live, fetched: Fetched) -> Fetched:
    """A fetched dataset that keeps the contract."""
    if entry.columns:
        fetched.table = tables.validate(complete(entry, live, fetched), entry, snapshot=False)
    return fetched


def _old(entry: Dataset) -> pd.DataFrame | None:
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
    table = fetched.table.assign(**dict(live.constants))
    names = [column.name for column in entry.columns]
    figures = [column.name for column in entry.columns if column.name in table
               and column.dtype in ("integer", "number") and column.name not in entry.index]
    if "age_from" in names:
        ages = table.pop("age").astype("str").str.split("-", expand=True)
        table["age_from"] = ages[0].astype("int64")
        table["age_to"] = pd.to_numeric(ages[1], errors="coerce").astype("Int64")
    if "series" in names:
        table["series"] = _series(entry, table)
    table = table.assign(**{column.name: pd.NA for column in entry.columns
                            if column.nullable and column.name not in table})
    answered, known = table, table[figures].notna().any(axis=1)
    if _required(entry):
        table = table[known]
    elif not known.all():
        table = table[known.groupby(table["year"]).transform("any")]
    _refuse_gaps(entry, live, table, answered)  # before the snapshot could fill them
    if live.keep:
        shipped, keys = tables.read(entry.path), list(entry.index)
        there = pd.MultiIndex.from_frame(answered[keys].astype({"code": "str"}))
        kept = shipped[~pd.MultiIndex.from_frame(shipped[keys]).isin(there)]
        fetched.carried = sorted({int(year) for year in kept["year"]})
        table = pd.concat([kept, table], ignore_index=True)
    table = table[names].sort_values(list(entry.index), ignore_index=True)
    return table.astype({column.name: "str" for column in entry.columns
                         if column.dtype in ("code", "text")})


def _required(entry: Dataset) -> list[str]:
    """The figures that the contract wants in every row."""
    return [column.name for column in entry.columns if column.dtype in ("integer", "number")
            and not column.nullable and column.name not in entry.index]


def _series(entry: Dataset, table: pd.DataFrame) -> pd.Series:
    """The series of the catalogue that each row belongs to, by its source table and year."""
    found = pd.Series(pd.NA, index=table.index, dtype="str")
    for part in entry.series:
        rows = (table["source"] == part.source) & table["year"].between(part.first, part.last)
        found = found.mask(rows, part.key)
    return found


def _refuse_gaps(entry: Dataset, live: Live, table: pd.DataFrame, answered: pd.DataFrame) -> None:
    """Raise when nothing came, or the last year lacks municipalities that the one before had.

    `answered` has the cells with a sign, too: a few such are missing figures, as many as make the
    year look half published are a fault.
    """
    what = ", ".join(live.ids)
    if table.empty:
        raise SourceError(f"{what}: no figure came; nothing was changed, try again later")
    if "code" not in entry.index or "year" not in entry.index or "locality" in entry.index:
        return
    years = sorted(table["year"].unique())
    if len(years) < 2:
        return
    before, last = (set(table.loc[table["year"] == year, "code"]) for year in years[-2:])
    asked = set(answered.loc[answered["year"] == years[-1], "code"])
    known = regions.municipalities()
    faults = [f"{code} {known[code].name} is missing in {years[-1]}"
              for code in sorted(before - asked)]
    silent = before & asked - last
    if len(silent) > _SILENT * len(before):
        faults.append(f"{len(silent)} of {len(before)} municipalities have no figure in "
                      f"{years[-1]}: the year may be half published")
    raise_faults(SourceError, [f"{what}: {fault}; nothing was changed, try again later"
                               for fault in faults])


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
    for part in entry.columns:
        if part.dtype in ("integer", "number") and part.name not in (*keys, "year"):
            lines += _revisions(both, part.name, keys)
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
    largest = (new - old).abs()[changed].sort_values(ascending=False).head(_SHOWN).index
    shown = [f"{' '.join(str(both.at[row, key]) for key in keys)} {_plain(old[row])} -> "
             f"{_plain(new[row])}" for row in largest]
    return [f"{name}: {int(changed.sum())} values revised, most {'; '.join(shown)}"]


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
    return [f"{len(new)} areas", *_sets("code", set(old.index), set(new["code"])),
            *([f"area: {len(found)} changed, most {shown}"] if shown else [])]


def _plain(value: Any) -> str:
    return "missing" if pd.isna(value) else f"{float(value):g}" if value % 1 else str(int(value))


def _swap(entry: Dataset, live: Live, fetched: Fetched) -> None:
    """Write the files under new names, then the record; nothing is in use before the record."""
    folder = paths.user_data()
    own = folder / entry.key
    with room(folder):
        own.mkdir(parents=True, exist_ok=True)
        try:
            files = {"table": _written(fetched.table, own, folder)}
            if len(fetched.signs):
                files["statuses"] = _written(fetched.signs, own, folder)
            facts = _facts(entry, live, fetched, files)
            _write_record(tables.record_path(entry.key, folder), facts)
        finally:
            for leftover in own.glob(".*.tmp"):
                leftover.unlink()
    named = {Path(file["name"]).name for file in files.values()}
    for path in own.iterdir():
        if path.name not in named:
            path.unlink()


def _written(table: Any, own: Path, folder: Path) -> dict[str, str]:
    """Write a Parquet file under a name made of its content; returns name and checksum."""
    temporary = own / f".{os.getpid()}.tmp"
    table.to_parquet(temporary, index=False)
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    digest = tables.checksum(temporary)
    path = own / f"{digest[:16]}.parquet"
    temporary.replace(path)
    return {"name": path.relative_to(folder).as_posix(), "sha256": digest}


def _facts(entry: Dataset, live: Live, fetched: Fetched, files: dict[str, dict[str, str]],
           ) -> dict[str, Any]:
    years = sorted({int(year) for year in fetched.table["year"]}) if "year" in fetched.table else []
    return {
        "dataset": entry.key, "title": entry.title, "publisher": live.publisher,
        "retrieved": datetime.now(UTC).isoformat(timespec="seconds"), "tables": fetched.sources,
        "rows": len(fetched.table), "years": years, "carried_years": fetched.carried,
        "perturbed_years": fetched.perturbed, "files": files,
        "contract": tables.contract(entry), "live": _live_digest(live),
    }


def _write_record(path: Path, facts: dict[str, Any]) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(facts, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def reset(keys: Sequence[str] = ()) -> list[str]:
    """Go back to the snapshot for `keys`, or for all datasets; returns the keys that were updated.

    A dataset that is not shipped is gone afterwards. Raises InputError for an unknown key.
    """
    entries = [catalog.dataset(key) for key in keys] or list(catalog.CATALOG.values())
    if not paths.user_data().is_dir():
        return []
    done = []
    with locked() as folder:
        for entry in entries:
            path = tables.record_path(entry.key, folder)
            if path.exists() or (folder / entry.key).exists():
                path.unlink(missing_ok=True)
                shutil.rmtree(folder / entry.key, ignore_errors=True)
                done.append(entry.key)
            with suppress(OSError):
                shutil.rmtree(folder / FOLDER / entry.key)
    return done


@contextmanager
def bar() -> Iterator[Step]:
    """A progress bar a dataset on a terminal, nothing in a log."""
    if not sys.stderr.isatty():
        yield lambda key, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def step(key: str, done: int, total: int) -> None:
            if key not in tasks:
                tasks[key] = bars.add_task(key, total=total)
            bars.update(tasks[key], completed=done, total=total)

        yield step
