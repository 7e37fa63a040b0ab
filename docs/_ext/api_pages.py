"""One page of reference for each room of the house, and the list of all measures.

The pages are written below `docs/generated/`, which is not in git, before Sphinx reads anything.
"""

import ast
from importlib import import_module
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
PACKAGE = DOCS.parent / "analysis"
ROOMS = {
    "": "At the prompt",
    "explore": "Explore",
    "loaders": "Loaders",
    "metrics": "Metrics",
    "figures": "Figures",
    "text": "Swedish text",
    "key_figures": "Key figures",
    "report": "Reports",
    "sources": "Sources (network)",
}


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}


def write(app):
    """Write the pages that are made from the code."""
    folder = DOCS / "generated" / "api"
    folder.mkdir(parents=True, exist_ok=True)
    for room, title in ROOMS.items():
        text = "\n".join(
            [
                title,
                "=" * len(title),
                "",
                *(line for module in modules_of(room) for line in section(module)),
            ]
        )
        keep(folder / f"{room or 'prompt'}.rst", text)
    listed = "\n".join(f"- {{doc}}`{title} <{room or 'prompt'}>`" for room, title in ROOMS.items())
    tree = "\n".join(room or "prompt" for room in ROOMS)
    keep(
        folder / "index.md",
        f"# Reference\n\nMade from the docstrings.\n\n{listed}\n\n"
        f"```{{toctree}}\n:hidden:\n\n{tree}\n```\n",
    )
    keep(folder.parent / "measures.md", measures())


def keep(path, text):
    """Write `path` when its text is another one, so that Sphinx reads only what changed."""
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def modules_of(room):
    """Names of the modules of a room, the package itself first when it says something."""
    folder = PACKAGE / room
    names = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("__"))
    parts = [f"analysis.{room}.{name}" if room else f"analysis.{name}" for name in names]
    own = f"analysis.{room}" if room else "analysis"
    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    return [own, *parts] if len(tree.body) > 1 else parts


def section(module):
    """The lines that document one module."""
    return [module, "-" * len(module), "", f".. automodule:: {module}", ""]


def measures():
    """A table of every measure: label, unit, formula, kind, direction and sources."""
    for module in modules_of("metrics"):
        import_module(module)
    found = import_module("analysis.metrics.measure").MEASURES.values()
    rows = [
        f"| `{m.id}` | {m.label} | {m.unit} | {m.formula or 'som publicerad'} | {m.kind} | "
        f"{m.direction} | {', '.join(m.sources)} |"
        for m in sorted(found, key=lambda measure: measure.id)
    ]
    head = "| id | name in reports | unit | formula | kind | better | datasets |"
    return "\n".join(
        [
            "# Measures",
            "",
            "Each stands beside its function in `analysis/metrics/`, "
            "where its source and what to watch for are told.",
            "",
            head,
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )
