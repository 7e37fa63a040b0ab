"""Where exhibits stand on the pages of a PDF, so that no page is left half empty.

Terms
-----
spot: where something begins or ends on a page, as Typst tells it after it has set the document.
gap: what a page has left below its last words because what follows finds no room on it.
move: what may be done about a gap. A figure a little too high is drawn smaller; a figure or table
    goes to the top of the next page while what follows it fills the gap; a table that is otherwise
    kept whole goes on over the page; a chapter joins a page that is mostly empty.
run: chapters of which each but the first has joined the one before; a move changes no other run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

TOP, BOTTOM = 59.5, 785.2  # points: where the text of an upright A4 page begins and ends
_PAGE = BOTTOM - TOP
_GAP = 0.15 * _PAGE  # more is a gap
_JOINED = 0.6 * _PAGE  # a gap in which the next chapter begins
_LONG = 0.3 * _PAGE  # a table that may go on over the page
_SCALES = (0.85, 0.7)  # of its size: what a figure is drawn in rather than moved, and at least
_AIR = 24.0  # points above and below an exhibit
# a gap costs its square, the end of a run less; a page and a move cost something too
_BEARABLE, _LAST, _MORE = 0.1, 0.15, 0.02
_MOVED = {"float": 0.004, "scale": 0.002, "split": 0.004}


@dataclass(frozen=True)
class Spot:
    """Where an exhibit begins or ends, words end, or a chapter begins; `y` in points from above."""

    what: Literal["start", "end", "text", "chapter"]
    place: int  # number of the exhibit, or of the chapter, in the document; -1 for words
    page: int
    y: float


@dataclass(frozen=True)
class Move:
    """What is done with the exhibit, or the chapter, of a number; `by` is the scale."""

    kind: Literal["join", "float", "split", "scale"]
    place: int
    by: float = 1.0


Spots = Sequence[Spot]
Moves = tuple[Move, ...]
Ask = Callable[[Moves], Spots]


def told(moves: Moves) -> dict[str, Any]:
    """Moves as the template is told of them.

    >>> told((Move("float", 3), Move("scale", 5, 0.9)))
    {'joins': [], 'floats': [3], 'splits': [], 'scales': {'5': 0.9}}
    """
    places = {
        f"{kind}s": [move.place for move in moves if move.kind == kind]
        for kind in ("join", "float", "split")
    }
    return {**places, "scales": {str(m.place): m.by for m in moves if m.kind == "scale"}}


def best(ask: Ask, drawings: Mapping[int, float], rounds: int) -> Moves:
    """The moves that leave the least empty, found one at a time in each run of chapters.

    `ask` sets the document with moves and tells its spots; `drawings` has the height in points of
    each figure's drawing, and what has none is a table; the document is set `rounds` times at most.
    """
    moves: Moves = ()
    tried: set[Move] = set()
    runs = _runs(ask(moves), moves)
    for _ in range(rounds):
        join = _join(runs, tried)
        offers = [None if join else _offer(run, moves, drawings, tried) for run in runs]
        new = [offer for offer in (join, *offers) if offer]
        if not new:
            break
        tried.update(new)
        trial = _with(moves, *new)
        after = _runs(ask(trial), trial)
        if join and (join.place == runs[1][0].place or _total(after) < _total(runs) + _MORE):
            moves, runs = trial, after  # contents that are alone on a page are always joined
        for number, offer in enumerate(offers):
            if offer and _cost(after[number]) + _MOVED[offer.kind] < _cost(runs[number]):
                moves, runs[number] = _with(moves, offer), after[number]
                tried -= {move for move in tried if move.kind != "join"}
    return moves


def _with(moves: Moves, *new: Move) -> Moves:
    """Moves with new ones in the place of what was done with the same."""
    places = {(move.kind == "join", move.place) for move in new}
    return (*(m for m in moves if (m.kind == "join", m.place) not in places), *new)


def _runs(spots: Spots, moves: Moves) -> list[Spots]:
    """The spots by run of chapters."""
    joined = {move.place for move in moves if move.kind == "join"}
    starts = [
        number
        for number, spot in enumerate(spots)
        if spot.what == "chapter" and spot.place not in joined
    ]
    return [spots[start:end] for start, end in pairwise([*starts, len(spots)])]


def _filled(spots: Spots) -> dict[int, float]:
    """Where the last of each page stands; what goes on over a page has filled it."""
    filled: dict[int, float] = {}
    for before, spot in pairwise([spots[0], *spots]):
        filled[spot.page] = max(filled.get(spot.page, TOP), spot.y)
        if before.what == "start":
            filled |= dict.fromkeys(range(before.page, spot.page), BOTTOM)
    return filled


def _cost(run: Spots) -> float:
    """What the pages of a run cost: the gaps, that of the last less, and each page."""
    filled = _filled(run)
    last = max(filled)
    gaps = {page: (BOTTOM - y) / _PAGE for page, y in filled.items()}
    empty = sum(max(gap - _BEARABLE, 0.0) ** 2 for page, gap in gaps.items() if page != last)
    return empty + _LAST * gaps[last] ** 2 + _MORE * (last - run[0].page + 1)


def _total(runs: Sequence[Spots]) -> float:
    return sum(map(_cost, runs))


def _offer(
    run: Spots, moves: Moves, drawings: Mapping[int, float], tried: set[Move]
) -> Move | None:
    """The first move that has not been tried, for the first gap that has one."""
    floats = {move.place for move in moves if move.kind == "float"}
    ends = {spot.place: spot for spot in run if spot.what == "end"}
    filled = _filled(run)
    staying = [spot for spot in run if spot.what == "chapter" or spot.place not in floats]
    for number, (before, spot) in enumerate(pairwise(staying), start=1):
        free = BOTTOM - filled.get(spot.page - 1, BOTTOM)
        if spot.what != "start" or spot.page == before.page or free < _GAP:
            continue
        end = ends[spot.place]
        height = (end.y if end.page == spot.page else BOTTOM) - TOP
        followed = len(staying) > number + 2  # by more than its own end
        lack = height + _AIR - free
        for move in _ways(spot.place, height, lack, drawings.get(spot.place), followed):
            if move not in tried:
                return move
    return None


def _ways(
    place: int, height: float, lack: float, drawn: float | None, followed: bool
) -> Iterator[Move]:
    """The moves for an exhibit of a height that lacks some points, the mildest first."""
    scale = round(1 - lack / drawn, 3) if drawn else 0.0
    if _SCALES[0] <= scale < 1:
        yield Move("scale", place, scale)
    if not drawn and height > _LONG:
        yield Move("split", place)
    if followed:
        yield Move("float", place)
    if _SCALES[1] <= scale < _SCALES[0]:
        yield Move("scale", place, scale)


def _join(runs: Sequence[Spots], tried: set[Move]) -> Move | None:
    """The first chapter that can begin on the last page of those before."""
    for before, after in pairwise(runs):
        move = Move("join", after[0].place)
        if BOTTOM - max(_filled(before).items())[1] > _JOINED and move not in tried:
            return move
    return None
