"""Titles of the figures of shared services: the message of each, from what it draws.

Terms
-----
part: a cooperation inside the region; each has its own message, two are never blended.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.metrics import services as metrics
from analysis.text import swedish
from analysis.text.services import bodies_counted, both, members_of, services, short
from analysis.views.services import Body, Sharing


def matrix_title(view: Sharing) -> str:
    """How many services are shared and how many of them have new evidence, part by part.

    >>> from analysis import regions
    >>> from analysis.loaders.services import inventory_from
    >>> from analysis.views.services import sharing
    >>> matrix_title(sharing(regions.from_members(["2580"]), inventory_from({})))
    'Ingen gemensam tjänst är känd'
    """
    if len(view.parts) > 1:
        return "; ".join(f"{part.region.name}: {_sure(part)}" for part in view.parts)
    return swedish.capitalised(_sure(view))


def _sure(view: Sharing) -> str:
    rows = view.pooled
    areas = set(rows["area"])
    if not areas:
        return "ingen gemensam tjänst är känd"
    new = rows.loc[metrics.is_dated(rows), "area"].nunique()
    what = services(len(areas), shared=True)
    if new == len(areas):
        return f"{what}, {'alla ' if new > 1 else ''}med nya belägg"
    return f"{what}, {swedish.in_words(new) if new else 'ingen'} med nya belägg"


def circles_title(view: Sharing) -> str:
    """In how many different groups of municipalities the members share services, and how large.

    Cooperation by cooperation, where there are several.
    """
    if len(view.parts) > 1:
        known = [part for part in view.parts if part.circles]
        said = [
            f"i {part.region.name} {'' if place else 'delas tjänster '}i "
            f"{_groups(len(part.circles))}"
            for place, part in enumerate(known)
        ]
        return swedish.capitalised("; ".join(said))
    sizes = [_size(view, circle) for circle in view.circles]
    if len(sizes) == 1:
        bodies = view.circles[0]
        who = short(bodies[0].name) if len(bodies) == 1 else bodies_counted(len(bodies))
        return swedish.capitalised(f"{who} omfattar {_municipalities(sizes[0])}")
    low, high = min(sizes), max(sizes)
    span = (
        f"alla med {_municipalities(high)}"
        if low == high
        else f"från {both(low, high, ' till ')} kommuner"
    )
    return f"{swedish.capitalised(members_of(view))} delar tjänster i {_groups(len(sizes))}, {span}"


def _groups(count: int) -> str:
    return f"{swedish.in_words(count)} {'grupp' if count == 1 else 'olika grupper'}"


def _size(view: Sharing, circle: Sequence[Body]) -> int:
    """Members of a circle: what a source prints of a body, else those that we know."""
    printed = [
        view.published[body.key].municipalities for body in circle if body.key in view.published
    ]
    return max(
        [len(circle[0].members), *(int(size) for size in printed if not swedish.is_missing(size))]
    )


def _municipalities(count: int) -> str:
    return f"{swedish.in_words(count)} {'kommun' if count == 1 else 'kommuner'}"


def timeline_title(total: int, *, ended: int, old: int, gone: int = 0, where: str = "") -> str:
    """How many bodies have worked, ended, been left by the members, and have only old evidence.

    >>> timeline_title(8, ended=2, old=4), timeline_title(1, ended=0, old=0)
    ('Åtta organ har verkat; två har upphört och fyra saknar nya belägg', 'Ett organ har verkat')
    """
    said = [
        f"{swedish.in_words(ended, neuter=True)} har upphört" if ended else "",
        f"{swedish.in_words(gone, neuter=True)} har lämnats" if gone else "",
        f"{swedish.in_words(old, neuter=True)} saknar nya belägg" if old else "",
    ]
    more = swedish.listed([part for part in said if part])
    worked = f"{swedish.capitalised(bodies_counted(total))} har verkat{where}"
    return f"{worked}; {more}" if more else worked
