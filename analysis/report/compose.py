"""Put the executed chapters of one region together into one document.

Terms
-----
document: the chapters with numbered figures and tables, and the sources they cite. It has parts,
    each a page and a PDF of its own: the report, its appendix, and the brief (its first pages).
block: what a chapter consists of: words that its author wrote, or an exhibit in its place.
appendix: what a chapter shows from the first Markdown cell tagged `appendix` on.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from analysis import catalog, regions
from analysis.citable import Citable, Source
from analysis.errors import BuildError
from analysis.exhibits.model import (
    MIME,
    Exhibit,
    FigureExhibit,
    FindingsExhibit,
    KeyFigure,
    KeyFiguresExhibit,
    TableExhibit,
    TextExhibit,
    TilesExhibit,
    loads,
)
from analysis.loaders import tables
from analysis.regions import Region, slug
from analysis.report import markdown
from analysis.report.markdown import Node
from analysis.report.plan import Job
from analysis.report.ways import Way
from analysis.text import formulas, swedish
from analysis.text.formulas import Formula

COVER_SOURCE = "boundaries"  # of the small map beside the title
SUMMARY = "summary"  # the chapter that opens the report, and is the brief
_UNSEEN = {"remove-cell", "remove_cell", "remove-output", "remove_output"}
_APPENDIX = "appendix"
_PAGE = "new-page"  # tag of a Markdown cell that begins a page of the PDF


@dataclass(frozen=True)
class Cited:
    """What the report cites: the edition of a dataset that was used, or a chapter's own source.

    `notes` is what a reader must know of it, `years` what it is about.
    """

    key: str
    title: str
    source: str
    years: str
    licence: str
    notes: tuple[str, ...] = ()
    series: tuple[catalog.Series, ...] = ()

    @classmethod
    def of_dataset(cls, entry: catalog.Dataset) -> Cited:
        """A dataset in the edition that is used."""
        used = tables.vintage(entry.key)
        return cls(
            entry.key,
            entry.title,
            used.source,
            used.years,
            used.licence,
            tables.notes(entry.key),
            entry.series,
        )

    @classmethod
    def of_own(cls, link: Link) -> Cited:
        """A source that is not in the catalogue."""
        assert isinstance(link.source, Source)
        return cls(
            link.key, link.source.title, str(link.source), link.source.date, link.source.terms
        )


@dataclass(frozen=True)
class Link:
    """A source as an exhibit cites it, and in words; `key` is its place in the list of sources."""

    source: Citable
    text: str

    @property
    def key(self) -> str:
        """The key of a dataset; of an own source one made from its words."""
        return self.source if isinstance(self.source, str) else f"egen-{slug(self.text)}"

    @property
    def kolada(self) -> bool:
        """True for Kolada's: by its terms it is no source of what others have computed."""
        return "Kolada, " in self.text


@dataclass(frozen=True)
class Prose:
    """Words of a chapter: what its author wrote, or sentences that code derived (`said`)."""

    nodes: tuple[Node, ...]
    said: bool = False


@dataclass(frozen=True)
class Shown:
    """An exhibit in its place: `number` counts figures and tables of its part by themselves."""

    exhibit: FigureExhibit | TableExhibit | FindingsExhibit | TilesExhibit
    number: str = ""
    formulas: tuple[Formula, ...] = ()
    cited: tuple[Link, ...] = ()
    row_ids: tuple[str, ...] = ()  # of a table whose rows are led to
    picture: str = ""  # of a figure: the PNG that its notebook shows, in base64

    @property
    def kind(self) -> str:
        """Observed, derived or modelled."""
        return getattr(self.exhibit, "kind", "derived")


Block = Prose | Shown


@dataclass(frozen=True)
class Chapter:
    """What one part prints of a chapter."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    joined: bool = False  # follows the chapter before it on the same page

    @property
    def headings(self) -> tuple[Node, ...]:
        """The headings as the report numbers their levels: 2 for a chapter's title."""
        return tuple(
            node
            for block in self.blocks
            if isinstance(block, Prose)
            for node in block.nodes
            if node.kind == "h"
        )


