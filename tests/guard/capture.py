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
    os.environ.setdefault("MPLBACKEND", "agg")
    os.environ.setdefault("SAMVERKAN_DATA_DIR", "no-updates-of-the-developer")
    return {chapter: _run(chapter, region) for chapter in only or CHAPTERS}


def _run(chapter: str, region: str) -> list:
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
        _cells(chapter, region)
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


def _cells(chapter: str, region: str) -> None:
    notebook = json.loads((ROOT / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8"))
    names: dict = {}
    for number, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        if "parameters" in cell["metadata"].get("tags", ()):
            source += f"\nregion, name, as_of = {region!r}, '', ''"
        exec(compile(source, f"{chapter} cell {number}", "exec"), names)
