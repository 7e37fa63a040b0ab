"""One region built end to end with real kernels, and its files read back."""

import json
import re
from itertools import pairwise

import nbformat
import openpyxl
import pikepdf
import pypdfium2
import pytest
from lxml import html as lxml_html

from analysis import regions
from analysis.exhibits import model, pictures
from analysis.key_figures import COLUMNS

pytestmark = pytest.mark.xdist_group("report")

FIXED_IDS = {
    "population",
    "population_change_10y",
    "density",
    "share_65plus",
    "dependency_ratio",
    "commuters_in",
    "commuters_out",
    "live_and_work",
    "day_population",
    "night_population",
    "net_commuting",
    "commuting_ratio",
    "containment_residence_min",
    "labour_markets",
    "shared_services",
    "tax_rate",
    "tax_base",
    "cost_per_inhabitant",
}


@pytest.fixture(scope="module")
def page(report):
    return lxml_html.fromstring((report / "report.html").read_text(encoding="utf-8"))


def test_a_build_leaves_all_its_files(report, reports):
    for name in ("report.html", "report.pdf", "report.xlsx", "key_figures.json", "build.json"):
        assert (report / name).stat().st_size > 1000, name
    executed = {path.stem for path in (report / "notebooks").glob("*.ipynb")}
    assert executed == {"summary", "population", "commuting", "services"}
    svg = {path.stem for path in (report / "figures").glob("*.svg")}
    png = {path.stem for path in (report / "figures").glob("*.png")}
    assert svg == png
    assert "region-map" in svg
    assert (reports / "index.html").is_file()
    assert [path.name for path in reports.iterdir() if path.name.startswith(".")] == [".lock"]


def test_key_figures_workbook_page_and_pdf_have_one_count_of_shared_services(report, key_figures):
    names = regions.municipalities()
    counts = {
        names[row["area"]].name: int(row["value"])
        for row in key_figures
        if row["id"] == "shared_services"
    }
    book = openpyxl.load_workbook(report / "report.xlsx")
    (sheet,) = (sheet for sheet in book.worksheets if sheet.title.endswith("tjanst-antal"))
    page = lxml_html.fromstring((report / "appendix.html").read_bytes())
    with pypdfium2.PdfDocument(report / "appendix.pdf") as document:
        text = " ".join(part.get_textpage().get_text_range() for part in document)
    rows = {
        "xlsx": [" ".join(map(str, row[:2])) for row in sheet.iter_rows(values_only=True)],
        "html": [" ".join(cell.text_content() for cell in row[:2]) for row in page.iter("tr")],
        "pdf": [text],
    }
    for name, count in counts.items():
        said = re.compile(rf"{name}\s+{count} gemensam")
        assert {kind for kind, parts in rows.items() if any(map(said.search, parts))} == set(rows)
    assert len(counts) == 5


def test_the_picture_of_a_figure_is_that_of_its_drawing(report):
    executed = nbformat.read(report / "notebooks" / "summary.ipynb", as_version=4)
    outputs = [output for cell in executed.cells for output in cell.get("outputs", ())]
    shown = [
        model.loads(output.data[model.MIME], "")
        for output in outputs
        if model.MIME in output.get("data", {})
    ]
    figures = [exhibit for exhibit in shown if exhibit.type == "figure"]
    assert figures
    for exhibit in figures:
        picture = (report / "figures" / f"{exhibit.id}.png").read_bytes()
        assert picture == pictures.png(exhibit.wide, exhibit.title)


@pytest.mark.parametrize("key", ["karlstad", "malardalen"])
def test_sizes_stay_small(reports, key):
    most = {"report.html": 1_500_000, "appendix.html": 2_500_000}
    most |= dict.fromkeys(("report.pdf", "appendix.pdf", "brief.pdf"), 2_000_000)
    for name, limit in most.items():
        assert (reports / key / name).stat().st_size < limit, name
    for picture in (reports / key / "figures").glob("*.svg"):
        assert picture.stat().st_size < 150_000, picture.name


