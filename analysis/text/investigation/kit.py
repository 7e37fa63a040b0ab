"""The words of the first week's kit: short, in our own words, the same for every council.

Terms
-----
att-sats: a clause of the decision that is proposed; identical in each council.
"""

from __future__ import annotations

from analysis.metrics import scenario
from analysis.text import swedish
from analysis.text.investigation.words import listed, service, services
from analysis.text.services import citation, since
from analysis.views.investigation.dossier import View
from analysis.views.services import rows_of

CHECKLIST = (
    ("Upphandling", "Är avtalet en upphandling, eller undantaget enligt LOU 3 kap. 11–18 §§?"),
    ("Moms", "Blir det moms mellan kommunerna, och får den lyftas av?"),
    ("Pensioner", "Vem tar över pensionsskulden för personal som flyttar?"),
    ("Overhead", "Vilka lokaler, system och chefer finns kvar när tjänsten flyttar?"),
    ("Personal", "Är det övergång av verksamhet? När ska de fackliga förhandlingarna hållas?"),
    ("Avtal", "Vilka avtal löper vidare, och med vilken uppsägningstid?"),
    ("Dagens organ", "Vilken uppsägningstid gäller för det som lämnas?"),
    ("Arkiv", "Vem äger handlingarna före och efter?"),
    ("Personuppgifter", "Vem är personuppgiftsansvarig? Behövs biträdesavtal?"),
    ("Försäkring", "Vem försäkrar verksamheten och dess ansvar?"),
    ("Insyn", "Hur följer varje fullmäktige verksamhet och ekonomi?"),
    ("Utträde", "Hur lämnar en kommun, och hur delas tillgångar, skulder och personal?"),
)
TIMETABLE = (
    ("Vecka 1", "Direktiv, styrgrupp och projektplan"),
    ("Vecka 2–4", "Formulären med egna uppgifter fylls i; avtalslistan tas fram"),
    ("Vecka 3–5", "Fackliga organisationer informeras"),
    ("Vecka 5–8", "Alternativ, kostnader och fördelning räknas"),
    ("Vecka 9", "Avstämning i styrgruppen"),
    ("Vecka 10–12", "Utredarens bedömning skrivs; remiss till nämnderna"),
    ("Vecka 13", "Tjänsteskrivelser till kommunstyrelserna"),
)


def mandate(view: View) -> list[str]:
    """What the directive says of the task."""
    return [
        f"Kommunerna {listed(view.members)} utreder tillsammans {services(view)}.",
        view.question.question,
        "Utredningen beskriver dagens läge och varje alternativ: underlag, kostnad, fördelning, "
        "läge, form, process och risker. Den tar inte ställning åt något fullmäktige.",
        "Att var och en fortsätter för sig är alltid ett alternativ.",
    ]


def clauses(view: View) -> list[str]:
    """The decision that is proposed to each council, in the same words."""
    return [
        f"att delta i en gemensam utredning av {services(view)} tillsammans med övriga av "
        f"kommunerna {listed(view.members)},",
        "att godkänna utredningsdirektivet,",
        "att utse en ledamot från majoriteten och en från oppositionen till styrgruppen,",
        "att kommunens del av utredningens kostnad betalas enligt direktivet, och",
        "att utredningen redovisas till fullmäktige före beslut om gemensam verksamhet.",
    ]


def comparable(view: View, key: str) -> list[tuple[str, str, str, str, str]]:
    """Bodies of the inventory with a service: name, form, municipalities, inhabitants, how sure."""
    sizes = scenario.body_sizes(view.sharing.state, key, view.population)
    return [
        (
            str(row.name),
            view.sharing.form_names[row.legal_form],
            listed(row.codes.split("; ")),
            "okänt" if swedish.is_missing(row.population) else swedish.number(row.population),
            f"{row.words}; start {since(view.sharing, row.arrangement, key)}",
        )
        for row in rows_of(sizes)
    ]


def ended(view: View, key: str) -> list[str]:
    """Bodies that had the service and have ended: what became of them, with their sources."""
    state = view.sharing.state
    rows = state[(state["area"] == key) & (state["state"] == "ended")]
    said = []
    for _, part in rows.groupby("arrangement", sort=False):
        head = part.iloc[0]
        sources = "; ".join(
            citation(view.sharing, source, address=False)
            for source in str(head["sources"]).split("; ")[:2]
        )
        said.append(
            f"{head['name']} ({listed(sorted(set(part['code'])))}): {head['words']}. {sources}"
        )
    return said


def present_rows(view: View) -> list[tuple[str, str]]:
    """For the list of agreements: each member with what is known of its services today."""
    rows = []
    for code in view.members:
        for key in view.question.services:
            cell = view.sharing.cell(key, code)
            body = view.sharing.names[cell.row.arrangement] if cell.row is not None else ""
            known = f"{body}, {cell.words}" if body else cell.words
            rows.append((listed([code]), f"{view.service_name(key)}: {known}"))
    return rows


def council(view: View, code: str) -> str:
    """The title of the memorandum to one council."""
    return (
        f"Tjänsteskrivelse till kommunstyrelsen i {listed([code])}: gemensam utredning av "
        f"{swedish.listed([service(view, key) for key in view.question.services])}"
    )
