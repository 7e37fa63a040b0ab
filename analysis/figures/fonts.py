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
import os
from functools import cache
from pathlib import Path
from typing import Any

FAMILY = "Samverkan"
FACES = {"Regular": ("400", "normal"), "Bold": ("700", "normal"), "Italic": ("400", "italic")}
_NARROW_WIDTH = 0.17  # of an em, for U+202F and U+2009
_RECIPE = "4"  # raise it when what is made here changes

# Latin with Swedish letters, punctuation, dashes, quotes, true minus
_LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2009, 0x2027), 0x202F, 0x2032, 0x20AC,
          0x2212, 0x2248, 0x2264, 0x2265]
# what may stand side by side in a figure; other letters are drawn without kerning
_KERNED = [*range(0x21, 0x7F), *map(ord, "ÅÄÖåäöÉéÜü·×–’”…")]
# signs the font lacks, lent by DejaVu Sans
_SIGNS = [0x2190, 0x2192, 0x2194, 0x2197, 0x25B2, 0x25BC, 0x25CF, 0x25CB, 0x2713]


@cache
def face_files() -> dict[str, Path]:
    """The files of the faces for pages, made on first use."""
    return {face: _folder() / f"{FAMILY}-{face}.ttf" for face in FACES}


@cache
def drawing_files() -> dict[str, Path]:
    """The files of the drawing faces, made on first use."""
    return {face: _folder() / f"{FAMILY}-{face}-drawing.ttf" for face in FACES}


@cache
def _folder() -> Path:
    """Where everything made from the installed font is kept; makes what is not there."""
    import fontpkg_atkinson_hyperlegible
    import matplotlib

    originals = Path(fontpkg_atkinson_hyperlegible.__file__).parent / "files"
    sources = {face: originals / f"AtkinsonHyperlegible-{face}.ttf" for face in FACES}
    content = b"".join(path.read_bytes() for path in sources.values())
    key = hashlib.sha256(content + _RECIPE.encode()).hexdigest()[:16]
    folder = Path(matplotlib.get_cachedir()) / f"samverkan-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    for face, source in sources.items():
        made, drawing = (folder / f"{FAMILY}-{face}{use}.ttf" for use in ("", "-drawing"))
        if not made.is_file():
            _make(source, face, made)
        if not drawing.is_file():
            _make_for_drawing(made, drawing)
    return folder


def _make(source: Path, face: str, target: Path) -> None:
    """Write `source` with a narrow space and a family name of its own, whole or not at all."""
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
        _write(font, target)


def _make_for_drawing(source: Path, target: Path) -> None:
    """Write the face `source` with kerning pairs in the place of its OpenType layout."""
    from fontTools.ttLib import TTFont, newTable
    from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

    with TTFont(source, recalcTimestamp=False) as font:
        pairs = KernTable_format_0()
        pairs.version, pairs.coverage, pairs.tupleIndex = 0, 1, None
        pairs.kernTable = _kerning(font)
        font["kern"] = newTable("kern")
        font["kern"].version, font["kern"].kernTables = 0, [pairs]
        for layout in ("GPOS", "GSUB", "GDEF"):
            del font[layout]
        _write(font, target)


def _kerning(font: Any) -> dict[tuple[str, str], int]:
    """How much nearer or farther two glyphs stand, in units of the face, by its layout rules."""
    named = font.getBestCmap()
    glyphs = [named[code] for code in _KERNED if code in named]
    found: dict[tuple[str, str], int] = {}
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for rules in lookup.SubTable:
            for first in set(glyphs) & set(rules.Coverage.glyphs):
                for second, value in _second_glyphs(rules, first, glyphs):
                    found.setdefault((first, second), getattr(value, "XAdvance", 0))
    return {pair: step for pair, step in sorted(found.items()) if step}


def _second_glyphs(rules: Any, first: str, glyphs: list[str]) -> list[tuple[str, Any]]:
    """The glyphs that follow `first` with the places one table of rules gives them."""
    if rules.Format == 1:  # a list of pairs for each first glyph
        pairs = rules.PairSet[rules.Coverage.glyphs.index(first)].PairValueRecord
        return [(pair.SecondGlyph, pair.Value1) for pair in pairs if pair.SecondGlyph in glyphs]
    classes = rules.Class1Record[rules.ClassDef1.classDefs.get(first, 0)].Class2Record
    return [(second, classes[rules.ClassDef2.classDefs.get(second, 0)].Value1)
            for second in glyphs]


def _write(font: Any, target: Path) -> None:
    """Save `font` whole or not at all: another process may be making it, too."""
    temporary = target.with_suffix(f".{os.getpid()}")
    font.save(temporary)
    temporary.replace(target)


@cache
def use_in_figures() -> list[str]:
    """Make the drawing faces known to matplotlib; returns the families to draw with, best first.
    """
    from matplotlib import font_manager

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in drawing_files().values():
        if str(path) not in known:
            font_manager.fontManager.addfont(path)
    return [FAMILY, "DejaVu Sans"]


@cache
def font_css() -> str:
    """`@font-face` rules with the subsets as data URIs; nothing is asked of any server."""
    import matplotlib

    kept = _folder() / f"matplotlib-{matplotlib.__version__}.css"  # whose DejaVu it is
    if not kept.is_file():
        spare = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
        rules = [_rule(FAMILY, face_files()[face], _LATIN, *looks)
                 for face, looks in FACES.items()]
        rules.append(_rule(f"{FAMILY} tecken", spare, _SIGNS, "400", "normal"))
        temporary = kept.with_suffix(f".{os.getpid()}")
        temporary.write_text("\n".join(rules), encoding="ascii")
        temporary.replace(kept)
    return kept.read_text(encoding="ascii")


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