@dataclass(frozen=True)
class Part:
    """A page or PDF of its own; `full` where it prints methods and sources at length."""

    name: str  # report, appendix or brief
    chapters: tuple[Chapter, ...]
    full: bool = False
    other: str = ""  # the part that it leads to

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """All exhibits in order."""
        return tuple(
            block
            for chapter in self.chapters
            for block in chapter.blocks
            if isinstance(block, Shown)
        )

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas that its exhibits name, in the order of the methods."""
        return formulas_of(self.shown)

    @property
    def sources(self) -> tuple[Cited, ...]:
        """The datasets that it cites, in the order of the catalogue."""
        return cited_by(self.shown)


@dataclass(frozen=True)
class Document:
    """One region's report before export."""

    region: Region
    as_of: str
    report: tuple[Chapter, ...]
    appendix: tuple[Chapter, ...]
    key_figures: tuple[KeyFigure, ...] = ()
    kicker: str = ""  # what kind of report it is; "" is that of a region
    ways: tuple[Way, ...] = ()

    def parts(self, *, appendix: bool = True) -> tuple[Part, ...]:
        """Report, brief and, where there is anything to print, appendix."""
        there = appendix and any(chapter.blocks for chapter in self.appendix)
        report = Part("report", self.report, full=not there, other="appendix" if there else "")
        found = [report, *([Part("brief", self.summary, other="report")] if self.summary else [])]
        if there:
            found.append(Part("appendix", self.appendix, full=True, other="report"))
        return tuple(found)

    @property
    def summary(self) -> tuple[Chapter, ...]:
        """The chapter of pages one and two, where there is one."""
        return tuple(chapter for chapter in self.report if chapter.name == SUMMARY)

    @cached_property
    def shown(self) -> tuple[Shown, ...]:
        """All exhibits of report and appendix, in order."""
        return Part("", (*self.report, *self.appendix)).shown

    def tables(self) -> Iterator[tuple[TableExhibit, tuple[Formula, ...]]]:
        """Every table with its formulas: those shown, and those behind the figures."""
        for block in self.shown:
            if isinstance(block.exhibit, TableExhibit):
                yield block.exhibit, block.formulas
            elif isinstance(block.exhibit, FigureExhibit) and block.exhibit.table:
                yield block.exhibit.table, block.formulas

    @property
    def sources(self) -> tuple[Cited, ...]:
        """The datasets that report and appendix cite."""
        return cited_by(self.shown)

    @property
    def findings(self) -> FindingsExhibit | None:
        """The findings on the first page."""
        return next(
            (block.exhibit for block in self.shown if isinstance(block.exhibit, FindingsExhibit)),
            None,
        )

    @property
    def in_short(self) -> dict[str, str]:
        """Title, first finding and its evidence, as an index shows them."""
        found = self.findings
        if found is not None:
            return {"title": found.title, "first": found.items[0], "evidence": found.evidence}
        said = (
            node.words
            for chapter in self.report
            for block in chapter.blocks
            if isinstance(block, Prose) and block.said
            for node in block.nodes
        )
        return {"title": "", "first": next(said, ""), "evidence": ""}


def formulas_of(shown: Iterable[Shown]) -> tuple[Formula, ...]:
    """The formulas that exhibits name, in the order of the methods; then those of own measures."""
    named = {entry.key: entry for block in shown for entry in block.formulas}
    order = [entry.key for entry in formulas.all_formulas()]
    return tuple(named[key] for key in dict.fromkeys([*order, *named]) if key in named)


def cited_by(shown: Iterable[Shown]) -> tuple[Cited, ...]:
    """What exhibits cite: datasets in the order of the catalogue, the cover's too; then the own."""
    met = {link.key: link for block in shown for link in block.cited}
    datasets = (
        Cited.of_dataset(entry)
        for key, entry in catalog.CATALOG.items()
        if key in met or key == COVER_SOURCE
    )
    own = (Cited.of_own(link) for link in met.values() if isinstance(link.source, Source))
    return (*datasets, *own)


