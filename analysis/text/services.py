"""What the inventory says of shared services on a date, in sentences that claim no more than it.

Terms
-----
sharing: the inventory seen from one region on one date; every figure and sentence reads it.
own rows: the state of the region's members; a member can share with others outside the region.
no information ("ingen uppgift"): the inventory has no row; never "is not shared".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from analysis import catalog
from analysis.errors import InputError
from analysis.loaders.services import Inventory
from analysis.metrics import services as metrics
from analysis.regions import Region, municipalities
from analysis.text import swedish

NO_INFORMATION = "ingen uppgift"
CURRENT = ("running", "last-evidenced", "undated")
PLANNED = ("decided", "inquiry", "intention")
PAST = ("ended", "taken-back")
EVENT_LABELS = {
    "intention": "avsikt", "inquiry": "utredning", "decided": "beslut", "running": "i drift",
    "ended": "avslutad", "taken-back": "återtagen",
}
_PROPER = ("Mälaren",)  # a service area that begins with a name keeps its capital
_HANDOVER = pd.Timedelta(days=31)  # a body that begins within this of another's end took over
_MANY = 8  # more names than this make no readable sentence
_CHECKED = ("”Kontrollerad” är den dag då inventeringens rader senast jämfördes med en sparad "
            "kopia av källans text. Där dagen saknas är den inte antecknad.")
_FACTS = {"start": "när verksamheten började", "legal-form": "den juridiska formen",
          "host": "vilken kommun som är värd", "members": "vilka som är medlemmar",
          "name": "namnet"}


@dataclass(frozen=True)
class Sharing:
    """The inventory on `day` seen from `region`; `state` holds all municipalities."""

    region: Region
    day: date
    inventory: Inventory
    state: pd.DataFrame

    @cached_property
    def own(self) -> pd.DataFrame:
        """Rows of `state` for the members of the region."""
        return self.state[self.state["code"].isin(self.region.members)]

    @cached_property
    def running(self) -> pd.DataFrame:
        """Members' rows that count as shared services."""
        return metrics.running_services(self.own)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """`metrics.service_counts` of the members, in the order of the region."""
        return metrics.service_counts(self.state, codes=self.region.members)

    @cached_property
    def area_names(self) -> dict[str, str]:
        """Swedish names of the service areas by key, in the order of the inventory."""
        areas = self.inventory.areas
        return dict(zip(areas["key"], areas["name"], strict=True))

    @cached_property
    def form_names(self) -> dict[str, str]:
        """Swedish names of the legal forms by key."""
        forms = self.inventory.forms
        return dict(zip(forms["key"], forms["name"], strict=True))

    @cached_property
    def legal_forms(self) -> set[str]:
        """Keys of the forms with legal standing."""
        forms = self.inventory.forms
        return set(forms.loc[forms["legal_standing"] == "yes", "key"])

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """Keys of all service areas by area group."""
        return {str(group): list(part["key"])
                for group, part in self.inventory.areas.groupby("group", sort=False)}

    @cached_property
    def known_areas(self) -> list[str]:
        """Areas with any information for the region, in the order of the inventory."""
        found = set(self.own["area"])
        return [key for key in self.area_names if key in found]

    @cached_property
    def names(self) -> dict[str, str]:
        """Name of each body on the date by its key."""
        return metrics.names_on(self.inventory, pd.Timestamp(self.day))

    @cached_property
    def sources(self) -> dict[str, Any]:
        """Rows of the sources by id."""
        return {row.id: row for row in _rows(self.inventory.sources)}

    @cached_property
    def evidence(self) -> dict[str, list[Any]]:
        """Rows of running events by body."""
        events = self.inventory.events
        found: dict[str, list[Any]] = {}
        for row in _rows(events[events["event"] == "running"]):
            found.setdefault(row.arrangement, []).append(row)
        return found

    @cached_property
    def bodies(self) -> list[str]:
        """Bodies with a running service for a member, those with most of them first."""
        running = self.running
        sizes = running.groupby("arrangement").agg(codes=("code", "nunique"), n=("code", "size"))
        return list(sizes.sort_values(["codes", "n"], ascending=False, kind="stable").index)


