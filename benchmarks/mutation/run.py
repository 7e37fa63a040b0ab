"""A mutation run: is a wrong number caught before a reader sees it? `make mutants`.

Cosmic Ray makes one small fault at a time in the code between a value and its reader (metrics,
views, figures, text, key figures); a seeded sample of those whose line a chapter of the three
reports executes is tried, in a copy of the tree. The result is written to `docs/mutation.md`.

Terms
-----
caught by the build: a chapter stops, so that no report is made.
caught by the guard: the guard of the last metre (`tests/guard`) finds a number or name wrong.
caught by a test: the quick tests that import the faulty module, or the golden first pages, fail.
survivor: the report says or draws something else and nothing fails.
no change: every exhibit and every drawing of the three reports is the same as before.
"""

import argparse
import ast
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent.relative_to(ROOT)
PARTS = ("metrics", "views", "figures", "text", "key_figures")
REGIONS = ("bergslagen", "karlstad", "malardalen")
CHAPTERS = ("summary", "services", "commuting", "population")
PLACES = tuple(f"{region}:{chapter}" for region in REGIONS for chapter in CHAPTERS)
GOLDEN = "tests/report/test_first_pages.py"
COPIED = ("analysis", "tests", "notebooks", "benchmarks")
LONGEST = 1800  # seconds: a fault that makes a chapter or a test run longer is caught


@dataclass(frozen=True)
class Spot:
    """Where an operator of Cosmic Ray can put a fault, and the chapters that execute the line."""

    path: str
    operator: str
    occurrence: int
    line: int
    places: tuple[str, ...]  # region:chapter


@dataclass(frozen=True)
class Mutant:
    """One fault: the whole mutated file, and its line before and after."""

    spot: Spot
    source: str
    before: str
    after: str


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: `by` is build, guard, test, survivor or no change; `what` says it."""

    mutant: Mutant
    by: str
    change: str  # words (an exhibit says something else), drawing (only a picture differs), none
    what: str


# --- the faults ----------------------------------------------------------------------------------


def spots(executed: dict[str, dict[str, list[int]]]) -> list[Spot]:
    """Every place at a line that a chapter executes where an operator finds something to change."""
    found = []
    for part in PARTS:
        base = ROOT / "analysis" / part
        for path in sorted(base.rglob("*.py")) if base.is_dir() else [base.with_suffix(".py")]:
            found += _of_file(str(path.relative_to(ROOT)), executed)
    return found


def _of_file(path: str, executed: dict[str, dict[str, list[int]]]) -> list[Spot]:
    source = (ROOT / path).read_text(encoding="utf-8")
    lines = {place: set(by_file.get(path, ())) for place, by_file in executed.items()}
    spans, nodes, found = _statements(source), list(ast_nodes(get_ast(source))), []
    for name in operator_names():
        if get_operator(name).arguments():
            continue
        operator = get_operator(name)()
        positions = [spot for node in nodes for spot in operator.mutation_positions(node)]
        for occurrence, ((line, _), _) in enumerate(positions):
            span = spans.get(line, range(line, line + 1))
            places = tuple(place for place in executed if lines[place] & set(span))
            if places:
                found.append(Spot(path, name, occurrence, line, places))
    return found


def drawn(every: list[Spot], count: int, seed: int) -> list[Mutant]:
    """`count` mutants in a seeded order; a change of an annotation or of nothing is none."""
    order, found = random.Random(seed).sample(every, len(every)), []
    for spot in order:
        source = (ROOT / spot.path).read_text(encoding="utf-8")
        mutated = mutate_code(source, get_operator(spot.operator)(), spot.occurrence)
        if mutated and _runs(mutated) and _bare(mutated) != _bare(source):
            found.append(Mutant(spot, mutated, *_told(source, mutated, spot.line)))
        if len(found) == count:
            break
    return found


def _runs(source: str) -> bool:
    """False for a fault of syntax: an operator takes the star of a signature for a product."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _statements(source: str) -> dict[int, range]:
    """The lines of the innermost statement (of a compound one its head) by line."""
    spans: dict[int, range] = {}
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]
    for node in sorted(nodes, key=lambda node: node.lineno):
        body = getattr(node, "body", None)
        last = body[0].lineno - 1 if body else node.end_lineno
        for line in range(node.lineno, max(last, node.lineno) + 1):
            spans[line] = range(node.lineno, max(last, node.lineno) + 1)
    return spans


