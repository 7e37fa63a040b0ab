"""Who shares which service with whom on a date, and what follows from it.

Terms
-----
service: an area that an arrangement of kind `service` covers; an arrangement of kind `theme` only
    declares areas of cooperation and is never counted.
evidence: a dated source that shows the arrangement running. A recorded end is evidence up to the
    last day; later evidence shows that it ran in between, too.
running: a body with legal standing (kommunalförbund, gemensam nämnd, bolag) from its first
    evidence until an end is recorded; any other form only up to three years after its last
    evidence. Before the first evidence nothing is known, so there is no row.
stale: the last evidence is more than three years older than the date ("senast belagd ÅÅÅÅ").
circle: the municipalities that share a running service.

The rule is that of the project's domain notes. Partial dates were resolved by the loader to their
first and last possible day: something starts on the first and ends on the last, and three years
run from the last possible day of the evidence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Protocol

import pandas as pd

from analysis.metrics.measure import measure

EVIDENCE_YEARS = 3
UNKNOWN_AREA = "unknown"
TRUSTS = ("high", "medium", "low")
PLANS = ("intention", "inquiry", "decided")
ENDS = ("ended", "taken-back")
STATUSES = ("running", "last-evidenced", *reversed(PLANS), *ENDS, "undated")

STATUS_LABELS = {
    "running": "i drift",
    "last-evidenced": "senast belagd",
    "decided": "beslutad",
    "inquiry": "under utredning",
    "intention": "avsikt",
    "ended": "avslutad",
    "taken-back": "återtagen av medlemmarna",
    "undated": "odaterad uppgift",
}
TRUST_LABELS = {"high": "hög", "medium": "medel", "low": "låg"}
KIND_LABELS = {"service": "tjänst", "theme": "samarbetsområde"}

STATE_COLUMNS = {
    "arrangement": "str",
    "name": "str",
    "area": "str",
    "code": "str",
    "kind": "str",
    "legal_form": "str",
    "host": "str",
    "status": "str",
    "last_evidence": "Int64",
    "stale": "bool",
    "trust": "str",
    "contested": "bool",
    "sources": "str",
}


class InventoryTables(Protocol):
    """What the functions here need of an inventory; `loaders.services.Inventory` has it."""

    @property
    def forms(self) -> pd.DataFrame:
        """key, legal_standing (yes or no)."""

    @property
    def arrangements(self) -> pd.DataFrame:
        """key, legal_form, kind, host."""

    @property
    def names(self) -> pd.DataFrame:
        """arrangement, name, first, last."""

    @property
    def coverage(self) -> pd.DataFrame:
        """arrangement, area, source, trust, first, last."""

    @property
    def memberships(self) -> pd.DataFrame:
        """arrangement, code, area, source, trust, first, last."""

    @property
    def events(self) -> pd.DataFrame:
        """arrangement, event, area, date, basis, source, trust, first, last."""

    @property
    def claims(self) -> pd.DataFrame:
        """arrangement, field, value, source, trust."""

    @property
    def begins(self) -> pd.Timestamp:
        """First possible day of the first dated event; nothing is known before it."""


class _Book:
    """The inventory as plain rows by arrangement: many small look-ups are slow in tables.

    Rows are named tuples of the tables' columns; `first` and `last` are None where not known.
    """

    def __init__(self, inventory: InventoryTables) -> None:
        self.bodies: list[Any] = list(inventory.arrangements.itertuples(index=False))
        self.coverage = _by_arrangement(inventory.coverage)
        self.events = _by_arrangement(inventory.events)
        self.members = _by_arrangement(inventory.memberships)
        self.names = _by_arrangement(inventory.names)
        self.claims = _by_arrangement(inventory.claims)
        forms = inventory.forms
        self.legal = set(forms.loc[forms["legal_standing"] == "yes", "key"])
        self.start = inventory.begins  # NaT in an empty inventory

    def areas(self, key: str) -> dict[str, list[Any]]:
        """Rows of the coverage by area, in the order of the inventory."""
        found: dict[str, list[Any]] = {}
        for row in self.coverage.get(key, []):
            found.setdefault(row.area, []).append(row)
        return found

    def events_of(self, key: str, area: str) -> list[Any]:
        """Events of an arrangement for an area, those for all its areas included."""
        return [row for row in self.events.get(key, []) if row.area in (area, "")]

    def name_on(self, key: str, day: pd.Timestamp) -> str:
        """Name whose time has begun last; before the first name that one."""
        names = sorted(self.names[key], key=lambda row: row.first or pd.Timestamp.min)
        begun = [row.name for row in names if _begins_by(row, day)]
        return str(begun[-1] if begun else names[0].name)


def _by_arrangement(table: pd.DataFrame) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    dated = "first" in table
    for row in table.itertuples(index=False):
        plain: Any = row
        if dated:
            first, last = (None if pd.isna(day) else day for day in (plain.first, plain.last))
            plain = plain._replace(first=first, last=last)
        found.setdefault(plain.arrangement, []).append(plain)
    return found


def _begins_by(row: Any, day: pd.Timestamp) -> bool:
    return row.first is None or row.first <= day


def _holds_on(row: Any, day: pd.Timestamp) -> bool:
    return _begins_by(row, day) and (row.last is None or row.last >= day)


@dataclass(frozen=True)
class _Status:
    """What holds for an arrangement and area on a date, and the rows that say so."""

    status: str
    last: pd.Timestamp | None
    stale: bool
    evidence: list[Any]  # every row that the status rests on
    trusted: list[Any]  # those of them known by the date, whose trust counts
    reference: pd.Timestamp  # whose members and name count: the date, its last or its first day


def state_on(inventory: InventoryTables, date: str | pd.Timestamp) -> pd.DataFrame:
    """State of every arrangement, area and municipality on `date`.

    Returns
    -------
    One row per arrangement, area and code, in the order of the inventory, with the columns of
    `STATE_COLUMNS`: `name` that the body had on the date; `status` of `STATUSES`;
    `last_evidence` the year of the last evidence in the whole inventory (of the end when ended;
    <NA> when undated); `stale` when it is more than three years older than the date; `trust` the
    weakest of coverage, membership and the best evidence dated by then; `contested` when sources
    differ about its start or form; `sources` ids joined by "; ", most trusted first. Ended
    arrangements keep the members of their last day, planned ones have those of their first; a
    municipality that left has status ended;
    `undated` is an arrangement of which only undated evidence is known by the date, never counted
    as running. Empty before the first dated fact of the inventory.

    >>> from analysis.loaders.services import load_inventory
    >>> state = state_on(load_inventory(), "2026-06-30")
    >>> fire = state[(state["code"] == "1864") & (state["area"] == "raddningstjanst")]
    >>> fire["name"].unique().tolist()
    ['Nerikes Brandkår']
    """
    book, day = _Book(inventory), pd.Timestamp(date)
    contested = _contested(book)
    rows: list[dict[str, Any]] = []
    for body in book.bodies:
        for area, cover in book.areas(body.key).items():
            found = _status(
                book.events_of(body.key, area), cover, day, legal=body.legal_form in book.legal
            )
            if found is None or not book.start <= day:
                continue
            shared = {
                "arrangement": body.key,
                "name": book.name_on(body.key, found.reference),
                "area": area,
                "kind": body.kind,
                "legal_form": body.legal_form,
                "host": body.host,
                "contested": (body.key, area) in contested,
            }
            rows += [shared | own for own in _members(book, body.key, area, cover, found)]
    return pd.DataFrame(rows, columns=list(STATE_COLUMNS)).astype(STATE_COLUMNS)


def _years_after(day: pd.Timestamp) -> pd.Timestamp:
    return day + pd.DateOffset(years=EVIDENCE_YEARS)


def _status(
    events: list[Any], cover: list[Any], day: pd.Timestamp, *, legal: bool
) -> _Status | None:
    """Status on `day` from the events and the days of the coverage; None when not known yet."""
    running = [row for row in events if row.event == "running" and row.first is not None]
    ends = _ends(events, cover)
    passed = [end for end in ends if end[0] < day]
    if passed:  # what ran after a recorded end began anew
        running = [row for row in running if row.last > passed[-1][0]]
    begun = _begun(running, cover)
    if begun is not None and begun <= day:
        return _running(running, [end for end in ends if end[0] >= day], day, legal=legal)
    if passed:
        last, event, row = passed[-1]
        return _Status(event, last, False, [row], [row], last)
    return _planned(events, day, begun or day) or _undated(events, day)


def _ends(events: list[Any], cover: list[Any]) -> list[tuple[pd.Timestamp, str, Any]]:
    """Recorded last days in order, with event and row; of the coverage if every row of it ends."""
    ends = [(row.last, row.event, row) for row in events if row.event in ENDS and row.last]
    if all(row.last is not None for row in cover):
        last = max(cover, key=lambda row: row.last)
        ends.insert(0, (last.last, "ended", last))
    return sorted(ends, key=lambda end: end[0])


def _begun(running: list[Any], cover: list[Any]) -> pd.Timestamp | None:
    """First possible day of running: of the first evidence, not before the coverage."""
    if not running:
        return None
    first: pd.Timestamp = min(row.first for row in running)
    covered = [row.first for row in cover]
    return first if None in covered else max(first, min(covered))


def _running(
    running: list[Any], ends: list[tuple[pd.Timestamp, str, Any]], day: pd.Timestamp, *, legal: bool
) -> _Status:
    """An arrangement that has begun: running, or only last evidenced if it has no standing."""
    # a recorded end shows that it ran until then
    last = ends[0][0] if ends else max(row.last for row in running)
    stale = bool(_years_after(last) < day)
    status = "running" if legal or not stale else "last-evidenced"
    known = [row for row in running if row.first <= day] or running
    return _Status(status, last, stale, running, known, day)


def _planned(events: list[Any], day: pd.Timestamp, start: pd.Timestamp) -> _Status | None:
    """The latest intention, inquiry or decision; at the same time the one that went furthest.

    Its members are those of `start`, the day on which it was to run if that is known.
    """
    plans = [row for row in events if row.event in PLANS and row.first is not None]
    made = [row for row in plans if row.first <= day]
    if not made:
        return None
    event = max(made, key=lambda row: (row.first, PLANS.index(row.event))).event
    same = [row for row in plans if row.event == event]
    last = max(row.last for row in plans)
    known = [row for row in same if row.first <= day]
    return _Status(event, last, bool(_years_after(last) < day), same, known, start)


def _undated(events: list[Any], day: pd.Timestamp) -> _Status | None:
    """Undated evidence of running, unless a source states when it began (after the date then)."""
    running = [row for row in events if row.event == "running"]
    undated = [row for row in running if row.first is None]
    if not undated or any(row.basis == "stated" for row in running):
        return None
    return _Status("undated", None, False, undated, undated, day)


def _members(
    book: _Book, key: str, area: str, cover: list[Any], found: _Status
) -> Iterator[dict[str, Any]]:
    """Per municipality: code, status, last evidence, stale, trust and sources."""
    rows = [row for row in book.members.get(key, []) if row.area in (area, "")]
    for code in dict.fromkeys(row.code for row in rows):
        own = [row for row in rows if row.code == code and _begins_by(row, found.reference)]
        held = [row for row in own if _holds_on(row, found.reference)]
        if not own:
            continue
        left = not held
        last = max(row.last for row in own) if left else found.last
        yield {
            "code": code,
            "status": "ended" if left else found.status,
            "last_evidence": None if last is None else last.year,
            "stale": found.stale and not left,
            "trust": _weakest(_best(rows) for rows in (found.trusted, cover, held or own)),
            "sources": _sources(found.evidence, cover, held or own),
        }


def _best(rows: Iterable[Any]) -> str:
    return min((row.trust for row in rows), key=TRUSTS.index)


def _weakest(trusts: Iterable[str]) -> str:
    return max(trusts, key=TRUSTS.index)


def _sources(*groups: Iterable[Any]) -> str:
    """Ids of the sources, most trusted first, each once."""
    rows = sorted((row for rows in groups for row in rows), key=lambda r: TRUSTS.index(r.trust))
    return "; ".join(dict.fromkeys(row.source for row in rows))


def name_on(inventory: InventoryTables, arrangement: str, date: str | pd.Timestamp) -> str:
    """Name of a body on `date`; before its first name the first, after its last the last.

    Raises KeyError when the arrangement has no name.
    """
    return _Book(inventory).name_on(arrangement, pd.Timestamp(date))


def names_on(inventory: InventoryTables, date: str | pd.Timestamp) -> dict[str, str]:
    """Names of all bodies on `date` by key, as `name_on` gives them."""
    book, day = _Book(inventory), pd.Timestamp(date)
    return {body.key: book.name_on(body.key, day) for body in book.bodies}


def body_members(inventory: InventoryTables, date: str | pd.Timestamp) -> pd.DataFrame:
    """Members of each body on `date`, also those of which no service is known.

    Returns arrangement, code, areas_known (False where the sources do not say which services the
    municipality takes part in), trust, sources. Membership without a start holds from the start
    of the body, which `state_on` decides; here it holds on any date up to its end.
    """
    book, day = _Book(inventory), pd.Timestamp(date)
    found = []
    for key, rows in book.members.items():
        held = [row for row in rows if _holds_on(row, day)]
        for code in dict.fromkeys(row.code for row in held):
            own = [row for row in held if row.code == code]
            known = any(row.area != UNKNOWN_AREA for row in own)
            found.append((key, code, known, _best(own), _sources(own)))
    columns = ["arrangement", "code", "areas_known", "trust", "sources"]
    return pd.DataFrame(found, columns=columns).astype({"areas_known": "bool"})


def periods(inventory: InventoryTables) -> pd.DataFrame:
    """When each arrangement ran each area, for a timeline.

    Returns arrangement, area, kind, legal_form, start (first evidence), last_evidence, end
    (recorded last day, NaT while none is), end_event (ended, taken-back or ""), shown_to (end;
    else the last evidence plus three years for forms without legal standing, NaT for the others),
    trust. One row per arrangement and area with dated evidence of running, from the first
    evidence to the last end even if it began anew in between.
    """
    book = _Book(inventory)
    rows = []
    for body in book.bodies:
        for area, cover in book.areas(body.key).items():
            events = book.events_of(body.key, area)
            running = [row for row in events if row.event == "running" and row.first is not None]
            start = _begun(running, cover)
            if start is None:
                continue
            last = max(row.last for row in running)
            ends = [end for end in _ends(events, cover) if end[0] >= last]
            end, event = (ends[-1][0], ends[-1][1]) if ends else (pd.NaT, "")
            supposed = pd.NaT if body.legal_form in book.legal else _years_after(last)
            shown = end if ends else supposed
            trust = _weakest([_best(running), _best(cover)])
            own = (start, last, end, event, shown, trust)
            rows.append((body.key, area, body.kind, body.legal_form, *own))
    columns = ["arrangement", "area", "kind", "legal_form", "start", "last_evidence"]
    table = pd.DataFrame(rows, columns=[*columns, "end", "end_event", "shown_to", "trust"])
    days = ["start", "last_evidence", "end", "shown_to"]
    return table.astype(dict.fromkeys(days, "datetime64[ns]"))


def contradictions(inventory: InventoryTables) -> pd.DataFrame:
    """What sources say differently: every claim, the most trusted first.

    Returns arrangement, area ("" for the body as a whole), fact (start, legal-form, host, members
    or name), value, source, trust. Stated starts differ when the partial dates have no day in
    common: 2006 and 2006-01-01 agree, 2004 and 2006 do not.
    """
    columns = ["arrangement", "area", "fact", "value", "source", "trust"]
    return pd.DataFrame(_contradictions(_Book(inventory)), columns=columns, dtype="str")


def _contradictions(book: _Book) -> list[tuple[str, str, str, str, str, str]]:
    found = []
    for body in book.bodies:
        for area in book.areas(body.key):
            rows = book.events_of(body.key, area)
            starts = [row for row in rows if row.event == "running" and row.basis == "stated"]
            days = [(row.first, row.last) for row in starts]
            if days and max(first for first, _ in days) > min(last for _, last in days):
                rows = sorted(starts, key=lambda row: (TRUSTS.index(row.trust), row.date))
                found += [(body.key, area, "start", r.date, r.source, r.trust) for r in rows]
        claims = sorted(book.claims.get(body.key, []), key=lambda row: TRUSTS.index(row.trust))
        for fact in dict.fromkeys(row.field for row in claims):
            said = [row for row in claims if row.field == fact]
            if len({row.value for row in said}) > 1:
                found += [(body.key, "", fact, r.value, r.source, r.trust) for r in said]
    return found


def _contested(book: _Book) -> set[tuple[str, str]]:
    """Arrangement and area about whose start or form sources differ."""
    found = {(key, area) for key, area, *_ in _contradictions(book)}
    return found | {(key, area) for key, whole in found if not whole for area in book.areas(key)}


def running_services(state: pd.DataFrame) -> pd.DataFrame:
    """Rows of `state` that count as shared services: kind service and status running."""
    return state[(state["kind"] == "service") & (state["status"] == "running")]


@measure(
    label="Gemensamma tjänster i drift",
    unit="antal",
    direction="neither",
    kind="derived",
    formula="antal tjänsteområden i inventeringen som kommunen delar med andra på dagen",
    sources=("services",),
)
def shared_services(state: pd.DataFrame, *, codes: Collection[str] | None = None) -> pd.Series:
    """Service areas that each municipality shares on the date (count, Int64 by code).

    `state` is that of `state_on`. Stale evidence of a body with legal standing counts, see
    `service_counts`. A municipality of `codes` without any row is <NA>: nothing is known of it.

    >>> from analysis.loaders.services import load_inventory
    >>> state = state_on(load_inventory(), "2019-12-31")
    >>> int(shared_services(state)["1885"]) >= 5
    True
    """
    return service_counts(state, codes=codes)["services"].rename("shared_services")


def service_counts(state: pd.DataFrame, *, codes: Collection[str] | None = None) -> pd.DataFrame:
    """Shared services by code: "`services` gemensamma tjänster, varav `stale` senast belagda
    `stale_until` eller tidigare".

    Returns an index `code` and Int64 columns services, stale and stale_until (<NA> without stale
    ones). A municipality in `state` without a running service has 0; one of `codes` that is not
    in `state` at all has <NA>.
    """
    counted = _one_per_area(running_services(state), ["code"])
    stale = counted[counted["stale"]]
    known = pd.Index(sorted(set(state["code"])), name="code", dtype="str")
    table = pd.DataFrame(
        {
            "services": counted.groupby("code").size().reindex(known, fill_value=0),
            "stale": stale.groupby("code").size().reindex(known, fill_value=0),
            "stale_until": stale.groupby("code")["last_evidence"].max().reindex(known),
        }
    ).astype("Int64")
    return (
        table if codes is None else table.reindex(pd.Index(list(codes), name="code", dtype="str"))
    )


def _one_per_area(running: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One row per area and `keys`: the one with the latest evidence (bodies may overlap)."""
    ordered = running.sort_values("last_evidence", ascending=False, kind="stable")
    return ordered.drop_duplicates([*keys, "area"])