def read(
    region: Region,
    jobs: list[Job],
    notebooks: Mapping[str, bytes],
    as_of: str,
    *,
    kicker: str = "",
    ways: tuple[Way, ...] = (),
) -> Document:
    """The document of a region from its executed notebooks, by chapter; numbers what they show.

    Raises BuildError when a chapter shows a picture without description, or an id twice.
    """
    import nbformat

    document = compose(
        region,
        as_of,
        {
            job.chapter: nbformat.reads(notebooks[job.chapter].decode("utf-8"), as_version=4)
            for job in jobs
        },
        kicker=kicker,
    )
    return replace(document, ways=ways)


def of_notebook(notebook: Any, name: str) -> Document:
    """The document of one executed chapter, for the region and date in its own parameters.

    What it says for the appendix follows its report. Raises BuildError for a notebook that has not
    been run or does not say what it is about, and InputError for an unknown region.
    """
    chapter = slug(name) or "kapitel"
    given = parameters_of(notebook)
    about = given.get("members") or given.get("region")
    if not about:
        raise BuildError(
            f"{name} does not say which region it is about; give it a cell tagged "
            "'parameters' with a line such as region = \"karlstad\""
        )
    region = regions.resolve(about, name=given.get("name", ""))
    as_of = given.get("as_of") or tables.data_date().isoformat()
    document = compose(region, as_of, {chapter: notebook}, merged=True)
    if not document.shown:
        raise BuildError(f"{name} shows nothing yet; run all its cells and save it first")
    return document


_INJECTED = "injected-parameters"
_PARAMETER_TAGS = {"parameters", _INJECTED}


def parameters_of(notebook: Any) -> dict[str, str]:
    """The texts that a chapter's parameter cells assign; those that Papermill put in win."""
    found: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or not _PARAMETER_TAGS & set(cell.metadata.get("tags", ())):
            continue
        for line in ast.parse(_without_magics(cell.source)).body:
            if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
                found |= {
                    target.id: str(line.value.value)
                    for target in line.targets
                    if isinstance(target, ast.Name)
                }
    return found


def _without_magics(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if not line.startswith(("%", "!")))


# --- from notebooks to chapters ------------------------------------------------------------------


def compose(
    region: Region,
    as_of: str,
    notebooks: Mapping[str, Any],
    *,
    merged: bool = False,
    kicker: str = "",
) -> Document:
    """The document of executed notebooks, by chapter; `merged` puts all into the report."""
    halves = {name: _halves(name, notebook, merged) for name, notebook in notebooks.items()}
    found = [exhibit for name, (first, second) in halves.items() for exhibit in (*first, *second)]
    _check_ids(found)
    keys = tuple(
        row for item in found if isinstance(item, _Met) for row in _key_figures(item.exhibit)
    )
    report = tuple(
        part for name, (first, _) in halves.items() for part in _split(_chapter(name, first))
    )
    titles = {chapter.name: chapter.title for chapter in report}
    appendix = tuple(
        _appendix_chapter(name, titles[name], second)
        for name, (_, second) in halves.items()
        if second
    )
    return Document(region, as_of, _numbered(report, ""), _numbered(appendix, "B"), keys, kicker)


@dataclass(frozen=True)
class _Met:
    """An exhibit as a chapter shows it."""

    exhibit: Exhibit
    where: str
    picture: str = ""


_Raw = Prose | _Met


def _key_figures(exhibit: Exhibit) -> tuple[KeyFigure, ...]:
    return exhibit.items if isinstance(exhibit, KeyFiguresExhibit) else ()


