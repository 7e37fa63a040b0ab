"""What is drawn against what is written beside it: ticks, bars, classes of colours and circles.

Terms
-----
marks: what a figure that was run in this process has drawn, as plain values (`taken`), beside its
    words; `faults` holds them against the recomputed table. Matplotlib's own, nothing of the library.
class: a line of a legend such as `42 till 48`, of values, or `5 000`, of circles.
"""

import re
from collections.abc import Iterator

import numpy as np

from tests.guard import files
from tests.guard.model import Table
from tests.guard.swedish import NUMBER, as_float, plain

_NUMBER = re.compile(rf"({NUMBER})(?:[\s\u202f]?%)?")
_CLASS = re.compile(rf"({NUMBER}) till ({NUMBER})")
_CLOSE = 0.02  # of a size: circles are drawn by their area


# --- taken from the figure -----------------------------------------------------------------------


def taken(figure) -> dict:
    """Ticks, bars, legend, coloured places and circles of a figure, ready for JSON."""
    from matplotlib.axes import Axes

    found: dict = {"ticks": [], "bars": [], "legend": [], "circles": [], "places": []}
    for axes in figure.findobj(Axes):
        if axes.axison:
            found["ticks"] += [*_ticks(axes.get_xticks, axes.get_xticklabels)]
            found["ticks"] += [*_ticks(axes.get_yticks, axes.get_yticklabels)]
        found["bars"] += _bars(axes)
        found["legend"] += _legend(axes)
        found["circles"] += [
            [float(size) for size in part.get_sizes()]
            for part in axes.collections
            if type(part).__name__ == "PathCollection"
        ]
        found["places"] += _places(axes)
    return found


def _ticks(places, labels) -> Iterator[list]:
    # an axis without labels has places all the same
    for place, label in zip(places(), labels(), strict=False):
        if label.get_visible() and label.get_text():
            yield [label.get_text(), float(place)]


def _bars(axes) -> list[list]:
    """Name of the series, label of the tick at the bar, and its length; lying bars alone."""
    from matplotlib.container import BarContainer

    names = {round(place, 6): text for text, place in _ticks(axes.get_yticks, axes.get_yticklabels)}
    return [
        [str(bars.get_label()), names[middle], float(bar.get_width())]
        for bars in axes.containers
        if isinstance(bars, BarContainer) and not str(bars.get_label()).startswith("_")
        for bar in bars
        if (middle := round(bar.get_y() + bar.get_height() / 2, 6)) in names
    ]


def _legend(axes) -> list[list]:
    """Text, colour and diameter in points of each line of a legend."""
    from matplotlib.colors import to_hex

    legend = axes.get_legend()
    if legend is None:
        return []
    found = []
    for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
        colour = getattr(handle, "get_facecolor", lambda: "none")()
        size = getattr(handle, "get_markersize", lambda: 0.0)()
        found.append([plain(text.get_text()), _hex(to_hex, colour), float(size)])
    return found


def _hex(to_hex, colour) -> str:
    try:
        return str(to_hex(colour))
    except ValueError:  # no colour at all
        return ""


def _places(axes) -> list[list]:
    """Name of a municipality, and the colour of the uppermost area at its largest locality."""
    from matplotlib.colors import to_hex
    from matplotlib.patches import PathPatch

    areas = [part for part in axes.patches if isinstance(part, PathPatch) and part.get_fill()]
    areas = sorted((part for part in areas if part.get_facecolor()[3]), key=lambda p: p.zorder)
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    table = files.read("localities.parquet").sort_values("population").groupby("code").last()
    near = table[table["easting"].between(west, east) & table["northing"].between(south, north)]
    found = []
    for code, row in near.iterrows():
        at = (row["easting"], row["northing"])
        here = [part for part in areas if _covers(part.get_path(), at)]
        if here:
            found.append([files.names()[str(code)], _hex(to_hex, here[-1].get_facecolor())])
    return found


