"""Figures of the population chapter: where people live, how it changed, how old they are.

Terms
-----
values: Series of inhabitants indexed by (code, year) for all municipalities.
comparators: the groups, counties and nation a region is shown against; counties only when few.
known members: members with a whole series in the table; the others have the latest year only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from analysis.figures import charts, labels, maps, style
from analysis.loaders import tables
from analysis.metrics import population as metrics
from analysis.metrics.measure import Measure, measure_of
from analysis.regions import Region, municipalities
from analysis.tables import Format, Table
from analysis.text import swedish
from analysis.text.population import (
    NATION,
    broad_ages,
    by_size,
    compared_sets,
    last_year,
    names_of,
)

_NAMED_LOCALITIES = 14
_MOST_YEARS = 6  # years of the balance that a chart has room for
_NAMED = 60  # most names tried on a map of many members; the table has them all
NAME = Format("Kommun", text=True)
_BORDERS = "Alla år avser dagens kommungränser; 1950–1967 är omräknade av SCB."
_AGES_UNKNOWN = "Åldersfördelningen är okänd:\nuppgift saknas för minst en åldersgrupp."
_SUMS = "Riket, län och grupper är summor av kommunernas tal."
COMPONENT_LABELS = {
    "natural_increase": "Födda minus döda",
    "net_county": "Flyttnetto mot eget län",
    "net_rest_of_sweden": "Flyttnetto mot övriga Sverige",
    "net_abroad": "Flyttnetto mot utlandet",
    "adjustment": "Justering",
}


def _noise(years: Iterable[int], key: str = "population") -> tuple[str, ...]:
    """Which of `years` rest on counts with SCB's noise, as `key` says; nothing when none does."""
    noisy = sorted(set(years) & set(tables.perturbed_years(key)))
    return (f"{swedish.years(noisy)} bygger på tal med slumpmässigt brus (CKM).",) if noisy else ()


# --- maps ----------------------------------------------------------------------------------------


def plot_population(region: Region, values: pd.Series, *, boundaries: gpd.GeoDataFrame,
                    localities: pd.DataFrame, axes: tuple[Axes, Axes] | None = None) -> Axes:
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
    chart, side = axes if axes is not None else maps.map_canvas()
    year = last_year(values)
    counts = values.xs(year, level=1).reindex(by_size(region, values))
    inside = localities[localities["code"].isin(region.members)]
    with style.look():
        maps.draw_base(chart, region, boundaries)
        points = maps.centres(boundaries, localities)
        areas = maps.circle_sizes(counts)
        chart.scatter(inside["easting"], inside["northing"], s=2.0 if _few(region) else 0.4,
                      color=style.INK, linewidths=0, zorder=4)
        maps.draw_circles(chart, points, areas, facecolor=style.ACCENT, edgecolor="white",
                          alpha=0.75, linewidth=0.7, zorder=5)
        marks = maps.nice_counts(float(counts.max()))
        sizes = maps.circle_sizes(pd.Series(marks), largest=float(counts.max()))
        maps.size_legend(side, marks, list(sizes), title=f"Invånare {year}")
        maps.draw_names(chart, region, points, areas=areas, order=list(counts.index)[:_NAMED],
                        values=counts.map(swedish.number), surroundings=boundaries)
    frame = pd.DataFrame({"name": names_of(list(counts.index)), "population": counts.to_numpy()})
    table = Table("folkmangd-karta", f"Folkmängd den 31 december {year}", frame,
                  {"name": NAME, "population": Format("Folkmängd", "invånare")}, ("population",),
                  kind="observed", notes=_noise([year]))
    return style.describe(chart, style.Description(
        id="folkmangd-karta", title=f"Folkmängd i kommunerna {year}",
        alt=_population_alt(region, counts, year), sources=("population", "localities"),
        table=table, kind="observed", unit="invånare",
        note="Cirklarnas yta visar folkmängden. Svarta punkter är tätorter "
             f"{localities['year'].max()}."))


def _few(region: Region) -> bool:
    return len(region.members) <= maps.MANY


def _population_alt(region: Region, counts: pd.Series, year: int) -> str:
    first = counts.index[0]
    total = swedish.number(counts.sum(skipna=False))
    text = f"Karta med en cirkel för varje kommun. {region.name} hade {total} invånare {year}."
    if len(counts) == 1:
        return text
    smallest = counts.index[-1]
    return (f"{text} Störst är {names_of([first])[0]} med {swedish.number(counts[first])} "
            f"och minst {names_of([smallest])[0]} med {swedish.number(counts[smallest])}.")


