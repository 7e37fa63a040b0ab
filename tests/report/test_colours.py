"""No figure tells anything by colour alone, in any colour vision, and its text can be read.

Terms
-----
vision: how a palette is seen: with a colour-vision deficiency (all of it, the worst case), or grey.
second mark: hatch, marker, dash or letter that says the same as the colour.
"""

import contextlib
import io
import re
from collections.abc import Iterable
from itertools import combinations, pairwise

import matplotlib as mpl
import nbformat
import numpy as np
import pandas as pd
import pytest
from colorspacious import cspace_convert, deltaE
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from analysis import exhibits, paths
from analysis.figures import charts, commuting, maps, matrix, style

pytestmark = pytest.mark.xdist_group("report")

DEFICIENCIES = ("deuteranomaly", "protanomaly", "tritanomaly")
VISIONS = (*DEFICIENCIES, "grey")
APART = 8.0  # CAM02-UCS; about three times what is just noticeable side by side
STEP = 5.0  # between neighbouring classes of a scale, which also lie in order
TEXT_CONTRAST, MARK_CONTRAST = 4.5, 3.0  # WCAG 1.4.3 and 1.4.11
CHAPTERS = ("summary", "population", "commuting", "services")
REGIONS = ("karlstad", "malardalen")


def seen(colour, vision):
    """sRGB (0-1) of a colour as somebody with this vision sees it."""
    rgb = np.array(to_rgb(colour))
    if vision == "grey":
        lightness = cspace_convert(rgb, "sRGB1", "CIELab")[0]
        return np.clip(cspace_convert([lightness, 0, 0], "CIELab", "sRGB1"), 0, 1)
    space = {"name": "sRGB1+CVD", "cvd_type": vision, "severity": 100}
    return np.clip(cspace_convert(rgb, space, "sRGB1"), 0, 1)


def difference(one, other, vision):
    return float(deltaE(seen(one, vision), seen(other, vision), input_space="sRGB1"))


def apart(one, other, least=APART):
    return all(difference(one, other, vision) >= least for vision in VISIONS)


def luminance(colour):
    rgb = np.asarray(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_yardsticks_know_a_difference():
    assert contrast("white", "black") == pytest.approx(21)
    assert contrast("#767676", "white") == pytest.approx(4.54, abs=0.01)
    assert difference("#ff0000", "#ff0000", "grey") == 0
    red, green = "#c04040", "#607000"  # the classic pair that deuteranopes mix up
    assert difference(red, green, "deuteranomaly") < 0.4 * difference(red, green, "tritanomaly")


# --- palettes ------------------------------------------------------------------------------------


def test_every_series_has_a_second_mark_of_its_own():
    count = len(style.SERIES_COLOURS)
    assert len(set(style.SERIES_COLOURS)) == count
    for marks in (style.MARKERS, style.DASHES):
        assert len(marks) >= count
        assert len(set(marks)) == len(marks)


@pytest.mark.parametrize(
    "colour", [*style.SERIES_COLOURS, style.INK, style.MUTED, style.ACCENT, style.HIGHLIGHT]
)
def test_colours_of_lines_and_their_names_stand_out_from_paper(colour):
    assert all(contrast(seen(colour, vision), "white") >= TEXT_CONTRAST - 0.5 for vision in VISIONS)
    assert contrast(colour, "white") >= TEXT_CONTRAST


@pytest.mark.parametrize("vision", DEFICIENCIES)
def test_the_first_series_differ_by_colour_too(vision):
    for one, other in combinations(style.SERIES_COLOURS[:3], 2):
        assert difference(one, other, vision) >= APART


@pytest.mark.parametrize("classes", [3, 4, 5, 6])
@pytest.mark.parametrize("vision", VISIONS)
def test_classes_of_a_rate_grow_darker_in_steps_that_are_seen(classes, vision):
    values = pd.Series(np.linspace(0, 1, 40))
    _, limits, colours = maps.shade_classes(values, classes=classes)
    assert len(colours) == len(limits) - 1 >= 3
    assert all(difference(a, b, vision) >= STEP for a, b in pairwise(colours))
    lightness = [luminance(seen(colour, vision)) for colour in colours]
    assert lightness == sorted(lightness, reverse=True)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(
    "classes_of",
    [
        lambda values: maps.shade_classes(values, centre=0.0),
        lambda values: commuting.centred_classes(values, centre=0.0),
    ],
)
def test_classes_around_a_middle_differ_from_neighbours(vision, classes_of):
    """The two sides look alike in grey: maps print the signed value on each area."""
    _, limits, colours = classes_of(pd.Series(np.linspace(-0.59, 0.59, 12)))
    below = [high <= 1e-9 for high in limits[1:]]
    neighbours = [
        pair
        for pair, sides in zip(pairwise(colours), pairwise(below), strict=True)
        if sides[0] == sides[1] or vision != "grey"
    ]
    assert len(neighbours) >= 4
    assert all(difference(*pair, vision) >= STEP for pair in neighbours)


@pytest.mark.parametrize("vision", VISIONS)
def test_cells_of_the_matrix_grow_darker(vision):
    shares = pd.Series([0.005, 0.02, 0.05, 0.1, 0.3, 0.9])
    _, _, colours = matrix.dependence_classes(shares)
    assert len(colours) == 6
    lightness = [luminance(seen(colour, vision)) for colour in colours]
    assert lightness == sorted(lightness, reverse=True)
    assert all(difference(a, b, vision) >= STEP for a, b in pairwise(colours))


# --- the figures of the real chapters ------------------------------------------------------------


@pytest.fixture(scope="module", params=REGIONS)
def figures(request):
    """Every figure of the four chapters as the notebooks draw it, before it becomes a picture."""
    found = {}

    def keep(item):
        if isinstance(item, Iterable):
            for one in item:
                keep(one)
        figure = getattr(item, "figure", None)
        if figure is not None:
            found[style.description_of(figure).id] = figure

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exhibits, "show", keep)
        patch.setattr(exhibits, "display", lambda *_, **__: None)
        for chapter in CHAPTERS:
            with contextlib.redirect_stdout(io.StringIO()):
                run_cells(chapter, request.param)
    assert len(found) >= 15
    return found


