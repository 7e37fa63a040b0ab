"""What the inventory says of shared services on a date, in sentences that claim no more than it.

Terms
-----
sharing: the inventory seen from one region on one date (`analysis.views.services`).
own rows: the state of the region's members; a member can share with others outside the region.
no information ("ingen uppgift"): the inventory has no row; never "is not shared".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from analysis.arrangements import (
    ALL_AREAS,
    NO_INFORMATION,
    OUTCOMES,
    TRUST_LABELS,
    Inventory,
    State,
)
from analysis.metrics import services as metrics
from analysis.regions import Region, municipalities
from analysis.text import swedish
from analysis.views.services import Sharing, sharing
from analysis.views.services import rows_of as _rows

_PROPER = ("Mälaren",)  # a service area that begins with a name keeps its capital
_HANDOVER = pd.Timedelta(days=31)  # a body that begins within this of another's end took over
_MANY = 8  # more names than this make no readable sentence
_CHECKED = ("”Kontrollerad” är den dag då inventeringens rader senast jämfördes med en sparad "
            "kopia av källans text. Där dagen saknas är den inte antecknad.")
_FACTS = {"start": "när verksamheten började", "legal-form": "den juridiska formen",
          "host": "vilken kommun som är värd", "members": "vilka som är medlemmar",
          "name": "namnet", "areas": "vilka områden som ingår"}


def names_of(codes: Iterable[str]) -> list[str]:
    """Names of municipalities in Swedish alphabetical order."""
    known = municipalities()
    return sorted((known[code].name for code in codes), key=swedish.sort_key)


def lower(name: str) -> str:
    """A service's name inside a sentence: small first letter unless it is an abbreviation."""
    proper = name[1:2].isupper() or name.split()[0] in _PROPER
    return name if proper else name[:1].lower() + name[1:]


def areas_listed(view: Sharing, keys: Iterable[str]) -> str:
    """Names of service areas in a sentence; those that contain a comma or "och" are set apart."""
    wanted = set(keys)
    words = [lower(name) for key, name in view.area_names.items() if key in wanted]
    if any(" och " in word or "," in word for word in words) and len(words) > 1:
        return f"{'; '.join(words[:-1])} samt {words[-1]}"
    return swedish.listed(words)


def count_phrase(services: object, older: object, until: object) -> str:
    """`7 gemensamma tjänster, varav 3 utan belägg efter 2020`; missing: no information.

    >>> count_phrase(7, 3, 2020), count_phrase(None, None, None)
    ('7 gemensamma tjänster, varav 3 utan belägg efter 2020', 'ingen uppgift')
    """
    if swedish.is_missing(services):
        return NO_INFORMATION
    total, old = int(str(services)), int(str(older))
    text = f"{total} {'gemensam tjänst' if total == 1 else 'gemensamma tjänster'}"
    if not old:
        return text
    which = f"varav {old} " if old < total else "ingen med " if total > 1 else ""
    lacks = "belägg" if old == total and total > 1 else "utan belägg"
    return f"{text}, {which}{lacks} efter {until}"


def count_of(view: Sharing, code: str) -> str:
    """`count_phrase` of one member."""
    row = view.counts.loc[code]
    return count_phrase(row["services"], row["older"], row["until"])


# --- sentences of the chapter --------------------------------------------------------------------


def overview_text(view: Sharing) -> list[str]:
    """How many services the members share, in how many bodies, and how old the evidence is."""
    if view.own.empty:
        return [nothing_text(view)]
    if len(view.region.members) == 1:
        return [_alone_text(view), stale_text(view)]
    return [_together_text(view), stale_text(view)]


def _alone_text(view: Sharing) -> str:
    """A region of one municipality shares with others outside it."""
    text = f"Den {swedish.day(view.day)} har {view.region.member_names[0]} "
    text += count_of(view, view.region.members[0])
    bodies = [view.names[key] for key in view.bodies]
    if not bodies:
        return f"{text}."
    one = len(bodies) == 1
    return f"{text}. {'Organet är' if one else 'Organen är'} {_several(bodies, 'organ')}."


