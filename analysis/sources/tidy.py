"""From a cube to the columns of a dataset: our words, ages in groups, signs kept apart.

Terms
-----
sign: what the source printed instead of a number; never turned into zero, except the sign that
    means zero. A sign beside a number is a note, and the number counts.
signs table: one row for each cell that is no plain number: key, column, symbol, status.

All functions are pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis import regions
from analysis.errors import SourceError
from analysis.live import NOTED, SIGNS, Choice, Formula, Query
from analysis.sources import scb
from analysis.sources.jsonstat import Cube

Parts = tuple[pd.DataFrame, pd.DataFrame]
_STATUS = pd.CategoricalDtype(
    ["published", NOTED, "zero", "not-applicable", "unavailable", "suppressed"], ordered=True
)


def tidy(cubes: Iterable[Cube], query: Query) -> Parts:
    """Table (key columns, year, one column a figure) and signs table of all cubes of a query.

    `analysis.sources.scb.fetch` has refused signs that the catalogue does not explain.
    """
    parts = [_one(cube, query) for cube in cubes]
    table = pd.concat([part[0] for part in parts], ignore_index=True)
    return _joined(table, query), pd.concat([part[1] for part in parts], ignore_index=True)


def _one(cube: Cube, query: Query) -> Parts:
    """One cube; text stays categorical with categories of its own kind, so parts join fast."""
    frame = cube.frame()
    frame["status"] = _status(frame)
    frame.loc[frame["status"] == "zero", "value"] = 0.0
    frame["year"] = frame.pop(cube.time).cat.rename_categories(int).astype("int64")
    columns = [choice.column for choice in query.choices if choice.column]
    frame["column"] = "value"
    for choice in query.choices:
        if choice.kind == "omitted":
            continue
        words = _words(frame.pop(choice.variable), choice, cube)
        if choice.wide or choice.column:
            frame["column" if choice.wide else choice.column] = words
    return _summed(frame[[*columns, "year", "column", "value", "sign", "status"]], query)


def _words(codes: pd.Series, choice: Choice, cube: Cube) -> pd.Series:
    """Our words for the codes of one variable."""
    if choice.kind == "ages":
        bands = {code: _band(int(code.rstrip("+"))) for code in codes.cat.categories}
        return codes.map(bands).astype(pd.CategoricalDtype(list(dict.fromkeys(bands.values()))))
    if choice.kind == "municipalities":
        return codes.cat.set_categories(list(regions.municipalities()))
    ours = scb.code_of(choice, cube.variables[choice.variable])
    kinds = pd.CategoricalDtype(list(dict.fromkeys(word for _, word in choice.values)) or [""])
    return codes.map(ours).astype(kinds)


def _status(frame: pd.DataFrame) -> pd.Categorical:
    """`published`, or what the sign means; an empty cell without a sign is unavailable."""
    code = {name: place for place, name in enumerate(_STATUS.categories)}
    meant = np.array(
        [code[{"": "published", **SIGNS}.get(sign, NOTED)] for sign in frame["sign"].cat.categories]
    )
    value, found = frame["value"].to_numpy(), meant[frame["sign"].cat.codes]
    missing = np.isnan(value)
    found = np.where(missing & (found == code["published"]), code["unavailable"], found)
    beside = ~missing & (found != code["published"]) & ~((found == code["zero"]) & (value == 0))
    return pd.Categorical.from_codes(np.where(beside, code[NOTED], found), dtype=_STATUS)


def _summed(frame: pd.DataFrame, query: Query) -> Parts:
    """Cells of one word summed, such as ages of one group; a sum with a missing part is missing.

    It has the strictest status of its parts.
    """
    signs = _signs(frame)
    if not any(choice.summed for choice in query.choices):
        return frame.drop(columns="sign"), signs
    frame = frame.assign(empty=frame["value"].isna())
    keys = [name for name in frame if name not in ("value", "sign", "status", "empty")]
    groups = frame.groupby(keys, observed=True, sort=False)
    total = groups["value"].sum().round(query.decimals).where(~groups["empty"].any())
    table = total.reset_index()
    status = groups["status"].max().array
    table["status"] = np.where(table["value"].isna(), status, "published")
    return table, signs


def _band(age: int) -> str:
    """The group of five years that an age belongs to; the last is open."""
    low = age // 5 * 5
    return f"{low}-{low + 4}" if low < 100 else "100-"


def _signs(frame: pd.DataFrame) -> pd.DataFrame:
    """The cells that were no plain number, with the sign as the source printed it.

    A cell of the dataset that is a sum of several has the sign of its strictest part.
    """
    found = frame[frame["status"] != "published"].drop(columns="value")
    keys = [name for name in found if name not in ("sign", "status")]
    strictest = found.sort_values("status", kind="stable").drop_duplicates(keys, keep="last")
    found = strictest.sort_index().rename(columns={"sign": "symbol"})
    return found.astype({name: "str" for name in found if name != "year"})


def _joined(table: pd.DataFrame, query: Query) -> pd.DataFrame:
    """One column for each figure; a dataset with a single one keeps the status beside it."""
    names = query.figures
    keys = [name for name in table if name not in ("column", "value", "sign", "status")]
    if len(names) == 1:
        return table.rename(columns={"value": names[0]})[[*keys, names[0], "status"]]
    wide = table.pivot(index=keys, columns="column", values="value").reset_index()
    wide.columns.name = None
    return wide


def computed(tables: list[pd.DataFrame], formula: Formula) -> pd.DataFrame:
    """The figures of several queries beside each other, by municipality and year, and `value`.

    Tables with the same figures are parts of one series. A figure of the whole country has no
    municipality and counts for all. Raises SourceError when a year the formula names is missing.
    """
    series: dict[tuple[str, ...], list[pd.DataFrame]] = {}
    for table in tables:
        figures = [str(name) for name in table if name not in ("code", "year", "status", "source")]
        keys = [name for name in ("code", "year") if name in table]
        series.setdefault(tuple(figures), []).append(table[[*keys, *figures]])
    first, *others = [pd.concat(parts, ignore_index=True) for parts in series.values()]
    for other in others:
        keys = [name for name in ("code", "year") if name in other]
        first = first.merge(other, on=keys, how="left")
        for name, figure, year in re.findall(r"\b((\w+)_(\d{4}))\b", formula.text):
            if figure in other:
                at = other.loc[other["year"] == int(year), figure]
                if at.isna().all():
                    raise SourceError(
                        f"the figure {figure!r} of {year} is missing; nothing was "
                        "changed, try again later"
                    )
                first[name] = at.iloc[0]
    value = np.round(np.asarray(first.eval(formula.text), dtype="float64"), formula.decimals)
    return first[["code", "year"]].assign(value=np.where(np.isfinite(value), value, np.nan))
