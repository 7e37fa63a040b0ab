"""Who commutes where, for one year: observed where the full matrix is there, else modelled.

Terms
-----
flows: a table `year, home, work, sex, persons, kind` over all municipalities, diagonal included;
observed ones have the source's `status` of each cell besides, which tells why one is unknown.
observed: the full matrix has been fetched (`samverkan data update commuting_matrix`).
modelled: the spatial interaction model of `metrics.flow_model`, used until then.
evidence: cells observed in any year and for either sex; they shape the model's starting values.

This is the only place that chooses between the two, and it chooses once per process and year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis import catalog, datasets, lazy, reads, shelf
from analysis.citable import Citable
from analysis.errors import InputError, raise_faults
from analysis.hints import whole_year
from analysis.loaders import boundaries, commuting, population, tables
from analysis.metrics import flow_evidence, flow_model, labour_markets
from analysis.metrics.commuting import margins_from_flows, night_population
from analysis.metrics.labour_markets import SCB, Thresholds

MATRIX = "commuting_matrix"
_INFORMED = ["home", "work", "year", "sex"]
_DISTANCE_SOURCES = ("localities", "boundaries", "population")
_MODEL_SOURCES = (
    "commuting_margins",
    "commuting_county_flows",
    "commuting_flows",
    *_DISTANCE_SOURCES,
)


@dataclass(frozen=True)
class Words:
    """How figures speak of flows, in Swedish: those of commuters, or of own ones.

    `noun` is definite ("flyttningen"), `streams` its plural forms, `what` says who is counted.
    """

    noun: str = "pendlingen"
    streams: str = "pendlingsströmmar"
    the_streams: str = "pendlingsströmmarna"
    what: str = "Personer som bor i en kommun och arbetar i en annan"
    home: str = "Bor i"
    work: str = "Arbetar i"
    unit: str = "personer"
    key: str = "pendling-floden"


COMMUTING = Words()


@dataclass(frozen=True, repr=False)
class Flows:
    """The flows of one year with what a reader must know about them.

    `table` has rows `year, home, work, sex, persons, kind` (sex is "total"), `margins` the rows of
    the same year and series with `code`. `kind` is observed or modelled, `sources` dataset keys.
    `informed` names the modelled cells that observation has informed: `home, work`, and the
    `year` and `sex` in which they were observed.
    """

    year: int
    kind: Literal["observed", "modelled"]
    table: pd.DataFrame
    margins: pd.DataFrame
    sources: tuple[Citable, ...]
    informed: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=_INFORMED))
    words: Words = COMMUTING

    def __repr__(self) -> str:
        """Of which year and kind they are, how many, and from where."""
        pairs = f"{len(self.table)} pairs, {self.words.unit}"
        return f"<Flows {self.year}, {self.kind}: {pairs}; {', '.join(map(str, self.sources))}>"

    @property
    def modelled(self) -> bool:
        """True when the cells between municipalities come from the model."""
        return self.kind == "modelled"

    @property
    def derived_kind(self) -> Literal["derived", "modelled"]:
        """The kind of a figure that is computed from the cells."""
        return "modelled" if self.modelled else "derived"

    @property
    def by_code(self) -> pd.DataFrame:
        """The margins of the year, indexed by code."""
        return self.margins.set_index("code")


def years() -> list[int]:
    """Years that have flows: those of the margins, and those of the matrix where it was fetched.

    >>> years()[0], years()[-1]
    (2004, 2021)
    """
    return sorted(int(year) for year in commuting.load_margins()["year"].unique())


def flows_of(year: int) -> pd.DataFrame:
    """Flows of one year: `year, home, work, sex, persons, kind`; see `commuting_of`.

    >>> list(flows_of(2021).columns)
    ['year', 'home', 'work', 'sex', 'persons', 'kind']
    >>> len(flows_of(2021)) >= 290 * 290
    True
    """
    return commuting_of(year).table


def commuting_of(year: int | None = None) -> Flows:
    """Flows and margins of one year (the latest without `year`), computed once per process.

    The observed matrix is used when it has the year in the series of the margins. Raises
    InputError for a year without margins.

    >>> now = commuting_of(2021)
    >>> now.year, now.kind
    (2021, 'modelled')
    >>> commuting_of(1990)
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: no commuting flows for 1990; valid are 2004 to 2021
    """
    known = years()
    chosen = known[-1] if year is None else whole_year(year)
    if chosen not in known:
        raise InputError(f"no commuting flows for {chosen}; valid are {known[0]} to {known[-1]}")
    return _commuting_of(chosen, _editions(MATRIX, *_MODEL_SOURCES))


def commuting_on(day: date) -> Flows | None:
    """The flows of the latest year that does not lie after `day`; None before the first.

    >>> commuting_on(date(2013, 1, 1)).year, commuting_on(date(2001, 1, 1)) is None
    (2012, True)
    """
    last = catalog.dataset("commuting_margins").last_year(day)
    known = [year for year in years() if year <= last]
    return commuting_of(known[-1]) if known else None


def _editions(*keys: str) -> tuple[str, ...]:
    """What stands for the data in use in the keys of caches: another edition, another result."""
    return tuple(tables.edition(key) for key in keys)


@cache
def _commuting_of(year: int, editions: tuple[str, ...]) -> Flows:
    margins = commuting.load_margins()
    now = margins[margins["year"] == year]
    if tables.is_available(MATRIX):
        cells = _observed(year, str(now["series"].iloc[0]))
        if len(cells):
            return Flows(year, "observed", cells, now, (MATRIX, "commuting_margins"))
    observed = flow_evidence.between(commuting.load_observed_flows(), distances().index)
    informed = observed[_INFORMED].reset_index(drop=True)
    return Flows(year, "modelled", modelled_cells(year), now, _MODEL_SOURCES, informed)


@reads.door
def modelled_cells(year: int) -> pd.DataFrame:
    """The flows of one year by the model, as `Flows.table` has them.

    A door, because kernels are forked from a process that has computed the latest ones already.

    >>> set(modelled_cells(2021)["kind"]) == {"modelled", "observed"}
    True
    """
    return _once((year, *_editions(*_MODEL_SOURCES)), lambda: _modelled(year))


def _modelled(year: int) -> pd.DataFrame:
    apart = distances()
    return flow_model.model_flows(
        commuting.load_margins(),
        apart,
        year=year,
        county_flows=commuting.load_county_flows(),
        samples=flow_evidence.samples_of(commuting.load_observed_flows(), apart),
    )


def _observed(year: int, series: str) -> pd.DataFrame:
    """The cells of the matrix in the series of the margins; BAS has one name in each table."""
    cells = tables.load(MATRIX, years=[year])
    wanted = "bas-2020" if series.startswith("bas") else series
    cells = cells[(cells["series"] == wanted) & (cells["sex"] == "total")]
    return (
        cells[["year", "home", "work", "sex", "persons", "status"]]
        .assign(persons=cells["persons"].astype("Float64").astype("float64"), kind="observed")
        .reset_index(drop=True)
    )


def bas_margins() -> pd.DataFrame:
    """Margins of the BAS years that the margins' table lacks, from the matrix where it is fetched.

    Indexed by (code, year), with `series`; empty without the matrix. A municipality with a
    suppressed cell has unknown sums: they are not in the matrix.

    >>> list(bas_margins().columns)
    ['in_commuters', 'out_commuters', 'live_and_work', 'series']
    """
    columns = ["in_commuters", "out_commuters", "live_and_work", "series"]
    none = pd.DataFrame(
        columns=columns, index=pd.MultiIndex.from_arrays([[], []], names=["code", "year"])
    )
    if tables.record(MATRIX) is None:
        return none
    margins = commuting.load_margins()
    known = set(margins.loc[margins["series"].str.startswith("bas"), "year"])
    cells = tables.load(MATRIX)
    cells = cells[
        cells["series"].str.startswith("bas")
        & (cells["sex"] == "total")
        & ~cells["year"].isin(known)
    ]
    return none if cells.empty else margins_from_flows(cells).assign(series="bas-2020")[columns]


@reads.door
def distances() -> pd.DataFrame:
    """Kilometres between the people of any two municipalities, codes as rows and columns.

    A door, because kernels are forked from a process that has computed them already.

    >>> round(float(distances().at["1780", "1761"]))
    12
    """
    return _once(("distances", *_editions(*_DISTANCE_SOURCES)), _distances)


Key = tuple[int | str, ...]  # what is computed, and the editions of what it is made from
_known: dict[Key, pd.DataFrame] = {}


def _once(key: Key, compute: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """What `compute` gives, made once a process; in a build once for all, where there is a shelf."""
    if key not in _known:
        kept = shelf.key("flows", key)
        found = shelf.get(kept)
        if found is None:
            _known[key] = compute()
            shelf.put(kept, _known[key].to_parquet())
        else:
            _known[key] = pd.read_parquet(BytesIO(found))
    return _known[key]


def known() -> dict[Key, pd.DataFrame]:
    """The distances and the flows of the latest year, computed and ready for `keep`.

    >>> [len(table) > 0 for table in known().values()][:2]
    [True, True]
    """
    distances()
    commuting_of()
    return dict(_known)


def keep(found: Mapping[Key, pd.DataFrame]) -> None:
    """Let this process use what another one has computed from the data in use now.

    >>> keep(known())
    """
    _known.update(found)


def _distances() -> pd.DataFrame:
    people = population.load_population()
    places = population.load_localities()
    same_year = people["year"] == places["year"].max()
    counts = people[same_year].set_index("code")["population"]
    return flow_model.route_distances(
        places, boundaries.load_boundaries().reset_index(), population=counts.astype("float64")
    )


# --- labour markets ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Markets:
    """Local labour markets as delineated from flows, beside the official ones.

    `found` is indexed by code, see `labour_markets.local_labour_markets`; `official` gives the
    code of the official market, `names` the name of each, both by municipality code.
    """

    found: pd.DataFrame
    official: pd.Series
    names: pd.Series
    agreement: dict[str, float]
    thresholds: Thresholds = SCB


def markets_of(flows: Flows, *, thresholds: Thresholds = SCB) -> Markets:
    """Labour markets from the flows of one year, compared with the official ones of 2022.

    `thresholds` are SCB's, or others to try.

    >>> markets = markets_of(commuting_of(2021))
    >>> markets.names["1761"], markets.official["1780"] == markets.official["1761"]
    ('Karlstad', True)
    """
    matrix, night, out = matrix_of(flows)
    found = labour_markets.local_labour_markets(
        matrix, night, out_commuters=out, thresholds=thresholds
    )
    known = population.load_municipalities().set_index("code")
    official = known["labour_market"]
    return Markets(
        found,
        official,
        known["labour_market_name"],
        labour_markets.compare_markets(found["market"], official),
        thresholds,
    )


def matrix_of(flows: Flows) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Square matrix of the flows, night population and all out-commuters, by code.

    >>> matrix, night, out = matrix_of(commuting_of(2021))
    >>> matrix.shape, int(night["1780"])
    ((290, 290), 47361)
    """
    margins = flows.by_code
    codes = sorted(margins.index)
    matrix = labour_markets.flow_matrix(flows.table, year=flows.year, codes=codes)
    return matrix, night_population(margins), margins["out_commuters"]


