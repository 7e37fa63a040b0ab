"""Who pays what, and what own figures say of cost: shares by key, gaps, bounds, payback.

Terms
-----
key: what a cost is shared by; each has its year and its source. Keys of own figures are stated.
per 100: where no cost is known, what each member pays of 100 kronor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from analysis.investigation.doubts import one_person
from analysis.investigation.forms import ITEMS
from analysis.loaders.population import load_ages, load_indicator, load_staff
from analysis.metrics import allocation, capacity, need, stated_costs
from analysis.views.investigation.dossier import View

PER = 100.0
STATED_KEYS = ("volume", "cost")


@dataclass(frozen=True)
class Key:
    """One key: its Swedish label, year of its figures (None: no figures), source and kind."""

    id: str
    label: str
    year: int | None
    sources: tuple[str, ...]
    kind: str = "derived"


@dataclass(frozen=True)
class Allocation:
    """Shares of the members of one service by each key, and kronor where a cost is known.

    `cost` is the common cost to share, kronor a year (None: not known); `today` what each member
    pays today (stated). Without a service it has the published keys alone, for the `members` of
    the alternatives `numbers`.
    """

    service: str
    members: tuple[str, ...]
    numbers: tuple[int, ...]
    keys: tuple[Key, ...]
    shares: pd.DataFrame
    cost: float | None
    today: pd.Series
    population: pd.Series
    years: int

    @cached_property
    def paid(self) -> pd.DataFrame:
        """Kronor of each member by each key; of 100 when no cost is known."""
        return allocation.amounts(self.shares, PER if self.cost is None else self.cost)

    @cached_property
    def per_head(self) -> pd.DataFrame:
        """Kronor per inhabitant; only with a cost."""
        return allocation.cost_per_head(self.paid, self.population)

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """More or less than today by each key, kronor; only with a cost."""
        return allocation.cost_gap(self.paid, self.today)

    @cached_property
    def spread(self) -> pd.DataFrame:
        """Who gains and who loses most by each key."""
        return allocation.spread_of_gaps(self.gaps)

    def transition(self, key: str) -> pd.DataFrame:
        """Kronor of each member year by year on the way to a key."""
        return allocation.transition(self.today, self.paid[key], years=self.years)

    def share(self, code: str, key: str) -> float:
        """A member's share by a key; NaN when unknown."""
        return float(self.shares[key][code])

    def label(self, key: str) -> str:
        """Swedish label of a key."""
        return next(entry.label for entry in self.keys if entry.id == key)


def allocations(view: View) -> list[Allocation]:
    """The allocation of each service among the investigation's members."""
    return [_allocation(view, service, view.members) for service in view.question.services]


def other_circles(view: View) -> list[Allocation]:
    """The shares by published keys of alternatives that others than the members do together."""
    circles: dict[frozenset[str], list[int]] = {}
    for course in view.courses:
        circle = frozenset(course.change.circles[0]) if course.change.circles else frozenset()
        number = course.alternative.number
        known = circles.setdefault(circle, [])
        together = course.alternative.way in ("share", "merge") and circle != set(view.members)
        known += [number] if together and number not in known else []
    return [
        _allocation(view, "", sorted(circle), tuple(numbers))
        for circle, numbers in circles.items()
        if numbers
    ]


def _allocation(
    view: View, service: str, codes: Sequence[str], numbers: tuple[int, ...] = ()
) -> Allocation:
    members = pd.Index(codes)
    published, keys = _published(view)
    stated = {item: values(view, service, item) for item in STATED_KEYS}
    bases = dict(published)
    for item, known in stated.items():
        if len(known) and _rows(view, service, item)["unit"].nunique() == 1:
            bases[item] = known
            keys.append(
                Key(
                    item,
                    {"volume": "Volym", "cost": "Dagens kostnad"}[item],
                    _one_year(view, service, item),
                    ("own_figures",),
                    "stated",
                )
            )
    keys += [
        Key("equal", "Lika delar", None, ()),
        Key("fixed20", "20 % lika, 80 % invånare", view.population_year, ("population",)),
        Key("fixed50", "50 % lika, 50 % invånare", view.population_year, ("population",)),
    ]
    shares = allocation.key_shares(bases, members)[[key.id for key in keys]]
    today = stated["cost"].reindex(members).astype("float64")
    cost = float(today.sum()) if today.notna().all() else None
    return Allocation(
        service,
        tuple(codes),
        numbers,
        tuple(keys),
        shares,
        cost,
        today,
        view.population.reindex(members).astype("float64"),
        view.question.transition_years,
    )


def _published(view: View) -> tuple[dict[str, pd.Series], list[Key]]:
    """The published bases by code: inhabitants, staff, tax base, those 65 and over."""
    staff = capacity.latest(load_staff().set_index(["code", "year"])["staff"])
    income = capacity.latest(
        load_indicator("taxable_income_real").set_index(["code", "year"])["value"]
    )
    ages = load_ages()
    age_year = int(ages["year"].max())
    old = need.people_aged(ages[ages["year"] == age_year], 65)
    bases = {
        "inhabitants": view.population,
        "staff": staff,
        "tax_base": income * view.population,
        "age65": old,
    }
    keys = [
        Key("inhabitants", "Invånare", view.population_year, ("population",)),
        Key("staff", "Kommunens anställda", int(staff.attrs["year"]), ("staff",)),
        Key(
            "tax_base",
            "Skatteunderlag",
            int(income.attrs["year"]),
            ("taxable_income_real", "population"),
        ),
        Key("age65", "Invånare 65 år eller äldre", age_year, ("population_age",)),
    ]
    return bases, keys


