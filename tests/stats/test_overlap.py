"""A group against an overall that holds it, for measures that are no mean over one denominator."""

from __future__ import annotations

import numpy as np
import pytest

from ethicscheck.stats.estimators import MatthewsCorrelation
from ethicscheck.stats.gaps import against_overall, difference_limits, ratio_limits
from ethicscheck.stats.intervals import critical_value, wilson_limits
from ethicscheck.stats.overlap import overlap_correlation
from ethicscheck.stats.ranking import average_precision, roc_auc

Z = critical_value(0.05)


def rate(cells):
    """Return the share of the last of the cells."""
    return cells[:, -1] / cells.sum(axis=1)


def matthews(cells):
    """Return φ."""
    return MatthewsCorrelation(cells).value


def test_a_rate_of_equal_groups_correlates_as_the_root_of_its_share():
    """For equal rates corr(p̂_g, p̂) = √w, a textbook identity for a part and its whole."""
    own, rest = np.array([[7000.0, 3000.0]]), np.array([[21000.0, 9000.0]])
    found = overlap_correlation(rate, own, rest, own.sum(axis=1), rest.sum(axis=1))

    assert found[0] == pytest.approx(0.5, abs=1e-4)


def test_the_correlation_of_matthews_coefficients_equals_a_simulated_one():
    """Twenty thousand redraws of both samples."""
    generator = np.random.default_rng(4)
    own, rest = np.array([120, 30, 40, 110]), np.array([300, 40, 20, 140])
    drawn = [generator.multinomial(c.sum(), c / c.sum(), size=20_000).astype(float) for c in (own, rest)]
    expected = np.corrcoef(matthews(drawn[0]), matthews(drawn[0] + drawn[1]))[0, 1]
    found = overlap_correlation(
        matthews, own[None].astype(float), rest[None].astype(float), np.array([300.0]), np.array([500.0])
    )

    assert found[0] == pytest.approx(expected, abs=0.02)


def test_empty_cells_leave_a_finite_correlation():
    """No positives in the rest, nobody else at all, and no rows anywhere: a number, and no warning."""
    own = np.array([[5.0, 1, 2, 3], [5.0, 0, 0, 5], [0.0, 0, 0, 0]])
    rest = np.array([[9.0, 3, 0, 0], [0.0, 0, 0, 0], [0.0, 0, 0, 0]])
    found = overlap_correlation(matthews, own, rest, own.sum(axis=1), rest.sum(axis=1))

    assert np.isfinite(found).all()
    assert (np.abs(found) <= 1).all()


def test_without_correlation_the_limits_are_those_of_independent_estimates():
    """ρ = 0 must be the published interval again."""
    a, b = np.array([56 / 70]), np.array([48 / 80])
    ends = wilson_limits(a, [70], Z), wilson_limits(b, [80], Z)
    low, high = difference_limits(a, ends[0], b, ends[1], np.array([0.0]))

    assert (round(float(low[0]), 4), round(float(high[0]), 4)) == (0.0524, 0.3339)


def test_correlated_limits_agree_with_the_exact_identity_for_large_rates():
    """For a rate both roads exist: (1 − w)(group − rest), and group − overall with the correlation of part and whole."""
    own, rest = np.array([[14_000.0, 6_000.0]]), np.array([[18_000.0, 12_000.0]])
    n, m = own.sum(axis=1), rest.sum(axis=1)
    a, b, whole = rate(own), rate(rest), rate(own + rest)
    exact = against_overall(
        a - b, difference_limits(a, wilson_limits(a, n, Z), b, wilson_limits(b, m, Z)), a - whole, n / (n + m)
    )
    overlap = overlap_correlation(rate, own, rest, n, m)
    found = difference_limits(a, wilson_limits(a, n, Z), whole, wilson_limits(whole, n + m, Z), overlap)

    np.testing.assert_allclose(found, exact, atol=3e-4)


def test_perfect_correlation_leaves_no_uncertainty_about_equal_estimates():
    """A group that is everyone: symmetric limits cancel to the last bit."""
    a, ends = np.array([0.4]), (np.array([0.3]), np.array([0.5]))
    low, high = difference_limits(a, ends, a, ends, np.array([1.0]))

    assert (low[0], high[0]) == pytest.approx((0, 0), abs=1e-8)


def test_a_correlated_ratio_is_narrower_than_an_independent_one():
    """What part and whole share cancels in their quotient."""
    a, b = np.array([0.3]), np.array([0.4])
    ends = wilson_limits(a, [80], Z), wilson_limits(b, [200], Z)
    wide = ratio_limits(a, ends[0], b, ends[1])
    narrow = ratio_limits(a, ends[0], b, ends[1], np.array([0.6]))

    assert wide[0][0] < narrow[0][0] < 0.75 < narrow[1][0] < wide[1][0]


@pytest.mark.parametrize("measure", [roc_auc, average_precision])
def test_the_correlation_of_ranking_measures_equals_a_simulated_one(measure):
    """Twenty thousand redraws of both samples; 30 scores, so 60 columns, by the measure's own derivatives."""
    generator = np.random.default_rng(5)
    place = np.arange(30)
    own, rest = (
        np.stack([np.exp(-place / a), base * np.exp(-(29 - place) / b)], axis=1).ravel()
        for a, b, base in ((9, 7, 0.6), (6, 8, 0.4))
    )
    sizes = 300, 500
    drawn = [
        generator.multinomial(n, c / c.sum(), size=20_000).astype(float)
        for n, c in zip(sizes, (own, rest), strict=True)
    ]
    expected = np.corrcoef(measure(drawn[0]).value, measure(drawn[0] + drawn[1]).value)[0, 1]
    cells = [n * c[None, :] / c.sum() for n, c in zip(sizes, (own, rest), strict=True)]
    found = overlap_correlation(
        lambda part: measure(part).value,
        *cells,
        np.array([300.0]),
        np.array([500.0]),
        lambda part: measure(part).gradient,
    )

    assert found[0] == pytest.approx(expected, abs=0.02)


def test_nobody_else_and_nobody_at_all_have_a_correlation_without_a_warning():
    """A group that is everyone; and an empty one."""
    cells = np.array([[5.0, 1, 2, 4], [0, 0, 0, 0]])
    found = overlap_correlation(
        lambda part: roc_auc(part).value,
        cells,
        np.zeros((2, 4)),
        np.array([12.0, 0]),
        np.zeros(2),
        lambda part: roc_auc(part).gradient,
    )

    assert found == pytest.approx([1, 0])
