"""A gallery of the figures of regions, each drawn by the example in its own docstring.

Terms
-----
example: the lines of a docstring up to the one that gives the axes; it is what stands under the
    figure, so a figure without an example is missed by its test and not by a list kept by hand.
"""

import doctest
import inspect
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

DOCS = Path(__file__).resolve().parents[1]
ROOMS = ("analysis.explore", "analysis.figures", "analysis.owndata")
PARTS = "analysis.figures.charts"  # what other figures are made of says nothing by itself
HEAD = """# Gallery

Every public figure of regions, drawn by the code below it; those of an investigation need its
[folder](../utredning.md). What names `style` or `pd` there has them from
`analysis.figures` and pandas. More in [how do I …](../recipes.md).
"""


@dataclass(frozen=True)
class Entry:
    """A figure: its function, what it shows in a line, and the code that draws it."""

    function: object
    title: str
    code: str

    @property
    def name(self):
        """Module and function."""
        return f"{self.function.__module__}.{self.function.__name__}"


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}


def entries():
    """Every public function of the rooms that draws, or reads own figures, by name."""
    found = {}
    for room in ROOMS:
        parts = iter_modules(import_module(room).__path__)
        names = [room, *(f"{room}.{part.name}" for part in parts)]
        for module in map(import_module, (name for name in names if name != PARTS)):
            for name, function in vars(module).items():
                own = getattr(function, "__module__", "") == module.__name__
                if name.startswith(("plot_", "own")) and own:
                    entry = _entry(function)
                    found[entry.name] = entry
    return [found[name] for name in sorted(found)]


def _entry(function):
    lines, drawn = [], False
    for example in doctest.DocTestParser().get_examples(inspect.getdoc(function) or ""):
        if not example.want and not drawn:
            lines.append(example.source.rstrip())
            drawn = example.source.startswith("axes = ")
    title = (inspect.getdoc(function) or "").split("\n")[0].rstrip(".")
    return Entry(function, title, "\n".join(lines) if drawn else "")


def write(app):
    """Draw every figure and write the page that shows them."""
    folder = DOCS / "generated" / "gallery"
    folder.mkdir(parents=True, exist_ok=True)
    parts = [HEAD]
    for entry in entries():
        if entry.code:
            alt = draw(entry, folder / f"{entry.name}.png")
            module, _, name = entry.name.rpartition(".")
            parts.append(
                f"## {entry.title}\n\n![{alt}](gallery/{entry.name}.png)\n\n"
                f"```python\nfrom {module} import {name}\n\n{entry.code}\n```\n"
            )
    (folder.parent / "gallery.md").write_text("\n".join(parts), encoding="utf-8")


def axes_of(entry):
    """The axes that the example of a figure gives."""
    names = dict(vars(import_module(entry.function.__module__)))
    exec(entry.code, names)
    return names["axes"]


def draw(entry, path):
    """Draw a figure by its example, save it, and return its alt text."""
    from analysis.figures import style

    figure = axes_of(entry).get_figure(root=True)
    with style.look():
        figure.savefig(path, dpi=110, metadata={"Software": None})
    return style.description_of(figure).alt.replace("[", "(").replace("]", ")")
