"""A reports' folder that somebody else has filled: nothing in it is followed, run, or waited for."""

import hashlib
import json
import os
import shutil
import socket
from datetime import date

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import regions
from analysis import sealed as seals
from analysis.report import build, index, manifest, record, ways
from analysis.report.manifest import Inputs
from analysis.report.plan import Plan, folder_faults

pytestmark = pytest.mark.xdist_group("reuse")  # with the others that share the report `single`
HASH = "0" * 64
REGION = regions.from_members(["1863"])
FACTS = {
    "product": "samverkan",
    "region": "hallefors",
    "name": "Hällefors",
    "members": ["1863", "1864"],
    "as_of": "2026-06-30",
    "snapshot": "2026-06-30",
    "chapters": ["scenario"],
    "digest": HASH,
    "finish": HASH,
    "finding": {"title": "En rubrik", "first": "Ett **fynd**"},
    "seconds": {"summary": 1.0},
    "reads": {},
    "files": {"report.html": HASH},
}


def lay(folder, facts=FACTS):
    """A folder with the record `facts`, as text, bytes or an object."""
    folder.mkdir(parents=True)
    text = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
    (folder / "build.json").write_bytes(text)
    (folder / "report.html").write_text("<p>", encoding="utf-8")
    return folder


def built(out, *chapters, codes=("1863",)):
    """What a build of own chapters, or of none, makes of each region in `out`."""
    where = tuple(regions.from_members([code]) for code in codes)
    given_chapters = tuple((path.stem, path) for path in chapters)
    plan = Plan(where, given_chapters, ("html",), date(2026, 6, 30), out, 1)
    return [(result.status, result.errors) for result in build.build(plan)]


def test_a_record_that_keeps_the_schema_is_read(tmp_path):
    lay(tmp_path / "a")
    (found,) = record.records(tmp_path)
    assert found[0] == "a"
    assert not found[1].ours, "nobody has sealed it"
    assert index.entries(tmp_path)[0].finding == "En rubrik"


ODD = {
    "a date": FACTS | {"as_of": "sommaren"},
    "a date before Christ": FACTS | {"as_of": "-0044-03-15"},
    "a far date": FACTS | {"snapshot": "9999-12-31"},
    "no members": FACTS | {"members": []},
    "a number as member": FACTS | {"members": [1863]},
    "a path as member": FACTS | {"members": ["../x"]},
    "no name": {name: value for name, value in FACTS.items() if name != "name"},
    "a list as name": FACTS | {"name": ["x"]},
    "a control character": FACTS | {"name": "a\x1b[31mb"},
    "a turned direction": FACTS | {"name": "a\u202eb"},
    "a long name": FACTS | {"name": "x" * 100_000},
    "a finding that is a list": FACTS | {"finding": ["x"]},
    "seconds that are none": FACTS | {"seconds": {"summary": "?"}},
    "files that are none": FACTS | {"files": [["report.html", HASH]]},
    "reads of another shape": FACTS | {"reads": {"summary": {"key": HASH, "reads": [1]}}},
    "nesting": FACTS | {"reads": {"summary": {"key": HASH, "reads": {"a": {"b": {}}}}}},
    "depth": b'{"a":' * 100_000,
    "not a number": b'{"seconds": NaN}',
    "a large number": b'{"seconds": 1' + b"0" * 10_000 + b"}",
    "half a text": b'{"name": "\xff',
    "no object": b"[]",
    "nothing": b"",
}


@pytest.mark.parametrize("facts", ODD.values(), ids=ODD)
def test_what_fails_the_schema_is_no_report_and_stops_nobody(tmp_path, facts):
    lay(tmp_path / "granne", facts)
    lay(tmp_path / "god")
    assert [name for name, _ in record.records(tmp_path)] == ["god"]
    assert len(index.entries(tmp_path)) == 1
    index.write(tmp_path)
    assert "En rubrik" in (tmp_path / "index.html").read_text(encoding="utf-8")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, derandomize=True, database=None)
@given(st.sampled_from(sorted(FACTS)), JSON)
def test_any_value_in_a_record_is_read_or_refused(tmp_path_factory, name, value):
    out = tmp_path_factory.mktemp("out")
    lay(out / "granne", FACTS | {name: value})
    found = list(record.records(out))
    assert len(index.entries(out)) == len(found) <= 1
    assert len(ways.beside(found, regions.get("bergslagen"))) <= 1
    shutil.rmtree(out)


def test_no_path_of_a_record_is_followed(tmp_path):
    """A folder that was moved aside goes back to its own name, or nowhere."""
    victim, out = tmp_path / "victim", tmp_path / "out"
    lay(out / ".replaced-x" / "report", FACTS | {"region": "../victim/.ipython"})
    lay(out / ".replaced-y" / "report", FACTS | {"region": str(victim)})
    lay(out / ".replaced-z" / "vardad")
    lay(tmp_path / "elsewhere")
    (out / ".replaced-link").symlink_to(tmp_path, target_is_directory=True)
    (out / ".building-link").symlink_to(tmp_path, target_is_directory=True)
    with build.staging(out):
        pass
    assert not victim.exists()
    assert (tmp_path / "elsewhere" / "build.json").is_file(), "a link is not followed"
    assert (out / "vardad" / "build.json").is_file()
    assert (out / "report" / "build.json").is_file()


