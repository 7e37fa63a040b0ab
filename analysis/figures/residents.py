"""What the main report shows of the people: change on a map, small multiples, the need ahead.

Terms
-----
view: what the chapter looks at (`views.population.Residents`), with nothing newer than its day.
panel: one small drawing of several that share their axes; the one it is about is strong, the
    others of its cooperation are grey.
A region that is a union of cooperations is shown as them, side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from analysis.citable import Citable
from analysis.figures import charts, labels, maps, style
from analysis.loaders import tables
from analysis.metrics import population as metrics
from analysis.metrics.measure import measure_of
from analysis.metrics.need import cohort_70_79
from analysis.regions import Region, names_of
from analysis.tables import AREA, NAME, Format, Table, columns, word
from analysis.text import population as text
from analysis.text import swedish
from analysis.views.comparators import Comparator
from analysis.views.population import (
    Residents,
    beside,
    by_size,
    compared_sets,
    cooperations,
    in_order,
    joint_need,
)

COOPERATION = word("Samarbete")
_BESIDE, _NAMES = 0.46, 0.42  # the bars' share of the width, and that of their names in it
_BAR = 0.2  # inches of one bar
_NAMED = 60  # most names tried on a map of many members; the table has them all
_FIRST = 1975  # where the small multiples begin: fifty years, all of them on today's boundaries


def noise(years: Iterable[int], key: str = "population") -> tuple[str, ...]:
    """Which of `years` rest on counts that SCB has changed to protect persons; or nothing."""
    changed = sorted(set(years) & set(tables.perturbed_years(key)))
    return (
        (
            f"SCB ändrar talen för {swedish.years(changed)} slumpmässigt för att skydda enskilda; "
            "summor kan därför skilja sig lite.",
        )
        if changed
        else ()
    )


def sums_note(against: Sequence[Comparator] = ()) -> str:
    """Which rows are sums, when `against` was asked for."""
    what = (
        "Samarbeten och det som kommunerna jämförs med" if against else "Riket, län och samarbeten"
    )
    return f"{what} är summor av kommunernas tal."


def cited(against: Sequence[Comparator], *keys: Citable) -> tuple[Citable, ...]:
    """The sources `keys`, and those that say which municipalities a comparator has."""
    return tuple(dict.fromkeys([*keys, *(key for one in against for key in one.sources)]))


# --- change on a map, with bars ------------------------------------------------------------------


@style.drawn
def plot_change(view: Residents, *, boundaries: gpd.GeoDataFrame) -> Axes:
    """Map of the change in population over ten years (share), and bars in order beside it.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.views.population import residents
    >>> axes = plot_change(residents(regions.get("karlstad")), boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'Fyra av fem kommuner växte, mest Karlstad; Grums krympte'
    """
    bars = _change_bars(view)
    chart, side = _map_and_bars(view, boundaries, len(bars))
    known = view.change.reindex(list(view.region.members)).dropna()
    with style.look():
        fill, _, _ = maps.shade_classes(known, centre=0.0)
        maps.draw_base(chart, view.region, boundaries, fill=fill)
        _name_changes(chart, view, known, boundaries)
        _draw_bars(side, bars, fill)
    first, last = view.year - 10, view.year
    title = text.growth_title(view)
    return style.describe(
        chart,
        style.Description(
            id="folkmangd-forandring-karta",
            title=title,
            subtitle=f"Folkmängdens förändring {first}–{last}, procent",
            alt=f"Karta och liggande staplar. {title}. {_said(bars)}",
            sources=cited(view.against, "population"),
            table=change_table(view),
            unit="procent",
            measures=("population_change_10y",),
            note=" ".join(_left_out(view, bars)),
        ),
    )


def change_figures(view: Residents, *, boundaries: gpd.GeoDataFrame) -> list[Axes]:
    """The figure of `plot_change`; none where no change over ten years is known."""
    known = view.change.reindex(list(view.region.members)).dropna()
    return [plot_change(view, boundaries=boundaries)] if len(known) else []


@dataclass(frozen=True)
class _Bar:
    """One bar, or (without a share) the heading of those below it, or how many are left out."""

    name: str
    share: float | None = None
    code: str = ""
    heading: bool = False


def _change_bars(view: Residents) -> list[_Bar]:
    """Members in falling order, cooperation by cooperation, then counties and nation."""
    parts = cooperations(view.region)
    most = charts.MOST_BARS // len(parts)
    bars: list[_Bar] = []
    for part in parts:
        known = view.change.reindex(list(part.members)).dropna().sort_values(ascending=False)
        left = len(known) - len(known := charts.outermost(known, most))
        bars += [_Bar(part.name, heading=True)] if len(parts) > 1 else []
        bars += [
            _Bar(name, float(share), str(code))
            for name, (code, share) in zip(
                names_of(map(str, known.index)), known.items(), strict=True
            )
        ]
        if left:
            bars.insert(len(bars) - most // 2, _Bar(f"… {swedish.number(left)} till"))
    sums = metrics.by_area(
        view.values, beside(view.region, view.values, view.asked) or {"": view.region.members}
    )
    change = metrics.population_change_10y(sums).xs(view.year, level=1).dropna()
    others = [_Bar(str(area), float(share)) for area, share in change.items() if area]
    return [*bars, *([_Bar("Att jämföra med", heading=True)] if others else []), *others]


def _left_out(view: Residents, bars: Sequence[_Bar]) -> list[str]:
    shown, members = sum(bool(bar.code) for bar in bars), len(view.region.members)
    return (
        []
        if shown >= members
        else [f"Staplarna visar de {shown} kommuner som växte och krympte mest; tabellen har alla."]
    )


def _said(bars: Sequence[_Bar]) -> str:
    said = [
        f"{bar.name} {swedish.signed(100 * bar.share, 1)} procent"
        for bar in bars
        if bar.share is not None
    ]
    return f"{swedish.listed(said)}."


def _map_and_bars(view: Residents, boundaries: gpd.GeoDataFrame, count: int) -> tuple[Axes, Axes]:
    """Room for the map and, beside or below it, for the bars with their names left of them."""
    natural = maps.natural_height(view.region, boundaries, legend=_BESIDE, lowest=2.2)
    tall, long = min(natural, 2.9), _BAR * count + 0.1
    if style.width() < style.WIDTH:
        chart, side = style.canvas(tall + long, rows=2, height_ratios=[tall, long])
        room = 1.0
    else:
        height = max(tall, min(long, 7.2))
        chart, side = style.canvas(height, columns=2, width_ratios=[1 - _BESIDE, _BESIDE])
        if natural < height:  # beside many bars a map would be mostly what lies around it
            chart.set_box_aspect(natural / (style.width() * (1 - _BESIDE)))
            chart.set_anchor("N")
        room = min(1.0, long / height)
    for axes in (chart, side):
        axes.set_axis_off()
    with style.look():
        return chart, side.inset_axes((_NAMES, (1 - room) / 2, 1 - _NAMES, room))


def _draw_bars(axes: Axes, bars: Sequence[_Bar], fill: pd.Series) -> None:
    shares = [bar.share for bar in bars if bar.share is not None]
    place = range(len(bars) - 1, -1, -1)
    for y, bar in zip(place, bars, strict=True):
        if bar.share is None:
            continue
        axes.barh(
            y,
            100 * bar.share,
            0.72,
            linewidth=0.4,
            edgecolor=style.MUTED,
            zorder=2,
            color=fill.get(bar.code, style.OTHERS) if bar.code else style.RULE,
        )
        charts.beside(
            axes,
            swedish.signed(100 * bar.share, 1),
            (100 * bar.share, y),
            gap=3 if bar.share >= 0 else -3,
            size=_size(bars),
        )
    axes.axvline(0, color=style.INK, linewidth=0.8, zorder=3)
    axes.set_yticks(list(place), [bar.name for bar in bars], fontsize=_size(bars))
    for label, bar in zip(axes.get_yticklabels(), bars, strict=True):
        label.set_fontweight("bold" if bar.heading else "normal")
    low, high = 100 * min([0.0, *shares]), 100 * max([0.0, *shares])
    room = 0.36 * (high - low or 1.0)
    axes.set_xlim(low - (room if low < 0 else 0), high + (room if high > 0 else 0))
    axes.set_ylim(-0.6, len(bars) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)


def _size(bars: Sequence[_Bar]) -> float:
    return 8.5 if len(bars) <= 20 else labels.LEAST


def _name_changes(
    axes: Axes, view: Residents, known: pd.Series, boundaries: gpd.GeoDataFrame
) -> None:
    """Each member by name with its signed change, which is the second mark of its colour."""
    texts = known.map(lambda share: f"{swedish.signed(100 * share, 1)}{swedish.NARROW}%")
    order = [code for code in by_size(view.region, view.values) if code in known.index]
    maps.draw_names(
        axes,
        view.region,
        maps.centres(boundaries),
        values=texts,
        order=maps.named_first(known, order, 0.0)[:_NAMED],
        surroundings=boundaries,
    )


def change_table(view: Residents) -> Table:
    """Members and comparators: inhabitants then and now, change in persons and in per cent."""
    year, values = view.year, view.values
    order = in_order(view.region, values)
    sets: dict[str, Sequence[str]] = dict(
        zip(names_of(order), ([code] for code in order), strict=True)
    )
    sets |= {
        name if name not in sets else f"{name} (hela)": codes
        for name, codes in compared_sets(view.region, values, view.asked).items()
        if len(codes) > 1 or codes[0] not in order
    }
    sums = metrics.by_area(values, sets).unstack(level=1).loc[list(sets)]
    then, now = sums.get(year - 10, pd.Series(np.nan, sums.index)), sums[year]
    return Table(
        "folkmangd-forandring",
        f"Folkmängdens förändring {year - 10}–{year}",
        *columns(
            name=(AREA, list(sets)),
            then=(Format(f"Folkmängd {year - 10}"), then),
            now=(Format(f"Folkmängd {year}"), now),
            change=(Format("Förändring", signed=True), now - then),
            share=(
                Format(
                    "Förändring",
                    decimals=1,
                    percent=True,
                    signed=True,
                    measure="population_change_10y",
                ),
                (now - then) / then,
            ),
        ),
        cited(view.against, "population"),
        notes=(*noise([year - 10, year]), sums_note(view.against)),
    )


# --- population and age as small multiples -------------------------------------------------------


@dataclass(frozen=True)
class _Block:
    """Panels that share a measure: lines by name, the region's own, and how a value is written."""

    heading: str
    part: Region
    lines: pd.DataFrame  # years x codes
    whole: pd.Series
    decimals: int
    colours: dict[str, str]


@style.drawn
def plot_people(view: Residents) -> Axes:
    """Population since 1975 (index) and the share aged 65 and over: a panel for each municipality.

    >>> from analysis import regions
    >>> from analysis.views.population import residents
    >>> axes = plot_people(residents(regions.get("karlstad")))
    >>> style.description_of(axes.figure).title
    'Grums har högst andel äldre: 27,4 procent är 65 år eller äldre, i riket 21,1'
    """
    blocks = [block for part in cooperations(view.region) for block in _blocks_of(view, part)]
    columns = _columns(max(len(block.lines.columns) for block in blocks))
    rows = [-(-len(block.lines.columns) // columns) for block in blocks]
    each = 1.0 if len(blocks) <= 2 else 0.74
    panels = style.canvas(
        each * sum(rows) + 0.18 * len(blocks),
        rows=sum(rows),
        columns=columns,
        squeeze=False,
        sharex=True,
    )
    start = 0
    with style.look():
        for block, count in zip(blocks, rows, strict=True):
            _draw_block(panels[start : start + count], block)
            start += count
    aged = any(block.decimals for block in blocks)
    title = (
        text.age_title(view)
        if aged
        else text.long_title([(block.part, block.lines) for block in blocks])
    )
    return style.describe(
        panels[0, 0],
        style.Description(
            id="folkmangd-alder",
            title=title,
            subtitle=_people_subtitle(blocks),
            alt=f"Små linjediagram, ett för varje kommun. {title}. {_ends(blocks)}",
            sources=("population", *(("share_65plus",) if aged else ())),
            table=people_table(view),
            measures=("share_65plus",),
            note=" ".join(_people_notes(view, blocks)),
        ),
    )


def _columns(count: int) -> int:
    """How many panels beside each other: rows as even and as few as the width allows."""
    most = 3 if style.width() < style.WIDTH else 5
    return -(-count // -(-count // most))


def _blocks_of(view: Residents, part: Region) -> list[_Block]:
    """The two blocks of a cooperation; that on age only where any series is known."""
    shown = by_size(part, view.values)[: charts.MOST_NAMED]
    colours = style.colours_of(view.region.members)
    if len(view.region.members) > len(style.SERIES_COLOURS):
        colours = dict.fromkeys(view.region.members, style.ACCENT)
    since = view.values[view.values.index.get_level_values(1) >= min(_FIRST, view.year - 1)]
    base = int(since.index.get_level_values(1).min())
    index = pd.DataFrame({code: metrics.index_of(since[code], base=base) for code in shown})
    sums = metrics.by_area(since, {"": part.members})[""]
    name = f"{part.name}: " if len(cooperations(view.region)) > 1 else ""
    found = [
        _Block(
            f"{name}folkmängd, {base} = 100",
            part,
            index,
            metrics.index_of(sums, base=base),
            0,
            colours,
        )
    ]
    share = view.indicators["share_65plus"]
    known = share.with_series(shown)
    if known:
        values = 100 * share.values[share.values.index.get_level_values(1) >= base]
        whole = _joint(values, view.values, part)
        found.append(
            _Block(
                f"{name}andel 65 år eller äldre, procent",
                part,
                pd.DataFrame({code: values[code] for code in known}),
                whole,
                1,
                colours,
            )
        )
    return found


def _joint(shares: pd.Series, people: pd.Series, part: Region) -> pd.Series:
    """The share of a cooperation by year; missing where that of a member is."""
    wide = shares.unstack(level=0).reindex(columns=list(part.members)).sort_index()
    weights = people.unstack(level=0).reindex(index=wide.index, columns=wide.columns)
    return (wide * weights).sum(axis=1, skipna=False) / weights.sum(axis=1, skipna=False)


def _draw_block(panels: Any, block: _Block) -> None:
    low = min(block.lines.min().min(), block.whole.min(skipna=True))
    high = max(block.lines.max().max(), block.whole.max(skipna=True))
    pad = 0.08 * (high - low or 1)
    flat = list(panels.flat)
    for place, (axes, code) in enumerate(zip(flat, block.lines.columns, strict=False)):
        _draw_panel(axes, block, str(code), above="\n" if place < len(panels[0]) else "")
        axes.set_ylim(low - pad, high + pad)
    for axes in flat[len(block.lines.columns) :]:
        axes.set_axis_off()
    for row in panels:
        for axes in row[1:]:
            axes.tick_params(labelleft=False)
    heading = flat[0].annotate(
        swedish.capitalised(block.heading),
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 14),
        textcoords="offset points",
        fontsize=8.5,
        fontweight="bold",
        annotation_clip=False,
    )
    heading.set_in_layout(False)  # it is wider than its panel


def _draw_panel(axes: Axes, block: _Block, code: str, *, above: str) -> None:
    """The lines of one panel; `above` keeps room for the heading of the block."""
    for other in block.lines.columns:
        if other != code:
            axes.plot(block.lines[other].dropna(), color=style.RULE, linewidth=0.8, zorder=1)
    if len(block.part.members) > 1:
        axes.plot(
            block.whole.dropna(), color=style.INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=2
        )
    line = block.lines[code].dropna()
    axes.plot(line, color=block.colours[code], linewidth=2.0, zorder=3)
    last = swedish.number(float(line.iloc[-1]), block.decimals) if len(line) else swedish.MISSING
    axes.set_title(
        f"{above}{names_of([code])[0]} {last}",
        fontsize=8,
        fontweight="normal",
        pad=3,
        color=block.colours[code],
    )
    charts.number_axis(axes.yaxis, ticks=3)
    axes.tick_params(labelsize=7, length=0)
    axes.grid(axis="y")
    axes.spines[["left", "bottom"]].set_visible(False)
    years = block.lines.index
    axes.xaxis.set_major_locator(FixedLocator([int(years.min()), int(years.max())]))


def _people_subtitle(blocks: Sequence[_Block]) -> str:
    first = int(min(block.lines.index.min() for block in blocks))
    last = int(max(block.lines.index.max() for block in blocks))
    aged = any(block.decimals for block in blocks)
    return (
        "Folkmängd (index)"
        + (" och andel 65 år eller äldre (procent)" if aged else "")
        + f" {first}–{last}"
    )


def _people_notes(view: Residents, blocks: Sequence[_Block]) -> list[str]:
    notes = [
        "Färgad linje är kommunen, streckad de tillsammans, grå de andra."
        if len(view.region.members) > 1
        else ""
    ]
    if any(len(block.part.members) > charts.MOST_NAMED for block in blocks):
        notes.append(
            f"De {swedish.in_words(charts.MOST_NAMED)} största kommunerna visas; tabellen har alla."
        )
    shown = {code for block in blocks for code in block.lines.columns}
    silent = [
        code
        for code in view.region.members
        if code in shown and code not in view.indicators["share_65plus"].with_series([code])
    ]
    if silent and len(silent) < len(shown):
        notes.append(f"Serien över åldrar saknas för {swedish.listed(names_of(silent))}.")
    elif silent:
        notes.append("Underlaget har åldersserien bara för vissa kommuner.")
    return [note for note in notes if note]


def _ends(blocks: Sequence[_Block]) -> str:
    said = []
    for block in blocks:
        ends = [
            f"{name} {swedish.number(block.lines[code].dropna().iloc[-1], block.decimals)}"
            for code, name in zip(block.lines.columns, names_of(block.lines.columns), strict=True)
            if block.lines[code].notna().any()
        ]
        year = int(block.lines.dropna(how="all").index.max())
        said.append(f"{swedish.capitalised(block.heading)}, {year}: {swedish.listed(ends)}.")
    return " ".join(said)


def people_table(view: Residents) -> Table:
    """Members: inhabitants every tenth year, and the share aged 65 and over then and now."""
    share, order = view.indicators["share_65plus"], in_order(view.region, view.values)
    chosen = [
        year
        for year in sorted({*range(_FIRST, view.year, 10), view.year})
        if year in view.values.index.unique(1)
    ]
    people = view.values.unstack(level=1).reindex(order)
    aged = share.values.unstack(level=1).reindex(order)
    old = partial(Format, percent=True, decimals=1, measure="share_65plus")
    return Table(
        "folkmangd-alder",
        "Folkmängd och andel 65 år eller äldre",
        *columns(
            name=(NAME, names_of(order)),
            **{str(year): (Format(f"Folkmängd {year}"), people[year]) for year in chosen},
            **{
                f"share{year}": (old(f"65 år eller äldre {year}"), aged[year])
                for year in (_FIRST, share.year)
                if year in aged
            },
        ),
        ("population", "share_65plus"),
        notes=("Alla år avser dagens kommungränser.", *noise(chosen)),
    )


# --- the need ahead ------------------------------------------------------------------------------


def need_tables(view: Residents) -> list[Table]:
    """T4: the old of today and those who come after them; none where no ages are known.

    >>> from analysis import regions
    >>> from analysis.views.population import residents
    >>> need_tables(residents(regions.get("kak")))[0].frame["name"].tolist()
    ['Köping', 'Arboga', 'Kungsör', 'Riket']
    """
    if view.ages.empty:
        return []
    year, order = int(view.ages["year"].max()), in_order(view.region, view.values)
    frame = pd.DataFrame([_need_row(view, names_of([code])[0], [code]) for code in order])
    nation = [str(code) for code in view.need.index]
    if set(nation) != set(view.region.members):
        frame = pd.concat([frame, pd.DataFrame([_need_row(view, "Riket", nation)])])
    several = len(cooperations(view.region)) > 1
    if several:
        frame.insert(
            1,
            "part",
            [
                next((part.name for part in cooperations(view.region) if code in part.members), "")
                for code in [*order, ""]
            ][: len(frame)],
        )
    formats = {
        "name": AREA,
        **({"part": COOPERATION} if several else {}),
        "people": Format(f"Folkmängd {year}"),
        "coming": Format("70–79 år"),
        "old": Format("80 år eller äldre"),
        "ratio": Format("Kvot, 70–79 mot 80+", decimals=2, measure=measure_of(cohort_70_79).id),
        "share": Format("65 år eller äldre", percent=True, decimals=1, measure="share_65plus"),
        **_projection_formats(view),
    }
    return [
        Table(
            "behov",
            f"De äldre i dag och de som kommer efter, {year}",
            frame.reset_index(drop=True)[list(formats)],
            formats,
            (
                "population",
                "population_age",
                "share_65plus",
                *(("population_projection",) if len(view.projection) else ()),
            ),
            notes=(*tables.notes("population_age"), text.ARITHMETIC),
            subtitle="Antal personer 31 december och andel i procent",
        )
    ]


def _need_row(view: Residents, name: str, codes: list[str]) -> dict[str, Any]:
    here, year = view.need.reindex(codes), int(view.ages["year"].max())
    share = view.indicators["share_65plus"]
    people = view.values.xs(year, level=1) if year in view.values.index.unique(1) else pd.Series()
    return {
        "name": name,
        "people": people.reindex(codes).sum(skipna=False),
        "coming": here["coming"].sum(skipna=False),
        "old": here["old"].sum(skipna=False),
        "ratio": joint_need(here),
        "share": metrics.joint_share(share.latest.reindex(codes), people.reindex(codes)),
        "projected": _projected(view, codes),
    }


def _horizon(view: Residents) -> tuple[int, int]:
    """First year of the projection, and ten years later or its last."""
    years = view.projection["year"]
    return int(years.min()), min(int(years.min()) + 10, int(years.max()))


def _projected(view: Residents, codes: list[str]) -> float:
    """SCB's projected change over ten years as a share; missing without one for all of `codes`."""
    if view.projection.empty:
        return float("nan")
    first, last = _horizon(view)
    wide = view.projection.pivot(index="code", columns="year", values="population").reindex(codes)
    return float(wide[last].sum(skipna=False) / wide[first].sum(skipna=False) - 1)


def _projection_formats(view: Residents) -> dict[str, Format]:
    if view.projection.empty:
        return {}
    first, last = _horizon(view)
    return {
        "projected": Format(
            f"SCB:s framskrivning {first}–{last}", percent=True, decimals=1, signed=True
        )
    }