def parse_day(as_of: str) -> date:
    """The date that a notebook parameter names; "" is the date of the data.

    Raises InputError that shows the form of a date.
    """
    if not as_of:
        return catalog.SNAPSHOT_DATE
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        raise InputError(f"as_of {as_of!r} is no date; write it as 2026-06-30") from None


def sharing(region: Region, inventory: Inventory, as_of: str = "") -> Sharing:
    """The inventory on a date ("" for the date of the data) seen from `region`."""
    day = parse_day(as_of)
    return Sharing(region, day, inventory, metrics.state_on(inventory, pd.Timestamp(day)))


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


def count_phrase(services: object, stale: object, until: object) -> str:
    """`7 gemensamma tjänster, varav 3 senast belagda 2020 eller tidigare`; missing: no information.
    """
    if swedish.is_missing(services):
        return NO_INFORMATION
    total, old = int(str(services)), int(str(stale))
    if total == 0:
        return "ingen gemensam tjänst i drift enligt inventeringen"
    text = f"{total} {'gemensam tjänst' if total == 1 else 'gemensamma tjänster'}"
    if not old:
        return text
    if old == total:
        which = "" if total == 1 else "alla " if total > 2 else "båda "
        return f"{text}, {which}senast belag{'d' if total == 1 else 'da'} {until} eller tidigare"
    return f"{text}, varav {old} senast belag{'d' if old == 1 else 'da'} {until} eller tidigare"


def count_of(view: Sharing, code: str) -> str:
    """`count_phrase` of one member."""
    row = view.counts.loc[code]
    return count_phrase(row["services"], row["stale"], row["stale_until"])


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
    shared = metrics.group_services(view.state, members)
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
    running = view.running.drop_duplicates(["arrangement", "area"])
    old = running[running["stale"]]
    if old.empty:
        return ""
    if len(old) == len(running):
        which = "Alla belägg" if len(running) > 1 else "Belägget"
        return (f"{which} är äldre än tre år; det senaste är från {old['last_evidence'].max()}. "
                "Läget kan ha ändrats sedan dess.")
    belagd = "en senast belagd" if len(old) == 1 else f"{len(old)} senast belagda"
    return (f"Av {len(running)} tjänster, räknade organ för organ, är {belagd} "
            f"{old['last_evidence'].max()} eller tidigare; läget kan ha ändrats sedan dess.")


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
    missing = [key for key in view.area_names if key not in view.known_areas]
    if not missing or view.own.empty:
        return "" if missing == [] else "Ingen uppgift finns om något av tjänsteområdena."
    return (f"För {view.region.name} finns ingen uppgift om {areas_listed(view, missing)}. "
            "Det betyder inte att dessa tjänster saknar samverkan.")


def partial_members_text(view: Sharing) -> str:
    """Members of a body of which the sources do not say which services they take part in."""
    members = metrics.body_members(view.inventory, pd.Timestamp(view.day))
    begun = set(view.state.loc[view.state["status"] == "running", "arrangement"])
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
    plans = view.own[view.own["status"].isin(PLANNED)]
    paragraphs: list[str] = []
    for (key, status), rows in plans.groupby(["arrangement", "status"], sort=False):
        year = rows["last_evidence"].max()
        said = {"intention": "har uttalat en avsikt om samarbete inom",
                "inquiry": "har utrett eller beslutat att utreda", "decided": "har beslutat om"}
        paragraphs.append(
            f"{view.names[str(key)]}: {_several(names_of(set(rows['code'])))} {said[str(status)]} "
            f"{areas_listed(view, rows['area'])} (senaste uppgift {year}).")
    if not paragraphs:
        return ["Inventeringen har ingen uppgift om avsikter, utredningar eller beslut."]
    return ["Följande är avsikter, utredningar och beslut. De räknas inte som gemensamma tjänster.",
            *paragraphs]


