"""Line charts and dot plots: series with honest gaps, named at the line, legible without colour.

Terms
-----
piece: a run of years that one line may join; a piece ends at a break and at a missing year.
break: the first year of a new way of counting; no line crosses into it.
background: lines beyond the first `MOST_NAMED`, drawn thin and grey and named only in the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis import catalog
from analysis.citable import Citable, Source
from analysis.figures import labels, style
from analysis.regions import names_of
from analysis.tables import Format
from analysis.text import swedish

DASHES = style.DASHES[1:]
MOST_NAMED = 8  # as many lines as there are markers and dashes to tell apart
MOST_BARS = 44  # members as bars or dots in a row: more would not be read
_LABEL_SIZE = 8.5
_MARKS = 9  # markers on a long line: enough to follow it, not a row of beads

Lines = Mapping[str, pd.Series | Sequence[pd.Series]]
Breaks = Mapping[int, str] | Sequence[int]
Rows = TypeVar("Rows", pd.Series, pd.DataFrame)


def breaks_of(dataset: Citable) -> list[int]:
    """First years of each series of a dataset after the first, as the catalogue has them."""
    if isinstance(dataset, Source):
        return []
    return [series.first for series in catalog.dataset(dataset).series[1:]]


def named_colours(codes: Sequence[str]) -> dict[str, str]:
    """The colour of each municipality by its name, up to eight; none where there are more.

    >>> named_colours(["1780"])
    {'Karlstad': '#0b5c6b'}
    """
    if len(codes) > len(style.SERIES_COLOURS):
        return {}
    found = style.colours_of(codes)
    return dict(zip(names_of(codes), (found[code] for code in codes), strict=True))


def number_axis(axis: Any, *, decimals: int = 0, signed: bool = False, ticks: int = 6) -> None:
    """Swedish numbers on an axis of matplotlib (`axes.xaxis` or `axes.yaxis`)."""
    write = swedish.signed if signed else swedish.number
    axis.set_major_locator(MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value, decimals)))


def beside(
    axes: Axes, words: str, at: tuple[float, float], *, gap: float = 4, size: float = 8, **look: Any
) -> Text:
    """Write `words` beside a point: `gap` points right of it, or left of it where that is negative.

    `look` are options of `annotate`.
    """
    return axes.annotate(
        words,
        at,
        xytext=(gap, 0),
        textcoords="offset points",
        va="center",
        ha="left" if gap > 0 else "right",
        fontsize=size,
        **look,
    )


def count_bars(
    axes: Axes,
    counts: Sequence[float],
    names: Sequence[str],
    looks: Sequence[Mapping[str, Any]],
    *,
    room: float = 1.2,
    ticks: int = 4,
) -> None:
    """A bar for each count, the first at the top, with its name before it and its count at the end.

    `looks` are options of `barh` for each; the axis ends at `room` times the largest count.
    """
    places = range(len(counts) - 1, -1, -1)
    for place, count, look in zip(places, counts, looks, strict=True):
        axes.barh(place, count, linewidth=0.8, **look)
        beside(axes, swedish.number(count), (count, place))
    axes.set_yticks(places, names, fontsize=7.5, linespacing=1.0)
    axes.set_xlim(0, room * float(max(counts)))
    axes.set_ylim(-0.6, len(counts) - 0.4)
    axes.tick_params(axis="y", length=0)
    number_axis(axes.xaxis, ticks=ticks)


def pieces(
    line: pd.Series | Sequence[pd.Series], breaks: Sequence[int] = (), *, gap: int = 1
) -> list[pd.Series]:
    """Split values by year into the runs that a line may join, missing values left out.

    `line` is a Series indexed by year, or several that are never joined. A run ends before each
    year in `breaks` and where the next known year is more than `gap` years away.
    """
    if not isinstance(line, pd.Series):
        return [run for part in line for run in pieces(part, breaks, gap=gap)]
    known = line.dropna().sort_index()
    if known.empty:
        return []
    years = known.index.to_numpy()
    starts = np.diff(years, prepend=years[0]) > gap
    for first in breaks:
        starts |= (years >= first) & (np.roll(years, 1) < first)
    starts[0] = False
    return [run for _, run in known.groupby(starts.cumsum())]


def plot_lines(
    lines: Lines,
    *,
    unit: str,
    decimals: int = 0,
    breaks: Breaks = (),
    gap: int = 1,
    baseline: float | None = None,
    ceiling: float | None = None,
    axes: Axes | None = None,
    height: float = 3.4,
    strong: str = "",
    colours: Mapping[str, str] | None = None,
) -> Axes:
    """Draw named series over years, each named at its end; nothing joins across a break or a gap.

    Parameters
    ----------
    lines: values by name, most important first: a Series indexed by year, or a sequence of Series
        that overlap and so are never joined. Beyond `MOST_NAMED` they become the background.
    unit: Swedish unit, printed above the axis; `decimals` are those of its numbers.
    breaks: first years of new series, with a text for the reader when it is a mapping.
    gap: longest distance in years that a line joins (4 for figures of every fourth year).
    baseline: a level to mark, such as 100 for an index.
    ceiling: cut the axis here; the caller tells the reader what is above it.
    strong: the line that the figure is about.
    colours: by name, where a line has a colour of its own in the whole report.

    >>> axes = plot_lines({"Karlstad": pd.Series([100.0, 104.0], index=[2014, 2024])}, unit="index")
    >>> len(axes.lines) > 0
    True
    """
    axes = axes if axes is not None else style.canvas(height)
    split = {name: pieces(line, tuple(breaks), gap=gap) for name, line in lines.items()}
    split = {name: runs for name, runs in split.items() if runs}
    with style.look():
        _dress(axes, unit=unit, decimals=decimals, baseline=baseline)
        named = sorted(list(split)[:MOST_NAMED], key=lambda name: name != strong)
        _draw_background(axes, [run for name in list(split)[MOST_NAMED:] for run in split[name]])
        ends = [
            _draw(
                axes,
                name,
                split[name],
                place,
                strong=name == strong,
                colour=(colours or {}).get(name, style.SERIES_COLOURS[place]),
            )
            for place, name in enumerate(named)
        ]
        _mark_breaks(axes, breaks)
        if ceiling is not None:
            axes.set_ylim(None, ceiling)
        name_ends(axes, ends)
    return axes


def outermost(rows: Rows, most: int) -> Rows:
    """`rows` in order, or of more than `most` the first and the last, `most` in all.

    >>> outermost(pd.Series([5, 4, 3, 2, 1]), 4).to_list()
    [5, 4, 2, 1]
    """
    half = most // 2
    return rows if len(rows) <= most else pd.concat([rows.iloc[:half], rows.iloc[-half:]])


def plot_ranking(rows: pd.DataFrame, against: pd.DataFrame, *, unit: str, form: Format) -> Axes:
    """A dot for each of `rows` (name, value), in their order; a line across for each of `against`.

    Of more than `MOST_BARS` rows the first and the last are drawn, with a gap between them.

    >>> rows = pd.DataFrame({"name": ["Kil", "Grums"], "value": [2.0, 1.0]})
    >>> axes = plot_ranking(rows, rows[:0], unit="procent", form=Format("Andel"))
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['Kil  2', 'Grums  1']
    """
    scale = 100 if form.percent else 1
    count, rows = len(rows), outermost(rows, MOST_BARS)
    left, half = count - len(rows), len(rows) // 2
    places = np.arange(len(rows))
    places[half:] += left > 0
    lines = len(rows) + (left > 0)
    axes = style.canvas(0.5 + 0.2 * lines + 0.17 * len(against))
    with style.look():
        axes.plot(rows["value"] * scale, places, "o", color=style.ACCENT, markersize=6, zorder=4)
        marks = zip(against["name"], against["value"], cycle(DASHES), strict=False)
        for name, value, dash in marks:
            axes.axvline(
                value * scale,
                color=style.HIGHLIGHT,
                linestyle=dash,
                linewidth=1.1,
                label=f"{name}: {form.show(value)}",
                zorder=2,
            )
        shown = rows["name"] + "  " + rows["value"].map(form.show)
        axes.set_yticks(places, list(shown))
        if left:
            axes.set_yticks([half], [f"… {swedish.number(left)} till"], minor=True)
        axes.set_ylim(lines - 0.4, -0.6)
        axes.margins(x=0.12)
        number_axis(axes.xaxis, decimals=form.decimals)
        axes.grid(axis="x")
        axes.tick_params(axis="y", which="both", length=0)
        axes.set_xlabel(unit, fontsize=_LABEL_SIZE, color=style.MUTED)
        if len(against):
            axes.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    return axes


def _draw_background(axes: Axes, runs: Sequence[pd.Series]) -> None:
    paths = [np.column_stack([run.index.to_numpy(), run.to_numpy()]) for run in runs]
    axes.add_collection(LineCollection(paths, colors=style.RULE, linewidths=0.7, zorder=1.5))


def _dress(axes: Axes, *, unit: str, decimals: int, baseline: float | None) -> None:
    number_axis(axes.yaxis, decimals=decimals)
    years = 9 if style.width() == style.WIDTH else 5
    axes.xaxis.set_major_locator(MaxNLocator(nbins=years, integer=True, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_title(unit, fontsize=8.5, fontweight="normal", color=style.MUTED, loc="left")
    if baseline is not None:
        axes.axhline(baseline, color=style.MUTED, linewidth=0.9, zorder=1)


@dataclass(frozen=True)
class End:
    """Where a line ends and how its name is written there."""

    name: str
    x: float
    y: float
    colour: str
    weight: str = "normal"


def _draw(
    axes: Axes, name: str, runs: Sequence[pd.Series], place: int, *, strong: bool, colour: str
) -> End:
    marker = style.MARKERS[place % len(style.MARKERS)]
    for run in runs:
        step = max(1, len(run) // _MARKS)
        marks = sorted({*range(place % step, len(run), step), len(run) - 1})
        axes.plot(
            run.index,
            run.to_numpy(),
            color=colour,
            linestyle=style.DASHES[place % len(style.DASHES)],
            linewidth=2.4 if strong else 1.5,
            marker=marker,
            markersize=4.2,
            markeredgecolor="white",
            markeredgewidth=0.5,
            markevery=marks,
            label=name,
            zorder=4 if strong else 3,
        )
    last = max(runs, key=lambda run: run.index[-1])
    return End(
        name, float(last.index[-1]), float(last.iloc[-1]), colour, "bold" if strong else "normal"
    )


def _mark_breaks(axes: Axes, breaks: Breaks) -> None:
    texts = breaks if isinstance(breaks, Mapping) else dict.fromkeys(breaks, "")
    for first, text in texts.items():
        axes.axvline(first - 0.5, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
        if text:
            axes.annotate(
                text,
                (first - 0.5, 1),
                xycoords=("data", "axes fraction"),
                xytext=(3, -1),
                textcoords="offset points",
                fontsize=7,
                color=style.MUTED,
                va="top",
            )


def name_ends(axes: Axes, ends: Sequence[End]) -> list[Text]:
    """Write each name right of the end of its line, moved apart so that none covers another.

    Makes room for the names inside the axes; a thin leader joins a name that had to move.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    if not ends:
        return []
    style.settle(axes)  # the layout decides how many pixels a unit takes
    texts = [_end_text(axes, end) for end in ends]
    boxes = [text.get_window_extent() for text in texts]
    frame = axes.get_window_extent()
    left, right = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if left <= tick <= right]
    reach = max(end.x for end in ends)
    room = max(box.width for box in boxes) + 14 * figure.dpi / 72
    share = max(0.3, 1 - room / frame.width)
    axes.set_xlim(left, left + (reach - left) / share)
    axes.set_xticks(ticks)
    axes.spines["bottom"].set_bounds(left, min(right, reach))
    height = max(box.height for box in boxes) * 1.02
    wanted = [float(axes.transData.transform((end.x, end.y))[1]) for end in ends]
    offset = 10 * figure.dpi / 72
    for end, text, y in zip(ends, texts, spread(wanted, height, frame.y0, frame.y1), strict=True):
        x = float(axes.transData.transform((reach, end.y))[0]) + offset
        text.set_position(tuple(axes.transData.inverted().transform((x, y))))
        labels.halo(text)
        _leader(axes, end, text, x - 2, y)
    return texts


