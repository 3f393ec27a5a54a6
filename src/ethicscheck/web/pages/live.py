"""Who else is here: a stream of small events for each open page, and where its reader is."""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ethicscheck.web.access import posted, require
from ethicscheck.web.site import no_content, site_of, visitor_of

from .filling import begun, person_of

TAB = re.compile(r"[0-9a-zA-Z]{1,40}")
PLACE = re.compile(r"(q[0-9]{1,6})?")


async def events(request: Request) -> Response:
    """Tell an open page who else is there and what they save, until it is closed."""
    visitor = visitor_of(request)
    require(visitor, "read")
    site, who = site_of(request), person_of(request)
    kept = begun(site, request)
    tab, since = request.query_params.get("tab", ""), request.query_params.get("since", "")
    if not TAB.fullmatch(tab) or not re.fullmatch(r"[0-9]{1,15}", since):
        raise HTTPException(400, "This is no address of a page.")
    stream = site.watch.events(
        site.shelf.journal(kept), kept.key, (visitor.session, tab), f"{who.id}/{who.name}", who.name, int(since)
    )
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def here(request: Request) -> Response:
    """Note which question the reader of a page is in."""
    visitor = visitor_of(request)
    require(visitor, "read")
    form = await posted(request)
    site = site_of(request)
    kept = begun(site, request)
    tab, at = str(form.get("tab", "")), str(form.get("at", ""))
    if not PLACE.fullmatch(at):
        raise HTTPException(400, "There is no such question.")
    site.watch.presence.move((visitor.session, tab), kept.key, at)
    return no_content()


__all__ = ["events", "here"]
