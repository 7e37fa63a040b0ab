"""The files that describe the environment agree with each other."""

import ast
import multiprocessing
import multiprocessing.forkserver
import os
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def name(requirement):
    return re.split(r"[<>=!~;\[ ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def declared():
    parts = project()
    return {name(item) for item in [*parts["dependencies"], *parts["optional-dependencies"]["dev"]]}


def test_conda_environment_has_the_same_dependencies():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = {name(item) for item in environment["dependencies"] if isinstance(item, str)}
    pip = next(item["pip"] for item in environment["dependencies"] if isinstance(item, dict))
    listed = (conda | {name(item) for item in pip if not item.startswith("-e")}) - {"python", "pip"}
    assert listed == declared()


def test_constraints_pin_every_dependency_and_hold_no_addresses():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[^\s@/]+", line) for line in lines)
    assert declared() <= {name(line) for line in lines}


def locked(kind):
    """The lines of a locked set by package: version, and how many digests."""
    text = (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    parts = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    return {name(part): (part.split("==")[1].split()[0], part.count("sha256:")) for part in parts}


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_all_that_is_installed_is_locked_with_digests_and_without_addresses(kind):
    """`make lock` does it after a change of pyproject.toml or constraints.txt."""
    text = (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^ *-(?!-hash=sha256:[0-9a-f]{64})", text, re.MULTILINE), "no options"
    found = locked(kind)
    assert all(digests for _, digests in found.values())
    pinned = dict(
        line.replace("_", "-").lower().split("==")
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    )
    other = {
        key: version for key, (version, _) in found.items() if pinned.get(key, version) != version
    }
    assert not other, "locked in another version than it is pinned to"
    runs = {name(item) for item in project()["dependencies"]}
    assert (runs if kind == "run" else declared()) <= set(found)


ACCEPTED = re.compile(
    r"(MIT|BSD|Apache|ISC|MPL|Mozilla|PSF|Python Software|SIL Open Font|0BSD|Zlib|CC0)[^|]*"
)


def test_every_licence_is_listed_and_has_been_looked_at(monkeypatch):
    """What builds the project alone may be missing here."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import licences

    rows = re.findall(r"^\| ([a-z0-9.-]+) \| ([^|]+) \|$", licences.PAGE.read_text("utf-8"), re.M)
    listed = dict(rows[1:])
    assert set(listed) == set(licences.packages()), "run `make lock`"
    assert not [row for row in listed.items() if not ACCEPTED.fullmatch(row[1]) or "GPL" in row[1]]
    versions = {package: version for package, (version, _) in locked("run").items()}
    for package in {name(item) for item in project()["dependencies"]}:
        if metadata.version(package) == versions[package]:  # an older one may state it otherwise
            assert listed[package] == licences.licence(package), "run `make lock`"


def private_names():
    """Names with a leading underscore that the package takes from objects of others."""
    for path in sorted((ROOT / "analysis").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                word, of = node.attr, node.value
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr":
                word, of = getattr(node.args[1], "value", ""), node.args[0]
            else:
                continue
            if re.match(r"_[a-zA-Z]", str(word)) and ast.unparse(of) not in (
                "self",
                "cls",
                "super()",
            ):
                yield word


def test_each_private_name_of_a_library_is_there():
    """A new version may drop them without a word; what is listed here is looked up."""
    import docx
    import matplotlib as mpl
    import pptx
    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from nbconvert.exporters import TemplateExporter

    document, deck = docx.Document(), pptx.Presentation()
    table, paragraph = document.add_table(1, 1), document.add_paragraph("x")
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    shape = slide.shapes.add_textbox(0, 0, 1, 1)
    shape.text_frame.text = "x"
    process = multiprocessing.current_process()
    held = {
        "_set": mpl.rcParams._set,
        "_set_position": Axes._set_position,
        "_get_layout": Text._get_layout,
        "_get_multialignment": Text()._get_multialignment(),
        "_linespacing": Text()._linespacing,
        "_tr": table.rows[0]._tr,
        "_tbl": table._tbl,
        "_cells": table._cells,
        "_p": paragraph._p,
        "_inline": docx.shape.InlineShape(None)._inline or "set by its maker",
        "_element": shape._element,
        "_nvXxPr": shape._element._nvXxPr,
        "_r": shape.text_frame.paragraphs[0].runs[0]._r,
        "_config": process._config,
        "_forkserver": multiprocessing.forkserver._forkserver,
        "_forkserver_pid": hasattr(multiprocessing.forkserver._forkserver, "_forkserver_pid"),
        "_create_environment": TemplateExporter._create_environment,
        "_exit": os._exit,
        "_replace": tuple,
    }
    assert all(value is not None and value is not False for value in held.values())
    ours = {word for word in private_names() if word.startswith("_samverkan")}
    assert set(private_names()) - ours == set(held) - {"_create_environment"}


def test_python_versions_agree():
    environment = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert f"python{project()['requires-python']}" in environment


def test_the_readme_names_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make reports" in text
    assert "make test" in text


def test_every_command_is_documented():
    import click

    from analysis.cli import cli

    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    def names(command, path):
        yield path
        for child in getattr(command, "commands", {}).values():
            yield from names(child, f"{path} {child.name}")

    def options(command):
        yield from (
            opt
            for parameter in command.params
            if isinstance(parameter, click.Option)
            for opt in parameter.opts
        )
        for child in getattr(command, "commands", {}).values():
            yield from options(child)

    missing = [entry for entry in names(cli, "samverkan") if f"`{entry}" not in text]
    missing += [option for option in set(options(cli)) if f"{option}" not in text]
    assert not missing


@pytest.mark.xdist_group("together")
def test_groups_of_tests_stay_together(request):
    """Without it reports and updates that tests share are made once in every worker."""
    assert "PYTEST_XDIST_WORKER" not in os.environ or request.node.nodeid.endswith("@together")
