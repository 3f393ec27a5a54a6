"""Two groups (or more) compared within strata: Mantel–Haenszel's common odds ratio and difference, and their tests.

Counts only: S strata, G groups, `successes[s, g]` of `trials[s, g]`. Weighted data have no test here. Rates standardised to
one mix of strata are in `standardised`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, gammaln

from .intervals import Floats

Ints = NDArray[np.int64]

MANTEL_FLEISS = 5.0  # N. Mantel & J. L. Fleiss (1980), American Journal of Epidemiology 112, 129–134
MOST_OUTCOMES = 20_000
MOST_DRAWN_FROM = 999_999_999  # numpy draws from no larger a population
_TIE = 1e-7  # tables as likely as the observed one, up to rounding; as R's mantelhaen.test


@dataclass(frozen=True)
class Pooled:
    """One figure pooled over strata, with its limits."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class StratifiedTest:
    """A test over strata: the χ² statistic, its degrees of freedom, the p-value and the name of the test it is from."""

    statistic: float
    degrees: int
    p_value: float
    test: str


def common_odds_ratio(successes: ArrayLike, trials: ArrayLike, z: float) -> Pooled | None:
    """Return Mantel and Haenszel's common odds ratio of the first group against the second.

    Parameters
    ----------
    successes, trials : whole counts, shape (S, 2).
    z : critical value of the interval.

    Returns
    -------
    Σ a d/n ÷ Σ b c/n with a, b the first group's successes and failures, c, d the second's, n the stratum's size; None
    where either sum is 0 (in no stratum can the odds be divided, so that its logarithm is not finite).

    Notes
    -----
    N. Mantel & W. Haenszel (1959), JNCI 22, 719–748. Interval on the log scale with the variance of J. Robins,
    N. Breslow & S. Greenland (1986), Biometrics 42, 311–323, which holds for few large strata and for many small ones.

    >>> pooled = common_odds_ratio([[512, 89], [353, 17]], [[825, 108], [560, 25]], 1.959964)
    >>> round(pooled.value, 3), round(pooled.low, 3), round(pooled.high, 3)
    (0.425, 0.275, 0.658)
    """
    (a, c), (b, d), n = _cells(successes, trials)
    r, s = a * d / n, b * c / n
    top, bottom = math.fsum(r), math.fsum(s)
    if top == 0 or bottom == 0:
        return None
    p, q = (a + d) / n, (b + c) / n
    variance = (
        math.fsum(p * r) / (2 * top**2)
        + math.fsum(p * s + q * r) / (2 * top * bottom)
        + math.fsum(q * s) / (2 * bottom**2)
    )
    value, width = top / bottom, math.exp(z * math.sqrt(variance))
    return Pooled(value, value / width, value * width)


def common_risk_difference(successes: ArrayLike, trials: ArrayLike, z: float) -> Pooled | None:
    """Return Mantel and Haenszel's common difference of rates, first group − second.

    Parameters
    ----------
    successes, trials, z : as for `common_odds_ratio`.

    Returns
    -------
    Σ w (a/m₁ − c/m₂) ÷ Σ w with w = m₁ m₂/n; None where no stratum holds both groups. The limits stay in [−1, 1].

    Notes
    -----
    S. Greenland & J. M. Robins (1985), Biometrics 41, 55–68; variance by T. Sato (1989), Biometrics 45, 1323–1324, which
    holds for few large strata and for many small ones.

    >>> pooled = common_risk_difference([[8, 5], [22, 16]], [[106, 120], [98, 85]], 1.959964)
    >>> round(pooled.value, 3), round(pooled.low, 3), round(pooled.high, 3)
    (0.035, -0.028, 0.097)
    """
    (a, c), (b, d), n = _cells(successes, trials)
    first, second = a + b, c + d
    weight = math.fsum(first * second / n)
    if weight == 0:
        return None
    value = math.fsum((a * second - c * first) / n) / weight
    p = (first**2 * c - second**2 * a + first * second * (second - first) / 2) / n**2
    q = (a * d + c * b) / (2 * n)
    half = z * math.sqrt(max(value * math.fsum(p) + math.fsum(q), 0.0)) / weight
    return Pooled(value, max(value - half, -1.0), min(value + half, 1.0))


