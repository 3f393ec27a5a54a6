"""A bounded number of whole rows that stand for a histogram, chosen without chance. For tools that know rows only."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def systematic_counts(amounts: ArrayLike, most: int) -> Ints:
    """Return whole numbers of rows in proportion to `amounts`.

    Parameters
    ----------
    amounts : counts or sums of weights of the cells, in an order that means something (by score), shape (C,).
    most : the largest number of rows.

    Returns
    -------
    Shape (C,). Whole amounts that add up to no more than `most` come back as they are; otherwise the rows add up to
    `most`, and in any run of cells they are off their exact share by less than one row.

    Notes
    -----
    Every n-th row of the sorted data, beginning half a step in: systematic sampling (W. G. Cochran 1977, Sampling
    Techniques, ch. 8), here by rounding cumulative sums.

    >>> systematic_counts([10, 30, 60], 10).tolist()
    [1, 3, 6]
    """
    sizes = np.asarray(amounts, dtype=float)
    total = float(sizes.sum())
    whole: Floats = np.rint(sizes)
    if total <= most and (whole == sizes).all():
        return whole.astype(np.int64)
    ends: Floats = np.floor(np.cumsum(sizes) / total * most + 0.5) if total > 0 else np.zeros(len(sizes))
    return np.diff(ends, prepend=0.0).astype(np.int64)
