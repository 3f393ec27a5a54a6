"""The cross-validated AUC: against scikit-learn, and its interval in simulation."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ethicscheck.stats.cross_validated import clustered_folds, held_out_auc, scores_from_shares, stratified_folds


def test_each_fold_holds_its_share_of_each_class():
    """A fold without a class has no AUC; every class is dealt out evenly."""
    generator = np.random.default_rng(0)
    classes = np.repeat([0, 1, 2], [57, 20, 5])

    fold = stratified_folds(classes, 5, generator)

    for code in range(3):
        sizes = np.bincount(fold[classes == code], minlength=5)
        assert sizes.max() - sizes.min() <= 1
    assert np.bincount(fold, minlength=5).max() - np.bincount(fold, minlength=5).min() <= 1


@pytest.mark.parametrize("kinds", [2, 4])
def test_the_value_is_scikit_learns(kinds):
    """Oracle: sklearn.metrics.roc_auc_score in each fold, one-vs-rest, macro; ties counted half."""
    generator = np.random.default_rng(1)
    classes = generator.integers(0, kinds, 600)
    scores = np.round(generator.random((600, kinds)) + 0.3 * np.eye(kinds)[classes], 1)
    scores /= scores.sum(axis=1, keepdims=True)
    fold = stratified_folds(classes, 5, generator)

    found = held_out_auc(scores, classes, fold).value

    expected = np.mean(
        [
            roc_auc_score(classes[fold == part], scores[fold == part][:, 1])
            if kinds == 2
            else roc_auc_score(classes[fold == part], scores[fold == part], multi_class="ovr")
            for part in range(5)
        ]
    )
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("kinds", [2, 4])
def test_the_interval_of_a_column_that_says_nothing_holds_one_half(kinds):
    """Independent columns: the interval must cover .5 about as often as it says (95 %; 3 standard errors allowed)."""
    generator = np.random.default_rng(2)
    hits, runs = 0, 300
    for _ in range(runs):
        classes = generator.integers(0, kinds, 400)
        levels = generator.integers(0, 8, 400)
        fold = stratified_folds(classes, 5, generator)
        found = held_out_auc(scores_from_shares(levels, classes, fold), classes, fold)
        hits += abs(found.value - 0.5) <= 1.96 * np.sqrt(found.variance)

    assert hits / runs >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / runs)


def test_the_interval_of_a_planted_proxy_holds_the_truth():
    """A level that agrees with the class in 80 % of rows has an AUC of .8 by arithmetic; covered in about 95 %."""
    generator = np.random.default_rng(3)
    hits, runs = 0, 300
    for _ in range(runs):
        classes = generator.integers(0, 2, 500)
        levels = np.where(generator.random(500) < 0.8, classes, 1 - classes)
        fold = stratified_folds(classes, 5, generator)
        found = held_out_auc(scores_from_shares(levels, classes, fold), classes, fold)
        hits += abs(found.value - 0.8) <= 1.96 * np.sqrt(found.variance)

    assert hits / runs >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / runs)


def test_a_column_of_one_level_tells_nothing_apart():
    """Every score is the same: AUC exactly one half, no variance."""
    classes = np.arange(40) % 2
    fold = stratified_folds(classes, 5, np.random.default_rng(0))

    found = held_out_auc(scores_from_shares(np.zeros(40, dtype=np.int64), classes, fold), classes, fold)

    assert (found.value, found.variance) == (0.5, 0.0)


def test_the_same_thing_under_another_name_is_told_apart_perfectly():
    """AUC 1, whatever the names."""
    classes = np.arange(60) % 3
    fold = stratified_folds(classes, 5, np.random.default_rng(0))

    assert held_out_auc(scores_from_shares(2 - classes, classes, fold), classes, fold).value == 1.0


def test_rows_of_a_cluster_share_a_fold_and_every_fold_holds_every_class():
    """A model that has seen a person's other rows knows the person; clusters of one are dealt out as rows are."""
    generator = np.random.default_rng(4)
    owner = np.repeat(np.arange(150), generator.integers(1, 12, 150))
    classes = generator.choice(3, 150, p=[0.6, 0.25, 0.15])[owner]

    fold = clustered_folds(classes, owner, 5, generator)

    assert all(len(set(fold[owner == one])) == 1 for one in range(150))
    assert all(set(fold[classes == code]) == set(range(5)) for code in range(3))


def test_where_rows_repeat_the_variance_is_that_of_the_people():
    """Every row written ten times says nothing more: the variance is that of the rows once."""
    generator = np.random.default_rng(5)
    classes, scores = generator.integers(0, 2, 300), generator.random((300, 2))
    fold = stratified_folds(classes, 5, generator)
    once = held_out_auc(scores, classes, fold)
    owner = np.repeat(np.arange(300), 10)

    found = held_out_auc(scores[owner], classes[owner], fold[owner], owner)

    assert found.value == pytest.approx(once.value, abs=1e-12)
    assert found.variance == pytest.approx(once.variance, rel=1e-9)
