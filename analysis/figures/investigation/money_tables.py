"""Tables of shares, kronor and own figures. What is stated never shares a column with the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.figures.service_marks import word
from analysis.metrics.allocation import cost_gap, cost_per_head, cost_share
from analysis.metrics.measure import measure_of
from analysis.metrics.stated_costs import unit_cost
from analysis.tables import Format, Table
from analysis.text import swedish
from analysis.text.investigation import options, shares
from analysis.text.investigation.words import name, service, stated_note
from analysis.views.investigation import money
from analysis.views.investigation.dossier import View
from analysis.views.investigation.money import Allocation
from analysis.views.services import rows_of


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(index=name).reset_index(names="place")


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
    form = {
        str(key): Format.of(measure_of(cost_share), _heading(found, key)) for key in found.shares
    }
    notes: tuple[str, ...] = ("Andelen i procent är också vad kommunen betalar av 100 kronor.",)
    if _kind(found) == "stated":
        notes = (*notes, *stated_note(view))
    return Table(
        f"andelar-{found.service or '-'.join(map(str, found.numbers))}",
        shares.shares_title(view, found),
        _named(found.shares),
        {"place": word("Kommun"), **form},
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
    per_head = {
        str(key): Format(_heading(found, key), decimals=each.decimals, measure=each.id)
        for key in found.per_head
    }
    yield Table(
        f"per-invanare-{found.service}",
        f"Kronor per invånare och år: {head}",
        _named(found.per_head),
        {"place": word("Kommun"), **per_head},
        sources,
        kind="stated",
        notes=notes,
    )
    form = measure_of(cost_gap).id
    gaps = found.gaps.drop(columns="cost", errors="ignore")  # today's cost moves nothing
    gap = {str(key): Format(_heading(found, key), signed=True, measure=form) for key in gaps}
    yield Table(
        f"skillnad-{found.service}",
        f"Mer eller mindre än i dag, kronor om året: {head}",
        _named(gaps),
        {"place": word("Kommun"), **gap},
        sources,
        kind="stated",
        notes=notes,
    )
    steps = found.transition("inhabitants")
    steps.columns = pd.Index([f"year{year}" for year in steps])
    years = {
        "today": Format("I dag", "kr"),
        **{f"year{year}": Format(f"År {year}", "kr") for year in range(1, found.years + 1)},
    }
    steps.insert(0, "today", found.today)
    yield Table(
        f"overgang-{found.service}",
        f"Övergång till nyckeln invånare i lika steg: {head}",
        _named(steps),
        {"place": word("Kommun"), **years},
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
    frame = own.assign(place=own["code"].map(name))[
        ["place", "label", "low", "base", "high", "unit", "year", "source", "date"]
    ]
    amount = {
        bound: Format(label, decimals=decimals)
        for bound, label in (("low", "Lägst"), ("base", "Bas"), ("high", "Högst"))
    }
    yield Table(
        name_,
        title,
        frame.reset_index(drop=True),
        {
            "place": word("Kommun"),
            "label": word("Uppgift"),
            **amount,
            "unit": word("Enhet"),
            "year": Format("År", year=True),
            "source": word("Källa"),
            "date": word("Datum"),
        },
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
        frame = table.assign(code=table["code"].map(name))
        yield Table(
            f"styckkostnad-{key}",
            f"Kostnad per enhet: {service(view, key)}",
            frame[["code", "unit", "year", "low", "base", "high"]],
            {
                "code": word("Kommun"),
                "unit": word("Enhet"),
                "year": Format("År", year=True),
                "low": Format.of(form, "Lägst"),
                "base": Format.of(form, "Bas"),
                "high": Format.of(form, "Högst"),
            },
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
    rows = []
    for row in table.to_dict("records"):
        years = {
            bound: (
                "aldrig"
                if row[bound] == float("inf")
                else None
                if row[bound] != row[bound]
                else f"{swedish.number(row[bound], 1)} år"
            )
            for bound in ("best", "base", "worst")
        }
        rows.append(
            {
                "name": titles[row["number"]],
                "one_off": options.amount_or_dash(row["one_off_base"]),
                "yearly": options.amount_or_dash(row["yearly_base"]),
                **years,
            }
        )
    return [
        Table(
            "aterbetalning",
            "Engångskostnad, årskostnad och återbetalningstid",
            pd.DataFrame(rows),
            {
                "name": word("Alternativ"),
                "one_off": word("Engångskostnad, bas"),
                "yearly": word("Årskostnad, bas"),
                "best": word("Återbetalt, bästa fall"),
                "base": word("Grundfall"),
                "worst": word("Sämsta fall"),
            },
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


def contract_tables(view: View) -> list[Table]:
    """The calendar of systems and contracts, the first to end first."""
    table = money.contracts(view)
    if table.empty:
        return []
    rows = [
        {
            "ends": row.ends or "inget slut uppgivet",
            "name": row.name,
            "place": name(row.code),
            "service": view.service_name(row.service),
            "notice": None if row.notice != row.notice else row.notice,
            "source": row.source or "ej uppgiven",
        }
        for row in rows_of(table)
    ]
    frame = pd.DataFrame(rows).astype({"notice": "Int64"})
    return [
        Table(
            "avtal",
            "När slutar system och avtal?",
            frame,
            {
                "ends": word("Slutar"),
                "name": word("System eller avtal"),
                "place": word("Kommun"),
                "service": word("Tjänst"),
                "notice": Format("Uppsägning", "månader"),
                "source": word("Källa"),
            },
            ("own_figures",),
            kind="stated",
            notes=stated_note(view),
        )
    ]
