"""Maps of the bodies that share services: one for each circle of members.

Terms
-----
circle: bodies with the same members share a map.
hatched: all evidence of the body is older than the term of office and three years; nothing else
    is hatched on these maps.

Membership is a class, not a count, so areas of the map may be filled with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from analysis.figures import maps, style
from analysis.figures.ground import Frame, Sheet
from analysis.figures.labels import Label
from analysis.figures.service_marks import ALL_PARTS, MOST_DRAWN, SOURCES, fill, tint, wrap
from analysis.regions import Region, municipalities
from analysis.tables import Format, Table, word
from analysis.text import services as text
from analysis.text import swedish
from analysis.text.service_titles import circles_title
from analysis.views.services import Body, Sharing

_MAIN, _MAPS = 4, 6  # most maps of the first figure, that has text beside it, and of others
_TALL = 1.6  # inches of one map without its heading
_NAMED = 20  # most municipalities that a small map names
_TOLD = 0.012  # share of the map from which a municipality must be named
_HOME = 0.5  # share of a name at least that stands on its own land
_ALIKE = 1.35  # times as wide as the smallest may a frame be that several maps share
_NAMES = 3  # bodies that stand above a map

Circle = Sequence[Body]


@dataclass(frozen=True)
class Shown:
    """What a map shows of a circle: codes, the first of its `count` bodies with how sure each is,
    and whether all evidence is `old`.
    """

    members: tuple[str, ...]
    bodies: tuple[str, ...]
    count: int
    old: bool


def maps_of(view: Sharing, *, boundaries: gpd.GeoDataFrame, parts: slice = ALL_PARTS) -> list[Axes]:
    """The maps of bodies in as many figures as they need; none without a shared service.

    The first figure is that of the main report, with the bodies of most members; `parts` draws
    some of them alone.
    """
    pages = list(enumerate(_pages(view.circles), start=1))
    return [_of(view, circles, number, boundaries) for number, circles in pages[parts]]


def _pages(circles: Sequence[Circle]) -> list[Sequence[Circle]]:
    cuts = [0, *range(_MAIN, len(circles), _MAPS), len(circles)]
    return [circles[start:end] for start, end in pairwise(cuts) if start < end]


def plot_bodies(
    view: Sharing,
    *,
    boundaries: gpd.GeoDataFrame,
    circles: Sequence[Circle] | None = None,
    part: int = 1,
) -> Axes:
    """A map for each circle of members, also of those outside the region, on the date.

    `circles` are some of `view.circles` (default: those of figure `part`). Raises InputError for a
    part that there is not, and ValueError when nothing is shared.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
    >>> view = sharing(regions.get("kak"), load_inventory(), "2026-06-30")
    >>> axes = plot_bodies(view, boundaries=load_boundaries())
    >>> style.description_of(axes.figure).subtitle[:22]
    'Kommunerna i varje org'
    """
    if not (view.circles if circles is None else circles):
        raise ValueError("no shared service to draw; leave the figure out")
    circles = style.page_of(_pages(view.circles), part) if circles is None else circles
    return _of(view, circles, part, boundaries)


def _of(view: Sharing, circles: Sequence[Circle], part: int, boundaries: gpd.GeoDataFrame) -> Axes:
    shown = [
        Shown(
            circle[0].members,
            tuple(f"{text.short(body.name)}: {body.words}" for body in circle[:_NAMES]),
            len(circle),
            not any(body.dated for body in circle),
        )
        for circle in circles
    ]
    about = _description(view, circles, part)
    return _drawn(view.region, shown, boundaries, about, left=_left_out(view, part))


@style.drawn
def _drawn(
    region: Region,
    circles: Sequence[Shown],
    boundaries: gpd.GeoDataFrame,
    about: style.Description,
    *,
    left: str,
) -> Axes:
    """The maps of `circles`, drawn from nothing but these, the ground and the words about them;
    `left` is what the note says of what is left out.
    """
    columns = 1 if style.width() < style.WIDTH or len(circles) == 1 else 2
    rows = -(-len(circles) // columns)
    grid = np.atleast_1d(style.canvas((_TALL + 0.5) * rows, columns=columns, rows=rows)).ravel()
    headings = [_heading(circle, 64) for circle in circles]
    with style.look():
        for axes, heading in zip(grid, headings, strict=False):
            axes.set_title(
                heading, y=1.0, pad=3, fontsize=7.5, fontweight="normal", linespacing=1.15
            )
        for axes in grid:
            axes.set_axis_off()
        figure = grid[0].get_figure(root=True)
        figure.get_layout_engine().set(h_pad=0.08)  # a heading is nearer its own map
        style.settle(grid[0])
        figure.set_layout_engine(None)  # all maps keep the same size
        extent = grid[0].get_window_extent()
        frames, alone = _frames(region, circles, boundaries, extent.width / extent.height)
        for axes, circle, frame, bar in zip(grid, circles, frames, alone, strict=False):
            _draw(axes, region, circle, boundaries, frame, bar=bar)
    scale = "" if all(alone) else " Kartor utan skalstreck har samma skala."
    return style.describe(grid[0], replace(about, note=f"{about.note}{scale}{left}"))


def _frames(
    region: Region, circles: Sequence[Shown], boundaries: gpd.GeoDataFrame, aspect: float
) -> tuple[list[Frame], list[bool]]:
    """The frame of each map, the same for those that need much the same, and whether it has a
    scale bar of its own: of maps with one frame only the first.
    """
    own = []
    for circle in circles:
        outside = [code for code in circle.members if code not in region.members]
        framed = _framed(region, circle.members)
        own.append(maps.frame_of(framed, boundaries, also=outside, aspect=aspect))
    least = min(frame.width for frame in own)
    near = [frame for frame in own if frame.width <= _ALIKE * least]
    shared = maps.fitted(
        Frame(
            min(frame.west for frame in near),
            min(frame.south for frame in near),
            max(frame.east for frame in near),
            max(frame.north for frame in near),
        ),
        aspect,
    )
    if shared.width > _ALIKE * least:  # bodies in different parts of the country
        return own, [True] * len(own)
    first = next(place for place, frame in enumerate(own) if frame in near)
    return (
        [shared if frame in near else frame for frame in own],
        [frame not in near or place == first for place, frame in enumerate(own)],
    )


def _heading(circle: Shown, width: int) -> str:
    """Names of the bodies, and how sure each is."""
    lines = [wrap(body, width) for body in circle.bodies]
    more = circle.count - _NAMES
    return "\n".join([*lines, *([f"och {text.bodies_counted(more)} till"] if more > 0 else [])])


def _draw(
    axes: Axes,
    region: Region,
    circle: Shown,
    boundaries: gpd.GeoDataFrame,
    frame: Frame,
    *,
    bar: bool,
) -> None:
    colour = to_hex(tint(style.ACCENT, 0.2 if circle.old else 0.4))
    sheet = maps.draw_ground(
        axes,
        region,
        boundaries,
        frame,
        fill=pd.Series(
            dict.fromkeys(region.members, style.LAND) | dict.fromkeys(circle.members, colour)
        ),
        bar=bar,
    )
    if circle.old:
        fill(
            axes,
            sheet.areas[sheet.land.index.isin(circle.members)],
            facecolor="none",
            edgecolor=style.ACCENT,
            linewidth=0,
            hatch="////",
            zorder=1.6,
        )
    _name(axes, region, circle.members, sheet)


def _framed(region: Region, known: Sequence[str]) -> Region:
    """The region as a map frames it: of very many members only those of the body."""
    members = region.members
    inside = tuple(code for code in members if code in known)
    few = not inside or len(members) <= MOST_DRAWN
    return region if few else replace(region, members=inside)


def _name(axes: Axes, region: Region, members: Sequence[str], sheet: Sheet) -> None:
    """Names on land: the region's members (of many only those of the body), then those outside it.

    What is large enough to be told apart has its name; smaller ones as far as they find room.
    None stands beside its land, among small neighbours.
    """
    few = len(region.members) <= maps.MANY
    own = [code for code in region.members if code in sheet.land.index and (few or code in members)]
    outside = [code for code in members if code in sheet.land.index and code not in own]
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    least = _TOLD * (east - west) * (north - south)
    places = [
        Label(
            municipalities()[code].name,
            *maps.heart(sheet.land[code]),
            size=7,
            weight="bold" if code in own else "normal",
            area=sheet.land[code],
            must=(few and code in own) or sheet.land[code].area > least,
            home=_HOME,
        )
        for code in [*own, *outside][:_NAMED]
    ]
    style.settle(axes)
    maps.place(axes, places)


def _description(view: Sharing, circles: Sequence[Circle], part: int) -> style.Description:
    shown = [body for circle in circles for body in circle]
    frame = pd.DataFrame(
        [
            {
                "body": body.name,
                "services": len(body.areas),
                "inside": swedish.listed(text.alphabetical(body.inside)),
                "outside": swedish.listed(text.alphabetical(body.outside)) or None,
                "said": body.words,
            }
            for body in shown
        ],
        columns=["body", "services", "inside", "outside", "said"],
    )
    key = "organ-kartor" if part == 1 else f"organ-kartor-{part}"
    table = Table(
        key,
        f"Organ och medlemmar {swedish.day(view.day)}",
        frame,
        {
            "body": word("Organ"),
            "services": Format("Tjänster för regionens kommuner"),
            "inside": word("Medlemmar i regionen"),
            "outside": word("Medlemmar utanför"),
            "said": word("Hur säkert"),
        },
        SOURCES,
    )
    said = ". ".join(
        f"{body.name} ({body.words}): {swedish.listed(text.alphabetical(body.inside))}"
        + (f"; utanför {_names(body.outside)}" if body.outside else "")
        for body in shown
    )
    return style.Description(
        id=key,
        title=circles_title(view) if part == 1 else f"Fler organ och deras kommuner, del {part}",
        subtitle=f"Kommunerna i varje organ {swedish.day(view.day)}",
        alt=f"En karta för varje grupp av kommuner. {said}.",
        sources=SOURCES,
        table=table,
        note="Svart linje: kommunerna i rapporten. Streckad yta: bara äldre belägg, och inget slut "
        "är känt. Bara medlemmar som källorna namnger är färgade.",
    )


def _left_out(view: Sharing, part: int) -> str:
    """That the first figure does not show all."""
    left = len(view.circles) - _MAIN
    if part > 1 or left <= 0:
        return ""
    groups = "grupp" if left == 1 else "grupper"
    return f" {swedish.capitalised(swedish.in_words(left))} {groups} till står i bilagan."


def _names(codes: Sequence[str]) -> str:
    names = text.alphabetical(codes)
    return swedish.listed(names) if len(names) <= 8 else f"{len(names)} kommuner"
