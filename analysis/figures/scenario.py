"""Figures and tables of a scenario: the new circle on a map, its size, distances and links.

Terms
-----
circle: the municipalities of the scenario; those who stay are white.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from shapely.geometry import LineString

from analysis.arrangements import TRUST_LABELS
from analysis.figures import maps, style
from analysis.figures.charts import count_bars
from analysis.figures.ground import Sheet
from analysis.figures.labels import Label
from analysis.figures.service_marks import FORM_LETTERS, fill, sharp, tint, wrap
from analysis.metrics import scenario as metrics
from analysis.regions import municipalities
from analysis.tables import NAME, Format, Table, columns, word
from analysis.text import scenario as text
from analysis.text import services as service_text
from analysis.text import swedish
from analysis.text.commuting import error_short, of_model
from analysis.text.unknown import unknown
from analysis.views.scenario import Scenario
from analysis.views.services import population_on, rows_of

_PARTS = {
    metrics.BEFORE: "krets i inventeringen",
    metrics.ALONE: "en kommun för sig",
    metrics.AFTER: "scenariot",
    metrics.STAY: "blir kvar",
}


def _name(code: str) -> str:
    return municipalities()[code].name


def _listed(codes: list[str]) -> str:
    return swedish.listed(service_text.alphabetical(codes))


# --- map -----------------------------------------------------------------------------------------


@style.drawn
def plot_circle(case: Scenario, *, boundaries: gpd.GeoDataFrame, centres: pd.DataFrame) -> Axes:
    """Map of the scenario: its circle, today's partners who stay, the host, lines to the host.

    `boundaries` is indexed by code; `centres` has code, easting and northing (metres).

    >>> from analysis import regions
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.population import load_localities
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.metrics.services import population_centres
    >>> from analysis.views.scenario import make_scenario
    >>> case = make_scenario(regions.get("karlstad"), "upphandling", inventory=load_inventory())
    >>> axes = plot_circle(case, boundaries=load_boundaries(),
    ...                    centres=population_centres(load_localities()))
    >>> style.description_of(axes.figure).title
    'Scenariot: upphandling och inköp'
    """
    axes, side = maps.canvas_of(case.view.region, boundaries, legend=0.34)
    points = centres.set_index("code")[["easting", "northing"]]
    members: dict[str, Any] = {
        "facecolor": to_hex(tint(style.ACCENT, 0.35)),
        "edgecolor": style.INK,
        "linewidth": 0.8,
    }
    stay: dict[str, Any] = {"facecolor": "white", "edgecolor": style.INK, "linewidth": 0.6}
    with style.look():
        colours = pd.Series(members["facecolor"], index=list(case.members), dtype="object")
        sheet = maps.draw_base(axes, case.view.region, boundaries, fill=colours, also=case.outside)
        handles: list[Any] = [Patch(label="i scenariot", **members)]
        if case.outside:
            fill(axes, sheet.areas[sheet.land.index.isin(case.outside)], zorder=1.4, **stay)
            handles.append(Patch(label=wrap("med i dag, inte i scenariot", 26), **stay))
        handles += _draw_lines(axes, case, points)
        side.legend(handles=handles, loc="upper left", fontsize=8, labelspacing=0.9)
        _name_places(axes, case, points, sheet)
    return style.describe(axes, _circle_description(case))


def _draw_lines(axes: Axes, case: Scenario, points: pd.DataFrame) -> list[Any]:
    """Centres as dots, and the way from each to the host."""
    known = _places(case, points)
    dot: dict[str, Any] = {"marker": "o", "markersize": 4, "color": style.INK, "linestyle": "none"}
    axes.plot([x for x, _ in known.values()], [y for _, y in known.values()], zorder=6, **dot)
    handles = [Line2D([], [], label="befolkningscentrum", **dot)]
    if case.host not in known:
        return handles
    star: dict[str, Any] = {
        "marker": "*",
        "markersize": 13,
        "linestyle": "none",
        "markerfacecolor": style.HIGHLIGHT,
        "markeredgecolor": "white",
    }
    way: dict[str, Any] = {"color": style.HIGHLIGHT, "linewidth": 1.1, "linestyle": "--"}
    host = known[case.host]
    for x, y in known.values():
        axes.plot([x, host[0]], [y, host[1]], zorder=5, **way)
    axes.plot([host[0]], [host[1]], zorder=7, **star)
    return [
        *handles,
        Line2D([], [], label="värdkommun", **star),
        Line2D([], [], label="fågelvägen till värden", **way),
    ]


def _places(case: Scenario, points: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Centre of each member that has one (metres)."""
    known = points.reindex(list(case.members)).dropna()
    return {
        str(code): (float(x), float(y))
        for code, x, y in zip(known.index, known["easting"], known["northing"], strict=True)
    }


