"""The one cookie: how it is read and set."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from .hosts import Outside
from .store import SESSION_DAYS, Store

MOST = 4


def cookies_named(connection: HTTPConnection, name: str) -> tuple[str, ...]:
    """Return every value sent under a name: another server on this host can have set one beside ours."""
    found = []
    for header in connection.headers.getlist("cookie"):
        for part in header.split(";"):
            key, _, value = part.strip().partition("=")
            if key == name:
                found.append(value)
    return tuple(found[:MOST])


def let_in(response: Response, store: Store, key: str, root: str, outside: Outside) -> None:
    """Give an answer the cookie of a new session: for this server only, out of reach of scripts."""
    response.set_cookie(
        store.cookie_name,
        store.signing.cookie(key),
        max_age=SESSION_DAYS * 24 * 3600,
        path=root or "/",
        secure=outside.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def let_out(response: Response, store: Store, root: str, outside: Outside) -> None:
    """Take the cookie back."""
    secure = outside.scheme == "https"
    response.delete_cookie(store.cookie_name, path=root or "/", secure=secure, httponly=True, samesite="lax")


__all__ = ["cookies_named", "let_in", "let_out"]
