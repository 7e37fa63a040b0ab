"""Slides for a council: few, with a message, a source and the numbers in the notes."""

import io

import nbformat
import pptx

from analysis import exhibits, regions
from analysis.exhibits import model
from analysis.figures import style
from analysis.report import compose, slides


def figure(name):
    axes = style.canvas(2.0)
    axes.plot([1, 2], [1, 2])
    about = style.Description(
        name,
        f"Budskapet i {name}",
        "Linjen stiger från 1 till 2.",
        ("population",),
        kind="observed",
        subtitle="Invånare 2025",
    )
    return exhibits.figure_exhibit(style.describe(axes, about).get_figure(root=True))


def document():
    findings = model.FindingsExhibit(("**Nora** växer.", "Kil krymper."), "Nora växer", "2020-2024")
    found = [findings, *(figure(f"f{place}") for place in range(9))]
    outputs = [
        nbformat.v4.new_output("display_data", data={model.MIME: model.dumps(exhibit)})
        for exhibit in found
    ]
    cells = [
        nbformat.v4.new_markdown_cell("# Eget"),
        nbformat.v4.new_code_cell("x", outputs=outputs),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    return compose.compose(regions.get("kak"), "2026-08-31", {"one": notebook})


def test_slides_have_messages_alt_texts_sources_and_notes(tmp_path):
    slides.write(document(), tmp_path / "a.pptx")
    slides.write(document(), tmp_path / "b.pptx")
    raw = (tmp_path / "a.pptx").read_bytes()
    assert raw == (tmp_path / "b.pptx").read_bytes(), "same input, same bytes"
    show = pptx.Presentation(io.BytesIO(raw))
    titles = [slide.shapes.title.text_frame.text for slide in show.slides]
    assert titles == [
        "Nora växer",
        "Det viktigaste",
        "Budskapet i f0",
        "Budskapet i f1",
        "Så säkert är underlaget",
    ]
    for slide in list(show.slides)[2:4]:
        pictures = [shape for shape in slide.shapes if shape.shape_type == 13]
        assert [shape._element._nvXxPr.cNvPr.get("descr") for shape in pictures] == [
            "Linjen stiger från 1 till 2."
        ]
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert any(text.startswith("Källa: SCB") for text in texts)
        assert "Linjen stiger" in slide.notes_slide.notes_text_frame.text
    assert "Nora växer." in [
        shape.text_frame.text.split("\n")[0].lstrip("\u2022 ")
        for shape in show.slides[1].shapes
        if shape.has_text_frame
    ]
