"""Who shares which service with whom on a date, and what follows from it.

Terms
-----
service: an area that an arrangement of kind `service` covers; an arrangement of kind `theme` only
    declares areas of cooperation and is never counted.
state: how sure it is that something runs, by the one rule, `analysis.arrangements.standing`.
counted: services of a municipality that the reports count; one count for one thing everywhere.
circle: the municipalities that share a counted service.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import combinations
from numbers import Real
from typing import Any

import pandas as pd

from analysis.arrangements import (
    DATED,
    FIGURES,
    RUNS,
    TRUSTS,
    UNKNOWN_AREA,
    Book,
    Course,
    Inventory,
    Standing,
    State,
    alone_standing,
    counted,
    standing,
)
from analysis.metrics.measure import measure

STATE_COLUMNS = {
    "arrangement": "str",
    "name": "str",
    "area": "str",
    "code": "str",
    "kind": "str",
    "legal_form": "str",
    "host": "str",
    "state": "str",
    "event": "str",
    "words": "str",
    "counted": "bool",
    "last_evidence": "Int64",
    "body_evidence": "Int64",
    "trust": "str",
    "contested": "bool",
    "sources": "str",
}
ALONE_COLUMNS = {
    "code": "str",
    "area": "str",
    "words": "str",
    "last_evidence": "Int64",
    "trust": "str",
    "sources": "str",
}


def _day(value: Any) -> date:
    """A date as such; raises ValueError for a number, that pandas would take as nanoseconds."""
    if isinstance(value, Real):
        raise ValueError(f"{value!r} is no date; write it as '{float(value):04.0f}-12-31'")
    try:
        return pd.Timestamp(value).date()
    except ValueError:
        raise ValueError(f"{value!r} is no date; write it as '2020-12-31'") from None


def state_on(inventory: Inventory, when: str | date) -> pd.DataFrame:
    """State of every arrangement, area and municipality on a date.

    Returns
    -------
    One row per arrangement, area and code, in the order of the inventory, with the columns of
    `STATE_COLUMNS`: `name` that the body had on the date; `state` of `arrangements.State`, in
    Swedish `words`, with the plan or end in `event`; `counted` as a shared service;
    `last_evidence` the year that the state rests on (<NA> when undated), `body_evidence` that of
    newer evidence of the body; `trust` the weakest of coverage, membership and the best evidence
    dated by then; `contested` when sources differ about its start or form; `sources` ids joined by
    "; ", most trusted first. Ended arrangements keep the members of their last day, planned ones
    have those of their first; a municipality that left, or does it alone since, has state ended.
    Empty before the first dated fact of the inventory. Raises ValueError for what is no date.

    >>> from analysis.loaders.services import load_inventory
    >>> state = state_on(load_inventory(), "2026-06-30")
    >>> fire = state[(state["code"] == "1864") & (state["area"] == "raddningstjanst")]
    >>> fire.loc[fire["counted"], "name"].tolist()
    ['Nerikes Brandkår']
    """
    day = _day(when)
    book = inventory.book
    contested = _contested(book)
    rows: list[dict[str, Any]] = []
    for body in book.bodies if book.begun_by(day) else ():
        for course in book.courses(body.key):
            about = {
                "arrangement": body.key,
                "area": course.area,
                "kind": body.kind,
                "legal_form": body.legal_form,
                "host": body.host,
                "contested": (body.key, course.area) in contested,
            }
            rows += [about | own for own in _members(book, course, day)]
    return pd.DataFrame(rows, columns=list(STATE_COLUMNS)).astype(STATE_COLUMNS)


def _members(book: Book, course: Course, day: date) -> Iterator[dict[str, Any]]:
    """Per municipality: code, name of the body, state, words, evidence, trust and sources."""
    rows = [
        row for row in book.members.get(course.arrangement, []) if row.area in (course.area, "")
    ]
    for code in dict.fromkeys(row.code for row in rows):
        found = standing(course, day, code=code, alone=book.alone.get((code, course.area), ()))
        if found is None:
            continue
        own = [row for row in rows if row.code == code and _begins_by(row, found.reference)]
        held = [row for row in own if _holds_on(row, found.reference)]
        if own:
            name = book.name_on(course.arrangement, found.reference)
            yield {"code": code, "name": name} | (
                _own_state(course, found, held) if held else _left(course, found, own)
            )


def _own_state(course: Course, found: Standing, held: list[Any]) -> dict[str, Any]:
    return {
        "state": found.state.value,
        "event": found.event,
        "words": found.words,
        "counted": course.kind == "service" and counted(found.state),
        "last_evidence": found.year,
        "body_evidence": found.body_year,
        "trust": _weakest(_best(rows) for rows in (found.known, course.cover, held)),
        "sources": _sources(found.rows, course.cover, held),
    }


def _left(course: Course, found: Standing, own: list[Any]) -> dict[str, Any]:
    """A municipality that was a member once: its last year is known."""
    year = max(row.last for row in own).year
    return {
        "state": State.ENDED.value,
        "event": "left",
        "words": f"utträdd {year}",
        "counted": False,
        "last_evidence": year,
        "body_evidence": None,
        "trust": _weakest(_best(rows) for rows in (found.known, course.cover, own)),
        "sources": _sources(found.rows, course.cover, own),
    }


def _begins_by(row: Any, day: date) -> bool:
    return row.first is None or row.first <= day


def _holds_on(row: Any, day: date) -> bool:
    return _begins_by(row, day) and (row.last is None or row.last >= day)


def _best(rows: Iterable[Any]) -> str:
    return min((row.trust for row in rows), key=TRUSTS.index)


def _weakest(trusts: Iterable[str]) -> str:
    return max(trusts, key=TRUSTS.index)


def _sources(*groups: Iterable[Any]) -> str:
    """Ids of the sources, most trusted first, each once."""
    rows = sorted((row for rows in groups for row in rows), key=lambda r: TRUSTS.index(r.trust))
    return "; ".join(dict.fromkeys(row.source for row in rows))


def alone_on(inventory: Inventory, when: str | date) -> pd.DataFrame:
    """What municipalities do by themselves on a date: code, area, words, last_evidence, trust,
    sources. A service that they are counted to share by newer evidence is left out by whoever
    shows both, see `views.services.Sharing.alone`. Nothing before the inventory begins.

    >>> from analysis.loaders.services import load_inventory
    >>> list(alone_on(load_inventory(), "2026-06-30").columns)[:3]
    ['code', 'area', 'words']
    """
    book, day, rows = inventory.book, _day(when), []
    for (code, area), said in book.alone.items() if book.begun_by(day) else ():
        found = alone_standing(said, day)
        if found is not None:
            rows.append(
                {
                    "code": code,
                    "area": area,
                    "words": found.words,
                    "last_evidence": found.year,
                    "trust": _best(found.rows),
                    "sources": _sources(found.rows),
                }
            )
    return pd.DataFrame(rows, columns=list(ALONE_COLUMNS)).astype(ALONE_COLUMNS)


def name_on(inventory: Inventory, arrangement: str, when: str | date) -> str:
    """Name of a body on `date`; before its first name the first, after its last the last.

    Raises KeyError when the arrangement has no name.
    """
    return inventory.book.name_on(arrangement, _day(when))


def names_on(inventory: Inventory, when: str | date) -> dict[str, str]:
    """Names of all bodies on `date` by key, as `name_on` gives them."""
    book, day = inventory.book, _day(when)
    return {body.key: book.name_on(body.key, day) for body in book.bodies}


def body_members(inventory: Inventory, when: str | date) -> pd.DataFrame:
    """Members of each body on `date`, also those of which no service is known.

    Returns arrangement, code, areas_known (False where the sources do not say which services the
    municipality takes part in), trust, sources. Membership without a start holds from the start
    of the body, which `state_on` decides; here it holds on any date up to its end.
    """
    book, day = inventory.book, _day(when)
    found = []
    for key, rows in book.members.items():
        held = [row for row in rows if _holds_on(row, day)]
        for code in dict.fromkeys(row.code for row in held):
            own = [row for row in held if row.code == code]
            known = any(row.area != UNKNOWN_AREA for row in own)
            found.append((key, code, known, _best(own), _sources(own)))
    columns = ["arrangement", "code", "areas_known", "trust", "sources"]
    return pd.DataFrame(found, columns=columns).astype({"areas_known": "bool"})


def periods(inventory: Inventory) -> pd.DataFrame:
    """When each arrangement ran each area, for a timeline.

    Returns arrangement, area, kind, legal_form, start (first evidence), last_evidence (of the
    task), end (recorded last day, NaT while none is), end_event (ended, taken-back or ""), trust.
    One row per arrangement and area with dated evidence of running, from the first evidence to
    the last end even if it began anew in between.

    >>> from analysis.loaders.services import load_inventory
    >>> table = periods(load_inventory()).set_index(["arrangement", "area"])
    >>> str(table.loc[("vmkf", "raddningstjanst"), "end"].date())
    '2020-12-31'
    """
    book = inventory.book
    forms = {body.key: body.legal_form for body in book.bodies}
    rows = []
    for course in book.courses():
        running = course.running
        start = course.begun(running)
        if start is None:
            continue
        last = max(row.last for row in running)
        ends = [end for end in course.ends() if end.day >= last]
        end, event = (ends[-1].day, ends[-1].event) if ends else (None, "")
        trust = _weakest([_best(running), _best(course.cover)])
        rows.append(
            (
                course.arrangement,
                course.area,
                course.kind,
                forms[course.arrangement],
                start,
                last,
                end,
                event,
                trust,
            )
        )
    columns = [
        "arrangement",
        "area",
        "kind",
        "legal_form",
        "start",
        "last_evidence",
        "end",
        "end_event",
        "trust",
    ]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(["start", "last_evidence", "end"], "datetime64[ns]"))


def contradictions(inventory: Inventory) -> pd.DataFrame:
    """What sources say differently: every claim, the most trusted first.

    Returns arrangement, area ("" for the body as a whole), fact (start, legal-form, host, members,
    name or areas), value, source, trust. Stated starts differ when the partial dates have no day in
    common: 2006 and 2006-01-01 agree, 2004 and 2006 do not.
    """
    columns = ["arrangement", "area", "fact", "value", "source", "trust"]
    return pd.DataFrame(_contradictions(inventory.book), columns=columns, dtype="str")


def _contradictions(book: Book) -> list[tuple[str, str, str, str, str, str]]:
    found = []
    for body in book.bodies:
        whole = [row for row in book.events.get(body.key, []) if row.area == ""]
        for course in book.courses(body.key):
            starts = _starts([*course.events, *whole])
            if _differ(starts):
                rows = sorted(starts, key=lambda row: (TRUSTS.index(row.trust), row.date))
                found += [(body.key, course.area, "start", r.date, r.source, r.trust) for r in rows]
        claims = sorted(book.claims.get(body.key, []), key=lambda row: TRUSTS.index(row.trust))
        for fact in dict.fromkeys(row.field for row in claims):
            said = [row for row in claims if row.field == fact]
            if len({row.value for row in said}) > 1:
                found += [(body.key, "", fact, r.value, r.source, r.trust) for r in said]
    return found


def _starts(events: Collection[Any]) -> list[Any]:
    return [row for row in events if row.event in RUNS and row.basis == "stated" and row.first]


def _differ(starts: Collection[Any]) -> bool:
    """Stated starts of a task without a common day; a body may take up a task after its start."""
    tasks = [row for row in starts if row.area]
    bodies = [row for row in starts if not row.area]
    apart = bool(tasks) and max(r.first for r in tasks) > min(r.last for r in tasks)
    before = bool(tasks and bodies) and min(r.last for r in tasks) < max(r.first for r in bodies)
    return apart or before


def _contested(book: Book) -> set[tuple[str, str]]:
    """Arrangement and area about whose start or form sources differ."""
    found = {(key, area) for key, area, *_ in _contradictions(book)}
    return found | {
        (key, course.area) for key, whole in found if not whole for course in book.courses(key)
    }


def counted_services(state: pd.DataFrame) -> pd.DataFrame:
    """Rows of `state` that count as shared services: THE count, see `arrangements.counted`."""
    return state[state["counted"]]


def is_dated(state: pd.DataFrame) -> pd.Series:
    """True for rows with an answer or evidence of this term or of the last three years."""
    return state["state"].isin([found.value for found in DATED])


@measure(
    label="Gemensamma tjänster",
    unit="antal",
    direction="neither",
    kind="derived",
    formula="antal tjänsteområden i inventeringen som kommunen delar med andra på dagen: "
    "bekräftade, belagda, och sådana som fanns och vars slut inte är känt",
    sources=("services",),
)
def shared_services(state: pd.DataFrame, *, codes: Collection[str] | None = None) -> pd.Series:
    """Service areas that each municipality shares on the date (count, Int64 by code).

    `state` is that of `state_on`. A municipality without any row, or one of which nothing
    counted is known, is <NA>: no information is never zero.

    >>> from analysis.loaders.services import load_inventory
    >>> state = state_on(load_inventory(), "2019-12-31")
    >>> int(shared_services(state)["1885"]) >= 5
    True
    """
    return service_counts(state, codes=codes)["services"].rename("shared_services")


@measure(
    label="Gemensamma tjänster med nya belägg",
    unit="antal",
    direction="neither",
    kind="derived",
    formula="de gemensamma tjänster som är bekräftade, eller belagda under mandatperioden eller "
    "de senaste tre åren",
    sources=("services",),
)
def shared_services_dated(
    state: pd.DataFrame, *, codes: Collection[str] | None = None
) -> pd.Series:
    """Those of `shared_services` that are confirmed, or have evidence of the term or three years.

    Count, Int64 by code; <NA> where `shared_services` is, 0 where all evidence is older.

    >>> from analysis.loaders.services import load_inventory
    >>> state = state_on(load_inventory(), "2026-08-31")
    >>> bool((shared_services_dated(state) <= shared_services(state)).fillna(True).all())
    True
    """
    return service_counts(state, codes=codes)["dated"].rename("shared_services_dated")


def service_counts(state: pd.DataFrame, *, codes: Collection[str] | None = None) -> pd.DataFrame:
    """Shared services by code: index `code`; Int64 columns services, dated (new evidence), older
    (the rest) and until (year of the newest evidence among the older ones, <NA> without any).

    A municipality of which nothing counted is known has <NA> throughout: not found is not zero.
    """
    best = _one_per_area(counted_services(state), ["code"])
    new = is_dated(best)
    older = best[~new]
    known = pd.Index(sorted(set(state["code"])), name="code", dtype="str")
    services = best.groupby("code").size().reindex(known)
    counts = {
        name: part.groupby("code").size().reindex(known, fill_value=0).where(services.notna())
        for name, part in (("dated", best[new]), ("older", older))
    }
    until = older.groupby("code")["last_evidence"].max().reindex(known)
    table = pd.DataFrame({"services": services, **counts, "until": until}).astype("Int64")
    return (
        table if codes is None else table.reindex(pd.Index(list(codes), name="code", dtype="str"))
    )


def _one_per_area(running: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One row per area and `keys`: the one with the latest evidence (bodies may overlap)."""
    ordered = running.assign(new=is_dated(running)).sort_values(
        ["new", "last_evidence"], ascending=False, kind="stable"
    )
    return ordered.drop_duplicates([*keys, "area"]).drop(columns="new")


