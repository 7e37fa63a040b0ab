"""The inventory of shared services as lines of text, for the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis import hints, paths, regions
from analysis.arrangements import TRUST_LABELS
from analysis.errors import InputError
from analysis.inventory_check import check_inventory
from analysis.loaders import services as loader
from analysis.regions import Region
from analysis.text import services as text
from analysis.text import swedish
from analysis.views.services import Sharing, sharing


def list_lines(region: Region, *, as_of: str = "", area: str | None = None) -> list[str]:
    """What the members share on the date: service, body, legal form, status, members, source.

    Raises InputError for a date or an area that is none; the nearest area is suggested.
    """
    view = sharing(region, loader.load_inventory(), as_of)
    _check_area(view, area)
    own = view.own if area is None else view.own[view.own["area"] == area]
    head = f"{region.name}, {swedish.day(view.day)}"
    if own.empty:
        what = view.area_names[area] if area else "gemensamma tjänster"
        return [f"{head}: ingen uppgift om {text.lower(what)}"]
    return [head, *(line for block in _blocks(view, own) for line in block)]


def _check_area(view: Sharing, area: str | None) -> None:
    if area is None or area in view.area_names:
        return
    raise InputError(hints.unknown("service area", area, view.area_names))


def _blocks(view: Sharing, own: pd.DataFrame) -> Iterator[list[str]]:
    """One block an area and body, in the order of the inventory's areas."""
    order = {key: rank for rank, key in enumerate(view.area_names)}
    columns = ["area", "arrangement", "words"]
    keys = sorted({(str(a), str(b), str(c)) for a, b, c in own[columns].to_numpy()},
                  key=lambda key: (order[key[0]], key[1], key[2]))
    for area, arrangement, words in keys:
        same = own["area"].eq(area) & own["arrangement"].eq(arrangement) & own["words"].eq(words)
        rows = own[same]
        first: Any = next(rows.itertuples(index=False))
        cited = dict.fromkeys(key for keys in rows["sources"] for key in keys.split("; "))
        form = view.form_names[str(first.legal_form)]
        yield [
            f"{view.area_names[area]}: {first.name} ({form}), {first.words}, "
            f"tilltro {TRUST_LABELS[str(first.trust)]}",
            f"  kommuner: {swedish.listed(text.names_of(rows['code']))}",
            *(f"  källa: {text.citation(view, key)}" for key in cited),
        ]


def check_lines() -> tuple[list[str], list[str]]:
    """Warnings and errors of the inventory, one line each with file, row, column and remedy."""
    codes = {code: entry.name for code, entry in regions.municipalities().items()}
    inventory = loader.read_inventory(paths.data_path("services"))
    findings = check_inventory(inventory, codes=codes)
    return ([str(found) for found in findings if found.level == "warning"],
            [str(found) for found in findings if found.level == "error"])
