"""An investigation's folder to fill in, and a hand that fills in its forms."""

import openpyxl
import pytest

from analysis.investigation import folder

KAK = ("1960", "1983", "1984")


@pytest.fixture
def made(tmp_path):
    """A new investigation of payroll for KAK."""
    return folder.new("lonecenter", KAK, ["loner"], parent=tmp_path)


@pytest.fixture
def fill():
    """`fill(path, {"cost": (low, base, high)})` writes rows of the first service of a form."""

    def write(path, values, *, row_of=None, **cells):
        book = openpyxl.load_workbook(path)
        sheet = book["Uppgifter"]
        rows = {"posts": 2, "persons": 3, "cost": 4, "overhead": 5, "volume": 6}
        for item, (low, base, high) in values.items():
            row = rows[item] + (row_of or 0)
            entry = {"D": low, "E": base, "F": high, "G": 2025, "H": "bokslut", "I": "2026-03-31"}
            for column, value in {**entry, **cells}.items():
                sheet[f"{column}{row}"] = value
        book.save(path)

    return write
