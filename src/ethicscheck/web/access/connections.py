"""Connections that dawdle or flood: deadlines and sizes below HTTP, where the guard can't see them."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_SECONDS = 15.0
READ_SECONDS = 120.0
CLOSE_SECONDS = 30.0
MOST_HEADER_BYTES = 64 * 1024
MOST_CONNECTIONS = 1000


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with an end to patience.

    A request's headers come within `headers_seconds` and `MOST_HEADER_BYTES`, the first ones counted from the
    connection's beginning; somebody who does not read what we send is cut off after `READ_SECONDS`.
    """

    headers_seconds = HEADERS_SECONDS
    _in_headers = True
    _header_bytes = 0
    _headers_due: asyncio.TimerHandle | None = None
    _reading_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin: whoever connects has something to ask."""
        super().connection_made(transport)
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        _cancel(self._headers_due)
        _cancel(self._reading_due)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless its headers never end."""
        super().data_received(data)
        if self._in_headers:
            self._header_bytes += len(data)
            if self._header_bytes > MOST_HEADER_BYTES:
                self._cut_off(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_headers = True
        self._header_bytes = 0
        if self._headers_due is None:
            self._await_headers()

    def on_headers_complete(self) -> None:
        """Go on to the request's body, which the guard watches."""
        self._in_headers = False
        _cancel(self._headers_due)
        self._headers_due = None
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Wait for somebody who does not read, but not for ever."""
        super().pause_writing()
        self._reading_due = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: they read again."""
        super().resume_writing()
        _cancel(self._reading_due)

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, and don't wait for ever for the rest to be read."""
        super().timeout_keep_alive_handler()
        _cancel(self._reading_due)
        self._reading_due = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def _await_headers(self) -> None:
        self._headers_due = self.loop.call_later(self.headers_seconds, self._cut_off, b"408 Request Timeout")

    def _cut_off(self, status: bytes) -> None:
        self._headers_due = None
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
            self.transport.close()


def connection_options() -> dict[str, Any]:
    """Return how uvicorn is to treat connections; forwarded headers are the guard's business, and so is the log.

    There is no access log: it would hold the tokens of links.
    """
    return {
        "http": GuardedProtocol,
        "ws": "none",
        "proxy_headers": False,
        "server_header": False,
        "access_log": False,
        "limit_concurrency": MOST_CONNECTIONS,
        "timeout_keep_alive": 5,
    }


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


__all__ = ["GuardedProtocol", "connection_options"]
