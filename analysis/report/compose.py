"""Put the executed chapters of one region together into one document.

Terms
-----
document: the chapters with numbered figures and tables, the sources they cite, and the report's
own pages around them; the exporters turn it into files.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from analysis import catalog, regions
from analysis.errors import BuildError
from analysis.exhibits import MIME
from analysis.loaders import tables
from analysis.regions import Region, slug
from analysis.report.plan import Job
from analysis.text import formulas, swedish

TEMPLATES = Path(__file__).parent / "templates"
COVER_SOURCE = "boundaries"  # of the small map beside the title


@dataclass(frozen=True)
class Cited:
    """A dataset that the report cites: its entry of the catalogue and the edition that was used."""

    entry: catalog.Dataset
    vintage: tables.Vintage

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the edition that was used."""
        return self.entry.notes_for(live=self.vintage.live)


@dataclass
class Document:
    """One region's report before export; `notebooks` are the executed chapters by name.

    `rendered` is the page that all formats begin from, once an exporter has made it.
    """

    region: Region
    as_of: str
    notebooks: dict[str, Any]
    exhibits: list[dict[str, Any]] = field(default_factory=list)
    sources: list[Cited] = field(default_factory=list)
    rendered: tuple[str, Any] | None = None

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """The exhibits of one type, in the order of the report."""
        return [exhibit for exhibit in self.exhibits if exhibit["type"] == kind]

    def tables(self) -> Iterator[dict[str, Any]]:
        """Every table of the report: those shown, and those behind the figures."""
        for exhibit in self.exhibits:
            if exhibit["type"] == "table":
                yield exhibit
            elif exhibit.get("table"):
                yield exhibit["table"]


def read(job_region: Region, jobs: list[Job], folder: Path, as_of: str) -> Document:
    """The document of a region from its executed notebooks; numbers figures and tables.

    Raises BuildError when a chapter shows a picture without description, or an id twice.
    """
    import nbformat

    return number(Document(job_region, as_of, {
        job.chapter: nbformat.read(folder / f"{job.chapter}.ipynb", as_version=4) for job in jobs}))


def of_notebook(notebook: Any, name: str) -> Document:
    """The document of one executed chapter, for the region and date in its own parameters.

    Raises BuildError for a notebook that has not been run or does not say what it is about, and
    InputError for an unknown region.
    """
    chapter = slug(name) or "kapitel"
    given = parameters_of(notebook)
    about = given.get("members") or given.get("region")
    if not about:
        raise BuildError(f"{name} does not say which region it is about; give it a cell tagged "
                         "'parameters' with a line such as region = \"karlstad\"")
    region = regions.resolve(about, name=given.get("name", ""))
    as_of = given.get("as_of") or tables.data_date().isoformat()
    document = number(Document(region, as_of, {chapter: notebook}))
    if not document.exhibits:
        raise BuildError(f"{name} shows nothing yet; run all its cells and save it first")
    return document


_PARAMETER_TAGS = {"parameters", "injected-parameters"}


def parameters_of(notebook: Any) -> dict[str, str]:
    """The texts that a chapter's parameter cells assign; those that Papermill put in win."""
    found: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or not _PARAMETER_TAGS & set(cell.metadata.get("tags", ())):
            continue
        for line in ast.parse(_without_magics(cell.source)).body:
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                found |= {target.id: str(line.value.value) for target in line.targets
                          if isinstance(target, ast.Name)}
    return found


def _without_magics(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if not line.startswith(("%", "!")))


def number(document: Document) -> Document:
    """Collect the exhibits of all chapters, in order, and the sources that they cite."""
    notebooks = document.notebooks
    for chapter, notebook in notebooks.items():
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                _check_headings(chapter, cell.source)
            for output in cell.get("outputs", ()):
                _collect(document, chapter, output)
    cited = {key for exhibit in document.exhibits for key in exhibit.get("sources", ())}
    cited |= {item["source"] for tile in document.of_type("tiles") for item in tile["items"]}
    cited.add(COVER_SOURCE)
    document.sources = [Cited(entry, tables.vintage(key))
                        for key, entry in catalog.CATALOG.items() if key in cited]
    return document


