"""The form of one municipality: what we believe that it shares, does alone, and do not know.

Terms
-----
line: what a person answers: a task of a body (`vmkf:loner`), or a service (`loner`) that the
    municipality does alone or of which nothing is known. Its id stands in the first column, so
    that the answer finds its place again.
part: one table of the form, the same in Word and in Excel; its last columns are to be filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from analysis import hints, regions
from analysis.arrangements import Inventory, State
from analysis.errors import InputError, raise_faults
from analysis.inventory_desk.upkeep import last_source
from analysis.regions import Region
from analysis.text import services as text
from analysis.text import swedish
from analysis.views.services import Sharing, rows_of, sharing

ID, TRUE, SINCE, UNTIL, SOURCE = "Rad", "Stämmer", "Sedan", "Till", "Källa"
ALONE, BODY, PARTNERS, FORM = "Egen regi", "Organ", "Med vilka", "Form"
CODE, DAY, FUNCTION = "Kommunkod", "Svarets datum", "Funktion som svarar"
SHEET_ABOUT = "Svar"
_MOST_NAMED = 6  # municipalities that a line names; a county would fill the page
_NOT_SHARED = (State.ENDED.value, State.PLANNED.value)


@dataclass(frozen=True)
class Part:
    """A table of the form: `told` are the columns that we fill in, `asked` those of the answer."""

    title: str
    told: tuple[str, ...]
    asked: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All headings in their order."""
        return (*self.told, *self.asked)


SHARED = Part(
    "Delar",
    (ID, "Tjänst", BODY, "Tillsammans med", "Vi tror sedan", "Läge"),
    (TRUE, SINCE, UNTIL, SOURCE),
)
OWN = Part("Egen regi", (ID, "Tjänst", "Läge"), (TRUE, SINCE, UNTIL, SOURCE))
MISSING = Part("Saknas", (ID, "Tjänst", "Läge"), (ALONE, BODY, PARTNERS, FORM, SINCE, SOURCE))
PARTS = (SHARED, OWN, MISSING)

EXPLANATION = (
    "Det här tror vi att kommunen delar med andra, efter offentliga källor. Skriv ja eller nej "
    "under Stämmer. Sedan och Till: 2026-03-31, 2026-03 eller 2026. Källa: ett beslut eller en "
    "sida, med datum. Lämna tomt det ni inte vet. Skriv inga namn på personer."
)


@dataclass(frozen=True)
class Form:
    """The form of one municipality, with what was known on `day`."""

    code: str
    name: str
    day: str
    parts: tuple[Part, ...]

    @property
    def title(self) -> str:
        """Heading of the form."""
        return f"Kommunal samverkan: {self.name} ({self.code})"

    @property
    def file_stem(self) -> str:
        """Name of the file without its ending."""
        return f"samverkan-{self.code}"


def forms_of(codes: Iterable[str], inventory: Inventory, *, as_of: str = "") -> list[Form]:
    """The forms of some municipalities; raises InputError with each code that is none.

    >>> from analysis.loaders.services import load_inventory
    >>> form = forms_of(["1984"], load_inventory())[0]
    >>> form.name, [part.title for part in form.parts]
    ('Arboga', ['Delar', 'Egen regi', 'Saknas'])
    """
    known = {code: entry.name for code, entry in regions.municipalities().items()}
    wanted = list(dict.fromkeys(codes))
    raise_faults(
        InputError,
        [
            f"{code!r} is no municipality code; {hints.did_you_mean(code, known)}"
            "write four digits such as 0381"
            for code in wanted
            if code not in known
        ],
    )
    return [_form(code, known[code], inventory, as_of) for code in wanted]


def _form(code: str, name: str, inventory: Inventory, as_of: str) -> Form:
    view = sharing(Region(code, name, (code,)), inventory, as_of)
    shared = tuple(_shared_rows(view))
    alone = tuple((row.area, view.area_names[row.area], row.words) for row in rows_of(view.alone))
    told = {row[1] for row in (*shared, *alone)}
    missing = tuple(
        (key, area, _plan(view, key))
        for key, area in view.area_names.items()
        if area not in told and view.concerns(key)
    )
    rows = (shared, alone, missing)
    return Form(
        code,
        name,
        view.day.isoformat(),
        tuple(
            Part(part.title, part.told, part.asked, found)
            for part, found in zip(PARTS, rows, strict=True)
        ),
    )


def _shared_rows(view: Sharing) -> Iterator[tuple[str, ...]]:
    """What is known to run or to have run, in the order of the services; no plans, no ends."""
    order = list(view.area_names)
    rows = [
        row for row in rows_of(view.own) if row.state not in _NOT_SHARED and row.kind == "service"
    ]
    for row in sorted(rows, key=lambda row: order.index(row.area)):
        yield (
            f"{row.arrangement}:{row.area}",
            view.area_names[row.area],
            f"{row.name}, {view.form_names[row.legal_form]}",
            _listed(_partners(view, row)),
            _since(view, row),
            f"{row.words}; {_read_at(view, row)}",
        )


def _since(view: Sharing, row: Any) -> str:
    """When the municipality joined, where that is known; else when the body took up the task."""
    members = view.inventory.memberships
    own = members[
        (members["arrangement"] == row.arrangement)
        & (members["code"] == row.code)
        & members["area"].isin([row.area, ""])
    ]
    joined = sorted(filter(None, own["from"]))
    return text.date_text(joined[0]) if joined else text.since(view, row.arrangement, row.area)


def _listed(names: list[str]) -> str:
    """The names, or the first ones and how many there are more."""
    if len(names) <= _MOST_NAMED:
        return swedish.listed(names)
    return f"{', '.join(names[: _MOST_NAMED - 1])} och {len(names) - _MOST_NAMED + 1} till"


def _plan(view: Sharing, area: str) -> str:
    """What was intended or asked for, where nothing else is known of a service."""
    plans = [
        row for row in rows_of(view.own) if row.area == area and row.state == State.PLANNED.value
    ]
    return "; ".join(f"{row.words} ({row.name})" for row in plans)


def _partners(view: Sharing, row: Any) -> list[str]:
    state = view.state
    same = state[
        (state["arrangement"] == row.arrangement)
        & (state["area"] == row.area)
        & (state["state"] == row.state)
        & (state["code"] != row.code)
    ]
    return text.alphabetical(same["code"])


def _read_at(view: Sharing, row: Any) -> str:
    source = view.sources[last_source(view, row)]
    return f"{source.publisher}{f' {source.date[:4]}' if source.date else ''}"
