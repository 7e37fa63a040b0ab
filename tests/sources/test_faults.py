"""Every fault a source can have, through the real command against a real server.

The old data stays whole to the byte, the error says what, which table and what to do, the exit
code is 1, and the next run goes on with what was complete.
"""

import resource
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from analysis.errors import SourceError
from analysis.loaders import tables
from analysis.regions import municipalities
from analysis.update import reset, update

pytestmark = pytest.mark.xdist_group("sources")  # one server

KEY, TABLE = "tax_rate_total", "TAB2017"
EACH = {  # a dataset of each source: the table a fault is played for, what the error names
    KEY: (TABLE, TABLE),
    "land_area": ("kolada", "N02993"),
    "localities": ("stat:Tatorter_2023",) * 2,
}
STEPS = (
    "try again",
    "write the line",
    "run the update again",
    "look up",
    "compare",
    "a new version",
    "have been replaced",
    "make room",
    "longer --timeout",
    "let this address through",
)
SIX = list(municipalities())[60:66]  # more than may have merged

OF_THE_SERVER = [
    ("429", {}, "answered 429"),
    ("status", {"status": 503}, "answered 503"),
    ("cut", {}, "cut its reply short"),
    ("truncated", {}, "cut its reply short or sent no JSON"),
    ("html", {}, "sent a web page called 'Logga in – proxy' in the place of figures, 4 times"),
    ("slow", {"seconds": 1.5}, "did not answer within 0.5 seconds"),
    ("deep", {}, "sent JSON that nests without end, 4 times"),
    ("login", {"status": 403}, "wants a login (403: sent a web page called 'Logga in'"),
    ("redirect", {"to": "http://example.org/x"}, "sends us on to example.org, which was not"),
    ("redirect", {"to": "/api/v2/round"}, "has no such table any more (404"),
    ("controls", {}, "refused the query (400: Bad Request. No [31m such thing.)"),
]

OF_SCB_BY_COMMAND = [
    ("short", {}, "7829 figures for 7830 cells"),
    ("gone", {}, "has no such table any more (404: Not Found. Non-existent table."),
    ("renamed", {"old": "Region", "new": "Område"}, "the variable 'Region' is gone; the table has"),
    ("missing", {"variable": "Region", "codes": SIX}, "6 municipalities are missing in 'Region': "),
]

OF_SCB = [
    ("status", {"status": 400}, "refused the query (400: Bad Request. Played."),
    ("word", {}, "'många' stands where a number belongs"),
    ("sign", {"sign": "?"}, "the sign '?' stands in the place of a number"),
    ("extra", {}, "the variable 'Utbildning' is new"),
    ("unit", {"unit": {"base": "kronor"}}, "the unit of 'Skattesats, total kommunal' is 'kronor'"),
    ("unit", {"unit": {"decimals": 1}}, "has 1 decimals, the catalogue says 2"),
    ("no-unit", {}, "'Skattesats, total kommunal' has no unit any more, the catalogue says"),
    (
        "missing",
        {"variable": "ContentsCode", "code": "OE0101D1"},
        "'ContentsCode' has no 'OE0101D1'",
    ),
    ("lost", {"variable": "Region", "code": "1780"}, "the reply lacks 1780 of 'Region'"),
    ("moved", {}, "while it was being fetched"),
    (
        "blank",
        {"cells": {"Region": list(municipalities())[:30], "Tid": ["2026"]}},
        "30 of 290 municipalities have no figure in 2026",
    ),
]

OF_KOLADA = [
    ("gone", "kolada", {}, "has no such table any more (404"),
    ("gone-kpi", "N02993", {}, "Kolada no longer has N02993"),
    ("title", "kolada", {"title": "Något annat"}, "is now 'Något annat'"),
    ("title", "kolada", {"title": "Landareal, hektar"}, "is now 'Landareal, hektar'"),
    ("list", "kolada", {"name": "rows"}, "has no list 'values'"),
    ("word", "kolada", {}, "'många' stands where a number belongs"),
    ("sign", "kolada", {"sign": "Okänd"}, "the status 'Okänd' stands in the place of a number"),
    ("lost-municipality", "N02993", {"codes": SIX}, "6 municipalities are missing: "),
    ("status", "kolada", {"status": 422}, "refused the query (422"),
]

OF_THE_GEODATA = [
    ("localities", "field", {"field": "bef"}, "the field 'bef' is gone"),
    ("localities", "gone", {}, "has no such table any more (404"),
    ("localities", "short", {"after": 1}, "0 of 2017 areas came"),
    ("localities", "word", {}, "the replies have another form"),
    ("localities", "shape", {"path": ["features", 0], "value": "x"}, "is no feature collection"),
    ("localities", "shape", {"path": ["features"], "value": None}, "is no feature collection"),
    ("localities", "no-outline", {}, "no outline that can be read"),
    ("boundaries", "lost-municipality", {"codes": SIX}, "no area of "),
]


def told(code, text, *keys):
    """What a failed command says on standard error, when it says it as it should."""
    lines = text.splitlines()
    assert code == 1, text
    assert lines
    assert all(line.startswith(tuple(f"error: {key}: " for key in keys)) for line in lines), lines
    assert all(any(step in line for step in STEPS) for line in lines), lines
    return "\n".join(lines)


def failing(server, *keys, **options):
    """What an update in this process says, without the waits between tries."""
    with pytest.raises(SourceError) as caught:
        update(keys, base_urls=server.urls, backoff=0.01, **options)
    return told(1, "\n".join(f"error: {fault}" for fault in caught.value.faults), *keys)


@pytest.fixture
def refused(updated, command, contents):
    """Update datasets with a fault in play, in this process; returns what is said."""

    def run(server, *keys, by_command=False, **options):
        before = contents()
        if by_command:
            done = command("data", "update", *keys, *server.options, **options)
            text = told(done.returncode, done.stderr, *keys)
        else:
            text = failing(server, *keys, **options)
        assert contents() == before, "the old data is whole"
        assert not list(updated.rglob("*.tmp"))
        return text

    return run


def states(server, *keys):
    return {
        outcome.key: outcome.state for outcome in update(keys, base_urls=server.urls, backoff=0.01)
    }


@pytest.mark.parametrize(
    ("kind", "more", "times"),
    [
        ("429", {}, 1),
        ("status", {"status": 503}, 2),
        ("cut", {}, 1),
        ("truncated", {}, 1),
        ("html", {}, 1),
    ],
)
def test_a_passing_fault_is_waited_out(server, updated, kind, more, times):
    for table, _ in EACH.values():
        server.fault(kind, table, times=times, **more)
    assert set(states(server, *EACH).values()) == {"updated"}


def test_a_server_that_asks_to_wait_is_waited_for(server, updated, command):
    server.fault("429", TABLE, times=1)
    done = command("data", "update", KEY, *server.options)
    assert done.returncode == 0, done.stderr
    first, second, *_ = server.calls("metadata")
    assert second["time"] - first["time"] >= 1, "as Retry-After says"


@pytest.mark.parametrize(("kind", "more", "said"), OF_THE_SERVER)
def test_a_lasting_fault_of_each_server(server, refused, kind, more, said):
    for table, _ in EACH.values():
        server.fault(kind, table, wait=0, **more)
    text = refused(server, *EACH, timeout=0.5 if kind == "slow" else 60)
    lines = {line.split(": ")[1]: line for line in text.splitlines()}
    assert lines.keys() == EACH.keys()
    for key, line in lines.items():
        assert said in line
        assert EACH[key][1] in line
        assert "the data you have is untouched" in line
    server.clear()
    server.fault("newer", TABLE)
    assert set(states(server, *EACH).values()) == {"updated"}


@pytest.mark.parametrize(("key", "fault"), list(zip([*EACH, *EACH], OF_THE_SERVER, strict=False)))
def test_a_lasting_fault_through_the_command(server, updated, command, contents, key, fault):
    kind, more, said = fault
    before, patience = contents(), ("--timeout", 0.5) if kind == "slow" else ()
    server.fault(kind, EACH[key][0], **more)
    done = command("data", "update", key, *server.options, *patience)
    assert said in told(done.returncode, done.stderr, key)
    assert contents() == before


@pytest.mark.parametrize(
    ("by_command", "kind", "more", "said"),
    [*((True, *fault) for fault in OF_SCB_BY_COMMAND), *((False, *fault) for fault in OF_SCB)],
)
def test_faults_of_scb(server, refused, by_command, kind, more, said):
    server.fault(kind, TABLE, **more)
    text = refused(server, KEY, by_command=by_command)
    assert said in text
    assert TABLE in text
    server.clear()
    server.fault("newer", TABLE)
    assert states(server, KEY) == {KEY: "updated"}
    assert len(tables.load(KEY)) == 290 * 27


@pytest.mark.parametrize(("kind", "table", "more", "said"), OF_KOLADA)
def test_faults_of_kolada(server, refused, kind, table, more, said):
    server.fault(kind, table, **more)
    text = refused(server, "land_area")
    assert said in text
    assert "N02993" in text
    server.clear()
    assert states(server, "land_area") == {"land_area": "updated"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["value"], None),
        (["value"], 7),
        (["size"], None),
        (["size"], 7),
        (["id"], None),
        (["status"], "x"),
        (["dimension", "Region"], None),
        (["dimension", "Tid", "category"], []),
        (["role"], "x"),
        (["updated"], {}),
    ],
)
def test_valid_json_of_the_wrong_shape(server, refused, path, value):
    server.fault("shape", TABLE, path=path, value=value)
    assert TABLE in refused(server, KEY)