def _collect(document: Document, chapter: str, output: Any) -> None:
    """Take one output into the document, or refuse what the report could not print or trace."""
    data = output.get("data", {})
    if MIME not in data:
        _refuse_untraced(chapter, output)
        return
    data[MIME] = json.loads(data[MIME])  # for the template
    exhibit = data[MIME]
    exhibit["chapter"] = chapter
    if exhibit["type"] == "figure":
        exhibit["svg"], exhibit["png"] = data["image/svg+xml"], data["image/png"]
        exhibit["pdf"] = data["application/pdf"]
    if exhibit["type"] == "text":
        _check_headings(chapter, exhibit["markdown"])
    if exhibit["type"] in ("figure", "table"):
        _check_id(document, exhibit)
        _name_formulas(exhibit)
        exhibit["number"] = len(document.of_type(exhibit["type"])) + 1
        exhibit["cited"] = cited_links(exhibit["sources"])
    if exhibit["type"] == "table":
        exhibit["short"] = is_short(exhibit["rows"])
    if exhibit["type"] == "tiles":
        exhibit["kind"] = "derived"
        exhibit["cited"] = cited_links([item["source"] for item in exhibit["items"]])
        exhibit["formulas"] = formulas.used_in(item["label"] for item in exhibit["items"])
    document.exhibits.append(exhibit)


def _name_formulas(exhibit: dict[str, Any]) -> None:
    """Give a figure or table, and the table behind a figure, the formulas of its numbers."""
    behind = exhibit.get("table")
    for item in (exhibit, behind) if behind else (exhibit,):
        item["formulas"] = [] if exhibit["kind"] == "observed" else formulas.used_in(
            [item["title"], item.get("unit", ""), *_words_of(behind or item)])


_SHORT = 22  # lines: about a third of a printed page
_LINE = 70  # characters of all columns together that fit one line of a row


