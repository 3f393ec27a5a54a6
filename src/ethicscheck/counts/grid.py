"""How scores are read: exactly while few differ, else on a grid whose error is known.

The grid's step is a power of two, so that putting a score on it is exact arithmetic, the same in every engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import narwhals as nw

# Scores are counted exactly while no more than so many different ones occur.
MOST_SCORES = 20_000
MOST_STEPS = 2**14


@dataclass(frozen=True)
class Grid:
    """A grid for scores with steps of 2**exponent; None means that scores are kept as they are."""

    exponent: int | None = None

    @classmethod
    def over(cls, low: float, high: float, steps: int = MOST_STEPS) -> Grid:
        """Return the finest grid that cuts [low, high] into no more than `steps` steps."""
        width = max(high - low, abs(high) * 2.0**-40, abs(low) * 2.0**-40, 2.0**-900)
        return cls(math.ceil(math.log2(width / steps)))

    @property
    def half_width(self) -> float:
        """How far a score may lie from its grid point; 0 where scores are exact."""
        return 0.0 if self.exponent is None else 2.0 ** (self.exponent - 1)

    def place(self, score: nw.Expr) -> nw.Expr:
        """Return the grid's nearest point, in units of its step, or the score itself."""
        if self.exponent is None:
            return score
        return (score * 2.0**-self.exponent + 0.5).floor()  # not round(): engines differ on which way a half goes

    def value(self, placed: float) -> float:
        """Return the score that `place` stands for."""
        return placed if self.exponent is None else placed * 2.0**self.exponent