def plot_localities(region: Region, localities: pd.DataFrame, *, boundaries: gpd.GeoDataFrame,
                    axes: tuple[Axes, Axes] | None = None) -> Axes:
    """Map of localities (tätorter), each a circle whose area is its inhabitants.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.population import load_localities
    >>> axes = plot_localities(regions.get("kak"), load_localities(), boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'Tätorter 2020'
    """
    chart, side = axes if axes is not None else maps.map_canvas()
    inside = localities[localities["code"].isin(region.members)].sort_values(
        "population", ascending=False).set_index("locality")
    year = int(inside["year"].iloc[0])
    points = inside[["easting", "northing"]].set_axis(["x", "y"], axis=1)
    areas = maps.circle_sizes(inside["population"])
    with style.look():
        maps.draw_base(chart, region, boundaries)
        maps.draw_circles(chart, points, areas, facecolor=style.HIGHLIGHT, edgecolor="white",
                          alpha=0.75, linewidth=0.4, zorder=5)
        largest = float(inside["population"].max())
        marks = maps.nice_counts(largest)
        sizes = maps.circle_sizes(pd.Series(marks), largest=largest)
        maps.size_legend(side, marks, list(sizes), title=f"Invånare i\ntätorten {year}",
                         colour=style.HIGHLIGHT)
        _name_localities(chart, inside, points, areas)
    return style.describe(chart, style.Description(
        id="tatorter-karta", title=f"Tätorter {year}", alt=_localities_alt(region, inside),
        sources=("localities",), table=_localities_table(inside), kind="observed",
        unit="invånare", note="Cirklarnas yta visar antalet invånare i tätorten."))


def places_table(region: Region, values: pd.Series, land: pd.DataFrame, where: pd.DataFrame,
                 ) -> Table:
    """Members: inhabitants, land area, density, share in localities and in the largest one.

    `land` is that of `latest_land`, `where` that of `locality_shares`.
    """
    order, year = by_size(region, values), last_year(values)
    here, places, land = values.xs(year, level=1).loc[order], where.loc[order], land.reindex(order)
    frame = pd.DataFrame({
        "name": names_of(order), "population": here.to_numpy(),
        "land": land["km2"].to_numpy(), "density": (here / land["km2"]).to_numpy(),
        "share": places["share"].to_numpy(), "largest": places["name"].to_numpy(),
        "largest_share": places["largest_share"].to_numpy()})
    settled = where["year"].max()
    measured = swedish.years([int(year) for year in land["year"].dropna()])
    return Table("boende", f"Folkmängd {year}, täthet och tätorter {settled}", frame, {
        "name": NAME, "population": Format("Folkmängd"), "land": Format("Landareal", "km²", 0),
        "density": Format("Invånare per km²", decimals=1),
        "share": Format("Bor i tätort", percent=True),
        "largest": Format("Största tätort", text=True),
        "largest_share": Format("Bor i den största", percent=True),
    }, ("population", "land_area", "localities"), notes=(
        *_noise([year]), f"Landareal {measured}. Andelar i tätort avser {settled} och beräknas "
        "inte där en tätort går, eller enligt en grov beräkning kan gå, över kommungränsen."))


def _name_localities(axes: Axes, inside: pd.DataFrame, points: pd.DataFrame, areas: pd.Series,
                     ) -> None:
    labels.place(axes, [
        labels.Label(name, x, y, radius=maps.radius_of(area), size=7.5, must=False)
        for name, x, y, area in list(zip(inside["name"], points["x"], points["y"], areas,
                                         strict=True))[:_NAMED_LOCALITIES]])


def _localities_alt(region: Region, inside: pd.DataFrame) -> str:
    top = [f"{row['name']} ({swedish.number(row['population'])} invånare)"
           for _, row in inside.head(3).iterrows()]
    size = "Den enda är" if len(top) == 1 else "De största är"
    count = swedish.counted(len(inside), "tätort", "tätorter")
    return f"Karta över {count} i {region.name}. {size} {swedish.listed(top)}."


