"""The folder of an investigation: made once, never overwritten, every fault in one clear line."""

import openpyxl
import pytest
from PIL import Image

from analysis import cli
from analysis.errors import InputError
from analysis.investigation import folder, texts
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
        ("ny", KAK[:1], ["loner"], "sharing takes two; name another"),
    ],
)
def test_wrong_input_leaves_nothing_behind(tmp_path, name, members, services, expected):
    with pytest.raises(InputError, match=r".") as error:
        folder.new(name, members, services, parent=tmp_path)
    assert any(expected in fault for fault in error.value.faults)
    assert list(tmp_path.iterdir()) == []


def test_a_title_of_two_lines_and_a_parent_that_is_a_file_leave_nothing(tmp_path):
    with pytest.raises(InputError, match="title: has a line break"):
        folder.new("ny", KAK, ["loner"], parent=tmp_path, title="A\nB")
    (tmp_path / "fil").write_text("x")
    with pytest.raises(InputError, match=r"--parent .*fil.*name another"):
        folder.new("ny", KAK, ["loner"], parent=tmp_path / "fil")
    assert [path.name for path in tmp_path.iterdir()] == ["fil"]


def test_a_kit_that_fails_leaves_no_folder(tmp_path):
    def fail(fresh):
        assert (fresh / "investigation.toml").is_file()
        raise InputError("no kit")

    with pytest.raises(InputError, match="no kit"):
        folder.new("ny", KAK, ["loner"], parent=tmp_path, more=fail)
    assert list(tmp_path.iterdir()) == []


def test_the_file_of_the_question_is_no_folder(made):
    assert "is a file; name its folder" in faults(made / "investigation.toml")[0]


def test_what_is_no_investigation_is_told_how_to_make_one(tmp_path):
    assert "no folder; make one" in faults(tmp_path / "none")[0]
    assert "investigation.toml' is missing" in faults(tmp_path)[0]


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


@pytest.mark.parametrize("name", ["own_figures", "text"])
def test_what_stands_in_the_place_of_a_folder_is_not_passed_over(made, name):
    (made / name).rename(made / "undan")
    assert not faults(made)  # nothing filled in, nothing written
    (made / name).symlink_to(name)
    assert faults(made) == [f"{name}: is no folder; move it away, and put the files into a folder"]


def test_files_that_programs_leave_are_passed_over_and_others_are_told(made):
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store", "~$1984.xlsx"):
        (made / "own_figures" / name).write_bytes(b"x")
        (made / "text" / name).write_bytes(b"x")
    assert not faults(made)
    (made / "text" / "nulage.docx").write_bytes(b"PK")
    (made / "own_figures" / "19840.xlsx").write_bytes((made / FORM).read_bytes())
    first, second = sorted(faults(made))
    assert first.startswith("own_figures/19840.xlsx: its name does not begin with the code")
    assert second.startswith("text/nulage.docx: is not read; write the text into one of text/*.md")


def test_persons_are_counted_whole(made, fill):
    fill(made / FORM, {"persons": (None, 1.5, None)})
    assert "row 3, column 'Bas': persons are counted whole" in faults(made)[0]


def test_at_most_one_post_without_persons_may_be_one_person(made, fill):
    fill(made / FORM, {"posts": (None, 0.75, None), "cost": (None, 500_000, None)})
    assert one_person(folder.read(made).own.stated) == {("1984", "loner")}
    fill(made / FORM, {"persons": (None, 3, None)})
    assert one_person(folder.read(made).own.stated) == set()


