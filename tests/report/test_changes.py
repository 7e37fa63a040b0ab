"""What is changed in a copy of the product, and what a build runs again for it.

The copy has small chapters in the place of the product's own: each reads one thing and says one
sentence. `test_reuse.py` looks at what the product's own chapters read.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import font_source_sans_pro
import pytest

from analysis import catalog, regions
from analysis.loaders import tables
from analysis.report.plan import CHAPTERS

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.xdist_group("changes")  # the copy is made and built once
BOTH_REGIONS = ("kak", "--members", "1863")
_INVENTORY = (
    "from analysis import catalog, regions",
    "from analysis.exhibits import say",
    "from analysis.inventory import inventory_of",
    "members = list(regions.resolve(region).members)",
    "rows = inventory_of(members, catalog.SNAPSHOT_DATE.isoformat()).memberships",
    "say(f'{len(rows)} rader i inventeringen.')",
)
_INDICATOR = (
    "from analysis.exhibits import say",
    "from analysis.loaders.population import load_indicator",
    "say(f'Summan är {load_indicator(INDICATOR)[\"value\"].sum():.0f}.')",
)
SMALL = {
    "summary": _INVENTORY,
    "services": _INVENTORY,
    "commuting": ('INDICATOR = "post_secondary_share"', *_INDICATOR),
    "population": ('INDICATOR = "mean_age"', *_INDICATOR),
}


# asked line by line: as in a preview or a notebook, where one process builds again and again
_DRIVER = """
import io, json, sys, traceback
from contextlib import redirect_stderr, redirect_stdout

def answer(code):
    out, err, status = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            exec(code, {})
        except SystemExit as stop:
            status = stop.code or 0
        except Exception:
            traceback.print_exc()
            status = 1
    return out.getvalue(), err.getvalue(), status

if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
"""
_KEPT = """
from pathlib import Path
from analysis import regions
from analysis.report.manifest import Inputs, known_chapters
from analysis.report.plan import make_plan
plan = make_plan([regions.get("kak"), regions.from_members(["1863"])],
                 formats=["html"], out=Path("out"))
for region in plan.regions:
    print(*known_chapters(Inputs.of(plan), region))
