"""The first page of a report: its title, how old the evidence is, and its findings.

Terms
-----
headline: the substance, for a reader who sees nothing else; never our reading of it.
finding: one or two sentences, each with what it rests on; left out where nothing carries it.

A title claims what `views.summary` counts and no more: a service of which the evidence is old is
named, and the line under the title says how old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from analysis.arrangements import NO_INFORMATION
from analysis.regions import municipalities
from analysis.text import swedish
from analysis.text.services import alphabetical, both, lower, spelt_out
from analysis.views.commuting import exact
from analysis.views.summary import Range, Substance, Summary, bodies_named, members_in

_NAMED = 3  # services that a headline names
_BODIES = 3  # bodies whose members a sentence lists
_BODY_IS = " (förbund, nämnd, bolag eller avtal)"
_MARKETS_YEAR = 2022
_MARKET_IS = f"SCB:s indelning efter pendling {_MARKETS_YEAR}"
_MARKETS = 4  # labour markets that a sentence names with their members
_OUTSIDE = 3  # municipalities outside that a sentence names
_MODELLED = "antalet utpendlare är räknat, vart de pendlar är uppskattat"
_RESEARCH = (
    "Statskontoret fann 2023 att samverkan kan vara nödvändig för att små kommuner ska klara sina "
    "uppgifter. Den förbättrar oftast kapaciteten och tillgången till kompetens, och kan bromsa "
    "kostnadsökningar men sänker sällan kostnaderna. Den gör det också svårare för varje "
    "fullmäktige att styra och medför demokratiska risker, som kan minskas genom hur man samverkar."
)
_RESEARCH_SOURCE = "Statskontoret (2023), ”Hand i hand – en analys av kommunal samverkan”"


def research() -> str:
    """What is known of such cooperation in general, with its source.

    The same on every page one, in every scenario and investigation.
    """
    return f"{_RESEARCH} Källa: {_RESEARCH_SOURCE}."


def silent(view: Summary) -> str:
    """In place of the matrix, where the inventory knows nothing of any service."""
    if view.sharing.known_areas:
        return ""
    whom = "kommunen" if len(view.sharing.region.members) == 1 else "kommunerna"
    return (
        f"Inventeringen har ingen uppgift om {whom}: den säger varken vad som delas eller vad "
        "som sköts i egen regi."
    )


def asked(questions: Mapping[str, str]) -> str:
    """Questions with what is known of their answers, as a list."""
    return "\n".join(f"- **{question}** {said}" for question, said in questions.items())


# --- title ---------------------------------------------------------------------------------------


def headline(view: Summary) -> str:
    """The title of the report: what is shared, in substance; two cooperations side by side."""
    if len(view.parts) == 1:
        return swedish.capitalised(_substance(view.parts[0]))
    return swedish.capitalised("; ".join(map(_in_short, view.parts)))


def _substance(part: Substance) -> str:
    """What the members of a report's only part share."""
    if part.size == 1:
        return _of_one(part)
    divided = _divided(part)
    if part.together:
        return f"{_together(part)}; {divided}" if divided else _together(part)
    if divided:
        return divided
    if part.partly:
        return (
            f"{_listed(part, part.partly[:_NAMED])} delas av några av kommunerna, men {_none(part)}"
        )
    return f"ingen gemensam tjänst är känd för de {swedish.in_words(part.size)} kommunerna"


def _none(part: Substance) -> str:
    return f"ingen tjänst är känd som gemensam för alla {swedish.in_words(part.size)}"


def _together(part: Substance) -> str:
    """The services that all share: named when few, else counted with the foremost of them."""
    count, everyone = len(part.together), f"alla {swedish.in_words(part.size)}"
    named = _NAMED - bool(part.divided)  # the divided one is named as well
    if count <= _NAMED:
        return f"{_listed(part, part.together)} sköts gemensamt av {everyone}"
    foremost = _listed(part, part.together[:named])
    return f"{swedish.in_words(count)} tjänster sköts gemensamt av {everyone}, bland dem {foremost}"


