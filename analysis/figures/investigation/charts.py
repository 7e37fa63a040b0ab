"""Figures of an investigation: who pays what, how far people have, bases, need.

Terms
-----
reach: the share of inhabitants in localities within a distance of a place, straight lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import matplotlib.image as mpimg
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures import maps, style
from analysis.figures.charts import beside, count_bars
from analysis.figures.investigation.money_tables import share_table
from analysis.figures.investigation.tables import location_table, need_numbers
from analysis.figures.labels import Label
from analysis.figures.service_marks import tint, wrap
from analysis.investigation.texts import Picture
from analysis.metrics import national
from analysis.metrics.location import LIMITS
from analysis.regions import Region
from analysis.tables import NAME, Format, Table, word
from analysis.text import swedish
from analysis.text.investigation import need_words, reach, shares
from analysis.text.investigation.words import name, service, stated_note, who
from analysis.views.investigation.dossier import View
from analysis.views.investigation.money import Allocation
from analysis.views.investigation.needs import Indicator
from analysis.views.investigation.places import Places
from analysis.views.services import rows_of

_LEAST_NAMED = 0.055  # a smaller share has no room for its number


# --- who pays what -------------------------------------------------------------------------------


def plot_shares(view: View, found: Allocation) -> Axes:
    """Each key as one bar of a hundred per cent, divided among the members."""
    bars = [
        (_label(key), [found.share(code, key.id) for code in found.members])
        for key in found.keys
        if found.shares[key.id].notna().all()
    ]
    table = share_table(view, found)
    said = [
        f"{label}: "
        + swedish.listed(
            [
                f"{name(code)} {swedish.percent(share)}"
                for code, share in zip(found.members, parts, strict=True)
            ]
        )
        for label, parts in bars
    ]
    about = style.Description(
        id=f"figur-andelar-{found.service}",
        title=shares.shares_title(view, found),
        subtitle="Andel av en gemensam kostnad med olika fördelningsnycklar, procent",
        alt=f"Staplar, en för varje nyckel. {'. '.join(said)}.",
        sources=table.sources,
        table=table,
        kind=table.kind,
        measures=("cost_share",),
        note=" ".join(stated_note(view)) if table.kind == "stated" else "",
    )
    return _drawn_shares(found.members, bars, about)


@style.drawn
def _drawn_shares(
    members: Sequence[str], bars: Sequence[tuple[str, Sequence[float]]], about: style.Description
) -> Axes:
    """The bars: label, and the shares of the members."""
    axes: Axes = style.canvas(0.36 * len(bars) + 0.75)
    with style.look():
        for y, (_, parts) in zip(range(len(bars) - 1, -1, -1), bars, strict=True):
            _share_bar(axes, y, members, parts, labelled=y == len(bars) - 1)
        _dress_shares(axes, [label for label, _ in bars], len(members))
    return style.describe(axes, about)


def _share_bar(
    axes: Axes, y: float, members: Sequence[str], parts: Sequence[float], *, labelled: bool
) -> None:
    """One bar of a hundred per cent; the wide parts have their share in them."""
    colours = style.colours_of(members)
    left = 0.0
    for code, share in zip(members, parts, strict=True):
        axes.barh(
            y,
            share,
            left=left,
            height=0.66,
            color=colours[code],
            edgecolor="white",
            linewidth=1.0,
            label=name(code) if labelled else "_",
        )
        if share >= _LEAST_NAMED * style.WIDTH / style.width():
            axes.text(
                left + share / 2,
                y,
                swedish.number(100 * share, 0),
                ha="center",
                va="center",
                color="white",
                fontsize=8,
            )
        left += share


def _dress_shares(axes: Axes, names: Sequence[str], members: int) -> None:
    narrow = style.width() < style.WIDTH
    axes.set_yticks(
        range(len(names) - 1, -1, -1),
        [wrap(key, 22 if narrow else 34) for key in names],
        fontsize=8,
    )
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(0, -0.01),
        fontsize=8,
        frameon=False,
        ncols=2 if narrow else min(4, members),
        handlelength=1.0,
        columnspacing=1.2,
    )


def _label(key: Any) -> str:
    mark = ", uppgivet" if key.kind == "stated" else ""
    return f"{key.label}{mark}" + (f" {key.year}" if key.year else "")


# --- population bases ----------------------------------------------------------------------------


def plot_bases(view: View, key: str) -> Axes:
    """Inhabitants behind the service today and in each alternative; the nation's median beside."""
    bars = _base_bars(view, key)
    title = _base_title(view.service_name(key), bars)
    table = Table(
        f"underlag-{key}",
        title,
        bars[["label", "population"]],
        {"label": word("Grupp"), "population": Format("Folkmängd", "invånare")},
        ("services", "population"),
    )
    said = [f"{bar.label} {swedish.number(bar.population)}" for bar in rows_of(bars)]
    about = style.Description(
        id=f"figur-underlag-{key}",
        title=title,
        subtitle=f"Invånare bakom {service(view, key)}, folkmängd {view.population_year}",
        alt=f"Liggande staplar: {swedish.listed(said)}.",
        sources=("services", "population"),
        table=table,
        unit="invånare",
        note=_nation_note(view, key),
    )
    return _drawn_bases(bars, about)


