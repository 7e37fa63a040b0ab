"""What every report must be: plain Swedish, short, tables that say what they measure.

Terms
-----
LIX: words a sentence plus per cent of words longer than six letters (Björnsson 1968); below 45 is
    what a daily paper writes. Lists, figures, tables and sources are no running text.
"""

import re

import pypdfium2
import pytest
from lxml import html as lxml_html

pytestmark = pytest.mark.xdist_group("report")

REGIONS = ("karlstad", "malardalen")
PAGES = 14
LIX, WORDS = 45, 25
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


def test_every_table_of_numbers_says_what_it_measures(folder):
    page = lxml_html.fromstring((folder / "report.html").read_text(encoding="utf-8"))
    tables = [
        caption
        for caption in page.cssselect("caption, figcaption")
        if "Tabell" in caption.text_content()
    ]
    measured = [caption for caption in tables if caption.cssselect(".subtitle")]
    assert len(measured) >= 4, "bodies, what others share, workplaces, need"
