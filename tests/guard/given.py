"""What the guard takes as given: the fitted matrix of commuters, which no file in `data/` holds.

It is that of `samverkan data export flows`; the library is asked for it and for nothing else.
"""

from functools import cache

import pandas as pd


@cache
def matrix(year: int = 2021) -> pd.DataFrame:
    """Commuters by home (rows) and workplace (columns, one for abroad); nobody on the diagonal."""
    from analysis import flows

    table = flows.commuting_of(year).table
    return (
        table[table["home"] != table["work"]]
        .pivot(index="home", columns="work", values="persons")
        .fillna(0)
    )
