"""What somebody may have meant: one way to suggest the nearest of the valid choices.

Terms
-----
hint: "did you mean 'x'? ", ready to stand before more words; empty where no choice is near.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from itertools import groupby

from analysis.errors import InputError

_MOST_LISTED = 60  # choices an error still lists; more is a wall, not a help


def nearest(value: str, valid: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The choice that `value` resembles most, without regard to case; None when none is near.

    >>> nearest("Populaton", ["population", "finances"])
    'population'
    >>> nearest("group", ["name", "members", "groups"])
    'groups'
    """
    folded = {choice.casefold().strip(): choice for choice in valid}
    wanted = str(value).casefold().strip()  # somebody may hand over anything
    if wanted in folded:
        return folded[wanted]
    near = difflib.get_close_matches(wanted, folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else None


def did_you_mean(value: str, valid: Iterable[str] | Mapping[str, str]) -> str:
    """A hint at the nearest of `valid`; of a mapping from key to name, both are looked at.

    >>> did_you_mean("htm", ["html", "pdf"])
    "did you mean 'html'? "
    >>> did_you_mean("Löner", {"loner": "Löner och pensioner", "vaxel": "Växel"})
    "did you mean 'loner'? "
    >>> did_you_mean("docx", ["html", "pdf"])
    ''
    """
    names = dict(valid) if isinstance(valid, Mapping) else {}
    names = {key: name for key, name in names.items() if isinstance(name, str)}
    found = nearest(value, names or valid)
    if found is None and names:
        named = nearest(value, names.values())
        found = next((key for key, name in names.items() if name == named), None)
    return f"did you mean {found!r}? " if found else ""


def unknown(what: str, value: str, valid: Iterable[str] | Mapping[str, str]) -> str:
    """The fault of an unknown value: what it is, the nearest choice, and the valid ones.

    >>> unknown("format", "htm", ["html", "pdf"])
    "unknown format 'htm': did you mean 'html'? valid are html, pdf"
    """
    choices = list(valid)
    listed = ", ".join(choices[:_MOST_LISTED])
    more = f" and {len(choices) - _MOST_LISTED} more" if len(choices) > _MOST_LISTED else ""
    return f"unknown {what} {value!r}: {did_you_mean(value, valid)}valid are {listed}{more}"


def whole_year(year: object) -> int:
    """A year as a number, also where it is written as text.

    >>> whole_year("2021"), whole_year(2021.0)
    (2021, 2021)
    """
    try:
        return int(str(year).removesuffix(".0"))
    except ValueError:
        raise InputError(f"{year!r} is no year; write it as 2021") from None


def listed_years(values: Iterable[int]) -> str:
    """Years as an error lists them, unbroken runs as spans; `none` where there are none.

    >>> listed_years([2019, 2004, 2005, 2006]), listed_years([])
    ('2004–2006, 2019', 'none')
    """
    runs = groupby(enumerate(sorted(set(values))), lambda pair: pair[1] - pair[0])
    spans = [[year for _, year in run] for _, run in runs]
    return ", ".join(f"{s[0]}–{s[-1]}" if s[1:] else f"{s[0]}" for s in spans) or "none"
