"""How base rates differ between groups, and what measures make of that even where the model knows nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.bases import DECISIONS, Scores
from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import BASE_RATE
from ethicscheck.metrics.comparison import Comparison
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.metrics.rows import group_names
from ethicscheck.model.wording import decimal, features_label, group_label, limit, percent
from ethicscheck.stats.gaps import difference_limits
from ethicscheck.stats.studentized_range import simultaneous_critical_value

from .definition import MOVES_WITH_BASE_RATE, Policy, Warned

# What each is for a model that knows nothing but the base rate p; of F1, for one that always says yes.
KNOWING_NOTHING: dict[str, tuple[str, Callable[[float], float]]] = {
    "average_precision": ("scores drawn at random", lambda p: p),
    "brier_score": ("one and the same score, the base rate, for all", lambda p: p * (1 - p)),
    "log_loss": (
        "one and the same score, the base rate, for all",
        lambda p: -sum(q * math.log(q) for q in (p, 1 - p) if q > 0),
    ),
    "f1_score": ("the positive decision for all", lambda p: 2 * p / (1 + p)),
}


def base_rates(measurement: Measurement, features: tuple[str, ...], kind: str) -> Comparison:
    """Return the groups compared by base rate, on the rows of a table of decisions or of scores."""
    if kind == "decisions":
        return measurement.comparison(BASE_RATE, features)
    outcomes = _outcomes(measurement.counts(features, kind))
    small = measurement.small(features, kind)
    return Comparison.of(BASE_RATE, outcomes, small, measurement.favourable, 1 - measurement.confidence)


def surest_difference(rates: Comparison) -> tuple[int, int] | None:
    """Return the two groups whose base rates are most surely apart, the higher first; None where chance explains all.

    They are places among the groups compared. The extremes themselves may be two small groups; what follows from their
    rates would be chance too.
    """
    if rates.undefined("difference") is not None:
        return None
    estimator = rates.parts[0].measured.estimator
    value = estimator.value
    low, high = estimator.limits(simultaneous_critical_value(rates.alpha, len(value)))
    lows, _ = difference_limits(
        value[:, None], (low[:, None], high[:, None]), value[None, :], (low[None, :], high[None, :])
    )
    first, second = np.unravel_index(int(np.argmax(lows)), lows.shape)
    return (int(first), int(second)) if lows[first, second] > 0 else None


def measures_that_move(policy: Policy) -> Iterator[Warned]:
    """Yield a warning for each limit on a gap that base rates alone would break."""
    for rule in policy.rules:
        measure, table = rule.measure, policy.measurement.tables.get(rule.measure.table)
        known = KNOWING_NOTHING.get(measure.name)
        wanted = (rule.compare, rule.side) == ("difference", "max") and measure.table in ("decisions", "scores")
        if known is None or not wanted or table is None or not table.labelled:
            continue
        rates = base_rates(policy.measurement, rule.features, measure.table)
        pair = surest_difference(rates)
        if pair is None:
            continue
        words, formula = known
        base = [float(rates.parts[0].measured.estimator.value[place]) for place in pair]
        blind = [formula(p) for p in base]
        apart = abs(blind[0] - blind[1])
        if apart <= rule.bound:
            continue
        names = group_names(rates.counts)
        labels = [group_label(names[rates.parts[0].places[place]]) for place in pair]
        yield Warned(
            MOVES_WITH_BASE_RATE,
            f"{measure.title} by {features_label(rule.features)}: base rates are {percent(base[0])} for {labels[0]} and {percent(base[1])} "
            f"for {labels[1]}. A model that knows nothing ({words}) would have {decimal(blind[0])} and {decimal(blind[1])}, "
            f"{decimal(apart)} apart, where {limit(rule.bound)} is allowed.",
            (rule.id,),
        )


def _outcomes(counts: GroupCounts) -> GroupCounts:
    """Return the outcomes of a histogram of scores by label, as decisions that are all negative."""
    assert isinstance(counts.basis, Scores)

    def floats(cells: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        return None if cells is None else _folded(cells.astype(float))

    return replace(
        counts,
        rows=_folded(counts.rows.astype(float)).astype(np.int64),
        weight=floats(counts.weight),
        weight_squares=floats(counts.weight_squares),
        basis=DECISIONS,
    )


def _folded(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.zeros((len(cells), 4))
    found[:, 0], found[:, 2] = cells[:, 0::2].sum(axis=1), cells[:, 1::2].sum(axis=1)
    return found
