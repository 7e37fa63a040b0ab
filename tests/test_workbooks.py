"""Workbooks as people leave them: one clear line for each fault, nothing guessed."""

from datetime import date, datetime

import openpyxl
import pytest

from analysis import workbooks
from analysis.errors import InputError

COLUMNS = ("Tjänst", "Bas", "Datum")


def write(path, rows, *, sheet="Uppgifter", merge=""):
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    book.save(path)
    return path


def table(path):
    return workbooks.records(workbooks.read_workbook(path).sheet("Uppgifter"), COLUMNS)


def test_titles_above_other_orders_and_blank_rows_are_no_fault(tmp_path):
    path = write(
        tmp_path / "a.xlsx",
        [
            ["En rubrik"],
            [],
            ["Datum", "tjänst ", "Bas", "Eget"],
            ["2026-03", " loner", "1 234,5 ", "x"],
            ["  ", None, "", ""],
            [datetime(2026, 1, 2), "vaxel", 4.0, None],
        ],
    )
    found, faults = table(path)
    assert not faults
    assert [record.row for record in found] == [4, 6]
    assert [workbooks.number(record.cells["Bas"]) for record in found] == [1234.5, 4.0]
    assert workbooks.day(found[1].cells["Datum"]) == "2026-01-02"
    assert found[0].place("Bas") == "a.xlsx sheet 'Uppgifter' row 4, column 'Bas'"


def test_a_renamed_sheet_is_named(tmp_path):
    path = write(tmp_path / "a.xlsx", [COLUMNS], sheet="Uppgifter (2)")
    with pytest.raises(InputError, match=r"'Uppgifter' is missing; has 'Uppgifter \(2\)' been ren"):
        workbooks.read_workbook(path).sheet("Uppgifter")


@pytest.mark.parametrize(
    ("rows", "merge", "said"),
    [
        (
            [["Tjänst", "Basen", "Datum"]],
            "",
            "row 1: the heading 'Bas' is missing; has 'Basen' been",
        ),
        ([[*COLUMNS, "bas"]], "", "row 1: the heading 'Bas' stands there twice"),
        ([COLUMNS, ["loner", 1, 2026]], "A2:B2", "the cells A2:B2 are merged"),
        ([["Blad"], ["loner"]], "", "the headings Tjänst, Bas, Datum are missing"),
    ],
)
def test_the_shape_of_a_table_has_one_line_for_each_fault(tmp_path, rows, merge, said):
    _, faults = table(write(tmp_path / "a.xlsx", rows, merge=merge))
    assert len(faults) == 1
    assert said in faults[0]
    assert faults[0].startswith("a.xlsx sheet 'Uppgifter'")


def test_merged_titles_above_the_table_are_left_alone(tmp_path):
    path = write(tmp_path / "a.xlsx", [["Titel"], COLUMNS, ["loner", 1, 2026]], merge="A1:C1")
    assert table(path)[1] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Tjänst;Bas\nloner;1".encode("cp1252"), "is a text file, not a workbook"),
        (b"\xd0\xcf\x11\xe0old", "old Excel file, or protected"),
        (b"PK\x03\x04broken", "cannot be read as a workbook"),
    ],
)
def test_another_kind_of_file_is_refused(tmp_path, content, said):
    path = tmp_path / "0381.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        workbooks.read_workbook(path)


def test_a_formula_that_nobody_computed_is_a_fault_with_its_cell(tmp_path):
    path = write(tmp_path / "a.xlsx", [COLUMNS, ["loner", "=1+1", 2026]])
    with pytest.raises(InputError, match="row 2, column B: the formula has not been computed"):
        workbooks.read_workbook(path)


@pytest.mark.parametrize(
    "value", ["ca 5", "5 st", "1.234", "1,234", "1.234.567", "–", "12 %", date(2026, 1, 1)]
)
def test_a_number_that_has_two_readings_or_none_is_refused(value):
    with pytest.raises(ValueError, match=r"write|leave"):
        workbooks.number(value)


@pytest.mark.parametrize("value", ["2026-02-30", "1 mars", "26-03-01", "2026-13", 381, "2026/01"])
def test_a_text_that_is_no_date_is_refused(value):
    with pytest.raises(ValueError, match="is no date"):
        workbooks.day(value)
