"""The type of pages and figures: digits of one width with a plain zero, and all the signs."""

import re

import pytest
from fontTools.ttLib import TTFont

from analysis.figures import fonts, style

TEXT = "Åäö é 0123456789 −1\u202f235,4 % – ” · × ≈ ≤ ≥ ← → ▲ ▼ ✓"


@pytest.mark.parametrize("path", fonts.files()[:-1], ids=lambda path: path.stem)
def test_a_face_has_every_sign_and_digits_of_one_width(path):
    with TTFont(path) as font:
        named, widths = font.getBestCmap(), font["hmtx"]
        assert [letter for letter in TEXT if ord(letter) not in named] == []
        assert len({widths[named[ord(digit)]][0] for digit in "0123456789"}) == 1
        assert widths[named[0x202F]][0] < widths[named[0x20]][0]


def test_the_zero_has_no_stroke():
    """Two contours, the outer and the inner; a slash or a dot would be a third."""
    for path in fonts.files()[:-1]:
        with TTFont(path) as font:
            assert font["glyf"][font.getBestCmap()[ord("0")]].numberOfContours == 2


def test_the_page_and_the_figures_name_the_same_families():
    css = fonts.font_css()
    assert set(re.findall(r"font-family:'([^']+)'", css)) == {fonts.FAMILY, fonts.SIGNS}
    assert len(css) < 100_000
    with style.look():
        axes = style.canvas(1.0)
        assert axes.title.get_fontname() == fonts.FAMILY
