"""From a cube to the columns of a dataset: our words, ages in groups, signs kept apart.

Terms
-----
sign: what the source printed instead of a number; never turned into zero, except the sign that
    means zero.
signs table: one row for each cell without a plain number: key, column, symbol, status.

All functions are pure.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis import regions
from analysis.catalog import SIGNS, Choice, Query
from analysis.sources import scb
from analysis.sources.jsonstat import Cube

Parts = tuple[pd.DataFrame, pd.DataFrame]
_SIGN = pd.CategoricalDtype(["", *SIGNS])
_STATUS = pd.CategoricalDtype(
    ["published", "zero", "not-applicable", "unavailable", "suppressed"], ordered=True)


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
    frame["sign"] = frame["sign"].astype(_SIGN)
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
    return _summed_ages(frame[[*columns, "year", "column", "value", "sign", "status"]], query)


def _words(codes: pd.Series, choice: Choice, cube: Cube) -> pd.Series:
    """Our words for the codes of one variable."""
    if choice.kind == "ages":
        return codes
    if choice.kind == "municipalities":
        return codes.cat.set_categories(list(regions.municipalities()))
    ours = scb.code_of(choice, cube.variables[choice.variable])
    kinds = pd.CategoricalDtype(list(dict.fromkeys(word for _, word in choice.values)) or [""])
    return codes.map(ours).astype(kinds)


def _status(frame: pd.DataFrame) -> pd.Series:
    """`published`, or what the sign means; an empty cell without a sign is unavailable."""
    found = frame["sign"].map({**SIGNS, "": "published"}).astype(_STATUS)
    return found.mask((found == "published") & frame["value"].isna(), "unavailable")


def _summed_ages(frame: pd.DataFrame, query: Query) -> Parts:
    """Ages of one year summed to groups of five; a group with a missing age is missing.

    It has the strictest status of its ages.
    """
    signs = _signs(frame)
    if not any(choice.kind == "ages" for choice in query.choices):
        return frame, signs
    bands = {code: _band(int(code.rstrip("+"))) for code in frame["age"].cat.categories}
    kinds = pd.CategoricalDtype(list(dict.fromkeys(bands.values())))
    frame = frame.assign(age=frame["age"].map(bands).astype(kinds), empty=frame["value"].isna())
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
    """The cells that were no plain number, with the sign as the source printed it."""
    found = frame[frame["status"] != "published"].drop(columns="value")
    found = found.rename(columns={"sign": "symbol"})
    return found.astype({name: "str" for name in found if name != "year"})


def _joined(table: pd.DataFrame, query: Query) -> pd.DataFrame:
    """One column for each figure; a dataset with a single one keeps the status beside it."""
    names = [word for choice in query.choices if choice.wide for _, word in choice.values]
    keys = [name for name in table if name not in ("column", "value", "sign", "status")]
    if len(names) == 1:
        return table.rename(columns={"value": names[0]})[[*keys, names[0], "status"]]
    wide = table.pivot(index=keys, columns="column", values="value").reset_index()
    wide.columns.name = None
    return wide
