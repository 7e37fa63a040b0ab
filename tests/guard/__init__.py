"""The guard of the last metre: every number of a built report, computed once more from the files.

Terms
-----
exhibit: a figure, table, tile, list of findings, text or set of key figures of a chapter.
recomputation: a function here that gives what an exhibit must show, from the files in `data/` with
    pandas and geopandas alone; it imports nothing of the library (`test_guard.py` reads its imports).
words: a text is compared by its `skeleton`: its numbers, names and words of direction (högst,
    ökade …) in their order. A sentence may be reworded; a number may not change its place.
listed: what has no recomputation stands in `listed.py` with the reason. A new exhibit with
    neither fails, and the failure says where to add it.

Where what is
-------------
`capture`: runs the chapters of a region in this process, without kernels, drawings, HTML or PDF.
`swedish`, `files`: writing and reading numbers; the files. `model`: how a recomputation is added.
`people`, `ability`, `commuters`, `modelled`, `inventory`, `bodies`, `cards`, `sheets`, `nation`,
`pageone`, `keys`, `scenarios`, `investigations`: the recomputations. `marks`: ticks, bars, colours and
circles against their labels. `given`: what is taken as given. `prints`: page and workbook.
`compare`: the one comparer, `faults`. `test_guard`: the tests.

A mutation run
--------------
From the root, with the mutated library on PYTHONPATH; a chapter takes a few seconds:

    python -m tests.guard bergslagen              # prints each fault; exit code 1 when there is one
    python -m tests.guard bergslagen population   # this chapter alone, of the regions named

or in Python `tests.guard.check("bergslagen", ["population"])`, which gives the faults as texts.
"""

from collections.abc import Sequence


def check(region: str, only: Sequence[str] = ()) -> list[str]:
    """Run the chapters of `region` (or `only` some) and return every fault as a text.

    It names exhibit, cell, what is shown, what is recomputed, and where.
    """
    from tests.guard.capture import chapters
    from tests.guard.compare import faults

    return faults(region, chapters(region, only))
