"""Whether a gap keeps a limit: by its value, compared exactly, and by its interval."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from .comparison import Gap

Side = Literal["max", "min"]
Outcome = Literal["pass", "fail", "inconclusive"]


def keeps(value: Fraction | float, bound: float, side: Side) -> bool:
    """Return whether a value keeps a bound; a fraction of counts meets the bound as it is written, not as a float.

    >>> keeps(Fraction(60, 100) / Fraction(75, 100), 0.8, "min")
    True
    """
    limit: Fraction | float = Fraction(repr(bound)) if isinstance(value, Fraction) else bound
    return value <= limit if side == "max" else value >= limit


def gap_keeps(gap: Gap, bound: float, side: Side) -> bool:
    """Return whether the observed value itself lies on the right side, compared exactly: 60/100 to 75/100 *is* 4/5."""
    return keeps(gap.exact if gap.exact is not None else gap.value, bound, side)


def gap_verdict(gap: Gap, bound: float, side: Side) -> Outcome:
    """Return what the interval says: all of it keeps the limit, none of it does, or some."""
    if side == "max":
        return "pass" if gap.high <= bound else "fail" if gap.low > bound else "inconclusive"
    return "pass" if gap.low >= bound else "fail" if gap.high < bound else "inconclusive"
