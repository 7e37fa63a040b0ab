"""Tables of shared services: bodies, what others share, counts, pairs, distances, sources.

Every frame names its columns, so that an empty one is a table without rows and no error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.arrangements import TRUST_LABELS, State
from analysis.figures.service_marks import MOST_DRAWN, SOURCES
from analysis.metrics import services as metrics
from analysis.regions import municipalities, names_of
from analysis.tables import NAME, Format, Table, columns, word
from analysis.text import services as text
from analysis.text import swedish
from analysis.views.services import Body, Sharing, base_of, nearest_gaps, rows_of

NEAREST = 8  # services of others that the main report lists
_NAMED = 8  # most municipalities that a cell names


def _few(codes: Sequence[str], most: int = _NAMED) -> str:
    names = text.alphabetical(codes)
    return swedish.listed(names) if len(names) <= most else f"{len(names)} kommuner"


# --- main report ---------------------------------------------------------------------------------


def body_tables_of(view: Sharing, population: pd.Series, *, year: int) -> list[Table]:
    """The bodies with form, members, population base, start, last evidence and source; none
    without a shared service. Two cooperations have a column each.

    `population` is persons by code of `year`.
    """
    if not view.bodies:
        return []
    bodies = view.bodies[:MOST_DRAWN]
    members = [f"part{place}" for place in range(len(view.parts))]
    frame = pd.DataFrame(
        [_body_row(view, body, population) for body in bodies],
        columns=["body", "form", *members, "count", "population", "since", "last", "source"],
    ).astype({"count": "Int64", "population": "Int64", "last": "Int64"})
    heads = [part.region.name for part in view.parts] if len(view.parts) > 1 else ["I rapporten"]
    formats: dict[str, Format] = {
        "body": word("Organ"),
        "form": word("Form"),
        **{key: word(head) for key, head in zip(members, heads, strict=True)},
        "count": Format("Medlemmar"),
        "population": Format("Invånare"),
        "since": word("Startår"),
        "last": Format("Senaste belägg", year=True),
        "source": word("Källa"),
    }
    return [
        Table(
            "tjanst-organ",
            f"Organen och deras medlemmar {swedish.day(view.day)}",
            frame,
            formats,
            ("services", "population"),
            notes=_body_notes(view, bodies, year),
            subtitle=f"Medlemmarnas invånare {year}",
        )
    ]


def _body_row(view: Sharing, body: Body, population: pd.Series) -> dict[str, Any]:
    count, persons, _ = base_of(view, body, population)
    parts = {f"part{place}": _inside(part, body) for place, part in enumerate(view.parts)}
    return {
        "body": body.name,
        "form": view.form_names[body.form],
        **parts,
        "count": count,
        "population": persons,
        "since": text.start_of(view, body),
        "last": body.year,
        "source": view.sources[body.source].publisher.partition(",")[0],
    }


def _inside(part: Sharing, body: Body) -> str | None:
    """The members of a cooperation that are in a body: `alla tre`, or their names."""
    inside = [code for code in part.region.members if code in body.inside]
    if len(inside) == len(part.region.members) > 2:
        return f"alla {swedish.in_words(len(inside))}"
    return _few(inside) or None


def _body_notes(view: Sharing, bodies: Sequence[Body], year: int) -> tuple[str, ...]:
    printed = [view.published[body.key] for body in bodies if body.key in view.published]
    told = [
        f"{text.short(view.names[row.arrangement])}: källans egen uppgift för hela organet"
        f"{', cirka' if row.about else ''} ({row.year})."
        for row in printed
    ]
    left = len(view.bodies) - len(bodies)
    more = [f"{left} organ till står i bilagan."] if left else []
    return ("Bara medlemmar som källorna namnger är räknade.", *told, *more)


def gap_tables_of(view: Sharing, points: pd.DataFrame) -> list[Table]:
    """What others share and nothing is known of here: the eight nearest; none without such.

    `points` has code, easting and northing (metres).
    """
    gaps = nearest_gaps(view, points).head(NEAREST)
    if gaps.empty:
        return []
    rows = list(rows_of(gaps))
    return [
        Table(
            "tjanst-luckor",
            f"Tjänster som andra delar och som det saknas uppgift om för {view.region.name}",
            *columns(
                area=(word("Tjänst"), [view.area_names[row.area] for row in rows]),
                body=(
                    word("Närmaste organ"),
                    [text.spelt_out(view.names[row.arrangement]) for row in rows],
                ),
                codes=(word("Kommuner"), [_few(row.codes.split("; "), 2) for row in rows]),
                distance=(Format("Avstånd", "km"), [row.distance_km for row in rows]),
                said=(word("Hur säkert"), [row.words.partition(" (")[0] for row in rows]),
                source=(
                    word("Källa"),
                    [
                        view.sources[row.sources.split("; ")[0]].publisher.partition(",")[0]
                        for row in rows
                    ],
                ),
            ),
            ("services", "localities"),
            notes=("Avstånd är fågelvägen mellan de närmaste kommunernas befolkningscentrum.",),
            subtitle=f"Läget {swedish.day(view.day)}; avstånd i kilometer",
        )
    ]


# --- appendix ------------------------------------------------------------------------------------


def counts_table(view: Sharing) -> Table:
    """Members with their shared services and groups of partners; unknown is said to be so."""
    groups = metrics.fragmentation(view.state)
    codes = list(view.region.members)
    if len(codes) > MOST_DRAWN:
        known = view.counts["services"].notna()
        codes = [code for code in codes if known[code]]
    left = len(view.region.members) - len(codes)
    notes = ["En grupp är en uppsättning kommuner som delar minst en tjänst."]
    if left:
        notes.append(f"Ingen uppgift finns om {left} av kommunerna.")
    return Table(
        "tjanst-antal",
        f"Gemensamma tjänster per kommun {swedish.day(view.day)}",
        *columns(
            name=(NAME, names_of(codes)),
            said=(word("Gemensamma tjänster"), [text.count_of(view, code) for code in codes]),
            circles=(Format("Grupper av partner"), groups.reindex(codes)),
        ),
        SOURCES,
        notes=tuple(notes),
    )


def pair_tables_of(view: Sharing) -> list[Table]:
    """How many services each pair of members shares; none unless two of them share one."""
    pairs = metrics.pair_services(view.state)
    members = list(view.region.members)
    pairs = pairs[pairs["code_a"].isin(members) & pairs["code_b"].isin(members)]
    if pairs.empty:
        return []
    known = municipalities()
    pairs = pairs.sort_values("services", ascending=False, kind="stable")
    return [
        Table(
            "tjanst-par",
            f"Gemensamma tjänster par för par {swedish.day(view.day)}",
            *columns(
                a=(NAME, [known[code].name for code in pairs["code_a"]]),
                b=(word("delar med"), [known[code].name for code in pairs["code_b"]]),
                services=(Format("Tjänster"), pairs["services"]),
                dated=(Format("därav med nya belägg"), pairs["dated"]),
                areas=(
                    word("Vilka"),
                    [text.areas_listed(view, keys.split("; ")) for keys in pairs["areas"]],
                ),
            ),
            SOURCES,
        )
    ]


def circles_tables_of(view: Sharing) -> list[Table]:
    """The groups of partners the members sit in; none when no service is shared."""
    found = metrics.circles(view.state)
    mine = found[found["code"].isin(view.region.members)].drop_duplicates("circle")
    if mine.empty:
        return []
    mine = mine.sort_values(["services", "size"], ascending=[False, True], kind="stable")
    return [
        Table(
            "tjanst-grupper",
            f"Grupper av partner {swedish.day(view.day)}",
            *columns(
                circle=(
                    word("Grupp"),
                    [_circle_text(view, codes.split("; ")) for codes in mine["circle"]],
                ),
                size=(Format("Kommuner"), mine["size"]),
                areas=(
                    word("Delar"),
                    [text.areas_listed(view, keys.split("; ")) for keys in mine["areas"]],
                ),
            ),
            SOURCES,
        )
    ]


def _circle_text(view: Sharing, codes: Sequence[str]) -> str:
    inside = text.alphabetical(code for code in codes if code in view.region.members)
    outside = [code for code in codes if code not in view.region.members]
    if len(inside) > 12:
        return f"{len(codes)} kommuner, varav {len(inside)} i rapporten"
    if not outside:
        return swedish.listed(inside)
    others = _few(outside) if len(outside) <= _NAMED else f"{len(outside)} kommuner utanför"
    return f"{swedish.listed(inside)}; dessutom {others}"


def distance_tables_of(view: Sharing, points: pd.DataFrame) -> list[Table]:
    """Distances from members' population centres to the host; none without a named host.

    `points` has code, easting and northing (metres).
    """
    found = metrics.host_distances(view.state, points)
    mine = found[found["code"].isin(view.region.members) & (found["code"] != found["host"])]
    mine = mine.drop_duplicates(["arrangement", "code"]).dropna(subset=["distance_km"])
    if mine.empty:
        return []
    known = municipalities()
    return [
        Table(
            "tjanst-avstand",
            "Fågelvägen från kommunens befolkningscentrum till värdkommunens",
            *columns(
                body=(word("Organ"), [view.names[key] for key in mine["arrangement"]]),
                name=(NAME, [known[code].name for code in mine["code"]]),
                host=(word("Värd"), [text.host_name(code) for code in mine["host"]]),
                distance=(Format("Avstånd", "km"), mine["distance_km"]),
            ),
            ("services", "localities"),
            notes=(
                "Befolkningscentrum är tätorternas medelpunkt, vägd med deras "
                "folkmängd. Vägavståndet är längre.",
            ),
        )
    ]


def tables_of(view: Sharing) -> list[Table]:
    """Bodies, and what they do with how sure it is, trust and sources; none without any row."""
    return [] if view.own.empty else [arrangements_table(view), facts_table(view)]


def arrangements_table(view: Sharing) -> Table:
    """Every body, contract and declaration with a row for a member: form, host and members."""
    rows = []
    bodies = view.inventory.arrangements
    about = dict(zip(bodies["key"], bodies["description"], strict=True))
    for key in dict.fromkeys(view.own["arrangement"]):
        state = view.state[view.state["arrangement"] == key]
        head = state.iloc[0]
        codes = set(state.loc[state["words"] == head["words"], "code"])
        named = text.alphabetical(codes)
        rows.append(
            {
                "body": view.names[key],
                "what": about[key],
                "form": view.form_names[head["legal_form"]],
                "host": text.host_name(head["host"]) if head["host"] else None,
                "members": swedish.listed(named)
                if len(named) <= 12
                else f"{len(named)} kommuner, varav i regionen "
                f"{swedish.listed(text.alphabetical(codes & set(view.region.members)))}",
            }
        )
    return Table(
        "tjanst-register",
        f"Organ, avtal och avsikter {swedish.day(view.day)}",
        pd.DataFrame(rows, columns=["body", "what", "form", "host", "members"]),
        {
            "body": word("Organ"),
            "what": word("Vad det är"),
            "form": word("Juridisk form"),
            "host": word("Värd"),
            "members": word("Kommuner"),
        },
        SOURCES,
        notes=("Värd anges där en källa namnger den.",),
    )


def facts_table(view: Sharing) -> Table:
    """What each body does for the members: services, how sure, since, trust and source numbers."""
    numbers = text.source_numbers(view)
    own = view.own.drop_duplicates(["arrangement", "area", "words", "sources"])
    since: list[Any] = [
        None if row.state == State.PLANNED else text.since(view, row.arrangement, row.area)
        for row in rows_of(own)
    ]
    facts = own.assign(
        since=since,
        cited=[
            ", ".join(map(str, sorted({numbers[key] for key in keys.split("; ")})))
            for keys in own["sources"]
        ],
    )
    same = ["arrangement", "words", "since", "trust", "cited"]
    facts = facts.groupby(same, sort=False, dropna=False)["area"].agg(list).reset_index()
    return Table(
        "tjanst-uppgifter",
        f"Tjänster, hur säkert och källor {swedish.day(view.day)}",
        *columns(
            body=(word("Organ"), [view.names[key] for key in facts["arrangement"]]),
            areas=(word("Tjänster"), [text.areas_listed(view, keys) for keys in facts["area"]]),
            said=(word("Hur säkert"), facts["words"]),
            since=(word("Startår"), facts["since"]),
            trust=(word("Säkerhet"), facts["trust"].map(TRUST_LABELS)),
            sources=(Format("Källa nr", text=True, code=True), facts["cited"]),
        ),
        SOURCES,
        notes=(
            "Säkerhet är den lägsta av uppgifterna om tjänst, medlemskap och belägg.",
            "Startår är verksamhetens början enligt källorna, eller det första belägget.",
        ),
    )
