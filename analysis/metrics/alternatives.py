"""What an alternative changes against today: who joins, who leaves, who stays behind.

Terms
-----
present body: one that has the service for a member on the date; see
    `metrics.scenario.present_bodies`. Only counted ones can be left; what is unclear today is told.
circle: the municipalities that do the service together in an alternative; alone is one of one.
left: a body that a member is in and that the alternative is not.
grown: a body that keeps all its members and gets more.
stay: the members of a left body that are not in the alternative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Change:
    """How one service differs from today in one alternative; bodies by key.

    `circles` hold the codes that do it together after; `stay` who remains in each body that is
    left; `lone` bodies left with one member, `hostless` those whose host leaves; `same` is the
    body that the alternative equals ("" when none), `unclear` bodies that may be there today.
    """

    circles: tuple[tuple[str, ...], ...]
    left: tuple[str, ...]
    grown: tuple[str, ...]
    stay: Mapping[str, tuple[str, ...]]
    lone: tuple[str, ...]
    hostless: tuple[str, ...]
    same: str
    unclear: tuple[str, ...]


def change(present: pd.DataFrame, circles: Sequence[Sequence[str]], *, form: str = "") -> Change:
    """The change from the present bodies to `circles`.

    `present` is that of `present_bodies` for all codes in `circles`. A body is the same when its
    members are those of a circle, and its legal form is `form` or none is asked for.

    >>> present = pd.DataFrame({"arrangement": ["f"], "counted": [True], "legal_form": ["avtal"],
    ...                         "host": [""], "inside": ["a; b"], "outside": ["c"]})
    >>> found = change(present, [["a", "b"]])
    >>> found.left, found.stay, found.lone
    (('f',), {'f': ('c',)}, ('f',))
    """
    sets = [frozenset(circle) for circle in circles]
    left, grown, lone, hostless, unclear = [], [], [], [], []
    stay: dict[str, tuple[str, ...]] = {}
    same = ""
    for body in present.itertuples(index=False):
        key = str(body.arrangement)
        inside, outside = _codes(body.inside), _codes(body.outside)
        if not body.counted:
            unclear.append(key)
            continue
        whole = frozenset([*inside, *outside])
        if whole in sets and form in ("", body.legal_form):
            same = key
        elif any(whole < circle for circle in sets) and form in ("", body.legal_form):
            grown.append(key)
        else:
            left.append(key)
            stay[key] = outside
            lone += [key] if len(outside) == 1 else []
            hostless += [key] if outside and body.host in inside else []
    return Change(
        tuple(tuple(circle) for circle in circles),
        tuple(left),
        tuple(grown),
        stay,
        tuple(lone),
        tuple(hostless),
        same,
        tuple(unclear),
    )


def _codes(joined: object) -> tuple[str, ...]:
    return tuple(code for code in str(joined).split("; ") if code)


def circles_of(
    way: str, members: Sequence[str], bodies: Sequence[Sequence[str]] = ()
) -> list[list[str]]:
    """Who does a service together in an alternative: all, each by itself, or the merged bodies.

    >>> circles_of("alone", ["a", "b"])
    [['a'], ['b']]
    >>> circles_of("merge", ["a"], [["a", "b"], ["c"]])
    [['a', 'b', 'c']]
    """
    if way in ("alone", "purchase"):
        return [[code] for code in members]
    if way == "merge":
        return [list(dict.fromkeys([*(code for body in bodies for code in body), *members]))]
    return [list(members)]


def base_of(circles: Sequence[Sequence[str]], values: pd.Series) -> list[float]:
    """The sum of `values` (by code) in each circle; unknown where one member's is.

    >>> base_of([["a", "b"], ["c"]], pd.Series({"a": 1, "b": 2}))
    [3.0, nan]
    """
    known = values.astype("float64")
    return [float(known.reindex(list(circle)).sum(skipna=False)) for circle in circles]
