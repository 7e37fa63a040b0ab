"""Slides for a council: few, with a message, a source and the numbers in the notes."""

import io
from pathlib import Path

import matplotlib
import nbformat
import pptx
import pytest
from PIL import ImageFont

from analysis import exhibits, regions
from analysis.exhibits import model
from analysis.figures import style
from analysis.report import compose, slides

FACE = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"  # a wide one


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


FINDINGS = model.FindingsExhibit(("**Nora** växer.", "Kil krymper."), "Nora växer", "2020-2024")


def document(findings=FINDINGS):
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


HOSTILE = (
    "<script>alert(1)</script> & 'citat' \"dubbla\" %s {{x}} =1+1",
    "שלום עולם \u202eomvänt\u202c",
    "👩‍🚒 Räddning 🚒 och växel ☎️",
    "Kommunalförbundet för samhällsbyggnad, räddningstjänst och överförmyndarverksamhet, " * 4
    + "växel",
    "Ettlångtordutanmellanslag" * 12,
)


@pytest.mark.parametrize("name", HOSTILE, ids=["marks", "rtl", "emoji", "long", "unbroken"])
def test_hostile_words_are_printed_as_they_stand_and_fit_their_boxes(tmp_path, name):
    found = model.FindingsExhibit((name,) * 5, name, name)
    slides.write(document(found), tmp_path / "a.pptx")
    show = pptx.Presentation(str(tmp_path / "a.pptx"))
    assert show.slides[0].shapes.title.text_frame.text == name
    for shape in (shape for slide in show.slides for shape in slide.shapes if shape.has_text_frame):
        assert height_of(shape) <= shape.height.inches, shape.text_frame.text[:60]


def height_of(shape):
    """Inches that the text takes, with the widths of a common face and words broken when too long."""
    total = 0.1
    for paragraph in shape.text_frame.paragraphs:
        for run in paragraph.runs[:1]:
            size, room = run.font.size.pt, shape.width.inches * 72 - 14.4
            face = ImageFont.truetype(str(FACE), 100)
            rows, left = 1, room
            for word in run.text.split():
                long = face.getlength(f"{word} ") * size / 100
                fits = long <= left or left == room  # a word alone on its line is broken there
                rows, left = (rows, left - long) if fits else (rows + 1, room - long)
                while left < 0:
                    rows, left = rows + 1, left + room
            total += (rows * size * 1.2 + (paragraph.space_after or 0) / 12700) / 72
    return total
