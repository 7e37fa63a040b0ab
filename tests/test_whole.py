"""Files appear whole or not at all, whatever goes wrong and whoever else writes."""

import errno
import os

import pytest

from analysis import whole


def test_a_file_is_written_with_its_text(tmp_path):
    path = tmp_path / "ett.txt"
    whole.write(path, "Mälardalen\n")
    assert path.read_bytes() == "Mälardalen\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_what_goes_wrong_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "ett.txt"
    path.write_text("gammal")
    with pytest.raises(ZeroDivisionError), whole.beside(path) as new:
        new.write_text(f"half {1 / 0}")
    assert path.read_text() == "gammal"
    assert list(tmp_path.iterdir()) == [path]


def test_no_file_takes_its_place_before_all_are_written(tmp_path):
    one, two = tmp_path / "ett.txt", tmp_path / "folder" / "två.txt"
    one.write_text("gammal")
    with pytest.raises(FileNotFoundError):
        whole.write_all({one: "ny", two: "ny"})
    assert one.read_text() == "gammal"
    assert list(tmp_path.iterdir()) == [one]


def test_permissions_are_kept_and_new_files_follow_the_mask(tmp_path):
    path, new = tmp_path / "ett.txt", tmp_path / "ny.txt"
    path.write_text("gammal")
    path.chmod(0o640)
    before = os.umask(0o022)
    try:
        whole.write_all({path: "ny", new: "ny"})
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640
    assert new.stat().st_mode & 0o777 == 0o644


def test_a_link_in_the_place_is_replaced_and_its_target_left(tmp_path):
    target, link = tmp_path / "mål.txt", tmp_path / "länk.txt"
    target.write_text("annans")
    link.symlink_to(target)
    whole.write(link, "ny")
    assert target.read_text() == "annans"
    assert not link.is_symlink()


def test_two_at_once_never_share_a_file(tmp_path):
    path = tmp_path / "ett.txt"
    with whole.beside(path) as one, whole.beside(path) as other:
        assert one != other
        one.write_text("ett")
        other.write_text("två")
    assert path.read_text() == "ett"  # the outer block ends last
    assert list(tmp_path.iterdir()) == [path]


def test_all_are_on_the_disk_before_the_first_takes_its_place(tmp_path, monkeypatch):
    one, two = tmp_path / "ett.txt", tmp_path / "två.txt"
    one.write_text("gammal")
    two.write_text("gammal")
    done = []

    def full(path):
        done.append(path)
        if len(done) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole, "sync", full)
    with pytest.raises(OSError, match="No space left"):
        whole.write_all({one: "ny", two: "ny"})
    assert [path.read_text() for path in (one, two)] == ["gammal", "gammal"]
    assert sorted(tmp_path.iterdir()) == [one, two]


@pytest.mark.parametrize("path", ["there.csv", "mapp/ny/djupare", "mapp"])
def test_a_place_that_can_be_written_to_has_no_fault_and_is_left_as_it_was(tmp_path, path):
    (tmp_path / "mapp").mkdir()
    assert whole.place_fault(tmp_path / path) == ""
    assert whole.file_fault(tmp_path / "ny.csv", ".csv") == ""
    assert [path.name for path in tmp_path.iterdir()] == ["mapp"]


def test_a_full_disk_is_told_by_who_writes(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "mkdir", full)
    assert whole.place_fault(tmp_path) == ""


def test_a_folder_that_may_only_be_read_is_named(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refused)  # who is root may write everywhere
    for fault in (whole.place_fault(tmp_path / "ny"), whole.file_fault(tmp_path / "a.csv", ".csv")):
        assert fault == f"{str(tmp_path)!r} cannot be written to; name another folder"


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path):
    (tmp_path / "a.csv").mkdir()
    assert "is a folder" in whole.file_fault(tmp_path / "a.csv", ".csv")
