"""Sentences about the people of a region: size, change, age and what members can carry alone.

Terms
-----
view: what the chapter looks at (`views.population.Residents`), with nothing newer than its day.
title: the message of a figure; measure, unit and year stand in its subtitle.
unchanged: a change that rounds to 0.0 per cent.

Every function returns whole sentences, and none about what is missing in the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from analysis import catalog
from analysis.loaders import tables
from analysis.metrics import capacity
from analysis.metrics import population as metrics
from analysis.metrics.measure import Measure, measure_of
from analysis.regions import Region, counties, municipalities, names_of
from analysis.text import areas, swedish
from analysis.views.population import (
    Indicator,
    Residents,
    beside,
    broad_ages,
    by_size,
    compared_sets,
    cooperations,
    joint_need,
    last_year,
)

_MOST = 4  # names in one enumeration; the tables name the rest
_TOLD = 3  # years of births, deaths and moves that are put into words; the table has them all
_MOVES = {
    "net_county": "det egna länet",
    "net_rest_of_sweden": "övriga Sverige",
    "net_abroad": "utlandet",
}
_FEW = 3  # names in a title; more are counted
_SUBJECTS = {
    "employment_rate": "Sysselsättningsgraden (20–64 år)",
    "post_secondary_share": "Andelen med eftergymnasial utbildning",
    "taxable_income": "Skattekraften",
    "tax_rate_total": "Den totala skattesatsen",
}
_TURN = 0.02  # a turning point is followed by a movement of at least this share
DATASETS = (
    "population",
    "population_change",
    "population_age",
    "share_65plus",
    "tax_rate_total",
    "taxable_income_real",
    "employment_rate",
    "post_secondary_share",
    "localities",
    "tax_rate",
    "finances",
)
"""What the chapter shows, and its publishers may have newer figures of."""
_SHOWN = {"finances": capacity.cost_per_inhabitant}  # of a dataset with more than the chapter shows

GOALS = (
    "För sysselsättning och utbildning finns nationella mål om höga nivåer. Att skattekraft "
    "eller skattesats ligger över eller under medianen är varken bättre eller sämre."
)
ARITHMETIC = "Kvoten är räkning på dagens åldrar, utan dödsfall och flyttningar, och ingen prognos."


# --- growth --------------------------------------------------------------------------------------


def growth_title(view: Residents) -> str:
    """The message on change over ten years: who grew and who shrank, cooperation by cooperation."""
    parts = cooperations(view.region)
    if len(parts) == 1:
        return _sentence(_growth_of(view, parts[0]))
    told = [(part, *_growth_of(view, part)) for part in parts]
    return "; ".join(
        _sentence([areas.inside(part.name), verb, subject, tail], first=not place)
        for place, (part, subject, verb, tail) in enumerate(told)
    )


def _sentence(words: Sequence[str], *, first: bool = True) -> str:
    """Words as one clause: no space before a comma or semicolon that a tail begins with."""
    said = re.sub(r" +(?=[,;]|$)", "", " ".join(words))
    return swedish.capitalised(said) if first else said


def _growth_of(view: Residents, part: Region) -> tuple[str, str, str]:
    """Subject, verb and the rest of the message on one cooperation."""
    known = (100 * view.change.reindex(list(part.members)).dropna()).round(1)
    ranked = known.sort_values(ascending=False)
    names, short = names_of([str(code) for code in ranked.index]), part is not view.region
    if not names:
        return "folkmängdens förändring", "är okänd", ""
    grew, shrank = int((ranked > 0).sum()), int((ranked < 0).sum())
    if len(names) == 1:
        return names[0], *_alone(float(ranked.iloc[0]))
    if grew == len(names):
        return areas.all_of(grew, short=short), "växte", f", mest {names[0]}"
    if shrank == len(names):
        return areas.all_of(shrank, short=short), "krympte", f", mest {names[-1]}"
    tail = f", mest {names[0]}" if grew > 1 else ""
    tail += f"; mest krympte {names[-1]}" if shrank > 1 else f"; {names[-1]} krympte" * shrank
    if grew == 1:
        return f"bara {names[0]}", "växte", tail
    return areas.some_of(grew, len(names), short=short), "växte", tail


def _alone(percent: float) -> tuple[str, str]:
    if percent == 0:
        return "är i stort sett oförändrad", ""
    return ("växte" if percent > 0 else "krympte", f"med {swedish.number(abs(percent), 1)} procent")


def compared_sentences(view: Residents) -> list[str]:
    """What the reader asked to compare with, and what of it has nothing to compare with."""
    there = [
        f"{one.label} ({swedish.counted(len(one.codes), 'kommun', 'kommuner')})"
        for one in view.against
    ]
    empty = [one.label for one in view.asked if one not in view.against]
    said = []
    if there:
        said.append(
            f"I det här kapitlet jämförs kommunerna med {swedish.listed(there)}: folkmängden som "
            "summor, andra mått som medianen av de kommuner som har uppgift."
        )
    if empty:
        said.append(f"Med {swedish.listed(empty)} går det inte: inga andra kommuner ingår.")
    return [" ".join(said)] if said else []


def growth_sentences(view: Residents, *, years: int = 10) -> list[str]:
    """Change over `years` of each cooperation, its counties and the nation; empty where unknown."""
    year, values, region = view.year, view.values, view.region
    sums = metrics.by_area(values, compared_sets(region, values, view.asked))
    if year - years not in sums.index.get_level_values(1):
        return []
    now, then = sums.xs(year, level=1), sums.xs(year - years, level=1)
    said = [
        f"Mellan {year - years} och {year} {_moved(areas.called(part, region), *pair)}"
        f"{_difference(pair[0] - pair[1])}."
        for part in cooperations(region)
        for pair in [(float(now[part.name]), float(then[part.name]))]
        if not any(map(swedish.is_missing, pair))
    ]
    sets = beside(region, values, view.asked)
    others = [(area, float(now[area] / then[area] - 1)) for area in sets]
    return [" ".join(filter(None, [*said, _beside(others)]))]


def _moved(name: str, now: float, then: float) -> str:
    """ökade folkmängden i Kil med 3,1 procent; without a name where it has been said."""
    verb, _, rest = swedish.change(now - then, of=then).partition(" ")
    return " ".join(filter(None, [verb, "folkmängden", f"i {name}" if name else "", rest]))


def _difference(persons: float) -> str:
    return f" ({swedish.persons(abs(persons))})" if round(persons) else ""


def _beside(changes: Sequence[tuple[str, float]]) -> str:
    """I Värmlands län ökade den med 2,6 procent, i riket med 7,7."""
    said, last = [], ""
    for area, share in changes:
        if swedish.is_missing(share):
            continue
        verb = "ökade" if round(100 * share, 1) >= 0 else "minskade"
        amount = swedish.number(100 * abs(share), 1)
        said.append(
            f"{areas.inside(area)} med {amount}"
            if verb == last
            else f"{areas.inside(area)} {verb} den med {amount} procent"
        )
        last = verb
    text = swedish.listed(said) if len(said) > 2 else ", ".join(said)
    return f"{swedish.capitalised(text)}." if said else ""


def long_title(lines: Sequence[tuple[Region, pd.DataFrame]]) -> str:
    """The message of a long index: who of those that are drawn has grown most since its start.

    Each cooperation with the index by year (rows) and code, of its largest members.
    """
    told = [(part, _grown(index), len(index.columns)) for part, index in lines]
    said = [f"{part.name}: {grown}" if len(told) > 1 else grown for part, grown, _ in told]
    few = [shown < len(part.members) for part, _, shown in told]
    return "; ".join(said) + (" (av de största)" if any(few) else "")


def _grown(index: pd.DataFrame) -> str:
    base, last = int(index.index[0]), index.iloc[-1].dropna().sort_values(ascending=False)
    names = names_of([str(code) for code in last.index])
    if len(names) == 1:
        change = float(last.iloc[0]) / 100 - 1
        more = "fler" if change >= 0 else "färre"
        return f"{names[0]} har {swedish.percent(abs(change), 0)} {more} invånare än {base}"
    if last.iloc[0] <= 100:
        return f"Alla har krympt sedan {base}, mest {names[-1]}"
    tail = f"; mest har {names[-1]} krympt" if last.iloc[-1] < 100 else ""
    return f"{names[0]} har vuxit mest sedan {base}{tail}"


# --- age -----------------------------------------------------------------------------------------


def age_title(view: Residents) -> str:
    """The message on age: where the share aged 65 and over is highest, beside the nation."""
    share = view.indicators["share_65plus"]
    parts = cooperations(view.region)
    told = [(part, share.known(part.members)) for part in parts]
    if any(known.empty for _, known in told):
        return growth_title(view)
    nation = _nation(view, share)
    tail = "" if nation is None else f", i riket {swedish.number(100 * nation, 1)}"
    if len(parts) > 1:
        said = [
            f"{_top(known)} ({swedish.percent(float(known.iloc[0]))}) i {part.name}"
            for part, known in told
        ]
        return f"Högst andel äldre har {swedish.listed(said)}{tail}"
    known = told[0][1]
    amount = f"{swedish.percent(float(known.iloc[0]))} är 65 år eller äldre{tail}"
    return (
        f"{_top(known)}: {amount}"
        if len(known) == 1
        else f"{_top(known)} har högst andel äldre: {amount}"
    )


def _top(known: pd.Series) -> str:
    return names_of([str(known.index[0])])[0]


def _nation(view: Residents, share: Indicator) -> float | None:
    """The nation's share, where every municipality's is known for the latest year."""
    if not share.whole or set(view.region.members) == set(share.latest.index):
        return None
    people = view.values.xs(share.year, level=1)
    found = metrics.joint_share(share.latest.reindex(people.index), people)
    return None if swedish.is_missing(found) else found


def age_sentences(view: Residents) -> list[str]:
    """How old the members are beside the nation, and how the share has changed since 2000."""
    share = view.indicators["share_65plus"]
    if share.year is None:
        return []
    said = [_share_text(view, part) for part in cooperations(view.region)]
    return [
        " ".join(said),
        *(sentence for part in cooperations(view.region) for sentence in _since(view, part, share)),
    ]


def _share_text(view: Residents, part: Region) -> str:
    share = view.indicators["share_65plus"]
    members = share.latest.reindex(list(part.members)).sort_values()
    here = metrics.joint_share(members, view.values.xs(share.year, level=1))
    name = areas.called(part, view.region)
    if swedish.is_missing(here):
        return f"Andelen 65 år eller äldre i {name} {share.year} är okänd: uppgift saknas."
    nation = _nation(view, share)
    text = f"{swedish.percent(here)} av invånarna i {name} var 65 år eller äldre {share.year}"
    text += f", mot {swedish.percent(nation)} i riket" if nation is not None else ""
    if len(members) == 1:
        return f"{text}."
    low, high = names_of([members.index[0], members.index[-1]])
    return (
        f"{text}. Lägst är andelen i {low} med {swedish.percent(members.iloc[0])} och högst i "
        f"{high} med {swedish.percent(members.iloc[-1])}."
    )


def _since(view: Residents, part: Region, share: Indicator, *, first: int = 2000) -> list[str]:
    wide = share.values.unstack(level=1).reindex(list(part.members))
    last = share.year
    if first not in wide.columns or last is None or last <= first:
        return []
    both = wide[[first, last]].dropna()
    name = areas.called(part, view.region)
    if both.empty:
        return [
            f"Hur andelen har förändrats i {name} framgår inte: underlaget har hela serien "
            "bara för vissa kommuner."
        ]
    rise = (both[last] - both[first]).sort_values()
    code = str(rise.index[-1])
    if len(both) == 1:
        verb = "ökat" if rise.iloc[-1] > 0 else "minskat"
        return [
            f"Sedan {first} har andelen i {names_of([code])[0]} {verb} med "
            f"{swedish.percentage_points(abs(rise.iloc[-1]))}, till "
            f"{swedish.percent(float(both[last].iloc[0]))} {last}."
        ]
    rose = int((rise > 0).sum())
    scope = areas.all_of(len(both)) if rose == len(both) else areas.some_of(rose, len(both))
    known = "" if len(both) == len(part.members) else " vars serie är känd"
    where = "" if len(cooperations(view.region)) == 1 else f" i {part.name}"
    return [
        f"Mellan {first} och {last} ökade andelen i {scope}{where}{known}, mest i "
        f"{names_of([code])[0]} ({swedish.signed(100 * rise.iloc[-1], 1)} procentenheter)."
    ]


# --- capacity ------------------------------------------------------------------------------------


def capacity_title(view: Residents) -> str:
    """The message on what members can carry: whose taxable income is above the median."""
    said = _standing(view, view.indicators["taxable_income"], "Skattekraften")
    return said or "Vad kommunerna har att bära med, så långt det är känt"


def _standing(view: Residents, measured: Indicator, subject: str) -> str:
    """Skattekraften är över landets median i Hammarö, under i övriga fyra; empty without one."""
    told = [(part, _above_below(measured, part)) for part in cooperations(view.region)]
    known = [(part, said) for part, said in told if said]
    if not known:
        return ""
    if len(told) == 1:
        return f"{subject} är {known[0][1]}"
    return f"{subject} är " + "; ".join(f"i {part.name} {said}" for part, said in known)


def _above_below(measured: Indicator, part: Region) -> str:
    """över landets median i Hammarö, under i övriga fyra; empty without a median."""
    known = measured.known(part.members).drop(list(measured.unranked), errors="ignore")
    if not measured.whole or known.empty:
        return ""
    above = [str(code) for code in known.index[known > measured.median]]
    below = [str(code) for code in known.index[known < measured.median]]
    count = len(known)
    if not above and not below:
        return "på landets median"
    if not below or not above:
        side, codes = ("över", above) if above else ("under", below)
        return f"{side} landets median i {areas.which(codes, count)}"
    if len(below) <= _FEW < len(above):
        return (
            f"över landets median i {areas.some_of(len(above), count)}, under i "
            f"{areas.which(below, count)}"
        )
    rest = (
        areas.which(below, count)
        if len(below) <= _FEW
        else f"övriga {swedish.in_words(len(below))}"
    )
    return f"över landets median i {areas.which(above, count)}, under i {rest}"


def capacity_sentences(view: Residents, measured: Sequence[Indicator]) -> list[str]:
    """Each measure above or below the nation's median, and what above and below do not mean.

    With several cooperations the figure, which has them apart, says the first part alone.
    """
    said = [text for text in (_measured(view, one) for one in measured) if text]
    if not said:
        return []
    told = said if len(cooperations(view.region)) == 1 else []
    return [*filter(None, [" ".join(told)]), GOALS]


def _measured(view: Residents, measured: Indicator) -> str:
    subject = _SUBJECTS.get(measured.measure.id, measured.measure.label)
    said = _standing(view, measured, f"{subject} {measured.year}")
    return said and f"{said}."


def write(measured: Indicator, value: float) -> str:
    """A value of an indicator as Swedish text without unit."""
    return swedish.number(value * measured.scale, measured.measure.decimals)


# --- the need ahead ------------------------------------------------------------------------------


def need_sentences(view: Residents) -> list[str]:
    """Those aged 70-79 for each aged 80 and over, and that this is no forecast."""
    if view.ages.empty:
        return []
    said = [_need_of(view, part) for part in cooperations(view.region)]
    return [
        " ".join([*filter(None, said), ARITHMETIC]),
        *projection_sentences(view.projection, region=view.region),
    ]


def _need_of(view: Residents, part: Region) -> str:
    here = view.need.reindex(list(part.members))
    ratio = joint_need(here)
    if swedish.is_missing(ratio):
        return ""
    text = (
        f"För varje invånare som är 80 år eller äldre i {areas.called(part, view.region)} "
        f"finns {swedish.number(ratio, 2)} som är 70–79 år ({int(view.ages['year'].max())})"
    )
    nation = joint_need(view.need)
    if set(part.members) != set(view.need.index) and not swedish.is_missing(nation):
        text += f"; i riket {swedish.number(nation, 2)}"
    if len(here) == 1:
        return f"{text}."
    ranked = here["ratio"].sort_values()
    low, high = names_of([str(ranked.index[0]), str(ranked.index[-1])])
    return (
        f"{text}. Högst är kvoten i {high} ({swedish.number(ranked.iloc[-1], 2)}) och lägst i "
        f"{low} ({swedish.number(ranked.iloc[0], 2)})."
    )


def projection_sentences(projection: pd.DataFrame | None = None, *, region: Region) -> list[str]:
    """What SCB's projection says (code, year, population), or that none has been fetched."""
    if projection is None or projection.empty:
        return [
            "SCB:s befolkningsframskrivning ingår inte i underlaget, och ingen egen "
            "framskrivning har gjorts."
        ]
    values = projection.set_index(["code", "year"])["population"]
    sums = metrics.by_area(values, {part.name: part.members for part in cooperations(region)})
    return [
        _projected(areas.called(part, region), sums[part.name].dropna())
        for part in cooperations(region)
    ]


