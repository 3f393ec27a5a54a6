"""Ways of deciding, and what each would do to accuracy, gaps and rules: today's, one threshold, one for each group.

What-ifs, no advice: every threshold is chosen on the data it is judged on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import FALSE_POSITIVE_RATE, SELECTION_RATE, TRUE_POSITIVE_RATE
from ethicscheck.metrics.comparison import Comparison
from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.keeping import gap_keeps, gap_verdict, keeps
from ethicscheck.metrics.rows import group_names, interval
from ethicscheck.model.thresholds_record import GapAt, GroupThreshold, RuleAt, WhatIf
from ethicscheck.stats.intervals import Floats
from ethicscheck.stats.sweeps import Ints, best_common, equal_rate_thresholds

from .context import AskedRule, StudyContext
from .optimized_thresholds import optimize_thresholds
from .threshold_cells import SweptGroups

TOLERANCES = (0.01, 0.05)
# The rates that thresholds by group can make equal, and what they are called in a sweep.
RATES: tuple[tuple[Metric, str], ...] = (
    (SELECTION_RATE, "selection_rates"),
    (TRUE_POSITIVE_RATE, "true_positive_rates"),
    (FALSE_POSITIVE_RATE, "false_positive_rates"),
)
# Measures whose gap is the gap of one of these rates, so that a rule on them gives a tolerance to aim at.
SAME_GAP = {
    "selection_rate": SELECTION_RATE,
    "demographic_parity": SELECTION_RATE,
    "favourable_rate": SELECTION_RATE,
    "true_positive_rate": TRUE_POSITIVE_RATE,
    "false_negative_rate": TRUE_POSITIVE_RATE,
    "equal_opportunity": TRUE_POSITIVE_RATE,
    "false_positive_rate": FALSE_POSITIVE_RATE,
    "true_negative_rate": FALSE_POSITIVE_RATE,
}


@dataclass(frozen=True)
class ComparedGroups:
    """The groups compared by one feature, with the rules that judge them.

    Parameters
    ----------
    context : the audit.
    swept : the groups' histograms and sweeps.
    rules : the rules on this feature whose value depends on the threshold.
    tried : the places of the thresholds that are tried.
    now : the place of today's threshold, where there is one.
    """

    context: StudyContext
    swept: SweptGroups
    rules: tuple[AskedRule, ...]
    tried: Ints
    now: int | None

    def compare(self, measure: Metric | Criterion, counts: GroupCounts) -> Comparison:
        """Compare decisions by one measure; small groups are not among them."""
        measurement = self.context.measurement
        return Comparison.of(measure, counts, frozenset(), measurement.favourable, 1 - measurement.confidence)

    def rule_values(self, rule: AskedRule, places: Ints) -> Floats:
        """Return the value a rule judges at some places, NaN where it is undefined."""
        favourable = self.context.measurement.favourable
        return self.swept.gaps(rule.measure, places, rule.compare, rule.side, favourable)

    def accuracy(self, places: Ints) -> Floats:
        """Return the share of correct decisions at some places."""
        return np.asarray(self.swept.amounts.correct[:, places].sum(axis=0) / self.swept.counts.amounts.sum())


def today(axis: ComparedGroups, operating: float | None) -> Iterator[WhatIf]:
    """Yield today's decisions as they were counted; they need not come from a threshold."""
    measurement = axis.context.measurement
    if "decisions" not in measurement.tables:
        return
    counts = measurement.counts(axis.swept.counts.axes, "decisions")
    known = [counts.keys.index(key) for key in axis.swept.counts.keys if key in counts.keys]
    if len(known) >= 2 and counts.amounts[known].sum() > 0:
        yield _what_if(axis, counts.pick(known), kind="now", threshold=operating)


def common(axis: ComparedGroups) -> tuple[tuple[WhatIf, ...], tuple[str, ...]]:
    """Return the most accurate common threshold, and the most accurate one that keeps each rule; and rules without."""
    tried = axis.tried
    accuracy = axis.accuracy(tried)
    near = None if axis.now is None else int(np.searchsorted(tried, axis.now))
    best = best_common(accuracy, np.ones(len(tried), dtype=bool), near)
    assert best is not None
    found = [_one_threshold(axis, "most_accurate", int(tried[best]), None)]
    unmet = []
    for rule in axis.rules:
        place = _best_keeping(axis, rule, axis.rule_values(rule, tried), accuracy, near)
        if place is None:
            unmet.append(rule.id)
        else:
            found.append(_one_threshold(axis, "common", int(tried[place]), rule.id))
    return tuple(found), tuple(unmet)


def _best_keeping(
    axis: ComparedGroups, rule: AskedRule, values: Floats, accuracy: Floats, near: int | None
) -> int | None:
    """Return the most accurate place that keeps a rule; a value on the limit itself is compared as a fraction."""
    slack = 1e-12 if rule.side == "max" else -1e-12
    allowed = ~np.isnan(values)
    allowed[allowed] = [keeps(float(value), rule.bound + slack, rule.side) for value in values[allowed]]
    while (place := best_common(accuracy, allowed, near)) is not None:
        if _rule_at(axis, rule, axis.swept.at(int(axis.tried[place]))).keeps:
            return place
        allowed[place] = False
    return None


