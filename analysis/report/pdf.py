"""The page as tagged PDF/UA-1, with the figures as vectors and scopes on header cells.

Terms
-----
placeholder: a small picture with a figure's number in its first pixels. WeasyPrint lays it out and
tags it; then the figure's own PDF drawing takes its place. That is ten times faster than having
WeasyPrint draw the SVG, and the text in the figures stays text.
"""

from __future__ import annotations

import base64
import io
import os
import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Any

from analysis import catalog
from analysis.errors import BuildError

_MARK = b"SV"  # the first pixels of a placeholder, before the figure's number


def placeholder(exhibit: dict[str, Any]) -> str:
    """Data URI of a grey PNG, one pixel a point, that carries the number of the figure."""
    width, height = _body(exhibit)
    columns, rows = round(width), round(height)
    first = (_MARK + struct.pack(">H", exhibit["number"])).ljust(columns, b"\x80")
    pixels = b"\0" + first + (b"\0" + b"\x80" * columns) * (rows - 1)
    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    png = (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)
           + _chunk(b"IDAT", zlib.compress(pixels, 9)) + _chunk(b"IEND", b""))
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return (struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", zlib.crc32(kind + data)))


def _body(exhibit: dict[str, Any]) -> tuple[float, float]:
    """Width and height in points of the drawing without title and source."""
    width, height = exhibit["size"]
    return width, height - sum(exhibit["crop"])


def render(html: str, figures: list[dict[str, Any]], identifier: str) -> bytes:
    """The page `html` as PDF/UA-1, dated with the data.

    `figures` are the exhibits whose placeholders stand in the page. Raises BuildError when the
    page asks for anything outside itself or a placeholder was not replaced.
    """
    import pikepdf
    from weasyprint import HTML

    stamp = f'<meta name="dcterms.created" content="{catalog.SNAPSHOT_DATE:%Y-%m-%d}">'
    html = html.replace("</title>", f"</title>{stamp}", 1)
    with _fixed_time():
        raw = HTML(string=html, url_fetcher=_fetcher()).write_pdf(
            pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode(), srgb=True)
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(raw)) as document:
        put_figures(document, figures)
        add_header_scopes(document)
        document.save(target, deterministic_id=True,
                      object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return target.getvalue()


@contextmanager
def _fixed_time() -> Iterator[None]:
    """Let fonts that are subset inside carry the date of the data: same input, same bytes."""
    name, midnight = "SOURCE_DATE_EPOCH", datetime.combine(catalog.SNAPSHOT_DATE, time(), UTC)
    before = os.environ.get(name)
    os.environ[name] = str(int(midnight.timestamp()))
    try:
        yield
    finally:
        os.environ.pop(name) if before is None else os.environ.update({name: before})


def _fetcher() -> Any:
    """The page carries all it needs; anything else would be a leak and a hang."""
    from weasyprint.urls import URLFetcher

    class Embedded(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                raise BuildError(f"the report asks for {url!r}; embed it as a data URI")
            return super().fetch(url, headers)

    return Embedded(allowed_protocols=["data"])


def put_figures(document: Any, figures: list[dict[str, Any]]) -> None:
    """Put each figure's vector drawing in the place of its placeholder, cropped to the drawing."""
    waiting = {exhibit["number"]: exhibit for exhibit in figures}
    forms: dict[int, Any] = {}
    for page in document.pages:
        objects = page.obj.get("/Resources", {}).get("/XObject", {})
        for name in list(objects.keys()):
            number = _number(objects[name])
            if number is not None:
                if number not in forms:
                    forms[number] = _form(document, waiting.pop(number))
                objects[name] = forms[number]
    if waiting:
        titles = ", ".join(exhibit["title"] for exhibit in waiting.values())
        raise BuildError(f"figures without a place in the PDF: {titles}")


def _number(image: Any) -> int | None:
    """The figure number of a placeholder, or None for any other object."""
    if str(image.get("/Subtype", "")) != "/Image":
        return None
    pixels = bytes(image.read_bytes()[:4])
    return struct.unpack(">H", pixels[2:])[0] if pixels.startswith(_MARK) else None


def _form(document: Any, exhibit: dict[str, Any]) -> Any:
    """The figure as a form that fills the unit square, as an image would."""
    import pikepdf

    width, height = _body(exhibit)
    foot = exhibit["crop"][1]
    with pikepdf.open(io.BytesIO(base64.b64decode(exhibit["pdf"]))) as drawing:
        form = document.copy_foreign(drawing.pages[0].as_form_xobject())
    form.write(_rounded(form.read_bytes()))
    form.BBox = pikepdf.Array([0, foot, width, foot + height])
    form.Matrix = pikepdf.Array([1 / width, 0, 0, 1 / height, 0, -foot / height])
    return form


def _rounded(content: bytes) -> bytes:
    """Path coordinates to a hundredth of a point: most of a drawing is its coordinates."""
    def shorter(line: re.Match[bytes]) -> bytes:
        return _LONG.sub(lambda number: b"%.2f" % float(number[0]), line[0])

    return _PATH.sub(shorter, content)


_PATH = re.compile(rb"^[-\d. ]+ [mlc]$", re.MULTILINE)
_LONG = re.compile(rb"-?\d+\.\d{3,}")


def add_header_scopes(document: Any) -> None:
    """/Scope on every table header cell (PDF/UA-1, 7.5), which WeasyPrint does not write.

    Headers inside THead head their columns, all others their rows.
    """
    import pikepdf

    stack = [(document.Root.StructTreeRoot, False)]
    while stack:
        element, in_head = stack.pop()
        kind = str(element.get("/S", ""))
        in_head = in_head or kind == "/THead"
        if kind == "/TH":
            scope = pikepdf.Name("/Column" if in_head else "/Row")
            element["/A"] = pikepdf.Dictionary(O=pikepdf.Name("/Table"), Scope=scope)
        children = element.get("/K")
        if children is None:
            continue
        for child in children if isinstance(children, pikepdf.Array) else [children]:
            if isinstance(child, pikepdf.Dictionary):
                stack.append((child, in_head))
