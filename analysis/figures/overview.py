"""Where the region lies: its members by name, its groups, and its place in the country."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from analysis import hints
from analysis.errors import InputError
from analysis.figures import ground, maps, style
from analysis.figures.labels import Label
from analysis.figures.style import Description
from analysis.figures.svg import compact
from analysis.loaders.boundaries import load_country
from analysis.regions import Region, counties, municipalities
from analysis.tables import Format, Table
from analysis.text import swedish

COVER = (2.55, 2.3)  # inches: the map beside the title on the report's first page
_FEW = 8  # members whose names find room on a low map
_INSET_FINE = 4000  # metres: corners of the small map of the country that stand out less go
_TINTS = ("#a6cdc9", "#f6dcc6", "#d3cbe9", "#d5e3bd", "#ead9a0", "#e6c5d6")


@style.drawn
def plot_region(region: Region, boundaries: gpd.GeoDataFrame) -> Axes:
    """The members on a map, tinted by cooperation, with the country beside it.

    `boundaries` is indexed by code, in SWEREF 99 TM. Returns the described Axes.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> axes = plot_region(regions.get("malardalen"), load_boundaries())
    >>> style.description_of(axes.figure).title
    'Kommunerna i Mälardalen'
    """
    axes, side = maps.canvas_of(region, boundaries, lowest=2.7, highest=5.0)
    with style.look():
        _draw_groups(axes, region, boundaries)
        if len(region.members) < len(boundaries):
            _draw_country(side, region, boundaries)
        if region.groups:
            _group_legend(side, region, "upper left")
        _name_members(axes, region, boundaries)
    return style.describe(
        axes,
        Description(
            "region-map",
            f"Kommunerna i {region.name}",
            map_alt(region),
            ("boundaries",),
            table=members_table(region),
            kind="observed",
        ),
    )


def cover_svg(region: Region, boundaries: gpd.GeoDataFrame) -> str:
    """A small map of the members by name, as SVG without title: for the report's first page.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> "<svg" in cover_svg(regions.get("kak"), load_boundaries())
    True
    """
    with style.look():
        axes = style.plain_axes(*COVER)
        _draw_groups(axes, region, boundaries, bar=False)
        sheet = axes._samverkan_sheet  # type: ignore[attr-defined]
        few = len(region.members) <= maps.MANY
        land = sheet.land[[code for code in region.members if code in sheet.land.index]]
        maps.place(
            axes,
            [
                Label(
                    municipalities()[str(code)].name,
                    *maps.heart(shape),
                    must=few,
                    area=shape,
                    size=7.5 if few else 7,
                    weight="bold" if few else "normal",
                )
                for code, shape in sorted(land.items(), key=lambda item: -item[1].area)
            ],
        )
        return compact(style.svg_of(axes))


@style.drawn
def plot_first(
    region: Region,
    people: pd.DataFrame,
    localities: pd.DataFrame,
    *,
    boundaries: gpd.GeoDataFrame,
    year: int | None = None,
) -> Axes:
    """The map of page one: inhabitants as circles on the cooperations, the members by name.

    `people` and `localities` are the loaders' tables; `year` is by default the newest. A circle
    stands at the largest locality; its area is the number of inhabitants of the municipality.

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.population import load_localities, load_population
    >>> axes = plot_first(regions.get("karlstad"), load_population(), load_localities(),
    ...                   boundaries=load_boundaries())
    >>> style.description_of(axes.figure).title
    'Sju av tio invånare bor i Karlstads kommun'
    """
    known = sorted(people["year"].unique())
    year = known[-1] if year is None else year
    if year not in known:
        raise InputError(
            f"year={year!r} has no inhabitants; known years: {hints.listed_years(known)}"
        )
    counts = people[people["year"] == year].set_index("code")["population"]
    counts = counts.reindex(list(region.members)).astype("float64").sort_values(ascending=False)
    chart, side = _first_canvas(region, boundaries)
    with style.look():
        _draw_groups(chart, region, boundaries)
        _dot_localities(chart, region, localities)
        maps.draw_members(
            chart,
            region,
            maps.centres(boundaries, localities),
            counts,
            surroundings=boundaries,
            alpha=0.55,
            linewidth=0.8,
        )
        _first_legend(side, region, counts)
    return style.describe(chart, _first_description(region, counts, year, localities))


def _first_canvas(region: Region, boundaries: gpd.GeoDataFrame) -> tuple[Axes, Axes]:
    """The map and its legend: beside it, in a narrow drawing a strip below it."""
    narrow = style.width() < style.WIDTH
    if not narrow:
        return maps.canvas_of(region, boundaries, legend=0.24, lowest=3.4, highest=4.6)
    lowest = 2.1 if len(region.members) <= _FEW else 3.4
    height = maps.natural_height(region, boundaries, lowest=lowest, highest=4.6)
    strip = max(0.8, 0.3 + 0.2 * len(region.groups))  # the largest circle under a line of text
    chart, side = style.canvas(height + strip, rows=2, height_ratios=[height, strip])
    chart.set_axis_off()
    side.set_axis_off()
    return chart, side


def _first_legend(axes: Axes, region: Region, counts: pd.Series) -> None:
    """What the area of a circle is, and the cooperations."""
    narrow = style.width() < style.WIDTH
    most = (1 if region.groups else 2) if narrow else 3
    maps.size_legend(axes, counts, title="Invånare i kommunen", most=most, row=narrow)
    if region.groups:
        sized = axes.get_legend()
        assert sized is not None
        axes.add_artist(sized)
        _group_legend(axes, region, "upper right" if narrow else "lower left")


def _first_description(
    region: Region, counts: pd.Series, year: int, localities: pd.DataFrame
) -> Description:
    dots = maps.dots_said(maps.largest(localities, region))
    each = (
        " och en prick för varje tätort"
        if dots.startswith("tätort")
        else f" och prickar för {dots}"
    )
    names = municipalities()
    said = [f"{names[str(code)].name} {swedish.number(count)}" for code, count in counts.items()]
    frame = pd.DataFrame(
        {"name": [names[str(code)].name for code in counts.index], "people": counts.to_numpy()}
    )
    table = Table(
        "folkmangd-orter",
        f"Folkmängd {year}",
        frame,
        {"name": Format("Kommun", text=True), "people": Format("Invånare")},
        ("population",),
        "observed",
    )
    return Description(
        "folkmangd-orter",
        people_title(counts),
        f"Karta med en cirkel för varje kommun{each if dots else ''}. "
        f"{swedish.listed(said[: maps.MANY])}.{_groups_alt(region)}",
        ("population", "localities"),
        table=table,
        kind="observed",
        unit="invånare",
        subtitle=f"Invånare 31 december {year} (cirkelns yta)"
        + (f" och {dots} (prickar)" if dots else ""),
    )


def _dot_localities(axes: Axes, region: Region, localities: pd.DataFrame) -> None:
    """A dot for each locality, small and quiet."""
    inside = maps.largest(localities, region)
    sizes = 3 + 10 * np.sqrt(inside["population"] / max(inside["population"].max(), 1))
    axes.scatter(
        inside["easting"], inside["northing"], s=sizes, color=style.MUTED, linewidth=0, zorder=4
    )


def people_title(counts: pd.Series) -> str:
    """Where most of the inhabitants live, as a message.

    >>> people_title(pd.Series({"1780": 70.0, "1761": 30.0}))
    'Sju av tio invånare bor i Karlstads kommun'
    >>> people_title(pd.Series({"0380": 97.0, "0360": 3.0}))
    'Mer än nio av tio invånare bor i Uppsala kommun'
    >>> people_title(pd.Series({"1780": 70.0, "1761": float("nan")}))
    'Invånare i 2 kommuner, inte kända i alla'
    """
    if counts.isna().any():
        return f"Invånare i {len(counts)} kommuner, inte kända i alla"
    total = counts.sum()
    if len(counts) == 1:
        return f"{swedish.number(total)} invånare i {_in_full(str(counts.index[0]))}"
    tenths = round(10 * counts.iloc[0] / total)
    if tenths < 2:
        return f"{swedish.number(total)} invånare i {len(counts)} kommuner"
    part = _TENTHS.get(tenths, f"{swedish.capitalised(swedish.in_words(tenths))} av tio invånare")
    return f"{part} bor i {_in_full(str(counts.index[0]))}"


_TENTHS = {5: "Hälften av invånarna", 10: "Mer än nio av tio invånare"}


def _in_full(code: str) -> str:
    """Karlstads kommun, but Uppsala kommun: a name that ends in a vowel has no genitive."""
    name = municipalities()[code].name
    return f"{name if name[-1] in 'aeiouyåäö' else swedish.genitive(name)} kommun"


def _draw_groups(
    axes: Axes, region: Region, boundaries: gpd.GeoDataFrame, *, bar: bool = True
) -> None:
    """The members, tinted by cooperation, in their surroundings."""
    tints = pd.Series(
        {
            code: _TINTS[rank % len(_TINTS)]
            for rank, group in enumerate(region.groups)
            for code in group.members
        },
        dtype="object",
    )
    maps.draw_base(axes, region, boundaries, fill=tints, bar=bar)


def _name_members(axes: Axes, region: Region, boundaries: gpd.GeoDataFrame) -> None:
    inside = boundaries.loc[list(region.members)].geometry
    points = inside.representative_point()
    by_size = inside.area.sort_values(ascending=False).index
    frame = pd.DataFrame({"x": points.x, "y": points.y}, index=inside.index)
    maps.draw_names(axes, region, frame, order=list(by_size), surroundings=boundaries)


def _draw_country(axes: Axes, region: Region, boundaries: gpd.GeoDataFrame) -> None:
    """Sweden in outline with the members filled, in the panel of the legend."""
    wide = style.width() == style.WIDTH
    below = (0.0, 0.0, 1.0, 0.78 if region.groups else 0.95)
    inset = axes.inset_axes(below if wide else (0.5, 0.0, 0.5, 1.0))
    country = load_country(_INSET_FINE)
    ground.areas(inset, country, style.OUTLINE, zorder=1)
    inset.update_datalim(country.total_bounds.reshape(2, 2))
    chosen = boundaries.geometry[list(region.members)].simplify(_INSET_FINE)
    ground.areas(inset, chosen, style.ACCENT, zorder=2)
    around = maps.framed(chosen, 15_000)
    inset.update_datalim(around.total_bounds.reshape(2, 2))
    ground.lines(inset, around.boundary, style.HIGHLIGHT, 0.9, zorder=3)
    inset.autoscale_view()
    inset.set_aspect("equal", anchor="NW")
    inset.set_axis_off()


def _group_legend(axes: Axes, region: Region, place: str) -> None:
    handles = [
        Patch(
            facecolor=_TINTS[rank % len(_TINTS)],
            edgecolor=style.MUTED,
            linewidth=0.4,
            label=group.name,
        )
        for rank, group in enumerate(region.groups)
    ]
    axes.legend(handles=handles, loc=place, title="Samarbeten", alignment="left")


def map_alt(region: Region) -> str:
    """What a map of the members shows, in words."""
    where = swedish.listed([counties()[code] for code in region.counties])
    count = swedish.counted(len(region.members), "kommun", "kommuner")
    names = swedish.listed(region.member_names) if len(region.members) <= maps.MANY else ""
    text = f"Karta över {region.name}: {count} i {where}" + (
        f", nämligen {names}." if names else "."
    )
    return text + _groups_alt(region)


def _groups_alt(region: Region) -> str:
    return "".join(
        f" I {group.name} ingår {swedish.listed(group.member_names)}." for group in region.groups
    )


def members_table(region: Region) -> Table:
    """The members with code, county, SKR group and official labour market."""
    known = [municipalities()[code] for code in region.members]
    frame = pd.DataFrame(
        {
            "name": [entry.name for entry in known],
            "code": [entry.code for entry in known],
            "county": [entry.county for entry in known],
            "skr_group": [entry.skr_group for entry in known],
            "labour_market": [entry.labour_market_name for entry in known],
        }
    )
    formats = {
        "name": Format("Kommun", text=True),
        "code": Format("Kod", text=True, code=True),
        "county": Format("Län", text=True),
        "skr_group": Format("Kommungrupp", text=True),
        "labour_market": Format("Lokal arbetsmarknad 2022", text=True),
    }
    return Table(
        "region-members",
        f"Kommunerna i {region.name}",
        frame,
        formats,
        ("municipalities",),
        "observed",
    )