def _projected(name: str, total: pd.Series) -> str:
    if len(total) < 2:
        return f"SCB:s befolkningsframskrivning saknar uppgift för {name}."
    first, last = int(total.index[0]), int(total.index[-1])
    verb, _, rest = _moved(name, float(total[last]), float(total[first])).partition(" ")
    verb = {"ökade": "ökar", "minskade": "minskar", "var": "är"}[verb]
    return (
        f"Enligt SCB:s framskrivning {verb} {rest} mellan {first} och {last}, "
        f"till {swedish.inhabitants(round(total[last]))}. Det är en modellberäkning av vad som "
        "händer om SCB:s antaganden håller, ingen observerad uppgift och inte kommunernas "
        "egen prognos."
    )


# --- what there is newer, and what began later ---------------------------------------------------


def newer_sentences(keys: Sequence[str], view: Residents | None = None) -> list[str]:
    """Where the publisher has newer figures than the edition in use; once in a report.

    `keys` are datasets. A report on an earlier day needs none of them.
    """
    if view is not None and view.day is not None and view.day < catalog.SNAPSHOT_DATE:
        return []
    by_publisher: dict[str, list[str]] = {}
    for key in keys:
        years = tables.newer_years(key)
        if years:
            entry = catalog.dataset(key)
            title = measure_of(_SHOWN[key]).label if key in _SHOWN else entry.title
            by_publisher.setdefault(entry.source.publisher, []).append(
                f"{title[:1].lower()}{title[1:]} {swedish.years(years)}"
            )
    said = [
        f"hos {publisher}: {swedish.listed(parts)}" for publisher, parts in by_publisher.items()
    ]
    return [f"Nyare uppgifter finns {'; '.join(said)}."] if said else []


