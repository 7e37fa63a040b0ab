"""Rules of law on cooperation, in own words, each with its paragraph and when it was read.

Terms
-----
topic: the question that a rule answers, such as who decides or how a member leaves.
general rule: one that holds for any service (blank area) or any form (blank form). Where a rule on
    the service itself answers the same question of the same form, it goes before the general one.

What could not be read is left out; a reader looks up the wording in force before a decision.
"""

from __future__ import annotations

import pandas as pd

from analysis import hints
from analysis.errors import DataError, raise_faults
from analysis.loaders import tables
from analysis.loaders.services import inventory_path, read_inventory

FORMS = ("kommunalforbund", "gemensam-namnd", "avtal", "bolag")
"""The forms that the rules are about, in the order in which they are compared."""


def load_law() -> pd.DataFrame:
    """All rules: area, form, topic, holds, statement, law, paragraph, url, edition, checked.

    Blank cells are "". Raises DataError for an area or form that the inventory does not know.

    >>> rules = load_law()
    >>> rules.query("form == 'kommunalforbund' and topic == 'leaves'")["paragraph"].item()
    '9 kap. 18 § och 6 § 15'
    """
    table = tables.load("law").fillna("")
    inventory = read_inventory(inventory_path())
    valid = {"area": set(inventory.areas["key"]), "form": set(inventory.forms["key"])}
    raise_faults(
        DataError,
        [
            f"law.csv row {row}, column {column!r}: {hints.unknown(column, value, sorted(known))}"
            for column, known in valid.items()
            for row, value in enumerate(table[column], 2)
            if value and value not in known
        ],
    )
    return table


def rules_for(law: pd.DataFrame, area: str) -> pd.DataFrame:
    """The rules that concern one service: its own first, then the general ones.

    A general rule on whether a form is possible is left out where a rule of the service itself
    says that it is not.

    >>> rules = rules_for(load_law(), "bygglov")
    >>> rules.query("form == 'bolag' and topic == 'possible'")["holds"].tolist()
    ['no']
    """
    own = law[law["area"] == area]
    general = law[law["area"] == ""]
    barred = set(own.loc[(own["topic"] == "possible") & (own["holds"] == "no"), "form"])
    kept = ~((general["topic"] == "possible") & general["form"].isin(list(barred)))
    return pd.concat([own, general[kept]], ignore_index=True)
