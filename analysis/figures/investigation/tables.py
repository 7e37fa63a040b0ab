"""The tables of an investigation: alternatives, criteria, law, process, location and need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from analysis.figures.service_marks import word
from analysis.investigation.question import CRITERIA, Alternative
from analysis.loaders.law import FORMS
from analysis.loaders.population import load_staff
from analysis.metrics import capacity
from analysis.metrics.location import mean_distance, reach
from analysis.metrics.measure import measure_of
from analysis.tables import Format, Table
from analysis.text import swedish
from analysis.text.investigation import need_words, options, rules
from analysis.text.investigation import reach as reach_words
from analysis.text.investigation.words import NO_EVIDENCE, TO_WRITE, listed, name, service
from analysis.views.investigation import money
from analysis.views.investigation.dossier import View
from analysis.views.investigation.needs import Indicator
from analysis.views.investigation.outcome import Outcome
from analysis.views.investigation.places import Places
from analysis.views.services import rows_of

_BLANK = "att fylla i"


def today_tables(view: View) -> Iterator[Table]:
    """Today's bodies for each service: form, how sure, who is in them."""
    for key in view.question.services:
        rows = [
            {
                "name": row.name,
                "form": view.sharing.form_names[row.legal_form],
                "words": row.words,
                "inside": listed(row.inside.split("; ")),
                "outside": listed([c for c in row.outside.split("; ") if c]) or "inga andra",
            }
            for row in rows_of(view.present(key))
        ]
        if rows:
            yield Table(
                f"idag-{key}",
                f"Vem delar {service(view, key)} i dag?",
                pd.DataFrame(rows),
                {
                    "name": word("Organ"),
                    "form": word("Form"),
                    "words": word("Säkerhet"),
                    "inside": word("Av utredningens kommuner"),
                    "outside": word("Andra"),
                },
                ("services",),
            )


def difference_tables(view: View, where: Places) -> Iterator[Table]:
    """One table for each service: today and every alternative side by side."""
    latest = capacity.latest(load_staff().set_index(["code", "year"])["staff"])
    staff = {str(code): float(value) for code, value in latest.items()}
    for key in view.question.services:
        columns = {"Dagens läge": options.today_cells(view, key, staff=staff)}
        for course in view.courses:
            if course.service == key:
                columns[course.alternative.name] = options.differences(
                    view, course, staff=staff, where=where, links=view.links
                )
        frame = pd.DataFrame(
            [
                {"row": label, **{title: cells[row] for title, cells in columns.items()}}
                for row, label in options.ROWS.items()
            ]
        )
        yield Table(
            f"alternativ-{key}",
            f"Alternativen sida vid sida: {service(view, key)}",
            frame,
            {"row": word("Vad"), **{title: word(title) for title in columns}},
            ("services", "population", "staff", "commuting_margins", "localities", "law"),
            notes=(
                f"Invånare {view.population_year}; anställda "
                f"{int(latest.attrs['year'])} (hela kommunen).",
                f"Pendling {view.commuting_year}: namnet på den starkaste länken, där "
                "det är observerat eller modellen är tydlig; inga antal.",
                "”Okänt” betyder att underlag saknas, aldrig noll.",
            ),
        )


def criteria_tables(view: View, where: Places) -> Iterator[Table]:
    """For each alternative: every criterion, the evidence, and the investigator's assessment."""
    for other in view.question.alternatives:
        rows = [
            {
                "criterion": label,
                "evidence": _evidence(view, other, key, where) or NO_EVIDENCE,
                "assessment": other.assessment.get(key, TO_WRITE),
            }
            for key, label in CRITERIA.items()
        ]
        yield Table(
            f"bedomning-{other.number}",
            f"Alternativ {other.name}",
            pd.DataFrame(rows),
            {
                "criterion": word("Kriterium"),
                "evidence": word("Underlag"),
                "assessment": word("Utredarens bedömning"),
            },
            ("services", "population", "law", "own_text"),
            notes=("Bedömningen är utredarens egen. Inga poäng och inga vikter används.",),
        )