# --- export --------------------------------------------------------------------------------------


def export_flows(year: int, out: Path) -> Path:
    """Write the flows of one year as CSV: year, home, work, persons, kind; without the diagonal.

    Observed cells are whole persons; unknown ones are left out. Modelled cells are rounded to two
    decimals, because whole persons would no longer add up to the published margins, and those
    that round to zero are left out. Workplaces abroad are no municipality and are not written.
    Raises InputError for a year without flows or an output folder that does not exist.

    >>> export_flows(1990, Path("flows.csv"))
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: no commuting flows for 1990; valid are 2004 to 2021
    """
    known = years()
    faults = datasets.out_faults(out)
    if year not in known:
        faults.append(f"no commuting flows for {year}; valid are {known[0]} to {known[-1]}")
    raise_faults(InputError, faults)
    cells = flows_of(year)
    codes = set(population.load_municipalities()["code"])
    cells = cells[(cells["home"] != cells["work"]) & cells["work"].isin(codes)]
    cells = cells.dropna(subset="persons").assign(persons=cells["persons"].round(2))
    if commuting_of(year).modelled:
        cells = cells[cells["persons"] > 0]
    else:
        cells = cells.astype({"persons": "int64"})
    return datasets.write_csv(cells[["year", "home", "work", "persons", "kind"]], out)


__dir__ = lazy.public(globals())
