"""What a change of model does, on the same rows: to each group's value, and to each gap. Paired throughout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.bases import DECISIONS
from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.definition import Criterion, Measured, Metric
from ethicscheck.metrics.rows import interval
from ethicscheck.model.changes_record import Changes, GapChange, ValueChange
from ethicscheck.stats.intervals import Floats, critical_value
from ethicscheck.stats.paired import (
    NEW_CELLS,
    OTHER_CELLS,
    Change,
    gap_change_ends,
    mcnemar_exact,
    paired_correlation,
)

from .context import Features, StudyContext

Bools = NDArray[np.bool_]
Places = NDArray[np.int64]

UNMOVED = frozenset({"base_rate"})  # does not depend on the decision


def study(context: StudyContext) -> Changes | None:
    """Return how values and gaps change from the other model to the audited one; None where there is no other."""
    other = context.config.data.compare_with
    if other is None or "changes" not in context.measurement.tables:
        return None
    metrics = [m for m in context.metrics if m.table == "decisions" and m.name not in UNMOVED]
    criteria = [c for c in context.criteria if c.table == "decisions"]
    measures: list[Metric | Criterion] = [*metrics, *criteria]
    everyone = context.measurement.counts((), "changes").rows[0]
    gaps: list[GapChange] = []
    values: list[ValueChange] = []
    for features in ((), *context.axes):
        both = _BothModels.of(context, features)
        values += [row for metric in metrics for row in both.values(metric)]
        if features:
            gaps += [both.gap(measure) for measure in measures]
    return Changes(
        other=other,
        rows=int(everyone.sum()),
        decided_alike=int(everyone[[0, 2, 5, 7]].sum()),
        gaps=tuple(gaps),
        values=tuple(values),
    )


@dataclass(frozen=True)
class _BothModels:
    """The groups of one feature under both models."""

    counts: GroupCounts
    small: frozenset[int]
    favourable: int
    confidence: float

    @classmethod
    def of(cls, context: StudyContext, features: Features) -> _BothModels:
        measurement = context.measurement
        counts, small = measurement.counts(features, "changes"), measurement.small(features, "changes")
        return cls(counts, small, measurement.favourable, measurement.confidence)

    def measured(self, metric: Metric, counts: GroupCounts) -> tuple[Measured, Measured]:
        """Return the metric under the new model and under the other."""
        new, other = (metric.measure(collapsed(counts, cells), self.favourable) for cells in (NEW_CELLS, OTHER_CELLS))
        return new, other

    def change(self, metric: Metric, counts: GroupCounts) -> Change:
        """Return the paired change of groups that are defined under both models."""

        def value(cells: Floats) -> Floats:
            plain = GroupCounts((), (), cells)  # type: ignore[arg-type]  # fractional cells, for derivatives
            return metric.measure(plain, self.favourable).estimator.value

        new, other = self.measured(metric, counts)
        correlation = paired_correlation(value, counts.amounts, counts.squares, counts.products)
        return Change(new.estimator, other.estimator, correlation)

    def values(self, metric: Metric) -> Iterator[ValueChange]:
        """Yield each group's change."""
        new, other = self.measured(metric, self.counts)
        reasons = [one or two for one, two in zip(new.reasons, other.reasons, strict=True)]
        known = [place for place, reason in enumerate(reasons) if reason is None]
        change = self.change(metric, self.counts.pick(known))
        low, high = change.limits(critical_value(1 - self.confidence))
        for place, key in enumerate(self.counts.keys):
            at = known.index(place) if place in known else None
            p_value = self._p_value(metric, place) if at is not None else None
            moved = _difference(new, other, place) if at is not None else None
            yield ValueChange(
                metric=metric.name,
                features=self.counts.axes,
                group=dict(zip(self.counts.axes, key, strict=True)),
                value=new.values[place],
                other=other.values[place],
                change=moved,
                undefined=reasons[place],
                interval=None
                if at is None or moved is None
                else interval(min(float(low[at]), moved), max(float(high[at]), moved), self.confidence, change.method),
                p_value=p_value,
                test="mcnemar_exact" if p_value is not None else None,
            )

    def gap(self, measure: Metric | Criterion) -> GapChange:
        """Return the change in max − min; of a criterion, in the worst of its components' gaps."""
        found = []
        groups: tuple[dict[str, str], ...] = ()
        for metric in measure.components if isinstance(measure, Criterion) else (measure,):
            new, other = self.measured(metric, self.counts)
            places = [
                place
                for place, pair in enumerate(zip(new.reasons, other.reasons, strict=True))
                if pair == (None, None) and place not in self.small
            ]
            if len(places) < 2:
                return GapChange(
                    metric=measure.name,
                    features=self.counts.axes,
                    value=None,
                    other=None,
                    change=None,
                    undefined="fewer_than_two_groups",
                )
            change = self.change(metric, self.counts.pick(places))
            ends = gap_change_ends(change, 1 - self.confidence)
            found.append((float(np.ptp(change.new.value)), float(np.ptp(change.other.value)), *ends))
            groups = groups or tuple(dict(zip(self.counts.axes, self.counts.keys[p], strict=True)) for p in places)
        # The worst of several gaps grows by at most what the most grown one does, and by at least the least grown one.
        value, other_value = max(part[0] for part in found), max(part[1] for part in found)
        moved = value - other_value
        low, high = min(min(part[2] for part in found), moved), max(max(part[3] for part in found), moved)
        return GapChange(
            metric=measure.name,
            features=self.counts.axes,
            value=value,
            other=other_value,
            change=moved,
            interval=interval(low, high, self.confidence, "paired_gap_change"),
            verdict="worse" if low > 0 else "better" if high < 0 else "unclear",
            groups=groups,
        )

    def _p_value(self, metric: Metric, place: int) -> float | None:
        """Return McNemar's exact test, where rows are independent and both models' rates are over the same rows."""
        if self.counts.weight is not None or self.counts.products is not None:
            return None
        column = np.arange(8)
        other, label, new = column // 4, column // 2 % 2, column % 2
        inside = _inside(metric.among or "", label)
        happens, happened = (_happens(metric.event or "", part, label, self.favourable) for part in (new, other))
        if inside is None or happens is None or happened is None:
            return None
        rows = self.counts.rows[place]
        return mcnemar_exact(
            int(rows[inside & happens & ~happened].sum()), int(rows[inside & ~happens & happened].sum())
        )