def pair_services(state: pd.DataFrame) -> pd.DataFrame:
    """Service areas that each pair of municipalities shares in the same body.

    Returns code_a < code_b, services, stale (counts) and areas (keys joined by "; "); pairs that
    share nothing have no row.
    """
    rows = []
    for (_, area), body in running_services(state).groupby(["arrangement", "area"], sort=False):
        stale = bool(body["stale"].all())
        rows += [(*pair, area, stale) for pair in combinations(sorted(body["code"]), 2)]
    pairs = pd.DataFrame(rows, columns=["code_a", "code_b", "area", "stale"])
    pairs = pairs.astype({"stale": "bool"}).sort_values(["code_a", "code_b", "area", "stale"])
    unique = pairs.drop_duplicates(["code_a", "code_b", "area"])
    return unique.groupby(["code_a", "code_b"], as_index=False).agg(
        services=("area", "size"), stale=("stale", "sum"), areas=("area", "; ".join)
    )


def group_services(state: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """Running services in which at least two of `members` take part together.

    Returns one row per arrangement and area: arrangement, name, area, legal_form, host, inside
    and outside (codes joined by "; "), complete (all of `members` take part), last_evidence,
    stale, trust.
    """
    rows = []
    wanted = set(members)
    for (key, area), body in running_services(state).groupby(["arrangement", "area"], sort=False):
        inside = sorted(set(body["code"]) & wanted)
        if len(inside) < 2:
            continue
        head = body.iloc[0]
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
                "last_evidence": head["last_evidence"],
                "stale": head["stale"],
                "trust": _weakest(body["trust"]),
            }
        )
    columns = ["arrangement", "name", "area", "legal_form", "host", "inside", "outside"]
    columns += ["complete", "last_evidence", "stale", "trust"]
    types = {"complete": "bool", "stale": "bool", "last_evidence": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype(types)


def circles(state: pd.DataFrame) -> pd.DataFrame:
    """The different circles of partners in which each municipality shares running services.

    Returns code, circle (codes of all its members joined by "; "), size, services and areas (keys
    joined by "; "), the circle with most services first for each municipality.
    """
    running = running_services(state)
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
    label="Kretsar av samarbetspartner",
    unit="kretsar",
    direction="neither",
    kind="derived",
    formula="antal olika uppsättningar kommuner som kommunen delar tjänster med",
    sources=("services",),
)
def fragmentation(state: pd.DataFrame) -> pd.Series:
    """Number of different circles of partners by code (Int64), see `circles`.

    >>> from analysis.loaders.services import load_inventory
    >>> state = state_on(load_inventory(), "2019-12-31")
    >>> int(fragmentation(state)["1885"]) >= 2
    True
    """
    counts = circles(state).groupby("code").size().astype("Int64")
    known = pd.Index(sorted(set(state["code"])), name="code", dtype="str")
    return counts.reindex(known, fill_value=0).rename("fragmentation")


