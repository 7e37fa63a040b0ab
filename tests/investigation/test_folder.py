"""The folder of an investigation: made once, never overwritten, every fault in one clear line."""

import openpyxl
import pytest

from analysis import cli
from analysis.errors import InputError
from analysis.investigation import folder
from analysis.investigation.doubts import one_person
from analysis.investigation.texts import Picture, Prose, TextTable
from analysis.metrics import stated_costs

KAK = ("1960", "1983", "1984")
FORM = "own_figures/1984.xlsx"


def faults(path):
    found, wrong = folder.check(path)
    assert (found is None) == bool(wrong)
    return wrong


def said(path):
    return [doubt.said for doubt in folder.read(path).doubts]


def edit(path, cells, *, sheet="Uppgifter"):
    book = openpyxl.load_workbook(path)
    for place, value in cells.items():
        book[sheet][place] = value
    book.save(path)


def toml(path, text):
    file = path / "investigation.toml"
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def question(path, alternatives):
    """An investigation with these alternatives alone."""
    file = path / "investigation.toml"
    head = file.read_text("utf-8").split("[[alternatives]]")[0]
    file.write_text(head + alternatives, "utf-8")


# --- making it -----------------------------------------------------------------------------------


def test_a_new_folder_is_valid_and_says_what_is_missing(made):
    assert not faults(made)
    assert said(made)[0].startswith("no own figures yet")
    assert any("still to write are uppdrag.md" in doubt for doubt in said(made))
    assert sorted(path.name for path in (made / "own_figures").iterdir()) == [
        "1960.xlsx",
        "1983.xlsx",
        "1984.xlsx",
    ]


def test_a_second_one_of_the_same_name_is_refused_and_nothing_changes(made, capsys):
    (made / "text" / "uppdrag.md").write_text("Egen text.", "utf-8")
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    with pytest.raises(SystemExit) as stop:
        cli.main(
            [
                "investigation",
                "new",
                "Lönecenter",
                "--members",
                "1960,1983",
                "--service",
                "loner",
                "--parent",
                str(made.parent),
            ]
        )
    assert stop.value.code == 2
    assert "'lonecenter' is there already" in capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("name", "members", "services", "expected"),
    [
        ("../ut", KAK, ["loner"], "no safe folder name"),
        ("ny", ["381"], ["loner"], "unknown municipality code '381'"),
        ("ny", KAK, ["löner"], "did you mean 'loner'?"),
        ("ny", KAK, [], "no service given"),
    ],
)
def test_wrong_input_leaves_nothing_behind(tmp_path, name, members, services, expected):
    with pytest.raises(InputError, match=r".") as error:
        folder.new(name, members, services, parent=tmp_path)
    assert any(expected in fault for fault in error.value.faults)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_investigation_is_told_how_to_make_one(tmp_path):
    assert "no folder; make one" in faults(tmp_path / "none")[0]
    assert "investigation.toml is missing" in faults(tmp_path)[0]


# --- own figures ---------------------------------------------------------------------------------


def test_half_filled_forms_are_read_and_the_rest_is_unknown(made, fill):
    fill(made / FORM, {"cost": (None, "1 500 000", None), "posts": ("2,5", 3, 3.5)})
    own = folder.read(made).own
    assert own.missing == ("1960", "1983")
    assert own.values("loner", "cost").to_dict() == {"1984": 1_500_000.0}
    assert own.values("loner", "posts", "low").to_dict() == {"1984": 2.5}
    assert stated_costs.total(own.stated[own.stated["item"] == "cost"], KAK) is None
    assert any("nothing is filled in yet for Kungsör, Köping" in doubt for doubt in said(made))


