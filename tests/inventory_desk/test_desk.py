"""Keeping the inventory: nothing is lost on the way through Excel, and each fault has its place."""

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest

from analysis import regions
from analysis.arrangements import COLUMNS
from analysis.errors import InputError
from analysis.inventory_desk import desk, listing, store, upkeep
from analysis.loaders import services as loader
from analysis.metrics.services import state_on
from analysis.views.services import sharing

TODAY = date.today().isoformat()


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped inventory."""
    copy = tmp_path / "services"
    copy.mkdir()
    for name in COLUMNS:
        (copy / f"{name}.csv").write_bytes((loader.inventory_path() / f"{name}.csv").read_bytes())
    return copy


@pytest.fixture
def said():
    return []


@pytest.fixture
def do(folder, said):
    def run(path, **options):
        return desk.take_in(path, folder=folder, tell=said.append, **options)

    return run


def rows_in(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


# The workbook


@pytest.fixture(scope="module")
def _book(tmp_path_factory):
    """The shipped inventory as a workbook, made once."""
    return desk.export_book(tmp_path_factory.mktemp("book") / "inventering.xlsx")


@pytest.fixture
def exported(_book, folder, tmp_path):
    """A workbook of the inventory in `folder`, which may be filled in."""
    return Path(shutil.copy(_book, tmp_path))


def change(path, sheet, row, column, value):
    book = openpyxl.load_workbook(path)
    places = [cell.value for cell in book[sheet][1]]
    book[sheet].cell(row, places.index(column) + 1).value = value
    book.save(path)


def test_a_workbook_that_nobody_changed_changes_nothing(do, exported, folder, said):
    before = contents(folder)
    assert do(exported, yes=True) == []
    assert said == ["nothing differs from the inventory"]
    assert contents(folder) == before


def test_what_excel_does_to_cells_loses_nothing(do, exported, said):
    """Codes and years become numbers, days become dates, rows are sorted, columns are added."""
    book = openpyxl.load_workbook(exported)
    for sheet in book.worksheets[1:]:
        head = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            for name, cell in zip(head, row, strict=True):
                text = str(cell.value or "")
                if name in ("code", "host", "date", "value") and text.isdigit():
                    cell.value = int(text)
                elif name in ("date", "from", "to") and len(text) == 10:
                    cell.value = date.fromisoformat(text)
        sheet.cell(1, len(head) + 2).value = "mina anteckningar"
        sheet.cell(2, len(head) + 2).value = "ring Arboga"
    events = book["events"]
    rows = sorted(
        ([(cell.value, cell.number_format) for cell in row] for row in events.iter_rows(min_row=2)),
        key=lambda cells: str(cells[5][0]),
    )
    for number, cells in enumerate(rows, 2):
        for place, (value, shown) in enumerate(cells, 1):
            events.cell(number, place).value = value
            events.cell(number, place).number_format = shown
    book.save(exported)
    assert do(exported) == []
    assert said == ["nothing differs from the inventory"]


@pytest.mark.slow
def test_a_change_is_shown_with_what_it_changes_and_written_only_when_told(
    do, exported, folder, said
):
    sheet = openpyxl.load_workbook(exported)["events"]
    row = next(
        cells[0].row for cells in sheet.iter_rows(min_row=2) if cells[0].value == "gemensam-vaxel"
    )
    change(exported, "events", row, "date", date(2026, 5, 4))
    before = contents(folder)
    assert len(do(exported)) == 1
    assert "date '2020' becomes '2026-05-04'" in said[0]
    assert any(
        "Bergslagen: Telefoni och växel, Nora: fanns 2020, inget slut känt → belagd 2026" in line
        for line in said
    )
    assert contents(folder) == before
    do(exported, yes=True)
    assert "2026-05-04" in {row["date"] for row in rows_in(folder, "events")}
    changed = {name for name, content in contents(folder).items() if content != before[name]}
    assert changed == {"events.csv"}
    old, new = before["events.csv"].splitlines(), contents(folder)["events.csv"].splitlines()
    assert sum(one != other for one, other in zip(old, new, strict=True)) == 1


@pytest.mark.slow
def test_a_row_that_is_gone_is_refused_unless_it_is_meant(do, exported, folder):
    book = openpyxl.load_workbook(exported)
    book["claims"].delete_rows(2)
    book.save(exported)
    with pytest.raises(InputError, match="a row is gone, - claims: arrangement"):
        do(exported, yes=True)
    count = len(rows_in(folder, "claims"))
    do(exported, yes=True, remove=True)
    assert len(rows_in(folder, "claims")) == count - 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sheet", "column", "value", "expected"),
    [
        ("memberships", "code", 38, "sheet 'memberships' row 2, column 'code': '38' is no"),
        (
            "events",
            "date",
            "1/3 2026",
            "sheet 'events' row 2, column 'date': '1/3 2026' is no date",
        ),
        ("events", "date", date(1905, 7, 8), "'1905-07-08' is what Excel makes of 2016"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_with_its_place(
    do, exported, sheet, column, value, expected
):
    change(exported, sheet, 2, column, value)
    with pytest.raises(InputError, match="column") as caught:
        do(exported, yes=True)
    assert expected in str(caught.value)


@pytest.mark.slow
def test_what_the_inventory_forbids_is_not_written(do, exported, folder):
    change(exported, "coverage", 2, "area", "raddningtjanst")
    before = contents(folder)
    with pytest.raises(Exception, match="raddningstjanst"):
        do(exported, yes=True)
    assert contents(folder) == before


def test_merged_cells_and_a_missing_sheet_are_told(do, exported):
    book = openpyxl.load_workbook(exported)
    book["names"].merge_cells("B2:B3")
    book["alone"].title = "ensam"
    book.save(exported)
    with pytest.raises(InputError) as caught:
        do(exported)
    assert "the cells B2:B3 are merged" in str(caught.value)
    assert "the sheet 'alone' is missing" in str(caught.value)


def test_a_csv_as_a_swedish_excel_saves_it(do, folder, tmp_path, said):
    """Semicolons, cp1252, a code without its zero, blanks at the ends."""
    rows = rows_in(folder, "alone")
    path = tmp_path / "alone.csv"
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(rows[0])
        writer.writerows(row.values() for row in rows)
        file.write("381;overformyndare;2026-04-02;evidence;livsmedel-2024;low;egen förvaltning  ;")
    (new,) = do(path, yes=True)
    assert new.after[0] == "0381"
    assert rows_in(folder, "alone")[-1]["note"] == "egen förvaltning"
    assert any("Enköping" in line for line in said)


def test_a_csv_of_no_table_is_refused_with_a_hint(do, tmp_path):
    path = tmp_path / "event.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="did you mean 'events'"):
        do(path)


# What is stale, and evidence


def test_stale_tasks_come_oldest_first_with_an_address():
    view = sharing(regions.get("bergslagen"), loader.load_inventory(), "2026-08-31")
    tasks = upkeep.stale(view)
    years = [task.year or 0 for task in tasks]
    assert years == sorted(years)
    assert {"gemensam-vaxel:vaxel", "overformyndare-norra-orebro:overformyndare"} <= {
        task.task for task in tasks
    }
    assert not [task for task in tasks if task.words.startswith(("belagd", "bekräftad"))]
    assert all(
        task.address.startswith("http")
        for task in tasks
        if task.task != "utredning-norra-lansdelen" and task.address
    )


def confirm(folder, said, task, **given):
    found = upkeep.Evidence(task, **{"date": "2026-05-04", "source": "nora-2020", **given})
    return desk.confirm(found, folder=folder, tell=said.append)


def test_evidence_makes_a_task_new_and_says_so(folder, said):
    confirm(
        folder,
        said,
        "gemensam-vaxel:vaxel",
        source="https://www.nora.se/vaxel",
        publisher="Nora kommun",
        title="Växeln",
    )
    state = state_on(loader.load_inventory(folder), TODAY).query("arrangement == 'gemensam-vaxel'")
    assert set(state["words"]) == {"belagd 2026"}
    source = rows_in(folder, "sources")[-1]
    assert (source["id"], source["checked"]) == ("nora-se-2026", TODAY)
    assert any("→ belagd 2026" in line for line in said)


def test_an_answer_confirms_for_the_one_who_answered(folder, said):
    confirm(folder, said, "gemensam-vaxel:vaxel", answered="1884")
    state = state_on(loader.load_inventory(folder), TODAY)
    own = state.query("arrangement == 'gemensam-vaxel'").set_index("code")["words"]
    assert own["1884"] == "bekräftad 2026"
    assert own["1863"] == "belagd 2026"


@pytest.mark.parametrize(
    ("task", "given", "expected"),
    [
        ("gemensam-vaxl", {}, "did you mean 'gemensam-vaxel'"),
        ("gemensam-vaxel:vaxl", {}, "did you mean 'vaxel'"),
        ("gemensam-vaxel", {"date": "2090-01-01"}, "must be a day that has been"),
        ("gemensam-vaxel", {"date": "i fjol"}, "is no date"),
        ("gemensam-vaxel", {"source": "nora"}, "write an id, or https"),
        ("gemensam-vaxel", {"source": "https://ny.se/"}, "needs --publisher and --title"),
        ("gemensam-vaxel", {"answered": "Nora"}, "is no municipality code"),
    ],
)
def test_wrong_evidence_is_told_and_nothing_is_written(folder, said, task, given, expected):
    before = contents(folder)
    with pytest.raises(InputError, match=expected):
        confirm(folder, said, task, **given)
    assert contents(folder) == before


# The list


def test_all_members_are_named_the_regions_first_and_each_source_once():
    lines = listing.list_lines(regions.get("kak"), as_of="2026-08-31", area="raddningstjanst")
    (members,) = [line for line in lines if "utanför" in line]
    assert members == (
        "  kommuner: Kungsör, Arboga och Köping; utanför: Hallstahammar, Surahammar och Västerås"
    )
    cited = lines[lines.index("Källor") + 1 :]
    assert len(cited) == len({line.partition("] ")[2] for line in cited})
    numbers = {line.partition("]")[0] + "]" for line in cited}
    assert all(any(number in line for line in lines[: lines.index("Källor")]) for number in numbers)


def test_the_list_as_json_and_csv_holds_the_same():
    region = regions.get("karlstad")
    records = json.loads(listing.list_json(region, area="hjalpmedel"))
    rows = list(csv.DictReader(listing.list_csv(region, area="hjalpmedel").splitlines()))
    (record,) = records
    assert {member["code"] for member in record["members"]} == set(region.members)
    assert len(record["outside"]) == 11
    assert {row["code"] for row in rows} == {
        member["code"] for member in [*record["members"], *record["outside"]]
    }
    assert [row["in_region"] for row in rows] == ["yes"] * 5 + ["no"] * 11
    assert all(source["url"] for source in record["sources"])


# The form


@pytest.fixture(scope="module")
def _forms(tmp_path_factory):
    """The forms of two municipalities on the shipped inventory, made once."""
    return desk.make_forms(["1884", "1780"], tmp_path_factory.mktemp("forms"))


@pytest.fixture
def forms(_forms, folder, tmp_path):
    """Forms of two municipalities on the inventory in `folder` by name, which may be filled in."""
    return {path.name: Path(shutil.copy(path, tmp_path)) for path in _forms}


def fill(path, code, answers, day="2026-06-01"):
    """Fill in a form in Excel: `answers` are (sheet, id or service, {heading: value})."""
    book = openpyxl.load_workbook(path)
    book["Svar"]["B3"] = day
    book["Svar"]["B4"] = "kommunkansliet"
    for sheet, service, cells in answers:
        head = [cell.value for cell in book[sheet][1]]
        row = next(
            (
                cells[0].row
                for cells in book[sheet].iter_rows(min_row=2)
                if service in (cells[0].value, cells[1].value)
            ),
            book[sheet].max_row + 1,
        )
        if row > book[sheet].max_row:
            book[sheet].cell(row, 2).value = service
        for name, value in cells.items():
            book[sheet].cell(row, head.index(name) + 1).value = value
    book.save(path)
    assert code in str(path)


def test_a_form_tells_what_is_believed_and_what_is_missing(forms):
    book = openpyxl.load_workbook(forms["samverkan-1884.xlsx"])
    shared = {row[0]: row for row in book["Delar"].iter_rows(min_row=2, values_only=True) if row[0]}
    row = shared["gemensam-vaxel:vaxel"]
    assert row[3] == "Hällefors och Ljusnarsberg"
    assert row[5] == "fanns 2020, inget slut känt; Nora kommun 2020"
    missing = {row[0] for row in book["Saknas"].iter_rows(min_row=2, values_only=True)}
    known = {key.partition(":")[2] for key in shared if ":" in key}
    assert not missing & known
    assert "malaren" not in missing
    areas = set(loader.load_inventory().areas["key"])
    assert missing | known <= areas | {None}


def test_the_word_form_has_the_same_lines(forms):
    book = openpyxl.load_workbook(forms["samverkan-1780.xlsx"])
    tables = docx.Document(str(forms["samverkan-1780.docx"])).tables
    in_word = [row.cells[0].text for row in tables[1].rows[1:] if row.cells[0].text]
    in_excel = [row[0] for row in book["Delar"].iter_rows(min_row=2, values_only=True) if row[0]]
    assert in_word == in_excel


def test_an_answer_becomes_confirmed_alone_and_new(do, forms, folder, said):
    form = forms["samverkan-1884.xlsx"]
    fill(
        form,
        "1884",
        [
            ("Delar", "gemensam-vaxel:vaxel", {"Stämmer": "Ja", "Sedan": 2012}),
            ("Saknas", "loner", {"Egen regi": "ja", "Källa": "budget 2026"}),
            (
                "Saknas",
                "ekonomi",
                {
                    "Organ": "Gemensam ekonominämnd",
                    "Med vilka": "Lindesberg, 1863",
                    "Form": "gemensam nämnd",
                    "Sedan": date(2026, 1, 1),
                },
            ),
        ],
    )
    do(form, yes=True)
    inventory = loader.load_inventory(folder)
    view = sharing(regions.get("bergslagen"), inventory, TODAY)
    assert view.cell("vaxel", "1884").words == "bekräftad 2026"
    assert view.cell("loner", "1884").words == "egen regi 2026"
    assert view.cell("ekonomi", "1884").words == "bekräftad 2026"
    assert view.cell("ekonomi", "1885").words == "belagd 2026"
    assert view.names["gemensam-ekonominamnd"] == "Gemensam ekonominämnd"
    assert view.sources["svar-1884-2026-06-01"].publisher == "Nora (svar från kommunen)"
    before = contents(folder)
    said.clear()
    assert do(form, yes=True) == [], "the same answer again changes nothing"
    assert contents(folder) == before


def test_a_denial_ends_the_part_of_the_one_who_denies(do, forms, folder):
    form = forms["samverkan-1884.xlsx"]
    fill(
        form,
        "1884",
        [("Delar", "gemensam-teknisk-namnd:gata", {"Stämmer": "nej", "Till": "2025-12-31"})],
    )
    do(form, yes=True)
    state = state_on(loader.load_inventory(folder), TODAY)
    board = state[state["arrangement"] == "gemensam-teknisk-namnd"].set_index(["area", "code"])
    assert board.at[("gata", "1884"), "words"] == "utträdd 2025"
    assert board.at[("avfall", "1884"), "counted"], "its other tasks go on"
    assert board.at[("gata", "1885"), "counted"]
    claim = rows_in(folder, "claims")[-1]
    assert claim["value"] == "Nora ingår inte (Gata och trafik)"


def test_answers_in_word_and_a_folder_of_forms(do, forms, folder, tmp_path):
    path = forms["samverkan-1780.docx"]
    document = docx.Document(str(path))
    about, shared = document.tables[:2]
    about.rows[2].cells[1].text = "2026-06"
    head = [cell.text for cell in shared.rows[0].cells]
    row = next(row for row in shared.rows if row.cells[0].text.startswith("raddning-karlstads"))
    row.cells[head.index("Stämmer")].text = "ja"
    answered = tmp_path / "svar"
    answered.mkdir()
    document.save(str(answered / path.name))
    do(answered, yes=True)
    view = sharing(regions.get("karlstad"), loader.load_inventory(folder), TODAY)
    assert view.cell("raddningstjanst", "1780").words == "bekräftad 2026"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (
            [("Delar", "gemensam-vaxel:vaxel", {"Stämmer": "kanske"})],
            "sheet 'Delar' row {row}, column 'Stämmer': 'kanske' is neither ja nor nej",
        ),
        (
            [("Delar", "gemensam-vaxel:vaxel", {"Sedan": 2012})],
            "sheet 'Delar' row {row}, column 'Stämmer': is empty; write ja or nej",
        ),
        (
            [("Delar", "gemensam-vaxel:vaxel", {"Stämmer": "ja", "Till": 2020})],
            "column 'Till': ja and an end contradict",
        ),
        (
            [("Delar", "gemensam-vaxel:vaxel", {"Stämmer": "ja", "Källa": "nn@nora.se"})],
            "holds an address or a telephone number",
        ),
        ([("Saknas", "loner", {"Organ": "Lönenämnd"})], "column 'Med vilka': is empty"),
        (
            [("Saknas", "loner", {"Organ": "Lönenämnd", "Med vilka": "Lindsberg"})],
            "no municipality 'Lindsberg': did you mean 'Lindesberg'",
        ),
        (
            [
                (
                    "Saknas",
                    "loner",
                    {"Organ": "Lönenämnd", "Med vilka": "Lindesberg", "Form": "klubb"},
                )
            ],
            "unknown legal form 'klubb'",
        ),
        ([("Saknas", "Löner och pensionr", {"Egen regi": "ja"})], "did you mean 'loner'"),
        ([], "nothing is filled in"),
    ],
)
def test_a_fault_in_an_answer_is_told_with_its_place(do, forms, folder, answers, expected):
    form = forms["samverkan-1884.xlsx"]
    fill(form, "1884", answers)
    sheet = openpyxl.load_workbook(form)["Delar"]
    row = next(
        cells[0].row
        for cells in sheet.iter_rows(min_row=2)
        if cells[0].value == "gemensam-vaxel:vaxel"
    )
    before = contents(folder)
    with pytest.raises(InputError) as caught:
        do(form, yes=True)
    assert expected.format(row=row) in str(caught.value)
    assert contents(folder) == before


def test_an_answer_without_a_day_or_of_tomorrow_is_refused(do, forms):
    form = forms["samverkan-1884.xlsx"]
    fill(form, "1884", [("Saknas", "loner", {"Egen regi": "ja"})], day=None)
    with pytest.raises(InputError, match="Svarets datum is missing"):
        do(form)
    fill(form, "1884", [], day=date(2090, 1, 1))
    with pytest.raises(InputError, match="has not been yet"):
        do(form)


def test_a_form_of_no_municipality_is_refused(folder, tmp_path):
    with pytest.raises(InputError, match="'9999' is no municipality code"):
        desk.make_forms(["9999", "1884"], tmp_path, folder=folder)
    assert not list(tmp_path.glob("*.docx"))


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(InputError, match="is no folder"):
        store.checked_folder(tmp_path / "borta")
