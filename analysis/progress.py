"""Bars on a terminal for what takes long; a log gets none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def bars(*columns: str, transient: bool = False) -> Iterator[Progress | None]:
    """A bar for each task that is added, between texts; None where nobody sees them.

    `columns` are rich's texts, such as `{task.description}`; "" is the bar itself.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    parts = [TextColumn(text) if text else BarColumn() for text in columns]
    with Progress(*parts, console=Console(stderr=True), transient=transient) as shown:
        yield shown