def _one_threshold(
    axis: ComparedGroups, kind: Literal["most_accurate", "common"], place: int, aim: str | None
) -> WhatIf:
    return _what_if(
        axis,
        axis.swept.at(place),
        kind=kind,
        aim=aim,
        selects=_selects(np.array([place]), len(axis.swept.values)),
        threshold=axis.swept.threshold(place),
    )


def _selects(places: Ints, last: int) -> Literal["some", "everyone", "nobody"]:
    return "everyone" if (places == 0).all() else "nobody" if (places == last).all() else "some"


def per_group(axis: ComparedGroups) -> Iterator[WhatIf]:
    """Yield one threshold for each group so that a rate is equal to within a tolerance, without any lot."""
    for metric, name in RATES:
        rates = getattr(axis.swept.amounts, name)
        known = [place for place in range(len(rates)) if not np.isnan(rates[place]).any()]
        if len(known) < 2:
            continue
        picked = axis.swept.pick(known)
        tolerances = {*TOLERANCES, *_asked_tolerances(axis.rules, metric)}
        for tolerance in sorted(tolerances):
            tried = axis.tried
            chosen = equal_rate_thresholds(rates[known][:, tried], picked.amounts.correct[:, tried], tolerance)
            places = tried[chosen.places]
            yield _what_if(
                axis,
                picked.at(places),
                kind="per_group",
                aim=metric.name,
                tolerance=tolerance,
                selects=_selects(places, len(picked.values)),
                thresholds=tuple(
                    GroupThreshold(group=group, threshold=picked.threshold(int(place)))
                    for group, place in zip(group_names(picked.counts), places, strict=True)
                ),
                left_out=_without(axis, known),
            )


def _asked_tolerances(rules: Sequence[AskedRule], metric: Metric) -> Iterator[float]:
    for rule in rules:
        if rule.compare == "difference" and rule.side == "max" and SAME_GAP.get(rule.measure.name) is metric:
            yield rule.bound


def fairlearn(axis: ComparedGroups) -> Iterator[WhatIf]:
    """Yield what Fairlearn's ThresholdOptimizer would do, if the config asks for it."""
    asked = axis.context.config.mitigation
    swept = axis.swept
    for constraint in asked.constraints if asked is not None else ():
        found = optimize_thresholds(constraint, swept.values, swept.counts.amounts)
        if found is None:
            continue
        picked = swept.pick(found.groups)
        yield _what_if(
            axis,
            picked.mixed(found.lower, found.upper, found.chances),
            kind="fairlearn",
            aim=constraint,
            thresholds=tuple(
                GroupThreshold(
                    group=group,
                    threshold=picked.threshold(int(upper)),
                    lower=picked.threshold(int(lower)),
                    chances=tuple(chances),
                )
                for group, lower, upper, chances in zip(
                    group_names(picked.counts), found.lower, found.upper, found.chances.tolist(), strict=True
                )
            ),
            left_out=_without(axis, found.groups),
            sample=None if found.exact else found.rows,
        )


def _without(axis: ComparedGroups, kept: Sequence[int]) -> tuple[dict[str, str], ...]:
    names = group_names(axis.swept.counts)
    return tuple(name for place, name in enumerate(names) if place not in kept)


def _what_if(axis: ComparedGroups, counts: GroupCounts, **fields: Any) -> WhatIf:
    """Return a way of deciding with what its decisions do: people, accuracy, gaps and rules."""
    amounts = counts.amounts
    return WhatIf(
        **fields,
        people=round(float(counts.rows.sum())),
        accuracy=float(amounts[:, (0, 3)].sum() / amounts.sum()),
        gaps=tuple(_gap_at(axis, metric, counts) for metric, _ in RATES),
        rules=tuple(_rule_at(axis, rule, counts) for rule in axis.rules),
    )


def _gap_at(axis: ComparedGroups, metric: Metric, counts: GroupCounts) -> GapAt:
    compared = axis.compare(metric, counts)
    undefined = compared.undefined("difference")
    return GapAt(metric=metric.name, value=None if undefined else compared.gap("difference").value)


def _rule_at(axis: ComparedGroups, rule: AskedRule, counts: GroupCounts) -> RuleAt:
    compared = axis.compare(rule.measure, counts)
    undefined = compared.undefined(rule.compare)
    if undefined is not None:
        return RuleAt(rule=rule.id, value=None, undefined=undefined, verdict="not_evaluable")
    gap = compared.gap(rule.compare, rule.side)
    return RuleAt(
        rule=rule.id,
        value=gap.value,
        interval=interval(gap.low, gap.high, axis.context.measurement.confidence, gap.method),
        keeps=gap_keeps(gap, rule.bound, rule.side),
        verdict=gap_verdict(gap, rule.bound, rule.side),
    )
