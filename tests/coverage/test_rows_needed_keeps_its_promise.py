"""The rows an undecided rule asks for: what is promised, simulated, and the edges."""

from __future__ import annotations

import numpy as np
import pytest

from ethicscheck.counts.mixing import drawn_together
from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import METRICS
from ethicscheck.metrics.comparison import Comparison
from ethicscheck.policy.rows_needed import CHANCE, MOST, kept_spread, rows_needed
from ethicscheck.policy.rules import Rule


def counts(selected, sizes):
    """Return groups with so many selected of so many rows."""
    rows = np.zeros((len(sizes), 4), dtype=np.int64)
    rows[:, 1] = selected
    rows[:, 0] = np.asarray(sizes) - selected
    return GroupCounts(("group",), tuple((str(place),) for place in range(len(sizes))), rows)


def rule(compare, side, bound):
    """Return a rule on the selection rate."""
    return Rule("r", "r", METRICS["selection_rate"], ("group",), compare, side, bound, None, None, None)


def compared(asked, groups):
    """Return the comparison a rule is judged by."""
    return Comparison.of(asked.measure, groups, frozenset(), 1, 0.05)


def is_decided(asked, groups):
    """Return whether the printed ends decide the rule."""
    comparison = compared(asked, groups)
    if comparison.undefined(asked.compare):
        return False
    gap = comparison.gap(asked.compare, asked.side)
    if asked.side == "max":
        return gap.high <= asked.bound or gap.low > asked.bound
    return gap.low >= asked.bound or gap.high < asked.bound


# compare, side, limit, true rates, rows a group at first; the true gap lies well inside or well outside the limit.
SETTINGS = [
    ("difference", "max", 0.1, (0.3,) * 2, 100),
    ("difference", "max", 0.1, (0.3,) * 5, 100),
    ("difference", "max", 0.1, (0.3,) * 10, 100),
    ("difference", "max", 0.1, (0.2, 0.4), 60),
    ("difference", "max", 0.1, (0.2, 0.25, 0.3, 0.35, 0.4), 60),
    ("difference", "max", 0.1, tuple(np.linspace(0.15, 0.45, 10)), 60),
    ("difference", "max", 0.2, (0.3, 0.35), 60),
    ("difference", "max", 0.2, (0.30, 0.35, 0.32, 0.38, 0.33), 60),
    ("ratio", "min", 0.8, (0.5,) * 5, 200),
    ("ratio", "min", 0.8, (0.3, 0.5), 60),
    ("ratio", "min", 0.8, tuple(np.linspace(0.25, 0.5, 10)), 60),
    ("each", "max", 0.4, (0.3,) * 5, 60),
    ("each", "min", 0.3, (0.5,) * 10, 40),
]


@pytest.mark.slow
@pytest.mark.parametrize(("compare", "side", "bound", "rates", "size"), SETTINGS)
def test_the_promised_chance_is_about_right(compare, side, bound, rates, size):
    """A first sample that leaves the rule open asks for rows; four in five audits of so many rows should decide.

    New samples are drawn from the planned rates (the promise itself: 70 to 97 %), and from the true rates, which the
    first sample only guesses at: at least 62 %, least where it is too small to show a real spread at all.
    """
    generator = np.random.default_rng(17)
    asked = rule(compare, side, bound)
    as_planned, in_truth = [], []
    for _ in range(200):
        first = counts(generator.binomial(size, rates), [size] * len(rates))
        comparison = compared(asked, first)
        if comparison.undefined(compare) or is_decided(asked, first):
            continue
        needed = rows_needed(asked, comparison, 1)
        if needed is None:
            continue
        planned = drawn_together(first, kept_spread(comparison), 1.0).rows
        rows = int(np.ceil(size * needed.factor))
        for truth, found in ((planned[:, 1] / planned.sum(axis=1), as_planned), (rates, in_truth)):
            for _ in range(5):
                found.append(is_decided(asked, counts(generator.binomial(rows, truth), [rows] * len(rates))))

    assert len(in_truth) >= 100
    assert 0.70 <= np.mean(as_planned) <= 0.97
    assert np.mean(in_truth) >= 0.62


@pytest.mark.parametrize(
    ("compare", "side", "bound", "selected", "sizes"),
    [
        ("difference", "max", 0.1, [30, 40], [100, 100]),
        ("difference", "max", 0.1, [3000, 4000], [10_000, 10_000]),
        ("ratio", "min", 0.8, [60, 75], [100, 100]),
        ("each", "max", 0.4, [10, 40], [100, 100]),
    ],
)
def test_at_the_limit_no_number_of_rows_will_do(compare, side, bound, selected, sizes):
    """60/100 to 75/100 is exactly 4/5; more of the same can never tell on which side it lies."""
    asked = rule(compare, side, bound)

    assert rows_needed(asked, compared(asked, counts(selected, sizes)), 1) is None


def test_hopelessly_near_the_limit_is_the_limit():
    """A factor above ten thousand is no plan."""
    asked = rule("difference", "max", 0.0001)

    assert rows_needed(asked, compared(asked, counts([30, 30], [100, 100])), 1) is None


def test_the_factor_is_never_below_one_and_counts_the_rows_of_the_groups_compared():
    """Fewer rows can't tell more than those that left the rule open."""
    generator = np.random.default_rng(2)
    asked = rule("difference", "max", 0.1)
    seen = 0
    for _ in range(200):
        sizes = generator.integers(20, 300, size=4)
        groups = counts(generator.binomial(sizes, 0.3), sizes)
        if is_decided(asked, groups):
            continue
        needed = rows_needed(asked, compared(asked, groups), 1)
        if needed is not None:
            seen += 1
            assert 1 <= needed.factor <= MOST
            assert needed.rows_total == int(np.ceil(needed.factor * sizes.sum()))
            assert needed.chance == CHANCE

    assert seen > 100


def test_the_answer_does_not_say_which_way_it_would_go():
    """Knowing that "ten times as many would fail" is knowing the verdict; only a factor, a total and a chance are told."""
    asked = rule("difference", "max", 0.1)
    needed = rows_needed(asked, compared(asked, counts([20, 29], [100, 100])), 1)

    assert set(needed.model_dump()) == {"factor", "rows_total", "chance"}


def test_weighted_rows_are_planned_too():
    """Weights of 2 throughout need the factor that the same rows need without weights."""
    plain = counts([30, 33], [100, 100])
    rows = plain.rows.astype(float)
    weighted = GroupCounts(plain.axes, plain.keys, plain.rows, rows * 2, rows * 4)
    asked = rule("difference", "max", 0.1)
    found = [rows_needed(asked, compared(asked, groups), 1) for groups in (plain, weighted)]

    assert found[0].factor == pytest.approx(found[1].factor, rel=0.01)