def _evidence(view: View, other: Alternative, criterion: str, where: Places) -> str:
    """The evidence of all services, each named where there are several and they differ."""
    said = {
        course.service: options.evidence(view, course, criterion, where)
        for course in view.courses
        if course.alternative == other
    }
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return " ".join(
        f"{view.service_name(key)}: {text or NO_EVIDENCE}" for key, text in said.items()
    )


# --- need and location ---------------------------------------------------------------------------


def need_table(view: View, found: Sequence[Indicator]) -> Table:
    """Indicators as rows, members as columns; county and similar municipalities in brackets."""
    rows = []
    for entry in found:
        cells = {row.code: _beside(entry, row) for row in rows_of(entry.table)}
        rows.append(
            {
                "label": f"{entry.label} ({entry.unit}), {entry.year}",
                **cells,
                "reading": entry.reading,
            }
        )
    sources = tuple(dict.fromkeys(key for entry in found for key in entry.sources))
    return Table(
        "behov",
        "Behov och sårbarhet, kommun för kommun",
        pd.DataFrame(rows),
        {
            "label": word("Mått och år"),
            **{code: word(name(code)) for code in view.members},
            "reading": word("Högre värde betyder"),
        },
        sources,
        notes=(
            "Inom parentes: medianen för länets kommuner och för liknande kommuner "
            "(RKA). Talen läggs inte ihop till något index.",
        ),
    )


def _beside(entry: Indicator, row: object) -> str:
    value, county, peers = (
        swedish.number(getattr(row, part), entry.decimals) for part in ("value", "county", "peers")
    )
    return f"{value} ({county}; {peers})"


def need_numbers(view: View, found: Sequence[Indicator]) -> Table:
    """The same as numbers, one row a member and indicator: for the spreadsheet."""
    rows = [
        {
            "label": entry.label,
            "place": name(row.code),
            "unit": entry.unit,
            "year": entry.year,
            "value": row.value,
            "county": row.county,
            "peers": row.peers,
        }
        for entry in found
        for row in rows_of(entry.table)
    ]
    sources = tuple(dict.fromkeys(key for entry in found for key in entry.sources))
    return Table(
        "behov-tal",
        need_words.needs_message(found),
        pd.DataFrame(rows),
        {
            "label": word("Mått"),
            "place": word("Kommun"),
            "unit": word("Enhet"),
            "year": Format("År", year=True),
            "value": Format("Värde", decimals=2),
            "county": Format("Länets median", decimals=2),
            "peers": Format("Liknande kommuners median", decimals=2),
        },
        sources,
    )


def _place(where: Places, row: Any) -> str:
    """A candidate, with its municipality where that has another name."""
    town = where.name(row.place)
    return town if town == name(row.code) else f"{town} ({name(row.code)})"


def location_table(view: View, where: Places) -> Table:
    """Each candidate place: mean distance, shares within reach, and their bounds."""
    rows = [
        {
            "place": _place(where, row),
            "mean": row.mean_km,
            "within10": row.within10,
            "within20": row.within20,
            "within30": row.within30,
            "low": row.low20,
            "high": row.high20,
        }
        for row in rows_of(where.table)
    ]
    share = measure_of(reach)
    return Table(
        "lokalisering",
        reach_words.reach_message(where),
        pd.DataFrame(rows),
        {
            "place": word("Ort"),
            "mean": Format.of(measure_of(mean_distance), "Medel, fågelvägen"),
            "within10": Format.of(share, "Inom 10 km"),
            "within20": Format.of(share, "Inom 20 km"),
            "within30": Format.of(share, "Inom 30 km"),
            "low": Format("Av alla inom 20 km, minst", percent=True),
            "high": Format("högst", percent=True),
        },
        ("localities", "population"),
        notes=(
            f"Invånare i tätorter {where.year}. ”Av alla” räknar de som bor utanför tätorter "
            "som utom respektive inom räckhåll.",
        ),
    )


