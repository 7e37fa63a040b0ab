"""What a page may hold: hostile pieces are refused or printed as text, innocent words pass."""

import pytest

from analysis.errors import BuildError
from analysis.report import page, safe

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>",
        "<foreignObject><p>x</p></foreignObject>",
        '<g onload="alert(1)"/>',
        '<a href="https://example.org"><path d="M0 0"/></a>',
        '<image href="https://example.org/a.png"/>',
        '<use xlink:href="https://example.org/a.svg#a"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        '<style>@import "x"</style>',
        '<path style="fill:url(https://example.org/a)"/>',
        '<animate attributeName="href"/>',
        '<set attributeName="onload" to="x"/>',
        '<iframe src="x"/>',
        '<path fill="url(x)"/>',
        "<g><html/></g>",
        "<text><b>x</b></text>",
        '<use href="javascript:alert(1)"/>',
    ],
)
def test_a_drawing_with_more_than_a_drawing_is_refused(inner):
    with pytest.raises(BuildError, match="figure karta"):
        safe.drawing(SVG.format(inner), "karta")


@pytest.mark.parametrize("text", ["<svg", "<svg/><svg/>", "", '<!DOCTYPE x [<!ENTITY a "b">]><p/>'])
def test_what_is_no_svg_is_refused(text):
    with pytest.raises(BuildError):
        safe.drawing(text, "karta")


def test_a_drawing_keeps_what_draws_and_its_ids_are_its_own():
    text = SVG.format(
        '<defs><path id="a0" d="M0 0"/></defs><use xlink:href="#a0"/>'
        '<g clip-path="url(#a1)"><text>@import i &lt;Bergslagen&gt;</text></g>'
    )
    assert safe.drawing(text, "k") == (
        '<svg><defs><path id="k-a0" d="M0 0" /></defs><use href="#k-a0" />'
        '<g clip-path="url(#k-a1)"><text>@import i &lt;Bergslagen&gt;</text></g></svg>'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p onclick=alert(1)>x</p>",
        '<a href="javascript:alert(1)">x</a>',
        '<img src="https://example.org/a.png">',
        '<link rel="stylesheet" href="x.css">',
        '<iframe src="x"></iframe>',
        '<object data="x"></object>',
        '<form action="x"></form>',
        '<video poster="x"></video>',
        '<base href="https://example.org">',
        '<input formaction="x">',
        '<svg><a xlink:href="x"></a></svg>',
        '<p srcset="x">y</p>',
        "<math><mtext></mtext></math>",
        '<a href=" JavaScript:alert(1)">x</a>',
        '<embed src="x">',
        '<p background="x">y</p>',
    ],
)
def test_a_page_with_anything_unknown_is_refused(html):
    with pytest.raises(BuildError, match="leave it out"):
        safe.check_page(html)


def test_innocent_words_pass():
    safe.check_page("<p>@import i Bergslagen, url(x), &lt;script&gt;</p>")
    assert "default-src 'none'" in page.POLICY
    assert "script-src" not in page.POLICY
