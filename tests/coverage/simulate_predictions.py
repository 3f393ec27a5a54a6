"""True coverage of the intervals of errors and of averages over classes; printed in docs/multiclass-and-regression.md."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ethicscheck.counts.bases import Moments
from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics import regression
from ethicscheck.metrics.definition import Floats
from ethicscheck.stats.averages import ClassTables
from ethicscheck.stats.estimators import Estimator
from ethicscheck.stats.gaps import difference_limits

Z = 1.959963984540054
# Each term as it is named among the sums of an unweighted table, from the error and the truth.
TERMS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "w0_e": lambda e, y: e, "w0_a": lambda e, y: np.abs(e), "w0_e2": lambda e, y: e**2, "w0_e3": lambda e, y: e**3,
    "w0_a3": lambda e, y: np.abs(e) ** 3, "w0_e4": lambda e, y: e**4, "w0_e6": lambda e, y: e**6,
    "w0_y": lambda e, y: y, "w0_y2": lambda e, y: y**2, "w0_y3": lambda e, y: y**3, "w0_y4": lambda e, y: y**4,
    "w0_e2y": lambda e, y: e**2 * y, "w0_e2y2": lambda e, y: e**2 * y**2,
}  # fmt: skip
BASIS = Moments(tuple(TERMS), 0, 0.0, (("e", 0), ("y", 0), ("p", 0)))


@dataclass(frozen=True)
class Coverage:
    """How often the interval of one group, and of the difference of two, held the truth."""

    group: float
    gap: float


def measured(metric: str, errors: Floats, truths: Floats) -> Estimator:
    """Return a measure of many samples at once, each a group of its own; errors and truths of shape (runs, n)."""
    sums: Any = np.stack([term(errors, truths).sum(axis=1) for term in TERMS.values()], axis=1)
    rows = np.full((len(errors), 1), errors.shape[1])
    counts = GroupCounts(("g",), tuple((str(place),) for place in range(len(errors))), rows, basis=BASIS, sums=sums)
    return regression.METRICS[metric].measure(counts, 1).estimator


def covered(first: Estimator, second: Estimator, true: tuple[float, float]) -> Coverage:
    """Return how often limits at 95 % hold the true value of the first and the true difference."""
    known = ~np.isnan(first.value) & ~np.isnan(second.value)
    own, other = first.limits(Z), second.limits(Z)
    low, high = difference_limits(first.value, own, second.value, other)
    gap = true[0] - true[1]
    inside = (own[0] <= true[0]) & (true[0] <= own[1])
    return Coverage(float(inside[known].mean()), float(((low <= gap) & (gap <= high))[known].mean()))


def errors_of(
    kind: str, size: tuple[int, int], scale: float, rng: np.random.Generator
) -> tuple[Floats, dict[str, float]]:
    """Draw errors, and return the true value of each measure with them."""
    if kind == "normal":
        drawn, mean, square = rng.normal(size=size), math.sqrt(2 / math.pi), 1.0
    elif kind == "t, 4 degrees of freedom":
        drawn, mean, square = rng.standard_t(4, size=size), 1.0, math.sqrt(2)
    else:
        sigma = float(kind.removeprefix("lognormal, σ = "))
        drawn = rng.lognormal(0, sigma, size) * rng.choice([-1.0, 1.0], size)
        mean, square = math.exp(sigma**2 / 2), math.exp(sigma**2)
    return scale * drawn, {
        "mean_error": 0.0, "mean_absolute_error": scale * mean, "root_mean_squared_error": scale * square,
    }  # fmt: skip


KINDS = ("normal", "t, 4 degrees of freedom", "lognormal, σ = 0.5", "lognormal, σ = 1", "lognormal, σ = 1.5")


def cover_errors(
    metric: str, kind: str, rows: int, runs: int, rng: np.random.Generator, scale: float = 2.0
) -> Coverage:
    """Return the coverage for two groups of `rows`, the first with errors `scale` times as large."""
    first, true = errors_of(kind, (runs, rows), scale, rng)
    second, other = errors_of(kind, (runs, rows), 1.0, rng)
    zeros = np.zeros_like(first)
    return covered(measured(metric, first, zeros), measured(metric, second, zeros), (true[metric], other[metric]))


def cover_r2(truth: str, noise: float, rows: int, runs: int, rng: np.random.Generator) -> Coverage:
    """Return the coverage of R² for a normal or a lognormal (σ = 1) truth with normal errors."""
    spread = 1.0 if truth == "normal" else (math.e - 1) * math.e

    def draw() -> Estimator:
        y = rng.normal(size=(runs, rows)) if truth == "normal" else rng.lognormal(size=(runs, rows))
        return measured("r2_score", noise * rng.normal(size=(runs, rows)), y)

    true = 1 - noise**2 / spread
    return covered(draw(), draw(), (true, true))


AVERAGES = {
    "macro_f1": ClassTables.mean_f1,
    "macro_recall": ClassTables.mean_recall,
    "macro_precision": ClassTables.mean_precision,
    "weighted_f1": ClassTables.weighted_f1,
}


def cover_average(
    metric: str, classes: int, accuracy: float, skewed: bool, rows: int, runs: int, rng: np.random.Generator
) -> Coverage:
    """Return the coverage for two groups with the same table of chances; skewed: class k is k² times as common."""
    share = np.arange(1, classes + 1) ** (2.0 if skewed else 0.0)
    confusion = np.full((classes, classes), (1 - accuracy) / (classes - 1))
    np.fill_diagonal(confusion, accuracy)
    chances = ((share / share.sum())[:, None] * confusion).ravel()
    measure = AVERAGES[metric]

    def draw() -> Estimator:
        cells = rng.multinomial(rows, chances, runs).astype(float)
        return measure(ClassTables.of(cells, cells))

    true = float(measure(ClassTables.of(chances[None], chances[None])).value[0])
    return covered(draw(), draw(), (true, true))


def main(runs: int = 20_000) -> None:
    """Print the tables."""
    rng = np.random.default_rng(16)
    print("| measure | errors | rows a group | one group | gap |\n|---|---|---|---|---|")
    for metric in ("mean_error", "mean_absolute_error", "root_mean_squared_error"):
        for kind in KINDS:
            for rows in (100, 1000):
                part = max(runs * 100 // rows // 2, 2000)
                found = cover_errors(metric, kind, rows, part, rng)
                print(f"| `{metric}` | {kind} | {rows} | {found.group:.1%} | {found.gap:.1%} |")
    for truth in ("normal", "lognormal"):
        for rows in (100, 1000):
            found = cover_r2(truth, 0.5, rows, 2000, rng)
            print(f"| `r2_score` | normal, truth {truth} | {rows} | {found.group:.1%} | {found.gap:.1%} |")
    print(
        "\n| measure | classes | rarest class | accuracy | rows a group | one group | gap |\n|---|---|---|---|---|---|---|"
    )
    for metric in AVERAGES:
        for classes, skewed in ((3, False), (3, True), (8, False), (8, True)):
            rarest = 1 / sum((k + 1) ** (2 if skewed else 0) for k in range(classes))
            for accuracy in (0.6, 0.9):
                for rows in (100, 1000):
                    found = cover_average(metric, classes, accuracy, skewed, rows, runs // 2, rng)
                    print(
                        f"| `{metric}` | {classes} | {rarest:.1%} | {accuracy} | {rows} | {found.group:.1%} | {found.gap:.1%} |"
                    )


if __name__ == "__main__":
    main()
