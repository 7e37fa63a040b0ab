"""Matrices of services and municipalities: how sure each is, with its year.

Terms
-----
cell: a service and a municipality; it shows the surest that the inventory says of the two.
compact: the matrix of page two, services with something else than plans first; the full one, in
    the appendix, has every service by area group, with the letter of the legal form.
column: a municipality; those of two cooperations stand apart, under the names of the two.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.arrangements import COUNTED, DATED, TRUST_LABELS, State
from analysis.figures import maps, style
from analysis.figures.service_marks import (
    ALONE_LOOK,
    FORM_LETTERS,
    SOURCES,
    Sign,
    box_look,
    handles,
    letters_text,
    paged,
    plan_look,
    sharp,
    wrap,
)
from analysis.regions import municipalities
from analysis.tables import Format, Table, columns, word
from analysis.text import services as text
from analysis.text import swedish
from analysis.text.service_titles import matrix_title
from analysis.views.services import Cell, Sharing, rows_of

Line = tuple[str, str, float]  # group or area, its key, height in inches


@dataclass(frozen=True)
class Row:
    """What a matrix shows of a service: its key and name, `signs` by code, and the bodies that
    count for those.
    """

    area: str
    name: str
    signs: Mapping[str, Sign]
    bodies: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """What a compact matrix shows: codes by cooperation, the names of two, and the services."""

    groups: list[list[str]]
    heads: list[str]
    rows: list[Row]

    @property
    def codes(self) -> list[str]:
        """The codes of all columns."""
        return [code for group in self.groups for code in group]


def _row(view: Sharing, area: str, codes: Sequence[str]) -> Row:
    return Row(
        area,
        view.area_names[area],
        {code: _sign(view.cell(area, code)) for code in codes},
        _bodies(view, area, codes),
    )


def _bodies(view: Sharing, area: str, codes: Sequence[str]) -> tuple[str, ...]:
    rows = view.counted
    mine = rows[(rows["area"] == area) & rows["code"].isin(codes)]
    return tuple(view.names[key] for key in mine["arrangement"].unique())


def _sign(cell: Cell) -> Sign:
    letter = FORM_LETTERS[cell.row.legal_form] if cell.row is not None else ""
    return Sign(cell.state, cell.year, cell.event, letter)


_MOST = 24  # most municipalities in a matrix; the table has them all
_ROW, _GAP = 0.165, 0.14  # inches: a row of the compact matrix; between two cooperations
_NAME = 2.15  # inches for the names of services
_NARROW_NAME = 1.35
_ONE_BLOCK = 26  # most services in one block, where two would fit beside each other
_ROWS = 24  # most services in one block: the questions have to find room below
_BESIDE = 0.9  # inches: least room for the names of bodies beside the rows
_SMALL, _LEAST_NAME = 0.335, 1.3  # inches: a cell, and the names, of two blocks
_TWO_LINES, _LINE = 6.2, 0.1  # points of a name in several lines; inches of each line more
_WIDE, _TIGHT = 0.33, 0.24  # inches: a cell has room for a year; for one in small type


def columns_of(view: Sharing, most: int = _MOST) -> list[list[str]]:
    """Members that a matrix draws, by cooperation: all when few, else those with most services."""
    if len(view.region.members) <= most:
        return [list(part.region.members) for part in view.parts]
    known = view.counts["services"].dropna().sort_values(ascending=False, kind="stable")
    best = {str(code) for code in known.index[:most]} or set(view.region.members[:most])
    kept = [[code for code in part.region.members if code in best] for part in view.parts]
    return [codes for codes in kept if codes]


def _shown_areas(view: Sharing, codes: Sequence[str]) -> list[str]:
    """Services of which something else than an end is known, in the order of the inventory."""
    silent = (State.UNKNOWN, State.ENDED)
    return [
        area
        for area in view.area_names
        if any(view.cell(area, code).state not in silent for code in codes)
    ]


# --- the compact matrix of page two --------------------------------------------------------------


def compact_of(view: Sharing) -> list[Axes]:
    """The compact matrix; none where nothing is known of any service."""
    codes = [code for part in columns_of(view) for code in part]
    return [plot_compact(view)] if _shown_areas(view, codes) else []


def plot_compact(view: Sharing) -> Axes:
    """Services and municipalities on one page: three shades of how sure it is, and the year.

    Raises ValueError when nothing is known of any service.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
    >>> view = sharing(regions.get("bergslagen"), load_inventory(), "2026-06-30")
    >>> axes = plot_compact(view)
    >>> style.description_of(axes.figure).subtitle
    'Tjänster och kommuner 30 juni 2026, med år för det senaste belägget'
    """
    shown = {wide: _shown(view, wide) for wide in (True, False)}
    wide = style.width() == style.WIDTH
    if not shown[wide].rows:
        raise ValueError("nothing is known of any service; leave the figure out")
    about = _compact_description(view, _Compact(shown[wide], wide))
    return _drawn_compact(shown[True], shown[False], about)


@style.drawn
def _drawn_compact(wide: Shown, narrow: Shown, about: style.Description) -> Axes:
    """The compact matrix for paper or a telephone, drawn from nothing but this and its words."""
    on_paper = style.width() == style.WIDTH
    drawing = _Compact(wide if on_paper else narrow, on_paper)
    axes = style.canvas(drawing.height)
    sharp(axes)
    with style.look():
        axes.set_axis_off()
        axes.set_xlim(0, style.width())
        axes.set_ylim(drawing.height, 0)
        drawing.draw(axes)
    return style.describe(axes, about)


def _shown(view: Sharing, wide: bool) -> Shown:
    """What has room in the compact matrix for paper, or for a telephone."""
    groups = columns_of(view, _MOST if wide else 8)
    codes = [code for part in groups for code in part]
    heads = [part.region.name for part in view.parts if set(part.region.members) & set(codes)]
    areas = _compact_areas(view, codes, wide)
    return Shown(groups, heads, [_row(view, area, codes) for area in areas])


def _compact_areas(view: Sharing, codes: Sequence[str], wide: bool) -> list[str]:
    """The services that the page has room for, in the order of the inventory."""
    areas = _shown_areas(view, codes)
    many = len(codes) > maps.MANY  # their names stand upright
    most = _ROWS - 4 * (len(view.parts) > 1) - 4 * many  # more words stand around it
    if len(codes) <= 5 and wide:
        most = 2 * _ROWS
    surest = sorted(areas, key=lambda area: _rank(view, area, codes))[:most]
    return [area for area in areas if area in surest]


def _rank(view: Sharing, area: str, codes: Sequence[str]) -> int:
    """What page two shows first: what is shared, then what else is known, plans alone last."""
    states = {view.cell(area, code).state for code in codes}
    if states & set(COUNTED):
        return 0
    return 2 if states <= {State.PLANNED, State.UNKNOWN, State.ENDED} else 1


class _Compact:
    """Where everything stands in the compact matrix, in inches."""

    def __init__(self, shown: Shown, wide: bool) -> None:
        self.shown, self.groups = shown, shown.groups
        codes, areas = shown.codes, shown.rows
        gaps = _GAP * (len(self.groups) - 1)
        half = style.width() / 2 - 0.12
        two = wide and len(areas) > _ONE_BLOCK and half - gaps - _SMALL * len(codes) > _LEAST_NAME
        self.blocks = 2 if two else 1
        self.block = style.width() / self.blocks
        room = half if two else style.width() - 0.02
        self.name = room - gaps - _SMALL * len(codes) if two else _NAME if wide else _NARROW_NAME
        self.cell = _SMALL if two else min(0.42, (room - self.name - gaps) / len(codes))
        self.right = self.name + gaps + self.cell * len(codes) + 0.08
        longest = max(len(municipalities()[code].name) for code in codes)
        self.head = (
            0.14
            + (0.06 if self.cell < _TIGHT else 0.047) * longest
            + (0.16 if len(self.groups) > 1 else 0)
        )
        self.entries = handles(sign for row in areas for sign in row.signs.values())
        self.lines = int(np.ceil(len(areas) / self.blocks))
        self.foot = 0.2 * int(np.ceil(len(self.entries) / (4 if wide else 2))) + 0.1
        self.beside = self.block - self.right if self.blocks == 1 else 0.0  # for names of bodies
        rows = (sum(map(self._tall, self._of(block))) for block in range(self.blocks))
        self.height = self.head + max(rows) + self.foot

    def _of(self, block: int) -> Sequence[Row]:
        return self.shown.rows[block * self.lines : (block + 1) * self.lines]

    def _tall(self, row: Row) -> float:
        """Inches of a row: more where a name needs several lines."""
        return _ROW + _LINE * (max(len(self._name(row)), len(self._said(row))) - 1)

    def _name(self, row: Row) -> list[str]:
        return _in_lines(row.name, int(19 * self.name), 7)

    def _said(self, row: Row) -> list[str]:
        """The bodies that perform a service, in lines."""
        names = self.bodies(row)
        said = ", ".join(map(text.short, names))
        if len(names) > 1 and len(said) > 20 * self.beside:
            said = text.bodies_counted(len(names))
        return _in_lines(said, int(20 * self.beside), 6.5)

    def bodies(self, row: Row) -> Sequence[str]:
        """Names of the bodies beside a row; none where there is no room for them."""
        return row.bodies if self.beside > _BESIDE else ()

    def named(self) -> list[str]:
        """The bodies whose names the matrix prints."""
        beside = [self.bodies(row) for row in self.shown.rows]
        shown = [names for names in beside if len(names) == 1]
        pairs = [
            names
            for names in beside
            if len(names) > 1 and len(", ".join(map(text.short, names))) <= 20 * self.beside
        ]
        return [name for names in (*shown, *pairs) for name in names]

    def draw(self, axes: Axes) -> None:
        """Everything: heads, rows, legend."""
        for block in range(self.blocks):
            if rows := self._of(block):
                self._block(axes, block * self.block, rows)
        axes.legend(
            handles=self.entries,
            loc="lower left",
            fontsize=7.2,
            borderaxespad=0,
            ncols=4 if style.width() == style.WIDTH else 2,
            columnspacing=1.1,
            handlelength=1.3,
            handletextpad=0.5,
            labelspacing=0.35,
        )

    def _block(self, axes: Axes, left: float, rows: Sequence[Row]) -> None:
        places = self._places(left + self.name)
        steep = self.cell < _TIGHT
        for code, x in places.items():
            axes.text(
                x + self.cell * 0.5,
                self.head - 0.05,
                municipalities()[code].name,
                rotation=90 if steep else 55,
                va="center" if steep else "bottom",
                fontsize=7,
                ha="left",
                rotation_mode="anchor",
            )
        if len(self.groups) > 1:
            for name, codes in zip(self.shown.heads, self.groups, strict=True):
                axes.text(places[codes[0]], 0.1, name, fontsize=7.5, fontweight="bold", va="center")
        top = self.head
        for row in rows:
            self._row(axes, left, places, row, (top, self._tall(row)))
            top += self._tall(row)

    def _places(self, left: float) -> dict[str, float]:
        found, x = {}, left
        for part in self.groups:
            for code in part:
                found[code] = x
                x += self.cell
            x += _GAP
        return found

    def _row(
        self,
        axes: Axes,
        left: float,
        places: dict[str, float],
        row: Row,
        place: tuple[float, float],
    ) -> None:
        top, tall = place
        middle = top + tall / 2
        line = [left, left + self.block - 0.1]
        axes.plot(line, [top + tall] * 2, color=style.RULE, linewidth=0.3)
        _write(axes, left, middle, self._name(row), 7, style.INK)
        for code, x in places.items():
            draw_cell(axes, row.signs[code], x, middle, self.cell)
        _write(axes, left + self.right, middle, self._said(row), 6.5, style.MUTED)


def _in_lines(name: str, letters: int, size: float) -> list[str]:
    """A name in a row that has room for so many letters of a `size`, else in smaller lines."""
    if len(name) <= max(letters, 0):
        return [name]
    return textwrap.wrap(name, int(letters * size / min(size, _TWO_LINES)))


def _write(
    axes: Axes, left: float, middle: float, lines: Sequence[str], size: float, colour: str
) -> None:
    axes.text(
        left,
        middle,
        "\n".join(lines),
        fontsize=size if len(lines) == 1 else min(size, _TWO_LINES),
        linespacing=0.95,
        va="center",
        color=colour,
    )


def draw_cell(
    axes: Axes, cell: Sign, left: float, middle: float, width: float, *, lettered: bool = False
) -> None:
    """One cell of a matrix, `width` inches wide: its look, its year and perhaps its letter."""
    centre = left + width / 2
    year = str(cell.year or "odat.") if width >= _TIGHT else ""
    if cell.state in (State.UNKNOWN, State.ENDED):
        axes.plot([centre], [middle], marker=".", markersize=2, color=style.MUTED)
    elif cell.state in (State.PLANNED, State.ALONE):
        look = ALONE_LOOK if cell.state == State.ALONE else plan_look(cell.event)
        beside = width >= _WIDE
        axes.plot([left + 0.075 if beside else centre], [middle], **look)
        axes.text(
            left + 0.135,
            middle,
            year if beside else "",
            fontsize=5.8,
            ha="left",
            va="center_baseline",
            color=style.INK,
            in_layout=False,
        )
    else:
        axes.add_patch(
            Rectangle(
                (left + 0.015, middle - 0.066),
                width - 0.03,
                0.132,
                in_layout=False,
                **box_look(cell.state),
            )
        )
        roomy = width >= _WIDE
        axes.text(
            centre,
            middle,
            f"{cell.letter * lettered} {year}".strip() if roomy else year,
            ha="center",
            fontsize=6.2 if roomy else 5.2,
            va="center_baseline",
            in_layout=False,
            color="white" if cell.state in DATED else style.INK,
        )


def _compact_description(view: Sharing, drawing: _Compact) -> style.Description:
    codes, rows = drawing.shown.codes, drawing.shown.rows
    shown = {row.area for row in rows}
    left = [area for area in _shown_areas(view, codes) if area not in shown]
    parts = []
    for code in codes:
        counts: dict[State, int] = {}
        for row in rows:
            state = row.signs[code].state
            kind = State.EVIDENCED if state in DATED else state
            counts[kind] = counts.get(kind, 0) + 1
        said = [f"{counts[state]} {words}" for state, words in _ALT.items() if state in counts]
        parts.append(f"{municipalities()[code].name}: {', '.join(said) or 'ingen uppgift'}")
    return style.Description(
        id="tjanst-oversikt",
        title=matrix_title(view),
        subtitle=f"Tjänster och kommuner {swedish.day(view.day)}, med år för det senaste belägget",
        alt=f"Matris med {len(rows)} tjänster. {'. '.join(parts)}.",
        sources=SOURCES,
        table=compact_table(view, codes, [row.area for row in rows]),
        measures=("shared_services",),
        note=" ".join(filter(None, _compact_notes(view, drawing, left))),
    )


_MEANINGS = {
    State.UNENDED: "Fanns: bara äldre källor; ingen säger att det har upphört.",
    State.UNCLEAR: "Oklart: för gammal eller odaterad källa.",
}


def _compact_notes(view: Sharing, drawing: _Compact, left: Sequence[str]) -> Iterator[str]:
    """What a reader has to know of the signs and letters, and what stands in the appendix."""
    shown = [sign for row in drawing.shown.rows for sign in row.signs.values()]
    others = len(view.region.members) - len(drawing.shown.codes)
    yield "Belagd: en källa från mandatperioden eller de tre senaste åren."
    states = {sign.state for sign in shown}
    for state, words in _MEANINGS.items():
        if state in states:
            yield words
    yield "Punkt: ingen uppgift; tjänsten kan ändå delas."
    if _beyond(view, drawing.shown):
        yield "En fylld ruta kan gälla kommuner utanför gruppen."
    yield text.abbreviations(drawing.named())
    if others:
        yield f"{others} kommuner till står i bilagan."
    if left:
        yield f"{_beside_them(view, left)} i bilagan."


def _shared_in(view: Sharing) -> list[set[str]]:
    """Services that the members of each part share with each other, as the title counts them."""
    return [set(part.pooled["area"]) for part in view.parts]


def _beside_them(view: Sharing, left: Sequence[str]) -> str:
    """How many services have no row, and how many of those the title counts."""
    count = len(set(left) & set().union(*_shared_in(view)))
    said = text.services(len(left), shared=count == len(left))
    some = f", {swedish.in_words(count)} av dem {'gemensam' if count == 1 else 'gemensamma'},"
    return f"{swedish.capitalised(said)} till{some if 0 < count < len(left) else ''} står"


def _beyond(view: Sharing, shown: Shown) -> bool:
    """Whether a member is shown to share what the title does not count: with others alone."""
    return any(
        row.signs[code].state in COUNTED
        for part, shared in zip(view.parts, _shared_in(view), strict=True)
        for row in shown.rows
        if row.area not in shared
        for code in part.region.members
        if code in row.signs
    )


_ALT = {
    State.EVIDENCED: "belagda",
    State.UNENDED: "som fanns och vars slut inte är känt",
    State.UNCLEAR: "oklara i dag",
    State.ALONE: "i egen regi",
    State.PLANNED: "bara avsikter eller utredningar",
}


def compact_table(view: Sharing, codes: Sequence[str], areas: Sequence[str]) -> Table:
    """The compact matrix in words: a row a service, a column a municipality."""
    frame = pd.DataFrame(
        {"area": [view.area_names[area] for area in areas]}
        | {code: [view.cell(area, code).words for area in areas] for code in codes}
    )
    formats = {"area": word("Tjänst")} | {code: word(municipalities()[code].name) for code in codes}
    return Table(
        "tjanst-oversikt", f"Tjänster och kommuner {swedish.day(view.day)}", frame, formats, SOURCES
    )


# --- the full matrix of the appendix -------------------------------------------------------------


def matrices_of(view: Sharing) -> list[Axes]:
    """The full matrix, in as many figures as it needs; none without any row for the region."""
    return [
        plot_matrix(view, lines, part=part)
        for part, lines in enumerate(matrix_pages(view), start=1)
    ]


def _columns(view: Sharing) -> list[str]:
    return [code for part in columns_of(view) for code in part]


def plot_matrix(view: Sharing, lines: Sequence[Line] | None = None, *, part: int = 1) -> Axes:
    """Matrix of services and municipalities by area group, with form, bodies and year.

    `lines` are some of `matrix_pages` (default: page `part`). Only services with any information
    for the region have a line.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
    >>> view = sharing(regions.get("bergslagen"), load_inventory(), "2026-06-30")
    >>> axes = plot_matrix(view)
    >>> style.description_of(axes.figure).title
    'Alla tjänster: form, organ och hur säkert det är, 30 juni 2026'
    """
    codes = _columns(view)
    lines = style.page_of(matrix_pages(view), part) if lines is None else lines
    rows = [(key if kind == "group" else _row(view, key, codes), tall) for kind, key, tall in lines]
    return _drawn_matrix(codes, rows, _matrix_description(view, codes, lines, part))


@style.drawn
def _drawn_matrix(
    codes: Sequence[str], rows: Sequence[tuple[str | Row, float]], about: style.Description
) -> Axes:
    """The full matrix: groups and services with their inches, drawn from nothing but these."""
    entries = handles(
        sign for row, _ in rows if isinstance(row, Row) for sign in row.signs.values()
    )
    columns = 3 if style.width() == style.WIDTH else 2
    head, foot = 0.78, 0.18 * -(-len(entries) // columns) + 0.12
    height = head + sum(tall for _, tall in rows) + foot
    axes = style.canvas(height)
    sharp(axes)
    with style.look():
        axes.set_axis_off()
        axes.set_xlim(0, style.width())
        axes.set_ylim(height, 0)
        _column_names(axes, codes, head)
        top = head
        for row, tall in rows:
            if isinstance(row, str):
                axes.text(0, top + tall - 0.05, row, fontsize=8, fontweight="bold", va="bottom")
                axes.plot(
                    [0, style.width()], [top + tall - 0.03] * 2, color=style.MUTED, linewidth=0.6
                )
            else:
                _matrix_line(axes, row, (top, tall))
            top += tall
        axes.legend(
            handles=entries,
            loc="lower left",
            ncols=columns,
            fontsize=7.5,
            columnspacing=1.2,
            handlelength=1.5,
            borderaxespad=0,
            labelspacing=0.35,
        )
    return style.describe(axes, about)


def _left() -> float:
    return 2.05 if style.width() == style.WIDTH else _NARROW_NAME


def _cell_width(columns: int) -> float:
    beside = 1.5 if columns <= 8 and style.width() == style.WIDTH else 0.05
    return min(0.46, (style.width() - _left() - beside) / columns)


def matrix_pages(view: Sharing) -> list[list[Line]]:
    """Lines of the matrix by area group, in as many pages as they need; none without rows."""
    codes = _columns(view)
    shown = {
        area
        for (area, code), cell in view.cells.items()
        if code in codes and cell.state != State.UNKNOWN
    }
    blocks: list[list[Line]] = []
    for group, keys in view.groups.items():
        block: list[Line] = [
            ("area", key, _line_height(view, codes, key)) for key in keys if key in shown
        ]
        if block:
            blocks.append([("group", group, 0.22), *block])
    heights = [sum(line[2] for line in block) for block in blocks]
    return [[line for block in page for line in block] for page in paged(blocks, heights)]


def _column_names(axes: Axes, codes: Sequence[str], head: float) -> None:
    width = _cell_width(len(codes))
    steep = width < _WIDE
    for place, code in enumerate(codes):
        axes.text(
            _left() + (place + (0.5 if steep else 0.4)) * width,
            head - 0.05,
            municipalities()[code].name,
            rotation=90 if steep else 50,
            va="bottom",
            fontsize=7 if steep else 7.5,
            ha="center" if steep else "left",
            rotation_mode="default" if steep else "anchor",
        )


def _line_height(view: Sharing, codes: Sequence[str], area: str) -> float:
    name = _area_name(view.area_names[area]).count("\n")
    bodies = _right_text(_bodies(view, area, codes), len(codes)).count("\n")
    return 0.178 + 0.105 * max(name, bodies)


def _area_name(name: str) -> str:
    return wrap(name, 32 if _left() > 2 else 22)


def _right_text(bodies: Sequence[str], columns: int) -> str:
    """Names of the bodies that count for the members drawn, where there is room."""
    if columns > 8 or style.width() < style.WIDTH:
        return ""
    room = style.width() - _left() - _cell_width(columns) * columns - 0.1
    return wrap(", ".join(map(text.short, bodies)), int(room * 18.5))


def _matrix_line(axes: Axes, row: Row, place: tuple[float, float]) -> None:
    top, tall = place
    middle = top + tall / 2
    axes.plot([0, style.width()], [top + tall] * 2, color=style.RULE, linewidth=0.3)
    axes.text(0.06, middle, _area_name(row.name), fontsize=7.5, va="center", linespacing=1.0)
    width = _cell_width(len(row.signs))
    for column, sign in enumerate(row.signs.values()):
        draw_cell(axes, sign, _left() + column * width, middle, width, lettered=True)
    axes.text(
        _left() + width * len(row.signs) + 0.08,
        middle,
        _right_text(row.bodies, len(row.signs)),
        fontsize=6.5,
        va="center",
        color=style.MUTED,
        linespacing=1.0,
    )


def _matrix_description(
    view: Sharing, codes: Sequence[str], lines: Sequence[Line], part: int
) -> style.Description:
    keys = {key for _, key, _ in lines}
    rows = view.counted[view.counted["area"].isin(keys)]
    parts = []
    for body in view.bodies:
        areas = [area for area in body.areas if area in keys]
        if areas:
            parts.append(
                f"{body.name} ({view.form_names[body.form]}): "
                f"{text.areas_listed(view, areas)} för "
                f"{swedish.listed(text.alphabetical(body.inside))}"
            )
    said = ". ".join(parts) or "Ingen gemensam tjänst är känd"
    fewer = (
        f" Figuren visar {len(codes)} kommuner; tabellen har alla."
        if len(codes) < len(view.region.members)
        else ""
    )
    return style.Description(
        id="tjanst-matris" if part == 1 else f"tjanst-matris-{part}",
        title=f"Alla tjänster: form, organ och hur säkert det är, {swedish.day(view.day)}"
        + (f", del {part}" if part > 1 else ""),
        subtitle="Bokstaven anger den juridiska formen, årtalet det senaste belägget",
        alt=f"Matris med tjänster som rader och kommuner som kolumner. {said}.",
        sources=SOURCES,
        table=matrix_table(view) if part == 1 else None,
        measures=("shared_services",),
        note=f"{letters_text(view, rows['legal_form'])} Punkt: ingen uppgift, vilket inte betyder "
        f"att tjänsten inte delas.{fewer}",
    )


def matrix_table(view: Sharing) -> Table:
    """Every row of the state for the members, with full sources; those that say the same of
    several members are one row.
    """
    same = ["area", "arrangement", "legal_form", "host", "words", "last_evidence", "trust"]
    rows = view.own.groupby([*same, "sources"], sort=False, dropna=False)["code"].agg(list)
    found = list(rows_of(rows.reset_index()))
    return Table(
        "tjanst-matris",
        f"Tjänster, organ och kommuner {swedish.day(view.day)}",
        *columns(
            area=(word("Tjänst"), [view.area_names[row.area] for row in found]),
            names=(
                word("Kommuner"),
                [swedish.listed(text.alphabetical(row.code)) for row in found],
            ),
            body=(word("Organ"), [view.names[row.arrangement] for row in found]),
            form=(word("Form"), [view.form_names[row.legal_form] for row in found]),
            host=(word("Värd"), [text.host_name(row.host) if row.host else None for row in found]),
            said=(word("Hur säkert"), [row.words for row in found]),
            last=(Format("Senaste belägg", year=True), [row.last_evidence for row in found]),
            since=(word("Startår"), [text.since(view, row.arrangement, row.area) for row in found]),
            trust=(word("Säkerhet"), [TRUST_LABELS[row.trust] for row in found]),
            sources=(
                word("Källor"),
                [
                    " | ".join(text.citation(view, key) for key in row.sources.split("; "))
                    for row in found
                ],
            ),
        ),
        SOURCES,
    )
