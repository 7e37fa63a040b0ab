"""Figures on the people of a region, for the appendix: places, long series, moves and ages.

Terms
-----
values: Series of inhabitants indexed by (code, year) for all municipalities.
comparators: the counties and nation a region is shown against; counties only when few.
known members: members with a whole series in the table; the others have the latest year only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from analysis import catalog, hints
from analysis.errors import InputError
from analysis.figures import charts, labels, maps, style
from analysis.figures.residents import cited, noise, sums_note
from analysis.loaders import tables
from analysis.metrics import population as metrics
from analysis.regions import Region, country, municipalities, names_of
from analysis.tables import AREA, NAME, Format, Table, columns, word
from analysis.text import areas, swedish
from analysis.views.comparators import Comparator, Given, comparators
from analysis.views.population import (
    BROAD_AGES,
    NATION,
    Indicator,
    beside,
    broad_ages,
    by_size,
    compared_sets,
    cooperations,
    in_order,
    last_year,
    usable,
)

_NAMED_LOCALITIES = 14
_SPECK = 40.0  # square points: a name may stand on smaller circles
_NAMED = 60  # most names tried on a map of many members; the table has them all
_OLD = 3  # figures this many years old say their age in the title
_BORDERS = "Alla år avser dagens kommungränser; 1950–1967 är omräknade av SCB."
_AGES_UNKNOWN = "Åldersfördelningen är okänd:\nuppgift saknas för minst en åldersgrupp."
COMPONENT_LABELS = {
    "natural_increase": "Födda minus döda",
    "net_county": "Flyttnetto mot eget län",
    "net_rest_of_sweden": "Flyttnetto mot övriga Sverige",
    "net_abroad": "Flyttnetto mot utlandet",
    "adjustment": "Justering",
}
# five steps of lightness, so that the parts differ in grey too
_COMPONENT_COLOURS = dict(
    zip(COMPONENT_LABELS, (style.HIGHLIGHT, "#083c47", "#4f97a3", "#b9dbe0", "white"), strict=True)
)


def aged(year: int) -> str:
    """How old the figures of a year are, for a title; empty where they are not old.

    >>> aged(2016), aged(2025)
    (' (tio år gamla uppgifter)', '')
    """
    years = catalog.SNAPSHOT_DATE.year - year
    return f" ({swedish.in_words(years)} år gamla uppgifter)" if years > _OLD else ""


# --- maps ----------------------------------------------------------------------------------------


@style.drawn
def plot_population(
    region: Region,
    values: pd.Series,
    *,
    boundaries: gpd.GeoDataFrame,
    localities: pd.DataFrame,
    axes: tuple[Axes, Axes] | None = None,
) -> Axes:
    """Map of inhabitants: a circle a municipality, its area the count; small localities as dots.

    `values` (code, year) in persons, `localities` with a point (metres) and inhabitants each.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.population import load_localities, load_population
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> axes = plot_population(regions.get("karlstad"), people, boundaries=load_boundaries(),
    ...                        localities=load_localities())
    >>> style.description_of(axes.figure).title
    'Folkmängd i kommunerna 2025'
    """
    chart, side = (
        axes if axes is not None else maps.canvas_of(region, boundaries, lowest=4.3, highest=4.3)
    )
    year = last_year(values)
    counts = values.xs(year, level=1).reindex(by_size(region, values))
    inside = maps.largest(localities, region)
    with style.look():
        maps.draw_base(chart, region, boundaries)
        chart.scatter(
            inside["easting"],
            inside["northing"],
            s=2.0 if _few(region) else 0.4,
            color=style.INK,
            linewidths=0,
            zorder=4,
        )
        maps.draw_members(
            chart,
            region,
            maps.centres(boundaries, localities),
            counts,
            surroundings=boundaries,
            named=_NAMED,
        )
        maps.size_legend(side, counts, title=f"Invånare {year}")
    return style.describe(
        chart,
        style.Description(
            id="folkmangd-karta",
            title=f"Folkmängd i kommunerna {year}",
            alt=_population_alt(region, counts, year),
            sources=("population", "localities"),
            table=_population_table(counts, year),
            kind="observed",
            unit="invånare",
            note="Cirklarnas yta visar folkmängden."
            + ("" if inside.empty else f" Svarta punkter är {maps.dots_said(inside)}."),
        ),
    )


def _population_table(counts: pd.Series, year: int) -> Table:
    return Table(
        "folkmangd-karta",
        f"Folkmängd den 31 december {year}",
        *columns(
            name=(NAME, names_of(list(counts.index))),
            population=(Format("Folkmängd", "invånare"), counts),
        ),
        ("population",),
        kind="observed",
        notes=noise([year]),
    )


def _few(region: Region) -> bool:
    return len(region.members) <= maps.MANY


def _population_alt(region: Region, counts: pd.Series, year: int) -> str:
    first = counts.index[0]
    total = swedish.number(counts.sum(skipna=False))
    name = swedish.capitalised(areas.together(region))
    text = f"Karta med en cirkel för varje kommun. {name} hade {total} invånare {year}."
    if len(counts) == 1:
        return text
    smallest = counts.index[-1]
    return (
        f"{text} Störst är {names_of([first])[0]} med {swedish.number(counts[first])} "
        f"och minst {names_of([smallest])[0]} med {swedish.number(counts[smallest])}."
    )


@style.drawn
def plot_localities(
    region: Region,
    localities: pd.DataFrame,
    *,
    boundaries: gpd.GeoDataFrame,
    axes: tuple[Axes, Axes] | None = None,
) -> Axes:
    """Map of localities (tätorter), each a circle whose area is its inhabitants.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.population import load_localities
    >>> axes = plot_localities(regions.get("kak"), load_localities(), boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'Tätorter 2020'
    """
    chart, side = (
        axes if axes is not None else maps.canvas_of(region, boundaries, lowest=4.3, highest=4.3)
    )
    inside = (
        maps.largest(localities, region)
        .sort_values("population", ascending=False)
        .set_index("locality")
    )
    count = int(localities["code"].isin(region.members).sum())
    year = int(inside["year"].iloc[0])
    points = inside[["easting", "northing"]].set_axis(["x", "y"], axis=1)
    areas = maps.circle_sizes(inside["population"])
    with style.look():
        maps.draw_base(chart, region, boundaries)
        maps.draw_circles(
            chart,
            points,
            areas,
            facecolor=style.HIGHLIGHT,
            edgecolor="white",
            alpha=0.75,
            linewidth=0.4,
            zorder=5,
        )
        title = f"Invånare i\ntätorten {year}"
        maps.size_legend(side, inside["population"], title=title, colour=style.HIGHLIGHT)
        _name_localities(chart, inside, points, areas)
    return style.describe(
        chart,
        style.Description(
            id="tatorter-karta",
            title=f"Tätorter {year}",
            alt=_localities_alt(region, inside, count),
            sources=("localities",),
            table=_localities_table(inside, count),
            kind="observed",
            unit="invånare",
            note="Cirklarnas yta visar antalet invånare i tätorten."
            + (f" De {len(inside)} största visas." if count > len(inside) else ""),
        ),
    )


def locality_figures(
    region: Region, localities: pd.DataFrame, *, boundaries: gpd.GeoDataFrame
) -> list[Axes]:
    """The map of `plot_localities`; none where no locality of a member is known."""
    known = localities["code"].isin(region.members).any()
    return [plot_localities(region, localities, boundaries=boundaries)] if known else []


def places_tables(
    region: Region, values: pd.Series, land: pd.DataFrame, where: pd.DataFrame
) -> list[Table]:
    """The table of `places_table`; none where neither land nor localities are known."""
    known = land.index.isin(region.members).any() and len(where)
    return [places_table(region, values, land, where)] if known else []


def places_table(
    region: Region, values: pd.Series, land: pd.DataFrame, where: pd.DataFrame
) -> Table:
    """Members: inhabitants, land area, density, share in localities and in the largest one.

    `land` is that of `latest_land`, `where` that of `locality_shares`.
    """
    order, year = in_order(region, values), last_year(values)
    here, places, land = values.xs(year, level=1).loc[order], where.loc[order], land.reindex(order)
    settled = where["year"].max()
    measured = swedish.years([int(year) for year in land["year"].dropna()])
    return Table(
        "boende",
        f"Folkmängd {year}, täthet och tätorter {settled}",
        *columns(
            name=(NAME, names_of(order)),
            population=(Format("Folkmängd"), here),
            land=(Format("Landareal", "km²", 0), land["km2"]),
            density=(Format("Invånare per km²", decimals=1), here / land["km2"]),
            share=(Format("Bor i tätort", percent=True), places["share"]),
            largest=(word("Största tätort"), places["name"]),
            largest_share=(Format("Bor i den största", percent=True), places["largest_share"]),
        ),
        ("population", "land_area", "localities"),
        notes=(
            *noise([year]),
            f"Landareal {measured}. Andelar i tätort avser {settled} och beräknas "
            "inte där en tätort går, eller enligt en grov beräkning kan gå, över kommungränsen.",
        ),
    )


def _name_localities(
    axes: Axes, inside: pd.DataFrame, points: pd.DataFrame, areas: pd.Series
) -> None:
    maps.place(
        axes,
        [
            labels.Label(name, x, y, maps.radius_of(area), size=7.5, must=rank < maps.SURE)
            for rank, (name, x, y, area) in enumerate(
                zip(inside["name"], points["x"], points["y"], areas, strict=True)
            )
            if rank < _NAMED_LOCALITIES
        ],
        taken=maps.symbol_discs(axes, points, areas[areas > _SPECK]),
    )


def _localities_alt(region: Region, inside: pd.DataFrame, count: int) -> str:
    top = [
        f"{row['name']} ({swedish.number(row['population'])} invånare)"
        for _, row in inside.head(3).iterrows()
    ]
    size = "Den enda är" if len(top) == 1 else "De största är"
    shown = swedish.counted(len(inside), "tätort", "tätorter")
    if count > len(inside):
        shown = f"de {len(inside)} största av {swedish.number(count)} tätorter"
    return f"Karta över {shown} i {areas.together(region)}. {size} {swedish.listed(top)}."


def _localities_table(inside: pd.DataFrame, count: int) -> Table:
    shown = inside.head(25)
    notes = (
        ()
        if count <= len(shown)
        else (f"De {len(shown)} största av {swedish.number(count)} tätorter.",)
    )
    return Table(
        "tatorter",
        "Tätorter efter antal invånare",
        *columns(
            name=(word("Tätort"), shown["name"]),
            municipality=(NAME, names_of(list(shown["code"]))),
            population=(Format("Invånare", "invånare"), shown["population"]),
        ),
        ("localities",),
        "observed",
        notes,
    )


# --- the long series -----------------------------------------------------------------------------


@style.drawn
def plot_history(
    region: Region,
    values: pd.Series,
    *,
    base: int = 1950,
    compare: Given = (),
    axes: Axes | None = None,
) -> Axes:
    """Population of the region, its groups, county and nation as an index, `base` = 100.

    `compare` is what stands beside them instead of county and nation (`views.comparators`).

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> axes = plot_history(regions.get("karlstad"), people)
    >>> style.description_of(axes.figure).title
    'Folkmängd 1950–2025, 1950 = 100'
    """
    sets = compared_sets(region, values, compare)
    against = usable(region, comparators(region, compare))
    sums = metrics.by_area(values, sets)
    lines = _indexed({name: sums[name] for name in sets}, base)
    span = _span(lines)
    strong = region.name if region.name in sets else ""
    axes = charts.plot_lines(
        lines, unit=f"Index, {base} = 100", baseline=100, axes=axes, strong=strong
    )
    alt = (
        f"Linjediagram, folkmängd {span} som index med {base} = 100. "
        f"Index {last_year(values)}: {_ends(lines)}."
    )
    return style.describe(
        axes,
        style.Description(
            id="folkmangd-historia",
            title=f"Folkmängd {span}, {base} = 100",
            alt=alt,
            sources=cited(against, "population"),
            unit="index",
            note=_BORDERS,
            table=_history_table("folkmangd-historia", sums, list(sets), against),
        ),
    )


def _indexed(series: Mapping[str, pd.Series], base: int) -> dict[str, pd.Series]:
    """Lines as an index; raises InputError with the valid years where none is known in `base`."""
    lines = {name: metrics.index_of(values, base=base) for name, values in series.items()}
    if not any(line.notna().any() for line in lines.values()):
        known = sorted({int(y) for values in series.values() for y in values.dropna().index})
        raise InputError(f"base={base} cannot be 100; known years: {hints.listed_years(known)}")
    return lines


def _span(lines: Mapping[str, pd.Series]) -> str:
    """The years that lines are drawn over."""
    drawn = [int(year) for line in lines.values() for year in line.dropna().index]
    return swedish.span(min(drawn), max(drawn))


@style.drawn
def plot_members(
    region: Region,
    values: pd.Series,
    *,
    base: int = 1950,
    axes: Axes | None = None,
    key: str = "folkmangd-medlemmar",
    colours: Mapping[str, str] | None = None,
) -> Axes:
    """Population of each member as an index; with many members the largest are named.

    `colours` by name are those of the whole report.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> axes = plot_members(regions.get("karlstad"), people)
    >>> style.description_of(axes.figure).title
    'Folkmängd i de fem kommunerna 1950–2025, 1950 = 100'
    """
    order = by_size(region, values)
    series = {name: values[code] for name, code in zip(names_of(order), order, strict=True)}
    lines = _indexed(series, base)
    span = _span(lines)
    axes = charts.plot_lines(
        lines,
        unit=f"Index, {base} = 100",
        baseline=100,
        axes=axes,
        height=3.6,
        ceiling=_ceiling(list(lines.values())),
        colours=colours,
    )
    alt = (
        f"Linjediagram, folkmängd i varje kommun {span} som index med "
        f"{base} = 100. Index {last_year(values)}: {_ends(lines)}."
    )
    named = values.rename(index=dict(zip(order, names_of(order), strict=True)), level=0)
    return style.describe(
        axes,
        style.Description(
            id=key,
            title=f"Folkmängd i {areas.together(region)} {span}, {base} = 100",
            alt=alt,
            sources=("population",),
            unit="index",
            note=_background_note(list(lines.values())),
            table=_history_table(key, named, list(lines)),
        ),
    )


def _ceiling(lines: Sequence[pd.Series]) -> float | None:
    """Where to cut the axis so that the named lines stay readable, when others rise far above."""
    top = 1.25 * max(float(line.max()) for line in lines[: charts.MOST_NAMED])
    return top if any(line.max() > top for line in lines) else None


def _background_note(lines: Sequence[pd.Series]) -> str:
    if len(lines) <= charts.MOST_NAMED:
        return ""
    note = f"De {charts.MOST_NAMED} största kommunerna är namngivna; grå linjer är de övriga."
    top = _ceiling(lines)
    if top is None:
        return note
    above = sum(float(line.max()) > top for line in lines)
    noun = "kommun" if above == 1 else "kommuner"
    return f"{note} Axeln är kapad: {swedish.in_words(above)} {noun} har växt mer än den visar."


def _keyed(key: str, region: Region) -> list[tuple[str, Region]]:
    """Each cooperation with the key of its own figure: `key` where there is one of them."""
    parts = cooperations(region)
    return [(key if len(parts) == 1 else f"{key}-{part.key}", part) for part in parts]


def history_figures(region: Region, values: pd.Series, *, compare: Given = ()) -> list[Axes]:
    """The long series: the region against comparators, and the members of each cooperation."""
    several = [part for part in cooperations(region) if len(part.members) > 1]
    colours = charts.named_colours(region.members)
    return [
        plot_history(region, values, compare=compare),
        *(
            plot_members(part, values, colours=colours, key=key)
            for key, part in _keyed("folkmangd-medlemmar", region)
            if part in several
        ),
    ]


def _ends(lines: Mapping[str, pd.Series]) -> str:
    """The last values of the named lines, as words."""
    named = list(lines.items())[: charts.MOST_NAMED]
    return swedish.listed(
        f"{name} {swedish.number(line.dropna().iloc[-1])}"
        for name, line in named
        if line.notna().any()
    )


def _history_table(
    key: str, sums: pd.Series, names: Sequence[str], against: Sequence[Comparator] = ()
) -> Table:
    """Inhabitants every tenth year and the latest one, one row an area."""
    last = last_year(sums)
    chosen = sorted({*range(1950, last, 10), last - 10, last} & set(sums.index.unique(1)))
    wide = sums.unstack(level=1).loc[list(names)]
    return Table(
        key,
        f"Folkmängd vissa år {chosen[0]}–{last}",
        *columns(
            name=(AREA, list(names)),
            **{str(year): (Format(str(year)), wide[year]) for year in chosen},
        ),
        cited(against, "population"),
        notes=(
            "Alla år avser dagens kommungränser.",
            *tables.notes("population"),
            sums_note(against),
        ),
    )


# --- births, deaths and moves ---------------------------------------------------------------------


def balance_figures(region: Region, changes: pd.DataFrame) -> list[Axes]:
    """The figure of `plot_balance`; none where the parts of no member are known."""
    return [plot_balance(region, changes)] if len(_moved(region, changes)) else []


@style.drawn
def plot_balance(region: Region, changes: pd.DataFrame) -> Axes:
    """What made each member grow or shrink in the latest year: one diverging bar a municipality.

    Parts are persons per 1,000 inhabitants on 31 December; a mark shows their sum.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population_change
    >>> axes = plot_balance(regions.get("karlstad"), load_population_change())
    >>> style.description_of(axes.figure).title
    'Folkökningens delar 2024'
    """
    rates, year = _moved(region, changes), int(changes["year"].max())
    shown = [name for name in metrics.COMPONENTS if rates[name].abs().sum() > 0]
    legend = 1.6 if style.width() < style.WIDTH else 1.0  # inches below the bars
    axes = style.canvas(0.27 * max(len(rates), 3) + legend)
    place = np.arange(len(rates))[::-1]
    with style.look():
        for sign in (1, -1):
            _balance_side(axes, rates, place, shown, sign)
        axes.plot(
            rates["increase"],
            place,
            "D",
            color=style.INK,
            markersize=5,
            zorder=4,
            markeredgecolor="white",
            linestyle="none",
        )
        _dress_balance(axes, rates, place, shown)
    said = [
        f"{name} {swedish.signed(value, 1)}"
        for name, value in zip(names_of(map(str, rates.index)), rates["increase"], strict=True)
    ]
    return style.describe(
        axes,
        style.Description(
            id="befolkning-balans",
            title=f"Folkökningens delar {year}",
            subtitle=f"Personer per {swedish.number(1000)} invånare {year}",
            alt=f"Liggande staplar, en för varje kommun. Hela folkökningen per "
            f"{swedish.number(1000)} invånare {year}: {swedish.listed(said)}.",
            sources=("population_change",),
            unit=f"personer per {swedish.number(1000)} invånare",
            table=balance_table(region, changes),
            note=_balance_note(region, rates, year),
        ),
    )


def _balance_side(
    axes: Axes, rates: pd.DataFrame, place: np.ndarray, shown: Sequence[str], sign: int
) -> None:
    """The parts that add (`sign` 1) or take away, one after the other from the axis."""
    start = np.zeros(len(rates))
    for name in shown:
        part = rates[name].clip(lower=0) if sign > 0 else rates[name].clip(upper=0)
        axes.barh(
            place,
            part,
            0.66,
            left=start,
            color=_COMPONENT_COLOURS[name],
            edgecolor=style.MUTED,
            linewidth=0.4,
            zorder=2,
            label=COMPONENT_LABELS[name] if sign > 0 else None,
        )
        start = start + part.to_numpy()


def _moved(region: Region, changes: pd.DataFrame) -> pd.DataFrame:
    """Parts of the increase of the latest year per 1,000 inhabitants, by code of known members."""
    if changes.empty:
        return changes.reindex(columns=[*metrics.COMPONENTS, "increase"])
    latest = changes[(changes["year"] == changes["year"].max()) & (changes["sex"] == "total")]
    rows = latest.set_index("code")[[*metrics.COMPONENTS, "increase", "population"]].astype(
        "float64"
    )
    alone = rows.index.isin(list(metrics.COUNTIES_OF_ONE))
    rows["net_county"] = rows["net_county"].mask(alone, 0.0)
    sizes = rows["population"].to_dict()
    order = [
        code
        for part in cooperations(region)
        for code in sorted(part.members, key=lambda code: -sizes.get(code, 0.0))
    ]
    chosen = rows.reindex(order).dropna().iloc[: charts.MOST_BARS]
    return 1000 * chosen.drop(columns="population").div(chosen["population"], axis=0)


def _dress_balance(
    axes: Axes, rates: pd.DataFrame, place: np.ndarray, shown: Sequence[str]
) -> None:
    small = 8.5 if len(rates) <= 20 else labels.LEAST
    axes.set_yticks(place, names_of(map(str, rates.index)), fontsize=small)
    axes.axvline(0, color=style.INK, linewidth=0.8, zorder=3)
    right = max(0.0, float(rates.drop(columns="increase").clip(lower=0).sum(axis=1).max()))
    for y, value in zip(place, rates["increase"], strict=True):
        charts.beside(axes, swedish.signed(value, 1), (right, y), gap=6, size=small)
    axes.margins(x=0.12)
    axes.set_ylim(-0.6, len(rates) - 0.4)
    axes.tick_params(axis="y", length=0)
    charts.number_axis(axes.xaxis, signed=True)
    axes.grid(axis="x")
    axes.spines[["left", "bottom"]].set_visible(False)
    handles, names = axes.get_legend_handles_labels()
    handles.append(Line2D([], [], marker="D", linestyle="none", color=style.INK, markersize=5))
    axes.legend(
        handles,
        [*names, "Hela folkökningen (talet till höger)"],
        loc="upper center",
        bbox_to_anchor=(0.45, -0.6 / max(2.0, len(rates)) - 0.04),
        columnspacing=1.4,
        ncols=1 if style.width() < style.WIDTH else 2,
    )


def _balance_note(region: Region, rates: pd.DataFrame, year: int) -> str:
    """That parts make the whole, that SCB changes figures, and who is not shown."""
    changed = noise([year], "population_change")
    silent = len(region.members) - len(rates)
    return " ".join(
        [
            *([] if changed else ["Delarna blir tillsammans hela folkökningen."]),
            *changed,
            *(
                [
                    f"För {swedish.counted(silent, 'kommun', 'kommuner')} visas inga delar; tabellen har "
                    "det som är känt."
                ]
                if silent
                else []
            ),
        ]
    )


def balance_table(region: Region, changes: pd.DataFrame) -> Table:
    """Births, deaths, net moves and adjustment each year, adding up to the increase."""
    parts = pd.concat(
        [
            metrics.balance(changes, part.members).reset_index().assign(part=part.name)
            for part in cooperations(region)
        ],
        ignore_index=True,
    )
    several = len(cooperations(region)) > 1
    formats = {
        "year": Format("År", year=True),
        **({"part": word("Samarbete")} if several else {}),
        "births": Format("Födda"),
        "deaths": Format("Döda"),
        **{name: Format(label, signed=True) for name, label in COMPONENT_LABELS.items()},
        "increase": Format("Folkökning", signed=True),
    }
    return Table(
        "befolkning-balans",
        "Folkökningens delar, personer",
        parts[list(formats)],
        formats,
        ("population_change",),
        notes=(
            *noise(parts["year"], "population_change"),
            "Flyttningar mellan kommuner i samma län tar ut varandra i summan.",
            "Justering är SCB:s post för rättade uppgifter.",
        ),
    )


# --- age -----------------------------------------------------------------------------------------


def age_figures(region: Region, measures: Sequence[Indicator]) -> list[Axes]:
    """A line chart for each measure and cooperation with members whose series is known."""
    colours = charts.named_colours(region.members)
    return [
        plot_age(part, measured, colours=colours, key=key)
        for measured in measures
        for key, part in _keyed(_age_key(measured), region)
        if measured.with_series(part.members)
    ]


def _age_key(measured: Indicator) -> str:
    return f"alder-{measured.measure.id.replace('_', '-')}"


@style.drawn
def plot_age(
    region: Region,
    measured: Indicator,
    *,
    axes: Axes | None = None,
    key: str = "",
    colours: Mapping[str, str] | None = None,
) -> Axes:
    """A measure over time, one line for each member whose series is known.

    `colours` by name are those of the whole report.

    >>> from analysis import regions
    >>> from analysis.views.population import residents
    >>> area = regions.get("karlstad")
    >>> axes = plot_age(area, residents(area).indicators["mean_age"])
    >>> style.description_of(axes.figure).title
    'Medelålder i de fem kommunerna 1998–2025'
    """
    codes = measured.with_series(region.members)
    ends = measured.values.dropna().unstack(level=1).reindex(codes).ffill(axis=1).iloc[:, -1]
    order = ends.sort_values(ascending=False).index
    lines = {
        municipalities()[code].name: measured.values[code].dropna() * measured.scale
        for code in order
    }
    first = min(int(line.index.min()) for line in lines.values())
    last = max(int(line.index.max()) for line in lines.values())
    axes = charts.plot_lines(
        lines, unit=measured.unit, decimals=0, axes=axes, height=3.2, colours=colours
    )
    title = f"{measured.measure.label} i {areas.together(region)} {swedish.span(first, last)}"
    decimals = measured.measure.decimals
    said = swedish.listed(
        f"{name} {swedish.number(line.iloc[0], decimals)} till "
        f"{swedish.number(line.iloc[-1], decimals)}"
        for name, line in list(lines.items())[: charts.MOST_NAMED]
    )
    key = key or _age_key(measured)
    missing = len(region.members) - len(codes)
    note = f"Serien saknas för {swedish.counted(missing, 'kommun', 'kommuner')}." if missing else ""
    return style.describe(
        axes,
        style.Description(
            id=key,
            title=title,
            alt=f"Linjediagram, {title}, {measured.unit}. {said}.",
            sources=measured.measure.sources,
            kind=measured.measure.kind,
            unit=measured.unit,
            note=note,
            measures=(measured.measure.id,),
            table=_age_table(key, title, measured, list(order), list(lines)),
        ),
    )


def _age_table(
    key: str, title: str, measured: Indicator, codes: list[str], names: list[str]
) -> Table:
    wide = measured.values.loc[codes].unstack(level=1)
    first, last = int(wide.columns.min()), int(wide.columns.max())
    chosen = [
        year
        for year in range(first, last + 1)
        if year in wide.columns and (year % 10 == 0 or year in (first, last))
    ]
    form = replace(Format.of(measured.measure), unit="")
    return Table(
        key,
        f"{title}, {measured.unit}",
        *columns(
            name=(NAME, names),
            **{
                str(year): (replace(form, label=str(year)), wide.loc[codes, year])
                for year in chosen
            },
        ),
        measured.measure.sources,
        measured.measure.kind,
        notes=noise(chosen),
    )


# side of the axis, column, colour and Swedish word for each sex
_SIDES = ((-1, "women", style.SERIES_COLOURS[2], "Kvinnor"), (1, "men", "#4f97a3", "Män"))


@style.drawn
def plot_pyramid(
    region: Region, ages: pd.DataFrame, *, axes: Axes | None = None, key: str = "alderspyramid"
) -> Axes:
    """Population pyramid of the latest year with ages: share of all by age group and sex.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_age_sex
    >>> axes = plot_pyramid(regions.get("bergslagen"), load_age_sex())
    >>> style.description_of(axes.figure).title
    'Ålder och kön 2016 (tio år gamla uppgifter), andel av befolkningen'
    """
    axes = axes if axes is not None else style.canvas(3.9)
    only_year = ages["year"].nunique() == 1
    ages = ages[ages["year"] == ages["year"].max()]
    here = metrics.pyramid(ages, region.members)
    nation = metrics.pyramid(ages, country(set(ages["code"])))
    year = int(ages["year"].max())
    known, beside = (not table.isna().any(axis=None) for table in (here, nation))
    with style.look():
        if known:
            _draw_pyramid(axes, here, areas.together(region))
            if beside and not here.equals(nation):
                _draw_nation(axes, nation)
            _dress_pyramid(axes, here)
        else:
            axes.text(0.5, 0.5, _AGES_UNKNOWN, ha="center", va="center")
            axes.set_axis_off()
    absent = "" if beside else "Riket är okänt: uppgift saknas för minst en åldersgrupp."
    return style.describe(
        axes,
        style.Description(
            id=key,
            title=f"Ålder och kön {year}{aged(year)}, andel av befolkningen",
            alt=_pyramid_alt(region, ages),
            sources=("population_age_sex",),
            unit="procent",
            table=_pyramid_table(key, here, nation, year),
            note=" ".join(
                filter(
                    None,
                    [
                        f"Ålder och kön finns bara för {year} i underlaget." if only_year else "",
                        *noise([year], "population_age_sex"),
                        absent,
                    ],
                )
            ),
        ),
    )


def _draw_pyramid(axes: Axes, here: pd.DataFrame, whose: str) -> None:
    for side, sex, colour, label in _SIDES:
        axes.barh(
            np.arange(len(here)),
            side * 100 * here[sex],
            0.86,
            color=colour,
            edgecolor="white",
            linewidth=0.3,
            zorder=2,
            label=f"{label}, {whose}",
        )


def _draw_nation(axes: Axes, nation: pd.DataFrame) -> None:
    """The nation's pyramid as an outline over the bars."""
    for side, sex, *_ in _SIDES:
        axes.stairs(
            side * 100 * nation[sex],
            np.arange(len(nation) + 1) - 0.5,
            orientation="horizontal",
            color=style.HIGHLIGHT,
            linewidth=1.5,
            zorder=4,
            label=NATION if side > 0 else None,
        )


def pyramid_figures(region: Region, ages: pd.DataFrame) -> list[Axes]:
    """A pyramid for each cooperation; none where there are no ages by sex."""
    return (
        [plot_pyramid(part, ages, key=key) for key, part in _keyed("alderspyramid", region)]
        if len(ages)
        else []
    )


def ages_tables(
    region: Region, ages: pd.DataFrame, values: pd.Series, *, compare: Given = ()
) -> list[Table]:
    """Broad age groups of the latest year (both sexes), shares of the published population.

    `ages` is that of `load_ages`, `compare` as in `plot_history`. None where there are no ages.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_ages, load_population
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> ages_tables(regions.get("kak"), load_ages(), people)[0].frame["name"].tolist()
    ['Köping', 'Arboga', 'Kungsör', 'Västmanlands län', 'Riket']
    """
    if ages.empty:
        return []
    year = int(ages["year"].max())
    order = in_order(region, values)
    sets = {
        **dict(zip(names_of(order), ([code] for code in order), strict=True)),
        **beside(region, values, compare),
    }
    against = usable(region, comparators(region, compare))
    whole = metrics.by_area(values, sets).xs(year, level=1)
    shares = {
        label: metrics.by_area(metrics.by_age(ages, low, high), sets).xs(year, level=1) / whole
        for label, low, high in (*BROAD_AGES, ("80 år eller äldre", 80, None))
    }
    return [
        Table(
            "aldrar",
            f"Andel av befolkningen efter ålder {year}",
            *columns(
                name=(AREA, list(sets)),
                **{
                    label: (Format(label, decimals=1, percent=True), share[list(sets)])
                    for label, share in shares.items()
                },
            ),
            cited(against, "population_age", "population"),
            notes=tables.notes("population_age"),
        )
    ]


# --- what SCB projects ----------------------------------------------------------------------------


def projection_tables(region: Region, projected: pd.DataFrame) -> list[Table]:
    """SCB's projection (code, year, population) every fifth year; no table until it is fetched.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_projection
    >>> projection_tables(regions.get("kak"), load_projection())
    []
    """
    wide = projected.pivot(index="code", columns="year", values="population")
    if wide.empty or set(region.members) - set(wide.index):
        return []
    first, last = int(wide.columns[0]), int(wide.columns[-1])
    chosen = sorted({first, *range(-(-first // 5) * 5, last, 5), last})
    frame = wide.loc[list(region.members), chosen].astype("float64")
    frame = frame.loc[frame[first].sort_values(ascending=False).index]
    names = names_of(list(frame.index))
    for part in cooperations(region) if len(names) > 1 else ():
        frame.loc[part.key] = frame.reindex(list(part.members)).sum(skipna=False)
        names.append(part.name)
    return [
        Table(
            "framskrivning",
            f"SCB:s framskrivning av folkmängden {first}–{last}",
            *columns(
                name=(AREA, names),
                **{str(year): (Format(str(year)), frame[year].round()) for year in chosen},
                change=(
                    Format(f"Ändring till {last}", percent=True, decimals=1, signed=True),
                    frame[last] / frame[first] - 1,
                ),
            ),
            ("population_projection",),
            "modelled",
            notes=tables.notes("population_projection"),
        )
    ]


def _dress_pyramid(axes: Axes, here: pd.DataFrame) -> None:
    groups = [f"{low}–{low + 4}" for low in here.index[:-1]] + [f"{here.index[-1]}+"]
    axes.set_yticks(range(0, len(groups), 2), groups[::2], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: swedish.number(abs(value), 0)))
    reach = max(abs(edge) for edge in axes.get_xlim())
    axes.set_xlim(-reach, reach)
    axes.axvline(0, color="white", linewidth=1.0, zorder=5)
    axes.set_xlabel("Procent av befolkningen", fontsize=8.5)
    axes.set_title("Ålder, år", fontsize=8.5, fontweight="normal", color=style.MUTED)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    if style.width() == style.WIDTH:
        axes.legend(loc="upper right", bbox_to_anchor=(1.0, 1.02))
    else:  # no room beside the old: below
        axes.legend(loc="upper left", bbox_to_anchor=(0, -0.14), borderaxespad=0)


def _pyramid_alt(region: Region, ages: pd.DataFrame) -> str:
    parts = [
        f"{label} {swedish.percent(here)}"
        + ("" if swedish.is_missing(nation) else f" mot {swedish.percent(nation)} i riket")
        for label, here, nation in broad_ages(region, ages)
        if not swedish.is_missing(here)
    ]
    said = swedish.listed(parts) or "okänd, uppgift saknas för minst en åldersgrupp"
    return f"Befolkningspyramid för {areas.together(region)} {int(ages['year'].max())}: {said}."


def _pyramid_table(key: str, here: pd.DataFrame, nation: pd.DataFrame, year: int) -> Table:
    groups = [f"{low}–{low + 4} år" for low in here.index[:-1]]
    share = partial(Format, decimals=1, percent=True)
    return Table(
        key,
        f"Andel av befolkningen efter ålder och kön {year}",
        *columns(
            age=(word("Ålder"), [*groups, f"{here.index[-1]} år och äldre"]),
            women=(share("Kvinnor"), here["women"]),
            men=(share("Män"), here["men"]),
            nation_women=(share("Kvinnor, riket"), nation["women"]),
            nation_men=(share("Män, riket"), nation["men"]),
        ),
        ("population_age_sex",),
    )