def _together_text(view: Sharing) -> str:
    members = view.region.members
    shared = view.shared
    areas, bodies = shared["area"].nunique(), list(shared["arrangement"].unique())
    day = swedish.day(view.day)
    if not areas:
        return (f"Den {day} finns i inventeringen ingen tjänst i drift som minst två av "
                f"kommunerna i {view.region.name} delar med varandra.")
    named = _several([view.names[key] for key in bodies], "organ")
    text = (f"Den {day} delar minst två av kommunerna i {view.region.name} "
            f"{swedish.counted(areas, 'tjänst', 'tjänster')} i drift med varandra, i "
            f"{swedish.in_words(len(bodies), neuter=True)} organ: {named}.")
    complete = shared[shared["complete"]]["area"].unique()
    if len(complete) and len(members) > 2:
        text += (f" Alla {swedish.in_words(len(members))} kommunerna deltar i "
                 f"{areas_listed(view, complete)}.")
    return text


def nothing_text(view: Sharing) -> str:
    """The sentence for a region of which the inventory knows nothing on the date."""
    who = view.region.name
    return (f"Inventeringen har ingen uppgift om {swedish.genitive(who)} gemensamma tjänster den "
            f"{swedish.day(view.day)}. Det betyder inte att sådana saknas.")


def stale_text(view: Sharing) -> str:
    """How much of what is counted rests on old evidence."""
    rows = view.counted.drop_duplicates(["arrangement", "area"])
    areas = rows["area"].nunique()
    old = areas - rows.loc[metrics.is_dated(rows), "area"].nunique()
    until = rows.loc[~metrics.is_dated(rows), "last_evidence"].max()
    if not old:
        return ""
    which = ("Uppgiften" if areas == 1 else "Alla uppgifter") if old == areas else (
        f"Uppgifterna om {swedish.in_words(old)} av {swedish.in_words(areas)} tjänster")
    return (f"{which} är från {until} eller tidigare; inget slut är känt, men läget kan ha "
            "ändrats sedan dess.")


def counts_text(view: Sharing) -> str:
    """Who shares most and least among the members, and of whom nothing is known."""
    counts = view.counts["services"]
    known = counts.dropna()
    unknown = [code for code in view.region.members if code not in known.index]
    parts = []
    if len(known) > 1 and known.nunique() > 1:
        top, low = known.max(), known.min()
        parts.append(f"Flest gemensamma tjänster har {_who(known, top)} ({top}) och minst "
                     f"{_who(known, low)} ({low}).")
    elif len(known) > 1:
        parts.append("Kommunerna har lika många gemensamma tjänster i drift: "
                     f"{known.iloc[0]} var.")
    elif len(known) == 1:
        parts.append(f"{names_of(known.index)[0]}: {count_of(view, str(known.index[0]))}.")
    if unknown and len(known):
        parts.append(f"Ingen uppgift finns om {_several(names_of(unknown))}.")
    return " ".join(parts)


def _who(counts: pd.Series, value: int) -> str:
    return _several(names_of(counts[counts == value].index))


def _several(names: Sequence[str], more: str = "kommuner") -> str:
    if len(names) <= _MANY + 1:
        return swedish.listed(names)
    return f"{', '.join(names[:_MANY])} och {len(names) - _MANY} {more} till"


def unknown_areas_text(view: Sharing) -> str:
    """The service areas of which the inventory says nothing for the region."""
    missing = view.unknown_areas
    if not missing or (view.own.empty and view.alone.empty):
        return "" if not missing else "Ingen uppgift finns om något av tjänsteområdena."
    return (f"För {view.region.name} finns ingen uppgift om {areas_listed(view, missing)}. "
            "Det betyder inte att dessa tjänster saknar samverkan.")


def partial_members_text(view: Sharing) -> str:
    """Members of a body of which the sources do not say which services they take part in."""
    members = metrics.body_members(view.inventory, pd.Timestamp(view.day))
    begun = set(metrics.counted_services(view.state)["arrangement"])
    open_ones = members[~members["areas_known"] & members["arrangement"].isin(begun)]
    near = open_ones[open_ones["arrangement"].isin(view.own["arrangement"])]
    return " ".join(
        f"{municipalities()[row.code].name} är medlem i {view.names[row.arrangement]}, men "
        "källorna säger inte i vilka tjänster; kommunen räknas därför inte in."
        for row in _rows(near))