def later_sentences(view: Residents) -> list[str]:
    """Which series begin after the day of the report, and so are not shown."""
    if view.day is None or not view.later:
        return []
    titles = [catalog.dataset(key).title for key in view.later]
    said = swedish.listed(f"{title[:1].lower()}{title[1:]}" for title in titles)
    return [
        f"Rapporten avser den {swedish.day(view.day)}. Statistik i underlaget som börjar "
        f"senare visas inte: {said}."
    ]


# --- size and places -----------------------------------------------------------------------------


def size_sentences(view: Residents, where: pd.DataFrame | None = None) -> list[str]:
    """How many live here and how densely; `where` (locality_shares) adds where they live."""
    said = [_size_of(view, part) for part in cooperations(view.region)]
    lived = [] if where is None or where.empty else _locality_sentences(view.region, where)
    return [*filter(None, said), *lived]


def _size_of(view: Residents, part: Region) -> str:
    order = by_size(part, view.values)
    now = view.latest.reindex(order)
    total = float(now.sum(skipna=False))
    if swedish.is_missing(total):
        return ""
    land = float(view.land["km2"].reindex(order).sum(skipna=False)) if len(view.land) else 0.0
    density = (
        ""
        if swedish.is_missing(land) or not land
        else (f", {swedish.number(total / land, 1)} invånare per km² landareal")
    )
    name = swedish.capitalised(areas.called(part, view.region))
    text = f"{name} hade {swedish.inhabitants(total)} den 31 december {view.year}{density}."
    if len(order) == 1:
        return text
    names = names_of(order)
    return (
        f"{text} Största kommun är {names[0]} med {swedish.inhabitants(now.iloc[0])}, "
        f"{swedish.percent(now.iloc[0] / total, 0)} av alla; minst är {names[-1]} med "
        f"{swedish.inhabitants(now.iloc[-1])}."
    )


