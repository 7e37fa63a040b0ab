"""Where the employed residents of each member work: a bar for each, and its table.

Terms
-----
bar: own municipality, the other members of the cooperation, the strongest municipality outside, the
    rest; see `views.commuting.Bar`. Two cooperations stand side by side, each with its own others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from analysis.figures import style
from analysis.figures.charts import beside
from analysis.figures.flows import bands, plot_flows
from analysis.flows import Flows
from analysis.regions import Region, names_of
from analysis.tables import NAME, Format, Table, word
from analysis.text import commuting as text
from analysis.text import swedish
from analysis.views.commuting import Bar, Commuting, Link, bars

MOST = 24  # rows in the figure; the table has them all
_PARTS = ("own", "group", "outside", "rest")
_COLOURS = dict(zip(_PARTS, (style.ACCENT, "#7fb2b8", style.HIGHLIGHT, "#d5dadd"), strict=True))
_PRINTED = 0.09  # of the width: a narrower part has no room for its number
Row = tuple[Region, Bar]


def rows_of(view: Commuting) -> list[Row]:
    """The bars of every cooperation of the view, in the order in which they are shown."""
    if view.flows is None:
        return []
    return [(part, bar) for part in view.parts for bar in bars(part, view.flows)]


# --- the figure -----------------------------------------------------------------------------------


def workplace_figures(view: Commuting) -> list[Axes]:
    """The bars, or nothing where no commuting is known."""
    return [plot_workplaces(view)] if rows_of(view) else []


@style.drawn
def plot_workplaces(view: Commuting, *, axes: Axes | None = None) -> Axes:
    """A bar for each member: where its employed residents work.

    >>> from analysis import regions
    >>> from analysis.views.commuting import commuting
    >>> axes = plot_workplaces(commuting(regions.get("bergslagen")))
    >>> style.description_of(axes.figure).title
    'Ungefär var fjärde förvärvsarbetande som bor i Nora arbetar troligen i Örebro'
    """
    rows, flows = rows_of(view), view.flows
    assert flows is not None
    shown = _shown(view, rows)
    heads = len(view.parts) if len(view.parts) > 1 else 0
    legend = 0.62 if style.width() >= style.WIDTH else 1.2  # one row of words, or four
    height = legend + 0.27 * (len(shown) + 0.8 * heads)
    axes = axes if axes is not None else style.canvas(height)
    with style.look():
        places, titles = _places(view, shown)
        for place, (_, bar) in zip(places, shown, strict=True):
            _draw(axes, place, bar)
        _name(axes, places, shown, titles)
        _legend(axes, view, rows)
    return style.describe(
        axes,
        style.Description(
            id="arbetsplatser",
            title=text.workplaces_title(view),
            subtitle=_subtitle(flows),
            alt=_alt(view, rows),
            sources=flows.sources,
            kind=flows.derived_kind,
            table=workplaces_table(view),
            note=_note(rows, shown, "troligen " if flows.modelled else ""),
            unit="andel",
            measures=("out_commuting_share",),
        ),
    )


def _shown(view: Commuting, rows: Sequence[Row]) -> list[Row]:
    """At most `MOST` rows: the largest of each cooperation."""
    each = max(MOST // len(view.parts), 1)
    return [row for part in view.parts for row in [one for one in rows if one[0] is part][:each]]


def _places(view: Commuting, shown: Sequence[Row]) -> tuple[list[float], dict[float, str]]:
    """Heights of the bars from the top down, and of the names of cooperations above theirs."""
    places, titles, at, last = [], {}, 0.0, None
    for part, _ in shown:
        if len(view.parts) > 1 and part is not last:
            at -= 0.2 if last is not None else 0.0
            titles[at] = part.name
            at -= 0.85
        places.append(at)
        at, last = at - 1, part
    return places, titles


def _draw(axes: Axes, place: float, bar: Bar) -> None:
    left = 0.0
    for name, share in _segments(bar).items():
        axes.barh(
            place,
            share,
            left=left,
            height=0.72,
            color=_COLOURS[name],
            edgecolor="white",
            linewidth=0.8,
        )
        label = _label(name, share, bar)
        if label and share >= _PRINTED:
            axes.text(
                left + share / 2,
                place,
                label,
                ha="center",
                va="center",
                fontsize=7.5,
                color="white" if name in ("own", "outside") else style.INK,
            )
        left += share


def _segments(bar: Bar) -> dict[str, float]:
    """Shares of all employed residents; unknown parts are one, the rest."""
    parts = {name: bar.of_all(getattr(bar, name)) or 0.0 for name in _PARTS[1:]}
    if bar.rest is None:
        parts["rest"] = 1 - bar.own
    return {"own": bar.own, **parts}


def _label(name: str, share: float, bar: Bar) -> str:
    """Per cent where it is observed; a modelled part is read on the axis and in the table."""
    return swedish.percent_sign(share, 0) if name == "own" or not bar.modelled else ""


def _name(
    axes: Axes, places: Sequence[float], shown: Sequence[Row], titles: dict[float, str]
) -> None:
    """Municipalities to the left of the bars, the strongest outside to the right of them."""
    names = names_of([bar.code for _, bar in shown])
    axes.set_yticks([*titles, *places], [*titles.values(), *names])
    for tick in axes.get_yticklabels()[: len(titles)]:
        tick.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    for place, (_, bar) in zip(places, shown, strict=True):
        if bar.link is not None:
            beside(
                axes,
                names_of([bar.link.work])[0],
                (1.0, place),
                color=style.HIGHLIGHT,
                annotation_clip=False,
            )
    axes.set_xlim(0, 1)
    axes.set_ylim(min(places) - 0.6, max([*places, *titles]) + 0.6)
    ticks = np.linspace(0, 1, 5 if style.width() >= style.WIDTH else 3)
    axes.set_xticks(ticks, [swedish.percent_sign(tick, 0) for tick in ticks])
    axes.tick_params(axis="x", length=0)


def _legend(axes: Axes, view: Commuting, rows: Sequence[Row]) -> None:
    flows = view.flows
    assert flows is not None
    words = {
        "own": "egen kommun",
        "group": _others(view),
        "rest": "övriga",
        "outside": f"{'troligen ' if flows.modelled else ''}störst utanför",
    }
    used = [name for name in _PARTS if any(_segments(bar)[name] > 0 for _, bar in rows)]
    axes.legend(
        handles=[Patch(color=_COLOURS[name], label=words[name]) for name in used],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        handlelength=1,
        handleheight=1,
        ncols=4 if style.width() >= style.WIDTH else 1,
        columnspacing=1.2,
        fontsize=8,
        borderaxespad=0.2,
    )


def _others(view: Commuting) -> str:
    return "andra i samarbetet" if len(view.parts) > 1 else "de andra kommunerna"


def _subtitle(flows: Flows) -> str:
    known = f"Förvärvsarbetande efter var de arbetar, andel i procent, {flows.year}"
    return (
        f"{known}. Egen kommun är observerad, hur utpendlingen delas är en modellskattning"
        if flows.modelled
        else known
    )


def _note(rows: Sequence[Row], shown: Sequence[Row], likely: str) -> str:
    few = f"De {len(shown)} största kommunerna visas. " if len(shown) < len(rows) else ""
    named = (
        f"Namnet till höger är den kommun utanför dit {likely}flest pendlar. "
        if any(bar.link for _, bar in shown)
        else ""
    )
    return f"{few}{named}Arbetsplatser utomlands ingår i övriga."


def _alt(view: Commuting, rows: Sequence[Row]) -> str:
    listed = [f"{names_of([bar.code])[0]}: {_said(bar)}" for _, bar in rows[:MOST]]
    return (
        f"Staplar över var de förvärvsarbetande arbetar. {'; '.join(listed)}."
        f"{' Tabellen har alla kommuner.' if len(rows) > MOST else ''}"
    )


def _said(bar: Bar) -> str:
    """A bar in words: shares of the employed residents, then of the out-commuters."""
    words = [f"{swedish.percent(bar.own, 0)} i egna kommunen"]
    parts = [(bar.group, "till de andra kommunerna")]
    if bar.link is not None:
        parts.append((bar.outside, f"till {names_of([bar.link.work])[0]}"))
    told = [f"{swedish.percent(share, 0)} {where}" for share, where in parts if share]
    if told:
        about = "omkring " if bar.modelled else ""
        words.append(f"av utpendlarna {about}{swedish.listed(told)}")
    return ", ".join(words)


# --- the flow map ---------------------------------------------------------------------------------


def flow_maps(
    view: Commuting, *, boundaries: gpd.GeoDataFrame, localities: pd.DataFrame
) -> list[Axes]:
    """A flow map of each cooperation with at least one flow that is large enough to be told."""
    if view.flows is None:
        return []
    return [
        plot_flows(part, view.flows, boundaries=boundaries, localities=localities)
        for part in view.parts
        if bands(part, view.flows)
    ]


# --- the table ------------------------------------------------------------------------------------


def workplace_tables(view: Commuting) -> list[Table]:
    """The table of the bars, or nothing where no commuting is known."""
    return [workplaces_table(view)] if rows_of(view) else []


def workplaces_table(view: Commuting) -> Table:
    """Members with where their employed residents work; modelled shares in steps of 5 per cent.

    >>> from analysis import regions
    >>> from analysis.views.commuting import commuting
    >>> table = workplaces_table(commuting(regions.get("bergslagen")))
    >>> table.frame.loc[1, ["name", "link"]].to_list()
    ['Nora', 'Örebro']
    """
    rows, flows = rows_of(view), view.flows
    assert flows is not None
    several, alone = len(view.parts) > 1, len(view.region.members) == 1
    likely = "Troligen störst utanför" if flows.modelled else "Störst utanför"
    frame = pd.DataFrame([_record(part, bar) for part, bar in rows])
    formats = {
        "name": NAME,
        "part": word("Samarbete"),
        "night": Format("Förvärvs\u00adarbetande", measure="night_population"),
        "own": Format("I egen kommun", percent=True, measure="live_and_work"),
        "out": Format("Ut\u00adpendlare", measure="commuters_out"),
        "group": Format("Till de andra", percent=True, measure="group_internal"),
        "link": Format(likely, text=True),
        "outside": Format("Dit", percent=True),
        "rest": Format("Till övriga", percent=True),
    }
    for name in (["part"] if not several else []) + (["group"] if alone else []):
        frame = frame.drop(columns=name)
        del formats[name]
    others = (
        ""
        if alone
        else (
            " De andra är de andra kommunerna i samarbetet."
            if several
            else " De andra är de andra kommunerna i regionen."
        )
    )
    notes = [
        f"Förvärvsarbetande som bor i kommunen. De sista kolumnerna är andelar av "
        f"utpendlarna.{others}"
    ]
    if flows.modelled:
        notes.append(
            "Andelarna av utpendlarna är modellskattningar, avrundade till 5 procent; "
            "övriga tal är observerade."
        )
        if frame["link"].isna().any():
            notes.append(
                "Utan namn: modellen skiljer inte de största utanför åt, och de räknas till övriga."
            )
    return Table(
        "arbetsplatser",
        f"Var de förvärvsarbetande arbetar {flows.year}",
        frame,
        formats,
        flows.sources,
        kind=flows.derived_kind,
        notes=tuple(notes),
        subtitle=f"Antal personer och andel i procent, {flows.year}",
    )


def _record(part: Region, bar: Bar) -> dict[str, Any]:
    return {
        "name": names_of([bar.code])[0],
        "part": part.name,
        "night": bar.night,
        "own": bar.own,
        "out": bar.out,
        "group": bar.group,
        "link": _linked(bar.link),
        "outside": bar.outside,
        "rest": bar.rest,
    }


def _linked(link: Link | None) -> str | None:
    return names_of([link.work])[0] if link else None
