"""What changed between two audits: a pure function of their two records.

Settings and whether the audits compare at all are in `settings`, gaps with their intervals in `gaps`, findings in
`findings`, rows and waivers in `data`, questions and answers in `checklists`.
"""

from __future__ import annotations

import hashlib

from ethicscheck.model.comparison import COMPARISON_SCHEMA, AuditMark, Comparison, Hidden
from ethicscheck.model.record import AuditRecord

from .checklists import checklist_changes
from .data import data_change, waiver_changes
from .findings import finding_changes
from .gaps import gap_changes
from .pairing import paired_with
from .settings import setting_changes
from .side import TwoAudits


def compare_records(old: AuditRecord, new: AuditRecord) -> Comparison:
    """Return what changed from `old` to `new`, standing alone."""
    since = changes_since(old, new)
    return since.model_copy(update={"schema_": COMPARISON_SCHEMA, "new": _mark(new)})


def changes_since(old: AuditRecord, new: AuditRecord) -> Comparison:
    """Return what changed from `old` to `new`, as a part of the new audit's own record."""
    settings = setting_changes(old, new)
    broken = any(part.effect == "breaks" for part in settings)
    two = TwoAudits.of(old, new, None if broken else paired_with(old, new))
    return Comparison(
        old=_mark(old),
        settings=settings,
        findings=finding_changes(two, broken),
        gaps=() if broken else gap_changes(two),
        paired=two.pairing.other if two.pairing is not None else None,
        data=data_change(old, new),
        waivers=waiver_changes(old, new),
        checklists=checklist_changes(old, new),
        hidden=_hidden(old),
    )


def _mark(record: AuditRecord) -> AuditMark:
    return AuditMark(
        subject=record.subject.name,
        version=record.subject.version,
        created=record.provenance.created,
        verdict=record.verdict,
        tool=record.provenance.version,
        sha256=record.abridged.sha256 if record.abridged else hashlib.sha256(record.to_json()).hexdigest(),
    )


def _hidden(record: AuditRecord) -> Hidden | None:
    found = record.suppression
    if found is None:
        return None
    return Hidden(
        below=found.below,
        groups=tuple(dict.fromkeys(part.features for part in found.groups)),
        sizes=tuple((part.feature, part.label) for part in found.sizes),
    )
