"""What every request passes before a page sees it: name of the host, session, rate, where it was sent from."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import quote

import anyio
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ethicscheck.errors import EthicscheckError
from ethicscheck.web.settings import Settings

from .bodies import limit_for, size_text
from .cookies import cookies_named, let_in
from .exchange import Exchange, log
from .hosts import FORWARDED, Outside, answers_to, seen_from_outside
from .origins import drawn_into_elsewhere, sent_from_elsewhere
from .people import Visitor
from .rates import Buckets, address_key
from .refusals import refusal
from .store import OWNER, Store

METHODS = ("GET", "HEAD", "POST")
STATIC = "/static/"
INVITES = "/invite/"
NAMELESS = ("/who", "/logout")
COME_IN = (
    "If you started the server, open the link that it printed in the terminal; it works once, so start the server "
    "again for a new one. If somebody invited you, open your invite link, or ask them for a new one."
)


class Guard:
    """ASGI middleware around the whole app.

    Sets on `request.state`: `visitor` (a `Visitor`), `access` (the `Store`), `outside` (how the request was sent,
    before any proxy).

    Parameters
    ----------
    app : what it guards.
    settings : how the app is served.
    store : who is known and logged in.
    """

    def __init__(self, app: ASGIApp, settings: Settings, store: Store) -> None:
        self.app = app
        self.settings = settings
        self.store = store
        self.root = settings.root_path.rstrip("/")
        self._asked = Buckets(rate=20, burst=60)
        self._failed = Buckets(rate=10 / 60, burst=10)  # tries at a link
        self._strangers = Buckets(rate=5, burst=200)  # pages asked for without a session, which tell nobody anything

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        outside = seen_from_outside(scope, self.settings.trusted_proxies)
        scope = self._rewritten(scope, outside)
        path = str(scope["path"]).removeprefix(self.root) or "/"
        connection = HTTPConnection(scope)
        visitor: Visitor | None = None
        answer: Response | None
        try:
            visitor = self._visitor(connection)
            answer = await self._refused(connection, outside, path, visitor)
        except EthicscheckError as error:
            log.error("%s", error)
            answer = refusal(
                503,
                "The server can't read or write who comes in.",
                "Whoever runs the server finds the reason in its terminal.",
                self.root,
            )
        limit = limit_for(path, visitor is not None, self.settings.max_upload)
        exchange = Exchange(scope, receive, send, limit, path.startswith(STATIC), self.root)
        if answer is None and exchange.body.too_large:
            words = f"At most {size_text(limit.size)} can be sent here. Nothing was changed."
            answer = self._no(413, words, "Go back and send less.")
        if answer is not None:
            await exchange.refuse(answer)
            return
        session = visitor.session if visitor is not None else ""
        visitor = visitor or Visitor(None, "", self.store.signing.csrf(path))
        scope["state"]["visitor"] = visitor
        await exchange.carry(self.app, lambda: bool(session) and not self.store.is_open(session))

    def _rewritten(self, scope: Scope, outside: Outside) -> Scope:
        """Return the request as it was sent: the app never sees forwarded headers."""
        headers = [pair for pair in scope["headers"] if pair[0] not in (*FORWARDED, b"host")]
        headers.append((b"host", outside.host.encode("latin-1")))
        path = scope["path"]
        if self.root and path != self.root and not path.startswith(f"{self.root}/"):
            path = self.root + path
        client = (outside.client, (scope.get("client") or ("", 0))[1])
        state: dict[str, Any] = {**scope.get("state", {}), "access": self.store, "outside": outside}
        return {
            **scope,
            "headers": headers,
            "scheme": outside.scheme,
            "client": client,
            "root_path": self.root,
            "path": path,
            "state": state,
        }

    def _visitor(self, connection: HTTPConnection) -> Visitor | None:
        for cookie in cookies_named(connection, self.store.cookie_name):
            visitor = self.store.visitor(cookie)
            person = visitor.person if visitor is not None else None
            if visitor is not None and (self.settings.team or person is None or person.owner):
                return visitor
        return None

    async def _refused(
        self, connection: HTTPConnection, outside: Outside, path: str, visitor: Visitor | None
    ) -> Response | None:
        """Return the answer to a request that goes no further."""
        method = connection.scope["method"]
        if not answers_to(outside.host, self.settings.host, self.settings.allowed_hosts):
            words = f"This server does not go by the name {outside.host[:100]!r}."
            hint = (
                "Use the address that was printed when it was started; for another name it is started with that name."
            )
            return self._no(400, words, hint)
        if path.startswith(STATIC):
            return None if method in ("GET", "HEAD") else self._wrong_method()
        if method == "POST" and sent_from_elsewhere(connection, outside):
            words = "This form was sent from another site's page. Nothing was changed."
            return self._no(403, words, "Do it on our own page.")
        if method != "POST" and drawn_into_elsewhere(connection):
            return self._no(403, "Another site's page wanted to show this page inside it.", "Open it on its own.")
        if path == "/" and method == "GET" and "token" in connection.query_params:
            return await self._token(connection, outside, visitor)
        invites = self.settings.team and path.startswith(INVITES)
        if visitor is None and not invites:
            return self._stranger(outside) or self._no(401, "Without a session there is nothing to see here.", COME_IN)
        if invites and self.store.invited(path.removeprefix(INVITES)).state != "open":
            refused = self._failure(outside)
            if refused is not None:
                return refused
        if visitor is not None and (wait := self._asked.take(visitor.session)):
            return self._too_many(wait, "Your browser asked for too much at once.")
        if method not in METHODS:
            return self._wrong_method()
        if visitor is not None and visitor.person is None and path not in NAMELESS:
            there = quote(path, safe="/") if method != "POST" else "/"
            return RedirectResponse(f"{self.root}/who?next={there}", 303)
        return None

    async def _token(self, connection: HTTPConnection, outside: Outside, visitor: Visitor | None) -> Response:
        """Let the owner in by the terminal's link; what a browser fetches ahead of a click does not use it up."""
        token = connection.query_params["token"]
        if "prefetch" in connection.headers.get("sec-purpose", connection.headers.get("purpose", "")):
            return self._no(503, "This link is not opened ahead of a click.", "Click on it.")
        session = visitor.session if visitor is not None else ""
        key = await anyio.to_thread.run_sync(self.store.redeem_token, token, session)
        home = RedirectResponse(f"{self.root}/", 303)
        if key is not None:
            let_in(home, self.store, key, self.root, outside)
            return home
        used = self.store.was_used(token)
        if used and self.store.is_of(session, OWNER):
            return home
        words = "This link was used already; it works once." if used else "This link does not open anything."
        return self._failure(outside) or self._no(401, words, COME_IN)

    def _failure(self, outside: Outside) -> Response | None:
        """Count an attempt to come in that failed; return the answer when there were too many from that address."""
        wait = self._failed.take(address_key(outside.client))
        return self._too_many(wait, "There were too many attempts without a link that works.") if wait else None

    def _stranger(self, outside: Outside) -> Response | None:
        """Count a page asked for without a session; return the answer when there were too many from that address."""
        wait = self._strangers.take(address_key(outside.client))
        return self._too_many(wait, "There were too many requests without a session.") if wait else None

    def _too_many(self, wait: float, words: str) -> Response:
        seconds = math.ceil(wait)
        hint = f"Wait {seconds} second{'s' if seconds > 1 else ''} and try again."
        return refusal(429, words, hint, self.root, headers={"Retry-After": str(seconds)})

    def _wrong_method(self) -> Response:
        headers = {"Allow": ", ".join(METHODS)}
        return refusal(405, "This server knows GET, HEAD and POST.", "Use a web browser.", self.root, headers=headers)

    def _no(self, status: int, words: str, hint: str) -> Response:
        return refusal(status, words, hint, self.root)


__all__ = ["Guard"]
