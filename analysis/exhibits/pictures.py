"""Pictures of a figure's SVG, which is drawn once: PNG, and an SVG that carries its own type."""

from __future__ import annotations

import io
import json
from functools import cache
from typing import Any

from analysis.exhibits.model import Drawing
from analysis.figures import fonts

DPI = 150
UNSEEN = "SAMVERKAN_NO_PICTURES"
"""The environment variable that a preview sets: nobody looks at its notebooks."""
_LEVEL = 3  # 2 % larger than the usual 6, in two thirds of the time
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
    """The whole drawing as PNG, titled."""
    import typst
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    given = json.dumps({"svg": drawing.svg, "title": title, "width": drawing.width})
    raw = typst.compile(
        _PAGE, format="png", ppi=dpi, font_paths=faces(), sys_inputs={"given": given}
    )
    about, target = PngInfo(), io.BytesIO()
    about.add_itxt("Title", title)
    with Image.open(io.BytesIO(raw)) as picture:
        picture.convert("RGB").save(
            target, "PNG", dpi=(dpi, dpi), pnginfo=about, compress_level=_LEVEL
        )
    return target.getvalue()


def standalone(drawing: Drawing) -> str:
    """The whole drawing as an SVG file that carries its faces, ready to be pasted."""
    start = drawing.svg.index(">", drawing.svg.index("<svg")) + 1
    return f"{drawing.svg[:start]}<style>{fonts.upright_css()}</style>{drawing.svg[start:]}\n"
