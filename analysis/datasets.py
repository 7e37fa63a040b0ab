"""The state of the data: what is there, is it whole, and its description in words.

`python -m analysis.datasets` rewrites `data/README.md` and `data/SHA256SUMS` from the catalogue.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from analysis import catalog, paths, whole
from analysis.catalog import Dataset
from analysis.errors import DataError, InputError, SamverkanError, raise_faults
from analysis.loaders import tables
from analysis.sources import own
from analysis.sources.kept import KeptReplies


def status_lines() -> list[str]:
    """One line a dataset: years, source, kind, which edition is used, how old and how sure it is.

    A dataset whose files are damaged says so in its line; the others are told all the same. Then
    the date of the data, where updated data lies, and what is wrong with `sources.toml`.
    """
    folder, day = paths.user_data(), tables.data_date()
    why = "of the last update" if day > catalog.SNAPSHOT_DATE else "of the shipped snapshot"
    alone = (
        ""
        if not folder.exists() or os.access(folder, os.W_OK)
        else (", which you may only read: whoever keeps it updates it")
    )
    return [
        *(f"{entry.key}: {entry.title}, {_state(entry)}" for entry in catalog.kept()),
        *_own_faults(),
        f"date of the data: {day}, {why}",
        f"folder of updated data: {folder}{alone}",
    ]


def _own_faults() -> list[str]:
    """What is wrong with the user's `sources.toml`, or that it is heeded."""
    try:
        return [f"own sources: {own.path()}"] if own.entries() else []
    except InputError as error:
        return [f"BROKEN: {fault}" for fault in error.faults]


def _state(entry: Dataset) -> str:
    try:
        raise_faults(
            DataError,
            [*tables.damage(entry.key), *_checksum_faults(entry, tables.recorded_checksums())],
        )
        return "; ".join([_years_and_source(entry), entry.kind, *_edition(entry)])
    except DataError as error:
        return f"BROKEN: {'; '.join(error.faults)}"


def _years_and_source(entry: Dataset) -> str:
    if not tables.is_available(entry.key):
        return f"{entry.years}; {entry.source}"
    used = tables.vintage(entry.key)
    return f"{used.years}; {used.source}" if used.years else used.source


def _edition(entry: Dataset) -> Iterator[str]:
    """Which edition is used and how old it is; what to know of its years; what an update left."""
    used = tables.record(entry.key)
    if used is not None:
        retrieved = used.facts["retrieved"][:10]
        yield f"updated {retrieved}, {_age(date.fromisoformat(retrieved))} old"
        if used.facts["carried_years"]:
            yield f"of the snapshot: {tables.spans(used.facts['carried_years'])}"
    elif entry.shipped:
        yield f"snapshot {catalog.SNAPSHOT_DATE}, {_age(catalog.SNAPSHOT_DATE)} old"
    else:
        yield f"not fetched, `samverkan data update {entry.key}` gets it"
    if perturbed := tables.perturbed_years(entry.key):
        yield f"protected or perturbed (CKM): {tables.spans(perturbed)}"
    if kept := len(KeptReplies(entry.key)):
        yield f"an update stopped halfway, the next one goes on with {kept} kept replies"
    if entry.live and entry.live.unproven:
        yield f"known only from third-party code: {', '.join(entry.live.unproven)}"
    if used is not None and used.facts.get("own_sources"):
        yield f"after sources.toml: {', '.join(used.facts['own_sources'])}"
    yield from (f"warning: {line}" for line in (used.facts.get("warnings", []) if used else ()))


def _age(day: date) -> str:
    days = max(0, (date.today() - day).days)  # a day ahead of UTC is no future
    return f"{days} day{'' if days == 1 else 's'}"


def verify(tell: Callable[[str], object] = lambda line: None) -> list[str]:
    """Check every dataset against its contract and checksum; returns all faults."""
    found: list[str] = []
    recorded = tables.recorded_checksums()
    for entry in catalog.kept():
        damage = tables.damage(entry.key)
        faults = [
            *damage,
            *_checksum_faults(entry, recorded),
            *([] if damage else _content_faults(entry)),
        ]
        tell(f"{entry.key}: {'ok' if not faults else f'{len(faults)} faults'}")
        found += faults
    return found


def _checksum_faults(entry: Dataset, recorded: dict[str, str]) -> list[str]:
    if entry.edited or entry not in catalog.files():
        return []
    if not entry.path.is_file():
        return [f"{entry.key}: {entry.file} is missing; restore it with `git checkout -- data`"]
    if recorded.get(entry.file) != tables.checksum(entry.path):
        return [
            f"{entry.key}: {entry.file} differs from its checksum; restore it with "
            "`git checkout -- data`, or run `make data-docs` if the change is meant"
        ]
    return []