def _localities_table(inside: pd.DataFrame) -> Table:
    shown = inside.head(25)
    frame = pd.DataFrame({"name": shown["name"].to_numpy(),
                          "municipality": names_of(list(shown["code"])),
                          "population": shown["population"].to_numpy()})
    notes = () if len(inside) <= len(shown) else (
        f"De {len(shown)} största av {swedish.number(len(inside))} tätorter.",)
    return Table("tatorter", "Tätorter efter antal invånare", frame, {
        "name": Format("Tätort", text=True), "municipality": NAME,
        "population": Format("Invånare", "invånare")}, ("localities",), "observed", notes)


def plot_change(region: Region, values: pd.Series, *, boundaries: gpd.GeoDataFrame,
                axes: tuple[Axes, Axes] | None = None) -> Axes:
    """Map of the change in population over ten years, shaded around zero (share).

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.population import load_population
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> axes = plot_change(regions.get("karlstad"), people, boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'Folkmängdens förändring 2015–2025'
    """
    chart, side = axes if axes is not None else maps.map_canvas()
    year = last_year(values)
    shares = metrics.population_change_10y(values).xs(year, level=1)
    members = shares.reindex(by_size(region, values))
    with style.look():
        fill, limits, colours = maps.shade_classes(members, centre=0.0)
        maps.draw_base(chart, region, boundaries, fill=fill)
        step = min(np.diff(limits))
        maps.class_legend(side, limits, colours, percent=True, decimals=0 if step >= 0.0099 else 1,
                          title=f"Förändring\n{year - 10}–{year}, procent")
        texts = members.map(lambda share: f"{swedish.signed(100 * share, 1)}{swedish.NARROW}%")
        maps.draw_names(chart, region, maps.centres(boundaries), values=texts,
                        order=list(members.index)[:_NAMED], surroundings=boundaries)
    table = change_table(region, values)
    return style.describe(chart, style.Description(
        id="folkmangd-forandring-karta", title=f"Folkmängdens förändring {year - 10}–{year}",
        alt=_change_alt(members, year), sources=("population",), table=table, unit="procent"))


def _change_alt(members: pd.Series, year: int) -> str:
    grown, shrunk = int((members > 0).sum()), int((members < 0).sum())
    ranked = members.sort_values()
    low, high = names_of([str(ranked.index[0]), str(ranked.index[-1])])
    least, most = (f"{swedish.signed(100 * share, 1)} procent" for share in ranked.iloc[[0, -1]])
    text = f"Karta över folkmängdens förändring {year - 10}–{year}."
    if len(members) == 1:
        return f"{text} {high}: {most}."
    return (f"{text} {swedish.counted(grown, 'kommun', 'kommuner')} ökade och {shrunk} minskade, "
            f"från {least} i {low} till {most} i {high}.")


def change_table(region: Region, values: pd.Series) -> Table:
    """Members and comparators: inhabitants then and now, change in persons and in per cent."""
    year = last_year(values)
    order = by_size(region, values)
    sets = {name: [code] for name, code in zip(names_of(order), order, strict=True)}
    sets |= {name if name not in sets else f"{name} (hela)": codes
             for name, codes in compared_sets(region, values).items() if len(codes) > 1}
    sums = metrics.by_area(values, sets)
    now, then = sums.xs(year, level=1), sums.xs(year - 10, level=1)
    frame = pd.DataFrame({"name": list(sets), "then": then.loc[list(sets)].to_numpy(),
                          "now": now.loc[list(sets)].to_numpy()})
    frame["change"] = frame["now"] - frame["then"]
    frame["share"] = frame["change"] / frame["then"]
    return Table("folkmangd-forandring", f"Folkmängdens förändring {year - 10}–{year}", frame, {
        "name": Format("Område", text=True), "then": Format(f"Folkmängd {year - 10}"),
        "now": Format(f"Folkmängd {year}"), "change": Format("Förändring", signed=True),
        "share": Format("Förändring", decimals=1, percent=True, signed=True),
    }, ("population",), notes=(*_noise([year - 10, year]), _SUMS))


# --- the long series -----------------------------------------------------------------------------


