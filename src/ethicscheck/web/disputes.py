"""A dispute: what the page to settle it shows, and the settling, bound to the answers that were seen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ethicscheck.checklist.answering import find_item, person, resolve_item
from ethicscheck.checklist.entries import Resolution
from ethicscheck.checklist.journal import MovedOn
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.rules import canonical, meaning
from ethicscheck.checklist.status import ChecklistStatus, ItemStatus
from ethicscheck.errors import UsageError
from ethicscheck.model.wording import visible
from ethicscheck.provenance import created_now

from .access import Person
from .filled import filled_in
from .questions import QuestionView, question_view, said_words, typed_form
from .reading import ReadItem, may_settle, place_of, read_item
from .saving import about, highest
from .telling import Told, either, role_words, since

if TYPE_CHECKING:
    from starlette.datastructures import FormData

    from .filled import Filled
    from .shelf import Kept
    from .site import Site

OTHER, NOT_APPLICABLE = "other", "na"


@dataclass(frozen=True)
class Settling:
    """What a form of the page says.

    Parameters
    ----------
    choice : the number of the answer that it is settled as, `other`, or `na`.
    filled : the other answer.
    na_reason, reason : why it does not apply; why it is settled so.
    seen : the state of the question that the form was drawn from.
    """

    choice: str
    filled: Filled
    na_reason: str
    reason: str
    seen: str


@dataclass(frozen=True)
class SettleView:
    """The page.

    Parameters
    ----------
    item, question : the question as it stands, and its form for another answer.
    answers : what it can be settled as: the number of an answer, its words, who gave it.
    can : whether the visitor settles it; `why_not` says why they don't.
    change : where a visitor changes their own answer, "" where they have none to change.
    """

    checklist: str
    checklist_address: str
    section: str
    address: str
    back: str
    item: ReadItem
    question: QuestionView
    answers: tuple[tuple[str, str, str], ...]
    may_be_na: bool
    can: bool
    why_not: str
    change: str
    seen: str
    choice: str
    na_reason: str
    reason: str
    message: str
    meanwhile: tuple[Told, ...]
    moved: bool


def settling(opened: OpenJournal, item_id: str, form: FormData) -> Settling:
    """Return what a form says."""
    item = find_item(opened, item_id)

    def text(name: str) -> str:
        found = form.get(name)
        return found if isinstance(found, str) else ""

    return Settling(text("as"), filled_in(item, form), text("why_na"), text("reason"), text("seen"))


def settle(site: Site, kept: Kept, item_id: str, said: Settling, who: Person) -> Literal["written", "there", "changed"]:
    """Settle a dispute as somebody said, unless the answers are no longer those they saw.

    Raises
    ------
    UsageError
        When there is nothing to settle, it is not theirs to settle, or what they chose won't do.
    """
    while True:
        opened, status = site.status(kept)
        item = status.item(find_item(opened, item_id).id)
        assert item is not None, "every question has a status"
        if why_not := _why_not(item, who):
            raise UsageError(why_not)
        value, na_reason = chosen(item, said)
        if _stands_there(opened, item, value, na_reason, said, who):
            return "there"
        if said.seen != seen(opened, item):
            return "changed"
        try:
            resolve_item(
                opened,
                item.item.id,
                value,
                by=who.name,
                role=who.role,
                at=created_now(),
                reason=said.reason,
                na_reason=na_reason,
                after=highest(opened),
            )
        except MovedOn:
            continue
        return "written"


def chosen(item: ItemStatus, said: Settling) -> tuple[Any, str | None]:
    """Return what somebody chose: a value, or None and why the question does not apply.

    Raises
    ------
    UsageError
        When nothing was chosen, or an answer that is not there.
    """
    if said.choice == NOT_APPLICABLE:
        return None, said.na_reason
    if said.choice == OTHER:
        if said.filled.value is None:
            raise UsageError("the other answer is missing", item.item.id, "fill it in below its choice")
        return said.filled.value, None
    for answer in item.answers:
        if str(answer.seq) == said.choice:
            return answer.value, answer.na_reason
    if re.fullmatch(r"[0-9]+", said.choice):
        raise UsageError("the answer you chose was changed or taken back meanwhile", item.item.id, "choose again")
    raise UsageError("nothing is chosen", item.item.id, "choose what it is settled as")


def seen(opened: OpenJournal, item: ItemStatus) -> str:
    """Return the state of a question's answers: the last line about it, and the question as it is asked."""
    last = max((entry.seq for entry in about(opened, item.item.id)), default=0)
    return f"{last}.{opened.loaded.checklist.item_sha256(item.item)[:16]}"