def is_short(rows: list[list[Any]]) -> bool:
    """True for a table that may be kept on one page; a longer one has to break between rows.

    >>> is_short([["Karlstad", 1.0]] * 14), is_short([["Karlstad", "ord " * 100]] * 14)
    (True, False)
    """
    lines = (1 + sum(len(str(value)) for value in row) // _LINE for row in rows)
    return sum(lines) <= _SHORT


def _words_of(table: dict[str, Any]) -> Iterator[str]:
    """What a table calls its columns and, in the first column, its rows."""
    yield from (column["label"] for column in table.get("columns", ()))
    yield from (str(row[0]) for row in table.get("rows", ()) if isinstance(row[0], str))


def _refuse_untraced(chapter: str, output: Any) -> None:
    """Anything shown without `analysis.exhibits` has no source: it must not vanish in silence."""
    data = output.get("data", {})
    printed = output.get("name") == "stdout" and str(output.get("text", "")).strip()
    if any(name.startswith("image/") for name in data):
        raise BuildError(f"chapter {chapter}: a picture has no title, alt text and source; "
                         "show it with analysis.exhibits.show")
    if printed or data:
        first = " ".join(str(printed or data.get("text/plain", "output")).split())[:60]
        raise BuildError(f"chapter {chapter}: the output {first!r} has no source; use show or say "
                         "of analysis.exhibits, or end the line with a semicolon")


def _check_headings(chapter: str, source: str) -> None:
    """A heading without words is a hole in the contents, and silence to a screen reader."""
    empty = [level for level, title in headings(source) if not title.strip()]
    if empty:
        raise BuildError(f"chapter {chapter}: a heading of level {empty[0]} has no text; write "
                         f"one after the {'#' * empty[0]}, or remove it")


def _check_id(document: Document, exhibit: dict[str, Any]) -> None:
    name = exhibit["id"]
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", name):
        raise BuildError(f"chapter {exhibit['chapter']}: the id {name!r} must be letters, digits "
                         "and hyphens; it becomes a file name")
    for other in document.of_type(exhibit["type"]):
        if other["id"] == name:
            raise BuildError(f"chapter {exhibit['chapter']}: the id {name!r} is already used in "
                             f"chapter {other['chapter']}; choose another")


def cited_links(keys: Iterable[str]) -> list[dict[str, Any]]:
    """The sources of an exhibit, each once: dataset key, the words, whether it is Kolada's."""
    cited: dict[str, str] = {}
    for key in keys:
        cited.setdefault(tables.vintage(key).source, key)
    return [{"key": key, "text": text, "kolada": "Kolada, " in text}
            for text, key in cited.items()]


_OUTSIDE = re.compile(r"""<script|<iframe|<link\b|@import|(?:src|srcset|poster)=["'](?!data:)"""
                      r"""|url\(["']?(?!data:|%23|#)""", re.IGNORECASE)


def check_self_contained(html: str) -> None:
    """Raise BuildError when the page would run a script or ask for anything outside itself."""
    without_pictures = _PICTURE.sub('src="data:', html)
    found = _OUTSIDE.search(without_pictures)
    if found:
        place = without_pictures[found.start():found.start() + 80]
        raise BuildError(f"the report would ask for something outside itself: {place!r}; embed it "
                         "or leave it out")


_PICTURE = re.compile(r'src="data:[^"]*')


def page(document: Document) -> Any:
    """One notebook with all cells of all chapters, each marked with its chapter."""
    import nbformat

    cells = []
    for chapter, notebook in document.notebooks.items():
        for position, cell in enumerate(notebook.cells):
            copy = cell.copy()
            copy["id"] = f"{chapter}-{position}"[:64]
            copy["metadata"] = {**cell.metadata, "chapter": chapter}
            cells.append(copy)
    return nbformat.v4.new_notebook(cells=cells)


def context(document: Document) -> dict[str, Any]:
    """What the template prints around the chapters: cover, contents, methods and sources."""
    from analysis.figures import fonts

    templates = TEMPLATES / "samverkan"
    region = document.region
    as_of = swedish.day(date.fromisoformat(document.as_of))
    return {
        "region": region, "as_of": as_of, "members": swedish.listed(region.member_names),
        "css": (templates / "report.css").read_text(encoding="utf-8"),
        "font_css": fonts.font_css(), "contents": contents(document), "sources": document.sources,
        "formulas": [entry for entry in formulas.FORMULAS
                     if any(entry in e.get("formulas", ()) for e in document.exhibits)],
        "data_date": data_dates(),
        "map": cover_map(region),
        "figures": document.of_type("figure"),
        "modelled": any(e.get("kind") == "modelled" for e in document.exhibits),
        "member_count": swedish.counted(len(region.members), "kommun", "kommuner"),
    }


def data_dates() -> str:
    """Of which day the shipped data is and, when some of it has been updated, the newest part."""
    shipped, newest = catalog.SNAPSHOT_DATE, tables.data_date()
    later = f", nyaste delen hämtad {swedish.day(newest)}" if newest > shipped else ""
    return f"{swedish.day(shipped)}{later}"


@lru_cache(maxsize=4)
def cover_map(region: Region) -> dict[str, Any]:
    """The small map of the members beside the title: address, words and source."""
    from analysis.figures import overview
    from analysis.loaders.boundaries import load_boundaries

    svg = overview.cover_svg(region, load_boundaries())
    return {"address": _address(svg), "alt": overview.map_alt(region), "kind": "observed",
            "cited": cited_links([COVER_SOURCE])}


def contents(document: Document) -> list[dict[str, str]]:
    """The chapters' own headings, in order, with their anchors.

    Raises BuildError for a chapter without a heading of level one.
    """
    found = []
    for chapter, notebook in document.notebooks.items():
        texts = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        titles = [title for text in texts for level, title in headings(text) if level == 1]
        if not titles:
            raise BuildError(f"chapter {chapter} has no heading; begin with a line such as "
                             f"'# {chapter.capitalize()}'")
        found += [{"title": title, "anchor": anchor(chapter, title)} for title in titles]
    return found


def _parser() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def headings(source: str) -> list[tuple[int, str]]:
    """Level and plain text of each heading in a Markdown text."""
    tokens = _parser().parse(source)
    return [(int(token.tag[1]), _plain(tokens[position + 1]))
            for position, token in enumerate(tokens) if token.type == "heading_open"]


def _plain(inline: Any) -> str:
    return "".join(child.content for child in inline.children or ())


def anchor(chapter: str, title: str) -> str:
    """The id of a heading: chapter and title, so that two chapters may use the same words."""
    return f"{slug(chapter)}-{slug(title)}"


def markdown(source: str, chapter: str = "") -> str:
    """Markdown to HTML; headings go down one level, below the report's own, and get their ids."""
    parser = _parser()
    tokens = parser.parse(source)
    for position, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            if token.type == "heading_open" and chapter:
                token.attrSet("id", anchor(chapter, _plain(tokens[position + 1])))
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    return str(parser.renderer.render(tokens, parser.options, {}))


def picture(exhibit: dict[str, Any]) -> Markup:
    """Data URI of a figure's SVG, cropped to the drawing: the page prints title and source."""
    width, height = exhibit["size"]
    head, foot = exhibit["crop"]
    body = height - head - foot
    svg = exhibit["svg"]
    start = svg.index("<svg")
    end = svg.index(">", start) + 1
    tag = re.sub(r'height="[^"]*"', f'height="{body:g}pt"', svg[start:end], count=1)
    tag = re.sub(r'viewBox="[^"]*"', f'viewBox="0 {head:g} {width:g} {body:g}"', tag)
    return _address(tag + svg[end:])


def _address(svg: str) -> Markup:
    """An SVG as data URI."""
    text = svg[svg.index("<svg"):].strip().replace('"', "'").replace("%", "%25").replace("#", "%23")
    return Markup("data:image/svg+xml," + " ".join(text.split()))


def numbered(html: str, number: int) -> str:
    """The HTML of a table with its number in the caption."""
    return html.replace("<caption><span>", '<caption><span>'
                        f'<span class="number">Tabell {number}.</span> ', 1)