def _in_short(part: Substance) -> str:
    """What one of several parts shares, by its name."""
    name, count = part.view.region.name, len(part.together)
    if not count:
        return (
            f"för {name} är ingen tjänst känd som gemensam för alla {swedish.in_words(part.size)}"
            if part.areas
            else f"för {name} är ingen gemensam tjänst känd"
        )
    if count <= _NAMED:
        return f"{name} delar {_listed(part, part.together)}"
    foremost = _listed(part, part.together[:_NAMED])
    return f"{name} delar {swedish.in_words(count)} tjänster, bland dem {foremost}"


def _of_one(part: Substance) -> str:
    name = part.view.region.member_names[0]
    if not part.areas:
        return f"ingen gemensam tjänst är känd för {name}"
    if len(part.areas) <= _NAMED:
        return f"{name} delar {_listed(part, part.areas)} med andra"
    return (
        f"{name} delar {swedish.in_words(len(part.areas))} tjänster med andra, bland dem "
        f"{_listed(part, part.areas[:_NAMED])}"
    )


def _divided(part: Substance) -> str:
    """The foremost service that is shared by all, in different bodies."""
    if not part.divided:
        return ""
    area, bodies = next(iter(part.divided.items()))
    return (
        f"{lower(part.view.area_names[area])} sköts i "
        f"{swedish.in_words(len(bodies), neuter=True)} skilda organ"
    )


def _listed(part: Substance, areas: Iterable[str]) -> str:
    """Names of services in the order of the inventory; `samt` where a name has an `och` itself."""
    chosen = set(areas)
    words = [
        lower(name).removeprefix("gemensam ")
        for key, name in part.view.area_names.items()
        if key in chosen
    ]
    inner = any(" och " in word for word in words)
    return swedish.listed(words, "samt" if inner else "och")


def evidence(view: Summary) -> str:
    """The line under the title: of which years the evidence is, and what to do about it."""
    known = [part for part in view.parts if part.areas]
    if not known:
        whom = "kommunen" if len(view.sharing.region.members) == 1 else "kommunerna"
        return (
            "Inventeringen har inga belagda gemensamma tjänster; det betyder inte att de "
            f"saknas. Fråga {whom}."
        )
    if len(view.parts) == 1:
        return _evidence(known[0])
    named = "; ".join(
        f"{part.view.region.name}: källor {_years(part)}{_new(part)}" for part in known
    )
    return f"{named}. Stäm av före beslut."


def _new(part: Substance) -> str:
    """How many services have new evidence, in the words of the matrix; of several cooperations."""
    count, new = len(part.areas), len(part.areas) - part.old
    if not part.old:
        return ""
    some = swedish.in_words(new) if new else "ingen"
    return f", {some} av {_services(count)} med nya belägg"


def _evidence(part: Substance) -> str:
    count, old = len(part.areas), part.old
    if part.confirmed == count:
        return f"Bekräftat av kommunerna {_years(part)}."
    if not old:
        return f"Källor {_years(part)}; stäm av före beslut."
    which = "Belägg saknas" if old == count else f"{_old_ones(part)} saknas belägg"
    return (
        f"Källor {_years(part)}. {which} från den här mandatperioden och de tre senaste åren; stäm "
        "av före beslut."
    )


def _old_ones(part: Substance) -> str:
    """Who is counted is said where the title counts others: what all members share."""
    count, old = len(part.areas), swedish.in_words(part.old)
    if part.size > 1 and len(part.together) != count:
        return f"För {old} av de {_services(count)} som minst två kommuner delar"
    return f"För {old} av {_services(count)}"


def _years(part: Substance) -> str:
    assert part.years is not None, "what is counted has dated evidence"
    return swedish.span(*part.years)


def numbers(view: Summary, margins: pd.DataFrame) -> list[dict[str, str]]:
    """Three numbers beside the findings; of several cooperations inhabitants and what each shares.

    `margins` are those of the loader. Each has label, value, comparison and source.
    """
    several = len(view.parts) > 1
    found = [_people(view), *(_shared_number(part, several) for part in view.parts)]
    return found if several or view.year is None else [*found, _at_home(view, margins)]


