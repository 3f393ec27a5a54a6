"""Who is in the data, against a reference population: shares, their ratio to the population's, and tests.

Exact where that is affordable, χ² where counts are large. Weighted shares have intervals and no test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrc, chdtrc, gammaln, xlogy

from .exact_tests import TestResult
from .intervals import Floats, wilson_limits
from .multiplicity import holm

Ints = NDArray[np.int64]

MOST_TABLES = 100_000
_TIE = 1e-7


@dataclass(frozen=True)
class Shares:
    """Each group's share with its limits, its ratio to the population's share, and its adjusted p-value (G values each)."""

    share: Floats
    low: Floats
    high: Floats
    ratio: Floats
    ratio_low: Floats
    ratio_high: Floats
    p_adjusted: Floats | None


def compare_shares(amounts: ArrayLike, size: float, population: ArrayLike, z: float, counted: bool) -> Shares:
    """Return each group's share against the population's.

    Parameters
    ----------
    amounts : counts or weights by group, shape (G,); 0 where nobody of the group is in the data.
    size : number of rows they stand for, effective where weighted.
    population : the population's shares, shape (G,), each above 0, adding up to 1.
    z : critical value of the intervals.
    counted : whether `amounts` are counts, which can be tested.

    Returns
    -------
    Wilson limits of each share; share ÷ population share, which takes the population as known; and where counted, the
    p-values of two-sided exact binomial tests of each share after Holm's adjustment over the groups.

    >>> found = compare_shares([90, 10, 0], 100, [0.8, 0.15, 0.05], 1.959964, True)
    >>> found.ratio.round(3).tolist(), found.p_adjusted.round(3).tolist()
    ([1.125, 0.667, 0.0], [0.031, 0.206, 0.031])
    """
    given, expected = np.asarray(amounts, dtype=float), np.asarray(population, dtype=float)
    share = given / math.fsum(given)
    low, high = wilson_limits(share, np.full(len(share), size), z)
    p = None
    if counted:
        total = round(math.fsum(given))
        p = holm([binomial_p(int(k), total, float(q)) for k, q in zip(given, expected, strict=True)])
    return Shares(share, low, high, share / expected, low / expected, high / expected, p)


def test_shares(
    counts: ArrayLike,
    population: ArrayLike,
    replicates: int = 10_000,  # noqa: PT028
    seed: int = 0,  # noqa: PT028
) -> TestResult | None:
    """Test that the rows are a random draw from the population, over all groups at once.

    Parameters
    ----------
    counts : whole counts by group, shape (G,).
    population : the population's shares, shape (G,), each above 0, adding up to 1.
    replicates, seed : for the Monte Carlo test, used only when exact enumeration is too large and the expected counts
        are too small for χ².

    Returns
    -------
    The exact binomial test for two groups, the exact multinomial test for more while there are at most 100,000 tables,
    then Pearson's χ² of goodness of fit where every group expects 5, then the exact test simulated. None without rows or
    with fewer than two groups.

    Notes
    -----
    "As far" means "no likelier", as in R's binom.test and EMT's multinomial.test.

    >>> round(test_shares([2, 0, 4], [1 / 3, 1 / 3, 1 / 3]).p_value, 4)
    0.177
    """
    k, q = np.asarray(counts, dtype=np.int64), np.asarray(population, dtype=float)
    total = int(k.sum())
    if len(k) < 2 or total == 0:
        return None
    if len(k) == 2:
        place = int(q.argmin())  # 1 − q loses no digits this way round
        return TestResult(binomial_p(int(k[place]), total, float(q[place])), "exact_binomial")
    order = np.lexsort((q, k))  # the same counts in another order of groups give the same bits
    k, q = k[order], q[order]
    if math.comb(total + len(k) - 1, len(k) - 1) <= MOST_TABLES:
        return TestResult(_exact_multinomial(k, q), "exact_multinomial")
    expected = total * q
    if expected.min() >= 5:
        statistic = math.fsum((k - expected) ** 2 / expected)
        return TestResult(float(chdtrc(len(k) - 1, statistic)), "chi_squared_fit")
    draws = np.random.default_rng(seed).multinomial(total, q, size=replicates)
    as_rare = int(np.sum(_log_chance(draws, q) <= _log_chance(k, q) + _TIE))
    return TestResult((as_rare + 1) / (replicates + 1), "multinomial_monte_carlo")


test_shares.__test__ = False  # type: ignore[attr-defined]  # the name is statistics', not pytest's


def binomial_p(k: int, n: int, chance: float) -> float:
    """Return the two-sided exact p of `k` successes in `n` trials of probability `chance`: outcomes no likelier than k.

    >>> round(binomial_p(3, 15, 0.1), 4)
    0.1841
    """
    own = _log_binomial(k, n, chance) + _TIE
    mode = min(int((n + 1) * chance), n)
    if k == mode:
        return 1.0
    # The chances fall away from the mode on either side, so the other tail starts where they fall to the observed one's.
    low, high = (mode - 1, n + 1) if k < mode else (-1, mode + 1)
    while high - low > 1:
        middle = (low + high) // 2
        falls = _log_binomial(middle, n, chance) <= own
        if k < mode:
            low, high = (low, middle) if falls else (middle, high)
        else:
            low, high = (middle, high) if falls else (low, middle)
    below, above = (k, high) if k < mode else (low, k)
    tails = (bdtr(below, n, chance) if below >= 0 else 0.0) + (bdtrc(above - 1, n, chance) if above <= n else 0.0)
    return float(min(tails, 1.0))


def _log_binomial(k: int, n: int, chance: float) -> float:
    choose = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return float(choose + xlogy(k, chance) + xlogy(n - k, 1 - chance))


def _log_chance(tables: Ints, q: Floats) -> Floats:
    return np.asarray((tables * np.log(q) - gammaln(tables + 1.0)).sum(axis=-1), dtype=float)


def _exact_multinomial(k: Ints, q: Floats) -> float:
    total = int(k.sum())
    used, log = np.zeros(1, dtype=np.int64), np.zeros(1)
    for place, chance in enumerate(np.log(q)):
        if place == len(k) - 1:
            x = (total - used)[:, None]  # the last group follows from the others
        else:
            x = np.broadcast_to(np.arange(total + 1), (len(used), total + 1))
        log = log[:, None] + x * chance - gammaln(x + 1.0)
        used, fits = (used[:, None] + x).ravel(), (used[:, None] + x).ravel() <= total
        used, log = used[fits], log.ravel()[fits]
    whole = float(gammaln(total + 1.0))
    own = float(_log_chance(k, q)) + whole
    return min(math.fsum(np.exp(log[log + whole <= own + _TIE] + whole)), 1.0)
