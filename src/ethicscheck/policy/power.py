"""What rows can show: those each group needs for a rule to be decided, and the smallest gap today's can show.

Planning, never a verdict: nothing here says on which side of a limit the data lie. `rows_needed` holds the one mechanism that
says whether so many rows decide a rule, `metrics.detectable` the one that says what given sizes can show.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ethicscheck.counts.mixing import drawn_together
from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.comparison import Comparison, Part
from ethicscheck.metrics.definition import Criterion, Ints, Metric
from ethicscheck.metrics.detectable import Planned
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.metrics.rows import group_names
from ethicscheck.model.power import GapPower, Group, GroupPower, RowsPlan, RulePower, SmallestGap, Unit
from ethicscheck.stats.intervals import Floats

from .rows_needed import MOST, Planner, at_the_limit, kept_spread, smallest
from .rules import Rule

Measure = Metric | Criterion
# That groups must differ is no rule anybody writes; no breach is looked for.
_NEVER_ASKED = (("difference", "min"), ("ratio", "max"))
_SLACK = 1e-6  # of a row, for sums of cells in floats
_MOST_PAIRS = 60  # groups whose own smallest gap is worked out


@dataclass(frozen=True)
class PowerPlanner:
    """Plans on what was measured, as if there were `factor` times the rows.

    Parameters
    ----------
    measurement : the count tables and settings.
    factor : 1, or how many times today's rows are planned for.
    """

    measurement: Measurement
    factor: float = 1.0

    def rule(self, rule: Rule, asked: int) -> RulePower:
        """Return what rows can say about one rule of `asked`."""
        today = self.measurement.comparison(rule.measure, rule.features)
        comparison = self._comparison(rule.measure, rule.features)
        undefined = comparison.undefined(rule.compare)
        spread = None if today.undefined(rule.compare) or undefined else kept_spread(today)
        plans: list[RowsPlan | None] = [None, None]
        needed: list[Floats | None] = [None, None]
        enough = False
        if undefined is None and spread is not None:
            as_today = Planner.of(rule, comparison, self.measurement.favourable, spread, asked)
            enough = not at_the_limit(rule, today) and as_today.decided(1.0)
            alike = replace(as_today, keep=0.0)
            plans[0], needed[0] = _plan(as_today) if not at_the_limit(rule, today) else (_NONE, None)
            plans[1], needed[1] = _plan(alike)
        shown = None
        if undefined is None and (rule.compare, rule.side) not in _NEVER_ASKED:
            shown = self._shown(rule, comparison, asked)
        return RulePower(
            id=rule.id,
            metric=rule.measure.name,
            title=rule.measure.title,
            unit=_unit(rule.measure),
            features=rule.features,
            compare=rule.compare,
            max=rule.bound if rule.side == "max" else None,
            min=rule.bound if rule.side == "min" else None,
            undefined=undefined,
            enough=enough,
            if_as_today=plans[0],
            if_alike=plans[1],
            smallest=shown.smallest if shown else None,
            surely=shown.surely if shown else None,
            groups=_groups(comparison, shown, *needed),
        )

    def gap(self, measure: Measure, features: tuple[str, ...]) -> GapPower:
        """Return the smallest gap that the rows can show by one measure."""
        comparison = self._comparison(measure, features)
        undefined = comparison.undefined("difference")
        shown = None if undefined else self._gaps(comparison, "difference", 0.0, comparison.alpha)
        return GapPower(
            metric=measure.name,
            title=measure.title,
            unit=_unit(measure),
            features=features,
            undefined=undefined,
            smallest=shown.smallest if shown else None,
            surely=shown.surely if shown else None,
            groups=_groups(comparison, shown),
        )

    def _comparison(self, measure: Measure, features: tuple[str, ...]) -> Comparison:
        if self.factor == 1:
            return self.measurement.comparison(measure, features)
        today = self.measurement.counts(features, measure.table)
        rows = today.rows.sum(axis=1)
        times = shared_out(self.factor * rows) / np.maximum(rows, 1)
        counts = drawn_together(today, 1.0, times[:, None])
        few = frozenset(np.flatnonzero(counts.rows.sum(axis=1) < self.measurement.min_group).tolist())
        return Comparison.of(measure, counts, few, self.measurement.favourable, 1 - self.measurement.confidence)

    def _shown(self, rule: Rule, comparison: Comparison, asked: int) -> _Shown:
        alpha = comparison.alpha / asked
        if rule.compare == "each":
            return self._breaches(comparison, rule.side, rule.bound, alpha)
        return self._gaps(comparison, rule.compare, rule.bound, alpha)

    def _gaps(
        self, comparison: Comparison, compare: Literal["difference", "ratio"], bound: float, alpha: float
    ) -> _Shown:
        """Return the smallest gaps over the components; a gap in any of them shows as one in the criterion."""
        names = group_names(comparison.counts)
        ratio = compare == "ratio"
        found = []
        for part in comparison.parts:
            planned = self._planned(part, comparison, alpha / len(comparison.parts))
            order = np.argsort(-planned.sizes(), kind="stable")
            first, second = [int(order[0]), int(order[-2])], [int(order[1]), int(order[-1])]
            own = range(len(order)) if len(order) <= _MOST_PAIRS else ()
            first += own
            second += [int(order[1] if place == order[0] else order[0]) for place in own]
            values = planned.smallest_gaps(np.array(first), np.array(second), compare, bound)
            pairs = [
                tuple(names[part.places[place]] for place in pair) for pair in zip(first[:2], second[:2], strict=True)
            ]
            of = part.metric.title if len(comparison.parts) > 1 else None
            groups = {part.places[place]: float(value) for place, value in zip(own, values[2:], strict=True)}
            found.append(_Shown(_gap(values[0], pairs[0], of), _gap(values[1], pairs[1], of), groups))
        return _hardest(found, ratio)

    def _breaches(self, comparison: Comparison, side: Literal["max", "min"], bound: float, alpha: float) -> _Shown:
        (part,) = comparison.parts
        planned = self._planned(part, comparison, alpha)
        values = planned.smallest_breaches(side, bound)
        names = group_names(comparison.counts)
        order = np.argsort(-planned.sizes(), kind="stable")
        ends = [_gap(values[place], (names[part.places[place]],), None) for place in (order[0], order[-1])]
        return _Shown(ends[0], ends[1], {part.places[place]: float(value) for place, value in enumerate(values)})

    def _planned(self, part: Part, comparison: Comparison, alpha: float) -> Planned:
        return Planned(part.metric, comparison.counts.pick(part.places), self.measurement.favourable, alpha)


@dataclass(frozen=True)
class _Shown:
    smallest: SmallestGap | None
    surely: SmallestGap | None
    groups: dict[int, float]


def _unit(measure: Measure) -> Unit:
    if isinstance(measure, Metric) and measure.quantity:
        return "quantity"
    return "share" if measure.share else "number"


def _gap(value: float, between: tuple[Group, ...], of: str | None) -> SmallestGap | None:
    return SmallestGap(value=float(value), between=between, of=of) if math.isfinite(value) else None


def _hardest(found: Sequence[_Shown], ratio: bool) -> _Shown:
    """Return what shows whichever component it lies in: nothing where one of them can't show any."""
    if len(found) == 1:
        return found[0]

    def worst(parts: Iterable[SmallestGap | None]) -> SmallestGap | None:
        known = list(parts)
        if None in known:
            return None
        return (min if ratio else max)((part for part in known if part is not None), key=lambda part: part.value)

    shared = set.intersection(*(set(part.groups) for part in found))
    pick = np.min if ratio else np.max
    return _Shown(
        worst(part.smallest for part in found),
        worst(part.surely for part in found),
        {place: float(pick([part.groups[place] for part in found])) for place in shared},
    )


