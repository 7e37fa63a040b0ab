"""Figures and tables of what members can carry: indicators beside medians, and municipal staff.

Terms
-----
indicator: one measure of all 290 municipalities, with the peers of each (`views.population`).
middle half: between the lower and the upper quartile of all municipalities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.citable import Citable
from analysis.figures import charts, labels, style
from analysis.figures.population import aged
from analysis.figures.residents import cited
from analysis.loaders import tables
from analysis.metrics.need import staff_55plus, staff_60plus
from analysis.regions import Region, names_of
from analysis.tables import AREA, NAME, Format, Table, columns, word
from analysis.text import population as text
from analysis.text import swedish
from analysis.views.comparators import Comparator
from analysis.views.population import MAIN, Indicator, Residents, by_size, cooperations, last_year

MOST_ROWS = 14  # with more members than this the largest are drawn and the table has them all
_BAND = "#e4e8e6"
_LEGEND = 0.4  # inches below the panels
_RATE = f"per {swedish.number(1000)} invånare"


# --- the four measures of the main report --------------------------------------------------------


@style.drawn
def plot_capacity(view: Residents) -> Axes:
    """Four measures, a panel each: every member's value printed, beside the country's median.

    The band is the middle half of all municipalities, the dashed line their median.

    >>> from analysis import regions
    >>> from analysis.views.population import residents
    >>> axes = plot_capacity(residents(regions.get("kak")))
    >>> style.description_of(axes.figure).title
    'Skattekraften är under landets median i alla tre kommuner'
    """
    measured, rows = view.pick(MAIN), _rows(view)
    columns = 1 if style.width() < style.WIDTH else 2
    lines = -(-len(measured) // columns)
    each = 0.52 + (0.2 if len(rows) <= 8 else 0.157) * len(rows)
    grid = style.canvas(
        lines * each + _LEGEND,
        rows=lines + 1,
        columns=columns,
        squeeze=False,
        height_ratios=[each] * lines + [_LEGEND],
    )
    panels = grid[:-1]
    colours = style.colours_of(view.region.members)
    with style.look():
        for axes, indicator in zip(panels.flat, measured, strict=False):
            _panel(axes, indicator, rows, colours)
        for axes in list(panels.flat)[len(measured) :]:
            axes.set_axis_off()
        for axes in panels[:, 1:].flat:
            axes.tick_params(labelleft=False)
        _legend(grid[-1])
    title = text.capacity_title(view)
    years = sorted({indicator.year for indicator in measured if indicator.year})
    return style.describe(
        panels[0, 0],
        style.Description(
            id="kapacitet",
            title=title,
            subtitle=f"Fyra mått med landets median {swedish.span(years[0], years[-1])}; "
            "enhet och år vid varje mått",
            alt=f"Punktdiagram. {title}. {_said(view, measured)}",
            kind="derived",
            sources=cited(view.against, *_sources(measured)),
            table=value_table(view, measured),
            measures=tuple(indicator.measure.id for indicator in measured),
            note=_shown(view, rows),
        ),
    )


def capacity_figures(view: Residents) -> list[Axes]:
    """The figure of `plot_capacity`; none where none of its measures is known."""
    return [plot_capacity(view)] if view.pick(MAIN) else []


@dataclass(frozen=True)
class _Row:
    """A member by its code, a comparator by its municipalities, or a heading with neither."""

    name: str
    code: str = ""
    of: Comparator | None = None

    def value(self, measured: Indicator) -> float:
        """The latest value of a member, the median of a comparator; NaN for a heading."""
        if self.of is not None:
            return self.of.median(measured.comparable)
        return float(measured.latest.get(self.code, np.nan))


def _rows(view: Residents) -> list[_Row]:
    """Members cooperation by cooperation, then what they are compared with on request."""
    parts = cooperations(view.region)
    most = max(3, MOST_ROWS // len(parts))
    rows: list[_Row] = []
    for part in parts:
        codes = by_size(part, view.values)[:most]
        rows += [_Row(part.name)] if len(parts) > 1 else []
        rows += [_Row(name, code) for name, code in zip(names_of(codes), codes, strict=True)]
    rows += [_Row("Median för")] if view.beside_country else []
    return [*rows, *(_Row(one.title, of=one) for one in view.beside_country)]


def _shown(view: Residents, rows: Sequence[_Row]) -> str:
    members = [row for row in rows if row.code]
    return (
        ""
        if len(members) == len(view.region.members)
        else (f"De {swedish.in_words(len(members))} största kommunerna visas; tabellen har alla.")
    )


def _panel(
    axes: Axes, measured: Indicator, rows: Sequence[_Row], colours: Mapping[str, str]
) -> None:
    shown = [row.value(measured) * measured.scale for row in rows]
    edges = [value for value in shown if not swedish.is_missing(value)]
    if measured.whole:
        low, middle, high = (measured.comparable * measured.scale).quantile([0.25, 0.5, 0.75])
        axes.axvspan(low, high, color=_BAND, zorder=0, linewidth=0)
        axes.axvline(middle, color=style.MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
        edges += [low, high]
    for y, (row, value) in enumerate(zip(rows, shown, strict=True)):
        if swedish.is_missing(value):
            continue
        axes.plot(
            [value],
            [y],
            "o",
            markersize=6,
            color=colours[row.code] if row.code else "white",
            markeredgecolor="white" if row.code else style.MUTED,
            markeredgewidth=0.6,
            zorder=4,
        )
        labels.halo(
            charts.beside(
                axes,
                swedish.number(value, measured.measure.decimals),
                (value, y),
                gap=6,
                size=7.5,
                zorder=5,
            )
        )
    _dress(axes, measured, rows, edges)


def _dress(axes: Axes, measured: Indicator, rows: Sequence[_Row], edges: Sequence[float]) -> None:
    reach = (max(edges) - min(edges)) or 1.0
    axes.set_xlim(min(edges) - 0.06 * reach, max(edges) + 0.34 * reach)
    axes.set_yticks(range(len(rows)), [row.name for row in rows], fontsize=8)
    for tick, row in zip(axes.get_yticklabels(), rows, strict=True):
        tick.set_fontweight("normal" if row.code or row.of else "bold")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_title(measured.measure.label, fontsize=8.5, fontweight="bold", loc="left", pad=13)
    middle = f"; median {text.write(measured, measured.median)}" if measured.whole else ""
    axes.annotate(
        f"{measured.unit} {measured.year}{middle}",
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        fontsize=7.5,
        color=style.MUTED,
    )


def _legend(empty: Sequence[Axes]) -> None:
    """What band and line mean, in the empty row below the panels."""
    handles = [
        Patch(facecolor=_BAND, label="mittersta hälften av landets kommuner"),
        Line2D(
            [], [], color=style.MUTED, linewidth=0.9, linestyle=(0, (3, 2)), label="median i landet"
        ),
    ]
    for axes in empty:
        axes.set_axis_off()
    legend = empty[0].legend(handles=handles, loc="upper left", fontsize=7.5, borderaxespad=0)
    legend.set_in_layout(False)  # it is wider than its panel


def _said(view: Residents, measured: Sequence[Indicator]) -> str:
    parts = []
    for indicator in measured:
        inside = indicator.known(view.region.members)
        low, high = names_of([str(inside.index[-1]), str(inside.index[0])])
        span = f"{text.write(indicator, inside.iloc[0])} i {high}"
        if low != high:
            span = f"{text.write(indicator, inside.iloc[-1])} i {low} till {span}"
        middle = (
            f", landets median {text.write(indicator, indicator.median)}" if indicator.whole else ""
        )
        parts.append(
            f"{indicator.measure.label} ({indicator.unit}, {indicator.year}) {span}{middle}"
        )
    return f"{'; '.join(parts)}."


def value_table(view: Residents, measured: Sequence[Indicator]) -> Table:
    """Members side by side: the value of each indicator, and the median of the country below."""
    codes = [code for part in cooperations(view.region) for code in by_size(part, view.values)]
    medians = [f"Median, {one.label}" for one in view.beside_country]
    frame = pd.DataFrame({"name": [*names_of(codes), *medians, "Median, alla kommuner"]})
    formats = {"name": AREA}
    for indicator in measured:
        label = f"{indicator.measure.label} {indicator.year}"
        others = [one.median(indicator.comparable) for one in view.beside_country]
        frame[label] = [*indicator.latest.reindex(codes), *others, indicator.median]
        formats[label] = Format.of(indicator.measure, label)
    return Table(
        "kapacitet",
        "Kommunernas värden och landets median",
        frame,
        formats,
        cited(view.against, *_sources(measured)),
        notes=_partly_known(view, measured),
    )


def _partly_known(view: Residents, measured: Sequence[Indicator]) -> tuple[str, ...]:
    """Of each median that not all municipalities of a comparator are in, how many are."""
    counts = [
        (indicator.measure.label, one, one.known(indicator.comparable))
        for indicator in measured
        for one in view.beside_country
    ]
    return tuple(
        f"{label}: medianen för {one.label} är av {swedish.number(known)} av "
        f"{swedish.number(len(one.codes))} kommuner."
        for label, one, known in counts
        if 0 < known < len(one.codes)
    )


def _sources(measured: Sequence[Indicator]) -> tuple[Citable, ...]:
    return tuple(dict.fromkeys(key for one in measured for key in one.measure.sources))


# --- all indicators, for the appendix ------------------------------------------------------------


def indicator_tables(view: Residents) -> list[Table]:
    """One row a member and indicator: value, year, rank among 290 and the spread of its peers."""
    codes = by_size(view.region, view.values)
    measured = view.pick(tuple(view.indicators))
    rows = [
        _row(indicator, code)
        for indicator in measured
        for code in codes
        if code in indicator.known(codes).index
    ]
    if not rows:
        return []
    return [
        Table(
            "kapacitet-alla",
            "Alla mått, med plats bland landets kommuner",
            pd.DataFrame(rows),
            {
                "indicator": word("Mått"),
                "name": NAME,
                "year": Format("År", year=True),
                "value": word("Värde"),
                "rank": Format("Plats bland 290 (1 = högst)"),
                "low": word("Liknande kommuner: lägst"),
                "middle": word("Liknande kommuner: median"),
                "high": word("Liknande kommuner: högst"),
                "group": word("Median i kommunens SKR-grupp"),
                "median": word("Median, alla kommuner"),
            },
            (*_sources(measured), "peers"),
            notes=(
                "Plats och median anges bara när alla 290 kommuner är kända. Gotland har ingen plats för "
                "kommunal skattesats, eftersom den även omfattar regionala uppgifter, och kostnaderna "
                "jämförs inte, eftersom källan inte säger vilket kostnadsmått som avses.",
                "Liknande kommuner är RKA:s sju liknande kommuner, övergripande.",
                text.GOALS,
            ),
        )
    ]


def _row(measured: Indicator, code: str) -> dict[str, object]:
    spread = measured.spread.reindex([code]).iloc[0]
    return {
        "indicator": f"{measured.measure.label}, {measured.unit}",
        "name": names_of([code])[0],
        "year": measured.year,
        "value": text.write(measured, float(measured.latest[code])),
        "rank": measured.ranks[code],
        "low": text.write(measured, float(spread["low"])),
        "middle": text.write(measured, float(spread["median"])),
        "high": text.write(measured, float(spread["high"])),
        "group": text.write(measured, float(measured.group_medians.get(code, np.nan))),
        "median": text.write(measured, measured.median),
    }


# --- what services cost --------------------------------------------------------------------------


def cost_tables(region: Region, costs: pd.DataFrame) -> list[Table]:
    """The latest published cost of each broad service area and member; none where none is known.

    `costs` is that of `load_service_costs`: parts of five counties, with years and units that
    differ.
    """
    inside = costs[costs["code"].isin(region.members)].sort_values("year")
    latest = inside.drop_duplicates(["code", "service"], keep="last").sort_values(
        ["service", "unit", "cost"], ascending=[True, True, False]
    )
    if latest.empty:
        return []
    return [
        Table(
            "kostnader",
            "Kostnad för breda verksamhetsområden, senaste året för varje",
            *columns(
                service=(word("Verksamhet"), latest["service"]),
                name=(NAME, names_of(latest["code"])),
                year=(Format("År", year=True), latest["year"]),
                cost=(Format("Kostnad"), latest["cost"]),
                unit=(word("Enhet"), [unit.replace("kr/", "kr per ") for unit in latest["unit"]]),
            ),
            ("service_costs",),
            "observed",
            notes=tables.notes("service_costs"),
        )
    ]


# --- staff ---------------------------------------------------------------------------------------


def staff_figures(region: Region, rates: pd.Series, *, population: pd.Series) -> list[Axes]:
    """The chart of `plot_staff`; none when the staff of no member is known."""
    known = rates.dropna().index.get_level_values(0)
    return (
        [plot_staff(region, rates, population=population)]
        if known.isin(region.members).any()
        else []
    )


@style.drawn
def plot_staff(
    region: Region, rates: pd.Series, *, population: pd.Series, axes: Axes | None = None
) -> Axes:
    """Monthly-paid municipal staff per 1,000 inhabitants over time; never ranked.

    `rates` is indexed by (code, year), `population` (by code) decides which members are named.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population, load_staff
    >>> from analysis.metrics.capacity import staff_per_1000
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> rates = staff_per_1000(load_staff().set_index(["code", "year"])["staff"], people)
    >>> axes = plot_staff(regions.get("kak"), rates, population=people.xs(2024, level="year"))
    >>> style.description_of(axes.figure).title[:56]
    'Kommunens månadsavlönade personal per 1 000 invånare 200'
    """
    wide = rates.dropna().unstack(level=0)
    order = population.reindex(list(region.members)).sort_values(ascending=False).index
    codes = [str(code) for code in order if code in wide]
    wide = wide[codes].dropna(how="all")
    lines: Mapping[str, pd.Series] = dict(
        zip(names_of(codes), (wide[code] for code in codes), strict=True)
    )
    first, last = int(wide.index.min()), int(wide.index.max())
    axes = charts.plot_lines(
        lines, unit=_RATE, axes=axes, height=3.0, colours=charts.named_colours(region.members)
    )
    ends = swedish.listed(
        f"{name} {swedish.number(line[last], 1)}"
        for name, line in list(lines.items())[: charts.MOST_NAMED]
    )
    table = Table(
        "personal",
        f"Månadsavlönad personal {_RATE}",
        *columns(
            name=(NAME, list(lines)),
            **{
                str(year): (Format(str(year), decimals=1, measure="staff_per_1000"), wide.loc[year])
                for year in sorted({first, last})
            },
        ),
        ("staff", "population"),
    )
    title = f"Kommunens månadsavlönade personal {_RATE} {swedish.span(first, last)}{aged(last)}"
    return style.describe(
        axes,
        style.Description(
            id="personal",
            title=title,
            alt=f"Linjediagram, månadsavlönad personal {_RATE}. {last}: {ends}.",
            sources=("staff", "population"),
            table=table,
            unit=_RATE,
            measures=("staff_per_1000",),
            note="Anställda i kommunalförbund och bolag ingår inte, så nivåerna ska inte rangordnas.",
        ),
    )


def staff_age_tables(view: Residents) -> list[Table]:
    """Staff aged 55 and 60 or over of the latest year with ages; none where they are unknown.

    >>> from analysis import regions
    >>> from analysis.views.population import residents
    >>> staff_age_tables(residents(regions.get("kak")))[0].title
    'Äldre bland kommunens månadsavlönade 2017 (nio år gamla uppgifter)'
    """
    if "share_60plus" not in view.staff_table:
        return []
    older = pd.DataFrame(
        {"55": staff_55plus(view.staff_table), "60": staff_60plus(view.staff_table)}
    ).dropna()
    inside = older[older.index.get_level_values(0).isin(view.region.members)]
    if inside.empty:
        return []
    year = last_year(inside["55"])
    now = inside[inside.index.get_level_values(1) == year].droplevel(1)
    codes = [code for code in by_size(view.region, view.values) if code in now.index]
    return [
        Table(
            "personal-alder",
            f"Äldre bland kommunens månadsavlönade {year}{aged(year)}",
            *columns(
                name=(NAME, names_of(codes)),
                over55=(
                    Format("55 år eller äldre", "%", 1, measure="staff_55plus"),
                    now.loc[codes, "55"],
                ),
                over60=(
                    Format("60 år eller äldre", "%", 1, measure="staff_60plus"),
                    now.loc[codes, "60"],
                ),
            ),
            ("staff",),
            notes=tables.notes("staff"),
        )
    ]
