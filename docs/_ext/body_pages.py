"""A page for each body of the inventory: history, members over time, services, sources."""

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}


def write(app):
    """Write the pages and the list that leads to them, by name."""
    from analysis import regions
    from analysis.loaders.services import load_inventory
    from analysis.regions import Region
    from analysis.text import bodies, swedish
    from analysis.views.services import sharing

    folder = DOCS / "generated" / "bodies"
    folder.mkdir(parents=True, exist_ok=True)
    nation = Region("riket", "Riket", tuple(regions.municipalities()))
    view = sharing(nation, load_inventory())
    keys = sorted(view.names, key=lambda key: swedish.sort_key(view.names[key]))
    for key in keys:
        listed = "\n".join(f"- {line}" for line in bodies.sources_of_body(view, key))
        text = f"# {view.names[key]}\n\n{bodies.body_text(view, key)}\n\n## Källor\n\n{listed}\n"
        (folder / f"{key}.md").write_text(text, encoding="utf-8")
    toctree = "\n".join(keys)
    head = (
        "# Organen i inventeringen\n\nEn sida för varje organ: historia, medlemmar över tid, "
        "tjänster och källor.\n\n"
    )
    (folder / "index.md").write_text(
        f"{head}```{{toctree}}\n:maxdepth: 1\n\n{toctree}\n```\n", encoding="utf-8"
    )