@pytest.mark.parametrize(
    ("key", "path", "value"),
    [
        (KEY, ["size"], None),
        ("land_area", ["values", 0], "x"),
        ("localities", ["features", 0], None),
    ],
)
def test_the_others_go_on_after_a_wrong_shape(server, updated, command, key, path, value):
    table, named = EACH[key]
    server.fault("shape", table, path=path, value=value)
    done = command("data", "update", *EACH, *server.options)
    assert named in told(done.returncode, done.stderr, key)
    for other in EACH:
        assert f"{other}: {'failed' if other == key else 'updated'}" in done.stdout


def test_limits_that_are_none(server, refused):
    server.fault("config", "scb", value=0)
    assert "does not state its limits" in refused(server, KEY)


def test_fetched_data_that_breaks_the_contract(server, folder, command):
    """The dataset, its tables, the first faults and the remedy; nothing is kept of it."""
    server.fault("shape", "TAB5839", path=["value"], value=[-5] * (290 * 3 * 3))
    server.fault("shape", "TAB5839", path=["status"], value={})
    done = command("data", "update", "commuting_margins", *server.options)
    text = told(done.returncode, done.stderr, "commuting_margins")
    assert "TAB3266, TAB5839, TAB1828: what came breaks the contract: " in text
    assert text.count("-5") == 3
    assert "and 47 more; nothing was changed, compare the table with data/README.md" in text
    assert not list((folder / ".kept").glob("*/*")), "the replies are at fault"


def test_a_municipality_without_peers(server, refused):
    server.fault("lost-group", "kolada", codes=SIX)
    text = refused(server, "peers")
    assert "Kolada has groups 'Liknande kommuner' of kind 'övergripande' for 284" in text


@pytest.mark.parametrize(("key", "kind", "more", "said"), OF_THE_GEODATA)
def test_faults_of_the_geodata(server, refused, key, kind, more, said):
    layer = {"localities": "stat:Tatorter_2023", "boundaries": "stat:RegSO_2025"}[key]
    server.fault(kind, layer, **more)
    text = refused(server, key)
    assert said in text
    assert layer in text


def test_the_other_datasets_go_on(server, updated, command, contents):
    before = contents()
    server.fault("gone", TABLE)
    done = command("data", "update", KEY, "land_area", *server.options)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {KEY}: {TABLE}: ")
    assert len(done.stderr.splitlines()) == 1
    assert f"{KEY}: failed" in done.stdout
    assert "land_area: updated" in done.stdout
    assert contents()[f"{KEY}.json"] == before[f"{KEY}.json"]


PARTS = {KEY: ("data", 8), "land_area": ("kolada", 8), "localities": ("wfs", 3)}
"""How many requests for its figures a dataset takes of the small server, and how it notes them."""


@pytest.mark.parametrize(
    ("keys", "kind", "more"),
    [(EACH, "status", {"status": 503}), (EACH, "cut", {}), ([KEY], "slow", {"seconds": 0.8})],
)
def test_the_next_run_goes_on_with_what_was_complete(small_server, folder, keys, kind, more):
    for key in keys:
        first = 2 if key == "localities" else 3  # what is looked at before counts too
        small_server.fault(kind, EACH[key][0], after=first, **more)
    failing(small_server, *keys, timeout=0.5 if kind == "slow" else 60)
    kept = {key: len(list((folder / ".kept" / key).glob("*.gz"))) for key in keys}
    assert all(kept.values()), kept
    small_server.clear()
    assert set(states(small_server, *keys).values()) == {"updated"}
    for key in keys:
        noted, parts = PARTS[key]
        assert len(small_server.calls(noted)) == parts - kept[key], "what was kept is not asked for"
    assert not list((folder / ".kept").glob("*/*"))