def plot_history(region: Region, values: pd.Series, *, base: int = 1950,
                 axes: Axes | None = None) -> Axes:
    """Population of the region, its groups, county and nation as an index, `base` = 100.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> axes = plot_history(regions.get("karlstad"), people)
    >>> style.description_of(axes.figure).title
    'Folkmängd 1950–2025, 1950 = 100'
    """
    sets = compared_sets(region, values)
    sums = metrics.by_area(values, sets)
    lines = {name: metrics.index_of(sums[name], base=base) for name in sets}
    axes = charts.plot_lines(lines, unit=f"Index, {base} = 100", baseline=100, axes=axes,
                             strong=region.name)
    alt = (f"Linjediagram, folkmängd {base}–{last_year(values)} som index med {base} = 100. "
           f"Index {last_year(values)}: {_ends(lines)}.")
    return style.describe(axes, style.Description(
        id="folkmangd-historia", title=f"Folkmängd {base}–{last_year(values)}, {base} = 100",
        alt=alt, sources=("population",), unit="index", note=_BORDERS,
        table=_history_table("folkmangd-historia", sums, list(sets))))


def plot_members(region: Region, values: pd.Series, *, base: int = 1950,
                 axes: Axes | None = None) -> Axes:
    """Population of each member as an index; with many members the largest are named.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population
    >>> people = load_population().set_index(["code", "year"])["population"]
    >>> axes = plot_members(regions.get("karlstad"), people)
    >>> style.description_of(axes.figure).title
    'Folkmängd i kommunerna 1950–2025, 1950 = 100'
    """
    order = by_size(region, values)
    lines = {name: metrics.index_of(values[code], base=base)
             for name, code in zip(names_of(order), order, strict=True)}
    axes = charts.plot_lines(lines, unit=f"Index, {base} = 100", baseline=100, axes=axes,
                             height=3.6, ceiling=_ceiling(list(lines.values())))
    alt = (f"Linjediagram, folkmängd i varje kommun {base}–{last_year(values)} som index med "
           f"{base} = 100. Index {last_year(values)}: {_ends(lines)}.")
    named = values.rename(index=dict(zip(order, names_of(order), strict=True)), level=0)
    return style.describe(axes, style.Description(
        id="folkmangd-medlemmar", title=f"Folkmängd i kommunerna {base}–{last_year(values)}, "
        f"{base} = 100", alt=alt, sources=("population",), unit="index",
        note=_background_note(list(lines.values())),
        table=_history_table("folkmangd-medlemmar", named, list(lines))))


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


def history_figures(region: Region, values: pd.Series) -> list[Axes]:
    """The long series: the region against comparators and, when there are several, its members."""
    several = len(region.members) > 1
    return [plot_history(region, values), *([plot_members(region, values)] if several else [])]


def _ends(lines: Mapping[str, pd.Series]) -> str:
    """The last values of the named lines, as words."""
    named = list(lines.items())[: charts.MOST_NAMED]
    return swedish.listed(f"{name} {swedish.number(line.dropna().iloc[-1])}"
                          for name, line in named if line.notna().any())


def _history_table(key: str, sums: pd.Series, names: Sequence[str]) -> Table:
    """Inhabitants every tenth year and the latest one, one row an area."""
    last = last_year(sums)
    chosen = sorted({*range(1950, last, 10), 2015, last})
    wide = sums.unstack(level=1).loc[list(names), chosen]
    frame = wide.set_axis([str(year) for year in chosen], axis=1)
    frame.insert(0, "name", list(names))
    formats = {"name": Format("Område", text=True),
               **{str(year): Format(str(year)) for year in chosen}}
    return Table(key, f"Folkmängd vissa år {chosen[0]}–{last}", frame.reset_index(drop=True),
                 formats, ("population",), notes=(
                     "Alla år avser dagens kommungränser.", *tables.notes("population"), _SUMS))


# --- births, deaths and moves ---------------------------------------------------------------------


