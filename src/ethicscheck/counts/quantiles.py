"""Quartiles of a column in any engine: exact order statistics, count-weighted, in a few passes and no sort.

Engines differ in how they interpolate, and none counts a row that stands for several. Here the range is cut into bins
again and again around the row that is looked for, until one value is left.
"""

from __future__ import annotations

import decimal
import itertools
import math
from collections.abc import Callable
from typing import Any

import narwhals as nw

Runner = Callable[[nw.LazyFrame[Any]], list[tuple[Any, ...]]]
_BINS = 4096


def quartiles(frame: nw.LazyFrame[Any], run: Runner) -> tuple[float, float, float] | None:
    """Return the three quartiles: the smallest values that a quarter, half and three quarters of the rows don't exceed.

    Parameters
    ----------
    frame : columns `value` (finite, none missing) and `times`, how many rows each stands for, as whole float numbers.
    run : runs a query.

    Returns
    -------
    The quartiles; None where there is no row.
    """
    low, high, total = run(
        frame.filter(nw.col("times") > 0).select(
            nw.col("value").min().alias("low"), nw.col("value").max().alias("high"), nw.col("times").sum()
        )
    )[0]
    if low is None or high is None or math.isnan(low):
        return None
    first = _histogram(frame, run, low, high)
    ranks = [-(-int(total) * part // 4) for part in (1, 2, 3)]
    found = [_value_at(frame, run, first, rank) for rank in ranks]
    return found[0], found[1], found[2]


Bins = list[tuple[int, float, float]]  # rows, smallest and largest value of each bin that is not empty, in order


def _value_at(frame: nw.LazyFrame[Any], run: Runner, bins: Bins, rank: int) -> float:
    """Return the value of the row of that rank (from 1) by narrowing the range around it."""
    while True:
        reached = list(itertools.accumulate(rows for rows, _, _ in bins))
        place = next(place for place, rows in enumerate(reached) if rows >= rank)
        rank -= reached[place] - bins[place][0]
        _, low, high = bins[place]
        if low == high or len(bins) == 1:
            return low
        inside = frame.filter((nw.col("value") >= low) & (nw.col("value") <= high))
        bins = _histogram(inside, run, low, high)


def _histogram(frame: nw.LazyFrame[Any], run: Runner, low: float, high: float) -> Bins:
    width = (high - low) / _BINS
    if width == 0 or math.isinf(1 / width):  # one value, or numbers so small that they can't be told apart by dividing
        place = nw.col("value")
    else:
        place = ((nw.col("value") - low) / width).floor()
        place = nw.when(place < _BINS - 1).then(place).otherwise(nw.lit(float(_BINS - 1)))
    rows = run(
        frame.filter(nw.col("times") > 0)
        .select(place.alias("place"), "value", "times")
        .group_by("place")
        .agg(
            nw.col("times").sum(),
            nw.col("value").min().alias("low"),
            nw.col("value").max().alias("high"),
        )
        .select("place", "times", "low", "high")
    )
    return [(int(times), float(least), float(most)) for _, times, least, most in sorted(rows)]


def rounded_edges(found: tuple[float, float, float]) -> tuple[float, ...]:
    """Return quartiles rounded to about a fiftieth of the distance between the outer two, each once.

    Rounded edges read better, and none is anybody's own value. Without a distance they stay as they are.

    >>> rounded_edges((12.4372, 20.018, 31.99))
    (12.4, 20.0, 32.0)
    >>> rounded_edges((0.0, 0.0, 3.0)), rounded_edges((5.0, 5.0, 5.0))
    ((0.0, 3.0), (5.0,))
    """
    spread = found[2] - found[0]
    if spread <= 0:
        return (found[0],)
    step = decimal.Decimal(10) ** math.floor(math.log10(spread / 20))
    rounded = [float((decimal.Decimal(edge) / step).quantize(decimal.Decimal(1)) * step) for edge in found]
    return tuple(sorted({edge + 0.0 for edge in rounded}))


def span_labels(edges: tuple[float, ...]) -> tuple[str, ...]:
    """Return the labels of the bins that the edges cut: each holds its upper edge.

    >>> span_labels((12.4, 20.0))
    ('up to 12.4', '12.4 to 20', 'over 20')
    """
    texts = [_number(edge) for edge in edges]
    inner = [f"{low} to {high}" for low, high in itertools.pairwise(texts)]
    return (f"up to {texts[0]}", *inner, f"over {texts[-1]}")


def _number(value: float) -> str:
    text = repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return text.replace("-", "−") if "e" not in text else text
