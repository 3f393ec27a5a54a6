"""Where a rate is worst: every conjunction of conditions, found on one half of the rows and tested on the other.

Cells come with codes on A axes (−1 is unknown) and, for M rates, how many of their rows count as successes and trials.
Making the halves is in `splitting`; estimates that borrow strength between groups are in `pooling`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from .exact_tests import test_equal_proportions
from .gaps import difference_limits
from .intervals import Floats, critical_value, wilson_limits
from .multiplicity import benjamini_hochberg, holm

Ints = NDArray[np.int64]

MOST_SUBGROUPS = 50_000
MOST_CANDIDATES = 20
MOST_WALKED = 1_000  # candidates looked at for telling a new story
STANDS_OUT = 0.05  # p in the discovery half above which a subgroup is not followed up
SAME_STORY = 1.959964  # standard errors within which a part and the remainder of its whole are alike
SAME_PEOPLE = 0.9  # overlap from which two conditions describe the same people


class TooManySubgroupsError(ValueError):
    """There are more conjunctions than can be looked at; `found` is how many there are at least."""

    def __init__(self, found: int, most: int) -> None:
        super().__init__(f"more than {most:,} subgroups")
        self.found = found
        self.most = most


@dataclass(frozen=True)
class Contrast:
    """A subgroup and everyone else: successes among trials on either side."""

    successes: int
    trials: int
    other_successes: int
    other_trials: int

    @property
    def value(self) -> float | None:
        """The subgroup's rate; None where it has no trials."""
        return self.successes / self.trials if self.trials else None

    @property
    def other(self) -> float | None:
        """Everyone else's rate; None where there are no trials."""
        return self.other_successes / self.other_trials if self.other_trials else None

    @property
    def difference(self) -> float | None:
        """Subgroup − everyone else; None where either has no trials."""
        return None if self.value is None or self.other is None else self.value - self.other

    def limits(self, z: float) -> tuple[float, float]:
        """Return Newcombe's limits of the difference at critical value `z`; (−1, 1) where a side has no trials."""
        if self.value is None or self.other is None:
            return -1.0, 1.0
        own, other = np.array([self.value]), np.array([self.other])
        low, high = difference_limits(
            own, wilson_limits(own, [self.trials], z), other, wilson_limits(other, [self.other_trials], z)
        )
        return float(low[0]), float(high[0])

    def p_value(self) -> float:
        """Return the two-sided p of Fisher's exact test (χ² where counts are huge); 1 where a side has no trials."""
        test = test_equal_proportions([self.successes, self.other_successes], [self.trials, self.other_trials])
        return test.p_value if test is not None else 1.0


@dataclass(frozen=True)
class Candidate:
    """A subgroup that stood out in the discovery half, and what the confirmation half says of it.

    Parameters
    ----------
    rate : the place of the rate among those asked about.
    pattern : the code on each axis, −1 where the axis is free; shape (A,).
    discovery, confirmation : the contrast in either half.
    p_discovery, q_discovery : of the score test, alone and after Benjamini & Hochberg's adjustment over all looked at.
    p_value, p_adjusted : of the confirmation half, alone and after Holm's adjustment over all candidates.
    low, high : limits of the difference in the confirmation half, simultaneous over all candidates (Bonferroni).
    confirmed : adjusted p ≤ α, and the difference points the same way as in the discovery half.
    """

    rate: int
    pattern: tuple[int, ...]
    discovery: Contrast
    confirmation: Contrast
    p_discovery: float
    q_discovery: float
    p_value: float
    p_adjusted: float
    low: float
    high: float
    confirmed: bool


@dataclass(frozen=True)
class SearchResult:
    """How many subgroups there were, how many comparisons were large enough to be looked at, and what stood out."""

    subgroups: int
    looked_at: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class _Subgroups:
    """S conjunctions: their patterns (S, A), and sums of the cells inside and among all who are known on their axes."""

    patterns: Ints
    inside: Ints
    known: Ints


