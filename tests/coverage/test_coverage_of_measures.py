"""The coverage of each measure's own interval, of a group against the overall, and of weighted rates."""

from __future__ import annotations

import math

import numpy as np
import pytest
import simulate_measures
from simulate_measures import SIZES, SYSTEMS, against_overall_interval, group_interval, overall_limits, weighted_rate

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import METRICS
from ethicscheck.metrics.rows import overall_rows

NOISE = 4 * math.sqrt(0.05 * 0.95)


@pytest.mark.parametrize("name", METRICS)
def test_the_simulated_limits_against_the_overall_are_those_of_the_record(name):
    """Otherwise the simulation would prove something about another method."""
    metric = METRICS[name]
    cells = np.array([[40, 11, 9, 20], [30, 20, 8, 12], [70, 5, 30, 44]])
    groups = GroupCounts(("group",), (("a",), ("b",), ("c",)), cells)
    everyone = GroupCounts((), ((),), cells.sum(axis=0, keepdims=True))
    rows = list(overall_rows(metric, groups, everyone, 1, 0.95))
    for compare in ("difference", "ratio") if metric.ratio else ("difference",):
        low, high = overall_limits(metric, cells.astype(float), (cells.sum(axis=0) - cells).astype(float), compare)
        found = [(row.interval.low, row.interval.high) for row in rows if row.compare == compare]
        np.testing.assert_allclose(found, np.stack([low, high], axis=1), atol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("name", METRICS)
def test_a_groups_own_interval_covers(name):
    """Nominal 95 %. A single Wilson interval swings around its level with n and p, hence 93 %."""
    generator = np.random.default_rng(1)
    for system in SYSTEMS:
        for size in SIZES:
            result = group_interval(METRICS[name], system, size, 3000, generator)
            assert result.coverage >= 0.93 - NOISE / math.sqrt(result.defined), result


@pytest.mark.slow
@pytest.mark.parametrize("name", METRICS)
def test_a_group_against_the_overall_covers(name):
    """Nominal 95 %, the group being a tenth, a half and nine tenths of all."""
    generator = np.random.default_rng(2)
    metric = METRICS[name]
    for compare in ("difference", "ratio") if metric.ratio else ("difference",):
        for system in SYSTEMS:
            for share in (0.1, 0.5, 0.9):
                result = against_overall_interval(metric, compare, system, 200, share, 1500, generator)
                assert result.coverage >= 0.93 - NOISE / math.sqrt(result.defined), (result, share)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.3, 1.0])
def test_a_weighted_rate_covers_when_weights_do_not_go_with_the_outcome(spread):
    """Kish's effective size; the premise is that weight and outcome are unrelated within the group."""
    generator = np.random.default_rng(3)
    for rate in (0.05, 0.1, 0.5):
        for size in (50, 100, 200, 1000):
            result = weighted_rate(size, rate, spread, False, 2000, generator)
            assert result.coverage >= 0.93 - NOISE / math.sqrt(result.defined), result


@pytest.mark.slow
def test_a_weighted_rate_covers_less_when_the_rare_selected_weigh_twice_as_much():
    """The known weakness of Kish's size, stated in docs/statistics.md: about 88 %, not 95 %."""
    result = weighted_rate(200, 0.1, 0.3, True, 3000, np.random.default_rng(4))

    assert 0.84 <= result.coverage <= 0.93


def test_the_true_overall_is_the_mean_of_the_groups_by_their_denominators():
    """Two groups of the same system have that system's values as their overall."""
    chances = simulate_measures.cell_chances(SYSTEMS["eager"])
    cells = np.random.default_rng(5).multinomial(100, chances, size=3).astype(float)
    for metric in METRICS.values():
        whole = simulate_measures.true_overall(metric, cells, cells, chances, chances)
        np.testing.assert_allclose(whole, simulate_measures.true_value(metric, chances), rtol=1e-9)