def network_text(view: Sharing) -> str:
    """Which pair of members shares most, and how much of it rests on old evidence."""
    pairs = metrics.pair_services(view.state)
    members = set(view.region.members)
    pairs = pairs[pairs["code_a"].isin(members) & pairs["code_b"].isin(members)]
    if len(members) == 1:
        return "En enda kommun har inget nät inom regionen; partner utanför står i tabellerna."
    if pairs.empty:
        return (f"Inventeringen har ingen uppgift om en tjänst i drift som två av kommunerna i "
                f"{view.region.name} delar den {swedish.day(view.day)}.")
    top = pairs["services"].max()
    most = pairs[pairs["services"] == top]
    best = [swedish.listed(names_of(pair))
            for pair in zip(most["code_a"], most["code_b"], strict=True)]
    tops = swedish.counted(top, "gemensam tjänst", "gemensamma tjänster")
    if len(best) > 3:
        return f"{swedish.number(len(best))} par har flest, {tops} vart."
    return f"Flest, {tops}, har {'; '.join(best)}."


def plans_text(view: Sharing) -> list[str]:
    """Intentions, inquiries and decisions on the date, a sentence a body; none of them counts."""
    plans = view.own[view.own["state"] == State.PLANNED]
    paragraphs: list[str] = []
    for (key, words), rows in plans.groupby(["arrangement", "words"], sort=False):
        paragraphs.append(
            f"{view.names[str(key)]}: {words}, {_several(names_of(set(rows['code'])))}: "
            f"{areas_listed(view, rows['area'])}.")
    if not paragraphs:
        return ["Inventeringen har ingen uppgift om avsikter, utredningar eller beslut."]
    return ["Följande är avsikter, utredningar och beslut. De räknas inte som gemensamma tjänster.",
            *paragraphs]


def history_text(view: Sharing) -> list[str]:
    """What has ended or been taken back by the date, and bodies that changed their name."""
    found = []
    past = view.own[view.own["state"] == State.ENDED]
    for (key, event), rows in past.groupby(["arrangement", "event"], sort=False):
        if event in OUTCOMES:
            continue
        year = rows["last_evidence"].max()
        heirs = _heirs(view, str(key), set(rows["area"]))
        if event == "taken-back":
            verb = "gick tillbaka till varje kommun"
        elif heirs:
            verb = f"gick över till {swedish.listed(view.names[heir] for heir in heirs)}"
        else:
            verb = "upphörde"
        found.append(f"{swedish.capitalised(areas_listed(view, rows['area']))} i "
                     f"{view.names[str(key)]} {verb} ({year} var sista året).")
    found += _renamed(view)
    return found or ["Inventeringen har ingen uppgift om avslut eller namnbyten fram till dagen."]


def _heirs(view: Sharing, arrangement: str, areas: set[str]) -> list[str]:
    """Bodies that began the same services, for one of the members, when another body ended them."""
    spans = metrics.periods(view.inventory)
    spans = spans[spans["area"].isin(areas)]
    ends = spans.loc[spans["arrangement"] == arrangement, "end"].dropna()
    if ends.empty:
        return []
    wait = spans["start"] - ends.max()
    later = spans[(wait > pd.Timedelta(0)) & (wait <= _HANDOVER)]["arrangement"]
    mine = set(view.counted["arrangement"])
    return [key for key in dict.fromkeys(later) if key in mine]


def _renamed(view: Sharing) -> list[str]:
    day = pd.Timestamp(view.day)
    names = view.inventory.names
    mine = names[names["arrangement"].isin(view.own["arrangement"]) & (names["first"] <= day)]
    found = []
    for row in _rows(mine):
        before = metrics.name_on(view.inventory, row.arrangement,
                                 (row.first - pd.Timedelta(days=1)).date())
        if before != row.name:
            found.append(f"{before} bytte namn till {row.name} "
                         f"{swedish.day(row.first.date())}; organet var detsamma.")
    return found


def undated_text(view: Sharing) -> str:
    """Bodies known only from undated pages: shown, never counted."""
    rows = view.own[(view.own["state"] == State.UNCLEAR) & view.own["last_evidence"].isna()]
    if rows.empty:
        return ""
    bodies = swedish.listed(view.names[key] for key in rows["arrangement"].unique())
    return f"Om {bodies} finns bara odaterade uppgifter. De visas men räknas inte."