def _name_places(axes: Axes, case: Scenario, points: pd.DataFrame, sheet: Sheet) -> None:
    """Names beside the centres, of others on their land; clear of the ways to the host."""
    few = len(case.members) <= maps.MANY
    places = _places(case, points)
    wanted = []
    for code in (*case.members, *case.outside):
        land, inside = sheet.land.get(code), code in case.members
        if land is None and code not in places:
            continue  # too small to be seen
        wanted.append(
            Label(
                _name(code),
                *(places.get(code) or maps.heart(land)),
                radius=6.0 if code in places else 0.0,
                size=8 if inside and few else 7,
                must=few,
                weight="bold" if inside and few else "normal",
                area=land,
            )
        )
    host = places.get(case.host)
    ways = [] if host is None else [LineString([place, host]) for place in places.values()]
    maps.place(axes, wanted, taken=_discs(axes, places), lines=ways)


def _discs(axes: Axes, places: Mapping[str, tuple[float, float]]) -> list[Any]:
    """The dots of the centres, in pixels."""
    spots = pd.DataFrame.from_dict(dict(places), orient="index", columns=["x", "y"])
    return maps.symbol_discs(axes, spots, pd.Series(20.0, index=spots.index))


def _circle_description(case: Scenario) -> style.Description:
    roles = [
        (code, "i scenariot" + (", värd" if code == case.host else "")) for code in case.members
    ]
    roles += [(code, "med i dag, inte i scenariot") for code in case.outside]
    staying = f" Inte med, men med i dag: {_listed(case.outside)}." if case.outside else ""
    return style.Description(
        id="scenario-karta",
        title=f"Scenariot: {text_name(case)}",
        alt=f"Karta. I scenariot: {_listed(list(case.members))}."
        + (f" Värd: {_name(case.host)}." if case.host else "")
        + staying,
        sources=("services", "localities", "boundaries"),
        table=Table(
            "scenario-karta",
            "Kommunerna i scenariot",
            *columns(
                name=(NAME, [_name(code) for code, role in roles]),
                role=(word("Roll"), [role for code, role in roles]),
            ),
            ("services",),
        ),
        note="Linjerna är fågelvägen, inte vägar.",
    )


def text_name(case: Scenario) -> str:
    """The service with a small first letter, for titles."""
    return service_text.lower(case.name)


# --- population base -----------------------------------------------------------------------------


@style.drawn
def plot_bases(case: Scenario, population: pd.DataFrame) -> Axes:
    """Inhabitants before, after and staying, beside every body of the inventory for the service.

    `population` has code, year and population of all years: the scenario's day chooses the year.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.scenario import make_scenario
    >>> case = make_scenario(regions.get("karlstad"), "upphandling", inventory=load_inventory())
    >>> axes = plot_bases(case, load_population())
    >>> style.description_of(axes.figure).title
    'Befolkningsunderlaget före och efter, folkmängd 2025'
    """
    people, year = population_on(case.view, population)
    bars = _base_bars(case, people)
    axes = style.canvas(0.36 * len(bars) + 0.5)
    sharp(axes)
    with style.look():
        count_bars(
            axes,
            list(bars["population"]),
            [wrap(label, 42) for label in bars["label"]],
            [{"height": 0.55, **_bar_look(part)} for part in bars["part"]],
        )
    said = [f"{bar.label} {swedish.number(bar.population)}" for bar in rows_of(bars)]
    return style.describe(
        axes,
        style.Description(
            id="scenario-underlag",
            title=f"Befolkningsunderlaget före och efter, folkmängd {year}",
            alt=f"Liggande staplar: {swedish.listed(said)}.",
            sources=("services", "population"),
            table=_base_table(bars, year),
            unit="invånare",
            note="Mörk stapel: scenariot. Ljus: dagens kretsar och de som blir kvar. Vit: andra "
            "organ för tjänsten i inventeringen, eller kommuner för sig.",
        ),
    )


def _base_table(bars: pd.DataFrame, year: int) -> Table:
    return Table(
        "scenario-underlag",
        f"Befolkningsunderlag, folkmängd {year}",
        bars[["label", "role", "members", "population"]],
        {
            "label": word("Krets"),
            "role": word("Vad"),
            "members": Format("Kommuner"),
            "population": Format("Folkmängd", "invånare"),
        },
        ("services", "population"),
    )


def _bar_look(part: str) -> dict[str, Any]:
    if part == metrics.AFTER:
        return {"facecolor": style.ACCENT, "edgecolor": style.ACCENT}
    if part in (metrics.BEFORE, metrics.STAY):
        return {"facecolor": tint(style.ACCENT, 0.35), "edgecolor": style.ACCENT}
    return {"facecolor": "white", "edgecolor": style.MUTED}


