"""What the fork server imports: the warm process, and what went wrong in it.

Whatever is raised while a fork server imports ends it, and who waits for it would wait for ever.
So it is kept here, and the first job tells it.
"""

from __future__ import annotations

fault = ""  # one line, when the warm process could not be made

try:
    from analysis.report import warm as _warm  # noqa: F401  (imported for what it makes)
except Exception as error:  # any library or table may raise anything
    fault = f"{type(error).__name__}: {' '.join(str(error).split())}"
