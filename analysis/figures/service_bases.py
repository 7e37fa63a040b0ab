"""Population behind each body, and commuting beside sharing.

Terms
-----
base: the inhabitants of all named members of a body.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from analysis.figures import labels, style
from analysis.figures.charts import number_axis
from analysis.figures.labels import Label
from analysis.figures.service_marks import (
    FORM_MARKS,
    NAME,
    SOURCES,
    letters_text,
    rows_of,
    sharp,
    tint,
    word,
    wrap,
)
from analysis.metrics import services as metrics
from analysis.regions import municipalities
from analysis.tables import Format, Table
from analysis.text import services as text
from analysis.text import swedish
from analysis.text.services import Sharing


def bases_of(view: Sharing, population: pd.Series, *, year: int) -> list[Axes]:
    """The chart of population bases; none when no service runs for a member."""
    return [] if view.running.empty else [plot_bases(view, population, year=year)]


def plot_bases(view: Sharing, population: pd.Series, *, year: int) -> Axes:
    """Inhabitants behind each body that runs a service for a member, with the region's own.

    `population` is persons by code of all municipalities in `year`.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_population
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.text.services import sharing
    >>> view = sharing(regions.get("bergslagen"), load_inventory(), "2026-06-30")
    >>> people = load_population().set_index(["year", "code"])["population"]
    >>> axes = plot_bases(view, people[2024], year=2024)
    >>> style.description_of(axes.figure).title
    'Befolkningsunderlaget bakom varje organ, folkmängd 2024'
    """
    frame = base_frame(view, population)
    own = float(population.reindex(list(view.region.members)).sum(skipna=False))
    axes = style.canvas(0.34 * (len(frame) + 1) + 0.5)
    sharp(axes)
    with style.look():
        _base_bar(axes, len(frame), own, {"facecolor": "white", "edgecolor": style.INK})
        for y, row in zip(range(len(frame) - 1, -1, -1), rows_of(frame), strict=True):
            colour = FORM_MARKS[row.legal_form][1]
            _base_bar(axes, y, row.population, {
                "edgecolor": colour, "facecolor": tint(colour, 0.22) if row.stale else colour,
                "hatch": "/////" if row.stale else ""})
        names = [wrap(f"{row.name} [{FORM_MARKS[row.legal_form][0]}]", 38)
                 for row in rows_of(frame)]
        axes.set_yticks(range(len(frame), -1, -1),
                        [wrap(f"{view.region.name} (kommunerna i rapporten)", 38), *names],
                        fontsize=7.5, linespacing=1.0)
        axes.set_ylim(-0.6, len(frame) + 0.6)
        axes.set_xlim(0, 1.2 * max(frame["population"].max(), own))
        axes.tick_params(axis="y", length=0)
        number_axis(axes.xaxis, ticks=4)
    return style.describe(axes, _base_description(view, frame, own, year))


def _base_bar(axes: Axes, y: float, persons: float, look: dict[str, Any]) -> None:
    axes.barh(y, persons, height=0.5, linewidth=0.7, **look)
    axes.annotate(swedish.number(persons), (persons, y), xytext=(4, 0),
                  textcoords="offset points", va="center", fontsize=8)


def base_frame(view: Sharing, population: pd.Series) -> pd.DataFrame:
    """One row a body with a running service for a member: largest circle of its services."""
    base = metrics.population_base(view.state, population)
    base = base[base["arrangement"].isin(view.bodies) & base["population"].notna()]
    base = base.sort_values("population", ascending=False, kind="stable")
    frame = base.drop_duplicates("arrangement").reset_index(drop=True)
    return frame.astype({"population": "int64"})


def _base_description(view: Sharing, frame: pd.DataFrame, own: float, year: int,
                      ) -> style.Description:
    shown = frame[["name", "legal_form", "members", "population", "last_evidence"]].assign(
        legal_form=frame["legal_form"].map(view.form_names))
    table = Table("tjanst-underlag", f"Befolkningsunderlag {year} för organ i drift "
                  f"{swedish.day(view.day)}", shown,
                  {"name": word("Organ"), "legal_form": word("Form"),
                   "members": Format("Kommuner"), "population": Format("Folkmängd", "invånare"),
                   "last_evidence": Format("Senaste belägg", year=True)},
                  ("services", "population"),
                  notes=("Bara medlemmar som källorna namnger räknas.",))
    said = [f"{row.name} {swedish.number(row.population)}" for row in rows_of(frame)]
    return style.Description(
        id="tjanst-underlag", title=f"Befolkningsunderlaget bakom varje organ, folkmängd {year}",
        alt=f"Liggande staplar: {swedish.listed(said)}. {view.region.name} har "
        f"{swedish.number(own)} invånare.", sources=("services", "population"), table=table,
        unit="invånare", note="Vit stapel: kommunerna i rapporten tillsammans. Streckad ljus "
        f"stapel: belägg äldre än tre år. {letters_text(view)}")


def fit_of(view: Sharing, flows: pd.DataFrame, *, sources: tuple[str, ...]) -> list[Axes]:
    """The chart of commuting and sharing; none unless flows between three pairs are known.

    `flows` has year, home, work, persons and kind; `sources` are the datasets behind it.
    """
    fit = text.fit_pairs(view, flows)
    if len(fit) < 3 or view.own.empty:
        return []
    return [plot_fit(view, fit, year=int(flows["year"].max()), sources=sources)]


def plot_fit(view: Sharing, fit: pd.DataFrame, *, year: int, sources: tuple[str, ...]) -> Axes:
    """Pairs of members by commuters in both directions and shared running services.

    `fit` is that of `text.fit_pairs`; modelled pairs are open and said to be so.

    >>> from analysis import flows, regions
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.text.services import fit_pairs, sharing
    >>> view = sharing(regions.get("bergslagen"), load_inventory(), "2026-06-30")
    >>> now = flows.commuting_of(2021)
    >>> axes = plot_fit(view, fit_pairs(view, now.table), year=2021, sources=now.sources)
    >>> style.description_of(axes.figure).title
    'Pendlar mycket, delar lite? Paren i rapporten'
    """
    axes = style.canvas(3.6)
    with style.look():
        modelled = fit["kind"] == "modelled"
        for part, face, label in ((fit[~modelled], style.ACCENT, "observerad pendling"),
                                  (fit[modelled], "white", "modellskattad pendling")):
            if len(part):
                axes.scatter(part["persons"].clip(lower=1), part["services"], s=34, label=label,
                             facecolor=face, edgecolor=style.ACCENT, linewidth=1.2, zorder=3)
        axes.set_xscale("log")
        axes.grid(axis="both")
        which = "Modellskattade pendlare" if modelled.all() else "Pendlare"
        axes.set_xlabel(f"{which} i båda riktningarna {year}, logaritmisk skala", fontsize=8.5)
        axes.set_ylabel("Gemensamma tjänster i inventeringen", fontsize=8.5)
        axes.xaxis.set_major_formatter(lambda value, _: swedish.number(value))
        axes.xaxis.set_minor_formatter(lambda value, _: "")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        top = max(float(fit["services"].max()), 1.0)
        axes.set_ylim(-0.12 * top, 1.2 * top)
        if modelled.any() and not modelled.all():
            axes.legend(loc="upper left", fontsize=8)
        _name_pairs(axes, fit)
    return style.describe(axes, _fit_description(view, fit, year, (*SOURCES, *sources)))


def _name_pairs(axes: Axes, fit: pd.DataFrame) -> None:
    """Names of the pairs that fit least at both ends, and of those that share or commute most."""
    wanted = [*fit.index[:4], *fit.index[::-1][:3], *fit["persons"].nlargest(3).index]
    known = municipalities()
    style.settle(axes)
    spots = axes.transData.transform(fit[["persons", "services"]].clip(lower=[1, 0]).to_numpy())
    symbols = [Bbox([[x - 5, y - 5], [x + 5, y + 5]]) for x, y in spots]
    labels.place(axes, [
        Label(f"{known[row.code_a].name}\u2013{known[row.code_b].name}", max(row.persons, 1.0),
              row.services, radius=4.0, size=7.5, must=False)
        for row in rows_of(fit.loc[list(dict.fromkeys(wanted))])], taken=symbols)


def _fit_description(view: Sharing, fit: pd.DataFrame, year: int, sources: tuple[str, ...],
                     ) -> style.Description:
    known = municipalities()
    frame = pd.DataFrame({
        "a": [known[code].name for code in fit["code_a"]],
        "b": [known[code].name for code in fit["code_b"]],
        "persons": [text.careful(row.persons, row.kind) for row in rows_of(fit)],
        "services": fit["services"],
        "kind": ["modellskattad" if kind == "modelled" else "observerad" for kind in fit["kind"]],
    })
    modelled = bool((fit["kind"] == "modelled").any())
    table = Table("tjanst-pendling", f"Pendling {year} och gemensamma tjänster, par för par", frame,
                  {"a": NAME, "b": word("och"), "persons": Format("Pendlare", "personer"),
                   "services": Format("Tjänster i inventeringen"), "kind": word("Pendlingen är")},
                  sources, kind="modelled" if modelled else "derived")
    return style.Description(
        id="tjanst-pendling", title="Pendlar mycket, delar lite? Paren i rapporten",
        alt=f"Punktdiagram med {len(fit)} par. {' '.join(text.fit_text(view, fit))}",
        sources=sources, table=table,
        kind="modelled" if modelled else "derived",
        note="Till höger nedanför: par som pendlar mycket och delar få tjänster enligt "
        "inventeringen.")
