"""A gallery: each figure is drawn by the code that stands under it when the pages are built."""

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]

START = """\
from analysis import explore, regions
from analysis.loaders import boundaries, population
from analysis.metrics import population as metrics
"""
FIGURES = {
    "A count is a circle": """\
area = regions.get("karlstad")
explore.plot_map(area, "population", year=2025)""",
    "A ratio shades areas around its middle": """\
area = regions.get("malardalen")
explore.plot_map(area, "commuting_ratio", year=2021)""",
    "A share shades areas in one direction": """\
area = regions.get("bergslagen")
explore.plot_map(area, "share_65plus", year=2025)""",
    "A series with breaks": """\
area = regions.get("karlstad")
explore.plot_series(area, "commuting_ratio")""",
    "Any set of municipalities": """\
area = regions.from_members(["1737", "1783", "1762", "1760"], name="Norra Värmland")
explore.plot_map(area, "population_change_10y", year=2025)""",
    "Where people live": """\
from analysis.figures.population import plot_localities
area = regions.get("fyra-malarstader")
plot_localities(area, population.load_localities(), boundaries=boundaries.load_boundaries())""",
    "A population pyramid": """\
from analysis.figures.population import plot_pyramid
area = regions.get("bergslagen")
plot_pyramid(area, population.load_age_sex())""",
    "Seventy-five years": """\
from analysis.figures.population import plot_history
area = regions.get("kak")
people = population.load_population().set_index(["code", "year"])
plot_history(area, metrics.population(people))""",
    "Who shares what": """\
from analysis.figures.services import matrices_of
from analysis.loaders.services import load_inventory
from analysis.views.services import sharing
area = regions.get("bergslagen")
matrices_of(sharing(area, load_inventory(), "2026-06-30"))[0]""",
    "Where a region lies": """\
from analysis.figures.overview import plot_region
area = regions.get("malardalen")
plot_region(area, boundaries.load_boundaries())""",
}


def setup(app):
    """Register with Sphinx."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}


def write(app):
    """Draw every figure and write the page that shows them."""
    folder = DOCS / "generated" / "gallery"
    folder.mkdir(parents=True, exist_ok=True)
    parts = [
        "# Gallery\n\nEach figure is drawn by the code below it, after these lines:\n\n"
        f"```python\n{START}```\n"
    ]
    for number, (title, code) in enumerate(FIGURES.items(), start=1):
        alt = draw(code, folder / f"{number:02d}.png")
        parts.append(
            f"## {title}\n\n![{alt}](gallery/{number:02d}.png)\n\n```python\n{code}\n```\n"
        )
    (folder.parent / "gallery.md").write_text("\n".join(parts), encoding="utf-8")


def draw(code, path):
    """Run the code, save the figure that its last line gives, and return its alt text."""
    from analysis.figures import style

    *before, last = (START + code).splitlines()
    names = {}
    exec("\n".join(before), names)
    figure = eval(last, names).get_figure(root=True)
    with style.look():
        figure.savefig(path, dpi=110, metadata={"Software": None})
    return style.description_of(figure).alt.replace("[", "(").replace("]", ")")
