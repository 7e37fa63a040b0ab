"""Municipal borders cut by real shores: what of each territory is land, and what is water.

Terms
-----
territory: the area that belongs to a municipality: its land and its waters.
shores: land, lakes and land abroad as the shipped table `shores` has them, at any borders.
face: a smallest area that shores and borders leave between them; it is land or water, and one
    municipality's or nobody's. All is made of faces, so that neighbours meet and never overlap.
piece: land faces of one municipality that hang together; an island is a piece, or several.
claim: what lies outside all territories and nearest to one of them.

Coarse borders cross bays and end before the real shore. Land and lakes outside all territories go
to the nearest; an island or a peninsula that is hardly crossed goes whole to one municipality.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis import paths
from analysis.outlines import edges

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

FILE = "shores.parquet"
_GRID = 1.0  # metres: what lies nearer is the same point
_SEEDS = 400.0  # metres between the points of a border that lay claim to what lies outside it
_AROUND = 60_000.0  # metres around all territories where islands may lie
_ISLAND = 30e6  # m²: a smaller island is one municipality's
_THIN = 400.0  # metres: mean width of a strip between a border in the water and the shore,
_LONG = 10  # which may be so many times as large as a piece of another shape
_NOBODY = -1


def cut(
    territories: gpd.GeoSeries, shores: gpd.GeoDataFrame, *, reach: float | None, piece: float
) -> gpd.GeoDataFrame:
    """Territory, land and water of each municipality; `territories` are polygons by code.

    `shores` has the columns kind (land, lake, abroad) and geometry, in the same metres. Land and
    lakes outside all territories go to the nearest one within `reach` metres (None: however far);
    land abroad never does. Pieces below `piece` m², and larger strips along a shore, that touch
    the land of a neighbour and not their own go to that neighbour.
    """
    import geopandas

    faces = _whole(_faces(territories, shores, reach), piece)
    kinds = {
        "territory": np.full(len(faces.code), True),
        "land": faces.is_land,
        "water": ~faces.is_land,
    }
    columns = {
        name: geopandas.GeoSeries(
            _joined(faces.area[chosen], faces.code[chosen], len(territories)),
            index=territories.index,
            crs=territories.crs,
        )
        for name, chosen in kinds.items()
    }
    frame = geopandas.GeoDataFrame(columns, geometry="land")
    return frame.rename_axis("code").reset_index()


def load() -> gpd.GeoDataFrame:
    """The shipped shores: kind, name and geometry."""
    import geopandas

    return geopandas.read_parquet(paths.data_path(FILE))


@dataclass(frozen=True)
class _Faces:
    """Faces: polygons, their municipality (a position among the territories) and their kind."""

    area: NDArray[Any]
    code: NDArray[np.int64]
    is_land: NDArray[np.bool_]
    size: NDArray[np.float64]  # m²


def _faces(territories: gpd.GeoSeries, shores: gpd.GeoDataFrame, reach: float | None) -> _Faces:
    import shapely

    owned = territories.to_numpy()
    window = shapely.box(*territories.total_bounds).buffer(_AROUND)
    ground = {
        kind: shapely.clip_by_rect(
            shapely.union_all(shores.geometry[shores["kind"] == kind].to_numpy()), *window.bounds
        )
        for kind in ("land", "lake", "abroad")
    }
    claimed = shapely.union_all(owned)
    ours = shapely.union_all([ground["land"], ground["lake"]])
    if reach is not None:
        ours = ours.intersection(claimed.buffer(reach))
    loose = ours.difference(claimed)
    claims, owners = _claims(owned, loose)
    noded = shapely.union_all(
        [
            *shapely.boundary(owned),
            *shapely.boundary(claims),
            *shapely.boundary(list(ground.values())),
        ],
        grid_size=_GRID,
    )
    area = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    points = shapely.point_on_surface(area)
    code = _owner(points, owned, np.arange(len(owned)))
    outside = (code == _NOBODY) & _within(points, ours)
    code[outside] = _owner(points[outside], claims, owners)
    lost = outside & (code == _NOBODY)  # on the very edge of a claim
    code[lost] = shapely.STRtree(owned).nearest(points[lost])
    dry = _within(points, shapely.union_all([ground["land"], ground["abroad"]])) & ~_within(
        points, ground["lake"]
    )
    mine = code != _NOBODY
    return _Faces(area[mine], code[mine], dry[mine], shapely.area(area[mine]))


def _within(points: NDArray[Any], area: Any) -> NDArray[np.bool_]:
    import shapely

    shapely.prepare(area)
    return np.asarray(shapely.contains(area, points))


def _owner(
    points: NDArray[Any], areas: NDArray[Any], owners: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The owner of the area that each point lies in, or `_NOBODY`."""
    import shapely

    found = np.full(len(points), _NOBODY)
    point, area = shapely.STRtree(areas).query(points, predicate="within")
    found[point] = owners[area]
    return found