def population_base(state: pd.DataFrame, population: pd.Series) -> pd.DataFrame:
    """Inhabitants behind each running service: the sum over its members.

    `population` is persons by code. Returns arrangement, name, area, legal_form, host, members
    (count), population (Int64; <NA> when that of a member is unknown), last_evidence, stale.
    """
    running = running_services(state)
    running = running.assign(persons=running["code"].map(population).astype("Int64"))
    keys = ["arrangement", "area"]
    groups = running.groupby(keys, sort=False)
    heads = groups[["name", "legal_form", "host", "last_evidence", "stale"]].first()
    heads["members"] = groups.size()
    known = groups["persons"].count() == groups.size()
    heads["population"] = groups["persons"].sum().where(known, pd.NA)
    columns = ["arrangement", "name", "area", "legal_form", "host", "members", "population"]
    return heads.reset_index()[[*columns, "last_evidence", "stale"]]


def gaps(state: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """Services that other municipalities share, by the inventory, and none of `members` does.

    A gap is a gap in the inventory ("ingen uppgift"), no proof that nothing is shared. Returns
    area, arrangement, name, legal_form, codes (joined by "; "), last_evidence, stale, trust,
    sources: one row per body that runs such a service without any of `members`.
    """
    running = running_services(state)
    own = set(running.loc[running["code"].isin(list(members)), "area"])
    elsewhere = running[~running["area"].isin(own)]
    keys = ["area", "arrangement"]
    table = elsewhere.groupby(keys, as_index=False, sort=False).agg(
        name=("name", "first"),
        legal_form=("legal_form", "first"),
        codes=("code", lambda codes: "; ".join(sorted(codes))),
        last_evidence=("last_evidence", "first"),
        stale=("stale", "first"),
        trust=("trust", _weakest),
        sources=("sources", "first"),
    )
    return table.sort_values(keys, kind="stable").reset_index(drop=True)


def host_distances(state: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Straight line from the centre of each member to that of the host, in km.

    `points` has code, easting and northing (metres, SWEREF 99 TM). Returns arrangement, area,
    code, host, distance_km for running services with a host; NaN without a point.
    """
    running = running_services(state)
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
    sums = pd.DataFrame({
        "code": localities["code"],
        "weight": weights,
        "easting": localities["easting"] * weights,
        "northing": localities["northing"] * weights,
    }).groupby("code").sum(skipna=False)
    sums = sums[sums["weight"] > 0]
    centres = sums[["easting", "northing"]].div(sums["weight"], axis=0)
    return centres.reset_index()


def commuting_fit(state: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Commuting and shared services side by side, for each pair of municipalities in `flows`.

    `flows` has home, work, persons and optionally kind; both directions are added, the diagonal
    is left out, and a pair with any modelled flow is modelled. Returns code_a < code_b, persons
    (missing when a direction is unknown or has no row), kind, services, and for both the rank
    from 0 (least) to 1 (most) among the known pairs, ties at their mean, and `fit` =
    services_rank - persons_rank: near -1 the pair commutes much and shares little, near 1 the
    reverse. Sorted by fit.
    """
    between = flows[flows["home"] != flows["work"]]
    ends = between[["home", "work"]]
    kind = between.get("kind", "observed")
    pairs = between.assign(code_a=ends.min(axis=1), code_b=ends.max(axis=1), kind=kind)
    keys = ["code_a", "code_b"]
    groups = pairs.groupby(keys)
    table = groups.agg(
        kind=("kind", lambda kinds: "modelled" if (kinds == "modelled").any() else kinds.iloc[0]),
    )
    both = groups["persons"].sum(skipna=False).where(groups.size() == 2)
    table.insert(0, "persons", both)
    table = table.reset_index()
    shared = pair_services(state)[[*keys, "services"]]
    table = table.merge(shared, on=keys, how="left")
    table["services"] = table["services"].fillna(0).astype("int64")
    for column in ("persons", "services"):
        table[f"{column}_rank"] = _rank(table[column])
    table["fit"] = table["services_rank"] - table["persons_rank"]
    return table.sort_values(["fit", *keys], kind="stable").reset_index(drop=True)


def _rank(values: pd.Series) -> pd.Series:
    """Rank from 0 to 1 among the known, ties at their mean; 0.5 for a single value."""
    known = values.count()
    return (values.rank() - 1) / (known - 1) if known > 1 else values.where(values.isna(), 0.5)