def conditional_independence(
    successes: ArrayLike, trials: ArrayLike, replicates: int = 10_000, seed: int = 0
) -> StratifiedTest | None:
    """Test that within every stratum all groups have one and the same rate (the rate may differ between strata).

    Parameters
    ----------
    successes, trials : whole counts, shape (S, G), G ≥ 2.
    replicates, seed : for the Monte Carlo test, used for three groups or more whose expected counts are small.

    Returns
    -------
    Cochran–Mantel–Haenszel's χ² on G − 1 degrees of freedom, without continuity correction. Where it is not valid, the
    exact conditional test (two groups; valid by the criterion of Mantel & Fleiss) or the same statistic with a simulated
    p-value (more groups; valid when each group expects 5 of either outcome). None where no stratum says anything: in each,
    everybody has one outcome or belongs to one group.

    Notes
    -----
    W. G. Cochran (1954), Biometrics 10, 417–451; N. Mantel & W. Haenszel (1959). More groups: J. R. Landis, E. R. Heyman &
    G. G. Koch (1978), International Statistical Review 46, 237–254, general association. It looks for differences that go
    one way over the strata: where they go both ways it has little power, and `odds_ratio_homogeneity` says so.

    >>> found = conditional_independence([[512, 89], [353, 17]], [[825, 108], [560, 25]])
    >>> round(found.statistic, 2), found.test
    (15.47, 'cochran_mantel_haenszel')
    """
    k, n = _informative(successes, trials)
    present = n.sum(axis=0) > 0
    k, n = k[:, present], n[:, present]
    if not len(n):
        return None
    statistic, degrees = _association(k[None], n)
    own = float(statistic[0])
    large = float(chdtrc(degrees, own))
    if n.shape[1] == 2:
        if _mantel_fleiss(k, n) >= MANTEL_FLEISS:
            return StratifiedTest(own, degrees, large, "cochran_mantel_haenszel")
        exact = _exact_conditional(k, n)
        name = "cochran_mantel_haenszel" if exact is None else "exact_conditional"
        return StratifiedTest(own, degrees, large if exact is None else exact, name)
    share = k.sum(axis=1, keepdims=True) / n.sum(axis=1, keepdims=True)
    expected = np.concatenate([(n * share).sum(axis=0), (n * (1 - share)).sum(axis=0)])
    if expected.min() >= 5 or n.sum(axis=1).max() > MOST_DRAWN_FROM:
        return StratifiedTest(own, degrees, large, "cochran_mantel_haenszel_general")
    generator = np.random.default_rng(seed)
    draws = np.stack(
        [
            generator.multivariate_hypergeometric(m, int(c), size=replicates)
            for m, c in zip(n, k.sum(axis=1), strict=True)
        ],
        axis=1,
    )
    as_far = int(np.sum(_association(draws, n)[0] >= own * (1 - _TIE)))
    return StratifiedTest(own, degrees, (as_far + 1) / (replicates + 1), "cochran_mantel_haenszel_monte_carlo")


def odds_ratio_homogeneity(successes: ArrayLike, trials: ArrayLike, tarone: bool = True) -> StratifiedTest | None:
    """Test that the odds ratio of two groups is the same in every stratum (Breslow–Day).

    Parameters
    ----------
    successes, trials : whole counts, shape (S, 2).
    tarone : whether to take off Tarone's correction, without which the statistic is no exact χ².

    Returns
    -------
    None where fewer than two strata say anything, where there is no common odds ratio, and where the strata are too thin for
    it: more than a fifth of the cells expect fewer than 5.

    Notes
    -----
    N. E. Breslow & N. E. Day (1980), Statistical Methods in Cancer Research I, §4.4; R. E. Tarone (1985), Biometrika 72,
    91–95.

    >>> found = odds_ratio_homogeneity([[512, 89], [353, 17]], [[825, 108], [560, 25]])
    >>> round(found.statistic, 2), found.degrees
    (2.74, 1)
    """
    k, n = _informative(successes, trials)
    pooled = common_odds_ratio(k, n, 1.0) if len(n) > 1 else None
    if pooled is None:
        return None
    ratio = pooled.value
    chosen, first, second = k.sum(axis=1), n[:, 0], n[:, 1]
    b = second - chosen + ratio * (first + chosen)
    root = np.sqrt(np.maximum(b * b + 4 * (1 - ratio) * ratio * first * chosen, 0))
    # The root in the range that a table with these margins allows, in the form that loses no digits when 1 − ψ is 0.
    fitted = 2 * ratio * first * chosen / (b + root)
    cells = np.stack([fitted, first - fitted, chosen - fitted, second - chosen + fitted])
    if (cells <= 0).any() or np.mean(cells >= 5) < 0.8:
        return None
    variance = 1 / (1 / cells).sum(axis=0)
    away = k[:, 0] - fitted
    statistic = math.fsum(away**2 / variance)
    if tarone:
        statistic = max(statistic - math.fsum(away) ** 2 / math.fsum(variance), 0.0)
    degrees = len(n) - 1
    return StratifiedTest(
        statistic, degrees, float(chdtrc(degrees, statistic)), "breslow_day_tarone" if tarone else "breslow_day"
    )