def _halves(chapter: str, notebook: Any, merged: bool) -> tuple[list[_Raw], list[_Raw]]:
    """What a chapter shows in the report, and in the appendix."""
    halves: tuple[list[_Raw], list[_Raw]] = ([], [])
    half = halves[0]
    position = 0  # in the author's notebook, where Papermill has put in no cell
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", ()))
        position += _INJECTED not in tags
        where = f"chapter {chapter}, cell {position}"
        if cell.cell_type == "markdown":
            if _APPENDIX in tags and not merged:
                half = halves[1]
            if not tags & _UNSEEN:
                nodes = markdown.placed(markdown.parse(cell.source, where), chapter)
                half.append(Prose((Node("page"), *nodes) if _PAGE in tags else nodes))
        elif not tags & _UNSEEN:
            half += [
                found
                for output in cell.get("outputs", ())
                for found in _of_output(output, where, chapter)
            ]
    return halves


def _of_output(output: Any, where: str, chapter: str) -> Iterator[_Raw]:
    """The exhibit of one output, or a refusal of what the report could not print or trace."""
    data = output.get("data", {})
    if MIME not in data:
        _refuse_untraced(where, output)
        return
    exhibit = loads(data[MIME], where)
    if isinstance(exhibit, TextExhibit):
        nodes = markdown.parse(exhibit.markdown, where, said=not exhibit.own)
        yield Prose(markdown.placed(nodes, chapter), said=not exhibit.own)
    else:
        yield _Met(exhibit, where, data.get("image/png", ""))


def _refuse_untraced(where: str, output: Any) -> None:
    """Anything shown without `analysis.exhibits` has no source: it must not vanish in silence."""
    data = output.get("data", {})
    printed = output.get("name") == "stdout" and str(output.get("text", "")).strip()
    remedy = "or tag the cell remove-output"
    if any(name.startswith("image/") for name in data):
        raise BuildError(
            f"{where}: a picture has no title, alt text and source; show it with "
            f"analysis.exhibits.show, {remedy}"
        )
    if printed or data:
        first = " ".join(str(printed or data.get("text/plain", "output")).split())[:60]
        raise BuildError(
            f"{where}: the output {first!r} has no source; use show or say of "
            f"analysis.exhibits, {remedy}"
        )


def _check_ids(found: Iterable[_Raw]) -> None:
    """Ids become names of files, on disks that may not know case: each is used once."""
    seen: dict[tuple[str, str], str] = {}
    for item in found:
        if isinstance(item, Prose) or not isinstance(item.exhibit, FigureExhibit | TableExhibit):
            continue
        name, kind = item.exhibit.id, item.exhibit.type
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*", name):
            raise BuildError(
                f"{item.where}: the id {name!r} must be letters, digits and hyphens; "
                "it becomes a file name"
            )
        if (kind, name.casefold()) in seen:
            raise BuildError(
                f"{item.where}: the id {name!r} is already used in "
                f"{seen[kind, name.casefold()]}; choose another"
            )
        seen[kind, name.casefold()] = item.where


def _chapter(name: str, raw: Iterable[_Raw]) -> Chapter:
    """A chapter of the report; raises BuildError without a heading of level one."""
    blocks = tuple(_block(item) for item in raw if not _is_kept_apart(item))
    chapter = Chapter(name, "", blocks)
    titles = [node.words for node in chapter.headings if node.level == 2]
    if not titles:
        raise BuildError(
            f"chapter {name} has no heading; begin with a line such as '# {name.capitalize()}'"
        )
    _check_levels(chapter)
    return replace(chapter, title=titles[0], blocks=_without_empty(blocks))


def _split(chapter: Chapter) -> tuple[Chapter, ...]:
    """A chapter with several headings of level one as so many chapters, on the same pages."""
    starts = [
        place
        for place, block in enumerate(chapter.blocks)
        if isinstance(block, Prose) and not block.said and block.nodes and block.nodes[0].level == 2
    ]
    if len(starts) < 2:
        return (chapter,)
    ends = [*starts[1:], len(chapter.blocks)]
    return tuple(
        Chapter(
            f"{chapter.name}-{number}" if number > 1 else chapter.name,
            _title_of(chapter.blocks[start]),
            chapter.blocks[start if number > 1 else 0 : end],
            joined=number > 1,
        )
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    )


