"""Every fault a source can have: the old data stays whole, the error says what to do, exit 1."""

import resource
import shutil
import signal
import subprocess
import time

import pytest

from analysis.errors import SourceError
from analysis.loaders import tables
from analysis.update import update

pytestmark = pytest.mark.xdist_group("sources")  # one server

KEY, TABLE = "tax_rate_total", "TAB2017"

PASSING = [
    ("429", {}, 1), ("status", {"status": 503}, 2), ("status", {"status": 500}, 1),
    ("cut", {}, 1), ("truncated", {}, 1), ("html", {}, 1),
]

LASTING = [
    ("429", {}, "answered 429"),
    ("status", {"status": 503}, "answered 503"),
    ("status", {"status": 400}, "refused the query (400: Bad Request. Played."),
    ("cut", {}, "cut its reply short"),
    ("truncated", {}, "cut its reply short or sent no JSON"),
    ("html", {}, "sent no JSON"),
    ("short", {}, "7829 figures for 7830 cells"),
    ("word", {}, "'många' stands where a number belongs"),
    ("sign", {"sign": "?"}, "the sign '?' is not explained"),
    ("gone", {}, "has no such table any more (404: Not Found. Non-existent table."),
    ("renamed", {"old": "Region", "new": "Område"}, "the variable 'Region' is gone; the table has"),
    ("extra", {}, "the variable 'Utbildning' is new"),
    ("unit", {"unit": {"base": "kronor"}}, "the unit of 'Skattesats, total kommunal' is 'kronor'"),
    ("unit", {"unit": {"decimals": 1}}, "has 1 decimals, the catalogue says 2"),
    ("missing", {"variable": "Region", "code": "1780"},
     "1 municipalities are missing in 'Region': 1780 Karlstad"),
    ("missing", {"variable": "ContentsCode", "code": "OE0101D1"},
     "'ContentsCode' has no 'OE0101D1'"),
    ("lost", {"variable": "Region", "code": "1780"}, "the reply lacks 1780 of 'Region'"),
    ("moved", {}, "while it was being fetched"),
]


@pytest.fixture
def updated(server, folder, contents):
    """A dataset that was updated, whose table has changed at the source since."""
    update([KEY], base_urls=server.urls)
    server.fault("newer", TABLE)
    return contents()


@pytest.mark.parametrize(("kind", "more", "times"), PASSING)
def test_a_passing_fault_is_waited_out(server, folder, kind, more, times):
    server.fault(kind, TABLE, times=times, **more)
    outcome, = update([KEY], base_urls=server.urls)
    assert outcome.state == "updated"
    assert len(tables.load(KEY)) == 290 * 27


@pytest.mark.parametrize(("kind", "more", "said"), LASTING)
def test_a_lasting_fault_leaves_the_old_data_whole(server, updated, contents, kind, more, said):
    server.fault(kind, TABLE, **more)
    with pytest.raises(SourceError) as caught:
        update([KEY], base_urls=server.urls)
    text = str(caught.value)
    assert said in text
    assert TABLE in text
    assert KEY in text
    assert any(step in text for step in ("try again", "correct the entry", "run the update again",
                                         "look up", "compare it")), "the next step"
    assert caught.value.exit_code == 1
    assert contents() == updated
    assert len(tables.load(KEY)) == 290 * 27
    server.clear()
    server.fault("newer", TABLE)
    outcome, = update([KEY], base_urls=server.urls)
    assert outcome.state == "updated"


def test_a_server_that_does_not_answer_in_time(server, updated, contents):
    server.fault("slow", TABLE, seconds=2)
    with pytest.raises(SourceError, match=r"did not answer within 0\.2 seconds.*--timeout"):
        update([KEY], base_urls=server.urls, timeout=0.2)
    assert contents() == updated


def test_the_command_says_so_and_exits_1(server, updated, contents, command):
    server.fault("gone", TABLE)
    done = command("data", "update", KEY, "land_area", *server.options)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"error: {KEY}: {TABLE}: ")
    assert "Traceback" not in done.stderr
    assert "land_area: updated" in done.stdout, "the others go on"
    assert contents()[f"{KEY}.json"] == updated[f"{KEY}.json"]


def test_the_last_year_without_a_municipality_is_refused(server, updated, contents):
    server.fault("blank", TABLE, code="1780", year="2026")
    with pytest.raises(SourceError, match="1780 Karlstad is missing in 2026"):
        update([KEY], base_urls=server.urls)
    assert contents() == updated


