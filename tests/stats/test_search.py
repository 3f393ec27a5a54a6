"""The search for the worst subgroup keeps its error rate, and finds what was planted."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import chi2_contingency, fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep

from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.search import Contrast, TooManySubgroupsError, search_subgroups
from ethicscheck.stats.splitting import split_counts


def people(seed, rows, rates, levels=(4, 3, 2)):
    """Return codes (rows, A) and outcomes of people drawn with `rates(codes)`."""
    generator = np.random.default_rng(seed)
    codes = np.column_stack([generator.integers(0, size, rows) for size in levels])
    return codes, (generator.random(rows) < rates(codes)).astype(int)


def halves(codes, outcome, seed):
    """Return the cells of people and the two halves, each (cells, 1, 2): successes and trials."""
    cells, place = np.unique(np.column_stack([codes, outcome]), axis=0, return_inverse=True)
    rows = np.bincount(place.reshape(-1))
    return cells[:, :-1], *(
        np.stack([half * cells[:, -1], half], axis=1)[:, None, :] for half in split_counts(rows, seed)
    )


def searched(codes, outcome, seed, worse=1, depth=2, minimum=15):
    """Search people as the audit does."""
    return search_subgroups(*halves(codes, outcome, seed), (worse,), depth, minimum)


def planted(codes):
    """.2 for everyone but the people with codes (1, 2, ·): .45."""
    return np.where((codes[:, 0] == 1) & (codes[:, 1] == 2), 0.45, 0.2)


def test_where_all_are_equal_hardly_ever_is_a_subgroup_confirmed():
    """The chance of any false confirmation over 1,000 draws is at most 5 % and the simulation's own error."""
    confirmed = 0
    for seed in range(1_000):
        codes, outcome = people(seed, 1_500, lambda codes: np.full(len(codes), 0.3))
        confirmed += any(part.confirmed for part in searched(codes, outcome, seed, worse=0).candidates)

    assert confirmed / 1_000 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1_000)


def test_the_discovery_half_alone_would_find_something_in_most_draws():
    """Why there are two halves: unadjusted, some subgroup stands out by chance in most draws of equal groups."""
    stood_out = 0
    for seed in range(100):
        codes, outcome = people(seed, 1_500, lambda codes: np.full(len(codes), 0.3))
        stood_out += bool(searched(codes, outcome, seed, worse=0).candidates)

    assert stood_out > 50


def test_a_planted_subgroup_is_found_and_confirmed():
    """Power: a subgroup of a twelfth of 4,000 people with a rate of .45 against .2 is confirmed in nearly all draws."""
    hits = 0
    for seed in range(100):
        codes, outcome = people(seed, 4_000, planted)
        hits += any(part.confirmed and part.pattern == (1, 2, -1) for part in searched(codes, outcome, seed).candidates)

    assert hits >= 90


def test_a_confirmed_subgroup_is_listed_once_and_not_with_each_of_its_parts_and_wholes():
    """The story of (1, 2, ·) is neither told again by (1, 2, 0), (1, 2, 1) nor by (1, ·, ·) and (·, 2, ·)."""
    codes, outcome = people(3, 40_000, planted)
    found = searched(codes, outcome, 3, depth=3)

    assert found.candidates[0].pattern == (1, 2, -1)
    assert not {(1, -1, -1), (-1, 2, -1), (1, 2, 0), (1, 2, 1)} & {part.pattern for part in found.candidates}


def test_a_subgroup_that_only_overlaps_the_one_that_is_worse_is_no_second_story():
    """(1, ·, 0) and (·, 2, 0) are worse than others only for their members in (1, 2, ·)."""
    codes, outcome = people(14, 40_000, planted)
    assert [part.pattern for part in searched(codes, outcome, 14).candidates if part.confirmed] == [(1, 2, -1)]


def test_a_part_that_is_worse_than_its_whole_is_listed_beside_it():
    """Two stories: group 1 is worse than the others, and worse still where the third axis is 0."""
    codes, outcome = people(
        4, 40_000, lambda codes: np.where(codes[:, 0] != 1, 0.2, np.where(codes[:, 2] == 0, 0.5, 0.35))
    )
    patterns = [part.pattern for part in searched(codes, outcome, 4).candidates if part.confirmed]

    assert (1, -1, 0) in patterns
    assert (1, -1, -1) in patterns


def test_two_names_for_the_same_people_are_one_story():
    """A column that repeats another (language and country) adds nothing."""
    codes, outcome = people(5, 10_000, lambda codes: np.where(codes[:, 0] == 1, 0.4, 0.2))
    codes = np.column_stack([codes, codes[:, 0]])
    patterns = [part.pattern for part in searched(codes, outcome, 5, depth=1).candidates if part.confirmed]

    assert patterns == [(1, -1, -1, -1)]


def test_only_the_worse_side_is_followed_up_where_one_is_worse():
    """A group that fares better is no answer to where it is worst; without a worse side it is one."""
    codes, outcome = people(6, 8_000, lambda codes: np.where(codes[:, 0] == 1, 0.1, 0.3))

    assert not any(part.confirmed and part.pattern[0] == 1 for part in searched(codes, outcome, 6, worse=1).candidates)
    assert searched(codes, outcome, 6, worse=-1).candidates[0].pattern == (1, -1, -1)
    assert searched(codes, outcome, 6, worse=0).candidates[0].pattern == (1, -1, -1)


