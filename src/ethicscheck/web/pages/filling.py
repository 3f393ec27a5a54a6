"""Filling in: a checklist's overview, its sections, one a page, and every save."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ethicscheck.checklist.status import ChecklistStatus, ItemStatus
from ethicscheck.errors import EthicscheckError, UsageError
from ethicscheck.web.access import Person, posted, require
from ethicscheck.web.beginning import begin_kept, begin_shipped
from ethicscheck.web.filled import Filled, drawn_from, filled_in
from ethicscheck.web.filling import SectionView, Typed, overview_view, section_view
from ethicscheck.web.saving import Saved, take_back
from ethicscheck.web.shelf import Kept
from ethicscheck.web.site import Site, in_thread, site_of, visitor_of, wants_part
from ethicscheck.web.standing import item_address, waits
from ethicscheck.web.telling import refused_words

ANSWERED_ANEW = "You answered this in another window meanwhile; that answer stands. Look at it before you take it back."


async def overview(request: Request) -> Response:
    """Show where a checklist stands, section by section."""
    site, who = site_of(request), person_of(request)
    kept = site.kept(request)
    view = await in_thread(lambda: overview_view(site, kept, who))
    return site.render(request, "checklist.html.j2", list=view)


async def section(request: Request) -> Response:
    """Show the questions of one section."""
    site, who = site_of(request), person_of(request)
    kept = begun(site, request)
    name = request.path_params["section"]
    view = await in_thread(lambda: _section(site, kept, name, who))
    return site.render(request, "section.html.j2", view=view)


async def next_question(request: Request) -> Response:
    """Go to the next question that waits for the visitor, after the one that is named."""
    site, who = site_of(request), person_of(request)
    kept = begun(site, request)
    after = request.query_params.get("after", "")

    def find() -> str:
        status = site.status(kept)[1]
        order = list(status.items)
        names = [item.item.id for item in order]
        start = names.index(after) + 1 if after in names else 0
        for item in (*order[start:], *order[:start]):
            if waits(item, who) and item.item.id != after:
                return item_address(item, status, f"/checklists/{kept.key}")
        return f"/checklists/{kept.key}/read"

    return site.go_to(await in_thread(find))


async def question(request: Request) -> Response:
    """Go to where a question is answered; for the page's script, draw the question as it is now."""
    site, who = site_of(request), person_of(request)
    kept, item_id = begun(site, request), request.path_params["item"]
    if wants_part(request):
        shown = request.query_params.get("shown", "")
        return await in_thread(lambda: _answered(request, site, kept, who, item_id, None, None, "", False, shown))

    def find() -> str:
        status = site.status(kept)[1]
        item = status.item(item_id)
        if item is None:
            raise HTTPException(404, "There is no such question in this checklist.")
        return item_address(item, status, f"/checklists/{kept.key}")

    return site.go_to(await in_thread(find))


async def save(request: Request) -> Response:
    """Save an answer, with its evidence; say what became of it."""
    visitor = visitor_of(request)
    require(visitor, "answer")
    form = await posted(request)
    site, who = site_of(request), person_of(request)
    kept, item_id = begun(site, request), request.path_params["item"]
    files = [part for part in form.getlist("file") if not isinstance(part, str) and part.filename]

    def work() -> tuple[Saved | None, Filled, str, bool]:
        live = site.shelf.journal(kept)
        item = live.opened().loaded.checklist.item(item_id)
        if item is None:
            raise HTTPException(404, "There is no such question in this checklist.")
        filled = filled_in(item, form)
        if filled.empty and not files and not filled.links:
            return None, filled, "", True
        try:
            return site.save(kept, item.id, filled, who, files), filled, "", False
        except EthicscheckError as error:
            return None, filled, refused_words(error), False

    saved, filled, message, empty = await in_thread(work)
    shown = str(form.get("shown", ""))
    await form.close()
    return await in_thread(lambda: _answered(request, site, kept, who, item_id, saved, filled, message, empty, shown))


