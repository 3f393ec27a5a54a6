"""Sums of weights that are the same to the last bit in every engine and in any order of rows.

A float sum depends on the order of its terms (DuckDB's differs from run to run). So each weight becomes a whole
multiple of 2**−exponent, with 52 bits for the largest, and is summed in 26-bit halves that fit 64-bit integers in every
engine for up to 2^37 rows; the halves meet again as Python integers. A weight below 2**−53 of the largest counts as 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from ethicscheck.errors import DataError
from ethicscheck.model.text import text_of

if TYPE_CHECKING:
    from .roles import FrameView

LARGEST = 1e100
_MOST_ROWS = 2.0**37
_HALF = float(2**26)
_PARTS = ("w_high", "w_low", "hh_high", "hh_low", "hl_high", "hl_low", "ll_high", "ll_low")


@dataclass(frozen=True)
class WeightScale:
    """Weights are counted in units of 2**−exponent."""

    exponent: int

    def totals(self, cells: Mapping[str, Sequence[Any]]) -> tuple[list[int], list[int]]:
        """Return (Σw, Σw²) of each cell in units of 2**−exponent and 2**−(2·exponent)."""
        half = 1 << 26
        part = {name: [int(number) for number in cells[name]] for name in _PARTS}
        weights = [high * half + low for high, low in zip(part["w_high"], part["w_low"], strict=True)]
        halves = {
            name: [high * half + low for high, low in zip(part[f"{name}_high"], part[f"{name}_low"], strict=True)]
            for name in ("hh", "hl", "ll")
        }
        squares = [
            high * half * half + 2 * middle * half + low
            for high, middle, low in zip(halves["hh"], halves["hl"], halves["ll"], strict=True)
        ]
        return weights, squares


def weight_scale(view: FrameView, weight: str, count: str | None) -> WeightScale:
    """Look at the weights once: refuse those that can't be summed, and choose the unit.

    Raises
    ------
    DataError
        For a weight that is missing, negative, infinite or no number, with the number of such rows.
    """
    column = nw.col(view.alias(weight)).cast(nw.Float64)
    fine = (column >= 0) & (column <= LARGEST)
    times: nw.Expr = nw.lit(1.0)
    if count is not None:
        times = nw.col(view.alias(count)).cast(nw.Float64)
        fine = fine & (times >= 0) & (times == times.floor()) & (times < 2.0**53)
    checked = view.frame.select(
        nw.when(fine).then(nw.lit(1)).otherwise(0).alias("good"),
        nw.when(fine).then(column).otherwise(0.0).alias("largest"),
        nw.when(fine).then(times).otherwise(0.0).alias("times"),
    )
    good, lines, top, rows = view.run(
        checked.select(
            nw.col("good").sum(),
            nw.col("good").count().alias("lines"),
            nw.col("largest").max(),
            nw.col("times").sum(),
        )
    )[0]
    bad = int(lines or 0) - int(good or 0)
    if bad:
        raise _unusable(view, weight, count, fine, bad)
    if not lines:
        raise DataError("there are no rows to audit", "data.source", "check the file")
    if not top:
        raise DataError("every weight is 0", f"column {weight!r}", "give at least some rows a positive weight")
    if rows > _MOST_ROWS:
        raise DataError(
            f"the counts add up to {int(rows):,}, but weighted rows are summed up to 2^37",
            f"column {count!r}",
            "check the count column, or audit the data in parts",
        )
    return WeightScale(52 - math.frexp(float(top))[1])


def _unusable(view: FrameView, weight: str, count: str | None, fine: nw.Expr, bad: int) -> DataError:
    names = [weight] if count is None else [weight, count]
    shown = [nw.col(view.original(name)).alias(f"v{place}") for place, name in enumerate(names)]
    wrong = nw.when(fine).then(nw.lit(1)).otherwise(0) == 0
    worst = view.run(view.frame.filter(wrong).select(*shown).sort("v0").head(1))[0]
    values = " × count ".join(repr(text) if (text := text_of(part)) else "an empty cell" for part in worst)
    return DataError(
        f"{values} can't be summed as a weight ({bad:,} such {'row' if bad == 1 else 'rows'})",
        f"column {weight!r}",
        "weights are finite numbers, 0 or more" + (", and counts whole ones" if count else ""),
    )


def weight_columns(weight: nw.Expr, times: nw.Expr | None, scale: WeightScale) -> dict[str, nw.Expr]:
    """Return the whole-number columns whose sums hold Σw and Σw² (each times the row's count)."""
    # Not round(): engines differ on which way a half goes.
    half_way = scale.exponent // 2  # in two steps: 2**1100 is no float
    units = (weight * 2.0**half_way * 2.0 ** (scale.exponent - half_way) + 0.5).floor()
    high = (units / _HALF).floor()
    low = units - high * _HALF
    columns: dict[str, nw.Expr] = {"w_high": high, "w_low": low}
    for name, product in (("hh", high * high), ("hl", high * low), ("ll", low * low)):
        top = (product / _HALF).floor()
        columns |= {f"{name}_high": top, f"{name}_low": product - top * _HALF}
    whole = {name: expression.cast(nw.Int64) for name, expression in columns.items()}
    return whole if times is None else {name: expression * times for name, expression in whole.items()}