def _end_text(axes: Axes, end: End) -> Text:
    text = axes.text(
        end.x,
        end.y,
        end.name,
        fontsize=_LABEL_SIZE,
        color=end.colour,
        fontweight=end.weight,
        va="center",
        ha="left",
        zorder=9,
    )
    text.set_in_layout(False)
    return text


def _leader(axes: Axes, end: End, text: Text, x: float, y: float) -> None:
    start = axes.transData.transform((end.x, end.y))
    if abs(start[1] - y) < 3 and x - start[0] < 30:
        return
    to = axes.transData.inverted().transform((x, y))
    axes.add_line(
        Line2D([end.x, to[0]], [end.y, to[1]], color=end.colour, linewidth=0.6, alpha=0.8, zorder=2)
    )


def spread(wanted: Sequence[float], height: float, low: float, high: float) -> list[float]:
    """Positions as near to `wanted` as possible that lie at least `height` apart.

    Neighbours that touch are pooled around their common middle (isotonic regression); the whole
    is kept within `low` and `high` where it fits.
    """
    order = np.argsort(wanted, kind="stable")
    groups: list[list[float]] = []  # middle, members
    for value in np.asarray(wanted, dtype="float64")[order]:
        groups.append([value, 1])
        while len(groups) > 1 and _touch(groups[-2], groups[-1], height):
            middle, count = groups.pop()
            below, before = groups.pop()
            groups.append([(middle * count + below * before) / (count + before), count + before])
    flat = [
        middle + (place - (count - 1) / 2) * height
        for middle, count in groups
        for place in range(int(count))
    ]
    flat = _inside(flat, height, low + height / 2, high - height / 2)
    result = np.empty(len(flat))
    result[order] = flat
    return [float(value) for value in result]


def _touch(below: Sequence[float], above: Sequence[float], height: float) -> bool:
    return above[0] - below[0] < (above[1] + below[1]) / 2 * height


def _inside(positions: list[float], height: float, low: float, high: float) -> list[float]:
    for place in range(len(positions)):
        floor = positions[place - 1] + height if place else low
        positions[place] = max(positions[place], floor)
    for place in range(len(positions) - 1, -1, -1):
        ceiling = positions[place + 1] - height if place < len(positions) - 1 else high
        positions[place] = min(positions[place], ceiling)
    return positions