def test_the_page_is_swedish_and_asks_for_nothing(page, report):
    text = (report / "report.html").read_text(encoding="utf-8")
    assert page.get("lang") == "sv"
    assert "<script" not in text
    for element in page.iter("img", "link", "iframe", "source"):
        address = element.get("src") or element.get("href") or "data:"
        assert address.startswith("data:"), address[:60]
    assert "url(http" not in text
    assert 'class="highlight' not in text, "no code cells"
    assert "Traceback" not in text


def test_headings_are_in_order_and_contents_lead_somewhere(page):
    levels = [int(element.tag[1]) for element in page.iter("h1", "h2", "h3", "h4", "h5")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    links = [a.get("href") for a in page.iter("a") if a.get("href", "").startswith("#")]
    assert len(links) > 20
    assert {link[1:] for link in links} <= set(ids)


def test_every_figure_has_alt_text_source_and_table(page):
    figures = list(page.iter("figure"))
    assert len(figures) >= 8
    for figure in figures:
        images = figure.cssselect("svg[role=img]")
        assert len(images) in (1, 2)
        assert all(len(image.get("aria-label")) > 60 for image in images)
        assert figure.cssselect("p.source a")
        assert figure.cssselect("details table")


def test_the_first_figure_has_the_members_on_a_map(page):
    figure = page.cssselect("section.chapter figure")[0]
    drawn = figure.cssselect("svg[role=img]")
    for image in drawn:
        for name in ("Forshaga", "Grums", "Hammarö", "Karlstad", "Kil"):
            assert name in image.get("aria-label")
    assert len(drawn) == 2, "a wide drawing and a narrow one"
    assert "SCB, BE0101 Folkmängd" in figure.cssselect("p.source")[0].text_content()


def test_formulas_that_are_named_are_told(reports):
    for region in ("karlstad", "malardalen"):
        pages = {
            name: lxml_html.fromstring((reports / region / name).read_text(encoding="utf-8"))
            for name in ("report.html", "appendix.html")
            if (reports / region / name).is_file()
        }
        listed = {
            (name, element.get("id")): element
            for name, page in pages.items()
            for element in page.cssselect("p[id^=formel-]")
        }
        assert all(len(term.text_content()) > 15 for term in listed.values())
        links = [
            (name, a.get("href"))
            for name, page in pages.items()
            for a in page.cssselect("p.source a[href*=formel-]")
        ]
        assert len(links) > 5
        for name, link in links:
            file, _, place = link.partition("#")
            assert (file or name, place) in listed
        for page in pages.values():
            for line in page.cssselect("p.source"):
                text = line.text_content()
                assert "Formel" not in text or "bearbetning: Samverkan" in text
            modelled = page.cssselect("p.source:has(strong.modelled)")
            assert all(
                "modellskattad pendling" in line.text_content()
                for line in modelled
                if "Formel" in line.text_content()
            )


def test_every_table_has_caption_and_scopes(page):
    for table in page.cssselect("div.scroll > table"):
        assert table.find("caption") is not None
        assert all(cell.get("scope") in ("col", "row") for cell in table.iter("th"))


def test_key_figures_have_the_fixed_form(key_figures):
    assert all(tuple(row) == COLUMNS for row in key_figures)
    assert {row["id"] for row in key_figures} >= FIXED_IDS
    assert all(row["value"] is not None and isinstance(row["year"], int) for row in key_figures)
    assert {row["kind"] for row in key_figures} <= {"observed", "derived", "modelled"}
    assert all(row["source"].startswith("Käll") for row in key_figures)


@pytest.mark.parametrize(
    ("identity", "area", "year", "value"),
    [
        ("population", "00", 2024, 10_587_710),
        ("population", "1780", 2025, 99_007),
        ("night_population", "karlstad", 2021, 70_592),
        ("day_population", "karlstad", 2021, 71_551),
        ("net_commuting", "karlstad", 2021, 959),
        ("labour_markets", "karlstad", 2022, 1),
    ],
)
def test_known_values(key_figures, identity, area, year, value):
    found = [
        row["value"]
        for row in key_figures
        if (row["id"], row["area"], row["year"]) == (identity, area, year)
    ]
    assert found == [value]


def test_net_commuting_is_day_minus_night(key_figures):
    value = {(row["id"], row["area"], row["year"]): row["value"] for row in key_figures}
    net = [key for key in value if key[0] == "net_commuting"]
    assert net
    for _, area, year in net:
        assert value["net_commuting", area, year] == (
            value["day_population", area, year] - value["night_population", area, year]
        )


def test_groups_are_in_the_report_of_malardalen(reports):
    figures = json.loads((reports / "malardalen" / "key_figures.json").read_text(encoding="utf-8"))
    value = {(row["id"], row["area"], row["year"]): row["value"] for row in figures}
    assert value["population", "fyra-malarstader", 2019] == 342_739
    assert value["population", "kak", 2005] == 46_329
    assert value["night_population", "malardalen", 2021] == 187_633
    assert value["day_population", "malardalen", 2021] == 177_850
    assert round(value["containment_residence_min", "kak", 2021], 2) == 0.61
    assert round(value["containment_residence_min", "fyra-malarstader", 2021], 2) == 0.75
    assert value["labour_markets", "fyra-malarstader", 2022] == 3


def test_the_spreadsheet_holds_tables_with_numbers(report):
    book = openpyxl.load_workbook(report / "report.xlsx")
    assert book.sheetnames[0] == "Innehåll"
    assert book.sheetnames[-1] == "Källor"
    numbers = 0
    for sheet in book.worksheets[1:-1]:
        assert len(sheet.tables) == 1
        assert str(sheet["A1"].value).strip()
        assert (
            "Källa" in str(sheet["A2"].value)
            or "Källa" in str(sheet["A3"].value)
            or "Källor" in str(sheet["A2"].value)
            or "Källor" in str(sheet["A3"].value)
        )
        cells = [cell for row in sheet.iter_rows() for cell in row]
        numbers += sum(isinstance(cell.value, int | float) for cell in cells)
        assert not [cell for cell in cells if cell.data_type == "f"]
    assert numbers > 500


def test_the_manifest_tells_what_was_built(report):
    record = json.loads((report / "build.json").read_text(encoding="utf-8"))
    assert record["members"] == ["1763", "1764", "1761", "1780", "1715"]
    assert record["failed"] == []
    assert all((report / name).is_file() for name in record["files"])
    assert {"population", "html", "pdf", "xlsx"} <= set(record["seconds"])


def test_the_pdf_is_tagged_swedish_and_titled(report):
    with pikepdf.open(report / "report.pdf") as pdf:
        assert str(pdf.Root.Lang).startswith("sv")
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "Karlstadsregionen" in str(pdf.docinfo["/Title"])
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
        with pdf.open_outline() as outline:
            assert len(list(outline.root)) >= 1


def elements(pdf, kind):
    stack, found = [pdf.Root.StructTreeRoot], []
    while stack:
        element = stack.pop()
        if str(element.get("/S", "")) == kind:
            found.append(element)
        children = element.get("/K")
        if isinstance(children, pikepdf.Array):
            stack += [child for child in children if isinstance(child, pikepdf.Dictionary)]
        elif isinstance(children, pikepdf.Dictionary):
            stack.append(children)
    return found


def scope_of(header):
    """One list of attributes, or several."""
    kept = header["/A"]
    entries = list(kept) if isinstance(kept, pikepdf.Array) else [kept]
    return next((str(entry.Scope) for entry in entries if "/Scope" in entry), "none")


def test_every_header_cell_of_the_pdf_has_a_scope_and_every_figure_alt_text(report):
    with pikepdf.open(report / "report.pdf") as pdf:
        headers = elements(pdf, "/TH")
        assert len(headers) > 20
        scopes = {scope_of(header) for header in headers}
        assert scopes == {"/Row", "/Column"}
        figures = elements(pdf, "/Figure")
        assert len(figures) >= 8
        assert all(len(str(figure.get("/Alt", ""))) > 60 for figure in figures)


def test_the_checker_finds_nothing_wrong_with_the_pdf(report):
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "pdfua", "check", report / "report.pdf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "errors=0 warnings=0" in done.stdout


def test_the_index_lists_the_reports(reports):
    page = lxml_html.fromstring((reports / "index.html").read_text(encoding="utf-8"))
    links = [a.get("href") for a in page.iter("a")]
    for path in ("karlstad/report.html", "karlstad/report.pdf", "malardalen/report.xlsx"):
        assert f"./{path}" in links
        assert (reports / path).is_file()
