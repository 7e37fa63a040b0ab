"""Own figures: a file of the analyst's becomes maps, series, rankings, tables and a theme.

Terms
-----
own data: figures by municipality and year that are not in the catalogue, with their own source.
intake: what was read of the file, and which rows were left out (`reading`).

    companies = analysis.own("foretag.xlsx", value="Nya företag", unit="företag",
                             source=analysis.Source("Bolagsverket", "Nystartade företag", "2024"))
    analysis.show(companies.map(analysis.region("kak")))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from analysis import regions
from analysis.citable import Source
from analysis.errors import InputError, raise_faults
from analysis.explore import themes
from analysis.explore.themes import Theme
from analysis.metrics.measure import MEASURES, Kind, Measure
from analysis.owndata import reading
from analysis.owndata.reading import Asked, Intake
from analysis.regions import Region, slug
from analysis.tables import Table
from analysis.text import swedish
from analysis.views.comparators import Given

GROUP = "Egna uppgifter"
_DECIMALS = {"kvot": 2}  # as the ratios of the reports; other rates have one
_RATES = ("procent", "andel", "kvot", "index", "promille", "år")


@dataclass(frozen=True, repr=False)
class Own(Theme):
    """Own figures as a theme: goes wherever a theme's name does, and draws itself.

    `intake` tells what was read and what was left out.
    """

    intake: Intake = field(default_factory=lambda: Intake("", 0, 0, ()))

    def __repr__(self) -> str:
        """What it measures, how much was read, and what was left out."""
        years = swedish.span(*self.years) if self.years else "none"
        return (
            f"<Own {self.measure.id!r} {self.measure.label}, {self.measure.unit}, {years}>\n"
            f"{self.intake}"
        )

    @property
    def values(self) -> pd.Series:
        """The figures, indexed by (code, year)."""
        return self.load()

    @property
    def years(self) -> tuple[int, int] | tuple[()]:
        """The first and the last year with a figure."""
        known = self.values.dropna().index.get_level_values("year")
        return (int(known.min()), int(known.max())) if len(known) else ()

    def _year(self, year: int | None) -> int:
        if year is not None:
            return year
        if not self.years:
            raise InputError(f"{self.measure.label!r} has no figure; every cell is missing")
        return self.years[-1]

    def map(self, region: Region, *, year: int | None = None) -> Axes:
        """The map of one year, the latest when none is named: circles of counts, else shades."""
        return themes.plot_map(region, self, year=self._year(year))

    def series(
        self,
        region: Region,
        *,
        years: tuple[int, int] | None = None,
        index: int | None = None,
        compare: Given = (),
    ) -> Axes:
        """A line a member; see `analysis.explore.plot_series`."""
        return themes.plot_series(region, self, years=years, index=index, compare=compare)

    def ranking(self, region: Region, *, year: int | None = None, compare: Given = ()) -> Axes:
        """The members of one year, largest first; see `analysis.explore.plot_ranking`."""
        return themes.plot_ranking(region, self, year=self._year(year), compare=compare)

    def table(self, region: Region, *, year: int | None = None, compare: Given = ()) -> Table:
        """The members' figures of one year; see `analysis.explore.table`."""
        return themes.table(region, self, year=self._year(year), compare=compare)

    def explore(self) -> Own:
        """Add it to the themes of the explorer, in place of one with the same name."""
        themes.THEMES[self.measure.id] = self
        return self


def own(
    given: Path | str | pd.DataFrame | pd.Series,
    *,
    source: Source,
    unit: str,
    value: str = "",
    code: str = "",
    year: str | int | None = None,
    label: str = "",
    shaded: bool | None = None,
    where: Mapping[str, str] | None = None,
    skip: Sequence[str] = (),
    kind: Kind = "observed",
    formula: str = "",
) -> Own:
    """Own figures by municipality from a file (Excel, CSV) or frame.

    Parameters
    ----------
    source: who published them; every figure and the report name it.
    unit: Swedish unit. `andel` is a share from 0 to 1; `procent`, `kvot`, `per …` are rates, whose
        areas are shaded; all others count something and are circles, unless `shaded` says else.
    value: heading of the figures; left out where each year has a column of its own.
    code: heading of the municipalities, as codes or names; found by itself where it is usual.
    year: heading of the years, or the one year; else that of the date of the source.
    label: what they are called in figures; the heading when left out.
    where: which rows, such as {"Kön": "totalt"}; `skip`: words of rows to leave out.
    kind, formula: `derived` where you have computed them, and how.

    Raises InputError with every fault: rows of no municipality, rows that stand twice, cells that
    are no numbers. Sums of the nation and counties, and footnotes, are left out and told (`intake`).

    >>> figures = pd.DataFrame({"Kommun": ["Köping", "Riket"], "Företag": ["1 234", ".."]})
    >>> own(figures, value="Företag", unit="företag", source=Source("Exempelverket", "t", "2024"))
    <Own 'egen_foretag' Företag, företag, 2024>
    the frame: 1 rows read, 0 values missing
    left out: row 2: 'Riket' is the nation or a sum

    >>> from analysis import regions
    >>> rows = pd.DataFrame({"Kommun": ["Köping", "Arboga", "Kungsör"], "Företag": [1130, 97, 41]})
    >>> source = Source("Exempelverket", "Nya företag", "2024")
    >>> axes = own(rows, value="Företag", unit="företag", source=source).map(regions.get("kak"))
    """
    asked = Asked((code,), value, year, dict(where or {}), tuple(skip))
    values, intake = reading.read(given, asked, source=source, unit=unit)
    measure = _measure(label or value or source.title, unit, source, kind, formula, shaded)
    if not measure.decimals and (values.dropna() % 1 != 0).any():  # half a post is no whole one
        measure = replace(measure, decimals=1)
    MEASURES[measure.id] = measure  # run again with another unit, the cell's last word counts
    raise_faults(InputError, _scale_faults(values, measure))
    return Own(GROUP, measure, lambda: values.rename(measure.id), intake=intake)


def _scale_faults(values: pd.Series, measure: Measure) -> list[str]:
    """Shares above 1, and per cent that are shares: a cell of Excel that shows 30 % holds 0.3."""
    known = values.dropna()
    if measure.as_percent and (known > 1).any():
        place, when = known.index[known > 1].tolist()[0]
        return [
            f"{regions.names_of([place])[0]} {when} is {known[place, when]:g}, and unit='andel' is a "
            "share from 0 to 1; write unit='procent'"
        ]
    if measure.unit == "procent" and len(known) > 1 and 0 < known.abs().max() <= 1:
        return [
            "no figure is over 1, and unit='procent' is per cent; a cell that shows 30 % holds 0.3, "
            "which is unit='andel'; if they are that small, say of what: unit='procent av invånarna'"
        ]
    return []


def _measure(
    label: str, unit: str, source: Source, kind: Kind, formula: str, shaded: bool | None
) -> Measure:
    plain = {"%": "procent", "st": "antal"}.get(unit.strip(), unit.strip())
    rate = plain.split(" ")[0] in _RATES or " per " in f" {plain} " or "/" in plain
    return Measure(
        f"egen_{slug(label).replace('-', '_')}",
        label,
        plain,
        decimals=_DECIMALS.get(plain, 1 if rate else 0),
        kind=kind,
        formula=formula,
        sources=(source,),
        as_percent=plain == "andel",
        counts=not (rate if shaded is None else shaded),
    )
