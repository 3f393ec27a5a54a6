"""Intervals by cluster."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from ethicscheck.stats.clusters import clustered_covariance, clustered_proportion, clustered_scaled, effective_clusters
from ethicscheck.stats.delta import cell_gradient, cell_variance
from ethicscheck.stats.intervals import critical_value, wilson_limits

Z = critical_value(0.05)
GENERATOR = np.random.default_rng(7)
PEOPLE = GENERATOR.multinomial(6, GENERATOR.dirichlet([2.0, 0.7, 0.8, 1.5], size=80))  # 80 people, 6 rows each
CELLS = PEOPLE.sum(axis=0)[None, :].astype(float)
PRODUCTS = (PEOPLE.T @ PEOPLE)[None, :, :].astype(float)


def selection_rate(cells):
    """(FP + TP)/all."""
    return cells[:, [1, 3]].sum(axis=1) / cells.sum(axis=1)


def f1(cells):
    """F1 score."""
    return 2 * cells[:, 3] / (2 * cells[:, 3] + cells[:, 1] + cells[:, 2])


def rows_of(people):
    """Return each row's cell and its person."""
    person = np.repeat(np.arange(len(people)), people.sum(axis=1))
    cell = np.concatenate([np.repeat(np.arange(4), own) for own in people])
    return person, cell


def test_the_variance_of_a_rate_is_the_cluster_robust_one():
    """Second implementation: statsmodels' OLS on a constant with cov_type="cluster"."""
    person, cell = rows_of(PEOPLE)
    chosen = np.isin(cell, (1, 3)).astype(float)
    fitted = sm.OLS(chosen, np.ones(len(chosen))).fit(cov_type="cluster", cov_kwds={"groups": person})

    found = clustered_covariance(cell_gradient(selection_rate, CELLS), PRODUCTS, np.array([80.0]))

    assert found[0] == pytest.approx(float(fitted.cov_params()[0, 0]), rel=1e-6)


def test_the_variance_of_a_ratio_with_a_random_denominator_is_the_cluster_robust_one():
    """True positive rate: statsmodels' OLS on the positives alone; clusters differ in size, so only near (m/(m − 1))."""
    person, cell = rows_of(PEOPLE)
    positive = cell >= 2
    found = (cell[positive] == 3).astype(float)
    fitted = sm.OLS(found, np.ones(len(found))).fit(cov_type="cluster", cov_kwds={"groups": person[positive]})
    own = PEOPLE[:, 2:].sum(axis=1)

    variance = clustered_covariance(
        cell_gradient(lambda cells: cells[:, 3] / cells[:, 2:].sum(axis=1), CELLS),
        PRODUCTS,
        np.array([float((own > 0).sum())]),
    )

    assert variance[0] == pytest.approx(float(fitted.cov_params()[0, 0]), rel=1e-6)


def test_the_variance_of_f1_is_that_of_resampling_people():
    """Second implementation: 20,000 bootstraps of whole people."""
    generator = np.random.default_rng(0)
    again = f1(generator.multinomial(80, np.full(80, 1 / 80), size=20_000).astype(float) @ PEOPLE)

    found = clustered_covariance(cell_gradient(f1, CELLS), PRODUCTS, np.array([80.0]))

    assert np.sqrt(found[0]) == pytest.approx(again.std(), rel=0.04)


def test_rows_of_their_own_give_the_plain_variance_and_nearly_wilsons_limits():
    """A cluster a row is no cluster: only m/(m − 1) and t stand between."""
    cells = np.array([[400.0, 110, 90, 200]])
    products = np.einsum("gc,cd->gcd", cells, np.eye(4))

    variance = clustered_covariance(cell_gradient(f1, cells), products, np.array([800.0]))
    assert variance[0] * 799 / 800 == pytest.approx(cell_variance(f1, cells, smooth=False)[0])

    found = clustered_proportion(cells, cells, products, (1, 3), (0, 1, 2, 3)).limits(Z)
    plain = wilson_limits(np.array([310 / 800]), [800.0], Z)
    assert np.array(found) == pytest.approx(np.array(plain), abs=1e-3)