def contradictions_text(view: Sharing) -> list[str]:
    """Where sources differ: each statement with its source, the most trusted first."""
    table = metrics.contradictions(view.inventory)
    return contradiction_lines(view, table[table["arrangement"].isin(view.own["arrangement"])])


def contradiction_lines(view: Sharing, contradictions: pd.DataFrame) -> list[str]:
    """A sentence for each body and fact of `contradictions`, rows of `metrics.contradictions`."""
    areas: dict[tuple[str, str, str], list[str]] = {}  # by body, fact and what is said of it
    groups: Any = contradictions.groupby(["arrangement", "area", "fact"], sort=False)
    for (key, area, fact), rows in groups:
        said = [f"{_value(view, fact, row.value)} enligt {publisher(view, row.source)}, "
                f"{TRUST_LABELS[row.trust]} tilltro" for row in _rows(rows)]
        statement = "; ".join(dict.fromkeys(said))
        areas.setdefault((key, fact, statement), []).extend([area] if area else [])
    return [
        f"{view.names[key]}{f' ({areas_listed(view, about)})' if about else ''}: källorna skiljer "
        f"sig om {_FACTS[fact]}. {swedish.capitalised(said)}."
        for (key, fact, said), about in areas.items()
    ]


def since(view: Sharing, arrangement: str, area: str) -> str:
    """Since when a body runs a service, in words that show how the date is known."""
    rows = view.evidence.get(arrangement, [])
    own = [row for row in rows if row.area in (area, ALL_AREAS)]
    tasks = [row.last for row in own if row.basis == "stated"]
    # a body that began after its task contradicts it; one that began before took it up later
    own += [row for row in rows if row.area == "" and row.basis == "stated" and tasks
            and row.first > min(tasks)]
    stated = sorted({date_text(row.date) for row in own if row.basis == "stated"})
    years = sorted({text[-4:] for text in stated})
    if len(years) > 1:
        return f"{swedish.listed(years, 'eller')} (källorna skiljer sig)"
    if stated:
        return stated[0] if len(stated) == 1 else years[0]
    dated = [row for row in own if not pd.isna(row.first)]
    if not dated:
        return "okänt"
    first = min(dated, key=lambda row: row.first)
    how = "omkring" if first.basis == "approximate" else "belagd från"
    return f"{how} {first.first.year}"


def date_text(text: str) -> str:
    """A partial date in words: 2006, december 2014, 1 januari 2021."""
    parts = text.split("-")
    if len(parts) == 1:
        return text
    words = swedish.day(date(int(parts[0]), int(parts[1]), int(parts[2]) if parts[2:] else 1))
    return words if parts[2:] else words.partition(" ")[2]


def _value(view: Sharing, fact: str, value: str) -> str:
    return view.form_names[value] if fact == "legal-form" else value


def publisher(view: Sharing, source: str) -> str:
    """Publisher and date of a source, as a sentence cites it."""
    row = view.sources[source]
    return f"{row.publisher}{f' ({row.date})' if row.date else ' (odaterad)'}"


def citation(view: Sharing, source: str, *, address: bool = True) -> str:
    """A whole source: publisher, title, date, note and, when known, address."""
    row = view.sources[source]
    parts = [f"{row.publisher}: ”{row.title}”" if not row.title.startswith("”")
             else f"{row.publisher}: {row.title}",
             row.date or ("" if row.note.startswith("odaterad") else "odaterad")]
    if row.checked:
        parts.append(f"kontrollerad {row.checked}")
    text = ", ".join(part for part in parts if part)
    text += f". {swedish.capitalised(row.note)}" if row.note else ""
    return f"{text}. {row.url}" if address and row.url else f"{text}."


def source_numbers(view: Sharing) -> dict[str, int]:
    """The sources behind the members' rows, numbered in the order they are met."""
    keys = (key for cited in view.own["sources"] for key in cited.split("; "))
    return {key: number for number, key in enumerate(dict.fromkeys(keys), start=1)}


