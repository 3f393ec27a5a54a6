"""The smallest difference or breach that groups of given sizes can show, for planning, whatever the measure.

Only the sizes of groups and their pooled mix enter, never how far apart they are observed to be. Which rules need how many
rows is in `policy.power`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import numpy as np
from scipy.special import ndtri

from ethicscheck.counts.mixing import drawn_together
from ethicscheck.counts.table import GroupCounts
from ethicscheck.stats.delta import cell_gradient, smoothed_cells
from ethicscheck.stats.gaps import difference_limits, ratio_limits
from ethicscheck.stats.intervals import Floats, critical_value, effective_size
from ethicscheck.stats.studentized_range import simultaneous_critical_value

from .definition import Ints, Metric

CHANCE = 0.8
_STRAY = float(ndtri(CHANCE))
MOST_CELLS = 256  # above, cells are not tilted one by one
_STEPS = 30.0 * np.linspace(0, 1, 241) ** 2  # fine where truths are near, and e^±30 is as far as shares go


@dataclass(frozen=True)
class _Ends:
    """Values of P groups at T steps, their limits and their sampling variances, each of shape (P, T)."""

    value: Floats
    low: Floats
    high: Floats
    variance: Floats

    @property
    def limits(self) -> tuple[Floats, Floats]:
        return self.low, self.high


@dataclass(frozen=True)
class Planned:
    """What groups of given sizes can show by one metric.

    Parameters
    ----------
    metric : the metric.
    counts : the cells of the groups that take part; only their sizes and their pooled mix are used.
    favourable : which prediction helps the person.
    alpha : 1 − confidence, already divided where several measures or rules are looked at together.
    """

    metric: Metric
    counts: GroupCounts
    favourable: int
    alpha: float

    def sizes(self) -> Floats:
        """Return the (effective) rows of each group, shape (G,)."""
        return effective_size(self.counts.amounts.sum(axis=1), self.counts.squares.sum(axis=1))

    def smallest_gaps(self, first: Ints, second: Ints, compare: Literal["difference", "ratio"], bound: float) -> Floats:
        """Return, for pairs of groups, the true gap nearest to a bound that would be shown to lie beyond it.

        The two groups are thought to lie evenly on either side of what all groups share, ever further apart, until the
        end of the interval that decides clears the bound by what four samples in five stray at most. Either of the two may be
        the higher one: the harder case counts.

        Parameters
        ----------
        first, second : places of the groups of each pair, shape (P,).
        compare : "difference" (largest − smallest, beyond means above) or "ratio" (smallest ÷ largest, below).
        bound : the rule's limit; 0 (or 1 for a ratio) asks for any gap at all.

        Returns
        -------
        True gaps, shape (P,); NaN where none, however large, would be shown.

        Notes
        -----
        The chance is that of the pair alone, at the critical value that holds for all pairs of groups at once. Shares
        move evenly on the scale of log odds.
        """
        z = simultaneous_critical_value(self.alpha, len(self.counts))
        family = self._family()
        found = []
        for above, below in ((first, second), (second, first)):
            up, down = family.ends(above, _STEPS, z), family.ends(below, -_STEPS, z)
            if compare == "difference":
                value = up.value - down.value
                clear = difference_limits(up.value, up.limits, down.value, down.limits)[0] - bound
                spread = np.sqrt(up.variance + down.variance)
            else:
                with np.errstate(divide="ignore", invalid="ignore"):
                    value = down.value / up.value
                    clear = bound - ratio_limits(down.value, down.limits, up.value, up.limits)[1]
                    spread = np.sqrt(down.variance + value**2 * up.variance) / up.value
            found.append(_first(value, clear - _STRAY * spread))
        hardest = np.maximum if compare == "difference" else np.minimum
        return np.asarray(hardest(*found), dtype=float)

    def smallest_breaches(self, side: Literal["max", "min"], bound: float) -> Floats:
        """Return, for each group, its true value nearest to a bound that would be shown to lie beyond it, shape (G,).

        As `smallest_gaps`, for a rule that every group must keep by itself: the critical value is shared out among groups.
        """
        z = critical_value(self.alpha / max(len(self.counts), 1))
        sign = 1.0 if side == "max" else -1.0
        steps = sign * np.concatenate([-_STEPS[:0:-1], _STEPS])
        one = self._family().ends(np.arange(len(self.counts)), steps, z, far=True)
        clear = one.low - bound if side == "max" else bound - one.high
        return _first(one.value, clear - _STRAY * np.sqrt(one.variance))

    def _family(self) -> _Family:
        single = self.counts.sums is None and self.counts.products is None
        if single and not self.metric.costly and self.counts.rows.shape[1] <= MOST_CELLS:
            tilted = _tilted(self)
            if tilted is not None:
                return tilted
        return _Moved(self.metric, self.counts, self.favourable)


class _Family(Protocol):
    """Truths that a group may have, along one direction from what all groups share."""

    def ends(self, places: Ints, steps: Floats, z: float, far: bool = False) -> _Ends:
        """Return P groups at T steps."""
        ...


@dataclass(frozen=True)
class _Tilted:
    """The pooled cells made more likely, or less, by how much each pulls the measure up."""

    metric: Metric
    counts: GroupCounts
    favourable: int
    shares: Floats
    pull: Floats

    def ends(self, places: Ints, steps: Floats, z: float, far: bool = False) -> _Ends:
        exponent = steps[:, None] * self.pull
        tilted = self.shares * np.exp(exponent - exponent.max(axis=1, keepdims=True))
        tilted /= tilted.sum(axis=1, keepdims=True)
        totals = self.counts.amounts.sum(axis=1)[places]
        cells = (totals[:, None, None] * tilted).reshape(-1, tilted.shape[1])
        weight = squares = None
        if self.counts.weight is not None:
            per_weight = self.counts.squares.sum(axis=1)[places] / totals
            weight, squares = cells, cells * np.repeat(per_weight, len(steps))[:, None]
        many = _in_place_of(self.counts, cells, weight, squares)
        estimator = self.metric.measure(many, self.favourable).estimator
        low, high = estimator.far_limits(z) if far else estimator.limits(z)
        shape = len(places), len(steps)
        variance = estimator.variance().reshape(shape)
        return _Ends(estimator.value.reshape(shape), low.reshape(shape), high.reshape(shape), variance)


@dataclass(frozen=True)
class _Moved:
    """The measure of each group at the pooled mix, moved up or down with limits of the same width.

    For tables whose cells are too many to be tilted: scores, moments.
    """

    metric: Metric
    counts: GroupCounts
    favourable: int

    def ends(self, places: Ints, steps: Floats, z: float, far: bool = False) -> _Ends:
        pooled = drawn_together(self.counts, 0.0)
        estimator = self.metric.measure(pooled, self.favourable).estimator
        low, high = estimator.far_limits(z) if far else estimator.limits(z)
        value = estimator.value[places][:, None]
        reach = np.nanmax(np.where(np.isfinite(high - low), high - low, np.nan), initial=0.0) or 1.0
        width = self.metric.highest - self.metric.lowest
        far_off = min(width, 20 * reach) if np.isfinite(width) else 20 * reach
        move = steps / np.abs(_STEPS).max() * far_off
        moved = [
            np.clip(end + move, self.metric.lowest, self.metric.highest)
            for end in (value, low[places][:, None], high[places][:, None])
        ]
        variance = np.broadcast_to(estimator.variance()[places][:, None], moved[0].shape)
        return _Ends(moved[0], moved[1], moved[2], variance)


def _tilted(planned: Planned) -> _Tilted | None:
    """Return the family of tilted cells; None where no cell moves the measure."""
    counts = planned.counts

    def value(cells: Floats) -> Floats:
        plain = _in_place_of(counts, cells)  # shares of rows will do
        return planned.metric.measure(plain, planned.favourable).estimator.value

    cells, _ = smoothed_cells(counts.amounts.sum(axis=0)[None], counts.squares.sum(axis=0)[None])
    pull = cell_gradient(value, cells)[0]
    most = np.abs(pull).max()
    if not np.isfinite(most) or most <= 0:
        return None
    return _Tilted(planned.metric, counts, planned.favourable, cells[0] / cells.sum(), pull / most)


def _in_place_of(
    counts: GroupCounts, cells: Floats, weight: Floats | None = None, squares: Floats | None = None
) -> GroupCounts:
    """Return other cells on the same columns; fractional counts are fine for planning."""
    rows: Any = cells
    return replace(
        counts, keys=(("",),) * len(cells), rows=rows, weight=weight, weight_squares=squares, sums=None, unit=0
    )


def _first(value: Floats, margin: Floats) -> Floats:
    """Return the value at which a margin first turns positive along each row, between steps by a straight line."""
    beyond = np.nan_to_num(margin, nan=-1.0) > 0
    place = beyond.argmax(axis=1)
    rows = np.arange(len(value))
    before = np.maximum(place - 1, 0)
    late, early = margin[rows, place], margin[rows, before]
    known = np.isfinite(early) & (late > early)
    part = np.where(known, -early / np.where(known, late - early, 1.0), 1.0).clip(0, 1)
    found = value[rows, before] + part * (value[rows, place] - value[rows, before])
    found = np.where(np.isfinite(found), found, value[rows, place])
    return np.where(beyond.any(axis=1), found, np.nan)
