"""Matrix of services and municipalities: legal form as letter and colour, status as look.

Terms
-----
cell: a service and a municipality; it shows the strongest that the inventory says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from analysis.arrangements import DATED, EVENT_LABELS, LABELS, TRUST_LABELS, State
from analysis.figures import style
from analysis.figures.service_marks import (
    FORM_MARKS,
    NAME,
    PLAN_MARKS,
    SOURCES,
    paged,
    plan_look,
    short,
    tint,
    word,
    wrap,
)
from analysis.regions import municipalities
from analysis.tables import Format, Table
from analysis.text import services as text
from analysis.text import swedish
from analysis.views.services import Cell, Sharing, rows_of

_NO_BODY = ("avsiktsforklaring", "natverk")  # forms that take over no task
_COLUMNS = 24  # most municipalities in the matrix; the table has them all


def matrices_of(view: Sharing) -> list[Axes]:
    """The matrix, in as many figures as it needs; none without any row for the region."""
    return [plot_matrix(view, lines, part=part)
            for part, lines in enumerate(matrix_pages(view), start=1)]


def matrix_columns(view: Sharing) -> list[str]:
    """Members that the matrix draws: all when few, else those with most services."""
    members = list(view.region.members)
    if len(members) <= _COLUMNS:
        return members
    known = view.counts["services"].dropna().sort_values(ascending=False, kind="stable")
    return [str(code) for code in known.index[:_COLUMNS]]


def plot_matrix(view: Sharing, lines: Sequence[Line] | None = None, *, part: int = 1) -> Axes:
    """Matrix of services and municipalities: legal form as letter and colour, status as look.

    `lines` are some of `matrix_lines` (default: the first page of them), `part` their page. Only
    services with any information for the region have a line.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
    >>> view = sharing(regions.get("bergslagen"), load_inventory(), "2026-06-30")
    >>> axes = plot_matrix(view)
    >>> style.description_of(axes.figure).title
    'Tjänster och kommuner 30 juni 2026: form och status'
    """
    codes = matrix_columns(view)
    lines = matrix_pages(view)[part - 1] if lines is None else lines
    shown = [view.cell(key, code) for _, key, _ in lines for code in codes]
    handles = _matrix_handles(view, shown)
    head, foot = 0.72, 0.16 * -(-len(handles) // 3) + 0.12
    height = head + sum(line[2] for line in lines) + foot
    axes = style.canvas(height)
    with style.look():
        axes.set_axis_off()
        axes.set_xlim(0, style.WIDTH)
        axes.set_ylim(height, 0)
        _column_names(axes, codes, head)
        top = head
        for kind, key, tall in lines:
            if kind == "group":
                _group_line(axes, key, top + tall)
            else:
                _matrix_line(axes, view, codes, key, (top, tall))
            top += tall
        axes.legend(handles=handles, loc="lower left", ncols=3, fontsize=7.5, columnspacing=1.2,
                    handlelength=1.5, borderaxespad=0, labelspacing=0.35)
    return style.describe(axes, _matrix_description(view, codes, lines, part))
Line = tuple[str, str, float]  # group or area, its key, height in inches
_LEFT = 2.05  # inches for the names of services
_WIDE = 0.36  # inches: a cell of this width has room for a year


def _cell_width(columns: int) -> float:
    return min(0.46, (style.WIDTH - _LEFT - (1.5 if columns <= 8 else 0.05)) / columns)


def matrix_pages(view: Sharing) -> list[list[Line]]:
    """Lines of the matrix by area group, in as many pages as they need; none without rows."""
    codes = matrix_columns(view)
    shown = {area for (area, code), cell in view.cells.items()
             if code in codes and cell.state != State.UNKNOWN}
    blocks: list[list[Line]] = []
    for group, keys in view.groups.items():
        block: list[Line] = [("area", key, _line_height(view, codes, key))
                             for key in keys if key in shown]
        if block:
            blocks.append([("group", group, 0.22), *block])
    heights = [sum(line[2] for line in block) for block in blocks]
    return [[line for block in page for line in block] for page in paged(blocks, heights)]


def _column_names(axes: Axes, codes: Sequence[str], head: float) -> None:
    width = _cell_width(len(codes))
    steep = width < _WIDE
    for place, code in enumerate(codes):
        axes.text(_LEFT + (place + (0.5 if steep else 0.4)) * width, head - 0.05,
                  municipalities()[code].name, rotation=90 if steep else 50, va="bottom",
                  fontsize=7 if steep else 7.5, ha="center" if steep else "left",
                  rotation_mode="default" if steep else "anchor")


def _line_height(view: Sharing, codes: Sequence[str], area: str) -> float:
    name = wrap(view.area_names[area], 32).count("\n")
    bodies = _right_text(view, codes, area).count("\n")
    return 0.178 + 0.105 * max(name, bodies)


def _right_text(view: Sharing, codes: Sequence[str], area: str) -> str:
    """Names of the bodies that run the service for the members drawn, where there is room."""
    if len(codes) > 8:
        return ""
    room = style.WIDTH - _LEFT - _cell_width(len(codes)) * len(codes) - 0.1
    running = view.counted[(view.counted["area"] == area) & view.counted["code"].isin(codes)]
    names = [short(view.names[key]) for key in running["arrangement"].unique()]
    return wrap(", ".join(names), int(room * 18.5))


def _group_line(axes: Axes, group: str, bottom: float) -> None:
    axes.text(0, bottom - 0.05, group, fontsize=8, fontweight="bold", va="bottom")
    axes.plot([0, style.WIDTH], [bottom - 0.03] * 2, color=style.MUTED, linewidth=0.6)


def _matrix_line(axes: Axes, view: Sharing, codes: Sequence[str], area: str,
                 place: tuple[float, float]) -> None:
    top, tall = place
    middle = top + tall / 2
    axes.plot([0, style.WIDTH], [top + tall] * 2, color=style.RULE, linewidth=0.3)
    axes.text(0.06, middle, wrap(view.area_names[area], 32), fontsize=7.5, va="center",
              linespacing=1.0)
    width = _cell_width(len(codes))
    for column, code in enumerate(codes):
        _draw_cell(axes, view.cell(area, code), _LEFT + column * width, middle, width)
    axes.text(_LEFT + width * len(codes) + 0.08, middle, _right_text(view, codes, area),
              fontsize=6.5, va="center", color=style.MUTED, linespacing=1.0)


def _draw_cell(axes: Axes, cell: Cell, left: float, middle: float, width: float) -> None:
    """One cell: filled when dated, light when only no end is known, outlined when unclear."""
    centre = left + width / 2
    if cell.state in (State.UNKNOWN, State.ENDED):
        axes.text(centre, middle, "·", fontsize=7, ha="center", va="center", color=style.MUTED,
                  in_layout=False)
        return
    if cell.state == State.PLANNED:
        axes.plot([centre], [middle], **plan_look(cell.event))
        return
    letter, colour = ("E", style.MUTED) if cell.row is None else FORM_MARKS[cell.row.legal_form]
    fresh = cell.state in DATED
    year = f" {cell.year or '?'}" if width >= _WIDE else ""
    axes.add_patch(Rectangle((left + 0.02, middle - 0.075), width - 0.04, 0.15,
                             in_layout=False, **_box_look(cell.state, colour)))
    axes.text(centre, middle, f"{letter}{year}", fontsize=6.5, ha="center", va="center",
              fontweight="bold", color="white" if fresh else style.INK, in_layout=False)


def _box_look(state: State, colour: str) -> dict[str, Any]:
    if state in DATED:
        return {"facecolor": colour, "edgecolor": colour, "linewidth": 0.6}
    if state == State.UNENDED:
        return {"facecolor": tint(colour, 0.22), "edgecolor": colour, "linewidth": 0.6}
    return {"facecolor": "white", "edgecolor": colour, "linewidth": 0.8,
            "linestyle": "-" if state == State.ALONE else (0, (4, 2))}


def _matrix_handles(view: Sharing, cells: Sequence[Cell]) -> list[Any]:
    """Legend entries of what occurs among `cells`, the forms first."""
    found = {cell.state for cell in cells}
    forms = [key for key in FORM_MARKS
             if any(cell.row is not None and cell.row.legal_form == key
                    and cell.state != State.PLANNED for cell in cells)]
    handles: list[Any] = [
        Patch(facecolor=FORM_MARKS[key][1], label=f"{FORM_MARKS[key][0]} {view.form_names[key]}"
              + (", räknas inte" if key in _NO_BODY else ""))
        for key in forms
    ]
    handles += [Patch(label=LABELS[state], **_box_look(state, style.MUTED))
                for state in (State.EVIDENCED, State.UNENDED, State.UNCLEAR, State.ALONE)
                if state in found]
    handles += [Line2D([], [], label=EVENT_LABELS[key], **plan_look(key)) for key in PLAN_MARKS
                if any(cell.state == State.PLANNED and cell.event == key for cell in cells)]
    handles.append(Line2D([], [], marker=".", markersize=2, color=style.MUTED, linestyle="none",
                          label="ingen uppgift"))
    return handles


def _matrix_description(view: Sharing, codes: Sequence[str], lines: Sequence[Line], part: int,
                        ) -> style.Description:
    keys = {key for _, key, _ in lines}
    running = view.counted[view.counted["area"].isin(keys)]
    parts = []
    for key in dict.fromkeys(running["arrangement"]):
        rows = running[running["arrangement"] == key]
        parts.append(f"{view.names[key]} ({view.form_names[rows['legal_form'].iloc[0]]}): "
                     f"{text.areas_listed(view, rows['area'])} för "
                     f"{swedish.listed(text.names_of(set(rows['code'])))}")
    said = ". ".join(parts) or "Ingen tjänst är i drift enligt inventeringen"
    fewer = (f" Figuren visar de {len(codes)} kommuner som har flest tjänster; tabellen har alla."
             if len(codes) < len(view.region.members) else "")
    return style.Description(
        id="tjanst-matris" if part == 1 else f"tjanst-matris-{part}",
        title=f"Tjänster och kommuner {swedish.day(view.day)}: form och status"
        + (f", del {part}" if part > 1 else ""),
        alt=f"Matris med tjänster som rader och kommuner som kolumner. {said}.", sources=SOURCES,
        table=matrix_table(view) if part == 1 else None,
        note="Bokstaven är den juridiska formen. Årtalet är det senaste belägget när det är äldre "
        "än tre år. Punkt betyder att inventeringen saknar uppgift, inte att tjänsten inte delas."
        + fewer)


def matrix_table(view: Sharing) -> Table:
    """Every row of the state for the members, with full sources; one row a body and service."""
    frame = pd.DataFrame([
        {"area": view.area_names[row.area], "name": municipalities()[row.code].name,
         "body": view.names[row.arrangement], "form": view.form_names[row.legal_form],
         "host": municipalities()[row.host].name if row.host else None,
         "status": row.words, "last": row.last_evidence,
         "since": text.since(view, row.arrangement, row.area), "trust":
         TRUST_LABELS[row.trust],
         "sources": " | ".join(text.citation(view, key) for key in row.sources.split("; "))}
        for row in rows_of(view.own)
    ])
    formats = {"area": word("Tjänst"), "name": NAME, "body": word("Organ"), "form": word("Form"),
               "host": word("Värdkommun"), "status": word("Status"),
               "last": Format("Senaste belägg", year=True), "since": word("Sedan"),
               "trust": word("Tilltro"), "sources": word("Källor")}
    return Table("tjanst-matris", f"Tjänster, organ och kommuner {swedish.day(view.day)}", frame,
                 formats, SOURCES)
