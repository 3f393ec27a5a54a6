"""What is said after an act: what was saved, what others did meanwhile, who differs, what is still missing."""

from __future__ import annotations

from collections.abc import Iterable

import click

from ethicscheck.checklist.definition import Checklist
from ethicscheck.checklist.entries import Answer, content_of
from ethicscheck.checklist.kinds import show_value
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.rules import NOT_APPLICABLE, differing
from ethicscheck.checklist.status import ChecklistStatus, ItemStatus
from ethicscheck.model.wording import visible

from .checklist_lapses import lapsed_by
from .checklist_words import in_short, measured_in_words, say, today, word


def tell_answer(opened: OpenJournal, answer: Answer) -> None:
    """Say that an answer is saved, and on stderr what it changed and who differs."""
    now = opened.again()
    status = now.status(today=today())
    item = status.item(answer.item)
    earlier = opened.status(today=today())
    before = earlier.item(answer.item)
    assert item is not None, "it was answered"
    assert before is not None, "it was answered"
    own = next(part for part in item.answers if part.by == answer.by)
    shown = NOT_APPLICABLE if own.na_reason is not None else show_value(own.value, item.item, status.checklist)
    click.echo(visible(f"saved: {item.item.id} is “{' '.join(shown.split())}” ({word(item.state)})"))
    say(_meanwhile(opened, now, answer))
    say(_changes(item, before, answer.by, status.checklist))
    say(lapsed_by(earlier, status))
    say(now.contents.notes)


MEANWHILE = 5
_DID = {
    "answer": "answered",
    "withdraw": "withdrew",
    "resolve": "settled",
    "comment": "commented on",
    "sign": "signed",
    "changes_requested": "asked for changes",
    "withdraw_signature": "withdrew a signature",
    "migrate": "moved it to another version",
}


def _meanwhile(opened: OpenJournal, now: OpenJournal, answer: Answer) -> Iterable[str]:
    """Return what others added between the moment the journal was read and this answer."""
    seen = max(entry.seq for entry in opened.contents.entries)
    lines = [content_of(entry) for entry in now.contents.entries if seen < entry.seq < answer.seq and entry != answer]
    for line in lines[:MEANWHILE]:
        did = _DID.get(line.get("kind", "answer"), "added a line")
        yield " ".join(f"meanwhile {line.get('by', 'somebody')} {did} {line.get('item', '')}".split())
    if len(lines) > MEANWHILE:
        yield f"meanwhile {len(lines) - MEANWHILE} more lines were added: ethicscheck checklist status shows them all"


def _changes(item: ItemStatus, before: ItemStatus, by: str, checklist: Checklist) -> Iterable[str]:
    earlier = next((part for part in before.answers if part.by == by), None)
    own = next(part for part in item.answers if part.by == by)
    if earlier is not None and (earlier.value, earlier.na_reason) != (own.value, own.na_reason):
        yield f"your earlier answer no longer counts: {in_short(earlier, item, checklist)}"
    others = differing(item, by)
    for other in others:
        yield f"this differs from {in_short(other, item, checklist)}"
    if item.state == "disputed":
        roles = item.section.roles.resolve
        who = " or ".join(roles) if roles else "anyone"
        yield f"{item.item.id} is disputed until {who} settles it: ethicscheck checklist resolve"
    if item.state == "hidden":
        yield f"{item.item.id} is not asked now ({item.why}); the answer is kept and does not count"


def tell_state(opened: OpenJournal, item_id: str, done: str) -> None:
    """Say what a question's state is now."""
    status = opened.again().status(today=today())
    item = status.item(item_id)
    click.echo(visible(f"{done}: {item_id}" + (f" is {word(item.state)} now" if item is not None else "")))
    say(lapsed_by(opened.status(today=today()), status))


def tell_unsigned(opened: OpenJournal) -> None:
    """Say that a signature is withdrawn, and what is missing for `signed` now."""
    status = opened.again().status(today=today())
    click.echo(visible(f"withdrawn: what was said on signing {status.checklist.id} {status.checklist.version}"))
    for _, text in status.unsigned():
        click.echo(visible(f"still {text}"))


def tell_signed(status: ChecklistStatus, measured: bool) -> None:
    """Say what is signed and which signatures are still to come; `measured` where the numbers were at hand."""
    missing = status.unmet("signed")
    click.echo(visible(f"signed: {status.checklist.id} {status.checklist.version}, sha256 {status.digest}"))
    for text in missing:
        click.echo(visible(f"still {text}"))
    if not measured and (words := measured_in_words(status)):
        click.echo(words)


__all__ = ["tell_answer", "tell_signed", "tell_state", "tell_unsigned"]