def test_thousands_of_kronor_are_what_the_unit_says_and_never_guessed(made, fill):
    fill(made / FORM, {"cost": (None, 1500, None)}, C="tkr")
    fill(made / "own_figures/1960.xlsx", {"cost": (None, 900, None)})
    own = folder.read(made).own
    assert own.values("loner", "cost").to_dict() == {"1960": 900.0, "1984": 1_500_000.0}
    warned = [doubt for doubt in said(made) if "1960.xlsx" in doubt and "kr, tkr or mkr" in doubt]
    assert len(warned) == 1
    assert "own_figures/1960.xlsx sheet 'Uppgifter' row 4" in warned[0]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"E4": "ca 5"}, "row 4, column 'Bas': 'ca 5' is no number"),
        ({"E4": "1.234"}, "row 4, column 'Bas': '1.234' may be 1234 or 1,234"),
        ({"E4": -5}, "row 4, column 'Bas': -5 is below zero"),
        ({"D4": 1, "F4": 3}, "row 4, column 'Bas': is empty; a range needs a number"),
        ({"E4": 5, "D4": 1}, "row 4, column 'Högst': is empty; give both"),
        ({"D4": 5, "E4": 1, "F4": 9}, "row 4, column 'Bas': 1 does not lie between 5 and 9"),
        ({"E4": 5, "H4": None}, "row 4, column 'Källa': is empty where a number is given"),
        ({"E4": 5, "G4": "i fjol"}, "row 4, column 'År': 'i fjol' is no date"),
        ({"E4": 5, "I4": "31/3 2026"}, "row 4, column 'Datum': '31/3 2026' is no date"),
        ({"E4": 5, "C4": "SEK"}, "row 4, column 'Enhet': 'SEK' is no unit of money; write kr"),
        ({"E4": 5, "A4": "Löneservice"}, "row 4, column 'Tjänst': unknown service 'Löneservice'"),
        ({"E4": 5, "B4": "Kostnader"}, "row 4, column 'Uppgift': unknown figure 'Kostnader'"),
        ({"E2": 5, "C2": "personer"}, "row 2, column 'Enhet': 'personer' is not 'årsarbetare'"),
        ({"E6": 5, "C6": None}, "row 6, column 'Enhet': is empty; say what is counted"),
    ],
)
def test_a_wrong_cell_has_one_line_with_sheet_row_and_column(made, fill, cells, expected):
    item = {"2": "posts", "4": "cost", "6": "volume"}[next(iter(cells))[1]]
    fill(made / FORM, {item: (None, None, None)})
    edit(made / FORM, cells)
    wrong = faults(made)
    assert len(wrong) == 1, wrong
    assert wrong[0].startswith(f"{FORM} sheet 'Uppgifter' ")
    assert expected in wrong[0]


def test_a_trailing_blank_and_a_code_as_a_number_are_read(made, fill):
    fill(made / FORM, {"cost": (None, 2_000_000, None)}, A="  löner och pensioner ")
    edit(made / FORM, {"B3": 1984}, sheet="Läs först")
    assert folder.read(made).own.values("loner", "cost").to_dict() == {"1984": 2_000_000.0}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda book: setattr(book["Uppgifter"], "title", "Uppgifter 2025"),
            "the sheet 'Uppgifter' is missing; has 'Uppgifter 2025' been renamed?",
        ),
        (lambda book: book["Uppgifter"].merge_cells("E4:F4"), "the cells E4:F4 are merged"),
        (
            lambda book: book["Uppgifter"].__setitem__("E1", "Basvärde"),
            "the heading 'Bas' is missing",
        ),
        (
            lambda book: book["Läs först"].__setitem__("B3", "0381"),
            "is the form of 0381 (Enköping)",
        ),
    ],
)
def test_a_form_that_was_reshaped_is_told_where(made, change, expected):
    book = openpyxl.load_workbook(made / FORM)
    change(book)
    book.save(made / FORM)
    wrong = faults(made)
    assert len(wrong) == 1, wrong
    assert wrong[0].startswith(FORM)
    assert expected in wrong[0]


def test_a_csv_in_the_place_of_a_workbook_is_one_line(made):
    (made / "own_figures" / "1984.csv").write_bytes("Tjänst;Bas\nlöner;1".encode("cp1252"))
    assert faults(made) == [
        "own_figures/1984.csv: is a CSV file in the place of a workbook; open "
        "it in Excel and save it as 1984.xlsx"
    ]
    (made / "own_figures" / "1984.csv").rename(made / FORM)
    assert "is a text file, not a workbook" in faults(made)[0]


