"""Averages over classes against scikit-learn, and their variances against numeric derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from ethicscheck.stats.averages import ClassTables
from ethicscheck.stats.delta import cell_variance

RNG = np.random.default_rng(7)
TRUTH, NAMED = RNG.integers(0, 4, 400), RNG.integers(0, 4, 400)
NAMED = np.where(RNG.random(400) < 0.6, TRUTH, NAMED)
WEIGHT = RNG.gamma(2, size=400)


def _tables(weight) -> ClassTables:
    cells, squares = np.zeros((1, 16)), np.zeros((1, 16))
    np.add.at(cells[0], 4 * TRUTH + NAMED, weight)
    np.add.at(squares[0], 4 * TRUTH + NAMED, weight**2)
    return ClassTables.of(cells, squares)


@pytest.mark.parametrize("weight", [np.ones(400), WEIGHT], ids=["plain", "weighted"])
def test_averages_are_scikit_learns(weight) -> None:
    """precision_score, recall_score and f1_score with average= and sample_weight=."""
    tables = _tables(weight)
    options = {"sample_weight": weight}

    actual = [
        tables.mean_recall().value[0], tables.mean_precision().value[0], tables.mean_f1().value[0],
        tables.weighted_f1().value[0], tables.weighted_precision().value[0],
    ]  # fmt: skip

    assert actual == pytest.approx(
        [
            metrics.balanced_accuracy_score(TRUTH, NAMED, **options),
            metrics.precision_score(TRUTH, NAMED, average="macro", **options),
            metrics.f1_score(TRUTH, NAMED, average="macro", **options),
            metrics.f1_score(TRUTH, NAMED, average="weighted", **options),
            metrics.precision_score(TRUTH, NAMED, average="weighted", **options),
        ]
    )


@pytest.mark.parametrize(
    ("name", "weight"),
    [(name, WEIGHT) for name in ("mean_f1", "weighted_f1", "weighted_precision")]
    + [(name, np.ones(400)) for name in ("mean_recall", "mean_precision")],
)
def test_variances_are_those_of_numeric_derivatives(name, weight) -> None:
    """`delta.cell_variance` differentiates without formulas; in large classes the row added to each hardly matters."""
    cells, squares = (part.reshape(1, -1) * 1000 for part in (_tables(weight).cells, _tables(weight).squares))
    expected = cell_variance(lambda c: getattr(ClassTables.of(c, c), name)().value, cells, squares, smooth=False)

    assert getattr(ClassTables.of(cells, squares), name)().variance() == pytest.approx(expected, rel=2e-3)


def test_a_class_without_rows_leaves_its_average_undefined() -> None:
    """scikit-learn counts 0 with a warning, which makes a number up."""
    cells = np.array([[8.0, 2.0, 0.0, 1.0, 9.0, 0.0, 0.0, 0.0, 0.0]])
    tables = ClassTables.of(cells, cells)

    assert np.isnan([tables.mean_recall().value[0], tables.mean_precision().value[0], tables.mean_f1().value[0]]).all()
    assert tables.weighted_f1().value[0] == pytest.approx((10 * 16 / 19 + 10 * 18 / 21) / 20)


def test_a_class_that_is_never_wrong_on_three_rows_is_not_certain() -> None:
    """p(1 − p)/n would be 0 for it."""
    cells = np.array([[60.0, 40.0, 0.0, 3.0]])
    sure = 0.6 * 0.4 / 100 / 4

    assert ClassTables.of(cells, cells).mean_recall().variance()[0] > sure * 5


def test_perfect_predictions_have_wilsons_lower_limit() -> None:
    """100 of 100 right: the same limits as a proportion of 1."""
    cells = np.array([[50.0, 0.0, 0.0, 50.0]])
    low, high = ClassTables.of(cells, cells).mean_f1().limits(1.959964)

    assert low[0] == pytest.approx(100 / (100 + 1.959964**2))
    assert high[0] == 1.0
