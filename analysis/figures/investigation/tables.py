"""The tables of an investigation: alternatives, criteria, law, process, location and need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from analysis.investigation.question import CRITERIA, Alternative
from analysis.loaders.law import FORMS
from analysis.loaders.population import load_staff
from analysis.metrics import capacity
from analysis.metrics.location import mean_distance, reach
from analysis.metrics.measure import measure_of
from analysis.tables import NAME, Format, Table, columns, word
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
        rows = list(rows_of(view.present(key)))
        if rows:
            yield Table(
                f"idag-{key}",
                f"Vem delar {service(view, key)} i dag?",
                *columns(
                    name=(word("Organ"), [row.name for row in rows]),
                    form=(word("Form"), [view.sharing.form_names[row.legal_form] for row in rows]),
                    words=(word("Säkerhet"), [row.words for row in rows]),
                    inside=(
                        word("Av utredningens kommuner"),
                        [listed(row.inside.split("; ")) for row in rows],
                    ),
                    outside=(
                        word("Andra"),
                        [
                            listed([code for code in row.outside.split("; ") if code])
                            or "inga andra"
                            for row in rows
                        ],
                    ),
                ),
                ("services",),
            )


def difference_tables(view: View, where: Places) -> Iterator[Table]:
    """One table for each service: today and every alternative side by side."""
    latest = capacity.latest(load_staff().set_index(["code", "year"])["staff"])
    staff = {str(code): float(value) for code, value in latest.items()}
    for key in view.question.services:
        cells = {"Dagens läge": options.today_cells(view, key, staff=staff)}
        for course in view.courses:
            if course.service == key:
                cells[course.alternative.name] = options.differences(
                    view, course, staff=staff, where=where, links=view.links
                )
        yield Table(
            f"alternativ-{key}",
            f"Alternativen sida vid sida: {service(view, key)}",
            *columns(
                row=(word("Vad"), list(options.ROWS.values())),
                **{
                    title: (word(title), [found[row] for row in options.ROWS])
                    for title, found in cells.items()
                },
            ),
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
        yield Table(
            f"bedomning-{other.number}",
            f"Alternativ {other.name}",
            *columns(
                criterion=(word("Kriterium"), list(CRITERIA.values())),
                evidence=(
                    word("Underlag"),
                    [_evidence(view, other, key, where) or NO_EVIDENCE for key in CRITERIA],
                ),
                assessment=(
                    word("Utredarens bedömning"),
                    [other.assessment.get(key, TO_WRITE) for key in CRITERIA],
                ),
            ),
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
    rows = [(entry, row) for entry in found for row in rows_of(entry.table)]
    sources = tuple(dict.fromkeys(key for entry in found for key in entry.sources))
    return Table(
        "behov-tal",
        need_words.needs_message(found),
        *columns(
            label=(word("Mått"), [entry.label for entry, _ in rows]),
            place=(NAME, [name(row.code) for _, row in rows]),
            unit=(word("Enhet"), [entry.unit for entry, _ in rows]),
            year=(Format("År", year=True), [entry.year for entry, _ in rows]),
            value=(Format("Värde", decimals=2), [row.value for _, row in rows]),
            county=(Format("Länets median", decimals=2), [row.county for _, row in rows]),
            peers=(Format("Liknande kommuners median", decimals=2), [row.peers for _, row in rows]),
        ),
        sources,
    )


def _place(where: Places, row: Any) -> str:
    """A candidate, with its municipality where that has another name."""
    town = where.name(row.place)
    return town if town == name(row.code) else f"{town} ({name(row.code)})"


def location_table(view: View, where: Places) -> Table:
    """Each candidate place: mean distance, shares within reach, and their bounds."""
    rows = list(rows_of(where.table))
    share = measure_of(reach)
    return Table(
        "lokalisering",
        reach_words.reach_message(where),
        *columns(
            place=(word("Ort"), [_place(where, row) for row in rows]),
            mean=(
                Format.of(measure_of(mean_distance), "Medel, fågelvägen"),
                [row.mean_km for row in rows],
            ),
            within10=(Format.of(share, "Inom 10 km"), [row.within10 for row in rows]),
            within20=(Format.of(share, "Inom 20 km"), [row.within20 for row in rows]),
            within30=(Format.of(share, "Inom 30 km"), [row.within30 for row in rows]),
            low=(Format("Av alla inom 20 km, minst", percent=True), [row.low20 for row in rows]),
            high=(Format("högst", percent=True), [row.high20 for row in rows]),
        ),
        ("localities", "population"),
        notes=(
            f"Invånare i tätorter {where.year}. ”Av alla” räknar de som bor utanför tätorter "
            "som utom respektive inom räckhåll.",
        ),
    )


def around_table(view: View, where: Places) -> Table:
    """Each candidate place: ways around water beside straight lines, and staff within reach."""
    rows = list(rows_of(where.table))
    share, mean = measure_of(reach), measure_of(mean_distance)
    return Table(
        "lokalisering-vagar",
        "Fågelvägen och vägen runt vatten",
        *columns(
            place=(word("Ort"), [_place(where, row) for row in rows]),
            mean=(Format.of(mean, "Medel, fågelvägen"), [row.mean_km for row in rows]),
            around=(Format.of(mean, "Medel runt vatten"), [row.around_km for row in rows]),
            within20=(Format.of(share, "Inom 20 km, fågelvägen"), [row.within20 for row in rows]),
            around20=(Format.of(share, "Inom 20 km runt vatten"), [row.around20 for row in rows]),
            staff=(Format("Förvärvsarbetande inom 30 km", "personer"), [row.staff for row in rows]),
        ),
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
    rows = list(rows_of(where.pairs.head(3)))
    share = measure_of(reach)
    return [
        Table(
            "lokalisering-tva",
            "Två orter tillsammans, de tre kortaste",
            *columns(
                places=(word("Orter"), [where.name(row.places) for row in rows]),
                mean=(
                    Format.of(measure_of(mean_distance), "Medel till den närmaste"),
                    [row.mean_km for row in rows],
                ),
                within10=(Format.of(share, "Inom 10 km"), [row.within10 for row in rows]),
                within20=(Format.of(share, "Inom 20 km"), [row.within20 for row in rows]),
                within30=(Format.of(share, "Inom 30 km"), [row.within30 for row in rows]),
            ),
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
    return Table(
        key,
        title,
        *columns(
            form=(
                word("Form"),
                [view.sharing.form_names.get(row.form, "alla former") for row in chosen],
            ),
            topic=(word("Fråga"), [rules.TOPICS[row.topic] for row in chosen]),
            statement=(word("Regel"), [row.statement for row in chosen]),
            paragraph=(
                word("Lagrum"),
                [f"{rules.short_law(row.law)} {row.paragraph}" for row in chosen],
            ),
            read=(
                word("Text och läsning"),
                [f"{row.edition}; läst {row.checked}" for row in chosen],
            ),
        ),
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
    steps = rules.steps(view)
    return Table(
        "process",
        "Från avsikt till start",
        *columns(
            step=(word("Steg"), [f"{number}. {step.what}" for number, step in enumerate(steps, 1)]),
            who=(word("Vem"), [step.who for step in steps]),
            rule=(word("Stöd"), [step.rule or "praxis" for step in steps]),
            when=(word("När"), _BLANK),
        ),
        ("law", "own_text"),
        kind="observed",
    )


def risk_table(view: View) -> Table:
    """Risks to judge: the list is the product's, the judgement the investigator's."""
    return Table(
        "risker",
        "Risker att bedöma",
        *columns(
            risk=(word("Risk"), list(rules.RISKS)),
            odds=(word("Sannolikhet"), _BLANK),
            effect=(word("Följd"), _BLANK),
            act=(word("Åtgärd och ansvarig"), _BLANK),
        ),
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
