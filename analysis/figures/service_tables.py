"""Tables of shared services: counts, circles, distances, gaps, bodies, what they do and since when.

Terms
-----
circle: the municipalities that share at least one service in one body.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.arrangements import TRUST_LABELS, State
from analysis.figures.service_marks import MOST_DRAWN, NAME, SOURCES, short, word
from analysis.metrics import services as metrics
from analysis.regions import municipalities
from analysis.tables import Format, Table
from analysis.text import services as text
from analysis.text import swedish
from analysis.views.services import Sharing, rows_of


def tables_of(view: Sharing) -> list[Table]:
    """Bodies, and what they do with status, trust and sources; none without any row."""
    return [] if view.own.empty else [bodies_table(view), arrangements_table(view)]


def circles_tables_of(view: Sharing) -> list[Table]:
    """The circles of partners the members sit in; none when no service runs for a member."""
    if view.counted.empty:
        return []
    found = metrics.circles(view.state)
    mine = found[found["code"].isin(view.region.members)].drop_duplicates("circle")
    mine = mine.sort_values(["services", "size"], ascending=[False, True], kind="stable")
    frame = pd.DataFrame([
        {"circle": _circle_text(view, row.circle.split("; ")), "size": row.size,
         "areas": text.areas_listed(view, row.areas.split("; "))}
        for row in rows_of(mine)
    ])
    return [Table("tjanst-kretsar", f"Kretsar av partner {swedish.day(view.day)}", frame,
                  {"circle": word("Krets"), "size": Format("Kommuner"), "areas": word("Delar")},
                  SOURCES)]


def _circle_text(view: Sharing, codes: Sequence[str]) -> str:
    inside = text.names_of(code for code in codes if code in view.region.members)
    outside = text.names_of(code for code in codes if code not in view.region.members)
    if len(inside) > 12:
        return f"{len(codes)} kommuner, varav {len(inside)} i rapporten"
    if not outside:
        return swedish.listed(inside)
    others = swedish.listed(outside) if len(outside) <= 8 else f"{len(outside)} kommuner utanför"
    return f"{swedish.listed(inside)}; dessutom {others}"


def pair_tables_of(view: Sharing) -> list[Table]:
    """How many services each pair of members shares; none unless two of them share one."""
    pairs = metrics.pair_services(view.state)
    members = list(view.region.members)
    pairs = pairs[pairs["code_a"].isin(members) & pairs["code_b"].isin(members)]
    if pairs.empty:
        return []
    known = municipalities()
    frame = pd.DataFrame({
        "a": [known[code].name for code in pairs["code_a"]],
        "b": [known[code].name for code in pairs["code_b"]],
        "services": pairs["services"].astype("int64").to_numpy(),
        "dated": pairs["dated"].astype("int64").to_numpy(),
        "areas": [text.areas_listed(view, keys.split("; ")) for keys in pairs["areas"]],
    }).sort_values("services", ascending=False, kind="stable")
    return [Table("tjanst-par", f"Gemensamma tjänster par för par {swedish.day(view.day)}", frame,
                  {"a": NAME, "b": word("delar med"), "services": Format("Tjänster"),
                   "dated": Format("därav med nya belägg"), "areas": word("Vilka")}, SOURCES)]


def distance_tables_of(view: Sharing, points: pd.DataFrame) -> list[Table]:
    """Distances from members' population centres to the host; none without a named host.

    `points` has code, easting and northing (metres).
    """
    found = metrics.host_distances(view.state, points)
    mine = found[found["code"].isin(view.region.members) & (found["code"] != found["host"])]
    mine = mine.drop_duplicates(["arrangement", "code"])
    if mine.empty:
        return []
    known = municipalities()
    frame = pd.DataFrame({
        "body": [view.names[key] for key in mine["arrangement"]],
        "name": [known[code].name for code in mine["code"]],
        "host": [known[code].name for code in mine["host"]],
        "distance": mine["distance_km"].to_numpy(),
    })
    return [Table("tjanst-avstand", "Fågelvägen från kommunens befolkningscentrum till "
                  "värdkommunens", frame,
                  {"body": word("Organ"), "name": NAME, "host": word("Värdkommun"),
                   "distance": Format("Avstånd", "km")}, ("services", "localities"),
                  notes=("Befolkningscentrum är tätorternas medelpunkt, vägd med deras "
                         "folkmängd. Vägavståndet är längre.",))]


def gap_tables_of(view: Sharing, peers: pd.DataFrame) -> list[Table]:
    """Services that others in the inventory share and no member does; none without such.

    `peers` has code and peer_code: municipalities alike are named among the others.
    """
    table = metrics.gaps(view.state, view.region.members)
    if table.empty:
        return []
    alike = set(peers.loc[peers["code"].isin(view.region.members), "peer_code"])
    frame = pd.DataFrame([
        {"area": view.area_names[row.area],
         "body": f"{short(view.names[row.arrangement])} ({view.form_names[row.legal_form]})",
         "codes": _others(row.codes.split("; ")), "here": text.known_here(view, row.area),
         "alike": swedish.listed(text.names_of(alike & set(row.codes.split("; ")))) or None,
         "last": row.last_evidence,
         "sources": "; ".join(dict.fromkeys(text.publisher(view, key)
                                            for key in row.sources.split("; ")[:2]))}
        for row in rows_of(table)
    ])
    return [Table("tjanst-luckor", "Tjänster som andra i inventeringen delar men inte "
                  f"är belagda i drift för {view.region.name}", frame,
                  {"area": word("Tjänst"), "body": word("Organ"),
                   "codes": word("Kommuner"), "here": word("Uppgift här"),
                   "alike": word("Liknande bland dem"),
                   "last": Format("Senaste belägg", year=True), "sources": word("Källa")},
                  ("services", "peers"),
                  notes=("Liknande kommuner enligt RKA (övergripande). Ett streck betyder att "
                         "ingen av kommunerna hör dit.",))]


def _others(codes: Sequence[str]) -> str:
    names = text.names_of(codes)
    return swedish.listed(names) if len(names) <= 8 else f"{len(names)} kommuner"


def counts_table(view: Sharing) -> Table:
    """Members with their shared services and circles of partners; unknown is said to be so."""
    circles = metrics.fragmentation(view.state)
    codes = list(view.region.members)
    if len(codes) > MOST_DRAWN:
        known = view.counts["services"].notna()
        codes = [code for code in codes if known[code]]
    frame = pd.DataFrame([
        {"name": municipalities()[code].name, "said": text.count_of(view, code),
         "circles": circles.get(code, pd.NA)} for code in codes
    ]).astype({"circles": "Int64"})
    left = len(view.region.members) - len(codes)
    notes = ["En krets är en uppsättning kommuner som delar minst en tjänst.",
             "Ett streck betyder ingen uppgift."]
    if left:
        notes.append( f"Ingen uppgift finns om {left} av kommunerna.")
    return Table("tjanst-antal", f"Gemensamma tjänster per kommun {swedish.day(view.day)}", frame,
                 {"name": NAME, "said": word("Gemensamma tjänster"),
                  "circles": Format("Grupper av partner")}, SOURCES, notes=tuple(notes))


def bodies_table(view: Sharing) -> Table:
    """Every body with a row for a member: form, host and members on the date."""
    rows = []
    bodies = view.inventory.arrangements
    about = dict(zip(bodies["key"], bodies["description"], strict=True))
    for key in dict.fromkeys(view.own["arrangement"]):
        state = view.state[view.state["arrangement"] == key]
        head = state.iloc[0]
        codes = set(state.loc[state["words"] == head["words"], "code"])
        named = text.names_of(codes)
        rows.append({
            "body": view.names[key], "what": about[key],
            "form": view.form_names[head["legal_form"]],
            "host": municipalities()[head["host"]].name if head["host"] else None,
            "members": swedish.listed(named) if len(named) <= 12
            else f"{len(named)} kommuner, varav i regionen "
                 f"{swedish.listed(text.names_of(codes & set(view.region.members)))}"})
    return Table("tjanst-organ", f"Organ, avtal och avsikter {swedish.day(view.day)}",
                 pd.DataFrame(rows),
                 {"body": word("Organ"), "what": word("Vad det är"), "form": word("Juridisk form"),
                  "host": word("Värdkommun"), "members": word("Kommuner")}, SOURCES,
                 notes=("Värdkommun anges där en källa namnger den.",))


def arrangements_table(view: Sharing) -> Table:
    """What each body does for the members: services, status, since, trust and source numbers."""
    numbers = text.source_numbers(view)
    groups: dict[tuple[str | None, ...], list[Any]] = {}
    for row in rows_of(view.own.drop_duplicates(["arrangement", "area", "words", "sources"])):
        cited = sorted({numbers[key] for key in row.sources.split("; ")})
        key = (row.arrangement, row.words,
               None if row.state == State.PLANNED
               else text.since(view, row.arrangement, row.area), TRUST_LABELS[row.trust],
               ", ".join(map(str, cited)))
        groups.setdefault(key, []).append(row.area)
    frame = pd.DataFrame([
        {"body": view.names[str(key)], "areas": text.areas_listed(view, areas), "status": status,
         "since": since, "trust": trust, "sources": cited}
        for (key, status, since, trust, cited), areas in groups.items()
    ])
    return Table("tjanst-uppgifter", f"Tjänster, status och källor {swedish.day(view.day)}", frame,
                 {"body": word("Organ"), "areas": word("Tjänster"), "status": word("Status"),
                  "since": word("Sedan"), "trust": word("Tilltro"), "sources": word("Källa nr")},
                 SOURCES, notes=(
                     "Tilltro är den svagaste av uppgifterna om tjänst, medlemskap och drift.",
                     "Sedan är driftens början enligt källorna, eller det första belägget."))
