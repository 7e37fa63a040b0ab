"""Any measure as map, series and table: what the explorer shows, and a start for own measures.

Terms
-----
values: Series of one measure indexed by (code, year); missing years are left out or NaN.
count: a measure counted in persons or things, drawn as circles; all others shade the areas.
"""

from __future__ import annotations

from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import InputError
from analysis.figures import charts, maps, style
from analysis.loaders import tables
from analysis.metrics.measure import Kind, Measure
from analysis.regions import Region, municipalities
from analysis.tables import Format, Table
from analysis.text import swedish

COUNTS = ("invånare", "personer", "antal")
CENTRES = {"kvot": 1.0}  # the middle of a diverging scale, by unit
_NAMED = 60  # most names tried on a map of many members; the table has them all


def is_count(measure: Measure) -> bool:
    """True when the measure counts something and so may not shade areas.

    >>> from analysis import explore
    >>> is_count(explore.theme_of("population").measure)
    True
    """
    return measure.unit in COUNTS


def centre_of(measure: Measure, values: pd.Series) -> float | None:
    """The middle of a diverging scale: 1 for a ratio, 0 where values of both signs occur.

    >>> from analysis import explore
    >>> centre_of(explore.theme_of("commuting_ratio").measure, pd.Series([0.8, 1.2]))
    1.0
    """
    if measure.unit in CENTRES:
        return CENTRES[measure.unit]
    return 0.0 if (values < 0).any() else None


def written(measure: Measure, value: float) -> str:
    """`value` of the measure as Swedish text with its unit.

    >>> from analysis import explore
    >>> written(explore.theme_of("share_65plus").measure, 0.214)
    '21,4\u202f%'
    """
    if measure.as_percent:
        return swedish.percent_sign(value, measure.decimals)
    text = swedish.number(value, measure.decimals)
    return (
        text
        if swedish.is_missing(value) or measure.unit in ("kvot", "antal")
        else (f"{text} {'%' if measure.unit == 'procent' else measure.unit}")
    )


def known_years(values: pd.Series, region: Region) -> list[int]:
    """The years in which the measure is known for at least one member, first to last.

    >>> from analysis import explore, regions
    >>> known_years(explore.values("tax_rate"), regions.get("kak"))[-1]
    2022
    """
    if not isinstance(region, Region):
        raise InputError(f"{region!r} is no region; write analysis.region({region!r})")
    inside = values[values.index.get_level_values(0).isin(region.members)].dropna()
    return sorted(int(year) for year in inside.index.get_level_values(1).unique())


def of_year(region: Region, measure: Measure, values: pd.Series, year: int) -> pd.Series:
    """The members' values of one year, largest first, missing last.

    Raises InputError with the years that are known when `year` is not one of them.

    >>> from analysis import explore, regions
    >>> area, values = regions.get("karlstad"), explore.values("commuting_ratio")
    >>> measure = explore.theme_of("commuting_ratio").measure
    >>> of_year(area, measure, values, 2021).round(2).to_dict()
    {'1780': 1.19, '1764': 0.94, '1715': 0.65, '1763': 0.56, '1761': 0.56}
    """
    years = known_years(values, region)
    if year not in years:
        known = swedish.years(years) if years else "none"
        raise InputError(
            f"{measure.id!r} is not known for {year} in {region.name}; known years: {known}"
        )
    here = values.xs(year, level=1).astype("float64").reindex(list(region.members))
    return here.sort_values(ascending=False, na_position="last")


