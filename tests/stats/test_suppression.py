"""No small count can be read or worked out from what is published: attacks on random and on chosen tables."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ethicscheck.stats.concluding import PublishedCell, Reader
from ethicscheck.stats.suppression import hide_groups

BELOW = 10


def people(seed, levels=(4, 2, 3), rows=900, unknown=0.02):
    """Return codes and cells (TN, FP, FN, TP) of people in groups of very different sizes."""
    generator = np.random.default_rng(seed)
    shares = [generator.dirichlet(np.full(size, 0.6)) for size in levels]
    codes = np.column_stack([generator.choice(len(share), rows, p=share) for share in shares])
    codes[generator.random(codes.shape) < unknown] = -1
    outcome = generator.choice(4, rows, p=(0.5, 0.2, 0.1, 0.2))
    unique, place = np.unique(codes, axis=0, return_inverse=True)
    cells = np.zeros((len(unique), 4), dtype=np.int64)
    np.add.at(cells, (place.reshape(-1), outcome), 1)
    return unique, cells


def table(rows):
    """Return codes and cells (one kind of outcome) of a table given as rows of columns."""
    grid = np.array(rows)
    codes = np.array(list(itertools.product(range(grid.shape[0]), range(grid.shape[1]))))
    return codes, grid.reshape(-1, 1)


def sizes_only(codes, cells, axes, below=BELOW):
    """Hide the sizes of single groups, as the report's first table needs."""
    people = cells.sum(axis=1, keepdims=True)
    return hide_groups(codes, people, [own for own in axes if len(own) < 2], below, np.zeros((0, 1), dtype=np.int64))


def attack(hidden, codes, cells, sizes=None, whole=True):
    """Yield each hidden small count with the smallest and largest number it can be, solved in whole numbers."""
    forms = np.vstack([np.ones(cells.shape[1], dtype=np.int64), np.eye(cells.shape[1], dtype=np.int64)])
    published = []
    for place, (own, closed) in enumerate(zip(hidden.tables, hidden.hidden, strict=True)):
        for group, key in enumerate(own.keys.tolist()):
            known = sizes is not None and place < len(sizes.hidden) and not sizes.hidden[place][group]
            published.append(
                PublishedCell(place, group, own.axes, tuple(key), own.counts[group], bool(closed[group]), known)
            )
    reader = Reader.of(published, codes, cells, forms)
    assert reader is not None
    for cell in published:
        for form in range(len(forms)):
            if cell.hidden and 0 < cell.counts[form] < BELOW and not (form == 0 and cell.size_known):
                yield cell, form, reader.possible(cell, form, whole)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "axes",
    [
        [(), (0,), (1,), (2,)],
        [(), (0,), (1,), (2,), (0, 1)],
        [(), (0,), (1,), (2,), (0, 1), (2, 0), (2, 1), (2, 0, 1)],
    ],
    ids=["features", "one intersection", "every table, within strata too"],
)
def test_an_attacker_who_solves_in_whole_numbers_pins_no_small_count(seed, axes):
    """Integer programming (HiGHS) over every published count, size and number of unknowns leaves several numbers."""
    codes, cells = people(seed)
    sizes = sizes_only(codes, cells, axes)
    hidden = hide_groups(codes, cells, axes, BELOW, sizes=sizes)
    for cell, form, (low, high) in attack(hidden, codes, cells, sizes):
        assert low <= cell.counts[form] <= high
        assert high - low >= 1, (cell, form)


@pytest.mark.parametrize("seed", range(8))
def test_nothing_small_is_shown_and_what_is_safe_is_not_hidden_without_need(seed):
    """Every shown count is 0 or at least the limit; with nothing small nothing is hidden."""
    codes, cells = people(seed)
    axes = [(), (0,), (1,), (0, 1)]
    hidden = hide_groups(codes, cells, axes, BELOW)
    for own, closed in zip(hidden.tables, hidden.hidden, strict=True):
        shown = own.counts[~closed]
        assert not ((shown > 0) & (shown < BELOW)).any()
    nothing = hide_groups(codes, cells * BELOW, axes, BELOW)
    assert not any(part.any() for part in nothing.hidden)


def test_a_single_small_group_takes_the_next_smallest_with_it():
    """4 of 154: alone it would be the total less the others."""
    codes, cells = np.array([[0], [1], [2]]), np.array([[4], [30], [120]])
    hidden = hide_groups(codes, cells, [(), (0,)], BELOW)

    assert hidden.hidden[1].tolist() == [True, True, False]
    assert hidden.small[1].tolist() == [True, False, False]
    assert not hidden.hidden[0].any()


def test_two_small_groups_whose_sum_is_small_take_a_third():
    """3 + 4 is 7, itself a small count."""
    codes, cells = np.array([[0], [1], [2], [3]]), np.array([[3], [4], [50], [60]])

    assert hide_groups(codes, cells, [(), (0,)], BELOW).hidden[1].tolist() == [True, True, True, False]


