"""Tables of shares, kronor and own figures. What is stated never shares a column with the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pandas as pd

from analysis.metrics.allocation import cost_gap, cost_per_head, cost_share
from analysis.metrics.measure import measure_of
from analysis.metrics.stated_costs import unit_cost
from analysis.tables import NAME, Format, Table, columns, word
from analysis.text import swedish
from analysis.text.investigation import options, shares
from analysis.text.investigation.words import name, service, stated_note
from analysis.views.investigation import money
from analysis.views.investigation.dossier import View
from analysis.views.investigation.money import Allocation


def _by_member(
    table: pd.DataFrame, form: Callable[[Any], Format]
) -> tuple[pd.DataFrame, dict[str, Format]]:
    """A row for each member (the index), with every column shown as `form` of its name says."""
    return columns(
        place=(NAME, [name(str(code)) for code in table.index]),
        **{str(key): (form(key), table[key]) for key in table},
    )


def _heading(found: Allocation, key: object) -> str:
    entry = next(entry for entry in found.keys if entry.id == key)
    mark = " (uppgivet)" if entry.kind == "stated" else ""
    return f"{entry.label}{mark}" + (f" {entry.year}" if entry.year else "")


def _sources(found: Allocation) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for entry in found.keys for key in entry.sources))


def _kind(found: Allocation) -> str:
    return "stated" if any(entry.kind == "stated" for entry in found.keys) else "derived"


def share_table(view: View, found: Allocation) -> Table:
    """Each member's share of a common cost by each key, per cent; also kronor of 100."""
    notes: tuple[str, ...] = ("Andelen i procent är också vad kommunen betalar av 100 kronor.",)
    if _kind(found) == "stated":
        notes = (*notes, *stated_note(view))
    return Table(
        f"andelar-{found.service or '-'.join(map(str, found.numbers))}",
        shares.shares_title(view, found),
        *_by_member(
            found.shares, lambda key: Format.of(measure_of(cost_share), _heading(found, key))
        ),
        _sources(found),
        kind=_kind(found),
        notes=notes,
    )


def kronor_tables(view: View, found: Allocation) -> Iterator[Table]:
    """Per inhabitant, more or less than today, and the way there; only with a known cost."""
    if found.cost is None:
        return
    head = service(view, found.service)
    notes = stated_note(view)
    sources = (*_sources(found), "own_figures")
    each = measure_of(cost_per_head)
    yield Table(
        f"per-invanare-{found.service}",
        f"Kronor per invånare och år: {head}",
        *_by_member(
            found.per_head,
            lambda key: Format(_heading(found, key), decimals=each.decimals, measure=each.id),
        ),
        sources,
        kind="stated",
        notes=notes,
    )
    form = measure_of(cost_gap).id
    gaps = found.gaps.drop(columns="cost", errors="ignore")  # today's cost moves nothing
    yield Table(
        f"skillnad-{found.service}",
        f"Mer eller mindre än i dag, kronor om året: {head}",
        *_by_member(gaps, lambda key: Format(_heading(found, key), signed=True, measure=form)),
        sources,
        kind="stated",
        notes=notes,
    )
    steps = found.transition("inhabitants")
    steps.insert(0, 0, found.today)
    yield Table(
        f"overgang-{found.service}",
        f"Övergång till nyckeln invånare i lika steg: {head}",
        *_by_member(steps, lambda year: Format(f"År {year}" if year else "I dag", "kr")),
        sources,
        kind="stated",
        notes=notes,
    )


_PARTS = (
    ("bemanning", "Bemanning enligt kommunerna", ("posts", "persons"), 1),
    ("kostnader", "Kostnader och volymer enligt kommunerna", ("cost", "overhead", "volume"), 0),
)


def stated_tables(view: View) -> Iterator[Table]:
    """Own figures of each service as they were given, with bounds, year, source and date."""
    for key in view.question.services:
        for part, title, items, decimals in _PARTS:
            yield from _stated(
                view, key, f"{part}-{key}", f"{title}: {service(view, key)}", items, decimals
            )


