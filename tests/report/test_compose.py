"""From notebooks to parts: report, appendix and brief, and what each cell may hold."""

from dataclasses import replace

import nbformat
import openpyxl
import pandas as pd
import pypdfium2
import pytest

from analysis import exhibits, regions
from analysis.citable import Source
from analysis.errors import BuildError
from analysis.exhibits import model
from analysis.figures import style
from analysis.metrics.measure import MEASURES, Measure
from analysis.report import compose, exporters, front, markdown, typeset
from analysis.report.compose import Part
from analysis.report.record import Finding, Record
from analysis.report.ways import Way, beside
from analysis.report.workbook import write_xlsx
from analysis.tables import Format, Table
from analysis.text import formulas

KAK = regions.get("kak")
CELL = "chapter own, cell 2"


def table(name, rows=3, columns=2, text="ord"):
    frame = pd.DataFrame(
        {f"c{place}": [f"{text} {row}" for row in range(rows)] for place in range(columns)}
    )
    formats = {f"c{place}": Format(f"Kolumn {place}", text=True) for place in range(columns)}
    return exhibits.table_exhibit(Table(name, f"Tabell {name}", frame, formats, ("population",)))


def shows(*found, tags=()):
    outputs = [
        nbformat.v4.new_output("display_data", data={model.MIME: model.dumps(exhibit)})
        for exhibit in found
    ]
    return nbformat.v4.new_code_cell("show()", outputs=outputs, metadata={"tags": list(tags)})


def words(text, *tags):
    return nbformat.v4.new_markdown_cell(text, metadata={"tags": list(tags)})


def document(*cells, name="own", **more):
    made = nbformat.v4.new_notebook(cells=list(cells))
    return compose.compose(KAK, "2026-08-31", {name: made, **more})


def both(*cells):
    return document(
        words("# Eget"), shows(table("a")), words("## Mer", "appendix"), shows(table("b")), *cells
    )


def test_what_follows_the_tag_goes_to_the_appendix_with_numbers_of_its_own():
    report, appendix = both().parts()
    assert [(part.name, [shown.number for shown in part.shown]) for part in (report, appendix)] == [
        ("report", ["1"]),
        ("appendix", ["B1"]),
    ]
    assert [node.words for node in appendix.chapters[0].headings] == ["Eget", "Mer"]
    assert not report.full
    assert appendix.full


def test_without_an_appendix_no_link_is_dead_and_methods_stay():
    found = both()
    (report,) = found.parts(appendix=False)
    assert report.full
    page = exporters.html(found, report)
    assert "appendix" not in page
    assert "Metod och definitioner" in page
    linked = exporters.html(found, found.parts()[0])
    assert 'href="appendix.html"' in linked
    assert 'href="report.html"' in exporters.html(found, found.parts()[1])


def test_the_appendix_tells_the_formulas_that_the_report_links_to():
    frame = pd.DataFrame({"a": ["Kil"], "b": [1.0]})
    formats = {"a": Format("Kommun", text=True), "b": Format("Kvot", measure="commuting_ratio")}
    derived = exhibits.table_exhibit(Table("kvot", "Kvot", frame, formats, ("population",)))
    found = document(
        words("# Eget"), shows(derived), words("## Mer", "appendix"), shows(table("b"))
    )
    report, appendix = (exporters.html(found, part) for part in found.parts())
    assert 'href="appendix.html#formel-commuting_ratio"' in report
    assert 'id="formel-commuting_ratio"' in appendix


def test_formulas_stand_by_name_whatever_was_imported_first(monkeypatch):
    before = formulas.all_formulas()
    monkeypatch.setattr(formulas, "MEASURES", dict(reversed(formulas.MEASURES.items())))
    assert formulas.all_formulas() == before


