"""A question's history, and the comments on it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ethicscheck.checklist.answering import person
from ethicscheck.checklist.commenting import comment_on
from ethicscheck.checklist.entries import Comment
from ethicscheck.checklist.journal import MovedOn
from ethicscheck.errors import UsageError
from ethicscheck.provenance import created_now
from ethicscheck.web.access import Person, posted, require
from ethicscheck.web.journals import LiveJournal
from ethicscheck.web.lines import history_view
from ethicscheck.web.saving import highest
from ethicscheck.web.shelf import Kept
from ethicscheck.web.site import in_thread, site_of, visitor_of
from ethicscheck.web.telling import refused_words

from .filling import begun, person_of
from .settling import item_of


async def show(request: Request) -> Response:
    """Show every line about a question."""
    kept = begun(site_of(request), request)
    return await in_thread(lambda: _page(request, kept))


async def comment(request: Request) -> Response:
    """Add a comment, or a reply to one."""
    require(visitor_of(request), "answer")
    form = await posted(request)
    site, who = site_of(request), person_of(request)
    kept = begun(site, request)
    text, to, last = (str(form.get(name, "")) for name in ("text", "reply_to", "last"))

    def work() -> Response:
        _, _, item = item_of(site, kept, request)
        try:
            _write_once(site.shelf.journal(kept), item.item.id, text, _number(to), _number(last), who)
        except UsageError as error:
            return _page(request, kept, 422, typed=text, reply_to=_number(to), message=refused_words(error))
        return site.go_to(f"/checklists/{kept.key}/items/{item.item.id}/history#comments")

    return await in_thread(work)


def _write_once(live: LiveJournal, item_id: str, text: str, to: int, last: int, who: Person) -> None:
    """Write a comment once, however often its form is sent."""
    by = person(who.name, who.role)[0]
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    while True:
        opened = live.opened()
        current = opened.loaded.checklist.current_id
        for entry in opened.contents.entries:
            mine = isinstance(entry, Comment) and entry.seq > last and entry.by == by and entry.text == plain
            if mine and isinstance(entry, Comment) and current(entry.item) == item_id and (entry.reply_to or 0) == to:
                return
        try:
            at = created_now()
            comment_on(
                opened, item_id, text, by=who.name, role=who.role, at=at, reply_to=to or None, after=highest(opened)
            )
        except MovedOn:
            continue
        return


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _page(
    request: Request, kept: Kept, code: int = 200, *, typed: str = "", reply_to: int = 0, message: str = ""
) -> Response:
    site, who = site_of(request), person_of(request)
    opened, status, item = item_of(site, kept, request)
    view = history_view(site, kept, opened, status, item, who, typed=typed, reply_to=reply_to, message=message)
    return site.render(request, "history.html.j2", code, view=view)


__all__ = ["comment", "show"]
