"""Pages one and two of any set of municipalities: two pages, and the words that were agreed on.

The words lie in `tests/golden/`, one text a set, to be read as a report is read. After a change that
is meant, write them anew and read what changed:

    python -m pytest tests/report/test_first_pages.py --update-golden && git diff tests/golden
"""

from dataclasses import replace
from pathlib import Path

import nbformat
import pandas as pd
import pypdfium2
import pytest

from analysis import exhibits, inventory, paths, regions
from analysis.exhibits.model import MIME, FigureExhibit, FindingsExhibit, TilesExhibit, dumps
from analysis.report import compose, front, typeset

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
DAY = "2026-08-31"
CODES = sorted(regions.municipalities())
SETS = {
    "bergslagen": ("bergslagen", ""),
    "karlstad": ("karlstad", ""),
    "malardalen": ("malardalen", ""),
    "kak": ("kak", ""),
    "en-kommun": ("1863", ""),
    "skargard": ("0120,0187,0885,0980,1407", "Fem skärgårdskommuner"),
    "utan-uppgift": ("0160,0163", "Två kommuner"),
    "allt-delas": ("kak", ""),
}
LARGE = {"fyrtio": (",".join(CODES[40:80]), "Fyrtio"), "riket": (",".join(CODES), "Sverige")}
ALL = {**SETS, **LARGE}
QUICK = ("karlstad", "malardalen", "en-kommun")


def everything_shared(members, gaps_on=""):
    """The inventory as if one federation had been seen this year doing everything for all."""
    whole = inventory.inventory_of(tuple(members))
    areas = whole.areas["key"]
    year = {"date": "2026", "first": pd.Timestamp("2026-01-01"), "last": pd.Timestamp("2026-06-30")}

    def each(table, **values):
        one = table[(table["arrangement"] == "vmkf") & (table["area"] != "")].iloc[0]
        rows = pd.DataFrame([{**one, **values, "area": area} for area in areas])
        return rows.astype(table.dtypes)

    joined = whole.memberships
    return replace(
        whole,
        events=each(whole.events, event="running", **year),
        coverage=each(whole.coverage),
        memberships=joined[(joined["arrangement"] == "vmkf") & joined["code"].isin(members)],
        **{name: table.head(0) for name, table in whole.tables().items() if name in _OTHERS},
    )


_OTHERS = ("alone", "searched", "claims", "figures")


def summary_of(key):
    """The document of the summary alone: the cells of its notebook, run without a kernel."""
    members, name = ALL[key]
    everything = key == "allt-delas"
    notebook = nbformat.read(paths.NOTEBOOKS / "summary.ipynb", as_version=4)
    shown, known = [], {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exhibits, "_display", lambda exhibit, text, seen: shown.append(exhibit))
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            if everything and "inventory_of(" in cell.source:
                known["everything"] = everything_shared
                cell.source = cell.source.replace("inventory.inventory_of(", "everything(")
            exec(cell.source, known)  # our own notebook
            if "parameters" in cell.metadata.get("tags", ()):
                known |= {"region": members, "name": name, "as_of": DAY}
            cell.outputs = [
                nbformat.v4.new_output("display_data", data={MIME: dumps(item)}) for item in shown
            ]
            shown.clear()
    region = regions.resolve(members, name=name)
    return compose.compose(region, DAY, {compose.SUMMARY: notebook})


def part_of(document, name):
    return next(part for part in document.parts() if part.name == name)


def pages_of(document):
    """The words of pages one and two, as lines of Markdown."""
    part = part_of(document, "brief")
    page = front.front(document, part)
    yield f"# {page.headline}"
    yield from (line.text for line in page.lines)
    for block in part.chapters[0].blocks:
        yield from _words(block)
    yield from front.last_lines(document, part)


def _words(block):
    if isinstance(block, compose.Prose):
        for node in block.nodes:
            if node.kind == "h":
                yield f"{'#' * node.level} {node.words}"
            elif node.kind == "ul":
                yield "\n".join(f"- {item.words}" for item in node.children)
            elif node.kind != "page":
                yield node.words
        return
    exhibit = block.exhibit
    if isinstance(exhibit, FindingsExhibit):
        yield "\n".join(f"- {item}" for item in exhibit.items)
    elif isinstance(exhibit, TilesExhibit):
        yield "\n".join(f"- {t.label}: {t.value} ({t.comparison})" for t in exhibit.items)
    elif isinstance(exhibit, FigureExhibit):
        yield f"Figur {block.number}. {exhibit.title}"
        yield from filter(None, (exhibit.subtitle, exhibit.note))
    yield from filter(None, (front.source_text(block),))


@pytest.mark.parametrize(
    "key", [*QUICK, *(pytest.param(key, marks=pytest.mark.slow) for key in ALL if key not in QUICK)]
)
def test_the_words_of_pages_one_and_two_and_their_place(key, request):
    """One test, because most of its time goes into the document; the words of the large are free."""
    document = summary_of(key)
    if key in SETS:
        same_words(document, key, write=request.config.getoption("--update-golden"))
    raw = typeset.pdf(document, part_of(document, "brief"))
    with pypdfium2.PdfDocument(raw) as brief:
        assert len(brief) == 2
        text = " ".join(brief[0].get_textpage().get_text_bounded().split())
        assert "Figur 1." in text, "its map has room"
        assert "Statskontoret (2023)" in text, "page one ends with what the study found"
        second = " ".join(brief[1].get_textpage().get_text_bounded().split())
        assert "heter report.pdf" in second


def same_words(document, key, *, write):
    said = "\n\n".join(pages_of(document)) + "\n"
    kept = GOLDEN / f"{key}.md"
    if write:
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(said, encoding="utf-8")
    assert said == kept.read_text(encoding="utf-8"), f"read tests/golden/{key}.md, then see above"
