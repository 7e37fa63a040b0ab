"""Sets a PDF in a process of its own: Typst keeps in memory what it has set, some 100 MB a part.

Terms
-----
job: what the process is given as JSON: the `template`, what it prints as `given` text, the folders
    of `fonts`, the `drawings` and `rounds` of `paging.best`, and the `timestamp` of the document.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.errors import BuildError
from analysis.report import lifeline, paging

_ROOT = Path(__file__).parents[2]
_REFUSED = 3  # exit code: Typst says what it refuses


def pdf(job: dict[str, Any], name: str) -> bytes:
    """The bytes of the PDF; raises BuildError with what Typst refuses, or that it was killed."""
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-P", "-m", __name__, str(os.getpid())],
        input=json.dumps(job).encode(),
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode == _REFUSED:
        raise BuildError(f"{name}.pdf: {said}")
    last = said.rpartition("\n")[2] or "it was killed, most often for lack of memory"
    raise BuildError(f"{name}.pdf: the process that sets it ended with {done.returncode}: {last}")


# each spot as `paging.Spot` has it
_SPOTS = """query(<spot>).map(found => {
  let place = found.location().position()
  (..found.value, page: place.page, y: place.y / 1pt)
})"""


def _set(job: dict[str, Any]) -> bytes:
    import typst

    faces = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=job["fonts"]
    )

    def files(moves: paging.Moves) -> Any:  # its stubs know of one file alone
        """What Typst reads; as a file of their own, moves make it set again only what they move."""
        return {
            "main.typ": Path(job["template"]).read_bytes(),
            "given.json": job["given"].encode(),
            "moves.json": json.dumps(paging.told(moves)).encode(),
        }

    def ask(moves: paging.Moves) -> paging.Spots:
        found = typst.eval(files(moves), _SPOTS, font_paths=faces)
        return [paging.Spot(**value) for value in json.loads(found)]

    drawings = {int(place): height for place, height in job["drawings"].items()}
    return typst.compile(
        files(paging.best(ask, drawings, job["rounds"])),
        format="pdf",
        pdf_standards="ua-1",
        font_paths=faces,
        timestamp=datetime.fromisoformat(job["timestamp"]),
    )


def main() -> int:
    """Read a job, write the PDF."""
    import typst

    lifeline.end_with_parent(int(sys.argv[1]))
    try:
        raw = _set(json.load(sys.stdin.buffer))
    except (typst.TypstError, RuntimeError) as error:
        sys.stderr.buffer.write(str(error).encode())
        return _REFUSED
    sys.stdout.buffer.write(raw)
    return 0


if __name__ == "__main__":
    sys.exit(main())
