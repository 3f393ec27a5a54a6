"""What changed since another audit: the headline, and findings by consequence. Gaps are in `since_gaps`, the rest in `since_facts`.

The same view stands in the report, on the page of `ethicscheck compare`, and in the terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ethicscheck.model.comparison import AuditMark, Comparison, FindingChange
from ethicscheck.model.part import Interval
from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import features_label, limit, visible

from .index import RecordIndex, title
from .since_facts import ChangedList, ChangedRow, cautions, changed_lists, record_rows, setting_rows
from .since_gaps import GapAxis, basis, change_text, gap_axes, in_points, why_text, written

MARKS = {"worse": "✕", "new": "+", "hidden": "·", "unclear": "?", "better": "✓", "gone": "−", "unchanged": "="}
WORDS = {
    "worse": "Worse",
    "new": "New",
    "hidden": "Not published",
    "unclear": "Can’t tell",
    "better": "Better",
    "gone": "Gone",
    "unchanged": "Unchanged",
}
WAS = {
    "pass": "passed",
    "fail": "failed",
    "inconclusive": "was undecided",
    "not_evaluable": "couldn’t be judged",
    "waived": "was waived",
}
IS = {
    "pass": "passes",
    "fail": "fails",
    "inconclusive": "is undecided",
    "not_evaluable": "can’t be judged",
    "waived": "is waived",
}
CLASSES = {"worse": "fail", "better": "pass", "unchanged": "pass"}


@dataclass(frozen=True)
class FindingRow:
    """One finding in both audits; `numbers` is empty where there are none."""

    id: str
    heading: str
    status: str
    mark: str
    word: str
    verdicts: str
    numbers: str
    note: str
    past_rule: bool

    @property
    def tone(self) -> str:
        """The class of its badge."""
        return CLASSES.get(self.status, "inconclusive")


@dataclass(frozen=True)
class SinceSection:
    """Everything that is shown of a comparison."""

    subject: str
    about: str
    tone: str
    mark: str
    word: str
    headline: str
    tally: tuple[tuple[str, str, str], ...]
    cautions: tuple[str, ...]
    findings: tuple[FindingRow, ...]
    unchanged: tuple[FindingRow, ...]
    axes: tuple[GapAxis, ...]
    basis: str
    lists: tuple[ChangedList, ...]
    settings: tuple[ChangedRow, ...]
    records: tuple[ChangedRow, ...]

    @property
    def brief(self) -> tuple[str, ...]:
        """What an audit's own summary says of it: the headline, and what one should mind."""
        return (f"{self.mark} {self.word}. {self.about} {self.headline}".rstrip(), *self.cautions[:2])


def since_section(index: RecordIndex) -> SinceSection | None:
    """Return the section of a report; None where the audit was given no earlier one."""
    found = index.record.baseline
    return since_view(found, index.record) if found is not None else None


def since_view(comparison: Comparison, record: AuditRecord) -> SinceSection:
    """Return what is shown of a comparison.

    Parameters
    ----------
    comparison : what changed, as it may be published.
    record : the newer audit, whose names and words are used.
    """
    RecordIndex(record)  # makes the audit's own measures known by name
    rows = sorted(comparison.findings, key=_consequence)
    found = [_finding(part, record) for part in rows]
    broken = comparison.broken_by
    word, tone = _word(comparison, record)
    return SinceSection(
        subject=visible(record.subject.name),
        about=_about(comparison.old, comparison.new or _own_mark(record)),
        tone=tone,
        mark=_mark(comparison, record),
        word=word,
        headline=_headline(comparison, found),
        tally=() if broken else tuple(_tally(comparison.findings)),
        cautions=tuple(cautions(comparison)),
        findings=tuple(row for row in found if row.status != "unchanged"),
        unchanged=tuple(row for row in found if row.status == "unchanged"),
        axes=tuple(gap_axes(comparison, record)),
        basis=basis(comparison, record) if comparison.gaps else "",
        lists=tuple(changed_lists(comparison, record)),
        settings=tuple(setting_rows(comparison.settings)),
        records=tuple(record_rows(comparison.old, comparison.new or _own_mark(record))),
    )


def _own_mark(record: AuditRecord) -> AuditMark:
    made = record.provenance
    return AuditMark(
        subject=record.subject.name,
        version=record.subject.version,
        created=made.created,
        verdict=record.verdict,
        tool=made.version,
    )


def _about(old: AuditMark, new: AuditMark) -> str:
    same_day = old.created[:10] == new.created[:10]

    def one(mark: AuditMark) -> str:
        made = f"{mark.created[:10]} {mark.created[11:16]} UTC" if same_day else mark.created[:10]
        return made + (f" (version {visible(mark.version)})" if mark.version else "")

    now = {"pass": "passes its rules", "fail": "fails its rules", "inconclusive": "is not decided"}[new.verdict]
    then = {"pass": "passed", "fail": "failed", "inconclusive": "was not"}[old.verdict]
    if new.verdict == old.verdict:
        return f"The audit of {one(new)} {now}, as did that of {one(old)}.".replace(
            "decided, as did", "decided, as was"
        )
    then = "was not decided" if old.verdict == "inconclusive" else then
    return f"The audit of {one(new)} {now}; that of {one(old)} {then}."


def _mark(comparison: Comparison, record: AuditRecord) -> str:
    """Return the mark beside the headline; only an audit that passes gets a tick for not having got worse."""
    if comparison.broken_by:
        return "?"
    if comparison.past_rules:
        return "✕"
    return "✓" if _word(comparison, record)[1] == "pass" else "="