def _people(view: Summary) -> dict[str, str]:
    size = len(view.sharing.region.members)
    each = (f"{part.view.region.name} {swedish.number(part.people)}" for part in view.parts)
    where = f"i {swedish.in_words(size)} {'kommun' if size == 1 else 'kommuner'}"
    return {
        "label": f"Invånare {view.people_year}",
        "value": swedish.number(view.people),
        "comparison": "; ".join(each) if len(view.parts) > 1 else where,
        "source": "population",
    }


def _shared_number(part: Substance, named: bool) -> dict[str, str]:
    where = f" i {part.view.region.name}" if named else ""
    whose = "med andra" if part.size == 1 else "av minst två kommuner"
    return {
        "label": f"Tjänster som delas {whose}{where}",
        "value": swedish.number(len(part.areas)) if part.areas else NO_INFORMATION,
        "comparison": f"källor {_years(part)}" if part.areas else "inga funna i inventeringen",
        "source": "services",
    }


def _at_home(view: Summary, margins: pd.DataFrame) -> dict[str, str]:
    """How many work in the municipality that they live in."""
    row = exact(margins.set_index(["code", "year"]), view.sharing.region.members, view.year)
    whose = "i kommunen" if len(view.sharing.region.members) == 1 else "i sin egen kommun"
    return {
        "label": f"Arbetar {whose} {view.year}",
        "value": swedish.percent_sign(row["containment_residence_min"], 0),
        "comparison": "av de förvärvsarbetande som bor där",
        "source": "commuting_margins",
    }


# --- findings ------------------------------------------------------------------------------------


def findings(view: Summary) -> list[str]:
    """The four or five sentences of page one, in the order of the reader's questions."""
    found = [
        *(_shared(part, first=not number) for number, part in enumerate(view.parts)),
        belonging(view),
        _beyond(view),
        " ".join(_carrying(part, len(view.parts) > 1) for part in view.parts),
        _unknown(view),
    ]
    return [sentence for sentence in found if sentence]


def _shared(part: Substance, *, first: bool) -> str:
    """How many services, in how many bodies (the `first` says what those are), and how sure."""
    if not part.areas:
        return ""
    name, count = part.view.region.name, len(part.areas)
    bodies = part.view.pooled["arrangement"].nunique()
    things = _services(count)
    place = f"{swedish.in_words(bodies, neuter=True)} organ{_BODY_IS if first else ''}"
    if part.size == 1:
        text = f"{part.view.region.member_names[0]} delar {things} med andra, i {place}"
    else:
        every = len(part.together)
        who = (
            f"alla {swedish.in_words(part.size)} kommunerna"
            if every == count
            else "minst två av kommunerna"
        )
        text = swedish.capitalised(f"{things} delas av {who} i {name}, i {place}")
        if part.size > 2 and every != count:
            text += (
                f"; {swedish.in_words(every)} av dem delas av alla"
                if every
                else ("; ingen delas av alla")
            )
    return " ".join(filter(None, (f"{text}.", _how_sure(part), _divided_text(part))))


def _how_sure(part: Substance) -> str:
    count, old = len(part.areas), part.old
    if not old:
        first, last = part.years or (0, 0)
        later = "" if first == last else " eller senare"
        return f"{'Alla är belagda' if count > 1 else 'Den är belagd'} {first}{later}."
    until = part.until
    if old == count:
        which = "Den fanns" if count == 1 else "Alla fanns"
    else:
        which = (
            f"{swedish.capitalised(swedish.in_words(old))} av de {swedish.in_words(count)} fanns"
        )
    over = "den" if old == 1 else "de"
    return f"{which} enligt källor {until} eller tidigare; ingen källa säger att {over} upphört."


