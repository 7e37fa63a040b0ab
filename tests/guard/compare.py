"""The one comparer: what the chapters show against what the files say.

Terms
-----
fault: one line that names exhibit, cell, what is shown, what is recomputed and where.
paged: an exhibit that goes on over several, whose rows together are all rows.
explained: a sentence whose skeleton is that of a recomputed one, that stands as a note in
    `data/README.md`, or that is fixed (a definition, see `listed.FIXED`).
"""

import difflib
import importlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from tests.guard import files, keys, listed, marks
from tests.guard.capture import MARKS, ROW, SEPARATOR
from tests.guard.model import BOOK, Figure, Place, Table
from tests.guard.swedish import NARROW, NUMBER, Skeletons, as_float, plain, sentences

Paged = dict[str, tuple[list[str], list[str]]]  # by name: rows on all pages, rows that there are
_HERE = "tests/guard"
for _module in (
    "people",
    "ability",
    "commuters",
    "modelled",
    "pageone",
    "bodies",
    "nation",
    "cards",
    "scenarios",
    "sheets",
    "investigations",
):
    importlib.import_module(f"tests.guard.{_module}")


def faults(region: str, chapters: dict[str, list]) -> list[str]:
    """Every fault of the exhibits of a region, by chapter."""
    return faults_of(files.region(region), chapters)


def faults_of(area: files.Area, chapters: dict[str, list]) -> list[str]:
    """Every fault of what is shown of an area: a region, or what a scenario is about."""
    return [
        f"{chapter} {fault}"
        for chapter, shown in chapters.items()
        for fault in _chapter(chapter, area, shown)
    ]


def _chapter(chapter: str, area: files.Area, shown: list) -> Iterator[str]:
    said: list[str] = []
    paged: Paged = {}
    for exhibit in shown:
        if exhibit.type in ("figure", "table"):
            yield from _exhibit(chapter, area, exhibit, paged)
        elif exhibit.type == "key_figures":
            yield from keys.faults(chapter, area, exhibit.items)
        elif exhibit.type in listed.KINDS:
            said += listed.KINDS[exhibit.type](exhibit)
    for name, (rows, every) in paged.items():
        if sorted(rows) != sorted(every):
            yield f"{name}: rows of all pages: {_differ(sorted(rows), sorted(every))}"
    yield from _said(chapter, area, said)


# --- figures and tables --------------------------------------------------------------------------


def place_of(chapter: str, exhibit, area: files.Area) -> tuple[str, Place]:
    """The id without the key of a part or the number of a page at its end, and the part."""
    table = exhibit if exhibit.type == "table" else exhibit.table
    rows = tuple(str(row[0]) for row in table.rows) if table else ()
    for part in (area, *area.groups):
        if exhibit.id.endswith(f"-{part.key}"):
            return exhibit.id.removesuffix(f"-{part.key}"), Place(area, part)
    name, _, page = exhibit.id.rpartition("-")
    if page.isdigit():
        return name, Place(area, area, int(page), rows)
    return exhibit.id, Place(area, area, 1, rows)


def _exhibit(chapter: str, area: files.Area, exhibit, paged: Paged) -> Iterator[str]:
    """Its faults; the rows of one that is paged are put into `paged`."""
    name, place = place_of(chapter, exhibit, area)
    if (chapter, name) in listed.EXHIBITS:
        return
    function = BOOK.exhibits.get((chapter, name))
    if function is None:
        yield (
            f"{exhibit.type} {exhibit.id}: nobody recomputes it; add a function with "
            f'@recomputes("{chapter}", "{name}") to a module of {_HERE}, or list it with the '
            f"reason in {_HERE}/listed.py"
        )
        return
    made = f"({_HERE}/{function.__module__.rpartition('.')[2]}.py, {function.__name__})"
    wanted = function(place)
    if exhibit.type == "table" and isinstance(wanted, Figure):
        wanted = wanted.table  # the same numbers, printed as a table too
    table = wanted.table if isinstance(wanted, Figure) else wanted
    if table is not None and table.whole:
        rows, _ = paged.setdefault(name, ([], [plain(row) for row in table.whole]))
        rows += [plain(row) for row in place.rows]
    found = _table(exhibit, wanted) if isinstance(wanted, Table) else _figure(exhibit, wanted)
    yield from (f"{exhibit.type} {exhibit.id}: {fault} {made}" for fault in found)


