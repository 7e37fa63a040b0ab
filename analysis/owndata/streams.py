"""Own flows between municipalities: moves, pupils, patients, from a file, with their own words.

Terms
-----
own flows: figures by home, work (from and to) and year that are not commuting; they are drawn as
    the commuters are, but say what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.citable import Source
from analysis.errors import InputError
from analysis.flows import Flows, Words
from analysis.owndata import reading
from analysis.owndata.reading import Asked
from analysis.regions import slug


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
) -> Flows:
    """Own flows of one year from a file (Excel, CSV) or frame, for `figures.flows.plot_flows`.

    `home` and `work` are the headings of from and to; `noun` is what they are called, in the
    definite form ("flyttningen"), `what` who is counted ("Flyttningar mellan kommuner"). The rest
    is as in `own`. Raises InputError with every fault, and for several years (`where` chooses one).

    >>> moves = pd.DataFrame({"Från": ["Köping"], "Till": ["Arboga"], "Antal": [41]})
    >>> own_flows(moves, home="Från", work="Till", value="Antal", noun="flyttningen",
    ...           what="Flyttningar mellan kommuner", source=Source("SCB", "Flyttar", "2024"))
    <Flows 2024, observed: 1 pairs, personer; SCB, Flyttar (2024)>

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
    when = year if isinstance(year, int) else int(source.date[:4]) if source.date else None
    asked = Asked((home, work), value, year, dict(where or {}), tuple(skip))
    table = reading.table_of(reading.grids(given), asked)
    values, _ = reading.values_of(table, asked, year=when)
    years = sorted(values.index.unique("year"))
    if len(years) > 1:
        raise InputError(
            f"{table.grid.place}: has flows of {len(years)} years ({years[0]} to {years[-1]}); "
            "choose one with where={'column': 'year'}"
        )
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
    return Flows(int(years[0]), "observed", cells, _no_margins(), (source,), words=words)


def _no_margins() -> pd.DataFrame:
    """No margins are known: the columns, without rows."""
    columns = ["code", "year", "in_commuters", "out_commuters", "live_and_work"]
    return pd.DataFrame(columns=columns)
