"""Impact ratios against the city's own worked example, and the median against NumPy's and the statistics module's."""

from __future__ import annotations

import statistics
from fractions import Fraction

import numpy as np
import pytest

from ethicscheck.stats.estimators import Proportion
from ethicscheck.stats.gaps import gap_ratio_high, gap_ratio_low
from ethicscheck.stats.impact_ratios import above_median, impact_ratios
from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.studentized_range import simultaneous_critical_value

# The worked example of 6 RCNY § 5-301, as the project has it: category: (applicants, selected, rate, impact ratio). The row
# "Hispanic or Latino" is printed as it stands there, though its 408 and 204 are not the sum of its two cells, 395 and 172.
SEX = {"Male": (1390, 667, "48%", "1.000"), "Female": (1181, 555, "47%", "0.979")}
RACE = {
    "Hispanic or Latino": (408, 204, "50%", "0.97"),
    "White": (797, 412, "52%", "1.00"),
    "Black or African American": (390, 170, "44%", "0.84"),
    "Native Hawaiian or Pacific Islander": (119, 52, "44%", "0.85"),
    "Asian": (616, 302, "49%", "0.95"),
    "Native American or Alaska Native": (41, 18, "44%", "0.85"),
    "Two or More Races": (213, 96, "45%", "0.87"),
}


@pytest.mark.parametrize(("table", "digits"), [(SEX, 3), (RACE, 2)])
def test_the_citys_worked_example(table: dict[str, tuple[int, int, str, str]], digits: int) -> None:
    """Rates and ratios as the rule prints them."""
    applicants = [row[0] for row in table.values()]
    selected = [row[1] for row in table.values()]

    found = impact_ratios(selected, applicants)

    assert [f"{float(rate):.0%}" for rate in found.rates if rate is not None] == [row[2] for row in table.values()]
    shown = [f"{float(ratio):.{digits}f}" for ratio in found.ratios if ratio is not None]
    assert shown == [row[3] for row in table.values()]


def test_ratios_are_fractions_of_whole_counts() -> None:
    """60 of 100 against 75 of 100 is four fifths, not 0.7999…."""
    found = impact_ratios([60, 75], [100, 100])

    assert found.ratios == (Fraction(4, 5), Fraction(1))
    assert found.highest == 1


def test_a_category_left_out_keeps_its_rate_and_is_not_the_highest() -> None:
    """Two people of two must not become the yardstick for hundreds."""
    found = impact_ratios([2, 50, 40], [2, 100, 100], frozenset({0}))

    assert found.rates == (Fraction(1), Fraction(1, 2), Fraction(2, 5))
    assert found.ratios == (None, Fraction(1), Fraction(4, 5))
    assert found.highest == 1
    assert np.isnan(found.ratio_limits[0][0])
    assert not np.isnan(found.rate_limits[0][0])


def test_where_nobody_is_selected_there_is_no_ratio() -> None:
    """0 ÷ 0 is not 1."""
    found = impact_ratios([0, 0], [10, 20])

    assert found.ratios == (None, None)
    assert found.highest is None
    assert found.rates == (Fraction(0), Fraction(0))


def test_the_lowest_categorys_interval_is_that_of_the_ratio_over_all_groups() -> None:
    """Smallest ÷ largest is the smallest of the ratios, so the two intervals share both ends (stats.gaps)."""
    selected, applicants = [204, 412, 170, 52], [408, 797, 390, 119]
    estimator = Proportion(np.array(selected) / np.array(applicants), np.array(applicants, dtype=float))

    found = impact_ratios(selected, applicants)

    assert min(found.ratio_limits[0]) == pytest.approx(gap_ratio_low(estimator, critical_value(0.05)), abs=1e-12)
    high = gap_ratio_high(estimator, simultaneous_critical_value(0.05, 4))
    assert min(found.ratio_limits[1]) == pytest.approx(high, abs=1e-12)


@pytest.mark.parametrize(("rates", "size"), [((0.3, 0.5), 100), ((0.4, 0.4, 0.4, 0.4), 150), ((0.1, 0.2, 0.3), 200)])
def test_the_interval_of_an_impact_ratio_covers_it(rates: tuple[float, ...], size: int) -> None:
    """2,000 simulated tables: θ_g ÷ max θ lies inside in 93 % or more, for every category."""
    generator = np.random.default_rng(144)
    truth = np.array(rates) / max(rates)
    inside = np.zeros(len(rates))
    runs = 2_000
    for draw in generator.binomial(size, rates, size=(runs, len(rates))):
        low, high = impact_ratios(draw.tolist(), [size] * len(rates)).ratio_limits
        inside += (low <= truth + 1e-12) & (truth - 1e-12 <= high)

    assert (inside / runs >= 0.93).all(), inside / runs


@pytest.mark.parametrize("seed", range(40))
def test_above_the_median_is_what_the_statistics_module_says(seed: int) -> None:
    """Odd and even numbers of people, with and without ties at the median."""
    generator = np.random.default_rng(seed)
    rows = generator.integers(0, 4, size=int(generator.integers(1, 9)))
    rows[int(generator.integers(len(rows)))] += 1
    scores = np.repeat(np.arange(len(rows), dtype=float), rows)
    median = statistics.median(scores.tolist())

    first, at = above_median(rows)

    assert int(rows[first:].sum()) == int((scores > median).sum())
    assert (int(rows[at]) if at is not None else 0) == int((scores == median).sum())
    assert median == float(np.median(scores))


def test_two_scores_next_to_each_other_are_told_apart() -> None:
    """Halfway between neighbouring floats is one of them: counted by value, nobody would be above."""
    low = 0.1
    high = float(np.nextafter(low, 1))
    assert (low + high) / 2 in (low, high)

    assert above_median([1, 1]) == (1, None)