def pair_services(state: pd.DataFrame) -> pd.DataFrame:
    """Service areas that each pair of municipalities shares in the same body.

    Returns code_a < code_b, services, dated (counts) and areas (keys joined by "; "); pairs that
    share nothing known have no row.
    """
    rows = []
    counted_rows = counted_services(state)
    for (_, area), body in counted_rows.groupby(["arrangement", "area"], sort=False):
        new = bool(is_dated(body).any())
        rows += [(*pair, area, new) for pair in combinations(sorted(body["code"]), 2)]
    pairs = pd.DataFrame(rows, columns=["code_a", "code_b", "area", "dated"])
    pairs = pairs.astype({"dated": "bool"}).sort_values(
        ["code_a", "code_b", "area", "dated"], ascending=[True, True, True, False]
    )
    unique = pairs.drop_duplicates(["code_a", "code_b", "area"])
    return unique.groupby(["code_a", "code_b"], as_index=False).agg(
        services=("area", "size"), dated=("dated", "sum"), areas=("area", "; ".join)
    )


def group_services(state: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """Counted services in which at least two of `members` take part together.

    Returns one row per arrangement and area: arrangement, name, area, legal_form, host, inside
    and outside (codes joined by "; "), complete (all of `members` take part), state, words,
    last_evidence, dated, trust.
    """
    rows = []
    wanted = set(members)
    for (key, area), body in counted_services(state).groupby(["arrangement", "area"], sort=False):
        inside = sorted(set(body["code"]) & wanted)
        if len(inside) < 2:
            continue
        head = body[body["code"].isin(inside)].iloc[0]
        rows.append(
            {
                "arrangement": key,
                "name": head["name"],
                "area": area,
                "legal_form": head["legal_form"],
                "host": head["host"],
                "inside": "; ".join(inside),
                "outside": "; ".join(sorted(set(body["code"]) - wanted)),
                "complete": len(inside) == len(wanted),
                "state": head["state"],
                "words": head["words"],
                "last_evidence": head["last_evidence"],
                "dated": bool(is_dated(body).any()),
                "trust": _weakest(body["trust"]),
            }
        )
    columns = [
        "arrangement",
        "name",
        "area",
        "legal_form",
        "host",
        "inside",
        "outside",
        "complete",
        "state",
        "words",
        "last_evidence",
        "dated",
        "trust",
    ]
    types = {"complete": "bool", "dated": "bool", "last_evidence": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype(types)


def circles(state: pd.DataFrame) -> pd.DataFrame:
    """The different circles of partners in which each municipality shares counted services.

    Returns code, circle (codes of all its members joined by "; "), size, services and areas (keys
    joined by "; "), the circle with most services first for each municipality.
    """
    running = counted_services(state)
    groups = running.groupby(["arrangement", "area"], sort=False)["code"]
    circle = groups.transform(lambda codes: "; ".join(sorted(codes)))
    unique = running.assign(circle=circle).drop_duplicates(["code", "circle", "area"])
    table = unique.groupby(["code", "circle"], as_index=False).agg(
        services=("area", "size"), areas=("area", "; ".join)
    )
    table.insert(2, "size", table["circle"].map(lambda text: text.count(";") + 1).astype("int64"))
    ordered = ["code", "services", "circle"]
    table = table.sort_values(ordered, ascending=[True, False, True], kind="stable")
    return table.reset_index(drop=True)


@measure(
    label="Grupper av samarbetspartner",
    unit="grupper",
    direction="neither",
    kind="derived",
    formula="antal olika uppsättningar kommuner som kommunen delar tjänster med",
    sources=("services",),
)
def fragmentation(state: pd.DataFrame) -> pd.Series:
    """Number of different circles of partners by code (Int64), see `circles`; <NA> without any.

    >>> from analysis.loaders.services import load_inventory
    >>> state = state_on(load_inventory(), "2019-12-31")
    >>> int(fragmentation(state)["1885"]) >= 2
    True
    """
    counts = circles(state).groupby("code").size().astype("Int64")
    known = pd.Index(sorted(set(state["code"])), name="code", dtype="str")
    return counts.reindex(known).rename("fragmentation")


def published_figures(inventory: Inventory, when: str | date) -> pd.DataFrame:
    """What sources print of whole bodies: arrangement, municipalities, inhabitants (Int64, <NA>
    where none prints it), year, about (True where the source says "about"), source.

    Of several the newest by the date.

    >>> from analysis.loaders.services import load_inventory
    >>> table = published_figures(load_inventory(), "2026-08-31").set_index("arrangement")
    >>> int(table.at["raddningsregion-bergslagen", "municipalities"])
    42
    """
    limit = pd.Timestamp(_day(when))
    table = inventory.figures
    known = table[~(table["first"] > limit)].sort_values("first", kind="stable")
    rows = []
    for key, part in known.groupby("arrangement", sort=False):
        newest = part.drop_duplicates("figure", keep="last").set_index("figure")
        values = {
            name: int(str(newest.at[name, "value"])) if name in newest.index else None
            for name in FIGURES
        }
        year = newest["last"].max()
        rows.append(
            {
                "arrangement": key,
                **values,
                "year": None if pd.isna(year) else year.year,
                "about": bool(newest["basis"].eq("approximate").any()),
                "source": "; ".join(dict.fromkeys(newest["source"])),
            }
        )
    types = {
        "arrangement": "str",
        "municipalities": "Int64",
        "inhabitants": "Int64",
        "year": "Int64",
        "about": "bool",
        "source": "str",
    }
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def gaps(state: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """Services that other municipalities share, by the inventory, and none of `members` does.

    A gap is a gap in the inventory ("ingen uppgift"), no proof that nothing is shared. Returns
    area, arrangement, name, legal_form, codes (joined by "; "), last_evidence, words, trust,
    sources: one row per body that counts for such a service without any of `members`.
    """
    running = counted_services(state)
    own = set(running.loc[running["code"].isin(list(members)), "area"])
    elsewhere = running[~running["area"].isin(own)]
    keys = ["area", "arrangement"]
    table = elsewhere.groupby(keys, as_index=False, sort=False).agg(
        name=("name", "first"),
        legal_form=("legal_form", "first"),
        codes=("code", lambda codes: "; ".join(sorted(codes))),
        last_evidence=("last_evidence", "first"),
        words=("words", "first"),
        trust=("trust", _weakest),
        sources=("sources", "first"),
    )
    return table.sort_values(keys, kind="stable").reset_index(drop=True)


def host_distances(state: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Straight line from the centre of each member to that of the host, in km.

    `points` has code, easting and northing (metres, SWEREF 99 TM). Returns arrangement, area,
    code, host, distance_km for running services with a host; NaN without a point.
    """
    running = counted_services(state)
    table = running.loc[running["host"] != "", ["arrangement", "area", "code", "host"]]
    places = points.set_index("code")[["easting", "northing"]]
    member = places.reindex(table["code"]).to_numpy(dtype="float64")
    host = places.reindex(table["host"]).to_numpy(dtype="float64")
    distance = ((member - host) ** 2).sum(axis=1) ** 0.5 / 1000
    return table.assign(distance_km=distance).reset_index(drop=True)


def population_centres(localities: pd.DataFrame) -> pd.DataFrame:
    """Middle of each municipality's localities (tätorter), weighted with their inhabitants.

    `localities` has code, population, easting and northing (metres). Returns code, easting,
    northing. Inhabitants outside localities are not in it, and a locality counts where it is
    booked; a municipality without one, or with one of unknown size, has no row.
    """
    weights = localities["population"].astype("float64")
    sums = (
        pd.DataFrame(
            {
                "code": localities["code"],
                "weight": weights,
                "easting": localities["easting"] * weights,
                "northing": localities["northing"] * weights,
            }
        )
        .groupby("code")
        .sum(skipna=False)
    )
    sums = sums[sums["weight"] > 0]
    centres = sums[["easting", "northing"]].div(sums["weight"], axis=0)
    return centres.reset_index()
