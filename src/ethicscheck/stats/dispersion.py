"""How much groups really differ, beyond what sampling alone would show."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike


def corrected_dispersion(values: ArrayLike, variances: ArrayLike) -> float:
    """Return the standard deviation of the true group values, corrected for sampling noise.

    Parameters
    ----------
    values : observed group values, shape (K,), K ≥ 2.
    variances : their sampling variances, shape (K,).

    Returns
    -------
    sqrt(max(0, S² − mean variance)), with S² the variance of the values over K − 1. 0 means: no more spread than
    chance gives.

    Notes
    -----
    max − min grows with K even when all groups are equal; this does not (Lum, Zhang & Bower 2022, arXiv 2205.05770).

    >>> corrected_dispersion([0.5, 0.5], [0.01, 0.01])
    0.0
    """
    v = np.asarray(values, dtype=float)
    mean = math.fsum(v) / len(v)
    spread = math.fsum((v - mean) ** 2) / (len(v) - 1)
    noise = math.fsum(np.asarray(variances, dtype=float)) / len(v)
    return math.sqrt(max(spread - noise, 0.0))
