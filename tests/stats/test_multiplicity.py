"""Holm and Benjamini–Hochberg against statsmodels and worked examples."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from ethicscheck.stats.multiplicity import benjamini_hochberg, holm

METHODS = [(holm, "holm"), (benjamini_hochberg, "fdr_bh")]

# Y. Benjamini & Y. Hochberg (1995), §4.1: fifteen ordered p-values; at .05 BH rejects four hypotheses, Bonferroni three.
BH_EXAMPLE = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


@pytest.mark.parametrize(("adjust", "name"), METHODS)
def test_adjusted_values_equal_statsmodels(adjust, name):
    """A second implementation, with ties, zeros and ones among the values."""
    generator = np.random.default_rng(5)
    for size in (1, 2, 3, 10, 57):
        p = np.round(generator.random(size), 2) ** 3
        np.testing.assert_allclose(adjust(p), multipletests(p, method=name)[1], rtol=0, atol=1e-14)


def test_the_published_example_rejects_four_by_bh_and_three_by_holm():
    """The example of the paper that introduced BH; Holm, like Bonferroni there, rejects three."""
    assert int((benjamini_hochberg(BH_EXAMPLE) <= 0.05).sum()) == 4
    assert int((holm(BH_EXAMPLE) <= 0.05).sum()) == 3


@pytest.mark.parametrize(("adjust", "name"), METHODS)
def test_nothing_asked_gives_nothing(adjust, name):
    """A policy without rules."""
    assert adjust([]).tolist() == []


@pytest.mark.parametrize(("adjust", "name"), METHODS)
def test_one_question_needs_no_adjustment(adjust, name):
    """m = 1."""
    assert adjust([0.03]).tolist() == [0.03]


@pytest.mark.parametrize(("adjust", "name"), METHODS)
def test_the_order_of_the_questions_changes_no_bit(adjust, name):
    """Rules may be listed in any order."""
    generator = np.random.default_rng(6)
    p = np.append(generator.random(30) ** 4, [0.01, 0.01, 0.01])
    order = generator.permutation(len(p))

    assert adjust(p[order]).tolist() == adjust(p)[order].tolist()


@pytest.mark.parametrize(("adjust", "name"), METHODS)
def test_adjusted_values_stay_between_the_raw_value_and_one(adjust, name):
    """An adjustment may never make a finding look stronger."""
    p = np.random.default_rng(7).random(100)
    adjusted = adjust(p)

    assert ((adjusted >= p) & (adjusted <= 1)).all()
