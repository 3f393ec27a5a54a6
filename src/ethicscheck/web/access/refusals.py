"""The pages that the guard answers with when it lets nobody through; they need nothing of the app."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

TITLES = {
    400: "This address is not known here",
    401: "You are not logged in",
    403: "This is not for you",
    405: "That can't be done here",
    408: "That took too long",
    413: "That is too large",
    429: "Too many requests",
    503: "The server can't do that now",
}


def refusal(
    status: int, words: str, hint: str, root: str, title: str = "", headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    """Return a page that says what was refused and what to do.

    Parameters
    ----------
    status : the HTTP status.
    words : what happened.
    hint : what to do next.
    root : the prefix of the app's addresses.
    title : the heading, where the status has a better one.
    headers : further headers.
    """
    template = _environment().get_template("refused.html.j2")
    page = template.render(title=title or TITLES.get(status, "That did not work"), words=words, hint=hint, root=root)
    return HTMLResponse(page, status_code=status, headers=dict(headers or {}))


@functools.cache
def _environment() -> Environment:
    loader = PackageLoader("ethicscheck.web", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


__all__ = ["refusal"]
