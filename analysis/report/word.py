"""A document as a Word file, on the municipality's own template: an investigator goes on writing.

Terms
-----
field: a content control with a prompt, where something is to be filled in or written.
template: a .docx whose styles, headers and cover are kept; the report follows what it holds.
header: a line on every page, such as that own figures are made up.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis import catalog
from analysis.errors import InputError
from analysis.exhibits import pictures
from analysis.exhibits.model import (
    Drawing,
    FigureExhibit,
    FindingsExhibit,
    TableExhibit,
    TilesExhibit,
)
from analysis.figures.svg import without_words
from analysis.report import front, markdown
from analysis.report.compose import Block, Document, Prose, Shown
from analysis.report.markdown import Node
from analysis.tables import Format

FIELDS = ("att fylla i", "att skriva")
"""Cells with these words become fields."""
_TO_WRITE = "Att skriva:"
_FIXED = (1980, 1, 1, 0, 0, 0)
_DATED = datetime(
    catalog.SNAPSHOT_DATE.year, catalog.SNAPSHOT_DATE.month, catalog.SNAPSHOT_DATE.day, tzinfo=UTC
).replace(tzinfo=None)
_FONT = "Arial"  # in every Word, and LibreOffice has one of the same widths
_SMALL, _SMALLER, _NOTE = 8.5, 7.5, 8.0  # points: tables, tables that would be too wide, notes
_LETTER, _BESIDE = 7_100, 150_000  # EMU: a letter for each point, and what a cell has beside it
_LONGEST = 15  # letters of a word that is not broken
_MARGIN = 20  # millimetres
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def template_fault(path: Path) -> str:
    """Why a file cannot be the template; "" when it can."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    if not path.is_file():
        return f"--template {str(path)!r} is not there; name a .docx file"
    try:
        docx.Document(str(path))
    except PackageNotFoundError:
        return f"--template {path.name!r} is no Word document; save the template as .docx"
    except (ValueError, KeyError) as error:
        return (
            f"--template {path.name!r} cannot be used ({error}); open it in Word and save it "
            "as a document (.docx), not as a template (.dotx) or with macros (.docm)"
        )
    return ""


def word(document: Document, *, template: Path | None = None, header: str = "") -> bytes:
    """The report as .docx, dated with the data: same input, same bytes.

    Raises InputError for a template that is none.
    """
    fault = template_fault(template) if template else ""
    if fault:
        raise InputError(fault)
    part = document.parts(appendix=False)[0]
    page = front.front(document, part)
    paper = Paper(template, title=page.title, header=header)
    paper.line(page.kicker, "Subtitle")
    paper.heading(page.headline, 0)
    for line in page.lines:
        paper.line(line.text, "Normal", size=_SMALL if line.quiet else None)
    for chapter in (*part.chapters, *front.closing(document, part)):
        for block in chapter.blocks:
            _block(paper, block)
    return paper.bytes()


def _block(paper: Paper, block: Block) -> None:
    if isinstance(block, Prose):
        paper.words(block.nodes)
        return
    exhibit = block.exhibit
    if isinstance(exhibit, FigureExhibit):
        paper.figure(block, exhibit)
    elif isinstance(exhibit, TableExhibit):
        paper.table(block, exhibit)
    elif isinstance(exhibit, FindingsExhibit):
        for text in exhibit.items:
            paper.item(markdown.parse(text, "findings", said=True)[0].children)
    elif isinstance(exhibit, TilesExhibit):
        for tile in exhibit.items:
            paper.item(
                (
                    Node("strong", (Node("text", text=f"{tile.label}: {tile.value}"),)),
                    Node("text", text=f" {tile.comparison}"),
                )
            )