def _inside(among: str, label: Places) -> Bools | None:
    """Return which cells a rate is over; None where that depends on the decision."""
    if among == "all":
        return np.ones_like(label, dtype=bool)
    return np.asarray(label == (among == "positives")) if among in ("positives", "negatives") else None


def _happens(event: str, decision: Places, label: Places, favourable: int) -> Bools | None:
    """Return in which cells what a rate counts happens, under one model's decisions."""
    wanted = {"selected": 1, "rejected": 0, "favoured": favourable}.get(event)
    if wanted is not None:
        return np.asarray(decision == wanted)
    return np.asarray(decision == label) if event == "correct" else None


def collapsed(counts: GroupCounts, fold: Floats) -> GroupCounts:
    """Return one model's TN, FP, FN, TP from the eight cells of two; `fold` has shape (8, 4), of zeros and ones."""
    products = None if counts.products is None else np.einsum("gcd,ca,db->gab", counts.products, fold, fold)
    return replace(
        counts,
        rows=(counts.rows @ fold).astype(counts.rows.dtype),
        weight=None if counts.weight is None else counts.weight @ fold,
        weight_squares=None if counts.weight_squares is None else counts.weight_squares @ fold,
        products=products,
        basis=DECISIONS,
    )


def _difference(new: Measured, other: Measured, place: int) -> float:
    """Return new − other, correctly rounded where both are fractions of counts."""
    if new.exact is not None and other.exact is not None:
        a, b = new.exact[place], other.exact[place]
        if a is not None and b is not None:
            return float(a - b)
    return float(new.estimator.value[place] - other.estimator.value[place])
