"""Whether a request comes from one of our own pages, as the browser tells."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from .hosts import Outside

OURS = ("same-origin", "none")


def sent_from_elsewhere(connection: HTTPConnection, outside: Outside) -> bool:
    """Tell whether the browser says that a form was sent from another site's page.

    Programs that are no browsers say nothing; what stops them is the form's token.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site not in OURS
    origin = connection.headers.get("origin")
    return origin is not None and origin.lower() != outside.origin


def drawn_into_elsewhere(connection: HTTPConnection) -> bool:
    """Tell whether another site's page loads ours as an image, script, frame and the like, instead of leading here."""
    headers = connection.headers
    if headers.get("sec-fetch-site", "none") in OURS:
        return False
    return headers.get("sec-fetch-mode") != "navigate" or headers.get("sec-fetch-dest", "document") != "document"


__all__ = ["drawn_into_elsewhere", "sent_from_elsewhere"]
