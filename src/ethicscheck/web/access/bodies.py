"""How large a request's body may be, and how long it may take to arrive."""

from __future__ import annotations

import re
from dataclasses import dataclass

import anyio
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

FORM = 1024 * 1024
SMALL = 8 * 1024
GRACE = 20.0
SLOWEST = 64 * 1024  # bytes a second
DRAINED = 4
WITH_EVIDENCE = re.compile(r"/checklists/[^/]+/items/[^/]+(/evidence)?")


@dataclass(frozen=True)
class BodyLimit:
    """The most bytes of a body."""

    size: int

    @property
    def seconds(self) -> float:
        """How long a body may take: a while, and what the slowest line takes for so many bytes."""
        return GRACE + self.size / SLOWEST


def limit_for(path: str, known: bool, max_upload: int) -> BodyLimit:
    """Return the limit of an address: evidence is large, forms are not, and strangers send next to nothing."""
    if not known:
        return BodyLimit(SMALL)
    if WITH_EVIDENCE.fullmatch(path):
        return BodyLimit(max_upload + FORM)
    return BodyLimit(FORM)


class Body:
    """The body of one request, counted while it arrives."""

    def __init__(self, scope: Scope, receive: Receive, limit: BodyLimit) -> None:
        self._receive = receive
        self._limit = limit
        self._arrived = 0
        self._until = anyio.current_time() + limit.seconds
        self._waits = any(name == b"expect" for name, _ in scope["headers"])
        self.said = _said_length(scope)
        self.finished = self.said == 0

    @property
    def too_large(self) -> bool:
        """Whether it is larger than it may be, by its own word or by what has arrived."""
        return max(self.said or 0, self._arrived) > self._limit.size

    async def receive(self) -> Message:
        """Return the next piece.

        Raises
        ------
        HTTPException
            413 when it grows too large; 408 when it takes too long.
        """
        if self.finished:
            return await self._receive()
        message = await self._next()
        if self.too_large:
            raise HTTPException(
                413, f"What was sent is larger than {size_text(self._limit.size)}. Nothing was changed."
            )
        return message

    async def drain(self) -> None:
        """Let a body that nobody reads pass by, within bounds, so that the browser gets to see the answer."""
        if self._waits:
            return
        try:
            while not self.finished and self._arrived <= DRAINED * self._limit.size:
                if (await self._next())["type"] == "http.disconnect":
                    return
        except HTTPException:
            return

    async def _next(self) -> Message:
        with anyio.move_on_after(max(0.0, self._until - anyio.current_time())):
            message = await self._receive()
            self._arrived += len(message.get("body", b""))
            self.finished = not message.get("more_body", False)
            return message
        raise HTTPException(408, "What was sent took too long to arrive. Nothing was changed; try again.")


def size_text(size: int) -> str:
    """Return a size in words.

    >>> size_text(25 * 1024 * 1024)
    '25 MB'
    """
    return f"{size / 1024 / 1024:.3g} MB" if size >= FORM else f"{size / 1024:.3g} kB"


def _said_length(scope: Scope) -> int | None:
    """Return the length that a request announces; None when it only comes to an end."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return None
    length = headers.get(b"content-length", b"0")
    return int(length) if length.isdigit() else None


__all__ = ["Body", "BodyLimit", "limit_for", "size_text"]
