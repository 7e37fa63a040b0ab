"""What a shared service gave, in sentences that never say why."""

from __future__ import annotations

import pandas as pd

from analysis.text import swedish
from analysis.text.investigation.words import listed, service
from analysis.text.services import citation, lower
from analysis.views.investigation.dossier import View
from analysis.views.investigation.outcome import Outcome

OTHER = (
    "Siffror före och efter en start skiljer sig av många skäl: andra uppgifter, andra sätt "
    "att bokföra, priser, befolkning och andra beslut. De visar vad som hände, inte varför."
)


def outcomes_text(view: View, found: list[Outcome]) -> list[str]:
    """For each body what is known before and after, or that nothing is."""
    if not found:
        return [
            f"Ingen av kommunerna delar {_services(view)} i något organ som räknas i dag. Det "
            "finns därför inga egna erfarenheter att jämföra med före och efter."
        ]
    said = [_of(view, entry) for entry in found]
    with_figures = any(entry.table is not None for entry in found)
    return [*said, OTHER] if with_figures else said


def _services(view: View) -> str:
    return swedish.listed([service(view, key) for key in view.question.services], "eller")


def _of(view: View, entry: Outcome) -> str:
    body = view.sharing.names[entry.body]
    began = (
        f"började {entry.start} enligt första belägg" if entry.start else ("har ingen känd start")
    )
    head = f"{body} ({listed(entry.members)}) {began}."
    if entry.table is None:
        indicator = view.indicator(entry.service)
        why = (
            f"Kolada har nyckeltalet {indicator}, men det är inte hämtat till detta underlag"
            if indicator
            else f"inget nyckeltal är kopplat till {lower(view.service_name(entry.service))}"
        )
        return (
            f"{head} Om det gav vad man hoppades går inte att säga här: {why}. Fråga efter "
            "egen uppföljning, revisionsrapporter och utvärderingar."
        )
    return f"{head} {_figures(entry.table)}"


def _figures(table: pd.DataFrame) -> str:
    rows = {(row["group"], row["period"]): row for row in table.to_dict("records")}
    said = []
    for group, who in (("members", "medlemmarna"), ("alone", "liknande kommuner i egen regi")):
        before, after = rows[group, "before"], rows[group, "after"]
        if before["members"] and after["members"]:
            said.append(
                f"{who} hade {swedish.number(before['mean'])} kr per invånare "
                f"{swedish.span(before['first'], before['last'])} och "
                f"{swedish.number(after['mean'])} kr "
                f"{swedish.span(after['first'], after['last'])}"
            )
        else:
            said.append(f"för {who} saknas uppgift före eller efter")
    return f"{swedish.capitalised('; '.join(said))}."


def evaluations_text(view: View) -> str:
    """Evaluations among the inventory's sources for the services, as a list; "" when none."""
    rows = view.sharing.inventory.sources
    titles = rows["title"].str.casefold()
    wanted = titles.str.contains("utvärder|uppfölj|granskning|revision", regex=True)
    cited = {
        key
        for row in view.sharing.state[
            view.sharing.state["area"].isin(list(view.question.services))
        ]["sources"]
        for key in row.split("; ")
    }
    keys = [key for key in rows.loc[wanted, "id"] if key in cited]
    return "\n".join(f"- {citation(view.sharing, key)}" for key in keys)