def _locality_sentences(region: Region, where: pd.DataFrame) -> list[str]:
    known = where["share"].reindex(list(region.members)).dropna().sort_values()
    year = where["year"].max()
    sentences = []
    if len(known) == 1:
        part = swedish.percent(known.iloc[0], 0)
        sentences.append(
            f"I {names_of([known.index[0]])[0]} bor {part} av invånarna i en tätort ({year})."
        )
    elif len(known) > 1:
        low, high = names_of([known.index[0], known.index[-1]])
        sentences.append(
            f"Andelen som bor i en tätort ({year}) varierar mellan "
            f"{swedish.number(100 * known.iloc[0])} procent i {low} och "
            f"{swedish.number(100 * known.iloc[-1])} procent i {high}."
        )
    missing = [code for code in region.members if code not in known.index]
    if missing:
        who = (
            swedish.listed(names_of(missing))
            if len(missing) <= _MOST
            else f"{swedish.in_words(len(missing))} kommuner"
        )
        sentences.append(
            f"För {who} beräknas andelen inte: en tätort går, eller kan gå, över kommungränsen."
        )
    return [" ".join(sentences)] if sentences else []


def turning_sentences(view: Residents) -> list[str]:
    """When the population was largest, the latest turning point, and members far below a peak."""
    return [
        sentence
        for part in cooperations(view.region)
        for sentence in (_turning_of(view, part), *_far_below(part, view.values))
        if sentence
    ]