def plot_balance(region: Region, changes: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """What the population increase consisted of each year: bars by component that add up to it.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population_change
    >>> axes = plot_balance(regions.get("karlstad"), load_population_change())
    >>> style.description_of(axes.figure).title
    'Folkökningens delar 2020 och 2023–2024'
    """
    every = metrics.balance(changes, region.members)
    parts = every.tail(_MOST_YEARS)
    axes = axes if axes is not None else style.canvas(2.9)
    shown = [name for name in metrics.COMPONENTS if parts[name].notna().any()]
    with style.look():
        place = np.arange(len(parts))
        width = 0.8 / (len(shown) + 1)
        for position, name in enumerate([*shown, "increase"]):
            _component_bars(axes, parts[name], place + (position - len(shown) / 2) * width, width,
                            position, strong=name == "increase",
                            label=COMPONENT_LABELS.get(name, "Hela folkökningen"))
        axes.axhline(0, color=style.INK, linewidth=0.8)
        axes.set_xticks(place, [str(year) for year in parts.index])
        axes.tick_params(axis="x", length=0, labelsize=9.5)
        charts.number_axis(axes.yaxis, signed=True)
        axes.grid(axis="y")
        axes.margins(y=0.12)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_title("Personer", fontsize=8.5, fontweight="normal", color=style.MUTED)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=3, columnspacing=1.4)
    return style.describe(axes, style.Description(
        id="befolkning-balans", title="Folkökningens delar " + swedish.years(list(parts.index)),
        alt=_balance_alt(region, parts), sources=("population_change",), unit="personer",
        table=balance_table(region, changes), note=" ".join([
            *([f"De {swedish.in_words(len(parts))} senaste åren; tabellen har alla."]
              if len(every) > len(parts) else []), _balance_note(region, parts)])))


def _balance_note(region: Region, parts: pd.DataFrame) -> str:
    """Gaps between the years, whether the parts add up, and that some are unknown."""
    years = [int(year) for year in parts.index]
    noise = _noise(years, "population_change")
    gaps = len(years) <= years[-1] - years[0]
    structural = ["net_county"] if set(region.members) <= metrics.COUNTIES_OF_ONE else []
    absent = parts.drop(columns=structural).isna().any(axis=None)
    return " ".join([
        *(["Åren däremellan saknas i datauttaget."] if gaps else []),
        "Delarna summerar till hela folkökningen" + (", utom år med brus." if noise else "."),
        *noise,
        *(["Där en uppgift saknas för någon kommun är delen okänd."] if absent else [])])


def _component_bars(axes: Axes, values: pd.Series, place: np.ndarray, width: float, position: int,
                    *, strong: bool, label: str) -> None:
    bars = axes.bar(place, values.astype("float64"), width * 0.92, label=label,
                    facecolor=style.INK if strong else style.SERIES_COLOURS[position],
                    hatch="" if strong else style.HATCHES[position], edgecolor="white",
                    linewidth=0.4, zorder=3)
    texts = [swedish.signed(value) for value in values]
    for text in axes.bar_label(bars, texts, padding=1.5, fontsize=6.8,
                               fontweight="bold" if strong else "normal"):
        text.set_zorder(5)


def _balance_alt(region: Region, parts: pd.DataFrame) -> str:
    years = [
        f"{year}: " + ", ".join(
            f"{label[:1].lower()}{label[1:]} {swedish.signed(row[name])}"
            for name, label in COMPONENT_LABELS.items() if pd.notna(row[name]))
        + (f", tillsammans {swedish.signed(row['increase'])}" if pd.notna(row["increase"])
           else "uppgift saknas")
        for year, row in parts.iterrows()
    ]
    return f"Stapeldiagram, {swedish.genitive(region.name)} folkökning i personer. " \
           f"{'. '.join(years)}."


def balance_table(region: Region, changes: pd.DataFrame) -> Table:
    """Births, deaths, net moves and adjustment each year, adding up to the increase."""
    parts = metrics.balance(changes, region.members)
    frame = parts.reset_index()
    formats = {"year": Format("År", year=True), "births": Format("Födda"),
               "deaths": Format("Döda"),
               **{name: Format(label, signed=True) for name, label in COMPONENT_LABELS.items()},
               "increase": Format("Folkökning", signed=True)}
    return Table("befolkning-balans", "Folkökningens delar, personer", frame, formats,
                 ("population_change",),
                 notes=(*_noise(frame["year"], "population_change"),
                        "Flyttningar mellan kommuner i samma län tar ut varandra i summan.",
                        "Justering är SCB:s post för rättade uppgifter."))


