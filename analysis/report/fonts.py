"""The report's font as embeddable subsets, made from installed packages at build time.

Terms
-----
subset: only the glyphs that Swedish reports need; a few kilobytes instead of fifty.
"""

from __future__ import annotations

import base64
import io
from functools import cache
from pathlib import Path

# Latin with Swedish letters, punctuation, dashes, quotes, true minus, arrows of the flow tables
_LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2027), 0x2032, 0x20AC, 0x2212,
          0x2248, 0x2264, 0x2265]
# glyphs the report's font lacks: narrow no-break space, arrows, check mark
_EXTRA = [0x2009, 0x202F, 0x2190, 0x2192, 0x2194, 0x2197, 0x25B2, 0x25BC, 0x25CF, 0x25CB, 0x2713]


@cache
def font_css() -> str:
    """`@font-face` rules with the subsets as data URIs; nothing is asked of any server."""
    import fontpkg_atkinson_hyperlegible
    import matplotlib

    own = Path(fontpkg_atkinson_hyperlegible.__file__).parent / "files"
    spare = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    faces = [
        _face("Samverkan", own / "AtkinsonHyperlegible-Regular.ttf", _LATIN, "400", "normal"),
        _face("Samverkan", own / "AtkinsonHyperlegible-Bold.ttf", _LATIN, "700", "normal"),
        _face("Samverkan", own / "AtkinsonHyperlegible-Italic.ttf", _LATIN, "400", "italic"),
        _face("Samverkan tecken", spare, _EXTRA, "400", "normal"),
    ]
    return "\n".join(faces)


def _face(family: str, file: Path, glyphs: list[int], weight: str, slant: str) -> str:
    data = base64.b64encode(_subset(file, glyphs)).decode("ascii")
    return (f"@font-face{{font-family:'{family}';font-weight:{weight};font-style:{slant};"
            f"src:url(data:font/woff;base64,{data}) format('woff')}}")


def _subset(file: Path, glyphs: list[int]) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(flavor="woff", layout_features=["kern", "liga", "tnum", "lnum"],
                             name_IDs=[1, 2, 4, 6], notdef_outline=True, hinting=False,
                             drop_tables=["FFTM", *subset.Options().drop_tables])
    with TTFont(file, recalcTimestamp=False) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=glyphs)
        subsetter.subset(font)
        font.flavor = "woff"
        buffer = io.BytesIO()
        font.save(buffer)
    return buffer.getvalue()
