"""How a recomputation is written and found.

Terms
-----
recomputation: a function of the part of the report that an exhibit is about; it is registered with
    the chapter and the id of its exhibit, without the key of a region or cooperation at its end.
place: what is asked about: `area` (a cooperation, or the whole region) inside `whole`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tests.guard.files import Area


@dataclass(frozen=True)
class Place:
    """The region of the report, and the part that the exhibit is about.

    Of an exhibit that goes on over several: the number of this `page`, and the names of its `rows`.
    """

    whole: Area
    area: Area
    page: int = 1
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """What a table must show: headings and cells as texts; its title and notes by skeleton."""

    title: str
    heads: list[str]
    rows: list[list[str]]
    notes: Iterable[str] = ()
    subtitle: str = ""
    whole: tuple[str, ...] = ()  # of one that is paged: the names of the rows of all pages


@dataclass(frozen=True)
class Figure:
    """What a figure must say; texts by skeleton. `table` is None where it has none.

    `alt` may be a function of the text that is shown.
    """

    title: str
    alt: str | Callable[[str], str]
    subtitle: str = ""
    table: Table | None = None
    notes: Iterable[str] = ()


@dataclass
class Book:
    """The recomputations by (chapter, id), and those of a chapter's sentences, tiles and findings."""

    exhibits: dict[tuple[str, str], Callable] = field(default_factory=dict)
    said: dict[str, list[Callable]] = field(default_factory=dict)


BOOK = Book()


def recomputes(chapter: str, *ids: str) -> Callable:
    """Register a function `place -> Figure | Table` for the exhibits `ids` of `chapter`."""

    def register(function: Callable) -> Callable:
        for name in ids:
            if (chapter, name) in BOOK.exhibits:
                raise ValueError(f"{chapter} {name} has two recomputations")
            BOOK.exhibits[chapter, name] = function
        return function

    return register


def says(chapter: str) -> Callable:
    """Register a function `region -> sentences` that gives what the chapter must say."""

    def register(function: Callable) -> Callable:
        BOOK.said.setdefault(chapter, []).append(function)
        return function

    return register