# --- age -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Aged:
    """An age measure of all municipalities: `values` is indexed by (code, year)."""

    measure: Measure
    values: pd.Series

    @classmethod
    def of(cls, metric: object, table: pd.DataFrame) -> Aged:
        """`metric` (a measure of this package) applied to an indicator table."""
        return cls(measure_of(metric),  # type: ignore[arg-type]
                   metric(table.set_index(["code", "year"])))  # type: ignore[operator]

    @property
    def scale(self) -> int:
        """What a value is multiplied by when it is printed."""
        return 100 if self.measure.as_percent else 1

    @property
    def unit(self) -> str:
        """Unit as printed on an axis."""
        return "procent" if self.measure.as_percent else self.measure.unit

    @property
    def latest(self) -> pd.Series:
        """Values of the latest year by code."""
        return self.values.xs(last_year(self.values), level=1)

    def write(self, value: float) -> str:
        """A value as Swedish text without unit."""
        return swedish.number(value * self.scale, self.measure.decimals)


def known_members(region: Region, values: pd.Series) -> list[str]:
    """Members with more than the latest year in `values`."""
    counts = values.groupby(level=0).count()
    return [code for code in region.members if counts.get(code, 0) > 1]


def age_measures(share_65plus: pd.DataFrame, mean_age: pd.DataFrame,
                 dependency_ratio: pd.DataFrame) -> tuple[Aged, Aged, Aged]:
    """The three age measures of the chapter, from their indicator tables."""
    return (Aged.of(metrics.share_65plus, share_65plus), Aged.of(metrics.mean_age, mean_age),
            Aged.of(metrics.dependency_ratio, dependency_ratio))


def age_figures(region: Region, measures: Sequence[Aged]) -> list[Axes]:
    """One line chart a measure for the members whose series is known; none when there is none."""
    return [plot_age(region, aged) for aged in measures if known_members(region, aged.values)]


def plot_age(region: Region, aged: Aged, *, axes: Axes | None = None) -> Axes:
    """An age measure over time, one line for each member whose series is known.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_indicator
    >>> keys = ("share_65plus", "mean_age", "dependency_ratio")
    >>> share, *_ = age_measures(*(load_indicator(key) for key in keys))
    >>> axes = plot_age(regions.get("karlstad"), share)
    >>> style.description_of(axes.figure).title
    'Andel 65 år eller äldre 1968–2025'
    """
    codes = known_members(region, aged.values)
    order = aged.latest.loc[codes].sort_values(ascending=False).index
    lines = {municipalities()[code].name: aged.values[code] * aged.scale for code in order}
    first, last = (int(edge(line.index.min() if edge is min else line.index.max()
                            for line in lines.values())) for edge in (min, max))
    axes = charts.plot_lines(lines, unit=aged.unit, decimals=0, axes=axes, height=3.2)
    title = f"{aged.measure.label} {first}–{last}"
    ends = swedish.listed(f"{name} {swedish.number(line.iloc[0], aged.measure.decimals)} till "
                          f"{swedish.number(line.iloc[-1], aged.measure.decimals)}"
                          for name, line in list(lines.items())[: charts.MOST_NAMED])
    key = f"alder-{aged.measure.id.replace('_', '-')}"
    missing = len(region.members) - len(codes)
    note = f"Serien saknas för {swedish.counted(missing, 'kommun', 'kommuner')}." if missing else ""
    return style.describe(axes, style.Description(
        id=key, title=title, alt=f"Linjediagram, {title}, {aged.unit}. {ends}.",
        sources=aged.measure.sources, kind=aged.measure.kind, unit=aged.unit, note=note,
        table=_age_table(key, title, aged, list(order), list(lines))))


def _age_table(key: str, title: str, aged: Aged, codes: list[str], names: list[str]) -> Table:
    wide = aged.values.loc[codes].unstack(level=1)
    first, last = int(wide.columns.min()), int(wide.columns.max())
    chosen = [year for year in range(first, last + 1) if year % 10 == 0 or year in (first, last)]
    frame = pd.DataFrame({str(year): wide.loc[codes, year].to_numpy() for year in chosen})
    frame.insert(0, "name", names)
    formats = {"name": NAME} | {
        str(year): Format(str(year), decimals=aged.measure.decimals,
                          percent=aged.measure.as_percent) for year in chosen}
    return Table(key, f"{title}, {aged.unit}", frame, formats,
                 aged.measure.sources, aged.measure.kind, notes=_noise(chosen))


# side of the axis, column, colour, hatch and Swedish word for each sex
_SIDES = ((-1, "women", style.SERIES_COLOURS[2], "", "Kvinnor"),
          (1, "men", style.SERIES_COLOURS[0], "///", "Män"))


