"""`reports/index.html`: all reports that stand in a folder, with a map, dates and sizes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from analysis import sealed, whole
from analysis.regions import municipalities
from analysis.report import manifest, record
from analysis.report.record import Record
from analysis.text import swedish

TEMPLATES = Path(__file__).parent / "templates"
_FORMATS = {
    "report.html": "Webbsida",
    "report.pdf": "PDF",
    "brief.pdf": "Två sidor (PDF)",
    "appendix.html": "Bilaga",
    "appendix.pdf": "Bilaga (PDF)",
    "report.xlsx": "Tabeller (XLSX)",
    "report.docx": "Word",
    "report.pptx": "Bilder (PPTX)",
}
_THUMBNAIL = "figures/region-map.png"


@dataclass(frozen=True)
class Entry:
    """One report as the index shows it; `files` are (path, label, size).

    `finding` is its first finding, or its title, and `evidence` how sure that is.
    """

    name: str
    members: str
    as_of: str
    snapshot: str
    picture: str
    files: tuple[tuple[str, str, str], ...]
    finding: str = ""
    evidence: str = ""


def entries(out: Path) -> list[Entry]:
    """The reports under `out` that this version can read, in the order of their Swedish names."""
    found = [_entry(out / name, report) for name, report in record.records(out)]
    return sorted(found, key=lambda entry: swedish.sort_key(entry.name))


def _entry(folder: Path, report: Record) -> Entry:
    known = municipalities()
    members = [known[code].name if code in known else code for code in report.members]
    place = quote(folder.name)
    files = tuple(
        (f"./{place}/{name}", label, size_text((folder / name).stat().st_size))
        for name, label in _FORMATS.items()
        if (folder / name).is_file()
    )
    picture = f"./{place}/{_THUMBNAIL}" if (folder / _THUMBNAIL).is_file() else ""
    return Entry(
        report.name,
        swedish.listed(members[:12])
        if len(members) <= 12
        else f"{swedish.listed(members[:6], ',')} med flera",
        swedish.day(report.as_of),
        swedish.day(report.snapshot),
        picture,
        files,
        _plain(report.finding.title or report.finding.first),
        _plain(report.finding.evidence),
    )


def _plain(text: str) -> str:
    """A finding without the marks of strong text."""
    return text.replace("**", "")


def size_text(size: int) -> str:
    """A file's size in kB or MB: 412 kB, 1,3 MB."""
    if size < 1_000_000:
        return f"{swedish.number(max(size / 1000, 1))} kB"
    return f"{swedish.number(size / 1e6, 1)} MB"


def write(out: Path) -> Path:
    """Write the index of `out`; it links with relative paths, so a file share will do.

    One that says the same already is left: making its fonts takes longer than all else.
    """
    listed, target = entries(out), out / "index.html"
    mark = hashlib.sha256(f"{listed} {manifest.code_digest()}".encode()).hexdigest()
    if f'content="{mark}"'.encode() in (sealed.content(target) or b""):
        return target
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    from analysis.figures import fonts

    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(loader=loader, autoescape=select_autoescape(default=True))
    css = (TEMPLATES / "samverkan" / "report.css").read_text(encoding="utf-8")
    page = environment.get_template("index/index.html.j2").render(
        entries=listed, css=css, font_css=fonts.font_css(), mark=mark
    )
    whole.write(target, page)
    return target
