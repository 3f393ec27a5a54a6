"""Sums of any terms that are the same to the last bit in every engine and in any order of rows.

A float sum depends on the order of its terms. Here each term, scaled into [−1, 1], is cut into limbs of 26 bits, whole
numbers that fit a 64-bit sum for up to 2^37 rows; the limbs meet again as one Python integer. Unlike `exact_weights`,
which rounds to 52 bits and squares exactly what it rounded, the number of limbs follows the range of the terms: a group
of small values beside a huge outlier elsewhere keeps all its digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

LIMB = 26
MOST_LIMBS = 10
DIGITS = 53 + 12  # those of a float, and some to spare for terms below their bound


def limbs_for(smallest: float, digits: int = DIGITS) -> int:
    """Return how many limbs a term needs whose largest value in some cell is only 2**`smallest`.

    More than `MOST_LIMBS` are not given: what is 2^−200 of the largest term then loses digits, and 2^−260 counts as 0.

    >>> limbs_for(0), limbs_for(-100), limbs_for(-1000)
    (3, 7, 10)
    """
    return min(math.ceil((digits - smallest) / LIMB), MOST_LIMBS)


def limb_columns(name: str, term: nw.Expr, limbs: int, times: nw.Expr | None = None) -> dict[str, nw.Expr]:
    """Return the whole-number columns whose sums hold Σ term.

    Parameters
    ----------
    name : what the columns' names start with.
    term : values in [−1, 1], none of them null or NaN.
    limbs : how many limbs of 26 bits each term is cut into; what lies below the last is dropped.
    times : whole numbers by which each term is multiplied (a row that stands for several).
    """
    size, sign = term.abs(), nw.when(term < 0).then(nw.lit(-1)).otherwise(nw.lit(1))
    columns: dict[str, nw.Expr] = {}
    above: nw.Expr | None = None
    for place in range(limbs):
        # Multiplying by a power of two, cutting off the fraction and subtracting a prefix are all exact.
        prefix = (size * 2.0 ** (LIMB * (place + 1))).floor()
        limb = (prefix if above is None else prefix - above * 2.0**LIMB).cast(nw.Int64) * sign
        columns[f"{name}_{place}"] = limb if times is None else limb * times
        above = prefix
    return columns


def limb_totals(cells: Mapping[str, Sequence[Any]], name: str, limbs: int, bits: int) -> list[int]:
    """Return Σ term of each cell from the sums of its limbs, in units of 2**−bits.

    Parameters
    ----------
    cells : the sums, by column.
    name, limbs : as given to `limb_columns`.
    bits : at least 26 times the number of limbs.
    """
    totals = [0] * len(next(iter(cells.values())))
    for place in range(limbs):
        shift = bits - LIMB * (place + 1)
        totals = [sum_ + (int(part) << shift) for sum_, part in zip(totals, cells[f"{name}_{place}"], strict=True)]
    return totals