def _turning_of(view: Residents, part: Region) -> str:
    total = metrics.by_area(view.values, {part.name: part.members})[part.name].dropna()
    if len(total) < 2:
        return ""
    name = areas.called(part, view.region)
    first, last = int(total.index[0]), int(total.index[-1])
    top = int(total.idxmax())
    if top == last:
        text = f"Folkmängden {last} i {name} är den högsta i serien, som börjar {first}."
    else:
        text = (
            f"Folkmängden i {name} var som störst {top} med "
            f"{swedish.inhabitants(total[top])}; {last} var den "
            f"{swedish.percent(1 - total[last] / total[top])} lägre."
        )
    turns = metrics.turning_points(total, least=_TURN)
    if turns and turns[-1].year != top:
        text += _latest_turn(turns[-1], float(total[last]), last)
    return text


def _latest_turn(turn: metrics.Turn, now: float, last: int) -> str:
    word = "botten" if turn.kind == "trough" else "topp"
    return (
        f" Den senaste vändpunkten var en {word} {turn.year} med "
        f"{swedish.inhabitants(turn.population)}; {last} var folkmängden "
        f"{_relative(now / turn.population - 1)}."
    )


def _relative(share: float) -> str:
    if round(100 * share, 1) == 0:
        return "i stort sett densamma"
    return f"{swedish.percent(abs(share))} {'högre' if share > 0 else 'lägre'}"


