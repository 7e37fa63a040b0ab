"""The commuting matrix of a region as a heat map, and the tables that need the matrix.

Terms
-----
dependence: share of the employed residents of one member who work in another, C[i, j] / N[i].
diagonal: those who live and work in the same municipality; observed also when the rest is modelled.
outside: all workplaces outside the region, abroad included.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.figures import maps, style
from analysis.flows import Flows, Markets
from analysis.metrics import commuting as metrics
from analysis.metrics.labour_markets import MarketChanges
from analysis.regions import Region, municipalities, names_of
from analysis.tables import Format, Table
from analysis.text import commuting as text
from analysis.text import swedish

MOST = 24  # members in the heat map; the table of links has the rest
_WRITTEN = 12  # members up to which every cell gets its count
_LINKS = 40  # rows of the table of links
_PAIRS = 21  # rows of the table of pairs: all of seven members
_LEAST_RATIO = 50  # modelled persons in the larger direction: a share of fewer says nothing
LIMITS = (0.0, 0.01, 0.025, 0.075, 0.2, 0.4, 1.0)  # classes of dependence
_DIAGONAL = "#e3e6e4"
_OUTSIDE = "utanför"


# --- the heat map --------------------------------------------------------------------------------


def plot_matrix(region: Region, flows: Flows, *, axes: tuple[Axes, Axes] | None = None) -> Axes:
    """Heat map home x work: shaded by dependence (a rate), counts written where they fit.

    >>> from analysis import flows, regions
    >>> axes = plot_matrix(regions.get("kak"), flows.commuting_of(2021))
    >>> style.description_of(axes.figure).title
    'Bor i och arbetar i 2021 – modellskattning'
    """
    codes = text.by_night(region, flows.margins.set_index(["code", "year"]))[:MOST]
    shares, persons = cells_of(region, flows, codes)
    chart, side = axes if axes is not None else style.canvas(
        1.0 + 4.2 * min(len(codes), _WRITTEN) / _WRITTEN + (0.6 if len(codes) > _WRITTEN else 0.3),
        columns=2, width_ratios=[0.77, 0.23])
    with style.look():
        side.set_axis_off()
        off = pd.Series({(home, work): share for home, work, share in text.pairs(shares)})
        fill = pd.Series(dtype="object")
        if len(off):
            fill, limits, colours = dependence_classes(off)
            maps.class_legend(side, limits, colours, percent=True, decimals=1,
                              title="Procent av de\nförvärvsarbetande\nsom bor där")
        _draw_cells(chart, fill, shares, persons, flows)
        _dress(chart, codes)
    several = "" if len(codes) == len(region.members) else f" De {MOST} största kommunerna visas."
    return style.describe(chart, style.Description(
        id="pendling-matris", title=text.titled(f"Bor i och arbetar i {flows.year}", flows),
        alt=_alt(region, flows, shares), sources=flows.sources, unit="personer",
        kind=flows.derived_kind, table=matrix_table(region, flows),
        note="Rader är bostadskommun, kolumner arbetskommun. Grått: bor och arbetar i samma kommun "
        f"(observerat).{several}{' '.join(['', *_notes(region, flows)])}"))


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
    return picked, list(LIMITS[:used + 1]), colours[:used]


def matrix_figures(region: Region, flows: Flows) -> list[Axes]:
    """The heat map, or nothing for a region of one municipality: it has no pairs."""
    return [plot_matrix(region, flows)] if len(region.members) > 1 else []


def cells_of(region: Region, flows: Flows, codes: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of the night population and persons, homes x workplaces with a column outside."""
    shares = metrics.dependence(flows.table, codes, year=flows.year, margins=flows.margins)
    if len(codes) < len(region.members):
        inside = metrics.dependence(flows.table, list(region.members), year=flows.year,
                                    margins=flows.margins).loc[codes].sum(axis=1, skipna=False)
    else:
        inside = shares.sum(axis=1, skipna=False)
    night = metrics.night_population(flows.by_code).reindex(codes).astype("float64")
    both = shares.assign(**{_OUTSIDE: (1 - inside).clip(lower=0)})
    return both, both.mul(night, axis=0)


