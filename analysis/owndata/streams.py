"""Own flows between municipalities: moves, pupils, patients, from a file, with their own words.

Terms
-----
own flows: figures by home, work (from and to) and year that are not commuting; they are drawn as
    the commuters are, but say what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.citable import Source
from analysis.errors import InputError, raise_faults
from analysis.flows import Flows, Words
from analysis.owndata import reading
from analysis.owndata.reading import Asked, Intake
from analysis.regions import names_of, slug


@dataclass(frozen=True, repr=False)
class OwnFlows(Flows):
    """Own flows; `intake` tells what was read and what was left out."""

    intake: Intake = field(default_factory=lambda: Intake("", 0, 0, ()))

    def __repr__(self) -> str:
        """What they are, how much was read, and what was left out."""
        return f"{super().__repr__()}\n{self.intake}"


def own_flows(
    given: Path | str | pd.DataFrame,
    *,
    home: str,
    work: str,
    value: str,
    source: Source,
    noun: str,
    what: str,
    unit: str = "personer",
    year: str | int | None = None,
    where: Mapping[str, str] | None = None,
    skip: Sequence[str] = (),
) -> OwnFlows:
    """Own flows of one year from a file (Excel, CSV) or frame, for `figures.flows.plot_flows`.

    `home` and `work` are the headings of from and to; `noun` is what they are called, in the
    definite form ("flyttningen"), `what` who is counted ("Flyttningar mellan kommuner"). The rest
    is as in `own`. Raises InputError with every fault, and for several years (`where` chooses one).

    >>> moves = pd.DataFrame({"Från": ["Köping"], "Till": ["Arboga"], "Antal": [41]})
    >>> own_flows(moves, home="Från", work="Till", value="Antal", noun="flyttningen",
    ...           what="Flyttningar mellan kommuner", source=Source("SCB", "Flyttar", "2024"))
    <Flows 2024, observed: 1 pairs, personer; SCB, Flyttar (2024)>
    the frame: 1 rows read, 0 values missing

    >>> from analysis import regions
    >>> from analysis.figures.flows import plot_flows
    >>> from analysis.loaders.boundaries import load_boundaries
    >>> from analysis.loaders.population import load_localities
    >>> rows = [("Köping", "Arboga", 41), ("Arboga", "Köping", 38), ("Köping", "Västerås", 97)]
    >>> found = own_flows(pd.DataFrame(rows, columns=["Från", "Till", "Antal"]), home="Från",
    ...                   work="Till", value="Antal", noun="flyttningen", unit="flyttningar",
    ...                   what="Flyttningar", source=Source("Exempelverket", "Flyttar", "2024"))
    >>> axes = plot_flows(regions.get("kak"), found, boundaries=load_boundaries(),
    ...                   localities=load_localities())
    """
    asked = Asked((home, work), value, year, dict(where or {}), tuple(skip))
    values, intake = reading.read(given, asked, source=source, unit=unit)
    years = sorted(values.index.unique("year"))
    raise_faults(InputError, _faults(values, intake.place, years))
    cells = values.rename("persons").reset_index().assign(sex="total", kind="observed")
    cells = cells[["year", "home", "work", "sex", "persons", "kind"]]
    words = Words(
        noun=noun,
        streams="strömmar",
        the_streams="strömmarna",
        what=what,
        home=home,
        work=work,
        unit=unit,
        key=f"egen-{slug(what)}",
    )
    return OwnFlows(
        int(years[0]), "observed", cells, _no_margins(), (source,), words=words, intake=intake
    )


def _faults(values: pd.Series, place: str, years: Sequence[int]) -> list[str]:
    """What no map of flows can show: several years, and flows below zero."""
    faults = []
    if len(years) > 1:
        faults.append(
            f"{place}: has flows of {len(years)} years ({years[0]} to {years[-1]}); choose one with "
            "where={'column': 'year'}"
        )
    for home, work, year in values.index[values < 0][: reading.MOST]:
        pair = " to ".join(names_of([home, work]))
        faults.append(
            f"{place}: {pair} {year} is below zero; give each direction by itself, no net"
        )
    return faults


def _no_margins() -> pd.DataFrame:
    """No margins are known: the columns, without rows."""
    columns = ["code", "year", "in_commuters", "out_commuters", "live_and_work"]
    return pd.DataFrame(columns=columns)