def _far_below(part: Region, values: pd.Series) -> list[str]:
    if len(part.members) < 2:
        return []
    wide = values.unstack(level=0).reindex(columns=list(part.members)).dropna(axis=1, how="all")
    last = int(wide.index.max())
    tops = wide.idxmax()
    below = pd.Series(
        {str(code): wide[code].iloc[-1] / wide[code].max() - 1 for code in wide.columns}
    ).sort_values()
    highest = [code for code in below.index if tops[code] == last]
    code = below.index[0]
    text = ""
    if highest:
        who = (
            swedish.listed(names_of(highest))
            if len(highest) <= _MOST
            else swedish.capitalised(f"{swedish.in_words(len(highest))} kommuner")
        )
        text = f"{who} har aldrig haft fler invånare än {last} i serien. "
    if below.iloc[0] < 0:
        text += (
            f"Längst under sin högsta folkmängd ligger {names_of([code])[0]}: "
            f"{swedish.inhabitants(float(wide[code].iloc[-1]))} {last} mot "
            f"{swedish.number(float(wide[code].max()))} år {tops[code]}."
        )
    return [text.strip()]


def boundary_notes(region: Region, values: pd.Series) -> list[str]:
    """What constant boundaries mean for this region; nothing where no reform touches it."""
    notes = []
    for reform in metrics.reforms_touching(region.members):
        name = municipalities()[reform.code].name
        if reform.kind == "municipality":
            former = municipalities()[reform.former].name
            before = values.get((reform.former, reform.year - 1))
            yearly = metrics.on_yearly_boundaries(values).get((reform.former, reform.year - 1))
            notes.append(
                f"{name} bröts ur {former} {reform.year}. Serien följer dagens gränser: {former} "
                f"har {swedish.number(before)} invånare {reform.year - 1}, men hade "
                f"{swedish.number(yearly)} med den tidens gränser."
            )
        else:
            notes.append(
                f"{name} hörde till {counties()[reform.former]} till och med {reform.year - 1}. "
                f"Länens tal följer dagens indelning alla år, så {name} räknas till "
                f"{counties()[reform.code[:2]]} även före {reform.year}."
            )
    return notes