def plot_measure_map(
    region: Region,
    measure: Measure,
    values: pd.Series,
    *,
    year: int,
    boundaries: gpd.GeoDataFrame,
    localities: pd.DataFrame | None = None,
    kind: Kind | None = None,
    axes: tuple[Axes, Axes] | None = None,
) -> Axes:
    """Map of one year: circles for a count, shaded areas for a rate or share.

    `values` is indexed by (code, year), in the measure's unit; `kind` says how they are known,
    where it is not as the measure usually is. Returns the described Axes.
    Raises InputError for a year without values.

    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis import explore, regions
    >>> area, values = regions.get("karlstad"), explore.values("commuting_ratio")
    >>> measure = explore.theme_of("commuting_ratio").measure
    >>> axes = plot_measure_map(area, measure, values, year=2021, boundaries=load_boundaries())
    >>> style.description_of(axes.figure).id
    'commuting-ratio-karta'
    """
    here = of_year(region, measure, values, year)
    chart, side = (
        axes
        if axes is not None
        else maps.map_canvas(maps.natural_height(region, boundaries, highest=5.2))
    )
    with style.look():
        if is_count(measure):
            _circles(chart, side, region, measure, here, year, boundaries, localities)
        else:
            _shades(chart, side, region, measure, here, year, boundaries)
    title = f"{measure.label} {year}"
    return style.describe(
        chart,
        style.Description(
            id=f"{slug(measure)}-karta",
            title=title,
            alt=_alt(f"Karta: {title}.", measure, here),
            sources=measure.sources,
            kind=kind or measure.kind,
            unit=measure.unit,
            table=measure_table(region, measure, values, year=year, kind=kind),
        ),
    )


def slug(measure: Measure) -> str:
    """The measure's id as part of a file name.

    >>> from analysis import explore
    >>> slug(explore.theme_of("tax_rate").measure)
    'tax-rate'
    """
    return measure.id.replace("_", "-")


def _circles(
    chart: Axes,
    side: Axes,
    region: Region,
    measure: Measure,
    here: pd.Series,
    year: int,
    boundaries: gpd.GeoDataFrame,
    localities: pd.DataFrame | None,
) -> None:
    maps.draw_base(chart, region, boundaries)
    points = maps.centres(boundaries, localities)
    areas = maps.circle_sizes(here.abs())
    maps.draw_circles(
        chart,
        points,
        areas,
        facecolor=style.ACCENT,
        edgecolor="white",
        alpha=0.75,
        linewidth=0.7,
        zorder=5,
    )
    top = float(here.abs().max())
    marks = maps.nice_counts(top)
    sizes = maps.circle_sizes(pd.Series(marks, dtype="float64"), largest=top)
    maps.size_legend(side, marks, list(sizes), title=f"{measure.label}\n{year}, {measure.unit}")
    maps.draw_names(
        chart,
        region,
        points,
        areas=areas,
        order=list(here.index)[:_NAMED],
        values=here.map(lambda value: swedish.number(value, measure.decimals)),
        surroundings=boundaries,
    )


def _shades(
    chart: Axes,
    side: Axes,
    region: Region,
    measure: Measure,
    here: pd.Series,
    year: int,
    boundaries: gpd.GeoDataFrame,
) -> None:
    fill, limits, colours = maps.shade_classes(here, centre=centre_of(measure, here))
    missing = pd.Series(style.NO_DATA, index=here.index[here.isna()])
    maps.draw_base(chart, region, boundaries, fill=pd.concat([fill, missing]))
    unit = "procent" if measure.as_percent else measure.unit
    maps.class_legend(
        side,
        limits,
        colours,
        title=f"{measure.label}\n{year}, {unit}",
        decimals=_decimals(limits, measure),
        percent=measure.as_percent,
        missing=bool(here.isna().any()),
    )
    texts = here.map(
        lambda value: (
            "uppgift saknas"
            if swedish.is_missing(value)
            else written(measure, value).removesuffix(f" {measure.unit}")
        )
    )
    maps.draw_names(
        chart,
        region,
        maps.centres(boundaries),
        values=texts,
        order=list(here.index)[:_NAMED],
        surroundings=boundaries,
    )


def _decimals(limits: list[float], measure: Measure) -> int:
    """As few decimals as tell neighbouring class limits apart."""
    step = float(np.diff(limits).min()) * (100 if measure.as_percent else 1)
    return next(
        (count for count in range(4) if abs(step * 10**count - round(step * 10**count)) < 1e-6), 3
    )


def _alt(start: str, measure: Measure, here: pd.Series) -> str:
    known, known_names = here.dropna(), municipalities()
    missing = (
        ""
        if len(known) == len(here)
        else (
            f" Uppgift saknas för {swedish.counted(len(here) - len(known), 'kommun', 'kommuner')}."
        )
    )
    if known.empty:
        return f"{start}{missing}"
    high, low = str(known.index[0]), str(known.index[-1])
    if len(known) == 1:
        return f"{start} {known_names[high].name}: {written(measure, known[high])}.{missing}"
    return (
        f"{start} Högst i {known_names[high].name} ({written(measure, known[high])}), lägst i "
        f"{known_names[low].name} ({written(measure, known[low])}).{missing}"
    )


