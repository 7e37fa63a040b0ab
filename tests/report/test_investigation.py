"""The examples as reports: built with a real kernel, read back in every format."""

import io
import json
import re
import zipfile
from contextlib import nullcontext

import docx
import openpyxl
import pikepdf
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from analysis import cli, paths
from analysis.errors import InputError
from analysis.report import build, compose, investigation, single, word
from tests.guard import capture, compare, investigations, listed, prints
from tests.guard.swedish import plain

pytestmark = pytest.mark.xdist_group("investigation")  # each is built once
EXAMPLES = ("bygg-och-miljo", "kundtjanst", "lonecenter", "upphandling")
MARK = "exempel med påhittade uppgifter"
INVENTED = "kommunernas egna uppgifter och utredarens belopp är påhittade"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("investigations")


@pytest.fixture(scope="module")
def built(out):
    """The report of an example, built once, by processes that stay warm for the next."""
    found = {}
    with build.local_workers(single.PROCESSES) as pool, pytest.MonkeyPatch.context() as patch:

        def of(name):
            if name not in found:
                patch.setattr(build, "local_workers", lambda processes: nullcontext(pool))
                found[name] = investigation.build_investigation(paths.EXAMPLES / name, out=out)
                patch.undo()
            return found[name]

        yield of


@pytest.fixture(scope="module", params=EXAMPLES)
def folder(request, built):
    return built(request.param)


def page_of(folder):
    html = (folder / "report.html").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("</style>")[2]))


def words_of(path):
    file = docx.Document(str(path))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in file.paragraphs), *cells])


def test_every_format_is_there_and_says_that_figures_are_invented(folder):
    names = {path.name for path in folder.iterdir()}
    assert {"report.html", "report.pdf", "report.xlsx", "report.docx", "build.json"} <= names
    assert INVENTED in page_of(folder)
    with pikepdf.open(folder / "report.pdf") as pdf:
        assert pdf.Root.MarkInfo.Marked
    header = docx.Document(str(folder / "report.docx")).sections[0].header
    assert INVENTED in header.paragraphs[0].text
    book = openpyxl.load_workbook(folder / "report.xlsx")
    assert MARK in book.worksheets[0]["A1"].value
    for sheet in book.worksheets:
        top = [str(sheet.cell(row, 1).value) for row in range(1, 8)]
        if any(line.startswith("Uppgivet") for line in top) and "Kommunerna" in "".join(top):
            assert any(INVENTED in line for line in top) or "uppfoljning" in sheet.title


def _text(cell):
    """The words of a cell of a Word table, those of its fields to fill in too."""
    return plain("".join(node.text or "" for node in cell._tc.iter(qn("w:t"))))


def test_every_number_is_recomputed_and_shown_in_every_format(folder):
    name = folder.name.removeprefix("utredning-")
    shown = capture.built(folder, ["investigation"])
    assert compare.faults_of(investigations.asked(name), shown) == []
    exhibits = shown["investigation"]
    assert prints.lacking(folder, exhibits) == []
    file = docx.Document(str(folder / "report.docx"))
    in_word = {
        tuple(_text(cell) for cell in row.cells) for table in file.tables for row in table.rows
    }
    tables = [one for one in exhibits if one.type == "table"]
    rows = {prints.without_blanks(prints.carried(one))[2] for one in tables}
    assert {row for table in rows for row in table} - in_word == set()


def test_what_is_recomputed_or_listed_is_shown_in_an_example(built):
    known = {key for key in (*compare.BOOK.exhibits, *listed.EXHIBITS) if key[0] == "investigation"}
    shown = {
        ("investigation", compare.place_of("investigation", one, investigations.asked(name))[0])
        for name in EXAMPLES
        for one in capture.built(built(name), ["investigation"])["investigation"]
        if one.type in ("figure", "table")
    }
    assert known == shown


def test_stated_figures_never_become_key_figures(folder):
    assert json.loads((folder / "key_figures.json").read_text("utf-8")) == []


def test_word_has_headings_tables_pictures_with_alt_texts_and_fields(folder):
    file = docx.Document(str(folder / "report.docx"))
    heads = [line.text for line in file.paragraphs if line.style.name == "Heading 1"]
    assert {
        "Uppdraget",
        "Alternativen sida vid sida",
        "Vem betalar vad?",
        "Lag och former",
        "Utredarens bedömning",
    } <= set(heads)
    assert len(file.tables) > 10
    xml = file.element.xml
    assert xml.count("<w:tblHeader") == len(file.tables)
    pictures = re.findall(r"<wp:docPr [^>]*>", xml)
    assert pictures
    assert all(re.search(r'descr="[^"]{20,}', picture) for picture in pictures)
    assert "<w:sdt>" in xml  # fields to fill
    assert "att fylla i" in xml