def shared_out(rows: Floats) -> Ints:
    """Return whole rows by largest remainder: as many in all as the fractions are, each within one of its own.

    >>> shared_out(np.array([3333.4, 3333.3, 3333.3])).tolist()
    [3334, 3333, 3333]
    """
    whole = np.floor(rows + _SLACK).astype(np.int64)
    left = round(float(np.sum(rows))) - int(whole.sum())
    first = np.argsort(whole - rows, kind="stable")[: max(left, 0)]
    whole[first] += 1
    return np.asarray(whole, dtype=np.int64)


_NONE = RowsPlan(each=None, each_total=None, factor=None, factor_total=None)


def _plan(planner: Planner) -> tuple[RowsPlan, Floats | None]:
    """Return how many rows decide a rule, and the rows each group then has."""
    rows = planner.counts.rows.sum(axis=1).astype(float)
    least = float(rows.min())

    def brought_up(times: float) -> Floats:
        return np.asarray(np.maximum(rows, least * times), dtype=float)

    def decided(times: float) -> bool:
        return planner.decided((brought_up(times) / rows)[:, None])

    factor = smallest(planner.decided)
    times = smallest(decided, MOST * float(rows.max()) / least)
    each = math.ceil(least * times) if times is not None else None
    planned = np.ceil(brought_up(times) - _SLACK) if times is not None else None  # whole rows come a last bit too large
    return RowsPlan(
        each=each,
        each_total=int(planned.sum()) if planned is not None else None,
        factor=factor,
        factor_total=math.ceil(factor * float(rows.sum())) if factor is not None else None,
    ), planned


def _groups(
    comparison: Comparison,
    shown: _Shown | None,
    as_today: Floats | None = None,
    alike: Floats | None = None,
) -> tuple[GroupPower, ...]:
    counts: GroupCounts = comparison.counts
    rows = np.rint(counts.rows.sum(axis=1)).astype(int)
    reasons = {group.place: group.reason for group in comparison.left_out if group.of is None}
    places = sorted({place for part in comparison.parts for place in part.places})

    def missing(planned: Floats | None, place: int) -> int | None:
        if planned is None or place not in places:
            return None
        return max(int(planned[places.index(place)]) - int(rows[place]), 0)

    found = []
    for place, name in enumerate(group_names(counts)):
        value = shown.groups.get(place, math.nan) if shown else math.nan
        found.append(
            GroupPower(
                group=name,
                rows=int(rows[place]),
                left_out=reasons.get(place),
                smallest=value if math.isfinite(value) else None,
                missing=missing(as_today, place),
                missing_if_alike=missing(alike, place),
            )
        )
    return tuple(found)
