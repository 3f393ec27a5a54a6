"""Partial pooling: rates of many groups, each drawn toward their common mean as far as its own rows are few.

For exploring. Finding groups is in `search`; verdicts never rest on pooled values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaln, expit, logit

from .intervals import Floats

SPREADS = np.exp(np.linspace(np.log(1e-4), 0, 121))  # s = (α + β)^(−½), evenly on the log scale
NODES = np.linspace(-5, 5, 21)  # standard errors around the best mean, for each spread


@dataclass(frozen=True)
class PooledRates:
    """Posterior of G rates θ_g ~ Beta(α, β).

    Parameters
    ----------
    value, low, high : posterior mean and equal-tailed limits of each group's rate, shape (G,).
    mean : posterior mean of the groups' common mean α/(α + β).
    spread : posterior mean of the standard deviation between groups.
    alpha, beta : posterior means of α and β, as in Gelman et al.; long-tailed where groups hardly differ.
    """

    value: Floats
    low: Floats
    high: Floats
    mean: float
    spread: float
    alpha: float
    beta: float


def pool_rates(successes: NDArray[np.int64], trials: NDArray[np.int64], tail: float = 0.05) -> PooledRates | None:
    """Estimate the rates of many groups together.

    Parameters
    ----------
    successes, trials : whole counts, shape (G,). Groups without trials get the others' common distribution.
    tail : the limits leave out this much, half on either side.

    Returns
    -------
    None with fewer than three groups that have trials: a spread can't be learnt from two.

    Notes
    -----
    The hierarchical model of Gelman et al., Bayesian Data Analysis (3rd ed.), §5.3: k_g ~ Binomial(n_g, θ_g),
    θ_g ~ Beta(α, β), uniform on the mean α/(α + β) and on s = (α + β)^(−½), here for s ≤ 1 (there is no rest: beyond it
    groups would be all or nothing). Taking one best α and β (empirical Bayes) would give limits that are too narrow
    where groups are few or hardly differ; so both are averaged over, on a grid.

    >>> pooled = pool_rates(np.array([0, 5, 10, 2]), np.array([4, 50, 50, 4]))
    >>> pooled.value.round(2).tolist()
    [0.14, 0.12, 0.2, 0.3]
    """
    k, n = np.asarray(successes, dtype=float), np.asarray(trials, dtype=float)
    if (n > 0).sum() < 3:
        return None
    means = _means_worth_trying(k, n)
    size = 1 / SPREADS**2
    alpha = means * size[:, None]
    beta = (1 - means) * size[:, None]
    log_likelihood = np.zeros(alpha.shape)
    for successes_here, trials_here in zip(k, n, strict=True):
        log_likelihood += betaln(alpha + successes_here, beta + trials_here - successes_here) - betaln(alpha, beta)
    # Densities on the grid: uniform in m (dm along each row of means) and in s (ds = s·d log s).
    width = np.gradient(means, axis=1)
    log_weight = log_likelihood + np.log(width) + np.log(SPREADS)[:, None]
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    chance, centre, own_size = _by_spread(weight, alpha, beta, k, n)
    low, high = _mixture_limits(chance, centre, own_size, tail)
    value = (chance[:, None] * centre).sum(axis=0)
    total = alpha + beta
    common = alpha / total
    return PooledRates(
        value=value,
        low=np.minimum(low, value),
        high=np.maximum(high, value),
        mean=float((weight * common).sum()),
        spread=float((weight * np.sqrt(common * (1 - common) / (total + 1))).sum()),
        alpha=float((weight * alpha).sum()),
        beta=float((weight * beta).sum()),
    )


def _means_worth_trying(k: Floats, n: Floats) -> Floats:
    """Return, for each spread, means within five standard errors of the likely one, shape (spreads, nodes).

    A group's weight toward the mean is n/(1 + (n − 1)·ρ) with ρ = 1/(α + β + 1), what its binomial and its own spread
    leave.
    """
    rho = 1 / (1 / SPREADS**2 + 1)
    weight = n / (1 + np.maximum(n - 1, 0) * rho[:, None])
    share = np.divide(k, n, out=np.zeros_like(k), where=n > 0)
    size = weight.sum(axis=1)
    # ½ a success and a failure more, so that no successes at all still leave a width.
    centre = ((weight * share).sum(axis=1) + 0.5) / (size + 1)
    error = 1 / np.sqrt((size + 1) * centre * (1 - centre))
    return np.asarray(expit(logit(centre)[:, None] + NODES * 1.5 * error[:, None]), dtype=float)


def _by_spread(weight: Floats, alpha: Floats, beta: Floats, k: Floats, n: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the chance of each spread, and the beta distribution of each group given it, as mean and α + β.

    Given the spread the mean is known well, so one beta distribution with the same mean and variance will do.
    """
    chance = weight.sum(axis=1)
    keep = chance > 1e-4 * chance.max()
    given = weight[keep] / chance[keep, None]
    chance = chance[keep] / chance[keep].sum()
    first, second = np.zeros((len(chance), len(k))), np.zeros((len(chance), len(k)))
    a, total = alpha[keep], (alpha + beta)[keep]
    for group, (own, all_) in enumerate(zip(k, n, strict=True)):
        centre = (a + own) / (total + all_)
        first[:, group] = (given * centre).sum(axis=1)
        second[:, group] = (given * (centre * (1 - centre) / (total + all_ + 1) + centre**2)).sum(axis=1)
    variance = np.maximum(second - first**2, 1e-300)
    return chance, first, np.maximum(first * (1 - first) / variance - 1, 1e-6)


def _mixture_limits(chance: Floats, mean: Floats, size: Floats, tail: float) -> tuple[Floats, Floats]:
    """Return equal-tailed limits of a mixture of beta distributions for each group, by bisection."""
    a, b = mean * size, (1 - mean) * size
    limits = []
    for target in (tail / 2, 1 - tail / 2):
        low, high = np.zeros(mean.shape[1]), np.ones(mean.shape[1])
        for _ in range(20):
            middle = (low + high) / 2
            below = (chance[:, None] * betainc(a, b, middle)).sum(axis=0) < target
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        limits.append((low + high) / 2)
    return limits[0], limits[1]
