"""What a change of the inventory changes in a report: which cell of which region says what then."""

from __future__ import annotations

from datetime import date

from analysis import regions
from analysis.arrangements import Inventory
from analysis.regions import Region
from analysis.views.services import Sharing, sharing


def effects(before: Inventory, after: Inventory, day: date) -> list[str]:
    """One line for each cell (region, service, municipality) whose words change on `day`.

    Regions are those of the registry that no other one contains, so that a cell is told once.
    """
    return [
        line
        for region in outermost(list(regions.registry().values()))
        for line in _of_region(
            sharing(region, before, day.isoformat()), sharing(region, after, day.isoformat())
        )
    ]


def outermost(all_regions: list[Region]) -> list[Region]:
    """The regions that lie in no larger one of the list.

    >>> [region.key for region in outermost([regions.get("kak"), regions.get("malardalen")])]
    ['malardalen']
    """
    return [
        region
        for region in all_regions
        if not any(set(region.members) < set(other.members) for other in all_regions)
    ]


def _of_region(before: Sharing, after: Sharing) -> list[str]:
    names = {**before.area_names, **after.area_names}
    told = []
    for area, name in names.items():
        for code in after.region.members:
            old, new = before.cell(area, code).words, after.cell(area, code).words
            if old != new:
                place = regions.municipalities()[code].name
                told.append(f"{after.region.name}: {name}, {place}: {old} → {new}")
    return told
