"""The studentised range for known variance (infinite degrees of freedom), without importing scipy.stats.

`scipy.stats.studentized_range` is the oracle in the tests; it takes half a second to import and seconds to invert.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.special import ndtr

# The trapezoid rule on a smooth integrand that vanishes at both ends converges geometrically.
_GRID = np.linspace(-9.0, 9.0, 1801)
_DENSITY = np.exp(-_GRID * _GRID / 2) / math.sqrt(2 * math.pi)
_STEP = float(_GRID[1] - _GRID[0])


def range_probability(q: float, groups: int) -> float:
    """Return P(range of `groups` independent standard normals ≤ q).

    Notes
    -----
    K ∫ φ(z) [Φ(z) − Φ(z − q)]^(K−1) dz. H. L. Harter (1960), Annals of Mathematical Statistics 31, 1122–1147.
    """
    if q <= 0 or groups < 2:
        return 0.0 if groups >= 2 else 1.0
    inner = ndtr(_GRID) - ndtr(_GRID - q)
    total = groups * _STEP * float(np.sum(_DENSITY * inner ** (groups - 1)))
    return min(max(total, 0.0), 1.0)


@lru_cache(maxsize=512)
def range_quantile(probability: float, groups: int) -> float:
    """Return q with P(range ≤ q) = `probability`, by bisection to 1e-12.

    >>> round(range_quantile(0.95, 3), 3)
    3.314
    """
    low, high = 0.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        if range_probability(middle, groups) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def simultaneous_critical_value(alpha: float, groups: int) -> float:
    """Return q_{1−α;K,∞}/√2, the critical value for all pairwise comparisons of K groups at once.

    Equal to the two-sided normal critical value for K = 2.

    >>> round(simultaneous_critical_value(0.05, 2), 4)
    1.96
    """
    return range_quantile(1 - alpha, max(groups, 2)) / math.sqrt(2)


def simultaneous_p(critical: float, groups: int) -> float:
    """Return the α whose simultaneous critical value is `critical`; 1 for critical ≤ 0.

    Small values keep their digits.
    """
    if critical <= 0:
        return 1.0
    return _range_tail(critical * math.sqrt(2), max(groups, 2))


def _range_tail(q: float, groups: int) -> float:
    """Return P(range > q) = K ∫ φ(z) {Φ(z)^(K−1) − [Φ(z) − Φ(z − q)]^(K−1)} dz, z being the largest value.

    1 − P(range ≤ q) would have no digits left beyond q ≈ 12. The integrand peaks near q/2, so the grid follows it.
    """
    z = np.linspace(-9.0, max(9.0, q / 2 + 9.0), 2401)
    top = ndtr(z)
    beside = -np.expm1((groups - 1) * np.log1p(-np.minimum(ndtr(z - q) / top, 1 - 2**-53)))
    density = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    total = groups * float(z[1] - z[0]) * float(np.sum(density * top ** (groups - 1) * beside))
    return min(max(total, 0.0), 1.0)