def _figure(exhibit, wanted: Figure) -> Iterator[str]:
    for part in ("title", "subtitle", "alt"):
        shown, right = getattr(exhibit, part), getattr(wanted, part)
        yield from _words(part, shown, right(shown) if callable(right) else right)
    yield from _notes([exhibit.note], wanted.notes)
    yield from _drawn(exhibit, wanted)
    if (exhibit.table is None) != (wanted.table is None):
        yield "has a table where none is recomputed, or none where one is"
    elif wanted.table is not None:
        yield from _table(exhibit.table, wanted.table)


def _drawn(exhibit, wanted: Figure) -> Iterator[str]:
    """Numbers on a figure that was run in this process: those of the row that a label names.

    A label names its row itself, or stands in the row of a name on the axis.
    """
    words, _, drawn = exhibit.wide.svg.partition(MARKS)
    if not drawn:  # a picture of a built report
        return
    yield from marks.faults(json.loads(drawn), wanted.table)
    if wanted.table is None:
        return
    rows: dict[str, list[str]] = {}
    for name, *cells in wanted.table.rows:
        rows.setdefault(plain(name), []).extend(_numbers(cells))
    every = {number for numbers in rows.values() for number in numbers}
    every |= set(_numbers([wanted.alt] if isinstance(wanted.alt, str) else []))
    for text in words.split(SEPARATOR):
        beside, _, label = text.partition(ROW)
        name, _, value = label.rpartition("\n")
        shown = re.fullmatch(NUMBER, value.removesuffix("%").strip())
        if shown is None or (name and plain(name) not in rows):
            continue
        known = rows[plain(name)] if name else rows.get(plain(beside), every)
        if not any(near(shown.group(), one) for one in known):
            yield f"label {_seen(f'{beside} {label}')} is none of its numbers"


def _numbers(texts: Iterable[str]) -> list[str]:
    return [number for text in texts for number in re.findall(NUMBER, text)]


def near(shown: str, known: str) -> bool:
    """The same number, where one may be written with fewer decimals than the other."""
    few, many = sorted((shown, known), key=_decimals)
    step = 10.0 ** -_decimals(few) if _decimals(few) < _decimals(many) else 0
    return abs(as_float(shown) - as_float(known)) <= 0.5 * step + 1e-9


def _decimals(number: str) -> int:
    return len(number.partition(",")[2])


def _table(exhibit, wanted: Table) -> Iterator[str]:
    yield from _words("title", exhibit.title, wanted.title)
    yield from _words("subtitle", exhibit.subtitle, wanted.subtitle)
    yield from _notes(exhibit.notes, wanted.notes)
    heads = [plain(column.heading) for column in exhibit.columns]
    if heads != [plain(head) for head in wanted.heads]:
        yield f"headings {heads} are not {wanted.heads}"
        return
    rows = [
        [plain(column.show(value)) for column, value in zip(exhibit.columns, row, strict=True)]
        for row in exhibit.rows
    ]
    yield from cell_faults(heads, rows, wanted.rows)


def cell_faults(heads: list[str], shown: list[list[str]], wanted: list[list[str]]) -> Iterator[str]:
    """Rows that lack, are too many or stand elsewhere, and cells that differ in the others.

    Rows are named by their first cell, and by their number where several have the same.
    """
    has, must = _by_name(shown), _by_name(wanted)
    if list(has) != list(must):
        yield f"rows {_differ(list(has), list(must))}"
    for name in must:
        if len(must[name]) != len(heads):
            yield f"row {name!r}: {len(must[name])} cells are recomputed under {len(heads)} headings"
        for head, cell, value in zip(heads, has.get(name, ()), must[name], strict=False):
            if value != listed.UNKNOWN and cell != plain(value):
                yield f"row {name!r}, {head!r}: shown {_seen(cell)}, recomputed {_seen(value)}"


def _seen(text: str) -> str:
    """A text as a reader sees it, in quotation marks."""
    return f"'{plain(text).replace(NARROW, ' ')}'"