def test_counts_in_both_halves_are_those_of_a_plain_loop_over_people():
    """A second way to count: both halves together are all people in and outside each candidate."""
    codes, outcome = people(7, 3_000, planted)
    for part in searched(codes, outcome, 7).candidates:
        inside = np.all([(codes[:, axis] == code) | (code < 0) for axis, code in enumerate(part.pattern)], axis=0)
        a, b = part.discovery, part.confirmation
        assert a.trials + b.trials == inside.sum()
        assert a.successes + b.successes == outcome[inside].sum()
        assert a.other_trials + b.other_trials == (~inside).sum()


def test_people_unknown_on_an_axis_stand_on_neither_side_of_its_subgroups():
    """As in the tables: a row unknown in one feature leaves that feature's comparisons only."""
    codes, outcome = people(8, 6_000, planted)
    codes[:1_000, 0] = -1
    for part in searched(codes, outcome, 8).candidates:
        everyone = sum(half.trials + half.other_trials for half in (part.discovery, part.confirmation))
        assert everyone == (5_000 if part.pattern[0] >= 0 else 6_000)


def test_every_conjunction_that_occurs_is_counted():
    """4 + 3 + 2 single groups, 12 + 8 + 6 pairs, 24 triples."""
    codes, outcome = people(9, 5_000, planted)

    assert searched(codes, outcome, 9, depth=1).subgroups == 9
    assert searched(codes, outcome, 9, depth=2).subgroups == 35
    assert searched(codes, outcome, 9, depth=3).subgroups == 59
    assert searched(codes, outcome, 9, depth=9).subgroups == 59


def test_small_subgroups_are_not_looked_at():
    """With a minimum of 100 people in the discovery half, parts of some 80 leave."""
    codes, outcome = people(10, 2_000, planted)
    found = searched(codes, outcome, 10, minimum=100)

    assert found.looked_at < found.subgroups
    assert all(part.discovery.trials >= 100 for part in found.candidates)


def test_more_subgroups_than_the_limit_are_refused():
    """A search is bounded."""
    codes, outcome = people(11, 2_000, planted)
    with pytest.raises(TooManySubgroupsError, match="more than 10"):
        search_subgroups(*halves(codes, outcome, 11), (1,), 2, 15, most=10)


def test_a_contrast_agrees_with_scipy_and_statsmodels():
    """Fisher's exact test from scipy.stats, Newcombe's interval from statsmodels."""
    contrast = Contrast(12, 40, 30, 200)
    low, high = contrast.limits(critical_value(0.05))

    assert contrast.p_value() == pytest.approx(fisher_exact([[12, 28], [30, 170]]).pvalue, rel=1e-10)
    assert (low, high) == pytest.approx(
        confint_proportions_2indep(12, 40, 30, 200, compare="diff", method="newcomb"), abs=1e-12
    )


def test_the_discovery_statistic_is_the_uncorrected_chi_squared():
    """The score test's z² is scipy.stats.chi2_contingency's statistic without correction."""
    codes, outcome = people(12, 4_000, planted)
    part = searched(codes, outcome, 12).candidates[0]
    a = part.discovery
    table = [
        [a.successes, a.trials - a.successes],
        [a.other_successes, a.other_trials - a.other_successes],
    ]

    assert part.p_discovery == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=1e-9)


def test_a_subgroup_without_people_in_the_confirmation_half_is_not_confirmed():
    """Nothing to compare is no confirmation and no made-up number."""
    empty = Contrast(0, 0, 3, 10)

    assert (empty.value, empty.difference, empty.p_value(), empty.limits(2)) == (None, None, 1.0, (-1.0, 1.0))


def test_the_order_of_the_cells_changes_nothing_but_the_draw():
    """Given the same halves, cells in another order give the same answer."""
    codes, outcome = people(13, 3_000, planted)
    cells, first, second = halves(codes, outcome, 13)
    order = np.random.default_rng(0).permutation(len(cells))

    assert search_subgroups(cells, first, second, (1,), 2, 15) == search_subgroups(
        cells[order], first[order], second[order], (1,), 2, 15
    )


def test_intervals_hold_over_all_candidates_at_once():
    """Simultaneous coverage: all candidates' intervals hold the true differences in at least 95 % of draws."""
    covered = 0
    for seed in range(300):
        codes, outcome = people(seed, 3_000, planted)
        everyone = np.array(list(itertools.product(range(4), range(3), range(2))))
        rates = planted(everyone)
        hit = True
        for part in searched(codes, outcome, seed, worse=0).candidates:
            inside = np.all(
                [(everyone[:, axis] == code) | (code < 0) for axis, code in enumerate(part.pattern)], axis=0
            )
            truth = rates[inside].mean() - rates[~inside].mean()
            hit &= part.low <= truth <= part.high
        covered += hit

    assert covered / 300 >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 300)
