"""A part of a document as PDF/UA-1, set by Typst: figures as vectors, text as text.

Terms
-----
given: all that the template prints, as values. Typst never reads a text of a chapter as code, so a
    region called `#panic()` is printed as such.
turned: a table that is wider than an upright page and stands on a page laid on its side; one that
    is wider than that is split by columns. Nothing is cut.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, time
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, TypeGuard

from analysis import catalog
from analysis.exhibits.model import FigureExhibit, FindingsExhibit, TableExhibit, TilesExhibit
from analysis.figures import fonts
from analysis.figures.svg import without_words
from analysis.report import front, markdown, setting
from analysis.report.compose import SUMMARY, Block, Chapter, Document, Part, Prose, Shown
from analysis.tables import Format

TEMPLATE = Path(__file__).parent / "templates" / "pdf" / "report.typ"
UPRIGHT, TURNED = 462.0, 708.0  # points: the width of the text on an A4 page, upright or turned
_TALL = 725.0  # points: its height, upright
_HEAD, _LINE, _LETTERS = 75.0, 10.5, 100  # points above a figure, of a line below it, and its most
_SIZES = (8.8, 7.8, 7.0)  # points, largest first
_LETTER = 0.54  # of the size: the mean width of a letter
_BOLD = 1.12  # of that: a letter of a heading, and the wide ones of a short word
_WIDE = 1.2  # of that: a letter of a short word with wide ones
_BESIDE = 8.5  # points: what a cell has beside its text
_WORD = 14  # letters: a longer word may be hyphenated
_HEADING = 14  # letters of a heading beyond which width is no wish
_SHORT = 24  # lines: a table that is kept on one page
# how often the pages of a part are tried: an appendix takes long to set, a brief is two pages
_ROUNDS = {"report": 24, "appendix": 6}
_MIDNIGHT = datetime.combine(catalog.SNAPSHOT_DATE, time(), UTC)


def pdf(document: Document, part: Part) -> bytes:
    """The bytes of a part as PDF/UA-1, dated with the data: same input, same bytes.

    Raises BuildError with what Typst refuses, such as a picture without alt text.
    """
    given = given_of(document, part)
    figures = [v for c in given["chapters"] for v in c["blocks"] if v["is"] == "figure"]
    job = {
        "template": str(TEMPLATE),
        "given": json.dumps(given, ensure_ascii=False),
        "fonts": fonts.folders(),
        "drawings": {value["place"]: value["height"] for value in figures},
        "rounds": _ROUNDS.get(part.name, 0),
        "timestamp": _MIDNIGHT.isoformat(),
    }
    return with_row_headers(setting.pdf(job, part.name))


def given_of(document: Document, part: Part) -> dict[str, Any]:
    """What the template prints."""
    page = front.front(document, part)
    chapters: list[dict[str, Any]] = [
        {"breaks": place > 0 and not chapter.joined, "blocks": _under_headings(_chapter(chapter))}
        for place, chapter in enumerate((*part.chapters, *front.closing(document, part)))
    ]
    for place, value in enumerate(value for chapter in chapters for value in chapter["blocks"]):
        value["place"] = place
    return {
        "title": page.title,
        "keywords": list(document.region.member_names)[:40],
        "fonts": [fonts.FAMILY, fonts.SIGNS],
        "running": page.running,
        "kicker": page.kicker,
        "headline": page.headline,
        "lines": [
            {"text": line.text, "size": 9.5 if line.quiet else 11.5, "quiet": line.quiet}
            for line in page.lines
        ],
        "map": page.map
        and {"svg": page.map.svg, "alt": page.map.alt, "width": 154, "source": page.map.source},
        "contents": {"report": "after", "appendix": "first"}.get(part.name, "none"),
        "other": part.other and {"address": f"{part.other}.pdf", "title": front.TITLES[part.other]},
        "chapters": chapters,
        "last": front.last_lines(document, part),
    }


def _chapter(chapter: Chapter) -> Iterator[dict[str, Any]]:
    """The blocks of a chapter; on page one the numbers stand beside the map that follows them."""
    blocks = iter(chapter.blocks)
    for block in blocks:
        if not (chapter.name == SUMMARY and _shows(block, TilesExhibit)):
            yield from _values(block)
            continue
        beside = next(blocks, None)
        if _shows(beside, FigureExhibit):
            yield _opening(block, beside)
        else:
            yield from chain(_values(block), _values(beside) if beside else ())


def _under_headings(values: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks, where a table with a page of its own takes the heading above it to that page."""
    found = [value for value in values if value.get("nodes", True)]  # a text may say nothing
    for before, value in pairwise(found):
        nodes = before["nodes"] if before["is"] == "prose" else []
        heads = [place for place, node in enumerate(nodes) if node["kind"] == "h"]
        if value.get("page") and heads:
            nodes.insert(heads[-1], asdict(markdown.Node("page")))
            value["under"] = True
    return found


