"""A process that ends with the one that forked it, however that one ended.

Terms
-----
parent: the process that forked this one. The kernel of Linux sends a signal when it is gone, also
when it was killed; elsewhere a thread looks.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1  # of prctl(2)
_LOOK = 0.5  # seconds between two looks where the platform sends no signal


def end_with_parent(parent: int) -> None:
    """Kill this process as soon as its parent, whose number is `parent`, has ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if os.getppid() != parent:  # it ended before this was heard
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)
