"""The kit of the first week as Word files with fields, in the investigation's own folder.

It is written once, with the folder: what a person has filled in is never written over, and
`build` does not touch it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from analysis import whole
from analysis.errors import InputError
from analysis.report.word import FIELDS, Paper, template_fault
from analysis.text.investigation import kit as text
from analysis.text.investigation import rules
from analysis.text.investigation.words import listed, service
from analysis.views.investigation import dossier
from analysis.views.investigation.dossier import View

FOLDER = "kit"
_FILL, _WRITE = FIELDS


def write_kit(folder: Path, *, template: Path | None = None) -> list[Path]:
    """Write the files that are not there into `folder`/kit; returns those that were made.

    Raises InputError for a template that is none, and for a folder that is no investigation.
    """
    fault = template_fault(template) if template else ""
    if fault:
        raise InputError(fault)
    view = dossier.look(folder)
    target = folder / FOLDER
    target.mkdir(exist_ok=True)
    made = []
    for name, title, fill in _files(view):
        path = target / f"{name}.docx"
        if not path.exists():
            paper = Paper(template, title=title)
            paper.heading(title, 0)
            fill(paper, view)
            whole.write(path, paper.bytes())  # half a file would never be written again
            made.append(path)
    return made


Fill = Callable[[Paper, View], None]


def _files(view: View) -> Iterator[tuple[str, str, Fill]]:
    """Name, title and content of each file."""
    what = view.question.title
    yield "1-direktiv", f"Utredningsdirektiv: {what}", _directive
    yield "2-projektplan", f"Projektplan: {what}", _plan
    yield "3-avtalslista", f"Avtal och uppsägningstider: {what}", _agreements
    yield "4-jamforbara-organ", f"Andra som gör det tillsammans: {what}", _comparable
    yield "5-checklista", f"Checklista: {what}", _checklist
    for code in view.members:
        yield (f"6-tjansteskrivelse-{code}", text.council(view, code), _memorandum)


def _directive(paper: Paper, view: View) -> None:
    paper.labelled("Diarienummer", _FILL)
    paper.labelled("Beslutat", _FILL)
    paper.heading("Uppdraget", 1)
    for sentence in text.mandate(view):
        paper.line(sentence, "Normal")
    for title in ("Bakgrund och syfte", "Avgränsning"):
        paper.heading(title, 1)
        paper.field(_WRITE)
    paper.heading("Styrgrupp", 1)
    paper.line("En från majoriteten och en från oppositionen i varje kommun.", "Normal")
    paper.grid(
        ("Kommun", "Från majoriteten", "Från oppositionen"),
        [(listed([code]), _FILL, _FILL) for code in view.members],
    )
    paper.heading("Mandat och ekonomi", 1)
    paper.labelled("Vad styrgruppen får besluta själv", _WRITE)
    paper.labelled("Utredningens kostnad och hur den delas", _FILL)
    paper.labelled("Redovisas senast", _FILL)


def _plan(paper: Paper, view: View) -> None:
    paper.heading("Organisation", 1)
    paper.grid(
        ("Roll", "Vem"),
        [
            ("Projektledare", _FILL),
            ("Projektgrupp", _FILL),
            ("Ekonomi", _FILL),
            ("Juridik", _FILL),
            ("Personal", _FILL),
        ],
    )
    paper.heading("Tidplan för utredningen", 1)
    paper.grid(("När", "Vad", "Ansvarig"), [(*row, _FILL) for row in text.TIMETABLE])
    paper.heading("Från beslut till start", 1)
    paper.grid(
        ("Steg", "Vem", "Stöd", "När"),
        [(step.what, step.who, step.rule or "praxis", _FILL) for step in rules.steps(view)],
    )
    paper.heading("Risker", 1)
    paper.grid(("Risk", "Sannolikhet", "Åtgärd"), [(risk, _FILL, _FILL) for risk in rules.RISKS])


def _agreements(paper: Paper, view: View) -> None:
    paper.line(
        "Skriv in varje avtal, överenskommelse och förbundsordning som rör tjänsten. "
        "”I dag” är vad inventeringen vet.",
        "Normal",
    )
    paper.grid(
        ("Kommun", "I dag", "Avtal eller system", "Diarienummer", "Slutar", "Uppsägningstid"),
        [(place, today, _FILL, _FILL, _FILL, _FILL) for place, today in text.present_rows(view)],
    )


def _comparable(paper: Paper, view: View) -> None:
    paper.line(
        "Organ i inventeringen. Urvalet är inte alla i landet, och att de finns säger inte "
        "att det gick bra: ring och fråga vad det gav.",
        "Normal",
    )
    for key in view.question.services:
        paper.heading(service(view, key).capitalize(), 1)
        rows = text.comparable(view, key)
        if rows:
            paper.grid(
                (
                    "Organ",
                    "Form",
                    "Kommuner",
                    "Invånare",
                    "Säkerhet och start",
                    "Vad gav det? Fråga",
                ),
                [(*row, _FILL) for row in rows],
            )
        else:
            paper.line("Inventeringen har inget organ för tjänsten.", "Normal")
        ended = text.ended(view, key)
        if ended:
            paper.heading("Avslutade", 2)
            for sentence in ended:
                paper.line(sentence, "List Bullet")


def _checklist(paper: Paper, view: View) -> None:
    paper.grid(
        ("Område", "Fråga", "Svar", "Klart"), [(*row, _FILL, _FILL) for row in text.CHECKLIST]
    )


def _memorandum(paper: Paper, view: View) -> None:
    paper.labelled("Diarienummer", _FILL)
    paper.labelled("Datum", _FILL)
    paper.labelled("Handläggare", _FILL)
    paper.heading("Förslag till beslut", 1)
    paper.line("Kommunstyrelsen föreslår kommunfullmäktige", "Normal")
    for clause in text.clauses(view):
        paper.line(clause, "List Bullet")
    paper.line(
        "Beslutet gäller under förutsättning att de övriga kommunerna beslutar lika.", "Normal"
    )
    paper.heading("Sammanfattning", 1)
    for sentence in text.mandate(view):
        paper.line(sentence, "Normal")
    for title in ("Ekonomi", "Konsekvenser för invånare och personal"):
        paper.heading(title, 1)
        paper.field(_WRITE)