def sources_text(view: Sharing) -> str:
    """The numbered sources as a Markdown list with links; what a body shows cites the number."""
    numbers = source_numbers(view)
    if not numbers:
        return "Inventeringen har ingen uppgift och därför ingen källa att visa."
    return f"{_CHECKED}\n\n{source_list(view, numbers)}"


def source_list(view: Sharing, numbers: Mapping[str, int]) -> str:
    """Numbered sources as a Markdown list with links."""
    lines = []
    for source, number in numbers.items():
        row = view.sources[source]
        title = row.title.replace("[", "(").replace("]", ")")
        linked = f"[{title}](<{row.url}>)" if row.url else title
        when = row.date or ("" if row.note.startswith("odaterad") else "odaterad")
        checked = f"kontrollerad {row.checked}" if row.checked else ""
        words = [part for part in (linked, when, checked) if part]
        note = f" {swedish.capitalised(row.note)}." if row.note else ""
        lines.append(f"{number}. {row.publisher}: {', '.join(words)}.{note}")
    return "\n".join(lines)


# --- what follows from it ------------------------------------------------------------------------


def fragmentation_text(view: Sharing) -> str:
    """In how many circles of partners the members sit."""
    circles = metrics.fragmentation(view.state).reindex(list(view.region.members)).dropna()
    circles = circles[circles > 0]
    if circles.empty:
        return "Inventeringen har ingen tjänst i drift och därför ingen krets av partner att visa."
    top = int(circles.max())
    who = names_of(circles[circles == top].index)
    found = metrics.circles(view.state)
    total = found[found["code"].isin(view.region.members)]["circle"].nunique()
    text = (f"Kommunerna ingår i {swedish.in_words(total)} olika "
            f"{'krets' if total == 1 else 'kretsar'} av partner.")
    if len(circles) == 1:
        return (f"{names_of(circles.index)[0]} ingår i {swedish.in_words(top)} "
                f"{'krets' if top == 1 else 'olika kretsar'} av partner.")
    if circles.nunique() == 1:
        return f"{text} Varje kommun med uppgift ingår i {swedish.in_words(top)}."
    return f"{text} Flest, {swedish.in_words(top)}, har {_several(who)}."


def base_text(view: Sharing, population: pd.Series, *, year: int) -> str:
    """The largest and smallest population behind a body that serves a member."""
    base = metrics.population_base(view.state, population)
    base = base[base["arrangement"].isin(view.bodies)].dropna(subset=["population"])
    if base.empty:
        return "Inget befolkningsunderlag kan räknas: ingen tjänst är i drift enligt inventeringen."
    ordered = base.sort_values("population", kind="stable")
    low, high = ordered.iloc[0], ordered.iloc[-1]
    if low["population"] == high["population"]:
        return (f"Underlaget är {swedish.inhabitants(high['population'])} ({year}) för "
                f"{high['name']}.")
    return (f"Minst underlag har {low['name']} med {swedish.inhabitants(low['population'])} och "
            f"störst {high['name']} med {swedish.inhabitants(high['population'])} ({year}). Bara "
            "de medlemmar som källorna namnger är räknade.")


def distance_text(view: Sharing, points: pd.DataFrame) -> str:
    """The longest way to a host, and for how many bodies no host is named."""
    found = metrics.host_distances(view.state, points)
    mine = found[found["code"].isin(view.region.members)].dropna(subset=["distance_km"])
    if mine.empty:
        return ("Ingen källa namnger en värdkommun för de tjänster som är i drift, och därför "
                "visas inga avstånd.") if view.bodies else ""
    far = mine.sort_values("distance_km", kind="stable").iloc[-1]
    known = municipalities()
    bodies = set(view.bodies) - set(mine["arrangement"])
    rest = (f" För {swedish.counted(len(bodies), 'organ', 'organ')} namnger källorna ingen "
            "värdkommun." if bodies else "")
    return (f"Längst till värdkommunen är det för {known[str(far['code'])].name}: "
            f"{swedish.number(far['distance_km'])} km fågelvägen till "
            f"{known[str(far['host'])].name} ({view.names[str(far['arrangement'])]}).{rest}")


