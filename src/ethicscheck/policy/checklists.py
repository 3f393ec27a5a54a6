"""The checklists of an audit: their journals folded onto the questions, beside what was measured, and what is required.

An unmet checklist is a fail. Answers are never changed here: where the measurement says otherwise, both stay.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ethicscheck.checklist.definition import Item
from ethicscheck.checklist.kinds import show_value
from ethicscheck.checklist.opening import OpenJournal, latest_version, open_journal, status_without_answers
from ethicscheck.checklist.reading import LoadedChecklist
from ethicscheck.checklist.shipped import load
from ethicscheck.checklist.signing import listed, uncovered
from ethicscheck.checklist.status import OPEN, ChecklistStatus, GivenAnswer, ItemStatus, MeasuredAnswer
from ethicscheck.errors import ConfigError, UsageError
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.model.checklist_record import (
    AnswerEntry,
    ChecklistEntry,
    EvidenceEntry,
    ItemEntry,
    MeasuredEntry,
    SectionEntry,
    SignatureEntry,
)
from ethicscheck.model.config import ChecklistUse, Config, LoadedConfig
from ethicscheck.model.record import Finding, RuleEntry
from ethicscheck.model.wording import NO_BREAK

from .codes import checklist_code
from .contradictions import conflict, contradictions
from .links import measured_answers
from .profile_uses import required_by_profiles

STATES = {
    "unanswered": "not answered",
    "disputed": "disputed",
    "contradicted": "contradicted by the measurement",
    "stale": "out of date",
}


STRICTNESS = ("none", "complete", "signed")


@dataclass(frozen=True)
class OpenedChecklist:
    """A checklist of the config, read before any long work: a broken one must not cost an audit's time.

    `profile` is the one that set the requirement, where it is stricter than the config's own.
    """

    use: ChecklistUse
    loaded: LoadedChecklist
    journal: OpenJournal | None
    line: int | None
    profile: str | None = None


@dataclass(frozen=True)
class Assessed:
    """A checklist as the record keeps it, and its findings: of what is required of it, and of what the numbers contradict."""

    entry: ChecklistEntry
    findings: tuple[Finding, ...]


def open_checklists(loaded: LoadedConfig) -> tuple[OpenedChecklist, ...]:
    """Read the checklists of a config and of its profiles, and their journals.

    Raises
    ------
    EthicscheckError
        For a checklist that does not exist or is broken, and a journal that is missing, broken or another checklist's.
    """
    opened = []
    seen: dict[str, int] = {}
    for place, use in enumerate(loaded.config.checklists):
        path = ("checklists", place)
        line = loaded.document.lines.get(path)
        try:
            one = _open(use, loaded.base, line)
        except UsageError as error:
            problem = error.problems[0]
            raise ConfigError([loaded.document.problem(path, f"checklists: {problem.what}", problem.hint)]) from None
        own = one.loaded.checklist.id
        if own in seen:
            what = f"checklists: {own!r} is named twice"
            raise ConfigError([loaded.document.problem(path, what, "keep one of them")])
        seen[own] = place
        opened.append(one)
    for name, asked in required_by_profiles(loaded.config):
        known = [at for at, one in enumerate(opened) if one.loaded.checklist.id == asked.use]
        if not known:
            use = ChecklistUse(use=asked.use, require=asked.require)
            opened.append(replace(_open(use, loaded.base, None), profile=name))
        elif STRICTNESS.index(opened[known[0]].use.require) < STRICTNESS.index(asked.require):
            use = opened[known[0]].use.model_copy(update={"require": asked.require})
            opened[known[0]] = replace(opened[known[0]], use=use, profile=name)
    return tuple(opened)


def _open(use: ChecklistUse, base: Path, line: int | None) -> OpenedChecklist:
    checklist = load(use.use, base)
    if use.answers is None:
        return OpenedChecklist(use, checklist, None, line)
    path = base / use.answers
    if not path.exists():
        start = f"start it with: ethicscheck checklist start {use.use} -o {use.answers}"
        raise UsageError(f"there is no journal {use.answers!r}", "", start)
    journal = open_journal(path, checklist)
    _check_same_version(journal, use)
    return OpenedChecklist(use, checklist, journal, line)


def _check_same_version(journal: OpenJournal, use: ChecklistUse) -> None:
    """Check that config and journal mean one version: else the audit would judge another one than status and gate do."""
    if not journal.answers_another_version():
        return
    latest = latest_version(journal.contents)
    own = journal.loaded.checklist
    there = latest.checklist
    if latest.path is not None:
        there = Path(os.path.normpath(Path(use.answers or "").parent / latest.path)).as_posix()
    what = (
        f"the journal {use.answers!r} was moved to version {latest.version} of {own.id} ({there}), "
        f"but `use: {use.use}` is version {own.version}"
    )
    if latest.version == own.version:
        what += " with another text"
    back = f"ethicscheck checklist migrate {use.answers} --to {use.use}"
    hint = f"write `use: {there}` in the config, or move the journal back: {back}"
    if there == use.use:
        hint = f"take the newer {there} from your version control, or move the journal back: {back}"
    raise UsageError(what, "", hint)


def assess_checklists(
    opened: Sequence[OpenedChecklist],
    config: Config,
    measurement: Measurement,
    today: datetime.date,
    signable: Mapping[str, str],
) -> tuple[Assessed, ...]:
    """Return where each checklist stands, beside what was measured, on the day of the audit.

    `signable` are the digests of model and metrics, which signatures may cover.
    """
    return tuple(_assess(one, config, measurement, today, signable) for one in opened)


def _assess(
    one: OpenedChecklist,
    config: Config,
    measurement: Measurement,
    today: datetime.date,
    signable: Mapping[str, str],
) -> Assessed:
    checklist = one.loaded.checklist
    measured = measured_answers(checklist, config, measurement)
    if one.journal is not None:
        status = one.journal.status(today=today, measured=measured, record_parts=signable)
        status = replace(status, notes=(*status.notes, *uncovered(status.signatures, signable)))
    else:
        status = status_without_answers(one.loaded, today=today, measured=measured)
    entry = ChecklistEntry(
        id=checklist.id,
        version=checklist.version,
        sha256=one.loaded.sha256,
        title=checklist.title,
        summary=checklist.summary,
        require=one.use.require,
        answers_sha256=one.journal.contents.sha256 if one.journal is not None else None,
        progress=dict(status.progress()),
        sections=tuple(
            SectionEntry(
                id=section.id,
                title=section.title,
                intro=section.intro,
                controls=section.controls,
                items=tuple(_item(item, status) for item in status.items if item.section.id == section.id),
            )
            for section in checklist.sections
        ),
        signatures=tuple(
            SignatureEntry(
                by=sign.by,
                role=sign.role,
                at=sign.at,
                sha256=sign.sha256,
                covers=sign.covers,
                lapsed=sign.lapsed or None,
            )
            for sign in status.signatures
        ),
        unsigned=tuple(text for _, text in status.unsigned()) if _signing_matters(status, one) else (),
        notes=status.notes,
    )
    if one.use.require == "none":
        return Assessed(entry, ())  # nothing is asked of it: what it holds is shown, and gates nothing
    return Assessed(entry, (_finding(status, one), *contradictions(status, one.use.require, one.line)))


def _signing_matters(status: ChecklistStatus, one: OpenedChecklist) -> bool:
    """Return whether what is missing of the signatures is told: where they are required, or somebody has begun."""
    return one.use.require == "signed" or bool(status.signatures or status.requests)


def _item(status: ItemStatus, whole: ChecklistStatus) -> ItemEntry:
    return ItemEntry(
        id=status.item.id,
        text=status.item.text,
        help=status.item.help,
        state=status.state,
        why=status.why or None,
        answers=tuple(_answer(answer, status, whole) for answer in status.answers),
        settled=status.settled or None,
        conflict=conflict(status),
        controls=status.item.controls,
        metric=_measured(status.measured) if status.measured is not None else None,
    )


def _answer(answer: GivenAnswer, status: ItemStatus, whole: ChecklistStatus) -> AnswerEntry:
    return AnswerEntry(
        by=answer.by,
        role=answer.role,
        at=answer.at,
        value=answer.value,
        shown=None if answer.value is None else show_value(answer.value, status.item, whole.checklist),
        table=_table(answer.value, status.item) if status.item.type == "table" else None,
        na_reason=answer.na_reason,
        comment=answer.comment,
        evidence=tuple(
            EvidenceEntry(
                path=part.path,
                url=part.url,
                sha256=part.sha256,
                size=part.size,
                dated=part.dated,
                expires=part.expires,
                problem=part.problem or None,
            )
            for part in answer.evidence
        ),
    )


def _table(rows: Any, item: Item) -> tuple[tuple[str, ...], ...] | None:
    """Return the rows of a table in words, its head first."""
    if not isinstance(rows, (list, tuple)) or not all(isinstance(row, Mapping) for row in rows):
        return None
    head = tuple(column.title for column in item.columns)
    labels = [dict(column.options or {}) for column in item.columns]
    cells = [
        tuple(
            names.get(str(row.get(column.id, "")), str(row.get(column.id, "")))
            for column, names in zip(item.columns, labels, strict=True)
        )
        for row in rows
    ]
    return (head, *cells)


def _measured(measured: MeasuredAnswer) -> MeasuredEntry:
    return MeasuredEntry(
        metric=measured.metric,
        features=measured.features,
        compare=measured.compare,
        verdict=measured.verdict,
        answer=measured.answer,
        value=measured.value,
        interval=measured.interval,
        rows=measured.rows,
        max=measured.max,
        min=measured.min,
        message=measured.message,
    )


def _finding(status: ChecklistStatus, one: OpenedChecklist) -> Finding:
    require = one.use.require
    assert require != "none"
    unmet = status.unmet(require)
    title = status.checklist.title
    counts = status.progress()
    if unmet:
        opened = [item for item in status.items if item.state in OPEN]
        parts = [f"{counts[state]} {STATES[state]}" for state in OPEN if counts[state]]
        parts += [text for _, text in status.unsigned()] if require == "signed" else []
        unsure = counts["unsure"]
        if unsure:
            parts.append(f"{unsure} answered “not known yet”, which the rule accepts")
        first = f" First: “{opened[0].item.text}”" if opened else ""
        message = f"“{title}” is not {require}: {', '.join(parts)}.{first}"
        remedy = "Answer, settle or mend what is open, with the people concerned, then audit again."
        if not opened:  # every question is answered: only signatures are missing or have lapsed
            remedy = "Read the answers and what changed in them, sign (`ethicscheck checklist sign`), then audit again."
    else:
        asked = counts["items"] - counts["hidden"]
        message = f"“{title}” is {require}: all {asked}{NO_BREAK}questions that apply are answered."
        if require == "signed":
            valid = [sign for sign in status.signatures if not sign.lapsed]
            message += f" Signed by {listed([f'{sign.by} ({sign.role})' for sign in valid])}."
        remedy = "Look at the answers again when the model, the data or the people change."
    name = f"checklist:{status.checklist.id}"
    why = None
    if one.profile is not None:
        why = f"The profile {one.profile} requires it."
        message = f"{message} {why}"
        if unmet and one.journal is None:
            use = status.checklist.id
            remedy = (
                f"Start its journal with: ethicscheck checklist start {use} -o {use}.answers.jsonl; name it in the config "
                f"(checklists: [{{use: {use}, answers: {use}.answers.jsonl}}]). {remedy}"
            )
    return Finding(
        id=name,
        kind="checklist",
        verdict="fail" if unmet else "pass",
        rule=RuleEntry(
            id=name, checklist=status.checklist.id, require=require, profile=one.profile, line=one.line, why=why
        ),
        observed=None,
        message=message,
        remedy=remedy,
        reason="checklist_unmet" if unmet else None,
        code=checklist_code(require),
    )
