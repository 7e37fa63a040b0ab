"""Figures of what members can carry alone: a dot plot of indicators, and municipal staff.

Terms
-----
indicator: one figure of all 290 municipalities for one year, with the peers of each municipality.
middle half: between the lower and the upper quartile of all municipalities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.figures import charts, style
from analysis.metrics import capacity
from analysis.metrics import population as population_metrics
from analysis.metrics.measure import Measure, measure_of
from analysis.regions import Region, municipalities
from analysis.tables import Format, Table
from analysis.text import swedish

MANY = 12  # with more members than this the largest are drawn and the table has them all
COLUMNS = 3
_BAND = "#e4e8e6"
DIRECTIONS = {"higher": "högre är bättre", "lower": "lägre är bättre",
              "neither": "varken bättre eller sämre"}


@dataclass(frozen=True)
class Indicator:
    """An indicator of the latest year: values by code, with ranks and the spread of peers.

    `group_medians` is the median of each municipality's SKR group, by code. Codes in `unranked`
    mean something else by the figure: they have no rank and are nobody's comparator.
    """

    measure: Measure
    values: pd.Series
    year: int
    peers: pd.DataFrame
    group_medians: pd.Series
    unranked: tuple[str, ...] = ()
    ranks: pd.Series = field(init=False)

    def __post_init__(self) -> None:
        """Rank the values once; none are ranked unless all 290 are known."""
        object.__setattr__(self, "ranks", capacity.rank(self.values, without=self.unranked))

    @classmethod
    def of(cls, metric: Callable[..., pd.Series], table: pd.DataFrame, *, peers: pd.DataFrame,
           groups: pd.Series, unranked: tuple[str, ...] = ()) -> Indicator:
        """`metric` (a measure of this package) on a table with code and year, latest year.

        `peers` has columns code and peer_code; `groups` gives the SKR group of each code.
        """
        values = metric(table.set_index(["code", "year"]))
        latest = capacity.latest(values)
        year = int(values.dropna().index.get_level_values(1).max())
        comparable = latest.drop(list(unranked), errors="ignore")
        medians = groups.map(comparable.groupby(groups.reindex(comparable.index)).median())
        return cls(measure_of(metric), latest, year,
                   capacity.spread_of_peers(comparable, peers), medians, unranked)

    @property
    def comparable(self) -> pd.Series:
        """Values of the municipalities for which the figure means the same."""
        return self.values.drop(list(self.unranked), errors="ignore")

    @property
    def median(self) -> float:
        """Median of all comparable municipalities."""
        return float(self.comparable.median())

    @property
    def measured(self) -> tuple[Measure, int, pd.Series]:
        """Measure, year and comparable values, as the sentences take them."""
        return self.measure, self.year, self.comparable

    @property
    def scale(self) -> int:
        """What a value is multiplied by when it is printed."""
        return 100 if self.measure.as_percent else 1

    @property
    def unit(self) -> str:
        """Unit as printed beside a number."""
        return "procent" if self.measure.as_percent else self.measure.unit

    def write(self, value: float) -> str:
        """A value as Swedish text without unit."""
        return swedish.number(value * self.scale, self.measure.decimals)


# the indicators of the chapter in their order: measure and the dataset it is computed from
_CHAPTER: tuple[tuple[Callable[..., pd.Series], str], ...] = (
    (population_metrics.share_65plus, "share_65plus"),
    (population_metrics.dependency_ratio, "dependency_ratio"),
    (capacity.employment_rate, "employment_rate"),
    (capacity.median_income, "median_income_real"),
    (capacity.post_secondary_share, "post_secondary_share"),
    (capacity.tax_base, "tax_base"),
    (capacity.tax_rate, "tax_rate"),
    (capacity.cost_per_inhabitant, "finances"),
)
DATASETS = tuple(dict.fromkeys(key for _, key in _CHAPTER))
"""The datasets that `capacity_indicators` needs."""


def capacity_indicators(tables: Mapping[str, pd.DataFrame], *, peers: pd.DataFrame,
                        municipalities: pd.DataFrame) -> list[Indicator]:
    """The indicators of the chapter, from the tables of `DATASETS` (all municipalities)."""
    groups = municipalities.set_index("code")["skr_group"]
    return [
        Indicator.of(metric, tables[key], peers=peers, groups=groups,
                     unranked=capacity.REGIONAL_TASKS if metric is capacity.tax_rate else ())
        for metric, key in _CHAPTER
    ]


def largest(region: Region, population: pd.Series, *, most: int = MANY) -> list[str]:
    """The largest members by `population` (by code), largest first."""
    sizes = population.reindex(list(region.members)).sort_values(ascending=False)
    return [str(code) for code in sizes.index[:most]]


def plot_indicators(region: Region, indicators: Sequence[Indicator], *, population: pd.Series,
                    key: str, title: str) -> Axes:
    """Dot plot with one panel an indicator: each member against its peers and all municipalities.

    `population` (by code) orders the members. A dot is the member, the thin line the range of its
    seven peers with a tick at their median; the band is the middle half of all municipalities and
    the dashed line their median.

    >>> from analysis import regions
    >>> from analysis.loaders import finances
    >>> from analysis.loaders import population as loader
    >>> tables = {key: loader.load_indicator(key) for key in loader.INDICATORS}
    >>> measured = capacity_indicators({**tables, "finances": finances.load_finances()},
    ...     peers=loader.load_peers(), municipalities=loader.load_municipalities())
    >>> people = loader.load_population().set_index(["year", "code"])["population"]
    >>> axes = plot_indicators(regions.get("kak"), measured, population=people[2024],
    ...                        key="kapacitet", title="Vad kommunerna har att bära med")
    >>> style.description_of(axes.figure).title
    'Vad kommunerna har att bära med'
    """
    codes = largest(region, population)
    rows = -(-len(indicators) // COLUMNS)
    height = rows * (0.72 + 0.19 * max(len(codes), 3)) + 0.3
    panels = style.canvas(height, rows=rows, columns=COLUMNS, sharey=True, squeeze=False)
    with style.look():
        for axes, indicator in zip(panels.flat, indicators, strict=False):
            _panel(axes, indicator, codes)
        for axes in list(panels.flat)[len(indicators):]:
            axes.set_axis_off()
        _legend(list(panels.flat)[len(indicators):], panels.flat[0])
    left_out = len(region.members) - len(codes)
    note = ("Strecket är spannet bland kommunens sju liknande kommuner (RKA), det korta "
            "tvärstrecket deras median. Fältet är den mittersta hälften av landets kommuner.")
    if left_out > 0:
        note += f" De {len(codes)} största kommunerna visas; tabellen har alla."
    table = indicator_table(region, indicators, population=population, key=key, title=title)
    return style.describe(panels.flat[0], style.Description(
        id=key, title=title, alt=_alt(title, indicators, region), kind="derived",
        sources=_sources(indicators), table=table, note=note))


def _sources(indicators: Sequence[Indicator]) -> tuple[str, ...]:
    named = (key for indicator in indicators for key in indicator.measure.sources)
    return tuple(dict.fromkeys([*named, "peers"]))


def _panel(axes: Axes, indicator: Indicator, codes: Sequence[str]) -> None:
    known = municipalities()
    values = indicator.comparable.astype("float64") * indicator.scale
    low, middle, high = values.quantile([0.25, 0.5, 0.75])
    axes.axvspan(low, high, color=_BAND, zorder=0, linewidth=0)
    axes.axvline(middle, color=style.MUTED, linewidth=0.9, linestyle=(0, (3, 2)), zorder=1)
    place = np.arange(len(codes))
    spread = indicator.peers.reindex(list(codes)) * indicator.scale
    axes.hlines(place, spread["low"], spread["high"], color=style.MUTED, linewidth=1.0, zorder=2)
    axes.scatter(spread["median"], place, s=36, marker="|", color=style.MUTED, zorder=2)
    shown = values.reindex(list(codes))
    axes.scatter(shown, place, s=30, color=style.ACCENT, edgecolor="white",
                 linewidth=0.6, zorder=4)
    axes.set_yticks(range(len(codes)), [known[code].name for code in codes], fontsize=8)
    axes.set_ylim(len(codes) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7)
    axes.spines["left"].set_visible(False)
    charts.number_axis(axes.xaxis, decimals=_tick_decimals(axes),
                       ticks=3 if high > 10_000 else 4)
    axes.set_title(_panel_title(indicator), fontsize=8, fontweight="bold", loc="left")
    axes.text(0, 1.02, f"{indicator.year}, {DIRECTIONS[indicator.measure.direction]}",
              transform=axes.transAxes, fontsize=7, color=style.MUTED, va="bottom")


def _panel_title(indicator: Indicator) -> str:
    label = indicator.measure.label
    unit = "%" if indicator.unit == "procent" else indicator.unit
    return f"{label}\n{unit}\n" if unit not in label else f"{label}\n\n"


def _tick_decimals(axes: Axes) -> int:
    left, right = axes.get_xlim()
    return 1 if right - left < 3 else 0


def _legend(empty: Sequence[Axes], first: Axes) -> None:
    """What the marks mean: in the first empty panel, or below the panels when all are full."""
    handles = [
        Line2D([], [], linestyle="none", marker="o", markersize=5.5, color=style.ACCENT,
               label="Kommunen"),
        Line2D([], [], color=style.MUTED, linewidth=1.0, marker="|", markersize=6,
               label="Liknande kommuner:\nspann och median"),
        Patch(facecolor=_BAND, label="Mittersta hälften av\nlandets kommuner"),
        Line2D([], [], color=style.MUTED, linewidth=0.9, linestyle=(0, (3, 2)),
               label="Median i landet"),
    ]
    if empty:
        empty[0].legend(handles=handles, loc="center left", fontsize=7.5)
        return
    figure = first.get_figure(root=True)
    assert figure is not None
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=7.5)


def _alt(title: str, indicators: Sequence[Indicator], region: Region) -> str:
    known = municipalities()
    parts = []
    for indicator in indicators:
        inside = indicator.values.reindex(list(region.members)).dropna().sort_values()
        if inside.empty:
            continue
        low, high = str(inside.index[0]), str(inside.index[-1])
        span = f"{indicator.write(inside.iloc[0])} i {known[low].name}"
        if low != high:
            span += f" till {indicator.write(inside.iloc[-1])} i {known[high].name}"
        parts.append(f"{indicator.measure.label} ({indicator.unit}, {indicator.year}) {span}, "
                     f"landets median {indicator.write(indicator.median)}")
    return f"Punktdiagram, {title}. {'; '.join(parts)}."


def indicator_table(region: Region, indicators: Sequence[Indicator], *, population: pd.Series,
                    key: str, title: str) -> Table:
    """One row a member and indicator: value, year, rank among 290 and the spread of its peers."""
    known = municipalities()
    rows = [_row(indicator, code, known[code].name)
            for indicator in indicators
            for code in largest(region, population, most=len(region.members))
            if code in indicator.values.index]
    return Table(key, title, pd.DataFrame(rows), {
        "indicator": Format("Mått", text=True), "name": Format("Kommun", text=True),
        "year": Format("År", year=True), "value": Format("Värde", text=True),
        "rank": Format("Plats bland 290 (1 = högst)"), "peers": Format(
            "Liknande kommuner: lägst, median, högst", text=True),
        "group": Format("Median i kommunens SKR-grupp", text=True),
        "median": Format("Median, alla kommuner", text=True),
        "direction": Format("Riktning", text=True),
    }, _sources(indicators), notes=(
        "Plats anges bara när alla 290 kommuner är kända. Gotland har ingen plats för skattesats, "
        "eftersom den även omfattar regionala uppgifter.",
        "Liknande kommuner är RKA:s sju liknande kommuner, övergripande 2025."))


def _row(indicator: Indicator, code: str, name: str) -> dict[str, object]:
    spread = indicator.peers.reindex([code]).iloc[0]
    return {
        "indicator": f"{indicator.measure.label}, {indicator.unit}", "name": name,
        "year": indicator.year, "value": indicator.write(float(indicator.values[code])),
        "rank": indicator.ranks[code],
        "peers": ("; ".join(indicator.write(float(spread[part]))
                            for part in ("low", "median", "high"))
                  if spread["known"] > 0 else swedish.MISSING),
        "group": indicator.write(float(indicator.group_medians.get(code, np.nan))),
        "median": indicator.write(indicator.median),
        "direction": DIRECTIONS[indicator.measure.direction],
    }


def rank_table(region: Region, indicators: Sequence[Indicator], *, population: pd.Series) -> Table:
    """Members side by side: their rank among all municipalities, one column an indicator."""
    known = municipalities()
    codes = largest(region, population, most=len(region.members))
    frame = pd.DataFrame({"name": [known[code].name for code in codes],
                          "population": capacity.rank(population).reindex(codes).to_numpy()})
    formats = {"name": Format("Kommun", text=True), "population": Format("Folkmängd")}
    for indicator in indicators:
        label = f"{indicator.measure.label} {indicator.year}"
        frame[label] = indicator.ranks.reindex(codes).to_numpy()
        formats[label] = Format(label)
    return Table("kapacitet-platser", "Plats bland landets 290 kommuner, 1 = högst värde", frame,
                 formats, ("population", *_sources(indicators)[:-1]),
                 notes=("En hög plats är inte alltid bra: figuren anger måttens riktning.",))


def staff_figures(region: Region, rates: pd.Series, *, population: pd.Series) -> list[Axes]:
    """The chart of `plot_staff`; none when the staff of no member is known."""
    known = rates.dropna().index.get_level_values(0)
    return ([plot_staff(region, rates, population=population)]
            if known.isin(region.members).any() else [])


def plot_staff(region: Region, rates: pd.Series, *, population: pd.Series,
               axes: Axes | None = None) -> Axes:
    """Monthly-paid municipal staff per 1,000 inhabitants over time; never ranked.

    `rates` is indexed by (code, year), `population` (by code) decides which members are named.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population, load_staff
    >>> from analysis.metrics.capacity import staff_per_1000
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> rates = staff_per_1000(load_staff().set_index(["code", "year"])["staff"], people)
    >>> axes = plot_staff(regions.get("kak"), rates, population=people.xs(2024, level="year"))
    >>> style.description_of(axes.figure).title
    'Kommunens månadsavlönade personal per 1 000 invånare 2008–2017'
    """
    known, wide = municipalities(), rates.dropna().unstack(level=0)
    codes = [code for code in largest(region, population, most=len(region.members))
             if code in wide]
    wide = wide[codes].dropna(how="all")
    lines: Mapping[str, pd.Series] = {known[code].name: wide[code] for code in codes}
    first, last = int(wide.index.min()), int(wide.index.max())
    axes = charts.plot_lines(lines, unit="per 1 000 invånare", axes=axes, height=3.0)
    ends = swedish.listed(f"{name} {swedish.number(line[last], 1)}"
                          for name, line in list(lines.items())[: charts.MOST_NAMED])
    frame = wide.loc[sorted({first, last})].T.rename(columns=str)
    formats = {str(year): Format(str(year), decimals=1) for year in frame}
    frame.insert(0, "name", list(lines))
    table = Table("personal", "Månadsavlönad personal per 1 000 invånare",
                  frame.reset_index(drop=True), {"name": Format("Kommun", text=True), **formats},
                  ("staff", "population"))
    title = f"Kommunens månadsavlönade personal per 1 000 invånare {swedish.span(first, last)}"
    return style.describe(axes, style.Description(
        id="personal", title=title,
        alt=f"Linjediagram, månadsavlönad personal per 1 000 invånare. {last}: {ends}.",
        sources=("staff", "population"), table=table, unit="per 1 000 invånare",
        note="Anställda i kommunalförbund och bolag ingår inte, så nivåerna ska inte rangordnas."))
