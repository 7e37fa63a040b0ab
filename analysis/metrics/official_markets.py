"""Official local labour markets (SCB): how many a set of municipalities lies in.

Terms
-----
official market: the local labour market that SCB has placed a municipality in, by its code.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from analysis.errors import InputError, raise_faults
from analysis.metrics.measure import measure


@measure(
    label="Lokala arbetsmarknader",
    unit="antal",
    kind="observed",
    formula="antal lokala arbetsmarknader som kommunerna hör till",
    sources=("municipalities",),
)
def labour_markets(official: pd.Series, members: Collection[str]) -> int:
    """How many markets `members` lie in; `official` gives the market of each code.

    Raises InputError for a member without a market.

    >>> from analysis import regions
    >>> from analysis.loaders.population import load_municipalities
    >>> official = load_municipalities().set_index("code")["labour_market"]
    >>> [labour_markets(official, regions.get(key).members) for key in ("kak", "bergslagen")]
    [1, 3]
    """
    missing = [code for code in members if code not in official.index or pd.isna(official[code])]
    raise_faults(
        InputError,
        [f"No labour market for municipality {code!r}; check the code." for code in missing],
    )
    return int(official.loc[list(members)].nunique())
