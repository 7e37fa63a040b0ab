"""A report from updated data cites it, and observed flows have replaced the modelled ones."""

import json
import os
import re
import shutil
import subprocess
import sys

import pikepdf
import pypdfium2
import pytest
from bs4 import BeautifulSoup

from analysis import catalog, paths, regions
from analysis.loaders import tables
from analysis.text import swedish

pytestmark = pytest.mark.xdist_group("sources")  # the same full update as in test_update
MEMBERS = tuple(code for code in regions.get("bergslagen").members if code != "1864")
CHANGES = """code,name,valid_from,valid_to,became
1870,Norra Bergslagen,2027-01-01,,
1864,Ljusnarsberg,,2026-12-31,1870
"""
OF_KOLADA = ("tax_rate", "finances", "staff", "land_area")  # those that a report shows
COMMUTING = ("commuting_matrix", "commuting_margins")


@pytest.fixture(autouse=True)
def updated(everything):
    """Every test reads the updated data, as the report did."""
    return everything


@pytest.fixture(scope="module")
def share(_everything, tmp_path_factory):
    """The updated data, and a new municipality on the list that a neighbour has become part of."""
    folder, update = _everything
    assert update.returncode == 0, update.stderr
    share = tmp_path_factory.mktemp("share") / "data"
    shutil.copytree(folder, share)
    (share / "municipality_changes.csv").write_text(CHANGES, encoding="utf-8")
    return share


@pytest.fixture(scope="module")
def build(share, tmp_path_factory):
    """Build a report from that data in a process of its own; returns the process and the folder."""
    out = tmp_path_factory.mktemp("live")

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "analysis.cli", "build", *arguments, "--out", str(out)],
            capture_output=True,
            text=True,
            env={**os.environ, paths.DATA_DIR_VARIABLE: str(share)},
        )
        return done, out

    return run


@pytest.fixture(scope="module")
def report(build):
    """The folder of a report on three municipalities from the updated data."""
    named = ("--members", ",".join(MEMBERS), "--name", "Tre kommuner")
    done, out = build(*named, "--format", "html,pdf")
    assert done.returncode == 0, done.stderr
    return out / "tre-kommuner"


def test_a_municipality_that_has_ended_or_has_no_figures_is_refused(build):
    """The report on their neighbours, `report`, is made."""
    done, _ = build("bergslagen")
    assert done.returncode == 2
    assert "1864 Ljusnarsberg ended on 2026-12-31 and became 1870 Norra Bergslagen" in done.stderr
    done, _ = build("--members", "1870")
    assert done.returncode == 2
    assert "1870 has no figures here yet; run `samverkan data update`" in done.stderr


@pytest.fixture(scope="module")
def page(report):
    """The report and its appendix."""
    return BeautifulSoup(
        "".join(
            (report / name).read_text(encoding="utf-8") for name in ("report.html", "appendix.html")
        ),
        "html.parser",
    )


@pytest.fixture(scope="module")
def printed(report):
    """The text of the PDFs, with single spaces."""
    text = ""
    for name in ("report.pdf", "appendix.pdf"):
        document = pypdfium2.PdfDocument(report / name)
        text += " ".join(part.get_textpage().get_text_bounded() for part in document)
        document.close()
    return re.sub(r"\s+", " ", text)


def citations():
    """What a reader must find of each updated dataset that every report shows."""
    keys = (
        "population",
        "population_change",
        "population_age_sex",
        "population_projection",
        *COMMUTING,
        "localities",
        "boundaries",
        *OF_KOLADA,
    )
    return {key: tables.vintage(key) for key in keys}


def test_the_report_cites_exactly_what_was_fetched(report, page, printed):
    record = json.loads((report / "build.json").read_text(encoding="utf-8"))
    said = {entry["dataset"]: entry["source"] for entry in record["data"]}
    years = {entry["dataset"]: entry["years"] for entry in record["data"]}
    whole = re.sub(r"\s+", " ", page.get_text(" "))
    for key, vintage in citations().items():
        assert vintage.live, key
        assert said[key] == vintage.source
        assert years[key] == vintage.years
        assert f"hämtad {vintage.retrieved}" in vintage.source
        assert re.sub(r"\s+", " ", vintage.source) in whole, key
        assert all(tables.in_words(table) in printed for table in vintage.tables), key
    assert f"hämtad {citations()['population'].retrieved}" in printed


def test_no_shown_series_is_that_of_the_snapshot_where_a_newer_one_was_served(report, page):
    """Every dataset that has a live source is cited as it was fetched, with all its new years."""
    record = json.loads((report / "build.json").read_text(encoding="utf-8"))
    cited = {entry["dataset"]: entry for entry in record["data"]}
    live = [key for key in cited if catalog.dataset(key).live]
    assert len(live) > 12
    for key in live:
        assert "(hämtad" in cited[key]["source"] or ", hämtad" in cited[key]["source"], key
        newest = max(tables.load(key)["year"]) if catalog.dataset(key).columns else 0
        assert not newest or cited[key]["years"].endswith(str(newest)), key
    whole = re.sub(r"\s+", " ", page.get_text(" "))
    day = tables.data_date()
    assert f"nyaste delen den {swedish.day(day)}" in whole
    assert record["as_of"] == day.isoformat(), "no date was given: that of the last update"


