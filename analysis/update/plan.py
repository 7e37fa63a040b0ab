"""What an update will ask for: one plan a dataset, made from what its source has today.

Terms
-----
look: reading what a table, key figure or layer has, without its figures.
plan: the requests of one dataset, with the way to fetch its replies and to shape them.
shape: from replies to a table with our columns, its signs, and what the record says of the sources.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from analysis import catalog
from analysis.catalog import Dataset
from analysis.errors import DataError, SourceError
from analysis.live import ANY, GROUPS, Evidence, Groups, Layer, Live, Query
from analysis.loaders import tables
from analysis.sources import geodata, kolada, own, scb, tidy
from analysis.sources.http import Client, GoneError
from analysis.sources.jsonstat import Cube
from analysis.sources.kept import Store

_LATE = 3  # years: a table whose newest year is older than that has perhaps got a successor
_SECONDS = 1.0  # that a call takes, beside the pace

Count = Callable[..., None]


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
class Plan:
    """One dataset: how many calls, which years are new, what to know, and how to get it.

    `current` says why nothing need be fetched. `ended` are tables that get no more years.
    """

    entry: Dataset
    live: Live
    calls: int
    lines: tuple[str, ...]
    fetch: Callable[[Store, Count], Any]
    shape: Callable[[Any], Fetched]
    new: frozenset[int] | None = None
    current: str = ""
    warnings: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()


class Sources:
    """The three servers of one run, with what has been read of them: nothing is asked twice."""

    def __init__(self, clients: Mapping[str, Client], *, probe: bool) -> None:
        """`probe`: ask Kolada, which has no list of years, for its newest ones."""
        self.clients, self.probe = clients, probe
        self._limits: scb.Limits | None = None
        self._tables: dict[str, Cube] = {}
        clients["kolada"].limit(*kolada.PACE)

    @property
    def sent(self) -> int:
        """Calls sent so far."""
        return sum(client.sent for client in self.clients.values())

    def limits(self, what: str) -> scb.Limits:
        """SCB's limits, read once."""
        self._limits = self._limits or scb.limits(self.clients["scb"], what)
        return self._limits

    def look(self, query: Query) -> Cube:
        """What a table of SCB has, read once for all datasets that use it."""
        if query.table not in self._tables:
            with _gone(query.series or query.table, "table", "TABnnnn"):
                self._tables[query.table] = scb.look(self.clients["scb"], query)
        return self._tables[query.table]

    def minutes(self, plans: list[Plan]) -> float:
        """About how long the calls of `plans` take at the pace that the servers allow."""
        seconds = 0.0
        for name, client in self.clients.items():
            calls = sum(plan.calls for plan in plans if plan.live.source == name)
            each = client.pace[1] / client.pace[0] if client.pace else 0
            seconds += calls * max(each, _SECONDS)
        return seconds / 60


@contextmanager
def _gone(key: str, name: str, new: str) -> Iterator[None]:
    """An id that the server no longer has, with the line that gives another one."""
    try:
        yield
    except GoneError as error:
        raise SourceError(
            *(f"{fault} and {own.hint(key, name, new=new)}" for fault in error.faults)
        ) from error


def make(entry: Dataset, live: Live, sources: Sources) -> Plan:
    """The plan of one dataset; raises SourceError for any drift, before a figure is fetched."""
    if live.queries:
        return _scb(entry, live, sources)
    if live.layer:
        return _geodata(entry, live, live.layer, sources.clients["geodata"])
    if live.peers:
        return _groups(entry, live, live.peers, sources)
    return _kolada(entry, live, sources)


def digest(live: Live) -> str:
    """Changes when the way in which a dataset is fetched does."""
    return hashlib.sha256(repr(live).encode()).hexdigest()


def _scb(entry: Dataset, live: Live, sources: Sources) -> Plan:
    """Plan all tables first: a drift in the last is met before the first is fetched."""
    client = sources.clients["scb"]
    cells = sources.limits(", ".join(live.ids)).cells
    plans = [scb.plan(query, sources.look(query), cells) for query in live.queries]
    updated = [plan.table.updated for plan in plans]
    years = {year for plan in plans for year in plan.years if _regional(plan.query)}

    def fetch(keep: Store, count: Count) -> list[list[Cube]]:
        return [list(scb.fetch(client, plan, keep, count)) for plan in plans]

    return Plan(
        entry,
        live,
        sum(len(plan.parts) + 1 for plan in plans),
        tuple(
            f"{plan.query.table} {plan.table.label}: {plan.years[0]}-{plan.years[-1]}, "
            f"{plan.cells} cells in {len(plan.parts)} requests, updated {plan.table.updated}"
            for plan in plans
        ),
        fetch,
        lambda cubes: _shaped(live, client, plans, cubes),
        new=frozenset(years - years_in_use(entry)),
        current=f"SCB has not changed it since {max(updated)}"
        if _is_current(entry, live, updated)
        else "",
        warnings=tuple(
            dict.fromkeys(
                line
                for plan in plans
                for line in (*scb.warnings(plan.query, plan.table), *_late(plan))
            )
        ),
        ended=tuple(
            dict.fromkeys(
                plan.query.table
                for plan in plans
                if plan.query.last == ANY and plan.table.discontinued
            )
        ),
    )


