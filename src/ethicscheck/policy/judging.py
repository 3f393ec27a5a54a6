"""From rules and measurements to findings: pass, fail, inconclusive or not evaluable. The printed ends decide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from ethicscheck.metrics.comparison import Comparison, Gap
from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.keeping import gap_keeps, gap_verdict
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.metrics.own import said_by
from ethicscheck.metrics.registry import find_measure
from ethicscheck.metrics.rows import group_names, interval
from ethicscheck.model.record import Finding, Observed, RuleEntry
from ethicscheck.stats.multiplicity import holm

from .codes import measure_code
from .messages import Case, finding_message, finding_remedy
from .rows_needed import rows_needed
from .rules import Rule

Verdict = Literal["pass", "fail", "inconclusive", "not_evaluable"]


@dataclass
class _Draft:
    rule: Rule
    comparison: Comparison
    gap: Gap | None
    verdict: Verdict
    reason: str | None = None
    p_value: float = 1.0
    p_adjusted: float = 1.0


def judge(rules: Sequence[Rule], measurement: Measurement) -> tuple[Finding, ...]:
    """Return one finding for each rule, in the order of the rules.

    A fail must survive Holm's adjustment over all metric rules of the config; a pass needs none (all passes hold at
    once only if each does).
    """
    drafts = [_draft(rule, measurement) for rule in rules]
    alpha = 1 - measurement.confidence
    for draft, adjusted in zip(drafts, holm([draft.p_value for draft in drafts]), strict=True):
        draft.p_adjusted = float(adjusted)
        if draft.verdict == "fail" and draft.p_adjusted > alpha:
            draft.verdict, draft.reason = "inconclusive", "multiplicity"
    return tuple(_finding(draft, measurement, len(drafts)) for draft in drafts)


def _draft(rule: Rule, measurement: Measurement) -> _Draft:
    comparison = measurement.comparison(rule.measure, rule.features)
    undefined = comparison.undefined(rule.compare)
    if undefined is not None:
        return _Draft(rule, comparison, None, "not_evaluable", undefined)
    gap = comparison.gap(rule.compare, rule.side)
    verdict = gap_verdict(gap, rule.bound, rule.side)
    p_value = comparison.failing_p(rule.compare, rule.bound, rule.side) if verdict == "fail" else 1.0
    return _Draft(
        rule, comparison, gap, verdict, "interval_holds_limit" if verdict == "inconclusive" else None, p_value
    )


def observed_exactly(rule: Rule, measurement: Measurement) -> Fraction | float | None:
    """Return the value a rule judges, as a fraction of counts where it is one; None where there is none."""
    comparison = measurement.comparison(rule.measure, rule.features)
    if comparison.undefined(rule.compare) is not None:
        return None
    gap = comparison.gap(rule.compare, rule.side)
    return gap.exact if gap.exact is not None else gap.value


def _finding(draft: _Draft, measurement: Measurement, asked: int) -> Finding:
    rule, gap = draft.rule, draft.gap
    names = group_names(draft.comparison.counts)
    needed = None
    if draft.verdict == "inconclusive":
        needed = rows_needed(rule, draft.comparison, measurement.favourable, asked)
    observed = None
    component: Metric | None = None
    decides: Metric | None = None
    if gap is not None:
        if isinstance(rule.measure, Criterion):
            metrics = rule.measure.components
            upper = (draft.verdict == "pass") == (rule.side == "max")
            component, decides = metrics[gap.of], metrics[gap.high_of if upper else gap.low_of]
        observed = Observed(
            value=gap.value,
            interval=interval(gap.low, gap.high, measurement.confidence, gap.method),
            group=names[gap.first],
            against=names[gap.second] if gap.second is not None else None,
            component=component.name if component is not None and find_measure(component.name) is not None else None,
        )
    case = Case(
        rule=rule,
        verdict=draft.verdict,
        reason=draft.reason,
        observed=observed,
        meets=gap_keeps(gap, rule.bound, rule.side) if gap is not None else None,
        values=_values(draft),
        left_out=tuple(
            (names[group.place], group.reason, group.of.title if group.of is not None else None)
            for group in draft.comparison.left_out
        ),
        min_group=measurement.min_group,
        confidence=measurement.confidence,
        needed=needed,
        component=component.title if component is not None else None,
        decides=decides.title if decides is not None and decides is not component else None,
        compared=tuple(part.metric.title for part in draft.comparison.parts),
        rows="rows" if measurement.clusters is not None else "people",
        apart=names[apart] if draft.verdict == "fail" and (apart := _apart(draft, measurement)) is not None else None,
        said=tuple(sorted(said_by(rule.measure))) if draft.verdict == "not_evaluable" else (),
    )
    failed = draft.p_value < 1
    return Finding(
        id=rule.id,
        kind="metric",
        verdict=draft.verdict,
        rule=RuleEntry(
            id=rule.rule_id,
            metric=rule.measure.name,
            across=rule.features,
            compare=rule.compare,
            max=rule.bound if rule.side == "max" else None,
            min=rule.bound if rule.side == "min" else None,
            why=rule.why,
            profile=rule.profile,
            line=rule.line,
            severity=rule.severity,
        ),
        observed=observed,
        message=finding_message(case),
        remedy=finding_remedy(case),
        reason=draft.reason,
        p_value=draft.p_value if failed else None,
        p_adjusted=draft.p_adjusted if failed else None,
        rows_needed=needed,
        code=measure_code(rule.measure.name),
    )


def _apart(draft: _Draft, measurement: Measurement) -> int | None:
    """Return the place of the group, of the two furthest apart, that is further from everyone; None where none can be told."""
    gap = draft.gap
    if gap is None or gap.second is None:
        return None
    part = draft.comparison.parts[gap.of]
    everyone = part.metric.measure(measurement.counts((), part.metric.table), measurement.favourable).values[0]
    values = _values(draft)
    if len(part.places) < 3 or everyone is None or values is None:
        return None
    first, second = (abs(value - everyone) for value in values)
    if math.isclose(first, second, rel_tol=1e-9):
        return None
    return gap.first if first > second else gap.second


def _values(draft: _Draft) -> tuple[float, float] | None:
    """Return the two groups' own values, for the message."""
    gap = draft.gap
    if gap is None or gap.second is None:
        return None
    part = draft.comparison.parts[gap.of]
    first, second = (part.places.index(place) for place in (gap.first, gap.second))
    values = part.measured.estimator.value
    return float(values[first]), float(values[second])
