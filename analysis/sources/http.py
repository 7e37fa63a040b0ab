"""A polite client for JSON over HTTP: limits its own pace, retries what may pass, says what failed.

Terms
-----
what: the table or layer a request is about, as the error names it.
pace: at most so many calls in so many seconds, as the server allows.
cut: a reply whose body ends before its time, or is no JSON.
web page: HTML in the place of figures, from a proxy, a login or a server that is being mended.
"""

from __future__ import annotations

import html
import json
import re
import time
import unicodedata
from collections import deque
from importlib import metadata
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError
from urllib3.util.retry import Retry

from analysis.errors import SourceError

PASSING = (429, 500, 502, 503, 504)  # states of a server that may be over in a moment
TRIES = 4
_LONGEST_WAIT = 120  # seconds; a server that asks for more is better met another day
_WHOLE = 5  # a whole reply may take so many times as long as one wait
_LARGEST = 200_000_000  # bytes of a body as unpacked: a page of outlines is a tenth of it
_CHUNK = 16_384  # bytes read at a time: little enough that a packed bomb is met early
_HOPS = 3  # times a server may send us on, to itself
_LONGEST_TEXT = 300  # characters of a server's own words in an error
_KEPT = "the data you have is untouched"
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


class UnreachableError(SourceError):
    """No server answers at `address`, for `reason`: the same for all that is asked of it."""

    def __init__(self, what: str, address: str, reason: str) -> None:
        super().__init__(
            f"{what}: no answer from {address} ({reason}); {_KEPT}, check the network and try again"
        )
        self.address, self.reason = address, reason


class GoneError(SourceError):
    """The server does not have what was asked for any more."""


def one_line(text: object, most: int = _LONGEST_TEXT) -> str:
    """What a server says, safe to print: one line without control characters, and no novel.

    >>> one_line("no\\n\\x1b[31m such  table")
    'no [31m such table'
    """
    plain = "".join(
        " " if unicodedata.category(letter)[0] in "CZ" else letter for letter in str(text)
    )
    plain = " ".join(plain.split())
    return plain if len(plain) <= most else f"{plain[:most]}…"