def _bare(source: str) -> str:
    """The code without annotations, which nothing executes."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for one in ast.walk(node.args):
                if isinstance(one, ast.arg):
                    one.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def _told(source: str, mutated: str, line: int) -> tuple[str, str]:
    before, after = source.splitlines(), mutated.splitlines()
    differ = next((n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), line)
    return before[differ].strip(), after[differ].strip()


# --- trying one ----------------------------------------------------------------------------------


def judge(mutant: Mutant, right: dict[str, dict]) -> Verdict:
    """Try one mutant in a copy of the tree; chapters first, then tests for what they let pass."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder)
        _copy(tree)
        (tree / mutant.spot.path).write_text(mutant.source, encoding="utf-8")
        change, what = "none", ""
        for region in REGIONS:
            asked = [place for place in mutant.spot.places if place.startswith(region)]
            try:
                shown = show(tree, asked)
            except (subprocess.SubprocessError, ValueError) as error:
                return Verdict(mutant, "build", "words", _last(error))
            for place, one in shown.items():
                if "error" in one:
                    return Verdict(mutant, "build", "words", f"{place} {one['error']}")
                if one["faults"]:
                    return Verdict(mutant, "guard", "words", f"{place} {one['faults'][0]}")
                if one["said"] != right[place]["said"]:
                    change, what = "words", place
                elif one["drawn"] != right[place]["drawn"] and change == "none":
                    change, what = "drawing", place
        if change == "none":
            return Verdict(mutant, "no change", change, "")
        failed = _failing_test(tree, mutant.spot.path)
        return Verdict(mutant, "test" if failed else "survivor", change, failed or what)


def _copy(tree: Path) -> None:
    skip = shutil.ignore_patterns("__pycache__", "_bundled")
    for entry in ROOT.iterdir():
        if entry.name in COPIED:
            shutil.copytree(entry, tree / entry.name, ignore=skip)
        elif not entry.name.startswith("."):
            (tree / entry.name).symlink_to(entry)