def _draw_cells(axes: Axes, fill: pd.Series, shares: pd.DataFrame, persons: pd.DataFrame,
                flows: Flows) -> None:
    counts = persons.to_numpy("float64")
    colours = dict(zip(fill.index, fill, strict=True))
    for row, home in enumerate(shares.index):
        for place, work in enumerate(shares.columns):
            own, value = home == work, float(counts[row, place])
            x = place + (0.25 if work == _OUTSIDE else 0)
            colour = _DIAGONAL if own else colours.get((home, work), style.NO_DATA)
            axes.add_patch(Rectangle((x, row), 1, 1, facecolor=colour, edgecolor="white",
                                     linewidth=1.2, hatch="////" if value != value else "",
                                     in_layout=False))
            if len(shares) <= _WRITTEN:
                words = swedish.number(value) if own else text.count(value, flows)
                axes.text(x + 0.5, row + 0.5, words.replace("färre än ", "< "), ha="center",
                          va="center", fontsize=8.0 if len(shares) <= 8 else 6.8,
                          fontweight="bold" if own else "normal", in_layout=False)


def _dress(axes: Axes, codes: list[str]) -> None:
    names = names_of(codes)
    axes.set_xlim(0, len(codes) + 1.25)
    axes.set_ylim(len(codes), 0)
    many = len(codes) > 6
    axes.set_xticks([*(np.arange(len(codes)) + 0.5), len(codes) + 0.75], [*names, "Utanför"],
                    rotation=50 if many else 0, ha="left" if many else "center",
                    rotation_mode="anchor" if many else None)
    axes.set_yticks(np.arange(len(codes)) + 0.5, names)
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8.5 if len(codes) <= _WRITTEN else 7)
    axes.spines[:].set_visible(False)
    axes.set_ylabel("Bor i")
    axes.set_xlabel("Arbetar i")
    axes.xaxis.set_label_position("top")


def _alt(region: Region, flows: Flows, shares: pd.DataFrame) -> str:
    night = metrics.night_population(flows.by_code)
    listed = [f"{names_of([home])[0]} till {names_of([work])[0]} "
              f"{text.about(share * float(night[home]), flows)} "
              f"({swedish.percent(share, 0)} av de förvärvsarbetande som bor där)"
              for home, work, share in text.pairs(shares.drop(columns=_OUTSIDE))[:6]]
    kind = "Modellskattad tabell" if flows.modelled else "Tabell"
    known = "" if shares.notna().all(axis=None) else " kända"
    most = f" Störst{known} andelar: {swedish.listed(listed)}." if listed else ""
    error = f" {text.error_text()}" if flows.modelled else ""
    return (f"{kind} i färg över var de som bor i {region.name} arbetade {flows.year}, kommun för "
            f"kommun.{most}{error}")


def matrix_table(region: Region, flows: Flows) -> Table:
    """The matrix as a table, or for many members its largest links."""
    codes = text.by_night(region, flows.margins.set_index(["code", "year"]))
    if len(codes) > _WRITTEN:
        return _largest_links(region, flows)
    _, persons = cells_of(region, flows, codes)
    # those who stay are observed: exact, not rounded to tens
    frame = pd.DataFrame({work: text.rounded(persons[work], flows).where(
        persons.index != work, persons[work].round()) for work in persons})
    frame.insert(0, "home", names_of(codes))
    formats = {"home": Format("Bor i", text=True), _OUTSIDE: Format("Utanför"),
               **{code: Format(name) for code, name in zip(codes, names_of(codes), strict=True)}}
    return Table("pendling-matris", text.titled(f"Bor i (rad) och arbetar i (kolumn) {flows.year}",
                                                flows), frame.reset_index(drop=True), formats,
                 flows.sources, kind=flows.derived_kind, notes=(
                     *(["0 betyder färre än 5 skattade pendlare."] if flows.modelled else []),
                     *_notes(region, flows)))


def _largest_links(region: Region, flows: Flows) -> Table:
    links = metrics.strongest_links(flows.table, margins=flows.margins.set_index(["code", "year"]),
                                    homes=region.members, top=3)
    links = links.sort_values(["persons", "home"], ascending=[False, True]).head(_LINKS)
    frame = pd.DataFrame({
        "home": names_of(list(links["home"])), "work": names_of(list(links["work"])),
        "persons": text.rounded(links["persons"], flows).to_numpy(),
        "share": links["share"].to_numpy()})
    return Table("pendling-matris", text.titled(f"De {_LINKS} största länkarna {flows.year}",
                                                flows), frame, {
        "home": Format("Bor i", text=True), "work": Format("Arbetar i", text=True),
        "persons": Format("Personer"),
        "share": Format("Andel av de förvärvsarbetande som bor där", percent=True),
    }, flows.sources, kind=flows.derived_kind, notes=_link_notes(links, flows))


def _link_notes(links: pd.DataFrame, flows: Flows) -> tuple[str, ...]:
    """What is estimated, and that a larger link may be hidden where one is not certain."""
    hidden = () if links["certain"].all() else ("Okända uppgifter kan dölja en större länk.",)
    return (*text.short_note(flows), *hidden)