def _content_faults(entry: Dataset) -> list[str]:
    try:
        if not tables.is_available(entry.key):
            return []
        if entry.columns and tables.vintage(entry.key).live:  # checked when it came; check again
            tables.validate(tables.load(entry.key), entry, snapshot=False)
        elif entry.columns:
            tables.load(entry.key)
        elif entry.key == "services":
            from analysis.loaders import services

            services.load_inventory(entry.path)
        else:
            from analysis.loaders import boundaries

            boundaries.load_boundaries()
            boundaries.load_shores("land")
    except SamverkanError as error:
        return [f"{entry.key}: {fault}" for fault in error.faults]
    return []


def export_margins(year: int, out: Path) -> Path:
    """Write the commuting margins of one year as CSV: year, code, persons in three columns, kind.

    Raises InputError for a year without data or an output folder that does not exist.
    """
    from analysis.loaders import commuting

    table = commuting.load_margins()
    years = sorted(table["year"].unique())
    faults = out_faults(out)
    if year not in years:
        faults.append(f"no commuting margins for {year}; valid are {years[0]} to {years[-1]}")
    raise_faults(InputError, faults)
    columns = ["year", "code", "in_commuters", "out_commuters", "live_and_work"]
    chosen = table.loc[table["year"] == year, columns].assign(kind="observed")
    return write_csv(chosen, out)


def out_faults(out: Path) -> list[str]:
    """Why a file cannot be written at `out`."""
    fault = whole.file_fault(out, ".csv")
    return [f"out {str(out)!r}: {fault}"] if fault else []


def write_csv(table: pd.DataFrame, out: Path) -> Path:
    """Write `table` to `out` whole or not at all."""
    whole.write(out, table.to_csv(index=False, lineterminator="\n"))
    return out


def describe() -> str:
    """The text of `data/README.md`: every dataset with its columns, source and caveats."""
    parts = [
        "# The data\n\nGenerated from `analysis/catalog.py` by `make data-docs`; do not edit. "
        f"The snapshot stands for {catalog.SNAPSHOT_DATE}. The figures are facts from the public "
        "statistics named below. Titles and notes are Swedish because reports print them.\n"
    ]
    for entry in catalog.kept():
        lines = [
            f"## {entry.key}\n",
            f"{entry.title}. {entry.source}. {entry.years}. "
            f"Kind: {entry.kind}. Key: {', '.join(entry.index)}. " + _place(entry),
            "",
        ]
        if entry.columns:
            lines += ["| column | type | unit | meaning |", "|---|---|---|---|"]
            lines += [
                f"| {c.name} | {c.dtype}{', may be missing' if c.nullable else ''} | "
                f"{c.unit} | {c.text} |"
                for c in entry.columns
            ]
            lines.append("")
        lines += [
            f"- Series {part.label} ({part.source})"
            + (f"; break: {part.break_reason}" if part.break_reason else "")
            for part in entry.series
        ]
        lines += [f"- {note}" for note in entry.notes_for(live=False)]
        lines += [f"- The publisher's newest year: {entry.newest}"] if entry.newest else []
        lines += _evidence(entry)
        parts.append("\n".join(lines).rstrip() + "\n")
    return "\n".join(parts)


def _evidence(entry: Dataset) -> list[str]:
    """What an update asks for, and what each id was verified against."""
    ids = entry.live.ids if entry.live else {}
    by_evidence = {found: [key for key in ids if ids[key] == found] for found in ids.values()}
    return [
        f"- Updated from {', '.join(keys)}: {found.basis} ({found.where})"
        for found, keys in by_evidence.items()
    ]


def _place(entry: Dataset) -> str:
    if not entry.shipped:
        return f"Not in the snapshot: `samverkan data update {entry.key}` gets it."
    return f"File: `{entry.file}`." if entry.file else "No file of its own."


def write_documents() -> None:
    """Rewrite `data/README.md` and `data/SHA256SUMS`."""
    whole.write(paths.data_path("README.md"), describe())
    sums = [f"{tables.checksum(entry.path)}  {entry.file}" for entry in catalog.files()]
    whole.write(paths.data_path(tables.CHECKSUMS), "\n".join(sums) + "\n")


if __name__ == "__main__":
    write_documents()
