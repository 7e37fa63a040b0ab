"""The one visual language of figures: type, sizes, palette, frame, and what a figure says.

Terms
-----
canvas: a figure of the report's width with a head (title, subtitle) and a foot (source) around its
    axes; both are as high as their words need.
narrow drawing: the same figure again, for a telephone: `drawn` remembers how it was made.
description: id, title, alt text with the message, sources and table of a figure.
areas are shaded only for rates and shares; counts are drawn as symbols whose area is the count.

Colours are safe for the common colour-vision deficiencies; lines also differ in marker and dash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, wraps
from itertools import islice
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

from analysis import shelf
from analysis.citable import Citable
from analysis.errors import InputError
from analysis.figures import fonts, renderers
from analysis.figures.renderers import Canvas
from analysis.regions import Region
from analysis.text.citation import listed, source_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from analysis.tables import Table

WIDTH = 6.3  # inches: the text width of an A4 page with 25 mm margins
NARROW = 3.4  # inches: a telephone held upright, at the same size of type
_EDGE = 0.08  # inches above the title, below the sources, and between title and axes

INK = "#1b2a33"  # text and outlines
MUTED = "#55636b"  # secondary text, contrast 6:1 on white
RULE = "#c9d1d5"  # grids and frames
LAND = "#eceee8"  # municipalities outside the region
ABROAD = "#f6f6f2"  # other countries
OUTLINE = "#d9ddd4"  # a country on white
MEMBER = "#d8e4e2"  # members without a value to shade
WATER, SHORE = "#dfeaf1", "#9fb5c1"  # sea and lakes
LAKE_NAME = "#3d6478"
ACCENT = "#0b5c6b"  # the region itself
HIGHLIGHT = "#b3471b"  # what the sentence is about
NO_DATA = "#f4f1e8"

OTHERS = "#7d878d"  # a municipality among many, when one is highlighted

SERIES_COLOURS = (
    "#0b5c6b",
    "#b3471b",
    "#5b4a9e",
    "#3f7d20",
    "#8a6d00",
    "#a0306d",
    "#2f6db3",
    "#555555",
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (7, 2, 2, 2)))
SEQUENTIAL = "YlGnBu"  # rates that grow in one direction
# rates around a middle: purple below, orange above; in grey the sides look alike, so maps print
# the signed value on each area as well
DIVERGING = "PuOr_r"


@dataclass(frozen=True)
class Description:
    """What a figure says, for readers who do not see it and for those who check it.

    `title` is the message, `subtitle` says measure, unit and year; `measures` are the ids of the
    measures whose formulas give the figure's numbers.
    `alt` holds the message with its numbers; `sources` are dataset keys of the catalogue or own
    sources (`analysis.Source`);
    `table` is the same information as a table; `kind` is observed, derived or modelled.
    """

    id: str
    title: str
    alt: str
    sources: tuple[Citable, ...]
    table: Table | None = None
    kind: str = "derived"
    note: str = ""
    unit: str = ""
    subtitle: str = ""
    measures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Take one source for a list of one."""
        object.__setattr__(self, "sources", listed(self.sources))


_SETTINGS = {
    "font.size": 9,
    "text.hinting": "none",  # the same widths at every resolution
    "text.color": INK,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.unicode_minus": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "hatch.linewidth": 0.5,
    "savefig.facecolor": "white",
    "svg.fonttype": "none",  # text stays text, in the page and in the PDF
    "svg.hashsalt": "samverkan",
}


def sequential(count: int, darkest: float = 0.66) -> list[str]:
    """`count` colours of `SEQUENTIAL`, pale to dark, in even steps of lightness.

    Even steps of the palette itself would make its palest classes look alike in grey. `darkest`
    is the place in the palette of the last colour: text in ink is read on it.

    >>> sequential(3)
    ['#ffffd9', '#73c8bd', '#1e83ba']
    """
    places = np.linspace(0, darkest, 200)
    grey = _lightness(mpl.colormaps[SEQUENTIAL](places)[:, :3])
    wanted = np.linspace(grey[0], grey[-1], count)
    found = np.interp(-wanted, -grey, places)
    return [to_hex(colour) for colour in mpl.colormaps[SEQUENTIAL](found)]


