"""Fairlearn's ThresholdOptimizer on a histogram, against Fairlearn on the rows."""

from __future__ import annotations

import numpy as np
import pytest
from fairlearn.metrics import false_positive_rate, selection_rate, true_positive_rate
from fairlearn.postprocessing import ThresholdOptimizer
from sklearn.linear_model import LinearRegression

from ethicscheck.studies.optimized_thresholds import CONSTRAINTS, expected_cells, optimize_thresholds

RATES = {
    "demographic_parity": (selection_rate,),
    "true_positive_rate_parity": (true_positive_rate,),
    "false_positive_rate_parity": (false_positive_rate,),
    "equalized_odds": (true_positive_rate, false_positive_rate),
}


def made_rows(n=4000, seed=11):
    """Return rows of three groups whose scores and base rates differ."""
    generator = np.random.default_rng(seed)
    group = generator.integers(0, 3, n)
    label = (generator.random(n) < 0.25 + 0.15 * group).astype(int)
    score = np.clip(np.round(generator.normal(0.35 + 0.25 * label + 0.07 * group, 0.18), 2), 0, 1)
    return group, label, score


def histogram(group, label, score):
    """Return the distinct scores and the cells by group."""
    values, place = np.unique(score, return_inverse=True)
    cells = np.zeros((int(group.max()) + 1, 2 * len(values)))
    np.add.at(cells, (group, 2 * place + label), 1.0)
    return values, cells


def rates(cells):
    """Return selection, true and false positive rate by group."""
    tn, fp, fn, tp = cells.T
    return {
        selection_rate: (tp + fp) / cells.sum(axis=1),
        true_positive_rate: tp / (tp + fn),
        false_positive_rate: fp / (fp + tn),
    }


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_expected_rates_are_those_of_fairlearns_own_chances_on_the_rows(constraint):
    """Fairlearn with an estimator of its own kind: its chance of a positive prediction for each row, added up."""
    group, label, score = made_rows()
    model = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])  # predicts the score itself
    own = ThresholdOptimizer(estimator=model, constraints=constraint, prefit=True, predict_method="predict")
    own.fit(score[:, None], label, sensitive_features=group)
    chance = own._pmf_predict(score[:, None], sensitive_features=group)[:, 1]
    expected = np.array(
        [
            [
                ((1 - chance) * (label == 0))[group == each].sum(),
                (chance * (label == 0))[group == each].sum(),
                ((1 - chance) * (label == 1))[group == each].sum(),
                (chance * (label == 1))[group == each].sum(),
            ]
            for each in range(3)
        ]
    )
    found = optimize_thresholds(constraint, *histogram(group, label, score))

    assert found is not None
    assert found.exact
    assert found.rows == len(label)
    assert found.cells == pytest.approx(expected)


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_the_constraint_is_met_exactly_where_all_rows_were_used(constraint):
    """Equal by design: coins are tossed between two thresholds."""
    found = optimize_thresholds(constraint, *histogram(*made_rows()))

    assert found is not None
    for rate in RATES[constraint]:
        assert np.ptp(rates(found.cells)[rate]) < 1e-9


def test_tossed_coins_come_out_as_expected():
    """Fairlearn's predict() with fresh coins, 100 times over: the expected rates are not ours alone."""
    group, label, score = made_rows(2000)
    model = LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0])
    own = ThresholdOptimizer(estimator=model, constraints="equalized_odds", prefit=True, predict_method="predict")
    own.fit(score[:, None], label, sensitive_features=group)
    drawn = np.mean(
        [own.predict(score[:, None], sensitive_features=group, random_state=seed) for seed in range(100)], axis=0
    )
    expected = [drawn[(group == each) & (label == 1)].mean() for each in range(3)]
    found = optimize_thresholds("equalized_odds", *histogram(group, label, score))

    assert found is not None
    assert rates(found.cells)[true_positive_rate] == pytest.approx(expected, abs=0.01)


def test_a_bounded_number_of_rows_stands_for_millions():
    """The same histogram times 500: Fairlearn sees 20,000 rows, the result is nearly that of all of them."""
    values, cells = histogram(*made_rows())
    all_rows = optimize_thresholds("demographic_parity", values, cells)
    some = optimize_thresholds("demographic_parity", values, cells * 500, most_rows=20_000)

    assert all_rows is not None
    assert some is not None
    assert some.rows == 20_000
    assert not some.exact
    assert some.cells / 500 == pytest.approx(all_rows.cells, abs=0.005 * cells.sum())
    assert np.ptp(rates(some.cells)[selection_rate]) < 0.005


def test_a_group_with_one_outcome_only_takes_no_part():
    """Fairlearn would refuse it as degenerate; here it is named and the others are still answered."""
    group, label, score = made_rows()
    label = np.where(group == 1, 0, label)
    found = optimize_thresholds("demographic_parity", *histogram(group, label, score))

    assert found is not None
    assert found.groups == (0, 2)
    assert optimize_thresholds("demographic_parity", *histogram(group, label * 0, score)) is None


def test_chances_stand_for_three_stretches_of_the_score():
    """Below the lower threshold, between the two, and from the upper one on."""
    cells = np.array([[1.0, 0, 1, 0, 1, 0, 0, 4]])
    found = expected_cells(cells, np.array([1]), np.array([3]), np.array([[0.0, 0.25, 1.0]]))

    assert found.tolist() == [[2.5, 0.5, 0.0, 4.0]]


def test_the_order_of_people_changes_nothing():
    """No chance enters the choice of rows: the same table, the same answer, to the last bit."""
    values, cells = histogram(*made_rows(120_000))
    first, second = (optimize_thresholds("equalized_odds", values, cells) for _ in range(2))

    assert first is not None
    assert second is not None
    assert (first.cells == second.cells).all()
    assert first.chances.tolist() == second.chances.tolist()