@pytest.mark.parametrize(("fault", "said"), [
    ({"kind": "gone-kpi", "table": "N02993"}, "Kolada no longer has N02993"),
    ({"kind": "title", "table": "kolada", "title": "Något annat"}, "is now 'Något annat'"),
    ({"kind": "lost-municipality", "table": "N02993", "code": "1780"}, "missing: 1780 Karlstad"),
    ({"kind": "status", "table": "kolada", "status": 500}, "answered 500"),
    ({"kind": "html", "table": "kolada"}, "sent no JSON"),
])
def test_faults_of_kolada(server, folder, contents, fault, said):
    update(["land_area"], base_urls=server.urls)
    before = contents()
    server.fault(**fault)
    with pytest.raises(SourceError) as caught:
        update(["land_area"], base_urls=server.urls)
    assert said in str(caught.value)
    assert contents() == before


def test_faults_of_the_geodata(server, folder):
    server.fault("field", "stat:Tatorter_2023", field="bef")
    with pytest.raises(SourceError, match="the field 'bef' is gone"):
        update(["localities"], base_urls=server.urls)
    assert not tables.vintage("localities").live


def test_the_next_run_goes_on_with_what_was_complete(start_server, folder):
    server = start_server("--cells", 1000, "--calls", 1000)
    server.fault("gone", TABLE, after=4)  # the table itself, then three of eight parts
    with pytest.raises(SourceError):
        update([KEY], base_urls=server.urls)
    assert len(server.calls()) == 4
    server.clear()
    outcome, = update([KEY], base_urls=server.urls)
    assert outcome.state == "updated"
    assert len(server.calls()) == 5, "three parts were kept"
    assert len(tables.load(KEY)) == 290 * 27
    assert not list((folder / ".kept").glob(f"{KEY}/*"))


def wait_for(condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to that")


def test_ctrl_c_leaves_nothing_half_written(start_server, command, folder, contents):
    server = start_server("--cells", 1000, "--calls", 1000)
    update([KEY], base_urls=server.urls)
    before = contents()
    server.fault("newer", TABLE)
    server.fault("slow", TABLE, seconds=1)
    process = command("data", "update", KEY, *server.options, wait=False)
    wait_for(lambda: list((folder / ".kept").glob("*/*.gz")))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "stopped" in err
    assert "Traceback" not in err
    assert contents() == before
    assert not list(folder.rglob("*.tmp"))
    server.clear()
    server.fault("newer", TABLE)
    outcome, = update([KEY], base_urls=server.urls)
    assert outcome.state == "updated"
    assert len(server.calls()) < 8


def test_two_updates_at_once(start_server, command, folder):
    server = start_server("--cells", 1000, "--calls", 1000)
    server.fault("slow", TABLE, seconds=1)
    first = command("data", "update", KEY, *server.options, wait=False)
    wait_for(lambda: list((folder / ".kept").glob("*/*.gz")))
    second = command("data", "update", "land_area", *server.options)
    assert second.returncode == 1
    assert "another update is at work" in second.stderr
    out, _ = first.communicate(timeout=60)
    assert first.returncode == 0
    assert f"{KEY}: updated" in out


def test_a_killed_update_frees_the_folder(start_server, command, folder):
    server = start_server("--cells", 1000, "--calls", 1000)
    server.fault("slow", TABLE, seconds=1)
    process = command("data", "update", KEY, *server.options, wait=False)
    wait_for(lambda: list((folder / ".kept").glob("*/*.gz")))
    process.kill()
    process.communicate()
    server.clear()
    outcome, = update([KEY], base_urls=server.urls)
    assert outcome.state == "updated"


def test_files_that_cannot_grow(server, updated, contents, command):
    """The kernel refuses to write more than 2 kB to a file: EFBIG."""
    done = command("data", "update", KEY, *server.options,
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000)))
    assert done.returncode == 1
    assert "is full; the data you have is untouched, make room" in done.stderr
    assert "Traceback" not in done.stderr
    assert contents() == updated


def can_mount():
    """True where a file system of one's own can be made: not in every container."""
    if shutil.which("unshare") is None:
        return False
    trial = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="no file system of one's own here")
def test_a_full_disk(server, folder, command, tmp_path):
    """A disk of 64 kB: ENOSPC."""
    folder.mkdir()
    script = (f'mount -t tmpfs -o size=64k tmpfs "{folder}" && "$@"; code=$?; '
              f'ls -A "{folder}" > "{tmp_path}/left"; exit $code')
    done = command("data", "update", "population", *server.options,
                   before=["unshare", "-rm", "sh", "-c", script, "sh"])
    assert done.returncode == 1
    assert f"the disk of {folder} is full" in done.stderr
    assert "Traceback" not in done.stderr
    left = (tmp_path / "left").read_text().split()
    assert not [name for name in left if name.endswith((".tmp", ".json"))]


def test_a_folder_that_may_not_be_written_to(server, command, folder):
    folder.parent.joinpath("file").write_text("x")
    done = command("--data-dir", folder.parent / "file" / "under", "data", "update", KEY,
                   *server.options)
    assert done.returncode == 1
    assert "cannot be written to" in done.stderr
    assert "--data-dir" in done.stderr
    assert (folder.parent / "file").read_text() == "x"