class Paper:
    """A Word document being written, one block after another."""

    def __init__(self, template: Path | None, *, title: str, header: str = "") -> None:
        import docx

        self.file: Any = docx.Document(str(template) if template else None)
        if template is None:
            self._look()
        about = self.file.core_properties
        about.title, about.author, about.language = title, "Samverkan", "sv-SE"
        about.created = about.modified = _DATED
        about.last_modified_by, about.revision, about.comments = "Samverkan", 1, ""
        self.section = self.file.sections[-1]
        if header:
            line = self.section.header.paragraphs
            (line[0] if line and not line[0].text else self.section.header.add_paragraph()).add_run(
                header
            ).bold = True
        if template is None:
            _page_number(self.section.footer.paragraphs[0])

    def _look(self) -> None:
        """A plain look of our own, where no template gives another: A4, readable, dark headings."""
        from docx.shared import Mm, Pt, RGBColor

        section = self.file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(_MARGIN)
        section.top_margin = section.bottom_margin = Mm(22)
        normal = self.file.styles["Normal"]
        normal.font.name, normal.font.size = _FONT, Pt(11)
        normal.element.rPr.append(_element("w:lang", val="sv-SE"))
        for name, size in (
            ("Title", 22),
            ("Heading 1", 18),
            ("Heading 2", 14),
            ("Heading 3", 12),
            ("Heading 4", 11),
        ):
            font = self.file.styles[name].font
            font.name, font.size, font.color.rgb = _FONT, Pt(size), RGBColor(0x0B, 0x5C, 0x6B)
            fonts = self.file.styles[name].element.rPr.rFonts
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(f"{{{_W}}}{theme}", None)

    def style(self, name: str, fallback: str = "Normal") -> Any:
        """A style of the file by its English name; made from `fallback` where it has none."""
        from docx.enum.style import WD_STYLE_TYPE

        styles = self.file.styles
        if name not in styles:
            made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            if fallback in styles:
                made.base_style = styles[fallback]
        return styles[name]

    def heading(self, text: str, level: int) -> None:
        """A heading; level 0 is the title. A chapter begins upright, not below a table on its side."""
        if level == 1:
            self._place(wide=False)
        name = f"Heading {min(level, 9)}" if level else "Title"
        self.file.add_paragraph(style=self.style(name)).add_run(text)

    def line(self, text: str, style: str, *, size: float | None = None) -> Any:
        """A paragraph of plain words."""
        from docx.shared import Pt

        made = self.file.add_paragraph(style=self.style(style))
        run = made.add_run(text)
        if size:
            run.font.size = Pt(size)
        return made

    # --- words ---

    def words(self, nodes: Iterable[Node], *, style: str = "Normal") -> None:
        """Prose: headings, paragraphs, lists, quotes and tables."""
        for node in nodes:
            if node.kind == "h":
                self.heading(node.words, node.level - 1)
            elif node.kind in ("ul", "ol"):
                for entry in node.children:
                    self._entry(entry, "List Bullet" if node.kind == "ul" else "List Number")
            elif node.kind == "quote":
                self.words(node.children, style="Quote")
            elif node.kind == "table":
                self._plain_table(node)
            elif node.kind == "p" and node.words.startswith(_TO_WRITE):
                self.field(node.words)
            elif node.kind == "p":
                _runs(self.file.add_paragraph(style=self.style(style)), node.children)
            elif node.kind == "code":
                self.line(node.text, style)

    def _entry(self, entry: Node, style: str) -> None:
        inner = [node for node in entry.children if node.kind in ("ul", "ol")]
        own: list[Node] = []
        for node in entry.children:
            own += node.children if node.kind == "p" else [] if node in inner else [node]
        _runs(self.file.add_paragraph(style=self.style(style)), own)
        self.words(inner)

    def item(self, nodes: Sequence[Node]) -> None:
        """One entry of a list."""
        _runs(self.file.add_paragraph(style=self.style("List Bullet")), nodes)

    def field(self, prompt: str) -> None:
        """A paragraph to write in."""
        _field(self.file.add_paragraph(style=self.style("Normal")), prompt)

    def labelled(self, label: str, prompt: str) -> None:
        """A label with a field after it."""
        made = self.file.add_paragraph(style=self.style("Normal"))
        made.add_run(f"{label}: ").bold = True
        _field(made, prompt)

    def grid(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table of words under headings; cells of `FIELDS` are fields."""
        made = self._grid(len(rows) + 1, len(headings))
        texts_of = [list(texts) for texts in zip(headings, *rows, strict=True)]
        widths = _shared(self._room(), texts_of, _SMALL)
        form = Format("", text=True)
        cells = iter(made._cells)
        for column, width in zip(made.columns, widths, strict=True):
            column.width = width
        for row, texts in enumerate([headings, *rows]):
            for text, width in zip(texts, widths, strict=True):
                _fill(next(cells), text, form, width, _SMALL, head=row == 0)
        _repeat_head(made)
        self.line("", "Normal")

    def _plain_table(self, node: Node) -> None:
        rows = [row for half in node.children for row in half.children]
        made = self._grid(len(rows), len(rows[0].children))
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells.children):
                _runs(made.cell(row, column).paragraphs[0], cell.children)
        _repeat_head(made)

    # --- exhibits ---

    def figure(self, block: Shown, exhibit: FigureExhibit) -> None:
        """Caption, picture with alt text, note and source."""
        from docx.shared import Pt

        self._place(wide=False)
        self._caption("Figur", block, exhibit.title, exhibit.subtitle)
        wide = exhibit.wide
        body = Drawing(
            without_words(wide.svg, wide.head, wide.foot),
            wide.width,
            wide.height - wide.head - wide.foot,
        )
        room = self._room()
        made = self.file.add_paragraph(style=self.style("Normal"))
        picture = made.add_run().add_picture(
            io.BytesIO(pictures.png(body, exhibit.title)), width=min(Pt(wide.width), room)
        )
        about = picture._inline.docPr
        about.set("descr", exhibit.alt)
        about.set("title", exhibit.title)
        about.set("name", f"Figur {block.number}")
        self._under([exhibit.note] if exhibit.note else [], block)

    def table(self, block: Shown, exhibit: TableExhibit) -> None:
        """Caption, a table with a repeated head, notes and source."""
        texts_of = _columns(exhibit)
        size = next(
            (size for size in (_SMALL, _SMALLER) if sum(_least(texts_of, size)) <= self._upright()),
            None,
        )
        self._place(wide=size is None)
        size = size or _SMALL
        self._caption("Tabell", block, exhibit.title, exhibit.subtitle)
        made = self._grid(len(exhibit.rows) + 1, len(exhibit.columns))
        widths = _shared(self._room(), texts_of, size)
        heads = [form.heading for form in exhibit.columns]
        shown = [
            [form.show(value) for form, value in zip(exhibit.columns, row, strict=True)]
            for row in exhibit.rows
        ]
        for column, width in zip(made.columns, widths, strict=True):
            column.width = width
        cells = iter(made._cells)  # once: python-docx looks for each cell anew
        for row, texts in enumerate([heads, *shown]):
            for form, text, width in zip(exhibit.columns, texts, widths, strict=True):
                _fill(next(cells), text, form, width, size, head=row == 0)
        _repeat_head(made)
        _describe_table(made, exhibit.title)
        self._under(exhibit.notes, block)

    def _grid(self, rows: int, columns: int) -> Any:
        made = self.file.add_table(rows, columns)
        made.autofit = False
        if "Table Grid" in self.file.styles:
            made.style = self.file.styles["Table Grid"]
        return made

    def _caption(self, word_: str, block: Shown, title: str, subtitle: str) -> None:
        made = self.file.add_paragraph(style=self.style("Caption"))
        made.paragraph_format.keep_with_next = True
        made.add_run(f"{word_} {block.number}. {title}").bold = True
        if subtitle:
            made.add_run().add_break()
            made.add_run(subtitle).bold = False

    def _under(self, notes: Iterable[str], block: Shown) -> None:
        stated = "Uppgivet. " if block.kind == "stated" else ""
        from docx.shared import Pt

        for place, text in enumerate(filter(None, (*notes, stated + front.source_text(block)))):
            made = self.line(text, "Normal", size=_NOTE).paragraph_format
            made.space_before, made.space_after = Pt(0 if place else 4), Pt(2)

    # --- pages ---

    def _place(self, *, wide: bool) -> None:
        """Turn the page where a table is too wide for it, and back again."""
        from docx.enum.section import WD_ORIENT, WD_SECTION

        turned = self.section.orientation == WD_ORIENT.LANDSCAPE
        if wide != turned:
            self.section = self.file.add_section(WD_SECTION.NEW_PAGE)
            section = self.section
            section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
            section.page_width, section.page_height = section.page_height, section.page_width

    def _room(self) -> int:
        section = self.section
        return int(section.page_width - section.left_margin - section.right_margin)

    def _upright(self) -> int:
        """The room between the margins of a page that stands upright."""
        section = self.section
        sides = section.left_margin + section.right_margin
        return int(min(section.page_width, section.page_height) - sides)

    def bytes(self) -> bytes:
        """The file, without the time it was made."""
        self._place(wide=False)
        made, steady = io.BytesIO(), io.BytesIO()
        self.file.save(made)
        with (
            zipfile.ZipFile(made) as old,
            zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for entry in old.infolist():
                new.writestr(
                    zipfile.ZipInfo(entry.filename, _FIXED), old.read(entry), zipfile.ZIP_DEFLATED
                )
        return steady.getvalue()


# --- pieces of Word ------------------------------------------------------------------------------


def _element(tag: str, **values: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in values.items():
        made.set(qn(f"w:{name}"), value)
    return made


def _runs(
    paragraph: Any, nodes: Iterable[Node], *, bold: bool = False, italic: bool = False
) -> None:
    """Words with their marks; a link is a real one."""
    for node in nodes:
        if node.kind in ("text", "code"):
            run = paragraph.add_run(markdown.plain(node.text))
            run.bold, run.italic = bold or None, italic or None
        elif node.kind == "br":
            paragraph.add_run().add_break()
        elif node.kind == "link" and not node.target.startswith("#"):
            _link(paragraph, node.words, node.target)
        else:
            _runs(
                paragraph,
                node.children,
                bold=bold or node.kind == "strong",
                italic=italic or node.kind == "em",
            )


def _link(paragraph: Any, text: str, address: str) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    key = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = _element("w:hyperlink")
    link.set(qn("r:id"), key)
    run = _element("w:r")
    look = _element("w:rPr")
    look.append(_element("w:color", val="0B5C6B"))
    look.append(_element("w:u", val="single"))
    words = _element("w:t")
    words.text = markdown.plain(text)
    words.set(qn("xml:space"), "preserve")
    run.append(look)
    run.append(words)
    link.append(run)
    paragraph._p.append(link)


def _field(paragraph: Any, prompt: str, *, size: float = 0.0) -> None:
    """A content control in a paragraph, which shows `prompt` until something is written."""
    from docx.oxml.ns import qn

    control, about, content = _element("w:sdt"), _element("w:sdtPr"), _element("w:sdtContent")
    about.append(_element("w:alias", val=prompt[:60]))
    about.append(_element("w:showingPlcHdr"))
    about.append(_element("w:text"))
    run, look, words = _element("w:r"), _element("w:rPr"), _element("w:t")
    look.append(_element("w:i"))
    look.append(_element("w:color", val="9C3C14"))
    if size:
        look.append(_element("w:sz", val=str(int(2 * size))))
    words.text = prompt
    words.set(qn("xml:space"), "preserve")
    run.append(look)
    run.append(words)
    content.append(run)
    control.append(about)
    control.append(content)
    paragraph._p.append(control)


def _fill(cell: Any, text: str, form: Format, width: int, size: float, *, head: bool) -> None:
    """One cell: numbers to the right, what is to be filled in as a field."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    cell.width = width
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    if not form.text:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if text in FIELDS and not head:
        _field(paragraph, text, size=size)
        return
    run = paragraph.add_run(markdown.plain(text))
    run.font.size, run.bold = Pt(size), head or None


def _columns(exhibit: TableExhibit) -> list[list[str]]:
    """The texts of each column of an exhibit, heading first."""
    return [
        [form.heading, *(form.show(row[place]) for row in exhibit.rows)]
        for place, form in enumerate(exhibit.columns)
    ]


def _least(columns: Sequence[Sequence[str]], size: float) -> list[int]:
    """What each column needs for its longest word, in type of `size` points."""
    return [
        _BESIDE + int(_LETTER * size * max([_longest(head) + 1, *map(_longest, texts)]))
        for head, *texts in columns  # a heading is bold, and so wider
    ]


def _shared(room: int, columns: Sequence[Sequence[str]], size: float) -> list[int]:
    """Widths of columns of texts: room for the longest word of each, the rest by what they hold."""
    least = _least(columns, size)
    wanted = [
        max(sum(map(len, texts)) / len(texts) - max(map(_longest, texts)), 1.0) for texts in columns
    ]
    left = room - sum(least)
    if left < 0:
        return [int(room * part / sum(least)) for part in least]
    return [
        int(part + left * share / sum(wanted)) for part, share in zip(least, wanted, strict=True)
    ]


def _longest(text: str) -> int:
    """Letters that are kept together: a word, a number with its spaces, the words of a field."""
    if text in FIELDS:
        return len(text)
    return min(max(map(len, re.split(r"[ \n/–]", text)), default=0), _LONGEST)


def _repeat_head(table: Any) -> None:
    """The first row is repeated on every page that the table goes on to; no row is split."""
    for row in table._tbl.tr_lst:
        row.get_or_add_trPr().append(_element("w:cantSplit"))
    table._tbl.tr_lst[0].get_or_add_trPr().append(_element("w:tblHeader"))


def _describe_table(table: Any, title: str) -> None:
    """The table's alt text, which a screen reader says before it."""
    table._tbl.tblPr.append(_element("w:tblDescription", val=title))


def _page_number(paragraph: Any) -> None:
    field = _element("w:fldSimple", instr="PAGE")
    paragraph._p.append(field)
