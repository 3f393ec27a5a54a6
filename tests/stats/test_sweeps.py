"""Every threshold at once, against brute force over rows and scikit-learn's own curves."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, roc_curve

from ethicscheck.stats.sweeps import best_common, equal_rate_thresholds, sweep, thin

GROUPS = 3


def made_rows(n=900, scores=40, seed=7):
    """Return scores on a grid, labels that go with them, and groups that shift both."""
    generator = np.random.default_rng(seed)
    group = generator.integers(0, GROUPS, n)
    label = (generator.random(n) < 0.3 + 0.1 * group).astype(int)
    score = np.clip(np.round(generator.normal(0.4 + 0.2 * label + 0.05 * group, 0.2) * scores) / scores, 0, 1)
    return group, label, score


def histogram(group, label, score, weight=None):
    """Return the distinct scores and the cells by group."""
    values, place = np.unique(score, return_inverse=True)
    cells = np.zeros((GROUPS, 2 * len(values)))
    np.add.at(cells, (group, 2 * place + label), 1.0 if weight is None else weight)
    return values, cells


@pytest.fixture(scope="module")
def rows():
    """Return some rows."""
    return made_rows()


def test_the_cells_at_every_threshold_are_those_of_sklearns_confusion_matrix(rows):
    """Second implementation: sklearn.metrics.confusion_matrix on the rows, group by group."""
    group, label, score = rows
    found = sweep(*histogram(group, label, score))

    for place, threshold in enumerate(found.thresholds):
        for own in range(GROUPS):
            inside = group == own
            expected = confusion_matrix(label[inside], score[inside] >= threshold, labels=[0, 1]).ravel()
            assert found.cells(place)[own].tolist() == expected.tolist()


def test_the_rates_are_the_points_of_sklearns_roc_curve(rows):
    """Second implementation: sklearn.metrics.roc_curve with every point kept."""
    group, label, score = rows
    found = sweep(*histogram(group, label, score))
    for own in range(GROUPS):
        inside = group == own
        false, true, thresholds = roc_curve(label[inside], score[inside], drop_intermediate=False)
        places = [found.place(threshold) for threshold in thresholds]

        assert found.false_positive_rates[own, places] == pytest.approx(false)
        assert found.true_positive_rates[own, places] == pytest.approx(true)


def test_weighted_rates_are_sklearns_with_sample_weight(rows):
    """Second implementation: roc_curve(sample_weight=)."""
    group, label, score = rows
    weight = np.random.default_rng(3).uniform(0.2, 5, len(label))
    found = sweep(*histogram(group, label, score, weight))
    inside = group == 1
    false, true, thresholds = roc_curve(
        label[inside], score[inside], sample_weight=weight[inside], drop_intermediate=False
    )
    places = [found.place(threshold) for threshold in thresholds]

    assert found.false_positive_rates[1, places] == pytest.approx(false)
    assert found.true_positive_rates[1, places] == pytest.approx(true)


def test_no_weighted_cell_is_ever_negative(rows):
    """TN is a difference of sums; summed in another order it could be −1e-17."""
    group, label, score = rows
    weight = np.random.default_rng(5).uniform(1e-9, 1e9, len(label))
    found = sweep(*histogram(group, label, score, weight))

    assert min(found.cells(place).min() for place in range(len(found.thresholds))) == 0


def test_a_threshold_between_two_scores_decides_as_the_next_score_does(rows):
    """The operating threshold of a config need not be a score that occurs."""
    found = sweep(*histogram(*rows))
    low, high = found.thresholds[3:5]

    assert found.place((low + high) / 2) == found.place(high) == 4
    assert found.place(-5.0) == 0
    assert found.place(99.0) == len(found.thresholds) - 1


def test_a_group_without_positives_has_no_true_positive_rate():
    """Undefined is NaN here and never 0; its reason is given where the metric is measured."""
    found = sweep([0.1, 0.9], [[2, 0, 3, 0], [0, 1, 0, 0], [0, 0, 0, 0]])

    assert np.isnan(found.true_positive_rates[0]).all()
    assert np.isnan(found.false_positive_rates[1]).all()
    assert np.isnan(found.selection_rates[2]).all()


def test_few_enough_thresholds_are_all_kept():
    """Nothing is thinned that need not be."""
    curves = np.linspace(1, 0, 60)[None]
    places, tolerance = thin(curves, 101)

    assert places.tolist() == list(range(60))
    assert tolerance == 0


@pytest.mark.parametrize("most", [11, 51, 101])
def test_between_kept_points_no_curve_moves_more_than_the_stated_tolerance(most):
    """The promise that stands beside the chart, checked at every threshold."""
    found = sweep(*histogram(*made_rows(20_000, 5_000)))
    curves = np.concatenate([found.selection_rates, found.true_positive_rates, found.false_positive_rates])
    places, tolerance = thin(curves, most, [777])
    held = places[np.searchsorted(places, np.arange(curves.shape[1]), side="right") - 1]

    assert np.abs(curves - curves[:, held]).max() <= tolerance + 1e-9
    assert len(places) <= most + 1
    assert {0, 777, curves.shape[1] - 1} <= set(places.tolist())


def test_one_jump_is_kept_however_few_points_are_left():
    """A score with a large share of the people on it must not disappear between two points."""
    curve = np.where(np.arange(5000) < 3210, 1.0, 0.2)[None] - np.arange(5000) * 1e-5
    places, _ = thin(curve, 21)

    assert 3210 in places


def test_the_best_common_threshold_is_that_of_brute_force(rows):
    """Over all thresholds that keep the gap in selection rate under ten points."""
    group, label, score = rows
    found = sweep(*histogram(group, label, score))
    accuracy = found.correct.sum(axis=0) / len(label)
    allowed = np.ptp(found.selection_rates, axis=0) <= 0.1
    expected = max(
        ((score >= threshold) == label).mean()
        for threshold in found.thresholds
        if np.ptp([(score >= threshold)[group == own].mean() for own in range(GROUPS)]) <= 0.1
    )
    best = best_common(accuracy, allowed)

    assert best is not None
    assert accuracy[best] == pytest.approx(expected)
    assert allowed[best]


def test_of_equally_accurate_thresholds_the_one_nearest_to_todays_is_taken():
    """What changes least is proposed; without any allowed there is none."""
    accuracy = np.array([0.7, 0.5, 0.7, 0.7])

    assert best_common(accuracy, np.ones(4, dtype=bool), near=3) == 3
    assert best_common(accuracy, np.ones(4, dtype=bool)) == 0
    assert best_common(accuracy, np.zeros(4, dtype=bool)) is None


@pytest.mark.parametrize("tolerance", [0.0, 0.01, 0.05, 0.2])
@pytest.mark.parametrize("rate", ["selection_rates", "true_positive_rates", "false_positive_rates"])
@pytest.mark.parametrize("seed", range(4))
def test_one_threshold_for_each_group_is_the_best_of_all_choices(rate, tolerance, seed):
    """Brute force: every combination of thresholds of three groups."""
    found = sweep(*histogram(*made_rows(200, 9, seed)))
    rates, correct = getattr(found, rate), found.correct
    expected = max(
        sum(correct[own, at] for own, at in enumerate(places))
        for places in product(range(len(found.thresholds)), repeat=GROUPS)
        if np.ptp([rates[own, at] for own, at in enumerate(places)]) <= tolerance + 1e-12
    )
    chosen = equal_rate_thresholds(rates, correct, tolerance)

    assert chosen.correct == pytest.approx(expected)
    assert chosen.gap <= tolerance + 1e-9
    assert chosen.gap == pytest.approx(np.ptp(rates[np.arange(GROUPS), chosen.places]))
    assert chosen.correct == pytest.approx(correct[np.arange(GROUPS), chosen.places].sum())


def test_with_no_limit_each_group_takes_its_own_most_accurate_threshold(rows):
    """A tolerance of 1 binds nobody."""
    found = sweep(*histogram(*rows))
    chosen = equal_rate_thresholds(found.selection_rates, found.correct, 1.0)

    assert chosen.correct == found.correct.max(axis=1).sum()


def test_ten_thousand_scores_of_sixty_groups_take_a_moment():
    """The largest sweep an audit meets in practice, with the search of one threshold a group."""
    generator = np.random.default_rng(1)
    cells = generator.poisson(1.0, size=(60, 20_000))
    found = sweep(np.arange(10_000) / 10_000, cells)
    chosen = equal_rate_thresholds(found.true_positive_rates, found.correct, 0.01)

    assert chosen.gap <= 0.01 + 1e-9
