"""The report's font: Atkinson Hyperlegible with the narrow no-break space that Swedish needs.

Terms
-----
face: one style of the family. The installed font has no glyph for U+202F, so the faces are made
once from it, under a name of their own, and kept in matplotlib's cache; none is in the project.
    They hold Latin alone, without hints: each figure's PDF embeds a part of them, and matplotlib
    reads the whole face for that.
subset: only the glyphs that Swedish reports need, embedded in the page.
"""

from __future__ import annotations

import base64
import hashlib
import io
from functools import cache
from pathlib import Path
from typing import Any

FAMILY = "Samverkan"
FACES = {"Regular": ("400", "normal"), "Bold": ("700", "normal"), "Italic": ("400", "italic")}
_NARROW_WIDTH = 0.17  # of an em, for U+202F and U+2009
_RECIPE = "3"  # raise it when `_make` changes

# Latin with Swedish letters, punctuation, dashes, quotes, true minus
_LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2009, 0x2027), 0x202F, 0x2032, 0x20AC,
          0x2212, 0x2248, 0x2264, 0x2265]
# signs the font lacks, lent by DejaVu Sans
_SIGNS = [0x2190, 0x2192, 0x2194, 0x2197, 0x25B2, 0x25BC, 0x25CF, 0x25CB, 0x2713]


@cache
def face_files() -> dict[str, Path]:
    """The files of the faces, made on first use."""
    import fontpkg_atkinson_hyperlegible
    import matplotlib

    originals = Path(fontpkg_atkinson_hyperlegible.__file__).parent / "files"
    sources = {face: originals / f"AtkinsonHyperlegible-{face}.ttf" for face in FACES}
    content = b"".join(path.read_bytes() for path in sources.values())
    key = hashlib.sha256(content + _RECIPE.encode()).hexdigest()[:16]
    folder = Path(matplotlib.get_cachedir()) / f"samverkan-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    made = {face: folder / f"{FAMILY}-{face}.ttf" for face in FACES}
    for face, path in made.items():
        if not path.is_file():
            _make(sources[face], face, path)
    return made


def _make(source: Path, face: str, target: Path) -> None:
    """Write `source` with a narrow space and a family name of its own, whole or not at all."""
    import os

    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    with TTFont(source, recalcTimestamp=False) as font:
        subsetter = subset.Subsetter(_options())
        subsetter.populate(unicodes=_LATIN)
        subsetter.subset(font)
        width = round(_NARROW_WIDTH * font["head"].unitsPerEm)
        font["glyf"]["narrowspace"] = Glyph()
        font["hmtx"]["narrowspace"] = (width, 0)
        font.setGlyphOrder([*dict.fromkeys([*font.getGlyphOrder(), "narrowspace"])])
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap |= {0x202F: "narrowspace", 0x2009: "narrowspace"}
        names = {1: FAMILY, 2: face, 4: f"{FAMILY} {face}", 6: f"{FAMILY}-{face}"}
        font["name"].names = [record for record in font["name"].names if record.nameID not in
                              (1, 2, 3, 4, 6, 16, 17)]
        for identity, text in names.items():
            font["name"].setName(text, identity, 3, 1, 0x409)
        temporary = target.with_suffix(f".{os.getpid()}")
        font.save(temporary)
    temporary.replace(target)


def use_in_figures() -> list[str]:
    """Make the faces known to matplotlib; returns the families to draw with, best first."""
    from matplotlib import font_manager

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in face_files().values():
        if str(path) not in known:
            font_manager.fontManager.addfont(path)
    return [FAMILY, "DejaVu Sans"]


@cache
def font_css() -> str:
    """`@font-face` rules with the subsets as data URIs; nothing is asked of any server."""
    import matplotlib

    spare = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    rules = [_rule(FAMILY, face_files()[face], _LATIN, *looks) for face, looks in FACES.items()]
    return "\n".join([*rules, _rule(f"{FAMILY} tecken", spare, _SIGNS, "400", "normal")])


def _rule(family: str, file: Path, glyphs: list[int], weight: str, slant: str) -> str:
    data = base64.b64encode(_subset(file, glyphs)).decode("ascii")
    return (f"@font-face{{font-family:'{family}';font-weight:{weight};font-style:{slant};"
            f"src:url(data:font/woff;base64,{data}) format('woff')}}")


def _options(**more: Any) -> Any:
    """What is kept of a font: the named glyphs, kerning and figures of even width; no hints."""
    from fontTools import subset

    drop: list[Any] = ["FFTM", *subset.Options().drop_tables]
    return subset.Options(layout_features=["kern", "liga", "tnum", "lnum"], drop_tables=drop,
                          name_IDs=[1, 2, 4, 6], notdef_outline=True, hinting=False, **more)


def _subset(file: Path, glyphs: list[int]) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = _options(flavor="woff")
    with TTFont(file, recalcTimestamp=False) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=glyphs)
        subsetter.subset(font)
        font.flavor = "woff"
        buffer = io.BytesIO()
        font.save(buffer)
    return buffer.getvalue()
