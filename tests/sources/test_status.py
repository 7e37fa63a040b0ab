"""`data status` tells the truth in every state of the data."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from analysis import catalog, datasets, paths
from analysis.errors import SourceError
from analysis.loaders import tables
from analysis.update import reset, update

pytestmark = pytest.mark.xdist_group("sources")  # one server

KEY = "tax_rate_total"


def status(key, lines=None):
    """The line of a dataset, of those that were printed or that would be now."""
    (line,) = (line for line in lines or datasets.status_lines() if line.startswith(f"{key}: "))
    return line


@pytest.fixture
def printed(command):
    """The lines that the command prints."""

    def run(*options):
        done = command(*options, "data", "status")
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout.splitlines()

    return run


def ended(days):
    return f"{days} day{'' if days == 1 else 's'} old"


def test_the_snapshot(printed, folder):
    days = (datetime.now().date() - catalog.SNAPSHOT_DATE).days
    lines = printed()
    line = status(KEY, lines)
    assert "2000–2026; SCB, TAB2017; observed" in line
    assert line.endswith(f"snapshot {catalog.SNAPSHOT_DATE}, {ended(days)}")
    assert "updated" not in line
    matrix = status("commuting_matrix", lines)
    assert "not fetched, `samverkan data update commuting_matrix` gets it" in matrix
    assert lines[-1] == f"folder of updated data: {folder}"
    assert lines[-2] == f"date of the data: {catalog.SNAPSHOT_DATE}, of the shipped snapshot"
    assert len(lines) == len(catalog.kept()) + 2
    assert not folder.exists(), "to ask writes nothing"


def test_an_updated_dataset_and_back_to_the_snapshot(printed, updated):
    today = tables.vintage(KEY).retrieved
    lines = printed()
    assert status(KEY, lines).endswith(
        f"TAB2017 (uppdaterad 2026-02-24, hämtad {today}); observed; updated {today}, 0 days old"
    )
    assert "updated" not in status("peers", lines), "another dataset"
    assert reset([KEY]) == [KEY]
    assert f"snapshot {catalog.SNAPSHOT_DATE}" in status(KEY)
    assert "updated" in status("land_area")


def test_how_old_it_is_and_which_years(updated):
    path = updated / f"{KEY}.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    old = datetime.now(UTC) - timedelta(days=400)
    facts |= {"retrieved": old.isoformat(timespec="seconds")}
    path.write_text(json.dumps(facts), encoding="utf-8")
    assert f"updated {old.date()}, 400 days old" in status(KEY)
    assert f"{KEY}: Total skattesats, kommun och region, 2000–2026; " in status(KEY)
    assert "land_area: Landareal, 2016–2025; " in status("land_area")


def test_kept_and_perturbed_years_are_flagged(server, folder):
    update(["population"], base_urls=server.urls)
    line = status("population")
    assert "of the snapshot: 1950–1999" in line, "the server begins in 2000"
    assert "protected or perturbed (CKM): 2025" in line


def test_ids_that_nobody_verified_are_told(everything):
    assert status("commuting_matrix").endswith(
        "known only from third-party code: TAB334, TAB333, TAB5850"
    )
    assert "third-party" not in status("population")
    assert "protected or perturbed (CKM): 2020–2024" in status("commuting_matrix")


@pytest.mark.parametrize(
    "harm",
    [
        lambda record: record.path.write_bytes(b"x"),
        lambda record: record.path.unlink(),
        lambda record: tables.record_path(KEY).write_text("{", encoding="utf-8"),
        lambda record: tables.record_path(KEY).write_text("[]", encoding="utf-8"),
    ],
    ids=["changed", "missing", "record cut off", "record of another kind"],
)
def test_a_damaged_dataset_is_told_and_the_others_too(server, updated, harm):
    harm(tables.record(KEY))
    assert f"{KEY}: Total skattesats, kommun och region, BROKEN: " in status(KEY)
    assert f"`samverkan data reset {KEY}` to go back" in status(KEY)
    assert "updated" in status("land_area")
    (outcome,) = update([KEY], base_urls=server.urls)
    assert outcome.state == "updated", "a new update mends it"
    assert not [line for line in datasets.status_lines() if "BROKEN" in line]


def test_another_folder(printed, updated, tmp_path, monkeypatch):
    other = tmp_path / "elsewhere"
    lines = printed("--data-dir", other)
    assert "snapshot" in status(KEY, lines)
    assert lines[-1] == f"folder of updated data: {other}"
    monkeypatch.setenv(paths.DATA_DIR_VARIABLE, str(other))
    assert "snapshot" in status(KEY)
    assert "updated" in status(KEY, printed("--data-dir", updated))


def test_an_update_that_stopped_halfway(small_server, updated):
    small_server.fault("newer", "TAB2017")
    small_server.fault("status", "TAB2017", status=400, after=4)
    with pytest.raises(SourceError, match="refused the query"):
        update([KEY], base_urls=small_server.urls)
    line = status(KEY)
    assert "updated" in line, "the old update is still the one in use"
    assert line.endswith("an update stopped halfway, the next one goes on with 3 kept replies")
    small_server.clear()
    small_server.fault("newer", "TAB2017")
    update([KEY], base_urls=small_server.urls)
    assert "halfway" not in status(KEY)
