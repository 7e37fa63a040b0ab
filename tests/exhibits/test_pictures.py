"""A figure is drawn once, as an SVG with text; all pictures of it come from that."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from analysis import flows, regions
from analysis.exhibits import figure_exhibit, pictures
from analysis.figures import flows as flow_figures
from analysis.figures import maps, population, style, svg
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_localities, load_population

KIL = regions.get("karlstad")


def arrows():
    return flow_figures.plot_flows(
        KIL, flows.commuting_of(), boundaries=load_boundaries(), localities=load_localities()
    )


def circles():
    values = load_population().set_index(["code", "year"])["population"]
    return population.plot_population(
        KIL, values, boundaries=load_boundaries(), localities=load_localities()
    )


def own_picture(figure):
    """What matplotlib itself draws."""
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=pictures.DPI)
    with Image.open(target) as picture:
        return coarse(picture)


def coarse(picture):
    """An eighth of the picture's size: edges are smoothed in another way by each."""
    small = picture.convert("L").reduce(8)
    return np.asarray(small).astype(int)


@pytest.mark.parametrize("plot", [arrows, circles])
def test_the_picture_is_what_matplotlib_draws_and_carries_its_title(plot):
    figure = plot().get_figure(root=True)
    exhibit = figure_exhibit(figure)
    with Image.open(io.BytesIO(pictures.png(exhibit.wide, exhibit.title))) as picture:
        assert picture.info["Title"] == exhibit.title
        assert round(picture.info["dpi"][0]) == pictures.DPI
        ours = coarse(picture)
    with style.look():
        theirs = own_picture(figure)
    assert abs(ours.shape[1] - theirs.shape[1]) < 3
    rows, columns = (min(a, b) for a, b in zip(ours.shape, theirs.shape, strict=True))
    assert np.abs(ours[:rows, :columns] - theirs[:rows, :columns]).mean() < 2.5


def test_text_is_text_and_the_words_around_a_figure_can_be_left_out():
    exhibit = figure_exhibit(circles().get_figure(root=True))
    wide = exhibit.wide
    assert exhibit.title in re.sub(r"</text>\s*<text[^>]*>", " ", wide.svg)
    assert ">Karlstad</text>" in wide.svg
    body = svg.without_words(wide.svg, wide.head, wide.foot)
    assert "words-" not in body
    assert "Källor" not in body
    assert ">Karlstad</text>" in body
    box = re.search(r'viewBox="0 ([\d.]+) [\d.]+ ([\d.]+)"', body)
    assert float(box[1]) == pytest.approx(wide.head, abs=0.01)
    assert float(box[2]) == pytest.approx(wide.height - wide.head - wide.foot, abs=0.1)


def test_a_figure_that_remembers_its_making_has_a_narrow_drawing_too():
    @style.drawn
    def plot():
        axes = style.canvas(1.5)
        axes.plot([1, 2], [1, 2])
        return style.describe(axes, style.Description("prov", "Prov", "Alt", ("population",)))

    exhibit = figure_exhibit(plot().get_figure(root=True))
    assert exhibit.wide.width == pytest.approx(style.WIDTH * 72)
    assert exhibit.narrow.width == pytest.approx(style.NARROW * 72)


def test_a_file_to_paste_carries_its_type():
    axes, _ = maps.map_canvas()
    maps.draw_base(axes, KIL, load_boundaries())
    style.describe(axes, style.Description("prov", "Prov", "Alt", ("boundaries",)))
    text = pictures.standalone(figure_exhibit(axes.get_figure(root=True)).wide)
    assert "@font-face" in text
    assert text.count("<style>") == 1
