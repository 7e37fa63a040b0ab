"""A polite client for JSON over HTTP: limits its own pace, retries what may pass, says what failed.

Terms
-----
what: the table or layer a request is about, as the error names it.
pace: at most so many calls in so many seconds, as the server allows.
cut: a reply whose body ends before its time, or is no JSON.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from importlib import metadata
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError
from urllib3.util.retry import Retry

from analysis.errors import SourceError

PASSING = (429, 500, 502, 503, 504)  # states of a server that may be over in a moment
TRIES = 4
_LONGEST_WAIT = 120  # seconds; a server that asks for more is better met another day
_KEPT = "the data you have is untouched"


class Client:
    """Calls to one server; `sent` counts them, those that were tried again included."""

    def __init__(self, base_url: str, *, timeout: float = 60, backoff: float = 0.5) -> None:
        """`backoff`: seconds before a new try; each wait is twice as long as the one before."""
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self.backoff = backoff
        self.sent = 0
        self._down = ""  # why the server could not be reached at all; it is not tried again
        self._pace: tuple[int, float] | None = None
        self._calls: deque[float] = deque()
        self._session = requests.Session()
        version = metadata.version("samverkan")
        self._session.headers.update({"User-Agent": f"samverkan/{version}"})
        retry = Retry(
            total=TRIES, connect=2, status_forcelist=PASSING, allowed_methods=None,
            backoff_factor=backoff, backoff_max=30, retry_after_max=_LONGEST_WAIT,
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def limit(self, calls: int, seconds: float) -> None:
        """Send at most `calls` in any `seconds` from now on; a little less, as calls travel."""
        self._pace = (calls, 1.05 * seconds + 0.1)

    def get(self, path: str, what: str, **params: Any) -> Any:
        """The JSON at `path`; raises SourceError that names `what` and the next step."""
        return self._json(what, lambda: self._session.get(
            self.base_url + path, params=params, timeout=self.timeout))

    def post(self, path: str, what: str, body: Any, **params: Any) -> Any:
        """The JSON that `path` answers to `body`; raises SourceError like `get`."""
        return self._json(what, lambda: self._session.post(
            self.base_url + path, json=body, params=params, timeout=self.timeout))

    def _json(self, what: str, call: Callable[[], requests.Response]) -> Any:
        """The body as JSON; a cut reply is asked for again, a refusal is not."""
        if self._down:
            raise SourceError(self._unreachable(what, self._down))
        for attempt in range(TRIES):
            self._wait()
            try:
                reply = call()
                self.sent += len(reply.raw.retries.history) if reply.raw.retries else 0
                if reply.ok:
                    return reply.json()
            except (requests.exceptions.ChunkedEncodingError, ValueError) as error:
                if attempt == TRIES - 1:
                    raise SourceError(
                        f"{what}: {self.base_url} cut its reply short or sent no JSON, {TRIES} "
                        f"times ({error}); {_KEPT}, try again later"
                    ) from error
                time.sleep(self.backoff * 2**attempt)
                continue
            except requests.exceptions.RequestException as error:
                if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error):
                    raise SourceError(self._late(what)) from error
                reason = _root(error)
                if isinstance(reason, NewConnectionError):
                    self._down = _said(reason)
                raise SourceError(self._unreachable(what, _said(reason))) from error
            raise SourceError(self._refused(what, reply))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _wait(self) -> None:
        """Sleep until the pace allows another call, and note it."""
        self.sent += 1
        if self._pace is None:
            return
        calls, seconds = self._pace
        if len(self._calls) == calls:
            time.sleep(max(0.0, self._calls.popleft() + seconds - time.monotonic()))
        self._calls.append(time.monotonic())

    def _late(self, what: str) -> str:
        return (f"{what}: {self.base_url} did not answer within {self.timeout:g} seconds; "
                f"{_KEPT}, try again later or with a longer --timeout")

    def _unreachable(self, what: str, reason: str) -> str:
        return (f"{what}: no answer from {self.base_url} ({reason}); {_KEPT}, check the network "
                "and try again")

    def _refused(self, what: str, reply: requests.Response) -> str:
        said = _problem(reply)
        if reply.status_code == 404:
            return (f"{what}: {self.base_url} has no such table any more (404{said}); {_KEPT}, "
                    "look up its successor and correct analysis/catalog.py")
        if reply.status_code in PASSING:
            return (f"{what}: {self.base_url} answered {reply.status_code}{said}, {TRIES + 1} "
                    f"times; {_KEPT}, try again later")
        return (f"{what}: {self.base_url} refused the query ({reply.status_code}{said}); {_KEPT}, "
                "the table may have changed: compare it with analysis/catalog.py")


def _root(error: BaseException) -> BaseException:
    """The innermost reason of an error: what a person can act on."""
    reason = getattr(error, "reason", None) or (error.args[0] if error.args else None)
    if isinstance(reason, BaseException):
        return _root(reason)
    return error


def _said(error: BaseException) -> str:
    """What an error says, in one line, without the name of an object."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text.split("): ", 1)[-1] if text.startswith("HTTP") else text


def _problem(reply: requests.Response) -> str:
    """Title and detail of a problem document (RFC 7807), when the reply is one."""
    try:
        found = reply.json()
    except ValueError:
        return ""
    parts = [found.get(key) for key in ("title", "detail")] if isinstance(found, dict) else []
    said = ". ".join(str(part) for part in parts if part)
    return f": {said}" if said else ""
