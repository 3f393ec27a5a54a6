"""What an audit says to the questions of a checklist, read back from its record: measured answers, and what failed rules open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.checklist.status import ItemStatus, MeasuredAnswer
from ethicscheck.errors import UsageError, did_you_mean
from ethicscheck.model.checklist_record import ChecklistEntry, ItemEntry

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


def read_measured(path: Path, checklist: Checklist) -> Measured:
    """Read what an audit says to a checklist's questions.

    Raises
    ------
    RecordError, UsageError
        When the record can't be read, or the audit did not hold that checklist.
    """
    from ethicscheck.api import load
    from ethicscheck.checklist.signing import measured_in, parts_of
    from ethicscheck.report.checklists import opening_rules
    from ethicscheck.report.index import RecordIndex

    record = load(path).record
    place = next((at for at, entry in enumerate(record.checklists) if entry.id == checklist.id), None)
    if place is None:
        hint = did_you_mean(checklist.id, [entry.id for entry in record.checklists])
        hint = hint or "name the checklist in the audit's config and audit again"
        raise UsageError(f"the audit holds no checklist {checklist.id!r}", path.name, hint)
    entry = record.checklists[place]
    current = {name: item for name, item in _items(entry, checklist).items() if item.metric is not None}
    read = {checklist.current_id(name): found for name, found in measured_in(record, checklist.id).items()}
    answers = {name: found for name, found in read.items() if _still_asked(found, checklist.item(name))}
    failed: dict[str, tuple[str, ...]] = {}
    for at, name, rule in opening_rules(RecordIndex(record)):
        if at == place:
            own = checklist.current_id(name)
            failed[own] = (*failed.get(own, ()), rule)
    said = {name: Said((part.by, part.at) for part in item.answers) for name, item in current.items()}
    notes = [f"measured by the audit of {record.provenance.created[:10]} ({path.name})"]
    if entry.version != checklist.version:
        notes.append(f"the audit used version {entry.version} of the checklist; this is version {checklist.version}")
    if gone := [name for name in read if name not in answers]:
        notes.append(f"asked otherwise since the audit, so not measured: {', '.join(gone)}; audit again")
    return Measured(answers, failed, said, tuple(notes), parts_of(record))


def _items(entry: ChecklistEntry, checklist: Checklist) -> dict[str, ItemEntry]:
    return {checklist.current_id(item.id): item for section in entry.sections for item in section.items}


def _still_asked(measured: MeasuredAnswer, item: Item | None) -> bool:
    """Return whether a question still asks for what was measured, against the limit it was held against."""
    link = item.metric if item is not None else None
    if link is None or (link.metric, link.compare) != (measured.metric, measured.compare):
        return False
    limit = (measured.max, measured.min)
    return limit in ((None, None), (link.max, link.min))  # older records don't hold the limit


__all__ = ["Measured", "read_measured"]
