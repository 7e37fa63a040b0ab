"""What a report prints around its chapters: its first lines, what may be done, how it is known.

Terms
-----
front: the title, the lines under it and the small map.
closing: the sections that follow the chapters. They are chapters like the others, made of words and
    tables, so that page and PDF print the same.
way: a scenario or an investigation that lies beside the report, with its result in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from analysis.exhibits.model import TableExhibit, Value
from analysis.regions import Region, counties
from analysis.report import markdown
from analysis.report.compose import (
    COVER_SOURCE,
    Block,
    Chapter,
    Cited,
    Document,
    Part,
    Prose,
    Shown,
    data_dates,
    links,
)
from analysis.tables import Format
from analysis.text import methods, swedish
from analysis.text.citation import source_line

KICKER = "Underlag om kommunal samverkan"
_MOST_CODES = 8  # codes of a command, counties of a line
_MOST_NAMED = 40  # members


TITLES = {  # of the part that another one links to
    "appendix": "Bilaga: övriga kartor, tabeller, metoder och källor",
    "report": "Till rapporten",
}


@dataclass(frozen=True)
class Line:
    """A line under the title; a quiet one is for those who look for it."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class CoverMap:
    """The small map of the members beside the title."""

    svg: str
    alt: str
    source: str


@dataclass(frozen=True)
class Front:
    """Title of the file, the lines that open it, and what runs at the foot of each page."""

    title: str
    kicker: str
    headline: str
    lines: tuple[Line, ...]
    map: CoverMap | None
    running: str


def front(document: Document, part: Part) -> Front:
    """The first lines of a part: of the report and its brief, the message."""
    region = document.region
    if part.name == "appendix":
        return Front(
            f"{region.name}: bilaga till underlag om kommunal samverkan",
            KICKER,
            f"Bilaga: {region.name}",
            (*map(Line, _members(region)), _dated(document)),
            None,
            f"Bilaga, {region.name}",
        )
    found = document.findings
    titled = found is not None and found.title
    kicker = document.kicker or (f"{KICKER} i {region.name}" if titled else KICKER)
    lines = [Line(found.evidence)] if found and found.evidence else []
    lines += [Line(text, quiet=bool(titled)) for text in _members(region)]
    what = document.kicker.lower() or "underlag om kommunal samverkan"
    return Front(
        f"{region.name}: {what}",
        kicker,
        found.title if found and titled else region.name,
        (*lines, _dated(document)),
        None if document.summary else cover_map(region),  # page one has a map of its own
        region.name,
    )


def _members(region: Region) -> list[str]:
    """Who is in it: by cooperation, by name, or where they are too many for a page by county."""
    grouped = {code for group in region.groups for code in group.members}
    if grouped == set(region.members):
        return [f"{group.name}: {swedish.listed(group.member_names)}" for group in region.groups]
    size = len(region.members)
    count = f"{swedish.capitalised(swedish.in_words(size))} {'kommun' if size == 1 else 'kommuner'}"
    if size <= _MOST_NAMED:
        return [f"{count}: {swedish.listed(region.member_names)}"]
    where = [counties()[code] for code in region.counties]
    return [
        f"{count} i {swedish.listed(where) if len(where) <= _MOST_CODES else f'{len(where)} län'}"
    ]


def _dated(document: Document) -> Line:
    return Line(
        f"Gemensamma tjänster per den {swedish.day(date.fromisoformat(document.as_of))}. "
        f"Statistik hämtad den {data_dates()}; varje siffra anger sitt år.",
        quiet=True,
    )


@lru_cache(maxsize=4)
def cover_map(region: Region) -> CoverMap:
    """The small map of the members: picture, words and source."""
    from analysis.figures import overview
    from analysis.loaders.boundaries import load_boundaries

    return CoverMap(
        overview.cover_svg(region, load_boundaries()),
        overview.map_alt(region),
        source_text(Shown(_table("map", "", (), ()), cited=links([COVER_SOURCE]))),
    )


def source_text(block: Shown) -> str:
    """The source line of an exhibit as plain text."""
    if not block.cited:
        return ""
    text = source_line((link.source for link in block.cited), block.kind)
    if block.formulas:
        names = ", ".join(lower(entry.label) for entry in block.formulas)
        text += f". {'Formel' if len(block.formulas) == 1 else 'Formler'}: {names}"
    return text


def lower(label: str) -> str:
    """A label within a sentence; an abbreviation stays.

    >>> lower("Pendlingskvot"), lower("SCB:s framskrivning")
    ('pendlingskvot', 'SCB:s framskrivning')
    """
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


# --- the sections after the chapters -------------------------------------------------------------


def closing(document: Document, part: Part) -> tuple[Chapter, ...]:
    """The sections that follow the chapters of a part."""
    if part.name == "brief":
        return ()  # its last lines are small (`last_lines`)
    shown = _Numbers(part)
    # the appendix tells the formulas and sources of the report, too: its links lead there
    whole = Part("", (*document.report, *document.appendix)) if part.name == "appendix" else part
    found = []
    if part.name == "report" and len(document.report) > 1 and not document.kicker:
        found.append(
            _section("vagar", markdown_of(methods.WAYS), *_ways(document), shown.table(_forms()))
        )
        found.append(
            _section(
                "metod",
                markdown_of(methods.CERTAIN),
                shown.table(_certainty()),
                markdown_of(methods.TERMS),
                joined=True,
            )
        )
    if part.name == "appendix" and not document.ways and not document.kicker:
        found.append(_section("prova", markdown_of(_commands(document.region))))
    if part.full:
        found.append(_section("definitioner", markdown_of(methods.METHODS), *_formulas(whole)))
    found.append(
        _section(
            "kallor",
            markdown_of(_terms()),
            *([] if part.full else [_source_table(part, shown)]),
            *([_source_list(whole)] if part.full else []),
            joined=part.name == "report",
        )
    )
    if part.full:
        found.append(_section("tillganglighet", markdown_of(methods.ACCESS), joined=True))
    elif part.other:
        found.append(_section("bilaga", markdown_of(methods.APPENDIX), joined=True))
    return tuple(found)


