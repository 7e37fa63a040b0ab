"""Display tables: raw values with the wording, unit and decimals they are shown in.

Terms
-----
column format: how one column is shown; the values themselves stay numbers for the spreadsheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from analysis import lazy
from analysis.citable import Citable
from analysis.errors import InputError, raise_faults
from analysis.metrics.measure import Measure
from analysis.regions import slug
from analysis.text import citation, swedish


@dataclass(frozen=True)
class Format:
    """Swedish heading, unit and decimals of a column.

    `measure` names the formula of a derived column.

    `percent` marks a share between 0 and 1 that is shown in per cent; `text` a column of words, of
    which those that are a number alone are numbers in a spreadsheet; `code` words that never are;
    `year` whole numbers without thousands separators.
    """

    label: str
    unit: str = ""
    decimals: int = 0
    percent: bool = False
    signed: bool = False
    text: bool = False
    year: bool = False
    code: bool = False
    measure: str = ""  # id of the measure whose formula gives the column

    @classmethod
    def of(cls, measure: Measure, label: str = "") -> Format:
        """The format that a measure's own metadata asks for."""
        return cls(
            label or measure.label,
            "%" if measure.as_percent else measure.unit,
            measure.decimals,
            measure.as_percent,
            measure=measure.id,
        )

    @property
    def heading(self) -> str:
        """Label with unit, as it stands above the column."""
        unit = "%" if self.percent else self.unit
        return f"{self.label} ({unit})" if unit and unit not in self.label else self.label

    def show(self, value: Any) -> str:
        """`value` as Swedish text; a missing value is an en dash."""
        if swedish.is_missing(value):
            return swedish.MISSING
        if self.text:
            return str(day_of(value))
        if self.year:
            return str(int(value))
        shown = value * 100 if self.percent else value
        return (swedish.signed if self.signed else swedish.number)(shown, self.decimals)


@dataclass(frozen=True)
class Table:
    """A table as a reader meets it: caption, formatted columns, sources and notes.

    `frame` holds raw values; its first column names the rows. `formats` has an entry for each
    column. `sources` are dataset keys of the catalogue, or own sources (`analysis.Source`);
    `subtitle` says measure, unit and year where the title does not.
    """

    id: str
    title: str
    frame: pd.DataFrame
    formats: Mapping[str, Format]
    sources: tuple[Citable, ...]
    kind: str = "derived"
    notes: tuple[str, ...] = field(default=())
    subtitle: str = ""
    page: bool = False  # stands on a page of its own in print

    def __post_init__(self) -> None:
        """Refuse a table with a column that nobody said how to show."""
        unknown = [str(name) for name in self.frame.columns if name not in self.formats]
        if unknown:
            raise ValueError(f"table {self.id!r}: no format for columns {', '.join(unknown)}")
        faults = [
            _no_number(self.frame[name], form)
            for name, form in self.formats.items()
            if name in self.frame
        ]
        raise_faults(InputError, [f"table {self.id!r}: {fault}" for fault in faults if fault])
        object.__setattr__(self, "sources", citation.listed(self.sources))

    def to_html(self) -> str:
        """An HTML table with caption, column and row header scopes."""
        heads = [self.formats[name] for name in self.frame.columns]
        head = "".join(
            f'<th scope="col"{_numeric(form)}>{escape(form.heading)}</th>' for form in heads
        )
        body = "".join(
            "<tr>"
            + "".join(
                _cell(form, value, first=position == 0)
                for position, (form, value) in enumerate(zip(heads, row, strict=True))
            )
            + "</tr>"
            for row in self.frame.itertuples(index=False, name=None)
        )
        title = f"<caption><span>{escape(self.title)}</span></caption>"
        return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def __str__(self) -> str:
        """Caption and formatted columns as text, for a prompt without HTML."""
        shown = pd.DataFrame(
            {
                form.heading: self.frame[name].map(form.show)
                for name, form in self.formats.items()
                if name in self.frame
            }
        )
        return f"{self.title}\n{shown.to_string(index=False)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.to_html()


def word(label: str) -> Format:
    """The format of a column of words.

    >>> word("Organ").heading, word("Organ").text
    ('Organ', True)
    """
    return Format(label, text=True)


NAME, AREA = word("Kommun"), word("Område")


def columns(**given: tuple[Format, Any]) -> tuple[pd.DataFrame, dict[str, Format]]:
    """Frame and formats of a table from its columns: each is how it is shown, and its values.

    Values stand in the order of the rows: a list, or a Series whatever its index.

    >>> people = pd.Series([109, 612], index=["1764", "1715"])
    >>> Table(
    ...     "exempel",
    ...     "Folkökning",
    ...     *columns(
    ...         name=(Format("Kommun", text=True), ["Grums", "Kil"]),
    ...         people=(Format("Personer", signed=True), people),
    ...     ),
    ...     ("population",),
    ... )
    Folkökning
    Kommun Personer
     Grums     +109
       Kil     +612
    """
    values = {
        name: column.array if isinstance(column, pd.Series) else column
        for name, (_, column) in given.items()
    }
    return pd.DataFrame(values), {name: form for name, (form, _) in given.items()}


def of_frame(frame: pd.DataFrame, title: str, source: Citable) -> Table:
    """A table of a plain frame: each column under its own name, numbers as they are written.

    >>> own = pd.DataFrame({"Kommun": ["Köping"], "År": [2024], "Andel": [0.25]})
    >>> of_frame(own, "Bibliotek", "population")
    Bibliotek
    Kommun   År Andel
    Köping 2024  0,25
    """
    shown = frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()
    shown = shown.rename(columns=str)
    formats = {str(name): _plain_format(str(name), column) for name, column in shown.items()}
    return Table(slug(title) or "tabell", title, shown, formats, citation.listed(source))


def _plain_format(name: str, column: pd.Series) -> Format:
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return Format(name, text=True)
    whole = (column.dropna() % 1 == 0).all()
    return Format(name, decimals=0 if whole else 2, year=name.casefold() in ("år", "year"))


def day_of(value: Any) -> Any:
    """The date of a pandas time at midnight, written as 2026-06-30; anything else as it is.

    >>> day_of(pd.Timestamp("2026-06-30")), day_of(7)
    ('2026-06-30', 7)
    """
    midnight = isinstance(value, pd.Timestamp) and value == value.normalize()
    return str(value.date()) if midnight else value


def _no_number(column: pd.Series, form: Format) -> str:
    """What in a column of numbers is none; "" when all are, or when it is a column of words."""
    if form.text or form.code:
        return ""
    if pd.api.types.is_numeric_dtype(column):
        kind = column.dtype.kind
        endless = kind == "f" and not np.isfinite(column.dropna().to_numpy(dtype="float64")).all()
        return (
            f"{form.label!r} holds infinity; write None where nothing is known" if endless else ""
        )
    for value in column:
        if not swedish.is_missing(value) and not isinstance(value, Number):
            shown = value.date() if isinstance(value, pd.Timestamp) else value
            return (
                f"{form.label!r} holds {str(shown)!r}, which is no number; write "
                f"Format({form.label!r}, text=True), or numbers"
            )
    return ""


def _numeric(form: Format) -> str:
    return "" if form.text else ' class="number"'


def _cell(form: Format, value: Any, *, first: bool) -> str:
    shown = escape(form.show(value))
    if swedish.is_missing(value) and not first:
        shown = f'<span aria-hidden="true">{shown}</span><span class="hidden">uppgift saknas</span>'
    return f'<th scope="row">{shown}</th>' if first else f"<td{_numeric(form)}>{shown}</td>"


__dir__ = lazy.public(globals())
