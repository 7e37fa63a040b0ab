"""The investigator's own prose: one Markdown file for each chapter, never overwritten.

Terms
-----
prose: what stands in `text/NAME.md` beside comments; a file without any is "att skriva".
block: a run of prose, a table or a picture, in the order of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import hints, reads, textfiles
from analysis.errors import InputError, raise_faults
from analysis.regions import slug

FOLDER = "text"
CHAPTERS = {
    "uppdrag": "Uppdraget",
    "nulage": "Hur sköts tjänsten i dag?",
    "behov": "Behov och sårbarhet",
    "alternativ": "Alternativen sida vid sida",
    "ekonomi": "Kostnader och avtal",
    "fordelning": "Vem betalar vad?",
    "lokalisering": "Var kan verksamheten ligga?",
    "juridik": "Lag och former",
    "resultat": "Vad gav det?",
    "process": "Från avsikt till start",
    "bedomning": "Utredarens bedömning",
}
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PICTURE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_HEADING = re.compile(r"(#{1,6})(?:\s+(.*?))?\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-+)\s*")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_HTML = re.compile(r"</?[a-zA-Z][\w-]*(?:\s[^>]*)?/?>")
_MARKS = re.compile(r"(\*\*|__|`)(.+?)\1")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*")
_PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
_BESIDE = ("Thumbs.db", "desktop.ini")  # what Windows keeps in a folder of pictures
_MOST_BYTES = 5_000_000


@dataclass(frozen=True)
class Prose:
    """A run of Markdown without tables and pictures."""

    markdown: str


@dataclass(frozen=True)
class TextTable:
    """A table of the prose: headings and rows of words."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """A picture of the prose; `alt` says what it shows."""

    path: Path
    alt: str


Block = Prose | TextTable | Picture


def write_texts(folder: Path) -> None:
    """An empty file for each chapter that has none."""
    folder.mkdir(exist_ok=True)
    for name, title in CHAPTERS.items():
        path = folder / f"{name}.md"
        if not path.exists():
            path.write_text(
                f"<!-- Egen text till ”{title}”. Tabeller och bilder går bra; rubriker "
                "börjar med ##. -->\n",
                encoding="utf-8",
            )


def read_texts(folder: Path) -> tuple[dict[str, tuple[Block, ...]], list[str]]:
    """The blocks of each chapter's file (none: to write), and every fault with file and row."""
    found: dict[str, tuple[Block, ...]] = dict.fromkeys(CHAPTERS, ())
    faults: list[str] = []
    headings: dict[str, list[tuple[int, str]]] = {}
    for path in files(folder, faults):
        file = f"{FOLDER}/{path.name}"
        if path.suffix.casefold() in _PICTURES:
            continue
        if path.suffix.casefold() != ".md":
            faults.append(
                f"{file}: is not read; write the text into one of {FOLDER}/*.md, pictures as "
                ".png or .jpg, or move the file away"
            )
            continue
        if path.stem not in CHAPTERS:
            faults.append(f"{file}: {hints.unknown('chapter', path.stem, CHAPTERS)}; rename it")
            continue
        try:
            text = _without_comments(textfiles.read_text(path))
        except InputError as error:
            faults += [f"{FOLDER}/{fault}" for fault in error.faults]
            continue
        headings[file] = [
            (row, line[2])
            for row, line in enumerate(map(_HEADING.match, _outside_code(text)), 1)
            if line and line[2]
        ]
        wrong = [*_faults(text, file, folder)]
        faults += wrong
        found[path.stem] = () if wrong else tuple(_blocks(text, folder))
    return found, [*faults, *_repeated_headings(headings)]


@reads.door(leaf=True)
def chapter(folder: Path, name: str) -> tuple[Block, ...]:
    """The blocks of the file of one chapter in `folder`; none while it is to write.

    Raises InputError with every fault of the folder.
    """
    found, faults = read_texts(Path(folder))
    raise_faults(InputError, faults)
    return found[name]


def files(folder: Path, faults: list[str]) -> list[Path]:
    """The files of a folder of the investigation, without what programs keep beside them.

    A folder that is not there holds none; what is no folder is a fault, for its files are not read.
    """
    if folder.is_dir():
        return [
            path
            for path in sorted(folder.iterdir())
            if not path.name.startswith((".", "~$")) and path.name not in _BESIDE
        ]
    if folder.is_symlink() or folder.exists():
        faults.append(f"{folder.name}: is no folder; move it away, and put the files into a folder")
    return []


def _outside_code(text: str) -> list[str]:
    """The lines of a text, those of code between fences emptied."""
    lines, fence = [], ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        inside = bool(fence)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        lines.append("" if inside or mark else line)
    return lines


def _without_comments(text: str) -> str:
    """Comments become blank lines, so that rows keep their numbers."""
    return _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)


