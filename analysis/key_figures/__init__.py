"""Key figures: the numbers of a report as data, in the fixed form of `key_figures.json`.

Terms
-----
key figure: one value of a measure for one area and year: id, label, value, unit, year, area,
kind, source.
area: a municipality code, the key of a region or group, a two-digit county code, or "00".
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from analysis.metrics.measure import Kind, Measure
from analysis.text.citation import source_line

COLUMNS = ("id", "label", "value", "unit", "year", "area", "kind", "source")
NATION = "00"

# the measures speak Swedish, as reports do; key_figures.json has fixed English units
UNITS = {
    "personer": "persons",
    "invånare": "persons",
    "andel": "share",
    "kvot": "ratio",
    "invånare per km²": "persons per km² land",
    "per 100 personer 20–64 år": "per 100",
    "procent": "per cent",
    "kr per invånare": "SEK",
    "antal": "count",
}


def rows(
    measure: Measure, values: pd.Series, *, kind: Kind | pd.Series | None = None
) -> pd.DataFrame:
    """Key figures of one measure; `values` is indexed by (area, year), unknown ones are left out.

    `kind` overrides the measure's own, for all values or (a Series) for each. Raises ValueError
    for a unit that `key_figures.json` does not have.
    """
    if measure.unit not in UNITS:
        raise ValueError(
            f"measure {measure.id!r}: unit {measure.unit!r} is unknown; "
            f"valid are {', '.join(UNITS)}"
        )
    known = values.dropna()
    index = known.index
    if isinstance(kind, pd.Series):
        kinds = list(kind.reindex(index))
    else:
        kinds = [kind or measure.kind] * len(known)
    whole = pd.api.types.is_integer_dtype(known.dtype)
    return pd.DataFrame(
        {
            "id": measure.id,
            "label": measure.label,
            "value": [int(value) if whole else float(value) for value in known],
            "unit": UNITS[measure.unit],
            "year": [int(year) for year in index.get_level_values(1)],
            "area": [str(area) for area in index.get_level_values(0)],
            "kind": kinds,
            "source": [source_line(measure.sources, each) for each in kinds],
        },
        columns=list(COLUMNS),
    ).astype({"value": "object"})


def together(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """One table of all parts; raises ValueError when a figure stands in it twice."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(filled, ignore_index=True)
    repeated = table[table.duplicated(["id", "area", "year"])]
    if len(repeated):
        first = repeated.iloc[0]
        raise ValueError(
            f"key figure {first['id']} for {first['area']} {first['year']} is repeated"
        )
    return table
