"""Timeline of the bodies: one row each, from the first evidence to the last, up to the date.

Terms
-----
row: one body with all its tasks for the members; bodies that were only planned have no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.arrangements import COUNTED, State
from analysis.figures import style
from analysis.figures.service_marks import (
    ALL_PARTS,
    FORM_LETTERS,
    SOURCES,
    letters_text,
    paged,
    sharp,
    tint,
    wrap,
)
from analysis.metrics import services as metrics
from analysis.tables import Format, Table, word
from analysis.text import services as text
from analysis.text import swedish
from analysis.text.service_titles import timeline_title
from analysis.views.services import Sharing, rows_of

_BAR = 0.1  # inches
_ROW, _LINE = 0.1, 0.118  # inches around a label, and of each line of it
_HEAD = 0.2  # inches for the name of a cooperation
_PLANS = ("decided", "inquiry", "intention")
_BOTH = "I flera av samarbetena"
_MANY = 12  # more rows than this are parted into known and unclear


@dataclass(frozen=True)
class Row:
    """One body: years as decimals. `last` is the date while evidence is new, else that of the last
    evidence; from there to `to` it is only counted because no end is known. `end` is None while
    none is. `seen` is the year of the newest evidence, None of the undated. `new` is True when any
    of its tasks has new evidence. `part` is the cooperation whose members are in it, of several;
    the first row of each `heads` it. `vague`: all of it is unclear; `gone`: the members have left
    it, and no end of it is known.
    """

    key: str
    name: str
    form: str
    areas: tuple[str, ...]
    start: float
    stated: bool
    last: float
    to: float
    end: float | None
    seen: int | None
    words: str
    new: bool
    part: str = ""
    vague: bool = False
    gone: bool = False
    heads: bool = False

    @property
    def label(self) -> str:
        """Name and letter, in lines that have room beside the drawing as wide as it is now."""
        wide = 44 if style.width() == style.WIDTH else 24
        return wrap(f"{self.name} [{FORM_LETTERS[self.form]}]", wide)

    @property
    def height(self) -> float:
        """Inches of the drawing as wide as it is now."""
        return _ROW + _LINE * (self.label.count("\n") + 1) + _HEAD * self.heads


def timelines_of(view: Sharing, *, parts: slice = ALL_PARTS) -> list[Axes]:
    """The timeline, in as many figures as it needs; none without a body that ran.

    The first figure is that of the main report; `parts` draws some of them alone.
    """
    pages = timeline_pages(view)
    return [
        _drawn(view.day, rows, _description(view, pages, part))
        for part, rows in list(enumerate(pages, start=1))[parts]
    ]


def timeline_pages(view: Sharing) -> list[list[Row]]:
    """Rows of the timeline in as many pages as they need; none without rows.

    Where there are many, the bodies of which it is unclear whether they are left come last, on
    pages of their own.
    """
    rows = timeline_rows(view)
    blocks = [rows]
    if len(rows) > _MANY:
        blocks = [[row for row in rows if row.vague is vague] for vague in (False, True)]
    headed = [_headed(block) for block in blocks if block]
    return [page for block in headed for page in paged(block, [row.height for row in block])]


def timeline_rows(view: Sharing) -> list[Row]:
    """One row a body that ran a service for a member by the date, the earliest start first."""
    limit = pd.Timestamp(view.day)
    spans = view.periods
    spans = spans[(spans["start"] <= limit) & (spans["kind"] == "service")]
    own = view.own[~view.own["event"].isin(_PLANS)]
    found: list[Row] = []
    for key, rows in own.groupby("arrangement", sort=False):
        mine = spans[(spans["arrangement"] == key) & spans["area"].isin(rows["area"])]
        if len(mine):
            found.append(_row(view, str(key), rows, mine, limit))
    found.sort(key=lambda row: row.start)
    if len(view.parts) < 2:
        return found
    order = dict.fromkeys([*(part.region.name for part in view.parts), _BOTH])
    return [row for name in order for row in found if row.part == name]


def _headed(rows: Sequence[Row]) -> list[Row]:
    """The rows, of which the first of each cooperation heads it."""
    return [
        replace(row, heads=bool(row.part) and (place == 0 or rows[place - 1].part != row.part))
        for place, row in enumerate(rows)
    ]


def _part_of(view: Sharing, codes: Iterable[str]) -> str:
    """The cooperation in which all of `codes` are, or that it is more than one; "" without parts."""
    if len(view.parts) < 2:
        return ""
    names = [part.region.name for part in view.parts if set(part.region.members) & set(codes)]
    return names[0] if len(names) == 1 else _BOTH


def _row(
    view: Sharing, key: str, rows: pd.DataFrame, spans: pd.DataFrame, limit: pd.Timestamp
) -> Row:
    alive = rows[rows["state"] != State.ENDED]
    ends = spans["end"].where(spans["end"] <= limit)
    over = bool(ends.notna().all()) or alive.empty
    living = spans if over else spans[spans["area"].isin(alive["area"])]
    known = living["last_evidence"].where(living["end"].isna(), living["end"]).max()
    new = not over and bool(metrics.is_dated(alive).any())
    last = _year(ends.max() if over and ends.notna().any() else limit if new else min(known, limit))
    counted = alive["state"].isin([state.value for state in COUNTED]).any()
    best = rows if over else alive
    first = spans.sort_values("start", kind="stable")["area"].iloc[0]
    head = best.sort_values("last_evidence", ascending=False, kind="stable").iloc[0]
    return Row(
        key=key,
        name=text.short(view.names[key]),
        form=str(head["legal_form"]),
        areas=tuple(dict.fromkeys(rows["area"])),
        start=_year(spans["start"].min()),
        stated=text.since(view, key, str(first))[:1].isdigit(),
        last=last,
        to=_year(limit) if counted and not over else last,
        end=last if over and ends.notna().any() else None,
        seen=None if pd.isna(head["last_evidence"]) else int(head["last_evidence"]),
        words=str(head["words"]),
        new=new,
        part=_part_of(view, rows["code"]),
        vague=bool((best["state"] == State.UNCLEAR).all()),
        gone=alive.empty and not ends.notna().any(),
    )


def _year(day: Any) -> float:
    return float(day.year + (day.day_of_year - 1) / 365.25)


def plot_timeline(view: Sharing, *, part: int = 1) -> Axes:
    """When each body ran services for the members, up to the date; light after the last evidence.

    `part` is the page of `timeline_pages`.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
    >>> view = sharing(regions.get("bergslagen"), load_inventory(), "2026-06-30")
    >>> axes = plot_timeline(view)
    >>> style.description_of(axes.figure).subtitle
    'Organ som har skött tjänster för kommunerna, till 30 juni 2026'
    """
    pages = timeline_pages(view)
    rows = style.page_of(pages, part)
    return _drawn(view.day, rows, _description(view, pages, part))


@style.drawn
def _drawn(day: date, rows: Sequence[Row], about: style.Description) -> Axes:
    """The timeline of `rows` up to `day`, drawn from nothing but these and its words."""
    heights = [row.height for row in rows]
    foot = 0.24 if style.width() == style.WIDTH else 0.55
    axes, under = style.canvas(
        sum(heights) + 0.28 + foot, rows=2, height_ratios=[sum(heights) + 0.28, foot]
    )
    sharp(axes)
    now = day.year + (day.timetuple().tm_yday - 1) / 365.25
    with style.look():
        under.set_axis_off()
        first = min(row.start for row in rows)
        span = max(now - first, 3.0)
        wide = style.width() == style.WIDTH
        axes.set_xlim(now - 1.04 * span, now + (0.4 if wide else 0.03) * span)
        axes.set_ylim(sum(heights), 0)
        for row, y in zip(rows, _middles(rows), strict=True):
            _draw(axes, row, y, now)
            if wide:
                axes.text(
                    now + 0.02 * span, y, _said(row), fontsize=6.8, va="center", color=style.INK
                )
            if row.heads:
                axes.text(
                    now - 1.04 * span,
                    y - row.height / 2 + 0.02,
                    row.part,
                    fontsize=7.5,
                    fontweight="bold",
                    va="center",
                )
        axes.axvline(now, color=style.INK, linewidth=0.8)
        _axis(axes, rows, now)
        under.legend(
            handles=_handles(rows),
            loc="upper left",
            fontsize=7.2,
            borderaxespad=0,
            ncols=5 if style.width() == style.WIDTH else 2,
            handlelength=1.3,
            columnspacing=1.1,
            handletextpad=0.5,
            labelspacing=0.35,
        )
    return style.describe(axes, about)


def _draw(axes: Axes, row: Row, y: float, now: float) -> None:
    axes.plot([axes.get_xlim()[0], now], [y, y], color=style.RULE, linewidth=0.3, zorder=0)
    stop = max(row.last, row.start + 0.12)
    axes.barh(y, stop - row.start, left=row.start, height=_BAR, color=style.ACCENT, zorder=2)
    if row.to > stop:
        axes.barh(
            y,
            row.to - stop,
            left=stop,
            height=_BAR,
            facecolor=tint(style.ACCENT, 0.2),
            edgecolor=style.ACCENT,
            linewidth=0.5,
            hatch="/////",
            zorder=2,
        )
    if row.end is not None:
        axes.plot(
            [stop], [y], marker="|", markersize=8, markeredgewidth=1.8, color=style.INK, zorder=3
        )
    axes.plot(
        [row.start],
        [y],
        marker="o",
        markersize=4,
        zorder=3,
        color=style.INK,
        markerfacecolor=style.INK if row.stated else "white",
    )


def _middles(rows: Sequence[Row]) -> list[float]:
    """Where the rows stand, in inches from the top; a head stands above its row."""
    found, top = [], 0.0
    for row in rows:
        found.append(top + (row.height + _HEAD * row.heads) / 2)
        top += row.height
    return found


def _said(row: Row) -> str:
    """How sure it is, in words short enough to stand beside the row."""
    plain = row.words.partition(" (")[0]
    return plain.replace("återtagen av medlemmarna", "återtagen").replace(
        "oklart i dag, senast belagd", "oklart, senast"
    )


def _axis(axes: Axes, rows: Sequence[Row], now: float) -> None:
    axes.set_yticks(_middles(rows), [row.label for row in rows], fontsize=7.2, linespacing=1.0)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7.5)
    axes.spines["left"].set_visible(False)
    low, high = axes.get_xlim()[0], now
    axes.spines["bottom"].set_bounds(low, now)
    most = 8 if style.width() == style.WIDTH else 4
    step = next(step for step in (1, 2, 5, 10, 20) if (high - low) / step <= most)
    axes.set_xticks([year for year in range(int(low) + 1, int(high) + 1) if year % step == 0])
    axes.xaxis.set_major_formatter(lambda value, _: str(int(value)))


def _handles(rows: Sequence[Row]) -> list[Any]:
    """What stands for what, of the signs that occur."""
    dot: dict[str, Any] = {"marker": "o", "linestyle": "none", "color": style.INK, "markersize": 4}
    return [
        *(
            [Line2D([], [], label="start enligt källa", **dot)]
            if any(r.stated for r in rows)
            else []
        ),
        *(
            [Line2D([], [], label="första belägg", markerfacecolor="white", **dot)]
            if not all(r.stated for r in rows)
            else []
        ),
        Patch(facecolor=style.ACCENT, label="belagd"),
        *(
            [
                Patch(
                    facecolor=tint(style.ACCENT, 0.2),
                    edgecolor=style.ACCENT,
                    hatch="/////",
                    label="inget slut känt",
                )
            ]
            if any(r.to > r.last + 0.12 for r in rows)
            else []
        ),
        *(
            [
                Line2D(
                    [],
                    [],
                    marker="|",
                    markersize=8,
                    markeredgewidth=1.8,
                    color=style.INK,
                    linestyle="none",
                    label="slut",
                )
            ]
            if any(r.end is not None for r in rows)
            else []
        ),
    ]


def _description(view: Sharing, pages: Sequence[Sequence[Row]], part: int) -> style.Description:
    rows = pages[part - 1]
    frame = pd.DataFrame(
        [
            {
                "body": view.names[row.key],
                "areas": text.areas_listed(view, row.areas),
                "since": text.since(view, row.key, row.areas[0]),
                "last": row.seen,
                "end": None if row.end is None else int(row.end),
                "said": row.words,
            }
            for row in rows
        ],
        columns=["body", "areas", "since", "last", "end", "said"],
    ).astype({"last": "Int64", "end": "Int64"})
    key = "tjanst-tidslinje" if part == 1 else f"tjanst-tidslinje-{part}"
    table = Table(
        key,
        f"När organen verkade, till {swedish.day(view.day)}",
        frame,
        {
            "body": word("Organ"),
            "areas": word("Tjänster"),
            "since": word("Startår"),
            "last": Format("Senaste belägg", year=True),
            "end": Format("Slut", year=True),
            "said": word("Hur säkert"),
        },
        SOURCES,
    )
    ran = [f"{row.body}: {row.since}, {row.said}" for row in rows_of(frame)]
    return style.Description(
        id=key,
        title=_title(view, pages, rows) + (f", del {part}" if part > 1 else ""),
        subtitle=f"Organ som har skött tjänster för kommunerna, till {swedish.day(view.day)}",
        alt=f"Tidslinje med en rad för varje organ. {'. '.join(ran)}.",
        sources=SOURCES,
        table=table,
        note=" ".join(
            (
                letters_text(view, [row.form for row in rows]),
                text.abbreviations(view.names[row.key] for row in rows),
            )
        ).strip(),
    )


def _title(view: Sharing, pages: Sequence[Sequence[Row]], drawn: Sequence[Row]) -> str:
    """The message, cooperation by cooperation; a body of several counts in each."""
    if all(row.vague for row in drawn):
        count = text.bodies_counted(len(drawn))
        return f"Om {count} är det oklart i dag om {'det' if len(drawn) == 1 else 'de'} finns kvar"
    keys, said = (
        {
            row.key
            for page in pages
            for row in page
            if not row.vague or any(other.vague for other in drawn)
        },
        [],
    )
    for part in view.parts:
        rows = [row for row in timeline_rows(part) if row.key in keys]
        counts = {
            "ended": sum(row.end is not None for row in rows),
            "gone": sum(row.gone for row in rows),
            "old": sum(row.end is None and not row.new and not row.gone for row in rows),
        }
        whose = f" i {part.region.name}" if len(view.parts) > 1 else ""
        if rows:
            said.append(timeline_title(len(rows), where=whose, **counts))
    return ". ".join(said)
