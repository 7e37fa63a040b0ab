"""Draw a figure once for SVG and PDF: walking through its artists costs as much as writing a file.

Terms
-----
pair: a renderer that hands each stroke to an SVG and to a PDF renderer of matplotlib. What they
    write is what matplotlib's own two files hold (`tests/figures/test_drawing.py` compares them).
"""

from __future__ import annotations

import io
from typing import Any

from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_pdf import PdfFile, RendererPdf
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure

_POINTS = 72  # an inch, in both formats


def draw(figure: Figure, title: str) -> tuple[str, bytes]:
    """The figure as SVG and as PDF, the same bytes each time.

    The layout is taken as it is: find it before (`style.settle`).
    """
    width, height = figure.get_size_inches()
    svg, pdf, dpi = io.StringIO(), io.BytesIO(), figure.dpi
    file = PdfFile(pdf, metadata={"CreationDate": None, "Title": title})
    try:
        figure.dpi = _POINTS
        file.newPage(width, height)
        pair = _Pair(
            RendererSVG(width * _POINTS, height * _POINTS, svg, image_dpi=dpi,
                        metadata={"Date": None, "Creator": "Samverkan", "Title": title}),
            RendererPdf(file, dpi, height, width))
        figure.draw(pair)
        pair.finalize()
        file.finalize()
    finally:
        figure.dpi = dpi
        file.close()
    return svg.getvalue(), pdf.getvalue()


class _Pair(RendererBase):
    """Hands each stroke to both renderers; they share coordinates in points from the lower left."""

    def __init__(self, svg: RendererSVG, pdf: RendererPdf) -> None:
        super().__init__()
        self.svg, self.pdf = svg, pdf
        self.width, self.height = svg.width, svg.height

    def finalize(self) -> None:
        """Write what comes last in both files."""
        self.svg.finalize()
        self.pdf.finalize()

    def new_gc(self) -> Any:
        """The PDF's kind of graphics context, which has all that SVG asks for."""
        return self.pdf.new_gc()

    def flipy(self) -> bool:
        """False: upwards, as in PDF."""
        return False

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Width and height in points."""
        return self.width, self.height

    def get_text_width_height_descent(self, *arguments: Any) -> tuple[float, float, float]:
        """The measures of a text in points."""
        return self.svg.get_text_width_height_descent(*arguments)

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Begin a group in the SVG; PDF has none."""
        self.svg.open_group(s, gid)

    def close_group(self, s: str) -> None:
        """End a group in the SVG."""
        self.svg.close_group(s)

    def draw_path(self, *arguments: Any, **named: Any) -> None:
        """A path in both."""
        self.svg.draw_path(*arguments, **named)
        self.pdf.draw_path(*arguments, **named)

    def draw_markers(self, *arguments: Any, **named: Any) -> None:
        """The same mark at many places, in both."""
        self.svg.draw_markers(*arguments, **named)
        self.pdf.draw_markers(*arguments, **named)

    def draw_path_collection(self, *arguments: Any, **named: Any) -> None:
        """Paths with looks of their own, in both."""
        self.svg.draw_path_collection(*arguments, **named)
        self.pdf.draw_path_collection(*arguments, **named)

    def draw_image(self, *arguments: Any, **named: Any) -> None:
        """A picture in both."""
        self.svg.draw_image(*arguments, **named)
        self.pdf.draw_image(*arguments, **named)

    def draw_text(self, gc: Any, x: float, y: float, *arguments: Any, **named: Any) -> None:
        """A text in both; SVG counts downwards."""
        self.svg.draw_text(gc, x, self.height - y, *arguments, **named)
        self.pdf.draw_text(gc, x, y, *arguments, **named)
