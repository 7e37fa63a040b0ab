"""What the inventory says of shared services on a date, in sentences that claim no more than it.

Terms
-----
sharing: the inventory seen from one region on one date (`analysis.views.services`).
part: a cooperation inside the region; each is spoken of by itself, two are never blended.
no information ("ingen uppgift"): nothing is known; never zero, never "is not shared".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from analysis.arrangements import ALL_AREAS, NO_INFORMATION, OUTCOMES, REGIONS, TRUST_LABELS, State
from analysis.metrics import services as metrics
from analysis.regions import municipalities, names_of
from analysis.text import swedish
from analysis.views.services import Body, Sharing
from analysis.views.services import rows_of as _rows

_PROPER = ("Mälaren",)  # a service area that begins with a name keeps its capital
_HANDOVER = pd.Timedelta(days=31)  # a body that begins within this of another's end took over
_MANY = 8  # more names than this make no readable sentence
EXAMPLES = 3  # services that a sentence names of many
_CHECKED = (
    "”Kontrollerad” är den dag då inventeringens rader senast jämfördes med en sparad "
    "kopia av källans text. Där dagen saknas är den inte antecknad."
)
_FACTS = {
    "start": "när verksamheten började",
    "legal-form": "den juridiska formen",
    "host": "vilken kommun som är värd",
    "members": "vilka som är medlemmar",
    "name": "namnet",
    "areas": "vilka områden som ingår",
}
# the services that titles name first; an editor's choice
_FIRST = (
    *("avfall", "vatten-avlopp", "bygglov", "miljotillsyn", "gata", "loner", "it-drift", "vaxel"),
    *("krisberedskap", "overformyndare", "gymnasieskola", "raddningstjanst", "raddningsledning"),
    "hjalpmedel",
)
_SHORT = {
    "gata": "gator",
    "vaxel": "växel",
    "raddningsledning": "räddningsledning",
}  # where not as the name begins

# --- words ---------------------------------------------------------------------------------------


def alphabetical(codes: Iterable[str]) -> list[str]:
    """Names of municipalities in Swedish alphabetical order.

    >>> alphabetical(["1960", "1984"])
    ['Arboga', 'Kungsör']
    """
    return sorted(names_of(codes), key=swedish.sort_key)


def host_name(host: str) -> str:
    """Name of a host: a municipality, or a region by the code of its county.

    >>> host_name("1885"), host_name("17")
    ('Lindesberg', 'Region Värmland')
    """
    return REGIONS[host] if host in REGIONS else municipalities()[host].name


def lower(name: str) -> str:
    """A service's name inside a sentence: small first letter unless it is an abbreviation.

    >>> lower("Bygglov"), lower("IT-drift och helpdesk")
    ('bygglov', 'IT-drift och helpdesk')
    """
    proper = name[1:2].isupper() or name.split()[0] in _PROPER
    return name if proper else name[:1].lower() + name[1:]


def areas_listed(view: Sharing, keys: Iterable[str]) -> str:
    """Names of service areas in a sentence; those that contain a comma or "och" are set apart."""
    wanted = set(keys)
    words = [lower(name) for key, name in view.area_names.items() if key in wanted]
    if any(" och " in word or "," in word for word in words) and len(words) > 1:
        return f"{'; '.join(words[:-1])} samt {words[-1]}"
    return swedish.listed(words)


def services(count: int, *, shared: bool = False) -> str:
    """A number of services, to twelve in words.

    >>> services(11), services(1, shared=True), services(14)
    ('elva tjänster', 'en gemensam tjänst', '14 tjänster')
    """
    one, many = ("gemensam tjänst", "gemensamma tjänster") if shared else ("tjänst", "tjänster")
    return f"{swedish.in_words(count)} {one if count == 1 else many}"


def both(low: int, high: int, between: str = " och ") -> str:
    """Two numbers, both in words or both in digits: `elva och tolv`, `11 och 13`."""
    if max(low, high) > 12:
        return f"{swedish.number(low)}{between}{swedish.number(high)}"
    return f"{swedish.in_words(low)}{between}{swedish.in_words(high)}"


def bodies_counted(count: int) -> str:
    """A number of bodies, to twelve in words: `ett organ`, `fyra organ`."""
    return f"{swedish.in_words(count, neuter=True)} organ"


def other_bodies(count: int) -> str:
    """A number of bodies beside those that were named: `ett annat organ`, `fyra andra organ`."""
    words = swedish.in_words(count, neuter=True)
    return f"{words} {'annat' if count == 1 else 'andra'} organ"


def members_of(view: Sharing, *, all_of: bool = False) -> str:
    """The members as the subject of a sentence: `de fyra kommunerna`, `KAK`, `Hällefors`."""
    members = view.region.members
    if len(members) == 1:
        return view.region.member_names[0]
    if len(members) == 2:
        return "båda kommunerna" if all_of else "de två kommunerna"
    counted = swedish.in_words(len(members))
    return f"alla {counted} kommunerna" if all_of else f"de {counted} kommunerna"


def count_phrase(total: object, older: object, until: object) -> str:
    """`7 gemensamma tjänster, varav 3 utan belägg efter 2020`; missing: no information.

    >>> count_phrase(7, 3, 2020), count_phrase(None, None, None)
    ('7 gemensamma tjänster, varav 3 utan belägg efter 2020', 'ingen uppgift')
    """
    if swedish.is_missing(total):
        return NO_INFORMATION
    count, old = int(str(total)), int(str(older))
    text = f"{count} {'gemensam tjänst' if count == 1 else 'gemensamma tjänster'}"
    if not old:
        return text
    which = f"varav {old} " if old < count else "ingen med " if count > 1 else ""
    lacks = "belägg" if old == count and count > 1 else "utan belägg"
    return f"{text}, {which}{lacks} efter {until}"


def count_of(view: Sharing, code: str) -> str:
    """`count_phrase` of one member."""
    row = view.counts.loc[code]
    return count_phrase(row["services"], row["older"], row["until"])


def short(name: str) -> str:
    """The abbreviation of a body's name when it has one in brackets.

    >>> short("Västra Mälardalens Kommunalförbund (VMKF)"), short("Sjuksköterskejour (KAK)")
    ('VMKF', 'Sjuksköterskejour')
    """
    before, bracket, after = name.partition(" (")
    letters = after.rstrip(")")
    # a place in brackets, such as KAK, is no abbreviation of the name before it
    return letters if bracket and letters.isupper() and letters[0] == before[:1] else before


def spelt_out(name: str) -> str:
    """A body's name without its abbreviation, for who has not met that.

    >>> spelt_out("Västra Mälardalens Kommunalförbund (VMKF)")
    'Västra Mälardalens Kommunalförbund'
    """
    return name.partition(" (")[0]


def abbreviations(names: Iterable[str]) -> str:
    """What the abbreviations among the short names of some bodies stand for, as a sentence.

    >>> abbreviations(["Västra Mälardalens Kommunalförbund (VMKF)", "Mälardalskartan"])
    'VMKF: Västra Mälardalens Kommunalförbund.'
    """
    said = [
        f"{short(name)}: {spelt_out(name)}"
        for name in dict.fromkeys(names)
        if short(name).isupper()
    ]
    return " ".join(f"{one}." for one in said)


def several(names: Sequence[str], more: str = "kommuner") -> str:
    """All names where they are few, else the first eight and how many more."""
    if len(names) <= _MANY + 1:
        return swedish.listed(names)
    return f"{', '.join(names[:_MANY])} och {len(names) - _MANY} {more} till"


def examples(keys: Iterable[str], view: Sharing) -> str:
    """The best known of some services, in short words."""
    wanted = set(keys)
    order = dict.fromkeys([*_FIRST, *view.area_names])
    words = [
        _SHORT.get(key) or _first_words(view.area_names[key]) for key in order if key in wanted
    ]
    return swedish.listed(words[:EXAMPLES])


def _first_words(name: str) -> str:
    """`digitalisering` of `Digitalisering och e-tjänster`: no list inside a list."""
    return lower(name).partition(" och ")[0].partition(",")[0].rstrip("-")


# --- sentences of the chapter --------------------------------------------------------------------


def overview_text(view: Sharing) -> list[str]:
    """What the members share, in how many bodies, and how old the evidence is; part by part."""
    if view.own.empty and view.alone.empty:
        return [nothing_text(view)]
    return [sentence for part in view.parts for sentence in _overview(part) if sentence]


def _overview(view: Sharing) -> list[str]:
    if view.own.empty and view.alone.empty:
        return [nothing_text(view)]
    if len(view.region.members) == 1:
        return [_alone_text(view), stale_text(view)]
    return [_together_text(view), stale_text(view)]


def _alone_text(view: Sharing) -> str:
    """A region of one municipality shares with others outside it."""
    name, areas = view.region.member_names[0], view.counted["area"].nunique()
    day = swedish.day(view.day)
    if not areas:
        return f"Den {day} är ingen tjänst känd som {name} delar med andra."
    named = several([body.name for body in view.bodies], "organ")
    return (
        f"Den {day} delar {name} {services(areas)} med andra kommuner, i "
        f"{bodies_counted(len(view.bodies))}: {named}."
    )


def _together_text(view: Sharing) -> str:
    shared, day = view.shared, swedish.day(view.day)
    areas, bodies = shared["area"].nunique(), list(shared["arrangement"].unique())
    if not areas:
        return (
            f"Den {day} är ingen tjänst känd som minst två av kommunerna i "
            f"{view.region.name} delar med varandra."
        )
    named = several([view.names[key] for key in bodies], "organ")
    text = (
        f"Den {day} delar minst två av kommunerna i {view.region.name} {services(areas)} med "
        f"varandra, i {bodies_counted(len(bodies))}: {named}."
    )
    complete = shared.loc[shared["complete"], "area"].unique()
    if len(view.region.members) == 2:
        return text
    if len(complete):
        return f"{text} {swedish.capitalised(_all_share(view, complete))}."
    return f"{text} Ingen av dem är känd för {members_of(view, all_of=True)}."


def _all_share(view: Sharing, complete: Sequence[str]) -> str:
    who = members_of(view, all_of=True)
    if len(complete) > _MANY:
        return f"{who} delar {services(len(complete))}, bland dem {examples(complete, view)}"
    return f"{who} delar {areas_listed(view, complete)}"


def nothing_text(view: Sharing) -> str:
    """The sentence for a region of which the inventory knows nothing on the date."""
    who = view.region.name
    return (
        f"Inventeringen har ingen uppgift om {swedish.genitive(who)} gemensamma tjänster den "
        f"{swedish.day(view.day)}. Det betyder inte att sådana saknas."
    )


def stale_text(view: Sharing) -> str:
    """How much of what is shared rests on old evidence; "" when nothing does."""
    rows = view.pooled
    areas = rows["area"].nunique()
    old = areas - rows.loc[metrics.is_dated(rows), "area"].nunique()
    until = rows.loc[~metrics.is_dated(rows), "last_evidence"].max()
    if not old:
        return ""
    which = (
        ("Uppgiften" if areas == 1 else "Alla uppgifter")
        if old == areas
        else (f"Uppgifterna om {swedish.in_words(old)} av {swedish.in_words(areas)} tjänster")
    )
    return (
        f"{which} är från {until} eller tidigare. Inget slut är känt, men läget kan ha "
        "ändrats sedan dess."
    )


def counts_text(view: Sharing) -> str:
    """Who is known to share most among the members, and of whom nothing is known; by part."""
    return " ".join(said for part in view.parts if (said := _counts(part)))


def _counts(view: Sharing) -> str:
    counts = view.counts["services"]
    known = counts.dropna()
    unknown = [code for code in view.region.members if code not in known.index]
    said = ""
    if len(known) > 1:
        low, high = int(known.min()), int(known.max())
        span = services(high) if low == high else f"mellan {both(low, high)} tjänster"
        said = f"Kommunerna i {view.region.name} delar {span} var, med varandra eller med andra."
    elif len(known) == 1 and unknown:
        said = f"{alphabetical(known.index)[0]} delar {services(int(known.iloc[0]))} med andra."
    if unknown and len(known):
        said = f"{said} Om {several(alphabetical(unknown))} finns ingen uppgift."
    return said.strip()


def unknown_areas_text(view: Sharing) -> str:
    """The service areas of which the inventory says nothing for the region."""
    missing = view.unknown_areas
    if not missing:
        return ""
    if view.own.empty and view.alone.empty:
        return "Ingen uppgift finns om något av tjänsteområdena."
    return (
        f"För {view.region.name} finns ingen uppgift om {areas_listed(view, missing)}. "
        "Det betyder inte att dessa tjänster saknar samverkan."
    )


def searched_text(view: Sharing) -> str:
    """Of how much nothing is known, and for how much of it somebody has looked; "" for none."""
    missing = view.unanswered
    looked = [cell.searched for cell in missing if cell.searched]
    if not looked:
        return ""
    last = swedish.day(date.fromisoformat(max(looked)))
    which = "alla" if len(looked) == len(missing) else f"{swedish.number(len(looked))} av dem"
    return (
        "Räknat för varje tjänst i varje kommun saknas "
        f"{swedish.number(len(missing))} uppgifter; {which} har eftersökts utan att hittas, senast "
        f"{last}."
    )


def partial_members_text(view: Sharing) -> str:
    """Members of a body of which the sources do not say which services they take part in."""
    members = metrics.body_members(view.inventory, view.day)
    begun = set(metrics.counted_services(view.state)["arrangement"])
    open_ones = members[~members["areas_known"] & members["arrangement"].isin(begun)]
    near = open_ones[open_ones["arrangement"].isin(view.own["arrangement"])]
    return " ".join(
        f"{municipalities()[row.code].name} är medlem i {view.names[row.arrangement]}, men "
        "källorna säger inte i vilka tjänster; kommunen räknas därför inte in."
        for row in _rows(near)
    )


def pairs_text(view: Sharing) -> str:
    """Which members share most with each other; "" where no pair stands out."""
    pairs = metrics.pair_services(view.state)
    members = set(view.region.members)
    pairs = pairs[pairs["code_a"].isin(members) & pairs["code_b"].isin(members)]
    if pairs.empty or len(members) < 3 or pairs["services"].nunique() == 1:
        return ""
    top = int(pairs["services"].max())
    most = pairs[pairs["services"] == top]
    codes = set(most["code_a"]) | set(most["code_b"])
    if len(most) == len(codes) * (len(codes) - 1) // 2:
        return (
            f"{several(alphabetical(codes))} delar {services(top)} med varandra, flest av alla par."
        )
    return f"{swedish.capitalised(swedish.in_words(len(most)))} par delar flest, {services(top)}."


def alone_text(view: Sharing) -> list[str]:
    """What members are known to do by themselves, a sentence a municipality."""
    found = []
    for code, rows in view.alone.groupby("code", sort=False):
        said = [f"{lower(view.area_names[row.area])} ({row.words})" for row in _rows(rows)]
        found.append(f"{municipalities()[str(code)].name} sköter själv {swedish.listed(said)}.")
    return found


def plans_text(view: Sharing) -> list[str]:
    """Intentions, inquiries and decisions on the date with their year; none of them counts."""
    plans = view.own[view.own["state"] == State.PLANNED]
    ended = view.own[(view.own["state"] == State.ENDED) & view.own["event"].isin(OUTCOMES)]
    paragraphs = []
    for (key, words), rows in pd.concat([plans, ended]).groupby(
        ["arrangement", "words"], sort=False
    ):
        paragraphs.append(
            f"{view.names[str(key)]}, {several(alphabetical(set(rows['code'])))}: {words}. "
            f"{swedish.capitalised(areas_listed(view, rows['area']))}."
        )
    if not paragraphs:
        return ["Inventeringen har ingen uppgift om avsikter, utredningar eller beslut."]
    return [
        "Följande är avsikter, utredningar och beslut. De räknas inte som gemensamma tjänster.",
        *paragraphs,
    ]


def history_text(view: Sharing) -> list[str]:
    """What has ended or been taken back by the date, and bodies that changed their name."""
    found = []
    past = view.own[(view.own["state"] == State.ENDED) & ~view.own["event"].isin(OUTCOMES)]
    for (key, event), rows in past.groupby(["arrangement", "event"], sort=False):
        heirs = _heirs(view, str(key), set(rows["area"]))
        if event == "taken-back":
            verb = "gick tillbaka till varje kommun"
        elif event in ("left", "alone"):
            verb = f"lämnades av {several(alphabetical(set(rows['code'])))}"
        elif heirs:
            verb = f"gick över till {swedish.listed(view.names[heir] for heir in heirs)}"
        else:
            verb = "upphörde"
        found.append(
            f"{swedish.capitalised(areas_listed(view, rows['area']))} i "
            f"{view.names[str(key)]} {verb} {_ended_when(view, str(key), rows)}."
        )
    found += _renamed(view)
    return found or ["Inventeringen har ingen uppgift om avslut eller namnbyten fram till dagen."]


def _ended_when(view: Sharing, key: str, rows: pd.DataFrame) -> str:
    """`vid årsskiftet 2022/23` where the last day is one of a year, else the year."""
    year = int(rows["last_evidence"].max())
    spans = view.periods
    ends = spans.loc[(spans["arrangement"] == key) & spans["area"].isin(rows["area"]), "end"]
    last = ends.dropna().max()
    if not pd.isna(last) and (last.year, last.month, last.day) == (year, 12, 31):
        return f"vid årsskiftet {year}/{(year + 1) % 100:02d}"
    return str(year)


def _heirs(view: Sharing, arrangement: str, areas: set[str]) -> list[str]:
    """Bodies that began the same services, for one of the members, when another body ended them."""
    spans = view.periods
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
        before = metrics.name_on(
            view.inventory, row.arrangement, (row.first - pd.Timedelta(days=1)).date()
        )
        if before != row.name:
            found.append(
                f"{before} bytte namn till {row.name} "
                f"{swedish.day(row.first.date())}; organet var detsamma."
            )
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
    table = view.contradictions
    return contradiction_lines(view, table[table["arrangement"].isin(view.own["arrangement"])])


def contradiction_lines(view: Sharing, contradictions: pd.DataFrame) -> list[str]:
    """A sentence for each body and fact of `contradictions`, rows of `metrics.contradictions`."""
    areas: dict[tuple[str, str, str], list[str]] = {}  # by body, fact and what is said of it
    groups: Any = contradictions.groupby(["arrangement", "area", "fact"], sort=False)
    for (key, area, fact), rows in groups:
        said = [
            f"{_value(view, fact, row.value)} enligt {publisher(view, row.source)}, "
            f"{TRUST_LABELS[row.trust]} säkerhet"
            for row in _rows(rows)
        ]
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
    own += [
        row
        for row in rows
        if row.area == "" and row.basis == "stated" and tasks and row.first > min(tasks)
    ]
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


def start_of(view: Sharing, body: Body) -> str:
    """Since when a body works for the members: `2006`, `belagd från 2011`, `okänt`."""
    known = {area: since(view, body.key, area) for area in body.areas}
    spans = view.periods
    mine = spans[(spans["arrangement"] == body.key) & spans["area"].isin(body.areas)]
    if mine.empty:
        return next(iter(known.values()))
    said = known[str(mine.sort_values("start", kind="stable")["area"].iloc[0])]
    plain = not said.startswith(("belagd", "omkring")) and "(" not in said
    return said[-4:] if plain and said[-4:].isdigit() else said


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
    parts = [
        f"{row.publisher}: ”{row.title}”"
        if not row.title.startswith("”")
        else f"{row.publisher}: {row.title}",
        row.date or ("" if row.note.startswith("odaterad") else "odaterad"),
    ]
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


def circles_text(view: Sharing) -> str:
    """In how many different groups of partners the members share services."""
    counts = metrics.fragmentation(view.state).reindex(list(view.region.members)).dropna()
    if counts.empty:
        return "Ingen gemensam tjänst är känd, och därför ingen grupp av partner att visa."
    low, high = int(counts.min()), int(counts.max())
    one = high == 1 and low == high
    between = " eller " if high == low + 1 else " till "
    span = swedish.in_words(high) if low == high else both(low, high, between)
    who = alphabetical(counts.index)[0] if len(counts) == 1 else "Varje kommun med uppgift"
    return (
        f"{who} delar tjänster i {span} {'grupp' if one else 'olika grupper'} av kommuner. "
        "Fler grupper betyder fler parter att styra tillsammans med."
    )


def distance_text(view: Sharing, points: pd.DataFrame) -> str:
    """The longest way to a host, and for how many bodies no host is named."""
    found = metrics.host_distances(view.state, points)
    mine = found[found["code"].isin(view.region.members)].dropna(subset=["distance_km"])
    if mine.empty:
        return (
            (
                "Ingen källa namnger en värdkommun för de gemensamma tjänsterna, och därför visas "
                "inga avstånd."
            )
            if view.bodies
            else ""
        )
    far = mine.sort_values("distance_km", kind="stable").iloc[-1]
    without = len({body.key for body in view.bodies} - set(mine["arrangement"]))
    rest = f" För {bodies_counted(without)} namnger källorna ingen värdkommun." if without else ""
    return (
        f"Längst till värdkommunen är det för {municipalities()[str(far['code'])].name}: "
        f"{swedish.number(far['distance_km'])} km fågelvägen till "
        f"{host_name(str(far['host']))} ({view.names[str(far['arrangement'])]}).{rest}"
    )


def gaps_text(view: Sharing, gaps: pd.DataFrame, *, shown: int) -> str:
    """What others share that nothing is known of here; `gaps` is that of `views.nearest_gaps`.

    `shown` of them stand in the table beside it.
    """
    if gaps.empty:
        return (
            "Inventeringen visar ingen tjänst hos andra kommuner som det helt saknas uppgift "
            f"om för {view.region.name}."
        )
    if len(gaps) <= shown:
        return (
            "Att uppgift saknas är en lucka i inventeringen och inget bevis för att samverkan "
            "saknas."
        )
    rest = gaps["area"].iloc[shown:]
    return (
        f"Tabellen visar de {swedish.in_words(shown)} närmaste. Ytterligare "
        f"{services(len(rest))} delas av andra: {areas_listed(view, rest)}. Att uppgift "
        "saknas är en lucka i inventeringen och inget bevis för att samverkan saknas."
    )