def test_copying_every_row_does_not_narrow_the_interval():
    """Each person ten times over is no news."""
    once = clustered_proportion(CELLS, CELLS, PRODUCTS, (1, 3), (0, 1, 2, 3)).limits(Z)
    ten_times = clustered_proportion(10 * CELLS, 10 * CELLS, 100 * PRODUCTS, (1, 3), (0, 1, 2, 3)).limits(Z)

    assert np.array(ten_times) == pytest.approx(np.array(once))


def test_the_scale_of_weights_does_not_matter():
    """Weights of 0.001 and of 1,000 give the same limits."""
    once = clustered_proportion(CELLS, CELLS, PRODUCTS, (3,), (2, 3)).limits(Z)
    scaled = clustered_proportion(1e-3 * CELLS, 1e-6 * CELLS, 1e-6 * PRODUCTS, (3,), (2, 3)).limits(Z)

    assert np.array(scaled) == pytest.approx(np.array(once))


def test_one_cluster_says_nothing():
    """A single person's thousand rows leave everything possible."""
    person = np.array([[300.0, 0, 0, 700]])
    products = np.einsum("gc,gd->gcd", person, person)

    low, high = clustered_proportion(person, person, products, (3,), (0, 1, 2, 3)).limits(Z)
    assert (low[0], high[0]) == (0, 1)

    low, high = clustered_scaled(f1, person + 1, person + 1, products, "logit", 0.0, 1.0).limits(Z)
    assert (low[0], high[0]) == (0, 1)


def test_a_rate_of_zero_rests_on_whole_clusters():
    """No success among 30 people of 20 rows each: Wilson for 0 of 30 with t, not 0 of 600."""
    people = np.tile([20.0, 0, 0, 0], (30, 1))
    cells, products = people.sum(axis=0)[None, :], (people.T @ people)[None, :, :]

    found = clustered_proportion(cells, cells, products, (1, 3), (0, 1, 2, 3))

    assert found.size[0] == pytest.approx(30)
    assert found.limits(Z)[1][0] > wilson_limits([0.0], [30.0], Z)[1][0]


def test_an_empty_denominator_is_undefined():
    """Never 0, 1 or the whole range."""
    cells = np.array([[10.0, 5, 0, 0]])
    found = clustered_proportion(cells, cells, np.einsum("gc,cd->gcd", cells, np.eye(4)), (3,), (2, 3))

    assert np.isnan(found.value[0])
    assert np.isnan(found.limits(Z)[0][0])


def test_effective_clusters_are_all_of_them_where_sizes_are_equal():
    """Kish's formula, over clusters."""
    assert effective_clusters(np.array([480.0, 0.0]), np.array([80 * 36.0, 0.0])).tolist() == [80, 0]


def test_a_smooth_measure_gets_limits_on_its_scale():
    """They lie within the range and are wider than the rows alone would give (people are alike to themselves)."""
    found = clustered_scaled(f1, CELLS, CELLS, PRODUCTS, "logit", 0.0, 1.0)
    low, high = found.limits(Z)

    assert 0 < low[0] < found.value[0] < high[0] < 1
    assert found.variance()[0] > 1.2 * cell_variance(f1, CELLS)[0]


def test_what_is_no_sum_over_clusters_says_nothing():
    """The rest of a group whose clusters have rows in both: the difference of the sums once gave a variance below 0, and
    limits that were NaN, or as narrow as for independent rows.
    """
    cells = np.array([[10.0, 0.0, 0.0, 10.0]])
    products = np.zeros((1, 4, 4))
    products[0][np.ix_([0, 3], [0, 3])] = [[5.0, 20.0], [20.0, 5.0]]

    rate = clustered_proportion(cells, cells, products, (1, 3), (0, 1, 2, 3))
    smooth = clustered_scaled(selection_rate, cells, cells, products, "logit", 0.0, 1.0)

    for found in (rate, smooth):
        low, high = (float(end[0]) for end in found.limits(Z))
        assert (low, high) == (0.0, 1.0)