def gaps_text(view: Sharing) -> str:
    """Which services others share that are not known to run here, and what is known of them."""
    table = metrics.gaps(view.state, view.region.members)
    if table.empty:
        return ("Inventeringen visar ingen tjänst i drift hos andra som inte också är i drift för "
                f"någon av kommunerna i {view.region.name}.")
    areas = list(dict.fromkeys(table["area"]))
    unknown = [key for key in areas if key not in view.known_areas]
    other = [key for key in areas if key in view.known_areas]
    parts = []
    if unknown:
        parts.append(f"Andra kommuner i inventeringen delar {areas_listed(view, unknown)}; för "
                     f"{view.region.name} finns ingen uppgift om dessa tjänster. Det är en lucka "
                     "i inventeringen och inget bevis för att samverkan saknas.")
    if other:
        parts.append(f"{'Dessutom delar andra' if unknown else 'Andra kommuner delar'} "
                     f"{areas_listed(view, other)}; för {view.region.name} finns där uppgifter "
                     "som inte räknas som drift, se tabellen.")
    return " ".join(parts)


def known_here(view: Sharing, area: str) -> str:
    """What the inventory says of a service for the members, in a few words."""
    rows = view.own[view.own["area"] == area].drop_duplicates(["arrangement", "words"])
    said = dict.fromkeys(f"{row.words} ({view.names[row.arrangement]})"
                         for row in _rows(rows))
    return "; ".join(said) or NO_INFORMATION


def careful(persons: float, kind: str) -> int:
    """Persons as a whole number; a modelled figure keeps two digits but is never finer than tens,
    as in the chapter on commuting: it is known no better. Zero then means fewer than five.
    """
    if kind != "modelled":
        return round(persons)
    digits = 1 - int(f"{persons:e}".partition("e")[2])
    return int(round(persons, min(digits, -1)))


def commuters(persons: float, kind: str) -> str:
    """Persons in words: `omkring 1 100 pendlare` when modelled, `färre än 5 pendlare`."""
    shown = careful(persons, kind)
    if kind == "modelled":
        return f"omkring {swedish.number(shown)} pendlare" if shown else "färre än 5 pendlare"
    return f"{swedish.number(shown)} pendlare"


# --- summary of the report -----------------------------------------------------------------------


def services_tiles(region: Region, *, inventory: Inventory, as_of: str = "",
                   ) -> list[dict[str, str]]:
    """Tiles for the summary: what the members share, and how old the evidence is."""
    view = sharing(region, inventory, as_of)
    counts = view.counts
    shared = view.shared
    day = swedish.day(view.day)
    if counts["services"].isna().all():
        return [{"label": "Gemensamma tjänster", "value": NO_INFORMATION, "source": "services",
                 "comparison": f"inventeringen saknar rader för {region.name} den {day}"}]
    if len(region.members) == 1:
        row = counts.iloc[0]
        return [{"label": "Gemensamma tjänster", "value": swedish.number(row["services"]),
                 "comparison": count_of(view, region.members[0]), "source": "services"}]
    if shared.empty:
        return [{"label": "Tjänster som minst två av kommunerna delar", "value": NO_INFORMATION,
                 "comparison": f"inventeringen har ingen sådan rad den {day}",
                 "source": "services"}]
    areas = shared["area"].nunique()
    old = areas - shared.loc[shared["dated"], "area"].nunique()
    until = shared.loc[~shared["dated"], "last_evidence"].max()
    return [{
        "label": "Tjänster som minst två av kommunerna delar",
        "value": swedish.number(shared["area"].nunique()), "source": "services",
        "comparison": f"den {day}" + (f"; {old} utan belägg efter {until}" if old else ""),
    }]


def services_findings(region: Region, *, inventory: Inventory, as_of: str = "") -> list[str]:
    """One or two sentences on shared services for the summary of the report."""
    view = sharing(region, inventory, as_of)
    if view.own.empty:
        return [nothing_text(view)]
    first = overview_text(view)[0]
    shared = view.shared
    if len(region.members) == 1:
        return [first]
    if shared.empty:
        return [part for part in (first, counts_text(view)) if part]
    old = shared["area"].nunique() - shared.loc[shared["dated"], "area"].nunique()
    late = (f" För {swedish.in_words(old)} av dem är inget slut känt, men uppgifterna är gamla."
            if old else "")
    return [f"{first}{late}"]
