"""What a figure may cite: a dataset of the catalogue, or a source that the analyst names.

Terms
-----
citable: the key of a dataset, such as `population`, or a `Source`.
source: who published figures that are not in the catalogue, what they are, of which day, and on
    which terms they may be used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.errors import InputError, raise_faults

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


@dataclass(frozen=True)
class Source:
    """Who published own figures: given wherever `sources` is, and listed as all others are.

    `date` is a year, month or day; `licence` the publisher's terms, "" where they are not known.
    Raises InputError with every fault.

    >>> str(Source("Bolagsverket", "Nystartade företag", "2024-12", "CC0"))
    'Bolagsverket, Nystartade företag (2024-12)'
    >>> Source("Bolagsverket", "", "i fjol")
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: the source has no title; name the table or page, such as ...
    the date 'i fjol' is no date; write 2024, 2024-12 or 2024-12-31
    """

    publisher: str
    title: str
    date: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        """Refuse what nobody could look up."""
        faults = [
            f"the source has no {name}; name {what}"
            for name, what in (
                ("publisher", "who published it, such as 'Bolagsverket'"),
                ("title", "the table or page, such as 'Nystartade företag'"),
            )
            if not str(getattr(self, name)).strip()
        ]
        if self.date and not _DAY.fullmatch(str(self.date)):
            faults.append(f"the date {self.date!r} is no date; write 2024, 2024-12 or 2024-12-31")
        raise_faults(InputError, faults)
        object.__setattr__(self, "date", str(self.date))

    def __str__(self) -> str:
        dated = f" ({self.date})" if self.date else ""
        return f"{self.publisher}, {self.title}{dated}"

    @property
    def terms(self) -> str:
        """On which terms it may be used, in Swedish.

        >>> Source("Bolagsverket", "Nystartade företag").terms
        'inte angiven'
        """
        return self.licence or "inte angiven"


Citable = str | Source
