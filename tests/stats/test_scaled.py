"""Limits on a scale that fits the range of values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ethicscheck.stats.intervals import critical_value, wilson_limits
from ethicscheck.stats.scaled import Scaled, student_value

Z = critical_value(0.05)
RANGES = {
    "identity": (-np.inf, np.inf),
    "log": (0.0, np.inf),
    "logit": (0.0, 1.0),
    "fisher": (-1.0, 1.0),
    "wilson": (0.0, 1.0),
}


def one(value, variance, scale, **more):
    """Return limits of a single value."""
    low, high = Scaled(np.array([value]), np.array([variance]), scale, *RANGES[scale], "any", **more).limits(Z)
    return float(low[0]), float(high[0])


def test_the_identity_scale_gives_scipys_normal_interval():
    """Second implementation: scipy.stats.norm."""
    assert one(1.5, 0.04, "identity") == pytest.approx(stats.norm(1.5, 0.2).interval(0.95))


def test_degrees_of_freedom_give_scipys_t_interval():
    """Second implementation: scipy.stats.t."""
    found = one(1.5, 0.04, "identity", freedom=np.array([7.0]))

    assert found == pytest.approx(stats.t(7, 1.5, 0.2).interval(0.95))


def test_students_quantile_has_the_normals_tail_far_out_too():
    """Holm's p-values and Bonferroni's limits look there; second implementation: scipy.stats.t.isf."""
    for z in (0.0, 1.0, 3.0, 6.0, 10.0):
        found = student_value(z, np.array([3.0, 30.0, np.inf, 0.0]))
        assert found[:2] == pytest.approx([stats.t.isf(stats.norm.sf(z), 3), stats.t.isf(stats.norm.sf(z), 30)])
        assert found[2] == z
        assert found[3] == (np.inf if z else 0)


def test_the_log_scale_is_the_interval_of_the_logarithm():
    """exp(log 2 ± 1.96·0.2/2)."""
    assert one(2.0, 0.04, "log") == pytest.approx(tuple(np.exp(np.log(2) + Z * np.array([-0.1, 0.1]))))


def test_the_wilson_scale_is_wilsons_interval_for_a_proportion():
    """A proportion's variance p(1 − p)/n gives its own score limits back."""
    low, high = wilson_limits([0.93], [120], Z)

    assert one(0.93, 0.93 * 0.07 / 120, "wilson") == pytest.approx((low[0], high[0]))


@pytest.mark.parametrize("scale", RANGES)
def test_limits_hold_the_value_stay_in_range_and_widen_with_z(scale):
    """What every gap is built on."""
    lowest, highest = RANGES[scale]
    values = np.array([0.0, 1e-9, 0.02, 0.5, 0.97, 1 - 1e-9, 1.0])
    estimator = Scaled(values, np.full(7, 0.01), scale, lowest, highest, "any", np.full(7, 9.0), np.full(7, 50.0))
    last = values, values
    for z in (0.0, 0.5, 2.0, 5.0, 12.0, 39.0):
        low, high = estimator.limits(z)
        assert (low <= np.minimum(values, last[0]) + 1e-15).all()
        assert (high >= np.maximum(values, last[1]) - 1e-15).all()
        assert (low >= lowest).all()
        assert (high <= highest).all()
        last = low, high


def test_a_perfect_value_on_few_rows_is_not_certain():
    """Its estimated variance is 0; the limits are Wilson's for 40 of 40."""
    assert one(1.0, 0.0, "logit", rows=np.array([40.0])) == pytest.approx((wilson_limits([1], [40], Z)[0][0], 1.0))


def test_a_range_other_than_zero_to_one_is_scaled():
    """A value of 3 in [1, 5] has the limits of a half, stretched."""
    low, high = Scaled(np.array([3.0]), np.array([0.16]), "logit", 1.0, 5.0, "any").limits(Z)
    half = one(0.5, 0.01, "logit")

    assert (low[0], high[0]) == pytest.approx((1 + 4 * half[0], 1 + 4 * half[1]))


@pytest.mark.parametrize("scale", RANGES)
def test_what_is_undefined_has_no_limits(scale):
    """NaN in, NaN out: never 0 or 1."""
    low, high = Scaled(
        np.array([np.nan, 0.5]), np.array([0.1, np.nan]), scale, *RANGES[scale], "any", rows=np.array([5.0, 5.0])
    ).limits(Z)

    assert np.isnan([low, high]).all()
