"""Need and vulnerability: member by indicator, beside county and similar municipalities.

Terms
-----
reading: what more of an indicator means, in words; never better or worse, never an index.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from analysis.loaders.national import load_holiday_homes
from analysis.loaders.population import (
    load_ages,
    load_indicator,
    load_peers,
    load_population,
    load_staff,
)
from analysis.metrics import capacity, need
from analysis.regions import municipalities
from analysis.views.investigation.dossier import View


@dataclass(frozen=True)
class Indicator:
    """One indicator: label, unit, decimals, year, what more of it means, sources, and a table.

    `table` is that of `metrics.need.beside`, for the investigation's members in their order.
    """

    id: str
    label: str
    unit: str
    decimals: int
    year: int
    reading: str
    sources: tuple[str, ...]
    table: pd.DataFrame


Load = Callable[[], pd.Series]
_INDICATORS: tuple[tuple[str, str, str, int, str, tuple[str, ...], Load], ...] = (
    (
        "staff_60plus",
        "Anställda 60 år eller äldre",
        "%",
        1,
        "fler nära pension",
        ("staff",),
        lambda: capacity.latest(need.staff_60plus(load_staff())),
    ),
    (
        "staff_55plus",
        "Anställda 55 år eller äldre",
        "%",
        1,
        "fler nära pension",
        ("staff",),
        lambda: capacity.latest(need.staff_55plus(load_staff())),
    ),
    (
        "cohort_70_79",
        "70–79 år per person 80 år eller äldre",
        "kvot",
        2,
        "fler på väg in i åldrarna med störst omsorgsbehov",
        ("population_age",),
        lambda: _dated(need.cohort_70_79(load_ages()), int(load_ages()["year"].max())),
    ),
    (
        "share_65plus",
        "Andel 65 år eller äldre",
        "%",
        1,
        "större andel äldre",
        ("share_65plus",),
        lambda: _indicator("share_65plus"),
    ),
    (
        "dependency_ratio",
        "Demografisk försörjningskvot",
        "per 100",
        0,
        "fler yngre och äldre per person 20–64 år",
        ("dependency_ratio",),
        lambda: _indicator("dependency_ratio"),
    ),
    (
        "tax_base",
        "Skattekraft",
        "kr/inv.",
        0,
        "mer att beskatta per invånare",
        ("taxable_income_real",),
        lambda: _indicator("taxable_income_real"),
    ),
    (
        "holiday_homes_per_1000",
        "Fritidshus per 1 000 invånare",
        "antal",
        0,
        "fler fastigheter att betjäna än invånarna visar",
        ("holiday_homes", "population"),
        lambda: _holiday_homes(),
    ),
)


def _dated(values: pd.Series, year: int) -> pd.Series:
    values.attrs["year"] = year
    return values


def _indicator(key: str) -> pd.Series:
    return capacity.latest(load_indicator(key).set_index(["code", "year"])["value"])


def _holiday_homes() -> pd.Series:
    homes = capacity.latest(load_holiday_homes().set_index(["code", "year"])["homes"])
    year = int(homes.attrs["year"])
    people = load_population()
    then = people[people["year"] == year].set_index("code")["population"]
    return _dated(need.holiday_homes_per_1000(homes, then), year)


def indicators(view: View) -> list[Indicator]:
    """Every indicator for the members, beside the medians of county and similar municipalities."""
    county = {code: entry.county for code, entry in municipalities().items()}
    peers = load_peers()
    found = []
    for key, label, unit, decimals, reading, sources, load in _INDICATORS:
        values = load()
        table = need.beside(values, view.members, county=county, peers=peers)
        found.append(
            Indicator(
                key,
                label,
                unit,
                decimals,
                int(values.attrs["year"]),
                reading,
                (*sources, "peers"),
                table,
            )
        )
    return found


def small_functions(view: View) -> pd.DataFrame:
    """Stated: services with fewer than two full-time posts, by member: code, small, known."""
    stated = view.dossier.own.stated
    return need.small_functions(stated[stated["item"] == "posts"])