# --- groups and links -----------------------------------------------------------------------------


def groups_table(region: Region, flows: Flows) -> Table:
    """Region and groups: in, out, internal, containment and its observed lower bound."""
    margins = flows.margins.set_index(["code", "year"])
    rows = []
    for name, members in text.sets_of(region).items():
        figures = metrics.group_figures(flows.table, members, margins=flows.margins).iloc[0]
        whole = len(members) == 1  # nothing between members: exact
        persons = figures[["group_in", "group_out", "group_internal"]].astype("float64")
        rows.append({
            "name": name, **(persons if whole else text.rounded(persons, flows)),
            "containment_residence": figures["containment_residence"],
            "least": text.exact(margins, members)["containment_residence_min"],
            "containment_workplace": figures["containment_workplace"]})
    frame = pd.DataFrame(rows)
    exact = len(region.members) == 1
    kind = "derived" if exact else flows.derived_kind
    title = f"Pendling över och inom områdets gräns {flows.year}"
    return Table("pendling-grupper", title if exact else text.titled(title, flows), frame, {
        "name": Format("Område", text=True), "group_in": Format("In till området"),
        "group_out": Format("Ut ur området"), "group_internal": Format("Mellan kommunerna"),
        "containment_residence": Format("Boende som arbetar inom området", percent=True),
        "least": Format("därav minst (observerat)", decimals=1, percent=True),
        "containment_workplace": Format("Arbetsplatser som fylls av boende", percent=True),
    }, flows.sources, kind=kind, notes=(
        "Den observerade undre gränsen är andelen som bor och arbetar i samma kommun.",
        *(() if exact else _notes(region, flows))))


def flow_tables(region: Region, flows: Flows) -> list[Table]:
    """The tables that need the matrix and have something to say about the region."""
    found = [groups_table(region, flows), links_table(region, flows)]
    if len(region.members) > 1:
        found.append(pairs_table(region, flows))
    return found if text.is_nation(region) else [*found, outside_table(region, flows)]


def links_table(region: Region, flows: Flows) -> Table:
    """The two largest destinations of each member, inside the region or not."""
    links = metrics.strongest_links(flows.table, margins=flows.margins.set_index(["code", "year"]),
                                    homes=region.members, top=2)
    order = text.by_night(region, flows.margins.set_index(["code", "year"]))
    links = links.sort_values("rank").sort_values(
        "home", key=lambda codes: codes.map(order.index), kind="stable").head(2 * _LINKS)
    frame = pd.DataFrame({
        "home": names_of(list(links["home"])), "work": names_of(list(links["work"])),
        "persons": text.rounded(links["persons"], flows).to_numpy(),
        "share": links["share"].to_numpy(),
        "where": [_where(region, row["home"], row["work"]) for row in links.to_dict("records")]})
    return Table("pendling-lankar", text.titled(f"Kommunernas största länkar {flows.year}", flows),
                 frame, {
        "home": Format("Bor i", text=True), "work": Format("Arbetar i", text=True),
        "persons": Format("Personer"),
        "share": Format("Andel av de förvärvsarbetande som bor där", percent=True),
        "where": Format("Dit", text=True)}, flows.sources, kind=flows.derived_kind,
        notes=_link_notes(links, flows))


def pairs_table(region: Region, flows: Flows) -> Table:
    """Pairs of members with commuters in each direction: is the exchange mutual or one-way?

    >>> from analysis import flows, regions
    >>> pairs_table(regions.get("kak"), flows.commuting_of(2021)).frame.columns.to_list()
    ['a', 'b', 'there', 'back', 'both', 'reciprocity']
    """
    found = metrics.reciprocity(flows.table, region.members)
    found = found[found["year"] == flows.year]
    # the larger flow goes from A to B, so that the reader sees who depends on whom
    turned = (found["b_to_a"] > found["a_to_b"]).to_numpy()
    frame = pd.DataFrame({
        "a": names_of(list(found["b"].where(turned, found["a"]))),
        "b": names_of(list(found["a"].where(turned, found["b"]))),
        "there": found["b_to_a"].where(turned, found["a_to_b"]).to_numpy(),
        "back": found["a_to_b"].where(turned, found["b_to_a"]).to_numpy(),
        "reciprocity": found["reciprocity"].to_numpy()})
    frame.insert(4, "both", frame["there"] + frame["back"])
    frame = frame.sort_values(["both", "a", "b"], ascending=[False, True, True], kind="stable")
    kept = frame.head(_PAIRS).reset_index(drop=True)
    if flows.modelled:
        kept["reciprocity"] = kept["reciprocity"].where(kept["there"] >= _LEAST_RATIO)
    for name in ("there", "back", "both"):
        kept[name] = text.rounded(kept[name], flows)
    notes = [f"De {_PAIRS} paren med mest pendling visas."] if len(frame) > _PAIRS else []
    if flows.modelled:
        notes.append("0 betyder färre än 5 skattade pendlare. Ömsesidigheten står bara där minst "
                     f"{_LEAST_RATIO} pendlar åt något håll.")
    return Table("pendling-par", text.titled(
        f"Ömsesidig eller ensidig? Pendling mellan kommunerna {flows.year}", flows), kept, {
        "a": Format("Kommun A", text=True), "b": Format("Kommun B", text=True),
        "there": Format("Bor i A, arbetar i B"), "back": Format("Bor i B, arbetar i A"),
        "both": Format("Tillsammans"), "reciprocity": Format("Ömsesidighet", percent=True),
        }, flows.sources, kind=flows.derived_kind, notes=(
            "Ömsesidighet är det mindre flödet som andel av det större: 100 procent är lika många "
            "åt båda hållen, nära noll är ensidigt.", *notes, *_notes(region, flows)))


