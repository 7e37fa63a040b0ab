"""The guard of the last metre: see the package's docstring."""

import ast
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.guard import files, given, listed
from tests.guard.capture import CHAPTERS, chapters
from tests.guard.compare import BOOK, faults, place_of

HERE = Path(__file__).parent
MAY_ASK = {"given.py": {"analysis"}, "capture.py": {"analysis", "analysis.exhibits.model"}}
REGIONS = ("bergslagen", "karlstad", "malardalen")


@pytest.fixture(scope="module")
def shown(reports):
    """What every chapter of the built reports shows; of Bergslagen, which the tests do not build,
    what its chapters show when they are run in this process."""
    return {
        "bergslagen": chapters("bergslagen"),
        **{key: _built(reports / key) for key in ("karlstad", "malardalen")},
    }


def _built(folder: Path) -> dict[str, list]:
    from analysis.exhibits.model import MIME, loads

    found = {}
    for chapter in CHAPTERS:
        (path,) = folder.glob(f"notebooks/*{chapter}.ipynb")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", ())]
        carried = [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]
        texts = ["".join(one) if isinstance(one, list) else one for one in carried]
        found[chapter] = [loads(text, chapter) for text in texts]
    return found


@pytest.mark.xdist_group("report")
@pytest.mark.parametrize("region", REGIONS)
def test_every_number_is_recomputed_from_the_files(shown, region):
    assert faults(region, shown[region]) == []


def test_the_guard_reads_files_and_nothing_of_the_library():
    for path in HERE.glob("*.py"):
        imported = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            imported |= {name for name in names if name.split(".")[0] == "analysis"}
        allowed = MAY_ASK.get(path.name, set())
        assert path.name == "test_guard.py" or imported <= allowed, f"{path.name}: {imported}"


def test_the_fitted_matrix_meets_the_observed_margins():
    table = files.read("commuting_margins.parquet")
    table = table[table["year"] == 2021].set_index("code").sort_index()
    flows = given.matrix().sort_index()
    np.testing.assert_allclose(flows.sum(axis=1), table["out_commuters"], rtol=0, atol=1)
    come = flows[list(table.index)].sum()
    np.testing.assert_allclose(come, table["in_commuters"], rtol=0, atol=1)


@pytest.mark.xdist_group("report")
def test_what_is_listed_is_shown_and_little(shown):
    """Each entry of the list has something to excuse, and nearly all is recomputed."""
    ids: Counter = Counter()
    for region, found in shown.items():
        for chapter, exhibits in found.items():
            for exhibit in exhibits:
                if exhibit.type in ("figure", "table"):
                    name, _ = place_of(chapter, exhibit, files.region(region))
                    ids[chapter, name] += 1
    assert set(listed.EXHIBITS) <= set(ids)
    assert set(BOOK.exhibits) <= set(ids)
    recomputed = sum(number for key, number in ids.items() if key in BOOK.exhibits)
    print(f"{recomputed} of {sum(ids.values())} figures and tables are recomputed")
    assert recomputed >= 0.9 * sum(ids.values())
