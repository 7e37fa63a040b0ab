"""The themes of the explorer: each measure with its values for all municipalities and years.

Terms
-----
theme: a measure together with the table it is computed from.
values: Series of the measure indexed by (code, year), all municipalities.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd
from matplotlib.axes import Axes

from analysis import hints
from analysis.errors import InputError
from analysis.figures import measures, national
from analysis.loaders import boundaries, commuting, finances, population, services, tables
from analysis.loaders.national import load_national
from analysis.metrics import capacity as capacity_metrics
from analysis.metrics import commuting as commuting_metrics
from analysis.metrics import population as population_metrics
from analysis.metrics import services as service_metrics
from analysis.metrics.measure import Kind, Measure, measure_of
from analysis.regions import Region
from analysis.tables import Table
from analysis.views.comparators import Given
from analysis.views.national import latest_year, nation_of

Metric = Callable[..., pd.Series]
_FIRST_SERVICES = 2004  # the oldest year that several bodies of the inventory have dates for


@dataclass(frozen=True)
class Theme:
    """A measure and how to get its values; `group` is the heading it stands under.

    `derived` are the years in which values are derived although the measure is observed.

    >>> THEMES["population"].group, THEMES["population"].kind(2022)
    ('Befolkning', 'derived')
    """

    group: str
    metric: Metric
    load: Callable[[], pd.Series]
    derived: tuple[int, ...] = ()

    def __repr__(self) -> str:
        """What the theme measures, and in which unit."""
        return f"<Theme {self.measure.id!r} {self.measure.label}, {self.measure.unit}>"

    @property
    def measure(self) -> Measure:
        """Label, unit, decimals and sources."""
        return measure_of(self.metric)

    def kind(self, *years: int) -> Kind:
        """How the values of some years are known: derived as soon as one of them is."""
        asked = {hints.whole_year(year) for year in years}  # also a year that is text
        return "derived" if asked & set(self.derived) else self.measure.kind


def _on(metric: Metric, loader: Callable[[], pd.DataFrame]) -> Callable[[], pd.Series]:
    return lambda: metric(loader().set_index(["code", "year"]))


def _indicator(metric: Metric, key: str) -> Callable[[], pd.Series]:
    return _on(metric, lambda: population.load_indicator(key))


def _ten_years() -> pd.Series:
    return population_metrics.population_change_10y(_people())


def _people() -> pd.Series:
    return population_metrics.population(population.load_population().set_index(["code", "year"]))


def _density() -> pd.Series:
    land = population_metrics.latest_land(population.load_land_area())
    return population_metrics.density(_people(), land["km2"])


def _shared() -> pd.Series:
    return _shared_by_year(tables.checksum(services.inventory_path()))


@cache
def _shared_by_year(digest: str) -> pd.Series:
    """Shared services on 31 December of each year; of the last year, on the date of the data.

    Computed anew when the checksum of the inventory, which a person edits, is another one.
    """
    inventory, last = services.load_inventory(), tables.data_date()
    days = {year: pd.Timestamp(year, 12, 31) for year in range(_FIRST_SERVICES, last.year)}
    counts = {
        year: service_metrics.shared_services(service_metrics.state_on(inventory, day))
        for year, day in {**days, last.year: pd.Timestamp(last)}.items()
    }
    return pd.concat(counts, names=["year", "code"]).swaplevel().sort_index()


def _themes() -> list[Theme]:
    people, older = "Befolkning", "Ålder"
    work, money, shared = "Pendling", "Ekonomi och kompetens", "Gemensamma tjänster"
    margins = [
        Theme(work, metric, _on(metric, commuting.load_margins))
        for metric in (
            commuting_metrics.commuting_ratio,
            commuting_metrics.commuters_in,
            commuting_metrics.commuters_out,
            commuting_metrics.in_commuting_share,
            commuting_metrics.out_commuting_share,
            commuting_metrics.day_population,
            commuting_metrics.night_population,
        )
    ]
    cost = Theme(
        money,
        capacity_metrics.cost_per_inhabitant,
        _on(capacity_metrics.cost_per_inhabitant, finances.load_finances),
    )
    single = [
        Theme(group, metric, _indicator(metric, key))
        for group, metric, key in (
            (older, population_metrics.share_65plus, "share_65plus"),
            (older, population_metrics.dependency_ratio, "dependency_ratio"),
            (older, population_metrics.mean_age, "mean_age"),
            (money, capacity_metrics.tax_rate_total, "tax_rate_total"),
            (money, capacity_metrics.tax_rate, "tax_rate"),
            (money, capacity_metrics.taxable_income, "taxable_income_real"),
            (money, capacity_metrics.tax_base, "tax_base"),
            (money, capacity_metrics.employment_rate, "employment_rate"),
            (money, capacity_metrics.median_income, "median_income_real"),
            (money, capacity_metrics.post_secondary_share, "post_secondary_share"),
        )
    ]
    return [
        Theme(
            people, population_metrics.population, _people, derived=population_metrics.DERIVED_YEARS
        ),
        Theme(people, population_metrics.population_change_10y, _ten_years),
        Theme(people, population_metrics.density, _density),
        *single[:3],
        *margins,
        *single[3:],
        cost,
        Theme(shared, service_metrics.shared_services, _shared),
    ]


THEMES: dict[str, Theme] = {theme.measure.id: theme for theme in _themes()}
"""The themes by the id of their measure, in the order of the explorer."""


def theme_of(key: str | Theme) -> Theme:
    """The theme `key`, or one of your own as it is; raises InputError that suggests the nearest one.

    >>> theme_of("tax_rate").measure.label
    'Kommunal skattesats'
    """
    if isinstance(key, Theme):
        return key
    if isinstance(key, str) and key in THEMES:
        return THEMES[key]
    labels = {name: theme.measure.label for name, theme in THEMES.items()}
    raise InputError(hints.unknown("theme", key, labels))


def values(theme: str | Theme) -> pd.Series:
    """The values of a theme for all municipalities, indexed by (code, year), in its unit.

    >>> from analysis import explore
    >>> int(explore.values("population")["1780", 2024])
    98084
    """
    return theme_of(theme).load()


def years(region: Region, theme: str | Theme) -> list[int]:
    """The years in which the theme is known for at least one member.

    >>> from analysis import explore, regions
    >>> explore.years(regions.get("karlstad"), "tax_rate")
    [2002, 2006, 2010, 2014, 2018, 2022]
    """
    return measures.known_years(values(theme), region)


def plot_map(region: Region, theme: str | Theme, *, year: int) -> Axes:
    """The map of a theme for one year, as a report prints it; returns the described Axes.

    Raises InputError for an unknown theme, or a year without values (with the years there are).

    >>> from analysis import explore, regions
    >>> from analysis.figures import style
    >>> axes = explore.plot_map(regions.get("karlstad"), "commuting_ratio", year=2021)
    >>> style.description_of(axes.figure).title
    'Pendlingskvot 2021'
    """
    return measures.plot_measure_map(
        region,
        theme_of(theme).measure,
        values(theme),
        year=year,
        kind=theme_of(theme).kind(year),
        boundaries=boundaries.load_boundaries(),
        localities=population.load_localities(),
    )


def plot_nation(region: Region, service: str) -> Axes:
    """The map of Sweden for one service: who shares it with whom, who does it alone, and who is
    unknown; the bodies of the region are marked.

    `service` is livsmedelskontroll, raddningstjanst or raddningsledning; raises InputError for
    another.

    >>> from analysis import explore, regions
    >>> from analysis.figures import style
    >>> axes = explore.plot_nation(regions.get("bergslagen"), "livsmedelskontroll")
    >>> style.description_of(axes.figure).id
    'nationell-karta-livsmedelskontroll'
    """
    year = latest_year(load_national(service))
    people = population.load_population().query("year == @year").set_index("code")["population"]
    view = nation_of(region, service, people, year=year)
    (axes,) = national.nation_maps_of([view], boundaries.load_boundaries())
    return axes


def plot_series(
    region: Region,
    theme: str | Theme,
    *,
    years: tuple[int, int] | None = None,
    index: int | None = None,
    compare: Given = (),
) -> Axes:
    """One line a member over the years; nothing joins across a break of the series.

    `years` are the first and the last; `index` the year that is 100; `compare` any of peers,
    county, labour market and nation, or other municipalities.

    >>> from analysis import explore, regions
    >>> from analysis.figures import style
    >>> axes = explore.plot_series(regions.get("kak"), "population", index=2000, compare="nation")
    >>> style.description_of(axes.figure).title
    'Folkmängd 1950–2025, index (2000 = 100)'
    """
    found, drawn = theme_of(theme), values(theme)
    first, last = measures.span_of(region, found.measure, drawn, years=years, index=index)
    return measures.plot_measure_series(
        region,
        found.measure,
        drawn,
        years=years,
        index=index,
        compare=compare,
        kind=_kind(found, range(first, last + 1), computed=bool(index or compare)),
    )


def _kind(theme: Theme, years: Sequence[int], *, computed: bool) -> Kind:
    """How the values of some years are known; what is computed from observed ones is derived."""
    kind = theme.kind(*years)
    return "derived" if computed and kind == "observed" else kind


def plot_ranking(region: Region, theme: str | Theme, *, year: int, compare: Given = ()) -> Axes:
    """The members of one year, largest first, with the medians of what they are compared with.

    >>> from analysis import explore, regions
    >>> axes = explore.plot_ranking(regions.get("kak"), "tax_rate", year=2022, compare="peers")
    >>> len(axes.get_yticklabels())
    3
    """
    found = theme_of(theme)
    return measures.plot_measure_ranking(
        region,
        found.measure,
        values(theme),
        year=year,
        compare=compare,
        kind=_kind(found, [year], computed=bool(compare)),
    )


def table(region: Region, theme: str | Theme, *, year: int, compare: Given = ()) -> Table:
    """The members' values of one year, largest first, then those they are compared with.

    >>> from analysis import explore, regions
    >>> explore.table(regions.get("kak"), "population", year=2024).frame["name"].tolist()
    ['Köping', 'Arboga', 'Kungsör']
    """
    found = theme_of(theme)
    return measures.measure_table(
        region,
        found.measure,
        values(theme),
        year=year,
        compare=compare,
        kind=_kind(found, [year], computed=bool(compare)),
    )
