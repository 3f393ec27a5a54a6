"""Which sums a predicted number needs: powers and products of the error, the truth, the prediction and the weight.

e is the error (prediction − truth), a its size, y the truth, p the prediction, h 1 where the error is within the
tolerance, w the weight. A mean needs Σwx; its variance Σw²x and Σw²x² too; its skewness also Σw³x … Σw³x³.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import narwhals as nw

from .exact_sums import DIGITS
from .roles import Roles

# The sums that values themselves are made of.
_VALUES = frozenset({"1", "e", "a", "e2", "y", "y2", "p", "h"})
_FEWER_DIGITS = 52
# The monomials that are needed with the weight to the first, second and third power; "1" is the weight alone.
_BY_WEIGHT: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, ("1", "e", "a", "e2", "y", "y2", "p", "h")),
    (2, ("1", "e", "a", "e2", "e4", "y", "y2", "y3", "y4", "e2y", "e2y2", "p", "p2")),
    (3, ("1", "e", "a", "e2", "e3", "a3", "e4", "e6", "p", "p2", "p3")),
)
_POWERS: dict[str, dict[str, int]] = {
    "1": {}, "h": {"h": 1}, "a": {"a": 1}, "a3": {"a": 3},
    "e": {"e": 1}, "e2": {"e": 2}, "e3": {"e": 3}, "e4": {"e": 4}, "e6": {"e": 6},
    "y": {"y": 1}, "y2": {"y": 2}, "y3": {"y": 3}, "y4": {"y": 4},
    "e2y": {"e": 2, "y": 1}, "e2y2": {"e": 2, "y": 2},
    "p": {"p": 1}, "p2": {"p": 2}, "p3": {"p": 3},
}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One sum: a monomial times the weight to a power (0 where there are no weights)."""

    monomial: str
    weight: int

    @property
    def name(self) -> str:
        """Its name among the sums, such as "w2_e4"."""
        return f"w{self.weight}_{self.monomial}"

    @property
    def digits(self) -> int:
        """How many binary digits are kept: all of a value's, fewer of what only variances and skewness are made of."""
        if self.weight == 0 and self.monomial == "h":
            return 1  # it is 0 or 1
        return DIGITS if self.weight <= 1 and self.monomial in _VALUES else _FEWER_DIGITS

    @property
    def powers(self) -> tuple[tuple[str, int], ...]:
        """How often each column enters; the size of the error counts as the error."""
        found = [("e" if name == "a" else name, power) for name, power in _POWERS[self.monomial].items()]
        return (*found, ("w", self.weight)) if self.weight else tuple(found)

    def product(self) -> nw.Expr:
        """Return the term from the columns e, y, p, h and w; one order of factors, so that rounding is the same."""
        factors = [_power(name, power) for name, power in _POWERS[self.monomial].items()]
        if self.weight:
            factors.append(_power("w", self.weight))
        return reduce(lambda product, factor: product * factor, factors)


def terms_of(roles: Roles) -> tuple[Term, ...]:
    """Return the sums that the data allow, in a fixed order; plain ones once, weighted ones by power of the weight."""
    left_out: set[str] = set() if roles.tolerance is not None else {"h"}
    if roles.label is None:
        left_out = set(_POWERS) - {"1", "p", "p2", "p3"}
    if roles.weight is not None:
        return tuple(
            Term(monomial, power) for power, group in _BY_WEIGHT for monomial in group if monomial not in left_out
        )
    monomials = dict.fromkeys(monomial for _, group in _BY_WEIGHT for monomial in group)
    return tuple(Term(monomial, 0) for monomial in monomials if monomial not in left_out | {"1"})


def _power(name: str, power: int) -> nw.Expr:
    base = nw.col("e").abs() if name == "a" else nw.col(name)
    if power == 1:
        return base
    square = base * base
    return {2: square, 3: square * base, 4: square * square, 6: square * square * square}[power]