def _base_bars(case: Scenario, population: pd.Series) -> pd.DataFrame:
    """part, label, role, members and population of each bar; circles of unknown size left out."""
    bases = metrics.population_bases(case.present, case.members, population)
    rows = [
        {
            "part": row.part,
            "label": _bar_label(case, row),
            "role": _PARTS[row.part],
            "members": row.members,
            "population": row.population,
        }
        for row in rows_of(bases)
    ]
    present = set(case.present["arrangement"])
    sizes = metrics.body_sizes(case.view.state, case.service, population)
    rows += [
        {
            "part": "other",
            "label": f"{row.name} [{FORM_LETTERS[row.legal_form]}]"
            + ("" if row.counted else f": {row.words}"),
            "role": row.words,
            "members": row.members,
            "population": row.population,
        }
        for row in rows_of(sizes)
        if row.arrangement not in present
    ]
    order = {metrics.AFTER: 0, metrics.BEFORE: 1, metrics.STAY: 2, metrics.ALONE: 3, "other": 4}
    frame = pd.DataFrame(rows).dropna(subset=["population"])
    frame = frame.astype({"population": "int64"})
    return frame.loc[frame["part"].map(order).sort_values(kind="stable").index]


def _bar_label(case: Scenario, row: Any) -> str:
    if row.part == metrics.AFTER:
        return "Scenariots krets"
    if row.part == metrics.BEFORE:
        status = dict(zip(case.present["arrangement"], rows_of(case.present), strict=True))
        said = status[row.arrangement].words
        return f"{case.view.names[row.arrangement]}: {said}"
    if row.part == metrics.STAY:
        return f"Kvar i {case.view.names[row.arrangement]}: {_listed(row.codes.split('; '))}"
    return f"{_listed([row.codes])}, {case.alone.get(row.codes, 'ingen uppgift i dag')}"


# --- tables --------------------------------------------------------------------------------------


def present_tables_of(case: Scenario) -> list[Table]:
    """Today's bodies with members inside and outside the scenario; none when none is known."""
    if case.present.empty:
        return []
    rows = list(rows_of(case.present))
    return [
        Table(
            "scenario-idag",
            f"Vilka som har tjänsten tillsammans i dag: {text_name(case)}",
            *columns(
                name=(word("Organ"), [row.name for row in rows]),
                form=(word("Form"), [case.view.form_names[row.legal_form] for row in rows]),
                status=(word("Status"), [row.words for row in rows]),
                since=(
                    word("Sedan"),
                    [service_text.since(case.view, row.arrangement, case.service) for row in rows],
                ),
                inside=(word("I scenariot"), [_listed(row.inside.split("; ")) for row in rows]),
                outside=(
                    word("Blir kvar"),
                    [
                        _listed([code for code in row.outside.split("; ") if code]) or "ingen"
                        for row in rows
                    ],
                ),
            ),
            ("services",),
        )
    ]


def host_table(case: Scenario, localities: pd.DataFrame) -> Table:
    """Mean and longest distance for each member as host, from the localities to its largest."""
    choices = metrics.host_choices(case.members, localities)
    rows = list(rows_of(choices))
    return Table(
        "scenario-avstand",
        "Avstånd om kommunen vore värd, fågelvägen",
        *columns(
            host=(
                word("Värdkommun"),
                [_name(row.host) + (" (vald)" if row.host == case.host else "") for row in rows],
            ),
            place=(word("Till"), [row.place for row in rows]),
            mean=(
                Format("Medelavstånd, alla", "km", 1, measure="host_distance"),
                [row.mean_km for row in rows],
            ),
            own=(
                Format("Värdens egna invånare", "km", 1, measure="host_distance"),
                [row.own_km for row in rows],
            ),
            largest=(Format("Längsta medelavstånd", "km", 1), [row.largest_km for row in rows]),
            farthest=(
                word("Längst bort"),
                [_name(row.farthest) if row.farthest else None for row in rows],
            ),
        ),
        ("localities",),
        notes=(
            f"Från varje tätort, vägt med dess invånare {localities['year'].max()}; de som bor "
            "utanför tätort är inte med.",
        ),
    )