def plot_pyramid(region: Region, ages: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Population pyramid of the latest year with ages: share of all by age group and sex.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_age_sex
    >>> axes = plot_pyramid(regions.get("bergslagen"), load_age_sex())
    >>> style.description_of(axes.figure).title
    'Ålder och kön 2016, andel av befolkningen'
    """
    axes = axes if axes is not None else style.canvas(3.9)
    only_year = ages["year"].nunique() == 1
    ages = ages[ages["year"] == ages["year"].max()]
    here = metrics.pyramid(ages, region.members)
    nation = metrics.pyramid(ages, list(municipalities()))
    year = int(ages["year"].max())
    place = np.arange(len(here))
    known, beside = (not table.isna().any(axis=None) for table in (here, nation))
    with style.look():
        for side, sex, colour, hatch, label in _SIDES if known else ():
            axes.barh(place, side * 100 * here[sex], 0.86, color=colour, hatch=hatch,
                      edgecolor="white", linewidth=0.3, label=f"{label}, {region.name}", zorder=2)
            if beside and not here.equals(nation):
                axes.stairs(side * 100 * nation[sex], np.arange(len(here) + 1) - 0.5,
                            orientation="horizontal", color=style.HIGHLIGHT, linewidth=1.5,
                            zorder=4, label=NATION if side > 0 else None)
        if known:
            _dress_pyramid(axes, here)
        else:
            axes.text(0.5, 0.5, _AGES_UNKNOWN, ha="center", va="center")
            axes.set_axis_off()
    absent = "" if beside else "Riket är okänt: uppgift saknas för minst en åldersgrupp."
    return style.describe(axes, style.Description(
        id="alderspyramid", title=f"Ålder och kön {year}, andel av befolkningen",
        alt=_pyramid_alt(region, ages), sources=("population_age_sex",), unit="procent",
        table=_pyramid_table(here, nation, year),
        note=" ".join(filter(None, [
            f"Fullständig åldersfördelning finns bara för {year} i datauttaget." if only_year
            else "", *_noise([year], "population_age_sex"), absent]))))


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
    if len(names) > 1:
        frame.loc[region.key] = frame.sum(skipna=False)
        names = [*names, region.name]
    shown = frame.round().set_axis([str(year) for year in chosen], axis=1)
    shown.insert(0, "name", names)
    shown["change"] = (frame[last] / frame[first] - 1).to_numpy()
    formats = {"name": Format("Område", text=True),
               **{str(year): Format(str(year)) for year in chosen},
               "change": Format(f"Ändring till {last}", percent=True, decimals=1, signed=True)}
    return [Table("framskrivning", f"SCB:s framskrivning av folkmängden {first}–{last}",
                  shown.reset_index(drop=True), formats, ("population_projection",), "modelled",
                  notes=tables.notes("population_projection"))]


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
    axes.legend(loc="upper right", bbox_to_anchor=(1.0, 1.02))


def _pyramid_alt(region: Region, ages: pd.DataFrame) -> str:
    parts = [f"{label} {swedish.percent(here)}"
             + ("" if swedish.is_missing(nation) else f" mot {swedish.percent(nation)} i riket")
             for label, here, nation in broad_ages(region, ages) if not swedish.is_missing(here)]
    said = swedish.listed(parts) or "okänd, uppgift saknas för minst en åldersgrupp"
    return f"Befolkningspyramid för {region.name} {int(ages['year'].max())}: {said}."


def _pyramid_table(here: pd.DataFrame, nation: pd.DataFrame, year: int) -> Table:
    groups = [f"{low}–{low + 4} år" for low in here.index[:-1]]
    frame = pd.DataFrame({
        "age": [*groups, f"{here.index[-1]} år och äldre"],
        "women": here["women"].to_numpy(), "men": here["men"].to_numpy(),
        "nation_women": nation["women"].to_numpy(), "nation_men": nation["men"].to_numpy()})
    formats = {"age": Format("Ålder", text=True)} | {
        key: Format(label, decimals=1, percent=True) for key, label in (
            ("women", "Kvinnor"), ("men", "Män"), ("nation_women", "Kvinnor, riket"),
            ("nation_men", "Män, riket"))}
    return Table("alderspyramid", f"Andel av befolkningen efter ålder och kön {year}", frame,
                 formats, ("population_age_sex",))