def test_a_figure_for_a_year_after_its_date_may_be_a_forecast(made, fill):
    fill(made / FORM, {"cost": (None, 2_000_000, None)}, G=2027)
    assert any("a budget or a forecast?" in doubt for doubt in said(made))


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
        ('[[alternatives]]\ntitle = "A"\nway = "merge"\n', "name two or more that become one"),
        (
            '[[alternatives]]\ntitle = "A"\nway = "merge"\nbodies = ["vmkff", "mbr"]\n',
            "did you mean 'vmkf'?",
        ),
        (
            '[[alternatives]]\ntitle = "A"\nway = "merge"\nbodies = ["vmkf"]\n',
            'where one body grows, write way = "share"',
        ),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\nform = "kommunalforbund"\nhost = "1984"\n',
            "a kommunalforbund is a legal person of its own and has no host",
        ),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\nmembers = ["1880", "1881"]\n',
            "none of them is a member of the investigation",
        ),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\nmembers = [1984, 1960]\n',
            "members: [1984, 1960] is not texts in quotes",
        ),
        ('[[alternatives]]\ntitle = " "\nway = "alone"\n', "title: is empty"),
        ('[[alternatives]]\ntitle = "A\\nB"\nway = "alone"\n', "title: has a line break"),
        (f'[[alternatives]]\ntitle = "{"A" * 81}"\nway = "alone"\n', "title: has 81 letters"),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\nstart = 2028-01-01T08:00:00\n',
            "is not a date such as",
        ),
        (
            '[[alternatives]]\ntitle = "A"\nway = "share"\n[alternatives.yearly]\nlow = 1\nbase = 2\n'
            'high = inf\nsource = "s"\ndate = 2026-01-01\n',
            "high: inf is not a number",
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


def test_days_and_amounts_that_are_unusual_are_told(made):
    file = made / "investigation.toml"
    file.write_text(file.read_text("utf-8").replace("# as_of = 2026-06-30", "as_of = 2090-01-01"))
    question(
        made,
        '[[alternatives]]\ntitle = "A"\nway = "share"\nstart = 1999-01-01\n[alternatives.yearly]\n'
        'low = 20\nbase = 22\nhigh = 25\nsource = "s"\ndate = 2026-05-01\n',
    )
    found = said(made)
    assert any("as_of: 2090-01-01 is after the data" in doubt for doubt in found)
    assert any("starts 1999-01-01, before the day" in doubt for doubt in found)
    assert any("alternative 1, yearly: 22 kr is 0.00 kr per inhabitant" in doubt for doubt in found)


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
    Image.new("L", (2, 2)).save(text / "karta.png")
    (text / "nulage.md").write_text(
        "<!-- minns -->\n## Läget\n\nEn rad.\n\n| A | B |\n|---|---|\n| **1** | två \\| tre |\n\n"
        "![Karta över kommunerna](karta.png)\n\nSe <https://www.koping.se>.\n\n```\n# 1\n```\n",
        "utf-8",
    )
    blocks = texts.chapter(text, "nulage")
    assert blocks == (
        Prose("## Läget\n\nEn rad."),
        TextTable(("A", "B"), (("1", "två | tre"),)),
        Picture(text / "karta.png", "Karta över kommunerna"),
        Prose("Se <https://www.koping.se>.\n\n```\n# 1\n```"),
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
        ("![x](falsk.png)\n", "the picture 'falsk.png' cannot be read as PNG"),
        ("![x](utanför.png)\n", "the picture 'utanför.png' is a link to another folder"),
        ("![x][a]\n", "row 1: write a picture as ![what it shows](file.png)"),
        ("Rubrik\n===\n", "row 2: '===' under a row makes it a heading"),
        ("Hej\n<!-- inte slut\n", "row 2: the comment is not closed"),
        ("| A | B |\n|---|---|\n| 1 |\n", "row 1: the table's rows have 1 to 2 cells"),
    ],
)
def test_wrong_prose_has_one_line_with_its_row(made, content, expected):
    Image.new("L", (2, 2)).save(made / "text" / "karta.png")
    (made / "text" / "falsk.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (made / "utanför.png").write_bytes((made / "text" / "karta.png").read_bytes())
    (made / "text" / "utanför.png").symlink_to(made / "utanför.png")
    (made / "text" / "nulage.md").write_text(content, "utf-8")
    wrong = faults(made)
    assert len(wrong) == 1, wrong
    assert expected in wrong[0]


def test_the_check_finds_what_only_the_report_would_stumble_on(made, capsys):
    """A place that is no locality, and TeX: told by the check, before any work."""
    file = made / "investigation.toml"
    file.write_text(
        file.read_text("utf-8").replace('# places = ["Väst', 'places = ["Köping", "Väst')
    )
    (made / "text" / "nulage.md").write_text("Det kostar $$x^2$$ kronor.\n", "utf-8")
    with pytest.raises(SystemExit) as stop:
        cli.main(["investigation", "check", str(made)])
    assert stop.value.code == 2
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("error: text/nulage.md: TeX ($$x^2$$) cannot be printed")
    assert second.startswith("error: investigation.toml, places: unknown locality 'Västerås'")


def test_prose_in_cp1252_is_read(made):
    (made / "text" / "nulage.md").write_bytes("Köping".encode("cp1252"))
    assert texts.chapter(made / "text", "nulage") == (Prose("Köping"),)
