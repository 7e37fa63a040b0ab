"""What travels from a notebook to a report: exhibits, and the one schema that they pass.

Terms
-----
exhibit: one output of a chapter with everything a report needs to print it by itself. It is made
    by `analysis.exhibits`, travels as one text in the notebook's own output, and is read by
    `loads`: what does not fit the schema is no exhibit, whoever wrote the notebook.
drawing: the SVG of a figure, with the size that it is printed in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from analysis.citable import Citable
from analysis.errors import BuildError
from analysis.metrics.measure import Kind
from analysis.tables import Format
from analysis.text.formulas import Formula

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MIME = "application/vnd.samverkan.exhibit+json"
Value = str | int | float | bool | None


@dataclass(frozen=True)
class Drawing:
    """A figure as SVG; sizes in points. `head` and `foot` hold its title and its source."""

    svg: str
    width: float
    height: float
    head: float = 0.0
    foot: float = 0.0


@dataclass(frozen=True)
class TableExhibit:
    """A table: columns with their formats, and raw rows; the first column names the rows.

    `formulas` are those of its derived columns, whoever defined their measures.
    """

    id: str
    title: str
    columns: tuple[Format, ...]
    rows: tuple[tuple[Value, ...], ...]
    sources: tuple[Citable, ...]
    kind: Kind
    subtitle: str = ""
    notes: tuple[str, ...] = ()
    formulas: tuple[Formula, ...] = ()
    page: bool = False  # of its own, in print
    type: Literal["table"] = "table"


@dataclass(frozen=True)
class FigureExhibit:
    """A figure: its drawings, its words, and the same information as a table."""

    id: str
    title: str
    alt: str
    wide: Drawing
    sources: tuple[Citable, ...]
    kind: Kind
    subtitle: str = ""
    unit: str = ""
    note: str = ""
    formulas: tuple[Formula, ...] = ()
    narrow: Drawing | None = None
    table: TableExhibit | None = None
    type: Literal["figure"] = "figure"


@dataclass(frozen=True)
class TextExhibit:
    """Sentences that code made from data, as Markdown; `own` when a person wrote them."""

    markdown: str
    own: bool = False
    type: Literal["text"] = "text"


@dataclass(frozen=True)
class FindingsExhibit:
    """The most important findings of a report, a sentence each; `title` is their headline."""

    items: tuple[str, ...]
    title: str = ""
    evidence: str = ""  # how old what they build on is
    type: Literal["findings"] = "findings"


@dataclass(frozen=True)
class Tile:
    """One key figure beside the findings; `source` is a dataset key."""

    label: str
    value: str
    comparison: str
    source: str
    measure: str = ""


@dataclass(frozen=True)
class TilesExhibit:
    """A few key figures, large."""

    items: tuple[Tile, ...]
    type: Literal["tiles"] = "tiles"


@dataclass(frozen=True)
class KeyFigure:
    """A row of `key_figures.json`."""

    id: str
    label: str
    value: float | int | None
    unit: str
    year: int
    area: str
    kind: Kind
    source: str


@dataclass(frozen=True)
class KeyFiguresExhibit:
    """Rows for `key_figures.json`; a report does not print them."""

    items: tuple[KeyFigure, ...] = field(default=())
    type: Literal["key_figures"] = "key_figures"


Exhibit = (
    FigureExhibit | TableExhibit | TextExhibit | FindingsExhibit | TilesExhibit | KeyFiguresExhibit
)


@cache
def _schema() -> TypeAdapter[Any]:
    from pydantic import Field, TypeAdapter

    return TypeAdapter(Annotated[Exhibit, Field(discriminator="type")])


def dumps(exhibit: Exhibit) -> str:
    """The exhibit as one text.

    >>> dumps(TextExhibit("Nora växer."))
    '{"markdown":"Nora växer.","own":false,"type":"text"}'
    """
    return _schema().dump_json(exhibit).decode()


def loads(text: object, where: str) -> Exhibit:
    """The exhibit that a notebook's output carries; `where` names its cell in errors.

    Raises BuildError for anything that does not fit the schema.

    >>> loads('{"markdown":"Nora växer.","type":"text"}', "cell 1")
    TextExhibit(markdown='Nora växer.', own=False, type='text')
    """
    from pydantic import ValidationError

    try:
        return _schema().validate_json(str(text), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BuildError(
            f"{where}: its output is no exhibit of this version ({place}: "
            f"{first['msg']}); run the notebook again"
        ) from None
