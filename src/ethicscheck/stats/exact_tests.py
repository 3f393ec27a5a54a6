"""Tests that K groups share one proportion: exact where the counts are small, χ² where they are large.

The estimand is always the proportion whose gap is printed. Weighted counts have no test here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, gammaln

from .intervals import Floats

MOST_TABLES = 100_000
MOST_OUTCOMES = 4_096
MOST_DRAWN_FROM = 999_999_999  # numpy draws from no larger a population
_TIE = 1 + 1e-7  # tables as likely as the observed one, up to rounding; as R's fisher.test and SciPy do


@dataclass(frozen=True)
class TestResult:
    """A two-sided p-value and the name of the test it comes from."""

    p_value: float
    test: str


def test_equal_proportions(
    successes: ArrayLike,
    trials: ArrayLike,
    replicates: int = 10_000,  # noqa: PT028
    seed: int = 0,  # noqa: PT028
) -> TestResult | None:
    """Test that all groups have one and the same proportion.

    Parameters
    ----------
    successes, trials : whole counts, shape (K,).
    replicates, seed : for the Monte Carlo test, used only when exact enumeration is too large and the expected counts
        are too small for χ².

    Returns
    -------
    None when fewer than two groups have trials, and when no test is both valid and affordable: 10^9 trials or more with
    too many tables to enumerate and expected counts too small for χ². p = 1 when every outcome is the same.

    Notes
    -----
    Fisher (1934) for two groups; Freeman & Halton (1951), Biometrika 38, 141–149, for more.

    >>> round(test_equal_proportions([16, 3, 3], [25, 8, 8]).p_value, 3)
    0.251
    >>> round(test_equal_proportions([16, 3], [25, 8]).p_value, 3)
    0.238
    """
    n = np.asarray(trials, dtype=np.int64)
    k = np.asarray(successes, dtype=np.int64)[n > 0]
    n = n[n > 0]
    if len(n) < 2:
        return None
    order = np.lexsort((k, n))  # the same table in another order of groups gives the same bits
    k, n = k[order], n[order]
    total, chosen = int(n.sum()), int(k.sum())
    if chosen in (0, total):
        return TestResult(1.0, "fisher_exact" if len(n) == 2 else "freeman_halton")
    if len(n) == 2:
        p = _fisher(int(k[0]), int(n[0]), chosen, total)
        return TestResult(p, "fisher_exact") if p is not None else _chi_squared(k, n)
    p = _freeman_halton(k, n)
    if p is not None:
        return TestResult(p, "freeman_halton")
    expected = n * (min(chosen, total - chosen) / total)
    if expected.min() >= 1 and np.mean(expected >= 5) >= 0.8:
        return _chi_squared(k, n)
    return _monte_carlo(k, n, replicates, seed) if total <= MOST_DRAWN_FROM else None


test_equal_proportions.__test__ = False  # type: ignore[attr-defined]  # the name is statistics', not pytest's
TestResult.__test__ = False  # type: ignore[attr-defined]


def _log_choose(n: ArrayLike, k: ArrayLike) -> Floats:
    top, part = np.asarray(n, dtype=float), np.asarray(k, dtype=float)
    return np.asarray(gammaln(top + 1) - gammaln(part + 1) - gammaln(top - part + 1), dtype=float)


def _fisher(observed: int, group: int, chosen: int, total: int) -> float | None:
    lowest, highest = max(0, group + chosen - total), min(group, chosen)
    mean = group * chosen / total
    spread = math.sqrt(mean * (1 - group / total) * (1 - chosen / total) * total / max(total - 1, 1))
    # Twelve standard deviations hold all but 1e-30 of the distribution.
    start, stop = max(lowest, int(mean - 12 * spread - 60)), min(highest, int(mean + 12 * spread + 60))
    if stop - start + 1 > MOST_OUTCOMES:
        return None
    x = np.unique(np.append(np.arange(start, stop + 1), observed))
    log_p = _log_choose(group, x) + _log_choose(total - group, chosen - x) - _log_choose(total, chosen)
    own = log_p[np.searchsorted(x, observed)]
    return min(math.fsum(np.exp(log_p[log_p <= own + math.log(_TIE)])), 1.0)


def _freeman_halton(k: NDArray[np.int64], n: NDArray[np.int64]) -> float | None:
    if 2 * int(k.sum()) > int(n.sum()):
        k = n - k  # the rarer outcome has as many tables, and they are faster to list
    chosen, total = int(k.sum()), int(n.sum())
    ranges = sorted(min(int(size), chosen) + 1 for size in n)
    if math.prod(ranges[:-1]) > 20 * MOST_TABLES:  # the last group follows from the others
        return None
    used = np.zeros(1, dtype=np.int64)
    log_p = np.zeros(1)
    left = total
    for size in n:
        left -= int(size)
        most = min(int(size), chosen)
        if len(used) * (most + 1) > MOST_TABLES * 20:
            return None
        x = np.arange(most + 1)
        used = (used[:, None] + x[None, :]).ravel()
        log_p = (log_p[:, None] + _log_choose(size, x)[None, :]).ravel()
        possible = (used <= chosen) & (used + left >= chosen)
        used, log_p = used[possible], log_p[possible]
        if len(used) > MOST_TABLES:
            return None
    whole = float(_log_choose(total, chosen))
    own = math.fsum(_log_choose(n, k)) - whole
    log_p = log_p - whole
    return min(math.fsum(np.exp(log_p[log_p <= own + math.log(_TIE)])), 1.0)


def _chi_squared(k: NDArray[np.int64], n: NDArray[np.int64]) -> TestResult:
    pooled = int(k.sum()) / int(n.sum())
    statistic = math.fsum((k - n * pooled) ** 2 / (n * pooled * (1 - pooled)))
    return TestResult(float(chdtrc(len(n) - 1, statistic)), "chi_squared")


def _monte_carlo(k: NDArray[np.int64], n: NDArray[np.int64], replicates: int, seed: int) -> TestResult:
    generator = np.random.default_rng(seed)
    draws = generator.multivariate_hypergeometric(n, int(k.sum()), size=replicates)
    own = math.fsum(_log_choose(n, k))
    as_rare = int(np.sum(_log_choose(n[None, :], draws).sum(axis=1) <= own + math.log(_TIE)))
    return TestResult((as_rare + 1) / (replicates + 1), "freeman_halton_monte_carlo")