def _lightness(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L* of sRGB colours (0-1), rows of three."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    light = linear @ np.array([0.2126, 0.7152, 0.0722])
    return np.asarray(np.where(light > 0.008856, 116 * np.cbrt(light) - 16, 903.3 * light))


@contextmanager
def look() -> Iterator[None]:
    """Draw and save inside this block to get the report's look; settings outside stay as they are."""
    with mpl.rc_context():
        for name, value in _settings().items():
            mpl.rcParams._set(name, value)
        yield


@cache
def _settings() -> dict[str, Any]:
    """All settings of matplotlib as the report has them, checked once."""
    ours = {"font.family": fonts.use_in_figures(), **_SETTINGS}
    checked = mpl.RcParams({**mpl.rcParamsDefault, **ours})
    return {name: checked[name] for name in checked if name != "backend"}


P = ParamSpec("P")
Page = TypeVar("Page")
_width: ContextVar[float] = ContextVar("width", default=WIDTH)


def width() -> float:
    """The width in inches of the figures that are drawn now: `WIDTH`, or `NARROW` inside `narrow`.

    >>> width()
    6.3
    """
    return _width.get()


@contextmanager
def narrow(inches: float = NARROW) -> Iterator[None]:
    """Figures made inside this block are narrow drawings, `inches` wide.

    >>> with narrow():
    ...     width()
    3.4
    """
    token = _width.set(inches)
    try:
        yield
    finally:
        _width.reset(token)


_inside: ContextVar[bool] = ContextVar("inside", default=False)


class Kept:
    """A figure that an earlier build drew: `entry` is what it showed.

    It is shown as it is; whoever touches it finds the Axes, which are drawn then.
    """

    def __init__(self, entry: bytes, draw: Callable[[], Axes]) -> None:
        self.entry = entry
        self.drawn = cache(draw)

    @property
    def touched(self) -> bool:
        """True when somebody has looked at the Axes, and may have changed them."""
        return self.drawn.cache_info().currsize > 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.drawn(), name)


def drawn(plot: Callable[P, Axes]) -> Callable[P, Axes]:
    """Mark a public function that draws a described figure: the figure remembers its making.

    A table that it draws and that has no rows for its region is an InputError; its options may
    have none.
    Inside another such function the outer one counts, and a figure drawn on the `axes` of someone
    else is theirs to make again. In a build, what was drawn of the same before is `Kept`.
    """
    name = f"{plot.__module__}:{plot.__qualname__}"
    names = plot.__code__.co_varnames

    @wraps(plot)
    def remembering(*arguments: P.args, **options: P.kwargs) -> Axes:
        _check_arguments(plot.__name__, names, arguments)

        def make() -> Axes:
            token = _inside.set(True)
            try:
                return plot(*arguments, **options)
            finally:
                _inside.reset(token)

        def draw(key: str) -> Axes:
            axes = make()
            if options.get("axes") is None:
                figure = axes.get_figure(root=True)
                figure._samverkan_again = make  # type: ignore[union-attr]
                if key:
                    with look():
                        settle(axes)  # from now on each change is seen
                    figure._samverkan_key = key  # type: ignore[union-attr]
            return axes

        key = "" if _inside.get() else shelf.key(name, [width(), arguments, options])
        entry = shelf.get(key)
        return draw(key) if entry is None else cast("Axes", Kept(entry, lambda: draw("")))

    return remembering


def _check_arguments(plot: str, names: Sequence[str], arguments: Sequence[Any]) -> None:
    """Refuse a region in text, and a first table without a row to draw.

    Other tables may have none: Solna and four more have no locality of their own.
    """
    first = arguments[0] if arguments else None
    if isinstance(first, str) and names[0] == "region":
        raise InputError(f"{first!r} is no region; write analysis.region({first!r})")
    drawn = (
        (each, named) for each, named in zip(arguments, names, strict=False) if _is_table(each)
    )
    for table, named in islice(drawn, 1):
        if fault := _nothing_in(table, first):
            raise InputError(f"{plot}: {named} has no row{fault}: nothing to draw")


def _is_table(value: Any) -> bool:
    return hasattr(value, "index") and hasattr(value, "empty")