def search_subgroups(
    codes: Ints,
    first: Ints,
    second: Ints,
    worse: tuple[int, ...],
    depth: int,
    minimum: int,
    alpha: float = 0.05,
    most: int = MOST_SUBGROUPS,
) -> SearchResult:
    """Find the subgroups whose rates are worst against everyone else's, and test them on rows not used to find them.

    Parameters
    ----------
    codes : shape (cells, A), −1 where unknown. Who is unknown on one of a subgroup's axes is on neither side of it.
    first, second : the two halves, shape (cells, M, 2): successes and trials of M rates in each cell.
    worse : for each rate 1 where higher is worse, −1 where lower is, 0 where either may be.
    depth : most conditions in a conjunction.
    minimum : trials that each side needs in the discovery half.
    alpha : the chance, over all candidates of all rates together, that any is confirmed where there is no difference.

    Raises
    ------
    TooManySubgroupsError
        When more than `most` conjunctions occur.

    Notes
    -----
    Discovery ranks by the score statistic of the difference (pooled variance). Who stands out there (p ≤ .05) and tells
    a story of its own becomes a candidate, at most 20. A conjunction tells no story of its own beside one already taken
    when it describes the same people, when it is a part of it and does not differ from the remainder, or when those of
    it who are not in the other do not differ from everyone outside both.
    The second half is independent of the choice, so its tests need adjustment for the candidates only (Holm), however
    many subgroups the first half was searched for: Cox (1975), Biometrika 62, 441–444.
    """
    found = _list_subgroups(codes, np.stack([first, second], axis=1), depth, most)
    a, b = found.inside[:, 0], (found.known - found.inside)[:, 0]  # (S, M, 2): the discovery half
    z = _score(a, b)
    direction = np.array(worse)
    z_worse = np.where(direction == 0, np.abs(z), z * direction)
    large = (a[..., 1] >= minimum) & (b[..., 1] >= minimum)
    p = 2 * ndtr(-np.abs(z))
    q = np.ones_like(p)
    q[large] = benjamini_hochberg(p[large])
    sizes = (found.patterns >= 0).sum(axis=1)
    worth = [(s, m) for s, m in np.argwhere(large & (p <= STANDS_OUT) & (z_worse > 0))]
    worth.sort(key=lambda at: (-z_worse[at], sizes[at[0]], at))
    taken = _tell_apart(worth[:MOST_WALKED], found.patterns, codes, first, np.sign(z))
    contrasts = [(_contrast(found, 0, at), _contrast(found, 1, at)) for at in taken]
    tests = [later.p_value() for _, later in contrasts]
    level = critical_value(alpha / max(len(taken), 1))
    candidates = []
    for at, (earlier, later), own, adjusted in zip(taken, contrasts, tests, holm(tests), strict=True):
        low, high = later.limits(level)
        same_way = later.difference is not None and later.difference * float(z[at]) > 0
        candidates.append(
            Candidate(
                rate=int(at[1]),
                pattern=tuple(found.patterns[at[0]].tolist()),
                discovery=earlier,
                confirmation=later,
                p_discovery=float(p[at]),
                q_discovery=float(q[at]),
                p_value=own,
                p_adjusted=float(adjusted),
                low=low,
                high=high,
                confirmed=bool(adjusted <= alpha and same_way),
            )
        )
    return SearchResult(len(found.patterns), int(large.sum()), tuple(candidates))


def _list_subgroups(codes: Ints, amounts: Ints, depth: int, most: int) -> _Subgroups:
    """Roll the cells up along every set of at most `depth` axes."""
    width = codes.shape[1]
    patterns, inside, known = [], [], []
    total = 0
    for size in range(1, min(depth, width) + 1):
        for axes in itertools.combinations(range(width), size):
            keep = (codes[:, axes] >= 0).all(axis=1)
            own = codes[keep][:, axes]
            place, first = _numbered(own)
            total += len(first)
            if total > most:
                raise TooManySubgroupsError(total, most)
            flat = amounts[keep].reshape(int(keep.sum()), -1)
            # Sums of whole numbers below 2^53 are exact in floats.
            columns = [np.bincount(place, weights=column, minlength=len(first)) for column in flat.T]
            sums = np.stack(columns, axis=1).astype(np.int64).reshape(len(first), *amounts.shape[1:])
            pattern = np.full((len(first), width), -1, dtype=np.int64)
            pattern[:, axes] = own[first]
            patterns.append(pattern)
            inside.append(sums)
            known.append(np.broadcast_to(sums.sum(axis=0), sums.shape))
    return _Subgroups(np.concatenate(patterns), np.concatenate(inside), np.concatenate(known))