def _divided_text(part: Substance) -> str:
    """Which bodies perform a service that the members share in different ones."""
    if not part.divided or part.size > _MARKETS * 2:
        return ""
    area, bodies = next(iter(part.divided.items()))
    if len(bodies) > _BODIES:
        return ""
    named = [
        f"{spelt_out(name)} ({swedish.listed(alphabetical(members_in(part.view, area, body)))})"
        for name, body in zip(bodies_named(part.view, bodies), bodies, strict=True)
    ]
    return f"{part.view.area_names[area]} sköts av {swedish.listed(named)}."


def belonging(view: Summary) -> str:
    """With whom the members belong: SCB's local labour markets."""
    if view.sharing.day.year < _MARKETS_YEAR:
        return ""
    markets: dict[str, list[str]] = {}
    for code in view.sharing.region.members:
        markets.setdefault(municipalities()[code].labour_market_name, []).append(code)
    size = len(view.sharing.region.members)
    if len(markets) == 1:
        name = next(iter(markets))
        who = (
            view.sharing.region.member_names[0]
            if size == 1
            else "Båda kommunerna"
            if size == 2
            else f"Alla {swedish.in_words(size)} kommunerna"
        )
        same = (
            f"samma lokala arbetsmarknad, {name}"
            if size > 1
            else f"den lokala arbetsmarknaden {name}"
        )
        return f"{who} hör till {same} ({_MARKET_IS})."
    if len(markets) == size:
        return f"Kommunerna hör till var sin lokal arbetsmarknad ({_MARKET_IS})."
    text = f"Kommunerna hör till {swedish.in_words(len(markets))} lokala arbetsmarknader ({_MARKET_IS})"
    if len(markets) > _MARKETS or size > 2 * _MARKETS:
        return f"{text}."
    return f"{text}: {swedish.listed([_market(*market) for market in markets.items()])}."


def _market(name: str, codes: Iterable[str]) -> str:
    """A labour market with its members, where its name does not say them already."""
    inside = swedish.listed(alphabetical(codes))
    return name if inside == name else f"{name} ({inside})"


def _beyond(view: Summary) -> str:
    """Who is not in it: where most commute outside, and who outside shares most of the services.

    Of several cooperations the first alone is told: with both the map of page one had no room.
    """
    several = len(view.parts) > 1
    linked = [part for part in view.parts if part.outside]
    sharing = not several and len(view.parts[0].beyond)
    among = "Bland andra kommuner" if view.parts[0].size == 1 else "Bland kommunerna utanför"
    links = [_link(part, several, first=part is linked[0]) for part in linked]
    observed = all(part.outside.basis == "observed" for part in linked if part.outside)
    how = f"{view.year}" if observed else f"modellskattning {view.year}: {_MODELLED}"
    commuting = f"{among} {'; '.join(links)} ({how})." if links else ""
    same = "Av dem" if links else among
    tasks = f"{same} delar {_sharing(view.parts[0])}." if sharing else ""
    return f"{commuting} {tasks}".strip()


def _link(part: Substance, named: bool, *, first: bool) -> str:
    """Where most commute: to which of those outside."""
    assert part.outside is not None, "only what may be named is told"
    # an observed row of another year or sex makes a modelled link surer, not observed
    likely = "" if part.outside.basis == "observed" else "troligen "
    where, whom = _name(part.outside.work), f"{part.view.region.name} " if named else ""
    own = part.view.region.member_names[0] if part.size == 1 else "gruppen"
    whence = "" if named else f" från {own}"
    if first:
        return f"{whom}är {where} {likely}den som flest pendlar till{whence}"
    return f"utanför {whom}{likely}{where}"