def _terms() -> str:
    return (
        "# Källor\n\nOfficiell statistik från SCB får användas fritt (CC0). Där Samverkan har "
        "räknat vidare på siffrorna står det ”bearbetning: Samverkan”, på Koladas ”egen "
        f"bearbetning av data från Kolada”. Underlaget är från den {data_dates()}."
    )


def _ways(document: Document) -> Iterator[Prose]:
    """What was built beside the report, each with its result in one sentence."""
    if document.ways:
        yield markdown_of(methods.BUILT)
        yield Prose(
            (
                markdown.Node(
                    "ul",
                    tuple(
                        markdown.Node(
                            "li",
                            (
                                markdown.Node("link", (_text(way.title),), target=way.address),
                                _text(f": {way.result}" if way.result else ""),
                            ),
                        )
                        for way in document.ways
                    ),
                ),
            )
        )


def _commands(region: Region) -> str:
    """How an investigator makes a scenario and an investigation of these municipalities."""
    codes = ",".join(region.members[:_MOST_CODES])
    return methods.COMMANDS.format(codes=codes)


def _section(name: str, *blocks: Block, joined: bool = False) -> Chapter:
    chapter = Chapter(name, "", blocks, joined)
    return replace(chapter, title=next((node.words for node in chapter.headings), ""))


def markdown_of(text: str) -> Prose:
    """A text of the product as words of a section."""
    nodes = markdown.placed(markdown.parse(text, "methods", said=True), "om")
    return Prose(nodes, said=True)


class _Numbers:
    """Tables of the closing sections are numbered after those of the chapters."""

    def __init__(self, part: Part) -> None:
        self._prefix = "B" if part.name == "appendix" else ""
        self._count = sum(isinstance(block.exhibit, TableExhibit) for block in part.shown)

    def table(self, table: TableExhibit, row_ids: tuple[str, ...] = ()) -> Shown:
        self._count += 1
        return Shown(table, f"{self._prefix}{self._count}", row_ids=row_ids)


def _table(
    name: str,
    title: str,
    headings: tuple[str, ...],
    rows: tuple[tuple[Value, ...], ...],
    notes: tuple[str, ...] = (),
) -> TableExhibit:
    columns = tuple(Format(heading, text=True) for heading in headings)
    return TableExhibit(name, title, columns, rows, (), "observed", notes=notes)


def _forms() -> TableExhibit:
    return _table(
        "juridiska-former",
        "Kommuner kan samarbeta i fem juridiska former",
        ("Form", "Vad det är", "Regler"),
        methods.FORMS,
        (
            "Källa: kommunallagen (2017:725); lagen (2003:1210) om finansiell samordning "
            "av rehabiliteringsinsatser.",
        ),
    )


def _certainty() -> TableExhibit:
    return _table(
        "sakerhet",
        "Så säker är varje del av underlaget",
        ("Del", "Bygger på", "Hur säkert"),
        methods.CERTAINTY,
    )


def _source_table(part: Part, numbers: _Numbers) -> Shown:
    """The sources that the report used, one row each, where its exhibits lead."""
    rows = tuple((cited.title, cited.source, cited.years) for cited in part.sources)
    return numbers.table(
        _table("kallor", "Källorna till rapportens siffror", ("Uppgift", "Källa", "Avser"), rows),
        tuple(f"kalla-{cited.key}" for cited in part.sources),
    )


def _source_list(part: Part) -> Prose:
    """Every source with its licence, series and what to know of it."""
    return Prose(tuple(node for cited in part.sources for node in _source_nodes(cited)))


def _source_nodes(cited: Cited) -> Iterator[markdown.Node]:
    head = markdown.Node("strong", (_text(f"{cited.title}."),))
    about = f" Avser {cited.years}." if cited.years else ""
    yield markdown.Node(
        "p",
        (
            head,
            _text(
                f" {cited.source}.{about} Licens: {cited.licence}. {' '.join(cited.notes)}".rstrip()
            ),
        ),
        id=f"kalla-{cited.key}",
    )
    if cited.series:
        items = (
            f"{series.label} ({series.source})"
            + (f"; tidsseriebrott: {series.break_reason}" if series.break_reason else "")
            for series in cited.series
        )
        yield markdown.Node("ul", tuple(markdown.Node("li", (_text(item),)) for item in items))


def _formulas(part: Part) -> Iterator[Prose]:
    if part.formulas:
        yield markdown_of(methods.FORMULAS)
        yield Prose(
            tuple(
                markdown.Node(
                    "p",
                    (markdown.Node("strong", (_text(entry.label),)), _text(f": {entry.text}")),
                    id=f"formel-{entry.key}",
                )
                for entry in part.formulas
            )
        )


def _text(text: str) -> markdown.Node:
    return markdown.Node("text", text=text)


def last_lines(document: Document, part: Part) -> tuple[str, ...]:
    """Of a brief: the sources of what it shows, and where its reader finds the rest."""
    if part.name != "brief":
        return ()
    cited = "; ".join(dict.fromkeys(cited.source for cited in part.sources))
    return (f"Källor: {cited}.", methods.BRIEF.format(name=document.region.name))
