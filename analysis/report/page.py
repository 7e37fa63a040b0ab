"""A part of a document as a page: what the HTML template prints, and what a page may hold.

Terms
-----
policy: what the page lets a browser do: draw what it carries. It has no script and asks for
    nothing, and would not be let to.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from analysis.exhibits.model import Drawing, FigureExhibit
from analysis.figures.svg import without_words
from analysis.report import front, markdown, safe
from analysis.report.compose import Chapter, Document, Part, Prose, data_dates
from analysis.report.templating import TEMPLATES
from analysis.text import swedish

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def context(document: Document, part: Part) -> dict[str, Any]:
    """What the template prints of a part."""
    from analysis.figures import fonts

    css = (TEMPLATES / "samverkan" / "report.css").read_text(encoding="utf-8")
    chapters = (*part.chapters, *front.closing(document, part))
    return {
        "name": part.name,
        "front": front.front(document, part),
        "policy": POLICY,
        "members": swedish.listed(document.region.member_names),
        "css": Markup(css),
        "font_css": Markup(fonts.font_css()),
        "chapters": chapters,
        "contents": [entry for chapter in chapters for entry in _contents(chapter)],
        "data_date": data_dates(),
        "other": part.other
        and {"address": f"{part.other}.html", "title": front.TITLES[part.other]},
        "methods": "" if part.full else "appendix.html",
    }


def _contents(chapter: Chapter) -> list[dict[str, Any]]:
    """A chapter's titles with their sections, and where they lead."""
    found: list[dict[str, Any]] = []
    for node in chapter.headings:
        entry = {"title": node.words, "anchor": node.id, "under": []}
        if node.level == 2:
            found.append(entry)
        elif node.level == 3 and found:
            found[-1]["under"].append(entry)
    return found


def prose(block: Prose) -> Markup:
    """Words of a chapter as HTML."""
    inner = markdown.html(block.nodes)
    return Markup(f'<div class="said">{inner}</div>' if block.said else inner)


def sentence(text: str) -> Markup:
    """A finding as HTML, without the paragraph around it."""
    html = markdown.html(markdown.parse(text, "findings", said=True))
    return Markup(html.removeprefix("<p>").removesuffix("</p>"))


def inline(svg: str, name: str, alt: str, form: str = "") -> Markup:
    """An SVG as part of the page: its text is text in the page's own type.

    `name` makes its ids different from those of all others. Raises BuildError for an SVG that
    holds more than a drawing.
    """
    checked = safe.drawing(svg, name)
    tag, rest = checked[4:].split(">", 1)
    label = markdown.plain(alt)
    text = Markup(' role="img" aria-label="{}"').format(label)
    kind = f' class="{form}"' if form else ""
    return Markup(f"<svg{kind}{text}{tag}>{rest}")


def drawings(exhibit: FigureExhibit, number: str) -> Markup:
    """The figure's drawings: on a telephone the narrow one is seen, where there is one."""
    wide = _body(exhibit.wide)
    if exhibit.narrow is None:
        return Markup(
            '<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>'
        ).format(f"Figur {number}: {exhibit.title}", inline(wide, exhibit.id, exhibit.alt, "only"))
    small = inline(_body(exhibit.narrow), f"{exhibit.id}-smal", exhibit.alt, "narrow")
    return Markup("{}{}").format(inline(wide, exhibit.id, exhibit.alt, "wide"), small)


def _body(drawing: Drawing) -> str:
    return without_words(drawing.svg, drawing.head, drawing.foot)


def lower_label(label: str) -> str:
    """A label within a sentence."""
    return front.lower(label)


FILTERS = {
    "prose": prose,
    "sentence": sentence,
    "inline": inline,
    "drawings": drawings,
    "lower_label": lower_label,
}
