"""The bootstrap of cells."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.metrics import f1_score

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import METRICS
from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.resampling import bootstrapped, multinomial_replicates

Z = critical_value(0.05)
CELLS = np.array([[40, 11, 9, 20], [300, 200, 80, 120], [7, 5, 3, 4]])


def share(cells):
    """Selection rate."""
    with np.errstate(invalid="ignore"):
        return cells[:, [1, 3]].sum(axis=1) / cells.sum(axis=1)


def f1(cells):
    """F1 score."""
    with np.errstate(invalid="ignore"):
        return 2 * cells[:, 3] / (2 * cells[:, 3] + cells[:, 1] + cells[:, 2])


def test_drawing_cells_is_drawing_rows():
    """Second implementation: 4,000 bootstraps of the rows themselves, F1 by scikit-learn."""
    truth = np.repeat([0, 0, 1, 1], CELLS[0])
    decision = np.repeat([0, 1, 0, 1], CELLS[0])
    generator = np.random.default_rng(1)
    places = generator.integers(len(truth), size=(4000, len(truth)))
    by_rows = [f1_score(truth[row], decision[row]) for row in places]

    by_cells = f1(multinomial_replicates(CELLS[:1], 4000, 2)[:, 0])

    assert by_cells.mean() == pytest.approx(np.mean(by_rows), abs=0.004)
    assert by_cells.std() == pytest.approx(np.std(by_rows), rel=0.05)


def test_every_replicate_has_the_groups_rows():
    """A bootstrap sample is as large as the sample."""
    drawn = multinomial_replicates(CELLS, 50, 0)

    assert drawn.shape == (50, 3, 4)
    assert (drawn.sum(axis=2) == CELLS.sum(axis=1)).all()


def test_a_groups_draws_depend_on_its_own_cells_alone():
    """The same audit with groups renamed, reordered or left out must print the same limits."""
    whole = multinomial_replicates(CELLS, 20, 3)
    turned = multinomial_replicates(CELLS[::-1], 20, 3)

    assert (whole == turned[:, ::-1]).all()
    assert (whole[:, :1] == multinomial_replicates(CELLS[:1], 20, 3)).all()
    assert (whole != multinomial_replicates(CELLS, 20, 4)).any()


def test_the_standard_error_of_a_rate_is_the_known_one():
    """√(p(1 − p)/n), on the large group."""
    found = bootstrapped(share, CELLS, 20_000, 0)

    assert np.sqrt(found.variance()[1]) == pytest.approx(np.sqrt(320 / 700 * 380 / 700 / 700), rel=0.02)


def test_limits_stay_in_the_range_and_hold_the_value():
    """A scale with ends has no limits beyond them."""
    cells = np.array([[10, 0, 0, 0], [0, 0, 0, 12], [3, 1, 1, 5]])
    found = bootstrapped(share, cells, 2000, 0, scale="logit", lowest=0.0, highest=1.0)
    low, high = found.limits(Z)

    assert (low >= 0).all()
    assert (high <= 1).all()
    assert (low <= found.value).all()
    assert (high >= found.value).all()
    assert high[0] > 0.2  # no success in ten is not certain
    assert low[1] < 0.8


def test_a_value_that_most_replicates_leave_undefined_has_no_limits():
    """F1 with no positives and no selection at all: undefined, not zero."""
    found = bootstrapped(f1, np.array([[50, 0, 0, 0], [0, 0, 0, 0]]), 500, 0, scale="logit", lowest=0.0, highest=1.0)

    assert np.isnan(found.value).all()
    assert np.isnan(found.limits(Z)[0]).all()


def test_weights_widen_the_bootstrap_as_they_widen_the_rows():
    """Second implementation: the bootstrap of weighted rows."""
    generator = np.random.default_rng(5)
    selected = generator.random(400) < 0.3
    weight = np.exp(0.8 * generator.standard_normal(400))
    rows, total, squares = (
        np.array([[(amount * ~selected).sum(), (amount * selected).sum(), 0, 0]])
        for amount in (np.ones(400), weight, weight**2)
    )
    places = generator.integers(400, size=(8000, 400))
    by_rows = ((weight * selected)[places].sum(axis=1) / weight[places].sum(axis=1)).std()

    found = bootstrapped(share, rows, 8000, 0, weight=total, weight_squares=squares)

    assert np.sqrt(found.variance()[0]) == pytest.approx(by_rows, rel=0.05)


@pytest.mark.slow
def test_the_bootstrap_of_f1_covers():
    """Nominal 95 % at n = 100 and 400."""
    chances = np.array([0.56, 0.14, 0.06, 0.24])
    truth = f1(chances[None, :])[0]
    for size, seed in ((100, 1), (400, 2)):
        cells = np.random.default_rng(seed).multinomial(size, chances, size=1500)
        low, high = bootstrapped(f1, cells, 500, seed, scale="logit", lowest=0.0, highest=1.0).limits(Z)
        assert ((low <= truth) & (high >= truth)).mean() >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("rows", [100, 100_000_000])
def test_two_thousand_replicates_of_sixty_groups_and_all_measures_take_under_a_second(rows):
    """The promise of the issue, in this process's own CPU time; benchmarks/bootstrap_cells.py prints the table."""
    cells = np.random.default_rng(0).multinomial(rows, [0.45, 0.12, 0.1, 0.33], size=60)
    started = time.process_time()
    drawn = multinomial_replicates(cells, 2000, 0).reshape(-1, 4).astype(float)
    for metric in METRICS.values():
        metric.measure(GroupCounts((), (), drawn), 1).estimator.value.reshape(2000, 60).std(axis=0)

    assert time.process_time() - started < 1
