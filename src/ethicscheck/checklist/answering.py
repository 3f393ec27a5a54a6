"""What people do to a checklist: answer, withdraw, settle, sign. Each is checked first, then added to the journal."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Sequence
from typing import Any

from ethicscheck.errors import UsageError, did_you_mean

from .definition import Checklist, Item, Roles
from .entries import Answer, ChangeRequest, Entry, Evidence, Resolution, SignatureWithdrawal, Signing, Withdrawal
from .evidence import check_is_not_the_journal
from .kinds import read_value, show_value
from .kinds.definition import clean_text
from .opening import OpenJournal
from .people import person_key
from .rules import check_not_applicable, evidence_missing, meaning
from .signing import latest_signatures, mark_of, requests_of, said_on_signing
from .status import ChecklistStatus, ItemStatus


def answer_item(
    opened: OpenJournal,
    item_id: str,
    given: Any,
    *,
    by: str,
    role: str,
    at: str,
    na_reason: str | None = None,
    comment: str | None = None,
    evidence: Sequence[Evidence] = (),
    after: int | None = None,
) -> tuple[Answer, tuple[str, ...]]:
    """Add an answer; when this returns it is on the disk.

    Parameters
    ----------
    given : the answer, or None with `na_reason`.
    at : the moment, such as 2026-03-01T12:00:00Z.
    after : as in `Journal.append`: nothing is written when the journal has moved on since; so in all that follow here.

    Returns
    -------
    answer : as it stands in the journal.
    notes : what was set aside on the way.

    Raises
    ------
    UsageError
        When the question, the answer, the role, the reason or the evidence won't do; nothing is written.
    MovedOn
        When the last line is no longer `after`.
    """
    entry = make_answer(
        opened, item_id, given, by=by, role=role, at=at, na_reason=na_reason, comment=comment, evidence=evidence
    )
    (written,), notes = opened.journal.append([entry], after=after)
    assert isinstance(written, Answer)
    return written, notes


def make_answer(
    opened: OpenJournal,
    item_id: str,
    given: Any,
    *,
    by: str,
    role: str,
    at: str,
    na_reason: str | None = None,
    comment: str | None = None,
    evidence: Sequence[Evidence] = (),
) -> Answer:
    """Return an answer as it would stand in the journal, all of it checked; parameters and errors are `answer_item`'s."""
    item = find_item(opened, item_id)
    by, role = person(by, role)
    _check_role("answer", role, item, opened)
    if na_reason is not None:
        value = None
        na_reason = clean_text(na_reason, "the reason")
        if problem := check_not_applicable(item, na_reason):
            hint = "choose an answer" if item.na is None else "say what makes the question pointless here"
            raise UsageError(problem, item.id, hint)
    else:
        value = read_value(item, opened.loaded.checklist, given)
    for piece in evidence:
        check_is_not_the_journal(piece, opened.journal.path)
    if missing := evidence_missing(item, value, evidence):
        what = f"this answer needs {missing} {'more ' if evidence else ''}piece{'s' if missing > 1 else ''} of evidence"
        raise UsageError(what, item.id, "name a file beside the journal or an address (--evidence, or e in a walk)")
    return Answer(
        at,
        by,
        role,
        item.id,
        value,
        na_reason,
        clean_text(comment, "the comment") if comment is not None else None,
        tuple(dict.fromkeys(evidence)),
        opened.loaded.sha256,
        opened.loaded.checklist.item_sha256(item),
    )


def withdraw_answer(
    opened: OpenJournal,
    item_id: str,
    *,
    by: str,
    role: str,
    at: str,
    reason: str | None = None,
    after: int | None = None,
) -> tuple[str, ...]:
    """Take back a person's own answer; it stays in the journal but no longer counts. Returns notes.

    Raises
    ------
    UsageError
        When that person has given none.
    """
    by, role = person(by, role)
    name = opened.loaded.checklist.current_id(item_id)
    given: set[str] = set()
    known: set[str] = set()
    for entry in opened.contents.entries:
        if isinstance(entry, (Answer, Withdrawal)):
            known.add(entry.item)
            if opened.loaded.checklist.current_id(entry.item) == name:
                (given.add if isinstance(entry, Answer) else given.discard)(entry.by)
    if item_id not in known:
        find_item(opened, item_id)
    if by not in given:
        hint = f"answered by {', '.join(sorted(given))}" if given else "nobody has answered it"
        raise UsageError(f"{by} has given no answer that could be withdrawn", name, hint)
    reason = clean_text(reason, "the reason") if reason is not None else None
    return _append(opened, Withdrawal(at, by, role, name, reason), after)


