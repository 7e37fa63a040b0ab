"""What a shared service gave, in sentences that never say why."""

from __future__ import annotations

import pandas as pd

from analysis.arrangements import NO_INDICATOR
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
            f"Inget organ är känt där någon av kommunerna med säkerhet delar {_services(view)} i "
            "dag. Egna erfarenheter före och efter kan därför inte visas. Organ på andra håll att "
            "fråga står i kit/4-jamforbara-organ.docx i utredningens mapp."
        ]
    said = _told(view, found)
    with_figures = any(entry.table is not None for entry in found)
    return [*said, OTHER] if with_figures else said


def _services(view: View) -> str:
    return swedish.listed([service(view, key) for key in view.question.services], "eller")


def _told(view: View, found: list[Outcome]) -> list[str]:
    """A paragraph for each body: its services with figures, and why the others have none."""
    said = []
    for body in dict.fromkeys(entry.body for entry in found):
        own = [entry for entry in found if entry.body == body]
        parts = [_head(view, entry) for entry in own]
        why = [_why(view, entry) for entry in own if entry.table is None]
        if why:
            parts.append(
                f"Om det gav vad man hoppades går inte att säga här: {'; '.join(why)}. Fråga efter "
                "egen uppföljning, revisionsrapporter och utvärderingar."
            )
        said.append(" ".join(dict.fromkeys(parts)))
    return said


def _head(view: View, entry: Outcome) -> str:
    body = f"{view.sharing.names[entry.body]} ({listed(entry.members)})"
    what = service(view, entry.service)
    began = (
        f"har enligt källorna {what} sedan {entry.start}, eller längre ({entry.words})"
        if entry.start
        else f"har ingen känd start för {what} ({entry.words})"
    )
    return f"{body} {began}." + (f" {_figures(entry.table)}" if entry.table is not None else "")


def _why(view: View, entry: Outcome) -> str:
    indicator = view.indicator(entry.service)
    if indicator == NO_INDICATOR:
        return f"Kolada har inget nyckeltal som avser just {service(view, entry.service)}"
    if indicator:
        return (
            f"för {service(view, entry.service)} har Kolada nyckeltalet {indicator}, men det är "
            "inte hämtat till detta underlag"
        )
    return f"inget nyckeltal är kopplat till {lower(view.service_name(entry.service))}"


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