def _nothing_in(table: Any, region: Any) -> str | None:
    """Why there is nothing to draw in `table`; None when there is."""
    if table.empty:
        return "s"
    names = table.index.names
    codes = table.index.get_level_values("code") if "code" in names else table.get("code")
    if codes is None or not isinstance(region, Region):
        return None
    if set(region.members) & {str(code).zfill(4) for code in codes.unique()}:
        return None
    return f" of any municipality in {region.name}"


def page_of(pages: Sequence[Page], part: int) -> Page:
    """Page `part` of a figure, counted from 1; raises InputError with those that there are.

    >>> page_of(["a", "b"], 2)
    'b'
    """
    if part not in range(1, len(pages) + 1):
        there = f"give 1 to {len(pages)}" if pages else "there is nothing to draw"
        raise InputError(f"there is no part {part!r}; {there}")
    return pages[part - 1]


def key_of(figure: Figure) -> str:
    """The key of what a figure was drawn from (`analysis.shelf`); "" when it has none.

    Nor has one that was changed since: it is not what its arguments give.
    """
    return "" if figure.stale else str(getattr(figure, "_samverkan_key", ""))


def narrow_of(figure: Figure) -> Figure | None:
    """`figure` drawn once more as a narrow drawing; None when nothing remembers its making."""
    again = getattr(figure, "_samverkan_again", None)
    if again is None:
        return None
    with narrow():
        found = again().get_figure(root=True)
    assert isinstance(found, Figure)
    return found


def colours_of(codes: Sequence[str], named: str | None = None) -> dict[str, str]:
    """One colour for each municipality, the same in all figures of a report.

    Give the members of the region in their order: one that is added last changes no other. Above
    eight all are grey, and only `named` is highlighted.

    >>> colours_of(["1780", "1761"])
    {'1780': '#0b5c6b', '1761': '#b3471b'}
    >>> many = colours_of([str(code) for code in range(1700, 1709)], named="1702")
    >>> many["1702"] == ACCENT, many["1703"] == OTHERS
    (True, True)
    """
    if len(codes) <= len(SERIES_COLOURS):
        return dict(zip(codes, SERIES_COLOURS, strict=False))
    return {code: ACCENT if code == named else OTHERS for code in codes}


def canvas(height: float = 3.6, *, columns: int = 1, rows: int = 1, **options: Any) -> Any:
    """A new figure of the report's width, now (`width`); `describe` adds room for its words.

    `height` (inches) is the room for the axes. Returns one Axes, or an array of them when there
    are several columns or rows. `options` go to `Figure.subplots`. Not tied to pyplot: it is freed
    when nobody holds it.
    """
    with look():
        figure = Figure(figsize=(width(), height), layout="constrained")
        Canvas(figure)  # label placement measures text with its renderer
        engine = figure.get_layout_engine()
        assert engine is not None
        engine.set(w_pad=0.04, h_pad=0.04)  # type: ignore[call-arg]
        figure._samverkan_margins = (0.0, 0.0)  # type: ignore[attr-defined]
        return figure.subplots(rows, columns, **options)


def settle(axes: Axes) -> None:
    """Find the layout of the figure of `axes` without drawing it, so that it can be measured.

    Does nothing when nothing has changed since the layout was found.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    engine = figure.get_layout_engine()
    if engine is not None and figure.stale:
        engine.execute(figure)
    for part in figure.axes:  # a map is narrower than the room it has
        part.apply_aspect()
    figure.stale = False


@contextmanager
def beside_the_layout(axes: Axes) -> Iterator[None]:
    """What is drawn and measured inside this block takes no part in the layout of the figure."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    stale = figure.stale
    yield
    figure.stale = stale


def plain_axes(width: float, height: float) -> Axes:
    """Axes that fill a picture (inches) which has no title and no source of its own."""
    figure = Figure(figsize=(width, height))
    Canvas(figure)
    return figure.add_axes((0.0, 0.0, 1.0, 1.0))


def svg_of(axes: Axes) -> str:
    """The figure of `axes` as SVG, the same bytes each time."""
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure)
    return renderers.svg(figure)