def resolve_item(
    opened: OpenJournal,
    item_id: str,
    given: Any,
    *,
    by: str,
    role: str,
    at: str,
    reason: str,
    na_reason: str | None = None,
    after: int | None = None,
) -> tuple[str, ...]:
    """Settle a dispute, with a reason: as an answer, or (None, with `na_reason`) as not applicable. Returns notes.

    Raises
    ------
    UsageError
        When nothing is disputed, the role may not settle it, the answer won't do, or nobody brings the evidence it needs.
    """
    item = find_item(opened, item_id)
    by, role = person(by, role)
    _check_role("resolve", role, item, opened)
    if na_reason is not None:
        value = None
        na_reason = clean_text(na_reason, "the reason")
        if problem := check_not_applicable(item, na_reason):
            raise UsageError(problem, item.id, "settle it as an answer" if item.na is None else "say more")
    else:
        value = read_value(item, opened.loaded.checklist, given)
    reason = clean_text(reason, "the reason")
    status = opened.status(today=_day(at)).item(item.id)
    if status is None or (status.state != "disputed" and not status.settled):
        what = "not asked now" if status is not None and status.state == "hidden" else "no two answers differ"
        raise UsageError(f"there is nothing to settle: {what}", item.id, "answer it instead")
    _check_evidence(status, value, opened)
    entry = Resolution(
        at,
        by,
        role,
        item.id,
        value,
        reason,
        opened.loaded.sha256,
        opened.loaded.checklist.item_sha256(item),
        na_reason=na_reason,
        over=_marks(opened, item),
    )
    return _append(opened, entry, after)


def _marks(opened: OpenJournal, item: Item) -> tuple[str, ...]:
    """Return the marks of the answers to a question that count now."""
    latest: dict[str, Answer] = {}
    for entry in opened.contents.entries:
        if isinstance(entry, (Answer, Withdrawal)) and opened.loaded.checklist.current_id(entry.item) == item.id:
            latest.pop(entry.by, None)
            if isinstance(entry, Answer):
                latest[entry.by] = entry
    return tuple(sorted(map(mark_of, latest.values())))


def _check_evidence(status: ItemStatus, value: Any, opened: OpenJournal) -> None:
    """Check that somebody who gave that answer brings the evidence it needs: settling must not be the way around it."""
    item = status.item
    if not evidence_missing(item, value, ()):
        return
    for answer in status.answers:
        sound = [piece for piece in answer.evidence if not piece.problem]
        if meaning(answer.value, item) == meaning(value, item) and not evidence_missing(item, value, sound):
            return
    shown = " ".join(show_value(value, item, opened.loaded.checklist).split())
    what = f"it can't be settled as “{shown}”: that needs evidence, and no current answer brings enough"
    raise UsageError(what, item.id, "let somebody answer so with --evidence first")


def sign_checklist(
    opened: OpenJournal, status: ChecklistStatus, *, by: str, role: str, at: str, after: int | None = None
) -> tuple[str, ...]:
    """Sign the answers as they stand in `status`. Returns notes.

    Raises
    ------
    UsageError
        When something is open, or the role is none that signs.
    """
    by, role = _signer(status, by, role)
    if unmet := status.unmet("complete"):
        more = f", and {len(unmet) - 1} more" if len(unmet) > 1 else ""
        raise UsageError(f"not complete yet: {unmet[0]}{more}", "", "`ethicscheck checklist status` lists what is open")
    return _append(opened, Signing(at, by, role, status.digest, dict(status.parts)), after)


def request_changes(
    opened: OpenJournal,
    status: ChecklistStatus,
    *,
    by: str,
    role: str,
    at: str,
    reason: str,
    after: int | None = None,
) -> tuple[str, ...]:
    """Ask for changes instead of signing, with a reason; an earlier signature of that person no longer counts. Returns notes.

    Raises
    ------
    UsageError
        When there is no reason, or the role is none that signs.
    """
    by, role = _signer(status, by, role)
    reason = clean_text(reason, "the reason")
    return _append(opened, ChangeRequest(at, by, role, reason, status.digest, dict(status.parts)), after)


def withdraw_signature(
    opened: OpenJournal, *, by: str, role: str, at: str, reason: str | None = None, after: int | None = None
) -> tuple[str, ...]:
    """Take back what a person said on signing in a role, a signature or a request for changes. Returns notes.

    Raises
    ------
    UsageError
        When that person has said nothing in that role that still counts.
    """
    by, role = person(by, role)
    said, _ = said_on_signing(opened.contents.entries, opened.loaded.checklist)
    standing = [(part.by, part.role) for part in latest_signatures(said)]
    standing += [(part.by, part.role) for part in requests_of(said)]
    if (person_key(by), role) not in {(person_key(one), its) for one, its in standing}:
        named = sorted({f"{one} ({its})" for one, its in standing})
        hint = f"there are those of {', '.join(named)}" if named else "nobody has signed it"
        raise UsageError(f"{by} ({role}) has given no signature that could be withdrawn", "", hint)
    reason = clean_text(reason, "the reason") if reason is not None else None
    return _append(opened, SignatureWithdrawal(at, by, role, reason), after)


