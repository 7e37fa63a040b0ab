"""Every recipe of "How do I …" is run, each by itself."""

import contextlib
import io
from unittest import mock

import guides
import pytest

from analysis.errors import InputError
from analysis.explore import themes

STEPS = guides.steps("docs/recipes.md")
START = STEPS[0].text
RECIPES = {
    f"{number} {step.before.rpartition('## … ')[2].partition('?')[0]}": step
    for number, step in enumerate(STEPS[1:], start=1)
    if step.language == "python"
}
SAID = {"see what can be drawn": "[2002, 2006", "know where a figure comes from": "Källa: SCB"}


def test_there_are_twenty_recipes():
    text = (guides.ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
    assert text.count("\n## … ") >= 20


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_works_as_it_stands(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for step in STEPS:
        if step.file:
            guides.write(step, tmp_path)
    lines = RECIPES[name].text.splitlines()
    names, printed = {}, io.StringIO()
    good = [line for line in lines if not line.endswith("# error")]
    with mock.patch.dict(themes.THEMES), contextlib.redirect_stdout(printed):
        exec("\n".join([START, *good]), names)
    for line in lines:
        if line not in good:
            with pytest.raises(InputError):
                exec(line, names)
    wanted = next((words for key, words in SAID.items() if key in name), "")
    assert wanted in printed.getvalue()
    assert printed.getvalue() or "print" not in RECIPES[name].text


def test_the_commands_of_the_recipes_work(samverkan, tmp_path):
    (step,) = [step for step in STEPS if step.language == "sh"]
    for line in step.text.splitlines():
        words = [
            tmp_path / word if word in ("quick", "counties") else word for word in line.split()[1:]
        ]
        done = samverkan(*words)
        assert done.returncode == 0, done.stderr