def plot_measure_series(
    region: Region,
    measure: Measure,
    values: pd.Series,
    *,
    kind: Kind | None = None,
    axes: Axes | None = None,
) -> Axes:
    """One line a member over the years; nothing joins across a break of the source's series.

    `values` is indexed by (code, year). Returns the described Axes.

    >>> from analysis import explore, regions
    >>> area, values = regions.get("karlstad"), explore.values("commuting_ratio")
    >>> measure = explore.theme_of("commuting_ratio").measure
    >>> axes = plot_measure_series(area, measure, values)
    >>> style.description_of(axes.figure).title
    'Pendlingskvot 2004–2021'
    """
    years = known_years(values, region)
    if not years:
        raise InputError(f"{measure.id!r} is not known for any municipality of {region.name}")
    order = of_year(region, measure, values, years[-1]).index
    known, scale = municipalities(), 100 if measure.as_percent else 1
    lines = {
        known[str(code)].name: values.xs(code, level=0).astype("float64") * scale
        for code in order
        if code in values.index.get_level_values(0)
    }
    breaks = sorted(
        {
            first
            for key in measure.sources
            for first in charts.breaks_of(key)
            if years[0] < first <= years[-1]
        }
    )
    axes = charts.plot_lines(
        lines,
        unit="procent" if measure.as_percent else measure.unit,
        decimals=measure.decimals,
        breaks=breaks,
        gap=_step(years),
        axes=axes,
    )
    title = f"{measure.label} {swedish.span(years[0], years[-1])}"
    here = of_year(region, measure, values, years[-1])
    return style.describe(
        axes,
        style.Description(
            id=f"{slug(measure)}-serie",
            title=title,
            sources=measure.sources,
            kind=kind or measure.kind,
            unit=measure.unit,
            alt=_alt(f"Linjediagram: {title}. Läget {years[-1]}:", measure, here),
            table=_series_table(region, measure, values, title, kind),
        ),
    )


def _step(years: list[int]) -> int:
    """The usual distance between the years of a series: 1, or 4 for a figure of every fourth."""
    steps = Counter(int(step) for step in np.diff(years))
    return max(steps, key=lambda step: (steps[step], -step), default=1)


def _series_table(
    region: Region, measure: Measure, values: pd.Series, title: str, kind: Kind | None
) -> Table:
    known = municipalities()
    inside = values[values.index.get_level_values(0).isin(region.members)]
    wide = inside.astype("float64").unstack(level=0).dropna(how="all").sort_index()
    form = {str(code): Format.of(measure, known[str(code)].name) for code in wide.columns}
    frame = wide.rename(columns=str).rename_axis(index="year", columns=None).reset_index()
    return Table(
        f"{slug(measure)}-serie",
        title,
        frame,
        {"year": Format("År", year=True), **form},
        measure.sources,
        kind or measure.kind,
    )


def measure_table(
    region: Region, measure: Measure, values: pd.Series, *, year: int, kind: Kind | None = None
) -> Table:
    """The members' values of one year, largest first, with the notes of the sources.

    >>> from analysis import explore, regions
    >>> area, values = regions.get("karlstad"), explore.values("commuting_ratio")
    >>> measure = explore.theme_of("commuting_ratio").measure
    >>> measure_table(area, measure, values, year=2021).frame["name"].tolist()
    ['Karlstad', 'Grums', 'Kil', 'Forshaga', 'Hammarö']
    """
    here = of_year(region, measure, values, year)
    known = municipalities()
    frame = pd.DataFrame(
        {"name": [known[str(code)].name for code in here.index], "value": here.to_numpy()}
    )
    notes = [note for key in measure.sources for note in tables.notes(key)]
    return Table(
        slug(measure),
        f"{measure.label} {year}",
        frame,
        {"name": Format("Kommun", text=True), "value": Format.of(measure)},
        measure.sources,
        kind or measure.kind,
        tuple(dict.fromkeys(notes)),
    )