def _signer(status: ChecklistStatus, by: str, role: str) -> tuple[str, str]:
    by, role = person(by, role)
    roles = status.sign_roles()
    if roles and role not in roles:
        raise UsageError(f"{role!r} does not sign this checklist", "--role", f"it is signed by {_listed(roles)}")
    return by, role


def find_item(opened: OpenJournal, item_id: str) -> Item:
    """Return a question of the checklist.

    Raises
    ------
    UsageError
        When there is none of that id, with the nearest.
    """
    item = opened.loaded.checklist.item(item_id)
    if item is None:
        if instead := opened.loaded.checklist.instead.get(item_id):
            hint = f"answer {' and '.join(instead)} instead"
            raise UsageError(f"{item_id} is not asked twice", opened.loaded.checklist.id, hint)
        known = [item.id for _, item in opened.loaded.checklist.items()]
        raise UsageError(f"there is no question {item_id!r}", opened.loaded.checklist.id, did_you_mean(item_id, known))
    return item


def may(what: str, role: str, roles: Roles) -> bool:
    """Return whether a role may answer, sign or resolve; no role named means anyone may."""
    named: tuple[str, ...] = getattr(roles, what)
    return not named or role in named


def check_answers_something(checklist: Checklist, role: str) -> None:
    """Check that there is a question for a role to answer.

    Raises
    ------
    UsageError
        When every section is for other roles, with the nearest and all of them.
    """
    if any(may("answer", role, section.roles) for section in checklist.sections):
        return
    named = tuple(dict.fromkeys(part for section in checklist.sections for part in section.roles.answer))
    others = {part for section in checklist.sections for part in (*section.roles.sign, *section.roles.resolve)}
    near = "" if role in others else _near_role(role, (*named, *sorted(others)))
    hint = f"{near} " if near.startswith("did you") else ""
    what = f"{role!r} answers no question of {checklist.id}"
    raise UsageError(what, "--role", f"{hint}it is answered by {_listed(named)}{_can_do(checklist, role)}")


def _near_role(role: str, known: Sequence[str]) -> str:
    """Return "did you mean": the role all of whose words, or more, were said ("reviewer" for "ethics_reviewer"), else the nearest."""
    said = _words(role)
    within = [name for name in dict.fromkeys(known) if said and said <= _words(name)]
    return f"did you mean {within[0]!r}?" if len(within) == 1 else did_you_mean(role, known)


def _words(role: str) -> frozenset[str]:
    return frozenset(role.lower().replace("_", " ").replace("-", " ").split())


def _can_do(checklist: Checklist, role: str) -> str:
    """Return what a role that answers nothing can do."""
    signs = role in {part for section in checklist.sections for part in section.roles.sign}
    settles = role in {part for section in checklist.sections for part in section.roles.resolve}
    ways = [
        *(["sign it, or ask for changes (`sign --request-changes REASON`)"] if signs else []),
        *(["settle what is disputed (`resolve`)"] if settles else []),
    ]
    return f"; {role} can {' and '.join(ways)}" if ways else ""


def _check_role(what: str, role: str, item: Item, opened: OpenJournal) -> None:
    section = opened.loaded.checklist.section_of(item)
    if not may(what, role, section.roles):
        named: tuple[str, ...] = getattr(section.roles, what)
        verb = "answer" if what == "answer" else "settle"
        near = did_you_mean(role, named)
        hint = near if near.startswith("did you") else f"that is for {_listed(named)}"
        raise UsageError(f"{role!r} may not {verb} it", item.id, hint)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def person(by: str, role: str) -> tuple[str, str]:
    """Return name and role, written one way: one person must not become two by a blank or by how é is encoded."""
    name, role = (" ".join(clean_text(text, what).split()) for text, what in ((by, "the name"), (role, "the role")))
    return unicodedata.normalize("NFC", name), unicodedata.normalize("NFC", role)


def _append(opened: OpenJournal, entry: Entry, after: int | None) -> tuple[str, ...]:
    _, notes = opened.journal.append([entry], after=after)
    return notes


def _day(at: str) -> datetime.date:
    return datetime.datetime.fromisoformat(at).date()


__all__ = [
    "answer_item",
    "check_answers_something",
    "find_item",
    "make_answer",
    "may",
    "person",
    "request_changes",
    "resolve_item",
    "sign_checklist",
    "withdraw_answer",
    "withdraw_signature",
]
