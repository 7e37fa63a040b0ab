"""A copy of the house in which the guides are followed."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent))


@pytest.fixture
def house(copied, tmp_path):
    return copied(tmp_path, "analysis", "data", "notebooks", "docs/extend")
