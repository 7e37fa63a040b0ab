"""Any measure as map, series and table: what the explorer shows, and a start for own measures.

Terms
-----
values: Series of one measure indexed by (code, year); missing years are left out or NaN.
count: a measure counted in persons or things, drawn as circles; all others shade the areas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.citable import Citable
from analysis.errors import InputError, raise_faults
from analysis.figures import charts, maps, style
from analysis.hints import listed_years, whole_year
from analysis.loaders import tables
from analysis.metrics.measure import Kind, Measure
from analysis.regions import Region, municipalities, names_of
from analysis.tables import NAME, Format, Table, columns
from analysis.text import swedish
from analysis.views.comparators import Comparator, Given, comparators

COUNTS = ("invånare", "personer", "antal")
CENTRES = {"kvot": 1.0}  # the middle of a diverging scale, by unit
_GREY = "Grå linjer är övriga kommuner."  # as other series of many lines say it
_NAMED = 60  # most names tried on a map of many members; the table has them all


def is_count(measure: Measure) -> bool:
    """True when the measure counts something and so may not shade areas.

    >>> from analysis import explore
    >>> is_count(explore.theme_of("population").measure)
    True
    """
    return measure.counts or measure.unit in COUNTS


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


def tidy(values: pd.Series | pd.DataFrame) -> pd.Series:
    """Values by (code, year) with codes as four digits and years as numbers, however written.

    Raises InputError for an index of another kind, or a table of several columns.

    >>> index = pd.MultiIndex.from_tuples([(381, "2024")])
    >>> tidy(pd.Series([1.0], index=index)).index.tolist()
    [('0381', 2024)]
    """
    if isinstance(values, pd.DataFrame) and len(values.columns) == 1:
        values = values.iloc[:, 0]
    if not isinstance(values, pd.Series) or values.index.nlevels != 2:
        raise InputError(
            "the values are no Series by (code, year); make them so with "
            "frame.set_index(['code', 'year'])['column']"
        )
    codes, years = (values.index.get_level_values(level) for level in (0, 1))
    if codes.inferred_type == "string" and years.inferred_type == "integer":
        return values
    try:
        index = pd.MultiIndex.from_arrays(
            [[str(code).zfill(4) for code in codes], [whole_year(year) for year in years]],
            names=["code", "year"],
        )
    except InputError as error:
        raise InputError(f"the second level of the index is no year: {error}") from None
    return values.set_axis(index)


def known_years(values: pd.Series, region: Region) -> list[int]:
    """The years in which the measure is known for at least one member, first to last.

    >>> from analysis import explore, regions
    >>> known_years(explore.values("tax_rate"), regions.get("kak"))[-1]
    2022
    """
    if not isinstance(region, Region):
        raise InputError(f"{region!r} is no region; write analysis.region({region or 'kak'!r})")
    values = tidy(values)
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
    values, year = tidy(values), whole_year(year)
    years = known_years(values, region)
    if year not in years:
        raise InputError(
            f"{measure.id!r} is not known for {year} in {region.name}; known years: "
            f"{listed_years(years)}"
        )
    here = values.xs(year, level=1).astype("float64").reindex(list(region.members))
    return here.sort_values(ascending=False, na_position="last")


@style.drawn
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
    year = whole_year(year)
    here = of_year(region, measure, values, year)
    chart, side = axes if axes is not None else maps.canvas_of(region, boundaries, highest=5.2)
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
            note=_missing_note(names_of(here.index[here.isna()])) if is_count(measure) else "",
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
    maps.draw_members(
        chart,
        region,
        maps.centres(boundaries, localities),
        here,
        surroundings=boundaries,
        write=lambda value: swedish.number(value, measure.decimals),
        named=_NAMED,
    )
    title = f"{measure.label}\n{year}, {measure.unit}"
    maps.size_legend(side, here.abs(), title=title)


def _shades(
    chart: Axes,
    side: Axes,
    region: Region,
    measure: Measure,
    here: pd.Series,
    year: int,
    boundaries: gpd.GeoDataFrame,
) -> None:
    centre = centre_of(measure, here)
    fill, limits, colours = maps.shade_classes(here, centre=centre)
    missing = pd.Series(style.NO_DATA, index=here.index[here.isna()])
    maps.draw_base(chart, region, boundaries, fill=pd.concat([fill, missing]))
    unit = "procent" if measure.as_percent else measure.unit
    maps.class_legend(
        side,
        fill,
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
        order=maps.named_first(here, list(here.index), centre)[:_NAMED],
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


@style.drawn
def plot_measure_series(
    region: Region,
    measure: Measure,
    values: pd.Series,
    *,
    years: tuple[int, int] | None = None,
    index: int | None = None,
    compare: Given = (),
    kind: Kind | None = None,
    axes: Axes | None = None,
) -> Axes:
    """One line a member over the years; nothing joins across a break of the source's series.

    `values` is indexed by (code, year). `years` are the first and last year; `index` is the year
    that is 100, and keeps the lines inside its own series; `compare` adds a line for each of
    `views.comparators`. Returns the described Axes. Raises InputError, with the years that are
    known, for years or an index outside them.

    >>> from analysis import explore, regions
    >>> area, values = regions.get("karlstad"), explore.values("commuting_ratio")
    >>> measure = explore.theme_of("commuting_ratio").measure
    >>> axes = plot_measure_series(area, measure, values)
    >>> style.description_of(axes.figure).title
    'Pendlingskvot 2004–2021'
    >>> axes = plot_measure_series(area, measure, values, index=2012, compare="county")
    >>> style.description_of(axes.figure).title
    'Pendlingskvot 2011–2018, index (2012 = 100)'
    """
    values = tidy(values)
    known = known_years(values, region)
    index = None if index is None else whole_year(index)
    first, last = span_of(region, measure, values, years=years, index=index)
    breaks = _breaks(measure, known)
    chosen = values[values.index.get_level_values(1).isin(range(first, last + 1))]
    against = comparators(region, compare)
    frame = _lines(region, measure, chosen.astype("float64"), against, index)
    drawn = [int(year) for year in frame.index]
    if not drawn:
        raise InputError(
            f"{measure.id!r} has no value to draw with {index} as 100 in {region.name}; known "
            f"years: {listed_years(known)}"
        )
    scale = 100 if measure.as_percent and index is None else 1
    axes = charts.plot_lines(
        {name: frame[name].dropna() * scale for name in _named_first(frame, against)},
        unit=_series_unit(measure, index),
        decimals=0 if index is not None else measure.decimals,
        breaks=[year for year in breaks if drawn[0] < year <= drawn[-1]],
        gap=_step(known),
        baseline=None if index is None else 100,
        axes=axes,
    )
    return style.describe(axes, _series_description(region, measure, frame, kind, against, index))


def _named_first(frame: pd.DataFrame, against: Sequence[Comparator]) -> list[str]:
    """The lines in their order, comparators before the members that have no room for a name."""
    compared = [one.label for one in against if one.label in frame]
    members = [str(name) for name in frame if name not in compared]
    room = max(charts.MOST_NAMED - len(compared), 0)
    return [*members[:room], *compared, *members[room:]]


def _series_unit(measure: Measure, index: int | None) -> str:
    return "index" if index is not None else "procent" if measure.as_percent else measure.unit


def _series_description(
    region: Region,
    measure: Measure,
    frame: pd.DataFrame,
    kind: Kind | None,
    against: Sequence[Comparator],
    index: int | None,
) -> style.Description:
    """Title, table and text of a series from the lines that are drawn."""
    title = f"{measure.label} {swedish.span(int(frame.index[0]), int(frame.index[-1]))}"
    title += "" if index is None else f", index ({index} = 100)"
    note = _series_note(region, measure, frame, against, index)
    table = _series_table(measure, frame, title, kind, against, index, note)
    return style.Description(
        id=f"{slug(measure)}-serie",
        title=title,
        sources=table.sources,
        kind=table.kind,
        unit=_series_unit(measure, index),
        alt=_series_alt(title, table, int(frame.index[-1]), [one.label for one in against]),
        note=_together(note, _GREY if len(frame.columns) > charts.MOST_NAMED else ""),
        table=table,
    )


def _breaks(measure: Measure, known: Sequence[int]) -> list[int]:
    return sorted(
        {
            first
            for key in measure.sources
            for first in charts.breaks_of(key)
            if known[0] < first <= known[-1]
        }
    )


def span_of(
    region: Region,
    measure: Measure,
    values: pd.Series,
    *,
    years: tuple[int, int] | None = None,
    index: int | None = None,
) -> tuple[int, int]:
    """The first and last year that a series draws; an index stays inside its own series.

    Raises InputError, with the years that are known, as `plot_measure_series` does.

    >>> from analysis import explore, regions
    >>> about = explore.theme_of("tax_rate").measure
    >>> span_of(regions.get("kak"), about, explore.values("tax_rate"), years=(2015, 2020))
    (2015, 2020)
    """
    known = known_years(values, region)
    if not known:
        raise InputError(f"{measure.id!r} is not known for any municipality of {region.name}")
    index = None if index is None else whole_year(index)
    return _within(known, _breaks(measure, known), years, index)


def _within(
    known: Sequence[int], breaks: Sequence[int], years: tuple[int, int] | None, index: int | None
) -> tuple[int, int]:
    """The first and last year to draw; an index stays between the breaks around its year."""
    if years is not None and (
        isinstance(years, str) or not isinstance(years, Sequence) or len(years) != 2
    ):
        raise InputError(f"years={years!r} is no span; write the first and the last: (2000, 2025)")
    first, last = map(whole_year, (years[0], years[-1]) if years else (known[0], known[-1]))
    faults = []
    if first > last or not any(first <= year <= last for year in known):
        faults.append(f"no year lies in {first}–{last}; known years: {listed_years(known)}")
    if index is not None and index not in known:
        faults.append(f"{index} cannot be 100; known years: {listed_years(known)}")
    raise_faults(InputError, faults)
    if index is not None:
        first = max([first, *(year for year in breaks if year <= index)])
        last = min([last, *(year - 1 for year in breaks if year > index)])
    return first, last


def _lines(
    region: Region,
    measure: Measure,
    values: pd.Series,
    against: Sequence[Comparator],
    index: int | None,
) -> pd.DataFrame:
    """A column a line by year: members, those with the highest last value first; comparators."""
    wide = values.unstack(level=0)
    wide = wide.reindex(columns=[code for code in region.members if code in wide.columns])
    latest = wide.dropna(how="all").tail(1)
    order = sorted(wide.columns, key=lambda code: -latest[code].fillna(-np.inf).sum())
    frame = wide[order].rename(columns=lambda code: municipalities()[str(code)].name)
    summed = index is not None and is_count(measure)
    for one in against:
        frame[one.label] = one.total(values) if summed else one.medians(values)
    if index is not None:
        base = frame.loc[index]
        frame = frame.loc[:, base.notna() & (base != 0)] / base * 100
    return frame.dropna(axis=1, how="all").dropna(how="all").sort_index()


def _series_alt(title: str, table: Table, year: int, against: Sequence[str]) -> str:
    row = table.frame[table.frame["year"] == year].iloc[0]
    here = {
        str(n): float(row[str(n)]) for n in table.frame if n != "year" and pd.notna(row[str(n)])
    }
    said = {
        name: f"{name} {table.formats[name].show(here[name])}"
        for name in sorted(here, key=here.__getitem__, reverse=True)
    }
    members = [said[name] for name in said if name not in against]
    if len(members) <= 4:
        return f"Linjediagram: {title}. Läget {year}: {swedish.listed(list(said.values()))}."
    sets = swedish.listed([said[name] for name in against if name in said])
    compared = f" För jämförelse: {sets}." if sets else ""
    ends = f"ligger {members[0]} högst och {members[-1]} lägst"
    return f"Linjediagram: {title}. {year} {ends}.{compared}"


def _series_note(
    region: Region,
    measure: Measure,
    frame: pd.DataFrame,
    against: Sequence[Comparator],
    index: int | None,
) -> str:
    """What the lines of comparators are, and who has none."""
    wanted = [*names_of(region.members), *(one.label for one in against)]
    missing = [name for name in wanted if name not in frame]
    if index is None or not missing:
        return _together(_missing_note(missing), _median_note(measure, frame, against, index))
    base = f"{swedish.capitalised(swedish.listed(missing))} har ingen uppgift {index} som kan vara 100."
    return _together(base, _median_note(measure, frame, against, index))


def _together(*notes: str) -> str:
    return " ".join(filter(None, notes))


def _missing_note(names: Sequence[str]) -> str:
    return f"Uppgift saknas för {swedish.listed(names)}." if names else ""


def _left_note(count: int) -> str:
    """That of so many municipalities only the first and last are drawn."""
    half = charts.MOST_BARS // 2
    if count <= 2 * half:
        return ""
    return f"De {half} högsta och de {half} lägsta visas; tabellen har alla."


def _median_note(
    measure: Measure, shown: Container[str], against: Sequence[Comparator], index: int | None = None
) -> str:
    """What the line or row of a comparator that is `shown` is."""
    names = [one.label for one in against if one.label in shown]
    if not names:
        return ""
    what = "summan" if index is not None and is_count(measure) else "medianen"
    of = "sina kommuner" if what == "summan" else "de kommuner som har uppgift"
    return f"{swedish.capitalised(swedish.listed(names))} visas som {what} av {of}."


def _step(years: list[int]) -> int:
    """The usual distance between the years of a series: 1, or 4 for a figure of every fourth."""
    steps = Counter(int(step) for step in np.diff(years))
    return max(steps, key=lambda step: (steps[step], -step), default=1)


def _series_table(
    measure: Measure,
    frame: pd.DataFrame,
    title: str,
    kind: Kind | None,
    against: Sequence[Comparator],
    index: int | None,
    note: str,
) -> Table:
    """The lines of a series as they are drawn."""
    plain = Format("", measure="index") if index is not None else Format.of(measure)
    decimals = 1 if index is not None else plain.decimals
    forms = {str(n): replace(plain, label=str(n), decimals=decimals) for n in frame.columns}
    return Table(
        f"{slug(measure)}-serie",
        title,
        frame.rename_axis(index="year", columns=None).reset_index(),
        {"year": Format("År", year=True), **forms},
        _sources(measure, against),
        kind or ("derived" if index is not None or against else measure.kind),
        (note,) if note else (),
    )


def _sources(measure: Measure, against: Sequence[Comparator]) -> tuple[Citable, ...]:
    more = (source for one in against for source in one.sources)
    return tuple(dict.fromkeys([*measure.sources, *more]))


def measure_table(
    region: Region,
    measure: Measure,
    values: pd.Series,
    *,
    year: int,
    compare: Given = (),
    kind: Kind | None = None,
) -> Table:
    """The members' values of one year, largest first, then comparators; notes of the sources.

    >>> from analysis import explore, regions
    >>> area, values = regions.get("karlstad"), explore.values("commuting_ratio")
    >>> measure = explore.theme_of("commuting_ratio").measure
    >>> measure_table(area, measure, values, year=2021).frame["name"].tolist()
    ['Karlstad', 'Grums', 'Kil', 'Forshaga', 'Hammarö']
    >>> measure_table(area, measure, values, year=2021, compare="nation").frame["name"].iloc[-1]
    'Riket (median)'
    """
    values, year = tidy(values), whole_year(year)
    here = of_year(region, measure, values, year)
    return _year_table(measure, here, _medians(region, values, year, compare), year, kind)


Medians = list[tuple[Comparator, float]]


def _medians(region: Region, values: pd.Series, year: int, compare: Given) -> Medians:
    """Each comparator with the median of its municipalities in a year, NaN where none is known."""
    whole = values.xs(year, level=1).astype("float64")
    return [(one, one.median(whole)) for one in comparators(region, compare)]


def _year_table(
    measure: Measure, here: pd.Series, medians: Medians, year: int, kind: Kind | None
) -> Table:
    """Members (by code) in their order, then the medians."""
    against = [one for one, _ in medians]
    known = [one.label for one, value in medians if pd.notna(value)]
    notes = [note for key in measure.sources for note in tables.notes(key)]
    compared = [f"{swedish.capitalised(one.label)} (median)" for one in against]
    return Table(
        slug(measure),
        f"{measure.label} {year}",
        *columns(
            name=(NAME, [*names_of(map(str, here.index)), *compared]),
            value=(Format.of(measure), [*here.to_numpy(), *(value for _, value in medians)]),
        ),
        _sources(measure, against),
        kind or ("derived" if against else measure.kind),
        tuple(dict.fromkeys(filter(None, [_median_note(measure, known, against), *notes]))),
    )


@style.drawn
def plot_measure_ranking(
    region: Region,
    measure: Measure,
    values: pd.Series,
    *,
    year: int,
    compare: Given = (),
    kind: Kind | None = None,
) -> Axes:
    """The members of one year as dots on a line, largest first, with comparators' medians across.

    A member without a value is told in the note, never placed at zero. Raises InputError for a
    year without values.

    >>> from analysis import explore, regions
    >>> area, values = regions.get("karlstad"), explore.values("share_65plus")
    >>> measure = explore.theme_of("share_65plus").measure
    >>> axes = plot_measure_ranking(area, measure, values, year=2025, compare="nation")
    >>> style.description_of(axes.figure).alt
    'Punktdiagram: Andel 65 år eller äldre 2025. Högst i Grums (27,4\u202f%), lägst i Karls...'
    """
    values, year = tidy(values), whole_year(year)
    here = of_year(region, measure, values, year)
    medians = _medians(region, values, year, compare)
    table = _year_table(measure, here, medians, year, kind)
    title = f"{measure.label} {year}"
    unit = "procent" if measure.as_percent else measure.unit
    axes = charts.plot_ranking(
        table.frame.iloc[: len(here)].dropna(),
        table.frame.iloc[len(here) :].dropna(),
        unit=unit,
        form=Format.of(measure),
    )
    known = [one.label for one, value in medians if pd.notna(value)]
    missing = [
        *names_of(map(str, here.index[here.isna()])),
        *(one.label for one, _ in medians if one.label not in known),
    ]
    compared = _median_note(measure, known, [one for one, _ in medians])
    return style.describe(
        axes,
        style.Description(
            id=f"{slug(measure)}-rangordning",
            title=title,
            sources=table.sources,
            kind=table.kind,
            unit=unit,
            alt=_alt(f"Punktdiagram: {title}.", measure, here),
            note=_together(_missing_note(missing), _left_note(len(here.dropna())), compared),
            table=table,
        ),
    )
