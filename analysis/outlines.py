"""The outlines of areas that meet without overlap, each edge once.

Terms
-----
edge: a line from corner to corner; neighbours that meet share it corner by corner.
hole: a ring inside an area, such as the shore of a lake in a municipality's land.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def edges(areas: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
    """The lines between areas (polygons that meet without overlap) and around them.

    Returns for each line the area it bounds, the other area (-1: none) and the line; all edges
    of the same two areas are one line.

    >>> import shapely
    >>> one, other, lines = edges(shapely.box([0, 1], 0, [1, 2], 1))
    >>> one.tolist(), other.tolist(), shapely.length(lines).tolist()
    ([0, 1, 1], [-1, -1, 0], [3.0, 3.0, 1.0])
    """
    import shapely

    rings, owner = shapely.get_rings(areas, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    ends = np.stack([points[:-1][same], points[1:][same]], axis=1)
    later = (ends[:, 0, 0] > ends[:, 1, 0]) | (
        (ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1])
    )
    ends[later] = ends[later][:, ::-1]  # an edge has one direction, whoever walks along it
    order = np.lexsort(ends.reshape(-1, 4).T)
    ends, who = ends[order], owner[ring[:-1][same]][order]
    twice = np.append((ends[:-1] == ends[1:]).all(axis=(1, 2)), False)
    second = np.append(False, twice[:-1])
    one, other = who[~second], np.where(twice, np.roll(who, -1), -1)[~second]
    pairs, place = np.unique(
        np.sort(np.column_stack([one, other]), axis=1), axis=0, return_inverse=True
    )
    segments = shapely.linestrings(ends[~second])
    place = place.ravel()
    order = np.argsort(place, kind="stable")
    bundles = shapely.multilinestrings(segments[order], indices=place[order])
    return pairs[:, 1], pairs[:, 0], shapely.line_merge(bundles)


def filled(areas: NDArray[Any], least: float) -> NDArray[Any]:
    """Polygons without those of their holes that are smaller than `least` (square map units).

    >>> import shapely
    >>> island = shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 4))
    >>> [one.area for one in filled([island], 4.0)], [one.area for one in filled([island], 2.0)]
    ([81.0], [78.0])
    """
    import shapely

    rings, owner = shapely.get_rings(areas, return_index=True)
    outer = np.append(True, owner[1:] != owner[:-1])[: len(owner)]
    kept = outer | (shapely.area(shapely.polygons(rings)) >= least)
    return np.asarray(shapely.polygons(rings[kept], indices=owner[kept]))
