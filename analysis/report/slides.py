"""Six to eight slides for a council, from the same findings and figures as the report.

Terms
-----
message: the title of a slide; of a figure, its own title. The figure, its source and its numbers
    (in the notes, for who speaks) follow it.
"""

from __future__ import annotations

import io
import textwrap
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis import catalog
from analysis.exhibits import pictures
from analysis.exhibits.model import Drawing, FigureExhibit, TableExhibit
from analysis.figures import style
from analysis.figures.svg import without_words
from analysis.report import front
from analysis.report.compose import Document, Shown
from analysis.report.markdown import parse, plain
from analysis.text import methods

_WIDE, _HIGH = 13.333, 7.5  # inches
_MOST_FIGURES, _A_CHAPTER = 5, 2
_OPENING = "region-map"
_ROWS = 12  # of a table that the notes tell
_FOOT = (0.7, 6.85, 11.9, 0.58)  # inches: where sources stand
_SMALLEST = 8  # points
_LETTER, _LINE = (
    0.6,
    1.2,
)  # of the size: the mean width of a letter of a wide face, the height of a line
_INSIDE = 0.2  # inches: the margins inside a box, left and right together
_DAY = datetime(catalog.SNAPSHOT_DATE.year, catalog.SNAPSHOT_DATE.month, catalog.SNAPSHOT_DATE.day)


def write(document: Document, target: Path) -> None:
    """Write the slides to `target`: the same input gives the same bytes."""
    from pptx import Presentation
    from pptx.util import Inches

    show = Presentation()
    show.slide_width, show.slide_height = Inches(_WIDE), Inches(_HIGH)
    about = show.core_properties
    about.title, about.author = f"{document.region.name}: samverkan", "Samverkan"
    about.language, about.created, about.modified = "sv-SE", _DAY, _DAY
    about.last_modified_by = "Samverkan"
    _opening(show, document)
    if document.findings:
        _listed(
            show,
            "Det viktigaste",
            [_spoken(text) for text in document.findings.items],
            document.findings.evidence,
        )
    for shown, exhibit in chosen(document):
        _figure(show, shown, exhibit)
    _listed(
        show,
        "Så säkert är underlaget",
        [f"{part}: {sure}" for part, _, sure in methods.CERTAINTY[:4]],
        "Hela underlaget, källor och metoder finns i rapporten.",
    )
    buffer = io.BytesIO()
    show.save(buffer)
    target.write_bytes(_undated(buffer.getvalue()))


def chosen(document: Document) -> list[tuple[Shown, FigureExhibit]]:
    """The figures that are shown: the first of each chapter that are no taller than wide.

    The map on the first slide is not shown again.
    """
    found: list[tuple[Shown, FigureExhibit]] = []
    for chapter in document.report:
        figures = [
            (block, block.exhibit)
            for block in chapter.blocks
            if isinstance(block, Shown)
            and isinstance(block.exhibit, FigureExhibit)
            and block.exhibit.id != _OPENING
            and _is_low(block.exhibit.wide)
        ]
        found += figures[:_A_CHAPTER]
    return found[:_MOST_FIGURES]


def _is_low(drawing: Drawing) -> bool:
    return drawing.height - drawing.head - drawing.foot <= drawing.width


def _spoken(text: str) -> str:
    """A finding without its marks."""
    return " ".join(node.words for node in parse(text, "findings", said=True))


def _opening(show: Any, document: Document) -> None:
    found = document.findings
    title = found.title if found and found.title else document.region.name
    slide = _slide(show, title, size=36, top=1.6)
    lines = [
        front.KICKER,
        *(
            line.text
            for part in document.parts(appendix=False)[:1]
            for line in front.front(document, part).lines
        ),
    ]
    _text(slide, lines, (0.7, 3.9, 8.0, 2.6), size=16)
    cover = front.cover_map(document.region)
    picture = pictures.png(Drawing(cover.svg, 400, 360), cover.alt, dpi=220)
    _picture(slide, picture, cover.alt, (9.2, 1.6, 3.5, 4.6))
    _text(slide, [cover.source], _FOOT, size=11)
    _notes(slide, lines)


def _listed(show: Any, title: str, lines: list[str], foot: str) -> None:
    slide = _slide(show, title)
    _text(slide, lines, (0.9, 1.6, 11.4, 4.9), size=20, bullets=True)
    _text(slide, [foot], _FOOT, size=12)
    _notes(slide, lines)


def _figure(show: Any, shown: Shown, exhibit: FigureExhibit) -> None:
    slide = _slide(show, exhibit.title)
    if exhibit.subtitle:
        _text(slide, [exhibit.subtitle], (0.7, 1.15, 11.9, 0.4), size=14)
    wide = exhibit.wide
    body = Drawing(without_words(wide.svg, wide.head, wide.foot), wide.width, wide.height)
    _picture(slide, pictures.png(body, exhibit.title, dpi=220), exhibit.alt, (0.7, 1.6, 11.9, 5.1))
    source = front.source_text(shown)
    modelled = "Modellskattning. " if exhibit.kind == "modelled" else ""
    _text(slide, [modelled + source], _FOOT, size=11)
    _notes(slide, [exhibit.alt, exhibit.note, *_numbers(exhibit.table), source])


