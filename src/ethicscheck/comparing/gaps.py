"""How each gap changed, with an interval: of independent samples, or paired where the record holds it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from ethicscheck.model.comparison import GapChange
from ethicscheck.model.part import Interval
from ethicscheck.stats.growth import Compare, Compared, growth_ends

from .side import Features, Side, TwoAudits, group_key, limited

Verdict = Literal["better", "worse", "unchanged", "unclear"]
INDEPENDENT = "independent_gap_change"
FROM_ENDS = "gap_ends_apart"


@dataclass(frozen=True)
class Moved:
    """How a gap moved.

    `same` says that every group has the very same numbers in both audits; `reason` why there is no interval.
    """

    interval: Interval | None
    same: bool
    reason: str | None = None

    def verdict(self, larger_is_worse: bool) -> Verdict:
        """Return whether the interval lies on one side of 0, and which."""
        if self.same:
            return "unchanged"
        if self.interval is None:
            return "unclear"
        grew, shrank = self.interval.low > 0, self.interval.high is not None and self.interval.high < 0
        if not (grew or shrank):
            return "unclear"
        return "worse" if grew == larger_is_worse else "better"


@dataclass(frozen=True)
class Seen:
    """A gap's value and interval in the older and the newer audit."""

    old: float
    new: float
    old_interval: Interval | None
    new_interval: Interval | None

    def ends_apart(self) -> tuple[float, float] | None:
        """Return (new low − old high, new high − old low): wider than need be, whatever the two gaps are made of."""
        if self.old_interval is None or self.new_interval is None:
            return None
        old_high, new_high = (
            math.inf if part.high is None else part.high for part in (self.old_interval, self.new_interval)
        )
        return self.new_interval.low - old_high, new_high - self.old_interval.low


def gap_changes(two: TwoAudits) -> tuple[GapChange, ...]:
    """Return the change of every gap that both audits have: all differences, and the ratios that a rule judges."""
    judged = {
        (finding.rule.metric, finding.rule.across)
        for side in (two.old, two.new)
        for finding in side.record.findings
        if finding.rule.compare == "ratio"
    }
    return tuple(
        _gap_change(two, metric, features, compare)
        for metric, features, compare in two.new.gaps
        if (metric, features, compare) in two.old.gaps
        and (compare == "difference" or (metric, features) in judged)
    )  # fmt: skip


def _gap_change(two: TwoAudits, metric: str, features: Features, compare: str) -> GapChange:
    kind: Literal["difference", "ratio"] = "ratio" if compare == "ratio" else "difference"
    old, new = two.old.gaps[metric, features, compare], two.new.gaps[metric, features, compare]
    joined, left = _moved_groups(old.groups, new.groups), _moved_groups(new.groups, old.groups)
    if old.value is None or new.value is None:
        return GapChange(
            metric=metric, features=features, compare=kind, old=old.value, new=new.value,
            undefined=new.undefined or old.undefined, joined=joined, left=left,
        )  # fmt: skip
    moved = how_moved(two, metric, features, kind, Seen(old.value, new.value, old.interval, new.interval))
    return GapChange(
        metric=metric,
        features=features,
        compare=kind,
        old=old.value,
        new=new.value,
        change=new.value - old.value,
        undefined=moved.reason,
        interval=moved.interval,
        verdict=moved.verdict(larger_is_worse=kind == "difference"),
        joined=joined,
        left=left,
    )


def _moved_groups(there: tuple[dict[str, str], ...], here: tuple[dict[str, str], ...]) -> tuple[dict[str, str], ...]:
    known = {group_key(group) for group in there}
    return tuple(group for group in here if group_key(group) not in known)


def how_moved(two: TwoAudits, name: str, features: Features, compare: Compare, seen: Seen, worst: str = "max") -> Moved:
    """Return how a gap (or the worst group's value) moved.

    Parameters
    ----------
    name : a metric, or a criterion, whose gap is the worst of its components'.
    seen : the gap in either audit.
    worst : for "each", whether the largest or the smallest value is the worst.
    """
    if name in two.changed_functions:
        return Moved(None, False, "measure_changed")
    same = _all_same(two, name, features)
    paired = _paired(two, name, features, compare, seen)
    if paired is not None:
        return Moved(paired, same)
    parts = _compared(two, name, features, fewest=1 if compare == "each" else 2)
    if parts is not None:
        (low, high), method = growth_ends(parts, compare, two.alpha, worst), INDEPENDENT
    elif (apart := seen.ends_apart()) is not None:  # groups' own values are not in the record: treatment equality
        (low, high), method = apart, FROM_ENDS
    else:
        return Moved(None, same, "not_in_record")
    span = 1.0 if compare == "ratio" else two.span(name)
    low, high = max(low, -span), min(high, span)
    change = seen.new - seen.old
    low, high = min(low, change), max(high, change)
    if not math.isfinite(low):
        return Moved(None, same, "no_finite_limit")
    level = two.new.record.plan.confidence
    return Moved(Interval(low=low, high=high if math.isfinite(high) else None, level=level, method=method), same)


def _compared(two: TwoAudits, name: str, features: Features, fewest: int) -> list[Compared] | None:
    """Return the groups of each measure that a gap is the worst of; None where a record lacks them."""
    parts = []
    for metric in two.components(name):
        old, new = two.old.compared(metric, features), two.new.compared(metric, features)
        if old is None or new is None or min(len(old), len(new)) < fewest:
            return None
        before = {group_key(row.group): place for place, row in enumerate(old)}
        same = [
            (place, before[group_key(row.group)]) for place, row in enumerate(new) if group_key(row.group) in before
        ]
        parts.append(Compared(limited(new), limited(old), same))
    return parts


def _paired(two: TwoAudits, name: str, features: Features, compare: Compare, seen: Seen) -> Interval | None:
    """Return the paired interval, where the newer record holds it for this very gap."""
    if two.pairing is None or compare != "difference":
        return None
    for row in two.pairing.gaps:
        if (row.metric, row.features) == (name, features) and row.value is not None and row.other is not None:
            near = math.isclose(row.other, seen.old, abs_tol=1e-9) and math.isclose(row.value, seen.new, abs_tol=1e-9)
            return row.interval if near else None
    return None


def _all_same(two: TwoAudits, name: str, features: Features) -> bool:
    """Return whether every group of the measure has the very same numbers in both audits."""
    parts = [[_numbers(side, part, features) for part in two.components(name)] for side in (two.old, two.new)]
    if None in parts[0] and (name, features, "difference") in two.old.gaps:
        return two.old.gaps[name, features, "difference"] == two.new.gaps.get((name, features, "difference"))
    return parts[0] == parts[1]


def _numbers(side: Side, metric: str, features: Features) -> object:
    rows = side.compared(metric, features)
    return None if rows is None else {group_key(row.group): (row.value, row.denominator) for row in rows}