def test_files_that_a_record_names_outside_its_folder_are_not_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="utf-8")
    digest = hashlib.sha256(b"x").hexdigest()
    folder = tmp_path / "out" / "hallefors"
    folder.mkdir(parents=True)
    record.write(folder, FACTS | {"files": {"../../secret": digest, str(secret): digest}})
    found = record.read(folder)
    assert found.ours
    assert not manifest._is_whole(folder, found)


def lay_pipes(folder):
    """Pipes, sockets and links to devices where a report has its files."""
    for name in ("build.json", "index.html", "report.html", "report.pdf", "notebooks/own.ipynb"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        os.mkfifo(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the platform has no pipes")
def test_pipes_sockets_and_devices_make_nobody_wait(tmp_path, monkeypatch):
    lay_pipes(tmp_path / "granne")
    (tmp_path / "zero").mkdir()
    (tmp_path / "zero" / "build.json").symlink_to("/dev/zero")
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    (tmp_path / "sock").mkdir()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("sock/build.json")
    lay(tmp_path / "god")
    os.mkfifo(tmp_path / "god" / "report.pdf")
    try:
        assert [name for name, _ in record.records(tmp_path)] == ["god"]
        (entry,) = index.entries(tmp_path)
        assert [label for _, label, _ in entry.files] == ["Webbsida"]
        os.mkfifo(tmp_path / "index.html")
        index.write(tmp_path)
        assert (tmp_path / "index.html").is_file()
        assert (
            "cannot be read"
            in folder_faults(tmp_path, regions.from_members("1863", name="granne"))[0]
        )
    finally:
        listener.close()


@pytest.mark.parametrize("name", ["index.html", "build.json"])
def test_no_link_is_written_through(tmp_path, name):
    victim = tmp_path / "victim"
    victim.write_text("orört", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / f".{name}.tmp").symlink_to(victim)
    (out / name).symlink_to(victim)
    build._write_record(Plan((), (), (), date(2026, 6, 30), out, 1), [])
    index.write(out)
    assert victim.read_text(encoding="utf-8") == "orört"
    assert not (out / "index.html").is_symlink()


NAMES = ["javascript:alert(1)", '"><script>', "a b", "å&ä", "data:text", "%2e%2e"]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_folder_is_an_address_beside_the_index(tmp_path, name):
    from urllib.parse import unquote

    lay(tmp_path / name)
    (entry,) = index.entries(tmp_path)
    ((address, _, _),) = entry.files
    assert address.startswith("./")
    assert not set(address) & set(":\"'<> ")
    assert unquote(address) == f"./{name}/report.html"
    (way,) = ways.beside(record.records(tmp_path), regions.get("bergslagen"))
    assert way.address.startswith("../")
    assert unquote(way.address) == f"../{name}/report.html"


def test_words_of_a_record_are_words_in_the_index(tmp_path):
    lay(
        tmp_path / "granne",
        FACTS | {"name": "<script>alert(1)</script>", "finding": {"title": "<b>x</b>"}},
    )
    index.write(tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


@pytest.fixture
def sealed(single, tmp_path):
    """A copy of a real report, with the doctored notebook of one chapter and a fitting hash."""
    folder = tmp_path / "out" / "hallefors"
    shutil.copytree(single / "hallefors", folder)
    path = folder / "notebooks" / "services.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("Kommunen är bäst i landet."))
    nbformat.write(notebook, path)
    facts = json.loads((folder / "build.json").read_text(encoding="utf-8"))
    facts["files"]["notebooks/services.ipynb"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return folder, facts


def kept(out):
    from analysis.report.plan import make_plan

    inputs = Inputs.of(make_plan([REGION], out=out))
    return set(manifest.known_chapters(inputs, REGION))


def test_a_doctored_chapter_is_not_used_again(sealed):
    folder, facts = sealed
    assert len(kept(folder.parent)) == 3, "its hash is not that of the record"
    (folder / "build.json").write_text(json.dumps(facts), encoding="utf-8")
    assert kept(folder.parent) == set(), "the seal is not that of the record"
    del facts["seal"]
    (folder / "build.json").write_text(json.dumps(facts), encoding="utf-8")
    assert kept(folder.parent) == set(), "there is no seal"
    record.write(folder, facts)
    assert len(kept(folder.parent)) == 4, "who has the key is believed"


def test_a_record_of_another_user_is_not_used_again(single, tmp_path, monkeypatch):
    folder = tmp_path / "hallefors"
    shutil.copytree(single / "hallefors", folder)
    assert len(kept(tmp_path)) == 4
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    seals._key.cache_clear()
    try:
        assert kept(tmp_path) == set()
        assert (tmp_path / "other" / "samverkan" / "seal.key").stat().st_mode & 0o077 == 0
    finally:
        seals._key.cache_clear()


def test_where_no_key_can_be_kept_all_is_made_anew(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    seals._key.cache_clear()
    try:
        record.write(tmp_path, FACTS)
        assert not record.read(tmp_path).ours
    finally:
        seals._key.cache_clear()


def test_a_build_among_hostile_neighbours_ends_well(tmp_path, notebook):
    out = tmp_path / "out"
    for number, facts in enumerate(ODD.values()):
        lay(out / f"granne-{number}", facts)
    lay_pipes(out / "pipor")
    lay(out / ".replaced-x" / "report", FACTS | {"region": "../../victim"})
    own = notebook(tmp_path / "own.ipynb", "from analysis.exhibits import say", "say('Klart.')")
    assert built(out, own) == [("built", [])]
    assert (out / "index.html").is_file()
    assert not (tmp_path / "victim").exists()
