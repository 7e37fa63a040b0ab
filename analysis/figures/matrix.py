"""The commuting matrix of a region as a heat map, and the tables that need the matrix.

Terms
-----
dependence: share of the employed residents of one member who work in another, C[i, j] / N[i].
diagonal: those who live and work in the same municipality; observed also when the rest is modelled.
outside: all workplaces outside the region, abroad included.
Modelled cells are shown as classes and intervals (`views.commuting`), never as bare numbers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.figures import maps, style
from analysis.flows import Flows, Markets, markets_of
from analysis.metrics import commuting as metrics
from analysis.regions import Region, municipalities, names_of
from analysis.tables import Format, Table
from analysis.text import commuting as text
from analysis.text import swedish
from analysis.views.commuting import (
    MARKETS_YEAR,
    STEP,
    Commuting,
    by_night,
    exact,
    internal,
    is_nation,
    pairs,
    rounded,
)

MOST = 24  # members in the heat map; the table of links has the rest
_WRITTEN = 12  # members up to which every cell gets its count
_OUTSIDE_ROWS = 8  # municipalities outside in the table of exchanges
LIMITS = (0.0, 0.01, 0.025, 0.075, 0.2, 0.4, 1.0)  # classes of dependence
_DIAGONAL = "#e3e6e4"
_OUTSIDE = "utanför"


# --- the heat map --------------------------------------------------------------------------------


@style.drawn
def plot_matrix(region: Region, flows: Flows, *, axes: tuple[Axes, Axes] | None = None) -> Axes:
    """Heat map home x work: shaded by dependence (a rate), counts written where they fit.

    >>> from analysis import flows, regions
    >>> axes = plot_matrix(regions.get("kak"), flows.commuting_of(2021))
    >>> style.description_of(axes.figure).title
    'KAK: bor i och arbetar i 2021 – modellskattning'
    """
    codes = by_night(region, flows.margins.set_index(["code", "year"]))[:MOST]
    shares, persons = cells_of(region, flows, codes)
    chart, side = (
        axes
        if axes is not None
        else style.canvas(
            1.0
            + 4.2 * min(len(codes), _WRITTEN) / _WRITTEN
            + (0.6 if len(codes) > _WRITTEN else 0.3),
            columns=2,
            width_ratios=[0.77, 0.23],
        )
    )
    with style.look():
        side.set_axis_off()
        off = pd.Series({(home, work): share for home, work, share in pairs(shares)})
        fill = pd.Series(dtype="object")
        if len(off):
            fill, limits, colours = dependence_classes(off)
            maps.class_legend(
                side,
                fill,
                limits,
                colours,
                percent=True,
                decimals=1,
                title="Procent av de\nförvärvsarbetande\nsom bor där",
            )
        _draw_cells(chart, fill, shares, persons, flows)
        _dress(chart, codes)
    several = "" if len(codes) == len(region.members) else f" De {MOST} största kommunerna visas."
    return style.describe(
        chart,
        style.Description(
            id=f"pendling-matris-{region.key}",
            title=text.titled(f"{region.name}: bor i och arbetar i {flows.year}", flows),
            alt=_alt(region, flows, shares),
            sources=flows.sources,
            unit="personer",
            kind=flows.derived_kind,
            table=matrix_table(region, flows),
            note="Rader är bostadskommun, kolumner arbetskommun. Grått: bor och arbetar i samma kommun "
            f"(observerat).{several}{' '.join(['', *text.unknown_note(flows, region.members)])}",
        ),
    )


def _notes(region: Region, flows: Flows) -> tuple[str, ...]:
    """What is estimated, and what between the members is unknown."""
    return (*text.short_note(flows), *text.unknown_note(flows, region.members))


def dependence_classes(shares: pd.Series) -> tuple[pd.Series, list[float], list[str]]:
    """Colours of shares in fixed classes; two limits are SCB's for a local centre (7.5, 20 %).

    Returns what `maps.shade_classes` does; upper classes without a value are left out.
    """
    colours = style.sequential(6, darkest=0.57)
    place = np.clip(np.searchsorted(LIMITS, shares.to_numpy(), side="right") - 1, 0, 5)
    used = int(place.max()) + 1
    picked = pd.Series([colours[k] for k in place], index=shares.index)
    return picked, list(LIMITS[: used + 1]), colours[:used]


def matrix_figures(view: Commuting) -> list[Axes]:
    """A heat map of each cooperation that has pairs; nothing where no commuting is known."""
    if view.flows is None:
        return []
    return [plot_matrix(part, view.flows) for part in view.parts if len(part.members) > 1]


def matrix_tables(view: Commuting) -> list[Table]:
    """The tables that need the matrix; nothing where no commuting is known."""
    return flow_tables(view.region, view.flows) if view.flows else []


def cells_of(region: Region, flows: Flows, codes: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of the night population and persons, homes x workplaces with a column outside."""
    shares = metrics.dependence(flows.table, codes, year=flows.year, margins=flows.margins)
    if len(codes) < len(region.members):
        inside = (
            metrics.dependence(
                flows.table, list(region.members), year=flows.year, margins=flows.margins
            )
            .loc[codes]
            .sum(axis=1, skipna=False)
        )
    else:
        inside = shares.sum(axis=1, skipna=False)
    night = metrics.night_population(flows.by_code).reindex(codes).astype("float64")
    both = shares.assign(**{_OUTSIDE: (1 - inside).clip(lower=0)})
    return both, both.mul(night, axis=0)


