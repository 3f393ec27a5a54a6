"""What changed in the checklists: versions, answers, evidence, signatures."""

from __future__ import annotations

from collections.abc import Iterator

from ethicscheck.model.checklist_record import ChecklistEntry, EvidenceEntry, ItemEntry
from ethicscheck.model.comparison_checklists import (
    AnswerChange,
    ChecklistChange,
    EvidenceChange,
    SignatureChange,
)
from ethicscheck.model.record import AuditRecord


def checklist_changes(old: AuditRecord, new: AuditRecord) -> tuple[ChecklistChange, ...]:
    """Return the checklists in which anything differs, in the newer audit's order."""
    before, now = ({entry.id: entry for entry in record.checklists} for record in (old, new))
    changes = []
    for name in dict.fromkeys((*now, *before)):
        was, entry = before.get(name), now.get(name)
        if was is None and entry is not None:
            changes.append(ChecklistChange(id=name, title=entry.title, status="new", new_version=entry.version))
        elif entry is None and was is not None:
            changes.append(ChecklistChange(id=name, title=was.title, status="gone", old_version=was.version))
        elif was is not None and entry is not None and (change := _change(was, entry)) is not None:
            changes.append(change)
    return tuple(changes)


def _change(old: ChecklistEntry, new: ChecklistEntry) -> ChecklistChange | None:
    before, now = _items(old), _items(new)
    answers = tuple(_answers(before, now))
    evidence = tuple(_evidence(before, now))
    signatures = tuple(_signatures(old, new))
    rewritten = old.sha256 != new.sha256
    if not (answers or evidence or signatures or rewritten or old.version != new.version):
        return None
    return ChecklistChange(
        id=new.id,
        title=new.title,
        old_version=old.version,
        new_version=new.version,
        rewritten=rewritten,
        answers=answers,
        evidence=evidence,
        signatures=signatures,
    )


def _items(entry: ChecklistEntry) -> dict[str, ItemEntry]:
    return {item.id: item for section in entry.sections for item in section.items}


def _answers(before: dict[str, ItemEntry], now: dict[str, ItemEntry]) -> Iterator[AnswerChange]:
    for name in dict.fromkeys((*now, *before)):
        was, item = before.get(name), now.get(name)
        old, new = (_said(part) for part in (was, item))
        states = tuple(part.state if part is not None else None for part in (was, item))
        if old != new or states[0] != states[1]:
            shown = item or was
            assert shown is not None
            yield AnswerChange(item=name, text=shown.text, old_state=states[0], new_state=states[1], old=old, new=new)


def _said(item: ItemEntry | None) -> tuple[str, ...]:
    """Return what each person answered, with a comment where there is one."""
    said = []
    for answer in item.answers if item is not None else ():
        if answer.na_reason is not None:
            text = f"does not apply: {answer.na_reason}"
        elif answer.table is not None:
            text = "; ".join(", ".join(row) for row in answer.table[1:])
        else:
            text = answer.shown if answer.shown is not None else str(answer.value)
        said.append(f"{answer.by} ({answer.role}): {text}" + (f" – {answer.comment}" if answer.comment else ""))
    return tuple(said)


def _evidence(before: dict[str, ItemEntry], now: dict[str, ItemEntry]) -> Iterator[EvidenceChange]:
    for name in dict.fromkeys((*now, *before)):
        was, found = (_pieces(part.get(name)) for part in (before, now))
        for place in dict.fromkeys((*found, *was)):
            old, new = was.get(place), found.get(place)
            if old == new:
                continue
            yield EvidenceChange(
                item=name,
                name=place,
                status="new" if old is None else "gone" if new is None else "changed",
                old_problem=old.problem if old is not None else None,
                new_problem=new.problem if new is not None else None,
            )


def _pieces(item: ItemEntry | None) -> dict[str, EvidenceEntry]:
    return {
        part.path or part.url or "": part for answer in (item.answers if item else ()) for part in answer.evidence
    }  # fmt: skip


def _signatures(old: ChecklistEntry, new: ChecklistEntry) -> Iterator[SignatureChange]:
    """Yield signatures by person and role, the latest of each."""
    before, now = ({(part.by, part.role): part for part in entry.signatures} for entry in (old, new))
    for by, role in dict.fromkeys((*now, *before)):
        was, part = before.get((by, role)), now.get((by, role))
        if was is None and part is not None:
            yield SignatureChange(by=by, role=role, status="new", why=part.lapsed)
        elif part is None:
            yield SignatureChange(by=by, role=role, status="gone")
        elif was is not None and part.lapsed and not was.lapsed:
            yield SignatureChange(by=by, role=role, status="lapsed", why=part.lapsed)
        elif was is not None and not part.lapsed and (was.lapsed or was.sha256 != part.sha256):
            yield SignatureChange(by=by, role=role, status="renewed")
