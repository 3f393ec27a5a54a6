"""Where a checklist stands, as JSON for programs; in words it is said in `checklist_words`."""

from __future__ import annotations

from typing import Any, Literal

from ethicscheck.checklist.status import ChecklistStatus, GivenAnswer, ItemStatus


def status_json(status: ChecklistStatus) -> dict[str, Any]:
    """Return a status as JSON, in the form of the record where both say the same."""
    requirements: tuple[Literal["complete", "signed"], ...] = ("complete", "signed")
    return {
        "id": status.checklist.id,
        "version": status.checklist.version,
        "title": status.checklist.title,
        **{require: not status.unmet(require) for require in requirements},
        "progress": dict(status.progress()),
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "items": [_item_json(item) for item in status.items if item.section.id == section.id],
            }
            for section in status.checklist.sections
        ],
        "signatures": [vars(signature) for signature in status.signatures],
        "requests": [vars(request) for request in status.requests],
        "removed": [
            {"item": part.item, "answers": [_answer_json(answer) for answer in part.answers]} for part in status.removed
        ],
        "unmet": list(status.unmet("signed")),
        "notes": list(status.notes),
    }


def _item_json(item: ItemStatus) -> dict[str, Any]:
    found: dict[str, Any] = {"id": item.item.id, "text": item.item.text, "state": item.state}
    found |= {"why": item.why} if item.why else {}
    found |= {"settled": item.settled} if item.settled else {}
    found["answers"] = [_answer_json(answer) for answer in item.answers]
    comments = [{key: part for key, part in vars(comment).items() if part is not None} for comment in item.comments]
    return {**found, "comments": comments} if comments else found


def _answer_json(answer: GivenAnswer) -> dict[str, Any]:
    found = {key: part for key, part in vars(answer).items() if part not in (None, "", (), {})}
    if answer.evidence:
        found["evidence"] = [
            {key: part for key, part in vars(piece).items() if part not in (None, "")} for piece in answer.evidence
        ]
    return found


__all__ = ["status_json"]