def test_own_sources_and_formulas_are_printed_like_all_others(tmp_path):
    own = Source("Bolagsverket", "Nystartade företag", "2024-12", "CC0")
    measure = Measure("prov_kvot", "Nystartade per invånare", "kvot", formula="nya / invånare")
    MEASURES[measure.id] = measure  # in the kernel of the chapter; the composer does not know it
    frame = pd.DataFrame({"a": ["Kil"], "b": [1.0]})
    formats = {"a": Format("Kommun", text=True), "b": Format.of(measure)}
    exhibit = exhibits.table_exhibit(Table("nya", "Nya", frame, formats, (own, "population")))
    del MEASURES[measure.id]
    found = document(words("# Eget"), shows(exhibit))
    page = exporters.html(found, found.parts()[0])
    key = "egen-bolagsverket-nystartade-foretag-2024-12"
    assert f'<a href="#kalla-{key}">Bolagsverket, Nystartade företag (2024-12)</a>' in page
    assert f'id="kalla-{key}"' in page
    assert "Avser 2024-12. Licens: CC0." in page
    assert "nya / invånare" in page
    assert typeset.pdf(found, found.parts()[0]).startswith(b"%PDF")
    write_xlsx(found, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    rows = [[cell.value for cell in row] for row in book["Källor"].iter_rows()]
    assert rows[-1][:4] == ["Nystartade företag", str(own), "2024-12", "CC0"]
    assert any(str(own) in str(cell.value) for cell in book.worksheets[1]["A"])


def test_a_chapter_by_itself_shows_all_in_one():
    cells = [words("# Eget"), shows(table("a")), words("## Mer", "appendix"), shows(table("b"))]
    parameters = nbformat.v4.new_code_cell('region = "kak"', metadata={"tags": ["parameters"]})
    found = compose.of_notebook(nbformat.v4.new_notebook(cells=[parameters, *cells]), "own")
    assert [shown.number for shown in found.parts()[0].shown] == ["1", "2"]
    assert len(found.parts()) == 1


def test_the_brief_is_the_summary_alone():
    summary = nbformat.v4.new_notebook(cells=[words("# Sammanfattning"), shows(table("s"))])
    found = document(words("# Eget"), shows(table("a")), summary=summary)
    brief = next(part for part in found.parts() if part.name == "brief")
    assert [shown.exhibit.id for shown in brief.shown] == ["s"]
    assert typeset.pdf(found, brief).startswith(b"%PDF")


def test_what_is_tagged_away_never_reaches_a_report():
    printed = nbformat.v4.new_output("stream", name="stdout", text="head")
    cell = nbformat.v4.new_code_cell("df.head()", outputs=[printed])
    with pytest.raises(BuildError, match=f"{CELL}: the output 'head' has no source"):
        document(words("# Eget"), cell)
    for tag in ("remove-cell", "remove-output"):
        cell.metadata["tags"] = [tag]
        assert document(words("# Eget"), cell, words("hemligt", "remove-cell")).shown == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("# Ett\n\n### Tre", "has level 3 after one of level 1; give it level 2"),
        ("Så $x^2$ är", r"TeX \(\$x\^2\$\) cannot be printed"),
        ("![bild](attachment:a.png)", "a picture in a Markdown cell has no source"),
        ("<div>a</div>", "the HTML '<div>' has no place"),
        ("<script>alert(1)</script>", "the HTML '<script>' has no place"),
        ("[a](ftp://example.org)", "leads nowhere from a report"),
    ],
)
def test_what_a_report_cannot_print_is_refused_with_its_cell(text, fault):
    with pytest.raises(BuildError, match=fault) as caught:
        document(words("# Eget"), words(text))
    assert "chapter own" in str(caught.value)


def test_what_jupyterlab_shows_is_shown():
    (report,) = document(
        words("# Eget"), words("A<br>B <!-- bort --> H<sub>2</sub>O m<sup>2</sup>, 5 $ och 10 $")
    ).parts()
    html = markdown.html(report.chapters[0].blocks[1].nodes)
    assert html == "<p>A<br>B  H<sub>2</sub>O m<sup>2</sup>, 5 $ och 10 $</p>"


@pytest.mark.parametrize(
    "name",
    [
        "#panic()",
        "*x*",
        "_x_",
        "<b>x</b>",
        "`x`",
        "[x](http://example.org)",
        "$x$",
        "@import i",
        '#include "x"',
        "// x",
        "\\u{0}",
        "= x",
        "- x",
    ],
)
def test_a_text_from_data_is_printed_as_it_stands(name):
    said = model.TextExhibit(f"Organet {name} finns.")
    made = document(words("# Eget"), shows(said, table("a", text=name)))
    (report,) = made.parts()
    nodes = [
        node
        for block in report.chapters[0].blocks
        if isinstance(block, compose.Prose)
        for node in block.nodes
    ]
    assert name in " ".join(node.words for node in nodes)
    page = exporters.html(made, report)
    assert markdown.escape(name, quote=False) in page or name in page
    assert typeset.pdf(made, report).startswith(b"%PDF")


def test_control_characters_vanish():
    made = document(words("# Eget"), shows(model.TextExhibit("No\x00ra \x1b[31m röd")))
    page = exporters.html(made, made.parts()[0])
    assert not set("\x00\x1b") & set(page)
    assert "Nora [31m röd" in page


def test_the_same_id_twice_is_refused_whatever_its_case():
    with pytest.raises(BuildError, match="id 'A' is already used in chapter own, cell 2"):
        document(words("# Eget"), shows(table("a")), shows(table("A")))


# --- tables that are wide ------------------------------------------------------------------------


def values(exhibit):
    return list(typeset._tables(compose.Shown(exhibit, "1"), exhibit))