def history_text(view: Sharing) -> list[str]:
    """What has ended or been taken back by the date, and bodies that changed their name."""
    found = []
    past = view.own[view.own["status"].isin(PAST)]
    for (key, status), rows in past.groupby(["arrangement", "status"], sort=False):
        year = rows["last_evidence"].max()
        heirs = _heirs(view, str(key), set(rows["area"]))
        if status == "taken-back":
            verb = "gick tillbaka till varje kommun"
        elif heirs:
            verb = f"gick över till {swedish.listed(view.names[heir] for heir in heirs)}"
        else:
            verb = "upphörde"
        found.append(f"{swedish.capitalised(areas_listed(view, rows['area']))} i "
                     f"{view.names[str(key)]} {verb} (sista år {year}).")
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
    mine = set(view.own.loc[view.own["status"] == "running", "arrangement"])
    return [key for key in dict.fromkeys(later) if key in mine]


def _renamed(view: Sharing) -> list[str]:
    day = pd.Timestamp(view.day)
    names = view.inventory.names
    mine = names[names["arrangement"].isin(view.own["arrangement"]) & (names["first"] <= day)]
    found = []
    for row in _rows(mine):
        before = metrics.name_on(view.inventory, row.arrangement,
                                 row.first - pd.Timedelta(days=1))
        if before != row.name:
            found.append(f"{before} bytte namn till {row.name} "
                         f"{swedish.day(row.first.date())}; organet var detsamma.")
    return found


def undated_text(view: Sharing) -> str:
    """Bodies known only from undated pages: shown, never counted."""
    rows = view.own[view.own["status"] == "undated"]
    if rows.empty:
        return ""
    bodies = swedish.listed(view.names[key] for key in rows["arrangement"].unique())
    return f"Av {bodies} finns bara odaterade uppgifter. De visas men räknas inte."


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
                f"{metrics.TRUST_LABELS[row.trust]} tilltro" for row in _rows(rows)]
        statement = "; ".join(dict.fromkeys(said))
        areas.setdefault((key, fact, statement), []).extend([area] if area else [])
    return [
        f"{view.names[key]}{f' ({areas_listed(view, about)})' if about else ''}: källorna skiljer "
        f"sig om {_FACTS[fact]}. {swedish.capitalised(said)}."
        for (key, fact, said), about in areas.items()
    ]


def since(view: Sharing, arrangement: str, area: str) -> str:
    """Since when a body runs a service, in words that show how the date is known."""
    own = [row for row in view.evidence.get(arrangement, []) if row.area in (area, "")]
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


def status_text(row: Any) -> str:
    """Status of a row of the state: `i drift`, with the year where the evidence is old."""
    label = metrics.STATUS_LABELS[row.status]
    if row.status == "running":
        return f"{label}, senast belagd {row.last_evidence}" if row.stale else label
    if row.status == "undated" or swedish.is_missing(row.last_evidence):
        return label
    return f"{label} {row.last_evidence}"