# --- births, deaths and moves --------------------------------------------------------------------


def balance_sentences(region: Region, changes: pd.DataFrame) -> list[str]:
    """The increase of each of the latest years and its parts, cooperation by cooperation."""
    return [
        sentence
        for part in cooperations(region)
        for sentence in _balances_of(part, region, changes)
    ]


def _balances_of(part: Region, region: Region, changes: pd.DataFrame) -> list[str]:
    parts = metrics.balance(changes, part.members).tail(_TOLD)
    if set(part.members) <= metrics.COUNTIES_OF_ONE:
        parts = parts.drop(columns="net_county")
    absent = "uppgift saknas" + (" för minst en kommun" if len(part.members) > 1 else "")
    name = "" if len(cooperations(region)) == 1 else f"{part.name} "
    return [_balance_of(f"{name}{year}", row, absent) for year, row in parts.iterrows()]


def _balance_of(head: str, row: pd.Series, absent: str) -> str:
    increase = row["increase"]
    if swedish.is_missing(increase):
        return f"**{head}.** Folkökningen är okänd: {absent}."
    happened = (
        "Folkmängden var oförändrad"
        if increase == 0
        else f"Folkmängden {'ökade' if increase > 0 else 'minskade'} med "
        f"{swedish.persons(abs(increase))}"
    )
    if row.isna().any():
        return f"**{head}.** {happened}. Inte alla delar är kända: {absent}."
    known = {where: float(row[name]) for name, where in _MOVES.items() if name in row}
    adjusted = f" Justeringen är {swedish.signed(row['adjustment'])}." if row["adjustment"] else ""
    return f"**{head}.** {happened}. {_births(row)} {_moves(known)}{adjusted}"


def _births(row: pd.Series) -> str:
    more = float(row["natural_increase"])
    pair = f"({swedish.number(row['births'])} födda, {swedish.number(row['deaths'])} döda)"
    if more == 0:
        return f"Lika många föddes som dog {pair}."
    first, second = ("föddes", "dog") if more > 0 else ("dog", "föddes")
    return f"{swedish.number(abs(more))} fler {first} än {second} {pair}."


def _moves(net: Mapping[str, float]) -> str:
    """893 fler flyttade in än ut, varav 390 från det egna länet (netto)."""
    total = sum(net.values())
    parts = swedish.listed(f"{swedish.signed(value)} mot {where}" for where, value in net.items())
    if total == 0:
        return f"Lika många flyttade in som ut (netto {parts})."
    first, second = ("in", "ut") if total > 0 else ("ut", "in")
    return f"{swedish.number(abs(total))} fler flyttade {first} än {second} (netto {parts})."


# --- ages by sex ---------------------------------------------------------------------------------


def pyramid_sentences(region: Region, ages: pd.DataFrame) -> list[str]:
    """The three broad age groups of the year with ages by sex, against the nation."""
    if ages.empty:
        return []
    return [_pyramid_text(part, region, ages) for part in cooperations(region)]