def _covers(path, at: tuple[float, float]) -> bool:
    """Whether a point lies in a shape and in none of its holes."""
    from matplotlib.path import Path

    return bool(sum(Path(ring).contains_point(at) for ring in path.to_polygons()) % 2)


# --- held against the table ----------------------------------------------------------------------


def faults(marks: dict, table: Table | None) -> Iterator[str]:
    """Every mark that disagrees with its label, or with the recomputed table."""
    yield from _wrong_ticks(marks["ticks"])
    if table is not None:
        yield from _wrong_bars(marks["bars"], table)
        if len(table.heads) == 2:
            values = {plain(name): as_float(cell) for name, cell in table.rows if _whole(cell)}
            yield from _wrong_colours(marks, values)
        yield from _wrong_circles(marks, table)


def _whole(text: str) -> bool:
    return re.fullmatch(NUMBER, text) is not None


def _wrong_ticks(ticks: list[list]) -> Iterator[str]:
    """A number on an axis is that of its place, or a hundred times that, with or without sign."""
    for text, place in ticks:
        number = _NUMBER.fullmatch(text)
        if number is None:
            continue
        said = as_float(number.group(1))
        step = 0.5 * 10.0 ** -len(number.group(1).partition(",")[2])
        if min(abs(said - one) for one in (place, 100 * place, abs(place))) > step + 1e-9:
            yield f"tick {text!r} stands at {place:g}"


def _wrong_bars(bars: list[list], table: Table) -> Iterator[str]:
    """A bar of a series has the length that the cell of its row and column has."""
    for series, label, length in bars:
        if not any(sign.isdigit() for sign in label):
            continue
        heads = [head.split(" (")[0] for head in table.heads]
        column = [n for n, head in enumerate(heads) if n and head in (series, series.split(",")[0])]
        rows = [row for row in table.rows if _begins(plain(row[0]), label)]
        if not column:
            continue
        if len(rows) != 1:
            yield f"the bar of {series} at {label!r} has no row of that name"
            continue
        cell = as_float(rows[0][column[0]])
        if min(abs(abs(length) * by - abs(cell)) for by in (1, 100)) > 0.051:
            yield f"the bar of {series} at {label!r} is {length:g} where the table has {cell:g}"


def _begins(name: str, label: str) -> bool:
    """0–4 år and 0–4; 100 år och äldre and 100+."""
    return name.split(" ")[0] == label.removesuffix("+")


def _wrong_colours(marks: dict, values: dict[str, float]) -> Iterator[str]:
    """An area has the colour of the class in which its value lies."""
    classes = {
        colour: (as_float(found.group(1)), as_float(found.group(2)), text)
        for text, colour, _ in marks["legend"]
        if (found := _CLASS.search(text))
    }
    for name, colour in marks["places"]:
        if not classes or name not in values:
            continue
        if colour not in classes:
            yield f"{name} is {colour}, which no class of the legend has"
            continue
        low, high, text = classes[colour]
        if not low - 1e-9 <= values[name] <= high + 1e-9:
            yield f"{name} has the colour of {text!r} and the value {values[name]:g}"


def _wrong_circles(marks: dict, table: Table) -> Iterator[str]:
    """Circles of the legend and of the map have one area for each inhabitant."""
    known = [(as_float(text), size) for text, _, size in marks["legend"] if size and _whole(text)]
    if not known:
        return
    each = [size**2 / value for value, size in known]
    if max(each) > (1 + _CLOSE) * min(each):
        yield f"circles of the legend are not of one scale: {known}"
    values = np.sort([as_float(row[-1]) for row in table.rows])[::-1]
    drawn = [np.sort(sizes)[::-1] for sizes in marks["circles"] if len(sizes) >= len(values)]
    scale = float(np.mean(each))
    if not any(np.allclose(sizes[: len(values)], scale * values, rtol=_CLOSE) for sizes in drawn):
        yield "no circles on the map have the areas that the legend gives the table's numbers"
