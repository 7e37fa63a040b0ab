"""The files that describe the environment agree with each other."""

import os
import re
import tomllib
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
