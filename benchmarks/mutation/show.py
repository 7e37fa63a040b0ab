"""What the chapters of a report show, and what the guard says of it: one JSON object on a line.

`python benchmarks/mutation/show.py [--lines] REGION:CHAPTER …`, from the root of the tree that is
tried, with that tree on PYTHONPATH. For each chapter `said` is a digest of its exhibits (titles,
tables, alternative texts, sentences, key figures), `drawn` one of the words and shapes in its
figures, `faults` what the guard of the last metre found. With `--lines` the executed lines of the
library are given too, by file, under `lines`.
"""

import contextlib
import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

ROOT = Path.cwd()


def main(asked: list[str]) -> None:
    lines = "--lines" in asked
    places = [tuple(one.split(":")) for one in asked if one != "--lines"]
    with contextlib.redirect_stdout(io.StringIO()):
        found = _with_lines(places) if lines else _shown(places)
    print(json.dumps(found, ensure_ascii=False))


def _shown(places: list[tuple[str, ...]]) -> dict[str, dict]:
    from analysis import exhibits

    drawn: list[str] = []
    original = exhibits._show_figure

    def show_figure(item) -> None:
        drawn.append(drawing(item if isinstance(item, Figure) else item.figure))
        original(item)

    exhibits._show_figure = show_figure
    return {f"{region}:{chapter}": _chapter(region, chapter, drawn) for region, chapter in places}


def _chapter(region: str, chapter: str, drawn: list[str]) -> dict:
    from analysis.exhibits.model import dumps
    from tests.guard import capture, compare

    drawn.clear()
    try:
        seen = capture.chapters(region, [chapter])[chapter]
    except Exception as error:  # the build of a report stops here and names the cell
        return {"error": f"{type(error).__name__}: {error}"[:300]}
    said = _digest("\n".join(dumps(one) for one in seen))
    try:
        faults = compare.faults(region, {chapter: seen})
    except Exception as error:  # a text of a shape that the guard does not know
        faults = [f"{type(error).__name__}: {error}"]
    return {"said": said, "drawn": _digest("\n".join(drawn)), "faults": faults[:3]}


def _with_lines(places: list[tuple[str, ...]]) -> dict[str, dict]:
    import coverage

    cover = coverage.Coverage(data_file=None, source=[str(ROOT / "analysis")])
    with cover.collect():
        found = _shown(places)
    data = cover.get_data()
    files = sorted(data.measured_files())
    lines = {str(Path(file).relative_to(ROOT)): sorted(data.lines(file) or ()) for file in files}
    return {**found, "lines": lines}


def drawing(figure: Figure) -> str:
    """The words and shapes of a figure, without laying it out: as long as two are equal so are
    their pictures, but for the library's own code for fonts and pages."""
    parts = [str(part.get_text()) for part in figure.findobj(Text) if part.get_visible()]
    for axes in figure.axes:
        parts.append(repr((axes.get_xlim(), axes.get_ylim(), axes.get_xscale())))
        parts += [_shape(part) for part in axes.findobj() if not isinstance(part, Text)]
    return "\n".join(parts)


def _shape(part) -> str:
    if isinstance(part, Line2D):
        return _numbers(part.get_xydata()) + str(part.get_color())
    if isinstance(part, Patch):
        corners = part.get_patch_transform().transform(part.get_path().vertices)
        return _numbers(corners) + repr(part.get_facecolor())
    if isinstance(part, Collection):
        paths = [path.vertices for path in part.get_paths()]
        return "".join(
            _numbers(numbers) for numbers in (part.get_offsets(), *paths, part.get_facecolor())
        )
    if isinstance(part, AxesImage):
        return _numbers(part.get_array())
    return ""


def _numbers(values) -> str:
    return _digest(np.round(np.ma.filled(np.asarray(values, dtype="float64"), np.nan), 6).tobytes())


def _digest(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()[:16]


if __name__ == "__main__":
    main(sys.argv[1:])
