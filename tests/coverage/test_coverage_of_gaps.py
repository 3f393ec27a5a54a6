"""The bounds that docs/statistics.md promises, simulated with fewer runs; and that the batches are the package's gaps."""

from __future__ import annotations

import numpy as np
import pytest
import simulate
from simulate import GROUPS, SIZES, Setting, draw, each_ends, gap_ends, grid, worst_of_two_ends

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import CRITERIA, METRICS
from ethicscheck.metrics.comparison import Comparison

RUNS = 2500


def comparison_of(measure, cells):
    """Return the package's comparison of groups with these TN, FP, FN, TP."""
    keys = tuple((str(place),) for place in range(len(cells)))
    return Comparison.of(measure, GroupCounts(("group",), keys, cells), frozenset(), 1, simulate.ALPHA)


@pytest.mark.parametrize("compare", ["difference", "ratio", "each"])
@pytest.mark.parametrize("groups", [2, 5, 20])
def test_a_batch_equals_the_package_run_by_run(compare, groups):
    """Otherwise the simulation would prove something about another method."""
    generator = np.random.default_rng(groups)
    sizes = tuple(int(n) for n in generator.integers(15, 120, size=groups))
    shares = draw(Setting("any", tuple(generator.random(groups)), sizes), 40, generator)
    batch = each_ends(shares, sizes) if compare == "each" else gap_ends(shares, sizes, compare)
    for run, share in enumerate(shares):
        cells = np.zeros((groups, 4), dtype=np.int64)
        cells[:, 1] = np.rint(share * sizes)
        cells[:, 0] = np.array(sizes) - cells[:, 1]
        gap = comparison_of(METRICS["selection_rate"], cells).gap(compare)
        assert (gap.low, gap.high) == pytest.approx((batch.low[run], batch.high[run]), abs=1e-12)


def test_a_batch_of_equalized_odds_equals_the_package_run_by_run():
    """The worst of two components."""
    generator = np.random.default_rng(1)
    sizes = (60, 40, 90)
    setting = Setting("any", (0.3, 0.5, 0.4), sizes)
    first, second = draw(setting, 40, generator), draw(setting, 40, generator)
    batch = worst_of_two_ends(first, second, sizes, "difference")
    for run in range(40):
        found, wrong = (np.rint(share[run] * sizes).astype(np.int64) for share in (first, second))
        cells = np.stack([sizes - wrong, wrong, sizes - found, found], axis=1)
        gap = comparison_of(CRITERIA["equalized_odds"], cells).gap("difference")
        assert (gap.low, gap.high) == pytest.approx((batch.low[run], batch.high[run]), abs=1e-12)


@pytest.fixture(scope="module")
def simulated():
    """Every setting of the grid by every comparison."""
    return [
        simulate.cover(setting, compare, RUNS, np.random.default_rng([place, 1]))
        for place, setting in enumerate(grid())
        for compare in ("difference", "ratio", "equalized odds", "each")
    ]


@pytest.mark.slow
def test_every_interval_covers_in_at_least_94_percent(simulated):
    """Nominal 95 %, K from 2 to 20, n from 50 to 1000, equal and unequal rates and sizes; less Monte Carlo error."""
    low = [row for row in simulated if row.coverage < 0.94 - row.noise]

    assert low == []
    assert {row.setting.groups for row in simulated} == set(GROUPS)
    assert {row.setting.sizes[0] for row in simulated} >= set(SIZES)


@pytest.mark.slow
def test_a_pass_is_wrong_in_at_most_five_percent(simulated):
    """The limit lies just inside the true gap: nothing may pass more often than α."""
    wrong = [row for row in simulated if row.wrong_pass > 0.05 + row.noise]

    assert wrong == []


@pytest.mark.slow
def test_a_fail_is_wrong_in_at_most_five_percent(simulated):
    """The limit is the true gap itself: nothing may fail more often than α; 6 % where the limit is no gap at all."""
    wrong = [row for row in simulated if row.wrong_fail > (0.05 if row.setting.difference > 0 else 0.06) + row.noise]

    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("groups", [5, 10, 20])
def test_the_mean_width_is_at_most_085_of_bonferronis(simulated, groups):
    """Against Agresti–Caffo intervals for all pairs, Bonferroni-corrected; true rates from .1 to .9."""
    widths = [row.relative_width for row in simulated if row.compare == "difference" and row.setting.groups == groups]

    assert np.mean(widths) <= 0.85
    assert max(widths) <= 1.0


@pytest.mark.slow
def test_the_percentile_bootstrap_would_see_gaps_where_there_are_none():
    """Why it is not used: at K ≥ 5 its 95 % interval excludes 0 in practically every sample from equal groups."""
    for groups in (5, 10, 20):
        assert simulate.bootstrap_excludes_zero(groups, 200, 0.3, 60, np.random.default_rng(2)) > 0.95
