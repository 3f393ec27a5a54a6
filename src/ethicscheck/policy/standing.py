"""Where each finding that does not pass stands beside a baseline: new, worse than it was, or known.

A baseline that keeps ids alone waves a worsening through. Here a finding is known only where it asks the same, ended the
same, and neither its value nor its interval says that it got worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ethicscheck.model.comparison import Comparison, FindingChange
from ethicscheck.model.comparison_checklists import OPEN_STATES, ChecklistChange
from ethicscheck.model.record import AuditRecord, Finding
from ethicscheck.model.wording import limit, visible

Place = Literal["new", "worse", "known"]
UNDECIDED: Final = frozenset({"inconclusive", "not_evaluable"})
OPEN: Final = UNDECIDED | {"fail"}  # verdicts that a gate may count
_OTHER_QUESTIONS: Final = frozenset({"other_question", "measure_changed"})
_WORDS: Final = {
    "pass": "passed", "fail": "failed", "inconclusive": "was undecided", "not_evaluable": "could not be judged",
    "waived": "was waived",
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """One finding beside the baseline.

    Parameters
    ----------
    place : new, worse or known; None where what is published does not tell.
    why : what makes it so, in a few words; empty where it is known.
    """

    place: Place | None
    why: str = ""


def standing(record: AuditRecord) -> dict[str, Place | None]:
    """Return where each finding that does not pass stands, by its id; empty without a baseline."""
    return {name: part.place for name, part in standings(record).items()}


def standings(record: AuditRecord) -> dict[str, Standing]:
    """Return the same with the reasons."""
    baseline = record.baseline
    if baseline is None:
        return {}
    changes = {change.id: change for change in baseline.findings}
    broken = bool(broken_by(baseline))
    return {
        finding.id: _standing(finding, changes.get(finding.id), baseline, broken)
        for finding in record.findings
        if finding.verdict in OPEN
    }


def broken_by(baseline: Comparison) -> tuple[str, ...]:
    """Return the settings whose change makes the numbers of the two audits stand for different things."""
    return tuple(part.name for part in baseline.settings if part.effect == "breaks")


def _standing(finding: Finding, change: FindingChange | None, baseline: Comparison, broken: bool) -> Standing:
    if broken:
        return Standing("new", "the two audits do not compare")
    if change is None or change.old_verdict is None:
        return Standing("new", "the baseline has no such finding")
    if (other := _other_question(finding, change, baseline)) is not None:
        return Standing("new", other)
    then, now = change.old_verdict, finding.verdict
    if then != now:
        ended = "its waiver no longer holds" if then == "waived" and now == "fail" else f"it {_WORDS[then]} then"
        return Standing("new", ended)
    if (worse := _got_worse(finding, change, baseline)) is not None:
        return Standing("worse", worse)
    return Standing(None, "not published") if change.status == "hidden" else Standing("known")


def _other_question(finding: Finding, change: FindingChange, baseline: Comparison) -> str | None:
    """Return why the same id does not ask the same: another limit, metric, requirement, or other people."""
    for part in baseline.settings:
        if part.name == f"rule {finding.rule.id}":
            return f"its rule was “{visible(part.old or 'none')}”"
    if change.old_limit != change.new_limit and change.old_limit is not None:
        return f"its limit was {limit(change.old_limit)}"
    if change.reason in _OTHER_QUESTIONS:
        return "it asks something else under the same id"
    seen = finding.observed
    if seen is None:
        return None
    joined = [
        group
        for gap in baseline.gaps
        if gap.features == finding.rule.across and gap.metric in (finding.rule.metric, seen.component)
        for group in gap.joined
    ]
    came = next((group for group in (seen.group, seen.against) if group and group in joined), None)
    return None if came is None else f"{visible(' × '.join(came.values()))} was not compared then"


def _got_worse(finding: Finding, change: FindingChange, baseline: Comparison) -> str | None:
    """Return how a finding that ended the same got worse; None where it did not."""
    if finding.kind == "checklist":
        return _checklist_worse(finding, change, baseline)
    if change.status == "worse":
        moved = f": {change.old:.3g} → {change.new:.3g}" if change.old is not None and change.new is not None else ""
        return f"worse by more than chance allows{moved}"
    if change.beyond is not None and change.new is not None:
        side = "above" if change.side == "max" else "below"
        return f"its value {change.new:.3g} lies {side} what the old interval allowed, {change.beyond:.3g}"
    return None


def _checklist_worse(finding: Finding, change: FindingChange, baseline: Comparison) -> str | None:
    """Return what opened in a checklist that was not open; one question settled makes up for no other."""
    found = next((part for part in baseline.checklists if part.id == finding.rule.checklist), None)
    if found is not None and finding.id == finding.rule.id and (opened := _opened(finding, found)) is not None:
        return opened
    return "more of it is open than was" if change.status == "worse" else None


def _opened(finding: Finding, found: ChecklistChange) -> str | None:
    for answer in found.answers:
        if answer.new_state in OPEN_STATES and answer.old_state not in OPEN_STATES:
            return f"“{visible(answer.text)}” was not open then"
    if finding.rule.require == "signed":
        for signature in found.signatures:
            if signature.status in ("gone", "lapsed"):
                return f"the signature of {visible(signature.by)} no longer holds"
    return None