def test_observed_flows_have_replaced_modelled_ones(report, page):
    figures = json.loads((report / "key_figures.json").read_text(encoding="utf-8"))
    assert {row["kind"] for row in figures} == {"observed", "derived"}
    captions = [found.get_text(" ") for found in page.select("h1, h2, h3, figcaption, caption")]
    assert len(captions) > 30
    assert not [text for text in captions if "modellskatt" in text.lower()]
    shown = [image["alt"] for image in page.select("img[alt]")]
    shown += [title.get_text() for title in page.select("svg title, svg desc")]
    assert not [text for text in shown if "modell" in text.lower()]
    matrix = tables.vintage("commuting_matrix")
    assert matrix.tables[0] in page.get_text(" ")


def test_its_figures_are_those_of_the_updated_tables(report):
    figures = json.loads((report / "key_figures.json").read_text(encoding="utf-8"))
    people = tables.load("population").set_index(["code", "year"])["population"]
    shown = {
        (row["area"], row["year"]): row["value"]
        for row in figures
        if row["id"] == "population" and row["area"] in MEMBERS
    }
    assert len(shown) > len(MEMBERS) * 50
    assert all(people[key] == value for key, value in shown.items())


def test_what_kolada_has_replaced_the_snapshot(report, page):
    """Tax rate, tax base and density are those of the fetched tables, and say so."""
    figures = json.loads((report / "key_figures.json").read_text(encoding="utf-8"))
    people = tables.load("population").set_index(["code", "year"])["population"]
    for key, dataset, column in (
        ("tax_rate", "tax_rate", "value"),
        ("tax_base",) * 2 + ("value",),
        ("cost_per_inhabitant", "finances", "expenditures"),
    ):
        table = tables.load(dataset).set_index(["code", "year"])[column]
        shown = {(row["area"], row["year"]): row["value"] for row in figures if row["id"] == key}
        assert shown == {(code, 2025): table[code, 2025] for code in MEMBERS}
    land = tables.load("land_area").set_index(["code", "year"])["value"].xs(2025, level="year")
    shown = {row["area"]: row["value"] for row in figures if row["id"] == "density"}
    assert shown == pytest.approx(
        {
            **{code: people[code, 2025] / land[code] for code in MEMBERS},
            "tre-kommuner": people.xs(2025, level="year")[list(MEMBERS)].sum()
            / land[list(MEMBERS)].sum(),
        }
    )
    for row in figures:
        for key, kpi in (("tax_rate", "N00901"), ("tax_base", "N00903"), ("density", "N02993")):
            if row["id"] == key:
                own = (
                    "Egen bearbetning av data från Kolada: "
                    if row["kind"] == "derived"
                    else ("Källa: RKA, Kolada, ")
                )
                assert f"{own}{kpi} (hämtad" in row["source"]
    whole = re.sub(r"\s+", " ", page.get_text(" "))
    for key in OF_KOLADA:
        cited = page.select_one(f"#kalla-{key}").get_text(" ")
        vintage = tables.vintage(key)
        assert f"Kolada, {vintage.tables[0]} (hämtad" in cited
        assert vintage.licence == "fri användning med angiven källa", "the shipped one is CC0"
    assert "personal per 1 000 invånare 2016–2025" in whole.replace("\u202f", " ")
    assert "Landareal 2025. Andelar i tätort" in whole
    assert "Landareal 2015" not in whole


def test_the_projection_is_told_as_a_calculation(page):
    rows = tables.load("population_projection")
    rows = rows[rows["code"].isin(MEMBERS)]
    first, last = rows["year"].min(), rows["year"].max()
    chapter = re.sub(r"\s+", " ", page.get_text(" "))
    assert f"mellan {first} och {last}" in chapter
    assert "Det är en modellberäkning" in chapter
    (table,) = [
        found
        for found in page.select("table")
        if f"SCB:s framskrivning av folkmängden {first}–{last}" in found.get_text(" ")
        or (
            found.find_parent("figure") is not None
            and f"SCB:s framskrivning av folkmängden {first}–{last}"
            in found.find_parent("figure").get_text(" ")
        )
    ][:1]
    total = round(rows.loc[rows["year"] == last, "persons"].sum())
    digits = re.sub(r"\D", "", table.select("tr")[-1].get_text(" ").split("%")[0])
    assert str(total) in digits


def test_no_note_of_the_snapshot_is_left(page):
    """What is true of the shipped edition alone is not said of what was fetched."""
    whole = re.sub(r"\s+", " ", page.get_text(" "))
    for key in citations():
        for note in catalog.dataset(key).shipped_notes:
            assert note not in whole, key
    assert "åldersfördelning finns bara för" not in whole
    assert "senaste året med fullständig åldersfördelning" not in whole


def test_the_pdf_of_updated_data_is_tagged_too(report):
    with pikepdf.open(report / "report.pdf") as document:
        assert document.Root.MarkInfo.Marked