def _sharing(part: Substance) -> str:
    """Who outside shares services with a member, and how many the strongest link shares."""
    most = len(part.nearest) < len(part.beyond)  # else nobody shares more than the others
    what = f"{'flest ' if most else ''}kända tjänster"
    codes, low, high = list(part.nearest.index), int(part.nearest.min()), int(part.nearest.max())
    few = len(codes) <= _OUTSIDE
    who = swedish.listed(alphabetical(codes)) if few else f"{swedish.in_words(len(codes))} kommuner"
    if not few and not most:
        who = f"minst {who}"  # sources print of some bodies that they have more members
    whom = part.view.region.member_names[0] if part.size == 1 else "någon i gruppen"
    between = " eller " if high == low + 1 else " till "
    many = swedish.in_words(high) if low == high else both(low, high, between)
    dated = f", källor {swedish.span(*part.nearest_years)}" if part.nearest_years else ""
    text = f"{who} {what} med {whom} ({many}{dated})"
    if part.outside is None or (few and part.outside.work in codes):
        return text
    link = int(part.beyond.get(part.outside.work, 0))
    return f"{text}, {_name(part.outside.work)} {swedish.in_words(link) if link else 'ingen känd'}"


def _carrying(part: Substance, named: bool) -> str:
    """Who is small and who is old, which says something of what each can carry alone."""
    people, older = part.inhabitants, part.older
    if people.known == 1:
        share = (
            f", {swedish.percent(older.low[1] / 100, 0)} av dem 65 år eller äldre" if older else ""
        )
        return (
            f"{_name(people.low[0])} har {swedish.inhabitants(people.low[1])} "
            f"({people.year}){share}."
        )
    low, high = _name(people.low[0]), _name(people.high[0])
    most, year = swedish.number(people.high[1]), people.year
    least = swedish.inhabitants(people.low[1])
    text = (
        f"I {part.view.region.name} är {low} minst med {least} och {high} störst med {most}"
        if named
        else f"Minst är {low} med {least}, störst {high} med {most}"
    )
    if older is None or older.known < 2:
        return f"{text} ({year})."
    dated = "" if older.year == year else f" ({year})"
    return f"{text}{dated}{_older(older, named)}."


def _older(older: Range, named: bool) -> str:
    """How the share of the old varies; of several cooperations without the names, for room."""
    low, high = (round(value) for value in (older.low[1], older.high[1]))
    what = "andelen invånare som är 65 år eller äldre"
    if low == high:
        return f"; {what} är {low} procent i alla ({older.year})"
    if named:
        return f"; i kommunerna är {low} till {high} procent 65 år eller äldre ({older.year})"
    return (
        f"; {what} varierar mellan {low} procent i {_name(older.low[0])} och {high} procent i "
        f"{_name(older.high[0])} ({older.year})"
    )


def _name(code: str) -> str:
    return municipalities()[code].name


def _unknown(view: Summary) -> str:
    """What nobody has looked up: no information is never "is not shared"."""
    parts = [part for part in view.parts if part.unknown[0]]
    if not parts:
        return ""
    text = _unknown_of(parts[0]) if len(view.parts) == 1 else _unknown_by_name(parts)
    return f"{text}. Det betyder inte att samverkan saknas."


def _unknown_of(part: Substance) -> str:
    missing, total = part.unknown
    text = (
        f"Inventeringen har ingen uppgift om någon av de {total} tjänster som den följer"
        if missing == total
        else f"Uppgift saknas om {swedish.in_words(missing)} av de {total} tjänster som "
        "inventeringen följer"
    )
    if part.lost_plans:
        text += (
            f"; vad som blev av avsikter och utredningar om {_services(part.lost_plans)} är okänt"
        )
    return text


def _unknown_by_name(parts: Iterable[Substance]) -> str:
    said: list[str] = []
    plans: list[str] = []
    for part in parts:
        (missing, total), name = part.unknown, part.view.region.name
        said.append(f"{missing} av {total}{'' if said else ' tjänster'} för {name}")
        if part.lost_plans:
            count = swedish.in_words(part.lost_plans) if plans else _services(part.lost_plans)
            plans.append(f"{count} i {name}")
    text = f"Uppgift saknas om {swedish.listed(said)}"
    if plans:
        text += f"; vad som blev av avsikter och utredningar om {swedish.listed(plans)} är okänt"
    return text


def _services(count: int) -> str:
    return f"{swedish.in_words(count)} {'tjänst' if count == 1 else 'tjänster'}"
