"""The start: the project's checklists and audits, and what waits for the visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ethicscheck.errors import EthicscheckError
from ethicscheck.model.wording import visible
from ethicscheck.report.headline import headline, verdict_words
from ethicscheck.report.wording import VERDICT_MARKS
from ethicscheck.web.access import Person
from ethicscheck.web.records import ReadRecord
from ethicscheck.web.shelf import Kept
from ethicscheck.web.site import Site, in_thread, site_of
from ethicscheck.web.standing import (
    Tally,
    Waiting,
    counts,
    next_review,
    progress_words,
    signed_words,
    tally,
    waiting_for,
)

from .filling import person_of

SHOWN_AUDITS = 3


@dataclass(frozen=True)
class ChecklistCard:
    """A checklist in a few lines."""

    title: str
    address: str
    system: str = ""
    problem: str = ""
    done: int = 0
    total: int = 1
    progress: str = ""
    tally: Tally = ()
    signed: str = ""
    review: str = ""


@dataclass(frozen=True)
class AuditCard:
    """An audit in a few lines."""

    title: str
    address: str
    problem: str = ""
    verdict: str = ""
    mark: str = ""
    word: str = ""
    date: str = ""
    sentence: str = ""


async def show(request: Request) -> Response:
    """Show the start."""
    site, who = site_of(request), person_of(request)
    values = await in_thread(lambda: _values(site, who))
    return site.render(request, "home.html.j2", **values)


def _values(site: Site, who: Person) -> dict[str, Any]:
    from ethicscheck.checklist.shipped import load, shipped_ids

    cards: list[ChecklistCard] = []
    waiting: list[Waiting] = []
    used: set[str] = set()
    for kept in site.shelf.checklists():
        card, mine, name = _checklist(site, kept, who)
        cards.append(card)
        waiting.extend(mine)
        used.add(name)
    files = site.records.files()
    return {
        "problems": [problem for config in site.shelf.configs() for problem in config.problems],
        "waiting": waiting,
        "checklists": cards,
        "shipped": [
            (name, visible(load(name, site.project.folder).checklist.title))
            for name in shipped_ids()
            if name not in used
        ],
        "audits": [audit_card(site.records.read(file)) for file in files[:SHOWN_AUDITS]],
        "more": len(files) if len(files) > SHOWN_AUDITS else 0,
    }


def _checklist(site: Site, kept: Kept, who: Person) -> tuple[ChecklistCard, tuple[Waiting, ...], str]:
    address = f"/checklists/{kept.key}"
    try:
        if not kept.begun:
            checklist = site.shelf.loaded(kept).checklist
            questions = len(list(checklist.items()))
            card = ChecklistCard(
                visible(checklist.title),
                address,
                visible(kept.system),
                total=questions,
                progress=f"Not begun: {questions} questions",
            )
            return card, (), checklist.id
        _, status = site.status(kept)
    except EthicscheckError as error:
        return ChecklistCard(visible(kept.name), address, problem=visible(str(error))), (), ""
    done, total = counts(status.items)
    review = next_review(status)
    card = ChecklistCard(
        visible(status.checklist.title),
        address,
        visible(kept.system),
        done=done,
        total=max(total, 1),
        progress=progress_words(status),
        tally=tally(status.items),
        signed=signed_words(status),
        review=f"next look due by {review.isoformat()}" if review is not None else "",
    )
    return card, waiting_for(status, who, address), status.checklist.id


def audit_card(read: ReadRecord) -> AuditCard:
    """Return an audit in a few lines; one that can't be read says why."""
    address = f"/audits/{read.file.key}"
    if read.record is None:
        return AuditCard(visible(read.file.name), address, problem=visible(" ".join(read.problems)))
    record = read.record
    return AuditCard(
        visible(record.subject.name),
        address,
        verdict=record.verdict,
        mark=VERDICT_MARKS[record.verdict],
        word=verdict_words(record),
        date=record.provenance.created[:10],
        sentence=headline(record),
    )


__all__ = ["audit_card", "show"]
