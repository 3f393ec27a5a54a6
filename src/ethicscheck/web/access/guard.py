"""What every request passes before a page sees it: host, session, limits; and the headers of every answer."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ethicscheck.web.settings import Settings

from .cookies import cookies_named, set_cookie
from .headers import secure
from .hosts import FORWARDED, Outside, answers_to, seen_from_outside
from .people import Visitor
from .refusals import refusal
from .store import Store

METHODS = ("GET", "HEAD", "POST")
COME_IN = (
    "If you started the server, open the link that it printed in the terminal. "
    "If somebody invited you, open your invite link. Links work once: ask for a new one when yours was used."
)


class Guard:
    """ASGI middleware around the whole app.

    Sets `request.state.visitor` (a `Visitor`), `request.state.access` (the `Store`) and `request.state.outside`
    (how the request was sent, before any proxy).

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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            outside = seen_from_outside(scope, self.settings.trusted_proxies)
            scope = self._rewritten(scope, outside)
            path = self._path(scope)

            async def send_secured(message: Message) -> None:
                if message["type"] == "http.response.start":
                    secure(MutableHeaders(scope=message), path.startswith("/static/"))
                await send(message)

            answer = self._refused(scope, outside, path)
            await (answer or self.app)(scope, receive, send_secured)
        else:
            await send({"type": "websocket.close", "code": 1008})

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

    def _path(self, scope: Scope) -> str:
        return str(scope["path"]).removeprefix(self.root) or "/"

    def _refused(self, scope: Scope, outside: Outside, path: str) -> Response | None:
        """Return the answer to a request that goes no further; else set who sends it."""
        if not answers_to(outside.host, self.settings.host, self.settings.allowed_hosts):
            words = f"This server does not go by the name {outside.host!r}."
            return refusal(400, words, "Use the address that was printed when it was started.", self.root)
        connection = HTTPConnection(scope)
        visitor = self._visitor(connection)
        if path == "/" and scope["method"] == "GET" and "token" in connection.query_params:
            return self._token_redeemed(connection, visitor, outside)
        if visitor is None and path.startswith(("/static/", "/invite/")):
            visitor = Visitor(None, "", self.store.signing.csrf(path))
        if visitor is None:
            return refusal(401, "Without a session there is nothing to see here.", COME_IN, self.root)
        if scope["method"] not in METHODS:
            words = "This server knows GET, HEAD and POST."
            return refusal(405, words, "Use a web browser.", self.root, headers={"Allow": ", ".join(METHODS)})
        scope["state"]["visitor"] = visitor
        return None

    def _visitor(self, connection: HTTPConnection) -> Visitor | None:
        for cookie in cookies_named(connection, self.store.cookie_name):
            visitor = self.store.visitor(cookie)
            if visitor is not None:
                return visitor
        return None

    def _token_redeemed(self, connection: HTTPConnection, visitor: Visitor | None, outside: Outside) -> Response:
        token = connection.query_params["token"]
        key = self.store.redeem_token(token, visitor.session if visitor else "")
        if key is None:
            return refusal(401, "This link does not open anything.", COME_IN, self.root)
        response = RedirectResponse(f"{self.root}/", 303)
        let_in(response, self.store, key, self.root, outside)
        return response


def let_in(response: Response, store: Store, key: str, root: str, outside: Outside) -> None:
    """Give an answer the cookie of a new session."""
    set_cookie(response, store.cookie_name, store.signing.cookie(key), root, outside.scheme == "https")


def visitor_in(request: Request) -> Visitor:
    """Return who a request comes from, as the guard found out."""
    visitor: Visitor = request.state.visitor
    return visitor


__all__ = ["Guard", "let_in", "visitor_in"]
