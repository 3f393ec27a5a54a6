"""What the pages of filling in show: a checklist's overview, and one section with its questions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ethicscheck.checklist.definition import ChecklistSection
from ethicscheck.checklist.entries import Answer, Resolution
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.status import ChecklistStatus, ItemStatus
from ethicscheck.model.wording import visible

from .access import Person
from .questions import FormView, QuestionView, question_view, said_words, size_words, typed_form
from .saving import About, Saved, highest
from .standing import Tally, counts, progress_words, tally, waits

if TYPE_CHECKING:
    from .filled import Filled
    from .shelf import Kept
    from .site import Site

ASKED_ANEW = "Nothing was saved: this question has been changed since you loaded the page. What you typed is still in the form: read the question again, then save."
KEPT_YOURS = "You answered this in another window meanwhile; that answer stands. What you typed here is still in the form: save again to put it in its place."


@dataclass(frozen=True)
class SectionLine:
    """A section in a checklist's overview."""

    title: str
    address: str
    done: int
    total: int
    tally: Tally
    for_roles: str


@dataclass(frozen=True)
class OverviewView:
    """A checklist's overview."""

    title: str
    summary: str
    address: str
    begun: bool
    questions: int
    done: int = 0
    total: int = 0
    progress: str = ""
    next: str = ""
    notes: tuple[str, ...] = ()
    sections: tuple[SectionLine, ...] = ()


@dataclass(frozen=True)
class Typed:
    """What was typed for one question and what became of it; its form shows it again where it was not saved."""

    item: str
    form: FormView | None = None
    message: str = ""
    meanwhile: tuple[str, ...] = ()
    conflict: bool = False

    @classmethod
    def of(
        cls, item: ItemStatus, status: ChecklistStatus, saved: Saved | None, filled: Filled | None, message: str
    ) -> Typed:
        """Return what a save left to show."""
        said = saved.meanwhile if saved is not None else ()
        conflict = saved is not None and saved.outcome == "conflict"
        changed = saved is not None and saved.outcome == "changed"
        # What the person said in another window stands there in full, so it is not told of again.
        own = saved.entry.by if saved is not None and conflict and saved.entry is not None else None
        meanwhile = tuple(_meanwhile(entry, item, status) for entry in said if entry.by != own)
        if not (message or conflict or changed) or filled is None:
            return cls(item.item.id, None, message, meanwhile)
        form = typed_form(item.item, filled.value, filled.na_reason, filled.links)
        return cls(item.item.id, form, message or (KEPT_YOURS if conflict else ASKED_ANEW), meanwhile, conflict)


@dataclass(frozen=True)
class SectionView:
    """One section's page.

    `last` is the number of the journal's last line that the page shows; `asked` says of every section how many questions
    it asks now: id, title, address, how many.
    """

    key: str
    title: str
    intro: str
    checklist: str
    checklist_address: str
    address: str
    for_others: str
    done: int
    total: int
    progress: str
    next_address: str
    questions: tuple[QuestionView, ...]
    before: tuple[str, str] | None
    after: tuple[str, str] | None
    most: str
    most_bytes: int
    last: int
    asked: tuple[tuple[str, str, str, int], ...]


def overview_view(site: Site, kept: Kept, who: Person) -> OverviewView:
    """Return a checklist's overview for one visitor."""
    address = f"/checklists/{kept.key}"
    if not kept.begun:
        checklist = site.shelf.loaded(kept).checklist
        questions = len(list(checklist.items()))
        return OverviewView(visible(checklist.title), visible(checklist.summary or ""), address, False, questions)
    _, status = site.status(kept)
    checklist = status.checklist
    done, total = counts(status.items)
    mine = [item for item in status.items if waits(item, who)]
    begun = any(answer.by == who.name for item in status.items for answer in item.answers)
    return OverviewView(
        visible(checklist.title),
        visible(checklist.summary or ""),
        address,
        True,
        len(status.items),
        done,
        total,
        progress_words(status),
        ("Go on" if begun else "Begin") if mine else "",
        tuple(map(visible, status.notes)),
        tuple(_line(section, status, address, who) for section in checklist.sections),
    )


def section_view(
    site: Site,
    kept: Kept,
    opened: OpenJournal,
    status: ChecklistStatus,
    section: ChecklistSection,
    who: Person,
    typed: Typed | None = None,
    only: Collection[str] | None = None,
) -> SectionView:
    """Return one section's page for one visitor.

    `typed` is what was just sent for one of its questions; `only` names the questions that are to be drawn, None for all.
    """
    address = f"/checklists/{kept.key}"
    sections = status.checklist.sections
    place = next(number for number, part in enumerate(sections) if part.id == section.id)
    beside = site.beside(kept, opened.loaded)
    done, total = counts(status.items)
    questions = tuple(
        question_view(
            item,
            status,
            opened,
            who,
            measured=beside.view(item),
            typed=typed.form if typed is not None and typed.item == item.item.id else None,
            message=typed.message if typed is not None and typed.item == item.item.id else "",
            meanwhile=typed.meanwhile if typed is not None and typed.item == item.item.id else (),
            conflict=typed is not None and typed.item == item.item.id and typed.conflict,
        )
        for item in status.items
        if item.section.id == section.id and (only is None or item.item.id in only)
    )
    roles = section.roles.answer
    others = roles and who.role not in roles
    return SectionView(
        key=kept.key,
        title=visible(section.title),
        intro=visible(section.intro or ""),
        checklist=visible(status.checklist.title),
        checklist_address=address,
        address=f"{address}/sections/{section.id}",
        for_others=f"These questions are for {_listed(roles)} to answer; you can read and comment." if others else "",
        done=done,
        total=total,
        progress=progress_words(status),
        next_address=f"{address}/next" if any(waits(item, who) for item in status.items) else "",
        questions=questions,
        before=_beside(address, sections[place - 1]) if place else None,
        after=_beside(address, sections[place + 1]) if place + 1 < len(sections) else None,
        most=size_words(site.settings.max_upload),
        most_bytes=site.settings.max_upload,
        last=highest(opened),
        asked=tuple(_asked(part, status, address) for part in sections),
    )


def _asked(section: ChecklistSection, status: ChecklistStatus, address: str) -> tuple[str, str, str, int]:
    count = sum(item.section.id == section.id and item.state != "hidden" for item in status.items)
    return section.id, visible(section.title), f"{address}/sections/{section.id}", count


def _beside(address: str, section: ChecklistSection) -> tuple[str, str]:
    return f"{address}/sections/{section.id}", visible(section.title)


def _line(section: ChecklistSection, status: ChecklistStatus, address: str, who: Person) -> SectionLine:
    items = [item for item in status.items if item.section.id == section.id]
    done, total = counts(items)
    roles = section.roles.answer
    theirs = _listed(roles) if roles and who.role not in roles else ""
    return SectionLine(visible(section.title), f"{address}/sections/{section.id}", done, total, tally(items), theirs)


def _meanwhile(entry: About, item: ItemStatus, status: ChecklistStatus) -> str:
    """Return in words what somebody did to a question since the form was drawn."""
    if isinstance(entry, Answer):
        return visible(f"{entry.by} answered meanwhile: {said_words(entry, item.item, status.checklist)}")
    if isinstance(entry, Resolution):
        return visible(f"{entry.by} settled it meanwhile, because: {entry.reason}")
    return visible(f"{entry.by} took their answer back meanwhile.")


def _listed(roles: tuple[str, ...]) -> str:
    shown = [visible(role.replace("_", " ")) for role in roles]
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


__all__ = ["OverviewView", "SectionView", "Typed", "overview_view", "section_view"]