def show(tree: Path, asked: list[str], *, lines: bool = False) -> dict:
    """What `show.py` prints for the chapters asked for, in the library of `tree`.

    Raises CalledProcessError when the library cannot be imported, TimeoutExpired after `LONGEST`.
    """
    if not asked:
        return {}
    command = [sys.executable, str(HERE / "show.py"), *(["--lines"] if lines else []), *asked]
    done = subprocess.run(
        command, cwd=tree, env=_environment(tree), capture_output=True, text=True, timeout=LONGEST,
        check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def _environment(tree: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(tree),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",  # the order of a set is no change
        "MPLBACKEND": "agg",
        "SAMVERKAN_DATA_DIR": str(tree / "no-updates"),
        "OMP_NUM_THREADS": "1",
    }


def sound(paths: set[str]) -> str:
    """The first test that fails of all that are asked of the files at `paths`, without a mutant."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        _copy(Path(folder))
        return _failing_test(Path(folder), *sorted(paths))


def _failing_test(tree: Path, *paths: str) -> str:
    """The first quick test that fails of those that name the modules, or of the golden pages."""
    near = sorted({GOLDEN, *(test for path in paths for test in _near(path))})
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    command += ["-m", "not slow and not faults", *near]
    try:
        done = subprocess.run(
            command, cwd=tree, env=_environment(tree), capture_output=True, text=True,
            timeout=LONGEST, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "a test ran for ever"
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return failed.group(1) if failed else "a test failed" if done.returncode == 1 else ""


def _near(path: str) -> list[str]:
    """Test files that import the module at `path`, or one beside it that imports it itself."""
    beside = [str(file.relative_to(ROOT)) for file in sorted((ROOT / path).parent.glob("*.py"))]
    asked = [_imports(path), *(_imports(one) for one in beside if _in(one, _imports(path)))]
    tests = [str(file.relative_to(ROOT)) for file in _test_files()]
    return sorted({test for test in tests for pattern in asked if _in(test, pattern)})


def _imports(path: str) -> re.Pattern[str]:
    """Finds an import of the module at `path`, by its dotted name or from its package."""
    dotted = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    package, _, name = dotted.rpartition(".")
    several = rf"\([^)]*\b{name}\b|[^\n(]*\b{name}\b"
    return re.compile(
        rf"(?:from|import) {re.escape(dotted)}\b|from {re.escape(package)} import (?:{several})"
    )


def _in(path: str, pattern: re.Pattern[str]) -> bool:
    return pattern.search((ROOT / path).read_text(encoding="utf-8")) is not None


@cache
def _test_files() -> tuple[Path, ...]:
    files = (ROOT / "tests").rglob("test_*.py")
    return tuple(file for file in files if "guard" not in file.parts)


def _last(error: Exception) -> str:
    lines = str(getattr(error, "stderr", "") or error).strip().splitlines()
    return lines[-1][:300] if lines else type(error).__name__


# --- the run -------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200, help="mutants to try [200]")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--kept", type=Path, default=ROOT / "build" / "mutation.jsonl")
    asked = parser.parse_args()
    asked.kept.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(asked.jobs) as pool:
        told = dict(pool.map(lambda place: (place, show(ROOT, [place], lines=True)), PLACES))
        right = {place: one[place] for place, one in told.items()}
        wrong = {place: one for place, one in right.items() if one.get("faults", ["error"])}
        if wrong:
            sys.exit(f"the guard or a chapter fails without any mutant: {wrong}")
        every = spots({place: one["lines"] for place, one in told.items()})
        sample = drawn(every, asked.count, asked.seed)
        if failed := sound({mutant.spot.path for mutant in sample}):
            sys.exit(f"{failed} fails without any mutant")
        print(f"{len(sample)} of {len(every)} mutants", flush=True)
        known = _kept(asked.kept)
        verdicts = list(pool.map(lambda one: _tried(one, right, known, asked.kept), sample))
    import table

    page = ROOT / "docs" / "mutation.md"
    table.write(page, verdicts, every=len(every), seed=asked.seed, commit=_commit())


def _commit() -> str:
    """The commit of the tree that was tried; says so when something in it was not committed."""
    asked = ["git", "describe", "--always", "--dirty= and changes of it"]
    return subprocess.run(
        asked, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def _tried(mutant: Mutant, right: dict, known: dict[str, dict], kept: Path) -> Verdict:
    """A verdict, kept from an earlier run of the same code that was stopped, or made now."""
    key = _key(mutant)
    if key in known:
        return Verdict(mutant, **known[key])
    verdict = judge(mutant, right)
    told = {"by": verdict.by, "change": verdict.change, "what": verdict.what}
    with kept.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"key": key, **told}, ensure_ascii=False) + "\n")
    print(
        f"{verdict.by:10} {verdict.change:8} {mutant.spot.path}:{mutant.spot.line} {mutant.after}",
        flush=True,
    )
    return verdict


def _key(mutant: Mutant) -> str:
    return hashlib.sha256(mutant.source.encode() + mutant.spot.path.encode()).hexdigest()


def _kept(path: Path) -> dict[str, dict]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [json.loads(line) for line in lines]
    return {row.pop("key"): row for row in rows}


if __name__ == "__main__":
    main()
