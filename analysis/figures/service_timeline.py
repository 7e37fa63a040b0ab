"""Timeline of arrangements: when each body ran which services, up to the date.

Terms
-----
line: one body and the services of it that have the same dates.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.arrangements import EVENT_LABELS, PLANS
from analysis.figures import style
from analysis.figures.service_marks import (
    FORM_MARKS,
    PLAN_MARKS,
    SOURCES,
    letters_text,
    paged,
    plan_look,
    sharp,
    short,
    tint,
    word,
    wrap,
)
from analysis.metrics import services as metrics
from analysis.tables import Format, Table
from analysis.text import services as text
from analysis.text import swedish
from analysis.views.services import Sharing, rows_of


def timelines_of(view: Sharing) -> list[Axes]:
    """The timeline; none without any row for the region."""
    return [plot_timeline(view, lines, part=part)
            for part, lines in enumerate(timeline_pages(view), start=1)]


def timeline_pages(view: Sharing) -> list[list[dict[str, Any]]]:
    """Lines of the timeline in as many pages as they need; none without rows."""
    lines = _timeline_lines(view)
    return paged(lines, [line["height"] for line in lines])


def plot_timeline(view: Sharing, lines: list[dict[str, Any]] | None = None, *, part: int = 1,
                  ) -> Axes:
    """When each body ran which services, up to the date; lighter after the last evidence.

    Bars from the first evidence; a bar with a closed end has ended. Signs: intention, inquiry and
    decision. `lines` is a page of `timeline_pages`, by default page `part`.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
    >>> view = sharing(regions.get("bergslagen"), load_inventory(), "2026-06-30")
    >>> axes = plot_timeline(view)
    >>> style.description_of(axes.figure).title
    'När samverkan började och slutade, till 30 juni 2026'
    """
    lines = timeline_pages(view)[part - 1] if lines is None else lines
    heights = [line["height"] for line in lines]
    grid = style.canvas(sum(heights) + 0.85, rows=2, height_ratios=[sum(heights) + 0.25, 0.6])
    axes, foot = grid[0], grid[1]
    sharp(axes)
    with style.look():
        foot.set_axis_off()
        first = min(line["first"] for line in lines)
        now = view.day.year + (view.day.timetuple().tm_yday - 1) / 365.25
        span = max(now - first, 3.0)
        axes.set_xlim(first - 0.04 * span, now + 0.02 * span)
        axes.set_ylim(sum(heights), -0.1)
        top = 0.0
        for line, tall in zip(lines, heights, strict=True):
            _timeline_line(axes, line, top + tall / 2, now)
            top += tall
        axes.axvline(now, color=style.INK, linewidth=0.8)
        _timeline_axis(axes, lines, heights)
        foot.legend(handles=_timeline_handles(lines), loc="upper left", ncols=3, fontsize=7.5,
                    handlelength=1.4, columnspacing=1.2, labelspacing=0.35, borderaxespad=0)
    return style.describe(axes, _timeline_description(view, lines, part))


def _year(day: Any) -> float:
    return float(day.year + (day.day_of_year - 1) / 365.25)


def _timeline_lines(view: Sharing) -> list[dict[str, Any]]:
    """One line a body and set of services with the same dates, in the order of the inventory."""
    limit = pd.Timestamp(view.day)
    spans = metrics.periods(view.inventory)
    begun = spans[spans["start"] <= limit].set_index(["arrangement", "area"])
    events = view.inventory.events
    plans = events[events["event"].isin(PLANS) & (events["first"] <= limit)]
    lines: list[dict[str, Any]] = []
    for key in dict.fromkeys(view.own["arrangement"]):
        alike: dict[tuple[Any, ...], list[str]] = {}
        for area in dict.fromkeys(view.own.loc[view.own["arrangement"] == key, "area"]):
            marks = tuple(sorted({(row.event, _year(row.first)) for row in rows_of(plans)
                                  if row.arrangement == key and row.area in (area, "")}))
            found: Any = begun.loc[(key, area)] if (key, area) in begun.index else None
            dates = () if found is None else (found["start"], found["last_evidence"],
                                              found["end"], found["end_event"])
            alike.setdefault((dates if found is None else tuple(map(str, dates)), marks),
                             []).append(area)
        lines += [_timeline_entry(view, key, areas, begun, marks)
                  for (_, marks), areas in alike.items()]
    return lines


def _timeline_entry(view: Sharing, key: str, areas: list[str], spans: Any,
                    marks: tuple[tuple[str, float], ...]) -> dict[str, Any]:
    head = view.own[view.own["arrangement"] == key].iloc[0]
    names = [text.lower(view.area_names[area]) for area in areas]
    shown = names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} till"]
    letter = FORM_MARKS[head["legal_form"]][0]
    label = wrap(f"{short(view.names[key])} [{letter}]: {', '.join(shown)}", 48)
    entry: dict[str, Any] = {"key": key, "areas": areas, "label": label, "marks": marks,
                             "height": 0.12 + 0.125 * (label.count("\n") + 1),
                             "form": head["legal_form"], "kind": head["kind"], "start": None,
                             "last": None, "end": None}
    if (key, areas[0]) in spans.index:
        span = spans.loc[(key, areas[0])]
        limit = pd.Timestamp(view.day)
        entry["start"] = _year(span["start"])
        # a recorded end shows that it ran until then
        known = span["last_evidence"] if pd.isna(span["end"]) else span["end"]
        entry["last"] = _year(min(known, limit))
        if pd.notna(span["end"]) and span["end"] <= limit:
            entry["end"] = _year(span["end"])
        entry["to"] = _year(limit)
        entry["stated"] = text.since(view, key, areas[0])[:1].isdigit()
    years = [entry["start"], *(year for _, year in marks)]
    entry["first"] = min([year for year in years if year is not None],
                         default=float(view.day.year))
    return entry


def _timeline_line(axes: Axes, line: dict[str, Any], y: float, now: float) -> None:
    colour = FORM_MARKS[line["form"]][1]
    axes.axhline(y, color=style.RULE, linewidth=0.3, zorder=0)
    if line["start"] is not None:
        stop = line["end"] if line["end"] is not None else line["last"]
        stop = max(stop, line["start"] + 0.12)
        axes.barh(y, stop - line["start"], left=line["start"], height=0.11, color=colour, zorder=2)
        if line["end"] is None and line["to"] > stop:
            axes.barh(y, line["to"] - stop, left=stop, height=0.11, facecolor=tint(colour, 0.2),
                      edgecolor=colour, linewidth=0.5, hatch="/////", zorder=2)
        if line["end"] is not None:
            axes.plot([stop], [y], marker="|", markersize=9, markeredgewidth=1.8,
                      color=style.INK, zorder=3)
        axes.plot([line["start"]], [y], marker="o", markersize=4, zorder=3, color=style.INK,
                  markerfacecolor=style.INK if line["stated"] else "white")
    elif not line["marks"]:
        axes.text(now, y, "odaterad uppgift ", fontsize=7, ha="right", va="center",
                  color=style.MUTED)
    for event, year in line["marks"]:
        axes.plot([year], [y], zorder=4, **plan_look(event))


def _timeline_axis(axes: Axes, lines: list[dict[str, Any]], heights: list[float]) -> None:
    middles = np.cumsum(heights) - np.array(heights) / 2
    axes.set_yticks(middles, [line["label"] for line in lines], fontsize=6.8, linespacing=1.0)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8)
    axes.spines["left"].set_visible(False)
    low, high = axes.get_xlim()
    step = next(step for step in (1, 2, 5, 10) if (high - low) / step <= 8)
    axes.set_xticks([year for year in range(int(low) + 1, int(high) + 1) if year % step == 0])
    axes.xaxis.set_major_formatter(lambda value, _: str(int(value)))


def _timeline_handles(lines: list[dict[str, Any]]) -> list[Any]:
    """What stands for what, of the signs that occur."""
    marks = {event for line in lines for event, _ in line["marks"]}
    ended = any(line["end"] is not None for line in lines)
    dot: dict[str, Any] = {"marker": "o", "linestyle": "none", "color": style.INK, "markersize": 4}
    return [
        Line2D([], [], label="start enligt källa", **dot),
        Line2D([], [], label="första belägg", markerfacecolor="white", **dot),
        Patch(facecolor=style.MUTED, label="belagd i drift"),
        Patch(facecolor=tint(style.MUTED, 0.2), edgecolor=style.MUTED, hatch="/////",
              label="efter senaste belägg"),
        *([Line2D([], [], marker="|", markersize=9, markeredgewidth=1.8, color=style.INK,
                  linestyle="none", label="slut")] if ended else []),
        *(Line2D([], [], label=EVENT_LABELS[key], **plan_look(key))
          for key in PLAN_MARKS if key in marks),
    ]


def _timeline_description(view: Sharing, lines: list[dict[str, Any]], part: int,
                          ) -> style.Description:
    frame = pd.DataFrame([
        {"body": view.names[line["key"]],
         "areas": text.areas_listed(view, line["areas"]),
         "since": text.since(view, line["key"], line["areas"][0]) if line["start"] else None,
         "last": int(line["last"]) if line["last"] else None,
         "end": int(line["end"]) if line["end"] else None,
         "plans": "; ".join(f"{EVENT_LABELS[event]} {int(year)}"
                            for event, year in line["marks"]) or None}
        for line in lines
    ]).astype({"last": "Int64", "end": "Int64"})
    key = "tjanst-tidslinje" if part == 1 else f"tjanst-tidslinje-{part}"
    table = Table(key, f"När organen verkade, till {swedish.day(view.day)}", frame,
                  {"body": word("Organ"), "areas": word("Tjänster"), "since": word("Sedan"),
                   "last": Format("Senaste belägg", year=True), "end": Format("Slut", year=True),
                   "plans": word("Avsikter, utredningar, beslut")}, SOURCES)
    ran = [f"{row.body} ({row.areas}): {row.since or 'inte i drift'}"
           + ("" if swedish.is_missing(row.end) else f", slut {row.end}")
           for row in rows_of(frame[frame["since"].notna()])]
    return style.Description(
        id=key, title=f"När samverkan började och slutade, till {swedish.day(view.day)}"
        + (f", del {part}" if part > 1 else ""),
        alt="Tidslinje med en rad för varje organ och grupp av "
        f"tjänster. {'. '.join(ran) or 'Ingen tjänst har varit i drift'}.", sources=SOURCES,
        table=table, note=f"Streckad fortsättning: organet räknas som i drift men belägg saknas "
        f"efter det senaste. {letters_text(view)}")