def _rows(table: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples; typed loosely because the columns differ by table."""
    yield from table.itertuples(index=False)


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
    rows = view.own[view.own["area"] == area].drop_duplicates(["arrangement", "status"])
    said = dict.fromkeys(f"{status_text(row)} ({view.names[row.arrangement]})"
                         for row in _rows(rows))
    return "; ".join(said) or NO_INFORMATION


def year_on(view: Sharing, years: Iterable[int], *, closed: bool = False) -> int:
    """The latest of `years` by the date, else the first of them.

    `closed`: the figures are those of 31 December, so the date's own year is too late.
    """
    known = sorted(int(year) for year in years)
    limit = view.day.year - (closed and (view.day.month, view.day.day) != (12, 31))
    return max((year for year in known if year <= limit), default=known[0])


def population_on(view: Sharing, table: pd.DataFrame) -> tuple[pd.Series, int]:
    """Inhabitants by code on the last 31 December by the date, and its year."""
    year = year_on(view, table["year"].unique(), closed=True)
    return table[table["year"] == year].set_index("code")["population"], year


def fit_pairs(view: Sharing, flows: pd.DataFrame) -> pd.DataFrame:
    """`metrics.commuting_fit` of the pairs of members known in `flows`, of its latest year."""
    members = list(view.region.members)
    inside = flows[flows["home"].isin(members) & flows["work"].isin(members)]
    inside = inside[inside["home"] != inside["work"]]
    latest = inside[inside["year"] == inside["year"].max()]
    return metrics.commuting_fit(view.state, latest).dropna(subset="persons")


def fit_text(view: Sharing, fit: pd.DataFrame) -> list[str]:
    """Pairs that commute much and share little, and the reverse; `fit` is that of `fit_pairs`."""
    if len(view.region.members) == 1:
        return ["En enda kommun har inga par att jämföra."]
    if fit.empty or view.own.empty:
        return [f"Pendlingen mellan kommunerna i {view.region.name} eller tjänsterna är inte "
                "kända par för par, och därför jämförs de inte."]
    found = []
    middle, much = fit["services"].median(), fit["persons_rank"] >= 0.5
    apart = fit[much & (fit["services"] < middle)].head(3)
    close = fit[~much & (fit["services"] > middle)][::-1].head(3)
    if len(apart):
        found.append(f"Mycket pendling men få tjänster i inventeringen: {_pairs(apart)}.")
    if len(close):
        found.append(f"Fler tjänster än pendlingen låter vänta: {_pairs(close)}.")
    if not found:
        found = ["Paren delar ungefär lika många tjänster i inventeringen, oavsett hur många som "
                 "pendlar mellan dem." if fit["services"].nunique() <= 2 else
                 "Paren som pendlar mest är i stort sett också de som delar flest tjänster."]
    members = len(view.region.members)
    hidden = members * (members - 1) // 2 - len(fit)
    if hidden:
        found.append(f"För {swedish.in_words(hidden, neuter=True)} par är pendlingen okänd; de är "
                     "inte med i jämförelsen.")
    if (fit["kind"] == "modelled").any():
        found.append("Pendlingen mellan paren är helt eller delvis en modellskattning och inte "
                     "observerad.")
    return found


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


def _pairs(rows: pd.DataFrame) -> str:
    known = municipalities()
    found = []
    for row in _rows(rows):
        services = (swedish.counted(row.services, "tjänst", "tjänster") if row.services
                    else NO_INFORMATION)
        found.append(f"{known[row.code_a].name}\u2013{known[row.code_b].name} ("
                     f"{commuters(row.persons, row.kind)}, {services})")
    return swedish.listed(found)


# --- summary of the report -----------------------------------------------------------------------


def services_tiles(region: Region, *, inventory: Inventory, as_of: str = "",
                   ) -> list[dict[str, str]]:
    """Tiles for the summary: what the members share, and how old the evidence is."""
    view = sharing(region, inventory, as_of)
    counts = view.counts
    shared = metrics.group_services(view.state, region.members)
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
    old = shared.loc[shared["stale"], "area"].nunique()
    belagda = "senast belagd" if old == 1 else "senast belagda"
    until = shared.loc[shared["stale"], "last_evidence"].max()
    return [{
        "label": "Tjänster som minst två av kommunerna delar",
        "value": swedish.number(shared["area"].nunique()), "source": "services",
        "comparison": f"den {day}" + (f"; {old} {belagda} {until} eller tidigare" if old else ""),
    }]


def services_findings(region: Region, *, inventory: Inventory, as_of: str = "") -> list[str]:
    """One or two sentences on shared services for the summary of the report."""
    view = sharing(region, inventory, as_of)
    if view.own.empty:
        return [nothing_text(view)]
    first = overview_text(view)[0]
    shared = metrics.group_services(view.state, region.members)
    if len(region.members) == 1:
        return [first]
    if shared.empty:
        return [part for part in (first, counts_text(view)) if part]
    old = shared[shared["stale"]]["area"].nunique()
    count = "en" if old == 1 else swedish.number(old)
    late = f" För {count} av tjänsterna är det senaste belägget äldre än tre år." if old else ""
    plans = view.own[view.own["status"].isin(PLANNED)]["area"].nunique()
    intended = (f" För {swedish.counted(plans, 'område', 'områden')} finns bara avsikter, "
                "utredningar eller beslut." if plans else "")
    return [f"{first}{late}{intended}"]
