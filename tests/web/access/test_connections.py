"""Connections that dawdle or flood, on a real server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ethicscheck.web.access import connections
from ethicscheck.web.access.connections import GuardedProtocol, connection_options

PATIENCE = 60
LARGE = 64 * 1024 * 1024


async def home(_: Request) -> PlainTextResponse:
    return PlainTextResponse("here")


async def large(_: Request) -> PlainTextResponse:
    return PlainTextResponse("x" * LARGE)


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[int]:
    config = uvicorn.Config(
        Starlette(routes=[Route("/", home), Route("/large", large)]),
        port=0,
        log_config=None,
        lifespan="off",
        **connection_options(),
    )
    server = uvicorn.Server(config)
    server.config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


async def answer_to(*pieces: bytes) -> bytes:
    """Send pieces, then wait until the server closes the connection; return all that it said."""
    async with served() as port, asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
        said = b""
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(65536):
                said += part
        writer.close()
        return said


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "])
def test_whoever_does_not_finish_the_headers_is_cut_off(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(GuardedProtocol, "headers_seconds", 0.05)

    assert asyncio.run(answer_to(begun)).startswith(b"HTTP/1.1 408 ")


def test_a_second_request_on_a_connection_has_to_finish_its_headers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask_twice() -> tuple[bytes, bytes]:
        async with served() as port, asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            first = await reader.readuntil(b"here")
            monkeypatch.setattr(GuardedProtocol, "headers_seconds", 0.05)
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n")
            second = await reader.read()
            writer.close()
            return first, second

    first, second = asyncio.run(ask_twice())

    assert first.startswith(b"HTTP/1.1 200 OK")
    assert second.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("piece", [b"X-More: 1\r\n" * 1000, b"x" * 16_000])
def test_headers_without_end_are_cut_off(piece: bytes) -> None:
    said = asyncio.run(answer_to(b"GET / HTTP/1.1\r\nHost: a\r\nX: ", *[piece] * 100))

    assert said == b"" or b" 431 " in said


def test_a_request_in_good_time_is_answered_and_says_nothing_of_the_server() -> None:
    said = asyncio.run(answer_to(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))

    assert said.startswith(b"HTTP/1.1 200 OK")
    assert said.endswith(b"here")
    assert b"uvicorn" not in said.lower()


def test_asking_for_a_websocket_gets_an_ordinary_answer(caplog: pytest.LogCaptureFixture) -> None:
    asked = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n"

    said = asyncio.run(answer_to(asked))

    assert b" 101 " not in said


def test_headers_may_be_as_large_as_any_browser_sends() -> None:
    cookie = b"Cookie: " + b"x" * 16_000 + b"\r\n"
    assert len(cookie) < connections.MOST_HEADER_BYTES

    said = asyncio.run(answer_to(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + cookie + b"\r\n"))

    assert said.startswith(b"HTTP/1.1 200 OK")


def test_whoever_does_not_read_the_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_SECONDS", 0.05)
    cut = asyncio.Event()
    lost = GuardedProtocol.connection_lost
    monkeypatch.setattr(GuardedProtocol, "connection_lost", lambda self, exc: (lost(self, exc), cut.set()))

    async def ask_and_not_read() -> int:
        async with served() as port, asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
            writer.write(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
            await cut.wait()
            size = 0
            with contextlib.suppress(ConnectionError):
                while part := await reader.read(1 << 20):
                    size += len(part)
            writer.close()
            return size

    assert asyncio.run(ask_and_not_read()) < LARGE
