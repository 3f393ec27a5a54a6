"""The page of a dispute: the answers side by side, and the settling."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.status import ChecklistStatus, ItemStatus
from ethicscheck.errors import UsageError
from ethicscheck.web.access import posted, require
from ethicscheck.web.disputes import Settling, settle, settle_view, settling
from ethicscheck.web.reading import place_of
from ethicscheck.web.shelf import Kept
from ethicscheck.web.site import Site, in_thread, site_of, visitor_of
from ethicscheck.web.telling import refused_words

from .filling import begun, person_of


async def show(request: Request) -> Response:
    """Show how the answers to a question differ."""
    kept = begun(site_of(request), request)
    return await in_thread(lambda: _page(request, kept))


async def decide(request: Request) -> Response:
    """Settle it."""
    require(visitor_of(request), "review")
    form = await posted(request)
    site, who = site_of(request), person_of(request)
    kept = begun(site, request)

    def work() -> Response:
        opened, status, item = item_of(site, kept, request)
        said = settling(opened, item.item.id, form)
        try:
            outcome = settle(site, kept, item.item.id, said, who)
        except UsageError as error:
            return _page(request, kept, 422, said=said, message=refused_words(error))
        if outcome == "changed":
            return _page(request, kept, 409, said=said, moved=True)
        return site.go_to(f"/checklists/{kept.key}/{place_of(item, status)}")

    return await in_thread(work)


def item_of(site: Site, kept: Kept, request: Request) -> tuple[OpenJournal, ChecklistStatus, ItemStatus]:
    """Return the question that an address names; a page that is not there where there is none."""
    opened, status = site.status(kept)
    item = status.item(request.path_params["item"])
    if item is None:
        raise HTTPException(404, "There is no such question in this checklist.")
    return opened, status, item


def _page(
    request: Request,
    kept: Kept,
    code: int = 200,
    *,
    said: Settling | None = None,
    message: str = "",
    moved: bool = False,
) -> Response:
    site, who = site_of(request), person_of(request)
    opened, status, item = item_of(site, kept, request)
    view = settle_view(site, kept, opened, status, item, who, said=said, message=message, moved=moved)
    return site.render(request, "settle.html.j2", code, view=view)


__all__ = ["decide", "item_of", "show"]
