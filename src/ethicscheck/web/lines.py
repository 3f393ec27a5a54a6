"""A question's history, every line in words, and the talk about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ethicscheck.checklist.answering import may as may_in
from ethicscheck.checklist.definition import Item
from ethicscheck.checklist.entries import Answer, Comment, Resolution, Withdrawal
from ethicscheck.checklist.history import Event, make_history
from ethicscheck.checklist.kinds import KINDS
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.people import person_key
from ethicscheck.checklist.rules import canonical
from ethicscheck.checklist.status import ChecklistStatus, GivenAnswer, GivenEvidence, ItemStatus
from ethicscheck.model.wording import visible
from ethicscheck.report.checklists import sentence

from .access import Person, may
from .journals import last_line
from .questions import SaidView, said_view
from .reading import ReadItem, place_of, read_item
from .saving import about
from .telling import moment, role_words, settled_as

if TYPE_CHECKING:
    from .shelf import Kept
    from .site import Site


@dataclass(frozen=True)
class LineView:
    """A line about a question.

    Parameters
    ----------
    did : what was done, in words; of an answer, `said` holds what was said.
    over : why it no longer counts.
    fields : what a form sends to answer so again; empty where that can't be, or it counts already.
    lost : whether the answer had files beside it, which would have to be sent again.
    """

    seq: int
    who: str
    at: str
    did: str
    reason: str
    said: SaidView | None
    over: str
    fields: tuple[tuple[str, str], ...] = ()
    lost: bool = False


@dataclass(frozen=True)
class CommentView:
    """A comment, with the replies to it."""

    seq: int
    who: str
    at: str
    text: str
    replies: tuple[CommentView, ...] = ()


@dataclass(frozen=True)
class HistoryView:
    """The page; `typed` and `reply_to` are what was written and could not be kept."""

    checklist: str
    checklist_address: str
    section: str
    address: str
    back: str
    item: ReadItem
    base: int
    lines: tuple[LineView, ...]
    comments: tuple[CommentView, ...]
    count: int
    last: int
    typed: str
    reply_to: int
    message: str


def history_view(
    site: Site,
    kept: Kept,
    opened: OpenJournal,
    status: ChecklistStatus,
    item: ItemStatus,
    who: Person,
    *,
    typed: str = "",
    reply_to: int = 0,
    message: str = "",
) -> HistoryView:
    """Return the page about one question."""
    address = f"/checklists/{kept.key}"
    name = item.item.id
    place = [part.item.id for part in status.items].index(name) + 1
    entries = [
        entry
        for entry in opened.contents.entries
        if isinstance(entry, Comment) and status.checklist.current_id(entry.item) == name
    ]
    own = next((answer for answer in reversed(item.answers) if answer.by == who.name), None)
    lines = about(opened, name)
    events = make_history(lines, status).items.get(name, ())
    return HistoryView(
        checklist=visible(status.checklist.title),
        checklist_address=address,
        section=visible(item.section.title),
        address=f"{address}/items/{name}",
        back=f"{address}/{place_of(item, status)}",
        item=read_item(item, status, who, address, place, site.beside(kept, opened.loaded).view(item), {}),
        base=last_line(opened, name),
        lines=tuple(_line(event, item, status, who, own) for event in events),
        comments=_threads(entries),
        count=len(entries),
        last=max((entry.seq for entry in entries), default=0),
        typed=typed,
        reply_to=reply_to,
        message=message,
    )


def _line(event: Event, item: ItemStatus, status: ChecklistStatus, who: Person, own: GivenAnswer | None) -> LineView:
    entry = event.entry
    assert isinstance(entry, (Answer, Withdrawal, Resolution)), "only these are about a question"
    person, at = visible(f"{entry.by}, {role_words(entry.role)}"), moment(entry.at)
    over = sentence(event.over) if event.over else ""
    if isinstance(entry, Withdrawal):
        return LineView(entry.seq, person, at, "took their answer back", visible(entry.reason or ""), None, over)
    if isinstance(entry, Resolution):
        did = f"settled it as “{settled_as(entry, status.checklist)}”"
        return LineView(entry.seq, person, at, did, visible(entry.reason), None, over)
    said = said_view(given(entry), item.item, status.checklist, who)
    again: tuple[tuple[str, str], ...] = ()
    is_own = person_key(entry.by) == person_key(who.name)
    can = may(who, "answer") and may_in("answer", who.role, item.section.roles) and item.state != "hidden"
    differs = own is None or (canonical(own.value), own.na_reason) != (canonical(entry.value), entry.na_reason)
    if event.over and is_own and can and differs:
        again = _fields(entry, item.item)
    lost = any(piece.path is not None for piece in entry.evidence)
    did = "brought this answer in from a form" if entry.imported else "answered"
    return LineView(entry.seq, person, at, did, "", said, over, again, lost)


def given(entry: Answer) -> GivenAnswer:
    """Return a line's answer as it was given."""
    pieces = tuple(
        GivenEvidence(part.path, part.url, part.sha256, "", part.dated, part.expires, part.size)
        for part in entry.evidence
    )
    return GivenAnswer(
        entry.seq,
        entry.at,
        entry.by,
        entry.role,
        entry.value,
        entry.na_reason,
        entry.comment,
        pieces,
        "",
        entry.imported,
    )


def _fields(entry: Answer, item: Item) -> tuple[tuple[str, str], ...]:
    """Return the fields of the question's own form that say what an answer said."""
    links = tuple(part.url for part in entry.evidence if part.url is not None)
    more = (("link", "\n".join(links)),) if links else ()
    if entry.na_reason is not None:
        return (("na", "1"), ("na_reason", entry.na_reason), *more)
    value = entry.value
    if KINDS[item.type].widget == "rows":
        rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, tuple) else []
        cells = [
            (f"cell.{place}.{column}", str(cell)) for place, row in enumerate(rows) for column, cell in row.items()
        ]
        return (*cells, *more)
    values = value if isinstance(value, tuple) else (value,)
    return (*(("value", f"{one:.15g}" if isinstance(one, float) else str(one)) for one in values), *more)


def _threads(entries: list[Comment]) -> tuple[CommentView, ...]:
    """Return the comments in order, newest last, each with its replies; a reply to a reply stands under the first."""
    first: dict[int, int] = {}
    replies: dict[int, list[Comment]] = {}
    for entry in entries:
        to = first.get(entry.reply_to) if entry.reply_to is not None else None
        first[entry.seq] = entry.seq if to is None else to
        replies.setdefault(first[entry.seq], []).append(entry)
    return tuple(_comment(part[0], tuple(_comment(reply) for reply in part[1:])) for part in replies.values())


def _comment(entry: Comment, replies: tuple[CommentView, ...] = ()) -> CommentView:
    return CommentView(
        entry.seq, visible(f"{entry.by}, {role_words(entry.role)}"), moment(entry.at), visible(entry.text), replies
    )


__all__ = ["CommentView", "HistoryView", "LineView", "given", "history_view"]
