"""Text files as people save them: Excel, Notepad and editors, one careful reader for all.

Terms
-----
encoding: UTF-8, with or without a byte order mark; UTF-16 with one; else Windows' cp1252, taken
    only when the letters that come out are those of western languages.
separator: comma, semicolon (what a Swedish Excel writes) or tab, whichever splits the header.
row: the line of the file on which a record begins, counted from 1, as an editor shows it.

Nothing is guessed where two readings are possible: that is a fault with file and row.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import hints
from analysis.errors import InputError, raise_faults

SEPARATORS = (",", ";", "\t")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNS = set("\t\n\r€–—‘’“”„…•§°·«»½¼¾£©®´¨×²³ \u00ad")
# what letters of DOS become when they are read as cp1252
_INSIDE_WORDS = re.compile(r"[^\W\d_][†‡ˆ‰‹›”„“¤¦¥¬±¶¹º][^\W\d_]")
# the blank of a number such as 1 234, which a Swedish Excel writes; elsewhere it may be an á of DOS
_OF_NUMBERS = re.compile(r"\d\xa0|\xa0\d")
# also those of the second block, and those that turn the direction of what follows
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# marks of strong text and of links in sentences; what a spreadsheet takes for a formula
_ACTING = re.compile(r"\*\*|\]\(<|^[=@]|^[-+][^\d\s]")


@dataclass(frozen=True)
class Rows:
    """A table of text: `header` with blanks stripped, and each record with the row it begins on."""

    file: str
    header: tuple[str, ...]
    records: tuple[tuple[int, tuple[str, ...]], ...]
    separator: str


def read_text(path: Path) -> str:
    """The text of a file, whatever common program saved it; line ends become line feeds.

    Raises InputError that names the file, the row and what to save it as.

    >>> from analysis import paths
    >>> read_text(paths.data_path("regions.toml")).startswith("#")
    True
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path.name}: cannot be read ({error.strerror}); restore the file or name another"
        ) from error
    return decode(content, path.name)


def acting(text: str) -> str:
    """What in a name or cell would act in a report or spreadsheet and not be printed; "" if nothing.

    >>> acting("=HYPERLINK(1)"), acting("a **b**"), acting("-5"), acting("K*A*K [1]")
    ('=', '**', '', '')
    """
    found = _ACTING.search(text)
    return found[0] if found else ""