async def withdraw(request: Request) -> Response:
    """Take the visitor's own answer back; it stays in the journal but no longer counts."""
    visitor = visitor_of(request)
    require(visitor, "answer")
    form = await posted(request)
    base = drawn_from(form)[0]
    shown = str(form.get("shown", ""))
    site, who = site_of(request), person_of(request)
    kept, item_id = begun(site, request), request.path_params["item"]

    def work() -> str:
        try:
            return "" if take_back(site.shelf.journal(kept), item_id, base, who) else ANSWERED_ANEW
        except UsageError as error:
            return refused_words(error)

    message = await in_thread(work)
    return await in_thread(lambda: _answered(request, site, kept, who, item_id, None, None, message, False, shown))


async def begin(request: Request) -> Response:
    """Begin the journal of a checklist that a config names."""
    require(visitor_of(request), "answer")
    await posted(request)
    site = site_of(request)
    kept = site.kept(request)
    await in_thread(lambda: begin_kept(site, kept))
    return site.go_to(f"/checklists/{kept.key}")


async def begin_another(request: Request) -> Response:
    """Begin a checklist that came with ethicscheck."""
    require(visitor_of(request), "review")
    form = await posted(request)
    site = site_of(request)
    key = await in_thread(lambda: begin_shipped(site, str(form.get("use", ""))))
    return site.go_to(f"/checklists/{key}")


def person_of(request: Request) -> Person:
    """Return who asks."""
    person = visitor_of(request).person
    if person is None:
        raise HTTPException(403, "Say who you are first.")
    return person


def begun(site: Site, request: Request) -> Kept:
    """Return the checklist that an address names, once it was begun."""
    kept = site.kept(request)
    if not kept.begun:
        raise HTTPException(404, "Nobody has begun this checklist yet.")
    return kept


def _section(site: Site, kept: Kept, name: str, who: Person, typed: Typed | None = None) -> SectionView:
    opened, status = site.status(kept)
    found = next((part for part in status.checklist.sections if part.id == name), None)
    if found is None:
        raise HTTPException(404, "There is no such section in this checklist.")
    return section_view(site, kept, opened, status, found, who, typed)


def _answered(
    request: Request,
    site: Site,
    kept: Kept,
    who: Person,
    item_id: str,
    saved: Saved | None,
    filled: Filled | None,
    message: str,
    empty: bool,
    shown: str,
) -> Response:
    """Draw what a save came to: the parts of the page that changed, or the page anew.

    `shown` names the questions that the page asks; those that are asked now and weren't, and the other way round, come too.
    """
    opened, status = site.status(kept)
    item = status.item(item_id)
    if item is None:
        raise HTTPException(404, "There is no such question in this checklist.")
    typed = Typed.of(item, status, saved, filled, message)
    failed = bool(message) or (saved is not None and saved.outcome in ("conflict", "changed"))
    if wants_part(request):
        changed = {item.item.id, *_come_or_gone(item, status, frozenset(shown.split()))}
        view = section_view(site, kept, opened, status, item.section, who, typed, changed)
        code = 409 if failed and not message else 422 if failed else 200
        state = "empty" if empty else "saved" if not failed else "refused" if message else "conflict"
        return site.render(request, "saved.html.j2", code, view=view, saved=state)
    if failed or (saved is not None and saved.meanwhile):
        view = section_view(site, kept, opened, status, item.section, who, typed)
        return site.render(request, "section.html.j2", (422 if message else 409) if failed else 200, view=view)
    return site.go_to(item_address(item, status, f"/checklists/{kept.key}"))


def _come_or_gone(item: ItemStatus, status: ChecklistStatus, shown: frozenset[str]) -> list[str]:
    """Return the questions of the section that are asked now and weren't on the page, and the other way round."""
    return [
        part.item.id
        for place, part in enumerate(status.items, 1)
        if shown and part.section.id == item.section.id and (part.state != "hidden") != (f"q{place}" in shown)
    ]


__all__ = [
    "begin",
    "begin_another",
    "begun",
    "next_question",
    "overview",
    "person_of",
    "save",
    "section",
    "withdraw",
]