def _draw_cells(
    axes: Axes, fill: pd.Series, shares: pd.DataFrame, persons: pd.DataFrame, flows: Flows
) -> None:
    counts = persons.to_numpy("float64")
    colours = dict(zip(fill.index, fill, strict=True))
    for row, home in enumerate(shares.index):
        for place, work in enumerate(shares.columns):
            own, value = home == work, float(counts[row, place])
            x = place + (0.25 if work == _OUTSIDE else 0)
            colour = _DIAGONAL if own else colours.get((home, work), style.NO_DATA)
            axes.add_patch(
                Rectangle(
                    (x, row),
                    1,
                    1,
                    facecolor=colour,
                    edgecolor="white",
                    linewidth=1.2,
                    in_layout=False,
                )
            )
            known = value == value
            if not known or (len(shares) <= _WRITTEN and (own or not flows.modelled)):
                axes.text(
                    x + 0.5,
                    row + 0.5,
                    swedish.number(value),
                    ha="center",
                    va="center",
                    fontsize=8.0 if len(shares) <= 8 else 6.8,
                    fontweight="bold" if own else "normal",
                    in_layout=False,
                )


def _dress(axes: Axes, codes: list[str]) -> None:
    names = names_of(codes)
    axes.set_xlim(0, len(codes) + 1.25)
    axes.set_ylim(len(codes), 0)
    many = len(codes) > (6 if style.width() == style.WIDTH else 2)
    axes.set_xticks(
        [*(np.arange(len(codes)) + 0.5), len(codes) + 0.75],
        [*names, "Utanför"],
        rotation=50 if many else 0,
        ha="left" if many else "center",
        rotation_mode="anchor" if many else None,
    )
    axes.set_yticks(np.arange(len(codes)) + 0.5, names)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8.5 if len(codes) <= _WRITTEN else 7)
    axes.spines[:].set_visible(False)
    axes.set_ylabel("Bor i")
    axes.set_xlabel("Arbetar i")
    axes.xaxis.set_label_position("top")


def _alt(region: Region, flows: Flows, shares: pd.DataFrame) -> str:
    night = metrics.night_population(flows.by_code)
    kind = "Modellskattad tabell" if flows.modelled else "Tabell"
    start = (
        f"{kind} i färg över var de som bor i {region.name} arbetade {flows.year}, kommun för "
        "kommun."
    )
    off = pairs(shares.drop(columns=_OUTSIDE))[:6]
    if flows.modelled or not off:
        return f"{start} Mörkare färg är större andel av de förvärvsarbetande som bor i kommunen."
    listed = [
        f"{names_of([home])[0]} till {names_of([work])[0]} "
        f"{text.about(share * float(night[home]), flows)} "
        f"({swedish.percent(share, 0)} av de förvärvsarbetande som bor där)"
        for home, work, share in off
    ]
    known = "" if shares.notna().all(axis=None) else " kända"
    return f"{start} Störst{known} andelar: {swedish.listed(listed)}."


