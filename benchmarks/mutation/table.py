"""The table of a mutation run, `docs/mutation.md`."""

from collections import Counter
from datetime import date
from pathlib import Path

CAUGHT = ("build", "guard", "test")
KINDS = {
    "build": "a chapter stops: no report is made",
    "guard": "the guard of the last metre",
    "test": "a quick test near the module, or the golden first pages",
    "survivor": "nothing: survivors",
}
INTRODUCTION = """# Mutation run

One small fault at a time was put into the code between a value and its reader (`metrics`, `views`,
`figures`, `text`, `key_figures`), by Cosmic Ray's operators, {count} of {every} possible ones drawn
with seed {seed}, all at lines that a chapter of the three reports executes. Made {date} on commit
{commit}; `make mutants` makes another run and writes this page anew, and
`benchmarks/mutation/run.py` says how each fault is judged.

Of the {count}, {none} change nothing in the three reports: no word, number or shape. **Of the {words} that
change what a report says, {caught} are caught: {share} percent.** Another {drawing} change a drawing
alone (a width, a place, a colour); of those {drawn} are caught.
"""


def write(path: Path, verdicts: list, *, every: int, seed: int, commit: str) -> None:
    """Write the page anew; `every` is the number of possible mutants in `commit`."""
    said = [verdict for verdict in verdicts if verdict.change == "words"]
    drawn = [verdict for verdict in verdicts if verdict.change == "drawing"]
    caught = [verdict for verdict in said if verdict.by in CAUGHT]
    text = INTRODUCTION.format(
        count=len(verdicts),
        every=every,
        seed=seed,
        date=date.today().isoformat(),
        commit=commit,
        none=sum(verdict.change == "none" for verdict in verdicts),
        words=len(said),
        caught=len(caught),
        share=round(100 * len(caught) / max(len(said), 1)),
        drawing=len(drawn),
        drawn=sum(verdict.by in CAUGHT for verdict in drawn),
    )
    path.write_text("\n".join([text, *_counts(said, drawn), *_survivors(verdicts)]) + "\n", "utf-8")


def _counts(said: list, drawn: list) -> list[str]:
    words, shapes = (Counter(one.by for one in part) for part in (said, drawn))
    rows = [f"| {told} | {words[by]} | {shapes[by]} |" for by, told in KINDS.items()]
    return ["| caught by | words and numbers | drawing alone |", "|---|---:|---:|", *rows, ""]


def _survivors(verdicts: list) -> list[str]:
    rows = [
        f"- `{one.mutant.spot.path}`, line {one.mutant.spot.line}, {one.change} ({one.what}):\n"
        f"  `{one.mutant.before}`\n  became `{one.mutant.after}`"
        for one in sorted(verdicts, key=lambda one: (one.change != "words", one.mutant.spot.path))
        if one.by == "survivor"
    ]
    return ["## Survivors", "", *(rows or ["None."])]
