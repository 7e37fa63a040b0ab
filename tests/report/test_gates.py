"""What every report must be: plain Swedish, short, tables that say what they measure.

Terms
-----
LIX: words a sentence plus per cent of words longer than six letters (Björnsson 1968); below 45 is
    what a daily paper writes. Lists, figures, tables and sources are no running text.
"""

import re

import numpy as np
import pypdfium2
import pytest
from lxml import html as lxml_html

from analysis import regions
from analysis.report import paging

pytestmark = pytest.mark.xdist_group("report")

REGIONS = ("karlstad", "malardalen")
PAGES = 14
LIX, WORDS = 45, 25
EMPTY, CHAPTER = 0.4, 1  # share of a page; level of a bookmark
EMPTIEST = 0.55  # of an appendix: maps that are more than half a page high follow each other
A4, HEAD = 841.9, 100.0  # points: a page; where a heading stands that begins one
_ASIDE = "ancestor::figure|ancestor::table|ancestor::details|ancestor::nav|ancestor::footer"


@pytest.fixture(scope="module", params=REGIONS)
def folder(request, reports):
    return reports / request.param


def running_text(page):
    """The paragraphs of a report, and the findings."""
    for element in page.cssselect("main p:not(.source), .findings li"):
        if not element.xpath(_ASIDE):
            yield " ".join(element.text_content().replace("\u00ad", "").split())


def sentences(text):
    """A colon or a semicolon joins what is one thought; an abbreviation is no end."""
    return [part for part in re.split(r"(?<=[.!?])\s+(?=[A-ZÅÄÖ0-9”])", text) if " " in part]


def readability(paragraphs):
    """LIX and words a sentence."""
    said = [sentence for text in paragraphs for sentence in sentences(text)]
    words = re.findall(r"[^\W_]+(?:[-–][^\W_]+)*", " ".join(said))
    mean = len(words) / len(said)
    return round(mean + 100 * sum(len(word) > 6 for word in words) / len(words), 1), round(mean, 1)


def test_lix_counts_long_words_and_sentences():
    # eight words in two sentences, two of them long
    assert readability(["Kommunerna samverkar gärna. Det är bra här nu."]) == (4 + 100 * 2 / 8, 4)


def test_the_text_is_plain_swedish(folder):
    page = lxml_html.fromstring((folder / "report.html").read_text(encoding="utf-8"))
    paragraphs = list(running_text(page))
    assert sum(map(len, paragraphs)) > 4000, "the text was found"
    lix, mean = readability(paragraphs)
    longest = max((part for text in paragraphs for part in sentences(text)), key=len)
    assert lix < LIX, f"LIX {lix}; the longest sentence: {longest}"
    assert mean < WORDS, longest


def test_the_main_report_is_short(folder):
    with pypdfium2.PdfDocument(folder / "report.pdf") as document:
        assert len(document) <= PAGES


def capitals(page, words):
    """How high the first letter of each of the words is, wherever it stands on a page: points."""
    letters = page.get_textpage()
    text = letters.get_text_range()
    places = [found.start() for word in words for found in re.finditer(re.escape(word), text)]
    boxes = [letters.get_charbox(place) for place in places]
    return [top - bottom for _, bottom, _, top in boxes]


def test_the_words_of_page_one_leave_its_map_room(folder):
    """Names of 4 points, whose capitals are 2.8 high, are the least; the words may not take more."""
    with pypdfium2.PdfDocument(folder / "report.pdf") as document:
        found = capitals(document[0], regions.get(folder.name).member_names)
    assert max(found) > 6, "the text beside it"
    assert 2.8 < min(found) < 5, "the map's own"


def test_every_table_of_numbers_says_what_it_measures(folder):
    page = lxml_html.fromstring((folder / "report.html").read_text(encoding="utf-8"))
    tables = [
        caption
        for caption in page.cssselect("caption, figcaption")
        if "Tabell" in caption.text_content()
    ]
    measured = [caption for caption in tables if caption.cssselect(".subtitle")]
    # what others share has no table where nothing is unknown that neighbours share
    assert len(measured) >= 3, "bodies, workplaces, need"


def emptiness(path):
    """What each page of a PDF has empty below its lowest ink, as a share of the text's height."""
    with pypdfium2.PdfDocument(path) as document:
        for page in document:
            ink = np.asarray(page.render(scale=1, grayscale=True).to_numpy()).squeeze() < 245
            text = ink[round(paging.TOP) : round(page.get_height() - (A4 - paging.BOTTOM))]
            rows = np.flatnonzero(text.any(axis=1))
            yield 1 - (rows.max() + 1 if len(rows) else 0) / len(text)


def ends_of_chapters(path):
    """The pages, from 0, that are the last of a chapter; the next begins on a page of its own."""
    with pypdfium2.PdfDocument(path) as document:
        marks = [mark.get_dest() for mark in document.get_toc() if mark.level == CHAPTER]
        tops = [mark.get_index() for mark in marks if A4 - mark.get_view()[1][1] < HEAD]
        return {*(page - 1 for page in tops), len(document) - 1}


def test_no_page_within_a_chapter_is_nearly_half_empty(folder):
    path = folder / "report.pdf"
    empty = dict(enumerate(emptiness(path)))
    assert len(empty) > 8
    inside = {page: share for page, share in empty.items() if page not in ends_of_chapters(path)}
    assert {page + 1: round(share, 2) for page, share in inside.items() if share > EMPTY} == {}


def sheets(path):
    """The pages, from 0, of the sheets: one a municipality, to be handed out one by one."""
    with pypdfium2.PdfDocument(path) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    return {number for number, text in enumerate(texts) if "Kommunblad för" in text}


def test_no_page_of_the_appendix_but_sheets_is_much_emptier(folder):
    path = folder / "appendix.pdf"
    spared = ends_of_chapters(path) | sheets(path)
    spared.add(min(sheets(path)) - 1)  # the first sheet begins a page, as a chapter does
    empty = {page + 1: share for page, share in enumerate(emptiness(path)) if page not in spared}
    assert {page: round(share, 2) for page, share in empty.items() if share > EMPTIEST} == {}


def test_emptiness_is_measured_from_the_lowest_ink(tmp_path):
    import typst

    source = b'#set page(paper: "a4", margin: (top: 21mm, bottom: 20mm), footer: [1])\n#v(64mm)Ord'
    (tmp_path / "page.pdf").write_bytes(typst.compile(source, format="pdf"))
    (share,) = emptiness(tmp_path / "page.pdf")
    assert share == pytest.approx(1 - 64 / 256, abs=0.03)
