"""Simulate two audits of different people: the coverage of the change in a gap, and what naive MOVER would give.

`python -m tests.coverage.simulate_growth [RUNS]` prints the table of docs/comparing-audits.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ethicscheck.stats.estimators import Proportion
from ethicscheck.stats.gaps import gap_difference_high, gap_difference_low
from ethicscheck.stats.growth import Compare, Compared, growth_ends
from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.studentized_range import simultaneous_critical_value

Floats = NDArray[np.float64]
Ends = Callable[[Proportion, Proportion], tuple[float, float]]
ALPHA = 0.05
GROUPS = (2, 5, 10)
SIZES = ((100, 100), (100, 2000), (2000, 100), (1000, 1000))  # people a group: in the new audit, in the old one
COMPARES: tuple[Compare, ...] = ("difference", "ratio", "each")


def settings(groups: int) -> dict[str, tuple[Floats, Floats]]:
    """Return the true rates in the new and in the old audit, by what happens to the gap."""
    line, equal = np.linspace(0.2, 0.6, groups), np.full(groups, 0.4)
    low, close = np.full(groups, 0.1), np.linspace(0.36, 0.44, groups)
    one = np.array([0.3] + [0.5] * (groups - 1))
    return {
        "all equal, nothing changes": (equal, equal),
        "all equal and rare": (low, low),
        "apart, nothing changes": (line, line),
        "close, nothing changes": (close, close),
        "one below, nothing changes": (one, one),
        "the gap closes": (equal, line),
        "the gap opens": (line, equal),
        "the order turns round": (line[::-1].copy(), line),
        "all rise": (line + 0.1, line),
        "a close gap turns round": (close[::-1].copy(), close),
        "a close gap opens": (line, close),
    }


def true_gap(rates: Floats, compare: Compare) -> float:
    """Return the gap that is estimated."""
    if compare == "difference":
        return float(rates.max() - rates.min())
    return float(rates.min() / rates.max()) if compare == "ratio" else float(rates.max())


def ours(compare: Compare, groups: int) -> Ends:
    """Return our interval of the change."""
    same = [(place, place) for place in range(groups)]
    return lambda new, old: growth_ends([Compared(new, old, same)], compare, ALPHA)


def naive(new: Proportion, old: Proportion) -> tuple[float, float]:
    """Return MOVER on the two gaps' own printed ends, which we don't use."""
    z = critical_value(ALPHA)
    sides = []
    for part in (new, old):
        gap = float(np.ptp(part.value))
        strict = simultaneous_critical_value(ALPHA, len(part.value))
        sides.append(
            (gap, gap - min(gap_difference_low(part, strict), gap), max(gap_difference_high(part, z), gap) - gap)
        )
    (gap, down, up), (other, other_down, other_up) = sides
    return gap - other - float(np.hypot(down, other_up)), gap - other + float(np.hypot(up, other_down))


def cover(
    rates: tuple[Floats, Floats], sizes: tuple[int, int], compare: Compare, runs: int, generator: np.random.Generator,
    ends: Ends | None = None,
) -> tuple[float, float]:  # fmt: skip
    """Return the coverage of the change in a gap, and how often its direction is told wrong."""
    ends = ends or ours(compare, len(rates[0]))
    truth = true_gap(rates[0], compare) - true_gap(rates[1], compare)
    drawn = [
        generator.binomial(size, rate, size=(runs, len(rate))) / size for rate, size in zip(rates, sizes, strict=True)
    ]
    held = wrong = 0
    for new, old in zip(*drawn, strict=True):
        low, high = ends(*(Proportion(share, np.full(len(share), float(size))) for share, size in zip((new, old), sizes, strict=True)))  # fmt: skip
        held += low <= truth + 1e-12 and truth - 1e-12 <= high
        wrong += (low > 0 and truth <= 0) or (high < 0 and truth >= 0)
    return held / runs, wrong / runs


def cover_criterion(
    rates: tuple[Floats, Floats], sizes: tuple[int, int], runs: int, generator: np.random.Generator
) -> tuple[float, float]:
    """Return the same for the worse of two gaps in other people each (equalized odds): these rates and these, reversed in time.

    One measure moves as `rates` say, the other the other way.
    """
    both = (rates, (rates[1], rates[0]))
    truth = max(true_gap(part[0], "difference") for part in both) - max(
        true_gap(part[1], "difference") for part in both
    )
    same = [(place, place) for place in range(len(rates[0]))]
    held = wrong = 0
    for _ in range(runs):
        parts = []
        for part in both:
            new, old = (
                Proportion(generator.binomial(size, rate) / size, np.full(len(rate), float(size)))
                for size, rate in zip(sizes, part, strict=True)
            )
            parts.append(Compared(new, old, same))
        low, high = growth_ends(parts, "difference", ALPHA)
        held += low <= truth + 1e-12 and truth - 1e-12 <= high
        wrong += (low > 0 and truth <= 0) or (high < 0 and truth >= 0)
    return held / runs, wrong / runs


def main(runs: int) -> None:
    """Print the worst and the mean coverage over all patterns."""
    print(f"<!-- python -m tests.coverage.simulate_growth {runs} -->")
    print("| gap | K | people a group, new and old | least coverage | mean coverage | most wrong directions |")
    print("|---|---|---|---|---|---|")
    generator = np.random.default_rng(runs)
    for compare in (*COMPARES, "worse of two"):
        for groups in GROUPS:
            for sizes in SIZES:
                found = [
                    cover_criterion(rates, sizes, runs, generator)
                    if compare == "worse of two"
                    else cover(rates, sizes, compare, runs, generator)  # type: ignore[arg-type]
                    for rates in settings(groups).values()
                ]
                covered = [part[0] for part in found]
                cells = min(covered), sum(covered) / len(covered), max(part[1] for part in found)
                shown = " | ".join(f"{100 * cell:.1f} %" for cell in cells)
                print(f"| {compare} | {groups} | {sizes[0]}, {sizes[1]} | {shown} |", flush=True)
    worst = min(
        (cover(rates, sizes, "difference", runs, generator, naive)[0], name, groups, sizes)
        for groups in GROUPS
        for sizes in SIZES
        for name, rates in settings(groups).items()
    )
    print(f"\nMOVER on the two gaps' printed ends, at its worst: {100 * worst[0]:.1f} % ({worst[1]}, K = {worst[2]}, {worst[3][0]} and {worst[3][1]} people a group).")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4_000)