def _shows(block: Block | None, kind: type) -> TypeGuard[Shown]:
    return isinstance(block, Shown) and isinstance(block.exhibit, kind)


def _opening(numbers: Shown, figure: Shown) -> dict[str, Any]:
    """The map of page one and the numbers beside it, with their sources in one line."""
    (picture,), (tiles,) = _values(figure), _values(numbers)
    both = replace(numbers, cited=tuple(dict.fromkeys((*figure.cited, *numbers.cited))))
    return {
        "is": "opening",
        "numbers": tiles,
        "figure": {**picture, "source": front.source_text(both)},
    }


def _values(block: Block) -> Iterator[dict[str, Any]]:
    if isinstance(block, Prose):
        yield {"is": "prose", "nodes": [asdict(node) for node in block.nodes]}
        return
    exhibit = block.exhibit
    if isinstance(exhibit, FigureExhibit):
        yield _figure(block, exhibit)
    elif isinstance(exhibit, TableExhibit):
        yield from _tables(block, exhibit)
    elif isinstance(exhibit, FindingsExhibit):
        yield {"is": "findings", "items": [_sentence(text) for text in exhibit.items]}
    elif isinstance(exhibit, TilesExhibit):
        yield {
            "is": "tiles",
            "items": [asdict(tile) for tile in exhibit.items],
            "source": front.source_text(block),
        }


def _sentence(text: str) -> list[dict[str, Any]]:
    return [asdict(node) for node in markdown.parse(text, "findings", said=True)]


def _about(block: Shown, exhibit: FigureExhibit | TableExhibit) -> dict[str, Any]:
    return {
        "number": block.number,
        "title": exhibit.title,
        "subtitle": exhibit.subtitle,
        "kind": exhibit.kind,
        "source": front.source_text(block),
    }