def test_a_wide_table_is_set_smaller_then_turned_then_split():
    few, many, most = (
        values(table("a", columns=count, text="Kommunens långa ord")) for count in (4, 12, 24)
    )
    assert [(item["turned"], len(item["columns"])) for item in few] == [(False, 4)]
    assert [item["turned"] for item in many] == [True]
    assert len(most) > 1
    assert all(item["turned"] for item in most)
    assert all(item["columns"][0]["heading"] == "Kolumn 0" for item in most)
    assert sum(len(item["columns"]) - 1 for item in most) == 23, "no column is lost"
    assert "(del 1 av" in most[0]["title"]


# --- what lies beside ----------------------------------------------------------------------------


def record(kind, name, members, **finding):
    """What the `build.json` of a scenario or an investigation says, in as far as a way needs it."""
    found = Finding(**finding)
    return Record.model_construct(chapters=(kind,), members=members, name=name, finding=found)


def test_ways_beside_the_report_are_listed_with_their_result():
    scenario = record("scenario", "Växel", ("1960", "1983"), first="Underlaget blir 35 000.")
    compared = {
        "title": "Löner i Köping och Arboga: två alternativ",
        "first": "I dag görs det var.",
    }
    inquiry = record("investigation", "Löner ihop", ("1983", "1984"), **compared)
    other = record("scenario", "Växel", ("1780", "1960"), first="Annat.")
    chapter = record("services", "KAK", ("1960", "1983"), first="Annat.")
    found = [("vaxel", scenario), ("utredning-x", inquiry), ("annat", other), ("kak", chapter)]
    ways = beside(found, KAK)
    result = "Löner i Köping och Arboga: två alternativ. I dag görs det var."
    assert ways == (
        Way("Växel", "Underlaget blir 35 000.", "../vaxel/report.html"),
        Way("Löner ihop", result, "../utredning-x/report.html"),
    )
    two = nbformat.v4.new_notebook(cells=[words("# Två"), shows(table("b"))])
    found = compose.replace(document(words("# Ett"), shows(table("a")), two=two), ways=ways)
    page = exporters.html(found, found.parts()[0])
    assert 'href="../vaxel/report.html"' in page
    assert 'href="../utredning-x/report.html"' in page
    assert result in page


def test_a_question_without_an_answer_is_not_asked():
    made = document(
        words("# Eget\n\nInledning."),
        words("## Vilka organ?"),
        words("## Sedan när?\n\n### Först"),
        words("## Vad mer?"),
        shows(table("a")),
        words("## Till sist?\n\n### Efter"),
        words("## Bilaga", "appendix"),
        words("### Utan\n\n### Med"),
        shows(table("b")),
    )
    heads = [
        [node.words for node in chapter.headings] for chapter in (*made.report, *made.appendix)
    ]
    assert heads == [["Eget", "Vad mer?"], ["Eget", "Bilaga", "Med"]]


@pytest.mark.parametrize("inches", [7.0, 16.0])
def test_the_words_of_a_figure_however_tall_stand_below_it_on_its_page(inches):
    axes = style.canvas(inches)
    axes.set_xticks([0, 1], ["längst ned", "till höger"])
    note = "Noten " * 60
    style.describe(
        axes,
        style.Description("hog", "En hög figur", "En", ("population",), subtitle="År", note=note),
    )
    made = document(words("# Eget\n\nText."), shows(exhibits.figure_exhibit(axes.figure)))
    with pypdfium2.PdfDocument(typeset.pdf(made, made.parts()[0])) as found:
        for page in found:
            text = page.get_textpage()
            low, note = text.search("längst ned").get_next(), text.search("Noten").get_next()
            if low:
                place, below = (text.get_charbox(index) for index, _ in (low, note))
                assert place[1] > below[3]
                return
    raise AssertionError("the figure is nowhere")


def test_a_table_with_a_page_of_its_own_shares_it_with_its_heading():
    sheet = replace(table("a"), page=True)
    made = document(
        words("# Eget\n\nText."), words("## Blad\n\nEtt blad."), shows(model.TextExhibit(""), sheet)
    )
    raw = typeset.pdf(made, made.parts()[0])
    with pypdfium2.PdfDocument(raw) as found:
        pages = [page.get_textpage().get_text_bounded() for page in found]
    (page,) = [text for text in pages if "Ett blad." in text]
    assert "Tabell a" in page
    assert "Text." not in page


def test_a_politician_sees_no_command():
    two = nbformat.v4.new_notebook(
        cells=[words("# Två"), words("## Mer", "appendix"), shows(table("b"))]
    )
    found = document(words("# Ett"), shows(table("a")), two=two)
    pages = {part.name: exporters.html(found, part) for part in found.parts()}
    assert "samverkan scenario" in pages["appendix"]
    assert "samverkan scenario" not in pages["report"]


def test_sources_say_what_was_cited_once():
    found = both()
    part = Part("report", found.report)
    assert front.source_text(part.shown[0]).startswith("Källa: SCB")
