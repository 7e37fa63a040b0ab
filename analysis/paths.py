"""Where the shipped data, the updated data, the notebooks and the reports lie.

In a checkout (editable install) `data/` and `notebooks/` stand beside the package; a wheel
carries them inside it. Nothing else in the code knows the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLED = _PACKAGE / "_bundled"
ROOT = _BUNDLED if _BUNDLED.is_dir() else _PACKAGE.parent

DATA = ROOT / "data"
NOTEBOOKS = ROOT / "notebooks"
EXAMPLES = ROOT / "examples"
DATA_DIR_VARIABLE = "SAMVERKAN_DATA_DIR"
"""The environment variable that names another folder for updated data."""
USER_DIR_VARIABLE = "SAMVERKAN_USER_DIR"
"""The environment variable that names another folder for the user's regions and inventory."""
MANIFEST = "build.json"
"""The record of a report, and of a folder of reports; see `analysis.report.record`."""


def data_path(name: str) -> Path:
    """Path of a file or folder under the shipped `data/`."""
    return DATA / name


def kept_by_user(name: str) -> Path:
    """A file that a person edits: in a checkout the one under `data/`, else in the user's folder.

    The folder is the one that `SAMVERKAN_USER_DIR` names, or the user's own; an installed wheel
    is replaced as a whole by the next one, so nothing of the user's lies in it.
    """
    chosen = os.environ.get(USER_DIR_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute() / name
    if ROOT != _BUNDLED:
        return data_path(name)
    from platformdirs import user_config_path  # late: a few milliseconds

    return user_config_path("samverkan", appauthor=False) / name


def user_data() -> Path:
    """Folder of the updated datasets: the one that `SAMVERKAN_DATA_DIR` names, or the user's own.

    The folder need not be there; only `samverkan data update` makes it.
    """
    chosen = os.environ.get(DATA_DIR_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path  # a few milliseconds that only data commands need

    return user_data_path("samverkan", appauthor=False)


def own_key() -> Path:
    """The key with which this user's builds seal their records, so that they know them again.

    >>> own_key().name
    'seal.key'
    """
    from platformdirs import user_state_path

    return user_state_path("samverkan", appauthor=False) / "seal.key"


def default_reports() -> Path:
    """Folder for built reports when none is named: `reports/` where the command is called."""
    return Path.cwd() / "reports"
