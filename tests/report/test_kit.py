"""The kit of the first week: Word files with fields, the same clauses to each council."""

import docx
import pytest

from analysis import cli, whole
from analysis.investigation import folder
from analysis.report import kit

MEMBERS = ("1863", "1864", "1884", "1885")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = folder.new(
        "vaxel", MEMBERS, ["vaxel", "upphandling"], parent=tmp_path_factory.mktemp("kit")
    )
    kit.write_kit(path)
    return path


def words(path):
    file = docx.Document(str(path))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return [*(line.text for line in file.paragraphs), *cells]


def test_every_file_of_the_first_week_is_there_with_fields(made):
    names = sorted(path.stem for path in (made / "kit").iterdir())
    assert names == [
        "1-direktiv",
        "2-projektplan",
        "3-avtalslista",
        "4-jamforbara-organ",
        "5-checklista",
        *(f"6-tjansteskrivelse-{code}" for code in MEMBERS),
    ]
    for path in (made / "kit").iterdir():
        file = docx.Document(str(path))
        assert file.paragraphs[0].style.name == "Title"
        assert "<w:sdt>" in file.element.xml


def test_each_council_gets_the_same_clauses(made):
    clauses = {
        tuple(text for text in words(path) if text.startswith("att "))
        for path in (made / "kit").glob("6-*.docx")
    }
    assert len(clauses) == 1
    [same] = clauses
    assert len(same) == 5
    titles = {words(path)[0] for path in (made / "kit").glob("6-*.docx")}
    assert len(titles) == len(MEMBERS)


def test_the_steering_group_has_opposition_and_bodies_their_outcome_to_ask(made):
    directive = words(made / "kit" / "1-direktiv.docx")
    assert "Från oppositionen" in directive
    bodies = " ".join(words(made / "kit" / "4-jamforbara-organ.docx"))
    assert "säger inte att det gick bra" in bodies
    assert "VMKF" in bodies  # has procurement for three others


def test_what_is_filled_in_is_never_written_over(made):
    path = made / "kit" / "1-direktiv.docx"
    path.write_bytes(b"ifylld")
    (made / "kit" / "5-checklista.docx").unlink()
    assert [done.name for done in kit.write_kit(made)] == ["5-checklista.docx"]
    assert path.read_bytes() == b"ifylld"


def test_a_bad_template_leaves_nothing_behind(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(
            [
                "investigation",
                "new",
                "ny",
                "--members",
                "1863,1864",
                "--service",
                "vaxel",
                "--parent",
                str(tmp_path),
                "--template",
                str(tmp_path / "mall.docx"),
            ]
        )
    assert stop.value.code == 2
    assert "is not there; name a .docx file" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_a_full_disk_cuts_is_not_left_to_be_taken_for_a_file(made, monkeypatch):
    path = made / "kit" / "1-direktiv.docx"
    path.unlink()

    def full(path):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(whole, "sync", full)
        with pytest.raises(OSError, match="No space left"):
            kit.write_kit(made)
    assert not path.exists()
    assert kit.write_kit(made) == [path]
