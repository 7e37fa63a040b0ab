"""Explore any municipalities: choose, see map, table and series at once, save, build the report.

Terms
-----
theme: a measure together with the table it is computed from; `THEMES` has them by id.

Everything the widgets do is one of these calls, so what is seen can be copied into an own notebook:

    from analysis import explore, regions
    from analysis.exhibits import show

    area = regions.resolve("bergslagen")
    show(explore.plot_map(area, "commuting_ratio", year=2021))
    explore.Explorer()
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import BuildError
from analysis.explore.themes import (
    THEMES,
    Theme,
    plot_map,
    plot_nation,
    plot_ranking,
    plot_series,
    table,
    theme_of,
    values,
    years,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.explore.app import Explorer
    from analysis.explore.leaflet import RegionMap, interactive_map
    from analysis.regions import Region

__all__ = [
    "THEMES",
    "Explorer",
    "RegionMap",
    "Theme",
    "build_report",
    "interactive_map",
    "plot_map",
    "plot_nation",
    "plot_ranking",
    "plot_series",
    "table",
    "theme_of",
    "values",
    "years",
]

_WIDGETS = {"Explorer": "app", "RegionMap": "leaflet", "interactive_map": "leaflet"}


def __getattr__(name: str) -> Any:
    """The widgets are imported when they are asked for: they take a second."""
    from importlib import import_module

    if name not in _WIDGETS:
        raise AttributeError(f"module {__name__!r} has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_WIDGETS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def build_report(
    region: Region | str,
    *,
    out: Path | str = "reports",
    tell: Callable[[str, str], None] = lambda region, text: None,
) -> Path:
    """Build the report of `region` in the folder `out`, as `samverkan build` does.

    `tell` hears of each finished step (region key, what happened). Returns the path of
    `report.html`. Raises InputError for a folder that belongs to others and BuildError when a
    chapter failed.

    >>> from analysis import regions
    >>> build_report(regions.get("kak"), out="pyproject.toml")
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: out ...: ... is a file; name a folder
    """
    from analysis.regions import resolve
    from analysis.report.build import build
    from analysis.report.plan import make_plan

    region = resolve(region) if isinstance(region, str) else region
    plan = make_plan([region], out=Path(out))
    result = build(plan, tell=tell)[0]
    if result.status == "failed":
        raise BuildError(*(f"{region.key} failed: {error}" for error in result.errors))
    return plan.out / region.key / "report.html"