def run_cells(chapter, region):
    notebook = nbformat.read(paths.NOTEBOOKS / f"{chapter}.ipynb", as_version=4)
    names = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, chapter, "exec"), names)
            if "parameters" in cell.metadata.get("tags", ()):
                names["region"] = region


def legends(figure):
    """Every legend of a figure, with those that other legends were added beside."""
    return [artist for artist in figure.findobj(mpl.legend.Legend) if artist.get_visible()]


def colour_of(handle):
    if isinstance(handle, Line2D):
        hollow = (
            handle.get_linestyle() in ("None", "none")
            and to_rgba_or_none(handle.get_markerfacecolor()) is not None
        )
        return handle.get_markerfacecolor() if hollow else handle.get_color()
    return handle.get_facecolor()


def to_rgba_or_none(colour):
    return None if isinstance(colour, str) and colour == "none" else colour


def on_areas(figure):
    """The lines that a map prints on its areas."""
    return [
        line
        for text in figure.findobj(Text)
        if str(text.get_gid()).startswith("place-")
        for line in text.get_text().splitlines()
    ]


def signed_values(figure):
    """What a map prints on its areas as second mark of a scale with a middle: the signed value, or
    the value itself where the middle is 1.
    """
    return [line for line in on_areas(figure) if re.match(r"[+−]\d|[+−]?0[ ,\u202f]|1,\d\d$", line)]


def marks_of(handle, label, signed=False):
    """What a legend entry shows beside its colour; `signed`: the areas print their sign."""
    first = label.split()[0] if label.split() else ""
    below = first[:2] if signed and first.startswith("0,") else ""  # of 1
    letter = first if len(first) == 1 else "−" if signed and first.startswith("−") else below
    if isinstance(handle, Line2D):
        dashes = handle._unscaled_dash_pattern if handle.get_linestyle() != "None" else None
        filled = to_rgba_or_none(handle.get_markerfacecolor())
        hollow = filled is None or contrast(filled, "white") < 1.1
        return (
            letter,
            str(dashes),
            handle.get_marker(),
            hollow,
            handle.get_markersize() // 1,
            handle.get_linewidth(),
        )
    if isinstance(handle, Patch):
        edge = str(handle.get_linestyle())
        return (letter, handle.get_hatch() or "", edge, type(handle).__name__)
    return (letter, type(handle).__name__, str(getattr(handle, "get_linewidths", str)()))


def test_no_legend_tells_entries_apart_by_colour_alone(figures):
    checked, faults = 0, []
    for name, figure in figures.items():
        signed = bool(signed_values(figure))
        for legend in legends(figure):
            texts = [text.get_text() for text in legend.get_texts()]
            entries = list(zip(legend.legend_handles, texts, strict=True))
            for (one, a), (other, b) in combinations(entries, 2):
                checked += 1
                same = type(one) is type(other) and marks_of(one, a, signed) == marks_of(
                    other, b, signed
                )
                named = f"({a})" in on_areas(figure) or f"({b})" in on_areas(figure)
                if same and not named and not apart(colour_of(one), colour_of(other), STEP):
                    faults.append(f"{name}: {a!r} and {b!r}")
    assert checked > 50
    assert not faults