def _by_name(rows: list[list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    seen: Counter = Counter()
    for row in rows:
        name = plain(row[0])
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name} ({seen[name]})"] = row
    return found


# --- words ---------------------------------------------------------------------------------------


@cache
def _skeletons() -> Skeletons:
    return Skeletons(listed.proper_names())


def _words(part: str, shown: str, wanted: str) -> Iterator[str]:
    if wanted == listed.UNKNOWN:
        return
    yield from _gaps(part, shown)
    has, must = _skeletons().of(shown), _skeletons().of(wanted)
    if has != must:
        yield f"{part} {_seen(shown)}: says {_differ(has, must)}"


_GAP = re.compile(r"\S {2,}\S| [.,;](?:\s|$)|\(\)|[.,;:]{2,}(?<!\.\.\.)|\b(?:nan|None|<NA>)\b")


def _gaps(part: str, shown: str) -> Iterator[str]:
    """A place in a text in which something was to be said and is not."""
    if gap := _GAP.search(shown):
        around = shown[max(gap.start() - 20, 0) : gap.end() + 20]
        yield f"{part}: a gap in '{around}'"


def _differ(has: list[str], must: list[str]) -> str:
    """The first places in which two skeletons differ."""
    parts = [
        f"{' '.join(has[a:b]) or 'nothing'} where {' '.join(must[c:d]) or 'nothing'} is recomputed"
        for kind, a, b, c, d in difflib.SequenceMatcher(None, has, must, False).get_opcodes()
        if kind != "equal"
    ]
    return "; ".join(parts[:3])


def _key(sentence: str) -> tuple[str, ...]:
    return tuple(_skeletons().of(sentence))


@cache
def _fixed() -> frozenset[tuple[str, ...]]:
    """Skeletons of what is printed as it stands."""
    readme = (files.DATA / "README.md").read_text(encoding="utf-8")
    texts = [line.removeprefix("- ") for line in readme.splitlines() if line.startswith("- ")]
    return frozenset(_key(part) for text in [*texts, *listed.FIXED] for part in sentences(text))


def _notes(shown: Iterable[str], wanted: Iterable[str]) -> Iterator[str]:
    right = {_key(part) for note in wanted for part in sentences(note)} | _fixed()
    for note in shown:
        yield from _gaps("note", note)
        for part in sentences(note):
            if _key(part) and _key(part) not in right:
                yield f"note {_seen(part)} is not recomputed; give it in `notes`"


def _said(chapter: str, area: files.Area, shown: list[str]) -> Iterator[str]:
    """Each sentence must be a recomputed one, and each recomputed one must be said."""
    wanted: dict[tuple[str, ...], str] = {}
    must: Counter = Counter()
    for function in BOOK.said.get(chapter, []):
        for text in function(area):
            for part in sentences(text):
                wanted[_key(part)] = (
                    f"{function.__module__.rpartition('.')[2]}.py, {function.__name__}"
                )
                must[_key(part)] += 1
    has = Counter(_key(part) for text in shown for part in sentences(text))
    for text in shown:
        yield from _gaps("text", text)
        for part in sentences(text):
            if chapter in listed.FREE or any(
                at == chapter and part.startswith(start) for at, start in listed.SENTENCES
            ):
                continue
            if _key(part) and _key(part) not in wanted and _key(part) not in _fixed():
                yield f"sentence {_seen(part)}: {_nearest(_key(part), wanted)}"
    for key, often in must.items():
        if key and has[key] < often:
            times = f" {often} times but {has[key]}" if has[key] else ""
            yield f"does not say {' '.join(key)}{times} ({_HERE}/{wanted[key]})"


def _nearest(key: tuple[str, ...], wanted: dict[tuple[str, ...], str]) -> str:
    def likeness(other: tuple[str, ...]) -> float:
        return difflib.SequenceMatcher(None, key, other, False).ratio()

    best = max(wanted, key=likeness, default=())
    if not best or likeness(best) < 0.4:
        return (
            f"nobody recomputes it; add it to a function with @says in a module of {_HERE}, or to "
            f"FIXED in {_HERE}/listed.py with the reason"
        )
    return f"says {_differ(list(key), list(best))} ({_HERE}/{wanted[best]})"