def test_a_form_of_somebody_else_is_refused(made):
    (made / FORM).rename(made / "own_figures" / "1980.xlsx")
    assert "does not begin with the code of a municipality" in faults(made)[0]


def test_two_forms_of_one_municipality_that_contradict_each_other(made, fill):
    fill(made / FORM, {"cost": (None, 2_000_000, None)})
    copy = made / "own_figures" / "1984 ny.xlsx"
    copy.write_bytes((made / FORM).read_bytes())
    fill(copy, {"cost": (None, 2_100_000, None)})
    wrong = faults(made)
    assert len(wrong) == 1
    assert "contradicts" in wrong[0]
    assert "1984 ny.xlsx sheet 'Uppgifter' row 4" in wrong[0]
    assert "1984.xlsx sheet 'Uppgifter' row 4" in wrong[0]


def test_forms_that_differ_about_one_contract_are_told_and_both_kept(made):
    for code, ends in (("1984", "2027-12-31"), ("1960", "2028-12-31")):
        edit(
            made / f"own_figures/{code}.xlsx",
            {"A2": "loner", "B2": "Lönesystem X", "C2": ends},
            sheet="System och avtal",
        )
    assert len(folder.read(made).own.contracts) == 2
    [doubt] = [doubt for doubt in said(made) if "Lönesystem X" in doubt]
    assert "2027-12-31 in own_figures/1984.xlsx sheet 'System och avtal' row 2" in doubt


def test_one_person_on_a_post_is_warned_of_as_personal_data(made, fill):
    fill(
        made / FORM,
        {
            "persons": (None, 1, None),
            "posts": (None, 1.5, None),
            "cost": (None, 500_000, None),
            "overhead": (None, 600_000, None),
        },
    )
    found = said(made)
    assert any("personal data" in doubt and "Arboga" in doubt for doubt in found)
    assert any("more full-time posts than persons" in doubt for doubt in found)
    assert any("overhead is larger than the cost" in doubt for doubt in found)
    assert one_person(folder.read(made).own.stated) == {("1984", "loner")}


def test_overhead_that_some_do_not_tell_is_warned_of(made, fill):
    fill(made / FORM, {"cost": (None, 2e6, None), "overhead": (None, 1e5, None)})
    fill(made / "own_figures/1960.xlsx", {"cost": (None, 1e6, None)})
    assert any("overhead is not told for Kungsör" in doubt for doubt in said(made))


# --- the question --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\nmembers = ["1984"]\n',
            "alternative 1, members: only one municipality, 1984: sharing takes two",
        ),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\nhost = "1980"\n',
            "alternative 1, host: '1980' is not among the members",
        ),
        ('[[alternatives]]\ntitle = "A"\nway = "shared"\n', "did you mean 'share'?"),
        (
            '[[alternatives]]\ntitle = "A"\nway = "alone"\nhost = "1984"\n',
            'host: does not belong to way = "alone"',
        ),
        ('[[alternatives]]\ntitle = "A"\nway = "merge"\n', "name the bodies that become one"),
        (
            '[[alternatives]]\ntitle = "A"\nway = "merge"\nbodies = ["vmkff"]\n',
            "did you mean 'vmkf'?",
        ),
        ('[[alternatives]]\ntitle = "A"\nway = "purchase"\n', "seller: name who sells"),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\nform = "gemensam nämnd"\n',
            "form: unknown form 'gemensam nämnd'",
        ),
        ('[[alternatives]]\ntitle = "A"\nway = "share"\nstart = "2028"\n', "is not a date such as"),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\n[alternatives.yearly]\nlow = 2\nbase = 1\n'
            'high = 3\nsource = "s"\ndate = 2026-01-01\n',
            "are not in order",
        ),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\n[alternatives.assessment]\ncapacity = 4\n',
            "a judgement is words, no score",
        ),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\n[alternatives.assessment]\nkapacitet = "x"\n',
            "unknown criterion 'kapacitet'",
        ),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\n[[alternatives]]\ntitle = "A"\n'
            'way = "share"\n',
            "two have the title 'A'",
        ),
        ("[[alternatives]\n", "cannot be read"),
    ],
)
def test_a_wrong_question_has_one_line(made, text, expected):
    question(made, text)
    wrong = faults(made)
    assert len(wrong) == 1, wrong
    assert wrong[0].startswith("investigation.toml")
    assert expected in wrong[0]


