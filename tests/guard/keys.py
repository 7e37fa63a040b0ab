"""Recomputed: every key figure, by id, area and year."""

from math import isclose

from tests.guard import inventory
from tests.guard.ability import newest
from tests.guard.commuters import YEAR, markets, sums
from tests.guard.files import LAST, Area, names, read, series
from tests.guard.inventory import shared
from tests.guard.modelled import between
from tests.guard.people import total

Key = tuple[str, str, int]
MARGINS = {
    "day_population": "day",
    "night_population": "night",
    "net_commuting": "net",
    "commuting_ratio": "ratio",
    "containment_residence_min": "stay",
}
OBSERVED = {
    "commuters_in": "in_commuters",
    "commuters_out": "out_commuters",
    "live_and_work": "live_and_work",
}


def key_figures(chapter: str, whole: Area) -> dict[Key, float]:
    """The key figures of a chapter; none for the others."""
    found = {"population": _people, "commuting": _commuters, "services": _services}
    return found[chapter](whole) if chapter in found else {}


def _people(whole: Area) -> dict[Key, float]:
    size = series("population.parquet", "population")
    areas = {area.key: list(area.members) for area in (whole, *whole.groups)} | {
        "00": list(names())
    }
    singles = {code: [code] for code in whole.members}
    found = {
        ("population", key, int(year)): float(size.loc[codes, year].sum())
        for key, codes in {**singles, **areas}.items()
        for year in size.columns
    }
    counties = {c: [code for code in names() if code[:2] == c] for c in whole.counties}
    grown = {**singles, whole.key: list(whole.members), **counties, "00": list(names())}
    for key, codes in grown.items():
        change = total(codes) / total(codes, LAST - 10) - 1
        found["population_change_10y", key, LAST] = change
    land = series("indicators/land_area.parquet").ffill(axis=1).iloc[:, -1]
    for key, codes in {**singles, whole.key: list(whole.members)}.items():
        found["density", key, LAST] = total(codes) / land[codes].sum()
    return found | _measures(whole)


def _measures(whole: Area) -> dict[Key, float]:
    found = {}
    for key, scale in (("share_65plus", 100), ("dependency_ratio", 1)):
        table = series(f"indicators/{key}.parquet").loc[list(whole.members)].stack()
        found |= {(key, code, int(year)): value / scale for (code, year), value in table.items()}
    shown = {"tax_rate": "tax_rate", "tax_rate_total": "tax_rate_total"}
    for name, key in {**shown, "tax_base": "taxable_income_real"}.items():
        year, values = newest(key)
        found |= {(name, code, year): values[code] for code in whole.members}
    costs = series("finances.parquet", "expenditures")
    year = int(costs.columns.max())
    return found | {
        ("cost_per_inhabitant", code, year): costs[year][code] for code in whole.members
    }


def _commuters(whole: Area) -> dict[Key, float]:
    found: dict[Key, float] = {}
    areas = (whole, *whole.groups)
    for year in sorted(read("commuting_margins.parquet")["year"].unique()):
        for code in whole.members:
            row = sums([code], year)
            own = {**OBSERVED, **MARGINS}
            found |= {(name, code, int(year)): row[column] for name, column in own.items()}
            del found["containment_residence_min", code, int(year)]
        for area in areas:
            row = sums(area.members, year)
            found |= {(name, area.key, int(year)): row[column] for name, column in MARGINS.items()}
    for area in areas:
        inside, row = between(area.members), sums(area.members)
        stay = row["live_and_work"] + inside
        found["labour_markets", area.key, 2022] = len(markets(area.members))
        found["group_in", area.key, YEAR] = round(row["in_commuters"] - inside)
        found["group_out", area.key, YEAR] = round(row["out_commuters"] - inside)
        found["group_internal", area.key, YEAR] = round(inside)
        found["containment_residence", area.key, YEAR] = stay / row["night"]
        found["containment_workplace", area.key, YEAR] = stay / row["day"]
    return found


def _services(whole: Area) -> dict[Key, float]:
    found: dict[Key, float] = {}
    for code in whole.members:
        own = [row for row in shared(whole).counted if row.code == code]
        if own:
            year = inventory.DAY.year
            found["shared_services", code, year] = len({row.area for row in own})
            found["shared_services_dated", code, year] = len({r.area for r in own if r.new})
    return found


def faults(chapter: str, whole: Area, items) -> list[str]:
    """Key figures that differ, that nobody recomputes, and that are lacking."""
    right = key_figures(chapter, whole)
    shown = {(item.id, item.area, item.year): item.value for item in items}
    found = [
        f"key figure {' '.join(map(str, key))}: nobody recomputes it; add it to tests/guard/keys.py"
        for key in sorted(set(shown) - set(right))
    ]
    found += [f"key figure {' '.join(map(str, key))} is lacking" for key in set(right) - set(shown)]
    return found + [
        f"key figure {' '.join(map(str, key))}: shown {value}, recomputed {right[key]} (keys.py)"
        for key, value in shown.items()
        if key in right and not isclose(value, right[key], rel_tol=1e-9, abs_tol=1e-9)
    ]
