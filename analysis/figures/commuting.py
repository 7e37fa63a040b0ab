"""Figures of the commuting chapter: rates on maps, day against night, series, tables.

Terms
-----
margins: the loader's table indexed by (code, year), with `series`; exact for every set of members.
night population: employed residents; day population: employed with their workplace there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from analysis import catalog, hints
from analysis.errors import InputError
from analysis.figures import charts, maps, style
from analysis.loaders import tables
from analysis.metrics import commuting as metrics
from analysis.metrics.measure import Measure, measure_of
from analysis.regions import Region, country, names_of
from analysis.tables import AREA, NAME, Format, Table, columns, word
from analysis.text import commuting as text
from analysis.text import swedish
from analysis.views.commuting import Commuting, by_night, exact, is_nation, of_year
from analysis.views.population import last_year

SOURCES = ("commuting_margins",)
_NAMED = 60  # most names tried on a map of many members; the table has them all
_ROWS = 25  # most members in a chart with one row each
_TABLE_BREAKS = "Jämför bara år inom samma serie; skälen till brotten står vid figuren."
_PERSONS = "Pendlare är personer, inte resor; de kan arbeta hemifrån."


class Rate(NamedTuple):
    """A rate that a map shows: the key of its figure, how it is computed, what it means."""

    key: str
    metric: Callable[[pd.DataFrame], pd.Series]
    meaning: str


RATES = {
    "commuting_ratio": Rate(
        "pendlingskvot",
        metrics.commuting_ratio,
        "Dagbefolkning delad med nattbefolkning; över 1 är fler arbetande än förvärvsarbetande "
        "boende.",
    ),
    "in_commuting_share": Rate(
        "inpendling",
        metrics.in_commuting_share,
        "Inpendlare som andel av dem som arbetar i kommunen.",
    ),
    "out_commuting_share": Rate(
        "utpendling",
        metrics.out_commuting_share,
        "Utpendlare som andel av de förvärvsarbetande som bor i kommunen; arbetsplatser utomlands "
        "ingår.",
    ),
}


# --- what a chapter shows; nothing where no commuting is known on the date of the report ----------


def rate_figures(view: Commuting, *, boundaries: gpd.GeoDataFrame) -> list[Axes]:
    """Day against night of each cooperation, and the maps of rates."""
    if view.flows is None:
        return []
    return [
        *(plot_day_night(part, view.margins) for part in view.parts),
        *(plot_rate(view.region, view.margins, rate, boundaries=boundaries) for rate in RATES),
    ]


def series_figures(view: Commuting, *, bas: pd.DataFrame | None = None) -> list[Axes]:
    """The series of each cooperation; `bas` as in `plot_series`."""
    if view.flows is None:
        return []
    later = bas if bas is not None and view.markets_known else None
    return [
        figure
        for part in view.parts
        for figure in (
            plot_series(part, view.margins, bas=later),
            plot_ratio_series(part, view.margins),
        )
    ]


def margin_tables(view: Commuting) -> list[Table]:
    """What the margins give exactly, for the cooperations and for each member."""
    if view.flows is None:
        return []
    return [exact_table(view.region, view.margins), members_table(view.region, view.margins)]


# --- maps ----------------------------------------------------------------------------------------


@style.drawn
def plot_rate(
    region: Region,
    margins: pd.DataFrame,
    rate: str = "commuting_ratio",
    *,
    boundaries: gpd.GeoDataFrame,
    axes: tuple[Axes, Axes] | None = None,
) -> Axes:
    """Map of one of `RATES` in the latest year: shares in classes, the ratio around 1.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> axes = plot_rate(regions.get("karlstad"), margins, boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'Pendlingskvot 2021'
    """
    if rate not in RATES:
        raise InputError(hints.unknown("rate", rate, RATES))
    shown = RATES[rate]
    chart, side = axes if axes is not None else maps.canvas_of(region, boundaries, highest=4.6)
    year, measure = last_year(margins), measure_of(shown.metric)
    order = by_night(region, margins)
    values = shown.metric(of_year(margins).reindex(order))
    percent = measure.as_percent
    with style.look():
        fill, limits, colours = (
            maps.shade_classes(values) if percent else centred_classes(values, centre=1.0)
        )
        maps.draw_base(chart, region, boundaries, fill=fill)
        unit = "procent" if percent else "dag / natt"
        maps.class_legend(
            side,
            fill,
            limits,
            colours,
            percent=percent,
            decimals=decimals_of(limits, 100 if percent else 1),
            title=f"{measure.label}\n{year}, {unit}",
        )
        texts = values.map(
            lambda value: swedish.percent_sign(value, 0) if percent else swedish.number(value, 2)
        )
        maps.draw_names(
            chart,
            region,
            maps.centres(boundaries),
            values=texts,
            order=maps.named_first(values, order, None if percent else 1.0)[:_NAMED],
            surroundings=boundaries,
        )
    return style.describe(chart, _rate_description(shown, values, year, unit))


def _rate_description(rate: Rate, values: pd.Series, year: int, unit: str) -> style.Description:
    measure, key = measure_of(rate.metric), f"{rate.key}-karta"
    return style.Description(
        id=key,
        title=f"{measure.label} {year}",
        alt=_rate_alt(measure, values, year),
        sources=SOURCES,
        table=_rate_table(key, measure, values, year),
        unit=unit,
        note=f"{rate.meaning} {_PERSONS}",
    )


def centred_classes(
    values: pd.Series, *, centre: float
) -> tuple[pd.Series, list[float], list[str]]:
    """Six classes with round limits, three on either side of `centre`.

    They are equal, but for many values the outermost reach to the extremes, so that a few of
    those do not make all others look alike; outer classes without a value are left out. Returns
    colours by code, limits and colours as `maps.shade_classes` does. Raises ValueError when no
    value is known.
    """
    known = values.dropna().astype("float64")
    if known.empty:
        raise ValueError("no known value to shade")
    away = (known - centre).abs()
    reach = float(away.quantile(0.9) if len(known) > maps.MANY else away.max())
    steps = [step * 10.0**power for power in range(-3, 3) for step in (1, 2, 2.5, 5)]
    step = next(step for step in steps if 3 * step >= reach)
    limits = [round(centre + place * step, 6) for place in range(-3, 4)]
    limits[0] = min(limits[0], round(float(np.floor(known.min() / step) * step), 6))
    limits[-1] = max(limits[-1], round(float(np.ceil(known.max() / step) * step), 6))
    palette = mpl.colormaps[style.DIVERGING]
    colours = [to_hex(palette(share)) for share in np.linspace(0.2, 0.8, 6)]
    place = np.clip(np.searchsorted(limits, known.to_numpy(), side="right") - 1, 0, 5)
    first, last = min(int(place.min()), 2), max(int(place.max()), 3)
    picked = pd.Series([colours[k] for k in place], index=known.index)
    return picked, limits[first : last + 2], colours[first : last + 1]


def decimals_of(limits: Sequence[float], scale: int = 1) -> int:
    """The fewest decimals with which no limit is rounded."""
    return next(
        places
        for places in range(5)
        if all(abs(limit * scale - round(limit * scale, places)) < 1e-9 for limit in limits)
        or places == 4
    )


def _rate_alt(measure: Measure, values: pd.Series, year: int) -> str:
    known = values.dropna().sort_values()
    shown = [
        swedish.percent(value) if measure.as_percent else swedish.number(value, 2)
        for value in known
    ]
    names = names_of([str(code) for code in known.index])
    if len(known) == 1:
        return f"Karta. {measure.label} {year} i {names[0]}: {shown[0]}."
    middle = names[1:-1] if len(known) <= maps.MANY else []
    between = [f"{name} {value}" for name, value in zip(middle, shown[1:-1], strict=False)]
    return (
        f"Karta över {measure.label.lower()} {year} i {len(known)} kommuner: lägst i "
        f"{names[0]} ({shown[0]}), högst i {names[-1]} ({shown[-1]})"
        f"{'; däremellan ' + swedish.listed(between) if between else ''}."
    )


def _rate_table(key: str, measure: Measure, values: pd.Series, year: int) -> Table:
    ranked = values.sort_values(ascending=False)
    form = Format(
        measure.label, decimals=1 if measure.as_percent else 2, percent=measure.as_percent
    )
    return Table(
        key,
        f"{measure.label} {year}",
        *columns(name=(NAME, names_of(list(ranked.index))), value=(form, ranked)),
        SOURCES,
    )


# --- day against night ----------------------------------------------------------------------------


@style.drawn
def plot_day_night(region: Region, margins: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """By how many per cent the day population of each member differs from its night population.

    >>> from analysis import regions
    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> axes = plot_day_night(regions.get("karlstad"), margins)
    >>> style.description_of(axes.figure).title
    'Bara i Karlstad finns fler jobb än förvärvsarbetande invånare'
    """
    year = last_year(margins)
    share = (
        metrics.commuting_ratio(of_year(margins).reindex(by_night(region, margins))) - 1
    ).dropna()
    shown = share.head(_ROWS).sort_values()
    axes = axes if axes is not None else style.canvas(0.55 + 0.28 * len(shown))
    with style.look():
        rows = np.arange(len(shown))
        axes.barh(
            rows,
            shown,
            height=0.66,
            color=[style.HIGHLIGHT if value < 0 else style.ACCENT for value in shown],
        )
        reach = max(float(shown.abs().max()), 0.01)
        for row, value in zip(rows, shown, strict=True):
            words = f"{swedish.signed(100 * value, 0)} %"
            charts.beside(axes, words, (value, float(row)), gap=4 if value >= 0 else -4)
        axes.axvline(0, color=style.INK, linewidth=0.8)
        axes.set_yticks(rows, names_of([str(code) for code in shown.index]))
        axes.tick_params(length=0)
        axes.set_xticks([])
        axes.spines[:].set_visible(False)
        axes.set_xlim(
            min(float(shown.min()), 0) - 0.25 * reach, max(float(shown.max()), 0) + 0.25 * reach
        )
    few = f" De {_ROWS} största kommunerna visas." if len(shown) < len(share) else ""
    return style.describe(
        axes,
        style.Description(
            id=f"dag-natt-{region.key}",
            title=text.jobs_title(share),
            sources=SOURCES,
            unit="procent",
            subtitle=f"Så många procent fler eller färre som arbetar i kommunen än som bor där och "
            f"arbetar, {year}",
            measures=("day_population", "night_population"),
            alt=_day_night_alt(shown, year),
            table=_day_night_table(region, margins),
            note=few.strip(),
        ),
    )


def _day_night_table(region: Region, margins: pd.DataFrame) -> Table:
    order = by_night(region, margins)
    now = of_year(margins).reindex(order)
    return Table(
        f"dag-natt-{region.key}",
        f"Dag- och nattbefolkning {last_year(margins)}",
        *columns(
            name=(NAME, names_of(order)),
            day=(Format("Dagbefolkning", measure="day_population"), metrics.day_population(now)),
            night=(
                Format("Nattbefolkning", measure="night_population"),
                metrics.night_population(now),
            ),
            net=(
                Format("Pendlingsnetto", signed=True, measure="net_commuting"),
                metrics.net_commuting(now),
            ),
            share=(
                Format("Skillnad", percent=True, signed=True, decimals=1),
                metrics.commuting_ratio(now).to_numpy() - 1,
            ),
        ),
        SOURCES,
    )


def _day_night_alt(shown: pd.Series, year: int) -> str:
    listed = [
        f"{names_of([str(code)])[0]} {swedish.signed(100 * value, 0)} procent"
        for code, value in shown.iloc[::-1].items()
    ]
    return (
        f"Staplar. Så många fler eller färre arbetar i kommunen än som bor där och arbetar "
        f"{year}: {swedish.listed(listed)}."
    )


# --- series --------------------------------------------------------------------------------------


@style.drawn
def plot_series(
    region: Region,
    margins: pd.DataFrame,
    *,
    bas: pd.DataFrame | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Day and night population of the region over the years, with gaps at the breaks.

    `bas` has margins of BAS years that `margins` lacks; BAS is always a line of its own.

    >>> from analysis import regions
    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> axes = plot_series(regions.get("karlstad"), margins)
    >>> style.description_of(axes.figure).title
    'Dag- och nattbefolkning i Karlstadsregionen 2004–2021'
    """
    table = metrics.group_margins(
        margins if bas is None or bas.empty else pd.concat([margins, bas]), region.members
    )
    new = table.index.get_level_values("series").str.startswith("bas")
    lines: dict[str, Sequence[pd.Series]] = {}
    for name, label in (
        ("day_population", "Dagbefolkning"),
        ("night_population", "Nattbefolkning"),
    ):
        lines[label] = by_series(table.loc[~new, name])
        if table.loc[new, name].notna().any():
            lines[f"{label}, BAS"] = [table.loc[new, name].droplevel("series").dropna()]
    axes = charts.plot_lines(lines, unit="Personer", breaks=_breaks(margins), axes=axes, height=3.0)
    years = table.index.get_level_values("year")
    span = swedish.span(int(years.min()), int(years.max()))
    return style.describe(
        axes,
        style.Description(
            id=f"dag-natt-serie-{region.key}",
            title=f"Dag- och nattbefolkning i {region.name} {span}",
            alt=f"Linjediagram {span}, {region.name}. {_series_alt(table)} Lodräta axeln börjar inte "
            "på noll.",
            sources=SOURCES,
            unit="personer",
            table=_series_table(region, table),
            note=text.break_note(margins),
        ),
    )


@style.drawn
def plot_ratio_series(region: Region, margins: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Commuting ratio of the region and of its members over the years, gaps at the breaks.

    >>> from analysis import regions
    >>> from analysis.loaders.commuting import load_margins
    >>> margins = load_margins().set_index(["code", "year"])
    >>> axes = plot_ratio_series(regions.get("karlstad"), margins)
    >>> style.description_of(axes.figure).title
    'Pendlingskvot i Karlstadsregionen 2004–2021'
    """
    lines: dict[str, Sequence[pd.Series]] = {}
    order = by_night(region, margins)
    if len(order) > 1:
        lines[region.name] = by_series(
            metrics.group_margins(margins, region.members)["commuting_ratio"]
        )
    wide = [
        metrics.commuting_ratio(part).unstack("code")
        for _, part in margins.groupby("series", sort=False)
    ]
    for code, name in zip(order, names_of(order), strict=True):
        label = name if name not in lines else f"{name} kommun"
        lines[label] = [part[code].dropna() for part in wide]
    axes = charts.plot_lines(
        lines,
        unit="Pendlingskvot (dag / natt)",
        decimals=2,
        baseline=1,
        breaks=_breaks(margins),
        axes=axes,
        height=3.4,
        strong=region.name,
    )
    years = margins.index.get_level_values("year")
    span = swedish.span(int(years.min()), int(years.max()))
    ends = [
        f"{name} {swedish.number(parts[-1].iloc[-1], 2)}"
        for name, parts in list(lines.items())[: charts.MOST_NAMED]
        if len(parts[-1])
    ]
    more = "" if len(lines) <= charts.MOST_NAMED else " Grå linjer är övriga kommuner."
    return style.describe(
        axes,
        style.Description(
            id=f"pendlingskvot-serie-{region.key}",
            title=f"Pendlingskvot i {region.name} {span}",
            sources=SOURCES,
            unit="kvot",
            alt=f"Linjediagram, pendlingskvot {span}. Senaste år: {swedish.listed(ends)}.",
            table=_ratio_table(region, margins),
            note=text.break_note(margins) + more,
        ),
    )


def by_series(values: pd.Series) -> list[pd.Series]:
    """Values indexed by (series, year) as one Series by year for each series, never joined."""
    return [
        part.droplevel(0).dropna().sort_index()
        for _, part in values.groupby(level=0)
        if part.notna().any()
    ]


def _breaks(margins: pd.DataFrame) -> dict[int, str]:
    """The breaks inside the data, with the word that stands at each line; BAS is no break."""
    last = last_year(margins)
    return {
        part.first: f"ny serie {part.first}" for part in text.rams_breaks() if part.first <= last
    }


def _series_alt(table: pd.DataFrame) -> str:
    parts = []
    for _, rows in table.dropna(subset="night_population").groupby(level="series"):
        years = rows.index.get_level_values("year")
        first, last = rows.iloc[0], rows.iloc[-1]
        parts.append(
            f"{swedish.span(int(years[0]), int(years[-1]))} dagbefolkning "
            f"{swedish.number(first['day_population'])} till "
            f"{swedish.number(last['day_population'])}, nattbefolkning "
            f"{swedish.number(first['night_population'])} till "
            f"{swedish.number(last['night_population'])}"
        )
    return f"{'; '.join(parts)}." if parts else "Ingen serie är känd."


def _series_table(region: Region, sums: pd.DataFrame) -> Table:
    labels = {part.key: part.label for part in catalog.dataset(SOURCES[0]).series}
    table = sums.reset_index().assign(series=lambda rows: rows["series"].map(labels).fillna("BAS"))
    table = table.sort_values(["year", "series"])
    return Table(
        f"dag-natt-serie-{region.key}",
        f"Dag- och nattbefolkning i {region.name}",
        *columns(
            year=(Format("År", year=True), table["year"]),
            day=(Format("Dagbefolkning"), table["day_population"]),
            night=(Format("Nattbefolkning"), table["night_population"]),
            net=(Format("Pendlingsnetto", signed=True), table["net_commuting"]),
            ratio=(Format("Pendlingskvot", decimals=2), table["commuting_ratio"]),
            series=(word("Serie"), table["series"]),
        ),
        SOURCES,
        notes=(_TABLE_BREAKS,),
    )


def _ratio_table(region: Region, margins: pd.DataFrame) -> Table:
    """Commuting ratio of each member, the first and last year of each series."""
    years = sorted(
        {
            int(edge)
            for _, part in margins.reset_index().groupby("series")["year"]
            for edge in (part.min(), part.max())
        }
    )
    order = by_night(region, margins)
    wide = metrics.commuting_ratio(margins).unstack("year").reindex(order)
    return Table(
        f"pendlingskvot-serie-{region.key}",
        f"Pendlingskvot i {region.name}, första och sista året i varje serie",
        *columns(
            name=(NAME, names_of(order)),
            **{str(year): (Format(str(year), decimals=2), wide[year]) for year in years},
        ),
        SOURCES,
        notes=(_TABLE_BREAKS,),
    )


# --- tables --------------------------------------------------------------------------------------


def members_table(region: Region, margins: pd.DataFrame) -> Table:
    """Members with every measure that the margins give, latest year."""
    order, year = by_night(region, margins), last_year(margins)
    now = of_year(margins).reindex(order)
    return Table(
        "pendling-kommuner",
        f"Pendling i kommunerna {year}",
        *columns(
            name=(NAME, names_of(order)),
            night=(Format("Natt\u00adbefolkning"), metrics.night_population(now)),
            day=(Format("Dag\u00adbefolkning"), metrics.day_population(now)),
            incoming=(Format("In\u00adpendlare"), now["in_commuters"]),
            outgoing=(Format("Ut\u00adpendlare"), now["out_commuters"]),
            stay=(Format("Bor och arbetar där"), now["live_and_work"]),
            net=(Format("Netto", signed=True), metrics.net_commuting(now)),
            ratio=(Format("Pendlings\u00adkvot", decimals=2), metrics.commuting_ratio(now)),
            in_share=(
                Format("In\u00adpendlings\u00adandel", decimals=1, percent=True),
                metrics.in_commuting_share(now),
            ),
            out_share=(
                Format("Ut\u00adpendlings\u00adandel", decimals=1, percent=True),
                metrics.out_commuting_share(now),
            ),
        ),
        SOURCES,
        notes=(
            "Inpendlingsandelen är av dagbefolkningen, utpendlingsandelen av nattbefolkningen.",
            "Kommunernas in- och utpendlare kan inte summeras till regionens: de som pendlar mellan "
            "två av kommunerna skulle räknas med.",
        ),
    )


def exact_table(region: Region, margins: pd.DataFrame) -> Table:
    """Region and groups: what the margins give exactly, latest year, beside the nation."""
    year = last_year(margins)
    sets: dict[str, Sequence[str]] = {
        part.name: part.members for part in region.groups or (region,)
    }
    if not is_nation(region):
        sets["Riket"] = country(of_year(margins).index)
    sums = pd.DataFrame([exact(margins, members) for members in sets.values()])
    return Table(
        "pendling-omraden",
        f"Pendling för regionen som helhet {year}",
        *columns(
            name=(AREA, list(sets)),
            night=(Format("Nattbefolkning"), sums["night_population"]),
            day=(Format("Dagbefolkning"), sums["day_population"]),
            net=(Format("Pendlingsnetto", signed=True), sums["net_commuting"]),
            ratio=(Format("Pendlingskvot", decimals=2), sums["commuting_ratio"]),
            least=(
                Format("Bor och arbetar i samma kommun", decimals=1, percent=True),
                sums["containment_residence_min"],
            ),
        ),
        SOURCES,
        notes=(
            _sums_note(year),
            "Den sista kolumnen är en undre gräns för andelen som arbetar inom området: de som "
            "pendlar mellan områdets kommuner kommer till.",
        ),
    )


def _sums_note(year: int) -> str:
    """How exact a sum over municipalities is in a year."""
    if year in tables.perturbed_years("commuting_margins"):
        return (
            "Alla tal är summor av kommunernas tal, som har röjandeskydd: de kan avvika något "
            "från publicerade totaler."
        )
    return "Alla tal är exakta summor av kommunernas tal."
