"""What the members of a region share, as lines, JSON or CSV; and what is wrong with the inventory.

Terms
-----
entry: a service, a body and one state of it, with the municipalities for which it holds: the
    region's in their order first, then those outside by name.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import hints, regions
from analysis.arrangements import TRUST_LABELS
from analysis.errors import InputError
from analysis.inventory_check import check_inventory
from analysis.loaders import services as loader
from analysis.regions import Region
from analysis.text import services as text
from analysis.text import swedish
from analysis.views.services import Sharing, rows_of, sharing


@dataclass(frozen=True)
class Entry:
    """A service of a body in one state; `outside` are the members that are not of the region."""

    area: str
    service: str
    arrangement: str
    body: str
    form: str
    state: str
    words: str
    trust: str
    members: tuple[str, ...]
    outside: tuple[str, ...]
    sources: tuple[str, ...]


def entries(view: Sharing, area: str | None = None) -> list[Entry]:
    """What is known of the region's members, in the order of the inventory's services.

    Raises InputError for an area that is none; the nearest is suggested.
    """
    if area is not None and area not in view.area_names:
        raise InputError(hints.unknown("service area", area, view.area_names))
    own = view.own if area is None else view.own[view.own["area"] == area]
    order = {key: rank for rank, key in enumerate(view.area_names)}
    parts = [rows for _, rows in own.groupby(["area", "arrangement", "words"], sort=True)]
    parts.sort(key=lambda rows: order[str(rows["area"].iloc[0])])
    return [_entry(view, rows) for rows in parts]


def _entry(view: Sharing, rows: pd.DataFrame) -> Entry:
    first: Any = next(rows_of(rows))
    state = view.state
    same = state[
        (state["arrangement"] == first.arrangement)
        & (state["area"] == first.area)
        & (state["state"] == first.state)
        & ~state["code"].isin(view.region.members)
    ]
    held = set(rows["code"])
    members = tuple(code for code in view.region.members if code in held)
    cited = dict.fromkeys(key for keys in rows["sources"] for key in keys.split("; "))
    outside = sorted(same["code"], key=lambda code: swedish.sort_key(_name(code)))
    return Entry(
        first.area,
        view.area_names[first.area],
        first.arrangement,
        first.name,
        view.form_names[first.legal_form],
        first.state,
        first.words,
        first.trust,
        members,
        tuple(outside),
        tuple(cited),
    )


def _name(code: str) -> str:
    return regions.municipalities()[code].name


def list_lines(region: Region, *, as_of: str = "", area: str | None = None) -> list[str]:
    """The entries in words, with each source once, by number, at the end."""
    view = sharing(region, loader.load_inventory(), as_of)
    found = entries(view, area)
    head = f"{region.name}, {swedish.day(view.day)}"
    if not found:
        what = view.area_names[area] if area else "gemensamma tjänster"
        return [f"{head}: ingen uppgift om {text.lower(what)}"]
    numbers: dict[str, int] = {}
    for entry in found:
        for key in entry.sources:
            numbers.setdefault(key, len(numbers) + 1)
    return [
        head,
        *(line for entry in found for line in _lines(entry, numbers)),
        "Källor",
        *(f"[{number}] {text.citation(view, key)}" for key, number in numbers.items()),
    ]


def _lines(entry: Entry, numbers: dict[str, int]) -> Iterator[str]:
    cited = "".join(f"[{number}]" for number in sorted(numbers[key] for key in entry.sources))
    yield (
        f"{entry.service}: {entry.body} ({entry.form}), {entry.words}, tilltro "
        f"{TRUST_LABELS[entry.trust]} {cited}"
    )
    beyond = f"; utanför: {swedish.listed(map(_name, entry.outside))}" if entry.outside else ""
    yield f"  kommuner: {swedish.listed(map(_name, entry.members))}{beyond}"


def _records(region: Region, as_of: str, area: str | None) -> Iterator[dict[str, Any]]:
    view = sharing(region, loader.load_inventory(), as_of)
    for entry in entries(view, area):
        yield {
            "as_of": view.day.isoformat(),
            "area": entry.area,
            "service": entry.service,
            "arrangement": entry.arrangement,
            "body": entry.body,
            "form": entry.form,
            "state": entry.state,
            "words": entry.words,
            "trust": entry.trust,
            "members": [{"code": code, "name": _name(code)} for code in entry.members],
            "outside": [{"code": code, "name": _name(code)} for code in entry.outside],
            "sources": [
                {
                    "id": key,
                    "publisher": view.sources[key].publisher,
                    "title": view.sources[key].title,
                    "url": view.sources[key].url,
                    "date": view.sources[key].date,
                }
                for key in entry.sources
            ],
        }


def list_json(region: Region, *, as_of: str = "", area: str | None = None) -> str:
    """The entries as a JSON list; empty where nothing is known."""
    return json.dumps(list(_records(region, as_of, area)), ensure_ascii=False, indent=2)


def list_csv(region: Region, *, as_of: str = "", area: str | None = None) -> str:
    """The entries as CSV, one row for each municipality: code and whether it is of the region."""
    columns = [
        "as_of",
        "area",
        "service",
        "arrangement",
        "body",
        "form",
        "state",
        "words",
        "trust",
        "code",
        "municipality",
        "in_region",
        "sources",
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for record in _records(region, as_of, area):
        cited = " ".join(source["id"] for source in record["sources"])
        for part, inside in (("members", "yes"), ("outside", "no")):
            for member in record[part]:
                writer.writerow(
                    {
                        **record,
                        "code": member["code"],
                        "municipality": member["name"],
                        "in_region": inside,
                        "sources": cited,
                    }
                )
    return out.getvalue().rstrip("\n")


def check_lines() -> tuple[list[str], list[str]]:
    """Warnings and errors of the inventory, one line each with file, row, column and remedy."""
    inventory = loader.read_inventory(loader.inventory_path())
    findings = check_inventory(inventory, codes=loader.known_codes())
    return (
        [str(found) for found in findings if found.level == "warning"],
        [str(found) for found in findings if found.level == "error"],
    )