def pair_table(
    case: Scenario,
    centres: pd.DataFrame,
    neighbours: pd.DataFrame,
    links: pd.DataFrame,
    *,
    year: int,
    sources: tuple[str, ...],
) -> Table:
    """Each pair of members: distance, land border and commuters in each direction."""
    keys = ["code_a", "code_b"]
    table = (
        metrics.pair_distances(case.members, centres)
        .merge(metrics.land_borders(case.members, neighbours), on=keys)
        .merge(links, on=keys)
    )
    modelled = bool((table["kind"] == "modelled").any())
    kind = "modellskattade" if modelled else "observerade"
    return Table(
        "scenario-par",
        f"Paren: avstånd, landgräns och pendlare {year} ({kind})",
        *columns(
            a=(word("Kommun A"), [_name(code) for code in table["code_a"]]),
            b=(word("Kommun B"), [_name(code) for code in table["code_b"]]),
            distance=(Format("Fågelväg", "km", 1), table["distance_km"]),
            border=(
                word("Landgräns"),
                ["ja" if border else "ingen i underlaget" for border in table["border"]],
            ),
            there=(word("Pendlare A till B"), _careful(table, "there")),
            back=(word("Pendlare B till A"), _careful(table, "back")),
        ),
        ("localities", "neighbours", *sources),
        kind="modelled" if modelled else "derived",
        notes=(
            "Vattengränser finns inte i underlaget.",
            *_unknown_links(table),
            *(
                (f"Modellskattade tal under {swedish.number(1000)} är intervall. {error_short()}",)
                if modelled
                else ()
            ),
        ),
    )


def _unknown_links(links: pd.DataFrame) -> tuple[str, ...]:
    """How many commuting cells are unknown and why; nothing when all are known."""
    said = unknown(
        pd.concat([links.loc[links[way].isna(), f"{way}_status"] for way in ("there", "back")]),
        "om pendlare",
    )
    return (said,) if said else ()


def _careful(table: pd.DataFrame, column: str) -> list[str | None]:
    """Commuters as they may be printed: a small modelled number is an interval."""
    return [
        None
        if np.isnan(value)
        else of_model(float(value))
        if kind == "modelled"
        else swedish.number(value)
        for value, kind in zip(table[column], table["kind"], strict=True)
    ]


def forms_table(case: Scenario) -> Table:
    """The legal forms: possible for these members, what each means, and the paragraph."""
    forms = case.view.inventory.forms
    rows = list(rows_of(forms[forms["key"] != "okand"]))
    return Table(
        "scenario-former",
        "Juridiska former för samverkan",
        *columns(
            form=(word("Form"), [row.name for row in rows]),
            possible=(word("Möjlig här"), [text.form_possible(case, row.key) for row in rows]),
            meaning=(word("Innebär"), [row.meaning for row in rows]),
            paragraph=(word("Lagrum"), [row.paragraph or "inget" for row in rows]),
        ),
        ("services",),
    )


def assumptions_table(
    case: Scenario,
    *,
    population_year: int,
    commuting_year: int,
    modelled: bool,
    costs: pd.DataFrame | None,
) -> Table:
    """Every assumption of the scenario with its value."""
    frame = pd.DataFrame(
        text.assumptions(
            case,
            population_year=population_year,
            commuting_year=commuting_year,
            modelled=modelled,
            costs=costs,
        ),
        columns=["what", "value"],
    )
    return Table(
        "scenario-antaganden",
        "Scenariots antaganden och val",
        frame,
        {"what": word("Antagande"), "value": word("Värde")},
        ("services",),
    )


def cost_tables_of(case: Scenario, costs: pd.DataFrame | None) -> list[Table]:
    """Cost per inhabitant of each member where any is known; none otherwise."""
    if costs is None:
        return []
    own = metrics.known_costs(case.members, costs[costs["area"] == case.service])
    if own["cost"].isna().all():
        return []
    missing = unknown(own.loc[own["cost"].isna(), "status"])
    return [
        Table(
            "scenario-kostnad",
            f"Kostnad per invånare i dag: {text_name(case)}",
            *columns(
                name=(NAME, [_name(code) for code in own["code"]]),
                year=(Format("År", year=True), own["year"]),
                cost=(Format("Kostnad", "kr per invånare"), own["cost"]),
            ),
            ("area_costs",),
            kind="observed",
            notes=(missing,) if missing else (),
        )
    ]


def bodies_table_of(case: Scenario) -> list[Table]:
    """Every body for the service in the inventory, with trust and publishers; none without."""
    state = case.view.state
    rows = state[state["area"] == case.service]
    if rows.empty:
        return []
    groups = [part for _, part in rows.groupby(["arrangement", "words"], sort=False)]
    heads = [next(rows_of(part)) for part in groups]
    publishers = [
        dict.fromkeys(service_text.publisher(case.view, key) for key in head.sources.split("; "))
        for head in heads
    ]
    return [
        Table(
            "scenario-organ",
            f"Alla uppgifter om {text_name(case)} i inventeringen",
            *columns(
                name=(word("Organ"), [case.view.names[head.arrangement] for head in heads]),
                form=(word("Form"), [case.view.form_names[head.legal_form] for head in heads]),
                status=(word("Status"), [head.words for head in heads]),
                codes=(word("Kommuner"), [_listed(sorted(set(part["code"]))) for part in groups]),
                trust=(word("Tilltro"), [TRUST_LABELS[head.trust] for head in heads]),
                sources=(word("Källor"), ["; ".join(names) for names in publishers]),
            ),
            ("services",),
        )
    ]
