"""What the columns of a table of cells stand for: one small type for each kind of table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Decisions:
    """Yes/no decisions: TN, FP, FN, TP. Without labels, rows count as negatives."""

    @property
    def width(self) -> int:
        """How many columns there are."""
        return 4


@dataclass(frozen=True)
class Changes:
    """The decisions of two models on the same rows: column 4·other + 2·label + prediction."""

    @property
    def width(self) -> int:
        """How many columns there are."""
        return 8


@dataclass(frozen=True)
class Missing:
    """What is missing in a row: column 2·(label is missing) + (prediction, or where there is none the score)."""

    @property
    def width(self) -> int:
        """How many columns there are."""
        return 4


@dataclass(frozen=True, eq=False)
class Scores:
    """A histogram of scores by label: column 2·place + label.

    Parameters
    ----------
    values : the scores that occur (or the grid points they were put on), ascending, shape (S,); exact ones may be
        infinite.
    half_width : 0 where the scores are exact; else every true score lies within this of its grid point.
    labelled : False where there are no labels (every row then counts as a negative).
    """

    values: Floats
    half_width: float = 0.0
    labelled: bool = True

    @property
    def width(self) -> int:
        """How many columns there are."""
        return 2 * len(self.values)

    @property
    def probabilities(self) -> bool:
        """Whether every score lies in [0, 1]."""
        return len(self.values) == 0 or bool(self.values[0] >= 0 and self.values[-1] <= 1)


@dataclass(frozen=True)
class Classes:
    """Decisions among K classes: column label·K + prediction. Without labels, label 0 stands for all."""

    labels: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.labels) ** 2


@dataclass(frozen=True)
class Moments:
    """Rows in one column, and beside them `GroupCounts.sums`: sums of the named terms (`moment_terms`), in this order.

    Parameters
    ----------
    names : of the terms.
    bits : sums are in units of 2**−bits.
    centre : truth and prediction are summed as their distance from this.
    powers : errors (e), centred truths (y) and predictions (p) are summed in units of 2**power.
    tolerance : the largest error that counts as within tolerance, or None.
    quarters : the name of the axis that says in which quarter of the truth a row lies, or None.
    """

    names: tuple[str, ...]
    bits: int = 0
    centre: float = 0.0
    powers: tuple[tuple[str, int], ...] = ()
    tolerance: float | None = None
    quarters: str | None = None

    @property
    def width(self) -> int:
        """How many columns of rows there are."""
        return 1


Basis = Decisions | Changes | Missing | Scores | Classes | Moments

DECISIONS = Decisions()