def _numbered(codes: Ints) -> tuple[Ints, Ints]:
    """Return the number of each row among the different rows in order, and where each of these first stands."""
    sizes = codes.max(axis=0, initial=0) + 1
    if np.prod(sizes.astype(float)) > 2**62:
        _, first, place = np.unique(codes, axis=0, return_index=True, return_inverse=True)
        return place.reshape(-1), first
    flat = np.zeros(len(codes), dtype=np.int64)
    for column, size in enumerate(sizes):
        flat = flat * size + codes[:, column]
    _, first, place = np.unique(flat, return_index=True, return_inverse=True)
    return place.reshape(-1), first


def _score(a: Ints, b: Ints) -> Floats:
    """Return (rate of a − rate of b) ÷ its standard error under equality; 0 where there is nothing to compare."""
    k, n = a[..., 0].astype(float), a[..., 1].astype(float)
    other_k, other_n = b[..., 0].astype(float), b[..., 1].astype(float)
    total = n + other_n
    pooled = (k + other_k) / np.where(total > 0, total, 1.0)
    some = (n > 0) & (other_n > 0) & (pooled > 0) & (pooled < 1)
    n, other_n = np.where(some, n, 1.0), np.where(some, other_n, 1.0)
    error = np.sqrt(np.where(some, pooled * (1 - pooled), 1.0) * (1 / n + 1 / other_n))
    return np.where(some, (k / n - other_k / other_n) / error, 0.0)


def _tell_apart(
    ranked: list[tuple[int, int]], patterns: Ints, codes: Ints, first: Ints, sign: Floats
) -> list[tuple[int, int]]:
    """Return the first candidates that tell a story of their own, in the order of rank."""
    taken: list[tuple[int, int]] = []
    masks: list[NDArray[np.bool_]] = []
    for at in ranked:
        if len(taken) == MOST_CANDIDATES:
            break
        mask = _members(codes, patterns[at[0]])
        cells = first[:, at[1]]
        told = (
            before[1] == at[1]
            and sign[before] == sign[at]
            and _same_story(mask, other, _known(codes, patterns[at[0]], patterns[before[0]]), cells, float(sign[at]))
            for before, other in zip(taken, masks, strict=True)
        )
        if not any(told):
            taken.append(at)
            masks.append(mask)
    return taken


def _members(codes: Ints, pattern: Ints) -> NDArray[np.bool_]:
    fixed = pattern >= 0
    return np.asarray((codes[:, fixed] == pattern[fixed]).all(axis=1))


def _known(codes: Ints, *patterns: Ints) -> NDArray[np.bool_]:
    fixed = np.any([pattern >= 0 for pattern in patterns], axis=0)
    return np.asarray((codes[:, fixed] >= 0).all(axis=1))


def _same_story(
    mask: NDArray[np.bool_], other: NDArray[np.bool_], known: NDArray[np.bool_], cells: Ints, sign: float
) -> bool:
    """Return whether a candidate adds nothing to another one that was taken before it."""
    mask, other = mask & known, other & known
    both, either = int(cells[mask & other, 1].sum()), int(cells[mask | other, 1].sum())
    if both >= SAME_PEOPLE * either:
        return True
    if not (mask & ~other).any():  # a part of the other: does it differ from the remainder of it?
        apart = _score(cells[mask].sum(axis=0), cells[other & ~mask].sum(axis=0))
    else:  # holds or overlaps it: do those who are not in the other differ from those outside both?
        apart = _score(cells[mask & ~other].sum(axis=0), cells[known & ~mask & ~other].sum(axis=0))
    return bool(apart * sign < SAME_STORY)


def _contrast(found: _Subgroups, half: int, at: tuple[int, int]) -> Contrast:
    k, n = found.inside[at[0], half, at[1]].tolist()
    all_k, all_n = found.known[at[0], half, at[1]].tolist()
    return Contrast(k, n, all_k - k, all_n - n)
