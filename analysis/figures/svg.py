"""Make matplotlib's SVG half as large without changing what it shows.

Terms
-----
reference: an id that something else in the file points to; all other ids are left out.
"""

from __future__ import annotations

import re

from analysis.figures import labels

_PATH = re.compile(r' d="([^"]*)"')
_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_PLACE = re.compile(r' (x|y|transform)="([^"]*)"')
_LONG = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE = re.compile(r'(?:href="#|url\(#)([^")]+)')
_GLYPH = re.compile(r' transform="translate\(([-\d.]+) 0\)"/>')  # moves a letter along its line
_ID = re.compile(r' id="([^"]*)"')
_HALO = re.compile(r'<g id="halo-(\d+)-([\d.]+)">(?:(?!<g\b).)*?</g>', re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SCALE = re.compile(r"scale\([^)]*\)")


def compact(svg: str) -> str:
    """`svg` with rounded coordinates, short ids and without comments and idle white space.

    Coordinates keep a hundredth of a point; scales keep all their decimals.
    """
    text = _HALO.sub(_halo, _COMMENT.sub("", svg))
    text = _PATH.sub(lambda found: f' d="{_joined(_rounded(found[1]))}"', text)
    text = _PLACE.sub(_place, text)
    text = _GLYPH.sub(lambda found: f' x="{float(found[1]):.1f}"/>', text)
    text = text.replace("xlink:href", "href")
    return re.sub(r">\s+<", "><", _short_ids(text))


def _halo(match: re.Match[str]) -> str:
    """A halo by reference to its name, with a white stroke, instead of all its outlines again."""
    number, size = match[1], float(match[2])
    # the stroke is measured in the units of a glyph: 1/64 of the hundredth part of the font size
    width = labels.HALO / (size / 100 / 64)
    return (f'<use xlink:href="#place-{number}-{match[2]}" stroke="#fff" '
            f'stroke-width="{width:.0f}" stroke-linejoin="round"/>')


def _rounded(numbers: str) -> str:
    short = _LONG.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), numbers)
    return " ".join(short.split())


def _joined(path: str) -> str:
    """Path data where a line that follows a line says so no more: M1 1L2 2L3 3 is M1 1 2 2 3 3."""
    parts, before = [], ""
    for command, numbers in _STEP.findall(path):
        follows = command == "L" and before in ("L", "M")
        parts.append((" " if follows else command) + numbers.strip())
        before = command
    return "".join(parts)


def _place(match: re.Match[str]) -> str:
    if "scale" not in match[2]:
        return f' {match[1]}="{_rounded(match[2])}"'
    scales = _SCALE.findall(match[2])
    kept = iter(scales)
    text = _SCALE.sub(lambda _: next(kept), _rounded(match[2]))
    return f' {match[1]}="{text}"'


def _short_ids(text: str) -> str:
    """References become a0, a1, … in the order they appear; ids nobody refers to go."""
    names = {name: f"a{rank}" for rank, name in enumerate(dict.fromkeys(_REFERENCE.findall(text)))}
    text = _ID.sub(lambda found: f' id="{names[found[1]]}"' if found[1] in names else "", text)
    return _REFERENCE.sub(lambda found: found[0].replace(found[1], names[found[1]]), text)
