"""Every threshold by group, and what one common threshold, or one for each group, would do to accuracy and each rule.

Made wherever there is a score with labels, from the histogram alone. Thresholds by group are a what-if, no advice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from importlib import metadata

import numpy as np

from ethicscheck.counts.bases import Scores
from ethicscheck.metrics.binary import CRITERIA, METRICS
from ethicscheck.metrics.rows import group_names
from ethicscheck.model.thresholds_record import RuleSweep, SweptGroup, ThresholdAxis, Thresholds
from ethicscheck.stats.intervals import Floats
from ethicscheck.stats.sweeps import Ints, thin

from .context import AskedRule, StudyContext
from .threshold_cells import SweptGroups
from .threshold_what_ifs import RATES, ComparedGroups, common, fairlearn, per_group, today

# How many thresholds stand in the record, and how many (times groups) are tried.
MOST_POINTS = 101
MOST_TRIED = 200_000


def study(context: StudyContext) -> Thresholds | None:
    """Return the record's part on thresholds; None without a score or without labels."""
    table = context.measurement.tables.get("scores")
    if table is None or not isinstance(table.basis, Scores) or not table.labelled or context.config.data.score is None:
        return None
    if not np.isfinite(table.basis.values).all():
        return None  # an infinite threshold has no place in a record or a chart
    made = [axis for features in context.axes if (axis := _axis(context, table.basis, features)) is not None]
    if not made:
        return None
    optimized = context.config.mitigation is not None
    return Thresholds(
        score=context.config.data.score,
        operating=_operating(context, table.basis),
        scores=len(table.basis.values),
        half_width=table.basis.half_width,
        tool=f"Fairlearn {metadata.version('fairlearn')}, ThresholdOptimizer" if optimized else None,
        axes=tuple(made),
    )


def _operating(context: StudyContext, basis: Scores) -> float | None:
    """Return today's threshold; with decisions of their own, only if it gives the very same cells."""
    data = context.config.data
    if data.threshold is None or data.prediction is None:
        return data.threshold
    swept = SweptGroups.of(context.measurement.counts((), "scores"), basis.values)
    same = (swept.at(swept.people.place(data.threshold)).rows == context.measurement.counts((), "decisions").rows).all()
    return data.threshold if same else None


def _axis(context: StudyContext, basis: Scores, features: tuple[str, ...]) -> ThresholdAxis | None:
    measurement = context.measurement
    counts = measurement.counts(features, "scores")
    small = measurement.small(features, "scores")
    places = [place for place in range(len(counts)) if place not in small and counts.amounts[place].sum() > 0]
    if len(places) < 2:
        return None
    swept = SweptGroups.of(counts.pick(places), basis.values)
    operating = _operating(context, basis)
    now = None if operating is None else swept.people.place(operating)
    curves = np.concatenate([getattr(swept.amounts, curve) for _, curve in RATES])
    always = [] if now is None else [now]
    rules = tuple(rule for rule in context.rules if rule.features == features and _depends_on_threshold(rule))
    axis = ComparedGroups(context, swept, rules, _tried(curves, len(places), always), now)
    ways, unmet = common(axis)
    marked = [swept.people.place(way.threshold) for way in ways if way.threshold is not None]
    shown, tolerance = thin(curves, MOST_POINTS, [*always, *marked])
    names = group_names(counts)
    return ThresholdAxis(
        features=features,
        thresholds=tuple(swept.threshold(int(place)) for place in shown),
        tolerance=tolerance,
        accuracy=tuple(axis.accuracy(shown).tolist()),
        groups=tuple(_swept_groups(swept, shown)),
        left_out=tuple(names[place] for place in range(len(counts)) if place not in places),
        rules=tuple(_rule_sweep(axis, rule, shown) for rule in rules),
        unmet=unmet,
        what_ifs=(*today(axis, operating), *ways, *per_group(axis), *fairlearn(axis)),
    )


def _tried(curves: Floats, groups: int, always: Sequence[int]) -> Ints:
    """Return the thresholds to try: all, or where there are very many groups those where some rate moves most."""
    most = max(MOST_TRIED // groups, 200)
    return np.arange(curves.shape[1]) if curves.shape[1] <= most else thin(curves, most, always)[0]


def _depends_on_threshold(rule: AskedRule) -> bool:
    return rule.measure in METRICS.values() or rule.measure in CRITERIA.values()


def _swept_groups(swept: SweptGroups, shown: Ints) -> Iterator[SweptGroup]:
    found, unit = swept.amounts, swept.counts.unit
    weighted = swept.weight is not None

    def amount(value: float) -> int | float:
        return math.ldexp(value, unit) if weighted else int(value)

    for place, name in enumerate(group_names(swept.counts)):
        yield SweptGroup(
            group=name,
            rows=int(swept.counts.rows[place].sum()),
            negatives=amount(float(found.negatives[place])),
            positives=amount(float(found.positives[place])),
            false_positives=tuple(amount(value) for value in found.false_positives[place, shown].tolist()),
            true_positives=tuple(amount(value) for value in found.true_positives[place, shown].tolist()),
        )


def _rule_sweep(axis: ComparedGroups, rule: AskedRule, shown: Ints) -> RuleSweep:
    return RuleSweep(
        rule=rule.id,
        metric=rule.measure.name,
        compare=rule.compare,
        max=rule.bound if rule.side == "max" else None,
        min=rule.bound if rule.side == "min" else None,
        values=tuple(None if np.isnan(value) else float(value) for value in axis.rule_values(rule, shown)),
    )