def _figure(block: Shown, exhibit: FigureExhibit) -> dict[str, Any]:
    wide = exhibit.wide
    small = exhibit.narrow or wide
    about = _about(block, exhibit)
    height = wide.height - wide.head - wide.foot
    lines = sum(-(-len(text) // _LETTERS) for text in (exhibit.note, about["source"]))
    room = max(_TALL - _HEAD - _LINE * lines, _TALL / 4)  # words stand beside it on its page
    scale = min(1.0, UPRIGHT / wide.width, room / height)
    return {
        "is": "figure",
        **about,
        "alt": exhibit.alt,
        "width": scale * wide.width,
        "height": scale * height,
        "notes": [exhibit.note] if exhibit.note else [],
        "svg": without_words(wide.svg, wide.head, wide.foot),
        "small": without_words(small.svg, small.head, small.foot),
    }


# --- tables --------------------------------------------------------------------------------------


def _tables(block: Shown, exhibit: TableExhibit) -> Iterator[dict[str, Any]]:
    """A table as it fits: upright, smaller, turned, or split by columns."""
    for size, width, turned in (
        *((size, UPRIGHT, False) for size in _SIZES),
        (_SIZES[1], TURNED, True),
    ):
        if _least_width(exhibit, size) <= width:
            yield _table(block, exhibit, size, turned)
            return
    parts = list(_split(exhibit))
    for number, part in enumerate(parts, start=1):
        titled = replace(part, title=f"{part.title} (del {number} av {len(parts)})")
        yield _table(block, titled, _SIZES[1], True)


def _table(block: Shown, exhibit: TableExhibit, size: float, turned: bool) -> dict[str, Any]:
    rows = shown_rows(exhibit)
    widths = _widths(exhibit, rows, size, TURNED if turned else UPRIGHT)
    columns = [
        {
            "heading": form.heading,
            "number": not form.text,
            "width": width,
            "long-heading": _longest([form.heading]) > _WORD,
            "long": _longest(row[place] for row in rows) > _WORD,  # a word may be broken
        }
        for place, (form, width) in enumerate(zip(exhibit.columns, widths, strict=True))
    ]
    return {
        "is": "table",
        **_about(block, exhibit),
        "columns": columns,
        "rows": rows,
        "size": size,
        "turned": turned,
        "page": exhibit.page,
        "under": False,
        "notes": list(exhibit.notes),
        "short": sum(_lines(row) for row in rows) <= _SHORT,
    }


def shown_rows(exhibit: TableExhibit) -> list[list[str]]:
    """The rows of a table as a reader sees them."""
    return [
        [form.show(value) for form, value in zip(exhibit.columns, row, strict=True)]
        for row in exhibit.rows
    ]


def _lines(row: Iterable[str]) -> int:
    return 1 + sum(map(len, row)) // 100


def _least_width(exhibit: TableExhibit, size: float) -> float:
    """Points that the columns need when text wraps between words and numbers do not wrap."""
    rows = shown_rows(exhibit)
    return sum(
        _least(form, [row[place] for row in rows]) * size * _LETTER + _BESIDE
        for place, form in enumerate(exhibit.columns)
    )


def _least(form: Format, cells: list[str], wide: float = 1.0) -> int:
    """Letters of the longest piece that must stay on one line; long words can be hyphenated.

    `wide` is the width of a word's letters beside the mean: a short word may be all m and o.
    """
    words = [word for text in (cells if form.text else ()) for word in text.split()]
    head = _longest([form.heading])
    word = max(map(len, words), default=1)
    longest = max(round(wide * word), round(_BOLD * head + 0.4))
    numbers = 0 if form.text else max(map(len, cells), default=1)
    return max(min(longest, _WORD), numbers)


def _longest(texts: Iterable[str]) -> int:
    """Letters of the longest part that stays on one line: soft hyphens break a word."""
    return max((len(part) for text in texts for part in re.split(r"\s|\u00ad", text)), default=1)


def _widths(exhibit: TableExhibit, rows: list[list[str]], size: float, room: float) -> list[float]:
    """Points of each column; 0 is as wide as its content, where all have the room they like.

    Otherwise each gets what it needs, and they share what is left by how much more they wish: a
    column of long rules gets most of it.
    """
    columns = [(form, [row[place] for row in rows]) for place, form in enumerate(exhibit.columns)]
    for wide in (_WIDE, 1.0):  # words as wide as they may be, where there is room for that
        least = [_least(*column, wide) * size * _LETTER + _BESIDE for column in columns]
        if sum(least) <= room:
            break
    letters = [max([min(len(form.heading), _HEADING), *map(len, cells)]) for form, cells in columns]
    liked = [
        max(number * size * _LETTER + _BESIDE, need)
        for number, need in zip(letters, least, strict=True)
    ]
    if sum(liked) <= room:
        whole = [
            max(like, _BOLD * len(form.heading) * size * _LETTER + _BESIDE)
            for like, (form, _) in zip(liked, columns, strict=True)
        ]
        return [0.0] * len(liked) if sum(whole) <= room else _between(liked, whole, room)
    more = [
        max(_wished(form, cells) * size * _LETTER + _BESIDE - need, size)
        for (form, cells), need in zip(columns, least, strict=True)
    ]
    spare = max(room - sum(least), 0.0)
    return [
        round(need + spare * part / sum(more), 1) for need, part in zip(least, more, strict=True)
    ]


def _wished(form: Format, cells: list[str]) -> float:
    """Letters that a column would like: the mean of its cells, and a heading of two lines."""
    return max(sum(map(len, cells)) / len(cells), _BOLD * len(form.heading) / 2)


def _between(liked: list[float], whole: list[float], room: float) -> list[float]:
    """Widths where the cells have the room they like: what is left goes to the long headings."""
    lack = [most - like for like, most in zip(liked, whole, strict=True)]
    part = (room - sum(liked)) / sum(lack)
    return [round(like + part * more, 1) for like, more in zip(liked, lack, strict=True)]


def _split(exhibit: TableExhibit) -> Iterator[TableExhibit]:
    """The table in parts that fit a turned page, each with the column that names the rows."""
    first, start = 1, 1
    for end in range(2, len(exhibit.columns) + 1):
        places = [0, *range(start, end)]
        if _least_width(_columns(exhibit, places), _SIZES[1]) > TURNED and end - start > 1:
            yield _columns(exhibit, [0, *range(start, end - 1)])
            start = end - 1
    yield _columns(exhibit, [0, *range(max(start, first), len(exhibit.columns))])


def _columns(exhibit: TableExhibit, places: list[int]) -> TableExhibit:
    return replace(
        exhibit,
        columns=tuple(exhibit.columns[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in exhibit.rows),
    )


# --- tags ----------------------------------------------------------------------------------------


def with_row_headers(raw: bytes) -> bytes:
    """The PDF with the first cell of each row as its header (PDF/UA-1, 7.5).

    Typst tags the cells of a header row alone.
    """
    import pikepdf

    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(raw)) as document:
        for row in _rows(document.Root.StructTreeRoot, in_head=False):
            cells = row.get("/K")
            first = cells[0] if isinstance(cells, pikepdf.Array) else cells
            if isinstance(first, pikepdf.Dictionary) and first.get("/S") == "/TD":
                first.S = pikepdf.Name("/TH")
                first.A = pikepdf.Dictionary(O=pikepdf.Name("/Table"), Scope=pikepdf.Name("/Row"))
        document.save(
            target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate
        )
    return target.getvalue()


def _rows(element: Any, *, in_head: bool) -> Iterator[Any]:
    """The rows of all tables below `element` that stand outside a table's head."""
    import pikepdf

    stack = [(element, in_head)]
    while stack:
        node, head = stack.pop()
        kind = node.get("/S")
        head = head or kind == "/THead"
        if kind == "/TR" and not head:
            yield node
        children = node.get("/K")
        kids = children if isinstance(children, pikepdf.Array) else [children]
        stack += [(kid, head) for kid in kids if isinstance(kid, pikepdf.Dictionary)]
