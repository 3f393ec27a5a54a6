"""The one cookie: how it is read and set."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from .store import SESSION_DAYS

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


def set_cookie(response: Response, name: str, value: str, path: str, secure: bool) -> None:
    """Hand out a session: for this server only, out of reach of scripts."""
    age = SESSION_DAYS * 24 * 3600
    response.set_cookie(name, value, max_age=age, path=path or "/", secure=secure, httponly=True, samesite="lax")


def drop_cookie(response: Response, name: str, path: str, secure: bool) -> None:
    """Take a session back."""
    response.delete_cookie(name, path=path or "/", secure=secure, httponly=True, samesite="lax")


__all__ = ["cookies_named", "drop_cookie", "set_cookie"]