def _regional(query: Query) -> bool:
    return any(choice.kind == "municipalities" for choice in query.choices)


def _late(plan: scb.Plan) -> list[str]:
    """A warning of a table that should have newer years."""
    newest, due = plan.years[-1], datetime.now(UTC).year - _LATE
    if plan.query.last < ANY or newest >= due or plan.table.discontinued:
        return []
    return [f"{plan.query.table} has no year after {newest}: look up whether a successor has them"]


def _shaped(live: Live, client: Client, plans: list[scb.Plan], cubes: list[list[Cube]]) -> Fetched:
    found, signs, sources = [], [], []
    for plan, parts in zip(plans, cubes, strict=True):
        table, odd = tidy.tidy(parts, plan.query)
        found.append(table.assign(source=plan.query.series or plan.query.table))
        signs.append(odd)
        sources.append(_scb_source(client, plan, odd))
    noted = pd.concat(signs, ignore_index=True)
    table = (
        tidy.computed(found, live.formula) if live.formula else pd.concat(found, ignore_index=True)
    )
    if live.formula:
        noted = (
            noted[noted["code"].notna()]
            .assign(column="value")
            .drop_duplicates(["code", "year"], keep="last")
            if "code" in noted
            else noted
        )
    return Fetched(
        table,
        noted,
        sources,
        perturbed=sorted({year for plan in plans if plan.query.perturbed for year in plan.years}),
        lines=_notes_beside(noted),
    )


def _notes_beside(signs: pd.DataFrame) -> list[str]:
    """A line on signs that stood beside numbers: the numbers were taken."""
    found = signs.loc[signs["status"] == "noted", "symbol"].value_counts()
    return [
        f"warning: {count} numbers have the note {sign!r} beside them, kept among the signs: "
        "look up what it means"
        for sign, count in found.items()
    ]


def _scb_source(client: Client, plan: scb.Plan, signs: pd.DataFrame) -> dict[str, Any]:
    query, table = plan.query, plan.table
    return source(
        query.table,
        table.label,
        f"{client.base_url}/tables/{query.table}/data",
        [scb.request_body(part) for part in plan.parts],
        query.evidence,
        signs,
        updated=table.updated,
        years=[plan.years[0], plan.years[-1]],
        unit=list(query.units),
        perturbed=query.perturbed,
        notes=list(table.notes),
        discontinued=table.discontinued,
    )


def source(
    key: str,
    title: str,
    url: str,
    query: list[Any],
    evidence: Evidence,
    signs: pd.DataFrame,
    **more: Any,
) -> dict[str, Any]:
    """What the record says of one source of a dataset; `signs` are its cells with a sign."""
    counts = signs["symbol"].value_counts()
    return {
        "id": key,
        "title": title,
        "updated": "",
        "url": url,
        "query": query,
        "verified": {"basis": evidence.basis, "where": evidence.where},
        "signs": {str(sign): int(count) for sign, count in counts.items()},
        "perturbed": False,
        "notes": [],
        **more,
    }


def _is_current(entry: Dataset, live: Live, updated: list[str]) -> bool:
    """True when the dataset in use is whole, and made from the very tables the source has now.

    A table that does not say when it was updated may have changed.
    """
    if tables.damage(entry.key) or not all(updated):
        return False
    found = tables.record(entry.key)
    return (
        found is not None
        and found.facts.get("live") == digest(live)
        and found.facts.get("contract") == tables.contract(entry)
        and [table["updated"] for table in found.facts["tables"]] == updated
    )


def years_in_use(entry: Dataset) -> set[int]:
    """The years that the dataset in use has; none when there is no dataset, or it is damaged."""
    try:
        found = tables.record(entry.key)
        if found is not None:
            return set(found.facts["years"])
    except DataError:
        return set()
    if not entry.shipped or "year" not in {column.name for column in entry.columns}:
        return set()
    return {int(year) for year in tables.load(entry.key)["year"]}


