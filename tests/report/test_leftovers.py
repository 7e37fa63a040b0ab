"""What a killed process leaves in the temporary folder is found and removed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from analysis.report import execute, scratch


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not tell")
def test_a_killed_process_that_still_has_its_number_owns_no_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    left, own = (tmp_path / f"samverkan-{pid}-abc" for pid in (killed.pid, os.getpid()))
    left.mkdir()
    own.mkdir()
    scratch.clear_abandoned()
    assert left.is_dir()
    killed.kill()
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)  # ended, and nobody has asked for it
    scratch.clear_abandoned()
    assert not left.exists()
    assert own.is_dir()
    killed.communicate()


def test_all_files_of_a_kernel_lie_in_a_folder_of_its_process(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with execute._private_sockets() as settings:
        folder = Path(settings["connection_file"]).parent
        assert folder.name.startswith(f"samverkan-{os.getpid()}-")
    assert not folder.exists()
