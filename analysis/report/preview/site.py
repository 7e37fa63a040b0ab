"""The pages of a preview on this machine alone, and the news that there is a newer one.

Terms
-----
token: what only who was told the address knows; without it nothing is answered.
news: a stream of server-sent events: the version of the pages, and what is wrong with the input.
served copy: a page with the script that follows the news, and a policy that lets it run. The
    report's own files have no script.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

from analysis.errors import InputError
from analysis.report.page import POLICY
from analysis.report.templating import TEMPLATES

HOST = "127.0.0.1"
FIRST = "report.html"
_BEAT = 15.0  # seconds between two signs of life, so that a closed page is noticed
_WAITING = (
    '<!DOCTYPE html><html lang="sv"><head><meta charset="utf-8">'
    f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>Samverkan</title></head>'
    "<body><p>Rapporten byggs. Sidan visas när den är klar.</p></body></html>"
)
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")[^"]*(")')
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # the address has the token
    "X-Content-Type-Options": "nosniff",
}


@dataclass
class Site:
    """The newest pages by name, and the fault that keeps newer ones from being built."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    port: int = 0
    pages: Mapping[str, str] = field(default_factory=lambda: {FIRST: _WAITING})
    version: int = 0
    fault: str = ""
    open: bool = True
    _news: Condition = field(default_factory=Condition)

    @property
    def address(self) -> str:
        """Where a browser finds the first page."""
        return f"http://{HOST}:{self.port}/{self.token}/{FIRST}"

    def show(self, pages: Mapping[str, str]) -> None:
        """Serve other pages from now on; who looks at one is told."""
        with self._news:
            if pages != self.pages:
                self.pages, self.version = pages, self.version + 1
            self.fault = ""
            self._news.notify_all()

    def fail(self, fault: str) -> None:
        """Tell what is wrong over the pages that stand."""
        with self._news:
            self.fault = fault
            self._news.notify_all()

    def end(self) -> None:
        """Let the streams of news end: nothing will come any more."""
        with self._news:
            self.open = False
            self._news.notify_all()

    def events(self) -> Iterator[str]:
        """The state now and at every change, as server-sent events; comments as signs of life."""
        before = ""
        while self.open:
            with self._news:
                if self.open and self._event() == before:
                    self._news.wait(_BEAT)
                event = self._event()
            yield ": alive\n\n" if event == before else event
            before = event

    def _event(self) -> str:
        return f"data: {json.dumps({'version': self.version, 'fault': self.fault})}\n\n"

    def page(self, name: str) -> tuple[str, str] | None:
        """The served copy of a page and its policy; None for a name that there is not."""
        with self._news:
            text, version = self.pages.get(name), self.version
        if text is None:
            return None
        nonce = secrets.token_urlsafe(12)
        policy = f"{POLICY}; script-src 'nonce-{nonce}'; connect-src 'self'"
        script = (TEMPLATES / "preview" / "follow.js").read_text(encoding="utf-8")
        added = f'<script nonce="{nonce}" data-version="{version}">{script}</script></body>'
        start, end = _POLICY.sub(rf"\g<1>{policy}\g<2>", text, count=1).rsplit("</body>", 1)
        return f"{start}{added}{end}", policy


class _Handler(BaseHTTPRequestHandler):
    """Answers GET for the pages and the news, to who knows the token, and nothing else."""

    site: Site
    server_version, sys_version = "samverkan", ""

    def __getattr__(self, name: str) -> Any:
        """Every method but GET is refused."""
        if name.startswith("do_"):
            return lambda: self._refuse(HTTPStatus.METHOD_NOT_ALLOWED)
        raise AttributeError(name)

    def do_GET(self) -> None:
        """Serve a page or the news; a foreign Host is a page that was led here by its DNS."""
        token, _, name = self.path.partition("?")[0].lstrip("/").partition("/")
        if self.headers.get("Host") not in [f"{host}:{self.site.port}" for host in _NAMES]:
            self._refuse(HTTPStatus.FORBIDDEN)
        elif not hmac.compare_digest(token.encode(), self.site.token.encode()):
            self._refuse(HTTPStatus.NOT_FOUND)
        elif name == "events":
            self._send_news()
        elif found := self.site.page(name):
            text, policy = found
            more = {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
            self._send(HTTPStatus.OK, "text/html; charset=utf-8", text.encode(), more)
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def _refuse(self, status: HTTPStatus) -> None:
        more = {"Allow": "GET"} if status == HTTPStatus.METHOD_NOT_ALLOWED else {}
        self._send(status, "text/plain; charset=utf-8", f"{status.phrase}\n".encode(), more)

    def _send(self, status: HTTPStatus, kind: str, body: bytes, more: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {
            **_HEADERS,
            **more,
            "Content-Type": kind,
            "Content-Length": str(len(body)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):  # the browser has gone on to a newer page
            self.wfile.write(body)

    def _send_news(self) -> None:
        self.send_response(HTTPStatus.OK)
        for name, value in {**_HEADERS, "Content-Type": "text/event-stream"}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):
            for event in self.site.events():
                self.wfile.write(event.encode())

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep quiet: a line for each request would hide what is told of the builds."""


_NAMES = (HOST, "localhost")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a page that is open waits for news for ever

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle is no fault of anybody."""


@contextmanager
def served(port: int = 0) -> Iterator[Site]:
    """A site that answers on this machine until the block ends; port 0 is any that is free.

    Raises InputError when the port is taken or not allowed.
    """
    site = Site()
    handler = type("Handler", (_Handler,), {"site": site})
    try:
        server = _Server((HOST, port), handler)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "it must be 0 to 65535"
        raise InputError(
            f"--port {port} cannot be used: {reason}; choose another, or leave it out for a free one"
        ) from None
    site.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.end()
        server.shutdown()
        server.server_close()
        thread.join()