@style.drawn
def _drawn_bases(bars: pd.DataFrame, about: style.Description) -> Axes:
    """A bar for each of today's groups, pale, and for each alternative."""
    axes: Axes = style.canvas(0.36 * len(bars) + 0.55)
    narrow = style.width() < style.WIDTH
    with style.look():
        count_bars(
            axes,
            list(bars["population"]),
            [wrap(label, 24 if narrow else 40) for label in bars["label"]],
            [
                {
                    "height": 0.58,
                    "edgecolor": style.ACCENT,
                    "color": tint(style.ACCENT, 0.25) if kind == "today" else style.ACCENT,
                }
                for kind in bars["kind"]
            ],
            room=1.45 if narrow else 1.22,
            ticks=2 if narrow else 4,
        )
    return style.describe(axes, about)


def plots_of_bases(view: View) -> Iterator[Axes]:
    """A figure of the bases for each service."""
    for key in view.question.services:
        if not _base_bars(view, key).empty:
            yield plot_bases(view, key)


def _base_title(what: str, bars: pd.DataFrame) -> str:
    after = bars.loc[bars["kind"] == "after", "population"]
    if after.empty:
        return f"{what}: invånare bakom tjänsten i dag"
    large, small = after.max(), after.min()
    if large == small:
        return f"{what}: {swedish.inhabitants(large)} bakom tjänsten där den delas"
    return (
        f"{what}: underlag från {swedish.number(small)} till {swedish.inhabitants(large)} i "
        "alternativen"
    )


def _nation_note(view: View, key: str) -> str:
    unsure = view.unsure(key)
    silent = f" Hur {who(view, unsure)} gör i dag är inte känt och ritas inte." if unsure else ""
    legend = f"Ljus stapel: i dag. Mörk: i alternativet.{silent}"
    nation = view.nation(key)
    if nation is None:
        return legend
    spread = national.spread(nation)
    medians = {str(standing): float(value) for standing, value in spread["median"].items()}
    said = [
        f"{words} {swedish.number(medians[standing])}"
        for standing, words in (("alone", "ensamma"), ("shared", "gemensamma"))
        if standing in medians
    ]
    food = " (livsmedelskontroll, som inte är all miljötillsyn)" if key == "miljotillsyn" else ""
    return f"{legend} Median för kända organ i landet{food}: {swedish.listed(said)} invånare."


def _base_bars(view: View, key: str) -> pd.DataFrame:
    """label, kind and population of today's groups and of the alternatives, unknown left out."""
    people = view.population
    present = view.present(key)
    rows: list[tuple[str, str, Any]] = []
    for row in rows_of(present[present["counted"]]):
        codes = [c for part in (row.inside, row.outside) for c in part.split("; ") if c]
        rows.append((f"I dag: {row.name}", "today", people.reindex(codes).sum(skipna=False)))
    rows += [
        (f"I dag: {name(code)}, i egen regi", "today", people.get(code)) for code in view.alone(key)
    ]
    rows += [
        (course.alternative.name, "after", base)
        for course in view.courses
        if course.service == key and course.alternative.way in ("share", "merge")
        for base in course.bases
    ]
    frame = pd.DataFrame(rows, columns=["label", "kind", "population"])
    return frame.dropna(subset=["population"]).astype({"population": "int64"})


# --- where it lies -------------------------------------------------------------------------------


