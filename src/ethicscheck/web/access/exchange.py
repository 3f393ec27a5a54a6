"""One request let through: its body's limits, its time, the headers of its answer, and what happens when it breaks."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

import anyio
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .bodies import Body, BodyLimit
from .headers import secure
from .refusals import refusal

WORKING = 60.0
SENDING = 600.0

log = logging.getLogger("ethicscheck.web")


class Exchange:
    """Carries one request to the app and its answer back.

    Parameters
    ----------
    scope, receive, send : the request, as ASGI has it.
    limit : of its body.
    static : whether it asks for a file that browsers may keep.
    root : the prefix of the app's addresses.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, limit: BodyLimit, static: bool, root: str) -> None:
        self._scope = scope
        self._send = send
        self._static = static
        self._root = root
        self._time = anyio.CancelScope()
        self._started = False
        self._over: Callable[[], bool] = lambda: False
        self._limit = limit
        self.body = Body(scope, receive, limit)

    async def refuse(self, answer: ASGIApp) -> None:
        """Send a refusal, once the body has passed by."""
        await self.body.drain()
        await answer(self._scope, self.body.receive, self._secured)

    async def carry(self, app: ASGIApp, over: Callable[[], bool]) -> None:
        """Let the app answer.

        Parameters
        ----------
        app : what answers.
        over : tells whether the visitor's session has ended; a stream of events ends with it.
        """
        self._over = over
        waiting = 0.0 if self.body.finished else self._limit.seconds
        self._time.deadline = anyio.current_time() + waiting + WORKING
        try:
            with self._time:
                await app(self._scope, self.body.receive, self._secured)
        except HTTPException as error:
            await self._excused(error.status_code, error.detail, "Go back and try again.")
        except Exception:
            hint = (
                "What was saved before is safe. Go back and try again; if it stays so, tell whoever runs this server."
            )
            await self._excused(500, "Something broke in the server.", hint)
            raise
        if self._time.cancelled_caught and not self._started:
            log.warning("%s %s took longer than %d s", self._scope["method"], self._scope["path"], WORKING)
            await self._excused(503, "This took the server too long.", "Try again in a minute.")

    async def _excused(self, status: int, words: str, hint: str) -> None:
        if not self._started:
            await refusal(status, words, hint, self._root)(self._scope, self.body.receive, self._secured)

    async def _secured(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            headers = MutableHeaders(scope=message)
            secure(headers, self._static)
            if not self.body.finished and message["status"] >= 400:
                headers["Connection"] = "close"
            streams = headers.get("content-type", "").startswith("text/event-stream")
            self._time.deadline = math.inf if streams else anyio.current_time() + SENDING
        elif self._over():
            self._time.cancel()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)


__all__ = ["Exchange"]
