"""Two decisions on the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import precision_score
from statsmodels.stats.contingency_tables import mcnemar

from ethicscheck.stats.estimators import Proportion
from ethicscheck.stats.gaps import difference_limits
from ethicscheck.stats.intervals import critical_value, wilson_limits
from ethicscheck.stats.paired import (
    Change,
    collapse_new,
    collapse_other,
    gap_change_ends,
    mcnemar_exact,
    paired_correlation,
    paired_difference_limits,
)

Z = critical_value(0.05)


def selection_rate(cells):
    """(FP + TP)/all."""
    return cells[:, [1, 3]].sum(axis=1) / cells.sum(axis=1)


def precision(cells):
    """TP/(TP + FP)."""
    return cells[:, 3] / cells[:, [1, 3]].sum(axis=1)


def change(cells, value=selection_rate):
    """The change of a rate with its own denominators."""
    cells = np.asarray(cells, dtype=float)
    sides = [collapse(cells) for collapse in (collapse_new, collapse_other)]
    below = [side[:, [1, 3]].sum(axis=1) if value is precision else side.sum(axis=1) for side in sides]
    new, other = (Proportion(value(side), size) for side, size in zip(sides, below, strict=True))
    return Change(new, other, paired_correlation(value, cells, cells))


def rows_of(cells):
    """Return other prediction, label and prediction of each row."""
    codes = np.repeat(np.arange(8), cells)
    return codes // 4, codes // 2 % 2, codes % 2


@pytest.mark.parametrize(("first", "second"), [(1, 7), (16, 6), (40, 20), (0, 5), (3, 3), (0, 0), (250, 180)])
def test_mcnemars_exact_test_is_statsmodels_and_scipys(first, second):
    """Second implementations: statsmodels' mcnemar(exact=True), scipy.stats.binomtest."""
    found = mcnemar_exact(first, second)

    assert found == pytest.approx(min(mcnemar([[9, first], [second, 9]], exact=True).pvalue, 1))
    if first + second:
        assert found == pytest.approx(binomtest(first, first + second).pvalue)


def test_newcombes_paired_interval_is_the_published_one():
    """Cavo et al. 2012, 59/6/16/80: −0.1186 to −0.0046 in Fagerland, Lydersen & Laake's R package contingencytables."""
    low, high = paired_difference_limits([59], [6], [16], [80], Z)

    assert (round(float(low[0]), 4), round(float(high[0]), 4)) == (-0.1186, -0.0046)


def test_newcombes_paired_interval_has_width_where_nobody_disagrees():
    """Fifty pairs that all agree do not prove that all pairs do; no pairs say nothing."""
    low, high = paired_difference_limits([25, 0], [0, 0], [0, 0], [25, 0], Z)

    assert low[0] < -0.01
    assert high[0] > 0.01
    assert (low[1], high[1]) == (-1, 1)


def test_the_eight_cells_fold_to_either_models_four():
    """Second implementation: counting the rows."""
    cells = np.array([40, 6, 5, 9, 11, 8, 3, 20])
    other, label, prediction = rows_of(cells)

    assert collapse_new(cells).tolist() == np.bincount(2 * label + prediction, minlength=4).tolist()
    assert collapse_other(cells).tolist() == np.bincount(2 * label + other, minlength=4).tolist()


def test_a_rates_change_is_newcombes_to_the_third_digit():
    """The general way (delta method for the correlation) and the special one (φ of the 2×2 table)."""
    cells = np.array([[150, 30, 0, 0, 12, 108, 0, 0]])
    low, high = change(cells).limits(Z)

    special = paired_difference_limits([108], [30], [12], [150], Z)

    assert (low[0], high[0]) == pytest.approx((special[0][0], special[1][0]), abs=1e-3)


def test_the_correlation_of_precision_is_that_of_resampled_rows():
    """Precision's denominators differ between models. Second implementation: 1,500 bootstraps, scikit-learn's precision."""
    cells = np.array([400, 60, 50, 90, 110, 80, 30, 200])
    other, label, prediction = rows_of(cells)
    places = np.random.default_rng(0).integers(len(label), size=(1500, len(label)))
    again = np.array([[precision_score(label[p], side[p]) for side in (prediction, other)] for p in places])

    found = paired_correlation(precision, cells[None, :].astype(float), cells[None, :].astype(float))

    assert found[0] == pytest.approx(np.corrcoef(again.T)[0, 1], abs=0.06)
    difference = change(cells[None, :], precision)
    assert np.sqrt(difference.variance()[0]) == pytest.approx((again[:, 0] - again[:, 1]).std(), rel=0.07)


def test_two_groups_far_apart_give_the_interval_of_one_contrast():
    """Where the order is beyond doubt, the gap's change is δ₁ − δ₂ at what α/10 leaves."""
    cells = np.array([[100, 20, 0, 0, 30, 850, 0, 0], [850, 20, 0, 0, 30, 100, 0, 0]])
    both = change(cells)
    z = critical_value(0.045)
    low, high = both.limits(z)

    expected = difference_limits(both.value[0], (low[0], high[0]), both.value[1], (low[1], high[1]))

    assert gap_change_ends(both, 0.05) == pytest.approx(expected)


def test_a_gap_that_closes_is_seen_to_close():
    """Rates of .2 and .6 become equal: the interval of the change lies around −.4, far below 0."""
    cells = np.array([[320, 480, 0, 0, 80, 120, 0, 0], [160, 240, 0, 0, 240, 360, 0, 0]])

    low, high = gap_change_ends(change(cells), 0.05)

    assert -0.52 < low < -0.4 < high < -0.28


def test_swapping_the_models_mirrors_the_interval():
    """Better one way is worse the other way."""
    generator = np.random.default_rng(4)
    cells = generator.multinomial(300, np.full(8, 1 / 8), size=5)
    swapped = cells[:, [0, 4, 2, 6, 1, 5, 3, 7]]

    low, high = gap_change_ends(change(cells), 0.05)

    assert gap_change_ends(change(swapped), 0.05) == pytest.approx((-high, -low))


def test_the_interval_holds_the_observed_change():
    """Whatever the draw."""
    generator = np.random.default_rng(5)
    for _ in range(200):
        groups = int(generator.integers(2, 7))
        cells = np.stack([generator.multinomial(60, generator.dirichlet(np.ones(8))) for _ in range(groups)])
        both = change(cells)
        low, high = gap_change_ends(both, 0.05)
        observed = np.ptp(both.new.value) - np.ptp(both.other.value)
        assert low - 1e-9 <= observed <= high + 1e-9


def test_the_same_model_twice_has_not_changed():
    """No row differs: the change is 0, and its interval is narrow but no point."""
    cells = np.array([[600, 0, 0, 0, 0, 400, 0, 0], [300, 0, 0, 0, 0, 700, 0, 0]])
    both = change(cells)
    low, high = both.limits(Z)

    assert both.value.tolist() == [0, 0]
    assert (low < 0).all()
    assert (high > 0).all()
    assert (high < wilson_limits([0.4, 0.7], [1000, 1000], Z)[1] - [0.4, 0.7]).all()