def plot_reach(view: View, where: Places) -> Axes:
    """For each candidate place the share of inhabitants in localities within 10, 20 and 30 km."""
    bars = [
        (where.name(str(row["place"])), {limit: float(row[f"within{limit}"]) for limit in LIMITS})
        for row in where.table.head(8).to_dict("records")
    ]
    said = [
        f"{place} "
        + swedish.listed(
            [f"{swedish.percent(share, 0)} inom {limit} km" for limit, share in reached.items()]
        )
        for place, reached in bars
    ]
    about = style.Description(
        id="figur-rackvidd",
        title=reach.reach_message(where),
        subtitle=f"Andel av invånarna i tätorter {where.year} inom 10, 20 och 30 km fågelvägen, "
        "procent",
        alt=f"Staplar: {'; '.join(said)}.",
        sources=("localities",),
        table=location_table(view, where),
        measures=("reach",),
        note=reach.NOT_TRAVEL,
    )
    return _drawn_reach(bars, about)


@style.drawn
def _drawn_reach(bars: Sequence[tuple[str, Mapping[int, float]]], about: style.Description) -> Axes:
    """The places, each with the share within each distance."""
    axes: Axes = style.canvas(0.62 * len(bars) + 0.75)
    levels = range(len(bars) - 1, -1, -1)
    with style.look():
        for y, (_, reached) in zip(levels, bars, strict=True):
            _reach_bars(axes, y, reached, labelled=y == len(bars) - 1)
        axes.set_yticks(list(levels), [place for place, _ in bars], fontsize=8.5)
        axes.set_xlim(0, 1.06)
        axes.set_xticks([])
        axes.tick_params(axis="y", length=0)
        axes.spines["bottom"].set_visible(False)
        axes.legend(
            loc="upper left",
            bbox_to_anchor=(0, 0),
            ncols=3,
            fontsize=8,
            frameon=False,
            handlelength=1.0,
        )
    return style.describe(axes, about)


def _reach_bars(axes: Axes, y: float, reached: Mapping[int, float], *, labelled: bool) -> None:
    """A bar for each distance, the nearest above, with its share in per cent at the end."""
    tones = {10: style.ACCENT, 20: tint(style.ACCENT, 0.6), 30: tint(style.ACCENT, 0.28)}
    for place, limit in enumerate(LIMITS):
        value = reached[limit]
        level = y + 0.27 * (1 - place)
        label = f"inom {limit} km" if labelled else "_"
        axes.barh(level, value, height=0.25, color=tones[limit], label=label)
        beside(axes, swedish.number(100 * value), (value, level), gap=3, size=7.5)


def plot_places(view: View, where: Places, *, boundaries: gpd.GeoDataFrame) -> Axes:
    """Map of the members: localities by inhabitants, and the candidate places by name."""
    names = swedish.listed(list(where.candidates["name"]))
    about = style.Description(
        id="karta-orter",
        title=f"Kandidaterna är {names}",
        subtitle=f"Tätorter efter antal invånare {where.year}; stjärna: prövad ort",
        alt=f"Karta över tätorterna. Prövade orter: {names}.",
        sources=("localities", "boundaries"),
        table=_localities_table(where),
        unit="invånare",
        kind="observed",
    )
    return _drawn_places(view.region, where, boundaries, about)


@style.drawn
def _drawn_places(
    region: Region, where: Places, boundaries: gpd.GeoDataFrame, about: style.Description
) -> Axes:
    axes, side = maps.canvas_of(region, boundaries)
    with style.look():
        maps.draw_base(axes, region, boundaries)
        _draw_localities(axes, side, where)
        _draw_candidates(axes, where.candidates)
    return style.describe(axes, about)


def _draw_localities(axes: Axes, side: Axes, where: Places) -> None:
    """A circle a locality, its area the inhabitants, with a legend in `side`."""
    maps.draw_circles(
        axes,
        where.localities.rename(columns={"easting": "x", "northing": "y"}),
        maps.circle_sizes(where.people),
        zorder=4,
        facecolor=tint(style.ACCENT, 0.55),
        edgecolor="white",
        linewidth=0.5,
    )
    maps.size_legend(side, where.people, title="Invånare i tätorten")


def _draw_candidates(axes: Axes, chosen: pd.DataFrame) -> None:
    """A star and a name for each candidate place."""
    axes.plot(
        chosen["easting"],
        chosen["northing"],
        linestyle="none",
        marker="*",
        markersize=11,
        color=style.HIGHLIGHT,
        markeredgecolor="white",
        zorder=7,
    )
    style.settle(axes)
    look: dict[str, Any] = {"radius": 7.0, "size": 8, "must": True, "weight": "bold"}
    names = [
        Label(str(row.name), float(row.easting), float(row.northing), **look)
        for row in rows_of(chosen)
    ]
    maps.place(axes, names)


