"""The ground of a map: water, land abroad, municipalities with their borders and shores.

Terms
-----
sheet: the ground of one frame, simplified to the scale at which it is drawn, in map units.
border: a line on land between two municipalities; across water none is drawn.
shore: an edge of land that no neighbour shares.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from shapely.geometry import Polygon, box

from analysis import shelf
from analysis.figures import style
from analysis.loaders.boundaries import load_country, load_shores
from analysis.outlines import edges, filled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_FINE = 0.25  # mm on paper: what stands out less is left out
_SMALLEST = 0.16  # mm² on paper: the smallest island or lake that is drawn
_COARSE = 3  # times as coarse as Sweden is land abroad
_MOST, _DENSE = 4_500, 0.5  # corners of land in a map, and in a mm² of it: its file stays small
_BESIDE = 2_000.0  # metres: a lake so near to land of the country is one of its own
_COUNTRY = 4_000  # metres: how coarse the country is for what lies around it
_KNOWN = 60_000.0  # metres from the country: land abroad is known a little further
_CUT = 0.25  # of a frame's width may be the line where land abroad ends without a coast
_RIM = 0.02  # of the width, drawn outside the frame so that no outline follows its edge


@dataclass(frozen=True)
class Frame:
    """The part of the country a map shows, in metres: `west, south, east, north`."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        """East-west extent in metres."""
        return self.east - self.west

    @property
    def height(self) -> float:
        """North-south extent in metres."""
        return self.north - self.south

    @property
    def area(self) -> Polygon:
        """The frame as a rectangle."""
        return box(self.west, self.south, self.east, self.north)

    def wider(self, share: float) -> Polygon:
        """The frame and a rim around it, `share` of its width."""
        rim = share * self.width
        return box(self.west - rim, self.south - rim, self.east + rim, self.north + rim)


@dataclass(frozen=True)
class Sheet:
    """What a map of `frame` shows below everything else.

    `land` by code: the visible municipalities. `borders` are their common lines: one row each
    with the codes `one` and `other`; `shores` have one `code`. `abroad` and `lakes` (with names)
    are polygons. All is cut off a little outside the frame.
    """

    frame: Frame
    land: gpd.GeoSeries
    borders: gpd.GeoDataFrame
    shores: gpd.GeoDataFrame
    abroad: gpd.GeoSeries
    lakes: gpd.GeoDataFrame

    @property
    def areas(self) -> gpd.GeoDataFrame:
        """The land as a frame by code, for what is drawn upon it."""
        return self.land.rename("geometry").to_frame().set_geometry("geometry")


def sheet(boundaries: gpd.GeoDataFrame, frame: Frame, *, millimetres: float) -> Sheet:
    """The ground of `frame` for a map that is so wide on paper; made once for all maps of it.

    Common borders are simplified once, so that neighbours still meet.
    """
    return _sheet(_Boundaries(boundaries), frame, millimetres)


class _Boundaries:
    """A table of areas; another one is the same when it has the same shapes for the same codes.

    Shapes never change, so it is enough to know which they are.
    """

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        self.table = table  # held, so that no other shape gets the id of one of its
        self.known = tuple(map(id, table.geometry.to_numpy())), tuple(table.index), str(table.crs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Boundaries) and self.known == other.known

    def __hash__(self) -> int:
        return hash(self.known)


@lru_cache(maxsize=32)
def _sheet(known: _Boundaries, frame: Frame, millimetres: float) -> Sheet:
    boundaries = known.table
    window = frame.wider(_RIM)
    most = min(_MOST, _DENSE * millimetres**2 * frame.height / frame.width)
    near = boundaries.geometry[boundaries.intersects(window)].explode()
    near = near[near.intersects(window)]
    chosen, simple, scale = _simple(
        tuple(shapely.to_wkb(near.to_numpy())), frame.width / millimetres, most
    )
    codes, crs = near.index[chosen], boundaries.crs
    one, other, lines = edges(simple)  # before they are cut: the rim of a map is no border
    lines = shapely.clip_by_rect(lines, *window.bounds)
    shared, shown = other >= 0, ~shapely.is_empty(lines)
    inner, outer = shared & shown, ~shared & shown
    return Sheet(
        frame,
        _areas(gpd.GeoSeries(shapely.clip_by_rect(simple, *window.bounds), codes, crs=crs)),
        gpd.GeoDataFrame(
            {"one": codes[one[inner]], "other": codes[other[inner]]}, geometry=lines[inner], crs=crs
        ),
        gpd.GeoDataFrame({"code": codes[one[outer]]}, geometry=lines[outer], crs=crs),
        _visible(load_shores("abroad"), window, _COARSE * scale).geometry,
        _visible(load_shores("lake"), window, scale),
    )


def _simple(
    parts: tuple[bytes, ...], scale: float, most: float
) -> tuple[NDArray[Any], NDArray[Any], float]:
    """Which polygons (WKB) are large enough to be seen, their simple shapes, and the scale of them;
    an archipelago is drawn as if smaller, until it has no more than `most` corners.

    The maps of another chapter are of the same frame, and those of the next build are, too.
    """
    key = shelf.key("ground", [parts, scale, most])
    entry = shelf.get(key)
    if entry is None:
        chosen, simple, found = _simplified(parts, scale, most)
        shapes = [shape.hex() for shape in shapely.to_wkb(simple)]
        entry = json.dumps([chosen.tolist(), shapes, found]).encode()
        shelf.put(key, entry)
    chosen, shapes, found = json.loads(entry)
    return np.array(chosen, dtype=np.intp), shapely.from_wkb(np.array(shapes, dtype=object)), found


def _simplified(
    parts: tuple[bytes, ...], scale: float, most: float
) -> tuple[NDArray[Any], NDArray[Any], float]:
    """What is too fine still is simplified further, not again from the start: the first step takes
    most of the time of a map.
    """
    shapes = shapely.from_wkb(parts)
    sizes = shapely.area(shapes)
    chosen = np.flatnonzero(sizes > _SMALLEST * scale**2)
    simple = _coarse(shapes[chosen], scale)
    while (corners := int(shapely.get_num_coordinates(simple).sum())) > most:
        scale *= max(1.1, (corners / most) ** 0.7)
        kept = sizes[chosen] > _SMALLEST * scale**2
        chosen, simple = chosen[kept], _coarse(simple[kept], scale)
    return chosen, simple, scale


def _coarse(shapes: NDArray[Any], scale: float) -> NDArray[Any]:
    """Shapes as coarse as `scale`, without the lakes that are too small to be seen."""
    return np.asarray(
        shapely.coverage_simplify(filled(shapes, _SMALLEST * scale**2), _FINE * scale)
    )


def _areas(parts: gpd.GeoSeries) -> gpd.GeoSeries:
    """One area by code, in the order of the codes, of those that show at all."""
    seen = parts[~parts.is_empty].sort_index(kind="stable")
    codes = seen.index.unique()
    pieces = np.split(seen.to_numpy(), np.flatnonzero(seen.index[1:] != seen.index[:-1]) + 1)
    return gpd.GeoSeries(list(map(_together, pieces)) if len(codes) else [], codes, crs=parts.crs)


def _together(parts: NDArray[Any]) -> Any:
    """One area of all polygons; what else cutting left is no area."""
    pieces = shapely.get_parts(parts)
    while (shapely.get_type_id(pieces) > 3).any():  # collections and several polygons
        pieces = shapely.get_parts(pieces)
    return shapely.MultiPolygon(list(pieces[shapely.get_type_id(pieces) == 3]))


def _visible(areas: gpd.GeoDataFrame, window: Polygon, scale: float) -> gpd.GeoDataFrame:
    near = areas[areas.intersects(window) & (areas.area > _SMALLEST * scale**2)]
    simple = shapely.simplify(near.geometry.to_numpy(), _FINE * scale)
    return near.set_geometry(shapely.clip_by_rect(simple, *window.bounds), crs=areas.crs)


def draw(
    axes: Axes,
    found: Sheet,
    colours: pd.Series,
    members: Sequence[str],
    *,
    strong: float = 1.0,
    weak: float = 0.8,
    between: str = "white",
    alone: bool = False,
) -> None:
    """Draw a sheet: land in `colours` by code, borders of `members` `strong` points wide, those
    of others `weak` and in the colour `between`.

    The country `alone` stands on the paper's white: land abroad is known only near the border,
    and where that ends would be taken for a coast. The figure cites the boundaries and the shores.
    """
    style.cite_ground(axes, "boundaries", "shores")
    if alone:
        inside = shapely.dwithin(
            found.lakes.geometry.to_numpy(), shapely.union_all(found.land.to_numpy()), _BESIDE
        )
        areas(axes, found.lakes.geometry[inside], style.WATER, zorder=0.5)
    else:
        _surround(axes, found)
    land = found.land.groupby(colours.reindex(found.land.index)).agg(shapely.union_all)
    areas(axes, land, list(land.index), zorder=1)
    inside = found.borders["one"].isin(members) | found.borders["other"].isin(members)
    own = found.shores["code"].isin(members)
    lines(axes, found.shores.geometry[~own], style.SHORE, 0.4, zorder=2)
    lines(axes, found.borders.geometry[~inside], between, weak, zorder=2.1)
    lines(axes, found.shores.geometry[own], style.MUTED, min(0.5, strong), zorder=2.9)
    lines(axes, found.borders.geometry[inside], style.INK, strong, zorder=3)


def beyond_what_is_known(found: Sheet) -> bool:
    """Whether land abroad ends inside the frame, where it is no longer known."""
    shown = shapely.intersection(found.abroad.to_numpy(), found.frame.area)
    cut = shapely.length(shapely.intersection(shown, _edge_of_the_known())).sum()
    return bool(cut > _CUT * found.frame.width)


@cache
def _edge_of_the_known() -> BaseGeometry:
    return shapely.union_all(load_country(_COUNTRY).to_numpy()).buffer(_KNOWN).boundary


def _surround(axes: Axes, found: Sheet) -> None:
    """Water everywhere, and land abroad upon it."""
    frame = found.frame
    corner = frame.west, frame.south
    axes.add_patch(
        Rectangle(corner, frame.width, frame.height, linewidth=0, facecolor=style.WATER, zorder=0)
    )
    areas(axes, found.abroad, style.ABROAD, zorder=0.5)


def areas(axes: Axes, shapes: gpd.GeoSeries, colours: Any, **options: Any) -> None:
    """Draw polygons, all of one colour as one path: a file then holds little but corners.

    A thin edge of their own colour closes the hair between neighbours.
    """
    shown = pd.Series(colours, index=range(len(shapes)), dtype="object")
    for colour, rows in shown.groupby(shown):
        rings = _rings(shapes.to_numpy()[rows.index.to_numpy()])
        if len(rings):
            axes.add_artist(
                PathPatch(
                    _path(rings, closed=True),
                    facecolor=colour,
                    edgecolor=colour,
                    linewidth=0.25,
                    joinstyle="round",
                    **options,
                )
            )


def _rings(shapes: NDArray[Any]) -> NDArray[Any]:
    """The rings of polygons, holes turned the other way, so that they stay holes."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    return np.asarray(
        shapely.get_rings(shapely.orient_polygons(parts[shapely.get_type_id(parts) == 3]))
    )


def lines(axes: Axes, shapes: gpd.GeoSeries, colour: str, width: float, **options: Any) -> None:
    """Draw lines with round corners, all as one path."""
    parts = shapely.get_parts(shapes.to_numpy())
    parts = parts[shapely.get_type_id(parts) == 1]
    if len(parts):
        axes.add_artist(
            PathPatch(
                _path(parts, closed=False),
                facecolor="none",
                edgecolor=colour,
                linewidth=width,
                capstyle="round",
                joinstyle="round",
                **options,
            )
        )


def _path(parts: NDArray[Any], *, closed: bool) -> Path:
    """Rings or lines as one path with a move to each."""
    points, part = shapely.get_coordinates(parts, return_index=True)
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    first = np.r_[True, part[1:] != part[:-1]]
    codes[first] = Path.MOVETO
    if closed:
        codes[np.r_[first[1:], True]] = Path.CLOSEPOLY
    return Path(points, codes)
