"""Adjusting for many questions asked of the same data."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .intervals import Floats


def holm(p_values: ArrayLike) -> Floats:
    """Return Holm's step-down adjusted p-values, in the order given.

    Parameters
    ----------
    p_values : shape (m,), each in [0, 1].

    Notes
    -----
    S. Holm (1979), Scandinavian Journal of Statistics 6, 65–70. Controls the family-wise error rate.

    >>> holm([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    steps = p[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(p) else steps
    return adjusted


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Return Benjamini–Hochberg adjusted p-values, in the order given, for exploration.

    Notes
    -----
    Y. Benjamini & Y. Hochberg (1995), JRSS B 57, 289–300. Controls the false discovery rate.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_values, dtype=float)
    m = len(p)
    order = np.argsort(p, kind="stable")[::-1]
    steps = p[order] * m / np.arange(m, 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps), 1.0) if m else steps
    return adjusted
