"""Print the tables of docs/statistics.md: `python -m tests.coverage [RUNS]` (default 20,000; about three minutes)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from ethicscheck.metrics.binary import METRICS
from ethicscheck.metrics.scores import METRICS as SCORES

from . import simulate, simulate_measures, simulate_scores
from .simulate import Covered


def main(runs: int) -> None:
    """Print every table."""
    print(f"<!-- python -m tests.coverage {runs} -->")
    found = gaps(runs)
    print_gaps(found)
    print_widths([row for row in found if row.compare == "difference"])
    print_bootstrap(max(runs // 20, 100))
    print_measures(runs)
    print_scores(runs)


def gaps(runs: int) -> list[Covered]:
    """Return every setting of the grid by every comparison."""
    return [
        simulate.cover(setting, compare, runs, np.random.default_rng([place, runs]))
        for place, setting in enumerate(simulate.grid())
        for compare in ("difference", "ratio", "equalized odds", "each")
    ]


def print_gaps(found: Sequence[Covered]) -> None:
    """Print the worst figures over the patterns, for each comparison and K, and n where sizes are equal."""
    print("\n| | K | rows a group | settings | least coverage | mean coverage | most wrong passes | "
          "most wrong fails, true gap > 0 | equal rates |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    for compare in ("difference", "ratio", "equalized odds", "each"):
        for groups in simulate.GROUPS:
            for size in simulate.SIZES:
                rows = [
                    row
                    for row in found
                    if (row.compare, row.setting.groups) == (compare, groups) and typical_size(row) == size
                ]
                equal = [row for row in rows if row.setting.difference == 0]
                apart = [row for row in rows if row.setting.difference > 0]
                cells = (
                    percent(min(row.coverage for row in rows)),
                    percent(sum(row.coverage for row in rows) / len(rows)),
                    percent(max(row.wrong_pass for row in rows)),
                    percent(max(row.wrong_fail for row in apart)),
                    percent(max(row.wrong_fail for row in equal)),
                )
                print(f"| {compare} | {groups} | {size} | {len(rows)} | " + " | ".join(cells) + " |")


def typical_size(row: Covered) -> int:
    """Return the n of the grid that a setting belongs to; unequal sizes lie around it."""
    sizes = row.setting.sizes
    middle = (sizes[0] * sizes[-1]) ** 0.5
    return min(simulate.SIZES, key=lambda size: abs(size - middle))


def print_widths(found: Sequence[Covered]) -> None:
    """Print the mean width against the yardstick's, by pattern and K, averaged over n."""
    names = list(dict.fromkeys(row.setting.name.split(",")[0] for row in found))
    print("\n| true rates | " + " | ".join(f"K = {groups}" for groups in simulate.GROUPS) + " |")
    print("|---|" + "---|" * len(simulate.GROUPS))
    tests: list[tuple[str, Callable[[Covered], bool]]] = [
        (name, lambda row, name=name: row.setting.name.split(",")[0] == name)  # type: ignore[misc]
        for name in names
    ]
    for label, belongs in [*tests, ("**all**", lambda row: True)]:
        means = [
            mean(row.relative_width for row in found if belongs(row) and row.setting.groups == groups)
            for groups in simulate.GROUPS
        ]
        print(f"| {label} | " + " | ".join(f"{value:.2f}" for value in means) + " |")
    worst = max((row for row in found if row.setting.groups >= 5), key=lambda row: row.relative_width)
    print(f"\nWidest of all for K ≥ 5: {worst.relative_width:.2f} ({worst.setting.name}, K = {worst.setting.groups}, "
          f"{typical_size(worst)} rows a group).")  # fmt: skip


def print_bootstrap(runs: int) -> None:
    """Print how often the percentile bootstrap, which we don't use, excludes 0 under equality."""
    print("\n| K | percentile bootstrap of max − min excludes 0 though all rates are .3 (n = 200) | ours |")
    print("|---|---|---|")
    for groups in simulate.GROUPS:
        wrong = simulate.bootstrap_excludes_zero(groups, 200, 0.3, runs, np.random.default_rng(groups))
        setting = simulate.Setting("equal .3", (0.3,) * groups, (200,) * groups)
        ours = simulate.cover(setting, "difference", 20 * runs, np.random.default_rng(groups)).wrong_fail
        print(f"| {groups} | {percent(wrong)} | {percent(ours)} |")


def print_measures(runs: int) -> None:
    """Print the coverage of group intervals, of a group against the overall, and of weighted rates."""
    sizes, systems = simulate_measures.SIZES, simulate_measures.SYSTEMS
    header = " | ".join(f"n = {size}" for size in sizes)
    print(f"\n| least coverage over {len(systems)} systems | {header} |\n|---|" + "---|" * len(sizes))
    generator = np.random.default_rng(runs)
    for metric in METRICS.values():
        worst = [
            min(simulate_measures.group_interval(metric, name, size, runs, generator).coverage for name in systems)
            for size in sizes
        ]
        print(f"| `{metric.name}` | " + " | ".join(map(percent, worst)) + " |")
    print(f"\n| against the overall, least coverage over systems and shares .1, .5, .9 | {header} |")
    print("|---|" + "---|" * len(sizes))
    for metric in METRICS.values():
        for compare in ("difference", "ratio") if metric.ratio else ("difference",):
            worst = [
                min(
                    simulate_measures.against_overall_interval(
                        metric, compare, name, size, share, runs // 2, generator
                    ).coverage
                    for name in systems
                    for share in (0.1, 0.5, 0.9)
                )
                for size in sizes
            ]
            print(f"| `{metric.name}`, {compare} | " + " | ".join(map(percent, worst)) + " |")
    print(f"\n| weighted rate, Kish's size, least coverage over rates .1 and .5 | {header} |")
    print("|---|" + "---|" * len(sizes))
    for spread in (0.3, 1.0):
        for linked in (False, True):
            found = [
                [
                    simulate_measures.weighted_rate(size, rate, spread, linked, runs // 5, generator)
                    for rate in (0.1, 0.5)
                ]
                for size in sizes
            ]
            cells = [percent(min(result.coverage for result in pair)) for pair in found]
            print(f"| {found[0][0].name} | " + " | ".join(cells) + " |")


def print_scores(runs: int) -> None:
    """Print the coverage of score measures, and the errors of verdicts on the difference of two groups."""
    generator = np.random.default_rng(runs)
    print("\n| of scores | n | least coverage | mean coverage | of a difference, least | wrong passes | wrong fails |")
    print("|---|---|---|---|---|---|---|")
    for name in SCORES:
        for size in simulate_scores.SIZES:
            own = [
                simulate_scores.own_coverage(name, system, size, runs // 5, generator)
                for system in simulate_scores.SYSTEMS
            ]
            pairs = [
                simulate_scores.difference_errors(name, *pair, size, runs // 5, generator)
                for pair in simulate_scores.PAIRS
            ]
            cells = (
                min(own),
                mean(own),
                min(pair[0] for pair in pairs),
                *(max(e) for e in list(zip(*pairs, strict=True))[1:]),
            )
            print(f"| `{name}` | {size} | " + " | ".join(map(percent, cells)) + " |")


def percent(value: float) -> str:
    """Return 0.9432 as 94.3 %."""
    return f"{100 * value:.1f} %"


def mean(values: Iterable[float]) -> float:
    """Return the mean."""
    listed = list(values)
    return sum(listed) / len(listed)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