def _where(region: Region, home: str, work: str) -> str:
    if work in region.members:
        return "inom regionen"
    return "utanför regionen" if home[:2] == work[:2] else "utanför regionen och länet"


def outside_table(region: Region, flows: Flows) -> Table:
    """The municipalities outside with most commuters to and from the region."""
    found = metrics.missing_members(flows.table, region.members, margins=flows.margins, top=8)
    frame = pd.DataFrame({
        "name": names_of(list(found["code"])),
        "county": [municipalities()[code].county for code in found["code"]],
        "out": text.rounded(found["out_persons"], flows).to_numpy(),
        "in": text.rounded(found["in_persons"], flows).to_numpy(),
        "both": text.rounded(found["persons"], flows).to_numpy()})
    return Table("pendling-utanfor", text.titled(
        f"Kommuner utanför {region.name} med mest pendling {flows.year}", flows), frame, {
        "name": Format("Kommun", text=True), "county": Format("Län", text=True),
        "out": Format("Pendlar dit"), "in": Format("Pendlar därifrån"),
        "both": Format("Tillsammans")}, flows.sources, kind=flows.derived_kind,
        notes=(*text.short_note(flows), *text.least_note(found)))


# --- labour markets -------------------------------------------------------------------------------


def delineation_table(region: Region, flows: Flows, markets: Markets, changes: MarketChanges,
                      ) -> Table:
    """Members: official market, ours, the strongest link, and the commuters that are lacking."""
    order = text.by_night(region, flows.margins.set_index(["code", "year"]))
    found = markets.found.loc[order]
    extra = changes.table["extra"].reindex(order).astype("float64")
    target = changes.table["target"].reindex(order)
    strongest = found["strongest"]
    hidden = (("En okänd uppgift räknas aldrig som största länk.",)
              if flows.table["persons"].isna().any() else ())
    frame = pd.DataFrame({
        "name": names_of(order), "official": markets.names.loc[order].to_numpy(),
        "ours": names_of(list(found["market"])),
        "strongest": [municipalities()[code].name if isinstance(code, str) else None
                      for code in strongest],
        "share": found["share"].to_numpy(), "out": found["out_share"].to_numpy(),
        "target": [municipalities()[code].name if isinstance(code, str) else None
                   for code in target],
        "extra": text.rounded(extra, flows).to_numpy()})
    return Table("arbetsmarknad-jamforelse", text.titled(
        f"Lokala arbetsmarknader: SCB {text.MARKETS_YEAR} och egen beräkning {flows.year}", flows),
        frame, {
        "name": Format("Kommun", text=True), "official": Format("SCB", text=True),
        "ours": Format("Egen beräkning, centrum", text=True),
        "strongest": Format("Största länk", text=True),
        "share": Format("Andel dit", percent=True, decimals=1),
        "out": Format("Ut\u00adpendlings\u00adandel", percent=True, decimals=1),
        "target": Format("Skulle behöva fler till", text=True),
        "extra": Format("Fler pendlare, minst")},
        (*flows.sources, "municipalities"), kind=flows.derived_kind, notes=(
        "En kommun är centrum om högst 20 procent pendlar ut och högst 7,5 procent till en enda "
        "kommun. Andra hör till kommunen dit flest pendlar, högst tre steg från centrum: så "
        "stämmer beräkningen bäst med SCB:s indelning.", *text.short_note(flows), *hidden))
