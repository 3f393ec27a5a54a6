"""The pages that the guard answers with when it lets nobody through; they need nothing of the app."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import HTMLResponse

from ethicscheck.web.rendering import assets, environment

TITLES = {
    400: "This address is not known here",
    401: "You are not logged in",
    403: "This is not for you",
    404: "There is no such page",
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
    page = (
        environment()
        .get_template("refused.html.j2")
        .render(
            title=title or TITLES.get(status, "That did not work"),
            words=words,
            hint=hint,
            style=f"{root}/static/{assets()['style.css']}",
        )
    )
    return HTMLResponse(page, status_code=status, headers=dict(headers or {}))


__all__ = ["refusal"]
