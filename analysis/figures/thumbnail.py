"""A small map of a region as plain SVG, for the prompt: no axes, no legend, drawn in no time."""

from __future__ import annotations

from html import escape

from shapely.geometry.base import BaseGeometry

from analysis.figures import ground, style
from analysis.figures.ground import Frame
from analysis.loaders.boundaries import load_boundaries
from analysis.regions import Region
from analysis.text import swedish

HEIGHT = 180  # pixels
_PIXELS = 3.8  # in a millimetre of a screen
_PAD = 0.08  # of the larger side, shown around the members


def region_html(region: Region) -> str:
    """Name, members and a small map of `region` as HTML; the map has a text alternative.

    >>> from analysis import regions
    >>> region_html(regions.get("kak")).count("<path")
    2
    """
    count = swedish.counted(len(region.members), "kommun", "kommuner")
    groups = "".join(
        f"<br>{escape(group.name)}: {escape(swedish.listed(group.member_names))}"
        for group in region.groups
    )
    return (
        f'<div style="display:flex;gap:1em;align-items:center">{region_svg(region)}'
        f"<div><b>{escape(region.name)}</b> <code>{escape(region.key)}</code><br>{count}: "
        f"{escape(swedish.listed(region.member_names))}{groups}</div></div>"
    )


def region_svg(region: Region) -> str:
    """The members in their surroundings, north up (SWEREF 99 TM), `HEIGHT` pixels high.

    >>> from analysis import regions
    >>> region_svg(regions.get("kak"))[:4]
    '<svg'
    """
    boundaries = load_boundaries()
    west, south, east, north = boundaries.loc[list(region.members)].total_bounds
    pad = _PAD * max(east - west, north - south)
    frame = Frame(west - pad, south - pad, east + pad, north + pad)
    scale = HEIGHT / frame.height
    land = ground.sheet(boundaries, frame, millimetres=frame.width * scale / _PIXELS).land
    members = land.index.isin(region.members)
    paths = []
    for chosen, fill in ((~members, style.LAND), (members, style.ACCENT)):
        data = "".join(_path(shape, frame.west, frame.north, scale) for shape in land[chosen])
        paths.append(f'<path d="{data}" fill="{fill}" stroke="white" stroke-width="0.7"/>')
    width = round(frame.width * scale)
    label = escape(f"Karta: {region.name}", quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" '
        f'viewBox="0 0 {width} {HEIGHT}" role="img" aria-label="{label}">'
        f'<rect width="{width}" height="{HEIGHT}" fill="{style.WATER}"/>'
        f"{''.join(paths)}</svg>"
    )


def _path(shape: BaseGeometry, west: float, north: float, scale: float) -> str:
    """SVG path data of a polygon or several, holes included."""
    if shape.geom_type == "MultiPolygon":
        return "".join(_path(part, west, north, scale) for part in shape.geoms)
    rings = (shape.exterior, *shape.interiors)
    return "".join(
        "M"
        + "L".join(f"{(x - west) * scale:.1f} {(north - y) * scale:.1f}" for x, y in ring.coords)
        + "Z"
        for ring in rings
    )
