"""One reader for what Excel, Notepad and editors save; one way to suggest what was meant."""

import codecs

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis import hints, paths, textfiles
from analysis.errors import InputError

ROWS = "kod,namn\n0381,Enköping\n1983,Köping\n"
SWEDISH = st.text("abcåäöÅÄÖéü –”xyz,;", max_size=30)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_common_encodings_give_the_same_rows(tmp_path, encoding):
    path = tmp_path / "namn.csv"
    path.write_bytes(ROWS.encode(encoding))
    assert textfiles.read_rows(path, ["kod", "namn"]).records == (
        (2, ("0381", "Enköping")),
        (3, ("1983", "Köping")),
    )


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman", "cp437"])
def test_letters_that_cannot_be_told_are_a_fault_with_row(tmp_path, encoding):
    path = tmp_path / "namn.csv"
    path.write_bytes(ROWS.encode(encoding))
    with pytest.raises(InputError, match=r"namn\.csv row 2: the letters cannot be told"):
        textfiles.read_text(path)


def as_utf8(content):
    """Some words of cp1252 are whole UTF-8 by chance ("Ä–"), which nobody can tell."""
    try:
        return bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


@given(SWEDISH)
def test_cp1252_is_read_or_refused_but_never_wrong(text):
    assume(not as_utf8(text.encode("cp1252")) or text.isascii())
    try:
        assert textfiles.decode(text.encode("cp1252"), "x") == text
    except InputError:
        assert "”" in text  # a quotation mark inside a word may be the ö of DOS


@given(SWEDISH)
def test_a_byte_order_mark_settles_the_encoding(text):
    assert textfiles.decode(codecs.BOM_UTF8 + text.encode(), "x") == text


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("kod;namn\n0381;Enköping\n", ";"),
        ("kod\tnamn\n0381\tEnköping\n", "\t"),
        ("kod,namn,,\n0381,Enköping,,\n,,,\n", ","),
        ("kod;namn;;\n0381;Enköping;;\n", ";"),
    ],
)
def test_separators_and_empty_columns_at_the_right(text, separator):
    rows = textfiles.rows_of(text, "namn.csv", ["kod", "namn"])
    assert (rows.separator, rows.records) == (separator, ((2, ("0381", "Enköping")),))


def test_a_quoted_line_break_keeps_the_rows_of_the_file():
    rows = textfiles.rows_of('a,b\n"x\ny",1\nz,2\n', "f.csv")
    assert [row for row, _ in rows.records] == [2, 4]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "f.csv: is empty"),
        ("kod,nam\n1,2\n", "unknown column 'nam': did you mean 'namn'?"),
        ("kod\n1\n", "the columns namn are missing"),
        ("namn,kod\na,1\n", "another order; write kod,namn"),
        ("kod,namn,namn\n1,2,3\n", "'namn' stands there twice"),
        ("kod,namn\n1\n", "f.csv row 2: 1 cells where the header has 2"),
        ("kod,namn\n1,2,3\n", "f.csv row 1: column 3 has no name"),
        ('kod,namn\n"1,2\n', "f.csv row 2: is no CSV"),
        ("sep=;\nkod;namn\n", "'sep=;' is no header"),
        ("kod,namn\n1,\x00\n", r"f.csv row 2: has the control character U\+0000"),
        ("kod,namn\n1,\x1b[31m\n", r"f.csv row 2: has the control character U\+001B"),
        ("kod,namn\n1,a\u202eb\n", r"f.csv row 2: has the control character U\+202E"),
    ],
)
def test_each_fault_names_file_and_row(text, fault):
    with pytest.raises(InputError, match=fault.replace("?", r"\?")):
        textfiles.rows_of(textfiles.decode(text.encode(), "f.csv"), "f.csv", ["kod", "namn"])


def test_all_faults_come_together():
    with pytest.raises(InputError) as caught:
        textfiles.rows_of("a,b\n1\n2\n", "f.csv")
    assert len(caught.value.faults) == 2


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"ingen\.csv: cannot be read"):
        textfiles.read_text(tmp_path / "ingen.csv")


def test_shipped_tables_of_text_can_be_read():
    for path in sorted(paths.DATA.rglob("*.csv")):
        assert textfiles.read_rows(path).records, path.name


def test_a_hint_looks_at_keys_and_names():
    areas = {"loner": "Löner och pensioner", "vaxel": "Växel"}
    assert hints.unknown("service", "växel", areas) == (
        "unknown service 'växel': did you mean 'vaxel'? valid are loner, vaxel"
    )
    assert hints.did_you_mean("zzz", areas) == ""
