"""What is said of the national layer: how complete it is, and where a region's bodies stand."""

from __future__ import annotations

from analysis.metrics.national import rank
from analysis.regions import municipalities
from analysis.text import swedish
from analysis.views.national import Nation
from analysis.views.services import rows_of

_MOST_NAMED = 3  # own bodies that a sentence tells one by one


def completeness_text(view: Nation) -> str:
    """How many municipalities do the service alone and together, and how many are unknown."""
    alone, shared, unknown = (view.counts[key] for key in ("alone", "shared", "unknown"))
    bodies = int(view.bases["standing"].eq("shared").sum())
    if view.area == "livsmedelskontroll":
        return (
            f"Livsmedelskontrollen i landet sköttes 2024 av {alone + bodies} myndigheter: "
            f"{alone} kommuner hade den i egen regi och {shared} delade den på {bodies} "
            "gemensamma organ. Livsmedelskontroll är inte all miljötillsyn."
        )
    done = f"{shared} kommuner delar {view.name} i {bodies} organ"
    own = f" och {alone} har den i egen regi" if alone else ""
    return (
        f"Så långt källorna räcker {_verb(done)}{own}; för {unknown} av landets 290 kommuner "
        "saknas uppgift. Det betyder inte att de är ensamma om den."
    )


def _verb(text: str) -> str:
    """The words after an adverb that opens the sentence: the verb comes first."""
    number, noun, verb, rest = text.split(" ", 3)
    return f"{verb} {number} {noun} {rest}"


def place_text(view: Nation) -> str:
    """Where the region's bodies stand among the bodies of the nation, by population base."""
    own, known = view.own[view.own["whole"]], len(view.whole)
    median = swedish.number(float(view.whole["population"].median()))
    told = f"Medianen för de {known} organ vars medlemmar är kända är {median} invånare."
    if own.empty:
        return _partial(view)
    if len(own) <= _MOST_NAMED:
        said = [
            f"{row.name} har {swedish.number(row.population)} invånare i sitt underlag, mer än "
            f"{row.smaller} av de {known} organ vars medlemmar är kända"
            for row in rows_of(own)
        ]
        said[1:] = [
            part.replace(f" av de {known} organ vars medlemmar är kända", "") for part in said[1:]
        ]
        return f"{'; '.join(said)}. Medianen är {median} invånare. {_partial(view)}".strip()
    low, high = own.iloc[0], own.iloc[-1]
    return (
        f"Underlagen varierar mellan {swedish.number(low['population'])} invånare "
        f"({low['name']}) och {swedish.number(high['population'])} ({high['name']}). {told} "
        f"{_partial(view)}"
    ).strip()


def proposed_text(view: Nation) -> str:
    """Where the circle that is looked at would stand among the bodies of the nation."""
    assert view.proposed is not None, "only a scenario has a proposed base"
    smaller, known = rank(view.bases, view.proposed)
    median = swedish.number(float(view.whole["population"].median()))
    return (
        f"Med {swedish.number(view.proposed)} invånare ({view.year}) vore scenariots underlag för "
        f"{view.name} större än {smaller} av de {known} organ i landet vars medlemmar är kända. "
        f"Medianen för dem är {median} invånare. Ett större underlag är i sig inget bevis för att "
        "tjänsten blir bättre eller billigare."
    )


def _partial(view: Nation) -> str:
    """Own bodies of which not all members are known, and members of which nothing is."""
    stated = view.table.groupby("body")["stated_members"].first()
    parts = []
    for row in rows_of(view.own[~view.own["whole"]]):
        all_of = f" av {stated[row.body]:.0f}" if stated[row.body] > 0 else ""
        parts.append(
            f"För {row.name} är {row.members}{all_of} kommuner kända, och underlaget "
            "räknas därför inte."
        )
    if view.unknown:
        names = swedish.listed(municipalities()[code].name for code in view.unknown)
        parts.append(f"Om {names} saknas uppgift.")
    return " ".join(parts)


def title(view: Nation) -> str:
    """The message of the figure: how large the region's base is among the nation's."""
    own, known = view.own[view.own["whole"]], len(view.whole)
    if view.proposed is not None:
        smaller = rank(view.bases, view.proposed)[0]
        return f"Scenariots underlag vore större än {smaller} av {known} kända organ i landet"
    if len(own) == 1:
        row = own.iloc[0]
        return (
            f"{row['name']}: underlag för {view.name} större än {row['smaller']} av "
            f"{known} organ i landet"
        )
    low, high = int(own.iloc[0]["population"]), int(own.iloc[-1]["population"])
    return (
        f"Underlagen för {view.name} varierar här mellan {swedish.number(low)} och "
        f"{swedish.number(high)} invånare"
    )


def map_title(view: Nation) -> str:
    """The message of the map: how many municipalities share the service, of those known."""
    counts = view.counts
    if not counts["alone"]:
        return f"{counts['shared']} kommuner är kända i delad {view.name}"
    known = counts["alone"] + counts["shared"]
    of = f"de {known}" if not counts["unknown"] else f"de {known} kända"
    return f"{counts['shared']} av {of} kommunerna delar {view.name} med andra"
