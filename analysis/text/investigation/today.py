"""Who does the services today: the 0-alternative, from the inventory.

Terms
-----
counted: so sure that it counts as shared on the date; see `analysis.arrangements`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis.arrangements import State
from analysis.text import swedish
from analysis.text.investigation.words import listed, service, services, some
from analysis.text.services import citation
from analysis.views.investigation.dossier import View
from analysis.views.services import rows_of


def question_text(view: View) -> list[str]:
    """What is investigated, for whom, against which date."""
    asked = view.question
    others = [code for code in asked.everyone if code not in asked.members]
    more = f" I något alternativ ingår också {listed(others)}." if others else ""
    ways = len(asked.alternatives)
    count = (
        f"{swedish.in_words(ways, neuter=True)} alternativ jämförs"
        if ways
        else "inget alternativ är beskrivet ännu"
    )
    return [
        f"**{asked.question}**",
        f"Utredningen gäller {services(view)} i {listed(asked.members)}.{more} Dagens läge är det "
        f"som inventeringen visar den {swedish.day(view.sharing.day)}, och {count} med det. "
        "Underlaget beskriver vad varje alternativ ändrar. Det ger inga poäng och ingen "
        "rekommendation: bedömningen är utredarens, och beslutet är fullmäktiges.",
    ]


def today_text(view: View) -> list[str]:
    """Who shares each service, who does it alone, and of whom nothing is known."""
    return [sentence for key in view.question.services for sentence in _of(view, key)]


def short_text(view: View) -> list[str]:
    """The same in a few sentences: the first of each service, and of whom nothing is known."""
    keys = view.question.services
    if len(keys) == 1:
        return _of(view, keys[0])[:2]
    firsts = [_of(view, key)[0] for key in keys if len(view.unknown(key)) < len(view.members)]
    return [*firsts, *unknown_text(view, keys)]


def _of(view: View, key: str) -> list[str]:
    found = [_body(view, key, row) for row in rows_of(view.present(key))]
    alone = [code for code in view.members if view.sharing.cell(key, code).state == State.ALONE]
    if alone:
        said = {code: view.sharing.cell(key, code).words for code in alone}
        found.append(
            f"{listed(alone)} sköter {service(view, key)} i egen regi "
            f"({swedish.listed(sorted(set(said.values())))})."
        )
    found += _plans(view, key)
    return [*found, *unknown_text(view, [key])]


def unknown_text(view: View, keys: Sequence[str]) -> list[str]:
    """Of whom nothing is known, services of the same municipalities in one sentence."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for key in keys:
        groups.setdefault(tuple(view.unknown(key)), []).append(service(view, key))
    return [
        f"Det finns ingen uppgift om att {some(view, codes)} delar {swedish.listed(names)} i "
        "drift. Det betyder inte att tjänsten inte delas."
        for codes, names in groups.items()
        if codes
    ]


def _body(view: View, key: str, row: Any) -> str:
    inside, outside = row.inside.split("; "), [c for c in row.outside.split("; ") if c]
    together = f" tillsammans med {listed(outside)}" if outside else ""
    form = view.sharing.form_names[row.legal_form]
    if row.counted:
        return (
            f"{listed(inside)} har {service(view, key)} i {row.name}{together} ({form}; "
            f"{row.words})."
        )
    return (
        f"{listed(inside)} hade {service(view, key)} i {row.name}{together} ({form}). Om det "
        f"finns kvar är {row.words}."
    )


def _plans(view: View, key: str) -> list[str]:
    """Intentions and inquiries on the service, which are no service in operation."""
    state = view.sharing.state
    rows = state[
        (state["area"] == key)
        & state["code"].isin(list(view.members))
        & (state["state"] == State.PLANNED.value)
    ]
    return [
        f"{view.sharing.names[str(arrangement)]} nämner {service(view, key)} för "
        f"{listed(sorted(set(part['code'])))} ({part['words'].iloc[0]}); det är ingen tjänst i "
        "drift."
        for arrangement, part in rows.groupby("arrangement", sort=False)
    ]


def sources_text(view: View) -> str:
    """What the picture of today rests on, as a list; "" where nothing is known."""
    keys = [
        key
        for service_ in view.question.services
        for row in rows_of(view.sharing.state)
        if row.area == service_ and row.code in view.question.everyone
        for key in row.sources.split("; ")
    ]
    return "\n".join(f"- {citation(view.sharing, key)}" for key in dict.fromkeys(keys))
