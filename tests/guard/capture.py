"""Run the chapters of a region in this process and take what they show, as quickly as possible.

Figures are made, for their words and tables, but neither saved nor drawn for telephones.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEPARATOR = "\x1e"  # between the words of a figure, which travel in the place of its drawing
ROW = "\x1f"  # after the name of the row that a word stands in
MARKS = "\x1d"  # before what is drawn, as JSON, after all words
CHAPTERS = ("summary", "population", "commuting", "services")


def chapters(region: str, only: Sequence[str] = ()) -> dict[str, list]:
    """What each chapter of `region` (or `only` some) shows, in its order."""
    given = {"region": region, "name": "", "as_of": ""}
    return {chapter: notebook(chapter, given) for chapter in only or CHAPTERS}


def built(folder: Path, chapters: Sequence[str] = CHAPTERS) -> dict[str, list]:
    """What the chapters of a built report carry."""
    from analysis.exhibits.model import MIME, loads

    found = {}
    for chapter in chapters:
        (path,) = folder.glob(f"notebooks/*{chapter}.ipynb")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", ())]
        carried = [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]
        texts = ["".join(one) if isinstance(one, list) else one for one in carried]
        found[chapter] = [loads(text, chapter) for text in texts]
    return found


def notebook(chapter: str, given: dict[str, object]) -> list:
    """What one notebook shows, in its order, with the parameters `given`."""
    os.environ.setdefault("MPLBACKEND", "agg")
    os.environ.setdefault("SAMVERKAN_DATA_DIR", "no-updates-of-the-developer")
    from analysis import exhibits
    from analysis.exhibits.model import Drawing

    seen: list = []
    patched = {
        (exhibits, "_display"): lambda exhibit, text, shown: seen.append(exhibit),
        (exhibits, "_drawing"): lambda figure: Drawing(_told(figure), 1, 1),
        (exhibits.pictures, "png"): lambda *drawing, **how: b"",
        (exhibits.style, "narrow_of"): lambda figure: None,
    }
    kept = {place: getattr(*place) for place in patched}
    for (module, name), stand_in in patched.items():
        setattr(module, name, stand_in)
    try:
        _cells(chapter, given)
    finally:
        for (module, name), original in kept.items():
            setattr(module, name, original)
    return seen


def _told(figure) -> str:
    from tests.guard import marks

    return SEPARATOR.join(_drawn(figure)) + MARKS + json.dumps(marks.taken(figure))


def _drawn(figure) -> list[str]:
    """The words on a figure, after the name on the axis of the row that they stand in."""
    from matplotlib.axes import Axes

    return [
        f"{_row_of(text, axes)}{ROW}{text.get_text()}"
        for axes in figure.findobj(Axes)
        for text in axes.texts
    ]


def _row_of(text, axes) -> str:
    """The label of the vertical axis beside a text; "" where there is none."""
    _, height = getattr(text, "xy", text.get_position())
    # an axis without labels has places all the same
    labels = zip(axes.get_yticks(), axes.get_yticklabels(), strict=False)
    return next((label.get_text() for place, label in labels if place == height), "")


def _cells(chapter: str, given: dict[str, object]) -> None:
    read = json.loads((ROOT / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    names: dict = {}
    for number, cell in enumerate(read["cells"]):
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        if "parameters" in cell["metadata"].get("tags", ()):
            source += "".join(f"\n{name} = {value!r}" for name, value in given.items())
        exec(compile(source, f"{chapter} cell {number}", "exec"), names)
