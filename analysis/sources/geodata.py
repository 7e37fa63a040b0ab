"""SCB's open geodata over WFS: localities, and municipal boundaries joined from smaller areas.

Terms
-----
RegSO: SCB's areas of a few thousand inhabitants; whole ones make up a municipality. The service
    has no layer of municipalities.
territory: a municipality with its waters, as the areas have it; `shores` tells land from water.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from analysis import regions
from analysis.errors import SourceError, raise_faults
from analysis.live import Layer
from analysis.sources import own, shores
from analysis.sources.http import Client
from analysis.sources.kept import Store

if TYPE_CHECKING:
    import geopandas as gpd

CRS = "EPSG:3006"  # SWEREF 99 TM, metres
PAGE = 1000
_LOWEST_NORTHING = 6_000_000  # no easting of Sweden in SWEREF 99 TM is as large
_OVERLAP = 1e-6  # of all area, that may lie in two municipalities: 0.5 km²
FEW = 5  # municipalities that may have no area: they may have merged
_REACH = 300  # metres: land this far outside all territories is theirs; the shores are no finer
_PIECE = 0.5e6  # m² of land beyond a strait that such shores may leave on the wrong side
TOLERANCE = 100  # metres: 0.1 mm on paper at 1:1 000 000, a region on a page


def fetch(
    client: Client, layer: Layer, keep: Store, step: Callable[[int], object]
) -> gpd.GeoDataFrame:
    """All features of a layer with its fields, in SWEREF 99 TM.

    A page in `keep` that was fetched today is not asked for again: a layer has no time of update.
    `step` gets the number of pages. Raises SourceError when fewer come than the service says it
    has, or a field is gone; only a page that passed is kept.
    """
    import geopandas

    found: list[dict[str, Any]] = []
    total = None
    while total is None or len(found) < total:
        name = [client.base_url, layer.name, len(found), date.today().isoformat()]
        reply = keep.get(name)
        fresh = reply is None
        if fresh:
            reply = _ask(client, layer, PAGE, len(found))
        features, total = _page(reply, layer)
        if not features:
            raise SourceError(
                f"{layer.name}: {len(found)} of {total} areas came; nothing was "
                "changed, try again later"
            )
        if fresh:
            keep.put(name, reply)
        found += features
        step(-(-total // PAGE))
    try:
        return _east_first(geopandas.GeoDataFrame.from_features(found, crs=CRS))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(
            f"{layer.name}: an area has no outline that can be read ({error!r}); "
            "nothing was changed, the layer may have been replaced"
        ) from error


def look(client: Client, layer: Layer) -> int:
    """How many areas the layer has; raises SourceError when it, or a field, is gone."""
    features, total = _page(_ask(client, layer, 1, 0), layer)
    if not features:
        raise SourceError(
            f"{layer.name}: the layer is empty; nothing was changed, it may have been replaced"
        )
    return total


def _ask(client: Client, layer: Layer, count: int, start: int) -> Any:
    return client.get(
        "",
        layer.name,
        service="WFS",
        version="2.0.0",
        request="GetFeature",
        typeNames=layer.name,
        outputFormat="application/json",
        srsName=CRS,
        sortBy=layer.sort,
        count=count,
        startIndex=start,
    )


def _east_first(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Coordinates as easting, northing: some versions of the service give the northing first."""
    import shapely

    if frame.total_bounds[0] < _LOWEST_NORTHING:
        return frame
    return frame.set_geometry(shapely.transform(frame.geometry, lambda xy: xy[:, ::-1]), crs=CRS)


def _page(reply: Any, layer: Layer) -> tuple[list[dict[str, Any]], int]:
    try:
        features, total = reply["features"], int(reply["numberMatched"])
        gone = [
            name
            for feature in features
            for name in layer.fields
            if name not in feature["properties"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError(
            f"{layer.name}: the reply is no feature collection ({error!r}); nothing "
            "was changed, the layer may have been replaced"
        ) from error
    if gone:
        has = ", ".join(features[0]["properties"])
        raise SourceError(
            f"{layer.name} has changed: the field {gone[0]!r} is gone; it has {has}; "
            f"nothing was changed, {own.hint(layer.name, 'fields', gone[0])}"
        )
    return features, total


def municipalities(areas: gpd.GeoDataFrame, layer: Layer) -> gpd.GeoDataFrame:
    """Municipalities: code, territory, land and water; common borders stay common.

    Raises SourceError when more than a few municipalities have no area, or areas overlap.
    """
    import geopandas
    import shapely

    known = regions.municipalities()
    areas = areas.set_geometry(areas.geometry.make_valid())
    joined = areas.dissolve(by=layer.fields[0]).geometry.sort_index()
    lost = absent(joined.index)
    raise_faults(
        SourceError,
        [
            f"{layer.name}: no area of {name}; nothing was changed, try again later"
            for name in lost
            if len(lost) > FEW
        ],
    )
    joined = joined[[code for code in joined.index if code in known]]
    simple = shapely.coverage_simplify(joined.to_numpy(), TOLERANCE)
    twice = shapely.area(simple).sum() - shapely.union_all(simple).area
    if twice > _OVERLAP * shapely.area(simple).sum():
        raise SourceError(
            f"{layer.name}: municipalities lie over each other ({twice / 1e6:.1f} "
            "km²); nothing was changed, the layer may have been replaced"
        )
    whole = geopandas.GeoSeries(simple, index=joined.index, crs=CRS)
    return shores.cut(whole, shores.load(), reach=_REACH, piece=_PIECE)


def absent(codes: Collection[str]) -> list[str]:
    """Municipalities of today that are not among `codes`."""
    return [
        f"{code} {entry.name}" for code, entry in regions.current().items() if code not in codes
    ]


def strangers(areas: gpd.GeoDataFrame, layer: Layer) -> list[str]:
    """Codes of municipalities that the layer has and the registry has not."""
    return sorted(set(areas[layer.fields[0]].astype("str")) - set(regions.municipalities()))


def localities(areas: gpd.GeoDataFrame, layer: Layer) -> Any:
    """Localities as a table: locality, name, code, year, population, area_ha, easting, northing.

    The point lies inside the locality. Area in hectares from the polygon.
    """
    import pandas as pd

    code, name, municipality, population = layer.fields
    points = areas.geometry.representative_point()
    return pd.DataFrame(
        {
            "locality": areas[code].astype("str"),
            "name": areas[name].astype("str"),
            "code": areas[municipality].astype("str").str.zfill(4),
            "year": layer.year,
            "population": areas[population].astype("int64"),
            "area_ha": (areas.geometry.area / 10_000).round(0),
            "easting": points.x.round(1),
            "northing": points.y.round(1),
        }
    ).sort_values("locality", ignore_index=True)
