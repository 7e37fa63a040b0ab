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
    return [(int(element.tag[1]), plain(element.text_content()))
            for element in page.iter("h1", "h2", "h3", "h4", "h5", "h6")]


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
        assert below.startswith(title.split()[0]), (title, below[:60])
        words = below.removeprefix(title)
        assert len(words) > 60, f"{title!r} on page {page + 1} has only {words!r} under it"


def test_the_first_two_pages_are_a_brief(pdf, bookmarks, folder):
    page = lxml_html.fromstring((folder / "report.html").read_text(encoding="utf-8"))
    first, third = pdf[0].get_textpage().get_text_bounded(), pdf[2].get_textpage()
    findings = [plain(item.text_content()) for item in page.cssselect(".findings li")]
    assert len(findings) == 3
    shown = plain(first)
    for words in [*findings, *(e.text_content() for e in page.cssselect(".tiles .value"))]:
        assert plain(words)[-15:] in shown
    assert third.get_text_bounded().split()[0] == "Innehåll"
    pages = {title: number + 1 for level, title, number, _ in bookmarks if level == 2}
    assert pages["Sammanfattning"] == 1
    assert pages["Innehåll"] == 3


def test_the_contents_give_the_right_pages(pdf, bookmarks):
    text = pdf[2].get_textpage()
    chapters = [(title, page + 1) for level, title, page, _ in bookmarks
                if level == 2 and title != "Innehåll"]
    assert len(chapters) >= 7
    for title, page in chapters:
        place, _ = text.search(title).get_next()
        left, low, _, high = text.get_charbox(place)
        line = between(pdf, 2, low - 2, high + 2, left - 1)
        assert re.fullmatch(rf"{title}[ .]+{page}", line), line


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
    """PDF/UA-1, 7.4: what rule UA-14-001 of pdfua asks for; it cannot read WeasyPrint's tags."""
    found = [element for element in walk(tagged.Root.StructTreeRoot)
             if re.fullmatch(r"/H[1-6]", kind(element))]
    assert [int(kind(element)[2]) for element in found] == [level for level, _ in headings]
    assert all(list(content(element)) for element in found)


def test_no_row_of_a_table_is_split(tagged):
    rows = [element for element in walk(tagged.Root.StructTreeRoot) if kind(element) == "/TR"]
    assert len(rows) > 100
    pages = [{page for page, _ in content(row)} for row in rows]
    assert all(pages), "every row marks something"
    assert [len(found) for found in pages if len(found) > 1] == []


def test_every_figure_and_the_map_have_their_place_and_words(tagged, folder):
    page = lxml_html.fromstring((folder / "report.html").read_text(encoding="utf-8"))
    found = [element for element in walk(tagged.Root.StructTreeRoot)
             if kind(element) == "/Figure"]
    assert [plain(str(element.Alt)) for element in found] == [
        plain(image.get("alt")) for image in page.iter("img")]


def test_a_heading_without_words_is_refused():
    import nbformat

    cells = [nbformat.v4.new_markdown_cell("# Kapitel\n\n##\n\nText")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    region = regions.get("karlstad")
    document = compose.Document(region, "2026-08-31", {"own": notebook})
    with pytest.raises(BuildError, match="chapter own: a heading of level 2 has no text"):
        compose.number(document)