def _stated(
    view: View, key: str, name_: str, title: str, items: Sequence[str], decimals: int
) -> Iterator[Table]:
    table = money.shown(view)
    own = table[
        (table["service"] == key)
        & table["code"].isin(list(view.members))
        & table["item"].isin(list(items))
    ]
    if own.empty:
        return
    alone = [code for item in items for code in money.hidden(view, key, item)]
    notes = (
        *stated_note(view),
        *(["Uppgifter om en tjänst som sköts av en enda person visas inte."] if alone else []),
    )
    amount = partial(Format, decimals=decimals)
    yield Table(
        name_,
        title,
        *columns(
            place=(NAME, own["code"].map(name)),
            label=(word("Uppgift"), own["label"]),
            low=(amount("Lägst"), own["low"]),
            base=(amount("Bas"), own["base"]),
            high=(amount("Högst"), own["high"]),
            unit=(word("Enhet"), own["unit"]),
            year=(Format("År", year=True), own["year"]),
            source=(word("Källa"), own["source"]),
            date=(word("Datum"), own["date"]),
        ),
        ("own_figures",),
        kind="stated",
        notes=notes,
    )


def unit_tables(view: View) -> Iterator[Table]:
    """Stated cost for each unit of volume, low to high."""
    for key in view.question.services:
        table = money.unit_costs(view, key)
        if table.empty:
            continue
        form = measure_of(unit_cost)
        yield Table(
            f"styckkostnad-{key}",
            f"Kostnad per enhet: {service(view, key)}",
            *columns(
                code=(NAME, table["code"].map(name)),
                unit=(word("Enhet"), table["unit"]),
                year=(Format("År", year=True), table["year"]),
                low=(Format.of(form, "Lägst"), table["low"]),
                base=(Format.of(form, "Bas"), table["base"]),
                high=(Format.of(form, "Högst"), table["high"]),
            ),
            ("own_figures",),
            kind="stated",
            notes=stated_note(view),
        )


def payback_tables(view: View) -> list[Table]:
    """What the investigator assumes of each alternative, and payback in years for each bound."""
    table = money.paybacks(view)
    if table.empty:
        return []
    titles = {other.number: other.name for other in view.question.alternatives}
    return [
        Table(
            "aterbetalning",
            "Engångskostnad, årskostnad och återbetalningstid",
            *columns(
                name=(word("Alternativ"), table["number"].map(titles)),
                one_off=(
                    word("Engångskostnad, bas"),
                    table["one_off_base"].map(options.amount_or_dash),
                ),
                yearly=(word("Årskostnad, bas"), table["yearly_base"].map(options.amount_or_dash)),
                best=(word("Återbetalt, bästa fall"), table["best"].map(_years)),
                base=(word("Grundfall"), table["base"].map(_years)),
                worst=(word("Sämsta fall"), table["worst"].map(_years)),
            ),
            ("own_figures", "own_text"),
            kind="stated",
            notes=(
                "Räknat på belopp som utredaren antar. Bästa fall: lägsta kostnad efter, "
                "högsta i dag. Sämsta fall: tvärtom. "
                "Ränta och prisändringar räknas inte.",
                *stated_note(view),
            ),
        )
    ]


def _years(payback: float) -> str | None:
    """Years until an alternative has paid for itself; None where that is unknown."""
    if math.isnan(payback):
        return None
    return "aldrig" if math.isinf(payback) else f"{swedish.number(payback, 1)} år"


def contract_tables(view: View) -> list[Table]:
    """The calendar of systems and contracts, the first to end first."""
    table = money.contracts(view)
    if table.empty:
        return []
    return [
        Table(
            "avtal",
            "När slutar system och avtal?",
            *columns(
                ends=(word("Slutar"), table["ends"].replace("", "inget slut uppgivet")),
                name=(word("System eller avtal"), table["name"]),
                place=(NAME, table["code"].map(name)),
                service=(word("Tjänst"), table["service"].map(view.service_name)),
                notice=(Format("Uppsägning", "månader"), table["notice"].astype("Int64")),
                source=(word("Källa"), table["source"].replace("", "ej uppgiven")),
            ),
            ("own_figures",),
            kind="stated",
            notes=stated_note(view),
        )
    ]
