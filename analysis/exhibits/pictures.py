"""Pictures of a figure's SVG, which is drawn once: PNG, and an SVG that carries its own type."""

from __future__ import annotations

import io
import json
import struct
from functools import cache
from typing import Any

from analysis.exhibits.model import Drawing
from analysis.figures import fonts

DPI = 150
UNSEEN = "SAMVERKAN_NO_PICTURES"
"""The environment variable that a preview sets: nobody looks at its notebooks."""
_HEAD = 33  # bytes of a PNG before what may be told of it
_INCH = 0.0254  # metres
_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt)
#let given = json(bytes(sys.inputs.given))
#image(bytes(given.svg), format: "svg", alt: given.title, width: given.width * 1pt)"""


@cache
def faces() -> Any:
    """The faces of the report and no others, as Typst takes them."""
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=fonts.folders()
    )


def png(drawing: Drawing, title: str, *, dpi: int = DPI) -> bytes:
    """The whole drawing as PNG, titled.

    What Typst has packed is not packed again: that would take as long as its drawing.
    """
    import typst
    from PIL.PngImagePlugin import PngInfo, putchunk

    given = json.dumps({"svg": drawing.svg, "title": title, "width": drawing.width})
    raw = typst.compile(
        _PAGE, format="png", ppi=dpi, font_paths=faces(), sys_inputs={"given": given}
    )
    about, target = PngInfo(), io.BytesIO()
    about.add(b"pHYs", struct.pack(">IIB", *2 * (round(dpi / _INCH),), 1))
    about.add_itxt("Title", title)
    target.write(raw[:_HEAD])
    for kind, told, _ in about.chunks:
        putchunk(target, kind, told)
    target.write(raw[_HEAD:])
    return target.getvalue()


def standalone(drawing: Drawing) -> str:
    """The whole drawing as an SVG file that carries its faces, ready to be pasted."""
    start = drawing.svg.index(">", drawing.svg.index("<svg")) + 1
    return f"{drawing.svg[:start]}<style>{fonts.upright_css()}</style>{drawing.svg[start:]}\n"
