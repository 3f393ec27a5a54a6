"""Splitting rows at random into two halves when only their counts are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MOST_DRAWN_FROM = 999_999_999  # numpy draws without replacement from no larger a population


def split_counts(counts: Ints, seed: int) -> tuple[Ints, Ints]:
    """Split rows that are counted in cells into two random halves.

    Parameters
    ----------
    counts : rows in each cell, whole and ≥ 0, of any shape.
    seed : the same cells in the same order give the same halves.

    Returns
    -------
    (first, second) : counts of the same shape; first + second = counts. An odd row falls into the second half.

    Notes
    -----
    A half of all rows drawn at random without replacement holds, in each cell, a multivariate hypergeometric number of
    rows. So drawing those numbers *is* the random split of the rows, and rows need not be seen. Beyond 10^9 rows each
    row goes to either half by the toss of a coin instead (a binomial number in each cell), which is as random a split;
    the halves then differ in size by some √n rows.

    Sums of weights can't be split so: which weights go to which half is not in the table, and sharing them out in
    proportion would leave one half knowing the chance errors of the other.

    >>> first, second = split_counts(np.array([[6, 0], [3, 1]]), seed=1)
    >>> int(first.sum()), (first + second).tolist()
    (5, [[6, 0], [3, 1]])
    """
    flat = np.ascontiguousarray(counts, dtype=np.int64).ravel()
    total = int(flat.sum())
    generator = np.random.default_rng(seed)
    if total > MOST_DRAWN_FROM:
        first = generator.binomial(flat, 0.5)
    else:
        first = generator.multivariate_hypergeometric(flat, total // 2, method="marginals")
    half = np.asarray(first, dtype=np.int64).reshape(np.shape(counts))
    return half, np.asarray(counts, dtype=np.int64) - half