def matrix_table(region: Region, flows: Flows) -> Table:
    """The matrix as a table, of at most the `_WRITTEN` largest members."""
    codes = by_night(region, flows.margins.set_index(["code", "year"]))[:_WRITTEN]
    _, persons = cells_of(region, flows, codes)
    frame = pd.DataFrame({work: _column(persons, str(work), flows) for work in persons})
    frame.insert(0, "home", names_of(codes))
    words = flows.modelled
    formats = {
        "home": Format("Bor i", text=True),
        _OUTSIDE: Format("Utanför", text=words),
        **{
            code: Format(name, text=words)
            for code, name in zip(codes, names_of(codes), strict=True)
        },
    }
    few = (f"De {_WRITTEN} största kommunerna visas.",) if len(codes) < len(region.members) else ()
    return Table(
        "pendling-matris",
        text.titled(f"Bor i (rad) och arbetar i (kolumn) {flows.year}", flows),
        frame.reset_index(drop=True),
        formats,
        flows.sources,
        kind=flows.derived_kind,
        notes=(*few, *_notes(region, flows)),
    )


def _column(persons: pd.DataFrame, work: str, flows: Flows) -> pd.Series:
    """Workers of one municipality by home: numbers, or words where most are modelled."""
    if not flows.modelled:
        return persons[work].round()
    return pd.Series(
        {
            home: swedish.number(value) if home == work else text.count(value, flows)
            for home, value in persons[work].items()
        }
    )


# --- groups and links -----------------------------------------------------------------------------


def groups_table(region: Region, flows: Flows) -> Table:
    """Each cooperation: in, out, internal, containment and its observed lower bound."""
    rows = [_group_row(part, flows) for part in region.groups or (region,)]
    exact = all(len(part.members) == 1 for part in region.groups or (region,))
    kind = "derived" if exact else flows.derived_kind
    words = flows.modelled
    title = f"Pendling över och inom områdets gräns {flows.year}"
    return Table(
        "pendling-grupper",
        title if exact else text.titled(title, flows),
        pd.DataFrame(rows),
        {
            "name": Format("Område", text=True),
            "group_in": Format("In till området", text=words, measure="group_in"),
            "group_out": Format("Ut ur området", text=words, measure="group_out"),
            "group_internal": Format("Mellan kommunerna", text=words, measure="group_internal"),
            "least": Format(
                "Bor och arbetar i samma kommun",
                decimals=1,
                percent=True,
                measure="containment_residence_min",
            ),
            "containment_residence": Format(
                "Boende som arbetar inom området", percent=True, measure="containment_residence"
            ),
            "containment_workplace": Format(
                "Arbetsplatser som fylls av boende", percent=True, measure="containment_workplace"
            ),
        },
        flows.sources,
        kind=kind,
        notes=(
            "Andelen som bor och arbetar i samma kommun är observerad och en undre gräns för dem som "
            "arbetar inom området.",
            *(() if exact else _group_notes(region, flows)),
        ),
    )


def _group_row(part: Region, flows: Flows) -> dict[str, object]:
    margins = flows.margins.set_index(["code", "year"])
    figures = metrics.group_figures(flows.table, part.members, margins=flows.margins).iloc[0]
    persons = figures[["group_in", "group_out", "group_internal"]].astype("float64")
    shares = figures[["containment_residence", "containment_workplace"]].astype("float64")
    row: dict[str, object] = {"name": part.name}
    if not flows.modelled:
        row |= {str(key): value for key, value in persons.items()}
    elif len(part.members) == 1:  # nothing between members: exact
        row |= {str(key): swedish.number(value) for key, value in persons.items()}
    else:
        row |= _spans(part, persons, flows)
        shares = (shares / STEP).round() * STEP
    least = exact(margins, part.members)["containment_residence_min"]
    return {**row, **{str(key): value for key, value in shares.items()}, "least": least}


def _spans(part: Region, persons: pd.Series, flows: Flows) -> dict[str, str]:
    """Modelled totals of a group as intervals, or rounded where observation informs them."""
    low, high = internal(part, flows)
    if low == high:
        return {str(key): text.count(value, flows) for key, value in persons.items()}
    inside = float(persons["group_internal"])
    ends = {"group_internal": (low, high)}
    for name in ("group_in", "group_out"):  # what stays inside does not cross the border
        total = float(persons[name]) + inside
        ends[name] = (rounded(max(total - high, 0)), rounded(max(total - low, 0)))
    return {key: f"{swedish.number(a)}–{swedish.number(b)}" for key, (a, b) in ends.items()}


