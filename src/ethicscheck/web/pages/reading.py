"""The read-through of a whole checklist, and what is said at its end: signed, changes asked for, taken back."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from ethicscheck.errors import UsageError
from ethicscheck.web.access import Person, Right, posted, require
from ethicscheck.web.reading import read_view
from ethicscheck.web.shelf import Kept
from ethicscheck.web.signoff import Outcome, Shown, ask_for_changes, sign, take_back
from ethicscheck.web.site import Site, in_thread, site_of, today, visitor_of
from ethicscheck.web.telling import refused_words, since

from .filling import begun, person_of


async def read(request: Request) -> Response:
    """Show everything that stands in a checklist."""
    kept = begun(site_of(request), request)
    return await in_thread(lambda: _page(request, kept))


async def sign_it(request: Request) -> Response:
    """Sign what was shown."""

    def work(site: Site, kept: Kept, who: Person, shown: Shown, form: FormData) -> Outcome:
        if form.get("read") != "1":
            raise UsageError("nothing was signed: tick “I have read it” first")
        return sign(site, kept, who, shown)

    return await _said(request, "sign", work)


async def changes(request: Request) -> Response:
    """Ask for changes, with a reason."""

    def work(site: Site, kept: Kept, who: Person, shown: Shown, form: FormData) -> Outcome:
        return ask_for_changes(site, kept, who, shown, _reason(form))

    return await _said(request, "review", work)


async def unsign(request: Request) -> Response:
    """Take back what one said oneself, with a reason; that stays open to who may answer, whatever else was taken from them."""

    def work(site: Site, kept: Kept, who: Person, shown: Shown, form: FormData) -> Outcome:
        return take_back(site, kept, who, shown, _reason(form))

    return await _said(request, "answer", work)


async def _said(
    request: Request, right: Right, work: Callable[[Site, Kept, Person, Shown, FormData], Outcome]
) -> Response:
    require(visitor_of(request), right)
    form = await posted(request)
    site, who = site_of(request), person_of(request)
    kept = begun(site, request)
    last = str(form.get("last", ""))
    shown = Shown(str(form.get("shown", "")), int(last) if last.isascii() and last.isdigit() and len(last) < 16 else 0)
    reason = str(form.get("reason", ""))

    def done() -> Response:
        try:
            outcome = work(site, kept, who, shown, form)
        except UsageError as error:
            return _page(request, kept, 422, message=refused_words(error), reason=reason)
        if outcome.kind == "changed":
            return _page(request, kept, 409, outcome=outcome, last=shown.last, reason=reason)
        return site.go_to(f"/checklists/{kept.key}/read#sign")

    return await in_thread(done)


def _reason(form: FormData) -> str:
    found = form.get("reason")
    return found if isinstance(found, str) else ""


def _page(
    request: Request,
    kept: Kept,
    code: int = 200,
    *,
    message: str = "",
    outcome: Outcome | None = None,
    last: int = 0,
    reason: str = "",
) -> Response:
    site, who = site_of(request), person_of(request)
    opened, status = site.status(kept)
    view = read_view(site, kept, opened, status, who, today().isoformat())
    told = since(opened, last, status.checklist, view.checklist_address) if outcome is not None else ()
    return site.render(
        request, "reading.html.j2", code, view=view, message=message, outcome=outcome, told=told, reason=reason
    )


__all__ = ["changes", "read", "sign_it", "unsign"]