def _one_year(view: View, service: str, item: str) -> int | None:
    years = _rows(view, service, item)["year"]
    return int(years.iloc[0]) if years.nunique() == 1 else None


def _rows(view: View, service: str, item: str) -> pd.DataFrame:
    table = shown(view)
    return table[(table["service"] == service) & (table["item"] == item)]


# --- own figures ---------------------------------------------------------------------------------


def shown(view: View) -> pd.DataFrame:
    """The stated figures of the members, without cost and posts of a function of one person.

    Columns of the forms, and `label` of the item.
    """
    table = view.dossier.own.stated
    alone = one_person(table)
    hidden = [
        (code, service) in alone and item != "volume"
        for code, service, item in zip(table["code"], table["service"], table["item"], strict=True)
    ]
    kept = table[~pd.Series(hidden, index=table.index, dtype="bool")]
    return kept.assign(label=kept["item"].map(ITEMS))


def values(view: View, service: str, item: str) -> pd.Series:
    """One stated figure by municipality code, of those that are shown."""
    return _rows(view, service, item).set_index("code")["base"]


def hidden(view: View, service: str, item: str) -> list[str]:
    """Members that have stated a figure which is not shown: a single person does the service.

    A sum or a share that they are part of is not shown either: it would give the figure away.
    """
    given = set(view.dossier.own.values(service, item).index)
    seen = set(values(view, service, item).index)
    return [code for code in view.members if code in given - seen]


def unit_costs(view: View, service: str) -> pd.DataFrame:
    """Stated cost for each unit of volume: code, cost, volume, unit, low, base, high (kronor).

    Low is the lowest cost over the highest volume. Only members that state both, in one unit and
    for the same year; not a function of one person.
    """
    table = shown(view)
    own = table[table["service"] == service]
    keys = ["code", "year"]
    both = own[own["item"] == "cost"].merge(
        own[own["item"] == "volume"], on=keys, suffixes=("_cost", "_volume")
    )
    unit = {
        bound: stated_costs.unit_cost(both[f"{bound}_cost"], both[f"{other}_volume"])
        for bound, other in (("low", "high"), ("base", "base"), ("high", "low"))
    }
    return pd.DataFrame(
        {"code": both["code"], "unit": both["unit_volume"], "year": both["year"], **unit}
    )


def total(
    view: View, service: str, item: str, codes: Sequence[str] = ()
) -> Mapping[str, float] | None:
    """Low, base and high of a stated figure of `codes` (else the members) together.

    None when one of them has not stated it, or it is not shown.
    """
    return stated_costs.total(_rows(view, service, item), codes or view.members)


def today_total(view: View, codes: Sequence[str] = ()) -> Mapping[str, float] | None:
    """The stated cost of all services together of `codes` (else the members), bounds; or None."""
    parts = [total(view, service, "cost", codes) for service in view.question.services]
    if any(part is None for part in parts):
        return None
    return {
        bound: sum(part[bound] for part in parts if part is not None)
        for bound in stated_costs.BOUNDS
    }


def paybacks(view: View) -> pd.DataFrame:
    """For each alternative with assumed amounts: one-off and yearly bounds, payback in years.

    Columns: number, one_off_* and yearly_* (low, base, high; kronor, NaN when not given), best,
    base, worst (years; infinite where nothing is saved, NaN where today's cost is unknown).
    """
    rows = []
    for other in view.question.alternatives:
        if other.one_off is None and other.yearly is None:
            continue
        row: dict[str, float] = {"number": other.number}
        for label, amounts in (("one_off", other.one_off), ("yearly", other.yearly)):
            for bound in stated_costs.BOUNDS:
                row[f"{label}_{bound}"] = getattr(amounts, bound) if amounts else float("nan")
        today = today_total(view, other.members)
        if other.one_off and other.yearly and today:
            row |= stated_costs.payback_bounds(
                other.one_off.as_tuple(), other.yearly.as_tuple(), dict(today)
            )
        rows.append(row)
    columns = [
        "number",
        *(f"{label}_{bound}" for label in ("one_off", "yearly") for bound in stated_costs.BOUNDS),
        "best",
        "base",
        "worst",
    ]
    return pd.DataFrame(rows, columns=columns).astype({"number": "int64"})


def contracts(view: View) -> pd.DataFrame:
    """Systems and contracts, the first to end first; those without an end last."""
    table = view.dossier.own.contracts
    return (
        table.assign(order=table["ends"].replace("", "9999"))
        .sort_values(["order", "service", "code"], kind="stable")
        .drop(columns="order")
        .reset_index(drop=True)
    )
