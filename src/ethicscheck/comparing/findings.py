"""Findings that are new, gone, worse, better or unchanged, and those of which the data can't tell."""

from __future__ import annotations

from typing import Literal

from ethicscheck.model.comparison import FindingChange, Judged, Status
from ethicscheck.model.comparison_checklists import OPEN_STATES
from ethicscheck.model.record import AuditRecord, Finding

from .gaps import Moved, Seen, how_moved
from .side import TwoAudits


def finding_changes(two: TwoAudits, broken: bool) -> tuple[FindingChange, ...]:
    """Return every finding of either audit, in the newer one's order; those that are gone come last.

    Parameters
    ----------
    broken : whether the two audits' numbers stand for different things, so that nothing of them is compared.
    """
    old = {finding.id: finding for finding in two.old.record.findings}
    new = {finding.id: finding for finding in two.new.record.findings}
    made = [
        _change(two, old[name], finding, broken) if name in old else _new(two.old.record, finding)
        for name, finding in new.items()
    ]
    return (*made, *(_gone(finding) for name, finding in old.items() if name not in new))


def judged(finding: Finding) -> Judged:
    """Return the verdict as it would be without a waiver."""
    waiver = finding.waiver
    return waiver.was if finding.verdict == "waived" and waiver is not None and waiver.was else finding.verdict


def _new(old: AuditRecord, finding: Finding) -> FindingChange:
    """Return a finding that is new; one of a checklist that was there says that something came to light in it."""
    known = finding.rule.checklist is not None and any(part.id == finding.rule.checklist for part in old.checklists)
    came_up = known and finding.reason == "contradicted" and finding.verdict == "fail"
    return _described(finding, "new", came_up, new=finding)


def _gone(finding: Finding) -> FindingChange:
    return _described(finding, "gone", False, old=finding)


def _change(two: TwoAudits, old: Finding, new: Finding, broken: bool) -> FindingChange:
    if old.kind == "checklist" or new.kind == "checklist":
        status = _checklist_status(two, old, new)
        return _described(new, status, status == "worse" and _passed_and_fails(judged(old), new), old, new)
    if broken:
        return _described(new, "unclear", False, old, new, reason="not_comparable")
    if _asks(old) != _asks(new):
        return _described(new, "unclear", False, old, new, reason="other_question")
    then = _by_new_limit(old, new)
    moved, verdict, reason = _moved(two, old, new)
    status = _status(then or judged(old), judged(new), verdict)
    change = _described(new, status, status == "worse" and new.verdict == "fail", old, new, reason=reason, then=then)
    if moved is None or old.observed is None or new.observed is None:
        return change
    update = {
        "change": new.observed.value - old.observed.value,
        "interval": moved.interval,
        "beyond": _beyond(old, new),
    }
    return change.model_copy(update=update)


def _beyond(old: Finding, new: Finding) -> float | None:
    """Return the older interval's bad end where the newer value lies beyond it, whatever the change's own interval says."""
    assert old.observed is not None
    assert new.observed is not None
    worst = old.observed.interval.high if new.rule.max is not None else old.observed.interval.low
    if worst is None:
        return None
    value = new.observed.value
    return worst if (value > worst if new.rule.max is not None else value < worst) else None


def _asks(finding: Finding) -> tuple[object, ...]:
    rule = finding.rule
    return rule.metric, rule.across, rule.compare, rule.max is not None


def _moved(two: TwoAudits, old: Finding, new: Finding) -> tuple[Moved | None, str | None, str | None]:
    """Return how far a finding's value moved, which way that is, and why there is no interval."""
    rule = new.rule
    if old.observed is None or new.observed is None:
        missing = new if new.observed is None else old
        return None, None, missing.reason or "not_evaluable"
    assert rule.metric is not None
    assert rule.compare is not None
    side = "max" if rule.max is not None else "min"
    seen = Seen(old.observed.value, new.observed.value, old.observed.interval, new.observed.interval)
    moved = how_moved(two, rule.metric, rule.across, rule.compare, seen, side)
    return moved, moved.verdict(larger_is_worse=side == "max"), moved.reason


def _by_new_limit(old: Finding, new: Finding) -> Literal["pass", "fail", "inconclusive"] | None:
    """Return what the older interval says of the newer limit, where the limit moved."""
    rule = new.rule
    if (old.rule.max, old.rule.min) == (rule.max, rule.min) or old.observed is None:
        return None
    low, high = old.observed.interval.low, old.observed.interval.high
    if rule.max is not None:
        return "pass" if high is not None and high <= rule.max else "fail" if low > rule.max else "inconclusive"
    assert rule.min is not None
    return "pass" if low >= rule.min else "fail" if high is not None and high < rule.min else "inconclusive"


def _status(then: Judged, now: Judged, moved: str | None) -> Status:
    """Return what became of a finding: a verdict that turned says more than an interval that holds 0."""
    if then == "pass" and now == "fail":
        return "worse"
    if then == "fail" and now == "pass":
        return "better"
    if moved in ("worse", "better", "unchanged"):
        return moved  # type: ignore[return-value]
    return "unchanged" if moved is None and then == now == "not_evaluable" else "unclear"


def _checklist_status(two: TwoAudits, old: Finding, new: Finding) -> Status:
    if (turned := _status(judged(old), judged(new), None)) in ("worse", "better"):
        return turned
    open_before, open_now = (_open(side.record, new.rule.checklist) for side in (two.old, two.new))
    if open_before == open_now:
        return "unchanged"
    return "worse" if open_now > open_before else "better"


def _open(record: AuditRecord, checklist: str | None) -> int:
    return sum(
        item.state in OPEN_STATES
        for entry in record.checklists
        if entry.id == checklist
        for section in entry.sections
        for item in section.items
    )


def _passed_and_fails(then: Judged, new: Finding) -> bool:
    return then == "pass" and new.verdict == "fail"


def _described(
    finding: Finding,
    status: Status,
    past_rule: bool,
    old: Finding | None = None,
    new: Finding | None = None,
    reason: str | None = None,
    then: Literal["pass", "fail", "inconclusive"] | None = None,
) -> FindingChange:
    rule = finding.rule
    return FindingChange(
        id=finding.id,
        kind=finding.kind,
        status=status,
        past_rule=past_rule,
        old_verdict=old.verdict if old is not None else None,
        new_verdict=new.verdict if new is not None else None,
        metric=rule.metric,
        features=rule.across,
        compare=rule.compare,
        side=None if finding.kind == "checklist" else "max" if rule.max is not None else "min",
        old_limit=_limit(old),
        new_limit=_limit(new),
        old_by_new_limit=then,
        old=old.observed.value if old is not None and old.observed is not None else None,
        new=new.observed.value if new is not None and new.observed is not None else None,
        reason=reason,
    )


def _limit(finding: Finding | None) -> float | None:
    if finding is None:
        return None
    return finding.rule.max if finding.rule.max is not None else finding.rule.min