def _localities_table(where: Places) -> Table:
    points = where.localities[["name", "code", "population"]]
    return Table(
        "karta-orter-tabell",
        "Tätorterna",
        points.assign(code=points["code"].map(name)).sort_values("population", ascending=False),
        {"name": word("Tätort"), "code": NAME, "population": Format("Invånare", "personer")},
        ("localities",),
        kind="observed",
    )


# --- need ----------------------------------------------------------------------------------------


def plot_needs(view: View, found: Sequence[Indicator]) -> Axes:
    """Small multiples: each member as a dot, the median of its similar municipalities as a tick."""
    chosen = [entry for entry in found if entry.table["value"].notna().any()]
    table = need_numbers(view, found)
    said = [
        f"{entry.label}: "
        + swedish.listed(
            [
                f"{name(row.code)} {swedish.number(row.value, entry.decimals)}"
                for row in rows_of(entry.table)
            ]
        )
        for entry in chosen
    ]
    about = style.Description(
        id="figur-behov",
        title=need_words.needs_message(found),
        subtitle="Punkt: kommunen. Streck: medianen för liknande kommuner (RKA)",
        alt=f"Små diagram, ett för varje mått. {'. '.join(said)}.",
        sources=table.sources,
        table=table,
        measures=("cohort_70_79", "staff_55plus", "holiday_homes_per_1000"),
    )
    return _drawn_needs(chosen, about)


@style.drawn
def _drawn_needs(chosen: Sequence[Indicator], about: style.Description) -> Axes:
    columns = 1 if style.width() < style.WIDTH else 2
    rows = -(-len(chosen) // columns)
    height = rows * (0.2 * len(chosen[0].table) + 0.62)
    grid = style.canvas(height, rows=rows, columns=columns, squeeze=False)
    with style.look():
        for place, panel in enumerate(grid.flat):
            if place >= len(chosen):
                panel.set_axis_off()
                continue
            _draw_need(panel, chosen[place], names=place % columns == 0)
    return style.describe(grid.flat[0], about)


def _draw_need(panel: Axes, entry: Indicator, *, names: bool) -> None:
    """One panel: a row for each member."""
    table = entry.table
    levels = range(len(table) - 1, -1, -1)
    for y, row in zip(levels, rows_of(table), strict=True):
        if row.value != row.value:
            panel.text(
                0.0,
                y,
                "ingen uppgift",
                fontsize=7,
                color=style.MUTED,
                va="center",
                transform=panel.get_yaxis_transform(),
            )
            continue
        panel.plot([row.peers] * 2, [y - 0.32, y + 0.32], color=style.HIGHLIGHT, linewidth=1.6)
        panel.plot(row.value, y, marker="o", markersize=5, color=style.ACCENT)
        left = row.peers > row.value  # away from the tick
        beside(
            panel,
            swedish.number(row.value, entry.decimals),
            (row.value, y),
            gap=-5 if left else 5,
            size=7,
        )
    panel.set_yticks(
        list(levels),
        [name(code) for code in table["code"]] if names else [""] * len(table),
        fontsize=7.5,
    )
    known = pd.concat([table["value"], table["peers"]]).dropna()
    span = float(known.max() - known.min()) or 1.0
    panel.set_xlim(float(known.min()) - 0.3 * span, float(known.max()) + 0.3 * span)
    panel.set_ylim(-0.6, len(table) - 0.4)
    panel.set_xticks([])
    panel.tick_params(axis="y", length=0)
    panel.spines["bottom"].set_visible(False)
    panel.set_title(wrap(f"{entry.label} ({entry.unit}), {entry.year}", 46), fontsize=8)


# --- prose ---------------------------------------------------------------------------------------


def plot_picture(picture: Picture, key: str) -> Axes:
    """A picture of the investigator's own text, so that every format prints it."""
    pixels = mpimg.imread(picture.path)
    height = style.WIDTH * pixels.shape[0] / pixels.shape[1]
    axes: Axes = style.canvas(min(height, 7.5))
    with style.look():
        axes.imshow(pixels, interpolation="antialiased")
        axes.set_axis_off()
    return style.describe(
        axes,
        style.Description(
            id=f"bild-{key}",
            title=picture.alt,
            subtitle="Ur utredarens text",
            alt=picture.alt,
            sources=("own_text",),
            kind="observed",
        ),
    )
