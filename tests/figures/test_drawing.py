"""A figure is drawn once for SVG and PDF: each file holds what matplotlib's own would hold."""

import base64
import io

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from analysis import flows, regions
from analysis.exhibits import MIME, figure_bundle
from analysis.figures import drawing, maps, population, services, style
from analysis.figures import flows as flow_figures
from analysis.loaders.boundaries import load_boundaries
from analysis.loaders.population import load_localities, load_population
from analysis.loaders.services import load_inventory
from analysis.views.services import sharing

KIL = regions.get("karlstad")


def circles():
    axes, side = maps.map_canvas()
    maps.draw_base(axes, KIL, load_boundaries())
    side.text(0, 0, "$x^2$ och −1 235 %")
    return style.describe(axes, style.Description(
        id="prov", title="Prov", alt="Prov.", sources=("boundaries",)))


def arrows():
    return flow_figures.plot_flows(KIL, flows.commuting_of(), boundaries=load_boundaries(),
                                   localities=load_localities())


def change():
    values = load_population().set_index(["code", "year"])["population"]
    return population.plot_change(KIL, values, boundaries=load_boundaries())


def timeline():
    return services.plot_timeline(sharing(KIL, load_inventory(), "2026-06-30"))


def own_files(figure, title):
    svg, pdf = io.StringIO(), io.BytesIO()
    figure.savefig(svg, format="svg",
                   metadata={"Date": None, "Creator": "Samverkan", "Title": title})
    figure.savefig(pdf, format="pdf", metadata={"CreationDate": None, "Title": title})
    return svg.getvalue(), pdf.getvalue()


def seen(pdf):
    """What a reader sees of a page, and its text."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        return page.render(scale=2).to_numpy().astype(int), page.get_textpage().get_text_range()


@pytest.mark.parametrize("plot", [circles, arrows, change, timeline])
def test_both_files_are_as_matplotlib_writes_them(plot):
    figure = plot().get_figure(root=True)
    with style.look():
        style.settle(figure.axes[0])
        figure.set_layout_engine(None)
        svg, pdf = drawing.draw(figure, "Prov")
        own_svg, own_pdf = own_files(figure, "Prov")
        assert (svg, pdf) == drawing.draw(figure, "Prov")
    assert svg == own_svg
    (ours, text), (theirs, own_text) = seen(pdf), seen(own_pdf)
    assert sorted(text.split()) == sorted(own_text.split())
    assert np.abs(ours - theirs).mean() < 0.5  # texts are measured a hundredth of a point finer


def test_the_picture_is_that_of_the_pdf_with_its_title():
    bundle = figure_bundle(timeline().get_figure(root=True))
    with Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))) as picture:
        assert picture.info["Title"] == bundle[MIME]["title"]
        assert round(picture.info["dpi"][0]) == 150
        assert abs(picture.width - bundle[MIME]["size"][0] / 72 * 150) < 2
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 20


@pytest.mark.parametrize("plot", [arrows, change])
def test_a_legend_is_drawn_once(plot):
    figure = plot().get_figure(root=True)
    with style.look():
        style.settle(figure.axes[0])
        svg, _ = drawing.draw(figure, "Prov")
    assert svg.count('id="legend_') == 1