def _group_notes(region: Region, flows: Flows) -> tuple[str, ...]:
    if not flows.modelled:
        return text.unknown_note(flows, region.members)
    return (
        "Spann: fyra av fem prov med grupper av kommuner låg inom dem. Andelar är avrundade "
        "till 5 procent.",
        *text.unknown_note(flows, region.members),
    )


def flow_tables(region: Region, flows: Flows) -> list[Table]:
    """The tables that need the matrix and have something to say about the region."""
    found = [groups_table(region, flows)]
    return (
        found
        if is_nation(region)
        else [*found, *(outside_table(part, flows) for part in region.groups or (region,))]
    )


def outside_table(part: Region, flows: Flows) -> Table:
    """The municipalities outside with most commuters to and from a cooperation.

    Modelled exchanges are not ranked: they stand in alphabetical order.
    """
    found = metrics.missing_members(
        flows.table, part.members, margins=flows.margins, top=_OUTSIDE_ROWS
    )
    names = names_of(list(found["code"]))
    if flows.modelled:
        order = sorted(range(len(names)), key=lambda place: swedish.sort_key(names[place]))
        found = found.iloc[order]
    written = {
        key: [text.count(value, flows) for value in found[column]]
        if flows.modelled
        else found[column].round().to_list()
        for key, column in (("out", "out_persons"), ("in", "in_persons"))
    }
    frame = pd.DataFrame(
        {
            "name": names_of(list(found["code"])),
            "county": [municipalities()[code].county for code in found["code"]],
            **written,
        }
    )
    many = (
        f"De {len(frame)} kommuner utanför som enligt modellen har mest utbyte, i bokstavsordning."
    )
    return Table(
        f"pendling-utanfor-{part.key}",
        text.titled(f"Pendling mellan {part.name} och kommuner utanför {flows.year}", flows),
        frame,
        {
            "name": Format("Kommun", text=True),
            "county": Format("Län", text=True),
            "out": Format("Pendlar dit", text=flows.modelled),
            "in": Format("Pendlar därifrån", text=flows.modelled),
        },
        flows.sources,
        kind=flows.derived_kind,
        notes=(
            *((many,) if flows.modelled else ()),
            *text.short_note(flows),
            *text.least_note(found),
        ),
    )


# --- labour markets -------------------------------------------------------------------------------


def delineation_tables(view: Commuting) -> list[Table]:
    """Official and own labour markets of the members, where both are known."""
    if view.flows is None or not view.markets_known:
        return []
    return [delineation_table(view.region, view.flows, markets_of(view.flows))]


def delineation_table(region: Region, flows: Flows, markets: Markets) -> Table:
    """Members: official market, and the centre of the one that the thresholds give on our flows."""
    order = by_night(region, flows.margins.set_index(["code", "year"]))
    found = markets.found.loc[order]
    hidden = (
        ("En okänd uppgift räknas aldrig som största länk.",)
        if flows.table["persons"].isna().any()
        else ()
    )
    frame = pd.DataFrame(
        {
            "name": names_of(order),
            "official": markets.names.loc[order].to_numpy(),
            "ours": names_of(list(found["market"])),
            "out": found["out_share"].to_numpy(),
        }
    )
    return Table(
        "arbetsmarknad-jamforelse",
        text.titled(
            f"Lokala arbetsmarknader: SCB {MARKETS_YEAR} och egen beräkning {flows.year}", flows
        ),
        frame,
        {
            "name": Format("Kommun", text=True),
            "official": Format("SCB", text=True),
            "ours": Format("Egen beräkning, centrum", text=True),
            "out": Format(
                "Ut\u00adpendlings\u00adandel",
                percent=True,
                decimals=1,
                measure="out_commuting_share",
            ),
        },
        (*flows.sources, "municipalities"),
        kind=flows.derived_kind,
        notes=(f"{text.rules_of(markets.thresholds)} Den officiella indelningen gäller.", *hidden),
    )
