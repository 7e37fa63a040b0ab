"""How long until a change is on screen: a real browser looks at a preview while files change.

`python benchmarks/preview.py [FOLDER]` prints the rows alone; into FOLDER go the frames: a picture of
the page before and after each change, with the seconds in its name.
"""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from builds import copy_of_the_product
from measure import Row, under
from playwright.sync_api import Page, sync_playwright

RUNS = 4  # of each change, in one preview; the median counts
_NEWER = """before => document.readyState === "complete"
    && Number(document.querySelector("script[data-version]")?.dataset.version) > before"""
_PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_MEMBER = r"^bygg-och-miljonamnden,\d{4},,,(?=,)"  # a row of memberships.csv up to its last day


def end_of_a_membership(folder: Path) -> None:
    """Give one more member of a body of Bergslagen's a last day: a state that was never drawn."""
    table = folder / "data/services/memberships.csv"
    text = table.read_text(encoding="utf-8")
    changed = re.sub(_MEMBER, r"\g<0>2024-12-31", text, count=1, flags=re.MULTILINE)
    if changed == text:
        raise SystemExit(f"{table.name} has no row {_MEMBER} any more")
    table.write_text(changed, encoding="utf-8")


def sentence(folder: Path) -> None:
    """One more sentence of own prose."""
    with (folder / "examples/upphandling/text/nulage.md").open("a", encoding="utf-8") as file:
        file.write(f"\nEn mening som skrevs {time.monotonic_ns()} nanosekunder efter starten.\n")


def weight(folder: Path) -> None:
    """Another amount of an alternative, which weighs in what each pays."""
    question = folder / "examples/upphandling/investigation.toml"
    text = question.read_text(encoding="utf-8")
    found = re.search(r"^base = ([\d_]+)", text, re.MULTILINE)
    if found is None:
        raise SystemExit(f"{question.name} has no amount")
    amount = int(found[1]) + 10_000
    question.write_text(f"{text[: found.start(1)]}{amount}{text[found.end(1) :]}", encoding="utf-8")


@contextmanager
def previewed(subject: str, where: dict[str, str]) -> Iterator[str]:
    """The address of a preview by the command."""
    environment = {**os.environ, **{name: text for name, text in where.items() if name != "cwd"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "analysis.cli", "preview", subject, "--no-browser"],
        cwd=where["cwd"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        found = re.search(r"http\S+", process.stderr.readline())
        if found is None:
            raise SystemExit(f"no preview of {subject}: {process.stderr.read()}")
        yield found[0]
    finally:
        process.terminate()
        process.stderr.close()
        process.wait()


@contextmanager
def looked_at() -> Iterator[Page]:
    """A page of a real browser."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    # Chromium refuses its sandbox to root, and must not look for updates
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def shown(page: Page, before: int) -> int:
    """Wait until a page newer than version `before` has been painted; returns its version."""
    page.wait_for_function(_NEWER, arg=before, timeout=300_000, polling=10)
    page.evaluate(_PAINTED)
    return int(page.locator("script[data-version]").get_attribute("data-version") or 0)


def seconds(
    page: Page, changes: dict[str, Callable[[], None]], frames: Path | None
) -> dict[str, float]:
    """Seconds by the clock from a change in a file to the page that shows it, by the change."""
    start = time.perf_counter()
    version = shown(page, 0)
    taken: dict[str, list[float]] = {"first page": [time.perf_counter() - start]}
    for (name, change), run in itertools.product(changes.items(), range(RUNS)):
        _keep(page, frames, f"{name}-{run}-before")
        start = time.perf_counter()
        change()
        version = shown(page, version)
        took = time.perf_counter() - start
        _keep(page, frames, f"{name}-{run}-after-{took:.2f}s")
        taken.setdefault(name, []).append(took)
    return {name: median(found) for name, found in taken.items()}


def _keep(page: Page, frames: Path | None, name: str) -> None:
    if frames is not None:
        page.screenshot(path=frames / f"{name}.png")


def rows(frames: Path | None = None) -> list[Row]:
    """A changed row of the inventory, a changed sentence and a changed weight."""
    with tempfile.TemporaryDirectory() as name, looked_at() as page:
        where, folder = copy_of_the_product(name), Path(name)
        taken: dict[str, float] = {}
        first: dict[str, float] = {}
        for subject, changes in (
            ("bergslagen", {"row": end_of_a_membership}),
            ("examples/upphandling", {"sentence": sentence, "weight": weight}),
        ):
            with previewed(subject, where) as address:
                page.goto(address)
                found = seconds(
                    page, {key: lambda do=do: do(folder) for key, do in changes.items()}, frames
                )
            first |= dict.fromkeys(changes, found["first page"])
            taken |= found
    peer = "until the preview's first page is there"
    return [
        Row("preview: a changed row is on screen", taken["row"], peer, first["row"], under(2)),
        Row(
            "preview: a changed sentence is on screen",
            taken["sentence"],
            peer,
            first["sentence"],
            under(1),
        ),
        Row("preview: a changed weight is on screen", taken["weight"], peer, first["weight"]),
    ]


def main() -> None:
    """Print the rows."""
    from run import table

    frames = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if frames is not None:
        frames.mkdir(parents=True, exist_ok=True)
    print(table(rows(frames)))


if __name__ == "__main__":
    main()