"""
_BUILD = ("build", *BOTH_REGIONS, "--format", "html", "--out", "out")


class House:
    """A copy of the product in which a test may change anything; `build` tells what was run.

    `run` is a command, a process of its own; `ask` runs code in one that goes on, whose warm
    process is there. What is read once a process, code, templates and shipped tables, needs a
    command.
    """

    def __init__(self, folder):
        self.folder = folder
        (folder / "driver.py").write_text(_DRIVER, encoding="utf-8")
        self._driver = self._start("driver.py", stdin=subprocess.PIPE)

    def _start(self, *command, packages="", **more):
        search = os.pathsep.join(filter(None, (str(self.folder), packages)))
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": search},
            text=True,
            stdout=subprocess.PIPE,
            **more,
        )

    def run(self, *command, packages=""):
        """What a command in the copy says; `packages` is a folder with more installed packages."""
        process = self._start(*command, packages=packages, stderr=subprocess.PIPE)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        return out, err

    def ask(self, code):
        """What code says that the process of this copy runs."""
        self._driver.stdin.write(json.dumps(code) + "\n")
        self._driver.stdin.flush()
        out, err, status = json.loads(self._driver.stdout.readline())
        assert status == 0, err
        return out, err

    def build(self, *, alone=False):
        """What was run and what became of each region; `alone`: by a command."""
        if alone:
            out, err = self.run("-m", "analysis.cli", *_BUILD)
        else:
            out, err = self.ask(
                "import sys; from analysis import cli\n"
                f"sys.argv = ['samverkan', *{_BUILD}]; cli.main()"
            )
        ran = set(re.findall(r"^(\w+): (\w+) done in", err, re.MULTILINE))
        return ran, dict(re.findall(r"^(\w+): (\w+),", out, re.MULTILINE))

    def kept(self, packages=""):
        """The chapters that a build would keep if they read the same, without building."""
        out, _ = self.run("-c", _KEPT, packages=packages) if packages else self.ask(_KEPT)
        return set(out.split())

    def close(self):
        self._driver.communicate(timeout=60)

    def change(self, name, old, new):
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def house(copied, tmp_path_factory, notebook):
    made = House(copied(tmp_path_factory.mktemp("house"), "analysis", "notebooks", "data"))
    for chapter, lines in SMALL.items():
        notebook(made.folder / "notebooks" / f"{chapter}.ipynb", "\n".join(lines))
    made.build(alone=True)
    yield made
    made.close()


BOTH = ("kak", "hallefors")
REPORT = {(key, step) for key in BOTH for step in ("compose", "html")}


def note_of(table, key):
    """A row of a CSV of the inventory on the arrangement `key`, and the same with another note."""
    lines = (ROOT / "data" / "services" / table).read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith(f"{key},"))
    return row, f"{row.rstrip(chr(34))} (omprövad){chr(34) if row.endswith(chr(34)) else ''}"


def bodies(*members, gaps_on=""):
    from analysis.inventory import inventory_of

    return set(inventory_of(list(members), gaps_on).arrangements["key"])


def test_each_input_in_turn_runs_only_what_reads_it(house):
    """One test, because each step starts from the reports of the one before."""
    from analysis.loaders.services import load_inventory

    kak, day = regions.get("kak").members, catalog.SNAPSHOT_DATE.isoformat()
    read = {"kak": bodies(*kak, gaps_on=day), "hallefors": bodies("1863", gaps_on=day)}

    assert house.build() == (set(), dict.fromkeys(BOTH, "fresh")), "nothing changed"

    unread = set(load_inventory().memberships["arrangement"]) - read["kak"] - read["hallefors"]
    house.change("data/services/memberships.csv", *note_of("memberships.csv", min(unread)))
    assert house.build() == (set(), dict.fromkeys(BOTH, "fresh")), "a row that none reads"
    assert house.build() == (set(), dict.fromkeys(BOTH, "fresh"))

    only = min(bodies("1863") - read["kak"])
    house.change("data/services/memberships.csv", *note_of("memberships.csv", only))
    ran, status = house.build()
    assert status == {"kak": "fresh", "hallefors": "built"}, "a row that one region reads"
    assert ran == {("hallefors", step) for step in ("summary", "services", "compose", "html")}

    path = catalog.dataset("mean_age").path.relative_to(ROOT)
    table = tables.read(house.folder / path)
    table.assign(value=table["value"] + 0.1).to_parquet(house.folder / path, index=False)
    house.change("notebooks/services.ipynb", "# Ett", "# Om ett")
    assert house.kept() == set(CHAPTERS) - {"services"}, "a notebook"
    ran, _ = house.build(alone=True)
    readers = {(key, chapter) for key in BOTH for chapter in ("population", "services")}
    assert ran == REPORT | readers, "a table is read by one, the other's notebook has changed"

    with (house.folder / "analysis/report/templates/samverkan/report.css").open("a") as style:
        style.write("p.ny{margin:0}\n")
    ran, _ = house.build(alone=True)
    assert ran == REPORT, "a style"


def test_other_code_versions_or_fonts_keep_no_chapter(house, tmp_path):
    """What is changed is put back, so that each change stands alone."""
    assert house.kept() == set(CHAPTERS)

    module = house.folder / "analysis" / "text" / "swedish.py"
    code = module.read_text(encoding="utf-8")
    module.write_text(f"{code}\nNEW = 1\n", encoding="utf-8")
    assert house.kept() == set(), "a module"
    module.write_text(code, encoding="utf-8")
    assert house.kept() == set(CHAPTERS)

    (tmp_path / "packages" / "pandas_of_tomorrow-9.9.dist-info").mkdir(parents=True)
    assert house.kept(str(tmp_path / "packages")) == set(), "an installed package"

    original = Path(font_source_sans_pro.__file__).parent
    changed = tmp_path / "fonts" / original.name
    shutil.copytree(original, changed)
    assert house.kept(str(changed.parent)) == set(CHAPTERS), "the same font elsewhere"
    with (changed / "files" / "SourceSansPro-Regular.ttf").open("ab") as font:
        font.write(b"0")
    assert house.kept(str(changed.parent)) == set(), "a font"


def test_what_is_edited_during_a_build_is_run_again(house, notebook):
    """Three own chapters, one process: the end of the first is the moment to edit the others."""
    mean_age = catalog.dataset("mean_age").path.relative_to(ROOT)
    say = "from analysis.exhibits import say"
    notebook(house.folder / "first.ipynb", say, "say('Först.')")
    notebook(house.folder / "words.ipynb", say, "say('Som det var.')")
    notebook(
        house.folder / "figures.ipynb",
        f"{say}\nfrom analysis.loaders import population",
        "ages = population.load_indicator('mean_age')",
        "say(f'{ages[\"value\"].sum():.0f}')",
    )
    code = f"""
from datetime import date
from pathlib import Path
import pandas as pd
from analysis import regions
from analysis.report.build import build
from analysis.report.plan import Plan

def edit(region, text):
    if text.startswith("first done") and "Mitt i" not in Path("words.ipynb").read_text("utf-8"):
        notebook = Path("words.ipynb")
        notebook.write_text(notebook.read_text("utf-8").replace("Som det var", "Mitt i"), "utf-8")
        table = Path({str(mean_age)!r})
        changed = pd.read_parquet(table)
        changed.assign(value=changed["value"] + 0.1).to_parquet(table, index=False)

