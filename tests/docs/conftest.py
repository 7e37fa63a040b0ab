"""A copy of the house in which the guides are followed."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(Path(__file__).resolve().parent))


@pytest.fixture
def house(tmp_path):
    for name in ("analysis", "data", "notebooks", "docs/extend"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path