def _kolada(entry: Dataset, live: Live, sources: Sources) -> Plan:
    """All key figures of a dataset; their titles are looked at before the first is fetched."""
    client, last = sources.clients["kolada"], datetime.now(UTC).year + 1
    keys = [part.kpi for part in live.indicators]
    with _gone(keys[0], "kpi", "N…"):
        titles = kolada.look(client, live.indicators)
    new = (
        frozenset(kolada.years(client, live.indicators, last, years_in_use(entry)))
        if sources.probe
        else None
    )
    calls = len(keys) * len(kolada.batches(last))

    def shape(rows: list[kolada.Row]) -> Fetched:
        table = kolada.table(rows, live.indicators)
        found = table[table["symbol"] != ""]
        made = [
            source(
                part.kpi,
                titles[part.kpi],
                f"{client.base_url}/data/kpi/{part.kpi}",
                kolada.batches(last),
                part.evidence,
                found[found["name"] == part.name],
                unit=[part.unit],
            )
            for part in live.indicators
        ]
        ours = _kolada_columns(entry)
        signs = found.assign(column=ours["value"]).rename(columns=ours)[list(no_signs(entry))]
        lines = [
            f"warning: {kpi} has nothing on {', '.join(names)}"
            for kpi, names in kolada.absent(table, live.indicators).items()
            if names
        ]
        return Fetched(
            table.rename(columns=ours), signs, made, lines=[*lines, *_notes_beside(signs)]
        )

    return Plan(
        entry,
        live,
        calls,
        (*(f"{kpi} {title}" for kpi, title in titles.items()), f"{calls} requests"),
        lambda keep, count: kolada.fetch(client, live.indicators, last, keep, count),
        shape,
        new,
    )


def _kolada_columns(entry: Dataset) -> dict[str, str]:
    """Our names for Kolada's columns: of the value and, where figures are several, of their name.

    A single figure is required in every row, so its cells without a number are rows of the signs
    alone; where figures are several such cells are missing, and `status` says why.
    """
    if required := [column.name for column in entry.required]:
        return {"value": required[0]}
    name, value = entry.columns[2:4]
    return {"name": name.name, "value": value.name}


def _groups(entry: Dataset, live: Live, groups: Groups, sources: Sources) -> Plan:
    client, none = sources.clients["kolada"], no_signs(entry)
    client.check(f"Kolada's groups {GROUPS!r}")
    new, lines = None, (f"the groups {GROUPS!r} of Kolada",)
    if sources.probe:
        found = kolada.peers(kolada.fetch_groups(client, Store()), groups)
        years = {int(year) for year in found["year"]}
        new = frozenset(years - years_in_use(entry))
        lines = (f"the groups {GROUPS!r} of Kolada, {tables.spans(years)}: {len(found)} rows",)

    def shape(found: list[dict[str, Any]]) -> Fetched:
        return Fetched(
            kolada.peers(found, groups),
            none,
            [
                source(
                    GROUPS,
                    entry.title,
                    f"{client.base_url}/municipality_groups",
                    [dict(groups.words)],
                    groups.evidence,
                    none,
                )
            ],
        )

    return Plan(
        entry, live, 1, lines, lambda keep, count: kolada.fetch_groups(client, keep), shape, new
    )


def _geodata(entry: Dataset, live: Live, layer: Layer, client: Client) -> Plan:
    none, key = no_signs(entry), catalog.dataset(entry.key).live
    old = key.layer.name if key and key.layer else layer.name
    with _gone(old, "layer", layer.name):
        areas = geodata.look(client, layer)

    def shape(found: Any) -> Fetched:
        made = geodata.localities if entry.columns else geodata.municipalities
        table = made(found, layer)
        odd = (
            []
            if entry.columns
            else [
                *(f"warning: no area of {name}" for name in geodata.absent(set(table["code"]))),
                *(
                    f"warning: areas of {code}, which is not known here"
                    for code in geodata.strangers(found, layer)
                ),
            ]
        )
        return Fetched(
            table,
            none,
            [
                source(
                    layer.name,
                    entry.title,
                    client.base_url,
                    [{"typeNames": layer.name, "srsName": geodata.CRS}],
                    layer.evidence,
                    none,
                    years=[layer.year, layer.year],
                )
            ],
            lines=odd,
        )

    return Plan(
        entry,
        live,
        -(-areas // geodata.PAGE),
        (f"the layer {layer.name} of {client.base_url}: {areas} areas",),
        lambda keep, count: geodata.fetch(client, layer, keep, count),
        shape,
        frozenset({layer.year} - _layer_years(entry)),
    )


def _layer_years(entry: Dataset) -> set[int]:
    """The years of the layers that are in use."""
    try:
        found = tables.record(entry.key)
    except DataError:
        return set()
    if found is None:
        return years_in_use(entry)
    return {year for part in found.facts["tables"] for year in part.get("years", ())}


def no_signs(entry: Dataset) -> pd.DataFrame:
    """A table of signs without any."""
    return pd.DataFrame(columns=[*entry.index, "column", "symbol", "status"], dtype="str")
