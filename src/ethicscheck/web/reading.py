"""The read-through: everything that stands in a checklist on one page, what stands in the way, and what a signature covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ethicscheck.checklist.answering import may as may_in
from ethicscheck.checklist.entries import Answer, Resolution, Signing, Withdrawal
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.people import person_key
from ethicscheck.checklist.status import OPEN, ChecklistStatus, GivenAnswer, ItemStatus, Signature
from ethicscheck.model.wording import visible
from ethicscheck.report.checklists import STATE_MARKS, STATE_WORDS, sentence, with_questions

from .access import Person, may
from .measured import MeasuredView
from .questions import SaidView, said_view, settled_words, why_words
from .saving import highest
from .signoff import covers_words, own_word, parts_text
from .standing import Tally, counts, progress_words, tally
from .telling import Told, either, moment, role_words

if TYPE_CHECKING:
    from .shelf import Kept
    from .site import Site


@dataclass(frozen=True)
class ReadItem:
    """A question as it stands; `mend` is where somebody can do something about it."""

    anchor: str
    id: str
    text: str
    state: str
    word: str
    mark: str
    why: str
    said: tuple[SaidView, ...]
    settled: str
    measured: MeasuredView | None
    mend: str
    history: str


@dataclass(frozen=True)
class ReadSection:
    """A section with its questions."""

    id: str
    title: str
    intro: str
    items: tuple[ReadItem, ...]


@dataclass(frozen=True)
class SignedView:
    """A signature; of one that has lapsed, what changed since."""

    who: str
    at: str
    digest: str
    covers: str
    lapsed: str
    changed: tuple[Told, ...]


@dataclass(frozen=True)
class RemovedView:
    """Answers to a question that is no longer asked."""

    id: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class SignView:
    """What the visitor can do here, and why not where they can't.

    Parameters
    ----------
    may_sign, may_ask : whether they can sign, ask for changes.
    why_not : why they can't sign.
    own : what they said themselves that still counts: "signed", "asked" or "".
    own_at, own_digest : when, and what it was put under.
    shown, last : what the form carries.
    covers : what a signature will cover.
    """

    may_sign: bool
    may_ask: bool
    why_not: str
    own: str
    own_at: str
    own_digest: str
    shown: str
    last: int
    digest: str
    covers: str


@dataclass(frozen=True)
class ReadView:
    """The whole page."""

    title: str
    version: str
    summary: str
    system: str
    day: str
    checklist_address: str
    done: int
    total: int
    progress: str
    tally: Tally
    in_the_way: tuple[ReadItem, ...]
    sections: tuple[ReadSection, ...]
    removed: tuple[RemovedView, ...]
    notes: tuple[str, ...]
    audit: str
    audit_address: str
    signatures: tuple[SignedView, ...]
    requests: tuple[tuple[str, str, str], ...]
    missing: tuple[str, ...]
    sign: SignView


def read_view(site: Site, kept: Kept, opened: OpenJournal, status: ChecklistStatus, who: Person, day: str) -> ReadView:
    """Return the page as it is for one visitor."""
    address = f"/checklists/{kept.key}"
    beside = site.beside(kept, opened.loaded)
    texts = {item.item.id: item.item.text for item in status.items}
    items = {
        item.item.id: read_item(item, status, who, address, place, beside.view(item), texts)
        for place, item in enumerate(status.items, 1)
    }
    audited = ""
    if beside.read is not None and beside.read.record is not None:
        audited = beside.read.record.provenance.created[:10]
    done, total = counts(status.items)
    return ReadView(
        title=visible(status.checklist.title),
        version=f"{status.checklist.id} {status.checklist.version}",
        summary=visible(status.checklist.summary or ""),
        system=visible(kept.system),
        day=day,
        checklist_address=address,
        done=done,
        total=total,
        progress=progress_words(status),
        tally=tally(status.items),
        in_the_way=tuple(items[item.item.id] for item in status.items if item.state in OPEN),
        sections=tuple(
            ReadSection(
                section.id,
                visible(section.title),
                visible(section.intro or ""),
                tuple(items[item.item.id] for item in status.items if item.section.id == section.id),
            )
            for section in status.checklist.sections
        ),
        removed=tuple(
            RemovedView(visible(part.item), tuple(_removed(answer) for answer in part.answers))
            for part in status.removed
        ),
        notes=tuple(sentence(note) for note in status.notes),
        audit=audited,
        audit_address=f"/audits/{beside.read.file.key}" if beside.read is not None else "",
        signatures=tuple(_signed(part, opened, status, address) for part in status.signatures),
        requests=tuple((_who(part.by, part.role), moment(part.at), visible(part.reason)) for part in status.requests),
        missing=tuple(sentence(text.replace("_", " ")) for code, text in status.unsigned() if code == "unsigned"),
        sign=sign_view(opened, status, who),
    )


def read_item(
    item: ItemStatus,
    status: ChecklistStatus,
    who: Person,
    address: str,
    place: int,
    measured: MeasuredView | None,
    texts: dict[str, str],
) -> ReadItem:
    """Return a question as it stands."""
    name = item.item.id
    mend = (
        f"{address}/items/{name}/settle"
        if item.state == "disputed"
        else f"{address}/sections/{item.section.id}#q{place}"
    )
    return ReadItem(
        anchor=f"q{place}",
        id=name,
        text=visible(item.item.text),
        state=item.state,
        word=STATE_WORDS[item.state],
        mark=STATE_MARKS[item.state],
        why=_why(item, status, texts),
        said=tuple(said_view(answer, item.item, status.checklist, who) for answer in item.answers),
        settled=sentence(settled_words(item.settled)) if item.settled else "",
        measured=measured,
        mend=mend,
        history=f"{address}/items/{name}/history",
    )


def place_of(item: ItemStatus, status: ChecklistStatus) -> str:
    """Return where a question is answered, within its checklist's address."""
    place = [part.item.id for part in status.items].index(item.item.id) + 1
    return f"sections/{item.section.id}#q{place}"


