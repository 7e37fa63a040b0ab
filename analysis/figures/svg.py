"""Make matplotlib's SVG a fifth as large without changing what it shows.

Terms
-----
reference: an id that something else in the file points to; all other ids are left out.
outline: a path of straight lines with many corners, such as a shore: its corners are rounded to a
    tenth of a point, and one that comes again elsewhere (small maps) is written once.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from analysis.figures import labels

_SPACE = "http://www.w3.org/2000/svg"
_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_TURN = re.compile(r"rotate\(-?0 [^)]*\)")
_SCALE = re.compile(r"(scale\([^)]*\))")
_REFERENCE = re.compile(r"(url\(#|^#)([^)]+)")
_FADED = re.compile(r"(^|;)opacity:")  # of a group it is not that of each in it; of a fill it is
_REFERRING = ("href", "clip-path", "style")
_WORDS = re.compile(r'<g id="words-\d+">(?:(?!<g\b).)*?</g>', re.DOTALL)
_MANY = 20  # corners of an outline
_LONG = 200  # letters of an outline that is worth to be written once
# a name's halo is a white stroke under its own letters, not all their outlines again
_HALO = {
    "paint-order": "stroke",
    "stroke": "#fff",
    "stroke-width": str(labels.HALO),
    "stroke-linejoin": "round",
}


def compact(svg: str) -> str:
    """`svg` with rounded coordinates, short ids and without comments and idle elements.

    The look that matplotlib sets for all elements stands on the root: the SVG may lie inside a
    page.

    >>> path = '<path d="M 1.2345 2 L 2.5 2 z"/>'
    >>> '"M1.23 2l1.27 0z"' in compact(f'<svg xmlns="http://www.w3.org/2000/svg">{path}</svg>')
    True
    """
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        _plain(element)
    _look_on_root(root)
    _unwrap(root)
    _write_once(root)
    _short_ids(root)
    root.set("xmlns", _SPACE)
    return ElementTree.tostring(root, encoding="unicode")


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


# --- elements -------------------------------------------------------------------------------------


def _plain(element: Element) -> None:
    """Names without namespaces, short numbers and looks, no idle white space."""
    element.tag = str(element.tag).rpartition("}")[2]
    if element.tag != "text":
        element.text = None
    element.tail = None
    found = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
    element.attrib.clear()
    for key, value in found.items():
        if key == "d":
            value = _path(value)
        elif key == "transform":
            value = _moved(value)
        elif key in ("x", "y", "width", "height"):
            value = _short(value)
        elif key == "style":
            value = value.replace("; ", ";").replace(": ", ":")
        if value:
            element.set(key, value)


def _look_on_root(root: Element) -> None:
    """What holds for all: joins and ends of lines, and the family that the texts share."""
    texts = [element for element in root.iter("text") if "font-family" in element.get("style", "")]
    family = re.compile(r";?font-family:([^;]*)")
    shared = next((family.search(text.get("style", "")) for text in texts), None)
    if shared is not None:
        root.set("font-family", shared[1])
        for text in texts:
            text.set("style", text.get("style", "").replace(shared[0], ""))
    root.set("stroke-linejoin", "round")
    root.set("stroke-linecap", "butt")


def _unwrap(element: Element) -> None:
    """Leave out what draws nothing, and groups that say nothing; give each name its halo."""
    kept: list[Element] = []
    for child in element:
        name = child.get("id", "")
        if child.tag in ("metadata", "style"):
            continue
        _unwrap(child)
        if name.startswith("place-"):
            child.attrib.pop("id")
            child.attrib |= _HALO
        idle = child.tag == "g" and not (set(child.attrib) - {"id"} or name.startswith("words-"))
        kept += child if idle else [child] if len(child) or child.tag not in ("g", "defs") else []
    element[:] = kept
    looks = {child.get("style", "") for child in kept}
    if element.tag == "g" and len(kept) > 1 and len(looks) == 1 and not _FADED.search(min(looks)):
        for child in kept:  # dots of one look say so together
            child.attrib.pop("style", "")
        if min(looks):
            element.set("style", min(looks))


def _write_once(root: Element) -> None:
    """Long outlines that come again are written where they come first, and used elsewhere."""
    paths = [path for path in root.iter("path") if len(path.get("d", "")) > _LONG]
    counts = Counter(_outline(path)[1] for path in paths)
    names: dict[str, str] = {}
    for path in paths:
        (x, y), outline = _outline(path)
        if counts[outline] < 2 or "id" in path.attrib:
            continue
        look = {key: value for key, value in path.attrib.items() if key != "d"}
        if outline not in names:
            names[outline] = f"outline-{len(names)}"
            shape = Element("path", {"id": names[outline], "d": f"M0 0{outline}"})
            root.insert(0, _inside("defs", shape))
        use = Element("use", {"href": f"#{names[outline]}", "x": x, "y": y})
        path.tag, path.attrib = "g", look
        path.append(use)


def _inside(tag: str, child: Element) -> Element:
    around = Element(tag)
    around.append(child)
    return around


def _outline(path: Element) -> tuple[tuple[str, str], str]:
    """Where a short path begins, and the rest, which is relative to it."""
    start = re.match(r"M(\S+) ([\d.-]+)", path.get("d", ""))
    assert start is not None, "_path writes it"
    return (start[1], start[2]), path.get("d", "")[start.end() :]


def _short_ids(root: Element) -> None:
    """References become a0, a1, … in the order they appear; ids nobody refers to go."""
    names: dict[str, str] = {}
    for element in root.iter():
        for key in _REFERRING:
            if key in element.attrib:
                value = element.attrib[key]
                element.set(key, _REFERENCE.sub(lambda found: _named(found, names), value))
    for element in root.iter():
        name = element.attrib.pop("id", "")
        if name in names or name.startswith("words-"):
            element.set("id", names.get(name, name))


def _named(reference: re.Match[str], names: dict[str, str]) -> str:
    name = names.setdefault(reference[2], f"a{len(names)}")
    return f"{reference[1]}{name}"


# --- numbers --------------------------------------------------------------------------------------


def _short(numbers: str) -> str:
    """Numbers with two decimals at most."""
    return _NUMBER.sub(lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), numbers)


def _moved(transform: str) -> str:
    """A transform with short numbers; scales keep all their decimals, no turn is left out."""
    parts = _SCALE.split(_TURN.sub("", transform))
    return "".join(part if part.startswith("scale") else _short(part) for part in parts).strip()


def _path(data: str) -> str:
    """Path data relative to its beginning, so that the same shape elsewhere reads the same.

    >>> _path("M 10 10 L 11.5 10 L 11.5 9.5 z M 20 10 L 21 10")
    'M10 10l1.5 0 0-.5zm10 0l1 0'
    """
    tokens = data.split()
    if not tokens or tokens[0] != "M":
        return " ".join(tokens)
    x0, y0 = float(tokens[1]), float(tokens[2])
    fine = 10 if len(tokens) > 3 * _MANY and "C" not in tokens and "Q" not in tokens else 100
    parts = [f"M{_short(f'{x0:.6f}')} {_short(f'{y0:.6f}')}"]
    here = start = (0, 0)
    place, command, before = 3, "", "M"
    while place < len(tokens):
        if tokens[place].isalpha():
            command = tokens[place]
            place += 1
        if command in "zZ":
            parts.append("z")
            here, before, command = start, "z", ""
            continue
        count = _CORNERS[command]
        corners = [
            (round((float(tokens[at]) - x0) * fine), round((float(tokens[at + 1]) - y0) * fine))
            for at in range(place, place + 2 * count, 2)
        ]
        place += 2 * count
        steps = [number for x, y in corners for number in (x - here[0], y - here[1])]
        parts.append(_joined("" if command == before else command.lower(), steps, fine))
        here, before = corners[-1], command
        if command == "M":
            start = here
    return "".join(parts)


_CORNERS = {"M": 1, "L": 1, "Q": 2, "C": 3}


def _joined(command: str, steps: list[int], fine: int) -> str:
    """Numbers with no more between them than it takes to tell them apart."""
    text, before = command, "" if command else "0"
    for step in steps:
        word = _decimal(step, fine)
        clear = not before or word[0] == "-" or (word[0] == "." and "." in before)
        text += word if clear else f" {word}"
        before = word
    return text


@cache
def _decimal(units: int, fine: int) -> str:
    text = f"{units / fine:.2f}".rstrip("0").rstrip(".")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text or "0"
