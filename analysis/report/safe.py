"""What may lie in a page: a drawing is read as XML, and only what draws is written again.

Terms
-----
drawing: an SVG of shapes, text and clips. One that has a script, a link, a picture from elsewhere
    or anything else that is not known to draw is refused, whoever made it.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from analysis.errors import BuildError
from analysis.report.markdown import plain

_SVG = "{http://www.w3.org/2000/svg}"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SHAPES = _names("""
    svg g defs path text tspan use clipPath rect circle ellipse line polyline polygon image
    linearGradient stop pattern mask title desc""")
_LOOKS = _names("""
    version viewBox width height x y x1 x2 y1 y2 cx cy r rx ry d points transform id style class
    fill fill-opacity fill-rule stroke stroke-width stroke-linejoin stroke-linecap stroke-opacity
    stroke-dasharray stroke-dashoffset stroke-miterlimit opacity paint-order font-family font-size
    font-weight font-style text-anchor clip-path clip-rule mask offset stop-color stop-opacity
    gradientUnits gradientTransform patternUnits patternTransform href preserveAspectRatio space
    dominant-baseline clipPathUnits""")
_OUTSIDE = re.compile(r"url\((?!#)|@import|expression|javascript:", re.IGNORECASE)


def drawing(svg: str, name: str) -> str:
    """The SVG written anew from its known elements; `name` goes before its ids.

    Raises BuildError naming what does not belong in a drawing.

    >>> drawing('<svg xmlns="http://www.w3.org/2000/svg"><g id="a0"/></svg>', "karta")
    '<svg><g id="karta-a0" /></svg>'
    """
    try:
        root = ElementTree.fromstring(plain(svg))
    except ElementTree.ParseError as error:
        raise BuildError(f"figure {name}: its SVG cannot be read ({error})") from None
    for element in root.iter():
        _check(element, name)
    return ElementTree.tostring(root, encoding="unicode")


def _check(element: ElementTree.Element, name: str) -> None:
    """Refuse what does not draw; give ids their prefix and leave the namespace out."""
    kind = str(element.tag).removeprefix(_SVG)
    if kind not in _SHAPES:
        raise BuildError(f"figure {name}: the element {kind!r} has no place in a drawing")
    element.tag = kind
    for key in list(element.attrib):
        value = element.attrib.pop(key)
        short = key.rpartition("}")[2]
        outside = short == "href" and not value.startswith(("#", "data:image/png;base64,"))
        if short not in _LOOKS or outside or _OUTSIDE.search(value):
            raise BuildError(f"figure {name}: {short}={value[:40]!r} has no place in a drawing")
        if short == "id":
            value = f"{name}-{value}"
        elif value.startswith("#") and short == "href":
            value = f"#{name}-{value[1:]}"
        element.attrib[short] = value.replace("url(#", f"url(#{name}-")


# --- the page ------------------------------------------------------------------------------------

_TAGS = _SHAPES | _names("""
    html head meta style body a header div p h1 h2 h3 h4 h5 h6 nav details summary ol ul li main
    section figure figcaption span strong em sup sub code pre br hr table caption thead tbody tr th
    td dl dt dd blockquote footer""")
_ATTRIBUTES = _LOOKS | _names("""
    lang charset name content http-equiv open tabindex role aria-label aria-hidden scope data-label
    """)


class _Reader(HTMLParser):
    """Notes the first thing in a page that is not known."""

    def __init__(self) -> None:
        super().__init__()
        self.known = {tag.lower() for tag in _TAGS}, {name.lower() for name in _ATTRIBUTES}
        self.fault = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element and its attributes."""
        tags, attributes = self.known
        if tag not in tags:
            self.fault = self.fault or f"<{tag}>"
        for name, value in attrs:
            address = (value or "").strip().lower()
            wrong = name == "href" and address.startswith(("javascript:", "data:text", "vbscript:"))
            if name not in attributes or wrong:
                self.fault = self.fault or f"<{tag} {name}={(value or '')[:40]!r}>"


def check_page(html: str) -> None:
    """Raise BuildError when a page holds an element or attribute that no report has.

    >>> check_page("<p>@import i Bergslagen</p>")
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.fault:
        raise BuildError(
            f"the report would hold {reader.fault}, which runs, asks for something "
            "outside itself or is not known; leave it out"
        )
