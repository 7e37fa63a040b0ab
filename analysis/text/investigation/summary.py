"""The first page of an investigation: a few findings, each as sure as its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.text import swedish
from analysis.text.investigation import options, reach, shares, today
from analysis.text.investigation.words import INVENTED, listed, service, services, who
from analysis.views.investigation import money
from analysis.views.investigation.dossier import View
from analysis.views.investigation.money import Allocation
from analysis.views.investigation.places import Places


def findings(view: View, found: Sequence[Allocation], where: Places) -> list[str]:
    """What is known today, what the alternatives change, who pays, how far, and what is unknown."""
    said = [INVENTED] if view.question.invented else []
    said += today.short_text(view)
    said += options.bases_text(view)[:1]
    said += [
        f"{shares.key_message(entry)}. Nyckeln är politisk och slås fast i avtalet."
        for entry in found[:1]
    ]
    if any(view.nature(key) != "back-office" for key in view.question.services):
        said.append(f"{reach.reach_message(where)}.")
    return [*said, *cost_finding(view)]


def cost_finding(view: View) -> list[str]:
    """What is known of today's cost, of each service when all are known."""
    if money.today_total(view) is not None:
        return shares.stated_text(view)
    missing = [code for code in view.members if code in view.dossier.own.missing]
    silent = f" Uppgifter saknas från {who(view, missing)}." if missing else ""
    return [
        f"Vad {services(view)} kostar i dag är inte känt för alla kommunerna, så "
        f"kostnadsskillnader kan inte visas.{silent}"
    ]


def headline(view: View) -> str:
    """The report's title line: what is compared."""
    count = len(view.question.alternatives)
    names = [service(view, key) for key in view.question.services]
    what = swedish.capitalised(swedish.listed(names))
    if not count:
        return f"{what} i {listed(view.members)}: dagens läge"
    return (
        f"{what} i {listed(view.members)}: {swedish.in_words(count, neuter=True)} alternativ "
        "mot dagens läge"
    )


def evidence(view: View) -> str:
    """How old what the report builds on is, under its headline."""
    own = view.dossier.own.stated
    years = swedish.years(sorted({int(year) for year in own["year"]})) if len(own) else ""
    stated = f"kommunernas egna uppgifter för {years}" if years else "inga egna uppgifter ännu"
    return (
        f"Dagens läge den {swedish.day(view.sharing.day)} enligt inventeringen; folkmängd "
        f"{view.population_year}; {stated}. Stäm av före beslut."
    )