def _cells(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return successes (2, S), failures (2, S) and stratum sizes (S,), of the strata with any rows."""
    k, n = np.asarray(successes, dtype=float).T, np.asarray(trials, dtype=float).T
    some = n.sum(axis=0) > 0
    return k[:, some], (n - k)[:, some], n.sum(axis=0)[some]


def _informative(successes: ArrayLike, trials: ArrayLike) -> tuple[Ints, Ints]:
    """Return the strata that hold two groups or more and both outcomes."""
    k, n = np.asarray(successes, dtype=np.int64), np.asarray(trials, dtype=np.int64)
    chosen, total = k.sum(axis=1), n.sum(axis=1)
    keep = ((n > 0).sum(axis=1) >= 2) & (chosen > 0) & (chosen < total)
    return k[keep], n[keep]


def _association(k: Ints, n: Ints) -> tuple[Floats, int]:
    """Return the generalised statistic of each table, `k` of shape (R, S, G) with the margins of `n` (S, G), and its df."""
    size = n.sum(axis=1).astype(float)
    chosen = k[0].sum(axis=1).astype(float)
    share = n / size[:, None]
    away = (k - chosen[:, None] * share).sum(axis=1)[:, :-1]  # the last group follows from the others
    spread = chosen * (size - chosen) / (size - 1)
    covariance = np.diag((spread[:, None] * share).sum(axis=0)) - np.einsum("s,sg,sh->gh", spread, share, share)
    if n.shape[1] == 2:  # added up so that the order of the groups changes no bit
        variance = math.fsum(spread * share[:, 0] * share[:, 1])
        apart = np.array([math.fsum(row) for row in k[:, :, 0] - chosen * share[:, 0]])
        return np.asarray(apart**2 / variance, dtype=float), 1
    values, vectors = np.linalg.eigh(covariance[:-1, :-1])
    # Groups that never meet in one stratum leave fewer directions than G − 1: a generalised inverse drops the rest.
    kept = values > 1e-9 * values.max()
    inverse = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return np.einsum("rg,gh,rh->r", away, inverse, away), int(kept.sum())


def _mantel_fleiss(k: Ints, n: Ints) -> float:
    chosen, size = k.sum(axis=1), n.sum(axis=1)
    expected = float((n[:, 0] * (chosen / size)).sum())
    lowest = int(np.maximum(chosen - n[:, 1], 0).sum())
    highest = int(np.minimum(chosen, n[:, 0]).sum())
    return min(expected - lowest, highest - expected)


def _exact_conditional(k: Ints, n: Ints) -> float | None:
    """Return P(a sum of the first group's successes no likelier than the observed one | all margins), two-sided."""
    chances, start = np.ones(1), 0
    for (m, rest), chosen in zip(n.tolist(), k.sum(axis=1).tolist(), strict=True):
        size = m + rest
        mean = m * chosen / size
        spread = math.sqrt(mean * (1 - m / size) * (1 - chosen / size) * size / (size - 1))
        # Twelve standard deviations and sixty more hold all but 1e-30 of the distribution.
        low = max(0, chosen - rest, int(mean - 12 * spread - 60))
        high = min(m, chosen, int(mean + 12 * spread + 60))
        if len(chances) + high - low > MOST_OUTCOMES:
            return None
        x = np.arange(low, high + 1)
        log = _log_choose(m, x) + _log_choose(rest, chosen - x) - _log_choose(size, np.array(chosen))
        chances, start = np.convolve(chances, np.exp(log)), start + low
    place = int(k[:, 0].sum()) - start
    own = chances[place] if 0 <= place < len(chances) else 0.0
    return min(math.fsum(chances[chances <= own * (1 + _TIE)]), 1.0)


def _log_choose(n: int, k: Ints) -> Floats:
    return np.asarray(gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0), dtype=float)
