"""What to ask before deciding: what the inventory of shared services does not know.

Terms
-----
question: one that a council must have answered before it decides; it is asked only where the
    inventory has no answer, with what it does know.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.arrangements import State
from analysis.text import swedish
from analysis.text.services import (
    bodies_counted,
    examples,
    other_bodies,
    services,
    several,
    spelt_out,
)
from analysis.views.services import Sharing

_BODIES = 6  # bodies that an answer names, of all cooperations together
_PLANS = 4  # and plans


def questions(view: Sharing, *, costs: bool) -> dict[str, str]:
    """What to ask before deciding, by question: what the inventory does not know.

    `costs`: whether a cost per inhabitant is known for the services. Of several cooperations each
    is named with its own answer.

    >>> from analysis import regions
    >>> from analysis.loaders.services import load_inventory
    >>> from analysis.views.services import sharing
    >>> next(iter(questions(sharing(regions.get("kak"), load_inventory()), costs=False)))
    'Finns det kvar?'
    """
    count = len(view.parts)
    answers = [
        _asked(part, costs, -(-_BODIES // count), -(-_PLANS // count)) for part in view.parts
    ]
    names = [part.region.name for part in view.parts]
    merged = {
        question: _merged(names, [answer[question] for answer in answers])
        for question in answers[0]
    }
    return {question: said for question, said in merged.items() if said}


def _asked(view: Sharing, costs: bool, bodies: int, plans: int) -> dict[str, str]:
    nothing = _shared_today(view)
    return {
        "Vad delas i dag?": nothing,
        "Finns det kvar?": _still_running(view, bodies),
        "Vad kostar det?": "" if nothing else _cost(view, costs),
        "Vem är värd?": "" if nothing else _hosts(view),
        "I vilken form?": "" if nothing else _forms(view),
        "Hur lämnar man?": "" if nothing else _exits(view),
        "Vad blev det av?": _outcomes(view, plans),
    }


def _shared_today(view: Sharing) -> str:
    """Where no service counts as shared: of one municipality with anybody."""
    one = len(view.region.members) == 1
    if len(view.counted if one else view.shared):
        return ""
    return (
        "Inventeringen har inga belagda gemensamma tjänster. Fråga varje kommun och sök i "
        "kommunernas beslut."
    )


def _merged(names: Sequence[str], said: Sequence[str]) -> str:
    """What is said of each cooperation, by its name; once where it is the same of all."""
    if len(set(said)) == 1:
        return said[0]
    return " ".join(
        text if text.startswith(name) else f"{name}: {text}"
        for name, text in zip(names, said, strict=True)
        if text
    )


def _still_running(view: Sharing, most: int) -> str:
    """Bodies that count by old evidence, the oldest first, and how many are unclear."""
    rows = view.own[(view.own["state"] == State.UNENDED) & (view.own["kind"] == "service")]
    order = rows.groupby("arrangement")["last_evidence"].min().sort_values(kind="stable")
    said = [_body_words(view, str(key), rows[rows["arrangement"] == key]) for key in order.index]
    more = len(said) - most
    text = (
        f"{swedish.listed(said)}."
        if more <= 0
        else (f"{', '.join(said[:most])} och {bodies_counted(more)} till.")
    )
    vague = view.own[(view.own["state"] == State.UNCLEAR) & (view.own["kind"] == "service")]
    count = len(set(vague["arrangement"]) - set(rows["arrangement"]))
    unclear = (
        (
            f"Om {other_bodies(count)} är det oklart."
            if said
            else f"Om {bodies_counted(count)} är det oklart."
        )
        if count
        else ""
    )
    return " ".join(part for part in (text if said else "", unclear) if part)


def _body_words(view: Sharing, key: str, rows: pd.DataFrame) -> str:
    """`Västra Mälardalens Kommunalförbund (nio tjänster, källor 2012–2016)`."""
    areas = list(dict.fromkeys(rows["area"]))
    what = examples(areas, view) if len(areas) <= 2 else services(len(areas))
    years = swedish.span(int(rows["last_evidence"].min()), int(rows["last_evidence"].max()))
    return f"{spelt_out(view.names[key])} ({what}, källor {years})"


def _cost(view: Sharing, costs: bool) -> str:
    if not view.bodies or costs:
        return ""
    return "Vad tjänsterna kostar per invånare, och hur kostnaden delas, finns inte i underlaget."


def _hosts(view: Sharing) -> str:
    lacking = [
        spelt_out(body.name)
        for body in view.bodies
        if body.form in ("gemensam-namnd", "avtal") and not body.host
    ]
    return f"Källorna namnger ingen värd för {several(lacking, 'organ')}." if lacking else ""


def _forms(view: Sharing) -> str:
    lacking = [spelt_out(body.name) for body in view.bodies if body.form == "okand"]
    return f"Den juridiska formen framgår inte för {several(lacking, 'organ')}." if lacking else ""


def _exits(view: Sharing) -> str:
    if not view.bodies:
        return ""
    return "Uppsägningstid och delning av tillgångar, skulder och personal finns inte i underlaget."


def _outcomes(view: Sharing, most: int) -> str:
    """Plans whose outcome is unknown, each with its year; of many the first, the rest counted."""
    rows = view.own[
        (view.own["state"] == State.PLANNED) & view.own["words"].str.contains("utfall okänt")
    ]
    said = []
    for key, part in rows.groupby("arrangement", sort=False):
        plans = sorted(
            {words.removesuffix(", utfall okänt") for words in part["words"]},
            key=lambda words: (words.rpartition(" ")[2], words),  # a set has no order
        )
        areas = services(part["area"].nunique())
        said.append(f"{spelt_out(view.names[str(key)])} ({swedish.listed(plans)}, {areas})")
    more = len(said) - most
    if more > 0:
        said = [*said[:most], f"{swedish.in_words(more)} till"]
    return f"{swedish.listed(said)}." if said else ""