def diverging(figure):
    """Whether areas of a map are filled with colours of the scale that has a middle."""
    palette = mpl.colormaps[style.DIVERGING]
    known = {mpl.colors.to_hex(palette(place)) for place in range(palette.N)}
    return any(
        mpl.colors.to_hex(patch.get_facecolor()) in known
        for axes in figure.axes
        if hasattr(axes, "_samverkan_sheet")
        for patch in axes.patches
    )


def test_a_map_around_a_middle_prints_the_signed_value_on_each_area(figures):
    found = {name: figure for name, figure in figures.items() if diverging(figure)}
    assert found
    for name, figure in found.items():
        assert len(signed_values(figure)) >= 5, name  # the members of the smaller region


def test_no_line_is_told_apart_by_colour_alone(figures):
    checked, faults = 0, []
    for name, figure in figures.items():
        for axes in figure.axes:
            lines = {
                line.get_label(): line
                for line in axes.lines
                if not str(line.get_label()).startswith("_")
            }
            for (a, one), (b, other) in combinations(lines.items(), 2):
                checked += 1
                if marks_of(one, "") == marks_of(other, "") and not apart(
                    one.get_color(), other.get_color()
                ):
                    faults.append(f"{name}: {a!r} and {b!r}")
    assert checked > 20
    assert not faults


def texts_of(figure):
    """The texts that are drawn, with what stands behind each: a halo or box of its own, or None."""
    for text in figure.findobj(Text):
        if not (text.get_visible() and text.get_text().strip()):
            continue
        if str(text.get_gid()).startswith("halo-"):
            continue
        own = None
        box = text.get_bbox_patch()
        if box is not None and box.get_facecolor()[3] > 0.6:
            own = box.get_facecolor()
        if str(text.get_gid()).startswith("place-"):  # labels.halo lies under it
            own = "white"
        yield text, own


def unread(figure):
    """Texts of a figure whose contrast to what is behind them is too low."""
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(100)
    canvas.draw()
    drawn = [(text, own, text.get_window_extent()) for text, own in texts_of(figure)]
    for text, _, _ in drawn:
        text.set_alpha(0)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3] / 255
    for text, own, box in drawn:
        text.set_alpha(None)
        behind = [own] if own is not None else backgrounds(pixels, box)
        worst = min((contrast(text.get_color(), colour) for colour in behind), default=21)
        if worst < TEXT_CONTRAST:
            yield f"{text.get_text()!r} ({text.get_color()}): {worst:.1f}"


def backgrounds(pixels, box):
    """The colours that fill at least an eighth of a text's box; grid lines are less."""
    height = pixels.shape[0]
    rows = slice(max(int(height - box.y1), 0), max(int(np.ceil(height - box.y0)), 0))
    columns = slice(max(int(box.x0), 0), max(int(np.ceil(box.x1)), 0))
    part = (pixels[rows, columns].reshape(-1, 3) * 31).round() / 31
    if not len(part):
        return []
    colours, counts = np.unique(part, axis=0, return_counts=True)
    return [
        tuple(colour)
        for colour, count in zip(colours, counts, strict=True)
        if count >= len(part) / 8
    ]


def test_text_in_figures_has_contrast(figures):
    faults = {name: list(unread(figure)) for name, figure in figures.items()}
    assert sum(1 for figure in figures.values() for _ in texts_of(figure)) > 500
    assert not {name: found for name, found in faults.items() if found}


def test_the_check_of_contrast_finds_pale_text():
    axes = style.canvas(1.0)
    axes.text(0.5, 0.5, "blek", color="#b0b0b0")
    axes.text(0.5, 0.1, "klar", color=style.INK)
    assert [fault.split()[0] for fault in unread(axes.figure)] == ["'blek'"]


def test_no_series_is_named_by_its_end_alone():
    lines = {str(place): pd.Series([place, place + 1], index=[2000, 2001]) for place in range(8)}
    axes = charts.plot_lines(lines, unit="antal")
    drawn = [line for line in axes.lines if not str(line.get_label()).startswith("_")]
    assert len(drawn) == 8
    assert len({marks_of(line, "")[1:3] for line in drawn}) == 8
