"""Where the shipped data, the notebooks and the reports lie.

In a checkout (editable install) `data/` and `notebooks/` stand beside the package; a wheel
carries them inside it. Nothing else in the code knows the difference.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLED = _PACKAGE / "_bundled"
ROOT = _BUNDLED if _BUNDLED.is_dir() else _PACKAGE.parent

DATA = ROOT / "data"
NOTEBOOKS = ROOT / "notebooks"


def data_path(name: str) -> Path:
    """Path of a file or folder under the shipped `data/`."""
    return DATA / name


def default_reports() -> Path:
    """Folder for built reports when none is named: `reports/` where the command is called."""
    return Path.cwd() / "reports"
