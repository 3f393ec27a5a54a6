"""What a signature covers, whether it still holds, and the changes that were asked for instead. Pure.

A signature is put under digests by name: `answers` and `checklist` always; `model` and `metrics` where an audit's record was
signed with them. When one of these changes the signature lapses, and says which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .entries import Answer, ChangeRequest, Entry, Signing, content_of
from .rules import canonical
from .status import ChangesRequested, MeasuredAnswer, Signature

if TYPE_CHECKING:
    from ethicscheck.model.record import AuditRecord, Disparity, Estimate
    from ethicscheck.model.record_data import Subject

ALWAYS = ("answers", "checklist")
# Numbers and times differ from branch to branch, an id may be renamed, and who carried an answer over is no part of it.
_NOT_SIGNED = frozenset({"seq", "at", "item", "checklist_sha256", "imported"})


def record_parts(
    subject: Subject, estimates: Iterable[Estimate], disparities: Iterable[Disparity]
) -> Mapping[str, str]:
    """Return the digests of the model (name, version, file) and of what was measured; the day of the audit is no part."""
    model = {"name": subject.name, "version": subject.version, "sha256": subject.artifact_sha256}
    measured = [[part.model_dump(mode="json") for part in parts] for parts in (estimates, disparities)]
    return {"model": digest(model), "metrics": digest(measured)}


def parts_of(record: AuditRecord) -> Mapping[str, str]:
    """Return the digests of a record that a signature may cover; numbers that were hidden in it are none of them."""
    parts = record_parts(record.subject, record.estimates, record.disparities)
    hidden = record.suppression is not None and record.suppression.published
    return {"model": parts["model"]} if hidden else parts


def measured_in(record: AuditRecord, checklist: str) -> Mapping[str, MeasuredAnswer]:
    """Return what a record measured for the questions of a checklist."""
    return {
        item.id: MeasuredAnswer(**{name: getattr(item.metric, name) for name in MeasuredAnswer.__dataclass_fields__})
        for entry in record.checklists
        if entry.id == checklist
        for section in entry.sections
        for item in section.items
        if item.metric is not None
    }


def uncovered(signatures: Iterable[Signature], parts: Mapping[str, str]) -> tuple[str, ...]:
    """Return notes on valid signatures that were not put under what is at hand now, and the other way round."""
    notes = []
    for part in signatures:
        if part.lapsed:
            continue
        bare = [name for name in parts if name not in part.covers]
        if bare:
            what = " and ".join(f"the {name}" for name in bare)
            notes.append(
                f"the signature of {part.by} ({part.role}) does not cover {what}: sign with --record audit.json"
            )
    return tuple(notes)


def signature_of(signing: Signing, parts: Mapping[str, str]) -> Signature:
    """Return a signature beside what stands there now; what is not at hand (no record) can't make it lapse."""
    covers = tuple(signing.parts)
    changed = [name for name, now in parts.items() if name in signing.parts and signing.parts[name] != now]
    whole = all(name in signing.parts for name in ALWAYS) and digest(dict(signing.parts)) == signing.sha256
    lapsed = ""
    if changed or not whole:
        lapsed = f"{' and '.join(f'the {name}' for name in changed) or 'what was signed'} changed since"
    return Signature(signing.by, signing.role, signing.at, signing.sha256, lapsed, covers)


def requests_of(signed: Iterable[Signing | ChangeRequest]) -> tuple[ChangesRequested, ...]:
    """Return the requests that still stand.

    One is met when the same person signs in that role, or somebody else in it does once the answers have changed.
    """
    standing: dict[tuple[str, str], ChangeRequest] = {}
    for entry in signed:
        if isinstance(entry, ChangeRequest):
            standing[entry.by, entry.role] = entry
            continue
        for key, request in list(standing.items()):
            same_answers = request.parts.get("answers") == entry.parts.get("answers")
            if entry.role == request.role and (entry.by == request.by or not same_answers):
                del standing[key]
    return tuple(ChangesRequested(part.by, part.role, part.at, part.reason) for part in standing.values())


def said_in(entry: Entry) -> dict[str, Any]:
    """Return what an entry says, without what differs from branch to branch."""
    return {key: part for key, part in content_of(entry).items() if key not in _NOT_SIGNED}


def mark_of(answer: Answer) -> str:
    """Return what a decision calls an answer that it was made over."""
    return digest(said_in(answer))[:16]


def digest(value: Any) -> str:
    """Return the digest of a value's canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


__all__ = [
    "digest",
    "mark_of",
    "measured_in",
    "parts_of",
    "record_parts",
    "requests_of",
    "said_in",
    "signature_of",
    "uncovered",
]