def test_two_small_groups_whose_sum_is_large_enough_hide_each_other():
    """6 + 7: from the total one learns 13, and no more."""
    codes, cells = np.array([[0], [1], [2]]), np.array([[6], [7], [50]])

    assert hide_groups(codes, cells, [(), (0,)], BELOW).hidden[1].tolist() == [True, True, False]


def test_a_bridge_between_two_blocks_of_hidden_cells_is_found():
    """Every row and column has two hidden cells or none, and yet sums of rows less sums of columns give one cell.

    The cell in the second row and third column joins two blocks: rows 1 and 2 less columns 1 and 2 leave just it.
    """
    codes, cells = table([[6, 7, 50, 60], [8, 6, 5, 70], [60, 50, 7, 6], [70, 80, 6, 8]])
    axes = [(), (0,), (1,), (0, 1)]
    by_hand = (cells.reshape(4, 4) < BELOW).nonzero()
    assert sorted(zip(*by_hand, strict=True)) == [
        (0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3),
    ]  # fmt: skip
    hidden = hide_groups(codes, cells, axes, BELOW)

    assert hidden.hidden[3].sum() > 9
    for _, _, (low, high) in attack(hidden, codes, cells):
        assert high - low >= 1


def test_few_people_of_unknown_group_are_not_given_away_either():
    """Everyone less all groups would be the three people of unknown group, with their outcomes."""
    codes, cells = np.array([[-1], [0], [1], [2]]), np.array([[1, 2], [30, 40], [50, 60], [70, 80]])
    hidden = hide_groups(codes, cells, [(), (0,)], BELOW)

    assert hidden.hidden[1].tolist() == [True, False, False]
    assert not hidden.small[1].any()


def test_a_small_count_of_one_outcome_hides_the_group_and_its_size_may_stay_known():
    """300 people with 4 missed: what is measured is hidden, how many they are is not."""
    codes, cells = np.array([[0], [1], [2]]), np.array([[200, 50, 4, 46], [500, 90, 40, 70], [600, 80, 50, 90]])
    axes = [(), (0,)]
    sizes = sizes_only(codes, cells, axes)
    hidden = hide_groups(codes, cells, axes, BELOW, sizes=sizes)

    assert not sizes.hidden[1].any()
    assert hidden.hidden[1].tolist() == [True, True, False]
    for _, _, (low, high) in attack(hidden, codes, cells, sizes):
        assert high - low >= 4


def test_a_hidden_group_is_not_the_sum_of_its_parts_in_another_table():
    """Group 1 is hidden only to protect group 0, and its parts by sex are large: one of them must go too."""
    codes = np.array(list(itertools.product(range(3), range(2))))
    cells = np.array([[2], [3], [20], [25], [80], [90]])
    hidden = hide_groups(codes, cells, [(), (0,), (1,), (0, 1)], BELOW)

    assert hidden.hidden[1].tolist() == [True, True, False]
    assert hidden.hidden[3][2:4].any()
    for _, _, (low, high) in attack(hidden, codes, cells):
        assert high - low >= 4


def test_where_the_attack_is_too_large_whole_tables_of_several_axes_are_hidden():
    """What can't be checked is not shown: only tables of one axis are left."""
    codes, cells = people(1, levels=(30, 20, 8), rows=5_000)
    hidden = hide_groups(codes, cells, [(), (0,), (1,), (2,), (0, 1, 2)], BELOW)

    assert not hidden.attacked
    assert hidden.hidden[4].all()
    assert not hidden.hidden[0].any()


def test_the_attack_is_right_where_every_table_can_be_listed():
    """Brute force as the second implementation: all tables of three groups and two kinds with the published sums."""
    codes, cells = np.array([[0], [1], [2]]), np.array([[2, 4], [3, 2], [12, 14]])
    hidden = hide_groups(codes, cells, [(), (0,)], 5)
    closed = np.flatnonzero(hidden.hidden[1])
    left = cells[closed].sum(axis=0)
    possible = [
        np.array([[a, b], [left[0] - a, left[1] - b]])
        for a, b in itertools.product(range(left[0] + 1), range(left[1] + 1))
        if a + b >= 1 and left.sum() - a - b >= 1
    ]
    assert len(closed) == 2
    for cell, form, (low, high) in attack(hidden, codes, cells):
        place = closed.tolist().index(cell.group)
        values = [int(one[place].sum() if form == 0 else one[place][form - 1]) for one in possible]
        assert (low, high) == (min(values), max(values))


def test_the_order_of_the_cells_changes_nothing():
    """Shuffled rows publish the same tables."""
    codes, cells = people(3)
    order = np.random.default_rng(0).permutation(len(cells))
    axes = [(), (0,), (1,), (0, 1)]
    one, other = hide_groups(codes, cells, axes, BELOW), hide_groups(codes[order], cells[order], axes, BELOW)

    assert [part.tolist() for part in one.hidden] == [part.tolist() for part in other.hidden]