def _numbers(table: TableExhibit | None) -> Iterator[str]:
    """The rows of the table behind a figure, a line each."""
    for row in table.rows[:_ROWS] if table else ():
        assert table is not None
        first, *rest = (form.show(value) for form, value in zip(table.columns, row, strict=True))
        named = zip(table.columns[1:], rest, strict=True)
        yield f"{first}: " + "; ".join(f"{form.heading} {value}" for form, value in named)


def _slide(show: Any, title: str, *, size: int = 28, top: float = 0.35) -> Any:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches, Pt

    slide = show.slides.add_slide(show.slide_layouts[5])  # a title alone
    shape = slide.shapes.title
    shape.left, shape.top = Inches(0.7), Inches(top)
    wide, high = (8.2, 2.2) if size > 30 else (11.9, 0.9)
    shape.width, shape.height = Inches(wide), Inches(high)
    shape.text_frame.text = plain(title)
    shape.text_frame.word_wrap = True
    _dress(
        shape.text_frame,
        fitting([title], wide, high, size),
        bold=True,
        colour=RGBColor.from_string(style.ACCENT[1:].upper()),
    )
    line = slide.shapes.add_shape(1, Inches(0), Inches(0), Inches(_WIDE), Pt(8))
    line.fill.solid()
    line.fill.fore_color.rgb = RGBColor.from_string(style.ACCENT[1:].upper())
    line.line.fill.background()
    line._element._nvXxPr.cNvPr.set("descr", "")
    return slide


def _text(
    slide: Any,
    lines: list[str],
    box: tuple[float, float, float, float],
    *,
    size: int,
    bullets: bool = False,
) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches, Pt

    shape = slide.shapes.add_textbox(*(Inches(part) for part in box))
    frame = shape.text_frame
    frame.word_wrap = True
    said = [plain(f"\u2022 {line}" if bullets else line) for line in lines if line]
    frame.text = "\n".join(said)
    after = 10 if bullets else 3
    high = box[3] - after * len(said) / 72
    _dress(
        frame, fitting(said, box[2], high, size), colour=RGBColor.from_string(style.INK[1:].upper())
    )
    for paragraph in frame.paragraphs:
        paragraph.space_after = Pt(after)


def fitting(lines: Sequence[str], wide: float, high: float, largest: int) -> int:
    """The largest type (points) in which paragraphs fit a box of `wide` by `high` inches.

    >>> fitting(["Nora växer"], 11.9, 0.9, 28), fitting(["Nora växer, " * 20], 11.9, 0.9, 28)
    (28, 16)
    """
    for size in range(largest, _SMALLEST, -1):
        letters = max(int((wide - _INSIDE) * 72 / (_LETTER * size)), 1)
        rows = sum(_rows(line, letters) for line in lines)
        if rows * size * _LINE / 72 + _INSIDE / 2 <= high:
            return size
    return _SMALLEST


def _rows(line: str, letters: int) -> int:
    """Rows of a paragraph; a word that is longer than one begins a row of its own."""
    long = any(len(word) > letters for word in line.split())
    return max(len(textwrap.wrap(line, letters)), 1) + long


def _dress(frame: Any, size: int, *, colour: Any, bold: bool = False) -> None:
    """Type, size and language of all that a frame says."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        for run in paragraph.runs:
            run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, colour
            run._r.get_or_add_rPr().set("lang", "sv-SE")


def _picture(slide: Any, png: bytes, alt: str, box: tuple[float, float, float, float]) -> None:
    """A picture as large as fits the box, in its middle, with its alt text."""
    from pptx.util import Inches

    left, top, width, height = box
    shape = slide.shapes.add_picture(io.BytesIO(png), Inches(left), Inches(top))
    scale = min(Inches(width) / shape.width, Inches(height) / shape.height)
    shape.width, shape.height = round(shape.width * scale), round(shape.height * scale)
    shape.left = Inches(left) + (Inches(width) - shape.width) // 2
    shape.top = Inches(top) + (Inches(height) - shape.height) // 2
    shape._element._nvXxPr.cNvPr.set("descr", plain(alt))


def _notes(slide: Any, lines: list[str]) -> None:
    slide.notes_slide.notes_text_frame.text = "\n".join(plain(line) for line in lines if line)


def _undated(raw: bytes) -> bytes:
    """The file with one date for all that is packed in it."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as given,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in given.namelist():
            made.writestr(
                zipfile.ZipInfo(name, _DAY.timetuple()[:6]),
                given.read(name),
                compress_type=zipfile.ZIP_DEFLATED,
            )
    return target.getvalue()