def test_members_outside_and_other_counties_are_told_not_refused(made):
    question(
        made, '[[alternatives]]\ntitle = "A"\nway = "share"\nmembers = ["1984", "1960", "1880"]\n'
    )
    found = said(made)
    assert any("takes in Örebro, outside" in doubt for doubt in found)
    assert any("2 counties: Västmanlands län, Örebro län" in doubt for doubt in found)
    assert folder.read(made).question.everyone == (*KAK, "1880")


def test_faults_of_all_files_come_together(made, fill):
    question(made, '[[alternatives]]\ntitle = "A"\nway = "share"\n')
    fill(made / FORM, {"cost": (None, "?", None)})
    (made / "text" / "uppdrag.md").write_text("# Stor\n", "utf-8")
    (made / "text" / "slut.md").write_text("x", "utf-8")
    wrong = faults(made)
    assert len(wrong) == 3
    assert {fault.split("/")[0] for fault in wrong} == {"own_figures", "text"}


# --- prose ---------------------------------------------------------------------------------------


def test_prose_with_a_table_and_a_picture_comes_in_blocks(made):
    text = made / "text"
    (text / "karta.png").write_bytes(b"\x89PNG")
    (text / "nulage.md").write_text(
        "<!-- minns -->\n## Läget\n\nEn rad.\n\n| A | B |\n|---|---|\n| 1 | två |\n\n"
        "![Karta över kommunerna](karta.png)\n\nSlut.\n",
        "utf-8",
    )
    blocks = folder.read(made).texts["nulage"]
    assert blocks == (
        Prose("## Läget\n\nEn rad."),
        TextTable(("A", "B"), (("1", "två"),)),
        Picture(text / "karta.png", "Karta över kommunerna"),
        Prose("Slut."),
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Hej\n# Rubrik\n", "text/nulage.md row 2: the heading 'Rubrik' is too large"),
        ("##\n", "row 1: the heading has no text"),
        ("## A\n#### B\n", "row 2: the heading 'B' skips a level; begin it with ###"),
        ("## A\n\n## A\n", "row 3: the heading 'A' is that of text/nulage.md row 1 too"),
        ("## Vem betalar vad?\n", "is that of the chapter 'Vem betalar vad?' too"),
        ("<b>fet</b>\n", "row 1: HTML such as '<b>' is not used"),
        ("![](karta.png)\n", "row 1: the picture 'karta.png' has no alt text"),
        ("![x](kartan.png)\n", "is not in text/; did you mean 'karta.png'?"),
        ("![x](https://example.org/a.png)\n", "lies elsewhere"),
        ("![x](../a.png)\n", "lies elsewhere"),
        ("![x](karta.tif)\n", "save it as .png or .jpg"),
        ("| A | B |\n|---|---|\n| 1 |\n", "row 1: the table's rows have 1 to 2 cells"),
    ],
)
def test_wrong_prose_has_one_line_with_its_row(made, content, expected):
    (made / "text" / "karta.png").write_bytes(b"\x89PNG")
    (made / "text" / "nulage.md").write_text(content, "utf-8")
    wrong = faults(made)
    assert len(wrong) == 1, wrong
    assert expected in wrong[0]


def test_prose_in_cp1252_is_read(made):
    (made / "text" / "nulage.md").write_bytes("Köping".encode("cp1252"))
    assert folder.read(made).texts["nulage"] == (Prose("Köping"),)
