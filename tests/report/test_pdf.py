"""The PDF as a reader and a screen reader meet it: bookmarks, page breaks, tags."""

import re
from itertools import pairwise

import pikepdf
import pypdfium2
import pytest
from lxml import html as lxml_html

from analysis import regions
from analysis.errors import BuildError
from analysis.report import compose

pytestmark = pytest.mark.xdist_group("report")

POINTS = 72 / 25.4  # in a millimetre
FOOT = 22 * POINTS  # the lower margin, where the page number stands
REGIONS = ("karlstad", "malardalen")


def plain(text):
    """Words without soft hyphens and with single spaces."""
    return " ".join(text.replace("\u00ad", "").split())


@pytest.fixture(scope="module", params=REGIONS)
def folder(request, reports):
    return reports / request.param


@pytest.fixture(scope="module")
def headings(folder):
    """(level, text) of every heading of the page, in order."""
    page = lxml_html.fromstring((folder / "report.html").read_text(encoding="utf-8"))
    return [
        (int(element.tag[1]), plain(element.text_content()))
        for element in page.iter("h1", "h2", "h3", "h4", "h5", "h6")
    ]


def without_contents(headings):
    """A page has its contents beside it; a PDF has them under a heading."""
    return [entry for entry in headings if entry[1] != "Innehåll"]


@pytest.fixture(scope="module")
def pdf(folder):
    with pypdfium2.PdfDocument(folder / "report.pdf") as document:
        yield document


@pytest.fixture(scope="module")
def bookmarks(pdf):
    """(level, title, page, height on the page) of every bookmark, in order."""
    found = []
    for mark in pdf.get_toc():
        target = mark.get_dest()
        _, place = target.get_view()
        found.append((mark.level + 1, plain(mark.get_title()), target.get_index(), place[1]))
    return found


def test_bookmarks_are_the_headings_in_order_and_nesting(bookmarks, headings):
    assert [(level, title) for level, title, _, _ in bookmarks] == headings
    assert len(headings) > 20
    assert all(page <= later for (_, _, page, _), (_, _, later, _) in pairwise(bookmarks))


def between(pdf, number, low, high, left=0):
    page = pdf[number]
    return plain(page.get_textpage().get_text_bounded(left, low, page.get_width(), high))


def test_no_heading_stands_alone_at_the_foot_of_a_page(pdf, bookmarks):
    for _, title, page, top in bookmarks:
        below = between(pdf, page, FOOT, top)
        assert title.split()[0] in below[: 30 + len(title)], (title, below[:60])
        words = below.partition(title)[2]
        assert len(words) > 60, f"{title!r} on page {page + 1} has only {words!r} under it"


def test_the_message_stands_on_the_first_page(pdf, bookmarks, folder):
    page = lxml_html.fromstring((folder / "report.html").read_text(encoding="utf-8"))
    shown = plain(pdf[0].get_textpage().get_text_bounded())
    findings = [plain(item.text_content()) for item in page.cssselect(".findings li")]
    assert len(findings) >= 3
    for words in [*findings, *(e.text_content() for e in page.cssselect(".tiles .value"))]:
        assert plain(words)[-15:] in shown
    pages = {title: number + 1 for level, title, number, _ in bookmarks if level == 2}
    assert pages[next(iter(pages))] == 1


def test_the_brief_is_the_first_pages_and_stands_alone(folder):
    with pypdfium2.PdfDocument(folder / "brief.pdf") as brief:
        text = plain(" ".join(page.get_textpage().get_text_bounded() for page in brief))
        assert len(brief) == 2
    assert "Källor:" in text
    assert re.search(r"Statistik hämtad den \d+ \w+ 20\d\d", text)
    assert "heter report.pdf" in text, "where the rest is"


def test_the_contents_give_the_right_pages(pdf, bookmarks):
    chapters = [(title, page + 1) for level, title, page, _ in bookmarks if level == 2]
    assert len(chapters) >= 5
    texts = [plain(page.get_textpage().get_text_bounded()) for page in pdf]
    listed = next(text for text in texts if "Innehåll" in text)
    for title, page in chapters[1:]:
        assert re.search(rf"{re.escape(title)}[ .]+{page}\b", listed) or title == "Innehåll", title


# --- tags ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tagged(folder):
    with pikepdf.open(folder / "report.pdf") as document:
        yield document


def children(element):
    kids = element.get("/K")
    if kids is None:
        return []
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def walk(element):
    yield element
    for child in children(element):
        if isinstance(child, pikepdf.Dictionary):
            yield from walk(child)


def content(element):
    """(page, marked content) of everything that an element and those below it mark."""
    for node in walk(element):
        if "/MCID" in node:
            yield node.Pg.objgen, int(node.MCID)
        for child in children(node):
            if isinstance(child, int) and "/S" in node:
                yield node.Pg.objgen, int(child)


def kind(element):
    return str(element.get("/S", ""))


def test_no_heading_is_empty(tagged, headings):
    """PDF/UA-1, 7.4: what rule UA-14-001 of pdfua asks for; it cannot read all tags."""
    found = [
        element
        for element in walk(tagged.Root.StructTreeRoot)
        if re.fullmatch(r"/H[1-6]", kind(element))
    ]
    levels = [int(kind(element)[2]) for element in found]
    assert sorted(levels) == sorted([*(level for level, _ in headings), 2]), "and the contents"
    assert all(list(content(element)) for element in found)


def test_no_row_of_a_table_is_split(tagged):
    rows = [element for element in walk(tagged.Root.StructTreeRoot) if kind(element) == "/TR"]
    assert len(rows) > 30
    pages = [{page for page, _ in content(row)} for row in rows]
    assert all(pages), "every row marks something"
    assert [len(found) for found in pages if len(found) > 1] == []


def test_every_figure_and_the_map_have_their_place_and_words(tagged, folder):
    page = lxml_html.fromstring((folder / "report.html").read_text(encoding="utf-8"))
    found = {
        plain(str(element.Alt))
        for element in walk(tagged.Root.StructTreeRoot)
        if kind(element) == "/Figure"
    }
    assert found == {plain(image.get("aria-label")) for image in page.cssselect("svg[role=img]")}


def test_a_heading_without_words_is_refused():
    import nbformat

    cells = [nbformat.v4.new_markdown_cell("# Kapitel\n\n##\n\nText")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    region = regions.get("karlstad")
    with pytest.raises(BuildError, match="chapter own, cell 1: a heading of level 2 has no text"):
        compose.compose(region, "2026-08-31", {"own": notebook})


@pytest.mark.parametrize(("part", "other"), [("report", "appendix"), ("appendix", "report")])
def test_report_and_appendix_are_linked_as_files_that_lie_beside_each_other(folder, part, other):
    with pikepdf.open(folder / f"{part}.pdf") as document:
        addresses = {
            str(note.A.URI)
            for page in document.pages
            for note in page.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        }
    beside = {address for address in addresses if "/" not in address}
    assert beside == {f"{other}.pdf"}
    assert (folder / f"{other}.pdf").is_file()
