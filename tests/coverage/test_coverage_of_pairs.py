"""Matched pairs asked several times over: flip rates and net changes cover by case."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.twins import flip_limits, mean_shift, net_change_limits

Z = critical_value(0.05)
RUNS = 1500
LEAST = 0.93 - 4 * math.sqrt(0.05 * 0.95 / RUNS)


def asked(cases, times, fall, sure, generator):
    """Return each case's pairs by 2·before + after, shape (RUNS, cases, 4), the true flip rate and the true net change.

    A case has its own chance of the positive decision (beta, near 0 or 1 where `sure` is small); its twin's is a share
    `fall` lower. Either variant is asked so many times, and every answer is paired with every answer of the twin.
    """
    before = generator.beta(sure, sure, (RUNS, cases))
    after = before * (1 - fall)
    a, b = generator.binomial(times, before), generator.binomial(times, after)
    pairs = np.stack([(times - a) * (times - b), (times - a) * b, a * (times - b), a * b], axis=2).astype(float)
    second = (sure + 1) / (2 * (2 * sure + 1))  # E p² of beta(sure, sure)
    flips = 0.5 + (1 - fall) * 0.5 - 2 * (1 - fall) * second
    return pairs, flips, -fall * 0.5


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("cases", [100, 300])
def test_flip_rates_and_net_changes_cover(cases, times):
    """Nominal 95 %, models that are sure of themselves and models that toss a coin, with and without an effect."""
    generator = np.random.default_rng(cases + times)
    for fall in (0.0, 0.1, 0.4):
        for sure in (0.2, 2.0):
            pairs, flips, net = asked(cases, times, fall, sure, generator)
            held = np.zeros((RUNS, 2), dtype=bool)
            for run, x in enumerate(pairs):
                cells, products = x.sum(axis=0), x.T @ x
                fold = np.stack([x[:, [0, 3]].sum(axis=1), x[:, [1, 2]].sum(axis=1)], axis=1)
                low, high = flip_limits(*fold.sum(axis=0), fold.T @ fold, Z)
                held[run, 0] = low <= flips <= high
                low, high = net_change_limits(cells, products, Z)
                held[run, 1] = low <= net <= high
            assert held.mean(axis=0).min() >= LEAST, (fall, sure, held.mean(axis=0))


@pytest.mark.slow
def test_the_mean_shift_covers_where_cases_have_different_numbers_of_pairs():
    """Nominal 95 %: a case's pairs share its own shift."""
    generator = np.random.default_rng(9)
    for cases in (30, 100):
        held = []
        for _ in range(RUNS):
            n = generator.integers(1, 6, cases)
            own = -0.05 + 0.1 * generator.standard_normal(cases)
            total = n * own + np.sqrt(n) * 0.1 * generator.standard_normal(cases)
            x = np.stack([n, total], axis=1)
            low, high = mean_shift(float(n.sum()), float(total.sum()), x.T @ x).limits(Z)
            held.append(low[0] <= -0.05 <= high[0])
        assert np.mean(held) >= LEAST, (cases, np.mean(held))