def around_table(view: View, where: Places) -> Table:
    """Each candidate place: ways around water beside straight lines, and staff within reach."""
    rows = [
        {
            "place": _place(where, row),
            "mean": row.mean_km,
            "around": row.around_km,
            "within20": row.within20,
            "around20": row.around20,
            "staff": row.staff,
        }
        for row in rows_of(where.table)
    ]
    share, mean = measure_of(reach), measure_of(mean_distance)
    return Table(
        "lokalisering-vagar",
        "Fågelvägen och vägen runt vatten",
        pd.DataFrame(rows),
        {
            "place": word("Ort"),
            "mean": Format.of(mean, "Medel, fågelvägen"),
            "around": Format.of(mean, "Medel runt vatten"),
            "within20": Format.of(share, "Inom 20 km, fågelvägen"),
            "around20": Format.of(share, "Inom 20 km runt vatten"),
            "staff": Format("Förvärvsarbetande inom 30 km", "personer"),
        },
        ("localities", "boundaries", "commuting_margins"),
        notes=(
            reach_words.NOT_TRAVEL,
            f"Förvärvsarbetande {where.staff_year} som bor i kommuner vars "
            "befolkningscentrum ligger inom 30 km fågelvägen.",
        ),
    )


def pair_table(view: View, where: Places) -> list[Table]:
    """The best choices of two places; none with a single candidate."""
    if where.pairs.empty:
        return []
    rows = [
        {
            "places": where.name(row.places),
            "mean": row.mean_km,
            "within10": row.within10,
            "within20": row.within20,
            "within30": row.within30,
        }
        for row in rows_of(where.pairs.head(3))
    ]
    share = measure_of(reach)
    return [
        Table(
            "lokalisering-tva",
            "Två orter tillsammans, de tre kortaste",
            pd.DataFrame(rows),
            {
                "places": word("Orter"),
                "mean": Format.of(measure_of(mean_distance), "Medel till den närmaste"),
                "within10": Format.of(share, "Inom 10 km"),
                "within20": Format.of(share, "Inom 20 km"),
                "within30": Format.of(share, "Inom 30 km"),
            },
            ("localities",),
        )
    ]


# --- law, outcome and process --------------------------------------------------------------------


def law_tables(view: View) -> Iterator[Table]:
    """The rules that were read: those for any service once, then each service's own."""
    every = pd.concat(view.law.values()).drop_duplicates()
    yield _law_table(
        view, "lag-allmant", "Lagregler för samverkan i allmänhet", every[every["area"] == ""]
    )
    for key in view.question.services:
        own = every[every["area"] == key]
        if len(own):
            yield _law_table(view, f"lag-{key}", f"Särskilda regler för {service(view, key)}", own)


def _law_table(view: View, key: str, title: str, rules_: pd.DataFrame) -> Table:
    """Rules by form and question, each with paragraph, the text that was read and the day."""
    order = {form: rank for rank, form in enumerate(("", *FORMS))}
    chosen = [row for row in rows_of(rules_) if row.form in order]
    chosen.sort(key=lambda row: (order[row.form], list(rules.TOPICS).index(row.topic)))
    rows = [
        {
            "form": view.sharing.form_names.get(row.form, "alla former"),
            "topic": rules.TOPICS[row.topic],
            "statement": row.statement,
            "paragraph": f"{rules.short_law(row.law)} {row.paragraph}",
            "read": f"{row.edition}; läst {row.checked}",
        }
        for row in chosen
    ]
    return Table(
        key,
        title,
        pd.DataFrame(rows),
        {
            "form": word("Form"),
            "topic": word("Fråga"),
            "statement": word("Regel"),
            "paragraph": word("Lagrum"),
            "read": word("Text och läsning"),
        },
        ("law",),
        kind="observed",
    )


