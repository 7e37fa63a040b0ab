"""Municipalities as areas, and the shores around them, in SWEREF 99 TM.

Terms
-----
territory: all that belongs to a municipality, its waters too: asks what lies in what, and who are
    neighbours.
land: the part of a territory inside the real shores: is shaded, carries names, and is what a way
    runs over. The geometry of the frame.
water: the rest of a territory. The three are cut once (`analysis.sources.shores`), so that
    neighbours meet and never overlap.
thematic borders: the shipped borders on land are SCB's coarse ones; good for drawing, never for
    measuring areas. Those that are fetched are finer.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from analysis import catalog, outlines
from analysis.errors import DataError
from analysis.loaders import tables
from analysis.regions import municipalities

if TYPE_CHECKING:
    import geopandas as gpd

CRS = "EPSG:3006"  # SWEREF 99 TM


def load_boundaries() -> gpd.GeoDataFrame:
    """All 290 municipalities: indexed by code, columns name, territory, land and water (metres).

    `land` is the geometry of the frame. The fetched boundaries are used when there are any.

    >>> frame = load_boundaries()
    >>> len(frame), frame.crs.to_epsg(), frame.at["1780", "name"], frame.geometry.name
    (290, 3006, 'Karlstad', 'land')
    """
    return _boundaries(tables.updated_file("boundaries")).copy(deep=False)


def load_shores(kind: Literal["land", "lake", "abroad"]) -> gpd.GeoDataFrame:
    """Land of Sweden, its lakes over 5 km², or land abroad: columns name and geometry (metres).

    Only the best known lakes have a name, others "". Land abroad is coarse, and reaches a little
    into Sweden: draw it first.

    >>> lakes = load_shores("lake")
    >>> lakes["name"][lakes.area.sort_values().index[::-1]].to_list()[:2]
    ['Vänern', 'Vättern']
    """
    shores = _shores()
    return shores.loc[shores["kind"] == kind, ["name", "geometry"]].reset_index(drop=True)


@cache
def load_country(tolerance: float) -> gpd.GeoSeries:
    """The land of Sweden for a small map: corners that stand out less than `tolerance` go.

    >>> load_country(4000).area.sum() > 4e11
    np.True_
    """
    import geopandas

    land = outlines.filled(load_shores("land").geometry.to_numpy(), (3 * tolerance) ** 2)
    simple = geopandas.GeoSeries(land).simplify(tolerance)
    return geopandas.GeoSeries(simple[simple.area > tolerance**2], crs=CRS)


@cache
def _shores() -> gpd.GeoDataFrame:
    import geopandas

    return geopandas.read_parquet(catalog.dataset("shores").path)


@cache
def _boundaries(updated: Path | None) -> gpd.GeoDataFrame:
    import geopandas

    frame = geopandas.read_parquet(updated or catalog.dataset("boundaries").path)
    if "land" not in frame:
        raise DataError(
            "boundaries: fetched by an earlier version, which did not tell land from "
            "water; fetch them again with `samverkan data update boundaries`"
        )
    known = municipalities()
    frame = frame.set_index("code").sort_index()
    frame.insert(0, "name", [known[code].name for code in frame.index])
    return frame[["name", "territory", "land", "water"]]
