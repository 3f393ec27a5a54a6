"""What an audit says to the questions of a checklist, from its record: measured answers, and what failed rules open. No files."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.signing import measured_in, parts_of, uncovered
from ethicscheck.checklist.status import ChecklistStatus, ItemStatus, MeasuredAnswer
from ethicscheck.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from ethicscheck.model.checklist_record import ChecklistEntry, ItemEntry
    from ethicscheck.model.record import AuditRecord

    from .index import RecordIndex

Said = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Measured:
    """What a record says to a checklist.

    Parameters
    ----------
    answers : the measured answer of each question that is measured, by its id.
    failed : the failed rules that open a question, in words, by its id.
    said : who had answered it, and when, as the audit saw it.
    notes : what the person should know of the record.
    parts : the digests that a signature may cover.
    """

    answers: Mapping[str, MeasuredAnswer] = field(default_factory=dict)
    failed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    said: Mapping[str, Said] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)

    def opened_by(self, item: ItemStatus) -> tuple[str, ...]:
        """Return the failed rules that open a question; none once anybody has answered it after the audit."""
        failed = self.failed.get(item.item.id, ())
        if item.state == "hidden" or {(part.by, part.at) for part in item.answers} - self.said.get(
            item.item.id, Said()
        ):
            return ()
        return failed


def measured_by(record: AuditRecord, name: str, checklist: Checklist, *, index: RecordIndex | None = None) -> Measured:
    """Return what an audit says to a checklist's questions.

    Parameters
    ----------
    record : the audit's record.
    name : what the record is called where people are told of it, such as "audit.json".
    checklist : the questions as they are now.
    index : the record with its rows by name, where it is at hand.

    Raises
    ------
    UsageError
        When the audit did not hold that checklist.
    """
    from .checklists import opening_rules
    from .index import RecordIndex

    place = next((at for at, entry in enumerate(record.checklists) if entry.id == checklist.id), None)
    if place is None:
        hint = did_you_mean(checklist.id, [entry.id for entry in record.checklists])
        hint = hint or "name the checklist in the audit's config and audit again"
        raise UsageError(f"the audit holds no checklist {checklist.id!r}", name, hint)
    entry = record.checklists[place]
    current = {of: item for of, item in _items(entry, checklist).items() if item.metric is not None}
    read = {checklist.current_id(of): found for of, found in measured_in(record, checklist.id).items()}
    answers = {of: found for of, found in read.items() if _still_asked(found, checklist.item(of))}
    failed: dict[str, tuple[str, ...]] = {}
    for at, of, rule in opening_rules(index if index is not None else RecordIndex(record)):
        if at == place:
            own = checklist.current_id(of)
            failed[own] = (*failed.get(own, ()), rule)
    said = {of: Said((part.by, part.at) for part in item.answers) for of, item in current.items()}
    notes = [f"measured by the audit of {record.provenance.created[:10]} ({name})"]
    if entry.version != checklist.version:
        notes.append(f"the audit used version {entry.version} of the checklist; this is version {checklist.version}")
    if gone := [of for of in read if of not in answers]:
        notes.append(f"asked otherwise since the audit, so not measured: {', '.join(gone)}; audit again")
    return Measured(answers, failed, said, tuple(notes), parts_of(record))


def status_beside(
    opened: OpenJournal, measured: Measured | None, *, today: datetime.date, max_age: int | None = None
) -> ChecklistStatus:
    """Return where a journal stands, beside what an audit says to it; None where there is no audit.

    Its notes say which audit it was, and which signatures do not cover it.
    """
    if measured is None:
        return opened.status(today=today, max_age=max_age)
    status = opened.status(today=today, measured=measured.answers, record_parts=measured.parts, max_age=max_age)
    return replace(status, notes=(*measured.notes, *status.notes, *uncovered(status.signatures, measured.parts)))


def _items(entry: ChecklistEntry, checklist: Checklist) -> dict[str, ItemEntry]:
    return {checklist.current_id(item.id): item for section in entry.sections for item in section.items}


def _still_asked(measured: MeasuredAnswer, item: Item | None) -> bool:
    """Return whether a question still asks for what was measured, against the limit it was held against."""
    link = item.metric if item is not None else None
    if link is None or (link.metric, link.compare) != (measured.metric, measured.compare):
        return False
    limit = (measured.max, measured.min)
    return limit in ((None, None), (link.max, link.min))  # older records don't hold the limit


__all__ = ["Measured", "measured_by", "status_beside"]
