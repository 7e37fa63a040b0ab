"""An interactive map without any tiles: local boundaries, a text for what the pointer is over.

Terms
-----
member: a municipality of the region; drawn with a strong outline, shaded or with a circle.
hint: the line under the map that names the municipality under the pointer and its value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd
from ipyleaflet import GeoJSON, Map, ScaleControl, WidgetControl

from analysis.explore import themes
from analysis.figures import maps, measures, style
from analysis.loaders import boundaries, population
from analysis.metrics.measure import Measure
from analysis.regions import Region, municipalities
from analysis.text import swedish

WIDTH, HEIGHT = 440, 440  # pixels; the zoom that fits a region is computed for this size
_HINT = "Peka på en kommun"
_FINE = 400.0  # metres: a map on a screen shows no smaller corners and islands


@cache
def _shapes() -> dict[str, dict[str, Any]]:
    """The geometry of each municipality in degrees, four decimals (about ten metres)."""
    import geopandas
    import shapely

    land = boundaries.load_boundaries().geometry
    simple = geopandas.GeoSeries(
        shapely.coverage_simplify(land.to_numpy(), _FINE), index=land.index, crs=land.crs
    )
    large = simple.explode()
    large = (
        large[large.area > _FINE**2]
        .groupby(level=0)
        .agg(lambda parts: shapely.multipolygons(parts.to_numpy()))
        .set_crs(land.crs)
    )
    degrees = large.to_crs("EPSG:4326")
    return {
        str(code): shapely.transform(shape, lambda xy: xy.round(4)).__geo_interface__
        for code, shape in degrees.items()
    }


@cache
def _points() -> dict[str, tuple[float, float]]:
    """Longitude and latitude of the centre of each municipality: its largest locality."""
    import geopandas

    centres = maps.centres(boundaries.load_boundaries(), population.load_localities())
    points = geopandas.GeoSeries.from_xy(centres["x"], centres["y"], crs=boundaries.CRS)
    points = points.set_axis(centres.index).to_crs("EPSG:4326")
    return {str(code): (point.x, point.y) for code, point in points.items()}


def _feature(
    code: str, geometry: dict[str, Any], text: str, look: dict[str, Any]
) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": geometry,
        "id": code,
        "properties": {"code": code, "text": text, "style": look},
    }


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


class RegionMap(Map):
    """A map of one theme and year; `show` changes it in place.

    `on_choose` is called with the code of a municipality that is clicked. The legend, `key`,
    stands on the map unless `legend` is false.

    >>> from analysis import regions
    >>> shown = RegionMap()
    >>> shown.show(regions.get("karlstad"), "population", year=2024)
    >>> len(shown.areas.data["features"]), len(shown.circles.data["features"])
    (290, 5)
    """

    def __init__(
        self, on_choose: Callable[[str], None] | None = None, *, legend: bool = True
    ) -> None:
        self.areas, self.circles = (
            GeoJSON(data=_collection([])),
            GeoJSON(
                data=_collection([]), point_style={"radius": 4}, hover_style={"fillOpacity": 0.95}
            ),
        )
        self.areas.hover_style = {"weight": 3}
        self.hint, self.key = widgets.HTML(_HINT), widgets.HTML()
        super().__init__(
            layers=(self.areas, self.circles),
            attribution_control=False,
            zoom_snap=0.25,
            zoom_delta=0.5,
            scroll_wheel_zoom=False,  # the wheel scrolls the page; + and - zoom
            center=(62, 16),
            zoom=4,
            layout=widgets.Layout(width=f"{WIDTH}px", height=f"{HEIGHT}px", flex="0 0 auto"),
        )
        self.add(ScaleControl(position="bottomleft", imperial=False))
        self.add(WidgetControl(widget=self.hint, position="topright", min_width=150, max_width=260))
        # with a legend on the map the region keeps to the left of it
        self.room = 0.64 if legend else 1.0
        if legend:
            self.add(WidgetControl(widget=self.key, position="bottomright", max_width=220))
        for layer in (self.areas, self.circles):
            layer.on_hover(self._point_at)
            if on_choose is not None:
                layer.on_click(lambda feature, **_: on_choose(feature["properties"]["code"]))

    def _point_at(self, feature: dict[str, Any], **_: Any) -> None:
        self.hint.value = feature["properties"]["text"]

    def show(self, region: Region, theme: str, *, year: int) -> None:
        """Draw a theme of one year for `region`; the frame moves only when it must."""
        measure = themes.theme_of(theme).measure
        series = themes.values(theme)
        here = measures.of_year(region, measure, series, year)
        known = series.xs(year, level=1).astype("float64")
        texts = {code: _text(code, measure, known.get(code)) for code in _shapes()}
        count = measures.is_count(measure)
        fill = {} if count else self._shade(measure, here, year)
        self.areas.data = _collection(
            [
                _feature(
                    code, shape, texts[code], _area_look(code in region.members, fill.get(code))
                )
                for code, shape in sorted(
                    _shapes().items(), key=lambda item: item[0] in region.members
                )
            ]
        )
        self.circles.data = _collection(self._circles(measure, here, texts, year) if count else [])
        self.fit(region)

    def _shade(self, measure: Measure, here: pd.Series, year: int) -> dict[str, str]:
        fill, limits, colours = maps.shade_classes(here, centre=measures.centre_of(measure, here))
        lines = [
            f'<span style="background:{colour};border:1px solid {style.MUTED};'
            f'padding:0 .6em;margin-right:.4em"></span>'
            f"{measures.written(measure, low)} till {measures.written(measure, high)}"
            for low, high, colour in zip(limits[:-1], limits[1:], colours, strict=True)
        ]
        self.key.value = _key(measure, year, lines[::-1])
        return {str(code): colour for code, colour in fill.items()}

    def _circles(
        self, measure: Measure, here: pd.Series, texts: dict[str, str], year: int
    ) -> list[dict[str, Any]]:
        areas = maps.circle_sizes(here.abs().dropna())
        self.key.value = _key(measure, year, ["Cirkelns yta är antalet."])
        return [
            _feature(
                str(code),
                {"type": "Point", "coordinates": list(_points()[str(code)])},
                texts[str(code)],
                {
                    "radius": max(maps.radius_of(area), 1.5),
                    "color": "white",
                    "weight": 1,
                    "fillColor": style.ACCENT,
                    "fillOpacity": 0.75,
                },
            )
            for code, area in areas.sort_values(ascending=False).items()
        ]

    def fit(self, region: Region) -> None:
        """Centre on the members at the closest zoom that shows them whole."""
        inside = boundaries.load_boundaries().loc[list(region.members)].to_crs("EPSG:4326")
        west, south, east, north = inside.total_bounds
        zoom = _zoom(west, south, east, north, width=self.room * WIDTH)
        aside = (1 - self.room) / 2 * WIDTH * 360 / (256 * 2**zoom)
        self.center = ((south + north) / 2, (west + east) / 2 + aside)
        self.zoom = zoom


def _zoom(west: float, south: float, east: float, north: float, *, width: float) -> float:
    """The zoom of web Mercator (256 pixels at zoom 0) that fits the degrees, in quarter steps."""

    def y(latitude: float) -> float:
        return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) / (2 * math.pi)

    across, along = (east - west) / 360, y(north) - y(south)
    room = min(0.86 * width / across, 0.86 * HEIGHT / along) / 256
    return math.floor(4 * math.log2(room)) / 4


def _area_look(member: bool, colour: str | None) -> dict[str, Any]:
    if not member:
        return {"color": "white", "weight": 1, "fillColor": style.LAND, "fillOpacity": 1}
    return {
        "color": style.INK,
        "weight": 1.5,
        "fillColor": colour or style.MEMBER,
        "fillOpacity": 1,
    }


def _text(code: str, measure: Measure, value: float | None) -> str:
    if value is None or swedish.is_missing(value):
        shown = "uppgift saknas"
    else:
        shown = measures.written(measure, float(value))
    return f"<b>{escape(municipalities()[code].name)}</b> {code}<br>{escape(shown)}"


def _key(measure: Measure, year: int, lines: list[str]) -> str:
    return f"<b>{escape(measure.label)} {year}</b><br>" + "<br>".join(lines)


def interactive_map(region: Region, theme: str, *, year: int) -> RegionMap:
    """An interactive map of a theme; it asks nothing of the network.

    Raises InputError for an unknown theme or a year without values.

    >>> from analysis import explore, regions
    >>> shown = explore.interactive_map(regions.get("kak"), "tax_rate", year=2022)
    >>> sorted(f["id"] for f in shown.areas.data["features"] if f["properties"]["style"]["weight"]
    ...        == 1.5)
    ['1960', '1983', '1984']
    """
    shown = RegionMap()
    shown.show(region, theme, year=year)
    return shown