def settle_view(
    site: Site,
    kept: Kept,
    opened: OpenJournal,
    status: ChecklistStatus,
    item: ItemStatus,
    who: Person,
    *,
    said: Settling | None = None,
    message: str = "",
    moved: bool = False,
) -> SettleView:
    """Return the page; `said` is what was sent and could not be done, `moved` whether others were quicker."""
    address = f"/checklists/{kept.key}"
    place = [part.item.id for part in status.items].index(item.item.id) + 1
    measured = site.beside(kept, opened.loaded).view(item)
    typed = said is not None and said.choice == OTHER
    form = (
        typed_form(item.item, said.filled.value, None)
        if said is not None and typed
        else typed_form(item.item, None, None)
    )
    own = next((answer for answer in item.answers if answer.by == who.name), None)
    back = f"{address}/{place_of(item, status)}"
    last = re.match(r"[0-9]{1,15}", said.seen) if said is not None else None
    return SettleView(
        checklist=visible(status.checklist.title),
        checklist_address=address,
        section=visible(item.section.title),
        address=f"{address}/items/{item.item.id}/settle",
        back=back,
        item=read_item(item, status, who, address, place, measured, {}),
        question=question_view(item, status, opened, who, typed=form),
        answers=_answers(item, status),
        may_be_na=item.item.na is not None,
        can=may_settle(item, who) and (item.state == "disputed" or bool(item.settled)),
        why_not=_why_not(item, who),
        change=back if own is not None else "",
        seen=seen(opened, item),
        choice=said.choice if said is not None else "",
        na_reason=said.na_reason if said is not None else "",
        reason=said.reason if said is not None else "",
        message=message,
        meanwhile=_about(opened, status, item, int(last[0]) if last else 0, address) if moved else (),
        moved=moved,
    )


def _about(opened: OpenJournal, status: ChecklistStatus, item: ItemStatus, last: int, address: str) -> tuple[Told, ...]:
    told = since(opened, last, status.checklist, address)
    return tuple(part for part in told if part.address.endswith(f"/items/{item.item.id}/history"))


def _answers(item: ItemStatus, status: ChecklistStatus) -> tuple[tuple[str, str, str], ...]:
    """Return what was answered, each thing once, with everybody who did."""
    found: dict[str, tuple[str, str, list[str]]] = {}
    for answer in item.answers:
        words = said_words(answer, item.item, status.checklist)
        one = found.setdefault(meaning(answer.value, item.item), (str(answer.seq), words, []))
        one[2].append(visible(answer.by))
    return tuple((number, words, " and ".join(people)) for number, words, people in found.values())


def _why_not(item: ItemStatus, who: Person) -> str:
    if item.state == "hidden":
        return "This question is not asked now, so there is nothing to settle."
    if item.state != "disputed" and not item.settled:
        return "No two answers differ here, so there is nothing to settle."
    if may_settle(item, who):
        return ""
    roles = item.section.roles.resolve
    if roles and who.role not in roles:
        return f"It is for {either(roles)} to settle this; your role here is {role_words(who.role)}."
    return "It takes a reviewer to settle this."


def _stands_there(
    opened: OpenJournal, item: ItemStatus, value: Any, na_reason: str | None, said: Settling, who: Person
) -> bool:
    """Return whether the same person has just settled it in just this way: the form was sent twice."""
    lines = about(opened, item.item.id)
    last = lines[-1] if lines else None
    reason = said.reason.replace("\r\n", "\n").strip()
    if not isinstance(last, Resolution) or last.by != person(who.name, who.role)[0] or last.reason != reason:
        return False
    if na_reason is not None:
        return last.na_reason == na_reason.replace("\r\n", "\n").strip()
    from ethicscheck.checklist.kinds import read_value

    return canonical(read_value(item.item, opened.loaded.checklist, value)) == canonical(last.value)


__all__ = ["SettleView", "Settling", "chosen", "seen", "settle", "settle_view", "settling"]