def describe(axes: Axes, description: Description) -> Axes:
    """Print title, subtitle and source on the figure of `axes` and remember what it says.

    Raises InputError for a description without alt text or sources: no figure goes without.
    """
    if not description.alt.strip() or not description.sources:
        raise InputError(f"figure {description.id!r} needs an alt text and at least one source")
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure._samverkan = description  # type: ignore[attr-defined]
    figure._samverkan_key = ""  # type: ignore[attr-defined]
    source = source_line(cited(figure), description.kind)
    wide = figure.get_size_inches()[0]
    with look(), beside_the_layout(axes):
        above = [
            _Words(description.title, 11, wide, weight="bold"),
            _Words(description.subtitle, 9, wide, colour=MUTED),
        ]
        below = _Words(source, 7, wide, colour=MUTED)
        _make_room(
            figure, sum(words.height for words in above) + 2 * _EDGE, below.height + 2 * _EDGE
        )
        height = figure.get_size_inches()[1]
        y = height - _EDGE
        for words in above:
            words.write(figure, y)
            y -= words.height
        below.write(figure, _EDGE + below.height)
    return axes


@dataclass(frozen=True)
class _Words:
    """Lines of text of one size (points) for the head or foot of a figure `wide` inches wide."""

    text: str
    size: float
    wide: float
    weight: str = "normal"
    colour: str = INK

    @cached_property
    def lines(self) -> list[str]:
        """The text in lines that fit; a no-break space is no place to break."""
        found: list[str] = []
        space, used = _length(" ", self.size, self.weight), 0.0
        for word in filter(None, self.text.split(" ")):
            length = _length(word, self.size, self.weight)
            if found and used + space + length <= self.wide - 0.15:
                found[-1], used = f"{found[-1]} {word}", used + space + length
            else:
                found.append(word)
                used = length
        return found

    @property
    def height(self) -> float:
        """Inches."""
        return len(self.lines) * 1.3 * self.size / 72

    def write(self, figure: Figure, top: float) -> None:
        """Print the lines below `top` (inches from the lower edge)."""
        if self.lines:
            figure.text(
                0.075 / self.wide,
                top / figure.get_size_inches()[1],
                "\n".join(self.lines),
                fontsize=self.size,
                fontweight=self.weight,
                color=self.colour,
                va="top",
                linespacing=1.0,
                gid=f"words-{len(figure.texts)}",
            )  # svg.without_words leaves them out


@lru_cache(maxsize=4096)
def _length(text: str, size: float, weight: str) -> float:
    """Inches of a word in the report's face, which moves no letter nearer to another: a line is as
    long as its words and spaces.
    """
    face = get_font(findfont(FontProperties(weight=weight)))
    face.set_size(size, 72)
    face.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(face.get_width_height()[0]) / 64 / 72


def _make_room(figure: Figure, head: float, foot: float) -> None:
    """Give a canvas room (inches) for its words; what is drawn keeps its size and its layout."""
    if not hasattr(figure, "_samverkan_margins"):
        return  # not a canvas of ours: it has the room that its author gave it
    old = figure._samverkan_margins
    figure._samverkan_margins = (head, foot)
    wide, total = figure.get_size_inches()
    room = total - sum(old)
    new = room + head + foot
    figure.set_size_inches(wide, new, forward=False)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0, foot / new, 1, room / new))  # type: ignore[call-arg]
    for part in figure.axes:
        box = part.get_position(original=True)
        low, high = ((y * total - old[1] + foot) / new for y in (box.y0, box.y1))
        part._set_position((box.x0, low, box.width, high - low))  # type: ignore[attr-defined]
        part.apply_aspect()


def margins(figure: Figure) -> tuple[float, float]:
    """Inches of words above and below the drawing; a report prints them as text instead."""
    found = getattr(figure, "_samverkan_margins", (0.0, 0.0))
    return (float(found[0]), float(found[1]))


def cite_ground(axes: Axes, *sources: str) -> None:
    """Have the figure of `axes` cite the datasets of the ground it is drawn on, too."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure._samverkan_ground = sources  # type: ignore[attr-defined]


def cited(figure: Figure) -> tuple[Citable, ...]:
    """What a figure cites: of what it shows, then of its ground."""
    ground = getattr(figure, "_samverkan_ground", ())
    return tuple(dict.fromkeys((*description_of(figure).sources, *ground)))


def description_of(figure: Figure) -> Description:
    """The description of a figure of this package; raises InputError when it has none."""
    found = getattr(figure, "_samverkan", None)
    if not isinstance(found, Description):
        raise InputError("this figure has no description; call figures.style.describe on its axes")
    return found