def test_it_recommends_nothing_and_gives_no_scores(folder):
    page = page_of(folder)
    assert "ingen rekommendation" in page
    assert "Fördelningsnyckeln är en politisk fråga" in page
    assert not re.search(r"\bpoängsumma|\brekommenderas\b|\bbäst(a)? alternativ", page)


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """The report of an example built once more, as the command does it, and by one process.

    It goes into a Word template of the municipality's own.
    """
    out = tmp_path_factory.mktemp("again")
    template = docx.Document()
    template.add_paragraph("Kommunens försättsblad")
    template.sections[0].header.paragraphs[0].text = "Kommunen"
    template.styles["Heading 1"].font.name = "Georgia"
    template.save(out / "mall.docx")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single, "PROCESSES", 1)
        return investigation.build_investigation(
            paths.EXAMPLES / "upphandling", out=out, template=out / "mall.docx"
        )


def test_the_same_folder_gives_the_same_files(built, again):
    first = built("upphandling")
    for name in ("report.html", "report.xlsx", "notebooks/investigation.ipynb"):
        assert (again / name).read_bytes() == (first / name).read_bytes(), name
    prepared = investigation.prepare(paths.EXAMPLES / "upphandling", again.parent / "planned")
    job, plan = prepared.job, prepared.plan
    cells = {job.chapter: (again / "notebooks" / "investigation.ipynb").read_bytes()}
    document = compose.read(job.region, [job], cells, plan.as_of.isoformat(), kicker=plan.kicker)
    found = word.word(document, header=prepared.mark)
    assert found == (first / "report.docx").read_bytes(), "without the template"


def test_what_a_single_person_costs_is_not_shown(built):
    folder = built("upphandling")
    for text in (page_of(folder), words_of(folder / "report.docx")):
        assert "780" not in re.sub(r"\s", "", text).replace("1780", "")
        assert "en ensam person sköter tjänsten" in text


def test_a_body_left_with_one_member_and_one_that_grows_are_told(built):
    folder = built("bygg-och-miljo")
    page = page_of(folder)
    assert "blir bara Kungsör kvar i Västra Mälardalens Myndighetsförbund (VMMF)" in page
    assert "VMMF växer" in page
    assert "takes in" not in page


def test_own_prose_with_its_table_and_picture_is_in_every_format(built):
    folder = built("kundtjanst")
    assert "Öppettider i dag" in page_of(folder)
    word = words_of(folder / "report.docx")
    assert "7.30–16.30" in word
    assert list((folder / "figures").glob("bild-lokalisering-*.png"))


def test_a_template_keeps_its_styles_and_cover(again):
    file = docx.Document(str(again / "report.docx"))
    assert file.paragraphs[0].text == "Kommunens försättsblad"
    assert file.styles["Heading 1"].font.name == "Georgia"
    assert file.sections[0].header.paragraphs[0].text == "Kommunen"
    assert any(INVENTED in line.text for line in file.sections[0].header.paragraphs)


def test_a_template_that_is_none_is_refused_before_any_work(tmp_path, capsys):
    (tmp_path / "mall.docx").write_text("ingen mall", "utf-8")
    with pytest.raises(InputError, match="is no Word document"):
        investigation.build_investigation(
            paths.EXAMPLES / "upphandling", out=tmp_path / "x", template=tmp_path / "mall.docx"
        )
    assert not (tmp_path / "x").exists()
    with pytest.raises(SystemExit) as stop:
        cli.main(["investigation", "build", str(tmp_path / "none"), "--out", str(tmp_path / "x")])
    assert stop.value.code == 2
    assert "is no folder; make one" in capsys.readouterr().err


def test_the_word_file_is_a_sound_package(folder):
    with zipfile.ZipFile(io.BytesIO((folder / "report.docx").read_bytes())) as package:
        assert package.testzip() is None
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_tables_in_word_fit_their_page_in_a_font_that_is_everywhere(built):
    """No table is wider than its page, no word of a column wider than it, and no row is split."""
    file = docx.Document(str(built("bygg-och-miljo") / "report.docx"))
    assert file.styles["Normal"].font.name == "Arial"
    rooms = {
        section.page_width - section.left_margin - section.right_margin for section in file.sections
    }
    for table in file.tables:
        widths = [column.width for column in table.columns]
        assert sum(widths) <= max(rooms) + 10_000  # Word rounds to twips
        assert min(widths) >= 300_000  # eight millimetres: "0,3 år" on one line
        assert all(row._tr.trPr.xpath("w:cantSplit") for row in table.rows)
    narrow = [table for table in file.tables if len(table.columns) <= 8]
    assert all(sum(part.width for part in table.columns) <= min(rooms) + 10_000 for table in narrow)


def test_a_chapter_of_the_word_file_begins_upright():
    paper = word.Paper(None, title="x")
    paper._place(wide=True)
    paper.heading("En bred tabell", 2)
    paper.heading("Nästa kapitel", 1)
    around = [paragraph.text for paragraph in paper.file.paragraphs]
    turned = [section.orientation for section in paper.file.sections]
    assert around[-1] == "Nästa kapitel"
    assert "sectPr" in paper.file.paragraphs[-2]._p.xml, "the page is turned before the heading"
    assert turned == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