def _word(comparison: Comparison, record: AuditRecord) -> tuple[str, str]:
    if comparison.broken_by:
        return "Can’t be compared", "inconclusive"
    if comparison.past_rules:
        return "Got worse past a rule", "fail"
    if any(part.status == "worse" for part in comparison.findings):
        return "Got worse, but past no rule", "inconclusive"
    if not comparison.findings:
        return "No rule to compare", "inconclusive"
    return "Nothing got worse past a rule", "pass" if record.verdict == "pass" else "inconclusive"


def _headline(comparison: Comparison, found: Sequence[FindingRow]) -> str:
    if comparison.broken_by:
        what = "; ".join(row.sentence for row in setting_rows(comparison.broken_by))
        return f"The same names stand for different things in the two audits, so no number is compared: {what}."
    if not found:
        return "Neither audit has a rule; the gaps below are compared all the same."
    past = [row for row in found if row.past_rule]
    if past:
        named = "; ".join(f"{row.heading} ({row.verdicts})" for row in past[:3])
        more = f"; and {len(past) - 3} more" if len(past) > 3 else ""
        fail = "fails" if len(past) == 1 else "fail"
        return f"{len(past)} of {len(found)} findings got worse and {fail}: {named}{more}."
    if all(row.status == "unchanged" for row in found):
        return "Every finding has the very same numbers."
    failing = sum(part.new_verdict == "fail" and part.old_verdict is None for part in comparison.findings)
    said = [f"{failing} of the new findings {'fails' if failing == 1 else 'fail'}."] if failing else []
    if unclear := sum(row.status == "unclear" for row in found):
        these = "the only finding" if len(found) == 1 else f"{unclear} of {len(found)} findings"
        said.append(f"Whether {these} moved, the data can’t tell: the change may be chance.")
    return " ".join(said)


def _tally(findings: Sequence[FindingChange]) -> Iterator[tuple[str, str, str]]:
    for status, word in WORDS.items():
        if count := sum(part.status == status for part in findings):
            yield CLASSES.get(status, "inconclusive"), MARKS[status], f"{count} {word.lower()}"


def _consequence(part: FindingChange) -> tuple[int, int, int, str]:
    verdicts = ("fail", "not_evaluable", "inconclusive", "waived", "pass", None)
    return not part.past_rule, list(WORDS).index(part.status), verdicts.index(part.new_verdict), part.id


def _finding(part: FindingChange, record: AuditRecord) -> FindingRow:
    return FindingRow(
        id=visible(part.id),
        heading=_heading(part, record),
        status=part.status,
        mark=MARKS[part.status],
        word=WORDS[part.status],
        verdicts=_verdicts(part),
        numbers=_numbers(part),
        note=_note(part, record),
        past_rule=part.past_rule,
    )


def _heading(part: FindingChange, record: AuditRecord) -> str:
    if part.metric is not None:
        return f"{title(part.metric)} by {features_label(part.features)}"
    named = {f"checklist:{entry.id}": entry.title for entry in record.checklists}
    return visible(f"Checklist: {named.get(part.id, part.id.removeprefix('checklist:'))}")


def _verdicts(part: FindingChange) -> str:
    if part.old_verdict is None:
        return f"not asked before, {IS[part.new_verdict or 'inconclusive']}"
    if part.new_verdict is None:
        return f"{WAS[part.old_verdict]}, not asked any more"
    if part.old_verdict == part.new_verdict:
        now = IS[part.new_verdict].split(" ", 1)
        return f"{now[0]} still {now[1]}" if now[0] == "is" else f"still {' '.join(now)}"
    return f"{WAS[part.old_verdict]}, now {IS[part.new_verdict]}"


def _numbers(part: FindingChange) -> str:
    if part.metric is None or part.compare is None or (part.old is None and part.new is None):
        return ""
    old, new = (
        written(part.metric, part.compare, value) if value is not None else "–" for value in (part.old, part.new)
    )
    what = {"difference": "gap", "ratio": "ratio", "each": "worst group"}[part.compare]
    unit = " points" if part.compare == "difference" and in_points(part.metric) else ""
    if part.old_verdict is None or part.new_verdict is None:
        return f"{what} {new if part.old_verdict is None else old}{unit}"
    if part.status == "unchanged" and part.old == part.new:
        return f"{what} {new}{unit}"
    moved = f"{what} {old} → {new}{unit}"
    if part.change is None:
        return moved
    return f"{moved}: {change_text(part.metric, part.compare, part.change, part.interval)}"


def _note(part: FindingChange, record: AuditRecord) -> str:
    said = []
    if part.old_limit != part.new_limit and None not in (part.old_limit, part.new_limit):
        word = "at most" if part.side == "max" else "at least"
        said.append(f"The limit moved from {word} {limit(part.old_limit or 0)} to {limit(part.new_limit or 0)}.")
        if part.old_by_new_limit is not None:
            would = {"pass": "have passed", "fail": "have failed", "inconclusive": "have been undecided"}
            said.append(f"By the new limit the earlier audit would {would[part.old_by_new_limit]}.")
    if part.status == "worse" and part.interval is not None and not _clear(part.interval):
        said.append("Whether the value itself moved, these data can’t tell.")
    if part.reason is not None:
        why = why_text(part.reason, record)
        said.append(f"{why[:1].upper()}{why[1:]}.")
    return " ".join(said)


def _clear(interval: Interval) -> bool:
    return interval.low > 0 or (interval.high is not None and interval.high < 0)
