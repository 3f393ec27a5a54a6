"""Where a checklist stands, for people: progress, what needs somebody, what waits for one visitor, when to look again."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ethicscheck.checklist.answering import may as may_in
from ethicscheck.checklist.people import person_key
from ethicscheck.checklist.status import OPEN, ChecklistStatus, ItemStatus
from ethicscheck.model.wording import visible
from ethicscheck.report.checklists import STATE_MARKS, STATE_WORDS

from .access import Person, may

DONE = ("answered", "unsure", "not_applicable")
# What needs a person first; unanswered ones are in the progress already.
PRESSING = ("contradicted", "disputed", "stale", "unsure")
# What comes back to somebody who had answered it, named question by question.
RETURNING = {"contradicted": "The numbers say otherwise:", "stale": "Out of date:"}
MOST_NAMED = 3
Tally = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a visitor: what, where it is done, and in which checklist."""

    text: str
    address: str
    where: str


def counts(items: Iterable[ItemStatus]) -> tuple[int, int]:
    """Return how many questions are answered, and how many are asked."""
    asked = [item for item in items if item.state != "hidden"]
    return sum(item.state in DONE for item in asked), len(asked)


def progress_words(status: ChecklistStatus) -> str:
    """Return the progress in words: 5 of 17 answered."""
    done, total = counts(status.items)
    return f"{done} of {total} answered"


def tally(items: Sequence[ItemStatus]) -> Tally:
    """Return what needs somebody: state, mark, and how many in words."""
    found = [(state, sum(item.state == state for item in items)) for state in PRESSING]
    return tuple(
        (state, STATE_MARKS[state], f"{count} {STATE_WORDS[state].lower()}") for state, count in found if count
    )


def waiting_for(status: ChecklistStatus, who: Person, address: str) -> tuple[Waiting, ...]:
    """Return what one visitor can do for a checklist now: answer, settle, sign."""
    title, found = visible(status.checklist.title), []
    if may(who, "answer"):
        mine = [item for item in status.items if waits(item, who)]
        new = [item for item in mine if item.state == "unanswered"]
        if new:
            found.append(Waiting(f"Answer {_questions(len(new))}", f"{address}/next", title))
        for state, words in RETURNING.items():
            again = [item for item in mine if item.state == state]
            found += [
                Waiting(f"{words} {visible(item.item.text)}", item_address(item, status, address), title)
                for item in again[:MOST_NAMED]
            ]
            if len(again) > MOST_NAMED:
                more = len(again) - MOST_NAMED
                found.append(Waiting(f"{words} {_questions(more)} more", f"{address}/read", title))
    if may(who, "review"):
        found += [
            Waiting(f"Settle: {visible(item.item.text)}", f"{address}/items/{item.item.id}/settle", title)
            for item in status.items
            if item.state == "disputed" and may_in("resolve", who.role, item.section.roles)
        ]
    roles = status.sign_roles()
    signed = any(
        person_key(part.by) == person_key(who.name) and part.role == who.role and not part.lapsed
        for part in status.signatures
    )
    if may(who, "sign") and (not roles or who.role in roles) and not signed and not status.unmet("complete"):
        found.append(Waiting("Read through and sign", f"{address}/read", title))
    return tuple(found)


def item_address(item: ItemStatus, status: ChecklistStatus, address: str) -> str:
    """Return where a question is answered."""
    place = next(number for number, part in enumerate(status.items, 1) if part.item.id == item.item.id)
    return f"{address}/sections/{item.section.id}#q{place}"


def waits(item: ItemStatus, who: Person) -> bool:
    """Return whether a question waits for somebody's answer: open, theirs to answer, and they have not answered, or what was answered does not stand."""
    if item.state not in OPEN or not may_in("answer", who.role, item.section.roles):
        return False
    own = next((answer for answer in item.answers if answer.by == who.name), None)
    return own is None or item.state in RETURNING


def _questions(count: int) -> str:
    return "1 question" if count == 1 else f"{count} questions"


def signed_words(status: ChecklistStatus) -> str:
    """Return who has signed, in words."""
    valid = [part for part in status.signatures if not part.lapsed]
    lapsed = len(status.signatures) - len(valid)
    if valid:
        return "Signed by " + " and ".join(visible(f"{part.by} ({part.role.replace('_', ' ')})") for part in valid)
    return "A signature has lapsed" if lapsed else "Not signed"


def next_review(status: ChecklistStatus) -> datetime.date | None:
    """Return the day on which the first answer goes out of date; None where none does."""
    days = []
    for item in status.items:
        after = item.section.review.after_days
        if after is not None and item.state in DONE:
            for answer in item.answers:
                if not answer.problem:
                    days.append(datetime.date.fromisoformat(answer.at[:10]) + datetime.timedelta(days=after))
    return min(days, default=None)


__all__ = [
    "Waiting",
    "counts",
    "item_address",
    "next_review",
    "progress_words",
    "signed_words",
    "tally",
    "waiting_for",
    "waits",
]