def decode(content: bytes, file: str) -> str:
    """The text of `content`, that stands in `file`; see `read_text`.

    >>> decode("Köping".encode("cp1252"), "namn.csv"), decode("Kil".encode("utf-16"), "namn.csv")
    ('Köping', 'Kil')
    >>> decode("Köping;1\xa0130".encode("cp1252"), "folk.csv")
    'Köping;1\xa0130'
    >>> decode("Köping".encode("cp850"), "namn.csv")
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: namn.csv row 1: the letters cannot be told; save it as UTF-8
    """
    named = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(named)
    except UnicodeDecodeError as error:
        if named != "utf-8":
            raise InputError(
                f"{file}: is no whole {named.upper()} text; save it as UTF-8"
            ) from error
        text = _western(content, file)
    found = _CONTROL.search(text)
    if found:
        raise InputError(
            f"{file} row {_row(text, found.start())}: has the control character "
            f"U+{ord(found[0]):04X}; remove it and save the file as UTF-8"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _western(content: bytes, file: str) -> str:
    """`content` as cp1252, where each letter that comes out is one of a western language."""
    text = content.decode("cp1252", errors="replace")
    for place, letter in enumerate(text):
        plain = letter.isascii() or letter in _SIGNS
        if letter == "\xa0":
            plain = _OF_NUMBERS.search(text[max(place - 1, 0) : place + 2]) is not None
        western = letter < "\u0100" and unicodedata.category(letter).startswith("L")
        if not (plain or western) or _INSIDE_WORDS.match(text, max(place - 1, 0)):
            raise InputError(
                f"{file} row {_row(text, place)}: the letters cannot be told; save it as UTF-8"
            )
    return text


def _row(text: str, place: int) -> int:
    return len(re.findall(r"\r\n|\r|\n", text[:place])) + 1


def read_rows(path: Path, columns: Sequence[str] = ()) -> Rows:
    """The records of a CSV file; blank rows and empty columns at the right are left out.

    With `columns` the header must hold just these, in this order. Raises InputError with every
    fault of the file: encoding, separator, header, records of another width.

    >>> from analysis import paths
    >>> rows = read_rows(paths.data_path("municipalities.csv"))
    >>> rows.header[:2], len(rows.records)
    (('code', 'name'), 290)
    """
    return rows_of(read_text(path), path.name, columns)


def rows_of(text: str, file: str, columns: Sequence[str] = ()) -> Rows:
    r"""The records of CSV text that stands in `file`; see `read_rows`.

    >>> rows_of("code;name;\n0381;Enköping;\n", "namn.csv").records
    ((2, ('0381', 'Enköping')),)
    >>> rows_of("kod,name\n", "namn.csv", ["koder", "name"])
    Traceback (most recent call last):
        ...
    analysis.errors.InputError: namn.csv row 1: unknown column 'kod': did you mean 'koder'? valid...
    """
    separator = _separator(text, file, columns)
    found = records(text, file, separator)
    width = max((_width(cells) for _, cells in found), default=0)
    header = [cell.strip() for cell in found[0][1]] if found else []
    header += [""] * (width - len(header))
    header = header[: max(width, _width(header))]
    faults = [*_header_faults(header, file, columns)]
    kept = []
    for row, cells in found[1:]:
        trimmed = [cell.strip() for cell in cells[: len(header)]]
        if len(cells) < len(header):
            faults.append(
                f"{file} row {row}: {len(cells)} cells where the header has "
                f"{len(header)}; put text that contains {separator!r} in quotes"
            )
        elif any(trimmed):
            kept.append((row, tuple(trimmed)))
    raise_faults(InputError, faults)
    return Rows(file, tuple(header), tuple(kept), separator)


def _width(cells: Sequence[str]) -> int:
    """How many cells there are up to the last one with content."""
    return max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _separator(text: str, file: str, columns: Sequence[str]) -> str:
    """The sign that splits the header; the one that finds most of `columns` where they are known.

    A row by itself such as `sep=;`, which Excel heeds, is not understood by others: it is a fault.
    """
    first = next((line for line in text.split("\n") if line.strip()), "")
    if re.fullmatch(r"sep=.", first.strip(), re.IGNORECASE):
        raise InputError(f"{file} row 1: {first.strip()!r} is no header; remove the row")
    found = {
        sign: len(set(columns) & {cell.strip().strip('"') for cell in first.split(sign)})
        if columns
        else first.count(sign)
        for sign in SEPARATORS
    }
    best = max(found.values())
    likely = [sign for sign, count in found.items() if count == best and sign in first] or [","]
    if len(likely) > 1:
        raise InputError(
            f"{file} row 1: the columns may be separated by "
            f"{' or '.join(map(repr, likely))}; use commas only"
        )
    return likely[0]


def records(text: str, file: str, separator: str) -> list[tuple[int, list[str]]]:
    r"""The rows of CSV text that are not blank, each with the line it begins on.

    Raises InputError for a quote that is not closed: it would swallow the rows after it.

    >>> records("kod;n\n\n1984;5\n", "namn.csv", ";")
    [(1, ['kod', 'n']), (3, ['1984', '5'])]
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found, row = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((row, cells))
            row = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{file} row {row}: is no CSV ({error}); close its quotes, or save it anew"
        ) from error
    return found


def _header_faults(header: Sequence[str], file: str, columns: Sequence[str]) -> list[str]:
    if not header:
        return [f"{file}: is empty; its first row must name the columns"]
    place = f"{file} row 1"
    faults = [
        f"{place}: column {number} has no name; name it or empty it"
        for number, name in enumerate(header, 1)
        if not name
    ]
    faults += [
        f"{place}: the column {name!r} stands there twice; rename one"
        for name in dict.fromkeys(header)
        if name and header.count(name) > 1
    ]
    if not columns:
        return faults
    faults += [
        f"{place}: {hints.unknown('column', name, columns)}"
        for name in header
        if name and name not in columns
    ]
    missing = [name for name in columns if name not in header]
    if missing and not faults:
        faults.append(f"{place}: the columns {', '.join(missing)} are missing; add them")
    if not faults and list(header) != list(columns):
        faults.append(f"{place}: the columns stand in another order; write {','.join(columns)}")
    return faults