def _title_of(block: Block) -> str:
    return block.nodes[0].words if isinstance(block, Prose) else ""


def _appendix_chapter(name: str, title: str, raw: Iterable[_Raw]) -> Chapter:
    """What the appendix prints of a chapter, under the chapter's title."""
    head = Node("h", (Node("text", text=title),), level=2, id=markdown.anchor(name, title))
    blocks = (Prose((head,)), *(_block(item) for item in raw if not _is_kept_apart(item)))
    chapter = Chapter(name, title, blocks)
    _check_levels(chapter)
    return replace(chapter, blocks=_without_empty(blocks))


def _without_empty(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks without headings that nothing stands under, but a chapter's title.

    A question of a standard chapter has no answer where nothing is known of the region.
    """
    kept: list[Block] = []
    following = 1  # the level of the heading that follows with nothing before it; 0 is content
    for block in reversed(blocks):
        if not isinstance(block, Prose):
            following = 0
            kept.append(block)
            continue
        nodes: list[Node] = []
        for node in reversed(block.nodes):
            if node.kind == "h" and node.level > 2 and 0 < following <= node.level:
                continue
            if node.kind != "page":
                following = node.level if node.kind == "h" else 0
            nodes.append(node)
        kept.append(replace(block, nodes=tuple(reversed(nodes))))
    return tuple(reversed(kept))


def _check_levels(chapter: Chapter) -> None:
    markdown.check_levels(
        [(node.level - 1, node.words) for node in chapter.headings], f"chapter {chapter.name}"
    )


def _is_kept_apart(item: _Raw) -> bool:
    return isinstance(item, _Met) and isinstance(item.exhibit, KeyFiguresExhibit)


def _block(item: _Raw) -> Block:
    if isinstance(item, Prose):
        return item
    exhibit = item.exhibit
    assert not isinstance(exhibit, TextExhibit | KeyFiguresExhibit)
    if isinstance(exhibit, FindingsExhibit):
        return Shown(exhibit)
    if isinstance(exhibit, TilesExhibit):
        named = formulas.named(tile.measure for tile in exhibit.items)
        return Shown(exhibit, "", named, links(tile.source for tile in exhibit.items))
    found = () if exhibit.kind == "observed" else tuple(dict.fromkeys(_formulas(exhibit)))
    return Shown(exhibit, "", found, links(exhibit.sources), picture=item.picture)


def _formulas(exhibit: FigureExhibit | TableExhibit) -> Iterator[Formula]:
    if exhibit.kind == "modelled":
        yield from formulas.named(["modelled_flows"])
    yield from exhibit.formulas
    if isinstance(exhibit, FigureExhibit) and exhibit.table:
        yield from exhibit.table.formulas


def _numbered(chapters: Iterable[Chapter], prefix: str) -> tuple[Chapter, ...]:
    """The chapters with their figures and tables numbered, each kind by itself."""
    count = {"figure": 0, "table": 0}

    def number(block: Block) -> Block:
        if isinstance(block, Shown) and block.exhibit.type in count:
            count[block.exhibit.type] += 1
            return replace(block, number=f"{prefix}{count[block.exhibit.type]}")
        return block

    return tuple(
        replace(chapter, blocks=tuple(map(number, chapter.blocks))) for chapter in chapters
    )


def data_dates() -> str:
    """Of which day the shipped data is and, when some of it has been updated, the newest part."""
    shipped, newest = catalog.SNAPSHOT_DATE, tables.data_date()
    later = f", nyaste delen den {swedish.day(newest)}" if newest > shipped else ""
    return f"{swedish.day(shipped)}{later}"


def links(sources: Iterable[Citable]) -> tuple[Link, ...]:
    """The sources of an exhibit, each once, with the words of its citation."""
    cited: dict[str, Citable] = {}
    for source in sources:
        cited.setdefault(tables.in_citation(source), source)
    return tuple(Link(source, text) for text, source in cited.items())
