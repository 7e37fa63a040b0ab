"""The report's type: Source Sans Pro as it is installed; a few signs are lent by DejaVu Sans.

Terms
-----
face: one style of a family, in a file of its own. Source Sans has a plain zero, figures of one
    width, a true minus and the narrow no-break space that Swedish numbers need, so nothing is made
    from it: pages, figures and slides use the files of its Python package.
subset: only the glyphs that Swedish reports need, embedded in a page.
"""

from __future__ import annotations

import base64
import hashlib
import io
from functools import cache
from pathlib import Path

from analysis import whole

FAMILY, SIGNS = "Source Sans Pro", "DejaVu Sans"
_FACES = {
    "Regular": ("400", "normal"),
    "Bold": ("700", "normal"),
    "It": ("400", "italic"),
    "BoldIt": ("700", "italic"),
}  # of each file: weight and slant

# Latin with Swedish letters, punctuation, dashes, quotes, true minus, arrows, triangles
_LATIN = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2009, 0x2027),
    0x202F,
    0x2032,
    0x20AC,
    0x2212,
    0x2248,
    0x2264,
    0x2265,
    0x2190,
    0x2192,
    0x25B2,
    0x25BC,
    0x2713,
]
_LENT = [0x2194, 0x2197, 0x25CF, 0x25CB]  # signs that Source Sans lacks


@cache
def files() -> tuple[Path, ...]:
    """The font files of a report: the faces of `FAMILY`, then `SIGNS`.

    >>> [path.name for path in files()][::4]
    ['SourceSansPro-Regular.ttf', 'DejaVuSans.ttf']
    """
    import font_source_sans_pro
    import matplotlib

    folder = Path(font_source_sans_pro.__file__).parent / "files"
    spare = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return (*(folder / f"SourceSansPro-{face}.ttf" for face in _FACES), spare)


def folders() -> list[str]:
    """The folders of the font files."""
    return [str(folder) for folder in dict.fromkeys(path.parent for path in files())]


@cache
def use_in_figures() -> list[str]:
    """Make the faces known to matplotlib; returns the families to draw with, best first."""
    from matplotlib import font_manager

    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in files():
        if str(path) not in known:
            font_manager.fontManager.addfont(path)
    return [FAMILY, SIGNS]


@cache
def font_css() -> str:
    """`@font-face` rules with the subsets as data URIs; nothing is asked of any server.

    Cutting takes a second, so the rules are kept in matplotlib's cache.
    """
    import matplotlib

    content = b"".join(path.read_bytes() for path in (*files(), Path(__file__)))
    key = hashlib.sha256(content).hexdigest()[:16]
    kept = Path(matplotlib.get_cachedir()) / f"samverkan-{key}.css"
    if not kept.is_file():
        *faces, spare = files()
        rules = [
            _rule(FAMILY, path, _LATIN, *looks)
            for path, looks in zip(faces, _FACES.values(), strict=True)
        ]
        rules.append(_rule(SIGNS, spare, _LENT, "400", "normal"))
        whole.write(kept, "\n".join(rules))  # another process may be at it, too
    return kept.read_text(encoding="ascii")


def upright_css() -> str:
    """The rules of the faces that stand upright: figures have no others."""
    return "\n".join(rule for rule in font_css().splitlines() if "font-style:normal" in rule)


def _rule(family: str, file: Path, glyphs: list[int], weight: str, slant: str) -> str:
    data = base64.b64encode(_subset(file, glyphs)).decode("ascii")
    return (
        f"@font-face{{font-family:'{family}';font-weight:{weight};font-style:{slant};"
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
    )


def _subset(file: Path, glyphs: list[int]) -> bytes:
    """A face with the named glyphs and kerning alone, for the web; no hints."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(
        layout_features=["kern", "mark", "ccmp"],
        hinting=False,
        flavor="woff2",
        notdef_outline=True,
        name_IDs=[1, 2, 4, 6],
        drop_tables=["FFTM", *subset.Options().drop_tables],
    )
    with TTFont(file, recalcTimestamp=False) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=glyphs)
        subsetter.subset(font)
        font.flavor = "woff2"
        buffer = io.BytesIO()
        font.save(buffer)
    return buffer.getvalue()