def _faults(text: str, file: str, folder: Path) -> Iterator[str]:
    lines, level = _outside_code(text), 1
    for row, line in enumerate(lines, 1):
        place = f"{file} row {row}"
        heading = _HEADING.match(line)
        if heading:
            yield from _heading_faults(place, heading, level)
            level = len(heading[1])
        elif row > 1 and _UNDERLINE.fullmatch(line) and lines[row - 2].strip():
            yield (
                f"{place}: {line.strip()!r} under a row makes it a heading; begin headings with "
                "##, and leave an empty row before a line"
            )
        if "<!--" in line:
            yield f"{place}: the comment is not closed; end it with -->"
        elif _HTML.search(line):
            yield f"{place}: HTML such as {_HTML.findall(line)[0]!r} is not used; write Markdown"
        if "![" in _PICTURE.sub("", line):
            yield f"{place}: write a picture as ![what it shows](file.png)"
        for alt, name in _PICTURE.findall(line):
            yield from _picture_faults(place, alt, name, folder)
    for row, rows in _tables(lines):
        widths = {len(_cells(line)) for line in rows}
        if len(widths) > 1:
            yield (
                f"{file} row {row}: the table's rows have {min(widths)} to {max(widths)} cells; "
                "give each as many as the headings"
            )


def _heading_faults(place: str, heading: re.Match[str], before: int) -> Iterator[str]:
    """A heading has words, is below the chapter's own, and skips no level after `before`."""
    level, words = len(heading[1]), (heading[2] or "").strip()
    if not words:
        yield f"{place}: the heading has no text; write one, or remove it"
    elif level == 1:
        yield f"{place}: the heading {words!r} is too large; begin it with ##"
    elif level > before + 1:
        yield (f"{place}: the heading {words!r} skips a level; begin it with {'#' * (before + 1)}")


def _repeated_headings(found: Mapping[str, Sequence[tuple[int, str]]]) -> Iterator[str]:
    """Headings become addresses in the report: each is there once, whatever its file."""
    seen = {slug(title): f"the chapter {title!r}" for title in CHAPTERS.values()}
    for file, headings in found.items():
        for row, words in headings:
            other = seen.setdefault(slug(words), f"{file} row {row}")
            if other != f"{file} row {row}":
                yield (
                    f"{file} row {row}: the heading {words!r} is that of {other} too; give it "
                    "other words"
                )


def _picture_faults(place: str, alt: str, name: str, folder: Path) -> Iterator[str]:
    path = folder / name
    if not alt.strip():
        yield f"{place}: the picture {name!r} has no alt text; write ![what it shows]({name})"
    if re.match(r"[a-z]+:", name) or Path(name).is_absolute() or ".." in Path(name).parts:
        yield f"{place}: the picture {name!r} lies elsewhere; put it into {FOLDER}/ and name it"
    elif path.suffix.casefold() not in _PICTURES:
        yield f"{place}: the picture {name!r} is of another kind; save it as .png or .jpg"
    elif not path.is_file():
        near = hints.did_you_mean(name, [p.name for p in folder.iterdir()])
        yield f"{place}: the picture {name!r} is not in {FOLDER}/; {near}put it there"
    elif not path.resolve().is_relative_to(folder.resolve()):
        yield f"{place}: the picture {name!r} is a link to another folder; copy it into {FOLDER}/"
    elif path.stat().st_size > _MOST_BYTES:
        yield f"{place}: the picture {name!r} is larger than 5 MB; make it smaller"
    elif not _is_picture(path):
        yield (
            f"{place}: the picture {name!r} cannot be read as {path.suffix[1:].upper()}; save it "
            "anew as .png or .jpg"
        )


def _is_picture(path: Path) -> bool:
    """True when the whole file can be read as the kind of picture that its name says."""
    from PIL import Image

    if not path.read_bytes().startswith(_PICTURES[path.suffix.casefold()]):
        return False
    try:
        with Image.open(path) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def _tables(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Row number and lines (without the rule) of each table of the text."""
    place = 0
    while place + 1 < len(lines):
        if "|" in lines[place] and "|" in lines[place + 1] and _RULE.fullmatch(lines[place + 1]):
            end = place + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            yield place + 1, [lines[place], *lines[place + 2 : end]]
            place = end
        else:
            place += 1


def _cells(line: str) -> tuple[str, ...]:
    """The cells of a row as words: a table of the report has no bold or code in its cells."""
    inner = re.sub(r"(?<!\\)\|$", "", line.strip().removeprefix("|"))
    cells = re.split(r"(?<!\\)\|", inner)
    return tuple(_MARKS.sub(r"\2", cell.strip()).replace("\\|", "|") for cell in cells)


def _blocks(text: str, folder: Path) -> Iterator[Block]:
    lines = text.split("\n")
    tables = {row - 1: rows for row, rows in _tables(lines)}
    run: list[str] = []
    place = 0
    while place < len(lines):
        rows = tables.get(place)
        if rows is not None:
            yield from _prose(run, folder)
            run = []
            head, *body = (_cells(line) for line in rows)
            yield TextTable(head, tuple(body))
            place += len(rows) + 1
        else:
            run.append(lines[place])
            place += 1
    yield from _prose(run, folder)


def _prose(lines: list[str], folder: Path) -> Iterator[Block]:
    """A run of lines as prose, with its pictures between."""
    text, start = "\n".join(lines), 0
    for found in _PICTURE.finditer(text):
        if text[start : found.start()].strip():
            yield Prose(text[start : found.start()].strip())
        yield Picture(folder / found[2], found[1].strip())
        start = found.end()
    if text[start:].strip():
        yield Prose(text[start:].strip())