def once(tell):
    chapters = tuple((name, Path(f"{{name}}.ipynb").resolve())
                     for name in ("first", "words", "figures"))
    plan = Plan((regions.from_members(["1863"]),), chapters, ("html",), date(2026, 6, 30),
                Path("edited").resolve(), 1)
    build(plan, tell=tell)
    return Path("edited/hallefors/report.html").read_text("utf-8")

assert "Som det var." in once(edit)
assert "Mitt i." in once(lambda region, text: print(text))
"""
    told, _ = house.ask(code)
    assert "first done" in told, "an own chapter is always run"
    assert "words done" in told, "the notebook was edited before it was run"
    assert "figures done" in told, "the table was edited before it was read"


EDITS = """
import json
from datetime import date
from pathlib import Path
from analysis import paths, regions
from analysis.report.build import build
from analysis.report.plan import Plan

TABLE, OUT = Path("data/services/names.csv"), Path(FOLDER).resolve()
BEFORE = TABLE.read_text("utf-8")

def run(moment):
    ran, told = [], []

    def edit(region, text):
        told.append(text)
        ran.extend([text.split()[0]] if " done in " in text and "x" in text.split()[0] else [])
        if eval(moment):
            words = TABLE.read_text("utf-8")
            TABLE.write_text(words.replace(NAME, NAME + " Ny"), "utf-8")

    chapters = tuple((name, paths.NOTEBOOKS / f"{name}.ipynb") for name in ("x1", "x2", "x3"))
    plan = Plan((regions.from_members(["1863"]),), chapters, ("html",), date(2026, 6, 30), OUT, 1)
    (result,) = build(plan, tell=edit)
    TABLE.write_text(BEFORE, "utf-8")
    files = ("report.html", "build.json")
    left = [path.read_text("utf-8") for path in (OUT / "hallefors" / name for name in files)
            if path.exists()]
    print(json.dumps([result.status, ran, list(result.errors), left]))

for moment in MOMENTS:
    run(moment)
"""
NAME = "Bergslagens Räddningstjänst"


@pytest.fixture
def mixed(house, notebook):
    """What becomes of builds of three chapters, each with the name of a body edited at a moment.

    The last and the first one print the name, in this order. Returns of each build its status, what
    ran, its errors, and the page and record that it left; the name is put back after each.
    """
    say = "from analysis.exhibits import say"
    name = (
        f"{say}\nfrom analysis.loaders.services import load_inventory",
        "names = load_inventory().names.set_index('arrangement')['name']",
        "say(f'Den heter {names[\"bergslagens-raddningstjanst\"]}.')",
    )
    for chapter, cells in (("x1", name), ("x2", (say, "say('Nej.')")), ("x3", name)):
        notebook(house.folder / "notebooks" / f"{chapter}.ipynb", *cells)
    table = house.folder / "data" / "services" / "names.csv"
    before = table.read_bytes()

    def run(*moments, out="mixed"):
        given = {"MOMENTS": moments, "NAME": NAME, "FOLDER": out}
        code = "\n".join([*(f"{key} = {value!r}" for key, value in given.items()), EDITS])
        try:
            told, _ = house.ask(code)
            return [json.loads(line) for line in told.splitlines()]
        finally:
            table.write_bytes(before)

    yield run
    for path in (house.folder / "notebooks").glob("x?.ipynb"):
        path.unlink()


def test_an_inventory_edited_between_two_chapters_gives_one_report(mixed):
    """In one process, as of one who builds again and again."""
    moments = ("ran == ['x3']", "text.startswith('x3 done')", "False", "False")
    first, second, third, fourth = mixed(*moments)
    assert first[:3] == ["built", ["x3", "x2", "x1", "x3"], []], "x3 read the old name"
    page, _ = first[3]
    assert page.count(f"Den heter {NAME} Ny.") == 2
    assert "the data was edited" not in page

    status, ran, (error,), left = second
    assert (status, ran.count("x3")) == ("failed", 2)
    assert error.startswith("report: the data was edited again while the report was made")
    assert left == first[3], "the former report stays"

    assert third[:3] == ["built", ["x3", "x1"], []]
    page, _ = third[3]
    assert page.count(f"Den heter {NAME}.") == 2
    assert fourth == ["fresh", [], [], third[3]]


def test_an_edit_that_no_chapter_can_be_run_again_for_is_said(house, mixed):
    path = house.folder / "data" / "municipalities.csv"
    before = path.read_bytes()
    edit = "text.startswith('x3 ') and not Path('data/municipalities.csv').open('a').write('\\n')"
    try:
        ((status, _, (error,), left),) = mixed(edit, out="other")
    finally:
        path.write_bytes(before)
    assert status == "failed"
    assert error.startswith("reads: a file in data/ that every chapter reads was edited meanwhile")
    assert not left
