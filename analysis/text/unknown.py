"""Why figures are unknown: protected by secrecy, or not in the source.

Terms
-----
status: what the source says of a cell, as in the catalogue: "suppressed" is protected.
"""

from __future__ import annotations

import pandas as pd

from analysis.text import swedish


def unknown(statuses: pd.Series, where: str = "") -> str:
    """How many figures are unknown and why, in one sentence; empty when none is.

    `statuses` has one status for each unknown cell, `where` says which figures are meant.

    >>> import pandas as pd
    >>> unknown(pd.Series(["suppressed", "unavailable", "suppressed"]), "mellan kommunerna")
    '2 uppgifter mellan kommunerna är skyddade av sekretess och 1 saknas i källan.'
    >>> unknown(pd.Series(["suppressed"]))
    '1 uppgift är skyddad av sekretess.'
    """
    protected = int((statuses == "suppressed").sum())
    missing = len(statuses) - protected
    said = [
        (protected, "är skyddad av sekretess" if protected == 1 else "är skyddade av sekretess"),
        (missing, "saknas i källan"),
    ]
    (first, *rest) = [part for part in said if part[0]] or [(0, "")]
    if not first[0]:
        return ""
    noun = "uppgift" if first[0] == 1 else "uppgifter"
    start = " ".join(filter(None, (swedish.number(first[0]), noun, where, first[1])))
    return (
        swedish.listed([start, *(f"{swedish.number(count)} {what}" for count, what in rest)]) + "."
    )
