"""Head and foot fit their words, narrow drawings are made again, colours stay a municipality's."""

import importlib
import inspect
import io
import pkgutil
import re
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from analysis import figures, regions
from analysis.figures import charts, overview, style
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_localities, load_population

LONG = "En rubrik som säger hela budskapet med flera led och därför behöver mer än en enda rad"


def described(title="Kort", subtitle="", height=2.0):
    axes = style.canvas(height)
    axes.plot([0, 1], [0, 1])
    style.describe(
        axes, style.Description("prov", title, "Prov.", ("population",), subtitle=subtitle)
    )
    style.settle(axes)
    return axes


@style.drawn
def remembered(title, axes=None):
    axes = axes if axes is not None else style.canvas(2.0)
    return style.describe(axes, style.Description("prov", title, "Prov.", ("population",)))


@pytest.mark.parametrize("width", [style.WIDTH, style.NARROW])
@pytest.mark.parametrize(
    ("title", "subtitle"),
    [("Kort", ""), (LONG, "Procent av dem som bor där, 2021"), (3 * (LONG + " "), 2 * LONG)],
)
def test_head_and_foot_are_as_high_as_their_words(width, title, subtitle):
    with nullcontext() if width == style.WIDTH else style.narrow():
        figure = described(title, subtitle).figure
    head, foot = (72 * margin for margin in style.margins(figure))
    total = 72 * figure.get_size_inches()[1]
    assert total - head - foot == pytest.approx(72 * 2.0)
    with style.look():
        boxes = [text.get_window_extent() for text in figure.texts]
    points = 72 / figure.dpi
    assert all(box.x0 >= 0 and box.x1 * points <= 72 * width for box in boxes)
    above, below = boxes[:-1], boxes[-1]
    assert all(box.y0 * points >= total - head and box.y1 * points <= total for box in above)
    assert below.y0 >= 0
    assert below.y1 * points <= foot
    for upper, lower in pairwise(above):
        assert upper.y0 > lower.y1


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_a_line_is_as_long_as_its_words_and_spaces(weight):
    """No pair of letters is moved together: words are measured once for all lines they stand in."""
    line = "Av Västerås AVTAL To. W,a – 1 234 (75 %) och Fagersta/Yxsjöberg"
    parts = line.split(" ")
    with style.look():
        whole, *lengths = (style._length(part, 9.5, weight) for part in (line, " ", *parts))
    assert sum(lengths) + (len(parts) - 2) * lengths[0] == pytest.approx(whole)


def test_words_that_come_last_leave_the_drawing_its_size():
    one, other = described(), described(3 * (LONG + " "), LONG)
    assert one.get_window_extent().height == pytest.approx(other.get_window_extent().height)
    assert one.get_window_extent().width == pytest.approx(other.get_window_extent().width)


def test_a_layout_that_was_found_is_moved_with_the_foot():
    axes = style.canvas(2.0)
    style.settle(axes)
    before = axes.get_window_extent().frozen()
    style.describe(axes, style.Description("prov", LONG, "Prov.", ("population",)))
    after = axes.get_window_extent()
    assert (after.width, after.height) == pytest.approx((before.width, before.height))
    assert after.y0 - before.y0 == pytest.approx(style.margins(axes.figure)[1] * axes.figure.dpi)


def test_a_narrow_drawing_says_the_same():
    axes = overview.plot_first(
        regions.get("kak"), load_population(), load_localities(), boundaries=load_boundaries()
    )
    narrow = style.narrow_of(axes.figure)
    assert narrow.get_size_inches()[0] == pytest.approx(style.NARROW)
    assert style.description_of(narrow).alt == style.description_of(axes.figure).alt
    assert style.width() == style.WIDTH


def test_a_figure_on_axes_of_another_is_remembered_by_that_one():
    host = style.canvas(2.0)
    remembered("Inne", axes=host)
    assert style.narrow_of(host.figure) is None
    assert style.description_of(style.narrow_of(remembered("Ute").figure)).title == "Ute"


def test_a_municipality_that_is_added_changes_no_colour():
    codes = list(regions.municipalities())[:9]
    for count in range(1, 8):
        before, after = style.colours_of(codes[:count]), style.colours_of(codes[: count + 1])
        assert before.items() <= after.items()
        assert len(set(after.values())) == count + 1
    assert set(style.colours_of(codes).values()) == {style.OTHERS}
    assert style.colours_of(codes, named=codes[4])[codes[4]] == style.ACCENT


def remembers(plot):
    """Whether a function is marked, or hands what it shows to one of its module that is."""
    named = (plot.__globals__.get(name) for name in plot.__code__.co_names)
    parts = [each for each in named if inspect.isfunction(each)]
    own = [each for each in parts if each.__module__ == plot.__module__ and each is not plot]
    return hasattr(plot, "__wrapped__") or any(map(remembers, own))


def test_every_figure_of_the_library_has_a_narrow_drawing():
    plots = {
        f"{entry.name}.{name}": plot
        for entry in pkgutil.walk_packages(figures.__path__, "analysis.figures.")
        for name, plot in vars(importlib.import_module(entry.name)).items()
        if name.startswith("plot_")
        and entry.name != charts.__name__  # draws a part, describes nothing
        and name != "plot_picture"  # a file of the investigator's: there is no other of it
    }
    assert len(plots) > 40
    assert any("investigation" in name for name in plots)
    assert not [name for name, plot in plots.items() if not remembers(plot)]


def test_hatching_means_old_evidence_and_nothing_else():
    drawing = Path(figures.__file__).parent
    assert {
        path.stem
        for path in drawing.rglob("*.py")
        if re.search(r"hatch\"?[=:]", path.read_text("utf-8"))
    } == {"service_maps", "service_timeline"}


def test_a_dollar_in_a_name_is_a_dollar():
    with style.look():
        figure = plt.figure()
        figure.text(0, 0, r"Nämnd $\frac och $q$")
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg")
        plt.close(figure)
    assert r"Nämnd $\frac och $q$" in drawn.getvalue()
