"""Signing, asking for changes, taking either back: bound to what was shown, written once however often it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ethicscheck.checklist.answering import person, request_changes, sign_checklist, withdraw_signature
from ethicscheck.checklist.entries import ChangeRequest, SignatureWithdrawal, Signing
from ethicscheck.checklist.journal import MovedOn
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.people import person_key
from ethicscheck.checklist.signing import SignOff, in_time, listed
from ethicscheck.checklist.status import ChecklistStatus
from ethicscheck.errors import UsageError
from ethicscheck.provenance import created_now

from .access import Person
from .saving import highest
from .telling import either, role_words

if TYPE_CHECKING:
    from .shelf import Kept
    from .site import Site

# What the parts under a signature are called.
PART_WORDS: Mapping[str, str] = {
    "answers": "the answers",
    "checklist": "the checklist",
    "model": "the model",
    "metrics": "the numbers of the audit",
    "rules": "the limits of the audit",
}


@dataclass(frozen=True)
class Shown:
    """What a form was drawn from: what a signature would have covered, and the last line of the journal."""

    parts: str
    last: int


@dataclass(frozen=True)
class Outcome:
    """What became of it: written; there already; or not written, since what was shown is no longer what stands there.

    `parts` are what changed of what would have been signed; what was written to the journal since has a number above `Shown.last`.
    """

    kind: Literal["written", "there", "changed"]
    parts: tuple[str, ...] = ()


def parts_text(status: ChecklistStatus) -> str:
    """Return the digests of what a signature made now would cover, as a form carries them."""
    return " ".join(f"{name}:{digest}" for name, digest in sorted(status.parts.items()))


def sign(site: Site, kept: Kept, who: Person, shown: Shown) -> Outcome:
    """Sign what was shown.

    Raises
    ------
    UsageError
        When something is open, or the role is none that signs.
    """

    def write(opened: OpenJournal, status: ChecklistStatus) -> None:
        sign_checklist(opened, status, by=who.name, role=who.role, at=created_now(), after=highest(opened))

    def there(own: SignOff | None, status: ChecklistStatus) -> bool:
        return isinstance(own, Signing) and own.sha256 == status.digest

    return _bound(site, kept, who, shown, there, write)


def ask_for_changes(site: Site, kept: Kept, who: Person, shown: Shown, reason: str) -> Outcome:
    """Ask for changes to what was shown.

    Raises
    ------
    UsageError
        When there is no reason, or the role is none that signs.
    """

    def write(opened: OpenJournal, status: ChecklistStatus) -> None:
        at = created_now()
        request_changes(opened, status, by=who.name, role=who.role, at=at, reason=reason, after=highest(opened))

    def there(own: SignOff | None, _: ChecklistStatus) -> bool:
        return isinstance(own, ChangeRequest) and own.reason == _plain(reason)

    return _bound(site, kept, who, shown, there, write)


def take_back(site: Site, kept: Kept, who: Person, shown: Shown, reason: str) -> Outcome:
    """Take back one's own signature, or one's own request for changes.

    Raises
    ------
    UsageError
        When there is none.
    """
    while True:
        opened = site.shelf.journal(kept).opened()
        own = own_word(opened, who)
        if isinstance(own, SignatureWithdrawal) and own.seq > shown.last:
            return Outcome("there")
        if own is not None and own.seq > shown.last:
            return Outcome("changed")
        try:
            withdraw_signature(
                opened, by=who.name, role=who.role, at=created_now(), reason=reason, after=highest(opened)
            )
        except MovedOn:
            continue
        return Outcome("written")


def own_word(opened: OpenJournal, who: Person) -> SignOff | None:
    """Return what somebody said last on signing, in the role they have now; None where they said nothing."""
    by, role = person(who.name, who.role)
    said = (
        entry for entry in opened.contents.entries if isinstance(entry, (Signing, ChangeRequest, SignatureWithdrawal))
    )
    own = [entry for entry in in_time(said) if (person_key(entry.by), entry.role) == (person_key(by), role)]
    return own[-1] if own else None


def _bound(
    site: Site,
    kept: Kept,
    who: Person,
    shown: Shown,
    there: Callable[[SignOff | None, ChecklistStatus], bool],
    write: Callable[[OpenJournal, ChecklistStatus], None],
) -> Outcome:
    while True:
        opened, status = site.status(kept)
        roles = status.sign_roles()
        if roles and who.role not in roles:
            raise UsageError(f"nobody signs it as {role_words(who.role)}: it is for {either(roles)} to sign")
        own = own_word(opened, who)
        if there(own, status):
            return Outcome("there")
        changed = _changed(shown.parts, status)
        if changed or (own is not None and own.seq > shown.last) or _asked_meanwhile(opened, shown.last):
            return Outcome("changed", changed)
        try:
            write(opened, status)
        except MovedOn:
            continue
        return Outcome("written")


def _asked_meanwhile(opened: OpenJournal, last: int) -> bool:
    """Return whether anybody asked for changes since: who signs should have read that first."""
    return any(isinstance(entry, ChangeRequest) and entry.seq > last for entry in opened.contents.entries)


def _changed(shown: str, status: ChecklistStatus) -> tuple[str, ...]:
    """Return what changed of what would be signed, in words."""
    before = dict(part.partition(":")[::2] for part in shown.split())
    names = [name for name in {**status.parts, **before} if before.get(name) != status.parts.get(name)]
    return tuple(dict.fromkeys(PART_WORDS.get(name, "what the form holds") for name in names))


def covers_words(parts: Mapping[str, str] | tuple[str, ...]) -> str:
    """Return what a signature covers, as a list is said.

    >>> covers_words(("answers", "checklist"))
    'the answers and the checklist'
    """
    return listed([PART_WORDS.get(name, f"the {name}") for name in parts])


def _plain(reason: str) -> str:
    return reason.replace("\r\n", "\n").replace("\r", "\n").strip()


__all__ = ["Outcome", "Shown", "ask_for_changes", "covers_words", "own_word", "parts_text", "sign", "take_back"]
