"""The end of a report: who signed what, and the digest by which anybody can check it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ethicscheck.model.record import AuditRecord

from .checklists import ChecklistView, SignatureView


@dataclass(frozen=True)
class SignOff:
    """One checklist: what is asked of it, who signed it, whose signature is missing."""

    anchor: str
    title: str
    asked: str
    signatures: tuple[SignatureView, ...]
    missing: tuple[str, ...]


def sign_off(record: AuditRecord, checklists: tuple[ChecklistView, ...]) -> tuple[SignOff, ...]:
    """Return each checklist with its signatures."""
    return tuple(
        SignOff(
            anchor=shown.anchor,
            title=shown.title,
            asked={"signed": "to be signed", "complete": "to be complete"}.get(
                _require(record, entry.id) or "", "nothing"
            ),
            signatures=shown.signatures,
            missing=shown.unsigned,
        )
        for shown, entry in zip(checklists, record.checklists, strict=True)
    )


def _require(record: AuditRecord, checklist: str) -> str | None:
    return next(
        (
            finding.rule.require
            for finding in record.findings
            if finding.kind == "checklist" and finding.rule.checklist == checklist and finding.rule.require
        ),
        None,
    )


def record_digest(record: AuditRecord) -> str:
    """Return the SHA-256 of the record a page is drawn from; of a part of it that a page carried, that of the whole."""
    return record.abridged.sha256 if record.abridged is not None else hashlib.sha256(record.to_json()).hexdigest()