def sign_view(opened: OpenJournal, status: ChecklistStatus, who: Person) -> SignView:
    """Return what a visitor can do where a checklist is signed."""
    roles = status.sign_roles()
    named = not roles or who.role in roles
    own = own_word(opened, who)
    signed = next(
        (part for part in status.signatures if person_key(part.by) == person_key(who.name) and part.role == who.role),
        None,
    )
    asked = any(person_key(part.by) == person_key(who.name) and part.role == who.role for part in status.requests)
    stands = signed is not None and not signed.lapsed
    open_items = len(status.unmet("complete"))
    why_not = ""
    if not may(who, "sign"):
        why_not = f"Signing takes an approver; you come in as {_a(who.access)}."
    elif not named:
        why_not = f"It is for {either(roles)} to sign; your role here is {role_words(who.role)}."
    elif open_items:
        what = "One question stands" if open_items == 1 else f"{open_items} questions stand"
        why_not = f"It can't be signed yet. {what} in the way."
    return SignView(
        may_sign=not why_not and not stands,
        may_ask=may(who, "review") and named,
        why_not=why_not,
        own="signed" if stands else "asked" if asked else "",
        own_at=moment(own.at) if own is not None else "",
        own_digest=signed.sha256 if signed is not None else "",
        shown=parts_text(status),
        last=highest(opened),
        digest=status.digest,
        covers=covers_words(tuple(status.parts)),
    )


def _why(item: ItemStatus, status: ChecklistStatus, texts: dict[str, str]) -> str:
    """Return in words why a question stands as it does."""
    if item.state == "hidden":
        because = item.why.partition("; ")[2] or item.why  # what is; what would have opened it stands in the checklist
        return f"Not asked here, because {visible(with_questions(because, texts))}."
    if item.state == "unanswered":
        roles = item.section.roles.answer
        return f"Nobody has answered this yet{f'; it is for {either(roles)} to answer' if roles else ''}."
    if item.state == "disputed":
        return "The answers differ, and nobody has settled it."
    if item.state == "not_applicable":
        return "" if not item.settled else f"Does not apply: {visible(item.why)}"
    return why_words(item, status.checklist) if item.state in ("contradicted", "stale") else ""


def _signed(part: Signature, opened: OpenJournal, status: ChecklistStatus, address: str) -> SignedView:
    changed: tuple[Told, ...] = ()
    if part.lapsed:
        at = next(
            (
                entry.seq
                for entry in opened.contents.entries
                if isinstance(entry, Signing) and entry.at == part.at and entry.by == part.by
            ),
            0,
        )
        names = dict.fromkeys(
            status.checklist.current_id(entry.item)
            for entry in opened.contents.entries
            if entry.seq > at and isinstance(entry, (Answer, Withdrawal, Resolution))
        )
        changed = tuple(
            Told(visible(asked.text), f"{address}/items/{name}/history")
            for name in names
            if (asked := status.checklist.item(name)) is not None
        )
    return SignedView(
        _who(part.by, part.role),
        moment(part.at),
        part.sha256,
        covers_words(part.covers),
        sentence(part.lapsed) if part.lapsed else "",
        changed,
    )


def _removed(answer: GivenAnswer) -> str:
    said = f"Does not apply: {answer.na_reason}" if answer.na_reason is not None else str(answer.value)
    return visible(f"{answer.by}, {role_words(answer.role)}, {answer.at[:10]}: {said}")


def may_settle(item: ItemStatus, who: Person) -> bool:
    """Return whether somebody may settle a dispute about a question."""
    return may(who, "review") and may_in("resolve", who.role, item.section.roles)


def _who(by: str, role: str) -> str:
    return visible(f"{by}, {role_words(role)}")


def _a(access: str) -> str:
    return f"an {access}" if access[0] in "aeiou" else f"a {access}"


__all__ = ["ReadItem", "ReadView", "may_settle", "place_of", "read_item", "read_view", "sign_view"]
