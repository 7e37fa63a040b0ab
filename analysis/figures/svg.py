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
_ID = re.compile(r' id="([^"]*)"')
_HALO = re.compile(r'<g id="halo-[^"]*">(?:(?!<g\b).)*?</g>', re.DOTALL)
_PLACE_NAME = re.compile(r'<g id="place-[^"]*">')
_WORDS = re.compile(r'<g id="words-\d+">(?:(?!<g\b).)*?</g>', re.DOTALL)
_IDLE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>", re.DOTALL)
_STYLE = re.compile(r"<defs>\s*<style[^>]*>(.*?)</style>\s*</defs>", re.DOTALL)
_FAMILY = re.compile(r"; font-family: ('[^;\"]*')(?=[;\"])")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SCALE = re.compile(r"scale\([^)]*\)")


def compact(svg: str) -> str:
    """`svg` with rounded coordinates, short ids and without comments and idle white space.

    Coordinates keep a hundredth of a point; scales keep all their decimals. The look that
    matplotlib sets for all elements stands on the root: the SVG may lie inside a page.
    """
    text = _COMMENT.sub("", _IDLE.sub("", svg))
    text = _look_on_root(_PLACE_NAME.sub(_OUTLINED, _HALO.sub("", text)))
    text = _PATH.sub(lambda found: f' d="{_joined(_rounded(found[1]))}"', text)
    text = _PLACE.sub(_place, text)
    text = text.replace("xlink:href", "href")
    return re.sub(r">\s+<", "><", _short_ids(text)).strip()


# a name's halo is a white stroke under its own letters, not all their outlines again
_OUTLINED = (
    f'<g paint-order="stroke" stroke="#fff" stroke-width="{labels.HALO}" stroke-linejoin="round">'
)


def _look_on_root(text: str) -> str:
    families = _FAMILY.findall(text)
    looks = 'stroke-linejoin="round" stroke-linecap="butt"' if _STYLE.search(text) else ""
    text = _STYLE.sub("", text)
    if families:  # the one that all texts share
        looks += f' font-family="{families[0]}"'
        text = text.replace(f"; font-family: {families[0]}", "")
    return text.replace("<svg ", f"<svg {looks} ".replace("  ", " "), 1) if looks else text


def without_words(svg: str, head: float, foot: float) -> str:
    """A compact figure without its title and source, cropped to what is drawn (points).

    A report prints them as text beside it.
    """
    text = _WORDS.sub("", svg)
    start, end = text.index("<svg"), text.index(">", text.index("<svg"))
    tag = text[start:end]
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', tag)
    assert box is not None, "matplotlib writes it"
    width, height = float(box[1]), float(box[2]) - head - foot
    tag = tag.replace(box[0], f'viewBox="0 {head:g} {width:g} {height:g}"')
    tag = re.sub(r' (width|height)="[^"]*"', "", tag)
    return text[:start] + tag + text[end:]


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
    names |= {name: name for name in _ID.findall(text) if name.startswith("words-")}
    text = _ID.sub(lambda found: f' id="{names[found[1]]}"' if found[1] in names else "", text)
    return _REFERENCE.sub(lambda found: found[0].replace(found[1], names[found[1]]), text)