@pytest.mark.parametrize(
    ("key", "size"), [(KEY, 4_500), ("land_area", 4_500), ("localities", 60_000)]
)
def test_a_disk_that_is_full_at_the_very_end(small_server, folder, command, key, size):
    """The kernel lets the replies be kept, but not the table be written: EFBIG."""
    done = command(
        "data",
        "update",
        key,
        *small_server.options,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    assert "is full; the data you have is untouched, make room" in told(
        done.returncode, done.stderr, key
    )
    noted, parts = PARTS[key]
    assert len(list((folder / ".kept" / key).glob("*.gz"))) == parts
    assert not (folder / f"{key}.json").exists()
    small_server.clear()
    assert states(small_server, key) == {key: "updated"}
    assert not small_server.calls(noted), "nothing is asked for again"


def wait_for(condition):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


@pytest.fixture
def halfway(small_server, command, updated):
    """Start an update of a dataset that is slow; goes on when its first reply has been kept."""
    server = small_server

    def start(key):
        server.fault("newer", TABLE)
        server.fault("slow", EACH[key][0], seconds=0.4)
        process = command("data", "update", key, *server.options, wait=False)
        wait_for(lambda: list((updated / ".kept").glob("*/*.gz")))
        return server, process

    return start


@pytest.mark.parametrize(
    ("key", "sign"), [*((key, signal.SIGINT) for key in EACH), (KEY, signal.SIGTERM)]
)
def test_ctrl_c_leaves_nothing_half_written(halfway, contents, updated, key, sign):
    before = contents()
    server, process = halfway(key)
    process.send_signal(sign)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.strip() == "error: stopped; nothing half-written is left"
    assert contents() == before
    assert not list(updated.rglob("*.tmp"))
    kept = len(list((updated / ".kept" / key).glob("*.gz")))
    server.clear()
    server.fault("newer", TABLE)
    assert states(server, key) == {key: "updated"}
    noted, parts = PARTS[key]
    assert len(server.calls(noted)) == parts - kept < parts


def test_two_updates_at_once(halfway, command, contents):
    before = contents()
    server, first = halfway(KEY)
    second = command("data", "update", "land_area", *server.options)
    assert second.returncode == 1
    assert "another update is at work" in second.stderr
    assert "wait until it has ended" in second.stderr
    assert contents()["land_area.json"] == before["land_area.json"]
    with pytest.raises(SourceError, match="another update is at work"):
        reset(["land_area"])
    assert contents()["land_area.json"] == before["land_area.json"]
    out, _ = first.communicate(timeout=60)
    assert first.returncode == 0
    assert f"{KEY}: updated" in out
    server.clear()
    assert states(server, "land_area") == {"land_area": "updated"}


def test_a_killed_update_frees_the_folder(halfway, contents):
    before = contents()
    server, process = halfway(KEY)
    process.kill()
    process.communicate()
    assert contents() == before
    server.clear()
    server.fault("newer", TABLE)
    assert states(server, KEY) == {KEY: "updated"}


def test_files_that_cannot_grow(server, refused):
    """The kernel refuses to write more than 2 kB to a file: EFBIG."""
    text = refused(
        server,
        KEY,
        by_command=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000)),
    )
    assert "is full; the data you have is untouched, make room" in text
    assert states(server, KEY) == {KEY: "updated"}


def can_mount():
    """True where a file system of one's own can be made: not in every container."""
    if shutil.which("unshare") is None:
        return False
    trial = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(trial, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="no file system of one's own here")
def test_a_full_disk(server, updated, folder, command, contents, tmp_path):
    """A disk with room for what is there and 16 kB more: ENOSPC."""
    before = contents()
    outside, size = tmp_path / "outside", sum(map(len, before.values())) // 1024 + 60
    shutil.move(folder, outside)
    folder.mkdir()
    script = (
        f'mount -t tmpfs -o size={size}k tmpfs "{folder}" && cp -r "{outside}"/* "{folder}" '
        f'&& "$@"; code=$?; cp -rT "{folder}" "{tmp_path}/left"; exit $code'
    )
    done = command(
        "data",
        "update",
        "population",
        KEY,
        *server.options,
        before=["unshare", "-rm", "sh", "-c", script, "sh"],
    )
    assert done.returncode == 1
    assert f"error: population: the disk of {folder}" in done.stderr
    assert "is full; the data you have is untouched, make room" in done.stderr
    assert "Traceback" not in done.stderr
    folder.rmdir()
    shutil.move(Path(tmp_path / "left"), folder)
    left = contents()
    assert {name: left[name] for name in before if KEY not in name} == {
        name: text for name, text in before.items() if KEY not in name
    }
    assert not [name for name in left if name.endswith(".tmp") or name.startswith("population")]
    assert states(server, "population", KEY)["population"] == "updated"


def test_a_folder_that_may_not_be_written_to(server, command, folder):
    folder.parent.joinpath("file").write_text("x")
    done = command(
        "--data-dir", folder.parent / "file" / "under", "data", "update", KEY, *server.options
    )
    assert done.returncode == 1
    assert "cannot be written to" in done.stderr
    assert "--data-dir" in done.stderr
    assert (folder.parent / "file").read_text() == "x"
