"""The AUC over held-out folds of a sample, with its variance: how well groups are told apart by what is left of them.

Models are fitted elsewhere (`studies.proxies`); here come the folds, the AUC of scores made without the row's own fold, and
the scores of the simplest model there is, a column's own table of shares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .intervals import Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class HeldOutAuc:
    """A cross-validated AUC and its sampling variance."""

    value: float
    variance: float


def stratified_folds(classes: Ints, folds: int, generator: np.random.Generator) -> Ints:
    """Return the fold of each row, shape (N,): each class is dealt out evenly, in random order.

    Parameters
    ----------
    classes : codes 0 … K−1, shape (N,).
    folds : number of folds; each class needs as many rows at least.
    generator : the source of chance.
    """
    fold = np.empty(len(classes), dtype=np.int64)
    start = 0
    for code in np.unique(classes):
        rows = generator.permutation(np.flatnonzero(classes == code))
        fold[rows] = (np.arange(len(rows)) + start) % folds
        start += len(rows)
    return fold


def clustered_folds(classes: Ints, owner: Ints, folds: int, generator: np.random.Generator) -> Ints:
    """Return the fold of each row, shape (N,), with all rows of a cluster in the same one.

    A model that has seen other rows of a person knows the person, and with it the group: such a guess says nothing of
    columns. Each cluster is dealt out with those of the rarest class that it has rows of.

    Parameters
    ----------
    classes : codes 0 … K−1, shape (N,).
    owner : which cluster each row is of, codes 0 … M−1, shape (N,).
    folds, generator : as for `stratified_folds`.
    """
    by_rarity = np.argsort(np.argsort(np.bincount(classes), kind="stable"))
    rank = np.full(int(owner.max()) + 1, len(by_rarity), dtype=np.int64)
    np.minimum.at(rank, owner, by_rarity[classes])
    return stratified_folds(rank, folds, generator)[owner]


def held_out_auc(scores: Floats, classes: Ints, fold: Ints, owner: Ints | None = None) -> HeldOutAuc:
    """Return the mean over folds of the AUC, each class against the rest and all classes counting alike (macro).

    Parameters
    ----------
    scores : each row's score for each class, from a model that never saw the row's fold, shape (N, K); for two classes
        the second column alone is used.
    classes : codes 0 … K−1, shape (N,).
    fold : each row's fold, shape (N,); a class is looked at in the folds that hold it, and others beside it.
    owner : which cluster each row is of, shape (N,), where rows are no independent draws; the influence of a cluster is
        the sum of its rows'.

    Notes
    -----
    The AUC of one class in one fold is the chance that a row of the class scores above one of the rest, ties counting
    half. Its influence at a row of the class is (share of the rest below the row − AUC)/share of the class, at a row
    of the rest (share of the class above it − AUC)/share of the rest. With the models taken as given the variance is the
    mean squared influence ÷ N: E. LeDell, M. Petersen & M. van der Laan (2015), Electronic Journal of Statistics 9,
    1583–1607. But the models share rows, and where columns say nothing that makes the mean stray half as far again
    (the interval would cover .5 in 83 % of samples); so the variance is multiplied by 1 + F/(F − 1) with F folds:
    C. Nadeau & Y. Bengio (2003), Machine Learning 52, 239–281. Where columns say much it is then too cautious.
    """
    names = np.unique(classes)
    looked_at = names[1:] if len(names) == 2 else names
    values, squares = [], []
    for part in np.unique(fold):
        rows = np.flatnonzero(fold == part)
        influence = np.zeros(len(rows))
        found = []
        for code in looked_at:
            if not 0 < np.count_nonzero(classes[rows] == code) < len(rows):
                continue
            value, pull = _one_against_rest(scores[rows, code], classes[rows] == code)
            found.append(value)
            influence += pull / len(looked_at)
        if not found:
            continue
        if owner is not None:
            influence = np.asarray(np.bincount(owner[rows], weights=influence), dtype=float)
        values.append(float(np.mean(found)))
        squares.append(float(np.sum(influence**2)) / len(rows))
    if not values:
        return HeldOutAuc(0.5, 0.0)
    folds = max(len(values), 2)
    shared = 1 + folds / (folds - 1)
    return HeldOutAuc(float(np.mean(values)), shared * float(np.mean(squares)) / len(classes))


def _one_against_rest(score: Floats, inside: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Return the AUC and each row's influence on it."""
    _, level = np.unique(score, return_inverse=True)
    level = level.reshape(-1)
    rest_at = np.bincount(level[~inside], minlength=level.max() + 1)
    own_at = np.bincount(level[inside], minlength=level.max() + 1)
    rest, own = max(int(rest_at.sum()), 1), max(int(own_at.sum()), 1)
    below = (np.cumsum(rest_at) - rest_at / 2) / rest
    above = 1 - (np.cumsum(own_at) - own_at / 2) / own
    value = float((below[level[inside]]).mean()) if inside.any() else 0.5
    share = inside.mean()
    pull = np.where(inside, (below[level] - value) / max(share, 1e-12), (above[level] - value) / max(1 - share, 1e-12))
    return value, pull


def scores_from_shares(levels: Ints, classes: Ints, fold: Ints, prior_rows: float = 1.0) -> Floats:
    """Return each row's share of each class among the rows of other folds with the same level, shape (N, K).

    Parameters
    ----------
    levels : codes 0 … L−1 of one column's values, shape (N,).
    classes, fold : as for `held_out_auc`.
    prior_rows : rows of the average mix that are added to each level, so that a rare level leans toward the average.
    """
    many, kinds = int(levels.max()) + 1, int(classes.max()) + 1
    table = np.zeros((int(fold.max()) + 1, many, kinds))
    np.add.at(table, (fold, levels, classes), 1.0)
    others = table.sum(axis=0)[None] - table
    mix = others.sum(axis=1, keepdims=True)
    mix = mix / mix.sum(axis=2, keepdims=True)
    shares = (others + prior_rows * mix) / (others.sum(axis=2, keepdims=True) + prior_rows)
    return np.asarray(shares[fold, levels], dtype=float)
