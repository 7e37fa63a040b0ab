"""Texts are measured once for all figures, and as matplotlib measures them."""

import itertools

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from analysis.figures import renderers, style
from analysis.figures.renderers import Canvas

LOOKS = {
    "fontsize": (7, 9),
    "fontweight": ("normal", "bold"),
    "ha": ("left", "right"),
    "va": ("baseline", "center"),
    "rotation": (0, 90),
    "linespacing": (1.0, 1.2),
    "multialignment": ("left", "right"),
    "rotation_mode": ("default", "anchor"),
    "parse_math": (False, True),
}


@pytest.mark.parametrize("dpi", [72, 100])
def test_a_block_is_what_matplotlib_finds_for_each_look(dpi: int) -> None:
    with style.look():
        figure = Figure(dpi=dpi)
        renderer = Canvas(figure).get_renderer()
        for words in ("Kil", "Kil $1$\n1 250 kr"):
            for look in itertools.product(*LOOKS.values()):
                text = figure.text(0.2, 0.3, words, **dict(zip(LOOKS, look, strict=True)))
                box, lines, around = renderers._find_block(text, renderer)
                for _ in "twice":
                    found = text._get_layout(renderer)
                    assert found[0].bounds == box.bounds
                    assert found[1:] == (lines, around)


def test_a_block_that_somebody_moves_is_kept_where_it_was() -> None:
    with style.look():
        figure = Figure()
        renderer = Canvas(figure).get_renderer()
        text = figure.text(0, 0, "Kil")
        before = text._get_layout(renderer)[0].bounds
        text._get_layout(renderer)[0].set_points([[0, 0], [1, 1]])
        assert text._get_layout(renderer)[0].bounds == before


def test_blocks_of_others_and_wrapped_ones_are_found_anew() -> None:
    figure = Figure()
    other = FigureCanvasAgg(figure).get_renderer()
    ours = Canvas(figure).get_renderer()
    kept = len(renderers._blocks)
    figure.text(0, 0, "a word of somebody else's").get_window_extent(other)
    figure.text(0, 0, "a word that is wrapped at its edge", wrap=True).get_window_extent(ours)
    assert len(renderers._blocks) == kept