class Client:
    """Calls to one server; `sent` counts them, those that were tried again included."""

    def __init__(self, base_url: str, *, timeout: float = 60, backoff: float = 0.5) -> None:
        """`backoff`: seconds before a new try; each wait is twice as long as the one before."""
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self.backoff = backoff
        self.sent = 0
        self.pace: tuple[int, float] | None = None
        self._down: UnreachableError | None = None  # a server that is not there is asked once
        self._calls: deque[float] = deque()
        self._session = requests.Session()
        version = metadata.version("samverkan")
        self._session.headers.update({"User-Agent": f"samverkan/{version}"})
        retry = Retry(
            total=TRIES,
            connect=2,
            redirect=False,
            status_forcelist=PASSING,
            allowed_methods=None,
            backoff_factor=backoff,
            backoff_max=30,
            retry_after_max=_LONGEST_WAIT,
            raise_on_status=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))

    def limit(self, calls: int, seconds: float) -> None:
        """Send at most `calls` in any `seconds` from now on; a little less, as calls travel."""
        if self.pace != (calls, seconds):
            self.pace = (calls, seconds)
            self._calls = deque(self._calls, maxlen=calls)

    def get(self, path: str, what: str, **params: Any) -> Any:
        """The JSON at `path`; raises SourceError that names `what` and the next step."""
        return self._json(what, "GET", path, params=params)

    def post(self, path: str, what: str, body: Any, **params: Any) -> Any:
        """The JSON that `path` answers to `body`; raises SourceError like `get`."""
        return self._json(what, "POST", path, json=body, params=params)

    def check(self, what: str) -> None:
        """Raise when the server has not been there before: it is not tried again."""
        if self._down:
            raise UnreachableError(what, self._down.address, self._down.reason)

    def _json(self, what: str, method: str, path: str, **more: Any) -> Any:
        """The body as JSON; a cut reply is asked for again, a refusal is not."""
        self.check(what)
        fault: Exception | None = None
        for attempt in range(TRIES):
            try:
                reply, body = self._exchange(what, method, self.base_url + path, **more)
                if not reply.ok:
                    raise self._refused(what, reply, body)
                return _parsed(body)
            except (
                requests.exceptions.ChunkedEncodingError,
                ValueError,
                RecursionError,
                requests.exceptions.ContentDecodingError,
            ) as error:
                fault = error
                if attempt < TRIES - 1:
                    time.sleep(self.backoff * 2**attempt)
            except requests.exceptions.RequestException as error:
                raise self._failed(what, error) from error
        raise SourceError(
            f"{what}: {self.base_url} {_nonsense(fault)}, {TRIES} times; {_KEPT}, try again later"
        ) from fault

    def _exchange(
        self, what: str, method: str, url: str, **more: Any
    ) -> tuple[requests.Response, bytes]:
        """One reply and its body; follows a server that sends us on to itself, to no other."""
        for _ in range(_HOPS + 1):
            self._wait()
            until = time.monotonic() + _WHOLE * self.timeout
            reply = self._session.request(
                method, url, timeout=self.timeout, stream=True, allow_redirects=False, **more
            )
            with reply:
                self.sent += len(reply.raw.retries.history) if reply.raw.retries else 0
                body = self._body(what, reply, until)
            if not reply.is_redirect:
                return reply, body
            url = self._next(what, reply)
            more.pop("params", None)  # the new address has them
        raise SourceError(
            f"{what}: {self.base_url} sends us round in a circle; {_KEPT}, try again later"
        )

    def _body(self, what: str, reply: requests.Response, until: float) -> bytes:
        """The whole body; raises SourceError for one that takes too long or is too large."""
        parts, size = [], 0
        for part in reply.iter_content(_CHUNK):
            size += len(part)
            if size > _LARGEST:
                raise SourceError(
                    f"{what}: the reply of {self.base_url} is larger than "
                    f"{_LARGEST // 1_000_000} MB; {_KEPT}, try again later"
                )
            if time.monotonic() > until:
                raise SourceError(
                    f"{what}: the reply of {self.base_url} was not whole after "
                    f"{_WHOLE * self.timeout:g} seconds; {_KEPT}, try again later "
                    "or with a longer --timeout"
                )
            parts.append(part)
        return b"".join(parts)

    def _next(self, what: str, reply: requests.Response) -> str:
        url = urljoin(reply.url, reply.headers["Location"])
        here, there = urlsplit(self.base_url), urlsplit(url)
        if (there.hostname, there.scheme) not in (
            (here.hostname, here.scheme),
            (here.hostname, "https"),
        ):
            raise SourceError(
                f"{what}: {self.base_url} sends us on to {one_line(there.netloc or url)}, which "
                f"was not followed; {_KEPT}, look up whether the service has moved, and give its "
                "address with --base-url"
            )
        return url

    def _wait(self) -> None:
        """Sleep until the pace allows another call, and note it."""
        self.sent += 1
        if self.pace is None:
            return
        calls, seconds = self.pace
        if len(self._calls) >= calls:
            time.sleep(max(0.0, self._calls.popleft() + 1.05 * seconds + 0.1 - time.monotonic()))
        self._calls.append(time.monotonic())

    def _failed(self, what: str, error: requests.exceptions.RequestException) -> SourceError:
        if isinstance(error, requests.exceptions.Timeout) or "timed out" in str(error):
            return SourceError(
                f"{what}: {self.base_url} did not answer within {self.timeout:g} seconds; "
                f"{_KEPT}, try again later or with a longer --timeout"
            )
        reason = _root(error)
        found = UnreachableError(what, self.base_url, one_line(_said(reason)))
        if isinstance(reason, NewConnectionError):
            self._down = found
        return found

    def _refused(self, what: str, reply: requests.Response, body: bytes) -> SourceError:
        said, state = _problem(body), reply.status_code
        if state == 404:
            return GoneError(
                f"{what}: {self.base_url} has no such table any more (404{said}); "
                f"{_KEPT}, look up its successor"
            )
        if state in PASSING:
            then = f"answered {state}{said}, {TRIES + 1} times; {_KEPT}, try again later"
        elif state in (401, 403, 407) and _page(body):
            then = (
                f"wants a login ({state}{said}); {_KEPT}, ask whoever runs your network to let "
                "this address through"
            )
        else:
            then = (
                f"refused the query ({state}{said}); {_KEPT}, run it again with --dry-run to "
                "compare what is asked with what is there"
            )
        return SourceError(f"{what}: {self.base_url} {then}")


def _parsed(body: bytes) -> Any:
    title = _page(body)
    if title:
        raise ValueError(title)
    return json.loads(body)


def _page(body: bytes) -> str:
    """What a web page is called, in words; empty when the body is none."""
    text = body[:100_000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if not text.startswith("<"):
        return ""
    found = _TITLE.search(text)
    title = one_line(html.unescape(found[1])) if found else ""
    return f"sent a web page{f' called {title!r}' if title else ''} in the place of figures"


def _nonsense(error: Exception | None) -> str:
    if isinstance(error, RecursionError):
        return "sent JSON that nests without end"
    text = str(error)
    return (
        text
        if text.startswith("sent a web page")
        else (f"cut its reply short or sent no JSON ({one_line(text)})")
    )


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


def _problem(body: bytes) -> str:
    """Title and detail of a problem document (RFC 7807), or what a web page is called."""
    if title := _page(body):
        return f": {title}"
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    parts = [found.get(key) for key in ("title", "detail")] if isinstance(found, dict) else []
    said = ". ".join(one_line(part) for part in parts if part)
    return f": {said}" if said else ""