def _claims(owned: NDArray[Any], loose: Any) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """What lies around `loose`, divided by the nearest of the areas `owned`; and their owners."""
    import shapely

    rings = shapely.boundary(shapely.segmentize(owned, _SEEDS))
    corners, owners = shapely.get_coordinates(rings, return_index=True)
    near = np.unique(
        shapely.STRtree(shapely.points(corners)).query(
            shapely.get_parts(loose), predicate="dwithin", distance=1.0
        )[1]
    )
    places, first = np.unique(corners[near], axis=0, return_index=True)
    owners = owners[near][first]
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(places), extend_to=loose, ordered=True)
    )
    ids = np.unique(owners)
    joined = [shapely.coverage_union_all(cells[owners == one]) for one in ids]
    return shapely.intersection(joined, loose.buffer(50 * _GRID)), ids


def _joined(areas: NDArray[Any], codes: NDArray[np.int64], count: int) -> list[Any]:
    import shapely

    return [
        shapely.MultiPolygon(
            list(shapely.get_parts(shapely.coverage_union_all(areas[codes == one])))
        )
        for one in range(count)
    ]


# --- whole islands and peninsulas ----------------------------------------------------------------


def _whole(faces: _Faces, piece: float) -> _Faces:
    """The faces with small islands, and small pieces beyond a border, given to one municipality."""
    import shapely

    one, other, lines = edges(faces.area)
    dry = (other >= 0) & faces.is_land[one] & faces.is_land[other]
    borders = one[dry], other[dry], shapely.length(lines[dry])
    faces = replace(faces, code=_one_owner(faces, *borders[:2]))
    for _ in range(3):  # a sliver may have lain behind another
        faces = replace(faces, code=_without_slivers(faces, *borders, piece))
    return faces


def _groups(count: int, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int64]:
    """A number for each of `count` things; those that hang together have the same."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1])


def _one_owner(faces: _Faces, one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.int64]:
    """Codes where each small island is given to the municipality with most of it."""
    island = _groups(len(faces.code), one, other)
    size = np.bincount(island, weights=faces.size)
    shares = np.zeros((island.max() + 1, faces.code.max() + 1))
    np.add.at(shares, (island, faces.code), faces.size)
    small = faces.is_land & (size[island] < _ISLAND)
    return np.where(small, shares.argmax(axis=1)[island], faces.code)


def _without_slivers(
    faces: _Faces, one: NDArray[Any], other: NDArray[Any], length: NDArray[np.float64], piece: float
) -> NDArray[np.int64]:
    """Codes where a small or thin piece that is not a municipality's largest goes to its neighbour."""
    import shapely

    code = faces.code
    inner = code[one] == code[other]
    group = _groups(len(code), one[inner], other[inner])
    size = np.bincount(group, weights=np.where(faces.is_land, faces.size, 0.0))
    largest = np.zeros(code.max() + 1)
    np.maximum.at(largest, code, size[group])
    rim = np.bincount(group, weights=shapely.length(faces.area))
    rim -= 2 * np.bincount(group[one[inner]], weights=length[inner], minlength=len(rim))
    thin = (size < _LONG * piece) & (2 * size < _THIN * rim)
    loose = faces.is_land & ((size < piece) | thin)[group] & (size[group] < largest[code])
    near: dict[tuple[int, int], float] = {}  # metres of border of a sliver with a neighbour
    for this, that in ((one, other), (other, one)):
        for a, b, metres in zip(this[~inner], that[~inner], length[~inner], strict=True):
            if loose[a] and not loose[b]:
                key = int(group[a]), int(code[b])
                near[key] = near.get(key, 0.0) + metres
    changed = code.copy()
    for (sliver, owner), _ in sorted(near.items(), key=lambda item: item[1]):
        changed[group == sliver] = owner  # the longest border comes last
    return changed
