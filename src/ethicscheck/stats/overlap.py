"""How closely a group's value and the overall's move together, when the overall holds the group.

For measures that are no mean over one denominator (balanced accuracy, Matthews correlation), where the exact identity
of `gaps.against_overall` does not hold.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .delta import cell_gradient
from .intervals import Floats

_TINY = 1e-300


def overlap_correlation(
    value: Callable[[Floats], Floats],
    own: Floats,
    rest: Floats,
    own_size: Floats,
    rest_size: Floats,
    gradient: Callable[[Floats], Floats] | None = None,
) -> Floats:
    """Return the correlation of a measure of each group with the same measure of everyone.

    Parameters
    ----------
    value : the measure, from cells of shape (G, C) to values of shape (G,); scaling the cells must not change it.
    own, rest : cells of each group and of everyone else, counts (effective ones where weighted), shape (G, C).
    own_size, rest_size : numbers of rows (effective ones where weighted), shape (G,).
    gradient : the derivatives of the measure by each cell, from cells of shape (G, C) to shape (G, C); None: they are
        found numerically, which takes as many calls as there are columns.

    Returns
    -------
    Correlations in [−1, 1], shape (G,).

    Notes
    -----
    Delta method over two independent multinomials, each cell with ½ added so that no numeric gradient is infinite. With A and
    B the gradients at the group's and at everyone's mix, and w the group's share: the covariance is w·cov(A, B)/n over
    the group's mix, the overall's variance w²·var(B)/n + (1 − w)²·var_rest(B)/n_rest.
    """
    if gradient is None:
        own, rest = own + 0.5, rest + 0.5

        def gradient(cells: Floats) -> Floats:
            return cell_gradient(value, cells)

    share = own.sum(axis=1) / np.maximum(own.sum(axis=1) + rest.sum(axis=1), _TINY)
    mix, rest_mix, all_mix = (
        cells / np.maximum(cells.sum(axis=1, keepdims=True), _TINY) for cells in (own, rest, own + rest)
    )
    n, m = np.maximum(own_size, 1), np.maximum(rest_size, 1)
    a, b = gradient(mix), gradient(all_mix)
    covariance = share * _covariance(a, b, mix) / n
    variance = _covariance(a, a, mix) / n
    whole = share**2 * _covariance(b, b, mix) / n + (1 - share) ** 2 * _covariance(b, b, rest_mix) / m
    product = variance * whole
    return np.clip(np.where(product > 0, covariance / np.sqrt(np.where(product > 0, product, 1.0)), 0.0), -1, 1)


def _covariance(x: Floats, y: Floats, chances: Floats) -> Floats:
    x_mean, y_mean = (x * chances).sum(axis=1), (y * chances).sum(axis=1)
    return np.asarray((x * y * chances).sum(axis=1) - x_mean * y_mean, dtype=float)
