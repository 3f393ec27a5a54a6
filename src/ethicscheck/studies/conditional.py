"""Once like is compared with like: gaps within strata, standardised to one mix of strata, and tests over strata.

One part of the record a metric and feature. What holds for every metric is built from its values within strata alone; odds
ratios and tests only where the values rest on counted rates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ethicscheck.metrics.comparison import Comparison
from ethicscheck.metrics.definition import Metric
from ethicscheck.metrics.rows import interval
from ethicscheck.model.conditional_record import (
    Adjusted,
    AdjustedPair,
    Conditional,
    ConditionalMetric,
    LackingStratum,
    StandardisedGap,
    StandardisedGroup,
    StrataTest,
    StratumDifference,
    StratumGap,
)
from ethicscheck.stats.estimators import Estimator, Proportion
from ethicscheck.stats.gaps import gap_difference_high, gap_difference_low
from ethicscheck.stats.intervals import Floats, critical_value
from ethicscheck.stats.standardised import (
    common_strata,
    difference,
    mean_mix,
    pooled_mix,
    standardise,
    turn_around,
)
from ethicscheck.stats.stratified import (
    Pooled,
    StratifiedTest,
    common_odds_ratio,
    common_risk_difference,
    conditional_independence,
    odds_ratio_homogeneity,
)
from ethicscheck.stats.studentized_range import simultaneous_critical_value

from .context import Features, StudyContext
from .demographic import demographic_rows
from .within import Group, InStrata, MeasuredInStrata, added

NO_COMMON = "no_common_stratum"


def study(context: StudyContext) -> Conditional | None:
    """Return the measures within strata; None where there are no strata."""
    if not context.measurement.table.strata or not context.measurement.table.stratum_keys():
        return None
    rows = []
    for features in context.axes:
        strata: dict[str, InStrata] = {}
        for metric in context.metrics:
            if metric.table not in strata:
                strata[metric.table] = InStrata.of(context.measurement, features, metric.table)
            if strata[metric.table].labels:
                rows.append(_Subject(context, metric, features, strata[metric.table]).row())
    return Conditional(
        strata=tuple(axis.name for axis in context.measurement.table.strata),
        metrics=tuple(rows),
        demographic_disparity=tuple(demographic_rows(context)),
    )


class _Subject:
    """One metric by one feature: the groups that are compared, in every stratum."""

    def __init__(self, context: StudyContext, metric: Metric, features: Features, strata: InStrata) -> None:
        measurement = context.measurement
        self.context, self.metric, self.features, self.whole = context, metric, features, strata
        self.confidence = measurement.confidence
        self.z = critical_value(1 - self.confidence)
        self.favourable = measurement.favourable
        self.comparison = measurement.comparison(metric, features)
        (part,) = self.comparison.parts
        self.places = part.places
        self.strata = strata.pick(self.places)
        self.measured = MeasuredInStrata.of(metric, self.strata, self.favourable)
        self.defined = self.measured.defined
        self.sizes = self._sizes_of_strata()
        self.group_rows = np.stack([counts.rows.sum(axis=1) for counts in self.strata.counts])
        self.names: list[Group] = [
            dict(zip(features, self.comparison.counts.keys[place], strict=True)) for place in self.places
        ]

    def row(self) -> ConditionalMetric:
        standardised, used = self._standardised()
        return ConditionalMetric(
            metric=self.metric.name,
            features=self.features,
            within=tuple(self._within()),
            standardised=standardised,
            independence=self._independence(range(len(self.places)), used),
            pairs=tuple(self._pair(first, second, to) for first, second, to in self._pairs()),
        )

    def _within(self) -> Iterator[StratumGap]:
        """Yield the gap in each stratum; its small groups are those with few rows there."""
        least = self.context.measurement.min_group
        for label, counts in zip(self.whole.labels, self.whole.counts, strict=True):
            rows = counts.rows.sum(axis=1)
            few = frozenset(place for place, n in enumerate(rows) if n < least)
            comparison = Comparison.of(self.metric, counts, few, self.favourable, 1 - self.confidence)
            undefined = comparison.undefined("difference")
            gap = None if undefined else comparison.gap("difference")
            names = [dict(zip(counts.axes, key, strict=True)) for key in counts.keys]
            yield StratumGap(
                stratum=label,
                rows=int(rows.sum()),
                value=gap.value if gap else None,
                undefined=undefined,
                interval=interval(gap.low, gap.high, self.confidence, gap.method) if gap else None,
                group=names[gap.first] if gap else None,
                against=names[gap.second] if gap and gap.second is not None else None,
            )

    def _standardised(self) -> tuple[StandardisedGap, NDArray[np.bool_]]:
        everyone = list(range(len(self.places)))
        used = self._used(everyone)
        shared = {
            "strata": int(used.sum()),
            "rows": self._rows(used, everyone),
            "left_out": tuple(self._lacking(everyone, used)),
        }
        if len(everyone) < 2 or not used.any():
            undefined = "fewer_than_two_groups" if len(everyone) < 2 else NO_COMMON
            return StandardisedGap(value=None, undefined=undefined, **shared), used
        estimator = self._standardise(used, pooled_mix(self.sizes[used]))
        value = estimator.value
        low, high = estimator.limits(self.z)
        first, second = int(value.argmax()), int(value.argmin())
        if first == second:
            first, second = 0, 1
        ends = (
            gap_difference_low(estimator, simultaneous_critical_value(1 - self.confidence, len(everyone))),
            gap_difference_high(estimator, self.z),
        )
        gap = float(value[first] - value[second])
        return StandardisedGap(
            value=gap,
            interval=interval(min(ends[0], gap), max(ends[1], gap), self.confidence, f"pairwise_{estimator.method}"),
            group=self.names[first],
            against=self.names[second],
            values=tuple(
                StandardisedGroup(
                    group=name,
                    value=float(value[place]),
                    interval=interval(float(low[place]), float(high[place]), self.confidence, estimator.method),
                )
                for place, name in enumerate(self.names)
            ),
            **shared,
        ), used

    def _pairs(self) -> Iterator[tuple[int, int, str]]:
        """Yield the two ends of the gap over all, then each other group against the reference."""
        if len(self.places) < 2:
            return
        gap = self.comparison.gap("difference")
        assert gap.second is not None
        ends = self.places.index(gap.first), self.places.index(gap.second)
        yield *ends, "gap"
        chosen = self.context.measurement.counts(self.features).keys[self.context.references[self.features]]
        reference = dict(zip(self.features, chosen, strict=True))
        if reference in self.names:
            base = self.names.index(reference)
            yield from (
                (place, base, "reference")
                for place in range(len(self.places))
                if place != base and {place, base} != {*ends}
            )

    def _pair(self, first: int, second: int, to: str) -> AdjustedPair:
        both = [first, second]
        used = self._used(both)
        shared = {
            "group": self.names[first],
            "against": self.names[second],
            "to": to,
            "strata": int(used.sum()),
            "rows": self._rows(used, both),
            "left_out": tuple(self._lacking(both, used)),
        }
        if not used.any():
            return AdjustedPair(undefined=NO_COMMON, **shared)
        counts = [part.pick(both) for part, keep in zip(self.strata.counts, used, strict=True) if keep]
        crude_estimator = self.metric.measure(added(counts), self.favourable).estimator
        crude = difference(crude_estimator, 0, 1, self.z)
        sizes = self.sizes[used][:, both]
        adjusted_estimator = self._standardise(used, pooled_mix(sizes))
        adjusted = difference(adjusted_estimator, first, second, self.z)
        unexplained = None
        if self.metric.mean_of_groups:
            unexplained = difference(self._standardise(used, mean_mix(sizes)), first, second, self.z)
        tests = self._pair_tests(both, used, isinstance(crude_estimator, Proportion))
        return AdjustedPair(
            crude=self._adjusted(crude, "mover_difference"),
            adjusted=self._adjusted(adjusted, f"difference_{adjusted_estimator.method}"),
            explained=crude.value - unexplained.value if unexplained is not None else None,
            unexplained=self._adjusted(unexplained, f"difference_{adjusted_estimator.method}"),
            turns=turn_around(crude, adjusted),
            independence=self._independence(both, used),
            within=tuple(self._differences(first, second, used)) if to == "gap" else (),
            **tests,
            **shared,
        )

    def _pair_tests(
        self, both: Sequence[int], used: NDArray[np.bool_], rate: bool
    ) -> dict[str, Adjusted | StrataTest | None]:
        counted = self._counted(both, used)
        if counted is None or not rate:
            return {}
        return {
            "odds_ratio": self._adjusted(common_odds_ratio(*counted, self.z), "robins_breslow_greenland"),
            "risk_difference": self._adjusted(common_risk_difference(*counted, self.z), "mantel_haenszel_sato"),
            "homogeneity": _test(odds_ratio_homogeneity(*counted)),
        }

    def _independence(self, places: Sequence[int], used: NDArray[np.bool_]) -> StrataTest | None:
        counted = self._counted(places, used) if len(places) > 1 else None
        if counted is None:
            return None
        statistics = self.context.config.statistics
        return _test(conditional_independence(*counted, statistics.replicates, statistics.seed))

    def _counted(
        self, places: Sequence[int], used: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """Return whole successes and trials, where rows are independent and unweighted."""
        tested = self.measured.tested
        if tested is None or not used.any() or self.context.roles.cluster is not None:
            return None
        at = np.array(places)
        return tested[0][used][:, at], tested[1][used][:, at]

    def _used(self, places: Sequence[int]) -> NDArray[np.bool_]:
        return common_strata(self.defined[:, list(places)])

    def _sizes_of_strata(self) -> Floats:
        """Return what the strata weigh: the metric's own denominators where it is a mean over them, else the rows."""
        if self.metric.mean_of_groups:
            return self.measured.denominators
        return np.stack([part.amounts.sum(axis=1) for part in self.strata.counts])

    def _rows(self, used: NDArray[np.bool_], places: Sequence[int]) -> int:
        return int(self.group_rows[used][:, list(places)].sum())

    def _lacking(self, places: Sequence[int], used: NDArray[np.bool_]) -> Iterator[LackingStratum]:
        rows = self.group_rows[:, list(places)].sum(axis=1)
        for stratum in np.flatnonzero(~used):
            if rows[stratum]:
                lacks = (self.names[place] for place in places if not self.defined[stratum, place])
                yield LackingStratum(stratum=self.strata.labels[stratum], rows=int(rows[stratum]), lacks=tuple(lacks))

    def _standardise(self, used: NDArray[np.bool_], mix: Floats) -> Estimator:
        """Return the groups' standardised values; those of a group that lacks one of these strata are not numbers."""
        return standardise([part.estimator for part, keep in zip(self.measured.parts, used, strict=True) if keep], mix)

    def _differences(self, first: int, second: int, used: NDArray[np.bool_]) -> Iterator[StratumDifference]:
        for stratum in np.flatnonzero(used):
            apart = self._adjusted(
                difference(self.measured.parts[stratum].estimator, first, second, self.z), "mover_difference"
            )
            if apart is not None:
                yield StratumDifference(stratum=self.strata.labels[stratum], value=apart.value, interval=apart.interval)

    def _adjusted(self, pooled: Pooled | None, method: str) -> Adjusted | None:
        if pooled is None or not math.isfinite(pooled.low):
            return None
        low, high = min(pooled.low, pooled.value), max(pooled.high, pooled.value)
        return Adjusted(value=pooled.value, interval=interval(low, high, self.confidence, method))


def _test(found: StratifiedTest | None) -> StrataTest | None:
    if found is None:
        return None
    return StrataTest(p_value=found.p_value, test=found.test, statistic=found.statistic, degrees=found.degrees)
