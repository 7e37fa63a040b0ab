"""The user's own `sources.toml`: ids and codes that have changed since this version was made.

Terms
-----
entry: a table of the file, named after the id that `analysis.live` has: a table of SCB, a key
    figure of Kolada or a layer. What an entry does not say stays as it is.
successor: an entry with `like`: a new table for the years from `first`, asked like the old one.

    TAB2017.table = "TAB9001"                       # the table has another id
    TAB638.variables.Region = "Omrade"              # a variable has another name
    TAB5557.codes.ContentsCode.000007ME = "00000X1" # a value has another code
    TAB638.ask.Utbildning = "totalt"                # a new variable: which value is meant
    N00901.kpi = "N00999"
    "stat:RegSO_2025".layer = "stat:RegSO_2027"
    TAB9002.like = "TAB5557"                        # from 2027 in a table of its own
    TAB9002.first = 2027

The file lies in the folder of updated data, so that an office that shares the folder shares it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis import hints, paths
from analysis.catalog import Dataset
from analysis.errors import InputError, raise_faults
from analysis.live import LIVE, Choice, Evidence, Indicator, Layer, Live, Query
from analysis.textfiles import read_text

FILE = "sources.toml"
Entries = dict[str, dict[str, Any]]
_FIELDS: dict[str, dict[str, type]] = {
    "table": {
        "table": str,
        "first": int,
        "last": int,
        "units": list,
        "decimals": int,
        "variables": dict,
        "codes": dict,
        "ask": dict,
        "like": str,
    },
    "key figure": {"kpi": str, "title": str},
    "layer": {"layer": str, "year": int, "sort": str, "fields": dict},
}
_WORDS = {
    str: "text in quotes",
    int: "a whole number",
    list: "a list of texts",
    dict: "names with new names",
}


def path() -> Path:
    """Where the file lies; it need not be there."""
    return paths.user_data() / FILE


def line(key: str, *names: str, new: str = "…") -> str:
    """The line of the file that gives a part of an entry a new value.

    >>> line("TAB638", "variables", "Region")
    'TAB638.variables.Region = "…"'
    >>> line("stat:RegSO_2025", "layer", new="stat:RegSO_2027")
    '"stat:RegSO_2025".layer = "stat:RegSO_2027"'
    """
    return ".".join(_quoted(name) for name in (key, *names)) + f' = "{new}"'


def hint(key: str, *names: str, new: str = "…") -> str:
    """What to do when a part of a source has another name now."""
    return f"write the line `{line(key, *names, new=new)}` at the top of {path()}"


def _quoted(name: str) -> str:
    plain = name.replace("-", "").replace("_", "")
    return name if plain.isalnum() and plain.isascii() else f'"{name}"'


def entries() -> Entries:
    """What the file says; empty without one. Raises InputError with every fault of it."""
    file = path()
    if not file.is_file():
        return {}
    try:
        found = tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file}: not valid TOML ({error}); mend the line or remove it") from error
    raise_faults(
        InputError,
        [f"{file}: {fault}" for key, entry in found.items() for fault in _faults(key, entry)],
    )
    return found


def _kinds() -> dict[str, str]:
    """What each id of the catalogue is."""
    kinds = {query.table: "table" for live in LIVE.values() for query in live.queries}
    kinds |= {part.kpi: "key figure" for live in LIVE.values() for part in live.indicators}
    return kinds | {live.layer.name: "layer" for live in LIVE.values() if live.layer}


def _faults(key: str, entry: Any) -> Iterator[str]:
    kinds = _kinds()
    if not isinstance(entry, dict):
        yield f"{key!r} stands alone; write a line such as {line('TAB2017', 'table')}"
        return
    like = entry.get("like")
    if like is not None and kinds.get(like) != "table":
        tables = [name for name, kind in kinds.items() if kind == "table"]
        yield f"{key}.like: {hints.unknown('table', str(like), tables)}"
    elif like is not None and "first" not in entry:
        yield f"{key}.first is missing; say from which year the new table is to be asked"
    if like is None and key not in kinds:
        yield f"{hints.unknown('id', key, kinds)}; a new table needs {key}.like"
        return
    fields = _FIELDS["table" if like is not None else kinds[key]]
    for name, value in entry.items():
        if name not in fields:
            yield f"{key}.{name}: {hints.unknown('field', name, fields)}"
        elif not isinstance(value, fields[name]):
            yield f"{key}.{name} is {value!r}; it must be {_WORDS[fields[name]]}"


def live_of(entry: Dataset) -> Live | None:
    """How an update gets the dataset, after the catalogue and the user's file."""
    return entry.live and patched(entry.live, entries())


def said(live: Live | None) -> list[str]:
    """The entries of the file that a dataset follows, as lines for a reader."""
    if live is None:
        return []
    own = entries()
    return [
        f"{key}.{name} = {value}"
        for key, entry in own.items()
        for name, value in entry.items()
        if key in live.ids or entry.get("like") in live.ids
    ]


def patched(live: Live, own: Mapping[str, dict[str, Any]]) -> Live:
    """`live` with what the file says put in."""
    if not own:
        return live
    return replace(
        live,
        queries=tuple(new for query in live.queries for new in _queries(query, own)),
        indicators=tuple(_indicator(part, own.get(part.kpi, {})) for part in live.indicators),
        layer=live.layer and _layer(live.layer, own.get(live.layer.name, {})),
    )


def _queries(query: Query, own: Mapping[str, dict[str, Any]]) -> Iterator[Query]:
    """The query as the file has it, and those of its successors, each with its years."""
    after = sorted(
        (entry["first"], key) for key, entry in own.items() if entry.get("like") == query.table
    )
    ends = [first - 1 for first, _ in after] + [query.last]
    yield (
        replace(_query(query, own.get(query.table, {})), last=min(query.last, ends[0]))
        if after
        else _query(query, own.get(query.table, {}))
    )
    for (_, key), last in zip(after, ends[1:], strict=True):
        yield _query(query, {"table": key, "last": last, **own[key]})


def _query(query: Query, entry: Mapping[str, Any]) -> Query:
    if not entry:
        return query
    plain = {name: entry[name] for name in ("table", "first", "last", "decimals") if name in entry}
    return replace(
        query,
        **plain,
        units=tuple(entry.get("units", query.units)),
        choices=(
            *(_choice(choice, entry) for choice in query.choices),
            *(Choice(name, values=((value, ""),)) for name, value in entry.get("ask", {}).items()),
        ),
        series=query.series or query.table,
        evidence=Evidence("sources.toml", str(path())),
    )


def _choice(choice: Choice, entry: Mapping[str, Any]) -> Choice:
    codes = entry.get("codes", {}).get(choice.variable, {})
    values = tuple(
        (next((new for old, new in codes.items() if old in source.split("|")), source), ours)
        for source, ours in choice.values
    )
    return replace(
        choice,
        values=values,
        variable=entry.get("variables", {}).get(choice.variable, choice.variable),
    )


def _indicator(part: Indicator, entry: Mapping[str, Any]) -> Indicator:
    return replace(part, **entry, evidence=Evidence("sources.toml", str(path()))) if entry else part


def _layer(layer: Layer, entry: Mapping[str, Any]) -> Layer:
    if not entry:
        return layer
    fields = entry.get("fields", {})
    return replace(
        layer,
        name=entry.get("layer", layer.name),
        year=entry.get("year", layer.year),
        sort=entry.get("sort", fields.get(layer.sort, layer.sort)),
        fields=tuple(fields.get(name, name) for name in layer.fields),
        evidence=Evidence("sources.toml", str(path())),
    )
