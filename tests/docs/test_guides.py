"""The guides, followed word by word in a copy of the house."""

import json
import re

import guides
import pikepdf
import pytest
from openpyxl import load_workbook

from analysis.inventory_check import check_inventory
from analysis.loaders.services import read_inventory


def follow(guide, house):
    """Do what the guide says, block by block; returns what the commands printed."""
    printed = []
    for step in guides.steps(guide):
        if step.language == "sh":
            done = guides.shell(step.text, house)
            assert done.returncode == 0, f"{step.text}\n{done.stdout}{done.stderr}"
            printed.append(done.stdout)
        elif step.file:
            guides.write(step, house)
        elif "as the last entry of `_DATASETS`" in step.before:
            add_to_catalogue(step.text, house)
        else:
            assert step.language == "text", f"a block that nobody follows: {step.text}"
            assert step.text == printed[-1]
    return printed


def add_to_catalogue(entry, house):
    path = house / "analysis" / "catalog.py"
    text = path.read_text(encoding="utf-8")
    end = text.index("\n)\n", text.index("\n_DATASETS")) + 1
    path.write_text(f"{text[:end]}{entry.rstrip()},\n{text[end:]}", encoding="utf-8")


@pytest.mark.slow
def test_an_own_metric(house):
    printed = follow("docs/extend/metric.md", house)
    assert "1 passed" in "".join(printed)
    for name in ("map.png", "series.png"):
        assert (house / "my" / name).read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_an_own_dataset(house):
    printed = "".join(follow("docs/extend/dataset.md", house))
    assert "libraries: ok" in printed
    assert "libraries: Bibliotek (påhittade tal), 2024; Exempelverket, tabell 1" in printed
    assert (house / "my" / "libraries.png").read_bytes().startswith(b"\x89PNG")
    assert "## libraries" in (house / "data" / "README.md").read_text(encoding="utf-8")

    # and the contract holds: a wrong code is refused with its row
    path = house / "data" / "libraries.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("1780", "1799"), encoding="utf-8")
    done = guides.shell("samverkan data verify", house)
    assert done.returncode == 1
    assert "libraries.csv row 6, column 'code': '1799' is not a municipality code" in done.stderr


@pytest.mark.xdist_group("report")  # where the other chapters of this region have been drawn
def test_an_own_chapter(house, reports):
    follow("docs/extend/chapter.md", house)
    report = house / "out" / "karlstad"
    html = (report / "report.html").read_text(encoding="utf-8")
    contents = html[html.index("<nav") : html.index("</nav>")]
    assert "Ekonomi" in contents
    assert "Hur stort är skatteunderlaget?" in html
    assert 'id="kalla-tax_base"' in html
    assert (report / "figures" / "tax-base-karta.svg").is_file()
    workbook = load_workbook(report / "report.xlsx", read_only=True)
    cells = {
        str(cell)
        for sheet in workbook
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    }
    assert any(cell.startswith("Skattekraft 20") for cell in cells)
    assert "Ekonomi" in outline(report / "report.pdf")


def outline(path):
    with pikepdf.open(path) as pdf, pdf.open_outline() as found:
        return [str(item.title) for top in found.root for item in (top, *top.children)]


@pytest.mark.slow
def test_a_chapter_with_a_figure_without_alt_text_never_reaches_the_report(house):
    template = house / "docs" / "extend" / "chapter.ipynb"
    notebook = json.loads(template.read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if "plot_series" in "".join(cell["source"]))
    cell["source"] = ["from matplotlib.figure import Figure\n", "show(Figure())"]
    notebook["cells"] = [*notebook["cells"][:3], cell]
    chapter = house / "bare.ipynb"
    chapter.write_text(json.dumps(notebook), encoding="utf-8")
    code = (
        "from pathlib import Path\n"
        "from analysis import regions\n"
        "from analysis.report import execute, plan\n"
        "made = plan.make_plan([regions.get('karlstad')], chapters=[Path('bare.ipynb')],\n"
        "                      out=Path('out'))\n"
        "job = made.chapters_of(made.regions[0])[-1]\n"
        "outcome = execute.run(job, Path('.'))\n"
        "print(outcome.path, outcome.error)\n"
    )
    done = guides.shell(f'python -c "{code}"', house)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()[-1]  # the kernel may have a note of its own before it
    assert told.startswith("None ")
    assert "this figure has no description" in told


# --- the Swedish guide for investigators -----------------------------------------------------


def test_the_arrangement_of_the_guide_for_investigators_is_accepted(house):
    block = next(
        step
        for step in guides.steps("docs/anvandarguide.md")
        if step.text.startswith("sources.csv")
    )
    folder = house / "data" / "services"
    for line in block.text.splitlines():
        name, row = re.split(r"\s{2,}", line, maxsplit=1)
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(row + "\n")
    faults = [
        finding for finding in check_inventory(read_inventory(folder)) if finding.level == "error"
    ]
    assert not faults
    listed = guides.shell(
        "samverkan services check\nsamverkan services list --region bergslagen", house
    )
    assert listed.returncode == 0, listed.stderr
    assert "Gemensam växel" in listed.stdout


def test_the_region_of_the_guide_for_investigators_can_be_added(house):
    command = next(
        step.text
        for step in guides.steps("docs/anvandarguide.md")
        if step.text.startswith("samverkan regions add")
    )
    entry = next(
        step.text for step in guides.steps("docs/anvandarguide.md") if step.language == "toml"
    )
    done = guides.shell(command, house)
    assert done.returncode == 0, done.stderr
    written = (house / "data" / "regions.toml").read_text(encoding="utf-8")
    assert written.endswith(entry)


def test_every_command_in_the_guides_exists():
    guides_ = (
        "anvandarguide.md",
        "utredning.md",
        "commands.md",
        "extend/chapter.md",
        "extend/dataset.md",
    )
    lines = {
        line.split("#")[0].strip()
        for guide in guides_
        for step in guides.steps(f"docs/{guide}")
        if step.language == "sh"
        for line in step.text.splitlines()
        if line.startswith("samverkan ")
    }
    assert len(lines) > 12
    import click

    from analysis.cli import cli

    for line in lines:
        words = re.findall(r'"[^"]*"|\S+', line)[1:]
        command = cli
        while isinstance(command, click.Group) and words and words[0] in command.commands:
            command, words = command.commands[words[0]], words[1:]
        names = {option for parameter in command.params for option in parameter.opts}
        used = {word for word in words if word.startswith("--")}
        assert command is not cli, line
        assert used <= names, f"{line}: unknown {used - names}"