def _pyramid_text(part: Region, region: Region, ages: pd.DataFrame) -> str:
    year, parts, name = int(ages["year"].max()), [], areas.called(part, region)
    for label, here, nation in broad_ages(part, ages):
        if swedish.is_missing(here):
            return (
                f"Åldersfördelningen i {name} {year} är okänd: uppgift saknas för minst "
                "en åldersgrupp."
            )
        beside = "" if swedish.is_missing(nation) else f" ({swedish.percent(nation)} i riket)"
        parts.append(f"{swedish.percent(here)} {label}{beside}")
    return f"Av invånarna i {name} var år {year} {swedish.listed(parts)}.{_old(ages)}"


def _old(ages: pd.DataFrame) -> str:
    """A word on ages that are older than the other figures: there is one year of them."""
    if ages["year"].nunique() > 1:
        return ""
    return " Det är det senaste året med ålder och kön i underlaget."


def spread_sentences(view: Residents) -> list[str]:
    """The dependency ratio and the mean age of the members, beside the nation's median."""
    ratio, mean = view.indicators["dependency_ratio"], view.indicators["mean_age"]
    return [
        *filter(
            None,
            [
                _spread_text(
                    view.region,
                    ratio,
                    "Den demografiska försörjningskvoten, antalet 0–19 år och "
                    "65 år eller äldre per hundra personer 20–64 år,",
                ),
                _spread_text(view.region, mean, "Medelåldern"),
            ],
        )
    ]


def _spread_text(region: Region, measured: Indicator, subject: str) -> str:
    members = measured.known(region.members)
    if members.empty:
        return ""
    middle = (
        f"; landets median är {_write(measured.measure, measured.median)}" if measured.whole else ""
    )
    if len(members) == 1:
        return (
            f"{subject} var {_write(measured.measure, members.iloc[0])} i "
            f"{names_of([members.index[0]])[0]} {measured.year}{middle}."
        )
    low, high = names_of([members.index[-1], members.index[0]])
    least = _write(measured.measure, members.iloc[-1], unit=False)
    return (
        f"{subject} varierade {measured.year} mellan {least} i {low} och "
        f"{_write(measured.measure, members.iloc[0])} i {high}{middle}."
    )


def _write(measure: Measure, value: float, *, unit: bool = True) -> str:
    shown = swedish.number(value * (100 if measure.as_percent else 1), measure.decimals)
    word = "procent" if measure.as_percent else measure.unit
    return f"{shown} {word}" if unit and word in ("procent", "år") else shown


# --- staff ---------------------------------------------------------------------------------------


def staff_sentences(
    region: Region, rates: pd.Series, federations: Mapping[str, Sequence[str]] | None = None
) -> list[str]:
    """Staff per 1,000 inhabitants of the latest year, and which federations make them lower.

    `rates` is indexed by (code, year); `federations` names the federations of each code.
    """
    known = rates.dropna()
    inside = known[known.index.get_level_values(0).isin(region.members)]
    if inside.empty:
        return []
    year = last_year(inside)
    latest = inside.xs(year, level=1).sort_values()
    low, high = names_of([latest.index[0], latest.index[-1]])
    thousand = f"per {swedish.number(1000)} invånare"
    text = (
        f"År {year} varierade antalet månadsavlönade {thousand} mellan "
        f"{swedish.number(latest.iloc[0], 1)} i {low} och {swedish.number(latest.iloc[-1], 1)} "
        f"i {high}."
        if len(latest) > 1
        else f"År {year} hade {low} {swedish.number(latest.iloc[0], 1)} månadsavlönade {thousand}."
    )
    text += (
        " Talen rangordnas inte: anställda i kommunalförbund och bolag ingår inte, så en "
        "kommun som samverkar kan se mindre ut än den är."
    )
    return [text, *_federation_text(region, federations or {})]


def _federation_text(region: Region, federations: Mapping[str, Sequence[str]]) -> list[str]:
    by_body: dict[str, list[str]] = {}
    for code in region.members:
        for body in federations.get(code, ()):
            by_body.setdefault(body, []).append(municipalities()[code].name)
    if not by_body:
        return []
    listed = [f"{body} ({swedish.listed(names)})" for body, names in by_body.items()]
    return [f"I den här regionen gäller det {'; '.join(listed)}, enligt inventeringen."]
