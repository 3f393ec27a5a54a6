"""What a metric is: a definition in words, and a function from cells to group values with their limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import wraps
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.table import CountTable, GroupCounts
from ethicscheck.stats.clusters import alike_within, rests_on_one
from ethicscheck.stats.estimators import Estimator

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

Worse = Literal["higher", "lower", "depends"]
Among = Literal["all", "positives", "negatives", "selected", "rejected"]
Event = Literal["selected", "rejected", "positive", "negative", "correct", "favoured", "within"]


@dataclass(frozen=True)
class Measured:
    """G group values.

    `reasons[g]` says why group g has none. `exact[g]` is the value as a fraction of counts, where it is one.
    `tested` holds whole successes and trials when the value depends on one proportion alone.
    """

    estimator: Estimator
    denominator: Floats
    reasons: tuple[str | None, ...]
    exact: tuple[Fraction | None, ...] | None = None
    tested: tuple[Ints, Ints] | None = None

    @property
    def values(self) -> tuple[float | None, ...]:
        """The values, None where undefined."""
        return tuple(
            None if reason else float(value) for value, reason in zip(self.estimator.value, self.reasons, strict=True)
        )


@dataclass(frozen=True)
class Metric:
    """One measure of a group.

    Parameters
    ----------
    name : as in the config and the record (scikit-learn's and Fairlearn's words).
    title : a few words for people.
    asks : the question it answers, in a plain sentence.
    misleads : when it misleads.
    formula : in the cells TP, FP, FN, TN.
    measure : from cells, and which prediction is favourable (0 or 1), to values.
    needs_label : whether the true outcome must be known.
    lowest, highest : the range of values.
    worse : which direction is worse for the people counted, or "depends".
    among, event : "of 1,000 people who …, so many were …"; None when it is no such count.
    ratio : whether group values can be divided (never negative).
    mean_of_groups : whether the overall is the mean of the groups' values, each weighted by its denominator.
    source : where the definition comes from.
    table : the kind of count table it is measured on (`counts.bases`).
    share : whether values are shares of people, written as percentages.
    quantity : whether values are in the unit of what is predicted (years, euros), of any size.
    costly : whether each group costs a slow call, so that plans move values instead of measuring thousands of groups.
    gradient : the derivatives of the value by each cell, from cells (G, C) to (G, C), where the cells are too many to find
        them numerically; None where they are few.
    checks : refuses data that the measure has no meaning for, with a DataError; None where there are none.
    """

    name: str
    title: str
    asks: str
    misleads: str
    formula: str
    measure: Callable[[GroupCounts, int], Measured]
    needs_label: bool = True
    lowest: float = 0.0
    highest: float = 1.0
    worse: Worse = "depends"
    among: Among | None = None
    event: Event | None = None
    ratio: bool = True
    mean_of_groups: bool = True
    source: str = "scikit-learn and Fairlearn use the same definition"
    table: str = "decisions"
    share: bool = False
    quantity: bool = False
    costly: bool = False
    gradient: Callable[[Floats], Floats] | None = None
    checks: Callable[[CountTable, str], None] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "measure", _minding_clusters(self.measure))


def _minding_clusters(measure: Callable[[GroupCounts, int], Measured]) -> Callable[[GroupCounts, int], Measured]:
    """Return the measure with limits that allow for clusters, where rows belong to some, and without tests.

    Exact and χ² tests take every row for a new person. A value that rests on fewer than two of them is undefined: the limits
    of its gap to another group would be made from how far its own interval reaches, which no row says. A measure that reckons with clusters itself says so in the name of
    its method; the limits of all others are widened as far as clusters can make them.
    """
    if hasattr(measure, "minds_clusters"):
        return measure

    @wraps(measure)
    def minding(counts: GroupCounts, favourable: int) -> Measured:
        measured = measure(counts, favourable)
        if counts.products is None:
            return measured
        estimator = measured.estimator
        if not estimator.method.endswith("_clusters"):
            estimator = alike_within(estimator, counts.amounts, counts.squares, counts.products)
        reasons = tuple(
            "too_few_clusters" if reason is None and alone else reason
            for reason, alone in zip(measured.reasons, rests_on_one(estimator), strict=True)
        )
        return replace(measured, estimator=estimator, reasons=reasons, tested=None)

    minding.minds_clusters = True  # type: ignore[attr-defined]
    return minding


@dataclass(frozen=True)
class Criterion:
    """A named fairness criterion: the worst gap over the metrics it compares. It has gaps, but no group values."""

    name: str
    title: str
    asks: str
    misleads: str
    formula: str
    components: tuple[Metric, ...]
    source: str

    @property
    def table(self) -> str:
        """The kind of count table its components are measured on."""
        return self.components[0].table

    @property
    def share(self) -> bool:
        """Whether values are shares of people."""
        return all(part.share for part in self.components)

    @property
    def quantity(self) -> bool:
        """Whether values are in the unit of what is predicted."""
        return all(part.quantity for part in self.components)

    @property
    def needs_label(self) -> bool:
        """Whether the true outcome must be known."""
        return any(part.needs_label for part in self.components)

    @property
    def highest(self) -> float:
        """The largest possible value of its components."""
        return max(part.highest for part in self.components)

    @property
    def lowest(self) -> float:
        """The smallest possible value of its components."""
        return min(part.lowest for part in self.components)

    @property
    def ratio(self) -> bool:
        """Whether its components can be divided."""
        return all(part.ratio for part in self.components)
