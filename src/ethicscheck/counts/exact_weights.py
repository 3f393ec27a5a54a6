"""Sums of weights that are the same to the last bit in every engine and in any order of rows.

A float sum depends on the order of its terms (DuckDB's differs from run to run). So each weight becomes a whole
multiple of 2**−exponent, with 52 bits for the largest, and is summed in 26-bit halves that fit 64-bit integers in every
engine for up to 2^37 rows; the halves meet again as Python integers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from ethicscheck.errors import DataError
from ethicscheck.model.text import text_of


if TYPE_CHECKING:
    from .collect import FrameView

_HALF = float(2**26)
_PARTS = ("w_high", "w_low", "hh_high", "hh_low", "hl_high", "hl_low", "ll_high", "ll_low")


@dataclass(frozen=True)
class WeightScale:
    """Weights are counted in units of 2**−exponent."""

    exponent: int

    def totals(self, cell: dict[str, Any]) -> tuple[int, int]:
        """Return (Σw, Σw²) of a cell in units of 2**−exponent and 2**−(2·exponent)."""
        part = {name: int(cell[name]) for name in _PARTS}
        half = 1 << 26
        weight = part["w_high"] * half + part["w_low"]
        high = part["hh_high"] * half + part["hh_low"]
        middle = part["hl_high"] * half + part["hl_low"]
        low = part["ll_high"] * half + part["ll_low"]
        return weight, high * half * half + 2 * middle * half + low


def weight_scale(view: FrameView, weight: str, count: str | None) -> WeightScale:
    """Look at the weights once: refuse those that can't be summed, and choose the unit.

    Raises
    ------
    DataError
        For a weight that is missing, negative, infinite or no number, with the number of such rows.
    """
    column = nw.col(view.alias(weight)).cast(nw.Float64)
    fine = (column >= 0) & column.is_finite()
    if count is not None:
        times = nw.col(view.alias(count)).cast(nw.Float64)
        whole = (times >= 0) & (times == times.floor())
        fine = fine & whole
    good = nw.when(fine).then(nw.lit(1)).otherwise(0)
    largest = nw.when(fine).then(column).otherwise(0.0)
    checked = view.frame.select(good.alias("good"), largest.alias("largest"))
    found = view.run(checked.select(nw.col("good").sum(), nw.col("good").count().alias("lines"), nw.col("largest").max()))
    summed, lines, top = found[0]
    bad = int(lines or 0) - int(summed or 0)
    if bad:
        shown = [nw.col(view.original(weight)).alias("v"), *([nw.col(view.original(count)).alias("c")] if count else [])]
        worst = view.run(view.frame.filter(good == 0).select(*shown).head(1))[0]
        values = " × count ".join("an empty cell" if text_of(part) is None else repr(text_of(part)) for part in worst)
        raise DataError(
            f"{values} can't be summed as a weight ({bad:,} such {'row' if bad == 1 else 'rows'})",
            f"column {weight!r}",
            "weights are finite numbers, 0 or more" + (", and counts whole ones" if count else ""),
        )
    if not top:
        raise DataError("every weight is 0", f"column {weight!r}", "give at least some rows a positive weight")
    return WeightScale(52 - math.frexp(float(top))[1])


def weight_columns(weight: nw.Expr, times: nw.Expr | None, scale: WeightScale) -> dict[str, nw.Expr]:
    """Return the whole-number columns whose sums hold Σw and Σw² (each times the row's count)."""
    units = (weight * 2.0**scale.exponent).round()
    high = (units / _HALF).floor()
    low = units - high * _HALF
    columns: dict[str, nw.Expr] = {"w_high": high, "w_low": low}
    for name, product in (("hh", high * high), ("hl", high * low), ("ll", low * low)):
        top = (product / _HALF).floor()
        columns |= {f"{name}_high": top, f"{name}_low": product - top * _HALF}
    whole = {name: expression.cast(nw.Int64) for name, expression in columns.items()}
    return whole if times is None else {name: expression * times for name, expression in whole.items()}
