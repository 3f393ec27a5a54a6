"""What changed around the numbers, in words: settings, model, data, waivers, questions and answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ethicscheck.model.comparison import AuditMark, Comparison, DataChange, SettingChange, WaiverChange
from ethicscheck.model.comparison_checklists import ChecklistChange
from ethicscheck.model.record import AuditRecord
from ethicscheck.model.waiver_record import WaiverEntry
from ethicscheck.model.wording import visible, whole

from .wording import excluded_text

MOST_GROUPS = 12
NAMES = {
    "plan.task": "Task",
    "plan.positive_label": "Positive outcome",
    "plan.positive_prediction": "Positive decision",
    "plan.favourable": "Decision that helps",
    "plan.label": "Outcome’s column",
    "plan.prediction": "Decision’s column",
    "plan.score": "Score’s column",
    "plan.threshold": "Threshold",
    "plan.confidence": "Confidence",
    "plan.min_group": "Smallest group compared",
    "plan.unknown": "Values that mean “not known”",
    "plan.count": "Column of counts",
    "plan.weight": "Weights",
    "plan.cluster": "Rows of the same person",
    "plan.pair": "Matched pairs",
    "plan.tolerance": "Near enough",
    "plan.strata": "Strata",
    "plan.period": "Period",
    "plan.compare_with": "Other model’s decision",
    "plan.replicates": "Random repetitions",
    "plan.suppress_below": "Counts hidden below",
    "subject.name": "System",
    "subject.version": "Version of the model",
    "subject.artifact_sha256": "Model file’s SHA-256",
    "subject.purpose": "Purpose",
    "subject.owner": "Who answers for it",
    "subject.decision": "What is decided",
    "subject.affected": "Who is affected",
    "subject.contest": "How to contest",
    "provenance.created": "Made",
    "provenance.version": "Version of ethicscheck",
    "provenance.seed": "Random seed",
}
# What a difference does to the numbers, in a sentence; anything else is said as "its numbers may differ for that alone".
_WHY = {
    "subject.name": "these are audits of two systems, so the changes are differences between them",
    "provenance.created": "the audit called the earlier one is the later one; are the two the wrong way round?",
    "provenance.version": "a measure may be reckoned otherwise by another version; its changelog says so",
    "plan.confidence": "verdicts and intervals are stricter at a higher one; changes are given at the newer one’s",
    "plan.label": "the two may count different things",
}
_STATES = {
    "unanswered": "not answered",
    "answered": "answered",
    "unsure": "not known yet",
    "not_applicable": "does not apply",
    "hidden": "not asked",
    "disputed": "disputed",
    "contradicted": "contradicted",
    "stale": "out of date",
}
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class ChangedRow:
    """One thing that was so and is so now."""

    name: str
    old: str
    new: str

    @property
    def sentence(self) -> str:
        """The row on one line."""
        return f"{self.name}: {self.old} → {self.new}"


@dataclass(frozen=True)
class ChangedList:
    """Changes of one kind: a sentence, then a row each."""

    anchor: str
    title: str
    takeaway: str
    rows: tuple[ChangedRow, ...]


def record_rows(old: AuditMark, new: AuditMark) -> Iterator[ChangedRow]:
    """Yield what tells the two audits from others."""
    words = {"pass": "passes its rules", "fail": "fails its rules", "inconclusive": "not decided"}
    yield ChangedRow("Verdict", words[old.verdict], words[new.verdict])
    yield ChangedRow("Made", *(f"{mark.created.replace('T', ' ').removesuffix('Z')} UTC" for mark in (old, new)))
    yield ChangedRow("By ethicscheck", old.tool, new.tool)
    if old.sha256 is not None and new.sha256 is not None:
        yield ChangedRow("SHA-256 of its record", old.sha256, new.sha256)


def setting_rows(settings: Sequence[SettingChange]) -> Iterator[ChangedRow]:
    """Yield settings in words."""
    for part in settings:
        name = NAMES.get(part.name, part.name.removeprefix("plan.").removeprefix("subject."))
        yield ChangedRow(visible(name[:1].upper() + name[1:]), _said(part.old), _said(part.new))


def _said(text: str | None) -> str:
    return visible(text) if text is not None else "none"


def cautions(comparison: Comparison) -> Iterator[str]:
    """Yield what may move numbers without anything having changed in the system; what breaks the comparison is the headline."""
    for part in comparison.settings:
        if part.effect == "caution":
            (row,) = setting_rows((part,))
            why = _WHY.get(part.name, "numbers or verdicts may differ for this reason alone")
            if part.name.startswith("measure "):
                why = "another function, so it is not compared"
            yield f"{row.sentence} – {why}."
    if comparison.new is not None and comparison.old.sha256 is not None and comparison.old == comparison.new:
        yield "The two records are one and the same."


def changed_lists(comparison: Comparison, record: AuditRecord) -> Iterator[ChangedList]:
    """Yield data, waivers and checklists, where anything changed."""
    if (data := _data(comparison.data, record)) is not None:
        yield data
    if comparison.waivers:
        rows = tuple(_waiver(part) for part in comparison.waivers)
        yield ChangedList("since-waivers", "Waivers", _count(len(rows), "waiver"), rows)
    for place, part in enumerate(comparison.checklists):
        yield _checklist(part, place)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'} changed."


def _data(data: DataChange, record: AuditRecord) -> ChangedList | None:
    rows = []
    if data.old_rows != data.new_rows:
        rows.append(ChangedRow("Rows read", whole(data.old_rows), whole(data.new_rows)))
    for source in data.sources:
        named = {"name": "Source", "content": "Source’s content"}.get(source.name, f"Source {visible(source.name)}")
        rows.append(ChangedRow(named, _digest(source.old), _digest(source.new)))
    for part in data.excluded:
        text = excluded_text(part.reason, record.plan.task)
        rows.append(ChangedRow(text[:1].upper() + text[1:], whole(part.old), whole(part.new)))
    came, went = [], []
    for feature in data.features:
        name = visible(feature.name)
        if feature.status is not None:
            rows.append(ChangedRow(name, *(("–", "a sensitive feature") if feature.status == "new" else ("a sensitive feature", "–"))))  # fmt: skip
        came += [f"{visible(group.label)} ({name})" for group in feature.groups if group.old is None]
        went += [f"{visible(group.label)} ({name})" for group in feature.groups if group.new is None]
        sorted_groups = sorted(feature.groups, key=lambda group: (group.old is not None and group.new is not None, -abs((group.new or 0) - (group.old or 0))))  # fmt: skip
        rows += [
            ChangedRow(
                f"{name}: {visible(group.label)}",
                whole(group.old) if group.old is not None else "no such group",
                whole(group.new) if group.new is not None else "no such group",
            )
            for group in sorted_groups[:MOST_GROUPS]
        ]
        if (more := len(feature.groups) - MOST_GROUPS) > 0:
            rows.append(ChangedRow(f"{name}: {more} more groups", "…", "…"))
    if not rows:
        return None
    said = ["The data are the same." if data.same_sources else "The data changed."]
    if came:
        said.append(f"New {'group' if len(came) == 1 else 'groups'}: {_some(came)}.")
    if went:
        said.append(f"Gone: {_some(went)}.")
    return ChangedList("since-data", "Data", " ".join(said), tuple(rows))


def _some(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _digest(text: str | None) -> str:
    if text is None:
        return "–"
    return f"SHA-256 {text[:12]}…" if _SHA256.fullmatch(text) else visible(text)


def _waiver(part: WaiverChange) -> ChangedRow:
    return ChangedRow(visible(part.finding), _waived(part.old), _waived(part.new))


def _waived(waiver: WaiverEntry | None) -> str:
    if waiver is None:
        return "no waiver"
    state = waiver.lapsed or waiver.note or "holds"
    return visible(f"{waiver.owner}, until {waiver.expires}: {waiver.reason} ({state})")


def _checklist(part: ChecklistChange, place: int) -> ChangedList:
    rows = []
    if part.old_version != part.new_version:
        old, new = ((f"version {text}" if text else "not part of the audit") for text in (part.old_version, part.new_version))  # fmt: skip
        rows.append(ChangedRow("Checklist", old, new))
    elif part.rewritten:
        rows.append(ChangedRow("Checklist", f"version {part.old_version}", "other text under the same version"))
    for answer in part.answers:
        rows.append(
            ChangedRow(
                f"{visible(answer.text)} ({visible(answer.item)})",
                _answered(answer.old_state, answer.old),
                _answered(answer.new_state, answer.new),
            )
        )
    for piece in part.evidence:
        old = "–" if piece.status == "new" else piece.old_problem or "counts"
        new = "–" if piece.status == "gone" else piece.new_problem or ("exchanged" if piece.status == "changed" and not piece.old_problem else "counts")  # fmt: skip
        rows.append(ChangedRow(f"Evidence {visible(piece.name)} ({visible(piece.item)})", visible(old), visible(new)))
    signed = {"new": ("–", "signed"), "gone": ("signed", "–"), "renewed": ("signed", "signed again")}
    for mark in part.signatures:
        old, new = signed.get(mark.status, ("signed", f"lapsed: {mark.why}"))
        if mark.status == "new" and mark.why:
            new = f"signed, lapsed since: {mark.why}"
        rows.append(ChangedRow(f"Signature of {visible(mark.by)} ({visible(mark.role)})", old, visible(new)))
    counts = [
        f"{number} {word}{'' if number == 1 else 's'}"
        for number, word in (
            (len(part.answers), "answer"),
            (len(part.evidence), "piece of evidence"),
            (len(part.signatures), "signature"),
        )
        if number
    ]
    said = ", ".join(counts).replace("piece of evidences", "pieces of evidence")
    takeaway = {"new": "Not part of the earlier audit.", "gone": "Not part of this audit any more."}.get(
        part.status or ""
    )
    return ChangedList(
        f"since-checklist-{place}",
        f"Checklist: {visible(part.title)}",
        takeaway or (f"Changed: {said}." if said else "The checklist itself changed."),
        tuple(rows),
    )


def _answered(state: str | None, said: Sequence[str]) -> str:
    if state is None:
        return "not asked"
    shown = "; ".join(visible(text) for text in said)
    word = _STATES.get(state, state)
    return shown if state == "answered" and shown else f"{word}{f': {shown}' if shown else ''}"