def outcome_tables(view: View, found: Sequence[Outcome]) -> Iterator[Table]:
    """Before and after the start of each body with figures."""
    who = {"members": "medlemmarna", "alone": "liknande kommuner i egen regi"}
    when = {"before": "före", "after": "efter"}
    for entry in found:
        if entry.table is None:
            continue
        frame = entry.table.assign(
            group=entry.table["group"].map(who), period=entry.table["period"].map(when)
        )
        yield Table(
            f"resultat-{entry.body}-{entry.service}",
            f"{view.sharing.names[entry.body]} före och efter {entry.start}",
            frame,
            {
                "group": word("Grupp"),
                "period": word("Tid"),
                "years": Format("År med uppgift"),
                "first": Format("Från", year=True),
                "last": Format("Till", year=True),
                "mean": Format("Medel", "kr/inv."),
                "low": Format("Lägst", "kr/inv."),
                "high": Format("Högst", "kr/inv."),
                "members": Format("Kommuner"),
                "missing": Format("Saknade värden"),
            },
            ("area_costs", "services", "peers"),
        )


def process_table(view: View) -> Table:
    """The steps from intention to follow-up, with a column of dates to fill in."""
    rows = [
        {
            "step": f"{number}. {step.what}",
            "who": step.who,
            "rule": step.rule or "praxis",
            "when": _BLANK,
        }
        for number, step in enumerate(rules.steps(view), 1)
    ]
    return Table(
        "process",
        "Från avsikt till start",
        pd.DataFrame(rows),
        {"step": word("Steg"), "who": word("Vem"), "rule": word("Stöd"), "when": word("När")},
        ("law", "own_text"),
        kind="observed",
    )


def risk_table(view: View) -> Table:
    """Risks to judge: the list is the product's, the judgement the investigator's."""
    rows = [{"risk": risk, "odds": _BLANK, "effect": _BLANK, "act": _BLANK} for risk in rules.RISKS]
    return Table(
        "risker",
        "Risker att bedöma",
        pd.DataFrame(rows),
        {
            "risk": word("Risk"),
            "odds": word("Sannolikhet"),
            "effect": word("Följd"),
            "act": word("Åtgärd och ansvarig"),
        },
        ("own_text",),
        kind="observed",
    )


def follow_table(view: View) -> Table:
    """Indicators to follow, with today's value as the base line where it is known."""
    rows = []
    for key in view.question.services:
        volume = str(view.volume(key)) or "ärenden"
        for label, item in (
            ("Kostnad per år", "cost"),
            ("Helårstjänster", "posts"),
            (f"Antal {volume}", "volume"),
        ):
            rows.append(
                {"what": f"{label}: {service(view, key)}", "base": _base_line(view, key, item)}
            )
        rows += [
            {"what": f"{label}: {service(view, key)}", "base": _COLLECT}
            for label in ("Handläggningstid", "Nöjdhet hos kommunerna")
        ]
    known = any(row["base"].endswith("uppgivet") for row in rows)
    return Table(
        "uppfoljning",
        "Att följa upp, med dagens värde som baslinje",
        pd.DataFrame(rows),
        {"what": word("Mått"), "base": word("Baslinje")},
        ("own_figures",),
        kind="stated" if known else "observed",
    )


_COLLECT = "okänt, samlas in före start"


def _base_line(view: View, key: str, item: str) -> str:
    """The members' stated figure together; where it is not known, for whom it is."""
    values = money.values(view, key, item).reindex(list(view.members))
    total = money.total(view, key, item)
    if _units_differ(view, key, item):
        return f"{_COLLECT} (uppgivet i olika enheter)"
    if total is not None:
        return f"{swedish.number(total['base'], 1 if item == 'posts' else 0)}, uppgivet"
    given = [str(code) for code in values.dropna().index]
    return f"{_COLLECT} (uppgivet av {listed(given)}, inte av alla)" if given else _COLLECT


def _units_differ(view: View, key: str, item: str) -> bool:
    stated = view.dossier.own.stated
    rows = stated[(stated["service"] == key) & (stated["item"] == item)]
    return bool(rows["unit"].nunique() > 1)
