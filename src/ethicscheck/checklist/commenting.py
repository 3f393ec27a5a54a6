"""Comments on the questions of a checklist: said beside the answers, part of none of them."""

from __future__ import annotations

from ethicscheck.errors import UsageError

from .answering import find_item, person
from .entries import Comment
from .kinds.definition import clean_text
from .opening import OpenJournal


def comment_on(
    opened: OpenJournal,
    item_id: str,
    text: str,
    *,
    by: str,
    role: str,
    at: str,
    reply_to: int | None = None,
    after: int | None = None,
) -> tuple[Comment, tuple[str, ...]]:
    """Add a comment to a question; when this returns it is on the disk. Anybody may, in whatever role.

    Parameters
    ----------
    at : the moment, such as 2026-03-01T12:00:00Z.
    reply_to : the number of the comment that it answers.
    after : as in `Journal.append`.

    Returns
    -------
    comment : as it stands in the journal.
    notes : what was set aside on the way.

    Raises
    ------
    UsageError
        When there is no such question or comment, or nothing is said; nothing is written.
    MovedOn
        When the last line is no longer `after`.
    """
    item = find_item(opened, item_id)
    by, role = person(by, role)
    current = opened.loaded.checklist.current_id
    known = {
        entry.seq for entry in opened.contents.entries if isinstance(entry, Comment) and current(entry.item) == item.id
    }
    if reply_to is not None and reply_to not in known:
        listed = ", ".join(map(str, sorted(known)))
        hint = f"its comments are no. {listed}" if known else "nobody has commented on it yet"
        raise UsageError(f"no comment on this question has the number {reply_to}", item.id, hint)
    comment = Comment(at, by, role, item.id, clean_text(text, "the comment"), reply_to)
    (written,), notes = opened.journal.append([comment], after=after)
    assert isinstance(written, Comment)
    return written, notes


__all__ = ["comment_on"]
