"""How a figure is measured and written as SVG: each text is measured once for all figures.

Terms
-----
measure: width, height and descent of a text in one face and size. Matplotlib forgets it with each
    drawing; years, names and units come again in the next.
block: the lines of a text and the box around them, relative to where it stands. Matplotlib finds it
    whenever it asks for the box: a tick's some six times in a drawing.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Bbox

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

Measure = tuple[float, float, float]
Block = tuple[Bbox, list[Any], tuple[Any, Any]]
UNDER = "halo-"
"""How the id of a name's halo begins: an SVG needs none, its names have a white stroke."""
_MOST = 20_000  # measures that are kept, and blocks


class Canvas(FigureCanvasAgg):
    """A canvas that draws when it is told to; pandas asks for a drawing after every layer."""

    def draw_idle(self, *args: Any, **options: Any) -> None:
        """Do nothing: nobody is looking yet."""

    def get_renderer(self) -> RendererAgg:
        """The renderer of the figure's size, which measures the texts of a layout."""
        key = (*self.get_width_height(physical=True), self.figure.dpi)
        if self._lastKey != key:  # type: ignore[has-type]
            self.renderer, self._lastKey = _Agg(*key), key
        return self.renderer


class _Agg(RendererAgg):
    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> Measure:
        return _in_pixels(s, prop, ismath, self.dpi, mpl.rcParams["text.hinting"])


@lru_cache(_MOST)
def _in_pixels(s: str, prop: FontProperties, ismath: Any, dpi: float, hinting: Any) -> Measure:
    """A measure in pixels, as matplotlib takes it; `hinting` is a setting that it depends on."""
    return RendererAgg(1, 1, dpi).get_text_width_height_descent(s, prop, ismath)


class _Svg(RendererSVG):
    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> Measure:
        return _in_points(s, prop, ismath)


_in_points = lru_cache(_MOST)(text_to_path.get_text_width_height_descent)
_find_block = Text._get_layout  # type: ignore[attr-defined]
_blocks: dict[tuple[Any, ...], Block] = {}


def _block(text: Text, renderer: Any) -> Block:
    """The block of `text`, found once for all texts of the same words and look.

    Only for our renderers: what others draw in this process is none of our business.
    """
    if not isinstance(renderer, _Agg | _Svg) or text.get_wrap() or text.get_usetex():
        return cast("Block", _find_block(text, renderer))
    key = (
        type(renderer),
        text.get_figure(root=True).dpi,  # type: ignore[union-attr]
        mpl.rcParams["text.hinting"],
        text.get_text(),
        text.get_parse_math(),
        hash(text.get_fontproperties()),  # matplotlib holds those with one hash for equal
        text._linespacing,  # type: ignore[attr-defined]
        text._get_multialignment(),  # type: ignore[attr-defined]
        text.get_horizontalalignment(),
        text.get_verticalalignment(),
        text.get_rotation(),
        text.get_rotation_mode(),
    )
    if key not in _blocks:
        if len(_blocks) >= _MOST:
            _blocks.clear()
        _blocks[key] = _find_block(text, renderer)
    box, lines, around = _blocks[key]
    return box.frozen(), lines, around


Text._get_layout = _block  # type: ignore[attr-defined]


def svg(figure: Figure) -> str:
    """A figure whose layout is found as SVG, the same bytes each time."""
    target, dpi = io.StringIO(), figure.dpi
    halos = [
        text
        for part in figure.axes
        for text in part.texts
        if text.get_visible() and str(text.get_gid()).startswith(UNDER)
    ]
    try:
        figure.dpi = 72
        for text in halos:
            text.set_visible(False)
        renderer = _Svg(
            *(72 * figure.get_size_inches()),
            target,
            image_dpi=dpi,
            metadata={"Date": None, "Creator": "Samverkan"},
        )
        figure.draw(renderer)
        renderer.finalize()
    finally:
        figure.dpi = dpi
        for text in halos:
            text.set_visible(True)
    return target.getvalue()
